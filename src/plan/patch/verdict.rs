//! What the gates say about each staged operation.

use std::collections::BTreeMap;

use super::diff::attached_by;
use crate::plan::model::account::AccountLimits;
use crate::plan::{Field, Finding, PatchOperation, Settings, StageKey, Target, fits, judge};

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
            findings: fits(operation).err().into_iter().collect(),
        })
        .collect();
    let mut rest = Verdict::default();
    let owners = Owners::of(operations);
    for finding in judge(base, edited, limits) {
        let owner = finding.field.as_ref().and_then(|field| owners.owner(field));
        let verdict = owner.and_then(|index| verdicts.get_mut(index));
        let verdict = verdict.unwrap_or(&mut rest);
        // Only the check's own finding, the first, may say the same.
        let is_said = |said: &Finding| said.rule == finding.rule && said.field == finding.field;
        if !verdict.findings.first().is_some_and(is_said) {
            verdict.findings.push(finding);
        }
    }
    verdicts.push(rest);
    verdicts
}

/// Which operation a field's findings belong to.
#[derive(Default)]
struct Owners {
    /// The operation on the field itself.
    fields: BTreeMap<Field, usize>,
    /// The operation on all method throttles of a stage.
    methods: BTreeMap<StageKey, usize>,
    /// An operation on another part of the same whole: an offset that stayed may
    /// be wrong because the period moved.
    parts: BTreeMap<Field, usize>,
}

impl Owners {
    fn of(operations: &[PatchOperation]) -> Self {
        let mut owners = Self::default();
        for (index, operation) in operations.iter().enumerate() {
            let field = match Target::parse(&operation.path) {
                Ok(Target::MethodThrottles(stage)) => {
                    owners.methods.insert(stage, index);
                    None
                }
                Ok(Target::ApiStages) => attached_by(operation).map(Field::Stage),
                Ok(target) => target.field(),
                Err(_) => None,
            };
            if let Some(field) = field {
                owners
                    .parts
                    .extend(field.parent().map(|whole| (whole, index)));
                owners.fields.insert(field, index);
            }
        }
        owners
    }

    fn owner(&self, field: &Field) -> Option<usize> {
        let itself = self.fields.get(field);
        let of_methods = || match field {
            Field::Method(stage, _)
            | Field::MethodRate(stage, _)
            | Field::MethodBurst(stage, _) => self.methods.get(stage),
            _ => None,
        };
        itself.or_else(of_methods).copied().or_else(|| {
            field.ancestors().find_map(|whole| {
                let found = self.fields.get(&whole).or(self.parts.get(&whole));
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
            throttle: Some(Throttle::new(Rate::as_read(rate), Count::as_read(burst))),
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
            quota: Some(Quota::new(Count::as_read(5), period, Count::as_read(6))),
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
        let methods = [(MethodKey::as_read("//GET"), throttle)]
            .into_iter()
            .collect();
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
