//! An extension of what an API key has left of its quota, and the words on it.

use crate::app::core::notices::Weight;
use crate::gateway::Failure;
use crate::plan::usage::Left;
use crate::plan::{Call, Count, PlanId};
use crate::text::number;

/// An extension of what an API key has left in the current period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    pub(in crate::app) plan: PlanId,
    pub(in crate::app) key: String,
    /// The key's name.
    pub called: String,
    pub(in crate::app) before: Count,
    pub(in crate::app) left: Left,
    pub(in crate::app) after: Count,
}

impl Extension {
    /// The call that will be sent.
    pub(in crate::app) fn call(&self) -> Call {
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

    /// The requests left now, as read.
    pub(in crate::app) fn left_before(&self) -> String {
        let known = self.left.known();
        known.map_or_else(|| number(self.before), number::whole)
    }

    /// A sentence on why undo would not bring back what was, where that is below 0.
    pub(in crate::app) fn below_zero(&self) -> Option<String> {
        let known = self.left.known().filter(|left| *left < 0)?;
        Some(format!(
            "It reads {}: more was counted than the quota has. Undo sets 0, the least that can be set.",
            number::whole(known)
        ))
    }

    /// The words on what the reading back shows.
    pub(in crate::app) fn compared(
        &self,
        read: Option<i64>,
        lost: Option<&Failure>,
        refresh: &str,
    ) -> (Weight, String) {
        let called = &self.called;
        let wanted = number(self.after);
        let after = i64::from(self.after.get());
        match (read, lost) {
            (Some(read), _) if read == after => (
                Weight::Info,
                format!("Sent: {called} has {wanted} requests left, read back."),
            ),
            // GetUsage lags, by 30 to 40 minutes as others have measured, and clients go
            // on: fewer than were set are no fault by themselves.
            (Some(read), None) if read < after => (
                Weight::Warning,
                format!(
                    "Sent {wanted}, and {called} reads {} requests left: used meanwhile, or the usage lags behind. {refresh} reads again.",
                    number::whole(read)
                ),
            ),
            (Some(read), None) => (
                Weight::Warning,
                format!(
                    "Sent {wanted}, but {called} reads {} requests left. {refresh} reads again.",
                    number::whole(read)
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
                    number::whole(read)
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

pub(in crate::app) fn number(count: Count) -> String {
    number::whole(i64::from(count.get()))
}
