//! The parts of the screen as they are now, and the line at its foot.

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::stack::Stack;
use crate::app::view::layout;
use crate::app::{Notice, Weight};
use crate::text::wrap::lines_of;

impl Stack {
    /// The list and the detail on the screen.
    #[must_use]
    pub fn panes(&self, core: &Core) -> (Rect, Rect) {
        self.plans.panes(core, self.parts(core).body)
    }

    /// The parts of the screen.
    #[must_use]
    pub fn parts(&self, core: &Core) -> layout::Parts {
        let width = core.area.width.max(1);
        let status = self.status(core).map_or(1, |notice| {
            let lines = notice.lines(usize::from(width), core.area.height).len();
            u16::try_from(lines).unwrap_or(u16::MAX)
        });
        let foot = match &self.prompt {
            None => status,
            Some(prompt) => prompt.height(core, status),
        };
        let parts = layout::parts(core.area, foot, self.greeting_height(core));
        match self.told_of_gone(core) {
            None => parts,
            Some(told) => parts.with_banner(lines_of(&told, width.saturating_sub(2))),
        }
    }

    /// The text of the status line: the newest notice, else a sentence on what is selected.
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
            .or_else(|| self.front().explanation(core))
    }
}
