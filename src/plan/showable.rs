//! Which characters may be shown as they are.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character could steer a terminal, turn the direction of the text
/// around it, or hide: control characters, marks of direction, characters without
/// width. Text from the service and from elsewhere may hold them; a name that
/// does is not to be trusted. (The joiner of emoji stays.)
#[must_use]
pub fn is_unshowable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// JSON with every such character escaped, which in JSON means the same. They
/// stand in its texts only; line breaks between its members stay.
#[must_use]
pub fn in_json(json: &str) -> Cow<'_, str> {
    // What is plain ASCII is settled by one look at its bytes; without a way out in
    // the middle, many of them at a time.
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    if json
        .as_bytes()
        .iter()
        .map(is_plain)
        .fold(true, |all, one| all & one)
    {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if is_unshowable(c) && c != '\n' {
            // All of them lie below U+10000.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn json_means_the_same_and_steers_no_terminal(text in any::<String>(), hostile in "[\u{7f}-\u{9f}\u{202e}\u{feff}a-é]{0,9}") {
            let value = serde_json::json!({ "text": text, "hostile": hostile });
            for json in [value.to_string(), format!("{value:#}")] {
                let shown = in_json(&json);
                prop_assert!(!shown.chars().any(|c| is_unshowable(c) && c != '\n'));
                prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&shown).unwrap(), &value);
            }
        }
    }
}
