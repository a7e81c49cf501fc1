//! The throttle matrix of a plan: which limit holds for every method of every
//! stage, why, and what it lets through.

mod cells;
mod trial;
mod why;

use std::sync::Arc;

use ratatui::layout::{Position, Rect};

pub use trial::Trial;
pub use why::{BEST_EFFORT, Said, Seen, WORD_WIDTH};

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::Changed;
use crate::app::page::{Next, Offer, Page, Rows};
use crate::app::prompt::input::Input;
use crate::app::prompt::tweak::Tweak;
use crate::app::view::copyable::Copyable;
use crate::app::view::layout;
use crate::app::view::scroll::{Cursor, Scroll};
use crate::app::{Awaited, DraftId, Prompt, Weight};
use crate::plan::limits::effective::{Chain, Matrix, effective};
use crate::plan::limits::load::Load;
use crate::plan::model::account::Surroundings;
use crate::plan::{MethodKey, PlanId, Settings, StageKey, UsagePlan};
use crate::text::wrap::wrap;

/// The methods that the matrix shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodsShown {
    /// All.
    All,
    /// Those where some stage has something else than its default.
    UnlikeDefault,
    /// Those where the selected stage and the next one differ.
    Between,
    /// Those that what is staged changes.
    Changed,
}

impl MethodsShown {
    /// The next choice.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::All => Self::UnlikeDefault,
            Self::UnlikeDefault => Self::Between,
            Self::Between => Self::Changed,
            Self::Changed => Self::All,
        }
    }

    /// Its name, for the operator.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all methods",
            Self::UnlikeDefault => "unlike their stage's default",
            Self::Between => "different on this stage and the next",
            Self::Changed => "changed by what is staged",
        }
    }
}

/// The text below the matrix where there is room for one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below {
    /// The reason why the selected limit holds.
    Why,
    /// The traffic that it lets through.
    LetsThrough,
    /// The reason why the selected limit holds, in the place of the matrix too.
    WhyInFull,
}

/// The screen of the matrix.
#[derive(Debug)]
pub struct Limits {
    /// The plan whose limits these are.
    pub plan: PlanId,
    /// The limits of every cell.
    pub matrix: Matrix,
    /// The plan that the matrix was resolved from, and what was staged on it.
    from: (Arc<UsagePlan>, Option<Arc<Settings>>),
    around: Surroundings,
    /// The rows that are shown, in order, by their place in the matrix.
    pub rows: Vec<usize>,
    /// The selected row among those shown.
    pub row: Cursor,
    /// The selected stage.
    pub column: Cursor,
    /// The text that narrows the rows.
    pub filter: String,
    /// True where the tightest come first.
    pub tightest_first: bool,
    /// The cell that was selected and is not in the matrix now.
    wanted: Option<(StageKey, MethodKey)>,
    /// True where its absence was told.
    is_told: bool,
    /// The methods that are shown.
    pub choice: MethodsShown,
    /// The text below.
    pub below: Below,
    /// The lines of it that are shown where it stands in full.
    pub scroll: Scroll,
    /// The load that is offered, as typed; empty for twice what holds.
    pub offered: String,
    /// The factor on the load as typed.
    pub factor: f64,
    /// The refusal or rate that a client saw, where that is to be explained.
    pub seen: Option<Seen>,
}

/// A text with a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

impl Limits {
    /// The stage and the method of the selected cell.
    #[must_use]
    pub fn selected(&self) -> Option<(&StageKey, &MethodKey)> {
        let column = self.matrix.columns.get(self.column.selected()?)?;
        let method = self
            .matrix
            .rows
            .get(*self.rows.get(self.row.selected()?)?)?;
        Some((&column.stage, method))
    }

    /// The chain of limits of a cell, with what is staged.
    #[must_use]
    pub fn chain(&self, stage: &StageKey, method: &MethodKey) -> Chain {
        let (plan, staged) = &self.from;
        let settings = staged.as_deref().unwrap_or(&plan.settings);
        effective(settings, stage, method, &self.around)
    }
}

impl Core {
    /// The chain of limits of the selected cell, with what is staged.
    #[must_use]
    pub fn chain(&self, limits: &Limits) -> Option<Chain> {
        let (stage, method) = limits.selected()?;
        Some(limits.chain(stage, method))
    }
}

impl Limits {
    /// The matrix of a plan; asks for what it needs.
    pub(in crate::app) fn open(core: &mut Core, plan: Arc<UsagePlan>) -> Self {
        let mut limits = Self {
            plan: plan.id.clone(),
            matrix: Matrix::of(&plan.settings, None, &Surroundings::default()),
            from: (plan, None),
            around: Surroundings::default(),
            rows: Vec::new(),
            row: Cursor::default(),
            column: Cursor::default(),
            filter: String::new(),
            tightest_first: false,
            wanted: None,
            is_told: false,
            choice: MethodsShown::All,
            below: Below::Why,
            scroll: Scroll::default(),
            offered: String::new(),
            factor: 1.0,
            seen: None,
        };
        limits.ask(core);
        limits.refresh(core);
        limits
    }

