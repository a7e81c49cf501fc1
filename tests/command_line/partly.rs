//! Changes of several calls that stop half-way, and what cannot be undone.

use std::io::{Read, Write};
use std::net::TcpStream;

use plangate::emulator::{FaultKind, InjectedFault};
use serde_json::{Value, json};

use super::sends::World;

/// A plan of the sample with two stages and two tags.
const PLAN: &str = "br5ent";

/// A file that has the plan with another name and other tags.
fn renamed_and_tagged(world: &World, tags: &Value) -> String {
    let mut plan = world.plan(PLAN);
    plan["name"] = json!("petstore-trial");
    plan["tags"] = tags.clone();
    world.file("plan.json", &plan.to_string())
}

/// Somebody else deletes a stage.
fn delete_stage(world: &World, api: &str, stage: &str) {
    let endpoint = world.endpoint();
    let address = endpoint.trim_start_matches("http://");
    let mut server = TcpStream::connect(address).unwrap();
    let request = format!(
        "DELETE /restapis/{api}/stages/{stage} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    );
    server.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    server.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_stops_half_way_says_which_part_was_made() {
    for kind in [
        FaultKind::AccessDenied,
        FaultKind::Throttle { retry_after: None },
    ] {
        let world = World::start().await;
        let tags = json!({"ManagedBy": "terraform", "team": "pay"});
        let file = renamed_and_tagged(&world, &tags);
        for operation in ["UntagResource", "TagResource"] {
            let fault = InjectedFault::next(operation, kind.clone());
            world.faults().schedule(InjectedFault {
                times: 100,
                ..fault
            });
        }
        let (code, out, error) = world.run(&["apply", PLAN, &file, "--json"]);
        assert_eq!(code, Some(3), "{out}{error}");
        let applied: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(applied["result"], "partly sent");
        let said = applied["said"].as_str().unwrap();
        let parts = "name was changed; tag Workspace was not removed; tag team was not set. ";
        assert!(said.starts_with(parts), "{said}");
        assert!(!said.contains("Nothing was changed"), "{said}");
        assert!(said.contains("UntagResource"), "{said}");
        assert_eq!(world.plan(PLAN)["name"], "petstore-trial");
        let history = world.json(&["history", "--json"]);
        assert_eq!(history[0]["state"], "partly applied");

        // Nothing but tags is left, and none is set.
        let (code, out, _) = world.run(&["apply", PLAN, &file]);
        assert_eq!(code, Some(1), "{out}");
        assert!(out.contains("not applied: UntagResource"), "{out}");
        assert!(out.contains("Nothing was changed."), "{out}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_go_make_room_for_those_that_come() {
    let world = World::start().await;
    let tags = |from: usize, to: usize| -> Value {
        let tags = (from..to).map(|n| (format!("t{n:02}"), json!("v")));
        Value::Object(tags.collect())
    };
    let file = renamed_and_tagged(&world, &tags(0, 45));
    world.json(&["apply", PLAN, &file, "--json"]);
    // 38 stay, 7 go, 7 come: with all of them it would have 52 for a moment.
    let file = renamed_and_tagged(&world, &tags(7, 52));
    let applied = world.json(&["apply", PLAN, &file, "--json"]);
    assert_eq!(applied["result"], "sent", "{applied}");
    assert_eq!(world.plan(PLAN)["tags"], tags(7, 52));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_several_calls_stop_at_the_first_that_fails() {
    let world = World::start().await;
    let file = renamed_and_tagged(&world, &json!({"team": "pay"}));
    let (_, out, _) = world.run(&["diff", PLAN, &file]);
    let at = out.find("the same as a command").unwrap();
    let commands: Vec<&str> = out[at..].lines().skip(1).map(str::trim).collect();
    let [update, untag, tag] = commands[..] else {
        panic!("three commands: {commands:?}");
    };
    assert!(
        update.contains("update-usage-plan") && update.ends_with(" &&"),
        "{update}"
    );
    assert!(
        untag.contains("untag-resource") && untag.ends_with(" &&"),
        "{untag}"
    );
    assert!(
        tag.contains(" tag-resource") && !tag.ends_with("&&"),
        "{tag}"
    );
    // In JSON each is a command of its own.
    let (_, out, _) = world.run(&["diff", PLAN, &file, "--json"]);
    assert!(!out.contains("&&"), "{out}");
}

/// Detaches a stage of the plan, which is deleted then; gives the send's ID.
fn detach_and_lose(world: &World, also: &[Value]) -> String {
    let mut operations = vec![json!({
        "op": "remove", "path": "/apiStages", "value": "a7k2m9p4qz:dev"
    })];
    operations.extend_from_slice(also);
    let file = world.file("detach.json", &Value::from(operations).to_string());
    let applied = world.json(&["apply", PLAN, &file, "--confirm", PLAN, "--json"]);
    delete_stage(world, "a7k2m9p4qz", "dev");
    applied["send"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_of_what_cannot_come_back_fails_and_names_it() {
    let world = World::start().await;
    let send = detach_and_lose(&world, &[]);
    for dry in [true, false] {
        let mut arguments = vec!["undo", send.as_str(), "--json"];
        arguments.extend(dry.then_some("--dry-run"));
        let (code, out, error) = world.run(&arguments);
        assert_eq!(code, Some(1), "{out}{error}");
        let undone: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(undone["send"], Value::Null);
        let change = &undone["changes"][0];
        assert_eq!(change["result"], "cannot be undone");
        assert_eq!(
            change["lost"],
            json!(["the stage a7k2m9p4qz:dev is gone: it cannot be attached again"])
        );
    }
    let (code, out, _) = world.run(&["undo", &send]);
    assert_eq!(code, Some(1));
    assert!(out.contains("br5ent: cannot be undone"), "{out}");
    assert!(
        out.contains("cannot come back: the stage a7k2m9p4qz:dev is gone"),
        "{out}"
    );
    assert!(!out.contains("reads as it did before"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_of_which_a_part_comes_back_is_not_whole() {
    let world = World::start().await;
    let name = json!({"op": "replace", "path": "/name", "value": "petstore-trial"});
    let send = detach_and_lose(&world, &[name]);
    let (code, out, error) = world.run(&["undo", &send, "--json"]);
    assert_eq!(code, Some(3), "{out}{error}");
    let undone: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(undone["changes"][0]["result"], "sent");
    assert_eq!(undone["changes"][0]["lost"].as_array().unwrap().len(), 1);
    assert_eq!(world.plan(PLAN)["name"], "petstore-free");

    // The history says so of the change that was undone.
    let back = undone["send"].as_str().unwrap();
    let history = world.json(&["history", "--json"]);
    assert_eq!(history[0]["takenBackInPart"], json!([]));
    assert_eq!(history[1]["takenBackBy"], json!([back]));
    let in_part = &history[1]["takenBackInPart"][0];
    assert_eq!(in_part["by"], back);
    let lost = in_part["lost"][0].as_str().unwrap();
    assert!(lost.contains("a7k2m9p4qz:dev"), "{lost}");
    assert!(!lost.contains("name"), "{lost}");
    let (_, text, _) = world.run(&["history"]);
    let told = format!("undone in part by {back}: {lost}");
    assert!(text.contains(&told), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_told_also_where_nothing_can_be_printed() {
    let world = World::start().await;
    let file = world.file(
        "name.json",
        r#"[{"op": "replace", "path": "/name", "value": "petstore-trial"}]"#,
    );
    let mut command = world.command(&["apply", PLAN, &file]);
    // A device that is always full (Linux).
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else { return };
    let output = command.stdout(full).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{error}");
    assert_eq!(world.plan(PLAN)["name"], "petstore-trial");
    let history = world.json(&["history", "--json"]);
    let send = history[0]["send"].as_str().unwrap();
    assert!(error.contains(send), "{error}");
}
