//! The list of plans: what is loaded, in which order, what the filter shows and
//! which plan is selected.

mod column;
mod marks;
mod narrow;
mod reading;
mod row;
mod sort;
mod widths;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::plan::filter::Filter;
use crate::plan::lint::{KeyCounts, Silence};
use crate::plan::model::account::{AccountLimits, Surroundings};
use crate::plan::model::api_names::ApiNames;
use crate::plan::{PlanId, PlanRef, Scope, UsagePlan};
use crate::text::search::{Fit, Search, Searcher};

pub use column::Column;
pub use marks::Marked;
pub use row::{Row, Signs};
pub use sort::Sort;
pub use widths::Widths;

/// The progress of reading the plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loading {
    /// Nothing was asked yet.
    NotAsked,
    /// Pages are still coming.
    Underway,
    /// All are there.
    Done,
    /// It ended early; the reason, for the operator.
    Failed(String),
    /// The operator stopped it.
    Stopped,
}

/// The plans of one API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFilter {
    /// The key's id.
    pub id: String,
    /// The key's name.
    pub name: String,
}

/// The reason why the plan that was selected is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// The plans were read to their end without it, or it was deleted.
    Gone,
    /// The plans are being read anew, and it did not come yet.
    NotYet,
    /// The filter does not fit it any more.
    Hidden,
}

/// The plan that was selected, and is not to be had now. No other plan takes its
/// place before the operator chooses one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its identifier.
    pub id: PlanId,
    /// Its name, as last read.
    pub name: String,
    /// The reason.
    pub why: Absence,
}

impl Missing {
    fn of(plan: &UsagePlan, why: Absence) -> Self {
        Self {
            id: plan.id.clone(),
            name: plan.settings.name.clone(),
            why,
        }
    }
}

/// The list of plans.
pub struct List {
    scope: Option<Arc<Scope>>,
    rows: Vec<Row>,
    /// The room that the values of all rows need.
    widths: Widths,
    by_id: HashMap<PlanId, usize>,
    /// True for each row that the reading under way has brought; a row that it has not
    /// brought by its end is gone.
    fresh: Vec<bool>,
    /// Rows by the sort order.
    order: Vec<u32>,
    /// The rows of `order` that the filter shows.
    shown: Vec<u32>,
    selected: Option<PlanId>,
    missing: Option<Missing>,
    cursor: usize,
    top: usize,
    height: usize,
    filter: String,
    /// The filter without the words that name the place.
    words: Filter,
    searcher: Searcher,
    /// The names of the APIs, as far as they were read.
    names: ApiNames,
    sort: Sort,
    /// The fit of each row of `shown`, where they stand by it.
    fits: Vec<Fit>,
    /// The word that tells its place from others, in small letters, where several stand
    /// in one list: words of the filter may name it.
    place: Option<Box<str>>,
    /// Another number whenever other rows are shown, or in another order.
    revision: u64,
    around: Surroundings,
    /// The kinds of findings that have no sign.
    silence: Arc<Silence>,
    /// What is known of the keys of plans, for those of which something is.
    key_counts: HashMap<PlanId, KeyCounts>,
    /// The part of the quota that the busiest key of a plan used, where that was read.
    used: HashMap<PlanId, f64>,
    marked: Marked,
    /// The plan that was marked last: a range of marks begins there.
    last_marked: Option<PlanId>,
    /// Marked plans that the list does not have while it shows those of one API
    /// key: they come back with their marks.
    marked_elsewhere: HashSet<PlanId>,
    /// The progress of the reading.
    pub loading: Loading,
    /// The end of the last reading of all of them that was whole.
    pub read_at: Option<Timestamp>,
    /// The API key that the list is narrowed to.
    pub of_key: Option<KeyFilter>,
}

