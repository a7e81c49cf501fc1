//! What edits send, what happens to them on the way, and that nothing is lost.

use std::time::Duration;

use plangate::app::Screen;
use plangate::emulator::{FaultKind, InjectedFault};
use plangate::journal::EntryState;
use plangate::plan::{Op, PatchOperation, Period};
use serde_json::json;

use crate::session::Session;

fn replace(path: &str, value: &str) -> PatchOperation {
    PatchOperation::new(Op::Replace, path, value)
}

/// The example of the usageplan:update page, entered into the form by keys.
#[tokio::test]
async fn the_documented_example_is_sent_to_the_letter() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("e<enter><ctrl-u>").await;
    clear_line(&mut session).await;
    session.keys("new-plan-name<tab>").await;
    clear_line(&mut session).await;
    session.keys("new-plan-description<esc>").await;
    // Down to the quota's limit; the offset is not possible before the period is.
    session
        .keys("<down><down><down><down><down><down><enter>")
        .await;
    clear_line(&mut session).await;
    session.keys("1300<esc><down>").await;
    session.shows("< DAY >");
    session.keys("<left><down><enter>").await;
    clear_line(&mut session).await;
    session.keys("5<esc><down><enter>").await;
    session.shows("Attach an API stage");
    session.keys("Stage_A<enter>").await;
    session.shows("6 operations, one call");
    session.keys("v").await;
    session.shows("nothing is sent yet");
    assert!(session.sent("UpdateUsagePlan").await.is_empty());
    session.keys("<ctrl-s>y").await;
    session.shows("Sent: ");

    let want = json!({"patchOperations": [
        {"op": "add", "path": "/apiStages", "value": "o81lxisefl:Stage_A"},
        {"op": "replace", "path": "/name", "value": "new-plan-name"},
        {"op": "replace", "path": "/description", "value": "new-plan-description"},
        {"op": "replace", "path": "/quota/period", "value": "MONTH"},
        {"op": "replace", "path": "/quota/limit", "value": "1300"},
        {"op": "replace", "path": "/quota/offset", "value": "5"},
    ]});
    assert_eq!(session.sent("UpdateUsagePlan").await, [want]);
    let plan = session.plan("w0mvrr").await.settings;
    assert_eq!(plan.name, "new-plan-name");
    assert_eq!(plan.description, "new-plan-description");
    let quota = plan.quota.unwrap();
    assert_eq!(
        (
            quota.period.unwrap(),
            quota.offset.unwrap().get(),
            quota.limit.unwrap().get()
        ),
        (Period::Month, 5, 1300)
    );
    let throttle = plan.throttle.unwrap();
    assert_eq!(
        (
            throttle.rate.unwrap().to_string(),
            throttle.burst.unwrap().get()
        ),
        ("100".to_owned(), 200)
    );
    let stages: Vec<String> = plan.stages.keys().map(ToString::to_string).collect();
    assert_eq!(stages, ["o81lxisefl:Stage_A"]);
    // The list shows it, and no draft is left.
    session.keys("<esc>").await;
    session.shows("new-plan-name");
    session.hides("not sent");
}

/// Empties the field that is being typed into.
async fn clear_line(session: &mut Session) {
    session.keys(&"<backspace>".repeat(60)).await;
}

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
        "١٢",
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
async fn leaving_the_form_keeps_the_draft_and_undo_takes_it_back() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("e<enter>X<esc><esc>").await;
    session.shows("1 draft not sent");
    session.shows("basic-monthlyX");
    session.keys("u").await;
    session.hides("basic-monthlyX");
    session.keys("<ctrl-r>").await;
    session.shows("basic-monthlyX");
    // Throwing it away asks, and n keeps it.
    session.keys("X").await;
    session.shows("Throw away the draft");
    session.keys("n").await;
    session.shows("1 draft not sent");
    session.keys("Xy").await;
    session.hides("not sent");
}

