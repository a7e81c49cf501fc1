//! The command line: everything that can be done and every plan, by name.

mod change;
mod stages;
mod suggestions;

use crate::app::core::Core;
use crate::app::core::presence::acts_on_the_plan;
use crate::app::fleet::{Goal, Offer, Wish};
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::Effect;
use crate::app::message::changed::Route;
use crate::app::prompt::input::Input;
use crate::app::stack::Stack;
use crate::app::view::scroll::Cursor;
use crate::app::{Pane, Presence, Prompt, Weight};
use crate::plan::model::lookup::{Lookup, ambiguous, listed, look_up, may_be_id};
use crate::plan::{PlanId, StageKey};
use crate::text::search::Search;

pub(in crate::app) use suggestions::MOST_PLANS;

/// The number of lines that are remembered.
const MOST_LINES: usize = 100;

/// The number of the things that a line may mean that are named.
const NAMED: usize = 8;

/// Other names of commands, for the habits of other programs.
const ALIASES: [(&str, Command); 3] = [
    ("q", Command::Quit),
    ("q!", Command::Quit),
    ("list", Command::Plans),
];

/// A goal of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To do this.
    Command(Command),
    /// To go to this plan.
    Plan(PlanId),
    /// To see the limits of this plan on this stage of it.
    Stage(PlanId, StageKey),
    /// To go to this place.
    Place(Goal),
    /// To change plans by this line, as [`Command::TweakPlans`] takes it.
    Change(String),
}

/// Something that the line may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The goal.
    pub target: Target,
    /// The text to type for it.
    pub name: String,
    /// The key that does the same here; empty for none.
    pub key: String,
    /// A sentence on what it does.
    pub help: String,
    /// The reason why it does nothing now.
    pub obstacle: Option<String>,
}

/// The command line, while it is typed.
#[derive(Debug)]
pub struct Palette {
    /// The line as typed so far.
    pub input: Input,
    /// The goals that it may mean, the likeliest first.
    pub suggestions: Vec<Suggestion>,
    /// The selected suggestion.
    pub cursor: Cursor,
    /// True where the plans of other places are among the suggestions.
    pub(in crate::app) has_elsewhere: bool,
    /// True where the line was completed to the selected suggestion.
    is_completed: bool,
    /// The number of lines back that the line is, among those remembered; 0 for a new
    /// one.
    back: usize,
}

impl Palette {
    /// The selected suggestion.
    #[must_use]
    pub fn selected(&self) -> Option<&Suggestion> {
        self.suggestions.get(self.cursor.at)
    }

    /// The search that the line is, for the letters of the suggestions that fit. A line that
    /// was completed is no search any more.
    #[must_use]
    pub fn search(&self) -> Search {
        if self.is_completed {
            return Search::default();
        }
        let text = self.input.text();
        let text = text.trim_start();
        Search::parse(stages::stage_in(text).unwrap_or(of_plans(text).1))
    }

    /// True where the operator chose one of the suggestions.
    pub(in crate::app) fn is_chosen(&self) -> bool {
        self.is_completed || self.cursor.at > 0
    }
}

impl Core {
    /// The plan that a line may name by its id, where the plans that were read do not
    /// tell.
    pub(in crate::app) fn id_of_unread(&self, text: &str) -> Option<PlanId> {
        let (_, name) = of_plans(text);
        let mut aliases = ALIASES.iter();
        let is_command = Command::named(text).is_some() || aliases.any(|(alias, _)| *alias == text);
        let is_unread =
            !is_command && may_be_id(name) && matches!(self.plan_called(text), Lookup::NotKnown(_));
        is_unread.then(|| PlanId(name.to_owned()))
    }

    /// The plan that a line names: by its id, by its name, or by both as they are
    /// suggested. An id wins.
    fn plan_called(&self, text: &str) -> Lookup {
        let (_, name) = of_plans(text);
        let whole = self.knows_all_plans();
        let all = || self.known_plans().map(AsRef::as_ref);
        let by_both = || {
            let (own, id) = name.rsplit_once(' ')?;
            let plan = self.known_plan(&PlanId(id.to_owned()))?;
            (plan.settings.name == own).then(|| Lookup::Found(plan.id.clone()))
        };
        match look_up(all(), name, whole) {
            found @ (Lookup::Found(_) | Lookup::Ambiguous(_)) => found,
            // A plan may be called "plan x".
            other => by_both().unwrap_or_else(|| match look_up(all(), text, whole) {
                Lookup::None | Lookup::NotKnown(_) => other,
                found => found,
            }),
        }
    }

