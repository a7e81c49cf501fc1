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
    usage.set("k", &days);
    usage
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn keeps_days_as_they_were_given() {
    let mut usage = PlanUsage::new(date(2026, 11, 20), TODAY);
    usage.set("k1", &[[1, 9], [2, 7], [3, 4]]);
    usage.set("k2", &[[5, -1]]);
    usage.set("k3", &[[-1, 1], [i64::MAX, i64::MAX], [0, 0], [7, 7]]);
    usage.set("k1", &[[4, 9], [2, 7], [3, 4]]);
    assert_eq!(usage.keys().collect::<Vec<_>>(), ["k1", "k2", "k3"]);
    assert_eq!((usage.first(), usage.last()), (date(2026, 11, 20), TODAY));
    assert_eq!(usage.used("k1"), [4, 2, 3]);
    assert_eq!(
        usage.used("k2"),
        [5, 0, 0],
        "days that are missing are unused"
    );
    assert!(usage.used("nobody").is_empty());
    let days = |key| {
        usage
            .days(key)
            .map(|(_, day)| day.remaining)
            .collect::<Vec<_>>()
    };
    assert_eq!(days("k2"), [None, None, None]);
    assert_eq!(days("k3"), [Some(1), Some(u32::MAX - 1), Some(0)]);
    let last = usage.days("k1").last().unwrap();
    assert_eq!(
        last,
        (
            TODAY,
            Day {
                used: 3,
                remaining: Some(4)
            }
        )
    );
    // A span that ends before it begins is one day.
    assert_eq!(PlanUsage::new(TODAY, date(2020, 1, 1)).last(), TODAY);
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
        assert_eq!((current.used, current.remaining), (used, Some(7800)));
    }
    let current = usage.current("k", Some(&monthly(10_000)), TODAY).unwrap();
    assert!(near(current.share().unwrap(), 0.22));
    let unlimited = usage.current("k", None, TODAY).unwrap();
    assert_eq!(
        (unlimited.used, unlimited.remaining, unlimited.share()),
        (2200, None, None)
    );
    assert_eq!(usage.current("nobody", None, TODAY), None);
}

#[test]
fn what_was_extended_by_hand_counts() {
    let mut usage = PlanUsage::new(date(2026, 11, 1), date(2026, 11, 2));
    usage.set("k", &[[1000, 0], [500, 500]]);
    let current = usage
        .current("k", Some(&monthly(1000)), date(2026, 11, 2))
        .unwrap();
    assert_eq!(
        current,
        Current {
            used: 1500,
            remaining: Some(500)
        }
    );
    assert!(near(current.share().unwrap(), 0.75));
    // Where no answer says what remains, the quota does.
    usage.set("k", &[[700, -1], [100, -1]]);
    let current = usage
        .current("k", Some(&monthly(1000)), date(2026, 11, 2))
        .unwrap();
    assert_eq!(current.remaining, Some(200));
    // In the next month the old days do not count.
    let next = usage
        .current("k", Some(&monthly(1000)), date(2026, 12, 1))
        .unwrap();
    assert_eq!(
        next,
        Current {
            used: 0,
            remaining: Some(1000)
        }
    );
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
    usage.set("k", &days);
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
        "400 left; runs dry in 4.0 days (3.4 to 4.9) by the mean of the last 7 days (100 +- 19 a \
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
    new.set("k", &[[5, 5]]);
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
    usage.set("fine", &days(10, 900));
    usage.set("soon", &days(100, 300));
    usage.set("dry", &days(50, 0));
    usage.set("sooner", &days(100, 100));
    usage.set("busy", &days(90, 2000));
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
    let risks = at_risk(plans, TODAY);
    let keys: Vec<_> = risks.iter().map(|(plan, key, _)| (*plan, *key)).collect();
    assert_eq!(keys, [(2, "dry"), (2, "sooner"), (2, "soon")]);
}

#[test]
fn exports_days_as_csv_and_json() {
    let mut usage = PlanUsage::new(date(2026, 11, 21), TODAY);
    usage.set("k1", &[[1, 9], [2, 7]]);
    usage.set("k2", &[[5, -1], [0, -1]]);
    let names = BTreeMap::from([("k1", "=cmd(\"x\"),\u{1b}[31m")]);
    let plan = PlanId("w0mvrr".to_owned());
    assert_eq!(
        to_csv([(&plan, &usage)], &names),
        "plan_id,key_id,key_name,date,used,remaining\n\
         w0mvrr,k1,\"'=cmd(\"\"x\"\"), [31m\",2026-11-21,1,9\n\
         w0mvrr,k1,\"'=cmd(\"\"x\"\"), [31m\",2026-11-22,2,7\n\
         w0mvrr,k2,,2026-11-21,5,\n\
         w0mvrr,k2,,2026-11-22,0,\n"
    );
    let json: serde_json::Value =
        serde_json::from_str(&to_json([(&plan, &usage)], &names)).unwrap();
    assert_eq!(
        json["usage"][1],
        serde_json::json!({
            "planId": "w0mvrr",
            "keyId": "k2",
            "keyName": "",
            "days": [
                {"date": "2026-11-21", "used": 5, "remaining": null},
                {"date": "2026-11-22", "used": 0, "remaining": null},
            ],
        })
    );
}
