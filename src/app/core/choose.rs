//! The keys that choose something else where what was selected is gone. Only those that
//! lead to something are told.

use crate::app::core::Core;
use crate::app::core::plans::Absence;
use crate::app::keys::keymap::Place;
use crate::app::page::limits::Limits;

/// The way to another cell, and the same told of a command that needs a cell.
struct Way {
    told: &'static str,
    obstacle: &'static str,
}

macro_rules! way {
    ($told:literal) => {
        Way {
            told: $told,
            obstacle: concat!("the selected cell is not in the matrix any more: ", $told),
        }
    };
}

impl Core {
    /// The way to another cell of the matrix. A stage that is gone is replaced by
    /// another one only sideways, a method only up and down.
    fn way_to_cell(&self, limits: &Limits) -> Way {
        if limits.matrix.columns.is_empty() {
            return way!("no stage is left to choose");
        }
        let has_stage = limits.column.selected().is_some();
        let has_method = limits.row.selected().is_some();
        if limits.rows.is_empty() {
            way!("no method is shown that could be chosen")
        } else if has_method {
            way!("<left> and <right> choose another stage")
        } else if self.is_why_in_full(limits) && has_stage {
            way!("<other> goes back to the matrix, where <down> and <up> choose another method")
        } else if self.is_why_in_full(limits) {
            way!(
                "<left> and <right> choose another stage, and, after <other>, <down> and <up> \
                 another method"
            )
        } else if has_stage {
            way!("<down> and <up> choose another method")
        } else {
            way!("<left> and <right> choose another stage, <down> and <up> another method")
        }
    }

    /// The sentence on how another cell is chosen.
    pub(in crate::app) fn told_of_other_cells(&self, limits: &Limits) -> String {
        let way = self.with_keys(self.way_to_cell(limits).told);
        let mut chars = way.chars();
        // A key is written as it is pressed, also where a sentence begins.
        if way.starts_with("no ") {
            let first = chars
                .next()
                .map_or_else(String::new, |c| c.to_uppercase().to_string());
            return format!("{first}{}.", chars.as_str());
        }
        format!("{way}.")
    }

    /// The reason why a command that needs a cell does nothing where the selected one is
    /// gone.
    pub(in crate::app) fn obstacle_without_cell(&self, limits: &Limits) -> &'static str {
        self.way_to_cell(limits).obstacle
    }

    /// The sentence on how another API key of a plan is chosen, of which so many are
    /// shown and so many there.
    pub(in crate::app) fn told_of_other_keys(&self, shown: usize, all: usize) -> String {
        self.with_keys(match (shown, all) {
            (_, 0) => "The plan has none now.",
            (0, _) => "None of the others fits the filter.",
            _ => "<down> and <up> choose another one.",
        })
    }

    /// True where the list has a row to go to, here or in another place.
    fn has_rows(&self) -> bool {
        self.plans.shown() > 0 || self.seat.is_together()
    }

    /// The sentence on how a plan is chosen where none is selected.
    pub(in crate::app) fn told_of_other_plans(&self) -> String {
        self.with_keys(if !self.has_rows() && !self.plans.filter().is_empty() {
            "No plan is selected, and none fits the filter: <back> ends it."
        } else if !self.has_rows() {
            "No plan is selected: the list shows none."
        } else if self.screen_place() == Place::Detail {
            "No plan is selected: <next-pane> goes to the list, where <down> and <up> choose one."
        } else {
            "No plan is selected: <down> and <up> choose one."
        })
    }

    /// The reason why a command that needs a plan does nothing where the selected one is
    /// missing.
    pub(in crate::app) fn obstacle_without_plan(&self, why: Absence) -> &'static str {
        let in_list = self.screen_place() == Place::List;
        match (why, self.has_rows()) {
            (Absence::Gone, false) if !self.plans.filter().is_empty() => {
                "the plan that was selected is gone, and none fits the filter: <back> ends it"
            }
            (Absence::Gone, false) => "the plan that was selected is gone: the list shows none",
            (Absence::Gone, true) if in_list => {
                "the plan that was selected is gone: choose another one with <down> or <up>"
            }
            (Absence::Gone, true) => {
                "the plan that was selected is gone: choose another one in the list, where \
                 <next-pane> goes"
            }
            (Absence::NotYet, true) if in_list => {
                "the selected plan is being read: wait for it, or choose another one with <down>"
            }
            (Absence::NotYet, _) => "the selected plan is being read: wait for it",
            (Absence::Hidden, true) if in_list => {
                "the selected plan does not fit the filter any more: choose another one with \
                 <down>, or end the filter with <back>"
            }
            (Absence::Hidden, true) => {
                "the selected plan does not fit the filter any more: in the list, where \
                 <next-pane> goes, choose another one or end the filter with <back>"
            }
            (Absence::Hidden, false) => {
                "the selected plan does not fit the filter any more: end the filter with <back>"
            }
        }
    }
}
