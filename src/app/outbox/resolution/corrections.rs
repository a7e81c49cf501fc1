//! Calls that are said not to be made, and may be: what is read shows some of them after all.

use std::sync::Arc;

use crate::app::core::Core;
use crate::journal::{CallOutcome, Intent, OpenCall, Record, Sent, covers_traces};
use crate::plan::model::account::ApiKey;
use crate::plan::{Call, PlanId, UsagePlan};
use crate::send::{is_shown_by, is_shown_by_keys, outcome_of_creation};

impl Core {
    /// A record of the queue is about to be written: what it means for what is in doubt.
    pub(in crate::app) fn note_for_doubts(&mut self, record: &Record) {
        match record {
            Record::Intent(intent) => {
                let covers = |doubt: &OpenCall| covers_traces(intent, &doubt.intent);
                self.outbox
                    .resolution
                    .doubted
                    .retain(|doubt| !covers(doubt));
                self.outbox.resolution.last = Some(OpenCall {
                    at: self.now,
                    intent: (**intent).clone(),
                });
            }
            Record::Sent(sent) if sent.is_doubtful() || sent.outcome == CallOutcome::Unknown => {
                self.outbox
                    .resolution
                    .doubted
                    .extend(self.outbox.resolution.last.take());
            }
            Record::Sent(sent) if sent.said.starts_with(Sent::SURPRISED) => {
                let last = self.outbox.resolution.last.take();
                // The answer to a creation names the plan.
                let of_plan = last.filter(|last| last.intent.call.plan().is_some());
                self.outbox.resolution.doubted.extend(of_plan);
            }
            _ => {}
        }
    }

    /// Takes the calls that earlier runs left in doubt.
    pub(in crate::app) fn take_doubts(&mut self, doubted: Vec<OpenCall>) {
        self.outbox.resolution.doubted.extend(doubted);
    }

    /// The corrections since they were told last, as sentences.
    pub(in crate::app) fn take_corrections(&mut self) -> String {
        std::mem::take(&mut self.outbox.resolution.told).join(" ")
    }

    /// A plan was read: calls that are said not to be made and that it shows are
    /// corrected.
    pub(in crate::app) fn correct_by(&mut self, plan: &Arc<UsagePlan>) {
        self.correct(Some(plan), |intent| is_shown_by(intent, plan));
    }

    /// The API keys of a plan were read: the same of calls that put one in or took one out.
    pub(in crate::app) fn correct_by_keys(&mut self, plan: &PlanId, keys: &[ApiKey]) {
        let keys: Vec<String> = keys.iter().map(|key| key.id.clone()).collect();
        let is_of_plan = |intent: &Intent| intent.call.plan() == Some(plan);
        self.correct(None, |intent| {
            is_of_plan(intent) && is_shown_by_keys(&intent.call, &keys)
        });
    }

    /// Corrects the calls in doubt that were made; the plan is none where none shows it.
    fn correct(&mut self, plan: Option<&Arc<UsagePlan>>, is_made: impl Fn(&Intent) -> bool) {
        let doubted = std::mem::take(&mut self.outbox.resolution.doubted).into_iter();
        let (made, doubted): (Vec<_>, _) = doubted.partition(|doubt| is_made(&doubt.intent));
        self.outbox.resolution.doubted = doubted;
        for OpenCall { at, intent } in made {
            self.note_outcome(&intent, CallOutcome::Applied, plan.cloned());
            self.outbox.queue.resolved(&intent.entry, true);
            let id = plan.map(|plan| &plan.id).or(intent.call.plan());
            let known = id.and_then(|id| self.known_plan(id)).or(plan);
            let before = intent.before.as_ref();
            let name = known.map(|plan| &plan.settings).or(before);
            self.outbox.resolution.told.push(format!(
                "{} of {} {} on {} UTC, in doubt until now, was made after all: the history says \
                 so now, and undo works on it.",
                intent.call.operation(),
                name.map_or("a plan", |settings| &settings.name),
                id.map_or("", |id| &id.0),
                at.strftime("%m-%d %H:%M")
            ));
        }
    }

    /// All plans were read.
    pub(in crate::app) fn correct_by_list(&mut self) {
        if self.outbox.resolution.doubted.is_empty() || self.plans.of_key.is_some() {
            return;
        }
        let about: Vec<_> = self
            .outbox
            .resolution
            .doubted
            .iter()
            .map(|doubt| doubt.intent.clone())
            .collect();
        // A list is not known to have the tags of its plans.
        let is_of_tags = |call: &Call| matches!(call, Call::Tag { .. } | Call::Untag { .. });
        for intent in about.into_iter().filter(|intent| !is_of_tags(&intent.call)) {
            if let Some(plan) = intent.call.plan() {
                match self.plans.plan(plan).cloned() {
                    Some(plan) => self.correct_by(&plan),
                    None if matches!(intent.call, Call::Delete { .. }) => {
                        self.correct(None, |doubt| *doubt == intent);
                    }
                    None => {}
                }
                continue;
            }
            let plans = self.plans.plans().map(AsRef::as_ref);
            let (CallOutcome::Applied, Some(plan)) = outcome_of_creation(&intent, plans) else {
                continue;
            };
            let plan = Arc::new(plan);
            self.correct(Some(&plan), |doubt| *doubt == intent);
        }
    }
}
