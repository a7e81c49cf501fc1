//! The domain: usage plans and everything that can be said about one without
//! asking anybody. No I/O, no terminal, no SDK types.

pub mod calls;
pub mod edit;
pub mod filter;
pub mod keys;
pub mod limits;
pub mod lint;
pub mod model;
pub mod patch;
pub mod usage;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::plan::model::human::{short_count, short_rate};

pub use crate::plan::calls::call::{Call, calls, creatable, predict};
pub use crate::plan::calls::parts::{Part, Partly};
pub use crate::plan::edit::aim::Aim;
pub use crate::plan::edit::changes::{ChangedField, changes, or_none};
pub use crate::plan::edit::merge::{Conflict, Merged, merge};
pub use crate::plan::limits::spelling::{respelled, spelled};
pub use crate::plan::model::basis::Basis;
pub use crate::plan::model::fact::Fact;
pub use crate::plan::model::field::{Field, Finding, Rule, Severity};
pub use crate::plan::model::key::{MethodKey, PlanId, PlanRef, SAMPLE_REGION, Scope, StageKey};
pub use crate::plan::model::number::{Count, Rate};
pub use crate::plan::model::shared::Shared;
pub use crate::plan::patch::apply::{Refused, apply, outcome};
pub use crate::plan::patch::batch::check_batch;
pub use crate::plan::patch::check::{PatchChange, check, fits};
pub use crate::plan::patch::diff::{diff, fields_of, inverse, revert};
pub use crate::plan::patch::rules::judge;
pub use crate::plan::patch::support::SupportRow;
pub use crate::plan::patch::target::Target;
pub use crate::plan::patch::text::{Located, TextFault, parse_operations, place_of};
pub use crate::plan::patch::verdict::{Judged, StagedOperations, StagedStages, Verdict, verdicts};
pub use patch::{Op, PatchOperation};

/// A usage plan as the service has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePlan {
    /// The identifier that the service gave it.
    pub id: PlanId,
    /// Everything about it that can change.
    pub settings: Settings,
}

/// All of a usage plan that can change.
///
/// An empty text and an empty map mean that there is none, so that "absent" has
/// one form. What the service said is kept as it was, also where plangate would
/// refuse it as input: the rules judge, this type only holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The plan's name; the service asks for one, and does not ask that it be unique.
    pub name: String,
    /// The description; empty for none.
    pub description: String,
    /// The AWS Marketplace product code; empty for none.
    pub product_code: String,
    /// The throttle per API key over all stages of the plan; `None` leaves the
    /// lower of the account's and the stage's limits.
    pub throttle: Option<Throttle>,
    /// The quota per API key; `None` is effectively unlimited.
    pub quota: Option<Quota>,
    /// The attached API stages, each with its method throttles.
    pub stages: Stages,
    /// The plan's tags. They travel by TagResource and UntagResource, not by
    /// patch operations.
    pub tags: Map<String, String>,
}

/// A sorted map for what a plan has few of: as small as what is in it.
pub type Map<K, V> = litemap::LiteMap<K, V>;

/// The attached API stages of a plan, each with its method throttles. An edit shares them
/// with the plan until it changes one.
pub type Stages = Shared<Map<StageKey, MethodThrottles>>;

/// The method throttles of one API stage in a plan; empty for none.
pub type MethodThrottles = Map<MethodKey, Throttle>;

/// A token bucket's two numbers: how fast it fills and how much it holds.
///
/// Each half may be absent: the service takes and answers half a throttle, and what
/// then applies for the other half is not published. An absent half is *not set* and
/// never 0. A plan whose throttle would have neither half has none; an entry of a map
/// (of method throttles, of a stage's settings) may have neither, because its key
/// stands all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Throttle {
    /// The rate limit in requests per second; `None` where it is not set.
    pub rate: Option<Rate>,
    /// The burst limit in requests, the bucket's size; `None` where it is not set.
    pub burst: Option<Count>,
}

impl Throttle {
    /// A throttle with both halves.
    #[must_use]
    pub fn new(rate: Rate, burst: Count) -> Self {
        Self {
            rate: Some(rate),
            burst: Some(burst),
        }
    }

    /// Both halves, where both are set.
    #[must_use]
    pub fn both(self) -> Option<(Rate, Count)> {
        Some((self.rate?, self.burst?))
    }

    /// The open question where one half is not set, in one sentence; `None` where
    /// both are set or neither is. Source: nobody published what then applies.
    #[must_use]
    pub fn open(self) -> Option<String> {
        let missing = match (self.rate, self.burst) {
            (Some(_), None) => "burst",
            (None, Some(_)) => "rate",
            _ => return None,
        };
        Some(format!(
            "which {missing} then applies is open, AWS does not say"
        ))
    }

