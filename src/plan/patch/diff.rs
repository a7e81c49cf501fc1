//! From what is to what is wanted: the operations, in order, and no more.

use super::method_map;
use crate::plan::{
    Field, MethodThrottles, Op, PatchOperation, Quota, Settings, StageKey, Target, Throttle,
};

/// A stage without method throttles.
static NO_METHODS: MethodThrottles = MethodThrottles::new();

/// The patch operations that turn one plan's settings into another's.
///
/// Total, exact and minimal: `apply(base, &diff(base, edited))` gives `edited`,
/// and nothing that did not change is sent, the method throttles of a stage
/// counting as one. The order is fixed: stages attached, stages detached, the
/// plan's throttle where it is set, method throttles, the plan's throttle where it
/// is removed, name, description, product code, quota.
///
/// A plan has method throttles only beside a throttle of its own, and the order
/// within one update counts (reported: terraform-provider-aws issue 26128, a bad
/// request where the method throttles came first). So the throttle is there before
/// they come, and they are gone before it goes. The documented example has its
/// throttle operations further down, but no method throttles. Tags do not travel by
/// patch operations (see [`calls()`](crate::plan::calls())).
#[must_use]
pub fn diff(base: &Settings, edited: &Settings) -> Vec<PatchOperation> {
    let (mut operations, methods) = diff_of_stages(base, edited);
    let (throttle, rest) = diff_beside_stages(base, edited);
    operations.extend(throttle);
    operations.extend(methods);
    operations.extend(rest);
    operations
}

/// Of [`diff`] the operations on the stages, and those on their method throttles.
pub(super) fn diff_of_stages(
    base: &Settings,
    edited: &Settings,
) -> (Vec<PatchOperation>, Vec<PatchOperation>) {
    let (mut attached, mut throttles) = (Vec::new(), Vec::new());
    stages(base, edited, &mut attached);
    methods(base, edited, &mut throttles);
    (attached, throttles)
}

/// Of [`diff`] the operations that set the plan's throttle, which go before those on
/// method throttles, and the rest, which goes behind them.
pub(super) fn diff_beside_stages(
    base: &Settings,
    edited: &Settings,
) -> (Vec<PatchOperation>, Vec<PatchOperation>) {
    let (mut set, mut rest) = (Vec::new(), Vec::new());
    throttle(base, edited, &mut set);
    // Behind the method throttles, which the service refuses without a throttle.
    if base.throttle.is_some() && edited.throttle.is_none() {
        rest.push(PatchOperation::remove(Target::Throttle.path()));
    }
    texts(base, edited, &mut rest);
    quota(base, edited, &mut rest);
    (set, rest)
}

/// The operations that take a change back.
#[must_use]
pub fn inverse(before: &Settings, after: &Settings) -> Vec<PatchOperation> {
    diff(after, before)
}

fn stages(base: &Settings, edited: &Settings, operations: &mut Vec<PatchOperation>) {
    if base.stages == edited.stages {
        return;
    }
    let path = Target::ApiStages.path();
    let attached = only_in(edited, base);
    operations.extend(attached.map(|stage| PatchOperation::new(Op::Add, &path, stage.to_string())));
    let detached = only_in(base, edited);
    operations
        .extend(detached.map(|stage| PatchOperation::new(Op::Remove, &path, stage.to_string())));
}

fn methods(base: &Settings, edited: &Settings, operations: &mut Vec<PatchOperation>) {
    if base.stages == edited.stages {
        return;
    }
    // A stage that is detached takes its method throttles along (inferred).
    for (stage, methods) in &edited.stages {
        if base.stages.get(stage).unwrap_or(&NO_METHODS) == methods {
            continue;
        }
        let path = Target::MethodThrottles(stage.clone()).path();
        // A removal is documented; what an empty map does is not.
        operations.push(if methods.is_empty() {
            PatchOperation::remove(path)
        } else {
            PatchOperation::new(Op::Replace, path, method_map::to_text(methods))
        });
    }
}

fn only_in<'a>(here: &'a Settings, there: &'a Settings) -> impl Iterator<Item = &'a StageKey> {
    let stages = here.stages.keys();
    stages.filter(|stage| !there.stages.contains_key(stage))
}

