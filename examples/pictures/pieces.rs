//! A screen, taken apart into pieces that are drawn as one: texts of one look, the
//! colours behind them, lines and bars, and the cursor.

use std::fmt::Write as _;

use vt100::{Cell, Color, Screen};

/// The width and height of a character cell.
pub const CELL: (u32, u32) = (9, 19);

/// What is left free on every side.
pub const MARGIN: u32 = 12;

/// How far below the top of its cell a text stands.
const BASELINE: u32 = 14;

/// From so many spaces on a text is two.
const GAP: usize = 3;

pub type Rgb = (u8, u8, u8);

/// The terminal's own colours: of its text, and of what is behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    pub fore: Rgb,
    pub back: Rgb,
}

impl Paper {
    pub const DARK: Self = Self {
        fore: (0xd7, 0xdd, 0xe4),
        back: (0x14, 0x18, 0x1d),
    };
    pub const LIGHT: Self = Self {
        fore: (0x1f, 0x23, 0x28),
        back: (0xff, 0xff, 0xff),
    };
}

/// What is drawn first lies below what is drawn later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    Behind,
    Text,
    Cursor,
}

/// A part of a screen. Two that are equal look alike in the same place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    pub layer: Layer,
    row: u16,
    column: u16,
    cells: u16,
    /// Nothing where it is only a colour.
    text: String,
    pub color: Rgb,
    is_bold: bool,
    is_italic: bool,
    is_underlined: bool,
}

/// All pieces of a screen.
pub fn pieces(screen: &Screen, paper: Paper) -> Vec<Piece> {
    let (rows, columns) = screen.size();
    let mut pieces = Vec::new();
    for row in 0..rows.get() {
        let mut column = 0;
        while column < columns.get() {
            let run = Run::at(screen, (row, column), paper);
            column += run.cells();
            run.pieces(&mut pieces, paper);
        }
    }
    if !screen.hide_cursor() {
        let (row, column) = screen.cursor_position();
        pieces.push(Piece {
            layer: Layer::Cursor,
            row,
            column,
            cells: 1,
            text: String::new(),
            color: paper.fore,
            is_bold: false,
            is_italic: false,
            is_underlined: false,
        });
    }
    pieces
}

/// The cells of a row that look alike and are drawn alike.
struct Run {
    row: u16,
    column: u16,
    look: Look,
    /// What stands in each cell; an empty text behind a wide character.
    cells: Vec<String>,
}

impl Run {
    fn at(screen: &Screen, (row, column): (u16, u16), paper: Paper) -> Self {
        let cell = |column| screen.cell(row, column);
        let first = cell(column);
        let look = first.map_or_else(|| Look::plain(paper), |cell| Look::of(cell, paper));
        let is_drawn = first.is_some_and(is_drawn);
        let mut cells = vec![first.map_or_else(String::new, content)];
        while let Some(next) = cell(column + width(&cells)) {
            let is_tail = next.is_wide_continuation();
            if !is_tail && (Look::of(next, paper) != look || self::is_drawn(next) != is_drawn) {
                break;
            }
            cells.push(if is_tail {
                String::new()
            } else {
                content(next)
            });
        }
        Self {
            row,
            column,
            look,
            cells,
        }
    }

    fn cells(&self) -> u16 {
        width(&self.cells)
    }

    fn pieces(&self, pieces: &mut Vec<Piece>, paper: Paper) {
        if self.look.back != paper.back {
            pieces.push(self.piece(Layer::Behind, 0, self.cells.len(), String::new()));
        }
        let is_blank = |place: usize| self.cells.get(place).is_some_and(|text| text == " ");
        let mut start = 0;
        while start < self.cells.len() {
            if is_blank(start) {
                start += 1;
                continue;
            }
            let mut end = start;
            let mut blanks = 0;
            for place in start..self.cells.len() {
                if is_blank(place) {
                    blanks += 1;
                } else {
                    blanks = 0;
                    end = place + 1;
                }
                if blanks == GAP {
                    break;
                }
            }
            let text = self.cells[start..end].concat();
            pieces.push(self.piece(Layer::Text, start, end, text));
            start = end;
        }
    }

