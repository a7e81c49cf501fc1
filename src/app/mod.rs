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
use crate::app::keys::keymap::Keymap;
pub use crate::app::page::plans::Pane;
pub use crate::app::prompt::{Confirm, Prompt};
pub use crate::app::stack::{Screen, Stack};
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
            Message::Described(text) => self.stack.show_described(&mut self.core, text),
            Message::Recovered(result) => self.core.recovered(*result),
            Message::Kept(result) => self.core.kept(result),
            Message::Died(died) => self.core.say(Weight::Error, format!("{died}.")),
            Message::Key(event) => self.stack.key(&mut self.core, event),
            Message::Mouse(event) => self.stack.mouse(&mut self.core, event),
            Message::Paste(text) => self.stack.paste(&mut self.core, &text),
            Message::Resize(columns, rows) => self.core.area = Rect::new(0, 0, columns, rows),
            Message::Answer(ticket, answer) => self.stack.answer(&mut self.core, ticket, answer),
            Message::Requested(request) => {
                if request.is_slowed {
                    self.core.say_slowed();
                }
                if self.core.log.len() == LOG_LENGTH {
                    self.core.log.pop_front();
                }
                self.core.log.push_back(request);
            }
        }
        self.stack.finish(&mut self.core)
    }
}
