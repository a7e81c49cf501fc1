//! What is being sent, found out and undone.

pub(crate) mod deletion;
pub(crate) mod recovery;
pub(crate) mod resolution;
pub(crate) mod sending;
pub(crate) mod settle;
pub mod undo;
pub(crate) mod words;
