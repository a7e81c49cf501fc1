//! Calls of which nobody knows whether they were made, settled from the history by
//! reading what they should have changed.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::core::Core;
use crate::app::message::changed::Changed;
use crate::app::message::{Answer, Effect, Question};
use crate::app::page::history::Selected;
use crate::app::{App, Awaited, Screen, Weight};
use crate::gateway::{Failure, FailureKind};
use crate::journal::{EntryState, Fate, OpenCall, PastEntry, Record, Sent};
use crate::plan::{Call, UsagePlan};
use crate::send::{
    Look, fate_of_creation, fate_of_key, fate_of_plan, known, look, read_later_in_words, taken_for,
    takes_effect_until,
};

/// What is being settled.
#[derive(Debug, Default)]
pub(in crate::app) struct Settling {
    /// What a call was about to change, and what the change is called. The first is
    /// being settled.
    waiting: VecDeque<(String, OpenCall)>,
    /// When the first of them began to be read.
    looked_at: Timestamp,
    /// All plans, as far as they were read, where a plan is looked for that was to be
    /// made.
    plans: Vec<UsagePlan>,
    told: Vec<String>,
}

/// The calls of a change of which nobody knows whether they were made.
fn unknown(entry: &PastEntry) -> impl Iterator<Item = (String, OpenCall)> {
    let is_unknown = is_unclear(entry);
    let steps = entry.steps.iter().filter(move |step| {
        let fate = step.fate();
        let is_open = matches!(
            fate,
            None | Some(Fate::Unknown | Fate::Changed | Fate::NotSeen)
        );
        is_unknown && is_open
    });
    steps.filter_map(|step| Some((entry.name.clone(), step.call()?)))
}

fn is_unclear(entry: &PastEntry) -> bool {
    matches!(entry.state(), EntryState::Unknown | EntryState::NotSeen)
}

/// What became of a call, to follow its name; a creation that was made is known by the
/// name and the settings of a new plan.
pub(in crate::app) fn fate_of_call_in_words(
    call: &Call,
    fate: Fate,
    plan: Option<&UsagePlan>,
) -> String {
    match (call, fate, plan) {
        (Call::Create(_), Fate::Applied, Some(plan)) => {
            format!("was made as far as reading shows: {}", taken_for(&plan.id))
        }
        _ => fate_in_words(fate).to_owned(),
    }
}

fn fate_in_words(fate: Fate) -> &'static str {
    match fate {
        Fate::Applied => "was made",
        Fate::NotApplied => "was not made",
        Fate::Changed => {
            "cannot be told apart from what somebody else changed there: look at the plan"
        }
        Fate::Unknown => "is not known to have been made: look before you send it again",
        Fate::NotSeen => "is not seen yet and may still be made: it is read again by itself",
    }
}

