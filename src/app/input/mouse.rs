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
use crate::app::page::Rows;
use crate::app::stack::Stack;
use crate::app::{Prompt, Weight};

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

impl Stack {
    pub(in crate::app) fn mouse(&mut self, core: &mut Core, event: MouseEvent) {
        if core.is_too_small() {
            return;
        }
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollDown => self.wheel(core, at, TURN),
            MouseEventKind::ScrollUp => self.wheel(core, at, -TURN),
            MouseEventKind::Down(MouseButton::Left) => self.click(core, at),
            MouseEventKind::Drag(MouseButton::Left) if core.operator.is_dragging => {
                let body = self.parts(core).body;
                self.front_mut().drag(core, body, at);
            }
            MouseEventKind::Up(MouseButton::Left) => core.operator.is_dragging = false,
            _ => {}
        }
    }

    /// Moves what is under the pointer; what has the keys stays so.
    fn wheel(&mut self, core: &mut Core, at: Position, by: isize) {
        match &self.prompt {
            None | Some(Prompt::Filter { .. } | Prompt::Picker(_) | Prompt::TweakLine(_)) => {}
            Some(Prompt::Palette(_)) => return self.complete(by.signum()),
            Some(_) => return,
        }
        if !self.parts(core).body.contains(at) {
            return;
        }
        let body = self.parts(core).body;
        match self.prompt {
            None => self.front_mut().wheel(core, body, at, by),
            Some(_) => self.go(core, by),
        }
    }

    fn click(&mut self, core: &mut Core, at: Position) {
        core.operator.is_dragging = false;
        if self.parts(core).hints.contains(at) {
            return self.press_hint(core, at.x);
        }
        match &self.prompt {
            Some(Prompt::Picker(_) | Prompt::Palette(_)) => return self.click_line(core, at),
            Some(_) => return,
            None => {}
        }
        if !self.parts(core).body.contains(at) {
            return;
        }
        core.notice = None;
        core.operator.count = None;
        let body = self.parts(core).body;
        if self.front().grabs(core, body, at) {
            core.operator.is_dragging = true;
            return;
        }
        let clicked = |rows: Rows| Some(rows.away(rows.line(at)?));
        let row = self.rows(core).and_then(clicked);
        let body = self.parts(core).body;
        let page = self.front_mut();
        let part = page.part();
        page.point(core, body, at);
        let is_elsewhere = page.part() != part;
        // The parts have other sizes then: the row is the one that was clicked.
        if let Some(away) = row.filter(|away| is_elsewhere || *away != 0) {
            self.go(core, away);
        } else if !is_elsewhere {
            self.click_line(core, at);
        } else if let Some(away) = self.rows(core).and_then(clicked) {
            self.go(core, away);
        }
    }

    /// Selects the line under the pointer; opens it where it is selected already.
    fn click_line(&mut self, core: &mut Core, at: Position) {
        let Some(window) = self.rows(core) else {
            return;
        };
        let Some(line) = window.line(at) else { return };
        match window.away(line) {
            0 => self.open_selected(core),
            away if matches!(self.prompt, Some(Prompt::Palette(_))) => {
                self.complete_by(away);
            }
            away => self.go(core, away),
        }
    }

    /// Opens the selected line, where a second click is to do so.
    fn open_selected(&mut self, core: &mut Core) {
        let command = match &self.prompt {
            Some(prompt) => prompt.opens(),
            None => self.front().opens(),
        };
        if let Some(command) = command {
            self.press(core, command);
        }
    }

    /// Does what the key of a command would do.
    fn press(&mut self, core: &mut Core, command: Command) {
        core.notice = None;
        match self.obstacle(core, command) {
            Some(why) => core.say(Weight::Warning, core.with_keys(why)),
            None => self.act(core, command),
        }
    }

    fn press_hint(&mut self, core: &mut Core, x: u16) {
        let columns = usize::from(core.area.width);
        let hint = self.hint_line(core, columns).into_iter();
        let found = hint
            .filter(|placed| placed.columns.contains(&usize::from(x)))
            .map(|placed| placed.hint)
            .next();
        let Some(hint) = found else { return };
        core.operator.count = None;
        if matches!(hint.command, Command::Send | Command::Yes) {
            let told = format!("Not by the mouse: {} does it.", hint.key);
            return core.say(Weight::Warning, told);
        }
        self.press(core, hint.command);
    }

    /// The lines that the pointer selects from: those of the prompt in front, else of the page.
    #[must_use]
    pub fn rows(&self, core: &Core) -> Option<Rows> {
        let body = self.parts(core).body;
        match &self.prompt {
            Some(prompt) => prompt.rows(body).or_else(|| self.front().rows(core, body)),
            None => self.front().rows(core, body),
        }
    }
}
