//! The plan, or the plans, that a prompt is about: nobody is to guess whom a key changes.

use crate::app::core::Core;
use crate::app::prompt::tweak_line::TweakLine;
use crate::app::stack::{Screen, Stack};
use crate::app::{Prompt, Weight};

impl Core {
    /// The plans that a line changes: `gold w0mvrr`, `5 marked plans`.
    #[must_use]
    pub fn tweaked_plans(&self, line: &TweakLine) -> String {
        match (line.is_of_marked, line.plans.as_slice()) {
            (false, [only]) => self.called_plan(only),
            (true, [only]) => format!("1 marked plan ({})", self.called_plan(only)),
            (_, plans) => format!("{} marked plans", plans.len()),
        }
    }

    /// The words for marks that a key on another plan leaves alone; empty without marks.
    #[must_use]
    pub fn beside_marks(&self) -> String {
        match self.marks_in_sight().all {
            0 => String::new(),
            1 => " (not the marked plan)".to_owned(),
            n => format!(" (not the {n} marked)"),
        }
    }

    /// Tells that marks stay behind where keys go on for one plan.
    pub(in crate::app) fn tell_marks_left(&mut self, plan: &str) {
        let stay = match self.marks_in_sight().all {
            0 => return,
            1 => "1 plan stays marked in the list".to_owned(),
            n => format!("{n} plans stay marked in the list"),
        };
        let text = format!("Keys here change {plan} alone; {stay}.");
        self.say(Weight::Info, text);
    }
}

impl Stack {
    /// The plan that the page in front is about: its name and identifier, or the number of
    /// drafts of a bulk review. Empty where it is about no plan.
    #[must_use]
    pub fn about(&self, core: &Core) -> String {
        if let Some(Screen::BulkReview(page)) = self.screen() {
            return match page.sendable() {
                1 => "1 draft".to_owned(),
                n => format!("{n} drafts"),
            };
        }
        let front = self.front();
        let of_draft = front.draft().map(|draft| core.draft_name(draft));
        let of_plan = || front.plan().map(|plan| core.called_plan(plan));
        of_draft.or_else(of_plan).unwrap_or_default()
    }

    /// The plan, or the plans, that the prompt in front is about; empty where it is about
    /// none.
    #[must_use]
    pub fn prompt_about(&self, core: &Core) -> String {
        match &self.prompt {
            Some(Prompt::Tweak(tweak)) => {
                let name = core.draft_name(&tweak.draft);
                format!("{name}{}", core.beside_marks())
            }
            Some(Prompt::TweakLine(line)) => core.tweaked_plans(line),
            Some(_) => self.about(core),
            None => String::new(),
        }
    }
}
