//! A way to the server on which requests and answers go astray: between the gateway and
//! the embedded server, in a time that the test gives.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// The way. What is held on it is delivered when the test says what time it is.
#[derive(Clone)]
pub struct Proxy {
    address: String,
    server: String,
    state: Arc<Mutex<State>>,
    /// Somebody was left without an answer.
    silent: Arc<Notify>,
}

struct State {
    random: Rng,
    now: Timestamp,
    /// Whether everything passes.
    is_calm: bool,
    /// The longest time that a request is held.
    longest: Duration,
    held: Vec<Held>,
    changes: Vec<Change>,
    /// How often each thing befell a change, by its name.
    befell: std::collections::BTreeMap<&'static str, usize>,
}

struct Held {
    due: Timestamp,
    /// Its place among the changes.
    at: usize,
    request: Vec<u8>,
}

/// A request that changes something, as it came.
#[derive(Clone, Debug)]
pub struct Change {
    /// `PATCH /usageplans/w0mvrr`
    pub line: String,
    /// How often the server took it, deliveries that this way doubled not counted.
    pub made: usize,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Luck {
    Passes,
    /// It passes, and its answer comes a moment later.
    Late,
    /// It never arrives.
    Dropped,
    /// It arrives twice.
    Doubled,
    /// It arrives, and its answer is lost.
    Unanswered,
    /// It arrives, and an HTML page comes in place of its answer.
    Masked(u16),
    /// It never arrives, and an HTML page comes back.
    Refused(u16),
    /// The connection breaks, and it arrives later.
    Held,
    /// No answer comes, and it arrives later.
    Silent,
}

impl Proxy {
    /// A way to a server, by chance that a seed gives.
    pub async fn start(server: &str, seed: u64, longest: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            server: server.trim_start_matches("http://").to_owned(),
            state: Arc::new(Mutex::new(State {
                random: Rng::with_seed(seed),
                now: Timestamp::UNIX_EPOCH,
                is_calm: true,
                longest,
                held: Vec::new(),
                changes: Vec::new(),
                befell: std::collections::BTreeMap::new(),
            })),
            silent: Arc::new(Notify::new()),
        };
        let serving = proxy.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let proxy = serving.clone();
                tokio::spawn(async move { proxy.serve(stream).await });
            }
        });
        proxy
    }

    pub fn endpoint(&self) -> String {
        self.address.clone()
    }

    pub fn set_calm(&self, is_calm: bool) {
        self.state().is_calm = is_calm;
    }

    /// The changes that came since the last time.
    pub fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.state().changes)
    }

    /// How often each thing befell a change.
    pub fn befell(&self) -> std::collections::BTreeMap<&'static str, usize> {
        self.state().befell.clone()
    }

    /// Whether a request is still on its way.
    pub fn holds(&self) -> Option<Timestamp> {
        self.state().held.iter().map(|held| held.due).max()
    }

    /// Somebody waits for an answer that does not come.
    pub async fn silence(&self) {
        self.silent.notified().await;
    }

    /// The time goes on: what is due until then arrives.
    pub async fn pass_until(&self, now: Timestamp) {
        loop {
            let held = {
                let mut state = self.state();
                let held = state.held.iter().enumerate();
                let first = held.min_by_key(|(_, held)| held.due);
                let first = first.filter(|(_, held)| held.due <= now).map(|(at, _)| at);
                let Some(at) = first else {
                    state.now = now;
                    return;
                };
                state.held.remove(at)
            };
            let answer = self.forward(&held.request).await;
            self.note_made(held.at, &answer);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    async fn serve(&self, mut stream: TcpStream) {
        let Some(request) = read_request(&mut stream).await else {
            return;
        };
        let line = String::from_utf8_lossy(&request).into_owned();
        let line = line.split(" HTTP/").next().unwrap_or_default().to_owned();
        let is_change = !line.starts_with("GET ");
        let luck = self.state().luck(&line);
        let mut at = 0;
        if is_change {
            let mut state = self.state();
            at = state.changes.len();
            state.changes.push(Change { line, made: 0 });
        }
        let answer = match luck {
            Luck::Passes | Luck::Late | Luck::Doubled => {
                let answer = self.forward(&request).await;
                if luck == Luck::Doubled {
                    self.forward(&request).await;
                }
                answer
            }
            Luck::Unanswered | Luck::Masked(_) => self.forward(&request).await,
            Luck::Held | Luck::Silent => {
                self.hold(request, at);
                Vec::new()
            }
            Luck::Dropped | Luck::Refused(_) => Vec::new(),
        };
        if is_change {
            self.note_made(at, &answer);
        }
        match luck {
            Luck::Passes | Luck::Doubled => drop(stream.write_all(&answer).await),
            Luck::Late => {
                tokio::time::sleep(Duration::from_millis(2)).await;
                drop(stream.write_all(&answer).await);
            }
            Luck::Masked(status) | Luck::Refused(status) => {
                drop(stream.write_all(page(status).as_bytes()).await);
            }
            Luck::Silent => {
                self.silent.notify_one();
                // Until the other side has had enough.
                let _ = stream.read(&mut [0; 1]).await;
            }
            Luck::Dropped | Luck::Unanswered | Luck::Held => {}
        }
    }

    fn hold(&self, request: Vec<u8>, at: usize) {
        let mut state = self.state();
        let longest = u64::try_from(state.longest.as_millis()).unwrap();
        let time = Duration::from_millis(state.random.u64(1..longest));
        let due = state.now + time;
        state.held.push(Held { due, at, request });
    }

    fn note_made(&self, at: usize, answer: &[u8]) {
        let is_yes = answer.starts_with(b"HTTP/1.1 2");
        if let Some(change) = self.state().changes.get_mut(at) {
            change.made += usize::from(is_yes);
        }
    }

    /// Has the server answer a request.
    async fn forward(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.server).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        answer
    }
}

