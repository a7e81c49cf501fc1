//! The API keys of each plan, as far as they were read: the judgement of changes stands
//! on them, and sending changes them.

use std::collections::HashMap;
use std::sync::Arc;

use super::catalogue::Load;
use crate::app::core::Core;
use crate::app::core::plans::{KeyFilter, Loading};
use crate::app::message::Question;
use crate::app::{Awaited, DraftId, Weight};
use crate::gateway::Failure;
use crate::plan::keys::Members;
use crate::plan::lint::Inventory;
use crate::plan::model::account::ApiKey;
use crate::plan::{PlanId, UsagePlan};
use crate::send::{End, Transfer};

impl Core {
    /// The keys of every plan, as far as they are known.
    pub(in crate::app) fn members(&self) -> Members<'_> {
        let catalogue = &self.catalogue;
        let keys = catalogue.plan_keys.iter();
        let plan_keys: HashMap<_, _> = keys
            .filter_map(|(plan, keys)| Some((plan, keys.here()?.as_slice())))
            .collect();
        // Half a list would let a key look free that a plan on a later page has.
        let is_whole = self.plans.of_key.is_none() && self.plans.loading == Loading::Done;
        let members = Members::of(&Inventory {
            plans: self.known_plans().map(AsRef::as_ref).collect(),
            is_whole: is_whole || self.has_all_aside,
            around: self.plans.around(),
            plan_keys,
            api_keys: catalogue.api_keys.here().map(Vec::as_slice),
            exhausting: HashMap::new(),
        });
        let asked = catalogue.plans_of.iter();
        let asked = asked.filter_map(|(key, plans)| Some((key, plans.here()?)));
        asked.fold(members, |members, (key, plans)| {
            members.with_plans_of(key, plans)
        })
    }

    /// All plans that are known, those included that a list narrowed to an API key
    /// does not show; in the order of the list.
    pub(in crate::app) fn known_plans(&self) -> impl Iterator<Item = &Arc<UsagePlan>> {
        let hidden = self.aside.values();
        let hidden = hidden.filter(|plan| self.plans.plan(&plan.id).is_none());
        self.plans.plans().chain(hidden)
    }

    /// A plan, also where a list narrowed to an API key does not show it.
    #[must_use]
    pub fn known_plan(&self, id: &PlanId) -> Option<&Arc<UsagePlan>> {
        self.plans.plan(id).or_else(|| self.aside.get(id))
    }

    /// A plan's name and identifier.
    #[must_use]
    pub fn called_plan(&self, id: &PlanId) -> String {
        let plan = self.known_plan(id);
        plan.map_or_else(|| id.to_string(), |plan| named(&plan.settings.name, &id.0))
    }

    /// A plan's name, also that of one that is gone; its identifier where that is not
    /// known.
    #[must_use]
    pub fn short_plan(&self, id: &PlanId) -> String {
        let name = self.known_plan(id).map(|plan| plan.settings.name.clone());
        // Records and notices name plans that are gone, and a bare identifier tells
        // nobody anything.
        name.or_else(|| self.gone.get(id).cloned())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| id.to_string())
    }

    /// An API key as it was read, from the list of all keys or from that of a plan.
    pub(in crate::app) fn known_key(&self, id: &str) -> Option<&ApiKey> {
        let of_plans = self.catalogue.plan_keys.values().filter_map(Load::here);
        let mut all = self
            .catalogue
            .api_keys
            .here()
            .into_iter()
            .chain(of_plans)
            .flatten();
        all.find(|key| key.id == id)
    }

    /// An API key's name and identifier.
    #[must_use]
    pub fn called_key(&self, id: &str) -> String {
        let name = self.known_key(id).map_or("", |key| key.name.as_str());
        named(name, id)
    }

    /// Keeps all plans beside a list that is about to be narrowed to an API key: the
    /// key may be moved to any of them.
    pub(in crate::app) fn set_aside(&mut self, of_key: Option<&KeyFilter>) {
        if of_key.is_none() {
            // The list will have them all again.
            self.aside.clear();
            self.has_all_aside = false;
        } else if self.plans.of_key.is_none() && self.plans.loading == Loading::Done {
            let plans = self.plans.plans();
            self.aside = plans.map(|plan| (plan.id.clone(), plan.clone())).collect();
            self.has_all_aside = true;
        }
    }

    /// Asks for the plans of an API key unless they are here or on their way.
    pub(in crate::app) fn ask_plans_of(&mut self, key: &str) {
        let plans = &mut self.catalogue.plans_of;
        if plans.get(key).is_none_or(Load::is_missing) {
            plans.insert(key.to_owned(), Load::Underway);
            let awaited = Awaited::PlansOf(key.to_owned());
            self.ask(awaited, Question::PlansOf(key.to_owned()));
        }
    }

    /// The plans of an API key are here, or cannot be. Plans that are new are known
    /// from now on.
    pub(in crate::app) fn plans_of_read(
        &mut self,
        key: String,
        result: Result<Vec<UsagePlan>, Failure>,
    ) {
        let plans = result.map(|plans| {
            let ids = plans.iter().map(|plan| plan.id.clone()).collect();
            for plan in plans {
                if self.known_plan(&plan.id).is_none() {
                    self.keep_aside(&Arc::new(plan));
                }
            }
            ids
        });
        if let Err(failure) = &plans {
            self.report_aside(failure);
        }
        self.catalogue.plans_of.insert(key, Load::of(plans));
    }

    /// A plan goes where it is known from now on: into the list, or beside one that
    /// is narrowed to an API key.
    fn keep_aside(&mut self, plan: &Arc<UsagePlan>) {
        if self.plans.of_key.is_none() {
            self.plans.put(plan.clone());
        } else {
            self.aside.insert(plan.id.clone(), plan.clone());
        }
    }

    /// An API key was to leave a plan or to enter one: what is known follows, and
    /// where it is not certain it is read again.
    pub(in crate::app) fn follow_transfer(&mut self, transfer: &Transfer, end: &End) {
        let Transfer { key, from, to } = transfer;
        if !end.is_good() {
            // Where the end is not certain, or only half of it was made, only the service
            // knows where the key is.
            self.catalogue.plans_of.remove(key);
            self.ask_plans_of(key);
            for plan in from.iter().chain(to) {
                if self.catalogue.plan_keys.remove(plan).is_some() {
                    self.ask_plan_keys(plan);
                }
            }
            return;
        }
        let known = self.known_key(key).cloned();
        // The list of all keys may never have been read: its name may be missing, the key
        // may not.
        let known = known.unwrap_or_else(|| ApiKey {
            id: key.clone(),
            name: String::new(),
            enabled: None,
            customer: String::new(),
        });
        let mut plans = self.catalogue.plans_of.get_mut(key);
        if let Some(Load::Here(plans)) = &mut plans {
            plans.retain(|plan| Some(plan) != from.as_ref());
            plans.extend(to.clone());
        }
        let keys = &mut self.catalogue.plan_keys;
        if let Some(Load::Here(keys)) = from.as_ref().and_then(|from| keys.get_mut(from)) {
            keys.retain(|one| one.id != *key);
        }
        if let Some(Load::Here(keys)) = to.as_ref().and_then(|to| keys.get_mut(to))
            && !keys.iter().any(|one| one.id == *key)
        {
            keys.push(known);
        }
        for plan in from.iter().chain(to) {
            self.note_keys(plan);
        }
        self.follow_in_list(transfer);
    }

    /// A list that is narrowed to the key shows the plans that it is in.
    fn follow_in_list(&mut self, transfer: &Transfer) {
        let Transfer { key, from, to } = transfer;
        if self.plans.of_key.as_ref().is_none_or(|of| of.id != *key) {
            return;
        }
        if let Some(from) = from {
            self.plans.remove(from);
        }
        let entered = to.as_ref().and_then(|to| self.aside.get(to)).cloned();
        if let Some(plan) = entered {
            self.plans.put(plan);
        }
    }

    fn words_on_made_transfer(&self, name: &str, transfer: &Transfer) -> Option<(Weight, String)> {
        let plan = |id: &PlanId| self.short_plan(id);
        let text = match (&transfer.from, &transfer.to) {
            (Some(from), Some(to)) => {
                let (from, to) = (plan(from), plan(to));
                format!("Sent: {name} has moved from {from} to {to}.")
            }
            (Some(from), None) => format!("Sent: {name} has left {}.", plan(from)),
            (None, Some(to)) => format!("Sent: {name} is in {} now.", plan(to)),
            (None, None) => return None,
        };
        let entered = if transfer.to.is_some() {
            // The developer guide says so of a key that was added to a plan.
            " It may take a few minutes to take effect."
        } else {
            ""
        };
        Some((Weight::Info, format!("{text}{entered}")))
    }

    /// The words on an API key whose way is over; `None` where those on any change do.
    pub(in crate::app) fn words_on_transfer(
        &self,
        name: &str,
        transfer: &Transfer,
        end: &End,
        made: u32,
    ) -> Option<(Weight, String)> {
        if let (true, End::Sent { .. }) = (end.is_good(), end) {
            return self.words_on_made_transfer(name, transfer);
        }
        let Transfer { from, to, .. } = transfer;
        let (Some(from), Some(to), 1) = (from, to, made) else {
            return None;
        };
        let (from, to) = (self.short_plan(from), self.short_plan(to));
        let (what, why) = match end {
            End::NotSent(failure) | End::NotApplied(failure) => (
                format!("did not enter {to}: it is in neither plan now."),
                failure.within("", ""),
            ),
            End::Cancelled => (
                format!("did not enter {to}: it is in neither plan now."),
                "You stopped it.".to_owned(),
            ),
            End::NotRecorded(why) => (
                format!("did not enter {to}: it is in neither plan now."),
                why.clone(),
            ),
            End::NotSeen(failure) => (
                format!("it is not seen yet whether it entered {to}."),
                failure.to_string(),
            ),
            End::Unconfirmed { failure, seen, .. } => (
                format!("whether it entered {to} is not known."),
                failure.noting(seen),
            ),
            _ => return None,
        };
        let text = format!(
            "HALF-WAY: {name} has left {from}, and {what} To fix it, attach it to {to} or to \
             {from} again. {why}"
        );
        Some((Weight::Error, text))
    }
}

