//! How much of its quota each API key of a plan used, and where that leads.

use std::cell::Cell;

use jiff::Timestamp;
use jiff::civil::Date;
use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::core::catalogue::{Catalogue, Load};
use crate::app::keys::command::Command;
use crate::app::message::changed::Changed;
use crate::app::message::{Effect, Question};
use crate::app::view::layout;
use crate::app::view::scroll::{Cursor, Scroll};
use crate::app::{App, Awaited, Screen, Weight};
use crate::gateway::{Failure, FailureKind, KeyValue};
use crate::plan::usage::{
    Forecast, LAG, LAG_IN_SHORT, Left, PlanUsage, Reading, Told, to_csv, to_json,
};
use crate::plan::{Count, PlanId, Quota};

/// How many days of usage are read: five weeks, so that the longest period, a
/// month, and the 7 days of the mean are among them.
pub const DAYS: i32 = 35;

/// How many of the worst keys stand on the plan's overview.
const WORST: usize = 3;

/// The lines of the table that are no keys: how old the figures are, the quota and
/// the columns' heads.
pub const HEAD: u16 = 3;

/// How many lines of the table are no keys: in a small pane the quota has none, for
/// keys and how old the figures are come first.
#[must_use]
pub fn head(pane: Rect) -> u16 {
    if layout::inside(pane).height <= HEAD {
        HEAD - 1
    } else {
        HEAD
    }
}

/// The usage of a plan, and when it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageRead {
    /// The usage; its last day is the day of the reading.
    pub usage: PlanUsage,
    /// When it was read, in UTC.
    pub at: Timestamp,
    /// The keys that need attention first, a few, for the plan's overview.
    worst: Vec<(String, Forecast)>,
    /// Of how many keys it is not told how much they have left.
    unknown: usize,
}

impl UsageRead {
    /// What was read just now.
    #[must_use]
    pub fn new(usage: PlanUsage, at: Timestamp) -> Self {
        Self {
            usage,
            at,
            worst: Vec::new(),
            unknown: 0,
        }
    }

    /// The keys that need attention first, by their identifiers: those that run
    /// dry, a few.
    #[must_use]
    pub fn worst(&self) -> &[(String, Forecast)] {
        &self.worst
    }

    /// Of how many keys it is not told how much of a quota they have left.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.unknown
    }

    fn find_worst(&mut self, quota: Option<&Quota>) {
        let ranked = self.usage.ranked(quota, self.today());
        let is_unknown = |(_, forecast): &&(&str, Forecast)| forecast.is_unknown();
        self.unknown = ranked.iter().filter(is_unknown).count();
        let ranked = ranked.into_iter();
        let dry = ranked.filter(|(_, forecast)| forecast.runs_dry());
        let worst = dry
            .take(WORST)
            .map(|(key, forecast)| (key.to_owned(), forecast));
        self.worst = worst.collect();
    }

    /// When it was read, and how far the figures lag.
    #[must_use]
    pub fn age(&self) -> String {
        format!("read {} UTC; {LAG}", self.at.strftime("%Y-%m-%d %H:%M:%S"))
    }

    /// The same in so many columns, where it has a shorter form that fits.
    #[must_use]
    pub fn age_within(&self, columns: usize) -> String {
        let age = self.age();
        if crate::text::wrap::width(&age) <= columns {
            return age;
        }
        let at = self.at.strftime("%H:%M:%S");
        format!("read {at} UTC; {LAG_IN_SHORT}")
    }

    /// The day of the reading, in UTC.
    #[must_use]
    pub fn today(&self) -> Date {
        self.usage.last()
    }
}

/// What the usage is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Format {
    Csv,
    Json,
}

/// An API key of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRow {
    /// Its identifier.
    pub id: String,
    /// Its name; empty for none, and while it is not known.
    pub name: String,
    /// How it stands.
    pub forecast: Forecast,
    /// How many of the days that were asked for are told of it.
    pub told: Told,
    /// What of its days could not be understood.
    pub odd: Option<String>,
}

