//! Numbers as people type them, and as they read them.

use std::fmt;

use crate::plan::{Count, Rate};

/// The form of a rate, for messages.
const RATE: &str = "a rate is a number of requests per second, 0 or more, such as 100 or 0.5";
/// The form of a count, for messages.
const COUNT: &str = "a whole number from 0 to 2147483647 (2.1G), such as 1300 or 1.5M";

/// Reads a rate in requests per second: `100`, `0.5`, `1,000`, `10_000`, `1.5k`.
///
/// # Errors
/// Why the text is not a rate, with range and unit.
pub fn parse_rate(text: &str) -> Result<Rate, String> {
    let decimal = Decimal::parse(text).map_err(|fault| format!("{fault}: {RATE}"))?;
    decimal.rate().map_err(|fault| format!("{fault}: {RATE}"))
}

/// Reads a count of requests: `1300`, `10_000`, `1,000,000`, `1.5M`, `2k`.
///
/// # Errors
/// Why the text is not a count, with its range.
pub fn parse_count(text: &str) -> Result<Count, String> {
    let decimal = Decimal::parse(text).map_err(|fault| format!("{fault}: {COUNT}"))?;
    decimal.count().map_err(|fault| format!("{fault}: {COUNT}"))
}

/// A decimal number exactly as it was written: digits times a power of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    /// Digits without leading zeros; empty for 0.
    digits: String,
    exponent: i32,
}

impl Decimal {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text.strip_prefix('+').unwrap_or(text).trim_start()),
        };
        if unsigned.is_empty() {
            return Err("no number given".to_owned());
        }
        let (number, suffix) = split_suffix(unsigned);
        let (mantissa, power) = match number.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, parse_power(power).ok_or_else(|| not(text))?),
            None => (number, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if mantissa.contains('.') && fraction.is_empty() {
            return Err(not(text));
        }
        let whole = ungroup(whole).ok_or_else(|| not(text))?;
        if !fraction.chars().all(|c| c.is_ascii_digit())
            || (whole.is_empty() && fraction.is_empty())
        {
            return Err(not(text));
        }
        let places = i32::try_from(fraction.len()).map_err(|_| not(text))?;
        let all = format!("{whole}{fraction}");
        Ok(Self {
            negative,
            digits: all.trim_start_matches('0').to_owned(),
            exponent: power + suffix - places,
        })
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The nearest floating-point number to what was written; infinite when it
    /// is too large.
    fn value(&self) -> f64 {
        // Parsed in one go: reckoning with powers of ten would round more than once.
        let text = format!("0{}e{}", self.digits, self.exponent);
        let value = text.parse::<f64>().unwrap_or(f64::INFINITY);
        if self.negative { -value } else { value }
    }

    fn rate(&self) -> Result<Rate, String> {
        if self.negative && !self.is_zero() {
            return Err("below 0".to_owned());
        }
        Rate::new(self.value()).ok_or_else(|| "too large".to_owned())
    }

    fn count(&self) -> Result<Count, String> {
        if self.is_zero() {
            return Ok(Count::ZERO);
        }
        if self.negative {
            return Err("below 0".to_owned());
        }
        let significant = self.digits.trim_end_matches('0');
        let dropped = self.digits.len() - significant.len();
        let zeros = i64::from(self.exponent) + i64::try_from(dropped).unwrap_or(i64::MAX);
        let zeros = usize::try_from(zeros).map_err(|_| "not a whole number".to_owned())?;
        // 2147483647 has 10 digits.
        if significant.len().saturating_add(zeros) > 10 {
            return Err("too large".to_owned());
        }
        let whole = format!("{significant}{}", "0".repeat(zeros));
        let count = whole.parse().ok().and_then(Count::new);
        count.ok_or_else(|| "too large".to_owned())
    }
}

fn not(text: &str) -> String {
    format!("{text:?} is not a number")
}

/// Takes `k`, `M` or `G` off the end, in capitals or not.
fn split_suffix(text: &str) -> (&str, i32) {
    // A small `m` means a million too: people type it for `M`, and nobody counts
    // thousandths here.
    let suffixes = [('k', 3), ('K', 3), ('m', 6), ('M', 6), ('g', 9), ('G', 9)];
    suffixes
        .into_iter()
        .find_map(|(letter, power)| Some((text.strip_suffix(letter)?.trim_end(), power)))
        .unwrap_or((text, 0))
}

