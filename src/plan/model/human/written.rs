//! A number as it stands in a text: its sign, its digits, and the words behind it.

use super::decimal::{Decimal, Fault, not};
use super::glyph::{is_line_break, plain};
use crate::plan::Period;

/// The sign that a number begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    None,
    Plus,
    Minus,
    Times,
    Over,
}

impl Sign {
    /// The sign that a text begins with.
    pub(super) fn of(text: &str) -> Self {
        split_sign(&plain(text)).0
    }

    /// Returns true for the signs of `x2` and `/2`.
    pub(super) fn is_factor(self) -> bool {
        matches!(self, Self::Times | Self::Over)
    }
}

/// The meaning of a number by what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    /// `20%`.
    Percent,
    /// `2x`.
    Times,
}

/// The time that a number is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Per {
    Second,
    /// So many seconds, by this name.
    Seconds(u32, &'static str),
    /// The period of a quota.
    Period(Period),
}

/// A number with all that is written around it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    pub(super) sign: Sign,
    pub(super) number: Decimal,
    pub(super) kind: Kind,
    pub(super) per: Option<Per>,
}

impl Written {
    /// Reads a number. A whole one has no fraction.
    pub(super) fn parse(text: &str, is_whole: bool) -> Result<Self, Fault> {
        let text = plain(text);
        let lines = text.split(is_line_break).flat_map(|line| line.split('|'));
        let lines = lines.filter(|line| !line.trim().is_empty()).count();
        if lines > 1 {
            let fault = format!("{lines} numbers are there: leave one");
            return Err(Fault::TwoWays(fault));
        }
        let wrong = || Fault::Wrong(not(&text));
        let (sign, unsigned) = split_sign(&text);
        if unsigned.is_empty() {
            return Err(Fault::Wrong("no number given".to_owned()));
        }
        if sign.is_factor() && unsigned.starts_with('-') {
            return Err(Fault::Wrong("below 0".to_owned()));
        }
        let (digits, behind) = split_digits(unsigned);
        let tail = Tail::parse(behind).ok_or_else(wrong)?;
        let is_whole = is_whole && tail.kind == Kind::Plain && !sign.is_factor();
        if digits.is_empty() {
            return Err(Fault::Wrong(match (tail.kind, sign) {
                (Kind::Percent, Sign::None) => "a share needs + or - before it".to_owned(),
                (Kind::Percent, _) => "no number given".to_owned(),
                _ => not(&text),
            }));
        }
        let number = Decimal::parse(digits, is_whole, tail.scale).map_err(|fault| match fault {
            // In the whole of what was written.
            Fault::Wrong(_) => wrong(),
            fault @ Fault::TwoWays(_) => fault,
        })?;
        Ok(Self {
            sign,
            number,
            kind: tail.kind,
            per: tail.per,
        })
    }
}

/// The time that words name: `/s`, `per second`, `/month`, `a day`, `rps`, `weekly`.
pub(super) fn per(text: &str) -> Option<Per> {
    let tail = Tail::parse(&plain(text))?;
    let is_time_alone = tail.scale.is_none() && tail.kind == Kind::Plain;
    tail.per.filter(|_| is_time_alone)
}

/// The period of a quota: `WEEK`, `weekly`, `wk`.
#[must_use]
pub fn parse_period(text: &str) -> Option<Period> {
    let text = plain(text).to_ascii_lowercase();
    match time(&text).or_else(|| adverb(&text))? {
        Per::Period(period) => Some(period),
        _ => None,
    }
}

/// Returns true for a word that multiplies the number before it: `million`, `k`.
#[must_use]
pub fn is_scale(word: &str) -> bool {
    scale(word).is_some()
}

/// Returns true for words that say what a number is of: `requests`, `/s`, `per second`, `rps`,
/// `%`.
#[must_use]
pub fn is_unit(words: &str) -> bool {
    let tail = Tail::parse(&plain(words));
    tail.is_some_and(|tail| tail.scale.is_none() && tail.kind != Kind::Times)
}

