//! Answers whose numbers are texts. Some stand-ins for API Gateway answer
//! `"limit": "1300"` where the service's model has a number, and the SDK then
//! refuses the whole list.

use memchr::memmem;
use serde_json::{Number, Value};

/// The members that are numbers in the service's model.
const NUMBERS: [&str; 6] = [
    "rateLimit",
    "burstLimit",
    "limit",
    "offset",
    "throttlingRateLimit",
    "throttlingBurstLimit",
];

/// The ends of all keys in [`NUMBERS`]. Quotes inside a JSON text are escaped, so this is
/// found only at the end of a text.
const ENDINGS: [&[u8]; 2] = [b"imit\"", b"ffset\""];

/// Objects whose members are texts whatever they are called.
const TEXT_MAPS: [&str; 2] = ["tags", "variables"];

/// The answer with its numbers as numbers, or `None` where nothing is to be
/// mended. A sound answer costs one pass over its bytes.
pub(in crate::gateway) fn mended(body: &[u8]) -> Option<Vec<u8>> {
    if !ENDINGS.iter().any(|ending| has_text_after(body, ending)) {
        return None;
    }
    let mut answer: Value = serde_json::from_slice(body).ok()?;
    if !mend(&mut answer) {
        return None;
    }
    serde_json::to_vec(&answer).ok()
}

/// Returns true if some key with this ending is followed by a text.
fn has_text_after(body: &[u8], ending: &[u8]) -> bool {
    memmem::find_iter(body, ending).any(|at| {
        let mut rest = body
            .iter()
            .skip(at + ending.len())
            .filter(|byte| !byte.is_ascii_whitespace());
        rest.next() == Some(&b':') && rest.next() == Some(&b'"')
    })
}

/// Turns texts into numbers below `value`; whether there were any.
fn mend(value: &mut Value) -> bool {
    let mut changed = false;
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                // A tag or a stage variable may be called `limit`, and is a text all the
                // same.
                if TEXT_MAPS.contains(&key.as_str()) {
                    continue;
                }
                if NUMBERS.contains(&key.as_str())
                    && let Value::String(text) = member
                    && let Some(number) = number_in(text)
                {
                    *member = Value::Number(number);
                    changed = true;
                } else {
                    changed |= mend(member);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                changed |= mend(item);
            }
        }
        _ => {}
    }
    changed
}

fn number_in(text: &str) -> Option<Number> {
    serde_json::from_str(text.trim()).ok()
}

/// The fault of an answer that the SDK could not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::gateway) struct MemberFault {
    /// The member at fault, where it is one.
    pub(in crate::gateway) field: Option<String>,
    /// The fault in words.
    pub(in crate::gateway) said: String,
}

/// Looks for the first member that is not of the kind that the service's model
/// has; `None` where none is found. Slow, and only for what failed already.
pub(in crate::gateway) fn fault_in(body: &[u8]) -> Option<MemberFault> {
    let found = |field, said: String| Some(MemberFault { field, said });
    match serde_json::from_slice::<Value>(body) {
        Err(_) if body.trim_ascii_start().starts_with(b"<") => {
            found(None, "it is an HTML page, not JSON".to_owned())
        }
        Err(error) => found(None, format!("it is not JSON: {error}")),
        Ok(Value::Object(members)) => {
            let mut path = Vec::new();
            let said = Value::Object(members);
            search(&said, &mut path).and_then(|said| found(Some(spell(&path)), said))
        }
        Ok(other) => found(None, format!("it is {}, not an object", kind(&other))),
    }
}

/// Depth-first; on a find, `path` is where it is.
fn search<'a>(value: &'a Value, path: &mut Vec<Step<'a>>) -> Option<String> {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                path.push(Step::Member(key));
                let is_text_map = TEXT_MAPS.contains(&key.as_str()) && member.is_object();
                let wrong = expected(key)
                    .and_then(|expected| expected.mismatch(member))
                    .or_else(|| (!is_text_map).then(|| search(member, path)).flatten());
                if wrong.is_some() {
                    return wrong;
                }
                path.pop();
            }
            None
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                path.push(Step::Item(n));
                let wrong = search(item, path);
                if wrong.is_some() {
                    return wrong;
                }
                path.pop();
            }
            None
        }
        _ => None,
    }
}

enum Step<'a> {
    Member(&'a str),
    Item(usize),
}

/// `item[3].quota.limit`
fn spell(path: &[Step]) -> String {
    path.iter()
        .enumerate()
        .map(|(depth, step)| match step {
            Step::Member(key) if depth == 0 => (*key).to_owned(),
            Step::Member(key) => format!(".{key}"),
            Step::Item(n) => format!("[{n}]"),
        })
        .collect()
}

#[derive(Clone, Copy)]
enum Kind {
    Number,
    Integer,
    Text,
    Object,
    Array,
    Flag,
}

