//! The API keys of a plan, and which other plans they are in.

pub(crate) mod transfers;

use std::collections::BTreeSet;

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::core::plans::KeyFilter;
use crate::app::keys::command::Command;
use crate::app::view::layout;
use crate::app::view::scroll::Cursor;
use crate::app::{App, Awaited, Overlay, Screen, Weight};
use crate::plan::PlanId;
use crate::plan::model::account::ApiKey;

/// The lines of the table that are no keys: the columns' heads.
pub const HEAD: u16 = 1;

/// An API key of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRow {
    /// Its identifier.
    pub id: String,
    /// Its name; empty for none.
    pub name: String,
    /// Whether it may be used; `None` while that is not known.
    pub enabled: Option<bool>,
    /// The customer that it belongs to; empty for none, `None` while that is not
    /// known.
    pub customer: Option<String>,
    /// The other plans that it is known to be in.
    pub others: Vec<PlanId>,
    /// Whether these are all of them.
    pub is_complete: bool,
    /// Why its plans could not be read, where they were asked for.
    pub failure: Option<String>,
    /// What the filter searches, in small letters.
    text: Box<str>,
}

impl KeyRow {
    /// In how many other plans it is, as far as known: `2`, `2 or more`, `?`.
    #[must_use]
    pub fn count(&self) -> String {
        match (self.others.len(), self.is_complete) {
            (count, true) => count.to_string(),
            (0, false) => "?".to_owned(),
            (count, false) => format!("{count} or more"),
        }
    }
}

/// The screen of a plan's API keys.
#[derive(Debug)]
pub struct PlanKeys {
    /// Whose keys.
    pub plan: PlanId,
    /// All of them.
    pub all: Vec<KeyRow>,
    /// Which of them are shown, by their place.
    pub shown: Vec<usize>,
    /// The selected one of those shown.
    pub cursor: Cursor,
    /// What narrows them.
    pub filter: String,
    /// The identifiers of those that are marked.
    pub marked: BTreeSet<String>,
    /// The key to select once it is here.
    wanted: Option<String>,
}

impl PlanKeys {
    /// The selected key.
    #[must_use]
    pub fn selected(&self) -> Option<&KeyRow> {
        self.all.get(*self.shown.get(self.cursor.selected()?)?)
    }

    /// The identifiers of the keys that a command is about: those that are marked,
    /// else the selected one.
    pub(in crate::app) fn chosen(&self) -> Vec<String> {
        if self.marked.is_empty() {
            return self
                .selected()
                .map(|row| row.id.clone())
                .into_iter()
                .collect();
        }
        let rows = self.all.iter();
        let marked = rows.filter(|row| self.marked.contains(&row.id));
        marked.map(|row| row.id.clone()).collect()
    }

    pub(in crate::app) fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        let selected = self.selected().map(|row| row.id.clone());
        self.show(selected);
    }

    pub(in crate::app) fn move_by(&mut self, by: isize) {
        self.cursor.move_by(by, self.shown.len(), usize::MAX);
    }

    /// Takes the keys anew, where they were read. The selected one stays selected,
    /// and those that are marked stay so. Gives the selected one and how many of the
    /// marked ones there were, where they are not in the plan any more.
    fn take(&mut self, all: Option<Vec<KeyRow>>) -> (Option<String>, usize) {
        let selected = self.selected().map(|row| row.id.clone());
        let Some(all) = all else {
            // They are being read: who is gone is not known before they are there.
            self.wanted = self.wanted.take().or(selected);
            self.all.clear();
            self.show(None);
            return (None, 0);
        };
        let has = |id: &String| all.iter().any(|row| row.id == *id);
        let selected = self.wanted.take().or(selected);
        let marked = self.marked.len();
        self.marked.retain(has);
        let gone = selected.clone().filter(|id| !has(id));
        self.all = all;
        if gone.is_some() {
            self.cursor.lose();
        }
        self.show(selected);
        (gone, marked - self.marked.len())
    }

    fn show(&mut self, selected: Option<String>) {
        let filter = self.filter.to_lowercase();
        let words: Vec<&str> = filter.split_whitespace().collect();
        let rows = self.all.iter().enumerate();
        let fits = rows.filter(|(_, row)| words.iter().all(|word| row.text.contains(word)));
        self.shown = fits.map(|(at, _)| at).collect();
        let place = |id: String| {
            let mut shown = self.shown.iter();
            shown.position(|at| self.all.get(*at).is_some_and(|row| row.id == id))
        };
        match selected.and_then(place) {
            Some(at) => self.cursor.select(at),
            None => self.cursor.at = self.cursor.at.min(self.shown.len().saturating_sub(1)),
        }
    }
}

