//! The page that tells who you are.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::App;
use crate::app::page::identity::FACT_COLUMNS;
use crate::app::view::scroll::Scroll;
use crate::ui::look::Look;
use crate::ui::page::help::scrolled;
use crate::ui::widget::text::{clean, left, span};

/// Draws the page.
pub fn draw(frame: &mut Frame, app: &App, scroll: Scroll, look: &Look, area: Rect) {
    let columns = usize::from(area.width.saturating_sub(2));
    let all = app.core.who_lines(columns);
    let title = scrolled("Who you are", all.len(), scroll, look, area);
    let inside = crate::ui::pane(frame, look, area, &title, true);
    crate::ui::focus(frame, inside, 0);
    let lines = all.into_iter();
    let lines = lines.skip(scroll.top).map(|fact| {
        let style = if fact.is_missing {
            look.warning
        } else {
            look.value
        };
        Line::from(vec![
            span(left(fact.name, FACT_COLUMNS, look), look.label),
            span(clean(&fact.text).into_owned(), style),
        ])
    });
    crate::ui::lines(frame, inside, lines);
}
