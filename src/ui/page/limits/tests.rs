//! What a cell states, against every reading of what AWS leaves open.

use std::collections::BTreeMap;

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::plan::limits::effective::{Matrix, effective};
use crate::plan::model::account::{
    AccountLimits, ApiMethod, ApiReading, Known, Stage, Surroundings,
};
use crate::plan::{Settings, StageKey, Throttle};

const METHOD: &str = "/pets/GET";
/// Spellings of the method, of its resource, of all methods, and what is none of these.
const KEYS: [&str; 11] = [
    "/pets/GET",
    "~1pets/GET",
    "pets/GET",
    "/pets/*",
    "~1pets/*",
    "*/*",
    "/*/*",
    "/pets/get",
    "/cats/GET",
    "//GET",
    "pets",
];

type Set = BTreeMap<&'static str, Throttle>;

fn throttle(from: i32) -> impl Strategy<Value = Throttle> {
    let number = from..30;
    let halves = (
        option::weighted(0.9, number.clone()),
        option::weighted(0.9, number),
    );
    halves.prop_map(|(rate, burst)| Throttle {
        rate: rate.map(|rate| Rate::as_read(rate.into())),
        burst: burst.map(Count::as_read),
    })
}

fn set(from: i32) -> impl Strategy<Value = Set> {
    btree_map(prop::sample::select(KEYS.to_vec()), throttle(from), 0..5)
}

fn given(
    of_plan: &Set,
    plan: Option<Throttle>,
    of_stage: &Set,
    account: Option<Throttle>,
) -> (Settings, Surroundings) {
    let stage = StageKey::as_read("a", "b");
    let methods = of_plan.iter().map(|(key, t)| (MethodKey::as_read(key), *t));
    let settings = Settings {
        throttle: plan,
        stages: [(stage.clone(), methods.collect())].into_iter().collect(),
        ..Settings::default()
    };
    let throttles = of_stage
        .iter()
        .map(|(key, t)| (MethodKey::as_read(key), *t));
    let reading = ApiReading {
        stages: Known::Read(vec![Stage {
            key: stage,
            throttles: throttles.collect(),
        }]),
        methods: Known::Read(vec![ApiMethod {
            key: MethodKey::as_read(METHOD),
            needs_key: true,
        }]),
    };
    let around = Surroundings {
        account: Known::Read(AccountLimits { throttle: account }),
        apis: [("a".to_owned(), reading)].into(),
    };
    (settings, around)
}

/// What may be set for the method: each entry that may apply, or none.
fn choices(set: &Set) -> Vec<Throttle> {
    let of = |keys: &[&str]| -> Vec<Throttle> {
        keys.iter()
            .filter_map(|key| set.get(key))
            .copied()
            .collect()
    };
    let exact = of(&KEYS[..3]);
    if !exact.is_empty() {
        return exact;
    }
    let mut choices = of(&KEYS[3..5]);
    // A setting for the resource may mean nothing.
    choices.push(Throttle::default());
    choices
}

fn defaults(set: &Set) -> Vec<Throttle> {
    let all = [KEYS[5], KEYS[6]]
        .iter()
        .filter_map(|key| set.get(key))
        .copied();
    let all: Vec<_> = all.collect();
    if all.is_empty() {
        vec![Throttle::default()]
    } else {
        all
    }
}

fn with_both(all: &[Throttle]) -> Vec<(Throttle, bool)> {
    all.iter().flat_map(|t| [(*t, false), (*t, true)]).collect()
}

