//! What was sent: the history of the account, or of one plan.

mod detail;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::message::{Effect, HistoryRead};
use crate::app::view::brief::{brief, brief_aim};
use crate::app::view::layout;
use crate::app::view::scroll::{Cursor, Scroll};
use crate::app::{App, Awaited, Pane, Screen};
use crate::journal::{EntryState, History, ListedEntry, PastEntry, PastSend, SendId};
use crate::plan::PlanId;

/// The page of what was sent.
#[derive(Debug, Default)]
pub struct HistoryView {
    /// What was read; none before the first answer.
    pub read: Option<HistoryRead>,
    /// Why it could not be read.
    pub failure: Option<String>,
    /// Whether something was sent since it was read.
    is_stale: bool,
    /// The plan that it is narrowed to.
    pub of_plan: Option<PlanId>,
    /// What narrows it.
    pub filter: String,
    /// Sends of which every change is shown.
    unfolded: BTreeSet<SendId>,
    /// What is shown.
    pub rows: Vec<Row>,
    /// The sends of the rows in the window, by their places in the history: all of
    /// them would take much memory.
    opened: BTreeMap<usize, Opened>,
    /// The selected row.
    pub cursor: Cursor,
    /// Which lines of the detail are shown.
    pub scroll: Scroll,
    /// Whether the detail has the keys.
    pub in_detail: bool,
}

/// A row of the page. Sends and changes stand in it by their places in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A send of which several changes fit.
    Send {
        /// The send.
        send: usize,
        /// Those of its changes that fit.
        fitting: Vec<usize>,
        /// Whether they stand below it.
        is_unfolded: bool,
    },
    /// One change of a send.
    Change {
        /// The send.
        send: usize,
        /// The change.
        entry: usize,
        /// Whether it stands below its send.
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
    /// What those did not bring back, by the changes' numbers.
    not_back: BTreeMap<u32, String>,
}

impl Opened {
    fn new(history: &History, at: usize) -> Option<Self> {
        let send = history.sends.get(at)?.read()?;
        let (mut undone, mut not_back) = (BTreeMap::new(), BTreeMap::new());
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

    /// What the newest send that took back a change did not bring back; none where it
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

    /// What has become of a change, in a word or two.
    #[must_use]
    pub fn word_of_change(&self, entry: &PastEntry) -> &'static str {
        match entry.state() {
            EntryState::Applied | EntryState::Partly if self.undone(entry).is_some() => "undone",
            state => state.as_str(),
        }
    }

    /// What has become of the send: of all of its changes, or of how many.
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

/// What is selected.
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

impl HistoryView {
    /// The history of the account, or of one plan.
    #[must_use]
    pub fn new(of_plan: Option<PlanId>) -> Self {
        Self {
            of_plan,
            ..Self::default()
        }
    }

    /// What was read.
    #[must_use]
    pub fn history(&self) -> Option<&History> {
        self.read.as_ref().map(|read| &*read.history)
    }

    /// What is selected.
    #[must_use]
    pub fn selected(&self) -> Option<Selected<'_>> {
        self.at(self.rows.get(self.cursor.at)?)
    }

