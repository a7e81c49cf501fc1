//! The changes.

use aws_sdk_apigateway::operation::RequestId;
use aws_sdk_apigateway::operation::create_usage_plan_key::CreateUsagePlanKeyOutput;
use aws_sdk_apigateway::operation::update_usage::UpdateUsageOutput;

use super::failure::{Failure, FailureKind};
use super::read::{KEY_ID, PLAN_ID, count, is_about, told, watched};
use super::{API_GATEWAY, Ask, Gateway};
use crate::crash::{self, Point};
use crate::gateway::failure::fault::Fault;
use crate::gateway::read::answer;
use crate::gateway::read::convert;
use crate::gateway::read::convert::Flaw;
use crate::gateway::read::request::AttemptNotes;
use crate::plan::calls::call::{Call, extension};
use crate::plan::calls::command_line::{API_KEY, plan_arn};
use crate::plan::{PlanId, UsagePlan};

/// The service's answer to a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The plan as it is afterwards, from those calls that answer one: creating and
    /// updating.
    pub plan: Option<UsagePlan>,
    /// The service's number of the request; empty where it gave none.
    pub request_id: String,
}

impl Reply {
    /// An answer that is only a yes.
    fn yes(answer: &impl RequestId) -> Self {
        Self {
            plan: None,
            request_id: answer.request_id().unwrap_or_default().to_owned(),
        }
    }
}

/// Sends a request whose answer is only a yes. Where it also says what it is about,
/// that must be what was asked for.
macro_rules! yes {
    ($gateway:expr, $ask:expr, $request:expr) => {
        yes!($gateway, $ask, $request, |_| Ok(()))
    };
    ($gateway:expr, $ask:expr, $request:expr, $check:expr) => {{
        let request = $request;
        let attempt = |seen: AttemptNotes| {
            let request = request.clone();
            async move {
                let watching = seen.clone();
                let answer = watched!(request, seen)?;
                // The SDK takes any body for this yes, even an HTML page that a proxy answers with.
                if watching.is_no_json() {
                    return Err(no_json());
                }
                let check: fn(&_) -> Result<(), Flaw> = $check;
                check(&answer)?;
                Ok(Reply::yes(&answer))
            }
        };
        $gateway.ask($ask, attempt, |_| String::new()).await
    }};
}

/// Something between here and the service said yes.
fn no_json() -> Fault {
    Fault::new(
        FailureKind::BadAnswer { field: None },
        "it is not JSON, as API Gateway's answers are",
    )
}

/// Sends a request whose answer is the plan as it is afterwards.
macro_rules! plan {
    ($gateway:expr, $ask:expr, $request:expr, $of:expr, $summary:expr) => {{
        let of: Option<&PlanId> = $of;
        let request = $request;
        let attempt = |seen: AttemptNotes| {
            let request = request.clone();
            async move {
                let (answer, plan) = told!(request, seen)?;
                let yes = Reply::yes(&answer);
                let plan = answer::usage_plan(plan)?;
                if let Some(of) = of {
                    is_about(&of.0, &plan.id.0)?;
                }
                Ok(Reply {
                    plan: Some(plan),
                    ..yes
                })
            }
        };
        $gateway.ask($ask, attempt, $summary).await
    }};
}

impl Ask {
    /// Keys of tags stand in the URI, which has room for 65,534 bytes (the `http` crate); so
    /// many are left for them, each as `tagKeys=…&` with three bytes for one.
    const ROOM_FOR_TAG_KEYS: usize = 60_000;

    fn with_room_for(mut self, keys: &[String]) -> Self {
        let bytes: usize = keys.iter().map(|key| 3 * key.len() + 9).sum();
        if bytes > Self::ROOM_FOR_TAG_KEYS {
            let kind = FailureKind::Unsendable {
                what: "the list of tag keys",
            };
            let said = "it is too long for one call; remove fewer tags at a time";
            // The `http` crate refuses a longer URI with words that name no tag; this says what to do.
            self.unsendable = Some(Fault::new(kind, said));
        }
        self
    }
}

/// The check that an answer on usage names the plan that it is of.
fn names_its_plan(answer: &UpdateUsageOutput) -> Result<(), Flaw> {
    let plan = answer.usage_plan_id().map(|_| ());
    plan.ok_or_else(|| Flaw::missing("usagePlanId"))
}

/// The check that an answer names the key that was put into the plan.
fn names_its_key(answer: &CreateUsagePlanKeyOutput) -> Result<(), Flaw> {
    answer.id().map(|_| ()).ok_or_else(|| Flaw::missing("id"))
}

