//! The cells of the matrix: what they are resolved from, which rows are shown, and what stays
//! selected.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Limits, MethodsShown};
use crate::app::core::Core;
use crate::app::core::catalogue::Load as Known;
use crate::app::{Awaited, Weight};
use crate::plan::limits::effective::Matrix;
use crate::plan::{Field, MethodKey, StageKey, UsagePlan, spelled};
use crate::text::search::{Search, Searcher, Texts};

impl Limits {
    /// Takes another matrix. The selected cell stays selected by its stage and its
    /// method, wherever they stand now; what is not there any more of them is given,
    /// and nothing is selected until it is there again or another cell is chosen.
    /// Until the operator chose a cell, it is the first, unless the plan changed.
    fn take(&mut self, matrix: Matrix, is_same_plan: bool) -> Option<String> {
        let selected = self
            .selected()
            .map(|(stage, method)| (stage.clone(), method.clone()));
        let is_chosen = self.row.is_chosen() || self.column.is_chosen();
        let keeps = is_chosen || !is_same_plan || self.wanted.is_some();
        let wanted = selected.or_else(|| self.wanted.clone());
        self.matrix = matrix;
        let Some((stage, method)) = wanted.filter(|_| keeps) else {
            self.rearrange();
            return None;
        };
        let mut columns = self.matrix.columns.iter();
        let column = columns.position(|column| column.stage == stage);
        match column {
            Some(column) => self.column.select(column),
            None => self.column.lose(),
        }
        self.rearrange_around(Some(method.clone()));
        let is_method = |row: &usize| self.matrix.rows.get(*row) == Some(&method);
        let has_method = self.rows.iter().any(is_method);
        if !has_method {
            self.row.lose();
        }
        let gone = match column {
            Some(_) if has_method => None,
            Some(_) => Some(format!("method {method}")),
            None => Some(format!("stage {stage}")),
        };
        self.wanted = gone.is_some().then_some((stage, method));
        gone
    }

    /// Selects a cell. What is still being read keeps it selected.
    pub(in crate::app) fn choose(&mut self, stage: &StageKey, method: &MethodKey) {
        let mut columns = self.matrix.columns.iter();
        if let Some(column) = columns.position(|column| column.stage == *stage) {
            self.column.select(column);
        }
        self.rearrange_around(Some(method.clone()));
    }

    /// Brings the shown rows up to date. The selected method stays selected.
    pub(super) fn rearrange(&mut self) {
        let selected = self.selected().map(|(_, method)| method.clone());
        self.rearrange_around(selected);
    }

    fn rearrange_around(&mut self, selected: Option<MethodKey>) {
        let at = self.column.at;
        let mut rows: Vec<usize> = match self.choice {
            MethodsShown::All => (0..self.matrix.rows.len()).collect(),
            MethodsShown::UnlikeDefault => self.matrix.unlike_default(),
            MethodsShown::Between => self
                .matrix
                .between(at, (at + 1) % self.matrix.columns.len().max(1)),
            MethodsShown::Changed => self.matrix.changed(),
        };
        if self.tightest_first {
            let order = self.matrix.tightest();
            // Only some rows may be shown: each takes its place in the order of all.
            let mut place = vec![0; order.len()];
            for (at, row) in order.into_iter().enumerate() {
                if let Some(place) = place.get_mut(row) {
                    *place = at;
                }
            }
            rows.sort_by_key(|row| place.get(*row).copied());
        }
        let (search, mut searcher) = (Search::parse(&self.filter), Searcher::default());
        rows.retain(|row| {
            self.matrix.rows.get(*row).is_some_and(|method| {
                let texts = Texts::new(method.as_str(), "", "");
                search.fit(&texts, &mut searcher).is_some()
            })
        });
        self.rows = rows;
        if let Some(at) = selected.and_then(|method| {
            self.rows
                .iter()
                .position(|row| self.matrix.rows.get(*row) == Some(&method))
        }) {
            self.row.select(at);
        }
        self.row.at = self.row.at.min(self.rows.len().saturating_sub(1));
        self.column.at = self
            .column
            .at
            .min(self.matrix.columns.len().saturating_sub(1));
    }

