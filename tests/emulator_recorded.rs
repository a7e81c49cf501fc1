//! Answers recorded from the real service (by the `LocalStack` project, Apache-2.0; see the file):
//! the same calls give the same answers here, field for field.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod emulator_support;

use std::collections::{BTreeMap, BTreeSet};

use emulator_support::{Response, bare, get, patch, request, start};
use plangate::emulator::Emulator;
use serde_json::{Value, json};

/// One recorded test, with what its placeholders stand for here.
struct Recording {
    steps: BTreeMap<String, Value>,
    checked: BTreeSet<String>,
    bound: BTreeMap<String, String>,
}

impl Recording {
    fn new(test: &str) -> Self {
        let all: Value = serde_json::from_str(include_str!("data/aws-recorded.json")).unwrap();
        let steps = all[test]["recorded-content"].as_object().unwrap();
        Self {
            steps: steps
                .iter()
                .map(|(name, step)| (name.clone(), step.clone()))
                .collect(),
            checked: BTreeSet::new(),
            bound: BTreeMap::new(),
        }
    }

    /// The answer must be the recorded one.
    fn check(&mut self, step: &str, answer: &Response) -> Value {
        let mut wanted = self.steps[step].clone();
        let members = wanted.as_object_mut().unwrap();
        let status = members.remove("ResponseMetadata").unwrap()["HTTPStatusCode"]
            .as_u64()
            .unwrap();
        assert_eq!(
            u64::from(answer.status),
            status,
            "{step}: {}",
            answer.message()
        );
        if let Some(error) = members.remove("Error") {
            assert_eq!(
                answer.header("x-amzn-errortype").as_deref(),
                error["Code"].as_str(),
                "{step}"
            );
        }
        // The recording has the SDK's name for what is `item` on the wire.
        if let Some(items) = members.remove("items") {
            members.insert("item".to_owned(), items);
        }
        self.compare(step, &wanted, &answer.json());
        self.checked.insert(step.to_owned());
        answer.json()
    }

    fn compare(&mut self, at: &str, wanted: &Value, got: &Value) {
        match (wanted, got) {
            (Value::Object(wanted), Value::Object(got)) => {
                let names = |object: &serde_json::Map<_, _>| {
                    object.keys().cloned().collect::<BTreeSet<String>>()
                };
                assert_eq!(names(got), names(wanted), "{at}: members");
                for (name, value) in wanted {
                    self.compare(&format!("{at}.{name}"), value, &got[name]);
                }
            }
            (Value::Array(wanted), Value::Array(got)) => {
                assert_eq!(got.len(), wanted.len(), "{at}: length");
                for (wanted, got) in wanted.iter().zip(got) {
                    self.compare(at, wanted, got);
                }
            }
            (Value::String(wanted), _) if wanted == "datetime" => {
                assert!(got.is_number(), "{at}: {got}");
            }
            (Value::String(wanted), Value::String(got)) => {
                let placeholder = wanted.starts_with('<') && wanted.ends_with('>');
                if placeholder && !self.bound.contains_key(wanted) {
                    self.bound.insert(wanted.clone(), got.clone());
                }
                let wanted = self
                    .bound
                    .iter()
                    .fold(wanted.clone(), |text, (name, value)| {
                        text.replace(name, value)
                    });
                assert_eq!(*got, wanted, "{at}");
            }
            // 2.0 and 2 are different numbers here: a rate is a float, a burst is not.
            _ => assert_eq!(got, wanted, "{at}"),
        }
    }

    fn finish(self) {
        assert_eq!(
            self.checked,
            self.steps.into_keys().collect(),
            "steps that were not checked"
        );
    }
}

