//! Plans, stages and keys that are gone after a refresh: told as gone, and never
//! taken for what stands in their place.

use plangate::app::Screen;
use plangate::emulator::FaultKind;
use plangate::plan::calls::call::Call;
use plangate::plan::{MethodThrottles, Op, PatchOperation, PlanId, Settings, StageKey};

use crate::session::Session;

fn id(id: &str) -> PlanId {
    PlanId(id.to_owned())
}

/// Somebody else deletes a plan, whose keys and stages leave it first.
async fn deleted_elsewhere(session: &Session, plan: &str) {
    for key in session.gateway.plan_keys(&id(plan)).await.unwrap() {
        let plan = id(plan);
        session
            .gateway
            .send(&Call::DetachKey { plan, key: key.id })
            .await
            .unwrap();
    }
    let settings = session.plan(plan).await.settings;
    let detach: Vec<PatchOperation> = settings
        .stages
        .keys()
        .map(|stage| PatchOperation::new(Op::Remove, "/apiStages", stage.to_string()))
        .collect();
    if !detach.is_empty() {
        session.somebody_else(plan, detach).await;
    }
    let call = Call::Delete { plan: id(plan) };
    session.gateway.send(&call).await.unwrap();
}

/// A plan of its own with a name, as somebody else makes it.
async fn made_elsewhere(session: &Session, name: &str) -> PlanId {
    let settings = Settings {
        name: name.to_owned(),
        ..Settings::default()
    };
    let call = Call::Create(Box::new(settings));
    session.gateway.send(&call).await.unwrap().plan.unwrap().id
}

const PLAN: &str = "jayn6q";

/// No plan has a staged change.
fn nothing_is_staged(session: &Session) {
    assert_eq!(session.app.core.drafts.changed().count(), 0);
}

#[tokio::test]
async fn the_detail_never_becomes_another_plan() {
    for keys in ["R", "<tab>R"] {
        let mut session = Session::start(120, 40).await;
        session.find(PLAN).await;
        session.keys("<esc>").await;
        session.app.core.plans.set_filter("");
        let before = session.app.core.plans.selected().unwrap().plan.clone();
        assert_eq!(before.id.0, PLAN);
        deleted_elsewhere(&session, PLAN).await;
        session.keys(keys).await;
        session.shows(&format!("{} {PLAN} is gone", before.settings.name));
        session.shows(&format!("Plan {PLAN}: GONE"));
        assert!(session.app.core.plans.selected().is_none());
        for key in ["r", "b", "e", "p", "D", "v", "m", "U", "A", "c", " "] {
            session.keys(key).await;
            session.keys("<esc>").await;
            session.app.core.notice = None;
            assert!(
                session.app.stack.screen().is_none(),
                "{key}: {:?}",
                session.app.stack.screen()
            );
        }
        nothing_is_staged(&session);
        assert_eq!(session.app.core.plans.marked().all, 0);
        session.keys("<tab>r").await;
        session.keys("<esc><tab>").await;
        nothing_is_staged(&session);
        // Another one is chosen on purpose.
        session.app.stack.plans.pane = plangate::app::Pane::List;
        session.keys("j").await;
        let chosen = session.app.core.plans.selected().unwrap().plan.id.clone();
        session.shows(&format!("Plan {chosen}"));
        session.hides("GONE");
    }
}

#[tokio::test]
async fn a_key_that_would_act_on_a_plan_that_is_gone_says_why_not() {
    let mut session = Session::start(120, 40).await;
    session.find(PLAN).await;
    deleted_elsewhere(&session, PLAN).await;
    session.keys("R").await;
    // The filter that found it fits no other plan.
    for key in ["r", "<enter>"] {
        session.keys(key).await;
        session.shows("the plan that was selected is gone, and none fits the filter: esc ends it");
    }
    session.app.core.plans.set_filter("");
    for key in ["r", "<enter>"] {
        session.keys(key).await;
        session.shows("the plan that was selected is gone: choose another one with j or k");
    }
}

