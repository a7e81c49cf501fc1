//! The changes that wait for their slot, one after the other.
//!
//! A state machine without I/O: [`Queue::poll`] says what to do next, until there is
//! nothing to do before an answer, a moment ([`Queue::wake_at`]) or the operator.
//! What waits in it is in `entry.rs`.

mod entry;

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use super::{End, Outcome, Remainder, Sending, Slots, Step};
use crate::gateway::{Failure, Reply};
use crate::journal::{Begun, EntryId, Record, SendId};
use crate::plan::{Call, PlanId, UsagePlan};

pub use entry::{Entry, QueuedState, Transfer};

/// The thing to be done next.
#[derive(Debug)]
pub enum Todo {
    /// Read this plan and hand the answer to [`Queue::read`].
    Read(PlanId),
    /// See whether this API key is in this plan and say so to [`Queue::key_read`].
    ReadKey(PlanId, String),
    /// Read all plans and hand the answer to [`Queue::plans_read`].
    ReadPlans,
    /// Write this into the journal and say to [`Queue::recorded`] that it is there.
    Record(Box<Record>),
    /// Send this call and hand the answer to [`Queue::sent`].
    Call(Call),
    /// The credentials do not hold. The entry stays, nothing of it is under way, and the
    /// queue is paused until [`Queue::go_on`], or [`Queue::give_up`] ends the entry.
    Held(EntryId, Box<Failure>),
    /// An entry is over. Nothing is awaited.
    Done(EntryId, Box<Outcome>),
    /// A send was not begun, for the journal could not be written: why. Nothing is
    /// awaited.
    NotBegun(SendId, String),
}

/// The way in which the queue treats what waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One after the other is sent.
    Running,
    /// The one that is on its way is the last for now.
    Stopping,
    /// Nothing is sent until the operator goes on.
    Paused,
}

/// The progress of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Entries in all.
    pub total: usize,
    /// Entries that were sent.
    pub done: usize,
    /// Entries that failed.
    pub failed: usize,
    /// Entries of which a call was not seen yet.
    pub unseen: usize,
    /// Entries that were left out.
    pub skipped: usize,
    /// Entries that wait or are on their way.
    pub left: usize,
}

/// The queue of changes.
#[derive(Debug)]
pub struct Queue {
    /// The slots, one for each update.
    slots: Slots,
    entries: Vec<Entry>,
    /// Sends whose beginning is not yet in the journal.
    unbegun: VecDeque<Begun>,
    /// Changes that are given up and sends that are over, which the journal does not
    /// know yet.
    notes: VecDeque<Record>,
    current: Option<Current>,
    /// The record that is being written for the queue itself.
    writing: Option<Writing>,
    mode: Mode,
    /// Set if a failure does not stop it.
    keeps_going: bool,
    /// The time that updates took from their slot to their end, all together, and their number.
    taken: (Duration, u32),
    /// The fault of the record at the end of a send that could not be written.
    unrecorded: Option<String>,
}

#[derive(Debug)]
struct Current {
    /// Its place among the entries.
    at: usize,
    sending: Sending,
    /// The step that it wants next, until that is handed out.
    step: Option<Step>,
    /// The time at which it had its slot.
    since: Option<Timestamp>,
    is_skipped: bool,
}

impl Current {
    /// Takes its outcome, where it has ended.
    fn take_end(&mut self) -> Option<Box<Outcome>> {
        match self.step.take() {
            Some(Step::Done(outcome)) => Some(outcome),
            step => {
                self.step = step;
                None
            }
        }
    }
}

#[derive(Debug)]
enum Writing {
    Begun(Box<Begun>),
    Note,
}

impl Queue {
    /// An empty queue, running.
    #[must_use]
    pub fn new(slots: Slots) -> Self {
        Self {
            slots,
            entries: Vec::new(),
            unbegun: VecDeque::new(),
            notes: VecDeque::new(),
            current: None,
            writing: None,
            mode: Mode::Running,
            keeps_going: false,
            taken: (Duration::ZERO, 0),
            unrecorded: None,
        }
    }

