use super::*;
use crate::plan::model::account::{AccountLimits, ApiMethod, ApiReading, Known, Stage};
use crate::plan::{Count, MethodKey, Period, Quota, Rate, StageKey, Throttle};

fn throttle(rate: f64, burst: i32) -> Throttle {
    Throttle::new(Rate::as_read(rate), Count::as_read(burst))
}

fn stage(name: &str) -> StageKey {
    StageKey::as_read("a1b2c3", name)
}

/// A plan in which nothing is found.
fn plan(id: &str) -> UsagePlan {
    UsagePlan {
        id: PlanId(id.to_owned()),
        settings: Settings {
            name: "plan".to_owned(),
            throttle: Some(throttle(100.0, 200)),
            quota: Some(Quota::new(
                Count::as_read(1_000_000),
                Period::Day,
                Count::ZERO,
            )),
            stages: [(stage("prod"), [].into_iter().collect())]
                .into_iter()
                .collect(),
            ..Settings::default()
        },
    }
}

fn around() -> Surroundings {
    let stage = |name, throttles: &[(&str, Throttle)]| Stage {
        key: stage(name),
        throttles: throttles
            .iter()
            .map(|(key, t)| (MethodKey::as_read(key), *t))
            .collect(),
    };
    let method = |key, needs_key| ApiMethod {
        key: MethodKey::as_read(key),
        needs_key,
    };
    let api = ApiReading {
        stages: Known::Read(vec![
            stage("prod", &[]),
            stage(
                "slow",
                &[
                    ("*/*", throttle(50.0, 50)),
                    ("/pets/GET", throttle(60.0, 60)),
                ],
            ),
        ]),
        methods: Known::Read(vec![
            method("/pets/GET", true),
            method("/pets/POST", true),
            method("/pets/OPTIONS", false),
        ]),
    };
    Surroundings {
        account: Known::Read(AccountLimits {
            throttle: Some(throttle(10_000.0, 5000)),
        }),
        apis: [("a1b2c3".to_owned(), api)].into(),
    }
}

fn inventory<'a>(plans: &'a [UsagePlan], around: &'a Surroundings) -> Inventory<'a> {
    Inventory {
        plans: plans.iter().collect(),
        is_whole: false,
        around,
        plan_keys: HashMap::new(),
        api_keys: None,
        exhausting: HashMap::new(),
    }
}

/// The rules that a plan breaks, with the fields.
fn found(plan: &UsagePlan, around: &Surroundings) -> Vec<(&'static str, String)> {
    let plans = [plan.clone()];
    let findings = lint(&inventory(&plans, around)).into_iter();
    findings
        .map(|finding| {
            assert_eq!(finding.plans, std::slice::from_ref(&plan.id));
            assert!(!finding.message.is_empty());
            let field = finding.field.map(|field| field.to_string());
            (finding.rule.id(), field.unwrap_or_default())
        })
        .collect()
}

fn edited(edit: impl FnOnce(&mut Settings)) -> UsagePlan {
    let mut plan = plan("p");
    edit(&mut plan.settings);
    plan
}

fn set(settings: &mut Settings, at: &str, key: &str, throttle: Throttle) {
    let methods = settings.stages.entry(stage(at)).or_default();
    methods.insert(MethodKey::as_read(key), throttle);
}

#[test]
fn each_rule_finds_its_case() {
    type Edit = fn(&mut Settings);
    let cases: &[(&str, &str, Edit)] = &[
        ("dangling-stage", "stage a1b2c3:gone", |s| {
            s.stages.insert(stage("gone"), [].into_iter().collect());
        }),
        (
            "throttle-without-method",
            "a1b2c3:prod /cats/GET throttle",
            |s| {
                set(s, "prod", "/cats/GET", throttle(1.0, 1));
            },
        ),
        (
            "without-effect",
            "a1b2c3:prod /pets/OPTIONS throttle",
            |s| {
                set(s, "prod", "/pets/OPTIONS", throttle(1.0, 1));
            },
        ),
        ("without-effect", "a1b2c3:slow /pets/GET rate limit", |s| {
            set(s, "slow", "/pets/GET", throttle(61.0, 61));
        }),
        ("without-effect", "a1b2c3:slow /pets/POST rate limit", |s| {
            set(s, "slow", "/pets/POST", throttle(51.0, 51));
        }),
        ("without-effect", "rate limit", |s| {
            s.stages = [(stage("slow"), [].into_iter().collect())]
                .into_iter()
                .collect();
        }),
        ("within-account", "rate limit", |s| {
            s.throttle = Some(throttle(10_001.0, 20));
        }),
        ("zero-blocks", "burst limit", |s| {
            s.throttle = Some(throttle(20.0, 0));
        }),
        ("burst-covers-rate", "burst limit", |s| {
            s.throttle = Some(throttle(20.0, 19));
        }),
        ("quota-too-soon", "quota limit", |s| {
            s.quota.as_mut().unwrap().limit = Some(Count::as_read(300_000));
        }),
        ("quota-out-of-reach", "quota limit", |s| {
            s.quota.as_mut().unwrap().limit = Some(Count::as_read(9_000_000));
        }),
        ("no-stages", "", |s| s.stages.clear()),
        ("no-limits", "", |s| (s.throttle, s.quota) = (None, None)),
        ("near-service-quota", "", |s| {
            s.throttle = Some(throttle(9.0, 9));
            s.quota = None;
            for number in 0..18 {
                let name = format!("stage{number}");
                set(s, &name, "/pets/GET", throttle(1.0, 1));
            }
        }),
        ("managed", "", |s| {
            s.tags
                .insert("aws:cloudformation:stack-name".to_owned(), "pay".to_owned());
        }),
        ("managed", "", |s| {
            s.tags
                .insert("ManagedBy".to_owned(), "Terraform".to_owned());
        }),
    ];
    let around = around();
    assert_eq!(found(&plan("p"), &around), []);
    for (rule, field, edit) in cases {
        // Each can be silenced by its name.
        assert!(LintRule::all().any(|known| known.id() == *rule), "{rule}");
        let found = found(&edited(edit), &around);
        let expected = (*rule, (*field).to_owned());
        assert!(found.contains(&expected), "{rule}: {found:?}");
    }
}

