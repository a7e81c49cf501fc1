//! The form and the staged operations beside it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::chrome::window;
use super::look::Look;
use super::text::{clean, fit, left, right, span};
use crate::app::App;
use crate::app::form::{self, Form, Half};
use crate::app::wrap::{width, wrap};
use crate::plan::draft::{Draft, Fault};
use crate::plan::{Field, Settings, Verdict, verdicts};

/// How wide the labels stand.
const LABEL: usize = 13;

/// How wide numbers stand.
const NUMBER: usize = 13;

/// Draws the edit screen.
pub fn draw(frame: &mut Frame, app: &App, form: &Form, look: &Look, body: Rect) {
    let Some(draft) = app.drafts.get(&form.draft) else {
        return;
    };
    let (left_area, right_area) = crate::app::layout::edit(body);
    let title = format!("Edit {}", app.draft_name(&form.draft));
    let rows = usize::from(left_area.height.saturating_sub(2));
    let below = form::lines(draft)
        .len()
        .saturating_sub(form.cursor.top + rows);
    let title = if below > 0 {
        format!("{title} ({below} more lines below)")
    } else {
        title
    };
    let inside = super::pane(frame, look, left_area, &title, form.half == Half::Form);
    draw_form(frame, app, form, draft, look, inside);
    draw_staged(frame, app, form, draft, look, right_area);
}

fn draw_form(frame: &mut Frame, app: &App, form: &Form, draft: &Draft, look: &Look, area: Rect) {
    let all = form::lines(draft);
    let faults = draft.faults();
    let pen = Pen {
        app,
        form,
        draft,
        look,
        faults: &faults,
        columns: usize::from(area.width),
    };
    let shown = all
        .iter()
        .enumerate()
        .skip(form.cursor.top)
        .take(usize::from(area.height));
    for ((at, shown), row) in shown.zip(area.rows()) {
        let selected = at == form.cursor.at && form.half == Half::Form;
        let (line, cursor) = pen.line(shown, selected);
        frame.buffer_mut().set_line(row.x, row.y, &line, row.width);
        if selected {
            let column = cursor.unwrap_or(0);
            let last = usize::from(row.width.saturating_sub(1));
            super::focus_at(frame, row, column.min(last), 0);
        }
    }
}

/// What is needed to draw a line of the form.
struct Pen<'a> {
    app: &'a App,
    form: &'a Form,
    draft: &'a Draft,
    look: &'a Look,
    faults: &'a [Fault],
    columns: usize,
}

