//! The send queue as the operator sees it, and what he does with it.

use std::time::Duration;

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::{Next, Offer, Page, Rows};
use crate::app::view::layout;
use crate::app::view::scroll::Cursor;
use crate::app::{Confirm, Prompt, Weight};
use crate::send::{Entry, Mode};
use crate::text::stretch::{human_time, seconds};

/// The pane of the send queue.
#[derive(Debug, Default)]
pub struct QueueView {
    /// The selected change.
    pub cursor: Cursor,
    /// The number of changes that are shown.
    height: usize,
    /// True while the selection stays with the change that is on its way.
    follows: bool,
}

/// The lines above the changes: the bar, the state, the head.
pub(in crate::app) const ABOVE: usize = 4;

impl Core {
    pub(in crate::app) fn turn_pause(&mut self) {
        if self.outbox.queue.mode() == Mode::Running {
            self.outbox.queue.pause();
            let text =
                "Paused: nothing more is sent until you resume. The update in flight will finish.";
            self.say(Weight::Info, text);
        } else {
            self.outbox.queue.go_on();
        }
    }

    pub(in crate::app) fn stop_after_this(&mut self) {
        self.outbox.queue.stop_after_this();
        self.say(Weight::Info, "It stops after the one that is on its way.");
    }

    pub(in crate::app) fn turn_keep_going(&mut self) {
        let keeps_going = !self.outbox.queue.keeps_going();
        self.outbox.queue.keep_going(keeps_going);
        let text = if keeps_going {
            "A failure does not stop the queue any more."
        } else {
            "The queue stops at the next failure."
        };
        self.say(Weight::Info, text);
    }

    pub(in crate::app) fn drop_rest(&mut self) {
        let left = self.outbox.queue.progress().left;
        for id in self.outbox.queue.drop_rest() {
            self.release(&id);
        }
        let text = match left {
            1 => "The change that was left is left out; its draft is kept.".to_owned(),
            n => format!("{n} changes are left out; their drafts are kept."),
        };
        self.say(Weight::Info, text);
    }

    /// The work of the queue, in one line; `None` where it has nothing to do.
    #[must_use]
    pub fn queue_line(&self) -> Option<String> {
        if self.outbox.queue.is_idle() {
            return self.resolution_line();
        }
        let progress = self.outbox.queue.progress();
        let what = match (self.outbox.queue.mode(), self.outbox.queue.current()) {
            // What is not seen yet is read again even in a paused queue, and its time
            // says more.
            (Mode::Paused, _) if self.outbox.queue.unseen_until().is_none() => {
                "the send queue is paused".to_owned()
            }
            (_, Some((entry, sending))) => {
                format!("{}: {}{}", entry.name, sending.doing(), self.countdown())
            }
            (_, None) => "writing it down".to_owned(),
        };
        if progress.total == 1 {
            return Some(what);
        }
        Some(format!("{}; {what}", self.progress_words()))
    }

    /// `12 of 200 sent, 1 failed, 187 left`
    #[must_use]
    pub fn progress_words(&self) -> String {
        let progress = self.outbox.queue.progress();
        let mut words = format!("{} of {} sent", progress.done, progress.total);
        for (count, what) in [
            (progress.failed, "failed"),
            (progress.unseen, "not seen yet"),
            (progress.skipped, "left out"),
            (progress.left, "left"),
        ] {
            if count > 0 {
                words = format!("{words}, {count} {what}");
            }
        }
        words
    }

    /// The time at which the queue will be through: `done about 14:05 UTC, in 1 h 2 min`.
    /// Empty where it is not running or has nothing to wait for.
    #[must_use]
    pub fn completion(&self) -> String {
        if self.outbox.queue.is_idle() || self.outbox.queue.mode() != Mode::Running {
            return String::new();
        }
        let at = self.outbox.queue.ends_at(self.now);
        let left = Duration::try_from(at.duration_since(self.now)).unwrap_or_default();
        // It would be over before it is read.
        if left < Duration::from_secs(2) {
            return String::new();
        }
        format!(
            "done about {} UTC, in {}",
            at.strftime("%H:%M"),
            human_time(left)
        )
    }

