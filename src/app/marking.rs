//! Marked plans, and what keys do to them.

use super::App;
use super::command::Command;

impl App {
    /// What keys do that work on many plans.
    pub(super) fn command_for_many(&mut self, command: Command) {
        match command {
            Command::Mark => self.list.turn_mark(),
            Command::MarkShown => self.list.turn_marks_of_shown(),
            Command::MarkRange => self.list.mark_range(),
            Command::ClearMarks => self.list.clear_marks(),
            Command::TweakPlans => self.open_tweak_line(),
            Command::Complete => self.complete_tweak(),
            Command::Earlier => self.recall_tweak(-1),
            Command::Later => self.recall_tweak(1),
            _ => {}
        }
    }

    /// Why a command that marks does nothing now.
    pub(super) fn obstacle_to_marking(&self, command: Command) -> Option<&'static str> {
        match command {
            Command::ClearMarks if self.list.marked().all == 0 => Some("no plan is marked"),
            Command::ClearMarks => None,
            Command::TweakPlans if self.list.marked().all > 0 => None,
            _ if self.list.selected().is_none() => Some("no plan is selected: the list shows none"),
            Command::MarkRange if self.list.range_start().is_none() => {
                Some("mark where the range begins first, with space: the list must show it")
            }
            _ => None,
        }
    }
}
