//! How a key stands in its period, as far as its days are told.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Day, PlanUsage, Told, days_between, period_start, to_f64};
use crate::plan::{Period, Quota};

/// Requests that a key has left of its quota, at the end of the last day that
/// tells it. A quota never has more left than is known of it: days that are
/// missing leave nothing full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The plan has no quota.
    NoQuota,
    /// No day of the period tells it.
    NotTold,
    /// As answered; below 0 where more was counted than the quota has.
    Told(i64),
    /// The answer gives what was used alone: the last number that it gives of what
    /// is left, or the quota where it gives none, less what was used since. Every
    /// day between is told.
    Reckoned(i64),
}

impl Left {
    /// The number, where there is one.
    #[must_use]
    pub fn known(self) -> Option<i64> {
        match self {
            Self::NoQuota | Self::NotTold => None,
            Self::Told(left) | Self::Reckoned(left) => Some(left),
        }
    }
}

/// The requests that a key used and has left in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Current {
    /// Requests in the period so far, at least, where days are missing; `None`
    /// where no day tells it.
    pub used: Option<i64>,
    /// Requests left.
    pub left: Left,
    /// The number of days of the period so far that are told, and the last of them.
    pub told: Told,
    /// The quota's limit; `None` where there is none, or it is not set.
    limit: Option<i64>,
}

impl Current {
    /// Returns true if nothing is left.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.left.known().is_some_and(|left| left <= 0)
    }

    /// The requests that the key may use in the period: those used and those left, so
    /// that a quota extended by hand counts; with days missing the quota, for what
    /// was used on them is not known. `None` without a quota or where it is not told
    /// what is left.
    #[must_use]
    pub fn allowance(&self) -> Option<i64> {
        let left = self.left.known()?.max(0);
        Some(match self.used {
            Some(used) if self.told.is_whole() => used.saturating_add(left),
            _ => self.limit.unwrap_or(0).max(left),
        })
    }

    /// The part of what the key may use that it used, from 0 to 1. `None` without
    /// a quota or where what is left is not told.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        let allowance = self.allowance()?;
        if self.is_exhausted() {
            return Some(1.0);
        }
        let left = self.left.known()?;
        // The difference first: 1 - 0.8 is less than 0.2, and floors to 19 %.
        Some(to_f64(allowance.saturating_sub(left)) / to_f64(allowance))
    }
}

impl PlanUsage {
    /// The stand of a key in the period that a day lies in, up to that day. `None`
    /// for an unknown key.
    #[must_use]
    pub fn current(&self, key: &str, quota: Option<&Quota>, today: Date) -> Option<Current> {
        let index = *self.by_key.get(key)?;
        Some(self.current_at(index, quota, today))
    }

    pub(super) fn current_at(&self, index: usize, quota: Option<&Quota>, today: Date) -> Current {
        let period = quota.and_then(|quota| quota.period.clone());
        // Without a quota's period the use is shown by the month.
        let period = period.unwrap_or(Period::Month);
        let start = period_start(&period, today).unwrap_or(self.first);
        let (from, to) = (
            self.position(start),
            self.position(today.saturating_add(1.day())),
        );
        // Days of the period outside of what was asked for are missing too.
        let of = usize::try_from(days_between(start, today) + 1).unwrap_or(0);
        let days = self.days_at(index).skip(from);
        let days: Vec<Day> = days.take(to.saturating_sub(from)).collect();
        let last = days.iter().rposition(|day| day.is_told());
        let used = days.iter().filter_map(|day| day.used);
        let used = used.fold(None, |all: Option<i64>, used| {
            Some(all.unwrap_or(0).saturating_add(used))
        });
        let limit = quota.and_then(|quota| quota.limit);
        let limit = limit.map(|limit| i64::from(limit.get()));
        // Of a period that is not known it is not known when it was full.
        let known = quota.and_then(|quota| period_start(quota.period.as_ref()?, today));
        let full = limit.filter(|_| known.is_some_and(|start| start >= self.first));
        let (left, last) = match quota {
            None => (Left::NoQuota, last),
            Some(_) => left(&days, full),
        };
        Current {
            used,
            left,
            told: Told {
                days: days.iter().filter(|day| day.is_told()).count(),
                of,
                last: last.map(|last| self.date(from + last)),
            },
            limit,
        }
    }
}

/// The requests that are left by the days of a period, and the day that says so last.
/// `full` is what there was before the first of them, where that is known.
fn left(days: &[Day], full: Option<i64>) -> (Left, Option<usize>) {
    let said = days.iter().rposition(|day| day.remaining.is_some());
    let used = days.iter().rposition(|day| day.used.is_some());
    let told = said.and_then(|at| Some((at, days.get(at)?.remaining?)));
    let (from, base) = match told {
        Some((at, left)) if used.is_none_or(|used| used <= at) => {
            return (Left::Told(left), Some(at));
        }
        Some((at, left)) => (at + 1, left),
        None => match full {
            Some(full) => (0, full),
            None => return (Left::NotTold, used),
        },
    };
    let since = used.and_then(|used| days.get(from..=used));
    let sum = since.and_then(|since| {
        let mut used = since.iter().map(|day| day.used);
        used.try_fold(0_i64, |all, used| Some(all.saturating_add(used?)))
    });
    match (sum, told) {
        (Some(sum), _) => (Left::Reckoned(base.saturating_sub(sum)), used),
        // A day after it is missing, so that nothing later can be reckoned.
        (None, Some((at, left))) => (Left::Told(left), Some(at)),
        (None, None) => (Left::NotTold, used),
    }
}