#[tokio::test]
async fn a_read_that_finds_nothing_asks_whether_the_plan_is_gone() {
    for open in ["U", "A"] {
        let mut session = Session::start(120, 40).await;
        session.find(PLAN).await;
        let name = session
            .app
            .core
            .plans
            .selected()
            .unwrap()
            .plan
            .settings
            .name
            .clone();
        deleted_elsewhere(&session, PLAN).await;
        session.keys(open).await;
        session.shows(&format!("The plan {name} {PLAN} is gone"));
        // Nothing was read of it: the page does not claim to show it, and what it says
        // is what the banner says.
        session.shows("This page has nothing of it to show, and changes nothing");
        session.hides("what was read before");
        let what = if open == "U" {
            "There is no usage to show: the plan is gone."
        } else {
            "There are no API keys to show: the plan is gone."
        };
        session.shows(what);
        session.hides("R reads");
        session.keys("R").await;
        session.shows(what);
        session.hides("No API key is in this plan");
        session.shows(&format!("of {name}"));
        let text = plangate::ui::plain::text(&session.app, &session.look);
        assert!(
            text.contains(&format!("! The plan {name} {PLAN} is gone")),
            "{text}"
        );
        for key in ["x", "V", "a", "d", "m"] {
            session.keys(key).await;
            assert!(session.app.stack.prompt.is_none(), "{open} {key}");
        }
        session.keys("<esc>").await;
        session.shows(&format!("Plan {PLAN}: GONE"));
        nothing_is_staged(&session);
    }
}

#[tokio::test]
async fn the_matrix_tells_that_its_plan_is_gone() {
    let mut session = Session::start(120, 40).await;
    session.find(PLAN).await;
    let selected = session.app.core.plans.selected().unwrap();
    let name = selected.plan.settings.name.clone();
    session.keys("m").await;
    assert!(
        matches!(session.app.stack.screen(), Some(Screen::Limits(_))),
        "{:?}",
        session.app.stack.screen()
    );
    deleted_elsewhere(&session, PLAN).await;
    session.keys("R").await;
    session.shows("is gone. This page shows what was read before");
    session.shows(&format!("Limits of one key of {name}"));
    session.keys("r").await;
    session.shows("the plan of this page is gone");
    assert!(session.app.stack.prompt.is_none());
    nothing_is_staged(&session);
}

#[tokio::test]
async fn a_draft_is_kept_and_says_what_it_would_do_now() {
    let mut session = Session::start(120, 40).await;
    session.find(PLAN).await;
    let name = session
        .app
        .core
        .plans
        .selected()
        .unwrap()
        .plan
        .settings
        .name
        .clone();
    session.keys("r77<enter>").await;
    session.keys("v").await;
    assert!(
        matches!(session.app.stack.screen(), Some(Screen::Review(_))),
        "{:?}",
        session.app.stack.screen()
    );
    deleted_elsewhere(&session, PLAN).await;
    session.read_plans_again().await;
    session.shows(&format!(
        "The plan {name} {PLAN} is gone. This draft is kept: sending it creates a new plan."
    ));
    // A send that was on its way to the fingers is not a creation unseen.
    let before = session.server.requests().await.len();
    session.keys("<ctrl-s>").await;
    let made = session.sent("CreateUsagePlan").await;
    assert!(made.is_empty(), "{made:?} {before}");
    assert_eq!(session.app.core.drafts.changed().count(), 1);
    session.keys("<esc>").await;
    session.shows("GONE");
}

#[tokio::test]
async fn marked_plans_that_are_gone_are_told() {
    let mut session = Session::start(120, 40).await;
    session.find(PLAN).await;
    let name = session
        .app
        .core
        .plans
        .selected()
        .unwrap()
        .plan
        .settings
        .name
        .clone();
    session.keys(" ").await;
    assert_eq!(session.app.core.plans.marked().all, 1);
    deleted_elsewhere(&session, PLAN).await;
    session.keys("R").await;
    session.shows(&format!("Marked plans are gone ({name} {PLAN})"));
    assert_eq!(session.app.core.plans.marked().all, 0);
}

