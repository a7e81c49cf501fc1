//! What went wrong, in the operator's words.

mod cause;
pub(crate) mod causes;
pub(crate) mod classify;
pub(crate) mod fault;
mod sentence;

use std::sync::Arc;
use std::time::Duration;

pub(in crate::gateway) use self::cause::Cause;
use self::sentence::printable;
use super::read::QUESTIONS;
use crate::plan::Scope;
use crate::task::Died;

/// A call that did not give what was asked for.
///
/// Its [`Display`](std::fmt::Display) is for the operator: what happened, to what,
/// what was not changed or may have been, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The service's name for the call; [`Failure::CONNECT`] before any call.
    pub operation: &'static str,
    /// The thing it was about: a plan's or an API's identifier; empty for the account.
    pub target: String,
    /// The kind of the failure.
    pub kind: FailureKind,
    detail: Box<Detail>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Detail {
    /// The service's or the system's own words; empty for none.
    said: String,
    /// The place the call went to, as far as it was known.
    scope: Option<Arc<Scope>>,
    /// The number of attempts.
    attempts: u32,
    /// True if it is certain that what failed so came from the service, or was never sent.
    is_certain: bool,
    /// The way to renew the credentials; empty where that is not known.
    renewal: String,
    /// The cause, where it is known better than by its kind.
    cause: Option<Cause>,
}

/// The kinds of failure, each with its own advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// No credentials were found anywhere.
    NoCredentials,
    /// The credentials or the session that gives them ran out.
    Expired,
    /// The service does not accept the credentials or the signature.
    WrongCredentials,
    /// The service does not accept the time of this machine, which is in the signature.
    WrongClock,
    /// No Region was given anywhere.
    NoRegion,
    /// The credentials are good, and not allowed to do this.
    Denied {
        /// The IAM action, such as `apigateway:PATCH`.
        action: String,
        /// On what: the resource's ARN where the service named it, else its
        /// path, such as `/usageplans/w0mvrr`.
        resource: String,
    },
    /// The plan, API, stage or key does not exist.
    NotFound,
    /// Too many calls just now (HTTP 429); the call was not carried out.
    TooManyRequests {
        /// The wait that the service asks for.
        retry_after: Option<Duration>,
    },
    /// A limit on how much there may be is reached (also HTTP 429); waiting
    /// does not help.
    LimitExceeded,
    /// The service does not accept the request (HTTP 400 and its like).
    Refused,
    /// It conflicts with what is there (HTTP 409).
    Conflict,
    /// No whole answer in time.
    TimedOut {
        /// The time that was waited.
        after: Duration,
    },
    /// No connection came about: refused, unknown host, no agreement on TLS.
    Unreachable,
    /// The connection was lost after the request was sent.
    Lost,
    /// The answer cannot be understood.
    BadAnswer {
        /// The member at fault, such as `item[3].quota.limit`; `None` where it
        /// is not one member.
        field: Option<String>,
    },
    /// The set-up cannot be used: a profile, a proxy, a bundle of certificates.
    Configuration,
    /// The sample account on this machine cannot be started: its port is taken,
    /// its file cannot be used.
    SampleAccount,
    /// It would change something, and this program is to change nothing: it was
    /// not sent.
    ReadOnly,
    /// The service failed (HTTP 5xx).
    Service {
        /// The HTTP status.
        status: u16,
    },
    /// It names something that cannot exist, so it was not sent.
    Unsendable {
        /// The part that cannot be: `the plan's ID`.
        what: &'static str,
    },
    /// The task that made the call died: a fault of this program, or of a crate in it.
    Died {
        /// True if the request may have been on its way by then.
        was_sent: bool,
    },
}

impl Failure {
    /// The `operation` of a failure before any call was made.
    pub const CONNECT: &'static str = "Connect";

    /// A failure of a call.
    #[must_use]
    pub fn new(operation: &'static str, target: impl Into<String>, kind: FailureKind) -> Self {
        Self {
            operation,
            target: target.into(),
            kind,
            detail: Box::new(Detail {
                said: String::new(),
                scope: None,
                attempts: 1,
                is_certain: true,
                renewal: String::new(),
                cause: None,
            }),
        }
    }

