//! Tests of the key map.

use crossterm::event::{KeyCode, KeyModifiers};
use proptest::prelude::*;

use super::*;

fn shipped() -> Keymap {
    Keymap::shipped().unwrap()
}

fn with(text: &str) -> Keymap {
    shipped().with("keymap.toml", text).unwrap()
}

/// What is said of a key map that cannot be used.
fn fault(text: &str) -> String {
    let fault = shipped().with("keymap.toml", text).unwrap_err().to_string();
    fault.strip_prefix("keymap.toml:").unwrap().to_owned()
}

fn press(key: char) -> KeyEvent {
    KeyEvent::from(KeyCode::Char(key))
}

#[test]
fn the_shipped_key_map_has_every_command() {
    let keymap = shipped();
    let bound = keymap.places().flat_map(|p| keymap.bindings(p));
    let bound: Vec<Command> = bound.map(|b| b.command).collect();
    for command in Command::ALL {
        assert!(bound.contains(command), "{} is nowhere", command.name());
    }
}

#[test]
fn names_are_found_again() {
    for command in Command::ALL {
        assert_eq!(Command::named(command.name()), Some(*command));
    }
    let keymap = shipped();
    for binding in keymap.places().flat_map(|place| keymap.bindings(place)) {
        for key in &binding.keys {
            assert_eq!(Key::parse(&key.to_string()), Ok(*key));
        }
    }
    // Every page is closed with q; the list is quit with it.
    let q = Key::parse("q").unwrap();
    for place in Place::ALL.into_iter().filter(|place| place.falls_back()) {
        let is_base = matches!(place, Place::Everywhere | Place::List | Place::Detail);
        let wanted = if is_base {
            Command::Quit
        } else {
            Command::Close
        };
        assert_eq!(keymap.meaning(place, q), Some(wanted), "{place:?}");
    }
    // None is missing among all places.
    assert!(keymap.places().eq(Place::ALL));
}

#[test]
fn a_place_that_takes_text_leaves_letters_alone() {
    let keymap = shipped();
    assert_eq!(keymap.command(Place::List, press('q')), Some(Command::Quit));
    assert_eq!(keymap.command(Place::Typing, press('q')), None);
    let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(keymap.command(Place::Typing, ctrl_c), Some(Command::Quit));
}

#[test]
fn a_line_of_the_operator_replaces_the_keys_of_its_command_in_its_place() {
    let keymap = with("[list]\nedit = [\"E\", \"f4\"]\nreview = []\n");
    assert_eq!(keymap.command(Place::List, press('e')), None);
    assert_eq!(keymap.command(Place::List, press('E')), Some(Command::Edit));
    assert_eq!(keymap.command(Place::List, press('v')), None);
    // Other places keep theirs.
    assert_eq!(
        keymap.command(Place::Detail, press('e')),
        Some(Command::Edit)
    );
    assert_eq!(keymap.label(Place::List, Command::Edit), "E");
    // What has no key here has one elsewhere.
    assert_eq!(keymap.label(Place::List, Command::Review), "v");
    let lines: Vec<_> = keymap.bindings(Place::List).iter().collect();
    let edit = lines.iter().find(|b| b.command == Command::Edit).unwrap();
    assert_eq!(edit.line, Some(2));
}

#[test]
fn keys_may_change_places_with_each_other() {
    let keymap = with("[list]\nrate = [\"b\"]\nburst = [\"r\"]\n");
    assert_eq!(keymap.command(Place::List, press('b')), Some(Command::Rate));
    assert_eq!(
        keymap.command(Place::List, press('r')),
        Some(Command::Burst)
    );
}

#[test]
fn a_label_is_a_key_that_works() {
    // q closes the page of usage: quit has its other key there.
    let keymap = with("");
    assert_eq!(keymap.label(Place::Usage, Command::Close), "q");
    assert_eq!(keymap.label(Place::Usage, Command::Quit), "ctrl-c");
    // A place may need q for itself, as ever; esc still leads out of it.
    let keymap = with("[usage]\nextend = [\"q\"]\n");
    assert_eq!(keymap.label(Place::Usage, Command::Extend), "q");
    assert_eq!(keymap.keys(Place::Usage, Command::Close), []);
    assert_eq!(keymap.label(Place::Usage, Command::Quit), "ctrl-c");
    assert_eq!(keymap.label(Place::List, Command::Quit), "q");
    let unbound = with("[everywhere]\nqueue = []\n");
    assert_eq!(unbound.label(Place::List, Command::Queue), ":queue");
}

#[test]
fn sentences_take_their_keys_from_the_key_map() {
    let sentence = "not connected: <refresh> tries again; 1 < 2 <b> <";
    let fill = |keymap: &Keymap| keymap.fill(Place::List, sentence);
    assert_eq!(
        fill(&shipped()),
        "not connected: R tries again; 1 < 2 <b> <"
    );
    assert_eq!(
        fill(&with("[list]\nrefresh = [\"f5\"]\n")),
        "not connected: f5 tries again; 1 < 2 <b> <"
    );
}