#[tokio::test]
async fn one_staged_change_is_dropped_and_the_others_stay() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>b300<enter>e<tab>").await;
    session.shows("2 operations");
    session.keys("<down>d").await;
    session.shows("1 operation,");
    session.shows("replace /throttle/rateLimit = 150");
    session.hides("/throttle/burstLimit");
}

#[tokio::test]
async fn quitting_with_a_draft_asks_first() {
    let mut session = Session::start(120, 40).await;
    session.keys("r1<enter>q").await;
    session.shows("Leave plangate? 1 draft was not sent");
    assert!(!session.quit);
    session.keys("nq<esc>").await;
    assert!(!session.quit);
    session.keys("qy").await;
    assert!(session.quit);
}

#[tokio::test]
async fn the_patch_editor_judges_as_you_type_and_applies_to_the_draft() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>p").await;
    session.shows("All good");
    session.keys("<down><down><down><down>").await;
    // The value 150 becomes 15O, and the fault is shown with its place.
    session.keys("<ctrl-e><backspace>").await;
    session.shows("to mend");
    session.keys("<ctrl-s>").await;
    session.shows("the text has faults");
    session.keys("\"<ctrl-s>").await;
    session.shows("1 operation is staged");
    session.shows("*! w0mvrr");
}

#[tokio::test]
async fn a_patch_text_that_was_left_is_there_again() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("pnonsense<esc>").await;
    session.shows("The text was kept as typed");
    session.keys("q").await;
    session.shows("a patch text was not applied");
    session.keys("np").await;
    session.shows("nonsense");
}

#[tokio::test]
async fn typed_operations_that_are_not_possible_name_rule_and_place() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("p").await;
    clear_line(&mut session).await;
    for (text, want) in [
        (
            r#"{"op":"copy","path":"/name","from":"/description"}"#,
            "supported-op",
        ),
        (
            r#"{"op":"replace","path":"/quota/limit","value":"ten"}"#,
            "count-value",
        ),
        (
            r#"{"op":"replace","path":"/nosuch","value":"1"}"#,
            "known-path",
        ),
        (
            r#"{"op":"remove","path":"/apiStages","value":"zzz:prod"}"#,
            "stage-attached",
        ),
    ] {
        session.keys("<ctrl-e>").await;
        clear_line_of(&mut session, 200).await;
        session.tell(plangate::app::message::Message::Paste(format!("[{text}]")));
        session.shows("line 1, column 2");
        session.shows(want);
    }
}

async fn clear_line_of(session: &mut Session, letters: usize) {
    session.keys(&"<backspace>".repeat(letters)).await;
}

#[tokio::test]
async fn a_new_plan_is_made_with_what_creation_cannot_carry() {
    let mut session = Session::start(120, 40).await;
    // An empty one is nothing that could be lost.
    session.keys("n<esc>").await;
    session.hides("new (n)");
    session.keys("n<down><enter>about it<esc>v").await;
    // Without a name it cannot be sent.
    session.shows("the plan has no name");
    session.keys("<ctrl-s>").await;
    session.shows("would be refused");
    session
        .keys("<esc><up><enter>made by keys<tab><tab>prod-77<esc>v<ctrl-s>")
        .await;
    session.shows("Sent: ");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), 1);
    assert_eq!(
        session.sent("UpdateUsagePlan").await,
        [json!({"patchOperations": [{"op": "add", "path": "/productCode", "value": "prod-77"}]})]
    );
    session.keys("<esc>").await;
    session.shows("40 of 40");
    let made = session.app.core.plans.selected().unwrap().plan.clone();
    assert_eq!(made.settings.name, "made by keys");
    assert_eq!(made.settings.product_code, "prod-77");
}

