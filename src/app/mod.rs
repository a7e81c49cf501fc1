//! What the dashboard knows and does: its state, and [`App::update`], which takes
//! a message and gives back what is to be done. No I/O, no clock, no drawing.

pub mod core;
pub mod fleet;
pub mod input;
pub mod keys;
pub mod outbox;
pub mod page;
pub mod prompt;
pub mod stack;
pub mod view;

pub mod message;

use jiff::Timestamp;
use ratatui::layout::Rect;

pub(in crate::app) use crate::app::core::Known;
pub use crate::app::core::drafts::DraftId;
pub use crate::app::core::notices::{Notice, Weight};
pub use crate::app::core::presence::Presence;
pub(in crate::app) use crate::app::core::questions::Awaited;
pub use crate::app::core::{Core, Setup, Who};
use crate::app::keys::keymap::{Keymap, Place};
use crate::app::page::Page;
pub use crate::app::page::plans::Pane;
pub use crate::app::stack::{Confirm, Overlay, Screen, Stack};
use crate::app::view::layout;
use crate::text::wrap;
use message::{Effect, Message, Question};

/// The number of requests that the log keeps.
const LOG_LENGTH: usize = 500;

/// The dashboard: what every page shares, and the pages.
pub struct App {
    /// What every page shares.
    pub core: Core,
    /// The pages and the prompt in front of them.
    pub stack: Stack,
}

impl App {
    /// A dashboard before anything was read.
    #[must_use]
    pub fn new(setup: Setup, keymap: Keymap, columns: u16, rows: u16) -> Self {
        let mut app = Self {
            core: Core::new(setup, keymap, Rect::new(0, 0, columns, rows)),
            stack: Stack::new(),
        };
        app.stack.arrange(&mut app.core);
        app
    }

    /// What is to be done first.
    #[must_use]
    pub fn start(&mut self) -> Vec<Effect> {
        self.core.ask(Awaited::Connect, Question::Connect);
        std::mem::take(&mut self.core.effects)
    }

    /// Takes a message at this time, and says what is to be done.
    #[must_use]
    pub fn update(&mut self, message: Message, now: Timestamp) -> Vec<Effect> {
        self.core.now = now;
        self.stack.locate(&mut self.core);
        if !matches!(
            message,
            Message::Woken | Message::Key(_) | Message::Mouse(_) | Message::Requested(_)
        ) {
            self.core.news += 1;
        }
        match message {
            // The queue is asked below what is to be done; profiles are for the desk.
            Message::Woken | Message::Profiles(_) => {}
            Message::Described(text) => self.stack.show_described(text),
            Message::Recovered(result) => self.core.recovered(*result),
            Message::Kept(result) => self.core.kept(result),
            Message::Died(died) => self.core.say(Weight::Error, format!("{died}.")),
            Message::Key(event) => self.stack.key(&mut self.core, event),
            Message::Mouse(event) => self.stack.mouse(&mut self.core, event),
            Message::Paste(text) => self.stack.paste(&mut self.core, &text),
            Message::Resize(columns, rows) => self.core.area = Rect::new(0, 0, columns, rows),
            Message::Answer(ticket, answer) => self.stack.answer(&mut self.core, ticket, answer),
            Message::Requested(request) => {
                if self.core.log.len() == LOG_LENGTH {
                    self.core.log.pop_front();
                }
                self.core.log.push_back(request);
            }
        }
        self.stack.finish(&mut self.core)
    }
}

impl Stack {
    /// Tells the core where the operator is.
    pub(in crate::app) fn locate(&mut self, core: &mut Core) {
        core.here = core::Here {
            page: self.screen_place(),
            keys: self.place(),
        };
    }

    /// What follows from whatever happened, and what is to be done about it.
    fn finish(&mut self, core: &mut Core) -> Vec<Effect> {
        self.locate(core);
        self.take_dues(core);
        core.send_on();
        core.resolve_next();
        self.take_dues(core);
        core.tell_corrections();
        if let Some(page) = self.front_mut() {
            page.refresh(core);
        }
        core.keep_drafts();
        self.cover(core);
        self.arrange(core);
        std::mem::take(&mut core.effects)
    }

