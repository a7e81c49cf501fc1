//! The chain in words: what a client gets, what would allow more, and all keys
//! at once.

use super::{
    Bound, Chain, Fact, LimitHalf, Link, Most, OddQuota, Quota, Rank, Rate, Reach, Stop, Traffic,
};
use crate::plan::Basis;
use crate::plan::model::human::{short_count, short_rate};
use crate::text::number;

/// All keys of a plan sending as fast as each of them may.
#[derive(Clone, Debug, PartialEq)]
pub struct Fleet {
    /// The number of keys.
    pub keys: usize,
    /// The requests per second that the plan lets each of them send; `None` where the
    /// plan does not limit them.
    pub per_key: Option<Rate>,
    /// The requests per second that the plan lets each of them send in the reading
    /// that lets most through, where that is more.
    pub up_to: Option<Rate>,
    /// The requests per second that they send together; `None` likewise.
    pub together: Option<f64>,
    /// The limits that all clients share, each with what the keys do to it.
    pub against: Vec<Against>,
}

/// A limit that all clients share, and what the keys of a plan do to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Against {
    /// The place of the limit in the chain.
    pub rank: Rank,
    /// Its rate, in requests per second.
    pub limit: Rate,
    /// The number of busy keys that exhaust it; 1 where the plan does not limit them,
    /// and none where it blocks them.
    pub busy_keys: Option<u64>,
    /// The multiple of the limit that the keys send together; above 1 it is
    /// oversubscribed. `None` where the plan does not limit them.
    pub times: Option<f64>,
}

