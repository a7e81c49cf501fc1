//! What a program that was ended leaves behind, and what the next one makes of it.

use std::sync::Arc;
use std::time::Duration;

use plangate::app::DraftId;
use plangate::app::message::changed::Route;
use plangate::app::page::change_review::ChangeReview;
use plangate::app::prompt::consent::Proposed;
use plangate::emulator::FaultKind;
use plangate::journal::{CallOutcome, EntryState, PastStep};
use plangate::plan::{Aim, Op, PatchOperation, PlanId, Settings, UsagePlan};

use crate::history::deleted;
use crate::session::Session;

fn rate(plan: &UsagePlan) -> String {
    plan.settings.throttle.unwrap().rate.unwrap().to_string()
}

/// Asserts that the status says a text, over however many lines.
#[track_caller]
fn says(session: &Session, text: &str) {
    let said = session.app.stack.status(&session.app.core).unwrap().text;
    assert!(said.contains(text), "{text:?} is not in: {said}");
}

/// A draft of a plan, with a new rate.
async fn draft(session: &mut Session, id: &str, rate: &str) {
    session.find(id).await;
    session.keys(&format!("r{rate}<enter>")).await;
}

/// What the history has of the newest change.
fn newest(session: &Session) -> (EntryState, usize) {
    let send = session.history().sends[0].read().unwrap();
    let entry = &send.entries[0];
    (entry.state(), entry.steps.len())
}

#[tokio::test]
async fn drafts_are_there_again() {
    let mut session = Session::start(120, 40).await;
    draft(&mut session, "3i6x10", "600").await;
    session.keys("n").await;
    session.keys("<enter>fresh<enter><esc>").await;
    session.keys("p[<esc>").await;
    session.restart().await;
    says(&session, "2 drafts are here again.");
    session.shows("2 drafts not sent");
    let gold = session
        .app
        .core
        .draft_of(&PlanId("3i6x10".to_owned()))
        .unwrap();
    assert_eq!(
        gold.edited().throttle.unwrap().rate.unwrap().to_string(),
        "600"
    );
    let names = session
        .app
        .core
        .drafts
        .iter()
        .map(|(_, d)| &d.edited().name);
    assert!(names.collect::<Vec<_>>().contains(&&"fresh".to_owned()));
    // And again.
    session.restart().await;
    session.shows("2 drafts not sent");
}

#[tokio::test]
async fn a_draft_still_knows_what_it_undoes() {
    let mut session = Session::start(120, 40).await;
    draft(&mut session, "3i6x10", "600").await;
    session.keys("v<ctrl-s>").await;
    session.keys("<esc>H").await;
    session.keys("u").await;
    session.restart().await;
    session.find("3i6x10").await;
    session.keys("v<ctrl-s>").await;
    let sends = session.history().sends;
    assert_eq!(sends[0].undoes.as_ref(), Some(&sends[1].id));
}

/// A session that was ended between the call and its answer; whether the call had been
/// made, and what somebody else did then.
async fn ended_in_a_call(is_made: bool, theirs: Option<&str>) -> Session {
    let mut session = Session::start(120, 40).await;
    draft(&mut session, "3i6x10", "600").await;
    session.press("v<ctrl-s>");
    // The plan is read again, and the intent is written.
    session.resolve_one().await;
    assert_eq!(newest(&session), (EntryState::UnderWay, 1));
    if is_made {
        let made = PatchOperation::new(Op::Replace, "/throttle/rateLimit", "600");
        session.somebody_else("3i6x10", vec![made]).await;
    }
    if let Some(theirs) = theirs {
        let theirs = PatchOperation::new(Op::Replace, "/throttle/rateLimit", theirs);
        session.somebody_else("3i6x10", vec![theirs]).await;
    }
    let before = session.sent("UpdateUsagePlan").await.len();
    session.restart().await;
    // It is never sent again unasked.
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), before);
    session
}

#[tokio::test]
async fn a_call_that_was_made_is_known_to_be() {
    let mut session = ended_in_a_call(true, None).await;
    says(&session, "under way when plangate ended, was made");
    session.hides("not sent");
    assert_eq!(newest(&session), (EntryState::Applied, 1));
    assert_eq!(rate(&session.plan("3i6x10").await), "600");
    // It is over: the next start tells nothing of it.
    session.restart().await;
    assert_eq!(session.app.stack.status(&session.app.core), None);
    session.keys("Q").await;
    session.shows("Nothing is being sent");
}

