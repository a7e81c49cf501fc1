//! Reading a key map: the shipped one, and the operator's changes to it.

use std::borrow::Cow;
use std::ops::Range;

use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Binding, Key, Keymap, Place};
use crate::app::keys::command::{Command, name_of_today};
use crate::text::nearest;

/// The reason why a key map cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct WrongKeymap {
    /// The file, as it is named.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// The fault, and what was meant perhaps.
    pub message: String,
}

/// A line of a key map: a command in a place, and its keys.
struct Line {
    place: Place,
    command: Command,
    at: Range<usize>,
    keys: Vec<(Key, Range<usize>)>,
}

/// A file and its text, for the places of what is wrong in it.
#[derive(Clone, Copy)]
struct Text<'a>(&'a str, &'a str);

impl Text<'_> {
    fn line(self, offset: usize) -> usize {
        self.before(offset).matches('\n').count() + 1
    }

    fn before(self, offset: usize) -> String {
        self.1.get(..offset).unwrap_or(self.1).to_owned()
    }

    fn wrong(self, at: &Range<usize>, message: impl Into<String>) -> WrongKeymap {
        let before = self.before(at.start);
        let line = before.rsplit('\n').next().unwrap_or_default();
        WrongKeymap {
            file: self.0.to_owned(),
            line: self.line(at.start),
            // Editors count characters, the parser counts bytes.
            column: line.chars().count() + 1,
            message: message.into(),
        }
    }

    fn lines(self) -> Result<Vec<Line>, WrongKeymap> {
        let file = DeTable::parse(self.1)
            .map_err(|error| self.wrong(&error.span().unwrap_or_default(), error.message()))?;
        let mut lines = Vec::new();
        for (name, table) in file.into_inner() {
            let place = self.place(&name)?;
            let DeValue::Table(table) = table.get_ref() else {
                let place = place.name();
                let message = format!("{place} is not a section; write [{place}] above its keys");
                return Err(self.wrong(&name.span(), message));
            };
            for (name, keys) in table {
                lines.push(Line {
                    place,
                    command: self.command(name)?,
                    at: name.span(),
                    keys: self.keys(name.get_ref(), keys)?,
                });
            }
        }
        Ok(lines)
    }

    fn place(self, name: &Spanned<Cow<'_, str>>) -> Result<Place, WrongKeymap> {
        let written = name.get_ref().as_ref();
        // Files from earlier versions name places as those did, and keep their meaning.
        let today = name_of_today(written);
        let known = Place::ALL.into_iter().find(|place| place.name() == today);
        known.ok_or_else(|| {
            let names = Place::ALL.map(Place::name);
            let meant = nearest(written, &names).map_or_else(
                || format!("the sections are {}", names.join(", ")),
                |meant| format!("did you mean [{meant}]?"),
            );
            self.wrong(
                &name.span(),
                format!("[{written}] is not a section; {meant}"),
            )
        })
    }

    fn command(self, name: &Spanned<Cow<'_, str>>) -> Result<Command, WrongKeymap> {
        let written = name.get_ref().as_ref();
        Command::named(written).ok_or_else(|| {
            let names: Vec<&str> = Command::ALL.iter().map(|one| one.name()).collect();
            let meant = nearest(written, &names).map_or_else(
                || "plangate keymap names them all".to_owned(),
                |meant| format!("did you mean {meant}?"),
            );
            let message = format!("{written:?} is not a command; {meant}");
            self.wrong(&name.span(), message)
        })
    }

    fn keys(
        self,
        command: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<(Key, Range<usize>)>, WrongKeymap> {
        let form = |at: Range<usize>| {
            let message = format!("{command} takes a list of keys, such as [\"x\", \"ctrl-x\"]");
            self.wrong(&at, message)
        };
        let list = value.get_ref().as_array();
        let list = list.ok_or_else(|| form(value.span()))?;
        let key = |name: &Spanned<DeValue<'_>>| {
            let text = name.get_ref().as_str().ok_or_else(|| form(name.span()))?;
            let key = Key::parse(text).map_err(|message| self.wrong(&name.span(), message))?;
            Ok((key, name.span()))
        };
        list.iter().map(key).collect()
    }
}

/// The key map that plangate ships. It says what has a meaning where.
pub(super) fn shipped(text: &str) -> Result<Keymap, WrongKeymap> {
    let text = Text("assets/keymap.toml", text);
    let lines = text.lines()?;
    let mut keymap = Keymap::default();
    for line in &lines {
        let bindings = keymap.places.entry(line.place).or_default();
        bindings.push(binding(line, None));
    }
    check(&keymap, text, &lines)?;
    Ok(keymap)
}

