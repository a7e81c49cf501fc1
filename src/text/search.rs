//! Words that somebody types to find a thing by the texts it is known by: the one matching
//! of filters, pickers and the command line.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use memchr::memmem::Finder;
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str, chars};
use unicode_segmentation::UnicodeSegmentation;

/// The least score for each letter of a word whose letters stand scattered: at about 16 the
/// gaps between them cost what the starts of words among them bring (`nucleo_matcher`).
/// `slvr` for `silver` has 19, `pge` for `petstore-gold-eu` 21.
const LEAST_SCATTERED: usize = 18;

/// The kind of a fit, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The letters stand in the name in this order, with others between them.
    Scattered,
    /// The word does not stand in the name, but in what belongs to it.
    Beside,
    /// It stands within a word of the name.
    Inside,
    /// A word of the name begins with it.
    WordStart,
    /// The name begins with it.
    Start,
    /// It is the name.
    Whole,
    /// It is the identifier.
    Id,
}

/// A fit of a thing with what was typed; the greater, the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fit {
    /// The kind.
    pub kind: Kind,
    /// The fit among those of its kind.
    pub score: u32,
}

/// The texts that a thing is known by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Texts<'a> {
    /// Its name: words fit it as they stand, and with their letters scattered.
    pub name: &'a str,
    /// Its identifier, where it has one: words fit it as they stand.
    pub id: &'a str,
    /// All else that it is found by, as [`folded`] gives it: words without an anchor fit it
    /// as they stand. It is long enough for the letters of nearly any word to be scattered
    /// in it.
    pub beside: &'a str,
}

/// The part of a text that a word has to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    None,
    Start,
    End,
    Both,
}

/// A word of what was typed.
#[derive(Clone, Debug)]
struct Word {
    /// True where what fits it is left out.
    is_not: bool,
    anchor: Anchor,
    /// The word as it stands.
    together: Atom,
    /// The word with its letters scattered, where that counts.
    scattered: Option<Atom>,
    /// The word for what is beside the name.
    beside: Finder<'static>,
    /// The number of its letters.
    letters: usize,
}

/// What was typed to find something, in the manner of fzf.
///
/// Words are parted by spaces, and all have to fit: `gold` as it stands or with its letters
/// scattered, `'gold` as it stands, `^gold` where a name begins with it, `gold$` where one
/// ends with it, `^gold$` where it is the whole; with `!` in front of any of them, what does
/// not fit: `!gold` as it stands, `!^gold`, `!gold$`. A backslash takes the meaning of a
/// space or a sign away. A word in small letters fits capitals too, one without accents fits
/// letters with them. Composed and decomposed letters (NFC and NFD) are the same.
#[derive(Clone, Debug, Default)]
pub struct Search {
    words: Vec<Word>,
    /// All of the text as one word, where it has several and no signs: a name may have spaces.
    whole: Option<Word>,
    /// The text, which may be an identifier.
    text: String,
}

/// The memory that searching works in, kept from one text to the next.
#[derive(Debug)]
pub struct Searcher {
    matcher: Matcher,
    letters: Vec<char>,
    of_id: Vec<char>,
    places: Vec<u32>,
}

impl Default for Searcher {
    fn default() -> Self {
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            letters: Vec::new(),
            of_id: Vec::new(),
            places: Vec::new(),
        }
    }
}

/// A text with its letters composed (NFC).
#[must_use]
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// A text in composed small letters without the accents that Latin letters have.
#[must_use]
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let small = composed(text).to_lowercase();
    small.chars().map(chars::normalize).collect()
}

/// The letters of a text, one for each grapheme, so that their places are those of the
/// text as it is shown.
fn letters<'a>(text: &'a str, room: &'a mut Vec<char>) -> Utf32Str<'a> {
    if text.is_ascii() {
        return Utf32Str::Ascii(text.as_bytes());
    }
    room.clear();
    let composed = composed(text);
    room.extend(
        composed
            .graphemes(true)
            .filter_map(|one| one.chars().next()),
    );
    Utf32Str::Unicode(room)
}