impl KeyRow {
    /// What to call it: its name, else its identifier.
    #[must_use]
    pub fn called(&self) -> &str {
        if self.name.is_empty() {
            &self.id
        } else {
            &self.name
        }
    }
}

/// The value of an API key that was asked for.
#[derive(Debug)]
pub enum Value {
    /// The answer is awaited.
    Underway,
    /// It is here.
    Here(KeyValue),
    /// Why it is not.
    Failed(String),
}

/// The screen of a plan's usage.
#[derive(Debug)]
pub struct Usage {
    /// Whose usage.
    pub plan: PlanId,
    /// The keys, those that need attention first.
    pub rows: Vec<KeyRow>,
    /// The selected key.
    pub cursor: Cursor,
    /// The identifier of the key whose value was asked for, and the value. It is
    /// dropped as soon as the screen is left or another comes before it.
    pub value: Option<(String, Value)>,
    /// Which lines of the selected key are shown where it stands in the place of the
    /// table.
    pub full: Option<Scroll>,
    /// How many lines that had when it was drawn last: the drawing alone knows.
    pub lines: Cell<usize>,
    /// The key to select once it is here.
    wanted: Option<String>,
    /// The extension that was reviewed and not sent: the key's identifier, and
    /// what it is to have left.
    pub(in crate::app) unsent: Option<(String, Count)>,
}

impl Usage {
    /// The selected key.
    #[must_use]
    pub fn selected(&self) -> Option<&KeyRow> {
        self.rows.get(self.cursor.selected()?)
    }

    /// What of a key was reviewed and not sent, as it would be typed.
    pub(in crate::app) fn unsent_of(&self, key: &str) -> String {
        let unsent = self.unsent.as_ref().filter(|(of, _)| of == key);
        unsent.map_or_else(String::new, |(_, count)| count.to_string())
    }

    /// Moves to another key, or through the one that stands in full in so many lines.
    pub(in crate::app) fn move_by(&mut self, by: isize, height: usize) {
        match &mut self.full {
            Some(scroll) => scroll.move_by(by, self.lines.get(), height),
            None => self.cursor.move_by(by, self.rows.len(), usize::MAX),
        }
    }

    /// Takes the keys anew, where they were read; the selected one stays selected.
    /// Gives it where the plan has it no more.
    fn take(&mut self, rows: Option<Vec<KeyRow>>) -> Option<String> {
        let selected = self.selected().map(|row| row.id.clone());
        let selected = selected.or_else(|| self.wanted.take());
        let is_read = rows.is_some();
        self.rows = rows.unwrap_or_default();
        if !is_read {
            self.wanted = selected;
            return None;
        }
        let at = |id: &String| self.rows.iter().position(|row| row.id == *id);
        let gone = match selected.as_ref().map(at) {
            Some(Some(at)) => {
                self.cursor.select(at);
                None
            }
            Some(None) => {
                self.cursor.lose();
                selected
            }
            None => None,
        };
        self.cursor.keep_within(self.rows.len(), usize::MAX);
        gone
    }
}

impl Catalogue {
    /// The usage of a plan, where it was read.
    #[must_use]
    pub fn usage_of(&self, plan: &PlanId) -> Option<&UsageRead> {
        self.usage.get(plan).and_then(Load::here)
    }
}

impl Core {
    /// Asks for the usage of a plan unless it is here or on its way.
    pub(in crate::app) fn ask_usage(&mut self, plan: &PlanId) {
        if self.catalogue.usage.get(plan).is_none_or(Load::is_missing) {
            self.catalogue.usage.insert(plan.clone(), Load::Underway);
            let awaited = Awaited::Usage(plan.clone());
            self.ask(awaited, Question::Usage(plan.clone()));
        }
    }

    /// Of a key of the plan that the usage does not name nothing is told.
    fn complete_usage(&mut self, plan: &PlanId) {
        let Catalogue {
            plan_keys, usage, ..
        } = &mut self.catalogue;
        let (Some(Load::Here(keys)), Some(Load::Here(read))) =
            (plan_keys.get(plan), usage.get_mut(plan))
        else {
            return;
        };
        let mentioned = read.usage.keys().len();
        for key in keys {
            read.usage.include(&key.id);
        }
        read.unknown += read.usage.keys().len() - mentioned;
    }

