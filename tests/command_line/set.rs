//! `plangate set`.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use plangate::emulator::{FaultKind, InjectedFault};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::sends::World;

/// The rates of two plans of the sample account, as they are.
fn rates(world: &World) -> [Value; 2] {
    ["w0mvrr", "3i6x10"].map(|plan| world.plan(plan)["throttle"]["rateLimit"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_line_changes_a_plan_through_the_journal_and_is_undone() {
    let world = World::start().await;
    let first = world.plan("w0mvrr");
    let line = "rate +20%, quota 2M/MONTH";
    let dry = world.json(&["set", "basic-monthly", line, "--dry-run", "--json", "--yes"]);
    assert_eq!(dry["send"], Value::Null);
    assert_eq!(dry["plans"][0]["result"], "not sent");
    assert_eq!(world.updates().await, 0);

    // A quota of 2M is a jump: as apply, it needs the consent.
    assert!(dry["needs"].as_str().unwrap().contains("--confirm w0mvrr"));
    let (code, out, error) = world.run(&["set", "basic-monthly", line, "--yes", "--json"]);
    assert_eq!((code, out.as_str()), (Some(1), ""), "{error}");
    assert!(error.contains("it needs --confirm w0mvrr"), "{error}");

    let sent = world.json(&[
        "set",
        "basic-monthly",
        line,
        "--yes",
        "--confirm",
        "w0mvrr",
        "--reason",
        "OPS-1",
        "--json",
    ]);
    let plan = &sent["plans"][0];
    assert_eq!(
        (&plan["plan"], &plan["result"]),
        (&json!("w0mvrr"), &json!("sent"))
    );
    assert_eq!(
        plan["operations"],
        json!([
            {"op": "replace", "path": "/throttle/rateLimit", "value": "120"},
            {"op": "replace", "path": "/quota/period", "value": "MONTH"},
            {"op": "replace", "path": "/quota/limit", "value": "2000000"},
        ])
    );
    assert_eq!(world.plan("w0mvrr")["throttle"]["rateLimit"], 120.0);
    assert_eq!(world.plan("w0mvrr")["quota"]["limit"], 2_000_000);

    let history = world.json(&["history", "--json"]);
    assert_eq!(history[0]["send"], sent["send"]);
    assert_eq!(history[0]["reason"], "OPS-1");
    let id = sent["send"].as_str().unwrap();
    world.json(&["undo", id, "--json", "--confirm", "w0mvrr"]);
    assert_eq!(world.plan("w0mvrr"), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_is_what_apply_shows() {
    let world = World::start().await;
    let (code, out, error) = world.run(&["set", "w0mvrr", "rate 120", "--yes"]);
    assert_eq!(code, Some(0), "{error}");
    for text in [
        "plan w0mvrr basic-monthly\n",
        "~ rate limit: 100 -> 120\n",
        "replace /throttle/rateLimit \"120\"\n",
        "aws apigateway update-usage-plan --usage-plan-id w0mvrr",
        "\nbasic-monthly: sent\n",
        "\nundo this: plangate undo ",
    ] {
        assert!(out.contains(text), "{text:?} in {out}");
    }
    let (code, out, _) = world.run(&["set", "w0mvrr", "rate 120"]);
    assert_eq!(
        (code, out.as_str()),
        (Some(0), "basic-monthly: nothing to send\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_plans_go_in_one_send_and_each_is_told() {
    let world = World::start().await;
    // By id and by name, one of them twice, one that is so already.
    let burst = world.plan("petstore-gold")["throttle"]["burstLimit"]
        .as_u64()
        .unwrap();
    let line = format!("burst {burst}");
    let sent = world.json(&[
        "set",
        "w0mvrr",
        "petstore-gold",
        "basic-monthly",
        &line,
        "--yes",
        "--json",
        "--confirm",
        "w0mvrr",
    ]);
    let told: Vec<[&Value; 2]> = sent["plans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|plan| [&plan["plan"], &plan["result"]])
        .collect();
    assert_eq!(
        told,
        [
            ["w0mvrr", "sent"].map(Value::from),
            ["3i6x10", "nothing to send"].map(Value::from)
        ]
        .each_ref()
        .map(<[Value; 2]>::each_ref)
    );
    assert_eq!(world.plan("w0mvrr")["throttle"]["burstLimit"], burst);

    let before = rates(&world);
    let line = [
        "set",
        "w0mvrr",
        "petstore-gold",
        "rate +10%",
        "--yes",
        "--json",
    ];
    let sent = world.json(&line);
    let history = world.json(&["history", "--json"]);
    let of_send = history
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["send"] == sent["send"]);
    assert_eq!(of_send.count(), 2);
    for (before, now) in before.iter().zip(rates(&world)) {
        let raised = before.as_f64().unwrap() * 1.1;
        assert!(
            (now.as_f64().unwrap() - raised).abs() < 1e-6,
            "{before} {now}"
        );
    }
    // Several are consented to by their number.
    let line = ["set", "w0mvrr", "petstore-gold", "rate x3", "--yes"];
    let (code, _, error) = world.run(&line);
    assert_eq!(code, Some(1));
    assert!(error.contains("it needs --confirm 2: "), "{error}");
    let (code, out, error) = world.run(&[&line[..], &["--confirm", "2"]].concat());
    assert_eq!(code, Some(0), "{error}");
    assert!(out.contains("petstore-gold: sent\n"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_the_change_does_not_fit_keeps_it_from_all() {
    let world = World::start().await;
    let before = rates(&world);
    // quota-only has no rate.
    let (code, out, error) = world.run(&["set", "w0mvrr", "quota-only", "rate +20%", "--yes"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        error.starts_with("plangate: nothing was sent: quota-only: has no rate limit to change"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1, "{error}");
    // What the rules refuse is refused here too.
    let (code, _, error) = world.run(&["set", "w0mvrr", "offset 40", "--yes"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("offset-in-period"), "{error}");
    assert_eq!(rates(&world), before);
    assert_eq!(world.updates().await, 0);
    let (code, _, error) = world.run(&["set", "w0mvrr", "no-such-plan", "rate 1", "--yes"]);
    assert_eq!(code, Some(2));
    assert!(
        error.contains("no usage plan has the id or the name \"no-such-plan\""),
        "{error}"
    );
    let (code, _, error) = world.run(&["--read-only", "set", "w0mvrr", "rate 101", "--yes"]);
    assert_eq!((code, world.updates().await), (Some(1), 0), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_nothing_is_sent_unless_yes_is_said() {
    let world = World::start().await;
    for more in [&[][..], &["--confirm", "w0mvrr"]] {
        let line = [&["set", "w0mvrr", "rate 101"], more].concat();
        let (code, out, error) = world.run(&line);
        assert_eq!(code, Some(1), "{out}");
        let said = "plangate: nothing was sent: without a terminal it needs --yes\n";
        assert_eq!(error, said);
    }
    assert_eq!(world.updates().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_read_is_told_with_its_place() {
    let world = World::start().await;
    for (words, said) in [
        (
            &["w0mvrr", "rate"][..],
            "the change \"rate\" is not finished: continue with a number",
        ),
        (
            &["w0mvrr", "rate 200, brst 4"],
            "the change \"rate 200, brst 4\", column 11: ",
        ),
        (
            &["w0mvrr", "rate", "+20%"],
            "put the change in quotes: 'rate +20%'",
        ),
        (
            &["rate +20%"],
            "name a plan and then the change: plangate set PLAN 'rate +20%'",
        ),
        (
            &["w0mvrr"],
            "name a plan and then the change: plangate set PLAN 'rate +20%'",
        ),
    ] {
        let (code, out, error) = world.run(&[&["set"], words].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{words:?}");
        assert!(error.contains(said), "{words:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worst_outcome_gives_the_exit_code() {
    let world = World::start().await;
    let denied = InjectedFault {
        skip: 1,
        ..InjectedFault::next("UpdateUsagePlan", FaultKind::AccessDenied)
    };
    world.faults().schedule(denied);
    let line = [
        "set",
        "w0mvrr",
        "petstore-gold",
        "rate +10%",
        "--yes",
        "--json",
    ];
    let (code, out, error) = world.run(&line);
    assert_eq!(code, Some(3), "{error}");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["plans"][0]["result"], "sent");
    assert_eq!(told["plans"][1]["result"], "not applied");
    assert!(
        told["plans"][1]["said"]
            .as_str()
            .unwrap()
            .contains("UpdateUsagePlan"),
        "{out}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_stops_after_the_one_under_way_and_the_rest_is_told() {
    let world = World::start().await;
    let mut command: Command = world.command(&[
        "set",
        "w0mvrr",
        "petstore-gold",
        "rate +10%",
        "--yes",
        "--json",
        "--update-interval",
        "600",
    ]);
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    while world.updates().await == 0 {
        assert!(Instant::now() < deadline, "nothing is sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["plans"][0]["result"], "sent", "{told}");
    assert_eq!(told["plans"][1]["result"], "not sent");
    assert_eq!(told["plans"][1]["said"], "stopped");
    assert_eq!(world.updates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_of_the_list_names_the_plans() {
    let world = World::start().await;
    let found = |filter: &str| {
        let line = ["set", "--where", filter, "rate 7", "--dry-run", "--json"];
        let plans = world.json(&line)["plans"].clone();
        let names = plans.as_array().unwrap().iter();
        names
            .map(|plan| plan["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("^petstore-gold$"), ["petstore-gold"]);
    let attached = found("petstore:prod");
    assert!(attached.len() > 1, "{attached:?}");
    assert_eq!(found("a7k2m9p4qz:prod"), attached);
    assert_eq!(
        found("petstore:prod !^petstore-gold$").len(),
        attached.len() - 1
    );

    // Letters that only stand in this order somewhere in a name find no plan to change.
    for filter in ["ptstrgld", "no such plan"] {
        let (code, out, error) = world.run(&["set", "--where", filter, "rate 7", "--yes"]);
        assert_eq!((code, out.as_str()), (Some(2), ""));
        let said = format!("plangate: no usage plan fits the filter {filter:?}\n");
        assert_eq!(error, said);
    }
    for (words, said) in [
        (
            &["--where", " ", "rate 7"][..],
            "the filter of --where is empty",
        ),
        (&["--where", "gold", "w0mvrr", "rate 7"], "not both"),
    ] {
        let (code, _, error) = world.run(&[&["set", "--yes"], words].concat());
        assert_eq!(code, Some(2), "{error}");
        assert!(error.contains(said), "{error}");
    }
    assert_eq!(world.updates().await, 0);
}
