//! The pages, one file or folder each: its state, what its keys do and why not, its rows.
//! A page changes itself and the core, and never names another page: what it wants opened
//! it asks the core for.

pub mod bulk_review;
pub mod change_review;
pub mod exhaustion;
pub mod extension;
pub mod findings;
pub mod form;
pub mod help;
pub mod history;
pub mod identity;
pub mod keys;
pub mod limits;
pub mod patch;
pub mod plans;
pub mod queue;
pub mod requests;
pub mod review;
pub mod text;
pub mod usage;

use ratatui::layout::{Position, Rect};

use crate::app::core::Core;
use crate::app::core::drafts::DraftId;
use crate::app::core::notices::Notice;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::Changed;
use crate::app::prompt::Prompt;
use crate::app::prompt::input::Input;
use crate::app::prompt::picker::{Item, Purpose};
use crate::app::view::copyable::Copyable;
use crate::app::view::scroll::Cursor;
use crate::plan::PlanId;

/// The answer of a page to the question whether it does a command now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It does.
    Mine,
    /// It would, but not now; why, for the operator.
    NotNow(&'static str),
    /// It is no command of this page.
    PassOn,
}

impl Offer {
    /// An offer that may be kept from being made.
    #[must_use]
    pub fn unless(obstacle: Option<&'static str>) -> Self {
        obstacle.map_or(Self::Mine, Self::NotNow)
    }
}

/// The end of what a page did with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It did it and stays.
    Stay,
    /// It did it and is to be left.
    Close,
    /// It is no command of this page.
    PassOn,
}

/// The kind of a text that is typed into a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// One line: pasted line breaks become spaces.
    Line,
    /// One number: pasted lines stay apart.
    Number,
    /// A text of lines.
    Text,
}

/// Lines on the screen of which one is selected: the one source for clicks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Their place on the screen.
    pub area: Rect,
    /// The first line that is shown.
    pub top: usize,
    /// The selected line.
    pub at: usize,
    /// The number of lines.
    pub count: usize,
    /// True where nothing is selected, for what was is not there any more.
    pub is_lost: bool,
}

impl Rows {
    /// The lines of a cursor.
    #[must_use]
    pub fn of(area: Rect, cursor: Cursor, count: usize) -> Self {
        Self {
            area,
            top: cursor.top,
            at: cursor.at,
            count,
            is_lost: cursor.selected().is_none(),
        }
    }

    /// The line under the pointer.
    #[must_use]
    pub fn line(&self, at: Position) -> Option<usize> {
        let row = at.y.checked_sub(self.area.y)?;
        let line = self.top + usize::from(row);
        (self.area.contains(at) && line < self.count).then_some(line)
    }

    /// The number of lines that a line is away from the selected one.
    #[must_use]
    pub fn away(&self, line: usize) -> isize {
        let place = |line| isize::try_from(line).unwrap_or(isize::MAX);
        let away = place(line) - place(self.at);
        // The first step down from what is gone is to what stands in its place.
        away + isize::from(self.is_lost && away >= 0)
    }
}

/// A full screen. What it does not do itself has a default: it shows nothing of a draft,
/// takes no filter, and passes every command on.
pub trait Page {
    /// The part of the key map that is live.
    fn context(&self) -> Place;

    /// The draft that it is about, where it is about one.
    fn draft(&self) -> Option<&DraftId> {
        None
    }

    /// The draft that a key on it edits: its own, or that of what is selected on it.
    fn edits(&self, _core: &Core) -> Option<DraftId> {
        self.draft().cloned()
    }

    /// The plan that it is about, where it is about one: told as gone where it is.
    fn plan(&self) -> Option<&PlanId> {
        self.draft().and_then(DraftId::plan)
    }

    /// True where it shows nothing of what was read of its plan.
    fn is_empty(&self) -> bool {
        false
    }

    /// The lines that a click selects from; none where nothing is selected.
    fn rows(&self, _core: &Core, _body: Rect) -> Option<Rows> {
        None
    }

    /// The command of a second click on the selected line.
    fn opens(&self) -> Option<Command> {
        None
    }

    /// Moves by so many lines.
    fn move_by(&mut self, core: &mut Core, body: Rect, by: isize);

    /// Moves what is under the pointer by so many lines; what has the keys stays so.
    fn wheel(&mut self, core: &mut Core, body: Rect, _at: Position, by: isize) {
        self.move_by(core, body, by);
    }

    /// The number of the part that has the keys, where a page has parts. A click that gives
    /// them to another one only selects there.
    fn part(&self) -> usize {
        0
    }

