//! Places where the program can be killed on purpose, so that tests see what a kill
//! leaves behind there. They exist in debug builds only; a release build has none.

/// A place at which the program can be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Before a record of this kind is written into the journal.
    BeforeRecord(&'static str),
    /// Behind that record, once it is written.
    AfterRecord(&'static str),
    /// In the middle of a line of the journal.
    InALine,
    /// Before a change is sent.
    BeforeCall,
    /// Behind the call, with its answer there.
    AfterCall,
    /// Between writing anew what an ended program left and letting go of it.
    TakenOver,
    /// In the middle of letting go of that.
    HalfLetGo,
}

impl Point {
    /// The kinds of record.
    pub const RECORDS: [&str; 6] = ["draft", "no-draft", "begun", "intent", "sent", "over"];

    /// All of them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let before = Self::RECORDS.map(Self::BeforeRecord);
        let after = Self::RECORDS.map(Self::AfterRecord);
        let others = [
            Self::InALine,
            Self::BeforeCall,
            Self::AfterCall,
            Self::TakenOver,
            Self::HalfLetGo,
        ];
        before.into_iter().chain(after).chain(others).collect()
    }

    /// Its name in [`VARIABLE`].
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::BeforeRecord(kind) => format!("before-{kind}"),
            Self::AfterRecord(kind) => format!("after-{kind}"),
            Self::InALine => "in-a-line".to_owned(),
            Self::BeforeCall => "before-call".to_owned(),
            Self::AfterCall => "after-call".to_owned(),
            Self::TakenOver => "taken-over".to_owned(),
            Self::HalfLetGo => "half-let-go".to_owned(),
        }
    }
}

/// The variable of the environment that says where the program is to be killed:
/// `after-intent:3` for the third time that it gets there.
pub const VARIABLE: &str = "PLANGATE_CRASH_AT";

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    use rustix::process::{Signal, getpid, kill_process};

    use super::{Point, VARIABLE};

    static WHERE: OnceLock<Option<(String, AtomicU32)>> = OnceLock::new();

    fn wanted() -> Option<(String, AtomicU32)> {
        let text = std::env::var(VARIABLE).ok()?;
        let (name, times) = text.rsplit_once(':')?;
        Some((name.to_owned(), AtomicU32::new(times.parse().ok()?)))
    }

    /// Returns true if the program is to be killed here and now.
    pub(crate) fn is_due(point: Point) -> bool {
        let Some((name, left)) = WHERE.get_or_init(wanted) else {
            return false;
        };
        *name == point.name() && left.fetch_sub(1, Ordering::SeqCst) == 1
    }

    /// Ends the program as a kill from outside does: nothing is tidied up.
    pub(crate) fn die() -> ! {
        loop {
            let _ = kill_process(getpid(), Signal::KILL);
        }
    }
}

#[cfg(not(debug_assertions))]
mod armed {
    use super::Point;

    pub(crate) fn is_due(_: Point) -> bool {
        false
    }

    pub(crate) fn die() {}
}

pub(crate) use armed::{die, is_due};

/// The program got here: where it is to be killed here, it is.
pub(crate) fn reach(point: Point) {
    if is_due(point) {
        die();
    }
}
