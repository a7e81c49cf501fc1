//! What is found in one plan on its own.

use std::collections::{HashMap, HashSet};

use super::{LintFinding, LintRule, Manager};
use crate::plan::account::{AccountLimits, ApiKey, Known, Stage, Surroundings};
use crate::plan::{
    Count, Field, MethodKey, MethodThrottles, Period, Quota, Rate, Settings, StageKey, Throttle,
    judge,
};

/// Under how many seconds of full rate a quota runs out too soon.
const TOO_SOON: f64 = 3600.0;
/// How many methods a sentence names.
const NAMED: usize = 3;

/// What is known around the plans, ready to be asked for many of them.
pub(super) struct Apis<'a> {
    account: Option<AccountLimits>,
    apis: HashMap<&'a str, Api<'a>>,
}

struct Api<'a> {
    stages: Option<HashMap<&'a str, Limits>>,
    methods: Option<HashMap<&'a MethodKey, bool>>,
    /// What is said of its methods without a key; `None` where there are none.
    unmetered: Option<String>,
    /// The keys of the settings that block, by stage.
    blocking: HashMap<&'a str, Vec<&'a MethodKey>>,
}

/// The keys of the settings of a stage that let no request through: 0 is set there, and
/// never "left out" (recorded from AWS: an entry always has both halves).
fn blocking_keys(stage: &Stage) -> Vec<&MethodKey> {
    let blocks = |throttle: &Throttle| {
        throttle.rate == Some(Rate::ZERO) || throttle.burst == Some(Count::ZERO)
    };
    let settings = stage.throttles.iter();
    let blocking = settings.filter(|(_, throttle)| blocks(throttle));
    blocking.map(|(key, _)| key).collect()
}

/// The rates of a stage, as far as they are known.
struct Limits {
    default: Option<Rate>,
    methods: HashMap<MethodKey, Rate>,
    /// Those set to -1: whether the default or only the account's limit applies to them
    /// is open, so that nothing is known to be without effect there.
    off: HashSet<MethodKey>,
}

impl Limits {
    fn of(stage: &Stage) -> Self {
        let known = |throttle: &Throttle| throttle.rate.filter(|rate| *rate > Rate::ZERO);
        let is_off = |throttle: &Throttle| throttle.rate.is_some_and(|rate| rate < Rate::ZERO);
        let off = stage
            .throttles
            .iter()
            .filter(|(_, throttle)| is_off(throttle));
        let off = off.map(|(key, _)| key.clone()).collect();
        let rates = stage.throttles.iter();
        let rates = rates.filter_map(|(key, throttle)| Some((key.clone(), known(throttle)?)));
        let mut methods: HashMap<_, _> = rates.collect();
        Self {
            default: methods.remove(&MethodKey::as_read("*/*")),
            methods,
            off,
        }
    }

    /// The rate that the stage gives a method.
    fn of_method(&self, key: &MethodKey) -> Option<Rate> {
        let of_default = self.default.filter(|_| !self.off.contains(key));
        self.methods.get(key).copied().or(of_default)
    }

    /// The highest rate that the stage gives any method; `None` where that is
    /// not known.
    fn highest(&self) -> Option<Rate> {
        let default = self.default.filter(|_| self.off.is_empty())?;
        self.methods.values().copied().chain([default]).max()
    }
}

impl<'a> Apis<'a> {
    /// What is known of the APIs that are wanted.
    pub fn of(around: &'a Surroundings, wanted: impl Fn(&str) -> bool) -> Self {
        let api = |(id, api): (&'a String, &'a crate::plan::account::ApiReading)| {
            let stages = api.stages.read().map(|stages| {
                let stage = |stage: &'a Stage| (stage.key.stage.as_str(), Limits::of(stage));
                stages.iter().map(stage).collect()
            });
            let methods = api.methods.read().map(|methods| {
                let method = methods.iter().map(|method| (&method.key, method.needs_key));
                method.collect::<HashMap<_, _>>()
            });
            let unmetered = unmetered(api);
            let blocking = api.stages.read().into_iter().flatten();
            let blocking = blocking.map(|stage| (stage.key.stage.as_str(), blocking_keys(stage)));
            let api = Api {
                stages,
                methods,
                unmetered,
                blocking: blocking.filter(|(_, keys)| !keys.is_empty()).collect(),
            };
            (id.as_str(), api)
        };
        Self {
            account: around.account.read().copied(),
            apis: around
                .apis
                .iter()
                .filter(|(id, _)| wanted(id))
                .map(api)
                .collect(),
        }
    }

