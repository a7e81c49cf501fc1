//! Which characters may be shown as they are, and how much of a text.
//!
//! Text from the service and from elsewhere may hold characters that steer a terminal,
//! turn the direction of the text around them, or hide: a name that does is not to be
//! trusted. What is not seen by itself is shown by a sign or an escape, but for the parts
//! of emoji.

use std::borrow::Cow;
use std::fmt::Write as _;

use icu_properties::props::{
    DefaultIgnorableCodePoint, Emoji, ExtendedPictographic, GeneralCategory,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// The most characters of one text that are shown. A screen has a few thousand; a request
/// of the service that is reviewed has less.
pub const LONGEST: usize = 20_000;

/// The most bytes of one text that are looked at: a character may be made of many.
pub const MOST_BYTES: usize = 8 * LONGEST;

/// The most characters of a message that are shown: it stands in a few lines.
pub const LONGEST_MESSAGE: usize = 2_000;

/// The most code points of one character that are shown. Emoji of families have up to 10,
/// letters with all their marks fewer; names made of thousands cost the terminal dearly.
const MOST_MARKS: usize = 32;

/// The sign in the place of a character that is not shown.
pub const SIGN: char = '\u{fffd}';

/// Returns true if a character is not seen by itself: control, format, separators of
/// lines and paragraphs, and those that Unicode has ignored where a font does not know
/// them. Parts of emoji are among them.
#[must_use]
pub fn is_unshowable(c: char) -> bool {
    if matches!(c, ' '..='~') {
        return false;
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    ) || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Returns true if nothing in a text is unshowable, but for the parts of emoji.
#[must_use]
pub fn is_clean(text: &str) -> bool {
    is_plain(text) || Seen::of(text).all(|(_, is_seen)| is_seen)
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The characters of a text, each with whether it may be shown.
struct Seen<'a> {
    rest: std::str::Chars<'a>,
    before: Before,
    /// The number of code points of a flag that are still to come.
    of_flag: usize,
}

/// The character that stands before a part of an emoji.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing that it could be a part of.
    Other,
    /// A character that has a look as an emoji.
    Base(char),
    /// The same with its look chosen, or its skin.
    Chosen(char),
}

/// The flags that are made of tags: of England, Scotland and Wales. Unicode recommends
/// no other for general interchange (emoji-sequences.txt, `RGI_Emoji_Tag_Sequence`).
const FLAGS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];
const BLACK_FLAG: char = '\u{1f3f4}';
const JOINER: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';

impl<'a> Seen<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            rest: text.chars(),
            before: Before::Other,
            of_flag: 0,
        }
    }

    fn judge(&mut self, c: char) -> bool {
        if self.of_flag > 0 {
            self.of_flag -= 1;
            return true;
        }
        let (before, is_seen) = match (c, self.before) {
            ('\u{fe0e}' | '\u{fe0f}', Before::Base(base)) if self.takes_a_look(base) => {
                (Before::Chosen(base), true)
            }
            ('\u{1f3fb}'..='\u{1f3ff}', Before::Base(base)) => (Before::Chosen(base), true),
            (JOINER, Before::Base(base) | Before::Chosen(base)) => {
                let next = self.rest.clone().next();
                (
                    Before::Other,
                    is_picture(base) && next.is_some_and(is_picture),
                )
            }
            _ if is_unshowable(c) => (Before::Other, false),
            _ if CodePointSetData::new::<Emoji>().contains(c) || is_picture(c) => {
                (Before::Base(c), true)
            }
            _ => (Before::Other, true),
        };
        self.before = before;
        if c == BLACK_FLAG {
            self.of_flag = self.flag();
        }
        is_seen
    }

    /// Returns true if a character has two looks to choose from. Digits have only as keycaps.
    fn takes_a_look(&self, base: char) -> bool {
        !base.is_ascii() || self.rest.clone().next() == Some(KEYCAP)
    }

    /// The number of tags that follow and make a flag; 0 where they make none.
    fn flag(&self) -> usize {
        let tags = |name: &str| {
            let tag = |c: char| char::from_u32(0xe_0000 + u32::from(c));
            let tags: Vec<char> = name.chars().chain(['\u{7f}']).filter_map(tag).collect();
            tags
        };
        let is_next =
            |tags: &Vec<char>| self.rest.clone().take(tags.len()).eq(tags.iter().copied());
        let flag = FLAGS.iter().map(|name| tags(name)).find(is_next);
        flag.map_or(0, |tags| tags.len())
    }
}

impl Iterator for Seen<'_> {
    type Item = (char, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let c = self.rest.next()?;
        Some((c, self.judge(c)))
    }
}

