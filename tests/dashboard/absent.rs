//! Absent, 0 and -1 are three things, from the wire to every page and back.

use std::path::Path;

use plangate::plan::{Op, PatchOperation};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::session::Session;

/// An account with one plan that has this throttle, and one API with two methods, whose
/// stage has these settings.
pub fn account(throttle: &Value, settings: &Value) -> Value {
    let mut plan = json!({
        "id": "abc123",
        "name": "odd",
        "apiStages": [{"apiId": "a1b2c3", "stage": "prod"}],
        "tags": {
            "aws:cloudformation:stack-name": "odd-stack",
            "ManagedBy": "terraform",
            "team": "pay",
        },
    });
    if let (Some(members), false) = (plan.as_object_mut(), throttle.is_null()) {
        members.insert("throttle".to_owned(), throttle.clone());
    }
    json!({
        "apis": [{
            "id": "a1b2c3", "name": "orders", "createdDate": 1_700_000_000,
            "stages": [{
                "stageName": "prod", "deploymentId": "d1",
                "createdDate": 1_700_000_000, "lastUpdatedDate": 1_700_000_000,
                "methodSettings": settings,
            }],
            "methods": {"/pets": {"GET": true}, "/open": {"GET": false}},
        }],
        "keys": [],
        "plans": [plan],
    })
}

async fn session(throttle: &Value, settings: &Value) -> (Session, TempDir) {
    session_of(&account(throttle, settings)).await
}

pub async fn session_of(account: &Value) -> (Session, TempDir) {
    let folder = TempDir::new().unwrap();
    let state = folder.path().join("state.json");
    let text = json!({"version": 1, "account": account}).to_string();
    std::fs::write(&state, text).unwrap();
    (Session::with_state(120, 40, &state).await, folder)
}

/// What the program says and its exit code, without a screen.
pub async fn plangate(
    session: &Session,
    folder: &Path,
    arguments: &[&str],
) -> (Option<i32>, String) {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_plangate"))
        .args(arguments)
        .args(["--endpoint-url", &session.server.endpoint()])
        .env_clear()
        .env("HOME", folder)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "us-east-1")
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), text + &errors)
}