impl Chain {
    /// Names the limit that binds, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.reach {
            Reach::Unmetered => {
                return self.unmetered();
            }
            Reach::NoSuchMethod => {
                return "the plan has a throttle for it, and the API has no such method".to_owned();
            }
            Reach::NotOnStage => return "the stage's API has no such method".to_owned(),
            Reach::Dangling => {
                return format!("the stage {} does not exist any more", self.stage);
            }
            Reach::NotAttached => {
                return format!("the stage {} is not attached to the plan", self.stage);
            }
            Reach::Metered | Reach::Unknown => {}
        }
        let text = match self.odd_quota() {
            Some(quota @ OddQuota::Zero) => {
                format!("blocked: {}; {}", quota.sentence(), self.binding())
            }
            _ => self.binding(),
        };
        if self.is_blocked() {
            let mark = self.zero_mark();
            let text = format!("blocked: {text}, and 0 lets nothing through{mark}");
            return if self.up_to.is_open() {
                self.with_doubts(text)
            } else {
                text
            };
        }
        let text = match self.stopped() {
            Some(stopped) => format!("{text}: {stopped}"),
            None => text,
        };
        let text = self.with_doubts(text);
        if self.is_certain {
            return text;
        }
        let unknown = self.links.iter().filter(|link| link.is_unknown());
        let names: Vec<_> = unknown.map(|link| link.rank.name()).collect();
        format!(
            "{text}, unless a lower one stands where none could be read: {}",
            names.join(", ")
        )
    }

    /// The sentence on a method that no plan meters.
    fn unmetered(&self) -> String {
        let text = "API key not required: usage plans do not apply";
        if self.is_blocked() {
            let mark = self.zero_mark();
            return format!("blocked: {text}, and the stage's 0 lets nothing through{mark}");
        }
        match self.stopped() {
            Some(stopped) => format!("{text}, and the stage's rate is 0: {stopped}"),
            None => text.to_owned(),
        }
    }

    /// The limits that bind.
    fn binding(&self) -> String {
        match (self.rate, self.burst) {
            (None, None) => "no limit is known here".to_owned(),
            (Some(rate), Some(burst)) if rate.rank == burst.rank => format!(
                "the {} applies: {} requests/s, burst {}",
                rate.rank.name(),
                short_rate(rate.value),
                short_count(burst.value)
            ),
            (rate, burst) => {
                let rate = rate.map(|Bound { value, rank }| {
                    let value = short_rate(value);
                    format!("the rate of {value} requests/s is the {}", of(rank))
                });
                let burst = burst.map(|Bound { value, rank }| {
                    let value = short_count(value);
                    format!("the burst of {value} is the {}", of(rank))
                });
                let both: Vec<_> = rate.into_iter().chain(burst).collect();
                both.join(", ")
            }
        }
    }

    /// The requests that a rate of 0 lets through in every reading, though not for
    /// ever; `None` where requests go on, or none passes.
    fn stopped(&self) -> Option<String> {
        let mark = self.zero_mark();
        match self.outcome {
            Traffic::Stops(Stop::After(most)) => Some(format!(
                "at most {most} requests pass once, then none{mark}"
            )),
            Traffic::Stops(Stop::AfterUnknown) => {
                let text = "none passes once the burst is used up, which is not known";
                Some(format!("{text}{mark}"))
            }
            Traffic::Stops(Stop::AtOnce) | Traffic::Flows | Traffic::Perhaps => None,
        }
    }

    /// The mark behind what a limit of 0 does: of the weakest that it rests on.
    fn zero_mark(&self) -> &'static str {
        let of_zero = [Fact::StageZero, Fact::ZeroBlocks, Fact::ZeroRate];
        let facts = of_zero.into_iter().filter(|fact| self.facts.contains(fact));
        facts.map(Fact::basis).max().map_or("", Basis::mark)
    }

    /// A sentence with what may apply instead, and what it rests on though that is
    /// not documented.
    fn with_doubts(&self, text: String) -> String {
        let most = |value: String, what: &str| format!("{what} {value}");
        let rate = self.up_to.rate.map(|rate| match rate.limit() {
            Some(bound) => most(bound.value.to_string(), "a rate of"),
            None => "any rate".to_owned(),
        });
        let burst = self.up_to.burst.map(|burst| match burst.limit() {
            Some(bound) => most(bound.value.to_string(), "a burst of"),
            None => "any burst".to_owned(),
        });
        let more: Vec<_> = rate.into_iter().chain(burst).collect();
        let text = if more.is_empty() {
            text
        } else {
            format!("{text}; perhaps up to {}", more.join(" and "))
        };
        let doubts: Vec<_> = self
            .facts
            .iter()
            .filter_map(|fact| self.doubt(*fact))
            .collect();
        if doubts.is_empty() {
            text
        } else {
            format!("{text} ({})", doubts.join("; "))
        }
    }

    /// A fact as a doubt behind a sentence; none where the sentence says it itself.
    fn doubt(&self, fact: Fact) -> Option<&'static str> {
        match fact {
            Fact::MethodBesidePlan => {
                Some("open: whether the plan's throttle counts beside its method throttle")
            }
            Fact::AllInPlan => Some("inferred: */* in a plan means every other method"),
            Fact::AllOfResource => Some("open: whether /path/* means all methods of the resource"),
            Fact::TwoSpellings => Some("open: which of two spellings of the method applies"),
            Fact::OffAtStage => Some("open: whether the stage's default applies beside -1"),
            Fact::HalfThrottle => self.doubt_of_half(),
            // Where requests stop in every reading, the sentence has it with its mark.
            Fact::ZeroBlocks | Fact::StageZero | Fact::ZeroRate
                if matches!(self.outcome, Traffic::Stops(_)) && !self.up_to.is_open() =>
            {
                None
            }
            Fact::ZeroBlocks => Some("inferred: 0 lets nothing through"),
            Fact::StageZero => Some("reported: a stage's 0 lets nothing through"),
            Fact::ZeroRate => Some("inferred: a rate of 0 lets the burst through once"),
            Fact::QuotaBelowZero => Some("open: what a quota below 0 does"),
            _ => None,
        }
    }

    /// The answer that a client gets beyond the limits.
    #[must_use]
    pub fn answer(&self) -> String {
        let throttled = "429 {\"message\":\"Too Many Requests\"}";
        match self.reach {
            Reach::NotOnStage | Reach::NoSuchMethod => {
                return "403 {\"message\":\"Missing Authentication Token\"}: there is no such method \
                        (inferred)"
                    .to_owned();
            }
            Reach::NotAttached => {
                return "403 {\"message\":\"Forbidden\"} where the method asks for an API key: the \
                        key has no plan for this stage"
                    .to_owned();
            }
            Reach::Dangling => return "no answer: the stage is gone".to_owned(),
            Reach::Unmetered if self.is_blocked() => {
                return format!("{throttled} on every request{}", self.zero_mark());
            }
            Reach::Unmetered => {
                if let Some(stopped) = self.stopped() {
                    return format!("{throttled} from the stage's rate of 0 on: {stopped}");
                }
                return format!("{throttled} beyond the stage's or the account's limits only");
            }
            Reach::Metered | Reach::Unknown => {}
        }
        if self.is_blocked() {
            return format!("{throttled} on every request{}", self.zero_mark());
        }
        let exceeded = "429 {\"message\":\"Limit Exceeded\"}";
        match self.odd_quota() {
            Some(OddQuota::Zero) => {
                let mark = Fact::QuotaZero.basis().mark();
                return format!("{exceeded} on every request: the quota is 0{mark}");
            }
            Some(odd @ OddQuota::Negative(_)) => {
                return format!("{throttled} beyond rate and burst; {}", odd.sentence());
            }
            None => {}
        }
        let throttled = match self.stopped() {
            Some(stopped) => format!("{throttled} from the rate of 0 on ({stopped})"),
            None => format!("{throttled} beyond rate and burst"),
        };
        match self.quota.as_ref().map(Quota::counts) {
            Some(Some((limit, period))) => {
                let limit = short_count(limit);
                format!("{throttled}; {exceeded} beyond the quota of {limit} requests per {period}")
            }
            Some(None) => format!(
                "{throttled}; the plan's quota has no limit or no period, and what then counts is \
                 open"
            ),
            None => format!("{throttled}; the plan has no quota"),
        }
    }

    /// The steps that it would take to allow more, one a line: the limit to raise,
    /// and the place where the next one holds.
    #[must_use]
    pub fn to_allow_more(&self) -> Vec<String> {
        match self.reach {
            Reach::Metered | Reach::Unknown | Reach::Unmetered => {}
            Reach::NoSuchMethod => {
                return vec!["take the method throttle away, or correct its key".to_owned()];
            }
            Reach::NotOnStage => return Vec::new(),
            Reach::Dangling => return vec!["detach the stage, or attach the new one".to_owned()],
            Reach::NotAttached => return vec!["attach the stage to the plan".to_owned()],
        }
        let rate = self.rate.map(|bound| {
            let next = next(&self.links, |link| link.rate, bound);
            step("rate", &bound, self.up_to.rate, next)
        });
        let burst = self.burst.map(|bound| {
            let next = next(&self.links, |link| link.burst, bound);
            step("burst", &bound, self.up_to.burst, next)
        });
        let quota = self
            .odd_quota()
            .map(|_| "give the quota a limit above 0".to_owned());
        quota.into_iter().chain(rate).chain(burst).collect()
    }

    /// All keys of the plan at once against what all clients share. The rate
    /// that counts for a key is the plan's own.
    #[must_use]
    pub fn fleet(&self, keys: usize) -> Fleet {
        let of_key = |links: &[Link; 5]| {
            let links = links.iter().filter(|link| link.rank.is_per_key());
            links.filter_map(|link| link.rate.applies()).min()
        };
        let per_key = of_key(&self.links);
        let up_to = of_key(&self.loosest).filter(|most| per_key.is_some_and(|least| *most > least));
        let count = to_f64(keys);
        let together = per_key.map(|rate| rate.get() * count);
        let shared = self.links.iter().filter(|link| !link.rank.is_per_key());
        let against = shared.filter_map(|link| {
            // What blocks everybody cannot be used up.
            let limit = link.rate.applies().filter(|rate| *rate > Rate::ZERO)?;
            Some(Against {
                rank: link.rank,
                limit,
                busy_keys: match per_key {
                    None => Some(1),
                    Some(rate) if rate <= Rate::ZERO => None,
                    Some(rate) => Some(whole((limit.get() / rate.get()).ceil().max(1.0))),
                },
                times: together.map(|together| together / limit.get()),
            })
        });
        Fleet {
            keys,
            per_key,
            up_to,
            together,
            against: against.collect(),
        }
    }
}

