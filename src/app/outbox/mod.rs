//! The changes that are being sent, found out and undone.

pub(crate) mod deletion;
pub mod extending;
pub mod extension;
pub(crate) mod handover;
pub(crate) mod recovery;
pub(crate) mod resolution;
pub(crate) mod sending;
pub(crate) mod transfers;
pub mod undo;
pub(crate) mod undo_last;
pub(crate) mod words;

use std::time::Duration;

use crate::plan::PlanId;
use crate::send::{Queue, Slots};

/// The changes that are being sent, found out and undone.
#[derive(Debug)]
pub struct Outbox {
    /// The changes that are being sent.
    pub queue: Queue,
    /// The extension that is on its way.
    pub(in crate::app) extending: Option<extending::Extending>,
    /// The extensions that were reviewed and not sent.
    pub(in crate::app) unsent: extending::Unsent,
    /// The drafts of the changes in the queue, and the words on those that are over.
    pub(in crate::app) sends: sending::Sends,
    /// The leftovers of an earlier run.
    pub(in crate::app) recovery: recovery::Recovery,
    /// Calls of which it is not known whether they were made.
    pub(in crate::app) resolution: resolution::Resolution,
    /// The undo that is being read for.
    pub(in crate::app) undoing: Option<undo::Undoing>,
    /// The plan whose last send is to be undone, once the history was read.
    pub(in crate::app) undo_last: Option<PlanId>,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            queue: Queue::new(Slots::new(Duration::ZERO)),
            sends: sending::Sends::default(),
            recovery: recovery::Recovery::default(),
            resolution: resolution::Resolution::default(),
            extending: None,
            unsent: extending::Unsent::default(),
            undoing: None,
            undo_last: None,
        }
    }
}
