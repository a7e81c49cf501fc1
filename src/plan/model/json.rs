//! A usage plan as the service's JSON.

use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::plan::patch::method_map::{MethodMap, ThrottleJson, WrittenMethods};
use crate::plan::patch::text::TextFault;
use crate::plan::{
    Count, Map, MethodThrottles, Period, PlanId, Quota, Settings, StageKey, Throttle, UsagePlan,
};

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
    serde_json::to_value(Written::from(plan)).unwrap_or_default()
}

/// The same as indented text, in the order in which people read a plan.
#[must_use]
pub fn to_text(plan: &UsagePlan) -> String {
    serde_json::to_string_pretty(&Written::from(plan)).unwrap_or_default()
}

/// The same on one line.
#[must_use]
pub fn to_line(plan: &UsagePlan) -> String {
    serde_json::to_string(&Written::from(plan)).unwrap_or_default()
}

/// Reads a desired plan, in the form in which GetUsagePlan answers. An offset
/// that is left out is 0. Values are kept as they are: [`crate::plan::judge`] judges.
///
/// # Errors
/// What is wrong, and where in the text: not JSON, a member that a plan does not
/// have, a stage or a method that stands twice.
pub fn from_json(text: &str) -> Result<DesiredPlan, TextFault> {
    let members: Members =
        serde_json::from_str(text).map_err(|fault| TextFault::of_json(text, 0, &fault))?;
    Ok(members.into())
}

/// A plan as it is written, out of what it has: an account has many.
struct Written<'a> {
    id: Option<&'a PlanId>,
    settings: &'a Settings,
}

impl<'a> From<&'a UsagePlan> for Written<'a> {
    fn from(plan: &'a UsagePlan) -> Self {
        Self {
            id: Some(&plan.id),
            settings: &plan.settings,
        }
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { id, settings } = *self;
        let mut plan = serializer.serialize_map(None)?;
        if let Some(id) = id {
            plan.serialize_entry("id", id)?;
        }
        plan.serialize_entry("name", &settings.name)?;
        if !settings.description.is_empty() {
            plan.serialize_entry("description", &settings.description)?;
        }
        plan.serialize_entry("apiStages", &WrittenStages(&settings.stages))?;
        if let Some(throttle) = settings.throttle {
            plan.serialize_entry("throttle", &ThrottleJson::from(throttle))?;
        }
        if let Some(quota) = &settings.quota {
            plan.serialize_entry("quota", &QuotaJson::from(quota.clone()))?;
        }
        if !settings.product_code.is_empty() {
            plan.serialize_entry("productCode", &settings.product_code)?;
        }
        plan.serialize_entry("tags", &WrittenTags(&settings.tags))?;
        plan.end()
    }
}

/// Tags as an object, an empty one too.
pub(in crate::plan) struct WrittenTags<'a>(pub(in crate::plan) &'a Map<String, String>);

impl Serialize for WrittenTags<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        tags::serialize(self.0, serializer)
    }
}

struct WrittenStages<'a>(&'a Map<StageKey, MethodThrottles>);

impl Serialize for WrittenStages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Attached<'a> {
            api_id: &'a str,
            stage: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            throttle: Option<WrittenMethods<'a>>,
        }
        serializer.collect_seq(self.0.iter().map(|(key, methods)| Attached {
            api_id: &key.api,
            stage: &key.stage,
            throttle: (!methods.is_empty()).then_some(WrittenMethods(methods)),
        }))
    }
}

impl Serialize for UsagePlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written::from(self).serialize(serializer)
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (id, settings) = (None, self);
        Written { id, settings }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UsagePlan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let DesiredPlan { id, settings } = Members::deserialize(deserializer)?.into();
        let id = id.ok_or_else(|| de::Error::custom("the plan has no id"))?;
        Ok(Self { id, settings })
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let DesiredPlan { settings, .. } = Members::deserialize(deserializer)?.into();
        Ok(settings)
    }
}

