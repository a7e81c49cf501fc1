//! What a line that tweaks plans does to each of them, while it is typed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::App;
use crate::app::prompt::tweak_line::{PreviewLine, Section, TweakLine};
use crate::plan::PlanId;
use crate::ui::look::Look;
use crate::ui::widget::cells::{ChangeTable, Names};
use crate::ui::widget::text::{fit, left};

/// Draws it over the body.
pub fn draw(frame: &mut Frame, app: &App, line: &TweakLine, look: &Look, area: Rect) {
    let inside = crate::ui::pane(
        frame,
        look,
        area,
        &title(app, line, usize::from(area.width), look),
        true,
    );
    let columns = usize::from(inside.width);
    let shown = (line.scroll.top..).take(usize::from(inside.height));
    // Made as they are shown: thousands of plans may be marked.
    let shown: Vec<PreviewLine> = shown
        .map_while(|at| app.core.preview_line(line, at))
        .collect();
    let plans = shown.iter().filter_map(|line| match line {
        PreviewLine::Plan(id, _) => Some(called(app, id)),
        PreviewLine::Head(..) | PreviewLine::Why(_) => None,
    });
    let mut names = Names::of(plans, columns);
    let changes = || {
        shown.iter().flat_map(|line| match line {
            PreviewLine::Plan(_, changes) => changes.as_slice(),
            _ => &[],
        })
    };
    let table_beside = |names: &Names| {
        let room = columns.saturating_sub(names.width());
        ChangeTable::of(changes(), room, look)
    };
    let mut table = table_beside(&names);
    // What changes counts for more than the id.
    if table.hides_some() {
        names = names.without_id();
        table = table_beside(&names);
    }
    let lines = shown.iter().map(|line| match line {
        PreviewLine::Head(section, count) => head(*section, *count, &names, &table, look),
        PreviewLine::Why(why) => {
            let why = format!("! {why}");
            Line::styled(fit(&why, columns, look).into_owned(), look.warning)
        }
        PreviewLine::Plan(id, changes) => {
            let mut spans = names.cells(called(app, id), (" ", look.value), look);
            spans.extend(table.cells(changes, look));
            Line::from(spans)
        }
    });
    crate::ui::lines(frame, inside, lines);
}

/// The id and the name of a plan.
fn called<'a>(app: &'a App, id: &'a PlanId) -> (&'a str, &'a str) {
    let plan = app.core.plans.plan(id);
    (&id.0, plan.map_or("", |plan| &plan.settings.name))
}

/// The title: which plans, and what happens to how many of them.
fn title(app: &App, line: &TweakLine, columns: usize, look: &Look) -> String {
    let hidden = app.core.plans.marked().hidden;
    // What happens to them counts for more than the whole of a long name.
    let which = app.core.tweaked_plans(line);
    let which = fit(&which, columns / 2, look);
    let hidden = match hidden {
        0 => String::new(),
        n => format!(" ({n} hidden by the filter)"),
    };
    let elsewhere: Vec<String> = line
        .elsewhere
        .iter()
        .map(|place| format!("{} in {}", place.marked, place.label))
        .collect();
    let elsewhere = match elsewhere.as_slice() {
        [] => String::new(),
        places => format!(" and {}", places.join(", ")),
    };
    format!("Tweak {which}{hidden}{elsewhere}: {}", line.summary())
}

fn head(
    section: Section,
    count: usize,
    names: &Names,
    table: &ChangeTable,
    look: &Look,
) -> Line<'static> {
    let text = match section {
        Section::LeftOut(_) => "LEFT OUT",
        Section::Changing => "CHANGED",
        Section::AsTheyAre => "UNCHANGED",
        Section::Now => "AS THEY ARE NOW",
    };
    let text = left(&format!("  {text} ({count})"), names.width(), look);
    Line::styled(format!("{text}{}", table.titles(look)), look.title)
}
