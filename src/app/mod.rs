//! What the dashboard knows and does: its state, and [`App::update`], which takes
//! a message and gives back what is to be done. No I/O, no clock, no drawing.

mod act;
pub mod aims;
mod aims_notes;
mod answer;
pub mod at_risk;
pub mod brief;
pub mod bulk_review;
pub mod catalogue;
pub mod cells;
mod choose;
pub mod command;
pub mod consent;
pub mod copying;
mod count;
mod deletion;
pub mod desk;
pub mod detail;
pub mod drafts;
mod edit;
mod explain;
pub mod extension;
pub mod findings;
pub mod form;
mod greeting;
pub mod help;
pub mod history;
mod keeping;
pub mod keymap;
pub mod layout;
pub mod limits;
pub mod list;
mod many;
mod membership;
pub mod message;
mod mouse;
mod open;
pub mod palette;
pub mod patch;
pub mod picker;
pub mod plan_keys;
mod presence;
pub mod queue;
mod recovery;
mod resolution;
pub mod review;
pub mod scroll;
mod sending;
mod settle;
mod tag_key;
pub mod take_back;
pub mod text;
pub mod text_page;
mod transfers;
pub mod tweak;
pub mod tweak_line;
mod tweaks;
pub mod usage;
mod views;
pub mod who;
mod words;
pub mod wrap;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::config::{Clipboard, Reasons};
use crate::gateway::{Failure, Request};
use crate::plan::draft::Draft;
use crate::plan::jump::Percent;
use crate::plan::showable::{LONGEST_MESSAGE, shortened};
use crate::plan::{PlanId, Scope, UsagePlan};
use crate::send::{Queue, Slots};

use aims::Aims;
use at_risk::AtRisk;
use bulk_review::BulkReview;
use catalogue::Catalogue;
use consent::{Consent, Proposal};
use copying::Copyable;
use detail::Detail;
pub use drafts::DraftId;
use drafts::Drafts;
use extension::{Extension, Prompt};
use findings::Findings;
use form::Form;
use history::HistoryView;
use keymap::{Keymap, Place};
use limits::Limits;
use list::{KeyFilter, List};
use message::{Effect, Message, Question, Ticket};
use palette::Palette;
use patch::PatchEditor;
use picker::Picker;
use plan_keys::PlanKeys;
pub use presence::Presence;
use queue::QueueView;
use review::Review;
use scroll::Scroll;
use take_back::{Needed, TakingBack, WayBack};
use text::Input;
use text_page::TextPage;
use tweak::Tweak;
use tweak_line::TweakLine;
use usage::Usage;

/// How many requests the log keeps.
const LOG_LENGTH: usize = 500;

/// What fills the body of the screen.
#[derive(Debug)]
pub enum Screen {
    /// The list and the detail.
    Browse,
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
    AtRisk(Box<AtRisk>),
    /// The review of an extension of a key's remaining requests.
    Extension(Box<Extension>),
    /// What deserves a look.
    Findings(Box<Findings>),
    /// What was sent.
    History(Box<HistoryView>),
    /// The requests that were sent.
    Requests(Scroll),
    /// The keys.
    Help(Scroll),
    /// Who you are.
    Who(Scroll),
    /// The send queue.
    Queue(Box<QueueView>),
    /// A text to be selected.
    Text(Box<TextPage>),
}

impl Screen {
    /// The draft that it is about, where it is about one.
    fn draft(&self) -> Option<&DraftId> {
        match self {
            Self::Edit(form) => Some(&form.draft),
            Self::Patch(editor) => Some(&editor.draft),
            Self::Review(review) => Some(&review.draft),
            _ => None,
        }
    }

    fn draft_mut(&mut self) -> Option<&mut DraftId> {
        match self {
            Self::Edit(form) => Some(&mut form.draft),
            Self::Patch(editor) => Some(&mut editor.draft),
            Self::Review(review) => Some(&mut review.draft),
            _ => None,
        }
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
    Extend(Box<Prompt>),
    /// The command line is being typed.
    Palette(Box<Palette>),
    /// Something is being chosen.
    Picker(Box<Picker>),
    /// A question that must be answered.
    Confirm(Confirm),
    /// A word must be typed before something grave is sent.
    Consent(Box<Consent>),
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
    /// Stage what takes something back, although not all of it can come back.
    TakeBack(Box<WayBack>),
}

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It went as it should.
    Info,
    /// It deserves a look.
    Warning,
    /// It went wrong.
    Error,
}

