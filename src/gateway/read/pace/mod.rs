//! The pace of calls: one token bucket per account and Region, because that is
//! what API Gateway counts by, and because other tools want to live as well.
//!
//! A task of its own keeps the buckets of one account and Region. Calls come to
//! it as messages and are told to go, first come first served, changes before
//! questions: how long a change may wait is bounded. So a call that
//! is given up leaves the line, and one that nobody polls holds up nobody.
//!
//! Where the service refuses a call as one of too many, others call too: all calls go
//! slower for a while, and find back to their pace while nothing is refused.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
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

    /// The pace that an account and Region has only once the service refuses a call there,
    /// or from the beginning.
    pub(in crate::gateway) fn pacing(&self, account: &str, region: &str, now: bool) -> Pacing {
        let pacing = Pacing(Arc::new(PacingOf {
            paces: self.clone(),
            place: (account.to_owned(), region.to_owned()),
            pace: OnceLock::new(),
        }));
        if now {
            pacing.begin();
        }
        pacing
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

/// The pace of a gateway's calls, which may have none yet.
#[derive(Clone, Debug)]
pub(in crate::gateway) struct Pacing(Arc<PacingOf>);

#[derive(Debug)]
struct PacingOf {
    paces: Paces,
    place: (String, String),
    pace: OnceLock<Pace>,
}

impl Pacing {
    fn begin(&self) -> &Pace {
        let PacingOf { paces, place, pace } = &*self.0;
        pace.get_or_init(|| paces.of(&place.0, &place.1))
    }

    /// The pace; none as long as calls go as they come.
    pub(in crate::gateway) fn pace(&self) -> Option<&Pace> {
        self.0.pace.get()
    }

    /// The service refused a call as one of too many: from now on calls are paced, and
    /// slower for a while.
    pub(in crate::gateway) fn slow_down(&self, operation: &'static str) {
        self.begin().slow_down(operation);
    }
}

/// The way to the task that keeps the buckets of one account and Region.
#[derive(Clone, Debug)]
pub(in crate::gateway) struct Pace {
    arrivals: UnboundedSender<Arrival>,
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
        let waiting = Arrival::Call(Waiting { operation, go });
        let is_told = self.arrivals.send(waiting).is_ok() && told.await.is_ok();
        if is_told {
            Ok(began.elapsed())
        } else {
            Err(self.keeper.reason())
        }
    }

    fn slow_down(&self, operation: &'static str) {
        // Where the task has died, the next turn tells.
        let _ = self.arrivals.send(Arrival::Throttled(operation));
    }
}

/// The news for the task.
#[derive(Debug)]
enum Arrival {
    /// A call that gets in line.
    Call(Waiting),
    /// The service refused such a call as one of too many.
    Throttled(&'static str),
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
async fn keep(mut buckets: Buckets, mut arriving: UnboundedReceiver<Arrival>) {
    let mut line: VecDeque<Waiting> = VecDeque::new();
    loop {
        // Those who have stopped waiting stand before nobody, and spend no token.
        line.retain(|waiting| !waiting.go.is_closed());
        let now = Instant::now();
        buckets.ease(now);
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
            Some(Arrival::Call(waiting)) => line.push_back(waiting),
            Some(Arrival::Throttled(operation)) => buckets.slow_down(operation, now),
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

    fn slow_down(&mut self, operation: &str, now: Instant) {
        self.all.slow_down(now);
        if operation == Self::RESOURCES {
            self.resources.slow_down(now);
        }
    }

    fn ease(&mut self, now: Instant) {
        self.all.ease(now);
        self.resources.ease(now);
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
    slowed: Option<Slowed>,
}

/// A bucket that fills more slowly than usual.
#[derive(Clone, Copy, Debug)]
struct Slowed {
    usual: CallLimit,
    /// So many times as long for a token.
    times: u32,
    /// The last change of that.
    since: Instant,
}

/// Without a refusal for so long, calls go twice as fast again.
const CALM: Duration = Duration::from_secs(10);
/// Refusals within this time of each other are one: their calls went together.
const TOGETHER: Duration = Duration::from_secs(1);
/// The slowest that calls go: so many times as slowly as usual.
const SLOWEST: u32 = 8;

impl Bucket {
    fn full(limit: CallLimit, now: Instant) -> Self {
        Self {
            limit,
            full_at: now,
            slowed: None,
        }
    }

    /// Fills half as fast from now on, and lets no calls go together.
    fn slow_down(&mut self, now: Instant) {
        match self.slowed {
            Some(slowed) if now.saturating_duration_since(slowed.since) < TOGETHER => {}
            Some(slowed) => self.slow_to(slowed.usual, (slowed.times * 2).min(SLOWEST), now),
            None => self.slow_to(self.limit, 2, now),
        }
    }

    fn slow_to(&mut self, usual: CallLimit, times: u32, now: Instant) {
        self.slowed = Some(Slowed {
            usual,
            times,
            since: now,
        });
        let every = usual.every.saturating_mul(times);
        self.limit = CallLimit { every, burst: 1 };
        self.full_at = now.checked_add(every).unwrap_or(now);
    }

    /// Goes back towards its usual limit where nothing was refused for a while.
    fn ease(&mut self, now: Instant) {
        let calm = |slowed: &Slowed| now.saturating_duration_since(slowed.since) >= CALM;
        match self.slowed.filter(calm) {
            None => {}
            Some(slowed) if slowed.times > 2 => self.slow_to(slowed.usual, slowed.times / 2, now),
            Some(Slowed { usual, .. }) => {
                let all = usual.every.saturating_mul(usual.burst.max(1));
                *self = Self::full(usual, now.checked_add(all).unwrap_or(now));
            }
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
