//! Tests of tweaks.

use proptest::prelude::*;

use super::*;
use crate::plan::model::api_names::ApiNames;
use crate::plan::model::arbitrary::{count, method_key, rate, settings, stage_key};
use crate::plan::{apply, diff};

fn stage(name: &str) -> StageKey {
    StageKey::as_read("a1b2c3", name)
}

fn throttle(rate: f64, burst: i32) -> Throttle {
    Throttle::new(Rate::as_read(rate), Count::as_read(burst))
}

fn quota(limit: i32, period: Period, offset: i32) -> Quota {
    Quota::new(Count::as_read(limit), period, Count::as_read(offset))
}

fn gold() -> Settings {
    let get_pets = (MethodKey::as_read("/pets/GET"), throttle(5.0, 10));
    Settings {
        name: "gold".to_owned(),
        description: "text".to_owned(),
        throttle: Some(throttle(100.0, 200)),
        quota: Some(quota(1000, Period::Month, 20)),
        stages: [(stage("prod"), [get_pets].into_iter().collect())]
            .into_iter()
            .collect(),
        tags: [("team".to_owned(), "pay".to_owned())]
            .into_iter()
            .collect(),
        ..Settings::default()
    }
}

fn bare() -> Settings {
    Settings {
        name: "bare".to_owned(),
        ..Settings::default()
    }
}

/// What a line changes, as the operations and the tags, or the reason against it.
fn does(line: &str, settings: &Settings) -> Result<Vec<String>, String> {
    let tweak = Tweak::parse(line).unwrap_or_else(|fault| panic!("{line}: {fault}"));
    let edited = match tweak.apply(settings) {
        Ok(Tweaked::Changed(edited)) => edited,
        Ok(Tweaked::AsItIs) => return Ok(vec!["as it is".to_owned()]),
        Err(reason) => return Err(reason.to_string()),
    };
    let operation = |operation: crate::plan::PatchOperation| {
        let value = operation.value.unwrap_or_default();
        format!("{} {} {value}", operation.op.as_str(), operation.path)
            .trim_end()
            .to_owned()
    };
    let mut done: Vec<_> = diff(settings, &edited).into_iter().map(operation).collect();
    if edited.tags != settings.tags {
        let tags: BTreeMap<_, _> = edited.tags.iter().collect();
        done.push(format!("tags {tags:?}"));
    }
    Ok(done)
}