    fn api(&self, stage: &StageKey) -> Option<&Api<'a>> {
        self.apis.get(stage.api.as_str())
    }

    /// The stage's limits; `None` where they are not known or it does not exist.
    fn limits(&self, stage: &StageKey) -> Option<&Limits> {
        self.api(stage)?.stages.as_ref()?.get(stage.stage.as_str())
    }

    fn is_dangling(&self, stage: &StageKey) -> bool {
        let stages = self.api(stage).and_then(|api| api.stages.as_ref());
        stages.is_some_and(|stages| !stages.contains_key(stage.stage.as_str()))
    }
}

/// What is said of an API's methods that ask for no key. OPTIONS is left out:
/// browsers send it without a key.
fn unmetered(api: &crate::plan::account::ApiReading) -> Option<String> {
    let Known::Read(methods) = &api.methods else {
        return None;
    };
    let countable = methods
        .iter()
        .filter(|method| method.key.method() != "OPTIONS");
    let (metered, open): (Vec<_>, Vec<_>) = countable.partition(|method| method.needs_key);
    let first = open.first()?;
    let named: Vec<_> = open
        .iter()
        .take(NAMED)
        .map(|method| method.key.as_str())
        .collect();
    let more = match open.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(if metered.is_empty() {
        format!(
            "asks for an API key at no method ({}{more})",
            named.join(", ")
        )
    } else if open.len() == 1 {
        format!("asks for no API key at {}", first.key)
    } else {
        format!("asks for no API key at {}{more}", named.join(", "))
    })
}

/// Adds what is found in one plan; whose it is, the caller notes.
pub(super) fn look_over(
    settings: &Settings,
    keys: Option<&[ApiKey]>,
    apis: &Apis<'_>,
    findings: &mut Vec<LintFinding>,
) {
    let judged = judge(None, settings, apis.account.as_ref()).into_iter();
    // A tag that is there was taken, and some are AWS's own.
    for judged in judged.filter(|judged| !judged.rule.is_about_tags()) {
        // Where the rule knows nothing better: it may well be meant.
        let instead = match judged.instead.as_str() {
            "" => "leave it if that is meant, else give another value",
            instead => instead,
        };
        let finding = LintFinding::of(LintRule::Judged(judged.rule), judged.message, instead);
        findings.push(LintFinding {
            field: judged.field,
            ..finding
        });
    }
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
        findings.extend(stage_blocks(stage, apis));
        let unmetered = apis.api(stage).and_then(|api| api.unmetered.as_ref());
        if let Some(unmetered) = unmetered.filter(|_| !seen_apis.contains(stage.api.as_str())) {
            seen_apis.insert(&stage.api);
            let finding = LintFinding::of(
                LintRule::UnmeteredMethod,
                format!("{} {unmetered}, so that no plan meters it", stage.api),
                "ask for an API key there, or count on the stage's limits alone",
            );
            findings.push(finding.at(Field::Stage(stage.clone())));
        }
    }
    if let Some(throttle) = settings.throttle {
        findings.extend(without_effect(settings, throttle, apis));
    }
    if let (Some(quota), Some(throttle)) = (&settings.quota, settings.throttle) {
        findings.extend(quota_and_rate(quota, throttle));
    }
    findings.extend(emptiness(settings, keys));
    findings.extend(managed(settings));
}

/// A stage whose own settings let nothing through.
fn stage_blocks(stage: &StageKey, apis: &Apis<'_>) -> Option<LintFinding> {
    let keys = apis.api(stage)?.blocking.get(stage.stage.as_str())?;
    let named = keys.iter().take(NAMED).map(|key| match key.as_str() {
        "*/*" => "every method without a setting of its own",
        key => key,
    });
    let named: Vec<_> = named.collect();
    let more = match keys.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let finding = LintFinding::of(
        LintRule::StageBlocks,
        format!(
            "the stage {stage} lets no request through at {}{more}: its own limit there is 0",
            named.join(", ")
        ),
        "raise the stage's limit, unless it is meant to block",
    );
    Some(finding.at(Field::Stage(stage.clone())))
}

