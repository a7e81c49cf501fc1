//! Tests of drafts.

use super::*;
use crate::plan::model::arbitrary::settings;
use crate::plan::{Count, Map, MethodThrottles, Period, PlanId, Quota, Rate, apply};
use proptest::prelude::*;

fn stage() -> StageKey {
    StageKey::as_read("a1b2c3", "prod")
}

fn get_pets() -> MethodKey {
    MethodKey::as_read("/pets/GET")
}

fn throttle(rate: f64, burst: i32) -> Throttle {
    Throttle::new(Rate::as_read(rate), Count::as_read(burst))
}

fn gold() -> Draft {
    let settings = Settings {
        name: "gold".to_owned(),
        throttle: Some(throttle(100.0, 200)),
        stages: FromIterator::from_iter([(stage(), MethodThrottles::new())]),
        ..Settings::default()
    };
    Draft::of(Arc::new(UsagePlan {
        id: PlanId("k3x9q1".to_owned()),
        settings,
    }))
}

#[test]
fn a_value_typed_back_to_what_it_was_is_not_staged() {
    let mut draft = gold();
    draft.set(&Field::Rate, "120");
    assert_eq!(draft.operations().len(), 1);
    draft.set(&Field::Rate, "100");
    assert!(draft.operations().is_empty());
    assert!(!draft.is_changed());
}

#[test]
fn a_wrong_value_stays_as_typed_and_blocks_only_itself() {
    let mut draft = gold();
    draft.set(&Field::Rate, "12O");
    draft.set(&Field::Burst, "300");
    assert_eq!(draft.text(&Field::Rate), "12O");
    assert_eq!(draft.faults().len(), 1);
    assert_eq!(draft.edited().throttle, Some(throttle(100.0, 300)));
    draft.set(&Field::Rate, "120");
    assert!(draft.faults().is_empty());
    assert_eq!(draft.edited().throttle, Some(throttle(120.0, 300)));
}

#[test]
fn a_new_throttle_waits_for_both_of_its_numbers() {
    let mut draft = gold();
    draft.add_method(&stage(), &get_pets());
    let rate = Field::MethodRate(stage(), get_pets());
    let burst = Field::MethodBurst(stage(), get_pets());
    draft.set(&rate, "5.5");
    assert!(draft.operations().is_empty());
    let faults = draft.faults();
    assert_eq!(
        faults.len(),
        2,
        "the burst is missing, and the rate waits for it"
    );
    assert!(
        faults
            .iter()
            .any(|fault| fault.field == rate && fault.reason.contains("until"))
    );
    draft.set(&burst, "8");
    assert_eq!(draft.operations().len(), 1);
    let want = Map::from_iter([(get_pets(), throttle(5.5, 8))]);
    assert_eq!(draft.edited().stages.get(&stage()), Some(&want));
    // A burst that was good and is not any more takes the throttle with it.
    draft.set(&burst, "8x");
    assert!(draft.operations().is_empty());
    assert_eq!(draft.text(&rate), "5.5");
}

#[test]
fn a_new_quota_starts_with_a_month_and_no_offset() {
    let mut draft = gold();
    draft.set_quota(true);
    draft.set(&Field::QuotaLimit, "1.5M");
    let quota = draft.edited().quota.clone().unwrap();
    assert_eq!(
        quota,
        Quota::new(Count::as_read(1_500_000), Period::Month, Count::ZERO)
    );
    draft.set_quota(false);
    assert!(draft.operations().is_empty());
}

#[test]
fn taking_a_throttle_away_and_giving_it_back_changes_nothing() {
    let mut draft = gold();
    draft.set_throttle(false);
    assert_eq!(draft.operations(), [PatchOperation::remove("/throttle")]);
    draft.set_throttle(true);
    assert!(draft.operations().is_empty());
}

#[test]
fn one_stretch_of_typing_is_one_step_of_undo() {
    let mut draft = gold();
    for text in ["1", "15", "150"] {
        draft.set(&Field::Rate, text);
    }
    draft.seal();
    draft.set(&Field::Rate, "1500");
    assert!(draft.undo());
    assert_eq!(draft.text(&Field::Rate), "150");
    assert!(draft.undo());
    assert_eq!(draft.text(&Field::Rate), "100");
    assert!(!draft.undo());
    assert!(draft.redo() && draft.redo());
    assert_eq!(draft.text(&Field::Rate), "1500");
}

#[test]
fn detaching_a_stage_forgets_what_was_typed_for_it_and_undo_brings_it_back() {
    let mut draft = gold();
    draft.add_method(&stage(), &get_pets());
    draft.detach(&stage());
    assert!(draft.faults().is_empty());
    draft.undo();
    assert_eq!(draft.methods(&stage()), [get_pets()]);
}