    /// A failure of a call whose task died when it was not known how far it had come.
    #[must_use]
    pub fn died(operation: &'static str, target: impl Into<String>, died: &Died) -> Self {
        Self::new(operation, target, FailureKind::Died { was_sent: true }).saying(&died.said)
    }

    /// The same with the service's or the system's own words. Control
    /// characters are shown as escapes, and a long text is cut.
    #[must_use]
    pub fn saying(mut self, said: &str) -> Self {
        self.detail.said = printable(said);
        self
    }

    /// The same, knowing where the call went.
    #[must_use]
    pub fn at(mut self, scope: Arc<Scope>) -> Self {
        self.detail.scope = Some(scope);
        self
    }

    /// The same, knowing how often it was tried.
    #[must_use]
    pub fn after_attempts(mut self, attempts: u32) -> Self {
        self.detail.attempts = attempts;
        self
    }

    /// The same, knowing how the credentials are renewed.
    #[must_use]
    pub(super) fn renewed_by(mut self, renewal: &str) -> Self {
        self.detail.renewal = printable(renewal);
        self
    }

    /// The same, knowing its cause.
    #[must_use]
    pub(super) fn because(mut self, cause: impl Into<Option<Cause>>) -> Self {
        self.detail.cause = cause.into();
        self
    }

    /// The same, knowing whether the service itself refused it.
    #[must_use]
    pub(super) fn certain(mut self, is_certain: bool) -> Self {
        self.detail.is_certain = is_certain;
        self
    }

    /// The service's or the system's own words, free of control characters;
    /// empty for none.
    #[must_use]
    pub fn said(&self) -> &str {
        &self.detail.said
    }

    /// The number of attempts.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.detail.attempts
    }

    /// Returns true if it surely changed nothing at the service: always so for a question,
    /// and for a change that was refused or never sent. `false` means that the change may
    /// have been made: read again before anything else.
    #[must_use]
    pub fn surely_unchanged(&self) -> bool {
        !is_write(self.operation) || (self.kind.surely_unchanged() && self.detail.is_certain)
    }

    /// The failure in a few words.
    #[must_use]
    pub fn in_short(&self) -> String {
        let said = self.said();
        if let Some(words) = self.detail.cause.as_ref().and_then(Cause::words) {
            return words;
        }
        let what = match &self.kind {
            FailureKind::NoCredentials => "no credentials",
            FailureKind::Expired => "expired credentials",
            FailureKind::WrongCredentials => "credentials not accepted",
            FailureKind::WrongClock => "clock not accepted",
            FailureKind::NoRegion => "no Region",
            FailureKind::Denied { .. } => "not allowed",
            FailureKind::NotFound => "not found",
            FailureKind::TooManyRequests { .. } => "too many requests",
            FailureKind::LimitExceeded => "limit reached",
            FailureKind::Refused => "refused",
            FailureKind::Conflict => "conflict",
            FailureKind::TimedOut { .. } => "no answer in time",
            FailureKind::Unreachable => "no connection",
            FailureKind::Lost => "connection lost",
            FailureKind::BadAnswer { .. } => "answer not understood",
            FailureKind::Configuration => "set-up not usable",
            FailureKind::SampleAccount => "sample account not started",
            FailureKind::ReadOnly => "not sent: read-only",
            FailureKind::Service { .. } => "the service failed",
            FailureKind::Unsendable { .. } => "not sent: it cannot be",
            FailureKind::Died { .. } => "the task died",
        };
        if said.is_empty() {
            what.to_owned()
        } else {
            format!("{what}: {said}")
        }
    }
}

impl FailureKind {
    /// Returns true if it lies with the credentials: the operator can renew them, and then
    /// the same works.
    #[must_use]
    pub fn is_of_credentials(&self) -> bool {
        matches!(
            self,
            Self::NoCredentials | Self::Expired | Self::WrongCredentials | Self::WrongClock
        )
    }

    /// Returns true if a write that failed so was surely not carried out.
    #[must_use]
    pub fn surely_unchanged(&self) -> bool {
        match self {
            Self::NoCredentials
            | Self::Expired
            | Self::WrongCredentials
            | Self::WrongClock
            | Self::NoRegion
            | Self::Denied { .. }
            | Self::NotFound
            | Self::TooManyRequests { .. }
            | Self::LimitExceeded
            | Self::Refused
            | Self::Conflict
            | Self::Unreachable
            | Self::Configuration
            | Self::SampleAccount
            | Self::Unsendable { .. }
            | Self::ReadOnly => true,
            Self::Died { was_sent } => !was_sent,
            Self::TimedOut { .. } | Self::Lost | Self::BadAnswer { .. } | Self::Service { .. } => {
                false
            }
        }
    }
}

