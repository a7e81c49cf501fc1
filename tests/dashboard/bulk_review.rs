//! The review of many drafts: what goes, what is left out, and what it asks before.

use std::time::Duration;

use insta::assert_snapshot;
use plangate::emulator::FaultKind;
use plangate::plan::{Op, PatchOperation};
use plangate::ui::look::Look;
use ratatui::buffer::Cell;
use ratatui::style::Color;

use crate::session::Session;

/// Marks the first so many plans that have a quota, and raises it.
pub async fn raise_quotas(session: &mut Session, plans: usize) -> Vec<String> {
    session.keys("g").await;
    let mut marked = Vec::new();
    while marked.len() < plans {
        let plan = session.app.core.plans.selected().unwrap().plan.clone();
        if plan.settings.quota.is_some() {
            marked.push(plan.id.0.clone());
            session.keys("<space>").await;
        } else {
            session.keys("j").await;
        }
    }
    session.keys("Tquota +20%<enter>").await;
    marked
}

#[tokio::test]
async fn thirty_plans_are_reviewed_once_and_sent_one_per_slot() {
    let interval = Duration::from_secs(20);
    let mut session = Session::paced(120, 40, interval).await;
    let plans = raise_quotas(&mut session, 30).await;
    session.keys("V").await;
    session.shows("Review of 30 drafts of 30 marked plans: ctrl-s sends 30");
    session.shows("30 plans, 30 operations, 30 calls, about 9 min 41 s");
    session.shows("none moves by more than 50 %");
    session.keys("rOPS-4127<enter>").await;
    session.shows("reason: OPS-4127");
    assert!(session.sent("UpdateUsagePlan").await.is_empty());

    let start = session.now;
    session.press("<ctrl-s>");
    session.resolve_now().await;
    session.shows("1 of 30 sent, 29 left");
    session.shows("Next update in 20 s");
    session.shows("in 9 min 40 s");
    session.wait(Duration::from_secs(95)).await;
    session.shows("5 of 30 sent, 25 left");
    session.shows("Next update in 5 s");
    // The dashboard is free meanwhile, and says how far it is.
    session.keys("").await;
    session.shows("Sent 30 of 30. Q shows each.");
    let took = session.now.duration_since(start);
    assert!(took.as_secs() <= 29 * 20 * 102 / 100 + 1, "{took}");

    // Each plan was changed once, and has what was reviewed.
    let requests = session.server.requests().await;
    let mut updated: Vec<String> = requests
        .into_iter()
        .filter(|request| request.operation == "UpdateUsagePlan")
        .map(|request| request.path.rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(updated, plans);
    updated.dedup();
    assert_eq!(updated.len(), 30);
    session.hides("not sent");
    let history = session.history();
    let begun = history.sends.first().unwrap();
    assert_eq!(begun.reason, "OPS-4127");
    assert_eq!(begun.entries.len(), 30);
    // The reason was for these.
    assert!(session.app.core.operator.reason.is_empty());
}

#[tokio::test]
async fn a_large_jump_must_be_passed_on_purpose() {
    let mut session = Session::start(80, 24).await;
    session.keys("/customer-<enter>*Trate x3<enter>V").await;
    session.shows("limits move by more than 50 %, in ");
    session.keys("<ctrl-s>").await;
    session.shows("More than 50 %");
    session.keys("n").await;
    assert!(session.sent("UpdateUsagePlan").await.is_empty());
    session.shows("Review of");
    session.keys("<ctrl-s>y").await;
    session.shows("Sent ");
    assert_eq!(
        session
            .plan("b96m4t")
            .await
            .settings
            .throttle
            .unwrap()
            .rate
            .unwrap()
            .to_string(),
        "90"
    );
}

#[tokio::test]
async fn the_review_of_one_plan_shows_the_guard_and_takes_a_reason() {
    let mut session = Session::start(80, 24).await;
    session.find("w0mvrr").await;
    session.keys("r300<enter>vrtoo slow<enter>").await;
    session.shows("more than 50 %: rate limit 100 -> 300, x3 (+200 %)");
    session.shows("reason: too slow");
    session.keys("<ctrl-s>y").await;
    assert_eq!(session.history().sends[0].reason, "too slow");
}

#[tokio::test]
async fn a_protected_profile_takes_the_number_of_plans() {
    let mut session = Session::start(80, 24).await;
    session.app.core.setup.protected = true;
    raise_quotas(&mut session, 3).await;
    session.keys("V").await;
    session.shows("This profile is protected: you will be asked to type 3.");
    session.keys("<ctrl-s>2<enter>").await;
    session.shows("Nothing is sent until you type 3");
    assert!(session.sent("UpdateUsagePlan").await.is_empty());
    session.keys("<backspace>3<enter>").await;
    session.shows("Sent 3 of 3");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 3);
}

