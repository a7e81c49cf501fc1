//! The command line, and the commands that need no screen.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, Flags, SampleFlags, WrongLevel};
use crate::emulator::{self, Emulator};

/// The exit code where the program could not do what it was asked to, for a
/// reason on the operator's side: wrong options, no terminal, a port in use.
pub const CANNOT: u8 = 2;

/// A terminal dashboard for the usage plans of Amazon API Gateway
///
/// Find a plan, see which limit holds for every stage and method and why, change a
/// quota or a throttle in a few keys, read the exact patch operations, send them.
/// Press ? in the dashboard for its keys.
#[derive(Parser, Debug)]
#[command(version, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Subcommands>,

    #[command(flatten)]
    flags: Flags,

    #[command(flatten, next_help_heading = "Sample account (with --demo)")]
    sample: SampleFlags,
}

const EXAMPLES: &str = "\
Examples:
  plangate --demo                                  look around in the sample account
  plangate --profile prod --region eu-central-1    the plans of your own account
  plangate emulate --port 5601                     the sample account for other tools";

#[derive(Subcommand, Debug)]
enum Subcommands {
    /// Run the embedded API Gateway by itself, for other tools and scripts
    ///
    /// Prints its address and a line of environment settings for any AWS client,
    /// and runs until it is interrupted. It listens on 127.0.0.1 only; requests
    /// need no signature.
    Emulate(SampleFlags),
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// The dashboard.
    Dashboard(Config),
    /// The embedded API Gateway by itself.
    Emulate(emulator::Options),
}

impl Command {
    /// Reads the command line and the environment. Where the command line is
    /// wrong, or asks for help, says so and ends the program.
    ///
    /// # Errors
    /// Where the environment is wrong.
    pub fn read() -> anyhow::Result<Self> {
        let matches = definition()
            .try_get_matches()
            .unwrap_or_else(|error| refuse(&error));
        let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        Ok(Self::new(cli, |name| std::env::var_os(name))?)
    }

    fn new(cli: Cli, variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, WrongLevel> {
        Ok(match cli.command {
            Some(Subcommands::Emulate(flags)) => Self::Emulate(flags.into()),
            None => Self::Dashboard(Config::new(cli.flags, cli.sample, variable)?),
        })
    }
}

/// The options that name an account of the operator's own.
const OWN_ACCOUNT: [&str; 3] = ["profile", "region", "endpoint_url"];

/// Ends the program for a command line that is wrong, with one line that says why,
/// or with the help that was asked for.
fn refuse(error: &clap::Error) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    drop(writeln!(
        io::stderr(),
        "plangate: {}",
        in_one_line(&error.to_string())
    ));
    std::process::exit(CANNOT.into());
}

/// What is wrong and what was meant perhaps, without the usage that follows.
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
        said.join("; ").replace(":;", ":").trim_end_matches('.')
    )
}

/// The command line's definition: the options of the sample account need `--demo`
/// in the dashboard, and stand alone in `emulate`.
fn definition() -> clap::Command {
    ["port", "state", "plans", "limits", "faults"]
        .into_iter()
        .fold(Cli::command(), |command, option| {
            command.mut_arg(option, |argument| {
                // Where --demo is ruled out, clap does not insist on it.
                argument.requires("demo").conflicts_with_all(OWN_ACCOUNT)
            })
        })
}

/// Runs the embedded API Gateway until SIGINT or SIGTERM. Prints the endpoint and
/// then, when it can be used, a line of settings for the environment.
///
/// # Errors
/// Where it cannot be started as asked: the port is in use, say.
pub fn emulate(options: emulator::Options) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(serve(options))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(options: emulator::Options) -> anyhow::Result<()> {
    // Before the ready line, so that whoever waits for it may end the program at once.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let emulator = Emulator::start(options).await?;
    let mut out = io::stdout();
    writeln!(out, "endpoint: {}", emulator.endpoint())?;
    writeln!(out, "ready: {}", emulator.environment())?;
    out.flush()?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    emulator.stop().await;
    Ok(())
}

/// Says in one line on stderr why the program ends.
#[must_use]
pub fn complain(error: &anyhow::Error) -> ExitCode {
    // Where stderr is gone, there is nobody to tell.
    drop(writeln!(io::stderr(), "plangate: {error:#}"));
    ExitCode::from(CANNOT)
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;
    use crate::config::Account;

    fn read(line: &str) -> Result<Command, clap::Error> {
        let matches = definition().try_get_matches_from(line.split_whitespace())?;
        let cli = Cli::from_arg_matches(&matches)?;
        Ok(Command::new(cli, |_| None).unwrap())
    }

    fn refusal(line: &str) -> ErrorKind {
        read(line).unwrap_err().kind()
    }

    #[test]
    fn the_definition_is_consistent() {
        definition().debug_assert();
    }

    #[test]
    fn the_sample_account_takes_its_options() {
        let Command::Dashboard(config) =
            read("plangate --demo --plans 300 --limits aws --port 5601").unwrap()
        else {
            panic!("not the dashboard");
        };
        let Account::Sample(options) = config.account else {
            panic!("not the sample account");
        };
        assert_eq!(options.plans, Some(300));
        assert_eq!(options.limits, emulator::Limits::Aws);
        assert_eq!(options.port, 5601);
    }

    #[test]
    fn an_account_of_ones_own_takes_profile_region_and_endpoint() {
        let line = "plangate --profile ops --region eu-west-1 --endpoint-url http://[::1]:1";
        let Command::Dashboard(config) = read(line).unwrap() else {
            panic!("not the dashboard");
        };
        let Account::Operator {
            profile,
            region,
            endpoint_url,
        } = config.account
        else {
            panic!("not an account of one's own");
        };
        assert_eq!(profile.as_deref(), Some("ops"));
        assert_eq!(region.as_deref(), Some("eu-west-1"));
        assert_eq!(endpoint_url.as_deref(), Some("http://[::1]:1"));
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        for line in [
            "plangate --demo --profile ops",
            "plangate --demo --region eu-west-1",
            "plangate --demo --endpoint-url http://127.0.0.1:1",
            "plangate --limits none --profile ops",
            "plangate --demo emulate",
        ] {
            assert_eq!(refusal(line), ErrorKind::ArgumentConflict, "{line}");
        }
        let line = "plangate --plans 3";
        assert_eq!(refusal(line), ErrorKind::MissingRequiredArgument);
        assert_eq!(
            refusal("plangate emulate --demo"),
            ErrorKind::UnknownArgument
        );
        assert_eq!(
            refusal("plangate emulate --port 70000"),
            ErrorKind::ValueValidation
        );
        assert_eq!(
            refusal("plangate --demo --limits some"),
            ErrorKind::InvalidValue
        );
    }

    #[test]
    fn emulate_takes_its_options_alone() {
        let line = "plangate emulate --port 5601 --plans 10 --limits aws --faults --state a.json";
        let Command::Emulate(options) = read(line).unwrap() else {
            panic!("not the embedded server");
        };
        assert_eq!((options.port, options.plans), (5601, Some(10)));
        assert!(options.faults);
        assert_eq!(options.state, Some("a.json".into()));
    }
}
