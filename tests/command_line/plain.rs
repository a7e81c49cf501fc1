//! `--plain`: views as lines, without a terminal.

use plangate::emulator::{self, Clock, Emulator};
use tempfile::TempDir;

use super::{nobody, outcome, plangate, plangate_at};

/// What is printed of a view of the sample account.
fn view(arguments: &[&str]) -> String {
    let (code, out, error) = told(arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {error}");
    assert_eq!(error, "", "{arguments:?}");
    out
}

fn told(arguments: &[&str]) -> (Option<i32>, String, String) {
    let home = TempDir::new().unwrap();
    let mut command = plangate(&["--demo", "--plain"]);
    command.args(arguments).env("LANG", "C.UTF-8");
    command.env("HOME", home.path());
    let outcome = outcome(command);
    let left = std::fs::read_dir(home.path()).unwrap().count();
    assert_eq!(left, 0, "a view leaves nothing behind");
    outcome
}

/// Asserts that a text is lines for everybody: nothing steers a terminal, nothing is
/// framed, cut or left hanging.
#[track_caller]
fn is_plain(text: &str) {
    for line in text.lines() {
        assert!(!line.contains(char::is_control), "{line:?}");
        let is_frame = |c| matches!(c, '\u{2500}'..='\u{259f}' | '\u{2800}'..='\u{28ff}' | '…');
        assert!(!line.contains(is_frame), "{line:?}");
        assert_eq!(line, line.trim_end());
    }
    assert!(!text.contains("\n\n\n"), "{text}");
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text:?}");
}

#[test]
fn every_view_is_printed_whole_as_lines() {
    for (arguments, wanted) in [
        // All 39 plans, with the whole name of one that no terminal has room for.
        (
            vec![],
            vec![
                "# Plans 39 of 39",
                "environment-and-customer-number-0000000042",
                "petstore-gold",
            ],
        ),
        (vec!["list"], vec!["# Plans 39 of 39"]),
        (vec!["plans"], vec!["# Plans 39 of 39"]),
        (
            vec!["plan petstore-gold"],
            vec!["# Plan 3i6x10", "500 requests per second", "market-square"],
        ),
        (vec!["3i6x10"], vec!["# Plan 3i6x10"]),
        (
            vec!["petstore-gold", "raw"],
            vec!["# Plan 3i6x10 as JSON", "\"quota\""],
        ),
        (
            vec!["petstore-gold", "limits"],
            vec![
                "METHOD                       petstore:dev       petstore:prod      petstore:staging",
                "POST   /pets                 500/1,000 P        50/50 M            500/1,000 P",
                "# Why on petstore:prod",
                "POST   /pets                 The plan's method throttle applies: 50 requests/s, burst 50.",
            ],
        ),
        (
            vec!["petstore-gold", "usage"],
            vec![
                "# Usage of petstore-gold",
                "RUNS OUT",
                "# market-square (vpd6mi2xln)",
            ],
        ),
        (
            vec!["petstore-gold", "keys"],
            vec![
                "# 2 API keys of petstore-gold",
                "partner-portal  mloidyhdvi  yes",
            ],
        ),
        (
            vec!["petstore-gold", "keys", "key-plans"],
            vec!["It is in no other plan.", "orders-gold qm6bea: orders:prod"],
        ),
        (
            vec!["findings"],
            vec!["# Findings", "To do: ", "(:read-rest checks): "],
        ),
        (
            vec!["findings", "read-rest"],
            vec![
                "Everything that findings need was read.",
                "# dangling-stage",
            ],
        ),
        (vec!["petstore-gold", "findings"], vec!["of plan 3i6x10"]),
        (
            vec!["at-risk", "read-rest"],
            vec!["Every plan with a quota was read.", "RUNS OUT"],
        ),
        (
            vec!["history"],
            vec!["# History", "Nothing was sent to this account"],
        ),
        (
            vec!["queue"],
            vec!["# Send queue", "Nothing is being sent."],
        ),
        (
            vec!["requests"],
            vec!["# Requests", "GetUsagePlans", "200, 39 plans"],
        ),
        (
            vec!["help"],
            vec![
                "# Everywhere",
                "# History",
                "undo-send",
                "ctrl-s",
                "# Question",
            ],
        ),
    ] {
        let text = view(&arguments);
        is_plain(&text);
        for part in wanted {
            assert!(text.contains(part), "no {part:?} in {arguments:?}:\n{text}");
        }
        assert!(text.starts_with("plangate sample account"), "{text}");
    }
}

