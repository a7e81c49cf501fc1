//! The page of the plans: the list, the detail of the selected plan, and the first steps of
//! a newcomer. It is under all others, and never left.

pub mod columns;
mod commands;
pub mod detail;
pub(crate) mod greeting;

use ratatui::layout::{Position, Rect};

use crate::app::Awaited;
use crate::app::core::Core;
use crate::app::core::drafts::DraftId;
use crate::app::core::plans::{Column, Loading};
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::Route;
use crate::app::page::{Next, Offer, Page, Rows};
use crate::app::prompt::input::Input;
use crate::app::view::layout;
use crate::app::view::scroll::Scroll;
use crate::app::{Prompt, Weight, Who};
use crate::config::ListColumn;
use crate::plan::PlanId;

use columns::Needs;
use detail::Detail;

/// A pane of the page of the plans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The list.
    #[default]
    List,
    /// The detail.
    Detail,
}

/// The page of the plans.
#[derive(Debug, Default)]
pub struct Plans {
    /// The pane that has the keys.
    pub pane: Pane,
    /// The detail of the selected plan.
    pub detail: Detail,
}

impl Plans {
    /// The list and the detail on the screen.
    #[must_use]
    pub fn panes(&self, core: &Core, body: Rect) -> (Rect, Rect) {
        layout::browse(body, self.pane == Pane::Detail, core.operator.split)
    }

    fn pane_at(&self, core: &Core, body: Rect, at: Position) -> Pane {
        if self.panes(core, body).1.contains(at) {
            Pane::Detail
        } else {
            Pane::List
        }
    }

    /// Gives the keys to the detail.
    pub(in crate::app) fn open_detail(&mut self, core: &mut Core) {
        self.pane = Pane::Detail;
        let id = core.plans.selected().map(|row| row.plan.id.clone());
        if let Some(id) = id {
            // Only here: to pass over the list must not cost a call for each plan.
            core.ask_plan_keys(&id);
            let called = core.called_plan(&id);
            core.tell_marks_left(&called);
        }
    }

    fn next_pane(&mut self, core: &mut Core) {
        match self.pane {
            Pane::List => self.open_detail(core),
            Pane::Detail => self.pane = Pane::List,
        }
    }

    /// Tells the list how many lines of it are shown, which it keeps also while another page
    /// is in front.
    pub(in crate::app) fn arrange_list(&self, core: &mut Core, body: Rect) {
        let list = self.panes(core, body).0;
        // The border takes two lines, the column heads one.
        let height = layout::inside(list).height.saturating_sub(1);
        core.plans.set_height(usize::from(height));
    }

    /// The column whose head is under the pointer.
    fn head_at(&self, core: &Core, body: Rect, at: Position) -> Option<Column> {
        let inside = layout::inside(self.panes(core, body).0);
        if at.y != inside.y || !inside.contains(at) {
            return None;
        }
        let columns = columns::columns(&needs(core), usize::from(inside.width));
        columns::column_at(&columns, usize::from(at.x - inside.x))
    }

    fn move_detail(&mut self, core: &Core, body: Rect, by: isize) {
        let pane = layout::inside(self.panes(core, body).1);
        let lines = self.detail.lines(core, usize::from(pane.width)).len();
        self.detail
            .scroll
            .move_by(by, lines, usize::from(pane.height));
    }
}

/// All that the columns of the list in sight go by.
#[must_use]
pub fn needs(core: &Core) -> Needs<'_> {
    let (widths, place) = match &core.seat.together {
        Some(sight) => (&sight.widths, sight.longest_place),
        None => (core.plans.widths(), 0),
    };
    Needs {
        widths,
        place,
        chosen: core.operator.columns.as_deref(),
        sorted_by: core.plans.sort().column,
    }
}

/// Takes the columns that were typed: nothing for the usual ones. Gives the prompt back
/// where it names what is no column.
fn take_columns(core: &mut Core, input: Input) -> Option<Prompt> {
    let text = input.text();
    if text.trim().is_empty() {
        core.operator.columns = None;
        core.say(Weight::Info, "The list shows its usual columns.");
        return None;
    }
    let Ok(columns) = ListColumn::parse(&text) else {
        // The fault stands below what is typed.
        return Some(Prompt::Columns(input));
    };
    let kept = ListColumn::to_toml(&columns);
    core.operator.columns = Some(columns);
    let told = format!(
        "These columns stay for this session. To keep them: columns = {kept} in the \
         configuration (plangate config path)."
    );
    core.say(Weight::Info, told);
    None
}

/// Asks for the page of the selected plan's API keys.
fn ask_for_keys(core: &mut Core) {
    let plan = core.plans.selected().map(|row| row.plan.id.clone());
    // A list of the plans of one key leads to that key.
    let key = core.plans.of_key.as_ref().map(|key| key.id.clone());
    if let Some(plan) = plan {
        core.go(Route::Keys(plan, key));
    }
}

