use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::gateway::FailureKind;
use crate::journal::{CallOutcome, Planned};
use crate::plan::{Aim, Settings};

const TWENTY: Duration = Duration::from_secs(20);
/// How long a call takes here.
const CALL: Duration = Duration::from_millis(150);

fn plan(number: usize, name: &str) -> UsagePlan {
    UsagePlan {
        id: PlanId(format!("plan{number}")),
        settings: Settings {
            name: name.to_owned(),
            ..Settings::default()
        },
    }
}

fn planned(send: &SendId, number: usize) -> Planned {
    Planned {
        id: EntryId {
            send: send.clone(),
            number: u32::try_from(number).unwrap(),
        },
        name: format!("plan {number}"),
        aim: Aim::Update {
            base: Arc::new(plan(number, "old")),
            wanted: plan(number, "new").settings,
        },
    }
}

fn begun(plans: usize) -> Begun {
    let id = SendId::new();
    Begun {
        who: String::new(),
        arn: String::new(),
        profile: String::new(),
        reason: String::new(),
        undoes: None,
        entries: (1..=plans).map(|number| planned(&id, number)).collect(),
        id,
    }
}

/// A service that takes what it is sent, a journal and a clock.
struct World {
    queue: Queue,
    now: Timestamp,
    plans: BTreeMap<PlanId, UsagePlan>,
    records: Vec<Record>,
    ended: Vec<(EntryId, End)>,
    /// Why it was held.
    held: Vec<Failure>,
    /// When updates were sent.
    sent: Vec<Timestamp>,
    /// Answers to the next updates, other than yes.
    failures: VecDeque<Failure>,
}

