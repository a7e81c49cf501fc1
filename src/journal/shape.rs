//! The parts of a record as JSON: what a change is to achieve, calls, fields.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::plan::model::json::PlanJson;
use crate::plan::{Aim, Call, Count, Field, MethodKey, PatchOperation, PlanId, StageKey};

/// The aim of a change: `{"update": {"base": PLAN, "wanted": SETTINGS}}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum AimJson {
    Create {
        wanted: PlanJson,
        keys: Vec<String>,
    },
    Update {
        base: PlanJson,
        wanted: PlanJson,
    },
    Delete {
        base: PlanJson,
        keys: Vec<String>,
    },
    Key {
        key: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<PlanId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<PlanId>,
    },
    Extend {
        plan: PlanId,
        key: String,
        before: Count,
        after: Count,
    },
}

impl From<&Aim> for AimJson {
    fn from(aim: &Aim) -> Self {
        match aim.clone() {
            Aim::Create { wanted, keys } => Self::Create {
                wanted: (&wanted).into(),
                keys,
            },
            Aim::Update { base, wanted } => Self::Update {
                base: (&*base).into(),
                wanted: (&wanted).into(),
            },
            Aim::Delete { base, keys } => Self::Delete {
                base: (&*base).into(),
                keys,
            },
            Aim::Key { key, from, to } => Self::Key { key, from, to },
            Aim::Extend {
                plan,
                key,
                before,
                after,
            } => Self::Extend {
                plan,
                key,
                before,
                after,
            },
        }
    }
}

impl TryFrom<AimJson> for Aim {
    type Error = &'static str;

    fn try_from(json: AimJson) -> Result<Self, Self::Error> {
        Ok(match json {
            AimJson::Create { wanted, keys } => Self::Create {
                wanted: wanted.into(),
                keys,
            },
            AimJson::Update { base, wanted } => Self::Update {
                base: Arc::new(base.try_into()?),
                wanted: wanted.into(),
            },
            AimJson::Delete { base, keys } => Self::Delete {
                base: Arc::new(base.try_into()?),
                keys,
            },
            AimJson::Key { key, from, to } => Self::Key { key, from, to },
            AimJson::Extend {
                plan,
                key,
                before,
                after,
            } => Self::Extend {
                plan,
                key,
                before,
                after,
            },
        })
    }
}

/// A call by the service's name for it.
#[derive(Serialize, Deserialize)]
#[serde(tag = "operation", rename_all_fields = "camelCase")]
pub(super) enum CallJson {
    #[serde(rename = "CreateUsagePlan")]
    Create { settings: PlanJson },
    #[serde(rename = "UpdateUsagePlan")]
    Update {
        plan: PlanId,
        patch_operations: Vec<PatchOperation>,
    },
    #[serde(rename = "TagResource")]
    Tag {
        plan: PlanId,
        tags: BTreeMap<String, String>,
    },
    #[serde(rename = "UntagResource")]
    Untag { plan: PlanId, tag_keys: Vec<String> },
    #[serde(rename = "UpdateUsage")]
    ExtendUsage {
        plan: PlanId,
        key: String,
        remaining: Count,
    },
    #[serde(rename = "CreateUsagePlanKey")]
    AttachKey { plan: PlanId, key: String },
    #[serde(rename = "DeleteUsagePlanKey")]
    DetachKey { plan: PlanId, key: String },
    #[serde(rename = "DeleteUsagePlan")]
    Delete { plan: PlanId },
}

impl From<&Call> for CallJson {
    fn from(call: &Call) -> Self {
        match call.clone() {
            Call::Create(settings) => Self::Create {
                settings: (&*settings).into(),
            },
            Call::Update {
                plan,
                operations: patch_operations,
            } => Self::Update {
                plan,
                patch_operations,
            },
            Call::Tag { plan, tags } => Self::Tag {
                plan,
                tags: tags.into_iter().collect(),
            },
            Call::Untag {
                plan,
                keys: tag_keys,
            } => Self::Untag { plan, tag_keys },
            Call::ExtendUsage {
                plan,
                key,
                remaining,
            } => Self::ExtendUsage {
                plan,
                key,
                remaining,
            },
            Call::AttachKey { plan, key } => Self::AttachKey { plan, key },
            Call::DetachKey { plan, key } => Self::DetachKey { plan, key },
            Call::Delete { plan } => Self::Delete { plan },
        }
    }
}

