//! The requests that were sent to the service, newest last.

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::keys::keymap::Place;
use crate::app::page::Page;
use crate::app::view::layout;
use crate::app::view::scroll::Scroll;

/// The page of the requests.
#[derive(Debug)]
pub struct Requests {
    /// The lines that are shown.
    pub scroll: Scroll,
}

impl Requests {
    /// The page, at its newest lines.
    pub(in crate::app) fn newest() -> Self {
        Self {
            scroll: Scroll { top: usize::MAX },
        }
    }
}

impl Page for Requests {
    fn context(&self) -> Place {
        Place::Requests
    }

    fn move_by(&mut self, core: &mut Core, body: Rect, by: isize) {
        let height = usize::from(layout::inside(body).height);
        self.scroll.move_by(by, core.log.len(), height);
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        self.move_by(core, body, 0);
    }
}
