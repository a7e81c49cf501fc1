//! The plans: marks, and one line that changes the limits of all that are marked.

use plangate::plan::{Call, PlanId};
use plangate::ui::look::Look;

use crate::session::Session;

/// The line of heads of the list.
fn heads(session: &mut Session) -> Vec<String> {
    let screen = session.screen();
    let line = screen.lines().find(|line| line.contains("NAME")).unwrap();
    let line = line.split('┃').nth(1).unwrap();
    line.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test]
async fn columns_that_are_empty_for_all_plans_are_left_out_and_brought_back() {
    let mut session = Session::made_up(120, 40, 30).await;
    let usual = ["NAME▲", "RATE/S", "BURST", "QUOTA", "STAGES"];
    assert_eq!(heads(&mut session), usual);
    session.keys(":columns<enter>").await;
    session.shows("columns: name, rate, burst, quota, used, stages, product, id");
    session.keys("<ctrl-u>id nmae").await;
    session.shows("\"nmae\" is not a column; did you mean name?");
    session.keys("<enter>").await;
    session.shows("columns: id nmae");
    session.keys("<ctrl-u>id, name, id").await;
    session.shows("id stands there twice");
    session.keys("<ctrl-u>id, name, product<enter>").await;
    session.shows("To keep them: columns = [\"id\", \"name\", \"product\"] in the");
    assert_eq!(heads(&mut session), ["ID", "NAME▲", "PRODUCT"]);
    // They are what is changed the next time, and nothing brings back the usual ones.
    session.keys(":columns<enter>").await;
    session.shows("columns: id, name, product");
    session.keys("<ctrl-u><enter>").await;
    assert_eq!(heads(&mut session), usual);
}

#[tokio::test]
async fn names_are_whole_where_the_other_columns_leave_room() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut session = Session::made_up(columns, rows, 30).await;
        let screen = session.screen();
        let names = session.app.core.plans.window();
        for (_, row) in names {
            let name = &row.plan.settings.name;
            assert!(screen.contains(&format!("{name} ")), "{name}:\n{screen}");
        }
    }
}

#[tokio::test]
async fn rates_and_quotas_have_bars_on_a_scale_of_powers_of_ten() {
    let mut session = Session::made_up(160, 40, 30).await;
    session.look = Look::new(false, false);
    let mut bar = |tier: &str, nth: usize| {
        let screen = session.screen();
        // Of a plan that has both a rate and a quota.
        let bars = screen
            .lines()
            .filter(|line| line.contains(tier))
            .map(|line| {
                let bars = line.split(' ').filter(|part| part.starts_with('='));
                bars.map(str::len).collect::<Vec<_>>()
            });
        let mut both = bars.filter(|bars| bars.len() == 2);
        both.next().unwrap_or_else(|| panic!("{tier}:\n{screen}"))[nth]
    };
    // Ten times the rate is always so much more of the bar, and the least has one too.
    let [free, bronze, silver] = ["-free", "-bronze", "-silver"].map(|tier| bar(tier, 0));
    assert!(free > 0 && free < bronze, "{free} {bronze}");
    assert!(
        (bronze - free).abs_diff(silver - bronze) <= 1,
        "{free} {bronze} {silver}"
    );
    assert!(bar("-free", 1) < bar("-silver", 1));
}

#[tokio::test]
async fn how_much_of_a_quota_is_used_stands_in_the_list_once_it_was_read() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.hides("USED");
    session.keys("U").await;
    session.keys("<esc>").await;
    assert!(heads(&mut session).contains(&"USED".to_owned()));
    session.shows(" 100 %");
}

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
    session.shows("|>*");
    session.keys("<space>").await;
    session.hides("|>*");
}

pub fn plan_id(id: &str) -> PlanId {
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
    session.shows("Tweak basic-monthly w0mvrr");
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
    session.shows("4 plans change, 1 left out");
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
    session.shows("has a text in its rate limit that is not a value yet");
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
    session.shows("petstore:dev petstore:prod");
    // By the identifier of its API too, where no name begins so.
    session.keys("o8").await;
    session.shows("o81lxisefl:Stage_A");
    session.keys("<tab>").await;
    session.shows("tweak: attach o81lxisefl:Stage_");
    session.keys("A").await;
    session.shows("stage legacy-reports:Stage_A");
    session.shows("none → attached");
    session.keys("<ctrl-u>attach leg<tab>").await;
    session.shows("tweak: attach legacy-reports:Stage_");
    session.keys("A").await;
    session.shows("stage legacy-reports:Stage_A");
    session.keys("<enter>v").await;
    session.shows("legacy-reports:Stage_A (o81lxisefl)");
    session.shows("o81lxisefl:Stage_A");
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
    session.keys("gjj<enter>r7<enter><esc>").await;
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
        "Discard the drafts of {} marked plans?",
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
