//! A change in a line.

use crate::plan::{Aim, ChangedField, Field, Settings, changes};
use crate::text::number;

/// The differences between two settings: `rate 100 -> 150 (+50 %), quota 1,000 -> 1,200 (+20
/// %), +stage a1b2c3:prod`.
#[must_use]
pub fn brief(before: &Settings, after: &Settings) -> String {
    let changed = changes(before, after);
    let is_part = |field: &Field| {
        let whole = |other: &ChangedField| other.field != *field && other.field.covers(field);
        changed.iter().any(whole)
    };
    // The method throttles of a stage that comes or goes are told with it.
    let told = changed.iter().filter(|change| !is_part(&change.field));
    let told: Vec<String> = told.map(|change| one(change, before, after)).collect();
    if told.is_empty() {
        return "nothing differs".to_owned();
    }
    told.join(", ")
}

fn one(change: &ChangedField, then: &Settings, now: &Settings) -> String {
    let name = match &change.field {
        Field::Rate => "rate".to_owned(),
        Field::Burst => "burst".to_owned(),
        Field::QuotaLimit => "quota".to_owned(),
        field => field.to_string(),
    };
    let is_stage = matches!(change.field, Field::Stage(_));
    match (change.before.as_deref(), change.after.as_deref()) {
        (None, Some(_)) if is_stage => format!("+{name}"),
        // Too long for a line of many.
        (_, Some(_)) if change.field == Field::Description => format!("{name} changed"),
        (None, Some(after)) => format!("+{name} {}", number::of_text(after)),
        (Some(_) | None, None) => format!("-{name}"),
        (Some(before), Some(after)) => {
            let by = share(change, then, now);
            let by = by.trim_start();
            let by = if by.is_empty() {
                String::new()
            } else {
                format!(" {by}")
            };
            format!(
                "{name} {} -> {}{by}",
                number::of_text(before),
                number::of_text(after)
            )
        }
    }
}

/// The aim of a change, in a few words.
#[must_use]
pub fn brief_aim(aim: &Aim) -> String {
    match aim {
        Aim::Create { keys, .. } => match keys.len() {
            0 => "a new plan".to_owned(),
            1 => "a new plan with 1 API key".to_owned(),
            n => format!("a new plan with {n} API keys"),
        },
        Aim::Update { base, wanted } => brief(&base.settings, wanted),
        Aim::Delete { base, keys } => {
            let mut said = vec!["deleted".to_owned()];
            match base.settings.stages.len() {
                0 => {}
                1 => said.push("1 stage is detached".to_owned()),
                n => said.push(format!("{n} stages are detached")),
            }
            match keys.len() {
                0 => {}
                1 => said.push("1 API key loses the plan".to_owned()),
                n => said.push(format!("{n} API keys lose the plan")),
            }
            said.join("; ")
        }
        Aim::Key { from, to, .. } => match (from, to) {
            (Some(from), Some(to)) => format!("moves from plan {from} to plan {to}"),
            (Some(from), None) => format!("leaves plan {from}"),
            (None, Some(to)) => format!("enters plan {to}"),
            (None, None) => "nothing differs".to_owned(),
        },
        Aim::Extend {
            plan,
            before,
            after,
            ..
        } => {
            let number = |count: &crate::plan::Count| number::whole(i64::from(count.get()));
            let (before, after) = (number(before), number(after));
            format!("remaining requests {before} -> {after} in plan {plan}")
        }
    }
}

/// The change of a number in percent; empty where that says nothing. Quotas of other periods
/// are compared by the day, which is said.
pub(super) fn share(change: &ChangedField, before: &Settings, after: &Settings) -> String {
    let number = |text: &Option<String>| text.as_deref()?.parse::<f64>().ok();
    let quotas = (before.quota.as_ref(), after.quota.as_ref());
    let (then, now, per) = match quotas {
        (Some(then), Some(now))
            if change.field == Field::QuotaLimit && then.period != now.period =>
        {
            (then.per_day(), now.per_day(), " per day")
        }
        _ => (number(&change.before), number(&change.after), ""),
    };
    match (then, now) {
        (Some(then), Some(now)) if then > 0.0 => {
            format!("  ({:+.0} %{per})", (now / then - 1.0) * 100.0)
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Count, Period, Quota, Rate, StageKey, Throttle};

    #[test]
    fn says_what_moved_and_by_how_much() {
        let settings = |rate: f64, limit: i64| Settings {
            name: "gold".to_owned(),
            throttle: Some(Throttle::new(Rate::as_read(rate), Count::as_read(200))),
            quota: Some(Quota::new(
                Count::new(limit).unwrap(),
                Period::Day,
                Count::ZERO,
            )),
            ..Settings::default()
        };
        let mut after = settings(150.0, 1200);
        after.stages = [(
            StageKey::as_read("a1b2c3", "prod"),
            [].into_iter().collect(),
        )]
        .into_iter()
        .collect();
        assert_eq!(
            brief(&settings(100.0, 1000), &after),
            "+stage a1b2c3:prod, rate 100 -> 150 (+50 %), quota 1,000 -> 1,200 (+20 %)"
        );
        assert_eq!(brief(&after, &settings(150.0, 1200)), "-stage a1b2c3:prod");
        let mut weekly = settings(100.0, 7000);
        weekly.quota = weekly.quota.map(|quota| Quota {
            period: Some(Period::Week),
            ..quota
        });
        assert_eq!(
            brief(&settings(100.0, 500), &weekly),
            "quota period DAY -> WEEK, quota 500 -> 7,000 (+100 % per day)"
        );
        assert_eq!(brief(&after, &after), "nothing differs");
    }
}
