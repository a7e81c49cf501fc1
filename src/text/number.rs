//! Numbers as they are read: the one form for screen, reports and messages. JSON, CSV,
//! operations and AWS CLI lines take the plain digits of the number itself instead.

/// Above this a decimal number is written with an exponent: nobody counts its digits.
const LARGEST: f64 = 1e15;
/// Below this too.
const SMALLEST: f64 = 1e-6;

/// A whole number: `2,750`, from a million on `1.5M` where that is exact, else
/// `1,234,567`.
#[must_use]
pub fn whole(number: i64) -> String {
    const MILLION: i64 = 1_000_000;
    // So many millions read as a number yet.
    const MOST: i64 = 9_999;
    let (millions, rest) = (number / MILLION, (number % MILLION).unsigned_abs());
    let fraction = format!(".{rest:06}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    // A point and two digits: more is no shorter to read.
    if millions != 0 && millions.abs() <= MOST && fraction.len() <= 3 {
        return format!("{}{fraction}M", grouped(millions));
    }
    grouped(number)
}

/// A number that may have a fraction, as [`whole`]: `0.5`, `2,750.5`, `1.5M`.
#[must_use]
pub fn decimal(number: f64) -> String {
    let size = number.abs();
    if !size.is_finite() {
        return number.to_string();
    }
    if size >= LARGEST || (size > 0.0 && size < SMALLEST) {
        return format!("{number:e}");
    }
    // Within what 64 bits hold.
    #[expect(clippy::cast_possible_truncation)]
    let integer = number.trunc() as i64;
    if number.fract() == 0.0 {
        return whole(integer);
    }
    let text = number.to_string();
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    // -0.5 has no sign left in its whole part.
    let sign = if integer == 0 && number < 0.0 {
        "-"
    } else {
        ""
    };
    format!("{sign}{}.{fraction}", grouped(integer))
}

/// A text that is a number, as it is read; any other text as it is.
#[must_use]
pub fn of_text(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let number = text.parse::<f64>().ok().filter(|_| is_plain);
    number.map_or_else(|| text.to_owned(), decimal)
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

/// A number of things with their name, one or several: `1 plan`, `2,750 plans`.
#[must_use]
pub fn counted(number: usize, one: &str, several: &str) -> String {
    let name = if number == 1 { one } else { several };
    format!(
        "{} {name}",
        whole(i64::try_from(number).unwrap_or(i64::MAX))
    )
}

/// The digits of a number, with a comma before each three.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_short_only_where_that_is_exact() {
        for (number, text) in [
            (0, "0"),
            (7, "7"),
            (999, "999"),
            (1000, "1,000"),
            (2750, "2,750"),
            (999_999, "999,999"),
            (1_000_000, "1M"),
            (1_500_000, "1.5M"),
            (1_050_000, "1.05M"),
            (1_234_567, "1,234,567"),
            (1_005_000, "1,005,000"),
            (20_000_000, "20M"),
            (2_000_000_000, "2,000M"),
            (2_147_483_647, "2,147,483,647"),
            (9_999_000_000, "9,999M"),
            (10_000_000_000, "10,000,000,000"),
            (-1500, "-1,500"),
            (-1_500_000, "-1.5M"),
            (i64::MIN, "-9,223,372,036,854,775,808"),
        ] {
            assert_eq!(whole(number), text);
        }
    }

    #[test]
    fn a_decimal_number_keeps_its_fraction() {
        for (number, text) in [
            (0.0, "0"),
            (0.5, "0.5"),
            (-0.5, "-0.5"),
            (2750.5, "2,750.5"),
            (-2750.5, "-2,750.5"),
            (10_000.0, "10,000"),
            (1_500_000.0, "1.5M"),
            (1_500_000.5, "1,500,000.5"),
            (1e300, "1e300"),
            (5e-324, "5e-324"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(decimal(number), text);
        }
    }

    #[test]
    fn a_text_that_is_no_number_stays_as_it_is() {
        for (text, shown) in [
            ("2750", "2,750"),
            ("0.5", "0.5"),
            ("-1", "-1"),
            ("MONTH", "MONTH"),
            ("inf", "inf"),
            ("NaN", "NaN"),
            ("", ""),
        ] {
            assert_eq!(of_text(text), shown);
        }
    }

    #[test]
    fn one_thing_has_its_own_name() {
        assert_eq!(counted(0, "plan", "plans"), "0 plans");
        assert_eq!(counted(1, "plan", "plans"), "1 plan");
        assert_eq!(counted(2750, "key", "keys"), "2,750 keys");
    }
}
