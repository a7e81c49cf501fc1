//! How much of its quota each API key used: what GetUsage answers, day by day.
//!
//! Days are UTC (inferred: the service documents neither the time zone of its
//! days nor when a period begins, but for one example of the AWS CLI, in which a
//! monthly quota "resets at the beginning of the month").

mod current;
mod export;
mod forecast;

use std::collections::{BTreeMap, HashMap};

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Count, Fact, Period, Quota};

pub use current::{Current, Left};
pub use export::{Reading, to_csv, to_json};
pub use forecast::{BurnDown, Exhaustion, Forecast, Mean, exhaustion};

/// The lag of GetUsage's figures behind the requests, less when a quota is used up:
/// reported by a third party who measured it (localstack issue 11393), documented
/// nowhere.
pub const LAG: &str = "AWS's figures lag 30 to 40 minutes (reported)";

/// The same where there is little room.
pub const LAG_IN_SHORT: &str = "lags 30 to 40 min (reported)";

/// The same, in minutes from and to, for other programs.
pub const LAG_MINUTES: [u32; 2] = [30, 40];

/// Stands for a number that the answer does not tell: no answer means it.
const NOT_TOLD: i64 = i64::MIN;

/// One day of an API key, as far as the answer tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Requests on that day, 0 or more; `None` where that is not told.
    pub used: Option<i64>,
    /// Requests that remained of the period's quota at the end of the day (until
    /// now, for today), as answered: below 0 where more was counted than the
    /// quota has. `None` where that is not told.
    pub remaining: Option<i64>,
}

impl Day {
    fn is_told(self) -> bool {
        self.used.is_some() || self.remaining.is_some()
    }
}

/// `[used, remaining]`, as GetUsage has them; a use below 0 tells nothing.
impl From<[i64; 2]> for Day {
    fn from([used, remaining]: [i64; 2]) -> Self {
        Self {
            used: Some(used).filter(|used| *used >= 0),
            remaining: Some(remaining).filter(|remaining| *remaining != NOT_TOLD),
        }
    }
}

impl From<&[i64; 2]> for Day {
    fn from(row: &[i64; 2]) -> Self {
        Self::from(*row)
    }
}

impl From<&Self> for Day {
    fn from(day: &Self) -> Self {
        *day
    }
}

/// The number of days of a span that an answer tells, for one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Days of which something is told.
    pub days: usize,
    /// Days of the span.
    pub of: usize,
    /// The last day of which something is told.
    pub last: Option<Date>,
}

impl Told {
    /// Returns true if something is told of every day.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.days == self.of
    }

    /// `3 of 35 days`; nothing told is said as that.
    #[must_use]
    pub fn words(self) -> String {
        match (self.days, self.of) {
            (0, _) => NOTHING_TOLD.to_owned(),
            (days, of) => format!("{days} of {of} days"),
        }
    }
}

/// The words for a key that no answer mentions, or mentions without a day.
pub const NOTHING_TOLD: &str = "nothing known yet";

