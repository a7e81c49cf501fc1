//! Going to another place: what there is to choose from, and opening it.

use std::sync::Arc;

use super::{Desk, PlaceId, Stand, Wish};
use crate::app::core::Core;
use crate::app::core::plans::Loading;
use crate::app::message::Effect;
use crate::app::prompt::palette::{MOST_PLANS, Suggestion, Target};
use crate::app::prompt::picker::{Choice, Item, Picker, Purpose};
use crate::app::stack::Stack;
use crate::app::{App, Prompt, Weight};
use crate::config::Spot;
use crate::gateway::connect::places::{Profile, REGIONS, looks_like_region};
use crate::plan::PlanId;
use crate::text::search::Search;

/// A list to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The open places, the profiles and the Regions.
    All,
    /// The profiles.
    Profiles,
    /// The Regions.
    Regions,
}

/// A place to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// To an open place.
    Open(PlaceId),
    /// To all open places, as one list.
    Together,
    /// To this profile, in the Region that it leads to.
    Profile(String),
    /// To this Region, with the profile at hand.
    Region(String),
    /// To this plan of an open place.
    Plan(PlaceId, PlanId),
}

impl Goal {
    /// The goal that a typed text stands for: a Region, where it looks like one.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        looks_like_region(text).then(|| Self::Region(text.to_owned()))
    }
}

/// The profiles of the AWS files, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    read: Option<Result<Vec<Profile>, String>>,
    is_reading: bool,
    /// The offer that is being chosen from.
    offer: Option<Offer>,
    /// The goals of the command line: what to type, the goal, what it is.
    pub(super) goals: Arc<Vec<(String, Goal, String)>>,
}

impl Profiles {
    pub(super) fn is_known(&self) -> bool {
        self.read.is_some()
    }

    fn all(&self) -> &[Profile] {
        match &self.read {
            Some(Ok(profiles)) => profiles,
            _ => &[],
        }
    }

    fn region_of(&self, name: &str) -> Option<&str> {
        let profile = self.all().iter().find(|profile| profile.name == name)?;
        profile.region.as_deref()
    }

    fn set_goals(&mut self, is_demo: bool) {
        let profiles = self.all().iter().filter(|_| !is_demo);
        let profiles = profiles.map(|profile| {
            let name = format!("profile {}", profile.name);
            (
                name,
                Goal::Profile(profile.name.clone()),
                region_note(profile),
            )
        });
        let regions = REGIONS.iter().map(|(code, name)| {
            let goal = Goal::Region((*code).to_owned());
            (format!("region {code}"), goal, format!("goes to {name}"))
        });
        self.goals = Arc::new(profiles.chain(regions).collect());
    }
}

fn region_note(profile: &Profile) -> String {
    match &profile.region {
        Some(region) => format!("profile, in {region}"),
        None => "profile; it names no Region".to_owned(),
    }
}

impl Desk {
    /// Asks which profiles there are, unless that is being asked. The sample account has
    /// none.
    pub(super) fn read_profiles(&mut self) {
        let is_demo = self.front.app.core.setup.demo;
        if self.profiles.goals.is_empty() {
            self.profiles.set_goals(is_demo);
        }
        if is_demo {
            self.profiles.read = Some(Ok(Vec::new()));
        } else if !self.profiles.is_reading {
            self.profiles.is_reading = true;
            // Any place will do: the files are this machine's, and the answer goes to the
            // desk itself.
            self.effects.push((self.front.id, Effect::ReadProfiles));
        }
        self.brief();
        self.front
            .app
            .stack
            .palette_learned(&mut self.front.app.core);
    }

    pub(super) fn profiles_read(&mut self, read: Result<Vec<Profile>, String>) {
        self.profiles.is_reading = false;
        self.profiles.read = Some(read);
        self.profiles.set_goals(self.front.app.core.setup.demo);
        self.refresh_choice();
        self.brief();
        self.front
            .app
            .stack
            .palette_learned(&mut self.front.app.core);
    }

