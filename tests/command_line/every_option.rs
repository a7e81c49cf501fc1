//! Every option, argument and setting is exercised: a case for each, which fails where
//! it has no effect, and a test that fails where one has no case.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use plangate::emulator::{self, Emulator, FaultKind, InjectedFault};
use serde_json::{Value, json};

use super::sends::{FAR, RATE, World};
use super::{emulate, outcome, plangate, run, run_at};

/// What is run to see the effect of an option or argument.
type Case = fn(&World);

/// A case for each: `--region` for what many commands take, `list --json` for what is a
/// command's own.
const CASES: &[(&str, Case)] = &[
    ("--demo", |_| {
        let (code, out, _) = run(&["list", "--demo", "--json"]);
        assert_eq!(code, Some(0));
        assert_eq!(plans(&out), 39);
    }),
    ("--profile", |world| {
        let keys = "aws_access_key_id = test\naws_secret_access_key = test\n";
        let file = world.file(
            "aws",
            &format!("[profile ops]\nregion = ap-south-1\n{keys}"),
        );
        let endpoint = world.endpoint();
        let mut command = plangate(&["--plain", "--profile", "ops", "--endpoint-url", &endpoint]);
        command.env("AWS_CONFIG_FILE", file);
        let (_, out, error) = outcome(command);
        assert!(first(&out).contains("ap-south-1"), "{out}{error}");
    }),
    ("--all-profiles", |world| {
        let keys = "aws_access_key_id = test\naws_secret_access_key = test\n";
        let profile = |name, region| format!("[profile {name}]\nregion = {region}\n{keys}");
        let text = ["a-live", "b-live", "c-test"].map(|name| profile(name, name));
        let file = world.file("aws", &text.concat());
        let endpoint = world.endpoint();
        let mut command = plangate(&["--plain", "--all-profiles", "*-live"]);
        command.args(["--endpoint-url", &endpoint]);
        command.env("AWS_CONFIG_FILE", file);
        let (code, out, error) = outcome(command);
        assert_eq!(code, Some(0), "{error}");
        let places = out.lines().filter(|line| line.starts_with("plangate "));
        let places: Vec<&str> = places.collect();
        assert_eq!(places.len(), 2, "{out}");
        assert!(places[0].contains("a-live") && places[1].contains("b-live"));
    }),
    ("--region", |world| {
        let out = told(world, &["--plain", "--region", "eu-north-1"]);
        assert!(first(&out).contains("eu-north-1"), "{out}");
    }),
    ("--endpoint-url", |world| {
        // The world names its server by it.
        let out = told(world, &["--plain"]);
        assert!(first(&out).contains(&world.endpoint()), "{out}");
    }),
    ("--read-only", |world| {
        let rate = world.file("rate.json", RATE);
        let (code, out, _) = world.run(&["--read-only", "apply", "w0mvrr", &rate]);
        assert_eq!(code, Some(1));
        assert!(out.contains("plangate is read-only here"), "{out}");
        assert!(first(&told(world, &["--plain", "--read-only"])).contains("READ-ONLY"));
    }),
    ("--config", |world| {
        let file = world.file("own.toml", "guard = 7\n");
        assert_eq!(
            setting("guard", &["--config", &file]),
            (json!(7), format!("{file}:1"))
        );
    }),
    ("--update-interval", |_| {
        is_set("update_interval", json!(7), &["--update-interval", "7"]);
    }),
    ("--no-color", |_| {
        is_set("color", json!(false), &["--no-color"]);
    }),
    ("--theme", |_| {
        is_set("theme", json!("light"), &["--theme", "light"]);
    }),
    ("--ascii", |_| {
        is_set("unicode", json!(false), &["--ascii"]);
        let (_, out, _) = run(&["--demo", "--ascii", "--plain"]);
        assert!(out.is_ascii(), "{out}");
    }),
    ("--keymap", |world| {
        let file = world.file("keys.toml", "[list]\nedit = [\"E\"]\n");
        let (_, out, error) = run(&["keymap", "--keymap", &file]);
        assert!(out.contains("edit = [\"E\"]"), "{out}{error}");
        is_set("keymap", json!(file), &["--keymap", &file]);
    }),
    ("--no-mouse", |_| {
        is_set("mouse", json!(false), &["--no-mouse"]);
    }),
    ("--clipboard", |_| {
        is_set("clipboard", json!("none"), &["--clipboard", "none"]);
    }),
    ("--plain", |_| {
        let (code, out, _) = run(&["--demo", "--plain", "w0mvrr"]);
        assert_eq!(code, Some(0));
        assert!(out.contains("# Plan w0mvrr"), "{out}");
    }),
    ("--port", |_| {
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let server = Served::start(&["--port", &free.to_string()]);
        assert_eq!(server.address, format!("127.0.0.1:{free}"));
        assert_eq!(server.status("GET", "/usageplans", ""), 200);
    }),
    ("--state", |world| {
        let file = world.path("account.json");
        let (code, out, error) =
            run(&["list", "--demo", "--plans", "3", "--state", &file, "--json"]);
        assert_eq!((code, plans(&out)), (Some(0), 3), "{error}");
        // The file wins over what is made up.
        let (_, out, _) = run(&["list", "--demo", "--plans", "9", "--state", &file, "--json"]);
        assert_eq!(plans(&out), 3);
    }),
    ("--plans", |_| {
        let (_, out, _) = run(&["list", "--demo", "--plans", "7", "--json"]);
        assert_eq!(plans(&out), 7);
    }),
    ("--limits", |_| {
        let refused = |limits: &str| {
            let server = Served::start(&["--limits", limits]);
            let mut asked = (0..200).map(|_| server.status("GET", "/usageplans", ""));
            asked.any(|status| status == 429)
        };
        assert!(refused("aws"));
        assert!(!refused("none"));
    }),
    ("--faults", |_| {
        let fault = r#"{"operation": "GetUsagePlans", "kind": "accessDenied"}"#;
        let server = Served::start(&["--faults"]);
        assert!(server.status("POST", "/_plangate/faults", fault) < 300);
        assert_eq!(server.status("GET", "/usageplans", ""), 403);
        let server = Served::start(&[]);
        assert!(server.status("POST", "/_plangate/faults", fault) >= 400);
    }),
    ("--help", |_| {
        assert!(run(&["--help"]).1.contains("Usage: plangate"));
    }),
    ("--version", |_| {
        assert!(run(&["--version"]).1.starts_with("plangate "));
    }),
    ("list FILTER", |world| {
        assert_eq!(
            plans(&told(world, &["list", "--json", "^petstore-gold$"])),
            1
        );
    }),
    ("list --json", |world| {
        assert_eq!(plans(&told(world, &["list", "--json"])), 39);
    }),
    ("show PLAN", |world| {
        assert!(told(world, &["show", "w0mvrr"]).contains("basic-monthly"));
    }),
    ("show --json", |world| {
        assert_eq!(
            world.json(&["show", "w0mvrr", "--json"])["name"],
            "basic-monthly"
        );
    }),
    ("diff PLAN", |world| {
        let rate = world.file("rate.json", RATE);
        let (code, out, _) = world.run(&["diff", "w0mvrr", &rate]);
        assert_eq!(code, Some(1));
        assert!(out.contains("120"), "{out}");
    }),
    ("diff FILE", |world| {
        let same = world.file("same.json", &RATE.replace("120", "100"));
        assert_eq!(world.run(&["diff", "w0mvrr", &same]).0, Some(0));
    }),
    ("diff --json", |world| {
        let rate = world.file("rate.json", RATE);
        let (_, out, _) = world.run(&["diff", "w0mvrr", &rate, "--json"]);
        serde_json::from_str::<Value>(&out).unwrap();
    }),
    ("diff --code", |world| {
        let rate = world.file("rate.json", RATE);
        let (_, out, _) = world.run(&["diff", "br5ent", &rate, "--code"]);
        assert!(out.contains("aws_api_gateway_usage_plan"), "{out}");
    }),
    ("apply PLAN", |world| {
        let rate = world.file("rate.json", RATE);
        told(world, &["apply", "basic-monthly", &rate]);
        assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 120.0);
    }),
    ("apply FILE", |world| {
        let rate = world.file("rate.json", &RATE.replace("120", "121"));
        told(world, &["apply", "w0mvrr", &rate]);
        assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 121.0);
    }),
    ("apply --dry-run", |world| {
        let rate = world.file("rate.json", RATE);
        world.run(&["apply", "w0mvrr", &rate, "--dry-run"]);
        assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 100.0);
    }),
    ("apply --confirm", |world| {
        let far = world.file("far.json", FAR);
        assert_eq!(world.run(&["apply", "w0mvrr", &far]).0, Some(1));
        told(world, &["apply", "w0mvrr", &far, "--confirm", "w0mvrr"]);
    }),
    ("apply --reason", |world| {
        let rate = world.file("rate.json", RATE);
        told(world, &["apply", "w0mvrr", &rate, "--reason", "OPS-1"]);
        assert!(told(world, &["history"]).contains("OPS-1"));
    }),
    ("apply --json", |world| {
        let rate = world.file("rate.json", RATE);
        assert_eq!(
            world.json(&["apply", "w0mvrr", &rate, "--json"])["result"],
            "sent"
        );
    }),
    ("set PLAN", |world| {
        told(world, &["set", "basic-monthly", "rate 120", "--yes"]);
        assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 120.0);
    }),
    ("set --yes", |world| {
        assert_eq!(world.run(&["set", "w0mvrr", "rate 120"]).0, Some(1));
        told(world, &["set", "w0mvrr", "rate 120", "--yes"]);
    }),
    ("set --where", |world| {
        told(
            world,
            &["set", "--where", "^basic-monthly$", "rate 120", "--yes"],
        );
        assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 120.0);
    }),
    ("set --dry-run", |world| {
        told(world, &["set", "w0mvrr", "rate 120", "--yes", "--dry-run"]);
        assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 100.0);
    }),
    ("set --confirm", |world| {
        let far = ["set", "w0mvrr", "rate 900", "--yes"];
        assert_eq!(world.run(&far).0, Some(1));
        told(world, &[&far[..], &["--confirm", "w0mvrr"]].concat());
    }),
    ("set --reason", |world| {
        let rate = ["set", "w0mvrr", "rate 120", "--yes"];
        told(world, &[&rate[..], &["--reason", "OPS-3"]].concat());
        assert!(told(world, &["history"]).contains("OPS-3"));
    }),
    ("set --json", |world| {
        let rate = ["set", "w0mvrr", "rate 120", "--yes", "--json"];
        assert_eq!(world.json(&rate)["plans"][0]["result"], "sent");
    }),
    ("history PLAN", |world| {
        sent(world);
        assert_eq!(
            world
                .json(&["history", "w0mvrr", "--json"])
                .as_array()
                .unwrap()
                .len(),
            1
        );
        assert_eq!(world.json(&["history", "qm6bea", "--json"]), json!([]));
    }),
    ("history --search", |world| {
        sent(world);
        let search = |words| world.json(&["history", "--search", words, "--json"]);
        assert_eq!(search("basic").as_array().unwrap().len(), 1);
        assert_eq!(search("nothing-like-that"), json!([]));
    }),
    ("history --limit", |world| {
        sent(world);
        let again = world.file("again.json", &RATE.replace("120", "125"));
        told(world, &["apply", "w0mvrr", &again]);
        let all = world.json(&["history", "--json"]);
        assert_eq!(all.as_array().unwrap().len(), 2);
        let newest = world.json(&["history", "--limit", "1", "--json"]);
        assert_eq!(newest.as_array().unwrap().len(), 1);
    }),
    ("history --json", |world| {
        assert_eq!(world.json(&["history", "--json"]), json!([]));
    }),
    ("undo ID", |world| {
        let id = sent(world);
        told(world, &["undo", &id]);
        assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 100.0);
    }),
    ("undo --dry-run", |world| {
        let id = sent(world);
        world.run(&["undo", &id, "--dry-run"]);
        assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 120.0);
    }),
    ("undo --confirm", |world| {
        let far = world.file("far.json", FAR);
        let far = ["apply", "w0mvrr", &far, "--confirm", "w0mvrr", "--json"];
        let id = world.json(&far)["send"].as_str().unwrap().to_owned();
        assert_eq!(world.run(&["undo", &id]).0, Some(1));
        told(world, &["undo", &id, "--confirm", "w0mvrr"]);
    }),
    ("undo --reason", |world| {
        let id = sent(world);
        told(world, &["undo", &id, "--reason", "OPS-2"]);
        assert!(told(world, &["history"]).contains("OPS-2"));
    }),
    ("undo --json", |world| {
        let id = sent(world);
        assert_eq!(world.json(&["undo", &id, "--json"])["takesBack"], id);
    }),
    ("check FILE", |world| {
        assert_eq!(run(&["check", &world.file("rate.json", RATE)]).0, Some(0));
        let bad = world.file("bad.json", &RATE.replace("replace", "move"));
        assert_eq!(run(&["check", &bad]).0, Some(1));
    }),
    ("check --json", |world| {
        let (_, out, _) = run(&["check", &world.file("rate.json", RATE), "--json"]);
        serde_json::from_str::<Value>(&out).unwrap();
    }),
    ("lint --json", |world| {
        let (_, out, _) = world.run(&["lint", "--json"]);
        serde_json::from_str::<Value>(&out).unwrap();
    }),
    ("lint --fail-on", |_| {
        let lint = |level| run(&["lint", "--demo", "--plans", "1", "--fail-on", level]).0;
        assert_ne!(lint("note"), lint("error"));
    }),
    ("lint --allow-incomplete", |_| {
        let account = emulator::StartOptions {
            plans: Some(1),
            faults: true,
            ..emulator::StartOptions::default()
        };
        let lint = |more: &[&str]| {
            let runtime = tokio::runtime::Handle::current();
            let server = runtime.block_on(Emulator::start(account.clone())).unwrap();
            let denied = InjectedFault::next("GetApiKeys", FaultKind::AccessDenied);
            server.faults().schedule(denied);
            let arguments = [&["lint", "--fail-on", "error"], more].concat();
            run_at(&server, &arguments).0
        };
        assert_eq!(lint(&[]), Some(3));
        assert_eq!(lint(&["--allow-incomplete"]), Some(0));
    }),
    ("config show --json", |_| {
        setting("guard", &[]);
    }),
    ("keymap --json", |_| {
        let json: Value = serde_json::from_str(&run(&["keymap", "--json"]).1).unwrap();
        assert!(json["places"]["list"]["edit"]["keys"].is_array());
    }),
    ("completions SHELL", |_| {
        assert!(
            run(&["completions", "zsh"])
                .1
                .starts_with("#compdef plangate")
        );
        assert!(run(&["completions", "bash"]).1.contains("_plangate()"));
    }),
    ("man COMMAND", |_| {
        assert_ne!(run(&["man", "lint"]).1, run(&["man", "list"]).1);
    }),
];

