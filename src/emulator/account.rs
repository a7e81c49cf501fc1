//! What the account holds: usage plans, API keys, APIs with their stages and methods.
//!
//! The serialised form is that of `assets/demo.json` and of the state file.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::collection::{Collection, Identified};
use super::random;

pub(super) type Tags = BTreeMap<String, String>;

/// Method throttles by key: `/pets/GET`, `//GET` for the root, `*/*`.
pub(super) type StageThrottles = BTreeMap<String, ThrottleSettings>;

/// Seconds since 1970, as API Gateway writes times.
pub(super) type EpochSeconds = i64;

/// Everything that one account has in one Region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Account {
    #[serde(default)]
    pub settings: AccountSettings,
    pub apis: Collection<Api>,
    pub keys: Collection<AccountKey>,
    pub plans: Collection<Plan>,
    /// The day on which the account was made: its history of use reaches back 90 days from here.
    #[serde(default)]
    pub founded: Date,
    /// The count of ids made so far, so that no id is made twice.
    #[serde(default)]
    pub ids_made: u64,
}

/// The account settings that `GetAccount` tells.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AccountSettings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloudwatch_role_arn: Option<String>,
    #[serde(rename = "throttleSettings")]
    pub throttle: ThrottleSettings,
    pub features: Vec<String>,
    pub api_key_version: String,
}

impl Default for AccountSettings {
    /// The account limits of the larger Regions: 10,000 requests per second, bucket of 5,000.
    fn default() -> Self {
        Self {
            cloudwatch_role_arn: None,
            throttle: ThrottleSettings {
                rate_limit: Some(10_000.0),
                burst_limit: Some(5_000),
            },
            features: vec!["UsagePlans".to_owned()],
            api_key_version: "4".to_owned(),
        }
    }
}

/// A rate in requests per second and the size of the bucket, in requests. What was never given
/// stays absent: whether API Gateway fills it in is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThrottleSettings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst_limit: Option<i32>,
}

impl ThrottleSettings {
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum QuotaPeriod {
    Day,
    Week,
    Month,
}

/// A number of requests for a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct QuotaSettings {
    pub limit: i32,
    pub offset: i32,
    pub period: QuotaPeriod,
}

/// A stage attached to a plan. It may have gone from its API since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApiStage {
    pub api_id: String,
    pub stage: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub throttle: StageThrottles,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Plan {
    pub id: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default)]
    pub api_stages: Vec<ApiStage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<ThrottleSettings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<QuotaSettings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_code: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: Tags,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<PlanKey>,
}

impl Plan {
    pub fn has_key(&self, id: &str) -> bool {
        self.keys.iter().any(|key| key.id == id)
    }

    pub fn has_stage(&self, api: &str, stage: &str) -> bool {
        self.api_stages
            .iter()
            .any(|attached| attached.api_id == api && attached.stage == stage)
    }
}

/// The pattern of a key's use of a plan, day by day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum UsePattern {
    /// No use at all.
    #[default]
    Idle,
    /// About the same every day.
    Steady,
    /// Much on working days, little on Saturday and Sunday.
    Weekly,
    /// A little more every day.
    Growing,
    /// All of a daily quota, every day.
    Exhausted,
    /// Like steady; the sample account has its remaining quota raised by hand.
    Extended,
}

/// An API key in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PlanKey {
    pub id: String,
    #[serde(default)]
    pub shape: UsePattern,
    /// Requests on a typical day.
    #[serde(default)]
    pub daily: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<QuotaExtension>,
}

