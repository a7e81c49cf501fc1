//! Reading to the end, or not at all: what a server can do to make a part look like the
//! whole, and what is asked of it meanwhile.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::process::{Command, Output};
use std::time::Duration;

use futures::TryStreamExt;
use plangate::gateway::{Failure, FailureKind, Gateway, Options};
use plangate::plan::calls::call::Call;
use plangate::plan::{PlanId, UsagePlan};
use support::DEADLINE;
use support::answers::{Answers, asked_for, numbered, plain};
use support::pty::PLANGATE;
use tokio::sync::mpsc::unbounded_channel;

async fn gateway(url: &str) -> Gateway {
    let options = Options {
        demo: true,
        endpoint_url: Some(url.to_owned()),
        read_timeout: Some(Duration::from_secs(20)),
        ..Options::default()
    };
    Gateway::connect(options, unbounded_channel().0)
        .await
        .unwrap()
}

async fn plans(gateway: &Gateway) -> Result<Vec<UsagePlan>, Failure> {
    let plans = gateway.plans(None).try_concat();
    tokio::time::timeout(DEADLINE, plans).await.unwrap()
}

fn plan() -> PlanId {
    PlanId("w0mvrr".to_owned())
}

fn day() -> jiff::civil::Date {
    jiff::civil::date(2026, 3, 1)
}

/// The lists, by the service's names.
const LISTS: [&str; 7] = [
    "GetUsagePlans",
    "GetUsagePlanKeys",
    "GetApiKeys",
    "GetRestApis",
    "GetStages",
    "GetResources",
    "GetUsage",
];

/// Reads a list; how many items it has.
async fn read(gateway: &Gateway, list: &str) -> Result<usize, Failure> {
    let plan = plan();
    match list {
        "GetUsagePlans" => plans(gateway).await.map(|all| all.len()),
        "GetUsagePlanKeys" => gateway.plan_keys(&plan).await.map(|all| all.len()),
        "GetApiKeys" => gateway.api_keys().await.map(|all| all.len()),
        "GetRestApis" => gateway.apis().await.map(|all| all.len()),
        "GetStages" => gateway.stages("a7k2m9p4qz").await.map(|all| all.len()),
        "GetResources" => gateway.methods("a7k2m9p4qz").await.map(|all| all.len()),
        "GetUsage" => {
            let usage = gateway.usage(&plan, day(), day(), None).await;
            usage.map(|usage| usage.keys().count())
        }
        other => panic!("{other} is no list"),
    }
}

/// A page of a list with one item of this identifier.
fn page(list: &str, id: &str, position: Option<&str>) -> String {
    let mut page = match list {
        "GetUsage" => serde_json::json!({ "values": { id: [[1, 2]] } }),
        "GetStages" => serde_json::json!({ "item": [{ "stageName": id }] }),
        "GetResources" => serde_json::json!({
            "item": [{ "id": "r", "path": format!("/{id}"), "resourceMethods": { "GET": {} } }]
        }),
        _ => serde_json::json!({ "item": [{ "id": id }] }),
    };
    if let Some(position) = position {
        page["position"] = position.into();
    }
    page.to_string()
}

#[track_caller]
fn is_bad(failure: &Failure, field: &str) {
    let field = (!field.is_empty()).then(|| field.to_owned());
    assert_eq!(failure.kind, FailureKind::BadAnswer { field }, "{failure}");
    assert!(failure.to_string().len() < 2_000, "{failure}");
}

