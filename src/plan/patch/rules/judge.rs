//! The judge, who holds the settings of a plan against the rules one by one.

use super::Throttled;
use crate::plan::limits::zero::{OddQuota, Stop};
use crate::plan::model::account::AccountLimits;
use crate::plan::model::human::{short_count, short_rate};
use crate::plan::patch::target::method_form;
use crate::plan::{
    Count, Field, Finding, MethodKey, Period, Quota, Rate, Rule, Settings, StageKey, Throttle,
};
use crate::text::number;

pub(super) struct Judge {
    /// The account's limits, as far as they are known.
    account: Throttle,
    /// The plan's own throttle, which a method throttle may not exceed in effect.
    plan: Option<Throttle>,
    has_methods: bool,
    pub(super) findings: Vec<Finding>,
}

impl Judge {
    pub(super) fn new(edited: &Settings, limits: Option<&AccountLimits>) -> Self {
        Self {
            account: limits.map(AccountLimits::told).unwrap_or_default(),
            plan: edited.throttle,
            has_methods: edited.stages.values().any(|methods| !methods.is_empty()),
            findings: Vec::new(),
        }
    }

    pub(super) fn find(
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

    pub(super) fn stages(&mut self, base: Option<&Settings>, edited: &Settings) {
        for (stage, methods) in &edited.stages {
            let before = base.and_then(|base| base.stages.get(stage));
            if before.is_none() {
                self.stage(stage);
            }
            for (key, throttle) in methods {
                let before = before.and_then(|methods| methods.get(key));
                if before.is_none() {
                    self.method(stage, key);
                    let mut others = methods.keys().filter(|other| *other != key);
                    if let Some(other) = others.find(|other| other.means(key)) {
                        self.twice(stage, key, other);
                    }
                }
                if before != Some(throttle) {
                    let bucket = Throttled::Method(stage, key);
                    self.throttle(&bucket, before, *throttle);
                }
            }
        }
    }

    /// Method throttles on a plan without a throttle: setting some is refused, and
    /// what the service does where the throttle goes and they stay is unknown.
    /// Taking method throttles away needs no throttle.
    pub(super) fn methods_without_throttle(&mut self, base: Option<&Settings>, edited: &Settings) {
        if edited.throttle.is_some() {
            return;
        }
        let with_methods = || {
            let all = edited.stages.iter();
            all.filter(|(_, methods)| !methods.is_empty())
        };
        let mut set = with_methods().filter(|(stage, methods)| {
            let before = base.and_then(|base| base.stages.get(*stage));
            let is_new = |(key, throttle)| before.and_then(|all| all.get(key)) != Some(throttle);
            methods.iter().any(is_new)
        });
        if let Some((stage, key)) =
            set.find_map(|(stage, methods)| Some((stage, methods.keys().next()?)))
        {
            self.find(
                Rule::MethodsNeedThrottle,
                Field::Method(stage.clone(), key.clone()),
                "the plan has no throttle, and a plan without one cannot have method throttles",
                "give the plan a throttle too, or remove the method throttles",
            );
        } else if base.is_some_and(|base| base.throttle.is_some())
            && with_methods().next().is_some()
        {
            self.find(
                Rule::MethodsLoseThrottle,
                Field::Throttle,
                "the plan loses its throttle and keeps method throttles: AWS may refuse this, \
                 and nobody says what the method throttles do then",
                "keep the plan's throttle, or remove the method throttles too",
            );
        }
    }

    /// Method throttles above the plan's own, where one of the two moved.
    pub(super) fn methods_above_plan(&mut self, base: Option<&Settings>, edited: &Settings) {
        let Some(plan) = edited.throttle else {
            return;
        };
        let is_above = |throttle: &Throttle| {
            throttle
                .rate
                .zip(plan.rate)
                .is_some_and(|(method, plan)| method > plan)
                || throttle
                    .burst
                    .zip(plan.burst)
                    .is_some_and(|(method, plan)| method > plan)
        };
        // Lowering the plan's throttle puts method throttles above it that nobody touched.
        let plan_moved = base.is_none_or(|base| base.throttle != edited.throttle);
        let mut above = Vec::new();
        for (stage, methods) in &edited.stages {
            let before = base.and_then(|base| base.stages.get(stage));
            for (key, throttle) in methods.iter().filter(|(_, throttle)| is_above(throttle)) {
                let is_same = before.and_then(|before| before.get(key)) == Some(throttle);
                if plan_moved || !is_same {
                    above.push((stage, key, *throttle));
                }
            }
        }
        match above.as_slice() {
            // A change of the plan's throttle says it once.
            [(stage, key, _), more @ ..] if base.is_some() && plan_moved && !more.is_empty() => {
                self.find(
                    Rule::MethodAbovePlan,
                    Field::Throttle,
                    format!(
                        "{} method throttles are above the plan's ({stage} {key} and {} more): \
                         whether the plan's counts beside them is open, so that a key may get no \
                         more than the plan's",
                        above.len(),
                        more.len()
                    ),
                    "raise the plan's throttle to them, or lower them to the plan's: then it does \
                     not matter",
                );
            }
            _ => {
                for (stage, key, throttle) in above {
                    self.method_above_plan(stage, key, throttle, plan);
                }
            }
        }
    }

    pub(super) fn method_above_plan(
        &mut self,
        stage: &StageKey,
        key: &MethodKey,
        throttle: Throttle,
        plan: Throttle,
    ) {
        let rates = throttle
            .rate
            .zip(plan.rate)
            .filter(|(method, plan)| method > plan);
        let bursts = throttle
            .burst
            .zip(plan.burst)
            .filter(|(method, plan)| method > plan);
        let rate =
            rates.map(|(method, plan)| format!("the rate {method} is above the plan's {plan}"));
        let burst =
            bursts.map(|(method, plan)| format!("the burst {method} is above the plan's {plan}"));
        let bucket = Throttled::Method(stage, key);
        let field = if rates.is_some() {
            bucket.rate()
        } else {
            bucket.burst()
        };
        let above: Vec<_> = rate.into_iter().chain(burst).collect();
        self.find(
            Rule::MethodAbovePlan,
            field,
            format!(
                "for {stage} {key} {}: whether the plan's counts beside it is open, so that a key \
                 may get no more than the plan's",
                above.join(" and ")
            ),
            "raise the plan's throttle to it, or lower it to the plan's: then it does not matter",
        );
    }

    pub(super) fn stage(&mut self, stage: &StageKey) {
        if !stage.is_well_formed() {
            self.find(
                Rule::StageForm,
                Field::Stage(stage.clone()),
                format!("{:?} is not an API stage", stage.to_string()),
                "write apiId:stageName",
            );
        }
    }

    pub(super) fn method(&mut self, stage: &StageKey, key: &MethodKey) {
        if !key.plain().is_well_formed() {
            self.find(
                Rule::MethodForm,
                Field::Method(stage.clone(), key.clone()),
                format!("{:?} is not a method", key.as_str()),
                method_form(),
            );
        }
    }

    pub(super) fn twice(&mut self, stage: &StageKey, key: &MethodKey, other: &MethodKey) {
        let field = Field::Method(stage.clone(), key.clone());
        // Each of the two spellings would report the other.
        let is_said = self.findings.iter().any(|said| {
            let of_other = Field::Method(stage.clone(), other.clone());
            said.rule == Rule::MethodOnce && said.field == Some(of_other)
        });
        if !is_said {
            self.find(
                Rule::MethodOnce,
                field,
                format!(
                    "{stage} has two throttles for {}, as {key} and as {other}: which one applies \
                     is not known",
                    key.plain()
                ),
                "keep one of them",
            );
        }
    }

    pub(super) fn throttle(
        &mut self,
        bucket: &Throttled<'_>,
        before: Option<&Throttle>,
        now: Throttle,
    ) {
        let rate_moved = before.is_none_or(|before| before.rate != now.rate);
        let burst_moved = before.is_none_or(|before| before.burst != now.burst);
        if let Some(rate) = now.rate.filter(|_| rate_moved) {
            self.rate(bucket, rate, now);
        }
        if let Some(burst) = now.burst.filter(|_| burst_moved) {
            self.burst(bucket, burst);
        }
        if rate_moved || burst_moved {
            self.burst_covers_rate(bucket, now);
        }
        self.half(bucket, before, now);
    }

    /// A burst below one second of the rate, both as they apply: no more than the
    /// account's, and for a method no more than the plan's, which may count beside
    /// it. A burst that nothing would let be larger is left alone.
    pub(super) fn burst_covers_rate(&mut self, bucket: &Throttled<'_>, now: Throttle) {
        let (account_rate, account_burst) = (self.account.rate, self.account.burst);
        let plan = self.plan.filter(|_| !matches!(bucket, Throttled::Plan));
        let Some((rate, set)) = now.both() else {
            return;
        };
        // A rate that the account cuts down needs no burst for what it never lets through.
        let most_rate = [account_rate, plan.and_then(|plan| plan.rate)];
        let most_burst = [account_burst, plan.and_then(|plan| plan.burst)];
        let rate = most_rate.into_iter().flatten().fold(rate, Rate::min);
        let most = most_burst.into_iter().flatten().min();
        let room = most.is_none_or(|most| set < most);
        let (needed, burst) = (rate.get().ceil(), f64::from(set.get()));
        // A burst of 0 is told by a rule of its own.
        if burst <= 0.0 || burst >= rate.get() || !room {
            return;
        }
        let alone = match self.account.both() {
            None => " (counted without the account's limits, which are not known)",
            Some(_) => "",
        };
        let instead = match most.filter(|most| f64::from(most.get()) < needed) {
            Some(most) => format!("a burst of {}, the most that applies", short_count(most)),
            None => format!("a burst of {} or more", number::decimal(needed)),
        };
        self.find(
            Rule::BurstCoversRate,
            bucket.burst(),
            format!(
                "a burst of {} is below one second of the rate {}: requests that come together \
                 are refused early{alone}",
                short_count(set),
                short_rate(rate)
            ),
            instead,
        );
    }

    /// The requests that a limit of 0 blocks. Whether the plan's throttle counts for
    /// methods with a throttle of their own is open.
    pub(super) fn blocked(&self, bucket: &Throttled<'_>) -> String {
        let rest = match bucket {
            Throttled::Plan if self.has_methods => {
                "; whether also to methods with a throttle of their own, AWS leaves open"
            }
            _ => "",
        };
        format!("{}{rest}", bucket.requests())
    }

    /// The effect of a rate of 0: with a burst above 0 the full bucket lets some through first.
    pub(super) fn rate_of_zero(&self, bucket: &Throttled<'_>, now: Throttle) -> String {
        let requests = self.blocked(bucket);
        match now.stop(false).map(|(stop, _)| stop) {
            Some(Stop::After(most)) => format!(
                "a rate of 0 lets at most the burst of {most} through once, and then blocks \
                 {requests}"
            ),
            Some(Stop::AfterUnknown) => format!(
                "a rate of 0 blocks {requests} once the burst is used up, and which burst applies \
                 is open"
            ),
            _ => format!("a rate of 0 blocks {requests}"),
        }
    }

    /// Half a throttle where there was none before. It is not refused: a plan that has
    /// one is copied and undone to.
    pub(super) fn half(
        &mut self,
        bucket: &Throttled<'_>,
        before: Option<&Throttle>,
        now: Throttle,
    ) {
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
        // It was so before, and the edit did not make it worse.
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

    pub(super) fn rate(&mut self, bucket: &Throttled<'_>, rate: Rate, now: Throttle) {
        // A rate that was read may be anything that a double can be.
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
                self.rate_of_zero(bucket, now),
                "",
            );
        }
        if let Some(most) = self.account.rate.filter(|most| rate > *most) {
            let (rate, most) = (short_rate(rate), short_rate(most));
            self.find(
                Rule::WithinAccount,
                bucket.rate(),
                format!("a rate of {rate} is above the account's {most}, which applies instead"),
                format!("{most} or less"),
            );
        }
    }