#[tokio::test]
async fn a_copy_carries_everything_and_leaves_the_first_alone() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    let first = session.plan("qm6bea").await.settings;
    session.keys("cv<ctrl-s>").await;
    session.shows("Sent: ");
    let made = session
        .app
        .core
        .plans
        .selected()
        .unwrap()
        .plan
        .settings
        .clone();
    assert_eq!(made.name, format!("{} copy", first.name));
    assert_eq!(
        (made.stages, made.throttle, made.quota),
        (first.stages.clone(), first.throttle, first.quota.clone())
    );
    assert_eq!(session.plan("qm6bea").await.settings, first);
}

#[tokio::test]
async fn a_429_is_waited_out_and_the_change_is_made_once() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.next("UpdateUsagePlan", FaultKind::Throttle { retry_after: None });
    session.keys("r150<enter>v<ctrl-s>").await;
    session.shows("Sent: ");
    assert_eq!(
        session.sent("UpdateUsagePlan").await.len(),
        2,
        "one refused, one made"
    );
    session.keys("L").await;
    session.shows("200, 1 operation");
}

#[tokio::test]
async fn somebody_else_changed_another_field_and_it_is_kept() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>").await;
    session
        .somebody_else("w0mvrr", vec![replace("/description", "theirs")])
        .await;
    session.keys("v<ctrl-s>").await;
    session.shows("Meanwhile somebody else had changed description");
    // Nothing is left that would take it back.
    session.hides("not sent");
    let plan = session.plan("w0mvrr").await.settings;
    assert_eq!(plan.description, "theirs");
    assert_eq!(plan.throttle.unwrap().rate.unwrap().to_string(), "150");
}

#[tokio::test]
async fn somebody_else_changed_the_same_field_and_the_operator_chooses() {
    for (key, want, sent) in [("m", "150", 2), ("t", "77", 1), ("b", "100", 2)] {
        let mut session = Session::start(120, 40).await;
        session.find("w0mvrr").await;
        session.keys("r150<enter>").await;
        session
            .somebody_else("w0mvrr", vec![replace("/throttle/rateLimit", "77")])
            .await;
        session.keys("v<ctrl-s>").await;
        session.shows("Nothing was sent");
        session.shows("base    100");
        session.shows("theirs  77");
        session.shows("mine    150");
        session.keys("<ctrl-s>").await;
        session.shows("resolve the conflicts first");
        session.keys(&format!("{key}<ctrl-s>y")).await;
        let rate = session.plan("w0mvrr").await.settings.throttle.unwrap().rate;
        assert_eq!(rate.unwrap().to_string(), want, "after {key}");
        assert_eq!(session.sent("UpdateUsagePlan").await.len(), sent);
    }
}

#[tokio::test]
async fn a_conflict_stays_with_its_draft_when_the_review_is_left() {
    for (key, want, sent) in [("m", "150", 2), ("t", "88", 1), ("b", "100", 2)] {
        let mut session = Session::start(120, 40).await;
        session.find("w0mvrr").await;
        session.keys("r150<enter>v").await;
        let kind = FaultKind::ChangedByOther {
            plan: Some("w0mvrr".to_owned()),
            operations: vec![
                serde_json::from_value(
                    json!({"op": "replace", "path": "/throttle/rateLimit", "value": "77"}),
                )
                .unwrap(),
            ],
        };
        session.next("GetUsagePlan", kind);
        session.keys("<ctrl-s>").await;
        session.shows("theirs  77");
        // Left and opened again.
        session.keys("<esc>v").await;
        session.shows("conflicts to resolve");
        session.shows("theirs  77");
        session.hides("nothing is sent yet");
        // Theirs is what the list has read since.
        session.keys("<esc>").await;
        let theirs = vec![replace("/throttle/rateLimit", "88")];
        session.somebody_else("w0mvrr", theirs).await;
        session.keys("Rv").await;
        session.shows("base    100");
        session.shows("theirs  88");
        session.shows("mine    150");
        let before = session.sent("UpdateUsagePlan").await.len();
        session.keys("<ctrl-s>").await;
        session.shows("resolve the conflicts first");
        assert_eq!(session.sent("UpdateUsagePlan").await.len(), before);
        session.keys(&format!("{key}<ctrl-s>y")).await;
        let rate = session.plan("w0mvrr").await.settings.throttle.unwrap().rate;
        assert_eq!(rate.unwrap().to_string(), want, "after {key}");
        assert_eq!(session.sent("UpdateUsagePlan").await.len(), sent);
    }
}

