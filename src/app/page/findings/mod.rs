//! What deserves a look, over all plans or in one: what the lints find in what was
//! read, and what was not read yet.

pub mod kinds;
mod unread;

use std::collections::{BTreeSet, HashMap, VecDeque};

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::core::plans::{List, Loading};
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::{Changed, Route};
use crate::app::page::{Next, Offer, Page, Rows};
use crate::app::view::copyable::Copyable;
use crate::app::view::layout;
use crate::app::view::scroll::Cursor;
use crate::app::{Awaited, Weight};
use crate::plan::PlanId;
use crate::plan::lint::{Inventory, Level, LintFinding, Silenced, lint};
use crate::plan::model::api_names::ApiNames;
use crate::text::search::folded;

use kinds::{Kind, KindName, Line, Target, lines};

/// The number of questions that are under way at once while everything is read.
const AT_ONCE: usize = 8;

/// Of so many plans at a time the findings are worked out anew with every answer;
/// of more, with fewer of them.
const AT_EASE: usize = 500;

/// A finding on the page.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The finding itself.
    pub found: LintFinding,
    /// The plans that it is about, by id and name.
    pub about: String,
    /// All of it in small letters, for the filter.
    text: Box<str>,
}

impl Entry {
    fn new(mut found: LintFinding, list: &List, names: &ApiNames) -> Self {
        found.message = names.in_text(&found.message).into_owned();
        found.instead = names.in_text(&found.instead).into_owned();
        let about = about(&found.plans, list);
        let rule = found.rule.id();
        let text = format!(
            "{} {rule} {about} {} {}",
            found.level, found.message, found.instead
        );
        Self {
            text: folded(&text).into(),
            found,
            about,
        }
    }
}

fn about(plans: &[PlanId], list: &List) -> String {
    let Some(first) = plans.first() else {
        return "the account".to_owned();
    };
    let name = list.plan(first).map(|plan| plan.settings.name.as_str());
    let first = format!("{first} {}", name.unwrap_or_default());
    match plans.len() - 1 {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// The page of findings.
#[derive(Debug, Default)]
pub struct Findings {
    /// All that was found, what matters most first.
    pub all: Vec<Entry>,
    /// The ones that are shown or folded into their kind, by their places: kind by kind.
    pub shown: Vec<usize>,
    /// The lines: the kinds of several findings, and the findings of those that are open.
    pub lines: Vec<Line>,
    /// The selected line.
    pub cursor: Cursor,
    /// The text that narrows them.
    pub filter: String,
    /// The plan that they are narrowed to.
    pub of_plan: Option<PlanId>,
    /// The kinds that the configuration silences, and how many findings of them there are.
    pub silenced: Vec<Silenced>,
    /// The names of all that findings would need and was not read; empty for nothing.
    pub unread: String,
    /// The kinds that the operator opened or closed.
    turned: BTreeSet<KindName>,
    /// The questions that wait for their turn.
    waiting: VecDeque<Awaited>,
}

impl Findings {
    /// The selected finding; none where a kind is selected.
    #[must_use]
    pub fn selected(&self) -> Option<&Entry> {
        match self.lines.get(self.cursor.at)? {
            Line::Found { at, .. } => self.all.get(*at),
            Line::Kind(_) => None,
        }
    }

    /// The selected kind; none where a finding is selected.
    #[must_use]
    pub fn selected_kind(&self) -> Option<&Kind> {
        match self.lines.get(self.cursor.at)? {
            Line::Found { .. } => None,
            Line::Kind(kind) => Some(kind),
        }
    }

    /// The findings of a kind that are shown or folded into it.
    pub fn of_kind(&self, kind: &Kind) -> impl Iterator<Item = &Entry> {
        let shown = self.shown.iter().filter_map(|at| self.all.get(*at));
        shown.filter(move |entry| KindName::of(&entry.found) == kind.name)
    }

    /// The line to go back to.
    fn target(&self) -> Option<Target> {
        let kind = || self.selected_kind().map(|kind| Target::Kind(kind.name));
        let found = self.selected().map(|entry| entry.found.clone());
        found.map(Target::Found).or_else(kind)
    }

    /// The number of questions that wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The number of those shown that are of a level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        let shown = self.shown.iter().filter_map(|at| self.all.get(*at));
        shown.filter(|entry| entry.found.level == level).count()
    }

    /// Brings what is shown up to date. What is selected stays selected.
    fn narrow(&mut self) {
        let selected = self.target();
        self.show();
        self.select(selected.as_ref());
    }

    /// Opens or closes the selected kind, so that what is opened comes into sight in so many
    /// lines.
    fn turn_kind(&mut self, height: usize) {
        let Some(name) = self.selected_kind().map(|kind| kind.name) else {
            return;
        };
        if !self.turned.remove(&name) {
            self.turned.insert(name);
        }
        self.narrow();
        if let Some(kind) = self.selected_kind().filter(|kind| kind.is_open) {
            let last = self.cursor.at + kind.findings;
            let top = (last + 1).saturating_sub(height).min(self.cursor.at);
            self.cursor.top = self.cursor.top.max(top);
        }
    }

    /// Shows what fits the filter and the plan.
    fn show(&mut self) {
        let filter = folded(&self.filter);
        let words: Vec<&str> = filter.split_whitespace().collect();
        let is_shown = |entry: &Entry| {
            let of_plan = self.of_plan.as_ref();
            of_plan.is_none_or(|plan| entry.found.plans.contains(plan))
                && words.iter().all(|word| entry.text.contains(word))
        };
        let all = self.all.iter().enumerate();
        self.shown = all
            .filter(|(_, entry)| is_shown(entry))
            .map(|(at, _)| at)
            .collect();
        // Few are shown where that was asked for: all of them at once.
        let is_narrow = !words.is_empty() || self.of_plan.is_some();
        let all = &self.all;
        let name = |at: &usize| all.get(*at).map(|entry| KindName::of(&entry.found));
        // Stable: within a kind they keep their order.
        self.shown.sort_by_key(name);
        self.lines = lines(all, &self.shown, |kind| {
            let is_open = is_narrow || kind.level == Level::Error;
            is_open != self.turned.contains(&kind)
        });
    }

    /// Selects a line where it is shown, else what stands in its place; without one, the
    /// worst finding.
    fn select(&mut self, target: Option<&Target>) {
        let is_it = |line: &Line| match (line, target) {
            (Line::Found { at, .. }, Some(Target::Found(found))) => {
                self.all.get(*at).is_some_and(|entry| entry.found == *found)
            }
            (Line::Kind(kind), Some(Target::Kind(name))) => kind.name == *name,
            // The head of a kind that is open says less than what stands below it.
            (Line::Kind(kind), None) => !kind.is_open,
            (Line::Found { .. }, None) => true,
            _ => false,
        };
        let found = self.lines.iter().position(is_it);
        let last = self.lines.len().saturating_sub(1);
        let at = found.unwrap_or(self.cursor.at).min(last);
        // What took its place may be the head of a kind that is open.
        let is_head = |line: &Line| matches!(line, Line::Kind(kind) if kind.is_open);
        let steps = usize::from(found.is_none() && self.lines.get(at).is_some_and(is_head));
        self.cursor.at = at + steps;
    }

    /// The selected line, where the operator went to it: who has not moved sees the worst
    /// there.
    fn gone_to(&self) -> Option<Target> {
        self.target().filter(|_| self.cursor.is_chosen())
    }
}

impl Core {
    /// All that was read and is looked over.
    fn inventory(&self) -> Inventory<'_> {
        let keys = self.catalogue.plan_keys.iter();
        let plan_keys: HashMap<_, _> = keys
            .filter_map(|(plan, keys)| Some((plan, keys.here()?.as_slice())))
            .collect();
        Inventory {
            plans: self.plans.plans().map(AsRef::as_ref).collect(),
            is_whole: self.plans.of_key.is_none() && self.plans.loading == Loading::Done,
            around: self.plans.around(),
            plan_keys,
            api_keys: self.catalogue.api_keys.here().map(Vec::as_slice),
            exhausting: self.catalogue.exhausting().collect(),
        }
    }
}

