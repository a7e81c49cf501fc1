//! `plangate lint`.

use plangate::emulator::{self, Emulator, FaultKind, InjectedFault};
use serde_json::{Value, json};

use super::{nobody, outcome, plangate_at, run, run_at};

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
        "error   dangling-stage: the stage legacy-reports:Stage_Z does not exist any more",
    );
    under("dyiwli decommissioned-api", "dangling-stage");
    under("xapbeb blocked-customer", "error   zero-blocks");
    under("uff3dc petstore-photos-blocked", "error   zero-blocks");
    under("7nygkl media-viewers", "error   zero-blocks");
    under("qm6bea orders-gold", "warning without-effect");
    under("nrb9eb telemetry-readers", "warning burst-covers-rate");
    under("nrb9eb telemetry-readers", "warning method-above-plan");
    // It has a key that opens nothing; the next two plans have none.
    under("w0mvrr basic-monthly", "warning no-stages");
    under("48hiwm no-stages-yet", "note    no-stages");
    under("6kc7c6 empty-shell", "note    no-limits");
    under("f96ggn telemetry-lab", "note    within-account");
    under("w0mvrr basic-monthly", "note    quota-too-soon");
    under("qm6bea orders-gold", "note    managed: the CloudFormation");
    under(
        "7nygkl media-viewers",
        "managed (inferred): Terraform (inferred from the tag ManagedBy",
    );
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
        let want = [
            "basis", "field", "instead", "level", "message", "plans", "rule", "source",
        ];
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
        let (got, out, error) = level("40", wanted);
        assert_eq!(got, Some(code), "{wanted}: {error}");
        assert!(out.contains("\n0 errors, "), "{out}");
        assert!(!out.contains(" 0 warnings"), "{out}");
    }
}

