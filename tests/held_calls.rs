//! A thousand sends over a way on which requests and answers are held, late, doubled and
//! lost, around kills of the program: when all is known, journal and server agree, and
//! no call was made twice.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/proxy.rs"]
mod proxy;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use fastrand::Rng;
use futures::TryStreamExt;
use jiff::Timestamp;
use plangate::emulator::{self, Emulator};
use plangate::gateway::{self, Failure, Gateway, LONGEST_EFFECT, Reply};
use plangate::journal::{
    Begun, CallOutcome, EntryId, EntryState, History, Intent, Journal, ListedSend, OpenCall,
    PastEntry, PastStep, Planned, Record, Recovered, SendId, Sent,
};
use plangate::plan::{Aim, Call, PlanId, Settings, UsagePlan};
use plangate::send::{
    Evidence, Queue, Slots, Todo, known, left, look, outcome_of_creation, outcome_of_key,
    outcome_of_plan, takes_effect_until,
};
use proxy::Proxy;
use tempfile::TempDir;
use tokio::sync::mpsc::unbounded_channel;

/// How many worlds there are, side by side, and how many sends each of them sees.
const WORLDS: u64 = 10;
const ROUNDS: u64 = 100;

/// The program was killed.
struct Killed;

/// A server, the way to it, and a program that is killed and started again.
struct World {
    /// Also when nobody asks it directly, it lives as long as this.
    _server: Emulator,
    /// Straight to the server.
    direct: Gateway,
    proxy: Proxy,
    gateway: Gateway,
    random: Rng,
    /// Milliseconds of the time in which all of it happens.
    time: Arc<AtomicI64>,
    folder: TempDir,
    /// How often the program may still be killed in this round.
    kills: u32,
    plans: Vec<PlanId>,
    keys: Vec<String>,
}

async fn gateway_to(endpoint: String) -> Gateway {
    let options = gateway::Options {
        endpoint_url: Some(endpoint),
        demo: true,
        ..gateway::Options::default()
    };
    let (log, _) = unbounded_channel();
    Gateway::connect(options, log).await.unwrap()
}

impl World {
    async fn start(seed: u64) -> Self {
        let options = emulator::StartOptions {
            plans: Some(4),
            ..emulator::StartOptions::default()
        };
        let server = Emulator::start(options).await.unwrap();
        // What is held longer than a call can take effect is beyond what can be known.
        let longest = LONGEST_EFFECT.saturating_sub(Duration::from_secs(1));
        let proxy = Proxy::start(&server.endpoint(), seed, longest).await;
        let direct = gateway_to(server.endpoint()).await;
        let plans: Vec<UsagePlan> = direct.plans(None).try_concat().await.unwrap();
        let keys = direct.api_keys().await.unwrap().into_iter();
        Self {
            plans: plans.into_iter().map(|plan| plan.id).collect(),
            keys: keys.map(|key| key.id).collect(),
            direct,
            gateway: gateway_to(proxy.endpoint()).await,
            _server: server,
            proxy,
            random: Rng::with_seed(seed),
            time: Arc::new(AtomicI64::new(1_773_835_200_000)),
            folder: TempDir::new().unwrap(),
            kills: 0,
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.time.load(Ordering::Relaxed)).unwrap()
    }

    /// The time goes on, and what is due arrives.
    async fn pass_until(&self, until: Timestamp) {
        let until = until.max(self.now());
        self.proxy.pass_until(until).await;
        self.time
            .store(until.as_millisecond() + 1, Ordering::Relaxed);
    }

    async fn pass(&self, time: Duration) {
        self.pass_until(self.now().checked_add(time).unwrap()).await;
    }

    /// Whether the program is killed here.
    fn kill(&mut self) -> Result<(), Killed> {
        if self.kills == 0 || self.random.u8(0..12) > 0 {
            return Ok(());
        }
        self.kills -= 1;
        Err(Killed)
    }

    async fn open(&mut self) -> (Journal, Recovered) {
        // A start takes its time, so that files have names in their order.
        self.pass(Duration::from_secs(1)).await;
        let time = self.time.clone();
        let clock = move || {
            let milliseconds = time.fetch_add(1, Ordering::Relaxed);
            Timestamp::from_millisecond(milliseconds).unwrap()
        };
        Journal::open(self.folder.path(), self.gateway.scope(), clock).unwrap()
    }

