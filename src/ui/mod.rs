//! Draws the dashboard's state. No I/O, no change to the state.

mod colour;
pub mod look;
pub mod page;
pub mod plain;
pub mod prompt;
pub mod widget;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use unicode_width::UnicodeWidthStr;

use crate::app::fleet::Desk;
use crate::app::view::layout;
use crate::app::view::scroll::Scroll;
use crate::app::{App, Prompt, Screen};
use crate::text::showable::{SIGN, is_clean};
pub use crate::ui::widget::text::clean;
use look::Look;

/// Draws the whole screen.
pub fn draw(frame: &mut Frame, app: &App, look: &Look) {
    draw_parts(frame, app, None, look);
    guard(frame, look);
    underlay(frame, look.screen);
}

/// Draws the place in front, or the list of all places.
pub fn draw_desk(frame: &mut Frame, desk: &Desk, look: &Look) {
    draw_parts(frame, desk.front(), Some(desk), look);
    guard(frame, look);
    underlay(frame, look.screen);
}

/// Sees to it that nothing reaches the terminal that may not be shown, whatever a page did
/// with a text, and nothing that would take another number of cells there.
fn guard(frame: &mut Frame, look: &Look) {
    for cell in &mut frame.buffer_mut().content {
        if !is_clean(cell.symbol()) {
            cell.set_char(SIGN);
        }
        if look.has_wide_cells && is_ambiguous(cell.symbol()) {
            let letter = narrow(cell.symbol());
            cell.set_char(letter);
        }
    }
}

/// Returns true if some terminals take one cell for it and others two.
fn is_ambiguous(symbol: &str) -> bool {
    symbol.width() != symbol.width_cjk()
}

/// The character that stands for one of ambiguous width: without it, the rest of the line
/// would move by a cell.
fn narrow(symbol: &str) -> char {
    match symbol {
        "·" | "•" | "–" | "—" => '-',
        "…" => '~',
        "→" => '>',
        "×" => 'x',
        "“" | "”" => '"',
        "‘" | "’" => '\'',
        _ => '?',
    }
}

/// Gives what has no colour of its own those of the screen, where it has any.
fn underlay(frame: &mut Frame, screen: Style) {
    if screen == Style::new() {
        return;
    }
    for cell in &mut frame.buffer_mut().content {
        if let (Color::Reset, Some(fg)) = (cell.fg, screen.fg) {
            cell.fg = fg;
        }
        if let (Color::Reset, Some(bg)) = (cell.bg, screen.bg) {
            cell.bg = bg;
        }
    }
}

fn draw_parts(frame: &mut Frame, app: &App, desk: Option<&Desk>, look: &Look) {
    if app.core.is_too_small() {
        return too_small(frame, look);
    }
    let parts = app.stack.parts(&app.core);
    crate::ui::widget::chrome::header(frame, app, look, parts.header);
    crate::ui::widget::chrome::banner(frame, app, look, parts.banner);
    screen(frame, app, desk, look, parts.body);
    crate::ui::page::plans::greeting::draw(
        frame,
        &app.stack.greeting(&app.core),
        look,
        parts.greeting,
    );
    crate::ui::widget::chrome::status(frame, app, look, parts.status);
    crate::ui::widget::chrome::hints(frame, app, look, parts.hints);
    if let Some(Prompt::TweakLine(line)) = &app.stack.prompt {
        // The line covers the page; what was drawn there would shine through its gaps.
        clear(frame, parts.body);
        crate::ui::prompt::tweak_line::draw(frame, app, line, look, parts.body);
    }
    if let Some(Prompt::Picker(picker)) = &app.stack.prompt {
        crate::ui::prompt::picker::draw(frame, picker, look, layout::picker(parts.body));
    }
    if let Some(Prompt::Palette(palette)) = &app.stack.prompt {
        crate::ui::prompt::palette::draw(frame, palette, look, parts.body);
    }
}

/// Draws the page in front.
fn screen(frame: &mut Frame, app: &App, desk: Option<&Desk>, look: &Look, body: Rect) {
    match app.stack.screen() {
        None => {
            let (list, detail) = app.stack.panes(&app.core);
            match desk.filter(|desk| desk.is_together()) {
                Some(desk) => crate::ui::page::plans::together::draw(frame, desk, look, list),
                None => crate::ui::page::plans::list::draw(frame, app, look, list),
            }
            crate::ui::page::plans::detail::draw(frame, app, look, detail);
        }
        Some(Screen::Edit(form)) => crate::ui::page::form::draw(frame, app, form, look, body),
        Some(Screen::Patch(editor)) => crate::ui::page::patch::draw(frame, app, editor, look, body),
        Some(Screen::Review(review)) => {
            crate::ui::page::review::draw(frame, app, review, look, body);
        }
        Some(Screen::ChangeReview(aims)) => {
            crate::ui::page::change_review::draw(frame, app, aims, look, body);
        }
        Some(Screen::BulkReview(review)) => {
            crate::ui::page::bulk_review::draw(frame, app, review, look, body);
        }
        Some(Screen::Limits(limits)) => {
            crate::ui::page::limits::draw(frame, app, limits, look, body);
        }
        Some(Screen::Keys(keys)) => crate::ui::page::keys::draw(frame, app, keys, look, body),
        Some(Screen::Usage(usage)) => crate::ui::page::usage::draw(frame, app, usage, look, body),
        Some(Screen::Exhaustion(risk)) => {
            crate::ui::page::exhaustion::draw(frame, app, risk, look, body);
        }
        Some(Screen::Extension(extension)) => {
            crate::ui::page::extension::draw(frame, app, extension, look, body);
        }
        Some(Screen::Findings(findings)) => {
            crate::ui::page::findings::draw(frame, app, findings, look, body);
        }
        Some(Screen::History(view)) => crate::ui::page::history::draw(frame, app, view, look, body),
        Some(Screen::Requests(requests)) => {
            crate::ui::page::requests::draw(frame, app, requests.scroll, look, body);
        }
        Some(Screen::Help(help)) => crate::ui::page::help::draw(frame, app, help, look, body),
        Some(Screen::Text(page)) => crate::ui::page::text::draw(frame, app, page, look, body),
        Some(Screen::Identity(identity)) => {
            crate::ui::page::identity::draw(frame, app, identity.scroll, look, body);
        }
        Some(Screen::Queue(view)) => crate::ui::page::queue::draw(frame, app, view, look, body),
    }
}

