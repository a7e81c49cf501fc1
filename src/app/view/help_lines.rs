//! The lines of the help page, generated from the key map.

use crate::app::keys::command::Command;
use crate::app::keys::keymap::{Keymap, Place};
use crate::text::wrap::{width, wrap};

/// A line of the help page, fitted to its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// The head of a group: a place, or what the sentences below are about.
    Head(String),
    /// A command, or what of it goes on from the line above.
    Command {
        /// Its keys, as wide as all of them.
        keys: String,
        /// Its name on the command line, as wide as all of them; empty where it stands
        /// before what it does.
        name: String,
        /// What it does.
        help: String,
    },
    /// A sentence.
    Text(String),
    /// Nothing.
    Blank,
}

/// What is worth saying beside the keys.
const NOTES: [&str; 10] = [
    "Filter: words that all have to fit, best match first. gold also with letters between, 'gold \
     as it stands, ^gold at the start of the name or ID, gold$ at the end, !gold without it. \
     Words are also found in description, stages (petstore:prod) and tags (team=pay).",
    "Numbers: 1500, 1_500, 1.5k, 1.5M. Tweaks: 200, +50, +20%, -10%, x2.",
    "Signs: * has a draft, ! deserves a look, ? was sent with an uncertain outcome; + is added, ~ \
     is changed, - is taken away.",
    "Marked plans (a tick or x before the name) are tweaked, reviewed and sent together.",
    "An edit travels: field, staged operations, checks, review, read again, send, compare.",
    "Nothing is sent but from the review. Leaving a pane keeps the draft.",
    "Rates are requests per second and per API key; bursts are requests; all times are UTC.",
    "A number before a movement repeats it: 12<down>; 40<bottom> goes to the 40th line.",
    "<command-line> does anything by its name, the one beside the key here, and goes to any plan; \
     what has no key has a name.",
    "plangate --plain prints any view as lines, for screen readers, pipes and logs.",
];

/// Below so many columns the name stands before what it does, in one column.
const THREE_COLUMNS: usize = 76;

/// How wide the keys stand at most; more of them go on below.
const WIDEST_KEYS: usize = 18;

/// How far a command is set in, and what parts its columns.
const INDENT: usize = 2;

/// How wide the columns are.
struct Columns {
    keys: usize,
    /// 0 where the name stands before what the command does.
    name: usize,
    help: usize,
}

impl Columns {
    fn of(keymap: &Keymap, columns: usize) -> Self {
        let (mut keys, mut name) = (0, 0);
        for place in keymap.places() {
            for binding in keymap.bindings(place) {
                keys = keys.max(width(&keys_of(keymap, place, binding.command)));
                name = name.max(width(binding.command.name()));
            }
        }
        let keys = keys.min(WIDEST_KEYS);
        let name = if columns < THREE_COLUMNS { 0 } else { name };
        let parted = if name == 0 { 1 } else { 2 };
        let help = columns.saturating_sub(INDENT + keys + name + parted * INDENT);
        Self {
            keys,
            name,
            help: help.max(10),
        }
    }

    /// A command in as many lines as it needs.
    fn lines(&self, keys: &str, command: Command) -> impl Iterator<Item = HelpLine> {
        let (name, help) = match self.name {
            0 => (
                String::new(),
                format!("{}: {}", command.name(), command.help()),
            ),
            _ => (command.name().to_owned(), command.help().to_owned()),
        };
        let keys = wrap(keys, self.keys);
        let help = wrap(&help, self.help);
        let widths = (self.keys, self.name);
        (0..keys.len().max(help.len())).map(move |at| {
            let part = |of: &[String]| of.get(at).cloned().unwrap_or_default();
            let name = if at == 0 { name.as_str() } else { "" };
            HelpLine::Command {
                keys: padded(part(&keys).trim_end(), widths.0),
                name: padded(name, widths.1),
                help: part(&help),
            }
        })
    }
}

fn padded(text: &str, columns: usize) -> String {
    let space = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(space))
}

/// The keys of a command in a place; empty where only its name asks for it.
fn keys_of(keymap: &Keymap, place: Place, command: Command) -> String {
    let keys = keymap.keys(place, command);
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    keys.join(" ")
}

/// The lines of the help page in so many columns: what can be done here, what can be
/// done everywhere, what is worth knowing, and the other places.
#[must_use]
pub fn lines(keymap: &Keymap, here: Place, columns: usize) -> Vec<HelpLine> {
    let widths = Columns::of(keymap, columns);
    let mut lines = Vec::new();
    let place_lines = |lines: &mut Vec<HelpLine>, place: Place| {
        if !lines.is_empty() {
            lines.push(HelpLine::Blank);
        }
        let title = match place {
            place if place == here && here != Place::Everywhere => {
                format!("Here: {}", place.title())
            }
            place => place.title().to_owned(),
        };
        lines.push(HelpLine::Head(title));
        for binding in keymap.bindings(place) {
            let keys = keys_of(keymap, place, binding.command);
            lines.extend(widths.lines(&keys, binding.command));
        }
    };
    if here != Place::Everywhere {
        place_lines(&mut lines, here);
    }
    place_lines(&mut lines, Place::Everywhere);
    lines.push(HelpLine::Blank);
    lines.push(HelpLine::Head("Good to know".to_owned()));
    for note in NOTES {
        let note = keymap.fill(here, note);
        for (at, part) in wrap(&note, columns.saturating_sub(2 * INDENT))
            .iter()
            .enumerate()
        {
            let indent = if at == 0 { INDENT } else { 2 * INDENT };
            lines.push(HelpLine::Text(format!("{}{part}", " ".repeat(indent))));
        }
    }
    for place in keymap.places() {
        if place != here && place != Place::Everywhere {
            place_lines(&mut lines, place);
        }
    }
    lines
}
