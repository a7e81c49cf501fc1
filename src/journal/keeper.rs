//! The files of this program: the only ones that it writes to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use thiserror::Error;

use super::folder::{claim_folder, make_private_file, sync_folder};
use super::line;
use super::read::{DRAFTS, NEW, PAST, SENDS};
use super::record::{CallOutcome, DraftKey, EntryId, Record, SendId};
use crate::crash::{self, Point};
use crate::plan::Scope;
use crate::plan::patch::text::printable;

/// A file of drafts that is larger than this many bytes, and twice what is alive in
/// it, is written anew.
pub(super) const LARGEST: u64 = 1024 * 1024;

/// The clock that gives the time (UTC) that a record is stamped with.
pub type TimeSource = Box<dyn Fn() -> Timestamp + Send>;

/// A record could not be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "The journal could not be written: {file}: {said}. Make room there, or make the file yours to \
     write; until then nothing can be sent."
)]
pub struct WriteFailure {
    /// The file.
    pub file: String,
    /// The fault, in the system's words.
    pub said: String,
}

impl WriteFailure {
    pub(super) fn new(file: &Path, said: &impl ToString) -> Self {
        Self {
            file: printable(&file.display().to_string()),
            said: printable(&said.to_string()),
        }
    }
}

/// A file that grows by whole lines.
struct Lines {
    path: PathBuf,
    file: File,
    /// The bytes of its whole lines.
    length: u64,
    /// Set if something of a line that failed may stand behind them.
    is_torn: bool,
}

impl Lines {
    fn new(path: PathBuf, file: File) -> Self {
        Self {
            path,
            file,
            length: 0,
            is_torn: false,
        }
    }

    fn append(&mut self, line: &str) -> io::Result<()> {
        // Half a line of a failed write would make the next one unreadable too.
        if self.is_torn && self.file.set_len(self.length).is_ok() {
            self.is_torn = false;
        }
        if self.is_torn {
            // It could not be cut off: a line break keeps the rest of it apart from what
            // follows.
            self.file.write_all(b"\n")?;
            self.length = self.file.metadata()?.len();
        }
        // Set before the write, since a write that fails may have written a part.
        self.is_torn = true;
        if crash::is_due(Point::InALine) {
            let (half, _) = line.as_bytes().split_at(line.len() / 2);
            let _ = self.file.write_all(half);
            crash::die();
        }
        self.file.write_all(line.as_bytes())?;
        self.is_torn = false;
        self.length += line.len() as u64;
        Ok(())
    }

    /// Returns true if it still is the file of that name.
    fn is_there(&self) -> bool {
        is_at(&self.file, &self.path)
    }
}

/// Returns true if this file is the one of that name: another program may have taken it.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        // Names alone do not tell: a renamed file is still open here, and another may have
        // its name.
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Writes the files of this program. They are made with the first record.
pub(super) struct Keeper {
    folder: PathBuf,
    scope: Scope,
    clock: TimeSource,
    /// Locked as long as this program runs.
    sends: Option<Lines>,
    drafts: Option<Lines>,
    /// The newest line of each draft.
    alive: BTreeMap<DraftKey, String>,
    /// The size of those, in bytes.
    alive_bytes: usize,
    /// Set if the file of drafts lacks something that is alive: it is written anew
    /// with the next draft.
    is_behind: bool,
    /// The length from which on the drafts may be written anew.
    largest: u64,
    /// Set once anything was written of sends.
    has_sends: bool,
    open: BTreeSet<SendId>,
    unresolved: BTreeSet<(EntryId, u32)>,
}

/// The kind of a record, for tests that kill the program there.
fn kind(record: &Record) -> &'static str {
    match record {
        Record::Draft(_) => "draft",
        Record::NoDraft(_) => "no-draft",
        Record::Begun(_) => "begun",
        Record::Intent(_) => "intent",
        Record::Sent(_) => "sent",
        Record::GivenUp(_) => "given-up",
        Record::Over(_) => "over",
    }
}

