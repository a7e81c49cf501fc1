//! What it means for the API keys of a plan that it gets or loses stages.

use std::collections::BTreeSet;

use super::{Members, NO_STAGES, Rule, at_stage, finding, named};
use crate::plan::{Field, Finding, Settings, StageKey, UsagePlan};

/// The number of API keys that a finding names.
const NAMED_KEYS: usize = 5;

impl<'a> Members<'a> {
    /// A stage that a plan gets may be one that its keys have by another plan; one
    /// that it loses its keys may have by no other.
    pub(super) fn update(&mut self, base: &'a UsagePlan, wanted: &'a Settings) -> Vec<Finding> {
        let Some(place) = self.places.get(&base.id).copied() else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        // As the changes before this one leave the plan, which is not always as it was
        // read.
        let before = self.plans.get(place).map_or(&NO_STAGES, |here| here.stages);
        for stage in wanted.stages.keys() {
            if !before.contains_key(stage) {
                findings.extend(self.against_attaching(stage, place));
            }
        }
        let gone = before
            .keys()
            .filter(|stage| !wanted.stages.contains_key(*stage));
        let gone: Vec<&StageKey> = gone.collect();
        if let Some(holder) = self.plans.get_mut(place) {
            holder.stages = &wanted.stages;
        }
        findings.extend(self.lost_with(place, &gone));
        findings
    }

    /// The keys that have no plan for the stages any more that their plan lost.
    fn lost_with(&self, place: usize, gone: &[&StageKey]) -> Vec<Finding> {
        if gone.is_empty() {
            return Vec::new();
        }
        let here = self.name(place);
        if self.plans.get(place).is_none_or(|holder| !holder.is_read) {
            let gone: Vec<_> = gone.iter().map(ToString::to_string).collect();
            let message = format!(
                "which API keys lose access to {} could not be checked",
                gone.join(", ")
            );
            let instead = format!("read the keys of {here} first");
            return vec![finding(Rule::KeysKnown, message, instead)];
        }
        let keys: Vec<&str> = self.keys_in(place).collect();
        let mut findings = Vec::new();
        for stage in gone {
            let losing = self.losing(&keys, Some(place), stage);
            findings.extend(self.loss(stage, &losing));
        }
        // Where no key is known to lose a stage there is nothing for another plan to make
        // up for.
        if !findings.is_empty() {
            findings.extend(self.unread_cover(Some(place), &keys, &gone.iter().copied()));
        }
        findings
    }

    /// The keys that are known to be in a plan, in order.
    pub(super) fn keys_in(&self, place: usize) -> impl Iterator<Item = &'a str> {
        let is_here = |(_, places): &(&&str, &BTreeSet<usize>)| places.contains(&place);
        let keys: BTreeSet<&'a str> = self
            .plans_by
            .iter()
            .filter(is_here)
            .map(|(key, _)| *key)
            .collect();
        keys.into_iter()
    }

    /// Those of some keys of a plan that no other plan is known to give a stage.
    pub(super) fn losing<'k>(
        &self,
        keys: &[&'k str],
        place: Option<usize>,
        stage: &StageKey,
    ) -> Vec<&'k str> {
        let has_no_other = |key: &&&str| {
            let mut others = self.places_of(key).filter(|other| Some(*other) != place);
            !others.any(|other| self.has(other, stage))
        };
        keys.iter().filter(has_no_other).copied().collect()
    }

    /// `2 API keys lose access to a1b2c3:prod: app (k1), k2`.
    pub(super) fn loss(&self, stage: &StageKey, losing: &[&str]) -> Option<Finding> {
        let who = match losing.len() {
            0 => return None,
            1 => "1 API key loses".to_owned(),
            many => format!("{many} API keys lose"),
        };
        let message = format!("{who} access to {stage}: {}", self.listed(losing));
        Some(Finding {
            field: Some(Field::Stage(stage.clone())),
            ..finding(Rule::KeyAccess, message, "")
        })
    }

    /// The names of the first few keys, and how many more there are.
    fn listed(&self, keys: &[&str]) -> String {
        let names = keys.iter().take(NAMED_KEYS).map(|key| self.short(key));
        let names = names.collect::<Vec<_>>().join(", ");
        match keys.len().saturating_sub(NAMED_KEYS) {
            0 => names,
            more => format!("{names} and {more} more"),
        }
    }

    /// Plans that may give the keys of one these stages besides, for all that is
    /// known.
    pub(super) fn unread_cover<'s>(
        &self,
        place: Option<usize>,
        keys: &[&str],
        stages: &(impl Iterator<Item = &'s StageKey> + Clone),
    ) -> Option<Finding> {
        if keys.iter().all(|key| self.asked.contains(key)) {
            return None;
        }
        let is_open = |(at, holder): &(usize, &super::Holder<'_>)| {
            let mut stages = stages.clone();
            Some(*at) != place
                && !holder.is_read
                && stages.any(|stage| holder.stages.contains_key(stage))
        };
        let plans = self.plans.iter().enumerate();
        let unread: Vec<&str> = plans
            .filter(is_open)
            .map(|(_, holder)| holder.name)
            .collect();
        if unread.is_empty() {
            return None;
        }
        let message = format!(
            "whether another plan gives these API keys the same stages could not be checked: {}",
            named(&unread)
        );
        let instead = "they keep access where one does";
        Some(finding(Rule::KeysKnown, message, instead))
    }

    fn against_attaching(&self, stage: &StageKey, place: usize) -> Vec<Finding> {
        let here = self.name(place);
        let others = self.plans.iter().enumerate();
        let others =
            others.filter(|(other, holder)| *other != place && holder.stages.contains_key(stage));
        // That no key is found in both plans is a proof only where the keys of both were
        // read.
        let is_read = self.plans.get(place).is_some_and(|here| here.is_read);
        let mut findings = Vec::new();
        let mut unread = Vec::new();
        for (other, holder) in others {
            let is_in_both =
                |places: &&BTreeSet<usize>| places.contains(&place) && places.contains(&other);
            let shared = self.plans_by.values().filter(is_in_both).count();
            if shared > 0 {
                let keys = match shared {
                    1 => "an API key is".to_owned(),
                    many => format!("{many} API keys are"),
                };
                findings.push(at_stage(
                    stage,
                    format!(
                        "{keys} both in {here} and in {}, which has {stage} already: a key may \
                         be in one plan per stage only",
                        holder.name
                    ),
                    format!(
                        "take the keys out of {} before, or leave {stage}",
                        holder.name
                    ),
                ));
            } else if !(is_read && holder.is_read) {
                unread.push(holder.name);
            }
        }
        if !unread.is_empty() {
            let message = format!(
                "whether a key of {here} is also in another plan of {stage} could not be \
                 checked: {}",
                named(&unread)
            );
            findings.push(finding(Rule::KeysKnown, message, "read their keys first"));
        }
        findings
    }
}
