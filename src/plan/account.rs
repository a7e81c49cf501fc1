//! What stands around the plans: the account, its APIs, stages, methods and keys.

use super::{MethodKey, StageKey, Throttle};

/// The account's own throttle, from GetAccount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountLimits {
    /// The account's throttle for the Region; `None` where the answer had none.
    pub throttle: Option<Throttle>,
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
    /// Which one.
    pub key: StageKey,
    /// Its method settings' throttles. A limit that is left out or 0 in the
    /// answer means that none is known there, not that it blocks.
    pub throttles: Vec<(MethodKey, Throttle)>,
}

/// A method of a REST API, from GetResources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiMethod {
    /// Its key as a method throttle would name it.
    pub key: MethodKey,
    /// Whether it asks for an API key; without one, no plan meters it.
    pub needs_key: bool,
}

/// An API key. Its value is never kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its identifier.
    pub id: String,
    /// Its name; empty for none.
    pub name: String,
    /// Whether it may be used; `None` where the answer does not say
    /// (GetUsagePlanRefs does not).
    pub enabled: Option<bool>,
}