#[test]
fn the_limits_of_a_rule_are_exact() {
    let around = around();
    for edit in [
        |s: &mut Settings| set(s, "slow", "/pets/GET", throttle(60.0, 60)),
        |s: &mut Settings| set(s, "prod", "*/*", throttle(60.0, 60)),
        // 200 at once and then 100 each second for an hour.
        |s: &mut Settings| s.quota.as_mut().unwrap().limit = Some(Count::as_read(360_200)),
        |s: &mut Settings| s.quota.as_mut().unwrap().limit = Some(Count::as_read(8_640_200)),
        |s: &mut Settings| s.throttle = None,
        |s: &mut Settings| s.quota = None,
        |s: &mut Settings| {
            s.tags.insert("terraform".to_owned(), "false".to_owned());
        },
    ] {
        assert_eq!(found(&edited(edit), &around), []);
    }
}

#[test]
fn an_api_without_keys_is_told_once_for_each_plan() {
    let mut around = around();
    let api = around.apis.get_mut("a1b2c3").unwrap();
    api.methods = Known::Read(
        ["/a/GET", "/b/GET", "/c/GET", "/d/GET"]
            .map(|key| ApiMethod {
                key: MethodKey::as_read(key),
                needs_key: false,
            })
            .into(),
    );
    let mut plan = plan("p");
    plan.settings.throttle = Some(throttle(10.0, 20));
    plan.settings
        .stages
        .insert(stage("slow"), [].into_iter().collect());
    let plans = [plan];
    let findings = lint(&inventory(&plans, &around));
    let unmetered: Vec<_> = findings
        .iter()
        .filter(|f| f.rule == LintRule::UnmeteredMethod)
        .collect();
    assert_eq!(unmetered.len(), 1);
    assert_eq!(unmetered[0].level, Level::Error);
    assert_eq!(
        unmetered[0].message,
        "a1b2c3 asks for an API key at no method (/a/GET, /b/GET, /c/GET and 1 more): usage plans \
         do not apply there"
    );
}

#[test]
fn what_is_not_known_gives_no_finding() {
    let plan = edited(|s| {
        s.throttle = Some(throttle(1e6, 2_000_000));
        s.quota = None;
        set(s, "gone", "/cats/GET", throttle(1e6, 2_000_000));
    });
    let mut around = around();
    let known = found(&plan, &around);
    assert!(known.len() >= 3, "{known:?}");
    for unknown in 0..3 {
        let (stages, methods) = match unknown {
            0 => (Known::NotYet, Known::NotYet),
            1 => (Known::NotPermitted, Known::NotPermitted),
            _ => (
                Known::Unreadable("x".to_owned()),
                Known::Unreadable("x".to_owned()),
            ),
        };
        around
            .apis
            .insert("a1b2c3".to_owned(), ApiReading { stages, methods });
        around.account = Known::NotPermitted;
        assert_eq!(found(&plan, &around), []);
    }
    assert_eq!(found(&plan, &Surroundings::default()), []);
}

fn key(id: &str) -> ApiKey {
    ApiKey {
        id: id.to_owned(),
        name: String::new(),
        enabled: None,
        customer: String::new(),
    }
}

fn key_of(id: &str, customer: &str) -> ApiKey {
    ApiKey {
        customer: customer.to_owned(),
        ..key(id)
    }
}