/// Settings as a member of their own, as the journal has those of a creation.
pub(in crate::plan) mod creation {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::plan::Settings;

    #[derive(Serialize, Deserialize)]
    struct Creation<S> {
        settings: S,
    }

    pub(in crate::plan) fn serialize<S: Serializer>(
        settings: &Settings,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        Creation { settings }.serialize(serializer)
    }

    pub(in crate::plan) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Box<Settings>, D::Error> {
        Creation::deserialize(deserializer).map(|Creation { settings }| Box::new(settings))
    }
}

/// Tags as an object, an empty one too.
pub(in crate::plan) mod tags {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::plan::Map;

    pub(in crate::plan) fn serialize<S: Serializer>(
        tags: &Map<String, String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(tags.iter())
    }

    pub(in crate::plan) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Map<String, String>, D::Error> {
        // Sorted on the way: the small map takes sorted entries in without moving any.
        let tags = BTreeMap::<String, String>::deserialize(deserializer)?;
        Ok(tags.into_iter().collect())
    }
}

impl From<Members> for DesiredPlan {
    fn from(members: Members) -> Self {
        let Stages(stages) = members.api_stages;
        Self {
            id: members.id,
            settings: Settings {
                name: members.name,
                description: members.description,
                product_code: members.product_code,
                throttle: members
                    .throttle
                    .and_then(|json| Throttle::from(json).given()),
                quota: members.quota.and_then(|json| Quota::from(json).given()),
                stages: stages.into(),
                tags: members.tags,
            },
        }
    }
}

/// A plan as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Members {
    id: Option<PlanId>,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    api_stages: Stages,
    throttle: Option<ThrottleJson>,
    quota: Option<QuotaJson>,
    #[serde(default)]
    product_code: String,
    #[serde(default, with = "tags")]
    tags: Map<String, String>,
}

/// The stages: a list in JSON, in which none may stand twice.
#[derive(Default)]
struct Stages(Map<StageKey, MethodThrottles>);

impl<'de> Deserialize<'de> for Stages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(StagesVisitor)
    }
}

struct StagesVisitor;

