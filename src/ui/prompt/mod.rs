//! The prompts, drawn: each under the name that its state has in `app`.

pub(crate) mod palette;
pub(crate) mod picker;
pub(crate) mod tweak_line;
