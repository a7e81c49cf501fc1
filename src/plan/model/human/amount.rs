//! What somebody wants a limit to be: a number, or what to do to the present one.

use std::fmt;

use super::decimal::Fault;
use super::written::{Kind, Per, Sign, Written, parse_period};
use super::{COUNT, RATE, short_rate};
use crate::plan::{Count, Period, Rate};
use crate::text::number;

/// The ways to write an amount, for messages.
const FORMS: &str = "write a number, x2, /2, +20%, -10%, +50 or -50";

/// The number that an amount is for: it decides which units may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Requests per second.
    Rate,
    /// A whole number of requests.
    Requests,
}

/// A quick tweak of a number: a new value, or what to do to the present one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// This value.
    To(f64),
    /// That many times the present value: `x2`, `*1.5`, `2x`.
    Times(f64),
    /// The present value divided by a number above 0: `/2`.
    Over(f64),
    /// More or less by a share of the present value, in percent: `+20%`, `-10%`.
    Percent(f64),
    /// More or less by a number: `+50`, `-50`.
    Plus(f64),
}

impl Amount {
    /// Reads `200`, `x2`, `*1.5`, `/2`, `+20%`, `-10%`, `+50` or `-50`, with or without the
    /// unit of what it is for.
    ///
    /// # Errors
    /// Why the text is none of them, or which two it could be.
    pub fn parse(text: &str, measure: Measure) -> Result<Self, String> {
        let written = written(text, measure)?;
        if let Some(per) = &written.per {
            fits(per, measure, &written)?;
        }
        Self::of(&written).map_err(|fault| fault.with(FORMS))
    }

    fn of(written: &Written) -> Result<Self, Fault> {
        let wrong = |fault: String| Err(Fault::Wrong(fault));
        let value = written.number.value()?;
        let shown = number::decimal(value);
        match (written.sign, written.kind) {
            (Sign::None, Kind::Plain) => Ok(Self::To(value)),
            (Sign::None | Sign::Times, Kind::Times) | (Sign::Times, Kind::Plain) => {
                Ok(Self::Times(value))
            }
            (Sign::Over, Kind::Plain) if value == 0.0 => wrong("nothing divides by 0".to_owned()),
            (Sign::Over, Kind::Plain) => Ok(Self::Over(value)),
            (Sign::Plus, Kind::Plain) => Ok(Self::Plus(value)),
            (Sign::Minus, Kind::Plain) => Ok(Self::Plus(-value)),
            (Sign::Plus, Kind::Percent) => Ok(Self::Percent(value)),
            (Sign::Minus, Kind::Percent) => Ok(Self::Percent(-value)),
            (Sign::None, Kind::Percent) => Err(Fault::TwoWays(format!(
                "{shown}% needs + or - before it; {shown}% of what is there now is x{}",
                value / 100.0
            ))),
            _ => wrong("a number has one sign".to_owned()),
        }
    }

    /// Returns true if it needs a present value to start from.
    #[must_use]
    pub fn is_relative(self) -> bool {
        !matches!(self, Self::To(_))
    }

    /// The number that it makes of another.
    fn on(self, current: f64) -> f64 {
        match self {
            Self::To(value) => value,
            Self::Times(factor) => tidy(current * factor),
            Self::Over(divisor) => tidy(current / divisor),
            // Times a whole number first: 1.2 has no exact form in binary, and 120 has.
            Self::Percent(share) => tidy(current * (100.0 + share) / 100.0),
            Self::Plus(difference) => tidy(current + difference),
        }
    }

    /// The rate that it makes of another, in requests per second.
    ///
    /// # Errors
    ///
    /// If the result is below 0 or not finite.
    pub fn on_rate(self, current: Rate) -> Result<Rate, String> {
        let value = self.on(current.get());
        let fault = if value < 0.0 { "below 0" } else { "too large" };
        Rate::new(value).ok_or_else(|| format!("{fault}: {RATE}"))
    }

