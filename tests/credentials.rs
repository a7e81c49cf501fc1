//! Credentials that ran out or are missing: what the operator is told, and that one key
//! goes on with new ones, with the screen as it was. The real program, its AWS files in
//! a folder of its own, and servers on this machine.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use plangate::emulator::{self, Emulator};
use support::gatekeeper::{GIVEN, Gatekeeper};
use support::keys::{CTRL_S, ENTER};
use support::pty::{PLANGATE, Program, Start};

const LOADED: &str = "39 of 39";
/// An account that is not the sample account.
const OTHER: &str = "210987654321";
const IS_ANOTHER: &str = "this is another account now: 210987654321, not 123456789012. Nothing \
    was read, sent or changed there. Bring back credentials of the account 123456789012. R tries \
    again.";

/// A server, its gatekeeper, and a home with AWS files.
struct World {
    server: Emulator,
    gate: Gatekeeper,
}

impl World {
    async fn start() -> Self {
        let options = emulator::StartOptions {
            faults: true,
            ..emulator::StartOptions::default()
        };
        let server = Emulator::start(options).await.unwrap();
        let gate = Gatekeeper::start(&server.endpoint()).await;
        Self { server, gate }
    }

    /// The dashboard with a profile `ops` that has this to say.
    fn dashboard(&self, profile: &str) -> Start {
        let start = Start::plangate(&["--profile", "ops"]).size(200, 50);
        write_config(start.home(), profile);
        self.with_endpoints(start)
    }

    fn with_endpoints(&self, mut start: Start) -> Start {
        for name in [
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_STS",
            "AWS_ENDPOINT_URL_SSO",
        ] {
            start = start.env(name, &self.gate.endpoint);
        }
        start
    }

    async fn updates(&self) -> usize {
        self.calls("UpdateUsagePlan").await
    }

    /// How many calls of an operation reached the server.
    async fn calls(&self, operation: &str) -> usize {
        let requests = self.server.requests().await;
        let calls = requests.iter().filter(|one| one.operation == operation);
        calls.count()
    }

    /// Waits until so many calls of an operation reached the server.
    async fn wait_for_calls(&self, operation: &str, count: usize) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while self.calls(operation).await < count {
            assert!(Instant::now() < deadline, "{operation} is not called");
            tokio::task::yield_now().await;
        }
    }

    /// Reads again from there on with credentials that hold.
    async fn renew(&self, program: &mut Program) {
        let read = self.calls("GetUsagePlans").await;
        program.press("R");
        self.wait_for_calls("GetUsagePlans", read + 1).await;
    }

    /// The profile's next keys are of another account.
    fn change_account(&self, home: &Path) {
        let arn = format!("arn:aws:iam::{OTHER}:user/ops");
        self.gate
            .set(|policy| policy.caller = Some((OTHER.to_owned(), arn)));
        self.gate.admit("second");
        keys(home, "second");
    }
}

fn write_config(home: &Path, profile: &str) {
    let text = format!(
        "[profile ops]\nregion = us-east-1\n{}\n\
         [sso-session dev]\nsso_region = us-east-1\nsso_start_url = https://x.test/start\n\
         [profile base]\naws_access_key_id = base\naws_secret_access_key = b\n",
        profile.replace("HOME", home.to_str().unwrap())
    );
    write(home, ".aws/config", &text);
}

fn write(home: &Path, name: &str, text: &str) {
    let path = home.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn script(home: &Path, text: &str) {
    write(home, "vault", &format!("#!/bin/sh\n{text}\n"));
    let all = fs::Permissions::from_mode(0o755);
    fs::set_permissions(home.join("vault"), all).unwrap();
}

/// The keys of the profile in the credentials file.
fn keys(home: &Path, key: &str) {
    let text = format!(
        "[ops]\naws_access_key_id = {key}\naws_secret_access_key = s\naws_session_token = t\n"
    );
    write(home, ".aws/credentials", &text);
}

/// The cached token of IAM Identity Center for the session `dev`: the file's name is the
/// SHA-1 of that.
fn sso_token(home: &Path, year: u16) {
    let text = format!("{{\"accessToken\": \"t\", \"expiresAt\": \"{year}-01-01T00:00:00Z\"}}");
    let name = "34c6fceca75e456f25e7e99531e2425c6c1de443";
    write(home, &format!(".aws/sso/cache/{name}.json"), &text);
}

/// The cached session of `aws login`: the file's name is the SHA-256 of the session's.
fn login_token(home: &Path) {
    let name = "a1abaa720f53d98a18ca92dbb4863eca9d1f3f9ddacc78048d233e7faa396a09";
    let text = r#"{"accessToken": {"accessKeyId": "good", "secretAccessKey": "s",
        "sessionToken": "t", "accountId": "123456789012", "expiresAt": "2099-01-01T00:00:00Z"},
        "tokenType": "aws_sigv4", "refreshToken": "r", "idToken": "i",
        "clientId": "arn:aws:signin:::devtools/same-device", "dpopKey": "none"}"#;
    write(home, &format!(".aws/login/cache/{name}.json"), text);
}