    /// Sets how far apart updates are to be from now on.
    pub fn set_interval(&mut self, interval: Duration) {
        self.slots.set_interval(interval);
    }

    /// Takes a send in: its entries wait behind those that are there.
    pub fn add(&mut self, begun: Begun) {
        self.forget_what_is_over();
        self.unbegun.push_back(begun);
    }

    /// Takes in what a send of an earlier run had left. It waits for the operator.
    pub fn resume(&mut self, left: Vec<Remainder>) {
        self.forget_what_is_over();
        self.mode = Mode::Paused;
        self.entries.extend(left.into_iter().map(|left| {
            let mut entry = Entry::new(left.planned);
            let made = left.from.as_ref().map(|plan| plan.id.clone());
            entry.plan = entry.plan.or(made);
            entry.earlier = (left.from, left.begun);
            entry
        }));
    }

    fn forget_what_is_over(&mut self) {
        if self.is_idle() {
            self.entries.clear();
            self.taken = (Duration::ZERO, 0);
            self.mode = Mode::Running;
        }
    }

    /// The thing to be done now; `None` where an answer, a moment or the operator is
    /// awaited, or nothing is left.
    pub fn poll(&mut self, now: Timestamp) -> Option<Todo> {
        if self.writing.is_some() {
            return None;
        }
        // A send is in the journal before any of its calls can be.
        if let Some(begun) = self.unbegun.pop_front() {
            let record = Record::Begun(Box::new(begun.clone()));
            self.writing = Some(Writing::Begun(Box::new(begun)));
            return Some(Todo::Record(Box::new(record)));
        }
        if let Some(outcome) = self.current.as_mut().and_then(Current::take_end) {
            return self.finish(outcome, now);
        }
        if let Some(note) = self.notes.pop_front() {
            self.writing = Some(Writing::Note);
            return Some(Todo::Record(Box::new(note)));
        }
        if self.current.is_none() {
            // The one that was on its way is over now.
            if self.mode == Mode::Stopping {
                self.mode = Mode::Paused;
            }
            if self.mode == Mode::Paused {
                return None;
            }
            self.begin_next();
        }
        let current = self.current.as_mut()?;
        if self.mode != Mode::Paused && current.step.is_none() {
            current.step = current.sending.resume();
            // How long it waited for others says nothing of how long an update takes.
            current.since = current.since.map(|_| now);
        }
        let step = current.step.take()?;
        self.take_up(step, now)
    }

    /// Turns a step of the change that is on its way into what is to be done.
    fn take_up(&mut self, step: Step, now: Timestamp) -> Option<Todo> {
        let current = self.current.as_mut()?;
        match step {
            Step::Slot { refused } => {
                // Others use the same limit: the service knows better when the next slot is
                // free.
                if let Some(refused) = refused {
                    self.slots.refused(now, refused.asked, refused.in_a_row);
                }
                if self.mode == Mode::Paused || !self.slots.wait(now).is_zero() {
                    current.step = Some(Step::Slot { refused: None });
                    return None;
                }
                current.since = Some(now);
                current.step = current.sending.slot();
                self.poll(now)
            }
            Step::Read(plan) => {
                current.sending.asks_at(now);
                Some(Todo::Read(plan))
            }
            Step::ReadKey(plan, key) => {
                current.sending.asks_at(now);
                Some(Todo::ReadKey(plan, key))
            }
            Step::ReadPlans => {
                current.sending.asks_at(now);
                Some(Todo::ReadPlans)
            }
            // Reading sends nothing: it goes on also where the queue is paused.
            Step::Unseen => {
                let until = current.sending.unseen_until();
                current.step = if until.is_some_and(|until| now < until) {
                    Some(Step::Unseen)
                } else {
                    current.sending.look_again()
                };
                match current.step {
                    Some(Step::Unseen) => None,
                    _ => self.poll(now),
                }
            }
            Step::Record(record) => Some(Todo::Record(record)),
            Step::Call(call) => {
                current.sending.calls_at(now);
                if matches!(call, Call::Update { .. }) {
                    self.slots.used(now);
                }
                Some(Todo::Call(call))
            }
            Step::Held(failure) => {
                self.mode = Mode::Paused;
                Some(Todo::Held(current.sending.entry().clone(), failure))
            }
            Step::Done(outcome) => self.finish(outcome, now),
        }
    }

