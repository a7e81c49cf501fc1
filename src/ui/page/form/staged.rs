//! The staged changes beside the form: the operations of the update, and the tags,
//! which go by calls of their own.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::app::App;
use crate::app::page::form::{Change, Checked, Form, Half, Staged};
use crate::plan::Finding;
use crate::plan::edit::draft::Draft;
use crate::text::wrap::wrap;
use crate::ui::look::Look;
use crate::ui::widget::text::{clean, left, span};

/// So many changes are laid out whole, to tell how many lines are below; of more only
/// those in sight are.
const MANY: usize = 200;

/// Draws the staged changes with what was found about each.
pub fn draw(frame: &mut Frame, app: &App, form: &Form, draft: &Draft, look: &Look, area: Rect) {
    let checked = form.checked(draft, app.core.plans.limits());
    let title = title(draft, &checked);
    let inside = crate::ui::pane(frame, look, area, &title, form.half == Half::Staged);
    let (count, rows) = (checked.changes.len(), usize::from(inside.height));
    // Each takes a line at least, and the selected one ends the view.
    let shown = match form.half {
        _ if count <= MANY => 0..count,
        Half::Form => 0..rows.min(count),
        Half::Staged => form.staged.at.saturating_sub(rows)..(form.staged.at + rows).min(count),
    };
    let told = told(
        form,
        &checked,
        shown.clone(),
        usize::from(inside.width),
        look,
    );
    place(frame, form, told, count - shown.end, look, inside);
}

/// Staged changes as lines.
pub(in crate::ui) struct StagedLines {
    pub lines: Vec<Line<'static>>,
    /// The first line of each change.
    starts: Vec<usize>,
    /// The lines of the selected one.
    selected: Range<usize>,
}

/// The staged changes, or some of them, with what was found about each.
pub(in crate::ui) fn told(
    form: &Form,
    checked: &Checked,
    shown: Range<usize>,
    columns: usize,
    look: &Look,
) -> StagedLines {
    let mut lines: Vec<Line> = Vec::new();
    let mut starts = Vec::new();
    let mut selected_start = 0;
    let mut selected_end = 0;
    let count = checked.changes.len();
    let changes = checked.changes.iter().enumerate().skip(shown.start);
    for (at, change) in changes.take(shown.len()) {
        let found = found_in(form, change.findings());
        let selected = at == form.staged.at && form.half == Half::Staged;
        starts.push(lines.len());
        if selected {
            selected_start = lines.len();
        }
        lines.extend(change_lines(at, change, &found, selected, columns, look));
        findings(&mut lines, &found, columns, look);
        if at == form.staged.at {
            selected_end = lines.len();
        }
    }
    if shown.end == count {
        findings(&mut lines, &found_in(form, &checked.rest), columns, look);
    }
    if count == 0 {
        let text = "What you change stands here as the operations that will be sent.";
        let text = wrap(text, columns)
            .into_iter()
            .map(|text| Line::styled(text, look.label));
        lines.extend(text);
    }
    // The last one takes what stands below it into view.
    if form.staged.at + 1 >= count && form.half == Half::Staged {
        selected_end = lines.len();
    }
    StagedLines {
        lines,
        starts,
        selected: selected_start..selected_end,
    }
}

/// The findings but for those on the field that is still being typed into.
fn found_in(form: &Form, found: &[Finding]) -> Vec<Finding> {
    let typed = form.typing.as_ref().map(|(field, _)| field);
    let found = found.iter();
    found
        .filter(|found| typed.is_none() || found.field.as_ref() != typed)
        .cloned()
        .collect()
}

/// A staged change with its number and the word for what was found, wrapped.
fn change_lines(
    at: usize,
    change: &Change,
    found: &[Finding],
    selected: bool,
    columns: usize,
    look: &Look,
) -> Vec<Line<'static>> {
    let pointer = if selected { look.symbols.pointer } else { " " };
    let (word, style) = word(found, look);
    let parts = wrap(&clean(&text(&change.staged())), columns.saturating_sub(10));
    let parts = parts.into_iter().enumerate().map(|(number, part)| {
        // Only the first part has the number: a wrapped change is still one change.
        let (start, word) = match number {
            0 => (format!("{pointer}{:>2} ", at + 1), word),
            _ => ("    ".to_owned(), ""),
        };
        let line = Line::from(vec![
            span(start, look.accent),
            span(left(word, 5, look), style),
            span(part, look.value),
        ]);
        if selected {
            line.style(look.selected)
        } else {
            line
        }
    });
    parts.collect()
}

