//! From the other side: what a client saw, and which limits can explain it.

use super::{Cell, Chain, Matrix, MethodKey, Rank, Rate, Reach, Settings, StageKey, Surroundings};
use super::{Fact, LimitHalf, Link, Most, OddQuota, Quota, Stop, effective};
use crate::plan::model::human::{short_count, short_rate};
use crate::plan::{Count, NOT_SET, Period};

/// The message of a refusal, as API Gateway's own gateway responses have it. An
/// API can replace them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// 429 `Too Many Requests`: a throttle.
    TooManyRequests,
    /// 429 `Limit Exceeded`: a quota.
    LimitExceeded,
    /// 403 `Forbidden`: the API key.
    Forbidden,
    /// 429 without a message that tells throttle and quota apart.
    Status429,
    /// 403 without a message that tells what refused it.
    Status403,
    /// 403 `Missing Authentication Token`: no such path and method.
    NoSuchMethod,
    /// 403 of an authorizer, a resource policy or AWS WAF.
    Denied,
}

impl Body {
    /// Returns true for an answer that the API key or its stage may explain.
    fn may_be_of_key(self) -> bool {
        matches!(self, Self::Forbidden | Self::Status403)
    }

    /// The conclusion that it allows by itself, whatever the limits are.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::TooManyRequests => "429 Too Many Requests: a throttle",
            Self::LimitExceeded => "429 Limit Exceeded: the quota",
            Self::Status429 => {
                "429: a throttle (body Too Many Requests) or the quota (body Limit Exceeded)"
            }
            Self::Forbidden => "403 Forbidden: the API key or its stage",
            Self::Status403 => "403: the API key, the path, or who may call",
            Self::NoSuchMethod => {
                "403 Missing Authentication Token: the stage has no such path and method"
            }
            Self::Denied => "403, not authorized: an authorizer, a resource policy or AWS WAF",
        }
    }
}

/// The state of the client's API key, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObservedKey {
    /// True if it is in the plan.
    pub is_in_plan: Option<bool>,
    /// True if it is enabled.
    pub is_enabled: Option<bool>,
    /// The number of requests that it has left in the current period.
    pub remaining: Option<u64>,
}

/// The refusal that a client saw, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// The message of the refusal.
    pub body: Option<Body>,
    /// The stage.
    pub stage: Option<StageKey>,
    /// The method.
    pub method: Option<MethodKey>,
    /// The rate at which it sent, in requests per second.
    pub rate: Option<Rate>,
    /// Its API key.
    pub key: ObservedKey,
}

/// A limit or a state that may have refused a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A throttle.
    Throttle(Rank),
    /// The plan's quota.
    Quota,
    /// The API key: not in the plan, or disabled.
    Key,
    /// The stage: not attached to the plan, or gone.
    Stage,
    /// The path and method: not deployed to the stage.
    Path,
    /// An authorizer, a resource policy or AWS WAF.
    Access,
}

impl Cause {
    /// Its name for the operator.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Throttle(rank) => rank.name(),
            Self::Quota => "plan's quota",
            Self::Key => "API key",
            Self::Stage => "stage",
            Self::Path => "path and method",
            Self::Access => "who may call",
        }
    }
}

/// The strength with which a cause explains what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likelihood {
    /// It explains it.
    Explains,
    /// It can explain it.
    Possible,
    /// It cannot explain it.
    RuledOut,
}

/// One cause held against what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The cause.
    pub cause: Cause,
    /// The strength with which it explains it.
    pub likelihood: Likelihood,
    /// The reason, in one sentence.
    pub sentence: String,
}

/// Holds every cause against what was seen: those that explain it first, of
/// equals in the order in which the service applies them. Where stage or method
/// are not known, all of the plan's count.
#[must_use]
pub fn explain(settings: &Settings, around: &Surroundings, seen: &Observed) -> Vec<Explanation> {
    let mut explanations = vec![of_key(seen), of_stage(settings, around, seen)];
    if let (Some(stage), Some(method)) = (&seen.stage, &seen.method) {
        let method = served_by(stage, method, around);
        let chain = effective(settings, stage, &method, around);
        explanations.extend(Rank::ALL.map(|rank| of_rank(&chain, rank, seen)));
    } else {
        let cells = cells(&Matrix::of(settings, None, around), seen);
        explanations.extend(Rank::ALL.map(|rank| of_cells(&cells, rank, seen)));
    }
    explanations.push(of_quota(settings, seen));
    explanations.extend(seen.body.and_then(of_path));
    explanations.extend(seen.body.and_then(of_access));
    // A stable sort: equals stay in the order in which the service applies them.
    explanations.sort_by_key(|explanation| explanation.likelihood);
    explanations
}

