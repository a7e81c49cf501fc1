//! The usage of a plan's API keys.

use jiff::ToSpan;
use jiff::civil::Date;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::burn_down;
use super::look::Look;
use super::text::{clean, left, right, span};
use crate::app::catalogue::Load;
use crate::app::command::Command;
use crate::app::keymap::Place;
use crate::app::usage::{KeyRow, Usage, UsageRead};
use crate::app::wrap::wrap;
use crate::app::{App, layout};
use crate::plan::human::group_thousands;
use crate::plan::usage::{Forecast, next_reset};
use crate::plan::{NOT_SET, Period, Quota, UsagePlan};

/// Draws the usage of a plan.
pub fn draw(frame: &mut Frame, app: &App, usage: &Usage, look: &Look, body: Rect) {
    let (table, below) = layout::usage(body);
    let plan = app.list.plan(&usage.plan);
    let name = plan.map_or(usage.plan.0.as_str(), |plan| plan.settings.name.as_str());
    let dot = look.symbols.dot;
    let (Some(plan), Some(read), None) = (
        plan,
        app.catalogue.usage_of(&usage.plan),
        why_empty(app, usage),
    ) else {
        let read = app.catalogue.usage_of(&usage.plan);
        let read = read.map(|read| format!(" {dot} {}", read_at(read)));
        let title = format!("{name}{}", read.unwrap_or_default());
        let why = why_empty(app, usage).unwrap_or_default();
        return says(frame, look, body, &title, &why);
    };
    let keys = match usage.rows.len() {
        1 => "1 key".to_owned(),
        n => format!("{n} keys"),
    };
    let title = format!("Usage of {name} {dot} {keys} {dot} {}", read_at(read));
    let inside = super::pane(frame, look, table, &title, true);
    super::lines(frame, inside, rows(plan, usage, read, inside, look));
    super::focus(
        frame,
        inside,
        2 + usage.cursor.at.saturating_sub(usage.cursor.top),
    );
    burn_down::draw(frame, app, plan, usage, read, look, below);
}

/// Why there is no usage to show, where there is none.
pub(super) fn why_empty(app: &App, usage: &Usage) -> Option<String> {
    if app.list.plan(&usage.plan).is_none() {
        return Some(app.with_keys("The plan is gone; <back> goes back to the list."));
    }
    match app.catalogue.usage.get(&usage.plan) {
        Some(Load::Here(_)) if !usage.rows.is_empty() => None,
        Some(Load::Here(_)) => Some(match app.catalogue.plan_keys.get(&usage.plan) {
            Some(Load::Underway) => "The API keys are being read.".to_owned(),
            _ => app.with_keys(
                "The plan has no API keys: nobody uses it. <keys> shows where they are attached.",
            ),
        }),
        Some(Load::Failed { reason, is_denied }) => {
            let what = if *is_denied { "Not permitted: " } else { "" };
            Some(format!("{what}{reason}"))
        }
        Some(Load::Underway) => {
            Some(app.with_keys("The usage is being read; <back> stops that and goes back."))
        }
        Some(Load::NotAsked) | None => {
            let key = app.keymap.label(Place::Usage, Command::Refresh);
            Some(format!("The usage is not read; {key} reads it."))
        }
    }
}

/// A pane that says one thing.
fn says(frame: &mut Frame, look: &Look, area: Rect, name: &str, text: &str) {
    let inside = super::pane(frame, look, area, &format!("Usage of {name}"), true);
    let lines = wrap(&clean(text), usize::from(inside.width));
    let lines = lines.into_iter().map(|line| Line::styled(line, look.text));
    super::lines(frame, inside, lines);
    super::focus(frame, inside, 0);
}

/// When it was read.
pub(super) fn read_at(read: &UsageRead) -> String {
    format!("read {} UTC", read.at.strftime("%Y-%m-%d %H:%M:%S"))
}

/// What the quota gives, and when it starts anew.
pub(super) fn quota_line(quota: Option<&Quota>, today: Date) -> String {
    let Some(quota) = quota else {
        return "No quota: what the keys use is counted, and nothing runs out.".to_owned();
    };
    let limit = quota.limit.map_or_else(
        || format!("limit {NOT_SET}"),
        |limit| group_thousands(i64::from(limit.get())),
    );
    let period = quota.period.as_ref();
    let period = period.map_or_else(|| format!("period {NOT_SET}"), Period::to_string);
    let reset = next_reset(quota, today).map_or_else(
        || "the next reset is not known".to_owned(),
        |reset| format!("next reset {} 00:00 UTC (inferred)", reset.at),
    );
    format!("{limit} per {period} and key; {reset}")
}