#[test]
fn changes_what_it_says() {
    let cases: &[(&str, &[&str])] = &[
        ("rate 200", &["replace /throttle/rateLimit 200"]),
        (
            "RATE 200, Burst 400",
            &[
                "replace /throttle/rateLimit 200",
                "replace /throttle/burstLimit 400",
            ],
        ),
        ("rate x2", &["replace /throttle/rateLimit 200"]),
        ("rate x 1.5", &["replace /throttle/rateLimit 150"]),
        ("rate + 20%", &["replace /throttle/rateLimit 120"]),
        ("rate -10%", &["replace /throttle/rateLimit 90"]),
        ("rate +50", &["replace /throttle/rateLimit 150"]),
        ("burst 2k", &["replace /throttle/burstLimit 2000"]),
        ("burst 1,000,", &["replace /throttle/burstLimit 1000"]),
        ("quota +20%", &["replace /quota/limit 1200"]),
        ("quota 1.5M/month", &["replace /quota/limit 1500000"]),
        ("quota 1500 / MONTH", &["replace /quota/limit 1500"]),
        ("quota 1500 per month", &["replace /quota/limit 1500"]),
        (
            "quota 5000/day offset 0",
            &[
                "replace /quota/period DAY",
                "replace /quota/limit 5000",
                "replace /quota/offset 0",
            ],
        ),
        (
            "quota x2 period week offset 3",
            &[
                "replace /quota/period WEEK",
                "replace /quota/limit 2000",
                "replace /quota/offset 3",
            ],
        ),
        ("no quota", &["remove /quota"]),
        ("no throttle", &["remove /throttle"]),
        ("attach a1b2c3:beta", &["add /apiStages a1b2c3:beta"]),
        ("detach a1b2c3:prod", &["remove /apiStages a1b2c3:prod"]),
        (
            "tag cost=\"4, 5\" no tag team",
            &["tags {\"cost\": \"4, 5\"}"],
        ),
        (
            "tag \"a=b\"=c tag team=\"\"",
            &["tags {\"a=b\": \"c\", \"team\": \"\"}"],
        ),
        (
            "description \"for \\\"partners\\\"\"",
            &["replace /description for \"partners\""],
        ),
        ("no description", &["replace /description"]),
        (
            "a1b2c3:prod get /pets rate 50 burst x2",
            &[
                r#"replace /apiStages/a1b2c3:prod/throttle {"/pets/GET":{"rateLimit":50.0,"burstLimit":20}}"#,
            ],
        ),
        (
            "rate 200 a1b2c3:prod */* rate 1 burst 2 a1b2c3:prod /pets/GET no throttle",
            &[
                "replace /throttle/rateLimit 200",
                r#"replace /apiStages/a1b2c3:prod/throttle {"*/*":{"rateLimit":1.0,"burstLimit":2}}"#,
            ],
        ),
        (
            "attach a1b2c3:beta, a1b2c3:beta ANY / rate 1, burst 2",
            &[
                "add /apiStages a1b2c3:beta",
                r#"replace /apiStages/a1b2c3:beta/throttle {"//ANY":{"rateLimit":1.0,"burstLimit":2}}"#,
            ],
        ),
        ("rate 300/s", &["replace /throttle/rateLimit 300"]),
        ("rate 300 / s", &["replace /throttle/rateLimit 300"]),
        (
            "rate 300 requests per second burst 400",
            &[
                "replace /throttle/rateLimit 300",
                "replace /throttle/burstLimit 400",
            ],
        ),
        ("rate 300 rps", &["replace /throttle/rateLimit 300"]),
        ("rate /2", &["replace /throttle/rateLimit 50"]),
        ("rate / 2", &["replace /throttle/rateLimit 50"]),
        ("rate −10 %", &["replace /throttle/rateLimit 90"]),
        ("rate １５０", &["replace /throttle/rateLimit 150"]),
        ("burst 1\u{202f}000", &["replace /throttle/burstLimit 1000"]),
        ("burst 1’000", &["replace /throttle/burstLimit 1000"]),
        ("burst 2 thousand", &["replace /throttle/burstLimit 2000"]),
        (
            "quota 1 million requests per month",
            &["replace /quota/limit 1000000"],
        ),
        ("quota 20k/mo", &["replace /quota/limit 20000"]),
        ("quota /2", &["replace /quota/limit 500"]),
        (
            "quota WEEK offset 3",
            &["replace /quota/period WEEK", "replace /quota/offset 3"],
        ),
        ("quota none", &["remove /quota"]),
        ("rate none", &["remove /throttle"]),
        (
            "rate unlimited, quota 2000",
            &["remove /throttle", "replace /quota/limit 2000"],
        ),
        ("rate 100", &["as it is"]),
        ("quota 1k, tag team=pay", &["as it is"]),
    ];
    for (line, operations) in cases {
        let operations = operations.iter().map(ToString::to_string).collect();
        assert_eq!(does(line, &gold()), Ok(operations), "{line}");
    }
}

#[test]
fn gives_a_plan_what_it_does_not_have_only_whole() {
    let both = [
        "add /throttle/rateLimit 200",
        "add /throttle/burstLimit 400",
    ];
    let both = both.map(ToOwned::to_owned).to_vec();
    assert_eq!(does("rate 200 burst 400", &bare()), Ok(both));
    let quota = ["add /quota/period DAY", "add /quota/limit 5000"];
    let quota = quota.map(ToOwned::to_owned).to_vec();
    assert_eq!(does("quota 5k/day", &bare()), Ok(quota.clone()));
    assert_eq!(does("period day quota 5000", &bare()), Ok(quota));
    for line in ["no quota", "no throttle", "no quota, no throttle"] {
        let as_it_is = Ok(vec!["as it is".to_owned()]);
        assert_eq!(does(line, &bare()), as_it_is, "{line}");
    }
}

