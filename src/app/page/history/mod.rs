//! The history of the account, or of one plan: the sends, and what became of them.

mod detail;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::{Position, Rect};

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::Changed;
use crate::app::message::{Effect, HistoryRead};
use crate::app::outbox::undo;
use crate::app::page::{Next, Offer, Page, Rows};
use crate::app::view::brief::{brief, brief_aim};
use crate::app::view::layout;
use crate::app::view::scroll::{Cursor, Scroll};
use crate::app::{Awaited, Weight};
use crate::journal::{EntryState, History, ListedEntry, PastEntry, PastSend, SendId};
use crate::plan::PlanId;
use crate::text::search::folded;

pub use rows::{Opened, Row, Selected};

/// The page of what was sent.
#[derive(Debug, Default)]
pub struct HistoryView {
    /// The journal as it was read; none before the first answer.
    pub read: Option<HistoryRead>,
    /// The reason why it could not be read.
    pub failure: Option<String>,
    /// True once something was sent since its reading began.
    is_stale: bool,
    /// The plan that it is narrowed to.
    pub of_plan: Option<PlanId>,
    /// The words that narrow it.
    pub filter: String,
    /// Sends of which every change is shown.
    unfolded: BTreeSet<SendId>,
    /// The rows that are shown.
    pub rows: Vec<Row>,
    /// The sends of the rows in the window, by their places in the history: all of
    /// them would take much memory.
    opened: BTreeMap<usize, Opened>,
    /// The selected row.
    pub cursor: Cursor,
    /// The lines of the detail that are shown.
    pub scroll: Scroll,
    /// True where the detail has the keys.
    pub in_detail: bool,
}

impl HistoryView {
    /// The history of the account, or of one plan, which is being read.
    pub(in crate::app) fn open(core: &mut Core, of_plan: Option<PlanId>) -> Self {
        core.read_history();
        Self {
            of_plan,
            ..Self::default()
        }
    }

    /// The history as it was read.
    #[must_use]
    pub fn history(&self) -> Option<&History> {
        self.read.as_ref().map(|read| &*read.history)
    }

    /// The selected send or change.
    #[must_use]
    pub fn selected(&self) -> Option<Selected<'_>> {
        self.at(self.rows.get(self.cursor.at)?)
    }

    /// The send or the change of a row in the window.
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
        // Not kept: a journal may have many thousands of sends, and with all that is
        // known of them they would take much memory.
        Opened::new(self.history()?, *send)
    }

    /// Has the sends of these rows at hand, and no others.
    fn keep_at_hand(&mut self, rows: Range<usize>) {
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

    /// The number of changes that are shown, unfolded or not.
    #[must_use]
    pub fn count(&self) -> usize {
        let count = |row: &Row| match row {
            Row::Send { fitting, .. } => fitting.len(),
            Row::Change { is_inner, .. } => usize::from(!is_inner),
        };
        self.rows.iter().map(count).sum()
    }

    fn move_in_list(&mut self, by: isize) {
        self.cursor.move_by(by, self.rows.len(), usize::MAX);
        self.scroll = Scroll::default();
    }

    fn take(&mut self, read: Result<HistoryRead, String>) {
        let names = self.names_selected();
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
        self.rows = self.fitting_rows();
        let at = selected.and_then(|selected| {
            let is_it = |row: &Row| self.names(row).as_ref() == Some(&selected);
            let is_of_it = |row: &Row| self.names(row).is_some_and(|name| name.0 == selected.0);
            let rows = || self.rows.iter();
            // A change may be folded away or be shown under its send now: its send is the
            // next best.
            rows().position(is_it).or_else(|| rows().position(is_of_it))
        });
        self.cursor.at = at.unwrap_or(0);
        self.scroll = Scroll::default();
    }

    fn fitting_rows(&self) -> Vec<Row> {
        let Some(history) = self.history() else {
            return Vec::new();
        };
        let words: Vec<String> = self.filter.split_whitespace().map(folded).collect();
        let mut rows = Vec::new();
        for (at, send) in history.sends.iter().enumerate() {
            // By what the list holds of each change: to open one takes some ten microseconds,
            // which each letter typed would pay for all of them.
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
                // A head above a single change would say the same twice and take a key to
                // look behind.
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

/// A time in UTC, short: without the year in the current one, without the time
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

/// The effect of a change, or what it was to be.
#[must_use]
pub fn what(entry: &PastEntry) -> String {
    let done = match (entry.state(), entry.before(), entry.after()) {
        // What was made, which may differ from what was wanted where somebody else
        // changed the plan between.
        (EntryState::Applied, Some(before), Some(after)) => brief(before, after),
        _ => brief_aim(&entry.aim),
    };
    format!("{}: {done}", entry.name)
}

/// The effect of a send, or what it was to be: what its changes have in common, else their names.
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
        #[cfg(test)]
        self.work.histories.update(|count| count + 1);
        // An earlier reading would bring what the later one is asked for because it may
        // have changed.
        self.cancel(|awaited| *awaited == Awaited::History);
        let ticket = self.ticket(Awaited::History);
        self.effects.push(Effect::ReadHistory(ticket));
    }

    /// Says whether it is being read.
    #[must_use]
    pub fn is_reading_history(&self) -> bool {
        let mut awaited = self.questions.awaited.values();
        awaited.any(|awaited| *awaited == Awaited::History)
    }
}

impl HistoryView {
    /// Reads it again where more was sent since its last reading began. Behind another page
    /// nobody looks at it; and what is sent while it is read is read once that is here.
    fn read_if_stale(&mut self, core: &mut Core) {
        let is_in_front = core.screen_place() == Place::History;
        if self.is_stale && is_in_front && !core.is_reading_history() {
            self.is_stale = false;
            core.read_history();
        }
    }

    /// Narrows it to the plan of the selected change, or shows the account again.
    fn turn_plan(&mut self) {
        let plan = match self.selected() {
            Some(Selected::Change(_, entry)) => entry.plan().cloned(),
            _ => None,
        };
        self.of_plan = match self.of_plan {
            Some(_) => None,
            None => plan,
        };
        self.narrow();
    }

    /// The reason why one of its commands does nothing now.
    fn obstacle(&self, core: &Core, command: Command) -> Option<&'static str> {
        const NOTHING: &str = "nothing is selected: the page shows nothing";
        let selected = self.selected();
        if self.read.is_none() {
            return Some("what was sent is being read");
        }
        match command {
            Command::OnlyPlan if self.of_plan.is_some() => None,
            Command::OnlyPlan => match selected {
                Some(Selected::Change(_, entry)) if entry.plan().is_some() => None,
                Some(Selected::Change(..)) => Some("no plan is known to have come of it"),
                Some(Selected::Send(_)) => {
                    Some("select one of its changes first: <open> shows them")
                }
                None => Some(NOTHING),
            },
            // Its answers go to the one undo that is under way.
            Command::UndoSend if core.outbox.undoing.is_some() => {
                Some("what became of it is being read already: <back> stops that")
            }
            Command::UndoSend if core.setup.read_only => Some("read-only: nothing can be sent"),
            Command::UndoSend => selected.map_or(Some(NOTHING), undo::obstacle),
            Command::Resolve => selected.map_or(Some(NOTHING), |selected| {
                core.obstacle_to_resolving(selected)
            }),
            _ if selected.is_none() => Some(NOTHING),
            _ => None,
        }
    }
}

