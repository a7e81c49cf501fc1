//! Findings over one plan or a whole account: what works, but not as it looks.
//!
//! What is not known gives no finding.

mod account;
mod apis;
mod full;
mod one_plan;
mod quota;
mod silence;

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::{Serialize, Serializer};

use super::{Basis, Fact, Field, PlanId, Rule, Settings, UsagePlan};
use crate::plan::model::account::{ApiKey, Surroundings};

pub use silence::{Silence, Silenced};

/// The plans and surroundings that were read and are to be looked over.
#[derive(Clone, Debug)]
pub struct Inventory<'a> {
    /// The plans.
    pub plans: Vec<&'a UsagePlan>,
    /// Set if these are all plans of the account and Region.
    pub is_whole: bool,
    /// The account, its APIs, stages and methods, as far as they are known.
    pub around: &'a Surroundings,
    /// The keys of each plan; a plan that is missing has keys that are not known.
    pub plan_keys: HashMap<&'a PlanId, &'a [ApiKey]>,
    /// The API keys of the account and Region; `None` where not known. Only
    /// these tell whose they are: those of a plan are read without it.
    pub api_keys: Option<&'a [ApiKey]>,
    /// The number of keys that use up their quota before its reset, by their usage so far;
    /// for the plans whose usage was read.
    pub exhausting: HashMap<&'a PlanId, usize>,
}

/// The keys of a plan, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyCounts {
    /// The number of keys; `None` where they were not read.
    pub keys: Option<usize>,
    /// The number of those that use up their quota before its reset, by their usage so far;
    /// 0 where that was not read.
    pub exhausting: usize,
}

/// The weight of a finding. Calls that are refused, or not metered, against what somebody
/// wanted are an error where that follows from what was read, and a warning where it may be
/// so or is so in part. All else is a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing: nobody is refused for it.
    Note,
    /// Calls may be refused, or not metered, against intent.
    Warning,
    /// Calls are refused, or not metered, against intent.
    Error,
}

impl Level {
    /// All of them, from the least.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// Its name: `note`, `warning`, `error`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// Reads its name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == text)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The rules that plans are looked over by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LintRule {
    /// A rule that drafts are judged by as well.
    Judged(Rule),
    /// A stage that does not exist is attached.
    DanglingStage,
    /// A method throttle names a method that the API does not have.
    ThrottleWithoutMethod,
    /// A stage's setting names a method that the API does not have.
    SettingWithoutMethod,
    /// A stage has two settings for one method, in two spellings.
    SettingTwice,
    /// Methods ask for no API key.
    UnmeteredMethod,
    /// A limit stands above one of the stage that holds instead.
    WithoutEffect,
    /// A stage's own limit of 0 blocks methods, for every client.
    StageBlocks,
    /// Full rate uses up the quota in less than an hour.
    QuotaTooSoon,
    /// Full rate cannot use up the quota.
    QuotaOutOfReach,
    /// The plan has no stages.
    NoStages,
    /// The plan has no keys.
    NoKeys,
    /// The plan has neither throttle nor quota.
    NoLimits,
    /// Several plans of one key have the same stage.
    StageTwice,
    /// Several plans of one customer have the same stage.
    CustomerTwice,
    /// Plans with the same stages have nearly the same limits.
    NearDuplicate,
    /// Nearly as many as the service allows.
    NearServiceQuota,
    /// A tool such as CloudFormation or Terraform manages the plan.
    Managed,
}

impl LintRule {
    /// Those that are not judged of drafts as well.
    pub const OWN: [Self; 17] = [
        Self::DanglingStage,
        Self::ThrottleWithoutMethod,
        Self::SettingWithoutMethod,
        Self::SettingTwice,
        Self::UnmeteredMethod,
        Self::WithoutEffect,
        Self::StageBlocks,
        Self::QuotaTooSoon,
        Self::QuotaOutOfReach,
        Self::NoStages,
        Self::NoKeys,
        Self::NoLimits,
        Self::StageTwice,
        Self::CustomerTwice,
        Self::NearDuplicate,
        Self::NearServiceQuota,
        Self::Managed,
    ];

    /// Those of a plan that are judged of drafts as well.
    const JUDGED: [Rule; 14] = [
        Rule::NameGiven,
        Rule::StageForm,
        Rule::MethodForm,
        Rule::MethodOnce,
        Rule::MethodsNeedThrottle,
        Rule::MethodAbovePlan,
        Rule::RateValue,
        Rule::CountValue,
        Rule::PeriodValue,
        Rule::OffsetInPeriod,
        Rule::BurstCoversRate,
        Rule::HalfLimit,
        Rule::ZeroBlocks,
        Rule::WithinAccount,
    ];

    /// All kinds of findings.
    pub fn all() -> impl Iterator<Item = Self> {
        let judged = Self::JUDGED.into_iter().map(Self::Judged);
        Self::OWN.into_iter().chain(judged)
    }

