use super::cases::{given, method, stage};
use super::*;
use crate::plan::model::account::{ApiMethod, ApiReading};

fn throttle(rate: f64, burst: i32) -> Throttle {
    Throttle::new(Rate::as_read(rate), Count::as_read(burst))
}

fn key(text: &str) -> MethodKey {
    MethodKey::as_read(text)
}

/// Two APIs. The first has stages `prod` and `beta`, the second `prod`.
fn account() -> (Settings, Surroundings) {
    let stage_of = |api: &str, name: &str, throttles: &[(&str, Throttle)]| Stage {
        key: StageKey::as_read(api, name),
        throttles: throttles.iter().map(|(text, t)| (key(text), *t)).collect(),
    };
    let methods = |methods: &[(&str, bool)]| {
        let method = |(text, needs_key): &(&str, bool)| ApiMethod {
            key: key(text),
            needs_key: *needs_key,
        };
        Known::Read(methods.iter().map(method).collect())
    };
    let pay = ApiReading {
        stages: Known::Read(vec![
            stage_of(
                "pay",
                "prod",
                &[
                    ("*/*", throttle(500.0, 1000)),
                    ("/orders/POST", throttle(20.0, 20)),
                ],
            ),
            stage_of("pay", "beta", &[]),
        ]),
        methods: methods(&[
            ("/admin/ANY", true),
            ("/health/GET", false),
            ("/orders/GET", true),
            ("/orders/POST", true),
        ]),
    };
    let cat = ApiReading {
        stages: Known::Read(vec![stage_of("cat", "prod", &[])]),
        methods: methods(&[("//GET", true), ("/items/GET", true)]),
    };
    let own = [
        (key("/orders/GET"), throttle(50.0, 100)),
        (key("/admin/ANY"), throttle(0.0, 0)),
        (key("/old/GET"), throttle(5.0, 5)),
        (key("/health/GET"), throttle(1.0, 1)),
    ];
    let settings = Settings {
        name: "gold".to_owned(),
        throttle: Some(throttle(100.0, 200)),
        stages: [
            (StageKey::as_read("pay", "prod"), own.into_iter().collect()),
            (StageKey::as_read("pay", "beta"), [].into_iter().collect()),
            (StageKey::as_read("cat", "prod"), [].into_iter().collect()),
            (StageKey::as_read("cat", "gone"), [].into_iter().collect()),
        ]
        .into_iter()
        .collect(),
        ..Settings::default()
    };
    let limits = AccountLimits {
        throttle: Some(throttle(10_000.0, 5000)),
    };
    let around = Surroundings {
        account: Known::Read(limits),
        apis: [("pay".to_owned(), pay), ("cat".to_owned(), cat)].into(),
    };
    (settings, around)
}

fn shown(cell: &Cell) -> String {
    let values = match (cell.rate, cell.burst) {
        (Some(rate), Some(burst)) => {
            format!("{}/{}{}", rate.value, burst.value, rate.rank.letter())
        }
        _ => "-".to_owned(),
    };
    match cell.reach {
        Reach::Metered if cell.is_blocked() => format!("{values} blocked"),
        Reach::Metered => values,
        other => format!("{other:?}"),
    }
}