    /// A change of a plan, a new one, one that goes, or a key that comes or goes.
    async fn change(&mut self, round: u64) -> (String, Aim) {
        let id = self.plans[self.random.usize(0..self.plans.len())].clone();
        let base = Arc::new(self.direct.plan(&id).await.unwrap());
        let mut wanted = base.settings.clone();
        let aim = match self.random.u8(0..10) {
            0..=3 => {
                wanted.name = format!("name {round}");
                Aim::Update { base, wanted }
            }
            4 | 5 => {
                wanted.name = format!("name {round}");
                wanted.tags.insert("round".to_owned(), round.to_string());
                Aim::Update { base, wanted }
            }
            6 | 7 => Aim::Create {
                wanted: Settings {
                    name: format!("new {round}"),
                    // It follows as an update.
                    product_code: ["", "code"][self.random.usize(0..2)].to_owned(),
                    ..Settings::default()
                },
                keys: Vec::new(),
            },
            8 if self.plans.len() > 4 && base.settings.stages.is_empty() => Aim::Delete {
                base,
                keys: Vec::new(),
            },
            _ => {
                let key = self.keys[self.random.usize(0..self.keys.len())].clone();
                let is_in = self.direct.has_key(&id, &key).await.unwrap();
                let (from, to) = if is_in {
                    (Some(id), None)
                } else {
                    (None, Some(id))
                };
                Aim::Key { key, from, to }
            }
        };
        (format!("change {round}"), aim)
    }

    async fn call(&mut self, call: &Call) -> Result<Result<Reply, Failure>, Killed> {
        tokio::select! {
            answer = self.gateway.send(call) => Ok(answer),
            // An answer that never comes is what a kill does not wait for.
            () = self.proxy.silence() => Err(Killed),
        }
    }

    /// Drives a queue as the dashboard and the commands do.
    async fn drive(&mut self, journal: &Journal, queue: &mut Queue) -> Result<(), Killed> {
        loop {
            while let Some(todo) = queue.poll(self.now()) {
                self.kill()?;
                match todo {
                    Todo::Read(plan) => queue.read(self.gateway.plan(&plan).await),
                    Todo::ReadKey(plan, key) => {
                        queue.key_read(self.gateway.has_key(&plan, &key).await);
                    }
                    Todo::ReadPlans => {
                        queue.plans_read(self.gateway.plans(None).try_concat().await);
                    }
                    Todo::Record(record) => {
                        journal.write(*record).await.unwrap();
                        self.kill()?;
                        assert!(queue.recorded(Ok(())).is_none());
                    }
                    Todo::Call(call) => {
                        let answer = self.call(&call).await?;
                        self.kill()?;
                        queue.sent(answer, self.now());
                    }
                    Todo::Held(..) => queue.give_up(),
                    Todo::Done(..) => {}
                    Todo::NotBegun(..) => panic!("the journal takes everything"),
                }
            }
            let Some(at) = queue.wake_at() else { break };
            // Some do not wait.
            if queue.unseen_until().is_some() && self.random.u8(0..8) == 0 {
                queue.cancel();
                continue;
            }
            self.pass_until(at).await;
        }
        if !queue.is_idle() {
            queue.drop_rest();
            while let Some(todo) = queue.poll(self.now()) {
                if let Todo::Record(record) = todo {
                    journal.write(*record).await.unwrap();
                    assert!(queue.recorded(Ok(())).is_none());
                }
            }
        }
        Ok(())
    }

    async fn shown(&self, intent: &Intent) -> (CallOutcome, Option<UsagePlan>) {
        let unknown = (CallOutcome::Unknown, None);
        match look(&intent.call) {
            Evidence::Plan(id) => match self.gateway.plan(&id).await {
                Ok(plan) => (outcome_of_plan(intent, Some(&plan)), Some(plan)),
                Err(failure) if failure.kind == gateway::FailureKind::NotFound => {
                    (outcome_of_plan(intent, None), None)
                }
                Err(_) => unknown,
            },
            Evidence::Key(plan, key) => match self.gateway.has_key(&plan, &key).await {
                Ok(is_in) => (outcome_of_key(&intent.call, is_in), None),
                Err(_) => unknown,
            },
            Evidence::Plans => match self.gateway.plans(None).try_concat().await {
                Ok(plans) => outcome_of_creation(intent, &plans),
                Err(_) => unknown,
            },
            Evidence::Nothing => unknown,
        }
    }

