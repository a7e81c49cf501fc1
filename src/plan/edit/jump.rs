//! How far a limit moves: what the guard against slips measures.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::plan::model::human::short_rate;
use crate::plan::{Field, Quota, Rate, Settings, Throttle};
use crate::text::number;

/// A limit that moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Jump {
    /// The limit: a rate, a burst, one of a method throttle, or the quota.
    pub field: Field,
    /// The present value: requests per second for a rate, requests for a burst,
    /// requests per day for a quota, whatever its period; `None` for no limit.
    pub before: Option<f64>,
    /// The value that it is to have, in the same unit.
    pub after: Option<f64>,
}

/// The size of a limit's move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// That many times what it was; 0 where nothing is let through any more.
    Factor(f64),
    /// There was no limit before.
    FirstLimit,
    /// From a limit to none, or from 0 to more.
    Unbounded,
}

/// A share in percent, 0 or more.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Percent(f64);

impl Percent {
    /// The share by which a limit moves before it must be passed on purpose, unless
    /// it is told otherwise.
    pub const GUARD: Self = Self(50.0);

    /// A share; `None` for what is below 0 or not finite.
    #[must_use]
    pub fn new(percent: f64) -> Option<Self> {
        (percent.is_finite() && percent >= 0.0).then_some(Self(percent))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl FromStr for Percent {
    type Err = String;

    /// Reads `50` or `50%`.
    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().trim_end_matches('%').trim_end();
        let percent = number.parse().ok().and_then(Self::new);
        percent.ok_or_else(|| format!("{text:?} is not a share: write a number such as 50%"))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} %", self.0))
    }
}

/// The limits that move, in the order of the plan's fields. Method throttles count
/// where the stage stays attached: one that goes leaves a method without a limit of
/// its own, whatever the plan has. A plan that is new has no limits that could move.
#[must_use]
pub fn jumps(before: &Settings, after: &Settings) -> Vec<Jump> {
    let mut jumps = Vec::new();
    let is_moved = before.stages != after.stages;
    // A plan may have thousands of stages, and most edits leave all of them as they are.
    for (stage, now) in after.stages.iter().filter(|_| is_moved) {
        let Some(then) = before.stages.get(stage).filter(|then| *then != now) else {
            continue;
        };
        let keys: BTreeSet<_> = then.keys().chain(now.keys()).collect();
        for key in keys {
            let fields = || {
                let method = (stage.clone(), key.clone());
                let rate = Field::MethodRate(method.0.clone(), method.1.clone());
                (rate, Field::MethodBurst(method.0, method.1))
            };
            throttle(then.get(key), now.get(key), fields, &mut jumps);
        }
    }
    let fields = || (Field::Rate, Field::Burst);
    let throttles = [&before.throttle, &after.throttle];
    let [then, now] = throttles.map(Option::as_ref);
    throttle(then, now, fields, &mut jumps);
    let per_day =
        [&before.quota, &after.quota].map(|quota| quota.as_ref().and_then(Quota::per_day));
    moved(per_day, || Field::Quota, &mut jumps);
    jumps
}

fn throttle(
    then: Option<&Throttle>,
    now: Option<&Throttle>,
    fields: impl Fn() -> (Field, Field),
    jumps: &mut Vec<Jump>,
) {
    let rates =
        [then, now].map(|throttle| throttle.and_then(|throttle| throttle.rate.map(Rate::get)));
    moved(rates, || fields().0, jumps);
    let bursts = [then, now]
        .map(|throttle| throttle.and_then(|t| t.burst.map(|burst| f64::from(burst.get()))));
    moved(bursts, || fields().1, jumps);
}

fn moved(values: [Option<f64>; 2], field: impl Fn() -> Field, jumps: &mut Vec<Jump>) {
    let [before, after] = values;
    if before != after {
        jumps.push(Jump {
            field: field(),
            before,
            after,
        });
    }
}

impl Jump {
    /// The size of the move.
    #[must_use]
    pub fn size(&self) -> Size {
        match (self.before, self.after) {
            (None, _) => Size::FirstLimit,
            // Below 0 is what only the service may say; it is no less than nothing.
            (Some(before), Some(after)) if before > 0.0 && (after / before).is_finite() => {
                Size::Factor((after / before).max(0.0))
            }
            _ => Size::Unbounded,
        }
    }

    /// Returns true if it moves by more than a share of what it was, up or down. A
    /// move without a share always does: a first limit, no limit any more, more than
    /// 0.
    #[must_use]
    pub fn exceeds(&self, limit: Percent) -> bool {
        match self.size() {
            // Binary arithmetic makes 50.00000000000001 of some exact halves.
            Size::Factor(factor) => (factor - 1.0).abs() * 100.0 > limit.0 + 1e-9,
            Size::FirstLimit | Size::Unbounded => true,
        }
    }

