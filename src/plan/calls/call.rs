//! What is sent: the calls that make a plan what the operator wants.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::plan::model::json;
use crate::plan::{
    Count, Map, Op, PatchOperation, PlanId, Rate, Refused, Settings, Throttle, UsagePlan, diff,
    outcome,
};

/// The service takes one `UpdateUsagePlan` in this time, per account (AWS quotas
/// page, not adjustable).
pub const UPDATE_INTERVAL: Duration = Duration::from_secs(20);

/// One call to the service that changes something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// CreateUsagePlan with what creation can carry of the settings that are
    /// wanted (see [`creatable`]).
    #[serde(rename = "CreateUsagePlan", with = "json::creation")]
    Create(Box<Settings>),
    /// UpdateUsagePlan: all operations of a plan at once.
    #[serde(rename = "UpdateUsagePlan")]
    Update {
        /// The plan.
        plan: PlanId,
        /// The operations, in order.
        #[serde(rename = "patchOperations")]
        operations: Vec<PatchOperation>,
    },
    /// TagResource on the plan.
    #[serde(rename = "TagResource")]
    Tag {
        /// The plan.
        plan: PlanId,
        /// The tags to set.
        #[serde(with = "json::tags")]
        tags: Map<String, String>,
    },
    /// UntagResource on the plan.
    #[serde(rename = "UntagResource")]
    Untag {
        /// The plan.
        plan: PlanId,
        /// The keys of the tags to take away.
        #[serde(rename = "tagKeys")]
        keys: Vec<String>,
    },
    /// UpdateUsage: sets how many requests an API key has left of its quota in
    /// the current period. It changes nothing of the plan itself.
    #[serde(rename = "UpdateUsage")]
    ExtendUsage {
        /// The plan.
        plan: PlanId,
        /// The API key's identifier.
        key: String,
        /// Requests to leave it, more or fewer than it has.
        remaining: Count,
    },
    /// `CreateUsagePlanKey`: puts an API key into the plan.
    #[serde(rename = "CreateUsagePlanKey")]
    AttachKey {
        /// The plan.
        plan: PlanId,
        /// The API key's identifier.
        key: String,
    },
    /// `DeleteUsagePlanKey`: takes an API key out of the plan. The key itself stays.
    #[serde(rename = "DeleteUsagePlanKey")]
    DetachKey {
        /// The plan.
        plan: PlanId,
        /// The API key's identifier.
        key: String,
    },
    /// `DeleteUsagePlan`. The service refuses it while the plan has stages.
    #[serde(rename = "DeleteUsagePlan")]
    Delete {
        /// The plan.
        plan: PlanId,
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
            Self::ExtendUsage { .. } => "UpdateUsage",
            Self::AttachKey { .. } => "CreateUsagePlanKey",
            Self::DetachKey { .. } => "DeleteUsagePlanKey",
            Self::Delete { .. } => "DeleteUsagePlan",
        }
    }
}

impl Call {
    /// The plan that it changes; none for a plan that it makes.
    #[must_use]
    pub fn plan(&self) -> Option<&PlanId> {
        match self {
            Self::Create(_) => None,
            Self::Update { plan, .. }
            | Self::Tag { plan, .. }
            | Self::Untag { plan, .. }
            | Self::ExtendUsage { plan, .. }
            | Self::AttachKey { plan, .. }
            | Self::DetachKey { plan, .. }
            | Self::Delete { plan } => Some(plan),
        }
    }
}

/// The operation of [`Call::ExtendUsage`], the only one that UpdateUsage takes
/// (AWS patch-operations page).
#[must_use]
pub fn extension(remaining: Count) -> PatchOperation {
    PatchOperation::new(Op::Replace, "/remaining", remaining.to_string())
}