/// The kind that the service's model has for a member of this name.
fn expected(key: &str) -> Option<Kind> {
    Some(match key {
        "rateLimit" | "throttlingRateLimit" => Kind::Number,
        "burstLimit" | "throttlingBurstLimit" | "limit" | "offset" => Kind::Integer,
        "id" | "name" | "description" | "period" | "productCode" | "apiId" | "stage"
        | "stageName" | "path" | "position" => Kind::Text,
        "quota" | "throttleSettings" | "methodSettings" | "resourceMethods" | "tags"
        | "throttle" => Kind::Object,
        "item" | "apiStages" => Kind::Array,
        "enabled" | "apiKeyRequired" => Kind::Flag,
        _ => return None,
    })
}

impl Kind {
    /// Says what is wrong with a member that should be of this kind. `null` stands for an
    /// absent member everywhere.
    fn mismatch(self, value: &Value) -> Option<String> {
        let (fits, expected) = match self {
            Self::Number => (value.is_number(), "a number"),
            Self::Integer => (
                value.as_i64().is_some_and(|n| i32::try_from(n).is_ok())
                    || value.as_f64().is_some_and(is_small_integer),
                "a whole number of 32 bits",
            ),
            Self::Text => (value.is_string(), "a text"),
            Self::Object => (value.is_object(), "an object"),
            Self::Array => (value.is_array(), "a list"),
            Self::Flag => (value.is_boolean(), "true or false"),
        };
        (!fits && !value.is_null()).then(|| format!("it is {}, not {expected}", kind(value)))
    }
}

fn is_small_integer(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX)
}

/// A value as the operator reads it; long ones by their kind only.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.chars().count() <= 40 => format!("the text {text:?}"),
        Value::String(_) => "a long text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mended_text(body: &str) -> Option<Value> {
        mended(body.as_bytes()).map(|bytes| serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn a_sound_answer_is_left_alone() {
        for body in [
            r#"{"quota":{"limit":1300,"offset":5,"period":"WEEK"},"name":"limit"}"#,
            r#"{"tags":{"limit":"5","offset":"x"}}"#,
            r#"{"variables":{"rateLimit":"5"}}"#,
            r#"{"description":"set \"limit\":\"5\" here"}"#,
            r#"{"quota":{"limit":"many"}}"#,
            r#"{"limit":"5""#,
            "",
        ] {
            assert_eq!(mended_text(body), None, "{body}");
        }
    }

    #[test]
    fn texts_become_numbers_wherever_the_model_has_numbers() {
        let body = r#"{"item":[{"quota":{"limit":"1300","offset" : "0"},
            "tags":{"limit":"7"},
            "apiStages":[{"throttle":{"/a/GET":{"rateLimit":" 0.5 ","burstLimit":"1"}}}]}],
            "methodSettings":{"*/*":{"throttlingRateLimit":"9","throttlingBurstLimit":"3"}}}"#;
        let expected = serde_json::json!({"item":[{"quota":{"limit":1300,"offset":0},
            "tags":{"limit":"7"},
            "apiStages":[{"throttle":{"/a/GET":{"rateLimit":0.5,"burstLimit":1}}}]}],
            "methodSettings":{"*/*":{"throttlingRateLimit":9,"throttlingBurstLimit":3}}});
        assert_eq!(mended_text(body), Some(expected));
    }

    #[test]
    fn the_member_at_fault_is_named() {
        for (body, field, said) in [
            (
                r#"{"item":[{},{"quota":{"limit":"many"}}]}"#,
                Some("item[1].quota.limit"),
                "the text \"many\"",
            ),
            (
                r#"{"throttle":{"burstLimit":2.5}}"#,
                Some("throttle.burstLimit"),
                "2.5",
            ),
            (
                r#"{"apiStages":{}}"#,
                Some("apiStages"),
                "an object, not a list",
            ),
            ("<!doctype html>", None, "HTML"),
            ("{", None, "not JSON"),
            ("[]", None, "a list, not an object"),
        ] {
            let found = fault_in(body.as_bytes()).unwrap();
            assert_eq!(found.field.as_deref(), field, "{body}");
            assert!(found.said.contains(said), "{}", found.said);
        }
        assert_eq!(fault_in(br#"{"tags":{"limit":"many"},"name":null}"#), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (mended(&body), fault_in(&body));
        }

        #[test]
        fn numbers_come_out_as_they_went_in(limit in any::<i32>(), rate in 0.0..1e9_f64) {
            let body = format!(r#"{{"throttle":{{"rateLimit":"{rate}","burstLimit":"{limit}"}}}}"#);
            let mended = mended_text(&body).unwrap();
            prop_assert_eq!(&mended["throttle"]["burstLimit"], &Value::from(limit));
            prop_assert_eq!(mended["throttle"]["rateLimit"].as_f64(), Some(rate));
        }
    }
}