    /// Finds out what became of a call, as a start of the program does.
    async fn resolve(&mut self, journal: &Journal, call: OpenCall) -> Result<(), Killed> {
        let until = takes_effect_until(call.at, self.now());
        loop {
            let read_at = self.now();
            let (shown, plan) = self.shown(&call.intent).await;
            let outcome = known(shown, read_at, until);
            let sent = Sent {
                entry: call.intent.entry.clone(),
                step: call.intent.step,
                outcome,
                plan: plan.map(Arc::new),
                request_id: String::new(),
                said: String::new(),
                by_reading: true,
            };
            self.kill()?;
            journal.write(Record::Sent(Box::new(sent))).await.unwrap();
            self.kill()?;
            if outcome != CallOutcome::NotSeen {
                return Ok(());
            }
            self.pass_until(until).await;
        }
    }

    /// A run of the program: it finds out what the last one left, then goes on with that
    /// or begins.
    async fn run(&mut self, begun: Option<Begun>, goes_on: bool) -> Result<(), Killed> {
        let (journal, recovered) = self.open().await;
        let result = self.run_with(&journal, recovered, begun, goes_on).await;
        // What is on disk is what a kill leaves.
        journal.close().await;
        result
    }

    async fn run_with(
        &mut self,
        journal: &Journal,
        mut recovered: Recovered,
        begun: Option<Begun>,
        goes_on: bool,
    ) -> Result<(), Killed> {
        for call in std::mem::take(&mut recovered.unresolved) {
            self.resolve(journal, call).await?;
        }
        let mut queue = Queue::new(Slots::new(Duration::ZERO));
        queue.keep_going(true);
        if let Some(begun) = begun {
            queue.add(begun);
            return self.drive(journal, &mut queue).await;
        }
        let history = self.history();
        for send in recovered.open {
            let send = history.find(&send.id).and_then(ListedSend::read).unwrap();
            let left = left(&send);
            if left.is_empty() || !goes_on {
                let over = Record::Over(send.id.clone());
                journal.write(over).await.unwrap();
            } else {
                queue.resume(left);
                queue.go_on();
            }
        }
        self.drive(journal, &mut queue).await
    }

    fn history(&self) -> History {
        History::read(self.folder.path(), self.gateway.scope()).unwrap()
    }

