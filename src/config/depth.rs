//! How many colours the terminal has.

use toml::de::DeValue;

use super::value::OptionValue;

/// The number of colors that the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The 16 of every terminal, which its own settings decide.
    Ansi,
    /// 256, of which 240 are the same everywhere.
    Indexed,
    /// 16 million.
    True,
}

/// The choices of the option: a number of colors, or the terminal's own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DepthChoice {
    Auto,
    This(Depth),
}

impl OptionValue for DepthChoice {
    const KIND: &'static str = r#""auto", "16", "256" or "true""#;

    fn of_text(text: &str) -> Option<Self> {
        match text {
            "auto" => Some(Self::Auto),
            "16" => Some(Self::This(Depth::Ansi)),
            "256" => Some(Self::This(Depth::Indexed)),
            "true" => Some(Self::This(Depth::True)),
            _ => None,
        }
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::Integer(number) if number.radix() == 10 => Self::of_text(number.as_str()),
            _ => value.as_str().and_then(Self::of_text),
        }
    }

    fn shown(&self) -> serde_json::Value {
        let text = match self {
            Self::Auto => "auto",
            Self::This(Depth::Ansi) => "16",
            Self::This(Depth::Indexed) => "256",
            Self::This(Depth::True) => "true",
        };
        text.into()
    }
}

impl Depth {
    /// Reads the terminal's word on itself, in the variables `COLORTERM` and `TERM`.
    pub(super) fn of_terminal(colorterm: &str, term: &str) -> Self {
        // COLORTERM is set by custom; `-direct` is how terminfo names such terminals.
        if matches!(colorterm, "truecolor" | "24bit") || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256color") {
            Self::Indexed
        } else {
            Self::Ansi
        }
    }
}
