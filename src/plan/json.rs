//! A usage plan as the service's JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::method_map::{MethodMap, ThrottleJson};
use super::patch_text::TextFault;
use super::{Count, Period, PlanId, Quota, Settings, StageKey, UsagePlan};

/// A plan that somebody wrote down: what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredPlan {
    /// Its identifier, where one is given.
    pub id: Option<PlanId>,
    /// Its settings. What is left out is none.
    pub settings: Settings,
}

/// A plan in the form in which GetUsagePlan answers. What a plan does not have is
/// left out; stages and tags are always there.
#[must_use]
pub fn to_json(plan: &UsagePlan) -> Value {
    // Texts, numbers and maps of them have no way to fail.
    serde_json::to_value(PlanJson::from(plan)).unwrap_or_default()
}

/// The same as indented text, in the order in which people read a plan.
#[must_use]
pub fn to_text(plan: &UsagePlan) -> String {
    serde_json::to_string_pretty(&PlanJson::from(plan)).unwrap_or_default()
}

/// Reads a desired plan, in the form in which GetUsagePlan answers. An offset
/// that is left out is 0. Values are kept as they are: [`super::judge`] judges.
///
/// # Errors
/// What is wrong, and where in the text: not JSON, a member that a plan does not
/// have, a stage or a method that stands twice.
pub fn from_json(text: &str) -> Result<DesiredPlan, TextFault> {
    let json: PlanJson =
        serde_json::from_str(text).map_err(|fault| TextFault::of_json(text, 0, &fault))?;
    let mut stages = BTreeMap::new();
    for item in json.api_stages {
        let stage = StageKey::as_read(item.api_id, item.stage);
        let MethodMap(methods) = item.throttle.unwrap_or_default();
        if stages.insert(stage.clone(), methods).is_some() {
            let message = format!("the API stage {stage} stands twice");
            return Err(TextFault::at(text, 0, message));
        }
    }
    Ok(DesiredPlan {
        id: json.id,
        settings: Settings {
            name: json.name,
            description: json.description,
            product_code: json.product_code,
            throttle: json.throttle.map(Into::into),
            quota: json.quota.map(Into::into),
            stages,
            tags: json.tags,
        },
    })
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PlanJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<PlanId>,
    name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(default)]
    api_stages: Vec<StageJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    throttle: Option<ThrottleJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<QuotaJson>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    product_code: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct StageJson {
    api_id: String,
    stage: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    throttle: Option<MethodMap>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaJson {
    limit: Count,
    #[serde(default)]
    offset: Count,
    period: Period,
}

impl From<&UsagePlan> for PlanJson {
    fn from(plan: &UsagePlan) -> Self {
        let settings = &plan.settings;
        let stages = settings.stages.iter().map(|(key, methods)| StageJson {
            api_id: key.api.clone(),
            stage: key.stage.clone(),
            throttle: (!methods.is_empty()).then(|| MethodMap(methods.clone())),
        });
        Self {
            id: Some(plan.id.clone()),
            name: settings.name.clone(),
            description: settings.description.clone(),
            api_stages: stages.collect(),
            throttle: settings.throttle.map(Into::into),
            quota: settings.quota.clone().map(Into::into),
            product_code: settings.product_code.clone(),
            tags: settings.tags.clone(),
        }
    }
}

impl From<Quota> for QuotaJson {
    fn from(quota: Quota) -> Self {
        Self {
            limit: quota.limit,
            offset: quota.offset,
            period: quota.period,
        }
    }
}

impl From<QuotaJson> for Quota {
    fn from(json: QuotaJson) -> Self {
        Self {
            limit: json.limit,
            offset: json.offset,
            period: json.period,
        }
    }
}
