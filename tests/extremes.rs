//! Plans at the extremes: thousands of stages, and texts that hide or never end. Every page
//! shows what is in sight of them. What a key takes there is measured by
//! `cargo bench --bench dashboard`.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "extremes/dashboard.rs"]
mod dashboard;

use crossterm::event::KeyCode::{self, Char, Down, End, Home, Left, PageUp, Right, Tab, Up};
use dashboard::{Dashboard, Drafted};
use plangate::plan::Settings;
use plangate::text::showable::{SIGN, is_clean};

/// A page, the way to it, the keys that are pressed there, and what it shows then.
type Page = (
    &'static str,
    &'static [KeyCode],
    &'static [KeyCode],
    &'static str,
);

const PAGES: &[Page] = &[
    ("list", &[], &[Down, Up], "gold"),
    ("detail", &[Tab], &[Down, Up, PageUp, End], "API 499:stage9"),
    ("detail as JSON", &[Tab, Char('J')], &[Down, Up], "aaaaaa"),
    ("tweak", &[Char('r')], &[Char('7')], "rate limit 100 → 7"),
    ("form", &[Char('e')], &[End, Up, Home, Down], "gold"),
    ("staged", &[Char('e'), Tab], &[Down, Up], "Staged"),
    ("review", &[Char('v')], &[Down, Up], "gold"),
    ("limits", &[Char('m')], &[Right, Left, Down, Up], "/orders"),
    ("keys", &[Char('A')], &[Down, Up], "API key"),
    ("findings", &[Char('F')], &[Down, Up], "gold"),
    ("history", &[Char('H')], &[Down, Up], "History"),
    ("queue", &[Char('Q')], &[Down, Up], "queue"),
];

#[test]
fn every_page_of_a_plan_with_5_000_stages_shows_what_is_in_sight() {
    for drafted in [Drafted::Nothing, Drafted::EveryStage] {
        let mut dashboard = Dashboard::new(5000, drafted);
        for (page, way, keys, shows) in PAGES {
            for key in way.iter().chain(*keys) {
                dashboard.press(*key);
            }
            let screen = dashboard.screen();
            assert!(screen.contains(shows), "{page}, {drafted:?}:\n{screen}");
            for _ in 0..4 {
                dashboard.press(KeyCode::Esc);
            }
        }
    }
}

#[test]
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
            dashboard.press(Down);
            dashboard.press(Up);
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
