//! The support table: which op is possible on which path of a usage plan.
//!
//! The table is data, `assets/support-table.toml`, and part of the program. It
//! is read once; [`table`] says at start-up whether it is complete, and a table
//! that is not allows nothing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use thiserror::Error;

use super::{Field, Finding, Op, Rule};

/// A path of the support table, in the order of the AWS page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Row {
    /// `/apiStages`
    ApiStages,
    /// `/apiStages/{apiId:stageName}/throttle/{resourcePath}/{httpMethod}`
    Method,
    /// `/apiStages/{apiId:stageName}/throttle/{resourcePath}/{httpMethod}/rateLimit`
    MethodRate,
    /// `/apiStages/{apiId:stageName}/throttle/{resourcePath}/{httpMethod}/burstLimit`
    MethodBurst,
    /// `/apiStages/{apiId:stageName}/throttle`
    MethodThrottles,
    /// `/description`
    Description,
    /// `/name`
    Name,
    /// `/productCode`
    ProductCode,
    /// `/quota`
    Quota,
    /// `/quota/limit`
    QuotaLimit,
    /// `/quota/offset`
    QuotaOffset,
    /// `/quota/period`
    QuotaPeriod,
    /// `/throttle`
    Throttle,
    /// `/throttle/burstLimit`
    Burst,
    /// `/throttle/rateLimit`
    Rate,
}

impl Row {
    /// All rows, in the order of the page.
    pub const ALL: [Self; 15] = [
        Self::ApiStages,
        Self::Method,
        Self::MethodRate,
        Self::MethodBurst,
        Self::MethodThrottles,
        Self::Description,
        Self::Name,
        Self::ProductCode,
        Self::Quota,
        Self::QuotaLimit,
        Self::QuotaOffset,
        Self::QuotaPeriod,
        Self::Throttle,
        Self::Burst,
        Self::Rate,
    ];
}

/// What kind of value a path takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueKind {
    /// An API stage.
    Stage,
    /// A map of method throttles as JSON.
    MethodThrottles,
    /// A rate in requests per second.
    Rate,
    /// A whole number.
    Count,
    /// A period.
    Period,
    /// Any text.
    Text,
    /// No value.
    None,
}

impl ValueKind {
    /// What to write, for the operator.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Stage => "apiId:stageName",
            Self::MethodThrottles => {
                r#"{"/pets/GET":{"rateLimit":1.0,"burstLimit":1}}, the root method being "//GET""#
            }
            Self::Rate => "requests per second as a plain number, such as 100 or 0.5",
            Self::Count => "a plain whole number from 0 to 2147483647",
            Self::Period => "DAY, WEEK or MONTH",
            Self::Text => "a text",
            Self::None => "no value",
        }
    }
}

/// What the table says about one path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// The path, with what varies in braces.
    pub path: String,
    /// What value it takes.
    pub value: ValueKind,
    ops: BTreeMap<Op, bool>,
    /// Where the row is documented.
    pub source: String,
}

impl Support {
    /// Whether the path takes the op.
    #[must_use]
    pub fn allows(&self, op: Op) -> bool {
        self.ops.get(&op).copied().unwrap_or(false)
    }
}

/// The whole table: every row, every op.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table(BTreeMap<Row, Support>);

/// What is wrong with a support table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TableError {
    /// It is not the TOML that is meant, or has rows, ops or members of its own.
    #[error("the support table cannot be read: {0}")]
    Unreadable(String),
    /// A row is missing.
    #[error("the support table has no row {0:?}")]
    RowMissing(Row),
    /// A row does not say whether it takes an op.
    #[error("the support table does not say whether {path} takes {op}", op = .op.as_str())]
    OpMissing {
        /// The row's path.
        path: String,
        /// The op.
        op: Op,
    },
}

impl Table {
    /// Reads a table and checks that it is complete.
    ///
    /// # Errors
    /// When it cannot be read, or a row or an op is missing.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let rows: BTreeMap<Row, Support> =
            toml::from_str(text).map_err(|e| TableError::Unreadable(e.message().to_owned()))?;
        for row in Row::ALL {
            let support = rows.get(&row).ok_or(TableError::RowMissing(row))?;
            if let Some(op) = Op::ALL.into_iter().find(|op| !support.ops.contains_key(op)) {
                let path = support.path.clone();
                return Err(TableError::OpMissing { path, op });
            }
        }
        Ok(Self(rows))
    }

    /// The rows with what they support, in the order of the page.
    pub fn rows(&self) -> impl Iterator<Item = (Row, &Support)> {
        self.0.iter().map(|(row, support)| (*row, support))
    }
}

static TABLE: LazyLock<Result<Table, TableError>> =
    LazyLock::new(|| Table::parse(include_str!("../../assets/support-table.toml")));

/// The support table.
///
/// # Errors
/// When the table that was built in is not complete; then nothing may be sent.
pub fn table() -> Result<&'static Table, &'static TableError> {
    TABLE.as_ref()
}

/// What the table says about a row; `None` only when the table is not complete.
#[must_use]
pub fn of(row: Row) -> Option<&'static Support> {
    table().ok()?.0.get(&row)
}

/// Whether the table has this op on this path.
#[must_use]
pub fn allows(row: Row, op: Op) -> bool {
    of(row).is_some_and(|support| support.allows(op))
}

/// The ops that a path takes.
#[must_use]
pub fn ops_for(row: Row) -> Vec<Op> {
    let allowed = |op: &Op| allows(row, *op);
    Op::ALL.into_iter().filter(allowed).collect()
}

/// The paths that take an op, with what varies in braces.
#[must_use]
pub fn paths_for(op: Op) -> Vec<&'static str> {
    let paths = Row::ALL.into_iter().filter_map(of);
    let allowed = paths.filter(|support| support.allows(op));
    allowed.map(|support| support.path.as_str()).collect()
}

/// The first gate: refuses an op that the path does not take, and says which ops
/// the path takes and which paths the op has.
pub(super) fn permit(row: Row, op: Op, field: Option<Field>) -> Result<(), Finding> {
    if allows(row, op) {
        return Ok(());
    }
    let path = of(row).map_or("this path", |support| support.path.as_str());
    let op_word = op.as_str();
    let ops: Vec<_> = ops_for(row).into_iter().map(Op::as_str).collect();
    let path_takes = format!("{path} takes {}", ops.join(", "));
    let paths = paths_for(op);
    let (message, instead) = if paths.is_empty() {
        (
            format!("{op_word} is supported nowhere on a usage plan"),
            path_takes,
        )
    } else {
        (
            format!("{op_word} is not supported on {path}"),
            format!("{path_takes}; {op_word} works on {}", paths.join(", ")),
        )
    };
    Err(Finding {
        rule: Rule::SupportedOp,
        field,
        message,
        instead,
    })
}
