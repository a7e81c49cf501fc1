//! The log: a file in the operator's state folder, never the screen.
//!
//! A thread of its own writes it, so that a slow disk keeps nobody waiting, and
//! makes the file with the first line. Where it cannot, the program runs without
//! a log.
//!
//! `tracing-appender` does not serve here: its files are whatever the umask leaves
//! them, it follows links, turns them over by the clock and not by their size, and a
//! death of its thread is told to nobody.

use std::fs::{self, File};
use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use crate::files;
use crate::gateway::Request;
use crate::journal::{make_private_folder, state_folder};
use crate::task::{self, Died, Job, Obituary};

/// Lines that may wait to be written. More are dropped.
const WAITING: usize = 1024;

/// A file larger than this many bytes is put aside when the program starts; the
/// one put aside before goes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The time that the end of the program leaves for the last lines.
const LAST_LINES: Duration = Duration::from_millis(500);

static LINES: OnceLock<(SyncSender<Entry>, Obituary)> = OnceLock::new();

enum Entry {
    Line(Vec<u8>),
    /// Everything before this was written.
    End(mpsc::Sender<()>),
}

/// Starts the log. Only what plangate itself says is logged: its crates could
/// tell of headers and bodies.
pub fn start(level: LevelFilter) {
    if level == LevelFilter::OFF {
        return;
    }
    let (sender, lines) = mpsc::sync_channel(WAITING);
    // Of what it died, `finish` says: while it runs there is nobody to tell.
    let Ok(writer) = task::thread(Job::Log, move || write(&lines), drop) else {
        return;
    };
    if LINES.set((sender.clone(), writer)).is_err() {
        return;
    }
    let format = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_target(false)
        .with_writer(move || Sink(sender.clone()));
    let subscriber = tracing_subscriber::registry()
        .with(Targets::new().with_target("plangate", level))
        .with(format);
    // One that is set already stays.
    drop(tracing::subscriber::set_global_default(subscriber));
    tracing::info!(version = env!("PLANGATE_VERSION"), "starts");
}

/// Waits for what was logged to be written.
///
/// # Errors
/// Where the thread that writes the log died: lines are missing then.
pub fn finish() -> Result<(), Died> {
    let Some((lines, writer)) = LINES.get() else {
        return Ok(());
    };
    let (written, is_written) = mpsc::channel();
    if lines.try_send(Entry::End(written)).is_ok() {
        let _ = is_written.recv_timeout(LAST_LINES);
    }
    writer.died().cloned().map_or(Ok(()), Err)
}

/// Logs a request that was made: what was asked, not what was sent or came.
pub(super) fn request(request: &Request) {
    let Request {
        operation,
        target,
        took,
        outcome,
        attempt,
        ..
    } = request;
    let took = took.as_micros();
    match outcome {
        Ok(outcome) => {
            tracing::info!(
                operation,
                ?target,
                attempt,
                took_us = took,
                ?outcome,
                "request"
            );
        }
        Err(outcome) => {
            tracing::warn!(
                operation,
                ?target,
                attempt,
                took_us = took,
                ?outcome,
                "request"
            );
        }
    }
}

struct Sink(SyncSender<Entry>);

impl Write for Sink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // Where too many wait the line is dropped: whoever logs never waits for the disk.
        drop(self.0.try_send(Entry::Line(line.to_vec())));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(lines: &Receiver<Entry>) {
    let mut file: Option<io::Result<File>> = None;
    for entry in lines {
        match entry {
            Entry::Line(line) => {
                if let Ok(file) = file.get_or_insert_with(open) {
                    // A full disk is no reason to end the program.
                    drop(file.write_all(&line));
                }
            }
            Entry::End(written) => drop(written.send(())),
        }
    }
}

/// Opens `plangate.log` in the state folder, readable by its owner only. What stands there
/// and is not a regular file is left alone: then there is no log.
fn open() -> io::Result<File> {
    let folder = state_folder()?;
    make_private_folder(&folder)?;
    let path = folder.join("plangate.log");
    if fs::symlink_metadata(&path).is_ok_and(|file| file.is_file() && file.len() > LARGEST) {
        fs::rename(&path, path.with_extension("log.old"))?;
    }
    files::append_to(&path)
}
