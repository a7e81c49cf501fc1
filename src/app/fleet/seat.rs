//! A dashboard's part of what the desk knows, on which it stands.

use std::sync::Arc;

use super::{Desk, Goal, Wish};
use crate::app::core::Core;
use crate::app::core::plans::{Marked, Widths};
use crate::app::core::tweaks::SharedElsewhere;
use crate::app::stack::Stack;

/// A dashboard's part of what the desk knows. Alone it knows nothing, and needs nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seat {
    /// The number of open places; 0 and 1 are the same.
    pub places: usize,
    /// The part of its name that tells it from the other places; empty where there is
    /// none.
    pub label: String,
    /// The place whose account this is too: nothing is sent from here.
    pub same_as: Option<String>,
    /// The list of all places, where they are shown together.
    pub together: Option<InSight>,
    /// The parts of a sentence on what leaving would leave unsent in other places.
    pub at_stake: Vec<String>,
    /// The number of drafts in other places that were not sent.
    pub drafts_elsewhere: usize,
    /// The tweaks over several places that can be undone or made again elsewhere.
    pub(in crate::app) tweaks_elsewhere: SharedElsewhere,
    /// The send that is under way in another place, in words.
    pub under_way: Option<String>,
    /// The goals of the command line: what to type, the goal, and a word on it.
    pub(super) goals: Arc<Vec<(String, Goal, String)>>,
    /// True where the profiles of the AWS files are known.
    pub(super) knows_profiles: bool,
}

/// The part of the list of all places that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct InSight {
    /// The first row of the window.
    pub top: usize,
    /// The selected row.
    pub at: usize,
    /// The number of rows.
    pub count: usize,
    /// The number of marked plans, in all places.
    pub marked: Marked,
    /// True where a range of marks could begin.
    pub has_range_start: bool,
    /// The room that the values of all plans need.
    pub widths: Widths,
    /// The width of the longest name of a place, in columns.
    pub longest_place: usize,
}

impl Seat {
    /// Returns true where all places are shown as one list.
    #[must_use]
    pub fn is_together(&self) -> bool {
        self.together.is_some()
    }
}

impl Desk {
    /// Tells the dashboard in front what it is to know of the others.
    pub(super) fn brief(&mut self) {
        // Every message comes by here, and a place that is alone has nothing to be told.
        if self.others.is_empty() && self.front.app.core.seat.goals == self.profiles.goals {
            return;
        }
        let mut at_stake = Vec::new();
        let mut drafts_elsewhere = 0;
        let mut under_way = None;
        let mut tweaks_elsewhere = SharedElsewhere::default();
        for stand in self.places() {
            if stand.id == self.front.id {
                continue;
            }
            let label = &stand.app.core.seat.label;
            let lost = stand.app.core.at_stake().join(", ");
            if !lost.is_empty() {
                at_stake.push(format!("{label}: {lost}"));
            }
            // A place that is shown with another takes part in no tweak.
            if stand.same_as.is_none() {
                let undo = stand.app.core.shared_tweak(false);
                tweaks_elsewhere.undo = tweaks_elsewhere.undo.max(undo);
                // `None` is less than any number, so it goes before the least is taken.
                let redo = [tweaks_elsewhere.redo, stand.app.core.shared_tweak(true)];
                tweaks_elsewhere.redo = redo.into_iter().flatten().min();
            }
            drafts_elsewhere += stand.app.core.drafts.count_changed();
            if let Some(line) = stand.app.core.queue_line().filter(|_| under_way.is_none()) {
                under_way = Some(format!("{label}: {line}"));
            }
        }
        let seat = Seat {
            places: self.others.len() + 1,
            label: self.front.app.core.seat.label.clone(),
            same_as: self.front.app.core.seat.same_as.clone(),
            together: self.in_sight(),
            at_stake,
            drafts_elsewhere,
            tweaks_elsewhere,
            under_way,
            goals: self.profiles.goals.clone(),
            knows_profiles: self.profiles.is_known(),
        };
        self.front.app.core.seat = seat;
    }
}

impl Core {
    /// Moves in the list that the operator sees: this one, or that of all places.
    pub(in crate::app) fn move_in_list(&mut self, by: isize) {
        if self.seat.is_together() {
            self.wish(Wish::Move(by));
        } else {
            self.plans.move_by(by);
        }
    }

    /// The number of marked plans in the list that the operator sees.
    pub(in crate::app) fn marks_in_sight(&self) -> Marked {
        let together = self.seat.together.as_ref();
        together.map_or_else(|| self.plans.marked(), |sight| sight.marked)
    }

    /// True where a range of marks could begin in the list that the operator sees.
    pub(in crate::app) fn has_range_start(&self) -> bool {
        let together = self.seat.together.as_ref();
        together.map_or_else(
            || self.plans.range_start().is_some(),
            |sight| sight.has_range_start,
        )
    }

    /// The list that the operator sees: its first row in the window, the selected one,
    /// and how many there are.
    pub(in crate::app) fn list_in_sight(&self) -> (usize, usize, usize) {
        if let Some(sight) = &self.seat.together {
            return (sight.top, sight.at, sight.count);
        }
        let (top, at) = self.plans.position();
        (top, at, self.plans.shown())
    }

    /// True where a line that tweaks plans is for the marked ones of several places, or
    /// of another place than this.
    pub(in crate::app) fn is_tweaked_together(&self) -> bool {
        self.seat.is_together() && self.marks_in_sight().all > self.plans.marked().all
    }
}

impl Core {
    /// A sentence on what leaving would leave unsent, here and elsewhere; empty where it
    /// is nothing.
    pub(in crate::app) fn at_stake_everywhere(&self) -> String {
        let here = self.at_stake().join(", ");
        let mut parts = self.seat.at_stake.clone();
        if !here.is_empty() {
            let is_only = self.seat.places < 2;
            let label = &self.seat.label;
            parts.insert(
                0,
                if is_only {
                    here
                } else {
                    format!("{label}: {here}")
                },
            );
        }
        if parts.is_empty() {
            return String::new();
        }
        let kept = if self.drafts.are_kept() {
            " Drafts are kept and come back at the next start."
        } else {
            " Drafts are not kept: the journal takes nothing."
        };
        let has_drafts = self.drafts.count_changed() + self.seat.drafts_elsewhere > 0;
        format!(
            "{}.{}",
            parts.join("; "),
            if has_drafts { kept } else { "" }
        )
    }
}

impl Stack {
    /// Reads again what the operator sees.
    pub(in crate::app) fn refresh_here_or_everywhere(&mut self, core: &mut Core) {
        if core.seat.is_together() && self.screen().is_none() {
            core.wish(Wish::Refresh);
        } else {
            self.refresh_or_connect(core);
        }
    }
}
