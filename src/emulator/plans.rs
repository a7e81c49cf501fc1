//! Usage plans: create, read, list, update, delete.

use std::collections::BTreeMap;

use serde::Serialize;

use super::account::{
    Account, Api, ApiStage, Plan, QuotaPeriod, QuotaSettings, StageThrottles, Tags,
    ThrottleSettings,
};
use super::answer::{Answer, Listing};
use super::body::{FromBody, Member};
use super::collection::PageQuery;
use super::limits::Limits;
use super::patch::{self, MethodName};
use super::refusal::Refusal;
use super::tags::check_tags;

/// Method throttles in one plan, where limits are enforced (confirmed; that it counts methods is inferred).
const METHOD_THROTTLES_PER_PLAN: usize = 20;
/// Usage plans in one account and Region, where limits are enforced (confirmed).
const PLANS_PER_ACCOUNT: usize = 300;

/// The body of `CreateUsagePlan`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewPlan {
    name: Option<String>,
    description: Option<String>,
    api_stages: Option<Vec<NewStage>>,
    throttle: Option<ThrottleSettings>,
    quota: Option<NewQuota>,
    tags: Option<Tags>,
}

#[derive(Debug, Clone, PartialEq)]
struct NewStage {
    api_id: Option<String>,
    stage: Option<String>,
    throttle: Option<StageThrottles>,
}

/// A quota in the making: judged when all operations are applied.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct NewQuota {
    pub limit: Option<i32>,
    pub offset: Option<i32>,
    pub period: Option<String>,
}

impl FromBody for NewPlan {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let members = member.object()?;
        Ok(Self {
            name: members.get("name")?,
            description: members.get("description")?,
            api_stages: members.get("apiStages")?,
            throttle: members.get("throttle")?,
            quota: members.get("quota")?,
            tags: members.get("tags")?,
        })
    }
}

impl FromBody for NewStage {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let members = member.object()?;
        Ok(Self {
            api_id: members.get("apiId")?,
            stage: members.get("stage")?,
            throttle: members.get("throttle")?,
        })
    }
}

impl FromBody for NewQuota {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let members = member.object()?;
        Ok(Self {
            limit: members.get("limit")?,
            offset: members.get("offset")?,
            period: members.get("period")?,
        })
    }
}

impl From<QuotaSettings> for NewQuota {
    fn from(quota: QuotaSettings) -> Self {
        let period = match quota.period {
            QuotaPeriod::Day => "DAY",
            QuotaPeriod::Week => "WEEK",
            QuotaPeriod::Month => "MONTH",
        };
        Self {
            limit: Some(quota.limit),
            offset: Some(quota.offset),
            period: Some(period.to_owned()),
        }
    }
}

impl NewQuota {
    /// Texts confirmed by reports and by the checks that others copied from API Gateway; that a
    /// limit of 0 is accepted is inferred from "non-negative".
    pub fn finish(&self) -> Result<QuotaSettings, Refusal> {
        let (period, name, highest) = match self.period.as_deref() {
            Some("DAY") => (QuotaPeriod::Day, "DAY", 0),
            Some("WEEK") => (QuotaPeriod::Week, "WEEK", 6),
            Some("MONTH") => (QuotaPeriod::Month, "MONTH", 27),
            _ => {
                return Err(Refusal::bad_request(
                    "Invalid Usage Plan quota period specified. Must be one of [DAY, WEEK, MONTH]",
                ));
            }
        };
        let limit = self.limit.filter(|limit| *limit >= 0).ok_or_else(|| {
            Refusal::bad_request("Usage Plan quota limit must be a non-negative numeric")
        })?;
        // A quota without an offset has 0 (recorded).
        let offset = self.offset.unwrap_or(0);
        if (0..=highest).contains(&offset) {
            return Ok(QuotaSettings {
                limit,
                offset,
                period,
            });
        }
        Err(Refusal::bad_request(if highest == 0 {
            "Usage Plan quota offset must be zero in the DAY period".to_owned()
        } else {
            format!(
                "Usage Plan quota offset must be between 0 and {highest} inclusive in the {name} period"
            )
        }))
    }
}

/// A plan as a client sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlanView<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    api_stages: &'a [ApiStage],
    #[serde(skip_serializing_if = "Option::is_none")]
    throttle: Option<ThrottleSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<QuotaSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a Tags>,
}