#[test]
fn says_why_it_does_not_fit() {
    let bare_plan = [
        ("rate x2", "has no rate limit to change; say both"),
        ("rate 200 burst +10%", "has no burst limit to change"),
        (
            "rate 200",
            "has no burst limit yet, and none is given; say both rate and burst: rate 200",
        ),
        (
            "quota +20%",
            "has no quota limit to change; say quota 5000/day",
        ),
        ("quota 1000", "has no quota period yet"),
        ("period week", "has no quota limit yet"),
        ("offset 3", "has no quota limit yet"),
        ("attach x:y, no tag team", "has no tag team"),
    ];
    let gold_plan = [
        (
            "rate -200",
            "has the rate limit 100, which does not take -200: below 0",
        ),
        (
            "burst x20M",
            "has the burst limit 200, which does not take x20000000: too large",
        ),
        ("detach a1b2c3:beta", "does not have the stage a1b2c3:beta"),
        ("attach a1b2c3:prod", "has the stage a1b2c3:prod already"),
        (
            "a1b2c3:beta GET /pets rate 1 burst 1",
            "does not have the stage",
        ),
        (
            "a1b2c3:prod PUT /pets no throttle",
            "has no throttle for a1b2c3:prod /pets/PUT",
        ),
        (
            "a1b2c3:prod PUT /pets rate 5",
            "has no a1b2c3:prod /pets/PUT burst limit yet",
        ),
        (
            "detach a1b2c3:prod a1b2c3:prod GET /pets rate 1",
            "does not have the stage",
        ),
        ("period week", "WEEK does not take an offset of 20; 0 to 6"),
        ("tag aws:x=1", "the tag aws:x is AWS's own"),
    ];
    let cases = bare_plan.map(|case| (bare(), case)).into_iter();
    for (plan, (line, reason)) in cases.chain(gold_plan.map(|case| (gold(), case))) {
        let said = does(line, &plan).unwrap_err();
        assert!(said.contains(reason), "{line}: {said}");
    }
}

#[test]
fn judges_only_what_it_changes() {
    let mut broken = gold();
    broken.name = String::new();
    broken.quota = Some(quota(5, Period::Other("YEAR".to_owned()), -3));
    assert!(does("rate 5", &broken).is_ok());
    let kept = Ok(vec!["replace /quota/limit 10".to_owned()]);
    assert_eq!(does("quota x2", &broken), kept);
    let said = does("quota 5/week", &broken).unwrap_err();
    assert!(
        said.contains("WEEK does not take an offset of -3"),
        "{said}"
    );
}

/// What stands in the place of the fault, and what is said about it.
fn fault(line: &str) -> (String, bool, String) {
    let fault = Tweak::parse(line).unwrap_err();
    let place = line[fault.range.clone()].to_owned();
    (place, fault.is_unfinished(), fault.to_string())
}

#[test]
fn a_line_that_is_not_finished_goes_on() {
    for (line, place, expected) in [
        ("", "", "rate, burst, quota"),
        (" , ", "", "rate, burst"),
        ("ra", "ra", "rate"),
        ("rate", "", "a number, x2"),
        ("rate ", "", "a number"),
        ("quota +", "+", "a number"),
        ("quota + ", "", "a number"),
        ("rate x", "x", "a number"),
        ("rate 1.", "1.", "a number"),
        ("burst 1.5", "1.5", "a number"),
        ("quota 1,00", "1,00", "a number"),
        ("quota 5/", "", "day, week or month"),
        ("quota 5/mont", "mont", "month"),
        ("quota 5 per", "", "day, week or month"),
        ("period We", "We", "week"),
        ("offset", "", "a whole number"),
        ("rate 5 b", "b", "burst"),
        ("no", "", "throttle, quota, tag or description"),
        ("no t", "t", "throttle or tag"),
        ("no tag", "", "the key of a tag"),
        ("attach", "", "an API stage"),
        ("attach a1b2", "a1b2", "an API stage"),
        ("attach a1b2:", "a1b2:", "an API stage"),
        ("a1b2", "a1b2", "an API stage"),
        ("a1b2:prod", "", "a method such as GET /pets"),
        ("a1b2:prod g", "g", "a method"),
        ("a1b2:prod /pets/", "/pets/", "a method"),
        ("a1b2:prod GET", "", "a path"),
        ("a1b2:prod GET /pets/", "/pets/", "a path"),
        ("a1b2:prod GET /pets", "", "rate, burst or no"),
        ("a1b2:prod GET /pets no", "", "throttle"),
        ("tag", "", "a tag such as team=pay"),
        ("tag team", "", "=value"),
        ("tag team=", "", "=value"),
        ("tag \"team", "", "a closing quote"),
        ("description", "", "a text in quotes"),
        ("description \"some \\\"", "", "a closing quote"),
    ] {
        let (there, is_unfinished, said) = fault(line);
        assert!(is_unfinished, "{line}: {said}");
        assert_eq!(there, place, "{line}");
        assert!(said.starts_with("continue with "), "{line}: {said}");
        assert!(said.contains(expected), "{line}: {said}");
    }
}

