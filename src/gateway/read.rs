//! The questions: nothing here changes anything.

use futures::{Stream, TryStreamExt, stream};

use super::answer::{self, AccountAnswer, PlanAnswer, StageAnswer};
use super::classify::Fault;
use super::convert::{self, Missing};
use super::failure::{Failure, FailureKind};
use super::identity::GET_CALLER_IDENTITY;
use super::request::Seen;
use super::{API_GATEWAY, Ask, Gateway};
use crate::plan::account::{AccountLimits, ApiKey, ApiMethod, RestApi, Stage};
use crate::plan::{PlanId, UsagePlan};

/// The calls that change nothing, by the service's names. No others are made where
/// the gateway is read-only.
pub(super) const QUESTIONS: [&str; 13] = [
    "GetAccount",
    "GetApiKey",
    "GetApiKeys",
    GET_CALLER_IDENTITY,
    "GetResources",
    "GetRestApis",
    "GetStage",
    "GetStages",
    "GetUsage",
    "GetUsagePlan",
    "GetUsagePlanKey",
    "GetUsagePlanKeys",
    "GetUsagePlans",
];

/// The largest page that the service gives.
pub(super) const PAGE: i32 = 500;

/// Some items, and the position of the next page if there is one.
pub(super) type Page<T> = (Vec<T>, Option<String>);

impl Ask {
    pub(super) fn get(
        operation: &'static str,
        target: impl Into<String>,
        path: impl Into<String>,
    ) -> Self {
        Self {
            service: API_GATEWAY,
            operation,
            target: target.into(),
            method: "GET",
            path: path.into(),
        }
    }
}

/// Lets the HTTP client note what it sees of this attempt.
macro_rules! watched {
    ($request:expr, $seen:expr) => {{
        let seen: $crate::gateway::request::Seen = $seen;
        $request
            .customize()
            .mutate_request(move |request| request.add_extension(seen.clone()))
            .send()
            .await
            .map_err(|error| $crate::gateway::classify::fault(&error))
    }};
}
pub(super) use watched;

/// The same for an answer that is read from its own text: the SDK's answer, which has
/// no more than the number of the request, and what was read.
macro_rules! told {
    ($request:expr, $seen:expr) => {{
        let seen: $crate::gateway::request::Seen = $seen;
        seen.keep_text();
        let answer = $crate::gateway::read::watched!($request, seen.clone())?;
        $crate::gateway::answer::read(&seen.text()).map(|read| (answer, read))
    }};
}
pub(super) use told;

impl Gateway {
    /// All usage plans, or those of one API key: pages of 500, each handed on
    /// as it arrives. Ends after the first failure.
    pub fn plans(
        &self,
        key: Option<String>,
    ) -> impl Stream<Item = Result<Vec<UsagePlan>, Failure>> + Send + use<> {
        let gateway = self.clone();
        pages(move |position| {
            let (gateway, key) = (gateway.clone(), key.clone());
            async move { gateway.page_of_plans(key, position).await }
        })
    }

    async fn page_of_plans(
        &self,
        key: Option<String>,
        position: Option<String>,
    ) -> Result<Page<UsagePlan>, Failure> {
        let attempt = |seen: Seen| {
            let request = self
                .client
                .get_usage_plans()
                .limit(PAGE)
                .set_key_id(key.clone())
                .set_position(position.clone());
            async move {
                let (_, mut answer): (_, answer::Page<PlanAnswer>) = told!(request, seen)?;
                let position = answer.position.take();
                page(answer.items(), position, answer::usage_plan)
            }
        };
        let target = key.clone().unwrap_or_default();
        let ask = Ask::get("GetUsagePlans", target, "/usageplans");
        self.ask(ask, attempt, counted("plan")).await
    }

    /// One usage plan as it is now.
    ///
    /// # Errors
    ///
    /// [`FailureKind::NotFound`] where there is none of this identifier, and
    /// whatever else keeps a call from being answered.
    pub async fn plan(&self, id: &PlanId) -> Result<UsagePlan, Failure> {
        let ask = Ask::get("GetUsagePlan", &id.0, format!("/usageplans/{id}"));
        let attempt = |seen: Seen| {
            let request = self.client.get_usage_plan().usage_plan_id(&id.0);
            async move {
                let (_, answer) = told!(request, seen)?;
                let plan = answer::usage_plan(answer)?;
                is_about(&id.0, &plan.id.0)?;
                Ok(plan)
            }
        };
        self.ask(ask, attempt, |_| String::new()).await
    }

