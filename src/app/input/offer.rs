//! Whether a command does something now, and why not: hints, help, the palette and keys ask
//! here, so that they say the same.

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::Offer;
use crate::app::stack::Stack;

impl Stack {
    /// The reason why a command does nothing now; `None` where it does something.
    #[must_use]
    pub fn obstacle(&self, core: &Core, command: Command) -> Option<&'static str> {
        let may_pass = command.is_harmless() || core.serves_what_is_held(command);
        if core.is_extending() && !may_pass {
            return Some("an extension is being sent: <back> in its review stops that");
        }
        if let Some(why) = self.obstacle_of_gone(core, command) {
            return Some(why);
        }
        match self.front().offer(core, command) {
            Offer::Mine => return None,
            Offer::NotNow(why) => return Some(why),
            Offer::PassOn => {}
        }
        self.obstacle_of_draft(core, command)
            .or_else(|| self.obstacle_anywhere(core, command))
    }

    /// The reason why a command does nothing to the draft that keys edit here.
    fn obstacle_of_draft(&self, core: &Core, command: Command) -> Option<&'static str> {
        let id = self.current_draft(core);
        if command.changes_the_draft() && id.as_ref().is_some_and(|id| core.is_queued(id)) {
            return Some("this draft is being sent: <back> in its review stops that");
        }
        let draft = id.as_ref().and_then(|id| core.drafts.get(id));
        match command {
            Command::Discard if id.is_some_and(|id| core.unapplied.contains_key(&id)) => None,
            Command::Review | Command::Discard if draft.is_none_or(|draft| !draft.is_changed()) => {
                Some(match self.place() {
                    Place::Form | Place::Staged => {
                        "nothing is staged on this plan yet: change a value first"
                    }
                    _ => {
                        "nothing is staged on this plan yet: <edit> edits it, <rate>, <burst> \
                         and <quota> change a number"
                    }
                })
            }
            Command::Undo if draft.is_none_or(|draft| !draft.can_undo()) => {
                Some("there is no change to undo")
            }
            Command::Redo if draft.is_none_or(|draft| !draft.can_redo()) => {
                Some("no change was undone")
            }
            _ => None,
        }
    }

    /// The reason why a command that the page in front leaves alone does nothing.
    fn obstacle_anywhere(&self, core: &Core, command: Command) -> Option<&'static str> {
        match command {
            Command::Close if self.screen().is_none() => {
                Some("there is no page to close here: <quit> quits plangate")
            }
            Command::Apply => Some("there is nothing to apply here"),
            Command::Limits | Command::Usage if self.plan_here(core).is_none() => {
                Some("no plan is selected here")
            }
            Command::MarkKey if self.chooses_one() => Some("one is chosen here: enter takes it"),
            Command::Send => Some("sending begins in the review: <review>"),
            Command::Copied if core.operator.copied.is_none() => Some("nothing was copied yet"),
            Command::Message if core.notice.is_none() && core.told.is_none() => {
                Some("there was no message yet")
            }
            Command::ShowText if !self.is_copying() => Some("there is no text to show here"),
            Command::Extend
            | Command::KeyValue
            | Command::KeyInFull
            | Command::SaveCsv
            | Command::SaveJson
            | Command::ReadRest => Some("it belongs to the usage of a plan: <usage>"),
            Command::Theirs | Command::Mine | Command::Base => {
                Some("there is no conflict to resolve")
            }
            _ => None,
        }
    }
}