#[tokio::test]
async fn a_call_that_was_not_made_goes_on_when_asked() {
    let mut session = ended_in_a_call(false, None).await;
    says(&session, "was not made");
    says(
        &session,
        "1 change was not sent yet: Q resumes or discards it",
    );
    session.shows("1 draft not sent");
    assert_eq!(rate(&session.plan("3i6x10").await), "500");
    session.keys("Q").await;
    session.shows("Paused. p resumes");
    session.keys("p").await;
    session.shows("updated");
    assert_eq!(rate(&session.plan("3i6x10").await), "600");
    // The call that was made is another one than that which was not.
    let send = session.history().sends[0].read().unwrap();
    let steps = send.entries[0].steps.iter();
    let outcomes: Vec<_> = steps.map(PastStep::outcome).collect();
    assert_eq!(
        outcomes,
        [Some(CallOutcome::NotApplied), Some(CallOutcome::Applied)]
    );
    assert!(!send.is_open());
    session.keys("<esc>").await;
    session.hides("not sent");
}

#[tokio::test]
async fn a_change_that_somebody_else_made_too_is_left_to_the_operator() {
    let mut session = ended_in_a_call(false, Some("700")).await;
    says(
        &session,
        "cannot be told apart from what somebody else changed there",
    );
    assert_eq!(newest(&session), (EntryState::Unknown, 1));
    session.keys("Q").await;
    session.shows("Nothing is being sent");
    session.keys("<esc>").await;
    // The draft stands on what it stood on: its review asks whose value holds.
    session.shows("1 draft not sent");
    session.find("3i6x10").await;
    session.keys("v<ctrl-s>").await;
    session.shows("theirs  700");
    session.shows("resolve the conflicts first");
    assert_eq!(rate(&session.plan("3i6x10").await), "700");
}

#[tokio::test]
async fn what_cannot_be_read_is_resolved_later() {
    let mut session = Session::start(120, 40).await;
    draft(&mut session, "3i6x10", "600").await;
    session.press("v<ctrl-s>");
    session.resolve_one().await;
    session.kill().await;
    for _ in 0..2 {
        session.next("GetUsagePlan", FaultKind::AccessDenied);
    }
    session.resolve_now().await;
    // It is tried again by itself when it has to be; then the operator says when.
    says(&session, "R tries again");
    session.resolve().await;
    says(&session, "R tries again");
    assert_eq!(newest(&session), (EntryState::UnderWay, 1));
    session.keys("R").await;
    says(&session, "was not made");
    says(&session, "1 change was not sent yet");
}

/// A session that was ended while the second of four changes waited for its slot.
async fn ended_in_a_queue(then: &str) -> Session {
    let mut session = Session::start(120, 40).await;
    let ids = ["op6n8m", "b96m4t", "y3xqgc", "w58cen"];
    for id in ids {
        draft(&mut session, id, "33").await;
    }
    session
        .app
        .core
        .outbox
        .queue
        .set_interval(Duration::from_secs(20));
    let changes = ids.map(|id| {
        let id = PlanId(id.to_owned());
        let draft = session.app.core.draft_of(&id).unwrap();
        Proposed {
            name: id.to_string(),
            aim: Aim::Update {
                base: draft.base().unwrap().clone(),
                wanted: draft.edited().clone(),
            },
            draft: session.app.core.plans.reference(&id).map(DraftId::Plan),
        }
    });
    session.app.stack.open(
        &mut session.app.core,
        Route::ChangeReview(Box::new(ChangeReview::new(
            "Four",
            changes.into(),
            Vec::new(),
        ))),
    );
    session.press("<ctrl-s>");
    session.resolve_now().await;
    session.shows("Send queue");
    session.shows("1 of 4 sent, 3 left");
    session.press(then);
    session.resolve_now().await;
    session
}

async fn rates(session: &Session) -> Vec<String> {
    let mut rates = Vec::new();
    for id in ["op6n8m", "b96m4t", "y3xqgc", "w58cen"] {
        rates.push(rate(&session.plan(id).await));
    }
    rates
}

#[tokio::test]
async fn the_queue_goes_on_where_it_was_when_asked() {
    let mut session = ended_in_a_queue("").await;
    session.restart().await;
    says(&session, "3 drafts are here again.");
    says(
        &session,
        "3 changes were not sent yet: Q resumes or discards them.",
    );
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 1);
    session.keys("Q").await;
    session.shows("Paused.");
    session.keys("p").await;
    session.shows("Sent 3 of 3.");
    assert_eq!(rates(&session).await, ["33", "33", "33", "33"]);
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 4);
    let send = session.history().sends[0].read().unwrap();
    assert_eq!(send.count(EntryState::Applied), 4);
    assert!(!send.is_open());
    session.keys("<esc>").await;
    session.hides("not sent");
}

