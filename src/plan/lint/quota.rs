//! A key that sends as much as its plan lets it, against its quota.

use super::apis::Apis;
use super::full::Full;
use super::{Level, LintFinding, LintRule};
use crate::plan::limits::effective::least_together;
use crate::plan::model::human::short_count;
use crate::plan::{Count, Fact, Field, Period, Quota, Rate, Settings, Throttle};
use crate::text::number;

/// Under how many seconds of full rate a quota runs out too soon.
const TOO_SOON: f64 = 3600.0;

/// The two rates between which a key can send, as it is open whether a method throttle
/// stands in the place of the plan's throttle or counts beside it; the second is infinite
/// where nothing known bounds it. An open question of a stage is in the first at its
/// most, for which see [`least`].
fn between(settings: &Settings, throttle: Throttle, apis: &Apis<'_>) -> (Full, Full) {
    let account = Full::of(apis.of_account());
    let plan = Full::of(throttle);
    // What the stages let through at all their methods together.
    let mut stages = Full::NONE;
    // What the plan lets through where method throttles stand in its place.
    let mut apart = plan;
    for (stage, methods) in &settings.stages {
        // A stage that is gone answers nothing, so that no key sends anything there.
        if apis.is_dangling(stage) {
            continue;
        }
        // Unknown counts as unbound: the finding must hold whatever is read later.
        stages = stages.and(apis.through(stage).unwrap_or(Full::UNBOUND));
        for (key, throttle) in methods {
            // Every method has a bucket of its own then, and how many there are may not be
            // known.
            if key.is_all() {
                apart = Full::UNBOUND;
            } else if apis.may_meter(stage, key) {
                apart = apart.and(Full::of(*throttle));
            }
        }
    }
    // Without a stage that is there, the plan's own numbers are all that there is.
    if settings.stages.keys().all(|stage| apis.is_dangling(stage)) {
        stages = Full::UNBOUND;
    }
    let shared = account.lower(stages);
    (plan.lower(shared), apart.lower(shared))
}

/// The least that a key can send at full rate in any reading of what is open, and what
/// of that is open.
fn least(settings: &Settings, throttle: Throttle, apis: &Apis<'_>) -> (Full, Vec<Fact>) {
    let mut together = Full::NONE;
    let mut facts = Vec::new();
    for stage in settings
        .stages
        .keys()
        .filter(|stage| !apis.is_dangling(stage))
    {
        let Some(methods) = apis.metered(stage) else {
            together = Full::UNBOUND;
            continue;
        };
        let (rate, burst, open) = least_together(settings, stage, apis.around, methods);
        together = together.and(Full { rate, burst });
        facts.extend(open);
    }
    if settings.stages.keys().all(|stage| apis.is_dangling(stage)) {
        together = Full::UNBOUND;
    }
    // Several stages rest on the same open facts.
    facts.sort_unstable();
    facts.dedup();
    let account = Full::of(apis.of_account());
    let least = Full::of(throttle).lower(account).lower(together);
    (least, facts)
}

/// A quota that so many keys use up before its reset, by their usage so far.
pub(super) fn used_up(quota: &Quota, exhausting: usize) -> Option<LintFinding> {
    let keys = match exhausting {
        0 => return None,
        1 => "1 API key uses".to_owned(),
        keys => format!("{keys} API keys use"),
    };
    let (count, period) = quota.counts()?;
    let finding = LintFinding::of(
        LintRule::QuotaTooSoon,
        format!(
            "{keys} up the quota of {} per {period} before it resets, by the usage so far",
            short_count(count)
        ),
        "a larger quota, or more requests for those keys until the reset",
    );
    Some(finding.weighing(Level::Warning).at(Field::QuotaLimit))
}

/// A quota that full rate uses up within an hour, or never.
pub(super) fn quota_and_rate(
    settings: &Settings,
    quota: &Quota,
    apis: &Apis<'_>,
) -> Option<LintFinding> {
    let throttle = settings.throttle?;
    let (count, period) = quota.counts()?;
    // Without a rate of its own the plan is not what the quota is too small for.
    let plan_rate = throttle.rate?;
    let limit = f64::from(count.get());
    let days = match period {
        Period::Day => 1.0,
        Period::Week => 7.0,
        // The longest month: what it does not reach, no shorter one does.
        Period::Month => 31.0,
        Period::Other(_) => return None,
    };
    let (lower, most) = between(settings, throttle, apis);
    // What is blocked uses up nothing; another rule says so.
    if limit <= 0.0 || lower.is_blocked() {
        return None;
    }
    let rates = Rates {
        plan: plan_rate,
        lower,
        most,
        days,
    };
    if lower.uses_up(limit) < TOO_SOON {
        rates.too_soon(settings, throttle, (count, period), apis)
    } else {
        rates.out_of_reach((count, period), apis)
    }
}