impl World {
    fn new(interval: Duration, plans: usize) -> Self {
        let mut queue = Queue::new(Slots::new(interval));
        queue.add(begun(plans));
        let plans = (1..=plans).map(|number| plan(number, "old"));
        Self {
            queue,
            now: Timestamp::UNIX_EPOCH,
            plans: plans.map(|plan| (plan.id.clone(), plan)).collect(),
            records: Vec::new(),
            ended: Vec::new(),
            held: Vec::new(),
            sent: Vec::new(),
            failures: VecDeque::new(),
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now = self.now.checked_add(time).unwrap();
    }

    /// Does one thing; says whether there was one to do.
    fn step(&mut self) -> bool {
        let Some(todo) = self.queue.poll(self.now) else {
            return false;
        };
        match todo {
            Todo::Record(record) => {
                self.records.push(*record);
                assert!(self.queue.recorded(Ok(())).is_none());
            }
            Todo::Read(id) => {
                self.pass(CALL);
                self.queue.read(Ok(self.plans[&id].clone()));
            }
            Todo::Call(call) => {
                self.sent.push(self.now);
                self.pass(CALL);
                let id = call.plan().unwrap().clone();
                let answer = if let Some(failure) = self.failures.pop_front() {
                    Err(failure)
                } else {
                    let plan = self.plans.get_mut(&id).unwrap();
                    plan.settings = crate::plan::predict(&plan.settings, &call).unwrap();
                    Ok(Reply {
                        plan: Some(plan.clone()),
                        request_id: String::new(),
                    })
                };
                self.queue.sent(answer, self.now);
            }
            Todo::Held(_, failure) => self.held.push(*failure),
            Todo::Done(id, outcome) => self.ended.push((id, outcome.end)),
            Todo::ReadKey(..) | Todo::ReadPlans | Todo::NotBegun(..) => panic!("{todo:?}"),
        }
        true
    }

    /// Goes on until there is nothing to do or to wait for.
    fn run(&mut self) {
        loop {
            while self.step() {}
            match self.queue.wake_at() {
                Some(at) => self.now = at,
                None => return,
            }
        }
    }

    /// Does one thing, but leaves a question without an answer.
    fn step_but_answer(&mut self) {
        match self.queue.poll(self.now) {
            Some(Todo::Record(record)) => {
                self.records.push(*record);
                assert!(self.queue.recorded(Ok(())).is_none());
            }
            Some(Todo::Read(_)) => {}
            other => panic!("{other:?}"),
        }
    }

    /// The numbers of the calls of a change that were about to be made.
    fn intents_of(&self, number: u32) -> Vec<u32> {
        let steps = self.records.iter().filter_map(|record| match record {
            Record::Intent(intent) if intent.entry.number == number => Some(intent.step),
            _ => None,
        });
        steps.collect()
    }

    fn fail(&mut self, kind: FailureKind) {
        let failure = Failure::new("UpdateUsagePlan", "plan", kind);
        self.failures.push_back(failure);
    }

    fn states(&self) -> Vec<QueuedState> {
        let entries = self.queue.entries().iter();
        entries.map(|entry| entry.state.clone()).collect()
    }
}

#[test]
fn each_plan_has_its_call_and_each_call_its_slot() {
    const PLANS: u32 = 30;
    let mut world = World::new(TWENTY, PLANS as usize);
    world.run();
    assert_eq!(world.ended.len(), PLANS as usize);
    assert!(world.ended.iter().all(|(_, end)| end.is_good()));
    assert!(world.plans.values().all(|plan| plan.settings.name == "new"));
    for pair in world.sent.windows(2) {
        let apart = Duration::try_from(pair[1].duration_since(pair[0])).unwrap();
        assert!(apart >= TWENTY, "{apart:?}");
    }
    let took = Duration::try_from(world.now.duration_since(Timestamp::UNIX_EPOCH)).unwrap();
    let slots = TWENTY * (PLANS - 1);
    assert!(took <= slots + slots / 50 + CALL, "{took:?}");
    assert!(world.queue.is_idle());
}

#[test]
fn the_journal_has_the_beginning_first_and_the_end_last() {
    let mut world = World::new(Duration::ZERO, 2);
    world.run();
    let kinds = world.records.iter().map(|record| match record {
        Record::Begun(_) => "begun",
        Record::Intent(_) => "intent",
        Record::Sent(_) => "sent",
        Record::Over(_) => "over",
        _ => "other",
    });
    let kinds = kinds.collect::<Vec<_>>();
    assert_eq!(kinds, ["begun", "intent", "sent", "intent", "sent", "over"]);
}

#[test]
fn the_end_is_foretold() {
    let mut world = World::new(TWENTY, 10);
    while world.sent.len() < 3 {
        if !world.step() {
            world.now = world.queue.wake_at().unwrap();
        }
    }
    while world.step() {}
    let foretold = world.queue.ends_at(world.now);
    world.run();
    let off = foretold.duration_since(world.now).abs();
    assert!(Duration::try_from(off).unwrap() < TWENTY / 4, "{off:?}");
}

#[test]
fn a_failure_stops_it_and_the_rest_goes_on_when_told() {
    let mut world = World::new(TWENTY, 3);
    world.fail(FailureKind::Refused);
    world.run();
    assert_eq!(world.queue.mode(), Mode::Paused);
    assert_eq!(
        world.states(),
        [
            QueuedState::Failed,
            QueuedState::Waiting,
            QueuedState::Waiting
        ]
    );
    world.queue.go_on();
    world.run();
    let progress = world.queue.progress();
    assert_eq!((progress.done, progress.failed, progress.left), (2, 1, 0));
}

#[test]
fn a_failure_does_not_stop_it_where_told_so() {
    let mut world = World::new(TWENTY, 3);
    world.queue.keep_going(true);
    world.fail(FailureKind::Refused);
    world.run();
    assert_eq!(world.queue.progress().done, 2);
    assert!(world.queue.is_idle());
}

#[test]
fn too_many_requests_move_the_schedule_and_lose_or_double_nothing() {
    let mut world = World::new(TWENTY, 4);
    for asked in [None, Some(Duration::from_secs(45)), None] {
        world.fail(FailureKind::TooManyRequests { retry_after: asked });
    }
    world.run();
    assert_eq!(world.queue.progress().done, 4);
    assert_eq!(world.sent.len(), 4 + 3, "once each, and what was refused");
    assert!(world.plans.values().all(|plan| plan.settings.name == "new"));
}

#[test]
fn it_pauses_before_the_next_slot_and_goes_on() {
    let mut world = World::new(TWENTY, 3);
    while world.step() {}
    assert_eq!(world.sent.len(), 1);
    world.queue.pause();
    assert_eq!(world.queue.wake_at(), None, "nothing counts down");
    world.pass(TWENTY * 2);
    assert!(!world.step());
    world.queue.go_on();
    world.run();
    assert_eq!(world.queue.progress().done, 3);
}

#[test]
fn it_stops_after_the_one_that_is_on_its_way() {
    let mut world = World::new(Duration::ZERO, 3);
    while world.sent.is_empty() {
        world.step();
    }
    world.queue.stop_after_this();
    world.run();
    assert_eq!(world.ended.len(), 1);
    assert_eq!(world.queue.mode(), Mode::Paused);
}

#[test]
fn one_can_be_skipped_while_it_waits() {
    let mut world = World::new(TWENTY, 3);
    while world.step() {}
    assert!(world.queue.skip(), "the second waits for its slot");
    world.run();
    assert_eq!(
        world.states(),
        [QueuedState::Done, QueuedState::Skipped, QueuedState::Done]
    );
    assert_eq!(
        world.plans[&PlanId("plan2".to_owned())].settings.name,
        "old"
    );
}

#[test]
fn the_rest_can_be_dropped() {
    let mut world = World::new(TWENTY, 4);
    while world.step() {}
    let dropped = world.queue.drop_rest();
    assert_eq!(
        dropped.len(),
        2,
        "those behind the one that waits for its slot"
    );
    world.run();
    assert!(world.queue.is_idle());
    let over = |record: &&Record| matches!(record, Record::Over(_));
    assert_eq!(world.records.iter().filter(over).count(), 1);
    assert_eq!(world.queue.progress().skipped, 3);
}

#[test]
fn a_send_that_cannot_be_written_down_is_not_begun() {
    let mut queue = Queue::new(Slots::new(TWENTY));
    queue.add(begun(2));
    let now = Timestamp::UNIX_EPOCH;
    assert!(matches!(queue.poll(now), Some(Todo::Record(_))));
    let told = queue.recorded(Err("disk full".to_owned()));
    assert!(matches!(told, Some(Todo::NotBegun(_, why)) if why == "disk full"));
    assert!(queue.poll(now).is_none());
    assert!(queue.is_idle());
}

#[test]
fn what_is_given_up_is_written_down_unless_its_send_is_over_with_it() {
    let mut world = World::new(TWENTY, 4);
    while world.sent.is_empty() {
        world.step();
    }
    while world.step() {}
    // The second waits for its slot, the third for its turn.
    assert!(world.queue.skip());
    let third = world.queue.entries()[2].id.clone();
    assert!(world.queue.leave_out(&third));
    world.run();
    let given_up = world.records.iter().filter_map(|record| match record {
        Record::GivenUp(entry) => Some(entry.number),
        _ => None,
    });
    let mut given_up: Vec<u32> = given_up.collect();
    given_up.sort_unstable();
    assert_eq!(given_up, [2, 3]);
    assert!(matches!(world.records.last(), Some(Record::Over(_))));

    let mut world = World::new(TWENTY, 1);
    world.step();
    assert!(world.queue.skip());
    world.run();
    let is_given_up = |record: &Record| matches!(record, Record::GivenUp(_));
    assert!(!world.records.iter().any(is_given_up));
    assert!(matches!(world.records.last(), Some(Record::Over(_))));
}

#[test]
fn the_calls_that_follow_are_counted_on() {
    let mut world = World::new(TWENTY, 1);
    world.queue = Queue::new(Slots::new(TWENTY));
    let send = SendId::new();
    world.queue.resume(vec![Remainder {
        planned: planned(&send, 1),
        from: None,
        begun: 2,
    }]);
    world.queue.go_on();
    world.run();
    let step = world.records.iter().find_map(|record| match record {
        Record::Intent(intent) => Some(intent.step),
        _ => None,
    });
    assert_eq!(step, Some(3));
}

#[test]
fn what_an_earlier_run_left_waits_for_the_operator() {
    let mut world = World::new(TWENTY, 2);
    world.queue = Queue::new(Slots::new(TWENTY));
    let send = SendId::new();
    world.queue.resume(vec![Remainder {
        planned: planned(&send, 2),
        from: None,
        begun: 0,
    }]);
    assert!(!world.step());
    world.queue.go_on();
    world.run();
    assert_eq!(world.queue.progress().done, 1);
    assert_eq!(
        world.plans[&PlanId("plan1".to_owned())].settings.name,
        "old"
    );
}

#[test]
fn what_meets_expired_credentials_waits_for_others_and_goes_on() {
    let mut world = World::new(TWENTY, 3);
    world.fail(FailureKind::Expired);
    world.run();
    assert_eq!(world.held.len(), 1);
    assert_eq!(world.queue.mode(), Mode::Paused);
    let waiting = [
        QueuedState::Underway,
        QueuedState::Waiting,
        QueuedState::Waiting,
    ];
    assert_eq!(world.states(), waiting);
    assert!(world.ended.is_empty());
    let over = |record: &Record| matches!(record, Record::Over(_) | Record::GivenUp(_));
    assert!(
        !world.records.iter().any(over),
        "the journal has it as left"
    );
    // An hour later there are others.
    world.pass(Duration::from_hours(1));
    world.queue.go_on();
    let eta = world.queue.ends_at(world.now).duration_since(world.now);
    assert!(eta.as_secs() < 120, "{eta:?}");
    world.run();
    assert_eq!(world.states(), vec![QueuedState::Done; 3]);
    assert_eq!(
        world.sent.len(),
        4,
        "the first was sent twice, for it was not made"
    );
    // The call that was not made and the one that was have intents of their own.
    let steps: Vec<u32> = world.intents_of(1);
    assert_eq!(steps, [1, 2]);
}

#[test]
fn expired_credentials_met_twice_hold_it_twice() {
    let mut world = World::new(Duration::ZERO, 1);
    world.fail(FailureKind::Expired);
    world.fail(FailureKind::NoCredentials);
    world.run();
    world.queue.go_on();
    world.run();
    assert_eq!(world.held.len(), 2);
    assert_eq!(world.queue.mode(), Mode::Paused);
    world.queue.go_on();
    world.run();
    assert_eq!(world.states(), [QueuedState::Done]);
}

#[test]
fn a_plan_that_cannot_be_read_for_its_credentials_holds_it_too() {
    let mut world = World::new(Duration::ZERO, 1);
    let expired = || Failure::new("GetUsagePlan", "plan1", FailureKind::Expired);
    while !matches!(world.queue.current(), Some((_, sending)) if sending.doing().contains("reading"))
    {
        world.step_but_answer();
    }
    world.queue.read(Err(expired()));
    world.run();
    assert_eq!(world.held, [expired()]);
    world.queue.go_on();
    world.run();
    assert_eq!(world.states(), [QueuedState::Done]);
}

#[test]
fn what_waits_for_credentials_can_be_left_out_or_given_up() {
    let held = || {
        let mut world = World::new(Duration::ZERO, 2);
        world.fail(FailureKind::Expired);
        world.run();
        world
    };
    let mut left_out = held();
    assert!(left_out.queue.skip());
    left_out.queue.go_on();
    left_out.run();
    assert_eq!(left_out.states(), [QueuedState::Skipped, QueuedState::Done]);

    let mut given_up = held();
    given_up.queue.give_up();
    given_up.run();
    assert_eq!(
        given_up.states(),
        [QueuedState::Failed, QueuedState::Waiting]
    );
    assert!(matches!(given_up.ended[0].1, End::NotSent(_)));

    let mut dropped = held();
    dropped.queue.drop_rest();
    dropped.run();
    assert!(dropped.queue.is_idle());
    assert_eq!(dropped.sent.len(), 1);
}

#[test]
fn what_is_not_seen_yet_is_read_again_in_time_and_nothing_is_sent_before() {
    let mut world = World::new(Duration::ZERO, 2);
    world.fail(FailureKind::Service { status: 500 });
    while world.step() {}
    let sent = world.sent[0];
    let until = world.queue.wake_at().unwrap();
    assert_eq!(until, sent + crate::gateway::LONGEST_EFFECT);
    assert_eq!(world.queue.unseen_until(), Some(until));
    // Also where it is paused: reading sends nothing.
    world.queue.pause();
    assert_eq!(world.queue.wake_at(), Some(until));
    world.now = until - Duration::from_millis(1);
    assert!(!world.step(), "not a moment before");
    assert_eq!(world.sent.len(), 1);
    world.now = until;
    while world.step() {}
    let [(_, End::NotApplied(_))] = &world.ended[..] else {
        panic!("{:?}", world.ended);
    };
    assert_eq!(world.states(), [QueuedState::Failed, QueuedState::Waiting]);
    assert_eq!(world.sent.len(), 1, "it is not sent again");
    let outcomes = world.records.iter().filter_map(|record| match record {
        Record::Sent(sent) => Some(sent.outcome),
        _ => None,
    });
    assert_eq!(
        outcomes.collect::<Vec<_>>(),
        [CallOutcome::NotSeen, CallOutcome::NotApplied]
    );
}

#[test]
fn what_is_not_waited_for_is_not_seen_and_what_came_of_it_is_told_later() {
    for (is_made, state) in [(true, QueuedState::Done), (false, QueuedState::Failed)] {
        let mut world = World::new(Duration::ZERO, 1);
        world.fail(FailureKind::Lost);
        while world.step() {}
        world.queue.cancel();
        while world.step() {}
        let [(id, End::NotSeen(_))] = &world.ended[..] else {
            panic!("{:?}", world.ended);
        };
        assert_eq!(world.states(), [QueuedState::NotSeen]);
        assert_eq!(world.queue.progress().unseen, 1);
        assert!(world.queue.is_idle());
        world.queue.resolved(&id.clone(), is_made);
        assert_eq!(world.states(), [state]);
    }
}