impl Default for List {
    fn default() -> Self {
        Self {
            scope: None,
            rows: Vec::new(),
            widths: Widths::default(),
            by_id: HashMap::new(),
            fresh: Vec::new(),
            order: Vec::new(),
            shown: Vec::new(),
            selected: None,
            missing: None,
            cursor: 0,
            top: 0,
            // Never 0, as in `set_height`: the cursor has to have a row to be seen in.
            height: 1,
            filter: String::new(),
            words: Filter::default(),
            searcher: Searcher::default(),
            names: ApiNames::default(),
            sort: Sort::default(),
            fits: Vec::new(),
            place: None,
            revision: 0,
            around: Surroundings::default(),
            silence: Arc::default(),
            key_counts: HashMap::new(),
            used: HashMap::new(),
            marked: Marked::default(),
            last_marked: None,
            marked_elsewhere: HashSet::new(),
            loading: Loading::NotAsked,
            read_at: None,
            of_key: None,
        }
    }
}

impl List {
    /// An empty list in which findings of these kinds have no sign.
    #[must_use]
    pub fn without(silence: Arc<Silence>) -> Self {
        Self {
            silence,
            ..Self::default()
        }
    }

    /// The number of plans loaded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns true where no plan is loaded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The number of plans that the filter shows.
    #[must_use]
    pub fn shown(&self) -> usize {
        self.shown.len()
    }

    /// The filter's text.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// The order of the list.
    #[must_use]
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Another number whenever other rows are shown, or in another order.
    pub(in crate::app) fn revision(&self) -> u64 {
        self.revision
    }

    /// True for a plan that is among those shown.
    pub(in crate::app) fn shows(&self, id: &PlanId) -> bool {
        let row = self.by_id.get(id).and_then(|row| u32::try_from(*row).ok());
        row.is_some_and(|row| self.shown.contains(&row))
    }

    /// A row among those shown.
    pub(in crate::app) fn shown_row(&self, nth: usize) -> Option<&Row> {
        self.rows.get(*self.shown.get(nth)? as usize)
    }

    /// Returns true where the plans stand by how well they fit the filter, the best first.
    #[must_use]
    pub fn is_by_fit(&self) -> bool {
        !self.sort.is_chosen && self.words.search().ranks()
    }

    /// The fit of a row among those shown; `None` where they do not stand by it.
    pub(in crate::app) fn fit(&self, nth: usize) -> Option<Fit> {
        self.fits.get(nth).copied()
    }

    /// The search of the filter, for the letters of a name that fit.
    #[must_use]
    pub fn search(&self) -> &Search {
        self.words.search()
    }

    /// The rows in the window, each with whether it is selected.
    pub fn window(&self) -> impl Iterator<Item = (bool, &Row)> {
        let rows = self
            .shown
            .iter()
            .enumerate()
            .skip(self.top)
            .take(self.height);
        let cursor = Some(self.cursor).filter(|_| self.missing.is_none());
        rows.filter_map(move |(at, row)| Some((Some(at) == cursor, self.rows.get(*row as usize)?)))
    }

    /// The room that the values of all rows need, in the window or not.
    #[must_use]
    pub fn widths(&self) -> &Widths {
        &self.widths
    }

    /// All rows that the filter shows, in the window or not.
    pub fn rows_shown(&self) -> impl Iterator<Item = &Row> {
        let rows = self.shown.iter();
        rows.filter_map(|row| self.rows.get(*row as usize))
    }

