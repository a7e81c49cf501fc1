//! One draft on its way to the service: read again, merge, send, compare.
//!
//! A state machine without I/O. It says what to do next ([`Step`]); whoever
//! drives it does that and hands back what came of it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::gateway::{Failure, FailureKind};
use crate::plan::call::Call;
use crate::plan::{
    ChangedField, Field, Merged, PlanId, Settings, UsagePlan, calls, changes, merge, predict,
};

/// What is to be done next.
#[derive(Debug)]
pub enum Step {
    /// Read this plan and hand the answer to [`Sending::read`].
    Read(PlanId),
    /// Send this call and hand the answer to [`Sending::sent`].
    Call(Call),
    /// It is over.
    Done(Box<Outcome>),
}

/// How it ended.
#[derive(Debug)]
pub struct Outcome {
    /// The plan as the service showed it on the way; `None` where it did not.
    pub latest: Option<Arc<UsagePlan>>,
    /// What happened.
    pub end: End,
}

/// What happened to a draft that was sent.
#[derive(Debug)]
pub enum End {
    /// All of it was sent and accepted.
    Sent {
        /// Where the answer is not what was predicted.
        surprises: Vec<ChangedField>,
        /// Fields that somebody else had changed meanwhile, and that were kept.
        rebased: Vec<Field>,
    },
    /// Nothing was sent: the plan moved, and what would be sent now is not what
    /// was reviewed.
    Moved(Box<Merged>),
    /// Nothing was sent: the plan is gone.
    Gone(Failure),
    /// The call that failed changed nothing. Calls before it may have, and
    /// `latest` has them.
    NotSent(Failure),
    /// The answer was lost, and reading the plan shows that it was not changed.
    NotApplied(Failure),
    /// The operator stopped it before anything was sent.
    Cancelled,
    /// The answer was lost, and it could not be settled whether the change was made.
    Unconfirmed {
        /// Why the answer was lost.
        failure: Failure,
        /// How the plan as read differs from what was predicted; empty where it
        /// could not be read.
        differences: Vec<ChangedField>,
    },
    /// There was nothing to send: the plan is as it is wanted.
    Nothing,
}

/// A draft on its way.
#[derive(Debug)]
pub struct Sending {
    /// The plan as last known.
    latest: Option<Arc<UsagePlan>>,
    /// Whether the service showed it on the way.
    is_shown: bool,
    wanted: Settings,
    reviewed: Vec<Call>,
    waiting: VecDeque<Call>,
    rebased: Vec<Field>,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// The plan is being read again.
    Reading,
    /// A call is under way, and this is what it should lead to.
    Calling {
        call: Call,
        predicted: Box<Settings>,
    },
    /// The answer was lost; the plan is being read to see what became of it.
    Settling {
        failure: Failure,
        predicted: Box<Settings>,
        /// Whether the operator gave up waiting: then the call may still be on its
        /// way, and a plan that reads as before proves nothing.
        given_up: bool,
    },
}

impl Sending {
    /// Begins to send: `base` is the plan as last read (`None` for a new one),
    /// `wanted` what it is to become.
    #[must_use]
    pub fn new(base: Option<Arc<UsagePlan>>, wanted: Settings) -> (Self, Step) {
        let reviewed = calls(base.as_deref(), &wanted);
        let mut sending = Self {
            waiting: reviewed.iter().cloned().collect(),
            reviewed,
            latest: base,
            is_shown: false,
            wanted,
            rebased: Vec::new(),
            phase: Phase::Reading,
        };
        let step = match &sending.latest {
            Some(plan) if !sending.waiting.is_empty() => Step::Read(plan.id.clone()),
            _ => sending.next(),
        };
        (sending, step)
    }

    /// Stops it. A call that is under way may have been made already, and may
    /// still be: its plan is read to see.
    #[must_use]
    pub fn cancel(&mut self) -> Step {
        match std::mem::replace(&mut self.phase, Phase::Reading) {
            Phase::Reading => self.end(End::Cancelled),
            Phase::Calling { call, predicted } => {
                let target = self.latest.as_ref().map(|plan| plan.id.0.clone());
                let lost = FailureKind::Lost;
                let failure = Failure::new(call.operation(), target.unwrap_or_default(), lost)
                    .saying("you stopped waiting for the answer");
                self.settle_by_reading(failure, predicted, true)
            }
            Phase::Settling { failure, .. } => {
                let differences = Vec::new();
                self.end(End::Unconfirmed {
                    failure,
                    differences,
                })
            }
        }
    }

