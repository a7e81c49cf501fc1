//! Extending an API key's usage, over HTTP.

#![allow(clippy::unwrap_used)]

mod emulator_support;

use emulator_support::{get, sample, start};
use plangate::gateway::{FailureKind, Gateway, Options};
use plangate::plan::calls::call::Call;
use plangate::plan::{Count, PlanId};
use tokio::sync::mpsc::unbounded_channel;

fn extend(key: &str, remaining: i64) -> Call {
    Call::ExtendUsage {
        plan: PlanId("w0mvrr".to_owned()),
        key: key.to_owned(),
        remaining: Count::new(remaining).unwrap(),
    }
}

#[tokio::test]
async fn sets_what_a_key_has_left_today() {
    let today = "2026-03-18";
    let emulator = start(sample()).await;
    let (log, _requests) = unbounded_channel();
    let options = Options {
        demo: true,
        endpoint_url: Some(emulator.endpoint()),
        ..Options::default()
    };
    let gateway = Gateway::connect(options, log).await.unwrap();
    let left = async || {
        let path =
            format!("/usageplans/w0mvrr/usage?startDate={today}&endDate={today}&keyId=trfwmusmrp");
        get(&emulator, &path).await.json()["values"]["trfwmusmrp"][0][1].clone()
    };
    assert_eq!(left().await, 0);

    // A 0 is sent too: the value is a text.
    for remaining in [250, 0] {
        assert_eq!(
            gateway
                .send(&extend("trfwmusmrp", remaining))
                .await
                .unwrap()
                .plan,
            None
        );
        assert_eq!(left().await, remaining);
    }

    let failure = gateway.send(&extend("nobody", 1)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert!(
        failure.to_string().contains("UpdateUsage w0mvrr nobody"),
        "{failure}"
    );
}