    fn piece(&self, layer: Layer, start: usize, end: usize, text: String) -> Piece {
        let is_text = layer == Layer::Text;
        Piece {
            layer,
            row: self.row,
            column: self.column + width(&self.cells[..start]),
            cells: width(&self.cells[start..end]),
            text,
            color: if is_text {
                self.look.fore
            } else {
                self.look.back
            },
            is_bold: is_text && self.look.is_bold,
            is_italic: is_text && self.look.is_italic,
            is_underlined: is_text && self.look.is_underlined,
        }
    }
}

fn width(cells: &[String]) -> u16 {
    u16::try_from(cells.len()).unwrap_or(u16::MAX)
}

fn content(cell: &Cell) -> String {
    let text = if cell.has_contents() {
        cell.contents()
    } else {
        " "
    };
    text.to_owned()
}

/// Whether a cell is drawn as a shape and not written: fonts leave gaps between the
/// lines of a border.
fn is_drawn(cell: &Cell) -> bool {
    let mut letters = cell.contents().chars();
    letters
        .next()
        .is_some_and(|letter| shape(letter, 0, 0).is_some())
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    fore: Rgb,
    back: Rgb,
    is_bold: bool,
    is_italic: bool,
    is_underlined: bool,
}

impl Look {
    /// The look of a cell that nothing was written to.
    fn plain(paper: Paper) -> Self {
        Self {
            fore: paper.fore,
            back: paper.back,
            is_bold: false,
            is_italic: false,
            is_underlined: false,
        }
    }

    fn of(cell: &Cell, paper: Paper) -> Self {
        let mut fore = rgb(cell.fgcolor(), paper.fore);
        let mut back = rgb(cell.bgcolor(), paper.back);
        if cell.inverse() {
            std::mem::swap(&mut fore, &mut back);
        }
        if cell.dim() {
            let half = |a: u8, b: u8| a.midpoint(b);
            fore = (
                half(fore.0, back.0),
                half(fore.1, back.1),
                half(fore.2, back.2),
            );
        }
        Self {
            fore,
            back,
            is_bold: cell.bold(),
            is_italic: cell.italic(),
            is_underlined: cell.underline(),
        }
    }
}

/// The themes name their colours themselves; the terminal's own are left alone.
fn rgb(color: Color, plain: Rgb) -> Rgb {
    match color {
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Default | Color::Idx(_) => plain,
    }
}

