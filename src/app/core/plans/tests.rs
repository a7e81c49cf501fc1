//! Tests of the list of plans.

use super::*;
use crate::plan::{Count, MethodThrottles, Rate, Settings, StageKey, Throttle};

fn plan(id: &str, name: &str, rate: f64) -> UsagePlan {
    let throttle = Throttle::new(Rate::as_read(rate), Count::as_read(10));
    let settings = Settings {
        name: name.to_owned(),
        throttle: Some(throttle),
        ..Settings::default()
    };
    UsagePlan {
        id: PlanId(id.to_owned()),
        settings,
    }
}

fn list() -> List {
    let mut list = List::default();
    list.set_height(3);
    list.begin();
    list.take_page(vec![
        plan("c3", "silver", 20.0),
        plan("a1", "Gold eu", 100.0),
    ]);
    list.take_page(vec![plan("b2", "gold us", 50.0), plan("d4", "bronze", 5.0)]);
    list.finish();
    list
}

fn names(list: &mut List) -> Vec<String> {
    list.set_height(100);
    list.window()
        .map(|(_, row)| row.plan.settings.name.clone())
        .collect()
}

#[test]
fn names_sort_without_regard_to_case_and_turn_round() {
    let mut list = list();
    assert_eq!(names(&mut list), ["bronze", "Gold eu", "gold us", "silver"]);
    list.reverse();
    assert_eq!(names(&mut list), ["silver", "gold us", "Gold eu", "bronze"]);
    list.sort_by(Column::Rate);
    assert_eq!(names(&mut list), ["bronze", "silver", "gold us", "Gold eu"]);
}

#[test]
fn the_selection_survives_sort_filter_and_refresh() {
    let mut list = list();
    assert!(list.select(&PlanId("b2".to_owned())));
    list.sort_by(Column::Rate);
    list.set_filter("gold");
    assert_eq!(list.shown(), 2);
    assert_eq!(list.selected().unwrap().plan.id.0, "b2");
    // Filtered away, what fits best is selected; it comes back when asked for.
    list.set_filter("silver");
    assert_eq!(list.selected().unwrap().plan.id.0, "c3");
    list.set_filter("");
    list.reselect(Some(PlanId("b2".to_owned())));
    assert_eq!(list.selected().unwrap().plan.id.0, "b2");
    list.begin();
    list.take_page(vec![
        plan("e5", "aardvark", 1.0),
        plan("b2", "gold us", 60.0),
    ]);
    list.finish();
    assert_eq!(list.len(), 2, "what the refresh did not bring is gone");
    assert_eq!(list.selected().unwrap().plan.id.0, "b2");
}

#[test]
fn while_a_refresh_is_under_way_nothing_disappears() {
    let mut list = list();
    list.begin();
    list.take_page(vec![plan("a1", "Gold eu", 1.0)]);
    assert_eq!(list.len(), 4);
}

#[test]
fn the_filter_is_fuzzy_over_names_and_plain_over_the_rest() {
    let mut list = list();
    let mut tagged = plan("f6", "trial", 1.0);
    tagged
        .settings
        .tags
        .insert("team".to_owned(), "Payments".to_owned());
    tagged.settings.description = "For evaluation".to_owned();
    tagged
        .settings
        .stages
        .insert(StageKey::as_read("a1b2c3", "prod"), MethodThrottles::new());
    list.put(Arc::new(tagged));
    for (filter, want) in [
        ("gdeu", "Gold eu"),
        ("team=pay", "trial"),
        ("evaluation", "trial"),
        ("a1b2c3:prod", "trial"),
        ("d4", "bronze"),
    ] {
        list.set_filter(filter);
        assert_eq!(names(&mut list), [want], "{filter}");
    }
    // Letters out of order are no match in a description.
    list.set_filter("fevl");
    assert_eq!(list.shown(), 0);
}

#[test]
fn what_fits_the_filter_best_is_selected_in_the_order_of_the_sort() {
    let mut list = List::default();
    list.begin();
    let names = ["a-plan-by-a-program-in-c", "basic-monthly"];
    list.take_page(names.iter().map(|name| plan(name, name, 1.0)).collect());
    list.finish();
    list.set_filter("bac");
    assert_eq!(list.shown(), 2, "both have the letters in order");
    list.set_filter("basic");
    assert_eq!(list.selected().unwrap().plan.settings.name, "basic-monthly");
}

#[test]
fn the_window_follows_the_cursor() {
    let mut list = list();
    list.move_to(usize::MAX);
    assert_eq!(list.position(), (1, 3));
    list.move_by(-3);
    assert_eq!(list.position(), (0, 0));
    list.remove(&PlanId("d4".to_owned()));
    assert_eq!(list.len(), 3);
    list.set_filter("nothing fits this");
    assert!(list.selected().is_none());
    list.move_by(1);
    assert!(list.selected().is_none());
}
