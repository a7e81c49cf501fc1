//! The pages in order, and the prompt in front of them.

use crate::app::DraftId;
use crate::app::outbox::undo::WayBack;
use crate::app::page::bulk_review::BulkReview;
use crate::app::page::change_review::Aims;
use crate::app::page::exhaustion::Exhaustion;
use crate::app::page::extension::ExtensionReview;
use crate::app::page::findings::Findings;
use crate::app::page::form::Form;
use crate::app::page::help::Help;
use crate::app::page::history::HistoryView;
use crate::app::page::identity::IdentityPage;
use crate::app::page::keys::PlanKeys;
use crate::app::page::limits::Limits;
use crate::app::page::patch::PatchEditor;
use crate::app::page::plans::Plans;
use crate::app::page::queue::QueueView;
use crate::app::page::requests::Requests;
use crate::app::page::review::Review;
use crate::app::page::text::TextPage;
use crate::app::page::usage::Usage;
use crate::app::page::{Page, Typed};
use crate::app::prompt::consent::{Consent, Proposal};
use crate::app::prompt::extend::ExtensionPrompt;
use crate::app::prompt::input::Input;
use crate::app::prompt::palette::Palette;
use crate::app::prompt::picker::Picker;
use crate::app::prompt::tweak::Tweak;
use crate::app::prompt::tweak_line::TweakLine;
use crate::plan::PlanId;

/// What fills the body of the screen.
#[derive(Debug)]
pub enum Screen {
    /// The list and the detail.
    Plans,
    /// The form and the staged operations.
    Edit(Box<Form>),
    /// The patch editor.
    Patch(Box<PatchEditor>),
    /// The review before sending.
    Review(Box<Review>),
    /// The review of changes that come from no draft.
    Aims(Box<Aims>),
    /// One review for many drafts.
    BulkReview(Box<BulkReview>),
    /// The throttle matrix.
    Limits(Box<Limits>),
    /// The usage of a plan's API keys.
    Usage(Box<Usage>),
    /// The API keys of a plan.
    Keys(Box<PlanKeys>),
    /// The API keys of all plans that will run out.
    Exhaustion(Box<Exhaustion>),
    /// The review of an extension of a key's remaining requests.
    Extension(Box<ExtensionReview>),
    /// What deserves a look.
    Findings(Box<Findings>),
    /// What was sent.
    History(Box<HistoryView>),
    /// The requests that were sent.
    Requests(Box<Requests>),
    /// The keys.
    Help(Box<Help>),
    /// Who you are.
    Identity(Box<IdentityPage>),
    /// The send queue.
    Queue(Box<QueueView>),
    /// A text to be selected.
    Text(Box<TextPage>),
}

impl Screen {
    /// The page, as all pages are.
    pub(in crate::app) fn page(&self) -> Option<&dyn Page> {
        Some(match self {
            Self::History(page) => &**page,
            Self::Findings(page) => &**page,
            Self::Keys(page) => &**page,
            Self::Limits(page) => &**page,
            Self::Edit(page) => &**page,
            Self::BulkReview(page) => &**page,
            Self::Aims(page) => &**page,
            Self::Review(page) => &**page,
            Self::Patch(page) => &**page,
            Self::Queue(page) => &**page,
            Self::Requests(page) => &**page,
            Self::Help(page) => &**page,
            Self::Identity(page) => &**page,
            Self::Text(page) => &**page,
            Self::Exhaustion(page) => &**page,
            Self::Extension(page) => &**page,
            Self::Usage(page) => &**page,
            _ => return None,
        })
    }

    /// The page, to be changed.
    pub(in crate::app) fn page_mut(&mut self) -> Option<&mut dyn Page> {
        Some(match self {
            Self::History(page) => &mut **page,
            Self::Findings(page) => &mut **page,
            Self::Keys(page) => &mut **page,
            Self::Limits(page) => &mut **page,
            Self::Edit(page) => &mut **page,
            Self::BulkReview(page) => &mut **page,
            Self::Aims(page) => &mut **page,
            Self::Review(page) => &mut **page,
            Self::Patch(page) => &mut **page,
            Self::Queue(page) => &mut **page,
            Self::Requests(page) => &mut **page,
            Self::Help(page) => &mut **page,
            Self::Identity(page) => &mut **page,
            Self::Text(page) => &mut **page,
            Self::Exhaustion(page) => &mut **page,
            Self::Extension(page) => &mut **page,
            Self::Usage(page) => &mut **page,
            _ => return None,
        })
    }

