//! The judgement of a plan as a whole, and what a judgement rests on.
//!
//! [`judge`] compares with the plan as it was and reports only what moved. The judge
//! who does it is in `judge.rs`; the names and sources of the rules are in `sources.rs`.

mod judge;
mod sources;

use judge::Judge;

pub(in crate::plan) use judge::offset_in_period;

use crate::plan::model::account::AccountLimits;
use crate::plan::model::tags;
use crate::plan::{Field, Finding, Map, MethodKey, Rule, Settings, StageKey};

static NO_TAGS: Map<String, String> = Map::new();

/// Judges the plan that results, as a whole, but only where it differs from
/// `base`: a plan that breaks a rule already can still be renamed. A new plan
/// (no `base`) is judged everywhere.
#[must_use]
pub fn judge(
    base: Option<&Settings>,
    edited: &Settings,
    limits: Option<&AccountLimits>,
) -> Vec<Finding> {
    let of_stages = StageFindings::of(base, edited, limits);
    judge_with(base, edited, limits, &of_stages)
}

/// The findings of the rules in the stages of a plan.
#[derive(Debug)]
pub(in crate::plan) struct StageFindings {
    themselves: Vec<Finding>,
    without_throttle: Vec<Finding>,
    above_plan: Vec<Finding>,
}

impl StageFindings {
    /// It follows from the stages of both, their throttles and the account's limits alone.
    pub(in crate::plan) fn of(
        base: Option<&Settings>,
        edited: &Settings,
        limits: Option<&AccountLimits>,
    ) -> Self {
        let mut judge = Judge::new(edited, limits);
        // A plan may have thousands of stages, and most edits change none.
        if base.is_none_or(|base| base.stages != edited.stages) {
            judge.stages(base, edited);
        }
        let themselves = std::mem::take(&mut judge.findings);
        judge.methods_without_throttle(base, edited);
        let without_throttle = std::mem::take(&mut judge.findings);
        judge.methods_above_plan(base, edited);
        Self {
            themselves,
            without_throttle,
            above_plan: judge.findings,
        }
    }
}

/// The same as [`judge`], where what is found in the stages is known.
pub(in crate::plan) fn judge_with(
    base: Option<&Settings>,
    edited: &Settings,
    limits: Option<&AccountLimits>,
    of_stages: &StageFindings,
) -> Vec<Finding> {
    let mut judge = Judge::new(edited, limits);
    if edited.name.is_empty() && base.is_none_or(|base| base.name != edited.name) {
        judge.find(
            Rule::NameGiven,
            Field::Name,
            "the plan has no name",
            "give one",
        );
    }
    judge.findings.extend_from_slice(&of_stages.themselves);
    judge
        .findings
        .extend_from_slice(&of_stages.without_throttle);
    if let Some(throttle) = edited.throttle {
        let before = base.and_then(|base| base.throttle);
        judge.throttle(&Throttled::Plan, before.as_ref(), throttle);
    }
    if let Some(quota) = &edited.quota {
        judge.quota(base.and_then(|base| base.quota.as_ref()), quota);
    }
    judge.findings.extend_from_slice(&of_stages.above_plan);
    let tags = base.map_or(&NO_TAGS, |base| &base.tags);
    judge.findings.extend(tags::judge(tags, &edited.tags));
    judge.findings
}

/// The token bucket that a throttle describes.
pub(in crate::plan) enum Throttled<'a> {
    Plan,
    Method(&'a StageKey, &'a MethodKey),
}

impl Throttled<'_> {
    pub(in crate::plan) fn rate(&self) -> Field {
        match *self {
            Self::Plan => Field::Rate,
            Self::Method(stage, key) => Field::MethodRate(stage.clone(), key.clone()),
        }
    }

    pub(in crate::plan) fn burst(&self) -> Field {
        match *self {
            Self::Plan => Field::Burst,
            Self::Method(stage, key) => Field::MethodBurst(stage.clone(), key.clone()),
        }
    }

    fn throttle(&self) -> String {
        match *self {
            Self::Plan => "the throttle".to_owned(),
            Self::Method(stage, key) => format!("the throttle for {stage} {key}"),
        }
    }

    fn requests(&self) -> String {
        match *self {
            Self::Plan => "every request of the plan".to_owned(),
            Self::Method(stage, key) => format!("every request to {stage} {key}"),
        }
    }
}

#[cfg(test)]
mod tests;
