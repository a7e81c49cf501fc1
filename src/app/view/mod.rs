//! Sizes, scrolling and lines that the screen and the plain text both show.

pub mod brief;
pub mod cells;
pub mod layout;
mod parts;
pub mod review_line;
pub mod scroll;
