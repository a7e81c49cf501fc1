//! Prompts, which ask for one thing in front of a page: a text, a number, a choice, a yes.

pub mod consent;
pub mod extend;
mod fault;
pub mod input;
pub mod items;
pub mod palette;
pub mod picker;
pub mod tweak;
pub mod tweak_line;