    /// There are no other credentials: the entry that waits for them is over.
    pub fn give_up(&mut self) {
        self.take_step(Sending::give_up);
    }

    fn begin_next(&mut self) {
        let waiting = |entry: &Entry| entry.state == QueuedState::Waiting;
        let Some(at) = self.entries.iter().position(waiting) else {
            return;
        };
        let entry = &mut self.entries[at];
        let Some(aim) = entry.aim.take() else { return };
        entry.state = QueuedState::Underway;
        let (from, begun) = std::mem::take(&mut entry.earlier);
        let (sending, step) = Sending::go_on(entry.id.clone(), aim, from, begun);
        self.current = Some(Current {
            at,
            sending,
            step: Some(step),
            since: None,
            is_skipped: false,
        });
    }

    fn finish(&mut self, mut outcome: Box<Outcome>, now: Timestamp) -> Option<Todo> {
        let current = self.current.take()?;
        if let Some(since) = current.since {
            let took = Duration::try_from(now.duration_since(since)).unwrap_or_default();
            self.taken.0 += took;
            self.taken.1 += 1;
        }
        let entry = self.entries.get_mut(current.at)?;
        entry.state = match &outcome.end {
            end if end.is_good() => QueuedState::Done,
            End::Cancelled => QueuedState::Skipped,
            End::NotSeen(_) => QueuedState::NotSeen,
            _ => QueuedState::Failed,
        };
        let cannot_record = matches!(outcome.end, End::NotRecorded(_));
        // One failure may be the sign of more: the operator looks before the next is sent.
        let goes_on = outcome.end.is_good() || current.is_skipped || self.keeps_going;
        if cannot_record || outcome.unrecorded.is_some() || !goes_on {
            self.mode = Mode::Paused;
        }
        outcome.unrecorded = outcome.unrecorded.take().or(self.unrecorded.take());
        let id = entry.id.clone();
        let is_done = entry.state == QueuedState::Done;
        self.note_end(&id, is_done);
        Some(Todo::Done(id, outcome))
    }

    /// A change is over, done or given up, or its send is with it: the journal is to
    /// know, so that no later run goes on with it.
    fn note_end(&mut self, id: &EntryId, is_done: bool) {
        let is_left = |entry: &Entry| entry.id.send == id.send && entry.is_left();
        if !self.entries.iter().any(is_left) {
            self.notes.push_back(Record::Over(id.send.clone()));
        } else if !is_done {
            self.notes.push_back(Record::GivenUp(id.clone()));
        }
    }

    /// The journal has what it was given, or why not.
    pub fn recorded(&mut self, answer: Result<(), String>) -> Option<Todo> {
        match self.writing.take() {
            Some(Writing::Begun(begun)) => match answer {
                Ok(()) => self
                    .entries
                    .extend(begun.entries.into_iter().map(Entry::new)),
                Err(why) => return Some(Todo::NotBegun(begun.id, why)),
            },
            Some(Writing::Note) => self.unrecorded = answer.err(),
            None => self.take_step(|sending| sending.recorded(answer)),
        }
        None
    }

    /// The plan was read.
    pub fn read(&mut self, answer: Result<UsagePlan, Failure>) {
        self.take_step(|sending| sending.read(answer));
    }

