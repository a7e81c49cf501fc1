//! The command line, and the commands that need no screen: a file for each.

mod account;
mod apply;
mod change_file;
mod check;
mod config;
mod diff;
mod documents;
mod emulate;
mod finding;
mod history;
mod hooks;
mod keymap;
mod lint;
mod list;
mod offer;
mod output;
mod plain;
mod send;
mod set;
mod show;
mod undo;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{
    AccountConfig, AccountFlags, Config, Flags, InputFlags, LookFlags, SampleFlags, SendingFlags,
    usual_path,
};
use crate::emulator;

pub use apply::{ApplyFlags, apply};
pub use change_file::ChangeFile;
pub use check::{CheckFlags, check};
pub use config::{ConfigFlags, config};
pub use diff::{DiffFlags, diff};
pub use documents::{CompletionsFlags, ManFlags, completions, man};
pub use emulate::emulate;
pub use history::{HistoryFlags, history};
pub use keymap::{KeymapFlags, keymap};
pub use lint::{LintFlags, lint};
pub use list::{ListFlags, list};
pub use offer::{VARIABLE as COMPLETE_VARIABLE, offer};
pub use plain::{PlainFlags, plain};
pub use send::{ConsentFlags, NOT_CERTAIN};
pub use set::{SetFlags, set};
pub use show::{ShowFlags, show};
pub use undo::{UndoFlags, undo};

/// The exit code where the program could not do what it was asked to, for a
/// reason on the operator's side: wrong options, no terminal, a port in use.
pub const CANNOT: u8 = 2;

/// A terminal dashboard for the usage plans of Amazon API Gateway
///
/// Find a plan, see which limit applies for every stage and method and why, change a
/// quota or a throttle in a few keys, read the exact patch operations, send them.
/// Press ? in the dashboard for its keys.
#[derive(Parser, Debug)]
#[command(version = env!("PLANGATE_VERSION"), after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Subcommands>,

    #[command(flatten)]
    flags: Flags,

    #[command(flatten, next_help_heading = "Without a terminal")]
    plain: PlainFlags,
}

const EXAMPLES: &str = "\
Examples:
  plangate --demo                                  look around in the sample account
  plangate --profile prod --region eu-central-1    the plans of your own account
  plangate list --profile prod --json              all of them, for scripts
  plangate --demo --plain petstore-gold limits     a view as lines, without a terminal
  plangate diff petstore-gold change.json          what a change would send
  plangate set petstore-gold 'rate +20%' --dry-run one change of one plan or many
  plangate lint --profile prod --fail-on error     problems in its plans, for scripts
  plangate emulate --port 5601                     the sample account for other tools";

#[derive(Subcommand, Debug)]
enum Subcommands {
    /// Print all plans of an account
    ///
    /// In the order of the service; of several Regions or profiles, with a column for
    /// where. The exit code is 0, and 2 where the plans, or some of them, cannot be read.
    List(ListFlags),

    /// Print one plan
    ///
    /// The exit code is 0, and 2 where the plan cannot be read, where there is none,
    /// or where several have the name.
    Show(ShowFlags),

    /// Print what would be sent to make a plan what a file says
    ///
    /// The fields that change, the patch operations, and the commands of the AWS CLI that
    /// do the same. Nothing is sent. The exit code is 0 where there is no difference, 1
    /// where there is one, and 2 where the file or the plan cannot be read or the
    /// change may not be sent.
    Diff(DiffFlags),

    /// Make a plan what a file says
    ///
    /// Through the same checks, guards and journal as the dashboard. Nothing is asked:
    /// what is destructive, changes a limit by much or goes to a protected profile needs
    /// --confirm. The exit code is 0 where the plan was changed or needed no change, 1 where
    /// nothing was sent because it may not be, 2 where the file or the plan cannot be read,
    /// and 3 where it is not certain that all of it was made.
    Apply(ApplyFlags),

    /// Change one plan or many with one line, such as 'rate +20%'
    ///
    /// The change is what T takes in the dashboard. It goes through the same checks,
    /// guards and journal as apply, to all the plans or to none. On a terminal it is
    /// shown and you are asked; --yes sends without that, and without a terminal nothing
    /// is sent otherwise. What is destructive, changes a limit by much or goes to a protected
    /// profile needs --confirm too. The exit code is 0 where the plans were changed or needed
    /// no change, 1 where nothing was sent because it may not be, 2 where the change or a
    /// plan cannot be read, and 3 where it is not certain that all of it was made.
    #[command(override_usage = "plangate set [OPTIONS] <PLAN>... <CHANGE>\n       \
                          plangate set [OPTIONS] --where <FILTER> <CHANGE>")]
    Set(SetFlags),

    /// Print what was sent, newest first
    ///
    /// From the journal on this machine. The service is asked only whether there is a
    /// plan of which the journal has no change. The exit code is 0, and 2 where the
    /// journal cannot be read, where no plan has or had this name, or where several do.
    History(HistoryFlags),

