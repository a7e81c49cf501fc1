//! The rules: their names, where they come from, and the judgement of a plan as
//! a whole.

use super::target::method_form;
use crate::plan::limits::zero::{OddQuota, Stop};
use crate::plan::model::account::AccountLimits;
use crate::plan::model::tags;
use crate::plan::{
    Basis, Count, Field, Finding, Map, MethodKey, Period, Quota, Rate, Rule, Settings, Severity,
    StageKey, Throttle,
};

static NO_TAGS: Map<String, String> = Map::new();

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
            Self::MethodsNeedThrottle => {
                "aws-cdk pull request 6411: Can not define fine grain throttling if usage plan \
                 throttle is not defined"
            }
            Self::MethodsLoseThrottle => {
                "from the service's refusal of such a plan (aws-cdk pull request 6411)"
            }
            Self::MethodOnce => {
                "inferred: AWS keeps keys as they are written, so that two spellings are two entries"
            }
            Self::MethodAbovePlan => {
                "AWS developer guide, request throttling, which can be read either way; re:Post \
                 QUFD1EPj5dRYaYaqpNepE34A: the plan's throttle stays global for the key"
            }
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
        judge.throttle(&Bucket::Plan, before.as_ref(), throttle);
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
pub(in crate::plan) enum Bucket<'a> {
    Plan,
    Method(&'a StageKey, &'a MethodKey),
}

impl Bucket<'_> {
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

struct Judge {
    /// The account's limits, as far as they are known.
    account: Throttle,
    /// The plan's own throttle, which a method throttle may not exceed in effect.
    plan: Option<Throttle>,
    has_methods: bool,
    findings: Vec<Finding>,
}

impl Judge {
    fn new(edited: &Settings, limits: Option<&AccountLimits>) -> Self {
        Self {
            account: limits.map(AccountLimits::told).unwrap_or_default(),
            plan: edited.throttle,
            has_methods: edited.stages.values().any(|methods| !methods.is_empty()),
            findings: Vec::new(),
        }
    }

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
                    let mut others = methods.keys().filter(|other| *other != key);
                    if let Some(other) = others.find(|other| other.means(key)) {
                        self.twice(stage, key, other);
                    }
                }
                if before != Some(throttle) {
                    let bucket = Bucket::Method(stage, key);
                    self.throttle(&bucket, before, *throttle);
                }
            }
        }
    }

    /// Method throttles on a plan without a throttle: setting some is refused, and
    /// what the service does where the throttle goes and they stay is unknown.
    /// Taking method throttles away needs no throttle.
    fn methods_without_throttle(&mut self, base: Option<&Settings>, edited: &Settings) {
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
    fn methods_above_plan(&mut self, base: Option<&Settings>, edited: &Settings) {
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

    fn method_above_plan(
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
        let bucket = Bucket::Method(stage, key);
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
        if !key.plain().is_well_formed() {
            self.find(
                Rule::MethodForm,
                Field::Method(stage.clone(), key.clone()),
                format!("{:?} is not a method", key.as_str()),
                method_form(),
            );
        }
    }

    fn twice(&mut self, stage: &StageKey, key: &MethodKey, other: &MethodKey) {
        let field = Field::Method(stage.clone(), key.clone());
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

    fn throttle(&mut self, bucket: &Bucket<'_>, before: Option<&Throttle>, now: Throttle) {
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
    fn burst_covers_rate(&mut self, bucket: &Bucket<'_>, now: Throttle) {
        let (account_rate, account_burst) = (self.account.rate, self.account.burst);
        let plan = self.plan.filter(|_| !matches!(bucket, Bucket::Plan));
        let Some((rate, set)) = now.both() else {
            return;
        };
        let most_rate = [account_rate, plan.and_then(|plan| plan.rate)];
        let most_burst = [account_burst, plan.and_then(|plan| plan.burst)];
        let rate = most_rate.into_iter().flatten().fold(rate, Rate::min);
        let most = most_burst.into_iter().flatten().min();
        let room = most.is_none_or(|most| set < most);
        let (needed, burst) = (rate.get().ceil(), f64::from(set.get()));
        if burst <= 0.0 || burst >= rate.get() || !room {
            return;
        }
        let alone = match self.account.both() {
            None => " (counted without the account's limits, which are not known)",
            Some(_) => "",
        };
        let instead = match most.filter(|most| f64::from(most.get()) < needed) {
            Some(most) => format!("a burst of {most}, the most that applies"),
            None => format!("a burst of {needed} or more"),
        };
        self.find(
            Rule::BurstCoversRate,
            bucket.burst(),
            format!(
                "a burst of {set} is below one second of the rate {rate}: requests that come \
                 together are refused early{alone}"
            ),
            instead,
        );
    }

    /// The requests that a limit of 0 blocks. Whether the plan's throttle counts for
    /// methods with a throttle of their own is open.
    fn blocked(&self, bucket: &Bucket<'_>) -> String {
        let rest = match bucket {
            Bucket::Plan if self.has_methods => {
                "; whether also to methods with a throttle of their own, AWS leaves open"
            }
            _ => "",
        };
        format!("{}{rest}", bucket.requests())
    }

    /// The effect of a rate of 0: with a burst above 0 the full bucket lets some through first.
    fn rate_of_zero(&self, bucket: &Bucket<'_>, now: Throttle) -> String {
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

    fn rate(&mut self, bucket: &Bucket<'_>, rate: Rate, now: Throttle) {
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
            self.find(
                Rule::WithinAccount,
                bucket.rate(),
                format!("a rate of {rate} is above the account's {most}, which applies instead"),
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
                format!("a burst of 0 blocks {}", self.blocked(bucket)),
                "",
            );
        }
        if let Some(most) = self.account.burst.filter(|most| burst > *most) {
            self.find(
                Rule::WithinAccount,
                bucket.burst(),
                format!("a burst of {burst} is above the account's {most}, which applies instead"),
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
                format!(
                    "{limit} is not a quota limit: {}",
                    OddQuota::Negative(limit).sentence()
                ),
                "0 to 2147483647 requests",
            );
        } else if limit == Some(Count::ZERO) {
            self.find(
                Rule::ZeroBlocks,
                Field::QuotaLimit,
                OddQuota::Zero.rule(),
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
