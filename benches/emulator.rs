//! The embedded API Gateway must never be what is measured: a page of 500 plans in under 5 ms, an
//! update in under 1 ms, both over HTTP on one connection that stays open.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use plangate::emulator::{Emulator, Options};
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
        bencher.iter(|| start(Options::default()));
    });

    let emulator = start(Options {
        plans: Some(10_000),
        ..Options::default()
    });
    let mut stream = connect(&emulator);
    let page = request("GET", "/usageplans?limit=500", "");
    criterion.bench_function("emulator/page of 500 plans", |bencher| {
        bencher.iter(|| runtime.block_on(exchange(&mut stream, &mut buffer, &page)));
    });

    let emulator = start(Options::default());
    let mut stream = connect(&emulator);
    let body = r#"{"patchOperations":[{"op":"replace","path":"/throttle/rateLimit","value":"12.5"},
        {"op":"replace","path":"/quota/limit","value":"1300"}]}"#;
    let update = request("PATCH", "/usageplans/w0mvrr", body);
    criterion.bench_function("emulator/update of a plan", |bencher| {
        bencher.iter(|| runtime.block_on(exchange(&mut stream, &mut buffer, &update)));
    });
}

criterion_group!(group, benches);
criterion_main!(group);
