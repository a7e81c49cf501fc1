//! Tasks and threads, each of them watched in one way: where one dies, whoever waits
//! for it is told of what it died.
//!
//! A panic is a fault of this program or of a crate in it. It must not look like the end
//! of the work: a list that ends with its reader would be taken for whole. So nothing is
//! spawned but here (`clippy.toml` refuses the bare functions), each job has a name, and
//! its result is [`Died`] where it panicked. This room stands below all others.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::pin::{Pin, pin};
use std::sync::{Arc, Once, OnceLock};
use std::task::{Context, Poll};
use std::{io, thread};

use tokio::task::{AbortHandle, JoinHandle, JoinSet};

// Where a panic ends the process, nobody can be told.
#[cfg(panic = "abort")]
compile_error!("plangate tells of tasks that died: it needs panic = \"unwind\"");

/// Work that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Job {
    /// A command without a screen, on the main thread.
    Command,
    /// Reads page after page for `plangate list`.
    List,
    /// Reads one of several places.
    Place,
    /// One attempt of one call.
    Call,
    /// Lets calls go, each at its time.
    Pace,
    /// Loads the certificates to trust.
    Certificates,
    /// Connects the dashboard to a place.
    Connect,
    /// Answers one question of the dashboard.
    Question,
    /// Sends one call of the dashboard.
    Send,
    /// Answers for the journal to those who wait for their records.
    Records,
    /// Hands the journal what the dashboard gives it.
    Keeper,
    /// Opens the journal.
    OpenJournal,
    /// Writes the journal.
    Journal,
    /// Reads what was sent.
    History,
    /// Writes a text into a file.
    Save,
    /// Gives a text to a program.
    Copy,
    /// Runs the operator's editor.
    Edit,
    /// Notes that the greeting was closed.
    Greeting,
    /// Reads the profiles of the AWS files.
    Profiles,
    /// Takes what is told of requests to the dashboard.
    Requests,
    /// Reads the terminal.
    Input,
    /// Writes the log.
    Log,
    /// Owns the account of the embedded API Gateway.
    Account,
    /// Loads that account.
    LoadAccount,
    /// Writes that account to disk.
    SaveAccount,
    /// Accepts connections to the embedded API Gateway.
    Server,
    /// Serves one of those connections.
    Connection,
    /// Answers one request to the embedded API Gateway.
    Request,
}

impl Job {
    /// All of them.
    pub const ALL: [Self; 28] = [
        Self::Command,
        Self::List,
        Self::Place,
        Self::Call,
        Self::Pace,
        Self::Certificates,
        Self::Connect,
        Self::Question,
        Self::Send,
        Self::Records,
        Self::Keeper,
        Self::OpenJournal,
        Self::Journal,
        Self::History,
        Self::Save,
        Self::Copy,
        Self::Edit,
        Self::Greeting,
        Self::Profiles,
        Self::Requests,
        Self::Input,
        Self::Log,
        Self::Account,
        Self::LoadAccount,
        Self::SaveAccount,
        Self::Server,
        Self::Connection,
        Self::Request,
    ];

    /// The job for the operator: `the task that … died`.
    fn words(self) -> &'static str {
        match self {
            Self::Command => "runs the command",
            Self::List => "reads the plans",
            Self::Place => "reads one of the accounts",
            Self::Call => "makes an API call",
            Self::Pace => "paces the API calls",
            Self::Certificates => "loads the certificates",
            Self::Connect => "connects",
            Self::Question => "reads from API Gateway",
            Self::Send => "sends a change",
            Self::Records => "answers for the journal",
            Self::Keeper => "hands records to the journal",
            Self::OpenJournal => "opens the journal",
            Self::Journal => "writes the journal",
            Self::History => "reads the history",
            Self::Save => "writes the file",
            Self::Copy => "copies a text",
            Self::Edit => "runs the editor",
            Self::Greeting => "notes that the greeting was closed",
            Self::Profiles => "reads the profiles",
            Self::Requests => "lists the requests",
            Self::Input => "reads the terminal",
            Self::Log => "writes the log",
            Self::Account => "owns the embedded account",
            Self::LoadAccount => "loads the embedded account",
            Self::SaveAccount => "writes the embedded account",
            Self::Server => "accepts connections",
            Self::Connection => "serves a connection",
            Self::Request => "answers a request",
        }
    }

    /// Its name in [`VARIABLE`]: `load-account`.
    #[must_use]
    pub fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }
}

/// A task that panicked, or was taken down before it was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Died {
    /// Its job.
    pub job: Job,
    /// The panic's own words and where it was; free of line breaks.
    pub said: String,
}

impl Died {
    fn new(job: Job, said: &str, place: Option<String>) -> Self {
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = match place {
            Some(place) => format!("{said} ({place})"),
            None => said,
        };
        Self { job, said }
    }

