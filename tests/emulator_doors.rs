//! Who gets in: requests that are meant for this machine, clients that speak, and bodies
//! of the right shape.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod emulator_support;

use std::time::Duration;

use emulator_support::{Response, connect, get, parse, raw, request, sample, start};
use plangate::emulator::{Emulator, FaultKind, InjectedFault, StartOptions};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// As many as are served at a time.
const MOST: usize = 256;

async fn with_head(emulator: &Emulator, method: &str, target: &str, head: &str) -> Response {
    let text = format!("{method} {target} HTTP/1.1\r\n{head}connection: close\r\n\r\n");
    parse(&raw(emulator, text.as_bytes()).await.unwrap()).expect("no answer")
}

/// The doors that there are: the control plane, STS, and the admin path.
const TARGETS: [(&str, &str); 5] = [
    ("GET", "/account"),
    ("GET", "/nosuch"),
    ("DELETE", "/usageplans/w0mvrr"),
    ("DELETE", "/_plangate/faults"),
    ("GET", "/_plangate/requests"),
];

async fn with_admin() -> Emulator {
    start(StartOptions {
        faults: true,
        ..sample()
    })
    .await
}

#[tokio::test]
async fn only_names_of_this_machine_are_served() {
    let emulator = with_admin().await;
    let port = emulator.endpoint().rsplit(':').next().unwrap().to_owned();
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
        format!("LOCALHOST.:{port}"),
        format!("abc123.execute-api.us-east-1.localhost:{port}"),
        "127.0.0.2".to_owned(),
    ] {
        let head = format!("host: {host}\r\n");
        let answer = with_head(&emulator, "GET", "/account", &head).await;
        assert_eq!(answer.status, 200, "{host}: {}", answer.head);
    }
    for host in [
        "evil.example",
        "evil.example:4566",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "user@localhost",
        "localhost@evil.example",
        "0.0.0.0",
        "[::ffff:192.0.2.1]",
        "",
        "localhost, evil.example",
        "xn--lcalhost-9ya",
        "\u{7f}",
    ] {
        for (method, target) in TARGETS {
            let head = format!("host: {host}\r\n");
            let answer = with_head(&emulator, method, target, &head).await;
            // What is no header at all does not even get here.
            assert!(
                [400, 403].contains(&answer.status),
                "{host}: {}",
                answer.head
            );
            assert!(!answer.message().is_empty());
            if answer.status == 403 {
                assert!(
                    answer.message().contains("Nothing was done"),
                    "{}",
                    answer.message()
                );
            }
        }
    }
    assert_eq!(get(&emulator, "/usageplans/w0mvrr").await.status, 200);
}

#[tokio::test]
async fn a_request_names_one_host_and_a_target_of_it() {
    let emulator = with_admin().await;
    for head in [
        "",
        "host: localhost\r\nhost: evil.example\r\n",
        "host: evil.example\r\nhost: localhost\r\n",
        "host: localhost\r\nhost: localhost\r\n",
    ] {
        for (method, target) in TARGETS {
            let answer = with_head(&emulator, method, target, head).await;
            assert_eq!(answer.status, 403, "{head:?}: {}", answer.head);
            assert!(answer.message().contains("Host"), "{}", answer.message());
        }
    }
    let local = "host: localhost\r\n";
    for (target, status) in [
        ("http://localhost/account", 200),
        ("http://127.0.0.1:1/account", 200),
        ("http://evil.example/account", 403),
        ("http://localhost.evil.example/account", 403),
        ("http://user@localhost/account", 403),
    ] {
        let answer = with_head(&emulator, "GET", target, local).await;
        assert_eq!(answer.status, status, "{target}: {}", answer.head);
    }
}

