//! The kinds of value that an option has, as text and in a TOML file.

use std::path::PathBuf;
use std::time::Duration;

use toml::de::DeValue;
use tracing::level_filters::LevelFilter;

use super::Pattern;
use crate::plan::edit::jump::Percent;

/// A kind of value.
pub(super) trait OptionValue: Sized {
    /// The possible values, for the operator.
    const KIND: &'static str;

    /// The names that it can be, where it is a name: one of them may have been meant.
    const NAMES: &'static [&'static str] = &[];

    /// Reads it as it stands in the environment or behind a flag.
    fn of_text(text: &str) -> Option<Self>;

    /// Reads it as it stands in a TOML file.
    fn of_toml(value: &DeValue<'_>) -> Option<Self>;

    /// The reason why a text is no such value, in the operator's words.
    fn refusal(_text: &str) -> String {
        format!("it can be {}", Self::KIND)
    }

    /// As JSON, and so as TOML.
    fn shown(&self) -> serde_json::Value;
}

impl OptionValue for bool {
    const KIND: &'static str = "true or false";

    fn of_text(text: &str) -> Option<Self> {
        match text {
            // Variables of the environment are often set to 1 and 0.
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_bool()
    }

    fn shown(&self) -> serde_json::Value {
        (*self).into()
    }
}

impl OptionValue for String {
    const KIND: &'static str = "a text, in a file in quotes";

    fn of_text(text: &str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| text.to_owned())
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().and_then(Self::of_text)
    }

    fn shown(&self) -> serde_json::Value {
        self.as_str().into()
    }
}

impl OptionValue for PathBuf {
    const KIND: &'static str = "the path of a file, in a file in quotes";

    fn of_text(text: &str) -> Option<Self> {
        String::of_text(text).map(Into::into)
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        String::of_toml(value).map(Into::into)
    }

    fn shown(&self) -> serde_json::Value {
        self.to_string_lossy().into()
    }
}

impl OptionValue for Vec<Pattern> {
    const KIND: &'static str = r#"a list of patterns, in a file as ["*prod*", "live"]"#;

    fn of_text(text: &str) -> Option<Self> {
        text.split(',').map(Pattern::new).collect()
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        let items = value.as_array()?.iter();
        items
            .map(|item| Pattern::new(item.get_ref().as_str()?))
            .collect()
    }

    fn shown(&self) -> serde_json::Value {
        self.iter().map(ToString::to_string).collect()
    }
}

/// A time in seconds.
impl OptionValue for Duration {
    const KIND: &'static str = "a number of seconds from 0 to 3600";

    fn of_text(text: &str) -> Option<Self> {
        let seconds = text.parse().ok()?;
        // No Duration comes of what is below 0 or not finite.
        let time = Self::try_from_secs_f64(seconds).ok()?;
        (time <= Self::from_hours(1)).then_some(time)
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        number(value).and_then(Self::of_text)
    }

    fn shown(&self) -> serde_json::Value {
        if self.subsec_nanos() == 0 {
            self.as_secs().into()
        } else {
            self.as_secs_f64().into()
        }
    }
}

impl OptionValue for Percent {
    const KIND: &'static str = "a number of percent, 0 or more";

    fn of_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        number(value).and_then(Self::of_text)
    }

    fn shown(&self) -> serde_json::Value {
        let percent = self.get();
        // As people write it.
        serde_json::from_str(&percent.to_string()).unwrap_or_else(|_| percent.into())
    }
}

impl OptionValue for LevelFilter {
    const KIND: &'static str = "off, error, warn, info, debug or trace";

    fn of_text(text: &str) -> Option<Self> {
        // Numbers are levels too, to their parser and to nobody else.
        let is_word = text.chars().all(|c| c.is_ascii_alphabetic());
        text.parse().ok().filter(|_| is_word && !text.is_empty())
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().and_then(Self::of_text)
    }

    fn shown(&self) -> serde_json::Value {
        self.to_string().into()
    }
}

/// A number as it is written, in tens.
fn number<'a>(value: &'a DeValue<'_>) -> Option<&'a str> {
    match value {
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
        DeValue::Float(number) => Some(number.as_str()),
        _ => None,
    }
}
