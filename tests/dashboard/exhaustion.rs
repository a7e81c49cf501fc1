//! The API keys of all plans that will run out.

use insta::assert_snapshot;
use plangate::emulator::{FaultKind, InjectedFault};

use crate::session::Session;
use crate::usage::asked;

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
        session.resolve_one().await;
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
async fn reading_that_aws_throttles_goes_on_more_slowly_and_says_so() {
    let mut session = Session::start(120, 40).await;
    session.keys("W").await;
    session.server.faults().schedule(InjectedFault {
        skip: 28,
        times: 3,
        ..InjectedFault::next("GetUsage", FaultKind::Throttle { retry_after: None })
    });
    session.keys("a").await;
    session.shows("33 of 33 plans read");
    session.shows("AWS throttles reads: slowed down.");
    session.hides("not read");
    session.hides("too many requests");
}

#[tokio::test]
async fn a_plan_that_stays_throttled_does_not_end_the_reading_of_the_others() {
    let mut session = Session::start(120, 40).await;
    session.keys("W").await;
    session.server.faults().schedule(InjectedFault {
        skip: 30,
        times: 8,
        ..InjectedFault::next("GetUsage", FaultKind::Throttle { retry_after: None })
    });
    session.keys("a").await;
    session.shows("32 of 33 plans read");
    session.shows("! 1 plan not read");
}