    /// Forgets the usage of a plan, and stops reading it.
    pub(in crate::app) fn forget_usage(&mut self, plan: &PlanId) {
        self.cancel(|awaited| *awaited == Awaited::Usage(plan.clone()));
        self.catalogue.usage.remove(plan);
    }

    /// The keys of a plan; `None` as long as they and their usage are being read.
    fn key_rows(&self, id: &PlanId) -> Option<Vec<KeyRow>> {
        let (Some(plan), Some(read)) = (self.plans.plan(id), self.catalogue.usage_of(id)) else {
            return None;
        };
        // What an answer does not mention may be a key of the plan still to be read.
        let keys = self.catalogue.plan_keys.get(id);
        let is_reading = matches!(keys, Some(Load::Underway));
        if is_reading && read.usage.keys().len() == 0 {
            return None;
        }
        let names = self.names_of_keys();
        let ranked = read
            .usage
            .ranked(plan.settings.quota.as_ref(), read.today());
        let row = |(key, forecast): (&str, Forecast)| KeyRow {
            id: key.to_owned(),
            name: names.get(key).copied().unwrap_or_default().to_owned(),
            forecast,
            told: read.usage.told(key),
            odd: read.usage.odd(key).map(str::to_owned),
        };
        Some(ranked.into_iter().map(row).collect())
    }

    pub(in crate::app) fn saved(&mut self, result: Result<String, String>) {
        match result {
            Ok(path) => self.say(Weight::Info, format!("Written: {path}")),
            Err(reason) => self.say(Weight::Error, reason),
        }
    }
}

impl Core {
    pub(in crate::app) fn usage_read(&mut self, plan: &PlanId, result: Result<UsageRead, Failure>) {
        // What is wrong with more than this plan: no permission, no connection.
        let stops = matches!(&result, Err(failure) if failure.kind != FailureKind::NotFound);
        self.ask_whether_gone(plan, &result);
        // The screen says where it failed; the status line need not.
        let quota = self
            .plans
            .plan(plan)
            .map(|plan| plan.settings.quota.as_ref());
        let usage = Load::of(result.map(|mut read| {
            read.find_worst(quota.flatten());
            read
        }));
        self.catalogue.usage.insert(plan.clone(), usage);
        self.complete_usage(plan);
        self.extension_read_back(plan);
        if stops {
            self.tell(Changed::UsageStops);
        }
    }
}

impl App {
    /// Opens the usage of the selected plan.
    pub(in crate::app) fn open_usage(&mut self) {
        if let Some(row) = self.core.plans.selected() {
            let plan = row.plan.id.clone();
            self.open_usage_of(&plan, None);
        }
    }

    /// Opens the usage of a plan, a key selected.
    pub(in crate::app) fn open_usage_of(&mut self, plan: &PlanId, wanted: Option<String>) {
        self.stack.screens.push(Screen::Usage(Box::new(Usage {
            plan: plan.clone(),
            rows: Vec::new(),
            cursor: Cursor::default(),
            value: None,
            full: None,
            lines: Cell::new(0),
            wanted,
            unsent: None,
        })));
        self.core.ask_plan_keys(plan);
        self.core.ask_usage(plan);
        self.refresh_usage();
    }

    /// Reads again what the screen shows.
    pub(in crate::app) fn read_usage_again(&mut self) {
        let plan = match self.screen() {
            Screen::Usage(usage) => usage.plan.clone(),
            Screen::Exhaustion(_) => return self.read_exhaustion_again(),
            _ => return,
        };
        self.core.forget_usage(&plan);
        self.core
            .cancel(|awaited| *awaited == Awaited::PlanKeys(plan.clone()));
        self.core.catalogue.plan_keys.remove(&plan);
        self.core.ask_plan_keys(&plan);
        self.core.ask_usage(&plan);
        self.refresh_usage();
    }

