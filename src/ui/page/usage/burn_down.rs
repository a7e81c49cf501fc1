//! The selected key: its burn-down against the period, in a sentence, in numbers
//! and as a picture.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::app::App;
use crate::app::core::usage::{KeyUsage, UsageRead};
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::usage::{Usage, Value};
use crate::app::view::layout;
use crate::app::view::scroll::Scroll;
use crate::plan::UsagePlan;
use crate::plan::usage::{BurnDown, Left};
use crate::text::number;
use crate::text::wrap::wrap;
use crate::ui::look::Look;
use crate::ui::page::usage::picture::{self, days, picture};
use crate::ui::page::usage::{age, percent, quota_line, unknown, whole_name};
use crate::ui::widget::text::clean;

/// The most rows that the picture is drawn with.
const TALLEST: usize = 12;

/// Draws the selected key.
pub fn draw(
    frame: &mut Frame,
    app: &App,
    plan: &UsagePlan,
    usage: &Usage,
    read: &UsageRead,
    look: &Look,
    area: Rect,
) {
    let Some(row) = usage.selected() else { return };
    let lines = lines(app, plan, usage, (read, row), look, layout::inside(area));
    let area = layout::as_tall(area, lines.len());
    let inside = crate::ui::pane(frame, look, area, &title(plan, row), false);
    let key = app.core.keymap.label(Place::Usage, Command::KeyInFull);
    let key = key.split_whitespace().next().unwrap_or_default();
    crate::ui::cut_at(frame, inside, lines, look, &format!(": {key} shows all"));
}

/// Draws the selected key in the place of the table too: every line of it is reached.
pub fn draw_in_full(
    frame: &mut Frame,
    app: &App,
    plan: &UsagePlan,
    usage: &Usage,
    (read, scroll): (&UsageRead, Scroll),
    look: &Look,
    area: Rect,
) {
    let Some(row) = usage.selected() else { return };
    let inside = crate::ui::pane(frame, look, area, &title(plan, row), true);
    let columns = usize::from(inside.width);
    // A long name is cut in the title.
    let head = [
        format!("Key: {}", whole_name(row)),
        age(read),
        quota_line(plan.settings.quota.as_ref(), read.today()),
    ];
    let head = head.iter().flat_map(|text| wrap(&clean(text), columns));
    let mut all: Vec<_> = head.map(|line| Line::styled(line, look.label)).collect();
    all.extend(lines(app, plan, usage, (read, row), look, inside));
    // How many there are is known once they are wrapped, and scrolling ends with them.
    usage.lines.set(all.len());
    crate::ui::scrolled(frame, look, inside, all, scroll);
    crate::ui::focus(frame, inside, 0);
}

fn title(plan: &UsagePlan, row: &KeyUsage) -> String {
    let what = if plan.settings.quota.is_some() {
        "Burn-down of"
    } else {
        "Use by"
    };
    format!("{what} {}", whole_name(row))
}

/// The lines of a key.
fn lines(
    app: &App,
    plan: &UsagePlan,
    usage: &Usage,
    (read, row): (&UsageRead, &KeyUsage),
    look: &Look,
    inside: Rect,
) -> Vec<Line<'static>> {
    let columns = usize::from(inside.width);
    let quota = plan.settings.quota.as_ref();
    let burn_down = quota.and_then(|quota| read.usage.burn_down(&row.id, quota, read.today()));
    let mut lines = Vec::new();
    let say = |lines: &mut Vec<Line<'static>>, text: &str, style: Style| {
        let parts = wrap(&clean(&look.plus_minus(text)), columns).into_iter();
        lines.extend(parts.map(|part| Line::styled(part, style)));
    };
    if let Some((of, value)) = &usage.value {
        let key = app.core.keymap.label(Place::Usage, Command::KeyValue);
        let text = value_text(of, value, &key);
        say(&mut lines, &text, look.staged);
    }
    say(
        &mut lines,
        &crate::ui::widget::text::sentence(&row.forecast.sentence()),
        look.value,
    );
    for note in notes(row) {
        say(&mut lines, &note, look.warning);
    }
    let numbers = numbers(row, burn_down.as_ref());
    let spread = "The mean is over full days; the spread is one standard deviation.";
    // Wrapped before the picture, which gets the rows that they leave.
    let mut after = Vec::new();
    say(&mut after, &numbers, look.value);
    if row.forecast.mean.is_some() {
        say(&mut after, spread, look.label);
    }
    if let Some(burn_down) = &burn_down {
        let rows =
            usize::from(inside.height).saturating_sub(lines.len() + after.len() + picture::AROUND);
        // In full the picture may be as low as it is readable: the rest is scrolled to.
        let least = if usage.full.is_some() { 4 } else { 1 };
        lines.extend(picture(
            burn_down,
            columns,
            rows.clamp(least, TALLEST),
            look,
        ));
    }
    lines.extend(after);
    lines
}

fn value_text(of: &str, value: &Value, key: &str) -> String {
    match value {
        Value::Underway => format!("Value of {of}: being read"),
        Value::Here(read) => {
            format!("Value of {of} ({key} hides it): {}", read.reveal())
        }
        Value::Failed(reason) => format!("Value of {of}: {reason}"),
    }
}

/// The days that were asked for and are missing or were not understood, as notes.
pub(in crate::ui) fn notes(row: &KeyUsage) -> Vec<String> {
    let mut notes = Vec::new();
    let told = row.told;
    if told.days == 0 {
        let all = told.of;
        notes.push(format!(
            "No usage yet: the answer has none of the {all} days that were asked for."
        ));
    } else if !told.is_whole() {
        let last = told
            .last
            .map_or_else(String::new, |last| format!(", the last is {last}"));
        notes.push(format!(
            "The answer has {} that were asked for{last}. A day that is missing counts as nothing: not as 0 and not as unused.",
            told.words()
        ));
    }
    if let Some(odd) = &row.odd {
        notes.push(format!("Not understood, and left out: {odd}."));
    }
    notes
}

/// The numbers of the picture, and how they stand against an even pace.
pub(in crate::ui) fn numbers(row: &KeyUsage, burn_down: Option<&BurnDown>) -> String {
    let current = &row.forecast.current;
    let told = current.told;
    let Some(used) = current.used else {
        return "How much was used in this period is not known.".to_owned();
    };
    let used = if told.is_whole() {
        number::whole(used)
    } else {
        let (used, told) = (number::whole(used), told.words());
        format!("at least {used} ({told} of this period so far)")
    };
    let Some(left) = current.left.known() else {
        if current.left == Left::NotTold {
            return format!("Used {used}; how much is left is not known.");
        }
        let mean = row.forecast.mean.map_or_else(String::new, |mean| {
            format!(" The mean of {} is {}.", mean.span(), mean.pace())
        });
        return format!("Used {used} in this month (UTC).{mean}");
    };
    let all = current.allowance().map_or_else(unknown, number::whole);
    let share = percent(current.share());
    let left = number::whole(left);
    let mut text = format!("Used {used} of {all} ({share}), {left} left.");
    if let Some(burn_down) = burn_down {
        let (day, days) = days(burn_down);
        let pace = day * 100 / days.max(1);
        text = format!("{text} Day {day} of {days}: an even pace has used {pace} % by its end.");
    }
    text
}
