//! The review of changes that come from no draft.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::review;
use crate::app::App;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::change_review::ChangeReview;
use crate::ui::look::Look;

/// Draws the review.
pub fn draw(frame: &mut Frame, app: &App, aims: &ChangeReview, look: &Look, area: Rect) {
    let title = title(app, aims);
    let lines = app.core.aims_lines(aims);
    review::page(frame, &lines, aims.scroll, &title, look, area);
}

/// The title: what is reviewed, and if it is sent.
pub(in crate::ui) fn title(app: &App, aims: &ChangeReview) -> String {
    let key = app.core.keymap.label(Place::ChangeReview, Command::Send);
    if aims.is_sent() {
        format!(
            "{}: being sent ({} cancels)",
            aims.title,
            app.core.key_for(Command::Back)
        )
    } else if let Some(word) = app.core.sent_before(aims.aims()) {
        format!("{}: sent before, {word}", aims.title)
    } else {
        format!("{}: nothing is sent yet; {key} sends it", aims.title)
    }
}
