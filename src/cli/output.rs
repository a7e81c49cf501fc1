//! What the commands print, and the runtime that they run on.

use std::io::{self, Write};

use anyhow::Context;
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use crate::plan::showable::in_json;
use crate::ui::clean;

/// A runtime for one command. Signals end a command as they end any program.
pub(super) fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the asynchronous runtime cannot be started")
}

/// Whether somebody still reads what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Reads,
    /// Who reads no further has seen enough, as `head` does.
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

/// Prints JSON on several lines. What could steer the terminal stands escaped.
pub(super) fn print_json(value: &impl Serialize) -> anyhow::Result<Reader> {
    let text = serde_json::to_string_pretty(value)?;
    print(&format!("{}\n", in_json(&text)))
}

/// One line about what the program could not do, on stderr.
pub(super) fn complain(text: &str) {
    // Where stderr is gone, there is nobody to tell.
    drop(writeln!(
        io::stderr(),
        "plangate: {}",
        clean(&shortened(text))
    ));
}

/// A text without its middle where that is longer than anybody reads: what somebody gave
/// as an argument stands in it. What happened is at its begin, and what to do at its end.
fn shortened(text: &str) -> String {
    const BEGIN: usize = 1_500;
    const END: usize = 500;
    let count = text.chars().count();
    if count <= BEGIN + END {
        return text.to_owned();
    }
    let begin = text.chars().take(BEGIN);
    let end = text.chars().skip(count - END);
    begin.chain(" … ".chars()).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_begin_and_end_are_told() {
        let text = format!("no plan {} is there; see list", "ü".repeat(70_000));
        let short = shortened(&text);
        assert!(short.chars().count() < 2_100);
        assert!(short.starts_with("no plan ü") && short.ends_with("ü is there; see list"));
        assert_eq!(shortened("no plan"), "no plan");
    }
}
