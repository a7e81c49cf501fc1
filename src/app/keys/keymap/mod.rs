//! The key map: what a key means in a place, and what to call it.
//!
//! Input is matched against it, and the hints at the foot, the help page and every
//! sentence that names a key are generated from it.

mod file;
mod key;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;

use super::command::Command;

pub use file::WrongKeymap;
pub use key::Key;

/// The key map that plangate ships.
const SHIPPED: &str = include_str!("../../../../assets/keymap.toml");

/// A place in the dashboard that has keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Holds wherever a place does not say otherwise.
    Everywhere,
    /// The list of plans.
    List,
    /// The detail of the selected plan.
    Detail,
    /// The form.
    Form,
    /// The staged operations beside the form.
    Staged,
    /// The patch editor.
    Patch,
    /// The review before sending.
    Review,
    /// The review of changes that come from no draft.
    ChangeReview,
    /// One review for many drafts.
    BulkReview,
    /// The throttle matrix.
    Limits,
    /// The usage of a plan's API keys.
    Usage,
    /// The API keys of a plan.
    Keys,
    /// The API keys of all plans that will run out.
    Exhaustion,
    /// The review of an extension of a key's remaining requests.
    Extension,
    /// The findings.
    Findings,
    /// The history of what was sent.
    History,
    /// The send queue.
    Queue,
    /// The requests that were sent.
    Requests,
    /// The page of the caller.
    Identity,
    /// The help.
    Help,
    /// A text to select from.
    Text,
    /// A list to choose from.
    Picker,
    /// A line that tweaks plans, being typed.
    TweakLine,
    /// The command line.
    CommandLine,
    /// A text that is being typed.
    Typing,
    /// A question to answer.
    Confirm,
}

impl Place {
    /// All places, in the order of the help page.
    pub const ALL: [Self; 26] = [
        Self::Everywhere,
        Self::List,
        Self::Detail,
        Self::Form,
        Self::Staged,
        Self::Patch,
        Self::Review,
        Self::ChangeReview,
        Self::BulkReview,
        Self::Limits,
        Self::Usage,
        Self::Keys,
        Self::Exhaustion,
        Self::Extension,
        Self::Findings,
        Self::History,
        Self::Queue,
        Self::Requests,
        Self::Identity,
        Self::Help,
        Self::Text,
        Self::Picker,
        Self::TweakLine,
        Self::CommandLine,
        Self::Typing,
        Self::Confirm,
    ];

    /// Its name in the key map.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::List => "list",
            Self::Detail => "detail",
            Self::Form => "form",
            Self::Staged => "staged",
            Self::Patch => "patch",
            Self::Review => "review",
            Self::ChangeReview => "aims",
            Self::BulkReview => "bulk-review",
            Self::Limits => "limits",
            Self::Usage => "usage",
            Self::Keys => "keys",
            Self::Exhaustion => "exhaustion",
            Self::Extension => "extension",
            Self::Findings => "findings",
            Self::History => "history",
            Self::Queue => "queue",
            Self::Requests => "requests",
            Self::Identity => "who",
            Self::Help => "help",
            Self::Text => "text",
            Self::Picker => "picker",
            Self::TweakLine => "tweak-line",
            Self::CommandLine => "command-line",
            Self::Typing => "typing",
            Self::Confirm => "confirm",
        }
    }

    /// Its title on the help page.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::List => "List of plans",
            Self::Detail => "Detail of a plan",
            Self::Form => "Form",
            Self::Staged => "Staged operations",
            Self::Patch => "Patch editor",
            Self::Review => "Review",
            Self::ChangeReview => "Review of keys and deletions",
            Self::BulkReview => "Review of many plans",
            Self::Limits => "Limits of a plan",
            Self::Usage => "Usage of API keys",
            Self::Keys => "API keys of a plan",
            Self::Exhaustion => "Exhaustion: API keys whose quota runs out",
            Self::Extension => "Review of an extension",
            Self::Findings => "Findings",
            Self::History => "History",
            Self::Queue => "Send queue",
            Self::Requests => "Requests",
            Self::Identity => "Who you are",
            Self::Help => "Help",
            Self::Text => "Text",
            Self::Picker => "Choosing from a list",
            Self::TweakLine => "Tweak line",
            Self::CommandLine => "Command line",
            Self::Typing => "Typing in a field",
            Self::Confirm => "Question",
        }
    }

    /// True where text is typed, so that letters are no keys.
    fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Patch | Self::Picker | Self::TweakLine | Self::CommandLine | Self::Typing
        )
    }

    /// Returns true where keys that the place does not name are looked up everywhere,
    /// rather than being text or nothing.
    #[must_use]
    pub fn falls_back(self) -> bool {
        !self.takes_text() && self != Self::Confirm
    }
}