    /// Orders by how far limits move, up or down alike: x4 is as far as x0.25. A
    /// first limit is farther than any factor, and no bound farther than that.
    #[must_use]
    pub fn distance(&self) -> impl Ord + use<> {
        match self.size() {
            // Numbers that are not below 0 are in the order of their bits.
            Size::Factor(factor) => (0, factor.ln().abs().to_bits()),
            Size::FirstLimit => (1, 0),
            Size::Unbounded => (2, 0),
        }
    }

    /// The order of [`Jump::distance`].
    #[must_use]
    pub fn cmp_size(&self, other: &Self) -> Ordering {
        self.distance().cmp(&other.distance())
    }

    /// The name of what moves, for the operator: a quota is compared by the day.
    #[must_use]
    pub fn what(&self) -> String {
        match &self.field {
            Field::Quota => "quota per day".to_owned(),
            field => field.to_string(),
        }
    }
}

impl Jump {
    /// The present value and the one that it is to have, short; `none` for no limit.
    #[must_use]
    pub fn values(&self) -> (String, String) {
        let value = |value: Option<f64>| value.map_or("none".to_owned(), brief);
        (value(self.before), value(self.after))
    }
}

impl fmt::Display for Jump {
    /// `rate limit 100 -> 120, x1.2 (+20 %)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = self.values();
        f.pad(&format!(
            "{} {before} -> {after}, {}",
            self.what(),
            self.size()
        ))
    }
}

impl fmt::Display for Size {
    /// `x1.2 (+20 %)`, `a first limit`, `unlimited`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Factor(factor) => {
                let percent = percent((factor - 1.0).abs() * 100.0);
                let sign = if factor < 1.0 { '-' } else { '+' };
                f.pad(&format!("x{} ({sign}{percent} %)", brief(factor)))
            }
            Self::FirstLimit => f.pad("a first limit"),
            Self::Unbounded => f.pad("unlimited"),
        }
    }
}

/// A share in percent, its digits in sight as far as they are few: `1k %` reads badly.
fn percent(value: f64) -> String {
    if (1000.0..100_000.0).contains(&value) {
        // Whole and small.
        #[expect(clippy::cast_possible_truncation)]
        number::whole(value.round() as i64)
    } else {
        brief(value)
    }
}

