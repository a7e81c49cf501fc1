//! A key on a plan with 5,000 stages is answered about as fast as one on a plan with 50.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "many_stages/dashboard.rs"]
mod dashboard;

use std::time::Duration;

use crossterm::event::KeyCode::{
    self, Backspace, Char, Down, End, Enter, Home, Left, PageUp, Right, Tab, Up,
};
use dashboard::{Dashboard, Drafted};

/// A page, the way to it, and the keys that are pressed there again and again.
type Page = (&'static str, &'static [KeyCode], &'static [KeyCode]);

const PAGES: &[Page] = &[
    ("list", &[], &[Down, Up]),
    ("detail", &[Tab], &[Down, End, Up, PageUp]),
    ("detail as JSON", &[Tab, Char('J')], &[Down, Up]),
    ("tweak", &[Char('r')], &[Char('7'), Backspace]),
    ("command line", &[Char(':')], &[Char('r'), Backspace]),
    ("form", &[Char('e')], &[Down, End, Up, Home]),
    ("staged", &[Char('e'), Tab], &[Down, End, Up]),
    ("review", &[Char('v')], &[Down, End, Up]),
    ("limits", &[Char('m')], &[Down, Right, Up, Left]),
    ("keys", &[Char('A')], &[Down, Up]),
    ("findings", &[Char('F')], &[Down, Up]),
    ("history", &[Char('H')], &[Down, Up]),
    ("queue", &[Char('Q')], &[Down, Up]),
];

/// How much longer a key may take on a hundred times as many stages, and how long it takes
/// anyway before that counts. What is made anew with each key takes fifty times as long.
const FACTOR: u32 = 10;
const ANYWAY: Duration = Duration::from_millis(25);

fn took(stages: usize, drafted: Drafted, (_, way, keys): &Page) -> Duration {
    let mut dashboard = Dashboard::new(stages, drafted);
    for key in *way {
        dashboard.press(*key);
    }
    dashboard.slowest(keys)
}

#[test]
fn a_key_is_answered_as_on_few() {
    for drafted in [Drafted::Nothing, Drafted::EveryStage] {
        for page in PAGES {
            let (few, many) = (took(50, drafted, page), took(5000, drafted, page));
            println!("{drafted:?} {}: {few:.2?} {many:.2?}", page.0);
            assert!(
                many <= few.max(ANYWAY) * FACTOR,
                "{}, {drafted:?} staged: {many:?} on 5,000 stages, {few:?} on 50",
                page.0
            );
        }
    }
}

/// `cargo test --test many_stages -- --ignored --nocapture` prints what typing takes, which
/// changes what is staged with each key.
#[test]
#[ignore = "measures"]
fn measured() {
    let typed: &[Page] = &[
        ("filter", &[Char('/')], &[Char('x'), Backspace]),
        ("form", &[Char('e'), Enter], &[Char('x'), Backspace]),
        ("patch", &[Char('p')], &[Char(' '), Backspace]),
        (
            "attach",
            &[Char('e'), End, Up, Enter],
            &[Char('x'), Backspace],
        ),
    ];
    for drafted in [Drafted::Nothing, Drafted::EveryStage] {
        for page in typed.iter().chain(PAGES) {
            let (few, many) = (took(50, drafted, page), took(5000, drafted, page));
            println!("{drafted:?} {}: {few:.2?} {many:.2?}", page.0);
        }
    }
}
