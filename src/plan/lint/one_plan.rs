//! What is found in one plan on its own.

use std::collections::{HashMap, HashSet};

use super::apis::{Apis, NAMED, Unmetered};
use super::quota::{quota_and_rate, used_up};
use super::{KeyCounts, Level, LintFinding, LintRule};
use crate::plan::limits::zero::Stop;
use crate::plan::model::manager::Manager;
use crate::plan::{
    Fact, Field, MethodKey, MethodThrottles, Rate, Settings, StageKey, Throttle, judge,
};

/// Adds what is found in one plan; whose it is, the caller notes.
pub(super) fn look_over(
    settings: &Settings,
    keys: KeyCounts,
    apis: &Apis<'_>,
    findings: &mut Vec<LintFinding>,
) {
    findings.extend(judged(settings, apis));
    let mut seen_apis: HashSet<&str> = HashSet::new();
    for (stage, methods) in &settings.stages {
        if apis.is_dangling(stage) {
            let message = format!("the stage {stage} does not exist any more");
            let finding = LintFinding::of(
                LintRule::DanglingStage,
                message,
                "detach it, or attach the stage that took its place",
            );
            findings.push(finding.at(Field::Stage(stage.clone())));
            continue;
        }
        look_over_methods(stage, methods, apis, findings);
        findings.extend(odd_settings(stage, apis));
        findings.extend(stage_blocks(stage, apis));
        let unmetered = apis.api(stage).and_then(|api| api.unmetered.as_ref());
        if let Some(unmetered) = unmetered.filter(|_| !seen_apis.contains(stage.api.as_str())) {
            // Several stages of one API have the same methods: one finding is enough.
            seen_apis.insert(&stage.api);
            let finding = unmetered_methods(stage, unmetered);
            findings.push(finding.at(Field::Stage(stage.clone())));
        }
    }
    if let Some(throttle) = settings.throttle {
        findings.extend(without_effect(settings, throttle, apis));
    }
    if let Some(quota) = &settings.quota {
        let used_up = used_up(quota, keys.exhausting);
        findings.extend(used_up.or_else(|| quota_and_rate(settings, quota, apis)));
    }
    findings.extend(emptiness(settings, keys));
    findings.extend(managed(settings));
}

/// The findings of the rules that drafts are judged by as well.
fn judged(settings: &Settings, apis: &Apis<'_>) -> impl Iterator<Item = LintFinding> {
    // As a new plan: all that it has counts, and not only what an edit moved.
    let judged = judge(None, settings, apis.account.as_ref()).into_iter();
    // A tag that is there was taken, and some are AWS's own.
    let judged = judged.filter(|judged| !judged.rule.is_about_tags());
    judged.map(|judged| {
        // Where the rule knows nothing better: it may well be meant.
        let instead = match judged.instead.as_str() {
            "" => "leave it if that is meant, else give another value",
            instead => instead,
        };
        let finding = LintFinding::of(LintRule::Judged(judged.rule), judged.message, instead);
        LintFinding {
            field: judged.field,
            ..finding
        }
    })
}

/// The finding on the methods of an API that do not ask for a key.
fn unmetered_methods(stage: &StageKey, unmetered: &Unmetered) -> LintFinding {
    let finding = LintFinding::of(
        LintRule::UnmeteredMethod,
        format!(
            "{} {}: usage plans do not apply there",
            stage.api, unmetered.words
        ),
        "ask for an API key there, or count on the stage's limits alone",
    );
    // A plan on an API that never asks for a key meters nothing at all there.
    let level = if unmetered.is_all {
        Level::Error
    } else {
        finding.level
    };
    finding.weighing(level)
}

