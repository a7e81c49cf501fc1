//! A text that stands to be selected, copied or written to a file.

use crate::app::Awaited;
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::Effect;
use crate::app::page::{Next, Offer, Page};
use crate::app::view::copyable::Copyable;
use crate::app::view::scroll::Scroll;
use crate::text::wrap::wrap;
use ratatui::layout::Rect;

/// The page of a text.
#[derive(Debug)]
pub struct TextPage {
    /// The text, and what it is.
    pub content: Copyable,
    /// The lines that are shown.
    pub scroll: Scroll,
}

impl TextPage {
    /// The page of a text, at its first line.
    pub(in crate::app) fn new(content: Copyable) -> Self {
        let scroll = Scroll::default();
        Self { content, scroll }
    }

    /// The lines of the text in so many columns.
    #[must_use]
    pub fn lines(&self, columns: usize) -> Vec<String> {
        let lines = self.content.text.lines();
        lines.flat_map(|line| wrap(line, columns)).collect()
    }
}

impl TextPage {
    /// Writes the text into a file of the current folder.
    fn save(&self, core: &mut Core) {
        let Copyable {
            what, text, ending, ..
        } = &self.content;
        let words = what.to_lowercase().replace(' ', "-");
        let name = format!("{words}.{ending}");
        let text = text.clone();
        let ticket = core.ticket(Awaited::Save);
        core.effects.push(Effect::Save { ticket, name, text });
    }
}

impl Page for TextPage {
    fn context(&self) -> Place {
        Place::Text
    }

    fn move_by(&mut self, _core: &mut Core, body: Rect, by: isize) {
        let lines = self.lines(usize::from(body.width)).len();
        // The head takes one line.
        let height = usize::from(body.height).saturating_sub(1);
        self.scroll.move_by(by, lines, height);
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        self.move_by(core, body, 0);
    }

    fn offer(&self, _core: &Core, command: Command) -> Offer {
        match command {
            Command::PlainText => Offer::NotNow("this is plain text already"),
            _ => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::SaveText => self.save(core),
            _ => return Next::PassOn,
        }
        Next::Stay
    }
}
