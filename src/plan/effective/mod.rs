//! Effective limits: which of the limits that nest really holds.
//!
//! Source: the AWS developer guide's page on request throttling, for the order in
//! which limits are applied; what is inferred says so.

#[cfg(test)]
mod cases;
mod explain;
mod matrix;
mod open;
mod scale;
#[cfg(test)]
mod tests;
mod words;

use super::account::{AccountLimits, Known, Stage, Surroundings};
use super::bucket::Bucket;
use super::{Count, MethodKey, MethodThrottles, Quota, Rate, Settings, StageKey, Throttle};

pub use explain::{Body, Cause, Explanation, Likelihood, Observed, ObservedKey, explain};
pub use matrix::{Cell, Column, Matrix, MatrixCell};
pub use scale::LogScale;
pub use words::{Against, Fleet};

/// Where a limit comes from, in the order in which the service applies them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// The plan's throttle for the method.
    PlanMethod,
    /// The plan's throttle.
    Plan,
    /// The stage's setting for the method.
    StageMethod,
    /// The stage's setting for `*/*`.
    StageDefault,
    /// The account's throttle for the Region.
    Account,
}

impl Rank {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [
        Self::PlanMethod,
        Self::Plan,
        Self::StageMethod,
        Self::StageDefault,
        Self::Account,
    ];

    /// The letter that a cell shows.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::PlanMethod => 'M',
            Self::Plan => 'P',
            Self::StageMethod => 'S',
            Self::StageDefault => 'D',
            Self::Account => 'A',
        }
    }

    /// Its name for the operator.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PlanMethod => "plan's method throttle",
            Self::Plan => "plan's throttle",
            Self::StageMethod => "stage's method setting",
            Self::StageDefault => "stage's default",
            Self::Account => "account",
        }
    }

    /// Whether every API key has a bucket of its own here; otherwise all clients
    /// share one.
    #[must_use]
    pub fn is_per_key(self) -> bool {
        matches!(self, Self::PlanMethod | Self::Plan)
    }

    /// Where it was read.
    #[must_use]
    pub fn read_from(self) -> &'static str {
        match self {
            Self::PlanMethod => "GetUsagePlan, apiStages throttle",
            Self::Plan => "GetUsagePlan, throttle",
            Self::StageMethod => "GetStages, methodSettings of the method",
            Self::StageDefault => "GetStages, methodSettings */*",
            Self::Account => "GetAccount, throttleSettings",
        }
    }

    /// What is known of how it is applied, and from where.
    #[must_use]
    pub fn note(self) -> &'static str {
        match self {
            Self::PlanMethod => {
                "per API key and method; stands in the plan throttle's place (inferred)"
            }
            Self::Plan => "per API key, over all stages of the plan",
            Self::StageMethod => "all clients together; stands in the stage default's place",
            Self::StageDefault => "all clients together; for methods without a setting",
            Self::Account => "all clients and APIs of the Region together",
        }
    }
}

/// One half of a limit: a rate or a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<T> {
    /// It is set and applies.
    Set(T),
    /// It is set, and the one before it stands in its place.
    Replaced(T),
    /// None is set.
    NotSet,
    /// A stage's entry is -1 here: no throttle of its own (Terraform's default since
    /// version 3.0; the console's "disabled").
    Off,
    /// It is not known yet.
    NotYet,
    /// The operator may not read it.
    NotPermitted,
    /// It could not be read.
    Unreadable,
}

impl<T: Copy> Part<T> {
    fn of(value: Option<T>) -> Self {
        value.map_or(Self::NotSet, Self::Set)
    }

    /// The value where it applies.
    #[must_use]
    pub fn applies(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            _ => None,
        }
    }

    /// Whether a limit may stand here that is not known.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::NotYet | Self::NotPermitted | Self::Unreadable)
    }

    /// Whether a value stands here, applied or not.
    fn is_given(self) -> bool {
        matches!(self, Self::Set(_) | Self::Replaced(_))
    }

    fn replaced_by(self, before: Self) -> Self {
        match (self, before) {
            (Self::Set(value), Self::Set(_)) => Self::Replaced(value),
            (itself, _) => itself,
        }
    }
}

/// One limit of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Which one.
    pub rank: Rank,
    /// Its rate, in requests per second.
    pub rate: Part<Rate>,
    /// Its burst, in requests.
    pub burst: Part<Count>,
}

