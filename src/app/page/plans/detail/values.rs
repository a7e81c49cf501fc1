//! The values of a plan in the detail, and what is staged for them.

use super::DetailLine;
use crate::plan::model::human::{short_count, short_rate};
use crate::plan::{Count, Field, Map, MethodKey, NOT_SET, Period, Quota, Rate, StageKey, Throttle};
use crate::text::wrap::width;

pub(super) fn tag_lines(
    lines: &mut Vec<DetailLine>,
    tags: &Map<String, String>,
    staged: &impl Fn(&Field) -> Option<String>,
) {
    if tags.is_empty() {
        return;
    }
    lines.push(DetailLine::Head("Tags".to_owned()));
    lines.extend(tags.iter().map(|(key, value)| DetailLine::Pair {
        name: key.clone(),
        value: value.clone(),
        staged: staged(&Field::Tag(key.clone())),
    }));
}

/// The line of a method throttle; none as the service has it where it is only staged.
pub(super) fn method_line(
    name: String,
    stage: &StageKey,
    method: &MethodKey,
    throttle: Option<&Throttle>,
    staged: &impl Fn(&Field) -> Option<String>,
) -> DetailLine {
    let rate = staged(&Field::MethodRate(stage.clone(), method.clone()));
    let burst = staged(&Field::MethodBurst(stage.clone(), method.clone()));
    let parts = [
        rate.map(|r| format!("rate {r}")),
        burst.map(|b| format!("burst {b}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    DetailLine::Pair {
        name,
        value: throttle.map_or_else(|| "none".to_owned(), throttle_text),
        staged: (!parts.is_empty()).then(|| parts.join(", ")),
    }
}

pub(super) fn throttle_lines(
    lines: &mut Vec<DetailLine>,
    throttle: Option<Throttle>,
    staged: &impl Fn(&Field) -> Option<String>,
) {
    let value = |text: Option<String>| text.unwrap_or_else(|| "none".to_owned());
    let not_set = |throttle: Throttle| match throttle.open() {
        Some(open) => format!("{NOT_SET}: {open}"),
        None => NOT_SET.to_owned(),
    };
    let rate = throttle.map(|t| match t.rate {
        Some(rate) => format!("{} requests per second", short_rate(rate)),
        None => not_set(t),
    });
    let burst = throttle.map(|t| match t.burst {
        Some(burst) => format!("{} requests", short_count(burst)),
        None => not_set(t),
    });
    let (rate_staged, burst_staged) = (staged(&Field::Rate), staged(&Field::Burst));
    if throttle.is_none() && rate_staged.is_none() && burst_staged.is_none() {
        let text = "none: the lower of the account's and the stage's limits applies";
        lines.push(DetailLine::Text(text.to_owned()));
        return;
    }
    let pair = |name: &str, value, staged| DetailLine::Pair {
        name: name.to_owned(),
        value,
        staged,
    };
    lines.push(pair("rate", value(rate), rate_staged));
    lines.push(pair("burst", value(burst), burst_staged));
}

pub(super) fn quota_lines(
    lines: &mut Vec<DetailLine>,
    quota: Option<&Quota>,
    staged: &impl Fn(&Field) -> Option<String>,
) {
    let limit_staged = staged(&Field::QuotaLimit);
    if quota.is_none() && limit_staged.is_none() {
        lines.push(DetailLine::Text("none: effectively unlimited".to_owned()));
        return;
    }
    let value = |text: Option<String>| text.unwrap_or_else(|| "none".to_owned());
    let pair = |name: &str, value, staged: Option<String>| DetailLine::Pair {
        name: name.to_owned(),
        value,
        staged,
    };
    let limit = quota.map(|q| {
        let period = q.period.as_ref().map_or(NOT_SET, Period::as_str);
        match q.limit {
            Some(limit) => {
                let limit = short_count(limit);
                format!("{limit} requests per {period}")
            }
            None => NOT_SET.to_owned(),
        }
    });
    lines.push(pair("limit", value(limit), limit_staged));
    if let Some(odd) = quota.and_then(Quota::odd) {
        lines.push(DetailLine::Text(odd.sentence()));
    }
    // The limit says its period already, and most quotas have no offset.
    let period_staged = staged(&Field::QuotaPeriod);
    if period_staged.is_some() {
        let period = |q: &Quota| q.period.as_ref().map_or(NOT_SET, Period::as_str).to_owned();
        lines.push(pair("period", value(quota.map(period)), period_staged));
    }
    let offset_staged = staged(&Field::QuotaOffset);
    let has_offset = quota.is_some_and(|quota| quota.offset_or_zero() != Count::ZERO);
    if has_offset || offset_staged.is_some() {
        let offset = |q: &Quota| q.offset.map_or(NOT_SET.to_owned(), |n| n.to_string());
        lines.push(pair("offset", value(quota.map(offset)), offset_staged));
    }
}

/// A name in so many columns, so that what follows stands in line.
pub(super) fn padded(name: &str, columns: usize) -> String {
    let space = columns.saturating_sub(width(name));
    format!("{name}{}", " ".repeat(space))
}

pub(super) fn or_none(text: &str) -> String {
    if text.is_empty() {
        "none".to_owned()
    } else {
        text.to_owned()
    }
}

/// A method throttle in words.
fn throttle_text(throttle: &Throttle) -> String {
    let blocked = if throttle.rate == Some(Rate::ZERO) || throttle.burst == Some(Count::ZERO) {
        "  blocked"
    } else {
        ""
    };
    let rate = throttle
        .rate
        .map_or(NOT_SET.to_owned(), |r| format!("{}/s", short_rate(r)));
    let burst = throttle.burst.map_or(NOT_SET.to_owned(), short_count);
    format!("{rate:>9}  burst {burst:>6}{blocked}")
}