#[test]
fn an_unknown_period_is_kept_when_the_limit_changes() {
    let mut plan = (**gold().base().unwrap()).clone();
    plan.settings.quota = Some(Quota::new(
        Count::as_read(5),
        Period::Other("YEAR".to_owned()),
        Count::ZERO,
    ));
    let mut draft = Draft::of(Arc::new(plan));
    draft.set(&Field::QuotaLimit, "7");
    assert_eq!(
        draft.operations(),
        [PatchOperation::new(
            crate::plan::Op::Replace,
            "/quota/limit",
            "7"
        )]
    );
}

#[test]
fn undo_after_a_rebase_does_not_take_somebody_elses_change_back() {
    let mut draft = gold();
    draft.set(&Field::Rate, "120");
    let mut theirs = (**draft.base().unwrap()).clone();
    theirs.settings.description = "theirs".to_owned();
    let merged = merge(
        &draft.base().unwrap().settings,
        &theirs.settings,
        draft.edited(),
    );
    draft.rebase(&Arc::new(theirs), merged.settings);
    assert!(draft.undo());
    assert_eq!(draft.edited().description, "theirs");
    assert!(!draft.is_changed());
}

fn tags(draft: &Draft) -> Vec<(&str, &str)> {
    let tags = draft.edited().tags.iter();
    tags.map(|(key, value)| (key.as_str(), value.as_str()))
        .collect()
}

#[test]
fn tags_are_added_typed_taken_away_and_brought_back() {
    let mut plan = (**gold().base().unwrap()).clone();
    plan.settings
        .tags
        .insert("team".to_owned(), "pay".to_owned());
    let mut draft = Draft::of(Arc::new(plan));
    draft.add_tag("tier");
    assert_eq!(tags(&draft), [("team", "pay"), ("tier", "")]);
    draft.set(&Field::Tag("tier".to_owned()), "gold");
    draft.seal();
    // A tag that is there is not added again.
    draft.add_tag("tier");
    draft.remove_tag("team");
    assert_eq!(tags(&draft), [("tier", "gold")]);
    draft.undo();
    assert_eq!(tags(&draft), [("team", "pay"), ("tier", "gold")]);
    draft.undo();
    draft.undo();
    assert!(!draft.is_changed() && !draft.can_undo());
    // Taken away and added again it is what it was.
    draft.remove_tag("team");
    draft.add_tag("team");
    assert!(!draft.is_changed());
}

#[test]
fn one_field_goes_back_to_what_it_was() {
    let mut draft = gold();
    draft.add_tag("tier");
    draft.set(&Field::Burst, "300");
    draft.set(&Field::Rate, "12O");
    draft.reset(&Field::Tag("tier".to_owned()));
    assert_eq!(tags(&draft), []);
    assert_eq!(draft.text(&Field::Rate), "12O");
    draft.reset(&Field::Throttle);
    assert!(!draft.is_changed());
    draft.undo();
    assert_eq!(draft.text(&Field::Burst), "300");
}

proptest! {
    #[test]
    fn dropping_every_staged_change_leaves_nothing(before in settings(), after in settings()) {
        let plan = UsagePlan { id: PlanId("p".to_owned()), settings: before };
        let mut draft = Draft::of(Arc::new(plan));
        draft.replace(Settings { tags: draft.edited().tags.clone(), ..after });
        while let Some(operation) = draft.operations().first().cloned() {
            let left = draft.operations().len();
            draft.drop_operation(&operation);
            prop_assert!(draft.operations().len() < left, "{operation:?} stayed");
        }
        prop_assert!(!draft.is_changed());
    }

    #[test]
    fn undo_of_everything_is_where_it_began(before in settings(), texts in prop::collection::vec(("[0-9a-zµ.%]{0,6}", 0_usize..7), 0..12)) {
        let plan = UsagePlan { id: PlanId("p".to_owned()), settings: before.clone() };
        let mut draft = Draft::of(Arc::new(plan));
        for (text, which) in texts {
            match which {
                0 => draft.set(&Field::Rate, text),
                1 => draft.set(&Field::Burst, text),
                2 => draft.set(&Field::QuotaLimit, text),
                3 => draft.set(&Field::Name, format!("plan {text}")),
                4 => draft.set_throttle(!draft.has_throttle()),
                5 => draft.set_quota(!draft.has_quota()),
                _ => draft.attach(&stage()),
            }
            let operations = draft.operations();
            let base = &draft.base().unwrap().settings;
            prop_assert_eq!(&apply(base, &operations).unwrap(), draft.edited());
        }
        while draft.undo() {}
        prop_assert_eq!(draft.edited(), &before);
        prop_assert!(!draft.is_changed());
    }
}
