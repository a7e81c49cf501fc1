//! The key map: what a key means in a place, and what to call it.
//!
//! Input is matched against it, and the hints at the foot and the help page are
//! generated from it.

use std::collections::BTreeMap;
use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;

use super::command::Command;

const SHIPPED: &str = include_str!("../../assets/keymap.toml");

/// A place in the dashboard that has keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    Aims,
    /// One review for many drafts.
    BulkReview,
    /// The throttle matrix.
    Limits,
    /// The usage of a plan's API keys.
    Usage,
    /// The API keys of a plan.
    Keys,
    /// The API keys of all plans that will run out.
    AtRisk,
    /// The review of an extension of a key's remaining requests.
    Extension,
    /// The findings.
    Findings,
    /// What was sent.
    History,
    /// The send queue.
    Queue,
    /// A list to choose from.
    Picker,
    /// A line that tweaks plans, being typed.
    TweakLine,
    /// A text that is being typed.
    Typing,
    /// A question to answer.
    Confirm,
}

impl Place {
    /// How the help page calls it.
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
            Self::Aims => "Review of what will be done",
            Self::BulkReview => "Review of many",
            Self::Limits => "Throttle matrix",
            Self::Usage => "Usage of API keys",
            Self::Keys => "API keys of a plan",
            Self::AtRisk => "API keys that will run out",
            Self::Extension => "Review of an extension",
            Self::Findings => "Findings",
            Self::History => "History",
            Self::Queue => "Send queue",
            Self::Picker => "Choosing",
            Self::TweakLine => "Tweaking plans",
            Self::Typing => "Typing",
            Self::Confirm => "Question",
        }
    }

    /// Whether keys that the place does not name are looked up everywhere, rather
    /// than being text or nothing.
    fn falls_back(self) -> bool {
        !matches!(
            self,
            Self::Patch | Self::Picker | Self::TweakLine | Self::Typing | Self::Confirm
        )
    }
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Key {
    /// The key of an event. Shift is part of a character, so it does not count
    /// there.
    #[must_use]
    pub fn of(event: KeyEvent) -> Self {
        let kept = KeyModifiers::CONTROL | KeyModifiers::ALT;
        Self {
            code: event.code,
            modifiers: event.modifiers & kept,
        }
    }

    /// Whether it stands for a letter where text is typed.
    fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }

    fn parse(text: &str) -> Option<Self> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            if let Some(after) = rest.strip_prefix("ctrl-") {
                modifiers |= KeyModifiers::CONTROL;
                rest = after;
            } else if let Some(after) = rest.strip_prefix("alt-") {
                modifiers |= KeyModifiers::ALT;
                rest = after;
            } else {
                break;
            }
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) => KeyCode::Char(c),
            _ => NAMED
                .iter()
                .find(|(name, _)| *name == rest)
                .map(|(_, code)| *code)
                .or_else(|| {
                    let number = rest.strip_prefix('f')?.parse().ok()?;
                    (1..=12).contains(&number).then_some(KeyCode::F(number))
                })?,
        };
        Some(Self { code, modifiers })
    }
}

const NAMED: [(&str, KeyCode); 16] = [
    ("esc", KeyCode::Esc),
    ("enter", KeyCode::Enter),
    ("tab", KeyCode::Tab),
    ("back-tab", KeyCode::BackTab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("page-up", KeyCode::PageUp),
    ("page-down", KeyCode::PageDown),
    ("insert", KeyCode::Insert),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("alt-")?;
        }
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, KeyCode::F(number)) => write!(f, "f{number}"),
            (None, _) => f.write_str("?"),
        }
    }
}

/// Why a key map cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeymapError {
    /// It is not the TOML that is wanted; the text says where.
    #[error("the key map cannot be read: {0}")]
    Form(String),
    /// A key's name is unknown.
    #[error("the key map names an unknown key: \"{key}\" for {command} in [{place}]")]
    UnknownKey {
        /// The name.
        key: String,
        /// The command that it stands for.
        command: String,
        /// The section.
        place: String,
    },
    /// One key has two meanings in one place.
    #[error("in the key map, \"{key}\" means both {first} and {second} in [{place}]")]
    Conflict {
        /// The key.
        key: String,
        /// One meaning.
        first: String,
        /// The other.
        second: String,
        /// The section.
        place: String,
    },
}

/// What every key means in every place.
#[derive(Clone, Debug)]
pub struct Keymap {
    places: BTreeMap<Place, Vec<Binding>>,
}

/// A command and its keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// What it does.
    pub command: Command,
    /// The keys, the first being the one to show.
    pub keys: Vec<Key>,
}

