//! `plangate diff`: what would be sent to make a plan what a file says.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::Args;
use serde::Serialize;

use super::change_file::{ChangeFile, Wanted};
use super::finding::Found;
use super::{account, output};
use crate::config::AccountConfig;
use crate::plan::calls::command_line::{Target, chained, command};
use crate::plan::calls::snippets;
use crate::plan::model::json::to_text;
use crate::plan::model::manager::{Code, Manager};
use crate::plan::{
    Call, ChangedField, Finding, PatchOperation, PlanId, Settings, UsagePlan, apply, calls,
    changes, judge, respelled,
};
use crate::text::showable::in_json;
use crate::ui::clean;

/// The line and column of what a finding is about, where a file has it.
type PlaceOf<'a> = &'a dyn Fn(&Finding) -> Option<(usize, usize)>;

/// The exit code where the plan is not as the file has it.
const DIFFERS: u8 = 1;

/// The options of `plangate diff`.
#[derive(Args, Clone, Debug)]
pub struct DiffFlags {
    /// A plan's id, or a name that only one plan has
    pub plan: String,

    /// The change.
    #[command(flatten)]
    pub change: ChangeFile,

    /// Print JSON: {"plan", "name", "managedBy", "changes": [{"field", "before", "after"}],
    /// "operations", "commands", "warnings"}
    #[arg(long)]
    pub json: bool,

    /// Print the plan as it would be, as code for the tool that its tags name: Terraform or
    /// CloudFormation, else JSON
    #[arg(long, conflicts_with = "json")]
    pub code: bool,
}

/// Prints what would be sent. The exit code is 0 where that is nothing, else 1.
///
/// # Errors
/// Where the file or the plan cannot be read, and where the change may not be sent.
pub fn diff(account: AccountConfig, flags: &DiffFlags) -> anyhow::Result<ExitCode> {
    let file = flags.change.name();
    let wanted = flags.change.read()?;
    let (plan, target) = output::runtime()?.block_on(async {
        let open = account::open(account).await?;
        let plan = open.find(&flags.plan).await?;
        anyhow::Ok((plan, open.target()))
    })?;
    let difference = Difference::new(&plan, &wanted, &file, &target)?;
    let is_same = difference.is_same();
    if flags.code {
        output::print(&difference.to_code())?;
    } else if flags.json {
        output::print_json(&difference)?;
    } else if !is_same {
        output::print(&difference.to_text(&file))?;
    }
    Ok(ExitCode::from(if is_same { 0 } else { DIFFERS }))
}

/// The settings that the plan would have.
fn edited(plan: &UsagePlan, wanted: &Wanted, file: &str) -> anyhow::Result<Settings> {
    match wanted {
        Wanted::Operations(located) => {
            let operations: Vec<PatchOperation> =
                located.iter().map(|at| at.item.clone()).collect();
            let edited = apply(&plan.settings, &operations).map_err(|refused| {
                let at = located.get(refused.index);
                let found = Found {
                    operation: at.map(|at| (refused.index + 1, at)),
                    place: None,
                    finding: refused.finding,
                };
                anyhow!("{}", found.line(file))
            })?;
            // Operations may spell a method otherwise than the plan does, which is no
            // difference.
            Ok(respelled(Some(&plan.settings), edited))
        }
        Wanted::Plan(desired, _) => match &desired.id {
            Some(id) if *id != plan.id => bail!(
                "{file} is about the plan {id:?}, not {:?}; leave the id out of it to use it for \
                 another plan",
                plan.id.0,
                id = id.0,
            ),
            _ => Ok(respelled(Some(&plan.settings), desired.settings.clone())),
        },
    }
}

/// The patch operations among the calls.
fn operations(calls: &[Call]) -> Vec<PatchOperation> {
    let of_call = |call: &Call| match call {
        Call::Update { operations, .. } => operations.clone(),
        _ => Vec::new(),
    };
    calls.iter().flat_map(of_call).collect()
}

