//! The plans that are shown, and their order: the filter and the sort.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use super::{Absence, Column, List, Missing, Sort};
use crate::plan::UsagePlan;
use crate::plan::filter::Filter;
use crate::text::search::{Fit, Search};

impl List {
    /// Says what tells its place from others, where several stand in one list.
    pub(in crate::app) fn set_place(&mut self, label: Option<&str>) {
        let label = label.map(|label| label.to_lowercase().into());
        if self.place != label {
            self.place = label;
            self.narrow();
        }
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

    /// The plans whose name or id fits a search best, each with its fit: at most so many,
    /// the best first.
    pub fn best(&mut self, search: &Search, most: usize) -> Vec<(Fit, Arc<UsagePlan>)> {
        let mut fitting: Vec<(Fit, usize)> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            if let Some(fit) = search.fit_named(&row.texts, &mut self.searcher) {
                fitting.push((fit, at));
            }
        }
        fitting.sort_unstable_by_key(|(fit, at)| (Reverse(*fit), *at));
        let best = fitting.into_iter().take(most);
        best.filter_map(|(fit, at)| Some((fit, self.rows.get(at)?.plan.clone())))
            .collect()
    }

    /// Narrows the list, and selects the first row that is left. Where none is, and where
    /// nothing narrows it any more, what was selected stays so.
    pub fn set_filter(&mut self, text: &str) {
        if text.is_empty() {
            // Who sorts by the order of its own wants the best first under the next filter.
            let own = Sort::default();
            self.sort.is_chosen &=
                (self.sort.column, self.sort.descending) != (own.column, own.descending);
        }
        if self.filter == text {
            return;
        }
        text.clone_into(&mut self.filter);
        self.narrow();
        let first = self.shown_row(0).map(|row| row.plan.id.clone());
        if let Some(id) = first.filter(|_| !self.words.is_empty()) {
            self.select(&id);
        }
    }

    /// Sorts by a column; by the same again turns the order round.
    pub fn sort_by(&mut self, column: Column) {
        self.keep_selection();
        self.sort = Sort {
            column,
            is_chosen: true,
            descending: self.sort.column == column && !self.sort.descending,
        };
        self.order.clear();
        self.rearrange();
    }

    /// Turns the order round.
    pub fn reverse(&mut self) {
        self.sort_by(self.sort.column);
    }

    /// Brings order and filter up to date. The order is kept and added to, so
    /// that sorting a page into it is a merge.
    pub(super) fn rearrange(&mut self) {
        // Rows come at the end alone. Where some go the order is emptied before, where
        // all go it is here.
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
    pub(super) fn rearrange_in_sight(&mut self) {
        let selected = self.selected().map(|row| row.plan.clone());
        self.rearrange();
        let Some(plan) = selected else { return };
        let is_chosen = self.selected.as_ref() == Some(&plan.id);
        if is_chosen && self.missing.is_none() && !self.shows(&plan.id) {
            self.missing = Some(Missing::of(&plan, Absence::Hidden));
        }
    }

    /// Brings what is shown up to date.
    pub(super) fn narrow(&mut self) {
        self.revision += 1;
        self.words = Filter::parse(&self.words());
        self.fits.clear();
        if self.words.is_empty() {
            self.shown.clone_from(&self.order);
        } else {
            self.fit_rows();
        }
        self.count_marks();
        self.find_cursor();
    }

    /// Shows the rows that fit the filter: the best first, else in the order of the sort.
    fn fit_rows(&mut self) {
        let is_by_fit = self.is_by_fit();
        let mut fitting: Vec<(Fit, u32)> = Vec::new();
        for at in &self.order {
            let Some(row) = self.rows.get(*at as usize) else {
                continue;
            };
            if let Some(fit) = self.words.search().fit(&row.texts, &mut self.searcher) {
                fitting.push((fit, *at));
            }
        }
        if is_by_fit {
            // Those that fit alike stay in the order of the sort.
            fitting.sort_by_key(|(fit, _)| Reverse(*fit));
            self.fits.extend(fitting.iter().map(|(fit, _)| *fit));
        }
        self.shown.clear();
        self.shown.extend(fitting.iter().map(|(_, at)| *at));
    }
}