/// Returns true if a call of this name changes something: every one does that is not known
/// to change nothing.
pub(super) fn is_write(operation: &str) -> bool {
    operation != Failure::CONNECT && !QUESTIONS.contains(&operation)
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(account: &str, endpoint: &str) -> Arc<Scope> {
        Arc::new(Scope {
            account: account.to_owned(),
            region: "eu-central-1".to_owned(),
            endpoint: endpoint.to_owned(),
        })
    }

    #[test]
    fn a_change_that_may_have_been_made_says_so() {
        let after = Duration::from_secs(30);
        let failure = Failure::new("UpdateUsagePlan", "w0mvrr", FailureKind::TimedOut { after })
            .at(scope("default", ""));
        assert_eq!(
            failure.to_string(),
            "UpdateUsagePlan w0mvrr: no whole answer from API Gateway in eu-central-1 within 30 s. \
             The change may have been made: look at the plan again before sending anything."
        );
    }

    #[test]
    fn a_refused_change_changed_nothing() {
        let failure = Failure::new("UpdateUsagePlan", "w0mvrr", FailureKind::Refused)
            .saying("Invalid patch path  '/x'")
            .at(scope("default", ""));
        assert_eq!(
            failure.to_string(),
            "UpdateUsagePlan w0mvrr: refused by API Gateway in eu-central-1: \
             Invalid patch path  '/x'. Nothing was changed. Correct the request, then send it again."
        );
    }

    #[test]
    fn an_expired_session_names_the_command_for_its_profile() {
        let failure = Failure::new("GetUsagePlans", "", FailureKind::Expired).at(scope("prod", ""));
        assert_eq!(
            failure.to_string(),
            "GetUsagePlans: the AWS credentials for the profile prod have expired. \
             Run `aws sso login --profile prod` or renew the session."
        );
    }

    #[test]
    fn what_may_not_be_sent_says_what_and_how_to_allow_it() {
        let failure = Failure::new("UpdateUsagePlan", "w0mvrr", FailureKind::ReadOnly);
        assert_eq!(
            failure.to_string(),
            "UpdateUsagePlan w0mvrr: not sent, because plangate is read-only here. \
             Nothing was changed. To send changes, leave out --read-only, or change read_only \
             where `plangate config show` says that it is set."
        );
        assert!(failure.surely_unchanged());
    }

    /// A failure of every kind. The match below has to name a new one.
    fn every_kind() -> Vec<FailureKind> {
        let kinds = vec![
            FailureKind::NoCredentials,
            FailureKind::Expired,
            FailureKind::WrongCredentials,
            FailureKind::NoRegion,
            FailureKind::Denied {
                action: "apigateway:PATCH".to_owned(),
                resource: "/usageplans/w0mvrr".to_owned(),
            },
            FailureKind::NotFound,
            FailureKind::TooManyRequests { retry_after: None },
            FailureKind::TooManyRequests {
                retry_after: Some(Duration::from_secs(3)),
            },
            FailureKind::LimitExceeded,
            FailureKind::Refused,
            FailureKind::Conflict,
            FailureKind::TimedOut {
                after: Duration::from_secs(30),
            },
            FailureKind::Unreachable,
            FailureKind::Lost,
            FailureKind::BadAnswer { field: None },
            FailureKind::BadAnswer {
                field: Some("item[3]".to_owned()),
            },
            FailureKind::Configuration,
            FailureKind::SampleAccount,
            FailureKind::ReadOnly,
            FailureKind::WrongClock,
            FailureKind::Service { status: 503 },
            FailureKind::Unsendable {
                what: "the plan's ID",
            },
            FailureKind::Died { was_sent: false },
            FailureKind::Died { was_sent: true },
        ];
        let kind_of = |kind: &FailureKind| match kind {
            FailureKind::NoCredentials => 0,
            FailureKind::Expired => 1,
            FailureKind::WrongCredentials => 2,
            FailureKind::NoRegion => 3,
            FailureKind::Denied { .. } => 4,
            FailureKind::NotFound => 5,
            FailureKind::TooManyRequests { .. } => 6,
            FailureKind::LimitExceeded => 7,
            FailureKind::Refused => 8,
            FailureKind::Conflict => 9,
            FailureKind::TimedOut { .. } => 10,
            FailureKind::Unreachable => 11,
            FailureKind::Lost => 12,
            FailureKind::BadAnswer { .. } => 13,
            FailureKind::Configuration => 14,
            FailureKind::SampleAccount => 15,
            FailureKind::ReadOnly => 16,
            FailureKind::Service { .. } => 17,
            FailureKind::WrongClock => 18,
            FailureKind::Unsendable { .. } => 19,
            FailureKind::Died { .. } => 20,
        };
        let there: std::collections::BTreeSet<i32> = kinds.iter().map(kind_of).collect();
        assert_eq!(there, (0..=20).collect());
        kinds
    }

    #[test]
    fn every_failure_says_what_to_do_next() {
        const TO_DO: [&str; 14] = [
            "Ask for ",
            "Check ",
            "Choose ",
            "Correct ",
            "Delete ",
            "Give ",
            "Fix ",
            "Read ",
            "Run ",
            "Set ",
            "Try ",
            "Wait ",
            "To send changes, ",
            "wait, then send again",
        ];
        const OTHERWISE: [&str; 2] = ["refresh the list", "look at the plan again"];
        for kind in every_kind() {
            for operation in [Failure::CONNECT, "GetUsagePlan", "UpdateUsagePlan"] {
                for scope in [scope("prod", ""), scope("default", "http://127.0.0.1:1")] {
                    let failure = Failure::new(operation, "w0mvrr", kind.clone());
                    let text = failure.saying("it said so").at(scope).to_string();
                    let sentences = text.split(". ");
                    let is_said = sentences
                        .clone()
                        .any(|one| TO_DO.iter().any(|word| one.contains(word)))
                        || OTHERWISE.iter().any(|words| text.contains(words));
                    assert!(is_said, "{operation}, {kind:?}: {text}");
                    assert!(text.ends_with('.'), "{text}");
                    // Of a change it is said as well what became of it.
                    if operation == "UpdateUsagePlan" {
                        let changed = text.contains("Nothing was changed");
                        let unknown = text.contains("may have been made");
                        assert!(changed ^ unknown, "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_has_to_be_known_stands_before_long_words_of_the_service() {
        let arn = "arn:aws:apigateway:eu-central-1::/usageplans/w0mvrr";
        let failure = Failure::new(
            "UpdateUsagePlan",
            "w0mvrr",
            FailureKind::Denied {
                action: "apigateway:PATCH".to_owned(),
                resource: arn.to_owned(),
            },
        )
        .saying(&format!(
            "User: arn:aws:iam::123456789012:user/ops is not authorized to perform: \
             apigateway:PATCH on resource: {arn} because no identity-based policy allows it"
        ));
        let said = failure.said().to_owned();
        assert_eq!(
            failure.noting("The draft is kept."),
            format!(
                "UpdateUsagePlan w0mvrr: not allowed: apigateway:PATCH. Nothing was changed. \
                 Ask for that permission, or choose another --profile. The draft is kept. \
                 In full: {said}."
            )
        );
        // Nothing of it is named twice where the service names it.
        assert_eq!(failure.to_string().matches(arn).count(), 1);
    }

    #[test]
    fn before_any_call_there_is_no_operation_to_name() {
        let failure = Failure::new(Failure::CONNECT, "", FailureKind::NoRegion);
        assert_eq!(
            failure.to_string(),
            "no AWS Region is set. Give --region, set AWS_REGION, or add `region` to the profile."
        );
        assert!(failure.surely_unchanged());
    }

    #[test]
    fn what_others_say_cannot_move_the_cursor_or_fill_the_screen() {
        let failure = Failure::new("CreateUsagePlan", "a\u{1b}[2Jb", FailureKind::Refused)
            .saying(&format!("\u{202e}{}", "x".repeat(5000)));
        let text = failure.to_string();
        assert!(crate::text::showable::is_clean(&text), "{text}");
        assert!(text.len() < 1000, "{}", text.len());
    }
}
