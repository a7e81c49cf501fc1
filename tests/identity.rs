//! Who the caller is, and what the account's own guards hold back from then on: the
//! gateway over HTTP, and the real program.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::Path;
use std::time::Duration;

use futures::TryStreamExt;
use plangate::config::{AccountGuards, Config, Flags};
use plangate::emulator::{self, Emulator};
use plangate::gateway::{CallLimit, FailureKind, Gateway, Options, Paces, Request};
use plangate::plan::{Call, Op, PatchOperation, PlanId};
use plangate::text::showable::is_unshowable;
use support::gatekeeper::Gatekeeper;
use support::keys::{CTRL_S, ENTER, ESCAPE};
use support::pty::{Program, Start};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const OWN: &str = "[accounts.123456789012]\n";
const OTHER: &str = "[accounts.999999999999]\n";

async fn server() -> (Emulator, Gatekeeper) {
    let options = emulator::StartOptions {
        faults: true,
        ..emulator::StartOptions::default()
    };
    let server = Emulator::start(options).await.unwrap();
    let gate = Gatekeeper::start(&server.endpoint()).await;
    gate.admit("demo");
    (server, gate)
}

/// What a configuration file says of accounts.
fn guards(text: &str) -> AccountGuards {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, text).unwrap();
    let config = Config::new(Flags::default(), Some(&file), |_| None).unwrap();
    config.account_guards().unwrap()
}

async fn gateway(endpoint: &str, options: Options) -> (Gateway, UnboundedReceiver<Request>) {
    let (log, requests) = unbounded_channel();
    let options = Options {
        demo: true,
        endpoint_url: Some(endpoint.to_owned()),
        ..options
    };
    (Gateway::connect(options, log).await.unwrap(), requests)
}

fn change() -> Call {
    Call::Update {
        plan: PlanId("w0mvrr".to_owned()),
        operations: vec![PatchOperation::new(Op::Replace, "/name", "other")],
    }
}

#[tokio::test]
async fn who_it_is_is_asked_once_and_takes_no_turn() {
    let (server, _) = server().await;
    let once = CallLimit {
        every: Duration::from_hours(1),
        burst: 1,
    };
    let options = Options {
        paced: Some(true),
        paces: Paces::new(once, once),
        ..Options::default()
    };
    let (gateway, mut log) = gateway(&server.endpoint(), options).await;
    assert_eq!(gateway.known_identity(), None);
    gateway.plan(&PlanId("w0mvrr".to_owned())).await.unwrap();
    // The turns of an hour are gone.
    let identity = gateway.identity().await.unwrap();
    assert_eq!(identity.account.as_str(), "123456789012");
    assert_eq!(identity.name(), "user/demo");
    assert_eq!(gateway.clone().identity().await.unwrap(), identity);
    assert_eq!(gateway.known_identity(), Some(&identity));
    let asked = std::iter::from_fn(|| log.try_recv().ok());
    let asked: Vec<Request> = asked
        .filter(|request| request.operation == "GetCallerIdentity")
        .collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].waited, Duration::ZERO);
    assert_eq!(
        asked[0].outcome.as_deref(),
        Ok("200, arn:aws:iam::123456789012:user/demo")
    );
}

#[tokio::test]
async fn what_is_no_identity_is_refused_and_shown_clean() {
    let (_server, gate) = server().await;
    let (gateway, _log) = gateway(&gate.endpoint, Options::default()).await;
    for (account, arn) in [
        ("12", "arn:aws:iam::12:root"),
        ("123456789012", "nobody"),
        ("123456789012", "arn:aws:iam::123456789012:user/&#x202e;x"),
        ("", ""),
    ] {
        let caller = Some((account.to_owned(), arn.to_owned()));
        gate.set(|policy| policy.caller = caller);
        let failure = gateway.identity().await.unwrap_err();
        assert!(
            matches!(failure.kind, FailureKind::BadAnswer { .. }),
            "{failure}"
        );
        assert!(!failure.to_string().contains(is_unshowable), "{failure}");
        assert_eq!(gateway.known_identity(), None);
    }
}

#[tokio::test]
async fn sts_refuses_in_its_own_words() {
    let (_server, gate) = server().await;
    let (gateway, _log) = gateway(&gate.endpoint, Options::default()).await;
    gate.set(|policy| policy.keys.clear());
    let failure = gateway.identity().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Expired);
    gate.set(|policy| policy.is_silent = true);
    let failure = gateway.identity().await.unwrap_err();
    let denied = FailureKind::Denied {
        action: "sts:GetCallerIdentity".to_owned(),
        resource: "*".to_owned(),
    };
    assert_eq!(failure.kind, denied);
    assert!(
        failure.to_string().contains("an endpoint policy"),
        "{failure}"
    );
}

