//! Patch operations as text: read with the position of every fault, and written.

use std::fmt;
use std::ops::Range;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;

use super::{Op, PatchOperation};

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TextFault {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl TextFault {
    /// A fault at a byte of the text.
    pub(super) fn at(text: &str, offset: usize, message: impl Into<String>) -> Self {
        let (line, column) = position(text, offset);
        Self {
            line,
            column,
            message: message.into(),
        }
    }

    /// What the JSON parser found in the part of the text that starts at `start`.
    pub(super) fn of_json(text: &str, start: usize, fault: &serde_json::Error) -> Self {
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
            .rsplit_once(" at line ")
            .map_or(&*message, |(said, _)| said);
        Self::at(text, offset, message)
    }
}

/// Something that was read, and where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// What was read.
    pub item: T,
    /// The line where it starts, counted from 1.
    pub line: usize,
    /// The column where it starts, counted from 1 in characters.
    pub column: usize,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// The line and column of a byte, both counted from 1, columns in characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let offset = text.floor_char_boundary(offset);
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Reads a JSON array of operations, or the request body around one:
/// `{"patchOperations": [...]}`.
///
/// # Errors
/// The first fault, with its position. Whether an operation is *possible* is not
/// asked here (see [`super::check`]).
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
    let locate = |item: &RawValue| {
        let range = range_in(text, item);
        let (line, column) = position(text, range.start);
        Ok(Located {
            item: parse_operation(text, item)?,
            line,
            column,
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

/// Where a value that was borrowed from the text stands in it.
fn range_in(text: &str, value: &RawValue) -> Range<usize> {
    let value = value.get();
    let start = value.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    start..start + value.len()
}

/// The members of an object as they stand in the text, doubles included.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(r#"an operation: {"op": ..., "path": ..., "value": ...}"#)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
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
        let message = format!("{} is no op; the ops are {ops}", content.get());
        TextFault::at(text, start, message)
    })
}

/// The operations as an indented JSON array.
#[must_use]
pub fn to_json(operations: &[PatchOperation]) -> String {
    // Texts have no way to fail.
    serde_json::to_string_pretty(operations).unwrap_or_default()
}

/// The operations as the indented body of UpdateUsagePlan.
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
    serde_json::to_string_pretty(&body).unwrap_or_default()
}
