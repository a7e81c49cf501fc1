//! The `plangate` command.

use std::process::ExitCode;

use plangate::cli::{self, Command};
use plangate::tui;

fn main() -> ExitCode {
    let done = Command::read().and_then(|command| match command {
        Command::Dashboard(config) => tui::dashboard(config),
        Command::Emulate(options) => cli::emulate(options),
        Command::Lint(options) => cli::lint::lint(options),
    });
    done.unwrap_or_else(|error| cli::complain(&error))
}