impl<'de> Visitor<'de> for StagesVisitor {
    type Value = Stages;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of API stages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Stages, A::Error> {
        let mut stages = Map::new();
        while let Some(item) = list.next_element::<StageJson>()? {
            let key = StageKey::as_read(item.api_id, item.stage);
            let MethodMap(methods) = item.throttle.unwrap_or_default();
            if stages.insert(key.clone(), methods).is_some() {
                // The second one would take the place of the first, with all its method
                // throttles.
                let message = format!("the API stage {key} stands twice");
                return Err(de::Error::custom(message));
            }
        }
        Ok(Stages(stages))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct StageJson {
    api_id: String,
    stage: String,
    throttle: Option<MethodMap>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<Count>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<Count>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<Period>,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::plan::model::arbitrary::usage_plan;

    #[test]
    fn has_what_the_plan_has_and_no_more() {
        let mut plan = UsagePlan {
            id: PlanId("w0mvrr".to_owned()),
            settings: Settings {
                name: "plan".to_owned(),
                ..Settings::default()
            },
        };
        let bare = json!({"id": "w0mvrr", "name": "plan", "apiStages": [], "tags": {}});
        assert_eq!(to_json(&plan), bare);
        let full = json!({
            "id": "w0mvrr",
            "name": "plan",
            "description": "text",
            "apiStages": [
                {"apiId": "a", "stage": "b"},
                {"apiId": "a", "stage": "c",
                 "throttle": {"//GET": {"rateLimit": 0.5, "burstLimit": 1}}},
            ],
            "throttle": {"rateLimit": 100.0, "burstLimit": 200},
            "quota": {"limit": 1300, "offset": 5, "period": "MONTH"},
            "productCode": "abc",
            "tags": {"team": "pay"},
        });
        plan.settings = from_json(&full.to_string()).unwrap().settings;
        assert_eq!(to_json(&plan), full);
        assert!(to_text(&plan).starts_with("{\n  \"id\": \"w0mvrr\",\n  \"name\": \"plan\","));
    }

    #[test]
    fn a_desired_plan_may_leave_things_out() {
        let desired =
            from_json(r#"{"name": "x", "quota": {"limit": 5, "period": "DAY"}}"#).unwrap();
        assert_eq!(desired.id, None);
        let quota = desired.settings.quota.unwrap();
        assert_eq!(quota.to_string(), "5 per DAY, offset 0");
    }

    #[test]
    fn what_is_not_set_is_left_out_and_comes_back_so() {
        for (text, back) in [
            (r#"{"rateLimit":5.0}"#, Some(r#"{"rateLimit":5.0}"#)),
            (r#"{"burstLimit":7}"#, Some(r#"{"burstLimit":7}"#)),
            (r#"{"rateLimit":0.0}"#, Some(r#"{"rateLimit":0.0}"#)),
            (
                r#"{"rateLimit":null,"burstLimit":-1}"#,
                Some(r#"{"burstLimit":-1}"#),
            ),
            // An empty object is none, which is the one form that none has.
            ("{}", None),
            ("null", None),
        ] {
            let read = from_json(&format!(r#"{{"name":"x","throttle":{text}}}"#)).unwrap();
            let plan = UsagePlan {
                id: PlanId("a".to_owned()),
                settings: read.settings,
            };
            let written = to_json(&plan);
            let expected = back.map(|back| serde_json::from_str::<Value>(back).unwrap());
            assert_eq!(written.get("throttle"), expected.as_ref(), "{text}");
        }
        for text in [
            r#"{"limit":5,"period":"DAY"}"#,
            r#"{"limit":0}"#,
            r#"{"offset":3,"period":"WEEK"}"#,
            r#"{"offset":2}"#,
        ] {
            let read = from_json(&format!(r#"{{"name":"x","quota":{text}}}"#)).unwrap();
            let written = serde_json::to_value(&read.settings).unwrap();
            assert_eq!(
                written["quota"],
                serde_json::from_str::<Value>(text).unwrap()
            );
        }
        // The key of a method throttle stands.
        let stages =
            r#"[{"apiId":"a","stage":"b","throttle":{"/x/GET":{},"/y/GET":{"rateLimit":1.0}}}]"#;
        let read = from_json(&format!(r#"{{"name":"x","apiStages":{stages}}}"#)).unwrap();
        let written = serde_json::to_value(&read.settings).unwrap();
        assert_eq!(
            written["apiStages"],
            serde_json::from_str::<Value>(stages).unwrap()
        );
    }

    #[test]
    fn faults_have_their_position() {
        for (text, line, column, said) in [
            ("", 1, 1, "EOF"),
            ("{}", 1, 2, "missing field `name`"),
            (
                "{\"name\": \"x\",\n \"throtle\": {}}",
                2,
                10,
                "unknown field `throtle`",
            ),
            (
                "{\"name\": \"é\", \"quota\": {\"limit\": 1.5}}",
                1,
                36,
                "invalid type",
            ),
            (
                r#"{"name":"x","apiStages":[{"apiId":"a","stage":"b"},{"apiId":"a","stage":"b"}]}"#,
                1,
                77,
                "a:b stands twice",
            ),
        ] {
            let fault = from_json(text).unwrap_err();
            assert!(fault.message.contains(said), "{text}: {fault}");
            assert_eq!(
                (fault.line, fault.column),
                (line, column),
                "{text}: {fault}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_plan_survives_its_json(plan in usage_plan()) {
            for text in [to_text(&plan), to_json(&plan).to_string()] {
                let back = from_json(&text).unwrap();
                prop_assert_eq!(back.id.as_ref(), Some(&plan.id));
                prop_assert_eq!(&back.settings, &plan.settings);
            }
        }

        #[test]
        fn any_text_gives_a_plan_or_a_position(text: String) {
            if let Err(fault) = from_json(&text) {
                prop_assert!(fault.line >= 1 && fault.column >= 1);
            }
        }
    }
}
