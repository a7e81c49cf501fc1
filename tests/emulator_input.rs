//! Bad input: whatever comes in, the answer is a 4xx in API Gateway's form, and the server goes on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod emulator_support;

use emulator_support::{
    DEADLINE, connect, get, parse, raw, raw_to_the_end, request, sample, start,
};
use plangate::emulator::{FaultKind, InjectedFault, StartOptions};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// Runs a property against one server that is shared by all cases.
fn check<S: Strategy>(
    strategy: &S,
    cases: u32,
    property: impl Fn(&Runtime, &plangate::emulator::Emulator, S::Value),
) {
    let runtime = Runtime::new().unwrap();
    let emulator = runtime.block_on(start(sample()));
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(strategy, |value| {
            property(&runtime, &emulator, value);
            Ok(())
        })
        .unwrap();
    assert_eq!(
        runtime.block_on(get(&emulator, "/account")).status,
        200,
        "the server is gone"
    );
}

#[test]
fn any_bytes_as_a_request_are_refused_or_dropped() {
    check(
        &prop::collection::vec(any::<u8>(), 0..300),
        200,
        |runtime, emulator, mut bytes| {
            bytes.extend_from_slice(b"\r\n\r\n");
            if let Ok(answer) = runtime.block_on(raw_to_the_end(emulator, &bytes))
                && let Some(answer) = parse(&answer)
            {
                assert!((400..500).contains(&answer.status), "{}", answer.head);
                assert!(!answer.message().is_empty(), "{}", answer.head);
            }
        },
    );
}

#[test]
fn any_path_and_body_are_answered_in_the_form_of_the_service() {
    let methods = prop::sample::select(vec![
        "GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "FROB",
    ]);
    let roots = prop::sample::select(vec![
        "/",
        "/usageplans",
        "/usageplans/w0mvrr",
        "/usageplans/w0mvrr/keys",
        "/apikeys",
        "/restapis/o81lxisefl/stages/Stage_A",
        "/tags/",
        "/account",
        "/usageplans/w0mvrr/usage",
    ]);
    let requests = (methods, roots, "[!-~&&[^#]]{0,30}", "\\PC{0,100}");
    check(
        &requests,
        300,
        |runtime, emulator, (method, root, rest, body)| {
            let answer =
                runtime.block_on(request(emulator, method, &format!("{root}{rest}"), &body));
            assert!(
                answer.status < 500,
                "{method} {root}{rest}: {}",
                answer.head
            );
            if answer.status >= 400 && method != "HEAD" && !answer.body.is_empty() {
                assert!(
                    !answer.message().is_empty(),
                    "{method} {root}{rest}: {}",
                    answer.head
                );
                assert!(answer.header("x-amzn-errortype").is_some());
            }
        },
    );
}

#[test]
fn any_patch_is_accepted_or_refused_and_the_plan_stays_readable() {
    let text = || {
        prop_oneof![
            4 => prop::sample::select(vec!["add", "remove", "replace", "copy", "/apiStages", "/throttle", "/throttle/rateLimit",
                "/quota/limit", "/quota/period", "/quota", "/name", "/apiStages/o81lxisefl:Stage_A/throttle", "MONTH", "5", "0.5",
                "o81lxisefl:Stage_A", "/apiStages/o81lxisefl:Stage_A/throttle/~1/GET/burstLimit", "{\"//GET\":{\"rateLimit\":1}}"])
                .prop_map(str::to_owned),
            1 => "\\PC{0,20}",
        ]
    };
    let operation = (text(), text(), prop::option::of(text()));
    check(
        &prop::collection::vec(operation, 0..4),
        300,
        |runtime, emulator, operations| {
            let operations: Vec<_> = operations
            .into_iter()
            .map(|(op, path, value)| serde_json::json!({ "op": op, "path": path, "value": value }))
            .collect();
            let body = serde_json::json!({ "patchOperations": operations }).to_string();
            let answer = runtime.block_on(request(emulator, "PATCH", "/usageplans/w0mvrr", &body));
            assert!(answer.status < 500, "{body}: {}", answer.head);
            let plan = runtime.block_on(get(emulator, "/usageplans/w0mvrr")).json();
            assert!(plan["name"].as_str().is_some_and(|name| !name.is_empty()));
        },
    );
}

#[tokio::test]
async fn a_body_over_one_mebibyte_is_refused() {
    let emulator = start(sample()).await;
    let announced = format!(
        "POST /usageplans HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n",
        1_048_577
    );
    let answer = parse(&raw(&emulator, announced.as_bytes()).await.unwrap()).unwrap();
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (413, "Request body must be at most 1 MiB")
    );
    // One that announces nothing is stopped where it gets too long.
    let mut endless =
        b"POST /usageplans HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_vec();
    for _ in 0..17 {
        endless.extend_from_slice(b"10000\r\n");
        endless.resize(endless.len() + 0x10000, b' ');
        endless.extend_from_slice(b"\r\n");
    }
    // The server may reset a client that goes on sending; what counts is that it has answered or closed.
    if let Ok(answer) = raw(&emulator, &endless).await {
        assert_eq!(parse(&answer).unwrap().status, 413);
    }
    assert_eq!(get(&emulator, "/account").await.status, 200);
}

#[tokio::test]
async fn connections_past_the_bound_are_turned_away() {
    let emulator = start(StartOptions {
        faults: true,
        ..sample()
    })
    .await;
    // All are being answered, so that none of them gives way.
    emulator.faults().schedule(InjectedFault {
        times: 256,
        ..InjectedFault::next("GetAccount", FaultKind::Delay(DEADLINE * 9))
    });
    let mut open = Vec::new();
    for half in [0..128, 128..256] {
        for number in half.clone() {
            let mut stream = connect(&emulator).await;
            let head = format!("GET /account?n={number} HTTP/1.1\r\nhost: localhost\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            open.push(stream);
        }
        let are_there = async {
            loop {
                let requests = emulator.requests().await;
                let is_there = |number: usize| {
                    let path = format!("/account?n={number}");
                    requests.iter().any(|request| request.path == path)
                };
                if half.clone().all(is_there) {
                    break;
                }
            }
        };
        timeout(DEADLINE, are_there).await.unwrap();
    }
    let mut one_more = connect(&emulator).await;
    let mut answer = Vec::new();
    timeout(
        emulator_support::DEADLINE,
        one_more.read_to_end(&mut answer),
    )
    .await
    .unwrap()
    .unwrap();
    let answer = parse(&answer).unwrap();
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (429, "Too many connections")
    );
    drop(open);
    // As soon as the server has seen them go, there is room again.
    timeout(emulator_support::DEADLINE, async {
        loop {
            if let Ok(bytes) = raw(
                &emulator,
                b"GET /account HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
            )
            .await
                && parse(&bytes).is_some_and(|answer| answer.status == 200)
            {
                break;
            }
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn what_is_not_http_is_told_so() {
    let emulator = start(sample()).await;
    for bytes in [
        "FROB\r\n\r\n",
        "GET /account HTTP/9.9\r\n\r\n",
        "\u{1}\u{2}\r\n\r\n",
        "GET / HTTP/1.1\r\nbroken header\r\n\r\n",
    ] {
        let answer = parse(&raw(&emulator, bytes.as_bytes()).await.unwrap()).unwrap();
        assert!(
            (400..500).contains(&answer.status),
            "{bytes:?}: {}",
            answer.head
        );
        assert_eq!(
            answer.message(),
            "The request is not valid HTTP",
            "{bytes:?}"
        );
        assert_eq!(
            answer.header("x-amzn-errortype").as_deref(),
            Some("BadRequestException")
        );
    }
}