    fn belongs_here(&self, command: Command) -> bool {
        self.keymap.belongs(self.screen_place(), command)
    }
}

impl Stack {
    /// Does what is at hand everywhere: to copy, to edit elsewhere, to go anywhere.
    pub(in crate::app) fn at_hand(&mut self, core: &mut Core, command: Command) {
        match command {
            Command::Copy => self.open_copy(core),
            Command::Copied => self.show_copied(core),
            Command::ShowText => self.show_selected(core),
            Command::Message => self.show_message(core),
            Command::PlainText => core.effects.push(Effect::Describe),
            Command::Mouse => core.turn_mouse(),
            Command::CommandLine => self.open_palette(core),
            Command::Plans => self.go_to_list(core),
            Command::Places => core.wish(Wish::Choose(Offer::All)),
            Command::Profile => core.wish(Wish::Choose(Offer::Profiles)),
            Command::Region => core.wish(Wish::Choose(Offer::Regions)),
            Command::Complete => self.complete(1),
            Command::CompleteBack => self.complete(-1),
            _ => {}
        }
    }

    pub(in crate::app) fn open_palette(&mut self, core: &mut Core) {
        self.prompt = Some(Prompt::Palette(Box::new(Palette {
            input: Input::new(""),
            suggestions: Vec::new(),
            cursor: Cursor::default(),
            has_elsewhere: false,
            is_completed: false,
            back: 0,
        })));
        self.palette_typed(core);
    }

    /// The line changed: what it may mean follows at once.
    pub(in crate::app) fn palette_typed(&mut self, core: &mut Core) {
        let Some(Prompt::Palette(mut palette)) = self.prompt.take() else {
            return;
        };
        let text = palette.input.text();
        core.wish_for_profiles(text.trim());
        palette.suggestions = self.suggestions(core, text.trim_start());
        palette.cursor = Cursor::default();
        palette.is_completed = false;
        palette.has_elsewhere = false;
        self.prompt = Some(Prompt::Palette(palette));
    }

    /// Completes the line to the selected suggestion; asked again, to the next one.
    pub(in crate::app) fn complete(&mut self, by: isize) {
        let Some(Prompt::Palette(palette)) = &mut self.prompt else {
            return;
        };
        let count = palette.suggestions.len();
        let is_there = |palette: &Palette| {
            palette
                .selected()
                .is_some_and(|one| one.name == palette.input.text())
        };
        // The first key completes to what is selected; only where the line is that
        // already it goes on.
        if palette.is_completed || is_there(palette) {
            let at = isize::try_from(palette.cursor.at).unwrap_or(0);
            let at = (at + by).rem_euclid(isize::try_from(count).unwrap_or(1).max(1));
            palette.cursor.at = at.unsigned_abs();
            palette.cursor.keep_within(count, ROWS);
        }
        if let Some(name) = palette.selected().map(|one| one.name.clone()) {
            palette.input = Input::new(&name);
            palette.is_completed = true;
        }
    }

    /// Completes the line to a suggestion so many lines away from the selected one.
    pub(in crate::app) fn complete_by(&mut self, away: isize) {
        if let Some(Prompt::Palette(palette)) = &mut self.prompt {
            palette.is_completed = true;
        }
        self.complete(away);
    }

    /// Brings an earlier line back (`by` below 0), or a later one.
    pub(in crate::app) fn recall(&mut self, core: &mut Core, by: isize) {
        let Some(Prompt::Palette(palette)) = &mut self.prompt else {
            return;
        };
        let back = palette.back.saturating_add_signed(by.saturating_neg());
        palette.back = back.min(core.operator.lines.len());
        let at = core.operator.lines.len() - palette.back;
        let line = core.operator.lines.get(at).map_or("", String::as_str);
        palette.input = Input::new(line);
        self.palette_typed(core);
    }

