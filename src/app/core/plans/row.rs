//! A plan as the list has it.

use std::sync::Arc;

use crate::plan::filter::texts_of;
use crate::plan::lint::{KeyCounts, Level, PlanLint};
use crate::plan::model::api_names::ApiNames;
use crate::plan::{Settings, UsagePlan};
use crate::text::search::Texts;

/// The findings of a plan that its row has a sign for. Of two, the worse is the greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signs {
    /// The number of errors.
    pub errors: usize,
    /// The number of warnings.
    pub warnings: usize,
}

impl Signs {
    /// The signs of a plan, by what is known around it and of its keys.
    pub(super) fn of(settings: &Settings, lint: &PlanLint<'_>, keys: KeyCounts) -> Self {
        let findings = lint.look_over(settings, keys);
        let count = |level| findings.iter().filter(|found| found.level == level).count();
        Self {
            errors: count(Level::Error),
            warnings: count(Level::Warning),
        }
    }

    /// The level of the worst; none where nothing has a sign.
    #[must_use]
    pub fn worst(self) -> Option<Level> {
        match (self.errors, self.warnings) {
            (1.., _) => Some(Level::Error),
            (0, 1..) => Some(Level::Warning),
            (0, 0) => None,
        }
    }
}

/// A plan in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The plan as last read.
    pub plan: Arc<UsagePlan>,
    /// Its findings that are errors or warnings, by what is known around it.
    pub signs: Signs,
    /// True where a send to it ended without a certain answer since it was read.
    pub is_doubtful: bool,
    /// True where it is marked, to be worked on with others.
    pub is_marked: bool,
    /// The texts that the filter looks at.
    pub(super) texts: Texts,
}

impl Row {
    pub(super) fn new(
        plan: Arc<UsagePlan>,
        lint: &PlanLint<'_>,
        keys: KeyCounts,
        names: &ApiNames,
    ) -> Self {
        Self {
            signs: Signs::of(&plan.settings, lint, keys),
            is_doubtful: false,
            is_marked: false,
            texts: texts_of(&plan, names),
            plan,
        }
    }
}