    /// The draft that it is about, where it is about one.
    pub(in crate::app) fn draft(&self) -> Option<&DraftId> {
        self.page()?.draft()
    }
}

/// What stands before the screen and has the keys.
#[derive(Debug)]
pub enum Overlay {
    /// The filter of the list is being typed.
    Filter {
        /// What is typed.
        input: Input,
        /// What the filter was before.
        before: String,
        /// Which plan was selected before.
        selected: Option<PlanId>,
    },
    /// A number is being changed.
    Tweak(Tweak),
    /// A line that changes limits of many plans is being typed.
    TweakLine(Box<TweakLine>),
    /// The reason for what is sent next is being typed.
    Reason(Input),
    /// The load that is offered to the selected limit is being typed.
    Load(Input),
    /// What a client saw is being typed.
    Seen(Input),
    /// The key of a new tag is being typed.
    TagKey(Input),
    /// How many requests a key is to have left is being typed.
    Extend(Box<ExtensionPrompt>),
    /// The command line is being typed.
    Palette(Box<Palette>),
    /// Something is being chosen.
    Picker(Box<Picker>),
    /// A question that must be answered.
    Confirm(Confirm),
    /// A word must be typed before something grave is sent.
    Consent(Box<Consent>),
}

impl Overlay {
    /// The line that is typed into it; none where it takes no text.
    fn input(&mut self) -> Option<&mut Input> {
        Some(match self {
            Self::Filter { input, .. }
            | Self::Load(input)
            | Self::Seen(input)
            | Self::Reason(input)
            | Self::TagKey(input) => input,
            Self::Tweak(tweak) => &mut tweak.input,
            Self::TweakLine(line) => &mut line.input,
            Self::Extend(prompt) => &mut prompt.input,
            Self::Consent(consent) => &mut consent.input,
            Self::Palette(palette) => &mut palette.input,
            Self::Picker(picker) => &mut picker.input,
            Self::Confirm(_) => return None,
        })
    }
}

/// A question that must be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Leave although something would be lost; what.
    Quit(String),
    /// Throw this draft away.
    Discard(DraftId),
    /// Throw the drafts of marked plans away.
    DiscardMany(Vec<DraftId>),
    /// Send although limits move far.
    Jumps {
        /// Which.
        what: String,
        /// What is to be sent.
        proposal: Box<Proposal>,
    },
    /// Send again although it may have been made before.
    Again {
        /// What.
        what: String,
        /// What is to be sent.
        proposal: Box<Proposal>,
    },
    /// Drop what the send queue has left.
    DropRest(usize),
    /// Stage what undoes something, although not all of it can come back.
    UndoInPart(Box<WayBack>),
}

/// The pages in order, and the prompt in front of them.
pub struct Stack {
    /// The screens, the one in front last; the first is always there.
    pub(in crate::app) screens: Vec<Screen>,
    /// What stands before the screen.
    pub overlay: Option<Overlay>,
    /// What a question stands before: it is there again when the answer is no.
    pub(in crate::app) behind: Option<Overlay>,
    /// The page of the plans, which is under all others.
    pub plans: Plans,
}

impl Stack {
    /// The page of the plans, and nothing in front of it.
    pub(in crate::app) fn new() -> Self {
        Self {
            screens: vec![Screen::Plans],
            overlay: None,
            behind: None,
            plans: Plans::default(),
        }
    }

    /// The page in front.
    pub(in crate::app) fn front(&self) -> Option<&dyn Page> {
        match self.screens.last() {
            None | Some(Screen::Plans) => Some(&self.plans),
            Some(screen) => screen.page(),
        }
    }

    /// The page in front, to be changed.
    pub(in crate::app) fn front_mut(&mut self) -> Option<&mut dyn Page> {
        match self.screens.last_mut() {
            None | Some(Screen::Plans) => Some(&mut self.plans),
            Some(screen) => screen.page_mut(),
        }
    }

    /// The text that keys and pasted text go into: the prompt's, else the page's.
    pub(in crate::app) fn input(&mut self) -> Option<(&mut Input, Typed)> {
        if let Some(prompt) = &mut self.overlay {
            return prompt.input().map(|input| (input, Typed::Line));
        }
        match self.screens.last_mut() {
            None | Some(Screen::Plans) => self.plans.input(),
            Some(screen) => screen.page_mut()?.input(),
        }
    }
}