#[tokio::test]
async fn a_conflict_that_the_list_has_read_is_shown_before_anything_is_sent() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>").await;
    let theirs = vec![replace("/throttle/rateLimit", "77")];
    session.somebody_else("w0mvrr", theirs).await;
    session.keys("Rv").await;
    session.shows("Review basic-monthly w0mvrr: conflicts to resolve");
    session.shows("theirs  77");
    // Nor is it sent together with others.
    session.keys("<esc>").await;
    session.keys(":review-all<enter>").await;
    session.shows("its own review");
}

#[tokio::test]
async fn reading_again_puts_a_draft_on_the_plan_as_it_is_now() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>").await;
    let theirs = vec![replace("/description", "theirs")];
    session.somebody_else("w0mvrr", theirs).await;
    session.keys("R").await;
    session.shows("each draft now stands on that");
    session.keys("v").await;
    session.shows("~ rate limit");
    session.hides("description");
}

#[tokio::test]
async fn quitting_while_a_send_is_under_way_asks_first() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    session.press("<ctrl-s>q");
    session.shows("Leave plangate? a send is under way");
    session.keys("n").await;
    session.shows("Sent: ");
}

#[tokio::test]
async fn a_refused_operation_changes_nothing_and_keeps_the_draft() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    // The rules cannot know that this stage does not exist; the server does.
    session.keys("eanosuch:stage<enter>v<ctrl-s>").await;
    session.shows("API Stage not found: nosuch:stage");
    session.shows("is kept");
    session.shows("1 draft not sent");
    assert!(session.plan("w0mvrr").await.settings.stages.is_empty());
}

#[tokio::test]
async fn of_a_failed_send_what_matters_is_in_sight_in_every_terminal() {
    for (columns, rows) in [(60, 15), (80, 24), (120, 40)] {
        let mut session = Session::start(columns, rows).await;
        session.find("w0mvrr").await;
        session.keys("r110<enter>v").await;
        session.next("UpdateUsagePlan", FaultKind::AccessDenied);
        session.keys("<ctrl-s>").await;
        let screen = session.screen();
        let words: Vec<&str> = screen.split_whitespace().collect();
        let words = words.join(" ");
        for text in [
            "not allowed: apigateway:PATCH",
            "Nothing was changed.",
            "Ask for that permission",
            "The draft of basic-monthly w0mvrr is kept.",
        ] {
            assert!(words.contains(text), "{columns}x{rows}, {text}:\n{screen}");
        }
    }
}

#[tokio::test]
async fn a_message_that_is_cut_can_be_read_in_full() {
    let mut session = Session::start(60, 15).await;
    session.keys(":message<enter>").await;
    session.shows("there was no message yet");
    session.find("w0mvrr").await;
    session.keys("r110<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::AccessDenied);
    session.keys("<ctrl-s>").await;
    session.shows(":message shows all");
    session.hides("identity-based policy allows the action");
    session.keys(":message<enter>").await;
    session.shows("The message:");
    session.shows("UpdateUsagePlan");
    session.shows("because no identity-based");
    session.keys("<esc>").await;
    session.shows("Review basic-monthly");
}

#[tokio::test]
async fn a_connection_lost_after_the_change_is_resolved_by_reading() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::ResetAfter);
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
    assert_eq!(
        session.sent("UpdateUsagePlan").await.len(),
        1,
        "it is never sent twice"
    );
    assert_eq!(
        session
            .plan("w0mvrr")
            .await
            .settings
            .throttle
            .unwrap()
            .rate
            .unwrap()
            .to_string(),
        "150"
    );
}

