//! The plans of all places as one list.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::list::{RowState, head, line, narrowed};
use crate::app::Pane;
use crate::app::core::plans::Loading;
use crate::app::fleet::Desk;
use crate::app::keys::command::Command;
use crate::app::page::plans::columns::columns as wide_columns;
use crate::app::page::plans::needs;
use crate::plan::edit::draft::Draft;
use crate::text::wrap::wrap;
use crate::ui::look::Look;
use crate::ui::widget::lit::Lit;
use crate::ui::widget::text::{clean, fit};

/// Draws the list of all places, and below it how it stands with those that are not all
/// there.
pub fn draw(frame: &mut Frame, desk: &Desk, look: &Look, area: Rect) {
    let app = desk.front();
    let focused = app.stack.plans.pane == Pane::List && app.stack.screen().is_none();
    let inside = crate::ui::pane(frame, look, area, &title(desk, look), focused);
    let columns = usize::from(inside.width);
    let needs = needs(&app.core);
    let places = wide_columns(&needs, columns);
    let top = Line::styled(head(&places, &app.core.plans, look), look.title);
    let mut lit = Lit::of(app.core.plans.search());
    let rows = desk.window().map(|(selected, stand, row)| {
        let drafted = stand
            .app
            .core
            .draft_of(&row.plan.id)
            .is_some_and(Draft::is_changed);
        let place = &stand.app.core.seat.label;
        let state = RowState { selected, drafted };
        let columns = (places.as_slice(), needs.widths);
        line(row, place, state, lit.as_mut(), columns, look)
    });
    crate::ui::lines(frame, inside, std::iter::once(top).chain(rows));
    if focused {
        let selected = desk.window().position(|(selected, ..)| selected);
        crate::ui::focus(frame, inside, 1 + selected.unwrap_or(0));
    }
    let foot = desk.foot();
    let foot_rows = u16::try_from(foot.len()).unwrap_or(0);
    if desk.in_sight().is_none_or(|sight| sight.count == 0) {
        let below = Rect {
            y: inside.y + 2,
            height: inside.height.saturating_sub(2 + foot_rows),
            ..inside
        };
        let text = wrap(&clean(&why_empty(desk)), columns.saturating_sub(4));
        let lines = text.into_iter();
        let lines = lines.map(|text| Line::styled(format!("  {text}"), look.label));
        crate::ui::lines(frame, below, lines);
    }
    let at_foot = Rect {
        y: inside.bottom().saturating_sub(foot_rows),
        height: foot_rows.min(inside.height),
        ..inside
    };
    // The list may reach down to here, and these lines stand in the place of its last ones.
    crate::ui::clear(frame, at_foot);
    let lines = foot.into_iter().map(|(is_wrong, text)| {
        let style = if is_wrong { look.warning } else { look.label };
        let mark = if is_wrong { "! " } else { "  " };
        let text = format!("{mark}{}", clean(&text));
        Line::styled(fit(&text, columns, look).into_owned(), style)
    });
    crate::ui::lines(frame, at_foot, lines);
}

/// The title: how many of how many, of how many places, narrowed by what, and if more come.
pub(in crate::ui) fn title(desk: &Desk, look: &Look) -> String {
    let sight = desk.in_sight().unwrap_or_default();
    let places = desk.places();
    let is_reading = |loading: &Loading| matches!(loading, Loading::NotAsked | Loading::Underway);
    let mut title = format!("Plans {} of {}", sight.count, desk.plans());
    if places
        .iter()
        .any(|stand| is_reading(&stand.app.core.plans.loading))
    {
        title += ", reading";
    }
    let mut parts = vec![title, format!("{} accounts", places.len())];
    match (sight.marked.all, sight.marked.hidden) {
        (0, _) => {}
        (all, 0) => parts.push(format!("{all} marked")),
        (all, hidden) => parts.push(format!("{all} marked, {hidden} of them hidden")),
    }
    let new: usize = places.iter().map(|stand| stand.app.core.new_plans()).sum();
    if new > 0 {
        parts.push(format!(
            "{new} new ({})",
            desk.front().core.key_for(Command::NewPlan)
        ));
    }
    parts.extend(narrowed(&desk.front().core.plans));
    parts.join(&format!(" {} ", look.symbols.dot))
}

/// An empty list says why it is empty.
pub(in crate::ui) fn why_empty(desk: &Desk) -> String {
    let app = desk.front();
    let places = desk.places();
    let is = |wanted: fn(&Loading) -> bool| {
        places
            .iter()
            .all(|stand| wanted(&stand.app.core.plans.loading))
    };
    if desk.plans() > 0 {
        let shows = app.core.with_keys("<back> shows all.");
        let (plans, filter) = (desk.plans(), app.core.plans.filter());
        return format!("None of {plans} plans fits \"{filter}\". {shows}");
    }
    if is(|loading| matches!(loading, Loading::Failed(_))) {
        return app
            .core
            .with_keys("None of the accounts can be read. <refresh> tries again.");
    }
    if is(|loading| *loading == Loading::Done) {
        return app
            .core
            .with_keys("These accounts have no usage plans. <new-plan> starts one.");
    }
    "Reading the plans.".to_owned()
}
