//! The help page and the log of requests.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::App;
use crate::app::input::hints::HelpLine;
use crate::app::view::scroll::Scroll;
use crate::ui::look::Look;
use crate::ui::widget::text::{beyond, fit, left, right, span};

/// Draws the help page.
pub fn help(frame: &mut Frame, app: &App, scroll: Scroll, look: &Look, area: Rect) {
    let title = app.with_keys("Help: the keys (<back> goes back)");
    let title = scrolled(&title, app.help_lines().len(), scroll, look, area);
    let inside = crate::ui::pane(frame, look, area, &title, true);
    crate::ui::focus(frame, inside, 0);
    let shown = app.help_lines().into_iter().skip(scroll.top);
    let lines = shown
        .take(usize::from(inside.height))
        .map(|shown| help_line(shown, look));
    crate::ui::lines(frame, inside, lines);
}

/// The title of a page within a border, and what of its lines is not in sight.
pub(in crate::ui) fn scrolled(
    title: &str,
    lines: usize,
    scroll: Scroll,
    look: &Look,
    area: Rect,
) -> String {
    let rows = usize::from(area.height.saturating_sub(2));
    let below = lines.saturating_sub(scroll.top + rows);
    let columns = usize::from(area.width).saturating_sub(4);
    beyond(title, scroll.top, below, columns, look)
}

/// A line of the help page.
pub(in crate::ui) fn help_line(line: HelpLine, look: &Look) -> Line<'static> {
    match line {
        HelpLine::Head(title) => Line::styled(title, look.accent),
        HelpLine::Text(text) => Line::styled(text, look.text),
        HelpLine::Blank => Line::default(),
        HelpLine::Command { keys, name, help } => {
            let mut spans = vec![span(format!("  {keys}"), look.accent)];
            if !name.is_empty() {
                spans.push(span(format!("  {name}"), look.dim));
            }
            spans.push(span(format!("  {help}"), look.text));
            Line::from(spans)
        }
    }
}

/// Why the log of requests is empty.
pub(in crate::ui) const NO_REQUESTS: &str =
    "No request was made yet: the first goes out as soon as it is known where to.";

/// Draws the log of requests, newest last.
pub fn requests(frame: &mut Frame, app: &App, scroll: Scroll, look: &Look, area: Rect) {
    let title = format!("Requests, times in UTC ({})", app.core.log.len());
    let title = scrolled(&title, app.core.log.len(), scroll, look, area);
    let inside = crate::ui::pane(frame, look, area, &title, true);
    let columns = usize::from(inside.width);
    crate::ui::focus(frame, inside, 0);
    if app.core.log.is_empty() {
        return crate::ui::lines(frame, inside, [Line::styled(NO_REQUESTS, look.dim)]);
    }
    let shown = app
        .core
        .log
        .iter()
        .skip(scroll.top)
        .take(usize::from(inside.height));
    let lines = shown.map(|request| {
        let (mark, outcome, style) = match &request.outcome {
            Ok(text) => ("  ", text, look.text),
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
                look.dim,
            ),
            span(right(&took, 9, look), look.dim),
            span(format!("  {}", left(&what, what_columns, look)), look.text),
            span(fit(outcome, room, look).into_owned(), style),
        ])
    });
    crate::ui::lines(frame, inside, lines);
}