/// What happened last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub weight: Weight,
    /// In the operator's words.
    pub text: String,
    /// The page that says more, where there is one.
    pub link: Option<&'static str>,
}

impl Notice {
    /// Its lines in so many columns, before they are made safe to show. The link has a
    /// line of its own, where the terminal has room for it.
    #[must_use]
    pub fn lines(&self, columns: usize, rows: u16) -> Vec<String> {
        let link = self.link.filter(|_| rows >= layout::ROOMY);
        let link = link.into_iter().flat_map(|link| wrap::wrap(link, columns));
        wrap::wrap(&self.text, columns)
            .into_iter()
            .chain(link)
            .collect()
    }
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

/// Which pane of the browse screen has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// The list.
    List,
    /// The detail.
    Detail,
}

/// What an answer is awaited for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Awaited {
    Connect,
    Identity,
    Plans,
    Plan,
    /// A plan that may be gone, or that the list does not have; whether to go to it.
    Presence {
        plan: PlanId,
        goes: bool,
    },
    Account,
    Apis,
    Stages(String),
    Methods(String),
    ApiKeys,
    PlanKeys(PlanId),
    /// The plans of an API key, beside what the list shows.
    PlansOf(String),
    Usage(PlanId),
    KeyValue(String),
    Save,
    Send,
    HasKey,
    /// All plans, for the queue.
    AllPlans,
    /// The journal has what the queue gave it.
    Recorded,
    /// What became of a call of an earlier run.
    Settle,
    /// What was sent.
    History,
    /// What has to be known before something is taken back.
    TakeBack(Needed),
    /// What a call of the history should have changed.
    Look,
    /// The journal has what became of a call of the history.
    Found,
    /// The program that copies has the text.
    Copy,
    /// The text of this draft comes back from the operator's editor.
    Edited(DraftId),
}

/// How far the dashboard knows what is around the plans: another one whenever that may
/// be more, or other, than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    /// Messages that came.
    news: u64,
    /// Questions that were asked.
    asked: u64,
    /// Questions that are still open.
    open: usize,
}

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

/// The dashboard.
pub struct App {
    /// What the operator has set.
    pub setup: Setup,
    /// What the keys mean.
    pub keymap: Keymap,
    /// Where you are.
    pub who: Who,
    /// Who you are there.
    pub me: who::Me,
    /// The plans.
    pub list: List,
    /// The detail of the selected plan.
    pub detail: Detail,
    /// Which pane of the browse screen has the keys.
    pub pane: Pane,
    /// The account around the plans.
    pub catalogue: Catalogue,
    /// The plans that a list narrowed to an API key does not show, as last read.
    aside: BTreeMap<PlanId, Arc<UsagePlan>>,
    /// The names of plans that were read and are gone.
    gone: BTreeMap<PlanId, String>,
    /// The edits under way.
    pub drafts: Drafts,
    /// What was typed in the patch editor and not taken into the draft.
    pub unapplied: BTreeMap<DraftId, patch::Unapplied>,
    /// The screens, the one in front last; the first is always there.
    screens: Vec<Screen>,
    /// The findings as they were left for one of their plans.
    findings_left: Option<Box<Findings>>,
    /// The lines that were typed to tweak plans, the newest last.
    tweak_lines: Vec<String>,
    /// What they did.
    tweaks: tweaks::Tweaks,
    /// Why the next changes are sent, for the journal; empty for no reason.
    pub reason: String,
    /// What stands before the screen.
    pub overlay: Option<Overlay>,
    /// What a question stands before: it is there again when the answer is no.
    behind: Option<Overlay>,
    /// What happened last.
    pub notice: Option<Notice>,
    /// What happened before that, to be read again.
    told: Option<Notice>,
    /// The number that is typed before a movement, which it repeats.
    pub count: Option<u32>,
    /// How a text reaches the clipboard.
    pub clipboard: Clipboard,
    /// Whether the mouse is the dashboard's, and not the terminal's own.
    pub has_mouse: bool,
    /// How the operator divided the list and the detail.
    split: layout::Split,
    /// Whether the border between them is being dragged.
    is_dragging: bool,
    /// Whether a newcomer is told the first steps.
    pub greets: bool,
    /// What was copied last.
    copied: Option<Copyable>,
    /// The lines that the command line took, newest last.
    lines: Vec<String>,
    /// The requests that were sent, newest last.
    pub log: VecDeque<Request>,
    /// The changes that are being sent.
    pub queue: Queue,
    /// Whose drafts they are, and what was said of them.
    sends: sending::Sends,
    /// What an earlier run left behind.
    recovery: recovery::Recovery,
    /// Calls of which it is not known whether they were made.
    resolution: resolution::Resolution,
    /// What is being taken back.
    taking_back: Option<TakingBack>,
    /// What is being settled from the history.
    settling: settle::Settling,
    /// The time as of the last message.
    pub now: Timestamp,
    /// The terminal's size.
    area: Rect,
    awaited: BTreeMap<Ticket, Awaited>,
    next_ticket: u64,
    next_new: u32,
    effects: Vec<Effect>,
    /// How many messages came that may have brought something new.
    news: u64,
    /// What was read around the plans and is not resolved yet.
    unresolved: answer::Unresolved,
    /// What it knows of the desk that it stands on.
    pub seat: desk::Seat,
}

