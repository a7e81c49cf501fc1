//! The `plangate` command.

use std::process::ExitCode;

use plangate::cli::{self, Command};
use plangate::{files, tui};

fn main() -> ExitCode {
    files::outlive_limits();
    let done = Command::read().and_then(|command| match command {
        Command::Dashboard(config) => tui::dashboard(config),
        Command::Plain(config, views) => cli::plain(&config, &views),
        Command::List(config, flags) => cli::list(config, &flags),
        Command::Show(account, flags) => cli::show(account, &flags),
        Command::Diff(account, flags) => cli::diff(account, &flags),
        Command::Apply(config, flags) => cli::apply(&config, &flags),
        Command::History(account, flags) => cli::history(account, &flags),
        Command::Undo(config, flags) => cli::undo(&config, &flags),
        Command::Check(flags) => cli::check(&flags),
        Command::Lint(account, flags) => cli::lint(account, &flags),
        Command::Config(flags, config) => cli::config(flags, &config),
        Command::Keymap(config, flags) => cli::keymap(&config, flags),
        Command::Emulate(options) => cli::emulate(options),
        Command::Completions(flags) => cli::completions(&flags),
        Command::Man(flags) => cli::man(&flags),
    });
    done.unwrap_or_else(|error| cli::complain(&error))
}
