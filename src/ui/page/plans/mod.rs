//! The page of the plans: the list of one place or of all, the detail, the first steps.

pub(crate) mod detail;
pub(crate) mod greeting;
pub(crate) mod list;
pub(crate) mod together;
