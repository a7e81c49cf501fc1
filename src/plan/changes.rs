//! What differs between two settings, field by field, for people to read.

use std::collections::{BTreeMap, BTreeSet};

use super::{Field, MethodThrottles, Settings, StageKey};

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedField {
    /// Which one.
    pub field: Field,
    /// What it read before; `None` when there was nothing (`+`).
    pub before: Option<String>,
    /// What it reads now; `None` when there is nothing any more (`-`).
    pub after: Option<String>,
}

impl ChangedField {
    /// `+` for new, `-` for gone, `~` for changed.
    #[must_use]
    pub fn mark(&self) -> char {
        match (&self.before, &self.after) {
            (None, _) => '+',
            (_, None) => '-',
            _ => '~',
        }
    }
}

/// The fields that differ, in the order of [`super::diff`]'s operations, then the
/// tags. Only single values: a new throttle is a new rate and a new burst. A
/// stage that is detached is followed by the method throttles that go with it.
#[must_use]
pub fn changes(base: &Settings, edited: &Settings) -> Vec<ChangedField> {
    let mut fields: Vec<Field> = Vec::new();
    let (here, there) = (&edited.stages, &base.stages);
    let attached = here.keys().filter(|stage| !there.contains_key(stage));
    fields.extend(attached.cloned().map(Field::Stage));
    for (stage, methods) in there.iter().filter(|(stage, _)| !here.contains_key(stage)) {
        fields.push(Field::Stage(stage.clone()));
        fields.extend(parts(stage, methods, &MethodThrottles::new()));
    }
    for (stage, methods) in here {
        let before = there.get(stage);
        fields.extend(parts(stage, before.unwrap_or(&BTreeMap::new()), methods));
    }
    fields.extend([
        Field::Name,
        Field::Description,
        Field::ProductCode,
        Field::Rate,
        Field::Burst,
        Field::QuotaPeriod,
        Field::QuotaLimit,
        Field::QuotaOffset,
    ]);
    let tags: BTreeSet<_> = base.tags.keys().chain(edited.tags.keys()).collect();
    fields.extend(tags.into_iter().cloned().map(Field::Tag));
    let read = |field: Field| ChangedField {
        before: base.text(&field),
        after: edited.text(&field),
        field,
    };
    let is_changed = |changed: &ChangedField| match changed.field {
        // Only stages that came or went are listed.
        Field::Stage(_) => true,
        _ => changed.before != changed.after,
    };
    fields.into_iter().map(read).filter(is_changed).collect()
}

/// The parts of all method throttles of a stage that are not the same.
fn parts(stage: &StageKey, before: &MethodThrottles, now: &MethodThrottles) -> Vec<Field> {
    let keys: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let differing = keys
        .into_iter()
        .filter(|key| before.get(key) != now.get(key));
    let both = |key: &super::MethodKey| {
        [
            Field::MethodRate(stage.clone(), key.clone()),
            Field::MethodBurst(stage.clone(), key.clone()),
        ]
    };
    differing.flat_map(both).collect()
}
