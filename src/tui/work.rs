//! The tasks that ask and send for the dashboard.

use std::collections::HashMap;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use tokio::sync::mpsc::{Sender, UnboundedSender};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::save::save;
use crate::app::message::{Answer, Connected, Message, Question, Ticket};
use crate::app::usage::{DAYS, UsageRead};
use crate::gateway::{Failure, Gateway, Request};
use crate::journal::Record;
use crate::plan::PlanId;
use crate::plan::call::Call;

/// What is under way for the dashboard. Dropping it stops nothing: the program
/// is about to end then.
#[derive(Debug)]
pub(super) struct Work<C> {
    connect: C,
    /// The way to the service, once there is one. Questions wait for it.
    gateway: watch::Sender<Option<Gateway>>,
    tasks: HashMap<Ticket, AbortHandle>,
    answers: Sender<Message>,
    requests: UnboundedSender<Request>,
}

impl<C, F> Work<C>
where
    C: Fn(UnboundedSender<Request>) -> F,
    F: Future<Output = Result<Gateway, Failure>> + Send + 'static,
{
    pub(super) fn new(
        connect: C,
        answers: Sender<Message>,
        requests: UnboundedSender<Request>,
    ) -> Self {
        Self {
            connect,
            gateway: watch::Sender::new(None),
            tasks: HashMap::new(),
            answers,
            requests,
        }
    }

    /// Begins to answer a question.
    pub(super) fn ask(&mut self, ticket: Ticket, question: Question) {
        let answers = Answers {
            ticket,
            to: self.answers.clone(),
        };
        if question == Question::Connect {
            let connected = (self.connect)(self.requests.clone());
            let gateway = self.gateway.clone();
            self.spawn(ticket, async move {
                let scope = connected.await.map(|connected| {
                    let answer = connection(&connected);
                    gateway.send_replace(Some(connected));
                    answer
                });
                answers.give(Answer::Connected(scope)).await;
            });
        } else {
            let gateway = self.gateway.subscribe();
            self.spawn(ticket, async move {
                if let Some(gateway) = reach(gateway).await {
                    let mut found = super::answers(&gateway, question, Timestamp::now());
                    while let Some(answer) = found.next().await {
                        answers.give(answer).await;
                    }
                }
            });
        }
    }

    /// Begins to send a call.
    pub(super) fn send(&mut self, ticket: Ticket, call: Call) {
        let answers = Answers {
            ticket,
            to: self.answers.clone(),
        };
        let gateway = self.gateway.subscribe();
        self.spawn(ticket, async move {
            if let Some(gateway) = reach(gateway).await {
                let sent = gateway.send(&call).await;
                answers.give(Answer::Sent(Box::new(sent))).await;
            }
        });
    }

    /// Begins to write a record into the journal.
    pub(super) fn record(&mut self, ticket: Ticket, _record: Box<Record>) {
        let answers = Answers {
            ticket,
            to: self.answers.clone(),
        };
        self.spawn(ticket, async move {
            answers.give(Answer::Recorded(Ok(()))).await;
        });
    }

    /// Begins to write a text into a new file of the current folder.
    pub(super) fn save(&mut self, ticket: Ticket, name: String, text: String) {
        let answers = Answers {
            ticket,
            to: self.answers.clone(),
        };
        self.spawn(ticket, async move {
            let folder = std::env::current_dir().unwrap_or_default();
            let saved = save(&folder, &name, &text).await;
            answers.give(Answer::Saved(saved)).await;
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
            && !matches!(answer, Answer::Page(_))
        {
            self.tasks.remove(ticket);
        }
    }

    fn spawn(&mut self, ticket: Ticket, task: impl Future<Output = ()> + Send + 'static) {
        let task = tokio::spawn(task).abort_handle();
        self.tasks.insert(ticket, task);
    }
}

/// Where the answers to one question go.
struct Answers {
    ticket: Ticket,
    to: Sender<Message>,
}

impl Answers {
    async fn give(&self, answer: Answer) {
        // Nobody listens any more when the program is about to end.
        drop(self.to.send(Message::Answer(self.ticket, answer)).await);
    }
}

/// The way to the service, as soon as there is one.
async fn reach(mut gateway: watch::Receiver<Option<Gateway>>) -> Option<Gateway> {
    let found = gateway.wait_for(Option::is_some).await.ok()?;
    found.clone()
}

/// What the dashboard is to know of the way to the service.
fn connection(gateway: &Gateway) -> Connected {
    Connected {
        scope: gateway.scope().clone(),
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
        Question::Plans { .. } => Answer::PagesEnd(Ok(())),
        Question::Plan(id) => Answer::Plan(Box::new(gateway.plan(&id).await)),
        Question::PlanKeys(id) => Answer::Keys(gateway.plan_keys(&id).await),
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
