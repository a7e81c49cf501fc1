//! `plangate apply`, `history` and `undo`.

use std::fs;
use std::path::Path;
use std::process::Command;

use plangate::emulator::{self, Emulator, FaultKind, Faults, InjectedFault};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{nobody, outcome, plangate_at};

/// A server, and a journal and files of one's own.
pub struct World {
    server: Emulator,
    folder: TempDir,
}

impl World {
    pub async fn start() -> Self {
        let options = emulator::StartOptions {
            faults: true,
            ..emulator::StartOptions::default()
        };
        Self {
            server: Emulator::start(options).await.unwrap(),
            folder: TempDir::new().unwrap(),
        }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = plangate_at(&self.server.endpoint(), arguments);
        command
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .env("LOGNAME", "ops")
            // Nothing is held back on its way here.
            .env(plangate::gateway::effect::VARIABLE, "400");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        outcome(self.command(arguments))
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let (code, out, error) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {error}");
        serde_json::from_str(&out).unwrap()
    }

    /// The path of a file of one's own.
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub fn faults(&self) -> &Faults {
        self.server.faults()
    }

    pub fn endpoint(&self) -> String {
        self.server.endpoint()
    }

    pub fn plan(&self, plan: &str) -> Value {
        self.json(&["show", plan, "--json"])
    }

    pub async fn updates(&self) -> usize {
        let requests = self.server.requests().await;
        let updates = requests.iter().filter(|r| r.operation == "UpdateUsagePlan");
        updates.count()
    }
}

