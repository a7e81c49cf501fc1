//! The API keys of a plan.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::core::catalogue::Load;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::keys::{KeyRow, PlanKeys};
use crate::app::view::layout;
use crate::app::{App, Presence};
use crate::text::wrap::wrap;
use crate::ui::look::Look;
use crate::ui::widget::text::{clean, left, span};

/// The width of an identifier with the space behind it, in columns.
const ID: usize = 13;
/// The width of the word that a key is enabled or not, in columns.
const ENABLED: usize = 10;
/// The width of the count of other plans, in columns.
const OTHERS: usize = 13;

/// Draws the API keys of a plan and, below them, the selected one.
pub fn draw(frame: &mut Frame, app: &App, keys: &PlanKeys, look: &Look, body: Rect) {
    let (table, below) = keys.panes(body);
    let name = app.core.short_plan(&keys.plan);
    if let Some(why) = why_empty(app, keys) {
        return says(frame, look, body, &format!("API keys of {name}"), &why);
    }
    let title = format!("{} of {name}", count(keys));
    let inside = crate::ui::pane(frame, look, table, &title, true);
    crate::ui::lines(frame, inside, rows(keys, inside, look));
    let line = 1 + keys.cursor.at.saturating_sub(keys.cursor.top);
    crate::ui::focus(frame, inside, line);
    selected(frame, app, keys, look, below);
}

/// The reason why there are no keys to show, where there are none.
pub(in crate::ui) fn why_empty(app: &App, keys: &PlanKeys) -> Option<String> {
    if app.core.presence(&keys.plan) == Presence::Gone {
        let text = "There are no API keys to show: the plan is gone.";
        // What was read while there was a plan can still be looked at.
        return keys.all.is_empty().then(|| text.to_owned());
    }
    match app.core.catalogue.plan_keys.get(&keys.plan) {
        Some(Load::Here(_)) if !keys.all.is_empty() => None,
        Some(Load::Here(_)) => {
            let key = app.core.keymap.label(Place::Keys, Command::AttachKey);
            Some(format!(
                "No API key is in this plan: nobody has access by it. {key} attaches one."
            ))
        }
        Some(Load::Failed { reason, is_denied }) => {
            let what = if *is_denied { "Not permitted: " } else { "" };
            Some(format!("{what}{reason}"))
        }
        Some(Load::Underway) => Some("The API keys are being read.".to_owned()),
        Some(Load::NotAsked) | None => {
            let key = app.core.keymap.label(Place::Keys, Command::Refresh);
            Some(format!("The API keys are not read; {key} reads them."))
        }
    }
}

/// `2 API keys`, `1 of 2 API keys (filter: app, 1 marked)`. It stands before the name,
/// which may be long.
pub(in crate::ui) fn count(keys: &PlanKeys) -> String {
    let all = match keys.all.len() {
        1 => "1 API key".to_owned(),
        n => format!("{n} API keys"),
    };
    let filter = (!keys.filter.is_empty()).then(|| format!("filter: {}", keys.filter));
    let marked = (!keys.marked.is_empty()).then(|| format!("{} marked", keys.marked.len()));
    let narrowed: Vec<String> = filter.into_iter().chain(marked).collect();
    let narrowed = if narrowed.is_empty() {
        String::new()
    } else {
        format!(" ({})", narrowed.join(", "))
    };
    if keys.shown.len() == keys.all.len() {
        format!("{all}{narrowed}")
    } else {
        format!("{} of {all}{narrowed}", keys.shown.len())
    }
}

/// A pane that says one thing.
fn says(frame: &mut Frame, look: &Look, area: Rect, title: &str, text: &str) {
    let inside = crate::ui::pane(frame, look, area, title, true);
    let lines = wrap(&clean(text), usize::from(inside.width));
    let lines = lines.into_iter().map(|line| Line::styled(line, look.value));
    crate::ui::lines(frame, inside, lines);
    crate::ui::focus(frame, inside, 0);
}

