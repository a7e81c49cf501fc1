//! The requests that were sent (`L`): their outcome, newest last, and moving among them.

use plangate::emulator::FaultKind;

use super::session::Session;

#[tokio::test]
async fn each_request_has_its_operation_and_what_came_of_it() {
    let mut session = Session::start(120, 40).await;
    session.keys("L").await;
    let screen = session.screen();
    assert!(screen.contains("Requests, times in UTC"), "{screen}");
    let line = |screen: &str, operation: &str| {
        let found = screen.lines().find(|line| line.contains(operation));
        found.unwrap_or_else(|| panic!("{screen}")).to_owned()
    };
    let plans = line(&screen, "GetUsagePlans");
    assert!(plans.contains(" ms"), "{plans}");
    assert!(!plans.contains("! "), "{plans}");

    session.keys("<esc>").await;
    session.next("GetUsagePlans", FaultKind::AccessDenied);
    session.keys("RL<end>").await;
    let screen = session.screen();
    let mut requests = screen.lines().filter(|line| line.contains(" ms "));
    let last = requests.next_back().unwrap_or_else(|| panic!("{screen}"));
    assert!(last.contains("! "), "{screen}");
    assert!(last.contains("GetUsagePlans"), "{screen}");
    assert!(last.contains("403, not allowed"), "{screen}");
}

#[tokio::test]
async fn the_newest_are_shown_first_and_the_oldest_are_a_key_away() {
    let mut session = Session::start(80, 15).await;
    for _ in 0..20 {
        session.keys("R").await;
    }
    session.keys("L").await;
    let newest = session.screen();
    session.keys("g").await;
    let oldest = session.screen();
    assert_ne!(newest, oldest);
    session.keys("G").await;
    assert_eq!(session.screen(), newest);
    session.keys("<esc>").await;
    session.shows("39 of 39");
}
