//! Answers that are read from their own text: usage plans, stages, the account.
//!
//! The SDK's types hold plain numbers for limits, in which a limit that the service
//! left out and one of 0 are the same; the one is "not set" and the other blocks every
//! request. So the text is read here, once, into plangate's own types, and the SDK is
//! given an empty object in its place: of these answers its parser would add nothing
//! but work.
//!
//! Nothing is judged: what the service said is kept as it was. Members that are not
//! known are passed over, and `null` stands for an absent one, as the SDK has it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::convert::{Flaw, LONGEST_TAG_KEY, id, short_key};
use super::mend;
use crate::gateway::failure::FailureKind;
use crate::gateway::failure::fault::Fault;
use crate::plan::model::account::{AccountLimits, Stage};
use crate::plan::model::segment;
use crate::plan::{
    Count, Map, MethodKey, MethodThrottles, Period, PlanId, Quota, Rate, Settings, StageKey,
    Throttle, UsagePlan,
};

/// Reads an answer that says that all went well.
///
/// # Errors
/// [`FailureKind::BadAnswer`] with the member at fault, where it can be named.
pub(in crate::gateway) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(text).map_err(|error| match mend::fault_in(text) {
        Some(found) => Fault::new(FailureKind::BadAnswer { field: found.field }, found.said),
        None => Fault::new(FailureKind::BadAnswer { field: None }, error.to_string()),
    })
}

/// A page of a list; `item` is `None` where the answer has no such member.
#[derive(Deserialize)]
pub(in crate::gateway) struct AnswerPage<T> {
    #[serde(default = "Option::default")]
    item: Option<Vec<Option<T>>>,
    pub(in crate::gateway) position: Option<String>,
}

impl<T> AnswerPage<T> {
    /// The items, `None` where the answer has no such member.
    ///
    /// # Errors
    /// Where one is `null`: a list without it would be taken for the whole.
    pub(in crate::gateway) fn items(self) -> Result<Option<Vec<T>>, Flaw> {
        let Some(items) = self.item else {
            return Ok(None);
        };
        let there = items
            .into_iter()
            .enumerate()
            .map(|(n, item)| item.ok_or_else(|| Flaw::new(format!("item[{n}]"), "it is null")));
        there.collect::<Result<_, _>>().map(Some)
    }
}

/// A usage plan as it is answered.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gateway) struct PlanAnswer {
    id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    product_code: Option<String>,
    throttle: Option<Limits>,
    quota: Option<QuotaAnswer>,
    api_stages: Option<PresentItems<ApiStage>>,
    tags: Option<Entries<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiStage {
    api_id: Option<String>,
    stage: Option<String>,
    throttle: Option<Entries<Key, Limits>>,
}

/// A throttle. An account's, a plan's and a method's are the same.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Limits {
    rate_limit: Option<Rate>,
    burst_limit: Option<Whole>,
}

#[derive(Deserialize)]
struct QuotaAnswer {
    limit: Option<Whole>,
    offset: Option<Whole>,
    period: Option<Period>,
}

/// A stage of an API as it is answered.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gateway) struct StageAnswer {
    stage_name: Option<String>,
    method_settings: Option<Entries<Key, MethodSetting>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MethodSetting {
    throttling_rate_limit: Option<Rate>,
    throttling_burst_limit: Option<Whole>,
}

/// The account as it is answered.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gateway) struct AccountAnswer {
    throttle_settings: Option<Limits>,
}