    /// It was seen whether the API key is in the plan.
    pub fn key_read(&mut self, answer: Result<bool, Failure>) {
        self.take_step(|sending| sending.key_read(answer));
    }

    /// All plans were read.
    pub fn plans_read(&mut self, answer: Result<Vec<UsagePlan>, Failure>) {
        self.take_step(|sending| sending.plans_read(answer));
    }

    /// It was found out later whether what was not seen was made.
    pub fn resolved(&mut self, id: &EntryId, is_made: bool) {
        let unseen = |entry: &&mut Entry| entry.id == *id && entry.state == QueuedState::NotSeen;
        if let Some(entry) = self.entries.iter_mut().find(unseen) {
            entry.state = if is_made {
                QueuedState::Done
            } else {
                QueuedState::Failed
            };
        }
    }

    /// The call came back.
    pub fn sent(&mut self, answer: Result<Reply, Failure>, now: Timestamp) {
        self.take_step(|sending| {
            sending.asks_at(now);
            sending.sent(answer)
        });
        if self.current.as_ref().is_some_and(|c| c.since.is_some()) {
            self.slots.used(now);
        }
    }

    fn take_step(&mut self, step: impl FnOnce(&mut Sending) -> Option<Step>) {
        if let Some(current) = &mut self.current
            && let Some(step) = step(&mut current.sending)
        {
            current.step = Some(step);
        }
    }

