//! What the history says of calls that turn out otherwise, and of what it has lost.

use std::fs;
use std::path::{Path, PathBuf};

use plangate::emulator::{FaultKind, InjectedFault};
use serde_json::Value;

use super::outcome;
use super::sends::{RATE, World};

/// Somebody else makes a change, with a journal of one's own.
fn somebody_else(world: &World, arguments: &[&str]) {
    let mut command = world.command(arguments);
    command.env("XDG_STATE_HOME", world.path("of-another"));
    let (code, _, error) = outcome(command);
    assert_eq!(code, Some(0), "{error}");
}

/// A change that was said not to be made, and that came late.
async fn came_late() -> (World, String) {
    let world = World::start().await;
    let rate = world.file("rate.json", RATE);
    let lost = InjectedFault::next("UpdateUsagePlan", FaultKind::ResetBefore);
    world.faults().schedule(lost);
    let (code, out, _) = world.run(&["apply", "w0mvrr", &rate]);
    assert_eq!(code, Some(1), "{out}");
    assert_eq!(state(&world), "not applied");
    somebody_else(&world, &["apply", "w0mvrr", &rate]);
    (world, rate)
}

fn state(world: &World) -> String {
    let history = world.json(&["history", "--json"]);
    history[0]["state"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_reads_the_plan_next_corrects_what_was_said_not_to_be_made() {
    for reads in [
        &["show", "w0mvrr"][..],
        &["--read-only", "show", "basic-monthly", "--json"],
        &["list"],
        &["list", "--json"],
        &["list", "--region", "us-east-1"],
        &["lint", "--fail-on", "error"],
        &["--plain"],
        &["--plain", "w0mvrr"],
        &["diff", "w0mvrr", "RATE"],
        &["apply", "w0mvrr", "RATE", "--dry-run"],
    ] {
        let (world, rate) = came_late().await;
        let arguments: Vec<&str> = reads
            .iter()
            .map(|word| if *word == "RATE" { rate.as_str() } else { word })
            .collect();
        let (code, out, error) = world.run(&arguments);
        // `lint` finds something in the sample account.
        let expected = i32::from(reads.contains(&"lint"));
        assert_eq!(code, Some(expected), "{reads:?}: {out}{error}");
        assert!(!error.contains("history"), "it is quiet: {error}");
        assert_eq!(state(&world), "applied", "{reads:?}");
        let history = world.json(&["history", "--json"]);
        let send = history[0]["send"].as_str().unwrap();
        world.json(&["undo", send, "--json"]);
        assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 100.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_without_anything_to_send_corrects_too() {
    let (world, _) = came_late().await;
    let history = world.json(&["history", "--json"]);
    let send = history[0]["send"].as_str().unwrap();
    world.json(&["undo", send, "--dry-run", "--json"]);
    assert_eq!(state(&world), "applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_cannot_be_used_fails_nothing_that_only_reads() {
    let (world, _) = came_late().await;
    for arguments in [&["show", "w0mvrr"][..], &["list"], &["--plain"]] {
        let mut command = world.command(arguments);
        command.env("XDG_STATE_HOME", Path::new("/proc"));
        let (code, _, error) = outcome(command);
        assert_eq!((code, error.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

/// A change that was made and answered with the plan as it was, which could not be read
/// again then.
async fn doubted() -> (World, String, String) {
    let world = World::start().await;
    let rate = world.file("rate.json", RATE);
    let lie = InjectedFault::next("UpdateUsagePlan", FaultKind::Lie);
    world.faults().schedule(lie);
    world.faults().schedule(InjectedFault {
        skip: 2,
        ..InjectedFault::next("GetUsagePlan", FaultKind::AccessDenied)
    });
    let (_, out, _) = world.run(&["apply", "w0mvrr", &rate, "--json"]);
    let applied: Value = serde_json::from_str(&out).unwrap();
    let said = applied["said"].as_str().unwrap();
    assert!(
        said.starts_with("the answer is not as predicted in: "),
        "{out}"
    );
    world.faults().clear();
    let send = applied["send"].as_str().unwrap().to_owned();
    (world, send, rate)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_the_old_plan_is_in_doubt_in_the_history() {
    let (world, send, _) = doubted().await;
    let history = world.json(&["history", "--json"]);
    assert_eq!(history[0]["state"], "applied");
    let doubt = history[0]["doubt"].as_str().unwrap();
    assert!(doubt.contains("reads 100, not 120"), "{doubt}");
    let said = history[0]["said"].as_str().unwrap();
    assert!(
        said.starts_with("the answer is not as predicted in: "),
        "{said}"
    );
    let (_, text, _) = world.run(&["history"]);
    assert!(text.contains("applied (in doubt) by ops@local"), "{text}");
    assert!(text.contains("in doubt: the service said"), "{text}");

    // The plan as it is now decides what is to be undone.
    let undone = world.json(&["undo", &send, "--json"]);
    assert_eq!(undone["changes"][0]["result"], "sent", "{undone}");
    assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 100.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_answer_did_not_show_is_certain_once_the_plan_shows_it() {
    let (world, _, _) = doubted().await;
    world.plan("w0mvrr");
    let history = world.json(&["history", "--json"]);
    assert_eq!(history[0]["doubt"], Value::Null);
    assert_eq!(history[0]["state"], "applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_answer_did_not_show_is_not_undone_where_the_plan_reads_as_before() {
    let (world, send, rate) = doubted().await;
    let back = world.file(
        "back.json",
        &fs::read_to_string(rate).unwrap().replace("120", "100"),
    );
    somebody_else(&world, &["apply", "w0mvrr", &back]);
    let undone = world.json(&["undo", &send, "--json"]);
    assert_eq!(undone["changes"][0]["result"], "nothing to send");
    let other = world.file("other.json", &RATE.replace("120", "130"));
    somebody_else(&world, &["apply", "w0mvrr", &other]);
    let (code, _, error) = world.run(&["undo", &send]);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("is 130 now"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_change_has_one_word_in_the_result_and_in_the_history() {
    for kind in [FaultKind::AccessDenied, FaultKind::ResetBefore] {
        let world = World::start().await;
        let rate = world.file("rate.json", RATE);
        world
            .faults()
            .schedule(InjectedFault::next("UpdateUsagePlan", kind.clone()));
        let (code, out, _) = world.run(&["apply", "w0mvrr", &rate, "--json"]);
        let applied: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(code, Some(1), "{kind:?}");
        assert_eq!(applied["result"], "not applied", "{kind:?}");
        assert_eq!(state(&world), "not applied");
    }
}

/// The files of sends in a folder, wherever they are.
fn files_of_sends(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_of_sends(&path));
        } else if path.to_string_lossy().ends_with(".past.jsonl") {
            files.push(path);
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_lost_what_it_held_says_so_wherever_it_is_asked() {
    let world = World::start().await;
    let rate = world.file("rate.json", RATE);
    let applied = world.json(&["apply", "w0mvrr", &rate, "--json"]);
    let send = applied["send"].as_str().unwrap();
    let files = files_of_sends(Path::new(&world.path("state")));
    let [file] = files.as_slice() else {
        panic!("one file: {files:?}");
    };
    fs::write(file, "").unwrap();
    let (code, _, error) = world.run(&["undo", send]);
    assert_eq!(code, Some(2));
    assert!(
        error.contains(&format!("no send has the ID {send}")),
        "{error}"
    );
    assert!(
        error.contains("it is empty: its contents are lost"),
        "{error}"
    );
    let (code, out, error) = world.run(&["history", "--json"]);
    assert_eq!(code, Some(3), "{error}");
    let history: Value = serde_json::from_str(&out).unwrap();
    let damaged = &history[0]["damaged"];
    assert_eq!(damaged["file"], file.to_str().unwrap());
    assert_eq!(damaged["line"], Value::Null);
    assert!(damaged["why"].as_str().unwrap().contains("it is empty"));
    assert_eq!(world.run(&["history"]).0, Some(3));
}