impl Fleet {
    /// The load that the keys put on the limits, one sentence for each.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let keys = self.keys;
        let sentence = |against: &Against| {
            let (name, limit) = (of(against.rank), short_rate(against.limit));
            let (Some(per_key), Some(together)) = (self.per_key, self.together) else {
                return format!(
                    "the plan limits no key, so a single one can use up the {limit} requests/s \
                     of the {name} for all clients"
                );
            };
            let Some(busy) = against.busy_keys else {
                return format!("the plan lets no key reach the {limit} requests/s of the {name}");
            };
            let times = against.times.unwrap_or_default();
            let busy_keys = if busy == 1 {
                "key exhausts"
            } else {
                "keys exhaust"
            };
            let (per_key, together) = (short_rate(per_key), number::decimal(together));
            let end = if times > 1.0 {
                format!(": oversubscribed {times:.1} times, and then all clients are refused")
            } else {
                String::new()
            };
            format!(
                "{keys} x {per_key} = {together} requests/s against the {limit} of the {name}; \
                 {busy} busy {busy_keys} it{end}{}",
                self.up_to.map_or_else(String::new, |most| format!(
                    "; where the method throttle replaces the plan's (open): \
                     {keys} x {}",
                    short_rate(most)
                ))
            )
        };
        self.against.iter().map(sentence).collect()
    }
}

