//! A walk over all pages with the mouse: a click selects as the movement keys do, a second
//! one does what enter does, and the wheel moves three lines. A page without a stop here
//! does not compile.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use plangate::app::Screen;
use plangate::app::message::Message;
use plangate::app::page::Rows;

use crate::session::Session;

/// A page of the walk.
struct Stop {
    /// The keys that lead to it from the list.
    keys: &'static str,
    /// What the mouse is to do on it.
    lines: Lines,
}

/// What a page has to be moved through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lines {
    /// Lines to select from, of which enter opens the selected one.
    Opened,
    /// Lines to select from.
    Selected,
    /// A text that is scrolled.
    Scrolled,
    /// A text that every terminal holds whole.
    Whole,
    /// A text that is typed.
    Typed,
}

/// The stops, each at the place that [`number`] gives its page.
const STOPS: [Stop; 18] = [
    stop("", Lines::Opened),
    stop("/qm6bea<enter>e", Lines::Opened),
    stop("/w0mvrr<enter>r101<enter>p", Lines::Typed),
    stop("/w0mvrr<enter>r101<enter>v", Lines::Scrolled),
    stop("/br5ent<enter>D", Lines::Scrolled),
    stop("* Trate<space>x2<enter> V", Lines::Opened),
    stop("/qm6bea<enter>m", Lines::Selected),
    stop("/qm6bea<enter>U", Lines::Selected),
    stop("/qm6bea<enter>A", Lines::Selected),
    stop("W a", Lines::Opened),
    stop("/qm6bea<enter>U x9<enter>", Lines::Scrolled),
    stop("F", Lines::Opened),
    stop(
        "/w0mvrr<enter>r101<enter>v <ctrl-s> r102<enter>v <ctrl-s> H",
        Lines::Opened,
    ),
    stop("W a L g", Lines::Scrolled),
    stop("?", Lines::Scrolled),
    stop("I", Lines::Whole),
    stop("* Trate<space>+10%<enter> V <ctrl-s> g", Lines::Selected),
    stop("y json<ctrl-o>", Lines::Scrolled),
];

const fn stop(keys: &'static str, lines: Lines) -> Stop {
    Stop { keys, lines }
}

/// The place of a page in the walk. A new page needs a line here, and so a stop.
fn number(screen: Option<&Screen>) -> usize {
    let Some(screen) = screen else { return 0 };
    match screen {
        Screen::Edit(_) => 1,
        Screen::Patch(_) => 2,
        Screen::Review(_) => 3,
        Screen::ChangeReview(_) => 4,
        Screen::BulkReview(_) => 5,
        Screen::Limits(_) => 6,
        Screen::Usage(_) => 7,
        Screen::Keys(_) => 8,
        Screen::Exhaustion(_) => 9,
        Screen::Extension(_) => 10,
        Screen::Findings(_) => 11,
        Screen::History(_) => 12,
        Screen::Requests(_) => 13,
        Screen::Help(_) => 14,
        Screen::Identity(_) => 15,
        Screen::Queue(_) => 16,
        Screen::Text(_) => 17,
    }
}

/// A dashboard on a page of the walk.
async fn at(place: usize) -> Session {
    let mut session = Session::start(80, 24).await;
    // What is asked for is there before the next keys.
    for keys in STOPS[place].keys.split_whitespace() {
        session.keys(keys).await;
    }
    let screen = session.screen();
    assert_eq!(number(session.app.stack.screen()), place, "{screen}");
    session
}

async fn mouse(session: &mut Session, kind: MouseEventKind, (column, row): (u16, u16)) {
    session.tell(Message::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
    session.resolve().await;
}

async fn click(session: &mut Session, at: (u16, u16)) {
    mouse(session, MouseEventKind::Down(MouseButton::Left), at).await;
    mouse(session, MouseEventKind::Up(MouseButton::Left), at).await;
}

/// Where a line is on the screen, near its start.
fn place_of(rows: Rows, line: usize) -> (u16, u16) {
    let row = u16::try_from(line - rows.top).unwrap();
    (rows.area.x + 1, rows.area.y + row)
}

/// What an operator sees: the screen, and where the real cursor stands. Names of sends
/// differ from run to run.
type Seen = (String, Option<(u16, u16)>);

fn seen(session: &mut Session) -> Seen {
    let cursor = session.cursor();
    (session.screen_of_history(), cursor)
}

#[track_caller]
fn same(place: usize, what: &str, by_mouse: &Seen, by_key: &Seen) {
    assert!(
        by_mouse == by_key,
        "{what} on page {place} gave {:?}\n{}\nand the keys {:?}\n{}",
        by_mouse.1,
        by_mouse.0,
        by_key.1,
        by_key.0,
    );
}

#[tokio::test]
async fn a_click_selects_on_every_page_and_a_second_one_does_what_enter_does() {
    for (place, stop) in STOPS.iter().enumerate() {
        let (mut by_mouse, mut by_key) = (at(place).await, at(place).await);
        let Some(rows) = by_mouse.app.stack.rows(&by_mouse.app.core) else {
            let selects = matches!(stop.lines, Lines::Opened | Lines::Selected);
            assert!(!selects, "page {place} has no rows:\n{}", by_mouse.screen());
            continue;
        };
        assert!(rows.count > 1, "page {place}:\n{}", by_mouse.screen());
        let before = seen(&mut by_mouse);
        click(&mut by_mouse, place_of(rows, rows.at + 1)).await;
        by_key.keys("<down>").await;
        let selected = seen(&mut by_mouse);
        assert!(selected != before, "nothing moved on page {place}");
        same(place, "a click", &selected, &seen(&mut by_key));

        let rows = by_mouse.app.stack.rows(&by_mouse.app.core).unwrap();
        click(&mut by_mouse, place_of(rows, rows.at)).await;
        if stop.lines == Lines::Opened {
            by_key.keys("<enter>").await;
            assert!(
                seen(&mut by_mouse) != selected,
                "nothing opened on page {place}"
            );
        }
        same(
            place,
            "a second click",
            &seen(&mut by_mouse),
            &seen(&mut by_key),
        );
    }
}

#[tokio::test]
async fn the_wheel_moves_three_lines_on_every_page() {
    let (down, up) = (MouseEventKind::ScrollDown, MouseEventKind::ScrollUp);
    for (place, stop) in STOPS.iter().enumerate() {
        let mut session = at(place).await;
        if stop.lines == Lines::Scrolled {
            // So low that every text has lines below.
            session.resize(80, 15);
        }
        let pointer = match session.app.stack.rows(&session.app.core) {
            Some(rows) => place_of(rows, rows.at),
            None => (40, 4),
        };
        // Where digits are typed, no number stands before a movement.
        let keys = match stop.lines {
            Lines::Typed => ["<down><down><down>", "<up><up><up>"],
            _ => ["3<down>", "3<up>"],
        };
        let before = seen(&mut session);
        mouse(&mut session, down, pointer).await;
        let moved = seen(&mut session);
        assert!(
            (moved != before) == (stop.lines != Lines::Whole),
            "the wheel on page {place}:\n{}",
            moved.0
        );
        mouse(&mut session, up, pointer).await;
        let back = seen(&mut session);
        session.keys(keys[0]).await;
        same(place, "the wheel", &moved, &seen(&mut session));
        session.keys(keys[1]).await;
        same(place, "the wheel back", &back, &seen(&mut session));
    }
}
