//! All sends of an account, Region and endpoint, those of running programs too.

use std::fs::File;
use std::io;
use std::path::Path;

use super::folder::Unusable;
use super::keeper::replace_ending;
use super::past::{EntryState, PastEntry, PastSend, assemble};
use super::read::{Content, Damage, Name, PAST, SENDS, list, read};
use super::record::{EntryId, SendId};
use super::recover::copy_of;
use super::writer::folder_of;
use crate::plan::{Call, PlanId, Scope};

/// What was sent, as it is in the files now.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The sends, newest first.
    pub sends: Vec<PastSend>,
    /// What could not be read and nobody was told before.
    pub damaged: Vec<Damage>,
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
        let mut damaged = Vec::new();
        let files = match list(&folder, &mut damaged) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            listed => listed.map_err(|fault| Unusable::new(&folder, &fault))?,
        };
        let mut records = Vec::new();
        for (path, name) in files {
            if !matches!(name, Name::Sends(_) | Name::Past) {
                continue;
            }
            match read_sends(&path) {
                Ok(content) => {
                    if let Some(version) = content.foreign {
                        let why = format!("another version of plangate wrote it: {version}");
                        damaged.push(Damage::of_file(&path, &why));
                    }
                    // A last line that is torn is being written now, or was told when
                    // the file was taken over.
                    damaged.extend(content.bad.into_iter().filter_map(|line| {
                        let is_told = copy_of(&path, line.number).exists();
                        (!is_told).then(|| Damage {
                            file: path.clone(),
                            line: Some(line.number),
                            why: line.why,
                            kept_in: None,
                        })
                    }));
                    records.extend(content.records);
                }
                // It held nothing, and its program ended meanwhile.
                Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
                Err(fault) => damaged.push(Damage::of_file(&path, &fault)),
            }
        }
        let mut sends = assemble(records);
        sends.reverse();
        Ok(Self { sends, damaged })
    }

    /// A send by its name.
    #[must_use]
    pub fn find(&self, id: &SendId) -> Option<&PastSend> {
        self.sends.iter().find(|send| send.id == *id)
    }

    /// A change by its name, and the send that it belongs to.
    #[must_use]
    pub fn find_entry(&self, id: &EntryId) -> Option<(&PastSend, &PastEntry)> {
        let send = self.find(&id.send)?;
        let mut entries = send.entries.iter();
        Some((send, entries.find(|entry| entry.id == *id)?))
    }

    /// All changes, newest send first, each with its send.
    pub fn entries(&self) -> impl Iterator<Item = (&PastSend, &PastEntry)> {
        let of_send = |send| -> (&PastSend, _) { (send, send.entries.iter()) };
        let sends = self.sends.iter().map(of_send);
        sends.flat_map(|(send, entries)| entries.map(move |entry| (send, entry)))
    }

    /// The changes of a plan; of a key that moved, it is in the history of both plans.
    pub fn of_plan<'a>(
        &'a self,
        plan: &'a PlanId,
    ) -> impl Iterator<Item = (&'a PastSend, &'a PastEntry)> {
        self.entries()
            .filter(move |(_, entry)| entry.is_about(plan))
    }

    /// The changes that all words of a text are found in, in large letters or small:
    /// in names and identifiers of plans, keys, sends and changes, in who, profile
    /// and reason, in the calls' names and the paths of their operations.
    pub fn search<'a>(&'a self, text: &str) -> impl Iterator<Item = (&'a PastSend, &'a PastEntry)> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        self.entries()
            .filter(move |(send, entry)| is_found(send, entry, &words))
    }

    /// The sends that took back this one, in whole or in part, newest first.
    pub fn taken_back_by<'a>(&'a self, id: &'a SendId) -> impl Iterator<Item = &'a PastSend> {
        let sends = self.sends.iter();
        sends.filter(move |send| send.takes_back.as_ref() == Some(id))
    }

    /// The newest send that took back this change: all that is known of is which send
    /// it took back, so that it is the one that was about the same plan or key.
    #[must_use]
    pub fn change_taken_back_by(&self, entry: &PastEntry) -> Option<&PastSend> {
        let takes_back = |other: &PastEntry| {
            matches!(other.state(), EntryState::Applied | EntryState::Partly)
                && entry.is_undone_by(other)
        };
        self.sends.iter().find(|send| {
            send.takes_back.as_ref() == Some(&entry.id.send) && send.entries.iter().any(takes_back)
        })
    }
}

/// Whether all words, in small letters, are found in a change: see
/// [`History::search`].
#[must_use]
pub fn is_found(send: &PastSend, entry: &PastEntry, words: &[String]) -> bool {
    words.is_empty() || {
        let all = searched(send, entry).to_lowercase();
        words.iter().all(|word| all.contains(word))
    }
}

/// Reads a file of sends, also when it gets its other name meanwhile.
fn read_sends(path: &Path) -> io::Result<Content> {
    let opened = match File::open(path) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            File::open(replace_ending(path, SENDS, PAST))
        }
        opened => opened,
    };
    read(&opened?)
}

/// What a change is found by.
fn searched(send: &PastSend, entry: &PastEntry) -> String {
    let mut words = vec![
        entry.id.to_string(),
        entry.name.clone(),
        send.who.clone(),
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
            Call::Tag { tags, .. } => words.extend(tags.into_keys()),
            Call::Untag { keys, .. } => words.extend(keys),
            Call::Create(_) | Call::Delete { .. } => {}
        }
    }
    words.join("\n")
}
