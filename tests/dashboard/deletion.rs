//! Deleting plans: what is said before, what is asked, what reaches the server.

use insta::assert_snapshot;
use plangate::emulator::FaultKind;
use plangate::plan::{Aim, Op, PatchOperation, PlanId};

use crate::session::Session;

fn plan_id(id: &str) -> PlanId {
    PlanId(id.to_owned())
}

async fn deletion(id: &str, columns: u16, rows: u16) -> Session {
    let mut session = Session::start(columns, rows).await;
    session.find(id).await;
    session.keys("D").await;
    session
}

/// The calls that change something, as they reached the server.
async fn writes(session: &Session) -> Vec<String> {
    let requests = session.server.requests().await.into_iter();
    let writes = requests.filter(|request| request.method != "GET");
    writes.map(|request| request.operation).collect()
}

#[tokio::test]
async fn says_who_is_refused_and_what_does_not_come_back() {
    let mut session = deletion("qm6bea", 120, 40).await;
    session.shows(
        "2 API stages, detached first: orders:prod (b3n8x1v6tr), orders:v2-beta (b3n8x1v6tr)",
    );
    session.shows("2 API keys leave it (the keys themselves stay): ");
    session.shows("2 API keys lose access to orders:prod (b3n8x1v6tr): ");
    session.shows("the plan's id: a plan made in its place has another");
    session.shows("whether another plan gives these API keys the same stages could not be");
    // Which plans they are in is asked on request.
    session.keys("w").await;
    session.hides("could not be");
}

#[tokio::test]
async fn detaches_the_stages_and_deletes_once_the_plan_is_named() {
    let mut session = deletion("jayn6q", 120, 40).await;
    session.keys("<ctrl-s>silver<enter>").await;
    session.shows("Nothing is sent until you type petstore-silver or jayn6q");
    assert_eq!(writes(&session).await, [""; 0]);
    session.keys("<ctrl-u>petstore-silver<enter>").await;
    session.shows("Deleted: petstore-silver jayn6q.");
    assert!(session.app.stack.screen().is_none());
    assert!(session.app.core.plans.plan(&plan_id("jayn6q")).is_none());
    assert_eq!(
        writes(&session).await,
        ["UpdateUsagePlan", "DeleteUsagePlan"]
    );
    let operations = session.sent("UpdateUsagePlan").await[0]["patchOperations"].clone();
    assert_eq!(operations.as_array().unwrap().len(), 2);
    assert!(session.gateway.plan(&plan_id("jayn6q")).await.is_err());
    // The journal has who was in it.
    let send = session.history().sends.first().unwrap().read().unwrap();
    let Aim::Delete { keys, .. } = &send.entries[0].aim else {
        panic!("the deletion is not in the journal");
    };
    assert_eq!(keys.len(), 2);
}

#[tokio::test]
async fn marked_plans_are_deleted_once_their_number_is_typed() {
    let mut session = Session::start(120, 40).await;
    for id in ["jayn6q", "6kc7c6"] {
        session.find(id).await;
        session.keys(" ").await;
    }
    session.keys("/<esc><esc>").await;
    session.keys("D").await;
    session.shows("Delete 2 plans");
    session.keys("<ctrl-s>1<enter>").await;
    assert_eq!(writes(&session).await, [""; 0]);
    session.keys("<ctrl-u>2<enter>").await;
    session.shows("Sent 2 of 2.");
    let mut writes = writes(&session).await;
    writes.sort();
    assert_eq!(
        writes,
        ["DeleteUsagePlan", "DeleteUsagePlan", "UpdateUsagePlan"]
    );
    for id in ["jayn6q", "6kc7c6"] {
        assert!(session.gateway.plan(&plan_id(id)).await.is_err());
        assert!(session.app.core.plans.plan(&plan_id(id)).is_none());
    }
}

