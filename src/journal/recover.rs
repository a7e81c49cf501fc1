//! Taking over what programs left behind that do not run any more.
//!
//! Whoever holds the lock of a file of sends owns it and the drafts beside it. What
//! is taken over is written anew first, then the old files are retired. A program
//! that is killed in between leaves both, and what stands twice is known as one: a
//! send by its name, a draft of a plan by its plan, a draft of a new plan by what is
//! in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::aside::{OLDER, keep_line, set_aside};
use super::assemble::assemble;
use super::folder::{Unusable, sync_folder};
use super::keeper::{Keeper, WriteFailure, is_at, replace_ending, retire, with_ending};
use super::line;
use super::past::PastSend;
use super::read::{Content, DRAFTS, Damage, Dated, NEW, Name, SENDS, is_regular, list, read};
use super::record::{DraftKey, DraftRecord, OpenCall, Record};
use crate::crash::{self, Point};

/// All that was left behind by programs that do not run any more, and is this program's
/// now.
#[derive(Debug, Default)]
pub struct Recovered {
    /// The drafts. Those of new plans are numbered from 1; this program's own go on
    /// from there.
    pub drafts: Vec<DraftRecord>,
    /// Drafts of a plan of which there was a newer one.
    pub older: Vec<OlderDraft>,
    /// Calls without an outcome, or not seen yet: reading their plans tells, but that
    /// they were not made only when they cannot take effect any more. Never to be sent
    /// again unasked.
    pub unresolved: Vec<OpenCall>,
    /// Calls of the past that reading showed not to be made, or of which nobody could
    /// tell: where their plans show them after all, they were made.
    pub doubted: Vec<OpenCall>,
    /// Sends that are not over, oldest first.
    pub open: Vec<PastSend>,
    /// Everything that could not be read.
    pub damaged: Vec<Damage>,
}

/// A draft that gave way to a newer one of the same plan: two programs had one each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OlderDraft {
    /// The draft.
    pub draft: DraftRecord,
    /// The time of its last edit (UTC).
    pub at: Timestamp,
    /// The file that keeps it.
    pub kept_in: PathBuf,
}

/// The files of a program that does not run any more, locked against others who take
/// over.
struct Left {
    sends: Option<PathBuf>,
    drafts: Option<PathBuf>,
    /// The records of both files.
    records: Vec<Dated>,
    /// Holds the lock.
    _lock: File,
}

/// Takes over everything that nobody owns.
pub(super) fn recover(keeper: &mut Keeper) -> Result<Recovered, Unusable> {
    let folder = keeper.folder().to_owned();
    let mut recovered = Recovered::default();
    let taken = take_over(keeper, &folder, &mut recovered);
    taken.map_err(|fault| Unusable::new(&folder, &fault))?;
    Ok(recovered)
}

fn take_over(keeper: &mut Keeper, folder: &Path, recovered: &mut Recovered) -> io::Result<()> {
    let left = find_left(folder, &mut recovered.damaged)?;
    if left.is_empty() {
        return Ok(());
    }
    let (drafts, older) = newest_drafts(&left);
    // Set aside first: the files that have them are retired at the end of this.
    for (at, draft) in older {
        let text = line::write(at, &Record::Draft(Box::new(draft.clone())));
        let name = format!("{}.jsonl", at.strftime("%Y%m%dT%H%M%S%.fZ"));
        let kept_in = set_aside(folder, OLDER, &name, text.as_bytes())?;
        recovered.older.push(OlderDraft { draft, at, kept_in });
    }
    // All files together: the outcome of a call may stand in another file than its intent.
    let sends = left.iter().flat_map(|left| left.records.iter().cloned());
    let sends = assemble(sends);
    let failed = |failure: WriteFailure| io::Error::other(failure.to_string());
    for (at, draft) in drafts {
        let record = Record::Draft(Box::new(draft.clone()));
        keeper.write(at, &record).map_err(failed)?;
        recovered.drafts.push(draft);
    }
    for send in sends {
        // What was found out later of a send whose beginning stands in another file.
        if send.entries.is_empty() {
            continue;
        }
        let unresolved: Vec<OpenCall> = send.unresolved().collect();
        // It needs no writing anew: its file becomes history under another name.
        if !send.is_open() && unresolved.is_empty() {
            continue;
        }
        for (at, record) in send.records() {
            keeper.write(at, &record).map_err(failed)?;
        }
        recovered.unresolved.extend(unresolved);
        if send.is_open() {
            recovered.open.push(send);
        }
    }
    // Only what surely is on disk here may be retired there.
    keeper.sync_sends().map_err(failed)?;
    keeper.sync_drafts().map_err(failed)?;
    crash::reach(Point::TakenOver);
    for left in &left {
        left.retire()?;
        crash::reach(Point::HalfLetGo);
    }
    sync_folder(folder)
}

