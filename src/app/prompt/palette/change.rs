//! A line that changes plans, in the words of the line that changes many: `rate +20%`.

use std::cmp::Reverse;

use super::suggestions::{Exact, Rank};
use super::{Suggestion, Target};
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::stack::Stack;
use crate::app::{DraftId, Weight};
use crate::plan::PlanId;
use crate::plan::edit::tweak::complete;
use crate::plan::model::api_names::ApiNames;
use crate::text::search::Kind;

impl Stack {
    /// The change that a line asks for; none where it does not read like one.
    pub(super) fn suggest_change(
        &mut self,
        core: &mut Core,
        text: &str,
    ) -> Option<(Rank, Suggestion)> {
        let fault = match core.read_tweak(text) {
            Ok(_) => None,
            Err(fault) if begins_a_change(text) => Some(fault),
            Err(_) => return None,
        };
        let obstacle = self.obstacle_to_change(core);
        let whom = self.whom_to_change(core);
        let rank = Rank {
            exact: match fault {
                None => Exact::Command,
                Some(_) => Exact::No,
            },
            is_possible: obstacle.is_none(),
            // What is not whole yet is meant sooner than a command that is described so.
            fit: fault.as_ref().map(|_| Kind::WordStart),
            recent: 0,
            score: 0,
            order: Reverse(usize::MAX),
        };
        let suggestion = Suggestion {
            target: Target::Change(text.to_owned()),
            name: text.to_owned(),
            key: core.key_for(Command::TweakPlans),
            help: match fault {
                None => format!("changes {whom}: you see it before it is staged"),
                Some(fault) => format!("changes {whom}; it {fault}"),
            },
            obstacle,
        };
        Some((rank, suggestion))
    }

    /// Opens the line that changes plans with this text in it: it shows what that does.
    pub(super) fn change_by_line(&mut self, core: &mut Core, line: &str) {
        if let Some(why) = self.obstacle_to_change(core) {
            return core.say(Weight::Warning, why);
        }
        let plan = self.plan_to_change(core);
        if !core.belongs_here(Command::TweakPlans) {
            self.go_to_list(core);
        }
        if let Some(plan) = plan {
            core.show_plan(&plan);
        }
        core.change_in_one_line(line);
    }

    /// The plan that a line changes where none is marked: that of the page in front, else the
    /// selected one.
    fn plan_to_change(&self, core: &Core) -> Option<PlanId> {
        let selected = || core.plans.selected().map(|row| row.plan.id.clone());
        let has_marks = core.marks_in_sight().all > 0;
        let plan = self.front().plan().cloned().or_else(selected);
        plan.filter(|_| !has_marks)
    }

    fn whom_to_change(&self, core: &Core) -> String {
        let marked = core.marks_in_sight().all;
        match (marked, self.plan_to_change(core)) {
            (1, _) => "1 marked plan".to_owned(),
            (0, Some(plan)) => core.called_plan(&plan),
            (0, None) => "no plan".to_owned(),
            (n, _) => format!("{n} marked plans"),
        }
    }

    /// The reason why no plan can be changed by a line now.
    fn obstacle_to_change(&mut self, core: &mut Core) -> Option<String> {
        let is_new = matches!(self.front().draft(), Some(DraftId::New(_)));
        if is_new && core.marks_in_sight().all == 0 {
            return Some("this plan is new: its limits are typed in the form".to_owned());
        }
        let gone = self.plan_to_change(core);
        if gone.is_some_and(|plan| core.plans.plan(&plan).is_none()) {
            return Some("the plan of this page is gone".to_owned());
        }
        self.obstacle_by_name(core, Command::TweakPlans)
    }
}

impl Core {
    /// Selects a plan, also past a filter that hides it: a plan that was named is to be seen.
    pub(super) fn show_plan(&mut self, id: &PlanId) {
        if !self.plans.select(id) {
            self.plans.set_filter("");
            self.plans.select(id);
        }
    }
}

/// True where the first of several words is one that changes begin with.
fn begins_a_change(text: &str) -> bool {
    let Some((first, _)) = text.split_once(' ') else {
        return false;
    };
    let begins = complete("", &[], &ApiNames::default()).offers;
    begins
        .iter()
        .any(|offer| offer.word.eq_ignore_ascii_case(first))
}