/// A number as it is where that is short, else with the three digits that count,
/// whole from 1000 on.
fn brief(value: f64) -> String {
    let exact = short_rate(Rate::as_read(value));
    if exact.len() <= 7 {
        return exact;
    }
    let rounded = if value.abs() >= 1000.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2e}")
    };
    short_rate(Rate::as_read(rounded.parse().unwrap_or(value)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::model::arbitrary::two_settings;
    use crate::plan::{Count, MethodKey, Period, StageKey};

    fn throttled(rate: f64, burst: i32) -> Settings {
        Settings {
            throttle: Some(Throttle::new(Rate::as_read(rate), Count::as_read(burst))),
            ..Settings::default()
        }
    }

    fn quota(limit: i32, period: Period) -> Settings {
        Settings {
            quota: Some(Quota::new(Count::as_read(limit), period, Count::ZERO)),
            ..Settings::default()
        }
    }

    fn with_methods(stages: &[(&str, &[(&str, i32)])]) -> Settings {
        let stages = stages.iter().map(|(stage, methods)| {
            let methods = methods.iter().map(|(key, limit)| {
                let throttle = throttled((*limit).into(), *limit).throttle.unwrap();
                (MethodKey::as_read(key), throttle)
            });
            (StageKey::as_read("a", *stage), methods.collect())
        });
        Settings {
            stages: stages.collect(),
            ..Settings::default()
        }
    }

    fn lines(before: &Settings, after: &Settings) -> Vec<String> {
        let jumps = jumps(before, after).into_iter();
        jumps.map(|jump| jump.to_string()).collect()
    }

    #[test]
    fn tell_how_far_each_limit_moves() {
        let none = Settings::default();
        assert_eq!(
            lines(&throttled(100.0, 200), &throttled(120.0, 50)),
            [
                "rate limit 100 -> 120, x1.2 (+20 %)",
                "burst limit 200 -> 50, x0.25 (-75 %)"
            ]
        );
        assert_eq!(
            lines(&throttled(3.0, 5), &throttled(1.0, 5)),
            ["rate limit 3 -> 1, x0.333 (-66.7 %)"]
        );
        assert_eq!(
            lines(&throttled(0.0, 5), &throttled(1.0, 0)),
            [
                "rate limit 0 -> 1, unlimited",
                "burst limit 5 -> 0, x0 (-100 %)"
            ]
        );
        assert_eq!(
            lines(&quota(5, Period::Day), &none),
            ["quota per day 5 -> none, unlimited"]
        );
        assert_eq!(
            lines(&none, &quota(5, Period::Day)),
            ["quota per day none -> 5, a first limit"]
        );
    }

    #[test]
    fn quotas_compare_by_the_day() {
        let month = quota(30_000, Period::Month);
        assert_eq!(lines(&month, &quota(1000, Period::Day)), [""; 0]);
        assert_eq!(lines(&month, &quota(7000, Period::Week)), [""; 0]);
        assert_eq!(
            lines(&month, &quota(30_000, Period::Day)),
            ["quota per day 1,000 -> 30,000, x30 (+2,900 %)"]
        );
        assert_eq!(
            lines(&quota(1000, Period::Month), &quota(2000, Period::Month)),
            ["quota per day 33.3 -> 66.7, x2 (+100 %)"]
        );
    }

    #[test]
    fn methods_count_where_the_stage_stays() {
        let before = with_methods(&[
            ("kept", &[("//GET", 5), ("//PUT", 5)]),
            ("gone", &[("//GET", 1)]),
        ]);
        let after = with_methods(&[
            ("kept", &[("//GET", 50), ("*/*", 1)]),
            ("new", &[("//GET", 1)]),
        ]);
        assert_eq!(
            lines(&before, &after),
            [
                "a:kept */* rate limit none -> 1, a first limit",
                "a:kept */* burst limit none -> 1, a first limit",
                "a:kept //GET rate limit 5 -> 50, x10 (+900 %)",
                "a:kept //GET burst limit 5 -> 50, x10 (+900 %)",
                "a:kept //PUT rate limit 5 -> none, unlimited",
                "a:kept //PUT burst limit 5 -> none, unlimited",
            ]
        );
    }

    #[test]
    fn the_guard_is_crossed_by_more_than_its_share() {
        let crosses = |before: f64, after: f64| {
            let jumps = jumps(&throttled(before, 1), &throttled(after, 1));
            jumps.iter().any(|jump| jump.exceeds(Percent::GUARD))
        };
        for (before, after, is_crossed) in [
            (100.0, 150.0, false),
            (100.0, 151.0, true),
            (100.0, 50.0, false),
            (100.0, 49.0, true),
            (0.1, 0.15, false),
            (0.7, 1.05, false),
            (100.0, 0.0, true),
            (0.0, 0.1, true),
            (-1.0, 5.0, true),
            (f64::MIN_POSITIVE, f64::MAX, true),
        ] {
            assert_eq!(crosses(before, after), is_crossed, "{before} -> {after}");
        }
        let none = Settings::default();
        for (before, after) in [(&none, &throttled(1.0, 1)), (&throttled(1.0, 1), &none)] {
            let jumps = jumps(before, after);
            let most = Percent::new(1e9).unwrap();
            assert!(jumps.len() == 2 && jumps.iter().all(|jump| jump.exceeds(most)));
        }
    }

    #[test]
    fn up_is_as_far_as_down() {
        let distance = |before: f64, after: f64| {
            let jumps = jumps(&throttled(before, 1), &throttled(after, 1));
            jumps[0].distance()
        };
        assert!(distance(10.0, 40.0) == distance(40.0, 10.0));
        assert!(distance(10.0, 11.0) < distance(10.0, 8.0));
        assert!(distance(10.0, 4000.0) < distance(10.0, 0.0));
        assert!(distance(10.0, 0.0) < distance(0.0, 10.0));
    }

    #[test]
    fn a_share_is_read_as_it_is_written() {
        assert_eq!("50%".parse(), Ok(Percent::GUARD));
        assert_eq!(Percent::GUARD.to_string().parse(), Ok(Percent::GUARD));
        assert_eq!(" 12.5 ".parse().map(Percent::get), Ok(12.5));
        for text in ["", "-1", "NaN", "inf", "half"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn back_is_as_far_as_forth((before, after) in two_settings()) {
            let (forth, back) = (jumps(&before, &after), jumps(&after, &before));
            prop_assert_eq!(forth.len(), back.len());
            for (forth, back) in forth.iter().zip(&back) {
                prop_assert_eq!(&forth.field, &back.field);
                prop_assert_eq!((forth.before, forth.after), (back.after, back.before));
            }
            prop_assert_eq!(jumps(&before, &before), vec![]);
        }
    }
}
