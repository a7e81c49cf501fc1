//! The usage of the plans' API keys as it was read, and what follows from it for each key.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::core::Core;
use crate::app::core::catalogue::{Catalogue, Load};
use crate::app::message::changed::Changed;
use crate::app::message::{Effect, Question};
use crate::app::{Awaited, Weight};
use crate::gateway::{Failure, FailureKind};
use crate::plan::usage::{Forecast, LAG, LAG_IN_SHORT, PlanUsage, Reading, Told, to_csv, to_json};
use crate::plan::{PlanId, Quota, UsagePlan};

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
    /// The number of keys of which it is not told how much they have left.
    unknown: usize,
}

impl UsageRead {
    /// The usage as read at this time, its keys not ranked yet.
    #[must_use]
    pub fn new(usage: PlanUsage, at: Timestamp) -> Self {
        Self {
            usage,
            at,
            worst: Vec::new(),
            unknown: 0,
        }
    }

    /// The keys that need attention first, by their identifiers: those that run
    /// dry, a few.
    #[must_use]
    pub fn worst(&self) -> &[(String, Forecast)] {
        &self.worst
    }

    /// The number of keys of which it is not told how much of a quota they have left.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.unknown
    }

    fn find_worst(&mut self, quota: Option<&Quota>) {
        let ranked = self.usage.ranked(quota, self.today());
        let is_unknown = |(_, forecast): &&(&str, Forecast)| forecast.is_unknown();
        self.unknown = ranked.iter().filter(is_unknown).count();
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
type Names<'a> = BTreeMap<&'a str, &'a str>;

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

impl Catalogue {
    /// The usage of a plan, where it was read.
    #[must_use]
    pub fn usage_of(&self, plan: &PlanId) -> Option<&UsageRead> {
        self.usage.get(plan).and_then(Load::here)
    }
}

impl Core {
    /// Asks for the usage of a plan unless it is here or on its way.
    pub(in crate::app) fn ask_usage(&mut self, plan: &PlanId) {
        if self.catalogue.usage.get(plan).is_none_or(Load::is_missing) {
            self.catalogue.usage.insert(plan.clone(), Load::Underway);
            let awaited = Awaited::Usage(plan.clone());
            self.ask(awaited, Question::Usage(plan.clone()));
        }
    }

    /// Adds the keys of the plan that the usage does not name: of them nothing is told.
    pub(in crate::app) fn complete_usage(&mut self, plan: &PlanId) {
        let Catalogue {
            plan_keys, usage, ..
        } = &mut self.catalogue;
        let (Some(Load::Here(keys)), Some(Load::Here(read))) =
            (plan_keys.get(plan), usage.get_mut(plan))
        else {
            return;
        };
        let mentioned = read.usage.keys().len();
        // A key that the answer leaves out has nothing told of it, which is not the same
        // as nothing used.
        for key in keys {
            read.usage.include(&key.id);
        }
        read.unknown += read.usage.keys().len() - mentioned;
    }

    /// Forgets the usage of a plan, and stops reading it.
    pub(in crate::app) fn forget_usage(&mut self, plan: &PlanId) {
        self.cancel(|awaited| *awaited == Awaited::Usage(plan.clone()));
        self.catalogue.usage.remove(plan);
    }

    /// The plans whose usage is being read.
    pub(in crate::app) fn usage_underway(&self) -> impl Iterator<Item = &PlanId> {
        let awaited = self.questions.awaited.values();
        awaited.filter_map(|awaited| match awaited {
            Awaited::Usage(plan) => Some(plan),
            _ => None,
        })
    }

    /// The names of all keys that are known.
    pub(in crate::app) fn names_of_keys(&self) -> Names<'_> {
        let of_plans = self.catalogue.plan_keys.values().filter_map(Load::here);
        let all = of_plans.chain(self.catalogue.api_keys.here()).flatten();
        all.map(|key| (key.id.as_str(), key.name.as_str()))
            .collect()
    }

    /// The keys of a plan, those that need attention first; `None` as long as they and their
    /// usage are being read.
    pub(in crate::app) fn usage_of_keys(&self, id: &PlanId) -> Option<Vec<KeyUsage>> {
        let (Some(plan), Some(read)) = (self.plans.plan(id), self.catalogue.usage_of(id)) else {
            return None;
        };
        // What an answer does not mention may be a key of the plan still to be read.
        let keys = self.catalogue.plan_keys.get(id);
        let is_reading = matches!(keys, Some(Load::Underway));
        if is_reading && read.usage.keys().len() == 0 {
            return None;
        }
        let names = self.names_of_keys();
        let quota = plan.settings.quota.as_ref();
        let ranked = read.usage.ranked(quota, read.today()).into_iter();
        let keys = ranked.map(|(id, forecast)| KeyUsage::of(id, forecast, &read.usage, &names));
        Some(keys.collect())
    }

    /// Writes the usage of plans that was read into a file of the current folder, which is
    /// named after what it is of.
    pub(in crate::app) fn save_usage<'a>(
        &mut self,
        of: &str,
        plans: impl Iterator<Item = &'a PlanId>,
        format: Format,
    ) {
        let read = plans.filter_map(|plan| Some((plan, self.catalogue.usage_of(plan)?)));
        let read: Vec<(&PlanId, &UsageRead)> = read.collect();
        // Plans read on both sides of midnight go by the later day.
        let Some(day) = read.iter().map(|(_, read)| read.today()).max() else {
            return;
        };
        let names = self.names_of_keys();
        let has_quota = |plan: &UsagePlan| plan.settings.quota.is_some();
        let days = read.iter().map(|(plan, read)| Reading {
            plan,
            usage: &read.usage,
            has_quota: self.plans.plan(plan).is_none_or(|plan| has_quota(plan)),
            at: read.at,
        });
        let (text, ending) = match format {
            Format::Csv => (to_csv(days, &names), "csv"),
            Format::Json => (to_json(days, &names), "json"),
        };
        let name = format!("usage{of}-{day}.{ending}");
        let ticket = self.ticket(Awaited::Save);
        self.effects.push(Effect::Save { ticket, name, text });
    }

    /// Tells where something was written, or why it was not.
    pub(in crate::app) fn saved(&mut self, result: Result<String, String>) {
        match result {
            Ok(path) => self.say(Weight::Info, format!("Written: {path}")),
            Err(reason) => self.say(Weight::Error, reason),
        }
    }
}

impl Core {
    /// Takes the usage of a plan, or why it could not be read.
    pub(in crate::app) fn usage_read(&mut self, plan: &PlanId, result: Result<UsageRead, Failure>) {
        // What is wrong with more than this plan: no permission, no connection.
        let stops = matches!(&result, Err(failure) if failure.kind != FailureKind::NotFound);
        self.ask_whether_gone(plan, &result);
        // The screen says where it failed; the status line need not.
        let quota = self
            .plans
            .plan(plan)
            .map(|plan| plan.settings.quota.as_ref());
        let usage = Load::of(result.map(|mut read| {
            read.find_worst(quota.flatten());
            read
        }));
        self.catalogue.usage.insert(plan.clone(), usage);
        self.complete_usage(plan);
        self.extension_read_back(plan);
        if stops {
            self.tell(Changed::UsageStops);
        }
    }
}