fn texts(base: &Settings, edited: &Settings, operations: &mut Vec<PatchOperation>) {
    let mut replace = |target: Target, value: &str| {
        operations.push(PatchOperation::new(Op::Replace, target.path(), value));
    };
    if base.name != edited.name {
        replace(Target::Name, &edited.name);
    }
    if base.description != edited.description {
        // Also where it is empty: the support table has no removal of a description.
        replace(Target::Description, &edited.description);
    }
    if base.product_code != edited.product_code {
        let path = Target::ProductCode.path();
        operations.push(if edited.product_code.is_empty() {
            PatchOperation::remove(path)
        } else {
            PatchOperation::new(
                set(!base.product_code.is_empty()),
                path,
                &edited.product_code,
            )
        });
    }
}

/// `add` for what is new, `replace` for what is there.
fn set(is_there: bool) -> Op {
    if is_there { Op::Replace } else { Op::Add }
}

/// The plan's throttle where it is set.
fn throttle(base: &Settings, edited: &Settings, operations: &mut Vec<PatchOperation>) {
    let Some(now) = edited.throttle else {
        return;
    };
    let mut before = base.throttle.unwrap_or_default();
    let loses_half = (before.rate.is_some() && now.rate.is_none())
        || (before.burst.is_some() && now.burst.is_none());
    if loses_half {
        // No operation takes half a throttle away: all of it goes, and the other half
        // comes again.
        operations.push(PatchOperation::remove(Target::Throttle.path()));
        before = Throttle::default();
    }
    if let Some(rate) = now.rate.filter(|rate| before.rate != Some(*rate)) {
        let op = set(before.rate.is_some());
        operations.push(PatchOperation::new(
            op,
            Target::Rate.path(),
            rate.to_string(),
        ));
    }
    if let Some(burst) = now.burst.filter(|burst| before.burst != Some(*burst)) {
        let op = set(before.burst.is_some());
        operations.push(PatchOperation::new(
            op,
            Target::Burst.path(),
            burst.to_string(),
        ));
    }
}

fn quota(base: &Settings, edited: &Settings, operations: &mut Vec<PatchOperation>) {
    let Some(now) = &edited.quota else {
        if base.quota.is_some() {
            operations.push(PatchOperation::remove(Target::Quota.path()));
        }
        return;
    };
    let nothing = Quota::default();
    let mut before = base.quota.as_ref().unwrap_or(&nothing);
    let mut is_new = base.quota.is_none();
    let loses_part = (before.period.is_some() && now.period.is_none())
        || (before.limit.is_some() && now.limit.is_none());
    if loses_part {
        // As with half a throttle.
        operations.push(PatchOperation::remove(Target::Quota.path()));
        (before, is_new) = (&nothing, true);
    }
    // The documented example has the period before limit and offset.
    if let Some(period) = now.period.as_ref()
        && before.period.as_ref() != Some(period)
    {
        operations.push(PatchOperation::new(
            set(before.period.is_some()),
            Target::QuotaPeriod.path(),
            period.as_str(),
        ));
    }
    if let Some(limit) = now.limit.filter(|limit| before.limit != Some(*limit)) {
        operations.push(PatchOperation::new(
            set(before.limit.is_some()),
            Target::QuotaLimit.path(),
            limit.to_string(),
        ));
    }
    // A new quota has the offset 0 by itself.
    if before.offset_or_zero() != now.offset_or_zero() {
        operations.push(PatchOperation::new(
            set(!is_new),
            Target::QuotaOffset.path(),
            now.offset_or_zero().to_string(),
        ));
    }
}

/// The fields that an operation of [`diff`] came from. The method throttles of a
/// stage are one operation that may come from many fields.
#[must_use]
pub fn fields_of(base: &Settings, edited: &Settings, operation: &PatchOperation) -> Vec<Field> {
    let Ok(target) = Target::parse(&operation.path) else {
        return Vec::new();
    };
    let methods_of = |settings: &'_ Settings, stage: &StageKey| {
        let methods = settings.stages.get(stage);
        methods.cloned().unwrap_or_default()
    };
    match target {
        Target::ApiStages => attached_by(operation)
            .map(Field::Stage)
            .into_iter()
            .collect(),
        Target::MethodThrottles(stage) => {
            let (before, now) = (methods_of(base, &stage), methods_of(edited, &stage));
            let gone = before.keys().filter(|key| !now.contains_key(key));
            let set = now
                .iter()
                .filter(|(key, throttle)| before.get(key) != Some(throttle));
            let keys = set.map(|(key, _)| key).chain(gone);
            // The map travels as a whole, and only these of it moved.
            keys.map(|key| Field::Method(stage.clone(), key.clone()))
                .collect()
        }
        other => other.field().into_iter().collect(),
    }
}

