//! API keys and the plans that they are in: what stands against a key entering or
//! leaving a plan, and who loses access.

mod deletion;
mod instead;
mod stages;

use std::collections::{BTreeSet, HashMap, HashSet};

use super::lint::Inventory;
use super::{
    Aim, Field, Finding, Map, MethodThrottles, PlanId, Rule, Settings, StageKey, UsagePlan,
};
use crate::plan::model::account::ApiKey;

pub use deletion::Deletion;

/// In how many plans a key can be unless AWS allows more (AWS general reference,
/// API Gateway quotas, L-985EB478).
const PLANS_PER_KEY: usize = 10;
/// The number of plans that a finding names.
const NAMED: usize = 3;

/// The memberships of keys in plans, as far as they are known.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    /// In the order of the inventory, then those that are to be made.
    plans: Vec<Holder<'a>>,
    places: HashMap<&'a PlanId, usize>,
    /// The places of the plans that each key is in, as far as known.
    plans_by: HashMap<&'a str, BTreeSet<usize>>,
    /// The keys of which all plans are known, whatever is known of the plans.
    asked: HashSet<&'a str>,
    api_keys: HashMap<&'a str, &'a ApiKey>,
    is_whole: bool,
}

/// A plan as it holds keys.
#[derive(Clone, Debug)]
struct Holder<'a> {
    /// The plan as it is; `None` for one that is to be made.
    plan: Option<&'a UsagePlan>,
    name: &'a str,
    stages: &'a Map<StageKey, MethodThrottles>,
    /// Set if its keys are known.
    is_read: bool,
}

/// The plans of a key.
#[derive(Clone, Debug)]
pub struct PlansOf<'a> {
    /// Those that it is known to be in, in the order of the inventory.
    pub plans: Vec<&'a UsagePlan>,
    /// Set if these are all of them.
    pub is_complete: bool,
}

impl<'a> Members<'a> {
    /// Takes what an inventory tells.
    #[must_use]
    pub fn of(inventory: &Inventory<'a>) -> Self {
        let mut members = Self {
            plans: Vec::with_capacity(inventory.plans.len()),
            places: HashMap::new(),
            plans_by: HashMap::new(),
            asked: HashSet::new(),
            api_keys: HashMap::new(),
            is_whole: inventory.is_whole,
        };
        for plan in inventory.plans.iter().copied() {
            let place = members.plans.len();
            let keys = inventory.plan_keys.get(&plan.id).copied();
            members.places.insert(&plan.id, place);
            members.plans.push(Holder {
                plan: Some(plan),
                name: &plan.settings.name,
                stages: &plan.settings.stages,
                is_read: keys.is_some(),
            });
            for key in keys.unwrap_or_default() {
                members.enter(&key.id, place);
                // It may say less than the list of all keys, which comes after it.
                members.api_keys.insert(&key.id, key);
            }
        }
        // GetUsagePlanKeys does not say whether a key is enabled, and GetApiKeys does.
        let all = inventory.api_keys.unwrap_or_default().iter();
        members
            .api_keys
            .extend(all.map(|key| (key.id.as_str(), key)));
        members
    }

    /// Adds what `GetUsagePlans` answers when it is asked for the plans of one key:
    /// these, and no others.
    #[must_use]
    pub fn with_plans_of(mut self, key: &'a str, plans: &[PlanId]) -> Self {
        let places = plans.iter().filter_map(|plan| self.places.get(plan));
        let places = places.copied().collect();
        self.plans_by.insert(key, places);
        // The service has answered for this key: plans that were not read cannot have it.
        self.asked.insert(key);
        self
    }

