//! Tests of the rules.

use super::*;
use crate::plan::Field as F;
use crate::plan::{Count, Period, Quota, Rate, Severity, Throttle};

fn plan() -> Settings {
    Settings {
        name: "plan".to_owned(),
        ..Settings::default()
    }
}

fn throttled(rate: f64, burst: i32) -> Settings {
    Settings {
        throttle: Some(Throttle::new(Rate::as_read(rate), Count::as_read(burst))),
        ..plan()
    }
}

fn quota(limit: i32, period: &str, offset: i32) -> Settings {
    Settings {
        quota: Some(Quota::new(
            Count::as_read(limit),
            Period::from_service(period),
            Count::as_read(offset),
        )),
        ..plan()
    }
}

/// One method throttle, and the plan's that it needs.
fn with_method(key: &str, rate: f64, burst: i32) -> Settings {
    let stage = StageKey::as_read("a", "b");
    let throttle = throttled(rate, burst).throttle.unwrap();
    Settings {
        stages: [(
            stage,
            [(MethodKey::as_read(key), throttle)].into_iter().collect(),
        )]
        .into_iter()
        .collect(),
        ..throttled(1000.0, 1000)
    }
}

fn found(base: Option<&Settings>, edited: &Settings) -> Vec<(Rule, Field)> {
    let findings = judge(base, edited, None).into_iter();
    findings
        .map(|finding| (finding.rule, finding.field.unwrap()))
        .collect()
}

#[test]
fn offsets_fit_their_period() {
    for (period, largest) in [("DAY", 0), ("WEEK", 6), ("MONTH", 27)] {
        assert_eq!(found(None, &quota(1, period, largest)), []);
        let wrong = [(Rule::OffsetInPeriod, F::QuotaOffset)];
        assert_eq!(found(None, &quota(1, period, largest + 1)), wrong);
        assert_eq!(found(None, &quota(1, period, -1)), wrong);
    }
}

#[test]
fn a_plan_that_breaks_rules_already_can_be_edited_elsewhere() {
    let mut broken = quota(-1, "YEAR", -3);
    broken.name = String::new();
    broken.throttle = throttled(-1.0, -1).throttle;
    broken.stages = with_method("pets", -1.0, 0).stages;
    broken
        .stages
        .insert(StageKey::as_read("", "x y"), [].into_iter().collect());
    let mut edited = broken.clone();
    edited.description = "new".to_owned();
    edited.quota.as_mut().unwrap().limit = Some(Count::as_read(5));
    assert_eq!(found(Some(&broken), &edited), []);
    let rules: Vec<_> = found(None, &broken)
        .into_iter()
        .map(|(rule, _)| rule)
        .collect();
    for rule in [
        Rule::NameGiven,
        Rule::StageForm,
        Rule::MethodForm,
        Rule::RateValue,
        Rule::CountValue,
        Rule::PeriodValue,
        Rule::OffsetInPeriod,
    ] {
        assert!(rules.contains(&rule), "{rule:?}");
    }
    edited.name = "x".to_owned();
    assert_eq!(found(Some(&broken), &edited), []);
    edited.quota.as_mut().unwrap().period = Some(Period::Day);
    assert_eq!(
        found(Some(&broken), &edited),
        [(Rule::OffsetInPeriod, F::QuotaOffset)]
    );
}

#[test]
fn an_unknown_period_is_not_sent_to_another_plan() {
    let odd = quota(5, "YEAR", 0);
    let refused = [(Rule::PeriodValue, F::QuotaPeriod)];
    assert_eq!(found(Some(&odd), &quota(6, "YEAR", 0)), []);
    assert_eq!(found(Some(&plan()), &odd), refused);
    assert_eq!(found(None, &odd), refused);
}