#[tokio::test]
async fn a_plan_without_stages_and_keys_takes_one_call() {
    let mut session = deletion("6kc7c6", 80, 24).await;
    session.shows("no API stage: none is attached");
    session.shows("no API key: none is in it");
    assert_snapshot!("empty plan 80x24", session.screen());
    session.keys("<ctrl-s>6kc7c6<enter>").await;
    session.shows("Deleted: empty-shell 6kc7c6.");
    assert_eq!(writes(&session).await, ["DeleteUsagePlan"]);
}

#[tokio::test]
async fn a_plan_that_moved_meanwhile_is_not_deleted() {
    let mut session = deletion("6kc7c6", 120, 40).await;
    let rename = PatchOperation::new(Op::Replace, "/name", "not so empty");
    session.somebody_else("6kc7c6", vec![rename]).await;
    session.keys("<ctrl-s>6kc7c6<enter>").await;
    session.shows("Nothing was deleted: somebody else changed name of empty-shell 6kc7c6");
    assert_eq!(session.plan("6kc7c6").await.settings.name, "not so empty");
    // From the plan as it is now it goes.
    session.keys("D<ctrl-s>not so empty<enter>").await;
    session.shows("Deleted: not so empty 6kc7c6.");
}

#[tokio::test]
async fn a_plan_that_is_gone_needs_no_deletion() {
    let mut session = deletion("6kc7c6", 120, 40).await;
    let call = plangate::plan::Call::Delete {
        plan: plan_id("6kc7c6"),
    };
    session.gateway.send(&call).await.unwrap();
    session.keys("<ctrl-s>6kc7c6<enter>").await;
    session.shows("empty-shell 6kc7c6 is gone already: nothing was sent.");
    assert!(session.app.core.plans.plan(&plan_id("6kc7c6")).is_none());
}

#[tokio::test]
async fn half_a_deletion_is_said_and_the_rest_can_be_sent() {
    let mut session = deletion("jayn6q", 120, 40).await;
    session.next("DeleteUsagePlan", FaultKind::AccessDenied);
    session.keys("<ctrl-s>jayn6q<enter>").await;
    session.shows("HALF-WAY: the stages of petstore-silver jayn6q are detached, and it is not");
    assert!(session.plan("jayn6q").await.settings.stages.is_empty());
    session.shows("no API stage: none is attached");
    session.keys("<down><ctrl-s>jayn6q<enter>").await;
    session.shows("Deleted: petstore-silver jayn6q.");
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_said_to_be_lost() {
    let mut session = Session::start(120, 40).await;
    session.find("uff3dc").await;
    session.next("GetUsagePlanKeys", FaultKind::AccessDenied);
    session.keys("D").await;
    session.shows("its API keys could not be read, so nobody will know who to put back");
    session.shows("which API keys lose access could not be checked");
}

#[tokio::test]
async fn a_draft_of_the_plan_goes_on_as_that_of_a_new_one() {
    let mut session = Session::start(120, 40).await;
    session.find("6kc7c6").await;
    session.keys("r5<enter>7<enter>D").await;
    session.shows("its draft was not sent: it stays as the draft of a new plan");
    session.keys("<ctrl-s>6kc7c6<enter>").await;
    session.shows("Deleted: ");
    assert_eq!(session.app.core.new_plans(), 1);
    session.shows("1 draft not sent");
}

#[tokio::test]
async fn with_stages_still_attached_the_service_would_refuse_it() {
    let mut session = deletion("uff3dc", 120, 40).await;
    // Somebody attaches a stage between the update and the deletion.
    session.next(
        "DeleteUsagePlan",
        FaultKind::ChangedByOther {
            plan: None,
            operations: serde_json::from_str(
                r#"[{"op": "add", "path": "/apiStages", "value": "a7k2m9p4qz:dev"}]"#,
            )
            .unwrap(),
        },
    );
    session.keys("<ctrl-s>uff3dc<enter>").await;
    session.shows("HALF-WAY: ");
    session.shows("because there are API Stages associated with it");
    assert_eq!(session.plan("uff3dc").await.settings.stages.len(), 1);
}