impl Link {
    /// Whether a limit may stand here that is not known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.rate.is_unknown() || self.burst.is_unknown()
    }

    /// A plan's limit: 0 blocks (inferred).
    fn of_plan(rank: Rank, throttle: Option<Throttle>) -> Self {
        Self {
            rank,
            rate: Part::of(throttle.and_then(|throttle| throttle.rate)),
            burst: Part::of(throttle.and_then(|throttle| throttle.burst)),
        }
    }

    /// The account's limit. One of 0 is no answer of the service's: it is taken for one
    /// that is not known.
    fn of_account(read: Seen) -> Self {
        Self::of_all(
            Rank::Account,
            read,
            |rate| *rate > Rate::ZERO,
            |burst| *burst > Count::ZERO,
        )
    }

    /// A stage's limit. Its entries always have both halves, so that 0 is set and blocks,
    /// and -1 is none of its own (recorded from AWS by several).
    fn of_stage(rank: Rank, read: Seen) -> Self {
        let mut link = Self::of_all(rank, read, |_| true, |_| true);
        if link.rate.applies().is_some_and(|rate| rate < Rate::ZERO) {
            link.rate = Part::Off;
        }
        if link
            .burst
            .applies()
            .is_some_and(|burst| burst < Count::ZERO)
        {
            link.burst = Part::Off;
        }
        link
    }

    fn of_all(
        rank: Rank,
        read: Seen,
        is_rate: impl Fn(&Rate) -> bool,
        is_burst: impl Fn(&Count) -> bool,
    ) -> Self {
        let (rate, burst) = match read {
            Seen::Read(throttle) => {
                let rate = throttle.and_then(|throttle| throttle.rate);
                let burst = throttle.and_then(|throttle| throttle.burst);
                (
                    Part::of(rate.filter(is_rate)),
                    Part::of(burst.filter(is_burst)),
                )
            }
            Seen::NotYet => (Part::NotYet, Part::NotYet),
            Seen::NotPermitted => (Part::NotPermitted, Part::NotPermitted),
            Seen::Unreadable => (Part::Unreadable, Part::Unreadable),
        };
        Self { rank, rate, burst }
    }

    fn replaced_by(self, before: Self) -> Self {
        Self {
            rank: self.rank,
            rate: self.rate.replaced_by(before.rate),
            burst: self.burst.replaced_by(before.burst),
        }
    }
}

/// What was read of one limit of a stage or of the account.
#[derive(Clone, Copy)]
enum Seen {
    Read(Option<Throttle>),
    NotYet,
    NotPermitted,
    Unreadable,
}

impl Seen {
    fn of<T>(known: Option<&Known<T>>, throttle: impl FnOnce(&T) -> Option<Throttle>) -> Self {
        match known {
            Some(Known::Read(read)) => Self::Read(throttle(read)),
            None | Some(Known::NotYet) => Self::NotYet,
            Some(Known::NotPermitted) => Self::NotPermitted,
            Some(Known::Unreadable(_)) => Self::Unreadable,
        }
    }
}

/// A limit that holds, and which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound<T> {
    /// Its value.
    pub value: T,
    /// Where it comes from.
    pub rank: Rank,
}

/// Whether a plan reaches a method of a stage at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The method asks for an API key, so the plan meters it.
    Metered,
    /// The API's methods are not known, so whether the method is there and asks
    /// for an API key is not known either.
    Unknown,
    /// The method asks for no API key: the plan does not meter it.
    Unmetered,
    /// The plan has a throttle for the method, and the API has no such method.
    NoSuchMethod,
    /// The stage's API does not have the method.
    NotOnStage,
    /// The plan names a stage that does not exist.
    Dangling,
    /// The stage is not attached to the plan.
    NotAttached,
}

impl Reach {
    /// Whether there is, or may be, a method to answer, so that limits hold.
    #[must_use]
    pub fn is_answered(self) -> bool {
        matches!(self, Self::Metered | Self::Unknown | Self::Unmetered)
    }
}

