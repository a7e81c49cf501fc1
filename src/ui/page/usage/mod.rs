//! The usage of a plan's API keys.

pub(crate) mod burn_down;
mod picture;

use jiff::ToSpan;
use jiff::civil::Date;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::core::catalogue::Load;
use crate::app::core::usage::{KeyUsage, UsageRead};
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::usage::{HEAD, Usage};
use crate::app::view::layout;
use crate::app::{App, Presence};
use crate::plan::usage::{Day, Forecast, Left, NOTHING_TOLD, next_reset};
use crate::plan::{NOT_SET, Period, Quota, UsagePlan};
use crate::text::number;
pub use crate::text::number::percent;
use crate::text::wrap::wrap;
use crate::ui::look::{Fill, Look};
use crate::ui::widget::text::{clean, left, right, sentence, span};

/// Draws the usage of a plan.
pub fn draw(frame: &mut Frame, app: &App, usage: &Usage, look: &Look, body: Rect) {
    let (table, below) = layout::usage(body, usage.rows.len());
    let plan = app.core.plans.plan(&usage.plan);
    let name = app.core.short_plan(&usage.plan);
    let name = name.as_str();
    let dot = look.symbols.dot;
    let (Some(plan), Some(read), None) = (
        plan,
        app.core.catalogue.usage_of(&usage.plan),
        why_empty(app, usage),
    ) else {
        let why = why_empty(app, usage).unwrap_or_default();
        let read = app.core.catalogue.usage_of(&usage.plan);
        let why = match read.filter(|_| plan.is_some()) {
            Some(read) => format!("{why} {}", age(read)),
            None => why,
        };
        return says(frame, look, body, name, &why);
    };
    if let Some(scroll) = usage.full {
        return burn_down::draw_in_full(frame, app, plan, usage, (read, scroll), look, body);
    }
    let keys = match usage.rows.len() {
        1 => "1 key".to_owned(),
        n => format!("{n} keys"),
    };
    let title = format!("Usage of {name} {dot} {keys}");
    let inside = crate::ui::pane(frame, look, table, &title, true);
    let head = crate::app::page::usage::head(table);
    let has_quota_line = head == HEAD;
    let shown = rows(plan, usage, read, inside, has_quota_line, look);
    crate::ui::lines(frame, inside, shown);
    crate::ui::focus(
        frame,
        inside,
        usize::from(head) + usage.cursor.at.saturating_sub(usage.cursor.top),
    );
    burn_down::draw(frame, app, plan, usage, read, look, below);
}

/// The reason why there is no usage to show, where there is none.
pub(in crate::ui) fn why_empty(app: &App, usage: &Usage) -> Option<String> {
    if app.core.plans.plan(&usage.plan).is_none() {
        let why = match app.core.presence(&usage.plan) {
            Presence::Gone => "the plan is gone",
            Presence::Reading => "the plans are being read",
            Presence::Here | Presence::NotKnown => "the list does not have the plan",
        };
        return Some(format!("There is no usage to show: {why}."));
    }
    match app.core.catalogue.usage.get(&usage.plan) {
        Some(Load::Here(_)) if !usage.rows.is_empty() => None,
        Some(Load::Here(_)) => Some(match app.core.catalogue.plan_keys.get(&usage.plan) {
            Some(Load::Underway) => "The API keys are being read.".to_owned(),
            _ => app.core.with_keys(
                "The plan has no API keys: nobody uses it. <keys> shows where they are attached.",
            ),
        }),
        Some(Load::Failed { reason, is_denied }) => {
            let what = if *is_denied { "Not permitted: " } else { "" };
            Some(format!("{what}{reason}"))
        }
        Some(Load::Underway) => Some(
            app.core
                .with_keys("The usage is being read; <back> stops that and goes back."),
        ),
        Some(Load::NotAsked) | None => {
            let key = app.core.keymap.label(Place::Usage, Command::Refresh);
            Some(format!("The usage is not read; {key} reads it."))
        }
    }
}

/// A pane that says one thing.
fn says(frame: &mut Frame, look: &Look, area: Rect, name: &str, text: &str) {
    let inside = crate::ui::pane(frame, look, area, &format!("Usage of {name}"), true);
    let lines = wrap(&clean(text), usize::from(inside.width));
    let lines = lines.into_iter().map(|line| Line::styled(line, look.value));
    crate::ui::lines(frame, inside, lines);
    crate::ui::focus(frame, inside, 0);
}