/// The power of ten after an `e`; far more than any limit, far less than an overflow.
fn parse_power(text: &str) -> Option<i32> {
    let power: i32 = text.parse().ok()?;
    (-400..=400).contains(&power).then_some(power)
}

/// Digits with their separators taken out. An underscore may stand between any
/// two digits; commas and spaces only where they part thousands, since `1,5`
/// means 1.5 to half of the world.
fn ungroup(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let separators: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let Some(separator) = separators.first().copied() else {
        return Some(digits);
    };
    if separators.iter().any(|c| *c != separator) {
        return None;
    }
    let mut groups = text.split(separator);
    let well_formed = match separator {
        '_' => groups.all(|group| !group.is_empty()),
        ',' | ' ' | '\u{a0}' | '\u{202f}' | '\'' => {
            let first = groups.next().map_or(0, str::len);
            (1..=3).contains(&first) && groups.all(|group| group.len() == 3)
        }
        _ => false,
    };
    well_formed.then_some(digits)
}

/// A quick tweak of a number: a new value, or what to do to the present one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// This value.
    To(f64),
    /// That many times the present value: `x2`, `*1.5`.
    Times(f64),
    /// More or less by a share of the present value, in percent: `+20%`, `-10%`.
    Percent(f64),
    /// More or less by a number: `+50`, `-50`.
    Plus(f64),
}

