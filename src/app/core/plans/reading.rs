//! The reading of the plans: what comes page by page, and what is gone by its end.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::row::{ListLint, Row, Signs};
use super::{Absence, List, Loading, Missing, Widths};
use crate::plan::filter::texts_of;
use crate::plan::lint::{KeyCounts, PlanLint};
use crate::plan::model::account::Surroundings;
use crate::plan::model::api_names::ApiNames;
use crate::plan::{PlanId, UsagePlan};

impl List {
    /// Says what is known around the plans, and looks over again those that name
    /// the API that was read; all where it is none of them.
    pub fn set_around(&mut self, around: Surroundings, apis: Option<&BTreeSet<String>>) {
        let lint = ListLint {
            lint: PlanLint::new(&around),
            silence: &self.silence,
        };
        for row in &mut self.rows {
            let settings = &row.plan.settings;
            let mut stages = settings.stages.keys();
            if apis.is_none_or(|apis| stages.any(|stage| apis.contains(&stage.api))) {
                let keys = self.key_counts.get(&row.plan.id).copied();
                row.signs = Signs::of(settings, &lint, keys.unwrap_or_default());
            }
        }
        self.around = around;
    }

    /// Says what is known of the keys of a plan, and looks it over again.
    pub(in crate::app) fn set_key_counts(&mut self, id: &PlanId, counts: KeyCounts) {
        if self.counts_of(id) == counts {
            return;
        }
        self.key_counts.insert(id.clone(), counts);
        if let Some(row) = self.by_id.get(id).and_then(|at| self.rows.get_mut(*at)) {
            let settings = &row.plan.settings;
            let lint = ListLint {
                lint: PlanLint::for_plan(settings, &self.around),
                silence: &self.silence,
            };
            row.signs = Signs::of(settings, &lint, counts);
        }
    }

    /// Says how much of its quota the busiest key of a plan used; none where that is not known
    /// any more.
    pub(in crate::app) fn set_used(&mut self, id: &PlanId, used: Option<f64>) {
        if self.used.get(id).copied() == used {
            return;
        }
        match used {
            Some(used) => self.used.insert(id.clone(), used),
            None => self.used.remove(id),
        };
        if let Some(row) = self.by_id.get(id).and_then(|at| self.rows.get_mut(*at)) {
            row.set_used(used);
            if used.is_some() {
                self.widths.widen(row);
            } else {
                self.measure();
            }
        }
    }

    /// Measures the values of all rows anew: those that went may have been the widest.
    fn measure(&mut self) {
        self.widths = Widths::of(self.rows.iter());
    }

    fn counts_of(&self, id: &PlanId) -> KeyCounts {
        self.key_counts.get(id).copied().unwrap_or_default()
    }

    /// Says how APIs are called: the filter finds plans by that.
    pub fn set_names(&mut self, names: ApiNames) {
        if self.names == names {
            return;
        }
        for row in &mut self.rows {
            if !row.plan.settings.stages.is_empty() {
                row.texts = texts_of(&row.plan, &names);
            }
        }
        self.names = names;
        // What is shown is the same where nothing narrows it.
        if !self.words.is_empty() {
            self.narrow();
        }
    }

    /// A reading begins. What is there stays until the reading ends.
    pub fn begin(&mut self) {
        // By its identifier from now on: the rows of each page are sorted in and move
        // those below.
        self.keep_selection();
        self.loading = Loading::Underway;
        self.fresh = vec![false; self.rows.len()];
    }

    /// Forgets all plans, as when the list is narrowed to others. Where it
    /// `awaits` the selected plan, no other is selected before that came.
    pub fn clear(&mut self, awaits: bool) {
        let selected = self.selected().filter(|_| awaits);
        let selected = selected.map(|row| Missing::of(&row.plan, Absence::NotYet));
        if selected.is_some() {
            self.keep_selection();
        }
        self.missing = selected;
        let marked = self.rows.drain(..).filter(|row| row.is_marked);
        let marked = marked.map(|row| row.plan.id.clone());
        self.marked_elsewhere.extend(marked);
        self.by_id.clear();
        self.fresh.clear();
        self.measure();
        self.rearrange();
    }