#[test]
fn a_key_counts_in_one_plan_for_each_stage() {
    let around = around();
    let mut plans = [plan("p1"), plan("p2"), plan("p3")];
    plans[1].settings.quota.as_mut().unwrap().limit = Some(Count::as_read(500_000));
    plans[2].settings.stages = [(stage("beta"), [].into_iter().collect())]
        .into_iter()
        .collect();
    let (both, one) = ([key("k1"), key("k2")], [key("k1")]);
    let mut inventory = inventory(&plans, &around);
    let ids: Vec<_> = plans.iter().map(|plan| &plan.id).collect();
    inventory.plan_keys = [(ids[0], &both[..]), (ids[1], &both[..]), (ids[2], &one[..])].into();
    let findings = lint(&inventory);
    let met: Vec<_> = findings
        .iter()
        .filter(|f| f.rule == LintRule::StageTwice)
        .collect();
    assert_eq!(met.len(), 1);
    assert_eq!(met[0].level, Level::Error);
    assert_eq!(met[0].plans, [plans[0].id.clone(), plans[1].id.clone()]);
    assert_eq!(
        met[0].message,
        "2 API keys are in 2 plans that all have the stage a1b2c3:prod, where only one can count"
    );
    // No keys is found only where they were read.
    inventory.plan_keys = [(ids[0], &[][..])].into();
    let rules: Vec<_> = lint(&inventory).into_iter().map(|f| f.rule).collect();
    assert_eq!(
        rules
            .iter()
            .filter(|rule| **rule == LintRule::NoKeys)
            .count(),
        1
    );
}

/// The plans and messages about customers, of plans with the keys that are named,
/// one after the other, all with the stage prod.
fn customers_found(plan_keys: &[&[&str]], api_keys: Option<&[ApiKey]>) -> Vec<(String, String)> {
    let around = around();
    let plans = (1..=plan_keys.len()).map(|number| plan(&format!("p{number}")));
    let plans: Vec<_> = plans.collect();
    let keys = plan_keys.iter().map(|ids| ids.iter().map(|id| key(id)));
    let keys: Vec<Vec<_>> = keys.map(Iterator::collect).collect();
    let plan_keys = plans.iter().zip(&keys);
    let inventory = Inventory {
        api_keys,
        plan_keys: plan_keys
            .map(|(plan, keys)| (&plan.id, &keys[..]))
            .collect(),
        ..inventory(&plans, &around)
    };
    let findings = lint(&inventory).into_iter();
    findings
        .filter(|finding| finding.rule == LintRule::CustomerTwice)
        .map(|finding| {
            assert_eq!(finding.level, Level::Warning);
            assert_eq!(finding.field, Some(Field::Stage(stage("prod"))));
            let plans: Vec<_> = finding.plans.iter().map(|id| id.0.as_str()).collect();
            (plans.join(" "), finding.message)
        })
        .collect()
}

#[test]
fn plans_of_one_customer_that_meet_on_a_stage_are_told() {
    let keys = [
        key_of("k1", "harbour"),
        key_of("k2", "harbour"),
        key_of("k3", "harbour"),
        key("k4"),
        key("k5"),
        key_of("k6", "mill"),
    ];
    let met = |plan_keys: &[&[&str]]| customers_found(plan_keys, Some(&keys));
    let of = |plans: &str, who: &str, count: usize| {
        let message = format!(
            "{who} keys in {count} plans that all have the stage a1b2c3:prod: \
             each key has the limits of its own plan"
        );
        vec![(plans.to_owned(), message)]
    };
    let harbour = "the customer harbour has";
    assert_eq!(
        met(&[&["k1"], &["k4"], &["k2", "k3"]]),
        of("p1 p3", harbour, 2)
    );
    assert_eq!(
        met(&[&["k1"], &["k2"], &["k3"]]),
        of("p1 p2 p3", harbour, 3)
    );
    // One plan with several of its keys, other customers, and keys of nobody.
    assert_eq!(met(&[&["k1", "k2"], &["k6"], &["k4"], &["k5"]]), []);
    // A key that is in both plans is found as such, and not once more.
    assert_eq!(met(&[&["k1", "k2"], &["k1"]]), []);
    assert_eq!(
        met(&[&["k1"], &["k1"], &["k2"]]),
        of("p1 p2 p3", harbour, 3)
    );
    // Whose keys they are is not known.
    assert_eq!(customers_found(&[&["k1"], &["k2"]], None), []);
}

#[test]
fn customers_that_meet_alike_are_told_together() {
    let keys: Vec<_> = ["a", "b", "c", "d"]
        .iter()
        .flat_map(|name| [1, 2].map(|number| key_of(&format!("{name}{number}"), name)))
        .collect();
    let who = |plan_keys: &[&[&str]]| -> Vec<String> {
        let found = customers_found(plan_keys, Some(&keys)).into_iter();
        let who = found.map(|(_, message)| message.split(" keys in ").next().unwrap().to_owned());
        who.collect()
    };
    assert_eq!(
        who(&[&["a1", "b1"], &["a2", "b2"]]),
        ["2 customers (a, b) each have"]
    );
    assert_eq!(
        who(&[&["a1", "b1", "c1", "d1"], &["a2", "b2", "c2", "d2"]]),
        ["4 customers (a, b, c, …) each have"]
    );
    // A key of another customer in the same plans hides nothing.
    assert_eq!(who(&[&["a1", "b1"], &["a2", "b1"]]), ["the customer a has"]);
}

