//! What the gates say about each staged operation.

use std::collections::BTreeMap;

use super::account::AccountLimits;
use super::{Field, Finding, PatchOperation, Settings, check, fields_of, judge};

/// What was found about one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The findings; none when all is well.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Whether the operation must not be sent.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.findings.iter().any(Finding::refuses)
    }
}

/// The verdict on each operation, in order, and one more at the end with what
/// belongs to no operation (all findings about the whole of a plan that is to be
/// created, say). So there is always one verdict more than operations.
#[must_use]
pub fn verdicts(
    base: Option<&Settings>,
    edited: &Settings,
    operations: &[PatchOperation],
    limits: Option<&AccountLimits>,
) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = operations
        .iter()
        .map(|operation| Verdict {
            findings: check(operation).err().into_iter().collect(),
        })
        .collect();
    let mut rest = Verdict::default();
    let owners = Owners::of(base.unwrap_or(&Settings::default()), edited, operations);
    for finding in judge(base, edited, limits) {
        let owner = finding.field.as_ref().and_then(|field| owners.owner(field));
        let verdict = owner.and_then(|index| verdicts.get_mut(index));
        let verdict = verdict.unwrap_or(&mut rest);
        let is_said = |said: &Finding| said.rule == finding.rule && said.field == finding.field;
        if !verdict.findings.iter().any(is_said) {
            verdict.findings.push(finding);
        }
    }
    verdicts.push(rest);
    verdicts
}

/// Which operation a field's findings belong to.
struct Owners {
    /// The operation that came from the field itself.
    of_field: BTreeMap<Field, usize>,
    /// An operation that came from another part of the same whole: an offset
    /// that stayed may be wrong because the period moved.
    of_part: BTreeMap<Field, usize>,
}

impl Owners {
    fn of(base: &Settings, edited: &Settings, operations: &[PatchOperation]) -> Self {
        let mut of_field = BTreeMap::new();
        let mut of_part = BTreeMap::new();
        for (index, operation) in operations.iter().enumerate() {
            for field in fields_of(base, edited, operation) {
                of_part.extend(field.parent().map(|whole| (whole, index)));
                of_field.insert(field, index);
            }
        }
        Self { of_field, of_part }
    }

    fn owner(&self, field: &Field) -> Option<usize> {
        let itself = self.of_field.get(field).copied();
        itself.or_else(|| {
            field.ancestors().find_map(|whole| {
                let found = self.of_field.get(&whole).or(self.of_part.get(&whole));
                found.copied()
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Count, MethodKey, Op, Period, Quota, Rate, Rule, StageKey, Throttle, diff};

    fn plan(rate: f64, burst: i32) -> Settings {
        Settings {
            name: "plan".to_owned(),
            throttle: Some(Throttle {
                rate: Rate::as_read(rate),
                burst: Count::as_read(burst),
            }),
            ..Settings::default()
        }
    }

    fn rules(verdicts: &[Verdict]) -> Vec<Vec<Rule>> {
        let rules = |verdict: &Verdict| verdict.findings.iter().map(|f| f.rule).collect();
        verdicts.iter().map(rules).collect()
    }

    fn of_diff(base: &Settings, edited: &Settings) -> Vec<Verdict> {
        verdicts(Some(base), edited, &diff(base, edited), None)
    }

    #[test]
    fn a_finding_goes_to_the_operation_that_caused_it() {
        let weekly = |period| Settings {
            quota: Some(Quota {
                limit: Count::as_read(5),
                period,
                offset: Count::as_read(6),
            }),
            ..plan(1.0, 1)
        };
        // The offset stays, the period moves: no operation has the offset.
        let found = of_diff(&weekly(Period::Week), &weekly(Period::Day));
        assert_eq!(rules(&found), [vec![Rule::OffsetInPeriod], vec![]]);
        assert!(found[0].refuses());
        // The burst stays, the rate moves.
        let found = of_diff(&plan(1.0, 1), &plan(2.0, 1));
        assert_eq!(rules(&found), [vec![Rule::BurstCoversRate], vec![]]);
        assert!(!found[0].refuses());
    }

    #[test]
    fn method_findings_go_to_the_map_and_not_to_the_attachment() {
        let mut edited = plan(1.0, 1);
        let throttle = plan(0.0, 1).throttle.unwrap();
        let methods = [(MethodKey::as_read("//GET"), throttle)].into();
        edited.stages.insert(StageKey::as_read("a", "b"), methods);
        let found = of_diff(&plan(1.0, 1), &edited);
        assert_eq!(rules(&found), [vec![], vec![Rule::ZeroBlocks], vec![]]);
    }

    #[test]
    fn the_same_refusal_is_said_once() {
        let nameless = Settings {
            name: String::new(),
            ..plan(1.0, 1)
        };
        let found = of_diff(&plan(1.0, 1), &nameless);
        assert_eq!(rules(&found), [vec![Rule::NameGiven], vec![]]);
    }

    #[test]
    fn what_belongs_to_no_operation_comes_last() {
        let found = verdicts(None, &plan(5.0, 0), &[], None);
        assert_eq!(rules(&found), [[Rule::ZeroBlocks]]);
        let odd = PatchOperation::new(Op::Copy, "/name", "x");
        let found = verdicts(Some(&plan(1.0, 1)), &plan(1.0, 1), &[odd], None);
        assert_eq!(rules(&found), [vec![Rule::SupportedOp], vec![]]);
    }
}
