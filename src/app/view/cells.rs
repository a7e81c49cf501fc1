//! The effect of a change, in few columns: before and after of each limit in its
//! shortest exact form.

use crate::plan::model::human::{short_count, short_rate};
use crate::plan::{Count, Field, NOT_SET, Period, Quota, Settings, changes};

/// A change of one limit or another field of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name, in a word or two.
    pub name: String,
    /// The value before; `none` for nothing.
    pub before: String,
    /// The value after; `none` for nothing.
    pub after: String,
}

/// The differences between two settings. A quota is one with its period, and a stage that
/// comes or goes one with its method throttles.
#[must_use]
pub fn cells(before: &Settings, after: &Settings) -> Vec<Change> {
    let mut brief: Vec<Change> = Vec::new();
    // The method throttles of a stage that comes or goes go without saying, and so
    // does the offset of a quota that goes, or of a new one without one.
    let goes_without = |field: &Field| match field {
        Field::MethodRate(stage, _) | Field::MethodBurst(stage, _) => {
            before.stages.contains_key(stage) != after.stages.contains_key(stage)
        }
        Field::QuotaOffset => {
            let offset = after.quota.as_ref().and_then(|quota| quota.offset);
            let is_other = before.quota.is_none() != after.quota.is_none();
            is_other && offset.unwrap_or_default() == Count::ZERO
        }
        _ => false,
    };
    for changed in changes(before, after) {
        let field = changed.field;
        let name = name(&field);
        let is_said = brief.iter().any(|change| change.name == name);
        if is_said || goes_without(&field) {
            continue;
        }
        brief.push(Change {
            name,
            before: value(before, &field),
            after: value(after, &field),
        });
    }
    brief
}

/// The limits that a plan has.
#[must_use]
pub fn limits(settings: &Settings) -> Vec<Change> {
    let fields = [Field::Rate, Field::Burst, Field::QuotaLimit];
    let as_it_is = |field: &Field| Change {
        name: name(field),
        before: String::new(),
        after: value(settings, field),
    };
    fields.iter().map(as_it_is).collect()
}

fn name(field: &Field) -> String {
    match field {
        Field::Rate => "RATE/S".to_owned(),
        Field::Burst => "BURST".to_owned(),
        Field::QuotaLimit | Field::QuotaPeriod => "QUOTA".to_owned(),
        Field::QuotaOffset => "OFFSET".to_owned(),
        other => other.to_string(),
    }
}

fn value(settings: &Settings, field: &Field) -> String {
    let throttle = settings.throttle;
    let value = match field {
        Field::Rate => throttle.map(|throttle| half(throttle.rate, short_rate)),
        Field::Burst => throttle.map(|throttle| half(throttle.burst, short_count)),
        Field::QuotaLimit | Field::QuotaPeriod => settings.quota.as_ref().map(quota),
        Field::Stage(_) => settings.text(field).map(|_| "attached".to_owned()),
        other => settings.text(other),
    };
    value.unwrap_or_else(|| "none".to_owned())
}

/// A limit that is there as a whole, and maybe not this half of it.
fn half<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| NOT_SET.to_owned(), text)
}

/// `1.5M/MONTH`
fn quota(quota: &Quota) -> String {
    let limit = half(quota.limit, short_count);
    let period = half(quota.period.as_ref(), Period::to_string);
    format!("{limit}/{period}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{MethodKey, Period, Rate, StageKey, Throttle};

    #[test]
    fn a_quota_is_one_and_a_stage_is_one() {
        let throttle = Throttle::new(Rate::as_read(1500.0), Count::as_read(2));
        let quota = |limit, period| Quota::new(Count::as_read(limit), period, Count::ZERO);
        let methods = [(MethodKey::as_read("//GET"), throttle)]
            .into_iter()
            .collect();
        let before = Settings {
            quota: Some(quota(1_000_000, Period::Month)),
            stages: [(StageKey::as_read("a", "gone"), methods)]
                .into_iter()
                .collect(),
            ..Settings::default()
        };
        let after = Settings {
            throttle: Some(throttle),
            quota: Some(quota(5000, Period::Day)),
            ..Settings::default()
        };
        let lines: Vec<String> = cells(&before, &after)
            .into_iter()
            .map(|c| format!("{}: {} -> {}", c.name, c.before, c.after))
            .collect();
        assert_eq!(
            lines,
            [
                "stage a:gone: attached -> none",
                "RATE/S: none -> 1,500",
                "BURST: none -> 2",
                "QUOTA: 1M/MONTH -> 5,000/DAY",
            ]
        );
    }
}