impl Amount {
    /// Reads `200`, `x2`, `*1.5`, `+20%`, `-10%`, `+50` or `-50`.
    ///
    /// # Errors
    /// Why the text is none of them.
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORMS: &str = "write a number, x2, +20%, -10%, +50 or -50";
        let text = text.trim();
        let number = |text: &str| {
            let value = Decimal::parse(text)
                .map_err(|fault| format!("{fault}: {FORMS}"))?
                .value();
            let finite = value.is_finite().then_some(value);
            finite.ok_or_else(|| format!("too large: {FORMS}"))
        };
        if let Some(factor) = text.strip_prefix(['x', 'X', '*', '×']) {
            return match number(factor)? {
                factor if factor.is_sign_negative() => Err(format!("below 0: {FORMS}")),
                factor => Ok(Self::Times(factor)),
            };
        }
        let is_signed = text.starts_with(['+', '-']);
        match text.strip_suffix('%') {
            Some(share) if is_signed => Ok(Self::Percent(number(share)?)),
            Some(_) => Err(format!("a share needs + or - before it: {FORMS}")),
            None if is_signed => Ok(Self::Plus(number(text)?)),
            None => Ok(Self::To(number(text)?)),
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

/// Takes off the noise of binary arithmetic (0.1 + 0.2) by keeping 12 digits.
fn tidy(value: f64) -> f64 {
    // A whole number of no more digits has no noise.
    if value.fract() == 0.0 && value.abs() < 1e12 {
        return value;
    }
    format!("{value:.11e}").parse().unwrap_or(value)
}

/// A whole number with its thousands parted by commas: `1,500,000`.
#[must_use]
pub fn group_thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count in its shortest form, as [`short`].
#[must_use]
pub fn short_count(count: Count) -> String {
    short(i64::from(count.get()))
}

/// A whole number in its shortest form that is exact: `1.5M`, `10k`, `1,234`.
#[must_use]
pub fn short(number: i64) -> String {
    let grouped = group_thousands(number);
    let units = [("G", 9), ("M", 6), ("k", 3)];
    let reached = units
        .into_iter()
        .find(|(_, power)| number / 10_i64.pow(*power) != 0);
    let with_unit = reached.and_then(|(unit, power)| {
        let size = 10_i64.pow(power);
        let (whole, rest) = (number / size, (number % size).abs());
        let width = usize::try_from(power).unwrap_or(0);
        let fraction = format!(".{rest:0width$}");
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        // A dot and two digits: more is no shorter to read.
        (fraction.len() <= 3).then(|| format!("{whole}{fraction}{unit}"))
    });
    with_unit
        .filter(|text| text.len() < grouped.len())
        .unwrap_or(grouped)
}

/// A rate in its shortest exact form: `10k`, `0.5`.
#[must_use]
pub fn short_rate(rate: Rate) -> String {
    let value = rate.get();
    let is_whole = value.fract() == 0.0 && value.abs() < 1e15;
    if is_whole {
        // Whole and well inside 64 bits.
        #[expect(clippy::cast_possible_truncation)]
        return short(value as i64);
    }
    rate.to_string()
}

/// A share in percent; all of it only where nothing is left.
#[must_use]
pub fn percent(share: Option<f64>) -> String {
    match share {
        None => "-".to_owned(),
        // Down, not to the nearest: 99.6 % would read as all of it.
        Some(share) if share < 1.0 => format!("{:.0} %", (share * 100.0).floor()),
        Some(_) => "100 %".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::model::arbitrary::{count, rate};

    fn rate_of(text: &str) -> f64 {
        parse_rate(text).unwrap().get()
    }

    fn count_of(text: &str) -> i32 {
        parse_count(text).unwrap().get()
    }

    #[test]
    fn reads_numbers_as_people_write_them() {
        for (text, value) in [
            ("1300", 1300),
            (" 007 ", 7),
            ("1.5M", 1_500_000),
            ("1.5 m", 1_500_000),
            ("10_000", 10_000),
            ("1,000,000", 1_000_000),
            ("1 000 000", 1_000_000),
            ("1'000", 1000),
            ("2k", 2000),
            ("2.3k", 2300),
            ("1e3", 1000),
            ("12.0", 12),
            ("0.002k", 2),
            ("0", 0),
            ("-0", 0),
            ("+5", 5),
            ("2G", 2_000_000_000),
            ("2147483647", i32::MAX),
        ] {
            assert_eq!(count_of(text), value, "{text}");
        }
        for (text, value) in [
            ("0.5", 0.5),
            (".5", 0.5),
            ("0.1", 0.1),
            ("1,000.25", 1000.25),
            ("2.3k", 2300.0),
            ("5e-324", 5e-324),
            ("1e3", 1000.0),
        ] {
            assert!((rate_of(text) - value).abs() == 0.0, "{text}");
        }
    }

    #[test]
    fn says_why_a_text_is_no_number() {
        for (text, reason) in [
            ("", "no number given"),
            ("  ", "no number given"),
            ("-1", "below 0"),
            ("1.5", "not a whole number"),
            ("0.0005k", "not a whole number"),
            ("2147483648", "too large"),
            ("3G", "too large"),
            ("1e400", "too large"),
            ("99999999999999999999999999", "too large"),
            ("abc", "not a number"),
            ("1.", "not a number"),
            ("1,5", "not a number"),
            ("1_", "not a number"),
            ("1__0", "not a number"),
            ("1,000_000", "not a number"),
            ("1..2", "not a number"),
            ("1e", "not a number"),
            ("1e99999999999", "not a number"),
            ("１２", "not a number"),
            ("NaN", "not a number"),
            ("inf", "not a number"),
            ("k", "not a number"),
            ("M", "not a number"),
            ("0x10", "not a number"),
            ("--1", "not a number"),
        ] {
            let said = parse_count(text).unwrap_err();
            assert!(said.contains(reason), "{text}: {said}");
            assert!(said.contains("from 0 to 2147483647"), "{text}: {said}");
        }
        for (text, reason) in [
            ("", "no number given"),
            ("-0.5", "below 0"),
            ("1e309", "too large"),
            ("nan", "not a number"),
            ("infinity", "not a number"),
        ] {
            let said = parse_rate(text).unwrap_err();
            assert!(said.contains(reason), "{text}: {said}");
            assert!(said.contains("requests per second"), "{text}: {said}");
        }
    }

    #[test]
    fn tweaks_a_number() {
        let on = |text: &str, current: i32| {
            Amount::parse(text)?
                .on_count(Count::as_read(current))
                .map(Count::get)
        };
        for (text, current, result) in [
            ("200", 5, 200),
            ("1.5M", 5, 1_500_000),
            ("x2", 100, 200),
            ("X 2", 100, 200),
            ("*1.5", 3, 5),
            ("×3", 1, 3),
            ("x0", 7, 0),
            ("+20%", 1000, 1200),
            ("-10%", 1000, 900),
            ("-10%", 5, 5),
            ("+10%", 4, 4),
            ("+50", 100, 150),
            ("-50", 100, 50),
            ("+1k", 1, 1001),
        ] {
            assert_eq!(on(text, current), Ok(result), "{text} on {current}");
        }
        for (text, current, reason) in [
            ("x2", i32::MAX, "too large"),
            ("-50", 10, "below 0"),
            ("-101%", 1000, "below 0"),
            ("1.5", 1, "not a whole number"),
            ("20%", 1, "needs + or -"),
            ("x-2", 1, "below 0"),
            ("x", 1, "no number given"),
            ("", 1, "no number given"),
            ("%", 1, "needs + or -"),
            ("+%", 1, "no number given"),
            ("twice", 1, "not a number"),
            ("1e400", 1, "too large"),
        ] {
            let said = on(text, current).unwrap_err();
            assert!(said.contains(reason), "{text} on {current}: {said}");
        }
    }

    #[test]
    fn a_tweaked_rate_has_no_binary_noise() {
        let on = |text: &str, current: f64| {
            let amount = Amount::parse(text).unwrap();
            amount
                .on_rate(Rate::as_read(current))
                .map(|rate| rate.to_string())
        };
        assert_eq!(on("+10%", 0.7).as_deref(), Ok("0.77"));
        assert_eq!(on("+0.2", 0.1).as_deref(), Ok("0.3"));
        assert_eq!(on("x3", 0.1).as_deref(), Ok("0.3"));
        assert_eq!(on("-20%", 12.5).as_deref(), Ok("10"));
        assert!(on("x2", f64::MAX).unwrap_err().contains("too large"));
        assert!(on("-1", 0.5).unwrap_err().contains("below 0"));
    }

    #[test]
    fn writes_numbers_short_where_that_is_exact() {
        for (number, grouped, brief) in [
            (0, "0", "0"),
            (7, "7", "7"),
            (999, "999", "999"),
            (1000, "1,000", "1k"),
            (1300, "1,300", "1.3k"),
            (1234, "1,234", "1,234"),
            (1_500_000, "1,500,000", "1.5M"),
            (1_050_000, "1,050,000", "1.05M"),
            (1_234_567, "1,234,567", "1,234,567"),
            (2_000_000_000, "2,000,000,000", "2G"),
            (-1500, "-1,500", "-1.5k"),
            (
                i64::MIN,
                "-9,223,372,036,854,775,808",
                "-9,223,372,036,854,775,808",
            ),
        ] {
            assert_eq!(group_thousands(number), grouped);
            assert_eq!(short(number), brief);
        }
        assert_eq!(short_rate(Rate::as_read(10_000.0)), "10k");
        assert_eq!(short_rate(Rate::as_read(0.5)), "0.5");
    }

    proptest! {
        #[test]
        fn reads_back_what_it_writes(count in count(), rate in rate()) {
            for text in [count.to_string(), short(count.get().into()), group_thousands(count.get().into())] {
                prop_assert_eq!(parse_count(&text), Ok(count), "{}", text);
            }
            for text in [rate.to_string(), short_rate(rate)] {
                prop_assert_eq!(parse_rate(&text), Ok(rate), "{}", text);
            }
        }

        #[test]
        fn any_text_gives_a_number_or_a_reason(text in any::<String>(), near in "[-+x*0-9.,_ eEkKmMgG%]{0,12}") {
            for text in [text, near] {
                if let Ok(count) = parse_count(&text) {
                    prop_assert!(count >= Count::ZERO);
                }
                if let Ok(rate) = parse_rate(&text) {
                    prop_assert!(Rate::new(rate.get()).is_some());
                }
                if let Ok(amount) = Amount::parse(&text) {
                    prop_assert_eq!(Amount::parse(&amount.to_string()), Ok(amount), "{}", amount);
                    let on = amount.on_count(Count::as_read(100));
                    prop_assert!(on.is_err() || on >= Ok(Count::ZERO));
                }
            }
        }
    }
}