    /// What a row in the window is about.
    #[must_use]
    pub fn at(&self, row: &Row) -> Option<Selected<'_>> {
        match row {
            Row::Send { send, .. } => Some(Selected::Send(self.opened.get(send)?)),
            Row::Change { send, entry, .. } => {
                let opened = self.opened.get(send)?;
                Some(Selected::Change(opened, opened.send.entries.get(*entry)?))
            }
        }
    }

    /// A send with all that is known of it, read anew: for who wants all rows, which are
    /// not at hand together.
    #[must_use]
    pub fn read_send(&self, row: &Row) -> Option<Opened> {
        let (Row::Send { send, .. } | Row::Change { send, .. }) = row;
        Opened::new(self.history()?, *send)
    }

    /// Has the sends of these rows at hand, and no others.
    fn open(&mut self, rows: Range<usize>) {
        let shown = self.rows.get(rows).unwrap_or_default();
        let of = |row: &Row| match row {
            Row::Send { send, .. } | Row::Change { send, .. } => *send,
        };
        let wanted: BTreeSet<usize> = shown.iter().map(of).collect();
        self.opened.retain(|at, _| wanted.contains(at));
        let Some(read) = &self.read else { return };
        for at in wanted {
            if !self.opened.contains_key(&at)
                && let Some(opened) = Opened::new(&read.history, at)
            {
                self.opened.insert(at, opened);
            }
        }
    }

    /// How many changes are shown, unfolded or not.
    #[must_use]
    pub fn count(&self) -> usize {
        let count = |row: &Row| match row {
            Row::Send { fitting, .. } => fitting.len(),
            Row::Change { is_inner, .. } => usize::from(!is_inner),
        };
        self.rows.iter().map(count).sum()
    }

    pub(in crate::app) fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.narrow();
    }

    pub(in crate::app) fn move_by(&mut self, by: isize) {
        self.cursor.move_by(by, self.rows.len(), usize::MAX);
        self.scroll = Scroll::default();
    }

    fn take(&mut self, read: Result<HistoryRead, String>) {
        let names = self.names_selected();
        self.is_stale = false;
        match read {
            Ok(read) => {
                self.read = Some(read);
                self.opened.clear();
                self.failure = None;
            }
            Err(why) => self.failure = Some(why),
        }
        self.narrow_to(names);
    }

    /// Brings the rows up to date. What is selected stays selected where it is shown.
    fn narrow(&mut self) {
        let names = self.names_selected();
        self.narrow_to(names);
    }

    /// The names of the send and of the change that a row is about.
    fn names(&self, row: &Row) -> Option<(SendId, Option<u32>)> {
        let sends = &self.history()?.sends;
        match row {
            Row::Send { send, .. } => Some((sends.get(*send)?.id.clone(), None)),
            Row::Change { send, entry, .. } => {
                let send = sends.get(*send)?;
                let entry = send.entries.get(*entry)?;
                Some((send.id.clone(), Some(entry.id.number)))
            }
        }
    }

    fn names_selected(&self) -> Option<(SendId, Option<u32>)> {
        // Who has not moved from the first row sees the newest there.
        let row = self.rows.get(self.cursor.at).filter(|_| self.cursor.at > 0);
        self.names(row?)
    }

    fn narrow_to(&mut self, selected: Option<(SendId, Option<u32>)>) {
        self.rows = self.rows();
        let at = selected.and_then(|selected| {
            let is_it = |row: &Row| self.names(row).as_ref() == Some(&selected);
            let is_of_it = |row: &Row| self.names(row).is_some_and(|name| name.0 == selected.0);
            let rows = || self.rows.iter();
            rows().position(is_it).or_else(|| rows().position(is_of_it))
        });
        self.cursor.at = at.unwrap_or(0);
        self.scroll = Scroll::default();
    }

    fn rows(&self) -> Vec<Row> {
        let Some(history) = self.history() else {
            return Vec::new();
        };
        let words: Vec<String> = self
            .filter
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let mut rows = Vec::new();
        for (at, send) in history.sends.iter().enumerate() {
            let fits = |entry: &ListedEntry| {
                let of_plan = self.of_plan.as_ref();
                of_plan.is_none_or(|plan| entry.is_about(plan)) && entry.has_words(&words)
            };
            let entries = send.entries.iter().enumerate();
            let fitting: Vec<usize> = entries
                .filter(|(_, entry)| fits(entry))
                .map(|(at, _)| at)
                .collect();
            let change = |entry: usize, is_inner| Row::Change {
                send: at,
                entry,
                is_inner,
            };
            match *fitting {
                [] => {}
                [only] => rows.push(change(only, false)),
                _ => {
                    let is_unfolded = self.unfolded.contains(&send.id);
                    let inner: Vec<Row> = fitting.iter().map(|e| change(*e, true)).collect();
                    rows.push(Row::Send {
                        send: at,
                        fitting,
                        is_unfolded,
                    });
                    rows.extend(inner.into_iter().filter(|_| is_unfolded));
                }
            }
        }
        rows
    }

    /// Shows all changes of the selected send, or hides them; of a single change, goes
    /// to the detail.
    fn unfold(&mut self) {
        match self.rows.get(self.cursor.at) {
            Some(Row::Send { .. }) => {
                let row = self.rows.get(self.cursor.at);
                let Some((id, _)) = row.and_then(|row| self.names(row)) else {
                    return;
                };
                if !self.unfolded.remove(&id) {
                    self.unfolded.insert(id);
                }
                let at = self.cursor.at;
                self.narrow();
                self.cursor.at = at;
            }
            Some(Row::Change { .. }) => self.in_detail = !self.in_detail,
            None => {}
        }
    }
}