#[tokio::test]
async fn a_renamed_plan_is_not_replaced_by_what_still_fits_the_filter() {
    let mut session = Session::start(120, 40).await;
    let plan = made_elsewhere(&session, "zebra-one").await;
    made_elsewhere(&session, "zebra-two").await;
    session.keys("R").await;
    session.keys("/zebra-one<enter>").await;
    session.app.core.plans.set_filter("zebra");
    session.app.core.plans.select(&plan);
    session
        .somebody_else(
            &plan.0,
            vec![PatchOperation::new(Op::Replace, "/name", "lion")],
        )
        .await;
    session.keys("R").await;
    session.shows("does not fit the filter any more");
    session.keys("r").await;
    assert!(session.app.stack.prompt.is_none());
    session.app.core.plans.set_filter("");
    assert_eq!(session.app.core.plans.selected().unwrap().plan.id, plan);
}

#[tokio::test]
async fn a_key_that_left_the_plan_is_not_replaced_by_its_neighbour() {
    for open in ["A", "U"] {
        let mut session = Session::start(120, 40).await;
        session.find(PLAN).await;
        session.keys(open).await;
        let key = match session.app.stack.screen() {
            Some(Screen::Keys(keys)) => keys.selected().unwrap().id.clone(),
            Some(Screen::Usage(usage)) => usage.selected().unwrap().id.clone(),
            other => panic!("{other:?}"),
        };
        let call = Call::DetachKey {
            plan: id(PLAN),
            key: key.clone(),
        };
        session.gateway.send(&call).await.unwrap();
        session.keys("R").await;
        session.shows("is not in the plan any more");
        let selected = match session.app.stack.screen() {
            Some(Screen::Keys(keys)) => keys.selected().map(|row| row.id.clone()),
            Some(Screen::Usage(usage)) => usage.selected().map(|row| row.id.clone()),
            other => panic!("{other:?}"),
        };
        assert_eq!(selected, None, "{open}");
        session.keys(if open == "A" { "d" } else { "x" }).await;
        session.shows("choose one");
        assert!(session.app.stack.prompt.is_none());
        session.keys("j").await;
        session.hides("is not in the plan any more");
    }
}

#[tokio::test]
async fn where_the_last_key_left_a_plan_no_key_is_said_to_choose_another() {
    for open in ["A", "U"] {
        let mut session = Session::start(120, 40).await;
        session.find(PLAN).await;
        session.keys(open).await;
        for key in session.gateway.plan_keys(&id(PLAN)).await.unwrap() {
            let plan = id(PLAN);
            let call = Call::DetachKey { plan, key: key.id };
            session.gateway.send(&call).await.unwrap();
        }
        session.keys("R").await;
        session.shows("is not in the plan any more. The plan has none now.");
        session.hides("choose another one");
    }
}

#[tokio::test]
async fn the_way_to_another_plan_is_told_only_where_it_leads_to_one() {
    for (keys, told, why) in [
        (
            "R",
            "No plan is selected: j and k choose one.",
            "choose another one with j or k",
        ),
        (
            "<tab>R",
            "No plan is selected: tab goes to the list, where j and k choose one.",
            "choose another one in the list, where tab goes",
        ),
    ] {
        let mut session = Session::start(160, 40).await;
        session.find(PLAN).await;
        session.keys("<esc>").await;
        session.app.core.plans.set_filter("");
        deleted_elsewhere(&session, PLAN).await;
        session.keys(keys).await;
        assert_told(&session, told);
        session.keys("r").await;
        assert_told(&session, why);
    }
    // Where the filter fits none of the others there is nothing to go to.
    let mut session = Session::start(160, 40).await;
    let plan = made_elsewhere(&session, "zebra-one").await;
    session.keys("R").await;
    session.keys("/zebra-one<enter>").await;
    let call = Call::Delete { plan };
    session.gateway.send(&call).await.unwrap();
    session.keys("R").await;
    assert_told(
        &session,
        "No plan is selected, and none fits the filter: esc ends it.",
    );
    session.keys("r").await;
    assert_told(&session, "is gone, and none fits the filter: esc ends it");
}

/// The notice says this.
fn assert_told(session: &Session, words: &str) {
    let notice = session.app.core.notice.as_ref().map(|notice| &notice.text);
    assert!(
        notice.is_some_and(|text| text.contains(words)),
        "{words:?} is not in {notice:?}"
    );
}

