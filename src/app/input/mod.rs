//! The way of a key, a click, the wheel and a repeat count to what is in front.

pub(crate) mod act;
pub mod copying;
pub(crate) mod count;
pub(crate) mod dues;
pub mod hints;
pub(crate) mod many;
pub(crate) mod mouse;
pub(crate) mod open;
pub(crate) mod views;