    /// Stops reading the usage that no screen shows any more, and the value that
    /// nobody looks at.
    pub(in crate::app) fn stop_reading_usage(&mut self) {
        let screens = &self.stack.screens;
        if screens.iter().any(|s| matches!(s, Screen::Exhaustion(_))) {
            return;
        }
        let is_shown = |plan: &PlanId| {
            screens
                .iter()
                .any(|screen| matches!(screen, Screen::Usage(usage) if usage.plan == *plan))
        };
        let plans: Vec<PlanId> = self
            .core
            .questions
            .awaited
            .values()
            .filter_map(usage_of)
            .collect();
        let left: Vec<PlanId> = plans.into_iter().filter(|plan| !is_shown(plan)).collect();
        for plan in left {
            self.core.forget_usage(&plan);
        }
    }

    /// Drops the value of a key that is not in sight any more.
    pub(in crate::app) fn drop_hidden_value(&mut self) {
        let last = self.stack.screens.len().saturating_sub(1);
        let mut shows = false;
        for (at, screen) in self.stack.screens.iter_mut().enumerate() {
            if let Screen::Usage(usage) = screen {
                if at != last {
                    usage.value = None;
                }
                shows |= usage.value.is_some();
            }
        }
        if !shows {
            self.core
                .cancel(|awaited| matches!(awaited, Awaited::KeyValue(_)));
        }
    }

    /// Works out anew what the usage screens show.
    pub(in crate::app) fn refresh_usage(&mut self) {
        match self.stack.screens.last() {
            Some(Screen::Usage(usage)) => {
                let plan = usage.plan.clone();
                self.core.complete_usage(&plan);
                let rows = self.core.key_rows(&plan);
                let Some(Screen::Usage(usage)) = self.stack.screens.last_mut() else {
                    return;
                };
                if let Some(key) = usage.take(rows) {
                    let left = usage.rows.len();
                    let choose = self.core.told_of_other_keys(left, left);
                    let called = self.core.called_key(&key);
                    let text =
                        format!("The API key {called} is not in the plan any more. {choose}");
                    self.core.say(Weight::Warning, text);
                }
            }
            Some(Screen::Exhaustion(_)) => self.refresh_exhaustion(),
            _ => {}
        }
    }

    pub(in crate::app) fn arrange_usage(&mut self, body: Rect) {
        let pane = layout::usage(body).0;
        let height = layout::rows(pane, head(pane));
        if let Some(Screen::Usage(usage)) = self.stack.screens.last_mut() {
            usage.cursor.keep_within(usage.rows.len(), height);
        }
    }