    /// Opens the picker of places.
    pub(super) fn choose_from(&mut self, offer: Offer) {
        self.read_profiles();
        self.profiles.offer = Some(offer);
        let title = match offer {
            Offer::All => "Go to an account, a profile or a Region; drafts are kept",
            Offer::Profiles => "Go to a profile of your AWS files; drafts are kept",
            Offer::Regions => "Go to a Region; drafts are kept",
        };
        let picker = Picker::new(Purpose::Place, title);
        self.front.app.stack.prompt = Some(Prompt::Picker(Box::new(picker)));
        self.refresh_choice();
    }

    /// Brings the picker of places up to date.
    pub(super) fn refresh_choice(&mut self) {
        let is_open = |picker: &Picker| picker.purpose == Purpose::Place;
        let Some(offer) = self.profiles.offer else {
            return;
        };
        if !matches!(&self.front.app.stack.prompt, Some(Prompt::Picker(picker)) if is_open(picker))
        {
            // The desk is not told when its picker is closed by a step back or a choice.
            self.profiles.offer = None;
            return;
        }
        let mut items = Vec::new();
        if offer == Offer::All {
            items.extend(self.open_items());
        }
        if offer != Offer::Regions {
            items.extend(self.profiles.all().iter().map(|profile| Item {
                choice: Choice::Place(Goal::Profile(profile.name.clone())),
                label: profile.name.clone(),
                note: region_note(profile),
            }));
        }
        if offer != Offer::Profiles {
            let of = match self.front.profile() {
                "demo" => "of the sample account".to_owned(),
                profile => format!("with profile {profile}"),
            };
            items.extend(REGIONS.iter().map(|(code, name)| Item {
                choice: Choice::Place(Goal::Region((*code).to_owned())),
                label: (*code).to_owned(),
                note: format!("Region {name}, {of}"),
            }));
        }
        let note = match &self.profiles.read {
            Some(Err(why)) => why.clone(),
            Some(Ok(_)) if offer == Offer::Profiles && self.front.app.core.setup.demo => {
                "the sample account has no profiles".to_owned()
            }
            Some(Ok(profiles)) if offer == Offer::Profiles && profiles.is_empty() => {
                "the AWS files have no profiles".to_owned()
            }
            Some(Ok(_)) => String::new(),
            None => "reading the AWS files".to_owned(),
        };
        if let Some(Prompt::Picker(picker)) = &mut self.front.app.stack.prompt {
            picker.set_items(items);
            picker.note = note;
        }
    }

    /// The open places, and all of them together.
    fn open_items(&self) -> Vec<Item> {
        let places = self.places();
        let together = self.together.is_some();
        let mut items: Vec<Item> = Vec::with_capacity(places.len() + 1);
        for stand in &places {
            let mut parts = vec![match self.same_as(stand) {
                Some(first) => format!("the same account as {first}, shown once"),
                None => state_of(stand),
            }];
            if stand.id == self.front.id && !together {
                parts.push("here".to_owned());
            }
            items.push(Item {
                choice: Choice::Place(Goal::Open(stand.id)),
                label: stand.name(),
                note: format!("open: {}", parts.join(", ")),
            });
        }
        if places.len() > 1 {
            let plans: usize = places
                .iter()
                // Its plans are those of the place that it is shown with, and would count
                // twice.
                .filter(|stand| stand.same_as.is_none())
                .map(|stand| stand.app.core.plans.len())
                .sum();
            let here = if together { ", here" } else { "" };
            items.push(Item {
                choice: Choice::Place(Goal::Together),
                label: "all open accounts together".to_owned(),
                note: format!("{} accounts, {plans} plans{here}", places.len()),
            });
        }
        items
    }

    /// The name of the place whose account this is too.
    pub(super) fn same_as(&self, stand: &Stand) -> Option<String> {
        self.get(stand.same_as?).map(Stand::name)
    }

