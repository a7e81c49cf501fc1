//! The send queue against the service's own limit of one update per 20 seconds and
//! account, in time that is moved by hand.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use plangate::emulator::{self, Clock, Emulator, Hands};
use plangate::gateway::{self, FailureKind, Gateway, Reply};
use plangate::journal::{Begun, EntryId, Planned, SendId};
use plangate::plan::{Aim, PatchOperation, PlanId, UsagePlan};
use plangate::plan::{Call, Op};
use plangate::send::{Queue, Slots, Todo};
use tokio::sync::mpsc::unbounded_channel;

const INTERVAL: Duration = Duration::from_secs(20);
/// How long a call takes there and back.
const CALL: Duration = Duration::from_millis(180);
const PLANS: usize = 25;

struct World {
    gateway: Gateway,
    server: Emulator,
    hands: Hands,
    now: Timestamp,
    /// How many updates were refused as coming too soon.
    too_soon: usize,
}

impl World {
    async fn start() -> Self {
        let now: Timestamp = "2026-03-18T12:00:00Z".parse().unwrap();
        let (clock, hands) = Clock::by_hand(now);
        let options = emulator::StartOptions {
            plans: Some(PLANS),
            limits: emulator::Limits::Aws,
            faults: true,
            clock,
            ..emulator::StartOptions::default()
        };
        let server = Emulator::start(options).await.unwrap();
        let options = gateway::Options {
            endpoint_url: Some(server.endpoint()),
            demo: true,
            update_interval: Some(INTERVAL),
            ..gateway::Options::default()
        };
        let (log, _) = unbounded_channel();
        Self {
            gateway: Gateway::connect(options, log).await.unwrap(),
            server,
            hands,
            now,
            too_soon: 0,
        }
    }

    fn pass(&mut self, time: Duration) {
        self.hands.advance(time);
        self.now = self.now.checked_add(time).unwrap();
    }

    async fn send(&mut self, call: &Call) -> Result<Reply, gateway::Failure> {
        // Half of the way there, half of it back.
        self.pass(CALL / 2);
        let answer = self.gateway.send(call).await;
        self.pass(CALL / 2);
        if let Err(failure) = &answer {
            let throttled = matches!(failure.kind, FailureKind::TooManyRequests { .. });
            self.too_soon += usize::from(throttled);
        }
        answer
    }

    /// Sends the queue's changes; `meanwhile` happens before every third of them.
    async fn run(&mut self, queue: &mut Queue, is_alone: bool) {
        let mut sent = 0;
        loop {
            while let Some(todo) = queue.poll(self.now) {
                match todo {
                    Todo::Read(plan) => {
                        self.pass(CALL);
                        queue.read(self.gateway.plan(&plan).await);
                    }
                    Todo::Record(_) => assert!(queue.recorded(Ok(())).is_none()),
                    Todo::Call(call) => {
                        sent += 1;
                        if !is_alone && sent % 3 == 0 {
                            self.somebody_else().await;
                        }
                        let answer = self.send(&call).await;
                        queue.sent(answer, self.now);
                    }
                    Todo::Done(_, outcome) => assert!(outcome.end.is_good(), "{outcome:?}"),
                    other => panic!("{other:?}"),
                }
            }
            let Some(at) = queue.wake_at() else { return };
            let wait = Duration::try_from(at.duration_since(self.now)).unwrap_or_default();
            // Clocks count in whole milliseconds.
            self.pass(wait + Duration::from_millis(1));
        }
    }

    /// Another tool takes the slot.
    async fn somebody_else(&self) {
        let plan = self.plans().await.last().unwrap().id.clone();
        let operation = PatchOperation::new(Op::Replace, "/description", "theirs");
        let call = Call::Update {
            plan,
            operations: vec![operation],
        };
        // It may be refused itself.
        drop(self.gateway.send(&call).await);
    }

    async fn plans(&self) -> Vec<UsagePlan> {
        use futures::TryStreamExt as _;
        self.gateway.plans(None).try_concat().await.unwrap()
    }

    async fn renaming(&self, plans: usize) -> Queue {
        let id = SendId::new();
        let entry = |(number, plan): (u32, UsagePlan)| {
            let mut wanted = plan.settings.clone();
            wanted.name = format!("{} renamed", wanted.name);
            Planned {
                id: EntryId {
                    send: id.clone(),
                    number,
                },
                name: plan.settings.name.clone(),
                aim: Aim::Update {
                    base: Arc::new(plan),
                    wanted,
                },
            }
        };
        let all = self.plans().await.into_iter().take(plans);
        let mut queue = Queue::new(Slots::new(self.gateway.update_interval()));
        queue.add(Begun {
            entries: (1..).zip(all).map(entry).collect(),
            id: id.clone(),
            who: String::new(),
            arn: String::new(),
            profile: String::new(),
            reason: String::new(),
            undoes: None,
        });
        queue
    }

    async fn updates_of(&self, plan: &PlanId) -> usize {
        let path = format!("/usageplans/{plan}");
        let requests = self.server.requests().await;
        let update = |r: &&emulator::ReceivedRequest| r.method == "PATCH" && r.path == path;
        requests.iter().filter(update).count()
    }
}

#[tokio::test]
async fn alone_it_takes_a_slot_for_each_plan_and_is_never_refused() {
    let mut world = World::start().await;
    let mut queue = world.renaming(PLANS).await;
    let began = world.now;
    world.run(&mut queue, true).await;
    let took = Duration::try_from(world.now.duration_since(began)).unwrap();
    let slots = INTERVAL * u32::try_from(PLANS - 1).unwrap();
    assert!(took >= slots, "{took:?}");
    assert!(
        took <= slots + slots / 50 + CALL * 2,
        "{took:?} for {slots:?}"
    );
    assert_eq!(world.too_soon, 0);
    assert_eq!(queue.progress().done, PLANS);
    for plan in world.plans().await {
        assert!(plan.settings.name.ends_with(" renamed"), "{plan:?}");
        assert_eq!(world.updates_of(&plan.id).await, 1);
    }
}

#[tokio::test]
async fn others_who_take_slots_move_the_schedule_and_lose_or_double_nothing() {
    let mut world = World::start().await;
    let mut queue = world.renaming(9).await;
    world.run(&mut queue, false).await;
    assert!(world.too_soon > 0, "the other tool took slots");
    assert_eq!(queue.progress().done, 9);
    let renamed = world.plans().await;
    let renamed = renamed
        .iter()
        .filter(|p| p.settings.name.ends_with(" renamed"));
    assert_eq!(renamed.count(), 9);
}
