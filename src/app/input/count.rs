//! Numbers before a movement, which repeat it.

use crossterm::event::KeyEvent;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::{Key, Place};
use crate::app::stack::Stack;

/// The largest number; more digits change nothing.
const MOST: u32 = 999_999;

impl Core {
    /// Whether a key is a digit of a number before a movement; then it is taken.
    pub(in crate::app) fn counts(&mut self, place: Place, event: KeyEvent) -> bool {
        let digit = Key::of(event).digit().filter(|_| place.falls_back());
        let Some(digit) = digit else {
            return false;
        };
        // A number does not begin with 0, and a digit may have a meaning of its own.
        let is_first = self.operator.count.is_none();
        if (is_first && digit == 0)
            || self.is_too_small()
            || self.keymap.command(place, event).is_some()
        {
            return false;
        }
        let count = self.operator.count.unwrap_or(0);
        let more = count.saturating_mul(10).saturating_add(digit);
        self.operator.count = Some(if more > MOST { count } else { more });
        true
    }
}

impl Stack {
    /// Does a command; a movement as often as the number says, where there is one.
    /// With a number, the first and the last line are the line of that number.
    pub(in crate::app) fn act_so_often(
        &mut self,
        core: &mut Core,
        command: Command,
        count: Option<u32>,
    ) {
        let Some(count) = count.filter(|_| command.is_movement()) else {
            return self.act(core, command);
        };
        let times = isize::try_from(count).unwrap_or(isize::MAX);
        match command {
            Command::Down => self.go(core, times),
            Command::Up => self.go(core, -times),
            Command::PageDown => self.go(core, self.page(core).saturating_mul(times)),
            Command::PageUp => self.go(core, self.page(core).saturating_mul(-times)),
            Command::Top | Command::Bottom => {
                self.go(core, isize::MIN);
                self.go(core, times.saturating_sub(1));
            }
            _ => {
                // A row of cells or of values is never that long.
                for _ in 0..count.min(1000) {
                    self.act(core, command);
                }
            }
        }
    }
}
