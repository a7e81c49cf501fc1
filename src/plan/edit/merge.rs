//! Three-way merge: what I want, on top of what somebody else did meanwhile.

use std::collections::BTreeSet;

use crate::plan::{Field, MethodKey, MethodThrottles, Settings, StageKey, Throttle};

/// The result of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Both sides' changes together. Where they conflict it reads as mine, until
    /// [`Merged::resolve`] says otherwise.
    pub settings: Settings,
    /// The fields that they changed and I did not: the draft was rebased over them.
    pub moved: Vec<Field>,
    /// The fields that both sides changed, each in its own way.
    pub conflicts: Vec<Conflict>,
}

/// A field that both sides changed, each in its own way. A text is `None` where
/// the side has nothing there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The field; a quota, a method throttle and a stage are one each.
    pub field: Field,
    /// The reading when the draft was begun.
    pub base: Option<String>,
    /// The reading in the service now.
    pub theirs: Option<String>,
    /// The reading in the draft.
    pub mine: Option<String>,
}

impl Merged {
    /// Resolves a conflict: the field reads as it does in the settings of the side
    /// that was chosen (base, theirs or mine).
    pub fn resolve(&mut self, field: &Field, chosen: &Settings) {
        self.settings.take(field, chosen);
        self.conflicts.retain(|conflict| conflict.field != *field);
    }
}

/// Merges what I made of `base` with what they made of it, field by field; a
/// quota, a new throttle, a method throttle and a tag count as one. No change of either side is
/// dropped: it is in the settings or in a conflict.
#[must_use]
pub fn merge(base: &Settings, theirs: &Settings, mine: &Settings) -> Merged {
    let mut merge = Merge {
        base,
        theirs,
        mine,
        merged: Merged {
            settings: mine.clone(),
            moved: Vec::new(),
            conflicts: Vec::new(),
        },
    };
    let all = [base, theirs, mine];
    let stages: BTreeSet<_> = all
        .into_iter()
        .flat_map(|side| side.stages.keys())
        .collect();
    for stage in stages {
        merge.stage(stage);
    }
    merge.text(Field::Name, |side| &side.name);
    merge.text(Field::Description, |side| &side.description);
    merge.text(Field::ProductCode, |side| &side.product_code);
    merge.throttle();
    // A limit belongs to its period: 1000 a day and 1000 a month share only the number.
    merge.field(Field::Quota, |side| side.quota.as_ref());
    let tags: BTreeSet<_> = all.into_iter().flat_map(|side| side.tags.keys()).collect();
    for tag in tags {
        merge.field(Field::Tag(tag.clone()), |side| side.tags.get(tag));
    }
    merge.merged
}

struct Merge<'a> {
    base: &'a Settings,
    theirs: &'a Settings,
    mine: &'a Settings,
    merged: Merged,
}