/// The meaning of every key in every place.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    places: BTreeMap<Place, Vec<Binding>>,
}

/// A command and its keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// Its command.
    pub command: Command,
    /// The keys, the first being the one to show; none where the operator wants none.
    pub keys: Vec<Key>,
    /// The line of the operator's file that says so, counted from 1; `None` where
    /// plangate ships it so.
    pub line: Option<usize>,
}

impl Keymap {
    /// The key map that plangate ships.
    ///
    /// # Errors
    /// Fails where the embedded file is wrong, which a test rules out.
    pub fn shipped() -> Result<Self, WrongKeymap> {
        file::shipped(SHIPPED)
    }

    /// The shipped key map with the changes of the operator's file, where there is one:
    /// what it is called, and its text.
    ///
    /// # Errors
    /// The first thing that is wrong in it, as [`Self::with`] tells it.
    pub fn of(changes: Option<(&str, &str)>) -> Result<Self, WrongKeymap> {
        let shipped = Self::shipped()?;
        match changes {
            Some((file, text)) => shipped.with(file, text),
            None => Ok(shipped),
        }
    }

    /// The same commands without keys: then sentences call them by their names.
    #[must_use]
    pub fn without_keys(mut self) -> Self {
        for binding in self.places.values_mut().flatten() {
            binding.keys.clear();
        }
        self
    }

    /// The meaning of a key in a place; `None` for nothing, or for text.
    #[must_use]
    pub fn command(&self, place: Place, event: KeyEvent) -> Option<Command> {
        self.meaning(place, Key::of(event))
    }

    fn meaning(&self, place: Place, key: Key) -> Option<Command> {
        let of = |place| {
            let mut bindings = self.bindings(place).iter();
            let bound = bindings.find(|b: &&Binding| b.keys.contains(&key));
            bound.map(|b| b.command)
        };
        // Where text is typed, only what must always work is taken from everywhere, and
        // no letter is.
        let passes =
            |command: &Command| place.falls_back() || (command.is_always() && !key.is_text());
        of(place).or_else(|| of(Place::Everywhere).filter(passes))
    }

    /// The bindings of a place, in the order of the file.
    #[must_use]
    pub fn bindings(&self, place: Place) -> &[Binding] {
        self.places.get(&place).map_or(&[], Vec::as_slice)
    }

    /// Returns true where a command has a meaning in a place, with a key or without.
    #[must_use]
    pub fn belongs(&self, place: Place, command: Command) -> bool {
        let has = |place| self.bindings(place).iter().any(|b| b.command == command);
        has(place) || (has(Place::Everywhere) && (place.falls_back() || command.is_always()))
    }

    /// The keys that ask for a command in a place, the one to show first.
    #[must_use]
    pub fn keys(&self, place: Place, command: Command) -> Vec<Key> {
        let bound = [place, Place::Everywhere].into_iter();
        let bound = bound.flat_map(|place| self.bindings(place));
        let bound = bound.filter(|binding| binding.command == command);
        let mut keys: Vec<Key> = Vec::new();
        for key in bound.flat_map(|binding| &binding.keys) {
            // A place may give a key that holds everywhere another meaning.
            if self.meaning(place, *key) == Some(command) && !keys.contains(key) {
                keys.push(*key);
            }
        }
        keys
    }

    /// The thing to press for a command in a place: its key; where it has none there,
    /// that of the first place that has one; else the line that the command line takes.
    #[must_use]
    pub fn label(&self, place: Place, command: Command) -> String {
        let of = |place| self.keys(place, command).first().copied();
        let key = of(place).or_else(|| self.places().find_map(of));
        key.map_or_else(|| format!(":{}", command.name()), |key| key.to_string())
    }

    /// The places, in the order of the help page.
    pub fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.places.keys().copied()
    }

    /// The places that a command has a meaning in.
    pub fn places_of(&self, command: Command) -> impl Iterator<Item = Place> + '_ {
        let has = move |place: &Place| self.bindings(*place).iter().any(|b| b.command == command);
        self.places().filter(has)
    }

    /// A sentence of the program's own with the keys in it: `<refresh>` stands for
    /// what to press for `refresh` in this place.
    #[must_use]
    pub fn fill(&self, place: Place, sentence: &'static str) -> String {
        let mut filled = String::with_capacity(sentence.len());
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once('<') {
            filled.push_str(before);
            let named = after
                .split_once('>')
                .and_then(|(name, after)| Some((Command::named(name)?, after)));
            if let Some((command, after)) = named {
                filled.push_str(&self.label(place, command));
                rest = after;
            } else {
                // A sentence may have a sign of its own that names no command.
                filled.push('<');
                rest = after;
            }
        }
        filled + rest
    }
}
