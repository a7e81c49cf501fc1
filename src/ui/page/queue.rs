//! The send queue.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::queue::QueueView;
use crate::app::{App, Weight};
use crate::send::{Entry, Mode, QueuedState};
use crate::text::wrap::{width, wrap};
use crate::ui::look::Look;
use crate::ui::widget::text::{clean, fit, left, span};

/// The width of the word for a change's outcome, in columns.
const STATE_WIDTH: usize = 10;
/// The number of lines that tell of the selected change.
const BELOW: usize = 3;

/// The reason why the queue is empty.
pub(in crate::ui) fn why_empty(app: &App) -> String {
    if let Some(elsewhere) = &app.core.seat.under_way {
        let goes = app
            .core
            .with_keys("<places> goes there; each account has a send queue of its own.");
        return format!(
            "Nothing is being sent in {}. {elsewhere} {goes}",
            app.core.seat.label
        );
    }
    if let Some(unseen) = app.core.queue_line() {
        let shows = app.core.with_keys("<history> shows what was sent.");
        return format!("Sent before and not certain yet: {unseen}. {shows}");
    }
    app.core.with_keys(
        "Nothing is being sent. What is sent from a review waits here for its turn; <history> \
         shows what was sent.",
    )
}

/// Draws the queue.
pub fn draw(frame: &mut Frame, app: &App, view: &QueueView, look: &Look, area: Rect) {
    let inside = crate::ui::pane(frame, look, area, "Send queue", true);
    let columns = usize::from(inside.width);
    let entries = app.core.outbox.queue.entries();
    if entries.is_empty() {
        let lines = wrap(&why_empty(app), columns).into_iter();
        return crate::ui::lines(
            frame,
            inside,
            lines.map(|part| Line::styled(part, look.value)),
        );
    }
    let mut lines = vec![
        bar(app, columns, look),
        Line::styled(fit(&state(app), columns, look).into_owned(), look.value),
        Line::styled(at_failure(app), look.label),
        Line::styled(
            format!("   {}{}", left("STATE", STATE_WIDTH + 1, look), "CHANGE"),
            look.title,
        ),
    ];
    let rows = usize::from(inside.height).saturating_sub(lines.len() + BELOW);
    let shown = entries.iter().enumerate().skip(view.cursor.top).take(rows);
    lines.extend(shown.map(|(at, entry)| {
        let line = row(app, entry, columns, look);
        if at == view.cursor.at {
            line.style(look.selected)
        } else {
            line
        }
    }));
    let used = lines.len();
    let head = used - rows.min(entries.len().saturating_sub(view.cursor.top));
    crate::ui::focus(
        frame,
        inside,
        head + view.cursor.at.saturating_sub(view.cursor.top),
    );
    crate::ui::lines(frame, inside, lines);
    // At the bottom of the pane, where they stay while the list above grows.
    let below = inside
        .rows()
        .skip(used.max(usize::from(inside.height).saturating_sub(BELOW)));
    about_selected(frame, app, view, look, below);
}

/// Draws the words on the selected change into the rows below the list.
fn about_selected(
    frame: &mut Frame,
    app: &App,
    view: &QueueView,
    look: &Look,
    below: impl Iterator<Item = Rect>,
) {
    let entries = app.core.outbox.queue.entries();
    let mut below = below.peekable();
    let columns = below.peek().map_or(0, |row| usize::from(row.width));
    let Some((weight, text)) = entries
        .get(view.cursor.at)
        .and_then(|entry| app.core.words_on(&entry.id))
    else {
        return;
    };
    let style = match weight {
        Weight::Info => look.label,
        Weight::Warning => look.warning,
        Weight::Error => look.error,
    };
    let parts = wrap(&clean(text), columns);
    let cut = parts.len() > BELOW;
    for (at, (row, part)) in below.zip(parts).enumerate() {
        // Padded so that `fit` cuts it: the ellipsis says that there is more.
        let part = if cut && at + 1 == BELOW {
            fit(&format!("{part} {}", " ".repeat(columns)), columns, look).into_owned()
        } else {
            part
        };
        frame
            .buffer_mut()
            .set_line(row.x, row.y, &Line::styled(part, style), row.width);
    }
}

