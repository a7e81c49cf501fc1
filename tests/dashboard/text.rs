//! The page of a text: to be selected, copied or written to a file.

use plangate::app::message::Message;
use plangate::config::Clipboard;
use plangate::plan::{Op, PatchOperation};

use crate::copying::copied;
use crate::session::Session;

#[tokio::test]
async fn what_was_copied_is_shown_on_request_and_written_to_a_file() {
    let mut session = Session::start(120, 40).await;
    session.keys("Y").await;
    session.shows("! nothing was copied yet");
    session.find("qm6bea").await;
    let json = copied(&mut session, "JSON").await;
    session.shows("Where it did not arrive, Y shows it.");
    session.keys("Y").await;
    session.shows("The JSON of the plan:");
    session.shows("\n{\n  \"id\": \"qm6bea\",\n");
    session.keys("s").await;
    session.shows("Written: json-of-the-plan.json");
    let (name, text) = session.saved.last().unwrap().clone();
    assert_eq!(
        (name.as_str(), text),
        ("json-of-the-plan.json", json.clone())
    );
    // On its page it is copied again, whole.
    session.keys("y").await;
    assert_eq!(session.copied.last(), Some(&json));
    session.keys("<esc>").await;
    session.shows("Plans 1 of 39");
}

#[tokio::test]
async fn a_text_can_be_shown_instead_of_copied() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    session.keys("yTerraform<ctrl-o>").await;
    session.shows("The Terraform of the plan:");
    assert!(session.copied.is_empty());
    // Elsewhere there is nothing to show.
    session.keys("<esc>s<ctrl-o>").await;
    session.shows("! there is no text to show here");
}

#[tokio::test]
async fn without_a_clipboard_the_text_is_shown() {
    let mut session = Session::start(120, 40).await;
    session.app.core.operator.clipboard = Clipboard::None;
    session.find("qm6bea").await;
    session.keys("yARN<enter>").await;
    session.shows("\narn:aws:apigateway:us-east-1::/usageplans/qm6bea\n");
    assert!(session.copied.is_empty());
}

#[tokio::test]
async fn what_is_too_long_for_the_terminal_is_shown() {
    let mut session = Session::start(120, 40).await;
    let long = PatchOperation::new(Op::Replace, "/description", "é".repeat(40_000));
    session.somebody_else("qm6bea", vec![long]).await;
    session.keys("R").await;
    session.find("qm6bea").await;
    session.keys("yJSON<enter>").await;
    session.shows("and terminals take 100 kB.");
    session.shows("The JSON of the plan:");
    assert!(session.copied.is_empty());
}

#[tokio::test]
async fn a_text_that_was_asked_for_is_there_although_something_is_typed_meanwhile() {
    let mut session = Session::start(80, 24).await;
    session.keys("/gold").await;
    session.tell(Message::Described("the view in plain words".to_owned()));
    session.keys("<esc>").await;
    session.shows("the view in plain words");
}
