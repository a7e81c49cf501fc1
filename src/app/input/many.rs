//! What keys do that work on many plans.

use crate::app::core::Core;
use crate::app::fleet::Wish;
use crate::app::keys::command::Command;
use crate::app::stack::Stack;
use crate::app::{Confirm, DraftId, Overlay, Weight};

impl Core {
    /// Why a command that works on many plans does nothing now.
    pub(in crate::app) fn obstacle_for_many(&self, command: Command) -> Option<&'static str> {
        match command {
            Command::ClearMarks if self.marks_in_sight().all == 0 => Some("no plan is marked"),
            Command::ClearMarks => None,
            Command::ReviewAll => self.obstacle_to_bulk_review(),
            Command::TweakPlans if self.marks_in_sight().all > 0 => None,
            _ if self.plans.selected().is_none() => {
                Some("no plan is selected: the list shows none")
            }
            Command::MarkRange if !self.has_range_start() => {
                Some("mark where the range begins first, with space: the list must show it")
            }
            _ => None,
        }
    }

    /// The drafts of the marked plans that can be thrown away: none that is being
    /// sent.
    fn marked_drafts(&self) -> impl Iterator<Item = &DraftId> {
        let drafts = self.drafts.iter().filter(|(id, draft)| {
            let is_marked = id.plan().is_some_and(|plan| self.plans.is_marked(plan));
            is_marked && (draft.is_changed() || self.unapplied.contains_key(id))
        });
        drafts.map(|(id, _)| id).filter(|id| !self.is_queued(id))
    }

    /// Whether there are drafts of marked plans that can be thrown away.
    pub(in crate::app) fn has_marked_drafts(&self) -> bool {
        self.marked_drafts().next().is_some()
    }
}

impl Core {
    pub(in crate::app) fn discard_marked(&mut self, drafts: &[DraftId]) {
        for id in drafts {
            self.forget(id);
        }
        let text = match drafts.len() {
            1 => "1 draft was thrown away.".to_owned(),
            n => format!("{n} drafts were thrown away."),
        };
        self.say(Weight::Info, text);
    }
}

impl Stack {
    /// What keys do that work on many plans.
    pub(in crate::app) fn command_for_many(&mut self, core: &mut Core, command: Command) {
        match command {
            Command::Mark | Command::MarkShown | Command::MarkRange | Command::ClearMarks
                if core.seat.is_together() =>
            {
                core.wish(Wish::Mark(command));
            }
            Command::TweakPlans if core.is_tweaked_together() => core.wish(Wish::Tweak),
            Command::Mark => core.plans.turn_mark(),
            Command::MarkShown => core.plans.turn_marks_of_shown(),
            Command::MarkRange => core.plans.mark_range(),
            Command::ClearMarks => core.plans.clear_marks(),
            Command::TweakPlans => self.open_tweak_line(core),
            Command::ReviewAll => self.open_bulk_review(core),
            Command::Complete => self.complete_tweak(core),
            Command::Earlier => self.recall_tweak(core, -1),
            Command::Later => self.recall_tweak(core, 1),
            _ => {}
        }
    }

    pub(in crate::app) fn ask_discard_marked(&mut self, core: &mut Core) {
        let drafts: Vec<DraftId> = core.marked_drafts().cloned().collect();
        self.overlay = Some(Overlay::Confirm(Confirm::DiscardMany(drafts)));
    }
}
