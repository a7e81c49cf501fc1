//! The plans of all places as one list: a view over their own lists.
//!
//! Each place keeps its list, sorted and narrowed alike. What is kept here is only the
//! order of the rows over all places, which is merged anew when one of the lists shows
//! other rows. To select a row is to select it in its own list and to put its place in
//! front; so every key that works on the selected plan goes where it always went.

use std::cmp::Ordering;

use super::seat::InSight;
use super::{Desk, PlaceId, Stand};

use crate::app::core::plans::{Column, List, Loading, Marked, Row, Widths};
use crate::app::keys::command::Command;
use crate::app::view::layout;
use crate::plan::PlanId;
use crate::text::wrap::{width, wrap};

/// The list of all places.
#[derive(Debug, Default)]
pub struct Together {
    /// A place, and a row among those that its list shows.
    order: Vec<(PlaceId, u32)>,
    /// The lists that the order was made of.
    seen: Vec<(PlaceId, u64)>,
    cursor: usize,
    top: usize,
    height: usize,
    /// The filter of all lists.
    filter: String,
    /// The selected plan and its place when the filter was opened.
    pub(super) before_filter: Option<(PlaceId, Option<PlanId>)>,
    /// The plan that was marked last: a range of marks begins there.
    last_marked: Option<(PlaceId, PlanId)>,
}

impl Together {
    /// The order is to be made anew.
    pub(super) fn forget(&mut self) {
        self.seen.clear();
    }

    fn move_to(&mut self, row: usize) {
        self.cursor = row.min(self.order.len().saturating_sub(1));
        self.follow_cursor();
    }

    fn follow_cursor(&mut self) {
        let last_top = self.order.len().saturating_sub(self.height);
        let lowest = (self.cursor + 1).saturating_sub(self.height);
        let highest = self.cursor.max(lowest);
        self.top = self.top.clamp(lowest, highest).min(last_top);
    }
}

impl Desk {
    /// Returns true where all places are shown as one list.
    #[must_use]
    pub fn is_together(&self) -> bool {
        self.together.is_some()
    }

    /// Shows all open places as one list.
    pub(super) fn show_together(&mut self) {
        if self.others.is_empty() {
            return;
        }
        for stand in std::iter::once(&mut *self.front).chain(&mut self.others) {
            stand.app.stack.go_to_list(&mut stand.app.core);
            // The plans of one key would stand among all plans of the others as if there
            // were no more.
            if stand.app.core.plans.of_key.is_some() {
                stand.app.core.read_plans(None);
            }
            let effects = std::mem::take(&mut stand.app.core.effects);
            let id = stand.id;
            self.effects
                .extend(effects.into_iter().map(|effect| (id, effect)));
        }
        self.together = Some(Together {
            height: 1,
            ..Together::default()
        });
        self.is_new = true;
    }

    /// The rows in the window, each with whether it is selected and its place.
    pub fn window(&self) -> impl Iterator<Item = (bool, &Stand, &Row)> {
        let together = self.together.iter();
        let rows = together.flat_map(|together| {
            let rows = together.order.iter().enumerate();
            let is_missing = self.front.app.core.plans.missing().is_some();
            let cursor = Some(together.cursor).filter(|_| !is_missing);
            rows.skip(together.top)
                .take(together.height)
                .map(move |(at, row)| (Some(at) == cursor, row))
        });
        rows.filter_map(|(selected, (id, nth))| {
            let stand = self.get(*id)?;
            Some((
                selected,
                stand,
                stand.app.core.plans.shown_row(*nth as usize)?,
            ))
        })
    }

    /// All rows, each with its place, in their order.
    pub fn rows(&self) -> impl Iterator<Item = (&Stand, &Row)> {
        let together = self.together.iter();
        let rows = together.flat_map(|together| &together.order);
        rows.filter_map(|(id, nth)| {
            let stand = self.get(*id)?;
            Some((stand, stand.app.core.plans.shown_row(*nth as usize)?))
        })
    }

