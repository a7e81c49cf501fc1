//! The form of the lines, byte for byte: other versions of plangate and people's scripts
//! read them.

use crate::journal::line::{self, JournalLine};
use crate::plan::{
    Call, Count, Field, Map, MethodKey, Op, PatchOperation, Period, Quota, Rate, StageKey, Throttle,
};

use super::*;

/// What the records below read as since version 1.
const LINES: &str = include_str!("wire.jsonl");

fn full() -> Settings {
    let throttle = |rate, burst| Throttle::new(Rate::as_read(rate), Count::as_read(burst));
    let methods = [(MethodKey::as_read("/pets/GET"), throttle(0.5, 1))];
    let stages = [
        (
            StageKey::as_read("a1b2c3", "prod"),
            methods.into_iter().collect(),
        ),
        (StageKey::as_read("a1b2c3", "test"), Map::new()),
    ];
    let tags = [("team", "pay"), ("env", "prod \"eu\"")];
    Settings {
        name: "gold".to_owned(),
        description: "für alle\n".to_owned(),
        product_code: "p-1".to_owned(),
        throttle: Some(throttle(12.0, 200)),
        quota: Some(Quota::new(
            Count::as_read(1300),
            Period::Month,
            Count::as_read(5),
        )),
        stages: stages.into_iter().collect(),
        tags: tags
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into_iter()
            .collect(),
    }
}

fn every_aim() -> Vec<Aim> {
    let base = || {
        Arc::new(UsagePlan {
            id: id(),
            settings: full(),
        })
    };
    let keys = || vec!["k1".to_owned(), "k2".to_owned()];
    let key = |from, to| Aim::Key {
        key: "k1".to_owned(),
        from,
        to,
    };
    vec![
        Aim::Create {
            wanted: full(),
            keys: keys(),
        },
        Aim::Update {
            base: base(),
            wanted: settings("silver"),
        },
        Aim::Delete {
            base: base(),
            keys: Vec::new(),
        },
        key(Some(id()), Some(PlanId("other".to_owned()))),
        key(None, None),
        Aim::Extend {
            plan: id(),
            key: "k1".to_owned(),
            before: Count::as_read(3),
            after: Count::as_read(1000),
        },
    ]
}

fn every_call() -> Vec<Call> {
    let (plan, key) = (id(), "k1".to_owned());
    let operation = |op, path: &str, value: Option<&str>| PatchOperation {
        op,
        path: path.to_owned(),
        value: value.map(str::to_owned),
        from: None,
    };
    vec![
        Call::Create(Box::new(full())),
        Call::Update {
            plan: plan.clone(),
            operations: vec![
                operation(Op::Replace, "/name", Some("silver")),
                operation(Op::Remove, "/quota", None),
            ],
        },
        Call::Tag {
            plan: plan.clone(),
            tags: full().tags,
        },
        Call::Untag {
            plan: plan.clone(),
            keys: vec!["team".to_owned(), "env".to_owned()],
        },
        Call::ExtendUsage {
            plan: plan.clone(),
            key: key.clone(),
            remaining: Count::as_read(1000),
        },
        Call::AttachKey {
            plan: plan.clone(),
            key: key.clone(),
        },
        Call::DetachKey {
            plan: plan.clone(),
            key,
        },
        Call::Delete { plan },
    ]
}

fn every_field() -> Vec<Field> {
    let stage = StageKey::as_read("a1b2c3", "prod");
    let method = MethodKey::as_read("/pets/GET");
    vec![
        Field::Name,
        Field::Description,
        Field::ProductCode,
        Field::Throttle,
        Field::Rate,
        Field::Burst,
        Field::Quota,
        Field::QuotaLimit,
        Field::QuotaPeriod,
        Field::QuotaOffset,
        Field::Stage(stage.clone()),
        Field::Method(stage.clone(), method.clone()),
        Field::MethodRate(stage.clone(), method.clone()),
        Field::MethodBurst(stage, method),
        Field::Tag("team".to_owned()),
    ]
}

fn id() -> PlanId {
    PlanId("w0mvrr".to_owned())
}

fn send() -> SendId {
    SendId::parse("kqfmxwab").unwrap()
}

fn entry(number: u32) -> EntryId {
    EntryId {
        send: send(),
        number,
    }
}

/// Every kind of record, with all that it can hold and with as little as it can.
fn every_record() -> Vec<Record> {
    let plan = || {
        Arc::new(UsagePlan {
            id: id(),
            settings: full(),
        })
    };
    let text = |text: &str| text.to_owned();
    let typed = every_field().into_iter().map(|field| (field, text("12x")));
    let mut records = vec![
        Record::Draft(Box::new(DraftRecord {
            key: DraftKey::Plan(id()),
            base: Some(plan()),
            edited: Arc::new(settings("silver")),
            typed: typed.collect(),
            patch: Some(text("[{")),
            undoes: Some(send()),
        })),
        draft_of(DraftKey::New(3), "new"),
        Record::NoDraft(DraftKey::Plan(id())),
        Record::NoDraft(DraftKey::New(3)),
    ];
    let planned = every_aim()
        .into_iter()
        .zip(1..)
        .map(|(aim, number)| Planned {
            id: entry(number),
            name: text("gold"),
            aim,
        });
    records.push(Record::Begun(Box::new(Begun {
        id: send(),
        who: text("ada"),
        arn: text("arn:aws:iam::111111111111:user/ada"),
        profile: text("prod"),
        reason: text("more \"room\""),
        undoes: Some(send()),
        entries: planned.collect(),
    })));
    records.push(Record::Begun(Box::new(Begun {
        id: send(),
        who: String::new(),
        arn: String::new(),
        profile: String::new(),
        reason: String::new(),
        undoes: None,
        entries: Vec::new(),
    })));
    for (call, step) in every_call().into_iter().zip(1..) {
        records.push(Record::Intent(Box::new(Intent {
            entry: entry(1),
            step,
            before: Some(full()),
            call: call.clone(),
            after: Some(settings("silver")),
            twins: Some(vec![id()]),
        })));
        records.push(Record::Intent(Box::new(Intent {
            entry: entry(1),
            step,
            before: None,
            call,
            after: None,
            twins: None,
        })));
    }
    for outcome in [
        CallOutcome::Applied,
        CallOutcome::NotApplied,
        CallOutcome::Changed,
        CallOutcome::Unknown,
        CallOutcome::NotSeen,
    ] {
        records.push(Record::Sent(Box::new(Sent {
            entry: entry(1),
            step: 1,
            outcome,
            plan: Some(plan()),
            request_id: text("c6af9ac6"),
            said: text("the answer is not as predicted"),
            by_reading: true,
        })));
    }
    records.push(Record::Sent(Box::new(Sent {
        entry: entry(1),
        step: 2,
        outcome: CallOutcome::Applied,
        plan: None,
        request_id: String::new(),
        said: String::new(),
        by_reading: false,
    })));
    records.push(Record::GivenUp(entry(2)));
    records.push(Record::Over(send()));
    records
}

#[test]
fn every_record_keeps_its_bytes_and_is_read_from_them() {
    let at: Timestamp = "2026-03-18T12:00:00.25Z".parse().unwrap();
    let records = every_record();
    assert_eq!(LINES.lines().count(), records.len());
    for (record, pinned) in records.into_iter().zip(LINES.lines()) {
        assert_eq!(line::write(at, &record).trim_end_matches('\n'), pinned);
        assert_eq!(line::read(pinned), Ok((at, JournalLine::Record(record))));
    }
}
