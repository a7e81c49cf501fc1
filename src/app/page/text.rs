//! A text that stands to be selected, copied or written to a file.

use crate::app::input::copying::Copyable;
use crate::app::message::Effect;
use crate::app::view::scroll::Scroll;
use crate::app::{App, Awaited, Screen};
use crate::text::wrap::wrap;

/// The page of a text.
#[derive(Debug)]
pub struct TextPage {
    /// The text, and what it is.
    pub content: Copyable,
    /// Which lines are shown.
    pub scroll: Scroll,
}

impl TextPage {
    /// The lines of the text in so many columns.
    #[must_use]
    pub fn lines(&self, columns: usize) -> Vec<String> {
        let lines = self.content.text.lines();
        lines.flat_map(|line| wrap(line, columns)).collect()
    }
}

impl App {
    /// How many lines the page of a text has here.
    pub(in crate::app) fn text_page_lines(&self) -> usize {
        match self.screen() {
            Screen::Text(page) => page.lines(usize::from(self.parts().body.width)).len(),
            _ => 0,
        }
    }

    /// Writes the text into a new file of the current folder.
    pub(in crate::app) fn save_text(&mut self) {
        let Screen::Text(page) = self.screen() else {
            return;
        };
        let Copyable {
            what, text, ending, ..
        } = &page.content;
        let words = what.to_lowercase().replace(' ', "-");
        let name = format!("{words}.{ending}");
        let text = text.clone();
        let ticket = self.core.ticket(Awaited::Save);
        self.core.effects.push(Effect::Save { ticket, name, text });
    }
}
