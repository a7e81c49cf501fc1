//! From method, path, query and body to one call of the control plane, fully parsed.

use hyper::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::account::Account;
use super::answer::Answer;
use super::clock::day_of;
use super::collection::Page;
use super::keys::{KeyFilter, NewKey, NewPlanKey};
use super::limits::Limits;
use super::patch::PatchOperation;
use super::plans::NewPlan;
use super::refusal::Refusal;
use super::tags::{NewTags, Resource};
use super::usage::Span;

/// Every operation that the control plane has, with what it is asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Call {
    CreateUsagePlan(NewPlan),
    GetUsagePlan {
        plan: String,
    },
    GetUsagePlans {
        page: Page,
        key: Option<String>,
    },
    UpdateUsagePlan {
        plan: String,
        patch: Vec<PatchOperation>,
    },
    DeleteUsagePlan {
        plan: String,
    },
    CreateUsagePlanKey {
        plan: String,
        new: NewPlanKey,
    },
    GetUsagePlanKey {
        plan: String,
        key: String,
    },
    GetUsagePlanKeys {
        plan: String,
        page: Page,
        name: Option<String>,
    },
    DeleteUsagePlanKey {
        plan: String,
        key: String,
    },
    GetUsage {
        plan: String,
        span: Span,
        key: Option<String>,
        page: Page,
    },
    UpdateUsage {
        plan: String,
        key: String,
        patch: Vec<PatchOperation>,
    },
    CreateApiKey(NewKey),
    GetApiKey {
        key: String,
        include_value: bool,
    },
    GetApiKeys {
        page: Page,
        filter: KeyFilter,
    },
    UpdateApiKey {
        key: String,
        patch: Vec<PatchOperation>,
    },
    DeleteApiKey {
        key: String,
    },
    GetRestApis {
        page: Page,
    },
    GetRestApi {
        api: String,
    },
    DeleteRestApi {
        api: String,
    },
    GetStages {
        api: String,
        deployment: Option<String>,
    },
    GetStage {
        api: String,
        stage: String,
    },
    UpdateStage {
        api: String,
        stage: String,
        patch: Vec<PatchOperation>,
    },
    DeleteStage {
        api: String,
        stage: String,
    },
    GetResources {
        api: String,
        page: Page,
        embed_methods: bool,
    },
    GetResource {
        api: String,
        resource: String,
        embed_methods: bool,
    },
    GetAccount,
    UpdateAccount {
        patch: Vec<PatchOperation>,
    },
    TagResource {
        resource: Resource,
        new: NewTags,
    },
    UntagResource {
        resource: Resource,
        keys: Vec<String>,
    },
    GetTags {
        resource: Resource,
    },
}

