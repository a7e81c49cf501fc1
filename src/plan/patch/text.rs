//! Patch operations as text: read with the position of every fault, and written.

use std::fmt;
use std::ops::Range;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;

use crate::plan::{Field, Op, PatchOperation, StageKey};
use crate::text::json::readable;

/// A fault of a text, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TextFault {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// The fault, and the form to write instead.
    pub message: String,
}

impl TextFault {
    /// A fault at a byte of the text.
    fn at(text: &str, offset: usize, message: impl AsRef<str>) -> Self {
        let mut place = Position::START;
        place.advance(text, offset);
        Self {
            line: place.line,
            column: place.column,
            message: printable(message.as_ref()),
        }
    }

    /// The fault that the JSON parser found in the part of the text that starts at `start`.
    pub(in crate::plan) fn of_json(text: &str, start: usize, fault: &serde_json::Error) -> Self {
        let part = text.get(start..).unwrap_or_default();
        let lines = part.split_inclusive('\n');
        let line_start: usize = lines
            .take(fault.line().saturating_sub(1))
            .map(str::len)
            .sum();
        // Its columns count bytes from 1, up to the last byte that was read.
        let offset = start + line_start + fault.column().saturating_sub(1);
        let message = fault.to_string();
        let message = message
            // serde_json counts within the part, which is not where the operator sees it.
            .rsplit_once(" at line ")
            .map_or(&*message, |(said, _)| said);
        Self::at(text, offset, message)
    }
}

/// The text with what may not be shown escaped: a fault may quote what it is
/// about, and that must not steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    crate::text::showable::escaped(text, |c, escaped| escaped.extend(c.escape_default()))
        .into_owned()
}

/// Something that was read, and where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The item that was read.
    pub item: T,
    /// The line where it starts, counted from 1.
    pub line: usize,
    /// The column where it starts, counted from 1 in characters.
    pub column: usize,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// A byte of the text, and the line and column where it stands.
struct Position {
    offset: usize,
    line: usize,
    column: usize,
}

impl Position {
    const START: Self = Self {
        offset: 0,
        line: 1,
        column: 1,
    };

    /// Goes on to a byte that comes later: reading every position of a text
    /// costs one walk through it.
    fn advance(&mut self, text: &str, offset: usize) {
        // serde_json counts bytes, and may stop inside a character.
        let offset = text.floor_char_boundary(offset);
        let passed = text.get(self.offset..offset).unwrap_or_default();
        let newlines = passed.bytes().filter(|byte| *byte == b'\n').count();
        let (column, rest) = match passed.rsplit_once('\n') {
            Some((_, rest)) => (1, rest),
            None => (self.column, passed),
        };
        *self = Self {
            offset,
            line: self.line + newlines,
            column: column + rest.chars().count(),
        };
    }
}

/// The line and the column, both counted from 1, at which a plan's JSON has a field; of
/// one that it does not have, that which it would be a part of.
#[must_use]
pub fn place_of(text: &str, field: &Field) -> Option<(usize, usize)> {
    let plan: &RawValue = serde_json::from_str(text).ok()?;
    let ancestors: Vec<Field> = field.ancestors().collect();
    let found = std::iter::once(field)
        .chain(&ancestors)
        .find_map(|field| value_of(plan, field));
    let mut place = Position::START;
    place.advance(text, range_in(text, found.unwrap_or(plan)).start);
    Some((place.line, place.column))
}

/// The value that a plan's JSON has for a field.
fn value_of<'a>(plan: &'a RawValue, field: &Field) -> Option<&'a RawValue> {
    match field {
        Field::Name => member(plan, "name"),
        Field::Description => member(plan, "description"),
        Field::ProductCode => member(plan, "productCode"),
        Field::Throttle => member(plan, "throttle"),
        Field::Rate => member(member(plan, "throttle")?, "rateLimit"),
        Field::Burst => member(member(plan, "throttle")?, "burstLimit"),
        Field::Quota => member(plan, "quota"),
        Field::QuotaLimit => member(member(plan, "quota")?, "limit"),
        Field::QuotaPeriod => member(member(plan, "quota")?, "period"),
        Field::QuotaOffset => member(member(plan, "quota")?, "offset"),
        Field::Tag(key) => member(member(plan, "tags")?, key),
        Field::Stage(stage) => stage_in(plan, stage),
        Field::Method(stage, key) => {
            member(member(stage_in(plan, stage)?, "throttle")?, key.as_str())
        }
        Field::MethodRate(stage, key) => {
            let method = value_of(plan, &Field::Method(stage.clone(), key.clone()))?;
            member(method, "rateLimit")
        }
        Field::MethodBurst(stage, key) => {
            let method = value_of(plan, &Field::Method(stage.clone(), key.clone()))?;
            member(method, "burstLimit")
        }
    }
}

