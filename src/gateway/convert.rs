//! Between the SDK's types and the domain's. Nothing is judged here: what the
//! service said is kept as it was.

use std::collections::HashMap;

use aws_sdk_apigateway::operation::create_usage_plan::builders::CreateUsagePlanFluentBuilder;
use aws_sdk_apigateway::types as sdk;

use crate::plan::account::{ApiKey, ApiMethod, RestApi, Stage};
use crate::plan::{
    Count, Map, MethodKey, MethodThrottles, PatchOperation, Period, PlanId, Quota, Rate, Settings,
    StageKey, Throttle, UsagePlan,
};

/// A member that the answer must have and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing(pub(super) &'static str);

/// The members that a usage plan has in each of the SDK's four types for it.
pub(super) struct PlanParts {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) api_stages: Option<Vec<sdk::ApiStage>>,
    pub(super) throttle: Option<sdk::ThrottleSettings>,
    pub(super) quota: Option<sdk::QuotaSettings>,
    pub(super) product_code: Option<String>,
    pub(super) tags: Option<HashMap<String, String>>,
}

/// Takes the members of a usage plan out of any of the SDK's types for it.
macro_rules! plan_parts {
    ($plan:expr) => {{
        let plan = $plan;
        $crate::gateway::convert::PlanParts {
            id: plan.id,
            name: plan.name,
            description: plan.description,
            api_stages: plan.api_stages,
            throttle: plan.throttle,
            quota: plan.quota,
            product_code: plan.product_code,
            tags: plan.tags,
        }
    }};
}
pub(super) use plan_parts;

/// A usage plan. One without an identifier cannot be named, so it is no plan.
pub(super) fn usage_plan(parts: PlanParts) -> Result<UsagePlan, Missing> {
    Ok(UsagePlan {
        id: PlanId(parts.id.ok_or(Missing("id"))?),
        settings: Settings {
            name: parts.name.unwrap_or_default(),
            description: parts.description.unwrap_or_default(),
            product_code: parts.product_code.unwrap_or_default(),
            throttle: parts.throttle.as_ref().map(throttle),
            quota: parts.quota.map(quota),
            stages: exactly(
                parts
                    .api_stages
                    .unwrap_or_default()
                    .into_iter()
                    .map(api_stage),
            ),
            tags: exactly(parts.tags.unwrap_or_default().into_iter()),
        },
    })
}

pub(super) fn throttle(settings: &sdk::ThrottleSettings) -> Throttle {
    Throttle::new(
        Rate::as_read(settings.rate_limit),
        Count::as_read(settings.burst_limit),
    )
}

fn quota(settings: sdk::QuotaSettings) -> Quota {
    Quota::new(
        Count::as_read(settings.limit),
        settings.period.map_or_else(
            || Period::Other(String::new()),
            |period| Period::from_service(period.as_str()),
        ),
        Count::as_read(settings.offset),
    )
}

fn api_stage(stage: sdk::ApiStage) -> (StageKey, MethodThrottles) {
    let key = StageKey::as_read(
        stage.api_id.unwrap_or_default(),
        stage.stage.unwrap_or_default(),
    );
    let methods = stage.throttle.unwrap_or_default().into_iter();
    let methods =
        methods.map(|(method, settings)| (MethodKey::as_read(&method), throttle(&settings)));
    (key, exactly(methods))
}

/// A map with room for what is in it and no more: there are as many as there are plans.
fn exactly<K: Ord, V>(entries: impl ExactSizeIterator<Item = (K, V)>) -> Map<K, V> {
    let mut map = Map::with_capacity(entries.len());
    map.extend(entries);
    map
}

/// An API key without its value.
pub(super) fn api_key(key: sdk::ApiKey) -> Result<ApiKey, Missing> {
    Ok(ApiKey {
        id: key.id.ok_or(Missing("id"))?,
        name: key.name.unwrap_or_default(),
        enabled: Some(key.enabled),
        customer: key.customer_id.unwrap_or_default(),
    })
}

/// A key of a plan without its value, which the service sends along here.
pub(super) fn plan_key(key: sdk::UsagePlanKey) -> Result<ApiKey, Missing> {
    Ok(ApiKey {
        id: key.id.ok_or(Missing("id"))?,
        name: key.name.unwrap_or_default(),
        enabled: None,
        customer: String::new(),
    })
}

pub(super) fn rest_api(api: sdk::RestApi) -> Result<RestApi, Missing> {
    Ok(RestApi {
        id: api.id.ok_or(Missing("id"))?,
        name: api.name.unwrap_or_default(),
    })
}

/// A stage of an API with the throttles of its method settings.
pub(super) fn stage(
    api: &str,
    name: Option<String>,
    settings: Option<HashMap<String, sdk::MethodSetting>>,
) -> Result<Stage, Missing> {
    let mut throttles: Vec<_> = settings
        .into_iter()
        .flatten()
        .map(|(key, setting)| {
            (
                method_setting_key(&key),
                Throttle::new(
                    Rate::as_read(setting.throttling_rate_limit),
                    Count::as_read(setting.throttling_burst_limit),
                ),
            )
        })
        .collect();
    throttles.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Stage {
        key: StageKey::as_read(api, name.ok_or(Missing("stageName"))?),
        throttles,
    })
}

/// The key of a method setting comes back as it was addressed: `~1pets/GET`,
/// `pets/GET`, `/pets/GET` and `*/*` were all seen (the recordings of `LocalStack`
/// against AWS; the examples of the AWS CLI). All but the last are the resource's path.
fn method_setting_key(text: &str) -> MethodKey {
    let key = MethodKey::as_read(text);
    let path = key.path();
    if path.is_empty() || path == "*" || path.starts_with('/') {
        key
    } else {
        MethodKey::as_read(&format!("/{}", key.as_str()))
    }
}

