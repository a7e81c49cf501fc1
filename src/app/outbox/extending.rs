//! An extension on its way: sent, read back and compared.

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::Changed;
use crate::app::outbox::extension::Extension;
use crate::app::outbox::words::{Origin, words};
use crate::gateway::Failure;
use crate::journal::{EntryId, SendId};
use crate::plan::{Aim, Count, PlanId};
use crate::send::End;
use std::collections::BTreeMap;

/// The progress of the extension.
#[derive(Debug)]
enum Phase {
    /// It is in the send queue, under this name.
    Sending(SendId),
    /// The usage is being read back; with the failure where the answer was lost.
    ReadingBack(Option<Failure>),
}

/// The extension that is being sent.
#[derive(Debug)]
pub struct Extending {
    extension: Extension,
    phase: Phase,
}

/// The extensions that were reviewed and not sent, by plan and API key: the number of
/// requests that each is to have left. They last as long as the page that they began on.
#[derive(Debug, Default)]
pub(in crate::app) struct Unsent(BTreeMap<(PlanId, String), Count>);

impl Core {
    /// Keeps an extension that is reviewed until it is sent.
    pub(in crate::app) fn keep_unsent_extension(&mut self, extension: &Extension) {
        let of = (extension.plan.clone(), extension.key.clone());
        self.outbox.unsent.0.insert(of, extension.after);
    }

    /// The number that was reviewed for an API key of a plan and not sent.
    pub(in crate::app) fn unsent_extension(&self, plan: &PlanId, key: &str) -> Option<Count> {
        let of = (plan.clone(), key.to_owned());
        self.outbox.unsent.0.get(&of).copied()
    }

    /// Forgets the extension of an API key of a plan that was not sent.
    pub(in crate::app) fn forget_unsent_extension(&mut self, plan: &PlanId, key: &str) {
        self.outbox.unsent.0.remove(&(plan.clone(), key.to_owned()));
    }

    /// Forgets the extensions of a plan that were not sent.
    pub(in crate::app) fn forget_unsent_extensions(&mut self, plan: &PlanId) {
        self.outbox.unsent.0.retain(|(of, _), _| of != plan);
    }

    /// Returns true if an extension was typed and is neither sent nor on its way.
    pub(in crate::app) fn has_unsent_extension(&self) -> bool {
        let under_way = self.outbox.extending.as_ref().map(|e| &e.extension);
        let is_left = |(plan, key): &(PlanId, String)| {
            // It is noted as unsent until its end is known, but on its way there is
            // nothing to lose.
            under_way.is_none_or(|it| it.plan != *plan || it.key != *key)
        };
        self.outbox.unsent.0.keys().any(is_left)
    }

    /// True while an extension is on its way.
    pub(in crate::app) fn is_extending(&self) -> bool {
        self.outbox.extending.is_some()
    }

    /// The step that an extension on its way has come to; `None` where none is.
    #[must_use]
    pub fn extending(&self) -> Option<&'static str> {
        Some(match self.outbox.extending.as_ref()?.phase {
            Phase::Sending(_) => "sending UpdateUsage",
            Phase::ReadingBack(_) => "reading the usage back",
        })
    }

    /// Sends an extension.
    pub(in crate::app) fn send_extension(&mut self, extension: &Extension) {
        let aim = Aim::Extend {
            plan: extension.plan.clone(),
            key: extension.key.clone(),
            before: extension.before,
            after: extension.after,
        };
        let name = extension.called.clone();
        let send = self.send_aims(vec![(name, aim, None)], String::new(), None);
        self.outbox.extending = Some(Extending {
            extension: extension.clone(),
            phase: Phase::Sending(send),
        });
    }

    /// A change is over: says whether it was the extension that is being sent. Then it is
    /// read back, unless it surely was not made.
    pub(in crate::app) fn extension_ended(&mut self, entry: &EntryId, end: &End) -> bool {
        let extending = self.outbox.extending.as_mut();
        let is_it = |e: &&mut Extending| matches!(&e.phase, Phase::Sending(s) if *s == entry.send);
        let Some(extending) = extending.filter(is_it) else {
            return false;
        };
        let lost = match end {
            // A call without a certain answer is read back as well: it may have been
            // made.
            End::Sent { .. } | End::Nothing => None,
            End::Unconfirmed { failure, .. } => Some(failure.clone()),
            _ => {
                let called = extending.extension.called.clone();
                self.outbox.extending = None;
                let refresh = self.key_for(Command::Refresh);
                let (weight, text) = words(&called, end, None, Origin::NoDraft, &refresh);
                self.say(weight, text);
                return true;
            }
        };
        extending.phase = Phase::ReadingBack(lost);
        let plan = extending.extension.plan.clone();
        self.forget_usage(&plan);
        self.ask_usage(&plan);
        true
    }

    /// Stops waiting. A call that is under way may have been made: the usage is
    /// read to see.
    pub(in crate::app) fn stop_extending(&mut self) {
        let Some(extending) = &self.outbox.extending else {
            return;
        };
        match extending.phase {
            Phase::Sending(_) => self.stop_current(),
            Phase::ReadingBack(_) => {
                let plan = extending.extension.plan.clone();
                self.forget_usage(&plan);
                self.end_extension(None);
                self.ask_usage(&plan);
            }
        }
    }

    /// The usage of a plan was read: if it is what an extension waits for, that
    /// is over.
    pub(in crate::app) fn extension_read_back(&mut self, plan: &PlanId) {
        let Some(extending) = &self.outbox.extending else {
            return;
        };
        let is_it = extending.extension.plan == *plan;
        if !is_it || !matches!(extending.phase, Phase::ReadingBack(_)) {
            return;
        }
        let quota = self
            .plans
            .plan(plan)
            .and_then(|plan| plan.settings.quota.as_ref());
        let read = self.catalogue.usage_of(plan);
        let key = &extending.extension.key;
        let read = read.and_then(|read| read.usage.current(key, quota, read.today()));
        self.end_extension(read.and_then(|current| current.left.known()));
    }

    fn end_extension(&mut self, read: Option<i64>) {
        let refresh = self.keymap.label(Place::Usage, Command::Refresh);
        let Some(Extending { extension, phase }) = self.outbox.extending.take() else {
            return;
        };
        let lost = match &phase {
            Phase::ReadingBack(lost) => lost.as_ref(),
            Phase::Sending(_) => None,
        };
        let (weight, text) = extension.compared(read, lost, &refresh);
        self.forget_unsent_extension(&extension.plan, &extension.key);
        self.tell(Changed::Extended(Box::new(extension)));
        self.say(weight, text);
    }
}