/// The attachment of a stage in a plan's JSON.
fn stage_in<'a>(plan: &'a RawValue, stage: &StageKey) -> Option<&'a RawValue> {
    let stages: Vec<&RawValue> = serde_json::from_str(member(plan, "apiStages")?.get()).ok()?;
    let is = |value: &RawValue, name, text: &str| {
        let found = member(value, name).and_then(|found| serde_json::from_str(found.get()).ok());
        found.is_some_and(|found: String| found == text)
    };
    let mut stages = stages.into_iter();
    stages.find(|one| is(one, "apiId", &stage.api) && is(one, "stage", &stage.stage))
}

/// A member of an object.
fn member<'a>(object: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    let Members(members) = serde_json::from_str(object.get()).ok()?;
    let mut members = members.into_iter();
    let found = members
        .find(|(key, _)| serde_json::from_str(key.get()).is_ok_and(|key: String| key == name));
    found.map(|(_, value)| value)
}

/// Reads a JSON array of operations, or the request body around one:
/// `{"patchOperations": [...]}`.
///
/// # Errors
/// The first fault, with its position. Whether an operation is *possible* is not
/// asked here (see [`crate::plan::check`]).
pub fn parse_operations(text: &str) -> Result<Vec<Located<PatchOperation>>, TextFault> {
    let of_json = |fault: serde_json::Error| TextFault::of_json(text, 0, &fault);
    let is_space = |c: char| matches!(c, ' ' | '\n' | '\r' | '\t');
    let start = text.find(|c| !is_space(c)).unwrap_or(text.len());
    let items = match text.get(start..).and_then(|rest| rest.chars().next()) {
        Some('[') => serde_json::from_str::<Vec<&RawValue>>(text).map_err(of_json)?,
        Some('{') => {
            serde_json::from_str::<Body<'_>>(text)
                .map_err(of_json)?
                .patch_operations
        }
        _ => {
            let message = r#"expected [ or {"patchOperations": [...]}"#;
            return Err(TextFault::at(text, start, message));
        }
    };
    let mut place = Position::START;
    let locate = |item: &RawValue| {
        let range = range_in(text, item);
        place.advance(text, range.start);
        Ok(Located {
            item: parse_operation(text, item)?,
            line: place.line,
            column: place.column,
            range,
        })
    };
    items.into_iter().map(locate).collect()
}

/// The request body of UpdateUsagePlan.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow)]
    patch_operations: Vec<&'a RawValue>,
}

/// The range of the text that a value borrowed from it has.
fn range_in(text: &str, value: &RawValue) -> Range<usize> {
    let value = value.get();
    let start = value.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    start..start + value.len()
}

/// The form of an item of the list, for messages.
const OPERATION: &str = r#"an operation: {"op": ..., "path": ..., "value": ...}"#;

/// The members of an object as they stand in the text, doubles included.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(OPERATION)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                // A map would keep the last of two members of one name, and say nothing.
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

fn parse_operation(text: &str, item: &RawValue) -> Result<PatchOperation, TextFault> {
    let start = range_in(text, item).start;
    if !item.get().starts_with('{') {
        return Err(TextFault::at(text, start, format!("expected {OPERATION}")));
    }
    let Members(members) = serde_json::from_str(item.get())
        .map_err(|fault| TextFault::of_json(text, start, &fault))?;
    let (mut op, mut path, mut value, mut from) = (None, None, None, None);
    for (name, content) in members {
        let at_name = |message: String| TextFault::at(text, range_in(text, name).start, message);
        let name = read_text(text, name)?.unwrap_or_default();
        let is_double = match &*name {
            "op" => op.replace(read_op(text, content)?).is_some(),
            "path" => path.replace(read_path(text, content)?).is_some(),
            "value" => value.replace(read_text(text, content)?).is_some(),
            "from" => from.replace(read_text(text, content)?).is_some(),
            _ => {
                let message =
                    format!("unknown member {name:?}: an operation has op, path, value and from");
                return Err(at_name(message));
            }
        };
        if is_double {
            return Err(at_name(format!("{name} is given twice")));
        }
    }
    let missing = |name: &str| TextFault::at(text, start, format!("the operation has no {name:?}"));
    Ok(PatchOperation {
        op: op.ok_or_else(|| missing("op"))?,
        path: path.ok_or_else(|| missing("path"))?,
        value: value.flatten(),
        from: from.flatten(),
    })
}

