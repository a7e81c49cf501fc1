//! Makes the pictures of the README: runs the program beside this one on its
//! sample account, in a pseudo-terminal, and writes what it shows as SVG.
//!
//! `cargo run --release --example pictures`

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use vt100::{Color, Parser, Screen};

const COLUMNS: NonZeroU16 = NonZeroU16::new(120).unwrap();
const ROWS: NonZeroU16 = NonZeroU16::new(32).unwrap();

/// How long the program may take to show something.
const PATIENCE: Duration = Duration::from_secs(20);

/// A picture: its file, the keys that are pressed before it, and a text that must
/// be there then. They are taken one after the other, in one session.
const PICTURES: [(&str, &[&str], &str); 3] = [
    (
        "screen.svg",
        &["/petstore-gold", "\r", "r", "+20%", "\r", "\x1b"],
        "39 of 39",
    ),
    (
        "limits.svg",
        &["/orders-gold", "\r", "m", "j", "j"],
        "Why: b3n8x1v6tr:prod /invoices/GET",
    ),
    (
        "review.svg",
        &["\x1b", "r", "+20%", "\r", "v"],
        "ctrl-s sends it",
    ),
];

fn main() -> Result<()> {
    let this = std::env::current_exe()?;
    // This program is target/PROFILE/examples/pictures.
    let program = this
        .ancestors()
        .nth(2)
        .context("no folder above")?
        .join("plangate");
    if !program.exists() {
        bail!(
            "{} is missing: build it first with the same profile",
            program.display()
        );
    }
    let pair = native_pty_system().openpty(PtySize {
        rows: ROWS.get(),
        cols: COLUMNS.get(),
        ..PtySize::default()
    })?;
    let home = tempfile::TempDir::new()?;
    let mut command = CommandBuilder::new(program);
    command.arg("--demo");
    command.env_clear();
    for (name, value) in [
        ("TERM", "xterm-256color"),
        ("LANG", "C.UTF-8"),
        ("PLANGATE_COLOR_DEPTH", "16"),
    ] {
        command.env(name, value);
    }
    command.env("HOME", home.path());
    let mut child = pair.slave.spawn_command(command)?;
    let mut keys = pair.master.take_writer()?;
    let mut output = pair.master.try_clone_reader()?;
    let (sender, bytes) = channel();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = output.read(&mut buffer) {
            if sender.send(buffer[..length].to_vec()).is_err() {
                break;
            }
        }
    });
    let mut parser = Parser::new(ROWS, COLUMNS, 0);
    wait_for(&mut parser, &bytes, "39 of 39")?;
    for (file, typed, text) in PICTURES {
        for key in typed {
            keys.write_all(key.as_bytes())?;
            keys.flush()?;
            // One after the other: an escape with a letter behind it is another key.
            wait_for(&mut parser, &bytes, "plangate")?;
        }
        wait_for(&mut parser, &bytes, text)?;
        let path: PathBuf = Path::new("assets").join(file);
        std::fs::write(&path, svg(parser.screen()))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        println!("{}", path.display());
    }
    child.kill()?;
    Ok(())
}

/// Takes what the program writes until a text is on the screen and it is still.
fn wait_for(parser: &mut Parser, bytes: &Receiver<Vec<u8>>, text: &str) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let is_there = parser.screen().contents().contains(text);
        let still = Duration::from_millis(300);
        match bytes.recv_timeout(if is_there { still } else { PATIENCE }) {
            Ok(bytes) => parser.process(&bytes),
            Err(RecvTimeoutError::Timeout) if is_there => return Ok(()),
            Err(_) => bail!(
                "{text:?} is not on the screen:\n{}",
                parser.screen().contents()
            ),
        }
        if Instant::now() > deadline {
            bail!(
                "{text:?} did not come to rest:\n{}",
                parser.screen().contents()
            );
        }
    }
}

/// The width and height of a character cell.
const CELL: (u32, u32) = (9, 19);

/// A screen as a picture.
fn svg(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) = (
        u32::from(columns) * CELL.0 + 24,
        u32::from(rows) * CELL.1 + 24,
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, \
         monospace\" font-size=\"15\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" \
         fill=\"#14181d\"/>\n"
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let Some((text, cells, look)) = run(screen, row, column) else {
                break;
            };
            let x = u32::from(column) * CELL.0 + 12;
            let y = u32::from(row) * CELL.1 + 12;
            let wide = u32::from(cells) * CELL.0;
            if look.back != BACK {
                let _ = writeln!(
                    svg,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{}\" fill=\"{}\"/>",
                    CELL.1, look.back
                );
            }
            if !text.trim().is_empty() {
                let weight = if look.bold {
                    " font-weight=\"bold\""
                } else {
                    ""
                };
                let escaped = text
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;");
                let _ = writeln!(
                    svg,
                    "<text x=\"{x}\" y=\"{}\" fill=\"{}\"{weight} textLength=\"{wide}\" \
                     lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{escaped}</text>",
                    y + 14,
                    look.fore
                );
            }
            column += cells;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

const FORE: &str = "#d7dde4";
const BACK: &str = "#14181d";

#[derive(Clone, Copy, PartialEq, Eq)]
struct CellLook {
    fore: &'static str,
    back: &'static str,
    bold: bool,
}

/// The cells from a place on that look alike: their text, how many, and how.
fn run(screen: &Screen, row: u16, start: u16) -> Option<(String, u16, CellLook)> {
    let look = look_of(screen.cell(row, start)?);
    let mut text = String::new();
    let mut column = start;
    while let Some(cell) = screen.cell(row, column) {
        if look_of(cell) != look && !cell.is_wide_continuation() {
            break;
        }
        if !cell.is_wide_continuation() {
            text.push_str(if cell.has_contents() {
                cell.contents()
            } else {
                " "
            });
        }
        column += 1;
    }
    Some((text, column - start, look))
}

fn look_of(cell: &vt100::Cell) -> CellLook {
    let (mut fore, mut back) = (colour(cell.fgcolor(), FORE), colour(cell.bgcolor(), BACK));
    if cell.inverse() {
        std::mem::swap(&mut fore, &mut back);
    }
    CellLook {
        fore,
        back,
        bold: cell.bold(),
    }
}

/// The colours that the dashboard uses, of the sixteen that terminals have.
fn colour(color: Color, plain: &'static str) -> &'static str {
    match color {
        Color::Idx(1 | 9) => "#f28b82",
        Color::Idx(2 | 10) => "#8fd694",
        Color::Idx(3 | 11) => "#e8c268",
        Color::Idx(6 | 14) => "#6cc7d6",
        Color::Idx(8) => "#8a949e",
        _ => plain,
    }
}
