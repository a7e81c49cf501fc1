//! What a finding is about, and what it says.

use std::fmt;

use crate::plan::{Basis, MethodKey, StageKey};

/// One thing in a plan's settings that can be edited, named for the form, the
/// findings and the merge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The name.
    Name,
    /// The description.
    Description,
    /// The product code.
    ProductCode,
    /// The presence of a throttle.
    Throttle,
    /// The plan's rate limit, in requests per second.
    Rate,
    /// The plan's burst limit, in requests.
    Burst,
    /// The presence of a quota; as a unit in a merge.
    Quota,
    /// The quota's limit, in requests per period.
    QuotaLimit,
    /// The quota's period.
    QuotaPeriod,
    /// The quota's offset.
    QuotaOffset,
    /// The attachment of an API stage.
    Stage(StageKey),
    /// The presence of a throttle for a method of an attached stage.
    Method(StageKey, MethodKey),
    /// A method throttle's rate limit, in requests per second.
    MethodRate(StageKey, MethodKey),
    /// A method throttle's burst limit, in requests.
    MethodBurst(StageKey, MethodKey),
    /// A tag, by its key.
    Tag(String),
}

impl Field {
    /// Returns true for a limit: a rate, a burst or the limit of a quota.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(
            self,
            Self::Rate
                | Self::Burst
                | Self::QuotaLimit
                | Self::MethodRate(..)
                | Self::MethodBurst(..)
        )
    }

    /// The field that this one is a part of: the throttle of a rate, the stage
    /// of a method throttle.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self {
            Self::Rate | Self::Burst => Some(Self::Throttle),
            Self::QuotaLimit | Self::QuotaPeriod | Self::QuotaOffset => Some(Self::Quota),
            Self::Method(stage, _) => Some(Self::Stage(stage.clone())),
            Self::MethodRate(stage, key) | Self::MethodBurst(stage, key) => {
                Some(Self::Method(stage.clone(), key.clone()))
            }
            _ => None,
        }
    }

    /// The field that this one is a part of, and what that one is a part of.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), Self::parent)
    }

    /// Returns true if its value is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        match self {
            Self::Rate
            | Self::Burst
            | Self::QuotaLimit
            | Self::QuotaOffset
            | Self::MethodRate(..)
            | Self::MethodBurst(..) => true,
            Self::Name
            | Self::Description
            | Self::ProductCode
            | Self::Throttle
            | Self::Quota
            | Self::QuotaPeriod
            | Self::Stage(_)
            | Self::Method(..)
            | Self::Tag(_) => false,
        }
    }

    /// Returns true if the other field is this one or a part of it.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self == other || other.ancestors().any(|ancestor| ancestor == *self)
    }
}

impl Field {
    /// The page of AWS about it.
    #[must_use]
    pub fn documentation(&self) -> &'static str {
        match self {
            Self::Name | Self::Description | Self::ProductCode | Self::Stage(_) => {
                "https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html"
            }
            Self::Throttle
            | Self::Rate
            | Self::Burst
            | Self::Method(..)
            | Self::MethodRate(..)
            | Self::MethodBurst(..) => {
                "https://docs.aws.amazon.com/apigateway/latest/api/API_ThrottleSettings.html"
            }
            Self::Quota | Self::QuotaLimit | Self::QuotaPeriod | Self::QuotaOffset => {
                "https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html"
            }
            Self::Tag(_) => {
                "https://docs.aws.amazon.com/apigateway/latest/api/API_TagResource.html"
            }
        }
    }
}

impl fmt::Display for Field {
    /// A name for the operator: `rate limit`, `a1b2c3:prod /pets/GET burst limit`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.pad("name"),
            Self::Description => f.pad("description"),
            Self::ProductCode => f.pad("product code"),
            Self::Throttle => f.pad("throttle"),
            Self::Rate => f.pad("rate limit"),
            Self::Burst => f.pad("burst limit"),
            Self::Quota => f.pad("quota"),
            Self::QuotaLimit => f.pad("quota limit"),
            Self::QuotaPeriod => f.pad("quota period"),
            Self::QuotaOffset => f.pad("quota offset"),
            Self::Stage(stage) => f.pad(&format!("stage {stage}")),
            Self::Method(stage, key) => f.pad(&format!("{stage} {key} throttle")),
            Self::MethodRate(stage, key) => f.pad(&format!("{stage} {key} rate limit")),
            Self::MethodBurst(stage, key) => f.pad(&format!("{stage} {key} burst limit")),
            Self::Tag(key) => f.pad(&format!("tag {key}")),
        }
    }
}

/// The weight of a finding of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It may be sent; the service is not known to refuse it.
    Warning,
    /// It must not be sent.
    Refusal,
}

/// The finding of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that was broken.
    pub rule: Rule,
    /// The field that it is about, where that can be named.
    pub field: Option<Field>,
    /// The fault, in one sentence for the operator.
    pub message: String,
    /// The values that are allowed instead; empty where nothing is.
    pub instead: String,
}