/// The calls that make a plan what is wanted: its update, then the tags that go, then
/// those that are set. For a
/// new plan (no `base`) its creation; what creation cannot carry follows as an
/// update once the answer is there, `diff(answer, edited)`, and is predicted by
/// `diff(&creatable(edited), edited)`.
#[must_use]
pub fn calls(base: Option<&UsagePlan>, edited: &Settings) -> Vec<Call> {
    let Some(UsagePlan { id, settings }) = base else {
        return vec![Call::Create(Box::new(creatable(edited)))];
    };
    let mut calls = Vec::new();
    let operations = diff(settings, edited);
    if !operations.is_empty() {
        // One call for all operations: each update of its own would wait for a slot of its
        // own.
        calls.push(Call::Update {
            plan: id.clone(),
            operations,
        });
    }
    // Tags go first: a plan that has the most it can have takes no more before.
    let gone = settings
        .tags
        .keys()
        .filter(|key| !edited.tags.contains_key(*key));
    let keys: Vec<_> = gone.cloned().collect();
    if !keys.is_empty() {
        calls.push(Call::Untag {
            plan: id.clone(),
            keys,
        });
    }
    let moved = edited
        .tags
        .iter()
        .filter(|(key, value)| settings.tags.get(*key) != Some(value));
    let tags: Map<_, _> = moved.map(|(k, v)| (k.clone(), v.clone())).collect();
    if !tags.is_empty() {
        calls.push(Call::Tag {
            plan: id.clone(),
            tags,
        });
    }
    calls
}

/// The call that follows the creation of a plan, where creation cannot carry all of it.
#[must_use]
pub fn after_creation(wanted: &Settings) -> Option<Call> {
    let operations = diff(&creatable(wanted), wanted);
    (!operations.is_empty()).then(|| Call::Update {
        // The service gives the identifier with its answer; before that no call can name
        // the plan.
        plan: plan_to_come(),
        operations,
    })
}

/// The stand-in for the identifier that the service will give to a new plan.
#[must_use]
pub fn plan_to_come() -> PlanId {
    PlanId("NEW-PLAN-ID".to_owned())
}

/// The part of a plan that CreateUsagePlan can carry, and so the settings that its answer
/// is predicted to have. It has no member for a product code, and the SDK leaves a 0 out
/// of its body: a quota limit, a rate or a burst of 0 would be missing, so that its
/// quota, throttle or method throttle is left out as a whole. (An offset that is missing
/// is 0.) Where the plan's throttle is left out so are all method throttles: the service
/// refuses them without one (reported, see [`crate::plan::Rule::MethodsNeedThrottle`]).
#[must_use]
pub fn creatable(settings: &Settings) -> Settings {
    let is_carried = |throttle: &Throttle| {
        throttle.rate != Some(Rate::ZERO) && throttle.burst != Some(Count::ZERO)
    };
    let mut created = settings.clone();
    created.product_code.clear();
    created.throttle = created.throttle.filter(is_carried);
    let has_throttle = created.throttle.is_some();
    created.quota = created
        .quota
        .filter(|quota| quota.limit != Some(Count::ZERO));
    for (_, methods) in created.stages.iter_mut() {
        methods.retain(|_, throttle| has_throttle && is_carried(throttle));
    }
    created
}

