//! From what is to what is wanted: the operations, in order, and no more.

use super::{
    Count, Field, MethodThrottles, Op, PatchOperation, Settings, StageKey, Target, method_map,
};

/// A stage without method throttles.
static NO_METHODS: MethodThrottles = MethodThrottles::new();

/// The patch operations that turn one plan's settings into another's.
///
/// Total, exact and minimal: `apply(base, &diff(base, edited))` gives `edited`,
/// and nothing that did not change is sent, the method throttles of a stage
/// counting as one. The order is fixed: stages attached, stages detached, method
/// throttles, name, description, product code, throttle, quota. Tags do not
/// travel by patch operations (see [`super::calls`]).
#[must_use]
pub fn diff(base: &Settings, edited: &Settings) -> Vec<PatchOperation> {
    let mut operations = Vec::new();
    stages(base, edited, &mut operations);
    texts(base, edited, &mut operations);
    throttle(base, edited, &mut operations);
    quota(base, edited, &mut operations);
    operations
}

/// The operations that take a change back.
#[must_use]
pub fn inverse(before: &Settings, after: &Settings) -> Vec<PatchOperation> {
    diff(after, before)
}

fn stages(base: &Settings, edited: &Settings, operations: &mut Vec<PatchOperation>) {
    let path = Target::ApiStages.path();
    let attached = only_in(edited, base);
    operations.extend(attached.map(|stage| PatchOperation::new(Op::Add, &path, stage.to_string())));
    let detached = only_in(base, edited);
    operations
        .extend(detached.map(|stage| PatchOperation::new(Op::Remove, &path, stage.to_string())));
    for (stage, methods) in &edited.stages {
        if base.stages.get(stage).unwrap_or(&NO_METHODS) == methods {
            continue;
        }
        let path = Target::MethodThrottles(stage.clone()).path();
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

fn throttle(base: &Settings, edited: &Settings, operations: &mut Vec<PatchOperation>) {
    let Some(now) = edited.throttle else {
        if base.throttle.is_some() {
            operations.push(PatchOperation::remove(Target::Throttle.path()));
        }
        return;
    };
    let op = set(base.throttle.is_some());
    if base.throttle.is_none_or(|before| before.rate != now.rate) {
        operations.push(PatchOperation::new(
            op,
            Target::Rate.path(),
            now.rate.to_string(),
        ));
    }
    if base.throttle.is_none_or(|before| before.burst != now.burst) {
        operations.push(PatchOperation::new(
            op,
            Target::Burst.path(),
            now.burst.to_string(),
        ));
    }
}

fn quota(base: &Settings, edited: &Settings, operations: &mut Vec<PatchOperation>) {
    let before = base.quota.as_ref();
    let Some(now) = &edited.quota else {
        if before.is_some() {
            operations.push(PatchOperation::remove(Target::Quota.path()));
        }
        return;
    };
    let op = set(before.is_some());
    if before.is_none_or(|before| before.period != now.period) {
        operations.push(PatchOperation::new(
            op,
            Target::QuotaPeriod.path(),
            now.period.as_str(),
        ));
    }
    if before.is_none_or(|before| before.limit != now.limit) {
        operations.push(PatchOperation::new(
            op,
            Target::QuotaLimit.path(),
            now.limit.to_string(),
        ));
    }
    // A new quota has the offset 0 by itself.
    if before.map_or(Count::ZERO, |before| before.offset) != now.offset {
        let offset = now.offset.to_string();
        operations.push(PatchOperation::new(op, Target::QuotaOffset.path(), offset));
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
        Target::ApiStages => {
            let value = operation.value.as_deref().unwrap_or_default();
            let stage = value
                .split_once(':')
                .map(|(api, stage)| StageKey::as_read(api, stage));
            stage.map(Field::Stage).into_iter().collect()
        }
        Target::MethodThrottles(stage) => {
            let (before, now) = (methods_of(base, &stage), methods_of(edited, &stage));
            let gone = before.keys().filter(|key| !now.contains_key(key));
            let set = now
                .iter()
                .filter(|(key, throttle)| before.get(key) != Some(throttle));
            let keys = set.map(|(key, _)| key).chain(gone);
            keys.map(|key| Field::Method(stage.clone(), key.clone()))
                .collect()
        }
        other => other.field().into_iter().collect(),
    }
}

/// Drops one staged operation: the fields that it came from read as in `base`
/// again. Half of a new throttle or quota takes the other half with it.
pub fn revert(base: &Settings, edited: &mut Settings, operation: &PatchOperation) {
    for field in fields_of(base, edited, operation) {
        edited.take(&field, base);
    }
}
