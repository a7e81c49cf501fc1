//! The reading of what a call should have changed, and what follows from it.

use std::sync::Arc;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::message::changed::Changed;
use crate::app::message::{Answer, Effect, Question};
use crate::app::prompt::consent::Proposal;
use crate::app::{Awaited, Confirm, DraftId, Prompt, Weight};
use crate::gateway::{Failure, FailureKind};
use crate::journal::{CallOutcome, Intent, Record, Sent};
use crate::plan::{Call, UsagePlan, creatable};
use crate::send::{
    Evidence, known, look, outcome_of_creation, outcome_of_key, outcome_of_plan,
    read_later_in_words,
};

use super::{Unresolved, outcome_of_call_in_words};

impl Core {
    /// Reads what the next call that is due should have changed.
    pub(in crate::app) fn resolve_next(&mut self) {
        if self.outbox.resolution.reading.is_some() {
            return;
        }
        let now = self.now;
        let is_due = |one: &Unresolved| one.due.is_some_and(|due| due <= now);
        let Some(at) = self.outbox.resolution.calls.iter().position(is_due) else {
            self.tell_found();
            return self.go_on_after_resolution();
        };
        // The one that is read is the first.
        let Some(unresolved) = self.outbox.resolution.calls.remove(at) else {
            return;
        };
        let looked = look(&unresolved.call.intent.call);
        self.outbox.resolution.calls.push_front(unresolved);
        self.outbox.resolution.reading = Some(now);
        let question = match looked {
            Evidence::Plan(plan) => Question::Plan(plan),
            Evidence::Key(plan, key) => Question::HasKey(plan, key),
            Evidence::Plans => {
                self.outbox.resolution.plans.clear();
                Question::Plans { of_key: None }
            }
            Evidence::Nothing => return self.found_out(CallOutcome::Unknown, None),
        };
        self.ask(Awaited::Resolve, question);
    }

    /// Takes an answer on what a call should have changed.
    pub(in crate::app) fn resolved_by(&mut self, answer: Answer) {
        let Some(unresolved) = self.outbox.resolution.calls.front() else {
            return;
        };
        let intent = &unresolved.call.intent;
        let failure: Failure = match answer {
            Answer::Page(plans) => return self.outbox.resolution.plans.extend(plans),
            Answer::PagesEnd(Ok(())) => {
                let (outcome, plan) = outcome_of_creation(intent, &self.outbox.resolution.plans);
                let plan = plan.map(Arc::new);
                return self.found_out(outcome, plan);
            }
            Answer::Plan(result) => match *result {
                Ok(plan) => {
                    let outcome = outcome_of_plan(intent, Some(&plan));
                    return self.found_out(outcome, Some(Arc::new(plan)));
                }
                Err(failure) if failure.kind == FailureKind::NotFound => {
                    let outcome = outcome_of_plan(intent, None);
                    return self.found_out(outcome, None);
                }
                Err(failure) => failure,
            },
            Answer::HasKey(Ok(is_in)) => {
                let outcome = outcome_of_key(&intent.call, is_in);
                return self.found_out(outcome, None);
            }
            Answer::PagesEnd(Err(failure)) | Answer::HasKey(Err(failure)) => failure,
            _ => return,
        };
        self.not_read(&failure);
    }

    fn not_read(&mut self, failure: &Failure) {
        self.outbox.resolution.reading = None;
        let now = self.now;
        let Some(mut unresolved) = self.outbox.resolution.calls.pop_front() else {
            return;
        };
        let operation = unresolved.call.intent.call.operation();
        let what = format!("{operation} of {}", unresolved.name);
        if let Some(proposal) = unresolved.then.take() {
            // It stays in doubt, whatever is answered.
            self.outbox.resolution.doubted.push(unresolved.call);
            return self.ask_to_send_again(&what, proposal);
        }
        // It is tried again by itself when it has to be, else when the operator says so.
        unresolved.due = unresolved.is_unseen(now).then_some(unresolved.until);
        self.outbox.resolution.calls.push_back(unresolved);
        let refresh = self.key_for(Command::Refresh);
        let text = format!(
            "It is not known yet whether {what} was made; {refresh} tries again. {failure}"
        );
        self.say(Weight::Error, text);
    }

