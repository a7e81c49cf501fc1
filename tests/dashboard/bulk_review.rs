//! Many plans at once: marked, tweaked in one line, reviewed together and sent
//! through the queue.

use std::time::Duration;

use insta::assert_snapshot;
use plangate::emulator::FaultKind;
use plangate::plan::{Call, Op, PatchOperation, PlanId};
use plangate::ui::look::Look;
use ratatui::buffer::Cell;
use ratatui::style::Color;

use crate::session::Session;

/// What the title of the list says of marks; empty for nothing.
fn marked(session: &mut Session) -> String {
    let screen = session.screen();
    let title = screen.lines().nth(1).unwrap();
    let title = title.split("━━").next().unwrap().to_owned();
    let part = title.split('·').find(|part| part.contains("marked"));
    part.unwrap_or_default().trim().to_owned()
}

#[tokio::test]
async fn plans_are_marked_by_key_by_filter_and_by_range() {
    let mut session = Session::start(80, 24).await;
    session.keys("<space><space>").await;
    assert_eq!(marked(&mut session), "2 marked");
    // Each press went one down, so going up again takes a mark away.
    session.keys("k<space>").await;
    assert_eq!(marked(&mut session), "1 marked");
    session.keys("-").await;
    assert_eq!(marked(&mut session), "");
    session.keys("-").await;
    session.shows("no plan is marked");

    session.keys("/gold<enter>*").await;
    let shown = session.app.core.plans.shown();
    assert!(shown > 1, "{shown}");
    assert_eq!(marked(&mut session), format!("{shown} marked"));
    session.keys("*").await;
    assert_eq!(marked(&mut session), "");

    session.keys("<esc>g<space>jjjM").await;
    assert_eq!(marked(&mut session), "5 marked");
    // The other way round, from the end of that range.
    session.keys("-gjjj<space>gM").await;
    assert_eq!(marked(&mut session), "4 marked");
}

#[tokio::test]
async fn a_range_needs_a_start_that_is_shown() {
    let mut session = Session::start(80, 24).await;
    session.keys("M").await;
    session.shows("mark where the range begins first");
    session.keys("g<space>/gold<enter>M").await;
    session.shows("mark where the range begins first");
    assert_eq!(marked(&mut session), "1 marked, 1 of them hidden");
}

#[tokio::test]
async fn marks_stay_with_their_plans() {
    let mut session = Session::start(80, 24).await;
    session.find("w0mvrr").await;
    session.keys("<space><esc>").await;
    session.find("qm6bea").await;
    session.keys("<space>").await;
    assert_eq!(marked(&mut session), "2 marked, 1 of them hidden");
    session.keys("<esc>SR").await;
    assert_eq!(marked(&mut session), "2 marked");
    assert!(session.app.core.plans.is_marked(&plan_id("w0mvrr")));
    // A list that is narrowed to an API key does not forget those of others.
    session.keys("K").await;
    session.keys("<down><enter>").await;
    session.shows("of key");
    session.keys("<esc>").await;
    session.hides("of key");
    assert_eq!(marked(&mut session), "2 marked");
    // A plan that is gone is not marked any more.
    let call = Call::Delete {
        plan: plan_id("w0mvrr"),
    };
    session.gateway.send(&call).await.unwrap();
    session.keys("R").await;
    assert_eq!(marked(&mut session), "1 marked");
}

#[tokio::test]
async fn a_mark_is_a_sign_and_not_a_colour() {
    let mut session = Session::start(80, 24).await;
    session.look = Look::new(false, false);
    session.find("qm6bea").await;
    session.keys("<space>").await;
    session.shows("|>x");
    session.keys("<space>").await;
    session.hides("|>x");
}

fn plan_id(id: &str) -> PlanId {
    PlanId(id.to_owned())
}

#[tokio::test]
async fn a_line_shows_what_it_does_before_return() {
    let mut session = Session::start(120, 40).await;
    session.keys("/customer-<enter>*T").await;
    session.shows("nothing is changed yet");
    session.shows("AS THEY ARE NOW");
    session.keys("rate x2 burst 60").await;
    session.shows("30 →  60");
    session.shows("75 → 150");
    session.shows("1ddx5q customer-lighthouse");
    session.hides("not sent");
    session.keys("<enter>").await;
    session.shows("drafts not sent");
    assert_eq!(wanted(&session, "1ddx5q"), "rate 150 burst 60");
    // On those that are so already nothing happens.
    session.keys("Trate 150").await;
    session.shows("unchanged: 1 plan");
    session.shows("UNCHANGED (1)");
}