/// The API's method that serves a request: the same, else `ANY` at its path.
fn served_by(stage: &StageKey, method: &MethodKey, around: &Surroundings) -> MethodKey {
    let methods = around
        .apis
        .get(&stage.api)
        .and_then(|api| api.methods.read());
    let has = |key: &MethodKey| methods.is_some_and(|all| all.iter().any(|m| m.key == *key));
    // A resource with ANY needs no entry of its own for the verb that the client sent.
    let any = MethodKey::of(method.path(), "ANY");
    if !has(method) && has(&any) {
        any
    } else {
        method.clone()
    }
}

fn explanation(cause: Cause, likelihood: Likelihood, sentence: impl Into<String>) -> Explanation {
    Explanation {
        cause,
        likelihood,
        sentence: sentence.into(),
    }
}

/// What answers with 403 before a plan is asked, where that is what was seen.
fn of_path(body: Body) -> Option<Explanation> {
    let likelihood = match body {
        Body::NoSuchMethod => Likelihood::Explains,
        Body::Status403 => Likelihood::Possible,
        _ => return None,
    };
    let sentence = "a path or method that is not deployed to the stage gets 403 Missing \
                    Authentication Token";
    Some(explanation(Cause::Path, likelihood, sentence))
}

/// As [`of_path`], for who may call at all.
fn of_access(body: Body) -> Option<Explanation> {
    let likelihood = match body {
        Body::Denied => Likelihood::Explains,
        Body::Status403 => Likelihood::Possible,
        _ => return None,
    };
    let sentence = "an authorizer, a resource policy or AWS WAF refuses before a plan is asked";
    Some(explanation(Cause::Access, likelihood, sentence))
}

fn of_key(seen: &Observed) -> Explanation {
    use Likelihood::{Explains, Possible, RuledOut};
    // A missing or wrong key is answered with 403; what is over a limit is answered with
    // 429.
    let is_asked = seen.body.is_none_or(Body::may_be_of_key);
    let (likelihood, sentence) = match (is_asked, seen.key) {
        (false, _) => (RuledOut, "a missing or invalid key gets 403 Forbidden"),
        (
            _,
            ObservedKey {
                is_in_plan: Some(false),
                ..
            },
        ) => (Explains, "the key is not in the plan"),
        (
            _,
            ObservedKey {
                is_enabled: Some(false),
                ..
            },
        ) => (Explains, "the key is disabled"),
        (
            _,
            ObservedKey {
                is_in_plan: Some(true),
                is_enabled: Some(true),
                ..
            },
        ) => (
            if seen.body.is_some() {
                Possible
            } else {
                RuledOut
            },
            "the key is enabled and in the plan; it may not have been sent, and what was changed \
             takes some minutes",
        ),
        _ => (
            Possible,
            "the key may be missing, disabled, or in no plan of the stage",
        ),
    };
    explanation(Cause::Key, likelihood, sentence)
}

fn of_stage(settings: &Settings, around: &Surroundings, seen: &Observed) -> Explanation {
    use Likelihood::{Explains, Possible, RuledOut};
    let is_asked = seen.body.is_none_or(Body::may_be_of_key);
    let of = |likelihood, sentence: String| explanation(Cause::Stage, likelihood, sentence);
    let Some(stage) = &seen.stage else {
        let likelihood = if is_asked { Possible } else { RuledOut };
        return of(
            likelihood,
            "the stage may not be attached to the plan".to_owned(),
        );
    };
    // Any method will do: all that is asked is whether the plan reaches the stage.
    let method = MethodKey::as_read("*/*");
    match effective(settings, stage, &method, around).reach {
        _ if !is_asked => of(
            RuledOut,
            "a stage outside the plan gets 403 Forbidden".to_owned(),
        ),
        Reach::NotAttached => of(Explains, format!("{stage} is not attached to the plan")),
        Reach::Dangling => of(Explains, format!("{stage} does not exist any more")),
        _ => of(RuledOut, format!("{stage} is attached to the plan")),
    }
}

