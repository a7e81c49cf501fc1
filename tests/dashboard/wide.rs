//! Names of any script: what stands in columns stays in them.

use plangate::app::Screen;
use plangate::app::page::bulk_review::{BulkLine, Shown};
use plangate::plan::{Call, Count, Rate, Settings, Throttle};
use ratatui::buffer::Buffer;

use crate::session::Session;

/// CJK, emoji with joiners and flags, combining marks, right to left with ligatures,
/// a script whose marks stand above, and one as usual.
const NAMES: [&str; 8] = [
    "套餐-金-专业版",
    "👩‍👩‍👧‍👦 family 🇩🇪",
    "Zoe\u{308} de\u{301}compose\u{301}",
    "خطة بلا حدود",
    "תוכנית זהב",
    "แผนน้ำผึ้ง",
    "ｗｉｄｅ ﾊﾝｶﾞｸ",
    "plain",
];

/// An account with a plan of each name, all with the same limits.
async fn session(columns: u16, rows: u16) -> Session {
    let mut session = Session::without_plans(columns, rows).await;
    for name in NAMES {
        let settings = Settings {
            name: name.to_owned(),
            description: name.to_owned(),
            throttle: Some(Throttle::new(Rate::as_read(123.0), Count::as_read(77))),
            ..Settings::default()
        };
        let call = Call::Create(Box::new(settings));
        session.gateway.send(&call).await.unwrap();
    }
    session.keys("R").await;
    session
}

/// In which columns of the terminal a text begins, row by row.
fn columns_of(buffer: &Buffer, needle: &str) -> Vec<u16> {
    let mut found = Vec::new();
    for y in 0..buffer.area.height {
        let (mut text, mut places, mut x) = (String::new(), Vec::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            places.extend(std::iter::repeat_n(x, symbol.len()));
            text.push_str(symbol);
            let wide = unicode_width::UnicodeWidthStr::width(symbol);
            x += u16::try_from(wide).unwrap().max(1);
        }
        found.extend(text.find(needle).map(|at| places[at]));
    }
    found
}

/// Asserts that a text stands in so many rows, in the same column of all of them.
#[track_caller]
fn is_aligned(session: &mut Session, needle: &str, rows: usize) {
    session.forget_frame();
    let columns = columns_of(&session.buffer(), needle);
    let screen = session.screen();
    assert!(
        columns.len() >= rows,
        "{needle:?} in {columns:?}:\n{screen}"
    );
    assert!(
        columns.iter().all(|column| *column == columns[0]),
        "{needle:?} in {columns:?}:\n{screen}"
    );
}

#[tokio::test]
async fn columns_stay_aligned_on_every_screen() {
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let mut session = session(columns, rows).await;
        is_aligned(&mut session, "123 ■", NAMES.len());
        insta::with_settings!({ omit_expression => true }, {
            let ids: Vec<String> = session.app.core.plans.plans().map(|plan| plan.id.0.clone()).collect();
            let screen = session.screen();
            let screen = ids.iter().fold(screen, |screen, id| screen.replace(id.as_str(), "123456"));
            insta::assert_snapshot!(format!("names of many scripts {columns}x{rows}"), screen);
        });
        // What a line does to all of them, while it is typed.
        session.keys("*T").await;
        session.keys("rate x2").await;
        is_aligned(&mut session, "246", NAMES.len());
        session.keys("<enter>").await;
        // All drafts in one review, a plan in each row.
        session.keys("V<page-down><page-down>").await;
        let Some(Screen::BulkReview(review)) = session.app.stack.screen() else {
            panic!("not the review");
        };
        let is_group = |line: &BulkLine| matches!(line.shown, Shown::Group { .. });
        let group = review.lines.iter().position(is_group).unwrap();
        session
            .keys(&format!("{}g<enter>{}j", group + 1, NAMES.len() + 1))
            .await;
        // What each group changes stands above its plans.
        let columns = columns_of(&session.buffer(), "→");
        let plans = &columns[columns.len() - NAMES.len()..];
        assert!(
            plans.iter().all(|column| *column == plans[0]),
            "{columns:?}"
        );
        session.keys(":plans<enter>").await;
        // The command line.
        session.keys(":").await;
        session.keys("plan ").await;
        is_aligned(&mut session, "goes to the plan", NAMES.len());
        session.keys("<esc>").await;
    }
}