    /// Undo what was sent: a whole send, or one change of it
    ///
    /// Fields that were changed since by others stay as they are now.
    /// The exit code is 0 where it is undone, 1 where nothing was sent because it
    /// may not be, 2 where there is no such send or the plans cannot be read, and 3
    /// where it is not certain that all of it was made.
    Undo(UndoFlags),

    /// Check whether a change may be sent, without an account or a network
    ///
    /// Checks each patch operation against the support table, and its value against
    /// the rules; a whole plan against the rules. The exit code is 0 where all may be
    /// sent, 1 where something may not, and 2 where the file cannot be read.
    Check(CheckFlags),

    /// Print the problems of all plans of an account
    ///
    /// Reads the plans, their API keys, and the stages and methods of their APIs;
    /// changes nothing. What cannot be read gives no finding; it is told on stderr, and
    /// in the text or JSON as not looked over. The exit code is 0, 1 where something is
    /// found at or above --fail-on, 2 where the plans cannot be read, and 3 where nothing
    /// is found but not everything could be looked over.
    Lint(LintFlags),

    /// Print what is configured and from where, or write a configuration file
    Config(ConfigFlags),

    /// Print the keys of every place, and where each line comes from
    ///
    /// In the form of a keymap.toml: take the lines that are to be different into your
    /// own file, plangate/keymap.toml in the XDG config folder. The exit code is 0, and
    /// 2 where something in that file means nothing.
    Keymap(KeymapFlags),

    /// Run the embedded API Gateway by itself, for other tools and scripts
    ///
    /// Prints its address and a line of environment settings for any AWS client,
    /// and runs until it is interrupted. It listens on 127.0.0.1 only; requests
    /// need no signature.
    Emulate,

    /// Print a script that completes commands and options in a shell
    ///
    /// For bash, say: plangate completions bash > ~/.local/share/bash-completion/completions/plangate
    Completions(CompletionsFlags),

    /// Print the manual page, of the program or of a command
    ///
    /// To read it: plangate man | man -l -
    Man(ManFlags),
}

/// A group of the options that several commands share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Account,
    Sending,
    Look,
    Input,
    Sample,
}

impl Group {
    const ALL: [Self; 5] = [
        Self::Account,
        Self::Sending,
        Self::Look,
        Self::Input,
        Self::Sample,
    ];

    /// The groups that have a meaning for a command; the others are refused there.
    fn of(command: &str) -> &'static [Self] {
        match command {
            "list" | "show" | "diff" | "lint" | "history" => &[Self::Account, Self::Sample],
            "apply" | "set" | "undo" => &[Self::Account, Self::Sending, Self::Sample],
            "config" => &Self::ALL,
            "keymap" => &[Self::Input],
            "emulate" => &[Self::Sample],
            _ => &[],
        }
    }

    /// The options in it.
    fn arguments(self) -> Vec<Arg> {
        let none = clap::Command::default();
        let command = match self {
            Self::Account => AccountFlags::augment_args(none),
            Self::Sending => SendingFlags::augment_args(none),
            Self::Look => LookFlags::augment_args(none),
            Self::Input => InputFlags::augment_args(none),
            Self::Sample => SampleFlags::augment_args(none),
        };
        command.get_arguments().cloned().collect()
    }

    /// The options that have no meaning for a command.
    fn strange_to(command: &str) -> impl Iterator<Item = Arg> {
        let of_command = Self::of(command);
        let strange = Self::ALL
            .into_iter()
            .filter(|one| !of_command.contains(one));
        strange.flat_map(Self::arguments)
    }
}

/// The request of a command line.
#[derive(Debug)]
pub enum Command {
    /// The dashboard.
    Dashboard(Config),
    /// A view of it as lines.
    Plain(Config, Vec<String>),
    /// All plans, of one place or of several.
    List(Config, ListFlags),
    /// One plan.
    Show(AccountConfig, ShowFlags),
    /// Shows the operations that a change would send.
    Diff(AccountConfig, DiffFlags),
    /// A change that is sent.
    Apply(Config, ApplyFlags),
    /// Changes plans by one line.
    Set(Config, SetFlags),
    /// Lists the changes that were sent.
    History(AccountConfig, HistoryFlags),
    /// Undoes changes that were sent.
    Undo(Config, UndoFlags),
    /// Checks if a change may be sent.
    Check(CheckFlags),
    /// Findings over a whole account.
    Lint(Config, LintFlags),
    /// The configuration: what holds, or a new file.
    Config(Flags, ConfigFlags),
    /// The keys.
    Keymap(Config, KeymapFlags),
    /// The embedded API Gateway by itself.
    Emulate(emulator::StartOptions),
    /// A script for a shell.
    Completions(CompletionsFlags),
    /// A manual page.
    Man(ManFlags),
}

impl Command {
    /// Reads the command line and the environment. Where the command line is
    /// wrong, or asks for help, says so and ends the program.
    ///
    /// # Errors
    /// Where options do not go together, or the environment is wrong.
    pub fn read() -> anyhow::Result<Self> {
        let words: Vec<OsString> = std::env::args_os().collect();
        // Wherever it stands: which words are values of options is not known before this.
        let matches = definition(|command| words.iter().any(|word| word == command))
            .try_get_matches_from(&words)
            .unwrap_or_else(|error| refuse(&error));
        Self::of(&matches, usual_path().as_deref(), |name| {
            std::env::var_os(name)
        })
    }

