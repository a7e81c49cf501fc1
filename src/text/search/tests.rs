//! Tests of the search.

use super::*;
use Kind::{Beside, Id, Inside, Scattered, Start, Whole, WordStart};

fn kind(typed: &str, name: &str) -> Option<Kind> {
    let texts = Texts::new(name, "x9y8z7", "for Zürich only\nteam=Payments");
    let fit = Search::parse(typed).fit(&texts, &mut Searcher::default());
    fit.map(|fit| fit.kind)
}

#[test]
fn signs_mean_what_they_mean_in_fzf() {
    for (typed, name, wanted) in [
        ("gold", "petstore-gold", Some(WordStart)),
        ("gold", "marigold", Some(Inside)),
        ("gold", "Gold eu", Some(Start)),
        ("gold", "gold", Some(Whole)),
        ("gld", "gold", Some(Scattered)),
        ("'gld", "gold", None),
        ("gold$", "petstore-gold", Some(WordStart)),
        ("gold$", "petstore-gold-eu", None),
        ("gold$", "gold", Some(Whole)),
        ("^gold", "gold-eu", Some(Start)),
        ("^gold", "petstore-gold", None),
        ("^gold$", "gold", Some(Whole)),
        ("^gold$", "gold-eu", None),
        ("!gold", "petstore-gold", None),
        ("!gold", "silver", Some(Whole)),
        ("!gold", "g-o-l-d", Some(Whole)),
        ("!^gold", "gold-eu", None),
        ("!^gold", "petstore-gold", Some(Whole)),
        ("!gold$", "petstore-gold", None),
        ("!gold$", "gold-eu", Some(Whole)),
        ("gold !eu", "gold-eu", None),
        ("gold !eu", "gold-us", Some(Start)),
        ("\\!gold", "x!gold", Some(Inside)),
        ("gold\\$", "gold$", Some(Whole)),
        ("gold\\ eu", "gold eu", Some(Whole)),
        ("gold\\ eu", "gold-eu", None),
        ("!", "gold", Some(Whole)),
        ("^", "gold", Some(Whole)),
        ("$", "gold", Some(Whole)),
        ("Gold", "gold", None),
        ("Gold", "Gold", Some(Whole)),
    ] {
        assert_eq!(kind(typed, name), wanted, "{typed} in {name}");
    }
}

#[test]
fn several_words_all_fit_and_a_name_with_spaces_is_whole() {
    assert_eq!(kind("gold eu", "gold eu"), Some(Whole));
    assert_eq!(kind("gold eu", "gold eu 2"), Some(Start));
    assert_eq!(kind("eu gold", "gold eu"), Some(WordStart));
    assert_eq!(kind("gold us", "gold eu"), None);
    assert_eq!(kind("gold payments", "gold eu"), Some(Beside));
}

#[test]
fn identifiers_win_and_what_is_beside_comes_after_names() {
    assert_eq!(kind("x9y8z7", "gold"), Some(Id));
    assert_eq!(kind("x9y", "gold"), Some(Start));
    assert_eq!(kind("payments", "gold"), Some(Beside));
    assert_eq!(kind("zurich", "gold"), Some(Beside));
    assert_eq!(
        kind("payments$", "gold"),
        None,
        "anchors are those of names"
    );
    assert_eq!(kind("!payments", "gold"), None);
}

#[test]
fn letters_far_apart_do_not_fit() {
    for (typed, name) in [
        ("silver", "standard-internal-reliable-over"),
        ("gold", "a-big-one-with-a-long-odd-tail-d"),
        ("od", "gold"),
    ] {
        assert_eq!(kind(typed, name), None, "{typed} in {name}");
    }
    for (typed, name) in [
        ("slvr", "silver"),
        ("pge", "petstore-gold-eu"),
        ("gdeu", "Gold eu"),
    ] {
        assert_eq!(kind(typed, name), Some(Scattered), "{typed} in {name}");
    }
}

#[test]
fn composed_and_decomposed_letters_are_the_same() {
    let (nfc, nfd) = ("caf\u{e9}-gold", "cafe\u{301}-gold");
    for name in [nfc, nfd] {
        for typed in ["caf\u{e9}", "cafe\u{301}", "cafe"] {
            assert_eq!(kind(typed, name), Some(Start), "{typed:?} in {name:?}");
        }
        assert_eq!(kind(nfc, name), Some(Whole));
        assert_eq!(kind(nfd, name), Some(Whole));
    }
    assert_eq!(
        kind("caf\u{e9}", "cafe"),
        None,
        "an accent that was typed is meant"
    );
    // Korean syllables, which are three letters where they are decomposed.
    let (nfc, nfd) = ("\u{ac01}", "\u{1100}\u{1161}\u{11a8}");
    assert_eq!(kind(nfc, nfd), Some(Whole));
    assert_eq!(kind(nfd, nfc), Some(Whole));
}

#[test]
fn places_are_those_of_the_letters_as_shown() {
    let places = |typed, name| Search::parse(typed).places(name, &mut Searcher::default());
    assert_eq!(places("gold", "my gold"), [3, 4, 5, 6]);
    assert_eq!(places("gold", "cafe\u{301}-gold"), [5, 6, 7, 8]);
    assert_eq!(places("pge", "petstore-gold-eu"), [0, 9, 14]);
    assert_eq!(places("eu gold !us", "gold eu"), [0, 1, 2, 3, 5, 6]);
    assert_eq!(places("payments", "gold"), [] as [usize; 0]);
}
