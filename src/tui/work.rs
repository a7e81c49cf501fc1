//! The tasks that ask and send for the dashboard.

use std::collections::HashMap;

use futures::StreamExt;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use tokio::sync::mpsc::{Sender, UnboundedSender};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::save::save;
use crate::app::message::{Answer, Message, Question, Ticket};
use crate::app::usage::{DAYS, UsageRead};
use crate::gateway::{Failure, Gateway, Request};
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
                    let scope = connected.scope().clone();
                    gateway.send_replace(Some(connected));
                    scope
                });
                answers.give(Answer::Connected(scope)).await;
            });
        } else {
            let gateway = self.gateway.subscribe();
            self.spawn(ticket, async move {
                if let Some(gateway) = reach(gateway).await {
                    answer(&gateway, question, &answers).await;
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

/// The usage of a plan's keys up to today, as the system's clock has it in UTC.
async fn usage(gateway: &Gateway, plan: &PlanId) -> Result<UsageRead, Failure> {
    let at = Timestamp::now();
    let today = at.to_zoned(TimeZone::UTC).date();
    let from = today.saturating_sub((DAYS - 1).days());
    let usage = gateway.usage(plan, from, today, None).await?;
    Ok(UsageRead::new(usage, at))
}

async fn answer(gateway: &Gateway, question: Question, answers: &Answers) {
    let answer = match question {
        // Connecting is what made the gateway.
        Question::Connect => Answer::Connected(Ok(gateway.scope().clone())),
        Question::Plans { of_key } => {
            let mut pages = std::pin::pin!(gateway.plans(of_key));
            let mut end = Ok(());
            while let Some(page) = pages.next().await {
                match page {
                    Ok(page) => answers.give(Answer::Page(page)).await,
                    Err(failure) => end = Err(failure),
                }
            }
            Answer::PagesEnd(end)
        }
        Question::Plan(id) => Answer::Plan(Box::new(gateway.plan(&id).await)),
        Question::PlanKeys(id) => Answer::Keys(gateway.plan_keys(&id).await),
        Question::ApiKeys => Answer::Keys(gateway.api_keys().await),
        Question::Apis => Answer::Apis(gateway.apis().await),
        Question::Stages(api) => Answer::Stages(gateway.stages(&api).await),
        Question::Methods(api) => Answer::Methods(gateway.methods(&api).await),
        Question::Account => Answer::Account(gateway.account().await),
        Question::Usage(plan) => Answer::Usage(Box::new(usage(gateway, &plan).await)),
        Question::KeyValue(id) => Answer::KeyValue(gateway.key_value(&id).await),
    };
    answers.give(answer).await;
}