impl Page for HistoryView {
    fn context(&self) -> Place {
        Place::History
    }

    fn plan(&self) -> Option<&PlanId> {
        self.of_plan.as_ref()
    }

    fn plan_to_copy(&self) -> Option<PlanId> {
        None
    }

    fn rows(&self, _core: &Core, body: Rect) -> Option<Rows> {
        let area = layout::below(layout::history(body, self.in_detail, self.rows.len()).0, 1);
        Some(Rows::of(area, self.cursor, self.rows.len()))
    }

    fn opens(&self) -> Option<Command> {
        Some(Command::Open)
    }

    fn move_by(&mut self, core: &mut Core, body: Rect, by: isize) {
        // Who types a filter looks through what it leaves.
        if !self.in_detail || core.place() == Place::Typing {
            return self.move_in_list(by);
        }
        let height =
            usize::from(layout::inside(layout::history(body, true, self.rows.len()).1).height);
        let lines = core.history_lines(self).len();
        self.scroll.move_by(by, lines, height);
    }

    fn part(&self) -> usize {
        usize::from(self.in_detail)
    }

    fn point(&mut self, _core: &mut Core, body: Rect, at: Position) {
        self.in_detail = layout::history(body, self.in_detail, self.rows.len())
            .1
            .contains(at);
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        let (list, detail) = layout::history(body, self.in_detail, self.rows.len());
        let rows = layout::rows(list, 1);
        self.cursor.keep_within(self.rows.len(), rows);
        let (from, to) = (self.cursor.top, self.cursor.top + rows);
        self.keep_at_hand(from..to.min(self.rows.len()));
        let height = usize::from(layout::inside(detail).height);
        let lines = core.history_lines(self).len();
        self.scroll.move_by(0, lines, height);
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        match command {
            Command::Open | Command::OnlyPlan | Command::UndoSend | Command::Resolve => {
                Offer::unless(self.obstacle(core, command))
            }
            _ => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::Open => self.unfold(),
            Command::NextPane => self.in_detail = !self.in_detail,
            Command::OnlyPlan => self.turn_plan(),
            // What the history says wrongly of a call is corrected when its plan is read.
            Command::Refresh => {
                core.read_history();
                core.read_plans(core.plans.of_key.clone());
            }
            Command::UndoSend => {
                if let Some(selected) = self.selected() {
                    core.begin_undoing(selected);
                }
            }
            Command::Resolve => {
                if let Some(selected) = self.selected() {
                    core.resolve_selected(selected);
                }
            }
            _ => return Next::PassOn,
        }
        Next::Stay
    }

    fn changed(&mut self, core: &mut Core, changed: &Changed) {
        match changed {
            Changed::HistoryRead(read) => self.take(read.clone()),
            Changed::Journal => self.is_stale = true,
            _ => return,
        }
        self.read_if_stale(core);
    }

    fn resumed(&mut self, core: &mut Core) {
        self.read_if_stale(core);
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter)
    }

    fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.narrow();
    }

    fn step_back(&mut self, core: &mut Core) -> bool {
        if core.stop_undoing() {
            core.say(Weight::Info, "Stopped: nothing was staged.");
            return true;
        }
        std::mem::take(&mut self.in_detail)
    }

    fn failure(&self, core: &Core) -> Option<String> {
        self.failure.clone().or_else(|| core.told_error())
    }

    fn left(&mut self, core: &mut Core) {
        core.stop_undoing();
        core.cancel(|awaited| *awaited == Awaited::History);
    }
}
