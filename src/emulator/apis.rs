//! APIs, their stages with method settings, their resources, and the account's own settings.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::account::{Account, Api, DeployedStage, EpochSeconds, Tags, ThrottleSettings};
use super::answer::{Answer, Listing};
use super::collection::PageQuery;
use super::patch::{self, Limit, PatchOp, SentOperation};
use super::random;
use super::refusal::Refusal;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiView<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    created_date: EpochSeconds,
    api_key_source: &'static str,
    endpoint_configuration: Value,
    tags: &'a Tags,
    disable_execute_api_endpoint: bool,
    root_resource_id: String,
}

impl<'a> ApiView<'a> {
    fn new(api: &'a Api) -> Self {
        Self {
            id: &api.id,
            name: &api.name,
            description: api.description.as_deref(),
            created_date: api.created_date,
            api_key_source: "HEADER",
            endpoint_configuration: json!({ "types": ["REGIONAL"] }),
            tags: &api.tags,
            disable_execute_api_endpoint: false,
            root_resource_id: resource_id(api, "/"),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StageView<'a> {
    stage_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    deployment_id: &'a str,
    cache_cluster_enabled: bool,
    cache_cluster_status: &'static str,
    method_settings: BTreeMap<&'a str, MethodSetting>,
    tracing_enabled: bool,
    created_date: EpochSeconds,
    last_updated_date: EpochSeconds,
    tags: &'a Tags,
}

/// A method setting with the values that API Gateway fills in once there is one (confirmed).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "the shape on the wire")]
struct MethodSetting {
    metrics_enabled: bool,
    data_trace_enabled: bool,
    throttling_burst_limit: i32,
    throttling_rate_limit: f64,
    caching_enabled: bool,
    cache_ttl_in_seconds: i32,
    cache_data_encrypted: bool,
    require_authorization_for_cache_control: bool,
    unauthorized_cache_control_header_strategy: &'static str,
}

impl MethodSetting {
    fn new(throttle: &ThrottleSettings) -> Self {
        Self {
            metrics_enabled: false,
            data_trace_enabled: false,
            // What recorded answers have for a half that was never set: the account's
            // limits of the larger Regions.
            throttling_burst_limit: throttle.burst_limit.unwrap_or(5_000),
            throttling_rate_limit: throttle.rate_limit.unwrap_or(10_000.0),
            caching_enabled: false,
            cache_ttl_in_seconds: 300,
            cache_data_encrypted: false,
            require_authorization_for_cache_control: true,
            unauthorized_cache_control_header_strategy: "SUCCEED_WITH_RESPONSE_HEADER",
        }
    }
}

impl<'a> StageView<'a> {
    fn new(stage: &'a DeployedStage) -> Self {
        Self {
            stage_name: &stage.name,
            description: stage.description.as_deref(),
            deployment_id: &stage.deployment_id,
            cache_cluster_enabled: false,
            cache_cluster_status: "NOT_AVAILABLE",
            method_settings: stage
                .method_settings
                .iter()
                .map(|(key, throttle)| (key.as_str(), MethodSetting::new(throttle)))
                .collect(),
            tracing_enabled: false,
            created_date: stage.created_date,
            last_updated_date: stage.last_updated_date,
            tags: &stage.tags,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceView<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_part: Option<&'a str>,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_methods: Option<BTreeMap<&'a str, Value>>,
}

/// An id that stays the same as long as the path does.
fn resource_id(api: &Api, path: &str) -> String {
    random::id(random::mix_text(&format!("{}{path}", api.id)), 6)
}

/// The path of the resource above; the root has none.
fn parent(path: &str) -> Option<&str> {
    match path.rsplit_once('/')? {
        ("", "") => None,
        ("", _) => Some("/"),
        (above, _) => Some(above),
    }
}

/// Every resource of an API: those with methods and all above them.
fn resource_paths(api: &Api) -> BTreeSet<&str> {
    let with_methods = api.methods.keys().map(String::as_str);
    with_methods
        .chain(["/"])
        .flat_map(|path| std::iter::successors(Some(path), |path| parent(path)))
        .collect()
}

impl<'a> ResourceView<'a> {
    fn new(api: &'a Api, path: &'a str, embed_methods: bool) -> Self {
        let method = |(verb, key_required): (&'a String, &bool)| {
            // What the service gives without `embed=methods` (API reference, GetResources).
            let stub = json!({});
            let full = json!({ "httpMethod": verb, "authorizationType": "NONE", "apiKeyRequired": key_required });
            (verb.as_str(), if embed_methods { full } else { stub })
        };
        Self {
            id: resource_id(api, path),
            parent_id: parent(path).map(|above| resource_id(api, above)),
            path_part: parent(path).and(path.rsplit('/').next()),
            path,
            resource_methods: api
                .methods
                .get(path)
                .map(|methods| methods.iter().map(method).collect()),
        }
    }
}

impl Account {
    fn api(&self, id: &str) -> Result<&Api, Refusal> {
        self.apis.get(id).ok_or_else(Refusal::unknown_api)
    }

    pub fn get_rest_apis(&self, page: PageQuery) -> Answer {
        let paged = self.apis.oldest_first(page, |_| true);
        Answer::json(
            200,
            &Listing {
                item: paged.things.into_iter().map(ApiView::new).collect(),
                position: paged.position,
            },
        )
    }

    pub fn get_rest_api(&self, id: &str) -> Result<Answer, Refusal> {
        Ok(Answer::json(200, &ApiView::new(self.api(id)?)))
    }

    /// Plans keep their stages (inferred): they dangle until somebody detaches them.
    pub fn delete_rest_api(&mut self, id: &str) -> Result<Answer, Refusal> {
        self.apis.remove(id).ok_or_else(Refusal::unknown_api)?;
        Ok(Answer::empty(202))
    }

    pub fn get_stages(&self, api: &str, deployment: Option<&str>) -> Result<Answer, Refusal> {
        let stages = self.api(api)?.stages.iter();
        let item: Vec<_> = stages
            .filter(|stage| deployment.is_none_or(|deployment| stage.deployment_id == deployment))
            .map(StageView::new)
            .collect();
        Ok(Answer::json(
            200,
            &Listing {
                item,
                // All stages stand on one page (the service's model).
                position: None,
            },
        ))
    }

    pub fn get_stage(&self, api: &str, stage: &str) -> Result<Answer, Refusal> {
        let stage = self
            .api(api)?
            .stage(stage)
            .ok_or_else(Refusal::unknown_stage)?;
        Ok(Answer::json(200, &StageView::new(stage)))
    }

    /// Plans keep the stage, as with [`Self::delete_rest_api`].
    pub fn delete_stage(&mut self, api: &str, stage: &str) -> Result<Answer, Refusal> {
        let api = self.apis.get_mut(api).ok_or_else(Refusal::unknown_api)?;
        let at = api
            .stages
            .iter()
            .position(|present| present.name == stage)
            .ok_or_else(Refusal::unknown_stage)?;
        api.stages.remove(at);
        Ok(Answer::empty(202))
    }

    pub fn update_stage(
        &mut self,
        api: &str,
        stage: &str,
        operations: &[SentOperation],
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let api = self.apis.get_mut(api).ok_or_else(Refusal::unknown_api)?;
        let stage = api.stage_mut(stage).ok_or_else(Refusal::unknown_stage)?;
        // On a copy: where one operation is refused nothing is left of those before it
        // (inferred).
        let mut changed = stage.clone();
        for operation in operations {
            patch_stage(&mut changed, operation)?;
        }
        changed.last_updated_date = now.as_second();
        let answer = Answer::json(200, &StageView::new(&changed));
        *stage = changed;
        Ok(answer)
    }

    pub fn get_resources(
        &self,
        api: &str,
        page: PageQuery,
        embed_methods: bool,
    ) -> Result<Answer, Refusal> {
        let api = self.api(api)?;
        let paths = (1..)
            .zip(resource_paths(api))
            .filter(|(number, _)| page.after.is_none_or(|after| *number > after));
        let paged = page.cut(paths);
        let item = paged
            .things
            .into_iter()
            .map(|path| ResourceView::new(api, path, embed_methods))
            .collect();
        Ok(Answer::json(
            200,
            &Listing {
                item,
                position: paged.position,
            },
        ))
    }

    pub fn get_resource(
        &self,
        api: &str,
        id: &str,
        embed_methods: bool,
    ) -> Result<Answer, Refusal> {
        let api = self.api(api)?;
        let path = resource_paths(api)
            .into_iter()
            .find(|path| resource_id(api, path) == id);
        let path = path.ok_or_else(Refusal::unknown_resource)?;
        Ok(Answer::json(
            200,
            &ResourceView::new(api, path, embed_methods),
        ))
    }

    pub fn get_account(&self) -> Answer {
        Answer::json(200, &self.settings)
    }

    /// The account's throttle is on no row of the table: it cannot be changed (confirmed).
    pub fn update_account(&mut self, operations: &[SentOperation]) -> Result<Answer, Refusal> {
        let mut settings = self.settings.clone();
        for operation in operations {
            match (PatchOp::parse(operation.op_text()), operation.path_text()) {
                (Some(PatchOp::Replace), "/cloudwatchRoleArn") => {
                    let arn = operation.wanted("an ARN")?;
                    settings.cloudwatch_role_arn =
                        Some(arn.to_owned()).filter(|arn| !arn.is_empty());
                }
                (Some(op @ (PatchOp::Add | PatchOp::Remove)), path @ "/features") => {
                    let feature = operation.wanted("a feature")?;
                    match op {
                        PatchOp::Remove if feature == "UsagePlans" => {
                            // Confirmed rule, inferred text.
                            return Err(Refusal::bad_request(
                                "The feature UsagePlans cannot be removed",
                            ));
                        }
                        PatchOp::Remove => settings.features.retain(|present| present != feature),
                        _ if feature == "UsagePlans" => {}
                        _ => return Err(Refusal::patch_value(path, "one of [UsagePlans]")),
                    }
                }
                (op, path) => {
                    // Inferred from the published table.
                    let possible = match op {
                        Some(PatchOp::Replace) => "/cloudwatchRoleArn",
                        Some(PatchOp::Add | PatchOp::Remove) => "/features",
                        None => "",
                    };
                    return Err(Refusal::patch_path(operation.op_text(), path, possible));
                }
            }
        }
        self.settings = settings;
        Ok(self.get_account())
    }
}

/// Paths that `UpdateStage` lists when it refuses one. Confirmed verbatim; the missing commas are
/// API Gateway's own.
const STAGE_PATHS: &str = "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, /{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, /{resourcePath}/{httpMethod}/caching/dataEncrypted, /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, /{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, /tracingEnabled";

/// Method settings are kept under the key as addressed, escapes included (confirmed).
fn patch_stage(stage: &mut DeployedStage, operation: &SentOperation) -> Result<(), Refusal> {
    let path = operation.path_text();
    let refuse = || {
        Err(Refusal::bad_request(format!(
            "Invalid method setting path: {path}. Must be one of: [{STAGE_PATHS}]"
        )))
    };
    let parts: Vec<&str> = path
        .strip_prefix('/')
        .unwrap_or_default()
        .split('/')
        .collect();
    // A slash inside a resource's path is written `~1`; one as it is leaves a part empty or
    // one too many, and is refused (reported: terraform-provider-aws issue 15855).
    if parts.iter().any(|part| part.is_empty()) {
        return refuse();
    }
    match (PatchOp::parse(operation.op_text()), parts.as_slice()) {
        (Some(PatchOp::Replace), ["description"]) => {
            let text = operation.wanted("a text")?;
            stage.description = Some(text.to_owned()).filter(|text| !text.is_empty());
            Ok(())
        }
        (Some(PatchOp::Replace), [resource, method, "throttling", limit]) => {
            let limit = match *limit {
                "rateLimit" => Limit::Rate,
                "burstLimit" => Limit::Burst,
                _ => return refuse(),
            };
            set_method_throttle(stage, &format!("{resource}/{method}"), limit, operation)
        }
        // Not in the published table, but accepted (confirmed), and so is the refusal's text with
        // the space at its end; it is recorded for the key `*/*` only, and with a slash before `*`.
        (Some(PatchOp::Remove), [resource, method]) => {
            let removed = stage
                .method_settings
                .remove(&format!("{resource}/{method}"));
            removed.map(|_| ()).ok_or_else(|| {
                Refusal::bad_request(format!(
                    "Cannot remove method setting {resource}/{method} because there is no method setting for this method "
                ))
            })
        }
        // Confirmed text for a copy.
        (None, _) if operation.op_text() == "copy" => Err(Refusal::bad_request(format!(
            "Invalid copy operation with path: {path} and from {}. Valid copy:path are [/deploymentId, /variables] and \
             valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]",
            operation.from.as_deref().unwrap_or("null")
        ))),
        (None, _) => Err(Refusal::patch_path(operation.op_text(), path, "")),
        _ => refuse(),
    }
}

/// Sets one limit of the throttle that a stage has for a method.
fn set_method_throttle(
    stage: &mut DeployedStage,
    key: &str,
    limit: Limit,
    operation: &SentOperation,
) -> Result<(), Refusal> {
    let mut throttle = stage.method_settings.get(key).copied().unwrap_or_default();
    // -1 is taken for both and comes back: no throttle of this entry's own (reported by
    // Terraform's acceptance tests, which send "-1" and "-1.000000").
    let value = operation.value.as_deref().unwrap_or_default();
    if value
        .parse()
        .is_ok_and(|value: f64| value.total_cmp(&-1.0).is_eq())
    {
        match limit {
            Limit::Rate => throttle.rate_limit = Some(-1.0),
            Limit::Burst => throttle.burst_limit = Some(-1),
        }
    } else {
        patch::set_limit(&mut throttle, limit, operation)?;
    }
    stage.method_settings.insert(key.to_owned(), throttle);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_end_at_the_root() {
        assert_eq!(parent("/pets/{petId}"), Some("/pets"));
        assert_eq!(parent("/pets"), Some("/"));
        assert_eq!(parent("/"), None);
    }
}
