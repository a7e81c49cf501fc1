//! plangate: a terminal dashboard for the usage plans of Amazon API Gateway.
//!
//! The library is there for the binary, its tests, benches and examples: its interface is
//! not stable.
//!
//! The rooms, from the bottom up: [`text`] knows nothing of plans; [`plan`] is the domain (no
//! I/O); every other room stands on them and imports only what is below it. [`task`] and
//! [`files`] stand below them all: whatever runs beside something else is spawned and watched
//! there, and whatever plangate writes for itself is written there.

// Tests spawn as they like, and are as long as the table that they go through.
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::too_many_lines))]

pub mod app;
pub mod cli;
pub mod config;
pub mod correction;
pub mod crash;
pub mod emulator;
pub mod files;
pub mod gateway;
pub mod journal;
pub mod plan;
pub mod send;
pub mod task;
pub mod text;
pub mod tui;
pub mod ui;
