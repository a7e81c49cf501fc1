//! How keys, the mouse and the clipboard work.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use toml::de::DeValue;

use super::file::{Table, Text};
use super::layers::{Layers, ShownOption};
use super::setting::{Setting, Source};
use super::value::OptionValue;
use super::{InputFlags, Wrong};

/// The operator's settings for keys, mouse and clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputConfig {
    /// The file of the operator's key map, and whether somebody named it; `None`
    /// where nobody has a home.
    pub keymap: Option<(PathBuf, bool)>,
    /// True if the mouse is the dashboard's, and not the terminal's own.
    pub mouse: bool,
    /// The way of a text to the clipboard.
    pub clipboard: Clipboard,
}

/// The same as it was said, and where.
pub(super) struct InputSettings {
    keymap: Option<Setting<PathBuf>>,
    mouse: Setting<bool>,
    clipboard: Setting<Clipboard>,
}

impl InputSettings {
    pub(super) fn read<V: Fn(&str) -> Option<OsString>>(
        layers: &Layers<V>,
        flags: InputFlags,
        file: &mut Table<'_>,
    ) -> Result<Self, Wrong> {
        let keymap = flags.keymap.map(|path| ("--keymap", path));
        let keymap = layers.option("keymap", keymap, file.take("keymap")?)?;
        let mouse = flags.no_mouse.then_some(("--no-mouse", false));
        let mouse = layers.option("mouse", mouse, file.take("mouse")?)?;
        let clipboard = flags.clipboard.map(|how| ("--clipboard", how));
        let clipboard = layers.option("clipboard", clipboard, file.take("clipboard")?)?;
        Ok(Self {
            keymap,
            mouse: mouse.unwrap_or_else(|| Setting::default_of(true)),
            clipboard: clipboard.unwrap_or_else(|| layers.clipboard()),
        })
    }

    pub(super) fn shown(&self) -> [ShownOption; 3] {
        [
            ShownOption::optional(
                "keymap",
                self.keymap.as_ref(),
                "keymap.toml beside the configuration file, where there is one",
            ),
            ShownOption::of("mouse", &self.mouse),
            ShownOption::of("clipboard", &self.clipboard),
        ]
    }

    /// The settings as they hold, with the configuration file and the usual place of one.
    pub(super) fn checked(self, file: &Text, usual: Option<&Path>) -> InputConfig {
        InputConfig {
            keymap: keymap_of(self.keymap, file, usual),
            mouse: self.mouse.value,
            clipboard: self.clipboard.value,
        }
    }
}

/// The file of the operator's key map: the one that is named, in the configuration
/// file from its folder on; else `keymap.toml` beside the usual configuration file.
fn keymap_of(
    named: Option<Setting<PathBuf>>,
    file: &Text,
    usual: Option<&Path>,
) -> Option<(PathBuf, bool)> {
    match named {
        Some(Setting {
            value,
            from: Source::File { .. },
        }) => {
            let folder = file.path.parent().unwrap_or(Path::new(""));
            Some((folder.join(value), true))
        }
        // Typed in a shell, and so from the working folder on.
        Some(named) => Some((named.value, true)),
        None => usual.map(|path| (path.with_file_name("keymap.toml"), false)),
    }
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

/// The ways of a text to the clipboard.
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

impl OptionValue for Clipboard {
    const KIND: &'static str =
        r#""osc52", "none", or a command that takes a text, such as "xclip -selection clipboard""#;

    fn of_text(text: &str) -> Option<Self> {
        match text.trim() {
            "" => None,
            "osc52" => Some(Self::Osc52),
            "none" => Some(Self::None),
            command => {
                let mut words = shlex::split(command)?.into_iter();
                // `''` is a word to a shell too, but names no program.
                let program = words.next().filter(|program| !program.is_empty())?;
                Some(Self::Command(program, words.collect()))
            }
        }
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().and_then(Self::of_text)
    }

    fn refusal(text: &str) -> String {
        if shlex::split(text).is_none() {
            return "a quote in it is not closed, or a backslash at its end stands before nothing"
                .to_owned();
        }
        format!("it can be {}", Self::KIND)
    }

    fn shown(&self) -> serde_json::Value {
        match self {
            Self::Osc52 => "osc52".into(),
            Self::None => "none".into(),
            Self::Command(name, arguments) => {
                let words = std::iter::once(name).chain(arguments);
                let words = words.map(String::as_str);
                // A NUL, which a TOML file can hold, has no place in any command line.
                shlex::try_join(words.clone())
                    .unwrap_or_else(|_| words.collect::<Vec<_>>().join(" "))
                    .into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        match Clipboard::of_text(text) {
            Some(Clipboard::Command(name, arguments)) => {
                std::iter::once(name).chain(arguments).collect()
            }
            other => panic!("{text} is {other:?}"),
        }
    }

    #[test]
    fn a_command_is_split_as_a_shell_splits_it() {
        for (text, expected) in [
            ("wl-copy", vec!["wl-copy"]),
            (
                " xclip  -selection clipboard ",
                vec!["xclip", "-selection", "clipboard"],
            ),
            (
                "'/opt/my tools/copy' --to \"the board\"",
                vec!["/opt/my tools/copy", "--to", "the board"],
            ),
            (r"/opt/my\ tools/copy ''", vec!["/opt/my tools/copy", ""]),
            (
                r#"sh -c 'tee "$HOME/it"'"#,
                vec!["sh", "-c", r#"tee "$HOME/it""#],
            ),
            (r#"copy "it's""#, vec!["copy", "it's"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
            // What is shown can be written into the file again.
            let shown = Clipboard::of_text(text).unwrap().shown();
            assert_eq!(words(shown.as_str().unwrap()), expected, "{shown}");
        }
    }

    #[test]
    fn what_ends_inside_a_quote_is_told_as_that() {
        for text in ["copy 'it", "copy \"it", "'/opt/my tools/copy", "copy \\"] {
            assert_eq!(Clipboard::of_text(text), None, "{text}");
            let refusal = Clipboard::refusal(text);
            assert!(refusal.starts_with("a quote in it is not closed"), "{text}");
        }
        for text in ["", "''", "\"\" copy"] {
            assert_eq!(Clipboard::of_text(text), None, "{text}");
            assert!(Clipboard::refusal(text).contains("osc52"), "{text}");
        }
    }
}