    /// The first row of the window and the selected row, among those shown.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        (self.top, self.cursor)
    }

    /// The selected row; none while the plan that was selected is missing.
    #[must_use]
    pub fn selected(&self) -> Option<&Row> {
        // No neighbour stands in for it: the next key would change a plan that nobody
        // chose.
        if self.missing.is_some() {
            return None;
        }
        self.rows.get(*self.shown.get(self.cursor)? as usize)
    }

    /// The plan that was selected, where it is not to be had now.
    #[must_use]
    pub fn missing(&self) -> Option<&Missing> {
        self.missing.as_ref()
    }

    /// All plans, whatever is shown, in the order of the sort.
    pub fn plans(&self) -> impl Iterator<Item = &Arc<UsagePlan>> {
        let rows = self.order.iter();
        rows.filter_map(|row| self.rows.get(*row as usize).map(|row| &row.plan))
    }

    /// The plan of an id, as last read.
    #[must_use]
    pub fn plan(&self, id: &PlanId) -> Option<&Arc<UsagePlan>> {
        self.rows.get(*self.by_id.get(id)?).map(|row| &row.plan)
    }

    /// The name over all scopes of a plan in this list.
    #[must_use]
    pub fn reference(&self, id: &PlanId) -> Option<PlanRef> {
        Some(PlanRef {
            scope: self.scope.clone()?,
            id: id.clone(),
        })
    }

    /// Says where the plans live.
    pub fn set_scope(&mut self, scope: Arc<Scope>) {
        self.scope = Some(scope);
    }

    /// Says how many rows the window has.
    pub fn set_height(&mut self, rows: usize) {
        self.height = rows.max(1);
        self.follow_cursor();
    }

    /// All that is known around the plans, as they were last looked over.
    #[must_use]
    pub fn around(&self) -> &Surroundings {
        &self.around
    }

    /// The account's own limits, once they are known.
    #[must_use]
    pub fn limits(&self) -> Option<&AccountLimits> {
        self.around.account.read()
    }

    /// The id of the selected plan, shown or not.
    #[must_use]
    pub fn selected_id(&self) -> Option<&PlanId> {
        self.selected.as_ref()
    }

    /// Selects a plan again, shown or not; `None` for none.
    pub fn reselect(&mut self, id: Option<PlanId>) {
        self.selected = id;
        self.find_cursor();
    }

    /// The highlighted row is the selected one from now on, also where the plan
    /// that was selected before is hidden.
    pub fn keep_selection(&mut self) {
        if let Some(row) = self.selected() {
            self.selected = Some(row.plan.id.clone());
        }
    }

    /// Moves the selection by so many rows, within what is shown. From a plan that
    /// is missing the first step down is to the one in its place.
    pub fn move_by(&mut self, rows: isize) {
        let is_step = self.missing.is_some() && rows > 0;
        let rows = rows.saturating_sub(isize::from(is_step));
        self.move_to(self.cursor.saturating_add_signed(rows));
    }

    /// Moves the selection to a row among those shown.
    pub fn move_to(&mut self, row: usize) {
        self.missing = None;
        self.cursor = row.min(self.shown.len().saturating_sub(1));
        self.selected = self.selected().map(|row| row.plan.id.clone());
        self.follow_cursor();
    }

    /// Selects a plan, if it is shown.
    pub fn select(&mut self, id: &PlanId) -> bool {
        self.selected = Some(id.clone());
        self.find_cursor()
    }

    /// The number of rows in the window.
    pub(in crate::app) fn height(&self) -> usize {
        self.height
    }

    /// The height of a page.
    #[must_use]
    pub fn page(&self) -> isize {
        isize::try_from(self.height.saturating_sub(1).max(1)).unwrap_or(1)
    }

    /// Puts the cursor on the selected plan. Where it is not shown, the cursor
    /// goes to the first row, and comes back with the plan; where it is missing, the
    /// cursor stays and selects nothing.
    fn find_cursor(&mut self) -> bool {
        let at = self
            .selected
            .as_ref()
            .and_then(|id| self.by_id.get(id))
            .and_then(|row| {
                let row = u32::try_from(*row).ok()?;
                self.shown.iter().position(|shown| *shown == row)
            });
        let without = match self.missing {
            Some(_) => self.cursor.min(self.shown.len().saturating_sub(1)),
            // The filter hides it: what is left is another list, read from its top.
            None => 0,
        };
        if at.is_some() {
            self.missing = None;
        }
        self.cursor = at.unwrap_or(without);
        self.follow_cursor();
        at.is_some()
    }

    fn follow_cursor(&mut self) {
        let last_top = self.shown.len().saturating_sub(self.height);
        let lowest = (self.cursor + 1).saturating_sub(self.height);
        // The upper bound is never below the lower, since `clamp` panics where it is. The
        // last line keeps a list that became shorter from ending in empty rows.
        self.top = self
            .top
            .clamp(lowest, self.cursor.max(lowest))
            .min(last_top);
    }
}

#[cfg(test)]
mod tests;
