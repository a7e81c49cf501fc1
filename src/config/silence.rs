//! The kinds of findings that the operator does not want to be told.

use super::Wrong;
use super::file::Table;
use super::layers::ShownOption;
use super::setting::Setting;
use crate::plan::lint::{LintRule, Silence};

/// The name of the table in the file.
const TABLE: &str = "silence";

/// Reads the kinds that the file silences, each with the reason, and what is shown of them.
pub(super) fn read(file: &mut Table<'_>) -> Result<(Silence, Vec<ShownOption>), Wrong> {
    let mut kinds: Vec<(LintRule, Setting<String>)> = Vec::new();
    if let Some(mut table) = file.table(TABLE)? {
        for rule in LintRule::all() {
            let reason = table.take::<String>(rule.id())?;
            kinds.extend(reason.map(|reason| (rule, reason)));
        }
        table.finish()?;
    }
    let shown = kinds.iter().map(|(rule, reason)| ShownOption {
        name: format!("{TABLE}.{}", rule.id()).into(),
        ..ShownOption::of(TABLE, reason)
    });
    let shown = shown.collect();
    let kinds = kinds.into_iter();
    let silence = kinds.map(|(rule, reason)| (rule, reason.value)).collect();
    Ok((silence, shown))
}