    /// Its name, for scripts and for looking it up.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Judged(rule) => rule.id(),
            Self::DanglingStage => "dangling-stage",
            Self::ThrottleWithoutMethod => "throttle-without-method",
            Self::SettingWithoutMethod => "setting-without-method",
            Self::SettingTwice => "setting-twice",
            Self::UnmeteredMethod => "unmetered-method",
            Self::WithoutEffect => "without-effect",
            Self::StageBlocks => "stage-blocks",
            Self::QuotaTooSoon => "quota-too-soon",
            Self::QuotaOutOfReach => "quota-out-of-reach",
            Self::NoStages => "no-stages",
            Self::NoKeys => "no-keys",
            Self::NoLimits => "no-limits",
            Self::StageTwice => "stage-twice",
            Self::CustomerTwice => "customer-twice",
            Self::NearDuplicate => "near-duplicate",
            Self::NearServiceQuota => "near-service-quota",
            Self::Managed => "managed",
        }
    }

    /// The source of the rule, where it is not plangate's own to say.
    #[must_use]
    pub fn source(self) -> Option<&'static str> {
        match self {
            Self::Judged(rule) => Some(rule.source()),
            _ => None,
        }
    }

    /// The basis of the rule: the weakest of its sources counts. A rule that follows
    /// from what was read alone is documented.
    #[must_use]
    pub fn basis(self) -> Basis {
        match self {
            Self::Judged(rule) => rule.basis(),
            Self::SettingTwice => Basis::Inferred,
            // At best: what half a limit of 0 does is inferred, as its fact says.
            Self::StageBlocks => Basis::Reported,
            Self::DanglingStage
            | Self::ThrottleWithoutMethod
            | Self::SettingWithoutMethod
            | Self::UnmeteredMethod
            | Self::WithoutEffect
            | Self::QuotaTooSoon
            | Self::QuotaOutOfReach
            | Self::NoStages
            | Self::NoKeys
            | Self::NoLimits
            | Self::StageTwice
            | Self::CustomerTwice
            | Self::NearDuplicate
            | Self::NearServiceQuota
            | Self::Managed => Basis::Documented,
        }
    }

    /// The usual weight of its findings: what one of them says may weigh more. A rule that
    /// keeps a draft from being sent is an error here.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::Judged(rule) if rule.severity() == super::Severity::Refusal => Level::Error,
            // Sent or not, a limit of 0 refuses every call.
            Self::Judged(Rule::ZeroBlocks)
            | Self::DanglingStage
            | Self::ThrottleWithoutMethod
            | Self::StageBlocks
            | Self::StageTwice => Level::Error,
            Self::Judged(Rule::WithinAccount)
            | Self::UnmeteredMethod
            | Self::SettingWithoutMethod
            | Self::QuotaTooSoon
            | Self::QuotaOutOfReach
            | Self::NoStages
            | Self::NoKeys
            | Self::NoLimits
            | Self::NearServiceQuota
            | Self::NearDuplicate
            | Self::Managed => Level::Note,
            Self::Judged(_) | Self::WithoutEffect | Self::CustomerTwice | Self::SettingTwice => {
                Level::Warning
            }
        }
    }
}

impl Serialize for LintRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// A finding about a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintFinding {
    /// The rule.
    pub rule: LintRule,
    /// The weight of it.
    pub level: Level,
    /// The plans that it is about; none where it is about the account.
    pub plans: Vec<PlanId>,
    /// The field of the plan that it is about, where that can be named.
    pub field: Option<Field>,
    /// The fault, in one sentence.
    pub message: String,
    /// The advice.
    pub instead: String,
    /// The facts that it rests on though AWS does not document them, beside those of its rule.
    pub facts: Vec<Fact>,
}

impl LintFinding {
    fn of(rule: LintRule, message: impl Into<String>, instead: impl Into<String>) -> Self {
        Self {
            rule,
            level: rule.level(),
            plans: Vec::new(),
            field: None,
            message: message.into(),
            instead: instead.into(),
            facts: Vec::new(),
        }
    }

    fn weighing(self, level: Level) -> Self {
        Self { level, ..self }
    }

    fn resting_on(self, facts: impl IntoIterator<Item = Fact>) -> Self {
        Self {
            facts: facts.into_iter().collect(),
            ..self
        }
    }

    /// The basis of the finding: the weakest of what it rests on counts.
    #[must_use]
    pub fn basis(&self) -> Basis {
        let of_facts = self.facts.iter().map(|fact| fact.basis());
        of_facts.fold(self.rule.basis(), Basis::max)
    }

