//! The way of a key, a click, the wheel and a repeat count to what is in front.

pub(crate) mod act;
mod again;
pub(crate) mod answer;
pub mod copying;
pub(crate) mod count;
mod filter;
mod finding;
pub mod hints;
pub(crate) mod mouse;
pub(crate) mod offer;
pub(crate) mod views;
