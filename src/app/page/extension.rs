//! Extending what an API key has left of its quota: typed, reviewed, sent, read
//! back and compared.

use super::review::ReviewLine;
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::prompt::input::Input;
use crate::app::view::scroll::Scroll;
use crate::app::{App, Overlay, Screen, Weight};
use crate::gateway::Failure;
use crate::journal::{EntryId, SendId};
use crate::plan::usage::Left;
use crate::plan::{Aim, Call, Count, PlanId};
use crate::send::End;
use crate::text::human::{Amount, group_thousands};

/// The new number of remaining requests, while it is typed.
#[derive(Debug)]
pub struct Prompt {
    plan: PlanId,
    key: String,
    /// What the key is called.
    pub called: String,
    /// Requests that it has left, as read; 0 where it is below.
    pub before: Count,
    /// How it was read.
    left: Left,
    /// What is typed.
    pub input: Input,
}

impl Prompt {
    /// What the key would have left.
    ///
    /// # Errors
    /// Why what is typed gives no number from 0 to 2147483647.
    pub fn after(&self) -> Result<Count, String> {
        Amount::parse(&self.input.text())?.on_count(self.before)
    }
}

/// How far the extension has come.
#[derive(Debug)]
enum Phase {
    /// Nothing is sent yet.
    Reviewed,
    /// It is in the send queue, under this name.
    Sending(SendId),
    /// The usage is being read back; with the failure where the answer was lost.
    ReadingBack(Option<Failure>),
}

/// The review of an extension.
#[derive(Debug)]
pub struct Extension {
    plan: PlanId,
    key: String,
    /// What the key is called.
    pub called: String,
    before: Count,
    left: Left,
    after: Count,
    phase: Phase,
    /// Which lines are shown.
    pub scroll: Scroll,
}

impl Extension {
    /// What will be sent.
    fn call(&self) -> Call {
        Call::ExtendUsage {
            plan: self.plan.clone(),
            key: self.key.clone(),
            remaining: self.after,
        }
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &PlanId {
        &self.plan
    }

    /// What is being done; `None` while nothing is.
    #[must_use]
    pub fn doing(&self) -> Option<&'static str> {
        match self.phase {
            Phase::Reviewed => None,
            Phase::Sending(_) => Some("sending UpdateUsage"),
            Phase::ReadingBack(_) => Some("reading the usage back"),
        }
    }

    /// What is left now, as read.
    fn left_before(&self) -> String {
        let known = self.left.known();
        known.map_or_else(|| number(self.before), group_thousands)
    }

    /// Why undo would not bring back what was, where it is below 0.
    fn below_zero(&self) -> Option<String> {
        let known = self.left.known().filter(|left| *left < 0)?;
        Some(format!(
            "It reads {}: more was counted than the quota has. Undo sets 0, the least that can be set.",
            group_thousands(known)
        ))
    }

    /// What the reading back shows.
    fn compared(&self, read: Option<i64>, refresh: &str) -> (Weight, String) {
        let called = &self.called;
        let wanted = number(self.after);
        let lost = match &self.phase {
            Phase::ReadingBack(Some(failure)) => Some(failure),
            _ => None,
        };
        let after = i64::from(self.after.get());
        match (read, lost) {
            (Some(read), _) if read == after => (
                Weight::Info,
                format!("Sent: {called} has {wanted} requests left, read back."),
            ),
            (Some(read), None) if read < after => (
                Weight::Warning,
                format!(
                    "Sent {wanted}, and {called} reads {} requests left: used meanwhile, or the usage lags behind. {refresh} reads again.",
                    group_thousands(read)
                ),
            ),
            (Some(read), None) => (
                Weight::Warning,
                format!(
                    "Sent {wanted}, but {called} reads {} requests left. {refresh} reads again.",
                    group_thousands(read)
                ),
            ),
            (None, None) => (
                Weight::Warning,
                format!(
                    "Sent and accepted: {called} is to have {wanted} requests left. It could not be read back: {refresh} reads again."
                ),
            ),
            (Some(read), Some(failure)) => (
                Weight::Error,
                format!(
                    "{failure} Read again, {called} has {} requests left, not {wanted}; the call may still arrive. {refresh} reads again.",
                    group_thousands(read)
                ),
            ),
            (None, Some(failure)) => (
                Weight::Error,
                format!(
                    "{failure} {called} could not be read to see whether it was extended. {refresh} reads again; do not send twice unseen."
                ),
            ),
        }
    }
}

