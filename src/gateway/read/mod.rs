//! The questions: nothing here changes anything.

pub(crate) mod answer;
pub(crate) mod convert;
pub(crate) mod daily;
pub(crate) mod inventory;
pub(crate) mod key_value;
pub(crate) mod mend;
pub(crate) mod pace;
pub(crate) mod request;
pub(crate) mod retry;
pub(crate) mod shape;
pub(crate) mod usage;

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use futures::{Stream, TryStreamExt, stream};

use super::failure::{Failure, FailureKind};
use super::{API_GATEWAY, Ask, Gateway};
use crate::gateway::connect::identity::GET_CALLER_IDENTITY;
use crate::gateway::failure::fault::Fault;
use crate::gateway::read::answer::{AccountAnswer, PlanAnswer, StageAnswer};
use crate::gateway::read::convert::Flaw;
use crate::gateway::read::request::AttemptNotes;
use crate::plan::model::account::{AccountLimits, ApiKey, ApiMethod, RestApi, Stage};
use crate::plan::model::segment;
use crate::plan::{PlanId, UsagePlan};
use crate::text::number;

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
pub(super) type ItemsPage<T> = (Vec<T>, Option<String>);

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
            unsendable: None,
        }
    }

    /// All plans, or those of an API key.
    fn of_plans(key: Option<&str>) -> Self {
        let ask = Self::get("GetUsagePlans", key.unwrap_or_default(), "/usageplans");
        ask.naming(key.map(|key| (KEY_ID, key)))
    }

    /// Notes what it names, as it will stand in the URI: what cannot be an identifier is
    /// not asked for.
    pub(super) fn naming<'a>(
        mut self,
        named: impl IntoIterator<Item = (&'static str, &'a str)>,
    ) -> Self {
        for (what, text) in named {
            if let Err(unfit) = segment::fits(text) {
                let kind = FailureKind::Unsendable { what };
                self.unsendable = Some(Fault::new(kind, unfit.to_string()));
            }
        }
        self
    }
}

/// The words of [`Ask::naming`] for a plan's identifier.
pub(super) const PLAN_ID: &str = "the plan's ID";
/// That of an API key.
pub(super) const KEY_ID: &str = "the API key's ID";
const API_ID: &str = "the API's ID";

/// Lets the HTTP client note what it sees of this attempt.
macro_rules! watched {
    ($request:expr, $seen:expr) => {{
        let seen: $crate::gateway::read::request::AttemptNotes = $seen;
        $request
            .customize()
            .mutate_request(move |request| request.add_extension(seen.clone()))
            .send()
            .await
            .map_err(|error| $crate::gateway::failure::classify::fault(&error))
    }};
}
pub(super) use watched;

