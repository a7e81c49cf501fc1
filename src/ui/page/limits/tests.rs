//! What a cell states, against every reading of what AWS leaves open.

use std::collections::BTreeMap;

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::plan::Fact;
use crate::plan::limits::effective::{Matrix, effective};
use crate::plan::limits::load::Load;
use crate::plan::limits::simulate::simulate;
use crate::plan::model::account::{
    AccountLimits, ApiMethod, ApiReading, Known, Stage, Surroundings,
};
use crate::plan::{Period, Quota, Rate, Settings, StageKey, Throttle};

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
    // A 0 often enough beside what is not.
    let number = prop_oneof![3 => from..30, 1 => Just(0)];
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

fn quota() -> impl Strategy<Value = Option<Quota>> {
    let limit = option::weighted(0.9, -2..3_i32);
    let quota = (limit, option::weighted(0.9, Just(Period::Day)));
    let quota = quota.prop_map(|(limit, period)| Quota {
        limit: limit.map(Count::as_read),
        period,
        offset: None,
    });
    option::of(quota)
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

/// How many requests can ever pass in a reading, by its limits: infinite where one after
/// the other does; `None` for a rate of 0 of which no burst is known.
fn ever_passing(limits: &[(Option<f64>, Option<f64>)]) -> Option<f64> {
    let lowest = limits.iter().filter_map(|(_, burst)| *burst);
    let lowest = lowest.reduce(f64::min);
    if lowest.is_some_and(|burst| burst <= 0.0) {
        return Some(0.0);
    }
    let stopped = limits
        .iter()
        .filter(|(rate, _)| rate.is_some_and(|rate| rate <= 0.0));
    let mut most = Some(f64::INFINITY);
    for (_, burst) in stopped {
        // What is known next stands in for the half that is not set.
        let holds = burst.or(lowest);
        most = match (most, holds) {
            (Some(most), Some(holds)) => Some(f64::min(most, holds)),
            (Some(most), None) if most.is_infinite() => None,
            (most, None) => most,
            (None, Some(holds)) => Some(holds),
        };
    }
    most
}

/// How many requests can ever pass, in each reading; written as [`by_hand`] is.
fn passing_by_hand(
    of_plan: &Set,
    plan: Option<Throttle>,
    of_stage: &Set,
    account: Option<Throttle>,
) -> Vec<Option<f64>> {
    type Halves = (Option<f64>, Option<f64>);
    let halves =
        |t: Throttle| -> Halves { (t.rate.map(Rate::get), t.burst.map(|b| f64::from(b.get()))) };
    let each =
        |(r, b): Halves, keep: fn(f64) -> bool| (r.filter(|r| keep(*r)), b.filter(|b| keep(*b)));
    let mut all = Vec::new();
    for own in choices(of_plan) {
        for of_all in defaults(of_plan) {
            for is_beside in [false, true] {
                for set in choices(of_stage) {
                    for (default, lifts) in with_both(&defaults(of_stage)) {
                        let is_there = own != Throttle::default();
                        let method = halves(if is_there { own } else { of_all });
                        let of_key = plan.map_or((None, None), halves);
                        let left = |plan: Option<f64>, method: Option<f64>| {
                            plan.filter(|_| is_beside || method.is_none())
                        };
                        let of_key = (left(of_key.0, method.0), left(of_key.1, method.1));
                        let set = halves(set);
                        let default = each(halves(default), |value| value >= 0.0);
                        let left = |default: Option<f64>, set: Option<f64>| match set {
                            Some(value) if value >= 0.0 => None,
                            Some(_) if lifts => None,
                            _ => default,
                        };
                        let default = (left(default.0, set.0), left(default.1, set.1));
                        let set = each(set, |value| value >= 0.0);
                        let account = each(account.map_or((None, None), halves), |v| v > 0.0);
                        all.push(ever_passing(&[method, of_key, set, default, account]));
                    }
                }
            }
        }
    }
    all
}

fn fate_by_hand(passing: &[Option<f64>]) -> Traffic {
    let is_stopped = |most: &Option<f64>| most.is_none_or(f64::is_finite);
    if passing.iter().all(is_stopped) {
        // One without a number may be more than any.
        let most: Option<Vec<f64>> = passing.iter().copied().collect();
        let most = most.map(|most| most.into_iter().fold(0.0, f64::max));
        let count = |most: f64| Count::as_read(format!("{most}").parse().unwrap());
        return Traffic::Stops(match most {
            Some(0.0) => Stop::AtOnce,
            Some(most) => Stop::After(count(most)),
            None => Stop::AfterUnknown,
        });
    }
    if passing.iter().any(is_stopped) {
        Traffic::Perhaps
    } else {
        Traffic::Flows
    }
}

proptest! {
    /// A cell, its chain and the simulated traffic agree on what a limit of 0 lets
    /// through, on an odd quota and on what is not known of the account.
    #[test]
    fn a_zero_lets_through_the_same_everywhere(
        of_plan in set(0),
        plan in option::of(throttle(-1)),
        of_stage in set(-1),
        account in option::of(throttle(-1)),
        quota in quota(),
    ) {
        let (mut settings, around) = given(&of_plan, plan, &of_stage, account);
        settings.quota.clone_from(&quota);
        let matrix = Matrix::of(&settings, None, &around);
        let method = MethodKey::as_read(METHOD);
        let cell = matrix.cell(matrix.row_of(&method).unwrap(), 0).unwrap().now;
        let chain = effective(&settings, &StageKey::as_read("a", "b"), &method, &around);
        let passing = passing_by_hand(&of_plan, plan, &of_stage, account);
        let outcome = fate_by_hand(&passing);
        prop_assert_eq!((cell.outcome, chain.outcome), (outcome, outcome), "{:?}", settings);
        // The word in the cell, the sentence and the answer.
        let odd = quota.as_ref().and_then(Quota::odd);
        prop_assert_eq!((cell.quota, chain.odd_quota()), (odd, odd));
        let said = format!("{} {}", chain.sentence(), chain.answer());
        let word = match (outcome, odd) {
            (Traffic::Stops(Stop::AtOnce), _) => Some("BLOCKED"),
            (_, Some(OddQuota::Zero)) => Some("QUOTA 0"),
            (Traffic::Stops(_), _) => Some("STOPS"),
            (Traffic::Perhaps, _) => Some("BLOCK?"),
            (Traffic::Flows, Some(_)) => Some("QUOTA ?"),
            (Traffic::Flows, None) => None,
        };
        prop_assert_eq!(blocked(&cell), word);
        prop_assert_eq!(word.is_some(), said.contains("(inferred)") || said.contains("(reported)")
            || said.contains("is not known") || chain.facts.contains(&Fact::ZeroBlocks)
            || chain.facts.contains(&Fact::ZeroRate) || chain.facts.contains(&Fact::StageZero));
        if let Some(odd) = odd {
            let told = chain.reservations().iter().any(|text| text.contains(&odd.sentence()));
            prop_assert!(told);
        }
        // What is not known of the account has its mark.
        let told = AccountLimits { throttle: account }.told();
        let is_known = told.both().is_some() || outcome == Traffic::Stops(Stop::AtOnce);
        prop_assert_eq!((cell.is_certain, chain.is_certain), (is_known, is_known));
        // Simulated traffic stops where the cell says so.
        if let Traffic::Stops(stop) = outcome {
            let second = std::time::Duration::from_secs(1);
            let load = Load::parse("100/s").unwrap();
            let buckets = [chain.loosest_buckets(), Some(chain.buckets())];
            for buckets in buckets.into_iter().flatten().filter(|all| !all.is_empty()) {
                let buckets: Vec<_> = buckets.into_iter().map(|(_, bucket)| bucket).collect();
                let run = simulate(&buckets, &load, 60 * second, second).unwrap();
                let most = match stop {
                    Stop::AtOnce => 0,
                    Stop::After(most) => u64::try_from(most.get()).unwrap(),
                    Stop::AfterUnknown => continue,
                };
                prop_assert!(run.total.admitted <= most, "{} > {most}", run.total.admitted);
            }
        }
    }

    /// No cell states more than any reading lets through, and where the readings
    /// differ it has the mark, at any width.
    #[test]
    fn no_cell_states_more_than_a_reading_lets_through(
        of_plan in set(0),
        plan in option::of(throttle(0)),
        of_stage in set(-1),
        account in option::of(throttle(-1)),
        quota in quota(),
    ) {
        let (mut settings, around) = given(&of_plan, plan, &of_stage, account);
        settings.quota = quota;
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
