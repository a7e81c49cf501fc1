//! The handle of the journal, and the thread that writes it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use tokio::sync::{oneshot, watch};

use super::doubt::{Doubts, doubts};
use super::folder::{Unusable, folder_of};
use super::keeper::{Keeper, TimeSource, WriteFailure};
use super::record::{DraftKey, OpenCall, Record};
use super::recover::{Recovered, recover};
use crate::plan::Scope;
use crate::task::{self, Job, Obituary};

/// The journal of one account, Region and endpoint. A thread of its own writes it;
/// this is the cheap way to it.
///
/// Whoever ends the program calls [`Journal::close`]. Where nobody does (it is
/// killed), nothing is lost: the next program takes over what is left.
#[derive(Clone, Debug)]
pub struct Journal {
    folder: Arc<Path>,
    orders: Sender<Order>,
    drafts: watch::Receiver<Option<WriteFailure>>,
    writer: Obituary,
}

type Answer = oneshot::Sender<Result<(), WriteFailure>>;

enum Order {
    Write(Box<Record>, Option<Answer>),
    Close(oneshot::Sender<()>),
    /// Ends as a program does that is killed.
    #[cfg(test)]
    Drop(oneshot::Sender<()>),
}

impl Journal {
    /// Opens the journal of a scope in the folder of all journals
    /// ([`super::root`]), and takes over what programs left behind that do not run
    /// any more. Blocks while it reads. A journal that is only opened leaves no file.
    ///
    /// `clock` gives the time (UTC) that records are stamped with.
    ///
    /// # Errors
    /// Where the folder cannot be read or written, or has no locks; nothing in it is
    /// lost then.
    pub fn open(
        root: &Path,
        scope: &Scope,
        clock: impl Fn() -> jiff::Timestamp + Send + 'static,
    ) -> Result<(Self, Recovered), Unusable> {
        let clock: TimeSource = Box::new(clock);
        let folder = folder_of(root, scope);
        let mut keeper = Keeper::new(folder.clone(), scope.clone(), clock);
        let unusable = |fault| Unusable::new(&folder, &fault);
        // A folder without locks is found out now, and not in the middle of a send.
        keeper.probe().map_err(unusable)?;
        let mut recovered = recover(&mut keeper)?;
        let Doubts { doubted, unseen } = doubts(root, scope);
        recovered.doubted = doubted;
        // What was just taken over stands in the history too.
        let is_known = |call: &OpenCall| recovered.unresolved.contains(call);
        let unseen: Vec<_> = unseen.into_iter().filter(|c| !is_known(c)).collect();
        recovered.unresolved.extend(unseen);
        let (orders, waiting) = mpsc::channel();
        let (health, drafts) = watch::channel(None);
        let mut desk = Desk {
            keeper,
            health: health.clone(),
            unsynced: Vec::new(),
        };
        let work = move || {
            if let Some(order) = desk.work(&waiting) {
                desk.end(order);
            }
        };
        let of_died = folder.clone();
        let tell = move |died| {
            health.send_replace(Some(WriteFailure::new(&of_died, &died)));
        };
        let writer = task::thread(Job::Journal, work, tell).map_err(unusable)?;
        let journal = Self {
            folder: folder.into(),
            orders,
            drafts,
            writer,
        };
        Ok((journal, recovered))
    }

    /// Adds records to what others wrote of their sends, in a file of its own. Takes over
    /// nothing that programs left behind. Blocks while it writes.
    ///
    /// # Errors
    /// Where they could not be written, or not surely.
    pub fn add(root: &Path, scope: &Scope, records: &[Record]) -> Result<(), WriteFailure> {
        let clock: TimeSource = Box::new(jiff::Timestamp::now);
        let mut keeper = Keeper::new(folder_of(root, scope), scope.clone(), clock);
        for record in records {
            keeper.write(keeper.now(), record)?;
        }
        keeper.sync_sends()?;
        keeper.close();
        Ok(())
    }

    /// The folder that it writes to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a record and waits until it is kept: drafts against the end of the
    /// program, everything else against a power cut as well. Of several states of a
    /// draft that wait together only the newest is written.
    ///
    /// # Errors
    /// Where it could not be written, or not surely. What was written before is whole.
    pub async fn write(&self, record: Record) -> Result<(), WriteFailure> {
        let (answer, answered) = oneshot::channel();
        let order = Order::Write(Box::new(record), Some(answer));
        let closed = || match self.writer.died() {
            Some(died) => WriteFailure::new(&self.folder, died),
            None => WriteFailure::new(&self.folder, &"the journal is closed"),
        };
        self.orders.send(order).map_err(|_| closed())?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Has a record written and does not wait: for drafts, with every keystroke.
    /// Whether they are kept says [`Journal::drafts`].
    pub fn note(&self, record: Record) {
        drop(self.orders.send(Order::Write(Box::new(record), None)));
    }

    /// The fault that keeps drafts from being kept; none while they are.
    #[must_use]
    pub fn drafts(&self) -> watch::Receiver<Option<WriteFailure>> {
        self.drafts.clone()
    }

    /// Writes what waits and ends: what is written later fails. Drafts and open sends
    /// stay for the next program.
    pub async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        // The writer may have died; then there is nothing left to wait for.
        if self.orders.send(Order::Close(answer)).is_ok() {
            let _ = answered.await;
        }
    }

