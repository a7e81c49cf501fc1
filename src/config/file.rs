//! The configuration file: where it is, and what stands in it.
//!
//! An option is known by being asked for. What nobody asked for when everything
//! was read is unknown, so that there is no list of names beside the code that
//! reads them.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Wrong;
use super::setting::{Setting, Source};
use super::value::OptionValue;
use crate::files;
use crate::text::nearest;

/// The text that `plangate config init` writes: every option with what it means, commented
/// out.
pub const COMMENTED_DEFAULT: &str = include_str!("../../assets/config.toml");

/// `$XDG_CONFIG_HOME/plangate/config.toml`, that is `~/.config/plangate/config.toml`
/// where the variable is not set; `None` where nobody has a home.
#[must_use]
pub fn usual_path() -> Option<PathBuf> {
    let folders = etcetera::base_strategy::Xdg::new().ok()?;
    Some(folders.config_dir().join("plangate").join("config.toml"))
}

/// Writes the commented default, readable by its owner only.
///
/// # Errors
/// Where there is a file already, which stays as it is, or none can be made.
pub fn init(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        let mut new = DirBuilder::new();
        // The mode that the XDG Base Directory Specification asks for.
        new.recursive(true).mode(0o700).create(folder)?;
    }
    let mut file = files::make_new(path)?;
    file.write_all(COMMENTED_DEFAULT.as_bytes())
}

/// The text of a configuration file, and what it is called.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Text {
    /// Reads it. One that is not there is empty, unless somebody named it.
    pub(super) fn read(path: PathBuf, is_named: bool) -> Result<Self, Wrong> {
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self { path, text }),
            // Most operators have no file: its usual place may be empty, a named one may not.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_named => Ok(Self {
                path,
                text: String::new(),
            }),
            Err(error) => Err(Wrong::Unreadable {
                path,
                reason: error.to_string(),
            }),
        }
    }

    /// The line and the column of a byte, counted from 1, the column in characters.
    fn place(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }

    fn wrong(&self, offset: usize, message: String) -> Wrong {
        let (line, column) = self.place(offset);
        Wrong::File {
            path: self.path.clone(),
            line,
            column,
            message,
        }
    }
}

/// A table of the file, from which options are taken one by one.
pub(super) struct Table<'a> {
    text: &'a Text,
    /// The table's name for messages; empty for the whole file.
    name: String,
    left: Vec<(Spanned<String>, Spanned<DeValue<'a>>)>,
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// The whole file.
    pub(super) fn parse(text: &'a Text) -> Result<Self, Wrong> {
        let table = DeTable::parse(&text.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            text.wrong(offset, error.message().to_owned())
        })?;
        Ok(Self::new(text, String::new(), table.into_inner()))
    }

    fn new(text: &'a Text, name: String, table: DeTable<'a>) -> Self {
        let entry = |(key, value): (Spanned<std::borrow::Cow<'a, str>>, _)| {
            let span = key.span();
            (Spanned::new(span, key.into_inner().into_owned()), value)
        };
        Self {
            text,
            name,
            left: table.into_iter().map(entry).collect(),
            asked: Vec::new(),
        }
    }

    /// Takes what stands under a name.
    fn entry(&mut self, name: &'static str) -> Option<(Spanned<String>, Spanned<DeValue<'a>>)> {
        // Also where it is not in the file: a misspelled option is compared with all that
        // there are.
        self.asked.push(name);
        let at = self
            .left
            .iter()
            .position(|(key, _)| key.get_ref() == name)?;
        Some(self.left.remove(at))
    }

    /// Takes an option.
    pub(super) fn take<T: OptionValue>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Setting<T>>, Wrong> {
        let Some((key, value)) = self.entry(name) else {
            return Ok(None);
        };
        let read = T::of_toml(value.get_ref()).ok_or_else(|| {
            let found = match value.get_ref() {
                // It may go over many lines, which a message cannot repeat.
                DeValue::Array(_) => "a list of something else".to_owned(),
                DeValue::Table(_) => "a table".to_owned(),
                _ => {
                    let written = self.text.text.get(value.span()).unwrap_or_default();
                    written.to_owned()
                }
            };
            let text = value.get_ref().as_str();
            let meant = text.and_then(|written| nearest(written, T::NAMES));
            let message = match meant {
                Some(meant) => format!("{name} is {found}; did you mean {meant}?"),
                None => format!(
                    "{name} is {found}; {}",
                    T::refusal(text.unwrap_or_default())
                ),
            };
            self.text.wrong(value.span().start, message)
        })?;
        Ok(Some(Setting {
            value: read,
            from: Source::File {
                path: Arc::from(self.text.path.as_path()),
                line: self.text.place(key.span().start).0,
            },
        }))
    }

    /// Takes the one table of a name.
    pub(super) fn table(&mut self, name: &'static str) -> Result<Option<Table<'a>>, Wrong> {
        let Some((_, value)) = self.entry(name) else {
            return Ok(None);
        };
        let offset = value.span().start;
        let DeValue::Table(table) = value.into_inner() else {
            let message = format!("{name} is not a table; write {name} = {{ ... }}");
            return Err(self.text.wrong(offset, message));
        };
        Ok(Some(Table::new(self.text, name.to_owned(), table)))
    }

    /// Takes the tables under a name, each with a name of its own, which `is_named` may
    /// refuse by saying what it can be.
    pub(super) fn tables(
        &mut self,
        name: &'static str,
        is_named: impl Fn(&str) -> Result<(), &'static str>,
    ) -> Result<Vec<(String, Table<'a>)>, Wrong> {
        let Some((_, value)) = self.entry(name) else {
            return Ok(Vec::new());
        };
        let text = self.text;
        let no_table = |offset, what: &str| {
            let message = format!("{what} is not a table; write [{name}.NAME] above its options");
            text.wrong(offset, message)
        };
        let offset = value.span().start;
        let DeValue::Table(tables) = value.into_inner() else {
            return Err(no_table(offset, name));
        };
        let named = |(key, value): (Spanned<std::borrow::Cow<'a, str>>, Spanned<DeValue<'a>>)| {
            let offset = key.span().start;
            let key = key.into_inner().into_owned();
            let called = format!("{name}.{key}");
            is_named(&key).map_err(|kind| {
                text.wrong(
                    offset,
                    format!("[{called}] names nothing; it can be {kind}"),
                )
            })?;
            match value.into_inner() {
                DeValue::Table(table) => Ok((key, Table::new(text, called, table))),
                _ => Err(no_table(offset, &called)),
            }
        };
        tables.into_iter().map(named).collect()
    }

    /// Says what is left: nobody knows it.
    pub(super) fn finish(self) -> Result<(), Wrong> {
        // The operator reads from the top, so the first in the file is told.
        let first = self.left.iter().min_by_key(|(key, _)| key.span().start);
        let Some((key, _)) = first else {
            return Ok(());
        };
        let of_table = match self.name.as_str() {
            "" => String::new(),
            name => format!(" of [{name}]"),
        };
        let written = key.get_ref();
        let meant = nearest(written, &self.asked).map_or_else(
            || format!("the options are {}", self.asked.join(", ")),
            |meant| format!("did you mean {meant}?"),
        );
        let message = format!("{written:?} is not an option{of_table}; {meant}");
        Err(self.text.wrong(key.span().start, message))
    }
}