#[test]
fn every_kind_of_cell_is_told_apart() {
    let (settings, around) = account();
    let matrix = Matrix::of(&settings, None, &around);
    let rows: Vec<_> = matrix.rows.iter().map(MethodKey::as_str).collect();
    assert_eq!(
        rows,
        [
            "*/*",
            "//GET",
            "/admin/ANY",
            "/health/GET",
            "/items/GET",
            "/old/GET",
            "/orders/GET",
            "/orders/POST",
        ]
    );
    let columns: Vec<_> = matrix
        .columns
        .iter()
        .map(|column| column.stage.to_string())
        .collect();
    assert_eq!(columns, ["cat:gone", "cat:prod", "pay:beta", "pay:prod"]);
    assert!(matrix.columns[0].is_dangling && !matrix.columns[1].is_dangling);
    let cells = |row: usize| {
        matrix
            .row(row)
            .map(|cell| shown(&cell.now))
            .collect::<Vec<_>>()
    };
    assert_eq!(cells(0), ["Dangling", "100/200P", "100/200P", "100/200P"]);
    assert_eq!(
        cells(1),
        ["Dangling", "100/200P", "NotOnStage", "NotOnStage"]
    );
    assert_eq!(
        cells(2),
        ["Dangling", "NotOnStage", "100/200P", "0/0M blocked"]
    );
    assert_eq!(
        cells(3),
        ["Dangling", "NotOnStage", "Unmetered", "Unmetered"]
    );
    assert_eq!(
        cells(5),
        ["Dangling", "NotOnStage", "NotOnStage", "NoSuchMethod"]
    );
    assert_eq!(cells(6), ["Dangling", "NotOnStage", "100/200P", "50/100M"]);
    assert_eq!(cells(7), ["Dangling", "NotOnStage", "100/200P", "20/20S"]);
    // Without a key only the stage and the account hold.
    let open = effective(
        &settings,
        &StageKey::as_read("pay", "prod"),
        &key("/health/GET"),
        &around,
    );
    assert_eq!(
        open.rate,
        Some(Bound {
            value: Rate::as_read(500.0),
            rank: Rank::StageDefault
        })
    );
    assert_eq!(open.plan_key, None);
    assert!(!matrix.cell(3, 3).unwrap().now.is_blocked());
    assert_eq!(matrix.cell(0, 4), None);
    assert_eq!(matrix.cell(8, 0), None);
}

#[test]
fn every_cell_is_what_its_chain_says() {
    let (settings, around) = account();
    let matrix = Matrix::of(&settings, None, &around);
    for (column, head) in matrix.columns.iter().enumerate() {
        for (row, method) in matrix.rows.iter().enumerate() {
            let chain = effective(&settings, &head.stage, method, &around);
            let cell = matrix.cell(row, column).unwrap().now;
            let expected = (chain.reach, chain.rate, chain.burst, chain.is_certain);
            assert_eq!(
                (cell.reach, cell.rate, cell.burst, cell.is_certain),
                expected
            );
            assert!(!chain.sentence().is_empty() && !chain.answer().is_empty());
        }
    }
}

#[test]
fn staged_cells_stand_beside_the_current_ones() {
    let (now, around) = account();
    let mut staged = now.clone();
    staged.stages.remove(&StageKey::as_read("cat", "prod"));
    staged
        .stages
        .insert(StageKey::as_read("new", "prod"), [].into_iter().collect());
    let methods = staged
        .stages
        .get_mut(&StageKey::as_read("pay", "beta"))
        .unwrap();
    methods.insert(key("/orders/GET"), throttle(7.0, 8));
    let matrix = Matrix::of(&now, Some(&staged), &around);
    let column = |api: &str| matrix.column_of(&StageKey::as_read(api, "prod")).unwrap();
    let beta = matrix.column_of(&StageKey::as_read("pay", "beta")).unwrap();
    let row = matrix.row_of(&key("/orders/GET")).unwrap();
    let cell = matrix.cell(row, beta).unwrap();
    assert_eq!(
        (shown(&cell.now), shown(&cell.staged)),
        ("100/200P".to_owned(), "7/8M".to_owned())
    );
    assert!(cell.is_changed());
    let gone = &matrix.columns[column("cat")];
    assert!(gone.is_attached && !gone.stays);
    let new = &matrix.columns[column("new")];
    assert!(!new.is_attached && new.stays && !new.is_dangling);
    assert_eq!(
        matrix.cell(row, column("new")).unwrap().staged.reach,
        Reach::Unknown
    );
    // Where whole stages come and go every row changes.
    assert_eq!(matrix.changed().len(), matrix.rows.len());
    let mut slower = now.clone();
    slower.throttle = Some(throttle(30.0, 200));
    let matrix = Matrix::of(&now, Some(&slower), &around);
    let changed = matrix.changed();
    let changed: Vec<_> = changed
        .iter()
        .map(|row| matrix.rows[*row].as_str())
        .collect();
    assert_eq!(
        changed,
        [
            "*/*",
            "//GET",
            "/admin/ANY",
            "/items/GET",
            "/orders/GET",
            "/orders/POST"
        ]
    );
    assert!(Matrix::of(&now, Some(&now), &around).changed().is_empty());
}

