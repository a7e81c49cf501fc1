//! What differs between two settings, field by field, for people to read.

use std::collections::BTreeSet;
use std::fmt;

use crate::plan::{Field, MethodThrottles, Quota, Settings, StageKey};

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedField {
    /// The field.
    pub field: Field,
    /// The reading before; `None` when there was nothing (`+`).
    pub before: Option<String>,
    /// The reading now; `None` when there is nothing any more (`-`).
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

    /// The readings before and now, with `none` where there is nothing.
    #[must_use]
    pub fn values(&self) -> [&str; 2] {
        [&self.before, &self.after].map(or_none)
    }

    /// `rate reads 5, not 10`: for settings that were read, against those that were wanted.
    #[must_use]
    pub fn misread(&self) -> String {
        let [read, wanted] = self.values();
        format!("{} reads {read}, not {wanted}", self.field)
    }
}

impl fmt::Display for ChangedField {
    /// `~ rate: 5 -> 10`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [before, after] = self.values();
        write!(f, "{} {}: {before} -> {after}", self.mark(), self.field)
    }
}

/// A reading, with `none` where there is nothing.
#[must_use]
pub fn or_none(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("none")
}

/// The fields that differ, in the order of [`crate::plan::diff`]'s operations, then the
/// tags. Only single values: a new throttle is a new rate and a new burst. A
/// stage that is detached is followed by the method throttles that go with it.
#[must_use]
pub fn changes(base: &Settings, edited: &Settings) -> Vec<ChangedField> {
    let mut fields: Vec<Field> = Vec::new();
    if base.stages != edited.stages {
        fields.extend(stages(base, edited));
    }
    fields.extend(values(base, edited));
    let tags: BTreeSet<_> = base.tags.keys().chain(edited.tags.keys()).collect();
    let moved = tags
        .into_iter()
        .filter(|key| base.tags.get(*key) != edited.tags.get(*key));
    fields.extend(moved.cloned().map(Field::Tag));
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

/// The stages that came or went, and the parts of method throttles that are not the
/// same.
fn stages(base: &Settings, edited: &Settings) -> Vec<Field> {
    let mut fields = Vec::new();
    let (here, there) = (&edited.stages, &base.stages);
    let attached = here.keys().filter(|stage| !there.contains_key(stage));
    fields.extend(attached.cloned().map(Field::Stage));
    for (stage, methods) in there.iter().filter(|(stage, _)| !here.contains_key(stage)) {
        fields.push(Field::Stage(stage.clone()));
        fields.extend(parts(stage, methods, &MethodThrottles::new()));
    }
    for (stage, methods) in here {
        let before = there.get(stage);
        fields.extend(parts(
            stage,
            before.unwrap_or(&MethodThrottles::new()),
            methods,
        ));
    }
    fields
}

/// The fields that every plan has once and that are not the same.
fn values(base: &Settings, edited: &Settings) -> impl Iterator<Item = Field> {
    fn differ<'a, T: PartialEq>(
        a: &'a Settings,
        b: &'a Settings,
        of: fn(&'a Settings) -> T,
    ) -> bool {
        of(a) != of(b)
    }
    let (a, b) = (base, edited);
    let fields = [
        (Field::Name, a.name != b.name),
        (Field::Description, a.description != b.description),
        (Field::ProductCode, a.product_code != b.product_code),
        (Field::Rate, differ(a, b, |s| s.throttle.map(|t| t.rate))),
        (Field::Burst, differ(a, b, |s| s.throttle.map(|t| t.burst))),
        (
            Field::QuotaPeriod,
            differ(a, b, |s| s.quota.as_ref().map(|q| &q.period)),
        ),
        (
            Field::QuotaLimit,
            differ(a, b, |s| s.quota.as_ref().map(|q| q.limit)),
        ),
        (
            Field::QuotaOffset,
            // An offset that is not given and one of 0 are the same to the service.
            differ(a, b, |s| s.quota.as_ref().map(Quota::offset_or_zero)),
        ),
    ];
    let moved = fields.into_iter().filter(|(_, is_moved)| *is_moved);
    moved.map(|(field, _)| field)
}

/// The parts of all method throttles of a stage that are not the same.
fn parts(stage: &StageKey, before: &MethodThrottles, now: &MethodThrottles) -> Vec<Field> {
    if before == now {
        return Vec::new();
    }
    let keys: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let differing = keys
        .into_iter()
        .filter(|key| before.get(key) != now.get(key));
    let both = |key: &crate::plan::MethodKey| {
        [
            Field::MethodRate(stage.clone(), key.clone()),
            Field::MethodBurst(stage.clone(), key.clone()),
        ]
    };
    differing.flat_map(both).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::model::arbitrary::{two_settings, two_with_halves};
    use crate::plan::{Count, MethodKey, PlanId, Rate, Throttle, UsagePlan, calls};

    fn lines(base: &Settings, edited: &Settings) -> Vec<String> {
        let changes = changes(base, edited).into_iter();
        changes.map(|changed| changed.to_string()).collect()
    }

    #[test]
    fn lists_values_in_the_order_of_the_operations() {
        let throttle = Throttle::new(Rate::as_read(0.5), Count::as_read(2));
        let methods: MethodThrottles = [(MethodKey::as_read("//GET"), throttle)]
            .into_iter()
            .collect();
        let base = Settings {
            name: "old".to_owned(),
            description: "text".to_owned(),
            stages: [(StageKey::as_read("a", "gone"), methods.clone())]
                .into_iter()
                .collect(),
            tags: [("team".to_owned(), "pay".to_owned())]
                .into_iter()
                .collect(),
            ..Settings::default()
        };
        let edited = Settings {
            name: "new".to_owned(),
            throttle: Some(throttle),
            stages: [(StageKey::as_read("b", "new"), methods)]
                .into_iter()
                .collect(),
            tags: [("empty".to_owned(), String::new())].into_iter().collect(),
            ..Settings::default()
        };
        assert_eq!(
            lines(&base, &edited),
            [
                "+ stage b:new: none -> attached, 1 method throttle",
                "- stage a:gone: attached, 1 method throttle -> none",
                "- a:gone //GET rate limit: 0.5 -> none",
                "- a:gone //GET burst limit: 2 -> none",
                "+ b:new //GET rate limit: none -> 0.5",
                "+ b:new //GET burst limit: none -> 2",
                "~ name: old -> new",
                "- description: text -> none",
                "+ rate limit: none -> 0.5",
                "+ burst limit: none -> 2",
                "+ tag empty: none -> ",
                "- tag team: pay -> none",
            ]
        );
    }

    proptest! {
        #[test]
        fn with_halves_make_the_other_plan_too((base, edited) in two_with_halves()) {
            let mut taken = base.clone();
            for change in changes(&base, &edited) {
                prop_assert_ne!(&change.before, &change.after);
                taken.take(&change.field, &edited);
            }
            prop_assert_eq!(taken, edited);
        }

        #[test]
        fn are_there_exactly_when_something_is_sent((base, edited) in two_settings()) {
            let plan = UsagePlan { id: PlanId("w0mvrr".to_owned()), settings: base.clone() };
            let changed = changes(&base, &edited);
            prop_assert_eq!(changed.is_empty(), calls(Some(&plan), &edited).is_empty());
            for change in &changed {
                prop_assert_ne!(&change.before, &change.after);
            }
            // Taking every one of them over makes the other plan.
            let mut taken = base.clone();
            for change in &changed {
                taken.take(&change.field, &edited);
            }
            prop_assert_eq!(taken, edited);
        }
    }
}