    /// Goes there, and opens what is not open yet.
    pub(super) fn go(&mut self, goal: &Goal) {
        let spot = match goal {
            Goal::Together => return self.show_together(),
            Goal::Open(id) => return self.go_to(*id),
            Goal::Plan(id, plan) => {
                self.bring(*id);
                return self.with(*id, |app| app.stack.go_to_plan_of(&mut app.core, plan));
            }
            Goal::Profile(name) => Spot {
                profile: Some(name.clone()),
                region: None,
            },
            Goal::Region(code) => Spot {
                profile: self.front.spot.profile.clone(),
                region: Some(code.clone()),
            },
        };
        match self.found(&spot) {
            Some(id) => self.go_to(id),
            None => self.open(spot),
        }
    }

    /// Adds plans of the other places to what the command line may mean, in the list of
    /// all places.
    pub(super) fn suggest_plans_elsewhere(&mut self) {
        if self.together.is_none() {
            return;
        }
        let Some(Prompt::Palette(palette)) = &self.front.app.stack.prompt else {
            return;
        };
        let text = palette.input.text().trim().to_owned();
        // A completed line keeps the suggestions that it was completed from.
        if text.is_empty() || palette.has_elsewhere {
            return;
        }
        // As the filter of the list finds them, so that the same letters find the same
        // plans.
        let search = Search::parse(&text);
        let mut found = Vec::new();
        for stand in self
            .others
            .iter_mut()
            .filter(|stand| stand.same_as.is_none())
        {
            let label = &stand.app.core.seat.label;
            let best = stand.app.core.plans.best(&search, MOST_PLANS).into_iter();
            found.extend(best.map(|(fit, plan)| {
                let suggestion = Suggestion {
                    target: Target::Place(Goal::Plan(stand.id, plan.id.clone())),
                    name: format!("{} {} {label}", plan.settings.name, plan.id),
                    key: String::new(),
                    help: format!("goes to the plan in {label}"),
                    obstacle: None,
                };
                (fit, suggestion)
            }));
        }
        found.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
        let found = found.into_iter().map(|(_, suggestion)| suggestion);
        if let Some(Prompt::Palette(palette)) = &mut self.front.app.stack.prompt {
            palette.suggestions.extend(found.take(MOST_PLANS));
            palette.has_elsewhere = true;
        }
    }

    /// The open place that this is.
    fn found(&self, spot: &Spot) -> Option<PlaceId> {
        let profile = spot.profile.as_deref().unwrap_or(self.front.profile());
        let region = spot
            .region
            .as_deref()
            .or_else(|| self.profiles.region_of(profile));
        let is_it = |stand: &&&Stand| {
            // Where neither the wish nor the files name a Region, the environment does:
            // that is the place which was opened without one.
            let is_region = region.map_or(stand.spot.region.is_none(), |region| {
                stand.region() == region
            });
            stand.profile() == profile && is_region
        };
        let places = self.places();
        places.iter().find(is_it).map(|stand| stand.id)
    }

    fn go_to(&mut self, id: PlaceId) {
        // To go to one place is to leave the list of all, even where the place is in
        // front already.
        let was_together = self.together.take().is_some();
        self.is_new = true;
        let was_here = self.front.id == id;
        self.bring(id);
        // Nothing on the screen would answer the key otherwise.
        if was_here && !was_together {
            let text = format!("You are in {}.", self.front.name());
            self.front.app.core.say(Weight::Info, text);
        }
    }

    /// A new place, with what the operator has set for it.
    pub(super) fn stand(&self, spot: Spot) -> Result<Stand, String> {
        let setup = (self.setup_of)(&spot)?;
        let front = &self.front.app;
        let area = front.core.area();
        let app = App::new(setup, front.core.keymap.clone(), area.width, area.height);
        let last = self.stands().map(|stand| stand.id.0).max().unwrap_or(0);
        Ok(Stand::new(PlaceId(last.saturating_add(1)), spot, app))
    }

