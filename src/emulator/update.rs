//! One `UpdateUsagePlan`: the operations applied in order, then the plan judged as a whole.

use super::account::{Account, ApiStage, Plan, StageThrottles};
use super::answer::Answer;
use super::body;
use super::limits::Limits;
use super::patch::{self, Limit, MethodName, PatchOp, PatchTarget, SentOperation, StageName};
use super::plans::{NewQuota, PlanView, already_attached, check_method_throttles, checked_name};
use super::refusal::Refusal;

impl Account {
    /// Applies the operations in order to a copy and keeps it only if all went well and the plan
    /// that results is valid as a whole: so an update happens entirely or not at all (inferred)
    /// and is judged on its final state (confirmed for the quota).
    pub fn update_usage_plan(
        &mut self,
        id: &str,
        operations: &[SentOperation],
        limits: Limits,
    ) -> Result<Answer, Refusal> {
        let before = self.plans.get(id).ok_or_else(Refusal::unknown_plan)?;
        let mut change = Change {
            account: self,
            plan: before.clone(),
            quota: before.quota.map(NewQuota::from),
        };
        for operation in operations {
            change.apply(operation)?;
        }
        let plan = change.finish(before, limits)?;
        let answer = Answer::json(200, &PlanView::full(&plan));
        self.plans.insert(plan);
        Ok(answer)
    }
}

/// An update under way: the plan as the operations so far have left it.
struct Change<'a> {
    account: &'a Account,
    plan: Plan,
    quota: Option<NewQuota>,
}

