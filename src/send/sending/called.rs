//! A call that came back, accepted or refused, and the record of that.

use std::sync::Arc;

use super::{End, MOST_REFUSALS, Phase, Sending, Step, Then, Underway, unlike_predicted};
use crate::gateway::{Failure, FailureKind, Reply};
use crate::journal::{CallOutcome, Record, Sent};
use crate::plan::{Call, UsagePlan, calls, changes};

impl Sending {
    /// Writes down what came of a call.
    pub(super) fn tell(
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

    pub(super) fn accepted(&mut self, underway: Underway, reply: Reply) -> Step {
        let Reply { plan, request_id } = reply;
        match plan {
            // An answer may be stale: what holds is read before the operator is alarmed.
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

    /// Takes a plan for what the service has now.
    pub(super) fn is_now(&mut self, plan: &Arc<UsagePlan>) {
        self.latest = Some(plan.clone());
        self.is_shown = true;
    }

    /// Takes the plan for deleted.
    pub(super) fn is_gone(&mut self) {
        self.latest = None;
        self.is_shown = false;
    }

    /// A call was made, and this is the plan as it is afterwards, where that is shown.
    pub(super) fn made(
        &mut self,
        underway: Underway,
        shown: Option<UsagePlan>,
        request_id: &str,
    ) -> Step {
        self.made += 1;
        self.made_parts.extend(self.in_hand.take());
        // The limit is on refusals in a row: an accepted call shows that slots are free
        // again.
        self.refusals = 0;
        let Underway {
            call, predicted, ..
        } = underway;
        let surprises = match (&shown, &predicted) {
            (Some(plan), Some(predicted)) => changes(predicted, &plan.settings),
            _ => Vec::new(),
        };
        let plan = match (&call, shown) {
            (_, Some(plan)) => Some(plan),
            // These answer nothing; what they do is taken for done.
            (Call::Tag { .. } | Call::Untag { .. }, None) => {
                let id = self.latest.as_ref().map(|plan| plan.id.clone());
                id.zip(predicted)
                    .map(|(id, settings)| UsagePlan { id, settings })
            }
            (_, None) => None,
        };
        let plan = plan.map(Arc::new);
        if let Call::Delete { .. } = &call {
            self.is_gone();
        } else if let Some(plan) = &plan {
            self.is_now(plan);
        }
        if let (Call::Create(_), Some(plan)) = (&call, &plan) {
            // What creation cannot carry follows, with the identifier that it gave.
            self.waiting = calls(Some(plan), &self.wanted).into();
        }
        let said = unlike_predicted(&surprises);
        let then = if surprises.is_empty() {
            Then::Next
        } else {
            // With a surprise the rest is not sent: it was reviewed on top of something
            // else.
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
    pub(super) fn refused(&mut self, underway: Underway, failure: Failure) -> Step {
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
            // Nothing was changed, so the same call is right once there are credentials.
            (_, kind) if kind.is_of_credentials() => {
                self.wait_again(underway.call);
                Then::Held(failure)
            }
            _ => Then::End(End::NotSent(failure)),
        };
        self.tell(CallOutcome::NotApplied, None, "", said, then)
    }
}
