//! Taking back what was made: the same aims again, the other way round, on top of
//! what became of the plans since.

use std::sync::Arc;

use super::{Aim, Conflict, Count, Field, PlanId, Settings, StageKey, UsagePlan, merge};

/// What was made once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// A plan was created.
    Created {
        /// The plan.
        plan: PlanId,
        /// Its settings after.
        after: Settings,
    },
    /// A plan's settings were changed.
    Updated {
        /// The plan.
        plan: PlanId,
        /// Its settings before.
        before: Settings,
        /// Its settings after.
        after: Settings,
    },
    /// A plan was deleted.
    Deleted {
        /// The plan.
        plan: PlanId,
        /// Its settings before.
        before: Settings,
        /// The identifiers of the API keys that were in it.
        keys: Vec<String>,
    },
    /// An API key left a plan, entered one, or both.
    Key {
        /// The API key's identifier.
        key: String,
        /// The plan that it left.
        from: Option<PlanId>,
        /// The plan that it entered.
        to: Option<PlanId>,
    },
    /// An API key was given so many requests to have left.
    Extended {
        /// The plan.
        plan: PlanId,
        /// The API key's identifier.
        key: String,
        /// Requests that it had left before.
        before: Count,
        /// Requests that it had left after.
        after: Count,
    },
}

impl Done {
    /// The plan whose settings it is about.
    fn settled_plan(&self) -> Option<&PlanId> {
        match self {
            Self::Created { plan, .. }
            | Self::Updated { plan, .. }
            | Self::Deleted { plan, .. } => Some(plan),
            Self::Key { .. } | Self::Extended { .. } => None,
        }
    }
}

/// How things are now, as the caller has read them.
pub struct Now<'a> {
    /// A plan; none where it is no more.
    pub plan: &'a dyn Fn(&PlanId) -> Option<Arc<UsagePlan>>,
    /// The identifiers of the API keys that are in a plan.
    pub keys: &'a dyn Fn(&PlanId) -> Vec<String>,
    /// Whether an API stage is there; true where that is not known.
    pub has_stage: &'a dyn Fn(&StageKey) -> bool,
}

/// How to take something back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeBack {
    /// The plan, or the key, that it is about.
    pub what: String,
    /// What is to be sent for it; none where there is nothing to send, and then
    /// `said` says why.
    pub aim: Option<Aim>,
    /// The fields that somebody has changed since, with the values of what was made
    /// (base), now (theirs) and before it was made (mine). The aim reads as mine
    /// there, until the operator chooses.
    pub conflicts: Vec<Conflict>,
    /// What cannot come back, and what else an operator has to know before.
    pub said: Vec<String>,
}

/// How to take back what was made, given in the order in which it was made. What is
/// to be sent comes in the order in which it is to be sent, the last thing that was
/// made first; all that was made of the settings of one plan is one.
///
/// Other fields that moved since stay as they are: the way back is a three-way merge
/// ([`merge()`]) of what was made with what is now.
#[must_use]
pub fn take_back(done: &[Done], now: &Now<'_>) -> Vec<TakeBack> {
    let mut all = Vec::new();
    for (index, one) in done.iter().enumerate().rev() {
        let (earlier, later) = done.split_at(index);
        match one {
            Done::Key { key, from, to } => {
                all.push(move_back(key, from.as_ref(), to.as_ref(), now))
            }
            Done::Extended {
                plan,
                key,
                before,
                after,
            } => all.push(shorten(plan, key, *before, *after)),
            Done::Created { plan, .. }
            | Done::Updated { plan, .. }
            | Done::Deleted { plan, .. } => {
                let is_same = |other: &&Done| other.settled_plan() == Some(plan);
                // It is taken back with the first thing that was made of it.
                if !earlier.iter().any(|other| is_same(&other)) {
                    let of_plan: Vec<&Done> = later.iter().filter(is_same).collect();
                    all.push(restore(plan, &of_plan, now));
                }
            }
        }
    }
    all
}

