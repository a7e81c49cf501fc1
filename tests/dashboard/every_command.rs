//! Every command and every key of every place: it is told, it is pressed, and something
//! follows.

use std::time::Duration;

use plangate::app::Prompt;
use plangate::app::keys::command::Command;
use plangate::app::keys::keymap::{Keymap, Place};
use plangate::app::message::Effect;

use crate::session::Session;

/// The draft that most places begin with: the plan in the middle of the list, its rate
/// changed.
const DRAFT: &str = ":qm6bea<enter><esc>r150<enter>";

/// A second one: what is sent of both waits in the queue.
const TWO: &str = ":qm6bea<enter><esc>r390<enter>:w0mvrr<enter><esc>r101<enter>V<ctrl-s>";

/// What leads to a place from the list of plans, in a state in which the command does
/// something.
fn way_to(place: Place, command: Command) -> Vec<&'static str> {
    let way: &[&str] = match (place, command) {
        // Where it is seen best.
        (Place::Everywhere, Command::Back) => &["/gold<enter>"],
        (Place::Everywhere, Command::Copied) => &["y<enter>"],
        (Place::List, Command::Redo) => &[DRAFT, "u"],
        (Place::Detail, Command::Redo) => &[DRAFT, "u", "<enter>"],
        (Place::List, Command::MarkRange) => &[DRAFT, "<space>jj"],
        (Place::List, Command::ClearMarks | Command::TweakPlans) => &[DRAFT, "<space>"],
        (Place::Everywhere | Place::List, _) => &[DRAFT],
        (Place::Detail, Command::TweakPlans) => &[DRAFT, "<space>k<enter>"],
        (Place::Detail, _) => &[DRAFT, "<enter>"],
        (Place::Form | Place::Limits | Place::Staged, Command::Redo) => match place {
            Place::Form => &[DRAFT, "e", "u"],
            Place::Staged => &[DRAFT, "e", "u<tab>"],
            _ => &[DRAFT, "m", "u"],
        },
        // The period of the quota is chosen, a stage is taken away.
        (Place::Form, Command::Left) => &[DRAFT, "e", "8j<right>"],
        (Place::Form, Command::Right) => &[DRAFT, "e", "8j<left>"],
        (Place::Form, Command::Add | Command::Remove) => &[DRAFT, "e", "10j"],
        (Place::Form, _) => &[DRAFT, "e"],
        (Place::Staged, _) => &[DRAFT, "e", "<tab>"],
        (Place::Patch, _) => &[DRAFT, "p"],
        (Place::Review, _) => &[DRAFT, "v"],
        (Place::ChangeReview, _) => &["D"],
        (Place::BulkReview, _) => &[DRAFT, "V", "G"],
        (Place::Limits, Command::Left) => &[DRAFT, "m", "l"],
        (Place::Limits, Command::Remove) => &[DRAFT, "m", "jj"],
        (Place::Limits, _) => &[DRAFT, "m"],
        (Place::Usage, _) => &[DRAFT, "U"],
        (Place::Keys, _) => &[DRAFT, "A"],
        (Place::Exhaustion, Command::ReadRest) => &["W"],
        (Place::Exhaustion, _) => &["W", "a"],
        (Place::Extension, _) => &[DRAFT, "U", "x", "+10<enter>"],
        (Place::Findings, _) => &["F"],
        (Place::History, _) => &[DRAFT, "v", "<ctrl-s>y", "H"],
        (Place::Queue, _) => &[TWO, "Q"],
        (Place::Requests, _) => &["L"],
        (Place::Identity, _) => &["I"],
        (Place::Help, _) => &["?"],
        (Place::Text, _) => &[":plain-text<enter>"],
        (Place::Picker, Command::ShowText) => &["y"],
        (Place::Picker, Command::MarkKey) => &[DRAFT, "A", "a"],
        (Place::Picker, Command::Up) => &["s", "<down>"],
        (Place::Picker, Command::PageUp) => &["s", "<page-down>"],
        (Place::Picker, _) => &["s"],
        (Place::TweakLine, Command::Earlier) => &[DRAFT, "<space>", "T", "rate x2<enter>", "T"],
        (Place::TweakLine, Command::Later) => {
            &[DRAFT, "<space>", "T", "rate x2<enter>", "T", "<up>"]
        }
        (Place::TweakLine, Command::Complete) => &[DRAFT, "<space>", "T", "ra"],
        (Place::TweakLine, Command::PageDown) => &["*", "T", "rate x2"],
        (Place::TweakLine, Command::PageUp) => &["*", "T", "rate x2", "<page-down>"],
        (Place::TweakLine, _) => &[DRAFT, "<space>", "T", "rate x2"],
        (Place::CommandLine, Command::Up) => &[":top<enter>:"],
        (Place::CommandLine, Command::Down) => &[":top<enter>:<up>"],
        (Place::CommandLine, Command::Accept) => &[":limits"],
        (Place::CommandLine, _) => &[":re"],
        (Place::Typing, Command::NextField | Command::PreviousField) => &[DRAFT, "e", "j<enter>"],
        (Place::Typing, _) => &["/gold"],
        (Place::Confirm, _) => &[DRAFT, "X"],
    };
    way.to_vec()
}

