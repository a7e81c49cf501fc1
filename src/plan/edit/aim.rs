//! What one change of one plan is to achieve, whatever made it: the form, a bulk
//! tweak, a file, an undo.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::plan::calls::call::after_creation;
use crate::plan::{Call, Count, Op, PatchOperation, PlanId, Settings, StageKey, UsagePlan, calls};

/// The aim of one entry of the send queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Aim {
    /// There is to be a new plan.
    Create {
        /// Its settings.
        wanted: Settings,
        /// The identifiers of the API keys that are to be in it.
        keys: Vec<String>,
    },
    /// A plan is to have these settings.
    Update {
        /// The plan as last read.
        base: Arc<UsagePlan>,
        /// Its settings as they are to be.
        wanted: Settings,
    },
    /// A plan is to be no more.
    Delete {
        /// The plan as last read.
        base: Arc<UsagePlan>,
        /// The identifiers of the API keys that were in it, so that they can be put
        /// into its successor should the deletion be undone.
        keys: Vec<String>,
    },
    /// An API key is to be in another plan, or in one more, or in one less.
    Key {
        /// The API key's identifier.
        key: String,
        /// The plan that it leaves.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<PlanId>,
        /// The plan that it enters.
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<PlanId>,
    },
    /// An API key is to have so many requests left in the current period.
    Extend {
        /// The plan.
        plan: PlanId,
        /// The API key's identifier.
        key: String,
        /// Requests that it has left, as last read.
        before: Count,
        /// Requests that it is to have left.
        after: Count,
    },
}

impl Aim {
    /// The plan that it is about; none where that is yet to be made. For a key
    /// that moves, the plan that it enters.
    #[must_use]
    pub fn plan(&self) -> Option<&PlanId> {
        match self {
            Self::Create { .. } => None,
            Self::Update { base, .. } | Self::Delete { base, .. } => Some(&base.id),
            Self::Key { from, to, .. } => to.as_ref().or(from.as_ref()),
            Self::Extend { plan, .. } => Some(plan),
        }
    }

    /// The calls that it takes, in order, as far as they are known before the first
    /// answer: what follows the creation of a plan needs the identifier that it gets.
    ///
    /// A plan's stages go before the plan, as the service wants it. A key leaves
    /// before it enters: it may be in one plan per stage only.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        match self {
            Self::Create { wanted, .. } => calls(None, wanted),
            Self::Update { base, wanted } => calls(Some(base), wanted),
            Self::Delete { base, .. } => {
                let detach = detachments(&base.settings);
                let plan = base.id.clone();
                // A plan without stages needs no update, which would cost a slot.
                let update = (!detach.is_empty()).then(|| Call::Update {
                    plan: plan.clone(),
                    operations: detach,
                });
                update.into_iter().chain([Call::Delete { plan }]).collect()
            }
            Self::Key { key, from, to } => {
                let key = |plan: &PlanId| (plan.clone(), key.clone());
                let leave = from.as_ref().map(|plan| {
                    let (plan, key) = key(plan);
                    Call::DetachKey { plan, key }
                });
                let enter = to.as_ref().map(|plan| {
                    let (plan, key) = key(plan);
                    Call::AttachKey { plan, key }
                });
                leave.into_iter().chain(enter).collect()
            }
            Self::Extend {
                plan, key, after, ..
            } => vec![Call::ExtendUsage {
                plan: plan.clone(),
                key: key.clone(),
                remaining: *after,
            }],
        }
    }

    /// Returns true if it takes one of the few updates that the service takes per minute.
    #[must_use]
    pub fn takes_a_slot(&self) -> bool {
        if let Self::Create { wanted, .. } = self {
            return after_creation(wanted).is_some();
        }
        let mut calls = self.calls().into_iter();
        calls.any(|call| matches!(call, Call::Update { .. }))
    }

    /// The same without stages that it detaches and that do not exist any more: no caller
    /// can lose what is gone.
    #[must_use]
    pub fn without_gone(&self, is_gone: impl Fn(&StageKey) -> bool) -> Cow<'_, Self> {
        let Self::Update { base, wanted } = self else {
            return Cow::Borrowed(self);
        };
        let stages = &base.settings.stages;
        let leaves = |stage: &StageKey| !wanted.stages.contains_key(stage) && is_gone(stage);
        if !stages.keys().any(leaves) {
            return Cow::Borrowed(self);
        }
        let mut base = UsagePlan::clone(base);
        base.settings.stages.retain(|stage, _| !leaves(stage));
        Cow::Owned(Self::Update {
            base: Arc::new(base),
            wanted: wanted.clone(),
        })
    }

    /// Returns true if it is grave: a plan goes, a stage loses its plan, an API key
    /// loses a plan. Whoever depends on it is refused from then on.
    #[must_use]
    pub fn is_grave(&self) -> bool {
        match self {
            Self::Create { .. } | Self::Extend { .. } => false,
            Self::Update { base, wanted } => {
                let stages = |settings: &Settings| -> BTreeSet<_> {
                    settings.stages.keys().cloned().collect()
                };
                // The clients of a stage without its plan are refused; a changed limit only
                // slows them.
                !stages(&base.settings).is_subset(&stages(wanted))
            }
            Self::Delete { .. } => true,
            // A key that moves has a plan again in the end; the gap between is a finding of
            // its own.
            Self::Key { from, to, .. } => from.is_some() && to.is_none(),
        }
    }
}