impl Search {
    /// What a text asks for.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = composed(text.trim());
        let words: Vec<Word> = parted(&text)
            .iter()
            .filter_map(|w| Word::parse(w))
            .collect();
        let is_plain = words.iter().all(Word::is_plain);
        let whole = (words.len() > 1 && is_plain).then(|| Word::plain(&text));
        Self {
            words,
            whole,
            text: text.into_owned(),
        }
    }

    /// Returns true where everything fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Returns true where some things fit better than others: something is wanted, and not
    /// only unwanted.
    #[must_use]
    pub fn ranks(&self) -> bool {
        self.words.iter().any(|word| !word.is_not)
    }

    /// The fit of a thing; `None` where it does not fit.
    #[must_use]
    pub fn fit(&self, texts: &Texts<'_>, searcher: &mut Searcher) -> Option<Fit> {
        let mut fit = Fit {
            kind: Kind::Whole,
            score: 0,
        };
        for word in &self.words {
            match (word.fit(texts, searcher), word.is_not) {
                (Some(_), true) | (None, false) => return None,
                (None, true) => {}
                (Some(one), false) => {
                    fit.kind = fit.kind.min(one.kind);
                    fit.score += one.score;
                }
            }
        }
        if !texts.id.is_empty() && texts.id == self.text {
            fit.kind = Kind::Id;
        } else if let Some(whole) = &self.whole
            && fit.kind >= Kind::Inside
            && let Some(one) = whole.fit(texts, searcher)
        {
            fit.kind = fit.kind.max(one.kind);
        }
        Some(fit)
    }

    /// The places of the letters of a name that fit, by graphemes, in their order.
    #[must_use]
    pub fn places(&self, name: &str, searcher: &mut Searcher) -> Vec<usize> {
        let mut places = Vec::new();
        for word in self.words.iter().filter(|word| !word.is_not) {
            let Searcher {
                matcher,
                letters: room,
                places: of_word,
                ..
            } = searcher;
            of_word.clear();
            if word
                .fit_name(letters(name, room), matcher, of_word)
                .is_some()
            {
                places.extend(of_word.iter().map(|place| *place as usize));
            }
        }
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// The words of a text: parted by white space that has no backslash in front.
fn parted(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_escaped = false;
    for letter in text.chars() {
        if letter.is_whitespace() && !is_escaped {
            words.push(String::new());
        } else if let Some(word) = words.last_mut() {
            if letter.is_whitespace() {
                // The backslash before it has done its work.
                word.pop();
            }
            word.push(letter);
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    words.retain(|word| !word.is_empty());
    words
}

impl Word {
    /// A word with its signs; `None` where it has signs alone, as while one is being typed.
    fn parse(text: &str) -> Option<Self> {
        let (is_not, text) = sign(text, '!');
        let (is_start, text) = sign(text, '^');
        let (is_quoted, text) = if is_start {
            (false, text)
        } else {
            sign(text, '\'')
        };
        let text = match text.strip_prefix('\\') {
            Some(rest) if rest.starts_with(['!', '^', '\'']) => rest,
            _ => text,
        };
        let mut word = text.to_owned();
        let is_end = word.ends_with('$');
        if is_end {
            word.pop();
        }
        let is_end = is_end && !word.ends_with('\\');
        if text.ends_with("\\$") {
            word.pop();
            word.push('$');
        }
        if word.is_empty() {
            return None;
        }
        let anchor = match (is_start, is_end) {
            (false, false) => Anchor::None,
            (true, false) => Anchor::Start,
            (false, true) => Anchor::End,
            (true, true) => Anchor::Both,
        };
        let is_scattered = anchor == Anchor::None && !is_quoted && !is_not;
        Some(Self::new(&word, anchor, is_not, is_scattered))
    }

    /// A text as one word, as it stands.
    fn plain(text: &str) -> Self {
        Self::new(text, Anchor::None, false, false)
    }

    fn new(text: &str, anchor: Anchor, is_not: bool, is_scattered: bool) -> Self {
        let kind = match anchor {
            Anchor::None => AtomKind::Substring,
            Anchor::Start => AtomKind::Prefix,
            Anchor::End => AtomKind::Postfix,
            Anchor::Both => AtomKind::Exact,
        };
        let (case, accents) = (CaseMatching::Smart, Normalization::Smart);
        let atom = |kind| Atom::new(text, case, accents, kind, false);
        let together = atom(kind);
        Self {
            is_not,
            anchor,
            letters: together.needle_text().len(),
            together,
            // One letter is never scattered.
            scattered: is_scattered.then(|| atom(AtomKind::Fuzzy)),
            beside: Finder::new(folded(text).as_bytes()).into_owned(),
        }
    }

    /// True for a word without signs.
    fn is_plain(&self) -> bool {
        self.scattered.is_some()
    }

    fn fit(&self, texts: &Texts<'_>, searcher: &mut Searcher) -> Option<Fit> {
        let Searcher {
            matcher,
            letters: room,
            of_id,
            places,
        } = searcher;
        places.clear();
        let by_name = self.fit_name(letters(texts.name, room), matcher, places);
        if by_name.is_some_and(|fit| fit.kind > Kind::Beside) {
            return by_name;
        }
        places.clear();
        let by_id = self.fit_together(letters(texts.id, of_id), matcher, places);
        let is_beside =
            self.anchor == Anchor::None && self.beside.find(texts.beside.as_bytes()).is_some();
        let beside = is_beside.then_some(Fit {
            kind: Kind::Beside,
            score: 0,
        });
        by_name.max(by_id).max(beside)
    }

    /// The fit with a name, as it stands or scattered, and where its letters are.
    fn fit_name(
        &self,
        name: Utf32Str<'_>,
        matcher: &mut Matcher,
        places: &mut Vec<u32>,
    ) -> Option<Fit> {
        if let Some(fit) = self.fit_together(name, matcher, places) {
            return Some(fit);
        }
        let score = self.scattered.as_ref()?.indices(name, matcher, places)?;
        let is_enough = usize::from(score) >= LEAST_SCATTERED * self.letters;
        is_enough.then_some(Fit {
            kind: Kind::Scattered,
            score: score.into(),
        })
    }

    fn fit_together(
        &self,
        text: Utf32Str<'_>,
        matcher: &mut Matcher,
        places: &mut Vec<u32>,
    ) -> Option<Fit> {
        self.together.indices(text, matcher, places)?;
        let first = *places.first()?;
        let kind = if first == 0 && self.letters == text.len() {
            Kind::Whole
        } else if first == 0 {
            Kind::Start
        } else if begins_word(text.get(first - 1), text.get(first)) {
            Kind::WordStart
        } else {
            Kind::Inside
        };
        Some(Fit { kind, score: 0 })
    }
}

/// A sign in front of a word, and the rest.
fn sign(text: &str, sign: char) -> (bool, &str) {
    text.strip_prefix(sign)
        .map_or((false, text), |rest| (true, rest))
}

/// True where a letter begins a word after another: `gold-eu`, `goldEu`, `gold2`.
fn begins_word(before: char, letter: char) -> bool {
    !before.is_alphanumeric()
        || (before.is_lowercase() && letter.is_uppercase())
        || (!before.is_numeric() && letter.is_numeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Kind::{Beside, Id, Inside, Scattered, Start, Whole, WordStart};

    fn kind(typed: &str, name: &str) -> Option<Kind> {
        let texts = Texts {
            name,
            id: "x9y8z7",
            beside: "for cafe owners\nteam=payments",
        };
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
        assert_eq!(kind("CAFE", "gold"), Some(Beside));
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
}
