//! The task that owns the account. Calls come to it as messages, one after the other.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::account::Account;
use super::answer::Answer;
use super::call::Operation;
use super::clock::Clock;
use super::faults::{FaultKind, FaultQueue, Mishap};
use super::limits::{Buckets, Limits};
use super::messages::{ControlMessage, ControlReply, ReceivedRequest};
use super::refusal::Refusal;
use super::store::Store;
use crate::task::{self, Job};

/// The most calls that are remembered for tests to look at.
const REMEMBERED_CALLS: usize = 200;

/// Everything that the owner knows.
pub(super) struct Control {
    pub account: Account,
    pub store: Option<Arc<Store>>,
    pub limits: Limits,
    pub clock: Clock,
    pub faults: FaultQueue,
    pub buckets: Buckets,
    pub requests: std::collections::VecDeque<ReceivedRequest>,
    /// Set where requests are remembered.
    pub remember: bool,
}

impl Control {
    /// Serves until nobody can send any more.
    pub async fn run(mut self, mut messages: mpsc::UnboundedReceiver<ControlMessage>) {
        while let Some(message) = messages.recv().await {
            match message {
                ControlMessage::Schedule(fault) => self.faults.schedule(fault),
                ControlMessage::ClearFaults => self.faults.clear(),
                ControlMessage::Requests(reply) => {
                    drop(reply.send(self.requests.iter().cloned().collect()));
                }
                ControlMessage::Call(received) => {
                    if self.remember {
                        // The oldest goes: an emulator that runs for days must not grow with its calls.
                        if self.requests.len() == REMEMBERED_CALLS {
                            self.requests.pop_front();
                        }
                        self.requests.push_back(received.request);
                    }
                    let reply = self.serve(received.call).await;
                    // The client may have gone; its change stays made.
                    drop(received.reply.send(reply));
                }
            }
        }
    }

    async fn serve(&mut self, call: Operation) -> ControlReply {
        let fault = self.faults.take(&call);
        // It takes the place of the call before the buckets are asked, so that it costs no
        // token.
        if let Some(refusal) = fault.as_ref().and_then(|fault| fault.refusal(call.name())) {
            return ControlReply {
                answer: refusal.into(),
                mishap: None,
            };
        }
        let mishap = match fault {
            Some(FaultKind::ResetBefore) => {
                return ControlReply {
                    answer: Answer::empty(200),
                    mishap: Some(Mishap::Reset),
                };
            }
            Some(FaultKind::Delay(delay)) => Some(Mishap::Late(delay)),
            Some(FaultKind::ResetAfter) => Some(Mishap::Reset),
            Some(FaultKind::Truncated) => Some(Mishap::Truncated),
            Some(FaultKind::NotJson) => Some(Mishap::NotJson),
            Some(FaultKind::Endless) => Some(Mishap::Endless),
            _ => None,
        };
        let answer = self.carry_out(call, fault).await;
        ControlReply { answer, mishap }
    }

    async fn carry_out(&mut self, call: Operation, fault: Option<FaultKind>) -> Answer {
        let now = self.clock.now();
        if self.limits == Limits::Aws
            && let Err(refusal) = self.buckets.take(call.name(), now)
        {
            return refusal.into();
        }
        let mut changed = call.writes();
        // Only needed to take a change back that cannot be written to disk.
        let before = (changed && self.store.is_some()).then(|| self.account.clone());
        let mut instead = None;
        match fault {
            Some(FaultKind::ChangedByOther { plan, operations }) => {
                if let Some(plan) = plan.as_deref().or(call.plan()) {
                    // Without the limits: whoever schedules it wants it made.
                    changed |= self
                        .account
                        .update_usage_plan(plan, &operations, Limits::None)
                        .is_ok();
                }
            }
            Some(FaultKind::Says { body }) => {
                instead = Some(Answer {
                    body: body.into_bytes(),
                    ..Answer::empty(200)
                });
            }
            Some(FaultKind::Lie) => {
                if let Operation::UpdateUsagePlan { plan, .. } = &call {
                    instead = self.account.get_usage_plan(plan).ok();
                }
            }
            _ => {}
        }
        let answer = call
            .perform(&mut self.account, now, self.limits)
            .unwrap_or_else(Answer::from);
        if changed
            && answer.is_success()
            && let Err(refusal) = self.save().await
        {
            if let Some(before) = before {
                self.account = before;
            }
            return refusal.into();
        }
        // A refusal is always told as it is: only what was done can be told otherwise.
        instead.filter(|_| answer.is_success()).unwrap_or(answer)
    }

    /// Puts the account on disk, if it is kept there.
    async fn save(&self) -> Result<(), Refusal> {
        let Some(store) = self.store.clone() else {
            return Ok(());
        };
        let failed = |reason: String| {
            Refusal::new(
                503,
                "ServiceUnavailableException",
                format!("The change was not made: {reason}"),
            )
        };
        let text = Store::text(&self.account).map_err(failed)?;
        match task::blocking(Job::SaveAccount, move || store.write(&text)).await {
            Ok(written) => written.map_err(|error| failed(error.to_string())),
            Err(error) => Err(failed(error.to_string())),
        }
    }
}
