//! All sends of an account, Region and endpoint, those of running programs too.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::aside::copy_of;
use super::assemble::assemble;
use super::folder::{Unusable, folder_of};
use super::keeper::replace_ending;
use super::line::{self, JournalLine};
use super::past::{EntryState, PastEntry, PastSend};
use super::read::{Content, Damage, Name, PAST, Read, SENDS, list, read_lines};
use super::record::{EntryId, SendId};
use crate::plan::patch::text::printable;
use crate::plan::{Aim, Call, PlanId, Scope};
use crate::text::search::folded;

/// All sends, as they are in the files now.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The sends, newest first.
    pub sends: Vec<ListedSend>,
    /// Everything that could not be read and nobody was told before.
    pub damaged: Vec<Damage>,
}

/// A send in the history: what a list shows of it, and the lines of the journal that
/// have the rest.
///
/// It is no [`PastSend`], for that holds each plan several times (its base, the settings
/// before and after each call, the answer), and a long history stays in memory while the
/// dashboard runs: as lines it takes a fifth. What a list asks of each change is found out
/// once, here; [`ListedSend::read`] gives the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSend {
    /// Its name.
    pub id: SendId,
    /// The time of its beginning (UTC).
    pub at: Timestamp,
    /// The user's name on that machine; empty where it is not known.
    pub who: String,
    /// As whom: the caller's ARN at AWS; empty where it was not known.
    pub arn: String,
    /// The AWS profile; empty for none.
    pub profile: String,
    /// The reason, in the operator's words; empty for none.
    pub reason: String,
    /// The send that it undoes, in whole or in part.
    pub undoes: Option<SendId>,
    /// The time of its end (UTC); none while it may go on.
    pub over: Option<Timestamp>,
    /// Its changes, in their order.
    pub entries: Vec<ListedEntry>,
    lines: Box<str>,
}

/// A change in the history: the answers of its [`PastEntry`] that a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEntry {
    /// Its name.
    pub id: EntryId,
    /// The name of its plan, or of its key.
    pub name: String,
    /// The plan that it is about ([`PastEntry::plan`]).
    pub plan: Option<PlanId>,
    /// The plan that a key left.
    pub left: Option<PlanId>,
    /// The state that it came to.
    pub state: EntryState,
    /// The time of the last thing that is known of it (UTC); none where nothing
    /// happened yet.
    pub at: Option<Timestamp>,
    /// Set if the service said that it was made, and its answer did not show it.
    pub is_in_doubt: bool,
    /// The text that it is found by, in small letters.
    found_by: Box<str>,
}

/// The lines of a send, and where each of them stands.
#[derive(Default)]
struct Lines {
    text: String,
    places: Vec<(usize, u64)>,
}