/// Reads a text; null is none. Anything else is a fault that says how to write it.
fn read_text(text: &str, content: &RawValue) -> Result<Option<String>, TextFault> {
    let start = range_in(text, content).start;
    let raw = content.get();
    if raw == "null" {
        return Ok(None);
    }
    if raw.starts_with('"') {
        let read = serde_json::from_str(raw).map(Some);
        return read.map_err(|fault| TextFault::of_json(text, start, &fault));
    }
    let kind = match raw.chars().next() {
        Some('{') => "an object",
        Some('[') => "an array",
        Some('t' | 'f') => "true or false",
        _ => "a number",
    };
    // The service takes texts only; a number is the most common slip.
    let as_text = serde_json::Value::from(raw).to_string();
    Err(TextFault::at(
        text,
        start,
        format!("expected a text, found {kind}; write it as text: {as_text}"),
    ))
}

fn read_path(text: &str, content: &RawValue) -> Result<String, TextFault> {
    let start = range_in(text, content).start;
    let path = read_text(text, content)?;
    path.ok_or_else(|| {
        TextFault::at(
            text,
            start,
            "the path is null; write one, such as \"/name\"",
        )
    })
}

fn read_op(text: &str, content: &RawValue) -> Result<Op, TextFault> {
    let word = read_text(text, content)?;
    let op = Op::ALL
        .into_iter()
        .find(|op| Some(op.as_str()) == word.as_deref());
    op.ok_or_else(|| {
        let ops = Op::ALL.map(Op::as_str).join(", ");
        let start = range_in(text, content).start;
        let message = format!("{} is not an op; the ops are {ops}", content.get());
        TextFault::at(text, start, message)
    })
}

/// The operations as a JSON array, one a line.
#[must_use]
pub fn to_json(operations: &[PatchOperation]) -> String {
    // Texts have no way to fail.
    readable(&serde_json::to_string_pretty(operations).unwrap_or_default())
}

