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
use crate::app::view::scroll::Scroll;
use crate::plan::UsagePlan;
use crate::plan::model::human::group_thousands;
use crate::plan::usage::{BurnDown, Left};
use crate::text::wrap::{width, wrap};
use crate::ui::look::{Look, UNKNOWN};
use crate::ui::page::usage::{age, percent, quota_line, rough, unknown, whole_name};
use crate::ui::widget::text::{clean, left, span};

/// The width of what stands before a picture, in columns.
const LABEL: usize = 10;

/// The most columns that a day takes.
const WIDEST_DAY: usize = 3;

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
    let inside = crate::ui::pane(frame, look, area, &title(plan, row), false);
    let lines = lines(app, plan, usage, (read, row), look, inside);
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
    let mut all: Vec<_> = head.map(|line| Line::styled(line, look.dim)).collect();
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
        look.text,
    );
    for note in notes(row) {
        say(&mut lines, &note, look.warning);
    }
    let numbers = numbers(row, burn_down.as_ref());
    let spread = "The mean is over full days; the spread is one standard deviation.";
    // Wrapped before the picture, which gets the rows that they leave.
    let mut after = Vec::new();
    say(&mut after, &numbers, look.text);
    if row.forecast.mean.is_some() {
        say(&mut after, spread, look.dim);
    }
    if let Some(burn_down) = &burn_down {
        let rows = usize::from(inside.height).saturating_sub(lines.len() + after.len() + 1);
        // In full the picture may be as low as it is readable: the rest is scrolled to.
        let least = if usage.full.is_some() { 4 } else { 1 };
        lines.extend(picture(burn_down, columns, rows.clamp(least, 8), look));
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
            "Nothing is told yet: the answer has none of the {all} days that were asked for."
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
        return "How much was used in this period is not told.".to_owned();
    };
    let used = if told.is_whole() {
        group_thousands(used)
    } else {
        let (used, told) = (group_thousands(used), told.words());
        format!("at least {used} ({told} of this period so far)")
    };
    let Some(left) = current.left.known() else {
        if current.left == Left::NotTold {
            return format!("Used {used}; how much is left is not told.");
        }
        let mean = row.forecast.mean.map_or_else(String::new, |mean| {
            format!(" The mean of {} is {}.", mean.span(), mean.pace())
        });
        return format!("Used {used} in this month (UTC).{mean}");
    };
    let all = current.allowance().map_or_else(unknown, group_thousands);
    let share = percent(current.share());
    let left = group_thousands(left);
    let mut text = format!("Used {used} of {all} ({share}), {left} left.");
    if let Some(burn_down) = burn_down {
        let (day, days) = days(burn_down);
        let pace = day * 100 / days.max(1);
        text = format!("{text} Day {day} of {days}: an even pace has used {pace} % by its end.");
    }
    text
}

/// The number of the current day of the period, and of all its days.
fn days(burn_down: &BurnDown) -> (usize, usize) {
    // The periods go by UTC, where each day has 24 hours.
    let hours = burn_down.start.duration_until(burn_down.reset).as_hours();
    (
        usize::try_from(burn_down.today).unwrap_or(1),
        usize::try_from(hours / 24).unwrap_or(1).max(1),
    )
}

/// A period of a day has no days to draw: a bar of what is left of it.
#[expect(clippy::cast_precision_loss, reason = "counts that become a share")]
fn one_day(burn_down: &BurnDown, columns: usize, look: &Look) -> Line<'static> {
    let now = burn_down.left.last().map_or(0, |(_, left)| *left);
    let share = now as f64 / burn_down.allowance.max(1) as f64;
    let numbers = format!(" {} of {}", rough(now), rough(burn_down.allowance));
    let room = columns.saturating_sub(LABEL + width(&numbers));
    Line::from(vec![
        span(left("left", LABEL, look), look.dim),
        span(
            left(&look.symbols.share(share, room), room, look),
            look.accent,
        ),
        span(numbers, look.dim),
    ])
}

