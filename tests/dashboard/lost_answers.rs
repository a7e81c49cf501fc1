//! Changes without a certain answer: what is read, what is said, and what is not sent again.

use std::time::Duration;

use plangate::emulator::{FaultKind, InjectedFault};
use plangate::journal::EntryState;
use plangate::plan::{Op, PatchOperation};
use serde_json::json;

use crate::session::Session;

fn replace(path: &str, value: &str) -> PatchOperation {
    PatchOperation::new(Op::Replace, path, value)
}

#[tokio::test]
async fn a_connection_lost_after_the_change_is_resolved_by_reading() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::ResetAfter);
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
    assert_eq!(
        session.sent("UpdateUsagePlan").await.len(),
        1,
        "it is never sent twice"
    );
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
        "150"
    );
}

#[tokio::test]
async fn a_connection_lost_before_the_change_is_resolved_by_reading() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::ResetBefore);
    session.keys_now("<ctrl-s>").await;
    session.shows("UpdateUsagePlan not seen yet, read again in 70 s");
    session.wait(Duration::from_millis(12_300)).await;
    session.shows("UpdateUsagePlan not seen yet, read again in 58 s");
    let state = session.history().sends[0].entries[0].state;
    assert_eq!(state, EntryState::NotSeen);
    let before = session.sent("UpdateUsagePlan").await.len();
    session.resolve().await;
    session.shows("no certain answer");
    session.shows("it was not made");
    session.shows("1 draft not sent");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), before);
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
        "100"
    );
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
}

#[tokio::test]
async fn a_lost_change_whose_field_a_colleague_changed_is_a_conflict_to_resolve() {
    for (key, want, sent) in [("m", "150", 3), ("t", "77", 2), ("b", "100", 3)] {
        for waits in [true, false] {
            let mut session = Session::start(120, 40).await;
            session.find("w0mvrr").await;
            session.keys("r150<enter>v").await;
            session.next("UpdateUsagePlan", FaultKind::ResetBefore);
            session.keys_now("<ctrl-s>").await;
            let theirs = vec![replace("/throttle/rateLimit", "77")];
            session.somebody_else("w0mvrr", theirs).await;
            if waits {
                session.resolve().await;
                session.shows("neither as before nor as sent");
            } else {
                session.press("<esc>");
                session.resolve().await;
                session.shows("the same field");
            }
            session.shows("base    100");
            session.shows("theirs  77");
            session.shows("mine    150");
            // Nothing overwrites theirs unseen.
            session.keys("<ctrl-s><ctrl-s>").await;
            session.shows("resolve the conflicts first");
            assert_eq!(session.sent("UpdateUsagePlan").await.len(), 2);
            // Nor where the review is left and opened again.
            session.keys("<esc>v").await;
            session.shows("theirs  77");
            session.keys("<ctrl-s><ctrl-s>").await;
            session.shows("resolve the conflicts first");
            session.keys(&format!("{key}<ctrl-s>y")).await;
            let rate = session.plan("w0mvrr").await.settings.throttle.unwrap().rate;
            assert_eq!(rate.unwrap().to_string(), want, "after {key}");
            assert_eq!(session.sent("UpdateUsagePlan").await.len(), sent);
        }
    }
}

#[tokio::test]
async fn an_answer_about_another_plan_is_told_on_although_the_update_was_made() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    let body = json!({"id": "zzzzzz", "name": "another"}).to_string();
    session.next("UpdateUsagePlan", FaultKind::Says { body });
    session.keys("<ctrl-s>").await;
    session.shows("Sent: basic-monthly w0mvrr updated");
    session.shows(r#"it is about "zzzzzz""#);
    session.shows("read again)");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 1);
}

/// A draft of a copy in its review.
async fn copy(session: &mut Session) {
    session.find("48hiwm").await;
    session.keys("cv").await;
}

#[tokio::test]
async fn a_creation_without_an_answer_is_said_to_be_known_by_its_name_and_settings() {
    let mut session = Session::start(120, 40).await;
    copy(&mut session).await;
    session.next("CreateUsagePlan", FaultKind::ResetAfter);
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
    session.shows("no answer came; the new plan ");
    session.shows("copy (new) created");
    session.shows("has its name and settings and is taken for");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), 1);
}

