//! The plan that a page is about: whether it is there, gone, or not known to be
//! either. A page keeps its plan: none takes the place of one that is gone.

use crate::app::core::Core;
use crate::app::core::plans::{Absence, Loading, Missing};
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::Question;
use crate::app::message::changed::Route;
use crate::app::stack::Stack;
use crate::app::{Awaited, Weight};
use crate::gateway::{Failure, FailureKind};
use crate::plan::{PlanId, UsagePlan};

/// How it stands with a plan, as far as the plans were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there, as last read.
    Here,
    /// The plans were read to their end without it.
    Gone,
    /// The plans are being read, and it did not come yet.
    Reading,
    /// The reading broke off, or is of one API key's plans.
    NotKnown,
}

impl Core {
    /// How it stands with a plan.
    #[must_use]
    pub fn presence(&self, id: &PlanId) -> Presence {
        if self.known_plan(id).is_some() {
            return Presence::Here;
        }
        // All plans stand beside a list that is narrowed to an API key.
        let is_whole = self.plans.of_key.is_none() || self.has_all_aside;
        match self.plans.loading {
            Loading::Done if is_whole => Presence::Gone,
            Loading::Underway | Loading::NotAsked => Presence::Reading,
            Loading::Done | Loading::Failed(_) | Loading::Stopped => Presence::NotKnown,
        }
    }

    /// Whether all plans are known: none can come that was not read.
    pub(in crate::app) fn knows_all_plans(&self) -> bool {
        let is_whole = self.plans.of_key.is_none() || self.has_all_aside;
        self.plans.loading == Loading::Done && is_whole
    }

    /// What is said in the place of the selected plan, where that is missing.
    #[must_use]
    pub fn told_of_missing(&self) -> Option<String> {
        let missing = self.plans.missing()?;
        let called = super::membership::named(&missing.name, &missing.id.0);
        let why = match missing.why {
            Absence::Gone => "is gone: the plans as read now do not have it",
            Absence::NotYet => "is being read",
            Absence::Hidden => "does not fit the filter any more",
        };
        let rest = self.told_of_other_plans();
        Some(format!("The plan {called} {why}. {rest}"))
    }

    /// A plan's name and identifier, also where it is gone.
    pub(in crate::app) fn called_gone(&self, id: &PlanId) -> String {
        match self.gone.get(id) {
            Some(name) if self.known_plan(id).is_none() => super::membership::named(name, &id.0),
            _ => self.called_plan(id),
        }
    }

    /// A plan is gone: its name is kept for the pages that show it.
    pub(in crate::app) fn note_gone(&mut self, plan: &UsagePlan) {
        self.gone
            .insert(plan.id.clone(), plan.settings.name.clone());
    }

    /// Something of a plan was not found: the plan itself is asked for, for it may be
    /// gone.
    pub(in crate::app) fn ask_whether_gone<T>(&mut self, id: &PlanId, result: &Result<T, Failure>) {
        let is_not_found = |failure: &Failure| failure.kind == FailureKind::NotFound;
        if result.as_ref().is_err_and(is_not_found) {
            self.ask_presence(id);
        }
    }

    fn ask_presence(&mut self, id: &PlanId) {
        let awaited = Awaited::Presence {
            plan: id.clone(),
            goes: false,
        };
        if !self.questions.awaited.values().any(|one| *one == awaited) {
            self.ask(awaited, Question::Plan(id.clone()));
        }
    }

    /// Goes to a plan that the list does not have: asks for it by its identifier.
    pub(in crate::app) fn ask_by_id(&mut self, id: &PlanId) {
        let awaited = Awaited::Presence {
            plan: id.clone(),
            goes: true,
        };
        self.ask(awaited, Question::Plan(id.clone()));
        let text = format!("The list was not read to its end: asking for the plan {id} by its id.");
        self.say(Weight::Info, text);
    }

    /// Why the list is not known to have all plans.
    pub(in crate::app) fn why_list_is_not_whole(&self) -> String {
        match &self.plans.loading {
            Loading::Failed(why) => format!("the plans could not be read: {why}"),
            Loading::Stopped => {
                self.with_keys("the reading of the plans was stopped; <refresh> reads them again.")
            }
            Loading::Underway | Loading::NotAsked => "the plans are still being read.".to_owned(),
            Loading::Done => "the list has the plans of one API key only.".to_owned(),
        }
    }
}