/// The methods of a resource.
pub(super) fn methods(resource: sdk::Resource) -> Vec<ApiMethod> {
    let path = resource.path.unwrap_or_default();
    resource
        .resource_methods
        .into_iter()
        .flatten()
        .map(|(name, method)| ApiMethod {
            key: MethodKey::of(&path, &name),
            needs_key: method.api_key_required.unwrap_or(false),
        })
        .collect()
}

/// `CreateUsagePlan` with all that it carries: no product code, and no number
/// that is 0, because the SDK leaves those out of the body.
pub(super) fn create(
    request: CreateUsagePlanFluentBuilder,
    settings: &Settings,
) -> CreateUsagePlanFluentBuilder {
    let stages: Vec<_> = settings.stages.iter().map(stage_to_send).collect();
    request
        .name(&settings.name)
        .set_description(given(&settings.description))
        .set_api_stages((!stages.is_empty()).then_some(stages))
        .set_throttle(settings.throttle.map(throttle_to_send))
        .set_quota(settings.quota.as_ref().map(quota_to_send))
        .set_tags((!settings.tags.is_empty()).then(|| tags_to_send(&settings.tags)))
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn throttle_to_send(throttle: Throttle) -> sdk::ThrottleSettings {
    sdk::ThrottleSettings::builder()
        .set_rate_limit(throttle.rate.map(Rate::get))
        .set_burst_limit(throttle.burst.map(Count::get))
        .build()
}

fn quota_to_send(quota: &Quota) -> sdk::QuotaSettings {
    let period = quota.period.as_ref().map(Period::as_str);
    sdk::QuotaSettings::builder()
        .set_limit(quota.limit.map(Count::get))
        .set_offset(quota.offset.map(Count::get))
        .set_period(period.map(sdk::QuotaPeriodType::from))
        .build()
}

fn stage_to_send((key, methods): (&StageKey, &MethodThrottles)) -> sdk::ApiStage {
    let throttles: HashMap<_, _> = methods
        .iter()
        .map(|(method, throttle)| (method.as_str().to_owned(), throttle_to_send(*throttle)))
        .collect();
    sdk::ApiStage::builder()
        .api_id(&key.api)
        .stage(&key.stage)
        .set_throttle((!throttles.is_empty()).then_some(throttles))
        .build()
}

pub(super) fn tags_to_send(tags: &Map<String, String>) -> HashMap<String, String> {
    tags.iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

pub(super) fn operation_to_send(operation: &PatchOperation) -> sdk::PatchOperation {
    sdk::PatchOperation::builder()
        .op(sdk::Op::from(operation.op.as_str()))
        .path(&operation.path)
        .set_value(operation.value.clone())
        .set_from(operation.from.clone())
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(plan: sdk::UsagePlan) -> PlanParts {
        plan_parts!(plan)
    }

    #[test]
    fn what_is_absent_is_none() {
        let plan = usage_plan(parts(sdk::UsagePlan::builder().id("a").build())).unwrap();
        assert_eq!(plan.settings, Settings::default());
    }

    #[test]
    fn a_plan_without_identifier_is_no_plan() {
        let plan = sdk::UsagePlan::builder().name("x").build();
        assert_eq!(usage_plan(parts(plan)), Err(Missing("id")));
    }

    #[test]
    fn odd_values_are_kept_as_they_came() {
        let plan = sdk::UsagePlan::builder()
            .id("a")
            .quota(
                sdk::QuotaSettings::builder()
                    .limit(-1)
                    .offset(99)
                    .period(sdk::QuotaPeriodType::from("YEAR"))
                    .build(),
            )
            .throttle(sdk::ThrottleSettings::builder().rate_limit(-2.5).build())
            .build();
        let settings = usage_plan(parts(plan)).unwrap().settings;
        let quota = settings.quota.unwrap();
        assert_eq!(quota.limit, Some(Count::as_read(-1)));
        assert_eq!(quota.offset, Some(Count::as_read(99)));
        assert_eq!(quota.period, Some(Period::Other("YEAR".to_owned())));
        let throttle = settings.throttle.unwrap();
        assert_eq!(throttle.rate, Some(Rate::as_read(-2.5)));
        assert_eq!(throttle.burst, Some(Count::ZERO), "left out reads as 0");
    }

    #[test]
    fn method_settings_name_methods_however_they_were_addressed() {
        for (read, key) in [
            ("~1pets~1{id}/GET", "/pets/{id}/GET"),
            ("pets/GET", "/pets/GET"),
            ("/pets/GET", "/pets/GET"),
            ("~1/GET", "//GET"),
            ("*/*", "*/*"),
        ] {
            assert_eq!(method_setting_key(read).as_str(), key, "{read}");
        }
    }

    #[test]
    fn the_method_of_the_root_has_its_key() {
        let resource = sdk::Resource::builder()
            .path("/")
            .resource_methods("GET", sdk::Method::builder().api_key_required(true).build())
            .resource_methods("ANY", sdk::Method::builder().build())
            .build();
        let mut methods = methods(resource);
        methods.sort();
        let shown: Vec<_> = methods
            .iter()
            .map(|m| (m.key.as_str(), m.needs_key))
            .collect();
        assert_eq!(shown, [("//ANY", false), ("//GET", true)]);
    }
}
