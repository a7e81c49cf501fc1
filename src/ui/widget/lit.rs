//! Letters that fit what was typed, lit in the texts that are drawn.

use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;

use crate::text::search::{Search, Searcher};
use crate::ui::look::Look;
use crate::ui::widget::text::{clean, left, span};

/// A search whose letters are lit in the texts that fit it.
#[derive(Debug)]
pub struct Lit {
    search: Search,
    searcher: Searcher,
}

impl Lit {
    /// Lights what fits a search; `None` where it has no words, and nothing is lit.
    #[must_use]
    pub fn of(search: &Search) -> Option<Self> {
        (!search.is_empty()).then(|| Self {
            search: search.clone(),
            searcher: Searcher::default(),
        })
    }

    /// A text on the left of exactly so many columns, with the letters lit that fit.
    fn spans(
        &mut self,
        text: &str,
        columns: usize,
        style: Style,
        look: &Look,
    ) -> Vec<Span<'static>> {
        let text = clean(text);
        let places = self.search.places(&text, &mut self.searcher);
        let shown = left(&text, columns, look);
        // Not by colour alone.
        let lit = look.accent.add_modifier(Modifier::UNDERLINED);
        let mut spans: Vec<Span<'static>> = Vec::new();
        let mut was_lit = None;
        for (at, letter) in shown.graphemes(true).enumerate() {
            let is_lit = places.binary_search(&at).is_ok();
            match spans.last_mut().filter(|_| was_lit == Some(is_lit)) {
                Some(last) => last.content.to_mut().push_str(letter),
                None => spans.push(span(letter, if is_lit { lit } else { style })),
            }
            was_lit = Some(is_lit);
        }
        spans
    }
}

/// A text on the left of exactly so many columns, with the letters lit that fit a search,
/// where there is one.
#[must_use]
pub fn left_lit(
    lit: Option<&mut Lit>,
    text: &str,
    columns: usize,
    style: Style,
    look: &Look,
) -> Vec<Span<'static>> {
    match lit {
        Some(lit) => lit.spans(text, columns, style, look),
        None => vec![span(left(text, columns, look), style)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::wrap::width;

    #[test]
    fn lit_letters_are_told_apart_and_the_width_holds() {
        let look = Look::new(false, true);
        let mut lit = Lit::of(&Search::parse("gold"));
        let mut lit_of = |text: &str, columns| -> (String, String) {
            let spans = left_lit(lit.as_mut(), text, columns, look.value, &look);
            let is_lit = |span: &&Span| span.style.add_modifier.contains(Modifier::UNDERLINED);
            let all: String = spans.iter().map(|span| span.content.as_ref()).collect();
            let lit = spans.iter().filter(is_lit);
            (all, lit.map(|span| span.content.as_ref()).collect())
        };
        for (text, columns, shown, wanted) in [
            ("my gold", 9, "my gold  ", "gold"),
            ("cafe\u{301} GOLD", 9, "cafe\u{301} GOLD", "GOLD"),
            ("silver", 6, "silver", ""),
            ("套餐gold", 8, "套餐gold", "gold"),
            ("gold partners", 3, "go…", "go…"),
        ] {
            let (all, lit) = lit_of(text, columns);
            assert_eq!((all.as_str(), lit.as_str()), (shown, wanted));
            assert_eq!(width(&all), columns);
        }
        assert!(Lit::of(&Search::parse(" ")).is_none());
    }
}