impl State {
    fn luck(&mut self, line: &str) -> Luck {
        if self.is_calm {
            return Luck::Passes;
        }
        if line.starts_with("GET ") {
            return match self.random.u8(0..40) {
                0 => Luck::Unanswered,
                1 => Luck::Refused(403),
                _ => Luck::Passes,
            };
        }
        let (name, luck) = match self.random.u8(0..16) {
            0 => ("late", Luck::Late),
            1 => ("dropped", Luck::Dropped),
            // A plan made twice by the way is beyond what a client can know.
            2 if !line.starts_with("POST ") => ("doubled", Luck::Doubled),
            3 | 4 => ("unanswered", Luck::Unanswered),
            5 => (
                "masked",
                Luck::Masked([500, 502, 403, 404, 429, 302][self.random.usize(0..6)]),
            ),
            6 => (
                "refused",
                Luck::Refused([500, 503, 403, 401, 408][self.random.usize(0..5)]),
            ),
            7..=9 => ("held", Luck::Held),
            10 | 11 => ("silent", Luck::Silent),
            _ => ("passes", Luck::Passes),
        };
        *self.befell.entry(name).or_default() += 1;
        luck
    }
}

fn page(status: u16) -> String {
    let body = "<html>Something went wrong</html>";
    format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: text/html\r\nlocation: /\r\ncontent-length: \
         {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// A request with its head and body, to be answered by the end of the connection.
async fn read_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let is_length = |line: &&str| line.to_lowercase().starts_with("content-length:");
            let length = head.lines().find(is_length);
            let length = length.and_then(|line| line.split(':').nth(1)?.trim().parse().ok());
            if bytes.len() >= end + 4 + length.unwrap_or(0_usize) {
                let mut request = head.into_bytes();
                request.extend_from_slice(b"\r\nconnection: close");
                request.extend_from_slice(&bytes[end..]);
                return Some(request);
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}
