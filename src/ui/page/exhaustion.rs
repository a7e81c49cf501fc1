//! The API keys that run out before their reset, over all plans.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::usage::{dry, percent, remaining, risk_style};
use crate::app::App;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::exhaustion::{Exhaustion, Risk};
use crate::plan::usage::{LAG, LAG_IN_SHORT};
use crate::text::wrap::{width, wrap};
use crate::ui::look::Look;
use crate::ui::widget::text::{clean, left, right, span};

/// Draws the keys that run out.
pub fn draw(frame: &mut Frame, app: &App, risk: &Exhaustion, look: &Look, area: Rect) {
    let progress = risk.progress;
    let title = title(app, risk, look);
    let inside = crate::ui::pane(frame, look, area, &title, true);
    let columns = usize::from(inside.width);
    let mut lines = vec![
        Line::styled(left(&state(app, risk), columns, look), look.label),
        Line::styled(left(&age_within(risk, columns), columns, look), look.label),
    ];
    if risk.rows.is_empty() {
        let why = app.core.with_keys(why_empty(risk));
        let why = wrap(&clean(&why), columns).into_iter();
        lines.extend(why.map(|part| Line::styled(part, look.value)));
    } else {
        lines.extend(rows(risk, columns, look));
    }
    let failed = risk.failure.as_ref();
    let failed = failed.map(|reason| format!("! {} not read: {reason}", plans(progress.failed)));
    let notes = unknown(risk).into_iter().chain(failed);
    let parts = notes.flat_map(|text| wrap(&clean(&text), columns));
    let parts: Vec<_> = parts.map(|part| Line::styled(part, look.warning)).collect();
    let room = usize::from(inside.height);
    // Rows give way to what is not known: without it they would look like all there is.
    lines.truncate(room.saturating_sub(parts.len()));
    lines.extend(parts);
    crate::ui::lines(frame, inside, lines);
    crate::ui::focus(
        frame,
        inside,
        // Two lines and the heads stand above the rows.
        3 + risk.cursor.at.saturating_sub(risk.cursor.top),
    );
}

/// The title: how much was read, of what.
pub(in crate::ui) fn title(app: &App, risk: &Exhaustion, look: &Look) -> String {
    let (dot, progress) = (look.symbols.dot, risk.progress);
    let title = format!(
        "Keys that run out before their reset {dot} {} of {} plans read",
        progress.read, progress.of
    );
    match &app.core.plans.of_key {
        Some(key) => format!("{title} {dot} only plans of {}", key.name),
        None => title,
    }
}

/// The reason why no key is shown.
pub(in crate::ui) fn why_empty(risk: &Exhaustion) -> &'static str {
    match (risk.progress.read, risk.progress.of) {
        (_, 0) => "No plan has a quota: nothing runs out. The form of a plan gives it one.",
        (0, _) => {
            "Nothing was read yet. The API keys that run out before their reset will stand here: \
             <read-rest> reads the usage."
        }
        _ if risk.progress.unknown > 0 => {
            "No key is known to run out before its reset. What some have left is not known."
        }
        (read, of) if read == of => "No key that the answers name runs out before its reset.",
        _ => "No key of the plans read runs out before its reset.",
    }
}

/// The age of the figures.
pub(in crate::ui) fn age(risk: &Exhaustion) -> String {
    match risk.progress.between {
        None => LAG.to_owned(),
        Some((first, last)) if first == last => {
            format!("read {} UTC; {LAG}", first.strftime("%Y-%m-%d %H:%M:%S"))
        }
        Some((first, last)) => {
            let (first, last) = (first.strftime("%m-%d %H:%M"), last.strftime("%H:%M"));
            format!("read {first} to {last} UTC; {LAG}")
        }
    }
}

/// The same in so many columns, where it has a shorter form that fits.
fn age_within(risk: &Exhaustion, columns: usize) -> String {
    let age = age(risk);
    match risk.progress.between {
        Some((first, _)) if width(&age) > columns => {
            format!("read {} UTC; {LAG_IN_SHORT}", first.strftime("%H:%M:%S"))
        }
        None if width(&age) > columns => LAG_IN_SHORT.to_owned(),
        _ => age,
    }
}

/// Of how many keys the answers tell too little; `None` for none.
pub(in crate::ui) fn unknown(risk: &Exhaustion) -> Option<String> {
    match risk.progress.unknown {
        0 => None,
        1 => Some("? of 1 key it is not known how much is left".to_owned()),
        n => Some(format!("? of {n} keys it is not known how much is left")),
    }
}

pub(in crate::ui) fn plans(count: usize) -> String {
    match count {
        1 => "1 plan".to_owned(),
        n => format!("{n} plans"),
    }
}

/// The progress of the reading, and what to do next.
pub(in crate::ui) fn state(app: &App, risk: &Exhaustion) -> String {
    let progress = risk.progress;
    let without = match progress.without_quota {
        0 => String::new(),
        n => format!(" {} without a quota.", plans(n)),
    };
    let next = if risk.is_reading() {
        app.core
            .with_keys("The rest is being read; <back> stops that.")
    } else if progress.read < progress.of {
        let key = app.core.keymap.label(Place::Exhaustion, Command::ReadRest);
        format!("{key} reads the rest.")
    } else {
        "Every plan with a quota was read.".to_owned()
    };
    format!("{next} * UTC, inferred.{without}")
}

fn rows(risk: &Exhaustion, columns: usize, look: &Look) -> Vec<Line<'static>> {
    // In a narrow terminal the names come before the reset.
    let reset_columns = if columns < 70 { 0 } else { 12 };
    let room = columns.saturating_sub(1 + 9 + 7 + 16 + reset_columns);
    let (key, plan) = (room / 2, room - room / 2);
    let head = format!(
        " {}{}{}{}{}{}",
        left("KEY", key, look),
        left(" PLAN", plan, look),
        right("LEFT", 9, look),
        right("SHARE", 7, look),
        right("RUNS OUT", 16, look),
        right("RESET*", reset_columns, look),
    );
    let row = |(at, row): (usize, &Risk)| {
        let is_selected = at == risk.cursor.at;
        let pointer = if is_selected {
            look.symbols.pointer
        } else {
            " "
        };
        let forecast = &row.key.forecast;
        let style = risk_style(forecast, look);
        let reset = forecast.reset.as_ref();
        let reset = reset.map_or_else(|| "unknown".to_owned(), |reset| reset.at.to_string());
        let name = format!(" {}", row.plan_name);
        let line = Line::from(vec![
            span(pointer, look.accent),
            span(left(row.key.called(), key, look), look.value),
            span(left(&name, plan, look), look.value),
            span(right(&remaining(forecast), 9, look), style),
            span(right(&percent(forecast.current.share()), 7, look), style),
            span(right(&dry(&row.key), 16, look), style),
            span(right(&reset, reset_columns, look), look.label),
        ]);
        if is_selected {
            line.style(look.selected)
        } else {
            line
        }
    };
    let shown = risk.rows.iter().enumerate().skip(risk.cursor.top);
    std::iter::once(Line::styled(head, look.title))
        .chain(shown.map(row))
        .collect()
}
