//! The days in an answer of GetUsage, read from the answer's own text: the SDK
//! refuses the whole answer where one number of one key is not what its model has.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::gateway::failure::FailureKind;
use crate::gateway::failure::fault::Fault;
use crate::plan::usage::Day;

/// The member that has the days, by the keys' identifiers.
const VALUES: &str = "values";

/// The days of one API key, as far as they could be understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::gateway) struct KeyDays {
    /// In order; what was not understood tells nothing.
    pub(in crate::gateway) days: Vec<Day>,
    /// The first part that was not understood, and how much else; `None` where all was.
    pub(in crate::gateway) odd: Option<String>,
}

/// The days of all keys, by their identifiers: a map, so that their order does not
/// change from one reading to the next.
pub(in crate::gateway) type Days = BTreeMap<String, KeyDays>;

/// An answer of GetUsage.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gateway) struct UsageAnswer {
    /// The plan.
    pub(in crate::gateway) usage_plan_id: Option<String>,
    /// The first day.
    pub(in crate::gateway) start_date: Option<String>,
    /// The start of the next page; nothing or an empty text for none.
    pub(in crate::gateway) position: Option<String>,
    #[serde(default, deserialize_with = "present")]
    values: Option<Box<RawValue>>,
}

/// A member that is there, also where it is null.
fn present<'de, D: Deserializer<'de>>(member: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(member).map(Some)
}

impl UsageAnswer {
    /// The days of all keys.
    ///
    /// # Errors
    /// Where it is not an answer to GetUsage, or no key can be told from another.
    pub(in crate::gateway) fn days(&self) -> Result<Days, Fault> {
        match &self.values {
            Some(values) => days_of_keys(values.get()),
            // No map of its own for no keys: the service leaves empty members out.
            None if self.usage_plan_id.is_some() => Ok(Days::new()),
            None => Err(bad("it has no usage: it is not an answer to GetUsage")),
        }
    }
}

fn bad(said: &str) -> Fault {
    let field = Some(VALUES.to_owned());
    Fault::new(FailureKind::BadAnswer { field }, said)
}

fn days_of_keys(values: &str) -> Result<Days, Fault> {
    let keys: Option<BTreeMap<String, &RawValue>> = serde_json::from_str(values)
        .map_err(|_| bad("it is not an object with a member per key"))?;
    let keys = keys.unwrap_or_default().into_iter();
    Ok(keys
        .map(|(key, days)| (key, key_days(days.get())))
        .collect())
}

fn key_days(text: &str) -> KeyDays {
    // What every sound answer is: no number needs a look of its own.
    if let Ok(rows) = serde_json::from_str::<Vec<[i64; 2]>>(text)
        && rows.iter().all(|[used, _]| *used >= 0)
    {
        return KeyDays {
            days: rows.into_iter().map(Day::from).collect(),
            odd: None,
        };
    }
    let rows = match serde_json::from_str(text) {
        Ok(Value::Null) => Vec::new(),
        Ok(Value::Array(rows)) => rows,
        Ok(other) => {
            return KeyDays {
                days: Vec::new(),
                odd: Some(format!("its days are {}, not a list", kind(&other))),
            };
        }
        // A text that was JSON a moment ago: a number too long to be one.
        Err(error) => {
            return KeyDays {
                days: Vec::new(),
                odd: Some(format!("its days cannot be read: {error}")),
            };
        }
    };
    let mut odd = Vec::new();
    let mut days = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let (day, wrong) = day(row);
        days.push(day);
        odd.extend(wrong.map(|wrong| format!("day {}: {wrong}", at + 1)));
    }
    let more = odd.len().saturating_sub(1);
    let odd = odd.into_iter().next().map(|first| match more {
        0 => first,
        more => format!("{first}, and {more} more"),
    });
    KeyDays { days, odd }
}

/// A day, and what is wrong with it. A part that is null or missing tells nothing;
/// with more numbers than two it is not known which are which.
fn day(row: &Value) -> (Day, Option<String>) {
    let numbers = match row {
        Value::Null => &[],
        Value::Array(numbers) => numbers.as_slice(),
        other => {
            let wrong = format!("it is {}, not a list", kind(other));
            return (Day::default(), Some(wrong));
        }
    };
    let (used, remaining) = match numbers {
        [] => (&Value::Null, &Value::Null),
        [used] => (used, &Value::Null),
        [used, remaining] => (used, remaining),
        more => {
            let wrong = format!("it has {} numbers, not used and remaining", more.len());
            return (Day::default(), Some(wrong));
        }
    };
    let mut wrong = None;
    let mut part = |name: &str, value: &Value, least: i64| {
        let number = whole(value).filter(|number| *number >= least);
        if number.is_none() && !value.is_null() {
            wrong.get_or_insert_with(|| format!("{name} is {}", kind(value)));
        }
        number
    };
    let day = Day {
        used: part("used", used, 0),
        // The least number stands for one that is not told.
        remaining: part("remaining", remaining, i64::MIN + 1),
    };
    (day, wrong)
}

