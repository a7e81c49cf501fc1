//! `plangate check`: whether a change may be sent, as far as that can be said
//! without the plan. No account is needed and nothing is asked.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::change_file::{ChangeFile, Wanted};
use super::finding::Found;
use super::output;
use crate::plan;

/// The options of `plangate check`.
#[derive(Args, Clone, Debug)]
pub struct CheckFlags {
    /// The change.
    #[command(flatten)]
    pub change: ChangeFile,

    /// Print JSON: {"ok", "operations", "findings": [{"operation", "line", "column",
    /// "level", "rule", "field", "message", "instead", "basis", "source"}]}
    #[arg(long)]
    pub json: bool,
}

/// Holds each operation of a file against the support table and its value against
/// the rules; a whole plan against the rules. The exit code is 1 where something
/// may not be sent, else 0.
///
/// # Errors
/// Where the file cannot be read.
pub fn check(flags: &CheckFlags) -> anyhow::Result<ExitCode> {
    let wanted = flags.change.read()?;
    let (operations, found) = look_at(&wanted);
    let ok = !found.iter().any(|found| found.finding.refuses());
    if flags.json {
        output::print_json(&Report {
            ok,
            operations,
            findings: &found,
        })?;
    } else {
        output::print(&to_text(&flags.change.name(), operations, &found))?;
    }
    Ok(ExitCode::from(u8::from(!ok)))
}

#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    /// The count of operations; none where the file is a plan.
    operations: Option<usize>,
    findings: &'a [Found<'a>],
}

/// Returns the count of operations, and the findings on them.
fn look_at(wanted: &Wanted) -> (Option<usize>, Vec<Found<'_>>) {
    match wanted {
        Wanted::Operations(operations) => {
            let items: Vec<_> = operations.iter().map(|at| &at.item).collect();
            let found = plan::check_batch(&items).into_iter();
            let found = found.map(|(index, finding)| Found {
                operation: operations.get(index).map(|at| (index + 1, at)),
                place: None,
                finding,
            });
            (Some(operations.len()), found.collect())
        }
        Wanted::Plan(desired, _) => {
            // Without an account there is no plan to compare it with: all of it counts as
            // new.
            let findings = plan::judge(None, &desired.settings, None);
            let found = findings.into_iter().map(|finding| Found {
                operation: None,
                place: wanted.place_of(&finding),
                finding,
            });
            (None, found.collect())
        }
    }
}

fn to_text(file: &str, operations: Option<usize>, found: &[Found<'_>]) -> String {
    let mut text: String = found.iter().map(|found| found.line(file) + "\n").collect();
    let refused = found.iter().filter(|found| found.finding.refuses()).count();
    // Writing to a text has no way to fail.
    let _ = match operations {
        Some(count) => writeln!(
            text,
            "operations that may be sent: {} of {count}",
            count - refused
        ),
        None if refused == 0 => writeln!(text, "the plan may be sent"),
        None => writeln!(text, "the plan may not be sent"),
    };
    text
}
