//! The things that a line may mean: the commands and, once something is typed, the plans and
//! the places.

use std::cmp::Reverse;
use std::sync::Arc;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{ALIASES, Suggestion, Target, of_plans};
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::stack::Stack;
use crate::plan::{PlanId, UsagePlan};

/// The most plans that are offered at once.
pub(in crate::app) const MOST_PLANS: usize = 50;

impl Stack {
    /// The things that a line may mean, the likeliest first.
    pub(super) fn suggestions(&mut self, core: &mut Core, text: &str) -> Vec<Suggestion> {
        let (only_plans, text) = of_plans(text);
        let text = text.trim_end();
        let pattern = Pattern::parse(text, CaseMatching::Smart, Normalization::Smart);
        let mut found = Vec::new();
        if !only_plans {
            self.suggest_commands(core, text, &pattern, &mut found);
        }
        // With nothing typed the first 50 of thousands of plans would tell nothing.
        if only_plans || !text.is_empty() {
            core.suggest_plans(text, &pattern, &mut found);
        }
        core.suggest_places(text, &mut found);
        found.sort_by_key(|(rank, _)| Reverse(*rank));
        let found = found.into_iter();
        found.map(|(_, suggestion)| suggestion).collect()
    }

    fn suggest_commands(
        &mut self,
        core: &mut Core,
        text: &str,
        pattern: &Pattern,
        found: &mut Vec<(Rank, Suggestion)>,
    ) {
        let mut config = Config::DEFAULT;
        // The names of commands are known from their beginning, and typed so.
        config.prefer_prefix = true;
        let mut matcher = Matcher::new(config);
        let mut letters = Vec::new();
        for (order, command) in core.commands().into_iter().enumerate() {
            let is_alias = ALIASES.contains(&(text, command));
            let line = Utf32Str::new(command.name(), &mut letters);
            let score = pattern.score(line, &mut matcher);
            if score.is_none() && !is_alias {
                continue;
            }
            // A command that does nothing now stays findable and says why, after those
            // that do something.
            let obstacle = self.obstacle_by_name(core, command);
            let rank = Rank {
                exact: if is_alias || command.name() == text {
                    Exact::Command
                } else {
                    Exact::No
                },
                is_possible: obstacle.is_none(),
                score: score.unwrap_or(0),
                order: Reverse(order),
            };
            let keys = core.keymap.keys(self.screen_place(), command);
            let suggestion = Suggestion {
                target: Target::Command(command),
                name: command.name().to_owned(),
                key: keys.first().map_or_else(String::new, ToString::to_string),
                help: command.help().to_owned(),
                obstacle,
            };
            found.push((rank, suggestion));
        }
    }
}

impl Core {
    /// The commands: those of this place first, as the hints have them.
    fn commands(&self) -> Vec<Command> {
        let here = [self.screen_place(), Place::Everywhere];
        let here = here
            .into_iter()
            .flat_map(|place| self.keymap.bindings(place));
        let mut commands: Vec<Command> = Vec::with_capacity(Command::ALL.len());
        for command in here.map(|b| b.command).chain(Command::ALL.iter().copied()) {
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
        commands
    }

    fn suggest_plans(
        &mut self,
        text: &str,
        pattern: &Pattern,
        found: &mut Vec<(Rank, Suggestion)>,
    ) {
        let mut plans = self.plans.best(pattern, MOST_PLANS);
        // However many names are nearer to it.
        let exact = self.plans.plan(&PlanId(text.to_owned())).cloned();
        let is_new = |plan: &Arc<UsagePlan>| plans.iter().all(|(_, one)| one.id != plan.id);
        plans.extend(exact.filter(is_new).map(|plan| (0, plan)));
        found.extend(plans.into_iter().enumerate().map(|(order, (score, plan))| {
            let name = &plan.settings.name;
            let whole = format!("{name} {}", plan.id);
            let rank = Rank {
                exact: if text == plan.id.0 || text == whole {
                    Exact::Id
                } else if text == name {
                    Exact::Name
                } else {
                    Exact::No
                },
                is_possible: true,
                score,
                order: Reverse(Command::ALL.len() + order),
            };
            let suggestion = Suggestion {
                target: Target::Plan(plan.id.clone()),
                name: whole,
                key: String::new(),
                help: "goes to the plan".to_owned(),
                obstacle: None,
            };
            (rank, suggestion)
        }));
    }

    fn suggest_places(&self, text: &str, found: &mut Vec<(Rank, Suggestion)>) {
        let places = self.places_to_go(text).into_iter();
        found.extend(places.enumerate().map(|(order, suggestion)| {
            let rank = Rank {
                exact: if suggestion.name == text {
                    Exact::Name
                } else {
                    Exact::No
                },
                is_possible: true,
                score: 0,
                order: Reverse(Command::ALL.len() + MOST_PLANS + order),
            };
            (rank, suggestion)
        }));
    }
}

/// The part of something that is exactly the line, the likeliest to be meant last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exact {
    No,
    Name,
    Id,
    Command,
}

/// The fit of something with the line, the best being the greatest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    exact: Exact,
    is_possible: bool,
    score: u32,
    order: Reverse<usize>,
}
