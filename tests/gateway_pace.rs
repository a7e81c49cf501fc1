//! The pace of the gateway's calls, over HTTP.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use futures::future::try_join_all;
use plangate::emulator::{self, Emulator, FaultKind, InjectedFault};
use plangate::gateway::{CallLimit, Gateway, Options, Paces};
use plangate::plan::PlanId;
use tokio::sync::mpsc::unbounded_channel;

async fn emulator() -> Emulator {
    Emulator::start(emulator::StartOptions::default())
        .await
        .unwrap()
}

/// A plan of the sample account.
fn example() -> PlanId {
    PlanId("w0mvrr".to_owned())
}

/// A limit that keeps every call but the first waiting for long.
fn slow() -> CallLimit {
    CallLimit {
        every: Duration::from_hours(1),
        burst: 1,
    }
}

#[tokio::test]
async fn gateways_to_one_account_and_region_share_a_pace() {
    let emulator = emulator().await;
    let every = Duration::from_millis(40);
    let limit = CallLimit { every, burst: 2 };
    let options = Options {
        demo: true,
        endpoint_url: Some(emulator.endpoint()),
        paced: Some(true),
        paces: Paces::new(limit, limit),
        ..Options::default()
    };
    let (log, mut requests) = unbounded_channel();
    let one = Gateway::connect(options.clone(), log.clone())
        .await
        .unwrap();
    let other = Gateway::connect(options, log).await.unwrap();
    let began = Instant::now();

    let plan = example();
    let calls = (0..6).map(|n| if n % 2 == 0 { &one } else { &other }.plan(&plan));
    try_join_all(calls).await.unwrap();

    assert!(began.elapsed() >= 4 * every, "6 calls, of which 2 at once");
    let waited: Vec<_> = std::iter::from_fn(|| requests.try_recv().ok())
        .map(|request| request.waited)
        .collect();
    assert_eq!(waited.len(), 6);
    assert!(waited.iter().max() >= Some(&(4 * every)), "{waited:?}");
}

#[tokio::test]
async fn a_server_on_this_machine_is_not_paced_unless_asked() {
    let emulator = emulator().await;
    let options = Options {
        demo: true,
        endpoint_url: Some(emulator.endpoint()),
        paces: Paces::new(slow(), slow()),
        ..Options::default()
    };
    let (log, mut requests) = unbounded_channel();
    let gateway = Gateway::connect(options, log).await.unwrap();

    let plan = example();
    try_join_all((0..40).map(|_| gateway.plan(&plan)))
        .await
        .unwrap();

    let waited: Vec<_> = std::iter::from_fn(|| requests.try_recv().ok())
        .map(|request| request.waited)
        .collect();
    assert_eq!(waited, [Duration::ZERO; 40]);
}

#[tokio::test]
async fn another_attempt_waits_for_its_turn_too() {
    let emulator = Emulator::start(emulator::StartOptions {
        faults: true,
        ..emulator::StartOptions::default()
    })
    .await
    .unwrap();
    emulator
        .faults()
        .schedule(InjectedFault::next("GetUsagePlan", FaultKind::Unavailable));
    let every = Duration::from_millis(60);
    let limit = CallLimit { every, burst: 1 };
    let options = Options {
        demo: true,
        endpoint_url: Some(emulator.endpoint()),
        paced: Some(true),
        paces: Paces::new(limit, limit),
        ..Options::default()
    };
    let (log, mut requests) = unbounded_channel();
    let gateway = Gateway::connect(options, log).await.unwrap();
    let began = Instant::now();

    gateway.plan(&example()).await.unwrap();

    assert!(began.elapsed() >= every);
    let attempts: Vec<_> = std::iter::from_fn(|| requests.try_recv().ok()).collect();
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[1].attempt, 2);
}

#[tokio::test]
async fn a_server_that_refuses_what_comes_too_fast_is_called_at_its_pace_from_then_on() {
    let emulator = Emulator::start(emulator::StartOptions {
        limits: emulator::Limits::Aws,
        ..emulator::StartOptions::default()
    })
    .await
    .unwrap();
    let options = Options {
        demo: true,
        endpoint_url: Some(emulator.endpoint()),
        ..Options::default()
    };
    let (log, mut requests) = unbounded_channel();
    let gateway = Gateway::connect(options, log).await.unwrap();

    // More than the 40 that it takes at once.
    let plan = example();
    try_join_all((0..48).map(|_| gateway.plan(&plan)))
        .await
        .unwrap();

    let attempts: Vec<_> = std::iter::from_fn(|| requests.try_recv().ok()).collect();
    assert!(attempts.iter().any(|attempt| attempt.is_slowed));
    gateway.plan(&plan).await.unwrap();
    let next = requests.try_recv().unwrap();
    assert!(!next.is_slowed && next.waited > Duration::ZERO, "{next:?}");
}

#[tokio::test]
async fn who_is_called_at_the_pace_of_aws_gets_one_update_in_20_seconds() {
    let emulator = emulator().await;
    let connect = |paced| {
        let options = Options {
            demo: true,
            endpoint_url: Some(emulator.endpoint()),
            paced,
            ..Options::default()
        };
        Gateway::connect(options, unbounded_channel().0)
    };
    let paced = connect(Some(true)).await.unwrap();
    assert_eq!(paced.update_interval(), Duration::from_secs(20));
    assert_eq!(
        connect(None).await.unwrap().update_interval(),
        Duration::ZERO
    );
}
