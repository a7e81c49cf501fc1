//! Text as a person sees it: lines that fit, what may be shown, numbers with their units. Knows nothing of plans.

pub mod human;
pub mod showable;

pub mod wrap;
