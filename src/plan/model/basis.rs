//! How well a statement about the service is founded.

use std::fmt;

use serde::Serialize;

/// The foundation of a statement about the service. From the strongest to the
/// weakest, so that the weakest of several is their maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// AWS says so in its documents or its model, its answers were recorded, or it
    /// follows from one of these.
    Documented,
    /// A named third party reports it of the real service.
    Reported,
    /// Neither: it follows from how the service looks, and may be wrong.
    Inferred,
}

impl Basis {
    /// All of them, from the strongest.
    pub const ALL: [Self; 3] = [Self::Documented, Self::Reported, Self::Inferred];

    /// Its name: `documented`, `reported`, `inferred`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Reported => "reported",
            Self::Inferred => "inferred",
        }
    }

    /// The mark behind a statement: ` (inferred)`; nothing behind what is
    /// documented.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::Documented => "",
            Self::Reported => " (reported)",
            Self::Inferred => " (inferred)",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
