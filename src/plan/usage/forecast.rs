//! When a key will run dry: a simple method, stated with its spread.

use std::cmp::Ordering;

use jiff::ToSpan;
use jiff::civil::Date;

use super::{
    Current, Left, NOTHING_TOLD, PlanUsage, Reset, days_between, next_reset, period_start, to_f64,
};
use crate::plan::Quota;
use crate::text::number;

/// The number of full days before today that the mean is taken over.
const DAYS: usize = 7;

/// The mean of the last full days before today, and how far days are from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Requests per day.
    pub per_day: f64,
    /// The standard deviation, in requests per day.
    pub spread: f64,
    /// Over how many days: those of the last 7, or of as many as there are, that
    /// are told.
    pub days: usize,
    /// The number of those days, told or not.
    pub of: usize,
}

impl Mean {
    fn of(days: &[Option<i64>]) -> Option<Self> {
        let told = || days.iter().copied().flatten().map(to_f64);
        let count = told().count();
        if count == 0 {
            return None;
        }
        let all = to_f64(i64::try_from(count).unwrap_or(i64::MAX));
        let per_day = told().sum::<f64>() / all;
        let squares = told().map(|used| (used - per_day).powi(2));
        Some(Self {
            per_day,
            spread: (squares.sum::<f64>() / all).sqrt(),
            days: count,
            of: days.len(),
        })
    }

    /// `10,440 ± 5,191 a day`
    #[must_use]
    pub fn pace(&self) -> String {
        let whole = |number: f64| {
            // A mean of counts is within their range.
            #[expect(clippy::cast_possible_truncation, reason = "rounded on purpose")]
            let whole = number.round() as i64;
            number::whole(whole)
        };
        format!("{} ± {} a day", whole(self.per_day), whole(self.spread))
    }

    /// `the last 7 days`, `5 of the last 7 days`
    #[must_use]
    pub fn span(&self) -> String {
        let days = if self.of == 1 { "day" } else { "days" };
        let last = format!("the last {} {days}", self.of);
        if self.days == self.of {
            last
        } else {
            format!("{} of {last}", self.days)
        }
    }
}

/// The stand of a key in its period, and the day on which it will run dry if it goes on
/// like in the last days.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The requests that it used and has left.
    pub current: Current,
    /// The day from which on the rest is counted: today, or the day after the last
    /// one that is told.
    pub since: Date,
    /// The requests that it uses a day; `None` where no full day is known.
    pub mean: Option<Mean>,
    /// In how many days from `since` nothing will be left: 0 where nothing is left
    /// now, `None` without a quota, where what is left is not told or where
    /// nothing is used.
    pub days_left: Option<f64>,
    /// The same if every day has one spread more, and one spread less, than the
    /// mean; the second is infinite where nothing would be used.
    pub between: Option<(f64, f64)>,
    /// The next reset; `None` without a quota or for an unknown period.
    pub reset: Option<Reset>,
    /// Days from `since` until then, a remaining part of today counted as a whole
    /// one.
    pub days_to_reset: Option<i64>,
    /// Set if `since` is today.
    is_up_to_date: bool,
}

