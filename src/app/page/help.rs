//! The help: what every key does, first those of the page that it was asked on.

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::{Next, Page};
use crate::app::view::help_lines::{HelpLine, lines_on};
use crate::app::view::layout;
use crate::app::view::scroll::Scroll;

/// The page of the keys.
#[derive(Debug)]
pub struct Help {
    /// The lines that are shown.
    pub scroll: Scroll,
    /// The part of the key map that it was asked on.
    about: Place,
    /// The words that are searched for; empty for all keys.
    filter: String,
}

impl Help {
    /// The help for a page with this part of the key map.
    pub(in crate::app) fn about(place: Place) -> Self {
        Self {
            scroll: Scroll::default(),
            about: place,
            filter: String::new(),
        }
    }

    /// All of its lines.
    #[must_use]
    pub fn lines(&self, core: &Core) -> Vec<HelpLine> {
        lines_on(&core.keymap, self.about, core.columns(), &self.filter)
    }

    /// Its title.
    #[must_use]
    pub fn title(&self, core: &Core) -> String {
        match self.filter.as_str() {
            "" => core.with_keys("Help: all keys (<filter> searches, <back> goes back)"),
            text => format!("Help: keys for \"{text}\""),
        }
    }
}

impl Page for Help {
    fn context(&self) -> Place {
        Place::Help
    }

    fn move_by(&mut self, core: &mut Core, body: Rect, by: isize) {
        let lines = self.lines(core).len();
        let height = usize::from(layout::inside(body).height);
        self.scroll.move_by(by, lines, height);
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        self.move_by(core, body, 0);
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter)
    }

    fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.scroll = Scroll::default();
    }

    fn act(&mut self, _core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            // The key that asked for it takes it away again.
            Command::Help => Next::Close,
            _ => Next::PassOn,
        }
    }
}