    /// Does what the line asks for.
    pub(in crate::app) fn accept_line(&mut self, core: &mut Core, palette: &Palette) {
        let text = palette.input.text().trim().to_owned();
        if text.is_empty() {
            return;
        }
        // A line that is typed again is met only once on the way back.
        core.operator.lines.retain(|line| *line != text);
        core.operator.lines.push(text.clone());
        let too_many = core.operator.lines.len().saturating_sub(MOST_LINES);
        core.operator.lines.drain(..too_many);
        // Whoever chose a suggestion means that one, also where the text happens to name
        // a plan.
        if !palette.is_chosen()
            && (core.went_to_stage(&text) || self.went_to_plan(core, &text, palette))
        {
            return;
        }
        match palette.selected() {
            None => {
                let help = core.with_keys("<help> shows what there is.");
                let told = if core.knows_all_plans() {
                    format!("No command and no plan is called \"{text}\". {help}")
                } else {
                    let why = core.why_list_is_not_whole();
                    format!("No command is called \"{text}\", and of plans it is not known: {why}")
                };
                core.say(Weight::Warning, told);
            }
            Some(Suggestion {
                target: Target::Plan(id),
                ..
            }) => self.go_to_plan_of(core, &id.clone()),
            Some(Suggestion {
                target: Target::Stage(plan, stage),
                ..
            }) => core.go(Route::LimitsOn(plan.clone(), stage.clone())),
            Some(Suggestion {
                target: Target::Place(goal),
                ..
            }) => core.wish(Wish::Go(goal.clone())),
            Some(Suggestion {
                target: Target::Change(line),
                ..
            }) => self.change_by_line(core, line),
            Some(Suggestion {
                target: Target::Command(command),
                ..
            }) => {
                let command = *command;
                // A suggestion that only resembles what was typed must not send.
                if command.must_be_named() && text != command.name() {
                    let told = format!("Nothing was done: type {} in full.", command.name());
                    return core.say(Weight::Warning, told);
                }
                self.run(core, command);
            }
        }
    }

    /// Follows a line that names a plan exactly, or says why it cannot be followed; false
    /// where neither. A plan that it only resembles is for who chooses among the
    /// suggestions.
    fn went_to_plan(&mut self, core: &mut Core, text: &str, palette: &Palette) -> bool {
        let mut aliases = ALIASES.iter();
        if Command::named(text).is_some() || aliases.any(|(alias, _)| *alias == text) {
            return false;
        }
        let (_, name) = of_plans(text);
        match core.plan_called(text) {
            Lookup::Found(id) => {
                // With several places in one list another may have one of this name.
                let is_only = !palette.has_elsewhere || id.0 == name;
                if is_only {
                    self.go_to_plan_of(core, &id);
                }
                is_only
            }
            Lookup::Ambiguous(ids) => {
                core.say(Weight::Warning, format!("{}.", ambiguous(name, &ids)));
                true
            }
            Lookup::NotKnown(called) if may_be_id(name) => {
                // What resembles the text is meant sooner than a plan of this id, of
                // which nothing is known.
                let is_like_others = called.is_empty() && palette.selected().is_some();
                if !is_like_others {
                    core.ask_by_id(&PlanId(name.to_owned()));
                }
                !is_like_others
            }
            Lookup::NotKnown(called) if !called.is_empty() => {
                let (ids, why) = (listed(&called), core.why_list_is_not_whole());
                let told = format!(
                    "Of the plans read {ids} has the name {name:?}, and others may: {why} Name it by its id."
                );
                core.say(Weight::Warning, told);
                true
            }
            Lookup::NotKnown(_) | Lookup::None => false,
        }
    }

    /// The goal of a line that nobody can choose for: one command, or one plan.
    ///
    /// # Errors
    /// A sentence where nothing is called so, or several things may be meant.
    pub(in crate::app) fn meaning(
        &mut self,
        core: &mut Core,
        text: &str,
    ) -> Result<Target, String> {
        let (_, name) = of_plans(text);
        let mut aliases = ALIASES.into_iter();
        let alias = aliases.find_map(|(alias, command)| (alias == text).then_some(command));
        if let Some(command) = alias.or(Command::named(text)) {
            return Ok(Target::Command(command));
        }
        if let Some(named) = core.stage_named(text) {
            let (plan, stage) = named.map_err(|told| format!("{told}."))?;
            return Ok(Target::Stage(plan, stage));
        }
        match core.plan_called(text) {
            Lookup::Found(id) => return Ok(Target::Plan(id)),
            Lookup::Ambiguous(ids) => return Err(format!("{}.", ambiguous(name, &ids))),
            Lookup::NotKnown(_) => {
                let why = core.why_list_is_not_whole();
                return Err(format!("It is not known which plan \"{name}\" is: {why}"));
            }
            Lookup::None => {}
        }
        let part = name.to_lowercase();
        let fitting = self.suggestions(core, text).into_iter();
        // What only has these letters somewhere is offered to who can look at it.
        let fitting = fitting.filter(|one| one.name.to_lowercase().contains(&part));
        let mut found: Vec<(Target, String)> = fitting.map(|one| (one.target, one.name)).collect();
        let listed: Vec<&str> = found
            .iter()
            .take(NAMED)
            .map(|(_, name)| name.as_str())
            .collect();
        let more = match found.len() - listed.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let listed = listed.join(", ");
        match found.len() {
            0 => Err(format!(
                "No command and no plan is called \"{text}\"; help names the commands, plans the \
                 plans."
            )),
            1 => Ok(found.swap_remove(0).0),
            _ => Err(format!(
                "\"{text}\" may be {listed}{more}; name one of them in full."
            )),
        }
    }

