//! The tasks that ask and send for the dashboard.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::keeper::{JournalKeeper, Order};
use super::reports::{Reports, reach};
use super::save::save;
use super::{clipboard, editor, greeting};
use crate::app::core::usage::{DAYS, UsageRead};
use crate::app::message::{Answer, Caller, Connected, HistoryRead, Message, Question, Ticket};
use crate::gateway::{Failure, FailureKind, Gateway};
use crate::journal::{History, Record, folder_of};
use crate::plan::calls::call::{Call, UPDATE_INTERVAL};
use crate::plan::{PlanId, Scope};
use crate::task::{self, Died, Job, Task};

/// The time that the end of the program waits for the journal.
const CLOSING: Duration = Duration::from_secs(3);

/// The work that is under way for the dashboard. Dropping it stops nothing: the program is
/// about to end then.
#[derive(Debug)]
pub(super) struct Work {
    /// The way to the service, once there is one. Questions wait for it.
    gateway: watch::Sender<Option<Gateway>>,
    tasks: HashMap<Ticket, AbortHandle>,
    answers: Reports,
    /// The folder of all journals.
    journals: Result<PathBuf, String>,
    /// The channel for records of the journal, and the task that writes them.
    keeper: (UnboundedSender<Order>, Option<Task<()>>),
    /// The task that notes that the greeting was closed.
    greeted: Option<Task<()>>,
}

impl Work {
    pub(super) fn new(answers: Reports, journals: Result<PathBuf, String>) -> Self {
        let gateway = watch::Sender::new(None);
        let (orders, ordered) = unbounded_channel();
        let folder = journals.clone();
        let keeper = JournalKeeper::new(folder, gateway.subscribe(), ordered, answers.clone());
        // `keeper.run` answers for its own work; this is for a death outside of it.
        let dead = answers.clone();
        let keeper = task::spawn_telling(Job::Records, keeper.run(), async move |died| {
            let recovered = Message::Recovered(Box::new(Err(died.to_string())));
            dead.give(recovered).await;
        });
        Self {
            journals,
            keeper: (orders, Some(keeper)),
            greeted: None,
            gateway,
            tasks: HashMap::new(),
            answers,
        }
    }

    /// For who only reads: the journal is left to others, and takes nothing.
    pub(super) fn reading(answers: Reports, journals: Result<PathBuf, String>) -> Self {
        let (orders, _) = unbounded_channel();
        Self {
            journals,
            keeper: (orders, None),
            greeted: None,
            gateway: watch::Sender::new(None),
            tasks: HashMap::new(),
            answers,
        }
    }

    /// Begins to answer a question.
    pub(super) fn ask(&mut self, ticket: Ticket, question: Question) {
        let answers = Answers {
            ticket,
            to: self.answers.clone(),
        };
        let gateway = self.gateway.subscribe();
        let (asked, known) = (question.clone(), self.gateway.clone());
        let failed = move |died: &Died| died_over(&asked, died, known.borrow().as_ref());
        self.spawn(Job::Question, ticket, failed, async move {
            if let Some(gateway) = reach(gateway).await {
                let mut found = super::answers(&gateway, question, Timestamp::now());
                while let Some(answer) = found.next().await {
                    answers.give(answer).await;
                }
            }
        });
    }

    /// Begins to connect. The other questions wait for that.
    pub(super) fn connect(
        &mut self,
        ticket: Ticket,
        connected: impl Future<Output = Result<Gateway, Failure>> + Send + 'static,
    ) {
        let answers = Answers {
            ticket,
            to: self.answers.clone(),
        };
        let gateway = self.gateway.clone();
        let failed = |died: &Died| {
            let failure = Failure::died(Failure::CONNECT, "", died);
            Answer::Connected(Err(failure))
        };
        self.spawn(Job::Connect, ticket, failed, async move {
            let before = gateway.borrow().clone();
            let connected = async {
                let connected = connected.await?;
                replaceable(before.as_ref(), &connected).await?;
                let answer = connection(&connected);
                gateway.send_replace(Some(connected));
                Ok(answer)
            };
            answers.give(Answer::Connected(connected.await)).await;
        });
    }

    /// Begins to send a call.
    pub(super) fn send(&mut self, ticket: Ticket, call: Call) {
        let answers = Answers {
            ticket,
            to: self.answers.clone(),
        };
        let gateway = self.gateway.subscribe();
        let (operation, target) = (call.operation(), target(&call));
        let failed =
            move |died: &Died| Answer::Sent(Box::new(Err(Failure::died(operation, target, died))));
        self.spawn(Job::Send, ticket, failed, async move {
            if let Some(gateway) = reach(gateway).await {
                let sent = gateway.send(&call).await;
                answers.give(Answer::Sent(Box::new(sent))).await;
            }
        });
    }