#[tokio::test]
async fn what_was_sent_stays_aligned() {
    let mut session = session(200, 60).await;
    session.keys("*T").await;
    session.keys("rate 130<enter>").await;
    session.keys("V").await;
    session.keys("<ctrl-s>").await;
    session.keys("<esc><esc>").await;
    session.keys(":history<enter>").await;
    // As plain text, each change stands there although the send is folded.
    session.keys(":plain-text<enter>").await;
    session.keys("s").await;
    let (_, text) = session.saved.pop().unwrap();
    for name in NAMES {
        assert!(text.contains(name), "{name} is not whole:\n{text}");
    }
    session.keys("<esc>").await;
    // Each change of the send has a row of its own, its name first.
    session.keys("<enter>").await;
    is_aligned(
        &mut session,
        "                    applied      ",
        NAMES.len(),
    );
}

#[tokio::test]
async fn the_frames_of_detail_form_and_review_stand_where_they_should() {
    for keys in ["<enter>", "e", "r130<enter>v", "m", "U", "A", "D", "c"] {
        let mut session = session(80, 24).await;
        for at in 0..NAMES.len() {
            session.keys(&format!("{}g", at + 1)).await;
            session.keys(keys).await;
            is_framed(&mut session, &format!("{keys:?} on {at}"));
            session.keys(":plans<enter>").await;
        }
    }
}

/// Asserts that the frames at the right edge are whole: nothing was pushed over them.
#[track_caller]
fn is_framed(session: &mut Session, what: &str) {
    session.forget_frame();
    let buffer = session.buffer();
    let right = buffer.area.width - 1;
    let edge: Vec<&str> = (1..buffer.area.height)
        .map(|y| buffer[(right, y)].symbol())
        .collect();
    let last = edge.iter().rposition(|symbol| matches!(*symbol, "┛" | "┘"));
    let edge = &edge[..=last.unwrap()];
    let is_frame = |symbol: &&str| matches!(*symbol, "┓" | "┃" | "┛" | "┐" | "│" | "┘");
    assert!(
        edge.iter().all(is_frame),
        "{what}: {edge:?}\n{}",
        session.screen()
    );
}

#[tokio::test]
async fn a_picker_of_keys_of_any_script_stays_aligned() {
    let mut session = Session::start(120, 40).await;
    session.keys("K").await;
    for keys in [
        "",
        "<page-down>",
        "<page-down>",
        "地图",
        "<backspace><backspace>🚀",
    ] {
        session.keys(keys).await;
        session.forget_frame();
        let buffer = session.buffer();
        let title = columns_of(&buffer, "┏ Show the plans");
        let left = title[0];
        let is_at = |x: u16, y: u16, symbol: &str| buffer[(x, y)].symbol() == symbol;
        let top = (0..40).find(|y| is_at(left, *y, "┏")).unwrap();
        let right = (left..120).find(|x| is_at(*x, top, "┓")).unwrap();
        let bottom = (top..40).find(|y| is_at(left, *y, "┗")).unwrap();
        assert!(bottom - top > 5);
        for y in top + 1..bottom {
            let is_framed = is_at(left, y, "┃") && is_at(right, y, "┃");
            assert!(is_framed, "row {y} after {keys:?}:\n{}", session.screen());
        }
    }
    session.shows("launch-page 🚀");
}

#[tokio::test]
async fn the_cursor_stands_behind_what_was_typed() {
    for name in NAMES {
        let mut session = Session::start(120, 40).await;
        session.keys("/").await;
        session.tell(plangate::app::message::Message::Paste(name.to_owned()));
        session.resolve().await;
        let (x, y) = session.cursor().unwrap();
        let buffer = session.buffer();
        // Nothing stands at the cursor, and the last of the name before it.
        assert_eq!(buffer[(x, y)].symbol(), " ", "{name}");
        let before = (0..x).rev().find(|x| buffer[(*x, y)].symbol() != " ");
        let before = before.unwrap();
        let wide = unicode_width::UnicodeWidthStr::width(buffer[(before, y)].symbol());
        assert_eq!(usize::from(before) + wide, usize::from(x), "{name}");
    }
}