/// What the screen in front says, as words in a row.
pub fn told(session: &Session) -> String {
    let text = plangate::ui::plain::text(&session.app, &session.look);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Copies what the picker calls so.
async fn copied(session: &mut Session, what: &str) -> String {
    session.keys(&format!("y{what}<enter>")).await;
    session.copied.last().unwrap().clone()
}

/// A throttle as the service answers it, and what is said of it.
struct Case {
    throttle: Value,
    /// What `show --json` has; null for no throttle.
    shown: Value,
    /// The rate and the burst in the list.
    listed: [&'static str; 2],
    /// What the matrix has for the method that the plan meters.
    cell: &'static str,
    /// Whether nothing gets through.
    blocks: bool,
    /// A rule that `lint` names.
    lint: &'static str,
    /// What the body of a copy has; `None` where it is refused before it is sent.
    created: Option<Value>,
}

fn cases() -> Vec<Case> {
    let case = |throttle: Value, listed, cell, blocks, lint| Case {
        shown: throttle.clone(),
        created: Some(throttle.clone()),
        throttle,
        listed,
        cell,
        blocks,
        lint,
    };
    vec![
        case(
            Value::Null,
            ["-", "-"],
            "10,000/5,000 A",
            false,
            "no-limits",
        ),
        Case {
            shown: Value::Null,
            created: Some(Value::Null),
            ..case(json!({}), ["-", "-"], "10,000/5,000 A", false, "no-limits")
        },
        case(
            json!({"rateLimit": 5.0}),
            ["5", "-"],
            "5/5,000 P",
            false,
            "half-limit",
        ),
        case(
            json!({"burstLimit": 7}),
            ["-", "7"],
            "10,000/7 A",
            false,
            "half-limit",
        ),
        Case {
            // A 0 does not fit into the body; it follows as an update.
            created: Some(Value::Null),
            ..case(
                json!({"rateLimit": 0.0, "burstLimit": 0}),
                ["0", "0"],
                "0/0 P",
                true,
                "zero-blocks",
            )
        },
        Case {
            // No rule takes it for a new plan.
            created: None,
            ..case(
                json!({"rateLimit": -1.0, "burstLimit": -1}),
                ["-1", "-1"],
                "-1/-1 P",
                true,
                "rate-value",
            )
        },
        Case {
            created: Some(Value::Null),
            ..case(
                json!({"rateLimit": 0.0}),
                ["0", "-"],
                "0/5,000 P",
                true,
                "zero-blocks",
            )
        },
    ]
}

#[tokio::test]
async fn a_throttle_is_what_the_service_says_from_the_wire_to_every_page_and_back() {
    for case in cases() {
        let (mut session, folder) = session(&case.throttle, &json!({})).await;
        let about = case.throttle.to_string();

        // Wire, show, list.
        let (code, text) = plangate(&session, folder.path(), &["show", "abc123", "--json"]).await;
        assert_eq!(code, Some(0), "{about}: {text}");
        let shown: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            shown.get("throttle").unwrap_or(&Value::Null),
            &case.shown,
            "{about}"
        );
        let file = folder.path().join("plan.json");
        std::fs::write(&file, &text).unwrap();
        let (_, text) = plangate(&session, folder.path(), &["list"]).await;
        let row = text
            .lines()
            .find(|line| line.starts_with("abc123"))
            .unwrap();
        let words: Vec<_> = row.split_whitespace().collect();
        assert_eq!(words[2..4], case.listed, "{about}: {row}");

        // What the service answers is what diff takes: nothing differs.
        let arguments = ["diff", "abc123", file.to_str().unwrap()];
        let (code, text) = plangate(&session, folder.path(), &arguments).await;
        assert_eq!(code, Some(0), "{about}: {text}");

        // Matrix and lint.
        let (_, text) = plangate(&session, folder.path(), &["lint"]).await;
        assert!(text.contains(case.lint), "{about}: {text}");
        let is_zero = case.blocks && case.created.is_some();
        assert_eq!(text.contains("zero-blocks"), is_zero, "{about}: {text}");
        session.find("abc123").await;
        session.keys("m").await;
        let screen = session.screen();
        let row = screen
            .lines()
            .find(|line| line.contains("GET    /pets"))
            .unwrap();
        assert!(row.contains(case.cell), "{about}: {row}");
        // A rate of 0 alone lets the burst that applies through first.
        let stops = case.cell == "0/5,000 P";
        let is_blocked = case.blocks && !stops;
        assert_eq!(row.contains("BLOCKED"), is_blocked, "{about}: {row}");
        assert_eq!(row.contains("STOPS"), stops, "{about}: {row}");
        session.keys("<esc>").await;

        // A rename touches nothing else, and is undone to what was there.
        let before = session.plan("abc123").await;
        session
            .somebody_else(
                "abc123",
                vec![PatchOperation::new(Op::Replace, "/name", "even")],
            )
            .await;
        let renamed = session.plan("abc123").await;
        assert_eq!(
            renamed.settings.throttle, before.settings.throttle,
            "{about}"
        );
        let (code, text) = plangate(&session, folder.path(), &arguments).await;
        assert_eq!(code, Some(1), "{about}: {text}");
        assert!(!text.contains("throttle"), "{about}: {text}");

        // A copy sends exactly what is set.
        session.keys("Rc").await;
        session.shows("Copied without the tags that say who manages the original");
        session.keys("v<ctrl-s>").await;
        let sent = session.sent("CreateUsagePlan").await;
        let Some(created) = &case.created else {
            assert_eq!(sent.len(), 0, "{about}");
            continue;
        };
        let [body] = &sent[..] else {
            panic!("{about}: {sent:?}\n{}", session.screen());
        };
        assert_eq!(
            body.get("throttle").unwrap_or(&Value::Null),
            created,
            "{about}"
        );
        assert_eq!(body["tags"], json!({"team": "pay"}), "{about}");
    }
}

#[tokio::test]
async fn half_a_throttle_that_was_filled_is_undone_to_the_half() {
    let (mut session, _folder) = session(&json!({"rateLimit": 5.0}), &json!({})).await;
    let before = session.plan("abc123").await;
    session.find("abc123").await;
    session.keys("b9<enter>v").await;
    session.keys("<ctrl-s>y").await;
    let filled = session.plan("abc123").await.settings.throttle.unwrap();
    assert_eq!(filled.to_string(), "5 requests/s, burst 9");
    session.keys("<esc>H").await;
    session.keys("u").await;
    session.keys("<ctrl-s>y").await;
    let sent = session.sent("UpdateUsagePlan").await;
    assert_eq!(
        sent.last().unwrap(),
        &json!({"patchOperations": [
            {"op": "remove", "path": "/throttle"},
            {"op": "add", "path": "/throttle/rateLimit", "value": "5"},
        ]}),
        "{}",
        session.screen()
    );
    assert_eq!(session.plan("abc123").await, before);
}

#[tokio::test]
async fn half_a_throttle_is_told_as_not_set_and_as_open() {
    let (mut session, _folder) = session(&json!({"rateLimit": 5.0}), &json!({})).await;
    session.find("abc123").await;
    session.keys("<enter>").await;
    assert!(told(&session).contains("not set: which burst then applies is open, AWS does not say"));
    // A percentage needs something to start from.
    session.keys("b+20%<enter>").await;
    session.shows("the plan has no burst");
    session.keys("<esc><esc>m").await;
    assert!(told(&session).contains("its burst is not set. Which burst then applies is open"));
    // The number that stands in for it has its mark, wherever it is used.
    session.shows("~5/5,000 P");
    let told = told(&session);
    assert!(told.contains("(open: which burst applies where a throttle has only a rate)"));
    assert!(told.contains("Open: which burst applies where a throttle has only a rate; reckoned"));
}

#[tokio::test]
async fn a_stage_of_0_blocks_and_one_of_minus_1_is_read_in_two_ways() {
    let whole = json!({"rateLimit": 100.0, "burstLimit": 200});
    let zero = json!({"rateLimit": 0.0, "burstLimit": 0});
    let off = json!({"rateLimit": -1.0, "burstLimit": -1});
    let default = json!({"rateLimit": 50.0, "burstLimit": 60});
    for (settings, cell, blocks, open) in [
        (
            json!({"~1pets/GET": zero, "*/*": default}),
            "0/0 S",
            true,
            false,
        ),
        (json!({"*/*": zero}), "0/0 D", true, false),
        (
            json!({"~1pets/GET": off, "*/*": default}),
            "50~100/60~200 D",
            false,
            true,
        ),
        (json!({"*/*": off}), "100/200 P", false, false),
        (json!({"~1pets/GET": off}), "100/200 P", false, false),
    ] {
        let (mut session, folder) = session(&whole, &settings).await;
        let (code, text) = plangate(&session, folder.path(), &["lint", "--fail-on", "error"]).await;
        assert_eq!(
            text.contains("error   stage-blocks"),
            blocks,
            "{settings}: {text}"
        );
        assert_eq!(code == Some(1), blocks, "{settings}: {text}");
        session.find("abc123").await;
        session.keys("m").await;
        let screen = session.screen();
        let row = screen
            .lines()
            .find(|line| line.contains("GET    /pets"))
            .unwrap();
        assert!(row.contains(cell), "{settings}: {row}");
        assert_eq!(row.contains("BLOCKED"), blocks, "{settings}: {row}");
        let told = told(&session);
        let readings = told.contains("Two readings") && told.contains("only the account's limit");
        assert_eq!(readings, open, "{settings}: {told}");
    }
}

#[tokio::test]
async fn a_stage_of_0_blocks_what_no_plan_meters_as_well() {
    let zero = json!({"*/*": {"rateLimit": 0.0, "burstLimit": 0}});
    let plan = json!({"rateLimit": 25.0, "burstLimit": 50});
    let (mut session, _folder) = session(&plan, &zero).await;
    session.find("abc123").await;
    session.keys("m").await;
    let screen = session.screen();
    let row = screen
        .lines()
        .find(|line| line.contains("GET    /open"))
        .unwrap();
    assert!(row.contains("~BLOCKED by stage"), "{row}");
    session.keys("/open<enter>").await;
    let told = told(&session);
    assert!(
        told.contains("the stage's 0 lets nothing through (reported)"),
        "{told}"
    );
    let plan = "The plan's throttle (rate 25, burst 50) does not count here: API key not \
                required";
    assert!(told.contains(plan), "{told}");
    session.shows("not counted");
}

#[tokio::test]
async fn a_text_that_would_not_make_the_same_plan_says_so() {
    let zero = json!({"rateLimit": 0.0, "burstLimit": 0});
    let (mut session, _folder) = session(&zero, &json!({})).await;
    session.find("abc123").await;
    let text = copied(&mut session, "Terraform").await;
    assert!(
        text.contains("leaves a limit of 0 out when it creates a plan (seen with 5.100.0)"),
        "{text}"
    );
    assert!(
        text.contains("is unlimited, not blocked, at: rate limit, burst limit"),
        "{text}"
    );
    session.shows("not make the same plan: 2 comments at its top say why.");
    let (mut same, _folder) = self::session(&json!({"rateLimit": 5.0}), &json!({})).await;
    same.find("abc123").await;
    let text = copied(&mut same, "CloudFormation").await;
    assert!(
        text.contains("RateLimit: 5") && !text.contains("BurstLimit"),
        "{text}"
    );
}

#[tokio::test]
async fn a_block_that_is_open_keeps_its_doubt_in_the_cell() {
    let zero = json!({"rateLimit": 0.0, "burstLimit": 0});
    let off = json!({"rateLimit": -1.0, "burstLimit": -1});
    let plan = json!({"rateLimit": 100.0, "burstLimit": 200});
    let settings = json!({"~1pets/GET": off, "*/*": zero});
    let (mut session, _folder) = session(&plan, &settings).await;
    session.find("abc123").await;
    session.keys("m").await;
    let screen = session.screen();
    let row = |method: &str| screen.lines().find(|line| line.contains(method)).unwrap();
    assert!(row("GET    /pets").contains("BLOCK?"), "{screen}");
    assert!(row("every other method").contains("BLOCKED"), "{screen}");
}