    /// Has a record written into the journal, after those before it.
    pub(super) fn record(&mut self, ticket: Option<Ticket>, record: Box<Record>) {
        let Err(refused) = self.keeper.0.send((ticket, record)) else {
            return;
        };
        // The keeper is gone, which is told by now; who waits is told here.
        if let (Some(ticket), _) = refused.0 {
            let answers = Answers {
                ticket,
                to: self.answers.clone(),
            };
            let why = "the task that answers for the journal died".to_owned();
            task::spawn(Job::Records, async move {
                answers.give(Answer::Recorded(Err(why))).await;
            });
        }
    }

    /// Begins to read what was sent.
    pub(super) fn read_history(&mut self, ticket: Ticket) {
        let answers = Answers {
            ticket,
            to: self.answers.clone(),
        };
        let (gateway, journals) = (self.gateway.subscribe(), self.journals.clone());
        let failed = |died: &Died| Answer::History(Err(died.to_string()));
        self.spawn(Job::History, ticket, failed, async move {
            if let Some(gateway) = reach(gateway).await {
                let read = match journals {
                    Ok(root) => history(root, gateway.scope().as_ref().clone()).await,
                    Err(why) => Err(why),
                };
                answers.give(Answer::History(read)).await;
            }
        });
    }

    /// Waits until the journal has all that it was given.
    pub(super) async fn close(self) {
        let (orders, keeper) = self.keeper;
        drop(orders);
        if let Some(greeted) = self.greeted {
            drop(tokio::time::timeout(CLOSING, greeted).await);
        }
        // A disk that does not answer must not keep the shell from its terminal.
        if let Some(keeper) = keeper {
            drop(tokio::time::timeout(CLOSING, keeper).await);
        }
    }

    /// Begins to write a text into a new file of the current folder.
    pub(super) fn save(&mut self, ticket: Ticket, name: String, text: String) {
        let answers = Answers {
            ticket,
            to: self.answers.clone(),
        };
        let failed = |died: &Died| Answer::Saved(Err(format!("{died}.")));
        self.spawn(Job::Save, ticket, failed, async move {
            let folder = std::env::current_dir().unwrap_or_default();
            let saved = save(&folder, &name, &text).await;
            answers.give(Answer::Saved(saved)).await;
        });
    }

    /// Notes that the greeting was closed for good.
    pub(super) fn note_greeted(&mut self) {
        let (answers, dead) = (self.answers.clone(), self.answers.clone());
        let close = async move {
            if let Err(died) = task::blocking(Job::Greeting, greeting::close).await {
                answers.give(Message::Died(died)).await;
            }
        };
        let tell = async move |died| dead.give(Message::Died(died)).await;
        self.greeted = Some(task::spawn_telling(Job::Greeting, close, tell));
    }

    /// Begins to give a text to a program.
    pub(super) fn copy(
        &mut self,
        ticket: Ticket,
        program: String,
        arguments: Vec<String>,
        text: String,
    ) {
        let answers = Answers {
            ticket,
            to: self.answers.clone(),
        };
        let failed = |died: &Died| Answer::Copied(Err(format!("{died}.")));
        self.spawn(Job::Copy, ticket, failed, async move {
            let taken = clipboard::give(&program, &arguments, &text).await;
            answers.give(Answer::Copied(taken)).await;
        });
    }

    /// Begins to edit a text in the operator's editor.
    pub(super) fn edit(&mut self, ticket: Ticket, text: String) {
        let answers = Answers {
            ticket,
            to: self.answers.clone(),
        };
        let failed = |died: &Died| Answer::Edited(Err(format!("{died}.")));
        self.spawn(Job::Edit, ticket, failed, async move {
            let program = editor::editor(|name| std::env::var(name).ok());
            let edited = match editor::folder() {
                Ok(folder) => editor::edit(&program, &folder, &text).await,
                Err(error) => Err(format!("there is no place for its file: {error}.")),
            };
            answers.give(Answer::Edited(edited)).await;
        });
    }

    /// Stops what was begun under this number.
    pub(super) fn cancel(&mut self, ticket: Ticket) {
        if let Some(task) = self.tasks.remove(&ticket) {
            task.abort();
        }
    }

