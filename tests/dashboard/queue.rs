//! The send queue: what it shows, and that it stops, skips and goes on.

use std::time::Duration;

use plangate::emulator::FaultKind;

use crate::bulk_review::raise_quotas;
use crate::plans::plan_id;
use crate::session::Session;

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
    session.shows("Paused.");
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
