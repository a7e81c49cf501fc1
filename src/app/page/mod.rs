//! The pages, one file or folder each: its state, what its keys do and why not, its rows, its text.

pub mod bulk_review;
pub mod change_review;
pub mod exhaustion;
pub mod extension;
pub mod findings;
pub mod form;
pub mod history;
pub mod identity;
pub mod keys;
pub mod limits;
pub mod patch;
pub mod plans;
pub mod queue;
pub mod review;
pub mod text;
pub mod usage;