    /// It is known what a call should have changed.
    fn found_out(&mut self, shown: CallOutcome, plan: Option<Arc<UsagePlan>>) {
        let read_at = self.outbox.resolution.reading.take().unwrap_or(self.now);
        let Some(mut unresolved) = self.outbox.resolution.calls.pop_front() else {
            return;
        };
        let intent = unresolved.call.intent.clone();
        let outcome = match look(&intent.call) {
            Evidence::Nothing => shown,
            _ => known(shown, read_at, unresolved.until),
        };
        if let Some(plan) = &plan {
            self.put(plan);
        }
        if outcome == CallOutcome::NotSeen {
            unresolved.due = Some(unresolved.until);
            if !std::mem::replace(&mut unresolved.is_noted, true) {
                self.note_outcome(&intent, outcome, plan);
            }
            if std::mem::take(&mut unresolved.is_asked) {
                let operation = intent.call.operation();
                let words = self.unseen_words(unresolved.until);
                let text = format!("{operation} of {} {words}", unresolved.name);
                self.outbox.resolution.found.push((Weight::Info, text));
            }
            if unresolved.then.take().is_some() {
                let words = self.unseen_words(unresolved.until);
                let text = format!(
                    "Nothing was sent: {} of {}, sent before, {words}",
                    intent.call.operation(),
                    unresolved.name
                );
                self.say(Weight::Warning, text);
            }
            self.outbox.resolution.calls.push_back(unresolved);
            return;
        }
        self.note_outcome(&intent, outcome, plan.clone());
        self.outbox
            .queue
            .resolved(&intent.entry, outcome == CallOutcome::Applied);
        // Asked for in the history it may be in doubt already: it is to be told once.
        let doubted = &mut self.outbox.resolution.doubted;
        doubted.retain(|doubt| !unresolved.is(&doubt.intent));
        if matches!(outcome, CallOutcome::NotApplied | CallOutcome::Unknown) {
            doubted.push(unresolved.call.clone());
        }
        match (outcome, &plan) {
            (CallOutcome::Applied, _) => self.goes_on_as_made(&intent, plan.as_ref()),
            // Its draft stays on what it stands on: its review asks where both changed
            // the same field.
            (_, Some(plan)) => {
                if let Some(id) = self.plans.reference(&plan.id).map(DraftId::Plan) {
                    self.must_be_looked_at(&id);
                }
            }
            (_, None) => {}
        }
        self.tell_resolution(unresolved, outcome, plan.as_deref());
    }

    /// Writes what became of a call into the journal.
    pub(super) fn note_outcome(
        &mut self,
        intent: &Intent,
        outcome: CallOutcome,
        plan: Option<Arc<UsagePlan>>,
    ) {
        let sent = Sent {
            entry: intent.entry.clone(),
            step: intent.step,
            outcome,
            said: read_later_in_words(intent, outcome, plan.as_deref(), self.now),
            plan,
            request_id: String::new(),
            by_reading: true,
        };
        self.recovery_learns(&sent);
        let record = Record::Sent(Box::new(sent));
        self.effects.push(Effect::Keep(Box::new(record)));
        self.tell(Changed::Journal);
    }

    /// A draft whose change was made goes on from there.
    fn goes_on_as_made(&mut self, intent: &Intent, plan: Option<&Arc<UsagePlan>>) {
        let Some(plan) = plan else { return };
        let id = match &intent.call {
            Call::Create(settings) => self.draft_of_creation(settings),
            _ => self.plans.reference(&plan.id).map(DraftId::Plan),
        };
        if let Some(id) = id
            && self.may_go_on_from(&id, plan)
        {
            let now = self.go_on_from(&id, plan);
            self.tidy(&now);
        }
    }

    fn tell_resolution(
        &mut self,
        unresolved: Unresolved,
        outcome: CallOutcome,
        plan: Option<&UsagePlan>,
    ) {
        let call = &unresolved.call.intent.call;
        let operation = call.operation();
        let words = outcome_of_call_in_words(call, outcome, plan);
        let what = format!("{operation} of {}", unresolved.name);
        if unresolved.is_of_last_time {
            self.recovery_tells(format!("{what}, under way when plangate ended, {words}."));
            return;
        }
        match (unresolved.then, outcome) {
            (Some(proposal), CallOutcome::NotApplied) => self.weigh(*proposal),
            (Some(proposal), CallOutcome::Changed | CallOutcome::Unknown) => {
                self.ask_to_send_again(&what, proposal);
            }
            (Some(_), _) => {
                let text = format!("Nothing was sent: {what}, sent before, {words}.");
                self.say(Weight::Warning, text);
            }
            (None, outcome) => {
                let weight = match outcome {
                    CallOutcome::Applied => Weight::Info,
                    _ => Weight::Warning,
                };
                let found = &mut self.outbox.resolution.found;
                found.push((weight, format!("{what} {words}.")));
            }
        }
    }

    /// Tells what was found of the calls that were read one after the other: told one by
    /// one, each would hide the one before.
    fn tell_found(&mut self) {
        let found = std::mem::take(&mut self.outbox.resolution.found);
        let is_bad = |(weight, _): &(Weight, String)| *weight != Weight::Info;
        let weight = if found.iter().any(is_bad) {
            Weight::Warning
        } else {
            Weight::Info
        };
        let texts: Vec<String> = found.into_iter().map(|(_, text)| text).collect();
        if !texts.is_empty() {
            self.say(weight, texts.join(" "));
        }
    }

    fn ask_to_send_again(&mut self, what: &str, proposal: Box<Proposal>) {
        let what = format!(
            "It is not known whether {what}, sent before, was made: sent again, it may be made twice."
        );
        self.ask_for(Prompt::Confirm(Confirm::Again { what, proposal }));
    }

    fn draft_of_creation(&self, settings: &crate::plan::Settings) -> Option<DraftId> {
        let mut drafts = self.drafts.iter();
        let found = drafts
            .find(|(_, draft)| draft.base().is_none() && creatable(draft.edited()) == *settings);
        found.map(|(id, _)| id.clone())
    }
}
