//! What was sent: a row for each send or change above, the selected one in full below.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::app::App;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::history::{HistoryView, Row, Selected, what, what_of_many, when};
use crate::app::view::layout;
use crate::journal::{EntryState, PastEntry, who_sent};
use crate::text::wrap::wrap;
use crate::ui::look::Look;
use crate::ui::widget::text::{clean, fit, left, span};

/// The width of the time, in columns.
const WHEN_WIDTH: usize = 11;
/// The width of the word for the outcome, in columns.
const STATE_WIDTH: usize = 14;

/// Draws the page.
pub fn draw(frame: &mut Frame, app: &App, view: &HistoryView, look: &Look, body: Rect) {
    let (list, below) = match view.selected() {
        Some(_) => layout::history(body, view.in_detail, view.rows.len()),
        None => (body, Rect::default()),
    };
    let inside = crate::ui::pane(frame, look, list, &title(app, view, look), !view.in_detail);
    let columns = usize::from(inside.width);
    match view.history() {
        Some(_) if !view.rows.is_empty() => {
            let head = format!(
                "   {} {} {} WHAT",
                left("UTC", WHEN_WIDTH, look),
                left("WHO", who_width(columns), look),
                left("STATE", STATE_WIDTH, look),
            );
            let shown = view.rows.iter().enumerate().skip(view.cursor.top);
            let rows = shown.take(usize::from(inside.height).saturating_sub(1));
            let rows = rows.filter_map(|(at, shown)| {
                let selected = view.at(shown)?;
                let mut line = row(app, shown, selected, columns, look);
                if at == view.cursor.at {
                    line.spans
                        .insert(0, span(look.symbols.pointer, look.accent));
                    return Some(line.style(look.selected));
                }
                line.spans.insert(0, span(" ", look.value));
                Some(line)
            });
            let head = Line::styled(fit(&head, columns, look).into_owned(), look.title);
            crate::ui::lines(frame, inside, std::iter::once(head).chain(rows));
            if !view.in_detail {
                crate::ui::focus(
                    frame,
                    inside,
                    1 + view.cursor.at.saturating_sub(view.cursor.top),
                );
            }
        }
        _ => {
            let parts = wrap(&clean(&why_empty(app, view)), columns).into_iter();
            crate::ui::lines(frame, inside, parts.map(|p| Line::styled(p, look.value)));
            crate::ui::focus(frame, inside, 0);
        }
    }
    if view.selected().is_some() {
        draw_selected(frame, app, view, look, below);
    }
}

pub(in crate::ui) fn title(app: &App, view: &HistoryView, look: &Look) -> String {
    let of = match &view.of_plan {
        Some(plan) => {
            let known = app.core.plans.plan(plan);
            // The history outlives the plan: one that is gone has no name here.
            let name = known.map_or_else(String::new, |known| format!("{} ", known.settings.name));
            format!("History of plan {name}{plan}")
        }
        None => "History of the account".to_owned(),
    };
    let mut parts = vec![of];
    match (&view.read, app.core.is_reading_history()) {
        _ if app.core.undoing_words().is_some() => parts.extend(app.core.undoing_words()),
        (_, true) => parts.push("reading".to_owned()),
        (Some(_), false) => parts.push(match view.count() {
            1 => "1 change".to_owned(),
            n => format!("{n} changes"),
        }),
        (None, false) => {}
    }
    if !view.filter.is_empty() {
        parts.push(format!("/{}", view.filter));
    }
    parts.join(&format!(" {} ", look.symbols.dot))
}

/// The reason why nothing is shown.
pub(in crate::ui) fn why_empty(app: &App, view: &HistoryView) -> String {
    if let Some(why) = &view.failure {
        return format!("The history cannot be read. {why}");
    }
    let Some(read) = &view.read else {
        return "Reading what was sent.".to_owned();
    };
    let turn = app.core.keymap.label(Place::History, Command::OnlyPlan);
    match &view.of_plan {
        _ if !view.filter.is_empty() => {
            format!(
                "Nothing that was sent fits \"{}\". {} shows all.",
                view.filter,
                app.core.keymap.label(Place::History, Command::Back)
            )
        }
        Some(_) => format!(
            "Nothing was sent to this plan with plangate from this machine. {turn} shows what \
             was sent to the account."
        ),
        None => format!(
            "Nothing was sent to this account with plangate from this machine yet. Each send will \
             stand here, and {} undoes it. They are kept in {}; what others send is not in it.",
            app.core.keymap.label(Place::History, Command::UndoSend),
            read.folder
        ),
    }
}

fn who_width(columns: usize) -> usize {
    if columns >= 100 { 12 } else { 9 }
}

fn row(app: &App, row: &Row, selected: Selected<'_>, columns: usize, look: &Look) -> Line<'static> {
    let opened = selected.opened();
    let send = &opened.send;
    let (fold, word, state, mut what) = match (row, selected) {
        (Row::Send { is_unfolded, .. }, _) => {
            let worst = send.entries.iter().map(PastEntry::state);
            // What needs a look is worse than what was never sent.
            let worst = worst.max_by_key(|state| (state.needs_a_look(), *state));
            let fold = if *is_unfolded { "-" } else { "+" };
            (
                fold,
                opened.word(),
                worst,
                app.core.named(&what_of_many(send)).into_owned(),
            )
        }
        (_, Selected::Change(_, entry)) => {
            let word = opened.word_of_change(entry).to_owned();
            (
                " ",
                word,
                Some(entry.state()),
                app.core.named(&what(entry)).into_owned(),
            )
        }
        (_, Selected::Send(_)) => (" ", String::new(), None, String::new()),
    };
    let is_inner = matches!(row, Row::Change { is_inner: true, .. });
    if !is_inner && send.undoes.is_some() {
        what = format!("undoes: {what}");
    }
    if !is_inner && !send.reason.is_empty() {
        what = format!("\"{}\" {what}", send.reason);
    }
    // The send above it says when and by whom.
    let (at, who, indent) = if is_inner {
        (String::new(), String::new(), "  ")
    } else {
        let who = who_sent(&send.who, &send.arn);
        (when(send.at, app.core.now), who, "")
    };
    let who_columns = who_width(columns);
    let room = columns.saturating_sub(3 + WHEN_WIDTH + who_columns + STATE_WIDTH + 3);
    Line::from(vec![
        span(format!("{fold} "), look.accent),
        span(left(&at, WHEN_WIDTH + 1, look), look.value),
        span(left(&who, who_columns, look), look.value),
        span(" ", look.value),
        span(
            left(&format!("{indent}{word}"), STATE_WIDTH, look),
            state.map_or(look.value, |state| style(state, look)),
        ),
        span(" ", look.value),
        span(fit(&what, room, look).into_owned(), look.value),
    ])
}

fn style(state: EntryState, look: &Look) -> Style {
    match state {
        EntryState::Applied => look.good,
        EntryState::Waiting | EntryState::NeverSent => look.label,
        EntryState::UnderWay => look.accent,
        EntryState::Partly | EntryState::NotApplied | EntryState::NotSeen => look.warning,
        EntryState::Unknown => look.error,
    }
}

/// The selected send or change in full.
fn draw_selected(frame: &mut Frame, app: &App, view: &HistoryView, look: &Look, area: Rect) {
    let all = app.core.history_lines(view);
    let title = view.selected().map_or_else(String::new, Selected::id);
    let area = layout::as_tall(area, all.len());
    super::review::told(frame, &all, view.scroll, &title, look, area, view.in_detail);
}
