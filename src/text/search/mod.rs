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

/// The texts that a thing is known by, in one piece: there may be 100,000 things.
#[derive(Clone, Debug)]
pub struct Texts {
    /// The name as it is; then name, identifier and all else folded, each in a line.
    text: Box<str>,
    /// The bytes at which the folded name, the identifier and the rest begin.
    folded: u32,
    id: u32,
    beside: u32,
}

impl Texts {
    /// The texts of a thing: its name, which words fit as they stand or with their letters
    /// scattered; its identifier, where it has one; and all else that it is found by, which
    /// is long enough for the letters of nearly any word to be scattered in it.
    #[must_use]
    pub fn new(name: &str, id: &str, beside: &str) -> Self {
        // What is that long is no name.
        let at = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let mut text = name.to_owned();
        let folded_at = at(&text);
        // One line each, so that no word fits across two of them.
        text.push_str(&folded(name).replace('\n', " "));
        text.push('\n');
        let id_at = at(&text);
        text.push_str(&folded(id).replace('\n', " "));
        text.push('\n');
        let beside_at = at(&text);
        text.push_str(&folded(beside));
        Self {
            text: text.into(),
            folded: folded_at,
            id: id_at,
            beside: beside_at,
        }
    }

    fn part(&self, from: u32, to: u32) -> &str {
        let part = self.text.get(from as usize..to as usize);
        part.unwrap_or_default()
    }

    fn name(&self) -> &str {
        self.part(0, self.folded)
    }

    fn folded_name(&self) -> &str {
        self.part(self.folded, self.id.saturating_sub(1))
    }

    fn folded_id(&self) -> &str {
        self.part(self.id, self.beside.saturating_sub(1))
    }

    /// All of them folded; without what is beside, where only what it is called counts.
    fn all(&self, is_named: bool) -> &str {
        let all = if is_named {
            self.text.get(self.folded as usize..self.beside as usize)
        } else {
            self.text.get(self.folded as usize..)
        };
        all.unwrap_or_default()
    }
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
    /// The word folded, and a finder of it.
    folded: Box<str>,
    finder: Finder<'static>,
    /// True where capitals or accents were typed, which are meant then.
    is_strict: bool,
    /// The word as it stands.
    together: Atom,
    /// The word with its letters scattered, where that counts.
    scattered: Option<Atom>,
    /// The number of its letters.
    letters: usize,
    /// True for one without signs.
    is_plain: bool,
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
    /// The text folded, which may be an identifier.
    folded: String,
}

/// The memory that searching works in, kept from one text to the next.
#[derive(Debug)]
pub struct Searcher {
    matcher: Matcher,
    letters: Vec<char>,
    places: Vec<u32>,
}

