//! `plangate completions` and `plangate man`: what is made of the command line's
//! own definition.

use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::Args;
use clap_complete::{Shell, generate};
use clap_mangen::Man;

use super::hooks::with_names;
use super::{documented, output};

/// The options of `plangate completions`.
#[derive(Args, Clone, Debug)]
pub struct CompletionsFlags {
    /// The shell that they are for
    pub shell: Shell,
}

/// The options of `plangate man`.
#[derive(Args, Clone, Debug)]
pub struct ManFlags {
    /// The command that the page is about; the whole program unless given
    pub command: Option<String>,
}

/// Prints a script that completes what is typed in a shell.
///
/// # Errors
/// Where it cannot be written.
pub fn completions(flags: &CompletionsFlags) -> anyhow::Result<ExitCode> {
    let mut definition = documented();
    let name = definition.get_name().to_owned();
    let mut script = Vec::new();
    generate(flags.shell, &mut definition, name, &mut script);
    let script = with_names(flags.shell, &String::from_utf8(script)?);
    output::print(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints a manual page.
///
/// # Errors
/// Where there is no such command, or it cannot be written.
pub fn man(flags: &ManFlags) -> anyhow::Result<ExitCode> {
    let mut definition = documented();
    // Only this gives each command its full name, such as `plangate list`.
    definition.build();
    let about = match flags.command.as_deref() {
        None => definition,
        Some(name) => {
            let names = || {
                let all = definition.get_subcommands().map(clap::Command::get_name);
                all.collect::<Vec<_>>().join(", ")
            };
            let command = definition.find_subcommand(name);
            let command = command
                .ok_or_else(|| anyhow!("there is no command {name:?}; there are {}", names()))?;
            command.clone()
        }
    };
    let mut page = Vec::new();
    Man::new(about)
        .render(&mut page)
        .context("the manual page cannot be made")?;
    output::print(&String::from_utf8(page)?)?;
    Ok(ExitCode::SUCCESS)
}
