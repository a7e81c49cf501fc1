//! The review of changes that come from no draft: what it shows, and what is sent.

use insta::assert_snapshot;
use plangate::app::message::changed::Route;
use plangate::app::page::change_review::ChangeReview;
use plangate::app::prompt::consent::Proposed;
use plangate::emulator::FaultKind;
use plangate::plan::{Aim, PlanId};

use crate::session::Session;

fn plan_id(id: &str) -> PlanId {
    PlanId(id.to_owned())
}

/// The review of the deletion of a plan.
async fn deletion(columns: u16, rows: u16) -> Session {
    let mut session = Session::start(columns, rows).await;
    session.find("br5ent").await;
    session.keys("D").await;
    session
}

#[tokio::test]
async fn shows_what_will_be_done_call_by_call() {
    for (columns, rows) in crate::session::SIZES {
        let mut session = deletion(columns, rows).await;
        assert_snapshot!(format!("deletion {columns}x{rows}"), session.screen());
    }
}

#[tokio::test]
async fn sends_it_once_the_plan_is_named_and_leaves() {
    let mut session = deletion(120, 40).await;
    session.keys("<ctrl-s>").await;
    session.shows("Type ");
    assert!(session.sent("DeleteUsagePlan").await.is_empty());
    session.keys("br5ent<enter>").await;
    session.shows("Deleted: petstore-free br5ent.");
    assert!(session.app.stack.screen().is_none());
    assert!(session.app.core.plans.plan(&plan_id("br5ent")).is_none());
}

#[tokio::test]
async fn what_failed_can_be_sent_again() {
    let mut session = deletion(120, 40).await;
    session.next("UpdateUsagePlan", FaultKind::AccessDenied);
    session.keys("<ctrl-s>br5ent<enter>").await;
    session.shows("Error");
    session.shows("nothing is sent yet");
    session.keys("<ctrl-s>br5ent<enter>").await;
    session.shows("Deleted: ");
}

#[tokio::test]
async fn esc_stops_it_while_it_waits_for_its_slot() {
    let mut session = deletion(120, 40).await;
    session
        .app
        .core
        .outbox
        .queue
        .set_interval(std::time::Duration::from_secs(20));
    session.keys("<ctrl-s>br5ent").await;
    session.press("<enter>");
    session.resolve_written().await;
    session.shows("being sent (esc cancels)");
    session.press("<esc>");
    session.resolve_now().await;
    session.shows("nothing is sent yet");
    session.hides("esc cancels");
    assert!(session.sent("DeleteUsagePlan").await.is_empty());
}

#[tokio::test]
async fn what_was_sent_and_not_seen_yet_is_in_the_title_until_it_is() {
    let mut session = deletion(120, 40).await;
    session.shows("nothing is sent yet");
    session.next("UpdateUsagePlan", FaultKind::ResetBefore);
    session.keys_now("<ctrl-s>br5ent<enter>").await;
    session.keys_now("<esc>").await;
    session.keys_now("D").await;
    session.shows("Delete petstore-free br5ent: sent before, not seen yet");
    session.hides("nothing is sent yet");
    session.resolve().await;
    session.shows("nothing is sent yet");
    session.hides("sent before");
}

#[tokio::test]
async fn many_changes_go_to_the_queue() {
    let mut session = Session::start(120, 40).await;
    let changes = ["br5ent", "dyiwli"].map(|id| {
        let base = session.app.core.plans.plan(&plan_id(id)).unwrap().clone();
        let mut wanted = base.settings.clone();
        wanted.description = "together".to_owned();
        Proposed {
            name: format!("{} {id}", base.settings.name),
            aim: Aim::Update { base, wanted },
            draft: None,
        }
    });
    session.app.stack.open(
        &mut session.app.core,
        Route::ChangeReview(Box::new(ChangeReview::new(
            "Describe two",
            changes.into(),
            Vec::new(),
        ))),
    );
    session.shows("Request 1 of 2: UpdateUsagePlan");
    session.keys("<ctrl-s>").await;
    session.shows("Send queue");
    session.shows("Sent 2 of 2.");
    for id in ["br5ent", "dyiwli"] {
        assert_eq!(session.plan(id).await.settings.description, "together");
    }
}
