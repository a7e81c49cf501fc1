//! The API keys of a plan: where they are, and how they get in, out and across.

use insta::assert_snapshot;
use plangate::app::Screen;
use plangate::emulator::FaultKind;
use plangate::journal::EntryState;
use plangate::plan::{Call, PlanId};
use plangate::ui::look::Look;

use crate::session::Session;

fn plan_id(id: &str) -> PlanId {
    PlanId(id.to_owned())
}

/// The API keys of a plan of the sample account.
async fn keys_of(id: &str, columns: u16, rows: u16) -> Session {
    let mut session = Session::start(columns, rows).await;
    session.find(id).await;
    session.keys("A").await;
    session
}

/// The calls that put API keys in and take them out, as they reached the server.
async fn moved(session: &Session) -> Vec<String> {
    let requests = session.server.requests().await.into_iter();
    let of_keys = requests.filter(|request| request.operation.ends_with("UsagePlanKey"));
    let calls = of_keys.filter(|request| request.method != "GET");
    let text = |request: plangate::emulator::ReceivedRequest| {
        let key = match serde_json::from_str::<serde_json::Value>(&request.body) {
            Ok(body) => format!(" {}", body["keyId"].as_str().unwrap()),
            Err(_) => String::new(),
        };
        format!("{} {}{key}", request.method, request.path)
    };
    calls.map(text).collect()
}

/// How many calls of an operation reached the server.
async fn asked(session: &Session, operation: &str) -> usize {
    let requests = session.server.requests().await.into_iter();
    requests
        .filter(|request| request.operation == operation)
        .count()
}

