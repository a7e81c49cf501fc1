//! The command `plangate emulate` as a process: what it prints, how it ends, and what a kill or a
//! wrong start leaves behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// How long a test waits for what must come.
const DEADLINE: Duration = Duration::from_secs(30);
const PLAN: &str = "/usageplans/w0mvrr";

fn plangate() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plangate"));
    command.env_clear().arg("emulate").stdin(Stdio::null());
    command
}

/// A running `plangate emulate`. It is killed when dropped.
struct Server {
    child: Child,
    lines: Receiver<String>,
    /// What it printed up to the ready line.
    said: Vec<String>,
    address: String,
}

impl Server {
    fn start(options: &[&str]) -> Self {
        let mut child = plangate()
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        let mut server = Self {
            child,
            lines,
            said: Vec::new(),
            address: String::new(),
        };
        while !server.said.last().is_some_and(|l| l.starts_with("ready: ")) {
            server
                .said
                .push(server.lines.recv_timeout(DEADLINE).unwrap());
        }
        let address = server.variable("AWS_ENDPOINT_URL");
        address
            .strip_prefix("http://")
            .unwrap()
            .clone_into(&mut server.address);
        server
    }

    /// A setting of the ready line.
    fn variable(&self, name: &str) -> String {
        let settings = self.said.last().unwrap().split_whitespace();
        let found = settings.filter_map(|setting| setting.split_once('='));
        found
            .into_iter()
            .find(|(found, _)| *found == name)
            .unwrap()
            .1
            .to_owned()
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        ask(&self.address, method, path, body).unwrap()
    }

    fn plans(&self) -> usize {
        let (_, page) = self.ask("GET", "/usageplans?limit=500", "");
        page["item"].as_array().unwrap().len()
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end, which closes its output first; its exit code.
    fn ended(&mut self) -> Option<i32> {
        let end = self.lines.recv_timeout(DEADLINE);
        assert_eq!(end, Err(RecvTimeoutError::Disconnected));
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One request on a connection of its own: status and body.
fn ask(address: &str, method: &str, path: &str, body: &str) -> io::Result<(u16, Value)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let broken = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    let body = serde_json::from_str(body).unwrap_or(Value::Null);
    Ok((status.ok_or_else(broken)?, body))
}

fn rename(address: &str, name: &str) -> io::Result<(u16, Value)> {
    let operation = serde_json::json!({"op": "replace", "path": "/name", "value": name});
    let body = serde_json::json!({ "patchOperations": [operation] });
    ask(address, "PATCH", PLAN, &body.to_string())
}

/// A start that must fail: exit code 2, nothing on stdout, and the line on stderr.
fn refused(options: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = plangate().args(options).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(2), "{said}");
    assert_eq!(stdout, b"");
    said
}

/// The same, for what is told in one line.
fn refused_in_a_line(options: &[&str]) -> String {
    let said = refused(options);
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_ready_line_has_what_a_client_needs() {
    let server = Server::start(&[]);
    let endpoint = server.variable("AWS_ENDPOINT_URL");
    assert!(endpoint.starts_with("http://127.0.0.1:"), "{endpoint}");
    assert_eq!(
        server.said.first().unwrap(),
        &format!("endpoint: {endpoint}")
    );
    assert_eq!(server.said.len(), 2);
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "plangate"),
        ("AWS_SECRET_ACCESS_KEY", "plangate"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ] {
        assert_eq!(server.variable(name), value);
    }
    // The sample account, without limits and without the admin path.
    assert_eq!(server.ask("GET", PLAN, "").1["name"], "basic-monthly");
    for name in ["one", "two", "three"] {
        assert_eq!(rename(&server.address, name).unwrap().0, 200);
    }
    assert_eq!(server.ask("DELETE", "/_plangate/faults", "").0, 403);
}

#[test]
fn the_first_api_of_either_account_is_good_for_trying_out() {
    for options in [&[][..], &["--plans", "7"]] {
        let server = Server::start(options);
        let (_, apis) = server.ask("GET", "/restapis?limit=1", "");
        let api = apis["item"][0]["id"].as_str().unwrap();
        let (_, stages) = server.ask("GET", &format!("/restapis/{api}/stages"), "");
        assert!(stages["item"].as_array().unwrap().len() >= 3);
        let path = format!("/restapis/{api}/resources?embed=methods&limit=500");
        let (_, resources) = server.ask("GET", &path, "");
        for (path, method) in [("/pets", "GET"), ("/pets/{petId}", "POST")] {
            let resources = resources["item"].as_array().unwrap();
            let found = resources
                .iter()
                .find(|resource| resource["path"] == path)
                .unwrap();
            assert!(found["resourceMethods"][method].is_object(), "{found}");
        }
    }
}

#[test]
fn a_signal_ends_it_and_frees_the_port() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = Server::start(&[]);
        server.signal(signal);
        assert_eq!(server.ended(), Some(0));
        assert!(TcpStream::connect(&server.address).is_err());
    }
}

