//! Tests of numbers as people type them.

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
        // As other countries, keyboards and pages write them.
        ("1’000", 1000),
        ("1\u{2009}000", 1000),
        ("1\u{202f}000\u{a0}000", 1_000_000),
        ("\u{200b}1\u{2060}300\u{feff}", 1300),
        ("1.234.567", 1_234_567),
        ("1.234.567,0", 1_234_567),
        ("1.000,000", 1000),
        ("12,34,567", 1_234_567),
        ("1٬000", 1000),
        ("１２", 12),
        ("１．５Ｍ", 1_500_000),
        ("٣٠٠", 300),
        ("२५०", 250),
        ("＋５", 5),
        ("−0", 0),
        // In words.
        ("1 million", 1_000_000),
        ("2.5 Thousand", 2500),
        ("1.5 mio", 1_500_000),
        ("2bn", 2_000_000_000),
        ("3 lakh", 300_000),
        ("400 requests", 400),
        ("2k req", 2000),
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
        ("1.125", 1.125),
        ("0,5", 0.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1 000,5", 1000.5),
        ("0٫5", 0.5),
        ("300/s", 300.0),
        ("300 / sec", 300.0),
        ("2.5k/s", 2500.0),
        ("300 per second", 300.0),
        ("300 requests per second", 300.0),
        ("300 req/s", 300.0),
        ("300rps", 300.0),
        ("300 TPS", 300.0),
        ("1 million requests a second", 1e6),
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
        ("1_", "not a number"),
        ("1__0", "not a number"),
        ("1,000_000", "not a number"),
        ("1..2", "not a number"),
        ("1e", "not a number"),
        ("1e99999999999", "not a number"),
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
fn asks_where_a_text_can_be_read_in_two_ways() {
    for (text, question) in [
        ("1.000", "can mean 1 or 1000"),
        ("2.500", "can mean 2.5 or 2500"),
        ("1.234", "is not a whole number: write 1234"),
        ("1.500k", "can mean 1.5 or 1500"),
        ("1,5", "can mean 1.5 or 15"),
        ("12,34", "can mean 12.34 or 1234"),
        ("1,50,", "not a number"),
        ("100\n200", "2 numbers are there"),
        ("100\u{2028}200", "2 numbers are there"),
        ("100 | 200 | 300", "3 numbers are there"),
        ("100\t200", "not a number"),
        ("300/s", "has no time"),
        ("100/day", "has no time"),
        ("x2", "not a number"),
        ("20%", "not a number"),
        ("1 mil", "not a number"),
        ("300/m", "not a number"),
    ] {
        let said = parse_count(text).unwrap_err();
        assert!(said.contains(question), "{text}: {said}");
    }
    for (text, question) in [
        ("1.000", "can mean 1 or 1000"),
        ("2.500", "can mean 2.5 or 2500"),
        ("1,5", "can mean 1.5 or 15"),
        ("1e-400", "too small to tell from 0"),
        ("300/min", "300 per minute is 5/s"),
        ("360k per hour", "360,000 per hour is 100/s"),
        ("864/day", "864 per day is 0.01/s"),
        ("100/month", "not per month"),
    ] {
        let said = parse_rate(text).unwrap_err();
        assert!(said.contains(question), "{text}: {said}");
    }
}

#[test]
fn a_quota_is_read_with_its_period() {
    let quota = |text: &str| {
        let (limit, period) = parse_quota(text)?;
        Ok::<_, String>((limit.get(), period))
    };
    for (text, limit, period) in [
        ("1.5M", 1_500_000, None),
        ("75k/WEEK", 75_000, Some(Period::Week)),
        ("100/DAY", 100, Some(Period::Day)),
        ("10M/mo", 10_000_000, Some(Period::Month)),
        ("10,000/wk", 10_000, Some(Period::Week)),
        (
            "1 million requests per month",
            1_000_000,
            Some(Period::Month),
        ),
        ("500 a day", 500, Some(Period::Day)),
        ("500 daily", 500, Some(Period::Day)),
    ] {
        assert_eq!(quota(text), Ok((limit, period)), "{text}");
    }
    for text in ["100/s", "100 per hour", "100/year"] {
        let said = quota(text).unwrap_err();
        assert!(said.contains("per day, week or month"), "{text}: {said}");
    }
    for (text, period) in [
        ("WEEK", Some(Period::Week)),
        (" weekly", Some(Period::Week)),
        ("mo", Some(Period::Month)),
        ("ＤＡＹ", Some(Period::Day)),
        ("hour", None),
        ("m", None),
        ("", None),
    ] {
        assert_eq!(parse_period(text), period, "{text}");
    }
    let amount = |text: &str| QuotaAmount::parse(text);
    let week = Ok(QuotaAmount {
        limit: None,
        period: Some(Period::Week),
    });
    assert_eq!(amount("week"), week);
    assert!(amount("+20%/day").unwrap_err().contains("keeps its period"));
    assert!(
        amount("5/s")
            .unwrap_err()
            .contains("per day, week or month")
    );
}

#[test]
fn tweaks_a_number() {
    let on = |text: &str, current: i32| {
        Amount::parse(text, Measure::Requests)?
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
        ("/2", 100, 50),
        ("÷ 4", 100, 25),
        ("2x", 100, 200),
        ("1.5 times", 100, 150),
        ("x 1.5", 100, 150),
        ("×1,000", 1, 1000),
        ("−50", 100, 50),
        ("–10 %", 1000, 900),
        ("+ 20 ％", 1000, 1200),
        ("+20 percent", 1000, 1200),
        ("+20 per cent", 1000, 1200),
        ("＋１０ｋ", 1, 10_001),
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
        ("/0", 1, "nothing divides by 0"),
        ("/-2", 1, "below 0"),
        ("x1e-400", 1, "too small"),
        ("20 %", 1, "20% of what is there now is x0.2"),
        ("+-5", 1, "not a number"),
        ("x2%", 1, "one sign"),
        ("1.000", 1, "can mean 1 or 1000"),
        ("+1.000", 1, "can mean 1 or 1000"),
        ("x1,5", 1, "can mean 1.5 or 15"),
        ("5/s", 1, "has no time"),
    ] {
        let said = on(text, current).unwrap_err();
        assert!(said.contains(reason), "{text} on {current}: {said}");
    }
}

#[test]
fn a_tweaked_rate_has_no_binary_noise() {
    let on = |text: &str, current: f64| {
        let amount = Amount::parse(text, Measure::Rate).unwrap();
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

proptest! {
    #[test]
    fn reads_back_what_it_writes(count in count(), rate in rate()) {
        for text in [count.to_string(), short_count(count)] {
            prop_assert_eq!(parse_count(&text), Ok(count), "{}", text);
        }
        for text in [rate.to_string(), short_rate(rate)] {
            prop_assert_eq!(parse_rate(&text), Ok(rate), "{}", text);
        }
    }

    #[test]
    fn any_text_gives_a_number_or_a_reason(text in any::<String>(), near in "[-+x*/0-9.,_ ’−１eEkKmMgG%]{0,12}") {
        for text in [text, near] {
            if let Ok(count) = parse_count(&text) {
                prop_assert!(count >= Count::ZERO);
            }
            if let Ok(rate) = parse_rate(&text) {
                prop_assert!(Rate::new(rate.get()).is_some());
            }
            if let Ok(amount) = Amount::parse(&text, Measure::Requests) {
                prop_assert_eq!(Amount::parse(&amount.to_string(), Measure::Requests), Ok(amount), "{}", amount);
                let on = amount.on_count(Count::as_read(100));
                prop_assert!(on.is_err() || on >= Ok(Count::ZERO));
            }
        }
    }
}
