//! `plangate list` and `plangate show`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use plangate::emulator::{self, Emulator, FaultKind, InjectedFault};
use plangate::gateway::{Gateway, Options};
use plangate::plan::model::json;
use plangate::plan::{Call, Settings, UsagePlan};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::sync::mpsc::unbounded_channel;

use super::{nobody, outcome, plangate, plangate_at, run, run_at};

async fn server(options: emulator::StartOptions) -> Emulator {
    let options = emulator::StartOptions {
        faults: true,
        ..options
    };
    Emulator::start(options).await.unwrap()
}

/// The sample account with one plan more.
async fn server_with(settings: Settings) -> (Emulator, UsagePlan) {
    let server = server(emulator::StartOptions::default()).await;
    let plan = create(&server, settings).await;
    (server, plan)
}

async fn create(server: &Emulator, settings: Settings) -> UsagePlan {
    let (log, _) = unbounded_channel();
    let options = Options {
        demo: true,
        endpoint_url: Some(server.endpoint()),
        ..Options::default()
    };
    let gateway = Gateway::connect(options, log).await.unwrap();
    let call = Call::Create(Box::new(settings));
    gateway.send(&call).await.unwrap().plan.unwrap()
}

fn called(name: &str) -> Settings {
    Settings {
        name: name.to_owned(),
        ..Settings::default()
    }
}

