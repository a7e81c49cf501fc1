//! One change on its way to the service: read again, merge, write down what is
//! about to be done, send, write down what came of it, compare.
//!
//! A state machine without I/O. It says what to do next ([`Step`]); whoever
//! drives it does that and hands back what came of it. An answer that it does not
//! wait for gives no step.
//!
//! Steps and ends are in `step.rs`, the answers that it waits for in `answers.rs`, what
//! a call that came back means in `called.rs`, and one whose answer was lost in
//! `unseen.rs`.

mod answers;
mod called;
mod step;
mod unseen;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::outcome::{
    Evidence, is_listed_as, known, later, look, not_read_in_words, outcome_of_creation,
    shown_in_words, taken_for,
};
use crate::gateway::effect::MARGIN;
use crate::gateway::{Failure, FailureKind, longest_effect};
use crate::journal::{CallOutcome, EntryId, Intent, OpenCall, Record};
use crate::plan::{
    Aim, Call, Field, Part, Partly, Settings, UsagePlan, calls, changes, merge, predict,
};

pub use step::{End, Outcome, SlotRefusal, Step, unlike_predicted};

/// The most times in a row that an update may be refused as coming too soon.
const MOST_REFUSALS: u32 = 20;

/// A change on its way.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each may hold in every phase"
)]
pub struct Sending {
    entry: EntryId,
    aim: Aim,
    /// The plan as last known.
    latest: Option<Arc<UsagePlan>>,
    /// Set if the service showed it on the way.
    is_shown: bool,
    /// The settings that it is to have.
    wanted: Settings,
    waiting: VecDeque<Call>,
    /// API keys that a new plan is to have, once it is there.
    keys: Vec<String>,
    rebased: Vec<Field>,
    /// The number of calls that were begun.
    step: u32,
    /// The number of them that were made.
    made: u32,
    /// The parts that those changed.
    made_parts: Vec<Part>,
    /// The part that the call changes that was begun and is neither made nor waiting again.
    in_hand: Option<Part>,
    refusals: u32,
    /// The time that the service asked to wait with the last refusal.
    asked: Option<Duration>,
    has_slot: bool,
    is_cancelled: bool,
    is_read_back: bool,
    by_reading: Vec<String>,
    unrecorded: Option<String>,
    /// The time when what is under way began.
    now: Timestamp,
    /// The time at which the last call was sent.
    called_at: Timestamp,
    /// The call of which it is not known whether it was made.
    open: Option<Box<OpenCall>>,
    phase: Phase,
}

/// A call that is about to be made, or under way.
#[derive(Debug)]
struct Underway {
    call: Call,
    /// The settings that it should leave; `None` for a deletion.
    predicted: Option<Settings>,
    /// As it was written down.
    intent: Box<Intent>,
}

/// A call whose answer was lost.
#[derive(Debug)]
struct Lost {
    underway: Underway,
    /// The failure that left it open.
    failure: Failure,
    /// The time from which it cannot take effect any more.
    until: Timestamp,
    /// The words for what the last reading showed, with its time; empty where nothing was read yet.
    seen: String,
    /// That it could not be read since, and when; empty where it could.
    unread: String,
}

#[derive(Debug)]
enum Phase {
    /// Waiting for credentials that hold.
    Held(Failure),
    /// Waiting for the next slot. What follows: the plan is read again, or the
    /// next call.
    Slot { reads: bool },
    /// The plan is being read again.
    Reading,
    /// It is being read whether the API key is in the plan.
    Checking(Call),
    /// The plans that are there before one is made are being read.
    Listing(Call),
    /// The intent is being written.
    Intending(Underway),
    /// The call is under way.
    Calling(Underway),
    /// The answer is not what was predicted; the plan is being read to see whether it
    /// is true.
    ReadingBack {
        underway: Underway,
        answered: Box<UsagePlan>,
        request_id: String,
    },
    /// The answer was lost; what it should have changed is being read.
    Resolving(Box<Lost>),
    /// It was not seen, and may still be made: that is read again when it cannot.
    Unseen(Box<Lost>),
    /// The outcome of a call is being written.
    Telling(Then),
    /// It is over.
    Over,
}

/// The continuation once the journal has the outcome of a call.
#[derive(Debug)]
enum Then {
    Next,
    Again,
    Held(Failure),
    Unseen(Box<Lost>),
    End(End),
}

impl Underway {
    /// Returns true if an answer is not what was predicted.
    fn is_surprised_by(&self, answered: &UsagePlan) -> bool {
        let predicted = self.predicted.as_ref();
        predicted.is_some_and(|predicted| !changes(predicted, &answered.settings).is_empty())
    }
}

