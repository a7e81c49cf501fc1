//! How much each key used, day by day: worked out when asked for, from the ids and the date, so
//! that it costs no memory and is the same every time.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::Serialize;

use super::account::{
    Account, Plan, PlanKey, QuotaExtension, QuotaPeriod, QuotaSettings, UsePattern,
};
use super::answer::Answer;
use super::collection::PageQuery;
use super::patch::{PatchOp, SentOperation};
use super::random;
use super::refusal::Refusal;

/// The days that the history reaches back from the one on which the account was made.
const HISTORY_DAYS: i64 = 90;

/// The longest span that `GetUsage` answers here. API Gateway's own is not documented.
const LONGEST_SPAN_DAYS: i64 = 366;

/// The remaining requests that `GetUsage` tells where the plan has no quota (inferred:
/// nothing is recorded).
const UNLIMITED: i64 = -1;

/// The usage that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct UsageQuery {
    pub plan: String,
    pub span: UsageSpan,
    /// Of one API key; of all where there is none.
    pub key: Option<String>,
    pub page: PageQuery,
}

/// The days that `GetUsage` is asked for, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UsageSpan {
    start: Date,
    end: Date,
}

impl UsageSpan {
    /// Inferred texts.
    pub fn parse(start: Option<&str>, end: Option<&str>) -> Result<Self, Refusal> {
        let date = |text: Option<&str>, name: &str| {
            // A date with a time behind it would be read too.
            text.filter(|text| text.len() == 10)
                .and_then(|text| text.parse::<Date>().ok())
                .ok_or_else(|| {
                    Refusal::bad_request(format!("Invalid {name} specified. Must be YYYY-MM-DD"))
                })
        };
        let span = Self {
            start: date(start, "startDate")?,
            end: date(end, "endDate")?,
        };
        match days_between(span.start, span.end) {
            ..0 => Err(Refusal::bad_request(
                "Invalid dates specified. startDate must not be after endDate",
            )),
            0..LONGEST_SPAN_DAYS => Ok(span),
            _ => Err(Refusal::bad_request(format!(
                "Invalid dates specified. At most {LONGEST_SPAN_DAYS} days can be read at once"
            ))),
        }
    }

    fn days(self) -> impl Iterator<Item = Date> {
        self.start
            .series(1.day())
            .take_while(move |day| *day <= self.end)
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UsageView<'a> {
    usage_plan_id: &'a str,
    start_date: String,
    end_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<String>,
    values: BTreeMap<&'a str, Vec<[i64; 2]>>,
}

impl Account {
    pub fn get_usage(&self, query: &UsageQuery, today: Date) -> Result<Answer, Refusal> {
        let UsageQuery {
            plan, span, page, ..
        } = query;
        let (span, page, key) = (*span, *page, query.key.as_deref());
        let plan = self.plans.get(plan).ok_or_else(Refusal::unknown_plan)?;
        if key.is_some_and(|key| !plan.has_key(key)) {
            return Err(Refusal::unknown_plan_key());
        }
        let paged = self.keys_of(plan, page, |present| {
            key.is_none_or(|key| present.id == key)
        });
        let values = paged
            .things
            .into_iter()
            .map(|(plan_key, key)| (key.id.as_str(), self.daily(plan, plan_key, span, today)))
            .collect();
        Ok(Answer::json(
            200,
            &UsageView {
                usage_plan_id: &plan.id,
                start_date: span.start.to_string(),
                end_date: span.end.to_string(),
                position: paged.position,
                values,
            },
        ))
    }

    /// Sets what remains of the current period's quota (confirmed: only `replace /remaining`).
    pub fn update_usage(
        &mut self,
        plan: &str,
        key: &str,
        operations: &[SentOperation],
        today: Date,
    ) -> Result<Answer, Refusal> {
        let plan = self.plans.get(plan).ok_or_else(Refusal::unknown_plan)?;
        let found = plan
            .keys
            .iter()
            .find(|present| present.id == key)
            .ok_or_else(Refusal::unknown_plan_key)?;
        // Inferred text.
        let quota = plan
            .quota
            .ok_or_else(|| Refusal::bad_request("Usage Plan has no quota to extend"))?;
        let changed = self.extended(plan, found, quota, operations, today)?;
        let span = UsageSpan {
            start: period_start(quota.period, today),
            end: today,
        };
        let answer = Answer::json(
            200,
            &UsageView {
                usage_plan_id: &plan.id,
                start_date: span.start.to_string(),
                end_date: span.end.to_string(),
                position: None,
                values: BTreeMap::from([(key, self.daily(plan, &changed, span, today))]),
            },
        );
        let plan = plan.id.clone();
        if let Some(present) = self
            .plans
            .get_mut(&plan)
            .and_then(|plan| plan.keys.iter_mut().find(|present| present.id == key))
        {
            *present = changed;
        }
        Ok(answer)
    }

