//! Calls whose answer was lost: what reading shows of them, and the wait until it is
//! certain.

use std::sync::Arc;

use super::{
    Aim, Call, CallOutcome, End, Evidence, Failure, FailureKind, Lost, MARGIN, OpenCall, Phase,
    Record, Sending, Step, Then, Timestamp, Underway, UsagePlan, calls, changes, known, later,
    longest_effect, look, merge, not_read_in_words, outcome_of_creation, shown_in_words, taken_for,
};
use crate::plan::ChangedField;

impl Sending {
    /// A question is asked now: what it shows is of no earlier time.
    pub fn asks_at(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// A call is sent now.
    pub fn calls_at(&mut self, now: Timestamp) {
        self.now = now;
        // Kept apart: later questions move the time of asking, but not that of the call.
        self.called_at = now;
    }

    /// The time at which what was not seen is to be read again, since it cannot take
    /// effect any more.
    #[must_use]
    pub fn unseen_until(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::Unseen(lost) => Some(lost.until),
            _ => None,
        }
    }

    /// The time has come: what was not seen is read again.
    #[must_use]
    pub fn look_again(&mut self) -> Option<Step> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Unseen(lost) => Some(self.look(lost)),
            phase => {
                self.phase = phase;
                None
            }
        }
    }

    /// All plans were read, or why not.
    #[must_use]
    pub fn plans_read(&mut self, answer: Result<Vec<UsagePlan>, Failure>) -> Option<Step> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Listing(call) => Some(match answer {
                Ok(plans) => self.intend_among(call, Some(&plans)),
                // Who may make plans and not list them will not see it either way.
                Err(failure) if matches!(failure.kind, FailureKind::Denied { .. }) => {
                    self.intend(call)
                }
                Err(failure) if failure.kind.is_of_credentials() => {
                    self.wait_again(call);
                    self.hold(failure)
                }
                Err(failure) => self.end(End::NotSent(failure)),
            }),
            Phase::Resolving(mut lost) => {
                let intent = &lost.underway.intent;
                let (outcome, plan) = match &answer {
                    Ok(plans) => outcome_of_creation(intent, plans),
                    Err(failure) => return Some(self.not_read(*lost, failure)),
                };
                lost.seen = shown_in_words(intent, outcome, plan.as_ref(), self.now);
                lost.unread.clear();
                Some(self.resolved(*lost, outcome, plan.map(Arc::new)))
            }
            phase => {
                self.phase = phase;
                None
            }
        }
    }

    /// No certain answer came: reading what the call should have changed shows whether
    /// it was made, but that it was not only when it cannot be made any more.
    pub(super) fn lost(&mut self, underway: Underway, failure: Failure) -> Step {
        let longest = longest_effect();
        // A machine that slept meanwhile sends on where it was.
        let until = later(self.called_at, longest).max(later(self.now, longest.min(MARGIN)));
        self.look(Box::new(Lost {
            underway,
            failure,
            until,
            seen: String::new(),
            unread: String::new(),
        }))
    }

    /// Goes on where what a call should have changed cannot be read.
    pub(super) fn not_read(&mut self, mut lost: Lost, failure: &Failure) -> Step {
        // What an earlier reading showed is still the last that was read.
        lost.unread = not_read_in_words(failure, self.now);
        self.resolved(lost, CallOutcome::Unknown, None)
    }

    fn look(&mut self, lost: Box<Lost>) -> Step {
        let step = match look(&lost.underway.call) {
            Evidence::Plan(plan) => Step::Read(plan),
            Evidence::Key(plan, key) => Step::ReadKey(plan, key),
            Evidence::Plans => Step::ReadPlans,
            // An extension leaves no trace that reading could tell from other use.
            Evidence::Nothing => return self.resolved(*lost, CallOutcome::Unknown, None),
        };
        self.phase = Phase::Resolving(lost);
        step
    }

    /// It was read what became of a call.
    pub(super) fn resolved(
        &mut self,
        lost: Lost,
        shown: CallOutcome,
        now: Option<Arc<UsagePlan>>,
    ) -> Step {
        let outcome = match look(&lost.underway.call) {
            // Waiting shows nothing either.
            Evidence::Nothing => shown,
            _ => known(shown, self.now, lost.until),
        };
        let Lost {
            underway, failure, ..
        } = &lost;
        let differences = match (&now, &underway.predicted) {
            (Some(plan), Some(predicted)) => changes(predicted, &plan.settings),
            _ => Vec::new(),
        };
        if let Some(plan) = &now {
            self.is_now(plan);
        } else if outcome == CallOutcome::Applied && matches!(underway.call, Call::Delete { .. }) {
            self.is_gone();
        }
        let mut said = failure.happened();
        let then = match outcome {
            CallOutcome::Applied => {
                let words = known_by_reading(&underway.call, failure, now.as_deref());
                self.by_reading.extend(words);
                self.shown_as_made(underway, now.as_deref(), differences)
            }
            CallOutcome::NotApplied => Then::End(End::NotApplied(lost.failure)),
            CallOutcome::NotSeen => Then::Unseen(Box::new(lost)),
            CallOutcome::Changed | CallOutcome::Unknown => {
                self.open = Some(self.open_call(&lost));
                let seen = lost.last_seen();
                said = [said, seen.clone()].join(" ").trim_end().into();
                Then::End(End::Unconfirmed {
                    failure: lost.failure,
                    differences,
                    seen,
                })
            }
        };
        let mut step = self.tell(outcome, now, "", said, then);
        if let Step::Record(record) = &mut step
            && let Record::Sent(sent) = &mut **record
        {
            sent.by_reading = true;
        }
        step
    }

    /// Goes on behind a call that reading showed to be made: to the rest of it, unless that is
    /// not what was reviewed any more.
    fn shown_as_made(
        &mut self,
        underway: &Underway,
        now: Option<&UsagePlan>,
        differences: Vec<ChangedField>,
    ) -> Then {
        self.made += 1;
        self.made_parts.extend(self.in_hand.take());
        if let (Call::Create(_), Some(plan)) = (&underway.call, now) {
            self.waiting = calls(Some(plan), &self.wanted).into();
        }
        if let Some(end) = self.moved_meanwhile(underway, now) {
            return Then::End(end);
        }
        let theirs = differences.into_iter().map(|difference| difference.field);
        self.rebased.extend(theirs);
        Then::Next
    }

    /// Ends it where what is left to send is not what was reviewed any more: the plan as
    /// read shows the call that was made, and what others changed until then.
    fn moved_meanwhile(&mut self, underway: &Underway, now: Option<&UsagePlan>) -> Option<End> {
        let (Some(predicted), Some(now)) = (&underway.predicted, now) else {
            return None;
        };
        let is_done = self.waiting.is_empty();
        if is_done || matches!(underway.call, Call::Create(_)) || *predicted == now.settings {
            return None;
        }
        let merged = merge(predicted, &now.settings, &self.wanted);
        let is_deletion = matches!(self.aim, Aim::Delete { .. });
        let left = calls(Some(now), &merged.settings);
        if left.is_empty() && self.keys.is_empty() && !is_deletion {
            // Somebody else made the rest of it.
            self.waiting.clear();
            return None;
        }
        if is_deletion || !merged.conflicts.is_empty() || self.waiting != left {
            return Some(End::Moved(Box::new(merged)));
        }
        self.wanted = merged.settings;
        None
    }

    /// Nobody waits any longer for what was not seen.
    pub(super) fn not_seen(&mut self, lost: Lost) -> Step {
        self.open = Some(self.open_call(&lost));
        self.end(End::NotSeen(lost.failure))
    }

    fn open_call(&self, lost: &Lost) -> Box<OpenCall> {
        Box::new(OpenCall {
            at: self.called_at,
            intent: (*lost.underway.intent).clone(),
        })
    }
}

impl Lost {
    /// The last reading of it, and that it could not be read since.
    fn last_seen(&self) -> String {
        let seen = format!("{} {}", self.seen, self.unread);
        seen.trim().to_owned()
    }
}

/// The words for how it is known that a call was made whose answer does not say so; none
/// where the plan shows it and no answer came.
fn known_by_reading(call: &Call, failure: &Failure, now: Option<&UsagePlan>) -> Option<String> {
    let answer = match &failure.kind {
        FailureKind::BadAnswer { .. } => Some(failure.in_short()),
        _ => None,
    };
    if let (Call::Create(_), Some(plan)) = (call, now) {
        let answer = answer.unwrap_or_else(|| "no answer came".to_owned());
        return Some(format!("{answer}; {}", taken_for(&plan.id)));
    }
    answer.map(|answer| format!("{answer}; the plan was read again"))
}
