//! Drafts on their way into the journal.

use crate::app::core::Core;
use crate::app::message::Effect;
use crate::app::{App, DraftId, Screen, Weight};
use crate::journal::{DraftKey, DraftRecord, Record};

impl Core {
    /// Drafts are kept, or not any more.
    pub(in crate::app) fn kept(&mut self, result: Result<(), String>) {
        self.drafts.set_kept(result.is_ok());
        match result {
            Ok(()) => self.say(Weight::Info, "Drafts are kept on disk again."),
            Err(why) => {
                let text = format!("Drafts last only as long as this program runs. {why}");
                self.say(Weight::Warning, text);
            }
        }
    }
}

impl App {
    /// Gives the journal the drafts that changed.
    pub(in crate::app) fn keep_drafts(&mut self) {
        for id in self.core.drafts.take_touched() {
            let key = match &id {
                DraftId::Plan(plan) => DraftKey::Plan(plan.id.clone()),
                DraftId::New(number) => DraftKey::New(*number),
            };
            let patch = self.patch_text(&id);
            let record = match self.core.drafts.get(&id) {
                Some(draft) if draft.is_changed() || patch.is_some() => {
                    let (edited, typed) = draft.state();
                    Record::Draft(Box::new(DraftRecord {
                        key,
                        base: draft.base().cloned(),
                        edited: edited.clone(),
                        typed: typed.clone(),
                        patch,
                        takes_back: self.core.drafts.takes_back(&id).cloned(),
                    }))
                }
                _ => Record::NoDraft(key),
            };
            self.core.effects.push(Effect::Keep(Box::new(record)));
        }
    }

    /// What stands in the patch editor of a draft and was not taken into it.
    fn patch_text(&self, id: &DraftId) -> Option<String> {
        let editor = self
            .stack
            .screens
            .iter()
            .rev()
            .find_map(|screen| match screen {
                Screen::Patch(editor) if editor.draft == *id && editor.is_changed() => Some(editor),
                _ => None,
            });
        let input = editor.map(|editor| &editor.input);
        let input = input.or_else(|| self.core.unapplied.get(id).map(|kept| &kept.input));
        input.map(crate::app::prompt::input::Input::text)
    }
}