#[test]
fn sorts_and_narrows() {
    let (settings, around) = account();
    let matrix = Matrix::of(&settings, None, &around);
    let names = |rows: Vec<usize>| {
        rows.into_iter()
            .map(|row| matrix.rows[row].as_str().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(matrix.tightest()),
        [
            "/admin/ANY",
            "/orders/POST",
            "/orders/GET",
            "*/*",
            "//GET",
            "/items/GET",
            "/health/GET",
            "/old/GET",
        ]
    );
    assert_eq!(
        names(matrix.unlike_default()),
        [
            "/admin/ANY",
            "/health/GET",
            "/old/GET",
            "/orders/GET",
            "/orders/POST"
        ]
    );
    // pay:beta and pay:prod.
    assert_eq!(
        names(matrix.between(2, 3)),
        [
            "/admin/ANY",
            "/health/GET",
            "/old/GET",
            "/orders/GET",
            "/orders/POST"
        ]
    );
    assert!(matrix.between(2, 99).is_empty());
    assert_eq!(matrix.scale(), LogScale { low: 1, high: 2 });
}

#[test]
fn what_is_withheld_shows_cell_by_cell() {
    let (settings, mut around) = account();
    around.apis.get_mut("pay").unwrap().stages = Known::NotPermitted;
    around.apis.get_mut("cat").unwrap().methods = Known::NotYet;
    let matrix = Matrix::of(&settings, None, &around);
    let pay = matrix.cell(0, 3).unwrap().now;
    assert!(pay.missing == Some(MissingLimit::Withheld) && !pay.is_certain);
    let cat = matrix.cell(0, 1).unwrap().now;
    assert!(cat.missing.is_none() && cat.is_certain);
    let row = matrix.row_of(&key("/orders/GET")).unwrap();
    assert_eq!(matrix.cell(row, 1).unwrap().now.reach, Reach::Unknown);
    let chain = effective(
        &settings,
        &StageKey::as_read("pay", "prod"),
        &key("/orders/GET"),
        &around,
    );
    assert_eq!(
        chain.sentence(),
        "the plan's method throttle applies: 50 requests/s, burst 100, unless a lower one stands \
         where none could be read: stage's method setting, stage's default"
    );
}

#[test]
fn a_default_for_every_method_of_a_stage() {
    let (mut settings, around) = account();
    let prod = StageKey::as_read("cat", "prod");
    settings.stages.insert(
        prod.clone(),
        [(key("*/*"), throttle(9.0, 9))].into_iter().collect(),
    );
    for method in ["*/*", "//GET", "/items/GET"] {
        let chain = effective(&settings, &prod, &key(method), &around);
        assert_eq!(chain.plan_key, Some(key("*/*")), "{method}");
        assert_eq!(chain.rate.unwrap().rank, Rank::PlanMethod);
    }
    let prod = StageKey::as_read("pay", "prod");
    let chain = effective(&settings, &prod, &key("*/*"), &around);
    assert_eq!(
        chain.links[2].rate,
        LimitHalf::NotSet,
        "*/* is the default, not a method's setting"
    );
    assert_eq!(chain.links[3].rate, LimitHalf::Set(Rate::as_read(500.0)));
}

#[test]
fn says_what_would_allow_more() {
    let chain = |line: &str| {
        let (settings, around) = given(line);
        effective(&settings, &stage(), &method(), &around)
    };
    let plain = chain("- - 7/8 - 11/12 20/20");
    assert_eq!(
        plain.sentence(),
        "the plan's throttle applies: 7 requests/s, burst 8"
    );
    assert_eq!(
        plain.to_allow_more(),
        [
            "raise the rate of the plan's throttle, 7; the next limit is the stage's default: 11",
            "raise the burst of the plan's throttle, 8; the next limit is the stage's default: 12",
        ]
    );
    let mixed = chain("- - 99/8 - 11/12 10/20");
    assert_eq!(
        mixed.sentence(),
        "the rate of 10 requests/s is the account's limit, the burst of 8 is the plan's throttle"
    );
    assert_eq!(
        mixed.to_allow_more()[0],
        "ask AWS for more than the account's rate of 10 (Service Quotas, L-8A5B8E43)"
    );
    let blocked = chain("0/0 - 7/8 - - 20/20");
    assert!(blocked.is_blocked());
    assert!(blocked.sentence().starts_with("blocked: "));
    assert!(blocked.answer().starts_with("429"));
    assert!(chain("- - 9/9 9/9 - 20/20").to_allow_more()[0].contains("which is 9 as well"));
    assert_eq!(
        chain("- - - - - -").to_allow_more(),
        <[String; 0]>::default()
    );
    let mut limited = plain;
    limited.quota = Some(Quota::new(
        Count::as_read(1000),
        crate::plan::Period::Day,
        Count::ZERO,
    ));
    assert!(
        limited.answer().contains("Limit Exceeded")
            && limited.answer().contains("1,000 requests per DAY")
    );
}

#[test]
fn all_keys_at_once() {
    let chain = |line: &str| {
        let (settings, around) = given(line);
        effective(&settings, &stage(), &method(), &around)
    };
    let fleet = chain("50/99 - 100/200 - 500/1000 10000/5000").fleet(38);
    assert_eq!(fleet.per_key, Some(Rate::as_read(50.0)));
    assert_eq!(fleet.together, Some(1900.0));
    let busy: Vec<_> = fleet
        .against
        .iter()
        .map(|a| (a.rank, a.busy_keys, a.times))
        .collect();
    assert_eq!(
        busy,
        [
            (Rank::StageDefault, Some(10), Some(3.8)),
            (Rank::Account, Some(200), Some(0.19)),
        ]
    );
    assert_eq!(
        fleet.sentences(),
        [
            "38 x 50 = 1,900 requests/s against the 500 of the stage's default; 10 busy keys \
             exhaust it: oversubscribed 3.8 times, and then all clients are refused",
            "38 x 50 = 1,900 requests/s against the 10,000 of the account's limit; 200 busy keys \
             exhaust it",
        ]
    );
    let odd = chain("- - 300/9 - 500/1000 -").fleet(1);
    assert_eq!(odd.against[0].busy_keys, Some(2), "one key cannot, two can");
    let open = chain("- - - - 500/1000 -").fleet(5);
    assert_eq!((open.per_key, open.against[0].busy_keys), (None, Some(1)));
    let blocked = chain("- - 0/0 - 500/1000 -").fleet(5);
    assert_eq!(blocked.against[0].busy_keys, None);
}

#[test]
fn the_buckets_on_the_way() {
    let buckets = |line: &str| {
        let (settings, around) = given(line);
        let chain = effective(&settings, &stage(), &method(), &around);
        let buckets = chain.buckets().into_iter();
        buckets
            .map(|(rank, bucket)| format!("{} {}", rank.letter(), bucket.tokens()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        buckets("5/6 - 7/8 9/10 11/12 20/21"),
        // The plan's may count beside its method throttle.
        ["M 6", "P 8", "S 10", "A 21"]
    );
    // A burst that is not known: the one that holds stands in.
    assert_eq!(buckets("- - 7/8 - 11/- 20/21"), ["P 8", "D 8", "A 21"]);
    assert_eq!(buckets("- - 7/8 - 11/-1 20/21"), ["P 8", "D 8", "A 21"]);
    // A stage's 0 is set: nothing gets through its bucket.
    assert_eq!(buckets("- - 7/8 - 11/0 20/21"), ["P 8", "D 0", "A 21"]);
    assert_eq!(buckets("- - - - - 20/0"), <[&str; 0]>::default());
}

fn told(seen: &Observed, settings: &Settings, around: &Surroundings) -> Vec<String> {
    let explanations = explain(settings, around, seen).into_iter();
    explanations
        .map(|e| format!("{:?} {}", e.likelihood, e.cause.name()))
        .collect()
}

#[test]
fn explains_what_a_client_saw() {
    let (mut settings, around) = account();
    let at = |body: &str, rate: Option<f64>| Observed {
        body: Body::parse(body),
        stage: Some(StageKey::as_read("pay", "prod")),
        method: Some(key("/orders/GET")),
        rate: rate.map(Rate::as_read),
        key: ObservedKey::default(),
    };
    let throttled = at("{\"message\":\"Too Many Requests\"}", Some(80.0));
    assert_eq!(
        told(&throttled, &settings, &around),
        [
            "Explains plan's method throttle",
            // It may count beside the method throttle.
            "Possible plan's throttle",
            "Possible stage's default",
            "Possible account",
            "RuledOut API key",
            "RuledOut stage",
            "RuledOut stage's method setting",
            "RuledOut plan's quota",
        ]
    );
    let slow = at("too many requests", Some(10.0));
    assert_eq!(
        told(&slow, &settings, &around)[0],
        "Possible plan's method throttle"
    );
    // No throttle says Limit Exceeded, and this plan has no quota.
    let exceeded = at("Limit Exceeded", None);
    assert!(
        told(&exceeded, &settings, &around)
            .iter()
            .all(|told| told.starts_with("RuledOut"))
    );
    settings.quota = Some(Quota::new(
        Count::as_read(5),
        crate::plan::Period::Day,
        Count::ZERO,
    ));
    assert_eq!(
        told(&exceeded, &settings, &around)[0],
        "Explains plan's quota"
    );
    let mut left = exceeded.clone();
    left.key.remaining = Some(3);
    assert_eq!(told(&left, &settings, &around)[0], "Possible plan's quota");
    let mut forbidden = at("Forbidden", None);
    assert_eq!(told(&forbidden, &settings, &around)[0], "Possible API key");
    forbidden.key.is_enabled = Some(false);
    assert_eq!(told(&forbidden, &settings, &around)[0], "Explains API key");
    forbidden.key = ObservedKey {
        is_in_plan: Some(true),
        is_enabled: Some(true),
        remaining: None,
    };
    forbidden.stage = Some(StageKey::as_read("other", "prod"));
    assert_eq!(told(&forbidden, &settings, &around)[0], "Explains stage");
    assert_eq!(Body::parse("Internal server error"), None);
}

#[test]
fn explains_without_stage_or_method() {
    let (settings, around) = account();
    let mut seen = Observed {
        body: Some(Body::TooManyRequests),
        rate: Some(Rate::as_read(30.0)),
        ..Observed::default()
    };
    let all = told(&seen, &settings, &around);
    assert_eq!(
        all[..2],
        [
            "Explains plan's method throttle",
            "Explains stage's method setting"
        ]
    );
    assert!(all.contains(&"Possible plan's throttle".to_owned()));
    seen.stage = Some(StageKey::as_read("pay", "beta"));
    let beta = told(&seen, &settings, &around);
    assert_eq!(beta[0], "Possible plan's throttle");
    // A request to a path that the API serves with ANY.
    seen.stage = Some(StageKey::as_read("pay", "prod"));
    seen.method = Some(key("/admin/DELETE"));
    let explained = explain(&settings, &around, &seen);
    assert_eq!(explained[0].cause, Cause::Throttle(Rank::PlanMethod));
    assert!(explained[0].sentence.contains("blocks"));
}
