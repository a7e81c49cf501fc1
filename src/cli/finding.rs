//! What the gates found, for `check` and `diff`.

use serde::Serialize;

use crate::plan::lint::Level;
use crate::plan::{Basis, Finding, Located, PatchOperation};
use crate::ui::clean;

/// A finding, and the operation that it is about.
pub(super) struct Found<'a> {
    /// The operation and its number, from 1; none for a finding on a whole plan.
    pub(super) operation: Option<(usize, &'a Located<PatchOperation>)>,
    /// The line and column of a finding on a plan, where its file says what is found.
    pub(super) place: Option<(usize, usize)>,
    pub(super) finding: Finding,
}

impl Found<'_> {
    fn level(&self) -> Level {
        if self.finding.refuses() {
            Level::Error
        } else {
            Level::Warning
        }
    }

    /// In one line: where, what, what instead, the rule and its source.
    pub(super) fn line(&self, file: &str) -> String {
        let level = self.level();
        let line = match self.operation {
            Some((number, at)) => {
                let (line, column) = (at.line, at.column);
                let (op, path) = (at.item.op.as_str(), &at.item.path);
                let finding = &self.finding;
                format!(
                    "{file}:{line}:{column}: {level}: operation {number}, {op} {path}: {finding}"
                )
            }
            None => match self.place {
                Some((line, column)) => {
                    format!("{file}:{line}:{column}: {level}: {}", self.finding)
                }
                None => format!("{file}: {level}: {}", self.finding),
            },
        };
        clean(&line).into_owned()
    }
}

impl Serialize for Found<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Json<'a> {
            operation: Option<usize>,
            line: Option<usize>,
            column: Option<usize>,
            level: Level,
            rule: &'static str,
            field: Option<String>,
            message: &'a str,
            instead: &'a str,
            basis: Basis,
            source: &'static str,
        }
        let finding = &self.finding;
        let of_operation = self.operation.map(|(_, at)| (at.line, at.column));
        let place = of_operation.or(self.place);
        Json {
            operation: self.operation.map(|(number, _)| number),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            level: self.level(),
            rule: finding.rule.id(),
            field: finding.field.as_ref().map(ToString::to_string),
            message: &finding.message,
            instead: &finding.instead,
            basis: finding.rule.basis(),
            source: finding.rule.source(),
        }
        .serialize(serializer)
    }
}