fn plans(out: &str) -> Vec<Value> {
    serde_json::from_str(out).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_an_array_of_all_plans_in_the_order_of_the_service() {
    let server = server(emulator::StartOptions {
        plans: Some(1203),
        ..emulator::StartOptions::default()
    })
    .await;
    let (code, out, error) = run_at(&server, &["list", "--json"]);
    assert_eq!(code, Some(0), "{error}");
    let listed = plans(&out);
    assert_eq!(listed.len(), 1203);
    // An array with one plan on a line.
    assert_eq!(out.lines().count(), 1203 + 2);
    let first = listed[0]["id"].as_str().unwrap();
    let (_, shown, _) = run_at(&server, &["show", first, "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), listed[0]);
    // Each of them is what diff and check take.
    for plan in &listed {
        json::from_json(&plan.to_string()).unwrap();
    }

    let (_, table, _) = run_at(&server, &["list"]);
    let ids: Vec<&str> = table
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let want: Vec<&str> = listed
        .iter()
        .filter_map(|plan| plan["id"].as_str())
        .collect();
    assert_eq!(ids, want);
}

#[test]
fn an_account_without_plans_is_an_empty_array() {
    let (code, out, _) = run(&["--demo", "--plans", "0", "list", "--json"]);
    assert_eq!((code, out.as_str()), (Some(0), "[]\n"));
    let (code, out, _) = run(&["list", "--demo", "--plans", "0"]);
    assert_eq!(code, Some(0));
    assert_eq!(out, "ID  NAME  RATE  BURST  QUOTA  STAGES\n");
}

#[test]
fn the_table_has_its_columns_under_each_other() {
    let (code, out, error) = run(&["list", "--demo"]);
    assert_eq!(code, Some(0), "{error}");
    let line = |id: &str| out.lines().find(|line| line.starts_with(id)).unwrap();
    let head = line("ID");
    let basic = line("w0mvrr");
    for (column, cell) in [
        ("NAME", "basic-monthly"),
        ("RATE", "100"),
        ("QUOTA", "5/DAY"),
    ] {
        assert_eq!(head.find(column), basic.find(cell), "{head}\n{basic}");
    }
    assert!(basic.ends_with("  -"), "no stages: {basic}");
    assert!(line("br5ent").ends_with("petstore:dev,petstore:prod"));
}

#[test]
fn a_reader_that_goes_ends_it_quietly() {
    let mut child = plangate(&["--demo", "--plans", "9000", "list", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "[");
    drop(lines);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_breaks_off_is_no_json() {
    let server = server(emulator::StartOptions {
        plans: Some(900),
        ..emulator::StartOptions::default()
    })
    .await;
    let denied = InjectedFault {
        skip: 1,
        ..InjectedFault::next("GetUsagePlans", FaultKind::AccessDenied)
    };
    server.faults().schedule(denied);
    let (code, out, error) = run_at(&server, &["list", "--json"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("apigateway:GET"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(serde_json::from_str::<Value>(&out).is_err());
}

#[test]
fn an_account_that_cannot_be_reached_is_exit_code_2() {
    for arguments in [&["list"][..], &["show", "gold"], &["diff", "gold", "-"]] {
        let (code, out, error) = super::run_with_input(plangate_at(&nobody(), arguments), "[]");
        assert_eq!(code, Some(2), "{error}");
        assert!(out.is_empty());
        assert!(error.contains("no connection"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_it_at_once() {
    let server = server(emulator::StartOptions::default()).await;
    let hour = FaultKind::Delay(std::time::Duration::from_hours(1));
    server
        .faults()
        .schedule(InjectedFault::next("GetUsagePlans", hour));
    let command = plangate_at(&server.endpoint(), &["list"]);
    // A shell ignores the signal for its background jobs, and they hand that on.
    let mut child = Command::new("env")
        .env_clear()
        .arg("--default-signal=INT")
        .arg(command.get_program())
        .args(command.get_args())
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while server.requests().await.is_empty() {
        assert!(std::time::Instant::now() < deadline, "no request came");
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    assert!(!child.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_named_by_its_id_or_by_a_name_that_only_it_has() {
    let mut settings = called("only one / of it");
    settings.tags.insert("team".to_owned(), "pay".to_owned());
    let (server, plan) = server_with(settings).await;
    let id = plan.id.0.as_str();
    for name in [id, "only one / of it"] {
        let (code, out, error) = run_at(&server, &["show", name]);
        assert_eq!(code, Some(0), "{error}");
        assert!(out.contains(&format!("{id}\n")), "{out}");
        assert!(out.contains("team = pay"), "{out}");
    }

    let twin = create(&server, called("only one / of it")).await;
    let (code, out, error) = run_at(&server, &["show", "only one / of it", "--json"]);
    assert_eq!(code, Some(2));
    assert!(out.is_empty());
    let both = [id, twin.id.0.as_str()];
    assert!(both.iter().all(|id| error.contains(id)), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");

    // A name that is another plan's identifier is never taken for it, in either order.
    let newer = create(&server, called(id)).await;
    let older = create(&server, called("a name that only it has")).await;
    create(&server, called(&older.id.0)).await;
    for (named, meant) in [
        (id, id),
        (&newer.id.0, &newer.id.0),
        (&older.id.0, &older.id.0),
    ] {
        let (code, out, error) = run_at(&server, &["show", named, "--json"]);
        assert_eq!(code, Some(0), "{error}");
        let shown: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(shown["id"], meant, "{named}");
    }
    for view in [id, &format!("plan {id}")] {
        let (code, out, error) = run_at(&server, &["--plain", view]);
        assert_eq!(code, Some(0), "{error}");
        assert!(out.contains(&format!("# Plan {id}\n")), "{out}");
    }
    let (code, _, error) = run_at(&server, &["--plain", "only one / of it"]);
    assert_eq!(code, Some(2), "{error}");
    assert!(both.iter().all(|id| error.contains(id)), "{error}");

    // A list that breaks off tells that, not that there is no such plan.
    server.faults().schedule(InjectedFault::next(
        "GetUsagePlans",
        FaultKind::AccessDenied,
    ));
    let (code, _, error) = run_at(&server, &["show", "a name that only it has"]);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("GetUsagePlans"), "{error}");
    assert!(!error.contains("no usage plan has"), "{error}");

    let (code, _, error) = run_at(&server, &["show", "nosuch"]);
    assert_eq!(code, Some(2));
    assert!(
        error.contains("no usage plan has the id or the name"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_the_service_says_steers_the_terminal() {
    let hostile = "evil\u{1b}[2J\u{9b}31m\u{202e}\u{7f}";
    let mut settings = called(hostile);
    settings.description = hostile.to_owned();
    let (server, plan) = server_with(settings).await;
    let id = plan.id.0.as_str();
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["show", id],
        &["show", id, "--json"],
        &["diff", id, "-", "--json"],
        &["diff", id, "-"],
        &["lint"],
    ] {
        let command = plangate_at(&server.endpoint(), arguments);
        let (_, out, error) = super::run_with_input(command, r#"{"name": "good"}"#);
        assert!(out.contains("evil"), "{arguments:?}: {out}{error}");
        for c in out.chars().chain(error.chars()) {
            let is_steering = (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!is_steering, "{arguments:?} prints {c:?}");
        }
    }
    let (_, out, _) = run_at(&server, &["list", "--json"]);
    let listed = plans(&out);
    let named = listed.iter().find(|plan| plan["id"] == id).unwrap();
    assert_eq!(named["name"], hostile, "escaped, and the same");
    let (_, _, error) = outcome(plangate_at(&server.endpoint(), &["show", "\u{1b}[2J"]));
    assert!(!error.contains('\u{1b}'), "{error}");
}

/// AWS files with three profiles: two that lead to this server, and one that has no keys.
fn with_profiles(server: &Emulator, arguments: &[&str]) -> (Option<i32>, String, String) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".aws");
    std::fs::create_dir(&folder).unwrap();
    let endpoint = server.endpoint();
    let keys = "aws_access_key_id = test\naws_secret_access_key = test\n";
    let config = format!(
        "[profile eu-dev]\nregion = eu-west-1\nendpoint_url = {endpoint}\n{keys}\
         [profile eu-live]\nregion = eu-central-1\nendpoint_url = {endpoint}\n{keys}\
         [profile us-bare]\nregion = us-east-1\nendpoint_url = {endpoint}\n"
    );
    std::fs::write(folder.join("config"), config).unwrap();
    let mut command = plangate(arguments);
    command.env("HOME", home.path());
    outcome(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn several_regions_are_one_table_with_a_column_for_where() {
    let server = server(emulator::StartOptions::default()).await;
    let regions = ["list", "--region", "eu-west-1,us-east-1"];
    let (code, out, error) = run_at(&server, &regions);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 1 + 2 * 39);
    assert!(lines[0].starts_with("WHERE      ID"), "{}", lines[0]);
    assert!(
        lines[1..40]
            .iter()
            .all(|line| line.starts_with("eu-west-1  "))
    );
    assert!(
        lines[40..]
            .iter()
            .all(|line| line.starts_with("us-east-1  "))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_of_a_pattern_are_members_of_the_json_in_each_region() {
    let server = server(emulator::StartOptions::default()).await;
    let places = |out: &str| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut places: Vec<_> = plans(out)
            .iter()
            .map(|plan| (text(&plan["profile"]), text(&plan["region"])))
            .collect();
        places.dedup();
        places
    };
    let place = |profile: &str, region: &str| (profile.to_owned(), region.to_owned());
    let (code, out, error) = with_profiles(&server, &["list", "--json", "--all-profiles", "EU-*"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let own = [
        place("eu-dev", "eu-west-1"),
        place("eu-live", "eu-central-1"),
    ];
    assert_eq!(places(&out), own);
    assert_eq!(plans(&out).len(), 2 * 39);
    assert!(plans(&out).iter().all(|plan| plan["id"].is_string()));
    // With Regions it is each in each.
    let product = [
        "list",
        "--json",
        "--all-profiles",
        "eu-*",
        "--region",
        "a-b-1,a-b-2",
    ];
    let (_, out, _) = with_profiles(&server, &product);
    let all = ["eu-dev", "eu-live"].map(|name| ["a-b-1", "a-b-2"].map(|at| place(name, at)));
    assert_eq!(places(&out), all.concat());
    // They can be named too.
    let (_, out, _) = with_profiles(&server, &["list", "--json", "--profile", "eu-live,eu-dev"]);
    assert_eq!(places(&out), [own[1].clone(), own[0].clone()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_cannot_be_read_is_told_beside_the_others() {
    let server = server(emulator::StartOptions::default()).await;
    let (code, out, error) = with_profiles(&server, &["list", "--all-profiles", "*"]);
    assert_eq!(code, Some(2));
    assert_eq!(out.lines().count(), 1 + 2 * 39);
    assert!(error.contains("us-bare: "), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    let (code, out, error) = with_profiles(&server, &["list", "--all-profiles", "asia*"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    let said = "no profile matches the pattern asia*; the AWS files have eu-dev, eu-live, us-bare";
    assert!(error.contains(said), "{error}");
}

#[test]
fn the_sample_account_has_as_many_regions_as_are_asked_for() {
    let (code, out, _) = run(&[
        "list",
        "--demo",
        "--region",
        "us-east-1,eu-west-1",
        "--json",
    ]);
    assert_eq!(code, Some(0));
    assert_eq!(plans(&out).len(), 2 * 39);
    // One Region alone is listed as ever.
    let (_, out, _) = run(&["list", "--demo", "--region", "eu-west-1", "--json"]);
    assert_eq!(plans(&out).len(), 39);
    assert!(plans(&out)[0].get("region").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_leaves_the_plans_that_fit_by_names_and_identifiers() {
    let (server, plan) = server_with(called("cafe\u{301}-gold")).await;
    let names = |filter: &str| {
        let (code, out, error) = run_at(&server, &["list", filter, "--json"]);
        assert_eq!(code, Some(0), "{error}");
        let names = plans(&out).into_iter();
        names
            .map(|plan| plan["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let own = [plan.settings.name.clone()];
    let gold = names("gold$");
    assert!(gold.len() > 3, "{gold:?}");
    assert!(gold.iter().all(|name| name.ends_with("gold")), "{gold:?}");
    assert_eq!(names("caf\u{e9}"), own);
    assert_eq!(names(&plan.id.0), own);
    let by_name = names("petstore:prod");
    assert!(by_name.len() > 1);
    assert_eq!(names("a7k2m9p4qz:prod"), by_name);
    assert_eq!(names("nothing-fits-this"), [] as [String; 0]);
    let (_, table, _) = run_at(&server, &["list", "^petstore", "gold$"]);
    assert_eq!(table.lines().count(), 2, "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stages_have_names_and_show_says_the_identifier_too() {
    let server = server(emulator::StartOptions::default()).await;
    let (_, shown, _) = run_at(&server, &["show", "br5ent"]);
    assert!(shown.contains("petstore:dev (a7k2m9p4qz)"), "{shown}");
    let (_, json, _) = run_at(&server, &["show", "br5ent", "--json"]);
    assert!(!json.contains("petstore:dev"), "{json}");
    // Who may not list APIs sees the identifiers.
    let denied = InjectedFault::next("GetRestApis", FaultKind::AccessDenied);
    server.faults().schedule(denied);
    let (code, shown, error) = run_at(&server, &["show", "br5ent"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(shown.contains("a7k2m9p4qz:dev\n"), "{shown}");
}
