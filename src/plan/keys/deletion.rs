//! What it means to delete a plan.

use std::collections::BTreeMap;

use super::{Members, Rule, finding};
use crate::plan::{Finding, StageKey, UsagePlan};

/// What the deletion of a plan does to others, and what of it stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The stages that are detached first: the service refuses to delete a plan that
    /// has any.
    pub stages: Vec<StageKey>,
    /// How many API keys are in the plan; `None` where that is not known.
    pub keys: Option<usize>,
    /// How many of the keys lose access to which stage, because no other plan of
    /// theirs is known to have it.
    pub losses: BTreeMap<StageKey, usize>,
}

impl Members<'_> {
    /// What it means to delete a plan. The keys are those that somebody noted
    /// before; they count where nothing better is known.
    #[must_use]
    pub fn deletion(&self, plan: &UsagePlan, noted: &[String]) -> Deletion {
        let place = self.places.get(&plan.id).copied();
        let holder = place.and_then(|place| self.plans.get(place));
        let is_read = holder.is_some_and(|holder| holder.is_read);
        let keys: Vec<&str> = if is_read {
            let is_here = |key: &&str| place.is_some_and(|place| self.is_in(key, place));
            self.plans_by.keys().copied().filter(is_here).collect()
        } else {
            noted.iter().map(String::as_str).collect()
        };
        let stages: Vec<_> = plan.settings.stages.keys().cloned().collect();
        let has_no_other = |key: &&&str, stage: &StageKey| {
            let mut others = self.places_of(key).filter(|other| Some(*other) != place);
            !others.any(|other| self.has(other, stage))
        };
        let losses = stages.iter().filter_map(|stage| {
            let losing = keys.iter().filter(|key| has_no_other(key, stage)).count();
            (losing > 0).then(|| (stage.clone(), losing))
        });
        Deletion {
            losses: losses.collect(),
            stages,
            keys: (is_read || !noted.is_empty()).then_some(keys.len()),
        }
    }
}

impl Deletion {
    /// What cannot be taken back, or not at once.
    pub const FOR_GOOD: [&str; 3] = [
        "the plan's id: a plan made in its place has another",
        "the usage that was counted so far (inferred)",
        "the API keys are in it no more: they can be put into another plan, one by one",
    ];

    /// The same as warnings: who loses access.
    pub(super) fn findings(&self) -> Vec<Finding> {
        if self.keys.is_none() && !self.stages.is_empty() {
            let message = "which API keys lose access could not be checked".to_owned();
            return vec![finding(
                Rule::KeysKnown,
                message,
                "read the keys of the plan first",
            )];
        }
        let losses = self.losses.iter().map(|(stage, keys)| {
            let who = match keys {
                1 => "1 API key loses".to_owned(),
                many => format!("{many} API keys lose"),
            };
            finding(Rule::KeyAccess, format!("{who} access to {stage}"), "")
        });
        losses.collect()
    }
}
