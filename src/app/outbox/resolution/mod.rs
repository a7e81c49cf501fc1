//! Calls of which it is not known whether they were made: they are read until it is
//! certain, and what the history says wrongly is corrected.

mod corrections;
mod reading;

use std::borrow::Borrow;
use std::collections::VecDeque;

use jiff::Timestamp;

use crate::app::Weight;
use crate::app::core::Core;
use crate::app::page::history::Selected;
use crate::app::prompt::consent::{Proposal, Proposed};
use crate::journal::{CallOutcome, EntryState, Intent, OpenCall, PastEntry};
use crate::plan::{Aim, Call, UsagePlan, creatable};
use crate::send::{taken_for, takes_effect_until};
use crate::text::stretch::seconds;

/// The calls to be found out about, and those that may have to be corrected.
#[derive(Debug, Default)]
pub(in crate::app) struct Resolution {
    calls: VecDeque<Unresolved>,
    /// The time since when the first of the calls is being read; `None` where it is not.
    reading: Option<Timestamp>,
    /// All plans, as far as they were read for it.
    plans: Vec<UsagePlan>,
    /// Calls that are said not to be made, or of which nobody could tell or an answer did
    /// not show it.
    doubted: Vec<OpenCall>,
    /// The call of the queue whose outcome is awaited.
    last: Option<OpenCall>,
    /// The corrections that are not told yet.
    told: Vec<String>,
    /// The outcomes that were found and are not told yet.
    found: Vec<(Weight, String)>,
}

/// A call to be found out about.
#[derive(Debug)]
pub(in crate::app) struct Unresolved {
    /// The name of its plan or key.
    pub(in crate::app) name: String,
    pub(in crate::app) call: OpenCall,
    /// The time from which it cannot take effect any more.
    until: Timestamp,
    /// The time at which it is to be read; none where that failed, and the operator says
    /// when.
    due: Option<Timestamp>,
    /// True where the journal has that it was not seen.
    is_noted: bool,
    /// True where an earlier run of the program made it.
    pub(in crate::app) is_of_last_time: bool,
    /// True where the operator asked for it in the history.
    is_asked: bool,
    /// The changes that wait to be sent until this is known.
    then: Option<Box<Proposal>>,
}

impl Unresolved {
    /// A call that is to be read at once.
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

/// True where a change aims at what a call is about.
fn is_about(aim: &Aim, call: &Call) -> bool {
    match (aim, call) {
        // A creation names no plan: only what it was sent with tells that it is the same.
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

/// The outcome of a call, in words that follow its name; a creation that was made is
/// known by the name and the settings of a new plan.
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
            // It may have waited already for a later time; what the operator asks for is
            // read now.
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
        // Before that time a reading that does not show it proves nothing.
        unresolved.due = Some(unresolved.until);
        unresolved.is_noted = true;
        self.resolve(unresolved);
    }

    /// Tries again to read what could not be read.
    pub(in crate::app) fn resolve_again(&mut self) {
        let now = self.now;
        for unresolved in &mut self.outbox.resolution.calls {
            // Those that wait for their time keep it.
            unresolved.due.get_or_insert(now);
        }
    }

    /// True where a call of an earlier run is not found out about yet.
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

    /// The words on a call that was not seen, to follow its name.
    pub(in crate::app) fn unseen_words(&self, until: Timestamp) -> String {
        // A sentence stays as it is while the time passes: the countdown stands elsewhere.
        let at = until.max(self.now).strftime("%H:%M:%S");
        format!("is not seen yet and may still be made: it is read again at {at} UTC.")
    }

    /// The time at which the next call is to be read again.
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

    /// A line on what waits to be seen; none where nothing does.
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

    /// The obstacle to sending these changes again, in two or three words: a call of them
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
        // Before all others: the operator waits for this one.
        self.outbox.resolution.calls.push_front(unresolved);
        None
    }
}