impl Core {
    /// The keys of a plan; `None` where they are not read.
    fn rows_of_keys(&self, plan: &PlanId) -> Option<Vec<KeyRow>> {
        let Some(Load::Here(keys)) = self.catalogue.plan_keys.get(plan) else {
            return None;
        };
        let members = self.members();
        let all = self.catalogue.api_keys.here().into_iter().flatten();
        let all: std::collections::HashMap<&str, &ApiKey> =
            all.map(|key| (key.id.as_str(), key)).collect();
        let row = |key: &ApiKey| {
            let plans = members.plans_of(&key.id);
            let others = plans.plans.iter().map(|plan| plan.id.clone());
            let known = all.get(key.id.as_str());
            let name = known.map_or(&key.name, |known| &known.name);
            let customer = known.map(|known| known.customer.clone());
            let failure = match self.catalogue.plans_of.get(&key.id) {
                Some(Load::Failed { reason, .. }) => Some(reason.clone()),
                _ => None,
            };
            let text = format!("{name} {} {}", key.id, customer.as_deref().unwrap_or(""));
            KeyRow {
                id: key.id.clone(),
                name: name.clone(),
                enabled: known.and_then(|known| known.enabled),
                customer,
                others: others.filter(|other| other != plan).collect(),
                is_complete: plans.is_complete,
                failure,
                text: text.to_lowercase().into(),
            }
        };
        let mut rows: Vec<KeyRow> = keys.iter().map(row).collect();
        rows.sort_by(|a, b| (a.name.to_lowercase(), &a.id).cmp(&(b.name.to_lowercase(), &b.id)));
        Some(rows)
    }
}

impl App {
    /// Opens the API keys of the selected plan.
    pub(in crate::app) fn open_keys(&mut self) {
        let row = self.core.plans.selected();
        // A list of the plans of one key leads to that key.
        let key = self.core.plans.of_key.as_ref().map(|key| key.id.clone());
        if let Some(plan) = row.map(|row| row.plan.id.clone()) {
            self.open_keys_of(&plan, key);
        }
    }

    /// Opens the API keys of a plan, a key selected. Where they are open behind this
    /// screen, that is where to go.
    pub(in crate::app) fn open_keys_of(&mut self, plan: &PlanId, wanted: Option<String>) {
        let open = |screen: &Screen| matches!(screen, Screen::Keys(keys) if keys.plan == *plan);
        if let Some(at) = self.stack.screens.iter().position(open) {
            if let Some(Screen::Keys(keys)) = self.stack.screens.get_mut(at) {
                keys.wanted = wanted;
            }
            self.return_to(at);
        } else {
            self.stack.screens.push(Screen::Keys(Box::new(PlanKeys {
                plan: plan.clone(),
                all: Vec::new(),
                shown: Vec::new(),
                cursor: Cursor::default(),
                filter: String::new(),
                marked: BTreeSet::new(),
                wanted,
            })));
        }
        self.core.ask_plan_keys(plan);
        // Only the list of all keys says which are disabled, and whose they are.
        self.core.ask_api_keys();
        self.refresh_keys();
    }

    /// Works out anew what the screen of keys shows, where it is in front.
    pub(in crate::app) fn refresh_keys(&mut self) {
        let told = self.take_keys_anew();
        if !told.is_empty() {
            self.core.say(Weight::Warning, told);
        }
    }

    /// The same, and what there is to tell of keys that are gone; empty for nothing.
    pub(in crate::app) fn take_keys_anew(&mut self) -> String {
        let Some(Screen::Keys(keys)) = self.stack.screens.last() else {
            return String::new();
        };
        let rows = self.core.rows_of_keys(&keys.plan);
        let Some(Screen::Keys(keys)) = self.stack.screens.last_mut() else {
            return String::new();
        };
        let (gone, marked) = keys.take(rows);
        let (shown, all) = (keys.shown.len(), keys.all.len());
        let gone = gone.map(|key| {
            let choose = self.core.told_of_other_keys(shown, all);
            let called = self.core.called_key(&key);
            format!("The API key {called} is not in the plan any more. {choose}")
        });
        let marked = match marked {
            0 => None,
            1 => Some("1 marked key is not in the plan any more.".to_owned()),
            n => Some(format!("{n} marked keys are not in the plan any more.")),
        };
        let told: Vec<String> = gone.into_iter().chain(marked).collect();
        told.join(" ")
    }

    pub(in crate::app) fn arrange_keys(&mut self, body: Rect) {
        let rows = layout::rows(layout::findings(body).0, HEAD);
        if let Some(Screen::Keys(keys)) = self.stack.screens.last_mut() {
            keys.cursor.keep_within(keys.shown.len(), rows);
        }
    }