/// The settings that a call is predicted to leave. What stood before is not asked
/// by a creation, and a call that does not touch the settings leaves them as they
/// are.
///
/// # Errors
/// When an operation of an update cannot be applied.
pub fn predict(before: &Settings, call: &Call) -> Result<Settings, Refused> {
    let mut after = before.clone();
    match call {
        Call::Create(settings) => after = creatable(settings),
        Call::Update { operations, .. } => after = outcome(before, operations)?,
        // TagResource adds to the tags that are there and replaces only those of the same
        // key.
        Call::Tag { tags, .. } => after.tags.extend(tags.clone()),
        Call::Untag { keys, .. } => after.tags.retain(|key, _| !keys.contains(key)),
        Call::ExtendUsage { .. }
        | Call::AttachKey { .. }
        | Call::DetachKey { .. }
        | Call::Delete { .. } => {}
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::model::arbitrary::{settings, two_settings};
    use crate::plan::{MethodKey, MethodThrottles, Period, Quota, StageKey, apply};

    fn throttle(rate: f64, burst: i32) -> Throttle {
        Throttle::new(Rate::as_read(rate), Count::as_read(burst))
    }

    #[test]
    fn creation_carries_half_a_throttle_as_it_is() {
        let half = Settings {
            name: "plan".to_owned(),
            throttle: Some(Throttle {
                rate: Some(Rate::as_read(5.0)),
                burst: None,
            }),
            ..Settings::default()
        };
        assert_eq!(creatable(&half), half);
        // A 0 beside a half is not carried, and follows.
        let zero = Settings {
            throttle: Some(Throttle {
                rate: None,
                burst: Some(Count::ZERO),
            }),
            ..half.clone()
        };
        let created = creatable(&zero);
        assert_eq!(created.throttle, None);
        let [burst] = &diff(&created, &zero)[..] else {
            panic!("{:?}", diff(&created, &zero));
        };
        assert_eq!(burst.path, "/throttle/burstLimit");
    }

    #[test]
    fn creation_leaves_out_what_it_cannot_carry() {
        let methods = |zeros: bool| {
            let one = (MethodKey::as_read("//GET"), throttle(1.0, 1));
            let none = (MethodKey::as_read("*/*"), throttle(0.0, 1));
            let methods = [one].into_iter().chain(zeros.then_some(none)).collect();
            [(StageKey::as_read("a", "b"), methods)]
                .into_iter()
                .collect()
        };
        let wanted = Settings {
            name: "plan".to_owned(),
            product_code: "abc".to_owned(),
            throttle: Some(throttle(5.0, 0)),
            quota: Some(Quota::new(Count::ZERO, Period::Day, Count::ZERO)),
            stages: methods(true),
            tags: [("team".to_owned(), "pay".to_owned())]
                .into_iter()
                .collect(),
            ..Settings::default()
        };
        let created = Settings {
            product_code: String::new(),
            throttle: None,
            quota: None,
            // Without the plan's throttle the service takes no method throttles.
            stages: [(StageKey::as_read("a", "b"), MethodThrottles::new())]
                .into_iter()
                .collect(),
            ..wanted.clone()
        };
        assert_eq!(creatable(&wanted), created);
        assert_eq!(
            calls(None, &wanted),
            [Call::Create(Box::new(created.clone()))]
        );
        let paths: Vec<_> = diff(&created, &wanted)
            .into_iter()
            .map(|o| o.path)
            .collect();
        assert_eq!(
            paths,
            [
                "/throttle/rateLimit",
                "/throttle/burstLimit",
                "/apiStages/a:b/throttle",
                "/productCode",
                "/quota/period",
                "/quota/limit",
            ]
        );
        let with_throttle = Settings {
            throttle: Some(throttle(5.0, 1)),
            ..wanted
        };
        assert_eq!(creatable(&with_throttle).stages, methods(false));
    }

    #[test]
    fn tags_travel_apart() {
        let tags = |tags: &[(&str, &str)]| {
            let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
            tags.iter().map(owned).collect::<Map<_, _>>()
        };
        let plan = UsagePlan {
            id: PlanId("w0mvrr".to_owned()),
            settings: Settings {
                tags: tags(&[("same", "1"), ("moved", "1"), ("gone", "1")]),
                ..Settings::default()
            },
        };
        let edited = Settings {
            tags: tags(&[("same", "1"), ("moved", "2"), ("new", "")]),
            ..Settings::default()
        };
        assert_eq!(
            calls(Some(&plan), &edited),
            [
                Call::Untag {
                    plan: plan.id.clone(),
                    keys: vec!["gone".to_owned()],
                },
                Call::Tag {
                    plan: plan.id.clone(),
                    tags: tags(&[("moved", "2"), ("new", "")]),
                },
            ]
        );
    }

    proptest! {
        #[test]
        fn calls_lead_to_what_is_wanted((base, edited) in two_settings()) {
            let plan = UsagePlan { id: PlanId("w0mvrr".to_owned()), settings: base.clone() };
            let mut after = base;
            for call in calls(Some(&plan), &edited) {
                let before = after;
                after = predict(&before, &call).unwrap();
                prop_assert_ne!(&after, &before, "{:?} does nothing", call);
            }
            prop_assert_eq!(after, edited);
        }

        #[test]
        fn creation_and_what_follows_lead_to_what_is_wanted(wanted in settings()) {
            let calls = calls(None, &wanted);
            prop_assert_eq!(calls.len(), 1);
            let created = predict(&Settings::default(), &calls[0]).unwrap();
            prop_assert_eq!(&creatable(&created), &created);
            let after = apply(&created, &diff(&created, &wanted)).unwrap();
            prop_assert_eq!(after, wanted);
        }
    }
}
