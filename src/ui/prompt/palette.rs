//! What the command line may mean.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::prompt::palette::Palette;
use crate::app::view::layout;
use crate::text::wrap::width;
use crate::ui::look::Look;
use crate::ui::widget::lit::{Lit, left_lit};
use crate::ui::widget::text::{fit, left, span};

/// The least and the most columns that the keys take.
const KEY: (usize, usize) = (9, 18);

/// Draws the suggestions above the line that is being typed.
pub fn draw(frame: &mut Frame, palette: &Palette, look: &Look, body: Rect) {
    let count = palette.suggestions.len();
    let area = layout::palette(body, count);
    let rows = usize::from(layout::inside(area).height);
    crate::ui::clear(frame, area);
    let title = match count {
        0 => "No command and no plan fits: shorten the search to see more".to_owned(),
        count => format!("{} of {count}", palette.cursor.at + 1),
    };
    let inside = crate::ui::pane(frame, look, area, &title, true);
    let columns = usize::from(inside.width);
    let names = palette.suggestions.iter().map(|one| width(&one.name));
    // `clamp` panics where its least is above its most, as it would be in a narrow
    // terminal.
    let name_width = names.max().unwrap_or(0).clamp(12, (columns / 3).max(12));
    let keys = palette.suggestions.iter().map(|one| width(&one.key));
    let key_width = keys.max().unwrap_or(0).clamp(KEY.0, KEY.1);
    let shown = palette.suggestions.iter().enumerate();
    let shown = shown.skip(palette.cursor.top).take(rows);
    let mut lit = Lit::of(&palette.search());
    let lines = shown.map(|(at, one)| {
        let selected = at == palette.cursor.at;
        let pointer = if selected { look.symbols.pointer } else { " " };
        let room = columns.saturating_sub(name_width + key_width + 5);
        let (style, text) = match &one.obstacle {
            Some(why) => (look.label, format!("({why})")),
            None => (look.value, one.help.clone()),
        };
        let mut spans = vec![span(format!("{pointer} "), look.accent)];
        spans.extend(left_lit(lit.as_mut(), &one.name, name_width, style, look));
        spans.push(span(
            format!(" {} ", left(&one.key, key_width, look)),
            look.accent,
        ));
        spans.push(span(fit(&text, room, look).into_owned(), style));
        let line = Line::from(spans);
        if selected {
            line.style(look.selected)
        } else {
            line
        }
    });
    crate::ui::lines(frame, inside, lines);
}