#[test]
fn a_line_that_is_wrong_says_where_and_what_instead() {
    for (line, place, expected) in [
        ("rtae 5", "rtae", "is not a change: write rate, burst"),
        ("rate twice", "twice", "is not a number: write a number, x2"),
        ("rate x5 twice ", "twice", "is not a change"),
        ("rate 20% ", "20%", "needs + or -"),
        ("rate 1e400", "1e400", "too large"),
        ("burst 1.5 ", "1.5", "not a whole number"),
        ("burst 3G", "3G", "too large"),
        ("rate 5 rate 6", "rate", "is changed twice"),
        ("no quota quota 5", "quota", "comes after no quota"),
        ("quota 5 no quota", "quota", "is changed twice"),
        ("quota 5/day period week", "period", "is changed twice"),
        ("quota +5/day", "+5", "keeps its period"),
        ("quota 5/year", "year", "write day, week or month"),
        ("quota /2/day", "/2", "keeps its period"),
        // Two lines that were pasted are no one number.
        ("rate 100 200 ", "200", "is not a change"),
        ("burst 1.000 ", "1.000", "can mean 1 or 1000"),
        ("rate 1e-400 ", "1e-400", "too small"),
        ("rate 300/min ", "300/min", "300 per minute is 5/s"),
        ("rate none burst 5", "burst", "is changed twice"),
        ("offset 1.5 ", "1.5", "not a whole number"),
        (
            "no rate",
            "rate",
            "write throttle, quota, tag or description",
        ),
        ("attach a1b2 ", "a1b2", "is not an API stage"),
        ("attach a:b detach a:b", "a:b", "is changed twice"),
        ("a:b fetch ", "fetch", "is not a method"),
        ("a:b GET pets", "pets", "is not a path"),
        ("a:b GET /pets quota", "quota", "write rate, burst or no"),
        (
            "a:b GET /x rate 5 quota 5 rate 6",
            "rate",
            "the throttle of a:b /x/GET is changed twice",
        ),
        ("tag team pay", "", "a value right after its key"),
        ("tag =pay", "", "is not the key of a tag"),
        ("tag team= pay", "", "a value right after its key"),
        ("no tag team=pay", "team", "whatever its value"),
        ("tag a=b no tag a", "a", "is changed twice"),
        ("description text", "text", "in quotes"),
        ("description \"a\"b", "\"a\"", "needs a blank after it"),
        ("description \"a\\n\"", "n", "a backslash"),
        ("\u{1b}[31m ", "\u{1b}[31m", "\\u{1b}[31m"),
    ] {
        let (there, is_unfinished, said) = fault(line);
        assert!(!is_unfinished, "{line}: {said}");
        assert_eq!(there, place, "{line}: {said}");
        assert!(said.contains(expected), "{line}: {said}");
        assert!(!said.contains('\u{1b}'), "{line}");
    }
}

#[test]
fn reads_back_in_one_order() {
    for (line, canonical) in [
        ("burst 400 RATE 200", "rate 200 burst 400"),
        ("offset 3 period week", "period week offset 3"),
        ("period day quota 1500000", "quota 1.5M/day"),
        ("quota +20% period day", "quota +20% period day"),
        (
            "rate *1.50, no tag b, tag a=b",
            "rate x1.5, tag a=b, no tag b",
        ),
        (
            "a:b /x/GET burst -5 no description, detach c:d attach a:b",
            "attach a:b, detach c:d, no description, a:b GET /x burst -5",
        ),
        ("a:b * * no throttle", "a:b */* no throttle"),
        ("no quota no throttle", "no throttle, no quota"),
    ] {
        assert_eq!(Tweak::parse(line).unwrap().to_string(), canonical);
    }
}

fn offered(line: &str) -> Vec<String> {
    let stages = [stage("prod"), stage("beta"), StageKey::as_read("zz", "v1")];
    let offers = complete(line, &stages, &ApiNames::default())
        .offers
        .into_iter();
    offers.map(|offer| offer.line).collect()
}

