//! Sizes, scrolling and lines that the screen and the plain text both show.

pub mod brief;
pub mod cells;
pub mod copyable;
pub mod help_lines;
pub mod layout;
pub mod level;
mod parts;
pub mod review_line;
pub mod scroll;