/// Takes back all that was made of a plan.
fn restore(id: &PlanId, done: &[&Done], now: &Now<'_>) -> TakeBack {
    let current = (now.plan)(id);
    let mut way = Way {
        settings: current.as_ref().map(|plan| plan.settings.clone()),
        keys: Vec::new(),
        conflicts: Vec::new(),
        said: Vec::new(),
    };
    for one in done.iter().rev() {
        way.back(one);
    }
    let current_settings = current.as_ref().map(|plan| &plan.settings);
    way.leave_out_stages_that_are_gone(current_settings, now.has_stage);
    way.say_what_conflicts_now(current_settings);
    let Way {
        settings,
        keys,
        conflicts,
        mut said,
    } = way;
    let aim = match (current, settings) {
        (Some(base), Some(wanted)) if base.settings != wanted => Some(Aim::Update { base, wanted }),
        (Some(_), Some(_)) => {
            said.push("the plan reads as it did before: there is nothing to send".to_owned());
            None
        }
        (Some(base), None) => Some(Aim::Delete {
            keys: (now.keys)(&base.id),
            base,
        }),
        (None, Some(wanted)) => {
            said.push(format!(
                "the plan gets a new id: whatever names {id} has to be told the new one"
            ));
            said.push("the requests that its keys have used do not come back with it".to_owned());
            Some(Aim::Create { wanted, keys })
        }
        (None, None) => {
            said.push(format!(
                "the plan {id} is gone: there is nothing left to take back"
            ));
            None
        }
    };
    TakeBack {
        what: id.to_string(),
        aim,
        conflicts,
        said,
    }
}

/// The settings of a plan on their way back; none where there is no plan.
struct Way {
    settings: Option<Settings>,
    /// The API keys that a plan is to have that is made again.
    keys: Vec<String>,
    conflicts: Vec<Conflict>,
    said: Vec<String>,
}

impl Way {
    fn back(&mut self, done: &Done) {
        match done {
            Done::Created { after, .. } => {
                if self.settings.take().is_some_and(|now| now != *after) {
                    let said = "it was changed since it was created: that goes with it";
                    self.said.push(said.to_owned());
                }
                self.conflicts.clear();
            }
            Done::Deleted { before, keys, .. } => {
                // One that is there was not deleted.
                if self.settings.is_none() {
                    self.settings = Some(before.clone());
                    self.keys.clone_from(keys);
                }
            }
            Done::Updated { before, after, .. } => {
                if let Some(now) = &self.settings {
                    let merged = merge(after, now, before);
                    for conflict in merged.conflicts {
                        self.add_conflict(conflict);
                    }
                    self.settings = Some(merged.settings);
                }
            }
            Done::Key { .. } | Done::Extended { .. } => {}
        }
    }

    /// A field is in conflict once, and a part of it not beside it.
    fn add_conflict(&mut self, new: Conflict) {
        let known = &mut self.conflicts;
        if !known.iter().any(|known| known.field.covers(&new.field)) {
            known.retain(|known| !new.field.covers(&known.field));
            known.push(new);
        }
    }

    fn leave_out_stages_that_are_gone(
        &mut self,
        current: Option<&Settings>,
        has_stage: &dyn Fn(&StageKey) -> bool,
    ) {
        let Some(wanted) = &mut self.settings else {
            return;
        };
        let is_attached =
            |stage: &StageKey| current.is_some_and(|plan| plan.stages.contains_key(stage));
        let is_gone = |stage: &StageKey| !is_attached(stage) && !has_stage(stage);
        let gone = wanted.stages.extract_if(.., |stage, _| is_gone(stage));
        let say = |(stage, _)| format!("the stage {stage} is gone: it cannot be attached again");
        self.said.extend(gone.map(say));
    }

    /// Where several changes were taken back, the last word on a field is not that of
    /// the change with which the conflict came up.
    fn say_what_conflicts_now(&mut self, current: Option<&Settings>) {
        let text = |side: Option<&Settings>, field| side.and_then(|side| side.text(field));
        let wanted = self.settings.as_ref();
        for conflict in &mut self.conflicts {
            conflict.theirs = text(current, &conflict.field);
            conflict.mine = text(wanted, &conflict.field);
        }
        self.conflicts.retain(|conflict| match &conflict.field {
            // Its text is shorter than what it stands for.
            Field::Stage(stage) => {
                let methods = |side: Option<&Settings>| side?.stages.get(stage).cloned();
                methods(current) != methods(wanted)
            }
            _ => conflict.theirs != conflict.mine,
        });
    }
}

