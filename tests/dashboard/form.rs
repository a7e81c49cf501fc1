//! The form: what its fields stage, and that leaving it loses nothing.

use plangate::plan::Period;
use plangate::plan::model::human::parse_rate;
use serde_json::json;

use crate::session::Session;

/// Empties the field that is being typed into.
pub async fn clear_line(session: &mut Session) {
    session.keys(&"<backspace>".repeat(60)).await;
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
    session.shows("Discard the draft");
    session.keys("n").await;
    session.shows("1 draft not sent");
    session.keys("Xy").await;
    session.hides("not sent");
}

pub async fn clear_line_of(session: &mut Session, letters: usize) {
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
async fn a_digit_begins_a_number_and_elsewhere_repeats_a_movement() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    // The name takes no number: down four times, to the rate.
    session.keys("e4<down>25<enter>").await;
    session.shows("replace /throttle/rateLimit = 25");
    session.shows("was 100");
    // The old value is replaced, and 0 is a digit as well.
    session.keys("<down>0").await;
    session.shows("replace /throttle/burstLimit = 0");
    session.keys("5<esc>").await;
    session.shows("replace /throttle/burstLimit = 5");
    session.hides("burstLimit = 20");
    // One undo takes back all that was typed into the field.
    session.keys("u").await;
    session.hides("burstLimit");
    session.shows("replace /throttle/rateLimit = 25");
}

#[tokio::test]
async fn a_digit_begins_the_number_of_a_method_throttle() {
    let mut session = Session::start(200, 60).await;
    session.find("qm6bea").await;
    session.keys("e").await;
    let is_on_method = |session: &mut Session| {
        let screen = session.screen();
        let line = screen.lines().find(|line| line.contains('▸'));
        line.is_some_and(|line| line.contains(" rate ") && line.contains(" burst "))
    };
    for _ in 0..30 {
        if is_on_method(&mut session) {
            break;
        }
        session.keys("<down>").await;
    }
    assert!(is_on_method(&mut session), "{}", session.screen());
    session.keys("3<enter><right>4<enter>").await;
    session.shows("was 5 / 10");
    // Where the line has no room for it, the sentence below says it.
    session.resize(80, 24);
    session.hides("was 5 / 10");
    session.shows("Was 10. ");
}

#[tokio::test]
async fn a_field_complains_when_it_is_left_and_not_while_it_is_typed_into() {
    let wrong = parse_rate("5x").unwrap_err();
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("e4<down>5x").await;
    session.hides(&wrong);
    session.keys("<enter>").await;
    session.shows(&format!("! {wrong}"));
    // Nor do the rules: an offset of 40 is refused where it was left.
    session.keys("u").await;
    session
        .keys("<down><down><down><down><right><right><down>40")
        .await;
    session.shows("replace /quota/offset = 40");
    session.hides("does not take an offset of 40");
    session.keys("<enter>").await;
    session.shows("does not take an offset of 40");
}

#[tokio::test]
async fn a_changed_period_shows_the_old_one_and_the_offset_hides_where_there_is_none() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("e8<down>").await;
    session.shows("< DAY >");
    session.hides("offset");
    session.keys("<left>").await;
    session.shows("< MONTH >");
    session.shows("was DAY");
    session.shows("  offset");
    // One that the shorter period does not take has to be seen, to be put right.
    session.keys("<down>5<enter><up><right>").await;
    session.shows("< DAY >");
    session.hides("was DAY");
    session.shows("  offset");
    session.shows("does not take an offset of 5");
    // While it is typed into it stays, and it goes when it is left.
    session.keys("<down>0").await;
    session.shows("  offset");
    session.keys("<enter>").await;
    session.hides("offset");
}