/// The throttle that a plan's draft wants.
fn wanted(session: &Session, id: &str) -> String {
    let draft = session.app.core.draft_of(&plan_id(id)).unwrap();
    let throttle = draft.edited().throttle.unwrap();
    format!(
        "rate {} burst {}",
        throttle.rate.unwrap(),
        throttle.burst.unwrap()
    )
}

#[tokio::test]
async fn without_a_mark_the_selected_plan_is_tweaked() {
    let mut session = Session::start(80, 24).await;
    session.find("w0mvrr").await;
    session.keys("T").await;
    session.shows("Tweak the selected plan");
    session.keys("rate +20%<enter>").await;
    session.shows("Staged on 1 plan");
    assert_eq!(wanted(&session, "w0mvrr"), "rate 120 burst 200");
    // The next one goes on from there.
    session.keys("Trate x2<enter>").await;
    assert_eq!(wanted(&session, "w0mvrr"), "rate 240 burst 200");
}

#[tokio::test]
async fn a_plan_that_a_line_does_not_fit_is_left_out_whole_and_named() {
    let mut session = Session::start(120, 40).await;
    session.keys("/search-<enter>*T").await;
    // search-gold has no quota; nothing of the line happens to it.
    session.keys("rate x2, quota +20%").await;
    session.shows("LEFT OUT (1)");
    session.shows("has no quota limit to change");
    session.shows("xcwxgv search-gold");
    session.shows("4 change, 1 left out");
    session.keys("<enter>").await;
    session.shows("Left out: search-gold has no quota limit to change");
    assert!(session.app.core.draft_of(&plan_id("xcwxgv")).is_none());
    assert_eq!(session.app.core.drafts.changed().count(), 4);
}

#[tokio::test]
async fn a_text_that_gives_no_value_yet_is_not_written_over() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session
        .keys("e<down><down><down><down><enter>x<esc><esc>")
        .await;
    session.keys("Trate 5").await;
    session.shows("has a text in its rate limit that gives no value yet");
    session.keys("<enter>").await;
    session.shows("Nothing is staged");
    // Another limit is free.
    session.keys("<ctrl-u>burst 5<enter>").await;
    session.shows("Staged on 1 plan");
}

#[tokio::test]
async fn a_line_that_says_nothing_stages_nothing_and_is_kept() {
    let mut session = Session::start(80, 24).await;
    session.keys("*").await;
    for wrong in ["rate", "rate abc", "quota 5/year", "nonsense"] {
        session.keys(&format!("T{wrong}<enter>")).await;
        session.shows("Nothing is staged");
        session.shows(&format!("tweak: {wrong}"));
        session.keys("<esc>").await;
        session.hides("not sent");
        session.keys("T<up>").await;
        session.shows(&format!("tweak: {wrong}"));
        session.keys("<esc>").await;
    }
    // What is typed is there again behind the older ones.
    session.keys("Trate 7<up>").await;
    session.shows("tweak: nonsense");
    session.keys("<down>").await;
    session.shows("tweak: rate 7");
}

#[tokio::test]
async fn words_are_completed_and_stages_are_known() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("Tatt<tab>").await;
    session.shows("tweak: attach");
    session.shows("a7k2m9p4qz:dev a7k2m9p4qz:prod");
    session.keys("o").await;
    session.shows("o81lxisefl:Stage_A");
    session.keys("<tab>").await;
    session.shows("tweak: attach o81lxisefl:Stage_");
    session.keys("A").await;
    session.shows("stage o81lxisefl:Stage_A");
    session.shows("none → attached");
}

#[tokio::test]
async fn a_tweak_of_many_plans_is_undone_with_one_key() {
    let mut session = Session::start(120, 40).await;
    session.keys("/customer-<enter>*Trate x2<enter>").await;
    let count = session.app.core.drafts.changed().count();
    assert!(count >= 5, "{count}");
    session.keys("u").await;
    session.shows(&format!("Undone in {count} plans: rate x2."));
    assert_eq!(session.app.core.drafts.changed().count(), 0);
    session.keys("<ctrl-r>").await;
    session.shows(&format!("Made again in {count} plans: rate x2."));
    assert_eq!(session.app.core.drafts.changed().count(), count);
    // A plan that was changed since keeps that; its own change goes first.
    session.keys("gjjr7<enter>").await;
    session.keys("u").await;
    assert_eq!(session.app.core.drafts.changed().count(), count);
    session.keys("u").await;
    assert_eq!(session.app.core.drafts.changed().count(), 0);
}

