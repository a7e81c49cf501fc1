//! The width of characters that are one or two cells wide, as the terminal has it.

use toml::de::DeValue;

use super::value::OptionValue;

/// The width of characters whose width Unicode leaves open (East Asian Ambiguous, UAX 11):
/// frames, arrows, dots, Greek and Cyrillic letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmbiguousWidth {
    /// The terminal is to be asked.
    Asked,
    /// One cell.
    Narrow,
    /// Two cells, as in terminals that are set up for Chinese, Japanese or Korean.
    Wide,
}

impl OptionValue for AmbiguousWidth {
    const KIND: &'static str = r#""auto", "narrow" or "wide""#;
    const NAMES: &'static [&'static str] = &["auto", "narrow", "wide"];

    fn of_text(text: &str) -> Option<Self> {
        match text {
            "auto" => Some(Self::Asked),
            "narrow" => Some(Self::Narrow),
            "wide" => Some(Self::Wide),
            _ => None,
        }
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().and_then(Self::of_text)
    }

    fn shown(&self) -> serde_json::Value {
        let text = match self {
            Self::Asked => "auto",
            Self::Narrow => "narrow",
            Self::Wide => "wide",
        };
        text.into()
    }
}
