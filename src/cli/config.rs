//! `plangate config`: the configuration file, and what holds.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use serde_json::{Map, json};

use super::output;
use crate::config::{Config, Flags, ShownOption, file_of, init, usual_path};
use crate::ui::clean;

/// The options of `plangate config`.
#[derive(Args, Clone, Debug)]
pub struct ConfigFlags {
    #[command(subcommand)]
    pub(super) action: ConfigAction,
}

#[derive(Subcommand, Clone, Debug)]
pub(super) enum ConfigAction {
    /// Print every option, its value, and where that comes from
    ///
    /// The options of the command line and the environment count, as they would
    /// without this command.
    Show {
        /// Print JSON: {"file", "options": {NAME: {"value", "from"}}}
        #[arg(long)]
        json: bool,
    },

    /// Write a configuration file with every option and what it means, commented out
    ///
    /// A file that is there already stays as it is.
    Init,

    /// Print where the configuration file is, or would be
    Path,
}

/// Shows the configuration, writes one, or says where it is.
///
/// # Errors
/// Where there is none to be had, or it cannot be read or written.
pub fn config(flags: Flags, config: &ConfigFlags) -> anyhow::Result<ExitCode> {
    let usual = usual_path();
    let usual = usual.as_deref();
    let variable = |name: &str| std::env::var_os(name);
    let path = file_of(&flags.account, usual, variable).map(|(path, _)| path);
    let path_or = || {
        path.clone()
            .ok_or_else(|| anyhow!("no HOME is set; name a file with --config"))
    };
    match config.action {
        ConfigAction::Path => {
            let path = path_or()?;
            output::print(&format!("{}\n", clean(&path.display().to_string())))?;
        }
        ConfigAction::Init => {
            let path = path_or()?;
            init(&path).map_err(|error| match error.kind() {
                ErrorKind::AlreadyExists => {
                    anyhow!("{} is there already and stays as it is", path.display())
                }
                _ => anyhow!("{} cannot be written: {error}", path.display()),
            })?;
            output::print(&format!("{}\n", clean(&path.display().to_string())))?;
        }
        ConfigAction::Show { json } => {
            let shown = Config::new(flags, usual, variable)?.shown;
            if json {
                let options: Map<_, _> = shown
                    .iter()
                    .map(|one| {
                        let value = json!({ "value": one.value, "from": one.from.to_string() });
                        (one.name.to_string(), value)
                    })
                    .collect();
                output::print_json(&json!({ "file": path, "options": options }))?;
            } else {
                output::print(&to_text(&shown))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The options as lines of a configuration file, each with where it comes from.
fn to_text(shown: &[ShownOption]) -> String {
    let mut text = String::new();
    for one in shown {
        let line = if one.value.is_null() {
            format!("#{} =", one.name)
        } else {
            format!("{} = {}", one.name, one.value)
        };
        // Writing to a text has no way to fail.
        let _ = writeln!(
            text,
            "{:<40} # {}",
            clean(&line),
            clean(&one.from.to_string())
        );
    }
    text
}