#[test]
fn plans_of_a_customer_with_stages_of_their_own_do_not_meet() {
    let around = around();
    let mut plans = [plan("p1"), plan("p2")];
    plans[1].settings.stages = [(stage("slow"), [].into_iter().collect())]
        .into_iter()
        .collect();
    let (one, other) = ([key("k1")], [key("k2")]);
    let keys = [key_of("k1", "harbour"), key_of("k2", "harbour")];
    let mut inventory = inventory(&plans, &around);
    inventory.plan_keys = [(&plans[0].id, &one[..]), (&plans[1].id, &other[..])].into();
    inventory.api_keys = Some(&keys);
    let mut findings = lint(&inventory).into_iter();
    assert!(findings.all(|finding| finding.rule != LintRule::CustomerTwice));
}

#[test]
fn tiers_that_are_nearly_the_same_are_told() {
    let around = around();
    let tier = |id: &str, rate: f64, limit: i32| {
        let mut plan = plan(id);
        plan.settings.name = id.to_owned();
        plan.settings.throttle = Some(throttle(rate, 200));
        plan.settings.quota.as_mut().unwrap().limit = Some(Count::as_read(limit));
        plan
    };
    let mut plans = vec![
        tier("a", 100.0, 1_000_000),
        tier("b", 101.0, 1_040_000),
        tier("c", 50.0, 1_000_000),
        tier("d", 50.0, 1_000_000),
        tier("e", 100.0, 700_000),
    ];
    plans.push(tier("f", 100.0, 1_000_000));
    plans[5].settings.stages = [(stage("slow"), [].into_iter().collect())]
        .into_iter()
        .collect();
    plans[5].settings.throttle = Some(throttle(60.0, 200));
    let findings = lint(&inventory(&plans, &around));
    let near: Vec<_> = findings
        .iter()
        .filter(|finding| finding.rule == LintRule::NearDuplicate)
        .map(|finding| {
            let ids: Vec<_> = finding.plans.iter().map(|id| id.0.as_str()).collect();
            (ids.concat(), finding.message.contains("nearly"))
        })
        .collect();
    assert_eq!(near, [("cd".to_owned(), false), ("ab".to_owned(), true)]);
}

#[test]
fn a_tenth_before_the_service_quotas() {
    let around = around();
    let tier = |number: usize| {
        let mut plan = plan(&format!("p{number}"));
        let limit = 1_000_000 + i32::try_from(number).unwrap() * 100_000;
        plan.settings.throttle = None;
        plan.settings.quota.as_mut().unwrap().limit = Some(Count::as_read(limit));
        plan
    };
    let count = |plans: usize, keys: usize, is_whole: bool| {
        let plans: Vec<_> = (0..plans).map(tier).collect();
        let keys: Vec<_> = (0..keys).map(|number| key(&number.to_string())).collect();
        let inventory = Inventory {
            is_whole,
            api_keys: Some(&keys),
            ..inventory(&plans, &around)
        };
        let findings = lint(&inventory).into_iter();
        findings
            .filter(|finding| finding.rule == LintRule::NearServiceQuota)
            .inspect(|finding| assert_eq!(finding.plans, []))
            .count()
    };
    assert_eq!(count(269, 8_999, true), 0);
    assert_eq!(count(270, 8_999, true), 1);
    assert_eq!(count(270, 8_999, false), 0, "only a part of the account");
    assert_eq!(count(269, 9_000, true), 1);
    // 9 plans of one key, each with a stage of its own.
    let mut plans: Vec<_> = (0..9).map(tier).collect();
    for (number, plan) in plans.iter_mut().enumerate() {
        plan.settings.stages = [(
            StageKey::as_read(format!("api{number}"), "x"),
            [].into_iter().collect(),
        )]
        .into_iter()
        .collect();
    }
    let keys = [key("k")];
    let mut inventory = inventory(&plans, &around);
    inventory.plan_keys = plans.iter().map(|plan| (&plan.id, &keys[..])).collect();
    let findings = lint(&inventory);
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].rule, findings[0].plans.len()),
        (LintRule::NearServiceQuota, 9)
    );
}

#[test]
fn what_matters_most_comes_first_and_reads_as_json() {
    let around = around();
    let mut bad = edited(|s| {
        s.stages.insert(stage("gone"), [].into_iter().collect());
        s.tags
            .insert("managed-by".to_owned(), "terraform".to_owned());
    });
    bad.settings.throttle = Some(throttle(20.0, 19));
    bad.settings.quota = None;
    let plans = [bad];
    let findings = lint(&inventory(&plans, &around));
    let levels: Vec<_> = findings.iter().map(|finding| finding.level).collect();
    assert_eq!(levels, [Level::Error, Level::Warning, Level::Note]);
    let json: serde_json::Value = serde_json::from_str(&to_json(&findings, &[], &[])).unwrap();
    assert_eq!(
        json["findings"][0],
        serde_json::json!({
            "rule": "dangling-stage",
            "level": "error",
            "plans": ["p"],
            "field": "stage a1b2c3:gone",
            "message": "the stage a1b2c3:gone does not exist any more",
            "instead": "detach it, or attach the stage that took its place",
            "basis": "documented",
            "source": null,
        })
    );
    // A tag that names Terraform is no proof.
    assert_eq!(json["findings"][2]["basis"], "inferred");
    assert_eq!(json["findings"][2]["field"], serde_json::Value::Null);
    assert_eq!(
        to_json(&[], &[], &[]),
        "{\n  \"findings\": [],\n  \"notLookedOver\": [],\n  \"silenced\": []\n}"
    );
}

