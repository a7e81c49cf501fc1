//! The changes.

use super::convert;
use super::failure::Failure;
use super::read::{count, watched};
use super::request::Seen;
use super::{Ask, Gateway};
use crate::plan::call::{Call, extension};
use crate::plan::command_line::{API_KEY, plan_arn};
use crate::plan::{PlanId, Settings, UsagePlan};

impl Gateway {
    /// Sends one change. Creating and updating answer the plan as it is
    /// afterwards; tagging and extending a usage answer nothing.
    ///
    /// The change is sent again only where it surely was not made, so it is
    /// made once at most.
    ///
    /// # Errors
    ///
    /// Whatever keeps the call from being answered;
    /// [`Failure::surely_unchanged`] says whether the change may have been made.
    pub async fn send(&self, call: &Call) -> Result<Option<UsagePlan>, Failure> {
        match call {
            Call::Create(settings) => self.create(settings).await.map(Some),
            Call::Update { plan, operations } => {
                let operations: Vec<_> =
                    operations.iter().map(convert::operation_to_send).collect();
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
                let ask = Ask {
                    operation: call.operation(),
                    target: plan.0.clone(),
                    method: "PATCH",
                    path: format!("/usageplans/{plan}"),
                };
                let sent = count(operations.len(), "operation");
                self.ask(ask, attempt, |_| sent.clone()).await.map(Some)
            }
            Call::Tag { plan, tags } => {
                let (arn, tags) = (self.arn(plan), convert::tags_to_send(tags));
                let attempt = |seen: Seen| {
                    let request = self
                        .client
                        .tag_resource()
                        .resource_arn(&arn)
                        .set_tags(Some(tags.clone()));
                    async move { watched!(request, seen).map(|_| None) }
                };
                let ask = tagging(call, plan, "PUT", &arn);
                self.ask(ask, attempt, |_| String::new()).await
            }
            Call::Untag { plan, keys } => {
                let arn = self.arn(plan);
                let attempt = |seen: Seen| {
                    let request = self
                        .client
                        .untag_resource()
                        .resource_arn(&arn)
                        .set_tag_keys(Some(keys.clone()));
                    async move { watched!(request, seen).map(|_| None) }
                };
                let ask = tagging(call, plan, "DELETE", &arn);
                self.ask(ask, attempt, |_| String::new()).await
            }
            Call::ExtendUsage {
                plan,
                key,
                remaining,
            } => {
                let operation = convert::operation_to_send(&extension(*remaining));
                let attempt = |seen: Seen| {
                    let request = self
                        .client
                        .update_usage()
                        .usage_plan_id(&plan.0)
                        .key_id(key)
                        .patch_operations(operation.clone());
                    async move { watched!(request, seen).map(|_| None) }
                };
                let ask = Ask {
                    operation: call.operation(),
                    target: format!("{plan} {key}"),
                    method: "PATCH",
                    path: format!("/usageplans/{plan}/keys/{key}/usage"),
                };
                self.ask(ask, attempt, |_| String::new()).await
            }
            Call::AttachKey { plan, key } => {
                let attempt = |seen: Seen| {
                    let request = self
                        .client
                        .create_usage_plan_key()
                        .usage_plan_id(&plan.0)
                        .key_id(key)
                        .key_type(API_KEY);
                    async move { watched!(request, seen).map(|_| None) }
                };
                let ask = Ask {
                    operation: call.operation(),
                    target: format!("{plan} {key}"),
                    method: "POST",
                    path: format!("/usageplans/{plan}/keys"),
                };
                self.ask(ask, attempt, |_| String::new()).await
            }
            Call::DetachKey { plan, key } => {
                let attempt = |seen: Seen| {
                    let request = self
                        .client
                        .delete_usage_plan_key()
                        .usage_plan_id(&plan.0)
                        .key_id(key);
                    async move { watched!(request, seen).map(|_| None) }
                };
                let ask = Ask {
                    operation: call.operation(),
                    target: format!("{plan} {key}"),
                    method: "DELETE",
                    path: format!("/usageplans/{plan}/keys/{key}"),
                };
                self.ask(ask, attempt, |_| String::new()).await
            }
            Call::Delete { plan } => {
                let attempt = |seen: Seen| {
                    let request = self.client.delete_usage_plan().usage_plan_id(&plan.0);
                    async move { watched!(request, seen).map(|_| None) }
                };
                let ask = Ask {
                    operation: call.operation(),
                    target: plan.0.clone(),
                    method: "DELETE",
                    path: format!("/usageplans/{plan}"),
                };
                self.ask(ask, attempt, |_| String::new()).await
            }
        }
    }

    async fn create(&self, settings: &Settings) -> Result<UsagePlan, Failure> {
        let attempt = |seen: Seen| {
            let request = convert::create(self.client.create_usage_plan(), settings);
            async move {
                let answer = watched!(request, seen)?;
                Ok(convert::usage_plan(convert::plan_parts!(answer))?)
            }
        };
        let ask = Ask {
            operation: "CreateUsagePlan",
            target: settings.name.clone(),
            method: "POST",
            path: "/usageplans".to_owned(),
        };
        self.ask(ask, attempt, |plan: &UsagePlan| plan.id.0.clone())
            .await
    }

    /// The name of a plan for tagging.
    fn arn(&self, plan: &PlanId) -> String {
        plan_arn(&self.scope.region, plan)
    }
}

fn tagging(call: &Call, plan: &PlanId, method: &'static str, arn: &str) -> Ask {
    Ask {
        operation: call.operation(),
        target: plan.0.clone(),
        method,
        path: format!("/tags/{arn}"),
    }
}
