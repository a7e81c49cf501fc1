//! Corrects what the history says wrongly of calls, from what was read anyway: calls that
//! are said not to be made, or of which nobody could tell, and that were made after all.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::journal::{self, CallOutcome, Intent, Journal, OpenCall, Record, Sent};
use crate::plan::{Call, PlanId, Scope, UsagePlan};
use crate::send::{is_shown_by, is_shown_by_keys, outcome_of_creation, read_later_in_words};
use crate::task::{self, Job};

/// The readings of an account.
#[derive(Clone, Debug, Default)]
pub struct Sightings {
    /// Plans that were read one by one, as a whole.
    pub plans: Vec<Arc<UsagePlan>>,
    /// All plans, of which a list is not known to have the tags; none where they were not
    /// read to the end.
    pub list: Option<Vec<UsagePlan>>,
    /// The identifiers of the API keys that are in a plan.
    pub keys: BTreeMap<PlanId, Vec<String>>,
}

impl Sightings {
    /// Returns the record to be written of a call in doubt that was made as it shows.
    #[must_use]
    pub fn shows(&self, intent: &Intent) -> Option<Record> {
        if let Some(plan) = self.plans.iter().find(|plan| is_shown_by(intent, plan)) {
            return Some(made(intent, Some(plan.clone())));
        }
        let keys = |plan: &PlanId| self.keys.get(plan);
        let of_keys = intent.call.plan().and_then(keys);
        if of_keys.is_some_and(|keys| is_shown_by_keys(&intent.call, keys)) {
            return Some(made(intent, None));
        }
        self.list_shows(intent)
    }

    fn list_shows(&self, intent: &Intent) -> Option<Record> {
        let list = self.list.as_ref()?;
        match &intent.call {
            Call::Create(_) => match outcome_of_creation(intent, list) {
                (CallOutcome::Applied, plan) => Some(made(intent, plan.map(Arc::new))),
                _ => None,
            },
            Call::Delete { plan } => {
                let is_gone = list.iter().all(|other| other.id != *plan);
                is_gone.then(|| made(intent, None))
            }
            // A list is not known to have the tags of its plans.
            Call::Tag { .. } | Call::Untag { .. } => None,
            _ => {
                let plan = list.iter().find(|plan| is_shown_by(intent, plan))?;
                Some(made(intent, Some(Arc::new(plan.clone()))))
            }
        }
    }
}

/// That reading shows that a call was made.
#[must_use]
pub fn made(intent: &Intent, plan: Option<Arc<UsagePlan>>) -> Record {
    let now = Timestamp::now();
    Record::Sent(Box::new(Sent {
        entry: intent.entry.clone(),
        step: intent.step,
        outcome: CallOutcome::Applied,
        said: read_later_in_words(intent, CallOutcome::Applied, plan.as_deref(), now),
        plan,
        request_id: String::new(),
        by_reading: true,
    }))
}

/// The calls in doubt of an account. A journal that cannot be read has none.
pub async fn doubted(scope: &Scope) -> Vec<OpenCall> {
    let Ok(root) = journal::root() else {
        return Vec::new();
    };
    let scope = scope.clone();
    let read = move || journal::doubted(&root, &scope);
    task::blocking(Job::History, read).await.unwrap_or_default()
}

/// Corrects the calls in doubt that what was read shows to be made. Whoever reads plans
/// does not fail where the journal cannot be written: the next one does it.
pub async fn correct(scope: &Scope, doubted: Vec<OpenCall>, seen: &Sightings) {
    let doubts = doubted.iter();
    let records: Vec<Record> = doubts.filter_map(|one| seen.shows(&one.intent)).collect();
    keep(scope, records).await;
}

/// Writes what was found out while reading, where that can be written.
pub async fn keep(scope: &Scope, records: Vec<Record>) {
    let Ok(root) = journal::root() else { return };
    if records.is_empty() {
        return;
    }
    let scope = scope.clone();
    let write = move || Journal::add(&root, &scope, &records);
    // It stays in doubt where this fails.
    drop(task::blocking(Job::Journal, write).await);
}
