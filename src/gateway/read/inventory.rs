//! A whole account read at once, for those who look over all of its plans.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::{StreamExt, TryStreamExt, stream};

use crate::gateway::Gateway;
use crate::gateway::failure::{Failure, FailureKind};
use crate::plan::lint::Inventory;
use crate::plan::model::account::{ApiKey, ApiReading, Known, Surroundings};
use crate::plan::{PlanId, UsagePlan};

/// The number of questions under way at once; their pace is the gateway's.
const AT_ONCE: usize = 8;

/// A whole account as it was read.
#[derive(Debug, Default)]
pub struct AccountReading {
    /// All plans.
    pub plans: Vec<UsagePlan>,
    /// The surroundings of the plans.
    pub around: Surroundings,
    /// The keys of each plan whose keys could be read.
    pub plan_keys: HashMap<PlanId, Vec<ApiKey>>,
    /// All API keys; `None` where they could not be read.
    pub api_keys: Option<Vec<ApiKey>>,
    /// The failures of what could not be read.
    pub unread: Vec<Failure>,
}

impl AccountReading {
    /// The inventory that is looked over.
    #[must_use]
    pub fn inventory(&self) -> Inventory<'_> {
        let keys = self.plan_keys.iter();
        Inventory {
            plans: self.plans.iter().collect(),
            is_whole: true,
            around: &self.around,
            plan_keys: keys.map(|(plan, keys)| (plan, keys.as_slice())).collect(),
            api_keys: self.api_keys.as_deref(),
            // The usage of every plan would be as many calls again.
            exhausting: HashMap::new(),
        }
    }

    /// Takes what was read; a failure is kept beside it.
    fn known<T>(&mut self, result: Result<T, Failure>) -> Known<T> {
        match result {
            Ok(read) => Known::Read(read),
            Err(failure) => {
                let known = match failure.kind {
                    FailureKind::Denied { .. } => Known::NotPermitted,
                    _ => Known::Unreadable(failure.to_string()),
                };
                self.unread.push(failure);
                known
            }
        }
    }
}

impl Gateway {
    /// Reads the plans, the keys of each, the stages and methods of the APIs that
    /// they name, and the account's limits and keys. What cannot be read beside
    /// the plans is noted.
    ///
    /// # Errors
    ///
    /// Where the plans themselves cannot be read.
    pub async fn read_account(&self) -> Result<AccountReading, Failure> {
        let mut reading = AccountReading {
            plans: self.plans(None).try_concat().await?,
            ..AccountReading::default()
        };
        let account = self.account().await;
        reading.around.account = reading.known(account);
        let api_keys = self.api_keys().await;
        if let Known::Read(keys) = reading.known(api_keys) {
            reading.api_keys = Some(keys);
        }

        let stages = reading
            .plans
            .iter()
            .flat_map(|plan| plan.settings.stages.keys());
        let apis: BTreeSet<String> = stages.map(|stage| stage.api.clone()).collect();
        let apis = stream::iter(apis).map(|api| async move {
            let (stages, methods) = (self.stages(&api).await, self.methods(&api).await);
            (api, stages, methods)
        });
        // In their order, whichever is answered first, so that failures are told in it too.
        let apis: Vec<_> = apis.buffered(AT_ONCE).collect().await;
        let mut readings = BTreeMap::new();
        for (api, stages, methods) in apis {
            let stages = reading.known(stages.or_else(none_where_gone));
            let methods = reading.known(methods.or_else(none_where_gone));
            readings.insert(api, ApiReading { stages, methods });
        }
        reading.around.apis = readings;

        let plans: Vec<PlanId> = reading.plans.iter().map(|plan| plan.id.clone()).collect();
        let keys = stream::iter(plans).map(|plan| async move {
            let keys = self.plan_keys(&plan).await;
            (plan, keys)
        });
        let keys: Vec<_> = keys.buffered(AT_ONCE).collect().await;
        for (plan, keys) in keys {
            if let Known::Read(keys) = reading.known(keys) {
                reading.plan_keys.insert(plan, keys);
            }
        }
        Ok(reading)
    }
}

/// The belongings of a REST API that is gone: none.
///
/// # Errors
///
/// Where it is not that the API is gone.
pub fn none_where_gone<T>(failure: Failure) -> Result<Vec<T>, Failure> {
    if failure.kind == FailureKind::NotFound {
        Ok(Vec::new())
    } else {
        Err(failure)
    }
}
