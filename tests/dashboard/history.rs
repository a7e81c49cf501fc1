//! The history: what it shows, and how it is searched.

use std::sync::Arc;

use insta::assert_snapshot;
use plangate::app::message::changed::Route;
use plangate::app::page::change_review::ChangeReview;
use plangate::app::prompt::consent::Proposed;
use plangate::emulator::FaultKind;
use plangate::plan::{Aim, Op, PatchOperation, PlanId, UsagePlan};

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
    session.shows("updated");
    session.keys("<esc>").await;
}

#[tokio::test]
async fn shows_what_was_sent_newest_first() {
    for (columns, rows) in crate::session::SIZES {
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

#[tokio::test]
async fn what_was_sent_is_undone() {
    let mut session = Session::start(120, 40).await;
    let first = session.plan("3i6x10").await;
    change(&mut session, "3i6x10", "r600").await;
    assert_ne!(session.plan("3i6x10").await, first);
    session.keys("H").await;
    session.keys("u").await;
    session.shows("Staged: what undoes the change of petstore-gold 3i6x10");
    session.shows("Review petstore-gold 3i6x10");
    session.keys("<ctrl-s>").await;
    assert_eq!(session.plan("3i6x10").await, first);
    // Both know of each other.
    session.shows("History of the account");
    session.shows("undone");
    session.shows("undoes: petstore-gold 3i6x10: rate 600 -> 500");
    let sends = session.history().sends;
    let [back, sent] = sends.as_slice() else {
        panic!("{sends:?}");
    };
    assert_eq!(back.undoes.as_ref(), Some(&sent.id));
    session.shows(&format!("It undoes {}", sent.id));
    session.keys("j").await;
    session.shows(&format!("Undone by {}", back.id));
    // It can be made again.
    session.keys("ku").await;
    session.keys("<ctrl-s>").await;
    let rate = session.plan("3i6x10").await.settings.throttle.unwrap().rate;
    assert_eq!(rate.unwrap().to_string(), "600");
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_stays() {
    let mut session = Session::start(120, 40).await;
    change(&mut session, "3i6x10", "r600").await;
    let theirs = vec![PatchOperation::new(Op::Replace, "/description", "theirs")];
    session.somebody_else("3i6x10", theirs).await;
    session.keys("H").await;
    session.keys("u").await;
    session.keys("<ctrl-s>").await;
    let now = session.plan("3i6x10").await.settings;
    assert_eq!(now.description, "theirs");
    assert_eq!(now.throttle.unwrap().rate.unwrap().to_string(), "500");
}

#[tokio::test]
async fn where_the_same_field_moved_the_operator_chooses() {
    for (choice, rate) in [("m", "500"), ("b", "600")] {
        let mut session = Session::start(120, 40).await;
        change(&mut session, "3i6x10", "r600").await;
        let theirs = vec![PatchOperation::new(
            Op::Replace,
            "/throttle/rateLimit",
            "700",
        )];
        session.somebody_else("3i6x10", theirs).await;
        session.keys("H").await;
        session.keys("u").await;
        session.shows("Base is what was sent then");
        assert_snapshot!("conflict of a way back", session.screen());
        session.keys("<ctrl-s>").await;
        session.shows("resolve the conflicts first");
        session.keys(choice).await;
        session.keys("<ctrl-s>").await;
        let now = session.plan("3i6x10").await.settings.throttle.unwrap();
        assert_eq!(now.rate.unwrap().to_string(), rate);
    }
}

#[tokio::test]
async fn theirs_leaves_nothing_to_send() {
    let mut session = Session::start(120, 40).await;
    change(&mut session, "3i6x10", "r600").await;
    let theirs = vec![PatchOperation::new(
        Op::Replace,
        "/throttle/rateLimit",
        "700",
    )];
    session.somebody_else("3i6x10", theirs).await;
    session.keys("H").await;
    session.keys("u").await;
    session.keys("t").await;
    session.shows("Nothing is left to send");
    session.shows("History of the account");
}

#[tokio::test]
async fn a_draft_is_not_overwritten() {
    let mut session = Session::start(120, 40).await;
    change(&mut session, "3i6x10", "r600").await;
    session.find("3i6x10").await;
    session.keys("b5000<enter>H").await;
    session.keys("u").await;
    session.shows("has a draft already");
    let plan = &session.app.core.plans.selected().unwrap().plan.id.clone();
    let draft = session.app.core.draft_of(plan).unwrap();
    assert_eq!(
        draft.edited().throttle.unwrap().burst.unwrap().to_string(),
        "5000"
    );
}

#[tokio::test]
async fn what_is_as_before_already_is_not_sent() {
    let mut session = Session::start(120, 40).await;
    change(&mut session, "3i6x10", "r600").await;
    change(&mut session, "3i6x10", "r500").await;
    session.keys("H").await;
    session.keys("ju").await;
    session.shows("There is nothing to undo");
    session.shows("reads as it did before");
}

/// The five plans of customers, whose bursts are doubled as one send.
async fn bulk(columns: u16, rows: u16) -> Session {
    let mut session = Session::start(columns, rows).await;
    let ids = ["op6n8m", "b96m4t", "y3xqgc", "w58cen", "1ddx5q"];
    let changes = ids.map(|id| {
        let plan = session.app.core.plans.plan(&PlanId(id.to_owned())).unwrap();
        let mut wanted = plan.settings.clone();
        "summer".clone_into(&mut wanted.description);
        Proposed {
            name: format!("{} {id}", plan.settings.name),
            aim: Aim::Update {
                base: plan.clone(),
                wanted,
            },
            draft: None,
        }
    });
    session.app.stack.open(
        &mut session.app.core,
        Route::ChangeReview(Box::new(ChangeReview::new(
            "Describe",
            changes.into(),
            Vec::new(),
        ))),
    );
    session.keys("<ctrl-s>").await;
    session.shows("Sent 5 of 5.");
    session.keys("<esc>").await;
    session
}

#[tokio::test]
async fn a_bulk_send_is_undone_as_one() {
    for (columns, rows) in crate::session::SIZES {
        let mut session = Session::start(columns, rows).await;
        let before: Vec<_> = session.app.core.plans.plans().cloned().collect();
        drop(session);
        session = bulk(columns, rows).await;
        session.keys("H").await;
        session.keys("<enter>").await;
        assert_snapshot!(
            format!("bulk history {columns}x{rows}"),
            session.screen_of_history()
        );
        session.keys("u").await;
        assert_snapshot!(
            format!("bulk way back {columns}x{rows}"),
            session.screen_of_history()
        );
        session.keys("<ctrl-s>").await;
        session.shows("Sent 5 of 5.");
        for plan in before {
            assert_eq!(session.plan(&plan.id.0).await, *plan);
        }
        session.keys("<esc>").await;
        session.shows("undone");
        session.shows("undoes: 5 changes");
    }
}

#[tokio::test]
async fn one_change_of_a_bulk_send_is_undone_by_itself() {
    let mut session = bulk(120, 40).await;
    session.keys("H").await;
    session.keys("<enter>jj").await;
    session.keys("u").await;
    session.keys("<ctrl-s>").await;
    session.shows("4/5 applied");
    let described = session.app.core.plans.plans();
    let described = described.filter(|plan| plan.settings.description == "summer");
    assert_eq!(described.count(), 4);
}

#[tokio::test]
async fn of_a_bulk_send_what_conflicts_is_left_out_and_named() {
    let mut session = bulk(120, 40).await;
    let theirs = vec![PatchOperation::new(Op::Replace, "/description", "theirs")];
    session.somebody_else("y3xqgc", theirs).await;
    session.keys("H").await;
    session.keys("u").await;
    session.shows("customer-old-mill y3xqgc is left out: somebody changed the same fields");
    session.keys("<ctrl-s>").await;
    session.shows("Sent 4 of 4.");
    assert_eq!(session.plan("y3xqgc").await.settings.description, "theirs");
}

/// A session in which a plan with stages and keys was deleted; the plan, and the keys'
/// identifiers.
pub async fn deleted() -> (Session, UsagePlan, Vec<String>) {
    let mut session = Session::start(120, 40).await;
    let plan = session.plan("br5ent").await;
    let keys = session.gateway.plan_keys(&plan.id).await.unwrap();
    let keys: Vec<String> = keys.into_iter().map(|key| key.id).collect();
    assert!(!keys.is_empty(), "the plan has keys");
    let change = Proposed {
        name: format!("{} {}", plan.settings.name, plan.id),
        aim: Aim::Delete {
            base: Arc::new(plan.clone()),
            keys: keys.clone(),
        },
        draft: None,
    };
    session.app.stack.open(
        &mut session.app.core,
        Route::ChangeReview(Box::new(ChangeReview::new(
            "Delete",
            vec![change],
            Vec::new(),
        ))),
    );
    // What it does to API keys is read first.
    session.keys("<down>").await;
    session.keys("<ctrl-s>br5ent<enter>").await;
    session.shows("Deleted: petstore-free br5ent.");
    (session, plan, keys)
}

#[tokio::test]
async fn a_deleted_plan_comes_back_as_a_new_one_with_its_keys() {
    let (mut session, plan, _) = deleted().await;
    session.keys("H").await;
    session.keys("u").await;
    session.shows("the plan gets a new id: whatever names br5ent has to be told");
    session.shows("the requests that its keys have used do not come back");
    assert_snapshot!("a deleted plan comes back", session.screen_of_history());
    session.keys("<ctrl-s>").await;
    session.shows("updated");
    let is_it = |other: &&Arc<UsagePlan>| other.settings.name == plan.settings.name;
    let back = session.app.core.plans.plans().find(is_it).unwrap().clone();
    assert_ne!(back.id, plan.id);
    assert_eq!(session.plan(&back.id.0).await.settings, plan.settings);
    assert!(
        !session
            .gateway
            .plan_keys(&back.id)
            .await
            .unwrap()
            .is_empty()
    );
    session.shows("undone");
}

#[tokio::test]
async fn a_created_plan_is_deleted_to_take_it_back() {
    let mut session = Session::start(120, 40).await;
    session.find("6kc7c6").await;
    session.keys("cv<ctrl-s>").await;
    session.shows("created");
    let made = |session: &Session| session.app.core.plans.plans().count();
    assert_eq!(made(&session), 40);
    session.keys("H").await;
    session.keys("u").await;
    session.shows("Undo empty-shell copy");
    session.shows("DeleteUsagePlan");
    session.keys("<ctrl-s>").await;
    session.keys("empty-shell copy<enter>").await;
    session.shows("Deleted: ");
    assert_eq!(made(&session), 39);
}

#[tokio::test]
async fn what_cannot_come_back_is_said_before_anything_is_staged() {
    let mut session = Session::start(120, 40).await;
    // Its API is gone, so that its stage cannot be attached again.
    let operations = vec![PatchOperation::new(
        Op::Remove,
        "/apiStages",
        "z0y9x8w7v6:prod",
    )];
    let base = Arc::new(session.plan("dyiwli").await);
    let mut wanted = plangate::plan::apply(&base.settings, &operations).unwrap();
    wanted.description = "nothing is left of it".to_owned();
    let change = Proposed {
        name: "decommissioned-api dyiwli".to_owned(),
        aim: Aim::Update { base, wanted },
        draft: None,
    };
    session.app.stack.open(
        &mut session.app.core,
        Route::ChangeReview(Box::new(ChangeReview::new(
            "Detach",
            vec![change],
            Vec::new(),
        ))),
    );
    // What it does to API keys is read first.
    session.keys("<down>").await;
    session.keys("<ctrl-s>dyiwli<enter>").await;
    session.shows("updated");
    session.keys("H").await;
    session.keys("u").await;
    session
        .shows("Not all comes back: decommissioned-api dyiwli: the stage z0y9x8w7v6:prod is gone");
    assert_eq!(session.app.core.drafts.changed().count(), 0);
    session.keys("n").await;
    assert_eq!(session.app.core.drafts.changed().count(), 0);
    session.keys("u").await;
    session.keys("y").await;
    session.keys("<ctrl-s>").await;
    let now = session.plan("dyiwli").await.settings;
    assert_ne!(now.description, "nothing is left of it");
    assert!(now.stages.is_empty());
}

#[tokio::test]
async fn it_is_searched_and_narrowed_to_a_plan() {
    let mut session = after_sends(120, 40).await;
    session.keys("H").await;
    session.keys("/basic burst<enter>").await;
    session.shows("1 change · /basic burst");
    session.shows("basic-monthly w0mvrr: burst 200 -> 250");
    session.hides("petstore-gold");
    // By the path of an operation, and by the name of the send.
    session.keys("<esc>/quota/limit<enter>").await;
    session.shows("quota 10M -> 12M");
    session.hides("basic-monthly");
    let send = session.history().sends[2].id.to_string();
    session.keys(&format!("<esc>/{send}<enter>")).await;
    session.shows("rate 500 -> 600");
    session.hides("basic-monthly");
    session.keys("<esc>/nobody<enter>").await;
    session.shows("Nothing that was sent fits \"nobody\"");
    session.keys("u").await;
    session.shows("nothing is selected");
    // To the plan of the selected change, and back.
    session.keys("<esc>jn").await;
    session.shows("History of plan basic-monthly w0mvrr");
    session.hides("petstore-gold");
    session.keys("n").await;
    session.shows("History of the account");
    session.keys("<esc>").await;
    // From the detail of a plan, of that plan.
    session.find("3i6x10").await;
    session.keys("<enter>H").await;
    session.shows("History of plan petstore-gold 3i6x10 · 2 changes");
    session.keys("<esc><esc>").await;
    session.find("6kc7c6").await;
    session.keys("<enter>H").await;
    session.shows("Nothing was sent to this plan");
}

#[tokio::test]
async fn what_is_being_read_can_be_stopped() {
    let mut session = Session::start(120, 40).await;
    change(&mut session, "3i6x10", "r600").await;
    session.keys("H").await;
    session.press("u");
    session.shows("reading what became of petstore-gold 3i6x10");
    session.press("<esc>");
    session.resolve().await;
    session.shows("Stopped: nothing was staged.");
    assert_eq!(session.app.core.drafts.changed().count(), 0);
    // What cannot be read is told.
    session.next("GetUsagePlan", FaultKind::AccessDenied);
    session.keys("u").await;
    session.shows("Nothing was staged.");
    assert_eq!(session.app.core.drafts.changed().count(), 0);
}

#[tokio::test]
async fn what_nobody_knows_is_resolved_by_reading() {
    for (is_made, state, said) in [
        (true, "applied", "was made"),
        (false, "not applied", "was not made"),
    ] {
        let mut session = Session::start(120, 40).await;
        session.find("3i6x10").await;
        session.keys("r600<enter>v").await;
        // The answer is lost, and so is that of the reading after it.
        let lost = if is_made {
            FaultKind::ResetAfter
        } else {
            FaultKind::ResetBefore
        };
        session.press("<ctrl-s>");
        session.resolve_one().await;
        session.next("UpdateUsagePlan", lost);
        // Nor can it be read when that would be certain.
        for _ in 0..2 {
            session.next("GetUsagePlan", FaultKind::AccessDenied);
        }
        session.resolve().await;
        session.keys("<esc>H").await;
        session.shows("unknown");
        session.shows("s resolve");
        session.keys("u").await;
        session.shows("nothing of it was surely made");
        session.keys("s").await;
        session.shows(&format!("UpdateUsagePlan of petstore-gold 3i6x10 {said}."));
        session.shows(state);
        session.hides("unknown");
        session.hides("s resolve");
    }
}

#[tokio::test]
async fn what_is_not_seen_yet_has_a_word_of_its_own() {
    let mut session = Session::start(120, 40).await;
    session.find("3i6x10").await;
    session.keys("r600<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::ResetBefore);
    session.keys_now("<ctrl-s>").await;
    session.keys_now("<esc>").await;
    session.keys_now("<esc>H").await;
    session.shows("not seen yet");
    session.shows("It is not seen yet and may still be made");
    session.shows("s resolve");
    session.keys_now("u").await;
    session.shows("nothing of it was surely made");
    // Reading now tells no more.
    session.keys_now("s").await;
    session.shows("UpdateUsagePlan of petstore-gold 3i6x10 is not seen yet");
    session.resolve().await;
    session.shows("not applied");
    session.hides("not seen yet");
}

#[tokio::test]
async fn after_a_send_the_notice_says_how_to_undo_it_and_that_key_does() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r120<enter>v<ctrl-s>").await;
    session.shows("u in the list undoes it.");
    session.keys("u").await;
    session.shows("Review basic-monthly w0mvrr");
    session.shows("120");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 1);
    session.keys("<ctrl-s>").await;
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 2);
    let rate = session.plan("w0mvrr").await.settings.throttle.unwrap().rate;
    assert_eq!(rate.unwrap().to_string(), "100");

    // An edit of the draft goes first, and another plan has another last send.
    session.keys("r150<enter>u").await;
    session.hides("Review basic-monthly");
    session.find("qm6bea").await;
    session.keys("u").await;
    session.shows("Nothing to undo: no edit is staged on orders-gold qm6bea");
}

#[tokio::test]
async fn of_many_plans_the_last_send_is_undone_for_the_selected_one() {
    let mut session = Session::start(120, 40).await;
    session
        .keys("/customer-<enter>*Trate +10%<enter>V<ctrl-s>")
        .await;
    session.shows("To undo: H, then u.");
    // Marks are in sight: no one plan is meant.
    session.keys("<esc>").await;
    session.keys("u").await;
    session.shows("there is no change to undo");
    session.keys("-u").await;
    let plan = session.app.core.plans.selected().unwrap().plan.clone();
    session.shows(&format!("Review {} {}", plan.settings.name, plan.id));
    session.keys("<ctrl-s>").await;
    let sent = session.sent("UpdateUsagePlan").await.len();
    let marked = session.history().sends.last().unwrap().entries.len();
    assert_eq!(sent, marked + 1);
}
