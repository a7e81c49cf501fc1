//! How much of its quota each API key of a plan used.

use std::collections::HashMap;

use futures::TryStreamExt;
use jiff::civil::Date;

use super::classify::Fault;
use super::failure::{Failure, FailureKind};
use super::read::{PAGE, Page, counted, is_about, pages, watched};
use super::request::Seen;
use super::{Ask, Gateway};
use crate::plan::PlanId;
use crate::plan::usage::PlanUsage;

/// An API key's identifier and its days, `[used, remaining]`.
type DaysOfKey = (String, Vec<[i64; 2]>);

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
                    let answer = watched!(request, seen)?;
                    is_about(&plan.0, answer.usage_plan_id().unwrap_or(&plan.0))?;
                    page(answer.items, answer.position)
                }
            };
            self.ask(ask, attempt, counted("key"))
        });
        pages
            .try_fold(PlanUsage::new(from, to), |mut usage, page| async move {
                for (key, days) in page {
                    usage.set(&key, &days);
                }
                Ok(usage)
            })
            .await
    }
}

/// A page of usage, by identifier, so that the order does not change from one
/// reading to the next.
fn page(
    items: Option<HashMap<String, Vec<Vec<i64>>>>,
    position: Option<String>,
) -> Result<Page<DaysOfKey>, Fault> {
    let mut keys = items
        .into_iter()
        .flatten()
        .map(|(key, days)| Ok((key, pairs(&days)?)))
        .collect::<Result<Vec<_>, Fault>>()?;
    keys.sort_unstable();
    Ok((keys, position.filter(|position| !position.is_empty())))
}

/// The key is not named where a day is at fault: older pages of the service's
/// documentation say that the map is by the keys' values.
fn pairs(days: &[Vec<i64>]) -> Result<Vec<[i64; 2]>, Fault> {
    days.iter()
        .map(|day| {
            <[i64; 2]>::try_from(day.as_slice()).map_err(|_| {
                Fault::new(
                    FailureKind::BadAnswer {
                        field: Some("values".to_owned()),
                    },
                    format!(
                        "a day has {} numbers, not those of used and remaining requests",
                        day.len()
                    ),
                )
            })
        })
        .collect()
}
