//! One review for many drafts: what they have in common, what stands out, and what it
//! takes, before anything is sent.

mod lines;

use std::collections::BTreeSet;

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::{Changed, Route};
use crate::app::outbox::handover::NO_MANAGER;
use crate::app::page::{Next, Offer, Page, Rows};
use crate::app::prompt::input::Input;
use crate::app::view::layout;
use crate::app::view::review_line::ReviewLine;
use crate::app::view::scroll::Cursor;
use crate::app::{DraftId, Prompt, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::edit::jump::Jump;

/// The review of many drafts.
#[derive(Debug)]
pub struct BulkReview {
    /// The drafts, in the order of the list.
    pub drafts: Vec<DraftId>,
    /// The choice that they were made by.
    pub which: Which,
    /// The lines that it shows.
    pub lines: Vec<BulkLine>,
    /// The selected line.
    pub cursor: Cursor,
    /// The drafts that are sent from here: those that nothing stands against.
    pub(in crate::app) sendable: Vec<DraftId>,
    /// True where a tool manages some of their plans.
    is_managed: bool,
    /// True where the operator pressed a key since what it shows last changed by itself.
    pub(in crate::app) is_seen: bool,
    /// Groups whose plans are shown, by the first of them.
    unfolded: BTreeSet<DraftId>,
    /// The state that the lines were made for; `None` where they must be made anew.
    made_for: Option<MadeFor>,
    /// The number of lines that fit.
    height: usize,
    /// True once its drafts went into the send queue.
    is_over: bool,
}

/// The choice of the drafts that are reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those of this many marked plans, so many of which the filter hides.
    Marked {
        /// Marked plans.
        plans: usize,
        /// Of these, hidden ones with a draft.
        hidden: usize,
    },
    /// All of them.
    All,
}

/// A line of the review.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkLine {
    /// Its content.
    pub shown: Shown,
    /// The columns by which it is set in.
    pub indent: u16,
    /// The place that enter opens there.
    pub target: Option<Target>,
}

/// The content of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// A line as in the review of one draft.
    Line(ReviewLine),
    /// Plans to which the same happens.
    Group {
        /// The number of plans.
        plans: usize,
        /// True where they are to be made.
        is_new: bool,
        /// True where they are shown below.
        is_open: bool,
    },
    /// A plan, with what happens to it.
    Plan(DraftId),
    /// A limit that moves, in which plan, and whether it must be passed on purpose.
    Jump {
        /// The plan.
        plan: DraftId,
        /// The limit that moves, and by how much.
        jump: Jump,
        /// True where it goes beyond the guard.
        is_far: bool,
    },
}

/// The place that enter opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The plans of a group, by the first of them.
    Group(DraftId),
    /// The review of one draft.
    Plan(DraftId),
}

/// The state that lines were made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct MadeFor {
    drafts: u64,
    queued: usize,
    columns: usize,
}

impl BulkReview {
    /// The review of the drafts of the marked plans, or of all where none is marked.
    pub(in crate::app) fn open(core: &Core) -> Self {
        let (drafts, which) = core.drafts_to_review();
        Self {
            drafts,
            which,
            lines: Vec::new(),
            cursor: Cursor::default(),
            sendable: Vec::new(),
            is_managed: false,
            is_seen: true,
            unfolded: BTreeSet::new(),
            made_for: None,
            // Not known before the first frame; until then nothing scrolls.
            height: usize::MAX,
            is_over: false,
        }
    }

    /// The number of drafts that are sent from here.
    #[must_use]
    pub fn sendable(&self) -> usize {
        self.sendable.len()
    }

    /// Has the lines made anew before they are drawn.
    fn expire(&mut self) {
        self.made_for = None;
    }

    fn target(&self) -> Option<&Target> {
        self.lines.get(self.cursor.at)?.target.as_ref()
    }

    /// Takes the new name of a draft.
    fn rename(&mut self, id: &DraftId, now: &DraftId) {
        for named in self.drafts.iter_mut().filter(|named| *named == id) {
            *named = now.clone();
        }
        self.expire();
    }
}

impl Core {
    /// The drafts that one review for many is about: those of the marked plans, or
    /// all where none is marked.
    fn drafts_to_review(&self) -> (Vec<DraftId>, Which) {
        let is_changed = |id: &DraftId| self.drafts.get(id).is_some_and(Draft::is_changed);
        let of_plans = |plans: &mut dyn Iterator<Item = &crate::plan::PlanId>| {
            let ids = plans.filter_map(|id| self.plans.reference(id).map(DraftId::Plan));
            ids.filter(is_changed).collect::<Vec<_>>()
        };
        let marked = self.plans.marked();
        if marked.all > 0 {
            let drafts = of_plans(&mut self.plans.marked_plans().map(|plan| &plan.id));
            let shown = of_plans(&mut self.plans.marked_and_shown().map(|plan| &plan.id));
            let hidden = drafts.len() - shown.len();
            let which = Which::Marked {
                plans: marked.all,
                hidden,
            };
            return (drafts, which);
        }
        let mut drafts = of_plans(&mut self.plans.plans().map(|plan| &plan.id));
        let listed: BTreeSet<DraftId> = drafts.iter().cloned().collect();
        // New plans are in no list, and a list narrowed to an API key lacks plans that
        // have drafts.
        let others = self.drafts.changed().map(|(id, _)| id);
        let others = others.filter(|id| !listed.contains(id));
        drafts.extend(others.cloned());
        (drafts, Which::All)
    }

