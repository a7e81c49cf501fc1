//! Identifiers that stand in a URI, one segment each.

use std::fmt;

use crate::text::number;

/// The longest identifier, in bytes: of a plan, an API key, an API or a stage. Those of
/// the service have 6 to 10 characters, and a stage's name 128 at most; stand-ins let
/// people choose. Two of them, each byte written as three, are far from the 65,534 bytes
/// of the longest URI that can be built (the `http` crate).
pub const LONGEST: usize = 256;

/// The longest key of a method throttle or setting, in bytes. A request line with all
/// headers has 10,240 at most (API Gateway's quotas page), so no longer path can be asked
/// for.
pub const LONGEST_METHOD_KEY: usize = 10_240;

/// The reason why a text is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is empty.
    Empty,
    /// It has so many bytes.
    TooLong(usize),
    /// It is `.` or `..`, which lead elsewhere in a path.
    Dots,
    /// It holds a character that parts or ends a path, or that nobody can see.
    Holds(char),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::TooLong(bytes) => {
                let bytes = number::whole(i64::try_from(*bytes).unwrap_or(i64::MAX));
                write!(f, "it is {bytes} bytes long, and {LONGEST} is the most")
            }
            Self::Dots => f.write_str("it is only dots"),
            Self::Holds(c) if c.is_control() => {
                write!(f, "it has the control character U+{:04X}", u32::from(*c))
            }
            Self::Holds(c) => write!(f, "it has a `{c}`"),
        }
    }
}

/// Says whether a text can stand in a URI as an identifier of the service, so that it
/// cannot change which URI that is.
///
/// # Errors
/// Why it cannot.
pub fn fits(text: &str) -> Result<(), Unfit> {
    if text.is_empty() {
        return Err(Unfit::Empty);
    }
    if text.len() > LONGEST {
        return Err(Unfit::TooLong(text.len()));
    }
    if text == "." || text == ".." {
        return Err(Unfit::Dots);
    }
    let parts = |c: char| c.is_control() || matches!(c, '/' | '\\' | '?' | '#' | '%');
    match text.chars().find(|c| parts(*c)) {
        Some(c) => Err(Unfit::Holds(c)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_and_its_stand_ins_have_fits() {
        let long = "x".repeat(LONGEST);
        for text in [
            "w0mvrr",
            "a7k2m9p4qz",
            "$default",
            "Stage_A-1",
            "ü",
            "...",
            &long,
        ] {
            assert_eq!(fits(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_would_change_the_uri_does_not() {
        for (text, why) in [
            ("", "it is empty"),
            (".", "it is only dots"),
            ("..", "it is only dots"),
            ("a/b", "it has a `/`"),
            ("../apikeys", "it has a `/`"),
            ("a?b", "it has a `?`"),
            ("%2e%2e", "it has a `%`"),
            ("a\nb", "it has the control character U+000A"),
            ("a\0", "it has the control character U+0000"),
        ] {
            assert_eq!(fits(text).unwrap_err().to_string(), why, "{text:?}");
        }
        let long = "ü".repeat(35_000);
        assert_eq!(
            fits(&long).unwrap_err().to_string(),
            "it is 70,000 bytes long, and 256 is the most"
        );
    }
}
