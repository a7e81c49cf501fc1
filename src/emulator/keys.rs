//! API keys, and which plans they are in.

use jiff::Timestamp;
use serde::Serialize;

use super::account::{Account, AccountKey, EpochSeconds, Plan, PlanKey, Tags, UsePattern};
use super::answer::{Answer, Listing};
use super::body::{FromBody, Member};
use super::collection::{PageQuery, Paged};
use super::limits::Limits;
use super::patch::{PatchOp, SentOperation};
use super::random;
use super::refusal::Refusal;
use super::tags::check_tags;

/// API keys in one account and Region (confirmed).
const KEYS_PER_ACCOUNT: usize = 10_000;
/// Usage plans that one key may be in (confirmed).
const PLANS_PER_KEY: usize = 10;

/// The body of `CreateApiKey`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewKey {
    name: Option<String>,
    description: Option<String>,
    enabled: Option<bool>,
    value: Option<String>,
    stage_keys: Option<Vec<StageKey>>,
    customer_id: Option<String>,
    tags: Option<Tags>,
}

#[derive(Debug, Clone, PartialEq)]
struct StageKey {
    rest_api_id: Option<String>,
    stage_name: Option<String>,
}

/// The body of `CreateUsagePlanKey`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewPlanKey {
    key_id: Option<String>,
    key_type: Option<String>,
}

impl FromBody for NewKey {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let members = member.object()?;
        Ok(Self {
            name: members.get("name")?,
            description: members.get("description")?,
            enabled: members.get("enabled")?,
            value: members.get("value")?,
            stage_keys: members.get("stageKeys")?,
            customer_id: members.get("customerId")?,
            tags: members.get("tags")?,
        })
    }
}

impl FromBody for StageKey {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let members = member.object()?;
        Ok(Self {
            rest_api_id: members.get("restApiId")?,
            stage_name: members.get("stageName")?,
        })
    }
}

impl FromBody for NewPlanKey {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let members = member.object()?;
        Ok(Self {
            key_id: members.get("keyId")?,
            key_type: members.get("keyType")?,
        })
    }
}

/// The filter of `GetApiKeys`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ApiKeyQuery {
    pub name: Option<String>,
    pub customer: Option<String>,
    pub include_values: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyView<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    enabled: bool,
    created_date: EpochSeconds,
    last_updated_date: EpochSeconds,
    stage_keys: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a Tags>,
}

impl<'a> KeyView<'a> {
    /// As in a create answer and a list: tags only where there are some (confirmed for none).
    fn brief(key: &'a AccountKey, with_value: bool) -> Self {
        Self {
            tags: Some(&key.tags).filter(|tags| !tags.is_empty()),
            ..Self::full(key, with_value)
        }
    }

    /// As in an update answer (confirmed) and a get answer (inferred): tags always.
    fn full(key: &'a AccountKey, with_value: bool) -> Self {
        Self {
            id: &key.id,
            name: key.name.as_deref(),
            description: key.description.as_deref(),
            customer_id: key.customer_id.as_deref(),
            value: with_value.then_some(key.value.as_str()),
            enabled: key.enabled,
            created_date: key.created_date,
            last_updated_date: key.last_updated_date,
            stage_keys: &key.stage_keys,
            tags: Some(&key.tags),
        }
    }
}

/// A key in a plan, as a client sees it: the value is always there (confirmed).
#[derive(Serialize)]
struct PlanKeyView<'a> {
    id: &'a str,
    r#type: &'static str,
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

impl<'a> PlanKeyView<'a> {
    fn new(key: &'a AccountKey) -> Self {
        Self {
            id: &key.id,
            r#type: "API_KEY",
            value: &key.value,
            name: key.name.as_deref(),
        }
    }
}

impl Account {
    pub fn create_api_key(
        &mut self,
        new: NewKey,
        now: Timestamp,
        limits: Limits,
    ) -> Result<Answer, Refusal> {
        check_key_name(new.name.as_deref())?;
        check_key_description(new.description.as_deref())?;
        if let Some(value) = &new.value {
            check_value(value)?;
            if self.keys.iter().any(|key| &key.value == value) {
                // Confirmed.
                return Err(Refusal::conflict("API Key already exists"));
            }
        }
        let mut stage_keys = Vec::new();
        for StageKey {
            rest_api_id,
            stage_name,
        } in new.stage_keys.unwrap_or_default()
        {
            let (api, stage) = (
                rest_api_id.unwrap_or_default(),
                stage_name.unwrap_or_default(),
            );
            if !self.has_stage(&api, &stage) {
                return Err(Refusal::no_such_stage(api, stage));
            }
            stage_keys.push(format!("{api}/{stage}"));
        }
        let tags = new.tags.unwrap_or_default();
        check_tags(&Tags::new(), &tags)?;
        if limits == Limits::Aws && self.keys.len() >= KEYS_PER_ACCOUNT {
            // Inferred text.
            return Err(Refusal::limit_exceeded(
                "Maximum number of API keys exceeded for this account",
            ));
        }
        let id = self.new_id(10, |account, id| account.keys.contains(id));
        let key = AccountKey {
            value: new
                .value
                .unwrap_or_else(|| random::key_value(self.ids_made)),
            id,
            name: new.name,
            description: new.description.filter(|text| !text.is_empty()),
            customer_id: new.customer_id.filter(|text| !text.is_empty()),
            // Confirmed: a key is disabled unless the call says otherwise.
            enabled: new.enabled.unwrap_or(false),
            created_date: now.as_second(),
            last_updated_date: now.as_second(),
            stage_keys,
            tags,
        };
        let answer = Answer::json(201, &KeyView::brief(&key, true));
        self.keys.insert(key);
        Ok(answer)
    }

