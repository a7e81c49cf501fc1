//! The review of changes that come from no draft.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::look::Look;
use super::review;
use crate::app::App;
use crate::app::aims::Aims;
use crate::app::command::Command;
use crate::app::keymap::Place;

/// Draws the review.
pub fn draw(frame: &mut Frame, app: &App, aims: &Aims, look: &Look, area: Rect) {
    let key = app.keymap.label(Place::Aims, Command::Send);
    let title = if aims.is_sent() {
        format!(
            "{}: being sent ({} cancels)",
            aims.title,
            app.key_for(Command::Back)
        )
    } else {
        format!("{}: nothing is sent yet; {key} sends it", aims.title)
    };
    review::page(
        frame,
        &app.aims_lines(aims),
        aims.scroll,
        &title,
        look,
        area,
    );
}
