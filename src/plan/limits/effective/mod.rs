//! Effective limits: which of the limits that nest really holds.
//!
//! Source: the AWS developer guide's page on request throttling, for the order in
//! which limits are applied; what is inferred says so.

#[cfg(test)]
mod cases;
mod explain;
mod link;
mod matrix;
mod open;
mod reading;
mod scale;
pub mod seen;
mod stage;
#[cfg(test)]
mod tests;
mod words;

use super::bucket::Bucket;
use super::zero::{OddQuota, Stop, Traffic};
use crate::plan::model::account::{AccountLimits, Known, Stage, Surroundings};
use crate::plan::{Count, Fact, MethodKey, Quota, Rate, Settings, StageKey, Throttle};
use link::LimitReading;
use reading::{Spellings, readings};

pub use explain::{Body, Cause, Explanation, Likelihood, Observed, ObservedKey, explain};
pub use link::{LimitHalf, Link};
pub use matrix::{Cell, Matrix, MatrixCell, MissingLimit, StageColumn};
pub use scale::LogScale;
pub use stage::{Between, StageLimits, least_together};
pub use words::{Against, Fleet};

/// The place that a limit comes from, in the order in which the service applies them.
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

    /// Returns true if every API key has a bucket of its own here; otherwise all
    /// clients share one.
    #[must_use]
    pub fn is_per_key(self) -> bool {
        matches!(self, Self::PlanMethod | Self::Plan)
    }

    /// The operation with which it was read.
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
}

/// A limit that holds, and which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound<T> {
    /// Its value.
    pub value: T,
    /// The place that it comes from.
    pub rank: Rank,
}

/// The way in which a plan reaches a method of a stage, if at all.
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
    /// Returns true if requests can come here through the plan, or may.
    #[must_use]
    pub fn is_metered(self) -> bool {
        matches!(self, Self::Metered | Self::Unknown)
    }

    /// Returns true if there is, or may be, a method to answer, so that limits hold.
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
    /// The way in which the plan reaches the method, if at all.
    pub reach: Reach,
    /// The limits in the order in which the service applies them.
    pub links: [Link; 5],
    /// The limits in the reading that lets most through.
    pub loosest: [Link; 5],
    /// The rate that applies, in requests per second, the least where that is open;
    /// `None` where no limit is known, or none can apply (see
    /// [`Reach::is_answered`]).
    pub rate: Option<Bound<Rate>>,
    /// The burst that applies, in requests; `None` likewise.
    pub burst: Option<Bound<Count>>,
    /// The rate and the burst in the readings that let most through, where it is
    /// open what applies.
    pub up_to: UpTo,
    /// The facts that rate and burst rest on though they are not documented.
    pub facts: Vec<Fact>,
    /// Set if no limit that is not known could hold instead.
    pub is_certain: bool,
    /// The lot of requests where a limit is 0.
    pub outcome: Traffic,
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
    // Asked for in any spelling, and looked up by the plain one.
    let method = &*method.plain();
    let has_own = column.methods.own(method).is_some();
    let reach = column.reach(method, has_own);
    let read = readings(&column, method, reach);
    let applying = Applying::of(&read, reach);
    Chain {
        stage: stage.clone(),
        method: method.clone(),
        reach,
        links: read.links(),
        loosest: read.loosest(),
        rate: applying.rate,
        burst: applying.burst,
        up_to: applying.up_to,
        facts: read.facts(&applying, column.odd_quota(reach)),
        is_certain: applying.is_certain,
        outcome: applying.outcome,
        plan_key: column
            .plan_key(method)
            .filter(|_| reach != Reach::Unmetered),
        quota: settings.quota.clone(),
    }
}

/// The most that the readings let through where they differ; the safe bound is
/// less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpTo {
    /// The rate, in requests per second; `None` where all readings agree.
    pub rate: Option<Most<Rate>>,
    /// The burst, in requests; `None` likewise.
    pub burst: Option<Most<Count>>,
}

/// The most of several readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Most<T> {
    /// This limit.
    Limit(Bound<T>),
    /// In one of them no limit is known.
    NoLimit,
}

impl<T: Copy> Most<T> {
    /// The limit.
    #[must_use]
    pub fn limit(self) -> Option<Bound<T>> {
        match self {
            Self::Limit(bound) => Some(bound),
            Self::NoLimit => None,
        }
    }
}

impl UpTo {
    /// Returns true if it is open what applies.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.rate.is_some() || self.burst.is_some()
    }
}

