//! The page of a text: without a border at its sides, so that the terminal selects the
//! text and nothing else.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::App;
use crate::app::page::text::TextPage;
use crate::ui::look::Look;
use crate::ui::widget::text::{beyond, clean, fit};

/// Draws the page of a text.
pub fn draw(frame: &mut Frame, app: &App, page: &TextPage, look: &Look, area: Rect) {
    let columns = usize::from(area.width);
    let mouse = if app.core.operator.has_mouse {
        app.core.with_keys(", <mouse> selects with the mouse")
    } else {
        String::new()
    };
    let keys = app.core.with_keys("<copy> copies, <save-text> saves");
    let title = format!("The {}: {keys}{mouse}", page.content.what);
    let all = page.lines(columns);
    let rows = usize::from(area.height.saturating_sub(1));
    let below = all.len().saturating_sub(page.scroll.top + rows);
    let title = beyond(&title, page.scroll.top, below, columns, look);
    let title = Line::styled(fit(&title, columns, look).into_owned(), look.title);
    let lines = all.into_iter().skip(page.scroll.top);
    let lines = lines.map(|line| Line::styled(clean(&line).into_owned(), look.value));
    crate::ui::lines(frame, area, std::iter::once(title).chain(lines));
}
