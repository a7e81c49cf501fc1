//! Commands, and the key map that leads to them.

pub mod command;
pub mod foot;
pub mod keymap;