#[tokio::test]
async fn web_pages_of_elsewhere_are_refused() {
    let emulator = with_admin().await;
    let host = emulator.endpoint().trim_start_matches("http://").to_owned();
    let port = host.rsplit(':').next().unwrap().to_owned();
    for (more, is_let_in) in [
        (format!("origin: http://{host}\r\n"), true),
        (format!("origin: http://localhost:{port}\r\n"), true),
        ("sec-fetch-site: same-origin\r\n".to_owned(), true),
        ("sec-fetch-site: none\r\n".to_owned(), true),
        ("origin: https://evil.example\r\n".to_owned(), false),
        ("origin: http://evil.example\r\n".to_owned(), false),
        (format!("origin: https://{host}\r\n"), false),
        ("origin: http://localhost:1\r\n".to_owned(), false),
        ("origin: http://localhost\r\n".to_owned(), false),
        ("origin: null\r\n".to_owned(), false),
        ("origin: \r\n".to_owned(), false),
        (
            format!("origin: http://{host}\r\norigin: http://evil.example\r\n"),
            false,
        ),
        (format!("origin: http://{host}.evil.example\r\n"), false),
        ("sec-fetch-site: cross-site\r\n".to_owned(), false),
        ("Sec-Fetch-Site: SAME-SITE\r\n".to_owned(), false),
        (
            "sec-fetch-site: none\r\nsec-fetch-site: cross-site\r\n".to_owned(),
            false,
        ),
        ("sec-fetch-site: whatever\r\n".to_owned(), false),
    ] {
        for (method, target) in [("GET", "/account"), ("GET", "/_plangate/requests")] {
            let head = format!("host: {host}\r\n{more}");
            let answer = with_head(&emulator, method, target, &head).await;
            let status = if is_let_in { 200 } else { 403 };
            assert_eq!(answer.status, status, "{more:?}: {}", answer.head);
        }
    }
}

/// Connections that do this and then nothing.
async fn silent(emulator: &Emulator, count: usize, start: &str) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..count {
        let mut stream = connect(emulator).await;
        // One that gives way meanwhile may be closed already.
        drop(stream.write_all(start.as_bytes()).await);
        all.push(stream);
    }
    all
}

#[tokio::test]
async fn clients_that_are_silent_keep_nobody_out() {
    for begun in [
        "",
        "G",
        "GET /account HTTP/1.1\r\nhost: localhost\r\nx-slow: ",
        "POST /apikeys HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900\r\n\r\n{",
        // A whole request, and the connection kept.
        "GET /account HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ] {
        let emulator = start(sample()).await;
        let held = silent(&emulator, 2 * MOST, begun).await;
        let since = Instant::now();
        for _ in 0..3 {
            let answer = get(&emulator, "/account").await;
            assert_eq!(answer.status, 200, "{begun:?}: {}", answer.head);
        }
        assert!(since.elapsed() < Duration::from_secs(8), "{begun:?}");
        drop(held);
    }
}

#[tokio::test]
async fn who_is_being_answered_does_not_give_way() {
    let emulator = start(sample()).await;
    let delay = FaultKind::Delay(Duration::from_secs(2));
    emulator
        .faults()
        .schedule(InjectedFault::next("GetAccount", delay));
    let mut answered = connect(&emulator).await;
    let request = "GET /account HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    answered.write_all(request.as_bytes()).await.unwrap();
    let held = silent(&emulator, 2 * MOST, "").await;
    let mut answer = Vec::new();
    let read = answered.read_to_end(&mut answer);
    timeout(Duration::from_secs(15), read)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(parse(&answer).unwrap().status, 200);
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_more_is_let_go() {
    let emulator = start(sample()).await;
    for (begun, status) in [
        ("", None),
        ("G", Some(408)),
        (
            "GET /account HTTP/1.1\r\nhost: localhost\r\nx-slow: ",
            Some(408),
        ),
        (
            "POST /apikeys HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900\r\n\r\n{",
            Some(408),
        ),
    ] {
        let since = Instant::now();
        let mut stream = connect(&emulator).await;
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // The time is the test's: it passes as soon as nobody does anything.
        drop(stream.read_to_end(&mut answer).await);
        assert!(since.elapsed() <= Duration::from_secs(90), "{begun:?}");
        if let Some(answer) = parse(&answer) {
            assert_eq!(Some(answer.status), status, "{begun:?}");
        }
    }
}

/// An operation with a body: its method, its path, and a body that it takes.
fn bodies() -> Vec<(&'static str, &'static str, Value)> {
    let patch = |path: &str, value: &str| json!({ "patchOperations": [{ "op": "replace", "path": path, "value": value, "from": "/x" }] });
    vec![
        (
            "POST",
            "/usageplans",
            json!({
                "name": "n",
                "description": "d",
                "apiStages": [{
                    "apiId": "o81lxisefl",
                    "stage": "Stage_A",
                    "throttle": { "//GET": { "rateLimit": 1.5, "burstLimit": 2 } },
                }],
                "throttle": { "rateLimit": 1, "burstLimit": 1 },
                "quota": { "limit": 1, "offset": 0, "period": "DAY" },
                "tags": { "a": "b" },
            }),
        ),
        ("PATCH", "/usageplans/w0mvrr", patch("/name", "n")),
        (
            "POST",
            "/usageplans/w0mvrr/keys",
            json!({ "keyId": "k", "keyType": "API_KEY" }),
        ),
        (
            "PATCH",
            "/usageplans/w0mvrr/keys/k/usage",
            patch("/remaining", "1"),
        ),
        (
            "POST",
            "/apikeys",
            json!({
                "name": "n",
                "description": "d",
                "enabled": true,
                "value": "12345678901234567890",
                "stageKeys": [{ "restApiId": "o81lxisefl", "stageName": "Stage_A" }],
                "customerId": "c",
                "tags": { "a": "b" },
            }),
        ),
        ("PATCH", "/apikeys/k", patch("/name", "n")),
        (
            "PATCH",
            "/restapis/o81lxisefl/stages/Stage_A",
            patch("/description", "d"),
        ),
        ("PATCH", "/account", patch("/throttle", "1")),
        (
            "PUT",
            "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fusageplans%2Fw0mvrr",
            json!({ "tags": { "a": "b" } }),
        ),
    ]
}

/// All values within a value, as JSON Pointers.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(member, &format!("{at}/{name}"), all);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), all);
            }
        }
        _ => {}
    }
}

