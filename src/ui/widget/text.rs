//! Text that fits its place and cannot steer the terminal.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;

use crate::text::showable;
use crate::text::wrap::width;
use crate::ui::look::Look;

/// A text from elsewhere in one line, free of what could steer the terminal, and not
/// longer than can be read: see [`showable::clean`].
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    showable::clean(text)
}

/// A clean text in at most so many columns; what does not fit ends in a mark.
#[must_use]
pub fn fit<'a>(text: &'a str, columns: usize, look: &Look) -> Cow<'a, str> {
    let text = clean(text);
    if width(&text) <= columns {
        return text;
    }
    let mark = look.symbols.ellipsis;
    let room = columns.saturating_sub(width(mark));
    let mut used = 0;
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        used += width(grapheme);
        if used > room {
            break;
        }
        kept.push_str(grapheme);
    }
    if columns > 0 {
        kept.push_str(mark);
    }
    Cow::Owned(kept)
}

/// A text on the left of exactly so many columns.
#[must_use]
pub fn left(text: &str, columns: usize, look: &Look) -> String {
    let text = fit(text, columns, look);
    let space = columns.saturating_sub(width(&text));
    format!("{text}{}", " ".repeat(space))
}

/// A text on the right of exactly so many columns.
#[must_use]
pub fn right(text: &str, columns: usize, look: &Look) -> String {
    let text = fit(text, columns, look);
    let space = columns.saturating_sub(width(&text));
    format!("{}{text}", " ".repeat(space))
}

/// A title, and how many lines are above and below what is shown of a pane, in so many
/// columns.
#[must_use]
pub fn beyond(title: &str, above: usize, below: usize, columns: usize, look: &Look) -> String {
    let lines = |n: usize| if n == 1 { "line" } else { "lines" };
    let more = match (above, below) {
        (0, 0) => return title.to_owned(),
        (0, n) => format!(" ({n} more {} below)", lines(n)),
        (n, 0) => format!(" ({n} more {} above)", lines(n)),
        (above, n) => format!(" ({above} above, {n} more {} below)", lines(n)),
    };
    format!(
        "{}{more}",
        fit(title, columns.saturating_sub(width(&more)), look)
    )
}

/// A text with a capital and a full stop.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// A styled piece of a line.
#[must_use]
pub fn span(text: impl Into<String>, style: Style) -> Span<'static> {
    Span::styled(text.into(), style)
}

/// The number of columns that pieces of a line take.
#[must_use]
pub fn wide(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| width(&span.content)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_cut_carries_a_mark() {
        let look = Look::new(true, true);
        assert_eq!(left("gold partners", 6, &look), "gold …");
        assert_eq!(right("12", 5, &look), "   12");
        assert_eq!(left("套餐套餐", 5, &look), "套餐…");
    }

    proptest! {
        #[test]
        fn any_text_fits_and_is_unshowable_nothing(text in any::<String>(), columns in 0_usize..30) {
            for look in [Look::new(true, true), Look::new(false, false)] {
                let fitted = left(&text, columns, &look);
                prop_assert_eq!(width(&fitted), columns, "{:?}", fitted);
                prop_assert!(showable::is_clean(&fitted));
            }
        }
    }
}
