//! The detail of the selected plan.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::core::plans::Absence;
use crate::app::page::plans::detail::{DetailLine, NAME_WIDTH};
use crate::app::{App, Pane};
use crate::text::wrap::width;
use crate::ui::look::Look;
use crate::ui::widget::text::{beyond, clean, left, span};

/// Draws the detail.
pub fn draw(frame: &mut Frame, app: &App, look: &Look, area: Rect) {
    let title = title(app);
    let focused = app.stack.plans.pane == Pane::Detail && app.stack.screen().is_none();
    let columns = usize::from(crate::app::view::layout::inside(area).width);
    let all = app.stack.plans.detail.lines(&app.core, columns);
    let top = app.stack.plans.detail.scroll.top;
    let more = all
        .len()
        .saturating_sub(top + usize::from(area.height.saturating_sub(2)));
    let title = beyond(&title, 0, more, usize::MAX, look);
    let inside = crate::ui::pane(frame, look, area, &title, focused);
    if focused {
        crate::ui::focus(frame, inside, 0);
    }
    let shown = all.iter().skip(top).take(usize::from(inside.height));
    crate::ui::lines(frame, inside, shown.map(|shown| line(shown, look)));
}

/// The title: the plan whose detail it is.
pub(in crate::ui) fn title(app: &App) -> String {
    match app.core.plans.selected() {
        Some(row) if app.stack.plans.detail.raw => format!("Plan {} as JSON", row.plan.id),
        Some(row) => format!("Plan {}", row.plan.id),
        None => match app.core.plans.missing() {
            Some(missing) if missing.why == Absence::Gone => format!("Plan {}: GONE", missing.id),
            Some(missing) => format!("Plan {}: not in the list", missing.id),
            None => "Plan".to_owned(),
        },
    }
}

pub(in crate::ui) fn line(shown: &DetailLine, look: &Look) -> Line<'static> {
    match shown {
        DetailLine::Head(text) => Line::styled(clean(text).into_owned(), look.title),
        DetailLine::Text(text) => Line::styled(clean(text).into_owned(), look.value),
        DetailLine::Found(level, text) => {
            Line::styled(clean(text).into_owned(), look.level(*level))
        }
        DetailLine::Pair {
            name,
            value,
            staged,
        } => {
            let columns = width(name).max(NAME_WIDTH);
            let mut spans = vec![
                span(left(name, columns, look), look.label),
                span(format!(" {}", clean(value)), look.value),
            ];
            if let Some(staged) = staged {
                let text = format!(" {} {}", look.symbols.arrow, clean(staged));
                spans.push(span(text, look.staged));
            }
            Line::from(spans)
        }
    }
}
