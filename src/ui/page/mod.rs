//! The pages, drawn: each under the name that its state has in `app`.

pub(crate) mod bulk_review;
pub(crate) mod change_review;
pub(crate) mod exhaustion;
pub(crate) mod extension;
pub(crate) mod findings;
pub(crate) mod form;
pub(crate) mod help;
pub(crate) mod history;
pub(crate) mod identity;
pub(crate) mod keys;
pub(crate) mod limits;
pub(crate) mod patch;
pub mod plans;
pub(crate) mod queue;
pub(crate) mod requests;
pub(crate) mod review;
pub(crate) mod text;
pub(crate) mod usage;
