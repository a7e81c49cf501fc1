//! When a key will run dry: a simple method, stated with its spread.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::{Current, PlanUsage, Reset, days_between, next_reset, period_start, to_f64};
use crate::plan::Quota;

/// How many full days before today the mean is taken over.
const DAYS: usize = 7;

/// The mean of the last full days before today, and how far days are from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Requests per day.
    pub per_day: f64,
    /// The standard deviation, in requests per day.
    pub spread: f64,
    /// Over how many days: 7, or as many as there are.
    pub days: usize,
}

impl Mean {
    fn of(days: &[u32]) -> Option<Self> {
        if days.is_empty() {
            return None;
        }
        let count = to_f64(days.len() as u64);
        let per_day = days.iter().copied().map(f64::from).sum::<f64>() / count;
        let squares = days.iter().map(|used| (f64::from(*used) - per_day).powi(2));
        Some(Self {
            per_day,
            spread: (squares.sum::<f64>() / count).sqrt(),
            days: days.len(),
        })
    }
}

/// How a key stands in its period, and when it will run dry if it goes on like in
/// the last days.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// What it used and has left.
    pub current: Current,
    /// How much it uses a day; `None` where no full day is known.
    pub mean: Option<Mean>,
    /// In how many days from now nothing will be left: 0 where nothing is left
    /// now, `None` without a quota or where nothing is used.
    pub days_left: Option<f64>,
    /// The same if every day has one spread more, and one spread less, than the
    /// mean; the second is infinite where nothing would be used.
    pub between: Option<(f64, f64)>,
    /// The next reset; `None` without a quota or for an unknown period.
    pub reset: Option<Reset>,
    /// Days until then, today's remaining part counted as a whole one.
    pub days_to_reset: Option<i64>,
}

impl Forecast {
    /// Whether nothing is left.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.current.remaining == Some(0)
    }

    /// Whether it will run dry before its reset, or has.
    #[must_use]
    pub fn runs_dry(&self) -> bool {
        match (self.days_left, self.days_to_reset) {
            _ if self.is_exhausted() => true,
            (Some(left), Some(reset)) => left < to_f64(u64::try_from(reset).unwrap_or(0)),
            _ => false,
        }
    }

    /// The forecast in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let reset = self.reset.as_ref();
        let reset = reset.map_or_else(String::new, |reset| {
            format!(
                "; the next period begins on {} UTC ({})",
                reset.at, reset.note
            )
        });
        let Some(remaining) = self.current.remaining else {
            return "the plan has no quota, so nothing runs out".to_owned();
        };
        if remaining == 0 {
            return format!("nothing is left{reset}");
        }
        let Some(mean) = self.mean else {
            return format!("{remaining} left; no full day is known to go by{reset}");
        };
        let by = format!(
            "by the mean of the last {} {} ({:.0} +- {:.0} a day)",
            mean.days,
            if mean.days == 1 { "day" } else { "days" },
            mean.per_day,
            mean.spread
        );
        match (self.days_left, self.between) {
            (Some(days), Some((soon, late))) => {
                let late = if late.is_finite() {
                    format!("{late:.1}")
                } else {
                    "never".to_owned()
                };
                let end = if self.runs_dry() {
                    "runs dry"
                } else {
                    "would run dry"
                };
                format!(
                    "{remaining} left; {end} in {days:.1} days ({soon:.1} to {late}) {by}{reset}"
                )
            }
            _ => format!("{remaining} left; nothing is used {by}{reset}"),
        }
    }

    /// The keys that need attention first: exhausted ones, then those that run
    /// dry soonest before their reset, then by the share that is used.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let key = |forecast: &Self| {
            let days_left = forecast.days_left.filter(|_| forecast.runs_dry());
            (
                u8::from(!forecast.is_exhausted()),
                days_left.unwrap_or(f64::INFINITY),
                -forecast.current.share().unwrap_or(-1.0),
            )
        };
        let (this, that) = (key(self), key(other));
        let first = this.0.cmp(&that.0).then(this.1.total_cmp(&that.1));
        first.then(this.2.total_cmp(&that.2))
    }
}

