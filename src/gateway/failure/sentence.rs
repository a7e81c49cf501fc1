//! The sentences of a failure: what happened, what was changed, what to do next.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::{Cause, Failure, FailureKind, is_write};
use crate::gateway::connect::identity::GET_CALLER_IDENTITY;
use crate::plan::calls::command_line::quoted;
use crate::text::showable::{escaped, shortened};

/// The advice where something was not found.
const NOT_FOUND: &str =
    " It may have been deleted, or live in another account or Region: refresh the list.";

/// The words on a refusal of one request too many, with the wait that is asked for.
fn too_many(retry_after: Option<Duration>) -> String {
    match retry_after {
        None => "too many requests".to_owned(),
        Some(wait) => format!(
            "too many requests; the service asks to wait {}",
            seconds(wait)
        ),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first(f, None)?;
        self.last(f)
    }
}

/// From so many characters on, what others said stands behind what has to be known: it
/// would push that out of sight.
const LONG: usize = 160;

/// A failure with a note on what is kept, and what is said in the place of what the one
/// call changed.
struct Noted<'a> {
    failure: &'a Failure,
    changed: Option<&'a str>,
    note: &'a str,
}

impl fmt::Display for Noted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.first(f, self.changed)?;
        if !self.note.is_empty() {
            write!(f, " {}", self.note)?;
        }
        self.failure.last(f)
    }
}

/// A failure without what follows from it.
struct Happened<'a>(&'a Failure);

impl fmt::Display for Happened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.call_and_cause(f)?;
        self.0.last(f)
    }
}

impl Failure {
    /// The same for the operator, with what else has to be known before long words of
    /// the service.
    #[must_use]
    pub fn noting(&self, note: &str) -> String {
        let changed = None;
        let failure = self;
        Noted {
            failure,
            changed,
            note,
        }
        .to_string()
    }

    /// The failure of one call of several for the operator: what the calls together
    /// changed (nothing where that is said elsewhere) stands where the failure of a single
    /// call says that nothing was changed.
    #[must_use]
    pub fn within(&self, changed: &str, note: &str) -> String {
        let changed = Some(changed);
        let failure = self;
        Noted {
            failure,
            changed,
            note,
        }
        .to_string()
    }

    /// The failure without what follows from it, for the journal: what became of the call
    /// is said beside it there, and may turn out otherwise later.
    #[must_use]
    pub fn happened(&self) -> String {
        Happened(self).to_string()
    }

    fn call_and_cause(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.operation != Failure::CONNECT {
            f.write_str(self.operation)?;
            if !self.target.is_empty() {
                write!(f, " {}", cut(&self.target, LONGEST_TARGET))?;
            }
            f.write_str(": ")?;
        }
        self.what_happened(f)
    }

    /// Everything that has to be known: what happened, what was not changed, what to do
    /// next. `changed` says what was changed where that is more than this call tells.
    fn first(&self, f: &mut fmt::Formatter<'_>, changed: Option<&str>) -> fmt::Result {
        self.call_and_cause(f)?;
        // One attempt is what anybody expects: only more of them are news.
        if self.attempts() > 1 {
            write!(f, " Tried {} times.", self.attempts())?;
        }
        if let Some(changed) = changed {
            if !changed.is_empty() {
                write!(f, " {changed}")?;
            }
        } else if is_write(self.operation) {
            f.write_str(if self.surely_unchanged() {
                " Nothing was changed."
            } else {
                " The change may have been made: look at the plan again before sending anything."
            })?;
        }
        write!(f, "{}", self.what_next())
    }

    /// Long words of the service.
    fn last(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = self.said();
        let is_all = self.detail.cause.as_ref().is_some_and(Cause::says_all);
        if is_all || !self.says_much() {
            return Ok(());
        }
        let end = if ends(said) { "" } else { "." };
        write!(f, " In full: {said}{end}")
    }

    /// Returns true if the service's words are too long to stand in the first sentence.
    fn says_much(&self) -> bool {
        self.said().chars().count() > LONG
    }