/// Draws the lines, the selected ones in sight; so many changes are not among them.
fn place(
    frame: &mut Frame,
    form: &Form,
    told: StagedLines,
    unseen: usize,
    look: &Look,
    inside: Rect,
) {
    let columns = usize::from(inside.width);
    let rows = usize::from(inside.height);
    let top = if form.half == Half::Staged {
        told.selected.end.saturating_sub(rows)
    } else {
        0
    };
    let below = told.lines.len().saturating_sub(top + rows);
    // The line that says so takes the place of one.
    let is_below = |start: &&usize| **start + 1 >= top + rows;
    let more = match unseen {
        0 if below == 0 => None,
        0 => Some(format!("{} more lines", below + 1)),
        unseen => {
            let changes = unseen + told.starts.iter().filter(is_below).count();
            Some(format!("{changes} more changes"))
        }
    };
    crate::ui::lines(frame, inside, told.lines.into_iter().skip(top));
    if form.half == Half::Staged {
        crate::ui::focus(frame, inside, told.selected.start.saturating_sub(top));
    }
    if let Some(more) = more {
        let y = inside.bottom().saturating_sub(1);
        let text = format!("{} {more} below: tab", look.symbols.ellipsis);
        let text = left(&text, columns, look);
        frame
            .buffer_mut()
            .set_line(inside.x, y, &Line::styled(text, look.label), inside.width);
    }
}

/// `Staged: 2 operations, one call`, `Staged: 1 operation and 2 tags, 3 calls`.
pub(in crate::ui) fn title(draft: &Draft, checked: &Checked) -> String {
    let is_operation = |change: &&Change| matches!(change, Change::Operation(_));
    let operations = checked.changes.iter().filter(is_operation).count();
    let tags = checked.changes.len() - operations;
    if checked.changes.is_empty() {
        return "Staged: nothing".to_owned();
    }
    if draft.base().is_none() {
        return "Staged: a new plan, CreateUsagePlan".to_owned();
    }
    let counted = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        n => Some(format!("{n} {what}s")),
    };
    let parts = [counted(operations, "operation"), counted(tags, "tag")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let calls = match checked.calls {
        1 => "one call".to_owned(),
        n => format!("{n} calls"),
    };
    format!("Staged: {}, {calls}", parts.join(" and "))
}

/// A staged change as it will be sent.
fn text(change: &Staged) -> String {
    match change {
        Staged::Operation(operation) => {
            let value = operation.value.as_deref().unwrap_or_default();
            let value = if value.is_empty() {
                String::new()
            } else {
                format!(" = {value}")
            };
            format!("{} {}{value}", operation.op.as_str(), operation.path)
        }
        Staged::Tag(key, value) => format!("TagResource {key} = {value}"),
        Staged::Untag(key) => format!("UntagResource {key}"),
    }
}

/// The verdict in a word.
fn word(found: &[Finding], look: &Look) -> (&'static str, Style) {
    if found.iter().any(Finding::refuses) {
        ("NO", look.error)
    } else if found.is_empty() {
        ("ok", look.good)
    } else {
        ("ok !", look.warning)
    }
}

/// Adds what was found about a change, below it.
fn findings(lines: &mut Vec<Line>, found: &[Finding], columns: usize, look: &Look) {
    for finding in found {
        let (mark, style) = if finding.refuses() {
            ("NO", look.error)
        } else {
            ("!", look.warning)
        };
        let text = clean(&finding.to_string()).into_owned();
        for (at, part) in wrap(&text, columns.saturating_sub(9))
            .into_iter()
            .enumerate()
        {
            let mark = if at == 0 { mark } else { "" };
            lines.push(Line::styled(format!("      {mark:>2} {part}"), style));
        }
    }
}
