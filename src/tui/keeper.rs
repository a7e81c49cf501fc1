//! The task that hands the journal what the dashboard gives it.

use std::path::PathBuf;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use super::reports::{Reports, reach};
use crate::app::message::{Answer, Message, Ticket};
use crate::gateway::Gateway;
use crate::journal::{Journal, Record, Recovered};
use crate::task::{self, Job};

/// A record for the journal, and the number of the answer where one is wanted.
pub(super) type Order = (Option<Ticket>, Box<Record>);

/// Opens the journal once it is known of which account, and writes into it what it is
/// given, in the order in which that comes.
pub(super) struct JournalKeeper {
    folder: Result<PathBuf, String>,
    gateway: watch::Receiver<Option<Gateway>>,
    orders: UnboundedReceiver<Order>,
    answers: Reports,
    /// True once it was told what the journal has.
    is_open: bool,
    /// The number of the record that is being written.
    order: Option<Ticket>,
}

impl JournalKeeper {
    pub(super) fn new(
        folder: Result<PathBuf, String>,
        gateway: watch::Receiver<Option<Gateway>>,
        orders: UnboundedReceiver<Order>,
        answers: Reports,
    ) -> Self {
        Self {
            folder,
            gateway,
            orders,
            answers,
            is_open: false,
            order: None,
        }
    }

    /// Works until nobody gives it anything any more. Where its work dies, what waits and
    /// what comes is answered with that: a send must not wait for its record for ever.
    pub(super) async fn run(mut self) {
        let Err(died) = task::watch(Job::Keeper, self.work()).await else {
            return;
        };
        let why = died.to_string();
        if self.is_open {
            self.answers.give(Message::Kept(Err(why.clone()))).await;
        } else {
            self.tell_recovered(Err(why.clone())).await;
        }
        if let Some(ticket) = self.order.take() {
            self.tell_recorded(ticket, Err(why.clone())).await;
        }
        self.refuse(&why).await;
    }

    async fn tell_recovered(&mut self, recovered: Result<Recovered, String>) {
        self.is_open = true;
        let recovered = Message::Recovered(Box::new(recovered));
        self.answers.give(recovered).await;
    }

    async fn tell_recorded(&self, ticket: Ticket, written: Result<(), String>) {
        let answer = Answer::Recorded(written);
        self.answers.give(Message::Answer(ticket, answer)).await;
    }

    /// Answers all that comes with why it is not kept.
    async fn refuse(&mut self, why: &str) {
        while let Some((ticket, _)) = self.orders.recv().await {
            if let Some(ticket) = ticket {
                self.tell_recorded(ticket, Err(why.to_owned())).await;
            }
        }
    }

    async fn open(&mut self) -> Option<Result<(Journal, Recovered), String>> {
        let gateway = reach(self.gateway.clone()).await?;
        let scope = gateway.scope().clone();
        let opening = async {
            let folder = self.folder.clone()?;
            // Opening reads the disk: not on a thread that answers keys.
            let open = move || Journal::open(&folder, &scope, Timestamp::now);
            let opened = task::blocking(Job::OpenJournal, open).await;
            let opened = opened.map_err(|died| died.to_string())?;
            opened.map_err(|unusable| unusable.to_string())
        };
        Some(opening.await)
    }

    async fn work(&mut self) {
        let Some(opened) = self.open().await else {
            return;
        };
        let journal = match opened {
            Ok((journal, recovered)) => {
                self.tell_recovered(Ok(recovered)).await;
                journal
            }
            Err(why) => {
                self.tell_recovered(Err(why.clone())).await;
                return self.refuse(&why).await;
            }
        };
        let mut health = journal.drafts();
        loop {
            let order = tokio::select! {
                order = self.orders.recv() => order,
                Ok(()) = health.changed() => {
                    let failure = health.borrow_and_update().clone();
                    let kept = failure.map_or(Ok(()), |failure| Err(failure.to_string()));
                    self.answers.give(Message::Kept(kept)).await;
                    continue;
                }
            };
            match order {
                Some((None, record)) => journal.note(*record),
                Some((Some(ticket), record)) => {
                    // Noted before the write: where that dies, `run` still knows whom to answer.
                    self.order = Some(ticket);
                    let written = journal.write(*record).await;
                    let written = written.map_err(|failure| failure.to_string());
                    self.order = None;
                    self.tell_recorded(ticket, written).await;
                }
                None => break,
            }
        }
        journal.close().await;
    }
}