    pub(super) fn burst(&mut self, bucket: &Throttled<'_>, burst: Count) {
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
                format!("a burst of 0 blocks {}", self.blocked(bucket)),
                "",
            );
        }
        if let Some(most) = self.account.burst.filter(|most| burst > *most) {
            let (burst, most) = (short_count(burst), short_count(most));
            self.find(
                Rule::WithinAccount,
                bucket.burst(),
                format!("a burst of {burst} is above the account's {most}, which applies instead"),
                format!("{most} or less"),
            );
        }
    }

    pub(super) fn quota(&mut self, before: Option<&Quota>, now: &Quota) {
        let limit_moved = before.is_none_or(|quota| quota.limit != now.limit);
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
        if let Some(limit) = now.limit.filter(|_| limit_moved) {
            self.quota_limit(limit);
        }
        if limit_moved || period_moved {
            self.half_quota(now);
        }
        let offset = now.offset_or_zero();
        let offset_moved = before.is_none_or(|quota| quota.offset_or_zero() != offset);
        if offset_moved || period_moved {
            self.quota_offset(now.period.as_ref(), offset);
        }
    }

    fn quota_limit(&mut self, limit: Count) {
        if limit < Count::ZERO {
            self.find(
                Rule::CountValue,
                Field::QuotaLimit,
                format!(
                    "{limit} is not a quota limit: {}",
                    OddQuota::Negative(limit).sentence()
                ),
                "0 to 2147483647 requests",
            );
        } else if limit == Count::ZERO {
            self.find(
                Rule::ZeroBlocks,
                Field::QuotaLimit,
                OddQuota::Zero.rule(),
                "",
            );
        }
    }

    /// A quota without its limit, its period or both. It is not refused, as half a
    /// throttle is not.
    fn half_quota(&mut self, now: &Quota) {
        let (field, missing) = match (now.limit, &now.period) {
            (None, Some(_)) => (Field::QuotaLimit, "limit"),
            (Some(_), None) => (Field::QuotaPeriod, "period"),
            (None, None) => (Field::Quota, "limit and no period"),
            (Some(_), Some(_)) => return,
        };
        self.find(
            Rule::HalfLimit,
            field,
            format!("the quota has no {missing}: what then counts is open, AWS does not say"),
            "give it both, or leave it if that is meant",
        );
    }

    fn quota_offset(&mut self, period: Option<&Period>, offset: Count) {
        self.findings.extend(offset_in_period(period, offset));
    }
}

/// The refusal of an offset that a period does not take. Without a period any that one could
/// take fits.
pub(in crate::plan) fn offset_in_period(period: Option<&Period>, offset: Count) -> Option<Finding> {
    // An offset may be too large because the period became shorter under it.
    let largest = period.and_then(Period::largest_offset);
    let largest = largest.unwrap_or(Count::MAX);
    if (0..=largest).contains(&offset.get()) {
        return None;
    }
    Some(Finding {
        rule: Rule::OffsetInPeriod,
        field: Some(Field::QuotaOffset),
        message: match period {
            Some(period) => format!("{period} does not take an offset of {offset}"),
            None => format!("{offset} is not an offset"),
        },
        instead: match largest {
            0 => "0".to_owned(),
            largest => format!("0 to {largest}"),
        },
    })
}
