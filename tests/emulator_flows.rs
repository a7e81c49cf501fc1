//! Every operation of the embedded API Gateway, through the AWS SDK like any other endpoint.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod emulator_support;

use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_apigateway::operation::update_usage_plan::UpdateUsagePlanOutput;
use aws_sdk_apigateway::types::{
    ApiStage, Op, PatchOperation, QuotaPeriodType, QuotaSettings, ThrottleSettings,
};
use emulator_support::{bare, get, noon, patch, request, sample, sdk, start};
use plangate::emulator::{Clock, Limits, StartOptions};

/// What the service said, as `(exception, message)`.
fn refusal<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug, R>(
    result: Result<T, SdkError<E, R>>,
) -> (String, String) {
    let error = result
        .expect_err("it was accepted")
        .into_service_error_metadata();
    (error.0, error.1)
}

/// Takes code and message off an error of any operation.
trait Metadata {
    fn into_service_error_metadata(self) -> (String, String);
}

impl<E: ProvideErrorMetadata, R> Metadata for SdkError<E, R> {
    fn into_service_error_metadata(self) -> (String, String) {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        (text(self.code()), text(self.message()))
    }
}

fn op(op: Op, path: &str, value: &str) -> PatchOperation {
    PatchOperation::builder()
        .op(op)
        .path(path)
        .value(value)
        .build()
}

async fn update(
    client: &Client,
    plan: &str,
    operations: &[(Op, &str, &str)],
) -> Result<UpdateUsagePlanOutput, (String, String)> {
    let operations = operations
        .iter()
        .map(|(verb, path, value)| op(verb.clone(), path, value))
        .collect();
    let sent = client
        .update_usage_plan()
        .usage_plan_id(plan)
        .set_patch_operations(Some(operations))
        .send()
        .await;
    sent.map_err(Metadata::into_service_error_metadata)
}

#[tokio::test]
async fn the_published_example_has_the_published_effect() {
    let emulator = start(sample()).await;
    let plan = update(
        &sdk(&emulator),
        "w0mvrr",
        &[
            (Op::Add, "/apiStages", "o81lxisefl:Stage_A"),
            (Op::Replace, "/name", "new-plan-name"),
            (Op::Replace, "/description", "new-plan-description"),
            (Op::Replace, "/quota/period", "MONTH"),
            (Op::Replace, "/quota/limit", "1300"),
            (Op::Replace, "/quota/offset", "5"),
        ],
    )
    .await
    .unwrap();
    assert_eq!(
        (plan.id(), plan.name()),
        (Some("w0mvrr"), Some("new-plan-name"))
    );
    assert_eq!(plan.description(), Some("new-plan-description"));
    let stages: Vec<_> = plan
        .api_stages()
        .iter()
        .map(|stage| (stage.api_id(), stage.stage()))
        .collect();
    assert_eq!(stages, [(Some("o81lxisefl"), Some("Stage_A"))]);
    let quota = plan.quota().unwrap();
    assert_eq!(
        (quota.period(), quota.limit(), quota.offset()),
        (Some(&QuotaPeriodType::Month), 1300, 5)
    );
    let throttle = plan.throttle().unwrap();
    assert_eq!(
        (throttle.rate_limit(), throttle.burst_limit()),
        (100.0, 200)
    );
}

#[tokio::test]
async fn the_sample_account_is_listed_whole_and_paged() {
    let emulator = start(sample()).await;
    let client = sdk(&emulator);
    let mut ids = Vec::new();
    let mut pages = client.get_usage_plans().limit(7).into_paginator().send();
    while let Some(page) = pages.next().await {
        ids.extend(
            page.unwrap()
                .items()
                .iter()
                .map(|plan| plan.id().unwrap().to_owned()),
        );
    }
    assert!(ids.len() >= 30, "{}", ids.len());
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all);
    let first = client.get_usage_plans().send().await.unwrap();
    assert_eq!(
        (first.items().len(), first.position().is_some()),
        (25, true)
    );
    let (code, _) = refusal(client.get_usage_plans().limit(501).send().await);
    assert_eq!(code, "BadRequestException");
}

