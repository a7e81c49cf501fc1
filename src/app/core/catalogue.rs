//! The account around the plans, as it was read. Asked for when a screen needs it, kept,
//! and asked again only on request.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::core::usage::UsageRead;
use crate::gateway::{Failure, FailureKind};
use crate::plan::PlanId;
use crate::plan::model::account::{
    AccountLimits, ApiKey, ApiMethod, ApiReading, Known, RestApi, Stage, Surroundings,
};
use crate::plan::model::api_names::ApiNames;

/// Something that is read when it is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Load<T> {
    /// Nobody asked yet.
    #[default]
    NotAsked,
    /// The answer is awaited.
    Underway,
    /// It is here.
    Here(T),
    /// It could not be read.
    Failed {
        /// The reason, for the operator.
        reason: String,
        /// True where the operator may not read it.
        is_denied: bool,
    },
}

impl<T> Load<T> {
    /// Makes it of an answer, good or bad.
    pub fn of(result: Result<T, Failure>) -> Self {
        match result {
            Ok(value) => Self::Here(value),
            Err(failure) => Self::Failed {
                reason: failure.to_string(),
                is_denied: matches!(failure.kind, FailureKind::Denied { .. }),
            },
        }
    }

    /// The value, where it was read.
    pub fn here(&self) -> Option<&T> {
        if let Self::Here(value) = self {
            Some(value)
        } else {
            None
        }
    }

    /// The same as the domain puts it: read, not yet, not permitted or unreadable.
    fn known(&self) -> Known<T>
    where
        T: Clone,
    {
        match self {
            Self::Here(value) => Known::Read(value.clone()),
            Self::NotAsked | Self::Underway => Known::NotYet,
            Self::Failed {
                is_denied: true, ..
            } => Known::NotPermitted,
            Self::Failed { reason, .. } => Known::Unreadable(reason.clone()),
        }
    }

    /// True where it would have to be asked for; what failed may be asked again.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::NotAsked | Self::Failed { .. })
    }
}

/// The account around the plans, as far as it was read.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The account's own limits.
    pub account: Load<AccountLimits>,
    /// The REST APIs.
    pub apis: Load<Vec<RestApi>>,
    /// The names of the REST APIs, as last read.
    names: ApiNames,
    /// The stages of each REST API, by its id.
    pub stages: BTreeMap<String, Load<Vec<Stage>>>,
    /// The methods of each REST API, by its id.
    pub methods: BTreeMap<String, Load<Vec<ApiMethod>>>,
    /// All API keys.
    pub api_keys: Load<Vec<ApiKey>>,
    /// The API keys of each plan.
    pub plan_keys: BTreeMap<PlanId, Load<Vec<ApiKey>>>,
    /// The plans of each API key that was asked for, by the key's id.
    pub plans_of: BTreeMap<String, Load<Vec<PlanId>>>,
    /// The usage of the API keys of each plan.
    pub usage: BTreeMap<PlanId, Load<UsageRead>>,
}

impl Catalogue {
    /// All that is known around the plans: the account's limits, and the stages and
    /// methods of APIs.
    #[must_use]
    pub fn surroundings(&self) -> Surroundings {
        let ids: BTreeSet<&String> = self.stages.keys().chain(self.methods.keys()).collect();
        let reading = |id: &String| ApiReading {
            stages: self.stages.get(id).map(Load::known).unwrap_or_default(),
            methods: self.methods.get(id).map(Load::known).unwrap_or_default(),
        };
        Surroundings {
            account: self.account.known(),
            apis: ids
                .into_iter()
                .map(|id| (id.clone(), reading(id)))
                .collect(),
        }
    }

    /// A catalogue of which nothing was read again yet: names are not unlearned.
    pub(in crate::app) fn anew(&self) -> Self {
        Self {
            names: self.names.clone(),
            ..Self::default()
        }
    }

    /// Forgets what was asked for and is not wanted any more, as if it was never asked
    /// for.
    pub(in crate::app) fn forget_unread(&mut self) {
        fn forget<K: Ord, T>(loads: &mut BTreeMap<K, Load<T>>) {
            loads.retain(|_, load| !matches!(load, Load::Underway));
        }
        forget(&mut self.stages);
        forget(&mut self.methods);
        forget(&mut self.plan_keys);
    }

    /// Takes the REST APIs. Where they could not be read, their names stay as they were.
    pub(in crate::app) fn take_apis(&mut self, apis: Load<Vec<RestApi>>) {
        if let Load::Here(apis) = &apis {
            self.names = ApiNames::new(apis);
        }
        self.apis = apis;
    }

    /// The names of the REST APIs: stages are shown by them.
    #[must_use]
    pub fn names(&self) -> &ApiNames {
        &self.names
    }
}
