//! The `plangate` command.

use std::process::ExitCode;

use plangate::cli::{self, Command};
use plangate::task::{self, Job};
use plangate::{files, tui};

fn main() -> ExitCode {
    files::outlive_limits();
    task::note_panics();
    // A shell asks, in the middle of a line: what is wrong with that line is not told.
    if std::env::var_os(cli::COMPLETE_VARIABLE).is_some() {
        return cli::offer().unwrap_or(ExitCode::FAILURE);
    }
    let done = Command::read().and_then(|command| match command {
        // It has the terminal to give back where it panics, and sees to that itself.
        Command::Dashboard(config) => tui::dashboard(config),
        command => run(command),
    });
    done.unwrap_or_else(|error| cli::complain(&error))
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    let may_send = matches!(
        command,
        Command::Apply(..) | Command::Set(..) | Command::Undo(..)
    );
    let done = task::here(Job::Command, || match command {
        Command::Dashboard(config) => tui::dashboard(config),
        Command::Plain(config, views) => cli::plain(&config, &views),
        Command::List(config, flags) => cli::list(config, &flags),
        Command::Show(account, flags) => cli::show(account, &flags),
        Command::Diff(account, flags) => cli::diff(account, &flags),
        Command::Apply(config, flags) => cli::apply(&config, &flags),
        Command::Set(config, flags) => cli::set(&config, &flags),
        Command::History(account, flags) => cli::history(account, &flags),
        Command::Undo(config, flags) => cli::undo(&config, &flags),
        Command::Check(flags) => cli::check(&flags),
        Command::Lint(config, flags) => cli::lint(config, &flags),
        Command::Config(flags, config) => cli::config(flags, &config),
        Command::Keymap(config, flags) => cli::keymap(&config, flags),
        Command::Emulate(options) => cli::emulate(options),
        Command::Completions(flags) => cli::completions(&flags),
        Command::Man(flags) => cli::man(&flags),
    });
    done.unwrap_or_else(|died| {
        let code = cli::complain(&died.into());
        // What was on its way by then may have been made.
        Ok(if may_send {
            ExitCode::from(cli::NOT_CERTAIN)
        } else {
            code
        })
    })
}