    /// The source of the finding, where it is not plangate's own to say.
    #[must_use]
    pub fn source(&self) -> Option<String> {
        if self.facts.is_empty() {
            return self.rule.source().map(str::to_owned);
        }
        let facts: Vec<_> = self.facts.iter().map(|fact| fact.sentence()).collect();
        Some(facts.join("; "))
    }

    fn at(self, field: Field) -> Self {
        Self {
            field: Some(field),
            ..self
        }
    }
}

/// Everything that is found, what matters most first; of the same level in the
/// order of the plans, and last what is about several plans.
#[must_use]
pub fn lint(inventory: &Inventory<'_>) -> Vec<LintFinding> {
    let apis = apis::Apis::of(inventory.around, |_| true);
    let mut findings = Vec::new();
    for plan in &inventory.plans {
        let keys = KeyCounts {
            keys: inventory.plan_keys.get(&plan.id).map(|keys| keys.len()),
            exhausting: inventory.exhausting.get(&plan.id).copied().unwrap_or(0),
        };
        let first = findings.len();
        one_plan::look_over(&plan.settings, keys, &apis, &mut findings);
        for finding in findings.iter_mut().skip(first) {
            finding.plans.push(plan.id.clone());
        }
    }
    account::look_over(inventory, &mut findings);
    // Stable, so that within a level the plans stay in their order.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    findings
}

/// The surroundings of the plans, ready for many of them to be looked over one by one:
/// without what shows only among several.
pub struct PlanLint<'a>(apis::Apis<'a>);

impl<'a> PlanLint<'a> {
    /// For plans of any API.
    #[must_use]
    pub fn new(around: &'a Surroundings) -> Self {
        Self(apis::Apis::of(around, |_| true))
    }

    /// For one plan: what is known of other APIs is left alone.
    #[must_use]
    pub fn for_plan(settings: &Settings, around: &'a Surroundings) -> Self {
        let stages = settings.stages.keys();
        let apis: HashSet<&str> = stages.map(|stage| stage.api.as_str()).collect();
        Self(apis::Apis::of(around, |api| apis.contains(api)))
    }

    /// The findings in a plan, the weightiest first. They name no plan.
    #[must_use]
    pub fn look_over(&self, settings: &Settings, keys: KeyCounts) -> Vec<LintFinding> {
        let mut findings = Vec::new();
        one_plan::look_over(settings, keys, &self.0, &mut findings);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        findings
    }
}

/// Something that could not be looked over, so that what may be wrong with it is not
/// among the findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotLookedOver {
    /// Of what it is: `stages of 8 APIs`.
    pub what: String,
    /// The service's name for the call that would have told.
    pub operation: &'static str,
    /// The plans or APIs that it is about; empty for the account.
    pub of: Vec<String>,
    /// The reason, for the operator.
    pub why: String,
}

/// The account's limits where the answer that was read does not tell them: findings that
/// compare with them are left out.
#[must_use]
pub fn untold_account(around: &Surroundings) -> Option<NotLookedOver> {
    let told = around.account.read()?.told();
    let missing = match (told.rate, told.burst) {
        (Some(_), Some(_)) => return None,
        (Some(_), None) => "burst",
        (None, Some(_)) => "rate",
        (None, None) => "rate and no burst",
    };
    Some(NotLookedOver {
        what: "the account's limits".to_owned(),
        operation: "GetAccount",
        of: Vec::new(),
        why: format!(
            "GetAccount: the answer has no {missing} above 0 in throttleSettings, so that the \
             account's limits are not known"
        ),
    })
}

/// The findings as JSON: `{"findings": [{"rule", "level", "plans", "field",
/// "message", "instead", "basis", "source"}], "notLookedOver": [{"what", "operation",
/// "of", "why"}], "silenced": [{"rule", "reason", "count"}]}`; field and source are null where
/// there is none.
#[must_use]
pub fn to_json(
    findings: &[LintFinding],
    not_looked_over: &[NotLookedOver],
    silenced: &[Silenced],
) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct All<'a> {
        findings: Vec<One<'a>>,
        not_looked_over: &'a [NotLookedOver],
        silenced: &'a [Silenced],
    }
    #[derive(Serialize)]
    struct One<'a> {
        rule: LintRule,
        level: Level,
        plans: &'a [PlanId],
        field: Option<String>,
        message: &'a str,
        instead: &'a str,
        basis: Basis,
        source: Option<String>,
    }
    let one = findings.iter().map(|finding| One {
        rule: finding.rule,
        level: finding.level,
        plans: &finding.plans,
        field: finding.field.as_ref().map(ToString::to_string),
        message: &finding.message,
        instead: &finding.instead,
        basis: finding.basis(),
        source: finding.source(),
    });
    let all = All {
        findings: one.collect(),
        not_looked_over,
        silenced,
    };
    // Texts and lists of them have no way to fail.
    serde_json::to_string_pretty(&all).unwrap_or_default()
}

#[cfg(test)]
mod tests;
