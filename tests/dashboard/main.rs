//! The dashboard against the embedded API Gateway, key by key: what it shows,
//! and what reaches the server.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::large_futures,
    reason = "a test stops at the first thing that is wrong, and holds a whole dashboard"
)]

mod absent;
mod bulk_review;
mod change_review;
mod copying;
mod deletion;
mod edits;
mod empty;
mod every_command;
mod exhaustion;
mod explanations;
mod extension;
mod facts;
mod filter;
mod findings;
mod form;
mod gone;
mod help;
mod history;
mod identity;
mod key_map;
mod keys;
mod limits;
mod looks;
mod lost_answers;
mod mouse;
mod names;
mod numbers;
mod patch;
mod places;
mod plain_text;
mod plans;
mod queue;
mod requests;
mod restart;
mod review;
mod screens;
mod session;
mod tags;
mod text;
mod tweaks;
mod usage;
mod walk;
mod wide;
mod zero;
