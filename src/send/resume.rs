//! What an earlier run of the program left to send.

use std::sync::Arc;

use crate::journal::{CallOutcome, EntryState, PastEntry, PastSend, Planned};
use crate::plan::{Aim, UsagePlan, calls};

/// A change that is to go on from where it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// The change.
    pub planned: Planned,
    /// The plan as the last call that was made left it; none where none was.
    pub from: Option<Arc<UsagePlan>>,
    /// The number of its calls that were begun: those that follow are counted on from there.
    pub begun: u32,
}

/// The changes that a send has left: those that had not had their turn, and those that
/// were on their way and of which nothing or not all was made. One of which nobody can
/// tell what was made is not among them: it is for the operator to look at. Nor is one
/// that had failed or was left out.
#[must_use]
pub fn left(send: &PastSend) -> Vec<Remainder> {
    let entries = send.entries.iter();
    let is_over = |entry: &&PastEntry| {
        entry.given_up.is_some()
            || matches!(
                entry.state(),
                EntryState::Applied | EntryState::NotSeen | EntryState::Unknown
            )
    };
    let left = entries.filter(|entry| !is_over(entry)).map(|entry| {
        let mut applied = entry
            .steps
            .iter()
            .filter(|step| step.outcome() == Some(CallOutcome::Applied))
            .filter_map(|step| step.sent.as_ref()?.1.plan.clone());
        Remainder {
            planned: Planned {
                id: entry.id.clone(),
                name: entry.name.clone(),
                aim: entry.aim.clone(),
            },
            from: applied.next_back(),
            begun: entry.steps.last().map_or(0, |step| step.number),
        }
    });
    left.filter(|left| !left.is_achieved()).collect()
}

impl Remainder {
    /// Returns true if nothing is left to send.
    fn is_achieved(&self) -> bool {
        match (&self.planned.aim, &self.from) {
            (Aim::Create { wanted, keys }, Some(plan)) => {
                keys.is_empty() && calls(Some(plan), wanted).is_empty()
            }
            (Aim::Update { wanted, .. }, Some(plan)) => calls(Some(plan), wanted).is_empty(),
            _ => false,
        }
    }
}
