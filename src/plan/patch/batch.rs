//! Operations held against each other, as far as that can be said without the plan.

use crate::plan::{Field, Finding, PatchChange, PatchOperation, Rule, StageKey, check};

/// Holds each operation against [`check`], and then against those before it. Gives
/// the findings with the place of their operation, counted from 0, in order.
///
/// Without the plan only this can be said of method throttles: that the operations
/// themselves leave them without a throttle of the plan.
#[must_use]
pub fn check_batch(operations: &[&PatchOperation]) -> Vec<(usize, Finding)> {
    let mut findings = Vec::new();
    let mut removed = None;
    let mut set: Vec<(usize, StageKey)> = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        match check(operation) {
            Err(finding) => findings.push((index, finding)),
            Ok(PatchChange::RemoveThrottle) => removed = Some(index),
            // Removed and set again: the only way to take half a throttle away.
            Ok(PatchChange::Rate(_) | PatchChange::Burst(_)) => removed = None,
            Ok(PatchChange::DetachStage(stage)) => set.retain(|(_, of)| *of != stage),
            Ok(PatchChange::MethodThrottles(stage, methods)) => {
                set.retain(|(_, of)| *of != stage);
                if !methods.is_empty() {
                    set.push((index, stage));
                }
            }
            Ok(PatchChange::MethodRate(stage, ..) | PatchChange::MethodBurst(stage, ..)) => {
                set.push((index, stage));
            }
            Ok(_) => {}
        }
    }
    if let (Some(removed), Some((first, stage))) = (removed, set.first()) {
        let finding = Finding {
            rule: Rule::MethodsNeedThrottle,
            field: Some(Field::Stage(stage.clone())),
            message: format!(
                "operation {} removes the plan's throttle, and a plan without one cannot have \
                 method throttles",
                removed + 1
            ),
            instead: "keep the plan's throttle, or remove the method throttles".to_owned(),
        };
        findings.push((*first, finding));
        findings.sort_by_key(|(index, _)| *index);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Op;

    fn rules(operations: &[PatchOperation]) -> Vec<(usize, Rule)> {
        let operations: Vec<_> = operations.iter().collect();
        let found = check_batch(&operations).into_iter();
        found.map(|(index, found)| (index, found.rule)).collect()
    }

    #[test]
    fn method_throttles_without_the_plans_throttle_are_found_in_any_order() {
        let path = "/apiStages/a:b/throttle";
        let map = r#"{"/pets/GET":{"rateLimit":1.0,"burstLimit":1}}"#;
        let set = PatchOperation::new(Op::Replace, path, map);
        let one = PatchOperation::new(Op::Add, format!("{path}/~1pets/GET/rateLimit"), "1");
        let remove = PatchOperation::remove("/throttle");
        for methods in [&set, &one] {
            let found = rules(&[remove.clone(), methods.clone()]);
            assert_eq!(found, [(1, Rule::MethodsNeedThrottle)]);
            let found = rules(&[methods.clone(), remove.clone()]);
            assert_eq!(found, [(0, Rule::MethodsNeedThrottle)]);
        }
        // The throttle comes back, or the method throttles go.
        let rate = PatchOperation::new(Op::Add, "/throttle/rateLimit", "1");
        let gone = PatchOperation::remove(path);
        let detach = PatchOperation::new(Op::Remove, "/apiStages", "a:b");
        assert_eq!(rules(&[remove.clone(), rate, set.clone()]), []);
        assert_eq!(rules(&[set.clone(), remove.clone(), gone]), []);
        assert_eq!(rules(&[set.clone(), remove, detach]), []);
        // Whether the plan has a throttle is not known without it.
        assert_eq!(rules(&[set]), []);
    }
}
