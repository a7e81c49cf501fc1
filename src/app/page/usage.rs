//! How much of its quota each API key of a plan used, and where that leads.

use std::cell::Cell;

use ratatui::layout::Rect;

use crate::app::core::usage::{Format, KeyUsage};
use crate::app::keys::command::Command;
use crate::app::message::Question;
use crate::app::message::changed::Route;
use crate::app::prompt::extend::{ExtensionPrompt, Typed};
use crate::app::view::layout;
use crate::app::view::scroll::{Cursor, Scroll};
use crate::app::{App, Awaited, Overlay, Screen, Weight};
use crate::gateway::{Failure, KeyValue};
use crate::plan::PlanId;
use crate::plan::usage::Left;

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
    pub rows: Vec<KeyUsage>,
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
    /// Whether an extension was typed on it: what of that is not sent goes with the page.
    pub(in crate::app) has_extended: bool,
}

impl Usage {
    /// The selected key.
    #[must_use]
    pub fn selected(&self) -> Option<&KeyUsage> {
        self.rows.get(self.cursor.selected()?)
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
    fn take(&mut self, rows: Option<Vec<KeyUsage>>) -> Option<String> {
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
            has_extended: false,
        })));
        self.core.ask_plan_keys(plan);
        self.core.ask_usage(plan);
        self.refresh_usage();
    }

    /// Reads again what the screen shows.
    pub(in crate::app) fn read_usage_again(&mut self) {
        let plan = match self.screen() {
            Screen::Usage(usage) => usage.plan.clone(),
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
        let underway = self.core.usage_underway();
        let left: Vec<PlanId> = underway.filter(|plan| !is_shown(plan)).cloned().collect();
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
                let rows = self.core.usage_of_keys(&plan);
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
            _ => Some("it belongs to the usage of a plan: <usage>"),
        }
    }

    /// Asks what the selected key is to have left.
    pub(in crate::app) fn open_extend(&mut self) {
        let Screen::Usage(usage) = self.screen() else {
            return;
        };
        let Some(row) = usage.selected() else { return };
        let (key, left) = ((row.id.as_str(), row.called()), row.forecast.current.left);
        let prompt = ExtensionPrompt::new(&self.core, &usage.plan, key, left);
        self.stack.overlay = prompt.map(|prompt| Overlay::Extend(Box::new(prompt)));
    }

    /// Takes the number that was typed into a review.
    pub(in crate::app) fn accept_extend(&mut self, prompt: Box<ExtensionPrompt>) {
        match prompt.taken(&mut self.core) {
            Typed::Again(prompt) => self.stack.overlay = Some(Overlay::Extend(prompt)),
            Typed::Nothing | Typed::Unchanged => {}
            Typed::Reviewed(extension) => {
                if let Some(Screen::Usage(usage)) = self.stack.screens.last_mut() {
                    usage.has_extended = true;
                }
                self.core.go(Route::Extension(Box::new(extension)));
            }
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
        match self.screen() {
            Screen::Usage(usage) => {
                let plan = usage.plan.clone();
                let of = file_name(&plan.0);
                self.core.save_usage(&of, std::iter::once(&plan), format);
            }
            _ => {}
        }
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

/// An identifier as a part of a file's name. What the service sends is not let
/// near a path otherwise.
fn file_name(id: &str) -> String {
    let kept = id.chars().filter(char::is_ascii_alphanumeric);
    format!("-{}", kept.take(40).collect::<String>())
}