impl Change<'_> {
    fn apply(&mut self, operation: &SentOperation) -> Result<(), Refusal> {
        let (op, target) = patch::resolve(operation)?;
        match target {
            PatchTarget::Name => self.plan.name = checked_name(operation.value.as_deref())?,
            PatchTarget::Description => {
                let text = operation.wanted("a text")?;
                self.plan.description = Some(text.to_owned()).filter(|text| !text.is_empty());
            }
            PatchTarget::ProductCode if op == PatchOp::Remove => self.plan.product_code = None,
            PatchTarget::ProductCode => {
                let text = operation.wanted("a text")?;
                self.plan.product_code = Some(text.to_owned()).filter(|text| !text.is_empty());
            }
            PatchTarget::Quota => self.quota = None,
            PatchTarget::QuotaLimit => {
                let limit = whole_number(operation)?;
                self.quota.get_or_insert_default().limit = Some(limit);
            }
            PatchTarget::QuotaOffset => {
                let offset = whole_number(operation)?;
                self.quota.get_or_insert_default().offset = Some(offset);
            }
            PatchTarget::QuotaPeriod => {
                let period = operation.wanted("one of [DAY, WEEK, MONTH]")?;
                self.quota.get_or_insert_default().period = Some(period.to_owned());
            }
            PatchTarget::Throttle => self.plan.throttle = None,
            PatchTarget::ThrottleLimit(limit) => {
                patch::set_limit(self.plan.throttle.get_or_insert_default(), limit, operation)?;
            }
            PatchTarget::ApiStages if op == PatchOp::Add => self.attach(operation)?,
            PatchTarget::ApiStages => self.detach(operation)?,
            PatchTarget::StageThrottles(stage) => {
                let stage = self.attached(&stage)?;
                let throttles = if op == PatchOp::Remove {
                    StageThrottles::new()
                } else {
                    let throttles = self.method_throttles(operation, stage)?;
                    if !throttles.is_empty() {
                        self.check_plan_throttle()?;
                    }
                    throttles
                };
                self.stage_at(stage, |attached| attached.throttle = throttles);
            }
            PatchTarget::Method(stage, method) => {
                let stage = self.attached(&stage)?;
                let mut removed = None;
                self.stage_at(stage, |attached| {
                    removed = attached.throttle.remove(&method.key());
                });
                // Inferred: there is nothing to remove.
                removed.ok_or_else(|| method.refusal())?;
            }
            PatchTarget::MethodLimit(stage, method, limit) => {
                self.set_method_limit(&stage, &method, limit, operation)?;
            }
        }
        Ok(())
    }

    /// Sets a limit of a method of an attached stage.
    fn set_method_limit(
        &mut self,
        stage: &str,
        method: &MethodName,
        limit: Limit,
        operation: &SentOperation,
    ) -> Result<(), Refusal> {
        let stage = self.attached(stage)?;
        let api = self
            .plan
            .api_stages
            .get(stage)
            .map_or("", |attached| attached.api_id.as_str());
        self.account.check_method(api, method)?;
        self.check_plan_throttle()?;
        let mut set = Ok(());
        self.stage_at(stage, |attached| {
            set = patch::set_limit(
                attached.throttle.entry(method.key()).or_default(),
                limit,
                operation,
            );
        });
        set
    }

    fn attach(&mut self, operation: &SentOperation) -> Result<(), Refusal> {
        let StageName { api, stage } =
            StageName::parse(operation.value.as_deref().unwrap_or_default())?;
        if !self.account.has_stage(&api, &stage) {
            return Err(Refusal::no_such_stage(api, stage));
        }
        if self.plan.has_stage(&api, &stage) {
            return Err(already_attached(&api, &stage));
        }
        self.plan.api_stages.push(ApiStage {
            api_id: api,
            stage,
            throttle: StageThrottles::new(),
        });
        Ok(())
    }

    /// A stage that has gone from its API can still be detached (inferred).
    fn detach(&mut self, operation: &SentOperation) -> Result<(), Refusal> {
        let stage = self.attached(operation.value.as_deref().unwrap_or_default())?;
        self.plan.api_stages.remove(stage);
        Ok(())
    }

    /// The place of an attached stage.
    fn attached(&self, name: &str) -> Result<usize, Refusal> {
        let StageName { api, stage } = StageName::parse(name)?;
        self.plan
            .api_stages
            .iter()
            .position(|attached| attached.api_id == api && attached.stage == stage)
            .ok_or_else(|| Refusal::stage_not_attached(api, stage, &self.plan.id))
    }

    fn stage_at(&mut self, at: usize, change: impl FnOnce(&mut ApiStage)) {
        if let Some(stage) = self.plan.api_stages.get_mut(at) {
            change(stage);
        }
    }

    /// A method throttle is set only where the plan has a throttle at that moment: the order of the
    /// operations counts (by a report, terraform-provider-aws 26128). What becomes of method
    /// throttles when the plan's throttle is removed is not known; they stay here.
    fn check_plan_throttle(&self) -> Result<(), Refusal> {
        let has_throttle = self
            .plan
            .throttle
            .is_some_and(|throttle| !throttle.is_empty());
        has_throttle
            .then_some(())
            .ok_or_else(Refusal::methods_need_throttle)
    }

    /// All method throttles of a stage, from the JSON text that the service documents.
    fn method_throttles(
        &self,
        operation: &SentOperation,
        stage: usize,
    ) -> Result<StageThrottles, Refusal> {
        let what = "a JSON object of method throttles";
        let throttles = body::read(operation.wanted(what)?.as_bytes())
            .map_err(|_| Refusal::patch_value(operation.path_text(), what))?;
        let api = self
            .plan
            .api_stages
            .get(stage)
            .map_or("", |attached| attached.api_id.as_str());
        self.account.checked_methods(api, throttles)
    }

    /// Judges the plan as a whole.
    fn finish(mut self, before: &Plan, limits: Limits) -> Result<Plan, Refusal> {
        self.plan.quota = self.quota.map(|quota| quota.finish()).transpose()?;
        if limits == Limits::Aws {
            check_method_throttles(&self.plan)?;
        }
        // Those that were attached before were judged when they came.
        let new_stages: Vec<_> = self
            .plan
            .api_stages
            .iter()
            .filter(|stage| !before.has_stage(&stage.api_id, &stage.stage))
            .cloned()
            .collect();
        if !new_stages.is_empty() && !self.plan.keys.is_empty() {
            let keys: Vec<_> = self.plan.keys.iter().map(|key| key.id.as_str()).collect();
            self.account
                .check_one_plan_per_stage(&self.plan, &keys, &new_stages)?;
        }
        Ok(self.plan)
    }
}

fn whole_number(operation: &SentOperation) -> Result<i32, Refusal> {
    let what = "a whole number";
    patch::whole_number(operation.wanted(what)?)
        .ok_or_else(|| Refusal::patch_value(operation.path_text(), what))
}
