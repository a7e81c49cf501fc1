//! What is found in one plan on its own.

use std::collections::{HashMap, HashSet};

use super::full::{self, Full};
use super::{LintFinding, LintRule, Manager};
use crate::plan::model::account::{AccountLimits, ApiKey, Known, Stage, Surroundings};
use crate::plan::{
    Count, Fact, Field, MethodKey, MethodThrottles, Rate, Settings, StageKey, Throttle, judge,
};

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

/// The limits of a stage, as far as they are known.
struct Limits {
    default: Half,
    methods: HashMap<MethodKey, Half>,
    /// All metered methods together; `None` where the methods are not known.
    through: Option<Full>,
    /// Methods set to -1: whether the default or only the account's limit applies to
    /// them is open, so that nothing is known to be without effect there.
    off: HashSet<MethodKey>,
    /// Its settings that mean no method of the API, and those that mean one twice.
    odd: Vec<MethodKey>,
    twice: Vec<(MethodKey, MethodKey)>,
}

/// What is known of a stage's limits on one method.
#[derive(Clone, Copy, Default)]
pub(super) struct Half {
    pub rate: Option<Rate>,
    pub burst: Option<Count>,
}

impl Limits {
    fn of(stage: &Stage, known: Option<&HashMap<&MethodKey, bool>>) -> Self {
        // A -1 is none of the entry's own.
        let half = |throttle: &Throttle| Half {
            rate: throttle.rate.filter(|rate| *rate >= Rate::ZERO),
            burst: throttle.burst.filter(|burst| *burst >= Count::ZERO),
        };
        let is_off = |throttle: &Throttle| {
            throttle.rate.is_some_and(|rate| rate < Rate::ZERO)
                || throttle.burst.is_some_and(|burst| burst < Count::ZERO)
        };
        let mut limits = Self {
            default: Half::default(),
            methods: HashMap::new(),
            through: None,
            off: HashSet::new(),
            odd: Vec::new(),
            twice: Vec::new(),
        };
        let mut seen: HashMap<MethodKey, &MethodKey> = HashMap::new();
        for (key, throttle) in &stage.throttles {
            let (plain, read) = (key.plain().into_owned(), half(throttle));
            if let Some(other) = seen.insert(plain.clone(), key) {
                limits.twice.push((other.clone(), key.clone()));
            }
            if plain.is_all() {
                limits.default = limits.default.or_higher(read);
            } else {
                if known.is_some_and(|known| !known.contains_key(&plain)) {
                    limits.odd.push(key.clone());
                }
                if is_off(throttle) {
                    limits.off.insert(plain.clone());
                }
                let there = limits.methods.entry(plain).or_default();
                *there = there.or_higher(read);
            }
        }
        let is_known = limits.off.is_empty();
        limits.through = known.filter(|_| is_known).map(|known| {
            let metered = known.iter().filter(|(_, needs_key)| **needs_key);
            let each = metered.map(|(key, _)| Full::of_half(limits.of_method(key)));
            each.fold(Full::NONE, Full::and)
        });
        limits
    }

    /// The limits that the stage gives a method.
    fn of_method(&self, key: &MethodKey) -> Half {
        let own = self.methods.get(key).copied().unwrap_or_default();
        if self.off.contains(key) {
            return own;
        }
        Half {
            rate: own.rate.or(self.default.rate),
            burst: own.burst.or(self.default.burst),
        }
    }

    /// The highest rate that the stage gives any method; `None` where that is
    /// not known.
    fn highest(&self) -> Option<Rate> {
        let default = self.default.rate.filter(|_| self.off.is_empty())?;
        let own = self.methods.values().filter_map(|half| half.rate);
        own.chain([default]).max()
    }
}

impl Half {
    /// Of two spellings of one method nobody says which one applies: a finding
    /// that a limit has no effect reckons with the higher one.
    fn or_higher(self, other: Self) -> Self {
        Self {
            rate: self.rate.max(other.rate),
            burst: self.burst.max(other.burst),
        }
    }
}