    /// Gives the keys to the part of the page that was clicked, before the line under the
    /// pointer is selected.
    fn point(&mut self, _core: &mut Core, _body: Rect, _at: Position) {}

    /// Returns true if a border between its parts is under the pointer, to be dragged.
    fn grabs(&self, _core: &Core, _body: Rect, _at: Position) -> bool {
        false
    }

    /// Moves the border that was grabbed to the pointer.
    fn drag(&mut self, _core: &mut Core, _body: Rect, _at: Position) {}

    /// The number of lines that a page up or down moves.
    fn page(&self, _core: &Core, body: Rect) -> isize {
        isize::try_from(body.height.saturating_sub(3).max(1)).unwrap_or(1)
    }

    /// The text that keys and pasted text go into, and its kind; none where nothing is typed.
    fn input(&mut self) -> Option<(&mut Input, Typed)> {
        None
    }

    /// True where the selected line takes a number, which a digit begins.
    fn takes_number(&self, _core: &Core) -> bool {
        false
    }

    /// Begins to type into the selected line with a digit, in the place of what stands
    /// there.
    fn begin(&mut self, _core: &mut Core, _digit: char) {}

    /// Takes note that a key was pressed while it is in front: what it shows was looked at.
    fn seen(&mut self) {}

    /// True once there is nothing left to do on it: it is taken out from among the pages.
    fn is_over(&self) -> bool {
        false
    }

    /// True while a send is under way that one step back from it stops.
    fn is_sending(&self, _core: &Core) -> bool {
        false
    }

    /// Takes what was typed into its text.
    fn typed(&mut self, _core: &mut Core) {}

    /// Takes the answer to a prompt that it asked for. Gives the prompt back where the answer
    /// is not taken, so that what was typed stands there again.
    fn answered(&mut self, _core: &mut Core, prompt: Prompt) -> Option<Prompt> {
        Some(prompt)
    }

    /// The items of a picker that it asked for, and what is still missing of them; none
    /// where it did not ask.
    fn items(&self, _core: &Core, _purpose: &Purpose) -> Option<(Vec<Item>, String)> {
        None
    }

    /// Fits what is shown to the screen, before it is drawn.
    fn arrange(&mut self, core: &mut Core, body: Rect);

    /// Says if it does a command now.
    fn offer(&self, _core: &Core, _command: Command) -> Offer {
        Offer::PassOn
    }

    /// Does a command.
    fn act(&mut self, _core: &mut Core, _body: Rect, _command: Command) -> Next {
        Next::PassOn
    }

    /// Does a command for all that it shows, where nobody is there to select.
    fn act_on_all(&mut self, _core: &mut Core, _command: Command) -> Next {
        Next::PassOn
    }

    /// Takes what changed in the core, where it shows it.
    fn changed(&mut self, _core: &mut Core, _changed: &Changed) {}

    /// Drops what is secret, for another page is before it and nobody looks at it any more.
    fn covered(&mut self, _core: &mut Core) {}

    /// Comes back to the front, for the page before it was left.
    fn resumed(&mut self, _core: &mut Core) {}

    /// Reads again what it shows, where that is not the list and what is around the plans.
    /// Says whether that is so.
    fn read_again(&mut self, _core: &mut Core) -> bool {
        false
    }

    /// The filter's text; none where nothing can be filtered.
    fn filter(&self) -> Option<&str> {
        None
    }

    /// Filters what it shows.
    fn set_filter(&mut self, _text: &str) {}

    /// Takes one step back within the page; says whether there was one.
    fn step_back(&mut self, _core: &mut Core) -> bool {
        false
    }

    /// The reason why what it shows is not there; none where it is. A page that does not
    /// know it itself goes by what was told.
    fn failure(&self, core: &Core) -> Option<String> {
        core.told_error()
    }

    /// The sentence on what is selected, for the foot, where nothing happened to tell of.
    fn explanation(&self, _core: &Core) -> Option<Notice> {
        None
    }

    /// The plan that copying is about; none for the selected one of the list.
    fn plan_to_copy(&self) -> Option<PlanId> {
        self.plan().cloned()
    }

    /// True where copying is about the selected plan of the list once it is about none of
    /// its own.
    fn copies_from_list(&self) -> bool {
        true
    }

    /// The selected value, to be copied.
    fn value(&self, _core: &Core) -> Option<Copyable> {
        None
    }

    /// True where it shows the usage of a plan. What no page shows any more is not read on.
    fn shows_usage_of(&self, _plan: &PlanId) -> bool {
        false
    }

    /// Sees to what is under way when it is left.
    fn left(&mut self, _core: &mut Core) {}
}