fn look_over_methods(
    stage: &StageKey,
    methods: &MethodThrottles,
    apis: &Apis<'_>,
    findings: &mut Vec<LintFinding>,
) {
    let known = apis.api(stage).and_then(|api| api.methods.as_ref());
    let limits = apis.limits(stage);
    for (key, throttle) in methods {
        let is_all = key.as_str() == "*/*";
        let field = || Field::Method(stage.clone(), key.clone());
        if !is_all && known.is_some_and(|known| !known.contains_key(key)) {
            let finding = LintFinding::of(
                LintRule::ThrottleWithoutMethod,
                format!("{stage} has a throttle for {key}, and the API has no such method"),
                "take it away, or correct its key",
            );
            findings.push(finding.at(field()));
            continue;
        }
        if known.and_then(|known| known.get(key)) == Some(&false) {
            let finding = LintFinding::of(
                LintRule::WithoutEffect,
                format!(
                    "the throttle for {stage} {key} is never asked: the method needs no API key"
                ),
                "ask for an API key there, or take the throttle away",
            );
            findings.push(finding.at(field()));
            continue;
        }
        let stage_rate = limits.and_then(|limits| {
            if is_all {
                limits.highest()
            } else {
                limits.of_method(key)
            }
        });
        if let (Some(rate), Some(lower)) = (throttle.rate, stage_rate)
            && rate > lower
        {
            let finding = LintFinding::of(
                LintRule::WithoutEffect,
                format!(
                    "the rate {rate} for {stage} {key} is above the stage's own {lower}, which \
                     holds instead"
                ),
                format!("{lower} or less, or raise the stage's"),
            );
            findings.push(finding.at(Field::MethodRate(stage.clone(), key.clone())));
        }
    }
}

/// A plan's rate that a key cannot reach at any one method. Over several methods
/// together it may still hold, as each has a bucket of its own at the stage.
fn without_effect(settings: &Settings, throttle: Throttle, apis: &Apis<'_>) -> Option<LintFinding> {
    let highest = settings
        .stages
        .keys()
        .map(|stage| apis.limits(stage)?.highest());
    let highest: Option<Vec<Rate>> = highest.collect();
    let highest = highest?.into_iter().max()?;
    let rate = throttle.rate?;
    (rate > highest).then(|| {
        let finding = LintFinding::of(
            LintRule::WithoutEffect,
            format!(
                "the plan's rate {rate} holds at no single method: its stages let {highest} \
                 through at most"
            ),
            format!("{highest} or less, or raise the stages' limits"),
        );
        finding.at(Field::Rate)
    })
}

fn quota_and_rate(quota: &Quota, throttle: Throttle) -> Option<LintFinding> {
    let (count, period) = quota.counts()?;
    let rate = throttle.rate?.get();
    let limit = f64::from(count.get());
    if rate <= 0.0 || limit <= 0.0 {
        return None;
    }
    let days = match period {
        Period::Day => 1.0,
        Period::Week => 7.0,
        Period::Month => 31.0,
        Period::Other(_) => return None,
    };
    // Without a burst of its own the first requests are not known: none are counted.
    let burst = throttle
        .burst
        .map_or(0.0, |burst| f64::from(burst.get().max(0)));
    let lasts = ((limit - burst) / rate).max(0.0);
    let most = rate * days * 86_400.0 + burst;
    let finding = if lasts < TOO_SOON {
        LintFinding::of(
            LintRule::QuotaTooSoon,
            format!(
                "at full rate the quota of {count} per {period} is used up in {}",
                in_words(lasts)
            ),
            match limit / (days * 86_400.0) {
                lasting if lasting < 0.01 => "a larger quota, or a lower rate".to_owned(),
                lasting => format!(
                    "a larger quota, or a rate that lasts: {lasting:.2} requests/s for the \
                     whole period"
                ),
            },
        )
    } else if limit > most {
        LintFinding::of(
            LintRule::QuotaOutOfReach,
            format!(
                "the quota of {count} per {period} is never reached: full rate sends {most:.0} \
                 at most"
            ),
            "a smaller quota or a higher rate, if the quota is meant to hold",
        )
    } else {
        return None;
    };
    Some(finding.at(Field::QuotaLimit))
}

/// `45 s`, `16 min 40 s`
fn in_words(seconds: f64) -> String {
    let (minutes, rest) = ((seconds / 60.0).floor(), seconds % 60.0);
    if minutes < 1.0 {
        format!("{rest:.0} s")
    } else {
        format!("{minutes:.0} min {:.0} s", rest.floor())
    }
}

fn emptiness(settings: &Settings, keys: Option<&[ApiKey]>) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    if settings.stages.is_empty() {
        findings.push(LintFinding::of(
            LintRule::NoStages,
            "no stage is attached, so that its keys open nothing",
            "attach a stage, or delete the plan",
        ));
    }
    if keys.is_some_and(<[ApiKey]>::is_empty) {
        findings.push(LintFinding::of(
            LintRule::NoKeys,
            "no API key is in the plan, so that nobody uses it",
            "add a key, or delete the plan",
        ));
    }
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
    let (by, place) = match Manager::of(settings)? {
        Manager::CloudFormation(stack) => (
            format!("the CloudFormation stack {stack:?}"),
            "the stack's template",
        ),
        Manager::Terraform => (
            "Terraform, as its tags say,".to_owned(),
            "its configuration",
        ),
    };
    Some(LintFinding::of(
        LintRule::Managed,
        format!("{by} manages this plan and undoes what is changed elsewhere"),
        format!("make the change in {place} too"),
    ))
}
