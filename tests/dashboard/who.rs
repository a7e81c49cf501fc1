//! Who you are: in the first line, and on a page of its own.

use super::session::Session;

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
            80,
            "sample account · 123456789012 · us-east-1 · http://127.0.0.1:4566",
        ),
        (70, "sample account · 123456789012 · us-east-1"),
    ] {
        session.resize(columns, 24);
        assert_eq!(
            header(&mut session).trim_start_matches(" plangate  "),
            shown
        );
    }
    session.resize(60, 24);
    session.keys("r12<enter>").await;
    let line = header(&mut session);
    assert!(line.contains("sample account · us-east-1 "), "{line}");
    assert!(line.ends_with("1 draft not sent"), "{line}");
}

#[tokio::test]
async fn before_it_is_known_the_rest_stands_and_the_page_says_so() {
    let mut session = Session::unanswered(120, 40).await;
    session.press("I");
    session.shows("not asked yet");
    session.settle().await;
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
    session.shows("is now as reviewed");
    let history = session.history();
    assert_eq!(history.sends[0].arn, "arn:aws:iam::123456789012:user/demo");
    session.keys("<esc>H").await;
    session.shows("As arn:aws:iam::123456789012:user/demo");
}