/// The time of the reading, and how far the figures lag, as a sentence.
pub(in crate::ui) fn age(read: &UsageRead) -> String {
    sentence(&read.age())
}

/// The quota's amount, and when it starts anew.
pub(in crate::ui) fn quota_line(quota: Option<&Quota>, today: Date) -> String {
    let Some(quota) = quota else {
        return "No quota: what the keys use is counted, and nothing runs out.".to_owned();
    };
    let limit = quota.limit.map_or_else(
        || format!("limit {NOT_SET}"),
        |limit| number::whole(i64::from(limit.get())),
    );
    let period = quota.period.as_ref();
    let period = period.map_or_else(|| format!("period {NOT_SET}"), Period::to_string);
    let reset = next_reset(quota, today).map_or_else(
        || "the next reset is not known".to_owned(),
        |reset| {
            let mark = reset.fact.basis().mark();
            format!("next reset {} 00:00 UTC{mark}", reset.at)
        },
    );
    let odd = quota.odd();
    let odd = odd.map_or_else(String::new, |odd| format!("; {}", odd.sentence()));
    format!("{limit} per {period} and key{odd}; {reset}")
}

/// The widths of the columns that grow with the terminal: the name, the bar and the
/// sparkline.
fn grown(columns: usize) -> [usize; 3] {
    // What the columns of a fixed width and the spaces between take.
    let room = columns.saturating_sub(1 + 7 + 7 + 7 + 7 + 17);
    // In a narrow terminal the numbers have to do; a space is left of the pictures.
    if room < 24 {
        return [room.saturating_sub(1), 0, 1];
    }
    let name = (room * 2 / 5).max(10).min(room);
    let bar = (room - name) * 2 / 5;
    [name, bar, room - name - bar]
}

fn rows(
    plan: &UsagePlan,
    usage: &Usage,
    read: &UsageRead,
    inside: Rect,
    has_quota_line: bool,
    look: &Look,
) -> Vec<Line<'static>> {
    let quota = plan.settings.quota.as_ref();
    let columns = usize::from(inside.width);
    let [name, bar, spark] = grown(columns);
    let head = format!(
        " {}{}{}{} {}{}{}{}",
        left("KEY", name, look),
        right("USED", 7, look),
        right("LEFT", 7, look),
        right("SHARE", 6, look),
        left("", bar, look),
        left(if spark > 1 { " DAILY" } else { "" }, spark, look),
        right("PEAK", 7, look),
        right("RUNS OUT", 17, look),
    );
    let text = quota_line(quota, read.today());
    let age = read.age_within(columns);
    let mut first = vec![Line::styled(left(&age, columns, look), look.label)];
    if has_quota_line {
        first.push(Line::styled(left(&text, columns, look), look.label));
    }
    first.push(Line::styled(head, look.title));
    let keys = usage.rows.iter().enumerate().skip(usage.cursor.top);
    let keys = keys.map(|(at, row)| {
        let is_selected = usage.cursor.selected() == Some(at);
        key_line(row, read, is_selected, [name, bar, spark], look)
    });
    first
        .into_iter()
        .chain(keys)
        .take(usize::from(inside.height))
        .collect()
}

/// A key with its numbers, in columns of which three grow: see [`grown`].
fn key_line(
    row: &KeyUsage,
    read: &UsageRead,
    is_selected: bool,
    [name, bar, spark]: [usize; 3],
    look: &Look,
) -> Line<'static> {
    let forecast = &row.forecast;
    let pointer = if is_selected {
        look.symbols.pointer
    } else {
        " "
    };
    let style = risk_style(forecast, look);
    let share = forecast.current.share();
    let mut spans = vec![
        span(pointer, look.accent),
        span(left(row.called(), name, look), look.value),
    ];
    // Zeros would be a claim: the service told nothing of this key.
    if row.told.days == 0 {
        spans.push(span(right(NOTHING_TOLD, 20, look), look.label));
    } else {
        let used = forecast.current.used.map_or_else(unknown, rough);
        spans.extend([
            span(right(&used, 7, look), look.value),
            span(right(&remaining(forecast), 7, look), style),
            span(right(&percent(share), 6, look), style),
        ]);
    }
    let picture = look.symbols.share(share.unwrap_or(0.0), bar);
    // Without a quota there is nothing that could be full.
    let fill = share.map_or(Fill::Calm, Fill::of);
    let bar = span(left(&picture, bar, look), look.picture(look.fill(fill)));
    spans.extend([span(fill.sign(), look.fill(fill)), bar]);
    let days = read.usage.days(&row.id).map(|(_, day)| height(day));
    let daily: Vec<Option<f64>> = days.collect();
    let most = daily.iter().copied().flatten().fold(0.0, f64::max);
    let room = spark.saturating_sub(1);
    let picture = look.symbols.spark(&daily, most, room);
    let peak = read.usage.peak(&row.id).map_or_else(unknown, rough);
    spans.extend([
        span(" ", look.value),
        span(left(&picture, room, look), look.picture(look.accent)),
        span(right(&peak, 7, look), look.label),
        span(right(&dry(row), 17, look), style),
    ]);
    let line = Line::from(spans);
    if is_selected {
        line.style(look.selected)
    } else {
        line
    }
}