impl Forecast {
    /// Returns true if nothing is left.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.current.is_exhausted()
    }

    /// Returns true if it is not known how much is left of a quota.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.current.left == Left::NotTold
    }

    /// Returns true if it will run dry before its reset, or has.
    #[must_use]
    pub fn runs_dry(&self) -> bool {
        match (self.days_left, self.days_to_reset) {
            _ if self.is_exhausted() => true,
            (Some(left), Some(reset)) => left < to_f64(reset),
            _ => false,
        }
    }

    /// The forecast in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let remaining = match self.current.left {
            Left::NoQuota => return "the plan has no quota, so nothing runs out".to_owned(),
            Left::NotTold => None,
            Left::Told(left) | Left::Reckoned(left) => Some(left),
        };
        let left = remaining.map_or_else(|| self.not_told(), |left| self.told_of_left(left));
        let reset = self.reset.as_ref().map_or_else(String::new, |reset| {
            format!(
                "; the next period begins on {} UTC ({})",
                reset.at, reset.note
            )
        });
        format!("{left}{reset}")
    }

    /// The words where it is not known how much is left of the quota.
    fn not_told(&self) -> String {
        let told = self.current.told;
        if told.days == 0 {
            return format!("{NOTHING_TOLD} of this period: how much is left is not known");
        }
        let words = told.words();
        format!("how much is left is not known ({words} of this period so far)")
    }

    /// The words for how much is left, and how long that lasts.
    fn told_of_left(&self, remaining: i64) -> String {
        let as_of = self.as_of();
        if remaining < 0 {
            let over = number::whole(remaining.saturating_neg());
            return format!("nothing is left: {over} more than the quota was counted{as_of}");
        }
        if remaining == 0 {
            return format!("nothing is left{as_of}");
        }
        let remaining = number::whole(remaining);
        let Some(mean) = self.mean else {
            return format!("{remaining} left{as_of}; no full day is known to go by");
        };
        let by = format!("by the mean of {} ({})", mean.span(), mean.pace());
        let (Some(days), Some((soon, late))) = (self.days_left, self.between) else {
            return format!("{remaining} left{as_of}; nothing is used {by}");
        };
        let late = if late.is_finite() {
            format!("{late:.1}")
        } else {
            "never".to_owned()
        };
        let then = if self.is_up_to_date {
            ""
        } else {
            " from then on"
        };
        let end = if self.runs_dry() {
            "runs out"
        } else {
            "would run out"
        };
        format!("{remaining} left{as_of}; {end} in {days:.1} days{then} ({soon:.1} to {late}) {by}")
    }

    /// Of when what is left is, where that is not now, and how it is known.
    fn as_of(&self) -> String {
        let told = self.current.told;
        let mut said = String::new();
        if let Some(last) = told.last.filter(|_| !self.is_up_to_date) {
            said = format!(" at the end of {last}, the last day of the answer");
        }
        if let Left::Reckoned(_) = self.current.left {
            said.push_str(" (reckoned from what was used; the answer does not tell it)");
        }
        if told.is_whole() {
            return said;
        }
        format!("{said} ({} of this period so far)", told.words())
    }

    /// The keys that need attention first: exhausted ones, then those that run
    /// dry soonest before their reset, then by the share that is used.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let key = |forecast: &Self| {
            // A key that lasts until its reset is in no hurry, however many days those are.
            let days_left = forecast.days_left.filter(|_| forecast.runs_dry());
            (
                u8::from(!forecast.is_exhausted()),
                days_left.unwrap_or(f64::INFINITY),
                // Keys of which nothing is known come last.
                -forecast.current.share().unwrap_or(-1.0),
            )
        };
        let (this, that) = (key(self), key(other));
        let first = this.0.cmp(&that.0).then(this.1.total_cmp(&that.1));
        first.then(this.2.total_cmp(&that.2))
    }
}

/// The requests that were left day by day in the current period, and where that leads.
#[derive(Clone, Debug, PartialEq)]
pub struct BurnDown {
    /// The first day of the period.
    pub start: Date,
    /// The first day of the next one.
    pub reset: Date,
    /// The requests that the key may use in the period (see [`Current::allowance`]).
    pub allowance: i64,
    /// The requests that were left at the end of each day up to today that tells it,
    /// by the day's number in the period: 1 is the end of the first. Never below 0. A
    /// day that is not here is not told.
    pub left: Vec<(u32, i64)>,
    /// Today's number in the period.
    pub today: u32,
    /// From the last day of the answer, by its number, to where it is used up or to
    /// the reset, in days since the period began; `None` where nothing is used.
    pub projected: Option<[(f64, f64); 2]>,
}

impl PlanUsage {
    /// The stand of a key, and the day on which it will run dry. `None` for an unknown key.
    #[must_use]
    pub fn forecast(&self, key: &str, quota: Option<&Quota>, today: Date) -> Option<Forecast> {
        let index = *self.by_key.get(key)?;
        let reset = quota.and_then(|quota| next_reset(quota, today));
        Some(self.forecast_at(index, quota, today, reset))
    }

    fn forecast_at(
        &self,
        index: usize,
        quota: Option<&Quota>,
        today: Date,
        reset: Option<Reset>,
    ) -> Forecast {
        let current = self.current_at(index, quota, today);
        let since = match current.told.last {
            // AWS's figures lag: what is left is of the last day of the answer.
            Some(last) if last < today && current.left != Left::NoQuota => {
                last.saturating_add(1.day())
            }
            _ => today,
        };
        // Today is not over, and would pull the mean down.
        let until = self.position(since);
        let first = until.saturating_sub(DAYS);
        let days = self.days_at(index).map(|day| day.used);
        let days: Vec<_> = days.skip(first).take(until - first).collect();
        let mean = Mean::of(&days);
        let lasts = |per_day: f64| {
            let left = to_f64(current.left.known()?.max(0));
            // A key with nothing left has run dry, also where nothing is used any more.
            (per_day > 0.0 || left == 0.0).then(|| if left == 0.0 { 0.0 } else { left / per_day })
        };
        let per_day = mean.map_or(0.0, |mean| mean.per_day);
        let spread = mean.map_or(0.0, |mean| mean.spread);
        let days_left = lasts(per_day);
        let between = days_left.map(|days| {
            // With one spread less than the mean, nothing may be used at all.
            let late = lasts(per_day - spread).unwrap_or(f64::INFINITY);
            (lasts(per_day + spread).unwrap_or(days), late)
        });
        let days_to_reset = reset.as_ref().map(|reset| days_between(since, reset.at));
        Forecast {
            current,
            since,
            mean,
            days_left,
            between,
            reset,
            days_to_reset,
            is_up_to_date: since == today,
        }
    }

