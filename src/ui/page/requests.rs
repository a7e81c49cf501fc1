//! The log of requests.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::help::scrolled;
use crate::app::App;
use crate::app::view::scroll::Scroll;
use crate::ui::look::Look;
use crate::ui::widget::text::{fit, left, right, span};

/// The text in the place of an empty log of requests.
pub(in crate::ui) const NO_REQUESTS: &str =
    "No request was made yet: the first goes out as soon as it is known where to.";

/// Draws the log of requests, newest last.
pub fn draw(frame: &mut Frame, app: &App, scroll: Scroll, look: &Look, area: Rect) {
    let title = format!("Requests, times in UTC ({})", app.core.log.len());
    let title = scrolled(&title, app.core.log.len(), scroll, look, area);
    let inside = crate::ui::pane(frame, look, area, &title, true);
    let columns = usize::from(inside.width);
    crate::ui::focus(frame, inside, 0);
    if app.core.log.is_empty() {
        return crate::ui::lines(frame, inside, [Line::styled(NO_REQUESTS, look.label)]);
    }
    let shown = app
        .core
        .log
        .iter()
        .skip(scroll.top)
        .take(usize::from(inside.height));
    let lines = shown.map(|request| {
        let (mark, outcome, style) = match &request.outcome {
            Ok(text) => ("  ", text, look.value),
            Err(text) => ("! ", text, look.error),
        };
        let attempt = match request.attempt {
            0 | 1 => String::new(),
            n => format!(" attempt {n}"),
        };
        let took = format!("{} ms", request.took.as_millis());
        let what = format!("{} {}{attempt}", request.operation, request.target);
        // What became of it has a third of the room at least.
        let rest = columns.saturating_sub(2 + 9 + 9 + 2);
        let what_columns = (rest / 2).min(34);
        let room = rest - what_columns;
        Line::from(vec![
            span(mark, style),
            span(
                format!("{} ", request.started.strftime("%H:%M:%S")),
                look.label,
            ),
            span(right(&took, 9, look), look.label),
            span(format!("  {}", left(&what, what_columns, look)), look.value),
            span(fit(outcome, room, look).into_owned(), style),
        ])
    });
    crate::ui::lines(frame, inside, lines);
}