    /// The part of the list of all places that is shown.
    #[must_use]
    pub fn in_sight(&self) -> Option<InSight> {
        let together = self.together.as_ref()?;
        let mut marked = Marked::default();
        for stand in self.shown_places() {
            marked.all += stand.app.core.plans.marked().all;
            marked.hidden += stand.app.core.plans.marked().hidden;
        }
        let lists = self
            .shown_places()
            .map(|stand| stand.app.core.plans.widths());
        let widths = lists.fold(Widths::default(), Widths::and);
        let labels = self.places().into_iter();
        let labels = labels.map(|stand| width(&stand.app.core.seat.label));
        Some(InSight {
            top: together.top,
            at: together.cursor,
            count: together.order.len(),
            marked,
            has_range_start: self.has_last_marked(together),
            widths,
            longest_place: labels.max().unwrap_or(0),
        })
    }

    /// The number of plans in all places.
    #[must_use]
    pub fn plans(&self) -> usize {
        self.shown_places()
            .map(|stand| stand.app.core.plans.len())
            .sum()
    }

    /// The states of places whose plans are not all there, in lines that fit the list,
    /// each with true where that is wrong. With many such places each has one line only.
    #[must_use]
    pub fn foot(&self) -> Vec<(bool, String)> {
        let list = layout::inside(self.front.app.stack.panes(&self.front.app.core).0);
        // The plans keep two thirds of the list, whatever is wrong in however many
        // places.
        let most = (usize::from(list.height) / 3).max(1);
        let columns = usize::from(list.width).saturating_sub(2);
        let states = self.states();
        let wrapped = states.iter().flat_map(|(is_wrong, text)| {
            let lines = wrap(text, columns).into_iter();
            lines.map(|line| (*is_wrong, line))
        });
        let wrapped: Vec<(bool, String)> = wrapped.collect();
        if wrapped.len() <= most {
            return wrapped;
        }
        let mut lines = states;
        if lines.len() > most {
            let more = lines.len() + 1 - most;
            lines.truncate(most - 1);
            lines.push((true, format!("and {more} more accounts")));
        }
        lines
    }

    /// The state of each place whose plans are not all there, what is wrong first. Where
    /// all are still being read, that needs no word.
    #[must_use]
    pub fn states(&self) -> Vec<(bool, String)> {
        let is_done = |stand: &&Stand| stand.app.core.plans.loading == Loading::Done;
        let some_done = self.stands().any(|stand| is_done(&stand));
        let places = self.places();
        let mut lines: Vec<(bool, String)> = Vec::new();
        for stand in places {
            let label = &stand.app.core.seat.label;
            if let Some(first) = self.same_as(stand) {
                lines.push((
                    false,
                    format!("{label}: the same account as {first}, shown once"),
                ));
                continue;
            }
            match &stand.app.core.plans.loading {
                Loading::Failed(why) => {
                    let again = stand.app.core.with_keys("<refresh> tries again");
                    lines.push((true, format!("{label} ({again}): {why}")));
                }
                Loading::Stopped => {
                    let again = stand
                        .app
                        .core
                        .with_keys("reading was stopped; <refresh> reads again.");
                    lines.push((true, format!("{label}: {again}")));
                }
                Loading::NotAsked if some_done => {
                    lines.push((false, format!("{label}: connecting")));
                }
                Loading::Underway if some_done => {
                    lines.push((false, format!("{label}: reading")));
                }
                _ => {}
            }
        }
        // What went wrong first.
        lines.sort_by_key(|(is_wrong, _)| !is_wrong);
        lines
    }

    /// The places whose plans are shown, in the order in which they were opened.
    fn shown_places(&self) -> impl Iterator<Item = &Stand> {
        let places = self.places().into_iter();
        places.filter(|stand| stand.same_as.is_none())
    }

    /// Brings the list of all places up to date.
    pub(super) fn arrange_together(&mut self) {
        if self.together.is_none() {
            return;
        }
        if self.front.app.core.plans.of_key.is_some() {
            // The plans of a key are those of one place.
            self.together = None;
            self.label();
            return;
        }
        self.agree();
        let lines = self.foot().len();
        let height = self
            .front
            .app
            .core
            .plans
            .height()
            .saturating_sub(lines)
            .max(1);
        self.merge();
        if let Some(together) = &mut self.together {
            together.height = height;
            together.follow_cursor();
        }
        self.follow();
    }

