//! API keys on their way into plans, out of them and across: what is chosen for that,
//! and the review that it leads to.

use std::collections::BTreeSet;

use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::page::change_review::Aims;
use crate::app::prompt::consent::Proposed;
use crate::app::prompt::items::note_of;
use crate::app::prompt::picker::{Choice, Item, Picker, Purpose};
use crate::app::{App, Overlay, Weight};
use crate::plan::model::account::ApiKey;
use crate::plan::{Aim, PlanId};

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
                .map(ToString::to_string)
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

impl App {
    pub(in crate::app) fn open_attach_keys(&mut self) {
        let Some(keys) = self.keys_screen() else {
            return;
        };
        let plan = keys.plan.clone();
        let title = format!("Attach API keys to {}", self.core.short_plan(&plan));
        let picker = Picker::new(Purpose::AttachKeys(plan), title);
        self.stack.overlay = Some(Overlay::Picker(Box::new(picker)));
        self.core.ask_api_keys();
        self.refresh_picker();
    }

    /// Opens the choice of the plan that the chosen keys are to move to, or to be in
    /// besides.
    pub(in crate::app) fn open_key_targets(&mut self, moves: bool) {
        let Some(shown) = self.keys_screen() else {
            return;
        };
        let (plan, keys) = (shown.plan.clone(), shown.chosen());
        let what = match keys.as_slice() {
            [key] => self.core.called_key(key),
            keys => format!("{} API keys", keys.len()),
        };
        let title = if moves {
            format!("Move {what} from {} to", self.core.short_plan(&plan))
        } else {
            format!("Attach {what} to another plan besides")
        };
        let purpose = Purpose::KeysTo { keys, plan, moves };
        self.stack.overlay = Some(Overlay::Picker(Box::new(Picker::new(purpose, title))));
        self.refresh_picker();
    }

    pub(in crate::app) fn detach_keys(&mut self) {
        let Some(shown) = self.keys_screen() else {
            return;
        };
        let plan = shown.plan.clone();
        let transfers = shown.chosen().into_iter();
        let transfers = transfers.map(|key| (key, Some(plan.clone()), None));
        let title = format!("from {}", self.core.short_plan(&plan));
        self.review_transfers("Detach", &title, transfers.collect());
    }

    /// The keys that were chosen to enter a plan, or the plan that was chosen for keys.
    pub(in crate::app) fn choose_for_keys(&mut self, picker: &Picker) {
        match &picker.purpose {
            Purpose::AttachKeys(plan) => {
                let keys = picker
                    .chosen()
                    .into_iter()
                    .filter_map(|choice| match choice {
                        Choice::Key { id, .. } => Some((id, None, Some(plan.clone()))),
                        _ => None,
                    });
                let title = format!("to {}", self.core.short_plan(plan));
                self.review_transfers("Attach", &title, keys.collect());
            }
            Purpose::KeysTo { keys, plan, moves } => {
                let Some(Choice::Plan(to)) = picker.chosen().into_iter().next() else {
                    return;
                };
                let from = moves.then(|| plan.clone());
                let keys = keys.iter();
                let keys = keys.map(|key| (key.clone(), from.clone(), Some(to.clone())));
                let (what, title) = if *moves {
                    let (from, to) = (self.core.short_plan(plan), self.core.short_plan(&to));
                    ("Move", format!("from {from} to {to}"))
                } else {
                    ("Attach", format!("to {}", self.core.short_plan(&to)))
                };
                self.review_transfers(what, &title, keys.collect());
            }
            _ => {}
        }
    }

    /// Shows what moving keys in or out will do.
    fn review_transfers(
        &mut self,
        what: &str,
        whereto: &str,
        transfers: Vec<(String, Option<PlanId>, Option<PlanId>)>,
    ) {
        let title = match transfers.as_slice() {
            [] => return self.core.say(Weight::Warning, "no key is selected"),
            [(key, ..)] => format!("{what} {} {whereto}", self.core.called_key(key)),
            many => format!("{what} {} API keys {whereto}", many.len()),
        };
        let changes = transfers.into_iter().map(|(key, from, to)| Proposed {
            name: self.core.called_key(&key),
            aim: Aim::Key { key, from, to },
            draft: None,
        });
        let aims = Aims::new(title, changes.collect(), Vec::new());
        self.open_aims(aims);
    }
}