impl History {
    /// Reads the history of a scope in the folder of all journals ([`super::root`]).
    /// Blocks while it reads, and neither writes nor locks anything.
    ///
    /// # Errors
    /// Where the folder is there and cannot be read. Where there is none, nothing was
    /// ever sent.
    pub fn read(root: &Path, scope: &Scope) -> Result<Self, Unusable> {
        let folder = folder_of(root, scope);
        let mut history = Self::default();
        let damaged = &mut history.damaged;
        let mut files = match list(&folder, damaged) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(history),
            listed => listed.map_err(|fault| Unusable::new(&folder, &fault))?,
        };
        files.retain(|(_, name)| matches!(name, Name::Sends(_) | Name::Past));
        let mut found: BTreeMap<SendId, Lines> = BTreeMap::new();
        for (index, (path, _)) in files.iter().enumerate() {
            match read_sends(path) {
                Ok(content) => sort_lines(path, index, content, &mut found, damaged),
                // It held nothing, and its program ended meanwhile.
                Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
                Err(fault) => damaged.push(Damage::of_file(path, &fault)),
            }
        }
        for lines in found.into_values() {
            let mut records = Vec::new();
            for (text, (file, number)) in lines.text.lines().zip(&lines.places) {
                match (line::read(text), files.get(*file)) {
                    (Ok((at, JournalLine::Record(record))), _) => records.push((at, record)),
                    (Err(why), Some((path, _))) => damaged.extend(told(path, *number, &why)),
                    _ => {}
                }
            }
            let listed = |send| ListedSend::new(send, &lines.text);
            history
                .sends
                .extend(assemble(records).into_iter().map(listed));
        }
        // With the name: two programs may begin a send in the same moment, and the order of
        // the two must not change.
        let newest = |send: &ListedSend| std::cmp::Reverse((send.at, send.id.clone()));
        history.sends.sort_by_key(newest);
        Ok(history)
    }

    /// A send by its name.
    #[must_use]
    pub fn find(&self, id: &SendId) -> Option<&ListedSend> {
        self.sends.iter().find(|send| send.id == *id)
    }

    /// A change by its name, and the send that it belongs to.
    #[must_use]
    pub fn find_entry(&self, id: &EntryId) -> Option<(&ListedSend, &ListedEntry)> {
        let send = self.find(&id.send)?;
        let mut entries = send.entries.iter();
        Some((send, entries.find(|entry| entry.id == *id)?))
    }

    /// All changes, newest send first, each with its send.
    pub fn entries(&self) -> impl Iterator<Item = (&ListedSend, &ListedEntry)> {
        let of_send = |send| -> (&ListedSend, _) { (send, send.entries.iter()) };
        let sends = self.sends.iter().map(of_send);
        sends.flat_map(|(send, entries)| entries.map(move |entry| (send, entry)))
    }

    /// The changes of a plan; of a key that moved, it is in the history of both plans.
    pub fn of_plan<'a>(
        &'a self,
        plan: &'a PlanId,
    ) -> impl Iterator<Item = (&'a ListedSend, &'a ListedEntry)> {
        self.entries()
            .filter(move |(_, entry)| entry.is_about(plan))
    }

    /// The changes that all words of a text are found in, in large letters or small:
    /// in names and identifiers of plans, keys, sends and changes, in who, profile
    /// and reason, in the calls' names and the paths of their operations.
    pub fn search<'a>(
        &'a self,
        text: &str,
    ) -> impl Iterator<Item = (&'a ListedSend, &'a ListedEntry)> {
        let words: Vec<String> = text.split_whitespace().map(folded).collect();
        self.entries()
            .filter(move |(_, entry)| entry.has_words(&words))
    }

    /// The sends that took back this one, in whole or in part, newest first.
    pub fn undone_by<'a>(&'a self, id: &'a SendId) -> impl Iterator<Item = &'a ListedSend> {
        let sends = self.sends.iter();
        sends.filter(move |send| send.undoes.as_ref() == Some(id))
    }

    /// The newest send that took back this change: all that is known of is which send
    /// it took back, so that it is the one that was about the same plan or key.
    #[must_use]
    pub fn change_undone_by(&self, entry: &PastEntry) -> Option<&ListedSend> {
        let undoes = |other: &PastEntry| {
            matches!(other.state(), EntryState::Applied | EntryState::Partly)
                && entry.is_undone_by(other)
        };
        self.sends.iter().find(|send| {
            send.undoes.as_ref() == Some(&entry.id.send)
                && send
                    .read()
                    .is_some_and(|send| send.entries.iter().any(undoes))
        })
    }
}

impl ListedSend {
    fn new(send: PastSend, lines: &str) -> Self {
        let listed = |entry: &PastEntry| ListedEntry {
            id: entry.id.clone(),
            name: entry.name.clone(),
            plan: entry.plan().cloned(),
            left: match &entry.aim {
                Aim::Key { from, .. } => from.clone(),
                _ => None,
            },
            state: entry.state(),
            at: entry.at(),
            is_in_doubt: !entry.doubt().is_empty(),
            found_by: folded(&searched(&send, entry)).into(),
        };
        Self {
            entries: send.entries.iter().map(listed).collect(),
            id: send.id,
            at: send.at,
            who: send.who,
            arn: send.arn,
            profile: send.profile,
            reason: send.reason,
            undoes: send.undoes,
            over: send.over,
            lines: lines.into(),
        }
    }

    /// All of it: some ten microseconds for each of its changes. None never comes of
    /// one that was listed.
    #[must_use]
    pub fn read(&self) -> Option<PastSend> {
        let records = self
            .lines
            .lines()
            .filter_map(|text| match line::read(text) {
                Ok((at, JournalLine::Record(record))) => Some((at, record)),
                _ => None,
            });
        assemble(records).pop()
    }