#[tokio::test]
async fn the_drafts_of_marked_plans_are_thrown_away_together() {
    let mut session = Session::start(80, 24).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter><esc>").await;
    session.keys("/customer-<enter>*Trate x2<enter>").await;
    let count = session.app.core.drafts.changed().count();
    session.keys("X").await;
    session.shows(&format!(
        "Throw away the drafts of {} marked plans?",
        count - 1
    ));
    session.keys("n").await;
    assert_eq!(session.app.core.drafts.changed().count(), count);
    session.keys("Xy").await;
    // That of a plan without a mark stays.
    session.shows("1 draft not sent");
    session.keys("X").await;
    session.shows("none of the marked plans has a draft");
}

/// Marks the first so many plans that have a quota, and raises it.
async fn raise_quotas(session: &mut Session, plans: usize) -> Vec<String> {
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
    session.shows("This profile is protected: sending asks to type 3.");
    session.keys("<ctrl-s>2<enter>").await;
    session.shows("Nothing is sent before you type 3");
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
    session.shows("It is grave: sending asks to type 3.");
    session.keys("<ctrl-s>3<enter>").await;
    session.shows("Sent 3 of 3");
}

#[tokio::test]
async fn a_failure_stops_the_queue_and_is_shown() {
    let mut session = Session::paced(80, 24, Duration::from_secs(20)).await;
    let plans = raise_quotas(&mut session, 4).await;
    session.keys("V").await;
    session.press("<ctrl-s>");
    session.resolve_now().await;
    session.next("UpdateUsagePlan", FaultKind::AccessDenied);
    session.resolve().await;
    session.shows("The send queue stopped.");
    session.keys("<esc>").await;
    session.shows("3 drafts not sent");
    session.keys("Q").await;
    session.shows("1 of 4 sent, 1 failed, 2 left");
    session.shows("PAUSED");
    let failed = session.screen();
    let failed = failed.lines().find(|line| line.contains("FAILED")).unwrap();
    assert!(failed.contains(&plans[1]), "{failed}");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 2);
    // Going on sends the others; the one that failed keeps its draft.
    session.keys("p").await;
    session.shows("Sent 3 of 4. 1 failed.");
    session.shows("1 draft not sent");
}

#[tokio::test]
async fn the_queue_is_paused_skipped_and_dropped() {
    let mut session = Session::paced(120, 40, Duration::from_secs(20)).await;
    let plans = raise_quotas(&mut session, 6).await;
    session.keys("V").await;
    session.press("<ctrl-s>");
    session.resolve_now().await;
    session.press("p");
    session.wait(Duration::from_secs(100)).await;
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 1);
    session.press("p");
    session.resolve_now().await;
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 2);
    // The last one is left out, then all others.
    session.press("Gd");
    session.shows(&format!(
        "{} is left out",
        session.app.core.outbox.queue.entries()[5].name.clone()
    ));
    session.wait(Duration::from_secs(21)).await;
    session.press("Xy");
    session.resolve_written().await;
    session.shows("3 of 6 sent, 3 left out");
    session.resolve().await;
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 3);
    session.shows("3 drafts not sent");
    for id in &plans[3..] {
        assert!(session.app.core.draft_of(&plan_id(id)).is_some(), "{id}");
    }
    // They can be sent again.
    session.keys("<esc>V").await;
    session.shows("ctrl-s sends 3");
    session.keys("<ctrl-s>").await;
    session.shows("Sent 3 of 3");
}

#[tokio::test]
async fn reading_the_list_again_does_not_hold_the_queue_up() {
    let mut session = Session::start(80, 24).await;
    raise_quotas(&mut session, 3).await;
    session.keys("V").await;
    // The journal's answer is awaited at this moment.
    session.press("<ctrl-s><esc>R");
    session.resolve().await;
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
    session.keys_now("v<esc>").await;
    session.keys_now("<esc>V").await;
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
        session.keys("/customer-<enter>*gr900<enter>").await;
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
