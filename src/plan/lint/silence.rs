//! Kinds of findings that the operator does not want to be told, each with the reason.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::{LintFinding, LintRule};

/// The kinds of findings that are silenced, each with the operator's reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Silence(BTreeMap<LintRule, String>);

/// A kind of findings that was silenced, and how many of them there were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Silenced {
    /// The kind.
    pub rule: LintRule,
    /// The operator's reason.
    pub reason: String,
    /// The number of findings that are not told.
    pub count: usize,
}

impl fmt::Display for Silenced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.count, self.rule.id(), self.reason)
    }
}

impl FromIterator<(LintRule, String)> for Silence {
    fn from_iter<T: IntoIterator<Item = (LintRule, String)>>(kinds: T) -> Self {
        Self(kinds.into_iter().collect())
    }
}

impl Silence {
    /// Returns true for a kind that is silenced.
    #[must_use]
    pub fn covers(&self, rule: LintRule) -> bool {
        self.0.contains_key(&rule)
    }

    /// Takes the findings of silenced kinds away, and returns how many of each that were.
    #[must_use]
    pub fn apply(&self, findings: &mut Vec<LintFinding>) -> Vec<Silenced> {
        let mut counts: BTreeMap<LintRule, usize> = BTreeMap::new();
        findings.retain(|found| {
            let is_silenced = self.covers(found.rule);
            if is_silenced {
                *counts.entry(found.rule).or_default() += 1;
            }
            !is_silenced
        });
        let counts = counts.into_iter();
        let silenced = counts.map(|(rule, count)| Silenced {
            rule,
            reason: self.0.get(&rule).cloned().unwrap_or_default(),
            count,
        });
        silenced.collect()
    }
}