impl App {
    /// A dashboard before anything was read.
    #[must_use]
    pub fn new(setup: Setup, keymap: Keymap, columns: u16, rows: u16) -> Self {
        let mut app = Self {
            setup,
            keymap,
            who: Who::Connecting,
            me: who::Me::default(),
            list: List::default(),
            detail: Detail::default(),
            pane: Pane::List,
            catalogue: Catalogue::default(),
            aside: BTreeMap::new(),
            gone: BTreeMap::new(),
            drafts: Drafts::default(),
            unapplied: BTreeMap::new(),
            screens: vec![Screen::Browse],
            findings_left: None,
            tweak_lines: Vec::new(),
            tweaks: tweaks::Tweaks::default(),
            reason: String::new(),
            overlay: None,
            behind: None,
            notice: None,
            told: None,
            count: None,
            clipboard: Clipboard::default(),
            has_mouse: true,
            split: layout::Split::default(),
            is_dragging: false,
            greets: false,
            copied: None,
            lines: Vec::new(),
            log: VecDeque::new(),
            queue: Queue::new(Slots::new(Duration::ZERO)),
            sends: sending::Sends::default(),
            recovery: recovery::Recovery::default(),
            resolution: resolution::Resolution::default(),
            taking_back: None,
            settling: settle::Settling::default(),
            now: Timestamp::UNIX_EPOCH,
            area: Rect::new(0, 0, columns, rows),
            awaited: BTreeMap::new(),
            next_ticket: 0,
            next_new: 0,
            effects: Vec::new(),
            news: 0,
            unresolved: answer::Unresolved::default(),
            seat: desk::Seat::default(),
        };
        app.arrange();
        app
    }

    /// What is to be done first.
    #[must_use]
    pub fn start(&mut self) -> Vec<Effect> {
        self.ask(Awaited::Connect, Question::Connect);
        std::mem::take(&mut self.effects)
    }

    /// Takes a message at this time, and says what is to be done.
    #[must_use]
    pub fn update(&mut self, message: Message, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        if !matches!(
            message,
            Message::Woken | Message::Key(_) | Message::Mouse(_) | Message::Requested(_)
        ) {
            self.news += 1;
        }
        match message {
            // The queue is asked below what is to be done; profiles are for the desk.
            Message::Woken | Message::Profiles(_) => {}
            Message::Described(text) => self.show_described(text),
            Message::Recovered(result) => self.recovered(*result),
            Message::Kept(result) => self.kept(result),
            Message::Died(died) => self.say(Weight::Error, format!("{died}.")),
            Message::Key(event) => self.key(event),
            Message::Mouse(event) => self.mouse(event),
            Message::Paste(text) => self.paste(&text),
            Message::Resize(columns, rows) => self.area = Rect::new(0, 0, columns, rows),
            Message::Answer(ticket, answer) => self.answer(ticket, answer),
            Message::Requested(request) => {
                if self.log.len() == LOG_LENGTH {
                    self.log.pop_front();
                }
                self.log.push_back(request);
            }
        }
        self.finish()
    }

    /// What follows from whatever happened, and what is to be done about it.
    fn finish(&mut self) -> Vec<Effect> {
        self.send_on();
        self.resolve_next();
        self.tell_corrections();
        self.refresh_history();
        self.refresh_conflicts();
        self.keep_drafts();
        self.drop_hidden_value();
        self.arrange();
        std::mem::take(&mut self.effects)
    }

