//! Drafts and the history of sent changes, on disk.

mod record;

pub use record::{
    Begun, DraftKey, DraftRecord, EntryId, Fate, Intent, Planned, Record, SendId, Sent,
};