/// The plan as it is known before a change, the settings that calls are to give it, and the
/// keys that are to be put into it.
fn goal(
    aim: &Aim,
    from: Option<Arc<UsagePlan>>,
) -> (Option<Arc<UsagePlan>>, Settings, Vec<String>) {
    match aim {
        Aim::Create { wanted, keys } => (from, wanted.clone(), keys.clone()),
        Aim::Update { base, wanted } => (Some(base.clone()), wanted.clone(), Vec::new()),
        // The service wants a plan without stages before it goes, so that is what an
        // update makes of it.
        Aim::Delete { base, .. } => {
            let mut bare = base.settings.clone();
            bare.stages.clear();
            (Some(base.clone()), bare, Vec::new())
        }
        Aim::Key { .. } | Aim::Extend { .. } => (None, Settings::default(), Vec::new()),
    }
}

impl Sending {
    /// Begins to bring about what is wanted.
    #[must_use]
    pub fn new(entry: EntryId, aim: Aim) -> (Self, Step) {
        Self::go_on(entry, aim, None, 0)
    }

    /// Goes on to bring about what is wanted: from the plan as the last call that was
    /// made left it, after so many calls that were begun.
    #[must_use]
    pub fn go_on(
        entry: EntryId,
        aim: Aim,
        from: Option<Arc<UsagePlan>>,
        begun: u32,
    ) -> (Self, Step) {
        let aim = aim_from(aim, from.as_ref());
        let waiting: VecDeque<Call> = match (&aim, &from) {
            (Aim::Create { wanted, .. }, Some(plan)) => calls(Some(plan), wanted).into(),
            _ => aim.calls().into(),
        };
        let (latest, wanted, keys) = goal(&aim, from);
        // A plan that exists may have moved since it was reviewed.
        let reads = latest.is_some();
        let is_empty = waiting.is_empty() && keys.is_empty();
        let needs_slot = matches!(waiting.front(), Some(Call::Update { .. }));
        let mut sending = Self {
            entry,
            aim,
            latest,
            is_shown: false,
            wanted,
            waiting,
            keys,
            rebased: Vec::new(),
            step: begun,
            made: 0,
            made_parts: Vec::new(),
            in_hand: None,
            refusals: 0,
            asked: None,
            has_slot: false,
            is_cancelled: false,
            is_read_back: false,
            by_reading: Vec::new(),
            unrecorded: None,
            now: Timestamp::MIN,
            called_at: Timestamp::MIN,
            open: None,
            phase: Phase::Over,
        };
        let step = if is_empty {
            sending.end(End::Nothing)
        } else if needs_slot {
            sending.wait_for_slot(reads, None)
        } else if reads {
            sending.read_again()
        } else {
            sending.next()
        };
        (sending, step)
    }

    /// The change's name.
    #[must_use]
    pub fn entry(&self) -> &EntryId {
        &self.entry
    }

    /// Returns true if it waits for a slot, so that nothing of it is under way.
    #[must_use]
    pub fn waits_for_slot(&self) -> bool {
        matches!(self.phase, Phase::Slot { .. })
    }

    /// Returns true if it waits for credentials that hold, so that nothing of it is under way.
    #[must_use]
    pub fn is_held(&self) -> bool {
        matches!(self.phase, Phase::Held(_))
    }

    /// There are other credentials: it goes on where it was, the plan being read again.
    #[must_use]
    pub fn resume(&mut self) -> Option<Step> {
        if !self.is_held() {
            return None;
        }
        let reads = self.latest.is_some();
        let needs_slot = matches!(self.waiting.front(), Some(Call::Update { .. }));
        Some(if needs_slot && !self.has_slot {
            self.wait_for_slot(reads, None)
        } else if reads {
            self.read_again()
        } else {
            self.next()
        })
    }

