//! The API keys of a plan, and which other plans they are in.

pub(crate) mod transfers;

use std::collections::BTreeSet;

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::core::plans::KeyFilter;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::{Changed, Route};
use crate::app::page::{Next, Offer, Page, Rows};
use crate::app::prompt::Prompt;
use crate::app::prompt::picker::{Item, Purpose};
use crate::app::view::layout;
use crate::app::view::scroll::Cursor;
use crate::app::{Awaited, Weight};
use crate::plan::PlanId;
use crate::plan::model::account::ApiKey;
use crate::text::search::folded;

/// The lines of the table that are no keys: the columns' heads.
pub const HEAD: u16 = 1;

/// An API key of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRow {
    /// Its identifier.
    pub id: String,
    /// Its name; empty for none.
    pub name: String,
    /// True where it may be used; `None` while that is not known.
    pub enabled: Option<bool>,
    /// The customer that it belongs to; empty for none, `None` while that is not
    /// known.
    pub customer: Option<String>,
    /// The other plans that it is known to be in.
    pub others: Vec<PlanId>,
    /// True where these are all of them.
    pub is_complete: bool,
    /// The reason why its plans could not be read, where they were asked for.
    pub failure: Option<String>,
    /// The text that the filter searches, in small letters.
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
    /// The plan that has them.
    pub plan: PlanId,
    /// All of them.
    pub all: Vec<KeyRow>,
    /// The ones that are shown, by their places.
    pub shown: Vec<usize>,
    /// The selected one of those shown.
    pub cursor: Cursor,
    /// The text that narrows them.
    pub filter: String,
    /// The identifiers of those that are marked.
    pub marked: BTreeSet<String>,
    /// The key to select once it is here.
    wanted: Option<String>,
}

impl PlanKeys {
    /// The table and, below it, the selected key.
    #[must_use]
    pub fn panes(&self, body: Rect) -> (Rect, Rect) {
        layout::findings(body, self.shown.len() + usize::from(HEAD))
    }

    /// The selected key.
    #[must_use]
    pub fn selected(&self) -> Option<&KeyRow> {
        self.all.get(*self.shown.get(self.cursor.selected()?)?)
    }

    /// The identifiers of the keys that a command is about: those that are marked,
    /// else the selected one.
    fn chosen(&self) -> Vec<String> {
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
        let filter = folded(&self.filter);
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
                text: folded(&text).into(),
            }
        };
        let mut rows: Vec<KeyRow> = keys.iter().map(row).collect();
        rows.sort_by(|a, b| (a.name.to_lowercase(), &a.id).cmp(&(b.name.to_lowercase(), &b.id)));
        Some(rows)
    }
}

impl PlanKeys {
    /// The API keys of a plan, of which one is to be selected; asks for what it needs.
    pub(in crate::app) fn open(core: &mut Core, plan: PlanId, wanted: Option<String>) -> Self {
        let mut keys = Self {
            plan,
            all: Vec::new(),
            shown: Vec::new(),
            cursor: Cursor::default(),
            filter: String::new(),
            marked: BTreeSet::new(),
            wanted: None,
        };
        keys.choose(core, wanted);
        keys
    }

    /// Selects a key once it is here; asks for what is not.
    pub(in crate::app) fn choose(&mut self, core: &mut Core, wanted: Option<String>) {
        self.wanted = wanted;
        self.ask(core);
        let told = self.take_anew(core);
        if !told.is_empty() {
            core.say(Weight::Warning, told);
        }
    }

    fn ask(&self, core: &mut Core) {
        core.ask_plan_keys(&self.plan);
        // Only the list of all keys says which are disabled, and whose they are.
        core.ask_api_keys();
    }