/// What was left day by day in the current period, and where it leads.
#[derive(Clone, Debug, PartialEq)]
pub struct BurnDown {
    /// The first day of the period.
    pub start: Date,
    /// The first day of the next one.
    pub reset: Date,
    /// What the key may use in the period: used and remaining together.
    pub allowance: u64,
    /// What was left at the end of each day up to today, by the day's number in
    /// the period: 1 is the end of the first.
    pub left: Vec<(u32, u64)>,
    /// From what is left now, by today's number, to where it is used up or to the
    /// reset, in days since the period began; `None` where nothing is used.
    pub projected: Option<[(f64, f64); 2]>,
}

impl PlanUsage {
    /// How a key stands and when it will run dry. `None` for an unknown key.
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
        let (used, _) = self.at(index);
        let until = self.position(today);
        let mean = Mean::of(
            used.get(until.saturating_sub(DAYS)..until)
                .unwrap_or_default(),
        );
        let lasts = |per_day: f64| {
            let left = to_f64(current.remaining?);
            (per_day > 0.0 || left == 0.0).then(|| if left == 0.0 { 0.0 } else { left / per_day })
        };
        let per_day = mean.map_or(0.0, |mean| mean.per_day);
        let spread = mean.map_or(0.0, |mean| mean.spread);
        let days_left = lasts(per_day);
        let between = days_left.map(|days| {
            let late = lasts(per_day - spread).unwrap_or(f64::INFINITY);
            (lasts(per_day + spread).unwrap_or(days), late)
        });
        let days_to_reset = reset.as_ref().map(|reset| days_between(today, reset.at));
        Forecast {
            current,
            mean,
            days_left,
            between,
            reset,
            days_to_reset,
        }
    }

    /// All keys with their forecasts, those that need attention first (see
    /// [`Forecast::compare`]).
    #[must_use]
    pub fn ranked(&self, quota: Option<&Quota>, today: Date) -> Vec<(&str, Forecast)> {
        let reset = quota.and_then(|quota| next_reset(quota, today));
        let mut ranked: Vec<_> = self
            .keys()
            .enumerate()
            .map(|(index, key)| (key, self.forecast_at(index, quota, today, reset.clone())))
            .collect();
        ranked.sort_by(|(_, a), (_, b)| a.compare(b));
        ranked
    }

    /// What a key had left day by day in the current period. `None` for an
    /// unknown key, without a quota, or for an unknown period.
    #[must_use]
    pub fn burn_down(&self, key: &str, quota: &Quota, today: Date) -> Option<BurnDown> {
        let forecast = self.forecast(key, Some(quota), today)?;
        let start = period_start(quota.period.as_ref()?, today)?;
        let reset = next_reset(quota, today)?.at;
        let current = forecast.current;
        let remaining = current.remaining?;
        let allowance = current.used + remaining;
        let mut used = 0;
        let mut left = Vec::new();
        for (date, day) in self
            .days(key)
            .filter(|(date, _)| (start..=today).contains(date))
        {
            used += u64::from(day.used);
            let counted = allowance.saturating_sub(used);
            let number = u32::try_from(days_between(start, date) + 1).unwrap_or(0);
            left.push((number, day.remaining.map_or(counted, u64::from)));
        }
        let since_start = |date| to_f64(u64::try_from(days_between(start, date)).unwrap_or(0));
        let now = since_start(today) + 1.0;
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
            projected,
        })
    }
}

/// Over many plans, the keys that run dry before their reset, those that need
/// attention first. Each comes with what names its plan.
#[must_use]
pub fn at_risk<'a, P: Copy>(
    plans: impl IntoIterator<Item = (P, &'a PlanUsage, Option<&'a Quota>)>,
    today: Date,
) -> Vec<(P, &'a str, Forecast)> {
    let mut at_risk = Vec::new();
    for (plan, usage, quota) in plans {
        let reset = quota.and_then(|quota| next_reset(quota, today));
        for (index, key) in usage.keys().enumerate() {
            let forecast = usage.forecast_at(index, quota, today, reset.clone());
            if forecast.runs_dry() {
                at_risk.push((plan, key, forecast));
            }
        }
    }
    at_risk.sort_by(|(.., a), (.., b)| a.compare(b));
    at_risk
}
