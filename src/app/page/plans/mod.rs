//! The page of the plans: the list, the detail of the selected plan, and the first steps of a newcomer.

pub mod detail;
pub(crate) mod greeting;
