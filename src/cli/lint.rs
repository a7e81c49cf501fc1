//! `plangate lint`: looks over all plans of an account and prints what is found.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{account, output};
use crate::config::Account;
use crate::gateway::{AccountReading, Failure};
use crate::plan::PlanId;
use crate::plan::lint::{Level, LintFinding, lint as look_over, to_json};
use crate::plan::showable::in_json;
use crate::ui::clean;

/// How many plans a finding over several of them names.
const NAMED: usize = 5;

/// The options of `plangate lint`.
#[derive(Args, Clone, Debug)]
pub struct LintFlags {
    /// Print JSON: {"findings": [{"rule", "level", "plans", "field", "message", "instead",
    /// "basis", "source"}]}
    #[arg(long)]
    pub json: bool,

    /// The least level that makes the exit code 1
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "warning",
        value_parser = levels()
    )]
    pub fail_on: Level,
}

fn levels() -> impl TypedValueParser<Value = Level> {
    PossibleValuesParser::new(Level::ALL.map(Level::name))
        .try_map(|name| Level::parse(&name).ok_or("no such level"))
}

/// Prints the findings over an account. The exit code is 1 where one of them is
/// at or above the level that counts as a failure, else 0.
///
/// # Errors
/// Where the account cannot be reached or its plans cannot be read.
pub fn lint(account: Account, flags: &LintFlags) -> anyhow::Result<ExitCode> {
    let reading = output::runtime()?.block_on(read(account))?;
    let findings = look_over(&reading.inventory());
    for line in unread(&reading.unread) {
        output::complain(&line);
    }
    output::print(&if flags.json {
        format!("{}\n", in_json(&to_json(&findings)))
    } else {
        to_text(&findings, &reading)
    })?;
    let fails = findings.iter().any(|found| found.level >= flags.fail_on);
    Ok(ExitCode::from(u8::from(fails)))
}

async fn read(account: Account) -> anyhow::Result<AccountReading> {
    Ok(account::open(account).await?.gateway.read_account().await?)
}

/// What could not be read: a line for each operation.
fn unread(failures: &[Failure]) -> Vec<String> {
    let mut by_operation: BTreeMap<&str, Vec<&Failure>> = BTreeMap::new();
    for failure in failures {
        by_operation
            .entry(failure.operation)
            .or_default()
            .push(failure);
    }
    let line = |failures: Vec<&Failure>| {
        let first = failures.first()?.to_string().replace('\n', " ");
        let more = match failures.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more of the kind)"),
        };
        Some(format!("not looked over: {first}{more}"))
    };
    by_operation.into_values().filter_map(line).collect()
}

/// The findings, one a line, under the plans that they are about; what matters
/// most first.
fn to_text(findings: &[LintFinding], reading: &AccountReading) -> String {
    let names = reading.plans.iter();
    let names: BTreeMap<&PlanId, &str> = names
        .map(|plan| (&plan.id, plan.settings.name.as_str()))
        .collect();
    let mut groups: Vec<(&[PlanId], Vec<&LintFinding>)> = Vec::new();
    let mut places: BTreeMap<&[PlanId], usize> = BTreeMap::new();
    for found in findings {
        let at = *places.entry(&found.plans).or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, group)) => group.push(found),
            None => groups.push((&found.plans, vec![found])),
        }
    }
    let mut text = String::new();
    for (plans, group) in groups {
        // Writing to a text has no way to fail.
        let _ = writeln!(text, "{}", clean(&head(plans, &names)));
        for found in group {
            let line = format!(
                "  {:<7} {}{}: {}. To do: {}.",
                found.level,
                found.rule.id(),
                found.basis().mark(),
                found.message,
                found.instead
            );
            let _ = writeln!(text, "{}", clean(&line));
        }
    }
    let count = |level| findings.iter().filter(|found| found.level == level).count();
    let counts = Level::ALL
        .into_iter()
        .rev()
        .map(|level| match count(level) {
            1 => format!("1 {level}"),
            count => format!("{count} {level}s"),
        });
    let counts = counts.collect::<Vec<_>>().join(", ");
    let _ = writeln!(text, "{counts}; plans looked over: {}", reading.plans.len());
    text
}

/// The plans that findings are about, by id and name.
fn head(plans: &[PlanId], names: &BTreeMap<&PlanId, &str>) -> String {
    if plans.is_empty() {
        return "the account".to_owned();
    }
    let first = plans.iter().take(NAMED);
    let first = first.map(|id| format!("{id} {}", names.get(id).copied().unwrap_or_default()));
    let first = first.collect::<Vec<_>>().join(", ");
    match plans.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
