//! The connections that are open, and which of them gives way to a new one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::Instant;

use crate::task::{self, Died, Job};

/// The state of a connection: it waits for its client since some moment, or it is at work
/// for it.
#[derive(Debug)]
pub(super) struct ConnectionState(Mutex<Option<Instant>>);

impl ConnectionState {
    fn new() -> Self {
        Self(Mutex::new(Some(Instant::now())))
    }

    /// Since when it waits for its client; `None` while it works.
    fn waits_since(&self) -> Option<Instant> {
        // A moment is whole even where a holder of the lock died.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, waits_since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = waits_since;
    }
}

/// A whole request is being answered; it waits for its client again when this is dropped.
#[derive(Debug)]
pub(super) struct AtWork(Arc<ConnectionState>);

impl AtWork {
    pub fn on(line: &Arc<ConnectionState>) -> Self {
        line.set(None);
        Self(line.clone())
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.set(Some(Instant::now()));
    }
}

/// The open connections, the oldest first, so many at most.
pub(super) struct Crowd {
    most: usize,
    open: VecDeque<(Arc<ConnectionState>, AbortHandle)>,
    tasks: JoinSet<Result<(), Died>>,
    /// The channel for the news of those that died.
    deaths: UnboundedSender<Died>,
}

impl Crowd {
    pub fn new(most: usize, deaths: UnboundedSender<Died>) -> Self {
        Self {
            most,
            open: VecDeque::new(),
            tasks: JoinSet::new(),
            deaths,
        }
    }

    /// Makes room for one more, and says whether there is some. The one that waits longest
    /// for its client is closed for it: a client that is silent keeps nobody out.
    pub fn make_room(&mut self) -> bool {
        while let Some(ended) = self.tasks.try_join_next() {
            self.tell(ended);
        }
        // Those that ended by themselves are still listed; nobody is closed in their place.
        self.open.retain(|(_, task)| !task.is_finished());
        if self.open.len() < self.most {
            return true;
        }
        let waiting = self.open.iter().enumerate();
        let waiting = waiting.filter_map(|(at, (line, _))| Some((line.waits_since()?, at)));
        let Some((_, (_, task))) = waiting.min().and_then(|(since, at)| {
            let closed = self.open.remove(at)?;
            Some((since, closed))
        }) else {
            return false;
        };
        task.abort();
        true
    }

    /// Serves a connection on a task of its own.
    pub fn serve<F>(&mut self, connection: impl FnOnce(Arc<ConnectionState>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let line = Arc::new(ConnectionState::new());
        let task = task::spawn_in(&mut self.tasks, Job::Connection, connection(line.clone()));
        self.open.push_back((line, task));
    }

    /// Waits until all of them have ended.
    pub async fn ended(&mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            self.tell(ended);
        }
    }

    fn tell(&self, ended: Result<Result<(), Died>, JoinError>) {
        // Where it was stopped, that was on purpose.
        if let Ok(Err(died)) = ended {
            drop(self.deaths.send(died));
        }
    }
}