    /// The reason why there is nothing to review together.
    pub(in crate::app) fn obstacle_to_bulk_review(&self) -> Option<&'static str> {
        let marked = self.plans.marked().all > 0;
        let is_of = |id: &DraftId| {
            let plan = id.plan();
            !marked || plan.is_some_and(|plan| self.plans.is_marked(plan))
        };
        let mut changed = self.drafts.iter().filter(|(id, _)| is_of(id));
        if changed.any(|(_, draft)| draft.is_changed()) {
            None
        } else if marked {
            Some("none of the marked plans has a draft yet: <tweak-plans> tweaks them")
        } else {
            Some("there is no draft yet: <edit> edits a plan, <tweak-plans> tweaks marked ones")
        }
    }
}

impl BulkReview {
    /// Says why what is reviewed cannot be sent now.
    fn obstacle_to_sending(&self, core: &Core) -> Option<&'static str> {
        if !self.is_seen {
            return Some("look first: what would be sent is not what was here before");
        }
        if self.sendable.is_empty() {
            return Some("nothing that could be sent is here");
        }
        core.obstacle_to_queueing()
    }

    /// Opens the plan or the group that the selected line is about.
    fn open_selected(&mut self, core: &mut Core) {
        match self.target().cloned() {
            Some(Target::Group(first)) => {
                if !self.unfolded.remove(&first) {
                    self.unfolded.insert(first);
                }
                self.expire();
            }
            Some(Target::Plan(id)) => core.go(Route::Review(id)),
            None => {
                let text = "enter opens a plan's own review, or the plans of a group, where one \
                            stands on the line";
                core.say(Weight::Info, text);
            }
        }
    }
}

impl Page for BulkReview {
    fn context(&self) -> Place {
        Place::BulkReview
    }

    fn rows(&self, _core: &Core, body: Rect) -> Option<Rows> {
        let area = layout::below(body, 0);
        Some(Rows::of(area, self.cursor, self.lines.len()))
    }

    fn opens(&self) -> Option<Command> {
        Some(Command::Unfold)
    }

    fn move_by(&mut self, _core: &mut Core, _body: Rect, by: isize) {
        let count = self.lines.len();
        self.cursor.move_by(by, count, self.height);
        let step = if by < 0 { -1 } else { 1 };
        let is_blank = |at: usize| {
            let line = self.lines.get(at).map(|line| &line.shown);
            matches!(line, Some(Shown::Line(ReviewLine::Blank)))
        };
        // Nothing is selected by an empty line.
        if is_blank(self.cursor.at) {
            self.cursor.move_by(step, count, self.height);
        }
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        let inside = layout::inside(body);
        let now = MadeFor {
            drafts: core.drafts.revision(),
            queued: core.queued_plans().len(),
            columns: usize::from(inside.width),
        };
        // Most frames differ by the cursor alone, and to judge hundreds of drafts for
        // each would be felt with every key.
        if self.made_for != Some(now) {
            (self.lines, self.sendable) = core.bulk_lines(self);
            self.is_managed = core.is_any_managed(&self.sendable);
            self.made_for = Some(now);
        }
        self.height = usize::from(inside.height);
        self.cursor.keep_within(self.lines.len(), self.height);
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        match command {
            Command::Send => Offer::unless(self.obstacle_to_sending(core)),
            Command::CopyCode => Offer::unless((!self.is_managed).then_some(NO_MANAGER)),
            _ => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::Unfold => self.open_selected(core),
            Command::CopyCode => core.hand_over(&self.sendable),
            Command::Reason => core.ask_for(Prompt::Reason(Input::new(&core.operator.reason))),
            Command::Send => {
                core.propose_drafts(self.sendable.clone(), core.operator.reason.clone());
            }
            _ => return Next::PassOn,
        }
        Next::Stay
    }

    fn answered(&mut self, core: &mut Core, prompt: Prompt) -> Option<Prompt> {
        let rest = core.take_reason(prompt);
        self.expire();
        rest
    }

    fn changed(&mut self, core: &mut Core, changed: &Changed) {
        match changed {
            Changed::Plans
            | Changed::Around
            | Changed::Keys
            | Changed::Queue
            | Changed::Usage(_) => self.expire(),
            Changed::Draft(id) if self.drafts.contains(id) => self.is_seen = false,
            Changed::Renamed { from, to } => self.rename(from, to),
            // The drafts are in the queue now, and are followed there.
            Changed::Queued(_) => {
                self.is_over = true;
                core.go(Route::Queue);
            }
            _ => {}
        }
    }

    fn resumed(&mut self, _core: &mut Core) {
        // The review of one of its plans takes a reason too.
        self.expire();
    }

    fn seen(&mut self) {
        self.is_seen = true;
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}