#[tokio::test]
async fn a_server_that_answers_something_else_is_told_on() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::Lie);
    session.keys("<ctrl-s>").await;
    session.shows("the answer said otherwise; the plan was read again");
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
        "150"
    );
}

#[tokio::test]
async fn escape_while_the_answer_is_awaited_never_says_that_nothing_was_sent() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    session.press("<ctrl-s>");
    session.resolve_one().await;
    // The plan was read; the update is on its way now.
    session.shows("sending UpdateUsagePlan");
    session.press("<esc>");
    session.shows("the answer was lost");
    session.press("<esc>");
    session.resolve_written().await;
    session.hides("before anything was sent");
    session.shows("not seen yet and may still be made");
    let line = session.app.core.queue_line().unwrap();
    assert_eq!(
        line,
        "basic-monthly w0mvrr: UpdateUsagePlan not seen yet, read again in 70 s"
    );
    // Nothing of it is sent again before that is certain.
    session.press("<ctrl-s>");
    session.shows("Nothing was sent: UpdateUsagePlan of basic-monthly w0mvrr, sent before,");
    session.shows("Review basic-monthly w0mvrr: sent before, not seen yet");
    session.hides("nothing is sent yet");
    session.press("Q");
    session.shows("All sent but this: basic-monthly w0mvrr: UpdateUsagePlan not seen yet");
    session.press("<esc>");
    // It was only held on its way.
    session.resolve().await;
    session.shows("UpdateUsagePlan of basic-monthly w0mvrr was made.");
    session.hides("not sent");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 1);
    let state = session.history().sends[0].entries[0].state;
    assert_eq!(state, EntryState::Applied);
}

#[tokio::test]
async fn a_creation_without_an_answer_is_looked_for_before_it_is_sent_again() {
    let mut session = Session::start(120, 40).await;
    copy(&mut session).await;
    session.next("CreateUsagePlan", FaultKind::ResetBefore);
    session.keys_now("<ctrl-s>").await;
    session.shows("CreateUsagePlan not seen yet, read again in 70 s");
    // Nobody waits for it, and it is not sent again all the same.
    session.keys_now("<esc>").await;
    session.shows("may still be made");
    let before = session.sent("CreateUsagePlan").await.len();
    session.keys_now("<ctrl-s>").await;
    session.shows("Nothing was sent: CreateUsagePlan of no-stages-yet copy (new), sent before,");
    session.resolve().await;
    session.shows("CreateUsagePlan of no-stages-yet copy (new) was not made.");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), before);
    // Now it is certain, and it is looked for once more.
    session.keys("<ctrl-s>").await;
    session.shows("Sent: no-stages-yet copy");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), before + 1);
    session.hides("not sent");
}

#[tokio::test]
async fn a_creation_of_which_nobody_can_tell_is_sent_again_only_when_asked_for() {
    let mut session = Session::start(120, 40).await;
    copy(&mut session).await;
    // Its plan is there, but nobody lets it be seen.
    let hide = || InjectedFault {
        times: 4,
        ..InjectedFault::next("GetUsagePlans", FaultKind::AccessDenied)
    };
    session.press("<ctrl-s>");
    session.resolve_one().await;
    session.next("CreateUsagePlan", FaultKind::ResetAfter);
    session.server.faults().schedule(hide());
    session.resolve().await;
    session.shows("do not send twice");
    let before = session.sent("CreateUsagePlan").await.len();
    session.keys("<ctrl-s>").await;
    session.shows("It is not known whether CreateUsagePlan of no-stages-yet copy (new), sent");
    session.shows("Send it again?");
    session.keys("n").await;
    assert_eq!(session.sent("CreateUsagePlan").await.len(), before);
    // Where it can be seen, it is found.
    session.server.faults().clear();
    session.keys("<ctrl-s>").await;
    session.shows("was made");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), before);
    session.hides("not sent");
}

#[tokio::test]
async fn a_new_plan_made_but_not_finished_is_said_to_be_made() {
    let mut session = Session::start(120, 40).await;
    session
        .keys("n<enter>half made<tab><tab>prod-77<esc>v")
        .await;
    // The second request is shown before anything is sent.
    session.shows("Request 2 of 2: UpdateUsagePlan");
    session.next("UpdateUsagePlan", FaultKind::AccessDenied);
    session.keys("<ctrl-s>").await;
    session.shows("The plan was created as");
    session.shows("1 draft not sent");
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), 1);
}
