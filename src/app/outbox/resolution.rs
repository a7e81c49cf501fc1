//! Calls of which it is not known whether they were made: they are read until it is
//! certain, and what the history says wrongly is corrected.

use std::borrow::Borrow;
use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::message::changed::Changed;
use crate::app::message::{Answer, Effect, Question};
use crate::app::page::history::Selected;
use crate::app::page::queue::seconds;
use crate::app::prompt::consent::{Proposal, Proposed};
use crate::app::{Awaited, Confirm, DraftId, Overlay, Weight};
use crate::gateway::{Failure, FailureKind};
use crate::journal::{
    CallOutcome, EntryState, Intent, OpenCall, PastEntry, Record, Sent, covers_traces,
};
use crate::plan::model::account::ApiKey;
use crate::plan::{Aim, Call, PlanId, UsagePlan, creatable};
use crate::send::{
    Evidence, is_shown_by, is_shown_by_keys, known, look, outcome_of_creation, outcome_of_key,
    outcome_of_plan, read_later_in_words, taken_for, takes_effect_until,
};

/// What is to be found out, and what may have to be corrected.
#[derive(Debug, Default)]
pub(in crate::app) struct Resolution {
    calls: VecDeque<Unresolved>,
    /// Whether the first of the calls is being read, and since when.
    reading: Option<Timestamp>,
    /// All plans, as far as they were read for it.
    plans: Vec<UsagePlan>,
    /// Calls that are said not to be made, or of which nobody could tell or an answer did
    /// not show it.
    doubted: Vec<OpenCall>,
    /// The call of the queue whose outcome is awaited.
    last: Option<OpenCall>,
    /// What was corrected and is not told yet.
    told: Vec<String>,
    /// The outcomes that were found and are not told yet.
    found: Vec<(Weight, String)>,
}

/// A call to be found out about.
#[derive(Debug)]
pub(in crate::app) struct Unresolved {
    /// What its plan or key is called.
    pub(in crate::app) name: String,
    pub(in crate::app) call: OpenCall,
    /// When it cannot take effect any more.
    until: Timestamp,
    /// When it is to be read; none where that failed, and the operator says when.
    due: Option<Timestamp>,
    /// Whether the journal has that it was not seen.
    is_noted: bool,
    /// Whether an earlier run of the program made it.
    pub(in crate::app) is_of_last_time: bool,
    /// Whether the operator asked for it in the history.
    is_asked: bool,
    /// What waits to be sent until this is known.
    then: Option<Box<Proposal>>,
}

impl Unresolved {
    /// To be read at once.
    pub(in crate::app) fn new(name: String, call: OpenCall, now: Timestamp) -> Self {
        Self {
            name,
            until: takes_effect_until(call.at, now),
            call,
            due: Some(now),
            is_noted: false,
            is_of_last_time: false,
            is_asked: false,
            then: None,
        }
    }

    fn is_unseen(&self, now: Timestamp) -> bool {
        now < self.until
    }

    fn is(&self, intent: &Intent) -> bool {
        let own = &self.call.intent;
        (&own.entry, own.step) == (&intent.entry, intent.step)
    }
}

/// Whether what a change aims at is what a call is about.
fn is_about(aim: &Aim, call: &Call) -> bool {
    match (aim, call) {
        (Aim::Create { wanted, .. }, Call::Create(settings)) => creatable(wanted) == **settings,
        (
            Aim::Key { key, from, to },
            Call::AttachKey { plan, key: k } | Call::DetachKey { plan, key: k },
        ) => key == k && [from, to].contains(&&Some(plan.clone())),
        (Aim::Extend { plan, .. }, Call::ExtendUsage { plan: p, .. }) => plan == p,
        (Aim::Key { .. } | Aim::Create { .. } | Aim::Extend { .. }, _) | (_, Call::Create(_)) => {
            false
        }
        _ => aim.plan().is_some() && aim.plan() == call.plan(),
    }
}

