//! Every operation that the control plane has, parsed and ready to be carried out.

use super::account::Account;
use super::answer::Answer;
use super::clock::day_of;
use super::collection::PageQuery;
use super::keys::{ApiKeyQuery, NewKey, NewPlanKey};
use super::limits::Limits;
use super::patch::SentOperation;
use super::plans::NewPlan;
use super::refusal::Refusal;
use super::tags::{NewTags, Resource};
use super::usage::UsageQuery;

/// Every operation that the control plane has, with what it is asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operation {
    CreateUsagePlan(NewPlan),
    GetUsagePlan {
        plan: String,
    },
    GetUsagePlans {
        page: PageQuery,
        key: Option<String>,
    },
    UpdateUsagePlan {
        plan: String,
        patch: Vec<SentOperation>,
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
        page: PageQuery,
        name: Option<String>,
    },
    DeleteUsagePlanKey {
        plan: String,
        key: String,
    },
    GetUsage(UsageQuery),
    UpdateUsage {
        plan: String,
        key: String,
        patch: Vec<SentOperation>,
    },
    CreateApiKey(NewKey),
    GetApiKey {
        key: String,
        include_value: bool,
    },
    GetApiKeys {
        page: PageQuery,
        filter: ApiKeyQuery,
    },
    UpdateApiKey {
        key: String,
        patch: Vec<SentOperation>,
    },
    DeleteApiKey {
        key: String,
    },
    GetRestApis {
        page: PageQuery,
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
        patch: Vec<SentOperation>,
    },
    DeleteStage {
        api: String,
        stage: String,
    },
    GetResources {
        api: String,
        page: PageQuery,
        embed_methods: bool,
    },
    GetResource {
        api: String,
        resource: String,
        embed_methods: bool,
    },
    GetAccount,
    UpdateAccount {
        patch: Vec<SentOperation>,
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

impl Operation {
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
            Self::GetUsage(_) => "GetUsage",
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
            | Self::GetUsage(UsageQuery { plan, .. })
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

    /// Returns true if the call may change the account.
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
            Self::GetUsage(query) => account.get_usage(&query, today),
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
