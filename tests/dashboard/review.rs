//! The review of a draft: conflicts with what somebody else changed, and what it lets through.

use plangate::app::Prompt;
use plangate::emulator::FaultKind;
use plangate::plan::{Op, PatchOperation};
use serde_json::json;

use crate::session::Session;

fn replace(path: &str, value: &str) -> PatchOperation {
    PatchOperation::new(Op::Replace, path, value)
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

/// The line of the screen that begins the review.
fn first_line(session: &mut Session) -> String {
    let screen = session.screen();
    screen.lines().nth(2).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn who_manages_the_plan_comes_first_and_the_change_is_handed_over_as_code() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    session.keys("r+10%<enter>v").await;
    assert!(
        first_line(&mut session).contains("! Managed by the CloudFormation stack orders-prod:"),
        "{}",
        session.screen()
    );
    session.shows("the next update of the stack may overwrite this change. c copies it");
    session.shows("as CloudFormation.");
    session.hides("inferred");
    session.keys("c").await;
    let code = session.copied.last().unwrap().clone();
    assert!(code.contains("# Plan qm6bea, changed:"), "{code}");
    assert!(code.contains("# ~ rate limit: 400 -> 440"), "{code}");
    assert!(code.contains("Type: AWS::ApiGateway::UsagePlan"), "{code}");
    assert!(session.sent("UpdateUsagePlan").await.is_empty());

    // A tag is a custom, and the screen says that no more is known.
    session.keys("<esc>").await;
    session.find("br5ent").await;
    session.keys("r+10%<enter>v").await;
    assert!(
        first_line(&mut session)
            .contains("! Managed by Terraform (inferred from the tag ManagedBy"),
        "{}",
        session.screen()
    );
    session.keys("c").await;
    let code = session.copied.last().unwrap().clone();
    assert!(
        code.contains("resource \"aws_api_gateway_usage_plan\""),
        "{code}"
    );

    // Where no tag names a tool, nothing is said and nothing is copied.
    session.keys("<esc>").await;
    session.find("w0mvrr").await;
    session.keys("r+10%<enter>v").await;
    session.hides("Managed by");
    let copied = session.copied.len();
    session.keys("c").await;
    session.shows("no tag says that a tool manages this plan");
    assert_eq!(session.copied.len(), copied);
}

#[tokio::test]
async fn detaching_a_stage_that_is_gone_asks_nobody() {
    let mut session = Session::start(120, 40).await;
    session.find("2kfjhj").await;
    // A stage that is there is another matter.
    session
        .keys("Tdetach o81lxisefl:Stage_B<enter>v<ctrl-s>")
        .await;
    assert!(matches!(session.app.stack.prompt, Some(Prompt::Consent(_))));
    session.keys("<esc><esc>u").await;
    session.keys("Tdetach o81lxisefl:Stage_Z<enter>v").await;
    session.shows("o81lxisefl:Stage_Z does not exist any more: detaching it affects no caller");
    session.keys("<ctrl-s>").await;
    session.shows("Sent");
    let stages = session.plan("2kfjhj").await.settings.stages;
    assert!(stages.keys().all(|stage| stage.stage != "Stage_Z"));
}
