//! Drafts on their way into the journal.

use crate::app::core::Core;
use crate::app::message::Effect;
use crate::app::{DraftId, Weight};
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

impl Core {
    /// Gives the journal the drafts that changed.
    pub(in crate::app) fn keep_drafts(&mut self) {
        for id in self.drafts.take_touched() {
            #[cfg(test)]
            self.work.drafts.update(|count| count + 1);
            let key = match &id {
                DraftId::Plan(plan) => DraftKey::Plan(plan.id.clone()),
                DraftId::New(number) => DraftKey::New(*number),
            };
            let patch = self.patch_text(&id);
            let record = match self.drafts.get(&id) {
                // A text in the patch editor is kept although nothing of it is staged.
                Some(draft) if draft.is_changed() || patch.is_some() => {
                    let (edited, typed) = draft.state();
                    Record::Draft(Box::new(DraftRecord {
                        key,
                        base: draft.base().cloned(),
                        edited: edited.clone(),
                        typed: typed.clone(),
                        patch,
                        undoes: self.drafts.undoes(&id).cloned(),
                    }))
                }
                // Written down too: else an earlier record would bring the draft back at
                // the next start.
                _ => Record::NoDraft(key),
            };
            self.effects.push(Effect::Keep(Box::new(record)));
        }
    }

    /// The text typed in the patch editor of a draft that was not taken into it.
    fn patch_text(&self, id: &DraftId) -> Option<String> {
        self.unapplied.get(id).map(|kept| kept.input.text())
    }
}