fn number(count: Count) -> String {
    group_thousands(i64::from(count.get()))
}

impl Core {
    /// The lines of the review of an extension.
    #[must_use]
    pub fn extension_lines(&self, extension: &Extension) -> Vec<ReviewLine> {
        let plan = self.plans.plan(&extension.plan);
        let mut lines = Vec::new();
        if plan.is_none_or(|plan| plan.settings.quota.is_none()) {
            let text = "the plan has no quota any more: there is nothing to extend";
            lines.push(ReviewLine::Refusal(text.to_owned()));
        }
        let read = self.catalogue.usage_of(&extension.plan);
        let age = read.map(|read| format!("Usage {}.", read.age()));
        let plan = plan.map_or_else(String::new, |plan| plan.settings.name.clone());
        lines.push(ReviewLine::Head("Before and after".to_owned()));
        lines.push(ReviewLine::Changed {
            mark: '~',
            name: "remaining requests".to_owned(),
            before: Some(extension.left_before()),
            after: Some(number(extension.after)),
        });
        for text in [
            format!(
                "API key {} ({}) of the plan {plan} ({}).",
                extension.called, extension.key, extension.plan
            ),
            "It holds for the current period only, and changes nothing of the plan.".to_owned(),
            "What the key uses until this is sent is not taken off: the number is set.".to_owned(),
        ] {
            lines.push(ReviewLine::Text(text));
        }
        lines.extend(extension.below_zero().map(ReviewLine::Text));
        lines.extend(age.map(ReviewLine::Text));
        lines.push(ReviewLine::Blank);
        self.request_lines(&mut lines, &extension.call(), "");
        self.fitted(lines)
    }
}

impl App {
    /// Whether an extension is on its way.
    pub(in crate::app) fn is_extending(&self) -> bool {
        let mut screens = self.stack.screens.iter();
        screens.any(|s| matches!(s, Screen::Extension(e) if e.doing().is_some()))
    }

    /// Whether an extension was typed and not sent.
    pub(in crate::app) fn has_unsent_extension(&self) -> bool {
        self.stack.screens.iter().any(|screen| match screen {
            Screen::Extension(extension) => extension.doing().is_none(),
            Screen::Usage(usage) => usage.unsent.is_some(),
            _ => false,
        })
    }

    fn extension_mut(&mut self) -> Option<&mut Extension> {
        self.stack
            .screens
            .iter_mut()
            .find_map(|screen| match screen {
                Screen::Extension(extension) => Some(extension.as_mut()),
                _ => None,
            })
    }

    /// Asks what the selected key is to have left; from the review, anew.
    pub(in crate::app) fn open_extend(&mut self) {
        let prompt = match self.screen() {
            Screen::Usage(usage) => {
                let Some(row) = usage.selected() else { return };
                let left = row.forecast.current.left;
                // What is not known is not taken for 0 (see `obstacle_in_usage`).
                let Some(known) = left.known() else { return };
                let Some(before) = Count::new(known.max(0)) else {
                    return;
                };
                Prompt {
                    plan: usage.plan.clone(),
                    key: row.id.clone(),
                    called: row.called().to_owned(),
                    before,
                    left,
                    input: Input::new(&usage.unsent_of(&row.id)),
                }
            }
            Screen::Extension(extension) => Prompt {
                plan: extension.plan.clone(),
                key: extension.key.clone(),
                called: extension.called.clone(),
                before: extension.before,
                left: extension.left,
                input: Input::new(&extension.after.to_string()),
            },
            _ => return,
        };
        self.stack.overlay = Some(Overlay::Extend(Box::new(prompt)));
    }

    /// Takes the number that was typed into a review.
    pub(in crate::app) fn accept_extend(&mut self, prompt: Box<Prompt>) {
        if prompt.input.text().trim().is_empty() {
            return;
        }
        let after = match prompt.after() {
            Ok(after) => after,
            Err(reason) => {
                self.stack.overlay = Some(Overlay::Extend(prompt));
                return self
                    .core
                    .say(Weight::Warning, format!("Not staged: {reason}"));
            }
        };
        let Prompt {
            plan,
            key,
            called,
            before,
            left,
            ..
        } = *prompt;
        if matches!(self.screen(), Screen::Extension(_)) {
            self.stack.screens.pop();
        }
        if after == before {
            let text = format!("Nothing to send: {called} has so many requests left already.");
            return self.core.say(Weight::Info, text);
        }
        self.stack
            .screens
            .push(Screen::Extension(Box::new(Extension {
                plan,
                key,
                called,
                before,
                left,
                after,
                phase: Phase::Reviewed,
                scroll: Scroll::default(),
            })));
    }