fn split_sign(text: &str) -> (Sign, &str) {
    let signs = [
        ("+", Sign::Plus),
        ("-", Sign::Minus),
        ("x", Sign::Times),
        ("X", Sign::Times),
        ("*", Sign::Times),
        ("/", Sign::Over),
    ];
    let signed = signs
        .into_iter()
        .find_map(|(mark, sign)| Some((sign, text.strip_prefix(mark)?.trim_start())));
    signed.unwrap_or((Sign::None, text))
}

/// The digits with their separators and exponent, and what stands behind them.
fn split_digits(text: &str) -> (&str, &str) {
    let is_of_number = |c: char| c.is_ascii_digit() || "., _'".contains(c);
    let mut end = text.find(|c| !is_of_number(c)).unwrap_or(text.len());
    let rest = text.get(end..).unwrap_or_default();
    if let Some(power) = rest.strip_prefix(['e', 'E']) {
        let sign = usize::from(power.starts_with(['+', '-']));
        let digits = power
            .bytes()
            .skip(sign)
            .take_while(u8::is_ascii_digit)
            .count();
        if digits > 0 {
            end += 1 + sign + digits;
        }
    }
    let (digits, behind) = text.split_at_checked(end).unwrap_or((text, ""));
    (digits.trim_end(), behind.trim())
}

/// The words behind a number.
struct Tail {
    /// The power of ten that they multiply it by.
    scale: Option<i32>,
    kind: Kind,
    per: Option<Per>,
}

impl Tail {
    fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let spaced = lower.replace('/', " / ").replace('%', " % ");
        let mut words = spaced.split_ascii_whitespace().peekable();
        let scale = words.next_if(|word| scale(word).is_some()).and_then(scale);
        let kind = match words.next_if(|word| kind(word).is_some()).and_then(kind) {
            Some(kind) => kind,
            None if lower.starts_with("per cent") => {
                words.nth(1);
                Kind::Percent
            }
            None => Kind::Plain,
        };
        words.next_if(|word| NOUNS.contains(word));
        let per = match words.next() {
            None => None,
            Some("/" | "per" | "a" | "an" | "each" | "every") => Some(time(words.next()?)?),
            Some(word) => Some(adverb(word)?),
        };
        // More of it than that was not understood.
        words.next().is_none().then_some(Self { scale, kind, per })
    }
}

/// The things that are counted.
const NOUNS: [&str; 8] = [
    "r", "req", "reqs", "request", "requests", "call", "calls", "hits",
];

fn scale(word: &str) -> Option<i32> {
    // A small `m` means a million too: people type it for `M`, and nobody counts
    // thousandths here.
    Some(match word.to_ascii_lowercase().as_str() {
        "k" | "thousand" | "thousands" => 3,
        "lakh" | "lakhs" => 5,
        "m" | "mn" | "mln" | "mio" | "million" | "millions" => 6,
        "crore" | "crores" => 7,
        "g" | "b" | "bn" | "billion" | "billions" => 9,
        _ => return None,
    })
}

fn kind(word: &str) -> Option<Kind> {
    Some(match word {
        "%" | "percent" | "pct" => Kind::Percent,
        "x" | "times" => Kind::Times,
        _ => return None,
    })
}

fn time(word: &str) -> Option<Per> {
    Some(match word {
        "s" | "sec" | "secs" | "second" | "seconds" => Per::Second,
        "min" | "mins" | "minute" | "minutes" => Per::Seconds(60, "minute"),
        "h" | "hr" | "hour" | "hours" => Per::Seconds(3600, "hour"),
        "d" | "day" | "days" => Per::Period(Period::Day),
        "w" | "wk" | "week" | "weeks" => Per::Period(Period::Week),
        "mo" | "mon" | "mth" | "month" | "months" => Per::Period(Period::Month),
        "y" | "yr" | "year" | "years" => Per::Seconds(31_536_000, "year"),
        _ => return None,
    })
}

fn adverb(word: &str) -> Option<Per> {
    Some(match word {
        "rps" | "tps" | "qps" => Per::Second,
        "rpm" => Per::Seconds(60, "minute"),
        "hourly" => Per::Seconds(3600, "hour"),
        "daily" => Per::Period(Period::Day),
        "weekly" => Per::Period(Period::Week),
        "monthly" => Per::Period(Period::Month),
        "yearly" => Per::Seconds(31_536_000, "year"),
        _ => return None,
    })
}