fn too_small(frame: &mut Frame, look: &Look) {
    let (columns, rows) = layout::SMALLEST;
    let area = frame.area();
    let text = format!(
        "The terminal is too small: {}x{} of at least {columns}x{rows}. Nothing is lost; make it larger to go on.",
        area.width, area.height
    );
    let paragraph = Paragraph::new(text)
        .style(look.warning)
        .wrap(Wrap { trim: true });
    frame.render_widget(paragraph, area);
}

/// Draws a pane's border and gives its inside. The pane that has the keys has an
/// accented border and, without colour, a heavier one.
fn pane(frame: &mut Frame, look: &Look, area: Rect, title: &str, focused: bool) -> Rect {
    // The corners, and a blank on either side of the title.
    let columns = usize::from(area.width.saturating_sub(4));
    // Without colors the border of a protected account looks like any other.
    let title = if look.is_protected {
        format!("!! {title}")
    } else {
        title.to_owned()
    };
    let title = format!(" {} ", crate::ui::widget::text::fit(&title, columns, look));
    let style = match (look.is_protected, focused) {
        (true, _) => look.error,
        (false, true) => look.accent,
        (false, false) => look.label,
    };
    let block = Block::bordered()
        .border_set(look.border(focused))
        .border_style(style)
        .title(Line::styled(
            title,
            if focused { look.title } else { look.value },
        ));
    frame.render_widget(block, area);
    layout::inside(area)
}

/// Draws lines from the top of an area, as many as fit.
fn lines<'a>(frame: &mut Frame, area: Rect, lines: impl IntoIterator<Item = Line<'a>>) {
    for (row, line) in area.rows().zip(lines) {
        frame.buffer_mut().set_line(row.x, row.y, &line, row.width);
    }
}

/// Puts the real cursor on what has the keys, so that a screen reader follows: on a line
/// of an area, counted from 0.
fn focus(frame: &mut Frame, area: Rect, line: usize) {
    focus_at(frame, area, 0, line);
}

/// As [`focus`], at a column of the line.
fn focus_at(frame: &mut Frame, area: Rect, column: usize, line: usize) {
    let moved = |from: u16, by| from.saturating_add(u16::try_from(by).unwrap_or(u16::MAX));
    let place = Position::new(moved(area.x, column), moved(area.y, line));
    // The cursor goes wherever it is told to, also out of the pane.
    if area.contains(place) {
        frame.set_cursor_position(place);
    }
}

/// Draws lines; where they do not all fit, the last one says how many more.
fn cut(frame: &mut Frame, area: Rect, lines: Vec<Line<'static>>, look: &Look) {
    cut_at(frame, area, lines, look, " in a taller terminal");
}

/// As [`cut`]; says where the others are.
fn cut_at(frame: &mut Frame, area: Rect, mut lines: Vec<Line<'static>>, look: &Look, place: &str) {
    let rows = usize::from(area.height);
    if lines.len() > rows && rows > 0 {
        // The line that says so takes the place of one.
        let more = lines.len() + 1 - rows;
        lines.truncate(rows - 1);
        let are = if more == 1 { "line" } else { "lines" };
        let text = format!("{} {more} more {are}{place}", look.symbols.ellipsis);
        lines.push(Line::styled(text, look.label));
    }
    self::lines(frame, area, lines);
}

/// Draws lines of a pane from where they are scrolled to; its border says how many are
/// above and below.
fn scrolled(
    frame: &mut Frame,
    look: &Look,
    inside: Rect,
    lines: Vec<Line<'static>>,
    scroll: Scroll,
) {
    let rows = usize::from(inside.height);
    // The lines may have become fewer since it was scrolled.
    let top = scroll.top.min(lines.len().saturating_sub(rows));
    let below = lines.len().saturating_sub(top + rows);
    self::lines(frame, inside, lines.into_iter().skip(top));
    let more = crate::ui::widget::text::beyond("", top, below, usize::from(inside.width), look);
    // On the border, so that no line is lost to it.
    let place = Rect {
        x: inside.x,
        y: inside.bottom(),
        width: inside.width,
        height: 1,
    };
    if top + below > 0 {
        self::lines(frame, place, [Line::styled(more, look.accent)]);
    }
}

/// Empties an area for a box that stands before the rest.
fn clear(frame: &mut Frame, area: Rect) {
    frame.render_widget(Clear, area);
}
