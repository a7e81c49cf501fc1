//! The words of a line: parted from each other, and read as what they stand for.

use std::borrow::Cow;
use std::ops::Range;

use super::fault::{Expected, LineFault, Parsed};
use crate::plan::model::human::{Amount, parse_count};
use crate::plan::{Count, MethodKey, Period, Rate, StageKey};

const PERIODS: [&str; 3] = ["day", "week", "month"];
/// The signs that may stand alone before the number that they belong to.
const SIGNS: [&str; 6] = ["x", "X", "*", "×", "+", "-"];

/// Returns true if a character parts words.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == ','
}

/// A word of the line, with its place.
#[derive(Clone)]
pub(super) struct Word<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) range: Range<usize>,
    pub(super) is_quoted: bool,
    /// Set if the line ends with it: it may be the beginning of a longer word.
    is_last: bool,
}

impl Word<'_> {
    /// The fault that this word is not right.
    pub(super) fn wrong(&self, what: &str, expected: impl Into<Vec<Expected>>) -> LineFault {
        self.fault(format!("{:?} {what}", self.text), expected)
    }

    pub(super) fn fault(
        &self,
        wrong: impl Into<String>,
        expected: impl Into<Vec<Expected>>,
    ) -> LineFault {
        LineFault {
            range: self.range.clone(),
            wrong: Some(wrong.into()),
            expected: expected.into(),
        }
    }

    /// The fault that this word is only the beginning of one.
    pub(super) fn goes_on(&self, expected: impl Into<Vec<Expected>>) -> LineFault {
        LineFault {
            range: self.range.clone(),
            wrong: None,
            expected: expected.into(),
        }
    }

    pub(super) fn is(&self, word: &str) -> bool {
        !self.is_quoted && self.text.eq_ignore_ascii_case(word)
    }

    /// Returns true if it is the beginning of another word.
    pub(super) fn begins(&self, whole: &str) -> bool {
        let start = whole.get(..self.text.len());
        self.is_last && start.is_some_and(|start| self.is(start))
    }

    /// The stage that it names: in quotes by any name of an API too, as names have blanks
    /// and colons.
    pub(super) fn as_stage(&self) -> Option<StageKey> {
        let by_name = || {
            let (api, stage) = self.text.rsplit_once(':').filter(|_| self.is_quoted)?;
            let is_whole = !api.is_empty() && !stage.is_empty();
            is_whole.then(|| StageKey::as_read(api, stage))
        };
        StageKey::parse(&self.text).or_else(by_name)
    }

    /// Returns true if it can become a stage as it is typed on.
    pub(super) fn begins_a_stage(&self) -> bool {
        let is_stage = |rest: &str| StageKey::parse(&format!("{}{rest}", self.text)).is_some();
        self.is_last && !self.is_quoted && (is_stage(":x") || is_stage("x"))
    }

    /// The part of it from a byte on.
    fn part(&self, from: usize, to: usize) -> Self {
        let text = self.text.get(from..to).unwrap_or_default();
        Self {
            text: Cow::Owned(text.to_owned()),
            range: self.range.start + from..self.range.start + to,
            is_quoted: self.is_quoted,
            is_last: self.is_last && to == self.text.len(),
        }
    }
}

/// The test that an amount can be one of the limit that it is for.
type Fits = fn(Amount) -> Result<(), String>;

pub(super) fn fits_a_rate(amount: Amount) -> Result<(), String> {
    let of_nothing = || amount.on_rate(Rate::ZERO).map(|_| ());
    // A relative amount can be judged only at the number that a plan has.
    if amount.is_relative() {
        Ok(())
    } else {
        of_nothing()
    }
}

pub(super) fn fits_a_count(amount: Amount) -> Result<(), String> {
    let of_nothing = || amount.on_count(Count::ZERO).map(|_| ());
    if amount.is_relative() {
        Ok(())
    } else {
        of_nothing()
    }
}

