//! A key that sends as much as its plan lets it, against its quota.

use super::one_plan::{Apis, Half};
use super::{LintFinding, LintRule};
use crate::plan::{Count, Field, Period, Quota, Settings, Throttle};

/// Under how many seconds of full rate a quota runs out too soon.
const TOO_SOON: f64 = 3600.0;

/// The most that one key can send over all methods of a plan.
#[derive(Clone, Copy)]
pub(super) struct Full {
    /// Requests per second.
    rate: f64,
    /// Requests at once.
    burst: f64,
}

impl Full {
    pub(super) const NONE: Self = Self {
        rate: 0.0,
        burst: 0.0,
    };
    const UNBOUND: Self = Self {
        rate: f64::INFINITY,
        burst: f64::INFINITY,
    };

    fn of(throttle: Throttle) -> Self {
        Self::of_half(Half {
            rate: throttle.rate,
            burst: throttle.burst,
        })
    }

    pub(super) fn of_half(half: Half) -> Self {
        Self {
            rate: half.rate.map_or(f64::INFINITY, |rate| rate.get().max(0.0)),
            burst: half
                .burst
                .map_or(f64::INFINITY, |burst| f64::from(burst.get().max(0))),
        }
    }

    fn lower(self, other: Self) -> Self {
        Self {
            rate: self.rate.min(other.rate),
            burst: self.burst.min(other.burst),
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            rate: self.rate + other.rate,
            burst: self.burst + other.burst,
        }
    }
}

/// Whether a method throttle stands in the place of the plan's throttle or counts
/// beside it is open, so that a key can send between these two; the second is
/// infinite where nothing known bounds it.
fn between(settings: &Settings, throttle: Throttle, apis: &Apis<'_>) -> (Full, Full) {
    let account = Full::of_half(apis.of_account());
    let plan = Full::of(throttle);
    // What the stages let through at all their methods together.
    let mut stages = Full::NONE;
    // What the plan lets through where method throttles stand in its place.
    let mut apart = plan;
    for (stage, methods) in &settings.stages {
        if apis.is_dangling(stage) {
            continue;
        }
        stages = stages.and(apis.through(stage).unwrap_or(Full::UNBOUND));
        for (key, throttle) in methods {
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

/// A quota that full rate uses up within an hour, or never.
pub(super) fn quota_and_rate(
    settings: &Settings,
    quota: &Quota,
    throttle: Throttle,
    apis: &Apis<'_>,
) -> Option<LintFinding> {
    let (count, period) = quota.counts()?;
    // Without a rate of its own the plan is not what the quota is too small for.
    let plan_rate = throttle.rate?;
    let limit = f64::from(count.get());
    let days = match period {
        Period::Day => 1.0,
        Period::Week => 7.0,
        Period::Month => 31.0,
        Period::Other(_) => return None,
    };
    let (least, most) = between(settings, throttle, apis);
    // What is blocked uses up nothing; another rule says so.
    if limit <= 0.0 || least.rate <= 0.0 || least.burst < 1.0 {
        return None;
    }
    let account = apis.of_account();
    let alone = if account.rate.is_none() || account.burst.is_none() {
        " (counted without the account's limits, which are not known)"
    } else {
        ""
    };
    // Where no burst is known, no first requests are counted.
    let first = if least.burst.is_finite() {
        least.burst
    } else {
        0.0
    };
    let lasts = ((limit - first) / least.rate).max(0.0);
    let reached = most.rate * days * 86_400.0 + most.burst;
    let (rule, message, instead) = if lasts < TOO_SOON {
        let message = format!(
            "at full rate the quota of {count} per {period} is used up in {}{alone}",
            in_words(lasts)
        );
        (LintRule::QuotaTooSoon, message, lasting(count, days))
    } else if limit > reached {
        let message = format!(
            "the quota of {count} per {period} is never reached: full rate sends {reached:.0} at \
             most{alone}"
        );
        let rate = limit / (days * 86_400.0);
        let is_possible = account.rate.is_none_or(|account| rate <= account.get());
        let bound_by_plan = least.rate >= plan_rate.get();
        let instead = if is_possible && bound_by_plan {
            "a smaller quota or a higher rate, if the quota is meant to apply"
        } else {
            "a smaller quota, if it is meant to apply"
        };
        (LintRule::QuotaOutOfReach, message, instead.to_owned())
    } else {
        return None;
    };
    Some(LintFinding::of(rule, message, instead).at(Field::QuotaLimit))
}

/// The advice on a quota that full rate uses up: what would last.
fn lasting(limit: Count, days: f64) -> String {
    let can_grow = limit.get() < Count::MAX;
    let rate = f64::from(limit.get()) / (days * 86_400.0);
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
