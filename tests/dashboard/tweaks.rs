//! Quick changes of one number.

use crate::edits::delete;
use crate::session::Session;

#[tokio::test]
async fn a_quick_tweak_is_staged_and_sent_and_seen() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r+20%").await;
    session.shows("rate limit 100 → +20%");
    session.shows("= 120 requests per second");
    session.keys("<enter>").await;
    session.shows("Staged: rate limit from 100 to 120");
    session.keys("bx2<enter>t1.5k<enter>").await;
    session.shows("1 draft not sent");
    assert!(session.sent("UpdateUsagePlan").await.is_empty());
    session.keys("v<ctrl-s>y").await;
    let plan = session.plan("w0mvrr").await.settings;
    assert_eq!(
        plan.throttle.unwrap().rate.unwrap().get().to_bits(),
        120.0_f64.to_bits()
    );
    assert_eq!(plan.throttle.unwrap().burst.unwrap().get(), 400);
    assert_eq!(plan.quota.unwrap().limit.unwrap().get(), 1500);
}

#[tokio::test]
async fn a_tweak_that_is_no_number_stages_nothing_and_stays_as_typed() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    for wrong in [
        "abc",
        "-5000",
        "99999999999",
        "x",
        "١٢",
        "1.5.5",
        "%",
        "NaN",
    ] {
        session.keys(&format!("b{wrong}<enter>")).await;
        session.shows(&format!("burst limit 200 → {wrong}"));
        session.keys("<esc>").await;
        session.hides("not sent");
    }
}

#[tokio::test]
async fn a_tweak_of_what_is_staged_says_so() {
    let mut session = Session::start(80, 24).await;
    session.find("w0mvrr").await;
    session.keys("r").await;
    session.shows("rate limit 100 →");
    session.keys("120<enter>r").await;
    session.shows("rate limit staged 120 →");
    session.keys("<esc>b").await;
    session.shows("burst limit 200 →");
}

#[tokio::test]
async fn a_rate_that_limits_nothing_is_warned_of_while_it_is_typed() {
    let mut session = Session::start(80, 24).await;
    session.find("w0mvrr").await;
    session.keys("r2000000000").await;
    session.hides("so large");
    session.keys("000000000000").await;
    session.shows(" ! so large that it is no limit");
}

#[tokio::test]
async fn one_draft_is_not_called_all() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r1100<enter>V").await;
    session.shows("Review of 1 draft");
    session.shows("x11 (+1,000 %)");
}

#[tokio::test]
async fn a_throttle_for_a_plan_without_one_asks_for_both_numbers() {
    let mut session = Session::start(120, 40).await;
    session.find("6kc7c6").await;
    session.keys("r50<enter>").await;
    session.shows("burst limit none");
    session.keys("100<enter>v<ctrl-s>y").await;
    let throttle = session.plan("6kc7c6").await.settings.throttle.unwrap();
    assert_eq!(
        (
            throttle.rate.unwrap().to_string(),
            throttle.burst.unwrap().get()
        ),
        ("50".to_owned(), 100)
    );
}

#[tokio::test]
async fn a_tweak_goes_to_the_plan_that_it_was_opened_on() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.press("r150");
    // A refresh brings the list without the plan before return is pressed.
    delete(&session.server.endpoint(), "w0mvrr").await;
    session.read_plans_again().await;
    session.keys("<enter>").await;
    session.shows("not in the list any more");
    session.hides("not sent");
}