    /// The review was left without sending: what it was about is kept while the
    /// usage is open.
    pub(in crate::app) fn keep_extension(&mut self, left: &Extension) {
        if let Some(Screen::Usage(usage)) = self.stack.screens.last_mut() {
            usage.unsent = Some((left.key.clone(), left.after));
            let text = format!(
                "Not sent: {} keeps what it has. {} goes on with it while this page is open.",
                left.called,
                self.core.keymap.label(Place::Usage, Command::Extend)
            );
            self.core.say(Weight::Info, text);
        }
    }

    pub(in crate::app) fn send_extension(&mut self) {
        let Screen::Extension(extension) = self.screen() else {
            return;
        };
        let refused = self
            .core
            .extension_lines(extension)
            .iter()
            .any(|line| matches!(line, ReviewLine::Refusal(_)));
        if refused {
            let text = "Nothing was sent: what is marked as refused must be mended first.";
            return self.core.say(Weight::Warning, text);
        }
        let aim = Aim::Extend {
            plan: extension.plan.clone(),
            key: extension.key.clone(),
            before: extension.before,
            after: extension.after,
        };
        let name = extension.called.clone();
        let send = self
            .core
            .send_aims(vec![(name, aim, None)], String::new(), None);
        if let Some(extension) = self.extension_mut() {
            extension.phase = Phase::Sending(send);
        }
    }

    /// A change is over: whether it was the extension that is being sent. Then it is
    /// read back, unless it surely was not made.
    pub(in crate::app) fn extension_ended(&mut self, entry: &EntryId, end: &End) -> bool {
        let is_it = |e: &&mut Extension| matches!(&e.phase, Phase::Sending(s) if *s == entry.send);
        let Some(extension) = self.extension_mut().filter(is_it) else {
            return false;
        };
        let plan = extension.plan.clone();
        let lost = match end {
            End::Sent { .. } | End::Nothing => None,
            End::Unconfirmed { failure, .. } => Some(failure.clone()),
            _ => {
                extension.phase = Phase::Reviewed;
                let called = extension.called.clone();
                let refresh = self.key_for(Command::Refresh);
                let (weight, text) =
                    crate::app::outbox::words::words(&called, end, None, false, &refresh);
                self.core.say(weight, text);
                return true;
            }
        };
        extension.phase = Phase::ReadingBack(lost);
        self.core.forget_usage(&plan);
        self.core.ask_usage(&plan);
        true
    }

    /// Stops waiting. A call that is under way may have been made: the usage is
    /// read to see.
    pub(in crate::app) fn stop_extending(&mut self) {
        let Some(extension) = self.extension_mut() else {
            return;
        };
        match extension.phase {
            Phase::Reviewed => {}
            Phase::Sending(_) => self.core.stop_current(),
            Phase::ReadingBack(_) => {
                let plan = extension.plan.clone();
                self.core.forget_usage(&plan);
                self.end_extension(None);
                self.core.ask_usage(&plan);
            }
        }
    }

    /// The usage of a plan was read: if it is what an extension waits for, that
    /// is over.
    pub(in crate::app) fn extension_read_back(&mut self, plan: &PlanId) {
        let Some(extension) = self.extension_mut() else {
            return;
        };
        if extension.plan != *plan || !matches!(extension.phase, Phase::ReadingBack(_)) {
            return;
        }
        let key = extension.key.clone();
        let quota = self
            .core
            .plans
            .plan(plan)
            .and_then(|plan| plan.settings.quota.as_ref());
        let read = self.core.catalogue.usage_of(plan);
        let read = read.and_then(|read| read.usage.current(&key, quota, read.today()));
        self.end_extension(read.and_then(|current| current.left.known()));
    }

    fn end_extension(&mut self, read: Option<i64>) {
        let refresh = self.core.keymap.label(Place::Usage, Command::Refresh);
        let Some(extension) = self.extension_mut() else {
            return;
        };
        let (weight, text) = extension.compared(read, &refresh);
        self.stack
            .screens
            .retain(|screen| !matches!(screen, Screen::Extension(_)));
        if let Some(Screen::Usage(usage)) = self.stack.screens.last_mut() {
            usage.unsent = None;
        }
        self.refresh_usage();
        self.core.say(weight, text);
    }
}
