//! The items of the pickers that no page asked for.

use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::prompt::picker::Purpose;
use crate::app::prompt::picker::{Choice, Item};
use crate::app::stack::Stack;
use crate::app::{DraftId, Prompt};

impl Core {
    /// Asks for the stages of every API.
    pub(in crate::app) fn ask_all_stages(&mut self) {
        let apis = self.catalogue.apis.here().into_iter().flatten();
        let apis: Vec<String> = apis.map(|api| api.id.clone()).collect();
        for api in apis {
            self.ask_stages_of(&api);
        }
    }

    fn new_plan_items(&self) -> (Vec<Item>, String) {
        let begun = self
            .drafts
            .iter()
            .filter(|(id, _)| matches!(id, DraftId::New(_)));
        let mut items: Vec<Item> = begun
            .map(|(id, _)| Item {
                choice: Choice::Draft(id.clone()),
                label: self.draft_name(id),
                note: "begun, not sent".to_owned(),
            })
            .collect();
        items.push(Item {
            choice: Choice::EmptyPlan,
            label: "another new plan".to_owned(),
            note: "empty".to_owned(),
        });
        (items, String::new())
    }

    fn key_items(&self) -> (Vec<Item>, String) {
        let keys = &self.catalogue.api_keys;
        let note = note_of(keys, "API keys");
        let all = Item {
            choice: Choice::AllPlans,
            label: "all plans".to_owned(),
            note: "of every key".to_owned(),
        };
        let item = |key: &crate::plan::model::account::ApiKey| Item {
            choice: Choice::Key {
                id: key.id.clone(),
                name: key.name.clone(),
            },
            label: format!("{}  {}", key.id, key.name),
            note: if key.enabled == Some(false) {
                "disabled".to_owned()
            } else {
                String::new()
            },
        };
        let listed = keys.here().into_iter().flatten().map(item);
        (std::iter::once(all).chain(listed).collect(), note)
    }
}

impl Stack {
    /// Brings the lines of the picker up to date with what was read meanwhile.
    pub(in crate::app) fn refresh_picker(&mut self, core: &mut Core) {
        let Some(Prompt::Picker(picker)) = &self.prompt else {
            return;
        };
        let of_page = self.front().items(core, &picker.purpose);
        let (items, note) = match (&picker.purpose, of_page) {
            (_, Some(of_page)) => of_page,
            (Purpose::ByKey, None) => core.key_items(),
            (Purpose::NewPlan, None) => core.new_plan_items(),
            // These know their items from the start.
            (_, None) => return,
        };
        if let Some(Prompt::Picker(picker)) = &mut self.prompt {
            picker.set_names(core.catalogue.names());
            picker.set_items(items);
            picker.note = note;
        }
    }

    /// True where one line of the picker in front is chosen, and not several.
    pub(in crate::app) fn chooses_one(&self) -> bool {
        matches!(&self.prompt, Some(Prompt::Picker(picker)) if !picker.purpose.takes_many())
    }

    /// Marks the selected line of the picker, or takes its mark away.
    pub(in crate::app) fn turn_mark_of_line(&mut self) {
        if let Some(Prompt::Picker(picker)) = &mut self.prompt {
            picker.turn_mark();
        }
    }

    /// True while somebody is choosing among the stages of every API.
    pub(in crate::app) fn wants_stages(&self) -> bool {
        match &self.prompt {
            Some(Prompt::Picker(picker)) => picker.purpose == Purpose::Attach,
            Some(Prompt::TweakLine(line)) => line.wants_stages(),
            _ => false,
        }
    }
}

/// A word on what a list is still missing; empty where it is all there.
pub(in crate::app) fn note_of<T>(load: &Load<T>, what: &str) -> String {
    match load {
        Load::NotAsked | Load::Here(_) => String::new(),
        Load::Underway => format!("reading the {what}"),
        Load::Failed { reason, .. } => reason.clone(),
    }
}
