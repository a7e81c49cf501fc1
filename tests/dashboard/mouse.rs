//! The mouse: click, wheel, drag, and that it never sends.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use plangate::app::message::Message;

use crate::session::Session;

/// Where a text stands on the screen: its column and row.
fn place(session: &mut Session, text: &str) -> (u16, u16) {
    let screen = session.screen();
    let found = screen.lines().enumerate().find_map(|(row, line)| {
        let before = line.split_once(text)?.0;
        let column = unicode_width::UnicodeWidthStr::width(before);
        Some((u16::try_from(column).unwrap(), u16::try_from(row).unwrap()))
    });
    found.unwrap_or_else(|| panic!("{text:?} is not on the screen:\n{screen}"))
}

async fn mouse(session: &mut Session, kind: MouseEventKind, (column, row): (u16, u16)) {
    let modifiers = KeyModifiers::NONE;
    session.tell(Message::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers,
    }));
    session.resolve().await;
}

async fn click_at(session: &mut Session, at: (u16, u16)) {
    mouse(session, MouseEventKind::Down(MouseButton::Left), at).await;
    mouse(session, MouseEventKind::Up(MouseButton::Left), at).await;
}

async fn click(session: &mut Session, text: &str) {
    let at = place(session, text);
    click_at(session, at).await;
}

/// Clicks a hint in the last line.
async fn click_hint(session: &mut Session, text: &str) {
    let screen = session.screen();
    let (row, line) = screen.lines().enumerate().last().unwrap();
    let (before, _) = line.split_once(text).unwrap();
    let column = unicode_width::UnicodeWidthStr::width(before);
    let at = (u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
    click_at(session, at).await;
}

fn selected(session: &Session) -> &str {
    &session.app.core.plans.selected().unwrap().plan.id.0
}

#[tokio::test]
async fn a_click_selects_a_plan_and_another_one_opens_it() {
    let mut session = Session::start(120, 40).await;
    click(&mut session, "orders-gold").await;
    assert_eq!(selected(&session), "qm6bea");
    assert_eq!(session.app.stack.plans.pane, plangate::app::Pane::List);
    click(&mut session, "orders-gold").await;
    assert_eq!(session.app.stack.plans.pane, plangate::app::Pane::Detail);
    // A click gives the keys to the pane that it is in.
    click(&mut session, "media-eu").await;
    assert_eq!(session.app.stack.plans.pane, plangate::app::Pane::List);
    assert_eq!(selected(&session), "0699if");
    click(&mut session, "Throttle, per API key").await;
    assert_eq!(session.app.stack.plans.pane, plangate::app::Pane::Detail);
    // Beside the rows it selects nothing.
    click(&mut session, "NAME").await;
    assert_eq!(selected(&session), "0699if");
}

#[tokio::test]
async fn a_click_presses_a_hint() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    click_hint(&mut session, "r rate").await;
    session.shows("rate limit 100");
    session.keys("150<enter>").await;
    click_hint(&mut session, "v review").await;
    session.shows("nothing is sent yet");
    // A click too many is no consent.
    click_hint(&mut session, "ctrl-s SEND").await;
    session.shows("! Not by the mouse: ctrl-s does it.");
    assert!(session.sent("UpdateUsagePlan").await.is_empty());
    click_hint(&mut session, "esc back").await;
    session.keys("X").await;
    click_hint(&mut session, "y yes").await;
    session.shows("Discard the draft");
    click_hint(&mut session, "n no").await;
    session.shows("1 draft not sent");
    // What does nothing any more is no hint.
    session.keys("u").await;
    session.hides("v review");
    click_hint(&mut session, "? all keys").await;
    session.shows("Help: all keys");
}