/// The words of a line, from the place on to which it was read.
pub(super) struct Words<'a> {
    text: &'a str,
    /// The place, in bytes.
    at: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, is_skipped: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_skipped).len();
    }

    /// The next word; `None` at the end. Blanks and commas part words, except for
    /// a comma between digits. A word in quotes is as long as they are. The key of
    /// a tag ends at `=` too.
    pub(super) fn word(&mut self, is_key: bool) -> Parsed<Option<Word<'a>>> {
        self.skip(is_blank);
        match self.rest().chars().next() {
            None => Ok(None),
            Some('"') => self.quoted(is_key).map(Some),
            Some(_) => Ok(Some(self.plain(is_key))),
        }
    }

    fn plain(&mut self, is_key: bool) -> Word<'a> {
        let rest = self.rest();
        let mut before = ' ';
        let mut chars = rest.char_indices().peekable();
        let mut length = rest.len();
        while let Some((index, c)) = chars.next() {
            let after = chars.peek().map_or(' ', |(_, c)| *c);
            // `1,000` is one number, and `rate 5, burst 9` are two changes.
            let parts_thousands = c == ',' && before.is_ascii_digit() && after.is_ascii_digit();
            if (is_blank(c) && !parts_thousands) || (is_key && c == '=') {
                length = index;
                break;
            }
            before = c;
        }
        let start = self.at;
        self.at += length;
        Word {
            text: Cow::Borrowed(rest.get(..length).unwrap_or_default()),
            range: start..self.at,
            is_quoted: false,
            is_last: self.at == self.text.len(),
        }
    }

    /// A word in quotes, in which `\"` and `\\` stand for `"` and `\`.
    fn quoted(&mut self, is_key: bool) -> Parsed<Word<'a>> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((index, c)) = chars.next() {
            let c = match c {
                '"' => {
                    self.at = start + index + 1;
                    return self.end_of_quotes(text, start, is_key);
                }
                '\\' => match chars.next() {
                    Some((_, c @ ('"' | '\\'))) => c,
                    None => break,
                    Some((index, c)) => {
                        return Err(LineFault {
                            range: start + index..start + index + c.len_utf8(),
                            wrong: Some("a backslash in quotes stands before \" or \\".to_owned()),
                            expected: Vec::new(),
                        });
                    }
                },
                c => c,
            };
            text.push(c);
        }
        Err(self.missing([Expected::Quote]))
    }

    fn end_of_quotes(&self, text: String, start: usize, is_key: bool) -> Parsed<Word<'a>> {
        let word = Word {
            text: Cow::Owned(text),
            range: start..self.at,
            is_quoted: true,
            is_last: self.at == self.text.len(),
        };
        let ends = |c| is_blank(c) || (is_key && c == '=');
        // `"a"b` could be meant as one word or as two.
        if self.rest().chars().next().is_none_or(ends) {
            return Ok(word);
        }
        Err(word.wrong("needs a blank after it", []))
    }

    /// The fault that the line ends where it should go on.
    pub(super) fn missing(&self, expected: impl Into<Vec<Expected>>) -> LineFault {
        LineFault {
            range: self.text.len()..self.text.len(),
            wrong: None,
            expected: expected.into(),
        }
    }

    fn need(&mut self, expected: Expected) -> Parsed<Word<'a>> {
        let word = self.word(false)?;
        word.ok_or_else(|| self.missing([expected]))
    }

    /// One of some words.
    pub(super) fn choose(&mut self, words: &[&'static str]) -> Parsed<(Word<'a>, &'static str)> {
        let Some(word) = self.word(false)? else {
            let words: Vec<_> = words.iter().map(|word| Expected::Word(word)).collect();
            return Err(self.missing(words));
        };
        let chosen = choice(&word, words)?;
        Ok((word, chosen))
    }

    pub(super) fn period(&mut self) -> Parsed<Period> {
        let (_, period) = self.choose(&PERIODS)?;
        Ok(period_of(period))
    }

    pub(super) fn count(&mut self) -> Parsed<Count> {
        let word = self.need(Expected::Count)?;
        read_number(&word, Expected::Count, parse_count)
    }

    pub(super) fn amount(&mut self, fits: Fits) -> Parsed<Amount> {
        let word = self.number()?;
        amount_of(&word, fits)
    }

    /// An amount and the period that it may be followed by, with its place.
    pub(super) fn amount_per(&mut self) -> Parsed<(Word<'a>, Amount, Option<Period>)> {
        let word = self.number()?;
        let Some(slash) = word.text.find('/') else {
            let amount = amount_of(&word, fits_a_count)?;
            let period = self.per()?;
            return Ok((word, amount, period));
        };
        let number = word.part(0, slash);
        let amount = amount_of(&number, fits_a_count)?;
        let period = word.part(slash + 1, word.text.len());
        let period = if period.text.is_empty() {
            self.period()?
        } else {
            period_of(choice(&period, &PERIODS)?)
        };
        Ok((number, amount, Some(period)))
    }

    /// `/ PERIOD`, `/PERIOD` or `per PERIOD`, where one follows.
    fn per(&mut self) -> Parsed<Option<Period>> {
        let before = self.at;
        match self.word(false)? {
            Some(word) if word.is("per") || word.is("/") => self.period().map(Some),
            Some(word) if word.text.starts_with('/') => {
                let period = word.part(1, word.text.len());
                Ok(Some(period_of(choice(&period, &PERIODS)?)))
            }
            _ => {
                // The word begins the next change.
                self.at = before;
                Ok(None)
            }
        }
    }

    /// A word, or two where the first is a sign and the second its number.
    fn number(&mut self) -> Parsed<Word<'a>> {
        let word = self.need(Expected::Amount)?;
        // A sign at the end may become `x2` as it is typed on.
        if word.is_last || !SIGNS.contains(&&*word.text) {
            return Ok(word);
        }
        let number = self.need(Expected::Amount)?;
        Ok(Word {
            text: Cow::Owned(format!("{}{}", word.text, number.text)),
            range: word.range.start..number.range.end,
            ..number
        })
    }

    pub(super) fn stage(&mut self) -> Parsed<(Word<'a>, StageKey)> {
        let word = self.need(Expected::Stage)?;
        match word.as_stage() {
            Some(stage) => Ok((word, stage)),
            // A stage that is still being typed is not wrong yet.
            None if word.begins_a_stage() => Err(word.goes_on([Expected::Stage])),
            None => Err(word.wrong("is not an API stage", [Expected::Stage])),
        }
    }

    /// `GET /pets`, `/pets/GET` or `*/*`.
    pub(super) fn method_key(&mut self) -> Parsed<MethodKey> {
        let word = self.need(Expected::Method)?;
        if let Some(key) = MethodKey::parse(&word.text) {
            return Ok(key);
        }
        let method = MethodKey::METHODS.iter().find(|method| word.is(method));
        let Some(method) = method else {
            let mut methods = MethodKey::METHODS.iter().copied().chain(["*/*"]);
            let is_begun = methods.any(|method| word.begins(method))
                || (word.is_last && word.text.starts_with('/'));
            return Err(if is_begun {
                word.goes_on([Expected::Method])
            } else {
                word.wrong("is not a method", [Expected::Method])
            });
        };
        let path = self.need(Expected::Path)?;
        let key = MethodKey::of(&path.text, method);
        if key.is_well_formed() {
            return Ok(key);
        }
        // A path does not end with a slash, but may go on after one.
        let longer = MethodKey::of(&format!("{}x", path.text), method);
        Err(if path.is_last && longer.is_well_formed() {
            path.goes_on([Expected::Path])
        } else {
            path.wrong("is not a path", [Expected::Path])
        })
    }

    pub(super) fn tag_key(&mut self, expected: Expected) -> Parsed<(Word<'a>, String)> {
        let word = self.word(true)?;
        let word = word.ok_or_else(|| self.missing([expected]))?;
        // A line such as `tag =x`.
        if word.text.is_empty() {
            return Err(word.wrong("is not the key of a tag", [expected]));
        }
        let key = word.text.clone().into_owned();
        Ok((word, key))
    }

    /// `=VALUE`, right after the key.
    pub(super) fn tag_value(&mut self) -> Parsed<String> {
        let wrong = |range| LineFault {
            range,
            wrong: Some("a tag has a value right after its key".to_owned()),
            expected: vec![Expected::Tag],
        };
        if self.rest().is_empty() {
            return Err(self.missing([Expected::TagValue]));
        }
        if !self.rest().starts_with('=') {
            return Err(wrong(self.at..self.at));
        }
        self.at += 1;
        match self.rest().chars().next() {
            None => Err(self.missing([Expected::TagValue])),
            Some('"') => Ok(self.quoted(false)?.text.into_owned()),
            Some(c) if is_blank(c) => Err(wrong(self.at..self.at)),
            Some(_) => Ok(self.plain(false).text.into_owned()),
        }
    }

    pub(super) fn description(&mut self) -> Parsed<String> {
        let word = self.need(Expected::Text)?;
        // Without quotes the end of the text could not be told from the next change.
        if word.is_quoted {
            return Ok(word.text.into_owned());
        }
        Err(word.wrong("stands without quotes", [Expected::Text]))
    }
}

