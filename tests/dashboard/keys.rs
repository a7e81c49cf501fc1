//! Keys that the operator changed, the command line, counts, and that every sentence
//! names the key that holds.

use plangate::app::keymap::{Keymap, Place};
use plangate::emulator::FaultKind;
use plangate::plan::{Op, PatchOperation};

use crate::session::Session;

/// A key map in which every letter of the shipped one takes alt with it.
fn with_alt() -> Keymap {
    let shipped = Keymap::shipped().unwrap();
    let mut text = String::new();
    for place in Place::ALL {
        text += &format!("[{}]\n", place.name());
        for binding in shipped.bindings(place) {
            let keys = binding.keys.iter().map(|key| {
                let name = key.to_string();
                let is_letter = name.chars().count() == 1 && name.chars().all(char::is_alphabetic);
                let alt = if is_letter { "alt-" } else { "" };
                format!("{:?}", format!("{alt}{name}"))
            });
            let keys: Vec<String> = keys.collect();
            text += &format!("{} = [{}]\n", binding.command.name(), keys.join(", "));
        }
    }
    Keymap::of(Some(("keymap.toml", &text))).unwrap()
}

/// The dashboard with that key map.
async fn remapped(columns: u16, rows: u16) -> Session {
    let mut session = Session::unanswered(columns, rows).await;
    session.app.keymap = with_alt();
    session.settle().await;
    session
}

#[tokio::test]
async fn the_keys_of_the_operator_hold_and_the_shipped_ones_do_not() {
    let mut session = remapped(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("e").await;
    session.hides("Staged: nothing");
    session.keys("<alt-e>").await;
    session.shows("Staged: nothing");
    // In a field, letters are text as ever.
    session.keys("<enter>eq<esc><esc>").await;
    session.shows("1 draft not sent");
}

#[tokio::test]
async fn sentences_name_the_key_that_holds() {
    let mut session = remapped(120, 40).await;
    session.find("w0mvrr").await;
    for (keys, sentence) in [
        (
            "<alt-v>",
            "alt-e edits it, alt-r, alt-b and alt-t change a number",
        ),
        ("<alt-r>150<enter>", "alt-v reviews it."),
        ("<alt-p><enter><esc>", "alt-p opens it again."),
        ("<alt-p><ctrl-u><backspace><esc>", "alt-p opens it again."),
        ("<alt-e>G", "Staged"),
        ("<alt-G>", "enter attaches an API stage"),
        (
            "<up>",
            "stage: alt-a adds a method throttle, alt-d detaches it.",
        ),
        (
            "<enter>",
            "alt-a adds a method throttle to this stage, alt-d detaches it",
        ),
        ("<esc><alt-n><esc>", "new (alt-n)"),
        ("/nothing-is-called-so", "esc shows all."),
        ("<esc><alt-X>", "alt-y yes  alt-n no"),
        ("<esc><alt-m>", "alt-R reads again."),
        ("/zzz<enter>", "alt-n and / widen it."),
    ] {
        session.keys(keys).await;
        session.shows(sentence);
    }
}

#[tokio::test]
async fn sentences_about_sending_name_the_key_that_holds() {
    let mut session = remapped(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("<alt-r>150<enter>").await;
    let theirs = PatchOperation::new(Op::Replace, "/throttle/rateLimit", "77");
    session.somebody_else("w0mvrr", vec![theirs]).await;
    session.keys("<alt-v><ctrl-s><alt-y>").await;
    session.shows("alt-t theirs, alt-m mine, alt-b base.");
    session.keys("<ctrl-s>").await;
    session.shows("settle the conflicts first: alt-t theirs");
}

#[tokio::test]
async fn a_failure_names_the_key_that_tries_again() {
    let mut session = Session::unanswered(120, 40).await;
    session.app.keymap = with_alt();
    session.next("GetUsagePlans", FaultKind::AccessDenied);
    session.settle().await;
    session.shows("alt-R tries again.");
}

#[tokio::test]
async fn the_help_page_and_the_hints_name_the_keys_that_hold() {
    let mut session = remapped(120, 40).await;
    session.shows("alt-e edit");
    session.keys("?<page-down>").await;
    session.shows("alt-v");
    session.hides("  v  ");
}
