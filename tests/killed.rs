//! The real program is killed at every step of a bulk send, and started again: each
//! change is made once or not at all, the journal agrees with the server, and no
//! draft is lost.
//!
//! The places to be killed at are a list ([`plangate::crash`]); they exist in debug
//! builds only.

#![cfg(debug_assertions)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use plangate::crash::{Point, VARIABLE};
use plangate::emulator::{self, Emulator};
use plangate::gateway::{self, Gateway};
use plangate::journal::{
    Begun, DraftKey, DraftRecord, EntryId, EntryState, History, Journal, Planned, Record, SendId,
};
use plangate::plan::{Aim, PlanId, Rate, Scope, UsagePlan};
use support::DEADLINE;
use support::pty::{Program, Start};
use tempfile::TempDir;
use tokio::sync::mpsc::unbounded_channel;

/// Plans with a throttle, which the send makes a little faster.
const PLANS: [&str; 4] = ["w0mvrr", "qm6bea", "jayn6q", "nrb9eb"];

struct World {
    server: Emulator,
    gateway: Gateway,
    state: TempDir,
    wanted: BTreeMap<PlanId, Rate>,
}

impl World {
    /// A program has begun to send changes of four plans, and was killed.
    async fn start() -> Self {
        let options = emulator::StartOptions {
            faults: true,
            ..emulator::StartOptions::default()
        };
        let server = Emulator::start(options).await.unwrap();
        let options = gateway::Options {
            endpoint_url: Some(server.endpoint()),
            demo: true,
            ..gateway::Options::default()
        };
        let (log, _) = unbounded_channel();
        let mut world = Self {
            gateway: Gateway::connect(options, log).await.unwrap(),
            server,
            state: TempDir::new().unwrap(),
            wanted: BTreeMap::new(),
        };
        let (journal, _) = world.open();
        let send = SendId::new();
        let mut entries = Vec::new();
        for (number, id) in (1..).zip(PLANS) {
            let base = Arc::new(world.plan(id).await);
            let mut wanted = base.settings.clone();
            let throttle = wanted.throttle.as_mut().unwrap();
            let rate = Rate::new(throttle.rate.unwrap().get() * 1.25).unwrap();
            throttle.rate = Some(rate);
            world.wanted.insert(base.id.clone(), rate);
            let draft = DraftRecord {
                key: DraftKey::Plan(base.id.clone()),
                base: Some(base.clone()),
                edited: Arc::new(wanted.clone()),
                typed: BTreeMap::new(),
                patch: None,
                undoes: None,
            };
            let record = Record::Draft(Box::new(draft));
            journal.write(record).await.unwrap();
            entries.push(Planned {
                id: EntryId {
                    send: send.clone(),
                    number,
                },
                name: base.settings.name.clone(),
                aim: Aim::Update { base, wanted },
            });
        }
        let begun = Begun {
            id: send,
            who: "ops".to_owned(),
            arn: String::new(),
            profile: String::new(),
            reason: String::new(),
            undoes: None,
            entries,
        };
        journal.write(Record::Begun(Box::new(begun))).await.unwrap();
        drop(journal);
        world.wait_until_unlocked();
        world
    }

    fn scope(&self) -> Scope {
        Scope {
            account: "default".to_owned(),
            region: "us-east-1".to_owned(),
            endpoint: self.server.endpoint(),
        }
    }

    fn root(&self) -> PathBuf {
        self.state.path().join("plangate/journal")
    }

    fn open(&self) -> (Journal, plangate::journal::Recovered) {
        Journal::open(&self.root(), &self.scope(), Timestamp::now).unwrap()
    }

