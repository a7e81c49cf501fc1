//! A list to choose from.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::app::prompt::picker::Picker;
use crate::text::search::Search;
use crate::text::wrap::width;
use crate::ui::look::Look;
use crate::ui::widget::chrome::window;
use crate::ui::widget::lit::{Lit, left_lit};
use crate::ui::widget::text::{fit, left, span};

/// Draws a picker over the screen.
pub fn draw(frame: &mut Frame, picker: &Picker, look: &Look, area: Rect) {
    crate::ui::clear(frame, area);
    let inside = crate::ui::pane(frame, look, area, &picker.title, true);
    let columns = usize::from(inside.width);
    let (typed, cursor) = window(&picker.input, columns.saturating_sub(3));
    let x = inside.x + 2 + u16::try_from(cursor).unwrap_or(0);
    frame.set_cursor_position(Position::new(
        x.min(inside.right().saturating_sub(1)),
        inside.y,
    ));
    let input = Line::from(vec![span("/ ", look.accent), span(typed, look.value)]);
    let note = match (picker.word(), picker.len()) {
        ("", 0) if picker.input.text().is_empty() => {
            "there is nothing to choose from: what could be is taken already".to_owned()
        }
        ("", 0) => "nothing fits what is typed: shorten the search to see more".to_owned(),
        ("", count) => format!("{} of {count}", picker.cursor.at + 1),
        (note, 0) => note.to_owned(),
        (note, count) => format!("{} of {count}; {note}", picker.cursor.at + 1),
    };
    let note = match picker.marks() {
        0 => note,
        marks => format!("{marks} marked; {note}"),
    };
    let note = Line::styled(fit(&note, columns, look).into_owned(), look.label);
    let rows = usize::from(inside.height.saturating_sub(2));
    let labels = picker
        .lines()
        .map(|item| width(&item.label))
        .max()
        .unwrap_or(0);
    let label = labels.min(columns.saturating_sub(4) * 2 / 3);
    let items = picker
        .lines()
        .enumerate()
        .skip(picker.cursor.top)
        .take(rows);
    let mut lit = Lit::of(&Search::parse(&picker.input.text()));
    let items = items.map(|(at, item)| {
        let selected = at == picker.cursor.at;
        let pointer = if selected { look.symbols.pointer } else { " " };
        let mark = if picker.is_marked(item) { "*" } else { " " };
        let room = columns.saturating_sub(label + 4);
        let mut spans = vec![span(format!("{pointer}{mark}"), look.accent)];
        spans.extend(left_lit(lit.as_mut(), &item.label, label, look.value, look));
        spans.push(span(
            format!("  {}", left(&item.note, room, look)),
            look.label,
        ));
        let line = Line::from(spans);
        if selected {
            line.style(look.selected)
        } else {
            line
        }
    });
    crate::ui::lines(frame, inside, [input, note].into_iter().chain(items));
}