impl Call {
    /// Finds the operation for a request. Segments and query values are decoded one by one, so an
    /// encoded slash in an ARN separates nothing.
    pub fn parse(
        method: &Method,
        path: &str,
        query: Option<&str>,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let segments = path
            .strip_prefix('/')
            .unwrap_or(path)
            .split('/')
            .map(|segment| decode(segment, false))
            .collect::<Result<Vec<_>, _>>()?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let query = Query::parse(query.unwrap_or_default())?;
        if segments.iter().skip(1).any(|segment| segment.is_empty()) {
            return Err(Refusal::no_such_route());
        }
        let own = str::to_owned;
        Ok(match (method.as_str(), segments.as_slice()) {
            ("POST", ["usageplans"]) => Self::CreateUsagePlan(json(body)?),
            ("GET", ["usageplans"]) => Self::GetUsagePlans {
                page: query.page()?,
                key: query.get("keyId"),
            },
            ("GET", ["usageplans", plan]) => Self::GetUsagePlan { plan: own(plan) },
            ("PATCH", ["usageplans", plan]) => Self::UpdateUsagePlan {
                plan: own(plan),
                patch: patch(body)?,
            },
            ("DELETE", ["usageplans", plan]) => Self::DeleteUsagePlan { plan: own(plan) },
            ("POST", ["usageplans", plan, "keys"]) => Self::CreateUsagePlanKey {
                plan: own(plan),
                new: json(body)?,
            },
            ("GET", ["usageplans", plan, "keys"]) => Self::GetUsagePlanKeys {
                plan: own(plan),
                page: query.page()?,
                name: query.get("name"),
            },
            ("GET", ["usageplans", plan, "keys", key]) => Self::GetUsagePlanKey {
                plan: own(plan),
                key: own(key),
            },
            ("DELETE", ["usageplans", plan, "keys", key]) => Self::DeleteUsagePlanKey {
                plan: own(plan),
                key: own(key),
            },
            ("GET", ["usageplans", plan, "usage"]) => Self::GetUsage {
                plan: own(plan),
                span: Span::parse(
                    query.get("startDate").as_deref(),
                    query.get("endDate").as_deref(),
                )?,
                key: query.get("keyId"),
                page: query.page()?,
            },
            ("PATCH", ["usageplans", plan, "keys", key, "usage"]) => Self::UpdateUsage {
                plan: own(plan),
                key: own(key),
                patch: patch(body)?,
            },
            // With `mode=import` it is another operation, which this control plane does not have.
            ("POST", ["apikeys"]) if query.get("mode").is_none() => Self::CreateApiKey(json(body)?),
            ("GET", ["apikeys"]) => Self::GetApiKeys {
                page: query.page()?,
                filter: KeyFilter {
                    name: query.get("name"),
                    customer: query.get("customerId"),
                    include_values: query.flag("includeValues")?,
                },
            },
            ("GET", ["apikeys", key]) => Self::GetApiKey {
                key: own(key),
                include_value: query.flag("includeValue")?,
            },
            ("PATCH", ["apikeys", key]) => Self::UpdateApiKey {
                key: own(key),
                patch: patch(body)?,
            },
            ("DELETE", ["apikeys", key]) => Self::DeleteApiKey { key: own(key) },
            ("GET", ["restapis"]) => Self::GetRestApis {
                page: query.page()?,
            },
            ("GET", ["restapis", api]) => Self::GetRestApi { api: own(api) },
            ("DELETE", ["restapis", api]) => Self::DeleteRestApi { api: own(api) },
            ("GET", ["restapis", api, "stages"]) => Self::GetStages {
                api: own(api),
                deployment: query.get("deploymentId"),
            },
            ("GET", ["restapis", api, "stages", stage]) => Self::GetStage {
                api: own(api),
                stage: own(stage),
            },
            ("PATCH", ["restapis", api, "stages", stage]) => Self::UpdateStage {
                api: own(api),
                stage: own(stage),
                patch: patch(body)?,
            },
            ("DELETE", ["restapis", api, "stages", stage]) => Self::DeleteStage {
                api: own(api),
                stage: own(stage),
            },
            ("GET", ["restapis", api, "resources"]) => Self::GetResources {
                api: own(api),
                page: query.page()?,
                embed_methods: query.embed_methods(),
            },
            ("GET", ["restapis", api, "resources", resource]) => Self::GetResource {
                api: own(api),
                resource: own(resource),
                embed_methods: query.embed_methods(),
            },
            ("GET", ["account"]) => Self::GetAccount,
            ("PATCH", ["account"]) => Self::UpdateAccount {
                patch: patch(body)?,
            },
            ("PUT", ["tags", arn]) => Self::TagResource {
                resource: Resource::parse(arn)?,
                new: json(body)?,
            },
            ("DELETE", ["tags", arn]) => Self::UntagResource {
                resource: Resource::parse(arn)?,
                keys: query.all("tagKeys"),
            },
            ("GET", ["tags", arn]) => Self::GetTags {
                resource: Resource::parse(arn)?,
            },
            _ => return Err(Refusal::no_such_route()),
        })
    }

