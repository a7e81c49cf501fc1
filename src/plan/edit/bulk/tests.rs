//! Tests of the review of many changes.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::plan::edit::tweak::{Tweak, Tweaked};
use crate::plan::model::arbitrary::two_settings;
use crate::plan::{Count, MethodKey, Period, Quota, Rate, Throttle};

fn plan(number: usize, rate: f64) -> UsagePlan {
    let throttle = Throttle::new(Rate::as_read(rate), Count::as_read(400));
    let quota = Quota::new(Count::as_read(3000), Period::Month, Count::ZERO);
    UsagePlan {
        id: PlanId(format!("p{number}")),
        settings: Settings {
            name: format!("plan {number}"),
            throttle: Some(throttle),
            quota: Some(quota),
            stages: [(stage("prod"), [].into_iter().collect())]
                .into_iter()
                .collect(),
            ..Settings::default()
        },
    }
}

fn stage(name: &str) -> StageKey {
    StageKey::as_read("a1b2c3", name)
}

/// Plans with these rates.
fn plans(rates: &[f64]) -> Vec<UsagePlan> {
    let rates = rates.iter().enumerate();
    rates.map(|(number, rate)| plan(number, *rate)).collect()
}

/// The plans, each with the line that is for it.
fn tweaked(plans: &[UsagePlan], line: impl Fn(usize) -> &'static str) -> Vec<Settings> {
    let wanted = plans.iter().enumerate().map(|(number, plan)| {
        let tweak = Tweak::parse(line(number)).unwrap();
        match tweak.apply(&plan.settings).unwrap() {
            Tweaked::Changed(settings) => *settings,
            Tweaked::AsItIs => plan.settings.clone(),
        }
    });
    wanted.collect()
}

fn review_with(
    plans: &[UsagePlan],
    line: impl Fn(usize) -> &'static str,
    keys: &HashMap<PlanId, Vec<ApiKey>>,
) -> Bulk {
    let wanted = tweaked(plans, line);
    let entries: Vec<_> = plans
        .iter()
        .zip(&wanted)
        .map(|(plan, wanted)| Entry {
            base: Some(plan),
            wanted,
        })
        .collect();
    Bulk::review(&entries, |plan| keys.get(plan).map(Vec::as_slice))
}

fn review(plans: &[UsagePlan], line: impl Fn(usize) -> &'static str) -> Bulk {
    review_with(plans, line, &HashMap::new())
}

/// `plans: line; line` of each group.
fn groups(bulk: &Bulk) -> Vec<String> {
    let group = |group: &Group| {
        let lines: Vec<_> = group.lines.iter().map(GroupChange::to_string).collect();
        format!("{:?} {}", group.plans, lines.join("; "))
    };
    bulk.groups.iter().map(group).collect()
}

fn said(jumps: &[&PlanJump]) -> Vec<String> {
    let jumps = jumps.iter();
    jumps
        .map(|at| format!("{}: {}", at.plan, at.jump))
        .collect()
}

fn outliers(bulk: &Bulk) -> Vec<String> {
    let why = |outlier: &Outlier| match &outlier.why {
        Why::Moves(jump) => format!("{}: {jump}", outlier.plan),
        Why::Differs(group) => format!("{}: group {group}", outlier.plan),
    };
    bulk.outliers.iter().map(why).collect()
}

#[test]
fn one_plan_reads_as_it_is() {
    let bulk = review(
        &plans(&[100.0]),
        |_| "rate 120, quota 1.5M/month, attach x:y",
    );
    assert_eq!(
        groups(&bulk),
        ["[0] stage x:y none -> attached; rate limit 100 -> 120; \
             quota limit 3,000 -> 1.5M"]
    );
    assert_eq!(outliers(&bulk), [""; 0]);
    assert_eq!(
        said(&bulk.guard(Percent::GUARD)),
        ["0: quota per day 100 -> 50,000, x500 (+49,900 %)"]
    );
    let counts = &bulk.counts;
    assert_eq!((counts.plans, counts.operations, counts.calls), (1, 3, 1));
}

#[test]
fn plans_with_the_same_fields_are_one_group_with_the_range() {
    let bulk = review(&plans(&[100.0, 200.0, 500.0]), |_| "rate +20% tag a=b");
    assert_eq!(
        groups(&bulk),
        ["[0, 1, 2] rate limit 100..500 -> 120..600; tag a none -> b"]
    );
    assert_eq!(outliers(&bulk), [""; 0]);
    assert!(bulk.guard(Percent::GUARD).is_empty());
}

