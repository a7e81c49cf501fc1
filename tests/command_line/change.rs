//! `plangate check` and `plangate diff`.

use std::fs;

use plangate::emulator::{self, Emulator};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{outcome, plangate, plangate_at, run, run_at, run_with_input};

fn json_of(out: &str) -> Value {
    serde_json::from_str(out).unwrap()
}

const GOOD: &str = r#"[{"op": "replace", "path": "/throttle/rateLimit", "value": "33"}]"#;
const BAD: &str = r#"{"patchOperations": [
  {"op": "replace", "path": "/name", "value": "gold"},
  {"op": "add", "path": "/name", "value": "gold"},
  {"op": "replace", "path": "/quota/limit", "value": "1.5M"}
]}"#;

#[test]
fn check_needs_no_account_and_names_what_may_not_be_sent() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = file("good.json", GOOD);
    let (code, out, error) = run(&["check", &good]);
    assert_eq!(code, Some(0), "{error}");
    assert_eq!(out, "operations that may be sent: 1 of 1\n");

    let bad = file("bad.json", BAD);
    let (code, out, error) = run(&["check", &bad]);
    assert_eq!(code, Some(1), "{error}");
    let lines: Vec<&str> = out.lines().collect();
    let start = |line, number, what| format!("{bad}:{line}:3: error: operation {number}, {what}: ");
    assert!(lines[0].starts_with(&start(3, 2, "add /name")), "{out}");
    assert!(lines[0].contains("/name takes replace"), "{out}");
    assert!(
        lines[0].ends_with("[supported-op: AWS patch-operations page, UpdateUsagePlan]"),
        "{out}"
    );
    assert!(
        lines[1].starts_with(&start(4, 3, "replace /quota/limit")),
        "{out}"
    );
    assert!(lines[1].contains(r#"write "1500000""#), "{out}");
    assert_eq!(lines[2], "operations that may be sent: 1 of 3");
}

#[test]
fn check_tells_scripts_the_same_in_json() {
    let (code, out, error) = run_with_input(plangate(&["check", "--json"]), BAD);
    assert_eq!(code, Some(1), "{error}");
    let report = json_of(&out);
    assert_eq!(report["ok"], false);
    assert_eq!(report["operations"], 3);
    let found = report["findings"].as_array().unwrap();
    assert_eq!(found.len(), 2);
    let mut second = found[1].clone();
    second["source"] = Value::Null;
    assert_eq!(
        second,
        json!({
            "operation": 3,
            "line": 4,
            "column": 3,
            "level": "error",
            "rule": "count-value",
            "field": "quota limit",
            "message": "the service reads plain numbers only, not \"1.5M\"",
            "instead": "write \"1500000\"",
            "basis": "inferred",
            "source": null,
        })
    );
    assert!(found[1]["source"].as_str().unwrap().contains("AWS"));

    let (code, out, _) = run_with_input(plangate(&["check", "-", "--json"]), "[]");
    assert_eq!(code, Some(0));
    assert_eq!(
        json_of(&out),
        json!({"ok": true, "operations": 0, "findings": []})
    );
}

#[test]
fn check_judges_a_plan_by_the_rules() {
    let plan = |text: &str| run_with_input(plangate(&["check", "--json"]), text);
    let (code, out, _) =
        plan(r#"{"name": "a", "quota": {"limit": 5, "offset": 9, "period": "WEEK"}}"#);
    assert_eq!(code, Some(1));
    let found = &json_of(&out)["findings"][0];
    assert_eq!(found["rule"], "offset-in-period");
    assert_eq!(found["operation"], Value::Null);
    // With its place in the file, also of what the file leaves out.
    assert_eq!((&found["line"], &found["column"]), (&json!(1), &json!(47)));
    let text = "{\n \"name\": \"a\",\n \"quota\": {\"limit\": 5, \"offset\": 9,\n  \"period\": \"DAY\"},\n \
                \"throttle\": {\"rateLimit\": 5}\n}";
    let (code, out, _) = run_with_input(plangate(&["check"]), text);
    assert_eq!(code, Some(1));
    let starts: Vec<&str> = out
        .lines()
        .map(|line| line.split(": ").next().unwrap())
        .collect();
    let at = |place: &str| format!("standard input:{place}");
    assert_eq!(starts[..2], [at("5:14"), at("3:34")], "{out}");
    // A warning keeps nothing from being sent.
    let (code, out, _) = plan(r#"{"name": "a", "throttle": {"rateLimit": 10, "burstLimit": 2}}"#);
    assert_eq!(code, Some(0));
    let report = json_of(&out);
    assert_eq!(report["ok"], true);
    assert_eq!(report["operations"], Value::Null);
    assert_eq!(report["findings"][0]["level"], "warning");
}

#[test]
fn a_file_that_cannot_be_read_is_exit_code_2() {
    for command in ["check", "diff"] {
        let with_plan: &[&str] = if command == "diff" {
            &["--demo", "diff", "w0mvrr"]
        } else {
            &["check"]
        };
        for (input, said) in [
            ("", "standard input: line 1, column 1: expected ["),
            (
                "[{}]",
                "standard input: line 1, column 2: the operation has no",
            ),
            (
                "{\"nam\": \"x\"}",
                "standard input: line 1, column 6: unknown field",
            ),
        ] {
            let (code, out, error) = run_with_input(plangate(with_plan), input);
            assert_eq!(code, Some(2), "{error}");
            assert!(out.is_empty(), "{out}");
            assert!(error.contains(said), "{error}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
        let missing = [with_plan, &["/nonexistent/change.json"]].concat();
        let (code, _, error) = run(&missing);
        assert_eq!(code, Some(2));
        assert!(
            error.contains("/nonexistent/change.json cannot be read: No such file"),
            "{error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn diff_tells_what_would_be_sent_and_sends_nothing() {
    let server = Emulator::start(emulator::StartOptions {
        faults: true,
        ..emulator::StartOptions::default()
    })
    .await
    .unwrap();
    let diff = |arguments: &[&str], input: &str| {
        let arguments = [&["diff", "basic-monthly"], arguments].concat();
        run_with_input(plangate_at(&server.endpoint(), &arguments), input)
    };
    let (code, out, error) = diff(&[], GOOD);
    assert_eq!(code, Some(1), "{error}");
    assert!(out.starts_with("plan w0mvrr basic-monthly\n"), "{out}");
    assert!(out.contains("~ rate limit: 100 -> 33\n"), "{out}");
    assert!(
        out.contains("replace /throttle/rateLimit \"33\"\n"),
        "{out}"
    );
    assert!(
        out.contains("aws apigateway update-usage-plan --usage-plan-id w0mvrr"),
        "{out}"
    );

    let plan = r#"{"name": "basic-monthly", "tags": {"team": "pay"}}"#;
    let (code, out, error) = diff(&["-", "--json"], plan);
    assert_eq!(code, Some(1), "{error}");
    let said = json_of(&out);
    assert_eq!(said["plan"], "w0mvrr");
    assert_eq!(said["name"], "basic-monthly");
    let change = json!({"field": "tag team", "before": null, "after": "pay"});
    let changes = said["changes"].as_array().unwrap();
    assert!(changes.contains(&change), "{out}");
    let paths: Vec<&Value> = said["operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|operation| &operation["path"])
        .collect();
    // A throttle goes after its method throttles and before all else.
    assert_eq!(paths, ["/throttle", "/description", "/quota"]);
    let commands = said["commands"].as_array().unwrap();
    assert_eq!(commands.len(), 2, "the update and the tags: {out}");
    assert_eq!(said["warnings"], json!([]));

    let requests = server.requests().await;
    let reads = |operation: &str| operation.starts_with("Get");
    assert!(requests.iter().all(|request| reads(&request.operation)));
}

#[test]
fn diff_of_a_plan_with_itself_is_nothing() {
    let (_, plan, _) = run(&["--demo", "show", "3i6x10", "--json"]);
    let (code, out, error) = run_with_input(plangate(&["--demo", "diff", "petstore-gold"]), &plan);
    assert_eq!((code, out.as_str()), (Some(0), ""), "{error}");
    let (code, out, _) = run_with_input(plangate(&["--demo", "diff", "3i6x10", "--json"]), &plan);
    assert_eq!(code, Some(0));
    let said = json_of(&out);
    assert_eq!(
        (&said["changes"], &said["operations"], &said["commands"]),
        (&json!([]), &json!([]), &json!([]))
    );
    // The file of one plan is not taken for another one.
    let (code, _, error) = run_with_input(plangate(&["--demo", "diff", "w0mvrr"]), &plan);
    assert_eq!(code, Some(2));
    assert!(error.contains("about the plan \"3i6x10\""), "{error}");
}

#[test]
fn diff_of_what_may_not_be_sent_says_why() {
    let diff = |input| run_with_input(plangate(&["--demo", "diff", "w0mvrr"]), input);
    let (code, out, error) = diff(BAD);
    assert_eq!(code, Some(2));
    assert!(out.is_empty());
    assert!(
        error.starts_with("plangate: standard input:3:3: error: operation 2, add /name: "),
        "{error}"
    );
    let (code, _, error) = diff(r#"[{"op": "replace", "path": "/quota/offset", "value": "3"}]"#);
    assert_eq!(code, Some(2));
    assert!(error.contains("offset-in-period"), "{error}");
    let (code, _, error) = diff(r#"[{"op": "remove", "path": "/apiStages", "value": "a:b"}]"#);
    assert_eq!(code, Some(2));
    assert!(error.contains("stage-attached"), "{error}");
    // A warning is told, and keeps nothing back.
    let (code, out, _) =
        diff(r#"[{"op": "replace", "path": "/throttle/burstLimit", "value": "3"}]"#);
    assert_eq!(code, Some(1));
    assert!(out.contains("warning: a burst of 3"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_without_a_terminal() {
    let server = Emulator::start(emulator::StartOptions::default())
        .await
        .unwrap();
    // What is piped in is empty: that is a fault of it, and no question.
    let (code, _, error) = run_at(&server, &["diff", "w0mvrr"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("standard input: line 1"), "{error}");
    let (code, _, error) = outcome(plangate(&["check"]));
    assert_eq!(code, Some(2));
    assert!(error.contains("standard input: line 1"), "{error}");
}

#[test]
fn check_says_which_path_was_meant_and_refuses_what_no_plan_takes() {
    let check = |path: &str, value: &str| {
        let operation = json!([{"op": "replace", "path": path, "value": value}]);
        run_with_input(plangate(&["check"]), &operation.to_string())
    };
    let (code, out, _) = check("/throtle/ratelimit", "5");
    assert_eq!(code, Some(1));
    assert!(out.contains("did you mean /throttle/rateLimit?"), "{out}");
    let (code, out, _) = check("/quota/offset", "40");
    assert_eq!(code, Some(1));
    assert!(
        out.starts_with("standard input:1:2: error: operation 1, "),
        "{out}"
    );
    assert!(
        out.contains("no period takes an offset of 40; 0 to 27 for MONTH"),
        "{out}"
    );
    assert_eq!(check("/quota/offset", "27").0, Some(0));
}

#[test]
fn diff_says_who_manages_the_plan_and_hands_the_change_over_as_code() {
    let diff = |plan: &str, arguments: &[&str]| {
        let arguments = [&["--demo", "diff", plan, "-"], arguments].concat();
        run_with_input(plangate(&arguments), GOOD)
    };
    let (_, out, error) = diff("orders-gold", &[]);
    let second = out.lines().nth(1).unwrap_or_default();
    assert!(
        second.contains("Managed by the CloudFormation stack orders-prod"),
        "{out}{error}"
    );
    assert!(second.contains("may overwrite this change"), "{out}");
    let (_, out, _) = diff("petstore-free", &["--json"]);
    assert_eq!(
        json_of(&out)["managedBy"],
        "Terraform (inferred from the tag ManagedBy = terraform)"
    );
    let (code, out, _) = diff("petstore-free", &["--code"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("aws_api_gateway_usage_plan"), "{out}");
    assert!(
        out.contains("rate_limit  = 33") || out.contains("rate_limit = 33"),
        "{out}"
    );
    let (_, out, _) = diff("orders-gold", &["--code"]);
    assert!(out.contains("AWS::ApiGateway::UsagePlan"), "{out}");
    // Nobody else manages this one.
    let (_, out, _) = diff("basic-monthly", &[]);
    assert!(!out.contains("anaged by"), "{out}");
}

#[test]
fn a_stage_that_is_gone_is_detached_without_a_consent() {
    let detach = |stage: &str| {
        let text = format!(r#"[{{"op": "remove", "path": "/apiStages", "value": "{stage}"}}]"#);
        run_with_input(
            plangate(&["--demo", "apply", "reports-archive", "-", "--dry-run"]),
            &text,
        )
    };
    let (code, out, error) = detach("o81lxisefl:Stage_Z");
    assert_eq!(code, Some(0), "{error}");
    assert!(!out.contains("--confirm"), "{out}");
    let (_, out, _) = detach("o81lxisefl:Stage_B");
    assert!(out.contains("--confirm"), "{out}");
}

#[test]
fn an_operation_is_printed_on_one_line_of_json() {
    let change = r#"[{"op": "replace", "path": "/throttle/rateLimit", "value": "33"},
        {"op": "replace", "path": "/throttle/burstLimit", "value": "44"}]"#;
    let (_, out, error) = run_with_input(plangate(&["--demo", "diff", "w0mvrr", "--json"]), change);
    for line in [
        r#"    {"op": "replace", "path": "/throttle/rateLimit", "value": "33"},"#,
        r#"    {"op": "replace", "path": "/throttle/burstLimit", "value": "44"}"#,
        r#"    {"field": "rate limit", "before": "100", "after": "33"},"#,
    ] {
        assert!(out.lines().any(|one| one == line), "{line} in {out}{error}");
    }
}
