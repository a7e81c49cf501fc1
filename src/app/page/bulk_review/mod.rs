//! One review for many drafts: what they have in common, what stands out, and what it
//! takes, before anything is sent.

mod lines;

use std::collections::BTreeSet;

use ratatui::layout::Rect;

use super::review::{Review, ReviewLine};
use crate::app::core::Core;
use crate::app::prompt::input::Input;
use crate::app::view::layout;
use crate::app::view::scroll::Cursor;
use crate::app::{App, DraftId, Overlay, Screen, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::edit::jump::Jump;

/// The review of many drafts.
#[derive(Debug)]
pub struct BulkReview {
    /// The drafts, in the order of the list.
    pub drafts: Vec<DraftId>,
    /// What they are the drafts of.
    pub which: Which,
    /// What it shows.
    pub lines: Vec<BulkLine>,
    /// The selected line.
    pub cursor: Cursor,
    /// The drafts that are sent from here: those that nothing stands against.
    pub(in crate::app) sendable: Vec<DraftId>,
    /// Whether the operator pressed a key since what it shows last changed by
    /// itself.
    pub(in crate::app) is_seen: bool,
    /// Groups whose plans are shown, by the first of them.
    unfolded: BTreeSet<DraftId>,
    /// What the lines were made for; `None` where they must be made anew.
    made_for: Option<MadeFor>,
    /// How many lines fit.
    height: usize,
}

/// Which drafts are reviewed.
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
    /// What it shows.
    pub shown: Shown,
    /// How far it is set in.
    pub indent: u16,
    /// What enter opens there.
    pub target: Option<Target>,
}

/// What a line shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// A line as in the review of one draft.
    Line(ReviewLine),
    /// Plans to which the same happens.
    Group {
        /// How many.
        plans: usize,
        /// Whether they are to be made.
        is_new: bool,
        /// Whether they are shown below.
        is_open: bool,
    },
    /// A plan, with what happens to it.
    Plan(DraftId),
    /// A limit that moves, in which plan, and whether it must be passed on purpose.
    Jump {
        /// The plan.
        plan: DraftId,
        /// What moves.
        jump: Jump,
        /// Whether it goes beyond the guard.
        is_far: bool,
    },
}

/// What enter opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The plans of a group, by the first of them.
    Group(DraftId),
    /// The review of one draft.
    Plan(DraftId),
}

/// What lines were made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct MadeFor {
    drafts: u64,
    queued: usize,
    columns: usize,
}

impl BulkReview {
    fn new(drafts: Vec<DraftId>, which: Which) -> Self {
        Self {
            drafts,
            which,
            lines: Vec::new(),
            cursor: Cursor::default(),
            sendable: Vec::new(),
            is_seen: true,
            unfolded: BTreeSet::new(),
            made_for: None,
            height: usize::MAX,
        }
    }

    /// How many drafts are sent from here.
    #[must_use]
    pub fn sendable(&self) -> usize {
        self.sendable.len()
    }

    /// What it shows must be made anew.
    pub(in crate::app) fn expire(&mut self) {
        self.made_for = None;
    }

    /// Moves to another line; an empty one is passed over.
    pub(in crate::app) fn move_by(&mut self, by: isize) {
        let count = self.lines.len();
        self.cursor.move_by(by, count, self.height);
        let step = if by < 0 { -1 } else { 1 };
        let is_blank = |at: usize| {
            let line = self.lines.get(at).map(|line| &line.shown);
            matches!(line, Some(Shown::Line(ReviewLine::Blank)))
        };
        if is_blank(self.cursor.at) {
            self.cursor.move_by(step, count, self.height);
        }
    }

    fn target(&self) -> Option<&Target> {
        self.lines.get(self.cursor.at)?.target.as_ref()
    }

    /// A draft has another name from now on.
    pub(in crate::app) fn rename(&mut self, id: &DraftId, now: &DraftId) {
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
        let others = self.drafts.changed().map(|(id, _)| id);
        let others = others.filter(|id| !listed.contains(id));
        drafts.extend(others.cloned());
        (drafts, Which::All)
    }

    /// Why there is nothing to review together.
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

    /// Why what is reviewed cannot be sent now.
    pub(in crate::app) fn obstacle_to_bulk_sending(
        &self,
        review: &BulkReview,
    ) -> Option<&'static str> {
        if !review.is_seen {
            return Some("look first: what would be sent is not what was here before");
        }
        if review.sendable.is_empty() {
            return Some("nothing that could be sent is here");
        }
        self.obstacle_to_queueing()
    }
}

impl App {
    pub(in crate::app) fn open_bulk_review(&mut self) {
        let (drafts, which) = self.core.drafts_to_review();
        let review = BulkReview::new(drafts, which);
        self.stack
            .screens
            .push(Screen::BulkReview(Box::new(review)));
    }

    pub(in crate::app) fn arrange_bulk_review(&mut self, body: Rect) {
        let inside = layout::inside(body);
        let now = MadeFor {
            drafts: self.core.drafts.revision(),
            queued: self.core.queued_plans().len(),
            columns: usize::from(inside.width),
        };
        let Some(Screen::BulkReview(review)) = self.stack.screens.last() else {
            return;
        };
        let made = (review.made_for != Some(now)).then(|| self.core.bulk_lines(review));
        let Some(Screen::BulkReview(review)) = self.stack.screens.last_mut() else {
            return;
        };
        if let Some((lines, sendable)) = made {
            review.lines = lines;
            review.sendable = sendable;
            review.made_for = Some(now);
        }
        review.height = usize::from(inside.height);
        review.cursor.keep_within(review.lines.len(), review.height);
    }

    /// What was read meanwhile may change what the review shows.
    pub(in crate::app) fn refresh_bulk_review(&mut self) {
        if let Some(Screen::BulkReview(review)) = self.stack.screens.last_mut() {
            review.expire();
        }
    }

    /// Opens what the selected line is about.
    pub(in crate::app) fn open_in_bulk_review(&mut self) {
        let Some(Screen::BulkReview(review)) = self.stack.screens.last_mut() else {
            return;
        };
        match review.target().cloned() {
            Some(Target::Group(first)) => {
                if !review.unfolded.remove(&first) {
                    review.unfolded.insert(first);
                }
                review.expire();
            }
            Some(Target::Plan(id)) => {
                self.stack
                    .screens
                    .push(Screen::Review(Box::new(Review::new(id))));
            }
            None => {
                let text = "enter opens a plan's own review, or the plans of a group, where one \
                            stands on the line";
                self.core.say(Weight::Info, text);
            }
        }
    }

    /// Sends what is reviewed, after asking what its weight asks for.
    pub(in crate::app) fn send_bulk_review(&mut self) {
        let Some(Screen::BulkReview(review)) = self.stack.screens.last() else {
            return;
        };
        let drafts = review.sendable.clone();
        self.core
            .propose_drafts(drafts, self.core.operator.reason.clone());
    }

    pub(in crate::app) fn open_reason(&mut self) {
        self.stack.overlay = Some(Overlay::Reason(Input::new(&self.core.operator.reason)));
    }

    pub(in crate::app) fn accept_reason(&mut self, input: &Input) {
        input
            .text()
            .trim()
            .clone_into(&mut self.core.operator.reason);
        self.refresh_bulk_review();
    }
}
