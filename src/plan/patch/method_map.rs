//! The method throttles of a stage as the service's JSON:
//! `{"/pets/GET":{"rateLimit":1.0,"burstLimit":1}}`.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::target::method_form;
use crate::plan::patch::text::printable;
use crate::plan::{
    Count, Field, Finding, MethodKey, MethodThrottles, Rate, Rule, StageKey, Throttle,
};

/// A throttle as the service's JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::plan) struct ThrottleJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<Rate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    burst_limit: Option<Count>,
}

impl From<Throttle> for ThrottleJson {
    fn from(throttle: Throttle) -> Self {
        Self {
            rate_limit: throttle.rate,
            burst_limit: throttle.burst,
        }
    }
}

impl From<ThrottleJson> for Throttle {
    fn from(json: ThrottleJson) -> Self {
        Self {
            rate: json.rate_limit,
            burst: json.burst_limit,
        }
    }
}

/// The map with its keys as they are read; one key twice is a fault.
#[derive(Default)]
pub(in crate::plan) struct MethodMap(pub MethodThrottles);

/// The map as it is written.
pub(in crate::plan) struct WrittenMethods<'a>(pub &'a MethodThrottles);

impl Serialize for WrittenMethods<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, throttle) in self.0 {
            map.serialize_entry(key.as_str(), &ThrottleJson::from(*throttle))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for MethodMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MapVisitor)
    }
}

struct MapVisitor;

impl<'de> Visitor<'de> for MapVisitor {
    type Value = MethodMap;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of method throttles")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<MethodMap, A::Error> {
        let mut methods = MethodThrottles::new();
        while let Some((key, json)) = access.next_entry::<String, ThrottleJson>()? {
            let method = MethodKey::as_read(&key);
            // Most readers of JSON keep the last of two members of one name, and say
            // nothing.
            if methods.insert(method, json.into()).is_some() {
                return Err(de::Error::custom(format!(
                    "the method {key:?} stands twice"
                )));
            }
        }
        Ok(MethodMap(methods))
    }
}

/// The map as the value of an operation, in one line.
pub(in crate::plan) fn to_text(methods: &MethodThrottles) -> String {
    // Texts and numbers have no way to fail.
    serde_json::to_string(&WrittenMethods(methods)).unwrap_or_default()
}

/// The map with its keys in their plain spelling, as somebody means them who writes
/// them. One method in two spellings is refused, and so is a key that means none.
pub(in crate::plan) fn plain(
    stage: &StageKey,
    methods: &MethodThrottles,
) -> Result<MethodThrottles, Finding> {
    let mut plain = MethodThrottles::new();
    for (key, throttle) in methods {
        let Some(method) = MethodKey::parse(key.as_str()) else {
            return Err(Finding {
                rule: Rule::MethodForm,
                field: Some(Field::Method(stage.clone(), key.clone())),
                message: printable(&format!("{:?} is not a method", key.as_str())),
                instead: method_form(),
            });
        };
        if plain.insert(method, *throttle).is_some() {
            return Err(Finding {
                rule: Rule::MethodMapForm,
                field: Some(Field::Stage(stage.clone())),
                message: printable(&format!("the method {:?} stands twice", key.as_str())),
                instead: "keep one of them".to_owned(),
            });
        }
    }
    Ok(plain)
}

/// Refuses half a throttle that is new in a map, which `is_there` tells.
pub(in crate::plan) fn whole(
    stage: &StageKey,
    methods: &MethodThrottles,
    is_there: impl Fn(&MethodKey, &Throttle) -> bool,
) -> Result<(), Finding> {
    let half = methods
        .iter()
        .find(|(key, throttle)| throttle.both().is_none() && !is_there(key, throttle));
    let Some((key, throttle)) = half else {
        return Ok(());
    };
    let missing = match (throttle.rate, throttle.burst) {
        (Some(_), _) => "burst limit",
        (None, Some(_)) => "rate limit",
        (None, None) => "rate limit and no burst limit",
    };
    Err(Finding {
        rule: Rule::MethodMapForm,
        field: Some(Field::Stage(stage.clone())),
        message: printable(&format!("the throttle of {stage} {key} has no {missing}")),
        instead: r#"write {"/pets/GET":{"rateLimit":1.0,"burstLimit":1}}"#.to_owned(),
    })
}

/// Reads the value of an operation on a stage's method throttles.
pub(in crate::plan) fn from_text(stage: &StageKey, text: &str) -> Result<MethodThrottles, Finding> {
    let of_stage = |rule, message, instead| Finding {
        rule,
        field: Some(Field::Stage(stage.clone())),
        message,
        instead,
    };
    let MethodMap(methods) = serde_json::from_str(text).map_err(|fault| {
        of_stage(
            Rule::MethodMapForm,
            printable(&format!(
                "the method throttles of {stage} cannot be read: {fault}"
            )),
            r#"write {"/pets/GET":{"rateLimit":1.0,"burstLimit":1}}"#.to_owned(),
        )
    })?;
    for (key, throttle) in &methods {
        let of_method = |rule, message, instead| Finding {
            field: Some(Field::Method(stage.clone(), key.clone())),
            ..of_stage(rule, message, instead)
        };
        if let Some(rate) = throttle.rate.filter(|rate| Rate::new(rate.get()).is_none()) {
            let message = format!("the rate {rate} of {key} is negative");
            let instead = "a rate is 0 or more requests per second".to_owned();
            return Err(of_method(Rule::RateValue, message, instead));
        }
        if let Some(burst) = throttle.burst.filter(|burst| *burst < Count::ZERO) {
            let message = format!("the burst {burst} of {key} is negative");
            let instead = "a burst is 0 to 2147483647 requests".to_owned();
            return Err(of_method(Rule::CountValue, message, instead));
        }
    }
    Ok(methods)
}