impl Keeper {
    /// One that has written nothing yet.
    pub fn new(folder: PathBuf, scope: Scope, clock: TimeSource) -> Self {
        Self {
            folder,
            scope,
            clock,
            sends: None,
            drafts: None,
            alive: BTreeMap::new(),
            alive_bytes: 0,
            is_behind: false,
            largest: LARGEST,
            has_sends: false,
            open: BTreeSet::new(),
            unresolved: BTreeSet::new(),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The time (UTC).
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Finds out whether files can be made and locked, and leaves none behind.
    pub fn probe(&self) -> io::Result<()> {
        claim_folder(&self.folder)?;
        // The ending keeps other programs from taking it over in the moment before it goes.
        let path = self.folder.join(self.stem() + SENDS + NEW);
        let file = make_private_file(&path)?;
        let locked = lock(&file);
        let removed = fs::remove_file(&path);
        for done in [locked, removed] {
            done.or_else(|fault| {
                if is_tidied(&fault) {
                    Ok(())
                } else {
                    Err(fault)
                }
            })?;
        }
        Ok(())
    }

    /// Writes a record, not yet synced.
    pub fn write(&mut self, at: Timestamp, record: &Record) -> Result<(), WriteFailure> {
        crash::reach(Point::BeforeRecord(kind(record)));
        let written = self.write_record(at, record);
        crash::reach(Point::AfterRecord(kind(record)));
        written
    }

    fn write_record(&mut self, at: Timestamp, record: &Record) -> Result<(), WriteFailure> {
        match record {
            Record::Draft(draft) => {
                let line = line::write(at, record);
                self.alive_bytes += line.len();
                let before = self.alive.insert(draft.key.clone(), line.clone());
                self.alive_bytes -= before.map_or(0, |line| line.len());
                self.write_draft(&line)
            }
            Record::NoDraft(key) => {
                // A draft of which nothing was written needs no line that says that it is
                // gone.
                let Some(before) = self.alive.remove(key) else {
                    return Ok(());
                };
                self.alive_bytes -= before.len();
                self.write_draft(&line::write(at, record))
            }
            _ => {
                let sends = self.sends()?;
                let written = sends.append(&line::write(at, record));
                let path = sends.path.clone();
                written.map_err(|fault| WriteFailure::new(&path, &fault))?;
                self.follow(record);
                Ok(())
            }
        }
    }

    /// Remembers what is open.
    fn follow(&mut self, record: &Record) {
        self.has_sends = true;
        match record {
            Record::Begun(begun) => {
                self.open.insert(begun.id.clone());
            }
            Record::Intent(intent) => {
                // The call may have been made from here on, whatever happens to the
                // program.
                self.unresolved.insert((intent.entry.clone(), intent.step));
            }
            // It is to be read again.
            Record::Sent(sent) if sent.outcome == CallOutcome::NotSeen => {}
            Record::Sent(sent) => {
                self.unresolved.remove(&(sent.entry.clone(), sent.step));
            }
            Record::Over(send) => {
                self.open.remove(send);
            }
            Record::Draft(_) | Record::NoDraft(_) | Record::GivenUp(_) => {}
        }
    }

    /// Makes what was written of sends last through a power cut.
    pub fn sync_sends(&mut self) -> Result<(), WriteFailure> {
        sync(self.sends.as_ref())
    }

    /// The same of drafts.
    pub fn sync_drafts(&mut self) -> Result<(), WriteFailure> {
        sync(self.drafts.as_ref())
    }

    /// Ends: files that nobody needs any more go, and one without open sends takes
    /// the name that says so.
    pub fn close(mut self) {
        if self.is_behind {
            let _ = self.rewrite_drafts();
        }
        let _ = self.sync_drafts();
        // A send may be over with a call that was not seen yet: the next program has to
        // read again.
        let is_resolved = self.open.is_empty() && self.unresolved.is_empty();
        if self.alive.is_empty()
            && let Some(drafts) = self.drafts.take()
            && drafts.is_there()
        {
            let _ = fs::remove_file(&drafts.path);
        }
        // Drafts need the file beside them: its lock says whose they are.
        if let Some(sends) = self.sends.take()
            && is_resolved
            && self.alive.is_empty()
            && sends.is_there()
        {
            // Where this fails, the next program does it.
            let _ = retire(&sends.path, self.has_sends);
        }
    }

    /// The file of sends. One that somebody took away meanwhile is made again.
    fn sends(&mut self) -> Result<&mut Lines, WriteFailure> {
        if self.sends.as_ref().is_some_and(|sends| !sends.is_there()) {
            self.sends = None;
            // Without the lock of their file of sends, the drafts would be taken for left
            // behind.
            self.drafts = None;
            self.is_behind = true;
            self.has_sends = false;
        }
        let sends = match self.sends.take() {
            Some(sends) => sends,
            None => self
                .make_sends()
                .map_err(|fault| WriteFailure::new(&self.folder, &fault))?,
        };
        Ok(self.sends.insert(sends))
    }

    /// Makes the file under a name that nobody takes over, locks it, and gives it its
    /// own name then: no other program ever sees that one without its lock.
    fn make_sends(&self) -> io::Result<Lines> {
        claim_folder(&self.folder)?;
        let mut made = self.try_to_make_sends();
        // Another program that starts just now may take the new file for a leftover and
        // remove it.
        for _ in 0..3 {
            match &made {
                Err(fault) if is_tidied(fault) => made = self.try_to_make_sends(),
                _ => break,
            }
        }
        made
    }

    fn try_to_make_sends(&self) -> io::Result<Lines> {
        let path = self.folder.join(self.stem() + SENDS);
        let new = with_ending(&path, NEW);
        let mut lines = Lines::new(path, make_private_file(&new)?);
        let made = lock(&lines.file)
            .and_then(|()| lines.append(&line::header(self.now(), &self.scope)))
            .and_then(|()| lines.file.sync_all())
            .and_then(|()| fs::rename(&new, &lines.path))
            .and_then(|()| sync_folder(&self.folder));
        if made.is_err() {
            let _ = fs::remove_file(&new);
        }
        made.map(|()| lines)
    }

    fn write_draft(&mut self, line: &str) -> Result<(), WriteFailure> {
        // The lock that says whose the drafts are is on the file of sends, so that comes
        // first.
        self.sends()?;
        let failure = |path: &Path, fault: io::Error| WriteFailure::new(path, &fault);
        let Some(drafts) = self.drafts.as_mut().filter(|_| !self.is_behind) else {
            self.is_behind = true;
            return self
                .rewrite_drafts()
                .map_err(|fault| failure(&self.folder, fault));
        };
        if let Err(fault) = drafts.append(line) {
            self.is_behind = true;
            return Err(failure(&drafts.path, fault));
        }
        let length = drafts.length;
        // Many long drafts that are alive would be written anew with every keystroke
        // otherwise.
        let is_sparse = length > 2 * self.alive_bytes as u64;
        if length > self.largest && is_sparse && self.rewrite_drafts().is_err() {
            // It stands in the file as it is. The next try comes much later.
            self.largest = length + LARGEST;
        }
        Ok(())
    }

    /// Writes the file of drafts with what is alive, and nothing else.
    fn rewrite_drafts(&mut self) -> io::Result<()> {
        let Some(sends) = &self.sends else {
            return Ok(());
        };
        let path = replace_ending(&sends.path, SENDS, DRAFTS);
        let new = with_ending(&path, NEW);
        // What a try that failed may have left: the file is made only where there is none.
        let _ = fs::remove_file(&new);
        let mut lines = Lines::new(path, make_private_file(&new)?);
        let all: String = std::iter::once(line::header(self.now(), &self.scope))
            .chain(self.alive.values().cloned())
            .collect();
        let made = lines
            .append(&all)
            .and_then(|()| lines.file.sync_all())
            .and_then(|()| fs::rename(&new, &lines.path));
        if let Err(fault) = made {
            let _ = fs::remove_file(&new);
            return Err(fault);
        }
        self.drafts = Some(lines);
        self.is_behind = false;
        self.largest = LARGEST;
        sync_folder(&self.folder)
    }

    /// The start of a file's name: when, which process, and what no other has.
    fn stem(&self) -> String {
        let random: String = (0..6).map(|_| fastrand::alphanumeric()).collect();
        // The number of a process comes again, and two programs may start in one second.
        let time = self.now().strftime("%Y%m%dT%H%M%SZ");
        format!("{time}-{}-{random}", std::process::id())
    }
}

fn sync(lines: Option<&Lines>) -> Result<(), WriteFailure> {
    let Some(lines) = lines else {
        return Ok(());
    };
    // Its name was synced when it was made; contents and length are all that is new.
    let synced = lines.file.sync_data();
    synced.map_err(|fault| WriteFailure::new(&lines.path, &fault))
}

/// Takes the lock of a file that only this program knows.
fn lock(file: &File) -> io::Result<()> {
    file.try_lock().map_err(|fault| match fault {
        TryLockError::Error(fault) => fault,
        TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
    })
}

/// Returns true if a program that tidies up the folder may have locked or removed a file
/// before its maker could lock it.
fn is_tidied(fault: &io::Error) -> bool {
    matches!(
        fault.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::NotFound
    )
}

/// Gives a file of sends the name that says that nothing in it is open; one that
/// holds nothing goes.
pub(super) fn retire(sends: &Path, has_sends: bool) -> io::Result<()> {
    if has_sends {
        fs::rename(sends, replace_ending(sends, SENDS, PAST))
    } else {
        fs::remove_file(sends)
    }
}

pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

pub(super) fn replace_ending(path: &Path, ending: &str, by: &str) -> PathBuf {
    let name = path.file_name().and_then(|name| name.to_str());
    let stem = name.and_then(|name| name.strip_suffix(ending));
    match stem {
        Some(stem) => path.with_file_name(format!("{stem}{by}")),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(folder: &tempfile::TempDir) -> Lines {
        let path = folder.path().join("lines");
        let file = make_private_file(&path).unwrap();
        Lines::new(path, file)
    }

    #[test]
    fn what_a_failed_line_left_does_not_stand_before_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let mut lines = lines(&folder);
        lines.append("one\n").unwrap();
        // The disk was full after half of it.
        (&lines.file).write_all(b"tw").unwrap();
        lines.is_torn = true;
        lines.append("three\n").unwrap();
        assert_eq!(fs::read_to_string(&lines.path).unwrap(), "one\nthree\n");
        assert_eq!(lines.length, 10);
    }

    #[test]
    fn a_full_disk_is_told() {
        let full = fs::OpenOptions::new().append(true).open("/dev/full");
        let mut lines = Lines::new(PathBuf::from("/dev/full"), full.unwrap());
        let fault = lines.append("one\n").unwrap_err();
        assert_eq!(fault.kind(), io::ErrorKind::StorageFull);
        assert!(lines.is_torn && lines.length == 0);
    }
}