impl Left {
    /// Says that nothing in it is open any more.
    fn retire(&self) -> io::Result<()> {
        if let Some(drafts) = &self.drafts {
            // Drafts first: a file of drafts that lost its sends would be taken over once
            // more.
            fs::remove_file(drafts)?;
            // What was being made of it when its program ended.
            let _ = fs::remove_file(with_ending(drafts, NEW));
        }
        match &self.sends {
            Some(sends) => {
                let is_draft = |record: &Record| record.draft().is_some();
                retire(
                    sends,
                    !self.records.iter().all(|(_, record)| is_draft(record)),
                )
            }
            None => Ok(()),
        }
    }
}

/// The files that nobody owns, and a copy of every line in them that cannot be read.
fn find_left(folder: &Path, damaged: &mut Vec<Damage>) -> io::Result<Vec<Left>> {
    let mut left = Vec::new();
    for (path, name) in list(folder, damaged)? {
        let found = match name {
            Name::NewSends => {
                forget(&path);
                continue;
            }
            Name::Sends(_) => {
                let drafts = replace_ending(&path, SENDS, DRAFTS);
                let drafts = is_regular(&drafts).then_some(drafts);
                open_left(Some(path.clone()), drafts, damaged)
            }
            // Somebody took away the file that says whose they are.
            Name::Drafts(_) if !replace_ending(&path, DRAFTS, SENDS).exists() => {
                open_left(None, Some(path.clone()), damaged)
            }
            Name::Drafts(_) | Name::Past | Name::Other => continue,
        };
        match found {
            Ok(found) => left.extend(found),
            Err(Fault::Reading(path, fault)) => damaged.push(Damage::of_file(&path, &fault)),
            // A line that cannot be copied would be lost with the file, so nothing is taken
            // over.
            Err(Fault::SettingAside(fault)) => return Err(fault),
        }
    }
    Ok(left)
}

/// The reason why files that were left could not be taken over.
enum Fault {
    /// They stay as they are, and it is told.
    Reading(PathBuf, io::Error),
    /// The journal cannot be used.
    SettingAside(io::Error),
}

/// Takes the lock on a file that was left; none where a program owns it, or has taken it
/// over a moment ago.
fn lock_left(path: &Path) -> io::Result<Option<File>> {
    let lock = match File::open(path) {
        // Another program may have taken it over since the folder was listed.
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(fault)) => return Err(fault),
    }
    // Between opening and locking, another may have retired the file: its lock is free
    // then.
    Ok(is_at(&lock, path).then_some(lock))
}