#[test]
fn the_matrix_has_a_reason_for_each_of_its_cells() {
    let text = view(&["petstore-gold", "limits"]);
    let rows = text
        .lines()
        .filter(|line| line.starts_with("GET    /pets "));
    // Once in the table, once for each of three stages.
    assert_eq!(rows.count(), 4, "{text}");
}

#[test]
fn all_rows_are_there_however_many_and_columns_are_aligned() {
    let out = view(&["--plans", "1200"]);
    let mut lines = out
        .lines()
        .skip_while(|line| !line.starts_with("# Plans 1200"));
    lines.next();
    let head = lines.next().unwrap();
    let at = head.find("NAME").unwrap();
    let rows: Vec<&str> = lines.collect();
    assert_eq!(rows.len(), 1200);
    for row in rows {
        let before = &row[..at];
        assert!(before.ends_with("  "), "{row}");
    }
}

#[test]
fn it_is_the_same_on_every_terminal_and_in_ascii_where_that_is_asked_for() {
    let whole = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = plangate(arguments);
        command
            .env("LANG", "C.UTF-8")
            .envs(environment.iter().copied());
        let (code, out, error) = outcome(command);
        assert_eq!(code, Some(0), "{error}");
        // The first line has a port that is another one each time.
        out.split_once('\n').unwrap().1.to_owned()
    };
    let arguments = ["--demo", "--plain", "petstore-gold", "limits"];
    let usual = whole(&arguments, &[]);
    for environment in [
        ("COLUMNS", "20"),
        ("TERM", "xterm-256color"),
        ("NO_COLOR", "1"),
        ("COLORTERM", "truecolor"),
    ] {
        assert_eq!(whole(&arguments, &[environment]), usual, "{environment:?}");
    }
    assert!(usual.contains('·'));
    let flagged = whole(
        &["--demo", "--ascii", "--plain", "petstore-gold", "limits"],
        &[],
    );
    assert!(flagged.is_ascii(), "{flagged}");
    for environment in [("LC_ALL", "C"), ("LANG", "C"), ("TERM", "dumb")] {
        assert_eq!(
            whole(&arguments, &[environment]),
            flagged,
            "{environment:?}"
        );
    }
}