impl Default for Searcher {
    fn default() -> Self {
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            letters: Vec::new(),
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
    // Letter by letter: whether a sigma ends a word tells nothing of what is meant.
    let small = composed(text);
    let small = small.chars().flat_map(char::to_lowercase);
    small.map(chars::normalize).collect()
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
        let is_plain = words.iter().all(|word| word.is_plain);
        let whole = (words.len() > 1 && is_plain).then(|| Word::plain(&text));
        Self {
            words,
            whole,
            folded: folded(&text),
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
    pub fn fit(&self, texts: &Texts, searcher: &mut Searcher) -> Option<Fit> {
        self.fit_by(texts, false, searcher)
    }

    /// The same by its name and identifier alone.
    #[must_use]
    pub fn fit_named(&self, texts: &Texts, searcher: &mut Searcher) -> Option<Fit> {
        self.fit_by(texts, true, searcher)
    }

    fn fit_by(&self, texts: &Texts, is_named: bool, searcher: &mut Searcher) -> Option<Fit> {
        // An identifier that is the whole text is meant, whatever names have its letters.
        if !self.is_empty() && self.folded == texts.folded_id() {
            return Some(Fit {
                kind: Kind::Id,
                score: 0,
            });
        }
        let mut fit = Fit {
            kind: Kind::Whole,
            score: 0,
        };
        for word in &self.words {
            match (word.fit(texts, is_named, searcher), word.is_not) {
                (Some(_), true) | (None, false) => return None,
                (None, true) => {}
                (Some(one), false) => {
                    fit.kind = fit.kind.min(one.kind);
                    fit.score += one.score;
                }
            }
        }
        if fit.kind >= Kind::Inside
            && let Some(whole) = &self.whole
            && let Some(one) = whole.fit(texts, is_named, searcher)
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
            if word.places(name, searcher) {
                places.extend(searcher.places.iter().map(|place| *place as usize));
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
        let letters = together.needle_text().len();
        let folded = folded(text);
        Self {
            is_not,
            anchor,
            is_strict: folded != text,
            finder: Finder::new(folded.as_bytes()).into_owned(),
            folded: folded.into(),
            together,
            // One letter is never scattered.
            scattered: (is_scattered && letters > 1).then(|| atom(AtomKind::Fuzzy)),
            letters,
            is_plain: is_scattered,
        }
    }

    fn fit(&self, texts: &Texts, is_named: bool, searcher: &mut Searcher) -> Option<Fit> {
        let kind = if self.is_strict {
            self.fits_strictly(texts, is_named, searcher)
        } else {
            self.fits(texts, is_named)
        };
        match kind {
            Some(kind) => Some(Fit { kind, score: 0 }),
            None => self.fit_scattered(texts.name(), searcher),
        }
    }

    /// The fit of a word in small letters without accents, by the folded texts alone.
    fn fits(&self, texts: &Texts, is_named: bool) -> Option<Kind> {
        let (name, id) = (texts.folded_name(), texts.folded_id());
        let word = &*self.folded;
        match self.anchor {
            Anchor::None => {
                let all = texts.all(is_named);
                let at = self.finder.find(all.as_bytes())?;
                if at < name.len() {
                    return Some(self.kind_in(name, at));
                }
                let at_id = name.len() + 1;
                Some(match at.checked_sub(at_id) {
                    Some(0) if id.len() == word.len() => Kind::Whole,
                    Some(0) if !id.is_empty() => Kind::Start,
                    Some(at) if at < id.len() => Kind::Inside,
                    _ => Kind::Beside,
                })
            }
            Anchor::Both => (name == word || id == word).then_some(Kind::Whole),
            Anchor::Start => {
                let starts = |text: &str| text.starts_with(word);
                let is_whole = name == word || id == word;
                let kind = if is_whole { Kind::Whole } else { Kind::Start };
                (starts(name) || starts(id)).then_some(kind)
            }
            Anchor::End => {
                let of = |text: &str| {
                    let at = text.strip_suffix(word)?.len();
                    Some(self.kind_at(text, at))
                };
                of(name).max(of(id))
            }
        }
    }

    /// The best kind of a word in a name where it stands first at a byte.
    fn kind_in(&self, name: &str, first: usize) -> Kind {
        let first_kind = self.kind_at(name, first);
        if first_kind != Kind::Inside {
            return first_kind;
        }
        let rest = name.get(first..).unwrap_or_default();
        let places = self.finder.find_iter(rest.as_bytes());
        let kinds = places.map(|at| self.kind_at(name, first + at));
        kinds.max().unwrap_or(first_kind)
    }

    /// The kind of a word that stands at a byte of a text.
    fn kind_at(&self, text: &str, at: usize) -> Kind {
        if at == 0 {
            let is_whole = text.len() == self.folded.len();
            return if is_whole { Kind::Whole } else { Kind::Start };
        }
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let letter = text.get(at..).and_then(|text| text.chars().next());
        if before.zip(letter).is_none_or(|(b, l)| begins_word(b, l)) {
            Kind::WordStart
        } else {
            Kind::Inside
        }
    }

    /// The fit of a word with capitals or accents: what fits without regard to them, where
    /// the name has them too.
    fn fits_strictly(
        &self,
        texts: &Texts,
        is_named: bool,
        searcher: &mut Searcher,
    ) -> Option<Kind> {
        let kind = self.fits(texts, is_named)?;
        if kind == Kind::Beside {
            return Some(kind);
        }
        let Searcher {
            matcher,
            letters: room,
            ..
        } = searcher;
        let in_name = self.together.score(letters(texts.name(), room), matcher);
        if in_name.is_some() {
            return Some(kind);
        }
        let beside = texts.text.get(texts.beside as usize..).unwrap_or_default();
        let is_beside = self.anchor == Anchor::None
            && !is_named
            && self.finder.find(beside.as_bytes()).is_some();
        is_beside.then_some(Kind::Beside)
    }

    fn fit_scattered(&self, name: &str, searcher: &mut Searcher) -> Option<Fit> {
        let word = self.scattered.as_ref()?;
        let Searcher {
            matcher,
            letters: room,
            ..
        } = searcher;
        let score = word.score(letters(name, room), matcher)?;
        self.is_enough(score).then_some(Fit {
            kind: Kind::Scattered,
            score: score.into(),
        })
    }

    fn is_enough(&self, score: u16) -> bool {
        usize::from(score) >= LEAST_SCATTERED * self.letters
    }

    /// Adds the places of its letters in a name, as it stands there or scattered.
    fn places(&self, name: &str, searcher: &mut Searcher) -> bool {
        let Searcher {
            matcher,
            letters: room,
            places,
        } = searcher;
        let name = letters(name, room);
        places.clear();
        if self.together.indices(name, matcher, places).is_some() {
            return true;
        }
        places.clear();
        let score = self
            .scattered
            .as_ref()
            .and_then(|word| word.indices(name, matcher, places));
        score.is_some_and(|score| self.is_enough(score))
    }
}

/// A sign in front of a word, and the rest.
fn sign(text: &str, sign: char) -> (bool, &str) {
    text.strip_prefix(sign)
        .map_or((false, text), |rest| (true, rest))
}

/// True where a letter begins a word after another: `gold-eu`, `gold2`.
fn begins_word(before: char, letter: char) -> bool {
    !before.is_alphanumeric() || (!before.is_numeric() && letter.is_numeric())
}

#[cfg(test)]
mod tests;
