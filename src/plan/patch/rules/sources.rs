//! The rules by themselves: name, severity, basis and source.

use crate::plan::{Basis, Rule, Severity};

const COUNT_VALUE: &str = "\
    AWS API reference, QuotaSettings and ThrottleSettings (integers); inferred: not negative";

const METHODS_NEED_THROTTLE: &str = "\
    aws-cdk pull request 6411: Can not define fine grain throttling if usage plan throttle is \
    not defined";

const METHOD_ABOVE_PLAN: &str = "\
    AWS developer guide, request throttling, which can be read either way; re:Post \
    QUFD1EPj5dRYaYaqpNepE34A: the plan's throttle stays global for the key";

impl Rule {
    /// The severity of breaking it: an error keeps an operation from being sent. A
    /// breach that the service is not known to refuse is a warning.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::MethodsLoseThrottle
            | Self::MethodOnce
            | Self::MethodAbovePlan
            | Self::BurstCoversRate
            | Self::HalfLimit
            | Self::ZeroBlocks
            | Self::WithinAccount
            | Self::TagCharacters
            | Self::TagCount
            | Self::PlansPerKey
            | Self::KeyEnabled
            | Self::PlanHasStages
            | Self::KeysKnown
            | Self::KeyAccess
            | Self::KeyGap => Severity::Warning,
            _ => Severity::Refusal,
        }
    }

    /// Returns true if it is about tags.
    pub(in crate::plan) fn is_about_tags(self) -> bool {
        matches!(
            self,
            Self::TagKey | Self::TagValue | Self::TagCharacters | Self::TagCount
        )
    }

    /// Its name, for scripts and for looking it up.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::KnownPath => "known-path",
            Self::SupportedOp => "supported-op",
            Self::ValueGiven => "value-given",
            Self::RateValue => "rate-value",
            Self::CountValue => "count-value",
            Self::PeriodValue => "period-value",
            Self::StageForm => "stage-form",
            Self::MethodForm => "method-form",
            Self::MethodMapForm => "method-map-form",
            Self::NameGiven => "name-given",
            Self::QuotaComplete => "quota-complete",
            Self::ThrottleComplete => "throttle-complete",
            Self::OffsetInPeriod => "offset-in-period",
            Self::StageOnce => "stage-once",
            Self::StageAttached => "stage-attached",
            Self::MethodExists => "method-exists",
            Self::MethodsNeedThrottle => "methods-need-throttle",
            Self::MethodsLoseThrottle => "methods-lose-throttle",
            Self::MethodOnce => "method-once",
            Self::MethodAbovePlan => "method-above-plan",
            Self::BurstCoversRate => "burst-covers-rate",
            Self::HalfLimit => "half-limit",
            Self::ZeroBlocks => "zero-blocks",
            Self::WithinAccount => "within-account",
            Self::TagKey => "tag-key",
            Self::TagValue => "tag-value",
            Self::TagCharacters => "tag-characters",
            Self::TagCount => "tag-count",
            Self::KeyInPlan => "key-in-plan",
            Self::KeyOnce => "key-once",
            Self::KeyOncePerStage => "key-once-per-stage",
            Self::PlansPerKey => "plans-per-key",
            Self::KeyEnabled => "key-enabled",
            Self::PlanHasStages => "plan-has-stages",
            Self::KeysKnown => "keys-known",
            Self::KeyAccess => "key-access",
            Self::KeyGap => "key-gap",
        }
    }

    /// The basis of the rule: the weakest of its sources counts.
    #[must_use]
    pub fn basis(self) -> Basis {
        match self {
            Self::MethodsNeedThrottle => Basis::Reported,
            Self::RateValue
            | Self::CountValue
            | Self::MethodForm
            | Self::MethodMapForm
            | Self::QuotaComplete
            | Self::ThrottleComplete
            | Self::OffsetInPeriod
            | Self::StageOnce
            | Self::StageAttached
            | Self::MethodExists
            | Self::MethodsLoseThrottle
            | Self::MethodOnce
            | Self::MethodAbovePlan
            | Self::ZeroBlocks
            | Self::TagKey
            | Self::TagCount
            | Self::KeyInPlan
            | Self::KeyOnce => Basis::Inferred,
            Self::KnownPath
            | Self::SupportedOp
            | Self::ValueGiven
            | Self::PeriodValue
            | Self::StageForm
            | Self::NameGiven
            | Self::BurstCoversRate
            | Self::HalfLimit
            | Self::WithinAccount
            | Self::TagValue
            | Self::TagCharacters
            | Self::KeyOncePerStage
            | Self::PlansPerKey
            | Self::KeyEnabled
            | Self::PlanHasStages
            | Self::KeysKnown
            | Self::KeyAccess
            | Self::KeyGap => Basis::Documented,
        }
    }

    /// The source of the rule: a page of AWS, an inference, or plangate itself.
    #[must_use]
    pub fn source(self) -> &'static str {
        match self {
            Self::KnownPath | Self::SupportedOp => "AWS patch-operations page, UpdateUsagePlan",
            Self::ValueGiven => "AWS API reference, PatchOperation; errors recorded from AWS",
            Self::RateValue => {
                "AWS API reference, ThrottleSettings (a double); inferred: not negative"
            }
            Self::CountValue => COUNT_VALUE,
            Self::PeriodValue => "AWS API reference, QuotaSettings",
            Self::StageForm => "usageplan:update page of AWS: apiId:stageName",
            Self::MethodForm | Self::MethodMapForm => {
                "AWS developer guide, managing usage plans; inferred: */* as in stage settings"
            }
            Self::NameGiven => "AWS API reference, CreateUsagePlan",
            Self::QuotaComplete => "inferred: from AWS's errors on quotas",
            Self::ThrottleComplete => {
                "plangate's own: what the service makes of half a throttle is not known"
            }
            Self::OffsetInPeriod => {
                "usageplan:update page of AWS (DAY); inferred: from AWS's errors (WEEK, MONTH)"
            }
            Self::StageOnce => "inferred: a plan lists each API stage once",
            Self::StageAttached => {
                "errors recorded from AWS (detaching); inferred: method throttles"
            }
            Self::MethodExists => "inferred: as UpdateStage refuses a missing method setting",
            Self::MethodsNeedThrottle => METHODS_NEED_THROTTLE,
            Self::MethodsLoseThrottle => {
                "from the service's refusal of such a plan (aws-cdk pull request 6411)"
            }
            Self::MethodOnce => {
                "inferred: AWS keeps keys as they are written, so that two spellings are two entries"
            }
            Self::MethodAbovePlan => METHOD_ABOVE_PLAN,
            Self::BurstCoversRate => "plangate's own: from how a token bucket works",
            Self::HalfLimit => {
                "plangate's own: what applies for a half that is not set is not published"
            }
            Self::ZeroBlocks => "inferred: from how zero limits are used in practice",
            Self::WithinAccount => "AWS developer guide, request throttling",
            Self::TagKey => {
                "AWS API reference, TagResource; inferred: AWS's own tags cannot be taken away"
            }
            Self::TagValue | Self::TagCharacters => "AWS API reference, TagResource",
            Self::TagCount => {
                "inferred: AWS general reference, API Gateway quotas, has it for stages"
            }
            Self::KeyInPlan | Self::KeyOnce => "inferred: from what the calls do",
            Self::KeyOncePerStage | Self::KeyAccess => "AWS developer guide, usage plans",
            Self::PlansPerKey => "AWS general reference, API Gateway quotas, L-985EB478",
            Self::KeyEnabled => "AWS API reference, ApiKey",
            Self::PlanHasStages => "AWS API reference, UsagePlan",
            Self::KeysKnown => "plangate's own: what was not read is not known",
            Self::KeyGap => {
                "AWS developer guide, usage plans: a key that was added may need a few minutes"
            }
        }
    }
}
