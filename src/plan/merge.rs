//! Three-way merge: what I want, on top of what somebody else did meanwhile.

use std::collections::BTreeSet;

use super::{Field, MethodKey, Settings, StageKey, Throttle};

/// What a merge gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Both sides' changes together. Where they conflict it reads as mine, until
    /// [`Merged::resolve`] says otherwise.
    pub settings: Settings,
    /// What they changed and I did not: the draft was rebased over it.
    pub moved: Vec<Field>,
    /// What both sides changed, each in its own way.
    pub conflicts: Vec<Conflict>,
}

/// A field that both sides changed, each in its own way. A text is `None` where
/// the side has nothing there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Which field; a quota, a method throttle and a stage are one each.
    pub field: Field,
    /// What it read when the draft was begun.
    pub base: Option<String>,
    /// What it reads in the service now.
    pub theirs: Option<String>,
    /// What the draft has.
    pub mine: Option<String>,
}

impl Merged {
    /// Settles a conflict: the field reads as it does in the settings of the side
    /// that was chosen (base, theirs or mine).
    pub fn resolve(&mut self, field: &Field, chosen: &Settings) {
        self.settings.take(field, chosen);
        self.conflicts.retain(|conflict| conflict.field != *field);
    }
}

/// Merges what I made of `base` with what they made of it, field by field; a
/// quota, a method throttle and a tag count as one. No change of either side is
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

    /// Rate and burst merge apart as long as both sides have a throttle.
    fn throttle(&mut self) {
        if self.theirs.throttle.is_some() && self.mine.throttle.is_some() {
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
        let (Some(theirs), Some(mine)) = (theirs, mine) else {
            self.field(Field::Stage(stage.clone()), |side| side.stages.get(stage));
            return;
        };
        let base = self.base.stages.get(stage);
        let base = base.into_iter().flat_map(|methods| methods.keys());
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
