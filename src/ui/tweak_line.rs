//! What a line that tweaks plans does to each of them, while it is typed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::look::Look;
use super::text::{fit, left, right, span};
use crate::app::App;
use crate::app::brief::Change;
use crate::app::tweak_line::{PreviewLine, Section, TweakLine};
use crate::app::wrap::width;
use crate::plan::PlanId;

/// How wide a value stands at most.
const VALUE_WIDTH: usize = 20;

/// Draws it over the body.
pub fn draw(frame: &mut Frame, app: &App, line: &TweakLine, look: &Look, area: Rect) {
    let inside = super::pane(frame, look, area, &title(app, line), true);
    let rows = usize::from(inside.height);
    let shown = (line.scroll.top..).take(rows);
    let shown: Vec<PreviewLine> = shown.map_while(|at| app.preview_line(line, at)).collect();
    let changes = shown.iter().flat_map(|line| match line {
        PreviewLine::Plan(_, changes) => changes.as_slice(),
        _ => &[],
    });
    let names = Names::of(app, &shown, usize::from(inside.width));
    let table = Table::of(
        changes,
        usize::from(inside.width).saturating_sub(names.width()),
        look,
    );
    let lines = shown.iter().map(|line| match line {
        PreviewLine::Head(section, count) => head(*section, *count, &names, &table, look),
        PreviewLine::LeftOut(id, why) => {
            let room = usize::from(inside.width).saturating_sub(names.width());
            let mut spans = names.cells(app, id, "!", look.warning, look);
            spans.push(span(fit(why, room, look).into_owned(), look.warning));
            Line::from(spans)
        }
        PreviewLine::Plan(id, changes) => {
            let mut spans = names.cells(app, id, " ", look.text, look);
            spans.extend(table.cells(changes, look));
            Line::from(spans)
        }
    });
    super::lines(frame, inside, lines);
}

/// Which plans, and what happens to how many of them.
fn title(app: &App, line: &TweakLine) -> String {
    let hidden = app.list.marked().hidden;
    let which = match (line.is_of_marked, line.plans.len()) {
        (false, _) => "the selected plan".to_owned(),
        (true, 1) => "1 marked plan".to_owned(),
        (true, n) => format!("{n} marked plans"),
    };
    let hidden = match hidden {
        0 => String::new(),
        n => format!(" ({n} hidden by the filter)"),
    };
    format!("Tweak {which}{hidden}: {}", line.summary())
}

fn head(
    section: Section,
    count: usize,
    names: &Names,
    table: &Table,
    look: &Look,
) -> Line<'static> {
    let (text, titles) = match section {
        Section::LeftOut => ("LEFT OUT", "WHY".to_owned()),
        Section::Changing => ("CHANGED", table.titles(look)),
        Section::AsTheyAre => ("SO ALREADY", String::new()),
        Section::Now => ("AS THEY ARE NOW", table.titles(look)),
    };
    let text = left(&format!("  {text} ({count})"), names.width(), look);
    Line::styled(format!("{text}{titles}"), look.accent)
}

/// The columns of the plans' ids and names.
struct Names {
    id: usize,
    name: usize,
}

impl Names {
    fn of(app: &App, shown: &[PreviewLine], columns: usize) -> Self {
        let ids = shown.iter().filter_map(|line| match line {
            PreviewLine::LeftOut(id, _) | PreviewLine::Plan(id, _) => Some(id),
            PreviewLine::Head(..) => None,
        });
        let (mut id, mut name) = (6, 15);
        for plan in ids {
            id = id.max(width(&plan.0));
            name = name.max(width(called(app, plan)));
        }
        let most = if columns >= 100 { 34 } else { 20 };
        Self {
            id: id.min(12),
            name: name.min(most),
        }
    }

    fn width(&self) -> usize {
        2 + self.id + 1 + self.name + 2
    }

    fn cells(
        &self,
        app: &App,
        id: &PlanId,
        mark: &'static str,
        style: Style,
        look: &Look,
    ) -> Vec<Span<'static>> {
        vec![
            span(format!("{mark} "), style),
            span(format!("{} ", left(&id.0, self.id, look)), look.dim),
            span(
                format!("{}  ", left(called(app, id), self.name, look)),
                look.text,
            ),
        ]
    }
}

fn called<'a>(app: &'a App, id: &PlanId) -> &'a str {
    let plan = app.list.plan(id);
    plan.map_or("", |plan| plan.settings.name.as_str())
}

/// The columns of what changes, as wide as what is shown in them.
struct Table {
    columns: Vec<Column>,
}

struct Column {
    name: String,
    before: usize,
    after: usize,
    arrow: usize,
}

impl Column {
    fn width(&self) -> usize {
        let values = self.before + self.arrow + self.after;
        values.max(width(&self.name).min(VALUE_WIDTH))
    }
}

impl Table {
    fn of<'a>(changes: impl Iterator<Item = &'a Change>, room: usize, look: &Look) -> Self {
        let mut columns: Vec<Column> = Vec::new();
        for change in changes {
            let known = columns.iter().position(|column| column.name == change.name);
            let at = known.unwrap_or(columns.len());
            if known.is_none() {
                columns.push(Column {
                    name: change.name.clone(),
                    before: 0,
                    after: 0,
                    arrow: 0,
                });
            }
            let Some(column) = columns.get_mut(at) else {
                continue;
            };
            column.after = column.after.max(width(&change.after).min(VALUE_WIDTH));
            if !change.before.is_empty() {
                column.before = column.before.max(width(&change.before).min(VALUE_WIDTH));
                column.arrow = width(look.symbols.arrow) + 2;
            }
        }
        let mut used = 0;
        // The first one stands also where it has to be cut.
        columns.retain(|column| {
            let fits = used == 0 || used + column.width() <= room;
            used += column.width() + 2;
            fits
        });
        Self { columns }
    }

    fn titles(&self, look: &Look) -> String {
        let titles = self
            .columns
            .iter()
            .map(|column| format!("{}  ", right(&column.name, column.width(), look)));
        titles.collect()
    }

    fn cells(&self, changes: &[Change], look: &Look) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        for column in &self.columns {
            let change = changes.iter().find(|change| change.name == column.name);
            let Some(change) = change else {
                spans.push(span(" ".repeat(column.width() + 2), look.text));
                continue;
            };
            let space = column
                .width()
                .saturating_sub(column.before + column.arrow + column.after);
            let before = right(&change.before, space + column.before, look);
            let arrow = if change.before.is_empty() {
                " ".repeat(column.arrow)
            } else {
                format!(" {} ", look.symbols.arrow)
            };
            let style = if change.before.is_empty() {
                look.text
            } else {
                look.staged
            };
            spans.push(span(format!("{before}{arrow}"), look.text));
            let after = right(&change.after, column.after, look);
            spans.push(span(format!("{after}  "), style));
        }
        spans
    }
}
