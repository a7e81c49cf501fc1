//! Numbers as people type them, and as they read them.

mod amount;
mod decimal;
mod glyph;
mod written;

use crate::plan::{Count, Period, Rate};
use crate::text::number;

pub use amount::{Amount, Measure, QuotaAmount, is_none};
pub use glyph::{is_line_break, joins_digits};
pub use written::{is_scale, is_unit, parse_period};

use amount::{PERIOD, fits};
use decimal::{Fault, not};
use written::{Kind, Per, Sign, Written};

/// The sign between the numbers of several lines that were pasted into one.
pub const BETWEEN_NUMBERS: &str = " | ";

/// The form of a rate, for messages.
const RATE: &str = "a rate is a number of requests per second, 0 or more, such as 100 or 0.5";
/// The form of a count, for messages.
const COUNT: &str = "a whole number from 0 to 2147483647, such as 1300 or 1.5M";

/// Reads a rate in requests per second: `100`, `0.5`, `1,000`, `10_000`, `1.5k`, `300/s`.
///
/// # Errors
/// Why the text is not a rate, with range and unit, or which two it could be.
pub fn parse_rate(text: &str) -> Result<Rate, String> {
    let written = value(text, false).map_err(|fault| fault.with(RATE))?;
    if let Some(per) = &written.per {
        fits(per, Measure::Rate, &written)?;
    }
    written.number.rate().map_err(|fault| fault.with(RATE))
}

/// Reads a count of requests: `1300`, `10_000`, `1,000,000`, `1.5M`, `2k`, `1 million`.
///
/// # Errors
/// Why the text is not a count, with its range, or which two it could be.
pub fn parse_count(text: &str) -> Result<Count, String> {
    let written = value(text, true).map_err(|fault| fault.with(COUNT))?;
    if let Some(per) = &written.per {
        fits(per, Measure::Requests, &written)?;
    }
    written.number.count().map_err(|fault| fault.with(COUNT))
}

/// Reads the limit of a quota, with its period where the text has it: `1.5M`, `75k/WEEK`.
///
/// # Errors
/// Why the text is not a limit, with its range, or which two it could be.
pub fn parse_quota(text: &str) -> Result<(Count, Option<Period>), String> {
    let written = value(text, true).map_err(|fault| fault.with(COUNT))?;
    let period = match written.per {
        None => None,
        Some(Per::Period(period)) => Some(period),
        Some(_) => return Err(PERIOD.to_owned()),
    };
    let count = written.number.count().map_err(|fault| fault.with(COUNT))?;
    Ok((count, period))
}

/// Returns true for a rate with its unit, rather than a bare number: `80/s`, `80 rps`.
#[must_use]
pub fn names_its_second(text: &str) -> bool {
    text.char_indices()
        .any(|(at, _)| matches!(text.get(at..).and_then(written::per), Some(Per::Second)))
}

/// A number that is a value, not a change of one.
fn value(text: &str, is_whole: bool) -> Result<Written, Fault> {
    let mut written = Written::parse(text, is_whole).map_err(|fault| match fault {
        Fault::Wrong(_) if Sign::of(text).is_factor() => Fault::Wrong(not(text.trim())),
        fault => fault,
    })?;
    if written.kind != Kind::Plain || written.sign.is_factor() {
        return Err(Fault::Wrong(not(text.trim())));
    }
    written.number.negative = written.sign == Sign::Minus;
    Ok(written)
}

/// A count as it is read: `2,750`, `1.5M`.
#[must_use]
pub fn short_count(count: Count) -> String {
    number::whole(i64::from(count.get()))
}

/// A rate as it is read: `2,750`, `0.5`.
#[must_use]
pub fn short_rate(rate: Rate) -> String {
    number::decimal(rate.get())
}

#[cfg(test)]
mod tests;