    /// The same, with a stage selected.
    pub(in crate::app) fn open_on(core: &mut Core, plan: Arc<UsagePlan>, stage: &StageKey) -> Self {
        let mut limits = Self::open(core, plan);
        let mut columns = limits.matrix.columns.iter();
        if let Some(at) = columns.position(|column| column.stage == *stage) {
            limits.column.select(at);
        }
        limits
    }

    /// The stage under the pointer, by its place.
    fn column_at(&self, body: Rect, at: Position) -> Option<usize> {
        let grid = layout::below(layout::limits(body, self.rows.len()).0, 1);
        let first = grid.x + layout::METHOD_WIDTH;
        if !grid.contains(at) || at.x < first {
            return None;
        }
        let column = self.column.top + usize::from((at.x - first) / layout::CELL_WIDTH);
        Some(column).filter(|column| *column < self.matrix.columns.len())
    }

    /// Moves through why a limit holds.
    fn scroll_why(&mut self, core: &Core, body: Rect, by: isize) {
        let pane = layout::inside(body);
        let columns = usize::from(pane.width);
        let lines = match self.seen {
            Some(seen) => {
                let told = core.told_of_seen(self, seen, columns).len();
                told + wrap(BEST_EFFORT, columns).len()
            }
            None => core
                .chain(self)
                .map_or(0, |chain| self.lines_of_why(core, &chain, columns)),
        };
        self.scroll.move_by(by, lines, usize::from(pane.height));
    }

    /// The number of lines that why a limit holds takes in so many columns.
    fn lines_of_why(&self, core: &Core, chain: &Chain, columns: usize) -> usize {
        let texts = core.why(self, chain);
        let lines = texts.iter().map(|said| wrap(&said.text, columns).len());
        let lines = lines.sum::<usize>();
        // What passes and what is refused, and the tokens of each bucket.
        let pictures = core.trial(self).map_or(0, |trial| 2 + trial.ranks.len());
        // The head of the limits, and each of them.
        1 + chain.links.len() + lines + pictures
    }

    /// Shows what comes next below the matrix.
    fn turn_below(&mut self, body: Rect) {
        self.below = match self.below {
            // Side by side both are there already.
            Below::Why if layout::is_side_by_side(body) => Below::WhyInFull,
            Below::Why => Below::LetsThrough,
            Below::LetsThrough => Below::WhyInFull,
            Below::WhyInFull => Below::Why,
        };
        self.scroll = Scroll::default();
    }

    /// Asks for another rate or burst of the selected cell.
    fn open_tweak(&self, core: &mut Core, is_burst: bool) {
        if let Some(field) = self.field(is_burst)
            && let Some(draft) = self.edits(core)
        {
            core.ask_for(Prompt::Tweak(Tweak::new(draft, field)));
        }
    }

    /// Takes the load that was typed; an empty one is the load that it began with.
    fn accept_load(&mut self, core: &mut Core, input: Input) -> Option<Prompt> {
        let text = input.text();
        if let (false, Err(reason)) = (text.trim().is_empty(), Load::parse(&text)) {
            core.say(Weight::Warning, reason);
            return Some(Prompt::Load(input));
        }
        self.offered = text;
        self.factor = 1.0;
        self.below = Below::LetsThrough;
        None
    }

    /// Takes what a client saw, to be explained.
    fn accept_seen(&mut self, core: &mut Core, input: Input) -> Option<Prompt> {
        match Seen::parse(&input.text()) {
            Ok(seen) => {
                self.seen = Some(seen);
                self.below = Below::Why;
                None
            }
            Err(reason) => {
                core.say(Weight::Warning, reason);
                Some(Prompt::Seen(input))
            }
        }
    }

    /// Takes the selected cell's method throttle out of the draft.
    fn remove_method_throttle(&self, core: &mut Core) {
        let Some((stage, method)) = self.selected() else {
            return;
        };
        let Some(id) = self.edits(core) else {
            return;
        };
        let Some(draft) = core.draft(&id) else {
            return;
        };
        // One method may have throttles under two spellings, and the row stands for both.
        let methods = draft.methods(stage).into_iter();
        let spellings: Vec<_> = methods.filter(|there| there.means(method)).collect();
        for there in &spellings {
            draft.remove_method(stage, there);
        }
        if spellings.is_empty() {
            let text = format!("the plan has no throttle of its own for {method} on {stage}");
            core.say(Weight::Warning, text);
        } else {
            let text = format!("Staged: {stage} {method} has no throttle of its own.");
            core.say(Weight::Info, text);
        }
        core.tidy(&id);
    }
}