    fn of(
        matches: &ArgMatches,
        usual: Option<&Path>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> anyhow::Result<Self> {
        let Cli {
            command,
            flags,
            plain: PlainFlags { plain },
        } = Cli::from_arg_matches(matches)?;
        if let Some(name) = matches.subcommand_name() {
            refuse_strange(name, matches)?;
            if plain.is_some() {
                bail!("plangate {name} takes no --plain: what it prints is plain. See --help.");
            }
        }
        let several = |flags: Flags| Config::new(flags, usual, &variable);
        let config = |flags: Flags| several(flags)?.of_one_place();
        let account = |flags: Flags| config(flags).map(|config| config.account);
        Ok(match command {
            None => match plain {
                None => Self::Dashboard(several(flags)?),
                Some(views) => Self::Plain(several(flags)?, views),
            },
            Some(Subcommands::List(list)) => Self::List(several(flags)?, list),
            Some(Subcommands::Show(show)) => Self::Show(account(flags)?, show),
            Some(Subcommands::Diff(diff)) => Self::Diff(account(flags)?, diff),
            Some(Subcommands::Apply(apply)) => Self::Apply(config(flags)?, apply),
            Some(Subcommands::Set(set)) => Self::Set(config(flags)?, set),
            Some(Subcommands::History(history)) => Self::History(account(flags)?, history),
            Some(Subcommands::Undo(undo)) => Self::Undo(config(flags)?, undo),
            Some(Subcommands::Check(check)) => Self::Check(check),
            Some(Subcommands::Lint(lint)) => Self::Lint(config(flags)?, lint),
            Some(Subcommands::Config(config)) => Self::Config(flags, config),
            Some(Subcommands::Keymap(keymap)) => Self::Keymap(several(flags)?, keymap),
            Some(Subcommands::Emulate) => Self::Emulate(flags.sample.into()),
            Some(Subcommands::Completions(completions)) => Self::Completions(completions),
            Some(Subcommands::Man(man)) => Self::Man(man),
        })
    }
}

/// Refuses the options that have no meaning for the command.
fn refuse_strange(command: &str, matches: &ArgMatches) -> anyhow::Result<()> {
    for option in Group::strange_to(command) {
        let id = option.get_id().as_str();
        // A default is a value too, and nobody gave it.
        if matches.value_source(id) == Some(ValueSource::CommandLine) {
            let name = option.get_long().unwrap_or(id);
            bail!("plangate {command} takes no --{name}. See plangate {command} --help.");
        }
    }
    Ok(())
}

/// The command line's definition. The help of a command has the shared options
/// that it takes, and no others; so far as the command is named, since the dashboard
/// is not to wait for what belongs to all the others.
fn definition(is_named: impl Fn(&str) -> bool) -> clap::Command {
    let definition = Cli::command();
    let commands: Vec<String> = definition
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .filter(|name| is_named(name))
        .collect();
    commands.into_iter().fold(definition, |definition, name| {
        let strange: Vec<Arg> = Group::strange_to(&name).collect();
        definition.mut_subcommand(name, |command| {
            let hidden = |option: Arg| option.hide(true);
            command.args(strange.into_iter().map(hidden))
        })
    })
}

/// The same as completions and manual pages tell it: each command with the options
/// that it takes, and with no others.
fn documented() -> clap::Command {
    let here = |option: Arg| option.global(false);
    let shared = || Group::ALL.into_iter().flat_map(Group::arguments);
    let definition = shared().fold(Cli::command(), |definition, option| {
        definition.mut_arg(option.get_id(), here)
    });
    definition.mut_subcommands(|command| {
        let groups = Group::of(command.get_name());
        let taken = || groups.iter().flat_map(|group| group.arguments()).map(here);
        if command.has_subcommands() {
            command.mut_subcommands(|command| command.args(taken()))
        } else {
            command.args(taken())
        }
    })
}

/// Ends the program for a command line that is wrong, with one line that says why,
/// or with the help that was asked for.
fn refuse(error: &clap::Error) -> ! {
    // Help and version are no faults: they go to stdout, and the exit code is 0.
    if !error.use_stderr() {
        error.exit();
    }
    output::complain(&in_one_line(&error.to_string()));
    std::process::exit(CANNOT.into());
}

/// The fault and the suggestion, without the usage that follows.
fn in_one_line(text: &str) -> String {
    let lines = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:"));
    let said = lines.filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let said: Vec<&str> = said
        .map(|line| line.trim_start_matches("error: "))
        .collect();
    format!(
        "{}. See --help.",
        // What clap lists stands on lines of its own behind a colon.
        said.join("; ").replace(":;", ":").trim_end_matches('.')
    )
}

/// Says in one line on stderr why the program ends.
#[must_use]
pub fn complain(error: &anyhow::Error) -> ExitCode {
    output::complain(&format!("{error:#}"));
    ExitCode::from(CANNOT)
}

#[cfg(test)]
mod tests;
