//! The list of plans.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::core::plans::{Column, List, Loading, Row, Widths};
use crate::app::keys::command::Command;
use crate::app::page::plans::columns::{Wide, columns};
use crate::app::page::plans::needs;
use crate::app::view::level::mark;
use crate::app::{App, Pane};
use crate::plan::edit::draft::Draft;
use crate::plan::{Quota, Rate};
use crate::ui::look::Look;
use crate::ui::widget::lit::{Lit, left_lit};
use crate::ui::widget::text::{clean, left, right, span};

/// Draws the list.
pub fn draw(frame: &mut Frame, app: &App, look: &Look, area: Rect) {
    let focused = app.stack.plans.pane == Pane::List && app.stack.screen().is_none();
    let inside = crate::ui::pane(frame, look, area, &title(app, look), focused);
    let places = columns(&needs(&app.core), usize::from(inside.width));
    let widths = app.core.plans.widths();
    let head = Line::styled(head(&places, &app.core.plans, look), look.title);
    let mut lit = Lit::of(app.core.plans.search());
    let rows = app.core.plans.window().map(|(selected, row)| {
        let drafted = app
            .core
            .draft_of(&row.plan.id)
            .is_some_and(Draft::is_changed);
        let state = RowState { selected, drafted };
        line(row, "", state, lit.as_mut(), (&places, widths), look)
    });
    crate::ui::lines(frame, inside, std::iter::once(head).chain(rows));
    if focused {
        let selected = app.core.plans.window().position(|(selected, _)| selected);
        crate::ui::focus(frame, inside, 1 + selected.unwrap_or(0));
    }
    if app.core.plans.shown() == 0 {
        let below = Rect {
            y: inside.y + 2,
            height: inside.height.saturating_sub(2),
            ..inside
        };
        let columns = usize::from(below.width).saturating_sub(4);
        let text = crate::text::wrap::wrap(&clean(&why_empty(app)), columns);
        let lines = text
            .into_iter()
            .map(|text| Line::styled(format!("  {text}"), look.label));
        crate::ui::lines(frame, below, lines);
    }
}

/// The title: how many of how many, narrowed by what, sorted by what, and if more come.
pub(in crate::ui) fn title(app: &App, look: &Look) -> String {
    let list = &app.core.plans;
    let mut title = format!("Plans {} of {}", list.shown(), list.len());
    title += match list.loading {
        Loading::NotAsked => ", connecting",
        Loading::Underway => ", reading",
        Loading::Done => "",
        Loading::Failed(_) => ", reading failed",
        Loading::Stopped => ", reading stopped",
    };
    let mut parts = vec![title];
    let marked = list.marked();
    match (marked.all, marked.hidden) {
        (0, _) => {}
        (all, 0) => parts.push(format!("{all} marked")),
        (all, hidden) => parts.push(format!("{all} marked, {hidden} of them hidden")),
    }
    if let Some(key) = &list.of_key {
        parts.push(format!("of key {} {}", key.id, key.name));
    }
    parts.extend(narrowed(list));
    match app.core.new_plans() {
        0 => {}
        n => parts.push(format!("{n} new ({})", app.core.key_for(Command::NewPlan))),
    }
    parts.join(&format!(" {} ", look.symbols.dot))
}

/// The filter, and the order where it is that of the filter.
pub(in crate::ui) fn narrowed(list: &List) -> Vec<String> {
    let mut parts = Vec::new();
    if !list.filter().is_empty() {
        parts.push(format!("/{}", list.filter()));
    }
    // One row has no order.
    if list.is_by_fit() && list.shown() > 1 {
        parts.push("best match first".to_owned());
    }
    parts
}

/// The heads of the columns. That which the plans stand by has an arrow.
pub(in crate::ui) fn head(places: &[Wide], list: &List, look: &Look) -> String {
    let sort = list.sort();
    let cells = places.iter().map(|wide| {
        let column = wide.column;
        let is_sorted = column == sort.column && !list.is_by_fit();
        let mark = match (is_sorted, sort.descending) {
            (false, _) => "",
            (true, true) => look.symbols.sorted[0],
            (true, false) => look.symbols.sorted[1],
        };
        // Four marks fill that column.
        let title = if column == Column::Findings {
            ""
        } else {
            column.title()
        };
        let title = cell(column, &format!("{title}{mark}"), wide.text, look);
        left(&title, wide.all(), look)
    });
    cells.collect::<Vec<_>>().join(" ")
}

