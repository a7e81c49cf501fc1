//! What a keystroke costs in the journal, and reading ten thousand sends.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use plangate::journal::{
    Begun, CallOutcome, DraftKey, DraftRecord, EntryId, History, Intent, Journal, Planned, Record,
    SendId, Sent,
};
use plangate::plan::{
    Aim, Count, MethodKey, MethodThrottles, Period, PlanId, Quota, Rate, Scope, Settings, StageKey,
    Throttle, UsagePlan, calls,
};

fn scope() -> Scope {
    Scope {
        account: "prod".to_owned(),
        region: "eu-west-1".to_owned(),
        endpoint: String::new(),
    }
}

/// A plan as most are: two stages, a few method throttles, a tag.
fn settings(rate: u32) -> Settings {
    let throttle = |rate: u32| {
        Throttle::new(
            Rate::as_read(f64::from(rate)),
            Count::new(i64::from(rate) * 2).unwrap_or_default(),
        )
    };
    let methods = || {
        let keys = ["/orders/GET", "/orders/{id}/GET", "//POST"];
        let method = |key| (MethodKey::as_read(key), throttle(rate / 2));
        keys.into_iter().map(method).collect()
    };
    Settings {
        name: "Gold customers".to_owned(),
        description: "Partners with a contract of a year".to_owned(),
        throttle: Some(throttle(rate)),
        quota: Some(Quota::new(
            Count::new(100_000).unwrap_or_default(),
            Period::Month,
            Count::ZERO,
        )),
        stages: [
            (StageKey::as_read("a1b2c3d4e5", "prod"), methods()),
            (
                StageKey::as_read("f6g7h8i9j0", "prod"),
                MethodThrottles::new(),
            ),
        ]
        .into_iter()
        .collect(),
        tags: [("team".to_owned(), "payments".to_owned())]
            .into_iter()
            .collect(),
        ..Settings::default()
    }
}

fn plan(number: u32, settings: Settings) -> Arc<UsagePlan> {
    Arc::new(UsagePlan {
        id: PlanId(format!("p{number:05}")),
        settings,
    })
}

/// The records of a send of one change.
fn send(number: u32) -> [Record; 4] {
    let id = SendId::new();
    let entry = EntryId {
        send: id.clone(),
        number: 1,
    };
    let (before, after) = (settings(100), settings(200));
    let base = plan(number, before.clone());
    let intent = Intent {
        entry: entry.clone(),
        step: 1,
        call: calls(Some(&base), &after).remove(0),
        before: Some(before),
        after: Some(after.clone()),
        twins: None,
    };
    let sent = Sent {
        entry: entry.clone(),
        step: 1,
        outcome: CallOutcome::Applied,
        plan: Some(plan(number, after.clone())),
        request_id: "8f6a2c1e-1111-4c5b-9a77-3f2d5b6a7c8d".to_owned(),
        said: String::new(),
        by_reading: false,
    };
    let planned = Planned {
        id: entry,
        name: after.name.clone(),
        aim: Aim::Update {
            base,
            wanted: after,
        },
    };
    let begun = Begun {
        id: id.clone(),
        who: "operator".to_owned(),
        arn: String::new(),
        profile: "prod".to_owned(),
        reason: "spring prices".to_owned(),
        undoes: None,
        entries: vec![planned],
    };
    [
        Record::Begun(Box::new(begun)),
        Record::Intent(Box::new(intent)),
        Record::Sent(Box::new(sent)),
        Record::Over(id),
    ]
}

fn keystroke(c: &mut Criterion) {
    let Ok(root) = tempfile::tempdir() else {
        return;
    };
    let Ok((journal, _)) = Journal::open(root.path(), &scope(), Timestamp::now) else {
        return;
    };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
        return;
    };
    let draft = DraftRecord {
        key: DraftKey::Plan(PlanId("p00001".to_owned())),
        base: Some(plan(1, settings(100))),
        edited: Arc::new(settings(200)),
        typed: BTreeMap::new(),
        patch: None,
        undoes: None,
    };
    let record = Record::Draft(Box::new(draft));
    c.bench_function("write a draft, not synced", |b| {
        b.iter(|| runtime.block_on(journal.write(black_box(record.clone()))));
    });
    c.bench_function("note a draft, not waited for", |b| {
        b.iter(|| journal.note(black_box(record.clone())));
    });
    runtime.block_on(journal.close());
}

fn history(c: &mut Criterion) {
    let Ok(root) = tempfile::tempdir() else {
        return;
    };
    let Ok((journal, _)) = Journal::open(root.path(), &scope(), Timestamp::now) else {
        return;
    };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
        return;
    };
    for record in (0..10_000).flat_map(send) {
        journal.note(record);
    }
    runtime.block_on(journal.close());
    let mut group = c.benchmark_group("history");
    group.sample_size(10);
    group.bench_function("read 10,000 sends", |b| {
        b.iter(|| History::read(black_box(root.path()), &scope()));
    });
    if let Ok(history) = History::read(root.path(), &scope()) {
        group.bench_function("search 10,000 sends", |b| {
            b.iter(|| {
                history
                    .search(black_box("gold /throttle/rateLimit"))
                    .count()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, keystroke, history);
criterion_main!(benches);