/// The operations as the body of UpdateUsagePlan, one a line.
#[must_use]
pub fn to_body(operations: &[PatchOperation]) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Written<'a> {
        patch_operations: &'a [PatchOperation],
    }
    let body = Written {
        patch_operations: operations,
    };
    readable(&serde_json::to_string_pretty(&body).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::diff;
    use crate::plan::model::arbitrary::two_settings;

    fn operation() -> impl Strategy<Value = PatchOperation> {
        let op = prop::sample::select(Op::ALL.to_vec());
        let text = || prop::option::of(any::<String>());
        (op, any::<String>(), text(), text()).prop_map(|(op, path, value, from)| PatchOperation {
            op,
            path,
            value,
            from,
        })
    }

    fn items(text: &str) -> Vec<PatchOperation> {
        let located = parse_operations(text).unwrap();
        located.into_iter().map(|located| located.item).collect()
    }

    #[test]
    fn says_where_each_operation_stands() {
        let text = "[\n  {\"op\": \"remove\", \"path\": \"/quota\"},\n  \
                    {\"op\": \"replace\", \"path\": \"/name\", \"value\": \"é\"}, {\"op\":\"test\",\"path\":\"\"}]";
        let located = parse_operations(text).unwrap();
        let places: Vec<_> = located.iter().map(|l| (l.line, l.column)).collect();
        assert_eq!(places, [(2, 3), (3, 3), (3, 53)]);
        assert_eq!(
            &text[located[0].range.clone()],
            r#"{"op": "remove", "path": "/quota"}"#
        );
        assert_eq!(
            located[1].item,
            PatchOperation::new(Op::Replace, "/name", "é")
        );
        assert_eq!(parse_operations(" [ ] ").unwrap(), []);
        assert_eq!(parse_operations(r#"{"patchOperations": []}"#).unwrap(), []);
        assert_eq!(
            items(r#"[{"op":"remove","path":"/quota","value":null}]"#),
            [PatchOperation::remove("/quota")]
        );
    }

    #[test]
    fn a_fault_says_where_it_is_and_what_to_write() {
        for (text, line, column, said) in [
            ("", 1, 1, "expected ["),
            ("  5", 1, 3, "expected ["),
            ("[", 1, 1, "EOF"),
            ("[}", 1, 2, "expected"),
            ("[{\"op\": \"add\",}]", 1, 15, "key must be a string"),
            ("[]\n[]", 2, 1, "trailing characters"),
            ("[5]", 1, 2, "an operation"),
            ("[null]", 1, 2, "an operation"),
            ("{\"operations\": []}", 1, 13, "unknown field"),
            ("{}", 1, 2, "patchOperations"),
            (
                "[\n {\"op\": \"put\", \"path\": \"/name\"}]",
                2,
                9,
                "add, remove, replace, move, copy, test",
            ),
            (
                "[{\"op\": null, \"path\": \"/name\"}]",
                1,
                9,
                "null is not an op",
            ),
            (
                "[{\"op\": \"replace\", \"path\": \"/quota/limit\", \"value\": 1300}]",
                1,
                53,
                "write it as text: \"1300\"",
            ),
            (
                "[{\"op\": \"replace\", \"path\": \"/é\", \"value\": {\"a\": 1}}]",
                1,
                43,
                r#"found an object; write it as text: "{\"a\": 1}""#,
            ),
            (
                "[{\"op\": \"add\", \"path\": true}]",
                1,
                24,
                "true or false",
            ),
            ("[{\"op\": \"add\", \"path\": null}]", 1, 24, "path is null"),
            ("[{\"op\": \"add\", \"path\": [1]}]", 1, 24, "an array"),
            (
                "[{\"op\": \"add\", \"val\": \"x\"}]",
                1,
                16,
                "unknown member \"val\"",
            ),
            ("[{\"path\": \"/name\"}]", 1, 2, "has no \"op\""),
            ("[{\"op\": \"add\"}]", 1, 2, "has no \"path\""),
            ("{\"\\u001b[2J\": []}", 1, 12, "unknown field `\\u{1b}[2J`"),
            (
                "[{\"op\": \"add\", \"op\": \"add\"}]",
                1,
                16,
                "op is given twice",
            ),
            (
                "[{\"op\": \"add\", \"path\": \"\\ud800\"}]",
                1,
                31,
                "hex escape",
            ),
        ] {
            let fault = parse_operations(text).unwrap_err();
            assert!(fault.message.contains(said), "{text}: {fault}");
            assert_eq!(
                (fault.line, fault.column),
                (line, column),
                "{text}: {fault}"
            );
        }
    }

    #[test]
    fn writes_the_request_body() {
        let body = to_body(&[PatchOperation::new(Op::Add, "/apiStages", "a:b")]);
        let lines: Vec<_> = body.lines().map(str::trim).collect();
        assert_eq!(
            lines.concat(),
            r#"{"patchOperations": [{"op": "add", "path": "/apiStages", "value": "a:b"}]}"#
        );
    }

    /// Whether a position lies in the text, or right behind it.
    fn is_in(text: &str, fault: &TextFault) -> bool {
        let line = text.split('\n').nth(fault.line - 1);
        line.is_some_and(|line| (1..=line.chars().count() + 1).contains(&fault.column))
    }

    proptest! {
        #[test]
        fn operations_survive_their_text(operations in prop::collection::vec(operation(), 0..5)) {
            prop_assert_eq!(items(&to_json(&operations)), &operations[..]);
            prop_assert_eq!(items(&to_body(&operations)), &operations[..]);
        }

        #[test]
        fn any_text_gives_operations_or_a_position(text: String) {
            if let Err(fault) = parse_operations(&text) {
                prop_assert!(is_in(&text, &fault), "{:?}: {}", text, fault);
                prop_assert!(!fault.message.contains(char::is_control));
            }
        }

        #[test]
        fn a_damaged_text_gives_operations_or_a_position(
            (base, edited) in two_settings(),
            at: prop::sample::Index,
            length in 0..4_usize,
            patch in prop_oneof![r#"["{}\[\],:\\0-9ntu é\n]{0,4}"#, any::<String>()],
        ) {
            let text = to_body(&diff(&base, &edited));
            let start = text.floor_char_boundary(at.index(text.len()));
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            let mut damaged = text;
            damaged.replace_range(start..end, &patch);
            match parse_operations(&damaged) {
                Ok(located) => for operation in located {
                    let part = &damaged[operation.range];
                    prop_assert_eq!(part.chars().next(), Some('{'));
                    prop_assert_eq!(part.chars().next_back(), Some('}'));
                }
                Err(fault) => prop_assert!(is_in(&damaged, &fault), "{:?}: {}", damaged, fault),
            }
        }
    }
}