    /// The API keys of a usage plan, without their values.
    ///
    /// # Errors
    ///
    /// Whatever keeps a call from being answered.
    pub async fn plan_keys(&self, id: &PlanId) -> Result<Vec<ApiKey>, Failure> {
        let keys = pages(|position: Option<String>| {
            let ask = Ask::get("GetUsagePlanKeys", &id.0, format!("/usageplans/{id}/keys"));
            let attempt = move |seen: Seen| {
                let request = self
                    .client
                    .get_usage_plan_keys()
                    .usage_plan_id(&id.0)
                    .limit(PAGE)
                    .set_position(position.clone());
                async move {
                    let answer = watched!(request, seen)?;
                    page(answer.items, answer.position, convert::plan_key)
                }
            };
            self.ask(ask, attempt, counted("key"))
        });
        keys.try_concat().await
    }

    /// Whether an API key is in a plan. A plan that does not exist has none.
    ///
    /// # Errors
    ///
    /// Whatever keeps the call from being answered.
    pub async fn has_key(&self, plan: &PlanId, key: &str) -> Result<bool, Failure> {
        let ask = Ask::get(
            "GetUsagePlanKey",
            format!("{plan} {key}"),
            format!("/usageplans/{plan}/keys/{key}"),
        );
        let attempt = |seen: Seen| {
            let request = self
                .client
                .get_usage_plan_key()
                .usage_plan_id(&plan.0)
                .key_id(key);
            async move {
                let answer = watched!(request, seen)?;
                is_about(key, answer.id().ok_or(Missing("id"))?)
            }
        };
        match self.ask(ask, attempt, |()| String::new()).await {
            Ok(()) => Ok(true),
            Err(failure) if failure.kind == FailureKind::NotFound => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// The account's API keys, without their values.
    ///
    /// # Errors
    ///
    /// Whatever keeps a call from being answered.
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, Failure> {
        let keys = pages(|position: Option<String>| {
            let ask = Ask::get("GetApiKeys", "", "/apikeys");
            let attempt = move |seen: Seen| {
                let request = self
                    .client
                    .get_api_keys()
                    .include_values(false)
                    .limit(PAGE)
                    .set_position(position.clone());
                async move {
                    let answer = watched!(request, seen)?;
                    page(answer.items, answer.position, convert::api_key)
                }
            };
            self.ask(ask, attempt, counted("key"))
        });
        keys.try_concat().await
    }

    /// The account's REST APIs.
    ///
    /// # Errors
    ///
    /// Whatever keeps a call from being answered.
    pub async fn apis(&self) -> Result<Vec<RestApi>, Failure> {
        let apis = pages(|position: Option<String>| {
            let ask = Ask::get("GetRestApis", "", "/restapis");
            let attempt = move |seen: Seen| {
                let request = self
                    .client
                    .get_rest_apis()
                    .limit(PAGE)
                    .set_position(position.clone());
                async move {
                    let answer = watched!(request, seen)?;
                    page(answer.items, answer.position, convert::rest_api)
                }
            };
            self.ask(ask, attempt, counted("API"))
        });
        apis.try_concat().await
    }

    /// The stages of a REST API. The service gives them in one page.
    ///
    /// # Errors
    ///
    /// [`FailureKind::NotFound`] where there is no such API, and whatever else
    /// keeps a call from being answered.
    pub async fn stages(&self, api: &str) -> Result<Vec<Stage>, Failure> {
        let ask = Ask::get("GetStages", api, format!("/restapis/{api}/stages"));
        let attempt = |seen: Seen| {
            let request = self.client.get_stages().rest_api_id(api);
            async move {
                let (_, answer): (_, answer::Page<StageAnswer>) = told!(request, seen)?;
                let (stages, _) = page(answer.items(), None, |stage| answer::stage(api, stage))?;
                Ok(stages)
            }
        };
        self.ask(ask, attempt, |stages: &Vec<Stage>| {
            count(stages.len(), "stage")
        })
        .await
    }

    /// One stage of a REST API.
    ///
    /// # Errors
    ///
    /// [`FailureKind::NotFound`] where there is no such stage, and whatever else
    /// keeps a call from being answered.
    pub async fn stage(&self, api: &str, stage: &str) -> Result<Stage, Failure> {
        let ask = Ask::get(
            "GetStage",
            format!("{api}:{stage}"),
            format!("/restapis/{api}/stages/{stage}"),
        );
        let attempt = |seen: Seen| {
            let request = self.client.get_stage().rest_api_id(api).stage_name(stage);
            async move {
                let (_, answer) = told!(request, seen)?;
                let told = answer::stage(api, answer)?;
                is_about(stage, &told.key.stage)?;
                Ok(told)
            }
        };
        self.ask(ask, attempt, |_| String::new()).await
    }

    /// The methods of a REST API, sorted by path and method.
    ///
    /// # Errors
    ///
    /// [`FailureKind::NotFound`] where there is no such API, and whatever else
    /// keeps a call from being answered.
    pub async fn methods(&self, api: &str) -> Result<Vec<ApiMethod>, Failure> {
        let resources = pages(|position: Option<String>| {
            let ask = Ask::get("GetResources", api, format!("/restapis/{api}/resources"));
            let attempt = move |seen: Seen| {
                let request = self
                    .client
                    .get_resources()
                    .rest_api_id(api)
                    .embed("methods")
                    .limit(PAGE)
                    .set_position(position.clone());
                async move {
                    let answer = watched!(request, seen)?;
                    page(answer.items, answer.position, |resource| {
                        Ok(convert::methods(resource))
                    })
                }
            };
            self.ask(ask, attempt, counted("resource"))
        });
        let mut methods: Vec<_> = resources
            .try_concat()
            .await?
            .into_iter()
            .flatten()
            .collect();
        methods.sort_unstable();
        Ok(methods)
    }

    /// The account's own limits.
    ///
    /// # Errors
    ///
    /// Whatever keeps a call from being answered.
    pub async fn account(&self) -> Result<AccountLimits, Failure> {
        let ask = Ask::get("GetAccount", "", "/account");
        let attempt = |seen: Seen| {
            let request = self.client.get_account();
            async move {
                let (_, answer): (_, AccountAnswer) = told!(request, seen)?;
                Ok(answer::account(answer))
            }
        };
        self.ask(ask, attempt, |_| String::new()).await
    }
}

/// Whether an answer is about what was asked for: one about something else is told as
/// that, and never taken for it.
pub(super) fn is_about(asked: &str, answered: &str) -> Result<(), Fault> {
    if asked == answered {
        return Ok(());
    }
    let field = Some("id".to_owned());
    let said = format!("it is about {answered:?}, not {asked:?}");
    Err(Fault::new(FailureKind::BadAnswer { field }, said))
}

/// The items of an answer, converted. One that cannot be named is a bad answer.
fn page<S, T>(
    items: Option<Vec<S>>,
    position: Option<String>,
    convert: impl Fn(S) -> Result<T, Missing>,
) -> Result<Page<T>, Fault> {
    let items = items
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(n, item)| {
            convert(item).map_err(|Missing(member)| {
                Fault::new(
                    FailureKind::BadAnswer {
                        field: Some(format!("item[{n}].{member}")),
                    },
                    "it is missing",
                )
            })
        })
        .collect::<Result<_, _>>()?;
    Ok((items, position.filter(|position| !position.is_empty())))
}

/// All pages, one after the other: where the next one begins is known only
/// when the last one is there. A server that gives the same position twice
/// would be asked for ever, so that ends the list.
pub(super) fn pages<T, F>(
    fetch: impl Fn(Option<String>) -> F,
) -> impl Stream<Item = Result<Vec<T>, Failure>>
where
    F: Future<Output = Result<Page<T>, Failure>>,
{
    enum Next {
        Page(Option<String>),
        Nothing,
    }
    stream::try_unfold((Next::Page(None), fetch), |(next, fetch)| async move {
        let Next::Page(position) = next else {
            return Ok(None);
        };
        let (items, following) = fetch(position.clone()).await?;
        let next = match following {
            Some(following) if position.as_ref() != Some(&following) => Next::Page(Some(following)),
            _ => Next::Nothing,
        };
        Ok(Some((items, (next, fetch))))
    })
}

pub(super) fn counted<T>(noun: &'static str) -> impl Fn(&Page<T>) -> String {
    move |(items, _)| count(items.len(), noun)
}

/// `1 plan`, `500 plans`
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
