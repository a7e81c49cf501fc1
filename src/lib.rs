//! plangate.

pub mod emulator;
