//! Faults on demand: what a client sees, and whether the change was made all the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod emulator_support;

use std::time::Duration;

use emulator_support::{
    DEADLINE, connect, get, noon, parse, patch, raw, request, sample, sdk, start,
};
use plangate::emulator::{Emulator, FaultKind, InjectedFault, SentOperation, StartOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

const PLAN: &str = "/usageplans/w0mvrr";
const RENAME: [(&str, &str, Option<&str>); 1] = [("replace", "/name", Some("renamed"))];

async fn name(emulator: &Emulator) -> String {
    get(emulator, PLAN).await.json()["name"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A rename as raw bytes, and what the server does to the connection.
async fn rename_raw(emulator: &Emulator) -> std::io::Result<Vec<u8>> {
    let body = r#"{"patchOperations":[{"op":"replace","path":"/name","value":"renamed"}]}"#;
    let text = format!(
        "PATCH {PLAN} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(emulator, text.as_bytes()).await
}

#[tokio::test]
async fn refusals_leave_the_plan_alone_and_happen_once() {
    for (kind, status, exception) in [
        (
            FaultKind::Throttle {
                retry_after: Some(7),
            },
            429,
            "TooManyRequestsException",
        ),
        (
            FaultKind::Throttle { retry_after: None },
            429,
            "TooManyRequestsException",
        ),
        (FaultKind::InternalError, 500, "InternalFailure"),
        (FaultKind::Unavailable, 503, "ServiceUnavailableException"),
        (FaultKind::AccessDenied, 403, "AccessDeniedException"),
        (FaultKind::ExpiredToken, 403, "ExpiredTokenException"),
    ] {
        let emulator = start(sample()).await;
        emulator
            .faults()
            .schedule(InjectedFault::next("UpdateUsagePlan", kind.clone()));
        let before = name(&emulator).await;
        let answer = patch(&emulator, PLAN, &RENAME).await;
        assert_eq!(
            (answer.status, answer.header("x-amzn-errortype").as_deref()),
            (status, Some(exception))
        );
        let retry_after = matches!(
            kind,
            FaultKind::Throttle {
                retry_after: Some(_)
            }
        )
        .then(|| "7".to_owned());
        assert_eq!(answer.header("retry-after"), retry_after);
        assert!(!answer.message().is_empty());
        assert_eq!(name(&emulator).await, before);
        assert_eq!(patch(&emulator, PLAN, &RENAME).await.status, 200);
    }
}

#[tokio::test]
async fn skipped_calls_pass_and_times_count() {
    let emulator = start(sample()).await;
    let kind = FaultKind::Unavailable;
    emulator.faults().schedule(InjectedFault {
        operation: Some("GetUsagePlan".into()),
        skip: 2,
        times: 2,
        kind,
    });
    let mut seen = Vec::new();
    for _ in 0..6 {
        // Another operation does not count.
        assert_eq!(get(&emulator, "/account").await.status, 200);
        seen.push(get(&emulator, PLAN).await.status);
    }
    assert_eq!(seen, [200, 200, 503, 503, 200, 200]);
}

#[tokio::test]
async fn a_reset_before_leaves_the_plan_alone_and_one_after_does_not() {
    for (kind, made) in [
        (FaultKind::ResetBefore, false),
        (FaultKind::ResetAfter, true),
    ] {
        let emulator = start(sample()).await;
        emulator
            .faults()
            .schedule(InjectedFault::next("UpdateUsagePlan", kind));
        let answer = rename_raw(&emulator).await;
        assert_eq!(
            answer.unwrap_err().kind(),
            std::io::ErrorKind::ConnectionReset
        );
        assert_eq!(name(&emulator).await == "renamed", made);
    }
}

#[tokio::test]
async fn a_truncated_answer_breaks_off_after_the_change() {
    let emulator = start(sample()).await;
    emulator
        .faults()
        .schedule(InjectedFault::next("UpdateUsagePlan", FaultKind::Truncated));
    let answer = parse(&rename_raw(&emulator).await.unwrap()).unwrap();
    let announced: usize = answer.header("content-length").unwrap().parse().unwrap();
    assert!(
        answer.body.len() < announced && !answer.body.is_empty(),
        "{} of {announced}",
        answer.body.len()
    );
    assert_eq!(name(&emulator).await, "renamed");
}

#[tokio::test]
async fn an_answer_that_is_not_json() {
    let emulator = start(sample()).await;
    emulator
        .faults()
        .schedule(InjectedFault::next("GetUsagePlans", FaultKind::NotJson));
    let answer = get(&emulator, "/usageplans").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with(b"<html>"));
    emulator
        .faults()
        .schedule(InjectedFault::next("GetUsagePlans", FaultKind::NotJson));
    assert!(sdk(&emulator).get_usage_plans().send().await.is_err());
}

#[tokio::test]
async fn an_endless_answer_never_ends_and_does_not_keep_the_server_from_stopping() {
    let emulator = start(sample()).await;
    emulator
        .faults()
        .schedule(InjectedFault::next("GetUsagePlan", FaultKind::Endless));
    let mut stream = connect(&emulator).await;
    stream
        .write_all(format!("GET {PLAN} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut seen = Vec::new();
    // The whole plan would be shorter than this.
    while seen.len() < 2_000 {
        let mut buffer = [0; 1_024];
        let length = timeout(DEADLINE, stream.read(&mut buffer))
            .await
            .unwrap()
            .unwrap();
        assert_ne!(length, 0, "the answer ended");
        seen.extend_from_slice(&buffer[..length]);
    }
    timeout(DEADLINE, emulator.stop())
        .await
        .expect("the server does not stop");
}

#[tokio::test]
async fn a_late_answer_is_overtaken_by_the_next_one() {
    let emulator = start(sample()).await;
    emulator.faults().schedule(InjectedFault::next(
        "GetUsagePlans",
        FaultKind::Delay(Duration::from_mins(1)),
    ));
    let late = get(&emulator, "/usageplans");
    tokio::pin!(late);
    assert!(timeout(Duration::from_millis(50), &mut late).await.is_err());
    assert_eq!(get(&emulator, "/account").await.status, 200);
    assert!(
        timeout(Duration::from_millis(50), &mut late).await.is_err(),
        "the late answer is already there"
    );
}

#[tokio::test]
async fn somebody_else_changes_the_plan_first() {
    let emulator = start(sample()).await;
    let operations = vec![SentOperation::new("replace", "/description", "theirs")];
    emulator.faults().schedule(InjectedFault::next(
        "UpdateUsagePlan",
        FaultKind::ChangedByOther {
            plan: None,
            operations,
        },
    ));
    let answer = patch(&emulator, PLAN, &RENAME).await.json();
    assert_eq!(
        (answer["name"].as_str(), answer["description"].as_str()),
        (Some("renamed"), Some("theirs"))
    );
    emulator.faults().schedule(InjectedFault::next(
        "GetUsagePlan",
        FaultKind::renamed_by_other("theirs too"),
    ));
    assert_eq!(name(&emulator).await, "theirs too");
    let kind = FaultKind::ChangedByOther {
        plan: Some("w0mvrr".into()),
        operations: vec![SentOperation::new("replace", "/name", "from a list")],
    };
    emulator.faults().schedule(InjectedFault {
        operation: None,
        skip: 0,
        times: 1,
        kind,
    });
    get(&emulator, "/account").await;
    assert_eq!(name(&emulator).await, "from a list");
}

#[tokio::test]
async fn a_lie_answers_the_old_plan_and_stores_the_new_one() {
    let emulator = start(sample()).await;
    emulator
        .faults()
        .schedule(InjectedFault::next("UpdateUsagePlan", FaultKind::Lie));
    let answer = patch(&emulator, PLAN, &RENAME).await;
    assert_eq!(
        (answer.status, answer.json()["name"].as_str()),
        (200, Some("basic-monthly"))
    );
    assert_eq!(name(&emulator).await, "renamed");
}

#[tokio::test]
async fn faults_can_be_scheduled_over_http_only_where_that_was_asked_for() {
    let path = "/_plangate/faults";
    let closed = start(sample()).await;
    assert_eq!(
        request(&closed, "POST", path, r#"{"kind":"internalError"}"#)
            .await
            .status,
        403
    );
    assert_eq!(get(&closed, "/account").await.status, 200);

    let emulator = start(StartOptions {
        faults: true,
        clock: noon(),
        ..StartOptions::default()
    })
    .await;
    for (fault, status) in [
        (r#"{"kind":"throttle","retryAfter":3}"#, 429),
        (
            r#"{"kind":"unavailable","operation":"GetAccount","times":1}"#,
            503,
        ),
        (r#"{"kind":"delay","milliseconds":1}"#, 200),
        (
            r#"{"kind":"changedByOther","plan":"w0mvrr","operations":[{"op":"replace","path":"/name","value":"theirs"}]}"#,
            200,
        ),
    ] {
        assert_eq!(
            request(&emulator, "POST", path, fault).await.status,
            204,
            "{fault}"
        );
        assert_eq!(get(&emulator, "/account").await.status, status, "{fault}");
    }
    assert_eq!(name(&emulator).await, "theirs");
    for bad in [
        "",
        "{}",
        r#"{"kind":"nosuch"}"#,
        r#"{"kind":"delay"}"#,
        r#"{"kind":"lie","skip":-1}"#,
    ] {
        assert_eq!(
            request(&emulator, "POST", path, bad).await.status,
            400,
            "{bad}"
        );
    }
    assert_eq!(
        request(
            &emulator,
            "POST",
            path,
            r#"{"kind":"accessDenied","times":9}"#
        )
        .await
        .status,
        204
    );
    assert_eq!(request(&emulator, "DELETE", path, "").await.status, 204);
    assert_eq!(get(&emulator, "/account").await.status, 200);
}

#[tokio::test]
async fn requests_can_be_read_back() {
    let emulator = start(StartOptions {
        faults: true,
        ..sample()
    })
    .await;
    patch(&emulator, PLAN, &RENAME).await;
    let requests = emulator.requests().await;
    let last = requests.last().unwrap();
    assert_eq!(
        (
            last.operation.as_str(),
            last.method.as_str(),
            last.path.as_str()
        ),
        ("UpdateUsagePlan", "PATCH", PLAN)
    );
    assert!(last.body.contains("renamed"));
    let listed = get(&emulator, "/_plangate/requests").await.json();
    assert_eq!(listed[0]["operation"], "UpdateUsagePlan");
}

#[tokio::test]
async fn the_faults_of_the_documentation_are_faults() {
    let emulator = start(StartOptions {
        faults: true,
        ..sample()
    })
    .await;
    let lines = include_str!("../docs/emulator.md").lines();
    let faults: Vec<_> = lines.filter(|line| line.starts_with('{')).collect();
    for fault in &faults {
        let answer = request(&emulator, "POST", "/_plangate/faults", fault).await;
        assert_eq!(answer.status, 204, "{fault}");
    }
    let kinds = |fault: &&str| {
        let fault: serde_json::Value = serde_json::from_str(fault).unwrap();
        fault["kind"].as_str().unwrap().to_owned()
    };
    let kinds: std::collections::BTreeSet<_> = faults.iter().map(kinds).collect();
    assert_eq!(kinds.len(), 14, "each kind has an example: {kinds:?}");
}
