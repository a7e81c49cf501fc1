//! The pace of calls: one token bucket per account and Region, because that is
//! what API Gateway counts by, and because other tools want to live as well.
//!
//! A task of its own keeps the buckets of one account and Region. Calls come to
//! it as messages and are told to go, first come first served, changes before
//! questions: how long a change may wait is bounded. So a call that
//! is given up leaves the line, and one that nobody polls holds up nobody.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::gateway::failure::is_write;
use crate::task::{self, Died, Job, Obituary};

/// The rate at which calls may follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallLimit {
    /// In the long run one call per this time.
    pub every: Duration,
    /// The number of calls that may go at once after a rest; 0 counts as 1.
    pub burst: u32,
}

impl CallLimit {
    /// 5 per second, 30 at once: half the rate and three quarters of the burst
    /// that the service has for all calls of an account (10 per second, 40 at
    /// once; API Gateway's quotas page).
    const ALL: Self = Self {
        every: Duration::from_millis(200),
        burst: 30,
    };

    /// 2 per second, evenly. The service takes 5 `GetResources` per 2 seconds
    /// (the same page).
    const RESOURCES: Self = Self {
        every: Duration::from_millis(500),
        burst: 1,
    };
}

/// The token buckets of all accounts and Regions: clones share them, and so do
/// the gateways that are made with clones.
#[derive(Clone, Debug)]
pub struct Paces(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    all: CallLimit,
    resources: CallLimit,
    /// By account and Region. The endpoint does not count: several lead to the
    /// same account.
    known: Mutex<HashMap<(String, String), Pace>>,
}

impl Default for Paces {
    /// At the pace that leaves half of the service's own rate to others.
    fn default() -> Self {
        Self::new(CallLimit::ALL, CallLimit::RESOURCES)
    }
}

impl Paces {
    /// At another pace: of all calls of an account and Region, and of those
    /// among them that are `GetResources`.
    #[must_use]
    pub fn new(all: CallLimit, resources: CallLimit) -> Self {
        Self(Arc::new(Shared {
            all,
            resources,
            known: Mutex::default(),
        }))
    }

    /// The pace of an account and Region. Its task is started with the first
    /// gateway there, and ends with the last one and the last clone of this.
    pub(in crate::gateway) fn of(&self, account: &str, region: &str) -> Pace {
        let Shared {
            all,
            resources,
            known,
        } = &*self.0;
        known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry((account.to_owned(), region.to_owned()))
            .or_insert_with(|| Pace::start(*all, *resources))
            .clone()
    }
}

/// The way to the task that keeps the buckets of one account and Region.
#[derive(Clone, Debug)]
pub(in crate::gateway) struct Pace {
    arrivals: UnboundedSender<Waiting>,
    keeper: Obituary,
}

impl Pace {
    fn start(all: CallLimit, resources: CallLimit) -> Self {
        let (arrivals, arriving) = unbounded_channel();
        let now = Instant::now();
        let buckets = Buckets {
            all: Bucket::full(all, now),
            resources: Bucket::full(resources, now),
        };
        let keeper = task::spawn(Job::Pace, keep(buckets, arriving)).obituary();
        Self { arrivals, keeper }
    }

    /// Waits for a call's turn; how long that took. Whoever stops waiting
    /// leaves the line and spends nothing.
    ///
    /// # Errors
    /// Where the task that tells calls to go has died: nobody would keep them back.
    pub(in crate::gateway) async fn turn(&self, operation: &'static str) -> Result<Duration, Died> {
        let began = Instant::now();
        let (go, told) = oneshot::channel();
        let waiting = Waiting { operation, go };
        let is_told = self.arrivals.send(waiting).is_ok() && told.await.is_ok();
        if is_told {
            Ok(began.elapsed())
        } else {
            Err(self.keeper.reason())
        }
    }
}

/// A call in line.
#[derive(Debug)]
struct Waiting {
    operation: &'static str,
    go: oneshot::Sender<()>,
}

fn is_question(waiting: &Waiting) -> bool {
    !is_write(waiting.operation)
}

/// Tells the calls to go, each at its time. Sleeps while nobody waits.
async fn keep(mut buckets: Buckets, mut arriving: UnboundedReceiver<Waiting>) {
    let mut line: VecDeque<Waiting> = VecDeque::new();
    loop {
        // Those who have stopped waiting stand before nobody, and spend no token.
        line.retain(|waiting| !waiting.go.is_closed());
        let now = Instant::now();
        // Of those that may go at the same time, the change, then the one that came
        // first.
        let first = line
            .iter()
            .map(|waiting| (buckets.wait(waiting.operation, now), is_question(waiting)))
            .enumerate()
            .min_by_key(|(_, order)| *order)
            .map(|(place, (wait, _))| (place, wait));
        let arrival = match first {
            Some((place, Duration::ZERO)) => {
                if let Some(Waiting { operation, go }) = line.remove(place)
                    // Who stopped waiting in this moment spends no token either.
                    && go.send(()).is_ok()
                {
                    buckets.take(operation, now);
                }
                continue;
            }
            Some((_, wait)) => tokio::select! {
                arrival = arriving.recv() => arrival,
                () = sleep(wait) => continue,
            },
            None => arriving.recv().await,
        };
        match arrival {
            Some(waiting) => line.push_back(waiting),
            None => return,
        }
    }
}

/// The buckets that a call must pass.
#[derive(Debug)]
struct Buckets {
    all: Bucket,
    resources: Bucket,
}

impl Buckets {
    const RESOURCES: &str = "GetResources";

    fn wait(&self, operation: &str, now: Instant) -> Duration {
        let all = self.all.wait(now);
        if operation == Self::RESOURCES {
            all.max(self.resources.wait(now))
        } else {
            all
        }
    }

    fn take(&mut self, operation: &str, now: Instant) {
        self.all.take(now);
        if operation == Self::RESOURCES {
            self.resources.take(now);
        }
    }
}

/// A token bucket that is told the time. How full it is follows from when it
/// will be full again, so nothing has to be added as time passes.
///
/// Not `plan::limits::bucket::Bucket`: that one keeps a level that is advanced by
/// whole microseconds, so that simulated requests are right to the last one, and
/// does not say how long it is until there is a token, which is all that is asked here.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    limit: CallLimit,
    full_at: Instant,
}

impl Bucket {
    fn full(limit: CallLimit, now: Instant) -> Self {
        Self {
            limit,
            full_at: now,
        }
    }

    /// The time until there is a token; zero where there is one.
    fn wait(&self, now: Instant) -> Duration {
        let until_full = self.full_at.saturating_duration_since(now);
        // There is a token as long as no more than the others are missing.
        let others = self.limit.burst.saturating_sub(1);
        until_full.saturating_sub(self.limit.every.saturating_mul(others))
    }

    /// Takes the token that there is.
    fn take(&mut self, now: Instant) {
        let from = self.full_at.max(now);
        self.full_at = from.checked_add(self.limit.every).unwrap_or(from);
    }
}

#[cfg(test)]
mod tests;
