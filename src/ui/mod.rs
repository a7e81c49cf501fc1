//! Draws the dashboard's state. No I/O, no change to the state.

pub mod look;

use ratatui::Frame;
use ratatui::widgets::Paragraph;

use crate::app::App;
use look::Look;

/// Draws the whole screen.
pub fn draw(frame: &mut Frame, app: &App, look: &Look) {
    let text = if app.is_too_small() {
        look.symbols.ellipsis
    } else {
        ""
    };
    frame.render_widget(Paragraph::new(text), frame.area());
}