#[test]
fn the_same_operations_stand_apart_from_other_values() {
    let bulk = review(&plans(&[100.0; 5]), |n| {
        ["rate 200", "rate 300", "rate 200", "rate 200", "no quota"][n]
    });
    assert_eq!(
        groups(&bulk),
        [
            "[0, 2, 3] rate limit 100 -> 200",
            "[1] rate limit 100 -> 300",
            "[4] quota period MONTH -> none; quota limit 3,000 -> none; quota offset 0 -> none",
        ]
    );
}

#[test]
fn the_few_that_move_farther_come_first() {
    let mut rates = vec![100.0; 20];
    rates[7] = 5.0;
    rates[9] = 2000.0;
    let bulk = review(&plans(&rates), |n| match n {
        3 => "rate 200 no quota",
        _ => "rate 200",
    });
    assert_eq!(
        outliers(&bulk),
        [
            "3: quota per day 100 -> none, unlimited",
            "7: rate limit 5 -> 200, x40 (+3,900 %)",
            "9: rate limit 2,000 -> 200, x0.1 (-90 %)",
            "3: group 1",
        ]
    );
    let largest: Vec<_> = bulk.largest.iter().collect();
    assert_eq!(
        said(&largest),
        [
            "3: quota per day 100 -> none, unlimited",
            "7: rate limit 5 -> 200, x40 (+3,900 %)",
        ]
    );
    // What happens to all is no outlier, however far it goes.
    let all = review(&plans(&[100.0; 20]), |_| "no quota rate x9 burst x9");
    assert_eq!(outliers(&all), [""; 0]);
    assert_eq!(all.guard(Percent::GUARD).len(), 60);
}

#[test]
fn a_change_the_other_way_stands_out() {
    let bulk = review(&plans(&[100.0; 9]), |n| match n {
        4 => "rate x0.5",
        _ => "rate x2",
    });
    assert_eq!(outliers(&bulk), ["4: rate limit 100 -> 50, x0.5 (-50 %)"]);
}

#[test]
fn the_guard_shows_the_farthest_first() {
    let bulk = review(&plans(&[100.0, 10.0, 0.0, 150.0]), |_| "rate 200");
    assert_eq!(
        said(&bulk.guard(Percent::GUARD)),
        [
            "2: rate limit 0 -> 200, unlimited",
            "1: rate limit 10 -> 200, x20 (+1,900 %)",
            "0: rate limit 100 -> 200, x2 (+100 %)",
        ]
    );
    assert_eq!(bulk.guard(Percent::new(150.0).unwrap()).len(), 2);
}

#[test]
fn counts_what_it_takes() {
    let mut plans = plans(&[100.0; 5]);
    plans[2]
        .settings
        .stages
        .insert(stage("beta"), [].into_iter().collect());
    let bulk = review(&plans, |n| {
        [
            "rate 200 burst 800",
            "rate 100",
            "detach a1b2c3:prod",
            "tag a=b, description \"text\"",
            "tag a=b",
        ][n]
    });
    let counts = &bulk.counts;
    assert_eq!((counts.plans, counts.unchanged), (4, 1));
    assert_eq!((counts.operations, counts.calls), (4, 5));
    assert_eq!((counts.updates, &counts.grave), (3, &vec![2]));
    assert_eq!(counts.stages, [stage("prod")].into());
    let second = Duration::from_secs(1);
    assert_eq!(bulk.duration(20 * second, second), 41 * second);
    assert_eq!(bulk.duration(Duration::ZERO, second), 5 * second);
    let nothing = review(&plans, |_| "rate 100");
    assert_eq!(nothing.duration(20 * second, second), Duration::ZERO);
}

