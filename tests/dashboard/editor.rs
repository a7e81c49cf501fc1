//! The patch in the operator's own editor.

use crate::session::Session;

/// The patch editor on a staged rate.
async fn patch() -> Session {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>p").await;
    session
}

#[tokio::test]
async fn the_text_goes_to_the_editor_and_comes_back_judged() {
    let mut session = patch().await;
    let text = r#"[{"op":"replace","path":"/throttle/rateLimit","value":"160"}]"#;
    session.editor = Ok(Some(format!("{text}\n")));
    session.keys("<ctrl-o>").await;
    assert!(
        session.edited[0].contains("\"150\""),
        "{}",
        session.edited[0]
    );
    session.shows("Back from the editor: ctrl-s takes it.");
    session.keys("<ctrl-s>").await;
    session.shows("1 operation is staged.");
    session.shows("→ 160");
}

#[tokio::test]
async fn what_comes_back_with_faults_is_judged_like_what_is_typed() {
    let mut session = patch().await;
    session.editor = Ok(Some("[{\"op\":\"move\",\n".to_owned()));
    session.keys("<ctrl-o>").await;
    session.shows("Back from the editor, with 1 to mend.");
    session.shows("1 to mend");
    // Nothing of it is lost by leaving.
    session.keys("<esc>p").await;
    session.shows("\"op\":\"move\"");
}

#[tokio::test]
async fn an_editor_that_fails_or_changes_nothing_says_so_and_the_text_stays() {
    let mut session = patch().await;
    session.keys("<ctrl-o>").await;
    session.shows("The editor changed nothing.");
    session.keys("x").await;
    session.editor = Err("vi ended with exit status: 1.".to_owned());
    session.keys("<ctrl-o>").await;
    session.shows("Error: Here the text is as it was: vi ended with exit status: 1.");
    assert!(session.edited[1].starts_with('x'));
    session.shows("x[");
}