    /// A key with what the operations leave it of the current period's quota.
    fn extended(
        &self,
        plan: &Plan,
        key: &PlanKey,
        quota: QuotaSettings,
        operations: &[SentOperation],
        today: Date,
    ) -> Result<PlanKey, Refusal> {
        let mut changed = key.clone();
        for operation in operations {
            let path = operation.path_text();
            match (PatchOp::parse(operation.op_text()), path) {
                (Some(PatchOp::Replace), "/remaining") => {
                    let what = "a non-negative whole number";
                    let wanted: i32 = operation
                        .wanted(what)?
                        .parse()
                        .ok()
                        .filter(|wanted| *wanted >= 0)
                        .ok_or_else(|| Refusal::patch_value(path, what))?;
                    // The number is what is to remain, whatever was set before: it is no
                    // addition to that.
                    changed.extension = None;
                    let by = i64::from(wanted) - self.balance(plan, &changed, quota, today, today);
                    changed.extension = Some(QuotaExtension { day: today, by });
                }
                // The list is inferred; `add` has no path of its own (confirmed text).
                (Some(PatchOp::Replace), path) => {
                    return Err(Refusal::patch_path("replace", path, "/remaining"));
                }
                (_, path) => return Err(Refusal::patch_path(operation.op_text(), path, "")),
            }
        }
        Ok(changed)
    }

    /// The used and the remaining requests of each day.
    fn daily(&self, plan: &Plan, key: &PlanKey, span: UsageSpan, today: Date) -> Vec<[i64; 2]> {
        span.days()
            .map(|day| {
                let remaining = plan.quota.map_or(UNLIMITED, |quota| {
                    self.balance(plan, key, quota, day, today).max(0)
                });
                [self.used(plan, key, day, today), remaining]
            })
            .collect()
    }

    /// The quota less what was used from the start of the period to the end of `day`, and more or
    /// less what was set by hand. Below zero where more was used than the quota allows.
    fn balance(
        &self,
        plan: &Plan,
        key: &PlanKey,
        quota: QuotaSettings,
        day: Date,
        today: Date,
    ) -> i64 {
        let start = period_start(quota.period, day);
        let used: i64 = UsageSpan { start, end: day }
            .days()
            .map(|day| self.used(plan, key, day, today))
            .sum();
        let by_hand = key
            .extension
            .filter(|extension| {
                extension.day <= day && period_start(quota.period, extension.day) == start
            })
            .map_or(0, |extension| extension.by);
        i64::from(quota.limit) - used + by_hand
    }

    /// Requests on one day: none before the history, none after today.
    fn used(&self, plan: &Plan, key: &PlanKey, day: Date, today: Date) -> i64 {
        let age = HISTORY_DAYS - 1 + days_between(self.founded, day);
        if age < 0 || day > today {
            return 0;
        }
        let daily = i64::from(key.daily);
        let days = days_between(Date::ZERO, day).unsigned_abs();
        // From 0 to 199: a tenth more or less than usual.
        let noise = i64::try_from(
            random::mix(random::mix_text(&plan.id) ^ random::mix_text(&key.id) ^ days) % 200,
        )
        .unwrap_or(0);
        let usual = daily * (900 + noise) / 1000;
        match key.shape {
            UsePattern::Idle => 0,
            UsePattern::Weekly if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) => {
                usual / 6
            }
            UsePattern::Steady | UsePattern::Extended | UsePattern::Weekly => usual,
            UsePattern::Growing => usual * (10 + age.min(HISTORY_DAYS)) / 100,
            UsePattern::Exhausted => daily,
        }
    }
}

/// The first day of the period that a day lies in: weeks from Sunday, months from the first
/// (inferred; API Gateway documents neither, nor what the offset means).
fn period_start(period: QuotaPeriod, day: Date) -> Date {
    match period {
        QuotaPeriod::Day => day,
        QuotaPeriod::Week => {
            day.saturating_sub(i64::from(day.weekday().to_sunday_zero_offset()).days())
        }
        QuotaPeriod::Month => day.first_of_month(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn spans_are_checked() {
        assert!(UsageSpan::parse(Some("2026-03-01"), Some("2026-03-01")).is_ok());
        for (start, end) in [
            (None, Some("2026-03-01")),
            (Some("2026-03-02"), Some("2026-03-01")),
            (Some("2026-02-30"), Some("2026-03-01")),
            (Some("20260301"), Some("2026-03-01")),
            (Some("1999-01-01"), Some("2026-03-01")),
        ] {
            assert_eq!(
                UsageSpan::parse(start, end).unwrap_err().status,
                400,
                "{start:?} {end:?}"
            );
        }
    }

    #[test]
    fn periods_start_where_the_calendar_does() {
        let wednesday = date(2026, 3, 18);
        assert_eq!(period_start(QuotaPeriod::Day, wednesday), wednesday);
        assert_eq!(
            period_start(QuotaPeriod::Week, wednesday),
            date(2026, 3, 15)
        );
        assert_eq!(
            period_start(QuotaPeriod::Month, wednesday),
            date(2026, 3, 1)
        );
    }
}
