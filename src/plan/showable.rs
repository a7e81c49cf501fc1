//! Which characters may be shown as they are.

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