/// The rates at which a key can send, and the days in which it may use up its quota.
struct Rates {
    /// The plan's own.
    plan: Rate,
    lower: Full,
    most: Full,
    days: f64,
}

impl Rates {
    /// A quota that full rate uses up within an hour in every reading of what is open.
    fn too_soon(
        &self,
        settings: &Settings,
        throttle: Throttle,
        (count, period): (Count, &Period),
        apis: &Apis<'_>,
    ) -> Option<LintFinding> {
        let limit = f64::from(count.get());
        let (least, mut facts) = least(settings, throttle, apis);
        let slowest = least.uses_up(limit);
        if least.is_blocked() || slowest >= TOO_SOON {
            return None;
        }
        let (slowest, fastest) = (in_words(slowest), in_words(self.most.uses_up(limit)));
        // As they are told: a difference that nobody can read is none.
        let is_open = slowest != fastest;
        let is_lower = self.lower.rate < self.most.rate || self.lower.burst < self.most.burst;
        if is_lower && !facts.contains(&Fact::MethodBesidePlan) {
            facts.push(Fact::MethodBesidePlan);
        }
        let used_up = if is_open {
            format!("{fastest} to {slowest} (open)")
        } else {
            slowest
        };
        let message = format!(
            "at full rate the quota of {} per {period} is used up in {used_up}{}",
            short_count(count),
            alone(apis)
        );
        let advice = lasting(count, self.days);
        let finding = LintFinding::of(LintRule::QuotaTooSoon, message, advice);
        let facts = facts.into_iter().filter(|_| is_open);
        Some(finding.resting_on(facts).at(Field::QuotaLimit))
    }

    /// A quota that full rate never reaches.
    fn out_of_reach(
        &self,
        (count, period): (Count, &Period),
        apis: &Apis<'_>,
    ) -> Option<LintFinding> {
        let limit = f64::from(count.get());
        let seconds = self.days * 86_400.0;
        let reached = self.most.rate * seconds + self.most.burst;
        if limit <= reached {
            return None;
        }
        let message = format!(
            "the quota of {} per {period} is never reached: full rate sends {} at most{}",
            short_count(count),
            number::decimal(reached.round()),
            alone(apis)
        );
        let rate = limit / seconds;
        // A higher rate is no advice where the account's limit would cut it down.
        let account = apis.of_account().rate;
        let is_possible = account.is_none_or(|account| rate <= account.get());
        let bound_by_plan = self.lower.rate >= self.plan.get();
        let instead = if is_possible && bound_by_plan {
            "a smaller quota or a higher rate, if the quota is meant to apply"
        } else {
            "a smaller quota, if it is meant to apply"
        };
        Some(LintFinding::of(LintRule::QuotaOutOfReach, message, instead).at(Field::QuotaLimit))
    }
}

/// The caveat of a count without the account's limits; empty where they are known.
fn alone(apis: &Apis<'_>) -> &'static str {
    if apis.of_account().both().is_none() {
        " (counted without the account's limits, which are not known)"
    } else {
        ""
    }
}

/// The advice on a quota that full rate uses up: what would last.
fn lasting(limit: Count, days: f64) -> String {
    // The service counts a quota in an int32 (its model): one at the top cannot be given
    // more.
    let can_grow = limit.get() < Count::MAX;
    let rate = f64::from(limit.get()) / (days * 86_400.0);
    // With two digits anything lower would read as a rate of 0.00.
    match (can_grow, rate < 0.01) {
        (true, true) => "a larger quota, or a lower rate".to_owned(),
        (false, true) => "a lower rate".to_owned(),
        (true, false) => format!(
            "a larger quota, or a rate that lasts: {rate:.2} requests/s for the whole period"
        ),
        (false, false) => {
            format!("a rate that lasts: {rate:.2} requests/s for the whole period")
        }
    }
}

/// `less than a second`, `45 s`, `16 min 40 s`
fn in_words(seconds: f64) -> String {
    let (minutes, rest) = ((seconds / 60.0).floor(), (seconds % 60.0).floor());
    match (minutes < 1.0, seconds < 1.0) {
        (_, true) => "less than a second".to_owned(),
        (true, false) => format!("{rest:.0} s"),
        (false, false) => format!("{minutes:.0} min {rest:.0} s"),
    }
}
