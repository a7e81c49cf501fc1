//! The places of things on the screen: this alone knows them, for drawing and for
//! moving through what is drawn.

use ratatui::layout::{Constraint, Layout, Rect};

/// The smallest terminal that the dashboard can be used in.
pub const SMALLEST: (u16, u16) = (60, 15);

/// The number of columns from which on panes stand side by side.
const SIDE_BY_SIDE: u16 = 110;

/// The parts of every screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The line of the account and its Region.
    pub header: Rect,
    /// The sentence that the plan of the page is gone; of no height where it is not.
    pub banner: Rect,
    /// The panes.
    pub body: Rect,
    /// The greeting for a newcomer; of no height where there is nothing to read.
    pub greeting: Rect,
    /// The newest notice, or a text that is being typed.
    pub status: Rect,
    /// The keys that can be pressed.
    pub hints: Rect,
}

/// The number of rows from which on there is room for more than what is needed: a border
/// around the greeting, a link below an explanation.
pub const ROOMY: u16 = 20;

/// The number of lines the status has at most: half of the screen, and no more than 6, or
/// 4 above a greeting.
fn most_of_status(area: Rect, greeting_lines: u16) -> u16 {
    let most = if greeting_lines > 0 { 4 } else { 6 };
    most.min(area.height / 2).max(1)
}

/// Divides the screen; the status takes as many lines as are asked for, up to 6, the
/// greeting all of its lines.
#[must_use]
pub fn parts(area: Rect, status_lines: u16, greeting_lines: u16) -> Parts {
    let greeting = match greeting_lines {
        0 => 0,
        lines if area.height >= ROOMY => lines + 2,
        lines => lines,
    };
    let rows = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(5),
        Constraint::Length(greeting),
        Constraint::Length(status_lines.clamp(1, most_of_status(area, greeting_lines))),
        Constraint::Length(1),
    ]);
    let [header, body, greeting, status, hints] = rows.areas(area);
    Parts {
        header,
        banner: Rect { height: 0, ..body },
        body,
        greeting,
        status,
        hints,
    }
}

impl Parts {
    /// Gives the first lines of the body to the banner, half of them at most.
    #[must_use]
    pub fn with_banner(self, lines: u16) -> Self {
        let height = lines.min(self.body.height / 2);
        Self {
            banner: Rect {
                height,
                ..self.body
            },
            body: Rect {
                y: self.body.y + height,
                height: self.body.height - height,
                ..self.body
            },
            ..self
        }
    }
}

/// The operator's division of the list and the detail: the list's share, in percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Side by side.
    pub beside: Option<u16>,
    /// One above the other.
    pub above: Option<u16>,
}

/// The list and the detail beside or below it; below it, the focused one is the
/// taller, unless the operator divided them.
#[must_use]
pub fn browse(body: Rect, detail_focused: bool, split: Split) -> (Rect, Rect) {
    let share = |of_list: u16| [of_list, 100 - of_list.min(100)].map(Constraint::Percentage);
    let areas = if body.width >= SIDE_BY_SIDE {
        Layout::horizontal(share(split.beside.unwrap_or(60)))
    } else {
        let usual = if detail_focused { 30 } else { 55 };
        Layout::vertical(share(split.above.unwrap_or(usual)))
    };
    let [list, detail] = areas.areas(body);
    (list, detail)
}

/// The form and the staged operations beside or below it.
#[must_use]
pub fn edit(body: Rect) -> (Rect, Rect) {
    let split = if body.width >= SIDE_BY_SIDE {
        Layout::horizontal([Constraint::Percentage(50), Constraint::Percentage(50)])
    } else {
        Layout::vertical([Constraint::Percentage(60), Constraint::Percentage(40)])
    };
    let [form, staged] = split.areas(body);
    (form, staged)
}

/// The columns for the methods' names in the throttle matrix.
pub const METHOD_WIDTH: u16 = 30;

/// The columns of a cell of the throttle matrix, with the line before it.
pub const CELL_WIDTH: u16 = 26;

/// The lines of a pane that has nothing to show, to say so.
const FEWEST: usize = 3;

