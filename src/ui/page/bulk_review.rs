//! One review for many drafts.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::review;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::bulk_review::{BulkLine, BulkReview, Shown, Which};
use crate::app::view::cells::{Change, cells};
use crate::app::{App, DraftId};
use crate::plan::Settings;
use crate::plan::edit::jump::Jump;
use crate::ui::look::Look;
use crate::ui::widget::cells::{ChangeTable, Names};
use crate::ui::widget::text::{fit, left, span};

/// The width of a limit's values, and the step by which they scroll, in columns.
const VALUES: usize = 17;
const SIZE: usize = 21;

/// Draws the review.
pub fn draw(frame: &mut Frame, app: &App, review: &BulkReview, look: &Look, area: Rect) {
    let inside = crate::ui::pane(frame, look, area, &title(app, review, area), true);
    let columns = usize::from(inside.width);
    let shown = review.lines.iter().enumerate().skip(review.cursor.top);
    let shown: Vec<(usize, &BulkLine)> = shown.take(usize::from(inside.height)).collect();
    let cursor = review.cursor.at;
    let selected = shown.iter().position(|(at, _)| *at == cursor);
    let told: Vec<&BulkLine> = shown.into_iter().map(|(_, line)| line).collect();
    let lines = told_of(app, &told, columns, look).into_iter().enumerate();
    let lines = lines.map(|(at, drawn)| {
        if Some(at) == selected {
            drawn.style(look.selected)
        } else {
            drawn
        }
    });
    crate::ui::lines(frame, inside, lines);
    crate::ui::focus(
        frame,
        inside,
        review.cursor.at.saturating_sub(review.cursor.top),
    );
}

/// Lines of the review, columns under each other.
pub(in crate::ui) fn told_of(
    app: &App,
    shown: &[&BulkLine],
    columns: usize,
    look: &Look,
) -> Vec<Line<'static>> {
    let plans = shown.iter().filter_map(|line| match &line.shown {
        Shown::Plan(id) => Some((called(app, id), changes(app, id))),
        _ => None,
    });
    let plans: Vec<((&str, &str), Vec<Change>)> = plans.collect();
    // As wide as what is in sight: one long name far below takes no room here.
    let names = Names::of(plans.iter().map(|(called, _)| *called), columns);
    let room = columns.saturating_sub(names.width() + 4);
    let table = ChangeTable::of(plans.iter().flat_map(|(_, changes)| changes), room, look);
    let lines = shown.iter().map(|line| {
        let drawn = match &line.shown {
            Shown::Line(text) => {
                review::line(text, columns.saturating_sub(usize::from(line.indent)), look)
            }
            Shown::Group {
                plans,
                is_new,
                is_open,
            } => group(*plans, *is_new, *is_open, look),
            Shown::Jump { plan, jump, is_far } => {
                moved(jump, called(app, plan), *is_far, columns, look)
            }
            Shown::Plan(id) => {
                let mut spans = names.cells(called(app, id), (" ", look.value), look);
                spans.extend(table.cells(&changes(app, id), look));
                Line::from(spans)
            }
        };
        let indent = span(" ".repeat(usize::from(line.indent)), look.value);
        indented(indent, drawn)
    });
    lines.collect()
}

fn indented(indent: Span<'static>, line: Line<'static>) -> Line<'static> {
    // A line's style is not in its spans: new ones alone would lose it.
    let style = line.style;
    let mut spans = vec![indent];
    spans.extend(line.spans);
    Line::from(spans).style(style)
}

pub(in crate::ui) fn title(app: &App, review: &BulkReview, area: Rect) -> String {
    let drafts = |count: usize| match count {
        1 => "1 draft".to_owned(),
        n => format!("{n} drafts"),
    };
    let which = match review.which {
        Which::Marked { plans: 1, .. } => {
            format!("{} of 1 marked plan", drafts(review.drafts.len()))
        }
        Which::Marked { plans, .. } => {
            format!("{} of {plans} marked plans", drafts(review.drafts.len()))
        }
        Which::All if review.drafts.len() == 1 => drafts(1),
        Which::All => format!("all {}", drafts(review.drafts.len())),
    };
    let key = app.core.keymap.label(Place::BulkReview, Command::Send);
    let aims = review
        .drafts
        .iter()
        .filter_map(|id| app.core.aim_of_draft(id));
    let title = match app.core.sent_before(aims) {
        Some(word) => format!("Review of {which}: some was sent before, {word}"),
        None => format!("Review of {which}: {key} sends {}", review.sendable()),
    };
    let rows = usize::from(area.height).saturating_sub(2);
    match review.lines.len().saturating_sub(review.cursor.top + rows) {
        0 => title,
        1 => format!("{title} (1 more line below)"),
        n => format!("{title} ({n} more lines below)"),
    }
}

/// A limit that moves: which, from what to what, how far, and in which plan.
fn moved(
    jump: &Jump,
    (id, name): (&str, &str),
    is_far: bool,
    columns: usize,
    look: &Look,
) -> Line<'static> {
    let (mark, style) = if is_far {
        ("! ", look.warning)
    } else {
        ("  ", look.value)
    };
    let (before, after) = jump.values();
    let values = look.symbols.moved(&before, &after);
    // A method's limit has a long name.
    let what = if columns >= 100 { 40 } else { 16 };
    let room = columns.saturating_sub(2 + what + VALUES + SIZE);
    Line::from(vec![
        span(mark, style),
        span(left(&jump.what(), what - 1, look), style),
        span(" ", style),
        span(left(&values, VALUES - 1, look), style),
        span(" ", style),
        span(left(&jump.size().to_string(), SIZE - 1, look), style),
        span(" ", style),
        span(
            fit(&format!("{id} {name}"), room, look).into_owned(),
            look.value,
        ),
    ])
}

fn group(plans: usize, is_new: bool, is_open: bool, look: &Look) -> Line<'static> {
    let fold = if is_open { "-" } else { "+" };
    let what = match (plans, is_new) {
        (1, true) => "1 new plan".to_owned(),
        (n, true) => format!("{n} new plans"),
        (1, false) => "1 plan".to_owned(),
        (n, false) => format!("{n} plans"),
    };
    Line::from(vec![
        span(format!("{fold} "), look.accent),
        span(what, look.value),
    ])
}

/// The id and the name of a draft's plan.
fn called<'a>(app: &'a App, id: &'a DraftId) -> (&'a str, &'a str) {
    let Some(draft) = app.core.drafts.get(id) else {
        return ("", "");
    };
    // The name that the account knows, also where the draft gives the plan another.
    let settings = draft.base().map_or(draft.edited(), |base| &base.settings);
    let id = id.plan().map_or("new", |plan| &plan.0);
    (id, &settings.name)
}

fn changes(app: &App, id: &DraftId) -> Vec<Change> {
    let nothing = Settings::default();
    app.core.drafts.get(id).map_or_else(Vec::new, |draft| {
        let before = draft.base().map_or(&nothing, |base| &base.settings);
        cells(before, draft.edited())
    })
}