    /// The time until the next slot, where something waits for it, or until something not
    /// seen yet is read again; empty for neither.
    #[must_use]
    pub fn countdown(&self) -> String {
        if let Some(until) = self.outbox.queue.unseen_until() {
            let left = Duration::try_from(until.duration_since(self.now)).unwrap_or_default();
            return format!(", read again in {}", seconds(left));
        }
        let wait = self.outbox.queue.slots().wait(self.now);
        if self.outbox.queue.waits_for_slot() && !wait.is_zero() {
            format!(", {}", seconds(wait))
        } else {
            String::new()
        }
    }
}

impl QueueView {
    /// The page at the entry that is on its way, which it follows.
    pub(in crate::app) fn open() -> Self {
        Self {
            follows: true,
            ..Self::default()
        }
    }
}

impl QueueView {
    fn selected<'a>(&self, core: &'a Core) -> Option<&'a Entry> {
        core.outbox.queue.entries().get(self.cursor.at)
    }

    /// Leaves the selected change out.
    fn skip(&self, core: &mut Core) {
        let Some(entry) = self.selected(core) else {
            return;
        };
        let (id, name) = (entry.id.clone(), entry.name.clone());
        let text = if core.outbox.queue.leave_out(&id) {
            core.release(&id);
            format!("{name} is left out; its draft is kept.")
        } else {
            format!("{name} is on its way already: it cannot be left out any more.")
        };
        core.say(Weight::Info, text);
    }
}

impl Page for QueueView {
    fn context(&self) -> Place {
        Place::Queue
    }

    fn rows(&self, core: &Core, body: Rect) -> Option<Rows> {
        let head = u16::try_from(ABOVE).unwrap_or(0);
        let count = core.outbox.queue.entries().len();
        Some(Rows::of(layout::below(body, head), self.cursor, count))
    }

    fn move_by(&mut self, core: &mut Core, _body: Rect, by: isize) {
        // Who moves looks at something: the selection is not to run away from it.
        self.follows = false;
        let count = core.outbox.queue.entries().len();
        self.cursor.move_by(by, count, self.height);
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        let entries = core.outbox.queue.entries();
        // The line below tells of the selected one.
        self.height = usize::from(layout::inside(body).height).saturating_sub(ABOVE + 3);
        if self.follows {
            let current = entries.iter().position(Entry::is_left);
            self.cursor.at = current.unwrap_or(self.cursor.at);
        }
        self.cursor.keep_within(entries.len(), self.height);
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        let queue = &core.outbox.queue;
        let is_own = matches!(
            command,
            Command::Pause | Command::StopAfter | Command::Skip | Command::DropRest
        );
        Offer::unless(match command {
            _ if is_own && queue.is_idle() => Some("nothing waits to be sent"),
            // To go on is to send: what stands against that stands against this.
            Command::Pause if queue.mode() != Mode::Running => {
                let is_held = core.setup.read_only.then_some("read-only: nothing is sent");
                is_held.or_else(|| core.obstacle_of_same_account())
            }
            Command::StopAfter if queue.mode() != Mode::Running => Some("it is not running"),
            Command::Skip if self.selected(core).is_none_or(|entry| !entry.is_left()) => {
                Some("this change ended already")
            }
            _ if is_own || command == Command::KeepGoing => None,
            _ => return Offer::PassOn,
        })
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::Pause => core.turn_pause(),
            Command::StopAfter => core.stop_after_this(),
            Command::Skip => self.skip(core),
            Command::DropRest => {
                let left = core.outbox.queue.progress().left;
                core.ask_for(Prompt::Confirm(Confirm::DropRest(left)));
            }
            Command::KeepGoing => core.turn_keep_going(),
            _ => return Next::PassOn,
        }
        Next::Stay
    }
}
