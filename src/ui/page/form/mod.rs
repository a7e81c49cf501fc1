//! The form and the staged operations beside it.

pub(crate) mod staged;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::page::form;
use crate::app::page::form::{Form, Half};
use crate::plan::edit::draft::{Draft, TypedFault};
use crate::plan::model::tags;
use crate::plan::{Field, MethodKey, Settings, StageKey};
use crate::text::wrap::width;
use crate::ui::look::Look;
use crate::ui::widget::chrome::window;
use crate::ui::widget::text::{beyond, clean, fit, left, right, span, wide};

/// The width of the labels, in columns.
const LABEL: usize = 13;

/// The width of numbers, in columns.
const NUMBER: usize = 13;

/// Draws the edit screen.
pub fn draw(frame: &mut Frame, app: &App, form: &Form, look: &Look, body: Rect) {
    let Some(draft) = app.core.drafts.get(&form.draft) else {
        return;
    };
    let (left_area, right_area) = crate::app::view::layout::edit(body);
    let title = format!("Edit {}", app.core.draft_name(&form.draft));
    let rows = usize::from(left_area.height.saturating_sub(2));
    let below = form
        .lines(draft)
        .len()
        .saturating_sub(form.cursor.top + rows);
    let title = beyond(&title, 0, below, usize::MAX, look);
    let inside = crate::ui::pane(frame, look, left_area, &title, form.half == Half::Form);
    draw_form(frame, app, form, draft, look, inside);
    staged::draw(frame, app, form, draft, look, right_area);
}

fn draw_form(frame: &mut Frame, app: &App, form: &Form, draft: &Draft, look: &Look, area: Rect) {
    let all = form.lines(draft);
    let faults = faults(form, draft);
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
            crate::ui::focus_at(frame, row, column.min(last), 0);
        }
    }
}

/// The texts that give no value, but for the one that is still being typed: half a number
/// is no fault.
fn faults(form: &Form, draft: &Draft) -> Vec<TypedFault> {
    let mut faults = draft.faults();
    let typed = form.typing.as_ref().map(|(field, _)| field);
    faults.retain(|fault| Some(&fault.field) != typed);
    faults
}

/// All lines of the form, none of them selected.
pub(in crate::ui) fn told(
    app: &App,
    form: &Form,
    draft: &Draft,
    columns: usize,
    look: &Look,
) -> Vec<Line<'static>> {
    let faults = faults(form, draft);
    let pen = Pen {
        app,
        form,
        draft,
        look,
        faults: &faults,
        columns,
    };
    let lines = form.lines(draft);
    lines.iter().map(|line| pen.line(line, false).0).collect()
}

/// The means to draw a line of the form.
struct Pen<'a> {
    app: &'a App,
    form: &'a Form,
    draft: &'a Draft,
    look: &'a Look,
    faults: &'a [TypedFault],
    columns: usize,
}

