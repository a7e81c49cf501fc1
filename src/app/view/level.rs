//! The level of a finding as a person sees it.

use crate::plan::lint::Level;

/// The sign of a level, beside its word: it is told apart without colour.
#[must_use]
pub fn mark(level: Level) -> &'static str {
    match level {
        Level::Error => "x",
        Level::Warning => "!",
        Level::Note => "-",
    }
}