/// A whole number of 64 bits, however it is written: `200`, `200.0`, `2e2`, `"200"`.
fn whole(value: &Value) -> Option<i64> {
    /// Up to here every whole number has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let float = number.as_f64()?;
            let is_whole = !number.is_u64() && float.fract() == 0.0 && float.abs() <= EXACT;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a whole number of 53 bits at most"
            )]
            is_whole.then_some(float as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A value as the operator reads it; long ones by their kind only.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.chars().count() <= 20 => format!("the text {text:?}"),
        Value::String(_) => "a long text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_key(days: &str) -> KeyDays {
        let body = format!(r#"{{"usagePlanId":"w0mvrr","values":{{"k":{days}}}}}"#);
        let answer: UsageAnswer = serde_json::from_str(&body).unwrap();
        answer.days().unwrap().remove("k").unwrap()
    }

    fn told(used: impl Into<Option<i64>>, remaining: impl Into<Option<i64>>) -> Day {
        Day {
            used: used.into(),
            remaining: remaining.into(),
        }
    }

    #[test]
    fn days_are_read_as_they_are() {
        for (text, day) in [
            (
                "[5000000000,9000000000000]",
                told(5_000_000_000, 9_000_000_000_000),
            ),
            (
                "[9223372036854775807,-9223372036854775807]",
                told(i64::MAX, -i64::MAX),
            ),
            ("[200.0,1e3]", told(200, 1000)),
            ("[\"200\",\" 7\"]", told(200, 7)),
            ("[5,-1]", told(5, -1)),
            ("[5]", told(5, None)),
            ("[null,5]", told(None, 5)),
            ("[5,null]", told(5, None)),
            ("[]", told(None, None)),
            ("null", told(None, None)),
        ] {
            let read = of_key(&format!("[[1,9],{text}]"));
            assert_eq!(read.days, [told(1, 9), day], "{text}");
            assert_eq!(read.odd, None, "{text}");
        }
        assert_eq!(of_key("null"), KeyDays::default());
        assert_eq!(of_key("[]"), KeyDays::default());
    }

    #[test]
    fn what_is_not_understood_is_said_of_that_part_alone() {
        for (text, day, said) in [
            ("[1,2,3]", told(None, None), "day 2: it has 3 numbers"),
            ("[1.5,2]", told(None, 2), "day 2: used is 1.5"),
            ("[-1,2]", told(None, 2), "day 2: used is -1"),
            ("[1,true]", told(1, None), "day 2: remaining is true"),
            ("[1,[2]]", told(1, None), "day 2: remaining is a list"),
            (
                "[1,9223372036854775808]",
                told(1, None),
                "day 2: remaining is 9223372036854775808",
            ),
            ("[1,1e30]", told(1, None), "day 2: remaining is 1e+30"),
            ("\"x\"", told(None, None), "day 2: it is the text \"x\""),
            ("{\"used\":1}", told(None, None), "day 2: it is an object"),
        ] {
            let read = of_key(&format!("[[1,9],{text}]"));
            assert_eq!(read.days, [told(1, 9), day], "{text}");
            let odd = read.odd.unwrap();
            assert!(odd.starts_with(said), "{text}: {odd}");
        }
        let read = of_key("[[1,2,3],[4,5],{}]");
        assert_eq!(
            read.odd.as_deref(),
            Some("day 1: it has 3 numbers, not used and remaining, and 1 more")
        );
        let read = of_key("7");
        assert_eq!(read.odd.as_deref(), Some("its days are 7, not a list"));
    }

    #[test]
    fn what_is_no_answer_to_get_usage_is_not_no_usage() {
        let body = r#"{"usagePlanId":"w","values":{"b":[[1,2]],"a":[]},"position":"p"}"#;
        let answer: UsageAnswer = serde_json::from_str(body).unwrap();
        assert_eq!(answer.position.as_deref(), Some("p"));
        let keys: Vec<_> = answer.days().unwrap().into_keys().collect();
        assert_eq!(keys, ["a", "b"]);
        for (body, is_sound) in [
            (r#"{"usagePlanId":"w"}"#, true),
            (r#"{"values":null}"#, true),
            (r#"{"item":[]}"#, false),
            (r#"{"values":[]}"#, false),
            (r#"{"values":7}"#, false),
        ] {
            let answer: UsageAnswer = serde_json::from_str(body).unwrap();
            assert_eq!(answer.days().is_ok(), is_sound, "{body}");
        }
    }
}