#[tokio::test]
async fn resources_carry_their_methods_only_when_asked() {
    for options in [
        sample(),
        StartOptions {
            plans: Some(10),
            ..sample()
        },
    ] {
        let emulator = start(options).await;
        let client = sdk(&emulator);
        let api = client.get_rest_apis().send().await.unwrap().items()[0]
            .id()
            .unwrap()
            .to_owned();
        assert!(
            client
                .get_stages()
                .rest_api_id(&api)
                .send()
                .await
                .unwrap()
                .item()
                .len()
                >= 3
        );
        let stubs = client
            .get_resources()
            .rest_api_id(&api)
            .send()
            .await
            .unwrap();
        let full = client
            .get_resources()
            .rest_api_id(&api)
            .embed("methods")
            .send()
            .await
            .unwrap();
        let method = |list: &[aws_sdk_apigateway::types::Resource], path: &str, verb: &str| {
            let resource = list
                .iter()
                .find(|resource| resource.path() == Some(path))
                .unwrap();
            resource.resource_methods().unwrap()[verb].clone()
        };
        for (path, verb) in [("/pets", "GET"), ("/pets/{petId}", "POST")] {
            assert_eq!(method(stubs.items(), path, verb).http_method(), None);
            let method = method(full.items(), path, verb);
            assert_eq!(
                (method.http_method(), method.api_key_required()),
                (Some(verb), Some(true))
            );
        }
        let root = full
            .items()
            .iter()
            .find(|resource| resource.path() == Some("/"))
            .unwrap();
        assert_eq!((root.parent_id(), root.path_part()), (None, None));
        let pets = full
            .items()
            .iter()
            .find(|resource| resource.path() == Some("/pets"))
            .unwrap();
        assert_eq!(
            (pets.parent_id(), pets.path_part()),
            (root.id(), Some("pets"))
        );
        let one = client
            .get_resource()
            .rest_api_id(&api)
            .resource_id(pets.id().unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(one.path(), Some("/pets"));
    }
}

#[tokio::test]
async fn plans_are_created_updated_and_deleted() {
    let emulator = start(bare()).await;
    let client = sdk(&emulator);
    let api = client.get_rest_apis().send().await.unwrap().items()[0]
        .id()
        .unwrap()
        .to_owned();
    let stage = ApiStage::builder().api_id(&api).stage("dev").throttle(
        "/pets/GET",
        ThrottleSettings::builder()
            .rate_limit(0.5)
            .burst_limit(3)
            .build(),
    );
    let made = client
        .create_usage_plan()
        .name("a plan")
        .api_stages(stage.build())
        .throttle(
            ThrottleSettings::builder()
                .rate_limit(5.0)
                .burst_limit(10)
                .build(),
        )
        .quota(
            QuotaSettings::builder()
                .limit(100)
                .period(QuotaPeriodType::Week)
                .offset(6)
                .build(),
        )
        .tags("team", "blue")
        .send()
        .await
        .unwrap();
    let id = made.id().unwrap();
    let throttle = &made.api_stages()[0].throttle().unwrap()["/pets/GET"];
    assert_eq!((throttle.rate_limit(), throttle.burst_limit()), (0.5, 3));

    let name = format!("{api}:dev");
    let method = format!("/apiStages/{name}/throttle/~1pets~1{{petId}}/POST/rateLimit");
    let plan = update(
        &client,
        id,
        &[(Op::Add, &method, "6.5"), (Op::Add, "/productCode", "code")],
    )
    .await
    .unwrap();
    assert_eq!(plan.product_code(), Some("code"));
    assert!(
        (plan.api_stages()[0].throttle().unwrap()["/pets/{petId}/POST"].rate_limit() - 6.5).abs()
            < f64::EPSILON
    );

    let (code, message) = refusal(client.delete_usage_plan().usage_plan_id(id).send().await);
    assert_eq!(code, "BadRequestException");
    let text = "because there are API Stages associated with it, including";
    assert_eq!(
        message,
        format!("Cannot delete Usage Plan {id} {text} {name}")
    );
    update(&client, id, &[(Op::Remove, "/apiStages", &name)])
        .await
        .unwrap();
    client
        .delete_usage_plan()
        .usage_plan_id(id)
        .send()
        .await
        .unwrap();
    let (code, message) = refusal(client.get_usage_plan().usage_plan_id(id).send().await);
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("NotFoundException", "Invalid Usage Plan ID specified")
    );
}

