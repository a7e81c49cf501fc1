//! A key: how it is written, and which event it is.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

// crokey does not read the key files in use: it cuts "page-down" at the hyphen, takes "G"
// for "g", and refuses letters outside ASCII; it knows nothing of keys that terminals
// cannot tell apart.
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

    /// True where it stands for a letter where text is typed.
    pub(super) fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }

    /// The digit that it types, where it types one.
    #[must_use]
    pub fn digit(self) -> Option<u32> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => c.to_digit(10),
            _ => None,
        }
    }

    /// Reads a key's name.
    ///
    /// # Errors
    /// The fault of it, and what was meant perhaps.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            let (modifier, after) = if let Some(after) = rest.strip_prefix("ctrl-") {
                (KeyModifiers::CONTROL, after)
            } else if let Some(after) = rest.strip_prefix("alt-") {
                (KeyModifiers::ALT, after)
            } else {
                break;
            };
            modifiers |= modifier;
            rest = after;
        }
        let code = code(rest).ok_or_else(|| unknown(text, rest))?;
        let key = Self { code, modifiers };
        // Terminals send one byte for both, or none of its own.
        let sent = match code {
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => match c {
                'i' => "tab".to_owned(),
                'm' => "enter".to_owned(),
                '[' => "esc".to_owned(),
                c if c.is_uppercase() => format!("ctrl-{}", c.to_lowercase()),
                _ => return Ok(key),
            },
            _ => return Ok(key),
        };
        Err(format!("terminals send {sent} for {text:?}; write {sent}"))
    }
}

fn code(name: &str) -> Option<KeyCode> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control()).then_some(KeyCode::Char(c));
    }
    let named = NAMED.iter().find(|(known, _)| *known == name);
    named.map(|(_, code)| *code).or_else(|| {
        let number = name.strip_prefix('f')?.parse().ok()?;
        (1..=12).contains(&number).then_some(KeyCode::F(number))
    })
}

/// The words on a key that is none.
fn unknown(text: &str, rest: &str) -> String {
    let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
    let modifiers = text.strip_suffix(rest).unwrap_or_default();
    let meant = crate::text::nearest(rest, &names).map_or_else(
        || {
            "a key is a character as it is typed, or a name such as esc, page-down or f5, \
             with ctrl- or alt- before it"
                .to_owned()
        },
        |meant| format!("did you mean {modifiers}{meant}?"),
    );
    format!("{text:?} is not a key; {meant}")
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
