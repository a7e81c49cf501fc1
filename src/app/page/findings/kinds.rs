//! The lines of the page of findings: one for each kind of which there are several, which
//! opens, and one for each finding of those that are open.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::Entry;
use crate::plan::lint::{Level, LintFinding, LintRule};

/// A kind of findings: what was found, and how much it weighs. The worst come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KindName {
    worst_first: Reverse<Level>,
    /// The rule.
    pub rule: LintRule,
    /// The level.
    pub level: Level,
}

impl KindName {
    /// The kind of a finding.
    #[must_use]
    pub fn of(found: &LintFinding) -> Self {
        Self {
            worst_first: Reverse(found.level),
            rule: found.rule,
            level: found.level,
        }
    }
}

/// Several findings of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The kind.
    pub name: KindName,
    /// The number of its findings.
    pub findings: usize,
    /// The number of plans that they are about.
    pub plans: usize,
    /// True where they are shown below it.
    pub is_open: bool,
}

/// A line of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Several findings of a kind.
    Kind(Kind),
    /// A finding.
    Found {
        /// Its place among all.
        at: usize,
        /// True where it stands below its kind.
        is_below: bool,
    },
}

/// A line to go back to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    Kind(KindName),
    Found(LintFinding),
}

/// The lines of those that are shown, which stand kind by kind.
pub(super) fn lines(
    all: &[Entry],
    shown: &[usize],
    is_open: impl Fn(KindName) -> bool,
) -> Vec<Line> {
    let name = |at: &usize| all.get(*at).map(|entry| KindName::of(&entry.found));
    let mut lines = Vec::new();
    for kind in shown.chunk_by(|a, b| name(a) == name(b)) {
        let Some(name) = kind.first().and_then(name) else {
            continue;
        };
        let is_below = kind.len() > 1;
        let is_open = !is_below || is_open(name);
        if is_below {
            let entries = kind.iter().filter_map(|at| all.get(*at));
            let plans: BTreeSet<_> = entries.flat_map(|entry| &entry.found.plans).collect();
            lines.push(Line::Kind(Kind {
                name,
                findings: kind.len(),
                plans: plans.len(),
                is_open,
            }));
        }
        if is_open {
            lines.extend(kind.iter().map(|at| Line::Found { at: *at, is_below }));
        }
    }
    lines
}