/// The label of a field of the plan; the parts of a switch stand further in.
fn label(field: &Field) -> &'static str {
    match field {
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
    }
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
                self.stage(stage, &mut spans);
                None
            }
            form::Line::Method(stage, method) => self.method(stage, method, selected, &mut spans),
            form::Line::Tag(key) => self.tag(key, selected, &mut spans),
            form::Line::AddTag => {
                spans.push(span("  ", self.look.value));
                spans.push(span("add a tag", self.look.accent));
                None
            }
            form::Line::AttachStage => {
                spans.push(span("  ", self.look.value));
                spans.push(span("attach a stage", self.look.accent));
                None
            }
        };
        let line = Line::from(spans);
        // While it is typed into only the field stands out, which a whole line would hide.
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

    /// A stage, attached or to be detached.
    fn stage(&self, stage: &StageKey, spans: &mut Vec<Span<'static>>) {
        let attached = self.draft.edited().stages.contains_key(stage);
        let base = self.draft.base();
        let was = base.is_some_and(|base| base.settings.stages.contains_key(stage));
        let (mark, style) = self.mark(was, attached, was == attached);
        spans.push(span(mark, style));
        spans.push(span(left("stage", LABEL, self.look), self.look.label));
        let room = self.columns.saturating_sub(4 + LABEL);
        let names = self.app.core.catalogue.names();
        let stage_name = fit(&names.stage(stage), room, self.look).into_owned();
        spans.push(span(stage_name, self.look.value));
        let note = if attached {
            names.id_beside(stage).to_owned()
        } else {
            self.app.core.with_keys("to be detached; <change> keeps it")
        };
        self.note(spans, &note, self.look.label);
    }

    /// A method of a stage with its rate and burst; the column of the text cursor.
    fn method(
        &self,
        stage: &StageKey,
        method: &MethodKey,
        selected: bool,
        spans: &mut Vec<Span<'static>>,
    ) -> Option<usize> {
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
        // Where nothing is drawn there is room for any name.
        let most = if self.columns > usize::from(u16::MAX) {
            width(&name).max(44)
        } else {
            44
        };
        let room = (self.columns / 2).min(most);
        let room = room.min(self.columns.saturating_sub(4 + 6 + 9 + 7 + 9 + 2));
        spans.push(span(left(&name, room, self.look), self.look.value));
        if there {
            let rate = Field::MethodRate(stage.clone(), method.clone());
            let burst = Field::MethodBurst(stage.clone(), method.clone());
            let on_burst = self.form.on_burst;
            spans.push(span(" rate ", self.look.label));
            let first = self.value(&rate, selected && !on_burst, 9, spans);
            spans.push(span(" burst ", self.look.label));
            let second = self.value(&burst, selected && on_burst, 9, spans);
            self.was_method(&rate, &burst, spans);
            self.reason(&[rate, burst], spans);
            first.or(second)
        } else {
            let text = self.app.core.with_keys("to be removed; <change> keeps it");
            self.note(spans, &text, self.look.label);
            None
        }
    }

    /// A tag; one of AWS's own is only shown.
    fn tag(&self, key: &str, selected: bool, spans: &mut Vec<Span<'static>>) -> Option<usize> {
        let field = Field::Tag(key.to_owned());
        let base = self.draft.base();
        let before = base.and_then(|base| base.settings.tags.get(key));
        let now = self.draft.edited().tags.get(key);
        let (mark, style) = self.mark(before.is_some(), now.is_some(), before == now);
        spans.push(span(mark, style));
        let is_reserved = tags::is_reserved(key);
        let label = if is_reserved { "tag (AWS)" } else { "tag" };
        spans.push(span(left(label, LABEL, self.look), self.look.label));
        let room = self.columns / 2;
        spans.push(span(
            fit(key, room, self.look).into_owned(),
            self.look.value,
        ));
        if now.is_none() {
            let text = self.app.core.with_keys("to be removed; <change> keeps it");
            self.note(spans, &text, self.look.label);
            return None;
        }
        spans.push(span(" = ", self.look.label));
        let used = wide(spans);
        let room = self.columns.saturating_sub(used + 1);
        let cursor = self.value(&field, selected, room, spans);
        if is_reserved {
            self.note(spans, "read-only", self.look.label);
        } else {
            self.before(&field, spans);
        }
        cursor
    }

    /// The mark of what is added, taken away or changed.
    fn mark(&self, was: bool, is: bool, same: bool) -> (&'static str, Style) {
        match (was, is) {
            (false, true) => ("+ ", self.look.good),
            (true, false) => ("- ", self.look.removed),
            _ if same => ("  ", self.look.value),
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
        let label = label(field);
        spans.push(span(left(label, LABEL, self.look), self.look.label));
        match field {
            Field::Throttle => {
                let without = "none: account and stage limits apply";
                self.switch(self.draft.has_throttle(), without, spans);
                None
            }
            Field::Quota => {
                let without = "none: effectively unlimited";
                self.switch(self.draft.has_quota(), without, spans);
                None
            }
            Field::QuotaPeriod => {
                let period = self.draft.text(field);
                let period = right(&format!("< {} >", clean(&period)), NUMBER, self.look);
                spans.push(span(period, self.look.value));
                self.was(field, spans);
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

    /// A switch, and a note on what holds with it or without it.
    fn switch(&self, on: bool, without: &str, spans: &mut Vec<Span<'static>>) {
        let switch = self.look.symbols.switch[usize::from(!on)];
        spans.push(span(switch, self.look.value));
        let note = if on { "per API key" } else { without };
        self.note(spans, note, self.look.label);
    }

    /// A value, or what is being typed for it with the column of the cursor.
    fn value(
        &self,
        field: &Field,
        selected: bool,
        room: usize,
        spans: &mut Vec<Span<'static>>,
    ) -> Option<usize> {
        let start = wide(spans);
        if let Some((_, input)) = self
            .form
            .typing
            .as_ref()
            .filter(|(typed, _)| selected && typed == field)
        {
            let (text, cursor) = window(input, room);
            // An empty field would have nothing that could stand out.
            let space = usize::from(width(&text) < 6) * (6 - width(&text).min(6));
            let text = format!("{text}{}", " ".repeat(space));
            spans.push(span(text, self.look.selected));
            return Some(start + cursor);
        }
        let text = self.draft.text(field);
        let chosen = selected && matches!(field, Field::MethodRate(..) | Field::MethodBurst(..));
        // Two values stand in this line, and color alone must not tell which has the keys.
        let (open, close) = if chosen { ("[", "]") } else { ("", "") };
        let shown = if text.is_empty() { "-" } else { text.as_str() };
        let shown = match field {
            Field::Name | Field::Description | Field::ProductCode | Field::Tag(_) => {
                fit(shown, room, self.look).into_owned()
            }
            _ => right(shown, room.min(NUMBER), self.look),
        };
        spans.push(span(format!("{open}{shown}{close}"), self.look.value));
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
            // As `Period::largest_offset` has them.
            Field::QuotaOffset => match self.draft.text(&Field::QuotaPeriod).as_str() {
                "DAY" => "0 for DAY",
                "WEEK" => "0 to 6 for WEEK",
                "MONTH" => "0 to 27 for MONTH",
                _ => "",
            },
            _ => "",
        };
        // Where there is no room for both, the old value counts for more than the unit.
        let old = self.old(field);
        let old = old.map_or(0, |old| width(&old) + width("  was "));
        if wide(spans) + 2 + width(unit) + old <= self.columns {
            self.note(spans, unit, self.look.label);
            self.was(field, spans);
        } else {
            self.was(field, spans);
            self.note(spans, unit, self.look.label);
        }
    }

    /// The value of the plan, where the draft has another one or none.
    fn old(&self, field: &Field) -> Option<String> {
        let before = self.draft.base()?.settings.text(field)?;
        (Some(&before) != self.draft.edited().text(field).as_ref()).then_some(before)
    }

    /// Adds what the value was before, where it changes.
    fn was(&self, field: &Field, spans: &mut Vec<Span<'static>>) {
        if let Some(before) = self.old(field) {
            self.note(spans, &format!("was {before}"), self.look.staged);
        }
    }

    /// As [`Self::was`], for the two values of a method throttle.
    fn was_method(&self, rate: &Field, burst: &Field, spans: &mut Vec<Span<'static>>) {
        let old = match (self.old(rate), self.old(burst)) {
            (Some(rate), Some(burst)) => format!("was {rate} / {burst}"),
            (Some(rate), None) => format!("was rate {rate}"),
            (None, Some(burst)) => format!("was burst {burst}"),
            (None, None) => return,
        };
        self.note(spans, &old, self.look.staged);
    }

    /// Adds the reason why what was typed gives no value.
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
        let used = wide(spans);
        let room = self.columns.saturating_sub(used + 2);
        if !text.is_empty() && room > 0 {
            spans.push(span(format!("  {}", fit(text, room, self.look)), style));
        }
    }
}
