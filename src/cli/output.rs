//! What the commands print, and the runtime that they run on.

use std::io::{self, Write};

use anyhow::Context;
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use crate::text::json::readable;
use crate::text::showable::{LONGEST_MESSAGE, in_json, shortened};
use crate::ui::clean;

/// A runtime for one command. Signals end a command as they end any program.
pub(super) fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the asynchronous runtime cannot be started")
}

/// The reader of what is printed, still there or gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Reads,
    /// The reader has seen enough and reads no further, as `head` does.
    IsGone,
}

/// Prints a text as it is. It must not hold what could steer the terminal.
pub(super) fn print(text: &str) -> anyhow::Result<Reader> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::IsGone),
        written => written
            .map(|()| Reader::Reads)
            .context("what was found cannot be written"),
    }
}

/// Prints JSON on several lines, an operation on one. What could steer the terminal stands escaped.
pub(super) fn print_json(value: &impl Serialize) -> anyhow::Result<Reader> {
    let text = serde_json::to_string_pretty(value)?;
    print(&format!("{}\n", in_json(&readable(&text))))
}

/// One line about what the program could not do, on stderr.
pub(super) fn complain(text: &str) {
    // Where stderr is gone, there is nobody to tell.
    // A service may answer with pages of text; the reason stands in its beginning.
    let text = shortened(text, LONGEST_MESSAGE);
    drop(writeln!(io::stderr(), "plangate: {}", clean(&text)));
}
