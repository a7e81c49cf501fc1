//! The filter of the list, and the same search in the pickers and the command line: what
//! fits, in which order, and what is lit.

use plangate::plan::{Call, Settings};
use plangate::ui::look::Look;
use ratatui::style::Modifier;

use crate::session::Session;

/// The names that the list shows, in its order.
fn shown(session: &Session) -> Vec<String> {
    let rows = session.app.core.plans.rows_shown();
    rows.map(|row| row.plan.settings.name.clone()).collect()
}

/// The name that is selected.
fn selected(session: &Session) -> String {
    let row = session.app.core.plans.selected();
    row.map_or_else(String::new, |row| row.plan.settings.name.clone())
}

/// The sample account with more plans.
async fn with_plans(names: &[&str]) -> Session {
    let mut session = Session::start(120, 40).await;
    for name in names {
        let settings = Settings {
            name: (*name).to_owned(),
            ..Settings::default()
        };
        let call = Call::Create(Box::new(settings));
        session.gateway.send(&call).await.unwrap();
    }
    session.keys("R").await;
    session
}

/// The letters that are lit, line by line.
fn lit(session: &mut Session) -> Vec<String> {
    let buffer = session.buffer();
    let of_row = |row| -> String {
        let cells = (0..buffer.area.width).filter_map(|column| buffer.cell((column, row)));
        let lit = cells.filter(|cell| cell.modifier.contains(Modifier::UNDERLINED));
        lit.map(ratatui::buffer::Cell::symbol).collect()
    };
    let rows = (0..buffer.area.height).map(of_row);
    rows.filter(|lit| !lit.is_empty()).collect()
}

/// Says whether a plan has to fit.
type Fits = fn(&str) -> bool;

#[tokio::test]
async fn signs_mean_what_they_mean_in_fzf() {
    let mut session = with_plans(&["gold", "gold-digger", "marigold"]).await;
    let all = {
        session.keys("<esc>").await;
        shown(&session)
    };
    let fits: [(&str, Fits); 7] = [
        ("gold$", |name| name.ends_with("gold")),
        ("^gold", |name| name.starts_with("gold")),
        ("^gold$", |name| name == "gold"),
        ("'gold", |name| name.contains("gold")),
        ("!^gold", |name| !name.starts_with("gold")),
        ("!gold$", |name| !name.ends_with("gold")),
        ("^petstore gold$", |name| {
            name.starts_with("petstore") && name.ends_with("gold")
        }),
    ];
    for (filter, fits) in fits {
        session.keys(&format!("/{filter}<enter>")).await;
        let mut found = shown(&session);
        let mut wanted: Vec<String> = all.iter().filter(|name| fits(name)).cloned().collect();
        assert!(!wanted.is_empty(), "{filter} tells nothing");
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{filter}");
    }
    // What `'gold` finds by any text of a plan, `!gold` leaves out.
    session.keys("/'gold<enter>").await;
    let with = shown(&session);
    session.keys("/!gold<enter>").await;
    let without = shown(&session);
    assert_eq!(with.len() + without.len(), all.len());
    assert!(without.iter().all(|name| !with.contains(name)));
}

#[tokio::test]
async fn the_best_match_stands_first_until_the_list_is_sorted() {
    let mut session = with_plans(&["marigold", "gold", "a-gold", "golden", "g-1-o-2-l-3-d"]).await;
    session.keys("/gold").await;
    session.shows("/gold · best match first");
    session.hides("NAME▲");
    let found = shown(&session);
    let at = |name: &str| found.iter().position(|one| one == name).unwrap();
    assert_eq!(at("gold"), 0);
    assert_eq!(at("golden"), 1);
    assert!(at("a-gold") < at("marigold"), "{found:?}");
    assert!(at("orders-gold") < at("marigold"), "{found:?}");
    assert_eq!(at("marigold"), at("g-1-o-2-l-3-d") - 1, "{found:?}");
    assert_eq!(selected(&session), "gold");
    // Whoever sorts gets what was sorted by.
    session.keys("<enter>srate<enter>").await;
    session.hides("best match first");
    session.shows("RATE/S▲");
    session.keys("/gold<enter>").await;
    session.shows("RATE/S▲");
    assert_ne!(shown(&session), found);
    // The order that the list has by itself is no choice for the next filter.
    session.keys("<esc>sname<enter>").await;
    session.keys("/gold<enter>").await;
    session.shows("best match first");
    // What only leaves out has no best.
    session.keys("/!gold<enter>").await;
    session.hides("best match first");
    session.shows("NAME▲");
}

#[tokio::test]
async fn each_letter_selects_the_first_row() {
    let mut session = with_plans(&["sil", "silver"]).await;
    session.keys("/").await;
    for (letter, name) in [
        ("s", None),
        ("i", Some("sil")),
        ("l", Some("sil")),
        ("v", Some("silver")),
    ] {
        session.keys(letter).await;
        let first = shown(&session).first().cloned().unwrap();
        assert_eq!(selected(&session), first);
        if let Some(name) = name {
            assert_eq!(first, name, "after {letter}");
        }
        // Another row is chosen; the next letter selects the first again.
        session.keys("<down>").await;
    }
    // Going back finds the plan that was selected before.
    session.keys("<esc>").await;
    assert_eq!(session.app.core.plans.shown(), session.app.core.plans.len());
}

#[tokio::test]
async fn letters_that_stand_far_apart_fit_nothing() {
    let mut session = with_plans(&["a-big-one-with-a-long-odd-tail-d", "petstore-gld"]).await;
    session.keys("/gold<enter>").await;
    let found = shown(&session);
    assert!(
        !found.iter().any(|name| name.starts_with("a-big")),
        "{found:?}"
    );
    session.keys("/pgld<enter>").await;
    assert!(shown(&session).contains(&"petstore-gld".to_owned()));
}

#[tokio::test]
async fn composed_and_decomposed_names_are_found_by_either() {
    let (nfc, nfd) = ("caf\u{e9}-one", "cafe\u{301}-two");
    let mut session = with_plans(&[nfc, nfd]).await;
    for typed in ["caf\u{e9}", "cafe\u{301}", "cafe"] {
        session.keys("/").await;
        // A terminal pastes both forms as they are.
        session.tell(plangate::app::message::Message::Paste(typed.to_owned()));
        session.keys("<enter>").await;
        let mut found = shown(&session);
        found.sort();
        assert_eq!(found, [nfd, nfc], "{typed:?}");
    }
}

#[tokio::test]
async fn letters_that_fit_are_lit_without_colour_too() {
    let mut session = Session::start(120, 40).await;
    for look in [Look::new(true, true), Look::new(false, false)] {
        session.look = look;
        session.keys("/gold").await;
        let count = session.app.core.plans.shown();
        assert_eq!(lit(&mut session), vec!["gold"; count]);
        session.keys("<esc>/pgold").await;
        assert!(lit(&mut session).contains(&"pgold".to_owned()));
        session.keys("<esc>").await;
        assert_eq!(lit(&mut session), [""; 0]);
        // In pickers and the command line as well.
        session.keys("sbur").await;
        assert_eq!(lit(&mut session), ["bur"]);
        session.keys("<esc>:usag").await;
        assert!(lit(&mut session).contains(&"usag".to_owned()));
        session.keys("<esc>").await;
    }
}