#[tokio::test]
async fn what_was_left_out_does_not_come_back() {
    // The third one is left out, the others wait.
    let mut session = ended_in_a_queue("jd").await;
    session.restart().await;
    // Nor does it the time after.
    session.restart().await;
    says(&session, "2 changes were not sent yet");
    session.keys("Q").await;
    session.keys("p").await;
    session.shows("Sent 2 of 2.");
    assert_eq!(rates(&session).await, ["33", "33", "45", "33"]);
    let send = session.history().sends[0].read().unwrap();
    assert_eq!(send.count(EntryState::NeverSent), 1);
    // Its draft is kept.
    session.keys("<esc>").await;
    session.shows("1 draft not sent");
}

#[tokio::test]
async fn what_had_failed_does_not_come_back() {
    let mut session = ended_in_a_queue("f").await;
    session.next("UpdateUsagePlan", FaultKind::AccessDenied);
    // Its slot comes, and it fails; the next one waits.
    session.now = session.app.core.wake_at().unwrap() + jiff::SignedDuration::from_secs(20);
    session.tell(plangate::app::message::Message::Woken);
    session.resolve_now().await;
    session.shows("1 of 4 sent, 1 failed, 2 left");
    session.restart().await;
    says(&session, "2 changes were not sent yet");
}

#[tokio::test]
async fn what_was_dropped_does_not_come_back() {
    let mut session = ended_in_a_queue("X").await;
    session.keys("y").await;
    session.restart().await;
    session.hides("not sent yet");
    session.shows("3 drafts not sent");
    assert_eq!(rates(&session).await, ["33", "30", "45", "30"]);
    assert!(!session.history().sends[0].is_open());
}

#[tokio::test]
async fn a_plan_that_was_made_is_found_and_not_made_again() {
    let mut session = Session::start(120, 40).await;
    session.find("48hiwm").await;
    session.keys("cv").await;
    session.press("<ctrl-s>");
    // Which plans are there is read first.
    session.resolve_one().await;
    assert_eq!(newest(&session), (EntryState::UnderWay, 1));
    // The call is made, and its answer is lost with the program.
    let copy = Settings {
        name: "no-stages-yet copy".to_owned(),
        ..session.plan("48hiwm").await.settings
    };
    let call = plangate::plan::Call::Create(Box::new(copy));
    session.gateway.send(&call).await.unwrap();
    session.restart().await;
    says(
        &session,
        "CreateUsagePlan of no-stages-yet copy (new), under way when plangate ended",
    );
    says(&session, "was made");
    session.hides("not sent");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), 1);
    assert_eq!(newest(&session).0, EntryState::Applied);
}

#[tokio::test]
async fn reading_everything_again_does_not_lose_what_is_on_its_way() {
    let mut session = Session::start(120, 40).await;
    draft(&mut session, "3i6x10", "600").await;
    session.press("v<ctrl-s>");
    session.press("<esc>");
    // The review is left while the intent is being written.
    session.press("R");
    session.resolve().await;
    let is_idle = session.app.core.outbox.queue.is_idle();
    assert!(is_idle, "the queue waits for an answer that nobody gives");
}

#[tokio::test]
async fn a_plan_that_was_made_again_gets_its_keys_after_all() {
    let (mut session, plan, mut keys) = deleted().await;
    session.keys("H").await;
    session.keys("u").await;
    session.press("<ctrl-s>");
    for _ in 0..20 {
        if !session.sent("CreateUsagePlan").await.is_empty() {
            break;
        }
        session.resolve_one().await;
    }
    session.restart().await;
    says(&session, "1 change was not sent yet");
    assert!(session.sent("CreateUsagePlanKey").await.is_empty());
    session.keys("Q").await;
    session.keys("p").await;
    says(&session, "updated");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), 1);
    let made = |other: &&Arc<UsagePlan>| other.settings.name == plan.settings.name;
    let made = session
        .app
        .core
        .plans
        .plans()
        .find(made)
        .unwrap()
        .id
        .clone();
    let now = session.gateway.plan_keys(&made).await.unwrap();
    let mut now: Vec<String> = now.into_iter().map(|key| key.id).collect();
    now.sort();
    keys.sort();
    assert_eq!(now, keys);
    assert_eq!(newest(&session).0, EntryState::Applied);
}

