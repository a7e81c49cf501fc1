//! Reads the journal's files.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::line::{self, JournalLine, VERSION};
use super::record::Record;
use crate::plan::patch::text::printable;

/// The ending of the name of a file that holds the sends of a program.
pub(super) const SENDS: &str = ".sends.jsonl";
/// As [`SENDS`], when nothing in it is open any more, or others have taken it over.
pub(super) const PAST: &str = ".past.jsonl";
/// The ending of the name of a file that holds the drafts of a program.
pub(super) const DRAFTS: &str = ".drafts.jsonl";
/// The ending that is added to a name until the file is complete.
pub(super) const NEW: &str = ".new";

/// Something in the journal that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file in which it stands, or stood.
    pub file: PathBuf,
    /// The line, from 1; none where it is the file as a whole.
    pub line: Option<u64>,
    /// The fault that was found.
    pub why: String,
    /// The file that has a copy of it; none where it was left in its place.
    pub kept_in: Option<PathBuf>,
}

impl Damage {
    /// A file that cannot be read at all and stays where it is.
    pub(super) fn of_file(file: &Path, why: &impl ToString) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            why: printable(&why.to_string()),
            kept_in: None,
        }
    }
}

/// A record and when it was written (UTC).
pub(super) type Dated = (Timestamp, Record);

/// The content of a file.
#[derive(Debug)]
pub(super) struct Content<T> {
    /// The items of its lines, with the numbers of the lines from 1.
    pub items: Vec<(u64, T)>,
    pub bad: Vec<BadLine>,
    /// A last line without an end, which whoever writes the file may be writing now.
    pub torn: Option<BadLine>,
    /// The reason why the file cannot be whole although every line in it can be read:
    /// the first one, which says what it is, is not there. A file has it before it
    /// has its name, so that somebody or something took it away.
    pub headless: Option<&'static str>,
    /// The version that it says it has, where that is one that this program does not
    /// know. Then nothing else was read of it.
    pub foreign: Option<u32>,
}

impl<T> Content<T> {
    fn new() -> Self {
        Self {
            items: Vec::new(),
            bad: Vec::new(),
            torn: None,
            headless: None,
            foreign: None,
        }
    }
}

/// A line that gives no record.
#[derive(Debug)]
pub(super) struct BadLine {
    /// From 1.
    pub number: u64,
    pub bytes: Vec<u8>,
    pub why: String,
}

/// Reads all records of a file.
pub(super) fn read(file: &File) -> io::Result<Content<Dated>> {
    read_lines(file, |text| {
        Ok(match line::read(text)? {
            (_, JournalLine::Header(version)) => Read::Header(version),
            (at, JournalLine::Record(record)) => Read::Item((at, record)),
        })
    })
}

/// The yield of a line.
pub(super) enum Read<T> {
    /// The version of the lines that follow.
    Header(u32),
    /// The item that was looked for.
    Item(T),
    /// Nothing that was looked for.
    Nothing,
}

/// Reads all lines of a file.
pub(super) fn read_lines<T>(
    file: &File,
    read_line: impl Fn(&str) -> Result<Read<T>, String>,
) -> io::Result<Content<T>> {
    let mut reader = BufReader::with_capacity(64 * 1024, file);
    let mut content = Content::new();
    let mut bytes = Vec::new();
    let mut has_header = false;
    for number in 1.. {
        bytes.clear();
        if reader.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        let is_whole = bytes.pop_if(|last| *last == b'\n').is_some();
        let text = str::from_utf8(&bytes).map_err(|fault| fault.to_string());
        match text.and_then(&read_line) {
            // What follows may mean something else there, also where it can be read.
            Ok(Read::Header(version)) if version != VERSION => {
                let mut foreign = Content::new();
                foreign.foreign = Some(version);
                return Ok(foreign);
            }
            Ok(Read::Header(_)) => has_header = true,
            Ok(Read::Nothing) => {}
            Ok(Read::Item(item)) => content.items.push((number, item)),
            // The end of a line that could not be written starts the next one.
            Err(_) if bytes.is_empty() && is_whole => {}
            Err(why) => {
                let bad = BadLine {
                    number,
                    bytes: bytes.clone(),
                    why: printable(&why),
                };
                if is_whole {
                    content.bad.push(bad);
                } else {
                    content.torn = Some(bad);
                }
            }
        }
    }
    // Where a line cannot be read, that is told and may have been the first.
    if !has_header && content.bad.is_empty() && content.torn.is_none() {
        let is_empty = file.metadata()?.len() == 0;
        content.headless = Some(if is_empty {
            "it is empty: its contents are lost"
        } else {
            "its first line, which says what it is, is missing: more may be lost"
        });
    }
    Ok(content)
}

/// The meaning of a name that the journal gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// The sends of a program that may still run, by the start of its files' names.
    Sends(String),
    /// Sends of which none is open.
    Past,
    /// The drafts of a program.
    Drafts(String),
    /// A file of sends that is being made.
    NewSends,
    /// Anything else.
    Other,
}

impl Name {
    fn of(path: &Path) -> Self {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Self::Other;
        };
        let stem = |ending| name.strip_suffix(ending).map(str::to_owned);
        if let Some(stem) = stem(SENDS) {
            Self::Sends(stem)
        } else if let Some(stem) = stem(DRAFTS) {
            Self::Drafts(stem)
        } else if stem(PAST).is_some() {
            Self::Past
        } else if name.strip_suffix(NEW).is_some_and(|n| n.ends_with(SENDS)) {
            Self::NewSends
        } else {
            Self::Other
        }
    }
}

/// The journal's files in a folder, in the order of their names and so of their
/// making. One that is no file, though it has the name of one, is told.
pub(super) fn list(folder: &Path, damaged: &mut Vec<Damage>) -> io::Result<Vec<(PathBuf, Name)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = Name::of(&path);
        if name != Name::Other {
            files.push((path, name));
        }
    }
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    files.retain(|(path, _)| {
        if is_regular(path) {
            return true;
        }
        // One that has gone meanwhile is nothing to tell.
        if fs::symlink_metadata(path).is_ok() {
            damaged.push(Damage::of_file(path, &"it is not a regular file"));
        }
        false
    });
    Ok(files)
}

/// Returns true if it is a file: opening a pipe would wait for ever, and a link could
/// lead anywhere.
pub(super) fn is_regular(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|file| file.is_file())
}
