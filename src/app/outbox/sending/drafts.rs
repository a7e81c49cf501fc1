//! The drafts that changes come from: they go on from what was sent.

use std::sync::Arc;

use crate::app::DraftId;
use crate::app::core::Core;
use crate::app::message::changed::Changed;
use crate::journal::EntryId;
use crate::plan::{Aim, UsagePlan, merge};
use crate::send::Remainder;

impl Core {
    /// A plan as the service has it now goes into the list, unless the list shows
    /// the plans of an API key that it does not have.
    pub(in crate::app) fn put(&mut self, plan: &Arc<UsagePlan>) {
        if self.plans.of_key.is_none() || self.plans.plan(&plan.id).is_some() {
            self.plans.put(plan.clone());
        }
        // Whatever reads a plan corrects what the journal says wrongly of the calls to
        // it.
        self.correct_by(plan);
        if let Some(known) = self.aside.get_mut(&plan.id) {
            *known = plan.clone();
        }
    }

    /// The plan is known anew: what of the draft was not sent goes on from there.
    /// Gives the draft's name from now on: a new plan that was made has an id.
    pub(in crate::app) fn go_on_from(&mut self, id: &DraftId, plan: &Arc<UsagePlan>) -> DraftId {
        if let Some(draft) = self.drafts.get_mut(id) {
            let edited = match draft.base() {
                Some(base) => merge(&base.settings, &plan.settings, draft.edited()).settings,
                None => draft.edited().clone(),
            };
            draft.rebase(plan, edited);
        }
        match (id, self.plans.reference(&plan.id)) {
            (DraftId::New(_), Some(plan)) => {
                let now = DraftId::Plan(plan);
                self.rename_draft(id, &now);
                now
            }
            _ => id.clone(),
        }
    }

    /// Gives a draft another name, wherever it is named.
    fn rename_draft(&mut self, id: &DraftId, now: &DraftId) {
        if let Some(draft) = self.drafts.remove(id) {
            self.drafts.insert(now.clone(), draft);
        }
        if let Some(text) = self.unapplied.remove(id) {
            self.unapplied.insert(now.clone(), text);
        }
        for queued in self
            .outbox
            .sends
            .drafts
            .values_mut()
            .filter(|draft| *draft == id)
        {
            *queued = now.clone();
        }
        self.tell(Changed::Renamed {
            from: id.clone(),
            to: now.clone(),
        });
    }

    /// The plan of a draft is gone: the draft goes on as that of a new plan.
    pub(in crate::app) fn orphan(&mut self, id: &DraftId) {
        let Some(draft) = self.drafts.remove(id) else {
            return;
        };
        let now = DraftId::New(self.next_new);
        self.next_new += 1;
        // Under its old name first: the renaming carries the queue, the typed text and
        // the pages along.
        self.drafts.insert(id.clone(), draft.into_new_plan());
        self.rename_draft(id, &now);
        if let Some(plan) = id.plan() {
            self.drafts.set_gone(&now, plan.clone());
        }
        // What it would send is another call now: it creates a plan.
        self.must_be_looked_at(&now);
    }

    /// Drops a draft for good, with its screens and its unapplied text.
    pub(in crate::app) fn forget(&mut self, id: &DraftId) {
        self.drafts.remove(id);
        self.unapplied.remove(id);
        self.tell(Changed::Forgotten(id.clone()));
    }

    /// Says that the review of a draft does not show what it showed before: the next key
    /// is not taken for a consent.
    pub(in crate::app) fn must_be_looked_at(&mut self, id: &DraftId) {
        self.tell(Changed::Draft(id.clone()));
    }

    /// The draft that an entry of an earlier run was made of.
    pub(in crate::app) fn draft_of_entry(&self, left: &Remainder) -> Option<DraftId> {
        match &left.planned.aim {
            Aim::Create { .. } if left.from.is_some() => {
                let plan = self.plans.reference(&left.from.as_ref()?.id)?;
                let id = DraftId::Plan(plan);
                self.drafts.contains(&id).then_some(id)
            }
            Aim::Update { base, .. } => {
                let id = DraftId::Plan(self.plans.reference(&base.id)?);
                self.drafts.contains(&id).then_some(id)
            }
            Aim::Create { wanted, .. } => {
                let mut drafts = self.drafts.iter();
                let is_it = |(_, draft): &(&DraftId, &crate::plan::edit::draft::Draft)| {
                    draft.base().is_none() && draft.edited() == wanted
                };
                drafts.find(is_it).map(|(id, _)| id.clone())
            }
            _ => None,
        }
    }

    /// Holds the draft that an entry of the queue was made of.
    pub(in crate::app) fn sends_hold(&mut self, entry: &EntryId, id: DraftId) {
        self.outbox.sends.drafts.insert(entry.clone(), id);
    }

    /// An entry of the queue was left out: its draft is free again.
    pub(in crate::app) fn release(&mut self, entry: &EntryId) {
        self.outbox.sends.drafts.remove(entry);
    }
}