/// A usage plan. One without an identifier cannot be named, so it is no plan.
pub(in crate::gateway) fn usage_plan(answer: PlanAnswer) -> Result<UsagePlan, Flaw> {
    let stages = answer.api_stages.map(|PresentItems(stages)| stages);
    let stages = stages.unwrap_or_default().into_iter().enumerate();
    let stages = stages
        .map(|(n, stage)| api_stage(stage).map_err(|flaw| flaw.within(&format!("apiStages[{n}]"))));
    let stages: Vec<_> = stages.collect::<Result<_, _>>()?;
    let tags = answer.tags.map(|Entries(tags)| tags).unwrap_or_default();
    for (key, _) in &tags {
        short_key(key, "tags", LONGEST_TAG_KEY)?;
    }
    let quota = answer.quota.map(|quota| Quota {
        limit: quota.limit.map(Count::from),
        period: quota.period,
        offset: quota.offset.map(Count::from),
    });
    Ok(UsagePlan {
        id: PlanId(id(answer.id, "id")?),
        settings: Settings {
            name: answer.name.unwrap_or_default(),
            description: answer.description.unwrap_or_default(),
            product_code: answer.product_code.unwrap_or_default(),
            throttle: answer.throttle.and_then(|l| Throttle::from(l).given()),
            quota: quota.and_then(Quota::given),
            stages: exactly(stages.into_iter()).into(),
            tags: exactly(tags.into_iter()),
        },
    })
}

fn api_stage(stage: ApiStage) -> Result<(StageKey, MethodThrottles), Flaw> {
    let key = StageKey::as_read(id(stage.api_id, "apiId")?, id(stage.stage, "stage")?);
    let methods = stage.throttle.map(|Entries(methods)| methods);
    let methods = methods.unwrap_or_default();
    for (Key(method), _) in &methods {
        short_key(method.as_str(), "throttle", segment::LONGEST_METHOD_KEY)?;
    }
    let methods = methods.into_iter();
    let methods = methods.map(|(Key(method), limits)| (method, limits.into()));
    Ok((key, exactly(methods)))
}

/// A map with room for what is in it and no more: there are as many as there are plans.
fn exactly<K: Ord, V>(entries: impl ExactSizeIterator<Item = (K, V)>) -> Map<K, V> {
    let mut map = Map::with_capacity(entries.len());
    map.extend(entries);
    map
}

/// A stage of an API with the throttles of its method settings.
pub(in crate::gateway) fn stage(api: &str, answer: StageAnswer) -> Result<Stage, Flaw> {
    let settings = answer.method_settings.map(|Entries(settings)| settings);
    let settings = settings.unwrap_or_default();
    for (Key(key), _) in &settings {
        short_key(key.as_str(), "methodSettings", segment::LONGEST_METHOD_KEY)?;
    }
    let throttles = settings.into_iter();
    let mut throttles: Vec<_> = throttles
        .map(|(Key(key), setting)| {
            let throttle = Throttle {
                rate: setting.throttling_rate_limit,
                burst: setting.throttling_burst_limit.map(Count::from),
            };
            (key, throttle)
        })
        .collect();
    // An object has no order, and two readings of one stage have to be equal.
    throttles.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Stage {
        key: StageKey::as_read(api, id(answer.stage_name, "stageName")?),
        throttles,
    })
}

/// The account's own limits.
pub(in crate::gateway) fn account(answer: AccountAnswer) -> AccountLimits {
    let throttle = answer.throttle_settings.map(Throttle::from);
    AccountLimits {
        throttle: throttle.and_then(Throttle::given),
    }
}

impl From<Limits> for Throttle {
    fn from(limits: Limits) -> Self {
        Self {
            rate: limits.rate_limit,
            burst: limits.burst_limit.map(Count::from),
        }
    }
}

/// A whole number of 32 bits, `5.0` as well: the SDK takes it too.
struct Whole(i32);

impl From<Whole> for Count {
    fn from(Whole(number): Whole) -> Self {
        Self::as_read(number)
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WholeVisitor;

        impl Visitor<'_> for WholeVisitor {
            type Value = Whole;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number of 32 bits")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Whole, E> {
                i32::try_from(number).map(Whole).map_err(E::custom)
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Whole, E> {
                i32::try_from(number).map(Whole).map_err(E::custom)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Whole, E> {
                let fits = number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX);
                if !fits {
                    return Err(E::custom(format!("{number} is not a whole number")));
                }
                // Whole and of 32 bits, as was just seen.
                #[expect(clippy::cast_possible_truncation)]
                Ok(Whole(number as i32))
            }
        }
        deserializer.deserialize_any(WholeVisitor)
    }
}