#[test]
fn offers_what_a_line_goes_on_with() {
    assert_eq!(offered("r"), ["rate"]);
    assert_eq!(offered("rate 5 B"), ["rate 5 burst"]);
    assert_eq!(
        offered("quota 5 /"),
        ["quota 5 /day", "quota 5 /week", "quota 5 /month"]
    );
    assert_eq!(offered("period m"), ["period month"]);
    assert_eq!(
        offered("detach"),
        ["detach a1b2c3:prod", "detach a1b2c3:beta", "detach zz:v1"]
    );
    assert_eq!(
        offered("attach a1"),
        ["attach a1b2c3:prod", "attach a1b2c3:beta"]
    );
    assert_eq!(offered("attach zz:v1 detach z"), [""; 0]);
    assert_eq!(offered("zz"), ["zz:v1"]);
    assert_eq!(offered("no t"), ["no throttle", "no tag"]);
    assert_eq!(offered("rate 5 no t"), ["rate 5 no tag"]);
    // A line that is finished can go on, not with the same again.
    let more = offered("rate 5");
    assert!(more.contains(&"rate 5 burst".to_owned()), "{more:?}");
    assert!(!more.contains(&"rate 5 rate".to_owned()), "{more:?}");
    assert_eq!(
        complete("rate ", &[], &ApiNames::default()).forms,
        [Expected::Amount]
    );
    assert_eq!(
        complete("rate twice ", &[], &ApiNames::default()),
        Completion::default()
    );
}

fn amount(to: impl Strategy<Value = f64>) -> impl Strategy<Value = Amount> {
    prop_oneof![
        to.prop_map(Amount::To),
        (0.0..1e6_f64).prop_map(Amount::Times),
        (0.001..1e6_f64).prop_map(Amount::Over),
        (-100.0..1e4_f64).prop_map(Amount::Percent),
        any::<i32>().prop_map(|n| Amount::Plus(n.into())),
    ]
}

fn whole<T: fmt::Debug>(parts: impl Strategy<Value = T>) -> impl Strategy<Value = Whole<T>> {
    prop::option::of(parts).prop_map(|parts| parts.map_or(Whole::Removed, Whole::Changed))
}

fn throttle_tweak() -> impl Strategy<Value = Whole<ThrottleTweak>> {
    let rate = amount(rate().prop_map(Rate::get));
    let burst = amount(count().prop_map(|count| count.get().into()));
    let parts = (prop::option::of(rate), prop::option::of(burst));
    let parts = parts.prop_filter("a part", |(rate, burst)| rate.is_some() || burst.is_some());
    whole(parts.prop_map(|(rate, burst)| ThrottleTweak { rate, burst }))
}

fn quota_tweak() -> impl Strategy<Value = Whole<QuotaTweak>> {
    let limit = amount(count().prop_map(|count| count.get().into()));
    let period = prop::sample::select(Period::KNOWN.to_vec());
    let parts = (
        prop::option::of(limit),
        prop::option::of(period),
        prop::option::of(count()),
    );
    let parts = parts.prop_filter("a part", |parts| *parts != (None, None, None));
    whole(parts.prop_map(|(limit, period, offset)| QuotaTweak {
        limit,
        period,
        offset,
    }))
}

fn tweak() -> impl Strategy<Value = Tweak> {
    let text = prop_oneof!["[a-z =,\"\\\\]{0,6}", any::<String>()];
    let key = prop_oneof!["[a-z=,\" :é]{1,4}", Just("team".to_owned())];
    let tags = prop::collection::btree_map(key, prop::option::of(text.clone()), 0..3);
    let methods = ((stage_key(), method_key()), throttle_tweak());
    (
        prop::option::of(throttle_tweak()),
        prop::option::of(quota_tweak()),
        prop::option::of(text),
        prop::collection::btree_map(stage_key(), any::<bool>(), 0..3),
        tags,
        prop::collection::vec(methods, 0..3),
    )
        .prop_map(|(throttle, quota, description, stages, tags, methods)| {
            let stages_that = |wanted: bool| {
                let stages = stages.iter().filter(move |(_, is)| **is == wanted);
                stages.map(|(stage, _)| stage.clone()).collect()
            };
            Tweak {
                throttle,
                quota,
                description,
                attach: stages_that(true),
                detach: stages_that(false),
                tags,
                methods: methods.into_iter().collect(),
            }
        })
        .prop_filter("a change", |tweak| *tweak != Tweak::nothing())
}