fn of_quota(settings: &Settings, seen: &Observed) -> Explanation {
    use Likelihood::{Explains, Possible, RuledOut};
    let of = |likelihood, sentence: String| explanation(Cause::Quota, likelihood, sentence);
    match (&settings.quota, seen.body, seen.key.remaining) {
        (_, Some(body), _) if !matches!(body, Body::LimitExceeded | Body::Status429) => {
            of(RuledOut, "a quota gets 429 Limit Exceeded".to_owned())
        }
        (None, ..) => of(RuledOut, "the plan has no quota".to_owned()),
        (Some(quota), ..) if quota.odd().is_some() => of(
            match quota.odd() {
                Some(OddQuota::Zero) => Explains,
                _ => Possible,
            },
            quota.odd().map_or_else(String::new, OddQuota::sentence),
        ),
        (Some(quota), _, Some(0)) => of(
            Explains,
            format!("the key has nothing left of its {}", requests(quota)),
        ),
        (Some(_), body, Some(left)) => of(
            if body.is_some() { Possible } else { RuledOut },
            format!("the key still has {left} requests left; another period may have begun since"),
        ),
        (Some(quota), body, None) => of(
            match (body, quota.counts()) {
                (Some(Body::LimitExceeded), Some(_)) => Explains,
                // What half a quota counts is open.
                _ => Possible,
            },
            format!("{} for each key", requests(quota)),
        ),
    }
}

/// `1,000 requests per DAY`, with what is not set said.
fn requests(quota: &Quota) -> String {
    let limit = quota.limit.map_or(NOT_SET.to_owned(), short_count);
    let period = quota.period.as_ref().map_or(NOT_SET, Period::as_str);
    match quota.counts() {
        Some((_, period)) => format!("{limit} requests per {period}"),
        None => format!("quota (limit {limit}, period {period})"),
    }
}

/// A throttle at the method that the client asked for.
fn of_rank(chain: &Chain, rank: Rank, seen: &Observed) -> Explanation {
    use Likelihood::{Explains, Possible, RuledOut};
    let of =
        |likelihood, sentence: String| explanation(Cause::Throttle(rank), likelihood, sentence);
    if let Some(sentence) = not_a_throttle(seen) {
        return of(RuledOut, sentence);
    }
    if chain.reach == Reach::Unmetered && rank.is_per_key() {
        return of(
            RuledOut,
            "API key not required: usage plans do not apply".to_owned(),
        );
    }
    let Some(link) = chain.links.iter().find(|link| link.rank == rank) else {
        return of(RuledOut, "not set".to_owned());
    };
    let is_open =
        matches!(link.rate, LimitHalf::Open(..)) || matches!(link.burst, LimitHalf::Open(..));
    // Where it is open whether the limit applies, that has to be said with its 0.
    if let Some((stop, fact)) = link.stop().filter(|_| !is_open) {
        return of(Explains, of_stop(link, stop, fact));
    }
    let limit = match link.rate {
        LimitHalf::Set(limit) => limit,
        LimitHalf::Replaced(_) => {
            return of(RuledOut, "the one before it replaces it".to_owned());
        }
        LimitHalf::NotSet => return of(RuledOut, "not set".to_owned()),
        LimitHalf::Open(least, most) => {
            let (likelihood, sentence) = of_open(chain, rank, (least, most), seen);
            return of(likelihood, sentence);
        }
        LimitHalf::Off => {
            return of(
                RuledOut,
                "set to -1, which is no throttle of its own".to_owned(),
            );
        }
        _ => return of(Possible, "it could not be read".to_owned()),
    };
    let (likelihood, sentence) = of_rate(chain, rank, limit, seen);
    of(likelihood, sentence)
}

/// A rate limit that is known, beside the rate that the client sent with.
fn of_rate(chain: &Chain, rank: Rank, limit: Rate, seen: &Observed) -> (Likelihood, String) {
    use Likelihood::{Explains, Possible};
    let binds = chain.rate.is_some_and(|bound| bound.rank == rank);
    let binds_perhaps = chain.up_to.rate.and_then(Most::limit);
    let binds_perhaps = !binds && binds_perhaps.is_some_and(|bound| bound.rank == rank);
    let shown = short_rate(limit);
    let Some(rate) = seen.rate else {
        let its = format!("its {shown} requests/s are");
        return if binds {
            (Explains, format!("{its} the lowest limit"))
        } else if binds_perhaps {
            let sentence = format!("{its} the lowest limit, unless a lower one applies (open)");
            (Explains, sentence)
        } else {
            (Possible, format!("{its} not the lowest limit"))
        };
    };
    let (likelihood, rest) = if rate > limit && binds {
        (Explains, ", the lowest of all")
    } else if rate > limit && binds_perhaps {
        (Explains, ", whether or not a lower one applies (open)")
    } else if rate > limit {
        (Possible, ", but a lower one refuses first")
    } else if rank.is_per_key() {
        (Possible, ": only a burst can exceed it")
    } else {
        (Possible, ", which other clients use up as well")
    };
    let beside = if rate > limit { "more than" } else { "within" };
    let rate = short_rate(rate);
    let sentence = format!("{rate} requests/s are {beside} its {shown}{rest}");
    (likelihood, sentence)
}

