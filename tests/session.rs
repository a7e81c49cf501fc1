//! Whole sessions on the test backend: the loop between injected events and a
//! gateway that reaches the embedded API Gateway over HTTP.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use plangate::emulator::{Emulator, FaultKind, InjectedFault, StartOptions};
use plangate::gateway::{Failure, FailureKind, Gateway};
use plangate::tui::{Ending, Input, Signal};
use support::session::{Frame, Session, demo};
use tokio::sync::Semaphore;

async fn emulator() -> Emulator {
    Emulator::start(StartOptions::default()).await.unwrap()
}

/// A session with the sample account's plans on the screen.
async fn started(emulator: &Emulator) -> Session {
    let mut session = Session::start(emulator.endpoint());
    session.wait_for("39 of 39").await;
    session
}

/// The same, with nothing under way any more.
async fn quiet(emulator: &Emulator) -> Session {
    let mut session = started(emulator).await;
    session.key(KeyCode::Char('L'));
    session.wait_for("GetAccount").await;
    session.wait_for("GetRestApis").await;
    session.key(KeyCode::Esc);
    session.wait_for("39 of 39").await;
    session.frames_by_now().await;
    session
}

#[tokio::test]
async fn the_first_frame_does_not_wait_for_the_connection() {
    let emulator = emulator().await;
    let endpoint = emulator.endpoint();
    let gate = Arc::new(Semaphore::new(0));
    let opened = gate.clone();
    let mut session = Session::start_with(move |log| {
        let (gate, options) = (gate.clone(), demo(&endpoint));
        async move {
            drop(gate.acquire().await);
            Gateway::connect(options, log).await
        }
    });
    session.wait_for("connecting").await;
    // Keys are answered meanwhile.
    session.key(KeyCode::Char('?'));
    session.wait_for("Help: all keys").await;
    session.key(KeyCode::Esc);
    opened.add_permits(1);
    session.wait_for("39 of 39").await;
}

#[tokio::test]
async fn connecting_is_tried_again_when_asked_for() {
    let emulator = emulator().await;
    let endpoint = emulator.endpoint();
    let tries = Arc::new(AtomicUsize::new(0));
    let mut session = Session::start_with(move |log| {
        let first = tries.fetch_add(1, Ordering::Relaxed) == 0;
        let options = demo(&endpoint);
        async move {
            if first {
                return Err(Failure::new(Failure::CONNECT, "", FailureKind::NoRegion));
            }
            Gateway::connect(options, log).await
        }
    });
    session.wait_for("Region").await;
    session.key(KeyCode::Char('R'));
    session.wait_for("39 of 39").await;
}

#[tokio::test]
async fn escape_stops_a_question_and_another_one_is_answered() {
    let remembering = StartOptions {
        faults: true,
        ..StartOptions::default()
    };
    let emulator = Emulator::start(remembering).await.unwrap();
    let never = FaultKind::Delay(Duration::from_hours(1));
    emulator
        .faults()
        .schedule(InjectedFault::next("GetUsagePlans", never));
    let mut session = Session::start(emulator.endpoint());
    session.wait_for("Reading the plans").await;
    let asked = async {
        while emulator.requests().await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(support::DEADLINE, asked)
        .await
        .unwrap();
    session.key(KeyCode::Esc);
    session.wait_for("Stopped reading").await;
    session.key(KeyCode::Char('R'));
    session.wait_for("39 of 39").await;
}

#[tokio::test]
async fn a_frame_is_drawn_only_when_something_happened() {
    let emulator = emulator().await;
    let mut session = quiet(&emulator).await;
    // Events that mean nothing here.
    let mut release = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE);
    release.kind = KeyEventKind::Release;
    session.event(Event::Key(release));
    session.event(Event::FocusGained);
    assert_eq!(session.frames_by_now().await, 0);
    session.key(KeyCode::Char('j'));
    assert_eq!(session.frames_by_now().await, 1);
}

#[tokio::test]
async fn keys_that_arrive_together_are_drawn_together() {
    let emulator = emulator().await;
    let mut session = quiet(&emulator).await;
    // This test's runtime has one thread, so all of them wait when the loop wakes.
    session.type_text("jjjjjjjjjjjjjjjjjjjj");
    assert_eq!(session.frames_by_now().await, 1);
}

#[tokio::test]
async fn is_drawn_anew_after_having_been_stopped_and_not_meanwhile() {
    let emulator = emulator().await;
    let mut session = quiet(&emulator).await;
    session.ctrl('z');
    assert_eq!(session.next().await, Frame::AskedToStop);
    session.frames_by_now().await;
    session.input(Input::Stop);
    assert_eq!(session.next().await, Frame::Stopped);
    session.key(KeyCode::Char('j'));
    assert_eq!(session.frames_by_now().await, 0);
    session.input(Input::Continued);
    assert_eq!(session.next().await, Frame::Resumed);
    session.wait_for("39 of 39").await;
}

#[tokio::test]
async fn ends_when_told_to_and_when_nobody_is_there_any_more() {
    let emulator = emulator().await;
    let session = started(&emulator).await;
    session.key(KeyCode::Char('q'));
    assert!(matches!(session.end().await, Ending::Quit));

    let session = started(&emulator).await;
    session.input(Input::End(Signal::Terminate));
    let ending = session.end().await;
    assert!(matches!(ending, Ending::Signalled(Signal::Terminate)));

    let session = started(&emulator).await;
    session.input(Input::Lost(std::io::ErrorKind::BrokenPipe.into()));
    assert!(matches!(session.end().await, Ending::InputLost(_)));
}

#[tokio::test]
async fn usage_is_read_up_to_today_and_a_value_on_request() {
    let emulator = emulator().await;
    let mut session = started(&emulator).await;
    session.type_text("/k9gd83");
    session.wait_for("1 of 39").await;
    session.key(KeyCode::Enter);
    session.key(KeyCode::Char('U'));
    // This key uses its 100 of every day.
    session.wait_for("Nothing is left").await;
    session.key(KeyCode::Char('V'));
    session.wait_for("(V hides it): ").await;
    session.key(KeyCode::Char('V'));
    session.wait_gone("(V hides it)").await;
}

#[tokio::test]
async fn what_is_copied_reaches_the_terminal_and_the_mouse_is_left_to_it() {
    let emulator = emulator().await;
    let mut session = quiet(&emulator).await;
    session.type_text("/w0mvrr");
    session.wait_for("1 of 39").await;
    session.key(KeyCode::Enter);
    session.type_text("yid");
    session.wait_for("ctrl-o shows it instead").await;
    session.key(KeyCode::Enter);
    while session.next().await != Frame::Copied("w0mvrr".to_owned()) {}
    session.wait_for("Copied the id").await;
    session.event(Event::Key(KeyEvent::new(
        KeyCode::Char('m'),
        KeyModifiers::ALT,
    )));
    while session.next().await != Frame::Mouse(false) {}
    session.wait_for("The mouse is the terminal's").await;
}

#[tokio::test]
async fn a_pointer_that_moves_draws_nothing_and_a_click_does() {
    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
    let emulator = emulator().await;
    let mut session = quiet(&emulator).await;
    let at = |kind| {
        Event::Mouse(MouseEvent {
            kind,
            column: 10,
            row: 10,
            modifiers: KeyModifiers::NONE,
        })
    };
    session.event(at(MouseEventKind::Moved));
    assert_eq!(session.frames_by_now().await, 0);
    session.event(at(MouseEventKind::Down(MouseButton::Left)));
    assert_eq!(session.frames_by_now().await, 1);
}