fn rows(keys: &PlanKeys, inside: Rect, look: &Look) -> Vec<Line<'static>> {
    let columns = usize::from(inside.width);
    let room = columns.saturating_sub(3 + ID + ENABLED + OTHERS);
    // Never more than there is, else nothing could be taken off for the customer.
    let name = (room * 3 / 5).max(10).min(room);
    let customer = room - name;
    let head = format!(
        "   {}{}{}{}{}",
        left("KEY", name, look),
        left(" ID", ID, look),
        left("ENABLED", ENABLED, look),
        left("CUSTOMER", customer, look),
        left("OTHER PLANS", OTHERS, look),
    );
    let shown = keys.shown.iter().enumerate().skip(keys.cursor.top);
    let row = |(at, place): (usize, &usize)| {
        let row = keys.all.get(*place)?;
        let is_selected = keys.cursor.selected() == Some(at);
        let pointer = if is_selected {
            look.symbols.pointer
        } else {
            " "
        };
        let mark = if keys.marked.contains(&row.id) {
            "* "
        } else {
            "  "
        };
        let enabled = match row.enabled {
            Some(false) => look.warning,
            _ => look.value,
        };
        let others = if row.is_complete {
            look.value
        } else {
            look.label
        };
        let id = format!(" {}", row.id);
        let customer_text = row.customer.as_deref().unwrap_or("?");
        let line = Line::from(vec![
            span(pointer, look.accent),
            span(mark, look.staged),
            span(left(or_dash(&row.name), name, look), look.value),
            span(left(&id, ID, look), look.label),
            span(left(is_enabled(row), ENABLED, look), enabled),
            span(left(or_dash(customer_text), customer, look), look.value),
            span(left(&row.count(), OTHERS, look), others),
        ]);
        Some(if is_selected {
            line.style(look.selected)
        } else {
            line
        })
    };
    std::iter::once(Line::styled(head, look.title))
        .chain(shown.filter_map(row))
        .take(usize::from(inside.height))
        .collect()
}

pub(in crate::ui) fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

pub(in crate::ui) fn is_enabled(row: &KeyRow) -> &'static str {
    match row.enabled {
        Some(true) => "yes",
        // A disabled key stays in its plans and gives no access: it is easily missed.
        Some(false) => "! no",
        None => "?",
    }
}

/// Draws which other plans the selected key is in, and what of that is not known.
fn selected(frame: &mut Frame, app: &App, keys: &PlanKeys, look: &Look, area: Rect) {
    let Some(row) = keys.selected() else {
        let inside = crate::ui::pane(frame, look, area, "No key is selected", false);
        let text = app
            .core
            .with_keys("Nothing fits the filter; <back> shows all.");
        return crate::ui::lines(frame, inside, [Line::styled(text, look.value)]);
    };
    let title = if row.name.is_empty() {
        row.id.clone()
    } else {
        format!("{} {}", row.name, row.id)
    };
    let lines = about(app, row, usize::from(layout::inside(area).width), look);
    let area = layout::as_tall(area, lines.len());
    let inside = crate::ui::pane(frame, look, area, &title, false);
    crate::ui::cut(frame, inside, lines, look);
}

/// The sentences about a key.
pub(in crate::ui) fn about(
    app: &App,
    row: &KeyRow,
    columns: usize,
    look: &Look,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut add = |text: &str, style, indent: usize| {
        let parts = wrap(&clean(text), columns.saturating_sub(indent));
        let before = " ".repeat(indent);
        lines.extend(
            parts
                .into_iter()
                .map(|part| Line::styled(format!("{before}{part}"), style)),
        );
    };
    if row.enabled == Some(false) {
        add("! It is disabled: it gives no access.", look.warning, 0);
    }
    let and_more = if row.is_complete { "" } else { " at least" };
    let text = match (row.others.len(), row.is_complete) {
        (0, true) => "It is in no other plan.".to_owned(),
        // Nothing known is no "none": the sentence below says what is missing.
        (0, false) => String::new(),
        (1, _) => format!("It is in 1 other plan{and_more}:"),
        (n, _) => format!("It is in {n} other plans{and_more}:"),
    };
    if !text.is_empty() {
        add(&text, look.value, 0);
    }
    for other in &row.others {
        add(&plan_line(app, other), look.value, 2);
    }
    if let Some(reason) = &row.failure {
        let text = format!("! Its plans could not be read: {reason}");
        add(&text, look.warning, 0);
    } else if !row.is_complete {
        let is_read = matches!(
            app.core.catalogue.plans_of.get(&row.id),
            Some(Load::Underway)
        );
        let text = if is_read {
            "Which other plans it is in is being read.".to_owned()
        } else {
            let key = app.core.keymap.label(Place::Keys, Command::KeyPlans);
            format!(
                "Not checked yet whether it is in {}: {key} checks.",
                if row.others.is_empty() {
                    "other plans"
                } else {
                    "more plans"
                }
            )
        };
        add(&text, look.label, 0);
    }
    lines
}

/// A plan with its stages.
fn plan_line(app: &App, id: &crate::plan::PlanId) -> String {
    let stages = app.core.known_plan(id).map(|plan| {
        let stages = plan.settings.stages.keys();
        let names = app.core.catalogue.names();
        stages.map(|stage| names.stage(stage)).collect::<Vec<_>>()
    });
    let stages = match stages.unwrap_or_default() {
        stages if stages.is_empty() => "no stages".to_owned(),
        stages => stages.join(" "),
    };
    format!("{}: {stages}", app.core.called_plan(id))
}
