//! The usage of API keys: who runs dry, how old it is, exported and shown on request.

use insta::assert_snapshot;
use plangate::app::Screen;
use plangate::app::message::Effect;
use plangate::emulator::FaultKind;
use plangate::plan::{Call, Settings};
use plangate::ui::look::Look;

use crate::session::Session;

/// The usage of a plan of the sample account.
pub async fn usage(id: &str, columns: u16, rows: u16) -> Session {
    let mut session = Session::start(columns, rows).await;
    session.find(id).await;
    session.keys("U").await;
    session
}

/// How many calls of an operation reached the server.
pub async fn asked(session: &Session, operation: &str) -> usize {
    let requests = session.server.requests().await;
    let of = requests
        .iter()
        .filter(|request| request.operation == operation);
    of.count()
}

#[tokio::test]
async fn shows_who_used_how_much_and_where_it_leads() {
    for (columns, rows) in crate::session::SIZES {
        let mut session = usage("jayn6q", columns, rows).await;
        assert_snapshot!(format!("usage {columns}x{rows}"), session.screen());
    }
}

/// Every line of the selected key is reached, whatever the size.
#[tokio::test]
async fn a_key_can_be_read_to_its_end_at_every_size() {
    for (columns, rows) in [(60, 15), (80, 24), (120, 40)] {
        let mut session = usage("jayn6q", columns, rows).await;
        session.keys("w").await;
        let mut seen = String::new();
        for _ in 0..40 {
            seen.push_str(&session.screen());
            session.keys("j").await;
        }
        for said in [
            "Key: ",
            "read at",
            "next reset",
            "left",
            "Used",
            "one standard deviation.",
        ] {
            let words: Vec<_> = said.split(' ').collect();
            let shown = words.iter().all(|word| seen.contains(word));
            assert!(shown, "{columns}x{rows}: {said}\n{}", session.screen());
        }
        session.hides("below)");
        session.hides("RUNS OUT");
        // Back up again at once, and to the table.
        session.keys(&"k".repeat(40)).await;
        session.shows("Key: ");
        session.keys("w").await;
        session.shows("RUNS OUT");
    }
}

#[tokio::test]
async fn says_the_same_in_ascii_and_without_colour() {
    let mut session = usage("jayn6q", 80, 24).await;
    session.look = Look::new(false, false);
    let screen = session.screen();
    assert!(screen.is_ascii(), "{screen}");
    assert_snapshot!("usage ascii 80x24", screen);
}

#[tokio::test]
async fn an_exhausted_key_comes_first_and_the_forecast_is_a_sentence() {
    let mut session = usage("k9gd83", 120, 40).await;
    let screen = session.screen();
    let at = |text: &str| screen.find(text).unwrap();
    assert!(at("! now") < at("not before reset"), "{screen}");
    session.shows("Nothing is left; the next period begins on 2026-03-19 UTC (inferred");
    session.shows("next reset 2026-03-19 00:00 UTC (inferred)");
    session.shows("0 of 100");
    session.keys("j").await;
    session.shows("by the mean of the last 7 days (");
    session.shows("the spread is one standard deviation");
}

#[tokio::test]
async fn a_plan_without_a_quota_or_without_keys_says_so() {
    let mut session = usage("e209ji", 120, 40).await;
    session.shows("No quota: what the keys use is counted, and nothing runs out.");
    session.shows("The plan has no quota, so nothing runs out.");
    session.shows("The mean of the last 7 days is ");
    session.keys("x").await;
    session.shows("the plan has no quota: there is nothing to extend");
    let mut session = Session::start(120, 40).await;
    let settings = Settings {
        name: "without-keys".to_owned(),
        ..Settings::default()
    };
    let call = Call::Create(Box::new(settings));
    let plan = session.gateway.send(&call).await.unwrap().plan.unwrap();
    session.keys("R").await;
    session.find(&plan.id.0).await;
    session.keys("U").await;
    session.shows("The plan has no API keys: nobody uses it.");
    session.keys("V").await;
    session.shows("no key is selected: the plan has none");
}

#[tokio::test]
async fn a_refused_read_is_named_and_read_again_on_request() {
    let mut session = Session::start(120, 40).await;
    session.find("jayn6q").await;
    session.next("GetUsage", FaultKind::AccessDenied);
    session.keys("U").await;
    session.shows("Not permitted: ");
    session.shows("GetUsage jayn6q");
    session.shows("apigateway:GET");
    session.keys("R").await;
    session.shows("Burn-down of ");
}