#[tokio::test]
async fn an_update_happens_entirely_or_not_at_all() {
    let emulator = start(sample()).await;
    let client = sdk(&emulator);
    let before = get(&emulator, "/usageplans/w0mvrr").await.body;
    for (bad, code, message) in [
        (
            (Op::Replace, "/quota/offset", "1"),
            "BadRequestException",
            "Usage Plan quota offset must be zero in the DAY period",
        ),
        (
            (Op::Replace, "/quota/period", "YEAR"),
            "BadRequestException",
            "Invalid Usage Plan quota period specified. Must be one of [DAY, WEEK, MONTH]",
        ),
        (
            (Op::Replace, "/quota/limit", "-1"),
            "BadRequestException",
            "Usage Plan quota limit must be a non-negative numeric",
        ),
        (
            (Op::Copy, "/name", "x"),
            "BadRequestException",
            "Invalid patch path  '/name' specified for op 'copy'. Please choose supported operations",
        ),
        (
            (Op::Add, "/apiStages", "x:y:z"),
            "NotFoundException",
            "API Stage not found: x:y",
        ),
        (
            (Op::Remove, "/apiStages", "o81lxisefl:Stage_A"),
            "NotFoundException",
            "Invalid API Stage {api: o81lxisefl, stage: Stage_A} specified for usageplan w0mvrr",
        ),
    ] {
        let refused = update(
            &client,
            "w0mvrr",
            &[(Op::Replace, "/name", "must not stick"), bad],
        )
        .await
        .unwrap_err();
        assert_eq!(refused, (code.to_owned(), message.to_owned()));
        assert_eq!(get(&emulator, "/usageplans/w0mvrr").await.body, before);
    }
}

#[tokio::test]
async fn a_quota_is_judged_when_all_operations_are_applied() {
    let emulator = start(sample()).await;
    let client = sdk(&emulator);
    // An offset of 20 is wrong for the DAY that the plan has, and right for the MONTH that follows.
    let plan = update(
        &client,
        "w0mvrr",
        &[
            (Op::Replace, "/quota/offset", "20"),
            (Op::Replace, "/quota/period", "MONTH"),
        ],
    );
    assert_eq!(plan.await.unwrap().quota().unwrap().offset(), 20);
    update(&client, "w0mvrr", &[(Op::Remove, "/quota", "")])
        .await
        .unwrap();
    let (_, message) = update(&client, "w0mvrr", &[(Op::Add, "/quota/period", "DAY")])
        .await
        .unwrap_err();
    assert_eq!(
        message,
        "Usage Plan quota limit must be a non-negative numeric"
    );
}

