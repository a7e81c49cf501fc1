//! A long history in memory. A program of its own, for what it measures is the
//! whole process.

use std::fs;
use std::sync::Arc;

use jiff::Timestamp;
use plangate::journal::{
    Begun, CallOutcome, EntryId, History, Intent, Journal, Planned, Record, SendId, Sent,
};
use plangate::plan::{
    Aim, Count, MethodKey, PlanId, Rate, Scope, Settings, StageKey, Throttle, UsagePlan, calls,
};

/// How many sends there are.
const SENDS: usize = 10_000;
/// How many bytes one of them may take in memory.
const BYTES_EACH: usize = 8 * 1024;

/// Bytes of memory that the process has in use.
fn in_use() -> Option<usize> {
    let statm = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

fn settings(rate: f64) -> Settings {
    let throttle = Throttle::new(Rate::as_read(rate), Count::as_read(400));
    let methods = ["/orders/GET", "/orders/{id}/GET", "//POST"];
    let methods = methods.map(|key| (MethodKey::as_read(key), throttle));
    Settings {
        name: "Gold customers".to_owned(),
        throttle: Some(throttle),
        stages: [(
            StageKey::as_read("a1b2c3d4e5", "prod"),
            methods.into_iter().collect(),
        )]
        .into_iter()
        .collect(),
        tags: [("team".to_owned(), "payments".to_owned())]
            .into_iter()
            .collect(),
        ..Settings::default()
    }
}

fn send() -> [Record; 4] {
    let id = SendId::new();
    let entry = EntryId {
        send: id.clone(),
        number: 1,
    };
    let plan = |settings| {
        let id = PlanId("w0mvrr".to_owned());
        Arc::new(UsagePlan { id, settings })
    };
    let base = plan(settings(100.0));
    let wanted = settings(200.0);
    let intent = Intent {
        entry: entry.clone(),
        step: 1,
        before: Some(base.settings.clone()),
        call: calls(Some(&base), &wanted).remove(0),
        after: Some(wanted.clone()),
        twins: None,
    };
    let sent = Sent {
        entry: entry.clone(),
        step: 1,
        outcome: CallOutcome::Applied,
        plan: Some(plan(wanted.clone())),
        request_id: "8f6a2c1e-1111-4c5b-9a77-3f2d5b6a7c8d".to_owned(),
        said: String::new(),
        by_reading: false,
    };
    let planned = Planned {
        id: entry,
        name: wanted.name.clone(),
        aim: Aim::Update { base, wanted },
    };
    let begun = Begun {
        id: id.clone(),
        who: "operator".to_owned(),
        arn: String::new(),
        profile: "prod".to_owned(),
        reason: String::new(),
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

#[tokio::test]
async fn ten_thousand_sends_take_little_memory() {
    let root = tempfile::tempdir().unwrap();
    let scope = Scope {
        account: "prod".to_owned(),
        region: "eu-west-1".to_owned(),
        endpoint: String::new(),
    };
    let (journal, _) = Journal::open(root.path(), &scope, Timestamp::now).unwrap();
    for _ in 0..SENDS {
        let [first @ .., last] = send();
        for record in first {
            journal.note(record);
        }
        // Waits now and then, so that what waits does not count.
        if fastrand::u8(..) == 0 {
            journal.write(last).await.unwrap();
        } else {
            journal.note(last);
        }
    }
    journal.close().await;
    let before = in_use().unwrap();
    let history = History::read(root.path(), &scope).unwrap();
    let after = in_use().unwrap();
    assert_eq!(history.sends.len(), SENDS);
    assert_eq!(history.search("gold /throttle/rateLimit").count(), SENDS);
    let taken = after.saturating_sub(before);
    assert!(taken < SENDS * BYTES_EACH, "{taken} bytes");
}