    fn of_hook(job: Job, panic: &PanicHookInfo<'_>) -> Self {
        let place = panic
            .location()
            .map(|at| format!("{}:{}", in_its_crate(at.file()), at.line()));
        let said = panic.payload_as_str();
        Self::new(job, said.unwrap_or("it gave no reason"), place)
    }

    /// An obituary from the payload, which is all that there is where the hook was replaced by
    /// somebody else's.
    fn of_payload(job: Job, cause: &(dyn Any + Send)) -> Self {
        let text = cause.downcast_ref::<&str>().copied();
        let text = text.or_else(|| cause.downcast_ref::<String>().map(String::as_str));
        Self::new(job, text.unwrap_or("it gave no reason"), None)
    }
}

/// The path of a source file without what is this machine's own.
fn in_its_crate(file: &str) -> &str {
    let of_registry = file.split_once("/registry/src/");
    let of_crate = of_registry.and_then(|(_, rest)| rest.split_once('/'));
    of_crate.map_or(file, |(_, path)| path)
}

impl fmt::Display for Died {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { job, said } = self;
        write!(
            f,
            "the task that {} died: {said}. This is a fault in plangate: please report it",
            job.words()
        )
    }
}

impl std::error::Error for Died {}

/// A running job and of what it died.
#[derive(Debug)]
struct Record {
    job: Job,
    died: OnceLock<Died>,
}

/// Tells of what a task died; for those who are not the ones that wait for it.
#[derive(Clone, Debug)]
pub struct Obituary(Arc<Record>);

impl Obituary {
    fn new(job: Job) -> Self {
        let died = OnceLock::new();
        Self(Arc::new(Record { job, died }))
    }

    /// Of what it died; none while it lives, and where it ended as it should. It is known
    /// before anything that the task held is let go of.
    #[must_use]
    pub fn died(&self) -> Option<&Died> {
        self.0.died.get()
    }

    /// The same for somebody who found it gone: that alone is worth a word.
    #[must_use]
    pub fn reason(&self) -> Died {
        let ended = || Died::new(self.0.job, "it ended early", None);
        self.died().cloned().unwrap_or_else(ended)
    }
}

thread_local! {
    /// The job that this thread is at, the innermost.
    static NOW: RefCell<Option<Obituary>> = const { RefCell::new(None) };
}

/// Returns true if a panic on this thread would be told as the death of a job, so that nobody
/// else needs to tell it.
#[must_use]
pub fn is_watched() -> bool {
    NOW.with(|now| now.try_borrow().is_ok_and(|now| now.is_some()))
}

/// Has panics in watched work noted and not printed: they are told by who waits for it.
/// All others go on to the hook that was there.
pub fn note_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let job = NOW.with(|now| now.try_borrow().ok().and_then(|now| now.clone()));
            let Some(Obituary(record)) = job else {
                return others(panic);
            };
            let died = Died::of_hook(record.job, panic);
            tracing::error!("{died}");
            // Before unwinding lets anybody know that it is gone.
            let _ = record.died.set(died);
        }));
    });
}

/// Puts the job of before back when it goes.
struct At(Option<Obituary>);

impl At {
    fn job(obituary: &Obituary) -> Self {
        Self(NOW.with(|now| now.replace(Some(obituary.clone()))))
    }
}

impl Drop for At {
    fn drop(&mut self) {
        NOW.with(|now| now.replace(self.0.take()));
    }
}

/// Does one piece of a job.
fn piece<T>(obituary: &Obituary, work: impl FnOnce() -> T) -> Result<T, Died> {
    note_panics();
    let at = At::job(obituary);
    // What the work holds is its own, and nobody looks at it again.
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    drop(at);
    outcome.map_err(|cause| {
        let died = &obituary.0.died;
        died.get_or_init(|| Died::of_payload(obituary.0.job, &*cause))
            .clone()
    })
}

fn whole<T>(obituary: &Obituary, work: impl FnOnce() -> T) -> Result<T, Died> {
    piece(obituary, || {
        injected::panic_if_due(obituary.0.job);
        work()
    })
}

async fn watched<T>(obituary: Obituary, work: impl Future<Output = T>) -> Result<T, Died> {
    let mut work = pin!(work);
    let mut begins = true;
    let poll = move |context: &mut Context<'_>| {
        let polled = piece(&obituary, || {
            if std::mem::take(&mut begins) {
                injected::panic_if_due(obituary.0.job);
            }
            work.as_mut().poll(context)
        });
        match polled {
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(died) => Poll::Ready(Err(died)),
        }
    };
    poll_fn(poll).await
}

/// Works here and now.
///
/// # Errors
/// Where the work panics.
pub fn here<T>(job: Job, work: impl FnOnce() -> T) -> Result<T, Died> {
    whole(&Obituary::new(job), work)
}

/// Works as a part of the task that awaits it.
///
/// # Errors
/// Where the work panics.
pub async fn watch<T>(job: Job, work: impl Future<Output = T>) -> Result<T, Died> {
    watched(Obituary::new(job), work).await
}