pub const RATE: &str = r#"[{"op": "replace", "path": "/throttle/rateLimit", "value": "120"}]"#;
pub const FAR: &str = r#"[{"op": "replace", "path": "/throttle/rateLimit", "value": "900"}]"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_applied_found_in_the_history_and_undone() {
    let world = World::start().await;
    let first = world.plan("w0mvrr");
    let file = world.file("rate.json", RATE);

    let dry = world.json(&["apply", "w0mvrr", &file, "--dry-run", "--json"]);
    assert_eq!(dry["result"], "not sent");
    assert_eq!(world.updates().await, 0);
    assert_eq!(world.json(&["history", "--json"]), serde_json::json!([]));

    let applied = world.json(&[
        "apply",
        "basic-monthly",
        &file,
        "--json",
        "--reason",
        "OPS-1",
    ]);
    assert_eq!(applied["result"], "sent");
    assert_eq!(applied["operations"][0]["value"], "120");
    assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 120.0);

    // It is so already.
    let again = world.json(&["apply", "w0mvrr", &file, "--json"]);
    assert_eq!(again["result"], "nothing to send");
    assert_eq!(world.updates().await, 1);

    let history = world.json(&["history", "w0mvrr", "--json"]);
    let [entry] = history.as_array().unwrap().as_slice() else {
        panic!("one change: {history}");
    };
    assert_eq!(entry["send"], applied["send"]);
    assert_eq!(entry["who"], "ops");
    assert_eq!(entry["reason"], "OPS-1");
    assert_eq!(entry["state"], "applied");
    assert_eq!(entry["before"], first);
    assert_eq!(entry["after"]["throttle"]["rateLimit"], 120.0);
    assert_eq!(entry["requestIds"].as_array().unwrap().len(), 1);

    let send = applied["send"].as_str().unwrap();
    let undone = world.json(&["undo", send, "--json"]);
    assert_eq!(undone["changes"][0]["result"], "sent");
    assert_eq!(world.plan("w0mvrr"), first);
    let (_, text, _) = world.run(&["history"]);
    assert!(text.contains(&format!("undoes {send}")), "{text}");
    let taken = format!("undone by {}", undone["send"].as_str().unwrap());
    assert!(text.contains(&taken), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_changed_since_stays_and_the_same_field_is_not_overwritten() {
    let world = World::start().await;
    let rate = world.file("rate.json", RATE);
    let applied = world.json(&["apply", "w0mvrr", &rate, "--json"]);
    let send = applied["send"].as_str().unwrap();
    let name = r#"[{"op": "replace", "path": "/name", "value": "theirs"}]"#;
    let name = world.file("name.json", name);
    world.json(&["apply", "w0mvrr", &name, "--json"]);
    world.json(&["undo", send, "--json"]);
    let plan = world.plan("w0mvrr");
    assert_eq!(plan["name"], "theirs");
    assert_eq!(plan["throttle"]["rateLimit"], 100.0);

    let applied = world.json(&["apply", "w0mvrr", &rate, "--json"]);
    let send = applied["send"].as_str().unwrap();
    let other = RATE.replace("120", "130");
    let other = world.file("other.json", &other);
    world.json(&["apply", "w0mvrr", &other, "--json"]);
    let before = world.updates().await;
    let (code, _, error) = world.run(&["undo", send]);
    assert_eq!(code, Some(1));
    assert!(error.contains("is 130 now"), "{error}");
    assert_eq!(world.updates().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_jump_a_grave_change_and_a_protected_profile_take_a_consent() {
    let world = World::start().await;
    let far = world.file("far.json", FAR);
    let (code, _, error) = world.run(&["apply", "w0mvrr", &far]);
    assert_eq!(code, Some(1));
    assert!(error.contains("--confirm w0mvrr"), "{error}");
    assert!(error.contains("100 -> 900"), "{error}");
    assert_eq!(world.updates().await, 0);
    let (code, _, _) = world.run(&["apply", "w0mvrr", &far, "--confirm", "another"]);
    assert_eq!(code, Some(1));
    let (code, _, error) = world.run(&["apply", "w0mvrr", &far, "--confirm", "basic-monthly"]);
    assert_eq!(code, Some(0), "{error}");

    let config = world.file("config.toml", "protected = [\"def*\"]\n");
    let near = RATE.replace("120", "901");
    let near = world.file("near.json", &near);
    let (code, _, error) = world.run(&["apply", "w0mvrr", &near, "--config", &config]);
    assert_eq!(code, Some(1));
    assert!(error.contains("protected"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_lost_or_read_only_has_its_exit_code() {
    let world = World::start().await;
    let bad = r#"[{"op": "add", "path": "/name", "value": "x"}]"#;
    let bad = world.file("bad.json", bad);
    let (code, _, error) = world.run(&["apply", "w0mvrr", &bad]);
    assert_eq!(code, Some(1));
    assert!(error.contains("/name takes replace"), "{error}");

    let rate = world.file("rate.json", RATE);
    let (code, _, error) = world.run(&["--read-only", "apply", "w0mvrr", &rate]);
    assert_eq!(code, Some(1), "{error}");
    assert_eq!(world.updates().await, 0);

    let faults = world.server.faults();
    faults.schedule(InjectedFault::next(
        "UpdateUsagePlan",
        FaultKind::AccessDenied,
    ));
    let (code, out, _) = world.run(&["apply", "w0mvrr", &rate]);
    assert_eq!(code, Some(1));
    assert!(out.contains("not applied: UpdateUsagePlan w0mvrr"), "{out}");

    let (code, _, error) = world.run(&["undo", "nothing"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("no send has the ID \"nothing\""), "{error}");
    assert!(error.contains("plangate history"), "{error}");
    let (code, _, _) = world.run(&["apply", "no such plan", &rate]);
    assert_eq!(code, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_account_forbids_is_not_sent_and_what_another_forbids_is() {
    let world = World::start().await;
    let rate = world.file("rate.json", RATE);
    let own = "[accounts.123456789012]\n";
    let other = "[accounts.999999999999]\n";
    let apply = |config: &str, sts: Option<&str>| {
        let config = world.file("config.toml", config);
        let mut command = world.command(&["apply", "w0mvrr", &rate, "--config", &config]);
        if let Some(sts) = sts {
            command.env("AWS_ENDPOINT_URL_STS", sts);
        }
        outcome(command)
    };
    let (code, out, _) = apply(&format!("{own}read_only = true"), None);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("plangate is read-only here"), "{out}");
    let (code, _, error) = apply(&format!("{own}protected = true"), None);
    assert_eq!(code, Some(1));
    assert!(error.contains("--confirm"), "{error}");
    let (code, _, error) = apply("protected = [\"1234567890*\"]", None);
    assert_eq!(code, Some(1));
    assert!(error.contains("protected"), "{error}");

    // Where it cannot be learnt which account it is, it may be the one that forbids.
    let nobody = nobody();
    let forbids = format!("{other}read_only = true\nprotected = true");
    let (code, out, error) = apply(&forbids, Some(&nobody));
    assert_eq!(code, Some(1), "{out}");
    assert!(
        error.contains("it is not known which account this is"),
        "{error}"
    );
    let (code, out, _) = apply(&format!("{other}read_only = true"), Some(&nobody));
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("which account this is is not known"), "{out}");
    assert_eq!(world.updates().await, 0);

    let (code, _, error) = apply(&forbids, None);
    assert_eq!(code, Some(0), "{error}");
    let history = world.json(&["history", "--json"]);
    assert_eq!(history[0]["arn"], "arn:aws:iam::123456789012:user/demo");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_it_is_is_not_asked_where_it_makes_no_difference() {
    let world = World::start().await;
    let rate = world.file("rate.json", RATE);
    let mut command = world.command(&["apply", "w0mvrr", &rate]);
    command.env("AWS_ENDPOINT_URL_STS", nobody());
    let (code, _, error) = outcome(command);
    assert_eq!((code, error.as_str()), (Some(0), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_429_is_waited_out_and_made_once() {
    let world = World::start().await;
    let rate = world.file("rate.json", RATE);
    let faults = world.server.faults();
    faults.schedule(InjectedFault::next(
        "UpdateUsagePlan",
        FaultKind::Throttle { retry_after: None },
    ));
    let applied = world.json(&["apply", "w0mvrr", &rate, "--json"]);
    assert_eq!(applied["result"], "sent");
    assert_eq!(world.updates().await, 2, "one refused, one made");
    let history = world.json(&["history", "--json"]);
    assert_eq!(history[0]["state"], "applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_place_for_the_journal_nothing_is_sent() {
    let world = World::start().await;
    let rate = world.file("rate.json", RATE);
    let mut command = world.command(&["apply", "w0mvrr", &rate]);
    command.env("XDG_STATE_HOME", Path::new("/proc"));
    let (code, _, error) = outcome(command);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("/proc"), "{error}");
    assert_eq!(world.updates().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_without_a_certain_answer_is_one_story_in_text_json_history_and_exit_code() {
    for (kind, is_made) in [
        (FaultKind::InternalError, false),
        (FaultKind::ResetBefore, false),
        (FaultKind::NotJson, true),
        (FaultKind::ResetAfter, true),
    ] {
        let world = World::start().await;
        let rate = world.file("rate.json", RATE);
        let lose = |kind: &FaultKind| {
            let faults = world.server.faults();
            faults.schedule(InjectedFault::next("UpdateUsagePlan", kind.clone()));
        };
        lose(&kind);
        let (code, out, error) = world.run(&["apply", "w0mvrr", &rate, "--json"]);
        let json: Value = serde_json::from_str(&out).unwrap();
        let history = world.json(&["history", "--json"]);
        assert_eq!(world.updates().await, 1, "{kind:?}: it is sent once");
        if is_made {
            assert_eq!(
                (code, &json["result"]),
                (Some(0), &"sent".into()),
                "{kind:?}"
            );
            assert_eq!(history[0]["state"], "applied");
            let (_, text, _) = world.run(&["apply", "w0mvrr", &rate]);
            assert!(text.contains("nothing to send"), "{text}");
            continue;
        }
        assert!(
            error.contains("not seen yet and may still be made"),
            "{error}"
        );
        assert!(error.contains("read again in 1 s"), "{error}");
        assert_eq!(
            (code, &json["result"]),
            (Some(1), &"not applied".into()),
            "{kind:?}"
        );
        assert_eq!(history[0]["state"], "not applied");
        // In text there is no way to undo what was not made.
        lose(&kind);
        let (code, text, _) = world.run(&["apply", "w0mvrr", &rate]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("not applied: UpdateUsagePlan"), "{text}");
        assert!(!text.contains("undo"), "{text}");
        // Nor of what the service refused.
        lose(&FaultKind::AccessDenied);
        let (code, text, _) = world.run(&["apply", "w0mvrr", &rate]);
        assert_eq!(code, Some(1), "{text}");
        assert!(!text.contains("undo"), "{text}");
        let send = history[0]["send"].as_str().unwrap();
        let (code, _, error) = world.run(&["undo", send]);
        assert_eq!(code, Some(2));
        assert!(error.contains("nothing to undo"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_afterwards_is_unknown_everywhere() {
    let world = World::start().await;
    let rate = world.file("rate.json", RATE);
    let faults = world.server.faults();
    faults.schedule(InjectedFault::next(
        "UpdateUsagePlan",
        FaultKind::ResetAfter,
    ));
    faults.schedule(InjectedFault {
        skip: 2,
        times: 10,
        ..InjectedFault::next("GetUsagePlan", FaultKind::AccessDenied)
    });
    let (code, out, _) = world.run(&["apply", "w0mvrr", &rate, "--json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &json["result"]),
        (Some(3), &"unknown".into()),
        "{out}"
    );
    let said = json["said"].as_str().unwrap();
    assert!(said.contains("It could not be read at 2"), "{said}");
    let history = world.json(&["history", "--json"]);
    assert_eq!(history[0]["state"], "unknown");
    let said = history[0]["said"].as_str().unwrap();
    assert!(said.contains("It could not be read at 2"), "{said}");
    world.server.faults().clear();
    // The plan shows it when it is read next, and it can be undone.
    let send = json["send"].as_str().unwrap();
    let undone = world.json(&["undo", send, "--json"]);
    assert_eq!(undone["changes"][0]["result"], "sent");
    assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 100.0);
    let history = world.json(&["history", "--json"]);
    assert_eq!(history[1]["state"], "applied", "{history}");
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_finds_out_first_what_became_of_a_call_that_an_ended_program_left() {
    // Killed with the answer unwritten; killed while it waits for what is not seen yet,
    // which is made later, or never.
    for (at, is_lost, state, is_made) in [
        ("after-call:1", false, "under way", true),
        ("after-sent:1", true, "not seen yet", true),
        ("after-sent:1", true, "not seen yet", false),
    ] {
        let world = World::start().await;
        let rate = world.file("rate.json", RATE);
        if is_lost {
            let lost = InjectedFault::next("UpdateUsagePlan", FaultKind::ResetBefore);
            world.faults().schedule(lost);
        }
        let mut killed = world.command(&["apply", "w0mvrr", &rate]);
        let (code, ..) = outcome({
            killed.env(plangate::crash::VARIABLE, at);
            killed
        });
        assert_eq!(code, None, "{at}");
        let history = world.json(&["history", "--json"]);
        assert_eq!(history[0]["state"], state, "{at}");
        if is_made && is_lost {
            // As the call that was held on its way would make it.
            let mut made = world.command(&["apply", "w0mvrr", &rate]);
            made.env("XDG_STATE_HOME", world.path("of-another"));
            assert_eq!(outcome(made).0, Some(0), "{at}");
        }
        let send = history[0]["send"].as_str().unwrap();
        let (code, out, error) = world.run(&["undo", send, "--json"]);
        let history = world.json(&["history", "--json"]);
        let mut sends = history.as_array().unwrap().iter();
        let first = sends.find(|entry| entry["send"] == send).unwrap();
        assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 100.0, "{at}");
        if is_made {
            assert_eq!(code, Some(0), "{at}: {error}");
            let undone: Value = serde_json::from_str(&out).unwrap();
            assert_eq!(undone["changes"][0]["result"], "sent", "{at}: {out}");
            assert_eq!(first["state"], "applied", "{at}");
        } else {
            assert_eq!(code, Some(2), "{at}: {out}");
            assert!(error.contains("nothing to undo"), "{error}");
            assert_eq!(first["state"], "not applied", "{at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_about_another_plan_is_said_beside_the_result() {
    let world = World::start().await;
    let rate = world.file("rate.json", RATE);
    let body = r#"{"id": "zzzzzz", "name": "another"}"#.to_owned();
    let odd = InjectedFault::next("UpdateUsagePlan", FaultKind::Says { body });
    world.faults().schedule(odd);
    let applied = world.json(&["apply", "w0mvrr", &rate, "--json"]);
    assert_eq!(applied["result"], "sent");
    let said = applied["said"].as_str().unwrap();
    assert!(said.contains("about \"zzzzzz\""), "{said}");
    assert!(said.ends_with("the plan was read again"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_plan_that_is_none_is_no_success() {
    let world = World::start().await;
    let file = world.file("rate.json", RATE);
    let (code, ..) = world.run(&["apply", "w0mvrr", &file, "--reason", "for qm6bea"]);
    assert_eq!(code, Some(0));
    // By its id and by its name; that another id is among the reasons is no change of it.
    for plan in ["w0mvrr", "basic-monthly"] {
        let found = world.json(&["history", plan, "--json"]);
        assert_eq!(found.as_array().unwrap().len(), 1, "{plan}");
    }
    assert_eq!(world.json(&["history", "qm6bea", "--json"]), json!([]));

    for plan in ["basic", "no-such-plan", ""] {
        let (code, out, error) = world.run(&["history", plan, "--json"]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{plan}: {error}");
        let none = format!(
            "the history on this machine has no change of a plan {plan:?}, and no usage plan has \
             the id or the name {plan:?}"
        );
        assert!(error.contains(&none), "{error}");
    }
    let denied = InjectedFault {
        times: 9,
        ..InjectedFault::next("GetUsagePlans", FaultKind::AccessDenied)
    };
    world.faults().schedule(denied);
    let (code, _, error) = world.run(&["history", "no-such-plan"]);
    assert_eq!(code, Some(2), "{error}");
    let not_known = "API Gateway could not be asked for it";
    assert!(error.contains(not_known), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_needs_no_plan_to_be_there_and_refuses_a_name_of_two() {
    let world = World::start().await;
    let rename = r#"[{"op": "replace", "path": "/name", "value": "twins"}]"#;
    let rename = world.file("rename.json", rename);
    let describe = r#"[{"op": "replace", "path": "/description", "value": "one of two"}]"#;
    let describe = world.file("describe.json", describe);
    for (id, count) in [("w0mvrr", 1), ("qm6bea", 2)] {
        for file in [&rename, &describe] {
            let (code, _, error) = world.run(&["apply", id, file]);
            assert_eq!(code, Some(0), "{error}");
        }
        // As if the plans were gone: what the journal knows is not asked for.
        let asked = world.server.requests().await.len();
        let found = world.json(&["history", id, "--json"]);
        assert_eq!(found.as_array().unwrap().len(), 2, "{id}");
        let (code, out, error) = world.run(&["history", "twins"]);
        assert_eq!(world.server.requests().await.len(), asked);
        if count == 1 {
            assert_eq!(code, Some(0), "{error}");
            assert!(out.contains("one of two"), "{out}");
            continue;
        }
        assert_eq!((code, out.as_str()), (Some(2), ""), "{error}");
        let told = "changes of 2 usage plans that were called \"twins\": qm6bea, w0mvrr; name one \
                    by its id";
        assert!(error.contains(told), "{error}");
    }
}
