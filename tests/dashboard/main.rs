//! The dashboard against the embedded API Gateway, key by key: what it shows,
//! and what reaches the server.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::large_futures,
    reason = "a test stops at the first thing that is wrong, and holds a whole dashboard"
)]

mod absent;
mod aims;
mod bulk;
mod copying;
mod deletion;
mod editor;
mod edits;
mod empty;
mod every_command;
mod explanations;
mod facts;
mod findings;
mod gone;
mod help;
mod history;
mod key_map;
mod keys;
mod limits;
mod looks;
mod mouse;
mod places;
mod plain_text;
mod restart;
mod screens;
mod session;
mod tags;
mod usage;
mod walk;
mod who;
mod wide;
mod zero;