/// When it was, in UTC, short: without the year in the current one, without the time
/// in others.
#[must_use]
pub fn when(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (at.to_zoned(TimeZone::UTC), now.to_zoned(TimeZone::UTC));
    let form = if at.year() == now.year() {
        "%m-%d %H:%M"
    } else {
        "%Y-%m-%d"
    };
    at.strftime(form).to_string()
}

/// What a change did, or was to do.
#[must_use]
pub fn what(entry: &PastEntry) -> String {
    let done = match (entry.state(), entry.before(), entry.after()) {
        (EntryState::Applied, Some(before), Some(after)) => brief(before, after),
        _ => brief_aim(&entry.aim),
    };
    format!("{}: {done}", entry.name)
}

/// What a send did, or was to do: what its changes have in common, else their names.
#[must_use]
pub fn what_of_many(send: &PastSend) -> String {
    let count = send.entries.len();
    let mut briefs = send.entries.iter().map(|entry| brief_aim(&entry.aim));
    let first = briefs.next().unwrap_or_default();
    if briefs.all(|brief| brief == first) {
        return format!("{count} changes: {first}");
    }
    let names: Vec<&str> = send.entries.iter().map(|e| e.name.as_str()).collect();
    format!("{count} changes: {}", names.join(", "))
}

impl Core {
    /// Reads the history, anew where it was read.
    pub(in crate::app) fn read_history(&mut self) {
        self.cancel(|awaited| *awaited == Awaited::History);
        let ticket = self.ticket(Awaited::History);
        self.effects.push(Effect::ReadHistory(ticket));
    }

    /// Whether it is being read.
    #[must_use]
    pub fn is_reading_history(&self) -> bool {
        let mut awaited = self.questions.awaited.values();
        awaited.any(|awaited| *awaited == Awaited::History)
    }
}

impl App {
    /// The page, wherever it is among the screens.
    fn history_view_mut(&mut self) -> Option<&mut HistoryView> {
        self.stack
            .screens
            .iter_mut()
            .find_map(|screen| match screen {
                Screen::History(view) => Some(&mut **view),
                _ => None,
            })
    }

    /// Opens the history of the account; from the detail, that of its plan. One that is
    /// open comes to the front.
    pub(in crate::app) fn open_history(&mut self) {
        let is_history = |screen: &Screen| matches!(screen, Screen::History(_));
        if let Some(at) = self.stack.screens.iter().position(is_history) {
            let open = self.stack.screens.remove(at);
            self.stack.screens.push(open);
        } else {
            let in_detail =
                self.stack.plans.pane == Pane::Detail && matches!(self.screen(), Screen::Plans);
            // A plan that is gone has a history too.
            let missing = self.core.plans.missing().map(|missing| missing.id.clone());
            let selected = self.core.plans.selected().map(|row| row.plan.id.clone());
            let of_plan = missing.or(selected).filter(|_| in_detail);
            let view = HistoryView::new(of_plan);
            self.stack.screens.push(Screen::History(Box::new(view)));
        }
        self.core.read_history();
    }

    /// It was read, or not.
    pub(in crate::app) fn history_read(&mut self, read: Result<HistoryRead, String>) {
        if let Some(view) = self.history_view_mut() {
            view.take(read);
        }
    }

    /// The journal has more than what was read of it.
    pub(in crate::app) fn history_moved(&mut self) {
        if let Some(view) = self.history_view_mut() {
            view.is_stale = true;
        }
    }