fn is_picture(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}

/// A text in which what may not be shown stands as something else.
#[must_use]
pub fn escaped(text: &str, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (c, is_seen) in Seen::of(text) {
        if is_seen {
            shown.push(c);
        } else {
            escape(c, &mut shown);
        }
    }
    Cow::Owned(shown)
}

/// A text in one line that can be shown: as [`signed`], and a text that is too long says
/// how much more there is.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return signed(text);
    }
    // What is not even looked at costs nothing.
    let end = text.floor_char_boundary(MOST_BYTES);
    let shown = thinned(text.get(..end).unwrap_or(text));
    let mut characters = shown.grapheme_indices(true);
    let cut = characters.nth(LONGEST).map(|(at, _)| at);
    if cut.is_none() && end == text.len() {
        return Cow::Owned(signed(&shown).into_owned());
    }
    let shown = shown.get(..cut.unwrap_or(shown.len())).unwrap_or_default();
    let left = text.chars().count().saturating_sub(shown.chars().count());
    Cow::Owned(format!("{}{}", signed(shown), more(left)))
}

/// A text with a few of the marks where there are very many in a row, quickly: one more
/// than a character may have, so that it counts as cut.
fn thinned(text: &str) -> String {
    let mut in_a_row = 0;
    let is_kept = |c: &char| {
        in_a_row = match c.width() {
            None | Some(0) => in_a_row + 1,
            Some(_) => 0,
        };
        in_a_row <= MOST_MARKS + 1
    };
    text.chars().filter(is_kept).collect()
}

/// A text in one line, however long, that can be shown: what may not stands as a sign,
/// line breaks as `⏎`, and a character of too many parts ends in a sign.
#[must_use]
pub fn signed(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let shown = escaped(text, |c, shown| {
        shown.push(match c {
            '\n' => '⏎',
            '\t' => ' ',
            _ => SIGN,
        });
    });
    let is_heavy = |character: &str| character.len() > MOST_MARKS && marks(character) > MOST_MARKS;
    if shown.len() <= MOST_MARKS || !shown.graphemes(true).any(is_heavy) {
        return shown;
    }
    let light = shown.graphemes(true).flat_map(|character| {
        let sign = (marks(character) > MOST_MARKS).then_some(SIGN);
        character.chars().take(MOST_MARKS).chain(sign)
    });
    Cow::Owned(light.collect())
}

fn marks(character: &str) -> usize {
    character.chars().count()
}

/// A text of at most so many characters; where there are more, it says how many.
#[must_use]
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let Some((at, _)) = text.char_indices().nth(most) else {
        return Cow::Borrowed(text);
    };
    let (shown, rest) = text.split_at(at);
    Cow::Owned(format!("{shown}{}", more(rest.chars().count())))
}

/// The number of further characters, in words.
fn more(count: usize) -> String {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let characters = if count == 1 {
        "character"
    } else {
        "characters"
    };
    let count = crate::text::number::whole(count);
    format!("... {count} more {characters}")
}

