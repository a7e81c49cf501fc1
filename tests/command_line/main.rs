//! The program from the command line, without a terminal.

#![allow(clippy::unwrap_used, clippy::panic)]

mod change;
mod config;
mod corrected;
mod documents;
mod every_option;
mod keymap;
mod lint;
mod list;
mod partly;
mod plain;
mod sends;
mod set;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use plangate::emulator::Emulator;
use rustix::process::{Pid, Signal, kill_process};

/// The program in an environment of its own, without a terminal.
fn plangate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plangate"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null());
    command
}

/// The same with an account at this address.
fn plangate_at(endpoint: &str, arguments: &[&str]) -> Command {
    let mut command = plangate(arguments);
    command
        .args(["--endpoint-url", endpoint])
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "us-east-1");
    command
}

/// An address of this machine where nobody listens.
fn nobody() -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", free.local_addr().unwrap())
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(plangate(arguments))
}

fn run_at(server: &Emulator, arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(plangate_at(&server.endpoint(), arguments))
}

/// Exit code, what is on stdout, what is on stderr.
fn outcome(mut command: Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// Runs with something piped in.
fn run_with_input(mut command: Command, input: &str) -> (Option<i32>, String, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // It may end without reading all of it.
    let _ = pipe.write_all(input.as_bytes());
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
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
}

#[test]
fn the_version_has_the_commit() {
    let (code, version, _) = run(&["--version"]);
    assert_eq!(code, Some(0));
    let rest = version.strip_prefix(concat!("plangate ", env!("CARGO_PKG_VERSION")));
    let git = Command::new("git")
        .args(["-C", env!("CARGO_MANIFEST_DIR"), "rev-parse", "HEAD"])
        .output();
    let is_checked_out = Path::new(env!("CARGO_MANIFEST_DIR")).join(".git").exists();
    match git {
        Ok(git) if git.status.success() && is_checked_out => {
            let commit = String::from_utf8(git.stdout).unwrap();
            assert_eq!(rest, Some(format!(" ({})\n", &commit[..12]).as_str()));
        }
        // In a packed crate it is that of the package, or none.
        _ => assert!(rest.is_some(), "{version}"),
    }
}

#[test]
fn completions_are_scripts_that_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, script, error) = run(&["completions", shell]);
        assert_eq!(code, Some(0), "{error}");
        for word in [
            "list",
            "diff",
            "check",
            "keymap",
            "emulate",
            "completions",
            "endpoint-url",
        ] {
            assert!(script.contains(word), "{shell} has no {word}");
        }
    }
    let (_, script, _) = run(&["completions", "bash"]);
    let asked = format!(
        "{script}\nCOMP_WORDS=(plangate l); COMP_CWORD=1; _plangate plangate l plangate\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let output = Command::new("bash").arg("-c").arg(asked).output().unwrap();
    let words = String::from_utf8(output.stdout).unwrap();
    assert_eq!(words, "list\nlint\n");
    // Only what the command takes.
    let check = "complete -c plangate -n \"__fish_plangate_using_subcommand check\"";
    let (_, script, _) = run(&["completions", "fish"]);
    let of_check = |option| {
        let mut lines = script.lines().filter(|line| line.starts_with(check));
        lines.any(|line| line.contains(&format!(" -l {option} ")))
    };
    assert!(of_check("json"));
    assert!(!of_check("profile") && !of_check("demo"));
    let (code, _, error) = run(&["completions", "csh"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("invalid value 'csh'"), "{error}");
}

/// What bash offers behind these words, the last of them as far as it was typed.
fn offered_by_bash(home: &Path, words: &[&str]) -> Vec<String> {
    let (_, script, _) = run(&["completions", "bash"]);
    let at = words.len();
    let asked = format!(
        "{script}\nCOMP_WORDS=(plangate {}); COMP_CWORD={at}; _plangate_names plangate '{}' '{}'\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words
            .iter()
            .map(|word| format!("'{word}' "))
            .collect::<Vec<_>>()
            .concat(),
        words[at - 1],
        if at > 1 { words[at - 2] } else { "plangate" },
    );
    let binary = Path::new(env!("CARGO_BIN_EXE_plangate"));
    let output = Command::new("bash")
        .arg("-c")
        .arg(asked)
        .env_clear()
        .env("HOME", home)
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", binary.parent().unwrap().display()),
        )
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let words = String::from_utf8(output.stdout).unwrap();
    words
        .lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn profiles_themes_and_plans_are_completed_where_they_are_asked_for() {
    let home = tempfile::TempDir::new().unwrap();
    let folder = |name: &str| {
        let folder = home.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    };
    let profiles =
        "[default]\nregion = eu-west-1\n[profile ops]\nregion = eu-west-1\n[profile dev]\n";
    std::fs::write(folder(".aws").join("config"), profiles).unwrap();
    std::fs::write(folder(".config/plangate/themes").join("mine.toml"), "").unwrap();
    let offered = |words: &[&str]| offered_by_bash(home.path(), words);

    assert_eq!(offered(&["--profile", "o"]), ["ops"]);
    assert_eq!(
        offered(&["list", "--profile", ""]),
        ["default", "dev", "ops"]
    );
    assert_eq!(
        offered(&["list", "--profile", "ops,d"]),
        ["ops,default", "ops,dev"]
    );
    assert_eq!(offered(&["--theme", "high"]), ["high-contrast"]);
    assert_eq!(offered(&["--theme", "m"]), ["mine"]);
    let plans = ["petstore-gold"];
    assert_eq!(offered(&["show", "--demo", "petstore-gold"]), plans);
    assert_eq!(
        offered(&["--demo", "set", "w0mvrr", "petstore-gold"]),
        plans
    );
    // Of an account elsewhere nothing is asked: what this machine knows of it is offered.
    assert_eq!(offered(&["show", "--profile", "ops", ""]), [""; 0]);
    // Everything else as before.
    assert_eq!(offered(&["lin"]), ["lint"]);
    assert!(offered(&["show", "--js"]).contains(&"--json".to_owned()));
}

#[test]
fn zsh_and_fish_ask_for_names_too() {
    let (_, zsh, _) = run(&["completions", "zsh"]);
    for part in [
        "_plangate_options() {",
        "_plangate_names \"$@\"",
        "compdef _plangate_names ",
    ] {
        assert!(zsh.contains(part), "{part}");
    }
    assert!(!zsh.contains("compdef _plangate plangate"));
    let (_, fish, _) = run(&["completions", "fish"]);
    let profile = fish
        .lines()
        .find(|line| line.contains(" -l profile "))
        .unwrap();
    assert!(
        profile.ends_with(" -r -f -a \"(__fish_plangate_names)\""),
        "{profile}"
    );
    assert!(fish.contains("function __fish_plangate_names"));
}

#[test]
fn manual_pages_are_there_for_the_program_and_each_command() {
    let (code, page, error) = run(&["man"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(page.contains(".TH plangate 1"), "{page}");
    for part in [".SH SYNOPSIS", ".SH OPTIONS", "read\\-only", "emulate"] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    for command in [
        "list", "show", "diff", "check", "lint", "config", "keymap", "emulate", "man",
    ] {
        let (code, page, error) = run(&["man", command]);
        assert_eq!(code, Some(0), "{error}");
        assert!(
            page.contains(&format!("plangate {command}"))
                || page.contains(&format!("plangate\\-{command}")),
            "{page}"
        );
    }
    let (code, _, error) = run(&["man", "nosuch"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("there are list, show, diff"), "{error}");
}

#[test]
fn a_wrong_command_line_is_refused_with_exit_code_2() {
    let (code, out, error) = run(&["--demo", "--profile", "ops"]);
    assert_eq!(code, Some(2));
    assert!(out.is_empty());
    assert!(
        error.contains("--demo cannot be used with --profile"),
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
