//! Ways to run plangate in a test: the real binary in a pseudo-terminal, and a
//! session in this process on ratatui's test backend.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used)]

pub mod answers;
pub mod gatekeeper;
pub mod pty;
pub mod session;
pub mod written;

use std::time::Duration;

/// How long a test waits for something that must come.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// Keys as a terminal sends them.
pub mod keys {
    pub const ENTER: &str = "\r";
    pub const ESCAPE: &str = "\x1b";
    pub const TAB: &str = "\t";
    pub const DOWN: &str = "\x1b[B";
    pub const F11: &str = "\x1b[23~";
    pub const F12: &str = "\x1b[24~";
    pub const CTRL_A: &str = "\x01";
    pub const CTRL_C: &str = "\x03";
    pub const CTRL_K: &str = "\x0b";
    pub const CTRL_O: &str = "\x0f";
    pub const CTRL_S: &str = "\x13";
    pub const CTRL_Z: &str = "\x1a";
}