    /// This throttle, unless neither half is set: then a plan has none, which is the
    /// one form that "no throttle" has. No patch operation leaves an empty one, so
    /// what held it apart from none could never be undone to.
    #[must_use]
    pub fn given(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

impl fmt::Display for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match (self.rate, self.burst) {
            (Some(rate), Some(burst)) => {
                format!(
                    "{} requests/s, burst {}",
                    short_rate(rate),
                    short_count(burst)
                )
            }
            (Some(rate), None) => format!("{} requests/s, burst {NOT_SET}", short_rate(rate)),
            (None, Some(burst)) => format!("rate {NOT_SET}, burst {}", short_count(burst)),
            (None, None) => format!("rate and burst {NOT_SET}"),
        };
        f.pad(&text)
    }
}

/// The words for half of a throttle or a part of a quota that is absent.
pub const NOT_SET: &str = "not set";

/// The number of requests that an API key may send in a period. Each part may be absent,
/// as the halves of a [`Throttle`] may; a quota that would have no part is none.
///
/// Two quotas are equal where an absent offset stands against 0: a quota that is created
/// without an offset has 0, so the two never differ in what is sent.
#[derive(Clone, Debug, Default)]
pub struct Quota {
    /// Requests per period; `None` where it is not set.
    pub limit: Option<Count>,
    /// The period; `None` where it is not set.
    pub period: Option<Period>,
    /// The offset: DAY takes 0, WEEK 0 to 6, MONTH 0 to 27. The documentation
    /// calls it "requests subtracted in the first period", its ranges suggest
    /// days into the period; plangate claims neither. `None` where it is not set.
    pub offset: Option<Count>,
}

impl PartialEq for Quota {
    fn eq(&self, other: &Self) -> bool {
        self.limit == other.limit
            && self.period == other.period
            && self.offset_or_zero() == other.offset_or_zero()
    }
}

impl Eq for Quota {}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = self.limit.map_or(NOT_SET.to_owned(), |n| n.to_string());
        let period = self.period.as_ref().map_or(NOT_SET, Period::as_str);
        let offset = self.offset_or_zero();
        let text = match (self.limit, &self.period) {
            (Some(_), Some(_)) => format!("{limit} per {period}, offset {offset}"),
            _ => format!("limit {limit}, period {period}, offset {offset}"),
        };
        f.pad(&text)
    }
}

impl Quota {
    /// A quota with all its parts.
    #[must_use]
    pub fn new(limit: Count, period: Period, offset: Count) -> Self {
        Self {
            limit: Some(limit),
            period: Some(period),
            offset: Some(offset),
        }
    }

    /// This quota, unless no part is set: see [`Throttle::given`].
    #[must_use]
    pub fn given(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }

    /// The limit and its period, where both are set: without either there is nothing
    /// that could be used up.
    #[must_use]
    pub fn counts(&self) -> Option<(Count, &Period)> {
        Some((self.limit?, self.period.as_ref()?))
    }

    /// The offset, 0 where it is not set.
    #[must_use]
    pub fn offset_or_zero(&self) -> Count {
        self.offset.unwrap_or(Count::ZERO)
    }

    /// Requests per day, to compare quotas of different periods: a week counts 7
    /// days, a month 30, an unknown period as a day. `None` where the limit or the
    /// period is not set.
    #[must_use]
    pub fn per_day(&self) -> Option<f64> {
        let (limit, period) = self.counts()?;
        let days = match period {
            Period::Day | Period::Other(_) => 1.0,
            Period::Week => 7.0,
            Period::Month => 30.0,
        };
        Some(f64::from(limit.get()) / days)
    }
}

/// The period of a quota.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A period that plangate does not know. It is kept and shown, and sent
    /// back only unchanged.
    Other(String),
}

impl Period {
    /// The periods that a quota can be given.
    pub const KNOWN: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The period that the service means by a text.
    #[must_use]
    pub fn from_service(text: &str) -> Self {
        match text {
            "DAY" => Self::Day,
            "WEEK" => Self::Week,
            "MONTH" => Self::Month,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The service's word for it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Day => "DAY",
            Self::Week => "WEEK",
            Self::Month => "MONTH",
            Self::Other(text) => text,
        }
    }

    /// The largest offset that the period takes; `None` for an unknown period.
    /// Source: the old usageplan:update page for DAY; Terraform's validator and
    /// CloudFormation's messages for WEEK and MONTH.
    #[must_use]
    pub fn largest_offset(&self) -> Option<i32> {
        match self {
            Self::Day => Some(0),
            Self::Week => Some(6),
            Self::Month => Some(27),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from_service(&text))
    }
}
