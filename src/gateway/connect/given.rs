//! Settings as they are given in files and variables: blank ones count as none, some cannot be used.

use crate::gateway::failure::{Cause, Failure, FailureKind};

/// A failure of the set-up, in the operator's words.
pub(in crate::gateway) fn unusable(said: impl AsRef<str>) -> Failure {
    Failure::new(Failure::CONNECT, "", FailureKind::Configuration).saying(said.as_ref())
}

/// The same of one setting, by the names under which it is given.
pub(in crate::gateway) fn unusable_setting(names: &'static str, said: impl AsRef<str>) -> Failure {
    unusable(said).because(Cause::Setting(names))
}

/// A setting without the blanks around it; `None` for one that is nothing else.
pub(in crate::gateway) fn non_empty(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}
