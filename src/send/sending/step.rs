//! The steps of a change that is sent, and the ends that it can come to.

use std::sync::Arc;
use std::time::Duration;

use crate::gateway::Failure;
use crate::journal::{OpenCall, Record, Sent};
use crate::plan::{Call, ChangedField, Field, Merged, Partly, PlanId, UsagePlan};

/// The step to be done next.
#[derive(Debug)]
pub enum Step {
    /// Wait until the next update may go, and say so to `Sending::slot`.
    Slot {
        /// The refusal that the last one met, where it met one.
        refused: Option<SlotRefusal>,
    },
    /// Read this plan and hand the answer to `Sending::read`.
    Read(PlanId),
    /// See whether this API key is in this plan and say so to `Sending::key_read`.
    ReadKey(PlanId, String),
    /// Read all plans and hand the answer to `Sending::plans_read`.
    ReadPlans,
    /// Wait until `Sending::unseen_until`, and say so to `Sending::look_again`: the
    /// call was not seen yet, and may still be made.
    Unseen,
    /// Write this into the journal and say to `Sending::recorded` that it is there.
    Record(Box<Record>),
    /// Send this call and hand the answer to `Sending::sent`.
    Call(Call),
    /// Nothing more can be sent or read with these credentials. When there are others,
    /// `Sending::resume` goes on with the same, or `Sending::give_up` ends it.
    Held(Box<Failure>),
    /// It is over.
    Done(Box<Outcome>),
}

/// An update came too soon for the service, and was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotRefusal {
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