    pub fn get_api_key(&self, id: &str, with_value: bool) -> Result<Answer, Refusal> {
        let key = self.keys.get(id).ok_or_else(Refusal::unknown_key)?;
        Ok(Answer::json(200, &KeyView::full(key, with_value)))
    }

    /// Newest first, as recorded. The name is a prefix (inferred).
    pub fn get_api_keys(&self, page: PageQuery, filter: &ApiKeyQuery) -> Answer {
        let paged = self.keys.newest_first(page, |key| {
            has_prefix(key, filter.name.as_deref())
                && filter
                    .customer
                    .as_deref()
                    .is_none_or(|customer| key.customer_id.as_deref() == Some(customer))
        });
        let item = paged
            .things
            .into_iter()
            .map(|key| KeyView::brief(key, filter.include_values))
            .collect();
        Answer::json(
            200,
            &Listing {
                item,
                position: paged.position,
            },
        )
    }

    pub fn update_api_key(
        &mut self,
        id: &str,
        operations: &[SentOperation],
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let mut key = self.keys.get(id).ok_or_else(Refusal::unknown_key)?.clone();
        for operation in operations {
            self.patch_key(&mut key, operation)?;
        }
        key.last_updated_date = now.as_second();
        let answer = Answer::json(200, &KeyView::full(&key, false));
        self.keys.insert(key);
        Ok(answer)
    }

