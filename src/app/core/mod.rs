//! The state that every page shares: who and where you are, the plans, what was read around
//! them, the drafts, the questions under way and what was said last.

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
mod reading_usage;
pub(crate) mod tweaks;
pub mod usage;
#[cfg(test)]
pub(in crate::app) mod work;

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
use crate::app::page::identity;
use crate::app::page::patch;
use crate::app::view::layout;
use crate::config::Reasons;
use crate::gateway::Request;
use crate::plan::edit::jump::Percent;
use crate::plan::lint::Silence;
use crate::plan::{PlanId, Scope, UsagePlan};

/// The operator's settings for the dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// The profile's name as given; empty for none. For the command lines that
    /// are shown.
    pub profile: String,
    /// True for the sample account.
    pub demo: bool,
    /// The sender: the user's name on this machine; empty where it is not known. For the
    /// journal.
    pub who: String,
    /// True where the account is protected: then sending takes typing a word.
    pub protected: bool,
    /// True where nothing may be changed. The gateway sees to it; here it is said.
    pub read_only: bool,
    /// The share by which a limit may move before it must be passed on purpose, in
    /// percent.
    pub guard: Percent,
    /// The rules by which the guards are as they are.
    pub reasons: Reasons,
    /// The kinds of findings that are not told, each with the reason.
    pub silence: Arc<Silence>,
}

/// The account and place of the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Settings and credentials are being resolved.
    Connecting,
    /// They are.
    Connected(Arc<Scope>),
    /// They could not be; why and what to do.
    Failed(String),
}

/// A measure of what the dashboard knows around the plans: another one whenever that may
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
    /// The place that the keys go to.
    pub keys: Place,
}

/// The state that every page shares.
pub struct Core {
    /// The operator's settings.
    pub setup: Setup,
    /// The meaning of the keys.
    pub keymap: Keymap,
    /// The account, Region and endpoint, once they are known.
    pub who: Who,
    /// The caller there.
    pub me: identity::Me,
    /// The plans.
    pub plans: List,
    /// The account around the plans.
    pub catalogue: Catalogue,
    /// The plans that a list narrowed to an API key does not show, as last read.
    pub(in crate::app) aside: BTreeMap<PlanId, Arc<UsagePlan>>,
    /// True where these are all that there were: some may be there because a key is in them.
    pub(in crate::app) has_all_aside: bool,
    /// The names of plans that were read and are gone.
    pub(in crate::app) gone: BTreeMap<PlanId, String>,
    /// The edits under way.
    pub drafts: Drafts,
    /// Texts that were typed in the patch editor and not taken into their draft.
    pub unapplied: BTreeMap<DraftId, patch::Unapplied>,
    /// The changes that one key made to several drafts.
    pub(in crate::app) tweaks: tweaks::Tweaks,
    /// The newest notice.
    pub notice: Option<Notice>,
    /// The notice before that, to be read again.
    pub(in crate::app) told: Option<Notice>,
    /// The requests that were sent, newest last.
    pub log: VecDeque<Request>,
    /// The time as of the last message.
    pub now: Timestamp,
    /// The terminal's size.
    pub(in crate::app) area: Rect,
    pub(in crate::app) next_new: u32,
    pub(in crate::app) effects: Vec<Effect>,
    /// The number of messages that may have brought something new.
    pub(in crate::app) news: u64,
    /// Answers on what is around the plans that are not resolved yet.
    pub(in crate::app) unresolved: answers::Unresolved,
    /// Its part of what the desk knows, on which it stands.
    pub seat: fleet::Seat,
    /// The open questions.
    pub(in crate::app) questions: Questions,
    /// The changes that are being sent, found out and undone.
    pub outbox: Outbox,
    /// The operator's own things, whatever page is in front.
    pub operator: operator::Operator,
    /// The place where the operator is.
    pub(in crate::app) here: Here,
    /// Drafts that are dropped if nothing is in them and no page shows them.
    pub(in crate::app) untidy: BTreeSet<DraftId>,
    /// The work that is left to the pages.
    pub(in crate::app) dues: Dues,
    /// The work that was done, counted.
    #[cfg(test)]
    pub(in crate::app) work: work::Work,
}

impl Core {
    /// The core before anything was read, on a terminal of this size.
    pub(in crate::app) fn new(setup: Setup, keymap: Keymap, area: Rect) -> Self {
        Self {
            plans: List::without(setup.silence.clone()),
            setup,
            keymap,
            who: Who::Connecting,
            me: identity::Me::default(),
            catalogue: Catalogue::default(),
            aside: BTreeMap::new(),
            has_all_aside: false,
            gone: BTreeMap::new(),
            drafts: Drafts::default(),
            unapplied: BTreeMap::new(),
            tweaks: tweaks::Tweaks::default(),
            notice: None,
            told: None,
            log: VecDeque::new(),
            // There is no clock here: the first message brings the time.
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
            #[cfg(test)]
            work: work::Work::default(),
        }
    }

    /// Measures what it knows around the plans.
    pub(in crate::app) fn known(&self) -> Known {
        Known {
            news: self.news,
            asked: self.questions.next,
            open: self.questions.awaited.len(),
        }
    }

    /// Returns true where the terminal is too small to be used.
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

    /// The place that the keys go to.
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
