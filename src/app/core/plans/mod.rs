//! The list of plans: what is loaded, in which order, what the filter shows and
//! which plan is selected.

mod marks;

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use memchr::memmem;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::plan::lint::{Level, PlanLint};
use crate::plan::model::account::{AccountLimits, Surroundings};
use crate::plan::{PlanId, PlanRef, Scope, Settings, UsagePlan};

pub use marks::Marked;

/// A plan in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The plan as last read.
    pub plan: Arc<UsagePlan>,
    /// How many findings it has that are warnings or worse, by what is known
    /// around it.
    pub findings: usize,
    /// Whether a send to it ended without a certain answer since it was read.
    pub is_doubtful: bool,
    /// Whether it is marked, to be worked on with others.
    pub is_marked: bool,
    /// What the filter searches, in one piece, since there may be 100,000 of
    /// them: name and id, then, in small letters, description, stages and tags.
    searched: Box<str>,
    /// Where the second part begins.
    rest: u32,
}

impl Row {
    fn new(plan: Arc<UsagePlan>, lint: &PlanLint<'_>) -> Self {
        let settings = &plan.settings;
        let mut searched = format!("{} {}", settings.name, plan.id);
        let rest = searched.len();
        searched.push_str(&settings.description.to_lowercase());
        for stage in settings.stages.keys() {
            searched.push('\n');
            searched.push_str(&stage.to_string().to_lowercase());
        }
        for (key, value) in &settings.tags {
            searched.push('\n');
            searched.push_str(&format!("{key}={value}").to_lowercase());
        }
        Self {
            findings: grave(settings, lint),
            is_doubtful: false,
            is_marked: false,
            searched: searched.into(),
            // A name is never that long.
            rest: u32::try_from(rest).unwrap_or(u32::MAX),
            plan,
        }
    }

    /// Name and id, for the fuzzy filter; description, stages and tags in small
    /// letters, for the plain one.
    fn searched(&self) -> (&str, &str) {
        self.searched
            .split_at_checked(self.rest as usize)
            .unwrap_or((&self.searched, ""))
    }
}

/// How many findings of a plan are warnings or worse.
fn grave(settings: &Settings, lint: &PlanLint<'_>) -> usize {
    let findings = lint.look_over(settings, None);
    let grave = findings
        .iter()
        .filter(|found| found.level >= Level::Warning);
    grave.count()
}

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The identifier.
    Id,
    /// The name.
    Name,
    /// The rate limit, in requests per second.
    Rate,
    /// The burst limit, in requests.
    Burst,
    /// The quota: limit by period, compared per day.
    Quota,
    /// How many stages are attached.
    Stages,
    /// The product code.
    ProductCode,
    /// How many findings there are.
    Findings,
    /// The place, where those of several stand in one list.
    Where,
}

impl Column {
    /// All columns, in the order of the screen.
    pub const ALL: [Self; 9] = [
        Self::Findings,
        Self::Where,
        Self::Id,
        Self::Name,
        Self::Rate,
        Self::Burst,
        Self::Quota,
        Self::Stages,
        Self::ProductCode,
    ];

    /// The column's head.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Id => "ID",
            Self::Name => "NAME",
            Self::Rate => "RATE/s",
            Self::Burst => "BURST",
            Self::Quota => "QUOTA",
            Self::Stages => "STAGES",
            Self::ProductCode => "PRODUCT",
            Self::Findings => "FINDINGS",
            Self::Where => "WHERE",
        }
    }

    fn compare(self, a: &Row, b: &Row) -> Ordering {
        let (x, y) = (&a.plan.settings, &b.plan.settings);
        match self {
            Self::Id => a.plan.id.cmp(&b.plan.id),
            // The plans of one list have one place: they are by their names in it.
            Self::Name | Self::Where => compare_names(&x.name, &y.name),
            Self::Rate => x
                .throttle
                .and_then(|t| t.rate)
                .cmp(&y.throttle.and_then(|t| t.rate)),
            Self::Burst => x
                .throttle
                .and_then(|t| t.burst)
                .cmp(&y.throttle.and_then(|t| t.burst)),
            Self::Quota => x
                .quota
                .as_ref()
                .and_then(crate::plan::Quota::per_day)
                .partial_cmp(&y.quota.as_ref().and_then(crate::plan::Quota::per_day))
                .unwrap_or(Ordering::Equal),
            Self::Stages => x.stages.len().cmp(&y.stages.len()),
            Self::ProductCode => x.product_code.cmp(&y.product_code),
            Self::Findings => a.findings.cmp(&b.findings),
        }
    }
}