    fn open(&mut self, spot: Spot) {
        let stand = match self.stand(spot) {
            Ok(stand) => stand,
            Err(why) => return self.front.app.core.say(Weight::Error, why),
        };
        let (id, spot) = (stand.id, stand.spot.clone());
        self.others.push(stand);
        self.is_new = true;
        self.together = None;
        self.bring(id);
        // Before the first question of the place, which needs the connection to be there.
        self.effects.push((id, Effect::Open(spot)));
        let effects = self.front.app.start();
        self.take_effects(id, effects);
    }
}

/// The state of an open place, in words.
fn state_of(stand: &Stand) -> String {
    let app = &stand.app;
    let mut parts = vec![match &app.core.plans.loading {
        Loading::NotAsked => "connecting".to_owned(),
        Loading::Underway => format!("{} plans, reading", app.core.plans.len()),
        Loading::Done => format!("{} plans", app.core.plans.len()),
        Loading::Failed(_) if app.core.plans.is_empty() => "cannot be read".to_owned(),
        Loading::Failed(_) => format!("{} plans, reading failed", app.core.plans.len()),
        Loading::Stopped => format!("{} plans, reading stopped", app.core.plans.len()),
    }];
    match app.core.drafts.count_changed() {
        0 => {}
        1 => parts.push("1 draft".to_owned()),
        n => parts.push(format!("{n} drafts")),
    }
    match app.core.outbox.queue.progress().left {
        0 => {}
        n => parts.push(format!("{n} being sent")),
    }
    parts.join(", ")
}

/// The number of letters that make a start of a name that places are offered for.
const ENOUGH: usize = 3;

impl Core {
    /// The places that the command line can go to by what is typed.
    pub(in crate::app) fn places_to_go(&self, text: &str) -> Vec<Suggestion> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (kind, start) = match words.as_slice() {
            [kind @ ("profile" | "region")] => (*kind, ""),
            [kind @ ("profile" | "region"), start] => (*kind, *start),
            // Fewer letters begin the names of so many Regions that commands and plans
            // would drown.
            [start] if start.len() >= ENOUGH => ("", *start),
            _ => return Vec::new(),
        };
        let fits = |name: &str| {
            let (of_kind, called) = name.split_once(' ').unwrap_or(("", name));
            if kind.is_empty() {
                // A start only: without a word that says so, the text may as well be
                // meant for a plan.
                return called.starts_with(start);
            }
            of_kind == kind && called.contains(start)
        };
        let suggestion = |name: &str, goal: &Goal, help: &str| Suggestion {
            target: Target::Place(goal.clone()),
            name: name.to_owned(),
            key: String::new(),
            help: help.to_owned(),
            obstacle: None,
        };
        let goals = self.seat.goals.iter().filter(|(name, ..)| fits(name));
        let mut found: Vec<Suggestion> = goals
            .map(|(name, goal, help)| suggestion(name, goal, help))
            .collect();
        let name = format!("region {start}");
        if let Some(goal) = Goal::typed(start).filter(|_| kind == "region")
            && !found.iter().any(|one| one.name == name)
        {
            let help = "goes to a Region that is not among those known";
            found.push(suggestion(&name, &goal, help));
        }
        found
    }

    /// Asks for the profiles where the line may name one and they are not known yet.
    pub(in crate::app) fn wish_for_profiles(&mut self, text: &str) {
        let is_first = self.seat.goals.is_empty();
        let is_wanted = text.len() >= ENOUGH && !self.seat.knows_profiles;
        if is_wanted && is_first {
            self.wish(Wish::KnowProfiles);
        }
    }
}

impl Stack {
    /// It is known now where the command line can go.
    fn palette_learned(&mut self, core: &mut Core) {
        if matches!(&self.prompt, Some(Prompt::Palette(palette)) if !palette.is_chosen()) {
            self.palette_typed(core);
        }
    }
}
