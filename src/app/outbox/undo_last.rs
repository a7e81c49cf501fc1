//! The last send of a plan, undone without a way through the history.

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::HistoryRead;
use crate::app::outbox::undo::obstacle;
use crate::app::page::history::{Opened, Selected};
use crate::app::{Awaited, Weight};
use crate::journal::{History, PastEntry};
use crate::plan::PlanId;

impl Core {
    /// Begins to undo the last send of a plan: its history is read first.
    pub(in crate::app) fn undo_last_send(&mut self, plan: &PlanId) {
        self.outbox.undo_last = Some(plan.clone());
        self.read_history();
        let text = format!("Looking for the last send of {}.", self.called_plan(plan));
        self.say(Weight::Info, text);
    }

    /// Stops looking for the last send of a plan, and undoing it. Says whether there was
    /// anything to stop.
    pub(in crate::app) fn stop_undoing_last(&mut self) -> bool {
        let was_looking = self.outbox.undo_last.take().is_some();
        if was_looking {
            self.cancel(|awaited| *awaited == Awaited::History);
        }
        self.stop_undoing() || was_looking
    }

    /// The history is here: undoes the last send of the plan that it was read for.
    pub(in crate::app) fn history_for_undo(&mut self, read: &Result<HistoryRead, String>) {
        let Some(plan) = self.outbox.undo_last.take() else {
            return;
        };
        let name = self.called_plan(&plan);
        let history = match read {
            Ok(read) => &read.history,
            Err(why) => {
                let text = format!("The history could not be read: {why}. Nothing was staged.");
                return self.say(Weight::Error, text);
            }
        };
        let Some((opened, at)) = last_send(history, &plan) else {
            let text = format!(
                "Nothing to undo: no edit is staged on {name}, and the history has no send of it."
            );
            return self.say(Weight::Warning, text);
        };
        let Some(entry) = opened.send.entries.get(at) else {
            return;
        };
        let selected = Selected::Change(&opened, entry);
        if let Some(why) = obstacle(selected) {
            return self.say(Weight::Warning, format!("The last send of {name}: {why}."));
        }
        self.begin_undoing(selected);
    }

    /// The words on how to undo what was just sent: of one plan in the list, of several in
    /// the history.
    pub(in crate::app) fn way_to_undo(&self, is_of_one_plan: bool) -> String {
        let key = |place, command| self.keymap.label(place, command);
        // With marks in sight `u` is about the marked plans.
        if is_of_one_plan && self.marks_in_sight().all == 0 {
            let undo = key(Place::List, Command::Undo);
            return format!("{undo} in the list undoes it.");
        }
        let history = key(Place::List, Command::History);
        let undo = key(Place::History, Command::UndoSend);
        format!("To undo: {history}, then {undo}.")
    }
}

/// The newest send that changed a plan, and which of its changes did.
fn last_send(history: &History, plan: &PlanId) -> Option<(Opened, usize)> {
    history.sends.iter().enumerate().find_map(|(at, send)| {
        // To open a send costs more than to look at what the list has of it.
        if !send.entries.iter().any(|entry| entry.is_about(plan)) {
            return None;
        }
        let opened = Opened::new(history, at)?;
        let entries = opened.send.entries.iter().zip(&send.entries);
        let changed = |(past, listed): (&PastEntry, &crate::journal::ListedEntry)| {
            listed.is_about(plan) && obstacle(Selected::Change(&opened, past)).is_none()
        };
        let at = entries.into_iter().position(changed)?;
        Some((opened, at))
    })
}
