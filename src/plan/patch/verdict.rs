//! What the gates say about each staged operation.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::diff::{attached_by, diff_beside_stages, diff_of_stages};
use super::rules::{StageFindings, judge_with};
use crate::plan::model::account::AccountLimits;
use crate::plan::{
    Field, Finding, PatchOperation, Settings, StageKey, Stages, Target, Throttle, fits, judge,
};

/// The findings about one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The findings; none when all is well.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Returns true if the operation must not be sent.
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
        add(&mut verdict.unwrap_or(&mut rest).findings, finding);
    }
    verdicts.push(rest);
    verdicts
}

/// An operation with what was found about it.
pub type Judged = (PatchOperation, Vec<Finding>);

/// The staged changes of a plan's stages, with the findings about them. Kept while the
/// stages are the same ones: a plan may have thousands, and most edits change none.
#[expect(
    clippy::option_option,
    reason = "no base at all is something else than a base without a throttle"
)]
#[derive(Debug)]
pub struct StagedStages {
    base: Stages,
    edited: Stages,
    /// The operations that attach and detach, then those on method throttles, each with
    /// what it is refused for on its own.
    operations: Vec<Arc<Judged>>,
    attached: usize,
    owners: Owners,
    /// The other settings that the findings of the rules depend on.
    beside: (
        Option<Option<Throttle>>,
        Option<Throttle>,
        Option<AccountLimits>,
    ),
    found: StageFindings,
}

/// The staged operations, in the order in which they are sent, and the findings that
/// belong to none of them.
#[derive(Debug, Default)]
pub struct StagedOperations {
    /// The operations, each with what was found about it.
    pub operations: Vec<Arc<Judged>>,
    /// The findings that belong to none of them.
    pub rest: Vec<Finding>,
}

impl StagedStages {
    /// Stages the operations of the stages; takes of what was known of them before
    /// that which still holds.
    #[must_use]
    pub fn of(
        base: Option<&Settings>,
        edited: &Settings,
        limits: Option<&AccountLimits>,
        before: Option<Self>,
    ) -> Self {
        let nothing = Settings::default();
        let from = base.unwrap_or(&nothing);
        let beside = (
            base.map(|base| base.throttle),
            edited.throttle,
            limits.copied(),
        );
        // Of a new plan there never are the same ones: none stand before.
        let is_same = |kept: &Self| {
            let is_same_base =
                kept.base.is_same(&from.stages) || (kept.base.is_empty() && from.stages.is_empty());
            is_same_base && kept.edited.is_same(&edited.stages)
        };
        match before.filter(is_same) {
            Some(kept) if kept.beside == beside => kept,
            Some(kept) => Self {
                beside,
                found: StageFindings::of(base, edited, limits),
                ..kept
            },
            None => {
                let (mut operations, methods) = diff_of_stages(from, edited);
                let attached = operations.len();
                operations.extend(methods);
                Self {
                    base: from.stages.clone(),
                    edited: edited.stages.clone(),
                    owners: Owners::of(&operations),
                    operations: operations.into_iter().map(judged).collect(),
                    attached,
                    beside,
                    found: StageFindings::of(base, edited, limits),
                }
            }
        }
    }

    /// All that is staged, judged as [`verdicts`] does.
    #[must_use]
    pub fn with_the_rest(
        &self,
        base: Option<&Settings>,
        edited: &Settings,
        limits: Option<&AccountLimits>,
    ) -> StagedOperations {
        let nothing = Settings::default();
        let (set, behind) = diff_beside_stages(base.unwrap_or(&nothing), edited);
        let between = set.len();
        let others: Vec<PatchOperation> = set.into_iter().chain(behind).collect();
        let owners = Owners::of(&others);
        let mut operations = self.operations.clone();
        let first_of_others = operations.len();
        operations.extend(others.into_iter().map(judged));
        let mut rest = Vec::new();
        for finding in judge_with(base, edited, limits, &self.found) {
            let owner = finding.field.as_ref().and_then(|field| {
                let of_others = || Some(owners.owner(field)? + first_of_others);
                self.owners.owner(field).or_else(of_others)
            });
            match owner.and_then(|at| operations.get_mut(at)) {
                Some(owner) => add(&mut Arc::make_mut(owner).1, finding),
                None => add(&mut rest, finding),
            }
        }
        // Behind the stages come the operations that set the throttle.
        let mut others = operations.split_off(first_of_others);
        let behind = others.split_off(between);
        let methods = operations.split_off(self.attached);
        operations.extend(others.into_iter().chain(methods).chain(behind));
        StagedOperations { operations, rest }
    }
}

fn judged(operation: PatchOperation) -> Arc<Judged> {
    let findings = fits(&operation).err().into_iter().collect();
    Arc::new((operation, findings))
}

/// Adds a finding to those of an operation.
fn add(findings: &mut Vec<Finding>, finding: Finding) {
    // Only the check's own finding, the first, may say the same.
    let is_said = |said: &Finding| said.rule == finding.rule && said.field == finding.field;
    if !findings.first().is_some_and(is_said) {
        findings.push(finding);
    }
}

/// The operation that a field's findings belong to.
#[derive(Debug, Default)]
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
    use proptest::prelude::*;

    use super::*;
    use crate::plan::model::arbitrary::{settings, two_with_halves};
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

    /// What is kept of the stages gives the same as all of it made anew.
    fn agrees(kept: &StagedStages, base: Option<&Settings>, edited: &Settings) {
        let operations = diff(base.unwrap_or(&Settings::default()), edited);
        let mut verdicts = verdicts(base, edited, &operations, None);
        let rest = verdicts.pop().unwrap_or_default().findings;
        let verdicts = verdicts.into_iter().map(|verdict| verdict.findings);
        let expected: Vec<Judged> = operations.into_iter().zip(verdicts).collect();
        let staged = kept.with_the_rest(base, edited, None);
        let found: Vec<Judged> = staged
            .operations
            .iter()
            .map(|one| (**one).clone())
            .collect();
        assert_eq!(found, expected);
        assert_eq!(staged.rest, rest);
    }

    proptest! {
        #[test]
        fn what_is_kept_of_the_stages_says_what_all_of_it_would(
            (base, edited) in two_with_halves(),
            other in settings(),
            is_new in any::<bool>(),
        ) {
            let from = (!is_new).then_some(&base);
            let kept = StagedStages::of(from, &edited, None, None);
            agrees(&kept, from, &edited);
            // The same stages beside another throttle, name and quota.
            let beside = Settings { stages: edited.stages.clone(), ..other.clone() };
            let kept = StagedStages::of(from, &beside, None, Some(kept));
            agrees(&kept, from, &beside);
            // Other stages, and back.
            let kept = StagedStages::of(from, &other, None, Some(kept));
            agrees(&kept, from, &other);
            let kept = StagedStages::of(Some(&other), &edited, None, Some(kept));
            agrees(&kept, Some(&other), &edited);
        }
    }
}
