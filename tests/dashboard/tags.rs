//! The tags of a plan in its form.

use insta::assert_snapshot;
use plangate::emulator::FaultKind;

use crate::session::Session;

async fn form(id: &str, columns: u16, rows: u16) -> Session {
    let mut session = Session::start(columns, rows).await;
    session.find(id).await;
    session.keys("e").await;
    session
}

async fn tag_calls(session: &Session) -> Vec<String> {
    let requests = session.server.requests().await.into_iter();
    let calls = requests
        .filter(|one| one.operation.ends_with("tagResource") || one.operation == "TagResource");
    calls.map(|request| request.operation).collect()
}

#[tokio::test]
async fn tags_are_added_changed_and_removed_and_sent_apart() {
    let mut session = form("br5ent", 120, 40).await;
    // The last lines: ManagedBy, Workspace, and where one is added.
    session.keys("G<enter>").await;
    session.shows("key of the new tag: ");
    session.keys("team<enter>").await;
    session.keys("payments<enter>").await;
    session.shows("TagResource team = payments");
    session.keys("G<up><up><enter><ctrl-u>pets<enter>").await;
    session.keys("G<up><up><up>d").await;
    session.shows("UntagResource ManagedBy");
    session.shows("Staged: 3 tags, 2 calls");
    assert_snapshot!("tags 120x40", session.screen());
    session.resize(80, 24);
    assert_snapshot!("tags 80x24", session.screen());
    session.resize(120, 40);
    session.keys("v").await;
    session.shows("Request 1 of 2: UntagResource");
    session.shows("aws apigateway untag-resource");
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
    let tags = session.plan("br5ent").await.settings.tags;
    assert_eq!(tags.get("team").map(String::as_str), Some("payments"));
    assert_eq!(tags.get("Workspace").map(String::as_str), Some("pets"));
    assert!(!tags.contains_key("ManagedBy"));
    // Those that go make room for those that come.
    assert_eq!(tag_calls(&session).await, ["UntagResource", "TagResource"]);
    assert!(session.sent("UpdateUsagePlan").await.is_empty());
}

#[tokio::test]
async fn a_staged_tag_is_dropped_undone_and_brought_back() {
    let mut session = form("br5ent", 120, 40).await;
    session.keys("G<up>d").await;
    session.shows("UntagResource Workspace");
    session.shows("to be removed; enter keeps it");
    session.keys("<enter>").await;
    session.shows("Staged: nothing");
    session.keys("du").await;
    session.shows("Staged: nothing");
    session.keys("aowner<enter>ops<enter>").await;
    session.shows("TagResource owner = ops");
    session.keys("<tab>d").await;
    session.shows("Staged: nothing");
}

#[tokio::test]
async fn what_is_wrong_with_a_tag_stands_beside_it() {
    let mut session = form("br5ent", 120, 40).await;
    session.keys("Gateam<enter>pay me<enter>").await;
    session.shows("! the tag team has the character ' ', which is not in the documented set");
    session.shows("ok ! TagResource team = pay me");
    let long = "v".repeat(257);
    session.keys(&format!("<enter><ctrl-u>{long}<enter>")).await;
    session.shows("the value of the tag team has 257 characters");
    session.keys("v<ctrl-s>").await;
    session.shows("it would be refused");
    assert!(tag_calls(&session).await.is_empty());
}

#[tokio::test]
async fn tags_of_aws_are_read_only() {
    let mut session = form("x6ixwn", 120, 40).await;
    session.keys("G<up>").await;
    session.shows("tag (AWS)");
    session.shows("Read-only: ");
    session.shows("only the service that set it can change it");
    for key in ["<enter>", "d"] {
        session.keys(key).await;
        session.shows("this tag is AWS's own (aws:)");
        session.shows("Staged: nothing");
    }
    session.keys("aaws:mine<enter>").await;
    session.shows("! keys that begin with aws: are AWS's own");
    session.keys("<esc>").await;
    session.shows("Staged: nothing");
}

#[tokio::test]
async fn a_new_plan_carries_its_tags() {
    let mut session = Session::start(120, 40).await;
    session
        .keys("n<enter>tagged<enter>Gateam<enter>ops<enter>")
        .await;
    session.shows("Staged: a new plan, CreateUsagePlan");
    session.keys("v<ctrl-s>").await;
    session.shows("Sent: ");
    let sent = session.sent("CreateUsagePlan").await;
    assert_eq!(sent[0]["tags"]["team"], "ops");
}

#[tokio::test]
async fn where_tags_are_not_allowed_it_says_that_the_rest_was_changed() {
    let mut session = form("br5ent", 120, 40).await;
    session.keys("<enter><ctrl-u>petstore-trial<enter>").await;
    session.keys("Gateam<enter>payments<enter>v").await;
    session.next("TagResource", FaultKind::AccessDenied);
    session.keys("<ctrl-s>").await;
    session.shows("Partly sent: name was changed; tag team was not set.");
    session.shows("not allowed: apigateway:PUT");
    session.hides("Nothing was changed");
    let plan = session.plan("br5ent").await.settings;
    assert_eq!(plan.name, "petstore-trial");
    assert!(!plan.tags.contains_key("team"));
    // What is left is staged still, and alone.
    session.shows("1 draft not sent");
    session.keys("<esc>v").await;
    session.hides("UpdateUsagePlan");
    session.keys("<ctrl-s>").await;
    session.shows("Sent: ");
    let tags = session.plan("br5ent").await.settings.tags;
    assert_eq!(tags.get("team").map(String::as_str), Some("payments"));
}