impl Keymap {
    /// The key map that plangate ships.
    ///
    /// # Errors
    /// Where the embedded file is wrong, which a test rules out.
    pub fn shipped() -> Result<Self, KeymapError> {
        Self::parse(SHIPPED)
    }

    /// Reads a key map.
    ///
    /// # Errors
    /// Names what is wrong with it: its form, an unknown place, command or key,
    /// or a key with two meanings in one place.
    pub fn parse(text: &str) -> Result<Self, KeymapError> {
        let form = |error: toml::de::Error| KeymapError::Form(error.to_string());
        let file: BTreeMap<Place, toml::Table> = toml::from_str(text).map_err(form)?;
        let mut places = BTreeMap::new();
        for (place, table) in file {
            let mut bindings: Vec<Binding> = Vec::new();
            // The file's order is the order of the hints.
            for (name, keys) in table {
                let command: Command =
                    toml::Value::String(name.clone()).try_into().map_err(form)?;
                let names: Vec<String> = keys.try_into().map_err(form)?;
                let mut keys = Vec::with_capacity(names.len());
                for key_name in names {
                    let key = Key::parse(&key_name).ok_or_else(|| KeymapError::UnknownKey {
                        key: key_name.clone(),
                        command: name.clone(),
                        place: place.title().to_owned(),
                    })?;
                    if let Some(other) = bindings.iter().find(|b| b.keys.contains(&key)) {
                        return Err(KeymapError::Conflict {
                            key: key_name,
                            first: other.command.name().to_owned(),
                            second: name.clone(),
                            place: place.title().to_owned(),
                        });
                    }
                    keys.push(key);
                }
                bindings.push(Binding { command, keys });
            }
            places.insert(place, bindings);
        }
        Ok(Self { places })
    }

    /// What a key means in a place; `None` for nothing, or for text.
    #[must_use]
    pub fn command(&self, place: Place, event: KeyEvent) -> Option<Command> {
        let key = Key::of(event);
        let of = |place| {
            let bindings = self.bindings(place).iter();
            bindings
                .filter(|b| b.keys.contains(&key))
                .map(|b| b.command)
                .next()
        };
        let elsewhere = of(Place::Everywhere)
            .filter(|command| place.falls_back() || (command.is_always() && !key.is_text()));
        of(place).or(elsewhere)
    }

    /// The bindings of a place, in the order of the file.
    #[must_use]
    pub fn bindings(&self, place: Place) -> &[Binding] {
        self.places.get(&place).map_or(&[], Vec::as_slice)
    }

    /// The key to show for a command in a place; empty where it has none.
    #[must_use]
    pub fn label(&self, place: Place, command: Command) -> String {
        [place, Place::Everywhere]
            .iter()
            .flat_map(|place| self.bindings(*place))
            .find(|binding| binding.command == command)
            .and_then(|binding| binding.keys.first())
            .map_or_else(String::new, Key::to_string)
    }

    /// The places, in the order of the help page.
    pub fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.places.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_key_map_has_every_command() {
        let keymap = Keymap::shipped().unwrap();
        let bound: Vec<Command> = keymap
            .places()
            .flat_map(|p| keymap.bindings(p))
            .map(|b| b.command)
            .collect();
        for command in Command::ALL {
            assert!(bound.contains(command), "{} has no key", command.name());
        }
    }

    #[test]
    fn keys_read_back_as_they_are_shown() {
        let keymap = Keymap::shipped().unwrap();
        for binding in keymap.places().flat_map(|place| keymap.bindings(place)) {
            for key in &binding.keys {
                assert_eq!(Key::parse(&key.to_string()), Some(*key));
            }
        }
    }

    #[test]
    fn a_place_that_takes_text_leaves_letters_alone() {
        let keymap = Keymap::shipped().unwrap();
        let q = KeyEvent::from(KeyCode::Char('q'));
        assert_eq!(keymap.command(Place::List, q), Some(Command::Quit));
        assert_eq!(keymap.command(Place::Typing, q), None);
        let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(keymap.command(Place::Typing, ctrl_c), Some(Command::Quit));
    }

    #[test]
    fn what_is_wrong_with_a_key_map_is_named() {
        let fault = |text: &str| Keymap::parse(text).unwrap_err().to_string();
        assert!(fault("[list]\nedit = [\"e\"]\nopen = [\"e\"]").contains("both edit and open"));
        assert!(fault("[list]\nedit = [\"hyper-e\"]").contains("unknown key: \"hyper-e\""));
        assert!(fault("[list]\nedt = [\"e\"]").contains("edt"));
        assert!(fault("[lst]\nedit = [\"e\"]").contains("lst"));
    }
}
