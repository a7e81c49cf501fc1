//! Between the SDK's types and the domain's. Nothing is judged here: what the
//! service said is kept as it was. Answers with limits are read by [`super::answer`].

use std::collections::HashMap;

use aws_sdk_apigateway::operation::create_usage_plan::builders::CreateUsagePlanFluentBuilder;
use aws_sdk_apigateway::types as sdk;

use crate::plan::model::account::{ApiKey, ApiMethod, RestApi};
use crate::plan::model::segment;
use crate::plan::{
    Count, Map, MethodKey, MethodThrottles, PatchOperation, Period, Quota, Rate, Settings,
    StageKey, Throttle,
};
use crate::text::number;

/// A member that is not as the answer must have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::gateway) struct Flaw {
    /// The member, such as `apiStages[2].apiId`.
    pub(in crate::gateway) member: String,
    /// The fault found in it.
    pub(in crate::gateway) said: String,
}

impl Flaw {
    pub(in crate::gateway) fn new(member: impl Into<String>, said: impl Into<String>) -> Self {
        Self {
            member: member.into(),
            said: said.into(),
        }
    }

    pub(in crate::gateway) fn missing(member: impl Into<String>) -> Self {
        Self::new(member, "it is missing")
    }

    /// The same of a part of this object.
    pub(in crate::gateway) fn within(self, whole: &str) -> Self {
        Self {
            member: format!("{whole}.{}", self.member),
            ..self
        }
    }
}

/// The longest key of a tag, in bytes: 128 characters of 4 (the tagging reference).
pub(in crate::gateway) const LONGEST_TAG_KEY: usize = 512;

/// An identifier of the answer. It will stand in a URI, and must not change which one.
pub(in crate::gateway) fn id(text: Option<String>, member: &str) -> Result<String, Flaw> {
    let text = text.ok_or_else(|| Flaw::missing(member))?;
    match segment::fits(&text) {
        Ok(()) => Ok(text),
        Err(unfit) => Err(Flaw::new(member, unfit.to_string())),
    }
}

/// A key of a map, which is not longer than it can be.
pub(in crate::gateway) fn short_key(key: &str, member: &str, most: usize) -> Result<(), Flaw> {
    if key.len() <= most {
        return Ok(());
    }
    let bytes = number::whole(i64::try_from(key.len()).unwrap_or(i64::MAX));
    let said = format!("it has a key that is {bytes} bytes long, and {most} is the most");
    Err(Flaw::new(member, said))
}

/// An API key without its value.
pub(in crate::gateway) fn api_key(key: sdk::ApiKey) -> Result<ApiKey, Flaw> {
    Ok(ApiKey {
        id: id(key.id, "id")?,
        name: key.name.unwrap_or_default(),
        // The SDK makes a missing one false, so that it never is unknown here.
        enabled: Some(key.enabled),
        customer: key.customer_id.unwrap_or_default(),
    })
}

/// A key of a plan without its value, which the service sends along here.
pub(in crate::gateway) fn plan_key(key: sdk::UsagePlanKey) -> Result<ApiKey, Flaw> {
    Ok(ApiKey {
        id: id(key.id, "id")?,
        name: key.name.unwrap_or_default(),
        // A UsagePlanKey has neither of these (the service's model).
        enabled: None,
        customer: String::new(),
    })
}

pub(in crate::gateway) fn rest_api(api: sdk::RestApi) -> Result<RestApi, Flaw> {
    Ok(RestApi {
        id: id(api.id, "id")?,
        name: api.name.unwrap_or_default(),
    })
}

/// The methods of a resource.
///
/// # Errors
/// Where its path is longer than any can be.
pub(in crate::gateway) fn methods(resource: sdk::Resource) -> Result<Vec<ApiMethod>, Flaw> {
    let path = resource.path.unwrap_or_default();
    short_key(&path, "path", segment::LONGEST_METHOD_KEY)?;
    let methods = resource
        .resource_methods
        .into_iter()
        .flatten()
        .map(|(name, method)| ApiMethod {
            key: MethodKey::of(&path, &name),
            needs_key: method.api_key_required.unwrap_or(false),
        })
        .collect();
    Ok(methods)
}

/// `CreateUsagePlan` with all that it carries: no product code, and no number
/// that is 0, because the SDK leaves those out of the body.
pub(in crate::gateway) fn create(
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

pub(in crate::gateway) fn tags_to_send(tags: &Map<String, String>) -> HashMap<String, String> {
    tags.iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

pub(in crate::gateway) fn operation_to_send(operation: &PatchOperation) -> sdk::PatchOperation {
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

    #[test]
    fn the_method_of_the_root_has_its_key() {
        let resource = sdk::Resource::builder()
            .path("/")
            .resource_methods("GET", sdk::Method::builder().api_key_required(true).build())
            .resource_methods("ANY", sdk::Method::builder().build())
            .build();
        let mut methods = methods(resource).unwrap();
        methods.sort();
        let shown: Vec<_> = methods
            .iter()
            .map(|m| (m.key.as_str(), m.needs_key))
            .collect();
        assert_eq!(shown, [("//ANY", false), ("//GET", true)]);
    }
}