/// A task of its own. Awaiting it gives the result of its work; dropping it lets it go on.
#[derive(Debug)]
pub struct Task<T> {
    handle: JoinHandle<Result<T, Died>>,
    obituary: Obituary,
}

impl<T> Task<T> {
    /// Stops it.
    pub fn abort(&self) {
        self.handle.abort();
    }

    /// The handle that stops it when that is called for.
    #[must_use]
    pub fn abort_handle(&self) -> AbortHandle {
        self.handle.abort_handle()
    }

    /// The notes on what it died of.
    #[must_use]
    pub fn obituary(&self) -> Obituary {
        self.obituary.clone()
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, Died>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Poll::Ready(joined) = Pin::new(&mut self.handle).poll(context) else {
            return Poll::Pending;
        };
        // The runtime may take it down, which is no panic and still not its end.
        Poll::Ready(joined.unwrap_or_else(|_| Err(self.obituary.reason())))
    }
}

/// Begins work as a task of the current tokio runtime.
#[allow(clippy::disallowed_methods, reason = "this is where they are watched")]
pub fn spawn<T>(job: Job, work: impl Future<Output = T> + Send + 'static) -> Task<T>
where
    T: Send + 'static,
{
    let obituary = Obituary::new(job);
    let handle = tokio::spawn(watched(obituary.clone(), work));
    Task { handle, obituary }
}

/// The same for work that nobody awaits: where it dies, `tell` does.
#[allow(clippy::disallowed_methods, reason = "this is where they are watched")]
pub fn spawn_telling<F>(
    job: Job,
    work: impl Future<Output = ()> + Send + 'static,
    tell: impl FnOnce(Died) -> F + Send + 'static,
) -> Task<()>
where
    F: Future<Output = ()> + Send,
{
    let obituary = Obituary::new(job);
    let work = watched(obituary.clone(), work);
    let handle = tokio::spawn(async move {
        let ended = work.await;
        if let Err(died) = &ended {
            tell(died.clone()).await;
        }
        ended
    });
    Task { handle, obituary }
}

/// Begins work as one task of several.
#[allow(clippy::disallowed_methods, reason = "this is where they are watched")]
pub fn spawn_in<T>(
    tasks: &mut JoinSet<Result<T, Died>>,
    job: Job,
    work: impl Future<Output = T> + Send + 'static,
) -> AbortHandle
where
    T: Send + 'static,
{
    tasks.spawn(watched(Obituary::new(job), work))
}

/// Begins work that blocks, on a thread that is there for it.
#[allow(clippy::disallowed_methods, reason = "this is where they are watched")]
pub fn blocking<T>(job: Job, work: impl FnOnce() -> T + Send + 'static) -> Task<T>
where
    T: Send + 'static,
{
    let obituary = Obituary::new(job);
    let own = obituary.clone();
    let handle = tokio::task::spawn_blocking(move || whole(&own, work));
    Task { handle, obituary }
}

/// Begins work on a thread of its own, under the name of the job; where it dies, `tell`
/// does.
///
/// # Errors
/// Where no thread can be started.
#[allow(clippy::disallowed_methods, reason = "this is where they are watched")]
pub fn thread(
    job: Job,
    work: impl FnOnce() + Send + 'static,
    tell: impl FnOnce(Died) + Send + 'static,
) -> io::Result<Obituary> {
    let obituary = Obituary::new(job);
    let own = obituary.clone();
    thread::Builder::new().name(job.name()).spawn(move || {
        if let Err(died) = whole(&own, work) {
            tell(died);
        }
    })?;
    Ok(obituary)
}

/// The variable of the environment that says which job is to panic when it begins, so
/// that tests see what becomes of it: `question:2` for the second one, `question:all` for
/// each of them. In debug builds only.
pub const VARIABLE: &str = "PLANGATE_PANIC_IN";

#[cfg(debug_assertions)]
mod injected {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::{Job, VARIABLE};

    /// The job, and how many more times it begins until then; none for each time.
    type Wanted = (String, Option<AtomicU32>);

    static WHERE: OnceLock<Option<Wanted>> = OnceLock::new();

    fn wanted() -> Option<Wanted> {
        let text = std::env::var(VARIABLE).ok()?;
        let (name, times) = text.split_once(':').unwrap_or((text.as_str(), "1"));
        let left = match times {
            "all" => None,
            times => Some(AtomicU32::new(times.parse().ok()?)),
        };
        Some((name.to_owned(), left))
    }

    #[allow(clippy::panic, reason = "this is what it is for")]
    pub(super) fn panic_if_due(job: Job) {
        if let Some((name, left)) = WHERE.get_or_init(wanted)
            && *name == job.name()
            && left
                .as_ref()
                .is_none_or(|left| left.fetch_sub(1, Ordering::SeqCst) == 1)
        {
            panic!("asked to panic");
        }
    }
}

#[cfg(not(debug_assertions))]
mod injected {
    pub(super) fn panic_if_due(_: super::Job) {}
}

#[cfg(test)]
mod tests;
