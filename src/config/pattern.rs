//! Patterns over the names of profiles and accounts.

use std::fmt;

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

    /// Whether a name is of this pattern.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let pattern: Vec<char> = self.0.to_lowercase().chars().collect();
        let name: Vec<char> = name.to_lowercase().chars().collect();
        let (mut p, mut n) = (0, 0);
        // Where to go on when what follows the last star does not fit: the star
        // takes one character more. One star is enough to come back to, since the
        // last one can take whatever an earlier one could.
        let mut star = None;
        while let Some(character) = name.get(n) {
            match pattern.get(p) {
                Some('*') => {
                    star = Some((p, n));
                    p += 1;
                }
                Some(wanted) if *wanted == '?' || wanted == character => {
                    p += 1;
                    n += 1;
                }
                _ => {
                    let Some((at, taken)) = star else {
                        return false;
                    };
                    star = Some((at, taken + 1));
                    p = at + 1;
                    n = taken + 1;
                }
            }
        }
        pattern.iter().skip(p).all(|rest| *rest == '*')
    }

    /// Whether it could be meant for the number of an AWS account.
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