    /// Takes the keys as they are known now, and returns what there is to tell of those
    /// that are gone; empty for nothing.
    fn take_anew(&mut self, core: &Core) -> String {
        let (gone, marked) = self.take(core.rows_of_keys(&self.plan));
        let gone = gone.map(|key| {
            let choose = core.told_of_other_keys(self.shown.len(), self.all.len());
            let called = core.called_key(&key);
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

    /// The reason why a command on the chosen keys does nothing; none where there are some.
    fn obstacle_without_key(&self) -> Option<&'static str> {
        if !self.chosen().is_empty() {
            return None;
        }
        Some(if self.shown.is_empty() {
            "no key is selected: the page shows none"
        } else {
            "the selected key is not in the plan any more: <down> and <up> choose one"
        })
    }

    /// Marks the selected key, or takes its mark away, and goes one down.
    fn turn_mark(&mut self) {
        if let Some(id) = self.selected().map(|row| row.id.clone()) {
            if !self.marked.remove(&id) {
                self.marked.insert(id);
            }
            self.cursor.move_by(1, self.shown.len(), usize::MAX);
        }
    }

    /// Asks for the list of the plans of the selected key.
    fn show_plans_of_selected(&self, core: &mut Core) {
        if let Some(KeyRow { id, name, .. }) = self.selected() {
            core.go(Route::PlansOfKey(KeyFilter {
                id: id.clone(),
                name: name.clone(),
            }));
        }
    }
}

impl Page for PlanKeys {
    fn context(&self) -> Place {
        Place::Keys
    }

    fn plan(&self) -> Option<&PlanId> {
        Some(&self.plan)
    }

    fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn rows(&self, _core: &Core, body: Rect) -> Option<Rows> {
        let area = layout::below(self.panes(body).0, HEAD);
        Some(Rows::of(area, self.cursor, self.shown.len()))
    }

    fn move_by(&mut self, _core: &mut Core, _body: Rect, by: isize) {
        self.cursor.move_by(by, self.shown.len(), usize::MAX);
    }

    fn arrange(&mut self, _core: &mut Core, body: Rect) {
        let rows = layout::rows(self.panes(body).0, HEAD);
        self.cursor.keep_within(self.shown.len(), rows);
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        // A picker in front marks lines of its own.
        if core.place() == Place::Picker {
            return Offer::PassOn;
        }
        Offer::unless(match command {
            Command::Usage if core.plans.plan(&self.plan).is_none() => {
                Some("the list does not show this plan now: <back> goes back to it")
            }
            Command::AttachKey | Command::Usage => None,
            Command::DetachKey
            | Command::MoveKey
            | Command::CopyKey
            | Command::MarkKey
            | Command::KeyPlans
            | Command::ByKey => self.obstacle_without_key(),
            _ => return Offer::PassOn,
        })
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::AttachKey => self.ask_for_keys(core),
            Command::DetachKey => self.detach(core),
            Command::MoveKey => self.ask_for_target(core, true),
            Command::CopyKey => self.ask_for_target(core, false),
            Command::MarkKey => self.turn_mark(),
            Command::KeyPlans => {
                for key in self.chosen() {
                    core.ask_plans_of(&key);
                }
            }
            Command::ByKey => self.show_plans_of_selected(core),
            Command::Usage => {
                let key = self.selected().map(|row| row.id.clone());
                core.go(Route::Usage(self.plan.clone(), key));
            }
            _ => return Next::PassOn,
        }
        Next::Stay
    }

    fn read_again(&mut self, core: &mut Core) -> bool {
        let ids: BTreeSet<&String> = self.all.iter().map(|row| &row.id).collect();
        core.cancel(|awaited| match awaited {
            Awaited::PlanKeys(of) => *of == self.plan,
            Awaited::PlansOf(key) => ids.contains(key),
            Awaited::ApiKeys => true,
            _ => false,
        });
        let catalogue = &mut core.catalogue;
        catalogue.plan_keys.remove(&self.plan);
        catalogue.plans_of.retain(|key, _| !ids.contains(key));
        catalogue.api_keys = Load::NotAsked;
        self.ask(core);
        true
    }

    fn act_on_all(&mut self, core: &mut Core, command: Command) -> Next {
        if command != Command::KeyPlans {
            return Next::PassOn;
        }
        for row in &self.all {
            core.ask_plans_of(&row.id);
        }
        Next::Stay
    }

    fn items(&self, core: &Core, purpose: &Purpose) -> Option<(Vec<Item>, String)> {
        match purpose {
            Purpose::AttachKeys(plan) => Some(core.attachable_keys(plan)),
            Purpose::KeysTo { plan, .. } => Some(core.key_targets(plan)),
            _ => None,
        }
    }

    fn answered(&mut self, core: &mut Core, prompt: Prompt) -> Option<Prompt> {
        match prompt {
            Prompt::Picker(picker) if picker.purpose.is_of_keys() => {
                core.transfer_chosen(&picker);
                None
            }
            other => Some(other),
        }
    }

    fn changed(&mut self, core: &mut Core, changed: &Changed) {
        // Behind another page nobody is told of what is gone.
        if core.screen_place() != Place::Keys {
            return;
        }
        match changed {
            Changed::Plans | Changed::Around | Changed::Keys | Changed::Usage(_) => {
                let told = self.take_anew(core);
                if !told.is_empty() {
                    core.say(Weight::Warning, told);
                }
            }
            // What was just sent says why a key is gone.
            Changed::Queue => drop(self.take_anew(core)),
            _ => {}
        }
    }

    fn resumed(&mut self, core: &mut Core) {
        let told = self.take_anew(core);
        // What was just sent says so itself.
        if !told.is_empty() && core.notice.is_none() {
            core.say(Weight::Warning, told);
        }
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter)
    }

    fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        let selected = self.selected().map(|row| row.id.clone());
        self.show(selected);
    }

    fn failure(&self, core: &Core) -> Option<String> {
        match core.catalogue.plan_keys.get(&self.plan) {
            Some(Load::Failed { reason, .. }) => Some(reason.clone()),
            _ => None,
        }
    }
}