impl<'a> PlanView<'a> {
    /// Answers to create and lists show tags only where there are some (confirmed).
    fn brief(plan: &'a Plan) -> Self {
        Self {
            tags: Some(&plan.tags).filter(|tags| !tags.is_empty()),
            ..Self::full(plan)
        }
    }

    /// Answers to get and update always show them (confirmed).
    pub fn full(plan: &'a Plan) -> Self {
        Self {
            id: &plan.id,
            name: &plan.name,
            description: plan.description.as_deref(),
            api_stages: &plan.api_stages,
            throttle: plan.throttle,
            quota: plan.quota,
            product_code: plan.product_code.as_deref(),
            tags: Some(&plan.tags),
        }
    }
}

impl Account {
    pub fn create_usage_plan(&mut self, new: NewPlan, limits: Limits) -> Result<Answer, Refusal> {
        let name = checked_name(new.name.as_deref())?;
        let mut api_stages = Vec::new();
        for stage in new.api_stages.unwrap_or_default() {
            let stage = self.checked_stage(stage)?;
            if api_stages
                .iter()
                .any(|other: &ApiStage| other.api_id == stage.api_id && other.stage == stage.stage)
            {
                return Err(already_attached(&stage.api_id, &stage.stage));
            }
            api_stages.push(stage);
        }
        let throttle = new
            .throttle
            .map(checked_throttle)
            .transpose()?
            // Terraform sends `{}` for a throttle of 0 and 0 (seen with 5.100.0), and
            // nothing is set by it.
            .filter(|throttle| !throttle.is_empty());
        if throttle.is_none() && api_stages.iter().any(|stage| !stage.throttle.is_empty()) {
            return Err(Refusal::methods_need_throttle());
        }
        let tags = new.tags.unwrap_or_default();
        check_tags(&Tags::new(), &tags)?;
        let plan = Plan {
            id: String::new(),
            name,
            description: new.description.filter(|text| !text.is_empty()),
            api_stages,
            throttle,
            quota: new.quota.map(|quota| quota.finish()).transpose()?,
            // The body of CreateUsagePlan has no member for it (the service's model).
            product_code: None,
            tags,
            keys: Vec::new(),
        };
        if limits == Limits::Aws {
            check_method_throttles(&plan)?;
            if self.plans.len() >= PLANS_PER_ACCOUNT {
                // Inferred text.
                return Err(Refusal::limit_exceeded(
                    "Maximum number of usage plans exceeded for this account",
                ));
            }
        }
        // Made when nothing can refuse the plan any more, so that a refused one uses up no
        // number.
        let id = self.new_id(6, |account, id| account.plans.contains(id));
        let plan = Plan { id, ..plan };
        let answer = Answer::json(201, &PlanView::brief(&plan));
        self.plans.insert(plan);
        Ok(answer)
    }

    pub fn get_usage_plan(&self, id: &str) -> Result<Answer, Refusal> {
        let plan = self.plans.get(id).ok_or_else(Refusal::unknown_plan)?;
        Ok(Answer::json(200, &PlanView::full(plan)))
    }

    pub fn get_usage_plans(&self, page: PageQuery, key: Option<&str>) -> Answer {
        let paged = self
            .plans
            .oldest_first(page, |plan| key.is_none_or(|key| plan.has_key(key)));
        Answer::json(
            200,
            &Listing {
                item: paged.things.into_iter().map(PlanView::brief).collect(),
                position: paged.position,
            },
        )
    }

    /// A plan with stages cannot be deleted (confirmed); one with keys can (inferred).
    pub fn delete_usage_plan(&mut self, id: &str) -> Result<Answer, Refusal> {
        let plan = self.plans.get(id).ok_or_else(Refusal::unknown_plan)?;
        if let Some(ApiStage { api_id, stage, .. }) = plan.api_stages.first() {
            return Err(Refusal::bad_request(format!(
                "Cannot delete Usage Plan {id} because there are API Stages associated with it, including {api_id}:{stage}"
            )));
        }
        self.plans.remove(id);
        Ok(Answer::empty(202))
    }

