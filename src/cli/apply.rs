//! `plangate apply`: makes a plan what a file says.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::change_file::ChangeFile;
use super::diff::Difference;
use super::send::{
    ConsentFlags, NOT_SENT, NamedChange, apis_at_stake, code_when_told, missing_consent,
    open_journal, send, words,
};
use super::{account, output};
use crate::config::Config;
use crate::correction::Sightings;
use crate::plan::Aim;
use crate::ui::clean;

/// The options of `plangate apply`.
#[derive(Args, Clone, Debug)]
pub struct ApplyFlags {
    /// A plan's id, or a name that only one plan has
    pub plan: String,

    /// The change.
    #[command(flatten)]
    pub change: ChangeFile,

    /// The consent that sending asks for.
    #[command(flatten)]
    pub consent: ConsentFlags,

    /// Print JSON: as `diff --json` does, and {"send", "result", "said"}
    #[arg(long)]
    pub json: bool,
}

/// Sends what makes the plan what the file says. The exit code is 0 where it is so
/// now (or with `--dry-run` might be sent), 1 where nothing was sent because it may
/// not be, and 3 where it is not certain that all of it was made.
///
/// # Errors
/// Where the file or the plan cannot be read.
pub fn apply(config: &Config, flags: &ApplyFlags) -> anyhow::Result<ExitCode> {
    let file = flags.change.name();
    let wanted = flags.change.read()?;
    output::runtime()?.block_on(async {
        let (open, guards) = account::open_to_send(config).await?;
        let plan = open.find(&flags.plan).await?;
        let difference = match Difference::new(&plan, &wanted, &file, &open.target()) {
            Ok(difference) => difference,
            Err(refused) => {
                output::complain(&format!("{refused:#}"));
                return Ok(ExitCode::from(NOT_SENT));
            }
        };
        let mut applied = Applied {
            difference,
            send: None,
            result: "nothing to send",
            said: String::new(),
            can_be_undone: false,
        };
        if applied.difference.is_same() {
            applied.print(flags.json, &file)?;
            return Ok(ExitCode::SUCCESS);
        }
        let changes = vec![NamedChange {
            name: plan.settings.name.clone(),
            aim: Aim::Update {
                wanted: applied.difference.edited.clone(),
                base: plan.clone().into(),
            },
        }];
        // Asked also for a dry run, which says what sending would need.
        let around = apis_at_stake(&open, &changes).await;
        let missing = missing_consent(&changes, &around, &guards, &flags.consent);
        if flags.consent.dry_run {
            applied.result = "not sent";
            applied.said = missing.map_or_else(String::new, |missing| missing.to_string());
            applied.print(flags.json, &file)?;
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(why) = missing {
            output::complain(&why.to_string());
            return Ok(ExitCode::from(NOT_SENT));
        }
        // What the plan shows was corrected when it was read.
        let journal = open_journal(&open, &Sightings::default()).await?;
        let ended = send(&open, &journal, changes, &flags.consent.reason, None).await;
        journal.close().await;
        let ended = ended?;
        let end = ended.changes.first().and_then(|(_, end)| end.as_ref());
        let (word, said) = words(end);
        applied.send = Some(ended.id.to_string());
        applied.can_be_undone = end.is_some_and(|end| end.made > 0);
        applied.result = word;
        applied.said = said;
        let printed = applied.print(flags.json, &file);
        let code = code_when_told(printed, &ended, ended.code());
        Ok(ExitCode::from(code))
    })
}

/// The changes that were sent, with their outcomes.
#[derive(Serialize)]
struct Applied<'a> {
    #[serde(flatten)]
    difference: Difference<'a>,
    /// The name of the send, for `plangate undo`; none where nothing was sent.
    send: Option<String>,
    result: &'static str,
    said: String,
    /// True if something was surely made.
    #[serde(skip)]
    can_be_undone: bool,
}

impl Applied<'_> {
    fn print(&self, json: bool, file: &str) -> anyhow::Result<()> {
        if json {
            output::print_json(self)?;
            return Ok(());
        }
        let text = if self.difference.is_same() {
            String::new()
        } else {
            self.difference.to_text(file)
        };
        let send = self.send.as_ref().filter(|_| self.can_be_undone);
        let send = send.map_or_else(String::new, |send| format!(" (undo: plangate undo {send})"));
        let said = if self.said.is_empty() {
            String::new()
        } else {
            format!(": {}", clean(&self.said))
        };
        output::print(&format!("{text}{}{said}{send}\n", self.result))?;
        Ok(())
    }
}