    /// All lists are narrowed and sorted as the one in front.
    pub(super) fn agree(&mut self) {
        let Some(together) = &mut self.together else {
            return;
        };
        let front = &self.front.app.core.plans;
        let (filter, sort) = (front.filter().to_owned(), front.sort());
        let is_new = filter != together.filter;
        together.filter.clone_from(&filter);
        for stand in &mut self.others {
            stand.app.core.plans.set_sort(sort);
            stand.app.core.plans.set_filter(&filter);
        }
        // The first row may be elsewhere: the selection goes there, as it would within one
        // list. Only with another filter, for else it would leave the row that was chosen.
        if is_new && !front.search().is_empty() && self.front.app.stack.is_at_the_list() {
            self.merge();
            let first = self.together.as_ref().and_then(|one| one.order.first());
            if let Some((first, _)) = first.copied().filter(|(id, _)| *id != self.front.id) {
                self.bring(first);
            }
        }
    }

    /// Makes the order of the rows over all places, unless it stands.
    fn merge(&mut self) {
        let lists: Vec<(PlaceId, &Stand)> =
            self.shown_places().map(|stand| (stand.id, stand)).collect();
        let front = &self.front.app.core.plans;
        let (sort, is_by_fit) = (front.sort(), front.is_by_fit());
        let seen: Vec<(PlaceId, u64)> = lists
            .iter()
            .map(|(id, stand)| (*id, stand.app.core.plans.revision()))
            .collect();
        // Every message comes by here, and most change none of thousands of rows.
        let is_known = |together: &Together| together.seen == seen;
        if self.together.as_ref().is_none_or(is_known) {
            return;
        }
        // The rows of each list are in order already: to sort them all is to merge them.
        let mut rows: Vec<(&Row, &Stand, u32)> = Vec::new();
        for (_, stand) in &lists {
            let list = &stand.app.core.plans;
            let of_list =
                (0u32..).map_while(|nth| Some((list.shown_row(nth as usize)?, *stand, nth)));
            rows.extend(of_list);
        }
        let by_place = |a: &Stand, b: &Stand| {
            let by_label = a.app.core.seat.label.cmp(&b.app.core.seat.label);
            by_label.then_with(|| a.id.cmp(&b.id))
        };
        let fit = |of: &Stand, nth: u32| of.app.core.plans.fit(nth as usize);
        rows.sort_by(|(a, of_a, nth_a), (b, of_b, nth_b)| {
            let first = match sort.column {
                _ if is_by_fit => fit(of_b, *nth_b).cmp(&fit(of_a, *nth_a)),
                Column::Where => sort.directed(by_place(of_a, of_b)),
                _ => Ordering::Equal,
            };
            let first = first.then_with(|| sort.compare(a, b));
            first.then_with(|| of_a.id.cmp(&of_b.id))
        });
        let order = rows
            .into_iter()
            .map(|(_, stand, nth)| (stand.id, nth))
            .collect();
        if let Some(together) = &mut self.together {
            together.order = order;
            together.seen = seen;
        }
    }

    /// The cursor is where the selected plan of the place in front is; where that has
    /// none, another place takes its turn.
    fn follow(&mut self) {
        let front = self.front.id;
        let list = &self.front.app.core.plans;
        let at = u32::try_from(list.position().1).unwrap_or(u32::MAX);
        // Until somebody selects a plan, it is the first.
        let is_selected = list.selected_id().is_some() && list.selected().is_some();
        let Some(together) = &mut self.together else {
            return;
        };
        // No plan takes the place of one that is gone before the operator chooses it.
        if list.missing().is_some() {
            return together.move_to(together.cursor);
        }
        let here = (front, at);
        let found = if !is_selected {
            None
        } else if together.order.get(together.cursor) == Some(&here) {
            // Mostly the row stands where it stood, and thousands need no search.
            Some(together.cursor)
        } else {
            together.order.iter().position(|row| *row == here)
        };
        together.move_to(found.unwrap_or(0));
        let row = together.order.get(together.cursor).copied();
        if let (None, Some((id, nth))) = (found, row)
            && self.front.app.stack.is_at_the_list()
        {
            self.leave_unread();
            self.bring(id);
            if is_selected || nth > 0 {
                self.front.app.core.plans.move_to(nth as usize);
            }
        }
    }

