//! Reads the line of a tweak.

use std::fmt;
use std::ops::Range;

use thiserror::Error;

use super::words::{Word, fits_a_count, fits_a_rate};
use super::{QuotaTweak, Tweak, Whole};
use crate::plan::{MethodKey, StageKey};

/// The words that a change begins with.
const CHANGES: [&str; 10] = [
    "rate",
    "burst",
    "quota",
    "period",
    "offset",
    "no",
    "attach",
    "detach",
    "tag",
    "description",
];
/// The words that follow `no`.
const NONE_OF: [&str; 4] = ["throttle", "quota", "tag", "description"];
/// The words that follow a method.
const LIMITS: [&str; 3] = ["rate", "burst", "no"];

/// Why a line cannot be read further, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub struct LineFault {
    /// The bytes of the text that it is about; empty where something is missing.
    pub range: Range<usize>,
    /// What is wrong there; `None` where nothing is wrong yet and the line only
    /// goes on.
    pub wrong: Option<String>,
    /// What can stand there.
    pub expected: Vec<Expected>,
}

impl LineFault {
    /// Whether nothing is wrong so far: the line is not finished.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.wrong.is_none()
    }

    fn message(&self) -> String {
        let expected: Vec<_> = self.expected.iter().map(ToString::to_string).collect();
        let expected = match expected.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        };
        match &self.wrong {
            Some(wrong) if expected.is_empty() => wrong.clone(),
            Some(wrong) => format!("{wrong}: write {expected}"),
            None => format!("goes on with {expected}"),
        }
    }
}

/// What can stand at a place of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This word.
    Word(&'static str),
    /// A new number, or what to do to the present one.
    Amount,
    /// A whole number.
    Count,
    /// An API stage.
    Stage,
    /// A method, and then its path.
    Method,
    /// The path of a method.
    Path,
    /// A tag's key.
    TagKey,
    /// A tag's key and value.
    Tag,
    /// A tag's value.
    TagValue,
    /// A text in quotes.
    Text,
    /// The end of a text in quotes.
    Quote,
}

impl fmt::Display for Expected {
    /// What it is, with an example.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Word(word) => word,
            Self::Amount => "a number, x2, +20%, -10%, +50 or -50",
            Self::Count => "a whole number such as 3",
            Self::Stage => "an API stage such as a1b2c3:prod",
            Self::Method => "a method such as GET /pets",
            Self::Path => "a path such as /pets",
            Self::TagKey => "the key of a tag",
            Self::Tag => "a tag such as team=pay",
            Self::TagValue => "=value, \"\" for an empty one",
            Self::Text => "a text in quotes",
            Self::Quote => "a closing quote",
        })
    }
}

pub(super) fn parse(text: &str) -> Result<Tweak, LineFault> {
    let mut parser = Parser::new(text);
    parser.run()?;
    Ok(parser.tweak)
}

/// What can follow a line that is finished.
pub(super) fn what_follows(text: &str) -> Vec<Expected> {
    let mut parser = Parser::new(text);
    match parser.run() {
        Ok(()) => parser.free(),
        Err(fault) => fault.expected,
    }
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    tweak: Tweak,
    /// The method that was named last: limits that follow belong to it.
    method: Option<(StageKey, MethodKey)>,
}

pub(super) type Parsed<T> = Result<T, LineFault>;