#[tokio::test]
async fn coming_back_asks_nothing_twice_and_leaving_stops_the_reading() {
    let mut session = usage("jayn6q", 120, 40).await;
    session.shows("read 2026-03-18 12:00:00 UTC");
    let before = session.server.requests().await.len();
    session.keys("<esc>U").await;
    session.shows("Burn-down of ");
    assert_eq!(session.server.requests().await.len(), before);

    session.press("R");
    session.shows("The usage is being read");
    let escape = plangate::app::message::Message::Key(crossterm::event::KeyCode::Esc.into());
    let ticket = session.app.update(escape, session.now);
    assert!(
        ticket
            .iter()
            .any(|effect| matches!(effect, Effect::Cancel(_))),
        "{ticket:?}"
    );
}

#[tokio::test]
async fn a_value_is_shown_on_request_and_gone_after_leaving() {
    let mut session = usage("k9gd83", 120, 40).await;
    let Some(Screen::Usage(shown)) = session.app.stack.screen() else {
        panic!("the usage is not open");
    };
    let id = shown.selected().unwrap().id.clone();
    assert_eq!(asked(&session, "GetApiKey").await, 0, "never unasked");
    let value = session.gateway.key_value(&id).await.unwrap();
    session.hides(value.reveal());
    session.keys("V").await;
    session.shows(value.reveal());
    let state = format!("{:?}", session.app.stack.screen());
    assert!(!state.contains(value.reveal()), "{state}");
    // Another page before it, and it is gone.
    session.keys("?<esc>").await;
    session.shows("Burn-down of ");
    session.hides(value.reveal());
    session.keys("V").await;
    session.shows(value.reveal());
    session.keys("<esc>U").await;
    session.hides(value.reveal());
    session.keys("VV").await;
    session.hides(value.reveal());
}

#[tokio::test]
async fn the_worst_keys_stand_on_the_overview_once_they_are_known() {
    let mut session = Session::start(120, 40).await;
    session.find("k9gd83").await;
    session.keys("<tab>").await;
    session.shows("Usage: U reads it");
    session.keys("U").await;
    session.keys("<esc>").await;
    session.shows("student-project");
    session.shows("nothing left");
}

#[tokio::test]
async fn usage_is_written_as_csv_and_json() {
    let mut session = usage("k9gd83", 120, 40).await;
    session.keys("c").await;
    session.shows("Written: usage-k9gd83-2026-03-18.csv");
    session.keys("J").await;
    session.shows("Written: usage-k9gd83-2026-03-18.json");
    let [(_, csv), (_, json)] = session.saved.as_slice() else {
        panic!("two files: {:?}", session.saved);
    };
    // The columns of before come first: what reads them by their places still does.
    let head = "plan_id,key_id,key_name,date,used,remaining,read_at,reported_lag_minutes";
    assert!(csv.starts_with(&format!("{head}\nk9gd83,")), "{csv}");
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["usage"].as_array().unwrap().len(), 2);
    assert_eq!(json["usage"][0]["days"].as_array().unwrap().len(), 35);
}

/// Answers the next GetUsage with these days of these keys.
fn answer(session: &Session, values: &serde_json::Value) {
    let body = serde_json::json!({
        "usagePlanId": "jayn6q",
        "startDate": "2026-02-12",
        "endDate": "2026-03-18",
        "values": values,
    });
    let body = body.to_string();
    session.next("GetUsage", FaultKind::Says { body });
}

/// The identifiers of the API keys of `jayn6q`.
async fn keys_of_plan(session: &Session) -> Vec<String> {
    let plan = plangate::plan::PlanId("jayn6q".to_owned());
    let keys = session.gateway.plan_keys(&plan).await.unwrap();
    keys.into_iter().map(|key| key.id).collect()
}

/// The usage of `jayn6q` by an answer with these days for its first key.
async fn answered(days: serde_json::Value) -> (Session, String) {
    let mut session = Session::start(120, 40).await;
    let key = keys_of_plan(&session).await.remove(0);
    session.find("jayn6q").await;
    answer(&session, &serde_json::json!({ &key: days }));
    session.keys("U").await;
    (session, key)
}

/// The line of the table that has a key's name or identifier, and what is told of
/// the key in plain text.
fn told_of(session: &mut Session, key: &str) -> String {
    let text = plangate::ui::plain::text(&session.app, &Look::new(true, true));
    let head = format!("({key})");
    let at = text
        .lines()
        .position(|line| line.starts_with('#') && line.contains(&head));
    let at = at.unwrap_or_else(|| panic!("{key} is told nothing of in:\n{text}"));
    let rest: Vec<&str> = text.lines().skip(at).collect();
    let end = rest.iter().skip(1).position(|line| line.starts_with('#'));
    rest[..end.map_or(rest.len(), |end| end + 1)].join(" ")
}