impl Pen<'_> {
    /// A line, and the column of the text cursor where it is being typed into.
    fn line(&self, line: &form::Line, selected: bool) -> (Line<'static>, Option<usize>) {
        let pointer = if selected {
            self.look.symbols.pointer
        } else {
            " "
        };
        let mut spans = vec![span(format!("{pointer} "), self.look.accent)];
        let cursor = match line {
            form::Line::Field(field) => self.field(field, selected, &mut spans),
            form::Line::Stage(stage) => {
                let attached = self.draft.edited().stages.contains_key(stage);
                let base = self.draft.base();
                let was = base.is_some_and(|base| base.settings.stages.contains_key(stage));
                let (mark, style) = self.mark(was, attached, was == attached);
                spans.push(span(mark, style));
                spans.push(span(left("stage", LABEL, self.look), self.look.dim));
                let room = self.columns.saturating_sub(4 + LABEL);
                let stage_name = fit(&stage.to_string(), room, self.look).into_owned();
                spans.push(span(stage_name, self.look.text));
                let name = self.app.catalogue.api_name(&stage.api).to_owned();
                let note = if attached {
                    name
                } else {
                    "to be detached; enter keeps it".to_owned()
                };
                self.note(&mut spans, &note, self.look.dim);
                None
            }
            form::Line::Method(stage, method) => {
                let there = self.draft.methods(stage).contains(method);
                let field = Field::Method(stage.clone(), method.clone());
                let before = self
                    .draft
                    .base()
                    .and_then(|base| base.settings.text(&field));
                let same = before == self.draft.edited().text(&field);
                let (mark, style) = self.mark(before.is_some(), there, same);
                spans.push(span(mark, style));
                let name = format!("  {} {}", method.method(), method.path());
                // Beside it stand marks, and a rate and a burst with their names.
                let room = (self.columns / 2).min(44);
                let room = room.min(self.columns.saturating_sub(4 + 6 + 11 + 7 + 11));
                spans.push(span(left(&name, room, self.look), self.look.text));
                if there {
                    let rate = Field::MethodRate(stage.clone(), method.clone());
                    let burst = Field::MethodBurst(stage.clone(), method.clone());
                    let on_burst = self.form.on_burst;
                    spans.push(span(" rate ", self.look.dim));
                    let first = self.value(&rate, selected && !on_burst, 9, &mut spans);
                    spans.push(span(" burst ", self.look.dim));
                    let second = self.value(&burst, selected && on_burst, 9, &mut spans);
                    self.reason(&[rate, burst], &mut spans);
                    first.or(second)
                } else {
                    self.note(&mut spans, "to be removed; enter keeps it", self.look.dim);
                    None
                }
            }
            form::Line::AttachStage => {
                spans.push(span("  ", self.look.text));
                spans.push(span("attach a stage", self.look.accent));
                None
            }
        };
        let line = Line::from(spans);
        let typing = self.form.typing.is_some() && selected;
        (
            if selected && !typing {
                line.style(self.look.selected)
            } else {
                line
            },
            cursor,
        )
    }

    /// The mark of what is added, taken away or changed.
    fn mark(&self, was: bool, is: bool, same: bool) -> (&'static str, Style) {
        match (was, is) {
            (false, true) => ("+ ", self.look.added),
            (true, false) => ("- ", self.look.removed),
            _ if same => ("  ", self.look.text),
            _ => ("~ ", self.look.staged),
        }
    }

    fn field(
        &self,
        field: &Field,
        selected: bool,
        spans: &mut Vec<Span<'static>>,
    ) -> Option<usize> {
        // Of a switch only on and off count; its parts have marks of their own.
        let is_switch = matches!(field, Field::Throttle | Field::Quota);
        let read = |settings: &Settings| {
            let text = settings.text(field);
            if is_switch {
                text.map(|_| String::new())
            } else {
                text
            }
        };
        let before = self.draft.base().and_then(|base| read(&base.settings));
        let now = read(self.draft.edited());
        let (was, is) = (before.is_some(), now.is_some());
        let (mark, style) = self.mark(was, is, before == now);
        spans.push(span(mark, style));
        let label = match field {
            Field::Name => "name",
            Field::Description => "description",
            Field::ProductCode => "product code",
            Field::Throttle => "throttle",
            Field::Rate => "  rate",
            Field::Burst => "  burst",
            Field::Quota => "quota",
            Field::QuotaLimit => "  limit",
            Field::QuotaPeriod => "  period",
            _ => "  offset",
        };
        spans.push(span(left(label, LABEL, self.look), self.look.dim));
        let switch = |on: bool| self.look.symbols.switch[usize::from(!on)];
        match field {
            Field::Throttle => {
                let on = self.draft.has_throttle();
                spans.push(span(switch(on), self.look.text));
                let note = if on {
                    "per API key"
                } else {
                    "none: account and stage limits hold"
                };
                self.note(spans, note, self.look.dim);
                None
            }
            Field::Quota => {
                let on = self.draft.has_quota();
                spans.push(span(switch(on), self.look.text));
                let note = if on {
                    "per API key"
                } else {
                    "none: effectively unlimited"
                };
                self.note(spans, note, self.look.dim);
                None
            }
            Field::QuotaPeriod => {
                let period = self.draft.text(field);
                let period = right(&format!("< {} >", clean(&period)), NUMBER, self.look);
                spans.push(span(period, self.look.text));
                None
            }
            _ => {
                let room = self.columns.saturating_sub(LABEL + 5);
                let cursor = self.value(field, selected, room, spans);
                let is_faulty = self.faults.iter().any(|fault| fault.field == *field);
                // In a narrow terminal what is wrong comes first.
                if !is_faulty || self.columns >= 70 {
                    self.before(field, spans);
                }
                self.reason(std::slice::from_ref(field), spans);
                cursor
            }
        }
    }

    /// A value, or what is being typed for it with the column of the cursor.
    fn value(
        &self,
        field: &Field,
        selected: bool,
        room: usize,
        spans: &mut Vec<Span<'static>>,
    ) -> Option<usize> {
        let start: usize = spans.iter().map(Span::width).sum();
        if let Some((_, input)) = self
            .form
            .typing
            .as_ref()
            .filter(|(typed, _)| selected && typed == field)
        {
            let (text, cursor) = window(input, room);
            let space = usize::from(width(&text) < 6) * (6 - width(&text).min(6));
            let text = format!("{text}{}", " ".repeat(space));
            spans.push(span(text, self.look.selected));
            return Some(start + cursor);
        }
        let text = self.draft.text(field);
        let chosen = selected && matches!(field, Field::MethodRate(..) | Field::MethodBurst(..));
        let (open, close) = if chosen { ("[", "]") } else { ("", "") };
        let shown = if text.is_empty() { "-" } else { text.as_str() };
        let shown = match field {
            Field::Name | Field::Description | Field::ProductCode => {
                fit(shown, room, self.look).into_owned()
            }
            _ => right(shown, room.min(NUMBER), self.look),
        };
        spans.push(span(format!("{open}{shown}{close}"), self.look.text));
        None
    }

    /// The unit, and what the value was before.
    fn before(&self, field: &Field, spans: &mut Vec<Span<'static>>) {
        let unit = match field {
            Field::Rate => "requests per second",
            Field::Burst => "requests",
            Field::QuotaLimit => match self.draft.text(&Field::QuotaPeriod).as_str() {
                "DAY" => "requests per DAY",
                "WEEK" => "requests per WEEK",
                "MONTH" => "requests per MONTH",
                _ => "requests per period",
            },
            Field::QuotaOffset => match self.draft.text(&Field::QuotaPeriod).as_str() {
                "DAY" => "0 for DAY",
                "WEEK" => "0 to 6 for WEEK",
                "MONTH" => "0 to 27 for MONTH",
                _ => "",
            },
            _ => "",
        };
        self.note(spans, unit, self.look.dim);
        let before = self.draft.base().and_then(|base| base.settings.text(field));
        let now = self.draft.edited().text(field);
        if let Some(before) = before.filter(|before| Some(before) != now.as_ref()) {
            self.note(spans, &format!("was {before}"), self.look.staged);
        }
    }

    /// Why what was typed gives no value.
    fn reason(&self, fields: &[Field], spans: &mut Vec<Span<'static>>) {
        if let Some(fault) = self
            .faults
            .iter()
            .find(|fault| fields.contains(&fault.field))
        {
            self.note(spans, &format!("! {}", fault.reason), self.look.error);
        }
    }

    /// A note behind what stands in the line, as far as there is room.
    fn note(&self, spans: &mut Vec<Span<'static>>, text: &str, style: Style) {
        let used: usize = spans.iter().map(Span::width).sum();
        let room = self.columns.saturating_sub(used + 2);
        if !text.is_empty() && room > 0 {
            spans.push(span(format!("  {}", fit(text, room, self.look)), style));
        }
    }
}

