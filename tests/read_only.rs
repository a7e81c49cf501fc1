//! What a gateway that is read-only lets through: questions, and nothing else.

#![allow(clippy::unwrap_used)]

use futures::TryStreamExt;
use jiff::civil::date;
use plangate::emulator::{self, Emulator};
use plangate::gateway::{FailureKind, Gateway, Options};
use plangate::plan::{Call, Count, Map, Op, PatchOperation, PlanId, Settings};
use tokio::sync::mpsc::unbounded_channel;

/// A plan and an API key of the sample account.
const PLAN: &str = "w0mvrr";
const KEY: &str = "trfwmusmrp";

fn plan() -> PlanId {
    PlanId(PLAN.to_owned())
}

/// The first of all kinds of call that change something.
fn first() -> Call {
    Call::Create(Box::new(Settings {
        name: "new".to_owned(),
        ..Settings::default()
    }))
}

/// The kind of call after this one. A new kind has no place here yet, and so this
/// does not compile until it has one.
fn after(call: &Call) -> Option<Call> {
    let plan = plan();
    let key = KEY.to_owned();
    Some(match call {
        Call::Create(_) => Call::Update {
            plan,
            operations: vec![PatchOperation::new(Op::Replace, "/name", "other")],
        },
        Call::Update { .. } => Call::Tag {
            plan,
            tags: Map::from_iter([("team".to_owned(), "pay".to_owned())]),
        },
        Call::Tag { .. } => Call::Untag {
            plan,
            keys: vec!["team".to_owned()],
        },
        Call::Untag { .. } => Call::ExtendUsage {
            plan,
            key,
            remaining: Count::new(7).unwrap(),
        },
        Call::ExtendUsage { .. } => Call::DetachKey { plan, key },
        Call::DetachKey { .. } => Call::AttachKey { plan, key },
        Call::AttachKey { .. } => Call::Delete { plan },
        Call::Delete { .. } => return None,
    })
}

fn all_changes() -> impl Iterator<Item = Call> {
    std::iter::successors(Some(first()), after)
}

async fn start(read_only: bool) -> (Emulator, Gateway) {
    let server = Emulator::start(emulator::StartOptions {
        faults: true,
        ..emulator::StartOptions::default()
    })
    .await
    .unwrap();
    let (log, _) = unbounded_channel();
    let options = Options {
        demo: true,
        endpoint_url: Some(server.endpoint()),
        read_only,
        ..Options::default()
    };
    let gateway = Gateway::connect(options, log).await.unwrap();
    (server, gateway)
}

async fn arrived(server: &Emulator) -> Vec<String> {
    let requests = server.requests().await;
    requests
        .into_iter()
        .map(|request| request.operation)
        .collect()
}

/// Asks everything that can be asked.
async fn ask_all(gateway: &Gateway) {
    let plans: Vec<_> = gateway.plans(None).try_concat().await.unwrap();
    assert!(!plans.is_empty());
    gateway.plan(&plan()).await.unwrap();
    gateway.plan_keys(&plan()).await.unwrap();
    gateway.api_keys().await.unwrap();
    let api = gateway.apis().await.unwrap().swap_remove(0).id;
    let stage = gateway.stages(&api).await.unwrap().swap_remove(0).key.stage;
    gateway.stage(&api, &stage).await.unwrap();
    gateway.methods(&api).await.unwrap();
    gateway.account().await.unwrap();
    gateway.identity().await.unwrap();
    gateway.key_value(KEY).await.unwrap();
    let day = date(2026, 3, 18);
    gateway.usage(&plan(), day, day, None).await.unwrap();
}

#[tokio::test]
async fn nothing_but_questions_arrives_where_it_is_read_only() {
    let (server, gateway) = start(true).await;
    ask_all(&gateway).await;
    let asked = arrived(&server).await;
    for call in all_changes() {
        let failure = gateway.send(&call).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::ReadOnly, "{call:?}");
        assert!(failure.surely_unchanged());
        let said = failure.to_string();
        assert!(said.starts_with(call.operation()), "{said}");
        assert!(said.contains("Nothing was changed."), "{said}");
        assert!(said.contains("--read-only"), "{said}");
    }
    assert_eq!(
        arrived(&server).await,
        asked,
        "nothing came after the questions"
    );
    assert!(asked.iter().all(|operation| operation.starts_with("Get")));
}

#[tokio::test]
async fn each_of_the_same_changes_arrives_without_it() {
    let (server, gateway) = start(false).await;
    for call in all_changes() {
        gateway.send(&call).await.unwrap();
        let last = arrived(&server).await.pop();
        assert_eq!(last.as_deref(), Some(call.operation()));
    }
}
