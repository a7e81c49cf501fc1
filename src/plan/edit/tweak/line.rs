//! Reads the line of a tweak.

use super::fault::{Expected, LineFault, Parsed};
use super::words::{QuotaWords, Word, Words};
use super::{QuotaTweak, Tweak, Whole};
use crate::plan::model::human::Measure;
use crate::plan::{MethodKey, Period, StageKey};

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

pub(super) fn parse(text: &str) -> Result<Tweak, LineFault> {
    let mut parser = Parser::new(text);
    parser.run()?;
    Ok(parser.tweak)
}

/// The words and forms that can follow a line that is finished.
pub(super) fn what_follows(text: &str) -> Vec<Expected> {
    let mut parser = Parser::new(text);
    match parser.run() {
        Ok(()) => parser.free(),
        Err(fault) => fault.expected,
    }
}

struct Parser<'a> {
    words: Words<'a>,
    tweak: Tweak,
    /// The method that was named last: limits that follow belong to it.
    method: Option<(StageKey, MethodKey)>,
}

/// The changes, one after the other.
impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            words: Words::new(text),
            tweak: Tweak::nothing(),
            method: None,
        }
    }

    fn run(&mut self) -> Parsed<()> {
        while let Some(word) = self.words.word(false)? {
            self.change(&word)?;
        }
        if self.tweak == Tweak::nothing() {
            return Err(self.words.missing(self.free()));
        }
        Ok(())
    }

    fn change(&mut self, word: &Word<'_>) -> Parsed<()> {
        match word.text.to_ascii_lowercase().as_str() {
            // In quotes no word is one of the language.
            _ if word.is_quoted => self.method_of(word),
            "rate" | "burst" => self.limit(word),
            "quota" => self.quota(word),
            "period" => {
                let period = self.words.period()?;
                self.period(period, word)
            }
            "offset" => {
                let offset = self.words.count()?;
                let quota = self.quota_mut(word)?;
                once(quota.offset.replace(offset).is_none(), word)
            }
            "no" => self.none_of(word),
            "attach" => {
                let (word, stage) = self.words.stage()?;
                let is_new = self.tweak.attach.insert(stage.clone());
                // Attaching and detaching the same stage in one line is a slip, whatever
                // the order.
                once(is_new && !self.tweak.detach.contains(&stage), &word)
            }
            "detach" => {
                let (word, stage) = self.words.stage()?;
                let is_new = self.tweak.detach.insert(stage.clone());
                // The same the other way round.
                once(is_new && !self.tweak.attach.contains(&stage), &word)
            }
            "tag" => {
                let (word, key) = self.words.tag_key(Expected::Tag)?;
                let value = self.words.tag_value()?;
                once(self.tweak.tags.insert(key, Some(value)).is_none(), &word)
            }
            "description" => {
                let text = self.words.description()?;
                once(self.tweak.description.replace(text).is_none(), word)
            }
            _ => self.method_of(word),
        }
    }

    /// `rate AMOUNT`, `burst AMOUNT`: of the method named last, else of the plan.
    fn limit(&mut self, word: &Word<'_>) -> Parsed<()> {
        let is_rate = word.is("rate");
        let measure = if is_rate {
            Measure::Rate
        } else {
            Measure::Requests
        };
        // A throttle goes as a whole.
        let Some(amount) = self.words.amount(measure)? else {
            return self.no_throttle(word);
        };
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
        let (what, name) = self.words.choose(&NONE_OF)?;
        match name {
            "throttle" => self.no_throttle(&what),
            "quota" => once(self.tweak.quota.replace(Whole::Removed).is_none(), &what),
            "tag" => {
                let (key_word, key) = self.words.tag_key(Expected::TagKey)?;
                if self.words.rest().starts_with('=') {
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

    /// `quota AMOUNT`, `quota NUMBER/PERIOD`, `quota NUMBER per PERIOD`, `quota PERIOD`,
    /// `quota none`.
    fn quota(&mut self, word: &Word<'_>) -> Parsed<()> {
        let (number, amount, period) = match self.words.quota()? {
            QuotaWords::None(none) => {
                return once(self.tweak.quota.replace(Whole::Removed).is_none(), &none);
            }
            QuotaWords::Period(period) => return self.period(period, word),
            QuotaWords::Limit(number, amount, period) => (number, amount, period),
        };
        // `+20% per day` could mean the present quota or one that is reckoned by the day.
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

    fn period(&mut self, period: Period, word: &Word<'_>) -> Parsed<()> {
        let quota = self.quota_mut(word)?;
        once(quota.period.replace(period).is_none(), word)
    }

    fn quota_mut(&mut self, word: &Word<'_>) -> Parsed<&mut QuotaTweak> {
        match self.tweak.quota.get_or_insert_with(new) {
            Whole::Changed(quota) => Ok(quota),
            Whole::Removed => Err(word.wrong("comes after no quota", [])),
        }
    }

    /// `API:STAGE METHOD PATH`, and the first of its limits.
    fn method_of(&mut self, word: &Word<'_>) -> Parsed<()> {
        let Some(stage) = word.as_stage() else {
            return Err(self.no_change(word));
        };
        self.method = Some((stage, self.words.method_key()?));
        let (word, limit) = self.words.choose(&LIMITS)?;
        if limit == "no" {
            self.words.choose(&["throttle"])?;
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
        // A word that is still being typed is not wrong yet.
        if !begun.is_empty() {
            return word.goes_on(begun);
        }
        if word.begins_a_stage() {
            return word.goes_on([Expected::Stage]);
        }
        word.wrong("is not a change", self.free())
    }

    /// The words and forms that can begin a change here.
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