/// The progress, as a picture and in numbers.
fn bar(app: &App, columns: usize, look: &Look) -> Line<'static> {
    let progress = app.core.outbox.queue.progress();
    let words = format!(" {}", app.core.progress_words());
    let room = columns.saturating_sub(width(&words)).min(40);
    let over = progress.total - progress.left;
    let filled = (room * over).checked_div(progress.total).unwrap_or(0);
    Line::from(vec![
        span(look.symbols.bar.repeat(filled), look.accent),
        span(look.symbols.dot.repeat(room - filled), look.label),
        span(words, look.value),
    ])
}

/// The queue's work just now, and until when.
pub(in crate::ui) fn state(app: &App) -> String {
    let key = |command| app.core.keymap.label(Place::Queue, command);
    match app.core.outbox.queue.mode() {
        // First of all: an idle queue has a mode too, which says nothing then.
        _ if app.core.outbox.queue.is_idle() => match app.core.queue_line() {
            Some(unseen) => format!("All sent but this: {unseen}."),
            None => "All sent.".to_owned(),
        },
        Mode::Paused => format!("Paused. {} resumes.", key(Command::Pause)),
        Mode::Stopping => "It stops after the one that is on its way.".to_owned(),
        Mode::Running => {
            let next = app.core.countdown();
            let next = next.trim_start_matches(", ");
            let next = if app.core.outbox.queue.unseen_until().is_some() {
                format!(" Not seen yet: {next}.")
            } else if next.is_empty() {
                String::new()
            } else {
                format!(" Next update in {next}.")
            };
            let end = app.core.completion();
            let end = if end.is_empty() {
                String::new()
            } else {
                format!(" All {end}.")
            };
            format!("Running.{next}{end}")
        }
    }
}

pub(in crate::ui) fn at_failure(app: &App) -> &'static str {
    if app.core.outbox.queue.keeps_going() {
        "A failure does not stop it."
    } else {
        "It stops at a failure."
    }
}

/// Returns true if the queue waits for the operator with what could not be sent with the
/// credentials of then.
fn is_held(app: &App) -> bool {
    let current = app.core.outbox.queue.current();
    app.core.outbox.queue.mode() == Mode::Paused
        && current.is_some_and(|(_, sending)| sending.is_held())
}

pub(in crate::ui) fn row(app: &App, entry: &Entry, columns: usize, look: &Look) -> Line<'static> {
    let (mark, word, style) = match entry.state {
        QueuedState::Waiting => (" ", "waiting", look.label),
        QueuedState::Underway if app.core.outbox.queue.waits_for_slot() => {
            (look.symbols.pointer, "next", look.accent)
        }
        QueuedState::Underway if app.core.outbox.queue.unseen_until().is_some() => {
            ("?", "not seen", look.warning)
        }
        QueuedState::Underway if is_held(app) => (" ", "held", look.warning),
        QueuedState::Underway => (look.symbols.pointer, "on its way", look.accent),
        QueuedState::Done => ("+", "sent", look.good),
        QueuedState::Failed => ("!", "FAILED", look.error),
        QueuedState::NotSeen => ("?", "not seen", look.warning),
        QueuedState::Skipped => ("-", "left out", look.label),
    };
    let doing = app
        .core
        .outbox
        .queue
        .current()
        .filter(|(current, _)| current.id == entry.id);
    let doing = doing.map_or_else(String::new, |(_, sending)| {
        if is_held(app) {
            let key = app.core.keymap.label(Place::Queue, Command::Pause);
            return format!(": waits for {key}");
        }
        let wait = app.core.countdown();
        match wait.strip_prefix(", ") {
            Some(wait) if app.core.outbox.queue.unseen_until().is_some() => {
                format!(": not seen yet, {wait}")
            }
            Some(wait) => format!(": in {wait}"),
            None => format!(": {}", sending.doing()),
        }
    });
    let room = columns.saturating_sub(STATE_WIDTH + 4);
    // What is being done with it stands in sight also behind a long name.
    let name = room.saturating_sub(width(&doing)).max(room / 3);
    Line::from(vec![
        span(format!(" {} ", left(mark, 1, look)), style),
        span(left(word, STATE_WIDTH + 1, look), style),
        span(
            format!("{}{doing}", fit(&entry.name, name, look)),
            look.value,
        ),
    ])
}
