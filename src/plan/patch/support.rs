//! The support table: which op is possible on which path of a usage plan.
//!
//! The table is data, `assets/support-table.toml`, and part of the program. It
//! is read once; [`table`] says at start-up whether it is complete, and a table
//! that is not allows nothing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use thiserror::Error;

use crate::plan::{Field, Finding, Op, Rule};

/// A path of the support table, in the order of the AWS page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SupportRow {
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

impl SupportRow {
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

/// The kind of value that a path takes.
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
    /// The form to write, for the operator.
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

/// The entry of the table for one path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// The path, with what varies in braces.
    pub path: String,
    /// The kind of value that it takes.
    pub value: ValueKind,
    ops: BTreeMap<Op, bool>,
    /// The page that documents the row.
    pub source: String,
}

impl Support {
    /// Returns true if the path takes the op.
    #[must_use]
    pub fn allows(&self, op: Op) -> bool {
        // What the table does not say is never sent.
        self.ops.get(&op).copied().unwrap_or(false)
    }
}

/// The whole table: every row, every op.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportTable(BTreeMap<SupportRow, Support>);

/// A fault of a support table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TableError {
    /// It is not the TOML that is meant, or has rows, ops or members of its own.
    #[error("the support table cannot be read: {0}")]
    Unreadable(String),
    /// A row is missing.
    #[error("the support table has no row {0:?}")]
    RowMissing(SupportRow),
    /// A row does not say whether it takes an op.
    #[error("the support table does not say whether {path} takes {op}", op = .op.as_str())]
    OpMissing {
        /// The row's path.
        path: String,
        /// The op.
        op: Op,
    },
}

impl SupportTable {
    /// Reads a table and checks that it is complete.
    ///
    /// # Errors
    /// When it cannot be read, or a row or an op is missing.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let rows: BTreeMap<SupportRow, Support> =
            toml::from_str(text).map_err(|e| TableError::Unreadable(e.message().to_owned()))?;
        for row in SupportRow::ALL {
            let support = rows.get(&row).ok_or(TableError::RowMissing(row))?;
            if let Some(op) = Op::ALL.into_iter().find(|op| !support.ops.contains_key(op)) {
                let path = support.path.clone();
                return Err(TableError::OpMissing { path, op });
            }
        }
        Ok(Self(rows))
    }

    /// The rows with what they support, in the order of the page.
    pub fn rows(&self) -> impl Iterator<Item = (SupportRow, &Support)> {
        self.0.iter().map(|(row, support)| (*row, support))
    }
}

static TABLE: LazyLock<Result<SupportTable, TableError>> =
    LazyLock::new(|| SupportTable::parse(include_str!("../../../assets/support-table.toml")));

/// The support table.
///
/// # Errors
/// When the table that was built in is not complete; then nothing may be sent.
pub fn table() -> Result<&'static SupportTable, &'static TableError> {
    TABLE.as_ref()
}

/// The entry of the table for a row; `None` only when the table is not complete.
#[must_use]
pub fn of(row: SupportRow) -> Option<&'static Support> {
    table().ok()?.0.get(&row)
}

/// Returns true if the table has this op on this path.
#[must_use]
pub fn allows(row: SupportRow, op: Op) -> bool {
    of(row).is_some_and(|support| support.allows(op))
}

/// The ops that a path takes.
#[must_use]
pub fn ops_for(row: SupportRow) -> Vec<Op> {
    let allowed = |op: &Op| allows(row, *op);
    Op::ALL.into_iter().filter(allowed).collect()
}

/// The paths that take an op, with what varies in braces.
#[must_use]
pub fn paths_for(op: Op) -> Vec<&'static str> {
    let paths = SupportRow::ALL.into_iter().filter_map(of);
    let allowed = paths.filter(|support| support.allows(op));
    allowed.map(|support| support.path.as_str()).collect()
}