#[tokio::test]
async fn a_connection_lost_before_the_change_is_resolved_by_reading() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::ResetBefore);
    session.keys_now("<ctrl-s>").await;
    session.shows("UpdateUsagePlan not seen yet, read again in 70 s");
    session.wait(Duration::from_millis(12_300)).await;
    session.shows("UpdateUsagePlan not seen yet, read again in 58 s");
    let state = session.history().sends[0].entries[0].state;
    assert_eq!(state, EntryState::NotSeen);
    let before = session.sent("UpdateUsagePlan").await.len();
    session.resolve().await;
    session.shows("no certain answer");
    session.shows("it was not made");
    session.shows("1 draft not sent");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), before);
    assert_eq!(
        session
            .plan("w0mvrr")
            .await
            .settings
            .throttle
            .unwrap()
            .rate
            .unwrap()
            .to_string(),
        "100"
    );
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
}

#[tokio::test]
async fn a_lost_change_whose_field_a_colleague_changed_is_a_conflict_to_resolve() {
    for (key, want, sent) in [("m", "150", 3), ("t", "77", 2), ("b", "100", 3)] {
        for waits in [true, false] {
            let mut session = Session::start(120, 40).await;
            session.find("w0mvrr").await;
            session.keys("r150<enter>v").await;
            session.next("UpdateUsagePlan", FaultKind::ResetBefore);
            session.keys_now("<ctrl-s>").await;
            let theirs = vec![replace("/throttle/rateLimit", "77")];
            session.somebody_else("w0mvrr", theirs).await;
            if waits {
                session.resolve().await;
                session.shows("neither as before nor as sent");
            } else {
                session.press("<esc>");
                session.resolve().await;
                session.shows("the same field");
            }
            session.shows("base    100");
            session.shows("theirs  77");
            session.shows("mine    150");
            // Nothing overwrites theirs unseen.
            session.keys("<ctrl-s><ctrl-s>").await;
            session.shows("resolve the conflicts first");
            assert_eq!(session.sent("UpdateUsagePlan").await.len(), 2);
            // Nor where the review is left and opened again.
            session.keys("<esc>v").await;
            session.shows("theirs  77");
            session.keys("<ctrl-s><ctrl-s>").await;
            session.shows("resolve the conflicts first");
            session.keys(&format!("{key}<ctrl-s>y")).await;
            let rate = session.plan("w0mvrr").await.settings.throttle.unwrap().rate;
            assert_eq!(rate.unwrap().to_string(), want, "after {key}");
            assert_eq!(session.sent("UpdateUsagePlan").await.len(), sent);
        }
    }
}

#[tokio::test]
async fn an_answer_about_another_plan_is_told_on_although_the_update_was_made() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    let body = json!({"id": "zzzzzz", "name": "another"}).to_string();
    session.next("UpdateUsagePlan", FaultKind::Says { body });
    session.keys("<ctrl-s>").await;
    session.shows("Sent: basic-monthly w0mvrr is now as reviewed");
    session.shows(r#"it is about "zzzzzz""#);
    session.shows("read again)");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 1);
}

#[tokio::test]
async fn a_creation_without_an_answer_is_said_to_be_known_by_its_name_and_settings() {
    let mut session = Session::start(120, 40).await;
    copy(&mut session).await;
    session.next("CreateUsagePlan", FaultKind::ResetAfter);
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
    session.shows("no answer came; the new plan ");
    session.shows("taken for it");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), 1);
}

#[tokio::test]
async fn a_server_that_answers_something_else_is_told_on() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::Lie);
    session.keys("<ctrl-s>").await;
    session.shows("the answer said otherwise; the plan was read again");
    assert_eq!(
        session
            .plan("w0mvrr")
            .await
            .settings
            .throttle
            .unwrap()
            .rate
            .unwrap()
            .to_string(),
        "150"
    );
}

