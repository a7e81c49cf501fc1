//! The work that the core leaves to the pages.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::app::core::Core;
use crate::app::core::drafts::DraftId;
use crate::app::core::plans::KeyFilter;
use crate::app::message::HistoryRead;
use crate::app::outbox::extension::Extension;
use crate::app::page::change_review::ChangeReview;
use crate::app::prompt::Prompt;
use crate::app::view::copyable::Copyable;
use crate::gateway::{Failure, KeyValue};
use crate::journal::{EntryId, SendId};
use crate::plan::lint::LintFinding;
use crate::plan::{Merged, PlanId, StageKey, UsagePlan};

/// Something of the core changed: the pages that show it take it.
#[derive(Debug)]
pub enum Changed {
    /// The plans: some came, went or are others.
    Plans,
    /// The readings around the plans: account, APIs, stages, methods.
    Around,
    /// All that was read around the plans was forgotten, to be read anew.
    Emptied,
    /// The API keys of the account or of plans.
    Keys,
    /// The usage of a plan's keys.
    Usage(PlanId),
    /// The usage of a plan could not be read for a reason that holds for all plans.
    UsageStops,
    /// A change of the send queue is over, and was told.
    Queue,
    /// A proposal of the page in front went into the send queue.
    Queued(SendId),
    /// A draft is not what its review showed before: the next key is not taken for a
    /// consent.
    Draft(DraftId),
    /// The REST APIs of the account.
    Apis,
    /// A crowd of answers is coming in: only what asks the next question takes it.
    Progress,
    /// The value of an API key was read, or not.
    KeyValue(String, Box<Result<Arc<KeyValue>, Failure>>),
    /// The text of a draft is back from the operator's editor, where it is another one.
    Edited(DraftId, String),
    /// A draft stands on its plan as it is now.
    Rebased(DraftId),
    /// A draft has another name.
    Renamed {
        /// The name that it had.
        from: DraftId,
        /// The name that it has now.
        to: DraftId,
    },
    /// A draft is gone for good, and its pages go with it.
    Forgotten(DraftId),
    /// A draft and its plan both changed the same fields.
    Conflicts {
        /// The draft.
        draft: DraftId,
        /// The plan as somebody else left it.
        theirs: Arc<UsagePlan>,
        /// The merge of both.
        merged: Box<Merged>,
        /// The case that brought it to light.
        case: Case,
    },
    /// The journal has more than what was read of it.
    Journal,
    /// The history was read, or not.
    HistoryRead(Result<HistoryRead, String>),
    /// An extension is over, and was read back where that could be.
    Extended(Box<Extension>),
    /// The way of a change through the queue is over.
    Ended(Box<Ended>),
}

/// The case that brought a conflict to light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Somebody else was quicker: nothing was sent.
    Quicker,
    /// No certain answer came: nor is it known whether the change was made.
    LostAnswer,
    /// It undoes something that was changed since.
    Undoing,
    /// The review is opened on a draft that stands on an older plan.
    OlderBase,
}

/// The end of a change's way through the queue.
#[derive(Debug)]
pub struct Ended {
    /// Its entry.
    pub entry: EntryId,
    /// True where nothing is left to send of it.
    pub is_over: bool,
    /// The number of its calls that were made.
    pub made: u32,
    /// The plan as last seen, where it was.
    pub latest: Option<Arc<UsagePlan>>,
}

/// A page that is asked for by who is no page, or by another page.
#[derive(Debug)]
pub enum Route {
    /// The keys, those of this place first.
    Help,
    /// The requests that were sent.
    Requests,
    /// Who the caller is, and where.
    Identity,
    /// The send queue.
    Queue,
    /// The history: of the account, or from the detail of its plan.
    History,
    /// What deserves a look.
    Findings,
    /// The API keys of all plans that will run out.
    Exhaustion,
    /// One review for many drafts.
    BulkReview,
    /// The review of changes that come from no draft.
    ChangeReview(Box<ChangeReview>),
    /// The review of a draft.
    Review(DraftId),
    /// The form of a draft.
    Form(DraftId),
    /// The place where a finding on a plan is fixed.
    Finding(PlanId, Box<LintFinding>),
    /// The patch editor of a draft.
    Patch(DraftId),
    /// The throttle matrix of a plan.
    Limits(PlanId),
    /// The same, with a stage of it selected.
    LimitsOn(PlanId, StageKey),
    /// The usage of a plan, one of its keys selected.
    Usage(PlanId, Option<String>),
    /// The API keys of a plan, one of them selected.
    Keys(PlanId, Option<String>),
    /// The review of an extension.
    Extension(Box<Extension>),
    /// A text to select from.
    Text(Box<Copyable>),
    /// The plan in the list, and its detail.
    Plan(PlanId),
    /// The list of the plans of an API key.
    PlansOfKey(KeyFilter),
}

/// Something that the core leaves to the pages.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "few are ever in the queue at once"
)]
pub enum Due {
    /// Pages that show it take it.
    Changed(Changed),
    /// A page is to be opened.
    Go(Route),
    /// A prompt is to be opened.
    Ask(Prompt),
}

/// The work that the core leaves to the pages, in the order in which it came.
pub type Dues = VecDeque<Due>;

impl Core {
    /// Tells the pages of a change.
    pub(in crate::app) fn tell(&mut self, changed: Changed) {
        #[cfg(test)]
        self.work.changes.update(|count| count + 1);
        self.dues.push_back(Due::Changed(changed));
    }

    /// Asks for a page.
    pub(in crate::app) fn go(&mut self, route: Route) {
        self.dues.push_back(Due::Go(route));
    }

    /// Asks for a prompt.
    pub(in crate::app) fn ask_for(&mut self, prompt: Prompt) {
        self.dues.push_back(Due::Ask(prompt));
    }
}
