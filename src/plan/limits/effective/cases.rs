//! The table of cases, from the service's own rules: one per rank of the chain
//! and per way in which a limit can be absent.
//!
//! Each line reads: what the plan has for the method, for `*/*` of the stage and
//! for itself; what the stage has for the method and for `*/*`; what the account
//! has; then the rate and the burst that hold, each with the letter of its rank,
//! and `?` where a limit that is not known may hold instead. `-` is not set, `..`
//! not known yet, `x` not permitted, `!` unreadable.

use super::*;
use crate::plan::model::account::{ApiMethod, ApiReading, Known, Stage};

const TABLE: &[(&str, &str)] = &[
    // Each rank binds where it is the lowest (AWS developer guide: order of limits).
    ("5/6  -  7/8   9/10  11/12  20/20", "5M 6M"),
    ("-  4/3  7/8   9/10  11/12  20/20", "4M 3M"),
    ("-    -  7/8   9/10  11/12  20/20", "7P 8P"),
    ("-    -  10/11 9/10  11/12  20/20", "9S 10S"),
    ("-    -  12/13 -     11/12  20/20", "11D 12D"),
    ("-    -  99/99 -     -      20/21", "20A 21A"),
    // Rate and burst are bound apart.
    ("-    -  7/99  9/10  -      20/20", "7P 10S"),
    ("-    -  99/8  -     11/12  10/20", "10A 8P"),
    // Of equal limits the one that is applied first holds.
    ("-    -  9/9   9/9   -      9/9", "9P 9P"),
    ("-    -  -     9/9   -      9/9", "9S 9S"),
    // Whether a plan's method throttle stands in the plan throttle's place or counts
    // beside it is open: the lower is the bound, and the higher may apply. An exact
    // key comes before */* (inferred for plans).
    ("9/9  -  5/5   -     -      20/20", "5P~9M 5P~9M"),
    ("9/9 1/1 5/5   -     -      20/20", "5P~9M 5P~9M"),
    ("-   9/9 5/5   -     -      20/20", "5P~9M 5P~9M"),
    ("9/2  -  5/5   -     -      20/20", "5P~9M 2M"),
    ("9/9  -  5/5   6/99  -      20/20", "5P~6S 5P~9M"),
    ("9/9  -  5/5   4/4   -      20/20", "4S 4S"),
    ("9/9  -  5/5   -     -      ..", "5P~9M? 5P~9M?"),
    ("3/3  -  5/5   -     -      20/20", "3M 3M"),
    ("5/5  -  5/5   -     -      20/20", "5M 5M"),
    // A stage's exact setting stands in its default's place, also where it is higher.
    ("-    -  -     15/15 11/12  20/20", "15S 15S"),
    // A stage's 0 is a set 0 and blocks: its entries always have both halves (recorded
    // from AWS). One that a stand-in leaves out is not set.
    ("-    -  -     0/0   11/12  20/20", "0S 0S"),
    ("-    -  -     15/0  11/12  20/20", "15S 0S"),
    ("-    -  7/8   -     0/0    20/20", "0D 0D"),
    ("-    -  -     9/9   0/0    20/20", "9S 9S"),
    ("-    -  -     15/-  11/12  20/20", "15S 12D"),
    // A stage's -1 is none of its own: beside a default the lower of two readings.
    ("-    -  -     -1/-1 11/12  20/20", "11D~20A 12D~20A"),
    ("-    -  -     15/-1 11/12  20/20", "15S 12D~20A"),
    ("-    -  7/8   -     -1/-1  20/20", "7P 8P"),
    ("-    -  -     -1/-1 -      20/20", "20A 20A"),
    // Half a throttle: the next limit that is known stands for the other half.
    ("-    -  7/-   -     -      20/21", "7P 21A"),
    ("-    -  -/8   -     -      20/21", "20A 8P"),
    ("5/-  -  7/8   -     -      20/21", "5M 8P"),
    ("-/6  -  7/8   -     -      20/21", "7P 6M"),
    ("-    -  0/-   -     -      20/21", "0P 21A"),
    // An account's 0 is no answer of the service's, and one always has limits: what the
    // answer does not tell may be lower.
    ("-    -  99/99 -     -      0/0", "99P? 99P?"),
    ("-    -  99/99 -     -      -1/-1", "99P? 99P?"),
    ("-    -  99/99 -     -      50/0", "50A? 99P?"),
    ("-    -  99/99 -     -      -", "99P? 99P?"),
    ("-    -  0/0   -     -      -", "0P 0P"),
    ("-    -  0/9   -     -      -", "0P? 9P?"),
    // Without a plan throttle the lower of account and stage holds (usageplan:update page).
    ("-    -  -     30/5  -      20/20", "20A 5S"),
    ("-    -  -     -     -      20/20", "20A 20A"),
    ("-    -  -     -     -      -", "? ?"),
    // A plan's 0 blocks (inferred), whatever else is not known.
    ("0/0  -  7/8   -     -      20/20", "0M 0M"),
    ("-    -  0/5   -     -      20/20", "0P 5P"),
    ("-    -  5/0   -     -      20/20", "5P 0P"),
    ("-    -  0/0   ..    ..     ..", "0P 0P"),
    ("9/9  -  0/0   -     -      20/20", "0P~9M 0P~9M"),
    // What is not known could be lower.
    ("-    -  7/8   ..    ..     20/20", "7P? 8P?"),
    ("-    -  7/8   x     x      20/20", "7P? 8P?"),
    ("-    -  7/8   !     !      20/20", "7P? 8P?"),
    ("-    -  7/8   -     11/12  ..", "7P? 8P?"),
    ("-    -  7/8   -     11/12  x", "7P? 8P?"),
    ("-    -  7/8   -     11/12  !", "7P? 8P?"),
    ("-    -  -     ..    ..     ..", "? ?"),
    ("-    -  -     x     x      x", "? ?"),
];

