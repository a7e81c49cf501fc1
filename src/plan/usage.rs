//! How much of its quota each API key used: what GetUsage answers, day by day.
//!
//! Days are UTC (inferred: the service documents neither the time zone of its
//! days nor when a period begins, but for one example of the AWS CLI, in which a
//! monthly quota "resets at the beginning of the month").

mod export;
mod forecast;

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Count, Period, Quota};

pub use export::{to_csv, to_json};
pub use forecast::{BurnDown, Forecast, Mean, at_risk};

/// No number of remaining requests was given.
const UNKNOWN: u32 = u32::MAX;

/// One day of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Requests on that day.
    pub used: u32,
    /// Requests that remained of the period's quota at the end of the day (until
    /// now, for today); `None` where there is no quota.
    pub remaining: Option<u32>,
}

/// The daily use of a plan's API keys over a span of days: 8 bytes per key and
/// day, numbers above 4,294,967,294 held as that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanUsage {
    first: Date,
    days: usize,
    keys: Vec<Box<str>>,
    by_key: HashMap<Box<str>, usize>,
    /// Key by key.
    used: Vec<u32>,
    remaining: Vec<u32>,
}

impl PlanUsage {
    /// The usage of no key, from one day to another, both included. A last day
    /// before the first counts as the first.
    #[must_use]
    pub fn new(first: Date, last: Date) -> Self {
        let days = days_between(first, last).max(0);
        Self {
            first,
            days: usize::try_from(days).unwrap_or(0) + 1,
            keys: Vec::new(),
            by_key: HashMap::new(),
            used: Vec::new(),
            remaining: Vec::new(),
        }
    }

    /// Takes over a key's days as GetUsage gives them, `[used, remaining]` from
    /// the first day on. Days that are missing count as unused, days beyond the
    /// span are dropped, a key that is there already is replaced. A negative
    /// remaining number means that there is none (inferred).
    pub fn set(&mut self, key: &str, days: &[[i64; 2]]) {
        let index = self.by_key.get(key).copied().unwrap_or_else(|| {
            let index = self.keys.len();
            self.keys.push(key.into());
            self.by_key.insert(key.into(), index);
            self.used.resize(self.used.len() + self.days, 0);
            self.remaining
                .resize(self.remaining.len() + self.days, UNKNOWN);
            index
        });
        let range = self.range(index);
        let held =
            |number: i64| u32::try_from(number.max(0)).map_or(UNKNOWN - 1, |n| n.min(UNKNOWN - 1));
        if let Some(used) = self.used.get_mut(range.clone()) {
            let given = days.iter().map(|[used, _]| held(*used));
            let given = given.chain(std::iter::repeat(0));
            used.iter_mut()
                .zip(given)
                .for_each(|(day, used)| *day = used);
        }
        if let Some(remaining) = self.remaining.get_mut(range) {
            let given = days
                .iter()
                .map(|[_, left]| if *left < 0 { UNKNOWN } else { held(*left) });
            let given = given.chain(std::iter::repeat(UNKNOWN));
            remaining
                .iter_mut()
                .zip(given)
                .for_each(|(day, left)| *day = left);
        }
    }

    /// The first day.
    #[must_use]
    pub fn first(&self) -> Date {
        self.first
    }

    /// The last day.
    #[must_use]
    pub fn last(&self) -> Date {
        self.date(self.days - 1)
    }

