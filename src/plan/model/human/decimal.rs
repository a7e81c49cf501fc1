//! A decimal number exactly as it was written, and the ways to write one.

use crate::plan::{Count, Rate};

/// The reason why a text gives no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is none, or none that fits: the form of one is told with it.
    Wrong(String),
    /// It is one, and which is not for plangate to choose.
    TwoWays(String),
}

impl Fault {
    /// The fault in words, with the form that the number is to have.
    pub(super) fn with(self, form: &str) -> String {
        match self {
            Self::Wrong(fault) => format!("{fault}: {form}"),
            Self::TwoWays(fault) => fault,
        }
    }
}

/// Digits times a power of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) negative: bool,
    /// Digits without leading zeros; empty for 0.
    digits: String,
    exponent: i32,
}

impl Decimal {
    /// Reads a number without its sign: digits, their separators, an exponent. A whole number
    /// is one that has no fraction; a scale such as `k` multiplies it by a power of ten.
    pub(super) fn parse(text: &str, is_whole: bool, scale: Option<i32>) -> Result<Self, Fault> {
        let not = || Fault::Wrong(not(text));
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, Some(parse_power(power).ok_or_else(not)?)),
            None => (text, None),
        };
        let is_scaled = scale.is_some() || power.is_some();
        let (whole, fraction) = parts(mantissa, is_whole && !is_scaled)?.ok_or_else(not)?;
        if whole.is_empty() && fraction.is_empty() {
            return Err(not());
        }
        let places = i32::try_from(fraction.len()).map_err(|_| not())?;
        let all = format!("{whole}{fraction}");
        Ok(Self {
            negative: false,
            digits: all.trim_start_matches('0').to_owned(),
            exponent: power.unwrap_or(0) + scale.unwrap_or(0) - places,
        })
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The nearest floating-point number to what was written.
    pub(super) fn value(&self) -> Result<f64, Fault> {
        // Parsed in one go: reckoning with powers of ten would round more than once.
        let text = format!("0{}e{}", self.digits, self.exponent);
        let value = text.parse::<f64>().unwrap_or(f64::INFINITY);
        if !value.is_finite() {
            return Err(Fault::Wrong("too large".to_owned()));
        }
        if value == 0.0 && !self.is_zero() {
            let fault = "too small to tell from 0: write 0 if you mean none";
            return Err(Fault::TwoWays(fault.to_owned()));
        }
        Ok(if self.negative { -value } else { value })
    }

    pub(super) fn rate(&self) -> Result<Rate, Fault> {
        if self.negative && !self.is_zero() {
            return Err(Fault::Wrong("below 0".to_owned()));
        }
        let too_large = || Fault::Wrong("too large".to_owned());
        Rate::new(self.value()?).ok_or_else(too_large)
    }

    pub(super) fn count(&self) -> Result<Count, Fault> {
        let wrong = |fault: &str| Fault::Wrong(fault.to_owned());
        if self.is_zero() {
            return Ok(Count::ZERO);
        }
        if self.negative {
            return Err(wrong("below 0"));
        }
        let significant = self.digits.trim_end_matches('0');
        let dropped = self.digits.len() - significant.len();
        let zeros = i64::from(self.exponent) + i64::try_from(dropped).unwrap_or(i64::MAX);
        let zeros = usize::try_from(zeros).map_err(|_| wrong("not a whole number"))?;
        // 2147483647 has 10 digits.
        if significant.len().saturating_add(zeros) > 10 {
            return Err(wrong("too large"));
        }
        let whole = format!("{significant}{}", "0".repeat(zeros));
        let count = whole.parse().ok().and_then(Count::new);
        count.ok_or_else(|| wrong("too large"))
    }
}

pub(super) fn not(text: &str) -> String {
    format!("{text:?} is not a number")
}