/// The identifiers of the keys that the server has in a plan.
async fn held(session: &Session, plan: &str) -> Vec<String> {
    let keys = session.gateway.plan_keys(&plan_id(plan)).await.unwrap();
    let mut ids: Vec<String> = keys.into_iter().map(|key| key.id).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn shows_the_keys_and_what_of_their_plans_is_not_known() {
    for (columns, rows) in crate::session::SIZES {
        let mut session = keys_of("tf11o0", columns, rows).await;
        assert_snapshot!(format!("keys {columns}x{rows}"), session.screen());
    }
    let mut session = keys_of("tf11o0", 120, 40).await;
    session.keys("/field<enter>").await;
    session.shows("1 of 2 API keys (filter: field) of petstore-bronze");
    session.shows("Not checked yet whether it is in other plans");
    // Nothing is asked for that nobody wants to know, least of all a value.
    let before = asked(&session, "GetUsagePlans").await;
    session.keys("w").await;
    assert_eq!(asked(&session, "GetUsagePlans").await, before + 1);
    session.shows("It is in 2 other plans:");
    session.shows("orders-bronze x6ixwn: orders:prod");
    let requests = session.server.requests().await;
    assert!(requests.iter().all(|one| one.operation != "GetApiKey"));
    assert!(
        requests
            .iter()
            .all(|one| !one.path.contains("includeValues=true"))
    );
    session.keys("<esc>").await;
    session.shows("2 API keys of");
}

#[tokio::test]
async fn says_the_same_in_ascii_and_without_colour() {
    let mut session = keys_of("wmgvzu", 80, 24).await;
    session.look = Look::new(false, false);
    session.keys("j<up> ").await;
    let screen = session.screen();
    assert!(screen.is_ascii(), "{screen}");
    assert_snapshot!("keys ascii 80x24", screen);
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_read_again_on_request() {
    let mut session = Session::start(120, 40).await;
    session.find("tf11o0").await;
    session.next("GetUsagePlanKeys", FaultKind::AccessDenied);
    session.keys("A").await;
    session.shows("Not permitted: ");
    session.shows("apigateway:GET");
    session.keys("m").await;
    session.shows("no key is selected");
    session.keys("R").await;
    session.shows("corner-shop");
    session.next("GetUsagePlans", FaultKind::AccessDenied);
    session.keys("w").await;
    session.shows("Its plans could not be read: ");
}

#[tokio::test]
async fn a_key_is_attached_and_then_shown() {
    let mut session = keys_of("op6n8m", 120, 40).await;
    session.keys("a").await;
    session.shows("Attach API keys to customer-northwind");
    session.keys("northwind").await;
    session.shows("nothing fits what is typed");
    session.keys("<ctrl-u>harbour").await;
    session.shows("customer harbour");
    session.keys("<ctrl-u>unassigned-1").await;
    assert_snapshot!("attach 120x40", session.screen());
    session.keys("<enter>").await;
    session.shows("Attach unassigned-1 cpk1pk7z8s to customer-northwind: nothing is sent yet");
    session.shows("enters customer-northwind op6n8m");
    session.shows("Request: CreateUsagePlanKey");
    session.shows("aws apigateway create-usage-plan-key");
    assert_eq!(moved(&session).await, [""; 0]);
    session.keys("<ctrl-s>").await;
    session.shows("Sent: unassigned-1 cpk1pk7z8s is in customer-northwind now.");
    session.shows("3 API keys of customer-northwind");
    assert_eq!(
        moved(&session).await,
        ["POST /usageplans/op6n8m/keys cpk1pk7z8s"]
    );
    assert_eq!(held(&session, "op6n8m").await.len(), 3);
}

#[tokio::test]
async fn several_keys_are_marked_and_attached_as_one_send() {
    let mut session = keys_of("48hiwm", 120, 40).await;
    session.shows("No API key is in this plan");
    session.keys("aunassigned<ctrl- ><ctrl- >").await;
    session.shows("2 marked");
    session.keys("<enter>").await;
    session.shows("Attach 2 API keys to no-stages-yet");
    session.shows("unassigned-2 (5xni9r1q0p) is disabled: it gives no access");
    session.shows("no-stages-yet has no stages: a key in it gives access to nothing");
    session.keys("<ctrl-s>").await;
    session.shows("Sent 2 of 2.");
    session.keys("<esc>").await;
    session.shows("2 API keys of");
    assert_eq!(held(&session, "48hiwm").await, ["5xni9r1q0p", "cpk1pk7z8s"]);
}

#[tokio::test]
async fn a_key_is_detached_once_the_plan_is_named() {
    let mut session = keys_of("uff3dc", 120, 40).await;
    session.keys("d").await;
    session.shows("Detach photo-frame uelm4tahxj from petstore-photos-blocked");
    session.shows("DESTRUCTIVE: An API key loses its plan. You will be asked to type uff3dc.");
    session.shows("photo-frame (uelm4tahxj) loses access to petstore:dev (a7k2m9p4qz)");
    session.keys("<ctrl-s>photo<enter>").await;
    session.shows("Nothing is sent until you type");
    assert_eq!(moved(&session).await, [""; 0]);
    session.keys("<ctrl-u>uff3dc<enter>").await;
    session.shows("Sent: photo-frame uelm4tahxj has left petstore-photos-blocked.");
    session.shows("No API key is in this plan");
    assert_eq!(
        moved(&session).await,
        ["DELETE /usageplans/uff3dc/keys/uelm4tahxj"]
    );
}

#[tokio::test]
async fn a_conflict_is_found_before_sending_and_becomes_a_move() {
    let mut session = keys_of("jayn6q", 120, 40).await;
    session.keys("acorner<enter>").await;
    // It is in petstore-bronze, of which nothing was read but by asking for the key.
    session.shows("refused: the API key corner-shop (ir98aqwaf7) is in petstore-bronze, which");
    session.shows("petstore:prod (a7k2m9p4qz) too");
    session.shows("move it from petstore-bronze to petstore-silver");
    session.keys("<ctrl-s>").await;
    session.shows("it would be refused");
    session.shows("m moves it instead: out of the plan that has it, then in here");
    session.keys("m").await;
    session.shows("Move corner-shop ir98aqwaf7 to petstore-silver: nothing is sent yet");
    session.shows("moves from petstore-bronze tf11o0 to petstore-silver jayn6q");
    session.shows("may be refused from leaving petstore-bronze until a few minutes after");
    session.hides("refused: ");
    assert_eq!(moved(&session).await, [""; 0]);
    session.keys("<ctrl-s>").await;
    session.shows("has moved from petstore-bronze to petstore-silver.");
    let calls = [
        "DELETE /usageplans/tf11o0/keys/ir98aqwaf7",
        "POST /usageplans/jayn6q/keys ir98aqwaf7",
    ];
    assert_eq!(moved(&session).await, calls);
}

#[tokio::test]
async fn what_could_not_be_checked_is_said_and_may_be_sent() {
    let mut session = keys_of("jayn6q", 120, 40).await;
    session.next("GetUsagePlans", FaultKind::AccessDenied);
    session.keys("aunassigned-1<enter>").await;
    session.shows("whether the API key unassigned-1 (cpk1pk7z8s) is already in a plan of these");
    session.shows("could not be checked");
    session.keys("<ctrl-s>").await;
    session.shows("is in petstore-silver now");
}

#[tokio::test]
async fn nothing_is_sent_while_the_plans_of_a_key_are_being_read() {
    let mut session = keys_of("jayn6q", 120, 40).await;
    session.keys("acorner").await;
    session.press("<enter><ctrl-s>");
    session.shows("wait a moment: what it does to API keys is being read");
    session.resolve().await;
    session.shows("refused: ");
    assert_eq!(moved(&session).await, [""; 0]);
}

#[tokio::test]
async fn what_was_said_not_to_be_made_of_a_key_is_corrected_when_the_keys_are_read() {
    let mut session = keys_of("op6n8m", 120, 40).await;
    session.keys("aunassigned-1<enter>").await;
    session.next("CreateUsagePlanKey", FaultKind::ResetBefore);
    session.keys("<ctrl-s>").await;
    let state = |session: &Session| session.history().sends[0].entries[0].state;
    assert_eq!(state(&session), EntryState::NotApplied);
    // It was held longer than anybody could know.
    let call = Call::AttachKey {
        plan: plan_id("op6n8m"),
        key: "cpk1pk7z8s".to_owned(),
    };
    session.gateway.send(&call).await.unwrap();
    session.keys("<esc>R").await;
    session.shows("CreateUsagePlanKey of customer-northwind op6n8m on ");
    session.shows("was made after all");
    assert_eq!(state(&session), EntryState::Applied);
}

#[tokio::test]
async fn three_keys_move_as_one_sequence() {
    let mut session = keys_of("op6n8m", 120, 40).await;
    // A third one, so that there are three.
    session.keys("aunassigned-1<enter>").await;
    session.keys("<ctrl-s>").await;
    session.keys("g   m").await;
    session.shows("Move 3 API keys from customer-northwind to");
    session.keys("old-mill<enter>").await;
    session.shows("Move 3 API keys from customer-northwind to customer-old-mill");
    assert_snapshot!("move 120x40", session.screen());
    session.keys("G").await;
    session.shows("Request 6 of 6: CreateUsagePlanKey");
    session.keys("<ctrl-s>").await;
    session.shows("Sent 3 of 3.");
    assert_eq!(held(&session, "op6n8m").await, [""; 0]);
    assert_eq!(held(&session, "y3xqgc").await.len(), 5);
    // Each key leaves and enters before the next one does.
    let calls = moved(&session).await;
    let methods: Vec<&str> = calls.iter().filter_map(|c| c.split(' ').next()).collect();
    assert_eq!(
        methods,
        ["POST", "DELETE", "POST", "DELETE", "POST", "DELETE", "POST"]
    );
    session.keys("<esc>").await;
    session.shows("No API key is in this plan");
}

#[tokio::test]
async fn a_move_that_fails_half_way_says_so_and_goes_on_from_there() {
    let mut session = keys_of("uff3dc", 120, 40).await;
    session.keys("mpetstore-internal<enter>").await;
    session.next("CreateUsagePlanKey", FaultKind::AccessDenied);
    session.keys("<ctrl-s>").await;
    session.shows("HALF-WAY: photo-frame uelm4tahxj has left petstore-photos-blocked, and did not");
    session
        .shows("neither plan now. To fix it, attach it to petstore-internal or to petstore-photos");
    session.shows("apigateway:POST");
    session.shows("Left to do: Move photo-frame");
    assert_eq!(held(&session, "uff3dc").await, [""; 0]);
    // What is left of it is looked at and sent.
    session.shows("enters petstore-internal e209ji");
    session.hides("moves from");
    session.keys("<ctrl-s>").await;
    session.shows("look first");
    session.keys("<ctrl-s>").await;
    session.shows("is in petstore-internal now");
    assert_eq!(held(&session, "e209ji").await.len(), 2);
}

#[tokio::test]
async fn a_sequence_that_fails_stops_and_the_rest_waits() {
    let mut session = keys_of("op6n8m", 120, 40).await;
    session.keys("  mold-mill<enter>").await;
    session.next("CreateUsagePlanKey", FaultKind::AccessDenied);
    session.keys("<ctrl-s>").await;
    session.shows("The send queue stopped. HALF-WAY: ");
    session.shows("it is in neither plan now");
    assert_eq!(held(&session, "op6n8m").await.len(), 1);
    assert_eq!(held(&session, "y3xqgc").await.len(), 2);
    session.keys("p").await;
    assert_eq!(held(&session, "op6n8m").await, [""; 0]);
    assert_eq!(held(&session, "y3xqgc").await.len(), 3);
}

#[tokio::test]
async fn a_lost_answer_is_resolved_by_reading() {
    let mut session = keys_of("op6n8m", 120, 40).await;
    session.keys("aunassigned-1<enter>").await;
    session.next("CreateUsagePlanKey", FaultKind::ResetAfter);
    session.keys("<ctrl-s>").await;
    session.shows("unassigned-1 cpk1pk7z8s is in customer-northwind now");
    assert_eq!(moved(&session).await.len(), 1);
}

#[tokio::test]
async fn the_refused_ones_can_be_left_out() {
    let mut session = keys_of("jayn6q", 120, 40).await;
    // One that is free, one that another plan of the same stage has.
    session
        .keys("aunassigned-1<ctrl- ><ctrl-u>corner<ctrl- ><enter>")
        .await;
    session.shows("Attach 2 API keys to petstore-silver");
    session.shows("refused: the API key corner-shop");
    session.keys("x").await;
    session.hides("refused: ");
    session.hides("corner-shop");
    session.keys("<ctrl-s>").await;
    session.shows("is in petstore-silver now");
    assert_eq!(
        moved(&session).await,
        ["POST /usageplans/jayn6q/keys cpk1pk7z8s"]
    );
}

#[tokio::test]
async fn from_the_plans_of_a_key_it_can_go_to_any_plan() {
    let mut session = Session::start(120, 40).await;
    session.keys("K").await;
    session.keys("field-team<enter>").await;
    assert_eq!(session.app.core.plans.shown(), 3);
    session.find("x6ixwn").await;
    session.keys("<esc>").await;
    assert_eq!(session.app.core.plans.shown(), 3);
    session.keys("A").await;
    let Some(Screen::Keys(keys)) = session.app.stack.screen() else {
        panic!("the keys are not open");
    };
    assert_eq!(keys.selected().unwrap().name, "field-team");
    session.keys("morders-accounting<enter>").await;
    session.shows("Move field-team 9fijth2cba from orders-bronze to orders-accounting");
    session.keys("<ctrl-s>").await;
    session.shows("has moved from orders-bronze to orders-accounting");
    // The list follows: it shows the plans that the key is in.
    session.keys("<esc>").await;
    assert!(session.app.core.plans.plan(&plan_id("x6ixwn")).is_none());
    assert!(session.app.core.plans.plan(&plan_id("xw2mx9")).is_some());
}

#[tokio::test]
async fn usage_and_keys_lead_to_each_other() {
    let mut session = Session::start(120, 40).await;
    session.find("k9gd83").await;
    session.keys("U").await;
    session.shows("Burn-down of ");
    session.keys("jA").await;
    session.shows("2 API keys of search-free");
    session.keys("U").await;
    session.shows("Burn-down of ");
    session.keys("A<esc><esc>").await;
    assert!(session.app.stack.screen().is_none());
    session.keys("A").await;
    session.keys("K").await;
    assert!(session.app.core.plans.of_key.is_some());
}

#[tokio::test]
async fn a_draft_that_detaches_a_stage_says_who_loses_it() {
    let mut session = Session::start(120, 40).await;
    session.find("uff3dc").await;
    session.keys("e").await;
    session.keys("G<up><up><up><up>dv").await;
    session.shows(
        "DESTRUCTIVE: A plan loses a stage: its clients are refused there. You will be asked",
    );
    session.shows("1 API key loses access to petstore:dev (a7k2m9p4qz): photo-frame (uelm4tahxj)");
    session.keys("<ctrl-s>uff3dc<enter>").await;
    assert!(session.plan("uff3dc").await.settings.stages.is_empty());
}

#[tokio::test]
async fn a_key_that_left_meanwhile_is_not_detached_twice() {
    let mut session = keys_of("uff3dc", 120, 40).await;
    session.keys("d").await;
    let call = Call::DetachKey {
        plan: plan_id("uff3dc"),
        key: "uelm4tahxj".to_owned(),
    };
    session.gateway.send(&call).await.unwrap();
    session.keys("<ctrl-s>uff3dc<enter>").await;
    session.shows("Nothing had to be sent");
    assert_eq!(moved(&session).await.len(), 1);
    session.shows("No API key is in this plan");
}