/// The first gate: refuses an op that the path does not take, and says which ops
/// the path takes and which paths the op has.
pub(in crate::plan) fn permit(
    row: SupportRow,
    op: Op,
    field: Option<Field>,
) -> Result<(), Finding> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{PatchOperation, Target, check};

    const TEXT: &str = include_str!("../../../assets/support-table.toml");

    /// An operation on each of the 15 paths with a value that fits, and by hand
    /// what the AWS page says on add, remove, replace, move, copy and test.
    const CELLS: [(&str, &str, [bool; 6]); 15] = [
        (
            "/apiStages",
            "a:b",
            [true, true, false, false, false, false],
        ),
        (
            "/apiStages/a:b/throttle/~1pets/GET",
            "",
            [false, true, false, false, false, false],
        ),
        (
            "/apiStages/a:b/throttle/~1pets/GET/rateLimit",
            "1",
            [true, false, true, false, false, false],
        ),
        (
            "/apiStages/a:b/throttle/~1pets/GET/burstLimit",
            "1",
            [true, false, true, false, false, false],
        ),
        (
            "/apiStages/a:b/throttle",
            "{}",
            [true, true, true, false, false, false],
        ),
        (
            "/description",
            "text",
            [false, false, true, false, false, false],
        ),
        ("/name", "text", [false, false, true, false, false, false]),
        (
            "/productCode",
            "text",
            [true, true, true, false, false, false],
        ),
        ("/quota", "", [false, true, false, false, false, false]),
        (
            "/quota/limit",
            "1",
            [true, false, true, false, false, false],
        ),
        (
            "/quota/offset",
            "1",
            [true, false, true, false, false, false],
        ),
        (
            "/quota/period",
            "DAY",
            [true, false, true, false, false, false],
        ),
        ("/throttle", "", [false, true, false, false, false, false]),
        (
            "/throttle/burstLimit",
            "1",
            [true, false, true, false, false, false],
        ),
        (
            "/throttle/rateLimit",
            "1",
            [true, false, true, false, false, false],
        ),
    ];

    #[test]
    fn has_every_cell_as_the_page_has_it() {
        for (row, (path, value, cells)) in SupportRow::ALL.into_iter().zip(CELLS) {
            assert_eq!(Target::parse(path).unwrap().row(), row, "{path}");
            for (op, expected) in Op::ALL.into_iter().zip(cells) {
                assert_eq!(allows(row, op), expected, "{op:?} on {path}");
                let takes_value = op != Op::Remove || row == SupportRow::ApiStages;
                let operation = PatchOperation {
                    op,
                    path: path.to_owned(),
                    value: takes_value.then(|| value.to_owned()),
                    from: None,
                };
                let checked = check(&operation);
                assert_eq!(checked.is_ok(), expected, "{operation:?}: {checked:?}");
                if let Err(finding) = checked {
                    assert_eq!(finding.rule, Rule::SupportedOp, "{operation:?}");
                }
            }
        }
    }

    #[test]
    fn templates_name_the_rows_that_their_paths_reach() {
        let table = table().unwrap();
        assert_eq!(table.rows().count(), 15);
        for (row, support) in table.rows() {
            let path = support
                .path
                .replace("{apiId:stageName}", "a:b")
                .replace("{resourcePath}", "~1pets")
                .replace("{httpMethod}", "GET");
            assert_eq!(Target::parse(&path).unwrap().row(), row);
            assert!(!support.source.is_empty());
            let takes_none = !support.allows(Op::Add) && !support.allows(Op::Replace);
            assert_eq!(support.value == ValueKind::None, takes_none, "{path}");
        }
    }

    #[test]
    fn unknown_paths_are_refused_for_every_op() {
        for path in [
            "",
            "/",
            "name",
            "/Name",
            "/name/",
            "//name",
            "/id",
            "/tags",
            "/tags/a",
            "/keys",
            "/quota/Limit",
            "/quota/limit/x",
            "/throttle/rate",
            "/apiStages/a:b",
            "/apiStages/0",
            "/apiStages/a:b/throttle/~1pets",
            "/apiStages/a:b/throttle/~1pets/GET/quota",
            "/apiStages/a:b/throttle/~1pets/GET/rateLimit/x",
            "/a~",
            "/a~2",
        ] {
            for op in Op::ALL {
                let operation = PatchOperation::new(op, path, "1");
                let finding = check(&operation).unwrap_err();
                assert_eq!(finding.rule, Rule::KnownPath, "{operation:?}");
                assert!(!finding.instead.is_empty());
            }
        }
    }

    #[test]
    fn a_refusal_says_what_the_path_takes_and_where_the_op_works() {
        let refusal = |op, path| check(&PatchOperation::new(op, path, "x")).unwrap_err();
        let finding = refusal(Op::Remove, "/name");
        assert_eq!(finding.message, "remove is not supported on /name");
        assert_eq!(
            finding.instead,
            "/name takes replace; remove works on /apiStages, \
             /apiStages/{apiId:stageName}/throttle/{resourcePath}/{httpMethod}, \
             /apiStages/{apiId:stageName}/throttle, /productCode, /quota, /throttle"
        );
        for op in [Op::Copy, Op::Move, Op::Test] {
            let finding = refusal(op, "/quota/limit");
            let message = format!("{} is supported nowhere on a usage plan", op.as_str());
            assert_eq!(finding.message, message);
            assert_eq!(finding.instead, "/quota/limit takes add, replace");
        }
    }

    #[test]
    fn a_table_that_is_not_complete_is_refused() {
        let without_row = TEXT.replace("[quota-period]", "[quota-period2]");
        assert!(matches!(
            SupportTable::parse(&without_row),
            Err(TableError::Unreadable(_))
        ));
        let (start, end) = (TEXT.find("[rate]").unwrap(), TEXT.len());
        let mut fewer_rows = TEXT.to_owned();
        fewer_rows.replace_range(start..end, "");
        assert_eq!(
            SupportTable::parse(&fewer_rows),
            Err(TableError::RowMissing(SupportRow::Rate))
        );
        let fewer_ops = TEXT.replacen(", test = false", "", 1);
        assert_eq!(
            SupportTable::parse(&fewer_ops),
            Err(TableError::OpMissing {
                path: "/apiStages".to_owned(),
                op: Op::Test
            })
        );
        let other_op = TEXT.replacen("test = false", "merge = false", 1);
        assert!(matches!(
            SupportTable::parse(&other_op),
            Err(TableError::Unreadable(_))
        ));
        assert!(matches!(
            SupportTable::parse("name ="),
            Err(TableError::Unreadable(_))
        ));
    }
}