/// The effect of a limit with a 0.
fn of_stop(link: &Link, stop: Stop, fact: Fact) -> String {
    let mark = fact.basis().mark();
    let half = match link.burst.applies() {
        Some(burst) if burst <= Count::ZERO => "burst",
        _ => "rate",
    };
    match stop {
        Stop::AtOnce => format!("a {half} of 0 blocks every request{mark}"),
        Stop::After(most) => {
            format!("a rate of 0 lets at most {most} requests through once, then none{mark}")
        }
        Stop::AfterUnknown => {
            format!("a rate of 0 lets nothing through once the burst is used up{mark}")
        }
    }
}

/// A throttle of which it is open whether it applies, or which value of it.
fn of_open(
    chain: &Chain,
    rank: Rank,
    (least, most): (Rate, Rate),
    seen: &Observed,
) -> (Likelihood, String) {
    use Likelihood::{Explains, Possible};
    let value = if least == most {
        short_rate(least)
    } else {
        format!("{} or {}", short_rate(least), short_rate(most))
    };
    let binds = chain.rate.is_some_and(|bound| bound.rank == rank);
    let sent = seen.rate.map(short_rate).unwrap_or_default();
    let open = match rank {
        Rank::Plan => "if it counts beside the method throttle (open)",
        _ => "if it applies (open)",
    };
    match seen.rate {
        _ if least <= Rate::ZERO => (
            Possible,
            format!(
                "a rate of 0 stops every request, at the latest after the burst (inferred), {open}"
            ),
        ),
        Some(rate) if rate > least && binds => (
            Explains,
            format!("{sent} requests/s are more than its {value}, {open}"),
        ),
        Some(rate) if rate > least => (
            Possible,
            format!(
                "{sent} requests/s are more than its {value}, {open}; a lower one refuses first"
            ),
        ),
        Some(_) => (
            Possible,
            format!(
                "{sent} requests/s are within its {value}: only a burst, or other methods too, \
                 can exceed it, {open}"
            ),
        ),
        None if binds => (
            Explains,
            format!("its {value} requests/s are the lowest limit, {open}"),
        ),
        None => (
            Possible,
            format!("its {value} requests/s are not the lowest limit"),
        ),
    }
}

fn not_a_throttle(seen: &Observed) -> Option<String> {
    match seen.body {
        None | Some(Body::TooManyRequests | Body::Status429) => None,
        Some(_) => Some("a throttle gets 429 Too Many Requests".to_owned()),
    }
}

fn cells(matrix: &Matrix, seen: &Observed) -> Vec<Cell> {
    let columns = matrix.columns.iter().enumerate();
    let columns =
        columns.filter(|(_, c)| seen.stage.as_ref().is_none_or(|stage| c.stage == *stage));
    let is_asked = |row: &MethodKey| seen.method.as_ref().is_none_or(|method| row == method);
    let rows = matrix.rows.iter().enumerate();
    let rows: Vec<_> = rows
        .filter(|(_, row)| is_asked(row))
        .map(|(index, _)| index)
        .collect();
    let cells = columns.flat_map(|(column, _)| rows.iter().map(move |row| (*row, column)));
    let cells = cells.filter_map(|(row, column)| matrix.cell(row, column));
    cells
        .map(|cell| cell.now)
        .filter(Cell::is_metered)
        .collect()
}

/// A throttle anywhere in the plan.
fn of_cells(cells: &[Cell], rank: Rank, seen: &Observed) -> Explanation {
    use Likelihood::{Explains, Possible, RuledOut};
    let of =
        |likelihood, sentence: String| explanation(Cause::Throttle(rank), likelihood, sentence);
    if let Some(sentence) = not_a_throttle(seen) {
        return of(RuledOut, sentence);
    }
    // Where it is open which limit applies, either may be the lowest.
    let of_cell = |cell: &Cell| {
        let most = cell.up_to.rate.and_then(Most::limit);
        let either = cell.rate.into_iter().chain(most);
        either
            .filter(|bound| bound.rank == rank)
            .map(|b| b.value)
            .min()
    };
    let limits: Vec<Rate> = cells.iter().filter_map(of_cell).collect();
    let all = cells.len();
    let Some((count, least)) = limits.iter().min().map(|least| (limits.len(), least)) else {
        return of(
            RuledOut,
            "it is the lowest limit nowhere in the plan".to_owned(),
        );
    };
    match seen.rate {
        Some(rate) if rate > *least => of(
            Explains,
            format!(
                "{} requests/s are more than its {}; it is the lowest limit in {count} of {all} \
                 places",
                short_rate(rate),
                short_rate(*least)
            ),
        ),
        _ => of(
            Possible,
            format!(
                "it is the lowest limit in {count} of {all} places, from {} requests/s",
                short_rate(*least)
            ),
        ),
    }
}