#[test]
fn every_rule_has_a_name_of_its_own() {
    let ids: std::collections::BTreeSet<_> = LintRule::all().map(LintRule::id).collect();
    assert_eq!(ids.len(), LintRule::all().count());
    for level in Level::ALL {
        assert_eq!(Level::parse(level.name()), Some(level));
    }
    assert_eq!(Level::parse("fatal"), None);
}

#[test]
fn a_plan_by_itself_gives_what_it_gives_among_others() {
    let around = around();
    let mut plan = plan("p1");
    plan.settings
        .stages
        .insert(stage("gone"), [].into_iter().collect());
    plan.settings.throttle = Some(throttle(0.0, 0));
    let findings =
        PlanLint::for_plan(&plan.settings, &around).look_over(&plan.settings, KeyCounts::default());
    assert!(
        findings
            .iter()
            .any(|found| found.rule == LintRule::DanglingStage)
    );
    assert!(findings.is_sorted_by(|a, b| a.level >= b.level));
    let of_any = PlanLint::new(&around).look_over(&plan.settings, KeyCounts::default());
    assert_eq!(findings, of_any);
    let inventory = Inventory {
        plans: vec![&plan],
        is_whole: true,
        around: &around,
        plan_keys: HashMap::new(),
        api_keys: None,
        exhausting: HashMap::new(),
    };
    let mut among = lint(&inventory);
    for found in &mut among {
        assert_eq!(found.plans, [plan.id.clone()]);
        found.plans.clear();
    }
    assert_eq!(findings, among);
}

#[test]
fn tags_that_are_there_are_not_judged() {
    let plan = edited(|settings| {
        let stack = ("aws:cloudformation:stack-name", "pay");
        let odd = ("cost center", "4 5");
        for (key, value) in [stack, odd] {
            settings.tags.insert(key.to_owned(), value.to_owned());
        }
    });
    let rules: Vec<_> = found(&plan, &around())
        .into_iter()
        .map(|(rule, _)| rule)
        .collect();
    assert_eq!(rules, ["managed"]);
}

/// The messages and advice of one rule, for one plan.
fn said(plan: &UsagePlan, around: &Surroundings, rule: &str) -> Vec<(String, String)> {
    let plans = [plan.clone()];
    let findings = lint(&inventory(&plans, around)).into_iter();
    let of_rule = findings.filter(|found| found.rule.id() == rule);
    of_rule
        .map(|found| (found.message, found.instead))
        .collect()
}

#[expect(clippy::unnecessary_wraps, reason = "as it stands in the settings")]
fn quota(limit: i32, period: Period) -> Option<Quota> {
    Some(Quota::new(Count::as_read(limit), period, Count::ZERO))
}

#[test]
fn a_quota_is_held_against_the_limits_that_apply() {
    let mut around = around();
    // The account's burst is the one that applies: the quota lasts for 248 days.
    let huge = edited(|s| {
        s.throttle = Some(throttle(100.0, i32::MAX));
        s.quota = quota(i32::MAX, Period::Month);
    });
    assert_eq!(said(&huge, &around, "quota-too-soon"), []);
    // The account's rate is the one that applies: 10,000/s need 72 minutes.
    let fast = edited(|s| {
        s.throttle = Some(throttle(1e6, 1_000_000));
        s.quota = quota(43_205_000, Period::Month);
    });
    assert_eq!(said(&fast, &around, "quota-too-soon"), []);
    // So are the stages', over all their methods together: 50/s and 60/s.
    let slow = |limit| {
        edited(|s| {
            s.throttle = Some(throttle(1000.0, 1000));
            s.stages = [(stage("slow"), [].into_iter().collect())]
                .into_iter()
                .collect();
            s.quota = quota(limit, Period::Day);
        })
    };
    assert_eq!(said(&slow(400_000), &around, "quota-too-soon"), []);
    assert_eq!(said(&slow(390_000), &around, "quota-too-soon").len(), 1);
    assert_eq!(
        said(&slow(9_600_000), &around, "quota-out-of-reach").len(),
        1
    );
    assert_eq!(said(&slow(9_500_000), &around, "quota-out-of-reach"), []);

    // Where the account's limits are not known, it says so.
    around.account = Known::NotPermitted;
    let found = said(&huge, &around, "quota-too-soon");
    assert_eq!(
        found[0].0,
        "at full rate the quota of 2,147,483,647 per MONTH is used up in less than a second (counted \
         without the account's limits, which are not known)"
    );
    assert!(
        found[0].1.starts_with("a rate that lasts: "),
        "{}",
        found[0].1
    );
}

