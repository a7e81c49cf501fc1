//! Each task that dies is told: by a command with an exit code that is not 0, by the
//! dashboard on its screen, and nobody waits for ever. Debug builds let any of them panic.

#![cfg(debug_assertions)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;

use plangate::gateway::effect;
use plangate::task::{Job, VARIABLE};
use rustix::process::Signal;
use support::answers::Answers;
use support::keys::{CTRL_A, CTRL_K, CTRL_O, CTRL_S, ENTER, ESCAPE};
use support::pty::{PLANGATE, Program, Start};

/// What a task says that was asked to die.
const SAID: &str = "asked to panic";

/// The jobs that a test here lets panic. The pace has a test of its own beside its code:
/// on this machine no call waits for its turn.
const HERE: [Job; 27] = [
    Job::Command,
    Job::List,
    Job::Place,
    Job::Call,
    Job::Certificates,
    Job::Connect,
    Job::Question,
    Job::Send,
    Job::Records,
    Job::Keeper,
    Job::OpenJournal,
    Job::Journal,
    Job::History,
    Job::Save,
    Job::Copy,
    Job::Edit,
    Job::Greeting,
    Job::Profiles,
    Job::Requests,
    Job::Input,
    Job::Log,
    Job::Account,
    Job::LoadAccount,
    Job::SaveAccount,
    Job::Server,
    Job::Connection,
    Job::Request,
];

#[test]
fn each_job_has_a_test() {
    let here: BTreeSet<Job> = HERE.into_iter().chain([Job::Pace]).collect();
    assert_eq!(here, Job::ALL.into_iter().collect());
}

/// The program without a terminal, where this job panics the n-th time that it begins.
fn command(job: Job, nth: u32, arguments: &[&str]) -> Command {
    let mut command = Command::new(PLANGATE);
    command
        .args(arguments)
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env(VARIABLE, format!("{}:{nth}", job.name()))
        .stdin(Stdio::null());
    command
}