    /// Forgets a task that gave its last answer.
    pub(super) fn note(&mut self, message: &Message) {
        if let Message::Answer(ticket, answer) = message
            // After a page comes another one, or the end of them.
            && !matches!(answer, Answer::Page(_))
        {
            self.tasks.remove(ticket);
        }
    }

    /// Begins what gives an answer. Where it dies, `failed` is the answer: whoever asked
    /// must not wait for ever.
    fn spawn(
        &mut self,
        job: Job,
        ticket: Ticket,
        failed: impl FnOnce(&Died) -> Answer + Send + 'static,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        let to = self.answers.clone();
        let tell = async move |died: Died| {
            let answers = Answers { ticket, to };
            answers.give(failed(&died)).await;
        };
        let task = task::spawn_telling(job, work, tell).abort_handle();
        self.tasks.insert(ticket, task);
    }
}

/// The answer to a question whose task died.
fn died_over(question: &Question, died: &Died, gateway: Option<&Gateway>) -> Answer {
    let failure = |operation, target: &str| {
        let failure = Failure::died(operation, target, died);
        match gateway {
            Some(gateway) => failure.at(gateway.scope().clone()),
            None => failure,
        }
    };
    match question {
        Question::Connect => Answer::Connected(Err(failure(Failure::CONNECT, ""))),
        Question::Identity => Answer::Identity(Box::new(Caller {
            identity: Err(failure("GetCallerIdentity", "")),
            credentials: gateway.map_or_else(String::new, |way| way.credentials().to_string()),
            guards: gateway.and_then(Gateway::guards),
            update_interval: gateway.map_or(UPDATE_INTERVAL, Gateway::update_interval),
        })),
        Question::Plans { of_key } => {
            let of_key = of_key.as_deref().unwrap_or_default();
            Answer::PagesEnd(Err(failure("GetUsagePlans", of_key)))
        }
        Question::Plan(id) => Answer::Plan(Box::new(Err(failure("GetUsagePlan", &id.0)))),
        Question::PlanKeys(id) => Answer::Keys(Err(failure("GetUsagePlanKeys", &id.0))),
        Question::PlansOf(key) => Answer::PlansOf(Err(failure("GetUsagePlans", key))),
        Question::ApiKeys => Answer::Keys(Err(failure("GetApiKeys", ""))),
        Question::Apis => Answer::Apis(Err(failure("GetRestApis", ""))),
        Question::Stages(api) => Answer::Stages(Err(failure("GetStages", api))),
        Question::Methods(api) => Answer::Methods(Err(failure("GetResources", api))),
        Question::Account => Answer::Account(Err(failure("GetAccount", ""))),
        Question::Usage(plan) => Answer::Usage(Box::new(Err(failure("GetUsage", &plan.0)))),
        Question::KeyValue(id) => Answer::KeyValue(Err(failure("GetApiKey", id))),
        Question::HasKey(plan, key) => {
            let target = format!("{plan} {key}");
            Answer::HasKey(Err(failure("GetUsagePlanKey", &target)))
        }
    }
}

/// The plan that a call is about, or the name of one that is to be.
fn target(call: &Call) -> String {
    match call {
        Call::Create(settings) => settings.name.clone(),
        Call::Update { plan, .. }
        | Call::Tag { plan, .. }
        | Call::Untag { plan, .. }
        | Call::ExtendUsage { plan, .. }
        | Call::AttachKey { plan, .. }
        | Call::DetachKey { plan, .. }
        | Call::Delete { plan } => plan.0.clone(),
    }
}

/// Reads what was sent from the folder of all journals, off the event loop.
///
/// # Errors
/// Why it cannot be read.
pub async fn history(root: PathBuf, scope: Scope) -> Result<HistoryRead, String> {
    let folder = folder_of(&root, &scope).display().to_string();
    let read = task::blocking(Job::History, move || History::read(&root, &scope)).await;
    let history = read.map_err(|died| died.to_string())?;
    let history = history.map_err(|unusable| unusable.to_string())?;
    Ok(HistoryRead {
        history: Arc::new(history),
        folder,
    })
}

/// The way of the answers to one question.
struct Answers {
    ticket: Ticket,
    to: Reports,
}

impl Answers {
    async fn give(&self, answer: Answer) {
        self.to.give(Message::Answer(self.ticket, answer)).await;
    }
}