#[tokio::test]
async fn a_plan_that_is_gone_keeps_its_draft() {
    let mut session = Session::start(120, 40).await;
    session.find("6kc7c6").await;
    session.keys("e<enter>X<esc>v").await;
    let client = session.server.endpoint();
    delete(&client, "6kc7c6").await;
    session.keys("<ctrl-s>").await;
    session.shows("is gone");
    session.shows("1 draft not sent");
    // It goes on as a new plan, and can be sent as one.
    session.keys("<esc><esc>n").await;
    session.shows("empty-shellX (new: plan 6kc7c6 is gone)");
    session.keys("<enter>v<ctrl-s>").await;
    session.shows("Sent: ");
}

async fn delete(endpoint: &str, plan: &str) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = endpoint.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "DELETE /usageplans/{plan} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
}

#[tokio::test]
async fn escape_cancels_before_anything_is_sent() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    // The answer to the question whether the plan moved is still awaited.
    session.press("<ctrl-s>");
    session.resolve_written().await;
    session.shows("reading the plan again");
    session.keys("<esc>").await;
    session.shows("Cancelled before anything was sent");
    session.shows("1 draft not sent");
    assert!(session.sent("UpdateUsagePlan").await.is_empty());
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_changes_nothing() {
    let mut session = Session::unanswered(120, 40).await;
    session.shows("connecting");
    session.resolve().await;
    session.press("R<esc>");
    session.shows("reading stopped");
    // What was asked for is answered now, too late.
    session.resolve().await;
    session.shows("reading stopped");
    session.keys("R").await;
    session.shows("Plans 39 of 39 ");
}

#[tokio::test]
async fn the_list_narrows_to_the_plans_of_one_key() {
    let mut session = Session::start(120, 40).await;
    session.keys("K").await;
    session.shows("all plans");
    session.keys("<down><enter>").await;
    session.shows("of key");
    let shown = session.app.core.plans.shown();
    assert!(shown > 0 && shown < 39, "{shown} plans");
    session.keys("<esc>").await;
    session.shows("39 of 39");
}

#[tokio::test]
async fn what_may_not_be_read_is_named_and_the_rest_goes_on() {
    let mut session = Session::unanswered(120, 40).await;
    session.next("GetAccount", FaultKind::AccessDenied);
    session.resolve().await;
    session.shows("39 of 39");
    session.shows("apigateway:GET");
    session.keys("j").await;
    session.hides("apigateway:GET");
}

/// Presses keys at random, always the same ones, long enough to meet most keys in
/// most places. Whatever is in front must have what it is about.
async fn walk(session: &mut Session, steps: usize, named: &[&str]) {
    let letters: Vec<char> = "abcdefghijklmnoprstuvwxzABCDEFGHIJKLMNOPRSTUVWXZ/?:;+-*%0123 äλ中😀"
        .chars()
        .collect();
    let mut seed = 7_u32;
    for _ in 0..steps {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let pick = (seed >> 8) as usize;
        if pick.is_multiple_of(3) {
            session.press(&format!("<{}>", named[(pick / 3) % named.len()]));
        } else {
            session.press(&letters[(pick / 3) % letters.len()].to_string());
        }
        if pick.is_multiple_of(7) {
            session.resolve().await;
        }
        let draft = match session.app.screen() {
            Screen::Edit(form) => Some(&form.draft),
            Screen::Patch(editor) => Some(&editor.draft),
            Screen::Review(review) => Some(&review.draft),
            _ => None,
        };
        if let Some(draft) = draft {
            assert!(
                session.app.core.drafts.contains(draft),
                "a screen without its draft"
            );
        }
        if pick.is_multiple_of(11) {
            session.screen();
        }
    }
}

const NAMED: [&str; 11] = [
    "enter",
    "tab",
    "back-tab",
    "esc",
    "up",
    "down",
    "left",
    "right",
    "page-down",
    "ctrl-r",
    "ctrl-e",
];