#[tokio::test]
async fn the_wheel_moves_what_is_under_the_pointer() {
    let mut session = Session::start(80, 24).await;
    let (list, detail) = (place(&mut session, "NAME"), place(&mut session, "┌ Plan"));
    mouse(&mut session, MouseEventKind::ScrollDown, list).await;
    assert_eq!(session.app.core.plans.position().1, 3);
    mouse(&mut session, MouseEventKind::ScrollUp, list).await;
    assert_eq!(session.app.core.plans.position().1, 0);
    let below = (detail.0, detail.1 + 2);
    session.shows("│name ");
    mouse(&mut session, MouseEventKind::ScrollDown, below).await;
    session.hides("│name ");
    assert_eq!(session.app.core.plans.position().1, 0);
    assert_eq!(session.app.stack.plans.pane, plangate::app::Pane::List);
}

#[tokio::test]
async fn clicks_reach_keys_the_history_and_the_review_of_many() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    session.keys("A").await;
    session.shows("▸  harbour-logistics");
    click(&mut session, "partner-portal").await;
    session.shows("▸  partner-portal");

    let mut session = Session::start(120, 40).await;
    for (plan, rate) in [("w0mvrr", "101"), ("b96m4t", "31")] {
        session.find(plan).await;
        session.keys(&format!("r{rate}<enter>")).await;
    }
    session.keys("V").await;
    // A second click opens the group, as enter does.
    click(&mut session, "+ 2 plans").await;
    click(&mut session, "+ 2 plans").await;
    session.shows("- 2 plans");
    session.keys("<ctrl-s>").await;
    session.shows("Sent 2 of 2");
    session.keys("<esc>").await;
    session.find("1ddx5q").await;
    session.keys("r76<enter>v<ctrl-s>").await;
    session.keys("H").await;
    let view = |session: &Session| match session.app.stack.screen() {
        Some(plangate::app::Screen::History(view)) => {
            (view.cursor.at, view.in_detail, view.rows.len())
        }
        other => panic!("the history is not open: {other:?}"),
    };
    assert_eq!(view(&session), (0, false, 2));
    click(&mut session, "2 changes: ").await;
    assert_eq!(view(&session), (1, false, 2));
    click(&mut session, "2 changes: ").await;
    assert_eq!(view(&session), (1, false, 4));
    // A click gives the keys to the pane that it is in, and selects in the list.
    let (_, detail) = place(&mut session, "Begun 2026");
    click_at(&mut session, (40, detail)).await;
    assert!(view(&session).1);
    click(&mut session, "customer-lighthouse 1ddx5q: ").await;
    assert_eq!(view(&session), (0, false, 4));
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 3);
}

#[tokio::test]
async fn the_wheel_moves_the_preview_of_a_tweak() {
    let mut session = Session::start(80, 24).await;
    session.keys("*Trate x2").await;
    let (_, before) = place(&mut session, "CHANGED (35)");
    mouse(&mut session, MouseEventKind::ScrollDown, (40, 8)).await;
    assert_eq!(place(&mut session, "CHANGED (35)").1, before - 3);
    mouse(&mut session, MouseEventKind::ScrollUp, (40, 8)).await;
    assert_eq!(place(&mut session, "CHANGED (35)").1, before);
}

#[tokio::test]
async fn the_border_between_the_panes_is_dragged() {
    let mut session = Session::start(120, 40).await;
    let (border, row) = place(&mut session, "┓┌ Plan");
    let press = MouseEventKind::Down(MouseButton::Left);
    let drag = MouseEventKind::Drag(MouseButton::Left);
    mouse(&mut session, press, (border, row + 5)).await;
    mouse(&mut session, drag, (89, row + 5)).await;
    assert_eq!(place(&mut session, "┓┌ Plan").0, 89);
    // Never so far that a pane is gone.
    mouse(&mut session, drag, (119, row + 5)).await;
    let (border, _) = place(&mut session, "┓┌ Plan");
    assert!(border < 100, "{border}");
    mouse(
        &mut session,
        MouseEventKind::Up(MouseButton::Left),
        (border, row),
    )
    .await;
    // Let go, it stays.
    mouse(&mut session, drag, (60, row)).await;
    assert_eq!(place(&mut session, "┓┌ Plan").0, border);

    let mut session = Session::start(80, 24).await;
    let (column, border) = place(&mut session, "┌ Plan");
    mouse(&mut session, press, (column, border)).await;
    mouse(&mut session, drag, (column, border + 3)).await;
    assert!(place(&mut session, "┌ Plan").1 > border + 2);
    assert_eq!(session.app.stack.plans.pane, plangate::app::Pane::List);
}

