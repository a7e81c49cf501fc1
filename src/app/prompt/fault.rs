//! The faults of what is being typed, told below it.

use super::Prompt;
use crate::app::core::Core;
use crate::app::page::limits::Seen;
use crate::plan::limits::load::Load;

impl Prompt {
    /// The fault of what is typed for the matrix: the load that it offers, or what was seen.
    #[must_use]
    pub fn fault(&self, core: &Core) -> Option<String> {
        let (input, fault) = match self {
            Self::Load(input) => (input, Load::parse(&input.text()).err()),
            Self::Seen(input) => (input, Seen::parse(&input.text()).err()),
            _ => return None,
        };
        // Where nothing is typed yet, only who presses enter is told.
        let is_typed = !input.text().trim().is_empty();
        fault.filter(|_| is_typed || core.notice.is_some())
    }
}