/// The blocks by a stage's own settings with a 0: one finding for each foundation.
fn stage_blocks(stage: &StageKey, apis: &Apis<'_>) -> Vec<LintFinding> {
    let found = apis.api(stage);
    let all = found.and_then(|api| api.blocking.get(stage.stage.as_str()));
    let all = all.map(Vec::as_slice).unwrap_or_default();
    let mut findings = Vec::new();
    for fact in [Fact::StageZero, Fact::ZeroBlocks, Fact::ZeroRate] {
        let of_fact: Vec<_> = all.iter().filter(|one| one.fact == fact).collect();
        let Some(first) = of_fact.first() else {
            continue;
        };
        let named = of_fact
            .iter()
            .take(NAMED)
            .map(|one| match one.key.as_str() {
                "*/*" => "every method without a setting of its own",
                key => key,
            });
        let named: Vec<_> = named.collect();
        let more = match of_fact.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let at = format!("{}{more}", named.join(", "));
        let message = match (first.stop, of_fact.len()) {
            (Stop::AtOnce, _) => {
                format!(
                    "the stage {stage} lets no request through at {at}: its own limit there is 0"
                )
            }
            (Stop::After(most), 1) => format!(
                "the stage {stage} lets at most {most} requests through once at {at}, and then \
                 none: its own rate there is 0"
            ),
            // Several settings each have a burst of their own, and a single one may have
            // none set.
            _ => format!(
                "the stage {stage} lets no more than a burst through once at {at}, and then none: \
                 its own rate there is 0"
            ),
        };
        let instead = "raise the stage's limit, unless it is meant to block";
        let finding = LintFinding::of(LintRule::StageBlocks, message, instead);
        findings.push(finding.resting_on([fact]).at(Field::Stage(stage.clone())));
    }
    findings
}

fn look_over_methods(
    stage: &StageKey,
    methods: &MethodThrottles,
    apis: &Apis<'_>,
    findings: &mut Vec<LintFinding>,
) {
    let known = apis.api(stage).and_then(|api| api.methods.as_ref());
    for (key, throttle) in methods {
        let plain = key.plain();
        let is_all = plain.is_all();
        let field = || Field::Method(stage.clone(), key.clone());
        if !is_all && known.is_some_and(|known| !known.contains_key(&*plain)) {
            let rule = LintRule::ThrottleWithoutMethod;
            let finding = if is_of_resource(key, known) {
                of_resource(rule, stage, "throttle", key).weighing(Level::Warning)
            } else {
                let key = named(key);
                LintFinding::of(
                    rule,
                    format!("{stage} has a throttle for {key}, and the API has no such method"),
                    "take it away, or correct its key",
                )
            };
            findings.push(finding.at(field()));
            continue;
        }
        if known.and_then(|known| known.get(&*plain)) == Some(&false) {
            let finding = LintFinding::of(
                LintRule::WithoutEffect,
                format!(
                    "the throttle for {stage} {key} is never asked: the method needs no API key"
                ),
                "ask for an API key there, or take the throttle away",
            );
            findings.push(finding.weighing(Level::Error).at(field()));
            continue;
        }
        findings.extend(above_stage(stage, key, *throttle, apis));
    }
}

/// A method throttle above what the stage lets through in every reading of what is open.
fn above_stage(
    stage: &StageKey,
    key: &MethodKey,
    throttle: Throttle,
    apis: &Apis<'_>,
) -> Option<LintFinding> {
    let limits = apis.limits(stage)?;
    let plain = key.plain();
    let (least, most, facts) = if plain.is_all() {
        let highest = limits.highest()?;
        (highest, highest, [].as_slice())
    } else {
        let between = limits.of_method(&plain);
        let (least, most) = (between.least.rate?, between.most.rate?);
        (least, most, between.facts.as_slice())
    };
    // Where the account's is lower still, the rule about it says so; a stage's 0 is told
    // by a rule of its own.
    let account = apis.of_account().rate;
    let is_told = account.is_some_and(|account| most > account) || most <= Rate::ZERO;
    let rate = throttle.rate.filter(|rate| *rate > most && !is_told)?;
    let (lower, applies) = if least == most {
        (most.to_string(), "which applies instead")
    } else {
        (
            format!("{least} to {most}"),
            "and it is open which of them applies instead",
        )
    };
    let finding = LintFinding::of(
        LintRule::WithoutEffect,
        format!("the rate {rate} for {stage} {key} is above the stage's own {lower}, {applies}"),
        format!("{least} or less, or raise the stage's"),
    );
    let facts = facts.iter().copied().filter(|_| least != most);
    let field = Field::MethodRate(stage.clone(), key.clone());
    Some(finding.resting_on(facts).at(field))
}

/// A plan's rate that a key cannot reach at any one method. Over several methods
/// together it may still hold, as each has a bucket of its own at the stage.
fn without_effect(settings: &Settings, throttle: Throttle, apis: &Apis<'_>) -> Option<LintFinding> {
    let highest = settings
        .stages
        .keys()
        .map(|stage| apis.limits(stage)?.highest());
    // One stage of which the limits are not known may let more through.
    let highest: Option<Vec<Rate>> = highest.collect();
    let highest = highest?.into_iter().max()?;
    let rate = throttle.rate?;
    // Where the account's is lower still, the rule about it says so.
    let account = apis.of_account().rate;
    let is_lowest = account.is_none_or(|account| highest <= account);
    (rate > highest && is_lowest && highest > Rate::ZERO).then(|| {
        let finding = LintFinding::of(
            LintRule::WithoutEffect,
            format!(
                "the plan's rate {rate} applies at no single method: its stages let {highest} \
                 through at most"
            ),
            format!("{highest} or less, or raise the stages' limits"),
        );
        finding.at(Field::Rate)
    })
}