    /// Does a command, by its name: here, or where the list has it.
    pub(in crate::app) fn run(&mut self, core: &mut Core, command: Command) {
        if let Some(why) = self.obstacle_by_name(core, command) {
            return core.say(Weight::Warning, why);
        }
        core.operator.recent.retain(|one| *one != command);
        core.operator.recent.push(command);
        if !core.belongs_here(command) {
            // It is meant for the plan that the operator looks at, not for the one that the
            // list happens to select behind it.
            let plan = self.front().plan_to_copy();
            let plan = plan.filter(|_| acts_on_the_plan(command));
            self.go_to_list(core);
            if let Some(plan) = plan.filter(|id| core.plans.plan(id).is_some()) {
                core.show_plan(&plan);
            }
        }
        self.act(core, command);
    }

    /// The reason why a command that is named does nothing now.
    pub(in crate::app) fn obstacle_by_name(
        &mut self,
        core: &mut Core,
        command: Command,
    ) -> Option<String> {
        if core.belongs_here(command) {
            return self.obstacle(core, command).map(|why| core.with_keys(why));
        }
        if !core.keymap.belongs(Place::List, command) {
            let places = core.keymap.places_of(command).map(Place::title);
            let places: Vec<&str> = places.collect();
            return Some(format!("it belongs to: {}", places.join(", ")));
        }
        if let Some(why) = self.obstacle_to_leaving(core) {
            return Some(core.with_keys(why));
        }
        // As it would be there.
        let screens = std::mem::take(&mut self.screens);
        let pane = std::mem::replace(&mut self.plans.pane, Pane::List);
        let why = self.obstacle(core, command).map(|why| core.with_keys(why));
        self.screens = screens;
        self.plans.pane = pane;
        why
    }

    /// The reason why the screen in front cannot be left for another place.
    fn obstacle_to_leaving(&self, core: &Core) -> Option<&'static str> {
        let is_sending = self.front().is_sending(core) || core.is_extending();
        is_sending.then_some("a send is under way here: <back> stops it, <queue> shows it")
    }

    /// Goes to the list; what was edited stays in its drafts.
    pub(in crate::app) fn go_to_list(&mut self, core: &mut Core) {
        // Screen by screen, so that each keeps or forgets what it has to.
        self.return_to(core, 0);
        self.plans.pane = Pane::List;
    }

    pub(in crate::app) fn go_to_plan_of(&mut self, core: &mut Core, id: &PlanId) {
        if let Some(why) = self.obstacle_to_leaving(core) {
            return core.say(Weight::Warning, core.with_keys(why));
        }
        // What is not in the list would leave another plan selected.
        if core.plans.plan(id).is_none() {
            let called = core.called_gone(id);
            let text = match core.presence(id) {
                Presence::Gone => format!("The plan {called} is gone."),
                _ => format!(
                    "The list does not have the plan {called}: {}",
                    core.why_list_is_not_whole()
                ),
            };
            return core.say(Weight::Warning, text);
        }
        self.go_to_list(core);
        core.show_plan(id);
        self.plans.open_detail(core);
    }
}

/// True where a line asks for a plan and nothing else, `plan gold`, and the plan's name.
fn of_plans(text: &str) -> (bool, &str) {
    match text.strip_prefix("plan ") {
        Some(name) => (true, name.trim_start()),
        None => (false, text),
    }
}

/// The number of suggestions that are shown at once.
pub const ROWS: usize = 10;
