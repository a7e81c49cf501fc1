//! Operations held against each other, as far as that can be said without the plan.

use super::rules::offset_in_period;
use crate::plan::{
    Count, Field, Finding, PatchChange, PatchOperation, Period, Rule, StageKey, check,
};

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
    let mut quota = Offset::default();
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
            Ok(PatchChange::RemoveQuota) => quota = Offset::default(),
            Ok(PatchChange::QuotaPeriod(period)) => quota.period = Some(period),
            Ok(PatchChange::QuotaOffset(offset)) => quota.offset = Some((index, offset)),
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
    }
    findings.extend(quota.refused());
    findings.sort_by_key(|(index, _)| *index);
    findings
}

/// The offset that operations set, and the period, as far as they set one.
#[derive(Default)]
struct Offset {
    offset: Option<(usize, Count)>,
    period: Option<Period>,
}

impl Offset {
    fn refused(self) -> Option<(usize, Finding)> {
        let (index, offset) = self.offset?;
        // The plan's own period is not known here: what even the longest one does not take
        // no plan takes.
        let finding = match &self.period {
            Some(period) => offset_in_period(Some(period), offset)?,
            None => Finding {
                message: format!("no period takes an offset of {offset}"),
                instead: "0 to 27 for MONTH, 0 to 6 for WEEK, 0 for DAY".to_owned(),
                ..offset_in_period(Some(&Period::Month), offset)?
            },
        };
        Some((index, finding))
    }
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
    fn an_offset_that_the_period_does_not_take_is_found_without_the_plan() {
        let set = |path: &str, value: &str| PatchOperation::new(Op::Replace, path, value);
        let offset = |days| set("/quota/offset", days);
        let period = |period| set("/quota/period", period);
        assert_eq!(rules(&[offset("40")]), [(0, Rule::OffsetInPeriod)]);
        // The plan may have a period that takes it.
        assert_eq!(rules(&[offset("27")]), []);
        for batch in [
            [offset("10"), period("WEEK")],
            [offset("1"), period("DAY")],
            [offset("28"), period("MONTH")],
        ] {
            assert_eq!(rules(&batch), [(0, Rule::OffsetInPeriod)], "{batch:?}");
        }
        assert_eq!(rules(&[period("WEEK"), offset("6")]), []);
        // Set again, or gone with the quota.
        assert_eq!(rules(&[offset("40"), offset("3")]), []);
        assert_eq!(rules(&[offset("40"), PatchOperation::remove("/quota")]), []);
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
