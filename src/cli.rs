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
/// Find a plan, see which limit holds for every stage and method, change a quota
/// or a throttle in a few keys, read the exact operations, send them. Press ? in
/// the dashboard for its keys.
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
        let matches = definition().get_matches();
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

/// The command line's definition: the options of the sample account need `--demo`
/// in the dashboard, and stand alone in `emulate`.
fn definition() -> clap::Command {
    ["port", "state", "plans", "limits", "faults"]
        .into_iter()
        .fold(Cli::command(), |command, option| {
            command.mut_arg(option, |argument| argument.requires("demo"))
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