    /// Tells the panes how much of them is shown.
    fn arrange(&mut self) {
        let body = self.parts().body;
        let (list, detail) = self.panes();
        // The border takes two lines, the column heads one.
        self.list
            .set_height(usize::from(layout::inside(list).height.saturating_sub(1)));
        let whole = usize::from(layout::inside(body).height);
        let lines = match self.screen() {
            Screen::Browse => {
                let of = self.list.selected().map(|row| row.plan.id.clone());
                if self.detail.of != of {
                    self.detail.of = of;
                    self.detail.scroll = Scroll::default();
                }
                self.build_detail()
            }
            Screen::Edit(_) => return self.arrange_form(body),
            Screen::Limits(_) => return self.arrange_limits(body),
            Screen::Usage(_) => return self.arrange_usage(body),
            Screen::Keys(_) => return self.arrange_keys(body),
            Screen::AtRisk(_) => return self.arrange_at_risk(body),
            Screen::Extension(extension) => self.extension_lines(extension).len(),
            Screen::Findings(_) => return self.arrange_findings(body),
            Screen::History(_) => return self.arrange_history(body),
            Screen::Review(_) => self.build_review(),
            Screen::Aims(aims) => self.aims_lines(aims).len(),
            Screen::BulkReview(_) => return self.arrange_bulk_review(body),
            Screen::Queue(_) => return self.arrange_queue(body),
            Screen::Requests(_) => self.log.len(),
            Screen::Help(_) => self.help_lines().len(),
            Screen::Who(_) => self
                .who_lines(usize::from(layout::inside(body).width))
                .len(),
            Screen::Text(_) => self.text_page_lines(),
            Screen::Patch(_) => return,
        };
        match self.screens.last_mut() {
            Some(Screen::Browse) => {
                let height = usize::from(layout::inside(detail).height);
                self.detail.scroll.move_by(0, lines, height);
            }
            Some(Screen::Review(review)) => review.scroll.move_by(0, lines, whole),
            Some(Screen::Aims(aims)) => aims.scroll.move_by(0, lines, whole),
            Some(Screen::Extension(extension)) => extension.scroll.move_by(0, lines, whole),
            Some(Screen::Requests(scroll) | Screen::Help(scroll) | Screen::Who(scroll)) => {
                scroll.move_by(0, lines, whole);
            }
            Some(Screen::Text(page)) => {
                let height = usize::from(body.height).saturating_sub(1);
                page.scroll.move_by(0, lines, height);
            }
            _ => {}
        }
    }

    /// How far it knows what is around the plans.
    fn known(&self) -> Known {
        Known {
            news: self.news,
            asked: self.next_ticket,
            open: self.awaited.len(),
        }
    }