    /// There are no other credentials.
    #[must_use]
    pub fn give_up(&mut self) -> Option<Step> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Held(failure) => Some(self.end(End::NotSent(failure))),
            phase => {
                self.phase = phase;
                None
            }
        }
    }

    fn hold(&mut self, failure: Failure) -> Step {
        let told = Box::new(failure.clone());
        self.phase = Phase::Held(failure);
        Step::Held(told)
    }

    /// The service's name for the call whose answer was lost; empty for none.
    #[must_use]
    pub fn called(&self) -> &'static str {
        match &self.phase {
            Phase::Unseen(lost) | Phase::Resolving(lost) => lost.underway.call.operation(),
            _ => "",
        }
    }

    /// The step that is under way, in words for the operator.
    #[must_use]
    pub fn doing(&self) -> String {
        match &self.phase {
            Phase::Slot { .. } if self.refusals > 0 => {
                "the service takes no more updates just now: waiting for another slot".to_owned()
            }
            Phase::Slot { .. } => "waiting for its slot".to_owned(),
            Phase::Held(_) => "waiting for valid credentials".to_owned(),
            Phase::Reading => "reading the plan again".to_owned(),
            Phase::Checking(_) => "reading whether the key is in the plan".to_owned(),
            Phase::Listing(_) => "reading which plans there are".to_owned(),
            Phase::Intending(_) | Phase::Telling(_) | Phase::Over => "writing it down".to_owned(),
            Phase::Calling(underway) => format!("sending {}", underway.call.operation()),
            Phase::Resolving(_) => "the answer was lost: reading to see".to_owned(),
            Phase::Unseen(lost) => format!("{} not seen yet", lost.underway.call.operation()),
            Phase::ReadingBack { .. } => "reading what was sent back".to_owned(),
        }
    }

    /// Stops it. A call that is under way may have been made already, and may
    /// still be: what it should change is read to see.
    #[must_use]
    pub fn cancel(&mut self) -> Option<Step> {
        self.is_cancelled = true;
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Slot { .. }
            | Phase::Held(_)
            | Phase::Reading
            | Phase::Checking(_)
            | Phase::Listing(_) => Some(self.cancelled()),
            // The request is on the wire and cannot be called back.
            Phase::Calling(underway) => {
                let target = underway.call.plan().map(|plan| plan.0.clone());
                let operation = underway.call.operation();
                let lost = FailureKind::Lost;
                let failure = Failure::new(operation, target.unwrap_or_default(), lost)
                    .saying("you stopped waiting for the answer");
                Some(self.lost(underway, failure))
            }
            Phase::Resolving(lost) => Some(self.resolved(*lost, CallOutcome::Unknown, None)),
            Phase::Unseen(lost) => Some(self.not_seen(*lost)),
            // As soon as it is written down.
            phase => {
                self.phase = phase;
                None
            }
        }
    }

    /// The next update may go now.
    #[must_use]
    pub fn slot(&mut self) -> Option<Step> {
        let Phase::Slot { reads } = self.phase else {
            return None;
        };
        self.has_slot = true;
        Some(if reads {
            self.read_again()
        } else {
            self.next()
        })
    }

    fn wait_for_slot(&mut self, reads: bool, refusals: Option<u32>) -> Step {
        self.phase = Phase::Slot { reads };
        Step::Slot {
            refused: refusals.map(|in_a_row| SlotRefusal {
                asked: self.asked.take(),
                in_a_row,
            }),
        }
    }

    fn read_again(&mut self) -> Step {
        match &self.latest {
            Some(plan) => {
                self.phase = Phase::Reading;
                Step::Read(plan.id.clone())
            }
            None => self.next(),
        }
    }

    /// The plan as it is now, before anything is sent.
    fn compare(&mut self, theirs: UsagePlan) -> Step {
        let theirs = Arc::new(theirs);
        self.is_shown = true;
        let Some(base) = self.latest.replace(theirs.clone()) else {
            return self.next();
        };
        if base.settings == theirs.settings {
            return self.next();
        }
        let merged = merge(&base.settings, &theirs.settings, &self.wanted);
        // A change of settings could be merged; a deletion has nothing to merge with.
        if matches!(self.aim, Aim::Delete { .. }) {
            // Whoever changed it may still want it.
            return self.end(End::Moved(Box::new(merged)));
        }
        let now = calls(Some(&theirs), &merged.settings);
        if now.is_empty() && self.keys.is_empty() {
            // Somebody else made the same change.
            return self.end(End::Nothing);
        }
        // Only what was reviewed is sent, to the last operation.
        if !merged.conflicts.is_empty() || self.waiting != now {
            return self.end(End::Moved(Box::new(merged)));
        }
        self.rebased = merged.moved;
        self.wanted = merged.settings;
        self.next()
    }

    /// Puts a call that was not made back in front of those that wait.
    fn wait_again(&mut self, call: Call) {
        self.in_hand = None;
        self.waiting.push_front(call);
    }

    fn next(&mut self) -> Step {
        // An API key that was in the plan already needed no call.
        self.in_hand = None;
        if let (true, Some(plan)) = (self.waiting.is_empty(), &self.latest) {
            // Its keys come into a plan when it is there as a whole.
            let keys = std::mem::take(&mut self.keys).into_iter();
            self.waiting = keys
                .map(|key| Call::AttachKey {
                    plan: plan.id.clone(),
                    key,
                })
                .collect();
        }
        let Some(call) = self.waiting.pop_front() else {
            let end = if self.made == 0 {
                End::Nothing
            } else {
                End::Sent {
                    surprises: Vec::new(),
                    rebased: std::mem::take(&mut self.rebased),
                    is_read_back: self.is_read_back,
                    by_reading: std::mem::take(&mut self.by_reading),
                }
            };
            return self.end(end);
        };
        self.in_hand = Some(call.part());
        match &call {
            // A creation is followed by an update that nobody had a slot for yet.
            Call::Update { .. } if !self.has_slot => {
                self.wait_again(call);
                self.wait_for_slot(false, None)
            }
            // Somebody else may have put it in or taken it out since: then no call is
            // needed.
            Call::AttachKey { plan, key } | Call::DetachKey { plan, key } => {
                let step = Step::ReadKey(plan.clone(), key.clone());
                self.phase = Phase::Checking(call);
                step
            }
            // Should its answer be lost, the new plan is known from those of before.
            Call::Create(_) => {
                self.phase = Phase::Listing(call);
                Step::ReadPlans
            }
            _ => self.intend(call),
        }
    }

    /// Writes down what is about to be sent.
    fn intend(&mut self, call: Call) -> Step {
        self.intend_among(call, None)
    }

    /// The same, knowing which plans there are.
    fn intend_among(&mut self, call: Call, plans: Option<&[UsagePlan]>) -> Step {
        let before = self.latest.as_ref().map(|plan| plan.settings.clone());
        // An update is made by diff, which gives nothing that cannot be applied.
        let predicted = predict(&before.clone().unwrap_or_default(), &call);
        let predicted = match call {
            Call::Delete { .. } => None,
            _ => Some(predicted.unwrap_or_else(|_| self.wanted.clone())),
        };
        let is_twin = |plan: &&UsagePlan| {
            predicted
                .as_ref()
                .is_some_and(|settings| is_listed_as(plan, settings))
        };
        let twins = |plans: &[UsagePlan]| {
            let twins = plans.iter().filter(is_twin);
            twins.map(|plan| plan.id.clone()).collect()
        };
        // Of the plan of a key nothing is known here, and nothing of it changes.
        let has_settings = !matches!(
            call,
            Call::AttachKey { .. } | Call::DetachKey { .. } | Call::ExtendUsage { .. }
        );
        // Counted with the intent, so that a call that is made again has a number of its
        // own.
        self.step += 1;
        let intent = Intent {
            entry: self.entry.clone(),
            step: self.step,
            before: before.filter(|_| has_settings),
            call: call.clone(),
            after: predicted.clone().filter(|_| has_settings),
            twins: plans.map(twins),
        };
        self.phase = Phase::Intending(Underway {
            call,
            predicted,
            intent: Box::new(intent.clone()),
        });
        Step::Record(Box::new(Record::Intent(Box::new(intent))))
    }

    fn cancelled(&mut self) -> Step {
        self.end(End::Cancelled)
    }

    /// The parts that were made and those that were not, where there are both.
    fn partly(&mut self, end: &End) -> Option<Partly> {
        let in_hand = self.in_hand.take();
        let (unknown, not_made) = match end {
            End::Unconfirmed { .. } | End::NotSeen(_) => (in_hand, None),
            _ => (None, in_hand),
        };
        let mut not_made: Vec<Part> = not_made.into_iter().collect();
        not_made.extend(self.waiting.iter().map(Call::part));
        if let Some(plan) = &self.latest {
            let attach = |key| Call::AttachKey {
                plan: plan.id.clone(),
                key,
            };
            not_made.extend(self.keys.drain(..).map(|key| attach(key).part()));
        }
        // A change of which nothing was made is no half change: it simply failed.
        let is_partly = !self.made_parts.is_empty() && (unknown.is_some() || !not_made.is_empty());
        is_partly.then(|| Partly {
            made: std::mem::take(&mut self.made_parts),
            unknown,
            not_made,
        })
    }

    fn end(&mut self, end: End) -> Step {
        let partly = self.partly(&end);
        self.waiting.clear();
        self.phase = Phase::Over;
        Step::Done(Box::new(Outcome {
            latest: self.latest.clone().filter(|_| self.is_shown),
            end,
            made: self.made,
            tried: self.step > 0,
            partly,
            unrecorded: self.unrecorded.take(),
            open: self.open.take(),
        }))
    }
}

/// The same aim from the plan as it was left: whoever goes on does so from there.
fn aim_from(aim: Aim, from: Option<&Arc<UsagePlan>>) -> Aim {
    match (aim, from) {
        (Aim::Update { wanted, .. }, Some(plan)) => Aim::Update {
            base: plan.clone(),
            wanted,
        },
        (Aim::Delete { keys, .. }, Some(plan)) => Aim::Delete {
            base: plan.clone(),
            keys,
        },
        (aim, _) => aim,
    }
}

#[cfg(test)]
mod tests;