/// All limits on the requests of one API key to one method of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The stage.
    pub stage: StageKey,
    /// The method; `*/*` for all that have no setting of their own.
    pub method: MethodKey,
    /// Whether the plan reaches the method at all.
    pub reach: Reach,
    /// The limits in the order in which the service applies them.
    pub links: [Link; 5],
    /// The rate that holds, in requests per second; `None` where no limit is
    /// known, or none can hold (see [`Reach::is_answered`]).
    pub rate: Option<Bound<Rate>>,
    /// The burst that holds, in requests; `None` likewise.
    pub burst: Option<Bound<Count>>,
    /// Whether no limit that is not known could hold instead.
    pub is_certain: bool,
    /// The key under which the plan's method throttle stands, `*/*` maybe.
    pub plan_key: Option<MethodKey>,
    /// The plan's quota, which is counted beside the throttles.
    pub quota: Option<Quota>,
}

/// All limits on one method of a stage, for one API key of a plan.
#[must_use]
pub fn effective(
    settings: &Settings,
    stage: &StageKey,
    method: &MethodKey,
    around: &Surroundings,
) -> Chain {
    let column = ColumnOf::new(settings, stage, around);
    let own = column.methods.and_then(|methods| methods.get(method));
    let reach = column.reach(method, own.is_some());
    let is_own = method.as_str() != "*/*";
    let set = column.stage.filter(|_| is_own);
    let set = set.and_then(|stage| set_for(stage, method));
    let links = column.links(own.copied(), set, reach);
    let held = Held::of(&links, reach);
    let plan_key = match (own, column.plan_default) {
        (Some(_), _) => Some(method.clone()),
        (None, Some(_)) => Some(all_methods()),
        (None, None) => None,
    };
    Chain {
        stage: stage.clone(),
        method: method.clone(),
        reach,
        links,
        rate: held.rate,
        burst: held.burst,
        is_certain: held.is_certain,
        plan_key: plan_key.filter(|_| reach != Reach::Unmetered),
        quota: settings.quota.clone(),
    }
}

impl Chain {
    /// Whether a limit of 0 lets no request through.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        is_blocked(self.rate, self.burst)
    }

    /// The buckets on a request's way, in order, each full. Where one half of a
    /// limit is not known, the half that holds stands in; a limit without any is
    /// left out.
    #[must_use]
    pub fn buckets(&self) -> Vec<(Rank, Bucket)> {
        let bucket = |link: &Link| {
            let (rate, burst) = (link.rate.applies(), link.burst.applies());
            if rate.is_none() && burst.is_none() {
                return None;
            }
            let rate = rate.or(self.rate.map(|bound| bound.value))?;
            let burst = burst.or(self.burst.map(|bound| bound.value))?;
            Some((link.rank, Bucket::full(rate, burst)))
        };
        self.links.iter().filter_map(bucket).collect()
    }
}

fn is_blocked(rate: Option<Bound<Rate>>, burst: Option<Bound<Count>>) -> bool {
    rate.is_some_and(|bound| bound.value <= Rate::ZERO)
        || burst.is_some_and(|bound| bound.value <= Count::ZERO)
}

/// The key that stands for all methods without a setting of their own.
fn all_methods() -> MethodKey {
    MethodKey::as_read("*/*")
}

fn set_for(stage: &Stage, method: &MethodKey) -> Option<Throttle> {
    let found = stage.throttles.iter().find(|(key, _)| key == method);
    found.map(|(_, throttle)| *throttle)
}

/// What holds of a chain.
struct Held {
    rate: Option<Bound<Rate>>,
    burst: Option<Bound<Count>>,
    is_certain: bool,
}

impl Held {
    fn of(links: &[Link; 5], reach: Reach) -> Self {
        if !reach.is_answered() {
            return Self {
                rate: None,
                burst: None,
                is_certain: true,
            };
        }
        let rate = lowest(links.iter().map(|link| (link.rank, link.rate)));
        let burst = lowest(links.iter().map(|link| (link.rank, link.burst)));
        Self {
            rate,
            burst,
            is_certain: is_blocked(rate, burst) || !links.iter().any(Link::is_unknown),
        }
    }
}

/// The lowest limit that applies; of equal ones the first.
fn lowest<T: Copy + Ord>(parts: impl Iterator<Item = (Rank, Part<T>)>) -> Option<Bound<T>> {
    let applying = parts.filter_map(|(rank, part)| {
        let value = part.applies()?;
        Some(Bound { value, rank })
    });
    applying.min_by(|a, b| a.value.cmp(&b.value))
}