/// The key of a method throttle or a method setting, as it was addressed: `~1pets/GET`,
/// `pets/GET`, `/pets/GET` and `*/*` were all seen (the recordings of `LocalStack`
/// against AWS; the examples of the AWS CLI).
struct Key(MethodKey);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor).map(Self)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = MethodKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a method's key")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<MethodKey, E> {
        Ok(MethodKey::as_read(text))
    }
}

/// A list without its `null`s.
pub(in crate::gateway) struct PresentItems<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for PresentItems<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = PresentItems<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut access: A,
            ) -> Result<PresentItems<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = access.next_element::<Option<T>>()? {
                    items.extend(item);
                }
                Ok(PresentItems(items))
            }
        }
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

/// The entries of an object, without those that are `null`.
struct Entries<K, T>(Vec<(K, T)>);

impl<'de, K: Deserialize<'de>, T: Deserialize<'de>> Deserialize<'de> for Entries<K, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<K, T>(PhantomData<(K, T)>);

        impl<'de, K: Deserialize<'de>, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<K, T> {
            type Value = Entries<K, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut access: A,
            ) -> Result<Entries<K, T>, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = access.next_entry::<K, Option<T>>()? {
                    entries.extend(value.map(|value| (key, value)));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Result<UsagePlan, Flaw> {
        usage_plan(read(text.as_bytes()).unwrap())
    }

    fn settings(text: &str) -> Settings {
        plan(text).unwrap().settings
    }

    fn throttle_of(text: &str) -> Option<(Option<f64>, Option<i32>)> {
        let throttle = settings(&format!(r#"{{"id":"a","throttle":{text}}}"#)).throttle?;
        Some((throttle.rate.map(Rate::get), throttle.burst.map(Count::get)))
    }

    #[test]
    fn absent_0_and_minus_1_are_three_things() {
        for (text, expected) in [
            ("{}", None),
            ("null", None),
            (r#"{"rateLimit":null,"burstLimit":null}"#, None),
            (r#"{"rateLimit":5}"#, Some((Some(5.0), None))),
            (r#"{"burstLimit":7,"more":[{}]}"#, Some((None, Some(7)))),
            (
                r#"{"rateLimit":0,"burstLimit":0}"#,
                Some((Some(0.0), Some(0))),
            ),
            (r#"{"rateLimit":0.0}"#, Some((Some(0.0), None))),
            (r#"{"burstLimit":0.0}"#, Some((None, Some(0)))),
            (
                r#"{"rateLimit":-1.0,"burstLimit":-1}"#,
                Some((Some(-1.0), Some(-1))),
            ),
        ] {
            assert_eq!(throttle_of(text), expected, "{text}");
        }
    }

    #[test]
    fn parts_of_a_quota_are_absent_each_on_its_own() {
        let quota = |text: &str| settings(&format!(r#"{{"id":"a","quota":{text}}}"#)).quota;
        assert_eq!(quota("{}"), None);
        assert_eq!(quota("null"), None);
        let half = quota(r#"{"limit":0}"#).unwrap();
        assert_eq!((half.limit, half.period), (Some(Count::ZERO), None));
        assert_eq!(half.offset, None);
        let half = quota(r#"{"period":"DAY","offset":0}"#).unwrap();
        assert_eq!((half.limit, half.period), (None, Some(Period::Day)));
        assert_eq!(half.offset, Some(Count::ZERO));
        let odd = quota(r#"{"limit":-1,"offset":99,"period":"YEAR"}"#).unwrap();
        let year = Period::Other("YEAR".to_owned());
        let expected = Quota::new(Count::as_read(-1), year, Count::as_read(99));
        assert_eq!(odd, expected);
    }

    #[test]
    fn method_throttles_have_their_halves_and_keep_their_keys() {
        let settings = settings(
            r#"{"id":"a","apiStages":[null,{"apiId":"x","stage":"y","throttle":
                {"/a/GET":{"rateLimit":1},"~1b/GET":{"burstLimit":0},"/c/GET":{},"/d/GET":null}}]}"#,
        );
        let methods = &settings.stages[&StageKey::as_read("x", "y")];
        let shown: Vec<_> = methods
            .iter()
            .map(|(key, throttle)| format!("{key}: {throttle}"))
            .collect();
        assert_eq!(
            shown,
            [
                "/a/GET: 1 requests/s, burst not set",
                "/c/GET: rate and burst not set",
                "~1b/GET: rate not set, burst 0",
            ]
        );
    }

    #[test]
    fn what_is_absent_is_none() {
        assert_eq!(settings(r#"{"id":"a"}"#), Settings::default());
        assert_eq!(plan(r#"{"name":"x"}"#), Err(Flaw::missing("id")));
    }

    #[test]
    fn a_stage_has_its_settings_as_they_are() {
        let answer = read(
            br#"{"stageName":"prod","methodSettings":{
                "*/*":{"throttlingRateLimit":10000.0,"throttlingBurstLimit":5000},
                "~1pets/GET":{"throttlingRateLimit":0.0,"throttlingBurstLimit":-1},
                "a/GET":{"metricsEnabled":true}}}"#,
        );
        let stage = stage("api", answer.unwrap()).unwrap();
        let shown: Vec<_> = stage
            .throttles
            .iter()
            .map(|(key, throttle)| format!("{key}: {throttle}"))
            .collect();
        assert_eq!(
            shown,
            [
                "*/*: 10,000 requests/s, burst 5,000",
                "a/GET: rate and burst not set",
                "~1pets/GET: 0 requests/s, burst -1",
            ]
        );
    }

    #[test]
    fn an_account_without_limits_has_none() {
        let throttle = |text: &[u8]| account(read(text).unwrap()).throttle;
        assert_eq!(throttle(b"{}"), None);
        assert_eq!(throttle(br#"{"throttleSettings":{}}"#), None);
        let half = throttle(br#"{"throttleSettings":{"rateLimit":100}}"#).unwrap();
        assert_eq!(half.burst, None);
    }

    #[test]
    fn a_page_without_items_is_not_one_with_none() {
        let page = |text: &[u8]| read::<AnswerPage<PlanAnswer>>(text).unwrap();
        let count = |page: AnswerPage<PlanAnswer>| Ok(page.items()?.map(|items| items.len()));
        assert_eq!(count(page(b"{}")), Ok(None));
        assert_eq!(count(page(br#"{"item":[]}"#)), Ok(Some(0)));
        let with_position = page(br#"{"item":[{}],"position":"p"}"#);
        assert_eq!(with_position.position.as_deref(), Some("p"));
        assert_eq!(count(with_position), Ok(Some(1)));
        let with_null = page(br#"{"item":[{},null]}"#);
        assert_eq!(count(with_null), Err(Flaw::new("item[1]", "it is null")));
    }

    #[test]
    fn two_spellings_of_one_method_are_both_kept() {
        let keys = ["/pets/GET", "pets/GET", "~1pets/GET"];
        let read_stage = read::<StageAnswer>(
            br#"{"stageName":"b","methodSettings":{
                "~1pets/GET":{"throttlingRateLimit":3.0},"/pets/GET":{"throttlingRateLimit":1.0},
                "pets/GET":{"throttlingRateLimit":2.0}}}"#,
        );
        let settings = stage("a", read_stage.unwrap()).unwrap().throttles;
        let of_stage: Vec<_> = settings.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(of_stage, keys);
        let read_plan = read::<PlanAnswer>(
            br#"{"id":"p","apiStages":[{"apiId":"a","stage":"b","throttle":{
                "~1pets/GET":{"rateLimit":3.0},"/pets/GET":{"rateLimit":1.0},
                "pets/GET":{"rateLimit":2.0}}}]}"#,
        );
        let plan = usage_plan(read_plan.unwrap()).unwrap();
        let methods = &plan.settings.stages[&StageKey::as_read("a", "b")];
        let of_plan: Vec<_> = methods.keys().map(MethodKey::as_str).collect();
        assert_eq!(of_plan, keys);
    }
}
