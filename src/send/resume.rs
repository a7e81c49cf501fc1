//! What an earlier run of the program left to send.

use crate::journal::{EntryState, Fate, PastEntry, PastSend, Planned};
use crate::plan::Aim;

/// The changes that a send has left: those that had not had their turn, and those of
/// which nothing or not all was made. One of which nobody can tell what was made is
/// not among them: it is for the operator to look at.
///
/// Each goes on from where it came: a plan from what the last call made of it.
#[must_use]
pub fn left(send: &PastSend) -> Vec<Planned> {
    send.entries
        .iter()
        .filter(|entry| !matches!(entry.state(), EntryState::Applied | EntryState::Unknown))
        .filter_map(|entry| {
            Some(Planned {
                id: entry.id.clone(),
                name: entry.name.clone(),
                aim: aim_from_here(entry)?,
            })
        })
        .collect()
}

/// What is still to be achieved; `None` where it is.
fn aim_from_here(entry: &PastEntry) -> Option<Aim> {
    let applied = entry
        .steps
        .iter()
        .filter(|s| s.fate() == Some(Fate::Applied));
    let mut shown = applied.filter_map(|step| step.sent.as_ref()?.1.plan.clone());
    let Some(plan) = shown.next_back() else {
        return Some(entry.aim.clone());
    };
    let aim = match &entry.aim {
        Aim::Create { wanted, .. } | Aim::Update { wanted, .. } => Aim::Update {
            wanted: wanted.clone(),
            base: plan,
        },
        Aim::Delete { keys, .. } => Aim::Delete {
            keys: keys.clone(),
            base: plan,
        },
        other => other.clone(),
    };
    (!aim.calls().is_empty()).then_some(aim)
}
