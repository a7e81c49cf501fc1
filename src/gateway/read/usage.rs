//! How much of its quota each API key of a plan used.

use futures::TryStreamExt;
use jiff::ToSpan;
use jiff::civil::Date;

use super::convert::Flaw;
use super::daily::{KeyDays, UsageAnswer};
use super::request::AttemptNotes;
use crate::gateway::failure::Failure;
use crate::gateway::read::{KEY_ID, Listed, PAGE, PLAN_ID, counted, following, pages, told};
use crate::gateway::{Ask, Gateway};
use crate::plan::PlanId;
use crate::plan::model::segment;
use crate::plan::usage::PlanUsage;

/// An API key's identifier, its days, and the first of them.
type DaysOfKey = (String, KeyDays, Date);

impl Listed for DaysOfKey {
    fn id(&self) -> &str {
        &self.0
    }
}

impl Gateway {
    /// The daily use of a plan's API keys, or of one key, from one day to
    /// another (UTC, inferred), both included: pages of 500 keys. How long a
    /// span may be is not documented; the service refuses what is too long.
    ///
    /// # Errors
    ///
    /// [`crate::gateway::FailureKind::NotFound`] where there is no such plan or key,
    /// [`crate::gateway::FailureKind::Refused`] for a span that the service does not take, and
    /// whatever else keeps a call from being answered.
    pub async fn usage(
        &self,
        plan: &PlanId,
        from: Date,
        to: Date,
        key: Option<&str>,
    ) -> Result<PlanUsage, Failure> {
        let ask = || {
            let ask = Ask::get("GetUsage", &plan.0, format!("/usageplans/{plan}/usage"));
            let named = [(PLAN_ID, plan.0.as_str())].into_iter();
            ask.naming(named.chain(key.map(|key| (KEY_ID, key))))
        };
        let told = |fault| self.failure(&ask(), fault);
        let pages = pages(told, |position: Option<String>| {
            let attempt = move |seen: AttemptNotes| {
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
                    if answer
                        .usage_plan_id
                        .as_ref()
                        .is_some_and(|id| *id != plan.0)
                    {
                        return Err(Flaw::new("usagePlanId", "it is another plan's").into());
                    }
                    let days = answer.days()?;
                    let start = answer.start_date.and_then(|start| start.parse().ok());
                    let keys = days.into_iter();
                    let keys = keys.map(move |(key, days)| (key, days, start.unwrap_or(from)));
                    let keys: Vec<DaysOfKey> = keys.collect();
                    // It is not named: it may be the value of a key, which may hold what it wants.
                    if keys.iter().any(|(key, ..)| key.len() > segment::LONGEST) {
                        return Err(Flaw::new("values", "a key's ID is too long to be one").into());
                    }
                    Ok((keys, following(answer.position)?))
                }
            };
            self.ask(ask(), attempt, counted("key"))
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
