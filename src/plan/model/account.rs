//! What stands around the plans: the account, its APIs, stages, methods and keys.

use std::collections::BTreeMap;

use crate::plan::{Count, MethodKey, Rate, StageKey, Throttle};

/// Something that has to be asked for: what is known of it so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Known<T> {
    /// It was read.
    Read(T),
    /// It was not asked for yet, or the answer is not here.
    #[default]
    NotYet,
    /// The operator may not read it.
    NotPermitted,
    /// It could not be read, and why.
    Unreadable(String),
}

impl<T> Known<T> {
    /// The value that was read.
    #[must_use]
    pub fn read(&self) -> Option<&T> {
        match self {
            Self::Read(read) => Some(read),
            _ => None,
        }
    }
}

/// The surroundings of the plans of an account and Region, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The account's limits.
    pub account: Known<AccountLimits>,
    /// The REST APIs, by their identifiers. Nothing is known yet of one that is
    /// missing; one that does not exist any more has no stages and no methods.
    pub apis: BTreeMap<String, ApiReading>,
}

impl Surroundings {
    /// Returns true for a stage that is known not to exist any more: the stages of its API
    /// were read, and it is not among them.
    #[must_use]
    pub fn is_gone(&self, stage: &StageKey) -> bool {
        let api = self.apis.get(&stage.api);
        let stages = api.and_then(|api| api.stages.read());
        stages.is_some_and(|stages| stages.iter().all(|found| found.key != *stage))
    }
}

/// A REST API, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiReading {
    /// Its stages.
    pub stages: Known<Vec<Stage>>,
    /// Its methods: those of the API as it is now, which a stage has only once
    /// they are deployed to it.
    pub methods: Known<Vec<ApiMethod>>,
}

/// The account's own throttle, from GetAccount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountLimits {
    /// The account's throttle for the Region; `None` where the answer had none.
    pub throttle: Option<Throttle>,
}

impl AccountLimits {
    /// The limits that the answer tells. An account always has both, and neither is 0 or
    /// less: what the answer leaves out, or reads so, is not known.
    #[must_use]
    pub fn told(&self) -> Throttle {
        let throttle = self.throttle.unwrap_or_default();
        Throttle {
            rate: throttle.rate.filter(|rate| *rate > Rate::ZERO),
            burst: throttle.burst.filter(|burst| *burst > Count::ZERO),
        }
    }
}

/// A REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestApi {
    /// Its identifier.
    pub id: String,
    /// Its name; empty for none.
    pub name: String,
}

/// A stage of a REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The stage that it is.
    pub key: StageKey,
    /// Its method settings' throttles: 0 blocks, -1 is no throttle of the entry's own.
    /// An entry of the service always has both halves (recorded from AWS).
    pub throttles: Vec<(MethodKey, Throttle)>,
}

/// A method of a REST API, from GetResources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiMethod {
    /// Its key as a method throttle would name it.
    pub key: MethodKey,
    /// Set if it asks for an API key; without one, no plan meters it.
    pub needs_key: bool,
}

/// An API key. Its value is never kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its identifier.
    pub id: String,
    /// Its name; empty for none.
    pub name: String,
    /// True if it may be used; `None` where the answer does not say
    /// (`GetUsagePlanKeys` does not).
    pub enabled: Option<bool>,
    /// The AWS Marketplace customer that it belongs to (`customerId` of
    /// `GetApiKeys`); empty for none, and for a key from `GetUsagePlanKeys`,
    /// which does not say.
    pub customer: String,
}