/// The one of some words that it is.
fn choice(word: &Word<'_>, words: &[&'static str]) -> Parsed<&'static str> {
    if let Some(chosen) = words.iter().find(|chosen| word.is(chosen)) {
        return Ok(chosen);
    }
    let expected = |words: &mut dyn Iterator<Item = &&'static str>| -> Vec<_> {
        words.map(|word| Expected::Word(word)).collect()
    };
    let begun = expected(&mut words.iter().filter(|whole| word.begins(whole)));
    Err(if begun.is_empty() {
        word.wrong("does not go here", expected(&mut words.iter()))
    } else {
        word.goes_on(begun)
    })
}

fn period_of(word: &str) -> Period {
    Period::from_service(&word.to_ascii_uppercase())
}

fn amount_of(word: &Word<'_>, fits: Fits) -> Parsed<Amount> {
    read_number(word, Expected::Amount, |text| {
        let amount = Amount::parse(text)?;
        fits(amount).map(|()| amount)
    })
}

/// A number. One that is none yet may become one as it is typed on.
fn read_number<T>(
    word: &Word<'_>,
    expected: Expected,
    read: impl Fn(&str) -> Result<T, String>,
) -> Parsed<T> {
    read(&word.text).map_err(|wrong| {
        // `+` is not wrong yet while somebody types.
        let ends = ["0", "00", "000", "k", "M", "G", "0%"];
        let goes_on = |end: &&str| read(&format!("{}{end}", word.text)).is_ok();
        if word.is_last && !word.is_quoted && ends.iter().any(goes_on) {
            word.goes_on([expected])
        } else {
            word.fault(wrong, [])
        }
    })
}
