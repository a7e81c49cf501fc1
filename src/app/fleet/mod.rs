//! The desk: the places that are open, a profile in a Region each, of which one is in
//! front.
//!
//! An [`App`] is the dashboard of one place and stays so: its list, drafts, queue and
//! journal. The desk holds several of them. What keys, the mouse and pastes say goes to
//! the one in front; answers go to the one that asked. The others go on meanwhile: what
//! is under way there ends, and is told.
//!
//! [`Together`] shows the plans of all places as one list, which is a view over their
//! own lists.

mod operator;
mod same;
mod seat;
mod switch;
#[cfg(test)]
mod tests;
mod together;
mod told;
mod tweaks;

use std::collections::VecDeque;

use crossterm::event::KeyEvent;
use jiff::Timestamp;

use super::message::{Effect, Message};
use super::{App, Notice, Prompt, Setup, Who};
use crate::app::core::Core;
use crate::app::core::plans::Loading;
use crate::app::core::tweaks::SharedTweak;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::stack::Stack;
use crate::config::{Spot, told_apart};

pub use seat::{InSight, Seat};
pub use switch::{Goal, Offer};
pub use together::Together;
pub use tweaks::TweakedElsewhere;

use same::Whose;
use switch::Profiles;

/// The number of an open place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceId(pub u16);

/// A wish that a dashboard leaves to the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Show where one can go.
    Choose(Offer),
    /// Go there.
    Go(Goal),
    /// Find out which profiles there are.
    KnowProfiles,
    /// Move in the list of all places by so many lines.
    Move(isize),
    /// Do this with the marks of all places.
    Mark(Command),
    /// Read all places again.
    Refresh,
    /// Open the line that tweaks the marked plans of all places; it begins with these words.
    Tweak(String),
    /// This line was taken where it was typed: take it in the other places too.
    Tweaked {
        /// The line.
        line: String,
        /// True where it changed plans where it was typed.
        is_staged_here: bool,
    },
    /// This tweak was undone, or made again, where that was asked for: do it in its
    /// other places too.
    TweakUndone {
        /// The tweak.
        tweak: SharedTweak,
        /// True where it was made again.
        redo: bool,
    },
}

/// Returns the operator's settings for a place, or the reason why it cannot be opened.
pub type SetupOf = Box<dyn Fn(&Spot) -> Result<Setup, String> + Send>;

/// An open place.
pub struct Stand {
    /// Its number.
    pub id: PlaceId,
    /// The profile and Region that were asked for.
    pub spot: Spot,
    /// Its dashboard.
    pub app: App,
    /// The place whose account this is too: the plans are shown there.
    pub same_as: Option<PlaceId>,
    /// The notice of it that was told last.
    heard: Option<Notice>,
    /// The owner of its plans.
    whose: Whose,
}

impl Stand {
    fn new(id: PlaceId, spot: Spot, app: App) -> Self {
        Self {
            id,
            spot,
            app,
            same_as: None,
            heard: None,
            whose: Whose::default(),
        }
    }

    /// The profile's name.
    #[must_use]
    pub fn profile(&self) -> &str {
        match (&self.spot.profile, &self.app.core.who) {
            _ if self.app.core.setup.demo => "demo",
            (Some(profile), _) => profile,
            (None, Who::Connected(scope)) => &scope.account,
            (None, _) => "default",
        }
    }

    /// The Region's code; empty as long as it is not known.
    #[must_use]
    pub fn region(&self) -> &str {
        match (&self.app.core.who, &self.spot.region) {
            (Who::Connected(scope), _) => &scope.region,
            (_, Some(region)) => region,
            (_, None) => "",
        }
    }

    fn endpoint(&self) -> &str {
        match &self.app.core.who {
            Who::Connected(scope) => &scope.endpoint,
            _ => "",
        }
    }

    /// All that it is called.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.profile(), self.region())
            .trim()
            .to_owned()
    }

    /// The reason why its plans cannot be read; `None` where they can.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        match &self.app.core.plans.loading {
            Loading::Failed(why) => Some(why),
            _ => None,
        }
    }
}

/// The places that are open.
pub struct Desk {
    /// In a box, for a session holds a desk across every wait.
    front: Box<Stand>,
    others: Vec<Stand>,
    setup_of: SetupOf,
    together: Option<Together>,
    profiles: Profiles,
    /// Notices of other places that nobody read yet.
    untold: VecDeque<(PlaceId, Notice)>,
    /// The one of them that was told last.
    told: Option<(PlaceId, Notice)>,
    /// True where places are to be named and told apart anew.
    is_new: bool,
    /// The tweak that was made last in several places.
    last_tweak: SharedTweak,
    effects: Vec<(PlaceId, Effect)>,
    now: Timestamp,
}

impl Desk {
    /// A desk with one place.
    #[must_use]
    pub fn new(app: App, spot: Spot, setup_of: SetupOf) -> Self {
        let front = Box::new(Stand::new(PlaceId::default(), spot, app));
        Self {
            front,
            others: Vec::new(),
            setup_of,
            together: None,
            profiles: Profiles::default(),
            untold: VecDeque::new(),
            told: None,
            is_new: true,
            last_tweak: SharedTweak::default(),
            effects: Vec::new(),
            now: Timestamp::UNIX_EPOCH,
        }
    }