impl Gateway {
    /// Sends one change. The change is sent again only where it surely was not
    /// made, so it is made once at most. An update that came too soon is not sent
    /// again here: when the next may go is for the send queue to know.
    ///
    /// # Errors
    ///
    /// Whatever keeps the call from being answered;
    /// [`Failure::surely_unchanged`] says whether the change may have been made.
    pub async fn send(&self, call: &Call) -> Result<Reply, Failure> {
        crash::reach(Point::BeforeCall);
        let answer = self.carry_out(call).await;
        crash::reach(Point::AfterCall);
        answer
    }

    async fn carry_out(&self, call: &Call) -> Result<Reply, Failure> {
        let ask = self.ask_of(call);
        let client = &self.client;
        match call {
            Call::Create(settings) => {
                let request = convert::create(client.create_usage_plan(), settings);
                plan!(self, ask, request, None, |reply: &Reply| {
                    let plan = reply.plan.as_ref();
                    plan.map(|plan| plan.id.0.clone()).unwrap_or_default()
                })
            }
            Call::Update { plan, operations } => {
                let sent = count(operations.len(), "operation");
                let operations = operations.iter().map(convert::operation_to_send).collect();
                let request = client.update_usage_plan().usage_plan_id(&plan.0);
                let request = request.set_patch_operations(Some(operations));
                plan!(self, ask, request, Some(plan), |_| sent.clone())
            }
            Call::Tag { plan, tags } => {
                let request = client.tag_resource().resource_arn(self.arn(plan));
                yes!(
                    self,
                    ask,
                    request.set_tags(Some(convert::tags_to_send(tags)))
                )
            }
            Call::Untag { plan, keys } => {
                let request = client.untag_resource().resource_arn(self.arn(plan));
                yes!(self, ask, request.set_tag_keys(Some(keys.clone())))
            }
            Call::ExtendUsage {
                plan,
                key,
                remaining,
            } => {
                let operation = convert::operation_to_send(&extension(*remaining));
                let request = client.update_usage().usage_plan_id(&plan.0).key_id(key);
                let request = request.patch_operations(operation);
                yes!(self, ask, request, names_its_plan)
            }
            Call::AttachKey { plan, key } => {
                let request = client.create_usage_plan_key().usage_plan_id(&plan.0);
                let request = request.key_id(key).key_type(API_KEY);
                yes!(self, ask, request, names_its_key)
            }
            Call::DetachKey { plan, key } => {
                let request = client.delete_usage_plan_key().usage_plan_id(&plan.0);
                yes!(self, ask, request.key_id(key))
            }
            Call::Delete { plan } => {
                yes!(self, ask, client.delete_usage_plan().usage_plan_id(&plan.0))
            }
        }
    }

    /// A call in the words of the log, of errors and of IAM.
    fn ask_of(&self, call: &Call) -> Ask {
        let (target, method, path) = match call {
            Call::Create(settings) => (settings.name.clone(), "POST", "/usageplans".to_owned()),
            Call::Update { plan, .. } => (plan.0.clone(), "PATCH", format!("/usageplans/{plan}")),
            Call::Tag { plan, .. } => (plan.0.clone(), "PUT", format!("/tags/{}", self.arn(plan))),
            Call::Untag { plan, .. } => (
                plan.0.clone(),
                "DELETE",
                format!("/tags/{}", self.arn(plan)),
            ),
            Call::ExtendUsage { plan, key, .. } => (
                format!("{plan} {key}"),
                "PATCH",
                format!("/usageplans/{plan}/keys/{key}/usage"),
            ),
            Call::AttachKey { plan, key } => (
                format!("{plan} {key}"),
                "POST",
                format!("/usageplans/{plan}/keys"),
            ),
            Call::DetachKey { plan, key } => (
                format!("{plan} {key}"),
                "DELETE",
                format!("/usageplans/{plan}/keys/{key}"),
            ),
            Call::Delete { plan } => (plan.0.clone(), "DELETE", format!("/usageplans/{plan}")),
        };
        let ask = Ask {
            service: API_GATEWAY,
            operation: call.operation(),
            target,
            method,
            path,
            unsendable: None,
        };
        let (plan, key) = match call {
            Call::Create(_) => (None, None),
            Call::Update { plan, .. }
            | Call::Tag { plan, .. }
            | Call::Untag { plan, .. }
            | Call::Delete { plan } => (Some(plan), None),
            Call::ExtendUsage { plan, key, .. }
            | Call::AttachKey { plan, key }
            | Call::DetachKey { plan, key } => (Some(plan), Some(key)),
        };
        let plan = plan.map(|plan| (PLAN_ID, plan.0.as_str()));
        let ask = ask.naming(
            plan.into_iter()
                .chain(key.map(|key| (KEY_ID, key.as_str()))),
        );
        match call {
            Call::Untag { keys, .. } => ask.with_room_for(keys),
            _ => ask,
        }
    }

    /// The name of a plan for tagging.
    fn arn(&self, plan: &PlanId) -> String {
        plan_arn(&self.scope.region, plan)
    }
}