/// The surroundings with other settings of the stage `slow`.
fn around_with(settings: &[(&str, Throttle)]) -> Surroundings {
    let mut around = around();
    let api = around.apis.get_mut("a1b2c3").unwrap();
    let Known::Read(stages) = &mut api.stages else {
        panic!("the stages were read");
    };
    let settings = settings.iter();
    stages[1].throttles = settings
        .map(|(key, throttle)| (MethodKey::as_read(key), *throttle))
        .collect();
    around
}

fn on_slow(rate: f64, limit: i32) -> UsagePlan {
    edited(|s| {
        s.throttle = Some(throttle(rate, 1));
        s.stages = [(stage("slow"), [].into_iter().collect())]
            .into_iter()
            .collect();
        s.quota = quota(limit, Period::Day);
    })
}

#[test]
fn a_quota_that_is_used_up_too_soon_is_so_in_every_reading() {
    // Two spellings of each method: 1/s or 100/s at each.
    let twice = around_with(&[
        ("/pets/GET", throttle(1.0, 1)),
        ("pets/GET", throttle(100.0, 1)),
        ("/pets/POST", throttle(1.0, 1)),
        ("pets/POST", throttle(100.0, 1)),
    ]);
    // In one reading 2/s use up 10000 in more than an hour.
    assert_eq!(said(&on_slow(1000.0, 10_000), &twice, "quota-too-soon"), []);
    let found = lint(&inventory(&[on_slow(1000.0, 1_001)], &twice));
    let found: Vec<_> = found
        .iter()
        .filter(|found| found.rule.id() == "quota-too-soon")
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].message,
        "at full rate the quota of 1,001 per DAY is used up in 5 s to 8 min 20 s (open)"
    );
    assert_eq!(found[0].basis(), Basis::Inferred);
    assert_eq!(found[0].facts, [Fact::TwoSpellings]);
    // Where it makes no difference, it is one number.
    let found = said(&on_slow(1.0, 1_001), &twice, "quota-too-soon");
    assert!(found[0].0.ends_with("used up in 16 min 40 s"), "{found:?}");

    // A -1 beside a default: 1/s at each, or the account's limit.
    let off = around_with(&[
        ("*/*", throttle(1.0, 1)),
        ("/pets/GET", throttle(-1.0, -1)),
        ("/pets/POST", throttle(-1.0, -1)),
    ]);
    assert_eq!(said(&on_slow(1000.0, 10_000), &off, "quota-too-soon"), []);
    let found = said(&on_slow(1000.0, 1_001), &off, "quota-too-soon");
    assert!(
        found[0].0.contains("in 1 s to 8 min 20 s (open)"),
        "{found:?}"
    );
}

#[test]
fn a_throttle_above_a_stage_of_two_readings_names_both() {
    let twice = around_with(&[
        ("/pets/GET", throttle(7.0, 9)),
        ("pets/GET", throttle(9.0, 9)),
    ]);
    let with = |rate| {
        edited(|s| {
            let methods = [(MethodKey::as_read("/pets/GET"), throttle(rate, 5))];
            s.stages = [(stage("slow"), methods.into_iter().collect())]
                .into_iter()
                .collect();
        })
    };
    // In one reading 8 has an effect.
    assert_eq!(said(&with(8.0), &twice, "without-effect"), []);
    let plans = [with(20.0)];
    let found = lint(&inventory(&plans, &twice));
    let found = found.iter().find(|f| f.rule.id() == "without-effect");
    let found = found.unwrap();
    assert!(
        found
            .message
            .contains("above the stage's own 7 to 9, and it is open which"),
        "{}",
        found.message
    );
    assert_eq!(found.basis(), Basis::Inferred);
    // A setting for the resource may hold instead of the default, or mean nothing.
    let resource = around_with(&[("*/*", throttle(50.0, 9)), ("/pets/*", throttle(80.0, 9))]);
    let found = said(&with(60.0), &resource, "without-effect");
    let of_method = |(text, _): &&(String, String)| text.contains("above the stage's own");
    assert_eq!(found.iter().find(of_method), None);
}

#[test]
fn a_quota_that_a_method_throttle_may_reach_is_not_out_of_reach() {
    let around = around();
    // 10/s by the plan; 100/s more where the method throttle stands in its place.
    let plan = edited(|s| {
        s.throttle = Some(throttle(10.0, 10));
        s.quota = quota(2_000_000, Period::Day);
        set(s, "prod", "/pets/GET", throttle(100.0, 100));
    });
    assert_eq!(said(&plan, &around, "quota-out-of-reach"), []);
    let mut without = plan;
    without.settings.stages = [(stage("prod"), [].into_iter().collect())]
        .into_iter()
        .collect();
    assert_eq!(said(&without, &around, "quota-out-of-reach").len(), 1);
}