/// The daily use of a plan's API keys over a span of days, as far as it is told:
/// 16 bytes per key and day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanUsage {
    first: Date,
    days: usize,
    keys: Vec<Box<str>>,
    by_key: HashMap<Box<str>, usize>,
    /// Key by key; [`NOT_TOLD`] where it is not.
    used: Vec<i64>,
    remaining: Vec<i64>,
    /// The part of a key's days that could not be understood, by the key's index.
    odd: BTreeMap<usize, Box<str>>,
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
            odd: BTreeMap::new(),
        }
    }

    /// Takes over a key's days from the span's first day on. Days that are missing
    /// are not told, days beyond the span are dropped, a key that is there already
    /// is replaced.
    pub fn set<D: Into<Day>>(&mut self, key: &str, days: impl IntoIterator<Item = D>) {
        self.set_from(key, self.first, days);
    }

    /// The same for days that begin on another day than the span.
    pub fn set_from<D: Into<Day>>(
        &mut self,
        key: &str,
        start: Date,
        days: impl IntoIterator<Item = D>,
    ) {
        let index = self.include(key);
        let range = self.range(index);
        self.odd.remove(&index);
        let late = days_between(self.first, start);
        let before = usize::try_from(late).unwrap_or(0);
        let skipped = usize::try_from(late.saturating_neg()).unwrap_or(0);
        let missing = std::iter::repeat_n(Day::default(), before);
        let given = days.into_iter().map(Into::into).skip(skipped);
        let all = missing
            .chain(given)
            .chain(std::iter::repeat(Day::default()));
        let held = self.used.get_mut(range.clone()).into_iter().flatten();
        let held = held.zip(self.remaining.get_mut(range).into_iter().flatten());
        for ((used, remaining), day) in held.zip(all) {
            *used = day.used.unwrap_or(NOT_TOLD);
            *remaining = day.remaining.unwrap_or(NOT_TOLD);
        }
    }

    /// Takes in a key of the plan, of which nothing is told unless it is there
    /// already.
    pub fn include(&mut self, key: &str) -> usize {
        self.by_key.get(key).copied().unwrap_or_else(|| {
            let index = self.keys.len();
            self.keys.push(key.into());
            self.by_key.insert(key.into(), index);
            self.used.resize(self.used.len() + self.days, NOT_TOLD);
            let all = self.used.len();
            self.remaining.resize(all, NOT_TOLD);
            index
        })
    }

    /// Says what of a key's days could not be understood.
    pub fn set_odd(&mut self, key: &str, why: &str) {
        let index = self.include(key);
        self.odd.insert(index, why.into());
    }

    /// The part of a key's days that could not be understood; `None` where all was.
    #[must_use]
    pub fn odd(&self, key: &str) -> Option<&str> {
        let index = self.by_key.get(key)?;
        self.odd.get(index).map(AsRef::as_ref)
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
        let index = self.by_key.get(key).copied();
        let days = index.into_iter().flat_map(|index| self.days_at(index));
        days.enumerate().map(|(index, day)| (self.date(index), day))
    }

    /// The number of days of the span that are told of a key; none of them for an
    /// unknown key.
    #[must_use]
    pub fn told(&self, key: &str) -> Told {
        let told = self.days(key).filter(|(_, day)| day.is_told());
        let (days, last) = told.fold((0, None), |(days, _), (date, _)| (days + 1, Some(date)));
        Told {
            days,
            of: self.days,
            last,
        }
    }

    /// The most that a key is told to have used on a day; `None` where nothing is
    /// told.
    #[must_use]
    pub fn peak(&self, key: &str) -> Option<i64> {
        self.days(key).filter_map(|(_, day)| day.used).max()
    }

    fn range(&self, index: usize) -> std::ops::Range<usize> {
        index * self.days..(index + 1) * self.days
    }

    fn days_at(&self, index: usize) -> impl ExactSizeIterator<Item = Day> + '_ {
        let range = self.range(index);
        // A number that no answer means, because an `Option` would take twice the memory.
        let told = |number: i64| (number != NOT_TOLD).then_some(number);
        let used = self.used.get(range.clone()).unwrap_or_default().iter();
        let remaining = self.remaining.get(range).unwrap_or_default();
        used.zip(remaining).map(move |(used, remaining)| Day {
            used: told(*used),
            remaining: told(*remaining),
        })
    }

    fn date(&self, index: usize) -> Date {
        let days = i64::try_from(index).unwrap_or(i64::MAX);
        self.first.saturating_add(days.days())
    }

    /// The number of days of the span that lie before a date.
    fn position(&self, date: Date) -> usize {
        let days = usize::try_from(days_between(self.first, date)).unwrap_or(0);
        days.min(self.days)
    }
}

/// The end of a period, at which the quota starts anew, at 00:00 UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reset {
    /// The first day of the next period.
    pub at: Date,
    /// A note on what is known and what is inferred of it.
    pub note: &'static str,
    /// The fact that it rests on though AWS does not document it.
    pub fact: Fact,
}

/// The next reset of a quota after a day. `None` for a period that plangate does
/// not know.
#[must_use]
pub fn next_reset(quota: &Quota, today: Date) -> Option<Reset> {
    let period = quota.period.as_ref()?;
    let start = period_start(period, today)?;
    let (length, fact, note) = match period {
        Period::Day => (1.day(), Fact::DayBegins, "inferred: days end at 00:00 UTC"),
        Period::Week => (
            1.week(),
            Fact::WeekBegins,
            "inferred: weeks end on Saturday, at 24:00 UTC; AWS documents neither",
        ),
        Period::Month if quota.offset_or_zero() == Count::ZERO => (
            1.month(),
            Fact::MonthBegins,
            "AWS: at the beginning of the month; inferred: 00:00 UTC",
        ),
        Period::Month => (
            1.month(),
            Fact::MonthBegins,
            "inferred: the first of the month, 00:00 UTC; with an offset it may be another day",
        ),
        Period::Other(_) => return None,
    };
    Some(Reset {
        at: start.saturating_add(length),
        note,
        fact,
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
    // Dates without a time zone know no summer time: all their days have 24 hours.
    from.duration_until(to).as_hours() / 24
}

#[expect(clippy::cast_precision_loss, reason = "for shares and means")]
fn to_f64(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
