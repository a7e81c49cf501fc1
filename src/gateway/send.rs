//! The changes.

use super::convert;
use super::failure::Failure;
use super::read::{count, watched};
use super::request::Seen;
use super::{Ask, Gateway};
use crate::plan::call::{Call, extension};
use crate::plan::command_line::{API_KEY, plan_arn};
use crate::plan::{PatchOperation, PlanId, Settings, UsagePlan};

/// Sends a request whose answer says nothing.
macro_rules! unanswered {
    ($gateway:expr, $ask:expr, $request:expr) => {{
        let request = $request;
        let attempt = |seen: Seen| {
            let request = request.clone();
            async move { watched!(request, seen).map(|_| None) }
        };
        $gateway.ask($ask, attempt, |_| String::new()).await
    }};
}

impl Gateway {
    /// Sends one change. Creating and updating answer the plan as it is
    /// afterwards; the others answer nothing.
    ///
    /// The change is sent again only where it surely was not made, so it is
    /// made once at most.
    ///
    /// # Errors
    ///
    /// Whatever keeps the call from being answered;
    /// [`Failure::surely_unchanged`] says whether the change may have been made.
    pub async fn send(&self, call: &Call) -> Result<Option<UsagePlan>, Failure> {
        let ask = self.change(call);
        let client = &self.client;
        match call {
            Call::Create(settings) => self.create(ask, settings).await.map(Some),
            Call::Update { plan, operations } => self.update(ask, plan, operations).await.map(Some),
            Call::Tag { plan, tags } => {
                let request = client.tag_resource().resource_arn(self.arn(plan));
                let request = request.set_tags(Some(convert::tags_to_send(tags)));
                unanswered!(self, ask, request)
            }
            Call::Untag { plan, keys } => {
                let request = client.untag_resource().resource_arn(self.arn(plan));
                unanswered!(self, ask, request.set_tag_keys(Some(keys.clone())))
            }
            Call::ExtendUsage {
                plan,
                key,
                remaining,
            } => {
                let operation = convert::operation_to_send(&extension(*remaining));
                let request = client.update_usage().usage_plan_id(&plan.0).key_id(key);
                unanswered!(self, ask, request.patch_operations(operation))
            }
            Call::AttachKey { plan, key } => {
                let request = client.create_usage_plan_key().usage_plan_id(&plan.0);
                unanswered!(self, ask, request.key_id(key).key_type(API_KEY))
            }
            Call::DetachKey { plan, key } => {
                let request = client.delete_usage_plan_key().usage_plan_id(&plan.0);
                unanswered!(self, ask, request.key_id(key))
            }
            Call::Delete { plan } => {
                let request = client.delete_usage_plan().usage_plan_id(&plan.0);
                unanswered!(self, ask, request)
            }
        }
    }

    /// What a change is called, what it is about, and the action and the resource
    /// that it is to IAM.
    fn change(&self, call: &Call) -> Ask {
        let of_plan = |plan: &PlanId| plan.0.clone();
        let of_key = |plan: &PlanId, key: &str| format!("{plan} {key}");
        let tags = |plan| format!("/tags/{}", self.arn(plan));
        let (target, method, path) = match call {
            Call::Create(settings) => (settings.name.clone(), "POST", "/usageplans".to_owned()),
            Call::Update { plan, .. } => (of_plan(plan), "PATCH", format!("/usageplans/{plan}")),
            Call::Tag { plan, .. } => (of_plan(plan), "PUT", tags(plan)),
            Call::Untag { plan, .. } => (of_plan(plan), "DELETE", tags(plan)),
            Call::ExtendUsage { plan, key, .. } => (
                of_key(plan, key),
                "PATCH",
                format!("/usageplans/{plan}/keys/{key}/usage"),
            ),
            Call::AttachKey { plan, key } => (
                of_key(plan, key),
                "POST",
                format!("/usageplans/{plan}/keys"),
            ),
            Call::DetachKey { plan, key } => (
                of_key(plan, key),
                "DELETE",
                format!("/usageplans/{plan}/keys/{key}"),
            ),
            Call::Delete { plan } => (of_plan(plan), "DELETE", format!("/usageplans/{plan}")),
        };
        Ask {
            operation: call.operation(),
            target,
            method,
            path,
        }
    }

    async fn update(
        &self,
        ask: Ask,
        plan: &PlanId,
        operations: &[PatchOperation],
    ) -> Result<UsagePlan, Failure> {
        let sent = count(operations.len(), "operation");
        let operations: Vec<_> = operations.iter().map(convert::operation_to_send).collect();
        let attempt = |seen: Seen| {
            let request = self
                .client
                .update_usage_plan()
                .usage_plan_id(&plan.0)
                .set_patch_operations(Some(operations.clone()));
            async move {
                let answer = watched!(request, seen)?;
                Ok(convert::usage_plan(convert::plan_parts!(answer))?)
            }
        };
        self.ask(ask, attempt, |_| sent.clone()).await
    }

    async fn create(&self, ask: Ask, settings: &Settings) -> Result<UsagePlan, Failure> {
        let attempt = |seen: Seen| {
            let request = convert::create(self.client.create_usage_plan(), settings);
            async move {
                let answer = watched!(request, seen)?;
                Ok(convert::usage_plan(convert::plan_parts!(answer))?)
            }
        };
        self.ask(ask, attempt, |plan: &UsagePlan| plan.id.0.clone())
            .await
    }

    /// The name of a plan for tagging.
    fn arn(&self, plan: &PlanId) -> String {
        plan_arn(&self.scope.region, plan)
    }
}
