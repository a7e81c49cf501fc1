use std::collections::BTreeMap;

use jiff::civil::date;

use super::*;
use crate::plan::{Count, PlanId};

/// A Sunday.
const TODAY: Date = date(2026, 11, 22);

fn quota(limit: i32, period: Period) -> Quota {
    Quota::new(Count::as_read(limit), period, Count::ZERO)
}

fn monthly(limit: i32) -> Quota {
    quota(limit, Period::Month)
}

/// A key that used so much every day of the month, today included.
fn steady(daily: i64, limit: i64) -> PlanUsage {
    let mut usage = PlanUsage::new(date(2026, 11, 1), TODAY);
    let days: Vec<_> = (1..=22)
        .map(|day| [daily, (limit - day * daily).max(0)])
        .collect();
    usage.set("k", days);
    usage
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

fn used_of(usage: &PlanUsage, key: &str) -> Vec<Option<i64>> {
    usage.days(key).map(|(_, day)| day.used).collect()
}

#[test]
fn keeps_days_as_they_were_given() {
    let mut usage = PlanUsage::new(date(2026, 11, 20), TODAY);
    usage.set("k1", [[1, 9], [2, 7], [3, 4]]);
    usage.set("k2", [[5, -1]]);
    usage.set("k3", [[-1, 1], [i64::MAX, i64::MAX], [0, 0], [7, 7]]);
    usage.set("k1", [[4, 9], [2, 7], [3, 4]]);
    assert_eq!(usage.keys().collect::<Vec<_>>(), ["k1", "k2", "k3"]);
    assert_eq!((usage.first(), usage.last()), (date(2026, 11, 20), TODAY));
    assert_eq!(used_of(&usage, "k1"), [Some(4), Some(2), Some(3)]);
    assert_eq!(
        used_of(&usage, "k2"),
        [Some(5), None, None],
        "days that are missing are not told"
    );
    assert!(used_of(&usage, "nobody").is_empty());
    let days = |key| {
        usage
            .days(key)
            .map(|(_, day)| day.remaining)
            .collect::<Vec<_>>()
    };
    assert_eq!(days("k2"), [Some(-1), None, None]);
    assert_eq!(days("k3"), [Some(1), Some(i64::MAX), Some(0)]);
    let last = usage.days("k1").last().unwrap();
    assert_eq!(last, (TODAY, Day::from([3, 4])));
    let told = usage.told("k2");
    assert_eq!((told.days, told.of), (1, 3));
    assert_eq!(told.last, Some(date(2026, 11, 20)));
    assert_eq!(told.words(), "1 of 3 days");
    assert_eq!(usage.told("nobody").words(), "nothing known yet");
    // A span that ends before it begins is one day.
    assert_eq!(PlanUsage::new(TODAY, date(2020, 1, 1)).last(), TODAY);
}

#[test]
fn days_stand_where_the_answer_begins() {
    let mut usage = PlanUsage::new(date(2026, 11, 20), TODAY);
    usage.set_from("late", date(2026, 11, 21), [[1, 9], [2, 7], [3, 4]]);
    usage.set_from("early", date(2026, 11, 18), [[1, 9], [2, 7], [3, 4]]);
    usage.set_from("far", date(2027, 1, 1), [[1, 9]]);
    assert_eq!(used_of(&usage, "late"), [None, Some(1), Some(2)]);
    assert_eq!(used_of(&usage, "early"), [Some(3), None, None]);
    assert_eq!(used_of(&usage, "far"), [None, None, None]);
}

#[test]
fn a_key_that_no_answer_mentions_has_nothing_told() {
    let mut usage = PlanUsage::new(date(2026, 11, 1), TODAY);
    usage.include("k");
    let forecast = usage.forecast("k", Some(&monthly(1000)), TODAY).unwrap();
    assert_eq!(forecast.current.used, None);
    assert_eq!(forecast.current.left, Left::NotTold);
    assert_eq!(forecast.current.share(), None);
    assert!(forecast.is_unknown() && !forecast.runs_dry());
    let sentence = forecast.sentence();
    assert!(
        sentence.starts_with("nothing known yet of this period"),
        "{sentence}"
    );
    assert!(!sentence.contains("1000"), "{sentence}");
    assert_eq!(usage.burn_down("k", &monthly(1000), TODAY), None);
    let quota = monthly(1000);
    let found = exhaustion([((), &usage, Some(&quota))], TODAY);
    assert_eq!((found.keys.len(), found.unknown), (0, 1));
    // To mention it again takes nothing away from what is told.
    usage.set("k", [[1, 9]]);
    usage.include("k");
    assert_eq!(usage.told("k").days, 1);
}

#[test]
fn missing_days_are_neither_a_full_quota_nor_unused() {
    // The first three days of the month, on its 22nd.
    let mut usage = PlanUsage::new(date(2026, 11, 1), TODAY);
    usage.set("k", [[100, 900], [200, 700], [300, 400]]);
    let forecast = usage.forecast("k", Some(&monthly(1000)), TODAY).unwrap();
    let current = forecast.current;
    assert_eq!((current.used, current.left), (Some(600), Left::Told(400)));
    assert_eq!((current.told.days, current.told.of), (3, 22));
    assert!(near(current.share().unwrap(), 0.6));
    assert_eq!(forecast.since, date(2026, 11, 4));
    assert_eq!(forecast.days_to_reset, Some(27));
    let mean = forecast.mean.unwrap();
    assert!(near(mean.per_day, 200.0));
    assert_eq!((mean.days, mean.of), (3, 3));
    assert!(near(forecast.days_left.unwrap(), 2.0));
    let sentence = forecast.sentence();
    assert!(
        sentence.starts_with(
            "400 left at the end of 2026-11-03, the last day of the answer (3 of 22 days of this \
             period so far); runs out in 2.0 days from then on"
        ),
        "{sentence}"
    );
    // Days of the last month alone tell nothing of this one.
    let mut usage = PlanUsage::new(date(2026, 10, 1), TODAY);
    usage.set("k", [[100, 900], [200, 700], [300, 400]]);
    let current = usage.current("k", Some(&monthly(1000)), TODAY).unwrap();
    assert_eq!((current.used, current.left), (None, Left::NotTold));
    // The same where the span has no day of the period.
    let before = usage.current("k", Some(&monthly(1000)), date(2026, 12, 5));
    assert_eq!(before.unwrap().left, Left::NotTold);
}

#[test]
fn a_hole_in_the_middle_is_a_hole() {
    let mut usage = PlanUsage::new(date(2026, 11, 1), TODAY);
    let mut days: Vec<Day> = (1..=22)
        .map(|day| Day::from([100, 3000 - 100 * day]))
        .collect();
    days[18] = Day::default();
    days[19].used = None;
    usage.set("k", days);
    let forecast = usage.forecast("k", Some(&monthly(3000)), TODAY).unwrap();
    assert_eq!(forecast.current.used, Some(2000), "at least");
    assert_eq!(forecast.current.left, Left::Told(800));
    assert!(!forecast.current.told.is_whole());
    let mean = forecast.mean.unwrap();
    assert!(
        near(mean.per_day, 100.0) && near(mean.spread, 0.0),
        "no day of 0 among them"
    );
    assert_eq!(mean.span(), "5 of the last 7 days");
    let burn_down = usage.burn_down("k", &monthly(3000), TODAY).unwrap();
    let numbers: Vec<u32> = burn_down.left.iter().map(|(number, _)| *number).collect();
    assert!(
        !numbers.contains(&19) && numbers.contains(&20),
        "{numbers:?}"
    );
    assert_eq!(burn_down.left.last(), Some(&(22, 800)));
    // Not even the last day: what is left is of the last one that tells it.
    let mut usage = PlanUsage::new(date(2026, 11, 21), TODAY);
    usage.set("k", [Day::from([5, 95]), Day::default()]);
    let current = usage.current("k", Some(&quota(100, Period::Day)), TODAY);
    assert_eq!(
        current.unwrap().left,
        Left::NotTold,
        "today has told nothing"
    );
}

#[test]
fn what_is_left_is_reckoned_only_from_days_that_are_all_told() {
    let used = |used: i64| Day {
        used: Some(used),
        remaining: None,
    };
    let left = |days: &[Day]| {
        let mut usage = PlanUsage::new(date(2026, 11, 20), TODAY);
        usage.set("k", days);
        usage
            .current("k", Some(&quota(100, Period::Week)), TODAY)
            .unwrap()
            .left
    };
    // The week begins today, a Sunday.
    assert_eq!(left(&[used(7), used(7), used(30)]), Left::Reckoned(70));
    assert_eq!(left(&[used(7), used(7)]), Left::NotTold);
    let month = |days: &[Day]| {
        let mut usage = PlanUsage::new(date(2026, 11, 1), date(2026, 11, 4));
        usage.set("k", days);
        let current = usage.current("k", Some(&monthly(100)), date(2026, 11, 4));
        current.unwrap().left
    };
    assert_eq!(
        month(&[used(1), used(2), used(3), used(4)]),
        Left::Reckoned(90)
    );
    assert_eq!(
        month(&[used(1), Day::from([2, 50]), used(3), used(4)]),
        Left::Reckoned(43)
    );
    assert_eq!(
        month(&[used(1), Day::from([2, 50]), Day::default(), used(4)]),
        Left::Told(50)
    );
    assert_eq!(month(&[used(1), Day::default(), used(3)]), Left::NotTold);
}

#[test]
fn numbers_are_as_large_and_as_far_below_0_as_they_are() {
    const HUGE: i64 = 9_000_000_000_000;
    let mut usage = PlanUsage::new(date(2026, 11, 21), TODAY);
    usage.set("big", [[5_000_000_000, HUGE], [6_000_000_000, HUGE]]);
    usage.set("most", [[i64::MAX, i64::MAX], [i64::MAX, i64::MAX]]);
    usage.set("over", [[100, -20], [17, -37]]);
    let weekly = quota(100, Period::Month);
    let today = TODAY;
    let current = |key| usage.current(key, Some(&weekly), today).unwrap();
    let big = current("big");
    assert_eq!(
        (big.used, big.left),
        (Some(11_000_000_000), Left::Told(HUGE))
    );
    let most = current("most");
    assert_eq!(
        (most.used, most.allowance()),
        (Some(i64::MAX), Some(i64::MAX))
    );
    let over = usage.forecast("over", Some(&weekly), today).unwrap();
    assert_eq!(over.current.left, Left::Told(-37));
    assert!(over.is_exhausted() && over.runs_dry());
    assert_eq!(over.current.share(), Some(1.0));
    let sentence = over.sentence();
    assert!(
        sentence.starts_with("nothing is left: 37 more than the quota was counted"),
        "{sentence}"
    );
}

#[test]
fn counts_the_current_period() {
    let usage = steady(100, 10_000);
    for (period, used) in [
        (Period::Day, 100),
        (Period::Week, 100),
        (Period::Month, 2200),
    ] {
        let current = usage
            .current("k", Some(&quota(10_000, period)), TODAY)
            .unwrap();
        assert_eq!((current.used, current.left), (Some(used), Left::Told(7800)));
    }
    let current = usage.current("k", Some(&monthly(10_000)), TODAY).unwrap();
    assert!(near(current.share().unwrap(), 0.22));
    let unlimited = usage.current("k", None, TODAY).unwrap();
    assert_eq!(
        (unlimited.used, unlimited.left, unlimited.share()),
        (Some(2200), Left::NoQuota, None)
    );
    assert_eq!(usage.current("nobody", None, TODAY), None);
}

#[test]
fn what_was_extended_by_hand_counts() {
    let mut usage = PlanUsage::new(date(2026, 11, 1), date(2026, 11, 2));
    usage.set("k", [[1000, 0], [500, 500]]);
    let current = usage
        .current("k", Some(&monthly(1000)), date(2026, 11, 2))
        .unwrap();
    assert_eq!((current.used, current.left), (Some(1500), Left::Told(500)));
    assert!(near(current.share().unwrap(), 0.75));
    // Where no answer says what remains, the quota does.
    usage.set(
        "k",
        [700, 100].map(|used| Day {
            used: Some(used),
            remaining: None,
        }),
    );
    let current = usage
        .current("k", Some(&monthly(1000)), date(2026, 11, 2))
        .unwrap();
    assert_eq!(current.left, Left::Reckoned(200));
    // In the next month the old days do not count, and of the new ones nothing is
    // told: the quota is not said to be full.
    let next = usage
        .current("k", Some(&monthly(1000)), date(2026, 12, 1))
        .unwrap();
    assert_eq!((next.used, next.left), (None, Left::NotTold));
}

#[test]
fn periods_start_anew_where_the_calendar_does() {
    for (period, today, at) in [
        (Period::Day, date(2026, 12, 31), date(2027, 1, 1)),
        (Period::Week, TODAY, date(2026, 11, 29)),
        (Period::Week, date(2026, 11, 28), date(2026, 11, 29)),
        (Period::Month, date(2026, 11, 1), date(2026, 12, 1)),
        (Period::Month, date(2026, 12, 31), date(2027, 1, 1)),
        (Period::Month, date(2028, 1, 31), date(2028, 2, 1)),
    ] {
        let reset = next_reset(&quota(1, period.clone()), today).unwrap();
        assert_eq!(reset.at, at, "{period} {today}");
        assert!(reset.note.contains("inferred"));
    }
    assert_eq!(
        next_reset(&quota(1, Period::Other("YEAR".to_owned())), TODAY),
        None
    );
    let mut shifted = monthly(1);
    shifted.offset = Some(Count::as_read(5));
    assert!(next_reset(&shifted, TODAY).unwrap().note.contains("offset"));
}

#[test]
fn projects_the_mean_of_the_last_seven_days() {
    let mut usage = PlanUsage::new(date(2026, 11, 1), TODAY);
    // Today's 9 are not a full day and do not count.
    let mut days = vec![[1000, 0]; 14];
    days.extend([
        [80, 0],
        [120, 0],
        [80, 0],
        [120, 0],
        [80, 0],
        [120, 0],
        [100, 0],
        [9, 400],
    ]);
    usage.set("k", days);
    let forecast = usage.forecast("k", Some(&monthly(20_000)), TODAY).unwrap();
    let mean = forecast.mean.unwrap();
    assert!(near(mean.per_day, 100.0));
    assert!(near(mean.spread, (6.0 * 400.0_f64 / 7.0).sqrt()));
    assert_eq!(mean.days, 7);
    assert!(near(forecast.days_left.unwrap(), 4.0));
    let (soon, late) = forecast.between.unwrap();
    assert!(near(soon, 400.0 / (100.0 + mean.spread)));
    assert!(near(late, 400.0 / (100.0 - mean.spread)));
    assert_eq!(forecast.days_to_reset, Some(9));
    assert!(forecast.runs_dry());
    assert_eq!(
        forecast.sentence(),
        "400 left; runs out in 4.0 days (3.4 to 4.9) by the mean of the last 7 days (100 ± 19 a \
         day); the next period begins on 2026-12-01 UTC (AWS: at the beginning of the month; \
         inferred: 00:00 UTC)"
    );
}

#[test]
fn a_key_without_use_or_quota_never_runs_dry() {
    let idle = steady(0, 1000)
        .forecast("k", Some(&monthly(1000)), TODAY)
        .unwrap();
    assert_eq!((idle.days_left, idle.runs_dry()), (None, false));
    assert!(idle.sentence().contains("nothing is used"));
    let unlimited = steady(100, 0).forecast("k", None, TODAY).unwrap();
    assert_eq!((unlimited.days_left, unlimited.runs_dry()), (None, false));
    let exhausted = steady(100, 0)
        .forecast("k", Some(&monthly(5)), TODAY)
        .unwrap();
    assert!(exhausted.is_exhausted() && exhausted.runs_dry());
    // The first day of what is known has no full day before it.
    let new = PlanUsage::new(TODAY, TODAY);
    assert_eq!(new.forecast("k", None, TODAY), None);
    let mut new = new;
    new.set("k", [[5, 5]]);
    let forecast = new.forecast("k", Some(&monthly(10)), TODAY).unwrap();
    assert_eq!((forecast.mean, forecast.days_left), (None, None));
    assert!(forecast.sentence().contains("no full day"));
}

#[test]
fn burns_down_to_where_it_is_used_up_or_to_the_reset() {
    let burn_down = steady(100, 2500)
        .burn_down("k", &monthly(2500), TODAY)
        .unwrap();
    assert_eq!(burn_down.start, date(2026, 11, 1));
    assert_eq!(burn_down.reset, date(2026, 12, 1));
    assert_eq!(burn_down.allowance, 2500);
    assert_eq!(burn_down.left.len(), 22);
    assert_eq!(burn_down.left[0], (1, 2400));
    assert_eq!(burn_down.left[21], (22, 300));
    let [now, end] = burn_down.projected.unwrap();
    assert!(near(now.0, 22.0) && near(now.1, 300.0));
    assert!(near(end.0, 25.0) && near(end.1, 0.0));
    // With more left the month ends first.
    let burn_down = steady(100, 9000)
        .burn_down("k", &monthly(9000), TODAY)
        .unwrap();
    let [_, end] = burn_down.projected.unwrap();
    assert!(near(end.0, 30.0) && near(end.1, 6000.0), "{end:?}");
}

#[test]
fn ranks_what_needs_attention_first() {
    let mut usage = PlanUsage::new(date(2026, 11, 1), TODAY);
    let days = |daily: i64, left: i64| {
        let mut days = vec![[daily, 0]; 21];
        days.push([daily, left]);
        days
    };
    usage.set("fine", days(10, 900));
    usage.set("soon", days(100, 300));
    usage.set("dry", days(50, 0));
    usage.set("sooner", days(100, 100));
    usage.set("busy", days(90, 2000));
    let quota = monthly(3000);
    let ranked = usage.ranked(Some(&quota), TODAY);
    let keys: Vec<_> = ranked.iter().map(|(key, _)| *key).collect();
    assert_eq!(keys, ["dry", "sooner", "soon", "busy", "fine"]);
    let other = steady(1, 2500);
    let plans = [
        (1, &other, Some(&quota)),
        (2, &usage, Some(&quota)),
        (3, &usage, None),
    ];
    let risks = exhaustion(plans, TODAY);
    assert_eq!(risks.unknown, 0);
    let keys: Vec<_> = risks
        .keys
        .iter()
        .map(|(plan, key, _)| (*plan, *key))
        .collect();
    assert_eq!(keys, [(2, "dry"), (2, "sooner"), (2, "soon")]);
}

#[test]
fn exports_days_as_csv_and_json() {
    let mut usage = PlanUsage::new(date(2026, 11, 21), TODAY);
    usage.set("k1", [[1, 9], [2, -7]]);
    usage.set("k2", [Day::default(), Day::from([0, 5_000_000_000])]);
    usage.set_odd("k2", "day 1: it has 3 numbers");
    let mut unlimited = PlanUsage::new(TODAY, TODAY);
    unlimited.set("k3", [[5, -1]]);
    let names = BTreeMap::from([("k1", "=cmd(\"x\"),\u{1b}[31m")]);
    let (plan, other) = (PlanId("w0mvrr".to_owned()), PlanId("e209ji".to_owned()));
    let at = "2026-11-22T12:00:00Z".parse().unwrap();
    let reading = |plan, usage, has_quota| Reading {
        plan,
        usage,
        has_quota,
        at,
    };
    let readings = [
        reading(&plan, &usage, true),
        reading(&other, &unlimited, false),
    ];
    assert_eq!(
        to_csv(readings, &names),
        "plan_id,key_id,key_name,date,used,remaining,read_at,reported_lag_minutes\n\
         w0mvrr,k1,\"'=cmd(\"\"x\"\"), [31m\",2026-11-21,1,9,2026-11-22T12:00:00Z,30..40\n\
         w0mvrr,k1,\"'=cmd(\"\"x\"\"), [31m\",2026-11-22,2,-7,2026-11-22T12:00:00Z,30..40\n\
         w0mvrr,k2,,2026-11-21,,,2026-11-22T12:00:00Z,30..40\n\
         w0mvrr,k2,,2026-11-22,0,5000000000,2026-11-22T12:00:00Z,30..40\n\
         e209ji,k3,,2026-11-22,5,,2026-11-22T12:00:00Z,30..40\n"
    );
    let json: serde_json::Value = serde_json::from_str(&to_json(readings, &names)).unwrap();
    assert_eq!(
        json["lag"],
        serde_json::json!({
            "minutes": [30, 40],
            "basis": "reported",
            "note": "AWS's figures lag 30 to 40 minutes (reported)",
        })
    );
    assert_eq!(
        json["usage"][1],
        serde_json::json!({
            "planId": "w0mvrr",
            "keyId": "k2",
            "keyName": "",
            "readAt": "2026-11-22T12:00:00Z",
            "daysAsked": 2,
            "daysTold": 1,
            "notUnderstood": "day 1: it has 3 numbers",
            "days": [
                {"date": "2026-11-21", "used": null, "remaining": null},
                {"date": "2026-11-22", "used": 0, "remaining": 5_000_000_000_i64},
            ],
        })
    );
    assert_eq!(
        json["usage"][2]["days"][0]["remaining"],
        serde_json::Value::Null
    );
    assert_eq!(json["usage"][0]["notUnderstood"], serde_json::Value::Null);
}
