//! The reading of the usage of plans, and writing it into files.

use crate::app::core::Core;
use crate::app::core::catalogue::{Catalogue, Load};
use crate::app::core::usage::{Format, KeyUsage, Names, UsageRead};
use crate::app::message::changed::Changed;
use crate::app::message::{Effect, Question};
use crate::app::{Awaited, Weight};
use crate::gateway::{Failure, FailureKind};
use crate::plan::usage::{Reading, to_csv, to_json};
use crate::plan::{PlanId, UsagePlan};

impl Catalogue {
    /// The usage of a plan, where it was read.
    #[must_use]
    pub fn usage_of(&self, plan: &PlanId) -> Option<&UsageRead> {
        self.usage.get(plan).and_then(Load::here)
    }

    /// The plans whose usage was read, each with the number of its keys that use up their
    /// quota before its reset.
    pub(in crate::app) fn exhausting(&self) -> impl Iterator<Item = (&PlanId, usize)> {
        let read = self.usage.iter();
        read.filter_map(|(plan, read)| Some((plan, read.here()?.exhausting())))
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
        self.note_keys(plan);
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
        // What is wrong with more than this plan: no permission, no connection. That AWS
        // throttles passes, and reading goes on more slowly.
        let stops = matches!(&result, Err(failure) if !matches!(
            failure.kind,
            FailureKind::NotFound | FailureKind::TooManyRequests { .. }
        ));
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
        self.note_keys(plan);
        self.extension_read_back(plan);
        if stops {
            self.tell(Changed::UsageStops);
        }
    }
}
