//! The staged changes beside the form: the operations of the update, and the tags,
//! which go by calls of their own.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::look::Look;
use super::text::{clean, left, span};
use crate::app::App;
use crate::app::form::{self, Form, Half, Staged};
use crate::app::wrap::wrap;
use crate::plan::draft::Draft;
use crate::plan::{Field, Finding, PatchOperation, Verdict, calls, verdicts};

/// Draws the staged changes with what was found about each.
pub fn draw(frame: &mut Frame, app: &App, form: &Form, draft: &Draft, look: &Look, area: Rect) {
    let staged = form::staged(draft);
    let title = title(draft, &staged);
    let inside = super::pane(frame, look, area, &title, form.half == Half::Staged);
    let (lines, selected) = told(app, form, draft, usize::from(inside.width), look);
    place(frame, form, lines, selected, look, inside);
}

/// The staged changes with what was found about each, and which lines are the selected
/// one's.
pub(super) fn told(
    app: &App,
    form: &Form,
    draft: &Draft,
    columns: usize,
    look: &Look,
) -> (Vec<Line<'static>>, Range<usize>) {
    let staged = form::staged(draft);
    let base = draft.base().map(|base| &base.settings);
    let operations: Vec<PatchOperation> = staged.iter().filter_map(operation).cloned().collect();
    let mut verdicts = verdicts(base, draft.edited(), &operations, app.list.limits()).into_iter();
    let mut of_operations: Vec<Verdict> = verdicts.by_ref().take(operations.len()).collect();
    // What belongs to no operation may belong to a tag.
    let rest: Vec<Finding> = verdicts.flat_map(|verdict| verdict.findings).collect();
    let (of_tags, rest): (Vec<Finding>, Vec<Finding>) = rest
        .into_iter()
        .partition(|finding| matches!(finding.field, Some(Field::Tag(_))));
    let mut of_operations = of_operations.drain(..);
    let mut lines: Vec<Line> = Vec::new();
    let mut selected_start = 0;
    let mut selected_end = 0;
    for (at, change) in staged.iter().enumerate() {
        let selected = at == form.staged.at && form.half == Half::Staged;
        if selected {
            selected_start = lines.len();
        }
        let found = match change {
            Staged::Operation(_) => of_operations.next().unwrap_or_default().findings,
            Staged::Tag(key, _) | Staged::Untag(key) => {
                let field = Some(Field::Tag(key.clone()));
                let of_tags = of_tags.iter().filter(|finding| finding.field == field);
                of_tags.cloned().collect()
            }
        };
        let pointer = if selected { look.symbols.pointer } else { " " };
        let (word, style) = word(&found, look);
        let room = columns.saturating_sub(10);
        for (number, part) in wrap(&clean(&text(change)), room).into_iter().enumerate() {
            let first = number == 0;
            let start = if first {
                format!("{pointer}{:>2} ", at + 1)
            } else {
                "    ".to_owned()
            };
            let word = if first { word } else { "" };
            let line = Line::from(vec![
                span(start, look.accent),
                span(left(word, 5, look), style),
                span(part, look.text),
            ]);
            lines.push(if selected {
                line.style(look.selected)
            } else {
                line
            });
        }
        findings(&mut lines, &found, columns, look);
        if at == form.staged.at {
            selected_end = lines.len();
        }
    }
    findings(&mut lines, &rest, columns, look);
    if staged.is_empty() {
        let text = "What you change stands here as the operations that will be sent.";
        let text = wrap(text, columns)
            .into_iter()
            .map(|text| Line::styled(text, look.dim));
        lines.extend(text);
    }
    // The last one takes what stands below it into view.
    if form.staged.at + 1 >= staged.len() && form.half == Half::Staged {
        selected_end = lines.len();
    }
    (lines, selected_start..selected_end)
}

/// Draws the lines, the selected ones in sight.
fn place(
    frame: &mut Frame,
    form: &Form,
    lines: Vec<Line<'static>>,
    Range {
        start: selected_start,
        end: selected_end,
    }: Range<usize>,
    look: &Look,
    inside: Rect,
) {
    let columns = usize::from(inside.width);
    let rows = usize::from(inside.height);
    let top = if form.half == Half::Staged {
        selected_end.saturating_sub(rows)
    } else {
        0
    };
    let below = lines.len().saturating_sub(top + rows);
    super::lines(frame, inside, lines.into_iter().skip(top));
    if form.half == Half::Staged {
        super::focus(frame, inside, selected_start.saturating_sub(top));
    }
    if below > 0 {
        let y = inside.bottom().saturating_sub(1);
        let text = format!(
            "{} {} more lines below: tab",
            look.symbols.ellipsis,
            below + 1
        );
        let text = left(&text, columns, look);
        frame
            .buffer_mut()
            .set_line(inside.x, y, &Line::styled(text, look.dim), inside.width);
    }
}

fn operation(change: &Staged) -> Option<&PatchOperation> {
    match change {
        Staged::Operation(operation) => Some(operation),
        Staged::Tag(..) | Staged::Untag(_) => None,
    }
}

/// `Staged: 2 operations, one call`, `Staged: 1 operation and 2 tags, 3 calls`.
pub(super) fn title(draft: &Draft, staged: &[Staged]) -> String {
    let operations = staged.iter().filter_map(operation).count();
    let tags = staged.len() - operations;
    if staged.is_empty() {
        return "Staged: nothing".to_owned();
    }
    let Some(base) = draft.base() else {
        return "Staged: a new plan, CreateUsagePlan".to_owned();
    };
    let counted = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        n => Some(format!("{n} {what}s")),
    };
    let parts = [counted(operations, "operation"), counted(tags, "tag")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let calls = match calls(Some(base), draft.edited()).len() {
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
        ("ok", look.added)
    } else {
        ("ok !", look.warning)
    }
}

/// What was found about a change, below it.
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
