//! What the screens show, as snapshots, and the styles that carry a meaning.

use insta::assert_snapshot;
use plangate::emulator::FaultKind;
use plangate::plan::{Op, PatchOperation};
use plangate::ui::look::Look;
use ratatui::style::{Color, Modifier, Style};

use crate::session::{SIZES, Session};

/// The screen at every size, named so.
async fn at_every_size(name: &str, keys: &[&str]) {
    for (columns, rows) in SIZES {
        let mut session = Session::start(columns, rows).await;
        for keys in keys {
            session.keys(keys).await;
        }
        assert_snapshot!(format!("{name} {columns}x{rows}"), session.screen());
    }
}

#[tokio::test]
async fn too_small() {
    let mut session = Session::start(40, 10).await;
    assert_snapshot!("too small 40x10", session.screen());
    // What cannot be seen is not to be done.
    session.keys("rx2<enter>").await;
    session.resize(120, 40);
    session.hides("not sent");
}

#[tokio::test]
async fn list() {
    at_every_size("list", &["/gold<enter>"]).await;
}

#[tokio::test]
async fn whole_list() {
    at_every_size("whole list", &["jj"]).await;
}

#[tokio::test]
async fn detail_with_keys_and_staged_values() {
    at_every_size("detail", &["/qm6bea<enter>", "rx2<enter>", "<enter>"]).await;
}

#[tokio::test]
async fn detail_as_json() {
    at_every_size("json", &["/qm6bea<enter>", "J<tab>"]).await;
}

#[tokio::test]
async fn form_with_staged_operations_and_a_wrong_value() {
    let keys = [
        "/w0mvrr<enter>",
        "e",
        "<down><down><down><down><enter>x<tab>0<esc>",
    ];
    at_every_size("form", &keys).await;
}

#[tokio::test]
async fn picker_of_stages() {
    at_every_size("picker", &["/w0mvrr<enter>", "ea"]).await;
}

#[tokio::test]
async fn patch_editor_with_a_fault() {
    let keys = [
        "/w0mvrr<enter>",
        "r150<enter>",
        "p<down><down><ctrl-e><backspace><backspace>",
    ];
    at_every_size("patch", &keys).await;
}

#[tokio::test]
async fn review() {
    at_every_size("review", &["/w0mvrr<enter>", "r150<enter>b10<enter>v"]).await;
}

#[tokio::test]
async fn command_line() {
    at_every_size("command line", &["/w0mvrr<enter>", ":re"]).await;
}

#[tokio::test]
async fn text_to_be_selected() {
    at_every_size("text", &["/w0mvrr<enter>", "yTerraform<ctrl-o>"]).await;
}

#[tokio::test]
async fn help() {
    at_every_size("help", &["?"]).await;
}

#[tokio::test]
async fn conflicts() {
    for (columns, rows) in SIZES {
        let mut session = Session::start(columns, rows).await;
        session.find("w0mvrr").await;
        session.keys("r150<enter>").await;
        let theirs = PatchOperation::new(Op::Replace, "/throttle/rateLimit", "77");
        session.somebody_else("w0mvrr", vec![theirs]).await;
        session.keys("v<ctrl-s>").await;
        assert_snapshot!(format!("conflict {columns}x{rows}"), session.screen());
    }
}

#[tokio::test]
async fn without_permission() {
    let mut session = Session::unanswered(120, 40).await;
    session.next("GetUsagePlans", FaultKind::AccessDenied);
    session.resolve().await;
    let screen = session.screen();
    for text in [
        "reading failed",
        "apigateway:GET",
        "arn:aws:apigateway",
        "tries again",
    ] {
        assert!(screen.contains(text), "{text:?} is missing:\n{screen}");
    }
}

#[tokio::test]
async fn plain_ascii_says_the_same() {
    for keys in ["j", "e<down>", "rx2<enter>v", "?", "<tab>", ":lim", "y"] {
        let mut session = Session::start(80, 24).await;
        session.look = Look::new(false, false);
        // The sample account has names that are not ASCII themselves.
        session.find("qm6bea").await;
        session.keys(keys).await;
        let screen = session.screen();
        assert!(screen.is_ascii(), "after {keys}:\n{screen}");
        assert!(
            !session
                .buffer()
                .content
                .iter()
                .any(|cell| { cell.fg != Color::Reset || cell.bg != Color::Reset })
        );
    }
}