    fn what_happened(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_all = self.detail.cause.as_ref().is_some_and(Cause::says_all);
        let said = if is_all { "" } else { self.said() };
        f.write_str(&self.cause())?;
        // Long words stand at the end, behind the advice: see `last`.
        if said.is_empty() || self.says_much() {
            f.write_str(".")
        } else if ends(said) {
            write!(f, ": {said}")
        } else {
            write!(f, ": {said}.")
        }
    }

    /// The cause in plangate's own words, without the end of the sentence.
    fn cause(&self) -> Cow<'static, str> {
        if let Some(words) = self.detail.cause.as_ref().and_then(Cause::words) {
            return words.into();
        }
        let (place, profile) = (self.place(), self.for_profile());
        let words = match &self.kind {
            FailureKind::NoCredentials => format!("no AWS credentials were found{profile}"),
            FailureKind::Expired => format!("the AWS credentials{profile} have expired"),
            FailureKind::WrongCredentials => {
                format!("the AWS credentials{profile} were not accepted")
            }
            FailureKind::WrongClock => return "the time of this machine was not accepted".into(),
            FailureKind::NoRegion => return "no AWS Region is set".into(),
            // What the service's words name is not named twice.
            FailureKind::Denied { action, resource } if self.said().contains(resource) => {
                format!("not allowed: {action}")
            }
            FailureKind::Denied { action, resource } => {
                format!("not allowed: {action} on {}", printable(resource))
            }
            FailureKind::NotFound => format!("not found at {place}"),
            FailureKind::TooManyRequests { retry_after } => too_many(*retry_after),
            FailureKind::LimitExceeded => {
                return "a limit of the account or the plan is reached".into();
            }
            FailureKind::Refused => format!("refused by {place}"),
            FailureKind::Conflict => return "in conflict with what is there".into(),
            FailureKind::TimedOut { after } => {
                format!("no whole answer from {place} within {}", seconds(*after))
            }
            FailureKind::Unreachable => format!("no connection to {place}"),
            FailureKind::Lost => {
                format!("the connection to {place} was lost before the whole answer came")
            }
            FailureKind::BadAnswer { field: Some(field) } => {
                format!(
                    "the answer of {place} cannot be understood at {}",
                    printable(field)
                )
            }
            FailureKind::BadAnswer { field: None } => {
                format!("the answer of {place} cannot be understood")
            }
            FailureKind::Configuration => return "the AWS set-up cannot be used".into(),
            FailureKind::SampleAccount => return "the sample account cannot be started".into(),
            FailureKind::ReadOnly => return "not sent, because plangate is read-only here".into(),
            FailureKind::Service { status } => format!("{place} failed (HTTP {status})"),
            FailureKind::Unsendable { what } => format!("not sent, because {what} cannot be right"),
            FailureKind::Died { .. } => return "the task that makes this API call died".into(),
        };
        words.into()
    }

    /// The advice, with the blank before it; empty where what was said before is advice enough.
    fn what_next(&self) -> Cow<'_, str> {
        if let Some(cause) = &self.detail.cause {
            return format!(" {}", cause.advice()).into();
        }
        match &self.kind {
            FailureKind::WrongClock => " Set this machine's clock right (UTC counts).".into(),
            FailureKind::NoRegion => {
                " Give --region, set AWS_REGION, or add `region` to the profile.".into()
            }
            FailureKind::Denied { .. } => {
                " Ask for that permission, or choose another --profile.".into()
            }
            FailureKind::NotFound => NOT_FOUND.into(),
            FailureKind::TooManyRequests { .. } if self.operation == "UpdateUsagePlan" => {
                " API Gateway takes one UpdateUsagePlan per 20 seconds and account: wait, then \
                 send again."
                    .into()
            }
            FailureKind::TooManyRequests { .. } => " Wait a little, then try again.".into(),
            FailureKind::LimitExceeded => " Delete what is not needed, or ask AWS to raise the \
                limit (Service Quotas)."
                .into(),
            FailureKind::Refused => " Correct the request, then send it again.".into(),
            FailureKind::Conflict => " Read the plan again, then decide.".into(),
            // To try a change again blindly could make it twice: looking comes first, and that
            // is said already.
            FailureKind::TimedOut { .. }
            | FailureKind::Lost
            | FailureKind::BadAnswer { .. }
            | FailureKind::Service { .. }
            | FailureKind::Died { was_sent: true }
                if is_write(self.operation) =>
            {
                "".into()
            }
            FailureKind::Died { .. } => {
                " This is a fault in plangate. Try again, and report it if it stays.".into()
            }
            FailureKind::Unsendable { .. } => " Check it, then try again.".into(),
            FailureKind::TimedOut { .. } | FailureKind::Lost | FailureKind::Service { .. } => {
                " Try again.".into()
            }
            FailureKind::Unreachable => {
                " Check --endpoint-url, the Region, the network and the proxy settings.".into()
            }
            FailureKind::BadAnswer { .. } => " Check that the endpoint is API Gateway.".into(),
            FailureKind::ReadOnly => {
                " To send changes, leave out --read-only, or change read_only \
                where `plangate config show` says that it is set."
                    .into()
            }
            FailureKind::Configuration => " Fix it, then try again.".into(),
            FailureKind::SampleAccount => {
                " Choose another --port or --state, then start again.".into()
            }
            FailureKind::NoCredentials | FailureKind::Expired | FailureKind::WrongCredentials => {
                self.renewal()
            }
        }
    }

    /// The advice on how credentials are renewed or given.
    fn renewal(&self) -> Cow<'_, str> {
        let profile = self.profile_option();
        let renewal = self.detail.renewal.as_str();
        match &self.kind {
            // The kind of the profile is known, so one way is named and not all.
            _ if !renewal.is_empty() => format!(" {renewal}").into(),
            FailureKind::NoCredentials if !self.endpoint().is_empty() => {
                " Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose a --profile; \
                 a local server takes any value."
                    .into()
            }
            FailureKind::NoCredentials => format!(
                " Run `aws configure{profile}` or `aws sso login{profile}`, choose another \
                 --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            )
            .into(),
            FailureKind::Expired => {
                format!(" Run `aws sso login{profile}` or renew the session.").into()
            }
            _ => " Check the profile, the keys, the Region and this machine's clock.".into(),
        }
    }

    fn profile_option(&self) -> String {
        match self.account() {
            "" | "default" | "demo" => String::new(),
            profile => format!(" --profile {}", quoted(profile)),
        }
    }

    /// ` for the profile prod`; empty for the usual one.
    fn for_profile(&self) -> String {
        match self.account() {
            "" | "default" | "demo" => String::new(),
            profile => format!(" for the profile {}", printable(profile)),
        }
    }

    fn account(&self) -> &str {
        self.detail
            .scope
            .as_ref()
            .map_or("", |scope| scope.account.as_str())
    }

    fn endpoint(&self) -> &str {
        self.detail
            .scope
            .as_ref()
            .map_or("", |scope| scope.endpoint.as_str())
    }

    fn region(&self) -> &str {
        self.detail
            .scope
            .as_ref()
            .map_or("", |scope| scope.region.as_str())
    }

    /// The place that the call was sent to, as the operator would name it.
    fn place(&self) -> String {
        if self.operation == GET_CALLER_IDENTITY {
            return "AWS STS".to_owned();
        }
        match (self.endpoint(), self.region()) {
            ("", "") => "API Gateway".to_owned(),
            ("", region) => format!("API Gateway in {region}"),
            (endpoint, _) => endpoint.to_owned(),
        }
    }
}

/// Returns true if a text ends as a sentence does.
fn ends(said: &str) -> bool {
    said.ends_with(['.', '!', '?', '…'])
}

/// A duration as an operator would say it.
fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if duration.subsec_nanos() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{seconds:.1} s")
    }
}

/// A text that can be shown anywhere: what may not be as escapes, cut where it would fill
/// the screen.
pub(super) fn printable(text: &str) -> String {
    cut(text, 600)
}

/// So many characters of a target are shown: those of a plan's ID and an API key's, and
/// most names.
const LONGEST_TARGET: usize = 120;

fn cut(text: &str, longest: usize) -> String {
    let text = shortened(text.trim(), longest);
    escaped(&text, |c, escaped| escaped.extend(c.escape_unicode())).into_owned()
}
