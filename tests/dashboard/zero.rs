//! A limit of 0, an odd quota and an account that tells no limits: the matrix, the words,
//! the simulated traffic and `lint` say the same.

use serde_json::{Value, json};

use crate::absent::{account, plangate, session_of, told};
use crate::session::Session;

/// The row of a method in the matrix.
fn row(session: &mut Session, name: &str) -> String {
    let screen = session.screen();
    let row = screen.lines().find(|line| line.contains(name));
    row.unwrap().to_owned()
}

/// The findings and the exit code of `lint --json`, and what it says beside them.
async fn lint(account: &Value) -> (Option<i32>, Value) {
    let (session, folder) = session_of(account).await;
    let (code, text) = plangate(&session, folder.path(), &["lint", "--json"]).await;
    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    (code, values.next().unwrap().unwrap())
}

fn finding<'a>(found: &'a Value, rule: &str) -> &'a Value {
    let all = found["findings"].as_array().unwrap();
    let finding = all.iter().find(|finding| finding["rule"] == rule);
    finding.unwrap_or_else(|| panic!("no {rule} in {found:#}"))
}

#[tokio::test]
async fn a_rate_of_0_lets_its_burst_through_once_wherever_it_is_told() {
    let whole = json!({"rateLimit": 100.0, "burstLimit": 200});
    let zero = json!({"rateLimit": 0.0, "burstLimit": 5});
    for (throttle, settings, cell, rule) in [
        (&zero, json!({}), "~0/5 P", "zero-blocks"),
        (&whole, json!({"*/*": zero}), "~0/5 D", "stage-blocks"),
    ] {
        let account = account(throttle, &settings);
        let (mut session, _folder) = session_of(&account).await;
        session.find("abc123").await;
        session.keys("m").await;
        let row = row(&mut session, "GET    /pets");
        assert!(row.contains(cell) && row.contains("STOPS"), "{row}");
        assert!(!row.contains("BLOCKED"), "{row}");
        let told = told(&session);
        assert!(
            told.contains("at most 5 requests pass once, then none (inferred)"),
            "{told}"
        );
        assert!(told.contains(&format!("{cell} STOPS")), "{told}");
        // The traffic that is offered by itself.
        assert!(
            told.contains(" 5 of ") && told.contains("requests pass,"),
            "{told}"
        );
        assert!(!told.contains("in the end 1 pass"), "{told}");
        let (_, found) = lint(&account).await;
        let finding = finding(&found, rule);
        assert_eq!(finding["basis"], "inferred");
        let message = finding["message"].as_str().unwrap();
        assert!(
            message.contains("at most") && message.contains('5'),
            "{message}"
        );
    }
}

#[tokio::test]
async fn both_halves_of_a_stage_at_0_are_reported_and_one_alone_is_inferred() {
    let whole = json!({"rateLimit": 100.0, "burstLimit": 200});
    for (rate, burst, basis) in [(0.0, 0, "reported"), (50.0, 0, "inferred")] {
        let setting = json!({"rateLimit": rate, "burstLimit": burst});
        let account = account(&whole, &json!({"~1pets/GET": setting}));
        let (_, found) = lint(&account).await;
        assert_eq!(finding(&found, "stage-blocks")["basis"], basis);
        let (mut session, _folder) = session_of(&account).await;
        session.find("abc123").await;
        session.keys("m").await;
        assert!(row(&mut session, "GET    /pets").contains("BLOCKED"));
        let told = told(&session);
        let mark = format!("0 lets nothing through ({basis})");
        assert!(told.contains(&mark), "{told}");
        assert!(
            told.contains(&format!("on every request ({basis})")),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_quota_of_0_or_below_is_one_story() {
    let throttle = json!({"rateLimit": 100.0, "burstLimit": 200});
    for (limit, word, sentence, rule) in [
        (
            0,
            "QUOTA 0",
            "a quota of 0 lets no request through (inferred)",
            "zero-blocks",
        ),
        (
            -1,
            "QUOTA ?",
            "what a quota of -1 does is not known",
            "count-value",
        ),
    ] {
        let mut account = account(&throttle, &json!({}));
        account["plans"][0]["quota"] = json!({"limit": limit, "period": "DAY", "offset": 0});
        let (_, found) = lint(&account).await;
        let finding = finding(&found, rule);
        assert_eq!(finding["basis"], "inferred");
        let bare = sentence.trim_end_matches(" (inferred)");
        assert!(
            finding["message"].as_str().unwrap().contains(bare),
            "{finding}"
        );
        let (mut session, _folder) = session_of(&account).await;
        session.find("abc123").await;
        session.keys("<enter>").await;
        assert!(told(&session).contains(sentence), "{}", told(&session));
        session.keys("<esc>m").await;
        let row = row(&mut session, "GET    /pets");
        assert!(row.contains(word) && row.contains("100/200 P"), "{row}");
        let told = told(&session);
        assert!(told.contains(word), "{told}");
        // Why, what a client gets, and what of the offered passes.
        assert!(told.to_lowercase().matches(bare).count() >= 2, "{told}");
        assert_eq!(
            told.contains("0 of 2400 requests pass"),
            limit == 0,
            "{told}"
        );
    }
}

#[tokio::test]
async fn an_account_that_tells_no_limits_is_marked_and_not_looked_over() {
    let throttle = json!({"rateLimit": 100.0, "burstLimit": 200});
    for told_of_account in [
        json!({}),
        json!({"rateLimit": 0.0, "burstLimit": 0}),
        json!({"rateLimit": -1.0, "burstLimit": -1}),
    ] {
        let mut account = account(&throttle, &json!({}));
        account["settings"] = json!({
            "throttleSettings": told_of_account, "features": [], "apiKeyVersion": "4",
        });
        account["keys"] = json!([]);
        let (code, found) = lint(&account).await;
        let gaps = found["notLookedOver"].as_array().unwrap();
        assert_eq!(gaps.len(), 1, "{found:#}");
        assert_eq!(gaps[0]["operation"], "GetAccount");
        assert!(
            gaps[0]["why"]
                .as_str()
                .unwrap()
                .contains("throttleSettings")
        );
        let findings = found["findings"].as_array().unwrap();
        let is_worse = |finding: &Value| finding["level"] != "note";
        let expected = if findings.iter().any(is_worse) { 1 } else { 3 };
        assert_eq!(code, Some(expected), "{found:#}");
        let (mut session, _folder) = session_of(&account).await;
        session.find("abc123").await;
        session.keys("m").await;
        let row = row(&mut session, "GET    /pets");
        assert!(row.contains("100/200 P?"), "{row}");
        session.shows("unknown");
        let told = told(&session);
        assert!(told.contains("100/200 P?"), "{told}");
        assert!(told.contains("unless a lower one stands where none could be read: account"));
        session.keys("<esc>F").await;
        session.shows("the account's limits (the answer does not tell them)");
    }
}
