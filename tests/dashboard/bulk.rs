//! Many plans at once: marked, tweaked in one line, reviewed together and sent
//! through the queue.

use plangate::plan::{Call, PlanId};
use plangate::ui::look::Look;

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
    let shown = session.app.list.shown();
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
    assert!(session.app.list.is_marked(&plan_id("w0mvrr")));
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
