//! How keys, the mouse and the clipboard work.

use std::path::PathBuf;

use toml::de::DeValue;

use super::Wrong;
use super::file::Text;
use super::value::Value;

/// What the operator has set for keys, mouse and clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputConfig {
    /// The file of the operator's key map, and whether somebody named it; `None`
    /// where nobody has a home.
    pub keymap: Option<(PathBuf, bool)>,
    /// Whether the mouse is the dashboard's, and not the terminal's own.
    pub mouse: bool,
    /// How a text reaches the clipboard.
    pub clipboard: Clipboard,
}

impl InputConfig {
    /// The operator's key map: what its file is called, and the text in it; `None`
    /// where there is none.
    ///
    /// # Errors
    /// Where it is there, or was named, and cannot be read.
    pub fn keymap_text(&self) -> Result<Option<(String, String)>, Wrong> {
        let Some((path, is_named)) = self.keymap.clone() else {
            return Ok(None);
        };
        let text = Text::read(path, is_named)?;
        let is_there = !text.text.is_empty();
        Ok(is_there.then(|| (text.path.display().to_string(), text.text)))
    }
}

/// How a text reaches the clipboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Clipboard {
    /// Through the terminal, by the sequence OSC 52: also over ssh.
    #[default]
    Osc52,
    /// Not at all: the text is shown instead.
    None,
    /// This program takes it on its standard input: its name and its arguments.
    Command(String, Vec<String>),
}

impl Value for Clipboard {
    const KIND: &'static str =
        r#""osc52", "none", or a command that takes a text, such as "xclip -selection clipboard""#;

    fn of_text(text: &str) -> Option<Self> {
        match text.trim() {
            "" => None,
            "osc52" => Some(Self::Osc52),
            "none" => Some(Self::None),
            command => {
                let mut words = command.split_whitespace().map(str::to_owned);
                Some(Self::Command(words.next()?, words.collect()))
            }
        }
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().and_then(Self::of_text)
    }

    fn shown(&self) -> serde_json::Value {
        match self {
            Self::Osc52 => "osc52".into(),
            Self::None => "none".into(),
            Self::Command(name, arguments) => {
                let words = std::iter::once(name).chain(arguments);
                words.cloned().collect::<Vec<_>>().join(" ").into()
            }
        }
    }
}