impl Core {
    /// A plan is gone, and with it what was known of its keys.
    pub(in crate::app) fn plan_is_gone(&mut self, id: &PlanId) {
        if let Some(plan) = self.known_plan(id).cloned() {
            self.note_gone(&plan);
        }
        self.plans.remove(id);
        self.aside.remove(id);
        self.catalogue.plan_keys.remove(id);
        for plans in self.catalogue.plans_of.values_mut() {
            if let Load::Here(plans) = plans {
                plans.retain(|plan| plan != id);
            }
        }
        let draft = self.plans.reference(id).map(DraftId::Plan);
        if let Some(draft) = draft.filter(|draft| self.drafts.contains(draft)) {
            let is_changed = |draft: &crate::plan::edit::draft::Draft| draft.is_changed();
            if self.drafts.get(&draft).is_some_and(is_changed) {
                self.orphan(&draft);
            } else {
                self.forget(&draft);
            }
        }
    }
}

/// A name and an identifier; the identifier alone where there is no name.
pub(in crate::app) fn named(name: &str, id: &str) -> String {
    if name.is_empty() {
        id.to_owned()
    } else {
        format!("{name} {id}")
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;
    use crate::app::keys::keymap::Keymap;
    use crate::app::{Presence, Setup};
    use crate::config::Reasons;
    use crate::plan::Settings;
    use crate::plan::edit::jump::Percent;

    #[test]
    fn a_few_plans_beside_the_list_are_not_taken_for_all() {
        let setup = Setup {
            profile: String::new(),
            demo: false,
            who: String::new(),
            protected: false,
            read_only: false,
            guard: Percent::GUARD,
            reasons: Reasons::default(),
            silence: std::sync::Arc::default(),
        };
        let area = Rect::new(0, 0, 80, 24);
        let mut core = Core::new(setup, Keymap::shipped().unwrap(), area);
        let plan = |id: &str| UsagePlan {
            id: PlanId(id.to_owned()),
            settings: Settings::default(),
        };
        let key = KeyFilter {
            id: "k".to_owned(),
            name: String::new(),
        };
        // The list is narrowed before all plans were read.
        core.plans.loading = Loading::Underway;
        core.set_aside(Some(&key));
        core.plans.of_key = Some(key.clone());
        core.plans.loading = Loading::Done;
        core.plans_of_read(key.id.clone(), Ok(vec![plan("one")]));
        let unread = PlanId("two".to_owned());
        assert_eq!(core.presence(&plan("one").id), Presence::Here);
        assert_eq!(core.presence(&unread), Presence::NotKnown);
        assert!(!core.knows_all_plans());

        // All were read before.
        core.plans.of_key = None;
        core.set_aside(Some(&key));
        core.plans.of_key = Some(key);
        assert_eq!(core.presence(&unread), Presence::Gone);
    }
}