/// The calls of a change of which nobody knows whether they were made.
fn unknown(entry: &PastEntry) -> impl Iterator<Item = (String, OpenCall)> {
    let is_unknown = is_unclear(entry);
    let steps = entry.steps.iter().filter(move |step| {
        let outcome = step.outcome();
        let is_open = matches!(
            outcome,
            None | Some(CallOutcome::Unknown | CallOutcome::Changed | CallOutcome::NotSeen)
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
fn outcome_of_call_in_words(call: &Call, outcome: CallOutcome, plan: Option<&UsagePlan>) -> String {
    match (call, outcome, plan) {
        (Call::Create(_), CallOutcome::Applied, Some(plan)) => {
            format!("was made as far as reading shows: {}", taken_for(&plan.id))
        }
        _ => outcome_in_words(outcome).to_owned(),
    }
}

fn outcome_in_words(outcome: CallOutcome) -> &'static str {
    match outcome {
        CallOutcome::Applied => "was made",
        CallOutcome::NotApplied => "was not made",
        CallOutcome::Changed => {
            "cannot be told apart from what somebody else changed there: look at the plan"
        }
        CallOutcome::Unknown => "is not known to have been made: look before you send it again",
        CallOutcome::NotSeen => "is not seen yet and may still be made: it is read again by itself",
    }
}

impl Core {
    /// The reason why nothing of what is selected in the history can be resolved; none
    /// where something can.
    pub(in crate::app) fn obstacle_to_resolving(
        &self,
        selected: Selected<'_>,
    ) -> Option<&'static str> {
        if self.outbox.resolution.reading.is_some() {
            return Some("it is being read already");
        }
        let is_known = |entry: &PastEntry| !is_unclear(entry);
        let is_known = match selected {
            Selected::Send(opened) => opened.send.entries.iter().all(is_known),
            Selected::Change(_, entry) => is_known(entry),
        };
        is_known.then_some("what became of it is known")
    }

    /// Reads now what the calls should have changed that nobody knows of in what is
    /// selected in the history.
    pub(in crate::app) fn resolve_selected(&mut self, selected: Selected<'_>) {
        let calls: Vec<_> = match selected {
            Selected::Send(opened) => opened.send.entries.iter().flat_map(unknown).collect(),
            Selected::Change(_, entry) => unknown(entry).collect(),
        };
        for (name, call) in calls {
            let unresolved = Unresolved::new(name, call, self.now);
            let intent = unresolved.call.intent.clone();
            self.resolve(unresolved);
            let mut all = self.outbox.resolution.calls.iter_mut();
            if let Some(one) = all.find(|one| one.is(&intent)) {
                one.due = Some(self.now);
                one.is_asked = true;
            }
        }
    }

    /// Finds out about a call, unless that is under way.
    pub(in crate::app) fn resolve(&mut self, unresolved: Unresolved) {
        let mut calls = self.outbox.resolution.calls.iter();
        if !calls.any(|one| one.is(&unresolved.call.intent)) {
            self.outbox.resolution.calls.push_back(unresolved);
        }
    }

    /// A call was not seen yet, and the journal has that: it is read again in time.
    pub(in crate::app) fn resolve_later(&mut self, name: String, call: OpenCall) {
        let mut unresolved = Unresolved::new(name, call, self.now);
        unresolved.due = Some(unresolved.until);
        unresolved.is_noted = true;
        self.resolve(unresolved);
    }

    /// What could not be read is tried again.
    pub(in crate::app) fn resolve_again(&mut self) {
        let now = self.now;
        for unresolved in &mut self.outbox.resolution.calls {
            unresolved.due.get_or_insert(now);
        }
    }

    /// Whether a call of an earlier run is not found out about yet.
    pub(in crate::app) fn resolves_last_time(&self) -> bool {
        let mut calls = self.outbox.resolution.calls.iter();
        calls.any(|unresolved| unresolved.is_of_last_time)
    }

    /// Calls of an earlier run that were read and not seen.
    pub(in crate::app) fn unseen_of_last_time(&self) -> impl Iterator<Item = String> {
        let calls = self.outbox.resolution.calls.iter();
        let unseen = calls.filter(|one| one.is_of_last_time && one.is_noted);
        unseen.map(|one| {
            format!(
                "{} of {}, under way when plangate ended, {}",
                one.call.intent.call.operation(),
                one.name,
                self.unseen_words(one.until)
            )
        })
    }

    /// That a call was not seen, to follow its name.
    pub(in crate::app) fn unseen_words(&self, until: Timestamp) -> String {
        // A sentence stays as it is while the time passes: the countdown stands elsewhere.
        let at = until.max(self.now).strftime("%H:%M:%S");
        format!("is not seen yet and may still be made: it is read again at {at} UTC.")
    }

    /// When the next call is to be read again.
    pub(in crate::app) fn resolves_at(&self) -> Option<Timestamp> {
        if self.outbox.resolution.reading.is_some() {
            return None;
        }
        self.outbox
            .resolution
            .calls
            .iter()
            .filter_map(|one| one.due)
            .min()
    }

    /// What waits to be seen, in one line; none where nothing does.
    pub(in crate::app) fn resolution_line(&self) -> Option<String> {
        let mut calls = self.outbox.resolution.calls.iter();
        let unseen = calls.find(|one| one.is_noted && one.due.is_some_and(|due| due > self.now))?;
        let left = unseen.until.duration_since(self.now);
        let left = std::time::Duration::try_from(left).unwrap_or_default();
        let operation = unseen.call.intent.call.operation();
        Some(format!(
            "{}: {operation} not seen yet, read again in {}",
            unseen.name,
            seconds(left)
        ))
    }

    fn draft_of_creation(&self, settings: &crate::plan::Settings) -> Option<DraftId> {
        let mut drafts = self.drafts.iter();
        let found = drafts
            .find(|(_, draft)| draft.base().is_none() && creatable(draft.edited()) == *settings);
        found.map(|(id, _)| id.clone())
    }

    /// What keeps these changes from being sent again, in two or three words: a call of them
    /// that was sent before. None where there is none.
    #[must_use]
    pub fn sent_before(
        &self,
        mut aims: impl Iterator<Item = impl Borrow<Aim>>,
    ) -> Option<&'static str> {
        if self.outbox.resolution.calls.is_empty() {
            return None;
        }
        let unresolved = aims.find_map(|aim| {
            let mut calls = self.outbox.resolution.calls.iter();
            calls.find(|one| is_about(aim.borrow(), &one.call.intent.call))
        })?;
        Some(match unresolved.due {
            Some(_) => "not seen yet",
            None => "not read yet",
        })
    }

    /// Looks what became of calls before the same is sent again. Gives the proposal back
    /// where there is nothing to look for; else it waits, or is not to be sent now.
    pub(in crate::app) fn looks_before(&mut self, proposal: Proposal) -> Option<Proposal> {
        let about = |call: &Call| {
            let mut changes = proposal.changes.iter();
            changes.any(|change: &Proposed| is_about(&change.aim, call))
        };
        let calls = self.outbox.resolution.calls.iter();
        let mut pending = calls.filter(|one| about(&one.call.intent.call));
        if let Some(unresolved) = pending.next() {
            let words = match unresolved.due {
                Some(_) => self.unseen_words(unresolved.until),
                None => self.with_keys("could not be read yet: <refresh> tries again."),
            };
            let text = format!(
                "Nothing was sent: {} of {}, sent before, {words}",
                unresolved.call.intent.call.operation(),
                unresolved.name
            );
            self.say(Weight::Warning, text);
            return None;
        }
        // Before anything else is sent its plan is read; a creation has none yet.
        let is_it = |doubt: &OpenCall| {
            let call = &doubt.intent.call;
            matches!(call, Call::Create(_)) && about(call)
        };
        let Some(at) = self.outbox.resolution.doubted.iter().position(is_it) else {
            return Some(proposal);
        };
        let call = self.outbox.resolution.doubted.remove(at);
        let changes = proposal.changes.iter();
        let mut named = changes.filter(|change| is_about(&change.aim, &call.intent.call));
        let name = named
            .next()
            .map_or_else(String::new, |change| change.name.clone());
        let mut unresolved = Unresolved::new(name, call, self.now);
        unresolved.then = Some(Box::new(proposal));
        let text = format!("Reading whether {} was created before.", unresolved.name);
        self.say(Weight::Info, text);
        self.outbox.resolution.calls.push_front(unresolved);
        None
    }

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

    /// What earlier runs left in doubt.
    pub(in crate::app) fn take_doubts(&mut self, doubted: Vec<OpenCall>) {
        self.outbox.resolution.doubted.extend(doubted);
    }

    /// What was corrected since it was told last.
    pub(in crate::app) fn take_corrections(&mut self) -> String {
        std::mem::take(&mut self.outbox.resolution.told).join(" ")
    }
}

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

    /// What a call should have changed was read.
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
    fn note_outcome(
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
        self.ask_for(Overlay::Confirm(Confirm::Again { what, proposal }));
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