/// What follows from the key outside of what is drawn: what is read again may be the same.
fn is_quiet(command: Command, effect: &Effect) -> bool {
    match command {
        Command::Suspend => *effect == Effect::Suspend,
        Command::Redraw => *effect == Effect::Redraw,
        Command::Refresh => matches!(effect, Effect::Ask(..) | Effect::ReadHistory(_)),
        _ => false,
    }
}

/// A key as [`Session::press`] takes it.
fn typed(key: &str) -> String {
    match key {
        "<" => "<less>".to_owned(),
        key if key.chars().count() == 1 => key.to_owned(),
        key => format!("<{key}>"),
    }
}

/// A dashboard in that place, and whether it got there.
async fn in_place(place: Place, command: Command) -> (Session, bool) {
    let mut session = match place {
        // What is sent there waits for its turn.
        Place::Queue => Session::paced(120, 40, Duration::from_secs(20)).await,
        _ => Session::start(120, 40).await,
    };
    for keys in way_to(place, command) {
        session.press(keys);
        session.resolve_now().await;
    }
    let there = session.app.stack.place();
    let wanted = match place {
        Place::Everywhere => Place::List,
        place => place,
    };
    (session, there == wanted)
}

#[tokio::test]
async fn every_command_is_pressed_in_each_of_its_places_and_something_follows() {
    let keymap = Keymap::shipped().unwrap();
    let mut failed = Vec::new();
    for place in keymap.places() {
        for binding in keymap.bindings(place) {
            let command = binding.command;
            // What has no key is typed by its name.
            let keys = match binding.keys.first() {
                Some(key) => typed(&key.to_string()),
                None => format!(":{}<enter>", command.name()),
            };
            let (mut session, is_there) = in_place(place, command).await;
            let before = (session.screen(), session.cursor());
            let saved = session.saved.len() + session.copied.len() + session.edited.len();
            session.press(&keys);
            let mut follows = session.wanted().any(|effect| is_quiet(command, effect));
            session.resolve_now().await;
            follows |= session.quit;
            follows |= session.saved.len() + session.copied.len() + session.edited.len() > saved;
            follows |= session.app.core.notice.is_some();
            let after = (session.screen(), session.cursor());
            if !is_there || !(follows || after != before) {
                let name = command.name();
                let what = if is_there {
                    "nothing follows from"
                } else {
                    "no way to"
                };
                failed.push(format!("{what} {name} ({keys}) in {place:?}:\n{}", after.0));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[tokio::test]
async fn every_key_reaches_its_command_in_its_place() {
    let keymap = Keymap::shipped().unwrap();
    let mut count = 0;
    for place in keymap.places() {
        for binding in keymap.bindings(place) {
            for key in &binding.keys {
                let event = Session::event(&typed(&key.to_string()));
                let reached = keymap.command(place, event);
                assert_eq!(reached, Some(binding.command), "{key} in {place:?}");
                count += 1;
            }
        }
    }
    assert!(count > 240, "{count}");
}

#[tokio::test]
async fn every_command_is_found_by_its_name_on_the_command_line() {
    let mut session = Session::start(120, 40).await;
    let keymap = Keymap::shipped().unwrap();
    for command in Command::ALL {
        let has_place = keymap.places_of(*command).next().is_some();
        assert!(
            has_place,
            "{} has no place in assets/keymap.toml",
            command.name()
        );
        session.keys(&format!(":{}", command.name())).await;
        let Some(Prompt::Palette(palette)) = &session.app.stack.prompt else {
            panic!("the command line is open");
        };
        let selected = palette.selected().unwrap();
        assert_eq!(selected.name, command.name());
        assert_eq!(selected.help, command.help());
        session.app.stack.prompt = None;
    }
}