/// The mark of today below the picture, its words where there is room for them.
fn axis(start: &str, until_today: usize, columns: usize) -> String {
    let words = "^ today, then projected";
    let before = until_today.saturating_sub(1);
    if width(start) + before + words.len() <= columns {
        return format!("{start}{}{words}", " ".repeat(before));
    }
    // Late in a period there is room on the left only.
    let words = "then projected, from today ^";
    let space = (before + 1).saturating_sub(words.len());
    format!("{start}{}{words}", " ".repeat(space))
}

/// Days as heights, each so many columns wide; one that is not told is a column of
/// `?` at the bottom, for it is no 0.
fn heights(days: &[Option<f64>], wide: usize, most: f64, rows: usize, look: &Look) -> Vec<String> {
    let mut lines = vec![String::new(); rows];
    for run in days.chunk_by(|a, b| a.is_some() == b.is_some()) {
        let known: Vec<f64> = run
            .iter()
            .flatten()
            .flat_map(|value| std::iter::repeat_n(*value, wide))
            .collect();
        let drawn = if known.is_empty() {
            let columns = run.len() * wide;
            let mut drawn = vec![" ".repeat(columns); rows];
            if let Some(bottom) = drawn.last_mut() {
                *bottom = UNKNOWN.repeat(columns);
            }
            drawn
        } else {
            look.symbols.chart(&known, most, rows)
        };
        lines
            .iter_mut()
            .zip(drawn)
            .for_each(|(line, drawn)| line.push_str(&drawn));
    }
    lines
}

/// The picture of what was left at the end of each day, and where that leads: columns of a
/// day each, what is projected behind the mark of today.
#[expect(clippy::cast_precision_loss, reason = "counts that become heights")]
fn picture(burn_down: &BurnDown, columns: usize, rows: usize, look: &Look) -> Vec<Line<'static>> {
    let (today, days) = days(burn_down);
    let most = burn_down.allowance as f64;
    if days == 1 {
        return vec![one_day(burn_down, columns, look)];
    }
    let top = format!(" {}", rough(burn_down.allowance));
    let room = columns.saturating_sub(LABEL + width(&top));
    let wide = (room / days).clamp(1, WIDEST_DAY);
    let mut values: Vec<Option<f64>> = vec![None; days];
    for (number, left) in &burn_down.left {
        let at = usize::try_from(*number).unwrap_or(1).saturating_sub(1);
        if let Some(value) = values.get_mut(at) {
            *value = Some(*left as f64);
        }
    }
    let after = values.iter_mut().enumerate().skip(today);
    if let Some([(from, left), (to, end)]) = burn_down.projected {
        let steep = if to > from {
            (left - end) / (to - from)
        } else {
            0.0
        };
        for (at, value) in after {
            let day = (at + 1) as f64;
            *value = Some((left - steep * (day - from)).max(0.0));
        }
    } else {
        // Nothing is used, so that what is left stays what it is.
        let left = burn_down.left.last().map_or(0.0, |(_, left)| *left as f64);
        after.for_each(|(_, value)| *value = Some(left));
    }
    let (known, projected) = values.split_at(today.min(values.len()));
    let known = heights(known, wide, most, rows, look);
    let projected = heights(projected, wide, most, rows, look);
    let mut lines: Vec<Line<'static>> = known
        .into_iter()
        .zip(projected)
        .enumerate()
        .map(|(at, (known, projected))| {
            let label = if at == 0 { "left" } else { "" };
            let side = if at == 0 { top.as_str() } else { "" };
            Line::from(vec![
                span(left(label, LABEL, look), look.dim),
                span(known, look.accent),
                span(projected, look.dim),
                span(side.to_owned(), look.dim),
            ])
        })
        .collect();
    let start = left(&burn_down.start.strftime("%m-%d").to_string(), LABEL, look);
    lines.push(Line::styled(axis(&start, today * wide, columns), look.dim));
    lines
}
