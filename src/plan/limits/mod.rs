//! What holds: the limit of each method of a stage, and what a token bucket lets through.

pub mod bucket;
pub mod effective;
pub mod load;
pub mod simulate;
pub(crate) mod spelling;
pub mod zero;