#[tokio::test]
async fn every_key_in_every_place_is_survived_and_sends_nothing() {
    let mut session = Session::start(80, 24).await;
    walk(&mut session, 6000, &NAMED).await;
    assert!(
        session.sent("UpdateUsagePlan").await.is_empty(),
        "only ctrl-s sends"
    );
    assert!(
        session.sent("CreateUsagePlan").await.is_empty(),
        "only ctrl-s sends"
    );
}

#[tokio::test]
async fn sending_at_any_moment_is_survived() {
    let mut session = Session::start(120, 40).await;
    let named: Vec<&str> = NAMED
        .into_iter()
        .chain(["ctrl-s", "ctrl-s", "ctrl-u"])
        .collect();
    walk(&mut session, 6000, &named).await;
    // What was sent was reviewed, so the server refused none of it for its form.
    session.resolve().await;
    let screen = session.screen();
    assert!(!screen.contains("Invalid patch path"), "{screen}");
}

#[tokio::test]
async fn while_a_draft_is_sent_it_cannot_be_changed_or_thrown_away() {
    for keys in ["e", "X", "u", "R", "p"] {
        let mut session = Session::start(120, 40).await;
        session.find("w0mvrr").await;
        session.keys("r150<enter>v").await;
        session.press("<ctrl-s>");
        session.press(keys);
        session.resolve().await;
        session.shows("Sent: ");
        let throttle = session.plan("w0mvrr").await.settings.throttle.unwrap();
        assert_eq!(throttle.rate.unwrap().to_string(), "150", "after {keys}");
        assert_eq!(
            session.sent("UpdateUsagePlan").await.len(),
            1,
            "after {keys}"
        );
        session.hides("not sent");
    }
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

#[tokio::test]
async fn a_form_over_a_patch_editor_stays_whole() {
    for keys in ["ep<esc>", "ep<ctrl-s>", "np<esc>", "np x<esc>"] {
        let mut session = Session::start(120, 40).await;
        session.find("w0mvrr").await;
        session.keys(keys).await;
        session.shows("Edit ");
        session.shows("description");
    }
}

#[tokio::test]
async fn what_moved_must_be_looked_at_before_it_is_sent() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    // The whole map of a stage's method throttles is one operation, so another
    // method that moved changes what would be sent.
    session.keys("m").await;
    // Once all methods are read: what is selected before stays selected.
    session.keys("jj").await;
    session.keys("r7<enter><esc>").await;
    let path = "/apiStages/b3n8x1v6tr:prod/throttle/~1orders/POST/rateLimit";
    session
        .somebody_else("qm6bea", vec![replace(path, "111")])
        .await;
    session.keys("v").await;
    session.press("<ctrl-s>");
    session.resolve().await;
    session.shows("Nothing was sent to");
    session.keys("<ctrl-s>").await;
    session.shows("look first");
    assert_eq!(
        session.sent("UpdateUsagePlan").await.len(),
        1,
        "only somebody else's"
    );
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
    let stages = session.plan("qm6bea").await.settings.stages;
    let text = format!("{stages:?}");
    assert!(text.contains("111") && text.contains("Rate(7.0)"), "{text}");
}

#[tokio::test]
async fn escape_while_the_answer_is_awaited_never_says_that_nothing_was_sent() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    session.press("<ctrl-s>");
    session.resolve_one().await;
    // The plan was read; the update is on its way now.
    session.shows("sending UpdateUsagePlan");
    session.press("<esc>");
    session.shows("the answer was lost");
    session.press("<esc>");
    session.resolve_written().await;
    session.hides("before anything was sent");
    session.shows("not seen yet and may still be made");
    let line = session.app.core.queue_line().unwrap();
    assert_eq!(
        line,
        "basic-monthly w0mvrr: UpdateUsagePlan not seen yet, read again in 70 s"
    );
    // Nothing of it is sent again before that is certain.
    session.press("<ctrl-s>");
    session.shows("Nothing was sent: UpdateUsagePlan of basic-monthly w0mvrr, sent before,");
    session.shows("Review basic-monthly w0mvrr: sent before, not seen yet");
    session.hides("nothing is sent yet");
    session.press("Q");
    session.shows("All is over but this: basic-monthly w0mvrr: UpdateUsagePlan not seen yet");
    session.press("<esc>");
    // It was only held on its way.
    session.resolve().await;
    session.shows("UpdateUsagePlan of basic-monthly w0mvrr was made.");
    session.hides("not sent");
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 1);
    let state = session.history().sends[0].entries[0].state;
    assert_eq!(state, EntryState::Applied);
}