    /// Why a command of the usage screens does nothing now.
    pub(in crate::app) fn obstacle_in_usage(&self, command: Command) -> Option<&'static str> {
        const NOT_READ: &str = "no usage was read yet";
        match self.screen() {
            Screen::Usage(usage) => {
                let is_read = self.core.catalogue.usage_of(&usage.plan).is_some();
                match command {
                    _ if !is_read => Some(NOT_READ),
                    Command::Extend | Command::KeyValue | Command::KeyInFull
                        if usage.selected().is_none() && !usage.rows.is_empty() =>
                    {
                        Some(
                            "the selected key is not in the plan any more: <down> and <up> \
                             choose one",
                        )
                    }
                    Command::Extend | Command::KeyValue | Command::KeyInFull
                        if usage.selected().is_none() =>
                    {
                        Some("no key is selected: the plan has none")
                    }
                    Command::Extend => {
                        let left = usage.selected().map(|row| row.forecast.current.left);
                        left.and_then(obstacle_to_extending)
                    }
                    _ => None,
                }
            }
            Screen::Exhaustion(risk) => match command {
                Command::ReadRest if risk.is_reading() => Some("the rest is being read"),
                Command::ReadRest if risk.progress.read == risk.progress.of => {
                    Some("every plan with a quota was read: <refresh> reads them again")
                }
                Command::SaveCsv | Command::SaveJson if risk.progress.read == 0 => Some(NOT_READ),
                _ => None,
            },
            Screen::Extension(_) => None,
            _ => Some("it belongs to the usage of a plan: <usage>"),
        }
    }

    /// Shows the selected key in the place of the table, or the table again.
    pub(in crate::app) fn turn_key_in_full(&mut self) {
        if let Some(Screen::Usage(usage)) = self.stack.screens.last_mut() {
            usage.full = match usage.full {
                Some(_) => None,
                None => Some(Scroll::default()),
            };
        }
    }

    /// Asks for the value of the selected key, or hides it again.
    pub(in crate::app) fn turn_key_value(&mut self) {
        let Some(Screen::Usage(usage)) = self.stack.screens.last_mut() else {
            return;
        };
        let Some(key) = usage.selected().map(|row| row.id.clone()) else {
            return;
        };
        let was_shown = usage.value.take().is_some_and(|(of, _)| of == key);
        if !was_shown {
            usage.value = Some((key.clone(), Value::Underway));
        }
        self.core
            .cancel(|awaited| matches!(awaited, Awaited::KeyValue(_)));
        if !was_shown {
            self.core
                .ask(Awaited::KeyValue(key.clone()), Question::KeyValue(key));
        }
    }

    pub(in crate::app) fn key_value_read(&mut self, key: &str, result: Result<KeyValue, Failure>) {
        if let Some(Screen::Usage(usage)) = self.stack.screens.last_mut()
            && let Some((of, value)) = &mut usage.value
            && of == key
        {
            *value = match result {
                Ok(read) => Value::Here(read),
                Err(failure) => Value::Failed(failure.to_string()),
            };
        }
    }

    /// Writes the usage that is shown: of the plan, or of all plans that were
    /// read.
    pub(in crate::app) fn save_usage(&mut self, format: Format) {
        let (of, plans): (_, Vec<&PlanId>) = match self.screen() {
            Screen::Usage(usage) => (file_name(&usage.plan.0), vec![&usage.plan]),
            Screen::Exhaustion(_) => (String::new(), self.core.catalogue.usage.keys().collect()),
            _ => return,
        };
        let read = plans
            .into_iter()
            .filter_map(|plan| Some((plan, self.core.catalogue.usage_of(plan)?)));
        let read: Vec<(&PlanId, &UsageRead)> = read.collect();
        let Some(day) = read.iter().map(|(_, read)| read.today()).max() else {
            return;
        };
        let names = self.core.names_of_keys();
        let has_quota = |plan: &PlanId| {
            let plan = self.core.plans.plan(plan);
            plan.is_none_or(|plan| plan.settings.quota.is_some())
        };
        let days = read.iter().map(|(plan, read)| Reading {
            plan,
            usage: &read.usage,
            has_quota: has_quota(plan),
            at: read.at,
        });
        let (text, ending) = match format {
            Format::Csv => (to_csv(days, &names), "csv"),
            Format::Json => (to_json(days, &names), "json"),
        };
        let name = format!("usage{of}-{day}.{ending}");
        let ticket = self.core.ticket(Awaited::Save);
        self.core.effects.push(Effect::Save { ticket, name, text });
    }
}

/// Why what a key has left cannot be set. The change is kept with the number that
/// it had, which undo sets again, so that one must be known and be settable.
fn obstacle_to_extending(left: Left) -> Option<&'static str> {
    match left {
        Left::NoQuota => Some("the plan has no quota: there is nothing to extend"),
        Left::NotTold => Some(
            "how many requests the key has left is not told yet: <refresh> reads the usage again",
        ),
        Left::Told(left) | Left::Reckoned(left) if left > i64::from(i32::MAX) => Some(
            "the key has more than 2,147,483,647 requests left, the most that can be set: \
             there is nothing to extend",
        ),
        Left::Told(_) | Left::Reckoned(_) => None,
    }
}

/// The plan whose usage is awaited.
pub(in crate::app) fn usage_of(awaited: &Awaited) -> Option<PlanId> {
    match awaited {
        Awaited::Usage(plan) => Some(plan.clone()),
        _ => None,
    }
}

/// An identifier as a part of a file's name. What the service sends is not let
/// near a path otherwise.
fn file_name(id: &str) -> String {
    let kept = id.chars().filter(char::is_ascii_alphanumeric);
    format!("-{}", kept.take(40).collect::<String>())
}
