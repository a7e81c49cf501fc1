//! The hints at the foot, generated from the key map.

use std::ops::Range;

use crate::app::Screen;
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::stack::Stack;
use crate::send::Mode;
use crate::text::wrap::width;

/// A hint at the foot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it asks for.
    pub command: Command,
    /// The key to press.
    pub key: String,
    /// What it does, in a word.
    pub word: &'static str,
    /// Whether it does something now.
    pub works: bool,
}

/// A hint and the columns that it takes in the line at the foot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedHint {
    /// The hint.
    pub hint: Hint,
    /// From its first column to behind its last.
    pub columns: Range<usize>,
}

impl Stack {
    /// The hints that fit so many columns, and whether there are more. The number that is
    /// typed stands before them.
    #[must_use]
    pub fn hint_line(&self, core: &Core, columns: usize) -> (Vec<PlacedHint>, bool) {
        let mut used = core
            .operator
            .count
            .map_or(0, |count| count.to_string().len() + 1);
        let mut placed = Vec::new();
        let mut hints = self.hints(core).into_iter().peekable();
        while let Some(hint) = hints.next() {
            // What does nothing now stands in brackets.
            let brackets = if hint.works { 0 } else { 2 };
            let wide = width(&hint.key) + 1 + width(hint.word) + brackets;
            // Two spaces part it from the next, and a mark says that more follow.
            let behind = if hints.peek().is_some() { 3 } else { 0 };
            if used + wide + behind > columns {
                return (placed, true);
            }
            let columns = used..used + wide;
            used += wide + 2;
            placed.push(PlacedHint { hint, columns });
        }
        (placed, false)
    }

    /// False where a hint for a command would only take room here. `is_own` where it is
    /// bound in this place, `works` where it does something now.
    fn is_worth_a_hint(&self, core: &Core, command: Command, is_own: bool, works: bool) -> bool {
        let place = self.place();
        match command {
            Command::Back => !core.is_at_the_start(),
            // Elsewhere it is worth a hint when the credentials do not hold.
            Command::Refresh => {
                let is_identity = matches!(self.screen(), Some(Screen::Identity(_)));
                let reads = place != Place::Everywhere || is_identity;
                (reads && is_own) || core.must_connect()
            }
            // Who is in one place asks for others by the help page or the command line.
            Command::Places => core.seat.places > 1,
            Command::Theirs
            | Command::Mine
            | Command::Base
            | Command::Resolve
            | Command::ShowText => works,
            // Nor what only some reviews and some lists have.
            Command::MarkKey if place == Place::Picker => works,
            Command::MoveKey | Command::LeaveOut | Command::KeyPlans
                if place == Place::ChangeReview =>
            {
                works
            }
            _ => true,
        }
    }

    /// What can be pressed now, most telling first.
    #[must_use]
    pub fn hints(&self, core: &Core) -> Vec<Hint> {
        let place = self.place();
        let own = core.keymap.bindings(place).iter();
        let everywhere = match place {
            place if place.falls_back() => core.keymap.bindings(Place::Everywhere),
            _ => &[],
        };
        let mut hints: Vec<Hint> = Vec::new();
        for binding in own.chain(everywhere) {
            let word = match binding.command {
                Command::Pause if core.outbox.queue.mode() == Mode::Paused => "go on",
                command => command.short(),
            };
            if word.is_empty() || hints.iter().any(|hint| hint.word == word) {
                continue;
            }
            let keys = core.keymap.keys(place, binding.command);
            let Some(key) = keys.first() else {
                continue;
            };
            let works = self.obstacle(core, binding.command).is_none();
            let is_own = core.keymap.bindings(place).contains(binding);
            if !self.is_worth_a_hint(core, binding.command, is_own, works) {
                continue;
            }
            hints.push(Hint {
                command: binding.command,
                key: key.to_string(),
                word,
                works,
            });
        }
        // Help, back and the way out stay in sight however narrow it is.
        let first = |hint: &Hint| {
            let name = hint.word;
            u8::from(
                ![Command::Help, Command::Back, Command::Send]
                    .iter()
                    .any(|c| c.short() == name),
            )
        };
        hints.sort_by_key(first);
        hints
    }
}

impl Core {
    /// The key to press for a command, from the key map: a sentence that names a key takes
    /// it from here.
    #[must_use]
    pub fn key_for(&self, command: Command) -> String {
        self.keymap.label(self.here.page, command)
    }

    /// The key that goes back from what is being typed or asked.
    #[must_use]
    pub fn back_key(&self) -> String {
        self.keymap.label(self.here.keys, Command::Back)
    }

    /// A sentence of the program's own with the keys in it; see [`Keymap::fill`](crate::app::keys::keymap::Keymap::fill).
    /// `<same-place>` stands for the place whose account this is too.
    #[must_use]
    pub fn with_keys(&self, sentence: &'static str) -> String {
        let filled = self.keymap.fill(self.here.page, sentence);
        match &self.seat.same_as {
            Some(place) => filled.replace("<same-place>", place),
            None => filled,
        }
    }
}