#[test]
fn counts_the_keys_whose_clients_feel_it() {
    let key = |id: &str| ApiKey {
        id: id.to_owned(),
        name: String::new(),
        enabled: None,
        customer: String::new(),
    };
    let keys = |known: &[(&str, &[&str])]| -> HashMap<PlanId, Vec<ApiKey>> {
        let known = known.iter();
        let one = |(plan, keys): &(&str, &[&str])| {
            let keys = keys.iter().map(|id| key(id)).collect();
            (PlanId((*plan).to_owned()), keys)
        };
        known.map(one).collect()
    };
    let plans = plans(&[100.0; 3]);
    let count = |known: &[(&str, &[&str])]| {
        let line = |n| ["rate 5", "rate 5", "description \"x\""][n];
        let bulk = review_with(&plans, line, &keys(known));
        bulk.counts.keys.to_string()
    };
    let both: [(&str, &[&str]); 2] = [("p0", &["a", "b"]), ("p1", &["b"])];
    assert_eq!(count(&both), "2 API keys");
    assert_eq!(
        count(&both[1..]),
        "at least 1 API key (those of 1 plan are not known)"
    );
    assert_eq!(count(&[("p2", &["c"])]), "API keys not known");
    assert_eq!(count(&[("p0", &[]), ("p1", &[])]), "0 API keys");
}

#[test]
fn new_plans_are_a_group_of_their_own() {
    let there = plan(0, 100.0);
    let wanted = plan(1, 0.0).settings;
    let without = Settings {
        throttle: None,
        ..wanted.clone()
    };
    let moved = Settings {
        name: "renamed".to_owned(),
        ..there.settings.clone()
    };
    let entries = |wanted| {
        [
            Entry { base: None, wanted },
            Entry {
                base: Some(&there),
                wanted: &moved,
            },
        ]
    };
    let bulk = Bulk::review(&entries(&wanted), |_| None);
    assert_eq!(bulk.groups.len(), 2);
    assert!(bulk.groups[0].is_new && !bulk.groups[1].is_new);
    // A rate of 0 cannot be given with the creation.
    let counts = &bulk.counts;
    assert_eq!((counts.new, counts.calls, counts.updates), (1, 3, 2));
    assert!(bulk.guard(Percent::GUARD).is_empty());
    assert_eq!(counts.keys, KeyCount::default());
    let bulk = Bulk::review(&entries(&without), |_| None);
    assert_eq!((bulk.counts.calls, bulk.counts.updates), (2, 1));
    let names = entries(&wanted).map(|entry| entry.name().to_owned());
    assert_eq!(names, ["plan 1", "plan 0"]);
}

#[test]
fn methods_count_like_a_rate() {
    let mut one = plan(0, 100.0);
    let get = (MethodKey::as_read("//GET"), one.settings.throttle.unwrap());
    one.settings.stages = [(stage("prod"), [get].into_iter().collect())]
        .into_iter()
        .collect();
    let bulk = review(&[one], |_| "a1b2c3:prod GET / rate 500");
    assert_eq!(
        said(&bulk.guard(Percent::GUARD)),
        ["0: a1b2c3:prod //GET rate limit 100 -> 500, x5 (+400 %)"]
    );
    assert_eq!(bulk.counts.stages, [stage("prod")].into());
}

proptest! {
    #[test]
    fn every_plan_that_changes_is_in_one_group(pairs in prop::collection::vec(two_settings(), 0..8)) {
        let plans: Vec<_> = pairs.iter().enumerate().map(|(number, (base, _))| UsagePlan {
            id: PlanId(number.to_string()),
            settings: base.clone(),
        }).collect();
        let entries: Vec<_> = plans.iter().zip(&pairs).map(|(plan, (_, wanted))| Entry {
            base: Some(plan),
            wanted,
        }).collect();
        let bulk = Bulk::review(&entries, |_| None);
        let mut grouped: Vec<_> = bulk.groups.iter().flat_map(|group| group.plans.clone()).collect();
        grouped.sort_unstable();
        let moved = |index: &usize| plans[*index].settings != *entries[*index].wanted;
        let changed: Vec<_> = (0..plans.len()).filter(moved).collect();
        prop_assert_eq!(&grouped, &changed);
        prop_assert_eq!(bulk.counts.plans, changed.len());
        prop_assert_eq!(bulk.counts.plans + bulk.counts.unchanged, plans.len());
        // A line is there because it says something.
        for group in &bulk.groups {
            prop_assert!(!group.lines.is_empty());
            for line in &group.lines {
                prop_assert!(line.before != line.after || !matches!(line.before, Span::Same(_)));
            }
        }
        // The guard has all that is too large, and is empty where the limit is no limit.
        let far = bulk.guard(Percent::GUARD);
        for largest in &bulk.largest {
            prop_assert_eq!(far.contains(&largest), largest.jump.exceeds(Percent::GUARD));
        }
        prop_assert!(bulk.outliers.iter().all(|outlier| outlier.plan < plans.len()));
    }
}
