//! One change on its way to the service: read again, merge, write down what is
//! about to be done, send, write down what came of it, compare.
//!
//! A state machine without I/O. It says what to do next ([`Step`]); whoever
//! drives it does that and hands back what came of it. An answer that it does not
//! wait for gives no step.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::outcome::{
    Look, is_listed_as, known, later, look, not_read_in_words, outcome_of_creation, outcome_of_key,
    outcome_of_plan, shown_in_words, taken_for,
};
use crate::gateway::effect::MARGIN;
use crate::gateway::{Failure, FailureKind, Reply, longest_effect};
use crate::journal::{CallOutcome, EntryId, Intent, OpenCall, Record, Sent};
use crate::plan::{
    Aim, Call, ChangedField, Field, Merged, Part, Partly, PlanId, Settings, UsagePlan, calls,
    changes, merge, predict,
};

/// The most times in a row that an update may be refused as coming too soon.
const MOST_REFUSALS: u32 = 20;

/// The step to be done next.
#[derive(Debug)]
pub enum Step {
    /// Wait until the next update may go, and say so to [`Sending::slot`].
    Slot {
        /// The refusal that the last one met, where it met one.
        refused: Option<Refused>,
    },
    /// Read this plan and hand the answer to [`Sending::read`].
    Read(PlanId),
    /// See whether this API key is in this plan and say so to [`Sending::key_read`].
    ReadKey(PlanId, String),
    /// Read all plans and hand the answer to [`Sending::plans_read`].
    ReadPlans,
    /// Wait until [`Sending::unseen_until`], and say so to [`Sending::look_again`]: the
    /// call was not seen yet, and may still be made.
    Unseen,
    /// Write this into the journal and say to [`Sending::recorded`] that it is there.
    Record(Box<Record>),
    /// Send this call and hand the answer to [`Sending::sent`].
    Call(Call),
    /// Nothing more can be sent or read with these credentials. When there are others,
    /// [`Sending::resume`] goes on with the same, or [`Sending::give_up`] ends it.
    Held(Box<Failure>),
    /// It is over.
    Done(Box<Outcome>),
}

/// An update came too soon for the service, and was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The time that the service asks to wait.
    pub asked: Option<Duration>,
    /// The number of times in a row that this has happened.
    pub in_a_row: u32,
}

/// The end of a change, and all that is known of it.
#[derive(Debug)]
pub struct Outcome {
    /// The plan as the service showed it on the way; `None` where it did not.
    pub latest: Option<Arc<UsagePlan>>,
    /// The end that it came to.
    pub end: End,
    /// The number of its calls that were surely made.
    pub made: u32,
    /// Set if the journal has a call of it: its history says then what became of that.
    pub tried: bool,
    /// The parts that were made and those that were not, where it stopped between its
    /// calls.
    pub partly: Option<Partly>,
    /// The reason why what happened is not in the journal; `None` where it is.
    pub unrecorded: Option<String>,
    /// The call of which it is not known whether it was made, where there is one.
    pub open: Option<Box<OpenCall>>,
}

/// The end of a change that was sent.
#[derive(Debug)]
pub enum End {
    /// All of it was sent and accepted.
    Sent {
        /// The fields in which the answer is not as predicted.
        surprises: Vec<ChangedField>,
        /// Fields that somebody else had changed meanwhile, and that were kept.
        rebased: Vec<Field>,
        /// Set if an answer was not what was predicted, so that the plan was read
        /// again to see what holds.
        is_read_back: bool,
        /// The worth of answers that were not its own, and how else it is known
        /// that the calls were made; in the operator's words.
        by_reading: Vec<String>,
    },
    /// Nothing was sent: the plan moved, and what would be sent now is not what
    /// was reviewed.
    Moved(Box<Merged>),
    /// Nothing was sent: the plan is gone.
    Gone(Failure),
    /// Nothing more was sent: the journal could not be written, and what is not in
    /// the journal could not be undone. Why.
    NotRecorded(String),
    /// The call that failed changed nothing. Calls before it may have, and
    /// `latest` has them.
    NotSent(Failure),
    /// The answer was lost, and reading shows that the call was not made, when it could
    /// not take effect any more.
    NotApplied(Failure),
    /// The answer was lost, reading does not show that the call was made, and it may
    /// still be: the operator did not wait until that is certain.
    NotSeen(Failure),
    /// The operator stopped it.
    Cancelled,
    /// The answer was lost, and it could not be resolved whether the change was made.
    Unconfirmed {
        /// The failure by which the answer was lost.
        failure: Failure,
        /// The fields in which the plan as read differs from what was predicted;
        /// empty where it could not be read.
        differences: Vec<ChangedField>,
        /// The words for what the last reading showed, with its time; empty where nothing was read.
        seen: String,
    },
    /// There was nothing to send: all is as it is wanted.
    Nothing,
}