impl Page for Limits {
    fn context(&self) -> Place {
        Place::Limits
    }

    fn edits(&self, core: &Core) -> Option<DraftId> {
        core.plans.reference(&self.plan).map(DraftId::Plan)
    }

    fn plan(&self) -> Option<&PlanId> {
        Some(&self.plan)
    }

    fn rows(&self, _core: &Core, body: Rect) -> Option<Rows> {
        let area = layout::below(layout::limits(body, self.rows.len()).0, 1);
        Some(Rows::of(area, self.row, self.rows.len()))
    }

    fn move_by(&mut self, core: &mut Core, body: Rect, by: isize) {
        // While a filter is typed, it is the methods that are chosen from.
        if self.below == Below::WhyInFull && core.place() != Place::Typing {
            self.scroll_why(core, body, by);
        } else {
            self.row.move_by(by, self.rows.len(), usize::MAX);
        }
    }

    fn point(&mut self, _core: &mut Core, body: Rect, at: Position) {
        if let Some(column) = self.column_at(body, at) {
            let count = self.matrix.columns.len();
            self.column.select(column);
            self.column.keep_within(count, count);
        }
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        if !self.is_resolved(core) {
            self.refresh(core);
        }
        let (rows, columns) = layout::cells(layout::limits(body, self.rows.len()).0);
        self.row.keep_within(self.rows.len(), rows);
        self.column.keep_within(self.matrix.columns.len(), columns);
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        let is_of_cell = matches!(
            command,
            Command::Rate | Command::Burst | Command::Remove | Command::Seen | Command::Load
        );
        if is_of_cell && self.selected().is_none() && !self.rows.is_empty() {
            return Offer::NotNow(core.obstacle_without_cell(self));
        }
        Offer::PassOn
    }

    fn act(&mut self, core: &mut Core, body: Rect, command: Command) -> Next {
        let columns = self.matrix.columns.len();
        match command {
            Command::Rate => self.open_tweak(core, false),
            Command::Burst => self.open_tweak(core, true),
            Command::Remove => self.remove_method_throttle(core),
            Command::Left => self.column.move_by(-1, columns, usize::MAX),
            Command::Right => self.column.move_by(1, columns, usize::MAX),
            Command::Tightest => self.tightest_first = !self.tightest_first,
            Command::Narrow => self.choice = self.choice.next(),
            Command::Other => self.turn_below(body),
            // One undoes the other: 1.25 times 0.8 is 1.
            Command::More => self.factor *= 1.25,
            Command::Less => self.factor *= 0.8,
            Command::Load => core.ask_for(Prompt::Load(Input::new(&self.offered))),
            Command::Seen => core.ask_for(Prompt::Seen(Input::new(""))),
            _ => return Next::PassOn,
        }
        // Two stages are compared by the selected one.
        if matches!(
            command,
            Command::Left | Command::Right | Command::Tightest | Command::Narrow
        ) {
            self.rearrange();
        }
        Next::Stay
    }

    fn changed(&mut self, core: &mut Core, changed: &Changed) {
        // Behind another page nothing is asked for, and nobody is told of what is gone.
        if core.screen_place() != Place::Limits {
            return;
        }
        match changed {
            Changed::Plans
            | Changed::Around
            | Changed::Keys
            | Changed::Queue
            | Changed::Usage(_) => {
                self.ask_again(core);
                self.refresh(core);
            }
            Changed::Emptied => self.ask_again(core),
            _ => {}
        }
    }

    fn resumed(&mut self, core: &mut Core) {
        self.ask_again(core);
    }

    fn answered(&mut self, core: &mut Core, prompt: Prompt) -> Option<Prompt> {
        match prompt {
            Prompt::Load(input) => self.accept_load(core, input),
            Prompt::Seen(input) => self.accept_seen(core, input),
            other => Some(other),
        }
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter)
    }

    fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.rearrange();
    }

    fn step_back(&mut self, _core: &mut Core) -> bool {
        if self.below == Below::WhyInFull {
            self.below = Below::Why;
            return true;
        }
        self.seen.take().is_some()
    }

    fn value(&self, _core: &Core) -> Option<Copyable> {
        let (stage, method) = self.selected()?;
        let text = format!("{stage} {method}");
        Some(Copyable::line("stage and method", &text))
    }

    fn left(&mut self, core: &mut Core) {
        // Nobody looks any more at what the matrix still waits for.
        let is_of_limits = |awaited: &Awaited| {
            matches!(
                awaited,
                Awaited::Stages(_) | Awaited::Methods(_) | Awaited::PlanKeys(_)
            )
        };
        if core.cancel(is_of_limits) {
            core.resolve_around();
            core.catalogue.forget_unread();
        }
    }
}
