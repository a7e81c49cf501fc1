//! The rules on values and on the plan that results.

use super::{Rule, Severity};

impl Rule {
    /// Whether breaking it keeps an operation from being sent. What the service
    /// is not known to refuse is a warning.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::BurstCoversRate | Self::ZeroBlocks | Self::WithinAccount => Severity::Warning,
            _ => Severity::Refusal,
        }
    }
}