/// The power of ten after an `e`; far more than any limit, far less than an overflow.
fn parse_power(text: &str) -> Option<i32> {
    let power: i32 = text.parse().ok()?;
    (-400..=400).contains(&power).then_some(power)
}

/// The digits before and after the decimal point; `None` where the text is no number.
fn parts(text: &str, is_whole: bool) -> Result<Option<(String, String)>, Fault> {
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let split = |(whole, fraction): (&str, &str)| {
        let is_fraction = !fraction.is_empty() && is_digits(fraction);
        let whole = ungroup(whole).filter(|_| is_fraction)?;
        Some((whole, fraction.to_owned()))
    };
    let ungrouped = || ungroup(text).map(|whole| (whole, String::new()));
    let (points, commas) = (text.matches('.').count(), text.matches(',').count());
    Ok(match (points, commas) {
        (1, 0) => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            // `1.000` is 1 to half of the world, 1000 to the other half.
            let is_group = fraction.len() == 3 && is_digits(fraction) && is_first_group(whole);
            if is_group && (is_whole || fraction.ends_with('0')) {
                return Err(ask(text, whole, fraction));
            }
            split((whole, fraction))
        }
        (0, 1) => {
            let (whole, fraction) = text.split_once(',').unwrap_or((text, ""));
            let is_plain = !whole.is_empty() && is_digits(whole);
            match fraction.len() {
                3 if is_first_group(whole) => ungrouped(),
                // Nothing is parted into thousands behind a 0.
                _ if is_plain && whole.bytes().all(|byte| byte == b'0') => split((whole, fraction)),
                0 => None,
                _ if is_plain && is_digits(fraction) => return Err(ask(text, whole, fraction)),
                // `1 000,5`: other thousands came before.
                _ => split((whole, fraction)).filter(|_| fraction.len() != 3),
            }
        }
        // `1234`, `1.234.567` and `1,234,567`.
        (_, 0) | (0, _) => ungrouped(),
        // The last of them is the decimal point, and stands once.
        (1, _) if text.rfind('.') > text.rfind(',') => text.rsplit_once('.').and_then(split),
        (_, 1) if text.rfind(',') > text.rfind('.') => text.rsplit_once(',').and_then(split),
        _ => None,
    })
}

/// The question which of two numbers is meant.
fn ask(text: &str, whole: &str, fraction: &str) -> Fault {
    let joined = format!("{whole}{fraction}");
    let decimal = match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        // Written like this it would be asked about again.
        digits if digits.len() == 3 => {
            return Fault::TwoWays(format!(
                "{text:?} is not a whole number: write {joined} if that is meant"
            ));
        }
        digits => format!("{whole}.{digits}"),
    };
    Fault::TwoWays(format!(
        "{text:?} can mean {decimal} or {joined}: write one of them"
    ))
}

/// Returns true for the digits that thousands can follow.
fn is_first_group(text: &str) -> bool {
    (1..=3).contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits with their separators taken out. An underscore may stand between any
/// two digits; the others only where they part thousands.
fn ungroup(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let mut separators = text.chars().filter(|c| !c.is_ascii_digit());
    let Some(separator) = separators.next() else {
        return Some(digits);
    };
    if separators.any(|c| c != separator) {
        return None;
    }
    let mut groups = text.split(separator);
    let is_well_formed = match separator {
        '_' => groups.all(|group| !group.is_empty()),
        ',' | '.' | ' ' | '\'' => {
            let groups: Vec<&str> = groups.collect();
            let (first, last) = (groups.first()?, groups.last()?);
            let between = groups.get(1..groups.len() - 1)?;
            let is_parted = |size: usize| between.iter().all(|group| group.len() == size);
            // As in `12,34,567`: lakhs and crores.
            let is_indian = separator == ',' && first.len() <= 2 && is_parted(2);
            is_first_group(first) && last.len() == 3 && (is_parted(3) || is_indian)
        }
        _ => false,
    };
    is_well_formed.then_some(digits)
}