/// A key goes back to the plan that it came from.
fn move_back(key: &str, from: Option<&PlanId>, to: Option<&PlanId>, now: &Now<'_>) -> TakeBack {
    let mut said = Vec::new();
    let is_in = |plan: &&PlanId| (now.keys)(plan).iter().any(|other| other == key);
    let is_there = |plan: &&PlanId| (now.plan)(plan).is_some();
    let leaves = to.filter(is_in);
    if let Some(plan) = to.filter(|_| leaves.is_none()) {
        said.push(format!("the key is not in the plan {plan} any more"));
    }
    let enters = from.filter(|plan| is_there(plan) && !is_in(plan));
    if let Some(plan) = from.filter(|_| enters.is_none()) {
        said.push(if is_there(&plan) {
            format!("the key is in the plan {plan} already")
        } else {
            format!("the plan {plan} is gone: the key cannot go back to it")
        });
    }
    let aim = (leaves.is_some() || enters.is_some()).then(|| Aim::Key {
        key: key.to_owned(),
        from: leaves.cloned(),
        to: enters.cloned(),
    });
    TakeBack {
        what: key.to_owned(),
        aim,
        conflicts: Vec::new(),
        said,
    }
}

/// A key has as many requests left as before it was given more, or fewer.
fn shorten(plan: &PlanId, key: &str, before: Count, after: Count) -> TakeBack {
    let mut said = Vec::new();
    let aim = if before == after {
        said.push("nothing is known to have changed: there is nothing to send".to_owned());
        None
    } else {
        said.push(format!(
            "the key will have {before} requests left, as before; what it used since then \
             is not known here and does not count, nor does a period that began since"
        ));
        Some(Aim::Extend {
            plan: plan.clone(),
            key: key.to_owned(),
            before: after,
            after: before,
        })
    };
    TakeBack {
        what: key.to_owned(),
        aim,
        conflicts: Vec::new(),
        said,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::plan::arbitrary::settings;
    use crate::plan::{apply, diff, predict};

    /// All plans of an account.
    #[derive(Clone, Debug, Default)]
    struct World {
        plans: BTreeMap<PlanId, Settings>,
        made: usize,
    }

    impl World {
        fn take_back(&self, done: &[Done]) -> Vec<TakeBack> {
            let plan = |id: &PlanId| {
                let settings = self.plans.get(id)?.clone();
                let id = id.clone();
                Some(Arc::new(UsagePlan { id, settings }))
            };
            let now = Now {
                plan: &plan,
                keys: &|_| Vec::new(),
                has_stage: &|_| true,
            };
            take_back(done, &now)
        }

        fn create(&mut self, settings: Settings) -> PlanId {
            self.made += 1;
            let id = PlanId(format!("plan{:02}", self.made));
            self.plans.insert(id.clone(), settings);
            id
        }

        /// Makes an aim as the service would, call by call.
        fn make(&mut self, aim: &Aim) {
            match aim {
                Aim::Create { wanted, .. } => {
                    let created = predict(&Settings::default(), &aim.calls()[0]).unwrap();
                    let after = apply(&created, &diff(&created, wanted)).unwrap();
                    self.create(after);
                }
                Aim::Update { base, .. } => {
                    let plan = self.plans.get_mut(&base.id).unwrap();
                    for call in aim.calls() {
                        *plan = predict(plan, &call).unwrap();
                    }
                }
                Aim::Delete { base, .. } => {
                    self.plans.remove(&base.id).unwrap();
                }
                Aim::Key { .. } | Aim::Extend { .. } => panic!("no keys here: {aim:?}"),
            }
        }

        /// What its plans are like, whatever they are called.
        fn all(&self) -> Vec<String> {
            let mut all: Vec<_> = self.plans.values().map(|s| format!("{s:?}")).collect();
            all.sort();
            all
        }
    }

    fn named(name: &str) -> Settings {
        Settings {
            name: name.to_owned(),
            ..Settings::default()
        }
    }

    fn id(text: &str) -> PlanId {
        PlanId(text.to_owned())
    }

    fn updated(before: Settings, after: Settings) -> Done {
        Done::Updated {
            plan: id("w0mvrr"),
            before,
            after,
        }
    }

    fn world(settings: Settings) -> World {
        World {
            plans: [(id("w0mvrr"), settings)].into(),
            made: 0,
        }
    }

    #[test]
    fn other_fields_that_moved_stay() {
        let described = |name: &str| Settings {
            description: "by somebody else".to_owned(),
            ..named(name)
        };
        let back = world(described("silver")).take_back(&[updated(named("gold"), named("silver"))]);
        let [
            TakeBack {
                aim,
                conflicts,
                said,
                ..
            },
        ] = &back[..]
        else {
            panic!("one plan: {back:?}");
        };
        let Some(Aim::Update { wanted, .. }) = aim else {
            panic!("an update: {aim:?}");
        };
        assert_eq!(*wanted, described("gold"));
        assert!(conflicts.is_empty() && said.is_empty());
    }

    #[test]
    fn the_same_field_moved_is_a_conflict() {
        let done = [
            updated(named("gold"), named("silver")),
            updated(named("silver"), named("bronze")),
        ];
        let back = world(named("iron")).take_back(&done);
        let conflict = Conflict {
            field: Field::Name,
            base: Some("bronze".to_owned()),
            theirs: Some("iron".to_owned()),
            mine: Some("gold".to_owned()),
        };
        assert_eq!(back[0].conflicts, [conflict]);
        // Whoever set it back by hand left nothing to do.
        let back = world(named("gold")).take_back(&done);
        assert_eq!((&back[0].aim, &back[0].conflicts[..]), (&None, &[][..]));
        assert!(back[0].said[0].contains("nothing to send"));
    }

    #[test]
    fn a_stage_that_is_gone_is_left_out_and_said() {
        let stages = |stages: &[&str]| Settings {
            stages: stages
                .iter()
                .map(|stage| (StageKey::as_read("a", *stage), BTreeMap::new()))
                .collect(),
            ..named("gold")
        };
        let done = [updated(stages(&["beta", "dev", "prod"]), stages(&["prod"]))];
        let plan = Arc::new(UsagePlan {
            id: id("w0mvrr"),
            settings: stages(&["prod"]),
        });
        let now = Now {
            plan: &|_| Some(plan.clone()),
            keys: &|_| Vec::new(),
            has_stage: &|stage| stage.stage == "beta",
        };
        let back = take_back(&done, &now);
        let Some(Aim::Update { wanted, .. }) = &back[0].aim else {
            panic!("an update: {back:?}");
        };
        assert_eq!(*wanted, stages(&["beta", "prod"]));
        assert_eq!(
            back[0].said,
            ["the stage a:dev is gone: it cannot be attached again"]
        );
    }

    #[test]
    fn a_plan_that_was_deleted_comes_back_with_a_new_id() {
        let done = [Done::Deleted {
            plan: id("w0mvrr"),
            before: named("gold"),
            keys: vec!["k1".to_owned()],
        }];
        let back = World::default().take_back(&done);
        let wanted = Aim::Create {
            wanted: named("gold"),
            keys: vec!["k1".to_owned()],
        };
        assert_eq!(back[0].aim, Some(wanted));
        assert!(back[0].said[0].contains("new id"));
    }

    #[test]
    fn a_plan_that_was_created_goes_with_what_was_made_of_it() {
        let done = [Done::Created {
            plan: id("w0mvrr"),
            after: named("gold"),
        }];
        let back = world(named("gold")).take_back(&done);
        assert!(matches!(back[0].aim, Some(Aim::Delete { .. })) && back[0].said.is_empty());
        let back = world(named("by somebody else")).take_back(&done);
        assert!(matches!(back[0].aim, Some(Aim::Delete { .. })));
        assert!(back[0].said[0].contains("changed since"));
        let back = World::default().take_back(&done);
        assert_eq!(back[0].aim, None);
        assert!(back[0].said[0].contains("gone"));
    }

    #[test]
    fn a_key_goes_back_where_it_came_from() {
        let done = [Done::Key {
            key: "k".to_owned(),
            from: Some(id("a")),
            to: Some(id("b")),
        }];
        let back = |plans: &[&str], keys_in: &str| {
            let plan = |id: &PlanId| {
                let settings = named("gold");
                let id = id.clone();
                plans
                    .contains(&&*id.0)
                    .then(|| Arc::new(UsagePlan { id, settings }))
            };
            let keys = |plan: &PlanId| {
                let has = plan.0 == keys_in;
                has.then(|| "k".to_owned()).into_iter().collect()
            };
            let now = Now {
                plan: &plan,
                keys: &keys,
                has_stage: &|_| true,
            };
            take_back(&done, &now).remove(0)
        };
        let aim = |from: Option<&str>, to: Option<&str>| {
            Some(Aim::Key {
                key: "k".to_owned(),
                from: from.map(id),
                to: to.map(id),
            })
        };
        assert_eq!(back(&["a", "b"], "b").aim, aim(Some("b"), Some("a")));
        let gone = back(&["b"], "b");
        assert_eq!(gone.aim, aim(Some("b"), None));
        assert!(gone.said[0].contains("cannot go back"));
        let elsewhere = back(&["a", "b"], "c");
        assert_eq!(elsewhere.aim, aim(None, Some("a")));
        let back_already = back(&["a", "b"], "a");
        assert_eq!(back_already.aim, None);
        assert_eq!(back_already.said.len(), 2);
    }

    #[test]
    fn an_extension_goes_back_to_what_was_left_before() {
        let done = [Done::Extended {
            plan: id("a"),
            key: "k".to_owned(),
            before: Count::as_read(10),
            after: Count::as_read(500),
        }];
        let back = World::default().take_back(&done).remove(0);
        assert!(matches!(
            back.aim,
            Some(Aim::Extend { after, .. }) if after == Count::as_read(10)
        ));
        assert!(back.said[0].contains("10 requests left"));
    }

    #[test]
    fn the_last_is_taken_back_first_and_a_plan_once() {
        let update = |plan: &str| Done::Updated {
            plan: id(plan),
            before: named("gold"),
            after: named("silver"),
        };
        let key = Done::Extended {
            plan: id("a"),
            key: "k".to_owned(),
            before: Count::as_read(1),
            after: Count::as_read(2),
        };
        let done = [update("a"), key, update("b"), update("a")];
        let back = World::default().take_back(&done);
        let what: Vec<_> = back.iter().map(|back| &*back.what).collect();
        assert_eq!(what, ["b", "k", "a"]);
    }

    #[derive(Clone, Debug)]
    enum Change {
        Create(Settings),
        Update(prop::sample::Index, Settings),
        Delete(prop::sample::Index),
    }

    fn change() -> impl Strategy<Value = Change> {
        let index = any::<prop::sample::Index>;
        prop_oneof![
            2 => settings().prop_map(Change::Create),
            4 => (index(), settings()).prop_map(|(which, to)| Change::Update(which, to)),
            1 => index().prop_map(Change::Delete),
        ]
    }

    /// Changes an account and says what was done.
    fn change_all(world: &mut World, changes: Vec<Change>) -> Vec<Done> {
        let mut done = Vec::new();
        for change in changes {
            let pick = |which: prop::sample::Index| {
                let plans: Vec<_> = world.plans.keys().cloned().collect();
                (!plans.is_empty()).then(|| which.get(&plans).clone())
            };
            match change {
                Change::Create(after) => {
                    let plan = world.create(after.clone());
                    done.push(Done::Created { plan, after });
                }
                Change::Update(which, after) => {
                    let Some(plan) = pick(which) else { continue };
                    let before = world.plans.insert(plan.clone(), after.clone()).unwrap();
                    done.push(Done::Updated {
                        plan,
                        before,
                        after,
                    });
                }
                Change::Delete(which) => {
                    let Some(plan) = pick(which) else { continue };
                    let before = world.plans.remove(&plan).unwrap();
                    let keys = Vec::new();
                    done.push(Done::Deleted { plan, before, keys });
                }
            }
        }
        done
    }

    proptest! {
        #[test]
        fn edits_taken_back_one_by_one_restore_the_first_settings(
            first in settings(),
            edits in prop::collection::vec(settings(), 0..5),
        ) {
            let mut world = world(first.clone());
            let mut before = first.clone();
            let mut done = Vec::new();
            for edit in edits {
                done.push(updated(before, edit.clone()));
                before = edit;
            }
            world.plans.insert(id("w0mvrr"), before);
            for one in done.iter().rev() {
                for back in world.take_back(std::slice::from_ref(one)) {
                    prop_assert_eq!(&back.conflicts, &[]);
                    if let Some(aim) = back.aim {
                        world.make(&aim);
                    }
                }
            }
            prop_assert_eq!(&world.plans[&id("w0mvrr")], &first);
        }

        #[test]
        fn changes_taken_back_as_one_restore_the_first_account(
            plans in prop::collection::vec(settings(), 0..3),
            changes in prop::collection::vec(change(), 0..6),
        ) {
            let mut world = World::default();
            for plan in plans {
                world.create(plan);
            }
            let first = world.all();
            let done = change_all(&mut world, changes);
            for back in world.take_back(&done) {
                prop_assert_eq!(&back.conflicts, &[]);
                if let Some(aim) = back.aim {
                    world.make(&aim);
                }
            }
            prop_assert_eq!(world.all(), first);
        }
    }
}
