//! The usage of the plans' API keys as it was read, and what follows from it for each key.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::plan::Quota;
use crate::plan::usage::{Forecast, LAG, LAG_IN_SHORT, PlanUsage, Told};

/// The number of days of usage that are read: five weeks, so that the longest period, a
/// month, and the 7 days of the mean are among them.
pub const DAYS: i32 = 35;

/// The number of the worst keys that stand on the plan's overview.
const WORST: usize = 3;

/// The usage of a plan, and when it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageRead {
    /// The usage; its last day is the day of the reading.
    pub usage: PlanUsage,
    /// The time of the reading, in UTC.
    pub at: Timestamp,
    /// The keys that need attention first, a few, for the plan's overview.
    worst: Vec<(String, Forecast)>,
    /// The number of keys that run dry before the reset, or have.
    exhausting: usize,
    /// The part of the quota that the busiest key used; none without a quota.
    most_used: Option<f64>,
    /// The number of keys of which it is not told how much they have left.
    pub(super) unknown: usize,
}

impl UsageRead {
    /// The usage as read at this time, its keys not ranked yet.
    #[must_use]
    pub fn new(usage: PlanUsage, at: Timestamp) -> Self {
        Self {
            usage,
            at,
            worst: Vec::new(),
            exhausting: 0,
            most_used: None,
            unknown: 0,
        }
    }

    /// The keys that need attention first, by their identifiers: those that run
    /// dry, a few.
    #[must_use]
    pub fn worst(&self) -> &[(String, Forecast)] {
        &self.worst
    }

    /// The number of keys that use up their quota before its reset, or have.
    #[must_use]
    pub fn exhausting(&self) -> usize {
        self.exhausting
    }

    /// The part of the quota that the busiest key used, from 0 to 1; none without a quota.
    #[must_use]
    pub fn most_used(&self) -> Option<f64> {
        self.most_used
    }

    /// The number of keys of which it is not told how much of a quota they have left.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.unknown
    }

    pub(super) fn find_worst(&mut self, quota: Option<&Quota>) {
        let ranked = self.usage.ranked(quota, self.today());
        let is_unknown = |(_, forecast): &&(&str, Forecast)| forecast.is_unknown();
        self.unknown = ranked.iter().filter(is_unknown).count();
        let runs_dry = |(_, forecast): &&(&str, Forecast)| forecast.runs_dry();
        self.exhausting = ranked.iter().filter(runs_dry).count();
        let shares = ranked
            .iter()
            .filter_map(|(_, forecast)| forecast.current.share());
        self.most_used = shares.reduce(f64::max);
        let ranked = ranked.into_iter();
        let dry = ranked.filter(|(_, forecast)| forecast.runs_dry());
        let worst = dry
            .take(WORST)
            .map(|(key, forecast)| (key.to_owned(), forecast));
        self.worst = worst.collect();
    }

    /// The time of the reading, and how far the figures lag.
    #[must_use]
    pub fn age(&self) -> String {
        format!("read {} UTC; {LAG}", self.at.strftime("%Y-%m-%d %H:%M:%S"))
    }

    /// The same in so many columns, where it has a shorter form that fits.
    #[must_use]
    pub fn age_within(&self, columns: usize) -> String {
        let age = self.age();
        if crate::text::wrap::width(&age) <= columns {
            return age;
        }
        let at = self.at.strftime("%H:%M:%S");
        format!("read {at} UTC; {LAG_IN_SHORT}")
    }

    /// The day of the reading, in UTC.
    #[must_use]
    pub fn today(&self) -> Date {
        self.usage.last()
    }
}

/// The form that the usage is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Format {
    Csv,
    Json,
}

/// The names of API keys, by their identifiers.
pub(in crate::app) type Names<'a> = BTreeMap<&'a str, &'a str>;

/// An API key of a plan, and where its use of the quota leads.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyUsage {
    /// Its identifier.
    pub id: String,
    /// Its name; empty for none, and while it is not known.
    pub name: String,
    /// Its use of the quota, and where that leads.
    pub forecast: Forecast,
    /// The days of those that were asked for that are told of it.
    pub told: Told,
    /// A note on those of its days that could not be understood.
    pub odd: Option<String>,
}

impl KeyUsage {
    /// A key as the usage of its plan tells it.
    pub(in crate::app) fn of(
        id: &str,
        forecast: Forecast,
        usage: &PlanUsage,
        names: &Names<'_>,
    ) -> Self {
        Self {
            id: id.to_owned(),
            name: names.get(id).copied().unwrap_or_default().to_owned(),
            forecast,
            told: usage.told(id),
            odd: usage.odd(id).map(str::to_owned),
        }
    }

    /// Its name, else its identifier.
    #[must_use]
    pub fn called(&self) -> &str {
        if self.name.is_empty() {
            &self.id
        } else {
            &self.name
        }
    }
}