/// Waits for words that may be broken over lines.
fn wait_for_words(program: &mut Program, words: &str) {
    program.wait_until(&format!("{words:?}"), |screen| {
        let contents = screen.contents();
        let all: Vec<&str> = contents.split_whitespace().collect();
        all.join(" ").contains(words)
    });
}

/// What is wrong with the profile at first, what is told, and how it is mended.
struct Case {
    profile: &'static str,
    begin: fn(&Path),
    /// Each is on the screen.
    told: &'static [&'static str],
    mend: fn(&Path),
    /// The access key that holds then.
    holds: &'static str,
}

const SSO: &str = "sso_session = dev\nsso_account_id = 123456789012\nsso_role_name = Ops";
const PROCESS: &str = "credential_process = HOME/vault --secret hunter2";
const WEB: &str =
    "role_arn = arn:aws:iam::123456789012:role/Ops\nweb_identity_token_file = HOME/token";
const GOOD_PROCESS: &str = "echo '{\"Version\": 1, \"AccessKeyId\": \"good\", \
    \"SecretAccessKey\": \"s\"}'";

/// Every kind whose mending lies in files.
const CASES: [Case; 8] = [
    // The session's keys in the credentials file have expired at the service.
    Case {
        profile: "",
        begin: |home| keys(home, "old"),
        told: &["for the profile ops have expired", "aws_session_token"],
        mend: |home| keys(home, "good"),
        holds: "good",
    },
    // The profile has nothing.
    Case {
        profile: "output = json",
        begin: |_| {},
        told: &[
            "no AWS credentials were found for the profile ops",
            "`aws configure --profile ops`",
        ],
        mend: |home| keys(home, "good"),
        holds: "good",
    },
    // The token of IAM Identity Center has expired.
    Case {
        profile: SSO,
        begin: |home| sso_token(home, 2020),
        told: &[
            "for the profile ops have expired",
            "Run `aws sso login --profile ops`.",
        ],
        mend: |home| sso_token(home, 2099),
        holds: GIVEN,
    },
    // Nobody signed in.
    Case {
        profile: SSO,
        begin: |_| {},
        told: &[
            "no AWS credentials were found",
            "Run `aws sso login --profile ops`.",
        ],
        mend: |home| sso_token(home, 2099),
        holds: GIVEN,
    },
    // The program fails, in its own words.
    Case {
        profile: PROCESS,
        begin: |home| script(home, "echo 'the vault is locked' >&2; exit 3"),
        told: &["the vault is locked", "vault` does (credential_process"],
        mend: |home| script(home, GOOD_PROCESS),
        holds: "good",
    },
    // The program prints rubbish.
    Case {
        profile: PROCESS,
        begin: |home| script(home, "echo rubbish"),
        told: &[
            "what the program printed are not credentials",
            "vault` does (credential_process",
        ],
        mend: |home| script(home, GOOD_PROCESS),
        holds: "good",
    },
    // The file of the token is missing.
    Case {
        profile: WEB,
        begin: |_| {},
        told: &[
            "No such file",
            "(web_identity_token_file of the profile ops)",
        ],
        mend: |home| write(home, "token", "token"),
        holds: GIVEN,
    },
    // Nobody has signed in with `aws login`.
    Case {
        profile: "login_session = arn:aws:iam::123456789012:user/ops",
        begin: |_| {},
        told: &[
            "no AWS credentials were found",
            "Run `aws login --profile ops`.",
        ],
        mend: login_token,
        holds: "good",
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_says_how_it_is_renewed_and_goes_on_with_one_key() {
    for case in CASES {
        let world = World::start().await;
        world.gate.set(|policy| policy.roles = true);
        world.gate.admit(case.holds);
        let start = world.dashboard(case.profile);
        (case.begin)(start.home());
        let mut program = start.run();
        wait_for_words(&mut program, "R tries again.");
        for words in case.told {
            wait_for_words(&mut program, words);
        }
        let screen = program.screen().contents();
        assert!(!screen.contains("hunter2"), "{screen}");
        (case.mend)(program.home());
        program.press("R");
        program.wait_for(LOADED);
        program.wait_for("123456789012");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_be_assumed_is_named() {
    let world = World::start().await;
    world.gate.admit(GIVEN);
    let role = "role_arn = arn:aws:iam::123456789012:role/Ops\nsource_profile = base";
    let mut program = world.dashboard(role).run();
    wait_for_words(&mut program, "not authorized to perform: sts:AssumeRole");
    wait_for_words(
        &mut program,
        "They must be allowed sts:AssumeRole on arn:aws:iam::123456789012:role/Ops.",
    );
    world.gate.set(|policy| policy.roles = true);
    program.press("R");
    program.wait_for(LOADED);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_the_environment_are_said_to_stay_as_they_are() {
    let world = World::start().await;
    let start = world.with_endpoints(Start::plangate(&[]).size(200, 50));
    let mut program = start
        .env("AWS_ACCESS_KEY_ID", "old")
        .env("AWS_SECRET_ACCESS_KEY", "s")
        .env("AWS_REGION", "us-east-1")
        .run();
    wait_for_words(&mut program, "have expired");
    wait_for_words(&mut program, "cannot change while plangate runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_said_to_be() {
    let world = World::start().await;
    let said = "Signature expired: 20260318T120000Z is now earlier than 20260318T122000Z";
    let skewed = (403, "InvalidSignatureException".to_owned(), said.to_owned());
    world.gate.set(|policy| policy.instead = Some(skewed));
    let start = world.dashboard("");
    keys(start.home(), "good");
    let mut program = start.run();
    wait_for_words(&mut program, "Set this machine's clock right");
    world.gate.admit("good");
    world.gate.set(|policy| policy.instead = None);
    program.press("R");
    program.wait_for(LOADED);
}

/// Starts with keys that hold, and stages a rate.
fn staged(world: &World) -> Program {
    started(world, world.dashboard(""))
}

fn started(world: &World, start: Start) -> Program {
    world.gate.admit("first");
    keys(start.home(), "first");
    let mut program = start.run();
    program.wait_for(LOADED);
    stage(&mut program, "basic-mon", "r110");
    program.wait_for("1 draft not sent");
    program
}

fn stage(program: &mut Program, filter: &str, keys: &str) {
    program.press(&format!("/{filter}"));
    program.press(ENTER);
    program.wait_for("1 of 39");
    program.wait_for(&format!("/{filter}"));
    program.press(keys);
    program.press(ENTER);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_the_screen_is_there_after_a_renewal() {
    let world = World::start().await;
    let mut program = staged(&world);
    world.gate.set(|policy| policy.keys.clear());
    program.press("R");
    wait_for_words(&mut program, "have expired");
    // The plans, the filter, the draft and the way there stay.
    program.wait_for("1 of 39");
    program.wait_for("1 draft not sent");
    // Without new keys it is no better.
    program.press("R");
    wait_for_words(&mut program, "have expired");
    world.gate.admit("second");
    keys(program.home(), "second");
    program.press("R");
    wait_for_words(&mut program, "user/demo");
    program.wait_until("no error", |screen| !screen.contents().contains("expired"));
    program.wait_for("1 of 39");
    program.wait_for("1 draft not sent");
    program.wait_for("basic-monthly");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_meets_expired_keys_waits_in_the_queue() {
    let world = World::start().await;
    let mut program = staged(&world);
    program.press("v");
    program.wait_for("PATCH /usageplans/");
    world.gate.set(|policy| policy.keys.clear());
    program.press(CTRL_S);
    wait_for_words(&mut program, "It waits in the send queue");
    assert_eq!(world.updates().await, 0);
    world.gate.admit("second");
    keys(program.home(), "second");
    // From the review, where the operator is.
    program.press("R");
    program.wait_until("no error", |screen| !screen.contents().contains("expired"));
    program.press("Q");
    program.wait_for("waits for p");
    program.press("p");
    wait_for_words(&mut program, "updated");
    assert_eq!(world.updates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_behind_the_same_profile_is_told_and_sends_nothing_by_itself() {
    let world = World::start().await;
    let mut program = staged(&world);
    program.press("v");
    program.wait_for("PATCH /usageplans/");
    world.gate.set(|policy| policy.keys.clear());
    program.press(CTRL_S);
    wait_for_words(&mut program, "It waits in the send queue");
    world.change_account(program.home());
    program.press("R");
    wait_for_words(&mut program, IS_ANOTHER);
    // Nor when the operator asks for it: it goes the way of before, which does not hold.
    program.press("Q");
    program.wait_for("waits for p");
    program.press("p");
    wait_for_words(&mut program, "It waits here");
    assert_eq!(world.updates().await, 0);
    // Those of before are back: what waited goes on when it is told to.
    world.gate.set(|policy| policy.caller = None);
    world.renew(&mut program).await;
    program.press("p");
    wait_for_words(&mut program, "updated");
    assert_eq!(world.updates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_again_twice_reads_nothing_of_another_account_either() {
    let world = World::start().await;
    let mut program = staged(&world);
    world.gate.set(|policy| policy.keys.clear());
    program.press("R");
    wait_for_words(&mut program, "have expired");
    let read = world.calls("GetUsagePlans").await;
    world.gate.set(|policy| policy.is_slow = true);
    world.change_account(program.home());
    program.press("R");
    program.wait_for(", reading");
    program.press("R");
    // Nor does the detail, or the keys.
    program.press(ENTER);
    program.wait_for("┏ Plan w0mvrr");
    // A key puts the last message aside: it is read before the answer comes.
    program.press("\x1b");
    program.wait_for("┏ Plans 1 of 39");
    world.gate.set(|policy| policy.is_slow = false);
    wait_for_words(&mut program, IS_ANOTHER);
    assert_eq!(world.calls("GetUsagePlans").await, read);
    // The draft is that of its plan, and none of a new one.
    program.wait_for("1 of 39");
    program.wait_for("1 draft not sent");
    program.wait_for("basic-monthly");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_waits_for_its_turn_does_not_go_on_in_another_account() {
    let world = World::start().await;
    let start = world.dashboard("").arg("--update-interval").arg("4");
    let mut program = started(&world, start);
    stage(&mut program, "3i6x10", "r510");
    program.wait_for("2 drafts not sent");
    program.press("V");
    program.wait_for("2 plans");
    program.press(CTRL_S);
    program.press("Q");
    program.wait_for("1 of 2");
    world.wait_for_calls("UpdateUsagePlan", 1).await;
    world.gate.set(|policy| policy.keys.clear());
    program.press("R");
    wait_for_words(&mut program, "have expired");
    world.gate.set(|policy| policy.is_slow = true);
    world.change_account(program.home());
    program.press("R");
    // Its turn comes while it is being asked whose the credentials are.
    wait_for_words(&mut program, "waits for p");
    world.gate.set(|policy| policy.is_slow = false);
    wait_for_words(&mut program, IS_ANOTHER);
    assert_eq!(world.updates().await, 1);
    world.gate.set(|policy| policy.caller = None);
    world.renew(&mut program).await;
    program.press("p");
    wait_for_words(&mut program, "Sent 2 of 2.");
    assert_eq!(world.updates().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_nobody_can_tell_the_account_of_are_not_used() {
    let world = World::start().await;
    let mut program = staged(&world);
    world.gate.set(|policy| policy.keys.clear());
    program.press("R");
    wait_for_words(&mut program, "have expired");
    let read = world.calls("GetUsagePlans").await;
    world.gate.set(|policy| policy.is_silent = true);
    world.gate.admit("second");
    keys(program.home(), "second");
    program.press("R");
    wait_for_words(
        &mut program,
        "whether they still are of the account 123456789012 could not be checked",
    );
    wait_for_words(&mut program, "R tries again.");
    assert_eq!(world.calls("GetUsagePlans").await, read);
    world.gate.set(|policy| policy.is_silent = false);
    program.press("R");
    program.wait_until("no error", |screen| {
        !screen.contents().contains("could not be checked")
    });
    program.wait_for("1 draft not sent");
    program.wait_for("user/demo");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_lead_elsewhere_meanwhile_are_not_followed() {
    let world = World::start().await;
    let mut program = staged(&world);
    world.gate.set(|policy| policy.keys.clear());
    program.press("R");
    wait_for_words(&mut program, "have expired");
    let home = program.home().to_owned();
    let config = fs::read_to_string(home.join(".aws/config")).unwrap();
    let moved = config.replacen("region = us-east-1", "region = eu-west-1", 1);
    write(&home, ".aws/config", &moved);
    world.gate.admit("first");
    program.press("R");
    wait_for_words(
        &mut program,
        "the AWS files lead to another account or Region now",
    );
    wait_for_words(&mut program, "eu-west-1");
    program.wait_for("1 draft not sent");
    write(&home, ".aws/config", &config);
    program.press("R");
    program.wait_until("no error", |screen| {
        !screen.contents().contains("another place")
    });
    program.wait_for("1 of 39");
}

/// A command without a screen says the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_says_how_to_renew_as_well() {
    let world = World::start().await;
    let home = tempfile::tempdir().unwrap();
    write_config(home.path(), SSO);
    sso_token(home.path(), 2020);
    let mut command = Command::new(PLANGATE);
    command
        .args(["list", "--profile", "ops"])
        .env_clear()
        .env("HOME", home.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", &world.gate.endpoint);
    let output = command.output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("have expired"), "{error}");
    assert!(
        error
            .trim_end()
            .ends_with("Run `aws sso login --profile ops`."),
        "{error}"
    );
}