    /// The screen in front.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        self.screens.last().unwrap_or(&Screen::Browse)
    }

    /// The parts of the screen.
    #[must_use]
    pub fn parts(&self) -> layout::Parts {
        let width = self.area.width.max(1);
        let lines = self.status().map_or(1, |notice| {
            let lines = notice.lines(usize::from(width), self.area.height).len();
            u16::try_from(lines).unwrap_or(u16::MAX)
        });
        let asked = match &self.overlay {
            None => lines,
            // What makes it grave, and the line that is typed.
            Some(Overlay::Consent(consent)) => {
                let lines = wrap::wrap(&consent.prompt(&self.back_key()), usize::from(width)).len();
                u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(1)
            }
            Some(Overlay::Confirm(Confirm::TakeBack(way))) => {
                let text = way.said.join(". ");
                let lines = wrap::wrap(&text, usize::from(width).saturating_sub(40)).len();
                u16::try_from(lines).unwrap_or(u16::MAX)
            }
            Some(Overlay::Confirm(Confirm::Jumps { what, .. } | Confirm::Again { what, .. })) => {
                let lines = wrap::wrap(what, usize::from(width).saturating_sub(40)).len();
                u16::try_from(lines).unwrap_or(u16::MAX)
            }
            Some(Overlay::Confirm(Confirm::Quit(what))) => {
                let text = format!("Leave plangate? {what} ");
                let lines = wrap::wrap(&text, usize::from(width).saturating_sub(16)).len();
                u16::try_from(lines).unwrap_or(u16::MAX)
            }
            // The line, and what it can go on with.
            Some(Overlay::TweakLine(_)) if self.notice.is_none() => 2,
            Some(Overlay::TweakLine(_)) => lines.saturating_add(2),
            // The line, and what is wrong with it.
            Some(Overlay::Load(_) | Overlay::Seen(_)) => {
                let fault = self.fault_of_typed().map_or(0, |fault| {
                    wrap::wrap(&format!(" ! {fault}"), usize::from(width)).len()
                });
                u16::try_from(fault).unwrap_or(u16::MAX).saturating_add(1)
            }
            Some(_) => 1,
        };
        let parts = layout::parts(self.area, asked, self.greeting_height());
        match self.told_of_gone() {
            None => parts,
            Some(told) => {
                let lines = wrap::wrap(&told, usize::from(width).saturating_sub(2)).len();
                parts.with_banner(u16::try_from(lines).unwrap_or(u16::MAX))
            }
        }
    }

    /// What the status line says: what happened last, else what the selected field
    /// of the form is.
    #[must_use]
    pub fn status(&self) -> Option<Notice> {
        let marked = |notice: &Notice| {
            let mark = match notice.weight {
                Weight::Info => "",
                Weight::Warning => "! ",
                Weight::Error => "Error: ",
            };
            Notice {
                weight: notice.weight,
                text: format!("{mark}{}", notice.text),
                link: notice.link,
            }
        };
        self.notice
            .as_ref()
            .map(marked)
            .or_else(|| self.explanation())
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

    /// Where the keys go.
    #[must_use]
    pub fn place(&self) -> Place {
        match &self.overlay {
            Some(
                Overlay::Filter { .. }
                | Overlay::Tweak(_)
                | Overlay::Load(_)
                | Overlay::Seen(_)
                | Overlay::TagKey(_)
                | Overlay::Extend(_)
                | Overlay::Reason(_)
                | Overlay::Consent(_),
            ) => return Place::Typing,
            Some(Overlay::TweakLine(_)) => return Place::TweakLine,
            Some(Overlay::Palette(_)) => return Place::CommandLine,
            Some(Overlay::Picker(_)) => return Place::Picker,
            Some(Overlay::Confirm(_)) => return Place::Confirm,
            None => {}
        }
        self.screen_place()
    }

    /// Where the keys go when nothing stands before the screen.
    #[must_use]
    pub fn screen_place(&self) -> Place {
        self.place_of(self.screen())
    }

    /// Where the keys go on a screen.
    fn place_of(&self, screen: &Screen) -> Place {
        match screen {
            Screen::Browse if self.pane == Pane::List => Place::List,
            Screen::Browse => Place::Detail,
            Screen::Edit(form) if form.typing.is_some() => Place::Typing,
            Screen::Edit(form) if form.half == form::Half::Form => Place::Form,
            Screen::Edit(_) => Place::Staged,
            Screen::Patch(_) => Place::Patch,
            Screen::Review(_) => Place::Review,
            Screen::Aims(_) => Place::Aims,
            Screen::BulkReview(_) => Place::BulkReview,
            Screen::Limits(_) => Place::Limits,
            Screen::Usage(_) => Place::Usage,
            Screen::Keys(_) => Place::Keys,
            Screen::AtRisk(_) => Place::AtRisk,
            Screen::Extension(_) => Place::Extension,
            Screen::Findings(_) => Place::Findings,
            Screen::History(_) => Place::History,
            Screen::Requests(_) | Screen::Help(_) | Screen::Who(_) => Place::Everywhere,
            Screen::Queue(_) => Place::Queue,
            Screen::Text(_) => Place::Text,
        }
    }

    /// The draft of a plan in the list.
    #[must_use]
    pub fn draft_of(&self, id: &PlanId) -> Option<&Draft> {
        self.drafts.get(&DraftId::Plan(self.list.reference(id)?))
    }

    /// The draft that the screen in front is about: that of its form, editor or
    /// review, else that of the selected plan.
    #[must_use]
    pub fn current_draft(&self) -> Option<DraftId> {
        match self.screen() {
            Screen::Limits(limits) => self.draft_of_limits(limits),
            Screen::Browse => self.selected_draft(),
            screen => screen.draft().cloned(),
        }
    }

    /// The draft that the selected plan has or would have.
    fn selected_draft(&self) -> Option<DraftId> {
        let id = &self.list.selected()?.plan.id;
        self.list.reference(id).map(DraftId::Plan)
    }

    /// The draft, which begins where there is none yet.
    fn draft(&mut self, id: &DraftId) -> Option<&mut Draft> {
        if !self.drafts.contains(id) {
            let DraftId::Plan(plan) = id else { return None };
            let plan = self.list.plan(&plan.id)?.clone();
            self.drafts.insert(id.clone(), Draft::of(plan));
        }
        self.drafts.get_mut(id)
    }

    /// The draft, or what it would begin as.
    #[must_use]
    pub fn draft_or_plan(&self, id: &DraftId) -> Option<Draft> {
        let begun = || match id {
            DraftId::Plan(plan) => self.list.plan(&plan.id).cloned().map(Draft::of),
            DraftId::New(_) => None,
        };
        self.drafts.get(id).cloned().or_else(begun)
    }

    /// Drops a draft that has nothing in it, unless a screen still shows it.
    fn tidy(&mut self, id: &DraftId) {
        let is_empty = self.drafts.get(id).is_some_and(|draft| !draft.is_changed());
        if is_empty && !self.screens.iter().any(|screen| screen.draft() == Some(id)) {
            self.drafts.remove(id);
        }
    }

    /// How many drafts of new plans there are.
    #[must_use]
    pub fn new_plans(&self) -> usize {
        let is_new = |(id, _): &(&DraftId, &Draft)| matches!(id, DraftId::New(_));
        self.drafts.iter().filter(is_new).count()
    }

    /// What a draft is called.
    #[must_use]
    pub fn draft_name(&self, id: &DraftId) -> String {
        let name = self.drafts.get(id).map(|draft| draft.edited().name.clone());
        let base = |plan: &UsagePlan| plan.settings.name.clone();
        match id {
            DraftId::Plan(plan) => {
                let known = self.drafts.get(id).and_then(|draft| draft.base().cloned());
                let name = known.or_else(|| self.list.plan(&plan.id).cloned());
                format!(
                    "{} {}",
                    name.as_deref().map(base).unwrap_or_default(),
                    plan.id
                )
            }
            DraftId::New(number) => {
                let gone = self.drafts.gone_plan(id);
                let gone = gone.map(|plan| format!(": plan {plan} is gone"));
                let gone = gone.unwrap_or_default();
                match name.filter(|name| !name.is_empty()) {
                    Some(name) => format!("{name} (new{gone})"),
                    None => format!("new plan {}{gone}", number + 1),
                }
            }
        }
    }

    fn say(&mut self, weight: Weight, text: impl Into<String>) {
        let corrections = self.take_corrections();
        let text = text.into();
        let text = match corrections.as_str() {
            "" => text,
            corrections => format!("{corrections} {text}"),
        };
        self.notice = Some(Notice {
            weight,
            text: shortened(&text, LONGEST_MESSAGE).into_owned(),
            link: None,
        });
    }

    /// What was corrected and was not told with anything else.
    fn tell_corrections(&mut self) {
        let corrections = self.take_corrections();
        if !corrections.is_empty() {
            self.say(Weight::Warning, corrections);
        }
    }

    fn report(&mut self, failure: &Failure) {
        self.say(Weight::Error, self.told_with_key(failure));
    }

    fn ask(&mut self, awaited: Awaited, question: Question) {
        let ticket = self.ticket(awaited);
        self.effects.push(Effect::Ask(ticket, question));
    }

    fn ticket(&mut self, awaited: Awaited) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.awaited.insert(ticket, awaited);
        ticket
    }

    /// Stops waiting for answers; says whether there was one to wait for.
    fn cancel(&mut self, which: impl Fn(&Awaited) -> bool) -> bool {
        let tickets: Vec<_> = self
            .awaited
            .iter()
            .filter(|(_, a)| which(a))
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in &tickets {
            self.awaited.remove(ticket);
            self.effects.push(Effect::Cancel(*ticket));
        }
        !tickets.is_empty()
    }

    /// Reads the plans, all or those of one API key.
    fn read_plans(&mut self, of_key: Option<KeyFilter>) {
        self.cancel(|awaited| *awaited == Awaited::Plans);
        if self.list.of_key != of_key {
            self.set_aside(of_key.as_ref());
            self.list.clear(of_key.is_none());
        }
        let id = of_key.as_ref().map(|key| key.id.clone());
        self.list.of_key = of_key;
        self.list.begin();
        self.ask(Awaited::Plans, Question::Plans { of_key: id });
    }
}
