//! The rules: their names, where they come from, and the judgement of a plan as
//! a whole.

use super::account::AccountLimits;
use super::tags;
use super::target::method_form;
use super::{
    Count, Field, Finding, Map, MethodKey, Period, Quota, Rate, Rule, Settings, Severity, StageKey,
    Throttle,
};

static NO_TAGS: Map<String, String> = Map::new();

impl Rule {
    /// Whether breaking it keeps an operation from being sent. What the service
    /// is not known to refuse is a warning.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::BurstCoversRate
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

    /// Whether it is about tags.
    pub(super) fn is_about_tags(self) -> bool {
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

    /// Where it comes from: a page of AWS, an inference, or plangate itself.
    #[must_use]
    pub fn source(self) -> &'static str {
        match self {
            Self::KnownPath | Self::SupportedOp => "AWS patch-operations page, UpdateUsagePlan",
            Self::ValueGiven => "AWS API reference, PatchOperation; errors recorded from AWS",
            Self::RateValue => {
                "AWS API reference, ThrottleSettings (a double); inferred: not negative"
            }
            Self::CountValue => {
                "AWS API reference, QuotaSettings and ThrottleSettings (integers); inferred: \
                 not negative"
            }
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

/// Judges the plan that results, as a whole, but only where it differs from
/// `base`: a plan that breaks a rule already can still be renamed. A new plan
/// (no `base`) is judged everywhere.
#[must_use]
pub fn judge(
    base: Option<&Settings>,
    edited: &Settings,
    limits: Option<&AccountLimits>,
) -> Vec<Finding> {
    let mut judge = Judge {
        account: limits.and_then(|limits| limits.throttle),
        findings: Vec::new(),
    };
    if edited.name.is_empty() && base.is_none_or(|base| base.name != edited.name) {
        judge.find(
            Rule::NameGiven,
            Field::Name,
            "the plan has no name",
            "give one",
        );
    }
    if base.is_none_or(|base| base.stages != edited.stages) {
        judge.stages(base, edited);
    }
    if let Some(throttle) = edited.throttle {
        let before = base.and_then(|base| base.throttle);
        judge.throttle(&Bucket::Plan, before.as_ref(), throttle);
    }
    if let Some(quota) = &edited.quota {
        judge.quota(base.and_then(|base| base.quota.as_ref()), quota);
    }
    let tags = base.map_or(&NO_TAGS, |base| &base.tags);
    judge.findings.extend(tags::judge(tags, &edited.tags));
    judge.findings
}

/// Which token bucket a throttle describes.
pub(super) enum Bucket<'a> {
    Plan,
    Method(&'a StageKey, &'a MethodKey),
}

impl Bucket<'_> {
    pub(super) fn rate(&self) -> Field {
        match *self {
            Self::Plan => Field::Rate,
            Self::Method(stage, key) => Field::MethodRate(stage.clone(), key.clone()),
        }
    }

    pub(super) fn burst(&self) -> Field {
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

struct Judge {
    account: Option<Throttle>,
    findings: Vec<Finding>,
}

impl Judge {
    fn find(
        &mut self,
        rule: Rule,
        field: Field,
        message: impl Into<String>,
        instead: impl Into<String>,
    ) {
        self.findings.push(Finding {
            rule,
            field: Some(field),
            message: message.into(),
            instead: instead.into(),
        });
    }

    fn stages(&mut self, base: Option<&Settings>, edited: &Settings) {
        for (stage, methods) in &edited.stages {
            let before = base.and_then(|base| base.stages.get(stage));
            if before.is_none() {
                self.stage(stage);
            }
            for (key, throttle) in methods {
                let before = before.and_then(|methods| methods.get(key));
                if before.is_none() {
                    self.method(stage, key);
                }
                if before != Some(throttle) {
                    let bucket = Bucket::Method(stage, key);
                    self.throttle(&bucket, before, *throttle);
                }
            }
        }
    }

    fn stage(&mut self, stage: &StageKey) {
        if !stage.is_well_formed() {
            self.find(
                Rule::StageForm,
                Field::Stage(stage.clone()),
                format!("{:?} is not an API stage", stage.to_string()),
                "write apiId:stageName",
            );
        }
    }

    fn method(&mut self, stage: &StageKey, key: &MethodKey) {
        if !key.is_well_formed() {
            self.find(
                Rule::MethodForm,
                Field::Method(stage.clone(), key.clone()),
                format!("{:?} is not a method", key.as_str()),
                method_form(),
            );
        }
    }

    fn throttle(&mut self, bucket: &Bucket<'_>, before: Option<&Throttle>, now: Throttle) {
        let rate_moved = before.is_none_or(|before| before.rate != now.rate);
        let burst_moved = before.is_none_or(|before| before.burst != now.burst);
        if let Some(rate) = now.rate.filter(|_| rate_moved) {
            self.rate(bucket, rate);
        }
        if let Some(burst) = now.burst.filter(|_| burst_moved) {
            self.burst(bucket, burst);
        }
        let Some((rate, burst)) = now.both() else {
            return self.half(bucket, before, now);
        };
        let is_short = f64::from(burst.get()) < rate.get();
        if (rate_moved || burst_moved) && burst > Count::ZERO && is_short {
            self.find(
                Rule::BurstCoversRate,
                bucket.burst(),
                format!(
                    "a burst of {burst} is below one second of the rate {rate}: requests that \
                     come together are refused early"
                ),
                format!("a burst of {} or more", rate.get().ceil()),
            );
        }
    }

    /// Half a throttle where there was none before. It is not refused: a plan that has
    /// one is copied and undone to.
    fn half(&mut self, bucket: &Bucket<'_>, before: Option<&Throttle>, now: Throttle) {
        let (field, missing) = match (now.rate, now.burst) {
            (Some(_), None) => (bucket.burst(), "burst"),
            (None, Some(_)) => (bucket.rate(), "rate"),
            // The key of a method throttle stands, and says nothing.
            _ => return,
        };
        let is_missing = |throttle: &Throttle| match missing {
            "burst" => throttle.burst.is_none(),
            _ => throttle.rate.is_none(),
        };
        if before.is_some_and(is_missing) {
            return;
        }
        self.find(
            Rule::HalfLimit,
            field,
            format!(
                "{} has no {missing}: which {missing} then applies is open, AWS does not say",
                bucket.throttle()
            ),
            format!("give it a {missing}, or leave it if that is meant"),
        );
    }

    fn rate(&mut self, bucket: &Bucket<'_>, rate: Rate) {
        if Rate::new(rate.get()).is_none() {
            self.find(
                Rule::RateValue,
                bucket.rate(),
                format!("{rate} is not a rate"),
                "0 or more requests per second",
            );
        } else if rate == Rate::ZERO {
            self.find(
                Rule::ZeroBlocks,
                bucket.rate(),
                format!("a rate of 0 blocks {}", bucket.requests()),
                "",
            );
        }
        // An account's limit of 0 is taken for one that is not known.
        let account = self.account.and_then(|account| account.rate);
        if let Some(most) = account.filter(|most| *most > Rate::ZERO && rate > *most) {
            self.find(
                Rule::WithinAccount,
                bucket.rate(),
                format!("a rate of {rate} is above the account's {most}, which holds instead"),
                format!("{most} or less"),
            );
        }
    }

    fn burst(&mut self, bucket: &Bucket<'_>, burst: Count) {
        if burst < Count::ZERO {
            self.find(
                Rule::CountValue,
                bucket.burst(),
                format!("{burst} is not a burst"),
                "0 to 2147483647 requests",
            );
        } else if burst == Count::ZERO {
            self.find(
                Rule::ZeroBlocks,
                bucket.burst(),
                format!("a burst of 0 blocks {}", bucket.requests()),
                "",
            );
        }
        let account = self.account.and_then(|account| account.burst);
        if let Some(most) = account.filter(|most| *most > Count::ZERO && burst > *most) {
            self.find(
                Rule::WithinAccount,
                bucket.burst(),
                format!("a burst of {burst} is above the account's {most}, which holds instead"),
                format!("{most} or less"),
            );
        }
    }

    fn quota(&mut self, before: Option<&Quota>, now: &Quota) {
        let limit_moved = before.is_none_or(|quota| quota.limit != now.limit);
        let offset = now.offset_or_zero();
        let offset_moved = before.is_none_or(|quota| quota.offset_or_zero() != offset);
        let period_moved = before.is_none_or(|quota| quota.period != now.period);
        if let (true, Some(Period::Other(period))) = (period_moved, &now.period) {
            self.find(
                Rule::PeriodValue,
                Field::QuotaPeriod,
                format!(
                    "{period:?} is not a period that plangate knows; it stays only where it is"
                ),
                "DAY, WEEK or MONTH",
            );
        }
        let limit = now.limit.filter(|_| limit_moved);
        if let Some(limit) = limit.filter(|limit| *limit < Count::ZERO) {
            self.find(
                Rule::CountValue,
                Field::QuotaLimit,
                format!("{limit} is not a quota limit"),
                "0 to 2147483647 requests",
            );
        } else if limit == Some(Count::ZERO) {
            self.find(
                Rule::ZeroBlocks,
                Field::QuotaLimit,
                "a quota of 0 lets no request through",
                "",
            );
        }
        let missing = match (now.limit, &now.period) {
            (None, Some(_)) => Some((Field::QuotaLimit, "limit")),
            (Some(_), None) => Some((Field::QuotaPeriod, "period")),
            (None, None) => Some((Field::Quota, "limit and no period")),
            (Some(_), Some(_)) => None,
        };
        if let Some((field, missing)) = missing.filter(|_| limit_moved || period_moved) {
            self.find(
                Rule::HalfLimit,
                field,
                format!("the quota has no {missing}: what then counts is open, AWS does not say"),
                "give it both, or leave it if that is meant",
            );
        }
        let largest = now.period.as_ref().and_then(Period::largest_offset);
        let largest = largest.unwrap_or(Count::MAX);
        let is_in_range = (0..=largest).contains(&offset.get());
        if (offset_moved || period_moved) && !is_in_range {
            let instead = match largest {
                0 => "0".to_owned(),
                largest => format!("0 to {largest}"),
            };
            self.find(
                Rule::OffsetInPeriod,
                Field::QuotaOffset,
                match &now.period {
                    Some(period) => format!("{period} does not take an offset of {offset}"),
                    None => format!("{offset} is not an offset"),
                },
                instead,
            );
        }
    }
}

#[cfg(test)]
mod tests;