#[tokio::test]
async fn detaching_a_stage_from_many_is_grave() {
    let mut session = Session::start(80, 24).await;
    session
        .keys("/orders-<enter>*Tdetach b3n8x1v6tr:prod<enter>V")
        .await;
    session.shows("3 plans lose a stage: their clients are refused there.");
    session.shows("It is destructive: you will be asked to type 3.");
    session.keys("<ctrl-s>3<enter>").await;
    session.shows("Sent 3 of 3");
}

#[tokio::test]
async fn drafts_that_are_queued_or_would_be_refused_are_left_out_and_named() {
    let mut session = Session::paced(120, 40, Duration::from_secs(20)).await;
    session.find("w0mvrr").await;
    session.keys("e<enter>").await;
    session.keys(&"<backspace>".repeat(60)).await;
    session.keys("<esc><esc><esc>").await;
    raise_quotas(&mut session, 3).await;
    session.keys("V").await;
    session.shows("Review of 3 drafts of 3 marked plans: ctrl-s sends 2");
    session.shows("Left out (1): not sent from here");
    session.shows("would be refused:");
    session.press("<ctrl-s>");
    session.resolve_now().await;
    session.press("<esc>V");
    session.resolve_now().await;
    session.shows("is in the send queue already");
    session.shows("ctrl-s sends 0");
    session.press("<ctrl-s>");
    session.shows("nothing that could be sent is here");
    // Nor is what is queued tweaked.
    session.press("<esc>Tquota +5");
    session.shows("is in the send queue");
}

#[tokio::test]
async fn what_was_sent_and_not_seen_yet_is_in_the_title_until_it_is() {
    let mut session = Session::start(120, 40).await;
    let plans = raise_quotas(&mut session, 2).await;
    session.next("UpdateUsagePlan", FaultKind::ResetBefore);
    session.keys_now("V").await;
    session.keys_now("<ctrl-s>").await;
    // The other one is dropped, and nobody waits for the one that was sent.
    session.keys_now("Xy<esc>g").await;
    while session.app.core.plans.selected_id().unwrap().0 != plans[0] {
        session.keys_now("j").await;
    }
    // With marks `v` is the review of all: that of one is in its detail.
    session.keys_now("<enter>v<esc>").await;
    session.keys_now("<esc><esc>V").await;
    session.shows("Review of 2 drafts of 2 marked plans: some was sent before, not seen yet");
    session.resolve().await;
    session.hides("sent before");
}

#[tokio::test]
async fn hidden_marks_are_counted_in_the_review() {
    let mut session = Session::start(80, 24).await;
    raise_quotas(&mut session, 4).await;
    session.keys("/customer-<enter>V").await;
    session.shows("of these plans are hidden by the filter of the list");
}

#[tokio::test]
async fn what_moved_by_itself_is_looked_at_again() {
    let mut session = Session::start(80, 24).await;
    raise_quotas(&mut session, 3).await;
    let theirs = PatchOperation::new(Op::Replace, "/description", "theirs");
    session.somebody_else("w0mvrr", vec![theirs]).await;
    // The list is read again while the review is in front.
    session.press("RV");
    session.resolve().await;
    session.shows("were changed by somebody else");
    session.keys("<ctrl-s>").await;
    session.shows("look first");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 1);
    session.keys("<ctrl-s>").await;
    session.shows("Sent 3 of 3");
    let plan = session.plan("w0mvrr").await.settings;
    assert_eq!(plan.description, "theirs");
    assert_eq!(plan.quota.unwrap().limit.unwrap().get(), 6);
}

