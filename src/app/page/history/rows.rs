//! The rows of the history, and what stands behind the selected one.

use std::collections::BTreeMap;

use crate::journal::{EntryState, History, PastEntry, PastSend, SendId};

/// A row of the page. Sends and changes stand in it by their places in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A send of which several changes fit.
    Send {
        /// The send.
        send: usize,
        /// Those of its changes that fit.
        fitting: Vec<usize>,
        /// True where they stand below it.
        is_unfolded: bool,
    },
    /// One change of a send.
    Change {
        /// The send.
        send: usize,
        /// The change.
        entry: usize,
        /// True where it stands below its send.
        is_inner: bool,
    },
}

/// A send with all that is known of it.
#[derive(Debug)]
pub struct Opened {
    /// The send.
    pub send: PastSend,
    /// The newest sends that took back its changes, by their numbers.
    undone: BTreeMap<u32, SendId>,
    /// The parts that those did not bring back, by the changes' numbers.
    not_back: BTreeMap<u32, String>,
}

impl Opened {
    pub(in crate::app) fn new(history: &History, at: usize) -> Option<Self> {
        let send = history.sends.get(at)?.read()?;
        let (mut undone, mut not_back) = (BTreeMap::new(), BTreeMap::new());
        // Most sends are never undone, and to ask for each of their changes goes through
        // the history.
        if history.undone_by(&send.id).next().is_some() {
            for entry in &send.entries {
                let Some(by) = history.change_undone_by(entry) else {
                    continue;
                };
                undone.insert(entry.id.number, by.id.clone());
                let lost = by.read().map(|taker| entry.not_back_by(&taker));
                if let Some(lost) = lost.filter(|lost| !lost.is_empty()) {
                    not_back.insert(entry.id.number, lost.join("; "));
                }
            }
        }
        Some(Self {
            send,
            undone,
            not_back,
        })
    }

    /// The parts that the newest send that took back a change did not bring back; none where it
    /// brought back all of it.
    #[must_use]
    pub fn not_back(&self, entry: &PastEntry) -> Option<&str> {
        self.not_back.get(&entry.id.number).map(String::as_str)
    }

    /// The newest send that took back a change.
    #[must_use]
    pub fn undone(&self, entry: &PastEntry) -> Option<&SendId> {
        self.undone.get(&entry.id.number)
    }

    /// The state of a change, in a word or two.
    #[must_use]
    pub fn word_of_change(&self, entry: &PastEntry) -> &'static str {
        match entry.state() {
            EntryState::Applied | EntryState::Partly if self.undone(entry).is_some() => "undone",
            state => state.as_str(),
        }
    }

    /// The state of the send: that of all of its changes, or of how many.
    #[must_use]
    pub fn word(&self) -> String {
        let entries = &self.send.entries;
        let mut words = entries.iter().map(|entry| self.word_of_change(entry));
        let first = words.next().unwrap_or("waiting");
        if words.all(|word| word == first) {
            return first.to_owned();
        }
        let applied = EntryState::Applied.as_str();
        let words = entries.iter().map(|entry| self.word_of_change(entry));
        let count = words.filter(|word| *word == applied).count();
        format!("{count}/{} {applied}", entries.len())
    }
}

/// The selected send or change.
#[derive(Clone, Copy, Debug)]
pub enum Selected<'a> {
    /// A send.
    Send(&'a Opened),
    /// A change and its send.
    Change(&'a Opened, &'a PastEntry),
}

impl<'a> Selected<'a> {
    /// The send, with all that is known of it.
    #[must_use]
    pub fn opened(self) -> &'a Opened {
        match self {
            Self::Send(opened) | Self::Change(opened, _) => opened,
        }
    }

    /// The send.
    #[must_use]
    pub fn send(self) -> &'a PastSend {
        &self.opened().send
    }

    /// The name that `plangate undo` takes: that of the send where it is its only
    /// change.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::Change(opened, entry) if opened.send.entries.len() > 1 => entry.id.to_string(),
            Self::Send(opened) | Self::Change(opened, _) => opened.send.id.to_string(),
        }
    }
}
