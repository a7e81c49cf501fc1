//! Who you are: in the first line, and on a page of its own.

use insta::assert_snapshot;
use plangate::emulator::FaultKind;

use super::session::{SIZES, Session};

fn header(session: &mut Session) -> String {
    session
        .screen()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn the_first_line_drops_what_has_no_room_by_rank() {
    let mut session = Session::start(120, 40).await;
    for (columns, shown) in [
        (
            120,
            "sample account · 123456789012 · us-east-1 · http://127.0.0.1:4566 · user/demo",
        ),
        (
            100,
            "sample account · 123456789012 · us-east-1 · http://127.0.0.1:4566",
        ),
        (80, "sample account · 123456789012 · us-east-1"),
    ] {
        session.resize(columns, 24);
        let line = header(&mut session);
        let place = line.trim_start_matches(" plangate  ");
        // When the plans were read goes only where there is no room for where you are.
        let place = place.strip_suffix("read 12:00 UTC").unwrap().trim_end();
        assert_eq!(place, shown);
    }
    session.resize(60, 24);
    session.keys("r12<enter>").await;
    let line = header(&mut session);
    assert!(
        line.contains("sample account · 123456789012 · us-east-1 "),
        "{line}"
    );
    assert!(line.ends_with("1 draft"), "{line}");
}

#[tokio::test]
async fn the_first_line_says_when_the_plans_were_read() {
    let mut session = Session::unanswered(120, 40).await;
    session.hides("read 1");
    session.resolve().await;
    session.shows("read 12:00 UTC");
    session.now += jiff::SignedDuration::from_mins(75);
    session.keys("jj").await;
    session.shows("read 12:00 UTC");
    // A reading that fails leaves the plans as they were read before.
    session.next("GetUsagePlans", FaultKind::AccessDenied);
    session.keys("R").await;
    session.shows("read 12:00 UTC");
    session.keys("R").await;
    session.shows("read 13:15 UTC");
    session.now += jiff::SignedDuration::from_hours(24);
    session.keys("j").await;
    session.shows("read 03-18 13:15 UTC");
}

#[tokio::test]
async fn before_it_is_known_the_rest_stands_and_the_page_says_so() {
    let mut session = Session::unanswered(120, 40).await;
    session.press("I");
    session.shows("not asked yet");
    session.resolve().await;
    session.shows("arn:aws:iam::123456789012:user/demo");
}

#[tokio::test]
async fn the_page_tells_all_and_can_be_copied() {
    let mut session = Session::start(80, 24).await;
    session.keys("I").await;
    let screen = session.screen();
    for words in [
        "Account       123456789012",
        "ARN           arn:aws:iam::123456789012:user/demo",
        "Profile       none: the sample account",
        "Region        us-east-1",
        "Endpoint      http://127.0.0.1:4566",
        "Credentials   those of the sample account",
        "Protected     no",
        "Read-only     no",
    ] {
        assert!(screen.contains(words), "{words:?} is not on:\n{screen}");
    }
    session.keys("y").await;
    session.shows("account number");
    session.keys("ARN<enter>").await;
    assert_eq!(session.copied, ["arn:aws:iam::123456789012:user/demo"]);
    session.keys("y<enter>").await;
    assert_eq!(session.copied.last().unwrap(), "123456789012");
    session.keys("<esc>").await;
    session.shows("39 of 39");
}

#[tokio::test]
async fn the_page_at_each_size() {
    for (columns, rows) in SIZES {
        let mut session = Session::start(columns, rows).await;
        session.keys("I").await;
        assert_snapshot!(format!("who {columns}x{rows}"), session.screen());
    }
}

#[tokio::test]
async fn the_page_has_a_name_on_the_command_line() {
    let mut session = Session::start(120, 40).await;
    session.keys(":who<enter>").await;
    session.shows("Who you are");
    // Asked for again it is not opened twice.
    session.keys("I<esc>").await;
    session.hides("Who you are");
}

#[tokio::test]
async fn what_is_sent_has_the_caller_in_the_journal() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r110<enter>v<ctrl-s>").await;
    session.shows("updated");
    let history = session.history();
    assert_eq!(history.sends[0].arn, "arn:aws:iam::123456789012:user/demo");
    session.keys("<esc>H").await;
    session.shows("As arn:aws:iam::123456789012:user/demo");
}

/// Asserts that the screen shows words, which may be broken over lines.
#[track_caller]
fn tells(session: &mut Session, words: &str) {
    let screen = session.screen();
    let all: Vec<&str> = screen.split_whitespace().collect();
    assert!(
        all.join(" ").contains(words),
        "{words:?} is not on:\n{screen}"
    );
}