#[tokio::test]
async fn every_page_with_usage_says_how_old_it_is() {
    const LAG: &str = "AWS's figures lag 30 to 40 minutes (reported)";
    let age = format!("read 2026-03-18 12:00:00 UTC; {LAG}");
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut session = usage("jayn6q", columns, rows).await;
        session.shows(&age);
        session.keys("x+10k<enter>").await;
        let screen = session.screen().replace('\n', " ");
        assert!(screen.contains("read 2026-03-18 12:00:00 UTC"), "{screen}");
        assert!(screen.contains("(reported)"), "{screen}");
        session.keys("<esc><esc>").await;
        session.keys("W").await;
        session.shows(&age);
        let text = plangate::ui::plain::text(&session.app, &session.look);
        assert!(text.to_lowercase().contains(&age.to_lowercase()), "{text}");
    }
    let mut session = usage("jayn6q", 120, 40).await;
    let text = plangate::ui::plain::text(&session.app, &session.look);
    assert!(text.contains(LAG), "{text}");
    session.keys("<esc><tab>").await;
    session.shows("read 2026-03-18 12:00:00 UTC");
    session.keys("U").await;
    session.keys("cJ").await;
    let [(_, csv), (_, json)] = session.saved.as_slice() else {
        panic!("two files: {:?}", session.saved);
    };
    assert!(csv.contains(",read_at,reported_lag_minutes\n"), "{csv}");
    assert!(csv.contains(",2026-03-18T12:00:00Z,30..40\n"), "{csv}");
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["lag"]["basis"], "reported");
    assert_eq!(json["usage"][0]["readAt"], "2026-03-18T12:00:00Z");
}

#[tokio::test]
async fn fewer_days_than_asked_are_said_and_no_quota_is_full() {
    let (mut session, key) = answered(serde_json::json!([[5, 995], [7, 988], [9, 979]])).await;
    session.shows("3 of 35 days");
    let told = told_of(&mut session, &key);
    assert!(
        told.contains("3 of 35 days that were asked for, the last is 2026-02-14"),
        "{told}"
    );
    assert!(told.contains("othing known yet of this period"), "{told}");
    // How many days are told is no time: it does not stand under the head of one.
    let screen = session.screen();
    let row = |line: &&str| line.trim_end_matches(['┃', ' ']).ends_with("not known");
    assert!(screen.lines().any(|line| row(&line)), "{screen}");
    for wrong in ["left; ", "never", "0 used", "nothing is used"] {
        assert!(!told.contains(wrong), "{wrong}: {told}");
    }
    session.keys("x").await;
    session.shows("how many requests the key has left is not known yet");
    // The export has them as not told.
    session.keys("J").await;
    let json: serde_json::Value = serde_json::from_str(&session.saved[0].1).unwrap();
    let mut of_key = json["usage"].as_array().unwrap().iter();
    let of_key = of_key.find(|one| one["keyId"] == key.as_str()).unwrap();
    assert_eq!(
        (of_key["daysAsked"].as_u64(), of_key["daysTold"].as_u64()),
        (Some(35), Some(3))
    );
    assert_eq!(of_key["days"][2]["used"], 9);
    assert_eq!(of_key["days"][3]["used"], serde_json::Value::Null);
}

#[tokio::test]
async fn without_a_full_day_to_go_by_it_is_not_known_when_a_key_runs_dry() {
    let mut days = vec![serde_json::Value::Null; 35];
    days[34] = serde_json::json!([5, 9_000_000_000_i64]);
    let (mut session, key) = answered(serde_json::Value::Array(days)).await;
    let told = told_of(&mut session, &key);
    assert!(told.contains("9,000M left"), "{told}");
    assert!(!told.contains("9000000000"), "{told}");
    assert!(told.contains("no full day is known to go by"), "{told}");
    assert!(told.contains("1 of 35 days"), "{told}");
    let screen = session.screen();
    let rows = screen.lines().filter(|line| line.starts_with('┃'));
    let rows: Vec<&str> = rows.map(|line| line.trim_matches(['┃', ' '])).collect();
    assert!(
        rows.iter().any(|row| row.ends_with("not known")),
        "{screen}"
    );
    for wrong in ["never", "of 35 days"] {
        assert!(!rows.iter().any(|row| row.ends_with(wrong)), "{screen}");
    }
}

