//! Hundreds of sends while everything goes wrong: in the end the server has exactly
//! what the journal tells.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use plangate::emulator::{self, Emulator};
use plangate::gateway::{self, FailureKind, Gateway};
use plangate::journal::{
    Begun, CallOutcome, EntryId, EntryState, History, Intent, Journal, PastEntry, Planned, Record,
    SendId, Sent,
};
use plangate::plan::{Aim, Count, PlanId, Rate, Settings, UsagePlan};
use plangate::send::{Queue, Slots, Todo, outcome_of_plan};
use tempfile::TempDir;
use tokio::sync::mpsc::unbounded_channel;

const SENDS: usize = 210;
const PLANS: [&str; 5] = ["w0mvrr", "qm6bea", "jayn6q", "k9gd83", "nrb9eb"];

/// Every kind of fault, and none, as the server's admin path takes it.
const FAULTS: [&str; 15] = [
    "",
    r#""kind": "delay", "milliseconds": 20"#,
    r#""kind": "throttle""#,
    r#""kind": "throttle", "retryAfter": 0"#,
    r#""kind": "internalError""#,
    r#""kind": "unavailable""#,
    r#""kind": "accessDenied""#,
    r#""kind": "expiredToken""#,
    r#""kind": "resetBefore""#,
    r#""kind": "resetAfter""#,
    r#""kind": "truncated""#,
    r#""kind": "notJson""#,
    r#""kind": "endless""#,
    r#""kind": "changedByOther", "operations": [{"op": "replace", "path": "/description", "value": "theirs"}]"#,
    r#""kind": "lie""#,
];

struct World {
    server: Emulator,
    gateway: Gateway,
    journal: Journal,
    folder: TempDir,
}

impl World {
    async fn start() -> Self {
        let options = emulator::StartOptions {
            faults: true,
            ..emulator::StartOptions::default()
        };
        let server = Emulator::start(options).await.unwrap();
        let options = gateway::Options {
            endpoint_url: Some(server.endpoint()),
            demo: true,
            // What never ends is given up soon.
            read_timeout: Some(Duration::from_millis(100)),
            ..gateway::Options::default()
        };
        let (log, _) = unbounded_channel();
        let gateway = Gateway::connect(options, log).await.unwrap();
        let folder = TempDir::new().unwrap();
        let (journal, _) = Journal::open(folder.path(), gateway.scope(), Timestamp::now).unwrap();
        Self {
            server,
            gateway,
            journal,
            folder,
        }
    }

    /// Lets something go wrong, over the admin path.
    fn schedule(&self, operation: &str, fault: &str, skip: u32) {
        let address = self.server.endpoint();
        let address = address.trim_start_matches("http://");
        let body = format!(r#"{{"operation": "{operation}", "skip": {skip}, {fault}}}"#);
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST /_plangate/faults HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "{body}: {answer}");
    }

    async fn plan(&self, id: &str) -> UsagePlan {
        let mut tries = 0;
        loop {
            // Faults that nothing met yet may meet this.
            match self.gateway.plan(&PlanId(id.to_owned())).await {
                Ok(plan) => return plan,
                Err(_) if tries < 10 => tries += 1,
                Err(failure) => panic!("{failure}"),
            }
        }
    }

    /// Sends one change as the dashboard and the commands do.
    async fn send(&self, name: &str, aim: Aim) {
        let id = SendId::new();
        let mut queue = Queue::new(Slots::new(Duration::ZERO));
        queue.keep_going(true);
        queue.add(Begun {
            id: id.clone(),
            who: "ops".to_owned(),
            arn: String::new(),
            profile: String::new(),
            reason: String::new(),
            undoes: None,
            entries: vec![Planned {
                id: EntryId {
                    send: id,
                    number: 1,
                },
                name: name.to_owned(),
                aim,
            }],
        });
        // What waits for a moment has it at once: nothing is held back on its way here.
        let mut now = Timestamp::now();
        loop {
            while let Some(todo) = queue.poll(now) {
                match todo {
                    Todo::Read(plan) => queue.read(self.gateway.plan(&plan).await),
                    Todo::ReadKey(plan, key) => {
                        queue.key_read(self.gateway.has_key(&plan, &key).await);
                    }
                    Todo::ReadPlans => panic!("no plan is made"),
                    Todo::Record(record) => {
                        self.journal.write(*record).await.unwrap();
                        assert!(queue.recorded(Ok(())).is_none());
                    }
                    Todo::Call(call) => {
                        queue.sent(self.gateway.send(&call).await, now);
                    }
                    Todo::Held(..) => queue.give_up(),
                    Todo::Done(..) => {}
                    Todo::NotBegun(..) => panic!("the journal takes everything"),
                }
            }
            let Some(at) = queue.wake_at() else { break };
            now = at.max(now);
        }
        if !queue.is_idle() {
            queue.drop_rest();
        }
    }