impl Finding {
    /// The severity of its rule: an error keeps the operation from being sent.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }

    /// Returns true if it keeps the operation from being sent.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.severity() == Severity::Refusal
    }
}

impl fmt::Display for Finding {
    /// The sentence, what is allowed instead, and the rule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if !self.instead.is_empty() {
            write!(f, "; {}", self.instead)?;
        }
        let (id, source) = (self.rule.id(), self.rule.source());
        match self.rule.basis() {
            Basis::Documented => write!(f, " [{id}: {source}]"),
            // A source that is only partly inferred says itself which part.
            basis if source.contains(basis.name()) => write!(f, " [{id}: {source}]"),
            basis => write!(f, " [{id}, {basis}: {source}]"),
        }
    }
}

/// The rules that an operation, the plan that results and the keys in it are held
/// against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// No row of the support table has this path.
    KnownPath,
    /// The support table does not have this op on this path.
    SupportedOp,
    /// The operation needs a value, or takes none.
    ValueGiven,
    /// A rate is a finite number of requests per second, 0 or more.
    RateValue,
    /// A burst, quota limit or offset is a whole number from 0 to 2147483647.
    CountValue,
    /// A period is DAY, WEEK or MONTH.
    PeriodValue,
    /// A stage is written `apiId:stageName`.
    StageForm,
    /// A method key is `/path/METHOD`, `//METHOD` or `*/*`.
    MethodForm,
    /// A map of method throttles is a JSON object of `rateLimit` and `burstLimit`.
    MethodMapForm,
    /// A plan has a name.
    NameGiven,
    /// A quota needs a limit and a period.
    QuotaComplete,
    /// A throttle that is new needs both a rate and a burst.
    ThrottleComplete,
    /// DAY takes offset 0, WEEK 0 to 6, MONTH 0 to 27.
    OffsetInPeriod,
    /// A stage is attached once.
    StageOnce,
    /// Only an attached stage can be detached or given method throttles.
    StageAttached,
    /// Only a method throttle that exists can be removed.
    MethodExists,
    /// Method throttles need a throttle of the plan.
    MethodsNeedThrottle,
    /// It is unknown what becomes of method throttles when the plan's throttle goes.
    MethodsLoseThrottle,
    /// A method has one throttle in a stage's map, in one spelling.
    MethodOnce,
    /// A method throttle is not above the plan's throttle.
    MethodAbovePlan,
    /// A throttle's burst is at least one second of its rate.
    BurstCoversRate,
    /// A throttle has a rate and a burst, a quota a limit and a period.
    HalfLimit,
    /// A rate or a burst of 0 blocks every request.
    ZeroBlocks,
    /// A limit above the account's has no effect.
    WithinAccount,
    /// A tag's key has 1 to 128 characters and is not AWS's own.
    TagKey,
    /// A tag's value has at most 256 characters.
    TagValue,
    /// A tag is made of the documented characters.
    TagCharacters,
    /// A plan has at most 50 tags.
    TagCount,
    /// An API key can only leave a plan that it is in.
    KeyInPlan,
    /// An API key is in a plan once.
    KeyOnce,
    /// An API key is in one plan only for each API stage.
    KeyOncePerStage,
    /// An API key is in at most 10 plans.
    PlansPerKey,
    /// A disabled API key gives no access.
    KeyEnabled,
    /// A plan without stages gives access to nothing.
    PlanHasStages,
    /// Everything about keys and plans that is not known was not checked.
    KeysKnown,
    /// An API key without a plan for a stage loses access to it.
    KeyAccess,
    /// An API key that moves has no access for a while.
    KeyGap,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 37] = [
        Self::KnownPath,
        Self::SupportedOp,
        Self::ValueGiven,
        Self::RateValue,
        Self::CountValue,
        Self::PeriodValue,
        Self::StageForm,
        Self::MethodForm,
        Self::MethodMapForm,
        Self::NameGiven,
        Self::QuotaComplete,
        Self::ThrottleComplete,
        Self::OffsetInPeriod,
        Self::StageOnce,
        Self::StageAttached,
        Self::MethodExists,
        Self::MethodsNeedThrottle,
        Self::MethodsLoseThrottle,
        Self::MethodOnce,
        Self::MethodAbovePlan,
        Self::BurstCoversRate,
        Self::HalfLimit,
        Self::ZeroBlocks,
        Self::WithinAccount,
        Self::TagKey,
        Self::TagValue,
        Self::TagCharacters,
        Self::TagCount,
        Self::KeyInPlan,
        Self::KeyOnce,
        Self::KeyOncePerStage,
        Self::PlansPerKey,
        Self::KeyEnabled,
        Self::PlanHasStages,
        Self::KeysKnown,
        Self::KeyAccess,
        Self::KeyGap,
    ];
}
