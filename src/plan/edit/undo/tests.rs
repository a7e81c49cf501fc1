//! What comes back, and what is said of the rest.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::plan::MethodThrottles;
use crate::plan::model::arbitrary::settings;
use crate::plan::{apply, diff, predict};

/// All plans of an account.
#[derive(Clone, Debug, Default)]
struct World {
    plans: BTreeMap<PlanId, Settings>,
    made: usize,
}

impl World {
    fn undo_of(&self, done: &[Done]) -> Vec<Undo> {
        let plan = |id: &PlanId| {
            let settings = self.plans.get(id)?.clone();
            let id = id.clone();
            Some(Arc::new(UsagePlan { id, settings }))
        };
        let now = Now {
            plan: &plan,
            keys: &|_| Vec::new(),
            has_stage: &|_| true,
            has_key: &|_| true,
        };
        undo_of(done, &now)
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
    let back = world(described("silver")).undo_of(&[updated(named("gold"), named("silver"))]);
    let [
        Undo {
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
    let back = world(named("iron")).undo_of(&done);
    let conflict = Conflict {
        field: Field::Name,
        base: Some("bronze".to_owned()),
        theirs: Some("iron".to_owned()),
        mine: Some("gold".to_owned()),
    };
    assert_eq!(back[0].conflicts, [conflict]);
    // Whoever set it back by hand left nothing to do.
    let back = world(named("gold")).undo_of(&done);
    assert_eq!((&back[0].aim, &back[0].conflicts[..]), (&None, &[][..]));
    assert!(back[0].said[0].contains("nothing to send"));
}

#[test]
fn a_stage_that_is_gone_is_left_out_and_said() {
    let stages = |stages: &[&str]| Settings {
        stages: stages
            .iter()
            .map(|stage| (StageKey::as_read("a", *stage), MethodThrottles::new()))
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
        has_key: &|_| true,
    };
    let back = undo_of(&done, &now);
    let Some(Aim::Update { wanted, .. }) = &back[0].aim else {
        panic!("an update: {back:?}");
    };
    assert_eq!(*wanted, stages(&["beta", "prod"]));
    assert_eq!(
        back[0].lost,
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
    let back = World::default().undo_of(&done);
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
    let back = world(named("gold")).undo_of(&done);
    assert!(matches!(back[0].aim, Some(Aim::Delete { .. })) && back[0].said.is_empty());
    let back = world(named("by somebody else")).undo_of(&done);
    assert!(matches!(back[0].aim, Some(Aim::Delete { .. })));
    assert!(back[0].said[0].contains("changed since"));
    let back = World::default().undo_of(&done);
    assert_eq!((&back[0].aim, back[0].lost.len()), (&None, 0));
    assert!(back[0].said[0].contains("gone"));
}

#[test]
fn settings_of_a_plan_that_is_gone_are_lost() {
    let back = World::default().undo_of(&[updated(named("gold"), named("silver"))]);
    assert_eq!((&back[0].aim, back[0].said.len()), (&None, 0));
    assert!(back[0].lost[0].contains("cannot be set back"));
}

#[test]
fn where_all_that_would_come_back_is_gone_nothing_reads_as_before() {
    let with = Settings {
        stages: [(StageKey::as_read("a", "dev"), MethodThrottles::new())]
            .into_iter()
            .collect(),
        ..named("gold")
    };
    let plan = Arc::new(UsagePlan {
        id: id("w0mvrr"),
        settings: named("gold"),
    });
    let now = Now {
        plan: &|_| Some(plan.clone()),
        keys: &|_| Vec::new(),
        has_stage: &|_| false,
        has_key: &|_| true,
    };
    let back = undo_of(&[updated(with, named("gold"))], &now);
    assert_eq!((&back[0].aim, back[0].said.len()), (&None, 0));
    assert_eq!(
        back[0].lost,
        ["the stage a:dev is gone: it cannot be attached again"]
    );
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
            has_key: &|_| true,
        };
        undo_of(&done, &now).remove(0)
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
    assert!(gone.lost[0].contains("cannot go back"));
    let elsewhere = back(&["a", "b"], "c");
    assert_eq!(elsewhere.aim, aim(None, Some("a")));
    let back_already = back(&["a", "b"], "a");
    assert_eq!(back_already.aim, None);
    assert_eq!((back_already.said.len(), back_already.lost.len()), (2, 0));
}

#[test]
fn an_extension_goes_back_to_what_was_left_before() {
    let done = [Done::Extended {
        plan: id("a"),
        key: "k".to_owned(),
        before: Count::as_read(10),
        after: Count::as_read(500),
    }];
    let back = World::default().undo_of(&done).remove(0);
    assert!(matches!(
        back.aim,
        Some(Aim::Extend { after, .. }) if after == Count::as_read(10)
    ));
    assert!(back.said[0].contains("10 requests left"));
}

#[test]
fn the_last_is_undone_first_and_a_plan_once() {
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
    let back = World::default().undo_of(&done);
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
    fn edits_undone_one_by_one_restore_the_first_settings(
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
            for back in world.undo_of(std::slice::from_ref(one)) {
                prop_assert_eq!(&back.conflicts, &[]);
                if let Some(aim) = back.aim {
                    world.make(&aim);
                }
            }
        }
        prop_assert_eq!(&world.plans[&id("w0mvrr")], &first);
    }

    #[test]
    fn changes_undone_as_one_restore_the_first_account(
        plans in prop::collection::vec(settings(), 0..3),
        changes in prop::collection::vec(change(), 0..6),
    ) {
        let mut world = World::default();
        for plan in plans {
            world.create(plan);
        }
        let first = world.all();
        let done = change_all(&mut world, changes);
        for back in world.undo_of(&done) {
            prop_assert_eq!(&back.conflicts, &[]);
            if let Some(aim) = back.aim {
                world.make(&aim);
            }
        }
        prop_assert_eq!(world.all(), first);
    }
}