impl<'a> Merge<'a> {
    /// Merges one field by what each side has there.
    fn field<T: PartialEq>(&mut self, field: Field, of: impl Fn(&'a Settings) -> T) {
        let (base, theirs, mine) = (of(self.base), of(self.theirs), of(self.mine));
        // The settings start as mine, so that only what they changed has to be carried
        // over.
        if theirs == mine || theirs == base {
            return;
        }
        if mine == base {
            self.merged.settings.take(&field, self.theirs);
            self.merged.moved.push(field);
        } else {
            self.conflict(field);
        }
    }

    fn text(&mut self, field: Field, of: impl Fn(&'a Settings) -> &'a String) {
        self.field(field, of);
    }

    fn conflict(&mut self, field: Field) {
        self.merged.conflicts.push(Conflict {
            base: self.base.text(&field),
            theirs: self.theirs.text(&field),
            mine: self.mine.text(&field),
            field,
        });
    }

    /// Rate and burst merge apart as long as there is a throttle all along.
    fn throttle(&mut self) {
        let sides = [self.base, self.theirs, self.mine];
        // Half of one new throttle with half of another would be one that nobody asked for.
        if sides.iter().all(|side| side.throttle.is_some()) {
            self.field(Field::Rate, |side| {
                side.throttle.map(|throttle| throttle.rate)
            });
            self.field(Field::Burst, |side| {
                side.throttle.map(|throttle| throttle.burst)
            });
        } else {
            self.field(Field::Throttle, |side| side.throttle);
        }
    }

    /// Method throttles merge apart as long as both sides have the stage.
    fn stage(&mut self, stage: &'a StageKey) {
        let theirs = self.theirs.stages.get(stage);
        let mine = self.mine.stages.get(stage);
        // Method throttles of a stage that one side detached have nowhere to stand.
        let (Some(theirs), Some(mine)) = (theirs, mine) else {
            self.field(Field::Stage(stage.clone()), |side| side.stages.get(stage));
            return;
        };
        let base = self.base.stages.get(stage);
        let base = base.into_iter().flat_map(MethodThrottles::keys);
        let keys: BTreeSet<_> = base.chain(theirs.keys()).chain(mine.keys()).collect();
        for key in keys {
            let field = Field::Method(stage.clone(), key.clone());
            self.field(field, |side| method(side, stage, key));
        }
    }
}

fn method(side: &Settings, stage: &StageKey, key: &MethodKey) -> Option<Throttle> {
    side.stages.get(stage)?.get(key).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::model::arbitrary::{three_settings, two_settings, two_with_halves};
    use crate::plan::{Count, Period, Quota, Rate, changes};

    fn throttle(rate: f64, burst: i32) -> Throttle {
        Throttle::new(Rate::as_read(rate), Count::as_read(burst))
    }

    fn plan() -> Settings {
        let stage = StageKey::as_read("a", "b");
        let methods: MethodThrottles = [
            (MethodKey::as_read("/x/GET"), throttle(1.0, 1)),
            (MethodKey::as_read("/y/GET"), throttle(2.0, 2)),
        ]
        .into_iter()
        .collect();
        Settings {
            name: "plan".to_owned(),
            throttle: Some(throttle(100.0, 200)),
            quota: Some(Quota::new(
                Count::as_read(5),
                Period::Week,
                Count::as_read(6),
            )),
            stages: [(stage, methods)].into_iter().collect(),
            tags: [("team".to_owned(), "pay".to_owned())]
                .into_iter()
                .collect(),
            ..Settings::default()
        }
    }

    fn edited(edit: impl FnOnce(&mut Settings)) -> Settings {
        let mut settings = plan();
        edit(&mut settings);
        settings
    }

    fn set_method(settings: &mut Settings, key: &str, throttle: Throttle) {
        for (_, methods) in settings.stages.iter_mut() {
            methods.insert(MethodKey::as_read(key), throttle);
        }
    }

    fn conflicts(merged: &Merged) -> Vec<Field> {
        let fields = merged
            .conflicts
            .iter()
            .map(|conflict| conflict.field.clone());
        fields.collect()
    }

    #[test]
    fn rate_and_burst_merge_apart() {
        let theirs = edited(|plan| plan.throttle = Some(throttle(100.0, 400)));
        let mine = edited(|plan| plan.throttle = Some(throttle(50.0, 200)));
        let merged = merge(&plan(), &theirs, &mine);
        assert_eq!(merged.settings.throttle, Some(throttle(50.0, 400)));
        assert_eq!(merged.moved, [Field::Burst]);
        assert_eq!(merged.conflicts, []);
    }

    #[test]
    fn a_throttle_that_one_side_took_away_is_a_conflict() {
        let theirs = edited(|plan| plan.throttle = None);
        let mine = edited(|plan| plan.throttle = Some(throttle(50.0, 200)));
        let mut merged = merge(&plan(), &theirs, &mine);
        assert_eq!(
            merged.conflicts,
            [Conflict {
                field: Field::Throttle,
                base: Some("100 requests/s, burst 200".to_owned()),
                theirs: None,
                mine: Some("50 requests/s, burst 200".to_owned()),
            }]
        );
        assert_eq!(merged.settings, mine);
        merged.resolve(&Field::Throttle, &theirs);
        assert_eq!(merged.settings, theirs);
        assert_eq!(merged.conflicts, []);
    }

    #[test]
    fn two_new_throttles_are_one_conflict() {
        let base = edited(|plan| plan.throttle = None);
        let theirs = edited(|plan| plan.throttle = Some(throttle(100.0, 400)));
        let merged = merge(&base, &theirs, &plan());
        assert_eq!(conflicts(&merged), [Field::Throttle]);
        assert_eq!(merged.settings, plan());
    }

    #[test]
    fn a_quota_is_one_unit() {
        let quota = |edit: fn(&mut Quota)| edited(|plan| plan.quota.iter_mut().for_each(edit));
        let theirs = quota(|quota| quota.limit = Some(Count::as_read(7)));
        let mine = quota(|quota| quota.offset = Some(Count::ZERO));
        let merged = merge(&plan(), &theirs, &mine);
        assert_eq!(conflicts(&merged), [Field::Quota]);
        assert_eq!(
            merged.conflicts[0].theirs.as_deref(),
            Some("7 per WEEK, offset 6")
        );
    }

    #[test]
    fn method_throttles_merge_one_by_one() {
        let theirs = edited(|plan| set_method(plan, "/x/GET", throttle(9.0, 9)));
        let mine = edited(|plan| set_method(plan, "/z/GET", throttle(3.0, 3)));
        let merged = merge(&plan(), &theirs, &mine);
        let both = edited(|plan| {
            set_method(plan, "/x/GET", throttle(9.0, 9));
            set_method(plan, "/z/GET", throttle(3.0, 3));
        });
        assert_eq!(merged.settings, both);
        assert_eq!(merged.conflicts, []);
        let stage = StageKey::as_read("a", "b");
        assert_eq!(
            merged.moved,
            [Field::Method(stage.clone(), MethodKey::as_read("/x/GET"))]
        );
        let mine = edited(|plan| set_method(plan, "/x/GET", throttle(8.0, 8)));
        let merged = merge(&plan(), &theirs, &mine);
        assert_eq!(
            conflicts(&merged),
            [Field::Method(stage, MethodKey::as_read("/x/GET"))]
        );
    }

    #[test]
    fn a_stage_that_one_side_detached_and_the_other_edited_is_a_conflict() {
        let theirs = edited(|plan| plan.stages.clear());
        let mine = edited(|plan| set_method(plan, "/x/GET", throttle(8.0, 8)));
        let stage = Field::Stage(StageKey::as_read("a", "b"));
        for (theirs, mine) in [(&theirs, &mine), (&mine, &theirs)] {
            let mut merged = merge(&plan(), theirs, mine);
            assert_eq!(conflicts(&merged), std::slice::from_ref(&stage));
            assert_eq!(merged.settings, *mine);
            merged.resolve(&stage, &plan());
            assert_eq!(merged.settings, plan());
        }
        let merged = merge(&plan(), &theirs, &plan());
        assert_eq!((merged.settings, merged.moved), (theirs, vec![stage]));
    }

    #[test]
    fn the_same_change_on_both_sides_is_no_conflict() {
        let both = edited(|plan| {
            plan.name = "x".to_owned();
            plan.stages.clear();
            plan.tags.clear();
        });
        let merged = merge(&plan(), &both, &both);
        assert_eq!(merged.settings, both);
        assert_eq!((merged.moved, merged.conflicts), (vec![], vec![]));
    }

    /// Whether a field is the same on both sides. Only a stage's text is shorter
    /// than what it stands for.
    fn is_same(one: &Settings, other: &Settings, field: &Field) -> bool {
        match field {
            Field::Stage(stage) => one.stages.get(stage) == other.stages.get(stage),
            _ => one.text(field) == other.text(field),
        }
    }

    /// Whether a side's stage or value is there as it is on the other side.
    fn came(one: &Settings, other: &Settings, field: &Field) -> bool {
        match field {
            // Its method throttles are fields of their own.
            Field::Stage(stage) => {
                one.stages.contains_key(stage) == other.stages.contains_key(stage)
            }
            _ => is_same(one, other, field),
        }
    }

    proptest! {
        #[test]
        fn one_side_alone_wins_with_halves_too((base, edited) in two_with_halves()) {
            prop_assert_eq!(&merge(&base, &base, &edited).settings, &edited);
            let theirs = merge(&base, &edited, &base);
            prop_assert_eq!(&theirs.settings, &edited);
            prop_assert_eq!(theirs.conflicts, vec![]);
        }

        #[test]
        fn drops_no_change_of_either_side((base, theirs, mine) in three_settings()) {
            let merged = merge(&base, &theirs, &mine);
            for side in [&theirs, &mine] {
                for change in changes(&base, side) {
                    let is_open = merged.conflicts.iter().any(|c| c.field.covers(&change.field));
                    let is_in = came(&merged.settings, side, &change.field);
                    prop_assert!(is_open || is_in, "{:?}", change);
                }
            }
            // Nothing comes from nowhere.
            for change in changes(&base, &merged.settings) {
                let is_mine = came(&merged.settings, &mine, &change.field);
                let is_theirs = came(&merged.settings, &theirs, &change.field);
                prop_assert!(is_mine || is_theirs, "{:?}", change);
            }
            // A conflict is where both sides moved, and not to the same.
            for Conflict { field, .. } in &merged.conflicts {
                for (one, other) in [(&base, &theirs), (&base, &mine), (&theirs, &mine)] {
                    prop_assert!(!is_same(one, other, field), "{:?}", field);
                }
            }
        }

        #[test]
        fn one_side_alone_wins((base, edited) in two_settings()) {
            let mine = merge(&base, &base, &edited);
            prop_assert_eq!(&mine.settings, &edited);
            prop_assert_eq!((mine.moved, mine.conflicts), (vec![], vec![]));
            let theirs = merge(&base, &edited, &base);
            prop_assert_eq!(&theirs.settings, &edited);
            prop_assert_eq!(theirs.conflicts, vec![]);
            prop_assert_eq!(theirs.moved.is_empty(), base == edited);
        }

        #[test]
        fn sides_agree_outside_of_conflicts((base, theirs, mine) in three_settings()) {
            let mut one = merge(&base, &theirs, &mine);
            let mut other = merge(&base, &mine, &theirs);
            prop_assert_eq!(conflicts(&one), conflicts(&other));
            for field in conflicts(&one) {
                one.resolve(&field, &mine);
                other.resolve(&field, &mine);
            }
            prop_assert_eq!(one.settings, other.settings);
        }
    }
}
