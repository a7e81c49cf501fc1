//! A plan as the list has it.

use std::sync::Arc;

use crate::plan::lint::{KeyCounts, Level, PlanLint};
use crate::plan::{Settings, UsagePlan};

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
    /// The text that the filter searches, in one piece, since there may be 100,000 of
    /// them: name and id, then, in small letters, description, stages and tags.
    searched: Box<str>,
    /// The byte at which the second part begins.
    rest: u32,
}

impl Row {
    pub(super) fn new(plan: Arc<UsagePlan>, lint: &PlanLint<'_>, keys: KeyCounts) -> Self {
        let settings = &plan.settings;
        let mut searched = format!("{} {}", settings.name, plan.id);
        let rest = searched.len();
        searched.push_str(&settings.description.to_lowercase());
        for stage in settings.stages.keys() {
            searched.push('\n');
            searched.push_str(&stage.to_string().to_lowercase());
        }
        for (key, value) in &settings.tags {
            searched.push('\n');
            searched.push_str(&format!("{key}={value}").to_lowercase());
        }
        Self {
            signs: Signs::of(settings, lint, keys),
            is_doubtful: false,
            is_marked: false,
            searched: searched.into(),
            // A name is never that long.
            rest: u32::try_from(rest).unwrap_or(u32::MAX),
            plan,
        }
    }

    /// Name and id, for the fuzzy filter; description, stages and tags in small
    /// letters, for the plain one.
    pub(super) fn searched(&self) -> (&str, &str) {
        self.searched
            .split_at_checked(self.rest as usize)
            .unwrap_or((&self.searched, ""))
    }
}