    /// Reads again what the screen shows.
    pub(in crate::app) fn read_keys_again(&mut self) {
        let Screen::Keys(keys) = self.screen() else {
            return;
        };
        let plan = keys.plan.clone();
        let ids: BTreeSet<String> = keys.all.iter().map(|row| row.id.clone()).collect();
        self.core.cancel(|awaited| match awaited {
            Awaited::PlanKeys(of) => *of == plan,
            Awaited::PlansOf(key) => ids.contains(key),
            Awaited::ApiKeys => true,
            _ => false,
        });
        self.core.catalogue.plan_keys.remove(&plan);
        self.core
            .catalogue
            .plans_of
            .retain(|key, _| !ids.contains(key));
        self.core.catalogue.api_keys = Load::NotAsked;
        self.core.ask_plan_keys(&plan);
        self.core.ask_api_keys();
    }

    /// Whether a command is about API keys, or about a plan as a whole, where the
    /// operator is.
    pub(in crate::app) fn is_of_keys(&self, command: Command) -> bool {
        match command {
            Command::Keys
            | Command::AttachKey
            | Command::DetachKey
            | Command::MoveKey
            | Command::CopyKey
            | Command::MarkKey
            | Command::KeyPlans
            | Command::LeaveOut
            | Command::DeletePlan => true,
            Command::Usage | Command::ByKey | Command::Refresh => {
                matches!(self.screen(), Screen::Keys(_))
            }
            _ => false,
        }
    }

    /// Why a command about keys does nothing now.
    pub(in crate::app) fn obstacle_on_keys(&self, command: Command) -> Option<&'static str> {
        if let Some(Overlay::Picker(picker)) = &self.stack.overlay {
            let takes_many = picker.purpose.takes_many();
            return (!takes_many).then_some("one is chosen here: enter takes it");
        }
        match self.screen() {
            Screen::Keys(keys) => match command {
                Command::Usage if self.core.plans.plan(&keys.plan).is_none() => {
                    Some("the list does not show this plan now: <back> goes back to it")
                }
                Command::AttachKey | Command::Usage | Command::Refresh => None,
                _ if keys.chosen().is_empty() && !keys.shown.is_empty() => {
                    Some("the selected key is not in the plan any more: <down> and <up> choose one")
                }
                _ if keys.chosen().is_empty() => Some("no key is selected: the page shows none"),
                _ => None,
            },
            Screen::Plans if self.core.plans.selected().is_none() => {
                Some("no plan is selected: the list shows none")
            }
            Screen::Plans if command == Command::DeletePlan => self.obstacle_to_deletion(),
            _ => None,
        }
    }

    /// What keys do on the screen of keys and with a plan as a whole.
    pub(in crate::app) fn command_on_keys(&mut self, command: Command) {
        match command {
            Command::Keys => self.open_keys(),
            Command::DeletePlan => self.delete_selected(),
            Command::AttachKey => self.open_attach_keys(),
            Command::DetachKey => self.detach_keys(),
            Command::MoveKey => self.open_key_targets(true),
            Command::CopyKey => self.open_key_targets(false),
            Command::MarkKey => self.turn_key_mark(),
            Command::KeyPlans => self.ask_plans_of_chosen(),
            Command::ByKey => self.show_plans_of_key(),
            Command::Usage => self.open_usage_of_key(),
            Command::Refresh => self.read_keys_again(),
            _ => {}
        }
    }

    pub(in crate::app) fn keys_screen(&self) -> Option<&PlanKeys> {
        match self.screen() {
            Screen::Keys(keys) => Some(keys),
            _ => None,
        }
    }

    fn turn_key_mark(&mut self) {
        if let Some(Overlay::Picker(picker)) = &mut self.stack.overlay {
            return picker.turn_mark();
        }
        let Some(Screen::Keys(keys)) = self.stack.screens.last_mut() else {
            return;
        };
        if let Some(id) = keys.selected().map(|row| row.id.clone()) {
            if !keys.marked.remove(&id) {
                keys.marked.insert(id);
            }
            keys.move_by(1);
        }
    }

    fn ask_plans_of_chosen(&mut self) {
        let chosen = self.keys_screen().map(PlanKeys::chosen).unwrap_or_default();
        for key in chosen {
            self.core.ask_plans_of(&key);
        }
    }

    /// Asks which plans each key of the page is in.
    pub(in crate::app) fn ask_plans_of_all(&mut self) {
        let rows = self.keys_screen().map(|keys| keys.all.iter());
        let keys: Vec<String> = rows
            .into_iter()
            .flatten()
            .map(|row| row.id.clone())
            .collect();
        for key in keys {
            self.core.ask_plans_of(&key);
        }
    }

    /// Shows the plans of the selected key in the list.
    fn show_plans_of_key(&mut self) {
        let row = self.keys_screen().and_then(PlanKeys::selected);
        if let Some((id, name)) = row.map(|row| (row.id.clone(), row.name.clone())) {
            self.return_to(0);
            self.core.read_plans(Some(KeyFilter { id, name }));
        }
    }

    fn open_usage_of_key(&mut self) {
        let Some(keys) = self.keys_screen() else {
            return;
        };
        let key = keys.selected().map(|row| row.id.clone());
        let plan = keys.plan.clone();
        self.open_usage_of(&plan, key);
    }
}
