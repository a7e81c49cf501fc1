//! A bare HTTP client and a server to talk to, for the tests of the embedded API Gateway.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::config::retry::RetryConfig;
use aws_sdk_apigateway::config::{BehaviorVersion, Credentials, Region};
use plangate::emulator::{Clock, Emulator, StartOptions};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No test waits longer than this for anything.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Wednesday, 2026-03-18, noon UTC.
pub fn noon() -> Clock {
    Clock::fixed("2026-03-18T12:00:00Z".parse().unwrap())
}

/// The sample account on a free port, on a day that does not change.
pub fn sample() -> StartOptions {
    StartOptions {
        clock: noon(),
        ..StartOptions::default()
    }
}

/// An account with APIs and nothing else.
pub fn bare() -> StartOptions {
    StartOptions {
        plans: Some(0),
        ..sample()
    }
}

pub async fn start(options: StartOptions) -> Emulator {
    Emulator::start(options).await.unwrap()
}

/// The AWS SDK, without retries and without anything of the user's set-up.
pub fn sdk(emulator: &Emulator) -> Client {
    Client::from_conf(
        aws_sdk_apigateway::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(emulator.endpoint())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("plangate", "plangate", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .build(),
    )
}

/// An answer as it came over the wire.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Response {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn message(&self) -> String {
        self.json()["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// A header's value; names in lower case.
    pub fn header(&self, name: &str) -> Option<String> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines
            .filter(|(present, _)| present.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
            .next()
    }
}

/// Connects to the server.
pub async fn connect(emulator: &Emulator) -> TcpStream {
    let address = emulator.endpoint().trim_start_matches("http://").to_owned();
    TcpStream::connect(address).await.unwrap()
}

/// Sends bytes and reads until the server closes the connection.
pub async fn raw(emulator: &Emulator, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = connect(emulator).await;
    // The server may refuse before it has read everything.
    drop(stream.write_all(bytes).await);
    let mut answer = Vec::new();
    timeout(DEADLINE, stream.read_to_end(&mut answer))
        .await
        .expect("the server hangs")?;
    Ok(answer)
}

/// The same, and tells the server that nothing more will come.
pub async fn raw_to_the_end(emulator: &Emulator, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = connect(emulator).await;
    drop(stream.write_all(bytes).await);
    drop(stream.shutdown().await);
    let mut answer = Vec::new();
    timeout(DEADLINE, stream.read_to_end(&mut answer))
        .await
        .expect("the server hangs")?;
    Ok(answer)
}

/// One request on a connection of its own.
pub async fn request(emulator: &Emulator, method: &str, path: &str, body: &str) -> Response {
    let text = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    parse(&raw(emulator, text.as_bytes()).await.unwrap()).expect("no answer")
}

pub async fn get(emulator: &Emulator, path: &str) -> Response {
    request(emulator, "GET", path, "").await
}

/// A PATCH with operations written `op path value`; the value is left out if there is none.
pub async fn patch(
    emulator: &Emulator,
    path: &str,
    operations: &[(&str, &str, Option<&str>)],
) -> Response {
    let operations: Vec<Value> = operations
        .iter()
        .map(|(op, path, value)| {
            let mut operation = serde_json::json!({ "op": op, "path": path });
            if let Some(value) = value {
                operation["value"] = Value::from(*value);
            }
            operation
        })
        .collect();
    request(
        emulator,
        "PATCH",
        path,
        &serde_json::json!({ "patchOperations": operations }).to_string(),
    )
    .await
}

/// Takes an answer apart; `None` if there is no whole head.
pub fn parse(bytes: &[u8]) -> Option<Response> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Response {
        status,
        head,
        body: bytes[end + 4..].to_vec(),
    })
}