    /// The operation as the model names it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CreateUsagePlan(_) => "CreateUsagePlan",
            Self::GetUsagePlan { .. } => "GetUsagePlan",
            Self::GetUsagePlans { .. } => "GetUsagePlans",
            Self::UpdateUsagePlan { .. } => "UpdateUsagePlan",
            Self::DeleteUsagePlan { .. } => "DeleteUsagePlan",
            Self::CreateUsagePlanKey { .. } => "CreateUsagePlanKey",
            Self::GetUsagePlanKey { .. } => "GetUsagePlanKey",
            Self::GetUsagePlanKeys { .. } => "GetUsagePlanKeys",
            Self::DeleteUsagePlanKey { .. } => "DeleteUsagePlanKey",
            Self::GetUsage { .. } => "GetUsage",
            Self::UpdateUsage { .. } => "UpdateUsage",
            Self::CreateApiKey(_) => "CreateApiKey",
            Self::GetApiKey { .. } => "GetApiKey",
            Self::GetApiKeys { .. } => "GetApiKeys",
            Self::UpdateApiKey { .. } => "UpdateApiKey",
            Self::DeleteApiKey { .. } => "DeleteApiKey",
            Self::GetRestApis { .. } => "GetRestApis",
            Self::GetRestApi { .. } => "GetRestApi",
            Self::DeleteRestApi { .. } => "DeleteRestApi",
            Self::GetStages { .. } => "GetStages",
            Self::GetStage { .. } => "GetStage",
            Self::UpdateStage { .. } => "UpdateStage",
            Self::DeleteStage { .. } => "DeleteStage",
            Self::GetResources { .. } => "GetResources",
            Self::GetResource { .. } => "GetResource",
            Self::GetAccount => "GetAccount",
            Self::UpdateAccount { .. } => "UpdateAccount",
            Self::TagResource { .. } => "TagResource",
            Self::UntagResource { .. } => "UntagResource",
            Self::GetTags { .. } => "GetTags",
        }
    }

    /// The usage plan that the call is about.
    pub fn plan(&self) -> Option<&str> {
        match self {
            Self::GetUsagePlan { plan }
            | Self::UpdateUsagePlan { plan, .. }
            | Self::DeleteUsagePlan { plan }
            | Self::CreateUsagePlanKey { plan, .. }
            | Self::GetUsagePlanKey { plan, .. }
            | Self::GetUsagePlanKeys { plan, .. }
            | Self::DeleteUsagePlanKey { plan, .. }
            | Self::GetUsage { plan, .. }
            | Self::UpdateUsage { plan, .. }
            | Self::TagResource {
                resource: Resource::Plan(plan),
                ..
            }
            | Self::UntagResource {
                resource: Resource::Plan(plan),
                ..
            }
            | Self::GetTags {
                resource: Resource::Plan(plan),
            } => Some(plan),
            _ => None,
        }
    }

    /// Whether the call may change the account.
    pub fn writes(&self) -> bool {
        !self.name().starts_with("Get")
    }

    /// Does what is asked.
    pub fn perform(
        self,
        account: &mut Account,
        now: jiff::Timestamp,
        limits: Limits,
    ) -> Result<Answer, Refusal> {
        let today = day_of(now);
        match self {
            Self::CreateUsagePlan(new) => account.create_usage_plan(new, limits),
            Self::GetUsagePlan { plan } => account.get_usage_plan(&plan),
            Self::GetUsagePlans { page, key } => Ok(account.get_usage_plans(page, key.as_deref())),
            Self::UpdateUsagePlan { plan, patch } => {
                account.update_usage_plan(&plan, &patch, limits)
            }
            Self::DeleteUsagePlan { plan } => account.delete_usage_plan(&plan),
            Self::CreateUsagePlanKey { plan, new } => {
                account.create_usage_plan_key(&plan, &new, limits)
            }
            Self::GetUsagePlanKey { plan, key } => account.get_usage_plan_key(&plan, &key),
            Self::GetUsagePlanKeys { plan, page, name } => {
                Ok(account.get_usage_plan_keys(&plan, page, name.as_deref()))
            }
            Self::DeleteUsagePlanKey { plan, key } => account.delete_usage_plan_key(&plan, &key),
            Self::GetUsage {
                plan,
                span,
                key,
                page,
            } => account.get_usage(&plan, span, key.as_deref(), page, today),
            Self::UpdateUsage { plan, key, patch } => {
                account.update_usage(&plan, &key, &patch, today)
            }
            Self::CreateApiKey(new) => account.create_api_key(new, now, limits),
            Self::GetApiKey { key, include_value } => account.get_api_key(&key, include_value),
            Self::GetApiKeys { page, filter } => Ok(account.get_api_keys(page, &filter)),
            Self::UpdateApiKey { key, patch } => account.update_api_key(&key, &patch, now),
            Self::DeleteApiKey { key } => account.delete_api_key(&key),
            Self::GetRestApis { page } => Ok(account.get_rest_apis(page)),
            Self::GetRestApi { api } => account.get_rest_api(&api),
            Self::DeleteRestApi { api } => account.delete_rest_api(&api),
            Self::GetStages { api, deployment } => account.get_stages(&api, deployment.as_deref()),
            Self::GetStage { api, stage } => account.get_stage(&api, &stage),
            Self::UpdateStage { api, stage, patch } => {
                account.update_stage(&api, &stage, &patch, now)
            }
            Self::DeleteStage { api, stage } => account.delete_stage(&api, &stage),
            Self::GetResources {
                api,
                page,
                embed_methods,
            } => account.get_resources(&api, page, embed_methods),
            Self::GetResource {
                api,
                resource,
                embed_methods,
            } => account.get_resource(&api, &resource, embed_methods),
            Self::GetAccount => Ok(account.get_account()),
            Self::UpdateAccount { patch } => account.update_account(&patch),
            Self::TagResource { resource, new } => account.tag_resource(&resource, new),
            Self::UntagResource { resource, keys } => account.untag_resource(&resource, &keys),
            Self::GetTags { resource } => account.get_tags(&resource),
        }
    }
}