/// Whether two values are of one kind.
fn is_alike(one: &Value, other: &Value) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

#[tokio::test]
async fn a_member_of_another_kind_is_refused_by_its_name() {
    let emulator = start(sample()).await;
    let others = [
        json!([]),
        json!(["a", "b", 1, 2]),
        json!({}),
        json!("text"),
        json!(""),
        json!(7),
        json!(true),
        Value::Null,
    ];
    let mut tried = 0;
    for (method, path, body) in bodies() {
        let mut all = Vec::new();
        places(&body, "", &mut all);
        for place in all {
            for other in &others {
                let mut wrong = body.clone();
                let there = wrong.pointer_mut(&place).unwrap();
                // A map may have no members; what is null was not sent, but for the body, an
                // item of a list and a value of a map.
                let last = place.rsplit('/').next().unwrap_or_default();
                let is_named = !place.is_empty() && last.parse::<usize>().is_err();
                let is_value = place.starts_with("/tags/") || place.ends_with("~1GET");
                if is_alike(there, other) || (other.is_null() && is_named && !is_value) {
                    continue;
                }
                *there = other.clone();
                let answer = request(&emulator, method, path, &wrong.to_string()).await;
                assert_eq!(
                    answer.status, 400,
                    "{method} {path} {wrong}: {}",
                    answer.head
                );
                let message = answer.message();
                assert!(
                    message.starts_with("Invalid request body: "),
                    "{wrong}: {message}"
                );
                let name = if last.is_empty() || last.parse::<usize>().is_ok() {
                    ""
                } else {
                    last
                };
                let name = name.replace("~1", "/");
                assert!(message.contains(&name), "{wrong}: {message}");
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried}");
    let plan = get(&emulator, "/usageplans/w0mvrr").await.json();
    assert_ne!(plan["name"], "n");
    let message = request(
        &emulator,
        "POST",
        "/usageplans",
        r#"{"name":"n","throttle":[]}"#,
    )
    .await;
    assert_eq!(
        message.message(),
        "Invalid request body: throttle must be a JSON object, not an array"
    );
    let message = request(
        &emulator,
        "POST",
        "/usageplans",
        r#"{"quota":{"limit":1.5}}"#,
    )
    .await;
    assert_eq!(
        message.message(),
        "Invalid request body: quota.limit must be a whole number of 32 bits, which is at most \
         2147483647, not this number"
    );
}

#[tokio::test]
async fn method_throttles_in_a_patch_are_objects_too() {
    let emulator = start(sample()).await;
    let path = "/apiStages/a7k2m9p4qz:prod/throttle";
    for value in [
        r#"{"/pets/GET":[1.0,2]}"#,
        r#"[["/pets/GET",{"rateLimit":1.0}]]"#,
        "[]",
        "null",
        r#""/pets/GET""#,
        r#"{"/pets/GET":null}"#,
        r#"{"/pets/GET":{"rateLimit":"1"}}"#,
        r#"{"/pets/GET":{"rateLimit":[1]}}"#,
    ] {
        let body =
            json!({ "patchOperations": [{ "op": "replace", "path": path, "value": value }] });
        let answer = request(&emulator, "PATCH", "/usageplans/br5ent", &body.to_string()).await;
        assert_eq!(answer.status, 400, "{value}: {}", answer.message());
        assert!(
            answer.message().contains("JSON object"),
            "{}",
            answer.message()
        );
    }
}
