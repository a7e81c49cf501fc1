//! What every page shares: who and where you are, the plans, what was read around them, the drafts, the questions under way and what was said last.

pub(crate) mod answers;
pub(crate) mod autosave;
pub mod catalogue;
pub mod drafts;
pub(crate) mod membership;
pub mod plans;
pub(crate) mod presence;
pub(crate) mod tweaks;
