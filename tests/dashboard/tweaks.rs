//! Quick changes of one number.

use plangate::app::Screen;

use crate::edits::delete;
use crate::session::Session;

#[tokio::test]
async fn a_quick_tweak_is_staged_and_sent_and_seen() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r+20%").await;
    session.shows("rate limit 100 → +20%");
    session.shows("= 120 requests per second");
    session.keys("<enter>").await;
    session.shows("Staged: rate limit from 100 to 120");
    session.keys("bx2<enter>t1.5k<enter>").await;
    session.shows("1 draft not sent");
    assert!(session.sent("UpdateUsagePlan").await.is_empty());
    session.keys("v<ctrl-s>y").await;
    let plan = session.plan("w0mvrr").await.settings;
    assert_eq!(
        plan.throttle.unwrap().rate.unwrap().get().to_bits(),
        120.0_f64.to_bits()
    );
    assert_eq!(plan.throttle.unwrap().burst.unwrap().get(), 400);
    assert_eq!(plan.quota.unwrap().limit.unwrap().get(), 1500);
}

#[tokio::test]
async fn a_tweak_that_is_no_number_stages_nothing_and_stays_as_typed() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    for wrong in [
        "abc",
        "-5000",
        "99999999999",
        "x",
        "1.000",
        "12,34",
        "1.5.5",
        "%",
        "NaN",
    ] {
        session.keys(&format!("b{wrong}<enter>")).await;
        session.shows(&format!("burst limit 200 → {wrong}"));
        session.keys("<esc>").await;
        session.hides("not sent");
    }
}

#[tokio::test]
async fn a_tweak_of_what_is_staged_says_so() {
    let mut session = Session::start(80, 24).await;
    session.find("w0mvrr").await;
    session.keys("r").await;
    session.shows("rate limit 100 →");
    session.keys("120<enter>r").await;
    session.shows("rate limit staged 120 →");
    session.keys("<esc>b").await;
    session.shows("burst limit 200 →");
}

#[tokio::test]
async fn a_rate_that_limits_nothing_is_warned_of_while_it_is_typed() {
    let mut session = Session::start(80, 24).await;
    session.find("w0mvrr").await;
    session.keys("r2000000000").await;
    session.hides("so large");
    session.keys("000000000000").await;
    session.shows(" ! so large that it is no limit");
}

#[tokio::test]
async fn one_draft_is_not_called_all() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r1100<enter>V").await;
    session.shows("Review of 1 draft");
    session.shows("x11 (+1,000 %)");
}

#[tokio::test]
async fn a_throttle_for_a_plan_without_one_asks_for_both_numbers() {
    let mut session = Session::start(120, 40).await;
    session.find("6kc7c6").await;
    session.keys("r50<enter>").await;
    session.shows("burst limit none");
    session.keys("100<enter>v<ctrl-s>y").await;
    let throttle = session.plan("6kc7c6").await.settings.throttle.unwrap();
    assert_eq!(
        (
            throttle.rate.unwrap().to_string(),
            throttle.burst.unwrap().get()
        ),
        ("50".to_owned(), 100)
    );
}

#[tokio::test]
async fn a_tweak_goes_to_the_plan_that_it_was_opened_on() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.press("r150");
    // A refresh brings the list without the plan before return is pressed.
    delete(&session.server.endpoint(), "w0mvrr").await;
    session.read_plans_again().await;
    session.keys("<enter>").await;
    session.shows("not in the list any more");
    session.hides("not sent");
}

/// The names of the plans with a staged change.
fn staged(session: &Session) -> Vec<String> {
    let drafts = session.app.core.drafts.changed();
    let ids = drafts.filter_map(|(id, _)| id.plan().map(|plan| plan.0.clone()));
    ids.collect()
}

/// Marks the plans of customers, and goes on without a filter; how many they are.
async fn mark_customers(session: &mut Session) -> usize {
    session.keys("/customer-<enter>*<esc>").await;
    let marked = session.app.core.plans.marked().all;
    assert!(marked > 2);
    marked
}

#[tokio::test]
async fn a_quick_key_changes_the_marked_plans_and_not_the_selected_one() {
    let mut session = Session::start(120, 40).await;
    for (key, word) in [("r", "rate"), ("b", "burst"), ("t", "quota")] {
        let marked = mark_customers(&mut session).await;
        session.find("w0mvrr").await;
        session.keys(key).await;
        session.shows(&format!("Tweak {marked} marked plans"));
        session.shows(&format!("{marked} marked plans: tweak: {word}"));
        session.keys("<esc>").await;
        session.hides("tweak:");
        assert!(staged(&session).is_empty());
        session.keys(&format!("{key}+20%<enter>")).await;
        session.shows("Staged on ");
        let changed = staged(&session);
        assert!(!changed.is_empty());
        assert!(!changed.contains(&"w0mvrr".to_owned()), "{changed:?}");
        session.keys("u").await;
        assert!(staged(&session).is_empty());
        session.keys(":clear-marks<enter>").await;
    }
    // Without a mark it is the selected one again.
    session.find("w0mvrr").await;
    session.keys("r+20%<enter>").await;
    assert_eq!(staged(&session), ["w0mvrr"]);
}

#[tokio::test]
async fn a_quick_key_says_which_plan_it_changes() {
    let mut session = Session::start(80, 24).await;
    session.find("w0mvrr").await;
    let name = session.plan("w0mvrr").await.settings.name;
    session.keys("r").await;
    session.shows(&format!("{name} w0mvrr: rate limit 100"));
    session.keys("<esc>T").await;
    session.shows(&format!("Tweak {name} w0mvrr"));
    session.keys("<esc><space>g").await;
    session.keys("r").await;
    session.shows(&format!("1 marked plan ({name} w0mvrr)"));
}

#[tokio::test]
async fn marks_that_stay_behind_are_told_and_left_alone() {
    let mut session = Session::start(120, 40).await;
    let marked = mark_customers(&mut session).await;
    session.find("w0mvrr").await;
    let name = session.plan("w0mvrr").await.settings.name;
    for open in ["<enter>", "e", "m", "U"] {
        session.keys(open).await;
        session.shows(&format!(
            "Keys here change {name} w0mvrr alone; {marked} plans stay marked in the list."
        ));
        session.keys("<esc>").await;
    }
    session.keys("<enter>r").await;
    session.shows(&format!(
        "{name} w0mvrr (not the {marked} marked): rate limit 100"
    ));
    session.keys("+20%<enter>").await;
    assert_eq!(staged(&session), ["w0mvrr"]);
}

#[tokio::test]
async fn limits_and_usage_are_those_of_the_page_in_front() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("F/xapbeb<enter>").await;
    session.keys(":limits<enter>").await;
    session.shows("blocked-customer");
    assert!(matches!(
        session.app.stack.screen(),
        Some(Screen::Limits(limits)) if limits.plan.0 == "xapbeb"
    ));
}

#[tokio::test]
async fn with_marks_the_review_is_of_all_that_are_marked() {
    let mut session = Session::start(120, 40).await;
    session.keys("/^customer<enter>*Trate +20%<enter>").await;
    session.keys("v").await;
    session.shows("Review of 5 drafts of 5 marked plans");
    session.keys("<ctrl-s>").await;
    session.keys("<esc>").await;
    // Keys act on the marked plans still, so that one of them is not what `u` undoes.
    session.hides("u in the list undoes it");
}
