//! What reviewing costs: the throttle matrix, simulated traffic, usage and findings
//! at the largest sizes that screens are made for.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use plangate::plan::limits::bucket::Bucket;
use plangate::plan::limits::effective::Matrix;
use plangate::plan::limits::load::Load;
use plangate::plan::limits::simulate::simulate;
use plangate::plan::lint::{Inventory, lint};
use plangate::plan::model::account::{
    AccountLimits, ApiKey, ApiMethod, ApiReading, Known, Stage, Surroundings,
};
use plangate::plan::usage::{PlanUsage, exhaustion};
use plangate::plan::{
    Count, MethodKey, Period, PlanId, Quota, Rate, Settings, StageKey, Throttle, UsagePlan,
};

fn throttle(rate: u32, burst: u32) -> Throttle {
    Throttle::new(
        Rate::as_read(f64::from(rate)),
        Count::new(burst.into()).unwrap_or_default(),
    )
}

fn method(number: u32) -> MethodKey {
    MethodKey::of(&format!("/customers/{{id}}/orders/{number}"), "GET")
}

fn stage(number: u32) -> StageKey {
    StageKey::as_read(
        format!("a1b2c3d4e{}", number / 5),
        format!("stage{}", number % 5),
    )
}

/// APIs of 5 stages and 300 methods each, so that 10 stages are of two APIs that
/// have the same methods.
fn surroundings(apis: u32) -> Surroundings {
    let api = |api: u32| {
        let stages = (0..5).map(|number| Stage {
            key: stage(api * 5 + number),
            throttles: [(MethodKey::as_read("*/*"), throttle(500, 1000))]
                .into_iter()
                .chain(
                    (0..300)
                        .step_by(7)
                        .map(|n| (method(n), throttle(50 + n, 100))),
                )
                .collect(),
        });
        let methods = (0..300).map(|number| ApiMethod {
            key: method(number),
            needs_key: number % 10 != 0,
        });
        let mut methods: Vec<_> = methods.collect();
        methods.sort();
        let reading = ApiReading {
            stages: Known::Read(stages.collect()),
            methods: Known::Read(methods),
        };
        (stage(api * 5).api, reading)
    };
    Surroundings {
        account: Known::Read(AccountLimits {
            throttle: Some(throttle(10_000, 5000)),
        }),
        apis: (0..apis).map(api).collect(),
    }
}

fn settings(number: u32, stages: u32) -> Settings {
    let methods = |stage: u32| {
        let method = |n: u32| (method(n * 31 % 300), throttle(20 + n + stage, 100));
        (0..2).map(method).collect()
    };
    Settings {
        name: format!("plan {number}"),
        throttle: Some(throttle(100 + number % 97, 200)),
        quota: Some(Quota::new(
            Count::new(i64::from(1_000_000 + number * 1000)).unwrap_or_default(),
            Period::Month,
            Count::ZERO,
        )),
        stages: (0..stages)
            .map(|n| (stage((n + number) % 10), methods(n)))
            .collect(),
        ..Settings::default()
    }
}

fn matrix(c: &mut Criterion) {
    let (now, around) = (settings(0, 10), surroundings(2));
    let mut staged = now.clone();
    staged.throttle = Some(throttle(120, 150));
    c.bench_function("matrix 300x10", |b| {
        b.iter(|| Matrix::of(black_box(&now), None, black_box(&around)));
    });
    c.bench_function("matrix 300x10 with staged values", |b| {
        b.iter(|| Matrix::of(black_box(&now), Some(&staged), black_box(&around)));
    });
    let matrix = Matrix::of(&now, Some(&staged), &around);
    c.bench_function("matrix 300x10 by tightest", |b| {
        b.iter(|| matrix.tightest());
    });
}

fn simulated_minute(c: &mut Criterion) {
    let minute = Duration::from_mins(1);
    let step = Duration::from_millis(250);
    let limits = [(4000, 8000), (6000, 5000), (9000, 5000), (10_000, 5000)];
    let buckets = limits.map(|(rate, burst): (u32, u32)| {
        let burst = Count::new(burst.into()).unwrap_or_default();
        Bucket::full(Rate::as_read(f64::from(rate)), burst)
    });
    for load in [
        "10000/s",
        "5000/s + 5000/s + spike 5000 at 30s",
        "ramp 0..20000 over 1m",
    ] {
        let offered = Load::parse(load).unwrap_or_default();
        c.bench_function(&format!("simulate a minute of {load}"), |b| {
            b.iter(|| simulate(black_box(&buckets), &offered, minute, step));
        });
    }
}

const TODAY: Date = date(2026, 11, 22);

/// The memory of this process that is resident, in KiB; 0 where the system does
/// not tell.
fn resident_kib() -> u32 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or_default()
}

fn usage(keys: u32) -> PlanUsage {
    let first = TODAY.saturating_sub(89.days());
    let mut usage = PlanUsage::new(first, TODAY);
    for key in 0..keys {
        let days: Vec<[i64; 2]> = (0..90)
            .map(|day| {
                let used = i64::from(key * 37 % 1000 + day * 13 % 50);
                [used, 30_000 - i64::from(day % 30) * used]
            })
            .collect();
        usage.set(&format!("key{key:07}"), days);
    }
    usage
}

fn many_keys(c: &mut Criterion) {
    let before = resident_kib();
    let usage = usage(10_000);
    let held = resident_kib().saturating_sub(before);
    println!(
        "usage of 10000 keys over 90 days held in {:.1} MiB",
        f64::from(held) / 1024.0
    );
    let quota = settings(0, 1).quota;
    c.bench_function("usage 10000 keys ranked", |b| {
        b.iter(|| black_box(&usage).ranked(quota.as_ref(), TODAY));
    });
    let plans: Vec<_> = (0..100).map(|_| self::usage(100)).collect();
    c.bench_function("usage 100 plans of 100 keys at risk", |b| {
        b.iter(|| {
            let plans = plans.iter().enumerate();
            exhaustion(
                plans.map(|(plan, usage)| (plan, usage, quota.as_ref())),
                TODAY,
            )
        });
    });
}

fn findings(c: &mut Criterion) {
    let plans: Vec<_> = (0..10_000)
        .map(|number| UsagePlan {
            id: PlanId(format!("p{number:05}")),
            settings: settings(number, 1 + number % 2),
        })
        .collect();
    let around = surroundings(2);
    let key = |number: u32, customer| ApiKey {
        id: format!("k{number:05}"),
        name: String::new(),
        enabled: None,
        customer,
    };
    let keys: Vec<Vec<ApiKey>> = (0..10_000)
        .map(|number| vec![key(number / 2, String::new())])
        .collect();
    let api_keys: Vec<ApiKey> = (0..10_000)
        .map(|number| key(number, format!("c{:05}", number / 2)))
        .collect();
    let plan_keys = plans.iter().zip(&keys);
    let plan_keys: HashMap<_, _> = plan_keys
        .map(|(plan, keys)| (&plan.id, keys.as_slice()))
        .collect();
    let inventory = Inventory {
        plans: plans.iter().collect(),
        is_whole: true,
        around: &around,
        plan_keys,
        api_keys: Some(&api_keys),
        exhausting: HashMap::new(),
    };
    c.bench_function("lint 10000 plans", |b| {
        b.iter_batched(|| &inventory, lint, BatchSize::LargeInput);
    });
}

criterion_group!(benches, matrix, simulated_minute, many_keys, findings);
criterion_main!(benches);