    /// A desk with one place that stays the only one.
    #[must_use]
    pub fn of(app: App) -> Self {
        let none = |_: &Spot| Err("no other account can be opened here.".to_owned());
        Self::new(app, Spot::default(), Box::new(none))
    }

    /// The same with more places, all shown as one list.
    ///
    /// # Errors
    /// The reason why one of them cannot be opened.
    pub fn together_with(mut self, spots: impl IntoIterator<Item = Spot>) -> Result<Self, String> {
        for spot in spots {
            let stand = self.stand(spot)?;
            self.others.push(stand);
        }
        self.show_together();
        Ok(self)
    }

    /// The effects to start with.
    #[must_use]
    pub fn start(&mut self) -> Vec<(PlaceId, Effect)> {
        let mut effects = Vec::new();
        for stand in std::iter::once(&mut *self.front).chain(&mut self.others) {
            // Opened before it asks: its questions need the connection.
            effects.push((stand.id, Effect::Open(stand.spot.clone())));
            effects.extend(
                stand
                    .app
                    .start()
                    .into_iter()
                    .map(|effect| (stand.id, effect)),
            );
        }
        self.resolve();
        effects.append(&mut self.effects);
        effects
    }

    /// Takes a message at this time, and says what is to be done in which place. What
    /// comes from no place is the operator's.
    #[must_use]
    pub fn update(
        &mut self,
        from: Option<PlaceId>,
        message: Message,
        now: Timestamp,
    ) -> Vec<(PlaceId, Effect)> {
        self.now = now;
        match (from, message) {
            (_, Message::Profiles(read)) => self.profiles_read(read),
            (None, Message::Woken) => {
                let is_due = |app: &App| app.core.wake_at().is_some_and(|at| at <= now);
                for id in self.ids() {
                    if self.app(id).is_some_and(is_due) || id == self.front.id {
                        self.pass(id, Message::Woken);
                    }
                }
            }
            (None, Message::Resize(columns, rows)) => {
                for id in self.ids() {
                    self.pass(id, Message::Resize(columns, rows));
                }
            }
            (None, Message::Key(event)) => self.key(event),
            (None, message) => self.pass(self.front.id, message),
            (Some(id), message) => self.pass(id, message),
        }
        self.resolve();
        std::mem::take(&mut self.effects)
    }

