//! A server whose answers depend on what is asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What is answered with status 200: headers, each with its line break, and the body.
pub type Said = (String, String);

/// It serves until the test is over.
pub struct Answers {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Answers {
    /// Starts one that is told method and target of each request: `GET /usageplans?limit=500`.
    pub fn start(answer: impl Fn(&str) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, noted) = (Arc::new(answer), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answer, noted) = (Arc::clone(&answer), Arc::clone(&noted));
                thread::spawn(move || serve(&stream, &*answer, &noted));
            }
        });
        Self { url, asked }
    }

    /// One that gives the same to everybody.
    pub fn always(body: &str) -> Self {
        let body = body.to_owned();
        Self::start(move |_| plain(&body))
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A body without headers of its own.
pub fn plain(body: impl Into<String>) -> Said {
    (String::new(), body.into())
}

/// The same with AWS's number of a request.
pub fn numbered(body: impl Into<String>) -> Said {
    ("x-amzn-RequestId: 7\r\n".to_owned(), body.into())
}

/// The value of a member of the query, as it was sent.
pub fn asked_for(target: &str, member: &str) -> Option<String> {
    let (_, query) = target.split_once('?')?;
    let mut members = query.split('&').filter_map(|part| part.split_once('='));
    let found = members.find(|(name, _)| *name == member)?;
    Some(found.1.to_owned())
}

/// Answers until the client hangs up.
fn serve(stream: &TcpStream, answer: &dyn Fn(&str) -> Said, asked: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line.trim().is_empty() {
                break;
            }
            let line = line.to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let target = first.rsplit_once(' ').map_or("", |(target, _)| target);
        asked.lock().unwrap().push(target.to_owned());
        let (headers, body) = answer(target);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = stream;
        let whole = [head.as_bytes(), body.as_bytes()].concat();
        if stream.write_all(&whole).is_err() {
            return;
        }
    }
}
