//! The tags of a plan in its form. A new one begins with its key, which is typed at the
//! foot; its value is typed in its line.

use crate::app::page::form::{Line, lines};
use crate::app::prompt::input::Input;
use crate::app::{App, DraftId, Overlay, Screen, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::model::tags;

/// Why a tag of AWS's own stays as it is.
pub const READ_ONLY_TAG: &str =
    "Read-only: this tag is AWS's own (aws:), only the service that set it can change it";

impl App {
    /// Begins to type the key of a new tag.
    pub(in crate::app) fn open_tag_key(&mut self) {
        self.stack.overlay = Some(Overlay::TagKey(Input::new("")));
    }

    /// The key of a new tag was typed: its value follows.
    pub(in crate::app) fn accept_tag_key(&mut self, input: Input) {
        let key = input.text().trim().to_owned();
        if key.is_empty() {
            return;
        }
        if tags::is_reserved(&key) {
            // What is wrong with it stands beside it.
            return self.stack.overlay = Some(Overlay::TagKey(input));
        }
        let Some((id, _)) = self.selected_line() else {
            return;
        };
        self.core.edited(&id, |draft| draft.add_tag(&key));
        let line = self.core.drafts.get(&id).and_then(|draft| {
            let mut lines = lines(draft).into_iter();
            lines.position(|line| line == Line::Tag(key.clone()))
        });
        if let (Some(Screen::Edit(form)), Some(at)) = (self.stack.screens.last_mut(), line) {
            form.cursor.at = at;
        }
        self.begin_typing();
    }

    /// Types a tag's value anew, or brings a tag back that is to be removed.
    pub(in crate::app) fn change_tag(&mut self, id: &DraftId, key: &str) {
        if tags::is_reserved(key) {
            return self.core.say(Weight::Warning, READ_ONLY_TAG);
        }
        let has = |draft: &Draft| draft.edited().tags.contains_key(key);
        if self.core.drafts.get(id).is_some_and(has) {
            self.begin_typing();
        } else {
            self.core.edited(id, |draft| draft.add_tag(key));
        }
    }
}
