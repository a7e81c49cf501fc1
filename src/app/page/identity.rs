//! The page of the caller: the account and the ARN that the credentials belong to, what
//! keeps changes back in that account, and what becomes of credentials that ran out.

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::core::plans::Loading;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::{Answer, Caller, Question};
use crate::app::page::{Next, Page};
use crate::app::view::copyable::Copyable;
use crate::app::view::layout;
use crate::app::view::scroll::Scroll;
use crate::app::{Awaited, Setup, Who};
use crate::config::{Guards, Reasons};
use crate::gateway::{Failure, Identity};
use crate::plan::Scope;
use crate::send::Sending;
use crate::text::wrap::wrap;

/// The caller, as far as the dashboard knows who that is.
#[derive(Debug, Default)]
pub struct Me {
    /// The account and the ARN.
    pub identity: Load<Identity>,
    /// The source of the credentials; empty as long as that is not known.
    pub credentials: String,
    /// The guards of the set-up, which hold as long as the account is not known; none
    /// where they do not depend on it.
    until_known: Option<Setup>,
    /// True where credentials failed since the way to the service was made.
    must_renew: bool,
}

/// A line of the page: what it is, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its name; empty where the line above goes on.
    pub name: &'static str,
    /// Its text.
    pub text: String,
    /// True where the text is the reason why something is not known.
    pub is_missing: bool,
}

impl Me {
    /// The caller's ARN; empty where it is not known.
    pub(in crate::app) fn arn(&self) -> String {
        let known = self.identity.here();
        known.map_or_else(String::new, |known| known.arn().to_owned())
    }
}

impl Core {
    /// Asks who it is: at the beginning, and again where it could not be checked.
    pub(in crate::app) fn ask_identity(&mut self) {
        if self.me.identity.is_missing() {
            self.me.identity = Load::Underway;
            self.ask(Awaited::Identity, Question::Identity);
        }
    }

    /// It is known who it is, or why not. It holds nothing up, so a failure is told on
    /// the page and nowhere else.
    pub(in crate::app) fn identified(&mut self, caller: Caller) {
        let Caller {
            identity,
            credentials,
            guards,
            update_interval,
        } = caller;
        self.me.credentials = credentials;
        // Before the guards: those of an account count only where the account is known.
        self.me.identity = Load::of(identity);
        if let (Some((guards, reasons)), Some(_)) = (guards, self.me.identity.here()) {
            self.take_guards(guards, reasons);
            self.outbox.queue.set_interval(update_interval);
        }
    }

    fn take_guards(&mut self, guards: Guards, reasons: Reasons) {
        self.me
            .until_known
            // Only the first time: later the guards that are set are those of an account,
            // not those that hold for any.
            .get_or_insert_with(|| self.setup.clone());
        self.setup.protected = guards.protected;
        self.setup.read_only = guards.read_only;
        self.setup.guard = guards.guard;
        self.setup.reasons = reasons;
    }

    /// The way to the service was made anew: whose it is is to be learnt again, and until
    /// then what holds for any account does.
    pub(in crate::app) fn forget_identity(&mut self) {
        if let Some(setup) = self.me.until_known.clone() {
            self.setup = setup;
        }
    }

    /// True where nothing may be changed only because it is not known which account this
    /// is.
    pub(in crate::app) fn is_held_unknown(&self) -> bool {
        self.setup.read_only && self.setup.reasons.may_be_any
    }

    /// An answer came: credentials that do not hold are noted.
    /// STS does not count: a stand-in may not know it, and who it is is asked again
    /// anyway.
    pub(in crate::app) fn note_credentials(&mut self, answer: &Answer) {
        let failure = match answer {
            Answer::Identity(_) => None,
            answer => answer.failure(),
        };
        if failure.is_some_and(|failure| failure.kind.is_of_credentials()) {
            self.me.must_renew = true;
        }
    }

    /// Returns true where reading again is to make the way to the service anew first:
    /// there is none, or its credentials do not hold.
    #[must_use]
    pub fn must_connect(&self) -> bool {
        self.me.must_renew || !matches!(self.who, Who::Connected(_))
    }

    /// Makes the way to the service anew, with the credentials and the AWS files as they
    /// are now. All else stays as it is.
    pub(in crate::app) fn connect_anew(&mut self) {
        // A second press must not leave two answers on the way that name different
        // accounts.
        self.cancel(|awaited| matches!(awaited, Awaited::Connect | Awaited::Identity));
        if matches!(self.who, Who::Connected(_)) {
            // The plans that are there stay on the screen while the way is made anew, and
            // the drafts on them.
            self.plans.loading = Loading::Underway;
        } else {
            self.who = Who::Connecting;
            self.plans.loading = Loading::NotAsked;
        }
        self.ask(Awaited::Connect, Question::Connect);
    }

    /// The way to the service could be made. One that was made anew is to the account of
    /// before, where that was known.
    pub(in crate::app) fn renewed(&mut self) {
        self.me.must_renew = false;
        self.forget_identity();
        // Renewed credentials may belong to somebody else in the account.
        self.me.identity = Load::NotAsked;
        self.ask_identity();
    }

    /// The words on a failure and what it asks the operator to do, with the key that
    /// tries again where renewed credentials help.
    pub(in crate::app) fn told_with_key(&self, failure: &Failure) -> String {
        if failure.kind.is_of_credentials() {
            let again = self.with_keys("<refresh> tries again.");
            format!("{failure} {again}")
        } else {
            failure.to_string()
        }
    }

