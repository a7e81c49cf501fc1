//! The words of a line: parted from each other, and read as what they stand for.

use std::borrow::Cow;
use std::ops::Range;

use super::fault::{Expected, LineFault, Parsed};
use crate::plan::model::human::{
    Amount, Measure, is_none, is_scale, is_unit, joins_digits, parse_count, parse_period,
};
use crate::plan::{Count, MethodKey, Period, Rate, StageKey};

const PERIODS: [&str; 3] = ["day", "week", "month"];
/// The signs that may stand alone before the number that they belong to.
const SIGNS: [&str; 10] = ["x", "X", "*", "×", "/", "÷", "+", "-", "−", "–"];

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

    /// Returns true if it asks for no limit.
    pub(super) fn asks_for_none(&self) -> bool {
        !self.is_quoted && is_none(&self.text)
    }

    fn ends_with_digit(&self) -> bool {
        !self.is_quoted && self.text.ends_with(char::is_numeric)
    }

    /// This word and the next one as one.
    fn joined(self, next: &Self) -> Self {
        Self {
            text: Cow::Owned(format!("{}{}", self.text, next.text)),
            range: self.range.start..next.range.end,
            is_quoted: next.is_quoted,
            is_last: next.is_last,
        }
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

/// Says why an amount cannot be one of the limit that it is for.
fn fits(amount: Amount, measure: Measure) -> Result<(), String> {
    // A relative amount can be judged only at the number that a plan has.
    if amount.is_relative() {
        return Ok(());
    }
    match measure {
        Measure::Rate => amount.on_rate(Rate::ZERO).map(|_| ()),
        Measure::Requests => amount.on_count(Count::ZERO).map(|_| ()),
    }
}

/// A quota as the words of a line give it.
pub(super) enum QuotaWords<'a> {
    /// `none`
    None(Word<'a>),
    /// `week`
    Period(Period),
    /// `5000/day`, with the place of its number.
    Limit(Word<'a>, Amount, Option<Period>),
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

    /// The next word, where it may belong to what was read: one that cannot be read is told
    /// where it is read for its own sake.
    fn next_word(&mut self) -> Option<Word<'a>> {
        self.word(false).ok().flatten()
    }

    fn plain(&mut self, is_key: bool) -> Word<'a> {
        let rest = self.rest();
        let mut before = ' ';
        let mut chars = rest.char_indices().peekable();
        let mut length = rest.len();
        while let Some((index, c)) = chars.next() {
            let after = chars.peek().map_or(' ', |(_, c)| *c);
            // `1,000` is one number, and `rate 5, burst 9` are two changes.
            let parts_thousands =
                (c == ',' || joins_digits(c)) && before.is_numeric() && after.is_numeric();
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
        let Some(word) = self.word(false)? else {
            return Err(self.missing(PERIODS.map(Expected::Word)));
        };
        period_in(&word)
    }

    pub(super) fn count(&mut self) -> Parsed<Count> {
        let word = self.need(Expected::Count)?;
        read_number(&word, Expected::Count, parse_count)
    }

    /// A rate or a burst; nothing where the line asks for none.
    pub(super) fn amount(&mut self, measure: Measure) -> Parsed<Option<Amount>> {
        let word = self.number()?;
        if word.asks_for_none() {
            return Ok(None);
        }
        let word = self.with_unit(word);
        amount_of(&word, measure).map(Some)
    }

    /// A quota: its limit with the period that may follow, or one of them.
    pub(super) fn quota(&mut self) -> Parsed<QuotaWords<'a>> {
        let word = self.number()?;
        if word.asks_for_none() {
            return Ok(QuotaWords::None(word));
        }
        let period = parse_period(&word.text).filter(|_| !word.is_quoted);
        if let Some(period) = period {
            return Ok(QuotaWords::Period(period));
        }
        // The first is the sign of `/2`.
        let slash = word.text.char_indices().skip(1).find(|(_, c)| *c == '/');
        let Some((slash, _)) = slash else {
            let amount = amount_of(&word, Measure::Requests)?;
            let period = self.per()?;
            return Ok(QuotaWords::Limit(word, amount, period));
        };
        let number = word.part(0, slash);
        let amount = amount_of(&number, Measure::Requests)?;
        let period = word.part(slash + 1, word.text.len());
        let period = if period.text.is_empty() {
            self.period()?
        } else {
            period_in(&period)?
        };
        Ok(QuotaWords::Limit(number, amount, Some(period)))
    }

    /// `/ PERIOD`, `/PERIOD` or `per PERIOD`, where one follows.
    fn per(&mut self) -> Parsed<Option<Period>> {
        let noun = self.at;
        if !self.next_word().is_some_and(|word| word.is("requests")) {
            self.at = noun;
        }
        let before = self.at;
        match self.next_word() {
            Some(word) if word.is("per") || word.is("a") || word.is("/") => self.period().map(Some),
            Some(word) if word.text.starts_with('/') => {
                let period = word.part(1, word.text.len());
                period_in(&period).map(Some)
            }
            _ => {
                // The word begins the next change.
                self.at = before;
                Ok(None)
            }
        }
    }

    /// A number with the words that belong to it: a sign before it, a scale or `%` behind.
    fn number(&mut self) -> Parsed<Word<'a>> {
        let mut word = self.need(Expected::Amount)?;
        // A sign at the end may become `x2` as it is typed on.
        if !word.is_last && SIGNS.contains(&&*word.text) {
            let number = self.need(Expected::Amount)?;
            word = word.joined(&number);
        }
        let before = self.at;
        // A letter may be the beginning of the next change: `rate 5 b`.
        let is_long = |next: &Word<'_>| next.text.len() > 1 && is_scale(&next.text);
        let is_part = |next: &Word<'_>| !next.is_quoted && (is_long(next) || next.is("%"));
        match self.next_word().filter(is_part) {
            Some(next) if word.ends_with_digit() => Ok(word.joined(&next)),
            _ => {
                self.at = before;
                Ok(word)
            }
        }
    }

    /// A rate with its unit, where one follows: `300 / s`, `300 requests per second`.
    fn with_unit(&mut self, word: Word<'a>) -> Word<'a> {
        let before = self.at;
        let mut words = Vec::new();
        // The longest unit has so many words.
        for _ in 0..3 {
            match self.next_word() {
                Some(next) if !next.is_quoted => words.push((next, self.at)),
                _ => break,
            }
        }
        while let Some((last, end)) = words.last() {
            let unit: Vec<&str> = words.iter().map(|(word, _)| &*word.text).collect();
            let unit = unit.join(" ");
            // A letter may be the beginning of the next change here too.
            if unit.len() > 1 && is_unit(&unit) {
                self.at = *end;
                return Word {
                    text: Cow::Owned(format!("{} {unit}", word.text)),
                    range: word.range.start..last.range.end,
                    is_quoted: word.is_quoted,
                    is_last: last.is_last,
                };
            }
            words.pop();
        }
        self.at = before;
        word
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

fn period_in(word: &Word<'_>) -> Parsed<Period> {
    let known = parse_period(&word.text).filter(|_| !word.is_quoted);
    known.map_or_else(|| choice(word, &PERIODS).map(period_of), Ok)
}

fn period_of(word: &str) -> Period {
    Period::from_service(&word.to_ascii_uppercase())
}

fn amount_of(word: &Word<'_>, measure: Measure) -> Parsed<Amount> {
    read_number(word, Expected::Amount, |text| {
        let amount = Amount::parse(text, measure)?;
        fits(amount, measure).map(|()| amount)
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
