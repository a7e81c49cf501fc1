//! The embedded API Gateway must never be what is measured: a page of 500 plans in under 5 ms, an
//! update in under 1 ms, a thousand updates a second, all over HTTP on one connection that stays
//! open; and 10,000 plans in 60 MiB.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plangate::emulator::{Emulator, StartOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// Sends a request and reads the whole answer; its length in bytes.
async fn exchange(stream: &mut TcpStream, buffer: &mut Vec<u8>, request: &[u8]) -> usize {
    stream.write_all(request).await.unwrap();
    buffer.clear();
    loop {
        assert_ne!(
            stream.read_buf(buffer).await.unwrap(),
            0,
            "the connection was closed"
        );
        let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let text = std::str::from_utf8(&buffer[..head]).unwrap();
        assert!(text.starts_with("HTTP/1.1 20"), "{text}");
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .unwrap();
        let whole = head + 4 + length.parse::<usize>().unwrap();
        buffer.reserve(whole.saturating_sub(buffer.len()));
        while buffer.len() < whole {
            assert_ne!(
                stream.read_buf(buffer).await.unwrap(),
                0,
                "the answer was cut short"
            );
        }
        return whole;
    }
}

fn request(method: &str, path: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn benches(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let start = |options| runtime.block_on(Emulator::start(options)).unwrap();
    let connect = |emulator: &Emulator| {
        let address = emulator.endpoint().trim_start_matches("http://").to_owned();
        runtime.block_on(TcpStream::connect(address)).unwrap()
    };
    let mut buffer = Vec::new();

    criterion.bench_function("emulator/start the sample account", |bencher| {
        bencher.iter(|| start(StartOptions::default()));
    });

    let emulator = start(StartOptions {
        plans: Some(10_000),
        ..StartOptions::default()
    });
    let mut stream = connect(&emulator);
    let page = request("GET", "/usageplans?limit=500", "");
    criterion.bench_function("emulator/page of 500 plans", |bencher| {
        bencher.iter(|| runtime.block_on(exchange(&mut stream, &mut buffer, &page)));
    });

    let emulator = start(StartOptions::default());
    let mut stream = connect(&emulator);
    let body = r#"{"patchOperations":[{"op":"replace","path":"/throttle/rateLimit","value":"12.5"},
        {"op":"replace","path":"/quota/limit","value":"1300"}]}"#;
    let update = request("PATCH", "/usageplans/w0mvrr", body);
    criterion.bench_function("emulator/update of a plan", |bencher| {
        bencher.iter(|| runtime.block_on(exchange(&mut stream, &mut buffer, &update)));
    });

    let mut sustained = criterion.benchmark_group("emulator");
    sustained.sample_size(10);
    sustained.throughput(Throughput::Elements(1_000));
    sustained.bench_function("a thousand updates in a row", |bencher| {
        bencher.iter(|| {
            for _ in 0..1_000 {
                runtime.block_on(exchange(&mut stream, &mut buffer, &update));
            }
        });
    });
}

/// Not a measurement of time: what `plangate emulate --plans 10000` holds once all of it was read.
fn memory(_: &mut Criterion) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_plangate"))
        .args(["emulate", "--plans", "10000"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let endpoint = lines.next().unwrap().unwrap();
    let address = endpoint.trim_start_matches("endpoint: http://").to_owned();
    let mut position = None;
    let plans = Runtime::new().unwrap().block_on(async {
        let (mut plans, mut buffer) = (0, Vec::new());
        let mut stream = TcpStream::connect(address).await.unwrap();
        loop {
            let after: String = position.take().unwrap_or_default();
            let page = request("GET", &format!("/usageplans?limit=500{after}"), "");
            exchange(&mut stream, &mut buffer, &page).await;
            let body = buffer.windows(4).position(|window| window == b"\r\n\r\n");
            let page: serde_json::Value =
                serde_json::from_slice(&buffer[body.unwrap() + 4..]).unwrap();
            plans += page["item"].as_array().unwrap().len();
            match page["position"].as_str() {
                Some(next) => position = Some(format!("&position={next}")),
                None => return plans,
            }
        }
    });
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id()));
    server.kill().unwrap();
    server.wait().unwrap();
    // Linux tells; elsewhere there is nothing to say.
    let resident = status.ok().and_then(|status| {
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    if let Some(kib) = resident {
        println!(
            "emulator/memory with {plans} plans: {} MiB resident",
            kib / 1024
        );
    }
}

criterion_group!(group, benches, memory);
criterion_main!(group);