    /// The keys' identifiers, in the order in which they came.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.keys.iter().map(AsRef::as_ref)
    }

    /// A key's days with their dates, in order; nothing for an unknown key.
    pub fn days(&self, key: &str) -> impl Iterator<Item = (Date, Day)> + '_ {
        let (used, remaining) = self.of(key);
        let days = used.iter().zip(remaining).enumerate();
        days.map(|(index, (used, remaining))| {
            let day = Day {
                used: *used,
                remaining: (*remaining != UNKNOWN).then_some(*remaining),
            };
            (self.date(index), day)
        })
    }

    /// A key's requests per day, for a sparkline; empty for an unknown key.
    #[must_use]
    pub fn used(&self, key: &str) -> &[u32] {
        self.of(key).0
    }

    /// What a key used in the period that a day lies in, up to that day. `None`
    /// for an unknown key.
    #[must_use]
    pub fn current(&self, key: &str, quota: Option<&Quota>, today: Date) -> Option<Current> {
        let index = *self.by_key.get(key)?;
        Some(self.current_at(index, quota, today))
    }

    fn current_at(&self, index: usize, quota: Option<&Quota>, today: Date) -> Current {
        let (all_used, all_remaining) = self.at(index);
        let period = quota.and_then(|quota| quota.period.clone());
        let period = period.unwrap_or(Period::Month);
        let start = period_start(&period, today).unwrap_or(self.first);
        let (from, to) = (
            self.position(start),
            self.position(today.saturating_add(1.day())),
        );
        let used = all_used.get(from..to).unwrap_or_default();
        let used: u64 = used.iter().copied().map(u64::from).sum();
        let Some(quota) = quota else {
            return Current {
                used,
                remaining: None,
            };
        };
        // The last day says what remains, what was set by hand included.
        let said = to.checked_sub(1).filter(|last| *last >= from);
        let said = said.and_then(|last| all_remaining.get(last)).copied();
        let limit = quota.limit.map(|n| u64::try_from(n.get()).unwrap_or(0));
        let remaining = match said {
            Some(left) if left != UNKNOWN => Some(u64::from(left)),
            _ => limit.map(|limit| limit.saturating_sub(used)),
        };
        Current { used, remaining }
    }

    fn range(&self, index: usize) -> std::ops::Range<usize> {
        index * self.days..(index + 1) * self.days
    }

    fn at(&self, index: usize) -> (&[u32], &[u32]) {
        let range = self.range(index);
        let used = self.used.get(range.clone()).unwrap_or_default();
        (used, self.remaining.get(range).unwrap_or_default())
    }

    fn of(&self, key: &str) -> (&[u32], &[u32]) {
        let index = self.by_key.get(key).copied();
        index.map_or((&[], &[]), |index| self.at(index))
    }

    fn date(&self, index: usize) -> Date {
        let days = i64::try_from(index).unwrap_or(i64::MAX);
        self.first.saturating_add(days.days())
    }

    /// How many days of the span lie before a date.
    fn position(&self, date: Date) -> usize {
        let days = usize::try_from(days_between(self.first, date)).unwrap_or(0);
        days.min(self.days)
    }
}

/// What a key used and has left in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Current {
    /// Requests in the period so far.
    pub used: u64,
    /// Requests left; `None` where there is no quota.
    pub remaining: Option<u64>,
}

impl Current {
    /// The part of what the key may use that it used, from 0 to 1: what was used
    /// and what is left count as the whole, so that a quota extended by hand has
    /// 1 at its end too. `None` without a quota.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        let remaining = self.remaining?;
        if remaining == 0 {
            return Some(1.0);
        }
        let (used, remaining) = (to_f64(self.used), to_f64(remaining));
        Some(used / (used + remaining))
    }
}

/// When a period ends and the quota starts anew, at 00:00 UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reset {
    /// The first day of the next period.
    pub at: Date,
    /// What is known and what is inferred of it.
    pub note: &'static str,
}

/// The next reset of a quota after a day. `None` for a period that plangate does
/// not know.
#[must_use]
pub fn next_reset(quota: &Quota, today: Date) -> Option<Reset> {
    let period = quota.period.as_ref()?;
    let start = period_start(period, today)?;
    let (length, note) = match period {
        Period::Day => (1.day(), "inferred: days end at 00:00 UTC"),
        Period::Week => (
            1.week(),
            "inferred: weeks end on Saturday, at 24:00 UTC; AWS documents neither",
        ),
        Period::Month if quota.offset_or_zero() == Count::ZERO => (
            1.month(),
            "AWS: at the beginning of the month; inferred: 00:00 UTC",
        ),
        Period::Month => (
            1.month(),
            "inferred: the first of the month, 00:00 UTC; with an offset it may be another day",
        ),
        Period::Other(_) => return None,
    };
    Some(Reset {
        at: start.saturating_add(length),
        note,
    })
}

/// The first day of the period that a day lies in: weeks begin on Sunday and
/// months on the first (inferred, whatever the offset). `None` for an unknown
/// period.
#[must_use]
pub fn period_start(period: &Period, day: Date) -> Option<Date> {
    Some(match period {
        Period::Day => day,
        Period::Week => {
            let since_sunday = i64::from(day.weekday().to_sunday_zero_offset());
            day.saturating_sub(since_sunday.days())
        }
        Period::Month => day.first_of_month(),
        Period::Other(_) => return None,
    })
}

fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

#[expect(clippy::cast_precision_loss, reason = "for shares and means")]
fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