    #[cfg(test)]
    pub(super) async fn kill(self) {
        let (answer, answered) = oneshot::channel();
        self.orders.send(Order::Drop(answer)).expect("it runs");
        answered.await.expect("it ended");
    }
}

/// The desk at which orders are worked off.
struct Desk {
    keeper: Keeper,
    health: watch::Sender<Option<WriteFailure>>,
    /// Those who wait for what was written of sends to be synced.
    unsynced: Vec<Option<Answer>>,
}

impl Desk {
    /// Works until an order ends it, which it gives, or everybody is gone.
    fn work(&mut self, orders: &Receiver<Order>) -> Option<Order> {
        while let Ok(first) = orders.recv() {
            // What waits together is synced once: a sync takes longer than all the writing.
            let batch = std::iter::once(first).chain(orders.try_iter()).collect();
            let end = self.work_off(batch);
            if end.is_some() {
                return end;
            }
        }
        None
    }

    /// Works off what waits together, in its order. A state of a draft that is
    /// followed by another of the same draft is not written.
    fn work_off(&mut self, batch: Vec<Order>) -> Option<Order> {
        let mut newest = BTreeMap::new();
        for (index, order) in batch.iter().enumerate() {
            if let Order::Write(record, _) = order
                && let Some(key) = record.draft()
            {
                newest.insert(key.clone(), index);
            }
        }
        let mut waiting: BTreeMap<DraftKey, Vec<Answer>> = BTreeMap::new();
        for (index, order) in batch.into_iter().enumerate() {
            let Order::Write(record, answer) = order else {
                self.sync();
                return Some(order);
            };
            let Some(key) = record.draft() else {
                self.write_send(&record, answer);
                continue;
            };
            // Whoever waits for a state that is left out is answered with the newest one.
            waiting.entry(key.clone()).or_default().extend(answer);
            if newest.get(key) == Some(&index) {
                let answers = waiting.remove(key).unwrap_or_default();
                self.write_draft(&record, answers);
            }
        }
        self.sync();
        None
    }

    fn write_draft(&mut self, record: &Record, answers: Vec<Answer>) {
        // That a draft was sent must not last longer than what was sent of it.
        self.sync();
        let written = self.keeper.write(self.keeper.now(), record);
        let failure = written.clone().err();
        self.health.send_if_modified(|health| {
            // Drafts are written with every keystroke; only a change wakes those who watch.
            let is_news = *health != failure;
            *health = failure;
            is_news
        });
        for answer in answers {
            let _ = answer.send(written.clone());
        }
    }

    fn write_send(&mut self, record: &Record, answer: Option<Answer>) {
        match self.keeper.write(self.keeper.now(), record) {
            // Nobody is told before the sync: a call goes out on the strength of this
            // answer.
            Ok(()) => self.unsynced.push(answer),
            Err(failure) => tell(answer, Err(failure)),
        }
    }

    fn sync(&mut self) {
        if self.unsynced.is_empty() {
            return;
        }
        let synced = self.keeper.sync_sends();
        for answer in self.unsynced.drain(..) {
            tell(answer, synced.clone());
        }
    }

    fn end(self, order: Order) {
        match order {
            Order::Close(answer) => {
                self.keeper.close();
                let _ = answer.send(());
            }
            #[cfg(test)]
            Order::Drop(answer) => {
                drop(self.keeper);
                let _ = answer.send(());
            }
            Order::Write(..) => {}
        }
    }
}

fn tell(answer: Option<Answer>, result: Result<(), WriteFailure>) {
    if let Some(answer) = answer {
        let _ = answer.send(result);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::journal::SendId;
    use crate::journal::arbitrary::draft_of;

    fn desk(folder: &Path) -> Desk {
        let scope = Scope {
            account: "prod".to_owned(),
            region: "eu-west-1".to_owned(),
            endpoint: String::new(),
        };
        let clock = Box::new(jiff::Timestamp::default);
        Desk {
            keeper: Keeper::new(folder.to_owned(), scope, clock),
            health: watch::Sender::new(None),
            unsynced: Vec::new(),
        }
    }

    #[test]
    fn of_the_states_of_a_draft_that_wait_only_the_newest_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(folder.path());
        let mut answers = Vec::new();
        let mut order = |record| {
            let (answer, answered) = oneshot::channel();
            answers.push(answered);
            Order::Write(Box::new(record), Some(answer))
        };
        let (one, other) = (DraftKey::New(1), DraftKey::New(2));
        let mut batch: Vec<Order> = Vec::new();
        for typed in ["s", "si", "sil", "silv", "silver"] {
            batch.push(order(draft_of(one.clone(), typed)));
        }
        batch.push(order(Record::Over(SendId::new())));
        batch.push(order(draft_of(other.clone(), "gone")));
        batch.push(order(Record::NoDraft(other)));
        batch.push(order(draft_of(one, "silver!")));
        assert!(desk.work_off(batch).is_none());
        for mut answered in answers {
            assert_eq!(answered.try_recv(), Ok(Ok(())));
        }
        let drafts = fs::read_dir(folder.path()).unwrap();
        let mut drafts = drafts.map(|entry| entry.unwrap().path());
        let drafts = drafts.find(|path| path.to_string_lossy().ends_with(".drafts.jsonl"));
        let text = fs::read_to_string(drafts.unwrap()).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("silver!"));
    }
}
