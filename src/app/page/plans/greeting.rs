//! The greeting for a newcomer below the list, until it is closed for good.

use crate::app::core::Core;
use crate::app::message::Effect;
use crate::app::stack::Stack;

/// Five lines that fit 60 columns with the keys that ship.
const LINES: [&str; 5] = [
    "<down> and <up> move, <open> opens a plan, <filter> filters the list.",
    "<rate>, <burst>, <quota> change a limit: 200, +20%, x2; <tweak-plans> changes many.",
    "<limits> shows which limit applies, <usage> the usage, <history> what was sent.",
    "<review> reviews and sends; <mouse> gives the mouse back.",
    "<command-line> finds any command, <help> shows all keys; <back> closes this.",
];

impl Stack {
    /// The lines of the greeting; none where it was closed.
    #[must_use]
    pub fn greeting(&self, core: &Core) -> Vec<String> {
        let lines = LINES.iter().take(usize::from(self.greeting_height(core)));
        lines.map(|line| core.with_keys(line)).collect()
    }

    /// The number of lines that the greeting takes. Asked for several times a frame, so
    /// it names no keys.
    pub(in crate::app) fn greeting_height(&self, core: &Core) -> u16 {
        let is_shown = core.operator.greets && self.screen().is_none();
        if is_shown {
            u16::try_from(LINES.len()).unwrap_or(u16::MAX)
        } else {
            0
        }
    }

    /// Closes it for good, where it is shown.
    pub(in crate::app) fn close_greeting(&mut self, core: &mut Core) -> bool {
        let is_shown = self.greeting_height(core) > 0;
        if is_shown {
            core.operator.greets = false;
            core.effects.push(Effect::Greeted);
        }
        is_shown
    }
}
