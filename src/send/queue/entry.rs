//! A change in the queue, and the state that it is in.

use std::sync::Arc;

use crate::journal::{EntryId, Planned};
use crate::plan::{Aim, PlanId, UsagePlan};

/// The state of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueuedState {
    /// Its turn has not come.
    Waiting,
    /// It is on its way.
    Underway,
    /// It was sent, or there was nothing to send.
    Done,
    /// It was not sent, or not as predicted, or nobody knows.
    Failed,
    /// A call of it was not seen yet, and may still be made; nobody waits for it here.
    NotSeen,
    /// It was left out, and its draft is kept.
    Skipped,
}

/// A change in the queue.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub id: EntryId,
    /// The name of its plan or key.
    pub name: String,
    /// The plan that it is about; none where that is yet to be made.
    pub plan: Option<PlanId>,
    /// The state that it is in.
    pub state: QueuedState,
    /// Set if its plan is to be no more.
    pub deletes: bool,
    /// The API key that leaves a plan or enters one, where it is about a key.
    pub transfer: Option<Transfer>,
    /// The aim of the change, until it is begun.
    pub(super) aim: Option<Aim>,
    /// The plan as an earlier run left it, and how many calls it began.
    pub(super) earlier: (Option<Arc<UsagePlan>>, u32),
    pub(super) takes_a_slot: bool,
}

/// An API key on its way out of a plan, into one, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The API key's identifier.
    pub key: String,
    /// The plan that it leaves.
    pub from: Option<PlanId>,
    /// The plan that it enters.
    pub to: Option<PlanId>,
}

impl Transfer {
    fn of(aim: &Aim) -> Option<Self> {
        match aim {
            Aim::Key { key, from, to } => Some(Self {
                key: key.clone(),
                from: from.clone(),
                to: to.clone(),
            }),
            _ => None,
        }
    }
}

impl Entry {
    pub(super) fn new(planned: Planned) -> Self {
        Self {
            id: planned.id,
            name: planned.name,
            plan: planned.aim.plan().cloned(),
            state: QueuedState::Waiting,
            deletes: matches!(planned.aim, Aim::Delete { .. }),
            transfer: Transfer::of(&planned.aim),
            takes_a_slot: planned.aim.takes_a_slot(),
            aim: Some(planned.aim),
            earlier: (None, 0),
        }
    }

    pub(super) fn skip(&mut self) {
        self.state = QueuedState::Skipped;
        // It is never begun, and an aim may hold two whole plans.
        self.aim = None;
    }

    /// Returns true if it is not over.
    #[must_use]
    pub fn is_left(&self) -> bool {
        matches!(self.state, QueuedState::Waiting | QueuedState::Underway)
    }
}