    fn patch_key(&self, key: &mut AccountKey, operation: &SentOperation) -> Result<(), Refusal> {
        let text = || {
            operation
                .wanted("a text")
                .map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()))
        };
        match (PatchOp::parse(operation.op_text()), operation.path_text()) {
            (Some(PatchOp::Replace), "/name") => {
                key.name = text()?;
                check_key_name(key.name.as_deref())
            }
            (Some(PatchOp::Replace), "/description") => {
                key.description = text()?;
                check_key_description(key.description.as_deref())
            }
            (Some(PatchOp::Replace), "/customerId") => {
                key.customer_id = text()?;
                Ok(())
            }
            (Some(PatchOp::Replace), path @ "/enabled") => {
                let what = "one of [true, false]";
                key.enabled = operation
                    .wanted(what)?
                    .parse()
                    .map_err(|_| Refusal::patch_value(path, what))?;
                Ok(())
            }
            (Some(op @ (PatchOp::Add | PatchOp::Remove)), path @ "/stages") => {
                let stage = operation.wanted("apiId/stageName")?;
                let known = stage
                    .split_once('/')
                    .is_some_and(|(api, name)| self.has_stage(api, name));
                match op {
                    PatchOp::Add if !known => {
                        return Err(Refusal::patch_value(path, "an existing apiId/stageName"));
                    }
                    PatchOp::Add => key.stage_keys.push(stage.to_owned()),
                    _ => key.stage_keys.retain(|present| present != stage),
                }
                Ok(())
            }
            // Labels are in the published table but in no answer of the model.
            (Some(PatchOp::Add | PatchOp::Remove), "/labels") => {
                operation.wanted("a label").map(|_| ())
            }
            (op, path) => {
                let possible = match op {
                    // Confirmed.
                    Some(PatchOp::Replace) => "/description, /enabled, /name, /customerId",
                    // Inferred from the published table.
                    Some(PatchOp::Add | PatchOp::Remove) => "/labels, /stages",
                    None => "",
                };
                Err(Refusal::patch_path(operation.op_text(), path, possible))
            }
        }
    }

    /// The key leaves all its plans (confirmed by a recording).
    pub fn delete_api_key(&mut self, id: &str) -> Result<Answer, Refusal> {
        self.keys.remove(id).ok_or_else(Refusal::unknown_key)?;
        for plan in self.plans.iter_mut() {
            plan.keys.retain(|key| key.id != id);
        }
        Ok(Answer::empty(202))
    }

    pub fn create_usage_plan_key(
        &mut self,
        plan: &str,
        new: &NewPlanKey,
        limits: Limits,
    ) -> Result<Answer, Refusal> {
        let plan = self.plans.get(plan).ok_or_else(Refusal::unknown_plan)?;
        if new.key_type.as_deref() != Some("API_KEY") {
            // Inferred text.
            return Err(Refusal::bad_request(
                "Invalid Usage Plan Key type specified. Must be one of [API_KEY]",
            ));
        }
        let key = self
            .keys
            .get(new.key_id.as_deref().unwrap_or_default())
            .ok_or_else(Refusal::unknown_key)?;
        if plan.has_key(&key.id) {
            // Confirmed rule, inferred text.
            return Err(Refusal::conflict(format!(
                "API Key {} is already associated with this Usage Plan",
                key.id
            )));
        }
        if limits == Limits::Aws
            && self
                .plans
                .iter()
                .filter(|plan| plan.has_key(&key.id))
                .count()
                >= PLANS_PER_KEY
        {
            // Confirmed limit, inferred text.
            return Err(Refusal::limit_exceeded(format!(
                "Maximum number of Usage Plans exceeded for this API Key. Must be at most {PLANS_PER_KEY}"
            )));
        }
        self.check_one_plan_per_stage(plan, &[&key.id], &plan.api_stages)?;
        let answer = Answer::json(201, &PlanKeyView::new(key));
        let plan_key = PlanKey {
            id: key.id.clone(),
            shape: UsePattern::Idle,
            daily: 0,
            extension: None,
        };
        let plan = plan.id.clone();
        if let Some(plan) = self.plans.get_mut(&plan) {
            plan.keys.push(plan_key);
        }
        Ok(answer)
    }

    pub fn get_usage_plan_key(&self, plan: &str, key: &str) -> Result<Answer, Refusal> {
        let plan = self.plans.get(plan).ok_or_else(Refusal::unknown_plan)?;
        let key = self
            .keys
            .get(key)
            .filter(|key| plan.has_key(&key.id))
            .ok_or_else(Refusal::unknown_plan_key)?;
        Ok(Answer::json(200, &PlanKeyView::new(key)))
    }

    /// Newest key first; of an unknown plan the list is empty (both as recorded).
    pub fn get_usage_plan_keys(&self, plan: &str, page: PageQuery, name: Option<&str>) -> Answer {
        let paged = match self.plans.get(plan) {
            Some(plan) => self.keys_of(plan, page, |key| has_prefix(key, name)),
            None => Paged {
                things: Vec::new(),
                position: None,
            },
        };
        let item = paged
            .things
            .into_iter()
            .map(|(_, key)| PlanKeyView::new(key))
            .collect();
        Answer::json(
            200,
            &Listing {
                item,
                position: paged.position,
            },
        )
    }

    pub fn delete_usage_plan_key(&mut self, plan: &str, key: &str) -> Result<Answer, Refusal> {
        let plan = self.plans.get_mut(plan).ok_or_else(Refusal::unknown_plan)?;
        let at = plan
            .keys
            .iter()
            .position(|present| present.id == key)
            .ok_or_else(Refusal::unknown_plan_key)?;
        plan.keys.remove(at);
        Ok(Answer::empty(202))
    }

    /// One page of a plan's keys, the newest key first.
    pub fn keys_of<'a>(
        &'a self,
        plan: &'a Plan,
        page: PageQuery,
        keep: impl Fn(&AccountKey) -> bool,
    ) -> Paged<(&'a PlanKey, &'a AccountKey)> {
        let mut keys: Vec<_> = plan
            .keys
            .iter()
            .filter_map(|plan_key| {
                Some((
                    self.keys.number(&plan_key.id)?,
                    (plan_key, self.keys.get(&plan_key.id)?),
                ))
            })
            .filter(|(number, (_, key))| {
                // The newest come first, so that a page goes on with lower numbers.
                page.after.is_none_or(|after| *number < after) && keep(key)
            })
            .collect();
        keys.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
        page.cut(keys.into_iter())
    }
}

fn has_prefix(key: &AccountKey, prefix: Option<&str>) -> bool {
    prefix.is_none_or(|prefix| key.name.as_deref().unwrap_or_default().starts_with(prefix))
}

/// Confirmed text.
fn check_key_name(name: Option<&str>) -> Result<(), Refusal> {
    if name.is_some_and(|name| name.chars().count() > 1024) {
        return Err(Refusal::bad_request(
            "Invalid API Key name, can be at most 1024 characters.",
        ));
    }
    Ok(())
}

/// Confirmed text; from which length on is inferred.
fn check_key_description(description: Option<&str>) -> Result<(), Refusal> {
    if description.is_some_and(|text| text.len() > 125_000) {
        return Err(Refusal::bad_request(
            "Invalid API Key description specified.",
        ));
    }
    Ok(())
}

/// Confirmed texts.
fn check_value(value: &str) -> Result<(), Refusal> {
    match value.chars().count() {
        0..20 => Err(Refusal::bad_request(
            "API Key value should be at least 20 characters",
        )),
        20..=128 => Ok(()),
        _ => Err(Refusal::bad_request(
            "API Key value exceeds maximum size of 128 characters",
        )),
    }
}
