//! The usage of a plan's API keys: how much of its quota each used, and where that leads.

use std::cell::Cell;
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::core::usage::{Format, KeyUsage};
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::Question;
use crate::app::message::changed::{Changed, Route};
use crate::app::page::{Next, Offer, Page, Rows};
use crate::app::prompt::extend::{ExtensionPrompt, Typed};
use crate::app::view::copyable::Copyable;
use crate::app::view::layout;
use crate::app::view::scroll::{Cursor, Scroll};
use crate::app::{Awaited, Prompt, Weight};
use crate::gateway::{Failure, KeyValue};
use crate::plan::PlanId;
use crate::plan::usage::Left;

/// The lines of the table that are no keys: how old the figures are, the quota and
/// the columns' heads.
pub const HEAD: u16 = 3;

/// The number of lines of the table that are no keys: in a small pane the quota has none, for
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
    Here(Arc<KeyValue>),
    /// It is not; the reason.
    Failed(String),
}

/// The screen of a plan's usage.
#[derive(Debug)]
pub struct Usage {
    /// The plan.
    pub plan: PlanId,
    /// The keys, those that need attention first.
    pub rows: Vec<KeyUsage>,
    /// The selected key.
    pub cursor: Cursor,
    /// The identifier of the key whose value was asked for, and the value. It is
    /// dropped as soon as the screen is left or another comes before it.
    pub value: Option<(String, Value)>,
    /// The lines of the selected key that are shown where it stands in the place of the
    /// table.
    pub full: Option<Scroll>,
    /// The number of lines that it had when it was drawn last: the drawing alone knows.
    pub lines: Cell<usize>,
    /// The key to select once it is here.
    wanted: Option<String>,
    /// True once an extension was typed on it: what of that is not sent goes with the page.
    has_extended: bool,
}

impl Usage {
    /// The usage of a plan, a key selected; asks for what it needs.
    pub(in crate::app) fn open(core: &mut Core, plan: &PlanId, wanted: Option<String>) -> Self {
        let mut page = Self {
            plan: plan.clone(),
            rows: Vec::new(),
            cursor: Cursor::default(),
            value: None,
            full: None,
            lines: Cell::new(0),
            wanted,
            has_extended: false,
        };
        core.ask_plan_keys(plan);
        core.ask_usage(plan);
        page.take_read(core);
        page
    }

    /// The selected key.
    #[must_use]
    pub fn selected(&self) -> Option<&KeyUsage> {
        self.rows.get(self.cursor.selected()?)
    }

    /// Takes what was read of the keys, and tells where the selected one is gone.
    fn take_read(&mut self, core: &mut Core) {
        core.complete_usage(&self.plan);
        if let Some(key) = self.take(core.usage_of_keys(&self.plan)) {
            let left = self.rows.len();
            let choose = core.told_of_other_keys(left, left);
            let called = core.called_key(&key);
            let text = format!("The API key {called} is not in the plan any more. {choose}");
            core.say(Weight::Warning, text);
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
            // The keys are forgotten while they are read again; the selected one waits to
            // be found.
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

    /// The reason why one of its commands does nothing now.
    fn obstacle(&self, core: &Core, command: Command) -> Option<&'static str> {
        let is_of_key = matches!(
            command,
            Command::Extend | Command::KeyValue | Command::KeyInFull
        );
        match (command, self.selected()) {
            _ if core.catalogue.usage_of(&self.plan).is_none() => Some("no usage was read yet"),
            (_, None) if is_of_key && self.rows.is_empty() => {
                Some("no key is selected: the plan has none")
            }
            (_, None) if is_of_key => {
                Some("the selected key is not in the plan any more: <down> and <up> choose one")
            }
            (Command::Extend, Some(row)) => obstacle_to_extending(row.forecast.current.left),
            _ => None,
        }
    }

    /// Asks what the selected key is to have left.
    fn ask_extension(&self, core: &mut Core) {
        let Some(row) = self.selected() else { return };
        let (key, left) = ((row.id.as_str(), row.called()), row.forecast.current.left);
        if let Some(prompt) = ExtensionPrompt::new(core, &self.plan, key, left) {
            core.ask_for(Prompt::Extend(Box::new(prompt)));
        }
    }

    /// Asks for the value of the selected key, or hides it again.
    fn turn_value(&mut self, core: &mut Core) {
        let Some(key) = self.selected().map(|row| row.id.clone()) else {
            return;
        };
        // A value is a secret: one at a time is asked for, and no longer than it is
        // looked at.
        let was_shown = self.value.take().is_some_and(|(of, _)| of == key);
        core.cancel(|awaited| matches!(awaited, Awaited::KeyValue(_)));
        if !was_shown {
            self.value = Some((key.clone(), Value::Underway));
            core.ask(Awaited::KeyValue(key.clone()), Question::KeyValue(key));
        }
    }

    /// Takes the value of a key, where it is still asked for.
    fn take_value(&mut self, key: &str, result: &Result<Arc<KeyValue>, Failure>) {
        if let Some((of, value)) = &mut self.value
            && of == key
        {
            *value = match result {
                Ok(read) => Value::Here(read.clone()),
                Err(failure) => Value::Failed(failure.to_string()),
            };
        }
    }

    /// Writes the usage of the plan into a file.
    fn save(&self, core: &mut Core, format: Format) {
        let of = file_name(&self.plan.0);
        core.save_usage(&of, std::iter::once(&self.plan), format);
    }
}

impl Page for Usage {
    fn context(&self) -> Place {
        Place::Usage
    }

