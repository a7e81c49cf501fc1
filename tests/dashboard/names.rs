//! The names of APIs: stages are shown by them, and both names and identifiers are taken.

use std::path::PathBuf;

use plangate::emulator::{FaultKind, InjectedFault};
use tempfile::TempDir;

use crate::session::Session;

/// A session in which two APIs are called petstore, and the folder of its account.
async fn twins(columns: u16, rows: u16) -> (Session, TempDir) {
    let account = include_str!("../../assets/demo.json");
    let account = account.replacen("\"name\": \"media\"", "\"name\": \"petstore\"", 1);
    let folder = TempDir::new().unwrap();
    let file: PathBuf = folder.path().join("account.json");
    let text = format!("{{\"version\": 1, \"account\": {account}}}");
    std::fs::write(&file, text).unwrap();
    let session = Session::with_state(columns, rows, &file).await;
    (session, folder)
}

#[tokio::test]
async fn stages_are_shown_by_the_names_of_their_apis() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    session.keys("<enter>").await;
    session.shows("orders:prod");
    session.shows("orders:v2-beta");
    session.hides("b3n8x1v6tr:prod");
    session.keys("<esc>m").await;
    session.shows("orders:v2-beta");
    session.shows("Why: orders:prod");
    session.hides("b3n8x1v6tr:");
    session.keys("<esc>e").await;
    session.shows("orders:prod");
    session.hides("b3n8x1v6tr:");
    session.keys("<esc>").await;
    session.keys("FR").await;
    session.keys("/legacy-reports:Stage_Z<enter>").await;
    session.shows("the stage legacy-reports:Stage_Z does not exist");
}

#[tokio::test]
async fn a_review_has_names_in_its_changes_and_identifiers_in_what_is_sent() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("Tattach legacy-reports:Stage_A").await;
    session.shows("stage legacy-reports:Stage_A");
    session.keys("<enter>v").await;
    session.shows("stage legacy-reports:Stage_A (o81lxisefl)");
    session.shows("o81lxisefl:Stage_A");
    session.keys("<ctrl-s>").await;
    let sent = session.sent("UpdateUsagePlan").await;
    let text = serde_json::to_string(&sent).unwrap();
    assert!(text.contains("o81lxisefl:Stage_A"), "{text}");
    assert!(!text.contains("legacy-reports"), "{text}");
    session.keys("<esc><esc>H").await;
    session.shows("+stage legacy-reports:Stage_A");
}

#[tokio::test]
async fn the_filter_and_the_picker_take_names_and_identifiers() {
    let mut session = Session::start(120, 40).await;
    session.keys("/petstore:prod<enter>").await;
    let by_name = session.app.core.plans.shown();
    assert!(by_name > 1, "{by_name}");
    session.keys("/a7k2m9p4qz:prod<enter>").await;
    assert_eq!(session.app.core.plans.shown(), by_name);
    session.keys("<esc>").await;
    session.find("w0mvrr").await;
    for typed in ["legacy-reports:Stage_A", "o81lxisefl:Stage_A"] {
        session.keys(&format!("Tattach {typed}<enter>v")).await;
        session.shows("stage legacy-reports:Stage_A (o81lxisefl)");
        session.keys("<esc>").await;
        session.keys("u").await;
    }
}

#[tokio::test]
async fn a_line_goes_to_the_limits_of_a_stage() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    for line in [
        "limits orders:v2-beta",
        "limits b3n8x1v6tr:v2-beta",
        "limits v2",
    ] {
        session.keys(&format!(":{line}")).await;
        session.shows("limits orders:v2-beta");
        session.keys("<enter>").await;
        session.shows("Why: orders:v2-beta");
        session.keys("<esc>").await;
    }
    session.keys(":limits petstore:prod<enter>").await;
    session.shows("orders-gold qm6bea does not have the stage petstore:prod");
}

#[tokio::test]
async fn of_two_apis_of_one_name_the_identifier_joins_in_and_nothing_is_guessed() {
    let (mut session, _folder) = twins(120, 40).await;
    session.find("br5ent").await;
    session.keys("<enter>").await;
    session.shows("petstore:prod (a7k2m9p4qz)");
    session.keys("<esc>").await;
    session.find("w0mvrr").await;
    session.keys("Tattach petstore:prod").await;
    session.shows("2 APIs are called \"petstore\": a7k2m9p4qz:prod, d9q4r6s1fm:prod");
    session.keys("<enter>").await;
    assert_eq!(session.app.core.drafts.changed().count(), 0);
    session.keys("<ctrl-u>attach a7k2m9p4qz:prod<enter>v").await;
    session.shows("stage petstore:prod (a7k2m9p4qz)");
}

#[tokio::test]
async fn without_the_permission_to_list_apis_identifiers_stay() {
    let mut session = Session::unanswered(120, 40).await;
    let denied = InjectedFault {
        times: u32::MAX,
        ..InjectedFault::next("GetRestApis", FaultKind::AccessDenied)
    };
    session.server.faults().schedule(denied);
    session.resolve().await;
    session.find("qm6bea").await;
    session.keys("m").await;
    session.shows("b3n8x1v6tr:prod");
    session.hides("orders:prod");
    session.keys("<esc>").await;
    session.keys("/b3n8x1v6tr:prod<enter>").await;
    assert!(session.app.core.plans.shown() > 1);
}

#[tokio::test]
async fn apis_are_asked_for_once() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    session.keys("m<esc>e<esc>F<esc>").await;
    assert_eq!(session.asked("GetRestApis").await, 1);
}