#[tokio::test]
async fn in_a_narrow_terminal_guard_and_drafts_are_told_in_short_before_the_place_is() {
    let mut session = Session::start(60, 15).await;
    session.find("w0mvrr").await;
    session.keys("r110<enter>").await;
    session.app.core.setup.protected = true;
    session.app.core.setup.read_only = true;
    let screen = session.screen();
    let first = screen.lines().next().unwrap();
    assert!(
        first.contains("!! PROTECTED RO sample account · us-east-1"),
        "{first}"
    );
    assert!(first.trim_end().ends_with("1 draft"), "{first}");
    session.resize(80, 24);
    let screen = session.screen();
    let first = screen.lines().next().unwrap();
    assert!(
        first.contains("sample account · 123456789012 · us-east-1"),
        "{first}"
    );
}

#[tokio::test]
async fn the_queue_names_the_key_that_goes_on_where_it_is_pressed() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r110<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::ExpiredToken);
    session.keys("<ctrl-s>").await;
    tells(&mut session, "then Q and there p resumes.");
    session.keys("Q").await;
    session.next("UpdateUsagePlan", FaultKind::ExpiredToken);
    session.keys("Rp").await;
    tells(&mut session, "It waits here: then p resumes.");
    session.keys("Rp").await;
    session.hides("held");
    assert_eq!(
        session
            .plan("w0mvrr")
            .await
            .settings
            .throttle
            .unwrap()
            .rate
            .unwrap()
            .to_string(),
        "110"
    );
}

/// What is held goes on from the queue, after the key that connects anew.
async fn go_on(session: &mut Session) {
    tells(session, "It waits in the send queue");
    tells(session, "R tries again.");
    session.keys("R").await;
    session.hides("have expired");
    session.keys("Q").await;
    session.shows("the send queue is paused");
    // It is not on its way: it waits for the operator.
    session.hides("waiting for valid credentials");
    session.hides("on its way");
    session.shows("held");
    session.shows(": waits for p");
    session.keys("p").await;
    session.hides("the send queue is paused");
}

#[tokio::test]
async fn a_new_plan_that_is_half_made_goes_on_with_other_credentials() {
    let mut session = Session::start(120, 40).await;
    session
        .keys("n<enter>half made<tab><tab>prod-77<esc>v")
        .await;
    session.next("UpdateUsagePlan", FaultKind::ExpiredToken);
    session.keys("<ctrl-s>").await;
    go_on(&mut session).await;
    session.shows("created");
    session.hides("draft not sent");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), 1);
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 2);
}

#[tokio::test]
async fn a_creation_that_meets_expired_credentials_is_made_once() {
    let mut session = Session::start(120, 40).await;
    session.keys("n<enter>made once<esc>v").await;
    session.next("CreateUsagePlan", FaultKind::ExpiredToken);
    session.keys("<ctrl-s>").await;
    go_on(&mut session).await;
    session.shows("created");
    session.keys("<esc><esc>/made once").await;
    session.shows("of 40");
    assert_eq!(
        session
            .app
            .core
            .plans
            .selected()
            .unwrap()
            .plan
            .settings
            .name,
        "made once"
    );
}

#[tokio::test]
async fn an_extension_waits_too_although_its_review_lets_nothing_else_pass() {
    let mut session = Session::start(120, 40).await;
    session.find("jayn6q").await;
    session.keys("U").await;
    session.keys("x+10k<enter>").await;
    session.next("UpdateUsage", FaultKind::ExpiredToken);
    session.keys("<ctrl-s>").await;
    go_on(&mut session).await;
    assert_eq!(session.sent("UpdateUsage").await.len(), 2);
}

#[tokio::test]
async fn the_plan_that_cannot_be_read_before_sending_is_held_as_well() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r110<enter>v").await;
    session.next("GetUsagePlan", FaultKind::ExpiredToken);
    session.keys("<ctrl-s>").await;
    assert!(session.sent("UpdateUsagePlan").await.is_empty());
    go_on(&mut session).await;
    session.shows("updated");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 1);
}

#[tokio::test]
async fn what_is_held_can_be_stopped_and_its_draft_is_kept() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r110<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::ExpiredToken);
    session.keys("<ctrl-s>").await;
    tells(&mut session, "It waits in the send queue");
    session.keys("<esc>").await;
    session.shows("Cancelled before anything was sent");
    session.shows("1 draft not sent");
    session.keys("R").await;
    session.keys("<ctrl-s>").await;
    session.shows("updated");
}

#[tokio::test]
async fn a_program_that_ends_while_something_is_held_has_it_again() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r110<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::ExpiredToken);
    session.keys("<ctrl-s>").await;
    session.restart().await;
    session.keys("Q").await;
    session.shows("basic-monthly");
    session.keys("p").await;
    session.shows("updated");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 2);
}

#[tokio::test]
async fn other_screens_stay_while_it_connects_anew() {
    let mut session = Session::start(120, 40).await;
    session.find("jayn6q").await;
    session.next("GetUsage", FaultKind::ExpiredToken);
    session.keys("U").await;
    session.shows("have expired");
    session.shows("R refresh");
    session.keys("R").await;
    session.shows("Burn-down of ");
    session.keys("<esc>").await;
    session.shows("/jayn6q");
    session.hides("reading");
}
