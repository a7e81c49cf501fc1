//! The stages and the methods that the form lets choose from.

use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::page::form::Form;
use crate::app::prompt::items::note_of;
use crate::app::prompt::picker::{Choice, Item};
use crate::plan::{MethodKey, StageKey};

impl Form {
    /// The stages of the account that are not attached, and what is missing of them.
    pub(super) fn stage_items(&self, core: &Core) -> (Vec<Item>, String) {
        let attached = |stage: &StageKey| {
            let draft = core.drafts.get(&self.draft);
            draft.is_some_and(|draft| draft.edited().stages.contains_key(stage))
        };
        let names = core.catalogue.names();
        let mut items = Vec::new();
        let mut note = note_of(&core.catalogue.apis, "APIs");
        for api in core.catalogue.apis.here().into_iter().flatten() {
            let stages = core.catalogue.stages.get(&api.id);
            if note.is_empty() {
                note = stages.map_or_else(String::new, |stages| note_of(stages, "stages"));
            }
            for stage in stages.and_then(Load::here).into_iter().flatten() {
                if !attached(&stage.key) {
                    let is_said = names.id_beside(&stage.key).is_empty();
                    items.push(Item {
                        choice: Choice::Stage(stage.key.clone()),
                        label: names.stage(&stage.key),
                        note: if is_said {
                            String::new()
                        } else {
                            stage.key.to_string()
                        },
                    });
                }
            }
        }
        if items.is_empty() && note.is_empty() {
            "every stage of the account is attached".clone_into(&mut note);
        }
        (items, note)
    }

    /// The methods of a stage without a throttle, and what is missing of them.
    pub(super) fn method_items(&self, core: &Core, stage: &StageKey) -> (Vec<Item>, String) {
        let Some(draft) = core.drafts.get(&self.draft) else {
            return (Vec::new(), String::new());
        };
        let there = draft.methods(stage);
        let methods = core.catalogue.methods.get(&stage.api);
        let note = methods.map_or_else(String::new, |methods| note_of(methods, "methods"));
        let every = Item {
            choice: Choice::Method(MethodKey::as_read("*/*")),
            label: "*/*".to_owned(),
            note: "every method (inferred: its acceptance is not resolved)".to_owned(),
        };
        let listed = methods
            .and_then(Load::here)
            .into_iter()
            .flatten()
            .map(|method| Item {
                choice: Choice::Method(method.key.clone()),
                label: method.key.to_string(),
                note: if method.needs_key {
                    String::new()
                } else {
                    "API key not required: usage plans do not apply".to_owned()
                },
            });
        let items = listed.chain(std::iter::once(every));
        let items = items.filter(
            |item| !matches!(&item.choice, Choice::Method(method) if there.contains(method)),
        );
        (items.collect(), note)
    }
}
