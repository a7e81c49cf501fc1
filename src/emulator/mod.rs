//! An embedded API Gateway control plane: usage plans and what they touch, over HTTP on loopback.
//!
//! It stands in for the service in the demo, in tests and for anybody's scripts, so it is meant to
//! be as strict as the service: its judgement is its own and shares nothing with what the
//! dashboard checks before it sends. Facts about the service are marked in the source: *confirmed*
//! by its documentation, model or recorded answers, or *inferred*.
//!
//! A request travels so: [`http`](self) reads it, `route` makes a typed call of it, `control` owns
//! the account and carries the calls out one by one, and `http` sends the answer. Faults are
//! scheduled through [`Faults`] or, where [`StartOptions::faults`] is set, by
//! `POST /_plangate/faults` with a JSON [`InjectedFault`], such as
//! `{"operation": "UpdateUsagePlan", "kind": "throttle", "retryAfter": 3}`.

mod account;
mod answer;
mod apis;
mod body;
mod call;
mod clock;
mod collection;
mod control;
mod crowd;
mod door;
mod faults;
mod http;
mod keys;
mod limits;
mod messages;
mod patch;
mod plans;
mod random;
mod refusal;
mod route;
mod store;
mod sts;
mod synthetic;
mod tags;
mod update;
mod usage;

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

pub use self::clock::{Clock, Hands};
pub use self::faults::{FaultKind, InjectedFault};
pub use self::limits::Limits;
pub use self::messages::{Faults, ReceivedRequest};
pub use self::patch::SentOperation;

use self::account::Account;
use self::clock::day_of;
use self::control::Control;
use self::http::ServiceDesk;
use self::messages::ControlMessage;
use self::store::Store;
use crate::task::{self, Died, Job, Task};

/// The options that an emulator is started with. The default is a free port and the sample
/// account in memory.
#[derive(Debug, Clone, Default)]
pub struct StartOptions {
    /// The port on 127.0.0.1; 0 is a free one.
    pub port: u16,
    /// The file of the account; an existing one wins over `plans`. `None` is in memory
    /// only.
    pub state: Option<PathBuf>,
    /// A synthetic account of so many plans; `None` is the sample account.
    pub plans: Option<usize>,
    /// The switch of the control plane's own limits.
    pub limits: Limits,
    /// True if faults can be scheduled over HTTP, and requests read back.
    pub faults: bool,
    /// The source of "now".
    pub clock: Clock,
}

impl StartOptions {
    /// The choice of a pace for those who call it: that of AWS where it refuses what comes
    /// too fast, else theirs.
    #[must_use]
    pub fn paced(&self) -> Option<bool> {
        (self.limits == Limits::Aws).then_some(true)
    }
}

/// The reasons why an emulator could not be started. One line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens there.
    #[error(
        "port {port} on 127.0.0.1 is already in use; choose another one, or none for a free one"
    )]
    PortInUse {
        /// The port that was asked for.
        port: u16,
    },
    /// The port cannot be listened on for another reason.
    #[error("cannot listen on port {port} of 127.0.0.1: {error}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// The system's own words.
        error: io::Error,
    },
    /// The state file is there but cannot be read.
    #[error("cannot read the state file {}: {error}", path.display())]
    StateUnreadable {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        error: io::Error,
    },
    /// The state file holds something else than a whole account.
    #[error("the state file {} is damaged and was left untouched: {reason}", path.display())]
    StateDamaged {
        /// The file.
        path: PathBuf,
        /// The line and the fault at which the reading stopped.
        reason: String,
    },
    /// The state file cannot be replaced.
    #[error("cannot write the state file {}: {error}", path.display())]
    StateUnwritable {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        error: io::Error,
    },
    /// The built-in sample account cannot be read, which is a fault of this program.
    #[error("the built-in sample account cannot be read: {reason}")]
    Sample {
        /// The line and the fault at which the reading stopped.
        reason: String,
    },
}

/// A running control plane. It stops when dropped.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    faults: Faults,
    stop: watch::Sender<bool>,
    server: Task<()>,
    /// Tasks that died, as they do.
    deaths: mpsc::UnboundedReceiver<Died>,
}