    /// Tells the pages behind the one in front that they are there, in whatever way it came
    /// before them.
    fn cover(&mut self, core: &mut Core) {
        let behind = self.screens.len().saturating_sub(1);
        let behind = self.screens.iter_mut().take(behind);
        for page in behind.filter_map(Screen::page_mut) {
            page.covered(core);
        }
    }

    /// Tells the panes how much of them is shown.
    fn arrange(&mut self, core: &mut Core) {
        self.locate(core);
        let body = self.parts(core).body;
        self.plans.arrange_list(core, body);
        if let Some(page) = self.front_mut() {
            return page.arrange(core, body);
        }
        match self.screen() {
            _ => {}
        }
    }

    /// The screen in front.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        self.screens.last().unwrap_or(&Screen::Plans)
    }

    /// The list and the detail on the screen.
    #[must_use]
    pub fn panes(&self, core: &Core) -> (Rect, Rect) {
        self.plans.panes(core, self.parts(core).body)
    }

    /// The parts of the screen.
    #[must_use]
    pub fn parts(&self, core: &Core) -> layout::Parts {
        let width = core.area.width.max(1);
        let lines = self.status(core).map_or(1, |notice| {
            let lines = notice.lines(usize::from(width), core.area.height).len();
            u16::try_from(lines).unwrap_or(u16::MAX)
        });
        let asked = match &self.overlay {
            None => lines,
            // What makes it grave, and the line that is typed.
            Some(Overlay::Consent(consent)) => {
                let lines = wrap::wrap(&consent.prompt(&core.back_key()), usize::from(width)).len();
                u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(1)
            }
            Some(Overlay::Confirm(Confirm::UndoInPart(way))) => {
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
            Some(Overlay::TweakLine(_)) if core.notice.is_none() => 2,
            Some(Overlay::TweakLine(_)) => lines.saturating_add(2),
            // The line, and what is wrong with it.
            Some(Overlay::Load(_) | Overlay::Seen(_)) => {
                let fault = self.fault_of_typed(core).map_or(0, |fault| {
                    wrap::wrap(&format!(" ! {fault}"), usize::from(width)).len()
                });
                u16::try_from(fault).unwrap_or(u16::MAX).saturating_add(1)
            }
            Some(_) => 1,
        };
        let parts = layout::parts(core.area, asked, self.greeting_height(core));
        match self.told_of_gone(core) {
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
    pub fn status(&self, core: &Core) -> Option<Notice> {
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
        core.notice
            .as_ref()
            .map(marked)
            .or_else(|| self.front()?.explanation(core))
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
        if let Some(page) = screen.page() {
            return page.context();
        }
        match screen {
            Screen::Plans => self.plans.context(),
            Screen::Requests(_)
            | Screen::History(_)
            | Screen::Help(_)
            | Screen::Edit(_)
            | Screen::BulkReview(_)
            | Screen::Aims(_)
            | Screen::Review(_)
            | Screen::Patch(_)
            | Screen::Identity(_)
            | Screen::Queue(_)
            | Screen::Limits(_)
            | Screen::Exhaustion(_)
            | Screen::Extension(_)
            | Screen::Usage(_)
            | Screen::Findings(_)
            | Screen::Keys(_)
            | Screen::Text(_) => Place::Everywhere,
        }
    }

    /// The draft that the screen in front is about: that of its form, editor or
    /// review, else that of the selected plan.
    #[must_use]
    pub fn current_draft(&self, core: &Core) -> Option<DraftId> {
        if let Some(page) = self.front() {
            return page.edits(core);
        }
        self.screen().draft().cloned()
    }

    /// Drops a draft that has nothing in it, unless a screen still shows it.
    fn tidy(&mut self, core: &mut Core, id: &DraftId) {
        let is_empty = core.drafts.get(id).is_some_and(|draft| !draft.is_changed());
        if is_empty && !self.screens.iter().any(|screen| screen.draft() == Some(id)) {
            core.drafts.remove(id);
        }
    }
}