#[test]
fn warns_of_zeros_and_of_small_bursts() {
    let warned = |settings: &Settings| {
        let findings = judge(None, settings, None);
        assert!(findings.iter().all(|finding| !finding.refuses()));
        found(None, settings)
    };
    assert_eq!(warned(&throttled(100.0, 100)), []);
    assert_eq!(
        warned(&throttled(100.5, 100)),
        [(Rule::BurstCoversRate, F::Burst)]
    );
    assert_eq!(warned(&throttled(0.0, 5)), [(Rule::ZeroBlocks, F::Rate)]);
    assert_eq!(warned(&throttled(5.0, 0)), [(Rule::ZeroBlocks, F::Burst)]);
    assert_eq!(
        warned(&quota(0, "DAY", 0)),
        [(Rule::ZeroBlocks, F::QuotaLimit)]
    );
    let (stage, key) = (StageKey::as_read("a", "b"), MethodKey::as_read("*/*"));
    assert_eq!(
        warned(&with_method("*/*", 9.0, 1)),
        [(Rule::BurstCoversRate, F::MethodBurst(stage, key))]
    );
    // Only a draft that touches the throttle hears of it.
    let base = throttled(100.0, 1);
    assert_eq!(
        found(
            Some(&base),
            &Settings {
                name: "x".to_owned(),
                ..base.clone()
            }
        ),
        []
    );
    assert_eq!(
        found(Some(&base), &throttled(99.0, 1)),
        [(Rule::BurstCoversRate, F::Burst)]
    );
}

#[test]
fn warns_of_limits_above_the_account() {
    let found = |account: (f64, i32), edited: &Settings| {
        let limits = AccountLimits {
            throttle: throttled(account.0, account.1).throttle,
        };
        let findings = judge(None, edited, Some(&limits)).into_iter();
        let above = findings.filter(|finding| finding.rule == Rule::WithinAccount);
        above
            .filter_map(|finding| finding.field)
            .collect::<Vec<_>>()
    };
    let edited = throttled(10_001.0, 20_000);
    assert_eq!(found((10_000.0, 5000), &edited), [F::Rate, F::Burst]);
    assert_eq!(found((10_001.0, 20_000), &edited), []);
    // Left out in the account's answer.
    assert_eq!(found((0.0, 0), &edited), []);
}

#[test]
fn every_rule_has_a_name_of_its_own_and_a_source() {
    let rules = [
        Rule::KnownPath,
        Rule::SupportedOp,
        Rule::ValueGiven,
        Rule::RateValue,
        Rule::CountValue,
        Rule::PeriodValue,
        Rule::StageForm,
        Rule::MethodForm,
        Rule::MethodMapForm,
        Rule::NameGiven,
        Rule::QuotaComplete,
        Rule::ThrottleComplete,
        Rule::OffsetInPeriod,
        Rule::StageOnce,
        Rule::StageAttached,
        Rule::MethodExists,
        Rule::BurstCoversRate,
        Rule::ZeroBlocks,
        Rule::WithinAccount,
        Rule::TagKey,
        Rule::TagValue,
        Rule::TagCharacters,
        Rule::TagCount,
        Rule::KeyInPlan,
        Rule::KeyOnce,
        Rule::KeyOncePerStage,
        Rule::PlansPerKey,
        Rule::KeyEnabled,
        Rule::PlanHasStages,
        Rule::KeysKnown,
        Rule::KeyAccess,
        Rule::KeyGap,
    ];
    let ids: std::collections::BTreeSet<_> = rules.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), rules.len());
    assert!(rules.iter().all(|rule| !rule.source().is_empty()));
}

#[test]
fn half_a_throttle_or_a_quota_is_a_warning_where_it_is_new() {
    let half = |rate: Option<f64>, burst: Option<i32>| Settings {
        throttle: Some(Throttle {
            rate: rate.map(Rate::as_read),
            burst: burst.map(Count::as_read),
        }),
        ..plan()
    };
    let rate = half(Some(5.0), None);
    assert_eq!(found(None, &rate), [(Rule::HalfLimit, F::Burst)]);
    assert_eq!(
        found(Some(&plan()), &half(None, Some(5))),
        [(Rule::HalfLimit, F::Rate)]
    );
    // One that is there is renamed and changed without a word.
    assert_eq!(found(Some(&rate), &half(Some(9.0), None)), []);
    assert!(!Rule::HalfLimit.id().is_empty());
    let [finding] = &judge(None, &rate, None)[..] else {
        panic!();
    };
    assert!(!finding.refuses(), "a copy of such a plan is sent");
    // What is set is judged alone.
    assert_eq!(
        found(None, &half(Some(0.0), None)),
        [(Rule::ZeroBlocks, F::Rate), (Rule::HalfLimit, F::Burst)]
    );
    let quota = |limit: Option<i32>, period: Option<Period>| Settings {
        quota: Some(Quota {
            limit: limit.map(Count::as_read),
            period,
            offset: None,
        }),
        ..plan()
    };
    let limit = quota(Some(5), None);
    assert_eq!(found(None, &limit), [(Rule::HalfLimit, F::QuotaPeriod)]);
    assert_eq!(found(Some(&limit), &limit), []);
    assert_eq!(
        found(None, &quota(None, Some(Period::Day))),
        [(Rule::HalfLimit, F::QuotaLimit)]
    );
}

