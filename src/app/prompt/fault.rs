//! The faults of what is being typed, told below it.

use super::Prompt;
use crate::app::core::Core;
use crate::app::page::limits::Seen;
use crate::config::ListColumn;
use crate::plan::limits::load::Load;
use crate::text::nearest;

impl Prompt {
    /// The fault of what is typed: the load that is offered, what was seen, or columns.
    #[must_use]
    pub fn fault(&self, core: &Core) -> Option<String> {
        let (input, fault) = match self {
            Self::Load(input) => (input, Load::parse(&input.text()).err()),
            Self::Columns(input) => (input, fault_of_columns(&input.text())),
            Self::Seen(input) => (input, Seen::parse(&input.text()).err()),
            _ => return None,
        };
        // Where nothing is typed yet, only who presses enter is told.
        let is_typed = !input.text().trim().is_empty();
        fault.filter(|_| is_typed || core.notice.is_some())
    }
}

/// The fault of the names of columns.
fn fault_of_columns(text: &str) -> Option<String> {
    let wrong = ListColumn::parse(text).err()?;
    let names = ListColumn::ALL.map(ListColumn::name);
    let message = match nearest(&wrong, &names) {
        _ if ListColumn::named(&wrong).is_some() => format!("{wrong} stands there twice"),
        Some(meant) => format!("{wrong:?} is not a column; did you mean {meant}?"),
        None => {
            let names = names.join(", ");
            format!("{wrong:?} is not a column; the columns are {names}")
        }
    };
    Some(message)
}
