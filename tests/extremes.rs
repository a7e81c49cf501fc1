//! Plans at the extremes: thousands of stages, and texts that hide or never end. A key is
//! answered about as fast as on any other, and the screen has what can be seen.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "extremes/dashboard.rs"]
mod dashboard;

use std::time::Duration;

use crossterm::event::KeyCode::{
    self, Backspace, Char, Down, End, Enter, Home, Left, PageUp, Right, Tab, Up,
};
use dashboard::{Dashboard, Drafted};
use plangate::plan::Settings;
use plangate::plan::showable::{SIGN, is_clean};

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

#[test]
#[ignore = "takes minutes in a build for debugging"]
fn a_text_that_hides_or_never_ends_costs_what_is_seen_of_it() {
    let hidden = "\u{202e}\u{2028}\u{ad}\u{61c}\u{180e}\u{fffb}\u{e0061}\u{fe0f}\u{200b}\u{1b}[2J";
    let emoji = "\u{1f469}\u{200d}\u{1f4bb}";
    let texts = [
        format!("{emoji} gold{hidden}"),
        format!("go{}ld", "\u{301}".repeat(50_000)),
        "x".repeat(2_000_000),
        "\u{5957}".repeat(100_000),
        "line\n".repeat(50_000),
    ];
    for text in texts {
        let settings = Settings {
            name: text.clone(),
            description: text.clone(),
            tags: [("tag".to_owned(), text.clone())].into_iter().collect(),
            ..Settings::default()
        };
        let begins: String = text.chars().take(20).collect();
        for way in [&[][..], &[Tab], &[Char('e')]] {
            let mut dashboard = Dashboard::of(settings.clone());
            for key in way {
                dashboard.press(*key);
            }
            let took = dashboard.slowest(&[Down, Up]);
            assert!(
                took < Duration::from_secs(3),
                "{begins:?} {way:?}: {took:?}"
            );
            for cell in dashboard.cells() {
                assert!(is_clean(cell), "{begins:?} {way:?}: {cell:?}");
                assert!(
                    cell.chars().count() <= 40,
                    "{begins:?} {way:?}: {}",
                    cell.len()
                );
            }
            let shown: String = dashboard.cells().collect();
            let is_marked = text.is_ascii() || text.starts_with('\u{5957}') || shown.contains(SIGN);
            assert!(is_marked, "{begins:?} {way:?}");
            if way == [Tab] && text.len() > 200_000 {
                dashboard.press(End);
                let shown: String = dashboard.cells().collect();
                // The words may stand in two lines.
                assert!(shown.contains("... ") && shown.contains(" more"), "{shown}");
            }
            if way.is_empty() && text.starts_with(emoji) {
                assert!(shown.contains(emoji));
            }
        }
    }
}

/// `cargo test --test extremes -- --ignored --nocapture` prints what typing takes, which
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
