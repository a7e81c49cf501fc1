//! The help page and the hints at the foot, generated from the key map.

use std::ops::Range;

use super::App;
use super::command::Command;
use super::keymap::{Keymap, Place};
use super::wrap::width;

/// A line of the help page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// A place.
    Place(&'static str),
    /// A command with its keys.
    Command {
        /// All of its keys.
        keys: String,
        /// What it does.
        help: &'static str,
    },
    /// A sentence.
    Text(String),
    /// Nothing.
    Blank,
}

/// What is worth saying beside the keys.
const NOTES: [&str; 11] = [
    "Filter: letters in order match name and id; 'gold as one word, ^gold at the start,",
    "gold$ at the end, !gold not. Description, stages and tags match as plain text.",
    "Numbers: 1500, 1_500, 1.5k, 1.5M. Tweaks: 200, +50, +20%, -10%, x2.",
    "Signs: * has a draft, ! deserves a look, ? was sent with an uncertain outcome;",
    "+ is added, ~ is changed, - is taken away.",
    "Marked plans (a tick or x before the name) are tweaked, reviewed and sent together.",
    "An edit travels: field, staged operations, checks, review, read again, send, compare.",
    "Nothing is sent but from the review. Leaving a pane keeps the draft.",
    "Rates are requests per second and per API key; bursts are requests; all times are UTC.",
    "A number before a movement repeats it: 12<down>; 40<bottom> goes to the 40th line.",
    "<command-line> does anything by its name and goes to any plan; what has no key has a name.",
];

/// The lines of the help page.
#[must_use]
pub fn lines(keymap: &Keymap) -> Vec<HelpLine> {
    let mut lines: Vec<HelpLine> = NOTES
        .iter()
        .map(|note| HelpLine::Text(keymap.fill(Place::List, note)))
        .collect();
    for place in keymap.places() {
        lines.push(HelpLine::Blank);
        lines.push(HelpLine::Place(place.title()));
        for binding in keymap.bindings(place) {
            let keys = keymap.keys(place, binding.command);
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            let help = binding.command.help();
            lines.push(HelpLine::Command {
                keys: match keys.join(" ") {
                    // By its name on the command line.
                    none if none.is_empty() => format!(":{}", binding.command.name()),
                    keys => keys,
                },
                help,
            });
        }
    }
    lines
}

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

impl App {
    /// The hints that fit so many columns, and whether there are more. The number that is
    /// typed stands before them.
    #[must_use]
    pub fn hint_line(&self, columns: usize) -> (Vec<PlacedHint>, bool) {
        let mut used = self.count.map_or(0, |count| count.to_string().len() + 1);
        let mut placed = Vec::new();
        let mut hints = self.hints().into_iter().peekable();
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

    /// What to press for a command, from the key map: a sentence that names a key takes
    /// it from here.
    #[must_use]
    pub fn key_for(&self, command: Command) -> String {
        self.keymap.label(self.screen_place(), command)
    }

    /// What to press to go back from what is being typed or asked.
    #[must_use]
    pub fn back_key(&self) -> String {
        self.keymap.label(self.place(), Command::Back)
    }

    /// A sentence of the program's own with the keys in it; see [`Keymap::fill`].
    #[must_use]
    pub fn with_keys(&self, sentence: &'static str) -> String {
        self.keymap.fill(self.screen_place(), sentence)
    }

    /// What can be pressed now, most telling first.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let place = self.place();
        let own = self.keymap.bindings(place).iter();
        let everywhere = match place {
            place if place.falls_back() => self.keymap.bindings(Place::Everywhere),
            _ => &[],
        };
        let mut hints: Vec<Hint> = Vec::new();
        for binding in own.chain(everywhere) {
            let word = binding.command.short();
            if word.is_empty() || hints.iter().any(|hint| hint.word == word) {
                continue;
            }
            let keys = self.keymap.keys(place, binding.command);
            let Some(key) = keys.first() else {
                continue;
            };
            if binding.command == Command::Back && self.is_at_the_start() {
                continue;
            }
            let works = self.obstacle(binding.command).is_none();
            let settles = matches!(
                binding.command,
                Command::Theirs
                    | Command::Mine
                    | Command::Base
                    | Command::Settle
                    | Command::ShowText
            );
            // Nor what only some reviews and some lists have.
            let is_rare = match place {
                Place::Picker => binding.command == Command::MarkKey,
                Place::Aims => matches!(
                    binding.command,
                    Command::MoveKey | Command::LeaveOut | Command::KeyPlans
                ),
                _ => false,
            };
            if (settles || is_rare) && !works {
                continue;
            }
            // Who is in one place asks for others by the help page or the command line.
            if binding.command == Command::Places && self.seat.places < 2 {
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