impl Piece {
    /// Writes it as SVG. `class` names its colour.
    pub fn write(&self, svg: &mut String, class: &str) {
        let x = MARGIN + u32::from(self.column) * CELL.0;
        let y = MARGIN + u32::from(self.row) * CELL.1;
        let wide = u32::from(self.cells) * CELL.0;
        // Writing to a text cannot fail.
        let _ = match self.layer {
            Layer::Behind => write!(
                svg,
                r#"<rect class="{class}" x="{x}" y="{y}" width="{wide}" height="{}"/>"#,
                CELL.1
            ),
            Layer::Cursor => write!(
                svg,
                r#"<rect class="{class}" x="{x}" y="{y}" width="2" height="{}"/>"#,
                CELL.1
            ),
            Layer::Text => match self.path(x, y) {
                Some(path) => write!(svg, r#"<path class="{class}" d="{path}"/>"#),
                None => self.write_text(svg, class, (x, y + BASELINE), wide),
            },
        };
        svg.push('\n');
    }

    fn write_text(
        &self,
        svg: &mut String,
        class: &str,
        (x, y): (u32, u32),
        wide: u32,
    ) -> std::fmt::Result {
        let mut classes = class.to_owned();
        for (is_so, class) in [
            (self.is_bold, " b"),
            (self.is_italic, " i"),
            (self.is_underlined, " u"),
        ] {
            if is_so {
                classes.push_str(class);
            }
        }
        // The widths of fonts differ; the columns are to stay where they are.
        write!(
            svg,
            r#"<text class="{classes}" x="{x}" y="{y}" textLength="{wide}">{}</text>"#,
            escaped(&self.text)
        )
    }

    /// Its lines and bars as one path, if it is made of nothing else.
    fn path(&self, x: u32, y: u32) -> Option<String> {
        let mut path = String::new();
        let mut letters = self.text.chars().peekable();
        let mut at = x;
        while let Some(letter) = letters.next() {
            let start = at;
            at += CELL.0;
            // A long line is one.
            let is_line = matches!(letter, '─' | '━' | '█');
            while is_line && letters.next_if_eq(&letter).is_some() {
                at += CELL.0;
            }
            path.push_str(&stretched(letter, start, y, at - start)?);
        }
        Some(path)
    }
}

fn stretched(letter: char, x: u32, y: u32, wide: u32) -> Option<String> {
    Some(match letter {
        '─' => bar(x, y + 9, wide, 1),
        '━' => bar(x, y + 8, wide, 2),
        '█' => bar(x, y, wide, CELL.1),
        other => return shape(other, x, y),
    })
}

fn bar(x: u32, y: u32, wide: u32, high: u32) -> String {
    format!("M{x} {y}h{wide}v{high}h-{wide}z")
}

/// A border's or a bar's character as a path, its cell's corner being at x and y.
fn shape(letter: char, x: u32, y: u32) -> Option<String> {
    let (wide, high) = CELL;
    // Where a border's line goes from the middle: left, right, up, down.
    let (thick, [left, right, up, down]) = match letter {
        '─' => (1, [true, true, false, false]),
        '│' => (1, [false, false, true, true]),
        '┌' | '╭' => (1, [false, true, false, true]),
        '┐' | '╮' => (1, [true, false, false, true]),
        '└' | '╰' => (1, [false, true, true, false]),
        '┘' | '╯' => (1, [true, false, true, false]),
        '├' => (1, [false, true, true, true]),
        '┤' => (1, [true, false, true, true]),
        '┬' => (1, [true, true, false, true]),
        '┴' => (1, [true, true, true, false]),
        '┼' => (1, [true, true, true, true]),
        '━' => (2, [true, true, false, false]),
        '┃' => (2, [false, false, true, true]),
        '┏' => (2, [false, true, false, true]),
        '┓' => (2, [true, false, false, true]),
        '┗' => (2, [false, true, true, false]),
        '┛' => (2, [true, false, true, false]),
        '█' | '▁'..='▇' => {
            let eighths = u32::from(letter) - u32::from('▀');
            let tall = (high * eighths).div_ceil(8);
            return Some(bar(x, y + high - tall, wide, tall));
        }
        '\u{2800}'..='\u{28ff}' => return Some(braille(letter, x, y)),
        _ => return None,
    };
    // The middle, from which both thicknesses begin.
    let (middle, centre) = (x + 4, y + 10 - thick);
    let mut path = String::new();
    let start = if left { x } else { middle };
    let end = if right { x + wide } else { middle + thick };
    if left || right {
        path.push_str(&bar(start, centre, end - start, thick));
    }
    let top = if up { y } else { centre };
    let bottom = if down { y + high } else { centre + thick };
    if up || down {
        path.push_str(&bar(middle, top, thick, bottom - top));
    }
    Some(path)
}

/// The dots of a braille character as a path: fonts draw it wider than a cell.
fn braille(letter: char, x: u32, y: u32) -> String {
    // The columns and rows of the dots, from the lowest bit on.
    const DOTS: [(u32, u32); 8] = [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
        (1, 2),
        (0, 3),
        (1, 3),
    ];
    let bits = u32::from(letter) - 0x2800;
    let dots = DOTS.iter().enumerate();
    let dots = dots.filter(|(bit, _)| bits & (1 << bit) != 0);
    dots.map(|(_, (column, row))| bar(x + 1 + column * 5, y + 2 + row * 5, 2, 2))
        .collect()
}

/// A text as it stands in XML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
