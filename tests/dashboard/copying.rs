//! Copying, by every way, and what becomes of what cannot be copied.

use plangate::config::Clipboard;
use plangate::plan::{Op, PatchOperation};

use crate::session::Session;

/// Copies what the picker calls so.
pub async fn copied(session: &mut Session, what: &str) -> String {
    session.keys(&format!("y{what}<enter>")).await;
    session.copied.last().unwrap().clone()
}

#[tokio::test]
async fn a_plan_is_copied_in_every_form() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    session.keys("y").await;
    for what in [
        "id",
        "ARN",
        "name",
        "JSON of the plan",
        "Terraform of the plan",
    ] {
        session.shows(what);
    }
    // Nothing is staged: nothing of a change can be copied.
    session.hides("as staged");
    session.keys("<esc>").await;
    assert_eq!(copied(&mut session, "id").await, "qm6bea");
    session.shows("Copied the id, 6 characters, through the terminal.");
    assert_eq!(
        copied(&mut session, "ARN").await,
        "arn:aws:apigateway:us-east-1::/usageplans/qm6bea"
    );
    assert_eq!(copied(&mut session, "name").await, "orders-gold");
    let json = copied(&mut session, "JSON").await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["id"], "qm6bea");
    let terraform = copied(&mut session, "Terraform").await;
    assert!(
        terraform.starts_with("# terraform import aws_api_gateway_usage_plan.orders_gold qm6bea\n")
    );
    assert!(terraform.contains("rate_limit  = 400"), "{terraform}");
    let template = copied(&mut session, "CloudFormation").await;
    assert!(
        template.contains("Type: AWS::ApiGateway::UsagePlan"),
        "{template}"
    );
}

#[tokio::test]
async fn a_change_is_copied_as_it_would_be_sent_and_the_plan_as_it_would_be() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>").await;
    assert_eq!(
        copied(&mut session, "command").await,
        "aws apigateway update-usage-plan --usage-plan-id w0mvrr --patch-operations \
         '[{\"op\":\"replace\",\"path\":\"/throttle/rateLimit\",\"value\":\"150\"}]' \
         --region us-east-1 --endpoint-url http://127.0.0.1:4566"
    );
    let operations = copied(&mut session, "patch").await;
    let operations: Vec<PatchOperation> = serde_json::from_str(&operations).unwrap();
    assert_eq!(
        operations,
        [PatchOperation::new(
            Op::Replace,
            "/throttle/rateLimit",
            "150"
        )]
    );
    let staged = copied(&mut session, "Terraform staged").await;
    assert!(staged.contains("rate_limit  = 150"), "{staged}");
    let before = copied(&mut session, "Terraform !staged").await;
    assert!(before.contains("rate_limit  = 100"), "{before}");
    // In the review and in the patch's plan too.
    session.keys("v").await;
    let staged = copied(&mut session, "CloudFormation staged").await;
    assert!(staged.contains("RateLimit: 150"), "{staged}");
}

#[tokio::test]
async fn a_new_plan_is_copied_without_an_id() {
    let mut session = Session::start(120, 40).await;
    session.keys("n<enter>fresh<esc>y").await;
    session.hides("ARN");
    session.keys("<esc>").await;
    let json = copied(&mut session, "JSON").await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["name"], json.get("id")), (&"fresh".into(), None));
    let command = copied(&mut session, "command").await;
    assert!(command.starts_with("aws apigateway create-usage-plan --cli-input-json "));
    let terraform = copied(&mut session, "Terraform").await;
    assert!(terraform.starts_with("resource "), "{terraform}");
}

#[tokio::test]
async fn the_selected_value_is_copied() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("e<down>").await;
    let value = copied(&mut session, "selected").await;
    assert_eq!(value, "Basic plan of the monthly reports");
    session.keys("<esc>/qm6bea<enter>m").await;
    assert_eq!(copied(&mut session, "method").await, "b3n8x1v6tr:prod */*");
    session.keys("<esc>U").await;
    let key = copied(&mut session, "key").await;
    assert!(
        key.chars().all(char::is_alphanumeric) && !key.is_empty(),
        "{key}"
    );
    session.keys("<esc>F").await;
    let finding = copied(&mut session, "finding").await;
    assert!(finding.ends_with(')'), "{finding}");
}

#[tokio::test]
async fn a_page_of_keys_copies_its_own_plan_whatever_the_list_selects() {
    let mut session = Session::start(120, 40).await;
    session.keys("W").await;
    session.keys("a").await;
    session.keys("A").await;
    let Some(plangate::app::Screen::Keys(keys)) = session.app.stack.screen() else {
        panic!("no keys of a plan:\n{}", session.screen());
    };
    let own = keys.plan.0.clone();
    session.app.core.plans.reselect(None);
    session.keys("<down>").await;
    let row = session.app.core.plans.selected().unwrap();
    assert_ne!(row.plan.id.0, own, "the list selects the plan of the page");
    assert_eq!(copied(&mut session, "id").await, own);
}

#[tokio::test]
async fn hostile_names_steer_no_terminal_that_they_are_pasted_into() {
    let mut session = Session::start(120, 40).await;
    let hostile = "a\u{1b}]52;c;eA==\u{7}\nrm -rf ~\u{9b}2J\u{202e}";
    let name = PatchOperation::new(Op::Replace, "/name", hostile);
    session.somebody_else("w0mvrr", vec![name]).await;
    session.keys("R").await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>").await;
    let before = session.copied.len();
    for what in [
        "name",
        "JSON",
        "Terraform !staged",
        "CloudFormation !staged",
        "command",
    ] {
        copied(&mut session, what).await;
    }
    assert_eq!(session.copied.len(), before + 5);
    for text in &session.copied {
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.chars().any(steers), "{text:?}");
    }
    // Of a name, not even a line break: it would be a command's end in a shell.
    assert_eq!(
        session.copied[0],
        "a\\u{1b}]52;c;eA==\\u{7}\\u{a}rm -rf ~\\u{9b}2J\\u{202e}"
    );
    assert!(!session.copied[4].contains('\n'));
}

#[tokio::test]
async fn a_program_takes_the_text_or_it_is_shown() {
    let mut session = Session::start(120, 40).await;
    let arguments = vec!["-selection".to_owned(), "clipboard".to_owned()];
    session.app.core.operator.clipboard = Clipboard::Command("xclip".to_owned(), arguments.clone());
    session.find("qm6bea").await;
    assert_eq!(copied(&mut session, "id").await, "qm6bea");
    session.shows("Copied the id, 6 characters.");
    session.app.core.operator.clipboard = Clipboard::Command("missing".to_owned(), arguments);
    session.keys("yARN<enter>").await;
    session.shows("Error: The ARN was not copied: missing cannot be run.");
    session.shows("\narn:aws:apigateway:us-east-1::/usageplans/qm6bea\n");
}
