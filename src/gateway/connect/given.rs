//! Settings as they are given in files and variables: blank ones count as none, some cannot be used.

use crate::gateway::failure::{Failure, FailureKind};

/// A failure of the set-up, in the operator's words.
pub(in crate::gateway) fn unusable(said: impl AsRef<str>) -> Failure {
    Failure::new(Failure::CONNECT, "", FailureKind::Configuration).saying(said.as_ref())
}

/// A setting without the blanks around it; `None` for one that is nothing else.
pub(in crate::gateway) fn non_empty(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}