/// Takes the lock and reads; none where a program owns the files, or has taken them
/// over a moment ago.
fn open_left(
    sends: Option<PathBuf>,
    drafts: Option<PathBuf>,
    damaged: &mut Vec<Damage>,
) -> Result<Option<Left>, Fault> {
    let Some(path) = sends.as_ref().or(drafts.as_ref()) else {
        return Ok(None);
    };
    let reading = |path: &Path| {
        let path = path.to_owned();
        move |fault| Fault::Reading(path, fault)
    };
    let Some(lock) = lock_left(path).map_err(reading(path))? else {
        return Ok(None);
    };
    let mut contents = Vec::new();
    if let Some(sends) = &sends {
        contents.push((sends.clone(), read(&lock).map_err(reading(sends))?));
    }
    if let Some(drafts) = &drafts {
        let file = File::open(drafts).map_err(reading(drafts))?;
        contents.push((drafts.clone(), read(&file).map_err(reading(drafts))?));
    }
    // A newer version may write what this one would drop when it writes the records anew.
    let foreign =
        |(path, content): &(PathBuf, Content<Dated>)| Some((path.clone(), content.foreign?));
    if let Some((path, version)) = contents.iter().find_map(foreign) {
        let why = format!(
            "it was written by another version of plangate (format {version}); it was left \
             as it is, for that one to take over"
        );
        damaged.push(Damage::of_file(&path, &why));
        return Ok(None);
    }
    let mut records = Vec::new();
    for (path, content) in contents {
        damaged.extend(content.headless.map(|why| Damage::of_file(&path, &why)));
        for line in content.bad.into_iter().chain(content.torn) {
            damaged.push(keep_line(&path, line).map_err(Fault::SettingAside)?);
        }
        records.extend(content.items.into_iter().map(|(_, record)| record));
    }
    Ok(Some(Left {
        sends,
        drafts,
        records,
        _lock: lock,
    }))
}

/// Removes what is left of making a file, unless it is being made now.
fn forget(path: &Path) {
    // The maker holds the lock from the moment that the file is there, but for an instant.
    if let Ok(file) = File::open(path)
        && file.try_lock().is_ok()
    {
        let _ = fs::remove_file(path);
    }
}

/// A draft and when it was last edited (UTC).
type DatedDraft = (Timestamp, DraftRecord);

/// The drafts as they were left, those of new plans numbered from 1 in the order of
/// their last edit, and those that gave way to a newer one of the same plan.
fn newest_drafts(left: &[Left]) -> (Vec<DatedDraft>, Vec<DatedDraft>) {
    let mut all: Vec<DatedDraft> = Vec::new();
    for left in left {
        let mut alive: BTreeMap<&DraftKey, (Timestamp, &DraftRecord)> = BTreeMap::new();
        for (at, record) in &left.records {
            match record {
                Record::Draft(draft) => {
                    alive.insert(&draft.key, (*at, draft));
                }
                Record::NoDraft(key) => {
                    alive.remove(key);
                }
                _ => {}
            }
        }
        // What was taken over from one file into the other a moment before the end.
        let is_new = |draft: &DraftRecord| !all.iter().any(|(_, other)| is_same(other, draft));
        let new: Vec<_> = alive
            .into_values()
            .filter(|(_, draft)| is_new(draft))
            .map(|(at, draft)| (at, draft.clone()))
            .collect();
        all.extend(new);
    }
    // By the clock of the edits: of two drafts of one plan the one that was typed last is
    // meant.
    all.sort_by_key(|(at, _)| *at);
    let (mut newest, mut older) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    let mut number = 0;
    for (at, mut draft) in all.iter().rev().cloned() {
        match &draft.key {
            DraftKey::Plan(plan) => {
                if !seen.insert(plan.clone()) {
                    older.push((at, draft));
                    continue;
                }
            }
            DraftKey::New(_) => {
                number += 1;
                draft.key = DraftKey::New(number);
            }
        }
        newest.push((at, draft));
    }
    // The oldest one is the first.
    for (_, draft) in &mut newest {
        if let DraftKey::New(n) = &mut draft.key {
            *n = number + 1 - *n;
        }
    }
    newest.reverse();
    older.reverse();
    (newest, older)
}

/// Returns true if two drafts are the same one: those of new plans have numbers of their
/// own in every program.
fn is_same(one: &DraftRecord, other: &DraftRecord) -> bool {
    let is_key = match (&one.key, &other.key) {
        (DraftKey::New(_), DraftKey::New(_)) => true,
        (one, other) => one == other,
    };
    is_key
        && (&one.base, &one.edited, &one.typed, &one.patch)
            == (&other.base, &other.edited, &other.typed, &other.patch)
}