impl Emulator {
    /// Loads the account, listens on 127.0.0.1 and serves on tasks of the current tokio runtime.
    ///
    /// # Errors
    /// The port is taken, or the state file is damaged, unreadable or unwritable. Then nothing was
    /// changed on disk and nothing is listening.
    pub async fn start(options: StartOptions) -> Result<Self, StartError> {
        let port = options.port;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|error| match error.kind() {
                io::ErrorKind::AddrInUse => StartError::PortInUse { port },
                _ => StartError::Listen { port, error },
            })?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Listen { port, error })?;
        // With the port in hand: a second server on the same file fails before it writes
        // there.
        let (account, store) = load(&options).await?;

        let (control, messages) = mpsc::unbounded_channel();
        let owner = Control {
            account,
            store,
            limits: options.limits,
            clock: options.clock,
            faults: faults::FaultQueue::default(),
            buckets: limits::Buckets::new(),
            requests: VecDeque::new(),
            remember: options.faults,
        };
        let (dead, deaths) = mpsc::unbounded_channel();
        let tell = |dead: mpsc::UnboundedSender<Died>| async move |died| drop(dead.send(died));
        let owner = task::spawn_telling(Job::Account, owner.run(messages), tell(dead.clone()));
        let (stop, stopped) = watch::channel(false);
        let desk = ServiceDesk {
            control: control.clone(),
            owner: owner.obituary(),
            deaths: dead.clone(),
            admin: options.faults,
            served: Arc::new(AtomicU64::new(0)),
        };
        let serve = http::serve(listener, desk, stopped);
        let server = task::spawn_telling(Job::Server, serve, tell(dead));
        Ok(Self {
            address,
            faults: Faults(control),
            stop,
            server,
            deaths,
        })
    }

    /// The address at which it listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Settings for the environment of any AWS client, on one line. The Region stands there twice:
    /// version 1 of the AWS CLI and boto3 read only `AWS_DEFAULT_REGION`.
    #[must_use]
    pub fn environment(&self) -> String {
        format!(
            "AWS_ENDPOINT_URL={} AWS_ACCESS_KEY_ID=plangate AWS_SECRET_ACCESS_KEY=plangate AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 \
             AWS_EC2_METADATA_DISABLED=true",
            self.endpoint()
        )
    }

    /// Schedules faults for the next calls, whatever [`StartOptions::faults`] says.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The last requests that were understood, oldest first, where [`StartOptions::faults`] is set.
    pub async fn requests(&self) -> Vec<ReceivedRequest> {
        let (reply, answered) = oneshot::channel();
        drop(self.faults.0.send(ControlMessage::Requests(reply)));
        answered.await.unwrap_or_default()
    }

    /// Waits until a task dies. That of a connection or a request is its client's alone;
    /// with any other the server is of no more use.
    pub async fn died(&mut self) -> Died {
        match self.deaths.recv().await {
            Some(died) => died,
            // Nobody is left who could die.
            None => std::future::pending().await,
        }
    }

    /// Stops listening and lets open requests finish, for a second at most.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        drop((&mut self.server).await);
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The account to start with, and where it is kept.
async fn load(options: &StartOptions) -> Result<(Account, Option<Arc<Store>>), StartError> {
    let today = day_of(options.clock.now());
    let fresh = move |plans: Option<usize>| match plans {
        Some(plans) => Ok(Account::synthetic(plans, today)),
        None => Account::sample(today).map_err(|error| StartError::Sample {
            reason: error.to_string(),
        }),
    };
    let Some(path) = options.state.clone() else {
        return Ok((fresh(options.plans)?, None));
    };
    let plans = options.plans;
    let failed = |path: &Path, error: String| StartError::StateUnwritable {
        path: path.to_owned(),
        error: io::Error::other(error),
    };
    let shown = path.clone();
    let work = task::blocking(Job::LoadAccount, move || {
        let store = Store::new(&path);
        let account = match store.load()? {
            Some(account) => account,
            None => fresh(plans)?,
        };
        // Written at once, so that an unwritable file is known before the first change.
        let text = Store::text(&account).map_err(|error| failed(store.path(), error))?;
        store
            .write(&text)
            .map_err(|error| StartError::StateUnwritable {
                path: store.path().to_owned(),
                error,
            })?;
        Ok((account, Some(Arc::new(store))))
    });
    work.await
        .unwrap_or_else(|error| Err(failed(&shown, error.to_string())))
}