    /// The plans that a key is in.
    #[must_use]
    pub fn plans_of(&self, key: &str) -> PlansOf<'a> {
        let plans = self.places_of(key);
        let plans = plans.filter_map(|place| self.plans.get(place)?.plan);
        let all_read = || self.is_whole && self.plans.iter().all(|holder| holder.is_read);
        PlansOf {
            plans: plans.collect(),
            is_complete: self.asked.contains(key) || all_read(),
        }
    }

    /// The findings against each of some aims, where each is done after those before
    /// it. One that is refused is not done. Besides keys that enter and leave this
    /// judges plans that are made and deleted, and stages that are attached, by the
    /// keys in them; it says nothing of limits.
    #[must_use]
    pub fn judge<'b>(&self, aims: &'b [Aim]) -> Vec<Vec<Finding>>
    where
        'a: 'b,
    {
        // The aims change the memberships as they go, and the caller's must stay.
        let mut members: Members<'b> = self.clone();
        let judged = aims.iter().map(|aim| members.judge_and_do(aim));
        judged.collect()
    }

    fn judge_and_do(&mut self, aim: &'a Aim) -> Vec<Finding> {
        match aim {
            Aim::Key { key, from, to } => self.transfer(key, from.as_ref(), to.as_ref()),
            Aim::Create { wanted, keys } => self.create(wanted, keys),
            Aim::Update { base, wanted } => self.update(base, wanted),
            Aim::Delete { base, keys } => {
                let findings = self.lost_by_deletion(base, keys);
                if let Some(place) = self.places.remove(&base.id) {
                    for places in self.plans_by.values_mut() {
                        places.remove(&place);
                    }
                    if let Some(holder) = self.plans.get_mut(place) {
                        // The places of the others are numbers in this list, so that it
                        // keeps its length.
                        (holder.stages, holder.is_read) = (&NO_STAGES, true);
                    }
                }
                findings
            }
            Aim::Extend { .. } => Vec::new(),
        }
    }

    fn transfer(
        &mut self,
        key: &'a str,
        from: Option<&'a PlanId>,
        to: Option<&'a PlanId>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let place_of = |plan: Option<&PlanId>| plan.and_then(|plan| self.places.get(plan).copied());
        let (from_place, to_place) = (place_of(from), place_of(to));
        for (plan, place) in [(from, from_place), (to, to_place)] {
            if let (Some(plan), None) = (plan, place) {
                let message = format!("the plan {plan} is not known: nothing was checked there");
                findings.push(finding(Rule::KeysKnown, message, "read the plans again"));
            }
        }
        if let Some(place) = from_place {
            findings.extend(self.against_leaving(key, place));
        }
        if let Some(place) = to_place {
            findings.extend(self.against_entering(key, place, from_place));
        }
        // The key stays where it is, so that what follows is judged by that.
        if findings.iter().any(Finding::refuses) {
            return findings;
        }
        if let Some(place) = from_place {
            findings.extend(self.losses(key, place, to_place));
            if let Some(places) = self.plans_by.get_mut(key) {
                places.remove(&place);
            }
        }
        if let Some(place) = to_place {
            self.enter(key, place);
        }
        findings
    }

    fn create(&mut self, wanted: &'a Settings, keys: &'a [String]) -> Vec<Finding> {
        let place = self.plans.len();
        self.plans.push(Holder {
            plan: None,
            name: &wanted.name,
            stages: &wanted.stages,
            is_read: true,
        });
        let mut findings = Vec::new();
        for key in keys {
            findings.extend(self.against_entering(key, place, None));
            self.enter(key, place);
        }
        findings
    }

    fn against_leaving(&self, key: &str, from: usize) -> Option<Finding> {
        if self.is_in(key, from) {
            return None;
        }
        let here = self.name(from);
        if self.is_checked(key, from) {
            let message = format!("{} is not in {here}", self.called(key));
            return Some(finding(Rule::KeyInPlan, message, self.whereabouts(key)));
        }
        let message = format!(
            "whether {} is in {here} could not be checked",
            self.called(key)
        );
        Some(finding(
            Rule::KeysKnown,
            message,
            format!("read the keys of {here} first"),
        ))
    }

    fn against_entering(&self, key: &str, to: usize, from: Option<usize>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let here = self.name(to);
        // Everything else would be said of a call that is never made.
        if self.is_in(key, to) {
            let message = format!("{} is in {here} already", self.called(key));
            return vec![finding(Rule::KeyOnce, message, "leave it out")];
        }
        let stays: Vec<_> = self
            .places_of(key)
            // The key leaves that plan before it enters this one.
            .filter(|place| Some(*place) != from)
            .collect();
        for other in &stays {
            for stage in self.common_stages(to, *other) {
                findings.push(self.conflict(key, to, *other, from, stage));
            }
        }
        findings.extend(self.unchecked(key, to, from));
        if stays.len() >= PLANS_PER_KEY {
            let message = format!(
                "{} would be in {} plans: AWS allows {PLANS_PER_KEY} unless it was raised",
                self.called(key),
                stays.len() + 1
            );
            let instead = "ask AWS for more (Service Quotas, L-985EB478), or take it out of some";
            findings.push(finding(Rule::PlansPerKey, message, instead));
        }
        if self
            .api_keys
            .get(key)
            .is_some_and(|key| key.enabled == Some(false))
        {
            let message = format!("{} is disabled: it gives no access", self.called(key));
            findings.push(finding(Rule::KeyEnabled, message, "enable it"));
        }
        if self
            .plans
            .get(to)
            .is_some_and(|plan| plan.stages.is_empty())
        {
            let message = format!("{here} has no stages: a key in it gives access to nothing");
            findings.push(finding(
                Rule::PlanHasStages,
                message,
                "attach a stage to it",
            ));
        }
        findings
    }

    fn conflict(
        &self,
        key: &str,
        to: usize,
        other: usize,
        from: Option<usize>,
        stage: &StageKey,
    ) -> Finding {
        let (here, there) = (self.name(to), self.name(other));
        let message = format!(
            "{} is in {there}, which has {stage} too: a key may be in one plan per stage only",
            self.called(key)
        );
        let instead = match from {
            None => format!("move it from {there} to {here}"),
            Some(_) => format!("take it out of {there} before"),
        };
        at_stage(stage, message, instead)
    }

    /// Plans of the same stages that may have the key, for all that is known.
    fn unchecked(&self, key: &str, to: usize, from: Option<usize>) -> Option<Finding> {
        if self.asked.contains(key) {
            return None;
        }
        let is_open = |(place, holder): &(usize, &Holder<'_>)| {
            let is_other = *place != to && Some(*place) != from;
            is_other && !holder.is_read && self.common_stages(to, *place).next().is_some()
        };
        let mut unread: Vec<_> = self
            .plans
            .iter()
            .enumerate()
            .filter(is_open)
            .map(|(_, holder)| holder.name)
            .collect();
        if self.plans.get(to).is_some_and(|here| !here.is_read) {
            unread.insert(0, self.name(to));
        }
        let why = match (unread.as_slice(), self.is_whole) {
            ([], true) => return None,
            ([], false) => "not all plans were read".to_owned(),
            (unread, _) => named(unread),
        };
        let message = format!(
            "whether {} is already in a plan of these stages could not be checked: {why}",
            self.called(key)
        );
        Some(finding(
            Rule::KeysKnown,
            message,
            "ask for the plans of the key first",
        ))
    }

    /// The stages that a key cannot reach any more once it has left a plan, and those
    /// that it cannot reach for a while.
    fn losses(&self, key: &str, from: usize, to: Option<usize>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let stays: Vec<_> = self
            .places_of(key)
            .filter(|place| *place != from)
            .chain(to)
            .collect();
        let reached = |stage: &&StageKey| stays.iter().any(|place| self.has(*place, stage));
        let (kept, lost): (Vec<_>, Vec<_>) = self.stages(from).keys().partition(reached);
        if !lost.is_empty() {
            let lost: Vec<_> = lost.into_iter().map(ToString::to_string).collect();
            let message = format!("{} loses access to {}", self.called(key), lost.join(", "));
            findings.push(finding(Rule::KeyAccess, message, ""));
        }
        // Leaving and entering are two calls, and a key that was added may need a few
        // minutes.
        if to.is_some() && !kept.is_empty() {
            let message = format!(
                "{} may be refused from leaving {} until a few minutes after it has entered",
                self.called(key),
                self.name(from)
            );
            findings.push(finding(
                Rule::KeyGap,
                message,
                "move it when that hurts least",
            ));
        }
        findings
    }

    fn whereabouts(&self, key: &str) -> String {
        let plans = self.places_of(key).map(|place| self.name(place));
        match plans.collect::<Vec<_>>().as_slice() {
            [] => "leave it out".to_owned(),
            plans => format!("it is in {}", plans.join(", ")),
        }
    }

    fn enter(&mut self, key: &'a str, place: usize) {
        self.plans_by.entry(key).or_default().insert(place);
    }

    fn places_of(&self, key: &str) -> impl Iterator<Item = usize> + use<'_, 'a> {
        self.plans_by.get(key).into_iter().flatten().copied()
    }

    fn is_in(&self, key: &str, place: usize) -> bool {
        let places = self.plans_by.get(key);
        places.is_some_and(|places| places.contains(&place))
    }

    /// Returns true if it is known whether the key is in the plan.
    fn is_checked(&self, key: &str, place: usize) -> bool {
        let is_read = |holder: &Holder<'_>| holder.is_read;
        self.asked.contains(key) || self.plans.get(place).is_some_and(is_read)
    }

    /// `the API key partner (a1b2c3d4e5)`, as far as its name is known.
    #[must_use]
    pub fn called(&self, key: &str) -> String {
        format!("the API key {}", self.short(key))
    }

    /// `partner (a1b2c3d4e5)`, as far as its name is known.
    #[must_use]
    pub fn short(&self, key: &str) -> String {
        let name = self.api_keys.get(key).map_or("", |key| key.name.as_str());
        if name.is_empty() {
            key.to_owned()
        } else {
            format!("{name} ({key})")
        }
    }

    fn name(&self, place: usize) -> &'a str {
        self.plans.get(place).map_or("", |holder| holder.name)
    }

    fn stages(&self, place: usize) -> &'a Map<StageKey, MethodThrottles> {
        self.plans
            .get(place)
            .map_or(&NO_STAGES, |holder| holder.stages)
    }

    fn has(&self, place: usize, stage: &StageKey) -> bool {
        self.stages(place).contains_key(stage)
    }

    fn common_stages(&self, one: usize, other: usize) -> impl Iterator<Item = &'a StageKey> {
        let there = self.stages(other);
        let stages = self.stages(one).keys();
        stages.filter(|stage| there.contains_key(stage))
    }
}

static NO_STAGES: Map<StageKey, MethodThrottles> = Map::new();

fn finding(rule: Rule, message: String, instead: impl Into<String>) -> Finding {
    Finding {
        rule,
        field: None,
        message,
        instead: instead.into(),
    }
}

fn at_stage(stage: &StageKey, message: String, instead: String) -> Finding {
    Finding {
        rule: Rule::KeyOncePerStage,
        field: Some(Field::Stage(stage.clone())),
        message,
        instead,
    }
}

/// `the keys of gold, silver and 3 other plans are not known`.
fn named(plans: &[&str]) -> String {
    let (first, rest) = plans.split_at(plans.len().min(NAMED));
    let names = first.join(", ");
    match rest.len() {
        0 => format!("the keys of {names} are not known"),
        1 => format!("the keys of {names} and 1 other plan are not known"),
        more => format!("the keys of {names} and {more} other plans are not known"),
    }
}

#[cfg(test)]
mod tests;
