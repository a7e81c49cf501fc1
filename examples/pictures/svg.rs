//! One screen or many as an SVG file without scripts. What is the same on several
//! screens is written once, and CSS says when it is seen; who wants no motion, or
//! has a viewer without it, sees one screen.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::pieces::{CELL, MARGIN, Paper, Piece, Rgb, escaped};

/// A screen, and how long it is seen.
pub struct Frame {
    pub pieces: Vec<Piece>,
    /// In milliseconds; of no account where there is one frame.
    pub time: u32,
    /// What stands below it; nothing in a still.
    pub caption: Caption,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caption {
    /// The keys that are pressed, as they are called.
    pub keys: Vec<String>,
    pub text: String,
}

/// The height of a line of captions.
const CAPTION: u32 = 46;

/// In which frames something is seen.
type Seen = Vec<bool>;

/// The frames as a picture. `shown` is the one that is seen where nothing moves.
pub fn svg(
    title: &str,
    (columns, rows): (u16, u16),
    frames: &[Frame],
    shown: usize,
    paper: Paper,
) -> String {
    let captions = shared(frames, |frame| vec![frame.caption.clone()]);
    let has_captions = captions.keys().any(|caption| !caption.text.is_empty());
    let width = u32::from(columns) * CELL.0 + 2 * MARGIN;
    let screen = u32::from(rows) * CELL.1 + 2 * MARGIN;
    let height = screen + if has_captions { CAPTION } else { 0 };
    let pieces = shared(frames, |frame| frame.pieces.clone());

    let mut colors = Names::new('c');
    let mut times = Names::new('t');
    let mut body = String::new();
    // By layer, and together what is seen at the same time.
    let mut groups: BTreeMap<(_, Seen), Vec<&Piece>> = BTreeMap::new();
    for (piece, seen) in &pieces {
        let group = groups.entry((piece.layer, seen.clone())).or_default();
        group.push(piece);
    }
    for ((_, seen), pieces) in &groups {
        open(&mut body, seen, shown, &mut times);
        for piece in pieces {
            piece.write(&mut body, &colors.name(&piece.color));
        }
        body.push_str("</g>\n");
    }
    if has_captions {
        for (caption, seen) in &captions {
            open(&mut body, seen, shown, &mut times);
            write_caption(&mut body, caption, screen + CAPTION / 2 - MARGIN / 2);
            body.push_str("</g>\n");
        }
    }

    let title = escaped(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" role=\"img\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <title>{title}</title>\n<style>\n{}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{}\"/>\n{body}</svg>\n",
        style(&colors, &times, frames, paper),
        hex(paper.back)
    )
}

/// What the frames have, each thing once, with the frames that have it.
fn shared<T: Ord>(frames: &[Frame], of: impl Fn(&Frame) -> Vec<T>) -> BTreeMap<T, Seen> {
    let mut all: BTreeMap<T, Seen> = BTreeMap::new();
    for (number, frame) in frames.iter().enumerate() {
        for thing in of(frame) {
            let seen = all
                .entry(thing)
                .or_insert_with(|| vec![false; frames.len()]);
            seen[number] = true;
        }
    }
    all
}

fn open(body: &mut String, seen: &Seen, shown: usize, times: &mut Names<Seen>) {
    if seen.iter().all(|is_seen| *is_seen) {
        body.push_str("<g>\n");
        return;
    }
    let class = times.name(seen);
    let hidden = if seen[shown] {
        ""
    } else {
        " visibility=\"hidden\""
    };
    let _ = writeln!(body, "<g class=\"{class}\"{hidden}>");
}

/// The keys in boxes, and what they are for.
fn write_caption(body: &mut String, caption: &Caption, middle: u32) {
    let mut x = MARGIN + 4;
    for key in &caption.keys {
        let wide = u32::try_from(key.chars().count()).unwrap_or(u32::MAX) * CELL.0;
        let _ = writeln!(
            body,
            r##"<rect x="{x}" y="{}" width="{}" height="26" rx="5" fill="#2b333c"/><text x="{}" y="{}" textLength="{wide}">{}</text>"##,
            middle - 13,
            wide + 14,
            x + 7,
            middle + 5,
            escaped(key)
        );
        x += wide + 14 + 8;
    }
    let _ = writeln!(
        body,
        r#"<text class="p" x="{}" y="{}">{}</text>"#,
        x + 6,
        middle + 6,
        escaped(&caption.text)
    );
}

fn style(colors: &Names<Rgb>, times: &Names<Seen>, frames: &[Frame], paper: Paper) -> String {
    let mut style = format!(
        "text{{font:15px \"DejaVu Sans Mono\",Menlo,Consolas,\"Liberation Mono\",monospace;\
         fill:{};white-space:pre}}\n\
         .p{{font:18px system-ui,\"Segoe UI\",\"DejaVu Sans\",sans-serif}}\n\
         .b{{font-weight:bold}}.i{{font-style:italic}}.u{{text-decoration:underline}}\n",
        hex(paper.fore)
    );
    for (color, name) in &colors.names {
        let _ = writeln!(style, ".{name}{{fill:{}}}", hex(*color));
    }
    let whole: u32 = frames.iter().map(|frame| frame.time).sum();
    for (seen, name) in &times.names {
        let _ = writeln!(
            style,
            ".{name}{{animation:{name} {whole}ms step-end infinite}}{}",
            keyframes(name, seen, frames, whole)
        );
    }
    if !times.names.is_empty() {
        style.push_str("@media (prefers-reduced-motion:reduce){g{animation:none!important}}\n");
    }
    style
}

/// When something appears and when it goes.
fn keyframes(name: &str, seen: &Seen, frames: &[Frame], whole: u32) -> String {
    let mut text = format!("@keyframes {name}{{");
    let mut before = None;
    let mut time = 0;
    for (is_seen, frame) in seen.iter().zip(frames) {
        if before != Some(*is_seen) {
            let visibility = if *is_seen { "visible" } else { "hidden" };
            let percent = f64::from(time) * 100.0 / f64::from(whole);
            let _ = write!(text, "{percent:.3}%{{visibility:{visibility}}}");
            before = Some(*is_seen);
        }
        time += frame.time;
    }
    text.push('}');
    text
}

fn hex((red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Short names, given in the order in which they are asked for.
struct Names<T> {
    letter: char,
    names: BTreeMap<T, String>,
}

impl<T: Ord + Clone> Names<T> {
    fn new(letter: char) -> Self {
        Self {
            letter,
            names: BTreeMap::new(),
        }
    }

    fn name(&mut self, of: &T) -> String {
        let next = self.names.len();
        let name = self.names.entry(of.clone());
        name.or_insert_with(|| format!("{}{next}", self.letter))
            .clone()
    }
}
