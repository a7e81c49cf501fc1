//! The tags of a plan in its form. A new one begins with its key, which is typed at the
//! foot; its value is typed in its line.

use crate::app::core::Core;
use crate::app::page::form::{Form, Line, lines};
use crate::app::prompt::input::Input;
use crate::app::{Prompt, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::model::tags;

/// The reason why a tag of AWS's own stays as it is.
pub const READ_ONLY_TAG: &str =
    "Read-only: this tag is AWS's own (aws:), only the service that set it can change it";

impl Form {
    /// Begins to type the key of a new tag.
    pub(super) fn open_tag_key(core: &mut Core) {
        core.ask_for(Prompt::TagKey(Input::new("")));
    }

    /// Takes the key of a new tag: its value follows. Gives the prompt back where there can
    /// be no such key.
    pub(super) fn accept_tag_key(&mut self, core: &mut Core, input: Input) -> Option<Prompt> {
        let key = input.text().trim().to_owned();
        if key.is_empty() {
            return None;
        }
        if tags::is_reserved(&key) {
            // What is wrong with it stands beside it.
            return Some(Prompt::TagKey(input));
        }
        core.edited(&self.draft, |draft| draft.add_tag(&key));
        let draft = core.drafts.get(&self.draft)?;
        let line = Line::Tag(key);
        if let Some(at) = lines(draft).iter().position(|one| *one == line) {
            self.cursor.at = at;
        }
        self.begin_typing(core);
        None
    }

    /// Types a tag's value anew, or brings a tag back that is to be removed.
    pub(super) fn change_tag(&mut self, core: &mut Core, key: &str) {
        if tags::is_reserved(key) {
            return core.say(Weight::Warning, READ_ONLY_TAG);
        }
        let has = |draft: &Draft| draft.edited().tags.contains_key(key);
        if core.drafts.get(&self.draft).is_some_and(has) {
            self.begin_typing(core);
        } else {
            core.edited(&self.draft, |draft| draft.add_tag(key));
        }
    }
}