    fn checked_stage(&self, new: NewStage) -> Result<ApiStage, Refusal> {
        let (Some(api_id), Some(stage)) = (new.api_id, new.stage) else {
            return Err(Refusal::half_a_stage());
        };
        if api_id.is_empty() || stage.is_empty() {
            return Err(Refusal::half_a_stage());
        }
        if !self.has_stage(&api_id, &stage) {
            return Err(Refusal::no_such_stage(api_id, stage));
        }
        let throttle = self.checked_methods(&api_id, new.throttle.unwrap_or_default())?;
        Ok(ApiStage {
            api_id,
            stage,
            throttle,
        })
    }

    pub fn checked_methods(
        &self,
        api: &str,
        throttles: StageThrottles,
    ) -> Result<StageThrottles, Refusal> {
        let mut checked = BTreeMap::new();
        for (key, throttle) in throttles {
            self.check_method(api, &MethodName::parse(&key))?;
            let throttle = checked_throttle(throttle)?;
            if throttle.is_empty() {
                // Inferred text.
                return Err(Refusal::bad_request(format!(
                    "Invalid throttle specified for method {key}. Must have a rateLimit or a burstLimit"
                )));
            }
            checked.insert(key, throttle);
        }
        Ok(checked)
    }

    /// A method throttle needs a real method. `*/*` is taken for all methods and `/path/*` for all
    /// of a resource (both inferred).
    pub fn check_method(&self, api: &str, method: &MethodName) -> Result<(), Refusal> {
        let all = method.resource == "*" && method.method == "*";
        let real = |api: &Api| {
            let methods = api.methods.get(&method.resource);
            methods
                .is_some_and(|methods| method.method == "*" || methods.contains_key(&method.method))
        };
        if all || self.apis.get(api).is_some_and(real) {
            Ok(())
        } else {
            Err(method.refusal())
        }
    }

    /// One key is in only one plan per API stage (confirmed rule, inferred text).
    pub fn check_one_plan_per_stage(
        &self,
        plan: &Plan,
        keys: &[&str],
        stages: &[ApiStage],
    ) -> Result<(), Refusal> {
        for other in self.plans.iter().filter(|other| other.id != plan.id) {
            let Some(key) = keys.iter().find(|key| other.has_key(key)) else {
                continue;
            };
            if let Some(ApiStage { api_id, stage, .. }) = stages
                .iter()
                .find(|stage| other.has_stage(&stage.api_id, &stage.stage))
            {
                return Err(Refusal::conflict(format!(
                    "API Key {key} is already associated with API Stage {api_id}:{stage} in Usage Plan {}",
                    other.id
                )));
            }
        }
        Ok(())
    }
}

/// That a name is wanted is confirmed by the model, that an empty one is refused is inferred.
pub(super) fn checked_name(name: Option<&str>) -> Result<String, Refusal> {
    name.filter(|name| !name.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| Refusal::bad_request("Usage Plan name must not be empty"))
}

/// Inferred texts: no refusal of a rate or burst is recorded.
fn checked_throttle(throttle: ThrottleSettings) -> Result<ThrottleSettings, Refusal> {
    if throttle.burst_limit.is_some_and(|burst| burst < 0) {
        return Err(Refusal::bad_request(
            "Usage Plan throttle burst limit must be a non-negative numeric",
        ));
    }
    let rate_limit = throttle.rate_limit.map(|rate| {
        patch::checked_rate(rate).ok_or_else(|| {
            Refusal::bad_request("Usage Plan throttle rate limit must be a non-negative numeric")
        })
    });
    Ok(ThrottleSettings {
        rate_limit: rate_limit.transpose()?,
        ..throttle
    })
}

/// Inferred exception and text.
pub(super) fn already_attached(api: &str, stage: &str) -> Refusal {
    Refusal::conflict(format!(
        "API Stage {api}:{stage} is already associated with this Usage Plan"
    ))
}

/// Confirmed limit, inferred text.
pub(super) fn check_method_throttles(plan: &Plan) -> Result<(), Refusal> {
    let count: usize = plan
        .api_stages
        .iter()
        .map(|stage| stage.throttle.len())
        .sum();
    if count > METHOD_THROTTLES_PER_PLAN {
        return Err(Refusal::limit_exceeded(format!(
            "Maximum number of API Stage throttles exceeded for this Usage Plan. Must be at most {METHOD_THROTTLES_PER_PLAN}"
        )));
    }
    Ok(())
}
