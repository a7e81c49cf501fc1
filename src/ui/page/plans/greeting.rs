//! What a newcomer reads.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::ui::look::Look;
use crate::ui::widget::text::fit;

/// Draws the greeting, with a border where there is room for one.
pub fn draw(frame: &mut Frame, lines: &[String], look: &Look, area: Rect) {
    if lines.is_empty() {
        return;
    }
    let is_bordered = usize::from(area.height) > lines.len();
    let inside = if is_bordered {
        crate::ui::pane(frame, look, area, "First steps", false)
    } else {
        area
    };
    let columns = usize::from(inside.width);
    let lines = lines.iter();
    let lines = lines.map(|line| Line::styled(fit(line, columns, look).into_owned(), look.value));
    crate::ui::lines(frame, inside, lines);
}