    /// Returns true if a call of it may not have the outcome that it is said to have.
    pub(super) fn may_be_in_doubt(&self) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|entry| entry.is_in_doubt || entry.state.needs_a_look())
    }

    /// Returns true if it may go on.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.over.is_none()
    }

    /// The number of its changes that are in a state.
    #[must_use]
    pub fn count(&self, state: EntryState) -> usize {
        let entries = self.entries.iter();
        entries.filter(|entry| entry.state == state).count()
    }
}

impl ListedEntry {
    /// Returns true if all words, in small letters, are found in it: see [`History::search`].
    #[must_use]
    pub fn has_words(&self, words: &[String]) -> bool {
        words.iter().all(|word| self.found_by.contains(word))
    }

    /// Returns true if it is about this plan; a key that moves is about both.
    #[must_use]
    pub fn is_about(&self, plan: &PlanId) -> bool {
        [&self.plan, &self.left].contains(&&Some(plan.clone()))
    }
}

/// A line of a file, by the send that it belongs to.
type SendLine = (SendId, String);

/// Reads a file of sends, also when it gets its other name meanwhile.
fn read_sends(path: &Path) -> io::Result<Content<SendLine>> {
    let opened = match File::open(path) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            File::open(replace_ending(path, SENDS, PAST))
        }
        opened => opened,
    };
    read_lines(&opened?, |text| {
        Ok(match line::send_of(text)? {
            Some(send) => Read::Item((send, text.to_owned())),
            None => match line::read(text)? {
                (_, JournalLine::Header(version)) => Read::Header(version),
                (_, JournalLine::Record(_)) => Read::Nothing,
            },
        })
    })
}

/// Puts the lines of a file to those of their sends.
fn sort_lines(
    path: &Path,
    index: usize,
    content: Content<SendLine>,
    found: &mut BTreeMap<SendId, Lines>,
    damaged: &mut Vec<Damage>,
) {
    if let Some(version) = content.foreign {
        let why = format!("it was written by another version of plangate (format {version})");
        damaged.push(Damage::of_file(path, &why));
    }
    damaged.extend(content.headless.map(|why| Damage::of_file(path, &why)));
    for (number, (send, text)) in content.items {
        let lines = found.entry(send).or_default();
        lines.text.push_str(&text);
        lines.text.push('\n');
        lines.places.push((index, number));
    }
    // A last line that is torn is being written now, or was told when the file was
    // taken over.
    let bad = content.bad.into_iter();
    damaged.extend(bad.filter_map(|line| told(path, line.number, &line.why)));
}

/// A damaged line, unless it was told when its file was taken over.
fn told(path: &Path, number: u64, why: &str) -> Option<Damage> {
    let is_told = copy_of(path, number).exists();
    (!is_told).then(|| Damage {
        file: PathBuf::from(path),
        line: Some(number),
        why: printable(why),
        kept_in: None,
    })
}

/// The text that a change is found by.
fn searched(send: &PastSend, entry: &PastEntry) -> String {
    let mut words = vec![
        entry.id.to_string(),
        entry.name.clone(),
        send.who.clone(),
        send.arn.clone(),
        send.profile.clone(),
        send.reason.clone(),
        entry.state().as_str().to_owned(),
    ];
    let made = entry.steps.iter().filter_map(|step| step.intent.as_ref());
    let mut calls: Vec<Call> = made.map(|(_, intent)| intent.call.clone()).collect();
    if calls.is_empty() {
        calls = entry.aim.calls();
    }
    words.extend(entry.plan().map(ToString::to_string));
    for call in calls {
        words.push(call.operation().to_owned());
        words.extend(call.plan().map(ToString::to_string));
        match call {
            Call::Update { operations, .. } => {
                words.extend(operations.into_iter().map(|operation| operation.path));
            }
            Call::AttachKey { key, .. }
            | Call::DetachKey { key, .. }
            | Call::ExtendUsage { key, .. } => words.push(key),
            Call::Tag { tags, .. } => words.extend(tags.into_iter().map(|(key, _)| key)),
            Call::Untag { keys, .. } => words.extend(keys),
            Call::Create(_) | Call::Delete { .. } => {}
        }
    }
    words.join("\n")
}