/// How wide the columns are that grow with the terminal: the name, the bar and
/// the sparkline.
fn grown(columns: usize) -> [usize; 3] {
    // What the columns of a fixed width and the spaces between take.
    let room = columns.saturating_sub(1 + 7 + 7 + 7 + 7 + 13);
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
        right("RUNS DRY", 13, look),
    );
    let text = quota_line(quota, read.today());
    let first = [
        Line::styled(left(&text, columns, look), look.dim),
        Line::styled(head, look.accent),
    ];
    let keys = usage.rows.iter().enumerate().skip(usage.cursor.top);
    let keys = keys.map(|(at, row)| {
        let forecast = &row.forecast;
        let is_selected = at == usage.cursor.at;
        let pointer = if is_selected {
            look.symbols.pointer
        } else {
            " "
        };
        let style = risk_style(forecast, look);
        let share = forecast.current.share();
        let daily: Vec<f64> = read
            .usage
            .used(&row.id)
            .iter()
            .copied()
            .map(f64::from)
            .collect();
        let peak = read.usage.used(&row.id).iter().copied().max().unwrap_or(0);
        let most = f64::from(peak);
        let picture = look.symbols.spark(&daily, most, spark.saturating_sub(1));
        let line = Line::from(vec![
            span(pointer, look.accent),
            span(left(row.called(), name, look), look.text),
            span(right(&rough(forecast.current.used), 7, look), look.text),
            span(right(&remaining(forecast), 7, look), style),
            span(right(&percent(share), 6, look), style),
            span(" ", look.text),
            span(
                left(&look.symbols.share(share.unwrap_or(0.0), bar), bar, look),
                style,
            ),
            span(
                format!(" {}", left(&picture, spark.saturating_sub(1), look)),
                look.accent,
            ),
            span(right(&rough(u64::from(peak)), 7, look), look.dim),
            span(right(&dry(forecast, read.today()), 13, look), style),
        ]);
        if is_selected {
            line.style(look.selected)
        } else {
            line
        }
    });
    first
        .into_iter()
        .chain(keys)
        .take(usize::from(inside.height))
        .collect()
}

/// How a key that runs dry stands out; a `!` says the same.
pub fn risk_style(forecast: &Forecast, look: &Look) -> ratatui::style::Style {
    if forecast.is_exhausted() {
        look.error
    } else if forecast.runs_dry() {
        look.warning
    } else {
        look.text
    }
}

/// What is left, in few columns.
pub fn remaining(forecast: &Forecast) -> String {
    let left = forecast.current.remaining;
    left.map_or_else(|| "-".to_owned(), rough)
}

/// A share in percent; all of it only where nothing is left.
pub fn percent(share: Option<f64>) -> String {
    match share {
        None => "-".to_owned(),
        Some(share) if share < 1.0 => format!("{:.0} %", (share * 100.0).floor()),
        Some(_) => "100 %".to_owned(),
    }
}

/// On which day a key runs dry, marked where that is before its reset.
#[expect(
    clippy::cast_possible_truncation,
    reason = "days until a reset, at most a month"
)]
pub fn dry(forecast: &Forecast, today: Date) -> String {
    if forecast.is_exhausted() {
        return "! now".to_owned();
    }
    match forecast.days_left {
        Some(days) if forecast.runs_dry() => {
            let day = today.saturating_add((days.floor() as i64).days());
            format!("! {day}")
        }
        Some(_) => "after reset".to_owned(),
        None => "never".to_owned(),
    }
}

/// A count in at most 6 columns: exact below 100,000, else to three digits.
#[expect(clippy::cast_precision_loss, reason = "for three digits")]
pub fn rough(count: u64) -> String {
    if count < 100_000 {
        return group_thousands(i64::try_from(count).unwrap_or(0));
    }
    let (unit, size) = match count {
        0..1_000_000 => ("k", 1e3),
        1_000_000..1_000_000_000 => ("M", 1e6),
        _ => ("G", 1e9),
    };
    let value = count as f64 / size;
    let digits = match value {
        ..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}{unit}")
}

/// What a key is called, with its identifier.
pub fn whole_name(row: &KeyRow) -> String {
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
