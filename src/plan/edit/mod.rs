//! What is wanted: drafts, tweaks, merges, and undoing what was made.

pub mod aim;
pub mod bulk;
pub(crate) mod changes;
pub mod draft;
pub mod jump;
pub(crate) mod merge;
pub mod tweak;
pub mod undo;