    /// The field of the draft that a change of the selected cell's rate or burst
    /// goes into: the plan's own throttle in the row of `*/*`, else the method's.
    pub(super) fn field(&self, is_burst: bool) -> Option<Field> {
        let (stage, method) = self.selected()?;
        if method.is_all() {
            return Some(if is_burst { Field::Burst } else { Field::Rate });
        }
        let (plan, staged) = &self.from;
        let settings = staged.as_deref().unwrap_or(&plan.settings);
        let methods = settings.stages.get(stage);
        // The throttle that is there keeps its spelling.
        let key = methods.and_then(|methods| spelled(methods, method));
        let key = key.unwrap_or(method).clone();
        Some(if is_burst {
            Field::MethodBurst(stage.clone(), key)
        } else {
            Field::MethodRate(stage.clone(), key)
        })
    }

    /// Asks for what the matrix needs and is not here yet.
    pub(super) fn ask(&self, core: &mut Core) {
        let Some(plan) = core.plans.plan(&self.plan) else {
            return;
        };
        let apis = self.apis(core, plan);
        core.ask_account();
        core.ask_plan_keys(&self.plan);
        for api in apis {
            core.ask_stages_of(&api);
            core.ask_methods(&api);
        }
        core.ask_names();
    }

    /// Asks for what the matrix needs and nobody asked for since the catalogue was
    /// emptied; what failed stays so.
    pub(super) fn ask_again(&self, core: &mut Core) {
        let Some(plan) = core.plans.plan(&self.plan) else {
            return;
        };
        let catalogue = &core.catalogue;
        let is_unasked = |api: &String| {
            !catalogue.stages.contains_key(api) || !catalogue.methods.contains_key(api)
        };
        if catalogue.account == Known::NotAsked
            || !catalogue.plan_keys.contains_key(&self.plan)
            || self.apis(core, plan).iter().any(is_unasked)
        {
            self.ask(core);
        }
    }

    /// The APIs of the plan's stages, with those of what is staged.
    fn apis(&self, core: &Core, plan: &UsagePlan) -> BTreeSet<String> {
        let edited = core.draft_of(&self.plan);
        let edited = edited.map(|draft| draft.edited().stages.keys());
        let stages = plan.settings.stages.keys();
        let stages = stages.chain(edited.into_iter().flatten());
        stages.map(|stage| stage.api.clone()).collect()
    }

    /// Resolves the matrix anew from what is known and staged now.
    pub(super) fn refresh(&mut self, core: &mut Core) {
        let Some(plan) = core.plans.plan(&self.plan).cloned() else {
            return;
        };
        let draft = core.draft_of(&self.plan);
        let staged = draft.map(|draft| draft.state().0.clone());
        let around = core.catalogue.surroundings();
        // What is being read anew may come back.
        let is_reading = core.questions.awaited.values().any(|awaited| {
            matches!(
                awaited,
                Awaited::Plans | Awaited::Apis | Awaited::Stages(_) | Awaited::Methods(_)
            )
        });
        let is_same_plan = self.from.0.settings == plan.settings;
        // Told once: every answer that comes in resolves the matrix anew.
        let was_told = self.is_told;
        let gone = self.take(
            Matrix::of(&plan.settings, staged.as_deref(), &around),
            is_same_plan,
        );
        self.is_told = gone.is_some() && (was_told || !is_reading);
        self.from = (plan, staged);
        self.around = around;
        if let Some(gone) = gone.filter(|_| !was_told && !is_reading) {
            let choose = core.told_of_other_cells(self);
            let text = format!("The {gone} is not in the matrix any more. {choose}");
            core.say(Weight::Warning, text);
        }
    }

    /// True where the matrix was resolved from the plan and the draft as they are.
    pub(super) fn is_resolved(&self, core: &Core) -> bool {
        let (plan, staged) = &self.from;
        let now = core.plans.plan(&self.plan);
        let is_same = now.is_none_or(|now| Arc::ptr_eq(now, plan));
        // What is held here cannot be changed in its place.
        let is_same_draft = match (staged, core.draft_of(&self.plan)) {
            (Some(staged), Some(draft)) => Arc::ptr_eq(staged, draft.state().0),
            (staged, draft) => staged.is_none() && draft.is_none(),
        };
        is_same && is_same_draft
    }
}
