//! How much of its quota each API key of a plan used.

use futures::TryStreamExt;
use jiff::ToSpan;
use jiff::civil::Date;

use super::daily::{KeyDays, UsageAnswer};
use super::failure::Failure;
use super::read::{PAGE, counted, pages, told};
use super::request::Seen;
use super::{Ask, Gateway};
use crate::plan::PlanId;
use crate::plan::usage::PlanUsage;

impl Gateway {
    /// The daily use of a plan's API keys, or of one key, from one day to
    /// another (UTC, inferred), both included: pages of 500 keys. How long a
    /// span may be is not documented; the service refuses what is too long.
    ///
    /// # Errors
    ///
    /// [`FailureKind::NotFound`] where there is no such plan or key,
    /// [`FailureKind::Refused`] for a span that the service does not take, and
    /// whatever else keeps a call from being answered.
    pub async fn usage(
        &self,
        plan: &PlanId,
        from: Date,
        to: Date,
        key: Option<&str>,
    ) -> Result<PlanUsage, Failure> {
        let pages = pages(|position: Option<String>| {
            let ask = Ask::get("GetUsage", &plan.0, format!("/usageplans/{plan}/usage"));
            let attempt = move |seen: Seen| {
                let request = self
                    .client
                    .get_usage()
                    .usage_plan_id(&plan.0)
                    .start_date(from.to_string())
                    .end_date(to.to_string())
                    .set_key_id(key.map(str::to_owned))
                    .limit(PAGE)
                    .set_position(position.clone());
                async move {
                    let (_, answer): (_, UsageAnswer) = told!(request, seen)?;
                    let days = answer.days()?;
                    let start = answer.start_date.and_then(|start| start.parse().ok());
                    let keys = days.into_iter();
                    let keys = keys.map(move |(key, days)| (key, days, start.unwrap_or(from)));
                    let position = answer.position.filter(|position| !position.is_empty());
                    Ok((keys.collect::<Vec<_>>(), position))
                }
            };
            self.ask(ask, attempt, counted("key"))
        });
        pages
            .try_fold(PlanUsage::new(from, to), |mut usage, page| async move {
                for (key, days, start) in page {
                    take(&mut usage, &key, start, days);
                }
                Ok(usage)
            })
            .await
    }
}

/// Takes in the days of a key. They begin on the day that the answer names, which
/// need not be the one that was asked for.
fn take(usage: &mut PlanUsage, key: &str, start: Date, given: KeyDays) {
    let KeyDays { days, odd } = given;
    let end = i64::try_from(days.len()).unwrap_or(i64::MAX);
    let beyond = start.saturating_add(end.days()) > usage.last().saturating_add(1.day());
    usage.set_from(key, start, days);
    let odd = odd.or_else(|| {
        beyond.then(|| "it has more days than were asked for: the last are left out".to_owned())
    });
    if let Some(odd) = odd {
        usage.set_odd(key, &odd);
    }
}