impl Core {
    /// No keys were read of a plan, which is also the answer about a plan that is gone
    /// (recorded): where the keys of any plan are looked at, the plan itself is asked for.
    pub(in crate::app) fn ask_whether_it_is_there(&mut self, id: &PlanId) {
        if matches!(self.screen_place(), Place::Keys | Place::Usage) {
            self.ask_presence(id);
        }
    }

    /// A plan that may be gone was read by itself, or not.
    pub(in crate::app) fn presence_read(
        &mut self,
        id: &PlanId,
        goes: bool,
        result: Result<UsagePlan, Failure>,
    ) {
        match result {
            Ok(plan) => {
                // The list of an API key's plans is left for it.
                if goes && self.plans.of_key.is_some() && self.plans.plan(id).is_none() {
                    self.read_plans(None);
                }
                let plan = std::sync::Arc::new(plan);
                self.put(&plan);
                if goes {
                    self.notice = None;
                    self.go(Route::Plan(id.clone()));
                }
            }
            Err(failure) if failure.kind == FailureKind::NotFound && goes => {
                let why = self.why_list_is_not_whole();
                let text = format!("No plan has the id {id}, and of names it is not known: {why}");
                self.say(Weight::Warning, text);
            }
            Err(failure) if failure.kind == FailureKind::NotFound => {
                let called = self.called_plan(id);
                self.plan_is_gone(id);
                self.say(Weight::Warning, format!("The plan {called} is gone."));
            }
            Err(failure) => self.report(&failure),
        }
    }
}

impl Stack {
    fn is_page_of_gone(&self, core: &Core) -> bool {
        let plan = self.front().plan();
        plan.is_some_and(|plan| core.presence(plan) == Presence::Gone)
    }

    /// The plan that was selected, where the list in front has it no more.
    fn missing_here<'a>(&self, core: &'a Core) -> Option<&'a Missing> {
        let missing = core.plans.missing();
        missing.filter(|_| self.screen().is_none())
    }

    /// What is said above a page whose plan is gone, and above a draft whose plan is.
    #[must_use]
    pub fn told_of_gone(&self, core: &Core) -> Option<String> {
        if let Some(plan) = self.front().plan().filter(|_| self.is_page_of_gone(core)) {
            let called = core.called_gone(plan);
            let rest = match self.screen_place() {
                Place::History => "",
                _ if self.front().is_empty() => {
                    " This page has nothing of it to show, and changes nothing: <back> goes back."
                }
                _ => {
                    " This page shows what was read before, and changes nothing: <back> goes back."
                }
            };
            let rest = core.with_keys(rest);
            return Some(format!("The plan {called} is gone.{rest}"));
        }
        let plan = core.drafts.gone_plan(self.front().draft()?)?;
        Some(format!(
            "The plan {} is gone. This draft is kept: sending it creates a new plan.",
            core.called_gone(plan)
        ))
    }

    /// Why a command does nothing where the plan that it is about is gone.
    pub(in crate::app) fn obstacle_of_gone(
        &self,
        core: &Core,
        command: Command,
    ) -> Option<&'static str> {
        if self.is_page_of_gone(core) && acts_on_the_plan(command) {
            return Some("the plan of this page is gone: <back> goes back");
        }
        let missing = self.missing_here(core)?;
        let is_of_marked = matches!(
            command,
            Command::Discard
                | Command::DeletePlan
                | Command::Undo
                | Command::Redo
                | Command::Rate
                | Command::Burst
                | Command::Quota
        );
        if !acts_on_the_plan(command) || (is_of_marked && self.plans.works_on_marks_in_sight(core))
        {
            return None;
        }
        Some(core.obstacle_without_plan(missing.why))
    }
}

/// Whether a command is about the selected plan, or the plan of the page, and needs
/// it to be there.
pub(in crate::app) fn acts_on_the_plan(command: Command) -> bool {
    command.changes_the_draft()
        || matches!(
            command,
            Command::Review
                | Command::Send
                | Command::CopyPlan
                | Command::Open
                | Command::Raw
                | Command::Limits
                | Command::Usage
                | Command::Keys
                | Command::Extend
                | Command::KeyValue
                | Command::AttachKey
                | Command::DetachKey
                | Command::MoveKey
                | Command::CopyKey
                | Command::DeletePlan
                | Command::Mark
                | Command::MarkRange
        )
}
