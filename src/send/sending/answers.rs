//! The answers that a change waits for: a reading, a record that is kept, a call that
//! came back.

use std::sync::Arc;

use super::{End, Phase, Sending, Step, Then};
use crate::gateway::{Failure, FailureKind, Reply};
use crate::journal::CallOutcome;
use crate::plan::{Aim, UsagePlan};
use crate::send::outcome::{outcome_of_key, outcome_of_plan, shown_in_words};

impl Sending {
    /// The plan was read.
    #[must_use]
    pub fn read(&mut self, answer: Result<UsagePlan, Failure>) -> Option<Step> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Reading => Some(match answer {
                Ok(theirs) => self.compare(theirs),
                Err(failure) if failure.kind == FailureKind::NotFound => match self.aim {
                    // Somebody else deleted it: it is as it was wanted.
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
                // The call was accepted in any case; where reading fails, the answer is all
                // that is known.
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
            // The intent is on disk already, so the journal has to hear that nothing came
            // of it.
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
                // The first fault is kept: those that follow mostly have the same cause.
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
}
