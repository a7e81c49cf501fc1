//! The messages to the task that owns the account, and its replies.

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use super::answer::Answer;
use super::call::Operation;
use super::faults::{InjectedFault, Mishap};

/// A message to the owner of the account.
#[derive(Debug)]
pub(super) enum ControlMessage {
    Call(Received),
    Schedule(InjectedFault),
    ClearFaults,
    Requests(oneshot::Sender<Vec<ReceivedRequest>>),
}

/// A call that came in.
#[derive(Debug)]
pub(super) struct Received {
    pub call: Operation,
    pub request: ReceivedRequest,
    pub reply: oneshot::Sender<ControlReply>,
}

/// A request as it came in, for tests that look at what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceivedRequest {
    /// The operation as the model names it.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// The path with its query, as sent.
    pub path: String,
    /// The body as sent; bytes that are not UTF-8 are replaced.
    pub body: String,
}

/// The owner's reply: an answer, and what is to happen to it on its way.
#[derive(Debug)]
pub(super) struct ControlReply {
    pub answer: Answer,
    pub mishap: Option<Mishap>,
}

/// Schedules faults from within the process; the same queue that the admin path feeds.
#[derive(Debug, Clone)]
pub struct Faults(pub(super) mpsc::UnboundedSender<ControlMessage>);

impl Faults {
    /// Adds a fault. Calls that are sent after this returns meet it.
    pub fn schedule(&self, fault: InjectedFault) {
        // Nobody listens once the emulator has stopped, and then nothing can go wrong any more.
        drop(self.0.send(ControlMessage::Schedule(fault)));
    }

    /// Undoes all faults that did not happen yet.
    pub fn clear(&self) {
        drop(self.0.send(ControlMessage::ClearFaults));
    }
}
