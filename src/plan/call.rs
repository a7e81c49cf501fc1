//! What is sent: the calls that make a plan what the operator wants.

use std::collections::BTreeMap;

use super::{PatchOperation, PlanId, Settings};

/// One call to the service that changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// CreateUsagePlan with all of the settings that creation carries.
    Create(Box<Settings>),
    /// UpdateUsagePlan: all operations of a plan at once.
    Update {
        /// The plan.
        plan: PlanId,
        /// The operations, in order.
        operations: Vec<PatchOperation>,
    },
    /// TagResource on the plan.
    Tag {
        /// The plan.
        plan: PlanId,
        /// The tags to set.
        tags: BTreeMap<String, String>,
    },
    /// UntagResource on the plan.
    Untag {
        /// The plan.
        plan: PlanId,
        /// The keys of the tags to take away.
        keys: Vec<String>,
    },
}

impl Call {
    /// The service's name for it.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Create(_) => "CreateUsagePlan",
            Self::Update { .. } => "UpdateUsagePlan",
            Self::Tag { .. } => "TagResource",
            Self::Untag { .. } => "UntagResource",
        }
    }
}
