//! The mouse: what a click, the wheel and a drag do.
//!
//! A click selects, goes to a pane or presses a hint at the foot; a second click on what
//! is selected opens it. The wheel moves what is under the pointer. Nothing is sent and
//! no question is answered by the mouse: a click too many would be no answer.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::message::Effect;
use crate::app::page::{Page, Rows};
use crate::app::view::layout;
use crate::app::{App, Overlay, Weight};

/// How many lines a turn of the wheel moves.
const TURN: isize = 3;

impl Core {
    /// Takes the mouse, or leaves it to the terminal.
    pub(in crate::app) fn turn_mouse(&mut self) {
        self.operator.has_mouse = !self.operator.has_mouse;
        self.effects.push(Effect::Mouse(self.operator.has_mouse));
        let text = if self.operator.has_mouse {
            "The mouse is plangate's: click, wheel, drag of the border. <mouse> leaves it to the terminal."
        } else {
            "The mouse is the terminal's: it selects text as elsewhere. <mouse> takes it back."
        };
        let text = self.with_keys(text);
        self.say(Weight::Info, text);
    }
}

impl App {
    pub(in crate::app) fn mouse(&mut self, event: MouseEvent) {
        if self.core.is_too_small() {
            return;
        }
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollDown => self.wheel(at, TURN),
            MouseEventKind::ScrollUp => self.wheel(at, -TURN),
            MouseEventKind::Down(MouseButton::Left) => self.click(at),
            MouseEventKind::Drag(MouseButton::Left) if self.core.operator.is_dragging => {
                let body = self.parts().body;
                if let Some(page) = self.stack.front_mut() {
                    page.drag(&mut self.core, body, at);
                }
            }
            MouseEventKind::Up(MouseButton::Left) => self.core.operator.is_dragging = false,
            _ => {}
        }
    }

    /// Moves what is under the pointer; what has the keys stays so.
    fn wheel(&mut self, at: Position, by: isize) {
        match &self.stack.overlay {
            None | Some(Overlay::Filter { .. } | Overlay::Picker(_) | Overlay::TweakLine(_)) => {}
            Some(Overlay::Palette(_)) => return self.complete(by.signum()),
            Some(_) => return,
        }
        if !self.parts().body.contains(at) {
            return;
        }
        let body = self.parts().body;
        if self.stack.overlay.is_none()
            && let Some(page) = self.stack.front_mut()
        {
            return page.wheel(&mut self.core, body, at, by);
        }
        self.go(by);
    }

    fn click(&mut self, at: Position) {
        self.core.operator.is_dragging = false;
        if self.parts().hints.contains(at) {
            return self.press_hint(at.x);
        }
        match &self.stack.overlay {
            Some(Overlay::Picker(_) | Overlay::Palette(_)) => return self.click_line(at),
            Some(_) => return,
            None => {}
        }
        if !self.parts().body.contains(at) {
            return;
        }
        self.core.notice = None;
        self.core.operator.count = None;
        let body = self.parts().body;
        let front = self.stack.front();
        if front.is_some_and(|page| page.grabs(&self.core, body, at)) {
            self.core.operator.is_dragging = true;
            return;
        }
        let row = self.rows().and_then(|rows| Some(rows.away(rows.line(at)?)));
        let body = self.parts().body;
        if let Some(page) = self.stack.front_mut() {
            let part = page.part();
            page.point(&mut self.core, body, at);
            let is_elsewhere = page.part() != part;
            // The parts have other sizes then: the row is the one that was clicked.
            if let Some(away) = row.filter(|away| is_elsewhere || *away != 0) {
                return self.go(away);
            }
            if is_elsewhere {
                let row = self.rows();
                let away = row.and_then(|rows| Some(rows.away(rows.line(at)?)));
                return away.into_iter().for_each(|away| self.go(away));
            }
        }
        self.click_line(at);
    }

    /// Selects the line under the pointer; opens it where it is selected already.
    fn click_line(&mut self, at: Position) {
        let Some(window) = self.rows() else { return };
        let Some(line) = window.line(at) else { return };
        match window.away(line) {
            0 => self.open_selected(),
            away if matches!(self.stack.overlay, Some(Overlay::Palette(_))) => {
                self.complete_by(away);
            }
            away => self.go(away),
        }
    }

    /// What opens the selected line, where a second click is to do so.
    fn open_selected(&mut self) {
        let own = self.stack.front().and_then(Page::opens);
        let command = match (&self.stack.overlay, self.screen_place()) {
            (Some(Overlay::Picker(_)), _) => Command::Choose,
            (Some(Overlay::Palette(_)), _) => Command::Accept,
            (None, _) => match own {
                Some(command) => command,
                None => return,
            },
            _ => return,
        };
        self.press(command);
    }

    /// Does what the key of a command would do.
    fn press(&mut self, command: Command) {
        self.core.notice = None;
        match self.obstacle(command) {
            Some(why) => self.core.say(Weight::Warning, self.with_keys(why)),
            None => self.act(command),
        }
    }

    fn press_hint(&mut self, x: u16) {
        let columns = usize::from(self.core.area.width);
        let hint = self.hint_line(columns).0.into_iter();
        let found = hint
            .filter(|placed| placed.columns.contains(&usize::from(x)))
            .map(|placed| placed.hint)
            .next();
        let Some(hint) = found else { return };
        self.core.operator.count = None;
        if matches!(hint.command, Command::Send | Command::Yes) {
            let told = format!("Not by the mouse: {} does it.", hint.key);
            return self.core.say(Weight::Warning, told);
        }
        self.press(hint.command);
    }

    /// The lines that the pointer selects from: those of the prompt in front, else of the page.
    #[must_use]
    pub fn rows(&self) -> Option<Rows> {
        let body = self.parts().body;
        let of = |area, cursor: crate::app::view::scroll::Cursor, count| {
            let (top, at) = (cursor.top, cursor.at);
            Some(Rows {
                area,
                top,
                at,
                count,
                is_lost: cursor.selected().is_none(),
            })
        };
        match &self.stack.overlay {
            Some(Overlay::Picker(picker)) => {
                let area = layout::below(layout::picker(body), 2);
                return of(area, picker.cursor, picker.len());
            }
            Some(Overlay::Palette(palette)) => {
                let area = layout::below(layout::palette(body, palette.suggestions.len()), 0);
                return of(area, palette.cursor, palette.suggestions.len());
            }
            _ => {}
        }
        if let Some(page) = self.stack.front() {
            return page.rows(&self.core, body);
        }
        None
    }
}
