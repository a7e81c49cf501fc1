//! The review before sending.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::App;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::review::Review;
use crate::app::view::review_line::{NAME_WIDTH, ReviewLine, VALUE_INDENT};
use crate::app::view::scroll::Scroll;
use crate::text::wrap::width;
use crate::ui::look::Look;
use crate::ui::widget::text::{beyond, clean, fit, left, span};

/// Draws the review.
pub fn draw(frame: &mut Frame, app: &App, review: &Review, look: &Look, area: Rect) {
    let all = app.core.review_lines(review);
    let title = title(app, review);
    page(frame, &all, review.scroll, &title, look, area);
}

/// Of which plan, and whether it is sent.
pub(in crate::ui) fn title(app: &App, review: &Review) -> String {
    let key = app.core.keymap.label(Place::Review, Command::Send);
    let name = app.core.draft_name(&review.draft);
    match (app.core.is_queued(&review.draft), review.conflict()) {
        (true, _) => {
            let back = app.core.key_for(Command::Back);
            format!("Review {name}: being sent ({back} cancels)")
        }
        (false, Some(_)) => format!("Review {name}: conflicts to resolve"),
        (false, None) => {
            let drafts = [&review.draft].into_iter();
            match app
                .core
                .sent_before(drafts.filter_map(|id| app.core.aim_of_draft(id)))
            {
                Some(word) => format!("Review {name}: sent before, {word}"),
                None => format!("Review {name}: nothing is sent yet; {key} sends it"),
            }
        }
    }
}

/// Draws the lines of a review that the window shows, and says how many follow.
pub fn page(
    frame: &mut Frame,
    all: &[ReviewLine],
    scroll: Scroll,
    title: &str,
    look: &Look,
    area: Rect,
) {
    told(frame, all, scroll, title, look, area, true);
}

/// As [`page()`], in a pane that has the keys or not.
pub fn told(
    frame: &mut Frame,
    all: &[ReviewLine],
    scroll: Scroll,
    title: &str,
    look: &Look,
    area: Rect,
    focused: bool,
) {
    // Reckoned without the pane, which is drawn with the title that says it: two rows are
    // the border's.
    let below = all
        .len()
        .saturating_sub((scroll.top + usize::from(area.height)).saturating_sub(2));
    let title = beyond(
        title,
        0,
        below,
        usize::from(area.width).saturating_sub(4),
        look,
    );
    let inside = crate::ui::pane(frame, look, area, &title, focused);
    let shown = all.iter().skip(scroll.top).take(usize::from(inside.height));
    let columns = usize::from(inside.width);
    if focused {
        let is_selected =
            |line: &ReviewLine| matches!(line, ReviewLine::Conflict { selected: true, .. });
        crate::ui::focus(
            frame,
            inside,
            shown.clone().position(is_selected).unwrap_or(0),
        );
    }
    crate::ui::lines(frame, inside, shown.map(|shown| line(shown, columns, look)));
}

/// A line of a review.
pub fn line(shown: &ReviewLine, columns: usize, look: &Look) -> Line<'static> {
    match shown {
        ReviewLine::Head(text) => Line::styled(clean(text).into_owned(), look.title),
        ReviewLine::Text(text) => Line::styled(clean(text).into_owned(), look.value),
        ReviewLine::Warning(text) => Line::styled(clean(text).into_owned(), look.warning),
        ReviewLine::Refusal(text) => Line::styled(clean(text).into_owned(), look.error),
        ReviewLine::Blank => Line::default(),
        ReviewLine::Changed {
            mark,
            name,
            before,
            after,
        } => changed(
            *mark,
            name,
            (before.as_deref(), after.as_deref()),
            columns,
            look,
        ),
        ReviewLine::Conflict { selected, name } => {
            let pointer = if *selected { look.symbols.pointer } else { " " };
            let line = Line::from(vec![
                span(format!("{pointer} "), look.accent),
                span(clean(name).into_owned(), look.value),
            ]);
            if *selected {
                line.style(look.selected)
            } else {
                line
            }
        }
        ReviewLine::Value { label, value } => {
            let style = match *label {
                "mine" | "after" => look.staged,
                "theirs" => look.warning,
                _ => look.value,
            };
            Line::from(vec![
                span(
                    left(&format!("    {label}"), VALUE_INDENT, look),
                    look.label,
                ),
                span(clean(value).into_owned(), style),
            ])
        }
    }
}
/// A changed value, as it is and as it will be.
fn changed(
    mark: char,
    name: &str,
    values: (Option<&str>, Option<&str>),
    columns: usize,
    look: &Look,
) -> Line<'static> {
    let style = match mark {
        '+' => look.good,
        '-' => look.removed,
        _ => look.staged,
    };
    // A method's limit has a long name, which may take the room of the values.
    let name_columns = width(name).max(NAME_WIDTH).min(columns.saturating_sub(4));
    let room = columns.saturating_sub(name_columns + 4);
    let text = match values {
        (Some(before), Some(after)) => look.symbols.moved(before, after),
        (None, Some(one)) | (Some(one), None) => one.to_owned(),
        (None, None) => String::new(),
    };
    Line::from(vec![
        span(format!("{mark} "), style),
        span(left(name, name_columns, look), look.value),
        span(format!("  {}", fit(&text, room, look)), style),
    ])
}