/// What is printed by a command that does its job.
fn told(world: &World, arguments: &[&str]) -> String {
    let (code, out, error) = world.run(arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {error}");
    out
}

fn first(out: &str) -> &str {
    out.lines().next().unwrap_or_default()
}

/// How many plans a JSON array has.
fn plans(out: &str) -> usize {
    serde_json::from_str::<Vec<Value>>(out).unwrap().len()
}

/// A change that is sent; its name.
fn sent(world: &World) -> String {
    let rate = world.file("rate.json", RATE);
    let applied = world.json(&["apply", "w0mvrr", &rate, "--json"]);
    applied["send"].as_str().unwrap().to_owned()
}

/// What holds of a setting, and from where.
fn setting(name: &str, arguments: &[&str]) -> (Value, String) {
    setting_in(name, arguments, &[])
}

fn setting_in(name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> (Value, String) {
    let mut command = plangate(&[&["config", "show", "--json"], arguments].concat());
    command.envs(environment.iter().copied());
    let (code, out, error) = outcome(command);
    assert_eq!(code, Some(0), "{arguments:?} {environment:?}: {error}");
    let json: Value = serde_json::from_str(&out).unwrap();
    let one = &json["options"][name];
    (
        one["value"].clone(),
        one["from"].as_str().unwrap().to_owned(),
    )
}

/// Asserts that a flag sets this.
#[track_caller]
fn is_set(name: &str, value: Value, flags: &[&str]) {
    assert_eq!(setting(name, flags), (value, flags[0].to_owned()));
}

/// `plangate emulate`, ended with the test.
struct Served {
    child: std::process::Child,
    address: String,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let (child, endpoint, _) = emulate(arguments);
        let address = endpoint
            .strip_prefix("endpoint: http://")
            .unwrap()
            .to_owned();
        Self { child, address }
    }

    fn status(&self, method: &str, path: &str, body: &str) -> u16 {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        connection
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        let length = body.len();
        let request = format!(
            "{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the help of the real program has, command by command: what all of them share
/// without a command's name.
fn there_is() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let (shared, commands) = read_help(&[]);
    let mut open: Vec<Vec<String>> = commands.into_iter().map(|one| vec![one]).collect();
    while let Some(words) = open.pop() {
        let (takes, commands) = read_help(&words);
        let own = takes.into_iter().filter(|one| !shared.contains(one));
        found.extend(own.map(|one| format!("{} {one}", words.join(" "))));
        open.extend(
            commands
                .into_iter()
                .map(|one| [words.clone(), vec![one]].concat()),
        );
    }
    found.extend(shared);
    found
}

/// The options and arguments that a command takes, and the commands that it has.
fn read_help(words: &[String]) -> (BTreeSet<String>, Vec<String>) {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (code, help, error) = run(&[words.as_slice(), &["--help"]].concat());
    assert_eq!(code, Some(0), "{words:?}: {error}");
    let (mut takes, mut commands, mut part) = (BTreeSet::new(), Vec::new(), "");
    for line in help.lines() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        if text.is_empty() {
            continue;
        }
        if indent == 0 {
            part = line;
            continue;
        }
        let word = text.split([' ', ',']).next().unwrap();
        match part {
            "Examples:" => {}
            "Commands:" if indent == 2 => commands.push(word.to_owned()),
            "Arguments:" if indent == 2 => {
                takes.insert(word.trim_matches(['<', '>', '[', ']', '.']).to_owned());
            }
            _ if text.starts_with('-') && indent <= 6 => {
                let long = text.split([' ', ',']).find(|word| word.starts_with("--"));
                takes.insert(long.unwrap().to_owned());
            }
            _ => {}
        }
    }
    commands.retain(|one| one != "help");
    (takes, commands)
}

#[test]
fn every_option_and_argument_has_a_case() {
    let there = there_is();
    assert!(there.len() > 45, "{there:?}");
    let cases: BTreeSet<String> = CASES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(cases.len(), CASES.len(), "a case stands there twice");
    let missing: Vec<_> = there.difference(&cases).collect();
    assert!(missing.is_empty(), "give these a case above: {missing:?}");
    let gone: Vec<_> = cases.difference(&there).collect();
    assert!(gone.is_empty(), "there is no such thing any more: {gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_option_and_argument_has_its_effect() {
    for (name, case) in CASES {
        let world = World::start().await;
        println!("{name}");
        tokio::task::block_in_place(|| case(&world));
    }
}

/// For each setting of the configuration file another value than it has by itself, as it
/// stands in the file and as the variable has it.
fn settings() -> BTreeMap<&'static str, (&'static str, &'static str, Value)> {
    [
        ("read_only", "true", "true", json!(true)),
        ("protected", "[\"def*\"]", "def*", json!(true)),
        ("update_interval", "7", "7", json!(7)),
        ("guard", "20", "20", json!(20)),
        ("profile", "\"ops\"", "ops", json!("ops")),
        ("region", "\"eu-west-1\"", "eu-west-1", json!("eu-west-1")),
        (
            "endpoint_url",
            "\"http://127.0.0.1:1\"",
            "http://127.0.0.1:1",
            json!("http://127.0.0.1:1"),
        ),
        ("color", "false", "false", json!(false)),
        ("color_depth", "\"256\"", "256", json!("256")),
        ("theme", "\"okabe-ito\"", "okabe-ito", json!("okabe-ito")),
        ("unicode", "false", "false", json!(false)),
        ("ambiguous_width", "\"wide\"", "wide", json!("wide")),
        (
            "columns",
            "[\"id\", \"name\"]",
            "id,name",
            json!(["id", "name"]),
        ),
        ("keymap", "\"own.toml\"", "own.toml", json!("own.toml")),
        ("mouse", "false", "false", json!(false)),
        ("clipboard", "\"wl-copy\"", "wl-copy", json!("wl-copy")),
        ("log", "\"debug\"", "debug", json!("debug")),
    ]
    .into_iter()
    .map(|(name, in_file, variable, value)| (name, (in_file, variable, value)))
    .collect()
}

/// The settings that the commented default has, in no table.
fn documented_settings() -> BTreeSet<&'static str> {
    let lines = plangate::config::COMMENTED_DEFAULT.lines();
    let lines = lines.take_while(|line| !line.starts_with("#["));
    let option = |line: &'static str| {
        let (name, _) = line.strip_prefix('#')?.split_once(" = ")?;
        let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        is_name.then_some(name)
    };
    lines.filter_map(option).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_setting_is_shown_and_changes_what_holds_from_file_and_environment() {
    let world = World::start().await;
    let cases = settings();
    let names: BTreeSet<&str> = cases.keys().copied().collect();
    assert_eq!(documented_settings(), names, "give each setting a case");
    for (name, (in_file, variable, value)) in cases {
        let (usual, from) = setting(name, &[]);
        assert_ne!(usual, value, "{name} has to be set to something else");
        assert!(from.starts_with("default"), "{name}: {from}");
        let file = world.file("own.toml", &format!("# mine\n{name} = {in_file}\n"));
        assert_eq!(
            setting(name, &["--config", &file]),
            (value.clone(), format!("{file}:2")),
            "{name}"
        );
        let set = format!("PLANGATE_{}", name.to_uppercase());
        let held = setting_in(name, &[], &[(&set, variable)]);
        assert_eq!(held, (value, set), "{name}");
    }
    // What stands in a table holds for its profile, and for its account.
    let text = fs::read_to_string(world.file(
        "own.toml",
        "[profiles.ops]\nread_only = true\nregion = \"eu-west-1\"\nupdate_interval = 3\n",
    ));
    let file = world.file("tables.toml", &text.unwrap());
    let of = |name| setting(name, &["--config", &file, "--profile", "ops"]);
    assert_eq!(of("read_only"), (json!(true), format!("{file}:2")));
    assert_eq!(of("region"), (json!("eu-west-1"), format!("{file}:3")));
    assert_eq!(of("update_interval"), (json!(3), format!("{file}:4")));
    assert_eq!(setting("read_only", &["--config", &file]).0, json!(false));
}