#[tokio::test]
async fn a_group_unfolds_and_a_plan_opens_its_own_review() {
    let mut session = Session::start(80, 24).await;
    raise_quotas(&mut session, 3).await;
    session.keys("VG<enter>").await;
    session.shows("w0mvrr basic-monthly");
    session.keys("G<enter>").await;
    session.shows("Review blocked-customer xapbeb");
    session.keys("<esc>").await;
    session.shows("Review of 3 drafts");
}

#[tokio::test]
async fn without_marks_all_drafts_are_reviewed_new_plans_too() {
    let mut session = Session::start(80, 24).await;
    session.keys("V").await;
    session.shows("there is no draft yet");
    session.find("w0mvrr").await;
    session.keys("r120<enter>n<enter>fresh<esc><esc>V").await;
    session.shows("Review of all 2 drafts");
    session.shows("2 plans (1 new)");
    session.shows("1 new plan");
}

const SIZES: [(u16, u16); 3] = crate::session::SIZES;

#[tokio::test]
async fn screens() {
    for (columns, rows) in SIZES {
        let mut session = Session::paced(columns, rows, Duration::from_secs(20)).await;
        session.keys("/search-<enter>*<esc>").await;
        session
            .keys("/customer-<enter>*g<enter>r900<enter><esc>")
            .await;
        session.keys("Trate x2, quota +20%").await;
        assert_snapshot!(format!("tweak {columns}x{rows}"), session.screen());
        session.keys("<enter>/customer-<enter>V").await;
        assert_snapshot!(format!("bulk review {columns}x{rows}"), session.screen());
        session.press("<ctrl-s>y");
        session.resolve_now().await;
        session.next("UpdateUsagePlan", FaultKind::AccessDenied);
        session.wait(Duration::from_secs(30)).await;
        session.press("p");
        session.wait(Duration::from_secs(25)).await;
        assert_snapshot!(format!("queue {columns}x{rows}"), session.screen());
    }
}

#[tokio::test]
async fn plain_ascii_says_the_same() {
    let mut session = Session::paced(80, 24, Duration::from_secs(20)).await;
    session.look = Look::new(false, false);
    session.keys("/customer-<enter>*Trate x2").await;
    let plain = |session: &mut Session| {
        let screen = session.screen();
        assert!(screen.is_ascii(), "{screen}");
        let buffer = session.buffer();
        let is_plain = |cell: &Cell| cell.fg == Color::Reset && cell.bg == Color::Reset;
        assert!(buffer.content.iter().all(is_plain));
    };
    plain(&mut session);
    session.keys("<enter>").await;
    plain(&mut session);
    session.keys("V").await;
    plain(&mut session);
    session.press("<ctrl-s>y");
    session.resolve_now().await;
    plain(&mut session);
}

#[tokio::test]
async fn who_manages_the_plans_comes_first_and_all_are_handed_over() {
    let mut session = Session::start(120, 40).await;
    for plan in ["br5ent", "qm6bea"] {
        session.find(plan).await;
        session.keys("<space>").await;
    }
    session.keys("r+10%<enter>V").await;
    let screen = session.screen();
    let first: String = screen.lines().skip(2).take(4).collect();
    assert!(
        first.contains("1 plan is managed by Terraform (inferred from"),
        "{screen}"
    );
    assert!(
        first.contains("the CloudFormation stack orders-prod"),
        "{screen}"
    );
    session.shows("c copies them as code.");
    session.keys("c").await;
    let code = session.copied.last().unwrap();
    assert!(code.contains("aws_api_gateway_usage_plan"), "{code}");
    assert!(code.contains("AWS::ApiGateway::UsagePlan"), "{code}");
}

#[tokio::test]
async fn detaching_what_is_gone_from_many_is_not_asked_about() {
    let mut session = Session::start(120, 40).await;
    session.keys("FR<esc>").await;
    session.find("2kfjhj").await;
    session
        .keys("<space>Tdetach o81lxisefl:Stage_Z<enter>V")
        .await;
    session.hides("loses a stage");
    session.keys("<ctrl-s>").await;
    session.shows("Sent");
}
