//! Drafts and the history of sent changes, on disk.

#[cfg(test)]
mod arbitrary;
mod folder;
mod keeper;
mod line;
mod past;
mod read;
mod record;
mod recover;
mod shape;
#[cfg(test)]
mod tests;
mod writer;

pub use folder::{Unusable, make_private_folder, root, state_folder};
pub use keeper::WriteFailure;
pub use line::VERSION;
pub use past::{EntryState, PastEntry, PastSend, PastStep};
pub use read::Damage;
pub use record::{
    Begun, DraftKey, DraftRecord, EntryId, Fate, Intent, Planned, Record, SendId, Sent,
};
pub use recover::{OlderDraft, Recovered};
pub use writer::Journal;