fn draw_staged(frame: &mut Frame, app: &App, form: &Form, draft: &Draft, look: &Look, area: Rect) {
    let operations = draft.operations();
    let is_new = draft.base().is_none();
    let title = match (operations.len(), is_new) {
        (0, _) => "Staged: nothing".to_owned(),
        (_, true) => "Staged: a new plan, CreateUsagePlan".to_owned(),
        (1, false) => "Staged: 1 operation, one call".to_owned(),
        (n, false) => format!("Staged: {n} operations, one call"),
    };
    let inside = super::pane(frame, look, area, &title, form.half == Half::Staged);
    let columns = usize::from(inside.width);
    let base = draft.base().map(|base| &base.settings);
    let verdicts = verdicts(base, draft.edited(), &operations, app.list.limits());
    let mut lines: Vec<Line> = Vec::new();
    let mut selected_start = 0;
    let mut selected_end = 0;
    for (at, operation) in operations.iter().enumerate() {
        let selected = at == form.staged.at && form.half == Half::Staged;
        if selected {
            selected_start = lines.len();
        }
        let verdict = verdicts.get(at);
        let pointer = if selected { look.symbols.pointer } else { " " };
        let (word, style) = word(verdict, look);
        let value = operation.value.as_deref().unwrap_or_default();
        let value = if value.is_empty() {
            String::new()
        } else {
            format!(" = {value}")
        };
        let text = format!("{} {}{value}", operation.op.as_str(), operation.path);
        let room = columns.saturating_sub(10);
        for (number, part) in wrap(&clean(&text), room).into_iter().enumerate() {
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
        findings(&mut lines, verdict, columns, look);
        if at == form.staged.at {
            selected_end = lines.len();
        }
    }
    findings(&mut lines, verdicts.get(operations.len()), columns, look);
    if operations.is_empty() {
        let text = "What you change stands here as the operations that will be sent.";
        let text = wrap(text, columns)
            .into_iter()
            .map(|text| Line::styled(text, look.dim));
        lines.extend(text);
    }
    // The last one takes what stands below it into view.
    if form.staged.at + 1 >= operations.len() && form.half == Half::Staged {
        selected_end = lines.len();
    }
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

/// The verdict in a word.
fn word(verdict: Option<&Verdict>, look: &Look) -> (&'static str, Style) {
    match verdict {
        Some(verdict) if verdict.refuses() => ("NO", look.error),
        Some(verdict) if !verdict.findings.is_empty() => ("ok !", look.warning),
        _ => ("ok", look.added),
    }
}

/// What was found about an operation, below it.
fn findings(lines: &mut Vec<Line>, verdict: Option<&Verdict>, columns: usize, look: &Look) {
    for finding in verdict.into_iter().flat_map(|verdict| &verdict.findings) {
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