    fn plan(&self) -> Option<&PlanId> {
        Some(&self.plan)
    }

    fn is_empty(&self) -> bool {
        // It is drawn against the plan's quota, so it goes with the plan.
        true
    }

    fn rows(&self, _core: &Core, body: Rect) -> Option<Rows> {
        let pane = layout::usage(body, self.rows.len()).0;
        let area = layout::below(pane, head(pane));
        let rows = Rows::of(area, self.cursor, self.rows.len());
        // Where one key has the whole pane there is no row to be clicked.
        self.full.is_none().then_some(rows)
    }

    fn move_by(&mut self, _core: &mut Core, body: Rect, by: isize) {
        let height = usize::from(layout::inside(body).height);
        match &mut self.full {
            Some(scroll) => scroll.move_by(by, self.lines.get(), height),
            None => self.cursor.move_by(by, self.rows.len(), usize::MAX),
        }
    }

    fn arrange(&mut self, _core: &mut Core, body: Rect) {
        let pane = layout::usage(body, self.rows.len()).0;
        let height = layout::rows(pane, head(pane));
        self.cursor.keep_within(self.rows.len(), height);
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        match command {
            Command::Extend
            | Command::KeyValue
            | Command::KeyInFull
            | Command::SaveCsv
            | Command::SaveJson => Offer::unless(self.obstacle(core, command)),
            Command::Keys => Offer::Mine,
            _ => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::Extend => self.ask_extension(core),
            Command::KeyValue => self.turn_value(core),
            Command::KeyInFull => {
                self.full = match self.full {
                    Some(_) => None,
                    None => Some(Scroll::default()),
                };
            }
            Command::Keys => {
                let key = self.selected().map(|row| row.id.clone());
                core.go(Route::Keys(self.plan.clone(), key));
            }
            Command::SaveCsv => self.save(core, Format::Csv),
            Command::SaveJson => self.save(core, Format::Json),
            _ => return Next::PassOn,
        }
        Next::Stay
    }

    fn answered(&mut self, core: &mut Core, prompt: Prompt) -> Option<Prompt> {
        let Prompt::Extend(prompt) = prompt else {
            return Some(prompt);
        };
        match prompt.taken(core) {
            Typed::Again(prompt) => return Some(Prompt::Extend(prompt)),
            Typed::Nothing | Typed::Unchanged => {}
            Typed::Reviewed(extension) => {
                self.has_extended = true;
                core.go(Route::Extension(Box::new(extension)));
            }
        }
        None
    }

    fn changed(&mut self, core: &mut Core, changed: &Changed) {
        match changed {
            Changed::KeyValue(key, result) => self.take_value(key, result),
            // Behind another page nobody is told of a key that is gone.
            Changed::Plans
            | Changed::Around
            | Changed::Keys
            | Changed::Queue
            | Changed::Usage(_)
                if core.screen_place() == Place::Usage =>
            {
                self.take_read(core);
            }
            _ => {}
        }
    }

    fn covered(&mut self, core: &mut Core) {
        if self.value.take().is_some() {
            core.cancel(|awaited| matches!(awaited, Awaited::KeyValue(_)));
        }
    }

    fn resumed(&mut self, core: &mut Core) {
        self.take_read(core);
    }

    fn read_again(&mut self, core: &mut Core) -> bool {
        core.forget_usage(&self.plan);
        // An answer on its way would bring back what is to be forgotten.
        core.cancel(|awaited| *awaited == Awaited::PlanKeys(self.plan.clone()));
        core.catalogue.plan_keys.remove(&self.plan);
        core.ask_plan_keys(&self.plan);
        core.ask_usage(&self.plan);
        self.take_read(core);
        true
    }

    fn shows_usage_of(&self, plan: &PlanId) -> bool {
        *plan == self.plan
    }

    fn failure(&self, core: &Core) -> Option<String> {
        match core.catalogue.usage.get(&self.plan) {
            Some(Load::Failed { reason, .. }) => Some(reason.clone()),
            _ => None,
        }
    }

    fn value(&self, _core: &Core) -> Option<Copyable> {
        let key = self.selected()?;
        Some(Copyable::line("id of the API key", &key.id))
    }

    fn left(&mut self, core: &mut Core) {
        self.covered(core);
        if self.has_extended {
            core.forget_unsent_extensions(&self.plan);
        }
    }
}

/// The reason why what a key has left cannot be set. The change is kept with the number that
/// it had, which undo sets again, so that one must be known and be settable.
fn obstacle_to_extending(left: Left) -> Option<&'static str> {
    match left {
        Left::NoQuota => Some("the plan has no quota: there is nothing to extend"),
        Left::NotTold => Some(
            "how many requests the key has left is not known yet: <refresh> reads the usage again",
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
    // Identifiers have 10 characters by all examples; a longer one must not make a name
    // that no disk takes.
    format!("-{}", kept.take(40).collect::<String>())
}
