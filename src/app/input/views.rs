//! Going to a view by the lines of the command line, without a screen: only what shows
//! something and changes nothing is taken.

use crate::app::core::Core;
use crate::app::core::plans::Loading;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::Effect;
use crate::app::message::changed::Route;
use crate::app::page::Next;
use crate::app::prompt::palette::Target;
use crate::app::stack::Stack;
use crate::app::{Notice, Weight, Who};
use crate::plan::PlanId;

impl Command {
    /// Whether it leads to something that is shown, or shows it in another way: it
    /// changes, stages, sends, copies and writes nothing, and no question follows.
    #[must_use]
    pub fn is_view(self) -> bool {
        matches!(
            self,
            Self::Help
                | Self::Requests
                | Self::Queue
                | Self::Who
                | Self::Plans
                | Self::Open
                | Self::Raw
                | Self::Limits
                | Self::Tightest
                | Self::Narrow
                | Self::Usage
                | Self::KeyInFull
                | Self::Exhaustion
                | Self::ReadRest
                | Self::Keys
                | Self::KeyPlans
                | Self::Findings
                | Self::OnlyPlan
                | Self::History
                | Self::Reverse
        )
    }
}

impl Core {
    /// Whether a command is about one plan where none was chosen.
    fn wants_a_plan(&self, command: Command) -> bool {
        let is_of_one = matches!(
            command,
            Command::Open | Command::Raw | Command::Limits | Command::Usage | Command::Keys
        );
        is_of_one && self.screen_place() == Place::List && self.plans.shown() > 1
    }

    /// Whether an answer is awaited.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        !self.questions.awaited.is_empty()
    }

    /// The error that was told last; none where that was no error.
    pub(in crate::app) fn told_error(&self) -> Option<String> {
        match &self.notice {
            Some(Notice {
                weight: Weight::Error,
                text,
                ..
            }) => Some(text.clone()),
            _ => None,
        }
    }

    /// Why the plans are not there, and with them nothing else; `None` where they are.
    #[must_use]
    pub fn why_without_plans(&self) -> Option<String> {
        match (&self.who, &self.plans.loading) {
            (Who::Failed(why), _) | (_, Loading::Failed(why)) => Some(why.clone()),
            _ => None,
        }
    }
}

impl Stack {
    /// Goes where a line of the command line leads, and says what is to be done for it.
    ///
    /// # Errors
    /// Why it leads nowhere: nothing or too much is called so, it is no view, or it
    /// does nothing here.
    pub fn go_to_view(&mut self, core: &mut Core, line: &str) -> Result<Vec<Effect>, String> {
        core.notice = None;
        self.locate(core);
        match self.meaning(core, line.trim())? {
            Target::Plan(id) => self.go_to_plan_of(core, &id),
            Target::Stage(plan, stage) => core.go(Route::LimitsOn(plan, stage)),
            Target::Place(_) => {
                return Err(format!(
                    "{line} is not a view: it goes to another account. Choose it with --profile and --region."
                ));
            }
            Target::Change(_) => {
                return Err(format!(
                    "{line} is not a view: it changes plans. plangate set does that without the \
                     dashboard."
                ));
            }
            Target::Command(command) => {
                if !command.is_view() {
                    let name = command.name();
                    return Err(format!(
                        "{name} is not a view: it {}. Only what shows something is printed; start \
                         the dashboard for the rest.",
                        command.help()
                    ));
                }
                if core.wants_a_plan(command) {
                    let name = command.name();
                    return Err(format!(
                        "{name}: of which plan? Name it first: PLAN {name}."
                    ));
                }
                if let Some(why) = self.obstacle_by_name(core, command) {
                    return Err(format!("{}: {why}.", command.name()));
                }
                // Nothing is selected here: all of it is meant.
                if self.front_mut().act_on_all(core, command) == Next::PassOn {
                    self.run(core, command);
                }
            }
        }
        self.take_dues(core);
        self.arrange(core);
        Ok(std::mem::take(&mut core.effects))
    }

    /// The plan that a line names by what may be its id, where the plans could not be read
    /// and what was read of them does not have it.
    #[must_use]
    pub fn id_to_ask_for(&self, core: &Core, line: &str) -> Option<PlanId> {
        core.id_of_unread(line.trim()).filter(|_| {
            matches!(core.plans.loading, Loading::Failed(_)) && !matches!(core.who, Who::Failed(_))
        })
    }

    /// Goes to a plan that is read by its id.
    pub fn go_to_plan_by_id(&mut self, core: &mut Core, id: &PlanId) -> Vec<Effect> {
        core.ask_by_id(id);
        self.take_dues(core);
        self.arrange(core);
        std::mem::take(&mut core.effects)
    }

    /// Whether what is in front is about one plan, and not about others.
    #[must_use]
    pub fn is_about_one_plan(&self, core: &Core) -> bool {
        match self.screen_place() {
            Place::List => false,
            Place::Detail => core.plans.selected().is_some(),
            _ => self.front().plan().is_some(),
        }
    }

    /// Why what is in front is not there; `None` where it is.
    #[must_use]
    pub fn why_not_shown(&self, core: &Core) -> Option<String> {
        self.front().failure(core)
    }
}