impl Chain {
    /// Returns true if a limit of 0 lets no request through, not even a first one.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.outcome == Traffic::Stops(Stop::AtOnce)
    }

    /// The oddity of the quota that is counted here; `None` where none is.
    #[must_use]
    pub fn odd_quota(&self) -> Option<OddQuota> {
        let quota = self.quota.as_ref().filter(|_| self.reach.is_metered());
        quota.and_then(Quota::odd)
    }

    /// The buckets on a request's way, in order, each full, in the reading that lets
    /// least through. Where one half of a limit is not known, the half that applies
    /// stands in; a limit without any is left out.
    #[must_use]
    pub fn buckets(&self) -> Vec<(Rank, Bucket)> {
        self.buckets_of(&self.links)
    }

    /// The same in the reading that lets most through; `None` where all agree.
    #[must_use]
    pub fn loosest_buckets(&self) -> Option<Vec<(Rank, Bucket)>> {
        self.up_to.is_open().then(|| self.buckets_of(&self.loosest))
    }

    fn buckets_of(&self, links: &[Link; 5]) -> Vec<(Rank, Bucket)> {
        let bucket = |link: &Link| {
            let (rate, burst) = (link.rate.applies(), link.burst.applies());
            if rate.is_none() && burst.is_none() {
                return None;
            }
            let rate = rate.or(self.rate.map(|bound| bound.value))?;
            let burst = burst.or(self.burst.map(|bound| bound.value))?;
            Some((link.rank, Bucket::full(rate, burst)))
        };
        links.iter().filter_map(bucket).collect()
    }
}

/// The limits of a chain that apply.
struct Applying {
    rate: Option<Bound<Rate>>,
    burst: Option<Bound<Count>>,
    up_to: UpTo,
    is_certain: bool,
    outcome: Traffic,
}

impl Applying {
    fn of(read: &reading::Readings, reach: Reach) -> Self {
        if !reach.is_answered() {
            return Self {
                rate: None,
                burst: None,
                up_to: UpTo::default(),
                is_certain: true,
                outcome: Traffic::Flows,
            };
        }
        let (rate, most_rate) = read.range(|link| link.rate);
        let (burst, most_burst) = read.range(|link| link.burst);
        let up_to = UpTo {
            rate: most_rate,
            burst: most_burst,
        };
        let outcome = read.outcome();
        Self {
            rate,
            burst,
            up_to,
            // No limit that is still unknown can be lower than one that lets nothing
            // through.
            is_certain: outcome == Traffic::Stops(Stop::AtOnce) || !read.has_unknown(),
            outcome,
        }
    }
}

/// The lowest limit that applies; of equal ones the first.
fn lowest<T: Copy + Ord>(parts: impl Iterator<Item = (Rank, LimitHalf<T>)>) -> Option<Bound<T>> {
    let applying = parts.filter_map(|(rank, part)| {
        let value = part.applies()?;
        Some(Bound { value, rank })
    });
    // Of equal ones `min_by` gives the first.
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

/// The part that all methods of a stage have in common.
struct ColumnOf<'a> {
    is_attached: bool,
    /// The plan's method throttles at the stage.
    methods: Spellings<'a>,
    plan: Throttle,
    quota: Option<OddQuota>,
    stages: Option<&'a Known<Vec<Stage>>>,
    /// Set if the stage was read and is there.
    is_there: bool,
    /// The stage's method settings.
    settings: Spellings<'a>,
    api_methods: Option<&'a Known<Vec<crate::plan::model::account::ApiMethod>>>,
    account: &'a Known<AccountLimits>,
}

impl<'a> ColumnOf<'a> {
    fn new(settings: &'a Settings, stage: &StageKey, around: &'a Surroundings) -> Self {
        let api = around.apis.get(&stage.api);
        let stages = api.map(|api| &api.stages);
        let read = stages.and_then(Known::read);
        let methods = settings.stages.get(stage);
        let stage = read.and_then(|stages| stages.iter().find(|found| found.key == *stage));
        let set = stage.into_iter().flat_map(|stage| &stage.throttles);
        Self {
            is_attached: methods.is_some(),
            methods: Spellings::of(methods.into_iter().flatten()),
            plan: settings.throttle.unwrap_or_default(),
            quota: settings.quota.as_ref().and_then(Quota::odd),
            stages,
            settings: Spellings::of(set.map(|(key, throttle)| (key, throttle))),
            is_there: stage.is_some(),
            api_methods: api.map(|api| &api.methods),
            account: &around.account,
        }
    }

    /// The oddity of the quota that is counted at a method; `None` where none is.
    fn odd_quota(&self, reach: Reach) -> Option<OddQuota> {
        self.quota.filter(|_| reach.is_metered())
    }

    /// The key under which the plan has a throttle for a method.
    fn plan_key(&self, method: &MethodKey) -> Option<MethodKey> {
        if self.methods.own(method).is_some() {
            Some(method.clone())
        } else if self.methods.of_resource(method).is_some() {
            Some(MethodKey::of(method.path(), "*"))
        } else {
            self.methods.all.as_ref().map(|_| MethodKey::all())
        }
    }

    fn is_dangling(&self) -> bool {
        self.stages.and_then(Known::read).is_some() && !self.is_there
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
        // No API has such a method: the row stands for all that the plan meters there.
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
}