/// Without regard to case, without allocating.
fn compare_names(a: &str, b: &str) -> Ordering {
    a.chars()
        .flat_map(char::to_lowercase)
        .cmp(b.chars().flat_map(char::to_lowercase))
        .then_with(|| a.cmp(b))
}

/// What the list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: Column,
    /// Largest first.
    pub descending: bool,
}

impl Sort {
    /// Turns an order round where the largest comes first.
    pub(in crate::app) fn directed(self, order: Ordering) -> Ordering {
        if self.descending {
            order.reverse()
        } else {
            order
        }
    }

    /// Which of two plans comes first. No two are equal within a list.
    pub(in crate::app) fn compare(self, a: &Row, b: &Row) -> Ordering {
        let by_column = self.directed(self.column.compare(a, b));
        by_column.then_with(|| a.plan.id.cmp(&b.plan.id))
    }
}

/// How far the reading of the plans has come.
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

/// Why the plan that was selected is not.
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
    /// Why.
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
    by_id: HashMap<PlanId, usize>,
    /// Which rows the reading under way has brought; what it has not brought by
    /// its end is gone.
    fresh: Vec<bool>,
    /// Rows by the sort order.
    order: Vec<u32>,
    /// What of `order` the filter shows.
    shown: Vec<u32>,
    selected: Option<PlanId>,
    missing: Option<Missing>,
    cursor: usize,
    top: usize,
    height: usize,
    filter: String,
    sort: Sort,
    matcher: Matcher,
    /// What tells its place from others, in small letters, where several stand in one
    /// list: words of the filter may name it.
    place: Option<Box<str>>,
    /// How well the row fits the filter that fits it best.
    best_fit: Option<u32>,
    /// Another number whenever other rows are shown, or in another order.
    revision: u64,
    around: Surroundings,
    marked: Marked,
    /// The plan that was marked last: a range of marks begins there.
    last_marked: Option<PlanId>,
    /// Marked plans that the list does not have while it shows those of one API
    /// key: they come back with their marks.
    marked_elsewhere: HashSet<PlanId>,
    /// How far the reading has come.
    pub loading: Loading,
    /// The API key that the list is narrowed to.
    pub of_key: Option<KeyFilter>,
}

impl Default for List {
    fn default() -> Self {
        Self {
            scope: None,
            rows: Vec::new(),
            by_id: HashMap::new(),
            fresh: Vec::new(),
            order: Vec::new(),
            shown: Vec::new(),
            selected: None,
            missing: None,
            cursor: 0,
            top: 0,
            height: 1,
            filter: String::new(),
            sort: Sort {
                column: Column::Name,
                descending: false,
            },
            matcher: Matcher::new(Config::DEFAULT),
            place: None,
            best_fit: None,
            revision: 0,
            around: Surroundings::default(),
            marked: Marked::default(),
            last_marked: None,
            marked_elsewhere: HashSet::new(),
            loading: Loading::NotAsked,
            of_key: None,
        }
    }
}

impl List {
    /// How many plans are loaded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no plan is loaded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many plans the filter shows.
    #[must_use]
    pub fn shown(&self) -> usize {
        self.shown.len()
    }

    /// The filter's text.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// What the list is sorted by.
    #[must_use]
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Says what tells its place from others, where several stand in one list.
    pub(in crate::app) fn set_place(&mut self, label: Option<&str>) {
        let label = label.map(|label| label.to_lowercase().into());
        if self.place != label {
            self.place = label;
            self.narrow();
        }
    }

    /// Another number whenever other rows are shown, or in another order.
    pub(in crate::app) fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether a plan is among those shown.
    pub(in crate::app) fn shows(&self, id: &PlanId) -> bool {
        let row = self.by_id.get(id).and_then(|row| u32::try_from(*row).ok());
        row.is_some_and(|row| self.shown.contains(&row))
    }

    /// A row among those shown.
    pub(in crate::app) fn shown_row(&self, nth: usize) -> Option<&Row> {
        self.rows.get(*self.shown.get(nth)? as usize)
    }