/// The style of the first cell of a text.
fn style_of(session: &mut Session, text: &str) -> Style {
    let buffer = session.buffer();
    for y in 0..buffer.area.height {
        let cells: Vec<&str> = (0..buffer.area.width)
            .map(|x| buffer[(x, y)].symbol())
            .collect();
        for x in 0..cells.len() {
            if cells[x..].concat().starts_with(text) {
                return buffer[(u16::try_from(x).unwrap(), y)].style();
            }
        }
    }
    panic!("{text:?} is not on the screen:\n{}", session.screen());
}

#[tokio::test]
async fn styles_carry_their_meaning_and_never_alone() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    assert!(
        style_of(&mut session, "▸    basic")
            .add_modifier
            .contains(Modifier::REVERSED)
    );
    session.keys("r150<enter>b99999<enter>").await;
    // Staged: yellow and bold, and an arrow before it.
    let staged = style_of(&mut session, "→ 150");
    assert_eq!(staged.fg, Some(Color::Yellow));
    assert!(staged.add_modifier.contains(Modifier::BOLD));
    assert_eq!(
        style_of(&mut session, "1 draft not sent").fg,
        Some(Color::Yellow)
    );
    session.keys("e").await;
    assert_eq!(style_of(&mut session, "ok ! ").fg, Some(Color::Yellow));
    session.keys("<enter><backspace>").await;
    for _ in 0..20 {
        session.keys("<backspace>").await;
    }
    session.keys("<esc>").await;
    // Refused: red, and the word NO.
    assert_eq!(style_of(&mut session, "NO ").fg, Some(Color::Red));
    // The pane that has the keys: accent colour and a heavier border.
    assert_eq!(style_of(&mut session, "┏").fg, Some(Color::Cyan));
    assert_eq!(style_of(&mut session, "┌").fg, Some(Color::DarkGray));
}

#[tokio::test]
async fn names_of_every_script_stay_in_their_columns() {
    let mut session = Session::start(120, 40).await;
    session.keys("G").await;
    session.shows("地理编码");
    let buffer = session.buffer();
    // The border between the panes stands in one column in every row.
    let is_border = |x: &u16| buffer[(*x, 2)].symbol() == "┃";
    let border = (0..120).rfind(is_border).unwrap();
    for y in 2..36 {
        assert_eq!(buffer[(border, y)].symbol(), "┃", "row {y}");
    }
}

#[tokio::test]
async fn a_smaller_terminal_and_back_loses_nothing() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("e<enter>abc").await;
    let before = session.screen();
    session.resize(40, 10);
    session.shows("too small");
    session.resize(120, 40);
    assert_eq!(session.screen(), before);
}

#[tokio::test]
async fn a_newcomer_is_told_the_first_steps() {
    for (columns, rows) in [(60, 15), (80, 24), (120, 40)] {
        let mut session = Session::unanswered(columns, rows).await;
        session.app.core.operator.greets = true;
        session.resolve().await;
        assert_snapshot!(format!("greeting {columns}x{rows}"), session.screen());
        // It is in nobody's way: keys do what they do.
        session.keys("j").await;
        assert_eq!(session.app.core.plans.position().1, 1);
        assert!(!session.greeted);
        session.keys("<esc>").await;
        assert!(session.greeted);
        session.hides("closes this for good");
    }
}

#[tokio::test]
async fn what_is_empty_says_why() {
    let mut session = Session::start(120, 40).await;
    for (keys, why) in [
        (
            "/nothing-is-called-so",
            "None of 39 plans fits \"nothing-is-called-so\". esc shows all.",
        ),
        ("", "No plan is selected: the list shows none."),
        ("<esc>Q", "Nothing is being sent."),
        ("<esc>F/nothing-is-called-so<enter>", "No finding fits"),
        ("<esc><esc>W", "Nothing was read yet."),
        ("<esc>/6kc7c6<enter>e<tab>", "What you change stands here"),
        (
            "<esc>m",
            "The plan has no stages: there is nothing that it limits.",
        ),
        ("<esc>U", "The plan has no API keys: nobody uses it."),
        ("<esc>s", "Sort by"),
        ("nothing-is-called-so", "nothing fits what is typed"),
        ("<esc>:nothing-is-called-so", "No command and no plan fits"),
    ] {
        session.keys(keys).await;
        session.shows(why);
    }
}
