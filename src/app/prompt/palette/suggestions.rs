//! The things that a line may mean: the commands and, once something is typed, the plans and
//! the places.

use std::cmp::Reverse;
use std::sync::Arc;

use super::{ALIASES, Suggestion, Target, of_plans};
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::stack::Stack;
use crate::plan::{PlanId, UsagePlan};
use crate::text::search::{Fit, Kind, Search, Searcher, Texts, folded};

/// The most plans that are offered at once.
pub(in crate::app) const MOST_PLANS: usize = 50;

impl Stack {
    /// The things that a line may mean, the likeliest first.
    pub(super) fn suggestions(&mut self, core: &mut Core, text: &str) -> Vec<Suggestion> {
        if let Some(stages) = core.suggest_stages(text) {
            return stages;
        }
        let (only_plans, text) = of_plans(text);
        let text = text.trim_end();
        let search = Search::parse(text);
        let mut found = Vec::new();
        if !only_plans {
            self.suggest_commands(core, text, &search, &mut found);
            found.extend(self.suggest_change(core, text));
        }
        // With nothing typed the first 50 of thousands of plans would tell nothing.
        if only_plans || !text.is_empty() {
            core.suggest_plans(text, &search, &mut found);
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
        search: &Search,
        found: &mut Vec<(Rank, Suggestion)>,
    ) {
        let mut searcher = Searcher::default();
        for (order, command) in core.commands().into_iter().enumerate() {
            let is_alias = ALIASES.contains(&(text, command));
            let fit = fit_of(command, text, search, &mut searcher);
            if fit.is_none() && !is_alias {
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
                fit: fit.map(|fit| fit.kind),
                recent: core.recency(command),
                score: fit.map_or(0, |fit| fit.score),
                order: Reverse(order),
            };
            let suggestion = Suggestion {
                target: Target::Command(command),
                name: command.name().to_owned(),
                key: core.key_anywhere(command),
                help: command.help().to_owned(),
                obstacle,
            };
            found.push((rank, suggestion));
        }
    }
}

/// The fit of a command with what is typed: by its name, by other words for it, by its
/// description.
fn fit_of(command: Command, text: &str, search: &Search, searcher: &mut Searcher) -> Option<Fit> {
    let mut beside = command.synonyms().join(" ");
    for more in [command.short(), command.help()] {
        beside.push(' ');
        beside.push_str(more);
    }
    let texts = Texts::new(command.name(), "", &beside);
    let mut fit = search.fit(&texts, searcher)?;
    // Another word for it counts as one of its name does; its description says less.
    let text = folded(text);
    if !text.is_empty() && command.synonyms().iter().any(|one| one.starts_with(&text)) {
        fit.kind = fit.kind.max(Kind::WordStart);
    }
    Some(fit)
}

impl Core {
    /// The number of a command among those last used on the command line, the last one
    /// having the greatest; 0 for one that was not.
    fn recency(&self, command: Command) -> usize {
        let mut recent = self.operator.recent.iter();
        recent
            .position(|one| *one == command)
            .map_or(0, |at| at + 1)
    }

    /// The key of a command here; where it has none here, that of the first place that has
    /// one, with the place. Empty where it has none.
    fn key_anywhere(&self, command: Command) -> String {
        let key = |place| self.keymap.keys(place, command).first().copied();
        if let Some(key) = key(self.screen_place()) {
            return key.to_string();
        }
        let mut places = self.keymap.places_of(command);
        let there = places.find_map(|place| Some((place, key(place)?)));
        there.map_or_else(String::new, |(place, key)| {
            format!("{key} in {}", place.name())
        })
    }

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

    fn suggest_plans(&mut self, text: &str, search: &Search, found: &mut Vec<(Rank, Suggestion)>) {
        let plans = self.plans.best(search, MOST_PLANS);
        // However many names are nearer to it.
        let exact = self.plans.plan(&PlanId(text.to_owned())).cloned();
        let is_new = |plan: &Arc<UsagePlan>| plans.iter().all(|(_, one)| one.id != plan.id);
        let exact = exact.filter(is_new);
        let mut plans: Vec<_> = plans
            .into_iter()
            .map(|(fit, plan)| (Some(fit), plan))
            .collect();
        plans.extend(exact.map(|plan| (None, plan)));
        found.extend(plans.into_iter().enumerate().map(|(order, (fit, plan))| {
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
                fit: fit.map(|fit| fit.kind),
                recent: 0,
                score: fit.map_or(0, |fit| fit.score),
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
                fit: None,
                recent: 0,
                score: 0,
                order: Reverse(Command::ALL.len() + MOST_PLANS + order),
            };
            (rank, suggestion)
        }));
    }
}

/// The part of something that is exactly the line, the likeliest to be meant last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exact {
    No,
    Name,
    Id,
    Command,
}

/// The fit of something with the line, the best being the greatest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub(super) exact: Exact,
    pub(super) is_possible: bool,
    pub(super) fit: Option<Kind>,
    /// Of those that fit alike what was used last comes first.
    pub(super) recent: usize,
    pub(super) score: u32,
    pub(super) order: Reverse<usize>,
}
