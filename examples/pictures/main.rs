//! Makes the pictures of the README: runs the program beside this one on its
//! sample account, in a pseudo-terminal, and writes what it shows as SVG.
//!
//! `cargo build --release && cargo run --release --example pictures` makes all of
//! them; names of files behind it (`-- review.svg`), only those. `-- pages FOLDER`
//! writes every page into a folder, to be looked at, with `--size 80x24`,
//! `--theme light` and `--program FILE` where asked. What cannot be the
//! same twice: dates and times of day, the names of sends, and usage, which the
//! sample account works out from the date.

mod pieces;
mod script;
mod session;
mod svg;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use pieces::Paper;
use script::{CTRL_S, ENTER, ESCAPE, LOADED, PAGES, PICTURES, Picture, Step};
use session::Session;
use svg::{Caption, Frame};

/// How long a recording rests on a letter that is typed, in milliseconds.
const LETTER: u32 = 110;

/// How long it rests on another key.
const KEY: u32 = 500;

fn main() -> Result<ExitCode> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, folder, options @ ..] = asked.as_slice()
        && mode == "pages"
    {
        return pages(Path::new(folder), options);
    }
    if let Some(unknown) = asked
        .iter()
        .find(|asked| !PICTURES.iter().any(|picture| picture.file == **asked))
    {
        bail!("there is no picture {unknown}");
    }
    let program = program()?;
    let mut failures = 0;
    for picture in PICTURES {
        if !asked.is_empty() && !asked.iter().any(|asked| asked == picture.file) {
            continue;
        }
        match make(picture, &program) {
            Ok(path) => println!("{}", path.display()),
            Err(error) => {
                failures += 1;
                eprintln!("{}: not made: {error:#}", picture.file);
            }
        }
    }
    if failures > 0 {
        eprintln!("{failures} left as they were");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes every page into a folder.
fn pages(folder: &Path, options: &[String]) -> Result<ExitCode> {
    let mut size = (120, 40);
    let mut theme = "dark";
    let mut other = None;
    for option in options.chunks(2) {
        let [name, value] = option else {
            bail!("{option:?} has no value");
        };
        match name.as_str() {
            "--size" => {
                let (columns, rows) = value.split_once('x').context("a size is 80x24")?;
                size = (columns.parse()?, rows.parse()?);
            }
            "--theme" => theme = value,
            "--program" => other = Some(PathBuf::from(value)),
            _ => bail!("there is no option {name}"),
        }
    }
    let program = other.map_or_else(program, Ok)?;
    let paper = if theme == "light" {
        Paper::LIGHT
    } else {
        Paper::DARK
    };
    std::fs::create_dir_all(folder)?;
    for (name, keys) in PAGES {
        let mut session = Session::start(&program, size, theme)?;
        session.wait_for(LOADED)?;
        for key in keys.iter().flat_map(|keys| keys.chars()) {
            session.press(key)?;
        }
        let frame = Frame {
            pieces: pieces::pieces(session.screen(), paper),
            time: 0,
            caption: Caption::default(),
        };
        let (columns, rows) = size;
        let path = folder.join(format!("{name}-{columns}x{rows}-{theme}.svg"));
        std::fs::write(&path, svg::svg(name, size, &[frame], 0, paper))?;
        println!("{}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// The program that was built with this one: this is target/PROFILE/examples/pictures.
fn program() -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.ancestors().nth(2).context("no folder above")?;
    let program = folder.join("plangate");
    if !program.exists() {
        bail!(
            "{} is missing: build it first with the same profile",
            program.display()
        );
    }
    Ok(program)
}

fn make(picture: &Picture, program: &Path) -> Result<PathBuf> {
    let mut session = Session::start(program, picture.size, "dark")?;
    session.wait_for(LOADED)?;
    let mut frames = Vec::new();
    let mut shown = 0;
    for step in picture.steps {
        let before = frames.len();
        for keys in step.keys {
            let time = if keys.len() > 1 { LETTER } else { KEY };
            for key in keys.chars() {
                session.press(key)?;
                frames.push(frame(&session, step, time));
            }
        }
        session
            .wait_for(step.until)
            .with_context(|| format!("after {:?}", step.keys))?;
        // What the last key shows at last is the outcome.
        if frames.len() > before {
            frames.pop();
        }
        frames.push(frame(&session, step, step.rest));
        // Where nothing moves, what is read longest is seen.
        if frames[shown].time < step.rest {
            shown = frames.len() - 1;
        }
    }
    if !picture.is_recording {
        frames.drain(..frames.len() - 1);
        shown = 0;
    }
    let text = svg::svg(picture.title, picture.size, &frames, shown, Paper::DARK);
    let path = Path::new("assets").join(picture.file);
    std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

fn frame(session: &Session, step: &Step, time: u32) -> Frame {
    Frame {
        pieces: pieces::pieces(session.screen(), Paper::DARK),
        time,
        caption: Caption {
            keys: step.keys.iter().map(|key| called(key)).collect(),
            text: step.caption.to_owned(),
        },
    }
}

/// What a key is called.
fn called(key: &str) -> String {
    match key {
        ENTER => "enter",
        ESCAPE => "esc",
        CTRL_S => "ctrl-s",
        text => text,
    }
    .to_owned()
}
