//! A line of text that is being typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Style;
use tui_textarea::{CursorMove, TextArea};

use crate::app::page::Typed;
use crate::plan::model::human::{BETWEEN_NUMBERS, is_line_break};

/// A text input. Its content is one text; line breaks that it came with are kept.
#[derive(Clone, Debug)]
pub struct Input {
    area: TextArea<'static>,
}

impl Input {
    /// An input that starts with a text, the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        area.set_cursor_line_style(Style::default());
        Self { area }
    }

    /// Takes a key; true when the text changed.
    pub fn key(&mut self, event: KeyEvent) -> bool {
        // As in a shell: away with what stands before the cursor.
        let is_ctrl_u =
            event.code == KeyCode::Char('u') && event.modifiers.contains(KeyModifiers::CONTROL);
        if is_ctrl_u {
            return self.area.delete_line_by_head();
        }
        self.area.input(event)
    }

    /// Takes a pasted text. In a single line, line breaks become spaces; where one number is
    /// typed they stay to be seen, for joined the numbers of two lines are another one.
    pub fn paste(&mut self, text: &str, kind: Typed) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        self.area.insert_str(match kind {
            Typed::Line => text.replace('\n', " "),
            Typed::Number => {
                let lines = text.split(is_line_break).map(str::trim);
                let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
                lines.join(BETWEEN_NUMBERS)
            }
            Typed::Text => text,
        });
    }

    /// The text as typed so far.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// The widget to draw.
    #[must_use]
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// The line that the cursor is in, and the cursor's column in it, counted in
    /// characters.
    #[must_use]
    pub fn cursor_line(&self) -> (&str, usize) {
        let cursor = self.area.cursor();
        (
            self.area.lines().get(cursor.0).map_or("", String::as_str),
            cursor.1,
        )
    }

    /// Moves the cursor by so many lines, as the wheel does.
    pub fn move_by(&mut self, lines: isize) {
        let movement = if lines < 0 {
            CursorMove::Up
        } else {
            CursorMove::Down
        };
        for _ in 0..lines.unsigned_abs().min(self.area.lines().len()) {
            self.area.move_cursor(movement);
        }
    }

    /// Puts the cursor at a line and column, counted from 0.
    pub fn jump(&mut self, line: usize, column: usize) {
        let place = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area
            .move_cursor(CursorMove::Jump(place(line), place(column)));
    }
}
