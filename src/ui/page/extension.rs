//! The review of an extension of a key's remaining requests.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::review::line;
use crate::app::App;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::outbox::extension::Extension;
use crate::app::page::extension::ExtensionReview;
use crate::ui::look::Look;

/// Draws the review of an extension.
pub fn draw(frame: &mut Frame, app: &App, review: &ExtensionReview, look: &Look, area: Rect) {
    let extension = &review.extension;
    let title = title(app, extension);
    let inside = crate::ui::pane(frame, look, area, &title, true);
    let columns = usize::from(inside.width);
    let all = app.core.extension_lines(extension);
    let shown = all.iter().skip(review.scroll.top);
    crate::ui::focus(frame, inside, 0);
    crate::ui::lines(frame, inside, shown.map(|shown| line(shown, columns, look)));
}

/// Of which key, and whether it is sent.
pub(in crate::ui) fn title(app: &App, extension: &Extension) -> String {
    let key = app.core.keymap.label(Place::Extension, Command::Send);
    let called = &extension.called;
    match app.core.extending() {
        Some(doing) => format!(
            "Extend {called}: {doing} ({} stops)",
            app.core.key_for(Command::Back)
        ),
        None => format!("Extend {called}: nothing is sent yet; {key} sends it"),
    }
}