#[test]
fn what_is_wrong_with_a_key_map_is_named_with_its_place() {
    for (text, said) in [
        (
            "[list]\nedit = [\"e\"]\nopen = [\"e\"]",
            "2:9: \"e\" would mean both edit and open (line 3), in [list]; give open another \
             key there, or none: open = []",
        ),
        (
            "[list]\nedit = [\"v\"]",
            "2:9: \"v\" would mean both edit and review, as plangate ships it, in [list]; give \
             review another key there, or none: review = []",
        ),
        (
            "[list]\nedit = [\"hyper-e\"]",
            "2:9: \"hyper-e\" is not a key; a key is a character",
        ),
        (
            "[list]\nedit = [\"x\", \"ctrl-pagedown\"]",
            "2:14: \"ctrl-pagedown\" is not a key; did you mean ctrl-page-down?",
        ),
        (
            "[list]\nedit = [\"Esc\"]",
            "2:9: \"Esc\" is not a key; did you mean esc?",
        ),
        (
            "[list]\nedit = [\"ctrl-i\"]",
            "2:9: terminals send tab for \"ctrl-i\"; write tab",
        ),
        (
            "[list]\nedit = [\"ctrl-E\"]",
            "2:9: terminals send ctrl-e for \"ctrl-E\"; write ctrl-e",
        ),
        (
            "[list]\nedit = [\"f13\"]",
            "2:9: \"f13\" is not a key; a key is a character",
        ),
        ("[list]\nedit = [\"\"]", "2:9: \"\" is not a key; a key is"),
        (
            "[list]\nedt = [\"x\"]",
            "2:1: \"edt\" is not a command; did you mean edit?",
        ),
        (
            "[list]\nfrobnicate = [\"x\"]",
            "2:1: \"frobnicate\" is not a command; plangate keymap names them all",
        ),
        (
            "# é\n[lst]\nedit = [\"x\"]",
            "2:2: [lst] is not a section; did you mean [list]?",
        ),
        (
            "[elsewhere-by-far]\n",
            "1:2: [elsewhere-by-far] is not a section; the sections are everywhere, list",
        ),
        (
            "list = 3\n",
            "1:1: list is not a section; write [list] above",
        ),
        (
            "[list]\nedit = \"x\"",
            "2:8: edit takes a list of keys, such as",
        ),
        ("[list]\nedit = [3]", "2:9: edit takes a list of keys"),
        (
            "[list]\nextend = [\"x\"]",
            "2:1: extend means nothing in [list]; it belongs to [usage], [extension]",
        ),
        (
            "[everywhere]\nedit = [\"f6\"]",
            "2:1: edit means nothing in [everywhere]; it belongs to [list], [detail]",
        ),
        (
            "[typing]\nhelp = [\"f1\"]",
            "2:1: help means nothing in [typing]; it belongs to [everywhere]",
        ),
        (
            "[typing]\naccept = [\"x\"]",
            "2:11: \"x\" is text in [typing]; give accept a key with ctrl- or alt-",
        ),
        (
            "[list]\nedit = [\"E\", \"E\"]",
            "2:14: \"E\" stands twice for edit",
        ),
        ("[list]\nedit = [\"x\"", "2:12: "),
        ("[list]\nedit = [\"x\"]\nedit = []", "3:1: duplicate key"),
    ] {
        let found = fault(text);
        assert!(found.starts_with(said), "{text}\n{found}\n{said}");
    }
}

#[test]
fn nobody_locks_themselves_in() {
    let left = "quit would have no key in";
    for (text, at) in [
        ("[everywhere]\nquit = []", "2:1: "),
        // Letters are text where text is typed.
        ("[everywhere]\nquit = [\"Z\"]", "2:1: "),
        ("[picker]\nchoose = [\"ctrl-c\"]", "2:1: "),
        ("[confirm]\nyes = [\"ctrl-c\", \"q\"]", "2:1: "),
    ] {
        let found = fault(text);
        assert!(
            found.starts_with(at) && found.contains(left),
            "{text}: {found}"
        );
    }
    let keymap = with("[everywhere]\nquit = [\"ctrl-x\"]");
    assert_eq!(keymap.label(Place::Typing, Command::Quit), "ctrl-x");
}

proptest! {
    #[test]
    fn any_text_is_a_key_map_or_has_a_fault_with_a_place(text in "(\\[(list|every|usage)\\w*\\]|edit|quit| = |\\[|\\]|\"e\"|\"|\n|,|\\PC){0,12}") {
        if let Err(fault) = shipped().with("keymap.toml", &text) {
            prop_assert!(fault.line >= 1 && fault.column >= 1);
        }
    }
}

#[test]
fn every_refusal_of_a_key_map_says_what_to_do() {
    for (text, next) in [
        ("[lits]\n", "did you mean [list]?"),
        ("[nowhere-near]\n", "the sections are "),
        ("list = 1\n", "write [list] above its keys"),
        ("[list]\nedti = [\"x\"]\n", "did you mean edit?"),
        (
            "[list]\nnothing-like-it = [\"x\"]\n",
            "plangate keymap names them all",
        ),
        ("[list]\nedit = \"x\"\n", "takes a list of keys, such as "),
        ("[list]\nedit = [\"pagedown\"]\n", "did you mean page-down?"),
        (
            "[list]\nedit = [\"strg-x\"]\n",
            "with ctrl- or alt- before it",
        ),
        ("[list]\nedit = [\"E\", \"E\"]\n", "leave one out"),
        (
            "[typing]\naccept = [\"x\"]\n",
            "give accept a key with ctrl- or alt-",
        ),
        ("[list]\nedit = [\"v\"]\n", "give review another key there"),
        ("[list]\nsend = [\"x\"]\n", "it belongs to [review]"),
        (
            "[everywhere]\nquit = []\n",
            "leave it one with ctrl- or alt-",
        ),
        ("[list\n", "expected "),
    ] {
        let refused = Keymap::of(Some(("own.toml", text)))
            .unwrap_err()
            .to_string();
        assert!(refused.starts_with("own.toml:"), "{refused}");
        assert!(refused.contains(next), "{text}: {refused}");
    }
}
