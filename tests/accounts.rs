//! Two AWS accounts behind one profile, one run after the other: keys of the environment
//! are of the same profile, and so of the same journal, whichever account they are of. The
//! real program, and servers on this machine.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::process::Command;
use std::time::{Duration, Instant};

use plangate::emulator::{self, Emulator};
use support::gatekeeper::Gatekeeper;
use support::keys::{CTRL_S, ENTER};
use support::pty::{PLANGATE, Program, Start};
use tempfile::TempDir;

const LOADED: &str = "39 of 39";
const OTHER: &str = "210987654321";

struct World {
    server: Emulator,
    gate: Gatekeeper,
    state: TempDir,
}

impl World {
    async fn start() -> Self {
        let options = emulator::Options {
            faults: true,
            ..emulator::Options::default()
        };
        let server = Emulator::start(options).await.unwrap();
        let gate = Gatekeeper::start(&server.endpoint()).await;
        gate.admit("demo");
        let state = TempDir::new().unwrap();
        std::fs::create_dir_all(state.path().join("plangate")).unwrap();
        std::fs::write(state.path().join("plangate/greeted"), "").unwrap();
        Self {
            server,
            gate,
            state,
        }
    }

    /// From now on the keys are of another account.
    fn change_account(&self) {
        let arn = format!("arn:aws:iam::{OTHER}:user/ops");
        self.gate
            .set(|policy| policy.caller = Some((OTHER.to_owned(), arn)));
    }

    fn change_back(&self) {
        self.gate.set(|policy| policy.caller = None);
    }

    fn environment(&self) -> [(&str, &str); 6] {
        [
            ("AWS_ENDPOINT_URL", &self.gate.endpoint),
            ("AWS_ACCESS_KEY_ID", "demo"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("XDG_STATE_HOME", self.state.path().to_str().unwrap()),
        ]
    }

    /// Whether the journal has a draft that tells of its account.
    fn keeps_a_draft(&self) -> bool {
        let folder = self.state.path().join("plangate/journal");
        let folders = std::fs::read_dir(folder).into_iter().flatten();
        let files = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
        let mut texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()));
        texts.any(|text| text.is_ok_and(|text| text.contains("\"accountNumber\":\"1234")))
    }

    fn dashboard(&self) -> Program {
        let start = Start::plangate(&[]).size(200, 50);
        let all = self.environment().into_iter();
        let mut program = all
            .fold(start, |start, (name, value)| start.env(name, value))
            .run();
        program.wait_for(LOADED);
        program
    }

    /// The exit code of a command, and what it printed and complained of.
    fn command(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = Command::new(PLANGATE)
            .args(arguments)
            .env_clear()
            .env("HOME", self.state.path())
            .envs(self.environment())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    async fn writes(&self) -> usize {
        let requests = self.server.requests().await;
        let is_write = |operation: &str| {
            ["Create", "Update", "Delete"]
                .iter()
                .any(|verb| operation.starts_with(verb))
        };
        let writes = requests.iter().filter(|one| is_write(&one.operation));
        writes.count()
    }
}

/// Waits for words that may be broken over lines.
fn wait_for_words(program: &mut Program, words: &str) {
    program.wait_until(&format!("{words:?}"), |screen| {
        let contents = screen.contents();
        let all: Vec<&str> = contents.split_whitespace().collect();
        all.join(" ").contains(words)
    });
}

/// Ends a program without a word; what it held is free then.
fn kill(mut program: Program) {
    program.signal(rustix::process::Signal::KILL);
    program.wait_end();
}

/// A dashboard with a staged rate.
fn staged(world: &World) -> Program {
    let mut program = world.dashboard();
    program.wait_for("user/demo");
    program.press("/basic-mon");
    program.press(ENTER);
    program.wait_for("1 of 39");
    program.press("r110");
    program.press(ENTER);
    program.wait_for("1 draft not sent");
    // It is shown a moment before it is kept.
    let deadline = Instant::now() + Duration::from_secs(60);
    while !world.keeps_a_draft() {
        assert!(Instant::now() < deadline, "the draft is not kept");
        std::thread::yield_now();
    }
    program
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_and_sends_of_another_account_wait_for_it() {
    let world = World::start().await;
    let mut program = staged(&world);
    program.press("v");
    program.wait_for("PATCH /usageplans/");
    // The send is begun, and meets keys that do not hold.
    world.gate.set(|policy| policy.keys.clear());
    program.press(CTRL_S);
    wait_for_words(&mut program, "It waits in the send queue");
    world.gate.admit("demo");
    kill(program);

    world.change_account();
    let mut program = world.dashboard();
    wait_for_words(
        &mut program,
        "From last time: 1 draft and 1 send of the account 123456789012 wait in the journal: it \
         is untouched; start plangate with credentials of 123456789012.",
    );
    let screen = program.screen().contents();
    assert!(!screen.contains("draft not sent"), "{screen}");
    program.press("Q");
    program.wait_for("Nothing is being sent");
    kill(program);

    // Nor where nobody knows which account it is.
    world.gate.set(|policy| policy.is_silent = true);
    let mut program = world.dashboard();
    wait_for_words(
        &mut program,
        "it is untouched, as it is not known which account this is; R asks again.",
    );
    world.gate.set(|policy| policy.is_silent = false);
    world.change_back();
    // Once it is known, it goes on.
    program.press("R");
    wait_for_words(&mut program, "1 draft is here again.");
    program.wait_for("1 draft not sent");
    assert_eq!(world.writes().await, 0);
    program.press("Q");
    program.wait_for("basic-monthly");
    program.press("p");
    wait_for_words(&mut program, "is now as reviewed");
    assert_eq!(world.writes().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_ran_out_at_the_start_give_the_drafts_once_they_are_renewed() {
    let world = World::start().await;
    kill(staged(&world));
    let start = Start::plangate(&[]).size(200, 50);
    let all = world.environment().into_iter();
    let start = all.fold(start, |start, (name, value)| start.env(name, value));
    world.gate.set(|policy| policy.keys.clear());
    let mut program = start.run();
    wait_for_words(&mut program, "have expired");
    world.gate.admit("demo");
    program.press("R");
    program.wait_for(LOADED);
    wait_for_words(&mut program, "1 draft is here again.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_takes_back_nothing_of_another_account() {
    let world = World::start().await;
    let file = world.state.path().join("plan.json");
    let patch = r#"[{"op": "replace", "path": "/throttle/rateLimit", "value": "120"}]"#;
    std::fs::write(&file, patch).unwrap();
    let edited = ["apply", "w0mvrr", file.to_str().unwrap(), "--json"];
    let (code, out, error) = world.command(&edited);
    assert_eq!(code, Some(0), "{error}");
    let sent: serde_json::Value = serde_json::from_str(&out).unwrap();
    let id = sent["send"].as_str().unwrap().to_owned();
    let writes = world.writes().await;

    world.change_account();
    let (code, _, error) = world.command(&["undo", &id]);
    assert_eq!(code, Some(1), "{error}");
    assert!(
        error.contains(&format!(
            "{id} was made in the account 123456789012, and these credentials are of {OTHER}"
        )),
        "{error}"
    );
    assert_eq!(world.writes().await, writes);
    // Where it cannot be learnt, it is told. The dry run sends nothing.
    world.gate.set(|policy| policy.is_silent = true);
    let (_, _, error) = world.command(&["undo", "--dry-run", &id]);
    assert!(error.contains("it is not known whether"), "{error}");
    world.gate.set(|policy| policy.is_silent = false);
    world.change_back();
    let (code, _, error) = world.command(&["undo", "--dry-run", &id]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
}