#[test]
fn what_is_no_view_is_refused() {
    for (arguments, said) in [
        (
            vec!["edit"],
            "edit is not a view: it opens the form to change any field.",
        ),
        (
            vec!["send"],
            "send is not a view: it sends what the review shows.",
        ),
        (vec!["quit"], "quit is not a view"),
        (vec!["q"], "quit is not a view"),
        (vec!["copy"], "copy is not a view"),
        (vec!["petstore-gold", "rate"], "rate is not a view"),
        (
            vec!["petstore-gold", "usage", "key-value"],
            "key-value is not a view",
        ),
        (
            vec!["petstore-gold", "delete-plan"],
            "delete-plan is not a view",
        ),
        (
            vec!["limits"],
            "limits: of which plan? Name it first: PLAN limits.",
        ),
        (
            vec!["nosuch"],
            "No command and no plan is called \"nosuch\"",
        ),
        (
            vec!["plan limits"],
            "No command and no plan is called \"plan limits\"",
        ),
        (
            vec!["gold"],
            "\"gold\" may be petstore-gold 3i6x10, orders-gold qm6bea, search-gold xcwxgv; name one",
        ),
        (vec!["tightest"], "it belongs to: Limits of a plan"),
    ] {
        let (code, out, error) = told(&arguments);
        assert_eq!(
            (code, out.as_str()),
            (Some(2), ""),
            "{arguments:?}: {error}"
        );
        assert!(error.contains(said), "{arguments:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    let (code, _, error) = outcome(plangate(&["--plain", "--demo", "list"]));
    assert_eq!(code, Some(2));
    assert!(error.contains("plangate list takes no --plain"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_told_on_stderr_with_exit_code_2() {
    let (code, out, error) = outcome(plangate_at(&nobody(), &["--plain"]));
    // Nobody is to take a part for the whole.
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(error.starts_with("plangate: "), "{error}");
    assert!(error.contains("GetUsagePlans"), "{error}");

    let options = emulator::StartOptions {
        faults: true,
        clock: Clock::fixed("2026-03-18T12:00:00Z".parse().unwrap()),
        ..emulator::StartOptions::default()
    };
    let server = Emulator::start(options).await.unwrap();
    let denied = emulator::FaultKind::AccessDenied;
    server
        .faults()
        .schedule(emulator::InjectedFault::next("GetUsage", denied));
    let endpoint = server.endpoint();
    let command = move || plangate_at(&endpoint, &["--plain", "petstore-gold", "usage"]);
    let (code, out, error) = tokio::task::spawn_blocking(move || outcome(command()))
        .await
        .unwrap();
    assert_eq!(code, Some(2), "{out}");
    assert!(error.contains("apigateway:GET"), "{error}");
    assert!(out.contains("Not permitted: "), "{out}");
}

/// A server that lets nobody list the plans.
async fn without_a_list() -> Emulator {
    let options = emulator::StartOptions {
        faults: true,
        clock: Clock::fixed("2026-03-18T12:00:00Z".parse().unwrap()),
        ..emulator::StartOptions::default()
    };
    let server = Emulator::start(options).await.unwrap();
    let denied = emulator::InjectedFault {
        times: 1000,
        ..emulator::InjectedFault::next("GetUsagePlans", emulator::FaultKind::AccessDenied)
    };
    server.faults().schedule(denied);
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_viewed_by_its_id_where_the_plans_may_not_be_listed() {
    let server = without_a_list().await;
    let view = |views: &[&str]| {
        let arguments = [&["--plain"], views].concat();
        outcome(plangate_at(&server.endpoint(), &arguments))
    };
    for (views, wanted) in [
        (vec!["3i6x10"], "# Plan 3i6x10"),
        (vec!["plan 3i6x10", "raw"], "# Plan 3i6x10 as JSON"),
        (vec!["3i6x10", "limits"], "# Why on petstore:"),
        (vec!["3i6x10", "usage"], "# Usage of petstore-gold"),
        (vec!["3i6x10", "keys"], "partner-portal  mloidyhdvi  yes"),
    ] {
        let (code, out, error) = view(&views);
        assert_eq!(code, Some(0), "{views:?}: {error}{out}");
        assert!(out.contains(wanted), "{views:?}: {out}");
    }
    // Nobody is to take a part for the whole, and names are not known.
    for (views, why) in [
        (vec![], "apigateway:GET"),
        (vec!["plans"], "apigateway:GET"),
        (vec!["3i6x10", "plans"], "apigateway:GET"),
        (vec!["petstore-gold"], "apigateway:GET"),
        (vec!["at-risk"], "apigateway:GET"),
        (vec!["nosuchplan"], "No plan has the id nosuchplan"),
    ] {
        let (code, out, error) = view(&views);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{views:?}");
        assert!(error.contains(why), "{views:?}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_one_plan_takes_an_id_where_the_plans_may_not_be_listed() {
    let server = without_a_list().await;
    let home = TempDir::new().unwrap();
    let file = home.path().join("rate.json");
    let rate = r#"[{"op": "replace", "path": "/throttle/rateLimit", "value": "501"}]"#;
    std::fs::write(&file, rate).unwrap();
    let file = file.to_str().unwrap();
    for (arguments, code) in [
        (vec!["show", "3i6x10"], 0),
        (vec!["diff", "3i6x10", file], 1),
        (vec!["apply", "3i6x10", file, "--dry-run"], 0),
        (vec!["history", "3i6x10"], 0),
        (vec!["show", "petstore-gold"], 2),
    ] {
        let mut command = plangate_at(&server.endpoint(), &arguments);
        command.env("XDG_STATE_HOME", home.path());
        let (ended, _, error) = outcome(command);
        assert_eq!(ended, Some(code), "{arguments:?}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_found_where_only_some_plans_may_be_read_by_id() {
    let options = emulator::StartOptions {
        faults: true,
        ..emulator::StartOptions::default()
    };
    let server = Emulator::start(options).await.unwrap();
    let home = TempDir::new().unwrap();
    let file = home.path().join("name.json");
    let name = r#"[{"op": "replace", "path": "/name", "value": "basic"}]"#;
    std::fs::write(&file, name).unwrap();
    let arguments = ["apply", "w0mvrr", file.to_str().unwrap()];
    let mut command = plangate_at(&server.endpoint(), &arguments);
    command.env("XDG_STATE_HOME", home.path());
    let (code, _, error) = outcome(command);
    assert_eq!(code, Some(0), "{error}");
    let denied =
        || emulator::InjectedFault::next("GetUsagePlan", emulator::FaultKind::AccessDenied);
    for (name, code) in [("basic", 0), ("nosuchname", 2)] {
        server.faults().schedule(denied());
        let command = plangate_at(&server.endpoint(), &["show", name]);
        let (ended, out, error) = outcome(command);
        assert_eq!(ended, Some(code), "{name}: {error}{out}");
        if code == 2 {
            assert!(error.contains("apigateway:GET"), "{error}");
        }
    }
}