/// Numbers stand on the right, texts on the left.
fn cell(column: Column, text: &str, columns: usize, look: &Look) -> String {
    match column {
        Column::Rate | Column::Burst | Column::Quota | Column::Used | Column::Stages => {
            right(text, columns, look)
        }
        _ => left(text, columns, look),
    }
}

/// The marks in front of a plan: selected, marked, drafted, with findings.
fn marks(row: &Row, selected: bool, drafted: bool, look: &Look, spans: &mut Vec<Span<'static>>) {
    // A sign as well as a color: in a terminal without colors the line would not stand out.
    let pointer = if selected { look.symbols.pointer } else { " " };
    let draft = if drafted { "~" } else { " " };
    let (finding, level) = match (row.is_doubtful, row.signs.worst()) {
        // The findings are those of the plan as it was read, which a send may have changed.
        (true, _) => ("?", look.warning),
        (false, Some(level)) => (mark(level), look.level(level)),
        (false, None) => (" ", look.value),
    };
    // What is not there has no colour either: the selected line is reversed.
    let marked = |sign: &str, style| if sign == " " { look.value } else { style };
    let chosen = if row.is_marked {
        look.symbols.marked
    } else {
        " "
    };
    spans.push(span(pointer, marked(pointer, look.accent)));
    spans.push(span(chosen, marked(chosen, look.accent)));
    spans.push(span(draft, marked(draft, look.staged)));
    spans.push(span(finding, level));
    spans.push(span(" ", look.value));
}

/// The state of a row.
#[derive(Clone, Copy)]
pub(in crate::ui) struct RowState {
    /// True for the selected one.
    pub selected: bool,
    /// True where its plan has a draft.
    pub drafted: bool,
}

/// A row of the list. The bars are on the scales of all plans.
pub(in crate::ui) fn line(
    row: &Row,
    place: &str,
    state: RowState,
    mut lit: Option<&mut Lit>,
    (places, widths): (&[Wide], &Widths),
    look: &Look,
) -> Line<'static> {
    let mut spans = Vec::with_capacity(places.len() * 3);
    for wide in places {
        let column = wide.column;
        let text = match column {
            Column::Findings => {
                marks(row, state.selected, state.drafted, look, &mut spans);
                continue;
            }
            Column::Where => place.into(),
            Column::Name => {
                let name = &row.plan.settings.name;
                let lit = lit.as_deref_mut();
                spans.extend(left_lit(lit, name, wide.text, look.value, look));
                spans.push(span(" ", look.value));
                continue;
            }
            Column::ProductCode => row.value(column).unwrap_or_default(),
            _ => row.value(column).unwrap_or("-".into()),
        };
        spans.push(span(cell(column, &text, wide.text, look), look.value));
        spans.push(span(" ", look.value));
        if wide.bar > 0 {
            let bar = look.symbols.share(share(row, column, widths), wide.bar);
            let bar = left(&bar, wide.bar, look);
            spans.push(span(bar, look.picture(look.accent)));
            spans.push(span(" ", look.value));
        }
    }
    // Nothing stands behind the last space.
    spans.pop();
    let line = Line::from(spans);
    if state.selected {
        line.style(look.selected)
    } else {
        line
    }
}

/// The length of a bar, from 0 to 1: rates and quotas are powers of ten apart.
fn share(row: &Row, column: Column, widths: &Widths) -> f64 {
    let settings = &row.plan.settings;
    let (scale, value) = if column == Column::Rate {
        let rate = settings.throttle.and_then(|throttle| throttle.rate);
        (widths.rates(), rate)
    } else {
        let quota = settings.quota.as_ref().and_then(Quota::per_day);
        (widths.quotas(), quota.map(Rate::as_read))
    };
    value.map_or(0.0, |value| scale.share(value))
}

/// An empty list says why it is empty.
pub(in crate::ui) fn why_empty(app: &App) -> String {
    let list = &app.core.plans;
    match &list.loading {
        Loading::Failed(reason) => {
            format!("{reason} {}", app.core.with_keys("<refresh> tries again."))
        }
        Loading::NotAsked | Loading::Underway if list.is_empty() => "Reading the plans.".to_owned(),
        _ if list.is_empty() && list.of_key.is_some() => app
            .core
            .with_keys("No plan has this API key. <back> shows all plans."),
        _ if list.is_empty() => app
            .core
            .with_keys("This account has no usage plans in this Region. <new-plan> starts one."),
        _ => format!(
            "None of {} plans fits \"{}\". {}",
            list.len(),
            list.filter(),
            app.core.with_keys("<back> shows all.")
        ),
    }
}