/// The lowest and the highest of what the readings let through; infinite for no
/// limit. Written without the code that it tests: each reading is gone through.
fn by_hand(
    of_plan: &Set,
    plan: Option<Throttle>,
    of_stage: &Set,
    account: Option<Throttle>,
    half: fn(Throttle) -> Option<f64>,
) -> (f64, f64) {
    let mut range = (f64::INFINITY, 0.0_f64);
    for own in choices(of_plan) {
        for all in defaults(of_plan) {
            for is_beside in [false, true] {
                for set in choices(of_stage) {
                    for (default, lifts) in with_both(&defaults(of_stage)) {
                        let is_there = own != Throttle::default();
                        let method = half(if is_there { own } else { all });
                        let plan = plan.and_then(half);
                        let of_key = if is_beside {
                            method.into_iter().chain(plan).reduce(f64::min)
                        } else {
                            method.or(plan)
                        };
                        // A stage's -1 is none of its own: the default's, or none.
                        let default = half(default).filter(|value| *value >= 0.0);
                        let stage = match half(set) {
                            Some(value) if value >= 0.0 => Some(value),
                            Some(_) if lifts => None,
                            _ => default,
                        };
                        // An account's 0 is no limit that is known.
                        let account = account.and_then(half).filter(|value| *value > 0.0);
                        let limits = [of_key, stage, account];
                        let bound = limits.into_iter().flatten().fold(f64::INFINITY, f64::min);
                        range = (range.0.min(bound), range.1.max(bound));
                    }
                }
            }
        }
    }
    range
}

proptest! {
    /// No cell states more than any reading lets through, and where the readings
    /// differ it has the mark, at any width.
    #[test]
    fn no_cell_states_more_than_a_reading_lets_through(
        of_plan in set(0),
        plan in option::of(throttle(0)),
        of_stage in set(-1),
        account in option::of(throttle(1)),
    ) {
        let (settings, around) = given(&of_plan, plan, &of_stage, account);
        let matrix = Matrix::of(&settings, None, &around);
        let row = matrix.row_of(&MethodKey::as_read(METHOD)).unwrap();
        let cell = matrix.cell(row, 0).unwrap().now;
        let rates = by_hand(&of_plan, plan, &of_stage, account, |t| t.rate.map(Rate::get));
        let bursts = by_hand(&of_plan, plan, &of_stage, account, |t| {
            t.burst.map(|burst| f64::from(burst.get()))
        });
        let rate = cell.rate.map_or(f64::INFINITY, |bound| bound.value.get());
        let burst = cell.burst.map_or(f64::INFINITY, |b| f64::from(b.value.get()));
        prop_assert_eq!((rate, burst), (rates.0, bursts.0), "{:?}", settings);
        let is_open = rates.0 < rates.1 || bursts.0 < bursts.1;
        prop_assert_eq!(cell.up_to.is_open(), is_open);
        if is_open {
            for columns in [1, 8, 13, usize::MAX] {
                let text = numbers(&cell, columns);
                prop_assert!(text.contains('~'), "{}", text);
            }
        }
        // The chain of the cell says the same, and why.
        let stage = StageKey::as_read("a", "b");
        let chain = effective(&settings, &stage, &MethodKey::as_read(METHOD), &around);
        prop_assert_eq!((chain.rate, chain.burst, chain.up_to), (cell.rate, cell.burst, cell.up_to));
        prop_assert_eq!(!chain.facts.is_empty(), cell.is_inferred);
        if is_open {
            prop_assert!(chain.sentence().contains("open: "), "{}", chain.sentence());
            prop_assert!(chain.loosest_buckets().is_some());
        }
    }
}

#[test]
fn a_range_is_cut_to_its_width_and_keeps_its_mark() {
    let set = |rate, burst| Throttle::new(Rate::as_read(rate), Count::as_read(burst));
    let shown = |own, plan, columns| {
        let of_plan = [(METHOD, own)].into();
        let (settings, around) = given(&of_plan, Some(plan), &Set::new(), None);
        let matrix = Matrix::of(&settings, None, &around);
        let row = matrix.row_of(&MethodKey::as_read(METHOD)).unwrap();
        numbers(&matrix.cell(row, 0).unwrap().now, columns)
    };
    let method = set(200.0, 500);
    assert_eq!(shown(method, set(80.0, 100), 20), "80~200/100~500");
    assert_eq!(shown(method, set(80.0, 100), 13), "80~/100~");
    assert_eq!(shown(method, set(80.0, 900), 13), "80~200/500");
    assert_eq!(shown(method, set(300.0, 900), 13), "200/500");
    assert_eq!(shown(set(0.0, 0), set(300.0, 900), 13), "~0/0");
    assert_eq!(shown(set(9.0, 9), set(0.0, 0), 13), "0~9/0~9");
}