/// The changes, one after the other.
impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            tweak: Tweak::nothing(),
            method: None,
        }
    }

    fn run(&mut self) -> Parsed<()> {
        while let Some(word) = self.word(false)? {
            self.change(&word)?;
        }
        if self.tweak == Tweak::nothing() {
            return Err(self.missing(self.free()));
        }
        Ok(())
    }

    fn change(&mut self, word: &Word<'_>) -> Parsed<()> {
        match word.text.to_ascii_lowercase().as_str() {
            _ if word.is_quoted => self.method_of(word),
            "rate" | "burst" => self.limit(word),
            "quota" => self.quota(word),
            "period" => {
                let period = self.period()?;
                let quota = self.quota_mut(word)?;
                once(quota.period.replace(period).is_none(), word)
            }
            "offset" => {
                let offset = self.count()?;
                let quota = self.quota_mut(word)?;
                once(quota.offset.replace(offset).is_none(), word)
            }
            "no" => self.none_of(word),
            "attach" => {
                let (word, stage) = self.stage()?;
                let is_new = self.tweak.attach.insert(stage.clone());
                once(is_new && !self.tweak.detach.contains(&stage), &word)
            }
            "detach" => {
                let (word, stage) = self.stage()?;
                let is_new = self.tweak.detach.insert(stage.clone());
                once(is_new && !self.tweak.attach.contains(&stage), &word)
            }
            "tag" => {
                let (word, key) = self.tag_key(Expected::Tag)?;
                let value = self.tag_value()?;
                once(self.tweak.tags.insert(key, Some(value)).is_none(), &word)
            }
            "description" => {
                let text = self.description()?;
                once(self.tweak.description.replace(text).is_none(), word)
            }
            _ => self.method_of(word),
        }
    }

    /// `rate AMOUNT`, `burst AMOUNT`: of the method named last, else of the plan.
    fn limit(&mut self, word: &Word<'_>) -> Parsed<()> {
        let is_rate = word.is("rate");
        let amount = self.amount(if is_rate { fits_a_rate } else { fits_a_count })?;
        let whole = match &self.method {
            Some(method) => self.tweak.methods.entry(method.clone()).or_insert_with(new),
            None => self.tweak.throttle.get_or_insert_with(new),
        };
        let is_new = match whole {
            Whole::Removed => false,
            Whole::Changed(throttle) if is_rate => throttle.rate.replace(amount).is_none(),
            Whole::Changed(throttle) => throttle.burst.replace(amount).is_none(),
        };
        self.limit_once(is_new, word)
    }

    /// `no throttle`: of the method named last, else of the plan.
    fn no_throttle(&mut self, word: &Word<'_>) -> Parsed<()> {
        let before = match &self.method {
            Some(method) => {
                let methods = &mut self.tweak.methods;
                methods.insert(method.clone(), Whole::Removed)
            }
            None => self.tweak.throttle.replace(Whole::Removed),
        };
        self.limit_once(before.is_none(), word)
    }

    fn limit_once(&self, is_new: bool, word: &Word<'_>) -> Parsed<()> {
        match &self.method {
            Some((stage, key)) if !is_new => {
                let wrong = format!(
                    "the throttle of {stage} {key} is changed twice: what belongs to the plan \
                     stands before the first method"
                );
                Err(word.fault(wrong, []))
            }
            _ => once(is_new, word),
        }
    }

    /// `no throttle`, `no quota`, `no tag KEY`, `no description`.
    fn none_of(&mut self, word: &Word<'_>) -> Parsed<()> {
        let (what, name) = self.choose(&NONE_OF)?;
        match name {
            "throttle" => self.no_throttle(&what),
            "quota" => once(self.tweak.quota.replace(Whole::Removed).is_none(), &what),
            "tag" => {
                let (key_word, key) = self.tag_key(Expected::TagKey)?;
                if self.rest().starts_with('=') {
                    let wrong = "is all that it takes: a tag goes whatever its value";
                    return Err(key_word.wrong(wrong, []));
                }
                once(self.tweak.tags.insert(key, None).is_none(), &key_word)
            }
            _ => {
                let before = self.tweak.description.replace(String::new());
                once(before.is_none(), word)
            }
        }
    }

    /// `quota AMOUNT`, `quota NUMBER/PERIOD`, `quota NUMBER per PERIOD`.
    fn quota(&mut self, word: &Word<'_>) -> Parsed<()> {
        let (number, amount, period) = self.amount_per()?;
        if amount.is_relative() && period.is_some() {
            let wrong = "a change of the present quota keeps its period: give a number, or \
                         change the period too, as in period day";
            return Err(number.fault(wrong, []));
        }
        let quota = self.quota_mut(word)?;
        once(quota.limit.replace(amount).is_none(), word)?;
        match period {
            Some(period) => once(quota.period.replace(period).is_none(), word),
            None => Ok(()),
        }
    }

    fn quota_mut(&mut self, word: &Word<'_>) -> Parsed<&mut QuotaTweak> {
        match self.tweak.quota.get_or_insert_with(new) {
            Whole::Changed(quota) => Ok(quota),
            Whole::Removed => Err(word.wrong("comes after no quota", [])),
        }
    }

    /// `API:STAGE METHOD PATH`, and the first of its limits.
    fn method_of(&mut self, word: &Word<'_>) -> Parsed<()> {
        let Some(stage) = StageKey::parse(&word.text) else {
            return Err(self.no_change(word));
        };
        self.method = Some((stage, self.method_key()?));
        let (word, limit) = self.choose(&LIMITS)?;
        if limit == "no" {
            self.choose(&["throttle"])?;
            return self.no_throttle(&word);
        }
        self.limit(&word)
    }

    fn no_change(&self, word: &Word<'_>) -> LineFault {
        let begun = |expected: &Expected| match expected {
            Expected::Word(whole) => word.begins(whole),
            _ => false,
        };
        let begun: Vec<_> = self.free().into_iter().filter(begun).collect();
        if !begun.is_empty() {
            return word.goes_on(begun);
        }
        if word.begins_a_stage() {
            return word.goes_on([Expected::Stage]);
        }
        word.wrong("is not a change", self.free())
    }

    /// What can begin a change here.
    fn free(&self) -> Vec<Expected> {
        let throttle = match &self.method {
            Some(method) => self.tweak.methods.get(method),
            None => self.tweak.throttle.as_ref(),
        };
        let (rate, burst) = match throttle {
            None => (true, true),
            Some(Whole::Removed) => (false, false),
            Some(Whole::Changed(t)) => (t.rate.is_none(), t.burst.is_none()),
        };
        let (quota, period, offset) = match &self.tweak.quota {
            None => (true, true, true),
            Some(Whole::Removed) => (false, false, false),
            Some(Whole::Changed(q)) => {
                let (limit, period, offset) = (&q.limit, &q.period, &q.offset);
                (limit.is_none(), period.is_none(), offset.is_none())
            }
        };
        let is_free = |word: &&&str| match **word {
            "rate" => rate,
            "burst" => burst,
            "quota" => quota,
            "period" => period,
            "offset" => offset,
            "description" => self.tweak.description.is_none(),
            _ => true,
        };
        let words = CHANGES.iter().filter(is_free);
        let words = words.map(|word| Expected::Word(word));
        words.chain([Expected::Stage]).collect()
    }
}

fn new<T: Default>() -> Whole<T> {
    Whole::Changed(T::default())
}

fn once(is_new: bool, word: &Word<'_>) -> Parsed<()> {
    if is_new {
        return Ok(());
    }
    Err(word.wrong("is changed twice", []))
}