/// The operations that take away all stages of a plan.
fn detachments(settings: &Settings) -> Vec<PatchOperation> {
    let stages = settings.stages.keys();
    stages
        .map(|stage| PatchOperation::new(Op::Remove, "/apiStages", stage.to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{MethodThrottles, StageKey};

    fn plan(stages: &[&str]) -> Arc<UsagePlan> {
        let stages = stages
            .iter()
            .map(|stage| (StageKey::as_read("a1b2c3", *stage), MethodThrottles::new()));
        Arc::new(UsagePlan {
            id: PlanId("w0mvrr".to_owned()),
            settings: Settings {
                name: "gold".to_owned(),
                stages: stages.collect(),
                ..Settings::default()
            },
        })
    }

    #[test]
    fn a_plan_is_deleted_after_its_stages() {
        let delete = |stages| Aim::Delete {
            base: plan(stages),
            keys: Vec::new(),
        };
        let calls = delete(&["beta", "prod"]).calls();
        let Call::Update { operations, .. } = &calls[0] else {
            panic!("the stages go first: {calls:?}");
        };
        let values: Vec<_> = operations.iter().map(|o| o.value.clone()).collect();
        assert_eq!(
            values,
            [
                Some("a1b2c3:beta".to_owned()),
                Some("a1b2c3:prod".to_owned())
            ]
        );
        assert!(matches!(calls[1..], [Call::Delete { .. }]));
        assert!(delete(&["beta"]).takes_a_slot());
        assert!(matches!(delete(&[]).calls()[..], [Call::Delete { .. }]));
        assert!(!delete(&[]).takes_a_slot());
    }

    #[test]
    fn a_creation_takes_a_slot_where_an_update_follows_it() {
        let create = |wanted| Aim::Create {
            wanted,
            keys: Vec::new(),
        };
        let mut wanted = plan(&["prod"]).settings.clone();
        wanted.product_code.clear();
        assert!(!create(wanted.clone()).takes_a_slot());
        wanted.product_code = "gold01".to_owned();
        assert!(create(wanted).takes_a_slot());
    }

    #[test]
    fn a_key_leaves_before_it_enters() {
        let moved = Aim::Key {
            key: "k".to_owned(),
            from: Some(PlanId("a".to_owned())),
            to: Some(PlanId("b".to_owned())),
        };
        let operations: Vec<_> = moved.calls().iter().map(Call::operation).collect();
        assert_eq!(operations, ["DeleteUsagePlanKey", "CreateUsagePlanKey"]);
        assert_eq!(moved.plan().unwrap().0, "b");
        assert!(!moved.is_grave());
    }

    #[test]
    fn it_is_grave_where_somebody_loses_access() {
        let update = |wanted: &[&str]| Aim::Update {
            base: plan(&["beta", "prod"]),
            wanted: plan(wanted).settings.clone(),
        };
        assert!(update(&["prod"]).is_grave());
        assert!(!update(&["beta", "prod", "dev"]).is_grave());
        let leave = Aim::Key {
            key: "k".to_owned(),
            from: Some(PlanId("a".to_owned())),
            to: None,
        };
        assert!(leave.is_grave());
    }
}
