//! Tests of keys and their plans.

use std::sync::Arc;

use super::*;
use crate::plan::model::account::Surroundings;

fn stage(name: &str) -> StageKey {
    StageKey::as_read("a1b2c3", name)
}

fn plan(name: &str, stages: &[&str]) -> UsagePlan {
    let stages = stages
        .iter()
        .map(|name| (stage(name), [].into_iter().collect()));
    UsagePlan {
        id: PlanId(format!("id-{name}")),
        settings: Settings {
            name: name.to_owned(),
            stages: stages.collect(),
            ..Settings::default()
        },
    }
}

/// An account: its plans, and the keys of those whose keys are known.
struct Account {
    plans: Vec<UsagePlan>,
    keys: HashMap<PlanId, Vec<ApiKey>>,
    all_keys: Vec<ApiKey>,
    around: Surroundings,
}

fn key(id: &str, enabled: Option<bool>) -> ApiKey {
    ApiKey {
        id: id.to_owned(),
        name: String::new(),
        enabled,
        customer: String::new(),
    }
}

/// A plan's name, its stages, and its keys where they are known.
type Sketch<'a> = (&'a str, &'a [&'a str], Option<&'a [&'a str]>);

fn account(plans: &[Sketch<'_>]) -> Account {
    let known = plans.iter().filter_map(|(name, _, keys)| {
        let keys = keys.as_ref()?.iter().map(|id| key(id, None));
        Some((plan(name, &[]).id, keys.collect()))
    });
    Account {
        keys: known.collect(),
        plans: plans
            .iter()
            .map(|(name, stages, _)| plan(name, stages))
            .collect(),
        all_keys: vec![key("off", Some(false)), key("k1", Some(true))],
        around: Surroundings::default(),
    }
}

impl Account {
    fn members(&self) -> Members<'_> {
        let keys = self.keys.iter();
        Members::of(&Inventory {
            plans: self.plans.iter().collect(),
            is_whole: true,
            around: &self.around,
            plan_keys: keys.map(|(plan, keys)| (plan, keys.as_slice())).collect(),
            api_keys: Some(&self.all_keys),
            exhausting: HashMap::new(),
        })
    }

    fn base(&self, name: &str) -> Arc<UsagePlan> {
        let found = self.plans.iter().find(|plan| plan.settings.name == name);
        Arc::new(found.unwrap().clone())
    }

    /// The findings on each aim, refusals with an exclamation mark.
    fn judge(&self, aims: &[Aim]) -> Vec<Vec<String>> {
        let text = |finding: &Finding| {
            let mark = if finding.refuses() { "!" } else { "" };
            let instead = match finding.instead.as_str() {
                "" => String::new(),
                instead => format!("; {instead}"),
            };
            format!("{}{mark}: {}{instead}", finding.rule.id(), finding.message)
        };
        let judged = self.members().judge(aims).into_iter();
        judged
            .map(|findings| findings.iter().map(text).collect())
            .collect()
    }

    fn judge_one(&self, aim: Aim) -> Vec<String> {
        self.judge(&[aim]).concat()
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn transfer(key: &str, from: Option<&str>, to: Option<&str>) -> Aim {
    let id = |name: &str| plan(name, &[]).id;
    Aim::Key {
        key: key.to_owned(),
        from: from.map(id),
        to: to.map(id),
    }
}

fn attach(key: &str, to: &str) -> Aim {
    transfer(key, None, Some(to))
}

fn two_tiers() -> Account {
    account(&[
        ("gold", &["prod", "beta"], Some(&["k1", "k2"])),
        ("silver", &["prod"], Some(&["k3"])),
        ("empty", &[], Some(&[])),
    ])
}

#[test]
fn a_key_is_in_one_plan_per_stage() {
    assert_eq!(
        two_tiers().judge_one(attach("k1", "silver")),
        [
            "key-once-per-stage!: the API key k1 is in gold, which has a1b2c3:prod too: a key \
             may be in one plan per stage only; move it from gold to silver"
        ]
    );
    assert_eq!(
        two_tiers().judge_one(attach("k1", "gold")),
        ["key-once!: the API key k1 is in gold already; leave it out"]
    );
    assert_eq!(two_tiers().judge_one(attach("new", "silver")), [""; 0]);
}

#[test]
fn a_move_tells_what_is_lost() {
    assert_eq!(
        two_tiers().judge_one(transfer("k1", Some("gold"), Some("silver"))),
        [
            "key-access: the API key k1 loses access to a1b2c3:beta",
            "key-gap: the API key k1 may be refused from leaving gold until a few minutes after \
             it has entered; move it when that hurts least",
        ]
    );
    assert_eq!(
        two_tiers().judge_one(transfer("k3", Some("silver"), None)),
        ["key-access: the API key k3 loses access to a1b2c3:prod"]
    );
    assert_eq!(
        two_tiers().judge_one(transfer("k3", Some("gold"), None))[0],
        "key-in-plan!: the API key k3 is not in gold; it is in silver"
    );
    assert_eq!(
        two_tiers().judge_one(transfer("k1", Some("gold"), Some("gold"))),
        ["key-once!: the API key k1 is in gold already; leave it out"]
    );
}

#[test]
fn notes_keys_and_plans_that_give_no_access() {
    assert_eq!(
        two_tiers().judge_one(attach("off", "empty")),
        [
            "key-enabled: the API key off is disabled: it gives no access; enable it",
            "plan-has-stages: empty has no stages: a key in it gives access to nothing; attach a \
             stage to it",
        ]
    );
}

#[test]
fn says_what_could_not_be_checked() {
    let account = account(&[
        ("gold", &["prod"], None),
        ("other", &["beta"], None),
        ("silver", &["prod"], Some(&[])),
    ]);
    assert_eq!(
        account.judge_one(attach("k1", "silver")),
        [
            "keys-known: whether the API key k1 is already in a plan of these stages could not \
             be checked: the keys of gold are not known; ask for the plans of the key first"
        ]
    );
    assert_eq!(
        account.judge_one(transfer("k1", Some("gold"), None))[0],
        "keys-known: whether the API key k1 is in gold could not be checked; read the keys of \
         gold first"
    );
    assert_eq!(
        account.judge_one(attach("k1", "unheard-of")),
        [
            "keys-known: the plan id-unheard-of is not known: nothing was checked there; read \
             the plans again"
        ]
    );
    // The service says in which plans a key is.
    let asked = account.members().with_plans_of("k1", &[]);
    assert_eq!(asked.judge(&[attach("k1", "silver")]), [[]]);
    let gold = [account.plans[0].id.clone()];
    let asked = account.members().with_plans_of("k1", &gold);
    let aims = [attach("k1", "silver")];
    let judged = asked.judge(&aims);
    assert!(judged[0].iter().any(Finding::refuses), "{judged:?}");
}

#[test]
fn a_sequence_is_judged_in_its_order() {
    let refused = |judged: &[Vec<String>]| -> Vec<bool> {
        let is_refused = |text: &String| text.split(':').next().unwrap().ends_with('!');
        judged
            .iter()
            .map(|all| all.iter().any(is_refused))
            .collect()
    };
    let tiers = two_tiers();
    // It may enter once it has left; what was refused was not done.
    let judged = tiers.judge(&[
        attach("k1", "silver"),
        transfer("k1", Some("gold"), None),
        attach("k1", "silver"),
        attach("k1", "silver"),
        transfer("k1", Some("gold"), Some("empty")),
    ]);
    assert_eq!(refused(&judged), [true, false, false, true, true]);
    // A plan that is deleted stands against nothing.
    let judged = tiers.judge(&[
        Aim::Delete {
            base: tiers.base("gold"),
            keys: Vec::new(),
        },
        attach("k1", "silver"),
    ]);
    assert_eq!(refused(&judged), [false, false]);
    // Nor does a stage that is detached; one that is attached does.
    let without = |stages: &[&str]| plan("silver", stages).settings;
    let update = |wanted| Aim::Update {
        base: tiers.base("silver"),
        wanted,
    };
    let judged = tiers.judge(&[update(without(&[])), attach("k1", "silver")]);
    assert_eq!(refused(&judged), [false, false]);
    let judged = tiers.judge(&[
        update(without(&[])),
        attach("k2", "silver"),
        update(without(&["prod"])),
    ]);
    assert_eq!(refused(&judged), [false, false, true]);
    assert_eq!(
        judged[2],
        [
            "key-once-per-stage!: an API key is both in silver and in gold, which has \
             a1b2c3:prod already: a key may be in one plan per stage only; take the keys out of \
             gold before, or leave a1b2c3:prod"
        ]
    );
    // New plans are told apart from each other.
    let new = |name: &str| Aim::Create {
        wanted: plan(name, &["dev"]).settings,
        keys: vec!["k9".to_owned()],
    };
    assert_eq!(
        refused(&tiers.judge(&[new("one"), new("two")])),
        [false, true]
    );
}

#[test]
fn an_eleventh_plan_is_a_warning() {
    let names: Vec<_> = (0..11).map(|n| format!("plan{n}")).collect();
    let stages: Vec<_> = (0..11).map(|n| [format!("stage{n}")]).collect();
    let stages: Vec<[&str; 1]> = stages.iter().map(|[name]| [name.as_str()]).collect();
    let one = |n: usize| {
        let keys: &[&str] = if n < 10 { &["k"] } else { &[] };
        (names[n].as_str(), &stages[n][..], Some(keys))
    };
    let plans: Vec<_> = (0..11).map(one).collect();
    let account = account(&plans);
    assert_eq!(
        account.judge_one(attach("k", "plan10")),
        [
            "plans-per-key: the API key k would be in 11 plans: AWS allows 10 unless it was \
             raised; ask AWS for more (Service Quotas, L-985EB478), or take it out of some"
        ]
    );
    let of_key = account.members().plans_of("k").plans.len();
    assert_eq!(of_key, 10);
    let moved = account.judge_one(transfer("k", Some("plan0"), Some("plan10")));
    assert!(!moved.concat().contains("plans-per-key"), "{moved:?}");
}

#[test]
fn tells_the_plans_of_a_key() {
    let names = |plans: &PlansOf<'_>| -> Vec<String> {
        let plans = plans.plans.iter();
        plans.map(|plan| plan.settings.name.clone()).collect()
    };
    let tiers = two_tiers();
    let of_k1 = tiers.members().plans_of("k1");
    assert_eq!(
        (names(&of_k1), of_k1.is_complete),
        (vec!["gold".to_owned()], true)
    );
    let open = account(&[("gold", &[], None), ("silver", &[], Some(&["k1"]))]);
    let of_k1 = open.members().plans_of("k1");
    assert_eq!(
        (names(&of_k1), of_k1.is_complete),
        (vec!["silver".to_owned()], false)
    );
}

#[test]
fn tells_what_a_deletion_means() {
    let tiers = account(&[
        ("gold", &["prod", "beta"], Some(&["k1", "k2"])),
        // Against the rule, but so it is.
        ("silver", &["prod"], Some(&["k2"])),
        ("unread", &["prod"], None),
    ]);
    let members = tiers.members();
    let deletion = members.deletion(&tiers.plans[0], &[]);
    assert_eq!(
        deletion,
        Deletion {
            stages: vec![stage("beta"), stage("prod")],
            keys: Some(owned(&["k1", "k2"])),
            losses: [
                (stage("beta"), owned(&["k1", "k2"])),
                (stage("prod"), owned(&["k1"])),
            ]
            .into(),
        }
    );
    let unread = |noted: &[String]| members.deletion(&tiers.plans[2], noted);
    assert_eq!(unread(&[]).keys, None);
    let noted = unread(&owned(&["k7"]));
    assert_eq!(noted.keys, Some(owned(&["k7"])));
    assert_eq!(noted.losses, [(stage("prod"), owned(&["k7"]))].into());
    let delete = |name| Aim::Delete {
        base: tiers.base(name),
        keys: Vec::new(),
    };
    assert_eq!(
        tiers.judge(&[delete("gold"), delete("unread")]),
        [
            vec![
                "key-access: 2 API keys lose access to a1b2c3:beta: k1, k2",
                "key-access: 1 API key loses access to a1b2c3:prod: k1",
                "keys-known: whether another plan gives these API keys the same stages could \
                 not be checked: the keys of unread are not known; they keep access where one \
                 does",
            ],
            vec![
                "keys-known: which API keys lose access could not be checked; read the keys of \
                 the plan first"
            ],
        ]
    );
}

#[test]
fn tells_who_loses_a_stage_that_is_detached() {
    let tiers = account(&[
        ("gold", &["prod", "beta"], Some(&["k1", "k2"])),
        // Against the rule, but so it is.
        ("silver", &["prod"], Some(&["k2"])),
        ("unread", &["dev"], None),
    ]);
    let detach = |name: &str, left: &[&str]| Aim::Update {
        base: tiers.base(name),
        wanted: plan(name, left).settings,
    };
    assert_eq!(
        tiers.judge_one(detach("gold", &[])),
        [
            "key-access: 2 API keys lose access to a1b2c3:beta: k1, k2",
            "key-access: 1 API key loses access to a1b2c3:prod: k1",
        ]
    );
    assert_eq!(
        tiers.judge_one(detach("unread", &[])),
        [
            "keys-known: which API keys lose access to a1b2c3:dev could not be checked; read the \
             keys of unread first"
        ]
    );
    assert_eq!(tiers.judge_one(detach("gold", &["prod", "beta"])), [""; 0]);
}

#[test]
fn a_key_that_cannot_enter_moves_instead() {
    let tiers = account(&[
        ("gold", &["prod"], Some(&["k1", "k2"])),
        ("bronze", &["beta"], Some(&["k1"])),
        ("silver", &["prod", "beta"], Some(&[])),
    ]);
    let members = tiers.members();
    assert_eq!(
        members.by_moving(&attach("k2", "silver")),
        Some(vec![transfer("k2", Some("gold"), Some("silver"))])
    );
    // Of two plans it leaves one and moves from the other, and that may be done.
    let both = members.by_moving(&attach("k1", "silver")).unwrap();
    assert_eq!(both.len(), 2);
    assert!(!members.judge(&both).concat().iter().any(Finding::refuses));
    let moves = transfer("k1", Some("gold"), Some("silver"));
    let mended = members.by_moving(&moves).unwrap();
    assert_eq!(mended, [transfer("k1", Some("bronze"), None), moves]);
    // Nothing of that kind stands against these.
    assert_eq!(members.by_moving(&attach("k3", "silver")), None);
    assert_eq!(members.by_moving(&attach("k1", "gold")), None);
}

#[test]
fn a_key_is_called_by_its_name() {
    let mut tiers = two_tiers();
    tiers.all_keys[1].name = "app".to_owned();
    assert_eq!(
        tiers.judge_one(attach("k1", "gold")),
        ["key-once!: the API key app (k1) is in gold already; leave it out"]
    );
}