/// JSON with every unshowable character escaped, which in JSON means the same. They
/// stand in its texts only; line breaks between its members stay.
#[must_use]
pub fn in_json(json: &str) -> Cow<'_, str> {
    // What is plain ASCII is resolved by one look at its bytes; without a way out in
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
    escaped(json, |c, escaped| {
        if c == '\n' {
            return escaped.push(c);
        }
        // JSON counts in units of UTF-16: a character beyond the first 65,536 takes two
        // escapes.
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to memory has no way to fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the operator would not see, as the issue of such characters lists them.
    const HIDDEN: [char; 22] = [
        '\0',
        '\u{1b}',
        '\u{7f}',
        '\u{9b}',
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{115f}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202e}',
        '\u{2066}',
        '\u{3164}',
        '\u{feff}',
        '\u{fff9}',
        '\u{fffb}',
        '\u{e0001}',
        '\u{e0100}',
    ];

    #[test]
    fn what_is_not_seen_is_marked() {
        for c in HIDDEN {
            assert!(is_unshowable(c), "{c:?}");
            for text in [format!("a{c}b"), format!("{c}"), format!("\u{1f600}{c}")] {
                assert!(!is_clean(&text), "{text:?}");
                assert!(is_clean(&clean(&text)), "{text:?}");
                assert!(clean(&text).contains(SIGN));
            }
        }
        assert_eq!(clean("a\nb\tc"), "a⏎b c");
    }

    #[test]
    fn emoji_stay_whole() {
        for emoji in [
            "\u{1f600}",
            "\u{2764}\u{fe0f}",
            "\u{2764}\u{fe0e}",
            "\u{1f44d}\u{1f3fd}",
            "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}",
            "\u{1f469}\u{1f3fd}\u{200d}\u{1f4bb}",
            "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}",
            "\u{1f441}\u{fe0f}\u{200d}\u{1f5e8}\u{fe0f}",
            "\u{1f1e9}\u{1f1ea}",
            "1\u{fe0f}\u{20e3}",
            "#\u{fe0f}\u{20e3}",
            "\u{a9}\u{fe0f}",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
            "\u{1f3f4}\u{200d}\u{2620}\u{fe0f}",
        ] {
            let text = format!("gold {emoji} plan{emoji}");
            assert_eq!(clean(&text), text);
        }
    }

    #[test]
    fn parts_of_emoji_that_make_none_are_marked() {
        for text in [
            "a\u{fe0f}",
            "1\u{fe0f}",
            "\u{fe0f}",
            "\u{1f600}\u{fe0f}\u{fe0f}",
            "\u{5957}\u{fe00}",
            "a\u{200d}b",
            "\u{1f600}\u{200d}",
            "\u{1f600}\u{200d}a",
            "\u{200d}\u{1f600}",
            "\u{1f600}\u{200d}\u{200d}\u{1f600}",
            "\u{e0067}\u{e007f}",
            "\u{1f3f4}\u{e0067}\u{e0062}",
            "\u{1f3f4}\u{e0068}\u{e0069}\u{e0064}\u{e0065}\u{e007f}",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}\u{e0061}",
        ] {
            assert!(!is_clean(text), "{text:?}");
            assert!(is_clean(&clean(text)), "{text:?}");
        }
    }

    #[test]
    fn of_all_of_unicode_only_what_is_seen_gets_out() {
        for c in '\0'..=char::MAX {
            let category = CodePointMapData::<GeneralCategory>::new().get(c);
            let is_hidden = c.is_control()
                || matches!(
                    category,
                    GeneralCategory::Format
                        | GeneralCategory::LineSeparator
                        | GeneralCategory::ParagraphSeparator
                )
                || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c);
            let text = format!("a{c}");
            assert_eq!(clean(&text) != text, is_hidden, "{c:?}");
            if is_hidden {
                assert!(!clean(&text).contains(c));
                let json = serde_json::Value::from(text).to_string();
                assert!(!in_json(&json).contains(c) || c == '\n');
            }
        }
    }

    #[test]
    fn a_text_that_is_too_long_says_how_much_more_there_is() {
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(shortened("abcd", 3), "abc... 1 more character");
        assert_eq!(shortened("äöü", 3), "äöü");
        let long = "x".repeat(10_000_000);
        let shown = clean(&long);
        assert!(
            shown.ends_with("x... 9.98M more characters"),
            "{}",
            shown.len()
        );
        assert!(shown.len() < LONGEST + 40);
    }

    #[test]
    fn a_character_of_very_many_parts_is_cut() {
        let name = format!("go{}ld", "\u{301}".repeat(50_000));
        let shown = clean(&name);
        assert!(shown.chars().count() < 40, "{}", shown.chars().count());
        assert!(shown.starts_with("go\u{301}") && shown.ends_with(&format!("{SIGN}ld")));
        let joined = vec!["\u{1f468}"; 5000].join("\u{200d}");
        assert!(clean(&joined).chars().count() < 40);
        // Letters with their marks stay.
        let marked = "Vi\u{302}\u{323}t กิ่ง नमस्ते 한글";
        assert_eq!(clean(marked), marked);
    }

    proptest! {
        #[test]
        fn json_means_the_same_and_steers_no_terminal(
            text in any::<String>(),
            hostile in "[\u{7f}-\u{9f}\u{202e}\u{feff}\u{2028}\u{e0061}\u{fe0f}a-é]{0,9}",
        ) {
            let value = serde_json::json!({ "text": text, "hostile": hostile });
            for json in [value.to_string(), format!("{value:#}")] {
                let shown = in_json(&json);
                prop_assert!(shown.lines().all(is_clean));
                prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&shown).unwrap(), &value);
            }
        }

        #[test]
        fn whatever_is_cleaned_is_clean(
            text in "[a1#\u{301}\u{200d}\u{fe0f}\u{fe0e}\u{20e3}\u{1f600}\u{2764}\u{1f3fd}\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}\u{1f1e9}\n]{0,40}",
        ) {
            let shown = clean(&text);
            prop_assert!(is_clean(&shown), "{:?}", shown);
            prop_assert_eq!(clean(&shown).into_owned(), shown.into_owned());
        }
    }
}
