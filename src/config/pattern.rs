//! Patterns over the names of profiles and accounts.

use std::fmt;

use wildmatch::WildMatch;

/// A pattern over a whole name: `*` stands for any text, none too, and `?` for one
/// character. Letters match in either case: a slip is the same slip in capitals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern of this text; `None` for an empty one, which could match nothing.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// Returns true if a name is of this pattern.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        // Both are lowered as a whole: wildmatch compares a letter with a letter, and the
        // lower case of some has two.
        WildMatch::new(&self.0.to_lowercase()).matches(&name.to_lowercase())
    }

    /// Returns true if it could be meant for the number of an AWS account.
    pub(super) fn could_name_an_account(&self) -> bool {
        self.0.chars().any(|c| c.is_ascii_digit())
            && self
                .0
                .chars()
                .all(|c| c.is_ascii_digit() || "*?".contains(c))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        Pattern::new(pattern).unwrap().matches(name)
    }

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for name in ["prod", "eu-prod-2", "PRODUCTION", "prodprod"] {
            assert!(matches("*prod*", name), "{name}");
        }
        assert!(!matches("*prod*", "staging"));
        assert!(!matches("prod", "prod2"));
        assert!(matches("prod-?", "prod-é"));
        assert!(!matches("prod-?", "prod-"));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(!matches("a*b*c", "a-c-b"));
        assert!(matches("*", ""));
        assert_eq!(Pattern::new("  "), None);
    }

    #[test]
    fn nothing_else_has_a_meaning() {
        assert!(matches("[a]\\*", "[A]\\b"));
        assert!(!matches("[a]", "a"));
        assert!(!matches("{a,b}", "a"));
        assert!(matches("*/prod", "team/eu/prod"));
        assert!(matches("É*", "équipe"));
        assert!(matches("i\u{307}?", "\u{130}x"));
    }

    /// The same by trying everything.
    fn by_trying(pattern: &[char], name: &[char]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some(('*', rest)) => (0..=name.len()).any(|n| by_trying(rest, &name[n..])),
            Some((one, rest)) => name.split_first().is_some_and(|(first, name)| {
                (*one == '?' || one == first) && by_trying(rest, name)
            }),
        }
    }

    proptest! {
        #[test]
        fn is_what_trying_everything_finds(pattern in "[ab*?]{1,6}", name in "[ab]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let want = by_trying(&chars(&pattern), &chars(&name));
            prop_assert_eq!(matches(&pattern, &name), want);
        }
    }
}