/// The same for an answer that is read from its own text: the SDK's answer, which has
/// no more than the number of the request, and what was read.
macro_rules! told {
    ($request:expr, $seen:expr) => {{
        let seen: $crate::gateway::read::request::AttemptNotes = $seen;
        seen.keep_text();
        let answer = $crate::gateway::read::watched!($request, seen.clone())?;
        $crate::gateway::read::answer::read(&seen.text()).map(|read| (answer, read))
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
        let told = {
            let (gateway, ask) = (self.clone(), Ask::of_plans(key.as_deref()));
            move |fault| gateway.failure(&ask, fault)
        };
        pages(told, move |position| {
            let (gateway, key) = (gateway.clone(), key.clone());
            async move { gateway.page_of_plans(key, position).await }
        })
    }

    async fn page_of_plans(
        &self,
        key: Option<String>,
        position: Option<String>,
    ) -> Result<ItemsPage<UsagePlan>, Failure> {
        let attempt = |seen: AttemptNotes| {
            let request = self
                .client
                .get_usage_plans()
                .limit(PAGE)
                .set_key_id(key.clone())
                .set_position(position.clone());
            async move {
                let (_, mut answer): (_, answer::AnswerPage<PlanAnswer>) = told!(request, seen)?;
                let position = answer.position.take();
                page(answer.items()?, position, answer::usage_plan)
            }
        };
        let ask = Ask::of_plans(key.as_deref());
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
        let ask = ask.naming([(PLAN_ID, id.0.as_str())]);
        let attempt = |seen: AttemptNotes| {
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
        let ask = || {
            let ask = Ask::get("GetUsagePlanKeys", &id.0, format!("/usageplans/{id}/keys"));
            ask.naming([(PLAN_ID, id.0.as_str())])
        };
        let told = |fault| self.failure(&ask(), fault);
        let keys = pages(told, |position: Option<String>| {
            let attempt = move |seen: AttemptNotes| {
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
            self.ask(ask(), attempt, counted("key"))
        });
        keys.try_concat().await
    }

    /// Asks if an API key is in a plan. A plan that does not exist has none.
    ///
    /// # Errors
    ///
    /// Whatever keeps the call from being answered.
    pub async fn has_key(&self, plan: &PlanId, key: &str) -> Result<bool, Failure> {
        let ask = Ask::get(
            "GetUsagePlanKey",
            format!("{plan} {key}"),
            format!("/usageplans/{plan}/keys/{key}"),
        )
        .naming([(PLAN_ID, plan.0.as_str()), (KEY_ID, key)]);
        let attempt = |seen: AttemptNotes| {
            let request = self
                .client
                .get_usage_plan_key()
                .usage_plan_id(&plan.0)
                .key_id(key);
            async move {
                let answer = watched!(request, seen)?;
                is_about(key, answer.id().ok_or_else(|| Flaw::missing("id"))?)
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
        let ask = || Ask::get("GetApiKeys", "", "/apikeys");
        let told = |fault| self.failure(&ask(), fault);
        let keys = pages(told, |position: Option<String>| {
            let attempt = move |seen: AttemptNotes| {
                let request = self
                    .client
                    .get_api_keys()
                    // Values are secrets: each is asked for by itself, when somebody wants
                    // to see it.
                    .include_values(false)
                    .limit(PAGE)
                    .set_position(position.clone());
                async move {
                    let answer = watched!(request, seen)?;
                    page(answer.items, answer.position, convert::api_key)
                }
            };
            self.ask(ask(), attempt, counted("key"))
        });
        keys.try_concat().await
    }

    /// The account's REST APIs.
    ///
    /// # Errors
    ///
    /// Whatever keeps a call from being answered.
    pub async fn apis(&self) -> Result<Vec<RestApi>, Failure> {
        let ask = || Ask::get("GetRestApis", "", "/restapis");
        let told = |fault| self.failure(&ask(), fault);
        let apis = pages(told, |position: Option<String>| {
            let attempt = move |seen: AttemptNotes| {
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
            self.ask(ask(), attempt, counted("API"))
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
        let ask = ask.naming([(API_ID, api)]);
        let attempt = |seen: AttemptNotes| {
            let request = self.client.get_stages().rest_api_id(api);
            async move {
                let (_, answer): (_, answer::AnswerPage<StageAnswer>) = told!(request, seen)?;
                let (stages, _) = page(answer.items()?, None, |stage| answer::stage(api, stage))?;
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
        )
        .naming([(API_ID, api), ("the stage's name", stage)]);
        let attempt = |seen: AttemptNotes| {
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
        let ask = || {
            let ask = Ask::get("GetResources", api, format!("/restapis/{api}/resources"));
            ask.naming([(API_ID, api)])
        };
        let told = |fault| self.failure(&ask(), fault);
        let resources = pages(told, |position: Option<String>| {
            let attempt = move |seen: AttemptNotes| {
                let request = self
                    .client
                    .get_resources()
                    .rest_api_id(api)
                    // Without it `resourceMethods` has stubs that do not say whether a key
                    // is asked for (API reference, GetResources).
                    .embed("methods")
                    .limit(PAGE)
                    .set_position(position.clone());
                async move {
                    let answer = watched!(request, seen)?;
                    page(answer.items, answer.position, convert::methods)
                }
            };
            self.ask(ask(), attempt, counted("resource"))
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
        let attempt = |seen: AttemptNotes| {
            let request = self.client.get_account();
            async move {
                let (_, answer): (_, AccountAnswer) = told!(request, seen)?;
                Ok(answer::account(answer))
            }
        };
        self.ask(ask, attempt, |_| String::new()).await
    }
}

/// Checks that an answer is about what was asked for: one about something else is told as
/// that, and never taken for it.
pub(super) fn is_about(asked: &str, answered: &str) -> Result<(), Fault> {
    if asked == answered {
        return Ok(());
    }
    let field = Some("id".to_owned());
    let said = format!("it is about {answered:?}, not {asked:?}");
    Err(Fault::new(FailureKind::BadAnswer { field }, said))
}

/// An item of a list, by its identifier.
pub(super) trait Listed {
    /// Empty where it has none of its own.
    fn id(&self) -> &str;
}

impl Listed for UsagePlan {
    fn id(&self) -> &str {
        &self.id.0
    }
}

impl Listed for ApiKey {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Listed for RestApi {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Listed for Stage {
    fn id(&self) -> &str {
        &self.key.stage
    }
}

/// Those of one resource.
impl Listed for Vec<ApiMethod> {
    fn id(&self) -> &'static str {
        ""
    }
}

/// The items of an answer, converted. One that cannot be named is a bad answer, and so are
/// two of one name: which of them holds is not known.
fn page<S, T: Listed>(
    items: Option<Vec<S>>,
    position: Option<String>,
    convert: impl Fn(S) -> Result<T, Flaw>,
) -> Result<ItemsPage<T>, Fault> {
    let flawed = |n: usize, flaw: Flaw| Fault::from(flaw.within(&format!("item[{n}]")));
    let items: Vec<T> = items
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(n, item)| convert(item).map_err(|flaw| flawed(n, flaw)))
        .collect::<Result<_, _>>()?;
    let mut ids = HashSet::with_capacity(items.len());
    for (n, item) in items.iter().enumerate() {
        if !item.id().is_empty() && !ids.insert(item.id()) {
            let flaw = Flaw::new("id", "the list has it twice");
            return Err(flawed(n, flaw));
        }
    }
    Ok((items, following(position)?))
}

/// The longest position, in bytes. Servers take request lines of some 8,000 bytes, and each
/// byte may take three in a URI, which has 65,534 at most (the `http` crate).
const LONGEST_POSITION: usize = 8 * 1024;

/// The position of the next page; none at the end of the list, which an empty one means
/// as well (inferred).
pub(super) fn following(position: Option<String>) -> Result<Option<String>, Fault> {
    let position = position.filter(|position| !position.is_empty());
    if let Some(bytes) = position.as_ref().map(String::len)
        && bytes > LONGEST_POSITION
    {
        let bytes = number::whole(i64::try_from(bytes).unwrap_or(i64::MAX));
        let said = format!("it is {bytes} bytes long, and {LONGEST_POSITION} is the most");
        return Err(Flaw::new("position", said).into());
    }
    Ok(position)
}

/// The most pages of a list. What an account can have most of are 10,000 API keys (the
/// quotas page): 20 pages of 500, or 400 of the 25 that a server may give whatever it is
/// asked for.
const MOST_PAGES: usize = 1_000;

/// The most pages in a row that have nothing on them.
const MOST_EMPTY_PAGES: usize = 100;

/// The progress through a list.
struct Walk {
    /// The position of the page to ask for; none for the first one.
    position: Option<String>,
    is_over: bool,
    pages: usize,
    /// The number of pages with nothing on them since one had something.
    empty: usize,
    /// The positions that were given, each as a number: they can be long.
    positions: HashSet<u64>,
    hasher: RandomState,
    /// The identifiers of what was listed.
    ids: HashSet<Box<str>>,
}

impl Walk {
    fn new() -> Self {
        Self {
            position: None,
            is_over: false,
            pages: 0,
            empty: 0,
            positions: HashSet::new(),
            hasher: RandomState::new(),
            ids: HashSet::new(),
        }
    }

    /// Takes in a page and gives what is new on it: where something comes into being while
    /// pages are read, the last item of one may be the first of the next one.
    fn take<T: Listed>(&mut self, (mut items, following): ItemsPage<T>) -> Result<Vec<T>, Fault> {
        self.pages += 1;
        self.empty = if items.is_empty() { self.empty + 1 } else { 0 };
        self.is_over = following.is_none();
        if let Some(position) = &following {
            self.go_on(position)?;
        }
        self.position = following;
        items.retain(|item| item.id().is_empty() || self.ids.insert(item.id().into()));
        Ok(items)
    }

    /// A list that goes round, or on for ever, has no end; to end it here would take a part
    /// for the whole.
    fn go_on(&mut self, position: &str) -> Result<(), Fault> {
        let said = if !self.positions.insert(self.hasher.hash_one(position)) {
            "the list does not end: it has come to the same position again".to_owned()
        } else if self.pages == MOST_PAGES {
            let pages = number::whole(i64::try_from(MOST_PAGES).unwrap_or(i64::MAX));
            format!("the list does not end: there are more pages after {pages}")
        } else if self.empty == MOST_EMPTY_PAGES {
            format!("the list does not end: {MOST_EMPTY_PAGES} pages in a row are empty")
        } else {
            return Ok(());
        };
        Err(Flaw::new("position", said).into())
    }
}

/// All pages, one after the other: where the next one begins is known only when the last
/// one is there. `told` makes the failure of a list that does not end.
pub(super) fn pages<T, F>(
    told: impl Fn(Fault) -> Failure,
    fetch: impl Fn(Option<String>) -> F,
) -> impl Stream<Item = Result<Vec<T>, Failure>>
where
    T: Listed,
    F: Future<Output = Result<ItemsPage<T>, Failure>>,
{
    let walk = (Walk::new(), told, fetch);
    stream::try_unfold(walk, |(mut walk, told, fetch)| async move {
        if walk.is_over {
            return Ok(None);
        }
        let page = fetch(walk.position.take()).await?;
        let items = walk.take(page).map_err(&told)?;
        Ok(Some((items, (walk, told, fetch))))
    })
}

pub(super) fn counted<T>(noun: &'static str) -> impl Fn(&ItemsPage<T>) -> String {
    move |(items, _)| count(items.len(), noun)
}

/// `1 plan`, `500 plans`
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