fn outcome(mut command: Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn run(job: Job, nth: u32, arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(command(job, nth, arguments))
}

#[track_caller]
fn is_told(error: &str) {
    assert!(error.contains(SAID), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn a_list_whose_task_died_has_no_end_and_is_told() {
    let many = &["--demo", "--plans", "1203", "list", "--json"];
    let two = &[
        "list",
        "--demo",
        "--json",
        "--region",
        "us-east-1,eu-west-1",
    ];
    for (job, nth, arguments) in [
        (Job::List, 1, &many[..]),
        (Job::Call, 1, many),
        (Job::Call, 2, many),
        (Job::Call, 3, many),
        (Job::Account, 1, many),
        (Job::Server, 1, many),
        (Job::Place, 2, two),
        (Job::Call, 1, two),
        (Job::Command, 1, many),
    ] {
        let (code, out, error) = run(job, nth, arguments);
        assert_eq!(code, Some(2), "{job:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{job:?}: {error}");
        // Who finds the server gone is told just that.
        assert!(
            job == Job::Server || error.contains(SAID),
            "{job:?}: {error}"
        );
        assert!(!out.ends_with("]\n"), "{out}");
        assert!(
            serde_json::from_str::<serde_json::Value>(&out).is_err(),
            "{job:?}"
        );
    }
    let (code, out, _) = run(Job::Call, 4, many);
    assert_eq!(code, Some(0));
    assert_eq!(out.lines().count(), 1205);
}

#[test]
fn other_commands_whose_task_died_end_with_an_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let change = folder.path().join("change.json");
    std::fs::write(&change, r#"[{"op":"replace","path":"/name","value":"x"}]"#).unwrap();
    let change = change.to_str().unwrap();
    let apply = &["apply", "w0mvrr", change, "--demo"][..];
    for (job, nth, arguments, code) in [
        (Job::Command, 1, &["check", change][..], 2),
        (Job::Command, 1, apply, 3),
        (Job::Call, 1, &["show", "w0mvrr", "--demo"], 2),
        (Job::Call, 1, &["diff", "w0mvrr", change, "--demo"], 2),
        (Job::Call, 1, apply, 2),
        // The plan is read again, and then the update is sent: it died before it was.
        (Job::Call, 2, apply, 1),
        (Job::Call, 3, apply, 1),
        (Job::OpenJournal, 1, apply, 2),
        (Job::Journal, 1, apply, 2),
        (
            Job::Certificates,
            1,
            &["list", "--endpoint-url", "https://127.0.0.1:9"],
            2,
        ),
        (Job::History, 1, &["--demo", "--plain", "history"], 2),
        (Job::History, 2, &["--demo", "--plain", "history"], 2),
        (
            Job::LoadAccount,
            1,
            &["list", "--demo", "--state", "account.json"],
            2,
        ),
    ] {
        let mut command = command(job, nth, arguments);
        command
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "us-east-1");
        let (got, out, error) = outcome(command);
        assert_eq!(got, Some(code), "{job:?} {nth} {arguments:?}: {out}{error}");
        assert!(
            out.contains(SAID) || error.contains(SAID),
            "{job:?} {arguments:?}: {out}{error}"
        );
    }
}

#[test]
fn a_view_whose_task_died_ends_and_is_never_short() {
    for (job, most) in [(Job::Connect, 1), (Job::Question, 6), (Job::Call, 6)] {
        for nth in 1..=most {
            let (code, out, error) = run(job, nth, &["--demo", "--plain"]);
            if code == Some(0) {
                assert!(out.contains("# Plans 39 of 39"), "{job:?} {nth}: {out}");
            } else {
                assert_eq!((code, out.as_str()), (Some(2), ""), "{job:?} {nth}");
                is_told(&error);
            }
        }
    }
    for job in [Job::Connect, Job::Question, Job::Call] {
        let mut each = command(job, 1, &["--demo", "--plain"]);
        each.env(VARIABLE, format!("{}:all", job.name()));
        let (code, _, error) = outcome(each);
        assert_eq!(code, Some(2), "{job:?}");
        is_told(&error);
    }
}

#[test]
fn findings_over_a_part_say_so() {
    let lint = [
        "lint",
        "--demo",
        "--plans",
        "3",
        "--fail-on",
        "error",
        "--json",
    ];
    for nth in 2..=5 {
        let (code, out, error) = run(Job::Call, nth, &lint);
        assert_eq!(code, Some(3), "{nth}: {error}");
        is_told(&error);
        let found: serde_json::Value = serde_json::from_str(&out).unwrap();
        let gaps = found["notLookedOver"].as_array().unwrap();
        assert_eq!(gaps.len(), 1, "{out}");
        assert!(gaps[0]["why"].as_str().unwrap().contains(SAID), "{out}");
        let (code, _, error) = run(
            Job::Call,
            nth,
            &[&lint[..], &["--allow-incomplete"]].concat(),
        );
        assert_eq!(code, Some(0), "{nth}");
        is_told(&error);
    }
    let (code, out, error) = run(Job::Call, 1, &lint);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    is_told(&error);
}

/// `plangate emulate` with its endpoint.
fn emulate(job: Job, arguments: &[&str]) -> (Child, String) {
    let mut child = command(job, 1, &[&["emulate"], arguments].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.as_mut().unwrap());
    out.read_line(&mut line).unwrap();
    let endpoint = line.trim().strip_prefix("endpoint: http://");
    (child, endpoint.unwrap_or_default().to_owned())
}

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(support::DEADLINE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    // Where it is reset, that is the answer.
    let _ = stream.read_to_string(&mut answer);
    answer
}

const LIST: &str = "GET /usageplans HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[test]
fn the_embedded_server_ends_where_it_is_of_no_more_use() {
    for job in [Job::Account, Job::Server] {
        let (child, _) = emulate(job, &[]);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{job:?}");
        is_told(&String::from_utf8(output.stderr).unwrap());
    }
}

#[test]
fn the_embedded_server_outlives_a_request_and_tells_its_client() {
    for job in [Job::Connection, Job::Request] {
        let (mut child, address) = emulate(job, &[]);
        let first = ask(&address, LIST);
        match job {
            Job::Connection => assert_eq!(first, ""),
            _ => assert!(
                first.starts_with("HTTP/1.1 500 ") && first.contains(SAID),
                "{first}"
            ),
        }
        assert!(ask(&address, LIST).starts_with("HTTP/1.1 200 "), "{job:?}");
        let stderr = child.stderr.take().unwrap();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let line = BufReader::new(stderr).lines().next();
            tell.send(line.unwrap().unwrap()).unwrap();
        });
        is_told(&told.recv_timeout(support::DEADLINE).unwrap());
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn a_change_whose_file_was_not_written_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("account.json");
    let (mut child, address) = emulate(Job::SaveAccount, &["--state", state.to_str().unwrap()]);
    let body = r#"{"name":"new"}"#;
    let request = format!(
        "POST /usageplans HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = ask(&address, &request);
    assert!(
        answer.starts_with("HTTP/1.1 503 ") && answer.contains(SAID),
        "{answer}"
    );
    assert!(!ask(&address, LIST).contains("\"new\""));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The dashboard on the sample account, where this job panics.
fn dashboard(job: Job, start: Start) -> Start {
    start.env(VARIABLE, &job.name())
}

fn demo() -> Start {
    // A call without an answer is read again when it cannot take effect any more.
    Start::plangate(&["--demo"]).env(effect::VARIABLE, "200")
}

/// It goes on, and ends as it should.
fn goes_on(mut program: Program) {
    assert!(program.is_taken());
    program.resize(110, 35);
    program.wait_for_frame();
    program.signal(Signal::TERM);
    assert_eq!(program.wait_end().exit_code(), 143);
    program.assert_given_back();
}

#[test]
fn the_dashboard_goes_on_without_an_answer_and_says_so() {
    for job in [Job::Connect, Job::Question, Job::Call, Job::Requests] {
        let each = format!("{}:all", job.name());
        let mut program = demo().env(VARIABLE, &each).run();
        program.wait_for(SAID);
        goes_on(program);
    }
}

/// Renames a plan and sends that.
fn rename(program: &mut Program) {
    program.wait_for("39 of 39");
    program.press("/w0mvrr");
    program.wait_for("1 of 39");
    program.press(ENTER);
    program.press("e");
    program.wait_for("Staged: nothing");
    program.press(ENTER);
    program.press(CTRL_A);
    program.press(CTRL_K);
    program.press("renamed");
    program.press(ENTER);
    program.wait_for("replace /name");
    program.press("v");
    program.wait_for("nothing is sent yet");
    program.press(CTRL_S);
}

#[test]
fn a_send_whose_task_died_is_told() {
    for job in [
        Job::Send,
        Job::Records,
        Job::Keeper,
        Job::OpenJournal,
        Job::Journal,
    ] {
        let mut program = dashboard(job, demo()).run();
        rename(&mut program);
        program.wait_until("word of what died", |screen| {
            let text = screen.contents();
            text.contains(SAID) || text.contains("died")
        });
        goes_on(program);
    }
}

#[test]
fn what_is_done_beside_the_dashboard_is_told_where_it_dies() {
    let to_a_program = demo().arg("--clipboard").arg("true");
    let newcomer = tempfile::tempdir().unwrap();
    let state = newcomer.path().to_str().unwrap();
    for (job, start, keys) in [
        (Job::Copy, to_a_program, vec!["yid", ENTER]),
        (
            Job::Greeting,
            demo().env("XDG_STATE_HOME", state),
            vec![ESCAPE],
        ),
        (Job::Save, demo(), vec!["yid", CTRL_O, "s"]),
        (Job::Edit, demo().env("VISUAL", "true"), vec!["p", CTRL_O]),
        (Job::History, demo(), vec!["H"]),
    ] {
        let mut program = dashboard(job, start).run();
        program.wait_for("39 of 39");
        for key in keys {
            program.press(key);
        }
        program.wait_for(SAID);
        goes_on(program);
    }
}

#[test]
fn profiles_that_were_not_read_are_told() {
    let server = Answers::always(r#"{"item":[]}"#);
    let start = Start::plangate(&["--endpoint-url", &server.url, "--region", "eu-west-1"]);
    let start = start
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
    let mut program = dashboard(Job::Profiles, start).run();
    program.wait_for("Plans 0");
    program.press("@");
    program.wait_for(SAID);
    goes_on(program);
}

#[test]
fn where_the_terminal_cannot_be_read_any_more_it_is_given_back() {
    let mut program = dashboard(Job::Input, demo()).run();
    assert_eq!(program.wait_end().exit_code(), 101);
    program.assert_given_back();
    let screen = program.screen().contents();
    assert!(screen.contains(SAID), "{screen}");
}

#[test]
fn a_log_that_is_not_whole_is_told_at_the_end() {
    let mut program = dashboard(Job::Log, demo()).run();
    program.wait_for("39 of 39");
    program.press("q");
    assert_eq!(program.wait_end().exit_code(), 2);
    program.assert_given_back();
    let screen = program.screen().contents();
    assert!(
        screen.contains("the log is not whole") && screen.contains(SAID),
        "{screen}"
    );
}
