//! `plangate lint`: looks over all plans of an account and prints what is found.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::mem::discriminant;
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{account, output};
use crate::config::{AccountConfig, Config};
use crate::correction::Sightings;
use crate::gateway::{AccountReading, Failure};
use crate::plan::PlanId;
use crate::plan::lint::{
    Level, LintFinding, NotLookedOver, Silenced, lint as look_over, to_json, untold_account,
};
use crate::plan::model::account::ApiKey;
use crate::plan::model::api_names::ApiNames;
use crate::text::showable::in_json;
use crate::ui::clean;

/// The exit code where nothing was found, and not everything could be looked over.
const INCOMPLETE: u8 = 3;

/// The most plans that a finding over several of them names.
const NAMED: usize = 5;

/// The options of `plangate lint`.
#[derive(Args, Clone, Debug)]
pub struct LintFlags {
    /// Print JSON: {"findings": [...], "notLookedOver": [...], "silenced": [...]}
    ///
    /// A finding has "rule", "level", "plans", "field", "message", "instead", "basis",
    /// "source"; what was not looked over has "what", "operation", "of", "why"; a kind that
    /// the configuration silences has "rule", "reason", "count".
    #[arg(long)]
    pub json: bool,

    /// End with 0 also where not everything could be looked over
    #[arg(long)]
    pub allow_incomplete: bool,

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

/// Prints the findings over an account. The exit code is 1 where one of them that is not
/// silenced is at or above the level that counts as a failure, else 3 where not everything could be
/// looked over and that is not allowed, else 0.
///
/// # Errors
/// Where the account cannot be reached or its plans cannot be read.
pub fn lint(config: Config, flags: &LintFlags) -> anyhow::Result<ExitCode> {
    let (reading, names) = output::runtime()?.block_on(read(config.account, flags))?;
    let mut findings = look_over(&reading.inventory());
    let silenced = config.silence.apply(&mut findings);
    let mut gaps = not_looked_over(&reading.unread);
    gaps.extend(untold_account(&reading.around));
    for gap in &gaps {
        output::complain(&format!("not looked over: {}", gap.why));
    }
    output::print(&if flags.json {
        format!("{}\n", in_json(&to_json(&findings, &gaps, &silenced)))
    } else {
        to_text(&findings, &gaps, &silenced, (&reading, &names))
    })?;
    let fails = findings.iter().any(|found| found.level >= flags.fail_on);
    let is_incomplete = !gaps.is_empty() && !flags.allow_incomplete;
    Ok(ExitCode::from(match (fails, is_incomplete) {
        (true, _) => 1,
        // Nothing was found in what was read: that is not to say that nothing is wrong.
        (false, true) => INCOMPLETE,
        (false, false) => 0,
    }))
}

/// Reads the account, and for a person the names of its APIs.
async fn read(
    account: AccountConfig,
    flags: &LintFlags,
) -> anyhow::Result<(AccountReading, ApiNames)> {
    let open = account::open(account).await?;
    let reading = open.gateway.read_account().await?;
    let keys = reading.plan_keys.iter();
    let ids = |keys: &[ApiKey]| keys.iter().map(|key| key.id.clone()).collect();
    let seen = Sightings {
        // All of them are in the list.
        plans: Vec::new(),
        list: Some(reading.plans.clone()),
        keys: keys.map(|(plan, keys)| (plan.clone(), ids(keys))).collect(),
    };
    open.correct(&seen).await;
    let has_stages = reading
        .plans
        .iter()
        .any(|plan| !plan.settings.stages.is_empty());
    let names = if has_stages && !flags.json {
        open.api_names().await
    } else {
        ApiNames::default()
    };
    Ok((reading, names))
}

/// The parts that could not be read: one entry for each operation and kind of failure.
fn not_looked_over(failures: &[Failure]) -> Vec<NotLookedOver> {
    let mut groups: Vec<Vec<&Failure>> = Vec::new();
    for failure in failures {
        let is_alike = |group: &&mut Vec<&Failure>| {
            group.first().is_some_and(|first| {
                first.operation == failure.operation
                    // The details differ from call to call, such as the time to wait.
                    && discriminant(&first.kind) == discriminant(&failure.kind)
            })
        };
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.push(failure),
            None => groups.push(vec![failure]),
        }
    }
    groups.sort_by_key(|group| group.first().map(|first| first.operation));
    groups.iter().filter_map(|group| gap(group)).collect()
}

fn gap(failures: &[&Failure]) -> Option<NotLookedOver> {
    let first = failures.first()?;
    let more = match failures.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more like it)"),
    };
    let of = failures.iter().map(|failure| failure.target.clone());
    Some(NotLookedOver {
        what: what(first.operation, failures.len()),
        operation: first.operation,
        of: of.filter(|target| !target.is_empty()).collect(),
        // A failure may take several lines, and a gap is told in one.
        why: format!("{}{more}", first.to_string().replace('\n', " ")),
    })
}

/// Of what something is not known where so many of these calls failed.
fn what(operation: &str, count: usize) -> String {
    let of = |what: &str, one: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{what} of {count} {one}{plural}")
    };
    match operation {
        "GetAccount" => "the account's limits".to_owned(),
        "GetApiKeys" => "the account's API keys".to_owned(),
        "GetStages" => of("stages", "API"),
        "GetResources" => of("methods", "API"),
        "GetUsagePlanKeys" => of("keys", "plan"),
        other => other.to_owned(),
    }
}

/// The findings, one a line, under the plans that they are about; what matters
/// most first; then what was not looked over and what is silenced, and how much there is of
/// all.
fn to_text(
    findings: &[LintFinding],
    gaps: &[NotLookedOver],
    silenced: &[Silenced],
    (reading, apis): (&AccountReading, &ApiNames),
) -> String {
    let names = reading.plans.iter();
    let names: BTreeMap<&PlanId, &str> = names
        .map(|plan| (&plan.id, plan.settings.name.as_str()))
        .collect();
    let mut groups: Vec<(&[PlanId], Vec<&LintFinding>)> = Vec::new();
    // Where each group stands: a map of the groups would lose the order of the findings.
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
            let _ = writeln!(text, "{}", clean(&apis.in_text(&line)));
        }
    }
    if !gaps.is_empty() {
        let parts: Vec<&str> = gaps.iter().map(|gap| gap.what.as_str()).collect();
        let _ = writeln!(text, "not looked over: {}", clean(&parts.join(", ")));
    }
    for kind in silenced {
        let _ = writeln!(text, "silenced: {}", clean(&kind.to_string()));
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