#[test]
fn a_burst_is_held_against_the_limits_that_apply() {
    let around = around();
    let burst = |rate, burst| {
        let plan = edited(|s| (s.throttle, s.quota) = (Some(throttle(rate, burst)), None));
        said(&plan, &around, "burst-covers-rate")
    };
    // Never more than the account's 5,000, which the rule about it forbids.
    assert_eq!(burst(20_000.0, 5000), []);
    assert_eq!(burst(20_000.0, 8000), []);
    assert_eq!(
        burst(20_000.0, 100)[0].1,
        "a burst of 5,000, the most that applies"
    );
    assert!(
        burst(20_000.0, 100)[0]
            .0
            .contains("one second of the rate 10,000:")
    );
    assert_eq!(burst(300.5, 100)[0].1, "a burst of 301 or more");
    assert_eq!(burst(300.5, 301), []);
    // A method's is never more than the plan's.
    let method = |throttled| {
        let plan = edited(|s| set(s, "prod", "/pets/GET", throttled));
        said(&plan, &around, "burst-covers-rate")
    };
    assert_eq!(method(throttle(500.0, 200)), []);
    assert_eq!(method(throttle(500.0, 90))[0].1, "a burst of 100 or more");
}

/// No finding advises what another one of the same plan forbids.
#[test]
fn advice_does_not_break_another_rule() {
    let around = around();
    for rate in [0.5, 50.0, 5500.0, 9000.0, 20_000.0, 1e9] {
        for burst in [1, 40, 4999, 5000, 5001, i32::MAX] {
            let plan = edited(|s| {
                s.throttle = Some(throttle(rate, burst));
                s.quota = quota(i32::MAX, Period::Day);
            });
            for (_, advice) in said(&plan, &around, "burst-covers-rate") {
                let number = advice
                    .split_whitespace()
                    .find_map(|w| w.replace(',', "").parse().ok());
                let better = edited(|s| s.throttle = Some(throttle(rate, number.unwrap())));
                assert_eq!(
                    said(&better, &around, "burst-covers-rate"),
                    [],
                    "{rate}/{burst}"
                );
                let within = said(&better, &around, "within-account").into_iter();
                let about_burst = within.filter(|(message, _)| message.contains("burst"));
                assert_eq!(about_burst.collect::<Vec<_>>(), [], "{rate}/{burst}");
            }
        }
    }
}

#[test]
fn what_the_account_bounds_is_not_said_of_the_stages() {
    let mut around = around();
    around.account = Known::Read(AccountLimits {
        throttle: Some(throttle(40.0, 40)),
    });
    let plan = edited(|s| {
        s.stages = [(stage("slow"), [].into_iter().collect())]
            .into_iter()
            .collect();
        set(s, "slow", "/pets/GET", throttle(70.0, 70));
    });
    assert_eq!(said(&plan, &around, "without-effect"), []);
    assert_eq!(said(&plan, &around, "within-account").len(), 4);
}

#[test]
fn every_spelling_of_a_method_is_told() {
    let mut around = around();
    for spelling in ["~1pets/GET", "pets/GET", "/pets/GET"] {
        let plan = edited(|s| set(s, "prod", spelling, throttle(20.0, 20)));
        assert_eq!(found(&plan, &around), [], "{spelling}");
    }
    for (spelling, rule) in [
        ("/pets/get", "throttle-without-method"),
        ("cats/GET", "throttle-without-method"),
        ("pets", "throttle-without-method"),
        ("pets/*", "throttle-without-method"),
    ] {
        let plan = edited(|s| set(s, "prod", spelling, throttle(20.0, 20)));
        let rules: Vec<_> = found(&plan, &around)
            .into_iter()
            .map(|(rule, _)| rule)
            .collect();
        assert!(rules.contains(&rule), "{spelling}: {rules:?}");
    }
    for key in ["pets/*", "/pets/*"] {
        let plan = edited(|s| set(s, "prod", key, throttle(20.0, 20)));
        let text = &said(&plan, &around, "throttle-without-method")[0].0;
        assert!(
            text.contains("whether that means all methods of the resource is open"),
            "{text}"
        );
        assert!(text.contains("the lower of both readings"), "{text}");
    }
    let twice = edited(|s| {
        set(s, "prod", "/pets/GET", throttle(20.0, 20));
        set(s, "prod", "~1pets/GET", throttle(30.0, 30));
    });
    assert_eq!(
        said(&twice, &around, "method-once")[0].0,
        "a1b2c3:prod has two throttles for /pets/GET, as /pets/GET and as ~1pets/GET: which one \
         applies is not known"
    );
    // So it is with the settings of a stage.
    let api = around.apis.get_mut("a1b2c3").unwrap();
    let Known::Read(stages) = &mut api.stages else {
        panic!("they are read");
    };
    let setting = |key| (MethodKey::as_read(key), throttle(300.0, 300));
    stages[0].throttles = vec![
        setting("pets/GET"),
        setting("~1pets/GET"),
        setting("cats/GET"),
    ];
    let plan = plan("p");
    assert_eq!(
        said(&plan, &around, "setting-without-method")[0].0,
        "a1b2c3:prod has a method setting for cats/GET, and the API has no such method: plangate \
         reckons without it"
    );
    assert_eq!(said(&plan, &around, "setting-twice").len(), 1);
    let api = around.apis.get_mut("a1b2c3").unwrap();
    let Known::Read(stages) = &mut api.stages else {
        panic!("they are read");
    };
    stages[0].throttles = vec![setting("pets/*"), setting("cats/*"), setting("")];
    let told = said(&plan, &around, "setting-without-method");
    let told: Vec<&str> = told.iter().map(|told| &*told.0).collect();
    for part in [
        "for pets/*: whether that means all methods of the resource is open",
        "for cats/*, and the API has no such method",
        "for an empty key, and the API has no such method",
    ] {
        assert!(
            told.iter().any(|told| told.contains(part)),
            "{part}: {told:?}"
        );
    }
}

