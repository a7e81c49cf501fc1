//! The program from the command line, without a terminal.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use plangate::emulator::{self, Emulator, Fault, FaultKind};
use rustix::process::{Pid, Signal, kill_process};

fn plangate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plangate"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = plangate(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// `plangate emulate` and the first two lines that it prints.
fn emulate(arguments: &[&str]) -> (Child, String, String) {
    let mut child = plangate(&[&["emulate"], arguments].concat())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut line = || lines.next().unwrap().unwrap();
    let (endpoint, ready) = (line(), line());
    (child, endpoint, ready)
}

#[test]
fn help_is_for_newcomers_and_version_is_told() {
    let (code, help, _) = run(&["--help"]);
    assert_eq!(code, Some(0));
    for word in [
        "--demo",
        "--profile",
        "--endpoint-url",
        "emulate",
        "Examples:",
    ] {
        assert!(help.contains(word), "{word} in {help}");
    }
    let (code, version, _) = run(&["--version"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        version,
        concat!("plangate ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn a_wrong_command_line_is_refused_with_exit_code_2() {
    let (code, out, error) = run(&["--demo", "--profile", "ops"]);
    assert_eq!(code, Some(2));
    assert!(out.is_empty());
    assert!(
        error.contains("'--demo' cannot be used with '--profile"),
        "{error}"
    );
}

#[test]
fn a_wrong_setting_of_the_environment_is_refused_with_exit_code_2() {
    let output = plangate(&["--demo"])
        .env("PLANGATE_LOG", "loud")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("plangate: PLANGATE_LOG is \"loud\""),
        "{error}"
    );
}

#[test]
fn emulate_serves_until_it_is_told_to_end() {
    for signal in [Signal::TERM, Signal::INT] {
        let (mut child, endpoint, ready) = emulate(&[]);
        let endpoint = endpoint.strip_prefix("endpoint: ").unwrap();
        assert!(ready.starts_with("ready: "), "{ready}");
        assert!(
            ready.contains(&format!("AWS_ENDPOINT_URL={endpoint} ")),
            "{ready}"
        );

        let address = endpoint.strip_prefix("http://").unwrap();
        let mut connection = TcpStream::connect(address).unwrap();
        connection
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let request = "GET /usageplans HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

        let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn emulate_says_in_one_line_why_it_cannot_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, out, error) = run(&["emulate", "--port", &port]);
    assert_eq!(code, Some(2));
    assert!(out.is_empty());
    assert!(error.contains("already in use"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn lint_tells_what_is_known_of_the_sample_account() {
    let (code, out, error) = run(&["lint", "--demo"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.is_empty(), "{error}");
    let under = |plan: &str, finding: &str| {
        let group = out.split_once(&format!("{plan}\n")).unwrap().1;
        let mut group = group.lines().take_while(|line| line.starts_with("  "));
        assert!(
            group.any(|line| line.contains(finding)),
            "{finding} is not under {plan}:\n{out}"
        );
    };
    under(
        "2kfjhj reports-archive",
        "error   dangling-stage: the stage o81lxisefl:Stage_Z does not exist any more",
    );
    under("dyiwli decommissioned-api", "dangling-stage");
    under("xapbeb blocked-customer", "rate");
    under("48hiwm no-stages-yet", "no-stages");
    under("6kc7c6 empty-shell", "no-limits");
    under("qm6bea orders-gold", "note    managed: the CloudFormation");
    under("7nygkl media-viewers", "managed: Terraform");
    assert!(!out.contains('\u{1b}'), "{out}");
    assert!(
        out.lines().last().unwrap().contains("plans looked over:"),
        "{out}"
    );
}

#[test]
fn lint_prints_json_for_scripts() {
    let (code, out, error) = run(&["--demo", "lint", "--json"]);
    assert_eq!(code, Some(1), "{error}");
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    let findings = found["findings"].as_array().unwrap();
    for finding in findings {
        let fields: Vec<&String> = finding.as_object().unwrap().keys().collect();
        let want = ["field", "instead", "level", "message", "plans", "rule"];
        let mut fields: Vec<&str> = fields.into_iter().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, want);
        assert!(
            ["note", "warning", "error"].contains(&finding["level"].as_str().unwrap()),
            "{finding}"
        );
    }
    let says = |name: &str| findings.iter().all(|found| found[name] != "");
    assert!(says("message") && says("instead"), "{out}");
    let dangling = findings.iter().filter(|found| {
        found["rule"] == "dangling-stage" && found["plans"] == serde_json::json!(["2kfjhj"])
    });
    assert_eq!(dangling.count(), 1, "{out}");
}

#[test]
fn lint_fails_from_the_level_that_was_asked_for() {
    let level = |plans, level| run(&["lint", "--demo", "--plans", plans, "--fail-on", level]);
    let (code, out, _) = level("0", "note");
    assert_eq!(code, Some(0));
    assert_eq!(out, "0 errors, 0 warnings, 0 notes; plans looked over: 0\n");
    // What is made up has warnings and no errors.
    for (wanted, code) in [("note", 1), ("warning", 1), ("error", 0)] {
        let (got, out, error) = level("3", wanted);
        assert_eq!(got, Some(code), "{wanted}: {error}");
        assert!(out.contains("\n0 errors, "), "{out}");
        assert!(!out.contains(" 0 warnings"), "{out}");
    }
}

#[test]
fn lint_that_cannot_run_says_why_in_one_line() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let output = plangate(&["lint", "--endpoint-url", &endpoint, "--region", "us-east-1"])
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(output.stdout.is_empty());
    assert!(error.starts_with("plangate: "), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    let (code, _, error) = run(&["lint", "--plans", "3"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("need --demo"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lint_tells_what_may_not_be_read_and_finds_nothing_there() {
    let options = emulator::Options {
        faults: true,
        ..emulator::Options::default()
    };
    let server = Emulator::start(options).await.unwrap();
    for _ in 0..100 {
        let fault = Fault::next("GetStages", FaultKind::AccessDenied);
        server.faults().schedule(fault);
    }
    let output = plangate(&["lint", "--endpoint-url", &server.endpoint()])
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, error) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(!out.contains("dangling-stage"), "{out}");
    assert!(out.contains("quota-too-soon"), "{out}");
    assert!(
        error.starts_with("plangate: not looked over: ") && error.contains("apigateway:GET"),
        "{error}"
    );
    assert!(error.contains("(and 7 more of the kind)"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}
