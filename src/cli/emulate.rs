//! `plangate emulate`: the embedded API Gateway by itself.

use std::io::{self, Write};
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use super::output;
use crate::emulator::{Emulator, StartOptions};
use crate::task::Job;

/// Runs the embedded API Gateway until SIGINT or SIGTERM. Prints the endpoint and
/// then, when it can be used, a line of settings for the environment.
///
/// # Errors
/// Where it cannot be started as asked: the port is in use, say. Where a task of it dies
/// without which it is of no use.
pub fn emulate(options: StartOptions) -> anyhow::Result<ExitCode> {
    output::runtime()?.block_on(serve(options))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(options: StartOptions) -> anyhow::Result<()> {
    // Before the ready line, so that whoever waits for it may end the program at once.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut emulator = Emulator::start(options).await?;
    let mut out = io::stdout();
    writeln!(out, "endpoint: {}", emulator.endpoint())?;
    writeln!(out, "ready: {}", emulator.environment())?;
    out.flush()?;
    loop {
        tokio::select! {
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            died = emulator.died() => match died.job {
                // That one client has lost its answer; all others are served as before.
                Job::Connection | Job::Request => output::complain(&died.to_string()),
                _ => return Err(died.into()),
            },
        }
    }
    emulator.stop().await;
    Ok(())
}
