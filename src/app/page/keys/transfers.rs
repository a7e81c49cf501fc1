//! API keys on their way into the plan of the page, out of it and across: what is chosen
//! for that.

use std::collections::BTreeSet;

use super::PlanKeys;
use crate::app::Prompt;
use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::prompt::items::note_of;
use crate::app::prompt::picker::{Choice, Item, Picker, Purpose};
use crate::plan::PlanId;
use crate::plan::model::account::ApiKey;
use crate::send::Transfer;

impl Core {
    /// The API keys that can enter a plan.
    pub(in crate::app) fn attachable_keys(&self, plan: &PlanId) -> (Vec<Item>, String) {
        let keys = &self.catalogue.api_keys;
        let here = self.catalogue.plan_keys.get(plan).and_then(Load::here);
        let here: BTreeSet<&str> = here
            .into_iter()
            .flatten()
            .map(|key| key.id.as_str())
            .collect();
        let item = |key: &ApiKey| {
            let disabled = (key.enabled == Some(false)).then(|| "disabled".to_owned());
            let customer = (!key.customer.is_empty()).then(|| format!("customer {}", key.customer));
            let note: Vec<String> = disabled.into_iter().chain(customer).collect();
            Item {
                choice: Choice::Key {
                    id: key.id.clone(),
                    name: key.name.clone(),
                },
                label: format!("{}  {}", key.id, key.name),
                note: note.join(", "),
            }
        };
        let all = keys.here().into_iter().flatten();
        let items: Vec<Item> = all
            .filter(|key| !here.contains(key.id.as_str()))
            .map(item)
            .collect();
        let mut note = note_of(keys, "API keys");
        if items.is_empty() && note.is_empty() {
            "every API key of the account is in this plan".clone_into(&mut note);
        }
        (items, note)
    }

    /// The plans that keys can move to.
    pub(in crate::app) fn key_targets(&self, from: &PlanId) -> (Vec<Item>, String) {
        let plans = self.known_plans().filter(|plan| plan.id != *from);
        let item = |plan: &std::sync::Arc<crate::plan::UsagePlan>| {
            let stages: Vec<String> = plan
                .settings
                .stages
                .keys()
                .map(|stage| self.catalogue.names().stage(stage))
                .collect();
            Item {
                choice: Choice::Plan(plan.id.clone()),
                label: format!("{}  {}", plan.id, plan.settings.name),
                note: if stages.is_empty() {
                    "no stages: gives access to nothing".to_owned()
                } else {
                    stages.join(" ")
                },
            }
        };
        let is_narrowed = self.plans.of_key.is_some() && self.aside.is_empty();
        let note = if is_narrowed {
            "only the plans of one key were read: K in the list reads all"
        } else {
            ""
        };
        (plans.map(item).collect(), note.to_owned())
    }
}

impl PlanKeys {
    /// Asks which API keys are to enter the plan.
    pub(super) fn ask_for_keys(&self, core: &mut Core) {
        let title = format!("Attach API keys to {}", core.short_plan(&self.plan));
        let picker = Picker::new(Purpose::AttachKeys(self.plan.clone()), title);
        core.ask_for(Prompt::Picker(Box::new(picker)));
        core.ask_api_keys();
    }

    /// Asks for the plan that the chosen keys are to move to, or to be in besides.
    pub(super) fn ask_for_target(&self, core: &mut Core, moves: bool) {
        let (plan, keys) = (self.plan.clone(), self.chosen());
        let what = match keys.as_slice() {
            [key] => core.called_key(key),
            keys => format!("{} API keys", keys.len()),
        };
        let title = if moves {
            format!("Move {what} from {} to", core.short_plan(&plan))
        } else {
            format!("Attach {what} to another plan besides")
        };
        let purpose = Purpose::KeysTo { keys, plan, moves };
        core.ask_for(Prompt::Picker(Box::new(Picker::new(purpose, title))));
    }

    /// Asks for the review of the chosen keys leaving the plan.
    pub(super) fn detach(&self, core: &mut Core) {
        let transfers = self.chosen().into_iter().map(|key| Transfer {
            key,
            from: Some(self.plan.clone()),
            to: None,
        });
        let title = format!("from {}", core.short_plan(&self.plan));
        core.review_transfers("Detach", &title, transfers.collect());
    }
}

impl Core {
    /// Asks for the review of the keys that were chosen to enter a plan, or of those for
    /// which a plan was chosen.
    pub(super) fn transfer_chosen(&mut self, picker: &Picker) {
        let mut chosen = picker.chosen().into_iter();
        match &picker.purpose {
            Purpose::AttachKeys(plan) => {
                let keys = chosen.filter_map(|choice| match choice {
                    Choice::Key { id, .. } => Some(Transfer {
                        key: id,
                        from: None,
                        to: Some(plan.clone()),
                    }),
                    _ => None,
                });
                let title = format!("to {}", self.short_plan(plan));
                self.review_transfers("Attach", &title, keys.collect());
            }
            Purpose::KeysTo { keys, plan, moves } => {
                let Some(Choice::Plan(to)) = chosen.next() else {
                    return;
                };
                let keys = keys.iter().map(|key| Transfer {
                    key: key.clone(),
                    from: moves.then(|| plan.clone()),
                    to: Some(to.clone()),
                });
                let (what, title) = if *moves {
                    let (from, to) = (self.short_plan(plan), self.short_plan(&to));
                    ("Move", format!("from {from} to {to}"))
                } else {
                    ("Attach", format!("to {}", self.short_plan(&to)))
                };
                self.review_transfers(what, &title, keys.collect());
            }
            _ => {}
        }
    }
}