/// Why nothing of what is selected can be settled.
pub(in crate::app) fn obstacle(selected: Selected<'_>) -> Option<&'static str> {
    let is_settled = |entry: &PastEntry| !is_unclear(entry);
    let is_settled = match selected {
        Selected::Send(opened) => opened.send.entries.iter().all(is_settled),
        Selected::Change(_, entry) => is_settled(entry),
    };
    is_settled.then_some("what became of it is known")
}

impl Core {
    /// Whether something is being settled.
    pub(in crate::app) fn is_settling(&self) -> bool {
        !self.outbox.settling.waiting.is_empty()
    }

    /// Stops; says whether something was being settled.
    pub(in crate::app) fn stop_settling(&mut self) -> bool {
        self.cancel(|awaited| matches!(awaited, Awaited::Look | Awaited::Found));
        let was_settling = self.is_settling();
        self.outbox.settling = Settling::default();
        was_settling
    }
}

impl Core {
    fn look_for_next(&mut self) {
        self.outbox.settling.looked_at = self.now;
        let Some((_, OpenCall { intent, .. })) = self.outbox.settling.waiting.front() else {
            let told = std::mem::take(&mut self.outbox.settling.told);
            return self.say(Weight::Info, told.join(" "));
        };
        let question = match look(&intent.call) {
            Look::Plan(plan) => Question::Plan(plan),
            Look::Key(plan, key) => Question::HasKey(plan, key),
            Look::Plans => {
                self.outbox.settling.plans.clear();
                Question::Plans { of_key: None }
            }
            Look::Nothing => return self.found(Fate::Unknown, None),
        };
        self.ask(Awaited::Look, question);
    }

    /// What a call should have changed was read.
    pub(in crate::app) fn looked(&mut self, answer: Answer) {
        let Some((_, OpenCall { intent, .. })) = self.outbox.settling.waiting.front() else {
            return;
        };
        let failure: Failure = match answer {
            Answer::Page(plans) => return self.outbox.settling.plans.extend(plans),
            Answer::PagesEnd(Ok(())) => {
                let (fate, plan) = fate_of_creation(intent, &self.outbox.settling.plans);
                return self.found(fate, plan);
            }
            Answer::Plan(result) => match *result {
                Ok(plan) => {
                    let fate = fate_of_plan(intent, Some(&plan));
                    return self.found(fate, Some(plan));
                }
                Err(failure) if failure.kind == FailureKind::NotFound => {
                    let fate = fate_of_plan(intent, None);
                    return self.found(fate, None);
                }
                Err(failure) => failure,
            },
            Answer::HasKey(Ok(is_in)) => {
                let fate = fate_of_key(&intent.call, is_in);
                return self.found(fate, None);
            }
            Answer::PagesEnd(Err(failure)) | Answer::HasKey(Err(failure)) => failure,
            _ => return,
        };
        self.stop_settling();
        let text = format!("It is not known still what became of it. {failure}");
        self.say(Weight::Error, text);
    }

    /// It is known what became of a call, or as much as can be: that is written down.
    fn found(&mut self, shown: Fate, plan: Option<UsagePlan>) {
        let Some((name, call)) = self.outbox.settling.waiting.front() else {
            return;
        };
        let (name, call) = (name.clone(), call.clone());
        let intent = &call.intent;
        let until = takes_effect_until(call.at, self.now);
        let fate = match look(&intent.call) {
            Look::Nothing => shown,
            _ => known(shown, self.outbox.settling.looked_at, until),
        };
        let operation = intent.call.operation();
        let words = fate_of_call_in_words(&intent.call, fate, plan.as_ref());
        let text = format!("{operation} of {name} {words}.");
        let plan = plan.map(Arc::new);
        let record = Record::Sent(Box::new(Sent {
            entry: intent.entry.clone(),
            step: intent.step,
            fate,
            plan: plan.clone(),
            request_id: String::new(),
            said: read_later_in_words(intent, fate, plan.as_deref(), self.now),
            by_reading: true,
        }));
        if fate == Fate::NotSeen {
            self.resolve_later(name, call);
        }
        self.outbox.settling.told.push(text);
        if let Some(plan) = &plan {
            self.put(plan);
        }
        let ticket = self.ticket(Awaited::Found);
        self.effects.push(Effect::Record(ticket, Box::new(record)));
    }

    /// The journal knows what became of a call, or cannot take it.
    pub(in crate::app) fn found_is_recorded(&mut self, result: Result<(), String>) {
        if let Err(why) = result {
            self.stop_settling();
            let text = format!("What became of it could not be written down. {why}");
            return self.say(Weight::Error, text);
        }
        self.outbox.settling.waiting.pop_front();
        self.tell(Changed::Journal);
        self.look_for_next();
    }
}

impl App {
    /// Begins to settle what is selected in the history.
    pub(in crate::app) fn settle_selected(&mut self) {
        let Screen::History(view) = self.screen() else {
            return;
        };
        let waiting = match view.selected() {
            Some(Selected::Send(opened)) => opened.send.entries.iter().flat_map(unknown).collect(),
            Some(Selected::Change(_, entry)) => unknown(entry).collect(),
            None => return,
        };
        self.core.outbox.settling = Settling {
            waiting,
            ..Settling::default()
        };
        self.core.look_for_next();
    }
}
