//! Text in the columns of a terminal.

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

use crate::text::showable::{LONGEST, MOST_BYTES, clean, shortened};

/// The columns that a text takes: those of its characters, one after the other, as they
/// are drawn. (In one piece some scripts take fewer, where letters join into one.) A
/// character that may not be shown is counted as what stands in its place.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.len() <= LONGEST && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    let text = clean(text);
    let drawn = text.graphemes(true).map(|character| match character.len() {
        // Control characters too: a sign stands in their place.
        1 => 1,
        _ => usize::from(character.cell_width()),
    });
    drawn.sum()
}

/// A text in lines of at most so many columns, broken at white space where there
/// is some, else between characters. A character that is wider by itself has a
/// line of its own. What may not be shown stands as a sign, and a text that is too long
/// says how much more there is.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    // A single character may take two columns, and would never fit into one.
    let columns = columns.max(2);
    shortened(text, MOST_BYTES)
        .split('\n')
        .flat_map(|line| wrap_line(&clean(line), columns))
        .collect()
}

/// The number of lines that a text takes in so many columns.
#[must_use]
pub fn lines_of(text: &str, columns: u16) -> u16 {
    u16::try_from(wrap(text, usize::from(columns)).len()).unwrap_or(u16::MAX)
}

fn wrap_line(line: &str, columns: usize) -> Vec<String> {
    if width(line) <= columns {
        return vec![line.to_owned()];
    }
    let mut lines = Vec::new();
    let mut current = String::new();
    let mut used = 0;
    for word in line.split_inclusive(' ').flat_map(|word| {
        let bare = word.trim_end_matches(' ');
        [bare, word.get(bare.len()..).unwrap_or_default()]
    }) {
        let wide = width(word);
        if used + wide <= columns {
            current.push_str(word);
            used += wide;
            continue;
        }
        // A word that fits a line of its own begins the next one.
        if wide <= columns {
            lines.push(std::mem::take(&mut current));
            used = 0;
            if !word.trim().is_empty() {
                current.push_str(word);
                used = wide;
            }
            continue;
        }
        for grapheme in word.graphemes(true) {
            let wide = width(grapheme);
            if used + wide > columns {
                lines.push(std::mem::take(&mut current));
                used = 0;
            }
            current.push_str(grapheme);
            used += wide;
        }
    }
    lines.push(current);
    lines.retain(|line| !line.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(
            wrap("the lower of the limits", 12),
            ["the lower of", "the limits"]
        );
    }

    #[test]
    fn a_character_that_is_too_wide_has_its_own_line() {
        let wide = "\u{1AFFD}\u{16F51}";
        assert!(width(wide) > 2);
        assert_eq!(wrap(&format!("a{wide}b"), 2), ["a", wide, "b"]);
    }

    #[test]
    fn a_text_that_never_ends_is_cut_in_words() {
        for text in ["x".repeat(10_000_000), "a\n".repeat(5_000_000)] {
            let lines = wrap(&text, 80);
            assert!(lines.len() < MOST_BYTES, "{}", lines.len());
            let end = lines[lines.len().saturating_sub(3)..].concat();
            assert!(end.ends_with(" more characters"), "{end}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_line_is_too_wide(text in "\\PC{0,80}", columns in 2_usize..40) {
            let lines = wrap(&text, columns);
            for line in &lines {
                let is_one = line.graphemes(true).count() == 1;
                prop_assert!(width(line) <= columns || is_one, "{line:?}");
            }
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&lines.concat()), bare(&clean(&text)));
        }
    }
}
