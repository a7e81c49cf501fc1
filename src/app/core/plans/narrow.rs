//! The plans that are shown, and their order: the filter and the sort.

use std::cmp::Ordering;
use std::sync::Arc;

use memchr::memmem;
use nucleo_matcher::Utf32Str;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};

use super::{Absence, Column, List, Missing, Sort};
use crate::plan::{PlanId, UsagePlan};

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

    /// Brings what is shown up to date. Gives the row that fits the filter best.
    pub(super) fn narrow(&mut self) -> Option<u32> {
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
        // Descriptions, stages and tags are long enough for the letters of nearly any
        // word to be somewhere in them: there the words count only as they stand.
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
                // A row that fits only by its description, stages or tags comes after all
                // that fit by name.
                score => score.unwrap_or(0),
            };
            let is_better = best.is_none_or(|(most, _)| {
                // Of equals the one that is selected stays so: the highlight does not
                // jump with each letter.
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
}