    async fn round(&mut self, round: u64) {
        self.folder = TempDir::new().unwrap();
        self.kills = self.random.u32(0..4);
        self.proxy.set_calm(true);
        let (name, aim) = self.change(round).await;
        self.proxy.take_changes();
        self.proxy.set_calm(false);
        let id = SendId::new();
        let begun = Begun {
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
                name,
                aim,
            }],
        };
        let mut ended = self.run(Some(begun), true).await;
        while ended.is_err() {
            let away = Duration::from_secs(self.random.u64(0..100));
            self.pass(away).await;
            let goes_on = self.random.u8(0..4) > 0;
            ended = self.run(None, goes_on).await;
        }
        // What was not waited for is looked at when the program starts next.
        self.kills = 0;
        self.proxy.set_calm(true);
        while self.run(None, false).await.is_err() {}
        if let Some(at) = self.proxy.holds() {
            self.pass_until(at).await;
        }
        self.look_at_unknown().await;
        self.assert_agrees(round).await;
        let plans: Vec<UsagePlan> = self.direct.plans(None).try_concat().await.unwrap();
        self.plans = plans.into_iter().map(|plan| plan.id).collect();
    }

    /// What could not be read is looked at when it can be, as the operator does.
    async fn look_at_unknown(&mut self) {
        let history = self.history();
        let sends = history.sends.iter().filter_map(ListedSend::read);
        let steps = sends
            .flat_map(|send| send.entries)
            .flat_map(|entry| entry.steps);
        let unknown = steps.filter(|step| step.outcome() == Some(CallOutcome::Unknown));
        let unknown: Vec<OpenCall> = unknown.filter_map(|step| step.call()).collect();
        if unknown.is_empty() {
            return;
        }
        let (journal, _) = self.open().await;
        for call in unknown {
            assert!(self.resolve(&journal, call).await.is_ok());
        }
        journal.close().await;
    }

    /// The journal tells of each call what the server made of it.
    async fn assert_agrees(&mut self, round: u64) {
        let history = self.history();
        let changes = self.proxy.take_changes();
        let mut made: BTreeMap<String, usize> = BTreeMap::new();
        for change in &changes {
            *made.entry(change.line.clone()).or_default() += change.made;
        }
        let Some(send) = history.sends.first() else {
            // It was killed before the beginning was written.
            return assert!(changes.is_empty(), "{round}: {changes:?}");
        };
        let send = send.read().unwrap();
        let entry: &PastEntry = &send.entries[0];
        let told = format!(
            "round {round}: {:?}\n{entry:#?}\n{changes:#?}",
            entry.state()
        );
        let steps = entry.steps.iter();
        let intents = steps.clone().filter(|step| step.intent.is_some()).count();
        assert!(
            changes.len() <= intents,
            "more was sent than was written down: {told}"
        );
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for step in steps {
            let outcome = step
                .outcome()
                .unwrap_or_else(|| panic!("open for ever: {told}"));
            assert!(
                !matches!(
                    outcome,
                    CallOutcome::NotSeen | CallOutcome::Unknown | CallOutcome::Changed
                ),
                "{outcome:?}: {told}"
            );
            if let (CallOutcome::Applied, Some(line)) = (outcome, line_of(step)) {
                *known.entry(line).or_default() += 1;
            }
        }
        made.retain(|_, count| *count > 0);
        assert_eq!(made, known, "{told}");
        assert!(made.values().all(|count| *count == 1), "made twice: {told}");
        assert_ne!(entry.state(), EntryState::Unknown, "{told}");
        self.assert_plan(entry, &told).await;
    }

    async fn assert_plan(&self, entry: &PastEntry, told: &str) {
        let Some(id) = entry.plan() else { return };
        let now = match self.direct.plan(id).await {
            Ok(plan) => Some(plan.settings),
            Err(_) => None,
        };
        match (&entry.aim, entry.state()) {
            (Aim::Delete { .. }, state) => {
                assert_eq!(now.is_none(), state == EntryState::Applied, "{told}");
            }
            (Aim::Key { .. }, _) => {}
            (_, EntryState::Applied | EntryState::Partly) => {
                assert_eq!(now.as_ref(), entry.after(), "{told}");
            }
            _ => {}
        }
    }
}

/// A call as the way sees it.
fn line_of(step: &PastStep) -> Option<String> {
    let (_, intent) = step.intent.as_ref()?;
    let arn = |plan: &PlanId| {
        format!("/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fusageplans%2F{plan}")
    };
    Some(match &intent.call {
        Call::Create(_) => "POST /usageplans".to_owned(),
        Call::Update { plan, .. } => format!("PATCH /usageplans/{plan}"),
        Call::Tag { plan, .. } => format!("PUT {}", arn(plan)),
        Call::Untag { plan, .. } => format!("DELETE {}", arn(plan)),
        Call::AttachKey { plan, .. } => format!("POST /usageplans/{plan}/keys"),
        Call::DetachKey { plan, key } => format!("DELETE /usageplans/{plan}/keys/{key}"),
        Call::Delete { plan } => format!("DELETE /usageplans/{plan}"),
        Call::ExtendUsage { .. } => return None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_sends_around_kills_are_made_once_and_told_as_they_are() {
    let world = |seed| async move {
        let mut world = World::start(seed).await;
        for round in 0..ROUNDS {
            world.round(round).await;
        }
        world.proxy.befell()
    };
    let worlds = (1..=WORLDS).map(|seed| tokio::spawn(world(seed)));
    let mut befell: BTreeMap<&str, usize> = BTreeMap::new();
    for ended in futures::future::join_all(worlds).await {
        for (what, count) in ended.unwrap() {
            *befell.entry(what).or_default() += count;
        }
    }
    for what in [
        "held",
        "silent",
        "doubled",
        "unanswered",
        "masked",
        "dropped",
        "refused",
        "late",
    ] {
        assert!(
            befell.get(what) > Some(&15),
            "{what} hardly ever happened: {befell:?}"
        );
    }
}