/// The stage that an operation on `/apiStages` attaches or detaches.
pub(in crate::plan) fn attached_by(operation: &PatchOperation) -> Option<StageKey> {
    let (api, stage) = operation.value.as_deref()?.split_once(':')?;
    Some(StageKey::as_read(api, stage))
}

/// Drops one staged operation: the fields that it came from read as in `base`
/// again. Half of a new throttle or quota takes the other half with it.
pub fn revert(base: &Settings, edited: &mut Settings, operation: &PatchOperation) {
    for field in fields_of(base, edited, operation) {
        edited.take(&field, base);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::model::arbitrary::{settings, two_settings, two_with_halves};
    use crate::plan::{Count, MethodKey, Period, Rate, apply, check, fits, judge, outcome};

    fn throttle(rate: f64, burst: i32) -> Throttle {
        Throttle::new(Rate::as_read(rate), Count::as_read(burst))
    }

    fn quota(limit: i32, period: Period, offset: i32) -> Quota {
        Quota::new(Count::as_read(limit), period, Count::as_read(offset))
    }

    fn named(name: &str) -> Settings {
        Settings {
            name: name.to_owned(),
            ..Settings::default()
        }
    }

    /// `op path value` of each operation.
    fn lines(base: &Settings, edited: &Settings) -> Vec<String> {
        let line = |operation: PatchOperation| {
            let value = operation.value.map(|value| format!(" {value}"));
            let op = operation.op.as_str();
            format!("{op} {}{}", operation.path, value.unwrap_or_default())
        };
        diff(base, edited).into_iter().map(line).collect()
    }

    #[test]
    fn gives_the_documented_example_in_its_order() {
        let base = Settings {
            quota: Some(quota(1000, Period::Week, 0)),
            throttle: Some(throttle(100.0, 200)),
            ..named("old-plan-name")
        };
        let mut edited = Settings {
            name: "new-plan-name".to_owned(),
            description: "new-plan-description".to_owned(),
            quota: Some(quota(1300, Period::Month, 5)),
            ..base.clone()
        };
        let stage = StageKey::as_read("o81lxisefl", "Stage_A");
        edited.stages.insert(stage, MethodThrottles::new());
        assert_eq!(
            lines(&base, &edited),
            [
                "add /apiStages o81lxisefl:Stage_A",
                "replace /name new-plan-name",
                "replace /description new-plan-description",
                "replace /quota/period MONTH",
                "replace /quota/limit 1300",
                "replace /quota/offset 5",
            ]
        );
    }

    #[test]
    fn adds_what_is_new_and_sends_its_parts_together() {
        let edited = Settings {
            product_code: "abc".to_owned(),
            throttle: Some(throttle(0.5, 1)),
            quota: Some(quota(1_500_000, Period::Day, 0)),
            ..named("plan")
        };
        assert_eq!(
            lines(&named("plan"), &edited),
            [
                "add /throttle/rateLimit 0.5",
                "add /throttle/burstLimit 1",
                "add /productCode abc",
                "add /quota/period DAY",
                "add /quota/limit 1500000",
            ]
        );
        assert_eq!(
            lines(&edited, &named("plan")),
            ["remove /throttle", "remove /productCode", "remove /quota"]
        );
    }

    #[test]
    fn sends_the_method_throttles_of_a_stage_as_one_map() {
        let (kept, gone) = (
            StageKey::as_read("a", "kept"),
            StageKey::as_read("a", "gone"),
        );
        let new = StageKey::as_read("b", "new");
        let mut base = named("plan");
        base.stages.insert(
            kept.clone(),
            [(MethodKey::as_read("/pets/GET"), throttle(5.0, 5))]
                .into_iter()
                .collect(),
        );
        base.stages.insert(gone, MethodThrottles::new());
        let mut edited = named("plan");
        let methods: MethodThrottles = [
            (MethodKey::as_read("//GET"), throttle(1.0, 1)),
            (MethodKey::parse("~1pets/GET").unwrap(), throttle(0.25, 2)),
        ]
        .into_iter()
        .collect();
        edited.stages.insert(new, methods);
        edited.stages.insert(kept, MethodThrottles::new());
        assert_eq!(
            lines(&base, &edited),
            [
                "add /apiStages b:new",
                "remove /apiStages a:gone",
                "remove /apiStages/a:kept/throttle",
                "replace /apiStages/b:new/throttle {\"//GET\":{\"rateLimit\":1.0,\
                 \"burstLimit\":1},\"/pets/GET\":{\"rateLimit\":0.25,\"burstLimit\":2}}",
            ]
        );
    }

    #[test]
    fn the_plans_throttle_comes_before_method_throttles_and_goes_after_them() {
        let stage = StageKey::as_read("a", "b");
        let with_methods = |plan: &Settings| {
            let methods = [(MethodKey::as_read("//GET"), throttle(1.0, 1))];
            let mut plan = plan.clone();
            plan.stages
                .insert(stage.clone(), methods.into_iter().collect());
            plan
        };
        let mut bare = named("plan");
        bare.stages.insert(stage.clone(), MethodThrottles::new());
        let throttled = Settings {
            throttle: Some(throttle(10.0, 20)),
            ..bare.clone()
        };
        let both = with_methods(&throttled);
        let map =
            "replace /apiStages/a:b/throttle {\"//GET\":{\"rateLimit\":1.0,\"burstLimit\":1}}";
        assert_eq!(
            lines(&bare, &both),
            [
                "add /throttle/rateLimit 10",
                "add /throttle/burstLimit 20",
                map
            ]
        );
        assert_eq!(
            lines(&both, &bare),
            ["remove /apiStages/a:b/throttle", "remove /throttle"]
        );
        let raised = Settings {
            throttle: Some(throttle(30.0, 20)),
            ..both.clone()
        };
        assert_eq!(
            lines(&throttled, &raised),
            ["replace /throttle/rateLimit 30", map]
        );
    }

    #[test]
    fn clears_a_description_with_an_empty_value() {
        let base = Settings {
            description: "old".to_owned(),
            ..named("plan")
        };
        assert_eq!(lines(&base, &named("plan")), ["replace /description "]);
    }

    #[test]
    fn keeps_an_unknown_period_and_sends_only_what_moved() {
        let odd = Period::Other("FORTNIGHT".to_owned());
        let base = Settings {
            quota: Some(quota(10, odd.clone(), 40)),
            ..named("plan")
        };
        let edited = Settings {
            quota: Some(quota(20, odd, 40)),
            ..named("plan")
        };
        assert_eq!(lines(&base, &edited), ["replace /quota/limit 20"]);
        assert_eq!(apply(&base, &diff(&base, &edited)), Ok(edited));
    }

    #[test]
    fn dropping_half_of_a_new_throttle_drops_all_of_it() {
        let base = named("plan");
        let mut edited = Settings {
            throttle: Some(throttle(10.0, 20)),
            ..named("renamed")
        };
        revert(
            &base,
            &mut edited,
            &PatchOperation::new(Op::Add, "/throttle/burstLimit", "20"),
        );
        assert_eq!(edited, named("renamed"));
    }

    #[test]
    fn dropping_method_throttles_keeps_the_stage_attached() {
        let stage = StageKey::as_read("a", "b");
        let mut edited = named("plan");
        let methods = [(MethodKey::as_read("//GET"), throttle(1.0, 1))]
            .into_iter()
            .collect();
        edited.stages.insert(stage.clone(), methods);
        let base = named("plan");
        let operations = diff(&base, &edited);
        revert(&base, &mut edited, &operations[1]);
        assert_eq!(edited.stages.get(&stage), Some(&MethodThrottles::new()));
        revert(&base, &mut edited, &operations[0]);
        assert_eq!(edited, base);
    }

    #[test]
    fn half_a_throttle_is_sent_as_a_half_and_never_as_0() {
        let half = |rate: Option<f64>, burst: Option<i32>| Settings {
            throttle: Some(Throttle {
                rate: rate.map(Rate::as_read),
                burst: burst.map(Count::as_read),
            }),
            ..named("plan")
        };
        for (base, edited, expected) in [
            (
                half(Some(5.0), None),
                half(Some(7.0), None),
                vec!["replace /throttle/rateLimit 7"],
            ),
            (
                half(Some(5.0), None),
                half(Some(5.0), Some(9)),
                vec!["add /throttle/burstLimit 9"],
            ),
            // No operation takes half a throttle away.
            (
                half(Some(5.0), Some(9)),
                half(Some(5.0), None),
                vec!["remove /throttle", "add /throttle/rateLimit 5"],
            ),
            (
                half(Some(5.0), None),
                half(None, Some(9)),
                vec!["remove /throttle", "add /throttle/burstLimit 9"],
            ),
            (
                named("plan"),
                half(None, Some(9)),
                vec!["add /throttle/burstLimit 9"],
            ),
            (half(None, Some(0)), half(None, Some(0)), vec![]),
        ] {
            assert_eq!(lines(&base, &edited), expected);
            assert_eq!(outcome(&base, &diff(&base, &edited)), Ok(edited));
        }
    }

    #[test]
    fn a_quota_without_an_offset_is_one_with_0() {
        let with = |offset| Settings {
            quota: Some(Quota {
                offset,
                ..quota(5, Period::Week, 0)
            }),
            ..named("plan")
        };
        let (absent, zero) = (with(None), with(Some(Count::ZERO)));
        assert_eq!(lines(&absent, &zero), [""; 0]);
        assert_eq!(absent, zero);
        let three = with(Some(Count::as_read(3)));
        assert_eq!(lines(&three, &absent), ["replace /quota/offset 0"]);
    }

    proptest! {
        #[test]
        fn is_exact_with_halves_too((base, mut edited) in two_with_halves()) {
            edited.tags.clone_from(&base.tags);
            let operations = diff(&base, &edited);
            for operation in &operations {
                prop_assert!(fits(operation).is_ok(), "{operation:?}: {:?}", fits(operation));
            }
            prop_assert_eq!(&outcome(&base, &operations).unwrap(), &edited);
            prop_assert_eq!(outcome(&edited, &inverse(&base, &edited)).unwrap(), base);
        }

        #[test]
        fn is_exact_and_passes_both_gates((base, mut edited) in two_settings()) {
            edited.tags.clone_from(&base.tags);
            let operations = diff(&base, &edited);
            for operation in &operations {
                prop_assert!(check(operation).is_ok(), "{operation:?}: {:?}", check(operation));
            }
            prop_assert_eq!(&apply(&base, &operations).unwrap(), &edited);
            let refusals: Vec<_> = judge(Some(&base), &edited, None)
                .into_iter()
                .filter(crate::plan::Finding::refuses)
                .collect();
            prop_assert_eq!(refusals, vec![]);
            prop_assert_eq!(apply(&edited, &inverse(&base, &edited)).unwrap(), base);
        }

        #[test]
        fn is_minimal((base, mut edited) in two_settings()) {
            edited.tags.clone_from(&base.tags);
            let operations = diff(&base, &edited);
            for index in 0..operations.len() {
                let mut fewer = operations.clone();
                let left_out = fewer.remove(index);
                prop_assert_ne!(apply(&base, &fewer).ok(), Some(edited.clone()), "{:?}", left_out);
            }
            let stages = |op: Op| {
                let of_op = operations.iter().filter(move |o| o.op == op && o.path == "/apiStages");
                of_op.map(|o| o.value.clone()).collect::<std::collections::BTreeSet<_>>()
            };
            prop_assert!(stages(Op::Add).is_disjoint(&stages(Op::Remove)));
        }

        #[test]
        fn of_equal_settings_is_empty(settings in settings()) {
            prop_assert_eq!(diff(&settings, &settings), vec![]);
        }

        #[test]
        fn dropping_an_operation_leaves_the_others((base, edited) in two_settings()) {
            let operations = diff(&base, &edited);
            for operation in &operations {
                let mut left = edited.clone();
                revert(&base, &mut left, operation);
                let after = diff(&base, &left);
                prop_assert!(!after.contains(operation));
                prop_assert!(after.iter().all(|other| operations.contains(other)));
                // Only the rest of a new throttle, quota or stage goes with it.
                let same_whole = |other: &&PatchOperation| {
                    let whole = |o: &PatchOperation| o.path.split('/').nth(1).map(str::to_owned);
                    whole(other) != whole(operation)
                };
                for other in operations.iter().filter(same_whole) {
                    prop_assert!(after.contains(other));
                }
            }
        }
    }
}
