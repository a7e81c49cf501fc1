//! The texts of a draft that give no value yet as JSON: a list, each text with its field.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::plan::{Field, MethodKey, StageKey};

#[derive(Serialize, Deserialize)]
struct TypedJson<T> {
    #[serde(flatten)]
    field: FieldJson,
    text: T,
}

pub(super) fn serialize<S: Serializer>(
    typed: &BTreeMap<Field, String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(typed.iter().map(|(field, text)| TypedJson {
        field: field.clone().into(),
        text,
    }))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<Field, String>, D::Error> {
    let typed = Vec::<TypedJson<String>>::deserialize(deserializer)?;
    Ok(typed
        .into_iter()
        .map(|t| (t.field.into(), t.text))
        .collect())
}

/// A field by its path: what it is, and of what. [`Field`] itself has no such form, for a
/// method's fields are pairs.
#[derive(Serialize, Deserialize)]
#[serde(tag = "field", rename_all = "camelCase")]
enum FieldJson {
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
    Stage(StageJson),
    Method(MethodJson),
    MethodRateLimit(MethodJson),
    MethodBurstLimit(MethodJson),
    Tag { tag: String },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StageJson {
    api_id: String,
    stage: String,
}

#[derive(Serialize, Deserialize)]
struct MethodJson {
    #[serde(flatten)]
    stage: StageJson,
    method: String,
}

impl From<StageKey> for StageJson {
    fn from(StageKey { api: api_id, stage }: StageKey) -> Self {
        Self { api_id, stage }
    }
}

impl From<StageJson> for StageKey {
    fn from(StageJson { api_id, stage }: StageJson) -> Self {
        Self::as_read(api_id, stage)
    }
}

impl From<(StageKey, MethodKey)> for MethodJson {
    fn from((stage, method): (StageKey, MethodKey)) -> Self {
        Self {
            stage: stage.into(),
            method: method.to_string(),
        }
    }
}

impl From<MethodJson> for (StageKey, MethodKey) {
    fn from(MethodJson { stage, method }: MethodJson) -> Self {
        (stage.into(), MethodKey::as_read(&method))
    }
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
            Field::Stage(stage) => Self::Stage(stage.into()),
            Field::Method(stage, method) => Self::Method((stage, method).into()),
            Field::MethodRate(stage, method) => Self::MethodRateLimit((stage, method).into()),
            Field::MethodBurst(stage, method) => Self::MethodBurstLimit((stage, method).into()),
            Field::Tag(tag) => Self::Tag { tag },
        }
    }
}

impl From<FieldJson> for Field {
    fn from(json: FieldJson) -> Self {
        let of = |make: fn(StageKey, MethodKey) -> Self, json: MethodJson| {
            let (stage, method) = json.into();
            make(stage, method)
        };
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
            FieldJson::Stage(stage) => Self::Stage(stage.into()),
            FieldJson::Method(json) => of(Self::Method, json),
            FieldJson::MethodRateLimit(json) => of(Self::MethodRate, json),
            FieldJson::MethodBurstLimit(json) => of(Self::MethodBurst, json),
            FieldJson::Tag { tag } => Self::Tag(tag),
        }
    }
}