/// The style of a key that runs dry; a `!` says the same.
pub fn risk_style(forecast: &Forecast, look: &Look) -> ratatui::style::Style {
    if forecast.is_exhausted() {
        look.error
    } else if forecast.runs_dry() {
        look.warning
    } else {
        look.value
    }
}

/// Stands for a number that is not told.
pub(in crate::ui) fn unknown() -> String {
    "?".to_owned()
}

/// The height of a day in a picture; `None` for one that is not told.
#[expect(clippy::cast_precision_loss, reason = "a height of a few steps")]
fn height(day: Day) -> Option<f64> {
    day.used.map(|used| used as f64)
}

/// The remaining requests in few columns: with a `~` where they are reckoned.
pub fn remaining(forecast: &Forecast) -> String {
    match forecast.current.left {
        Left::NoQuota => "-".to_owned(),
        Left::NotTold => unknown(),
        Left::Told(left) => rough(left),
        Left::Reckoned(left) => format!("~{}", rough(left)),
    }
}
/// On which day a key runs dry, marked where that is before its reset. Without a full
/// day to go by, it is not known.
pub fn dry(row: &KeyUsage) -> String {
    const NOT_KNOWN: &str = "not known";
    let forecast = &row.forecast;
    if row.told.days == 0 || forecast.is_unknown() {
        return NOT_KNOWN.to_owned();
    }
    if forecast.is_exhausted() {
        return "! now".to_owned();
    }
    match forecast.days_left {
        Some(days) if forecast.runs_dry() => {
            // Until a reset it is a month at most.
            #[expect(clippy::cast_possible_truncation, reason = "days until a reset")]
            let day = forecast.since.saturating_add((days.floor() as i64).days());
            format!("! {day}")
        }
        Some(_) if forecast.days_to_reset.is_some() => "not before reset".to_owned(),
        Some(_) => NOT_KNOWN.to_owned(),
        None if forecast.current.left == Left::NoQuota => "never".to_owned(),
        // Nothing used on the days that are told, and others are missing.
        None if forecast.mean.is_none_or(|mean| mean.days < mean.of) => NOT_KNOWN.to_owned(),
        None => "never".to_owned(),
    }
}

/// A count in at most 6 columns: exact below 100,000, else to three digits.
#[expect(clippy::cast_precision_loss, reason = "for three digits")]
pub fn rough(count: i64) -> String {
    const UNITS: [(&str, f64); 5] = [
        ("k", 1e6),
        ("M", 1e9),
        ("G", 1e12),
        ("T", 1e15),
        ("P", 1e18),
    ];
    if count.unsigned_abs() < 100_000 {
        return number::whole(count);
    }
    let size = (count as f64).abs();
    let unit = UNITS.into_iter().find(|(_, below)| size < *below);
    let (unit, below) = unit.unwrap_or(("E", 1e21));
    let value = count as f64 / (below / 1000.0);
    let digits = match value.abs() {
        ..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}{unit}")
}

/// The name of a key, with its identifier.
pub fn whole_name(row: &KeyUsage) -> String {
    if row.name.is_empty() {
        row.id.clone()
    } else {
        format!("{} ({})", row.name, row.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_short_and_near() {
        for (count, text) in [
            (0, "0"),
            (99_999, "99,999"),
            (308_219, "308k"),
            (1_234_567, "1.23M"),
            (12_345_678, "12.3M"),
            (2_147_483_647, "2.15G"),
            (5_000_000_000_000, "5.00T"),
            (i64::MAX, "9.22E"),
            (-37, "-37"),
            (-308_219, "-308k"),
        ] {
            assert_eq!(rough(count), text);
        }
    }

    #[test]
    fn a_share_is_whole_only_at_the_end() {
        assert_eq!(percent(Some(0.9999)), "99 %");
        assert_eq!(percent(Some(1.0)), "100 %");
    }
}