/// What becomes of the calls decides, and not how odd a plan looks.
#[test]
fn the_level_is_what_becomes_of_the_calls() {
    type Edit = fn(&mut Settings);
    let cases: &[(&str, Level, Edit)] = &[
        ("zero-blocks", Level::Error, |s| {
            s.throttle = Some(throttle(0.0, 20));
        }),
        ("zero-blocks", Level::Error, |s| {
            s.quota = quota(0, Period::Day);
        }),
        ("dangling-stage", Level::Error, |s| {
            s.stages.insert(stage("gone"), [].into_iter().collect());
        }),
        ("throttle-without-method", Level::Error, |s| {
            set(s, "prod", "/cats/GET", throttle(1.0, 1));
        }),
        ("without-effect", Level::Error, |s| {
            set(s, "prod", "/pets/OPTIONS", throttle(1.0, 1));
        }),
        // It may throttle what it is meant to throttle.
        ("throttle-without-method", Level::Warning, |s| {
            set(s, "prod", "/pets/*", throttle(20.0, 20));
        }),
        // Calls are refused that the plan lets pass.
        ("without-effect", Level::Warning, |s| {
            set(s, "slow", "/pets/GET", throttle(61.0, 61));
        }),
        ("burst-covers-rate", Level::Warning, |s| {
            s.throttle = Some(throttle(20.0, 19));
        }),
        ("within-account", Level::Note, |s| {
            s.throttle = Some(throttle(10_001.0, 20));
        }),
        ("quota-too-soon", Level::Note, |s| {
            s.quota = quota(300_000, Period::Day);
        }),
        ("quota-out-of-reach", Level::Note, |s| {
            s.quota = quota(9_000_000, Period::Day);
        }),
        ("no-stages", Level::Note, |s| s.stages.clear()),
        ("no-limits", Level::Note, |s| {
            (s.throttle, s.quota) = (None, None);
        }),
    ];
    let around = around();
    for (rule, level, edit) in cases {
        let plans = [edited(edit)];
        let findings = lint(&inventory(&plans, &around));
        let found = findings.iter().find(|found| found.rule.id() == *rule);
        assert_eq!(found.map(|found| found.level), Some(*level), "{rule}");
    }
}

#[test]
fn keys_and_their_usage_weigh() {
    let around = around();
    let settings = edited(|s| s.stages.clear()).settings;
    let lint = PlanLint::for_plan(&settings, &around);
    let level = |keys, exhausting, rule: &str| {
        let found = lint.look_over(&settings, KeyCounts { keys, exhausting });
        let found = found.iter().find(|found| found.rule.id() == rule);
        found.map(|found| (found.level, found.message.clone()))
    };
    let level_of = |keys, rule| level(keys, 0, rule).map(|(level, _)| level);
    assert_eq!(level_of(None, "no-stages"), Some(Level::Note));
    assert_eq!(level_of(Some(0), "no-stages"), Some(Level::Note));
    assert_eq!(level_of(Some(0), "no-keys"), Some(Level::Note));
    // Somebody has a key that opens nothing.
    assert_eq!(level_of(Some(2), "no-stages"), Some(Level::Warning));
    assert_eq!(level_of(Some(2), "quota-too-soon"), None);
    let (weight, message) = level(Some(2), 2, "quota-too-soon").unwrap();
    assert_eq!(weight, Level::Warning);
    assert_eq!(
        message,
        "2 API keys use up the quota of 1M per DAY before it resets, by the usage so far"
    );
}

#[test]
fn what_is_silenced_is_counted_with_its_reason() {
    let around = around();
    let plans = [
        edited(|s| s.throttle = Some(throttle(20.0, 19))),
        edited(|s| s.throttle = Some(throttle(30.0, 19))),
        edited(|s| s.throttle = Some(throttle(0.0, 19))),
    ];
    let mut findings = lint(&inventory(&plans, &around));
    let before = findings.len();
    let rule = LintRule::Judged(Rule::BurstCoversRate);
    let silence: Silence = [(rule, "clients wait".to_owned())].into_iter().collect();
    let silenced = silence.apply(&mut findings);
    assert_eq!(findings.len(), before - 2);
    assert!(findings.iter().all(|found| found.rule != rule));
    assert_eq!(
        silenced.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["2 burst-covers-rate (clients wait)"]
    );
    let json: serde_json::Value = serde_json::from_str(&to_json(&[], &[], &silenced)).unwrap();
    let wanted = serde_json::json!([
        { "rule": "burst-covers-rate", "reason": "clients wait", "count": 2 }
    ]);
    assert_eq!(json["silenced"], wanted);
    assert_eq!(Silence::default().apply(&mut findings), []);
}