#[tokio::test]
async fn a_stage_that_is_gone_is_not_replaced_by_its_neighbour() {
    let mut session = Session::start(120, 40).await;
    let plans: Vec<_> = session.app.core.plans.plans().cloned().collect();
    let plan = plans
        .iter()
        .find(|plan| plan.settings.stages.len() > 1)
        .unwrap()
        .clone();
    session.find(&plan.id.0).await;
    session.keys("m").await;
    let stage = match session.app.stack.screen() {
        Some(Screen::Limits(limits)) => limits.selected().unwrap().0.clone(),
        other => panic!("{other:?}"),
    };
    let detach = PatchOperation::new(Op::Remove, "/apiStages", stage.to_string());
    session.somebody_else(&plan.id.0, vec![detach]).await;
    session.read_plans_again().await;
    let shown = session.app.core.catalogue.names().stage(&stage);
    // Up and down choose no stage: they are not told.
    session.shows(&format!(
        "The stage {shown} is not in the matrix any more. h and l choose another stage."
    ));
    session.keys("kjk").await;
    session.keys("r").await;
    session.shows("the selected cell is not in the matrix any more: h and l choose another stage");
    assert!(session.app.stack.prompt.is_none());
    session.keys("<right>").await;
    let now = match session.app.stack.screen() {
        Some(Screen::Limits(limits)) => limits.selected().unwrap().0.clone(),
        other => panic!("{other:?}"),
    };
    assert_ne!(now, stage);
}

#[tokio::test]
async fn the_form_keeps_its_line_when_a_stage_above_it_is_gone() {
    let mut session = Session::start(120, 40).await;
    let plans: Vec<_> = session.app.core.plans.plans().cloned().collect();
    let plan = plans
        .iter()
        .find(|plan| plan.settings.stages.len() > 1)
        .unwrap()
        .clone();
    let stages: Vec<(StageKey, MethodThrottles)> = plan
        .settings
        .stages
        .iter()
        .map(|(stage, methods)| (stage.clone(), methods.clone()))
        .collect();
    session.find(&plan.id.0).await;
    session.keys("r77<enter>e").await;
    // Onto the last stage.
    let line = |session: &Session| {
        let Some(Screen::Edit(form)) = session.app.stack.screen() else {
            panic!("no form");
        };
        form.line(session.app.core.drafts.get(&form.draft).unwrap())
    };
    let last = plangate::app::page::form::Line::Stage(stages.last().unwrap().0.clone());
    while line(&session) != last {
        session.keys("j").await;
    }
    let first = &stages[0].0;
    let detach = PatchOperation::new(Op::Remove, "/apiStages", first.to_string());
    session.somebody_else(&plan.id.0, vec![detach]).await;
    session.read_plans_again().await;
    assert_eq!(line(&session), last);
    // And when it goes itself, that is told.
    let last_stage = &stages.last().unwrap().0;
    let detach = PatchOperation::new(Op::Remove, "/apiStages", last_stage.to_string());
    session.somebody_else(&plan.id.0, vec![detach]).await;
    session.read_plans_again().await;
    session.shows("What the form had selected is gone");
    let shown = session.app.core.catalogue.names().stage(last_stage);
    session.shows(&format!("stage {shown}"));
}

#[tokio::test]
async fn an_id_wins_over_a_name_on_the_command_line_and_in_the_filter() {
    let mut session = Session::start(120, 40).await;
    let target = id(PLAN);
    let other = made_elsewhere(&session, PLAN).await;
    let twin = made_elsewhere(&session, "twin").await;
    let second = made_elsewhere(&session, "twin").await;
    session.keys("R").await;
    for line in [PLAN.to_owned(), format!("plan {PLAN}")] {
        session.keys(&format!(":{line}<enter>")).await;
        assert_eq!(
            session.app.core.plans.selected().unwrap().plan.id,
            target,
            "{line}"
        );
        session.keys(&format!(":{other}<enter>")).await;
        assert_eq!(
            session.app.core.plans.selected().unwrap().plan.id,
            other,
            "{line}"
        );
    }
    session.keys("<esc>").await;
    session.keys(&format!("/{PLAN}<enter>")).await;
    assert_eq!(session.app.core.plans.selected().unwrap().plan.id, target);
    session.keys("/<esc>").await;
    let before = session.app.core.plans.selected().unwrap().plan.id.clone();
    session.keys(":twin<enter>").await;
    session.shows("2 usage plans are called \"twin\"");
    session.shows(&twin.0);
    session.shows(&second.0);
    assert_eq!(session.app.core.plans.selected().unwrap().plan.id, before);
    session.keys(":nobodyhasthis<enter>").await;
    session.shows("No command and no plan is called");
}