    /// The thread that writes lets go of its files a moment after it is told to.
    fn wait_until_unlocked(&self) {
        let deadline = Instant::now() + DEADLINE;
        let folder = fs::read_dir(self.root()).unwrap().next().unwrap().unwrap();
        let is_sends = |path: &PathBuf| path.to_string_lossy().ends_with(".sends.jsonl");
        let files = fs::read_dir(folder.path()).unwrap();
        let files = files.map(|file| file.unwrap().path());
        for file in files.filter(is_sends) {
            let sends = File::open(file).unwrap();
            while sends.try_lock().is_err() {
                assert!(Instant::now() < deadline, "the journal stays locked");
                // The system offers no wait with a deadline.
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// What is not sent has its draft: what was typed is never lost. Says whether the
    /// next program has anything to take over.
    fn assert_drafts(&self, point: &str) -> bool {
        let (journal, recovered) = self.open();
        let kept = |id: &str| DraftKey::Plan(PlanId(id.to_owned()));
        let told = self.told();
        for id in PLANS {
            let is_kept = recovered.drafts.iter().any(|draft| draft.key == kept(id));
            let is_sent = told[&PlanId(id.to_owned())] == EntryState::Applied;
            assert!(is_kept || is_sent, "{point}: the draft of {id} is lost");
        }
        // As if this program had been killed too.
        drop(journal);
        self.wait_until_unlocked();
        !recovered.drafts.is_empty() || !recovered.open.is_empty()
    }

    async fn plan(&self, id: &str) -> UsagePlan {
        let id = PlanId(id.to_owned());
        self.gateway.plan(&id).await.unwrap()
    }

    fn program(&self, crash: &str) -> Program {
        Start::plangate(&["--endpoint-url", &self.server.endpoint()])
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "us-east-1")
            .env("XDG_STATE_HOME", self.state.path().to_str().unwrap())
            .env(VARIABLE, crash)
            // Nothing is held back on its way here.
            .env(plangate::gateway::effect::VARIABLE, "300")
            .run()
    }

    /// How often the plan was updated.
    async fn updates(&self, id: &str) -> usize {
        let requests = self.server.requests().await;
        let path = format!("/usageplans/{id}");
        let is_update = |r: &&emulator::ReceivedRequest| r.method == "PATCH" && r.path == path;
        requests.iter().filter(is_update).count()
    }

    async fn is_changed(&self, id: &str) -> bool {
        let plan = self.plan(id).await;
        plan.settings.throttle.unwrap().rate.as_ref() == self.wanted.get(&plan.id)
    }

    /// What the journal tells of the changes, by plan.
    fn told(&self) -> BTreeMap<PlanId, EntryState> {
        let history = History::read(&self.root(), &self.scope()).unwrap();
        let mut told = BTreeMap::new();
        for (_, entry) in history.entries() {
            let before = told.insert(entry.plan.clone().unwrap(), entry.state);
            assert!(before.is_none(), "{:?} stands twice", entry.plan);
        }
        told
    }

    /// What is known after a kill is true.
    async fn assert_agrees(&self, point: &str) {
        let told = self.told();
        for id in PLANS {
            let updates = self.updates(id).await;
            assert!(updates <= 1, "{point}: {id} was updated {updates} times");
            let state = told[&PlanId(id.to_owned())];
            match state {
                EntryState::Applied => assert!(self.is_changed(id).await, "{point}: {id}"),
                EntryState::Waiting => assert!(!self.is_changed(id).await, "{point}: {id}"),
                // It was killed between the intent and the outcome.
                EntryState::UnderWay | EntryState::NotSeen => {}
                other => panic!("{point}: {id} is {other:?}"),
            }
        }
    }
}

/// Goes on with what is left to send, as far as the program lives.
fn go_on(program: &mut Program) {
    if !program.comes("39 of 39") || !program.comes("From last time") {
        return;
    }
    program.press("Q");
    if program.comes("Paused.") {
        program.press("p");
    }
}

async fn kill_and_start_again(point: Point, time: u32) {
    let at = format!("{}:{time}", point.name());
    let world = World::start().await;
    let mut program = world.program(&at);
    go_on(&mut program);
    let status = program.wait_end();
    assert!(!status.success(), "{at} was never reached: {status:?}");
    world.assert_agrees(&at).await;
    let is_told = world.assert_drafts(&at);

    let mut program = world.program("");
    program.wait_for("39 of 39");
    if is_told {
        program.wait_for("From last time");
    }
    let deadline = Instant::now() + DEADLINE;
    // What was under way is resolved first.
    let is_open = |state: &EntryState| matches!(state, EntryState::UnderWay | EntryState::NotSeen);
    while world.told().values().any(is_open) {
        assert!(Instant::now() < deadline, "{at}: it is never resolved");
        program.listen(Duration::from_millis(10));
    }
    if world.told().values().any(|s| *s != EntryState::Applied) {
        program.press("Q");
        program.wait_for("Paused.");
        program.press("p");
    }
    for id in PLANS {
        while !world.is_changed(id).await {
            assert!(
                Instant::now() < deadline,
                "{at}: {id} is never changed:\n{}",
                program.screen().contents()
            );
            program.listen(Duration::from_millis(10));
        }
    }
    while world.told().values().any(|s| *s != EntryState::Applied) {
        assert!(Instant::now() < deadline, "{at}: {:?}", world.told());
        program.listen(Duration::from_millis(10));
    }
    // Nothing waits any more, so that nothing is asked.
    program.wait_gone("not sent");
    program.press("Q");
    program.wait_until("end of the queue", |screen| {
        let screen = screen.contents();
        screen.contains("All sent") || screen.contains("Nothing is being sent")
    });
    // The first closes the queue.
    program.press("qq");
    program.wait_end();
    world.assert_agrees(&at).await;
    for id in PLANS {
        assert_eq!(world.updates(id).await, 1, "{at}: {id}");
    }
    let (_, left) = world.open();
    assert!(left.drafts.is_empty(), "{at}: {:?}", left.drafts);
    assert!(left.unresolved.is_empty() && left.open.is_empty(), "{at}");
    assert!(left.damaged.is_empty(), "{at}: {:?}", left.damaged);
}

/// How often a point is reached at least while four changes are sent.
fn times(point: Point) -> &'static [u32] {
    match point {
        // The taking over writes the beginning and the drafts anew.
        Point::BeforeRecord("begun" | "over")
        | Point::AfterRecord("begun" | "over")
        | Point::TakenOver
        | Point::HalfLetGo => &[1],
        Point::InALine => &[1, 3, 5, 6, 9, 12],
        _ => &[1, 2, 4],
    }
}

async fn killed_at(is_one: impl Fn(&Point) -> bool) {
    for point in Point::all().into_iter().filter(is_one) {
        for time in times(point) {
            kill_and_start_again(point, *time).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_record_is_written() {
    killed_at(|point| matches!(point, Point::BeforeRecord(_))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_record_is_written() {
    killed_at(|point| matches!(point, Point::AfterRecord(_))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn around_a_call() {
    killed_at(|point| matches!(point, Point::BeforeCall | Point::AfterCall)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_middle_of_a_line_and_while_taking_over() {
    killed_at(|point| matches!(point, Point::InALine | Point::TakenOver | Point::HalfLetGo)).await;
}