    /// Reads it again where it is in front and there is more than what was read.
    pub(in crate::app) fn refresh_history(&mut self) {
        if let Screen::History(view) = self.screen()
            && view.is_stale
            && !self.core.is_reading_history()
        {
            self.core.read_history();
        }
    }

    pub(in crate::app) fn arrange_history(&mut self, body: Rect) {
        let Screen::History(view) = self.screen() else {
            return;
        };
        let (list, detail) = layout::history(body, view.in_detail);
        let rows = layout::rows(list, 1);
        let height = usize::from(layout::inside(detail).height);
        if let Some(Screen::History(view)) = self.stack.screens.last_mut() {
            view.cursor.keep_within(view.rows.len(), rows);
            let (from, to) = (view.cursor.top, view.cursor.top + rows);
            view.open(from..to.min(view.rows.len()));
        }
        let Screen::History(view) = self.screen() else {
            return;
        };
        let lines = self.core.history_lines(view).len();
        if let Some(Screen::History(view)) = self.stack.screens.last_mut() {
            view.scroll.move_by(0, lines, height);
        }
    }

    pub(in crate::app) fn move_in_history(&mut self, by: isize) {
        let body = self.parts().body;
        let Screen::History(view) = self.screen() else {
            return;
        };
        let height = usize::from(layout::inside(layout::history(body, true).1).height);
        let lines = self.core.history_lines(view).len();
        if let Some(Screen::History(view)) = self.stack.screens.last_mut() {
            if view.in_detail {
                view.scroll.move_by(by, lines, height);
            } else {
                view.move_by(by);
            }
        }
    }

    /// Why a command does nothing on the page now.
    pub(in crate::app) fn obstacle_in_history(&self, command: Command) -> Option<&'static str> {
        let Screen::History(view) = self.screen() else {
            return None;
        };
        let selected = view.selected();
        if view.read.is_none() {
            return Some("what was sent is being read");
        }
        match command {
            Command::OnlyPlan if view.of_plan.is_some() => None,
            Command::OnlyPlan => match selected {
                Some(Selected::Change(_, entry)) if entry.plan().is_some() => None,
                Some(Selected::Change(..)) => Some("no plan is known to have come of it"),
                Some(Selected::Send(_)) => {
                    Some("select one of its changes first: <open> shows them")
                }
                None => Some("nothing is selected: the page shows nothing"),
            },
            Command::UndoSend if self.core.outbox.undoing.is_some() => {
                Some("what became of it is being read already: <back> stops that")
            }
            Command::UndoSend if self.core.setup.read_only => {
                Some("read-only: nothing can be sent")
            }
            Command::UndoSend => match selected {
                Some(selected) => crate::app::outbox::undo::obstacle(selected),
                None => Some("nothing is selected: the page shows nothing"),
            },
            Command::Resolve => match selected {
                Some(selected) => self.core.obstacle_to_resolving(selected),
                None => Some("nothing is selected: the page shows nothing"),
            },
            _ if selected.is_none() => Some("nothing is selected: the page shows nothing"),
            _ => None,
        }
    }

    /// Reads now what became of what is selected.
    pub(in crate::app) fn resolve_selected(&mut self) {
        if let Some(Screen::History(view)) = self.stack.screens.last()
            && let Some(selected) = view.selected()
        {
            self.core.resolve_selected(selected);
        }
    }

    /// Does what belongs to the page where it is in front; says whether it did.
    pub(in crate::app) fn history_command(&mut self, command: Command) -> bool {
        let Some(Screen::History(view)) = self.stack.screens.last_mut() else {
            return false;
        };
        match command {
            Command::Open => view.unfold(),
            Command::NextPane => view.in_detail = !view.in_detail,
            Command::OnlyPlan => {
                let plan = match view.selected() {
                    Some(Selected::Change(_, entry)) => entry.plan().cloned(),
                    _ => None,
                };
                view.of_plan = match view.of_plan {
                    Some(_) => None,
                    None => plan,
                };
                view.narrow();
            }
            Command::Refresh => {
                self.core.read_history();
                self.core.read_plans(self.core.plans.of_key.clone());
            }
            _ => return false,
        }
        true
    }
}
