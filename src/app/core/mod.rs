//! What every page shares: who and where you are, the plans, what was read around them, the drafts, the questions under way and what was said last.

pub(crate) mod answers;
pub(crate) mod autosave;
pub mod catalogue;
pub(crate) mod choose;
pub mod drafts;
pub(crate) mod membership;
pub mod notices;
pub mod operator;
pub mod plans;
pub(crate) mod presence;
pub(crate) mod questions;
pub(crate) mod tweaks;
pub mod usage;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::app::core::catalogue::Catalogue;
use crate::app::core::drafts::{DraftId, Drafts};
use crate::app::core::notices::Notice;
use crate::app::core::plans::List;
use crate::app::core::questions::Questions;
use crate::app::fleet;
use crate::app::keys::keymap::{Keymap, Place};
use crate::app::message::Effect;
use crate::app::message::changed::Dues;
use crate::app::outbox::Outbox;
use crate::app::page::findings;
use crate::app::page::identity;
use crate::app::page::patch;
use crate::app::view::layout;
use crate::config::Reasons;
use crate::gateway::Request;
use crate::plan::edit::jump::Percent;
use crate::plan::{PlanId, Scope, UsagePlan};

/// What the operator has set for the dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// The profile's name as given; empty for none. For the command lines that
    /// are shown.
    pub profile: String,
    /// Whether this is the sample account.
    pub demo: bool,
    /// Who it is that sends: the user's name on this machine; empty where it is not
    /// known. For the journal.
    pub who: String,
    /// Whether the account is protected: then sending takes typing a word.
    pub protected: bool,
    /// Whether nothing may be changed. The gateway sees to it; here it is said.
    pub read_only: bool,
    /// By how much a limit may move before it must be passed on purpose.
    pub guard: Percent,
    /// Which rules the guards are by.
    pub reasons: Reasons,
}

/// Who and where the dashboard is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Settings and credentials are being resolved.
    Connecting,
    /// They are.
    Connected(Arc<Scope>),
    /// They could not be; why and what to do.
    Failed(String),
}

/// How far the dashboard knows what is around the plans: another one whenever that may
/// be more, or other, than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) struct Known {
    /// Messages that came.
    news: u64,
    /// Questions that were asked.
    asked: u64,
    /// Questions that are still open.
    open: usize,
}

/// The part of the key map that is live: that of the page in front, and that of the
/// prompt before it where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Here {
    /// The page in front.
    pub page: Place,
    /// Where the keys go.
    pub keys: Place,
}

/// What every page shares.
pub struct Core {
    /// What the operator has set.
    pub setup: Setup,
    /// What the keys mean.
    pub keymap: Keymap,
    /// Where you are.
    pub who: Who,
    /// Who you are there.
    pub me: identity::Me,
    /// The plans.
    pub plans: List,
    /// The account around the plans.
    pub catalogue: Catalogue,
    /// The plans that a list narrowed to an API key does not show, as last read.
    pub(in crate::app) aside: BTreeMap<PlanId, Arc<UsagePlan>>,
    /// The names of plans that were read and are gone.
    pub(in crate::app) gone: BTreeMap<PlanId, String>,
    /// The edits under way.
    pub drafts: Drafts,
    /// What was typed in the patch editor and not taken into the draft.
    pub unapplied: BTreeMap<DraftId, patch::Unapplied>,
    /// What they did.
    pub(in crate::app) tweaks: tweaks::Tweaks,
    /// The page of the findings as it was left for a plan.
    pub(in crate::app) findings_left: Option<findings::Left>,
    /// What happened last.
    pub notice: Option<Notice>,
    /// What happened before that, to be read again.
    pub(in crate::app) told: Option<Notice>,
    /// The requests that were sent, newest last.
    pub log: VecDeque<Request>,
    /// The time as of the last message.
    pub now: Timestamp,
    /// The terminal's size.
    pub(in crate::app) area: Rect,
    pub(in crate::app) next_new: u32,
    pub(in crate::app) effects: Vec<Effect>,
    /// How many messages came that may have brought something new.
    pub(in crate::app) news: u64,
    /// What was read around the plans and is not resolved yet.
    pub(in crate::app) unresolved: answers::Unresolved,
    /// What it knows of the desk that it stands on.
    pub seat: fleet::Seat,
    /// The open questions.
    pub(in crate::app) questions: Questions,
    /// What is being sent, found out and undone.
    pub outbox: Outbox,
    /// What is the operator's own, whatever page is in front.
    pub operator: operator::Operator,
    /// Where the operator is.
    pub(in crate::app) here: Here,
    /// Drafts that are dropped if nothing is in them and no page shows them.
    pub(in crate::app) untidy: BTreeSet<DraftId>,
    /// What is left to the pages.
    pub(in crate::app) dues: Dues,
}

impl Core {
    /// The core before anything was read, on a terminal of this size.
    pub(in crate::app) fn new(setup: Setup, keymap: Keymap, area: Rect) -> Self {
        Self {
            setup,
            keymap,
            who: Who::Connecting,
            me: identity::Me::default(),
            plans: List::default(),
            catalogue: Catalogue::default(),
            aside: BTreeMap::new(),
            gone: BTreeMap::new(),
            drafts: Drafts::default(),
            unapplied: BTreeMap::new(),
            tweaks: tweaks::Tweaks::default(),
            findings_left: None,
            notice: None,
            told: None,
            log: VecDeque::new(),
            now: Timestamp::UNIX_EPOCH,
            area,
            next_new: 0,
            effects: Vec::new(),
            news: 0,
            unresolved: answers::Unresolved::default(),
            seat: fleet::Seat::default(),
            questions: Questions::default(),
            outbox: Outbox::default(),
            operator: operator::Operator::default(),
            here: Here {
                page: Place::List,
                keys: Place::List,
            },
            untidy: BTreeSet::new(),
            dues: Dues::new(),
        }
    }

    /// How far it knows what is around the plans.
    pub(in crate::app) fn known(&self) -> Known {
        Known {
            news: self.news,
            asked: self.questions.next,
            open: self.questions.awaited.len(),
        }
    }

    /// Whether the terminal is too small to be used.
    #[must_use]
    pub fn is_too_small(&self) -> bool {
        self.area.width < layout::SMALLEST.0 || self.area.height < layout::SMALLEST.1
    }

    /// The terminal's size.
    #[must_use]
    pub fn area(&self) -> Rect {
        self.area
    }

    /// The part of the key map that the page in front has.
    pub(in crate::app) fn screen_place(&self) -> Place {
        self.here.page
    }

    /// Where the keys go.
    pub(in crate::app) fn place(&self) -> Place {
        self.here.keys
    }

    /// A draft is dropped if nothing is in it, unless a page still shows it.
    pub(in crate::app) fn tidy(&mut self, id: &DraftId) {
        self.untidy.insert(id.clone());
    }

    /// The columns of a page inside its border.
    pub(in crate::app) fn columns(&self) -> usize {
        usize::from(layout::inside(self.area).width)
    }
}