/// The longest list of lists that has pages: `GetStages` has one.
fn paged() -> impl Iterator<Item = &'static str> {
    LISTS.into_iter().filter(|list| *list != "GetStages")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identifier_that_cannot_be_one_is_named_and_never_asked_for() {
    let long = "x".repeat(70_000);
    for list in LISTS {
        let server = Answers::always(&page(list, &long, None));
        let failure = read(&gateway(&server.url).await, list).await.unwrap_err();
        is_bad(
            &failure,
            match list {
                "GetUsage" => "values",
                "GetStages" => "item[0].stageName",
                "GetResources" => "item[0].path",
                _ => "item[0].id",
            },
        );
        assert!(failure.said().contains("long"), "{failure}");
        assert_eq!(server.asked().len(), 1, "{list}");
    }
    for id in [
        "", ".", "..", "a/b", "a\\b", "a?b", "a#b", "%2e%2e", "a\nb", "a\0", "a\u{85}",
    ] {
        for list in [
            "GetUsagePlans",
            "GetUsagePlanKeys",
            "GetApiKeys",
            "GetRestApis",
        ] {
            let server = Answers::always(&page(list, id, None));
            let failure = read(&gateway(&server.url).await, list).await.unwrap_err();
            is_bad(&failure, "item[0].id");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_inside_a_plan_is_looked_at_as_well() {
    let long = "x".repeat(70_000);
    let stage = |api: &str, stage: &str, throttle: serde_json::Value| serde_json::json!({ "apiId": api, "stage": stage, "throttle": throttle });
    let none = serde_json::json!({});
    let whole = stage("a", "prod", none.clone());
    let key = format!("/{long}/GET");
    for (stages, tags, field) in [
        (
            vec![whole.clone(), stage(&long, "s", none.clone())],
            "t",
            "apiStages[1].apiId",
        ),
        (
            vec![stage("a", &long, none.clone())],
            "t",
            "apiStages[0].stage",
        ),
        (
            vec![stage("..", "s", none.clone())],
            "t",
            "apiStages[0].apiId",
        ),
        (
            vec![serde_json::json!({ "apiId": "a" })],
            "t",
            "apiStages[0].stage",
        ),
        (
            vec![stage(
                "a",
                "s",
                serde_json::json!({ key.as_str(): { "rateLimit": 1 } }),
            )],
            "t",
            "apiStages[0].throttle",
        ),
        (vec![whole], long.as_str(), "tags"),
    ] {
        let plan = serde_json::json!({ "id": "w0mvrr", "apiStages": stages, "tags": { tags: "" } });
        let one = Answers::always(&plan.to_string());
        let failure = gateway(&one.url)
            .await
            .plan(&self::plan())
            .await
            .unwrap_err();
        is_bad(&failure, field);
        let list = serde_json::json!({ "item": [{ "id": "a" }, plan] });
        let all = Answers::always(&list.to_string());
        let failure = plans(&gateway(&all.url).await).await.unwrap_err();
        is_bad(&failure, &format!("item[1].{field}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unusual_identifier_changes_nothing_about_what_is_asked() {
    for (id, asked) in [
        ("ü", "GET /usageplans/%C3%BC"),
        ("a b", "GET /usageplans/a%20b"),
        ("a:b@c&d=e;f", "GET /usageplans/a%3Ab%40c%26d%3De%3Bf"),
        ("...", "GET /usageplans/..."),
    ] {
        let server = Answers::always(&serde_json::json!({ "id": id }).to_string());
        let plan = gateway(&server.url)
            .await
            .plan(&PlanId(id.to_owned()))
            .await;
        assert_eq!(plan.unwrap().id.0, id);
        assert_eq!(server.asked(), [asked]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_an_identifier_is_not_asked_for_wherever_it_comes_from() {
    let server = Answers::always(r#"{"item":[],"values":{},"id":"w0mvrr"}"#);
    let gateway = gateway(&server.url).await;
    let long = "x".repeat(70_000);
    for odd in ["", "..", "a/keys/b", "a?b", "a\nb", long.as_str()] {
        let (id, plan) = (PlanId(odd.to_owned()), plan());
        let failures = [
            gateway.plan(&id).await.unwrap_err(),
            gateway.plan_keys(&id).await.unwrap_err(),
            gateway.has_key(&id, "k").await.unwrap_err(),
            gateway.has_key(&plan, odd).await.unwrap_err(),
            gateway.stages(odd).await.unwrap_err(),
            gateway.stage("a", odd).await.unwrap_err(),
            gateway.methods(odd).await.unwrap_err(),
            gateway.usage(&id, day(), day(), None).await.unwrap_err(),
            gateway
                .usage(&plan, day(), day(), Some(odd))
                .await
                .unwrap_err(),
            gateway.key_value(odd).await.unwrap_err(),
            gateway
                .plans(Some(odd.to_owned()))
                .try_concat()
                .await
                .unwrap_err(),
            gateway
                .send(&Call::Delete { plan: id.clone() })
                .await
                .unwrap_err(),
            gateway
                .send(&Call::DetachKey {
                    plan,
                    key: odd.to_owned(),
                })
                .await
                .unwrap_err(),
        ];
        for failure in failures {
            assert!(
                matches!(failure.kind, FailureKind::Unsendable { .. }),
                "{failure}"
            );
            assert!(failure.surely_unchanged());
            let text = failure.to_string();
            assert!(
                text.contains("cannot be right") && text.len() < 1_000,
                "{text}"
            );
        }
    }
    let keys = vec!["t".repeat(400); 50];
    let untag = Call::Untag { plan: plan(), keys };
    let failure = gateway.send(&untag).await.unwrap_err();
    assert!(
        failure.to_string().contains("fewer tags at a time"),
        "{failure}"
    );
    assert!(failure.surely_unchanged());
    assert_eq!(server.asked(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_goes_round_in_any_circle_does_not_end() {
    for list in paged() {
        // The position that leads back to an earlier one, and after how many pages.
        for circle in [1, 2, 3, 7] {
            let server = Answers::start(move |target| {
                let at = asked_for(target, "position").map_or(0, |at| at.parse().unwrap());
                let next = if at == circle { 1 } else { at + 1 };
                plain(page(list, &format!("i{at}"), Some(&next.to_string())))
            });
            let failure = read(&gateway(&server.url).await, list).await.unwrap_err();
            is_bad(&failure, "position");
            assert!(
                failure.said().contains("the list does not end"),
                "{failure}"
            );
            assert_eq!(server.asked().len(), circle + 1, "{list}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_with_ever_new_pages_is_given_up() {
    let endless = |empty: bool| {
        Answers::start(move |target| {
            let at = asked_for(target, "position").map_or(0, |at| at.parse::<u32>().unwrap());
            let next = (at + 1).to_string();
            plain(if empty {
                format!(r#"{{"item":[],"position":"{next}"}}"#)
            } else {
                page("GetApiKeys", &format!("k{at}"), Some(&next))
            })
        })
    };
    for (empty, pages, said) in [
        (true, 100, "100 pages in a row"),
        (false, 1_000, "after 1,000"),
    ] {
        let server = endless(empty);
        let failure = read(&gateway(&server.url).await, "GetApiKeys")
            .await
            .unwrap_err();
        is_bad(&failure, "position");
        assert!(failure.said().contains(said), "{failure}");
        assert_eq!(server.asked().len(), pages);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_is_a_text_that_fits_into_a_request() {
    let long = "p".repeat(70_000);
    for list in paged() {
        for (position, field) in [
            (serde_json::json!(long), "position"),
            (serde_json::json!(7), "position"),
            (serde_json::json!(["p"]), "position"),
        ] {
            let mut first: serde_json::Value =
                serde_json::from_str(&page(list, "a", None)).unwrap();
            first["position"] = position;
            let server = Answers::always(&first.to_string());
            let failure = read(&gateway(&server.url).await, list).await.unwrap_err();
            is_bad(&failure, field);
            assert_eq!(server.asked().len(), 1);
        }
        // An empty one is none.
        for position in [Some(""), None] {
            let server = Answers::always(&page(list, "a", position));
            assert_eq!(read(&gateway(&server.url).await, list).await.unwrap(), 1);
            assert_eq!(server.asked().len(), 1);
        }
    }
    // What stands in it cannot become a part of the query.
    let odd = "a&limit=1#?/%2f\n\u{0}ü";
    let server = Answers::start(move |target| {
        let is_first = asked_for(target, "position").is_none();
        plain(page(
            "GetApiKeys",
            &is_first.to_string(),
            is_first.then_some(odd),
        ))
    });
    assert_eq!(
        read(&gateway(&server.url).await, "GetApiKeys")
            .await
            .unwrap(),
        2
    );
    let asked = &server.asked()[1];
    let sent = asked_for(asked, "position").unwrap();
    assert_eq!(sent, "a%26limit%3D1%23%3F%2F%252f%0A%00%C3%BC");
    assert_eq!(asked_for(asked, "limit").unwrap(), "500");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_identifier_twice_is_one_item_or_a_bad_answer() {
    let twice = r#"{"item":[{"id":"a"},{"id":"b"},{"id":"a","name":"other"}]}"#;
    for list in [
        "GetUsagePlans",
        "GetUsagePlanKeys",
        "GetApiKeys",
        "GetRestApis",
    ] {
        let server = Answers::always(twice);
        let failure = read(&gateway(&server.url).await, list).await.unwrap_err();
        is_bad(&failure, "item[2].id");
        // Something was made meanwhile, and the pages moved by one.
        let server = Answers::start(|target| {
            plain(if asked_for(target, "position").is_none() {
                r#"{"item":[{"id":"a"},{"id":"b"}],"position":"p"}"#
            } else {
                r#"{"item":[{"id":"b"},{"id":"c"}]}"#
            })
        });
        assert_eq!(read(&gateway(&server.url).await, list).await.unwrap(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_answer_to_the_question_is_no_empty_list() {
    for list in LISTS {
        for (body, field) in [
            (r#"{"message":"Welcome"}"#, "item"),
            (r#"{"items":[]}"#, "item"),
            (r#"{"_links":{"self":{}},"_embedded":{"item":[]}}"#, "item"),
            (r#"{"usagePlans":[],"a":1,"b":2,"c":3,"d":4}"#, "item"),
            ("[]", ""),
            (r#"[{"id":"a"}]"#, ""),
            ("null", ""),
            ("7", ""),
            (r#""item""#, ""),
            ("<!doctype html><title>Sign in</title>", ""),
            ("", ""),
            ("  ", ""),
            (r#"{"item":["#, ""),
        ] {
            let field = if list == "GetUsage" && field == "item" {
                "values"
            } else {
                field
            };
            for headers in [plain(body), numbered(body)] {
                let server = Answers::start(move |_| headers.clone());
                let failure = read(&gateway(&server.url).await, list).await.unwrap_err();
                is_bad(&failure, field);
                assert_eq!(server.asked().len(), 1, "asking again gives the same");
            }
        }
        let server = Answers::always("{}");
        let failure = read(&gateway(&server.url).await, list).await.unwrap_err();
        is_bad(&failure, if list == "GetUsage" { "values" } else { "item" });
    }
    let server = Answers::always(r#"{"message":"Welcome"}"#);
    let failure = gateway(&server.url).await.account().await.unwrap_err();
    is_bad(&failure, "throttleSettings");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_has_its_member_whoever_answers() {
    for list in LISTS {
        let (empty, none) = if list == "GetUsage" {
            (r#"{"values":{}}"#, "values")
        } else {
            (r#"{"item":[]}"#, "item")
        };
        let server = Answers::start(move |_| numbered(empty));
        assert_eq!(read(&gateway(&server.url).await, list).await.unwrap(), 0);
        // The service's own number of the request makes no list of it.
        let server = Answers::start(|_| numbered("{}"));
        let failure = read(&gateway(&server.url).await, list).await.unwrap_err();
        is_bad(&failure, none);
    }
    // Usage that says of which plan it is.
    let server = Answers::start(|_| numbered(r#"{"usagePlanId":"w0mvrr"}"#));
    let usage = read(&gateway(&server.url).await, "GetUsage").await;
    assert_eq!(usage.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_null_is_no_shorter_list() {
    for body in [
        r#"{"item":[null]}"#,
        r#"{"item":[null,{"id":"a","name":"n"}]}"#,
    ] {
        for list in ["GetUsagePlans", "GetStages"] {
            let server = Answers::always(body);
            let failure = read(&gateway(&server.url).await, list).await.unwrap_err();
            is_bad(&failure, "item[0]");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_is_only_what_says_so() {
    for (body, has) in [
        (r#"{"id":"k1"}"#, Some(true)),
        (r#"{"id":"k2"}"#, None),
        ("{}", None),
        ("<p>", None),
    ] {
        let server = Answers::always(body);
        let answer = gateway(&server.url).await.has_key(&plan(), "k1").await;
        assert_eq!(answer.ok(), has, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_of_another_plan_is_not_taken_for_this_ones() {
    let server = Answers::always(r#"{"usagePlanId":"other1","values":{"k":[[1,2]]}}"#);
    let gateway = gateway(&server.url).await;
    let failure = gateway
        .usage(&plan(), day(), day(), None)
        .await
        .unwrap_err();
    is_bad(&failure, "usagePlanId");
}

/// The program without a terminal: exit code, what it printed, what it said.
fn run(url: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(PLANGATE);
    command
        .args(arguments)
        .args(["--endpoint-url", url])
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "us-east-1");
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn no_command_takes_a_part_for_the_whole() {
    let long = "p".repeat(70_000);
    let seconds = [
        // What follows the first page, and what is told of it.
        (page("GetUsagePlans", "b", Some(&long)), "position"),
        (page("GetUsagePlans", &long, None), "item[0].id"),
        (page("GetUsagePlans", "b", Some("second")), "does not end"),
        (r#"{"message":"Welcome"}"#.to_owned(), "item"),
        ("{}".to_owned(), "item"),
        ("<p>".to_owned(), "HTML"),
    ];
    for (second, said) in seconds {
        let server = Answers::start(move |target| {
            plain(match asked_for(target, "position") {
                None => page("GetUsagePlans", "first1", Some("second")),
                Some(_) => second.clone(),
            })
        });
        for arguments in [
            &["list"][..],
            &["list", "--json"],
            &["list", "--json", "--region", "eu-west-1,us-east-1"],
            &["lint"],
            &["lint", "--json"],
            &["show", "first 1"],
            &["--plain"],
        ] {
            let (code, out, error) = run(&server.url, arguments);
            assert_eq!(code, Some(2), "{arguments:?}: {out}{error}");
            assert!(error.contains(said), "{arguments:?}: {error}");
            assert!(
                serde_json::from_str::<serde_json::Value>(&out).is_err(),
                "{out}"
            );
            assert!(error.len() < 5_000, "{}", error.len());
        }
        let (_, out, _) = run(&server.url, &["list", "--json"]);
        assert!(out.contains("first1") && !out.ends_with("]\n"), "{out}");
    }
}

#[test]
fn an_identifier_that_is_too_long_is_refused_where_it_is_given() {
    let server = Answers::always(r#"{"item":[{"id":"w0mvrr","name":"gold"}]}"#);
    let long = "x".repeat(70_000);
    for arguments in [
        &["show", &long][..],
        &["diff", &long, "/dev/null"],
        &["apply", &long, "/dev/null"],
        &["--plain", &long],
        &["list", "--region", &long],
        &["undo", &long],
    ] {
        let (code, out, error) = run(&server.url, arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.len() < 5_000, "{}", error.len());
    }
    assert!(server.asked().iter().all(|asked| asked.len() < 1_000));
    let (code, _, error) = run(&format!("{}/{}", server.url, "x".repeat(60_000)), &["list"]);
    assert_eq!(code, Some(2));
    assert!(
        error.contains("is not an endpoint") && error.len() < 1_000,
        "{error}"
    );
}