/// The changes that would be sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Difference<'a> {
    plan: &'a PlanId,
    name: &'a str,
    /// The tool that manages the plan, and what may become of the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    managed_by: Option<Manager>,
    #[serde(serialize_with = "changed_fields")]
    changes: Vec<ChangedField>,
    operations: Vec<PatchOperation>,
    /// The same as commands of the AWS CLI.
    commands: Vec<String>,
    warnings: Vec<Found<'a>>,
    /// The settings that the plan would have.
    #[serde(skip)]
    pub(super) edited: Settings,
}

fn changed_fields<S: serde::Serializer>(
    changes: &[ChangedField],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Json<'a> {
        field: String,
        before: Option<&'a str>,
        after: Option<&'a str>,
    }
    serializer.collect_seq(changes.iter().map(|change| Json {
        field: change.field.to_string(),
        before: change.before.as_deref(),
        after: change.after.as_deref(),
    }))
}

impl<'a> Difference<'a> {
    /// Derives the changes that make a plan what a file says.
    ///
    /// # Errors
    /// Why it may not be sent.
    pub(super) fn new(
        plan: &'a UsagePlan,
        wanted: &Wanted,
        file: &str,
        target: &Target,
    ) -> anyhow::Result<Self> {
        let place = |finding: &Finding| wanted.place_of(finding);
        Self::to(plan, edited(plan, wanted, file)?, (file, &place), target)
    }

    /// Derives the changes that give a plan other settings. A fault is told under the name
    /// of what asks for them, and with its place there.
    ///
    /// # Errors
    /// Why it may not be sent.
    pub(super) fn to(
        plan: &'a UsagePlan,
        edited: Settings,
        (source, place): (&str, PlaceOf<'_>),
        target: &Target,
    ) -> anyhow::Result<Self> {
        let mut warnings = Vec::new();
        // The account's limits would take one more call, for what is a warning only.
        for finding in judge(Some(&plan.settings), &edited, None) {
            let found = Found {
                operation: None,
                place: place(&finding),
                finding,
            };
            if found.finding.refuses() {
                bail!("{}", found.line(source));
            }
            warnings.push(found);
        }
        let calls = calls(Some(plan), &edited);
        Ok(Self {
            plan: &plan.id,
            name: &plan.settings.name,
            managed_by: Manager::of(&plan.settings),
            changes: changes(&plan.settings, &edited),
            commands: calls.iter().map(|call| command(call, target)).collect(),
            operations: operations(&calls),
            warnings,
            edited,
        })
    }

    /// Returns true if it takes one of the few updates that the service takes per minute.
    pub(super) fn takes_a_slot(&self) -> bool {
        !self.operations.is_empty()
    }

    /// Returns true if there is nothing to send.
    pub(super) fn is_same(&self) -> bool {
        self.commands.is_empty()
    }

    /// The plan as it would be, in the language of the tool that manages it.
    fn to_code(&self) -> String {
        let wanted = &self.edited;
        let code = self.managed_by.as_ref().map(|manager| manager.tool.code());
        match code {
            Some(Code::Terraform) => snippets::terraform(wanted, None, &[]).text,
            Some(Code::CloudFormation) => snippets::cloudformation(wanted, &[]).text,
            Some(Code::Json) | None => {
                let plan = UsagePlan {
                    id: self.plan.clone(),
                    settings: wanted.clone(),
                };
                format!("{}\n", in_json(&to_text(&plan)))
            }
        }
    }

    pub(super) fn to_text(&self, file: &str) -> String {
        let mut text = String::new();
        let mut line = |words: &str| {
            // Writing to a text has no way to fail.
            let _ = writeln!(text, "{}", clean(words));
        };
        line(&format!("plan {} {}", self.plan, self.name));
        if let Some(manager) = &self.managed_by {
            line(&format!("warning: {}", manager.warning()));
            line("         plangate diff --code prints the change as code for it");
        }
        for change in &self.changes {
            line(&format!("  {change}"));
        }
        if !self.operations.is_empty() {
            line("operations");
        }
        for operation in &self.operations {
            let value = operation.value.as_ref();
            let value = value.map_or_else(String::new, |value| format!(" {value:?}"));
            line(&format!(
                "  {} {}{value}",
                operation.op.as_str(),
                operation.path
            ));
        }
        for warning in &self.warnings {
            line(&warning.line(file));
        }
        line("the same as a command");
        for command in chained(&self.commands) {
            line(&format!("  {command}"));
        }
        text
    }
}