impl Page for Plans {
    fn context(&self) -> Place {
        match self.pane {
            Pane::List => Place::List,
            Pane::Detail => Place::Detail,
        }
    }

    fn edits(&self, core: &Core) -> Option<DraftId> {
        core.selected_draft()
    }

    fn rows(&self, core: &Core, body: Rect) -> Option<Rows> {
        if self.pane == Pane::Detail {
            return None;
        }
        let (top, at, count) = core.list_in_sight();
        Some(Rows {
            area: layout::below(self.panes(core, body).0, 1),
            top,
            at,
            count,
            is_lost: core.plans.missing().is_some(),
        })
    }

    fn opens(&self) -> Option<Command> {
        (self.pane == Pane::List).then_some(Command::Open)
    }

    fn move_by(&mut self, core: &mut Core, body: Rect, by: isize) {
        match self.pane {
            Pane::List => core.move_in_list(by),
            Pane::Detail => self.move_detail(core, body, by),
        }
    }

    fn wheel(&mut self, core: &mut Core, body: Rect, at: Position, by: isize) {
        let pane = self.pane;
        self.pane = self.pane_at(core, body, at);
        self.move_by(core, body, by);
        self.pane = pane;
    }

    fn point(&mut self, core: &mut Core, body: Rect, at: Position) {
        if self.pane_at(core, body, at) != self.pane {
            self.next_pane(core);
        }
        if let Some(column) = self.head_at(core, body, at) {
            core.plans.sort_by(column);
        }
    }

    fn grabs(&self, core: &Core, body: Rect, at: Position) -> bool {
        let (list, detail) = self.panes(core, body);
        // Both lines of the border between the panes.
        if list.y == detail.y {
            at.x + 1 == detail.x || at.x == detail.x
        } else {
            at.y + 1 == detail.y || at.y == detail.y
        }
    }

    fn drag(&mut self, core: &mut Core, body: Rect, at: Position) {
        let (list, detail) = self.panes(core, body);
        let percent = |part: u16, whole: u16| {
            let share = u32::from(part) * 100 / u32::from(whole.max(1));
            // A pane that is dragged away could not be dragged back.
            u16::try_from(share.clamp(20, 80)).ok()
        };
        if list.y == detail.y {
            core.operator.split.beside = percent(at.x.saturating_sub(body.x) + 1, body.width);
        } else {
            core.operator.split.above = percent(at.y.saturating_sub(body.y) + 1, body.height);
        }
    }

    fn page(&self, core: &Core, body: Rect) -> isize {
        match self.pane {
            Pane::List => core.plans.page(),
            Pane::Detail => isize::try_from(body.height.saturating_sub(3).max(1)).unwrap_or(1),
        }
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        let of: Option<PlanId> = core.plans.selected().map(|row| row.plan.id.clone());
        if self.detail.of != of {
            self.detail.of = of;
            self.detail.scroll = Scroll::default();
        }
        let pane = layout::inside(self.panes(core, body).1);
        let lines = self.detail.build(core, usize::from(pane.width));
        self.detail
            .scroll
            .move_by(0, lines, usize::from(pane.height));
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        match self.obstacle(core, command) {
            Some(why) => Offer::NotNow(why),
            None if self.takes_for_many(core, command) => Offer::Mine,
            None if command == Command::Undo && self.undoes_last_send_of(core).is_some() => {
                Offer::Mine
            }
            None => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::Open => self.open_detail(core),
            Command::NextPane => self.next_pane(core),
            Command::Keys => ask_for_keys(core),
            Command::Raw => {
                self.detail.raw = !self.detail.raw;
                self.detail.scroll = Scroll::default();
            }
            other if self.command(core, other) => {}
            _ => return Next::PassOn,
        }
        Next::Stay
    }

    fn answered(&mut self, core: &mut Core, prompt: Prompt) -> Option<Prompt> {
        match prompt {
            Prompt::Columns(input) => take_columns(core, input),
            other => Some(other),
        }
    }

    fn step_back(&mut self, core: &mut Core) -> bool {
        if core.stop_undoing_last() {
            core.say(Weight::Info, "Stopped: nothing was staged.");
        } else if self.pane == Pane::Detail {
            self.pane = Pane::List;
        } else if core.cancel(|awaited| *awaited == Awaited::Connect) {
            // Where it was connected before, the plans of then stay, and so does the
            // place that they are of.
            if !matches!(core.who, Who::Connected(_)) {
                core.who = Who::Failed(core.with_keys("stopped; <refresh> connects again"));
            }
            core.plans.loading = Loading::Stopped;
        } else if core.plans.loading == Loading::Underway
            && core.cancel(|awaited| *awaited == Awaited::Plans)
        {
            core.plans.loading = Loading::Stopped;
            let text = core.with_keys("Stopped reading the plans. <refresh> reads them again.");
            core.say(Weight::Info, text);
        } else if !core.plans.filter().is_empty() {
            core.plans.set_filter("");
        } else if core.plans.of_key.is_some() {
            core.read_plans(None);
        } else {
            return false;
        }
        true
    }
}