impl From<CallJson> for Call {
    fn from(json: CallJson) -> Self {
        match json {
            CallJson::Create { settings } => Self::Create(Box::new(settings.into())),
            CallJson::Update {
                plan,
                patch_operations: operations,
            } => Self::Update { plan, operations },
            CallJson::Tag { plan, tags } => Self::Tag {
                plan,
                tags: tags.into_iter().collect(),
            },
            CallJson::Untag {
                plan,
                tag_keys: keys,
            } => Self::Untag { plan, keys },
            CallJson::ExtendUsage {
                plan,
                key,
                remaining,
            } => Self::ExtendUsage {
                plan,
                key,
                remaining,
            },
            CallJson::AttachKey { plan, key } => Self::AttachKey { plan, key },
            CallJson::DetachKey { plan, key } => Self::DetachKey { plan, key },
            CallJson::Delete { plan } => Self::Delete { plan },
        }
    }
}

/// A field by its path: what it is, and of what.
#[derive(Serialize, Deserialize)]
#[serde(
    tag = "field",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(super) enum FieldJson {
    Name,
    Description,
    ProductCode,
    Throttle,
    RateLimit,
    BurstLimit,
    Quota,
    QuotaLimit,
    QuotaPeriod,
    QuotaOffset,
    Stage {
        api_id: String,
        stage: String,
    },
    Method {
        api_id: String,
        stage: String,
        method: String,
    },
    MethodRateLimit {
        api_id: String,
        stage: String,
        method: String,
    },
    MethodBurstLimit {
        api_id: String,
        stage: String,
        method: String,
    },
    Tag {
        tag: String,
    },
}

impl From<Field> for FieldJson {
    fn from(field: Field) -> Self {
        match field {
            Field::Name => Self::Name,
            Field::Description => Self::Description,
            Field::ProductCode => Self::ProductCode,
            Field::Throttle => Self::Throttle,
            Field::Rate => Self::RateLimit,
            Field::Burst => Self::BurstLimit,
            Field::Quota => Self::Quota,
            Field::QuotaLimit => Self::QuotaLimit,
            Field::QuotaPeriod => Self::QuotaPeriod,
            Field::QuotaOffset => Self::QuotaOffset,
            Field::Stage(StageKey { api: api_id, stage }) => Self::Stage { api_id, stage },
            Field::Method(StageKey { api: api_id, stage }, method) => Self::Method {
                api_id,
                stage,
                method: method.to_string(),
            },
            Field::MethodRate(StageKey { api: api_id, stage }, method) => Self::MethodRateLimit {
                api_id,
                stage,
                method: method.to_string(),
            },
            Field::MethodBurst(StageKey { api: api_id, stage }, method) => Self::MethodBurstLimit {
                api_id,
                stage,
                method: method.to_string(),
            },
            Field::Tag(tag) => Self::Tag { tag },
        }
    }
}

impl From<FieldJson> for Field {
    fn from(json: FieldJson) -> Self {
        let key = |api_id: String, stage: String| StageKey::as_read(api_id, stage);
        let method = |text: String| MethodKey::as_read(&text);
        match json {
            FieldJson::Name => Self::Name,
            FieldJson::Description => Self::Description,
            FieldJson::ProductCode => Self::ProductCode,
            FieldJson::Throttle => Self::Throttle,
            FieldJson::RateLimit => Self::Rate,
            FieldJson::BurstLimit => Self::Burst,
            FieldJson::Quota => Self::Quota,
            FieldJson::QuotaLimit => Self::QuotaLimit,
            FieldJson::QuotaPeriod => Self::QuotaPeriod,
            FieldJson::QuotaOffset => Self::QuotaOffset,
            FieldJson::Stage { api_id, stage } => Self::Stage(key(api_id, stage)),
            FieldJson::Method {
                api_id,
                stage,
                method: text,
            } => Self::Method(key(api_id, stage), method(text)),
            FieldJson::MethodRateLimit {
                api_id,
                stage,
                method: text,
            } => Self::MethodRate(key(api_id, stage), method(text)),
            FieldJson::MethodBurstLimit {
                api_id,
                stage,
                method: text,
            } => Self::MethodBurst(key(api_id, stage), method(text)),
            FieldJson::Tag { tag } => Self::Tag(tag),
        }
    }
}
