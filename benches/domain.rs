//! What a keystroke costs in the domain: the operations and all checks for a
//! plan as large as they come.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use plangate::plan::edit::bulk::{Bulk, Entry};
use plangate::plan::edit::jump::Percent;
use plangate::plan::edit::tweak::{Tweak, Tweaked};
use plangate::plan::model::account::AccountLimits;
use plangate::plan::{
    self, Count, MethodKey, Period, PlanId, Quota, Rate, Settings, StageKey, Throttle, UsagePlan,
};

fn throttle(rate: u32, burst: u32) -> Throttle {
    Throttle::new(
        Rate::as_read(f64::from(rate) + 0.5),
        Count::new(burst.into()).unwrap_or_default(),
    )
}

/// 20 stages of 20 method throttles, where every number depends on the seed.
fn settings(seed: u32) -> Settings {
    let methods = |stage: u32| {
        let method = |n: u32| {
            let key = MethodKey::of(&format!("/orders/{n}/{{proxy+}}"), "GET");
            (key, throttle(stage * 100 + n + seed, stage + n + seed))
        };
        (0..20).map(method).collect()
    };
    let stage = |n: u32| {
        (
            StageKey::as_read(format!("a1b2c3d4e{n}"), "prod"),
            methods(n),
        )
    };
    Settings {
        name: format!("plan {seed}"),
        description: format!("text {seed}"),
        product_code: format!("code{seed}"),
        throttle: Some(throttle(100 + seed, 200 + seed)),
        quota: Some(Quota::new(
            Count::new(i64::from(1300 + seed)).unwrap_or_default(),
            if seed == 0 {
                Period::Week
            } else {
                Period::Month
            },
            Count::new(seed.into()).unwrap_or_default(),
        )),
        stages: (0..20).map(stage).collect(),
        tags: [("team".to_owned(), seed.to_string())]
            .into_iter()
            .collect(),
    }
}

fn diff_and_checks(c: &mut Criterion) {
    let (base, edited) = (settings(0), settings(5));
    let limits = AccountLimits {
        throttle: Some(throttle(500, 500)),
    };
    c.bench_function("diff 20x20", |b| {
        b.iter(|| plan::diff(black_box(&base), black_box(&edited)));
    });
    c.bench_function("diff and all checks 20x20", |b| {
        b.iter(|| {
            let operations = plan::diff(black_box(&base), black_box(&edited));
            plan::verdicts(Some(&base), &edited, &operations, Some(&limits))
        });
    });
    c.bench_function("merge 20x20", |b| {
        let theirs = settings(7);
        b.iter(|| plan::merge(black_box(&base), black_box(&theirs), black_box(&edited)));
    });
}

/// Many plans of a usual size: two stages, two method throttles on each.
fn many_plans() -> Vec<UsagePlan> {
    let plan = |n: u32| {
        let mut settings = settings(n % 500);
        settings.stages = settings.stages.into_iter().take(2).collect();
        for (_, methods) in settings.stages.iter_mut() {
            *methods = std::mem::take(methods).into_iter().take(2).collect();
        }
        UsagePlan {
            id: PlanId(format!("p{n}")),
            settings,
        }
    };
    (0..10_000).map(plan).collect()
}

/// What a keystroke costs at the line that changes all marked plans: the tweak on
/// each of them, and the review of what comes of it.
fn tweak_and_review(c: &mut Criterion) {
    let plans = many_plans();
    let line = "rate +20% burst x2, quota 1.5M/month, tag tier=gold";
    let tweak_all = |line: &str| -> Vec<Settings> {
        let Ok(tweak) = Tweak::parse(line) else {
            return Vec::new();
        };
        let settings = |plan: &UsagePlan| match tweak.apply(&plan.settings) {
            Ok(Tweaked::Changed(settings)) => *settings,
            _ => plan.settings.clone(),
        };
        plans.iter().map(settings).collect()
    };
    let review = |wanted: &[Settings]| {
        let entries: Vec<_> = plans
            .iter()
            .zip(wanted)
            .map(|(plan, wanted)| Entry {
                base: Some(plan),
                wanted,
            })
            .collect();
        let bulk = Bulk::review(&entries, |_| None);
        let guarded = bulk.guard(Percent::GUARD).len();
        (bulk, guarded)
    };
    c.bench_function("tweak 10,000 plans", |b| {
        b.iter(|| tweak_all(black_box(line)));
    });
    let wanted = tweak_all(line);
    c.bench_function("review 10,000 changes", |b| {
        b.iter(|| review(black_box(&wanted)));
    });
    c.bench_function("tweak and review 10,000 plans", |b| {
        b.iter(|| review(&tweak_all(black_box(line))));
    });
}

criterion_group!(benches, diff_and_checks, tweak_and_review);
criterion_main!(benches);
