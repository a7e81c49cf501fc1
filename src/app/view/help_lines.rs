//! The lines of the help page, generated from the key map.

use crate::app::keys::command::Command;
use crate::app::keys::keymap::{Binding, Keymap, Place};
use crate::text::wrap::{width, wrap};

/// A line of the help page, fitted to its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// The head of a group: a place, or what the sentences below are about.
    Head(String),
    /// The task that the commands below belong to, within a long group.
    Task(&'static str),
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
const NOTES: [&str; 11] = [
    "Filter: words that all have to fit, best match first. gold also with letters between, 'gold \
     as it stands, ^gold at the start of the name or ID, gold$ at the end, !gold without it. \
     Words are also found in description, stages (petstore:prod) and tags (team=pay).",
    "Numbers: 1500, 1_500, 1.5k, 1.5M. Changes: 200, +50, +20%, -10%, x2.",
    "Signs: ~ has a draft, x is an error, ! a warning, ? was sent with an uncertain outcome; in a \
     draft + is added, ~ changed, - removed.",
    "Marked plans (a tick or x before the name) are changed, reviewed and sent together.",
    "The way of a change: edit, staged operations, checks, review, read again, send, compare.",
    "Nothing is sent before the review. Leaving a page keeps the draft.",
    "Rates are requests per second and per API key; bursts are requests; all times are UTC.",
    "A number before a movement repeats it: 12<down>; 40<bottom> goes to the 40th line.",
    "<command-line> finds any command, plan and account by name, also what has no key; it takes \
     changes too: rate +20%.",
    "Colors: plangate --theme light (dark, light, high-contrast, okabe-ito, none), or theme in \
     the configuration.",
    "plangate --plain prints any page as lines, for screen readers, pipes and logs.",
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

/// The commands of a place under their tasks; commands that belong together stay in the
/// order of the key map. What is not searched for is left out.
fn by_task<'a>(keymap: &'a Keymap, place: Place, sought: &Sought) -> Vec<&'a Binding> {
    let bindings = keymap.bindings(place).iter();
    let mut found: Vec<&Binding> = bindings
        .filter(|binding| sought.fits(keymap, place, binding.command))
        .collect();
    found.sort_by_key(|binding| binding.command.task());
    found
}

/// From so many commands on, those of a place stand under the titles of their tasks.
pub const MANY: usize = 9;

/// What is searched for on the help page: words of which each must fit.
struct Sought(Vec<String>);

impl Sought {
    fn new(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_owned).collect())
    }

    /// True where a word is one of the keys, as it is written, or stands in the name, the
    /// description or a synonym.
    fn fits(&self, keymap: &Keymap, place: Place, command: Command) -> bool {
        let keys = keymap.keys(place, command);
        let fits = |word: &String| {
            let is_key = keys.iter().any(|key| key.to_string() == *word);
            // A single letter is a key: as a part of words it would find everything.
            if is_key || word.chars().count() == 1 {
                return is_key;
            }
            let word = word.to_lowercase();
            let texts = [command.name(), command.help()];
            let mut texts = texts.iter().chain(command.synonyms());
            texts.any(|text| text.to_lowercase().contains(&word))
        };
        self.0.iter().all(fits)
    }

    fn fits_text(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.0
            .iter()
            .all(|word| text.contains(&word.to_lowercase()))
    }
}

/// The lines of the help page in so many columns: what can be done here, what can be
/// done everywhere, what is worth knowing, and the other places.
#[must_use]
pub fn lines(keymap: &Keymap, here: Place, columns: usize) -> Vec<HelpLine> {
    lines_on(keymap, here, columns, "")
}

/// As [`lines`], with only what fits the words of a text; where nothing does, a sentence
/// that says so.
#[must_use]
pub fn lines_on(keymap: &Keymap, here: Place, columns: usize, text: &str) -> Vec<HelpLine> {
    let widths = Columns::of(keymap, columns);
    let sought = Sought::new(text);
    let mut lines = Vec::new();
    let others = keymap.places();
    let others = others.filter(|place| *place != here && *place != Place::Everywhere);
    let others: Vec<Place> = others.collect();
    if here != Place::Everywhere {
        lines.extend(place_lines(keymap, here, &widths, &sought, true));
    }
    lines.extend(place_lines(
        keymap,
        Place::Everywhere,
        &widths,
        &sought,
        false,
    ));
    lines.extend(note_lines(keymap, here, columns, &sought));
    for place in others {
        lines.extend(place_lines(keymap, place, &widths, &sought, false));
    }
    // Each group ends with a blank line.
    if lines.pop().is_none() {
        let none = "  No key and no command fits: <back> shows all.";
        lines.push(HelpLine::Text(keymap.fill(here, none)));
    }
    lines
}

fn place_lines(
    keymap: &Keymap,
    place: Place,
    widths: &Columns,
    sought: &Sought,
    is_here: bool,
) -> Vec<HelpLine> {
    let bindings = by_task(keymap, place, sought);
    if bindings.is_empty() {
        return Vec::new();
    }
    let title = place.title();
    let title = if is_here {
        format!("Here: {title}")
    } else {
        title.to_owned()
    };
    let mut lines = vec![HelpLine::Head(title)];
    let has_tasks = bindings.len() >= MANY;
    let mut task = None;
    for binding in bindings {
        let of = binding.command.task();
        if has_tasks && task != Some(of) {
            lines.push(HelpLine::Task(of.title()));
            task = Some(of);
        }
        let keys = keys_of(keymap, place, binding.command);
        lines.extend(widths.lines(&keys, binding.command));
    }
    lines.push(HelpLine::Blank);
    lines
}

fn note_lines(keymap: &Keymap, here: Place, columns: usize, sought: &Sought) -> Vec<HelpLine> {
    let notes = NOTES.iter().map(|note| keymap.fill(here, note));
    let notes: Vec<String> = notes.filter(|note| sought.fits_text(note)).collect();
    if notes.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![HelpLine::Head("Good to know".to_owned())];
    for note in notes {
        let parts = wrap(&note, columns.saturating_sub(2 * INDENT));
        lines.extend(parts.iter().enumerate().map(|(at, part)| {
            let indent = if at == 0 { INDENT } else { 2 * INDENT };
            HelpLine::Text(format!("{}{part}", " ".repeat(indent)))
        }));
    }
    lines.push(HelpLine::Blank);
    lines
}