impl<'a> Apis<'a> {
    /// What is known of the APIs that are wanted.
    pub fn of(around: &'a Surroundings, wanted: impl Fn(&str) -> bool) -> Self {
        let api = |(id, api): (&'a String, &'a crate::plan::model::account::ApiReading)| {
            let methods = api.methods.read().map(|methods| {
                let method = methods.iter().map(|method| (&method.key, method.needs_key));
                method.collect::<HashMap<_, _>>()
            });
            let stages = api.stages.read().map(|stages| {
                let limits = |stage| Limits::of(stage, methods.as_ref());
                let stage = |stage: &'a Stage| (stage.key.stage.as_str(), limits(stage));
                stages.iter().map(stage).collect()
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

    /// The account's limits; what an answer leaves out reads as 0 and is not known.
    pub fn of_account(&self) -> Half {
        let throttle = self.account.and_then(|account| account.throttle);
        Half {
            rate: throttle
                .and_then(|t| t.rate)
                .filter(|rate| *rate > Rate::ZERO),
            burst: throttle
                .and_then(|t| t.burst)
                .filter(|burst| *burst > Count::ZERO),
        }
    }

    /// What a stage lets through at all methods together that the plan meters;
    /// `None` where its methods or its limits are not known.
    pub fn through(&self, stage: &StageKey) -> Option<Full> {
        self.limits(stage)?.through
    }

    /// Whether the plan meters a method; true where that is not known.
    pub fn may_meter(&self, stage: &StageKey, key: &MethodKey) -> bool {
        let methods = self.api(stage).and_then(|api| api.methods.as_ref());
        methods.is_none_or(|methods| methods.get(&*key.plain()) == Some(&true))
    }

    pub fn is_dangling(&self, stage: &StageKey) -> bool {
        let stages = self.api(stage).and_then(|api| api.stages.as_ref());
        stages.is_some_and(|stages| !stages.contains_key(stage.stage.as_str()))
    }
}

/// What is said of an API's methods that ask for no key. OPTIONS is left out:
/// browsers send it without a key.
fn unmetered(api: &crate::plan::model::account::ApiReading) -> Option<String> {
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
        findings.extend(odd_settings(stage, apis));
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
        findings.extend(full::quota_and_rate(settings, quota, throttle, apis));
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
        let plain = key.plain();
        let is_all = plain.is_all();
        let field = || Field::Method(stage.clone(), key.clone());
        if !is_all && known.is_some_and(|known| !known.contains_key(&*plain)) {
            let rule = LintRule::ThrottleWithoutMethod;
            let finding = if is_of_resource(key, known) {
                of_resource(rule, stage, "throttle", key)
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
            findings.push(finding.at(field()));
            continue;
        }
        let stage_rate = limits.and_then(|limits| {
            if is_all {
                limits.highest()
            } else {
                limits.of_method(&plain).rate
            }
        });
        // Where the account's is lower still, the rule about it says so.
        let account = apis.of_account().rate;
        let stage_rate = stage_rate.filter(|rate| account.is_none_or(|account| *rate <= account));
        // A stage's 0 is told by a rule of its own.
        if let (Some(rate), Some(lower)) = (throttle.rate, stage_rate)
            && rate > lower
            && lower > Rate::ZERO
        {
            let finding = LintFinding::of(
                LintRule::WithoutEffect,
                format!(
                    "the rate {rate} for {stage} {key} is above the stage's own {lower}, which \
                     applies instead"
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

/// Whether a key is `/path/*` with a path that the API has methods at.
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
    finding.resting_on(Fact::AllOfResource)
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
        .resting_on(Fact::TwoSpellings)
    });
    let found = odd.chain(twice);
    found
        .map(|finding| finding.at(Field::Stage(stage.clone())))
        .collect()
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
    let (by, place, fact) = match Manager::of(settings)? {
        Manager::CloudFormation(stack) => (
            format!("the CloudFormation stack {stack:?}"),
            "the stack's template",
            None,
        ),
        Manager::Terraform => (
            "Terraform, as its tags say,".to_owned(),
            "its configuration",
            Some(Fact::TerraformTag),
        ),
    };
    let finding = LintFinding::of(
        LintRule::Managed,
        format!("{by} manages this plan and undoes what is changed elsewhere"),
        format!("make the change in {place} too"),
    );
    Some(LintFinding { fact, ..finding })
}
