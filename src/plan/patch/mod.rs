//! Patch operations: what UpdateUsagePlan takes.

pub(crate) mod apply;
pub(crate) mod batch;
pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod method_map;
pub(crate) mod rules;
pub mod support;
pub(crate) mod target;
pub mod text;
pub(crate) mod verdict;

use serde::{Deserialize, Serialize};

/// The verb of an operation. The service's model has these six; `move` and `test` are in
/// the model and on no row of any support table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Sets a value, or adds a member.
    Add,
    /// Takes a value away.
    Remove,
    /// Sets a value.
    Replace,
    /// In the model, supported nowhere.
    Move,
    /// Supported nowhere on a usage plan.
    Copy,
    /// In the model, supported nowhere.
    Test,
}

impl Op {
    /// All of them, in the model's order.
    pub const ALL: [Self; 6] = [
        Self::Add,
        Self::Remove,
        Self::Replace,
        Self::Move,
        Self::Copy,
        Self::Test,
    ];

    /// The service's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
            Self::Move => "move",
            Self::Copy => "copy",
            Self::Test => "test",
        }
    }
}

/// One patch operation, as the service reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatchOperation {
    /// The verb.
    pub op: Op,
    /// The place: a JSON Pointer into the plan.
    pub path: String,
    /// With what. Always a text, also for numbers and maps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// From where: `copy` and `move` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

impl PatchOperation {
    /// An operation with a value.
    #[must_use]
    pub fn new(op: Op, path: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            op,
            path: path.into(),
            value: Some(value.into()),
            from: None,
        }
    }

    /// The removal of a whole value.
    #[must_use]
    pub fn remove(path: impl Into<String>) -> Self {
        Self {
            op: Op::Remove,
            path: path.into(),
            value: None,
            from: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_json_of_the_service() {
        let add = PatchOperation::new(Op::Add, "/apiStages", "a:b");
        let json = r#"{"op":"add","path":"/apiStages","value":"a:b"}"#;
        assert_eq!(serde_json::to_string(&add).unwrap(), json);
        assert_eq!(serde_json::from_str::<PatchOperation>(json).unwrap(), add);
        let remove = PatchOperation::remove("/quota");
        let json = r#"{"op":"remove","path":"/quota"}"#;
        assert_eq!(serde_json::to_string(&remove).unwrap(), json);
    }

    #[test]
    fn words_of_the_ops_are_those_in_json() {
        for op in Op::ALL {
            let json = serde_json::to_string(&op).unwrap();
            assert_eq!(json, format!("\"{}\"", op.as_str()));
        }
    }
}