impl Findings {
    /// The findings over all plans.
    pub(in crate::app) fn open(core: &Core) -> Self {
        Self::open_of(core, None)
    }

    /// The findings of one plan.
    pub(in crate::app) fn open_of(core: &Core, of_plan: Option<PlanId>) -> Self {
        let mut findings = Self {
            of_plan,
            ..Self::default()
        };
        findings.look_over(core, None);
        findings
    }

    /// Works the findings out from what is known now, and selects one of them.
    fn look_over(&mut self, core: &Core, selected: Option<&Target>) {
        let mut all = lint(&core.inventory());
        self.silenced = core.setup.silence.apply(&mut all);
        let names = core.catalogue.names();
        let entry = |found| Entry::new(found, &core.plans, names);
        self.all = all.into_iter().map(entry).collect();
        self.unread = core.unread();
        self.show();
        self.select(selected);
    }

    /// Works the findings out anew; of many plans not with every answer.
    fn look_over_again(&mut self, core: &Core) {
        if self
            .waiting
            .len()
            .is_multiple_of(1 + core.plans.len() / AT_EASE)
        {
            let selected = self.gone_to();
            self.look_over(core, selected.as_ref());
        }
    }

    /// Reads the plans again, and what findings need beside them and is not here, a few
    /// questions at a time for as long as the page is open.
    fn read_rest(&mut self, core: &mut Core) {
        core.read_plans(core.plans.of_key.clone());
        let mut waiting = VecDeque::from([Awaited::Account, Awaited::ApiKeys]);
        for api in core.named_apis() {
            waiting.push_back(Awaited::Stages(api.to_owned()));
            waiting.push_back(Awaited::Methods(api.to_owned()));
        }
        let plans = core.plans.plans();
        waiting.extend(plans.map(|plan| Awaited::PlanKeys(plan.id.clone())));
        waiting.retain(|question| core.is_missing(question));
        if waiting.is_empty() {
            let text = "The plans are being read again; all else is here or on its way.";
            return core.say(Weight::Info, text);
        }
        self.waiting = waiting;
        self.go_on_reading(core);
    }