/// Reads a body. Members that the operation does not have are ignored. Inferred text.
fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("Invalid request body: {error}")))
}

/// Reads the operations of a PATCH. That there must be one is inferred.
fn patch(body: &[u8]) -> Result<Vec<PatchOperation>, Refusal> {
    #[derive(Deserialize)]
    struct Patch {
        #[serde(rename = "patchOperations")]
        operations: Option<Vec<PatchOperation>>,
    }
    let Patch { operations } = json(body)?;
    operations
        .filter(|operations| !operations.is_empty())
        .ok_or_else(|| {
            Refusal::bad_request("Invalid patch operations specified. Must have at least one")
        })
}

/// The parameters after the question mark.
#[derive(Debug)]
struct Query(Vec<(String, String)>);

impl Query {
    fn parse(text: &str) -> Result<Self, Refusal> {
        text.split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(name, true)?, decode(value, true)?))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn get(&self, name: &str) -> Option<String> {
        self.0
            .iter()
            .find(|(present, _)| present == name)
            .map(|(_, value)| value.clone())
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(present, _)| present == name)
            .map(|(_, value)| value.clone())
            .collect()
    }

    fn page(&self) -> Result<Page, Refusal> {
        Page::parse(
            self.get("position").as_deref(),
            self.get("limit").as_deref(),
        )
    }

    fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.get(name).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Refusal::bad_request(format!(
                "Invalid {name} specified. Must be one of [true, false]"
            ))),
        }
    }

    fn embed_methods(&self) -> bool {
        self.all("embed").iter().any(|what| what == "methods")
    }
}

/// Undoes percent-encoding, and in a query the plus signs for spaces.
fn decode(text: &str, plus_is_space: bool) -> Result<String, Refusal> {
    let bad = || Refusal::bad_request("Invalid percent-encoding in the request");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit().ok_or_else(bad)?, digit().ok_or_else(bad)?);
                u8::try_from(high * 16 + low).map_err(|_| bad())?
            }
            b'+' if plus_is_space => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_one_segment() {
        let path = "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fusageplans%2Fw0mvrr";
        let call = Call::parse(
            &Method::DELETE,
            path,
            Some("tagKeys=a&tagKeys=b%20c+d"),
            b"",
        )
        .unwrap();
        let keys = vec!["a".to_owned(), "b c d".to_owned()];
        assert_eq!(
            call,
            Call::UntagResource {
                resource: Resource::Plan("w0mvrr".into()),
                keys
            }
        );
    }

    #[test]
    fn unknown_routes_and_methods_are_refused() {
        for (method, path) in [
            (Method::GET, "/"),
            (Method::GET, ""),
            (Method::POST, "/restapis"),
            (Method::PUT, "/usageplans"),
            (Method::GET, "/usageplans/"),
            (Method::GET, "/usageplans//keys"),
            (Method::OPTIONS, "*"),
        ] {
            assert_eq!(
                Call::parse(&method, path, None, b"{}"),
                Err(Refusal::no_such_route()),
                "{method} {path}"
            );
        }
        assert!(
            Call::parse(
                &Method::POST,
                "/apikeys",
                Some("mode=import&format=csv"),
                b"{}"
            )
            .is_err()
        );
    }

    #[test]
    fn broken_encodings_are_refused() {
        for path in [
            "/usageplans/%",
            "/usageplans/%4",
            "/usageplans/%zz",
            "/usageplans/%ff",
        ] {
            assert_eq!(
                Call::parse(&Method::GET, path, None, b"")
                    .unwrap_err()
                    .status,
                400,
                "{path}"
            );
        }
    }

    #[test]
    fn a_patch_value_is_a_text() {
        let body = br#"{"patchOperations":[{"op":"replace","path":"/quota/limit","value":5}]}"#;
        assert_eq!(
            Call::parse(&Method::PATCH, "/usageplans/x", None, body)
                .unwrap_err()
                .status,
            400
        );
        for body in [
            "",
            "[]",
            "{}",
            r#"{"patchOperations":[]}"#,
            r#"{"patchOperations":null}"#,
            "{\"patchOperations\":",
        ] {
            assert_eq!(
                Call::parse(&Method::PATCH, "/usageplans/x", None, body.as_bytes())
                    .unwrap_err()
                    .status,
                400,
                "{body}"
            );
        }
    }
}
