//! The help page.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::App;
use crate::app::page::help::Help;
use crate::app::view::help_lines::HelpLine;
use crate::app::view::scroll::Scroll;
use crate::ui::look::Look;
use crate::ui::widget::text::{beyond, clean, span};

/// Draws the help page.
pub fn draw(frame: &mut Frame, app: &App, help: &Help, look: &Look, area: Rect) {
    let (scroll, lines) = (help.scroll, help.lines(&app.core));
    let title = clean(&help.title(&app.core)).into_owned();
    let title = scrolled(&title, lines.len(), scroll, look, area);
    let inside = crate::ui::pane(frame, look, area, &title, true);
    crate::ui::focus(frame, inside, 0);
    let shown = lines.into_iter().skip(scroll.top);
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
        HelpLine::Head(title) => Line::styled(title, look.title),
        HelpLine::Task(title) => Line::styled(format!(" {title}"), look.label),
        HelpLine::Text(text) => Line::styled(text, look.value),
        HelpLine::Blank => Line::default(),
        HelpLine::Command { keys, name, help } => {
            let mut spans = vec![span(format!("  {keys}"), look.accent)];
            if !name.is_empty() {
                spans.push(span(format!("  {name}"), look.label));
            }
            spans.push(span(format!("  {help}"), look.value));
            Line::from(spans)
        }
    }
}