    /// The time at which the desk is to be woken although nothing happens.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.stands()
            .filter_map(|stand| stand.app.core.wake_at())
            .min()
    }

    /// The dashboard in front.
    #[must_use]
    pub fn front(&self) -> &App {
        &self.front.app
    }

    /// The place in front.
    #[must_use]
    pub fn front_place(&self) -> &Stand {
        &self.front
    }

    /// All places, in the order in which they were opened.
    #[must_use]
    pub fn places(&self) -> Vec<&Stand> {
        let mut stands: Vec<&Stand> = self.stands().collect();
        stands.sort_by_key(|stand| stand.id);
        stands
    }

    fn stands(&self) -> impl Iterator<Item = &Stand> {
        std::iter::once(&*self.front).chain(&self.others)
    }

    fn ids(&self) -> Vec<PlaceId> {
        self.places().into_iter().map(|stand| stand.id).collect()
    }

    fn get(&self, id: PlaceId) -> Option<&Stand> {
        self.stands().find(|stand| stand.id == id)
    }

    fn get_mut(&mut self, id: PlaceId) -> Option<&mut Stand> {
        let mut stands = std::iter::once(&mut *self.front).chain(&mut self.others);
        stands.find(|stand| stand.id == id)
    }

    fn app(&self, id: PlaceId) -> Option<&App> {
        self.get(id).map(|stand| &stand.app)
    }

    /// A key of the operator's. What leaves the filter by a step back was elsewhere
    /// perhaps when it was opened.
    fn key(&mut self, event: KeyEvent) {
        let app = &self.front.app;
        // Noted before the key is passed on: it may open the filter or leave it.
        let was_filtering = app.stack.is_filtering_plans();
        let selected = (
            self.front.id,
            app.core.plans.selected().map(|row| row.plan.id.clone()),
        );
        let command = app.core.keymap.command(app.stack.place(), event);
        let screen = app.stack.screen_place();
        self.pass(self.front.id, Message::Key(event));
        if self.front.app.stack.screen_place() != screen {
            self.tell_of_drafts_elsewhere();
        }
        let is_filtering = self.front.app.stack.is_filtering_plans();
        let Some(together) = &mut self.together else {
            return;
        };
        if !was_filtering && is_filtering {
            together.before_filter = Some(selected);
        } else if was_filtering && !is_filtering {
            let before = together.before_filter.take();
            if command == Some(Command::Back)
                && let Some((id, Some(plan))) = before
            {
                // The filter is undone in front alone so far; the others follow before
                // one of them comes there.
                self.agree();
                self.bring(id);
                self.front.app.core.plans.reselect(Some(plan));
            }
        }
    }

    /// Hands a message to a place, and sees to what that wants.
    fn pass(&mut self, id: PlaceId, message: Message) {
        let now = self.now;
        let Some(stand) = self.get_mut(id) else {
            return;
        };
        let effects = stand.app.update(message, now);
        let is_new = stand.note_whose();
        self.is_new |= is_new;
        self.take_effects(id, effects);
        self.hold_queue(id);
        self.hear(id);
    }

    /// Does something with a place, and sees to what follows from it there.
    fn with(&mut self, id: PlaceId, act: impl FnOnce(&mut App)) {
        let now = self.now;
        let Some(stand) = self.get_mut(id) else {
            return;
        };
        // No message brought the place the time, and notices and countdowns go by it.
        stand.app.core.now = now;
        act(&mut stand.app);
        let effects = stand.app.stack.finish(&mut stand.app.core);
        self.take_effects(id, effects);
    }

    fn take_effects(&mut self, id: PlaceId, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Desk(wish) => self.grant(wish),
                other => self.effects.push((id, other)),
            }
        }
    }

    fn grant(&mut self, wish: Wish) {
        match wish {
            Wish::Choose(offer) => self.choose_from(offer),
            Wish::Go(goal) => self.go(&goal),
            Wish::KnowProfiles => self.read_profiles(),
            Wish::Move(by) => self.move_by(by),
            Wish::Mark(command) => self.mark(command),
            Wish::Refresh => {
                let read = self.places().into_iter();
                let read = read.filter(|stand| stand.same_as.is_none());
                for id in read.map(|stand| stand.id).collect::<Vec<_>>() {
                    self.with(id, |app| app.stack.refresh_or_connect(&mut app.core));
                }
            }
            Wish::Tweak(start) => self.open_tweak_line(&start),
            Wish::Tweaked {
                line,
                is_staged_here,
            } => self.tweak_elsewhere(&line, is_staged_here),
            Wish::TweakUndone { tweak, redo } => self.undo_tweak_elsewhere(tweak, redo),
        }
    }

    /// Brings the desk up to date after whatever happened.
    fn resolve(&mut self) {
        if std::mem::take(&mut self.is_new) {
            self.label();
            self.find_same_places();
        }
        self.arrange_together();
        self.refresh_tweak_elsewhere();
        self.suggest_plans_elsewhere();
        self.tell();
        self.brief();
        self.front.app.stack.locate(&mut self.front.app.core);
        // What the desk told the front, a notice or a part of the seat, takes lines that
        // its own update knew nothing of. A place that is alone is told nothing.
        if !self.others.is_empty() {
            self.refresh_choice();
            self.front.app.core.now = self.now;
            self.front.app.stack.arrange(&mut self.front.app.core);
        }
    }

    /// Gives each place as much of its name as tells it from the others.
    fn label(&mut self) {
        let is_demo = self.front.app.core.setup.demo;
        let places = self.places();
        let names: Vec<[&str; 3]> = places
            .iter()
            .map(|stand| {
                // The server of the sample account has any port.
                let endpoint = if is_demo { "" } else { stand.endpoint() };
                [stand.profile(), stand.region(), endpoint]
            })
            .collect();
        let labels = told_apart(&names);
        let ids: Vec<PlaceId> = places.iter().map(|stand| stand.id).collect();
        let is_alone = self.others.is_empty();
        let is_together = self.together.is_some();
        for (id, label) in ids.into_iter().zip(labels) {
            let label = if is_alone { String::new() } else { label };
            if let Some(stand) = self.get_mut(id) {
                // Where one place has the list for itself, its name is no word of the
                // filter: a plan may be called so.
                let told = is_together.then_some(label.as_str());
                stand.app.core.plans.set_place(told);
                stand.app.core.seat.label = label;
            }
        }
    }

    /// Puts a place in front. What is the operator's goes with the operator.
    fn bring(&mut self, id: PlaceId) {
        let Some(other) = self.others.iter_mut().find(|stand| stand.id == id) else {
            return;
        };
        let carried = self.front.app.stack.hand_over(&mut self.front.app.core);
        // That was told in front.
        self.front.heard.clone_from(&self.front.app.core.notice);
        std::mem::swap(&mut *self.front, other);
        self.front
            .app
            .stack
            .take_over_from(&mut self.front.app.core, carried);
        self.untold.retain(|(from, _)| *from != id);
        self.brief();
    }
}

impl Core {
    /// Leaves something to the desk.
    pub(super) fn wish(&mut self, wish: Wish) {
        self.effects.push(Effect::Desk(wish));
    }
}

impl Stack {
    /// True while the filter of the list of plans is being typed.
    fn is_filtering_plans(&self) -> bool {
        matches!(self.prompt, Some(Prompt::Filter { .. })) && self.screen().is_none()
    }

    /// True where nothing stands before the list, so that another place can take its
    /// turn.
    fn is_at_the_list(&self) -> bool {
        self.screen_place() == Place::List
            && matches!(self.prompt, None | Some(Prompt::Filter { .. }))
    }
}