#[test]
fn method_throttles_need_the_plans_throttle() {
    let both = with_method("/pets/GET", 1.0, 1);
    let bare = Settings {
        throttle: None,
        ..both.clone()
    };
    let (stage, key) = (StageKey::as_read("a", "b"), MethodKey::as_read("/pets/GET"));
    let refused = [(Rule::MethodsNeedThrottle, F::Method(stage, key))];
    assert_eq!(found(None, &both), []);
    assert_eq!(found(None, &bare), refused);
    assert_eq!(found(Some(&plan()), &bare), refused);
    assert_eq!(Rule::MethodsNeedThrottle.severity(), Severity::Refusal);
    let said = judge(None, &bare, None).remove(0).to_string();
    let reported = "[methods-need-throttle, reported: aws-cdk pull request 6411: Can not define \
                    fine grain throttling if usage plan throttle is not defined]";
    assert!(said.ends_with(reported), "{said}");

    // What the service does where the throttle goes and they stay, nobody says.
    let lost = [(Rule::MethodsLoseThrottle, F::Throttle)];
    assert_eq!(found(Some(&both), &bare), lost);
    assert_eq!(Rule::MethodsLoseThrottle.severity(), Severity::Warning);
    assert_eq!(found(Some(&both), &plan()), []);

    // A plan that is so already can be edited elsewhere, and its method throttles
    // can be taken away, but not changed.
    let renamed = Settings {
        name: "other".to_owned(),
        ..bare.clone()
    };
    assert_eq!(found(Some(&bare), &renamed), []);
    assert_eq!(found(Some(&bare), &plan()), []);
    let changed = Settings {
        throttle: None,
        ..with_method("/pets/GET", 2.0, 2)
    };
    assert_eq!(found(Some(&bare), &changed), refused);
}

#[test]
fn a_method_throttle_above_the_plans_is_told_where_one_of_them_moves() {
    let above = with_method("/pets/GET", 2000.0, 2000);
    let (stage, key) = (StageKey::as_read("a", "b"), MethodKey::as_read("/pets/GET"));
    let rate = [(
        Rule::MethodAbovePlan,
        F::MethodRate(stage.clone(), key.clone()),
    )];
    assert_eq!(found(None, &above), rate);
    assert_eq!(found(Some(&with_method("/pets/GET", 9.0, 9)), &above), rate);
    let raised = Settings {
        throttle: throttled(3000.0, 3000).throttle,
        ..above.clone()
    };
    assert_eq!(found(Some(&raised), &above), rate);
    assert_eq!(found(None, &raised), []);
    // Either half counts, and half a throttle has only the one.
    let burst = [(Rule::MethodAbovePlan, F::MethodBurst(stage, key))];
    assert_eq!(found(None, &with_method("/pets/GET", 1000.0, 1001)), burst);
    assert_eq!(found(None, &with_method("/pets/GET", 1000.0, 1000)), []);
    let renamed = Settings {
        name: "other".to_owned(),
        ..above.clone()
    };
    assert_eq!(found(Some(&above), &renamed), []);
    // Many are told once.
    let mut many = raised.clone();
    let methods = many.stages.get_mut(&StageKey::as_read("a", "b")).unwrap();
    let throttle = throttled(2000.0, 2000).throttle.unwrap();
    methods.insert(MethodKey::as_read("//GET"), throttle);
    let lowered = Settings {
        throttle: throttled(1.0, 1).throttle,
        ..many.clone()
    };
    assert_eq!(
        found(Some(&many), &lowered),
        [(Rule::MethodAbovePlan, F::Throttle)]
    );
    assert_eq!(Rule::MethodAbovePlan.severity(), Severity::Warning);
    assert!(
        judge(None, &above, None)[0]
            .to_string()
            .contains("[method-above-plan, inferred: ")
    );
}