#[tokio::test]
async fn nothing_is_written_before_it_is_known_to_be_allowed() {
    let (server, gate) = server().await;
    let with = |text: &str| Options {
        by_account: Some(guards(text)),
        ..Options::default()
    };
    // Another account is read-only: this may be it, until it is known not to be.
    let (first, _log) = gateway(&gate.endpoint, with(&format!("{OTHER}read_only = true"))).await;
    let failure = first.send(&change()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::ReadOnly);
    assert!(failure.to_string().contains("is not known"), "{failure}");
    gate.set(|policy| policy.is_silent = true);
    first.identity().await.unwrap_err();
    let failure = first.send(&change()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::ReadOnly, "it was not learnt");
    assert!(!first.plans(None).try_concat().await.unwrap().is_empty());
    let arrived = server.requests().await;
    assert!(
        arrived
            .iter()
            .all(|request| request.operation.starts_with("Get"))
    );
    gate.set(|policy| policy.is_silent = false);
    let clone = first.clone();
    clone.identity().await.unwrap();
    first.send(&change()).await.unwrap();

    // This one is: known or not, nothing goes.
    let (second, _log) = gateway(&gate.endpoint, with(&format!("{OWN}read_only = true"))).await;
    for _ in 0..2 {
        let failure = second.send(&change()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::ReadOnly);
        second.identity().await.unwrap();
    }
    assert!(
        !second
            .send(&change())
            .await
            .unwrap_err()
            .to_string()
            .contains("is not known")
    );

    // The table of the account lifts what holds for all.
    let lifted = format!("read_only = true\n{OWN}read_only = false\nupdate_interval = 7\n");
    let (third, _log) = gateway(&gate.endpoint, with(&lifted)).await;
    assert_eq!(third.update_interval(), Duration::ZERO);
    third.send(&change()).await.unwrap_err();
    third.identity().await.unwrap();
    assert_eq!(third.update_interval(), Duration::from_secs(7));
    third.send(&change()).await.unwrap();
}

/// The dashboard with this configuration file.
fn dashboard(gate: &Gatekeeper, text: &str) -> Program {
    let start = Start::plangate(&[])
        .env("AWS_ENDPOINT_URL", &gate.endpoint)
        .env("AWS_ACCESS_KEY_ID", "demo")
        .env("AWS_SECRET_ACCESS_KEY", "demo")
        .env("AWS_REGION", "us-east-1");
    configure(start.home(), text);
    let mut program = start.run();
    program.wait_for("39 of 39");
    program
}

fn configure(home: &Path, text: &str) {
    let folder = home.join("config/plangate");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), text).unwrap();
}

fn try_to_send(program: &mut Program) {
    program.press("/basic-mon");
    program.press(ENTER);
    program.wait_for("1 of 39");
    program.press("r+10");
    program.press(ENTER);
    program.wait_for("1 draft not sent");
    program.press("v");
    program.wait_for("PATCH /usageplans/");
    program.press(CTRL_S);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_goes_by_the_account_once_it_is_known() {
    let (_server, gate) = server().await;
    let free = format!("{OTHER}read_only = true\nprotected = true\n");
    let mut program = dashboard(&gate, &free);
    program.wait_for("123456789012");
    let screen = program.screen().contents();
    assert!(!screen.contains("PROTECTED"), "{screen}");
    try_to_send(&mut program);
    program.wait_for("updated");

    let mut program = dashboard(&gate, &format!("{OWN}protected = true\n"));
    program.wait_for("!! PROTECTED");
    program.wait_for("123456789012");
    program.press("I");
    program.wait_for("config.toml:2)");
    program.press(ESCAPE);
    program.wait_gone("Who you are");
    try_to_send(&mut program);
    program.wait_for("protected");

    let mut program = dashboard(&gate, &format!("{OWN}read_only = true\n"));
    program.wait_for("READ-ONLY");
    program.wait_for("123456789012");
    try_to_send(&mut program);
    program.wait_for("read-only: nothing is sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_forbids_and_says_why() {
    let (server, gate) = server().await;
    gate.set(|policy| policy.is_silent = true);
    let mut program = dashboard(&gate, &format!("{OTHER}read_only = true\n"));
    program.wait_for("READ-ONLY");
    let screen = program.screen().contents();
    assert!(
        !screen.contains("endpoint policy"),
        "no notice nags:\n{screen}"
    );
    try_to_send(&mut program);
    program.wait_for("not known which account this is: I says why");
    program.press("I");
    program.wait_for("an endpoint policy forbids it");
    program.wait_for("as long as");
    // Once it can be learnt, the same key as for all else asks again.
    gate.set(|policy| policy.is_silent = false);
    program.press("R");
    program.wait_for("arn:aws:iam::123456789012:user/demo");
    program.press(ESCAPE);
    program.wait_gone("Who you are");
    program.press(CTRL_S);
    program.wait_for("updated");
    let requests = server.requests().await;
    let updates = requests
        .iter()
        .filter(|one| one.operation == "UpdateUsagePlan");
    assert_eq!(updates.count(), 1);
}