fn throttle(text: &str) -> Option<Throttle> {
    let (rate, burst) = text.split_once('/')?;
    let given = |text: &str| (text != "-").then(|| text.to_owned());
    Some(Throttle {
        rate: given(rate).map(|rate| Rate::as_read(rate.parse().unwrap())),
        burst: given(burst).map(|burst| Count::as_read(burst.parse().unwrap())),
    })
}

pub(super) fn chain(line: &str) -> Chain {
    let (settings, around) = given(line);
    effective(&settings, &stage(), &method(), &around)
}

pub(super) fn method() -> MethodKey {
    MethodKey::as_read("/pets/GET")
}

pub(super) fn stage() -> StageKey {
    StageKey::as_read("a1b2c3", "prod")
}

fn unknown<T>(text: &str) -> Option<Known<T>> {
    match text {
        ".." => Some(Known::NotYet),
        "x" => Some(Known::NotPermitted),
        "!" => Some(Known::Unreadable("the answer cannot be read".to_owned())),
        _ => None,
    }
}

pub(super) fn given(line: &str) -> (Settings, Surroundings) {
    let words: Vec<_> = line.split_whitespace().collect();
    let [exact, all, plan, stage_exact, stage_all, account] = words[..] else {
        panic!("{line}");
    };
    let keyed = |exact, all| {
        let exact = throttle(exact).map(|throttle| (method(), throttle));
        let all = throttle(all).map(|throttle| (MethodKey::as_read("*/*"), throttle));
        exact.into_iter().chain(all)
    };
    let settings = Settings {
        name: "plan".to_owned(),
        throttle: throttle(plan),
        stages: [(stage(), keyed(exact, all).collect())]
            .into_iter()
            .collect(),
        ..Settings::default()
    };
    let stages = || {
        Known::Read(vec![Stage {
            key: stage(),
            throttles: keyed(stage_exact, stage_all).collect(),
        }])
    };
    let methods = Known::Read(vec![ApiMethod {
        key: method(),
        needs_key: true,
    }]);
    let reading = ApiReading {
        stages: unknown(stage_exact).unwrap_or_else(stages),
        methods,
    };
    let limits = || {
        Known::Read(AccountLimits {
            throttle: throttle(account),
        })
    };
    let around = Surroundings {
        account: unknown(account).unwrap_or_else(limits),
        apis: [(stage().api, reading)].into(),
    };
    (settings, around)
}

fn shown<T: std::fmt::Display + Copy>(
    bound: Option<Bound<T>>,
    most: Option<Most<T>>,
    certain: bool,
) -> String {
    let most = most.map_or_else(String::new, |most| match most.limit() {
        Some(most) => format!("~{}{}", most.value, most.rank.letter()),
        None => "~".to_owned(),
    });
    let question = if certain { "" } else { "?" };
    match bound {
        Some(bound) => format!("{}{}{most}{question}", bound.value, bound.rank.letter()),
        None if certain => "-".to_owned(),
        None => question.to_owned(),
    }
}

#[test]
fn the_limit_that_holds() {
    for (line, expected) in TABLE {
        let (settings, around) = given(line);
        let chain = effective(&settings, &stage(), &method(), &around);
        assert_eq!(chain.reach, Reach::Metered, "{line}");
        let (rate, burst) = (
            shown(chain.rate, chain.up_to.rate, chain.is_certain),
            shown(chain.burst, chain.up_to.burst, chain.is_certain),
        );
        assert_eq!(format!("{rate} {burst}"), *expected, "{line}");
        // The matrix says the same as the chain of one cell.
        let matrix = Matrix::of(&settings, None, &around);
        let row = matrix.row_of(&method()).unwrap();
        let cell = matrix.cell(row, 0).unwrap().now;
        assert_eq!((cell.rate, cell.burst), (chain.rate, chain.burst), "{line}");
        assert_eq!(cell.up_to, chain.up_to, "{line}");
        assert_eq!(cell.is_inferred, !chain.facts.is_empty(), "{line}");
        assert_eq!(cell.is_certain, chain.is_certain, "{line}");
    }
}