#[test]
fn lint_that_cannot_run_says_why_in_one_line() {
    let (code, out, error) = outcome(plangate_at(&nobody(), &["lint"]));
    assert_eq!(code, Some(2), "{error}");
    assert!(out.is_empty());
    assert!(error.starts_with("plangate: "), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    let (code, _, error) = run(&["lint", "--plans", "3"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("need --demo"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lint_tells_what_may_not_be_read_and_finds_nothing_there() {
    let options = emulator::StartOptions {
        faults: true,
        ..emulator::StartOptions::default()
    };
    let server = Emulator::start(options).await.unwrap();
    for _ in 0..100 {
        let fault = InjectedFault::next("GetStages", FaultKind::AccessDenied);
        server.faults().schedule(fault);
    }
    let (code, out, error) = run_at(&server, &["lint"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(!out.contains("dangling-stage"), "{out}");
    assert!(out.contains("quota-too-soon"), "{out}");
    assert!(
        error.starts_with("plangate: not looked over: ") && error.contains("apigateway:GET"),
        "{error}"
    );
    assert!(error.contains("(and 7 more like it)"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

/// An account of three made-up plans, in which these calls fail from now on.
async fn with_failing(calls: &[(&str, FaultKind)]) -> Emulator {
    let options = emulator::StartOptions {
        faults: true,
        plans: Some(3),
        ..emulator::StartOptions::default()
    };
    let server = Emulator::start(options).await.unwrap();
    for (operation, kind) in calls {
        for _ in 0..100 {
            server
                .faults()
                .schedule(InjectedFault::next(operation, kind.clone()));
        }
    }
    server
}

const NO_ERRORS: [&str; 3] = ["lint", "--fail-on", "error"];

#[tokio::test(flavor = "multi_thread")]
async fn lint_of_a_part_is_not_green_unless_that_is_allowed() {
    let whole = with_failing(&[]).await;
    let (code, out, error) = run_at(&whole, &NO_ERRORS);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert!(!out.contains("not looked over"), "{out}");
    for (operation, kind, what) in [
        ("GetStages", FaultKind::AccessDenied, "stages of "),
        ("GetResources", FaultKind::InternalError, "methods of "),
        (
            "GetUsagePlanKeys",
            FaultKind::Unavailable,
            "keys of 3 plans",
        ),
        ("GetApiKeys", FaultKind::NotJson, "the account's API keys"),
        (
            "GetAccount",
            FaultKind::ExpiredToken,
            "the account's limits",
        ),
    ] {
        let server = with_failing(&[(operation, kind)]).await;
        let (code, out, error) = run_at(&server, &NO_ERRORS);
        assert_eq!(code, Some(3), "{operation}: {out}{error}");
        let line = out
            .lines()
            .find(|line| line.starts_with("not looked over: "))
            .unwrap();
        assert!(line.contains(what), "{line}");
        assert!(error.contains(operation), "{error}");
        let allowed = [&NO_ERRORS[..], &["--allow-incomplete"]].concat();
        let (code, again, _) = run_at(&server, &allowed);
        assert_eq!((code, again), (Some(0), out));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lint_tells_scripts_what_it_did_not_look_over_and_why() {
    let json = [&NO_ERRORS[..], &["--json"]].concat();
    let (_, out, _) = run_at(&with_failing(&[]).await, &json);
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["notLookedOver"], serde_json::json!([]));

    let failing = [
        ("GetUsagePlanKeys", FaultKind::AccessDenied),
        ("GetAccount", FaultKind::InternalError),
    ];
    let server = with_failing(&failing).await;
    let (code, out, _) = run_at(&server, &json);
    assert_eq!(code, Some(3));
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    let gaps = found["notLookedOver"].as_array().unwrap();
    assert_eq!(gaps.len(), 2, "{out}");
    assert_eq!(gaps[0]["operation"], "GetAccount");
    assert_eq!(gaps[0]["of"], serde_json::json!([]));
    assert_eq!(gaps[0]["what"], "the account's limits");
    assert!(
        gaps[0]["why"].as_str().unwrap().contains("HTTP 500"),
        "{out}"
    );
    assert_eq!(gaps[1]["of"].as_array().unwrap().len(), 3);
    assert!(
        gaps[1]["why"].as_str().unwrap().contains("apigateway:GET"),
        "{out}"
    );
}

#[test]
fn an_account_that_is_limited_as_aws_is_looked_over_without_a_refusal() {
    let limited = [
        "lint", "--demo", "--plans", "45", "--limits", "aws", "--json",
    ];
    let (code, out, error) = run(&limited);
    assert_eq!(code, Some(1), "{error}");
    assert_eq!(error, "");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["notLookedOver"], json!([]));
}

/// A configuration with these lines.
fn configured(lines: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lines).unwrap();
    file
}

#[test]
fn lint_counts_what_the_configuration_silences_and_does_not_fail_for_it() {
    let file = configured(
        "[silence]\nno-stages = \"they come with the next release\"\n\
         burst-covers-rate = \"clients wait\"\n",
    );
    let config = file.path().to_str().unwrap();
    let lint = ["lint", "--demo", "--plans", "40", "--config", config];
    let (code, out, error) = run(&lint);
    assert_eq!(code, Some(0), "{error}");
    assert!(!out.contains("\n  warning"), "{out}");
    assert!(out.contains("silenced: ") && out.contains(" no-stages (they come with the next"));
    let (_, out, _) = run(&[&lint[..], &["--json"]].concat());
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    let silenced = found["silenced"].as_array().unwrap();
    let counts: u64 = silenced
        .iter()
        .map(|one| one["count"].as_u64().unwrap())
        .sum();
    assert_eq!((silenced.len(), counts), (2, 5), "{out}");
    assert!(silenced.iter().any(|one| one["reason"] == "clients wait"));

    let (_, out, _) = run(&["config", "show", "--config", config]);
    assert!(
        out.contains("silence.burst-covers-rate = \"clients wait\""),
        "{out}"
    );
}

#[test]
fn a_kind_is_silenced_by_its_name_and_with_a_reason() {
    for (lines, wanted) in [
        (
            "[silence]\nquota-to-soon = \"why\"",
            "did you mean quota-too-soon?",
        ),
        (
            "[silence]\nquota-too-soon = \"\"",
            "quota-too-soon is \"\"; it can be a text",
        ),
        (
            "columns = [\"name\", \"names\"]",
            "columns is a list of something else",
        ),
    ] {
        let file = configured(lines);
        let (code, _, error) = run(&["lint", "--demo", "--config", file.path().to_str().unwrap()]);
        assert_eq!(code, Some(2), "{lines}");
        assert!(error.contains(wanted), "{error}");
    }
}
