//! The rules: their names, where they come from, and the judgement of a plan as
//! a whole.

use std::collections::BTreeMap;

use super::account::AccountLimits;
use super::tags;
use super::target::method_form;
use super::{
    Count, Field, Finding, MethodKey, Period, Quota, Rate, Rule, Settings, Severity, StageKey,
    Throttle,
};

static NO_TAGS: BTreeMap<String, String> = BTreeMap::new();

impl Rule {
    /// Whether breaking it keeps an operation from being sent. What the service
    /// is not known to refuse is a warning.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::BurstCoversRate
            | Self::ZeroBlocks
            | Self::WithinAccount
            | Self::TagCharacters
            | Self::TagCount => Severity::Warning,
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
            Self::ZeroBlocks => "zero-blocks",
            Self::WithinAccount => "within-account",
            Self::TagKey => "tag-key",
            Self::TagValue => "tag-value",
            Self::TagCharacters => "tag-characters",
            Self::TagCount => "tag-count",
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
            Self::ZeroBlocks => "inferred: from how zero limits are used in practice",
            Self::WithinAccount => "AWS developer guide, request throttling",
            Self::TagKey => {
                "AWS API reference, TagResource; inferred: AWS's own tags cannot be taken away"
            }
            Self::TagValue | Self::TagCharacters => "AWS API reference, TagResource",
            Self::TagCount => {
                "inferred: AWS general reference, API Gateway quotas, has it for stages"
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
    for (stage, methods) in &edited.stages {
        let before = base.and_then(|base| base.stages.get(stage));
        if before.is_none() {
            judge.stage(stage);
        }
        for (key, throttle) in methods {
            let before = before.and_then(|methods| methods.get(key));
            if before.is_none() {
                judge.method(stage, key);
            }
            if before != Some(throttle) {
                let bucket = Bucket::Method(stage, key);
                judge.throttle(&bucket, before, *throttle);
            }
        }
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
        if rate_moved {
            self.rate(bucket, now.rate);
        }
        if burst_moved {
            self.burst(bucket, now.burst);
        }
        let (rate, burst) = (now.rate.get(), f64::from(now.burst.get()));
        if (rate_moved || burst_moved) && burst > 0.0 && burst < rate {
            self.find(
                Rule::BurstCoversRate,
                bucket.burst(),
                format!(
                    "a burst of {} is below one second of the rate {}: requests that come \
                     together are refused early",
                    now.burst, now.rate
                ),
                format!("a burst of {} or more", now.rate.get().ceil()),
            );
        }
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
        // An account's limit that the answer left out reads as 0.
        let account = self.account.map(|account| account.rate);
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
        let account = self.account.map(|account| account.burst);
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
        let moved = |of: fn(&Quota) -> Count| before.is_none_or(|quota| of(quota) != of(now));
        let limit_moved = moved(|quota| quota.limit);
        let offset_moved = moved(|quota| quota.offset);
        let period_moved = before.is_none_or(|quota| quota.period != now.period);
        if let (true, Period::Other(period)) = (period_moved, &now.period) {
            self.find(
                Rule::PeriodValue,
                Field::QuotaPeriod,
                format!(
                    "{period:?} is not a period that plangate knows; it stays only where it is"
                ),
                "DAY, WEEK or MONTH",
            );
        }
        if limit_moved && now.limit < Count::ZERO {
            self.find(
                Rule::CountValue,
                Field::QuotaLimit,
                format!("{} is not a quota limit", now.limit),
                "0 to 2147483647 requests",
            );
        } else if limit_moved && now.limit == Count::ZERO {
            self.find(
                Rule::ZeroBlocks,
                Field::QuotaLimit,
                "a quota of 0 lets no request through",
                "",
            );
        }
        let largest = now.period.largest_offset().unwrap_or(Count::MAX);
        let is_in_range = (0..=largest).contains(&now.offset.get());
        if (offset_moved || period_moved) && !is_in_range {
            let instead = match largest {
                0 => "0".to_owned(),
                largest => format!("0 to {largest}"),
            };
            self.find(
                Rule::OffsetInPeriod,
                Field::QuotaOffset,
                format!("{} does not take an offset of {}", now.period, now.offset),
                instead,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Field as F;

    fn plan() -> Settings {
        Settings {
            name: "plan".to_owned(),
            ..Settings::default()
        }
    }

    fn throttled(rate: f64, burst: i32) -> Settings {
        Settings {
            throttle: Some(Throttle {
                rate: Rate::as_read(rate),
                burst: Count::as_read(burst),
            }),
            ..plan()
        }
    }

    fn quota(limit: i32, period: &str, offset: i32) -> Settings {
        Settings {
            quota: Some(Quota {
                limit: Count::as_read(limit),
                period: Period::from_service(period),
                offset: Count::as_read(offset),
            }),
            ..plan()
        }
    }

    fn with_method(key: &str, rate: f64, burst: i32) -> Settings {
        let stage = StageKey::as_read("a", "b");
        let throttle = throttled(rate, burst).throttle.unwrap();
        Settings {
            stages: [(stage, [(MethodKey::as_read(key), throttle)].into())].into(),
            ..plan()
        }
    }

    fn found(base: Option<&Settings>, edited: &Settings) -> Vec<(Rule, Field)> {
        let findings = judge(base, edited, None).into_iter();
        findings
            .map(|finding| (finding.rule, finding.field.unwrap()))
            .collect()
    }

    #[test]
    fn offsets_fit_their_period() {
        for (period, largest) in [("DAY", 0), ("WEEK", 6), ("MONTH", 27)] {
            assert_eq!(found(None, &quota(1, period, largest)), []);
            let wrong = [(Rule::OffsetInPeriod, F::QuotaOffset)];
            assert_eq!(found(None, &quota(1, period, largest + 1)), wrong);
            assert_eq!(found(None, &quota(1, period, -1)), wrong);
        }
    }

    #[test]
    fn a_plan_that_breaks_rules_already_can_be_edited_elsewhere() {
        let mut broken = quota(-1, "YEAR", -3);
        broken.name = String::new();
        broken.throttle = throttled(-1.0, -1).throttle;
        broken.stages = with_method("pets", -1.0, 0).stages;
        broken
            .stages
            .insert(StageKey::as_read("", "x y"), [].into());
        let mut edited = broken.clone();
        edited.description = "new".to_owned();
        edited.quota.as_mut().unwrap().limit = Count::as_read(5);
        assert_eq!(found(Some(&broken), &edited), []);
        let rules: Vec<_> = found(None, &broken)
            .into_iter()
            .map(|(rule, _)| rule)
            .collect();
        for rule in [
            Rule::NameGiven,
            Rule::StageForm,
            Rule::MethodForm,
            Rule::RateValue,
            Rule::CountValue,
            Rule::PeriodValue,
            Rule::OffsetInPeriod,
        ] {
            assert!(rules.contains(&rule), "{rule:?}");
        }
        edited.name = "x".to_owned();
        assert_eq!(found(Some(&broken), &edited), []);
        edited.quota.as_mut().unwrap().period = Period::Day;
        assert_eq!(
            found(Some(&broken), &edited),
            [(Rule::OffsetInPeriod, F::QuotaOffset)]
        );
    }

    #[test]
    fn an_unknown_period_is_not_sent_to_another_plan() {
        let odd = quota(5, "YEAR", 0);
        let refused = [(Rule::PeriodValue, F::QuotaPeriod)];
        assert_eq!(found(Some(&odd), &quota(6, "YEAR", 0)), []);
        assert_eq!(found(Some(&plan()), &odd), refused);
        assert_eq!(found(None, &odd), refused);
    }

    #[test]
    fn warns_of_zeros_and_of_small_bursts() {
        let warned = |settings: &Settings| {
            let findings = judge(None, settings, None);
            assert!(findings.iter().all(|finding| !finding.refuses()));
            found(None, settings)
        };
        assert_eq!(warned(&throttled(100.0, 100)), []);
        assert_eq!(
            warned(&throttled(100.5, 100)),
            [(Rule::BurstCoversRate, F::Burst)]
        );
        assert_eq!(warned(&throttled(0.0, 5)), [(Rule::ZeroBlocks, F::Rate)]);
        assert_eq!(warned(&throttled(5.0, 0)), [(Rule::ZeroBlocks, F::Burst)]);
        assert_eq!(
            warned(&quota(0, "DAY", 0)),
            [(Rule::ZeroBlocks, F::QuotaLimit)]
        );
        let (stage, key) = (StageKey::as_read("a", "b"), MethodKey::as_read("*/*"));
        assert_eq!(
            warned(&with_method("*/*", 9.0, 1)),
            [(Rule::BurstCoversRate, F::MethodBurst(stage, key))]
        );
        // Only a draft that touches the throttle hears of it.
        let base = throttled(100.0, 1);
        assert_eq!(
            found(
                Some(&base),
                &Settings {
                    name: "x".to_owned(),
                    ..base.clone()
                }
            ),
            []
        );
        assert_eq!(
            found(Some(&base), &throttled(99.0, 1)),
            [(Rule::BurstCoversRate, F::Burst)]
        );
    }

    #[test]
    fn warns_of_limits_above_the_account() {
        let found = |account: (f64, i32), edited: &Settings| {
            let limits = AccountLimits {
                throttle: throttled(account.0, account.1).throttle,
            };
            let findings = judge(None, edited, Some(&limits)).into_iter();
            let above = findings.filter(|finding| finding.rule == Rule::WithinAccount);
            above
                .filter_map(|finding| finding.field)
                .collect::<Vec<_>>()
        };
        let edited = throttled(10_001.0, 20_000);
        assert_eq!(found((10_000.0, 5000), &edited), [F::Rate, F::Burst]);
        assert_eq!(found((10_001.0, 20_000), &edited), []);
        // Left out in the account's answer.
        assert_eq!(found((0.0, 0), &edited), []);
    }

    #[test]
    fn every_rule_has_a_name_of_its_own_and_a_source() {
        let rules = [
            Rule::KnownPath,
            Rule::SupportedOp,
            Rule::ValueGiven,
            Rule::RateValue,
            Rule::CountValue,
            Rule::PeriodValue,
            Rule::StageForm,
            Rule::MethodForm,
            Rule::MethodMapForm,
            Rule::NameGiven,
            Rule::QuotaComplete,
            Rule::ThrottleComplete,
            Rule::OffsetInPeriod,
            Rule::StageOnce,
            Rule::StageAttached,
            Rule::MethodExists,
            Rule::BurstCoversRate,
            Rule::ZeroBlocks,
            Rule::WithinAccount,
            Rule::TagKey,
            Rule::TagValue,
            Rule::TagCharacters,
            Rule::TagCount,
        ];
        let ids: std::collections::BTreeSet<_> = rules.iter().map(|rule| rule.id()).collect();
        assert_eq!(ids.len(), rules.len());
        assert!(rules.iter().all(|rule| !rule.source().is_empty()));
    }
}
