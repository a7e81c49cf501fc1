//! The questions under way: what is awaited, and what is dropped when it is not any more.

use std::collections::BTreeMap;

use crate::app::core::Core;
use crate::app::core::drafts::DraftId;
use crate::app::core::plans::KeyFilter;
use crate::app::message::{Effect, Question, Ticket};
use crate::app::outbox::undo::Needed;
use crate::plan::PlanId;

/// The purpose that an answer is awaited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) enum Awaited {
    Connect,
    Identity,
    Plans,
    Plan,
    /// A plan that may be gone, or that the list does not have; whether to go to it.
    Presence {
        plan: PlanId,
        goes: bool,
    },
    Account,
    Apis,
    Stages(String),
    Methods(String),
    ApiKeys,
    PlanKeys(PlanId),
    /// The plans of an API key, beside what the list shows.
    PlansOf(String),
    Usage(PlanId),
    KeyValue(String),
    Save,
    Send,
    HasKey,
    /// All plans, for the queue.
    AllPlans,
    /// The journal has what the queue gave it.
    Recorded,
    /// For the outcome of a call of an earlier run.
    Resolve,
    /// For the history of sent changes.
    History,
    /// For something that has to be known before a change is undone.
    Undo(Needed),
    /// The program that copies has the text.
    Copy,
    /// The text of this draft comes back from the operator's editor.
    Edited(DraftId),
}

/// The questions that are open.
#[derive(Debug, Default)]
pub(in crate::app) struct Questions {
    pub(in crate::app) awaited: BTreeMap<Ticket, Awaited>,
    pub(in crate::app) next: u64,
}

impl Core {
    pub(in crate::app) fn ask(&mut self, awaited: Awaited, question: Question) {
        let ticket = self.ticket(awaited);
        self.effects.push(Effect::Ask(ticket, question));
    }

    pub(in crate::app) fn ticket(&mut self, awaited: Awaited) -> Ticket {
        let ticket = Ticket(self.questions.next);
        self.questions.next += 1;
        self.questions.awaited.insert(ticket, awaited);
        ticket
    }

    /// Stops waiting for answers; says whether there was one to wait for.
    pub(in crate::app) fn cancel(&mut self, which: impl Fn(&Awaited) -> bool) -> bool {
        let tickets: Vec<_> = self
            .questions
            .awaited
            .iter()
            .filter(|(_, a)| which(a))
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in &tickets {
            // The answer may be on its way all the same; without its number it is
            // dropped.
            self.questions.awaited.remove(ticket);
            self.effects.push(Effect::Cancel(*ticket));
        }
        !tickets.is_empty()
    }

    /// Reads the plans, all or those of one API key.
    pub(in crate::app) fn read_plans(&mut self, of_key: Option<KeyFilter>) {
        self.cancel(|awaited| *awaited == Awaited::Plans);
        if self.plans.of_key != of_key {
            self.set_aside(of_key.as_ref());
            // A list of all plans has the selected one again, unless it is gone; that of a key
            // may not.
            self.plans.clear(of_key.is_none());
        }
        let id = of_key.as_ref().map(|key| key.id.clone());
        self.plans.of_key = of_key;
        self.plans.begin();
        self.ask(Awaited::Plans, Question::Plans { of_key: id });
    }
}

impl Core {
    /// Forgets what was read around the plans, and stops asking for it. What the queue and
    /// the journal wait for goes on.
    pub(in crate::app) fn forget_all(&mut self) {
        self.catalogue = self.catalogue.anew();
        self.cancel(|awaited| {
            !matches!(
                awaited,
                Awaited::Send
                    | Awaited::Identity
                    | Awaited::Plan
                    | Awaited::HasKey
                    | Awaited::AllPlans
                    | Awaited::Recorded
                    | Awaited::Resolve
                    | Awaited::Undo(_)
                    | Awaited::Copy
                    | Awaited::Edited(_)
                    | Awaited::Save
            )
        });
    }
}