async fn first_api(emulator: &Emulator) -> String {
    get(emulator, "/restapis").await.json()["item"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn post(emulator: &Emulator, path: &str, body: Value) -> Response {
    request(emulator, "POST", path, &body.to_string()).await
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn usage_plan_crud() {
    let emulator = start(bare()).await;
    let api = first_api(&emulator).await;
    let mut recording = Recording::new("TestUsagePlans::test_usage_plan_crud");
    let stages = json!([{ "apiId": api, "stage": "dev" }]);
    let body = json!({ "name": "a plan", "description": "a description", "apiStages": stages });
    let plan = id(&recording.check(
        "create-usage-plan",
        &post(&emulator, "/usageplans", body).await,
    ));
    let path = format!("/usageplans/{plan}");
    recording.check("get-usage-plan", &get(&emulator, &path).await);
    recording.check("get-usage-plans", &get(&emulator, "/usageplans").await);
    let limits = [
        ("replace", "/throttle/burstLimit", Some("100")),
        ("replace", "/throttle/rateLimit", Some("200")),
        ("replace", "/quota/limit", Some("5000")),
        ("replace", "/quota/period", Some("MONTH")),
    ];
    recording.check("update-usage-plan", &patch(&emulator, &path, &limits).await);
    recording.check(
        "update-wrong-id",
        &patch(&emulator, "/usageplans/wrongid", &limits).await,
    );
    let (wrong_api, wrong_stage) = (format!("{api}b:dev"), format!("{api}:fakestagename"));
    for (step, value) in [
        ("update-wrong-api-stages-no-value", None),
        (
            "update-wrong-api-stages-wrong-api",
            Some(wrong_api.as_str()),
        ),
        (
            "update-wrong-api-stages-wrong-stage",
            Some(wrong_stage.as_str()),
        ),
        ("update-wrong-api-stages-wrong-value", Some("fakevalue")),
    ] {
        recording.check(
            step,
            &patch(&emulator, &path, &[("remove", "/apiStages", value)]).await,
        );
    }
    recording.check("get-usage-plan-after-update", &get(&emulator, &path).await);
    recording.check(
        "get-usage-plans-after-update",
        &get(&emulator, "/usageplans").await,
    );
    recording.finish();
}

#[tokio::test]
async fn api_key_required_for_methods() {
    let emulator = start(bare()).await;
    let api = first_api(&emulator).await;
    let mut recording = Recording::new("TestUsagePlans::test_api_key_required_for_methods");
    let body = json!({
        "name": "a plan",
        "description": "Test Usage Plan for API key",
        "apiStages": [{ "apiId": api, "stage": "dev" }],
        "quota": { "limit": 10, "period": "DAY", "offset": 0 },
        "throttle": { "rateLimit": 2, "burstLimit": 1 },
        "tags": { "tag_key": "tag_value" },
    });
    let plan = id(&recording.check(
        "create-usage-plan",
        &post(&emulator, "/usageplans", body).await,
    ));
    let body = json!({ "name": "a key", "enabled": true });
    let key = id(&recording.check("create-api-key", &post(&emulator, "/apikeys", body).await));
    let body = json!({ "keyId": key, "keyType": "API_KEY" });
    recording.check(
        "create-usage-plan-key",
        &post(&emulator, &format!("/usageplans/{plan}/keys"), body).await,
    );
    let disable = [("replace", "/enabled", Some("false"))];
    recording.check(
        "update-api-key-disabled",
        &patch(&emulator, &format!("/apikeys/{key}"), &disable).await,
    );
    recording.finish();
}

#[tokio::test]
async fn usage_plan_api_keys() {
    let emulator = start(bare()).await;
    let mut recording = Recording::new("TestApigatewayApiKeysCrud::test_get_usage_plan_api_keys");
    recording.check("get-api-keys", &get(&emulator, "/apikeys").await);
    let mut keys = Vec::new();
    for (step, name) in [
        ("create-api-key", "test-key-1"),
        ("create-api-key-2", "test-key-2"),
    ] {
        keys.push(id(&recording.check(
            step,
            &post(&emulator, "/apikeys", json!({ "name": name })).await,
        )));
    }
    recording.check(
        "get-api-keys-after-create-1",
        &get(&emulator, "/apikeys").await,
    );
    let body = json!({ "name": "a plan" });
    let plan = id(&recording.check(
        "create-usage-plan",
        &post(&emulator, "/usageplans", body).await,
    ));
    let path = format!("/usageplans/{plan}/keys");
    recording.check("get-up-keys-before-create", &get(&emulator, &path).await);
    for (step, key) in [("create-up-key", &keys[0]), ("create-up-key-2", &keys[1])] {
        let body = json!({ "keyId": key, "keyType": "API_KEY" });
        recording.check(step, &post(&emulator, &path, body).await);
    }
    for (step, query) in [
        ("get-up-keys", ""),
        ("get-up-keys-name-query", "?name=test-key"),
        ("get-up-keys-name-query-cased", "?name=TEST"),
        ("get-up-keys-name-query-key-name", "?name=test-key-1"),
        ("get-up-keys-bad-query", "?name=nothing"),
    ] {
        recording.check(step, &get(&emulator, &format!("{path}{query}")).await);
    }
    for key in &keys {
        assert_eq!(
            request(&emulator, "DELETE", &format!("/apikeys/{key}"), "")
                .await
                .status,
            202
        );
    }
    recording.check("get-up-keys-after-delete", &get(&emulator, &path).await);
    recording.check(
        "get-up-keys-bad-usage-plan",
        &get(&emulator, "/usageplans/bad-id/keys").await,
    );
    recording.finish();
}

#[tokio::test]
async fn update_api_key_immutable_field() {
    let emulator = start(bare()).await;
    let mut recording =
        Recording::new("TestApigatewayApiKeysCrud::test_update_api_key_immutable_field");
    let key = id(&post(&emulator, "/apikeys", json!({ "name": "a key" }))
        .await
        .json());
    let change = [("replace", "/id", Some("other"))];
    recording.check(
        "update-api-key-immutable-field",
        &patch(&emulator, &format!("/apikeys/{key}"), &change).await,
    );
    recording.finish();
}

#[tokio::test]
async fn create_usage_plan_with_throttle() {
    let emulator = start(bare()).await;
    let mut recording =
        Recording::new("TestApigatewayApiKeysCrud::test_create_usage_plan_with_throttle");
    let body = json!({ "name": "a plan", "throttle": { "burstLimit": 20, "rateLimit": 10 } });
    recording.check(
        "create-usage-plan-burst-gt-rate",
        &post(&emulator, "/usageplans", body).await,
    );
    recording.finish();
}