#[tokio::test]
async fn clicks_reach_forms_matrices_pickers_and_the_command_line() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    session.keys("e").await;
    click(&mut session, "product code").await;
    session.shows("▸   product code");
    click(&mut session, "product code").await;
    session.keys("X").await;
    session.shows("ordersgold01X");
    // A click elsewhere ends typing, and keeps what was typed.
    click(&mut session, "Staged: 1 operation").await;
    session.keys("d").await;
    session.shows("Staged: nothing");
    session.keys("<esc>m").await;
    let (_, row) = place(&mut session, "GET    /invoices");
    let (column, _) = place(&mut session, "orders:v2-beta");
    click_at(&mut session, (column + 2, row)).await;
    session.shows("Why: orders:v2-beta /invoices/GET");
    session.keys("<esc>s").await;
    click(&mut session, "  burst").await;
    click(&mut session, "▸ burst").await;
    session.hides("Sort by");
    session.shows("BURST▲");
    session.keys(":find").await;
    click(&mut session, "findings").await;
    session.shows("Findings");
    session.hides("Plans 1 of 39");
}

#[tokio::test]
async fn the_mouse_is_left_to_the_terminal_by_a_key() {
    let mut session = Session::start(120, 40).await;
    session.keys("<alt-m>").await;
    assert!(!session.mouse);
    session.shows("it selects text as elsewhere. alt-m takes it back.");
    session.keys("<alt-m>").await;
    assert!(session.mouse);
}

#[tokio::test]
async fn a_mouse_that_is_anywhere_breaks_nothing() {
    for keys in [
        "", "e", "m", "U", "F", "W", "Q", "L", "?", "s", ":", "/", "r", "v", "p", "y",
    ] {
        let mut session = Session::start(80, 24).await;
        session.find("qm6bea").await;
        session.keys(keys).await;
        for at in [
            (0, 0),
            (79, 23),
            (79, 0),
            (0, 23),
            (500, 500),
            (40, 12),
            (5, 3),
        ] {
            for kind in [
                MouseEventKind::Down(MouseButton::Left),
                MouseEventKind::Drag(MouseButton::Left),
                MouseEventKind::Up(MouseButton::Left),
                MouseEventKind::Down(MouseButton::Right),
                MouseEventKind::ScrollDown,
                MouseEventKind::ScrollUp,
                MouseEventKind::ScrollLeft,
            ] {
                mouse(&mut session, kind, at).await;
            }
            session.screen();
        }
        assert!(session.sent("UpdateUsagePlan").await.is_empty());
    }
}

#[tokio::test]
async fn a_click_on_a_column_head_sorts_and_another_one_turns_it_round() {
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let mut session = Session::start(columns, rows).await;
        let first = |session: &Session| {
            let mut rows = session.app.core.plans.rows_shown();
            rows.next().unwrap().plan.settings.name.clone()
        };
        let begun = session.app.core.plans.sort();
        click(&mut session, "NAME").await;
        let sorted = session.app.core.plans.sort();
        assert_ne!(begun, sorted);
        let smallest = first(&session);
        click(&mut session, "NAME").await;
        let turned = session.app.core.plans.sort();
        assert_eq!(turned.column, sorted.column);
        assert_ne!(turned.descending, sorted.descending);
        assert_ne!(first(&session), smallest);
        // A number stands at the right of its column: all of the head is its place.
        click(&mut session, "RATE").await;
        assert_ne!(session.app.core.plans.sort().column, sorted.column);
    }
}
