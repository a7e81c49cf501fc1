//! Faults on demand: what can be told to go wrong with the next calls.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::call::Operation;
use super::patch::SentOperation;
use super::refusal::Refusal;

/// Something to go wrong with some of the next calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InjectedFault {
    /// The operation as the model names it, `UpdateUsagePlan` for instance; `None` is any.
    #[serde(default)]
    pub operation: Option<String>,
    /// The number of matching calls that pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// The number of matching calls that it then happens to.
    #[serde(default = "once")]
    pub times: u32,
    /// The mishap itself.
    #[serde(flatten)]
    pub kind: FaultKind,
}

fn once() -> u32 {
    1
}

impl InjectedFault {
    /// A fault for the next call of an operation.
    #[must_use]
    pub fn next(operation: &str, kind: FaultKind) -> Self {
        Self {
            operation: Some(operation.to_owned()),
            skip: 0,
            times: 1,
            kind,
        }
    }
}

/// A mishap of a call. Where a fault spoils the answer (`Delay`, `ResetAfter`, `Truncated`,
/// `NotJson`, `Endless`, `Lie`), the call itself is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub enum FaultKind {
    /// The call is carried out at once and answered late.
    #[serde(deserialize_with = "milliseconds")]
    Delay(Duration),
    /// 429 `TooManyRequestsException`; nothing is done.
    Throttle {
        /// Seconds for the header `Retry-After`.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// 500; nothing is done.
    InternalError,
    /// 503 `ServiceUnavailableException`; nothing is done.
    Unavailable,
    /// 403 `AccessDeniedException`; nothing is done.
    AccessDenied,
    /// 403 `ExpiredTokenException`; nothing is done.
    ExpiredToken,
    /// The connection is reset; nothing is done.
    ResetBefore,
    /// The call is carried out, then the connection is reset instead of an answer.
    ResetAfter,
    /// The answer breaks off in the middle of its body.
    Truncated,
    /// The answer's body is an HTML page.
    NotJson,
    /// The answer's body starts well and never ends: a trickle of white space.
    Endless,
    /// Somebody else's change lands just before the call is carried out.
    ChangedByOther {
        /// The plan that is changed; `None` is the plan of the call.
        #[serde(default)]
        plan: Option<String>,
        /// The change, as `UpdateUsagePlan` takes it. One that is refused changes nothing.
        operations: Vec<SentOperation>,
    },
    /// The call is carried out, then answered with this text instead of its own answer.
    Says {
        /// The body.
        body: String,
    },
    /// An update of a usage plan is stored, but answered with the plan as it was before. Other
    /// calls are answered truly.
    Lie,
}

impl FaultKind {
    /// Somebody else gives the plan of the call another name.
    #[must_use]
    pub fn renamed_by_other(name: &str) -> Self {
        Self::ChangedByOther {
            plan: None,
            operations: vec![SentOperation::new("replace", "/name", name)],
        }
    }

    /// The refusal that takes the place of the call, if this fault is one.
    pub(super) fn refusal(&self, operation: &str) -> Option<Refusal> {
        Some(match self {
            Self::Throttle { retry_after } => Refusal {
                retry_after: *retry_after,
                ..Refusal::too_many_requests()
            },
            // The texts of the rest are inferred: none is in the model.
            Self::InternalError => Refusal::new(500, "InternalFailure", "Internal Failure"),
            Self::Unavailable => {
                Refusal::new(503, "ServiceUnavailableException", "Service Unavailable")
            }
            Self::AccessDenied => Refusal::new(
                403,
                "AccessDeniedException",
                format!(
                    "User: arn:aws:iam::123456789012:user/operator is not authorized to perform: {} because no \
                     identity-based policy allows the action ({operation})",
                    iam_action(operation)
                ),
            ),
            Self::ExpiredToken => Refusal::new(
                403,
                "ExpiredTokenException",
                "The security token included in the request is expired",
            ),
            _ => return None,
        })
    }
}

/// The action that IAM would name: the HTTP verb.
fn iam_action(operation: &str) -> String {
    let verb = match operation {
        "TagResource" => "PUT",
        name if name.starts_with("Create") => "POST",
        name if name.starts_with("Update") => "PATCH",
        name if name.starts_with("Delete") || name.starts_with("Untag") => "DELETE",
        _ => "GET",
    };
    format!("apigateway:{verb} on resource: arn:aws:apigateway:us-east-1::/*")
}

/// A mishap of an answer on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    Late(Duration),
    Reset,
    Truncated,
    NotJson,
    Endless,
}

/// The faults still to come, in the order in which they were scheduled.
#[derive(Debug, Default)]
pub(super) struct FaultQueue(VecDeque<InjectedFault>);

impl FaultQueue {
    pub fn schedule(&mut self, fault: InjectedFault) {
        if fault.times > 0 {
            self.0.push_back(fault);
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault for this call: the first that matches and skips no more. A matching fault that
    /// still skips lets the call pass to the next one.
    pub fn take(&mut self, call: &Operation) -> Option<FaultKind> {
        let name = call.name();
        for at in 0..self.0.len() {
            let Some(fault) = self.0.get_mut(at) else {
                break;
            };
            if fault
                .operation
                .as_deref()
                .is_some_and(|wanted| wanted != name)
            {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times -= 1;
            let kind = fault.kind.clone();
            if fault.times == 0 {
                self.0.remove(at);
            }
            return Some(kind);
        }
        None
    }
}

/// Over HTTP a delay is `{"kind": "delay", "milliseconds": 500}`.
fn milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    #[derive(Deserialize)]
    struct Delay {
        milliseconds: u32,
    }
    Delay::deserialize(deserializer).map(|delay| Duration::from_millis(delay.milliseconds.into()))
}
