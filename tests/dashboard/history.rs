//! The history: what it shows, and how it is searched.

use insta::assert_snapshot;

use crate::session::Session;

/// A session in which some changes were sent.
async fn after_sends(columns: u16, rows: u16) -> Session {
    let mut session = Session::start(columns, rows).await;
    change(&mut session, "3i6x10", "r600").await;
    change(&mut session, "w0mvrr", "b250").await;
    change(&mut session, "3i6x10", "t12M").await;
    session
}

/// Changes a number of a plan and sends it.
async fn change(session: &mut Session, id: &str, keys: &str) {
    session.find(id).await;
    session.keys(&format!("{keys}<enter>v<ctrl-s>")).await;
    session.shows("is now as reviewed");
    session.keys("<esc>").await;
}

#[tokio::test]
async fn shows_what_was_sent_newest_first() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut session = after_sends(columns, rows).await;
        session.keys("H").await;
        assert_snapshot!(
            format!("history {columns}x{rows}"),
            session.screen_of_history()
        );
        session.keys("<tab>").await;
        assert_snapshot!(
            format!("history in detail {columns}x{rows}"),
            session.screen_of_history()
        );
    }
}

#[tokio::test]
async fn says_why_it_is_empty() {
    let mut session = Session::start(80, 24).await;
    session.keys("H").await;
    assert_snapshot!("empty history 80x24", session.screen());
}
