//! The usage of API keys: who runs dry, what is extended, exported and shown on
//! request.

use insta::assert_snapshot;
use plangate::app::Screen;
use plangate::app::message::Effect;
use plangate::emulator::FaultKind;
use plangate::plan::{Call, Settings};
use plangate::ui::look::Look;

use crate::session::Session;

/// The usage of a plan of the sample account.
async fn usage(id: &str, columns: u16, rows: u16) -> Session {
    let mut session = Session::start(columns, rows).await;
    session.find(id).await;
    session.keys("U").await;
    session
}

/// How many calls of an operation reached the server.
async fn asked(session: &Session, operation: &str) -> usize {
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

#[tokio::test]
async fn says_the_same_in_ascii_and_without_colour() {
    let mut session = usage("jayn6q", 80, 24).await;
    session.look = Look::new(false, false);
    let screen = session.screen();
    assert!(screen.is_ascii(), "{screen}");
    assert_snapshot!("usage ascii 80x24", screen);
}

#[tokio::test]
async fn the_keys_that_run_out_are_ranked_over_all_plans() {
    let mut session = Session::start(120, 40).await;
    session.keys("W").await;
    session.shows("0 of 33 plans read");
    session.shows("Nothing was read yet");
    assert_eq!(asked(&session, "GetUsage").await, 0, "nothing unasked");
    session.keys("a").await;
    session.shows("33 of 33 plans read");
    session.shows("search-canary");
    assert_snapshot!("at risk 120x40", session.screen());
    session.resize(80, 24);
    assert_snapshot!("at risk 80x24", session.screen());
    // The key leads to its plan, and back nothing is asked again.
    let before = asked(&session, "GetUsage").await;
    session.keys("<enter>").await;
    session.shows("Burn-down of ");
    session.keys("W").await;
    session.shows("33 of 33 plans read");
    assert_eq!(asked(&session, "GetUsage").await, before);
}

#[tokio::test]
async fn the_rest_is_read_a_few_at_a_time_and_stopped_when_left() {
    let mut session = Session::start(120, 40).await;
    session.keys("W").await;
    session.press("a");
    session.shows("The rest is being read");
    // The names of the keys come first.
    for _ in 0..3 {
        session.settle_one().await;
    }
    session.shows("2 of 33 plans read");
    session.keys("<esc>").await;
    // Four at a time were asked for, and those that were stopped are not kept.
    session.keys("W").await;
    session.shows("2 of 33 plans read");
    session.shows("a reads the rest");
}

#[tokio::test]
async fn who_may_not_read_one_plan_is_not_sent_through_all() {
    let mut session = Session::start(120, 40).await;
    session.keys("W").await;
    for _ in 0..4 {
        session.next("GetUsage", FaultKind::AccessDenied);
    }
    session.keys("a").await;
    session.shows("0 of 33 plans read");
    session.shows("! 4 plans not read");
    session.shows("apigateway:GET");
    assert_eq!(asked(&session, "GetUsage").await, 4);
}

#[tokio::test]
async fn an_exhausted_key_comes_first_and_the_forecast_is_a_sentence() {
    let mut session = usage("k9gd83", 120, 40).await;
    let screen = session.screen();
    let at = |text: &str| screen.find(text).unwrap();
    assert!(at("! now") < at("after reset"), "{screen}");
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
    let Screen::Usage(shown) = session.app.screen() else {
        panic!("the usage is not open");
    };
    let id = shown.selected().unwrap().id.clone();
    assert_eq!(asked(&session, "GetApiKey").await, 0, "never unasked");
    let value = session.gateway.key_value(&id).await.unwrap();
    session.hides(value.reveal());
    session.keys("V").await;
    session.shows(value.reveal());
    let state = format!("{:?}", session.app.screen());
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
async fn a_key_is_extended_through_its_review() {
    let mut session = usage("jayn6q", 120, 40).await;
    session.keys("x").await;
    session.shows("a number, +20%, +10k");
    session.keys("+10k").await;
    session.shows(" requests");
    session.keys("<enter>").await;
    session.shows("nothing is sent yet; ctrl-s sends it");
    session.shows(r#""path": "/remaining""#);
    session.shows("aws apigateway update-usage");
    // Not by the keys that led here.
    session.keys("<enter>x<esc>").await;
    assert!(session.sent("UpdateUsage").await.is_empty());
    assert_snapshot!("extension 120x40", session.screen());
    session.resize(80, 24);
    assert_snapshot!("extension 80x24", session.screen());
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
    session.shows("read back.");
    session.shows("Burn-down of ");
    let sent = session.sent("UpdateUsage").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["patchOperations"][0]["path"], "/remaining");
}

#[tokio::test]
async fn an_extension_that_cannot_be_is_said_and_kept() {
    let mut session = usage("jayn6q", 120, 40).await;
    session.keys("x3G<enter>").await;
    session.shows("! too large: a whole number from 0 to 2147483647");
    session.keys("<esc>x500<enter>").await;
    session.next("UpdateUsage", FaultKind::AccessDenied);
    session.keys("<ctrl-s>").await;
    session.shows("apigateway:PATCH");
    session.shows("nothing is sent yet");
    // A lost answer is settled by reading, never by sending again.
    session.next("UpdateUsage", FaultKind::ResetAfter);
    session.keys("<ctrl-s>").await;
    session.shows("has 500 requests left, read back.");
    assert_eq!(asked(&session, "UpdateUsage").await, 2);
}

#[tokio::test]
async fn an_extension_that_is_not_sent_is_kept_while_the_page_is_open() {
    let mut session = usage("jayn6q", 120, 40).await;
    session.keys("x500<enter><esc>").await;
    session.shows("Not sent: ");
    session.keys("q").await;
    session.shows("Leave plangate? an extension was not sent");
    session.keys("n").await;
    session.keys("x").await;
    session.shows("500 = 500 requests");
    session.keys("<enter>").await;
    session.shows("nothing is sent yet");
    assert!(session.sent("UpdateUsage").await.is_empty());
}

#[tokio::test]
async fn stopping_an_extension_reads_what_became_of_it() {
    let mut session = usage("jayn6q", 120, 40).await;
    session.keys("x500<enter>").await;
    session.press("<ctrl-s>");
    session.settle_written().await;
    session.shows("sending UpdateUsage");
    session.press("x");
    session.shows("an extension is being sent");
    session.press("<esc>");
    session.settle_written().await;
    session.shows("reading the usage back");
    session.settle().await;
    // It had reached the server.
    session.shows("has 500 requests left, read back.");
    assert_eq!(asked(&session, "UpdateUsage").await, 1);
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
    assert!(csv.starts_with("plan_id,key_id,key_name,date,used,remaining\nk9gd83,"));
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["usage"].as_array().unwrap().len(), 2);
    assert_eq!(json["usage"][0]["days"].as_array().unwrap().len(), 35);
}
