//! What plangate goes by though AWS does not document it.

use crate::plan::{Basis, Rule};

const METHOD_BESIDE_PLAN: &str = "\
    open: a method throttle replaces the plan's throttle (the developer guide's \
    order of limits, as plangate reads it), or the plan's counts for the key as well (re:Post, \
    QUFD1EPj5dRYaYaqpNepE34A); nobody published a measurement";

const OFF_AT_STAGE: &str = "\
    open: with a method setting of -1 the stage's default applies \
    (serverless-api-gateway-throttling), or only the account's limit (Terraform's documentation)";

const HALF_THROTTLE: &str = "\
    open: which burst applies where a throttle has only a rate, and which rate where it has only \
    a burst; AWS documents throttles with both";

/// A statement about the service that plangate reckons with and that is not
/// documented. Where a number or a sentence rests on one, it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// A plan's method throttle stands in the place of the plan's throttle, or counts
    /// beside it: nobody published a measurement.
    MethodBesidePlan,
    /// `*/*` in a plan stands for every method without a throttle of its own.
    AllInPlan,
    /// `/path/*` stands for every method of a resource, or for none.
    AllOfResource,
    /// Of two spellings of one method the one or the other applies.
    TwoSpellings,
    /// A method setting of -1 leaves the stage's default, or only the account's limit.
    OffAtStage,
    /// Of a throttle with only a rate, or only a burst, the other half is the next that
    /// is known, or another one.
    HalfThrottle,
    /// A limit of 0 lets nothing through.
    ZeroBlocks,
    /// A stage's limit of 0 in both halves lets nothing through.
    StageZero,
    /// A rate of 0 lets a burst above 0 through once, or nothing at all.
    ZeroRate,
    /// A quota of 0 lets nothing through.
    QuotaZero,
    /// A quota below 0 does what nobody says.
    QuotaBelowZero,
    /// A refused request spends no token.
    RefusedSpendsNothing,
    /// A method that an API does not have is answered with 403.
    NoSuchMethod,
    /// A quota's day begins at 00:00 UTC.
    DayBegins,
    /// A quota's week begins on Sunday, 00:00 UTC.
    WeekBegins,
    /// A quota's month begins on the first, 00:00 UTC.
    MonthBegins,
    /// A deleted plan loses the usage that was counted so far.
    DeletionDropsUsage,
    /// The quota of API stage throttles in a plan counts method throttles.
    ThrottlesPerPlan,
    /// A tag that names a tool says that the tool manages the plan.
    ManagerTag,
    /// A rule that no document has, or not all of it: its source says which.
    Rule(Rule),
}

impl Fact {
    /// All of them, the rules that are not documented among them.
    pub fn all() -> impl Iterator<Item = Self> {
        let rules = Rule::ALL.into_iter();
        let rules = rules.filter(|rule| rule.basis() != Basis::Documented);
        Self::ALONE.into_iter().chain(rules.map(Self::Rule))
    }

    /// Those that are no rules.
    const ALONE: [Self; 19] = [
        Self::MethodBesidePlan,
        Self::AllInPlan,
        Self::AllOfResource,
        Self::TwoSpellings,
        Self::OffAtStage,
        Self::HalfThrottle,
        Self::ZeroBlocks,
        Self::StageZero,
        Self::ZeroRate,
        Self::QuotaZero,
        Self::QuotaBelowZero,
        Self::RefusedSpendsNothing,
        Self::NoSuchMethod,
        Self::DayBegins,
        Self::WeekBegins,
        Self::MonthBegins,
        Self::DeletionDropsUsage,
        Self::ThrottlesPerPlan,
        Self::ManagerTag,
    ];

    /// The foundation of the fact.
    #[must_use]
    pub fn basis(self) -> Basis {
        match self {
            Self::StageZero => Basis::Reported,
            Self::Rule(rule) => rule.basis(),
            // A reading that somebody reports and another text contradicts is no more
            // than inferred.
            _ => Basis::Inferred,
        }
    }

    /// The fact in one sentence, with where it comes from.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::MethodBesidePlan => METHOD_BESIDE_PLAN,
            Self::AllInPlan => {
                "inferred: */* in a plan means every method without a throttle of its own, as in \
                 stage settings"
            }
            Self::AllOfResource => {
                "open: whether /path/* means every method of the resource or none; AWS documents \
                 */* only"
            }
            Self::TwoSpellings => {
                "open: which of two spellings of one method applies; AWS keeps both"
            }
            Self::OffAtStage => OFF_AT_STAGE,
            Self::HalfThrottle => HALF_THROTTLE,
            Self::ZeroBlocks => {
                "inferred: a limit of 0 lets nothing through, as it is used in practice"
            }
            Self::StageZero => {
                "reported: a stage's limit of 0 for both rate and burst lets nothing through, as \
                 scripts of several projects use it"
            }
            Self::ZeroRate => {
                "inferred: with a rate of 0 and a burst above 0 a full bucket lets the burst \
                 through once and is never filled again; it may be that nothing passes at all"
            }
            Self::QuotaZero => "inferred: a quota of 0 lets nothing through",
            Self::QuotaBelowZero => {
                "open: what a quota below 0 does; AWS documents none, and plangate reckons without \
                 it"
            }
            Self::RefusedSpendsNothing => "inferred: a refused request spends no token",
            Self::NoSuchMethod => {
                "inferred: a method that an API does not have is answered with 403"
            }
            Self::DayBegins => "inferred: a quota's day begins at 00:00 UTC",
            Self::WeekBegins => "inferred: a quota's week begins on Sunday at 00:00 UTC",
            Self::MonthBegins => {
                "AWS: at the beginning of the month; inferred: on the first at 00:00 UTC"
            }
            Self::DeletionDropsUsage => {
                "inferred: the usage counted so far goes with a deleted plan"
            }
            Self::ThrottlesPerPlan => {
                "inferred: the quota of API stage throttles in a plan counts method throttles"
            }
            Self::Rule(rule) => rule.source(),
            Self::ManagerTag => {
                "inferred: a tag that names a tool says that the tool manages the plan"
            }
        }
    }
}