#[tokio::test]
async fn what_a_list_that_broke_off_does_not_have_is_asked_for_by_itself() {
    let mut session = Session::start(120, 40).await;
    let made = made_elsewhere(&session, "made-since").await;
    session.next("GetUsagePlans", FaultKind::AccessDenied);
    session.keys("R").await;
    session.keys(&format!(":{made}<enter>")).await;
    assert_eq!(session.app.core.plans.selected().unwrap().plan.id, made);
    session.keys(":made2since<enter>").await;
    session.shows("No plan has the id made2since, and of names it is not known");
    session.hides("no plan is called");
    session.keys(":no-such-name<enter>").await;
    session.shows("of plans it is not known: the plans could not be read");
}

#[tokio::test]
async fn a_tweak_that_changes_nothing_says_so() {
    let mut session = Session::start(120, 40).await;
    session.find(PLAN).await;
    let plan = session.app.core.plans.selected().unwrap().plan.clone();
    let rate = plan.settings.text(&plangate::plan::Field::Rate).unwrap();
    for typed in [
        rate.clone(),
        "+0%".to_owned(),
        "x1".to_owned(),
        format!("{rate}.0"),
    ] {
        session.keys(&format!("r{typed}")).await;
        session.shows("unchanged");
        session.keys("<enter>").await;
        session.shows(&format!(
            "Unchanged: rate limit is {rate} requests per second already."
        ));
        nothing_is_staged(&session);
    }
}

#[tokio::test]
async fn findings_of_a_plan_that_is_gone_go_with_it() {
    let mut session = Session::start(120, 40).await;
    session.keys("FR").await;
    let has_findings = |session: &Session, plan: &PlanId| {
        let Some(Screen::Findings(page)) = session.app.stack.screen() else {
            panic!("no findings");
        };
        let mut all = page.all.iter();
        all.any(|entry| entry.found.plans == [plan.clone()])
    };
    let Some(Screen::Findings(page)) = session.app.stack.screen() else {
        panic!("no findings");
    };
    let one = page.all.iter().find(|entry| entry.found.plans.len() == 1);
    let plan = one.unwrap().found.plans[0].clone();
    let called = session.app.core.called_plan(&plan);
    session.keys(&format!("/{plan}<enter>n")).await;
    deleted_elsewhere(&session, &plan.0).await;
    // While the plans are not read to their end, that is said.
    session.next("GetUsagePlans", FaultKind::AccessDenied);
    session.keys("R").await;
    session.shows("the plans as they are now (failed)");
    session.hides("Everything that findings need was read.");
    session.keys("R").await;
    assert!(!has_findings(&session, &plan));
    session.shows(&format!("The plan {called} is gone."));
    session.hides("what was read before");
    // The page is narrowed to it: enter does not open it as if it were there.
    session.keys("<enter>").await;
    assert!(matches!(
        session.app.stack.screen(),
        Some(Screen::Findings(_))
    ));
    session.shows(&format!("The plan {called} is gone."));
    nothing_is_staged(&session);
}

#[tokio::test]
async fn the_history_reads_the_plans_again_too() {
    let mut session = Session::start(120, 40).await;
    session.find(PLAN).await;
    deleted_elsewhere(&session, PLAN).await;
    session.keys("HR").await;
    assert!(matches!(
        session.app.stack.screen(),
        Some(Screen::History(_))
    ));
    assert!(session.app.core.known_plan(&id(PLAN)).is_none());
    session.keys("<esc>").await;
    session.shows(&format!("Plan {PLAN}: GONE"));
}