    /// All keys with their forecasts, those that need attention first (see
    /// [`Forecast::compare`]).
    #[must_use]
    pub fn ranked(&self, quota: Option<&Quota>, today: Date) -> Vec<(&str, Forecast)> {
        // Once for all keys: they share the plan's quota.
        let reset = quota.and_then(|quota| next_reset(quota, today));
        let mut ranked: Vec<_> = self
            .keys()
            .enumerate()
            .map(|(index, key)| (key, self.forecast_at(index, quota, today, reset.clone())))
            .collect();
        ranked.sort_by(|(_, a), (_, b)| a.compare(b));
        ranked
    }

    /// The requests that a key had left day by day in the current period. `None` for
    /// an unknown key, without a quota, for an unknown period, or where nothing of
    /// the period tells what is left.
    #[must_use]
    pub fn burn_down(&self, key: &str, quota: &Quota, today: Date) -> Option<BurnDown> {
        let forecast = self.forecast(key, Some(quota), today)?;
        let start = period_start(quota.period.as_ref()?, today)?;
        let reset = next_reset(quota, today)?.at;
        // More than the quota may have been counted; the chart ends at 0.
        let remaining = forecast.current.left.known()?.max(0);
        let allowance = forecast.current.allowance()?;
        let mut used = Some(0_i64);
        let mut left = Vec::new();
        let of_period = |(date, _): &(Date, _)| (start..=today).contains(date);
        for (date, day) in self.days(key).filter(of_period) {
            // After a day that is not told, what the days give together is not known.
            used = used.and_then(|all| Some(all.saturating_add(day.used?)));
            let counted = used.map(|used| allowance.saturating_sub(used));
            if let Some(told) = day.remaining.or(counted) {
                let number = u32::try_from(days_between(start, date) + 1).unwrap_or(0);
                left.push((number, told.max(0)));
            }
        }
        let since_start = |date| to_f64(days_between(start, date).max(0));
        // Today counts as over, as any day that is told.
        let now = if forecast.is_up_to_date {
            since_start(today) + 1.0
        } else {
            since_start(forecast.since)
        };
        let end = since_start(reset);
        let projected = forecast.mean.filter(|mean| mean.per_day > 0.0).map(|mean| {
            let left = to_f64(remaining);
            let dry = now + left / mean.per_day;
            let last = (left - (end - now) * mean.per_day).max(0.0);
            [(now, left), (dry.min(end), last)]
        });
        Some(BurnDown {
            start,
            reset,
            allowance,
            left,
            today: u32::try_from(days_between(start, today) + 1).unwrap_or(1),
            projected,
        })
    }
}

/// The keys of many plans that run dry before their reset.
#[derive(Clone, Debug, PartialEq)]
pub struct Exhaustion<'a, P> {
    /// They, those that need attention first, each with what names its plan.
    pub keys: Vec<(P, &'a str, Forecast)>,
    /// The number of keys of which it is not known how much is left.
    pub unknown: usize,
}

/// Over many plans, the keys that run dry before their reset.
#[must_use]
pub fn exhaustion<'a, P: Copy>(
    plans: impl IntoIterator<Item = (P, &'a PlanUsage, Option<&'a Quota>)>,
    today: Date,
) -> Exhaustion<'a, P> {
    let mut keys = Vec::new();
    let mut unknown = 0;
    for (plan, usage, quota) in plans {
        let reset = quota.and_then(|quota| next_reset(quota, today));
        for (index, key) in usage.keys().enumerate() {
            let forecast = usage.forecast_at(index, quota, today, reset.clone());
            unknown += usize::from(forecast.is_unknown());
            if forecast.runs_dry() {
                keys.push((plan, key, forecast));
            }
        }
    }
    keys.sort_by(|(.., a), (.., b)| a.compare(b));
    Exhaustion { keys, unknown }
}