#[tokio::test]
async fn a_call_that_is_held_on_its_way_is_neither_declared_nor_sent_again() {
    let mut session = Session::start(120, 40).await;
    draft(&mut session, "3i6x10", "600").await;
    session.press("v<ctrl-s>");
    session.resolve_one().await;
    session.kill().await;
    session.resolve_now().await;
    says(&session, "1 draft is here again.");
    says(
        &session,
        "UpdateUsagePlan of petstore-gold 3i6x10, under way when plangate ended, is not seen",
    );
    says(&session, "it is read again at 12:01:1");
    let line = session.app.core.queue_line().unwrap();
    assert!(
        line.starts_with("petstore-gold 3i6x10: UpdateUsagePlan not seen yet, read again in 7")
    );
    assert_eq!(newest(&session), (EntryState::NotSeen, 1));
    session.keys_now("Q").await;
    session.hides("p resumes");
    session.hides("Nothing is being sent");
    session
        .shows("Sent before and not certain yet: petstore-gold 3i6x10: UpdateUsagePlan not seen");
    session.keys_now("<esc>").await;
    session.find_now("3i6x10").await;
    session.keys_now("v<ctrl-s>").await;
    says(
        &session,
        "Nothing was sent: UpdateUsagePlan of petstore-gold 3i6x10, sent before,",
    );
    session.wait(Duration::from_secs(5)).await;
    // It arrives.
    let made = PatchOperation::new(Op::Replace, "/throttle/rateLimit", "600");
    session.somebody_else("3i6x10", vec![made]).await;
    session.wait(Duration::from_secs(20)).await;
    assert_eq!(newest(&session), (EntryState::NotSeen, 1));
    session.resolve().await;
    says(&session, "under way when plangate ended, was made");
    session.hides("not sent");
    assert_eq!(newest(&session), (EntryState::Applied, 1));
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 1);
}

#[tokio::test]
async fn a_creation_that_is_held_on_its_way_is_made_once() {
    let mut session = Session::start(120, 40).await;
    session.find("48hiwm").await;
    session.keys("cv").await;
    session.press("<ctrl-s>");
    session.resolve_one().await;
    session.kill().await;
    session.resolve_now().await;
    says(
        &session,
        "CreateUsagePlan of no-stages-yet copy (new), under way when plangate ended, is not seen yet",
    );
    session.wait(Duration::from_secs(5)).await;
    let copy = Settings {
        name: "no-stages-yet copy".to_owned(),
        ..session.plan("48hiwm").await.settings
    };
    let call = plangate::plan::Call::Create(Box::new(copy));
    session.gateway.send(&call).await.unwrap();
    session.resolve().await;
    says(&session, "was made");
    session.hides("not sent");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), 1);
    assert_eq!(newest(&session).0, EntryState::Applied);
}

#[tokio::test]
async fn what_was_said_not_to_be_made_is_corrected_when_its_plan_is_read() {
    let mut session = ended_in_a_call(false, None).await;
    says(&session, "was not made");
    session.keys("Q").await;
    session.keys("Xy<esc>").await;
    assert_eq!(newest(&session), (EntryState::NotApplied, 1));
    // It was held longer than anybody could know.
    let made = PatchOperation::new(Op::Replace, "/throttle/rateLimit", "600");
    session.somebody_else("3i6x10", vec![made]).await;
    session.keys("R").await;
    says(
        &session,
        "UpdateUsagePlan of petstore-gold 3i6x10 on 03-18 12:00 UTC, in doubt until now, was made after all",
    );
    assert_eq!(newest(&session), (EntryState::Applied, 1));
    session.keys("H").await;
    session.shows("applied");
    session.keys("u").await;
    session.shows("600 → 500");
    session.keys("<ctrl-s>").await;
    assert_eq!(rate(&session.plan("3i6x10").await), "500");
}

#[tokio::test]
async fn what_another_run_said_not_to_be_made_is_corrected_too() {
    let mut session = ended_in_a_call(false, None).await;
    session.keys("Q").await;
    session.keys("Xy<esc>").await;
    session.kill().await;
    let made = PatchOperation::new(Op::Replace, "/throttle/rateLimit", "600");
    session.somebody_else("3i6x10", vec![made]).await;
    session.resolve().await;
    assert_eq!(newest(&session), (EntryState::Applied, 1));
}
