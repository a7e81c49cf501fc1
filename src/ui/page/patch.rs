//! The patch editor.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::Line;

use crate::app::App;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::page::patch::{Judgement, PatchEditor};
use crate::text::number::counted;
use crate::text::wrap::wrap;
use crate::ui::look::Look;
use crate::ui::widget::chrome::window;
use crate::ui::widget::text::{clean, right, span};

/// Draws the patch editor: the text above, what is to be said of it below.
pub fn draw(frame: &mut Frame, app: &App, editor: &PatchEditor, look: &Look, area: Rect) {
    let [text, verdict] =
        Layout::vertical([Constraint::Percentage(70), Constraint::Percentage(30)]).areas(area);
    let name = app.core.draft_name(&editor.draft);
    let title = format!("Patch of {name}, as JSON operations");
    let inside = crate::ui::pane(frame, look, text, &title, true);
    let faults = match &editor.judgement {
        Judgement::Faulty(faults) => faults.as_slice(),
        Judgement::Good { .. } => &[],
    };
    write(frame, editor, faults, look, inside);
    let key = app.core.keymap.label(Place::Patch, Command::Apply);
    let title = match &editor.judgement {
        Judgement::Good { .. } => format!("All good: {key} takes it into the draft"),
        Judgement::Faulty(faults) => counted(faults.len(), "problem", "problems"),
    };
    let inside = crate::ui::pane(frame, look, verdict, &title, false);
    let columns = usize::from(inside.width);
    match &editor.judgement {
        Judgement::Good { typed, .. } => {
            let text = match typed {
                1 => "ok  1 operation, allowed on its path; its value fits".to_owned(),
                n => format!("ok  {n} operations, each allowed on its path, each value fits"),
            };
            let parts = wrap(&text, columns).into_iter();
            crate::ui::lines(
                frame,
                inside,
                parts.map(|part| Line::styled(part, look.good)),
            );
        }
        Judgement::Faulty(faults) => {
            let lines = faults.iter().flat_map(|fault| {
                let place = format!("line {}, column {}: ", fault.line, fault.column);
                wrap(&format!("{place}{}", clean(&fault.message)), columns)
            });
            crate::ui::cut(
                frame,
                inside,
                lines.map(|line| Line::styled(line, look.error)).collect(),
                look,
            );
        }
    }
}

/// Draws the text with its line numbers; lines with a fault carry a mark.
fn write(
    frame: &mut Frame,
    editor: &PatchEditor,
    faults: &[crate::plan::TextFault],
    look: &Look,
    area: Rect,
) {
    let lines = editor.input.area().lines();
    let at = editor.input.area().cursor().0;
    let rows = usize::from(area.height.max(1));
    let top = (at + 1).saturating_sub(rows);
    let columns = usize::from(area.width).saturating_sub(6);
    let (_, cursor) = window(&editor.input, columns);
    let x = area.x + 6 + u16::try_from(cursor).unwrap_or(0);
    let y = area.y + u16::try_from(at - top).unwrap_or(0);
    frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1)), y));
    let shown = lines.iter().enumerate().skip(top).take(rows);
    let drawn = shown.map(|(number, line)| {
        let is_wrong = faults.iter().any(|fault| fault.line == number + 1);
        let mark = if is_wrong { "!" } else { " " };
        let text = if number == at {
            window(&editor.input, columns).0
        } else {
            crate::ui::widget::text::fit(line, columns, look).into_owned()
        };
        Line::from(vec![
            span(right(&(number + 1).to_string(), 4, look), look.label),
            span(format!("{mark} "), look.error),
            span(text, look.value),
        ])
    });
    crate::ui::lines(frame, area, drawn);
}