/// Lines that are nearly good.
fn near() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        prop::sample::select(vec![
            "rate",
            "burst",
            "quota",
            "period",
            "offset",
            "no",
            "attach",
            "detach",
            "tag",
            "description",
            "throttle",
            "day",
            "per",
            "/",
            "/week",
            "a1b2c3:prod",
            "GET",
            "/pets",
            "*/*",
            "5",
            "x2",
            "+20%",
            "-",
            "x",
            "1,000",
            "5/month",
            "team=pay",
            "\"a b\"",
            "\"",
            "=",
            "é:ü",
            "×",
            "\\",
        ])
        .prop_map(ToOwned::to_owned),
        "\\PC{0,3}",
    ];
    let parted = (word, prop::sample::select(vec![" ", ", ", ",", "", "\t"]));
    prop::collection::vec(parted, 0..8).prop_map(|words| {
        let words = words.into_iter().map(|(word, blank)| word + blank);
        words.collect()
    })
}

proptest! {
    #[test]
    fn a_tweak_reads_back_as_it_is_written(tweak in tweak()) {
        let line = tweak.to_string();
        prop_assert_eq!(Tweak::parse(&line), Ok(tweak), "{}", line);
    }

    #[test]
    fn any_text_gives_a_tweak_or_a_place(text: String, near in near()) {
        let stages = [stage("prod"), StageKey::as_read("a,b", "c")];
        for text in [text, near] {
            match Tweak::parse(&text) {
                Ok(tweak) => {
                    prop_assert_ne!(&tweak, &Tweak::nothing());
                    prop_assert_eq!(Tweak::parse(&tweak.to_string()), Ok(tweak));
                }
                Err(fault) => {
                    prop_assert!(text.get(fault.range.clone()).is_some(), "{:?}", fault);
                    prop_assert!(!fault.to_string().contains(char::is_control));
                    // What is missing is missing at the end.
                    let is_at_the_end = fault.range.end == text.len();
                    prop_assert!(!fault.is_unfinished() || is_at_the_end, "{:?}", fault);
                }
            }
            for offer in complete(&text, &stages, &ApiNames::default()).offers {
                let taken = Tweak::parse(&offer.line);
                let is_good = taken.map_or_else(|fault| fault.is_unfinished(), |_| true);
                prop_assert!(is_good, "{:?}", offer);
            }
        }
    }

    #[test]
    fn what_it_gives_can_be_sent(tweak in tweak(), settings in settings()) {
        match tweak.apply(&settings) {
            Ok(Tweaked::Changed(edited)) => {
                prop_assert_ne!(&*edited, &settings);
                let refusals = judge(Some(&settings), &edited, None);
                prop_assert!(!refusals.iter().any(Finding::refuses));
                let sent = apply(&settings, &diff(&settings, &edited)).unwrap();
                let sent = Settings { tags: edited.tags.clone(), ..sent };
                prop_assert_eq!(sent, *edited);
            }
            Ok(Tweaked::AsItIs) => {}
            Err(reason) => prop_assert!(!reason.to_string().is_empty()),
        }
    }

    #[test]
    fn a_number_given_twice_is_there_already(throttle in throttle_tweak(), settings in settings()) {
        let is_relative = |amount: Option<Amount>| amount.is_some_and(Amount::is_relative);
        if let Whole::Changed(ThrottleTweak { rate, burst }) = &throttle {
            prop_assume!(!is_relative(*rate) && !is_relative(*burst));
        }
        let tweak = Tweak { throttle: Some(throttle), ..Tweak::nothing() };
        if let Ok(Tweaked::Changed(edited)) = tweak.apply(&settings) {
            prop_assert_eq!(tweak.apply(&edited), Ok(Tweaked::AsItIs));
        }
    }
}

#[test]
fn half_a_throttle_is_changed_where_it_is_set_and_filled_where_it_is_not() {
    let half = Settings {
        throttle: Some(Throttle {
            rate: None,
            burst: Some(Count::as_read(40)),
        }),
        quota: Some(Quota {
            limit: None,
            period: Some(Period::Day),
            offset: None,
        }),
        ..bare()
    };
    for (line, done) in [
        ("burst x2", "replace /throttle/burstLimit 80"),
        ("rate 20", "add /throttle/rateLimit 20"),
        ("quota 500", "add /quota/limit 500"),
        ("period week", "replace /quota/period WEEK"),
    ] {
        assert_eq!(does(line, &half), Ok(vec![done.to_owned()]), "{line}");
    }
    // There is nothing to start from, and it is not taken for 0.
    for line in ["rate +20%", "rate x2", "quota +20%"] {
        let reason = does(line, &half).unwrap_err();
        assert!(reason.contains("to change"), "{line}: {reason}");
    }
}