/// That an answer is not what was predicted, and in what; empty where it is.
#[must_use]
pub fn unlike_predicted(surprises: &[ChangedField]) -> String {
    if surprises.is_empty() {
        return String::new();
    }
    let fields: Vec<String> = surprises.iter().map(|s| s.field.to_string()).collect();
    format!("{} in: {}", Sent::SURPRISED, fields.join(", "))
}

impl End {
    /// Returns true if all is as it was wanted and as it was predicted.
    #[must_use]
    pub fn is_good(&self) -> bool {
        match self {
            Self::Sent { surprises, .. } => surprises.is_empty(),
            Self::Nothing => true,
            _ => false,
        }
    }
}

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
        // Whoever goes on does so from there.
        let aim = match (aim, &from) {
            (Aim::Update { wanted, .. }, Some(plan)) => Aim::Update {
                base: plan.clone(),
                wanted,
            },
            (Aim::Delete { keys, .. }, Some(plan)) => Aim::Delete {
                base: plan.clone(),
                keys,
            },
            (aim, _) => aim,
        };
        let waiting: VecDeque<Call> = match (&aim, &from) {
            (Aim::Create { wanted, .. }, Some(plan)) => calls(Some(plan), wanted).into(),
            _ => aim.calls().into(),
        };
        let (latest, wanted, keys) = match &aim {
            Aim::Create { wanted, keys } => (from, wanted.clone(), keys.clone()),
            Aim::Update { base, wanted } => (Some(base.clone()), wanted.clone(), Vec::new()),
            Aim::Delete { base, .. } => {
                let mut bare = base.settings.clone();
                bare.stages.clear();
                (Some(base.clone()), bare, Vec::new())
            }
            Aim::Key { .. } | Aim::Extend { .. } => (None, Settings::default(), Vec::new()),
        };
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
            Phase::Held(_) => "waiting for credentials that hold".to_owned(),
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

    /// The plan was read.
    #[must_use]
    pub fn read(&mut self, answer: Result<UsagePlan, Failure>) -> Option<Step> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Reading => Some(match answer {
                Ok(theirs) => self.compare(theirs),
                Err(failure) if failure.kind == FailureKind::NotFound => match self.aim {
                    Aim::Delete { .. } => self.end(End::Nothing),
                    _ => self.end(End::Gone(failure)),
                },
                Err(failure) if failure.kind.is_of_credentials() => self.hold(failure),
                Err(failure) => self.end(End::NotSent(failure)),
            }),
            Phase::ReadingBack {
                underway,
                answered,
                request_id,
            } => {
                self.is_read_back = true;
                let plan = answer.unwrap_or(*answered);
                Some(self.made(underway, Some(plan), &request_id))
            }
            Phase::Resolving(mut lost) => {
                let intent = &lost.underway.intent;
                let (outcome, now) = match answer {
                    Ok(plan) => (outcome_of_plan(intent, Some(&plan)), Some(Arc::new(plan))),
                    Err(failure) if failure.kind == FailureKind::NotFound => {
                        (outcome_of_plan(intent, None), None)
                    }
                    Err(failure) => return Some(self.not_read(*lost, &failure)),
                };
                lost.seen = shown_in_words(intent, outcome, now.as_deref(), self.now);
                lost.unread.clear();
                Some(self.resolved(*lost, outcome, now))
            }
            phase => {
                self.phase = phase;
                None
            }
        }
    }

    /// It was seen whether the API key is in the plan.
    #[must_use]
    pub fn key_read(&mut self, answer: Result<bool, Failure>) -> Option<Step> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Checking(call) => Some(match answer {
                // It is as it is wanted already.
                Ok(is_in) if outcome_of_key(&call, is_in) == CallOutcome::Applied => self.next(),
                Ok(_) => self.intend(call),
                Err(failure) if failure.kind.is_of_credentials() => {
                    self.wait_again(call);
                    self.hold(failure)
                }
                Err(failure) => self.end(End::NotSent(failure)),
            }),
            Phase::Resolving(lost) => Some(match answer {
                Ok(is_in) => {
                    let outcome = outcome_of_key(&lost.underway.call, is_in);
                    self.resolved(*lost, outcome, None)
                }
                Err(failure) => self.not_read(*lost, &failure),
            }),
            phase => {
                self.phase = phase;
                None
            }
        }
    }

    /// The journal has what it was given, or why not.
    #[must_use]
    pub fn recorded(&mut self, answer: Result<(), String>) -> Option<Step> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Intending(underway) if self.is_cancelled => {
                self.phase = Phase::Calling(underway);
                let said = "stopped before it was sent".to_owned();
                let end = Then::End(End::Cancelled);
                Some(self.tell(CallOutcome::NotApplied, None, "", said, end))
            }
            Phase::Intending(underway) => Some(match answer {
                Ok(()) => {
                    let call = underway.call.clone();
                    self.phase = Phase::Calling(underway);
                    Step::Call(call)
                }
                Err(why) => {
                    // The journal does not have it.
                    self.step -= 1;
                    self.end(End::NotRecorded(why))
                }
            }),
            Phase::Telling(then) => {
                self.unrecorded = self.unrecorded.take().or(answer.err());
                Some(match then {
                    Then::Next
                        if self.is_cancelled
                            && !(self.waiting.is_empty() && self.keys.is_empty()) =>
                    {
                        self.cancelled()
                    }
                    Then::Next => self.next(),
                    Then::Again => {
                        let in_a_row = self.refusals;
                        self.wait_for_slot(self.latest.is_some(), Some(in_a_row))
                    }
                    Then::Held(_) if self.is_cancelled => self.cancelled(),
                    Then::Held(failure) => self.hold(failure),
                    // Nobody waits for it here; it is looked at again all the same.
                    Then::Unseen(lost) if self.is_cancelled => self.not_seen(*lost),
                    Then::Unseen(lost) => {
                        self.phase = Phase::Unseen(lost);
                        Step::Unseen
                    }
                    Then::End(end) => self.end(end),
                })
            }
            phase => {
                self.phase = phase;
                None
            }
        }
    }

    /// A call came back.
    #[must_use]
    pub fn sent(&mut self, answer: Result<Reply, Failure>) -> Option<Step> {
        let underway = match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Calling(underway) => underway,
            phase => {
                self.phase = phase;
                return None;
            }
        };
        Some(match answer {
            Ok(reply) => self.accepted(underway, reply),
            Err(failure) if failure.surely_unchanged() => self.refused(underway, failure),
            Err(failure) => self.lost(underway, failure),
        })
    }

    fn wait_for_slot(&mut self, reads: bool, refusals: Option<u32>) -> Step {
        self.phase = Phase::Slot { reads };
        Step::Slot {
            refused: refusals.map(|in_a_row| Refused {
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
        if matches!(self.aim, Aim::Delete { .. }) {
            // Whoever changed it may still want it.
            return self.end(End::Moved(Box::new(merged)));
        }
        let now = calls(Some(&theirs), &merged.settings);
        if now.is_empty() && self.keys.is_empty() {
            // Somebody else made the same change.
            return self.end(End::Nothing);
        }
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
            Call::Update { .. } if !self.has_slot => {
                self.wait_again(call);
                self.wait_for_slot(false, None)
            }
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

    /// Writes down what came of a call.
    fn tell(
        &mut self,
        outcome: CallOutcome,
        plan: Option<Arc<UsagePlan>>,
        request_id: &str,
        said: String,
        then: Then,
    ) -> Step {
        self.phase = Phase::Telling(then);
        Step::Record(Box::new(Record::Sent(Box::new(Sent {
            entry: self.entry.clone(),
            step: self.step,
            outcome,
            plan,
            request_id: request_id.to_owned(),
            said,
            by_reading: false,
        }))))
    }

    fn accepted(&mut self, underway: Underway, reply: Reply) -> Step {
        let Reply { plan, request_id } = reply;
        match plan {
            Some(answered) if underway.is_surprised_by(&answered) => {
                let id = answered.id.clone();
                self.phase = Phase::ReadingBack {
                    underway,
                    answered: Box::new(answered),
                    request_id,
                };
                Step::Read(id)
            }
            plan => self.made(underway, plan, &request_id),
        }
    }

    /// A call was made, and this is the plan as it is afterwards, where that is shown.
    fn made(&mut self, underway: Underway, shown: Option<UsagePlan>, request_id: &str) -> Step {
        self.made += 1;
        self.made_parts.extend(self.in_hand.take());
        self.refusals = 0;
        let Underway {
            call, predicted, ..
        } = underway;
        let mut surprises = Vec::new();
        let plan = match (&call, shown) {
            (_, Some(plan)) => {
                if let Some(predicted) = &predicted {
                    surprises = changes(predicted, &plan.settings);
                }
                Some(plan)
            }
            // These answer nothing; what they do is taken for done.
            (Call::Tag { .. } | Call::Untag { .. }, None) => {
                let id = self.latest.as_ref().map(|plan| plan.id.clone());
                id.zip(predicted)
                    .map(|(id, settings)| UsagePlan { id, settings })
            }
            (_, None) => None,
        };
        let plan = plan.map(Arc::new);
        match (&call, &plan) {
            (Call::Delete { .. }, _) => {
                self.latest = None;
                self.is_shown = false;
            }
            (_, Some(plan)) => {
                self.latest = Some(plan.clone());
                self.is_shown = true;
            }
            _ => {}
        }
        if let (Call::Create(_), Some(plan)) = (&call, &plan) {
            // What creation cannot carry follows, with the identifier that it gave.
            self.waiting = calls(Some(plan), &self.wanted).into();
        }
        let said = unlike_predicted(&surprises);
        let then = if surprises.is_empty() {
            Then::Next
        } else {
            Then::End(End::Sent {
                surprises,
                rebased: self.rebased.clone(),
                is_read_back: self.is_read_back,
                by_reading: std::mem::take(&mut self.by_reading),
            })
        };
        self.tell(CallOutcome::Applied, plan, request_id, said, then)
    }

    /// The call surely changed nothing.
    fn refused(&mut self, underway: Underway, failure: Failure) -> Step {
        let said = failure.happened();
        let then = match (&underway.call, &failure.kind) {
            (Call::Update { .. }, FailureKind::TooManyRequests { retry_after })
                if self.refusals < MOST_REFUSALS && !self.is_cancelled =>
            {
                // Others use the same few slots: this one's turn comes again.
                self.asked = *retry_after;
                self.refusals += 1;
                self.has_slot = false;
                self.wait_again(underway.call);
                Then::Again
            }
            (_, kind) if kind.is_of_credentials() => {
                self.wait_again(underway.call);
                Then::Held(failure)
            }
            _ => Then::End(End::NotSent(failure)),
        };
        self.tell(CallOutcome::NotApplied, None, "", said, then)
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

mod unseen;

#[cfg(test)]
mod tests;