#[test]
fn the_options_reach_the_server() {
    let server = Server::start(&["--plans", "60", "--limits", "aws", "--faults"]);
    assert_eq!(server.plans(), 60);
    let (_, page) = server.ask("GET", "/usageplans?limit=1", "");
    let plan = format!("/usageplans/{}", page["item"][0]["id"].as_str().unwrap());
    let body = r#"{"patchOperations":[{"op":"replace","path":"/name","value":"new"}]}"#;
    assert_eq!(server.ask("PATCH", &plan, body).0, 200);
    let (status, refusal) = server.ask("PATCH", &plan, body);
    assert_eq!(
        (status, refusal["message"].as_str()),
        (429, Some("Too Many Requests"))
    );
    let fault = r#"{"kind":"unavailable"}"#;
    assert_eq!(server.ask("POST", "/_plangate/faults", fault).0, 204);
    assert_eq!(server.ask("GET", &plan, "").0, 503);
}

#[test]
fn a_state_file_is_made_and_wins_over_a_number_of_plans() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let mut server = Server::start(&["--state", text(&file), "--plans", "5"]);
    assert_eq!(server.plans(), 5);
    server.signal(Signal::TERM);
    server.ended();
    let server = Server::start(&["--state", text(&file), "--plans", "9"]);
    assert_eq!(server.plans(), 5);
}

/// Killed while a client changes a plan as fast as it can: what was answered is there, and at
/// most the change under way beyond it.
#[test]
fn a_kill_at_any_moment_leaves_the_old_or_the_new_state() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let mut count = 0;
    for more in 1..=8 {
        let mut server = Server::start(&["--state", text(&file)]);
        let answered = Arc::new(AtomicUsize::new(count));
        let (address, seen) = (server.address.clone(), answered.clone());
        let (enough, wait) = channel();
        let client = thread::spawn(move || {
            let start = seen.load(Ordering::SeqCst);
            for next in start + 1.. {
                match rename(&address, &next.to_string()) {
                    Ok((200, _)) => seen.store(next, Ordering::SeqCst),
                    other => return other,
                }
                if next == start + more {
                    enough.send(()).unwrap();
                }
            }
            Ok((0, Value::Null))
        });
        wait.recv_timeout(DEADLINE).unwrap();
        server.child.kill().unwrap();
        server.ended();
        assert!(
            client.join().unwrap().is_err(),
            "it was refused, not cut off"
        );

        let answered = answered.load(Ordering::SeqCst);
        let server = Server::start(&["--state", text(&file)]);
        let (_, plan) = server.ask("GET", PLAN, "");
        count = plan["name"].as_str().unwrap().parse().unwrap();
        assert!(
            [answered, answered + 1].contains(&count),
            "{count} after {answered}"
        );
    }
}

#[test]
fn a_damaged_state_file_is_refused_and_left_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    for damage in ["", "{\"version\":1,\"account\":", "\u{0}\u{1}"] {
        fs::write(&file, damage).unwrap();
        let said = refused_in_a_line(&["--state", text(&file)]);
        assert!(
            said.contains("state.json is damaged and was left untouched"),
            "{said}"
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), damage);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn what_it_cannot_use_is_told_in_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = refused_in_a_line(&["--port", &port]);
    let wanted = format!("plangate: port {port} on 127.0.0.1 is already in use");
    assert!(said.starts_with(&wanted), "{said}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nosuch").join("state.json");
    let said = refused_in_a_line(&["--state", text(&file)]);
    assert!(said.contains("cannot write the state file "), "{said}");
    assert_eq!(said.matches("No such file").count(), 1, "{said}");
}

#[test]
fn a_wrong_option_is_named() {
    for (options, wanted) in [
        (&["--port", "70000"][..], "70000"),
        (&["--limits", "some"], "some"),
        (&["--plans", "-1"], "-1"),
        (&["--nosuch"], "--nosuch"),
        (&["extra"], "extra"),
    ] {
        let said = refused_in_a_line(options);
        assert!(said.contains(wanted), "{said}");
    }
}