    /// The page's facts.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let fact = |name, text: &str| Fact {
            name,
            text: text.to_owned(),
            is_missing: false,
        };
        let missing = |name, text: String| Fact {
            name,
            text,
            is_missing: true,
        };
        let mut facts = Vec::new();
        match &self.me.identity {
            Load::Here(identity) => {
                facts.push(fact("Account", identity.account.as_str()));
                facts.push(fact("ARN", identity.arn()));
            }
            Load::Underway => facts.push(missing("Account", "being asked for".to_owned())),
            Load::NotAsked => {
                let text = self.with_keys("not asked yet: it is once there is a connection");
                facts.push(missing("Account", text));
            }
            Load::Failed { reason, .. } => {
                let again = self.with_keys("<refresh> asks again.");
                facts.push(missing("Account", format!("not known. {reason} {again}")));
            }
        }
        match &self.who {
            Who::Connected(scope) => facts.extend(self.place_facts(scope)),
            Who::Connecting => facts.push(missing("Region", "connecting".to_owned())),
            Who::Failed(reason) => {
                facts.push(missing("Region", format!("not connected. {reason}")));
            }
        }
        if !self.me.credentials.is_empty() {
            facts.push(fact("Credentials", &self.me.credentials));
        }
        if self.me.must_renew {
            let text = "do not hold: <refresh> takes those that are there now";
            facts.push(missing("", self.with_keys(text)));
        }
        let reasons = &self.setup.reasons;
        facts.push(fact(
            "Protected",
            &guard_words(
                self.setup.protected,
                "yes: sending takes typing a word",
                &reasons.protected,
            ),
        ));
        facts.push(fact(
            "Read-only",
            &guard_words(
                self.setup.read_only,
                "yes: nothing is sent that changes anything",
                &reasons.read_only,
            ),
        ));
        facts
    }

    fn place_facts(&self, scope: &Scope) -> [Fact; 3] {
        let fact = |name, text: &str| Fact {
            name,
            text: text.to_owned(),
            is_missing: false,
        };
        let profile = if self.setup.demo {
            "none: the sample account"
        } else {
            &scope.account
        };
        let endpoint = if scope.endpoint.is_empty() {
            "the Region's own"
        } else {
            &scope.endpoint
        };
        [
            fact("Profile", profile),
            fact("Region", &scope.region),
            fact("Endpoint", endpoint),
        ]
    }

    /// The page's lines in so many columns: the name of a fact, and what of it stands in
    /// this line.
    #[must_use]
    pub fn who_lines(&self, columns: usize) -> Vec<Fact> {
        let mut lines = Vec::new();
        for fact in self.facts() {
            let room = columns.saturating_sub(FACT_COLUMNS).max(1);
            for (number, text) in wrap(&fact.text, room).into_iter().enumerate() {
                lines.push(Fact {
                    name: if number == 0 { fact.name } else { "" },
                    text,
                    is_missing: fact.is_missing,
                });
            }
        }
        lines
    }

    /// The texts about the caller that can be copied.
    pub(in crate::app) fn caller_copyables(&self) -> Vec<Copyable> {
        let mut all = Vec::new();
        if let Load::Here(identity) = &self.me.identity {
            all.push(Copyable::line("account number", identity.account.as_str()));
            all.push(Copyable::line("ARN", identity.arn()));
        }
        if let Who::Connected(scope) = &self.who {
            all.push(Copyable::line("Region", &scope.region));
            if !scope.endpoint.is_empty() {
                all.push(Copyable::line("endpoint", &scope.endpoint));
            }
        }
        let facts = self.facts().into_iter();
        let whole: Vec<String> = facts
            .map(|fact| format!("{}: {}", fact.name, fact.text))
            .collect();
        all.push(Copyable::lines("page", &whole));
        all
    }

    /// True for a command that a change that waits for other credentials needs.
    pub(in crate::app) fn serves_what_is_held(&self, command: Command) -> bool {
        let is_held = |(_, sending): (_, &Sending)| sending.is_held();
        let serves = matches!(
            command,
            Command::Refresh | Command::Queue | Command::Pause | Command::Skip | Command::DropRest
        );
        serves && self.outbox.queue.current().is_some_and(is_held)
    }
}

/// The page of who and where the operator is.
#[derive(Debug, Default)]
pub struct IdentityPage {
    /// The lines that are shown.
    pub scroll: Scroll,
}

impl Page for IdentityPage {
    fn context(&self) -> Place {
        Place::Identity
    }

    fn move_by(&mut self, core: &mut Core, body: Rect, by: isize) {
        let inside = layout::inside(body);
        let lines = core.who_lines(usize::from(inside.width)).len();
        self.scroll.move_by(by, lines, usize::from(inside.height));
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        self.move_by(core, body, 0);
    }

    fn act(&mut self, _core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::Who => Next::Stay,
            _ => Next::PassOn,
        }
    }
}

/// The columns that the names of facts take.
pub const FACT_COLUMNS: usize = 14;

fn guard_words(holds: bool, yes: &str, reason: &str) -> String {
    let word = if holds { yes } else { "no" };
    if reason.is_empty() {
        word.to_owned()
    } else {
        format!("{word} ({reason})")
    }
}