/// The requests added by hand to the remaining quota of the period that `day` lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct QuotaExtension {
    pub day: Date,
    pub by: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AccountKey {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    pub value: String,
    pub enabled: bool,
    pub created_date: EpochSeconds,
    pub last_updated_date: EpochSeconds,
    #[serde(default)]
    pub stage_keys: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: Tags,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Api {
    pub id: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub created_date: EpochSeconds,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: Tags,
    pub stages: Vec<DeployedStage>,
    /// For each resource path its methods, each with "API key required".
    pub methods: BTreeMap<String, BTreeMap<String, bool>>,
}

impl Api {
    pub fn stage(&self, name: &str) -> Option<&DeployedStage> {
        self.stages.iter().find(|stage| stage.name == name)
    }

    pub fn stage_mut(&mut self, name: &str) -> Option<&mut DeployedStage> {
        self.stages.iter_mut().find(|stage| stage.name == name)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeployedStage {
    #[serde(rename = "stageName")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub deployment_id: String,
    pub created_date: EpochSeconds,
    pub last_updated_date: EpochSeconds,
    /// By key as it was addressed: `~1pets/GET`, `*/*`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub method_settings: StageThrottles,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: Tags,
}

macro_rules! identified {
    ($($kind:ty),*) => {
        $(impl Identified for $kind {
            fn id(&self) -> &str {
                &self.id
            }
        })*
    };
}
identified!(Plan, AccountKey, Api);

impl Account {
    /// The account that `--demo` shows.
    pub fn sample(today: Date) -> Result<Self, serde_json::Error> {
        let mut account: Self = serde_json::from_str(include_str!("../../assets/demo.json"))?;
        // Its history reaches back from the day on which it is shown, so that it never
        // looks old.
        account.founded = today;
        for plan in account.plans.iter_mut() {
            for key in plan
                .keys
                .iter_mut()
                .filter(|key| key.shape == UsePattern::Extended)
            {
                key.extension = Some(QuotaExtension {
                    day: today,
                    by: i64::from(key.daily) * 5,
                });
            }
        }
        Ok(account)
    }

    pub fn has_stage(&self, api: &str, stage: &str) -> bool {
        self.apis
            .get(api)
            .is_some_and(|api| api.stage(stage).is_some())
    }

    /// A new id of so many letters and digits that `taken` does not know.
    pub fn new_id(&mut self, length: usize, taken: impl Fn(&Self, &str) -> bool) -> String {
        loop {
            self.ids_made += 1;
            let id = random::id(self.ids_made, length);
            if !taken(self, &id) {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn sample() -> Account {
        Account::sample(date(2026, 3, 18)).unwrap()
    }

    #[test]
    fn the_sample_account_obeys_the_rules() {
        let account = sample();
        for plan in account.plans.iter() {
            for stage in plan
                .api_stages
                .iter()
                .filter(|stage| account.has_stage(&stage.api_id, &stage.stage))
            {
                let checked = account.checked_methods(&stage.api_id, stage.throttle.clone());
                assert_eq!(checked.as_ref(), Ok(&stage.throttle), "{}", plan.name);
            }
            let keys: Vec<&str> = plan.keys.iter().map(|key| key.id.as_str()).collect();
            assert!(
                keys.iter().all(|key| account.keys.contains(key)),
                "{}",
                plan.name
            );
            assert_eq!(
                account.check_one_plan_per_stage(plan, &keys, &plan.api_stages),
                Ok(()),
                "{}",
                plan.name
            );
        }
    }

    #[test]
    fn the_sample_account_has_something_of_everything() {
        let account = sample();
        let some = |what: &str, holds: &dyn Fn(&Plan) -> bool| {
            assert!(account.plans.iter().any(holds), "{what}");
        };
        some("no throttle", &|plan| plan.throttle.is_none());
        some("no quota", &|plan| plan.quota.is_none());
        some("no stages", &|plan| plan.api_stages.is_empty());
        some("a rate of 0", &|plan| {
            plan.throttle
                .is_some_and(|throttle| throttle.rate_limit == Some(0.0))
        });
        some("several keys", &|plan| plan.keys.len() > 1);
        some("a dangling stage", &|plan| {
            plan.api_stages
                .iter()
                .any(|stage| !account.has_stage(&stage.api_id, &stage.stage))
        });
        for key in ["//GET", "/{proxy+}/ANY", "*/*"] {
            some(key, &|plan| {
                plan.api_stages
                    .iter()
                    .any(|stage| stage.throttle.contains_key(key))
            });
        }
        for tag in ["aws:cloudformation:stack-name", "ManagedBy"] {
            some(tag, &|plan| plan.tags.contains_key(tag));
        }
        assert!(account.plans.len() >= 36);
        assert!(account.apis.len() >= 6);
        let shared = |key: &AccountKey| {
            account
                .plans
                .iter()
                .filter(|plan| plan.has_key(&key.id))
                .count()
                > 1
        };
        assert!(account.keys.iter().any(shared), "no key in several plans");
    }

    /// The published example adds a stage, a DAY becomes a MONTH, and the throttle stays.
    #[test]
    fn the_published_example_can_be_entered() {
        let account = sample();
        let plan = account.plans.get("w0mvrr").unwrap();
        assert!(account.has_stage("o81lxisefl", "Stage_A") && plan.api_stages.is_empty());
        assert_eq!(
            plan.throttle,
            Some(ThrottleSettings {
                rate_limit: Some(100.0),
                burst_limit: Some(200)
            })
        );
        assert_eq!(
            plan.quota,
            Some(QuotaSettings {
                limit: 5,
                offset: 0,
                period: QuotaPeriod::Day
            })
        );
    }
}