/// A method looked up among those of its API.
#[derive(Clone, Copy)]
enum Found {
    /// The API's methods are not known.
    Unknown,
    /// The API has no such method.
    Nothing,
    /// The API has it.
    Method { needs_key: bool },
}

impl Found {
    fn of(are_known: bool, needs_key: Option<bool>) -> Self {
        match needs_key {
            Some(needs_key) => Self::Method { needs_key },
            None if are_known => Self::Nothing,
            None => Self::Unknown,
        }
    }
}

/// What all methods of a stage have in common.
struct ColumnOf<'a> {
    is_attached: bool,
    /// The plan's method throttles at the stage.
    methods: Option<&'a MethodThrottles>,
    /// The plan's throttle for `*/*` at the stage.
    plan_default: Option<Throttle>,
    plan: Option<Throttle>,
    /// The stage's setting for `*/*`.
    stage_default: Option<Throttle>,
    stages: Option<&'a Known<Vec<Stage>>>,
    /// The stage as it was read; `None` where it was not read or is not there.
    stage: Option<&'a Stage>,
    api_methods: Option<&'a Known<Vec<super::account::ApiMethod>>>,
    account: &'a Known<AccountLimits>,
}

impl<'a> ColumnOf<'a> {
    fn new(settings: &'a Settings, stage: &StageKey, around: &'a Surroundings) -> Self {
        let api = around.apis.get(&stage.api);
        let stages = api.map(|api| &api.stages);
        let read = stages.and_then(Known::read);
        let methods = settings.stages.get(stage);
        let stage = read.and_then(|stages| stages.iter().find(|found| found.key == *stage));
        Self {
            is_attached: methods.is_some(),
            methods,
            plan_default: methods.and_then(|methods| methods.get(&all_methods()).copied()),
            plan: settings.throttle,
            stages,
            stage_default: stage.and_then(|stage| set_for(stage, &all_methods())),
            stage,
            api_methods: api.map(|api| &api.methods),
            account: &around.account,
        }
    }

    fn is_dangling(&self) -> bool {
        self.stages.and_then(Known::read).is_some() && self.stage.is_none()
    }

    fn reach(&self, method: &MethodKey, has_own_throttle: bool) -> Reach {
        let methods = self.api_methods.and_then(Known::read);
        let found = methods
            .into_iter()
            .flatten()
            .find(|found| found.key == *method);
        let found = Found::of(methods.is_some(), found.map(|found| found.needs_key));
        self.reach_of(method, found, has_own_throttle)
    }

    /// The same with the method looked up already.
    fn reach_of(&self, method: &MethodKey, found: Found, has_own_throttle: bool) -> Reach {
        if !self.is_attached {
            return Reach::NotAttached;
        }
        if self.is_dangling() {
            return Reach::Dangling;
        }
        if method.as_str() == "*/*" {
            return Reach::Metered;
        }
        match found {
            Found::Unknown => Reach::Unknown,
            Found::Method { needs_key: true } => Reach::Metered,
            Found::Method { needs_key: false } => Reach::Unmetered,
            Found::Nothing if has_own_throttle => Reach::NoSuchMethod,
            Found::Nothing => Reach::NotOnStage,
        }
    }

    /// The chain, given what the plan and the stage set for the method itself.
    fn links(&self, own: Option<Throttle>, set: Option<Throttle>, reach: Reach) -> [Link; 5] {
        let is_metered = reach != Reach::Unmetered;
        let of_plan = |throttle: Option<Throttle>| throttle.filter(|_| is_metered);
        let plan_method = Link::of_plan(Rank::PlanMethod, of_plan(own.or(self.plan_default)));
        let plan = Link::of_plan(Rank::Plan, of_plan(self.plan)).replaced_by(plan_method);
        let of_stage = |rank, throttle: Option<Throttle>| {
            Link::of_stage(rank, Seen::of(self.stages, |_| throttle))
        };
        let stage_method = of_stage(Rank::StageMethod, set);
        let stage_default =
            of_stage(Rank::StageDefault, self.stage_default).replaced_by(stage_method);
        let account = Seen::of(Some(self.account), |limits| limits.throttle);
        let account = Link::of_account(account);
        [plan_method, plan, stage_method, stage_default, account]
    }
}