impl Keymap {
    /// This key map with the changes of the operator's file: a line of theirs replaces the keys of
    /// that command in that place, an empty list takes them away.
    ///
    /// # Errors
    /// Names the first thing that is wrong and where it stands: the form; a place, a
    /// command or a key that is not known; a command that means nothing in its place; a
    /// key with two meanings in one place; no key left to quit with.
    pub fn with(mut self, file: &str, text: &str) -> Result<Self, WrongKeymap> {
        let text = Text(file, text);
        let lines = text.lines()?;
        for line in &lines {
            self.belongs_or_say(line)
                .map_err(|message| text.wrong(&line.at, message))?;
            let binding = binding(line, Some(text.line(line.at.start)));
            let bindings = self.places.entry(line.place).or_default();
            match bindings.iter_mut().find(|b| b.command == line.command) {
                Some(known) => *known = binding,
                None => bindings.push(binding),
            }
        }
        self.yield_close(&lines);
        // Only when all lines are in: two commands may have changed keys with each other.
        check(&self, text, &lines)?;
        Ok(self)
    }

    /// Takes from `close` the keys that the operator's file gives to something else in a
    /// place. They came to it from `quit`, which a place could always take them from.
    fn yield_close(&mut self, lines: &[Line]) {
        for line in lines.iter().filter(|line| line.command != Command::Close) {
            let bindings = self.places.entry(line.place).or_default().iter_mut();
            for close in bindings.filter(|b| b.command == Command::Close && b.line.is_none()) {
                close
                    .keys
                    .retain(|key| line.keys.iter().all(|(taken, _)| taken != key));
            }
        }
    }

    /// Fails where the command has no meaning in the place; the error names the places
    /// where it has one.
    fn belongs_or_say(&self, line: &Line) -> Result<(), String> {
        if self.belongs(line.place, line.command) {
            return Ok(());
        }
        let places = self.places_of(line.command).map(Place::name);
        Err(format!(
            "{} means nothing in [{}]; it belongs to [{}]",
            line.command.name(),
            line.place.name(),
            places.collect::<Vec<_>>().join("], [")
        ))
    }
}

fn binding(line: &Line, at: Option<usize>) -> Binding {
    Binding {
        command: line.command,
        keys: line.keys.iter().map(|(key, _)| *key).collect(),
        line: at,
    }
}

/// Fails where a key has two meanings, a letter has one where text is typed, or quit has
/// none in a place.
fn check(keymap: &Keymap, text: Text<'_>, lines: &[Line]) -> Result<(), WrongKeymap> {
    for line in lines {
        let (place, command) = (line.place, line.command);
        for (at, (key, span)) in line.keys.iter().enumerate() {
            if line.keys.iter().take(at).any(|(other, _)| other == key) {
                let message = format!(
                    "\"{key}\" stands twice for {}; leave one out",
                    command.name()
                );
                return Err(text.wrong(span, message));
            }
            // A letter that is a command could not be typed there any more.
            if place.takes_text() && key.is_text() {
                let message = format!(
                    "\"{key}\" is text in [{}]; give {} a key with ctrl- or alt-, or one with a name",
                    place.name(),
                    command.name()
                );
                return Err(text.wrong(span, message));
            }
            let mut others = keymap.bindings(place).iter();
            let other = others.find(|b| b.command != command && b.keys.contains(key));
            if let Some(other) = other {
                return Err(text.wrong(span, conflict(*key, place, command, other)));
            }
        }
    }
    // In raw mode Ctrl-C is a key like any other, so a map could lock the operator in.
    for place in Place::ALL {
        if keymap.keys(place, Command::Quit).is_empty() {
            let at = lines.iter().find(|line| line.command == Command::Quit);
            let taken = |line: &&Line| line.place == place;
            let at = at.or_else(|| lines.iter().find(taken));
            let message = format!(
                "quit would have no key in [{}]; leave it one with ctrl- or alt-, such as ctrl-c",
                place.name()
            );
            return Err(text.wrong(&at.map(|line| line.at.clone()).unwrap_or_default(), message));
        }
    }
    Ok(())
}

fn conflict(key: Key, place: Place, command: Command, other: &Binding) -> String {
    let (name, place) = (other.command.name(), place.name());
    let whose = match other.line {
        Some(line) => format!("{name} (line {line})"),
        None => format!("{name}, as plangate ships it"),
    };
    format!(
        "\"{key}\" would mean both {} and {whose}, in [{place}]; give {name} another key \
         there, or none: {name} = []",
        command.name()
    )
}