/// A pane of so many lines and what stands below it: the pane has a share of the body in
/// percent at most, and what it does not need is for what stands below.
fn above(body: Rect, share: u16, lines: usize) -> (Rect, Rect) {
    let split = Layout::vertical([Constraint::Percentage(share), Constraint::Fill(1)]);
    let [above, below] = split.areas(body);
    let height = as_tall(above, lines.max(FEWEST)).height;
    let freed = above.height - height;
    (
        Rect { height, ..above },
        Rect {
            y: below.y - freed,
            height: below.height + freed,
            ..below
        },
    )
}

/// A pane no taller than so many lines and its border.
#[must_use]
pub fn as_tall(pane: Rect, lines: usize) -> Rect {
    let lines = u16::try_from(lines).unwrap_or(u16::MAX);
    Rect {
        height: lines.saturating_add(2).min(pane.height),
        ..pane
    }
}

/// The throttle matrix of so many methods and what stands below it.
#[must_use]
pub fn limits(body: Rect, methods: usize) -> (Rect, Rect) {
    let grid = if is_side_by_side(body) { 50 } else { 40 };
    // One line is the stages' names.
    above(body, grid, methods + 1)
}

/// The usage of so many API keys and, below it, the selected one.
#[must_use]
pub fn usage(body: Rect, keys: usize) -> (Rect, Rect) {
    above(body, 40, keys + usize::from(crate::app::page::usage::HEAD))
}

/// The number of lines of a pane that are left for rows below so many lines of head; 1 or
/// more.
#[must_use]
pub fn rows(pane: Rect, head: u16) -> usize {
    usize::from(inside(pane).height.saturating_sub(head).max(1))
}

/// A list of so many lines and what is to be said of the selected one.
#[must_use]
pub fn findings(body: Rect, lines: usize) -> (Rect, Rect) {
    above(body, 58, lines)
}

/// The areas of so many rows of sent changes and, below them, of the selected one; the one
/// with the keys is the taller.
#[must_use]
pub fn history(body: Rect, detail_focused: bool, rows: usize) -> (Rect, Rect) {
    let list = if detail_focused { 30 } else { 50 };
    // One line is the heads of the columns.
    above(body, list, rows + 1)
}

/// The number of methods and of stages that the matrix shows at once; 1 or more of each.
#[must_use]
pub fn cells(grid: Rect) -> (usize, usize) {
    let inside = inside(grid);
    // One line is the stages' names.
    let rows = inside.height.saturating_sub(1).max(1);
    let columns = (inside.width.saturating_sub(METHOD_WIDTH) / CELL_WIDTH).max(1);
    (usize::from(rows), usize::from(columns))
}

/// Returns true where what stands below the matrix has room for two panes side by side.
#[must_use]
pub fn is_side_by_side(body: Rect) -> bool {
    body.width >= SIDE_BY_SIDE
}

/// A screen of so many columns with room for everything: nothing is drawn on it.
#[must_use]
pub fn everything(columns: u16) -> Rect {
    // Two columns are the border's.
    Rect::new(0, 0, columns.saturating_add(2), u16::MAX)
}

/// The inside of a pane with a border.
#[must_use]
pub fn inside(pane: Rect) -> Rect {
    Rect {
        x: pane.x + 1,
        y: pane.y + 1,
        width: pane.width.saturating_sub(2),
        height: pane.height.saturating_sub(2),
    }
}

/// The inside of a pane without its first lines.
#[must_use]
pub fn below(pane: Rect, head: u16) -> Rect {
    let inside = inside(pane);
    Rect {
        y: inside.y + head.min(inside.height),
        height: inside.height.saturating_sub(head),
        ..inside
    }
}

/// A box over the middle of the body.
#[must_use]
pub fn over(body: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(body.width), height.min(body.height));
    Rect {
        x: body.x + (body.width - width) / 2,
        y: body.y + (body.height - height) / 2,
        width,
        height,
    }
}

/// The box of what the command line may mean, above that line.
#[must_use]
pub fn palette(body: Rect, count: usize) -> Rect {
    let rows = count.clamp(1, crate::app::prompt::palette::ROWS) + 2;
    let height = u16::try_from(rows).unwrap_or(body.height).min(body.height);
    Rect {
        y: body.bottom().saturating_sub(height),
        height,
        ..body
    }
}

/// The box of a picker.
#[must_use]
pub fn picker(body: Rect) -> Rect {
    over(body, 76, body.height.saturating_sub(2).min(22))
}