    /// How well the row fits the filter that fits it best; `None` for no filter or no row.
    pub(in crate::app) fn best_fit(&self) -> Option<u32> {
        self.best_fit
    }

    /// Sorts as another list is sorted.
    pub(in crate::app) fn set_sort(&mut self, sort: Sort) {
        if self.sort != sort {
            self.keep_selection();
            self.sort = sort;
            self.order.clear();
            self.rearrange();
        }
    }

    /// The words of the filter that do not name the place.
    fn words(&self) -> String {
        let text = self.filter.trim();
        let Some(place) = &self.place else {
            return text.to_owned();
        };
        // A single letter would name every place.
        let names = |word: &&str| word.len() > 1 && place.contains(&word.to_lowercase());
        if !text.split_whitespace().any(|word| names(&word)) {
            return text.to_owned();
        }
        let rest = text.split_whitespace().filter(|word| !names(word));
        rest.collect::<Vec<_>>().join(" ")
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

    /// The length of the longest id in the window.
    #[must_use]
    pub fn longest_id(&self) -> usize {
        let ids = self.window().map(|(_, row)| row.plan.id.0.len());
        ids.max().unwrap_or(0)
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
        if self.missing.is_some() {
            return None;
        }
        self.rows.get(*self.shown.get(self.cursor)? as usize)
    }

    /// The plans whose name and id fit a pattern best, each with how well: at most so
    /// many, the best first.
    pub fn best(&mut self, pattern: &Pattern, most: usize) -> Vec<(u32, Arc<UsagePlan>)> {
        let mut letters = Vec::new();
        let mut scored: Vec<(u32, usize)> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let name = Utf32Str::new(row.searched().0, &mut letters);
            if let Some(score) = pattern.score(name, &mut self.matcher) {
                scored.push((score, at));
            }
        }
        scored.sort_unstable_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
        let best = scored.into_iter().take(most);
        best.filter_map(|(score, at)| Some((score, self.rows.get(at)?.plan.clone())))
            .collect()
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

    /// Says what is known around the plans, and looks over again those that name
    /// the API that was read; all where it is none of them.
    pub fn set_around(&mut self, around: Surroundings, apis: Option<&BTreeSet<String>>) {
        let lint = PlanLint::new(&around);
        for row in &mut self.rows {
            let settings = &row.plan.settings;
            let mut stages = settings.stages.keys();
            if apis.is_none_or(|apis| stages.any(|stage| apis.contains(&stage.api))) {
                row.findings = grave(settings, &lint);
            }
        }
        self.around = around;
    }

    /// What is known around the plans, as they were last looked over.
    #[must_use]
    pub fn around(&self) -> &Surroundings {
        &self.around
    }

    /// The account's own limits, once they are known.
    #[must_use]
    pub fn limits(&self) -> Option<&AccountLimits> {
        self.around.account.read()
    }

    /// A reading begins. What is there stays until the reading ends.
    pub fn begin(&mut self) {
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
        self.rearrange();
    }

    /// A page arrived.
    pub fn take_page(&mut self, plans: Vec<UsagePlan>) {
        let lint = PlanLint::new(&self.around);
        let row = |plan| Row::new(Arc::new(plan), &lint);
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
        if self.of_key.is_none() {
            self.marked_elsewhere.clear();
        }
        if let Some(missing) = &mut self.missing
            && missing.why == Absence::NotYet
        {
            missing.why = Absence::Gone;
        }
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
        self.fresh = vec![true; self.rows.len()];
        let ids = self.rows.iter().enumerate();
        self.by_id = ids.map(|(at, row)| (row.plan.id.clone(), at)).collect();
        self.order.clear();
        self.rearrange_in_sight();
        gone
    }

    /// One plan was read or made.
    pub fn put(&mut self, plan: Arc<UsagePlan>) {
        let lint = PlanLint::for_plan(&plan.settings, &self.around);
        let row = Row::new(plan, &lint);
        self.insert(row);
        self.rearrange_in_sight();
    }

    /// What a plan is now is not certain, until it is read again.
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

    /// Narrows the list, and selects what fits best; of equals what was selected,
    /// else the first.
    pub fn set_filter(&mut self, text: &str) {
        if self.filter == text {
            return;
        }
        text.clone_into(&mut self.filter);
        let best = self.narrow();
        if let Some(id) = best
            .and_then(|row| self.rows.get(row as usize))
            .map(|r| r.plan.id.clone())
        {
            self.select(&id);
        }
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

    /// Sorts by a column; by the same again turns the order round.
    pub fn sort_by(&mut self, column: Column) {
        self.keep_selection();
        self.sort = Sort {
            column,
            descending: self.sort.column == column && !self.sort.descending,
        };
        self.order.clear();
        self.rearrange();
    }

    /// The highlighted row is the selected one from now on, also where the plan
    /// that was selected before is hidden.
    pub fn keep_selection(&mut self) {
        if let Some(row) = self.selected() {
            self.selected = Some(row.plan.id.clone());
        }
    }

    /// Turns the order round.
    pub fn reverse(&mut self) {
        self.sort_by(self.sort.column);
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

    /// How many rows the window has.
    pub(in crate::app) fn height(&self) -> usize {
        self.height
    }

    /// The height of a page.
    #[must_use]
    pub fn page(&self) -> isize {
        isize::try_from(self.height.saturating_sub(1).max(1)).unwrap_or(1)
    }

    /// Brings order and filter up to date. The order is kept and added to, so
    /// that sorting a page into it is a merge.
    fn rearrange(&mut self) {
        self.order.retain(|row| (*row as usize) < self.rows.len());
        for row in self.order.len()..self.rows.len() {
            self.order.extend(u32::try_from(row));
        }
        let (rows, sort) = (&self.rows, self.sort);
        self.order.sort_by(|a, b| {
            let (Some(a), Some(b)) = (rows.get(*a as usize), rows.get(*b as usize)) else {
                return Ordering::Equal;
            };
            sort.compare(a, b)
        });
        self.narrow();
    }

    /// The same after plans came or went. Where the selected one is not shown any
    /// more, no other is selected in its place.
    fn rearrange_in_sight(&mut self) {
        let selected = self.selected().map(|row| row.plan.clone());
        self.rearrange();
        let Some(plan) = selected else { return };
        let is_chosen = self.selected.as_ref() == Some(&plan.id);
        if is_chosen && self.missing.is_none() && !self.shows(&plan.id) {
            self.missing = Some(Missing::of(&plan, Absence::Hidden));
        }
    }

    /// Brings what is shown up to date. Gives the row that fits the filter best.
    fn narrow(&mut self) -> Option<u32> {
        self.revision += 1;
        self.best_fit = None;
        let words = self.words();
        let words = words.as_str();
        if words.is_empty() {
            self.shown.clone_from(&self.order);
            self.count_marks();
            self.find_cursor();
            return None;
        }
        let fuzzy = Pattern::parse(words, CaseMatching::Smart, Normalization::Smart);
        let plain = words.to_lowercase();
        let plain = memmem::Finder::new(plain.as_bytes());
        let chosen = self
            .selected
            .as_ref()
            .and_then(|id| self.by_id.get(id))
            .copied();
        // An identifier that is the whole text is meant, whatever names have its letters.
        let exact = self.by_id.get(&PlanId(words.to_owned())).copied();
        let mut letters = Vec::new();
        let mut best: Option<(u32, u32)> = None;
        self.shown.clear();
        for at in &self.order {
            let Some(row) = self.rows.get(*at as usize) else {
                continue;
            };
            let (name_and_id, rest) = row.searched();
            let name = Utf32Str::new(name_and_id, &mut letters);
            let score = fuzzy.score(name, &mut self.matcher);
            if score.is_none() && plain.find(rest.as_bytes()).is_none() {
                continue;
            }
            self.shown.push(*at);
            let score = match score {
                _ if exact == Some(*at as usize) => u32::MAX,
                score => score.unwrap_or(0),
            };
            let is_better = best.is_none_or(|(most, _)| {
                score > most || (score == most && chosen == Some(*at as usize))
            });
            if is_better {
                best = Some((score, *at));
            }
        }
        self.best_fit = best.map(|(score, _)| score);
        self.count_marks();
        self.find_cursor();
        best.map(|(_, row)| row)
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
        self.top = self
            .top
            .clamp(lowest, self.cursor.max(lowest))
            .min(last_top);
    }
}

#[cfg(test)]
mod tests;