    /// A page arrived.
    pub fn take_page(&mut self, plans: Vec<UsagePlan>) {
        let lint = ListLint {
            lint: PlanLint::new(&self.around),
            silence: &self.silence,
        };
        let row = |plan: UsagePlan| {
            let keys = self.counts_of(&plan.id);
            Row::new(Arc::new(plan), &lint, keys, &self.names)
        };
        let rows: Vec<Row> = plans.into_iter().map(row).collect();
        for row in rows {
            // What was read or sent since the reading began is newer.
            let at = self.by_id.get(&row.plan.id);
            let is_newer = at.is_some_and(|at| self.fresh.get(*at) == Some(&true));
            if !is_newer {
                self.insert(row);
            }
        }
        self.rearrange_in_sight();
    }

    /// The reading ended well: what it did not bring is gone. Gives the plans that
    /// are, each with whether it was marked.
    pub fn finish(&mut self) -> Vec<(Arc<UsagePlan>, bool)> {
        self.loading = Loading::Done;
        // All plans were asked for, so a marked one that did not come is gone.
        if self.of_key.is_none() {
            self.marked_elsewhere.clear();
        }
        if let Some(missing) = &mut self.missing
            && missing.why == Absence::NotYet
        {
            missing.why = Absence::Gone;
        }
        self.measure();
        // Nothing is gone: order and filter hold as the last page left them.
        if self.fresh.iter().all(|fresh| *fresh) {
            return Vec::new();
        }
        let selected = self.selected().map(|row| row.plan.clone());
        let mut fresh = std::mem::take(&mut self.fresh).into_iter();
        let mut gone = Vec::new();
        self.rows.retain(|row| {
            let is_fresh = fresh.next().unwrap_or(true);
            if !is_fresh {
                gone.push((row.plan.clone(), row.is_marked));
            }
            is_fresh
        });
        let is_gone = |plan: &Arc<UsagePlan>| gone.iter().any(|(one, _)| one.id == plan.id);
        if let Some(plan) = selected.filter(is_gone) {
            self.missing = Some(Missing::of(&plan, Absence::Gone));
        }
        self.measure();
        self.fresh = vec![true; self.rows.len()];
        let ids = self.rows.iter().enumerate();
        self.by_id = ids.map(|(at, row)| (row.plan.id.clone(), at)).collect();
        // The order names rows by their place, and those are others now.
        self.order.clear();
        self.rearrange_in_sight();
        gone
    }

    /// One plan was read or made.
    pub fn put(&mut self, plan: Arc<UsagePlan>) {
        let lint = ListLint {
            lint: PlanLint::for_plan(&plan.settings, &self.around),
            silence: &self.silence,
        };
        let keys = self.counts_of(&plan.id);
        let row = Row::new(plan, &lint, keys, &self.names);
        self.insert(row);
        self.measure();
        self.rearrange_in_sight();
    }

    /// Notes that the state of a plan is not certain until it is read again.
    pub fn doubt(&mut self, id: &PlanId) {
        let row = self.by_id.get(id).and_then(|at| self.rows.get_mut(*at));
        if let Some(row) = row {
            row.is_doubtful = true;
        }
    }

    /// One plan is gone.
    pub fn remove(&mut self, id: &PlanId) {
        let is_selected = self.selected().is_some_and(|row| row.plan.id == *id);
        let Some(at) = self.by_id.remove(id) else {
            return;
        };
        let removed = self.rows.remove(at);
        self.measure();
        if is_selected {
            self.missing = Some(Missing::of(&removed.plan, Absence::Gone));
        }
        if at < self.fresh.len() {
            self.fresh.remove(at);
        }
        for later in self.by_id.values_mut() {
            if *later > at {
                *later -= 1;
            }
        }
        self.order.clear();
        self.rearrange_in_sight();
    }

    fn insert(&mut self, mut row: Row) {
        if let Some(used) = self.used.get(&row.plan.id) {
            row.set_used(Some(*used));
        }
        self.widths.add(&row);
        row.is_marked = self.is_marked(&row.plan.id) || self.marked_elsewhere.remove(&row.plan.id);
        let next = self.rows.len();
        let at = *self.by_id.entry(row.plan.id.clone()).or_insert(next);
        match self.rows.get_mut(at) {
            Some(known) => *known = row,
            None => self.rows.push(row),
        }
        self.fresh.resize(self.rows.len(), true);
        if let Some(fresh) = self.fresh.get_mut(at) {
            *fresh = true;
        }
    }
}
