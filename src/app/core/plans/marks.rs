//! The plans that are marked, to be worked on together. A mark belongs to its plan,
//! so sorting, filtering and reading again leave it alone.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::List;
use crate::plan::{PlanId, UsagePlan};

/// The number of marked plans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// All of them.
    pub all: usize,
    /// Those that the filter hides.
    pub hidden: usize,
}

impl List {
    /// The number of marked plans, shown and hidden.
    #[must_use]
    pub fn marked(&self) -> Marked {
        self.marked
    }

    /// The marked plans, shown or not, in the order of the sort.
    pub fn marked_plans(&self) -> impl Iterator<Item = &Arc<UsagePlan>> {
        let rows = self.order.iter();
        let rows = rows.filter_map(|row| self.rows.get(*row as usize));
        rows.filter(|row| row.is_marked).map(|row| &row.plan)
    }

    /// The marked plans that are shown.
    pub fn marked_and_shown(&self) -> impl Iterator<Item = &Arc<UsagePlan>> {
        let rows = self.shown.iter();
        let rows = rows.filter_map(|row| self.rows.get(*row as usize));
        rows.filter(|row| row.is_marked).map(|row| &row.plan)
    }

    /// Returns true for a plan that is marked.
    #[must_use]
    pub fn is_marked(&self, id: &PlanId) -> bool {
        let row = self.by_id.get(id).and_then(|at| self.rows.get(*at));
        row.is_some_and(|row| row.is_marked)
    }

    /// Marks the selected plan or takes its mark away, and goes one down.
    pub fn turn_mark(&mut self) {
        self.turn_mark_here();
        self.move_by(1);
    }

    /// Marks the selected plan or takes its mark away. Says whether it is marked now.
    pub(in crate::app) fn turn_mark_here(&mut self) -> bool {
        // The row under the cursor is not the one that was selected.
        if self.missing.is_some() {
            return false;
        }
        let Some(row) = self.row_mut(self.cursor) else {
            return false;
        };
        row.is_marked = !row.is_marked;
        let marked = row.is_marked.then(|| row.plan.id.clone());
        // It is shown, so that nothing else needs to be counted.
        self.marked.all = if marked.is_some() {
            self.marked.all + 1
        } else {
            self.marked.all - 1
        };
        let is_marked = marked.is_some();
        self.last_marked = marked;
        is_marked
    }

    /// Marks all plans that are shown; takes their marks away where all have one.
    pub fn turn_marks_of_shown(&mut self) {
        let marked_shown = self.marked.all - self.marked.hidden;
        self.mark_shown(marked_shown < self.shown.len());
    }

    /// Marks all plans that are shown, or takes their marks away.
    pub(in crate::app) fn mark_shown(&mut self, is_marked: bool) {
        self.last_marked = None;
        self.mark(0..=self.shown.len(), is_marked);
    }

    /// Marks from the plan that was marked last to the selected one, in the order
    /// shown.
    pub fn mark_range(&mut self) {
        let Some(from) = self.range_start() else {
            return;
        };
        self.mark(from.min(self.cursor)..=from.max(self.cursor), true);
        self.last_marked = self.selected().map(|row| row.plan.id.clone());
    }

    /// The row among the plans shown at which a range of marks begins: that of the plan
    /// that was marked last; `None` where it is not shown.
    #[must_use]
    pub fn range_start(&self) -> Option<usize> {
        let row = *self.by_id.get(self.last_marked.as_ref()?)?;
        let is_it = |shown: &u32| *shown as usize == row;
        self.shown.iter().position(is_it)
    }

    /// Takes all marks away, shown or not.
    pub fn clear_marks(&mut self) {
        for row in &mut self.rows {
            row.is_marked = false;
        }
        self.last_marked = None;
        self.count_marks();
    }

    /// Marks these of the plans that are shown.
    pub(in crate::app) fn mark_these(&mut self, shown: impl Iterator<Item = usize>) {
        for at in shown {
            if let Some(row) = self.row_mut(at) {
                row.is_marked = true;
            }
        }
        self.count_marks();
    }

    fn mark(&mut self, shown: RangeInclusive<usize>, is_marked: bool) {
        for at in shown {
            if let Some(row) = self.row_mut(at) {
                row.is_marked = is_marked;
            }
        }
        self.count_marks();
    }

    /// The row at a place among those shown.
    fn row_mut(&mut self, shown: usize) -> Option<&mut super::Row> {
        self.rows.get_mut(*self.shown.get(shown)? as usize)
    }

    /// Brings the counts up to date.
    pub(super) fn count_marks(&mut self) {
        let all = self.rows.iter().filter(|row| row.is_marked).count();
        let is_marked = |at: &&u32| self.rows.get(**at as usize).is_some_and(|r| r.is_marked);
        let shown = if all == 0 {
            0
        } else {
            self.shown.iter().filter(is_marked).count()
        };
        self.marked = Marked {
            all,
            hidden: all - shown,
        };
    }
}
