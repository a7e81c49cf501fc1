//! The place at which a line stops being a tweak, and what could stand there.

use std::fmt;
use std::ops::Range;

use thiserror::Error;

/// The outcome of reading a part of a line.
pub(super) type Parsed<T> = Result<T, LineFault>;

/// The reason that a line cannot be read further, and the place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub struct LineFault {
    /// The bytes of the text that it is about; empty where something is missing.
    pub range: Range<usize>,
    /// The fault there, in words; `None` where nothing is wrong yet and the line only
    /// goes on.
    pub wrong: Option<String>,
    /// All that can stand there.
    pub expected: Vec<Expected>,
}

impl LineFault {
    /// Returns true if nothing is wrong so far and the line is only not finished.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.wrong.is_none()
    }

    fn message(&self) -> String {
        let expected: Vec<_> = self.expected.iter().map(ToString::to_string).collect();
        let expected = match expected.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        };
        match &self.wrong {
            Some(wrong) if expected.is_empty() => wrong.clone(),
            Some(wrong) => format!("{wrong}: write {expected}"),
            None => format!("continue with {expected}"),
        }
    }
}

/// One thing that can stand at a place of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This word.
    Word(&'static str),
    /// A new number, or what to do to the present one.
    Amount,
    /// A whole number.
    Count,
    /// An API stage.
    Stage,
    /// A method, and then its path.
    Method,
    /// The path of a method.
    Path,
    /// A tag's key.
    TagKey,
    /// A tag's key and value.
    Tag,
    /// A tag's value.
    TagValue,
    /// A text in quotes.
    Text,
    /// The end of a text in quotes.
    Quote,
}

impl fmt::Display for Expected {
    /// Writes its name, with an example.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Word(word) => word,
            Self::Amount => "a number, x2, /2, +20%, -50 or none",
            Self::Count => "a whole number such as 3",
            Self::Stage => "an API stage such as petstore:prod",
            Self::Method => "a method such as GET /pets",
            Self::Path => "a path such as /pets",
            Self::TagKey => "the key of a tag",
            Self::Tag => "a tag such as team=pay",
            Self::TagValue => "=value, \"\" for an empty one",
            Self::Text => "a text in quotes",
            Self::Quote => "a closing quote",
        })
    }
}
