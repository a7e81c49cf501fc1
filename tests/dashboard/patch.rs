//! The patch editor, and the patch in the operator's own editor.

use crate::form::clear_line;
use crate::form::clear_line_of;
use crate::session::Session;

#[tokio::test]
async fn the_patch_editor_judges_as_you_type_and_applies_to_the_draft() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>p").await;
    session.shows("All good");
    // One operation a line. It loses its end, and the fault is shown with its place.
    session.shows(r#"  2    {"op": "replace", "path": "/throttle/rateLimit", "value": "150"}"#);
    session.keys("<down><ctrl-e><backspace>").await;
    session.shows("1 problem");
    session.keys("<ctrl-s>").await;
    session.shows("the text has problems");
    session.keys("}<ctrl-s>").await;
    session.shows("1 operation is staged");
    session.shows("~  basic-monthly");
}

#[tokio::test]
async fn a_patch_text_that_was_left_is_there_again() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("pnonsense<esc>").await;
    session.shows("The text was kept as typed");
    session.keys("q").await;
    session.shows("a patch text was not applied");
    session.keys("np").await;
    session.shows("nonsense");
}

#[tokio::test]
async fn typed_operations_that_are_not_possible_name_rule_and_place() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("p").await;
    clear_line(&mut session).await;
    for (text, want) in [
        (
            r#"{"op":"copy","path":"/name","from":"/description"}"#,
            "supported-op",
        ),
        (
            r#"{"op":"replace","path":"/quota/limit","value":"ten"}"#,
            "count-value",
        ),
        (
            r#"{"op":"replace","path":"/nosuch","value":"1"}"#,
            "known-path",
        ),
        (
            r#"{"op":"remove","path":"/apiStages","value":"zzz:prod"}"#,
            "stage-attached",
        ),
    ] {
        session.keys("<ctrl-e>").await;
        clear_line_of(&mut session, 200).await;
        session.tell(plangate::app::message::Message::Paste(format!("[{text}]")));
        session.shows("line 1, column 2");
        session.shows(want);
    }
}

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
    session.shows("Back from the editor, with 1 problem to fix.");
    session.shows("1 problem");
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
