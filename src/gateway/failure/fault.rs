//! The fault of one attempt, before it is a failure of a call.

use crate::gateway::failure::FailureKind;
use crate::gateway::read::convert::Flaw;
use crate::task::Died;

/// The fault of one attempt, before it is known what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::gateway) struct Fault {
    pub(in crate::gateway) kind: FailureKind,
    pub(in crate::gateway) said: String,
    /// True if the kind holds for what became of a change: it does not where something
    /// between here and the service may have answered in its place.
    pub(in crate::gateway) is_certain: bool,
}

impl Fault {
    pub(in crate::gateway) fn new(kind: FailureKind, said: impl Into<String>) -> Self {
        Self {
            kind,
            said: said.into(),
            is_certain: true,
        }
    }

    /// The task died that made the attempt, or that it waited for.
    pub(in crate::gateway) fn died(died: &Died, was_sent: bool) -> Self {
        Self::new(FailureKind::Died { was_sent }, &died.said)
    }
}

impl From<Flaw> for Fault {
    fn from(Flaw { member, said }: Flaw) -> Self {
        let field = Some(member);
        Self::new(FailureKind::BadAnswer { field }, said)
    }
}