    /// The count that it makes of another. A result between two whole numbers is
    /// rounded, half up; a given value must be whole.
    ///
    /// # Errors
    ///
    /// If the result is below 0 or above 2147483647, or the value not whole.
    pub fn on_count(self, current: Count) -> Result<Count, String> {
        let value = self.on(current.get().into());
        let whole = match self {
            Self::To(value) if value.fract() != 0.0 => {
                return Err(format!("not a whole number: {COUNT}"));
            }
            Self::To(value) => value,
            _ => (value + 0.5).floor(),
        };
        if whole < 0.0 {
            return Err(format!("below 0: {COUNT}"));
        }
        if whole > f64::from(Count::MAX) || !whole.is_finite() {
            return Err(format!("too large: {COUNT}"));
        }
        // In range and whole, so that the conversion loses nothing.
        #[expect(clippy::cast_possible_truncation)]
        let count = Count::new(whole as i64);
        count.ok_or_else(|| COUNT.to_owned())
    }
}

impl fmt::Display for Amount {
    /// The shortest form that reads back the same: `1.5M`, `x2`, `+20%`, `-50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |value: f64| short_rate(Rate::as_read(value));
        let text = match *self {
            Self::To(value) => number(value),
            Self::Times(factor) => format!("x{factor}"),
            Self::Over(divisor) => format!("/{divisor}"),
            Self::Percent(share) => format!("{share:+}%"),
            Self::Plus(difference) => {
                let sign = if difference.is_sign_negative() {
                    '-'
                } else {
                    '+'
                };
                format!("{sign}{}", number(difference.abs()))
            }
        };
        f.pad(&text)
    }
}

/// A quota as somebody types it: its limit, its period, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct QuotaAmount {
    /// The limit.
    pub limit: Option<Amount>,
    /// The period.
    pub period: Option<Period>,
}

impl QuotaAmount {
    /// Reads `75k/WEEK`, `100 per day`, `+20%` or `WEEK`.
    ///
    /// # Errors
    /// Why the text is none of them, or which two it could be.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(period) = parse_period(text) {
            return Ok(Self {
                limit: None,
                period: Some(period),
            });
        }
        let written = written(text, Measure::Requests)?;
        let limit = Amount::of(&written).map_err(|fault| fault.with(FORMS))?;
        let period = match written.per {
            None => None,
            // `+20% per day` could mean the present quota or one that is reckoned by the day.
            Some(_) if limit.is_relative() => {
                return Err(
                    "a change of the present quota keeps its period: write a number before the \
                     period"
                        .to_owned(),
                );
            }
            Some(Per::Period(period)) => Some(period),
            Some(_) => return Err(PERIOD.to_owned()),
        };
        Ok(Self {
            limit: Some(limit),
            period,
        })
    }
}

/// The form of a quota's period, for messages.
pub(super) const PERIOD: &str = "a quota is per day, week or month, such as 75k/WEEK";

/// Returns true for the words that ask for no limit at all.
#[must_use]
pub fn is_none(text: &str) -> bool {
    let text = text.trim();
    ["none", "unlimited", "no limit"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

fn written(text: &str, measure: Measure) -> Result<Written, String> {
    let is_whole = measure == Measure::Requests;
    Written::parse(text, is_whole).map_err(|fault| fault.with(FORMS))
}

/// Refuses a time that the number is not for.
pub(super) fn fits(per: &Per, measure: Measure, written: &Written) -> Result<(), String> {
    let (seconds, name) = match (per, measure) {
        (Per::Second, Measure::Rate) => return Ok(()),
        (_, Measure::Requests) => {
            return Err(format!("a number of requests has no time: {COUNT}"));
        }
        (Per::Seconds(seconds, name), _) => (*seconds, *name),
        (Per::Period(Period::Day), _) => (86_400, "day"),
        (Per::Period(Period::Week), _) => (604_800, "week"),
        (Per::Period(_), _) => return Err(format!("a rate is per second, not per month: {RATE}")),
    };
    let per_second = |value: f64| number::decimal(tidy(value / f64::from(seconds)));
    Err(match written.number.value() {
        Ok(value) if written.kind == Kind::Plain => format!(
            "a rate is per second, not per {name}: {} per {name} is {}/s",
            number::decimal(value),
            per_second(value)
        ),
        _ => format!("a rate is per second, not per {name}"),
    })
}

/// Takes off the noise of binary arithmetic (0.1 + 0.2) by keeping 12 digits.
fn tidy(value: f64) -> f64 {
    // A whole number of no more digits has no noise.
    if value.fract() == 0.0 && value.abs() < 1e12 {
        return value;
    }
    format!("{value:.11e}").parse().unwrap_or(value)
}