    /// The last send, all of it known: what became of a call of which nobody knows is
    /// found out at once, before the next change covers its traces.
    async fn newest(&self) -> PastEntry {
        let mut entry = self.read_newest();
        for step in &entry.steps {
            let is_known = step
                .outcome()
                .is_some_and(|outcome| outcome != CallOutcome::Unknown);
            if let (Some((_, intent)), false) = (&step.intent, is_known) {
                self.resolve_one(intent).await;
            }
        }
        if entry.state() == EntryState::Unknown {
            entry = self.read_newest();
        }
        entry
    }

    fn read_newest(&self) -> PastEntry {
        let history = self.history();
        let newest = history.sends.first().unwrap().read().unwrap();
        newest.entries.into_iter().next().unwrap()
    }

    async fn resolve_one(&self, intent: &Intent) {
        let plan = self.plan(&intent.call.plan().unwrap().0).await;
        let sent = Sent {
            entry: intent.entry.clone(),
            step: intent.step,
            outcome: outcome_of_plan(intent, Some(&plan)),
            plan: Some(Arc::new(plan)),
            request_id: String::new(),
            said: String::new(),
            by_reading: true,
        };
        let record = Record::Sent(Box::new(sent));
        self.journal.write(record).await.unwrap();
    }

    fn history(&self) -> History {
        History::read(self.folder.path(), self.gateway.scope()).unwrap()
    }
}

/// Another change of a plan.
fn changed(settings: &Settings, random: &mut Rng, number: usize) -> Settings {
    let mut wanted = settings.clone();
    match random.u8(0..4) {
        0 if wanted.throttle.is_some() => {
            let throttle = wanted.throttle.as_mut().unwrap();
            throttle.rate = Rate::new(f64::from(random.u32(1..1000)));
        }
        1 if wanted.quota.is_some() => {
            let quota = wanted.quota.as_mut().unwrap();
            quota.limit = Count::new(i64::from(random.u32(1000..100_000)));
        }
        2 => {
            let value = format!("t{number}");
            wanted.tags.insert("run".to_owned(), value);
        }
        _ => wanted.name = format!("name {number}"),
    }
    wanted
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_the_journal_tells_what_the_server_has() {
    let mut random = Rng::with_seed(20_260_318);
    let world = World::start().await;
    let mut told: BTreeMap<&str, Settings> = BTreeMap::new();
    for id in PLANS {
        told.insert(id, world.plan(id).await.settings);
    }
    let mut seen = 0;
    for number in 0..SENDS {
        let id = PLANS[random.usize(0..PLANS.len())];
        let base = Arc::new(world.plan(id).await);
        let wanted = changed(&base.settings, &mut random, number);
        let fault = FAULTS[number % FAULTS.len()];
        let operation = ["UpdateUsagePlan", "TagResource", "GetUsagePlan"][random.usize(0..3)];
        if !fault.is_empty() {
            world.schedule(operation, fault, random.u32(0..2));
        }
        world.send(id, Aim::Update { base, wanted }).await;
        // What was sent is what the plan has; nobody but the faults changes anything
        // else, and only the description.
        let entry = world.newest().await;
        for step in &entry.steps {
            assert!(step.sent.is_some(), "{entry:?}");
        }
        if let Some(after) = entry.after() {
            told.insert(id, after.clone());
        }
        assert_ne!(entry.state(), EntryState::Unknown, "{entry:?}");
        let mut now = world.plan(id).await.settings;
        let mut expected = told[id].clone();
        now.description.clear();
        expected.description.clear();
        assert_eq!(now, expected, "after send {number}, {fault}: {entry:?}");
        seen += usize::from(entry.state() == EntryState::Applied);
    }
    assert!(seen > SENDS / 3, "most changes get through: {seen}");
    assert_eq!(world.history().sends.len(), SENDS);
    // A second look at all plans.
    for id in PLANS {
        let now = world.plan(id).await.settings;
        assert_eq!(now.name, told[id].name);
        assert_eq!(now.throttle, told[id].throttle);
        assert_eq!(now.quota, told[id].quota);
        assert_eq!(now.tags, told[id].tags);
    }
    let gone = world.gateway.plan(&PlanId("nosuch".to_owned())).await;
    assert_eq!(gone.unwrap_err().kind, FailureKind::NotFound);
}