/// A key as it is spelled; an empty one as that.
fn named(key: &MethodKey) -> &str {
    match key.as_str() {
        key if key.trim().is_empty() => "an empty key",
        key => key,
    }
}

/// Returns true if a key is `/path/*` with a path that the API has methods at.
fn is_of_resource(key: &MethodKey, known: Option<&HashMap<&MethodKey, bool>>) -> bool {
    let plain = key.plain();
    let mut methods = known.into_iter().flat_map(HashMap::keys);
    plain.method() == "*" && !plain.is_all() && methods.any(|known| known.path() == plain.path())
}

/// A throttle or a setting for `/path/*`, which the matrix reckons with in one of two
/// readings.
fn of_resource(rule: LintRule, stage: &StageKey, what: &str, key: &MethodKey) -> LintFinding {
    let finding = LintFinding::of(
        rule,
        format!(
            "{stage} has a {what} for {key}: whether that means all methods of the resource is \
             open, and the matrix has the lower of both readings"
        ),
        "name each method by itself, or use */* for all of the stage",
    );
    finding.resting_on([Fact::AllOfResource])
}

/// A stage's method settings that mean no method of its API, or one method twice.
fn odd_settings(stage: &StageKey, apis: &Apis<'_>) -> Vec<LintFinding> {
    let Some(limits) = apis.limits(stage) else {
        return Vec::new();
    };
    let known = apis.api(stage).and_then(|api| api.methods.as_ref());
    let odd = limits.odd.iter().map(|key| {
        if is_of_resource(key, known) {
            let rule = LintRule::SettingWithoutMethod;
            return of_resource(rule, stage, "method setting", key);
        }
        let key = named(key);
        LintFinding::of(
            LintRule::SettingWithoutMethod,
            format!(
                "{stage} has a method setting for {key}, and the API has no such method: plangate \
                 reckons without it"
            ),
            "remove the setting, or correct its key",
        )
    });
    let twice = limits.twice.iter().map(|(one, other)| {
        LintFinding::of(
            LintRule::SettingTwice,
            format!(
                "{stage} has two method settings for {}, as {one} and as {other}: which one \
                 applies is not known",
                one.plain()
            ),
            "remove one of them",
        )
        .resting_on([Fact::TwoSpellings])
    });
    let found = odd.chain(twice);
    found
        .map(|finding| finding.at(Field::Stage(stage.clone())))
        .collect()
}

fn emptiness(settings: &Settings, keys: KeyCounts) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    if settings.stages.is_empty() {
        let finding = LintFinding::of(
            LintRule::NoStages,
            "no stage is attached: its keys give access to nothing",
            "attach a stage, or delete the plan",
        );
        // Somebody was given a key, and is refused with it.
        let has_keys = keys.keys.is_some_and(|keys| keys > 0);
        let level = if has_keys {
            Level::Warning
        } else {
            finding.level
        };
        findings.push(finding.weighing(level));
    }
    if keys.keys == Some(0) {
        findings.push(LintFinding::of(
            LintRule::NoKeys,
            "the plan has no API keys: nobody uses it",
            "add a key, or delete the plan",
        ));
    }
    // Method throttles limit a key as well as a plan's own does.
    let has_methods = settings.stages.values().any(|methods| !methods.is_empty());
    if settings.throttle.is_none() && settings.quota.is_none() && !has_methods {
        findings.push(LintFinding::of(
            LintRule::NoLimits,
            "neither throttle nor quota: each key may use all that stages and account have",
            "give it a throttle or a quota",
        ));
    }
    findings
}

fn managed(settings: &Settings) -> Option<LintFinding> {
    let manager = Manager::of(settings)?;
    let fact = manager.inferred_from.as_ref().map(|_| Fact::ManagerTag);
    let (deployment, source) = (manager.tool.deployment(), manager.tool.source());
    let finding = LintFinding::of(
        LintRule::Managed,
        format!(
            "{manager} manages this plan: {deployment} may overwrite what is changed elsewhere"
        ),
        format!("make the change in {source} too"),
    );
    Some(finding.resting_on(fact))
}
