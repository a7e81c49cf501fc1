//! A value and its source: the flag, the variable, the line of the file, or the default.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The source of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody said anything; the remark says what else holds then.
    Default(&'static str),
    /// The configuration file.
    File {
        /// The file.
        path: Arc<Path>,
        /// The line, counted from 1.
        line: usize,
    },
    /// A variable of the environment.
    Variable(String),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // No remark, no semicolon: the line is read by people.
            Self::Default("") => f.write_str("default"),
            Self::Default(remark) => write!(f, "default; {remark}"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting<T> {
    pub(super) value: T,
    pub(super) from: Source,
}

impl<T> Setting<T> {
    pub(super) fn default_of(value: T) -> Self {
        let from = Source::Default("");
        Self { value, from }
    }

    /// Returns true if it was said for this run, and not for all.
    pub(super) fn is_of_this_run(&self) -> bool {
        matches!(self.from, Source::Flag(_) | Source::Variable(_))
    }

    /// The value, unless it is one of AWS's own variables: those are read where the
    /// AWS files are.
    pub(super) fn own(self) -> Option<T> {
        self.is_own().then_some(self.value)
    }

    /// Returns true if it comes from elsewhere than one of AWS's own variables.
    pub(super) fn is_own(&self) -> bool {
        !matches!(&self.from, Source::Variable(name) if name.starts_with("AWS_"))
    }
}
