//! The extension of what an API key has left: typed, reviewed, sent and read back.

use insta::assert_snapshot;
use plangate::emulator::FaultKind;

use crate::usage::{asked, usage};

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
    // A lost answer is resolved by reading, never by sending again.
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
    session.keys("<ctrl-c>").await;
    session.shows("Leave plangate? an extension was not sent");
    session.keys("n").await;
    session.keys("x").await;
    session.shows("500 = 500 requests");
    session.keys("<enter>").await;
    session.shows("nothing is sent yet");
    assert!(session.sent("UpdateUsage").await.is_empty());
}

#[tokio::test]
async fn extensions_that_are_not_sent_are_kept_for_each_key_and_go_with_the_page() {
    let mut session = usage("jayn6q", 120, 40).await;
    session.keys("x500<enter><esc>").await;
    session.keys("jx600<enter><esc>").await;
    session.keys("kx").await;
    session.shows("500 = 500 requests");
    session.keys("<esc>jx").await;
    session.shows("600 = 600 requests");
    // The page of the keys leads to the list, past the usage.
    session.keys("<esc>AK").await;
    session.shows("of key ");
    session.keys("q").await;
    session.hides("an extension was not sent");
}

#[tokio::test]
async fn stopping_an_extension_reads_what_became_of_it() {
    let mut session = usage("jayn6q", 120, 40).await;
    session.keys("x500<enter>").await;
    session.press("<ctrl-s>");
    session.resolve_written().await;
    session.shows("sending UpdateUsage");
    session.press("x");
    session.shows("an extension is being sent");
    session.press("<esc>");
    session.resolve_written().await;
    session.shows("reading the usage back");
    session.resolve().await;
    // It had reached the server.
    session.shows("has 500 requests left, read back.");
    assert_eq!(asked(&session, "UpdateUsage").await, 1);
}