    /// Moves the selection by so many rows.
    pub(super) fn move_by(&mut self, by: isize) {
        let Some(together) = &mut self.together else {
            return;
        };
        // As in one list: the first step down from a plan that is gone is to the one
        // in its place.
        let is_step = by > 0 && self.front.app.core.plans.missing().is_some();
        let by = by.saturating_sub(isize::from(is_step));
        together.move_to(together.cursor.saturating_add_signed(by));
        if let Some((id, nth)) = together.order.get(together.cursor).copied() {
            if id != self.front.id {
                // The pane that has the keys is the operator's and not the place's.
                let pane = self.front.app.stack.plans.pane;
                let was_told = self.untold.iter().all(|(from, _)| *from != id);
                self.bring(id);
                self.front.app.stack.plans.pane = pane;
                // What the place said long ago would look like the answer to this key.
                if was_told {
                    self.front.app.core.notice = None;
                }
            }
            self.front.app.core.plans.move_to(nth as usize);
        }
    }

    /// Does something with the marks of all places.
    pub(super) fn mark(&mut self, command: Command) {
        match command {
            Command::Mark => {
                let is_marked = self.front.app.core.plans.turn_mark_here();
                let plan = self
                    .front
                    .app
                    .core
                    .plans
                    .selected()
                    .map(|row| row.plan.id.clone());
                let marked = plan.filter(|_| is_marked).map(|plan| (self.front.id, plan));
                self.set_last_marked(marked);
                self.move_by(1);
            }
            Command::MarkShown => {
                let shown: usize = self
                    .shown_places()
                    .map(|stand| stand.app.core.plans.shown())
                    .sum();
                let sight = self.in_sight().unwrap_or_default().marked;
                // Over all places: one whose rows are all marked must not lose its marks
                // while others gain theirs.
                let is_marked = sight.all - sight.hidden < shown;
                self.each_list(|list| list.mark_shown(is_marked));
                self.set_last_marked(None);
            }
            Command::ClearMarks => {
                self.each_list(List::clear_marks);
                self.set_last_marked(None);
            }
            Command::MarkRange => self.mark_range(),
            _ => {}
        }
    }

    fn set_last_marked(&mut self, marked: Option<(PlaceId, PlanId)>) {
        if let Some(together) = &mut self.together {
            together.last_marked = marked;
        }
    }

    fn each_list(&mut self, act: impl Fn(&mut List)) {
        for stand in std::iter::once(&mut *self.front).chain(&mut self.others) {
            if stand.same_as.is_none() {
                act(&mut stand.app.core.plans);
            }
        }
    }

    /// True where the plan that was marked last is shown.
    fn has_last_marked(&self, together: &Together) -> bool {
        together.last_marked.as_ref().is_some_and(|(id, plan)| {
            let stand = self.get(*id).filter(|stand| stand.same_as.is_none());
            stand.is_some_and(|stand| stand.app.core.plans.shows(plan))
        })
    }

    /// The row at which a range of marks begins: that of the plan that was marked last.
    fn range_start(&self) -> Option<usize> {
        let together = self.together.as_ref()?;
        let (id, plan) = together.last_marked.as_ref()?;
        let list = &self.app(*id)?.core.plans;
        let is_it = |(of, nth): &(PlaceId, u32)| {
            of == id
                && list
                    .shown_row(*nth as usize)
                    .is_some_and(|row| row.plan.id == *plan)
        };
        together.order.iter().position(is_it)
    }

    fn mark_range(&mut self) {
        let (Some(from), Some(together)) = (self.range_start(), &self.together) else {
            return;
        };
        let (first, last) = (from.min(together.cursor), from.max(together.cursor));
        let rows: Vec<(PlaceId, u32)> = together
            .order
            .get(first..=last)
            .unwrap_or_default()
            .to_vec();
        for stand in std::iter::once(&mut *self.front).chain(&mut self.others) {
            let of_it = rows.iter().filter(|(id, _)| *id == stand.id);
            stand
                .app
                .core
                .plans
                .mark_these(of_it.map(|(_, nth)| *nth as usize));
        }
        let plan = self
            .front
            .app
            .core
            .plans
            .selected()
            .map(|row| row.plan.id.clone());
        self.set_last_marked(plan.map(|plan| (self.front.id, plan)));
    }
}