    /// Asks the questions whose turn it is.
    fn go_on_reading(&mut self, core: &mut Core) {
        while core.questions.awaited.len() < AT_ONCE {
            match self.waiting.pop_front() {
                Some(Awaited::Account) => core.ask_account(),
                Some(Awaited::ApiKeys) => core.ask_api_keys(),
                Some(Awaited::Stages(api)) => core.ask_stages_of(&api),
                Some(Awaited::Methods(api)) => core.ask_methods(&api),
                Some(Awaited::PlanKeys(plan)) => core.ask_plan_keys(&plan),
                Some(_) => {}
                None => return,
            }
        }
    }

    /// The reason why the selected finding leads to no plan; none where it leads to one.
    fn obstacle_to_plan(&self) -> Option<&'static str> {
        match self.selected() {
            _ if self.of_plan.is_some() => None,
            None if self.selected_kind().is_some() => {
                Some("a kind of findings is selected: choose one of its findings")
            }
            None => Some("no finding is selected: the page shows none"),
            Some(entry) if entry.found.plans.is_empty() => {
                Some("this finding is about the account, not about a plan")
            }
            Some(_) => None,
        }
    }

    /// The plan that the selected finding is about: of several the one that the
    /// page is narrowed to, else the first.
    fn plan_of_selected(&self) -> Option<PlanId> {
        let first = || self.selected()?.found.plans.first().cloned();
        self.of_plan.clone().or_else(first)
    }

    /// Narrows the page to the plan of the selected finding, or widens it again.
    fn turn_plan(&mut self) {
        self.of_plan = match self.of_plan {
            Some(_) => None,
            None => self.plan_of_selected(),
        };
        self.narrow();
    }

    /// Goes to where the selected finding is fixed.
    fn go_to_spot(&self, core: &mut Core) {
        if let (Some(id), Some(entry)) = (self.plan_of_selected(), self.selected()) {
            core.go(Route::Finding(id, Box::new(entry.found.clone())));
        }
    }
}

/// The number of lines that the page shows of so many.
fn rows_of(body: Rect, lines: usize) -> usize {
    usize::from(layout::inside(layout::findings(body, lines).0).height)
}

impl Page for Findings {
    fn context(&self) -> Place {
        Place::Findings
    }

    fn plan(&self) -> Option<&PlanId> {
        self.of_plan.as_ref()
    }

    fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    fn rows(&self, _core: &Core, body: Rect) -> Option<Rows> {
        let area = layout::below(layout::findings(body, self.lines.len()).0, 0);
        Some(Rows::of(area, self.cursor, self.lines.len()))
    }

    fn opens(&self) -> Option<Command> {
        Some(Command::Open)
    }

    fn move_by(&mut self, _core: &mut Core, _body: Rect, by: isize) {
        self.cursor.move_by(by, self.lines.len(), usize::MAX);
    }

    fn arrange(&mut self, _core: &mut Core, body: Rect) {
        self.cursor
            .keep_within(self.lines.len(), rows_of(body, self.lines.len()));
    }

    fn offer(&self, _core: &Core, command: Command) -> Offer {
        match command {
            Command::Open if self.selected_kind().is_some() => Offer::Mine,
            Command::Open | Command::OnlyPlan => Offer::unless(self.obstacle_to_plan()),
            Command::ReadRest => Offer::Mine,
            _ => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, body: Rect, command: Command) -> Next {
        match command {
            Command::Open if self.selected_kind().is_some() => {
                self.turn_kind(rows_of(body, usize::MAX));
            }
            Command::Open => self.go_to_spot(core),
            Command::OnlyPlan => self.turn_plan(),
            // Without credentials that hold, connecting comes first.
            Command::ReadRest if core.must_connect() => return Next::PassOn,
            Command::ReadRest => self.read_rest(core),
            _ => return Next::PassOn,
        }
        Next::Stay
    }

    fn changed(&mut self, core: &mut Core, changed: &Changed) {
        match changed {
            Changed::Progress => self.go_on_reading(core),
            Changed::Plans
            | Changed::Around
            | Changed::Keys
            | Changed::Queue
            | Changed::Usage(_) => {
                self.go_on_reading(core);
                self.look_over_again(core);
            }
            _ => {}
        }
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter)
    }

    fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.narrow();
    }

    fn plan_to_copy(&self) -> Option<PlanId> {
        self.selected()?.found.plans.first().cloned()
    }

    fn copies_from_list(&self) -> bool {
        // A finding about the account is not about the plan that the list happens to select.
        false
    }

    fn value(&self, _core: &Core) -> Option<Copyable> {
        let entry = self.selected()?;
        let text = format!(
            "{}: {} ({})",
            entry.about,
            entry.found.message,
            entry.found.rule.id()
        );
        Some(Copyable::line("finding", &text))
    }
}