/// `stage's default`, `account's limit`: a rank as the owner of a number.
fn of(rank: Rank) -> &'static str {
    match rank {
        Rank::Account => "account's limit",
        other => other.name(),
    }
}

/// The limit that holds once the one that binds is raised. Without a plan's
/// method throttle the plan's throttle would hold again, but raising one does not
/// take it away.
fn next<T: Copy + Ord>(
    links: &[Link; 5],
    part: fn(&Link) -> LimitHalf<T>,
    bound: Bound<T>,
) -> Option<Bound<T>> {
    let others = links.iter().filter(|link| link.rank != bound.rank);
    super::lowest(others.map(|link| (link.rank, part(link))))
}

fn step<T: Copy + Ord + std::fmt::Display>(
    what: &str,
    bound: &Bound<T>,
    up_to: Option<Most<T>>,
    next: Option<Bound<T>>,
) -> String {
    let Bound { value: limit, rank } = bound;
    let read = |value: &T| number::of_text(&value.to_string());
    let value = read(limit);
    let raise = match (rank, what) {
        (Rank::Account, "burst") => {
            return format!("the account's burst of {value} is set by AWS and cannot be raised");
        }
        (Rank::Account, _) => {
            return format!(
                "ask AWS for more than the account's {what} of {value} (Service Quotas, \
                 L-8A5B8E43)"
            );
        }
        (Rank::StageMethod | Rank::StageDefault, _) => {
            format!(
                "raise the {what} of the {}, {value}, for all clients",
                of(*rank)
            )
        }
        _ => format!("raise the {what} of the {}, {value}", of(*rank)),
    };
    match up_to {
        // Right in every reading: where the lower one does not count, raising it
        // does no harm and no good.
        Some(Most::Limit(most)) if most.rank != *rank => {
            return format!(
                "{raise}, to {} or more, in case it applies (open); for more than {} raise the \
                 {what} of the {} as well",
                read(&most.value),
                read(&most.value),
                of(most.rank)
            );
        }
        Some(Most::Limit(_)) => return format!("{raise}, in both of its spellings"),
        Some(Most::NoLimit) => return format!("{raise}, in case it applies (open)"),
        None => {}
    }
    match next {
        Some(next) if next.value > *limit => {
            format!(
                "{raise}; the next limit is the {}: {}",
                of(next.rank),
                read(&next.value)
            )
        }
        Some(next) => format!(
            "{raise}, and that of the {}, which is {} as well",
            of(next.rank),
            read(&next.value)
        ),
        None => format!("{raise}; no other limit is known"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of keys")]
fn to_f64(count: usize) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest whole number of the range, which is what is meant"
)]
fn whole(value: f64) -> u64 {
    value as u64
}