    /// What is being done, for the operator.
    #[must_use]
    pub fn doing(&self) -> String {
        match &self.phase {
            Phase::Reading => "reading the plan again".to_owned(),
            Phase::Calling { call, .. } => format!("sending {}", call.operation()),
            Phase::Settling { .. } => "the answer was lost: reading the plan to see".to_owned(),
        }
    }

    /// The plan was read.
    #[must_use]
    pub fn read(&mut self, answer: Result<UsagePlan, Failure>) -> Step {
        match std::mem::replace(&mut self.phase, Phase::Reading) {
            Phase::Settling {
                failure,
                predicted,
                given_up,
            } => self.settle(failure, &predicted, given_up, answer),
            Phase::Reading | Phase::Calling { .. } => match answer {
                Ok(theirs) => self.compare(theirs),
                Err(failure) if failure.kind == FailureKind::NotFound => {
                    self.end(End::Gone(failure))
                }
                Err(failure) => self.end(End::NotSent(failure)),
            },
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
        let now = calls(Some(&theirs), &merged.settings);
        if now.is_empty() {
            // Somebody else made the same change.
            return self.end(End::Nothing);
        }
        if !merged.conflicts.is_empty() || now != self.reviewed {
            return self.end(End::Moved(Box::new(merged)));
        }
        self.rebased = merged.moved;
        self.wanted = merged.settings;
        self.next()
    }

    /// A call came back.
    #[must_use]
    pub fn sent(&mut self, answer: Result<Option<UsagePlan>, Failure>) -> Step {
        let Phase::Calling { call, predicted } = std::mem::replace(&mut self.phase, Phase::Reading)
        else {
            return self.end(End::Nothing);
        };
        match answer {
            Ok(answered) => self.accepted(&call, &predicted, answered),
            Err(failure) if failure.surely_unchanged() => self.end(End::NotSent(failure)),
            Err(failure) => self.settle_by_reading(failure, predicted, false),
        }
    }

    /// Reads the plan to see what became of a call. A new plan whose answer was
    /// lost has no id to read it by.
    fn settle_by_reading(
        &mut self,
        failure: Failure,
        predicted: Box<Settings>,
        given_up: bool,
    ) -> Step {
        let Some(plan) = &self.latest else {
            let differences = Vec::new();
            return self.end(End::Unconfirmed {
                failure,
                differences,
            });
        };
        let id = plan.id.clone();
        self.phase = Phase::Settling {
            failure,
            predicted,
            given_up,
        };
        Step::Read(id)
    }

    fn accepted(&mut self, call: &Call, predicted: &Settings, answered: Option<UsagePlan>) -> Step {
        // TagResource and UntagResource answer nothing.
        let plan = answered.or_else(|| {
            let id = self.latest.as_ref()?.id.clone();
            Some(UsagePlan {
                id,
                settings: predicted.clone(),
            })
        });
        let Some(plan) = plan else {
            return self.end(End::Nothing);
        };
        let surprises = changes(predicted, &plan.settings);
        let plan = Arc::new(plan);
        self.latest = Some(plan.clone());
        self.is_shown = true;
        if matches!(call, Call::Create(_)) {
            // What creation cannot carry follows, with the id that it gave.
            self.waiting = calls(Some(&plan), &self.wanted).into();
        }
        if surprises.is_empty() {
            self.next()
        } else {
            self.end(End::Sent {
                surprises,
                rebased: self.rebased.clone(),
            })
        }
    }

    fn settle(
        &mut self,
        failure: Failure,
        predicted: &Settings,
        given_up: bool,
        answer: Result<UsagePlan, Failure>,
    ) -> Step {
        let Ok(plan) = answer else {
            return self.end(End::Unconfirmed {
                failure,
                differences: Vec::new(),
            });
        };
        self.is_shown = true;
        let before = self.latest.replace(Arc::new(plan.clone()));
        let differences = changes(predicted, &plan.settings);
        if differences.is_empty() {
            return self.next();
        }
        if !given_up && before.is_some_and(|before| before.settings == plan.settings) {
            return self.end(End::NotApplied(failure));
        }
        self.end(End::Unconfirmed {
            failure,
            differences,
        })
    }

    fn next(&mut self) -> Step {
        let Some(call) = self.waiting.pop_front() else {
            let end = if self.reviewed.is_empty() {
                End::Nothing
            } else {
                End::Sent {
                    surprises: Vec::new(),
                    rebased: self.rebased.clone(),
                }
            };
            return self.end(end);
        };
        let before = self
            .latest
            .as_ref()
            .map(|plan| plan.settings.clone())
            .unwrap_or_default();
        // An update is made by diff, which gives nothing that cannot be applied.
        let predicted = predict(&before, &call).unwrap_or_else(|_| self.wanted.clone());
        self.phase = Phase::Calling {
            call: call.clone(),
            predicted: Box::new(predicted),
        };
        Step::Call(call)
    }

    fn end(&mut self, end: End) -> Step {
        self.waiting.clear();
        Step::Done(Box::new(Outcome {
            latest: self.latest.clone().filter(|_| self.is_shown),
            end,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Op, PatchOperation};

    fn plan(name: &str, description: &str) -> UsagePlan {
        let settings = Settings {
            name: name.to_owned(),
            description: description.to_owned(),
            ..Settings::default()
        };
        UsagePlan {
            id: PlanId("w0mvrr".to_owned()),
            settings,
        }
    }

    /// A draft that renames the plan "old" to "new", and what it wants first.
    fn renaming() -> (Sending, Step) {
        let base = Arc::new(plan("old", ""));
        Sending::new(Some(base), plan("new", "").settings)
    }

    fn lost() -> Failure {
        Failure::new("UpdateUsagePlan", "w0mvrr", FailureKind::Lost)
    }

    fn end(step: Step) -> Outcome {
        match step {
            Step::Done(outcome) => *outcome,
            other => panic!("not over: {other:?}"),
        }
    }

    #[test]
    fn it_reads_again_sends_and_compares() {
        let (mut sending, step) = renaming();
        assert!(matches!(step, Step::Read(id) if id.0 == "w0mvrr"));
        let Step::Call(Call::Update { operations, .. }) = sending.read(Ok(plan("old", ""))) else {
            panic!("an update is wanted");
        };
        assert_eq!(
            operations,
            [PatchOperation::new(Op::Replace, "/name", "new")]
        );
        let outcome = end(sending.sent(Ok(Some(plan("new", "")))));
        assert!(matches!(outcome.end, End::Sent { surprises, .. } if surprises.is_empty()));
        assert_eq!(outcome.latest.unwrap().settings.name, "new");
    }

    #[test]
    fn an_answer_that_was_not_predicted_is_told() {
        let (mut sending, _) = renaming();
        let _ = sending.read(Ok(plan("old", "")));
        let End::Sent { surprises, .. } = end(sending.sent(Ok(Some(plan("old", ""))))).end else {
            panic!("it was sent");
        };
        assert_eq!(surprises.len(), 1);
    }

    #[test]
    fn another_field_that_moved_is_kept_and_said() {
        let (mut sending, _) = renaming();
        let step = sending.read(Ok(plan("old", "theirs")));
        assert!(
            matches!(step, Step::Call(_)),
            "the operations are as reviewed"
        );
        let End::Sent { rebased, surprises } =
            end(sending.sent(Ok(Some(plan("new", "theirs"))))).end
        else {
            panic!("it was sent");
        };
        assert_eq!(rebased, [Field::Description]);
        assert!(surprises.is_empty());
    }

    #[test]
    fn the_same_field_moved_and_nothing_is_sent() {
        let (mut sending, _) = renaming();
        let End::Moved(merged) = end(sending.read(Ok(plan("theirs", "")))).end else {
            panic!("it must not be sent");
        };
        assert_eq!(merged.conflicts.len(), 1);
    }

    #[test]
    fn a_plan_that_is_gone_is_not_sent_to() {
        let (mut sending, _) = renaming();
        let gone = Failure::new("GetUsagePlan", "w0mvrr", FailureKind::NotFound);
        assert!(matches!(end(sending.read(Err(gone))).end, End::Gone(_)));
    }

    #[test]
    fn a_lost_answer_is_settled_by_reading() {
        for (name, applied) in [("new", true), ("old", false)] {
            let (mut sending, _) = renaming();
            let _ = sending.read(Ok(plan("old", "")));
            let step = sending.sent(Err(lost()));
            assert!(
                matches!(step, Step::Read(_)),
                "it is read, never sent again"
            );
            let outcome = end(sending.read(Ok(plan(name, ""))));
            assert_eq!(matches!(outcome.end, End::Sent { .. }), applied);
            assert_eq!(matches!(outcome.end, End::NotApplied(_)), !applied);
        }
    }

    #[test]
    fn stopped_before_the_call_nothing_was_sent() {
        let (mut sending, _) = renaming();
        let outcome = end(sending.cancel());
        assert!(matches!(outcome.end, End::Cancelled));
        assert!(
            outcome.latest.is_none(),
            "the service showed nothing on the way"
        );
    }

    #[test]
    fn stopped_during_the_call_it_is_read_and_never_called_unchanged() {
        for (name, is_sent) in [("new", true), ("old", false)] {
            let (mut sending, _) = renaming();
            let _ = sending.read(Ok(plan("old", "")));
            assert!(matches!(sending.cancel(), Step::Read(_)));
            let outcome = end(sending.read(Ok(plan(name, ""))));
            assert_eq!(matches!(outcome.end, End::Sent { .. }), is_sent);
            assert_eq!(matches!(outcome.end, End::Unconfirmed { .. }), !is_sent);
        }
        let (mut sending, _) = renaming();
        let _ = sending.read(Ok(plan("old", "")));
        let _ = sending.cancel();
        assert!(matches!(end(sending.cancel()).end, End::Unconfirmed { .. }));
    }

    #[test]
    fn somebody_else_made_the_same_change_and_nothing_is_left_to_send() {
        let (mut sending, _) = renaming();
        let outcome = end(sending.read(Ok(plan("new", ""))));
        assert!(matches!(outcome.end, End::Nothing));
        assert!(outcome.latest.is_some());
    }

    #[test]
    fn what_cannot_be_settled_is_said_to_be_open() {
        let (mut sending, _) = renaming();
        let _ = sending.read(Ok(plan("old", "")));
        let _ = sending.sent(Err(lost()));
        let outcome = end(sending.read(Err(lost())));
        assert!(matches!(outcome.end, End::Unconfirmed { .. }));

        let (mut sending, _) = renaming();
        let _ = sending.read(Ok(plan("old", "")));
        let _ = sending.sent(Err(lost()));
        let outcome = end(sending.read(Ok(plan("somebody else's", ""))));
        assert!(
            matches!(outcome.end, End::Unconfirmed { differences, .. } if differences.len() == 1)
        );
    }

    #[test]
    fn a_refused_call_changed_nothing() {
        let (mut sending, _) = renaming();
        let _ = sending.read(Ok(plan("old", "")));
        let refused = Failure::new("UpdateUsagePlan", "w0mvrr", FailureKind::Refused);
        assert!(matches!(
            end(sending.sent(Err(refused))).end,
            End::NotSent(_)
        ));
    }

    #[test]
    fn what_creation_cannot_carry_follows_as_an_update() {
        let mut wanted = plan("new", "").settings;
        wanted.product_code = "prod-1".to_owned();
        let (mut sending, step) = Sending::new(None, wanted.clone());
        assert!(
            matches!(step, Step::Call(Call::Create(_))),
            "there is nothing to read"
        );
        let Step::Call(Call::Update {
            plan: id,
            operations,
        }) = sending.sent(Ok(Some(plan("new", ""))))
        else {
            panic!("the product code is missing");
        };
        assert_eq!(id.0, "w0mvrr");
        assert_eq!(
            operations,
            [PatchOperation::new(Op::Add, "/productCode", "prod-1")]
        );
        let made = UsagePlan {
            id,
            settings: wanted,
        };
        assert!(matches!(
            end(sending.sent(Ok(Some(made)))).end,
            End::Sent { .. }
        ));
    }

    #[test]
    fn an_update_that_fails_after_the_creation_leaves_the_made_plan() {
        let mut wanted = plan("new", "").settings;
        wanted.product_code = "prod-1".to_owned();
        let (mut sending, _) = Sending::new(None, wanted);
        let _ = sending.sent(Ok(Some(plan("new", ""))));
        let refused = Failure::new("UpdateUsagePlan", "w0mvrr", FailureKind::Refused);
        let outcome = end(sending.sent(Err(refused)));
        assert!(matches!(outcome.end, End::NotSent(_)));
        assert_eq!(outcome.latest.unwrap().id.0, "w0mvrr");
    }

    #[test]
    fn without_a_change_nothing_is_read_or_sent() {
        let base = Arc::new(plan("old", ""));
        let (_, step) = Sending::new(Some(base), plan("old", "").settings);
        assert!(matches!(end(step).end, End::Nothing));
    }
}