/// A draft of a copy in its review.
async fn copy(session: &mut Session) {
    session.find("48hiwm").await;
    session.keys("cv").await;
}

#[tokio::test]
async fn a_creation_without_an_answer_is_looked_for_before_it_is_sent_again() {
    let mut session = Session::start(120, 40).await;
    copy(&mut session).await;
    session.next("CreateUsagePlan", FaultKind::ResetBefore);
    session.keys_now("<ctrl-s>").await;
    session.shows("CreateUsagePlan not seen yet, read again in 70 s");
    // Nobody waits for it, and it is not sent again all the same.
    session.keys_now("<esc>").await;
    session.shows("may still be made");
    let before = session.sent("CreateUsagePlan").await.len();
    session.keys_now("<ctrl-s>").await;
    session.shows("Nothing was sent: CreateUsagePlan of no-stages-yet copy (new), sent before,");
    session.resolve().await;
    session.shows("CreateUsagePlan of no-stages-yet copy (new) was not made.");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), before);
    // Now it is certain, and it is looked for once more.
    session.keys("<ctrl-s>").await;
    session.shows("Sent: no-stages-yet copy");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), before + 1);
    session.hides("not sent");
}

#[tokio::test]
async fn a_creation_of_which_nobody_can_tell_is_sent_again_only_when_asked_for() {
    let mut session = Session::start(120, 40).await;
    copy(&mut session).await;
    // Its plan is there, but nobody lets it be seen.
    let hide = || InjectedFault {
        times: 4,
        ..InjectedFault::next("GetUsagePlans", FaultKind::AccessDenied)
    };
    session.press("<ctrl-s>");
    session.resolve_one().await;
    session.next("CreateUsagePlan", FaultKind::ResetAfter);
    session.server.faults().schedule(hide());
    session.resolve().await;
    session.shows("do not send twice");
    let before = session.sent("CreateUsagePlan").await.len();
    session.keys("<ctrl-s>").await;
    session.shows("It is not known whether CreateUsagePlan of no-stages-yet copy (new), sent");
    session.shows("Send it again?");
    session.keys("n").await;
    assert_eq!(session.sent("CreateUsagePlan").await.len(), before);
    // Where it can be seen, it is found.
    session.server.faults().clear();
    session.keys("<ctrl-s>").await;
    session.shows("was made");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), before);
    session.hides("not sent");
}

#[tokio::test]
async fn leaving_can_be_thought_over_without_losing_what_is_typed() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("b300<enter>r15<ctrl-c>").await;
    session.shows("Leave plangate?");
    session.keys("n").await;
    session.shows("rate limit 100 → 15");
    session.keys("0<enter>").await;
    session.shows("rate limit from 100 to 150");
}

#[tokio::test]
async fn a_new_plan_made_but_not_finished_is_said_to_be_made() {
    let mut session = Session::start(120, 40).await;
    session
        .keys("n<enter>half made<tab><tab>prod-77<esc>v")
        .await;
    // The second request is shown before anything is sent.
    session.shows("Request 2 of 2: UpdateUsagePlan");
    session.next("UpdateUsagePlan", FaultKind::AccessDenied);
    session.keys("<ctrl-s>").await;
    session.shows("The plan was created as");
    session.shows("1 draft not sent");
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
    assert_eq!(session.sent("CreateUsagePlan").await.len(), 1);
}