#[tokio::test]
async fn the_spread_is_in_ascii_only_where_the_terminal_is() {
    let days = (0..35).map(|day| serde_json::json!([100, 20_000 - 100 * day]));
    let (mut session, _) = answered(days.collect()).await;
    session.shows("(100 ± 0 a day)");
    session.hides("+-");
    session.look = Look::new(true, false);
    session.shows("(100 +- 0 a day)");
    let text = plangate::ui::plain::text(&session.app, &session.look);
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.join(" ").contains("+- 0 a day"), "{text}");
    assert!(!text.contains("\\u{b1}"), "{text}");
}

#[tokio::test]
async fn a_key_that_the_answer_does_not_mention_has_nothing_told_yet() {
    let mut session = Session::start(120, 40).await;
    let keys = keys_of_plan(&session).await;
    session.find("jayn6q").await;
    answer(&session, &serde_json::json!({}));
    session.keys("U").await;
    session.shows("nothing known yet");
    for key in &keys {
        let told = told_of(&mut session, key);
        assert!(told.contains("Nothing known yet of this period"), "{told}");
        assert!(
            told.contains("No usage yet: the answer has none of the 35 days"),
            "{told}"
        );
        assert!(!told.contains(".:"), "{told}");
        assert!(!told.contains("Used 0"), "{told}");
    }
    session.keys("W").await;
    session.shows("it is not known how much is left");
    session.hides("No key that the answers name runs out");
}

#[tokio::test]
async fn a_hole_in_the_middle_is_drawn_as_one() {
    let mut days: Vec<serde_json::Value> = (0..35)
        .map(|day| serde_json::json!([100, 20_000 - 100 * day]))
        .collect();
    days[25] = serde_json::Value::Null;
    days[30] = serde_json::json!([1, 2, 3]);
    let (mut session, key) = answered(serde_json::Value::Array(days)).await;
    session.keys("gg").await;
    while !session.screen().contains(&format!("({key})")) {
        session.keys("j").await;
    }
    session.shows("??");
    let told = told_of(&mut session, &key);
    assert!(told.contains("33 of 35 days"), "{told}");
    assert!(
        told.contains("by the mean of 6 of the last 7 days (100 ± 0 a day)"),
        "{told}"
    );
    assert!(told.contains("day 31: it has 3 numbers"), "{told}");
    assert!(told.contains("at least"), "{told}");
}

#[tokio::test]
async fn numbers_of_any_size_are_shown_as_they_are() {
    let mut days = vec![serde_json::json!([0, 0]); 34];
    days.push(serde_json::json!([
        5_000_000_000_i64,
        7_000_000_000_000_i64
    ]));
    let (mut session, key) = answered(serde_json::Value::Array(days.clone())).await;
    let told = told_of(&mut session, &key);
    assert!(told.contains("7,000,000,000,000 left"), "{told}");
    assert!(told.contains("Used 5,000M of"), "{told}");
    session.keys("x").await;
    session.shows("the most that can be set");
    days[34] = serde_json::json!([30.0, -37]);
    let (mut session, key) = answered(serde_json::Value::Array(days)).await;
    let told = told_of(&mut session, &key);
    assert!(
        told.contains("Nothing is left: 37 more than the quota was counted"),
        "{told}"
    );
    assert!(told.contains("-37 left"), "{told}");
    // It can be given more, and undo would set the least that there is.
    session.keys("gg").await;
    while !session.screen().contains(&format!("({key})")) {
        session.keys("j").await;
    }
    session.keys("x500<enter>").await;
    session.shows("-37");
    session.shows("Undo sets 0");
}

#[tokio::test]
async fn one_odd_key_does_not_spoil_the_answer() {
    let mut session = Session::start(120, 40).await;
    let keys = keys_of_plan(&session).await;
    let [odd, sound, ..] = keys.as_slice() else {
        panic!("two keys");
    };
    session.find("jayn6q").await;
    let days = vec![serde_json::json!([10, 900]); 35];
    answer(&session, &serde_json::json!({ odd: {"a": 1}, sound: days }));
    session.keys("U").await;
    let told = told_of(&mut session, odd);
    assert!(
        told.contains("Not understood, and left out: its days are an object"),
        "{told}"
    );
    let told = told_of(&mut session, sound);
    assert!(told.contains("900 left"), "{told}");
    assert!(!told.contains("Not understood"), "{told}");
}