#[tokio::test]
async fn method_throttles_need_an_attached_stage_and_a_real_method() {
    let emulator = start(sample()).await;
    let client = sdk(&emulator);
    let stage = "/apiStages/o81lxisefl:Stage_A/throttle";
    let map = r#"{"//GET":{"rateLimit":1.0,"burstLimit":1},"*/*":{"rateLimit":0,"burstLimit":0}}"#;
    let (code, _) = update(&client, "w0mvrr", &[(Op::Replace, stage, map)])
        .await
        .unwrap_err();
    assert_eq!(code, "NotFoundException");
    let attach = (Op::Add, "/apiStages", "o81lxisefl:Stage_A");
    let plan = update(&client, "w0mvrr", &[attach, (Op::Replace, stage, map)])
        .await
        .unwrap();
    assert_eq!(plan.api_stages()[0].throttle().unwrap().len(), 2);
    for (key, message) in [
        (
            "/pets/GET",
            "Invalid method {resourcePath: /pets,method: GET} specified",
        ),
        (
            "/pets",
            "Invalid method {resourcePath: /pets,method: } specified",
        ),
    ] {
        let map = format!(r#"{{"{key}":{{"rateLimit":1.0,"burstLimit":1}}}}"#);
        let refused = update(&client, "w0mvrr", &[(Op::Replace, stage, &map)])
            .await
            .unwrap_err();
        assert_eq!(
            refused,
            ("NotFoundException".to_owned(), message.to_owned())
        );
    }
    let plan = update(
        &client,
        "w0mvrr",
        &[(Op::Remove, &format!("{stage}/~1/GET"), "")],
    )
    .await
    .unwrap();
    assert_eq!(
        plan.api_stages()[0]
            .throttle()
            .unwrap()
            .keys()
            .collect::<Vec<_>>(),
        ["*/*"]
    );
}

#[tokio::test]
async fn method_throttles_need_a_throttle_of_the_plan() {
    let emulator = start(sample()).await;
    let client = sdk(&emulator);
    let text = "Can not define fine grain throttling if usage plan throttle is not defined.";
    let refused = ("BadRequestException".to_owned(), text.to_owned());
    let throttle = ThrottleSettings::builder()
        .rate_limit(0.5)
        .burst_limit(3)
        .build();
    let stage = ApiStage::builder().api_id("o81lxisefl").stage("Stage_A");
    let create = || client.create_usage_plan().name("a plan");
    let made = create()
        .api_stages(stage.clone().throttle("//GET", throttle.clone()).build())
        .send()
        .await;
    assert_eq!(refusal(made), refused);
    let made = create().api_stages(stage.build()).send().await.unwrap();
    let id = made.id().unwrap();

    let map = "/apiStages/o81lxisefl:Stage_A/throttle";
    let set = (
        Op::Replace,
        map,
        r#"{"//GET":{"rateLimit":1.0,"burstLimit":1}}"#,
    );
    let one = format!("{map}/~1/GET/rateLimit");
    let one = (Op::Add, one.as_str(), "1");
    let rate = (Op::Add, "/throttle/rateLimit", "10");
    for operations in [
        vec![set.clone()],
        vec![one],
        // The order within one update counts.
        vec![set.clone(), rate.clone()],
    ] {
        assert_eq!(update(&client, id, &operations).await.unwrap_err(), refused);
    }
    let none = (Op::Replace, map, "{}");
    update(&client, id, &[none]).await.unwrap();
    update(&client, id, &[rate, set]).await.unwrap();
    let plan = update(&client, id, &[(Op::Remove, "/throttle", "")]).await;
    let plan = plan.unwrap();
    assert_eq!(plan.throttle(), None);
    assert_eq!(plan.api_stages()[0].throttle().unwrap().len(), 1);
}

#[tokio::test]
async fn a_stage_that_has_gone_stays_attached_until_it_is_detached() {
    let emulator = start(sample()).await;
    let client = sdk(&emulator);
    update(
        &client,
        "w0mvrr",
        &[(Op::Add, "/apiStages", "o81lxisefl:Stage_A")],
    )
    .await
    .unwrap();
    for path in [
        "/restapis/o81lxisefl/stages/Stage_A",
        "/restapis/o81lxisefl",
    ] {
        assert_eq!(request(&emulator, "DELETE", path, "").await.status, 202);
        let plan = client
            .get_usage_plan()
            .usage_plan_id("w0mvrr")
            .send()
            .await
            .unwrap();
        assert_eq!(plan.api_stages().len(), 1);
    }
    let plan = update(
        &client,
        "w0mvrr",
        &[(Op::Remove, "/apiStages", "o81lxisefl:Stage_A")],
    )
    .await
    .unwrap();
    assert!(plan.api_stages().is_empty());
    let gone = update(
        &client,
        "w0mvrr",
        &[(Op::Add, "/apiStages", "o81lxisefl:Stage_A")],
    )
    .await
    .unwrap_err();
    assert_eq!(gone.1, "API Stage not found: o81lxisefl:Stage_A");
}

#[tokio::test]
async fn a_key_is_in_one_plan_per_stage_and_once_in_each() {
    let emulator = start(bare()).await;
    let client = sdk(&emulator);
    let api = client.get_rest_apis().send().await.unwrap().items()[0]
        .id()
        .unwrap()
        .to_owned();
    let key = client
        .create_api_key()
        .name("a key")
        .enabled(true)
        .send()
        .await
        .unwrap();
    let key = key.id().unwrap();
    let mut plans = Vec::new();
    for stage in ["dev", "dev", "prod"] {
        let stage = ApiStage::builder().api_id(&api).stage(stage).build();
        let plan = client
            .create_usage_plan()
            .name("a plan")
            .api_stages(stage)
            .send()
            .await
            .unwrap();
        plans.push(plan.id().unwrap().to_owned());
    }
    let add = |plan: &str| {
        client
            .create_usage_plan_key()
            .usage_plan_id(plan)
            .key_id(key)
            .key_type("API_KEY")
            .send()
    };
    add(&plans[0]).await.unwrap();
    assert_eq!(refusal(add(&plans[0]).await).0, "ConflictException");
    assert_eq!(refusal(add(&plans[1]).await).0, "ConflictException");
    add(&plans[2]).await.unwrap();
    // The third plan cannot take the stage on which the first one has the key.
    let refused = update(
        &client,
        &plans[2],
        &[(Op::Add, "/apiStages", &format!("{api}:dev"))],
    )
    .await
    .unwrap_err();
    assert_eq!(refused.0, "ConflictException");
    let of_key = client.get_usage_plans().key_id(key).send().await.unwrap();
    assert_eq!(
        of_key
            .items()
            .iter()
            .map(|plan| plan.id().unwrap())
            .collect::<Vec<_>>(),
        [&plans[0], &plans[2]]
    );
    client
        .delete_usage_plan_key()
        .usage_plan_id(&plans[0])
        .key_id(key)
        .send()
        .await
        .unwrap();
    add(&plans[1]).await.unwrap();
    let wrong = client
        .create_usage_plan_key()
        .usage_plan_id(&plans[0])
        .key_id(key)
        .key_type("OTHER")
        .send()
        .await;
    assert_eq!(refusal(wrong).0, "BadRequestException");
}

#[tokio::test]
async fn api_keys_show_their_value_only_on_request() {
    let emulator = start(sample()).await;
    let client = sdk(&emulator);
    let listed = client.get_api_keys().limit(500).send().await.unwrap();
    assert!(listed.items().iter().all(|key| key.value().is_none()));
    assert!(listed.items().iter().any(|key| !key.enabled()));
    let id = listed.items()[0].id().unwrap();
    assert_eq!(
        client
            .get_api_key()
            .api_key(id)
            .send()
            .await
            .unwrap()
            .value(),
        None
    );
    let with_value = client
        .get_api_key()
        .api_key(id)
        .include_value(true)
        .send()
        .await
        .unwrap();
    let value = with_value.value().unwrap();
    assert_eq!(value.len(), 40);
    assert_eq!(
        refusal(client.create_api_key().value(value).send().await).1,
        "API Key already exists"
    );
    assert_eq!(
        refusal(client.create_api_key().value("short").send().await).1,
        "API Key value should be at least 20 characters"
    );
    let rename =
        client
            .update_api_key()
            .api_key(id)
            .patch_operations(op(Op::Replace, "/name", "new name"));
    assert_eq!(rename.send().await.unwrap().name(), Some("new name"));
    client.delete_api_key().api_key(id).send().await.unwrap();
    assert_eq!(
        refusal(client.get_api_key().api_key(id).send().await).0,
        "NotFoundException"
    );
}

#[tokio::test]
async fn usage_is_the_same_on_the_same_day_and_moves_by_hand() {
    let emulator = start(sample()).await;
    let client = sdk(&emulator);
    let plans = client.get_usage_plans().limit(500).send().await.unwrap();
    let id = |name: &str| {
        plans
            .items()
            .iter()
            .find(|plan| plan.name() == Some(name))
            .unwrap()
            .id()
            .unwrap()
    };
    let plan = id("petstore-bronze");
    let read = |plan: &str| {
        client
            .get_usage()
            .usage_plan_id(plan)
            .start_date("2025-12-19")
            .end_date("2026-03-18")
            .send()
    };
    let usage = read(plan).await.unwrap();
    assert_eq!(
        (usage.start_date(), usage.end_date()),
        (Some("2025-12-19"), Some("2026-03-18"))
    );
    let items = usage.items().unwrap();
    assert_eq!(items.len(), 2);
    assert!(
        items
            .values()
            .all(|days| days.len() == 90 && days.iter().all(|day| day.len() == 2))
    );
    assert!(
        items
            .values()
            .all(|days| days.iter().map(|day| day[0]).sum::<i64>() > 0)
    );
    // The same on another server, and nothing before the history or after today.
    let other = start(sample()).await;
    let again = sdk(&other)
        .get_usage()
        .usage_plan_id(plan)
        .start_date("2025-12-19")
        .end_date("2026-03-18")
        .send()
        .await;
    assert_eq!(again.unwrap().items(), usage.items());
    let outside = client
        .get_usage()
        .usage_plan_id(plan)
        .start_date("2025-12-17")
        .end_date("2025-12-18")
        .send()
        .await;
    assert!(
        outside
            .unwrap()
            .items()
            .unwrap()
            .values()
            .flatten()
            .all(|day| day[0] == 0)
    );
    let future = client
        .get_usage()
        .usage_plan_id(plan)
        .start_date("2026-03-19")
        .end_date("2026-03-20")
        .send()
        .await;
    assert!(
        future
            .unwrap()
            .items()
            .unwrap()
            .values()
            .flatten()
            .all(|day| day[0] == 0)
    );
}

/// The exhausted key of the free tier has nothing left, every day, until that is changed.
#[tokio::test]
async fn what_remains_can_be_set_for_the_current_period() {
    let emulator = start(sample()).await;
    let client = sdk(&emulator);
    let plans = client.get_usage_plans().limit(500).send().await.unwrap();
    let plan = plans
        .items()
        .iter()
        .find(|plan| plan.name() == Some("petstore-free"))
        .unwrap();
    let plan = plan.id().unwrap();
    let read = || {
        client
            .get_usage()
            .usage_plan_id(plan)
            .start_date("2026-03-17")
            .end_date("2026-03-18")
            .send()
    };
    let keys = client
        .get_usage_plan_keys()
        .usage_plan_id(plan)
        .send()
        .await
        .unwrap();
    let key = keys
        .items()
        .iter()
        .find(|key| key.name() == Some("free-tier-shared"))
        .unwrap()
        .id()
        .unwrap();
    assert!(
        read().await.unwrap().items().unwrap()[key]
            .iter()
            .all(|day| *day == [1000, 0])
    );
    let extend = |path: &str, verb: Op| {
        client
            .update_usage()
            .usage_plan_id(plan)
            .key_id(key)
            .patch_operations(op(verb, path, "250"))
            .send()
    };
    assert_eq!(
        extend("/remaining", Op::Replace)
            .await
            .unwrap()
            .items()
            .unwrap()[key],
        [[1000, 250]]
    );
    let days = read().await.unwrap().items().unwrap()[key].clone();
    assert_eq!(days, [[1000, 0], [1000, 250]]);
    let (_, message) = refusal(extend("/extension", Op::Add).await);
    assert_eq!(
        message,
        "Invalid patch path  '/extension' specified for op 'add'. Please choose supported operations"
    );
    assert_eq!(
        refusal(extend("/quota", Op::Replace).await).0,
        "BadRequestException"
    );
}

#[tokio::test]
async fn stages_take_throttling_settings_under_the_key_as_addressed() {
    let emulator = start(bare()).await;
    let client = sdk(&emulator);
    let api = client.get_rest_apis().send().await.unwrap().items()[0]
        .id()
        .unwrap()
        .to_owned();
    let path = format!("/restapis/{api}/stages/dev");
    let change = |verb: Op, path: &str, value: &str| {
        client
            .update_stage()
            .rest_api_id(&api)
            .stage_name("dev")
            .patch_operations(op(verb, path, value))
            .send()
    };
    let stage = change(Op::Replace, "/~1pets/GET/throttling/rateLimit", "12.5")
        .await
        .unwrap();
    let settings = &stage.method_settings().unwrap()["~1pets/GET"];
    assert_eq!(
        (
            settings.throttling_rate_limit(),
            settings.throttling_burst_limit()
        ),
        (12.5, 5_000)
    );
    change(Op::Replace, "/*/*/throttling/burstLimit", "7")
        .await
        .unwrap();
    let stage = change(Op::Remove, "/~1pets/GET", "").await.unwrap();
    assert_eq!(
        stage.method_settings().unwrap().keys().collect::<Vec<_>>(),
        ["*/*"]
    );
    assert!(
        refusal(change(Op::Replace, "/tags/tag1", "x").await)
            .1
            .starts_with(
                "Invalid method setting path: /tags/tag1. Must be one of: [/deploymentId,"
            )
    );
    assert_eq!(
        get(&emulator, &path).await.json()["methodSettings"]["*/*"]["throttlingRateLimit"],
        10_000.0
    );
    let slashes = patch(
        &emulator,
        &path,
        &[("replace", "/{proxy+}/ANY//throttling/burstLimit", Some("1"))],
    )
    .await;
    assert!(
        slashes
            .message()
            .starts_with("Invalid method setting path: /{proxy+}/ANY//throttling/burstLimit")
    );
}

#[tokio::test]
async fn tags_are_set_read_and_removed_by_arn() {
    let emulator = start(bare()).await;
    let client = sdk(&emulator);
    let plan = client
        .create_usage_plan()
        .name("a plan")
        .send()
        .await
        .unwrap();
    let arn = format!(
        "arn:aws:apigateway:us-east-1::/usageplans/{}",
        plan.id().unwrap()
    );
    client
        .tag_resource()
        .resource_arn(&arn)
        .tags("team", "blue")
        .tags("tier", "gold")
        .send()
        .await
        .unwrap();
    client
        .untag_resource()
        .resource_arn(&arn)
        .tag_keys("team")
        .send()
        .await
        .unwrap();
    let tags = client.get_tags().resource_arn(&arn).send().await.unwrap();
    assert_eq!(
        tags.tags().unwrap().iter().collect::<Vec<_>>(),
        [(&"tier".to_owned(), &"gold".to_owned())]
    );
    // A plan with tags shows them in lists too.
    let listed = get(&emulator, "/usageplans").await.json();
    assert_eq!(listed["item"][0]["tags"]["tier"], "gold");
    let reserved = client
        .tag_resource()
        .resource_arn(&arn)
        .tags("aws:x", "y")
        .send()
        .await;
    assert_eq!(refusal(reserved).0, "BadRequestException");
    let unknown = client
        .get_tags()
        .resource_arn("arn:aws:apigateway:us-east-1::/usageplans/nosuch")
        .send()
        .await;
    assert_eq!(refusal(unknown).0, "NotFoundException");
}

#[tokio::test]
async fn the_account_tells_its_limits_and_keeps_them() {
    let emulator = start(sample()).await;
    let client = sdk(&emulator);
    let account = client.get_account().send().await.unwrap();
    let throttle = account.throttle_settings().unwrap();
    assert_eq!(
        (throttle.rate_limit(), throttle.burst_limit()),
        (10_000.0, 5_000)
    );
    assert_eq!(account.features(), ["UsagePlans"]);
    let change = client
        .update_account()
        .patch_operations(op(Op::Replace, "/throttle/rateLimit", "1"))
        .send()
        .await;
    assert_eq!(refusal(change).0, "BadRequestException");
}

#[tokio::test]
async fn aws_limits_are_enforced_where_asked() {
    let start_of_day = "2026-03-18T00:00:00Z".parse().unwrap();
    let (clock, hands) = Clock::by_hand(start_of_day);
    let limited = StartOptions {
        plans: Some(299),
        limits: Limits::Aws,
        clock,
        ..StartOptions::default()
    };
    let emulator = start(limited).await;
    let client = sdk(&emulator);
    let plans = client.get_usage_plans().send().await.unwrap();
    let plan = plans.items()[0].id().unwrap().to_owned();
    update(&client, &plan, &[(Op::Replace, "/name", "first")])
        .await
        .unwrap();
    let refused = update(&client, &plan, &[(Op::Replace, "/name", "second")])
        .await
        .unwrap_err();
    assert_eq!(
        refused,
        (
            "TooManyRequestsException".to_owned(),
            "Too Many Requests".to_owned()
        )
    );
    hands.advance(std::time::Duration::from_secs(20));
    update(&client, &plan, &[(Op::Replace, "/name", "second")])
        .await
        .unwrap();
    // One more plan fits, and no second one.
    client
        .create_usage_plan()
        .name("the 300th")
        .send()
        .await
        .unwrap();
    let one_too_many = client.create_usage_plan().name("the 301st").send().await;
    assert_eq!(refusal(one_too_many).0, "LimitExceededException");
}

#[tokio::test]
async fn twenty_method_throttles_are_the_most_where_limits_are_enforced() {
    // Other paths than those of one API cannot make so many: three APIs give enough methods.
    for (limits, accepted) in [(Limits::None, true), (Limits::Aws, false)] {
        let emulator = start(StartOptions {
            plans: Some(0),
            limits,
            clock: noon(),
            ..StartOptions::default()
        })
        .await;
        let client = sdk(&emulator);
        let apis = client.get_rest_apis().send().await.unwrap();
        let of_plan = ThrottleSettings::builder().rate_limit(9.0).burst_limit(9);
        let mut create = client.create_usage_plan().name("many");
        create = create.throttle(of_plan.build());
        for api in apis.items().iter().take(3) {
            for stage in ["dev", "staging", "prod"] {
                let subject = api.name().unwrap().trim_end_matches("-api");
                let one = ThrottleSettings::builder()
                    .rate_limit(1.0)
                    .burst_limit(1)
                    .build();
                let stage = ApiStage::builder().api_id(api.id().unwrap()).stage(stage);
                let stage = stage
                    .throttle("//GET", one.clone())
                    .throttle(format!("/{subject}/GET"), one.clone());
                create = create.api_stages(stage.throttle(format!("/{subject}/POST"), one).build());
            }
        }
        let result = create.send().await;
        assert_eq!(result.is_ok(), accepted);
        if !accepted {
            assert_eq!(refusal(result).0, "LimitExceededException");
        }
    }
}