/// Checks that what went one way to the service may go another from now on. Drafts, journal
/// and queue are of one place and one account: where the AWS files or the credentials lead
/// elsewhere meanwhile, they must not go there.
///
/// # Errors
/// Where it is another place or account than before, or where the account was known and
/// cannot be learnt any more.
pub async fn replaceable(before: Option<&Gateway>, now: &Gateway) -> Result<(), Failure> {
    let Some(before) = before else {
        return Ok(());
    };
    same_place(before.scope(), now.scope())?;
    match before.known_identity() {
        Some(known) => now.is_still(&known.account).await,
        None => Ok(()),
    }
}

/// Checks that both are to the same place.
fn same_place(before: &Scope, now: &Scope) -> Result<(), Failure> {
    if before == now {
        return Ok(());
    }
    let named = |scope: &Scope| {
        let parts = [&scope.account, &scope.region, &scope.endpoint];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.cloned().collect::<Vec<_>>().join(", ")
    };
    Err(
        Failure::new(Failure::CONNECT, "", FailureKind::Configuration).saying(&format!(
            "the AWS files lead to another account or Region now ({}) than when this began ({}). Restore them, or quit and start again: drafts are kept",
            named(now),
            named(before)
        )),
    )
}

/// The dashboard's knowledge of the way to the service.
fn connection(gateway: &Gateway) -> Connected {
    Connected {
        scope: gateway.scope().clone(),
        update_interval: gateway.update_interval(),
    }
}

/// The caller's identity, and what follows from it once it is asked.
async fn caller(gateway: &Gateway) -> Caller {
    let identity = gateway.identity().await;
    Caller {
        identity,
        credentials: gateway.credentials().to_string(),
        guards: gateway.guards(),
        update_interval: gateway.update_interval(),
    }
}

/// The usage of a plan's keys up to the day that it is then in UTC.
async fn usage(gateway: &Gateway, plan: &PlanId, at: Timestamp) -> Result<UsageRead, Failure> {
    let today = at.to_zoned(TimeZone::UTC).date();
    let from = today.saturating_sub((DAYS - 1).days());
    let usage = gateway.usage(plan, from, today, None).await?;
    Ok(UsageRead::new(usage, at))
}

/// The answers to a question that only the service knows, as they come: one, or for
/// plans the pages and then their end.
#[must_use]
pub fn answers(
    gateway: &Gateway,
    question: Question,
    now: Timestamp,
) -> BoxStream<'static, Answer> {
    let gateway = gateway.clone();
    let Question::Plans { of_key } = question else {
        return stream::once(async move { answer(&gateway, question, now).await }).boxed();
    };
    let pages = gateway.plans(of_key).boxed();
    stream::unfold(Some(pages), async |pages| {
        let mut pages = pages?;
        Some(match pages.next().await {
            Some(Ok(page)) => (Answer::Page(page), Some(pages)),
            Some(Err(failure)) => (Answer::PagesEnd(Err(failure)), None),
            None => (Answer::PagesEnd(Ok(())), None),
        })
    })
    .boxed()
}

/// The answer to a question that has one.
async fn answer(gateway: &Gateway, question: Question, now: Timestamp) -> Answer {
    match question {
        // Connecting is what made the gateway.
        Question::Connect => Answer::Connected(Ok(connection(gateway))),
        Question::Identity => Answer::Identity(Box::new(caller(gateway).await)),
        Question::Plans { .. } => Answer::PagesEnd(Ok(())),
        Question::Plan(id) => Answer::Plan(Box::new(gateway.plan(&id).await)),
        Question::PlanKeys(id) => Answer::Keys(gateway.plan_keys(&id).await),
        Question::PlansOf(key) => {
            let pages: Result<Vec<_>, Failure> = gateway.plans(Some(key)).try_collect().await;
            Answer::PlansOf(pages.map(|pages| pages.concat()))
        }
        Question::ApiKeys => Answer::Keys(gateway.api_keys().await),
        Question::Apis => Answer::Apis(gateway.apis().await),
        Question::Stages(api) => Answer::Stages(gateway.stages(&api).await),
        Question::Methods(api) => Answer::Methods(gateway.methods(&api).await),
        Question::Account => Answer::Account(gateway.account().await),
        Question::Usage(plan) => Answer::Usage(Box::new(usage(gateway, &plan, now).await)),
        Question::KeyValue(id) => Answer::KeyValue(gateway.key_value(&id).await),
        Question::HasKey(plan, key) => Answer::HasKey(gateway.has_key(&plan, &key).await),
    }
}
