//! What it means to delete a plan.

use std::collections::BTreeMap;

use super::{Members, Rule, finding};
use crate::plan::{Finding, StageKey, UsagePlan};

/// The harm that the deletion of a plan does to others, and the part of it that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The stages that are detached first: the service refuses to delete a plan that
    /// has any.
    pub stages: Vec<StageKey>,
    /// The identifiers of the API keys in the plan, in order; `None` where they are
    /// not known.
    pub keys: Option<Vec<String>>,
    /// The keys that lose access to a stage, because no other plan of theirs is known
    /// to have it.
    pub losses: BTreeMap<StageKey, Vec<String>>,
}

impl Members<'_> {
    /// The consequences of deleting a plan. The keys are those that somebody noted
    /// before; they count where nothing better is known.
    #[must_use]
    pub fn deletion(&self, plan: &UsagePlan, noted: &[String]) -> Deletion {
        let place = self.places.get(&plan.id).copied();
        let keys = self.keys_of_deleted(place, noted);
        let stages: Vec<_> = plan.settings.stages.keys().cloned().collect();
        let owned = |keys: Vec<&str>| keys.into_iter().map(str::to_owned).collect();
        let known = keys.as_deref().unwrap_or_default();
        let losses = stages.iter().filter_map(|stage| {
            let losing = self.losing(known, place, stage);
            (!losing.is_empty()).then(|| (stage.clone(), owned(losing)))
        });
        Deletion {
            losses: losses.collect(),
            stages,
            keys: keys.map(owned),
        }
    }

    fn keys_of_deleted<'k>(
        &'k self,
        place: Option<usize>,
        noted: &'k [String],
    ) -> Option<Vec<&'k str>> {
        let holder = place.and_then(|place| Some((place, self.plans.get(place)?)));
        match holder {
            Some((place, holder)) if holder.is_read => Some(self.keys_in(place).collect()),
            _ if noted.is_empty() => None,
            _ => Some(noted.iter().map(String::as_str).collect()),
        }
    }

    /// The same as warnings: who loses access.
    pub(super) fn lost_by_deletion(&self, plan: &UsagePlan, noted: &[String]) -> Vec<Finding> {
        let place = self.places.get(&plan.id).copied();
        let stages = plan.settings.stages.keys();
        let Some(keys) = self.keys_of_deleted(place, noted) else {
            // A plan without stages gives its keys access to nothing that they could lose.
            if plan.settings.stages.is_empty() {
                return Vec::new();
            }
            let message = "which API keys lose access could not be checked".to_owned();
            let instead = "read the keys of the plan first";
            return vec![finding(Rule::KeysKnown, message, instead)];
        };
        let losses = stages
            .clone()
            .map(|stage| self.loss(stage, &self.losing(&keys, place, stage)));
        let mut findings: Vec<Finding> = losses.flatten().collect();
        if !findings.is_empty() {
            findings.extend(self.unread_cover(place, &keys, &stages));
        }
        findings
    }
}

impl Deletion {
    /// The losses that cannot be undone, or not at once.
    pub const FOR_GOOD: [&str; 2] = [
        "the plan's id: a plan made in its place has another",
        "the usage that was counted so far (inferred)",
    ];
}
