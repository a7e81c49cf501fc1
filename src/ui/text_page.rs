//! The page of a text: without a border at its sides, so that the terminal selects the
//! text and nothing else.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::look::Look;
use super::text::{clean, fit};
use crate::app::App;
use crate::app::text_page::TextPage;

/// Draws the page of a text.
pub fn draw(frame: &mut Frame, app: &App, page: &TextPage, look: &Look, area: Rect) {
    let columns = usize::from(area.width);
    let mouse = if app.has_mouse {
        app.with_keys(" <mouse> leaves the mouse to the terminal, to select;")
    } else {
        String::new()
    };
    let keys = app.with_keys(" <copy> copies, <save-text> writes it to a file");
    let title = format!("The {}:{mouse}{keys}", page.content.what);
    let title = Line::styled(fit(&title, columns, look).into_owned(), look.accent);
    let lines = page.lines(columns).into_iter().skip(page.scroll.top);
    let lines = lines.map(|line| Line::styled(clean(&line).into_owned(), look.text));
    super::lines(frame, area, std::iter::once(title).chain(lines));
}
