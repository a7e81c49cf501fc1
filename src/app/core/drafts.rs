//! The edits under way.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::core::Core;
use crate::journal::SendId;
use crate::plan::edit::draft::Draft;
use crate::plan::{PlanId, PlanRef, UsagePlan};

/// The name of a draft.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DraftId {
    /// That of a plan that exists.
    Plan(PlanRef),
    /// That of a new plan, numbered in the order of their making.
    New(u32),
}

impl DraftId {
    /// The plan, where it exists.
    #[must_use]
    pub fn plan(&self) -> Option<&PlanId> {
        match self {
            Self::Plan(plan) => Some(&plan.id),
            Self::New(_) => None,
        }
    }
}

/// The edits under way, and which of them the journal does not have as they are.
#[derive(Debug, Default)]
pub struct Drafts {
    all: BTreeMap<DraftId, Draft>,
    touched: BTreeSet<DraftId>,
    /// Those in which something was changed when that was asked for last.
    changed: BTreeSet<DraftId>,
    revision: u64,
    /// The sends that drafts undo.
    undone: BTreeMap<DraftId, SendId>,
    /// The plans, gone since, whose drafts go on as those of new plans.
    gone: BTreeMap<DraftId, PlanId>,
    /// True where the journal takes none of them.
    are_lost: bool,
}

impl Drafts {
    /// Returns true where the journal keeps them.
    #[must_use]
    pub fn are_kept(&self) -> bool {
        !self.are_lost
    }

    /// Says whether the journal keeps them.
    pub(in crate::app) fn set_kept(&mut self, are_kept: bool) {
        self.are_lost = !are_kept;
    }

    /// The draft of this name.
    #[must_use]
    pub fn get(&self, id: &DraftId) -> Option<&Draft> {
        self.all.get(id)
    }

    /// The draft of this name, to be changed.
    pub fn get_mut(&mut self, id: &DraftId) -> Option<&mut Draft> {
        let draft = self.all.get_mut(id)?;
        // Whoever may change it is taken to have done so: to keep it once too often does
        // no harm.
        self.touched.insert(id.clone());
        self.revision += 1;
        Some(draft)
    }

    /// Takes a draft in.
    pub fn insert(&mut self, id: DraftId, draft: Draft) {
        self.touched.insert(id.clone());
        self.revision += 1;
        self.all.insert(id, draft);
    }

    /// Lets a draft go.
    pub fn remove(&mut self, id: &DraftId) -> Option<Draft> {
        let draft = self.all.remove(id)?;
        self.touched.insert(id.clone());
        self.revision += 1;
        self.undone.remove(id);
        self.gone.remove(id);
        Some(draft)
    }

    /// A number that is another one whenever a draft may have changed.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Notes that a draft undoes a send, in whole or in part.
    pub fn set_undoes(&mut self, id: &DraftId, send: SendId) {
        self.undone.insert(id.clone(), send);
    }

    /// The send that a draft undoes, in whole or in part.
    #[must_use]
    pub fn undoes(&self, id: &DraftId) -> Option<&SendId> {
        self.undone.get(id)
    }

    /// Notes that a draft of a new plan was that of a plan that is gone.
    pub(in crate::app) fn set_gone(&mut self, id: &DraftId, plan: PlanId) {
        self.gone.insert(id.clone(), plan);
    }

    /// The plan whose draft this was before it was gone.
    #[must_use]
    pub fn gone_plan(&self, id: &DraftId) -> Option<&PlanId> {
        self.gone.get(id)
    }

    /// Notes that something that belongs to this draft changed, though the draft did not.
    pub fn touch(&mut self, id: &DraftId) {
        self.touched.insert(id.clone());
    }

    /// Returns true where there is a draft of this name.
    #[must_use]
    pub fn contains(&self, id: &DraftId) -> bool {
        self.all.contains_key(id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&DraftId, &Draft)> {
        self.all.iter()
    }

    /// Those in which something is changed.
    pub fn changed(&self) -> impl Iterator<Item = (&DraftId, &Draft)> {
        self.iter().filter(|(_, draft)| draft.is_changed())
    }

    /// The names of those that were changed, taken in or let go since this was
    /// asked last.
    #[must_use]
    pub fn take_touched(&mut self) -> BTreeSet<DraftId> {
        let touched = std::mem::take(&mut self.touched);
        for id in &touched {
            if self.all.get(id).is_some_and(Draft::is_changed) {
                self.changed.insert(id.clone());
            } else {
                self.changed.remove(id);
            }
        }
        touched
    }

    /// The number of those in which something was changed, as of [`Self::take_touched`]:
    /// a frame may ask for it however many there are.
    #[must_use]
    pub fn count_changed(&self) -> usize {
        self.changed.len()
    }
}

impl Core {
    /// The draft of a plan in the list.
    #[must_use]
    pub fn draft_of(&self, id: &PlanId) -> Option<&Draft> {
        self.drafts.get(&DraftId::Plan(self.plans.reference(id)?))
    }

    /// The draft that the selected plan has or would have.
    pub(in crate::app) fn selected_draft(&self) -> Option<DraftId> {
        let id = &self.plans.selected()?.plan.id;
        self.plans.reference(id).map(DraftId::Plan)
    }

    /// The draft, which begins where there is none yet.
    pub(in crate::app) fn draft(&mut self, id: &DraftId) -> Option<&mut Draft> {
        if !self.drafts.contains(id) {
            let DraftId::Plan(plan) = id else { return None };
            let plan = self.plans.plan(&plan.id)?.clone();
            self.drafts.insert(id.clone(), Draft::of(plan));
        }
        self.drafts.get_mut(id)
    }

    /// The draft, or what it would begin as.
    #[must_use]
    pub fn draft_or_plan(&self, id: &DraftId) -> Option<Draft> {
        let begun = || match id {
            DraftId::Plan(plan) => self.plans.plan(&plan.id).cloned().map(Draft::of),
            DraftId::New(_) => None,
        };
        self.drafts.get(id).cloned().or_else(begun)
    }

    /// The number of drafts of new plans.
    #[must_use]
    pub fn new_plans(&self) -> usize {
        let is_new = |(id, _): &(&DraftId, &Draft)| matches!(id, DraftId::New(_));
        self.drafts.iter().filter(is_new).count()
    }

    /// The words for a draft: its plan's name and id, or the name or number of its new
    /// plan.
    #[must_use]
    pub fn draft_name(&self, id: &DraftId) -> String {
        let name = self.drafts.get(id).map(|draft| draft.edited().name.clone());
        let base = |plan: &UsagePlan| plan.settings.name.clone();
        match id {
            DraftId::Plan(plan) => {
                // What it stands on before the list: that may have lost the plan, or be
                // narrowed to an API key.
                let known = self.drafts.get(id).and_then(|draft| draft.base().cloned());
                let name = known.or_else(|| self.plans.plan(&plan.id).cloned());
                format!(
                    "{} {}",
                    name.as_deref().map(base).unwrap_or_default(),
                    plan.id
                )
            }
            DraftId::New(number) => {
                let gone = self.drafts.gone_plan(id);
                let gone = gone.map(|plan| format!(": plan {plan} is gone"));
                let gone = gone.unwrap_or_default();
                match name.filter(|name| !name.is_empty()) {
                    Some(name) => format!("{name} (new{gone})"),
                    None => format!("new plan {}{gone}", number + 1),
                }
            }
        }
    }
}