    /// The time at which it is to be polled again although nothing happened: the next
    /// slot is free, or what was not seen yet is to be read again.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        let waits = self.mode != Mode::Paused && self.waits_for_slot();
        let slot = waits.then(|| self.slots.free_at());
        slot.or(self.unseen_until())
    }

    /// The time at which what was not seen yet is to be read again; none where
    /// nothing waits for that.
    #[must_use]
    pub fn unseen_until(&self) -> Option<Timestamp> {
        self.current.as_ref()?.sending.unseen_until()
    }

    /// Returns true if what is next waits for its slot.
    #[must_use]
    pub fn waits_for_slot(&self) -> bool {
        let current = self.current.as_ref();
        current.is_some_and(|current| current.sending.waits_for_slot())
    }

    /// Sends nothing that is not under way, until it goes on.
    pub fn pause(&mut self) {
        self.mode = Mode::Paused;
    }

    /// Goes on.
    pub fn go_on(&mut self) {
        self.mode = Mode::Running;
    }

    /// Pauses when the one that is on its way is over.
    pub fn stop_after_this(&mut self) {
        self.mode = if self.current.is_some() {
            Mode::Stopping
        } else {
            Mode::Paused
        };
    }

    /// Sets whether failures do not stop it.
    pub fn keep_going(&mut self, keeps_going: bool) {
        self.keeps_going = keeps_going;
    }

    /// Returns true if failures do not stop it.
    #[must_use]
    pub fn keeps_going(&self) -> bool {
        self.keeps_going
    }

    /// Leaves out the one that is next, unless a call of it is under way. Says
    /// whether there was one. A read that is under way is not awaited any more.
    pub fn skip(&mut self) -> bool {
        if let Some(current) = &mut self.current {
            // A call that is under way may have been made: it can only be cancelled, not
            // left out.
            if !current.sending.waits_for_slot() && !current.sending.is_held() {
                return false;
            }
            current.is_skipped = true;
            current.step = current.sending.cancel();
            return true;
        }
        let waiting = |entry: &&mut Entry| entry.state == QueuedState::Waiting;
        let Some(entry) = self.entries.iter_mut().find(waiting) else {
            return false;
        };
        entry.skip();
        let id = entry.id.clone();
        self.note_end(&id, false);
        true
    }

    /// Leaves out this one, unless it is on its way. Says whether it was there.
    pub fn leave_out(&mut self, id: &EntryId) -> bool {
        let is_current = |current: &Current| current.sending.entry() == id;
        if self.current.as_ref().is_some_and(is_current) {
            return self.skip();
        }
        let waits = |e: &&mut Entry| e.id == *id && e.state == QueuedState::Waiting;
        let Some(entry) = self.entries.iter_mut().find(waits) else {
            return false;
        };
        entry.skip();
        let id = entry.id.clone();
        self.note_end(&id, false);
        true
    }

    /// Stops the one that is on its way, and pauses where more wait. A call that
    /// is under way may have been made: that is read to see.
    pub fn cancel(&mut self) {
        self.take_step(Sending::cancel);
        // With nothing behind it there is nothing to pause.
        if self.progress().left > 1 {
            self.mode = Mode::Paused;
        }
    }

    /// Leaves out all that waits. Gives the names of what is left out.
    pub fn drop_rest(&mut self) -> Vec<EntryId> {
        let mut dropped = Vec::new();
        let is_held = |current: &Current| current.sending.is_held();
        if self.waits_for_slot() || self.current.as_ref().is_some_and(is_held) {
            self.skip();
        }
        for entry in &mut self.entries {
            if entry.state == QueuedState::Waiting {
                entry.skip();
                dropped.push(entry.id.clone());
            }
        }
        for id in &dropped {
            // That a send is over is written once.
            if self.notes.back() != Some(&Record::Over(id.send.clone())) {
                self.note_end(id, false);
            }
        }
        dropped
    }

    /// The way in which it treats what waits.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// All entries since the queue was empty.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The one that is on its way, and what is being done with it.
    #[must_use]
    pub fn current(&self) -> Option<(&Entry, &Sending)> {
        let current = self.current.as_ref()?;
        Some((self.entries.get(current.at)?, &current.sending))
    }

    /// The slots: when the next update may go, and how far apart they are.
    #[must_use]
    pub fn slots(&self) -> &Slots {
        &self.slots
    }

    /// Returns true if nothing is on its way, waits or is being written.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.current.is_none()
            && self.writing.is_none()
            && self.unbegun.is_empty()
            && self.notes.is_empty()
            && !self.entries.iter().any(Entry::is_left)
    }

    /// Its progress so far. What is about to be begun counts as left.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let mut progress = Progress::default();
        let writing = match &self.writing {
            Some(Writing::Begun(begun)) => Some(&**begun),
            _ => None,
        };
        let unbegun = self.unbegun.iter().chain(writing);
        progress.left = unbegun.map(|begun| begun.entries.len()).sum();
        for entry in &self.entries {
            match entry.state {
                QueuedState::Waiting | QueuedState::Underway => progress.left += 1,
                QueuedState::Done => progress.done += 1,
                QueuedState::Failed => progress.failed += 1,
                QueuedState::NotSeen => progress.unseen += 1,
                QueuedState::Skipped => progress.skipped += 1,
            }
        }
        progress.total =
            progress.left + progress.done + progress.failed + progress.unseen + progress.skipped;
        progress
    }

    /// The time at which the last one is over, should all go well: a slot for each
    /// update, and for each the time that those before it took.
    #[must_use]
    pub fn ends_at(&self, now: Timestamp) -> Timestamp {
        let waiting = |entry: &&Entry| entry.state == QueuedState::Waiting && entry.takes_a_slot;
        let waiting = self.entries.iter().filter(waiting).count();
        let current = usize::from(self.waits_for_slot());
        let updates = u32::try_from(waiting + current).unwrap_or(u32::MAX);
        // The service may answer more slowly than its slots come.
        let each = self.taken.0.checked_div(self.taken.1).unwrap_or_default();
        // One goes after the other, so the longer of the two holds.
        let between = self.slots.interval().max(each);
        let wait = self.slots.wait(now)
            + between.saturating_mul(updates.saturating_sub(1))
            + if updates > 0 { each } else { Duration::ZERO };
        now.saturating_add(wait).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests;
