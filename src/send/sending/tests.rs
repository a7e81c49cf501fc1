use super::*;
use crate::gateway::Reply;
use crate::journal::{SendId, Sent};
use crate::plan::{Op, PatchOperation, PlanId, Throttle};

fn plan(name: &str, description: &str) -> UsagePlan {
    let settings = Settings {
        name: name.to_owned(),
        description: description.to_owned(),
        ..Settings::default()
    };
    UsagePlan {
        id: PlanId("w0mvrr".to_owned()),
        settings,
    }
}

fn entry() -> EntryId {
    EntryId {
        send: SendId::new(),
        number: 1,
    }
}

/// A change that renames the plan "old" to "new", waiting for its slot.
fn renaming() -> (Sending, Step) {
    updating(plan("new", "").settings)
}

fn updating(wanted: Settings) -> (Sending, Step) {
    let base = Arc::new(plan("old", ""));
    Sending::new(entry(), Aim::Update { base, wanted })
}

/// A change that makes a plan, where these are there already.
fn creating_among(plans: Vec<UsagePlan>, wanted: Settings, keys: &[&str]) -> (Sending, Step) {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    let (mut sending, step) = Sending::new(entry(), Aim::Create { wanted, keys });
    assert!(matches!(step, Step::ReadPlans), "{step:?}");
    let step = sending.plans_read(Ok(plans)).unwrap();
    (sending, step)
}

fn creating(wanted: Settings, keys: &[&str]) -> (Sending, Step) {
    creating_among(Vec::new(), wanted, keys)
}

/// A time in the life of a change, so many seconds after its call was sent.
fn after(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_773_835_200 + seconds).unwrap()
}

/// When a call that was sent at [`after`] 0 cannot take effect any more.
fn certain() -> i64 {
    i64::try_from(longest_effect().as_secs()).unwrap()
}

/// It was not seen and may still be made; when that time has passed it is read again.
fn waited(sending: &mut Sending, step: Step) -> Step {
    let (sent, step) = told(sending, step);
    assert_eq!(
        (sent.outcome, sent.by_reading),
        (CallOutcome::NotSeen, true)
    );
    assert!(
        matches!(step, Step::Unseen),
        "nothing is sent again: {step:?}"
    );
    let until = sending.unseen_until().unwrap();
    assert_eq!(until, after(certain()));
    sending.asks_at(until);
    sending.look_again().unwrap()
}

fn yes(plan: Option<UsagePlan>) -> Reply {
    Reply {
        plan,
        request_id: "r1".to_owned(),
    }
}

fn failed(kind: FailureKind) -> Failure {
    Failure::new("UpdateUsagePlan", "w0mvrr", kind)
}

fn lost() -> Failure {
    failed(FailureKind::Lost)
}

fn end(step: Step) -> Outcome {
    match step {
        Step::Done(outcome) => *outcome,
        other => panic!("not over: {other:?}"),
    }
}

/// The intent that is to be written; the journal has it then.
fn written(sending: &mut Sending, step: Step) -> (Intent, Step) {
    let Step::Record(record) = step else {
        panic!("nothing is written before it is done: {step:?}");
    };
    let Record::Intent(intent) = *record else {
        panic!("no intent: {record:?}");
    };
    (*intent, sending.recorded(Ok(())).unwrap())
}

/// What came of a call, as it is to be written; the journal has it then.
fn told(sending: &mut Sending, step: Step) -> (Sent, Step) {
    let Step::Record(record) = step else {
        panic!("what came of it is not written: {step:?}");
    };
    let Record::Sent(sent) = *record else {
        panic!("not what came of it: {record:?}");
    };
    (*sent, sending.recorded(Ok(())).unwrap())
}

/// As far as the call is under way: the slot is there, the plan reads as given.
fn under_way(sending: &mut Sending, reads: UsagePlan) -> Call {
    assert!(matches!(sending.slot(), Some(Step::Read(_))));
    let step = sending.read(Ok(reads)).unwrap();
    let (_, step) = written(sending, step);
    sending.calls_at(after(0));
    call(step)
}

fn call(step: Step) -> Call {
    match step {
        Step::Call(call) => call,
        other => panic!("no call: {other:?}"),
    }
}

#[test]
fn it_waits_reads_again_writes_sends_writes_and_compares() {
    let (mut sending, step) = renaming();
    assert!(matches!(step, Step::Slot { refused: None }));
    assert!(matches!(sending.slot(), Some(Step::Read(id)) if id.0 == "w0mvrr"));
    let step = sending.read(Ok(plan("old", ""))).unwrap();
    let (intent, step) = written(&mut sending, step);
    assert_eq!(intent.before.unwrap().name, "old");
    assert_eq!(intent.after.unwrap().name, "new");
    let Call::Update { operations, .. } = call(step) else {
        panic!("an update is wanted");
    };
    assert_eq!(
        operations,
        [PatchOperation::new(Op::Replace, "/name", "new")]
    );
    let step = sending.sent(Ok(yes(Some(plan("new", ""))))).unwrap();
    let (sent, step) = told(&mut sending, step);
    assert_eq!(
        (sent.outcome, sent.request_id.as_str()),
        (CallOutcome::Applied, "r1")
    );
    let outcome = end(step);
    assert!(matches!(outcome.end, End::Sent { surprises, .. } if surprises.is_empty()));
    assert_eq!(outcome.latest.unwrap().settings.name, "new");
}

#[test]
fn what_is_not_written_down_is_not_sent() {
    let (mut sending, _) = renaming();
    let _ = sending.slot();
    let _ = sending.read(Ok(plan("old", "")));
    let outcome = end(sending.recorded(Err("disk full".to_owned())).unwrap());
    assert!(matches!(outcome.end, End::NotRecorded(why) if why == "disk full"));
}

#[test]
fn what_was_sent_and_could_not_be_written_is_told() {
    let (mut sending, _) = renaming();
    under_way(&mut sending, plan("old", ""));
    let _ = sending.sent(Ok(yes(Some(plan("new", "")))));
    let outcome = end(sending.recorded(Err("disk full".to_owned())).unwrap());
    assert!(outcome.end.is_good());
    assert_eq!(outcome.unrecorded.as_deref(), Some("disk full"));
}

#[test]
fn an_answer_that_was_not_predicted_is_told() {
    let (mut sending, _) = renaming();
    under_way(&mut sending, plan("old", ""));
    let step = sending.sent(Ok(yes(Some(plan("old", ""))))).unwrap();
    assert!(matches!(step, Step::Read(_)), "it may not be true");
    let step = sending.read(Ok(plan("old", ""))).unwrap();
    let (sent, step) = told(&mut sending, step);
    assert_eq!(sent.plan.unwrap().settings.name, "old");
    let End::Sent { surprises, .. } = end(step).end else {
        panic!("it was sent");
    };
    assert_eq!(surprises.len(), 1);
}

#[test]
fn an_answer_that_is_not_true_is_found_out() {
    let (mut sending, _) = renaming();
    under_way(&mut sending, plan("old", ""));
    let _ = sending.sent(Ok(yes(Some(plan("old", "")))));
    let step = sending.read(Ok(plan("new", ""))).unwrap();
    let (sent, step) = told(&mut sending, step);
    assert_eq!(sent.plan.unwrap().settings.name, "new");
    let End::Sent {
        surprises,
        is_read_back,
        ..
    } = end(step).end
    else {
        panic!("it was sent");
    };
    assert!(surprises.is_empty() && is_read_back);
}

#[test]
fn another_field_that_moved_is_kept_and_said() {
    let (mut sending, _) = renaming();
    under_way(&mut sending, plan("old", "theirs"));
    let step = sending.sent(Ok(yes(Some(plan("new", "theirs"))))).unwrap();
    let End::Sent {
        rebased, surprises, ..
    } = end(told(&mut sending, step).1).end
    else {
        panic!("it was sent");
    };
    assert_eq!(rebased, [Field::Description]);
    assert!(surprises.is_empty());
}

#[test]
fn the_same_field_moved_and_nothing_is_sent() {
    let (mut sending, _) = renaming();
    let _ = sending.slot();
    let End::Moved(merged) = end(sending.read(Ok(plan("theirs", ""))).unwrap()).end else {
        panic!("it must not be sent");
    };
    assert_eq!(merged.conflicts.len(), 1);
}

#[test]
fn a_plan_that_is_gone_is_not_sent_to() {
    let (mut sending, _) = renaming();
    let _ = sending.slot();
    let gone = failed(FailureKind::NotFound);
    let outcome = end(sending.read(Err(gone)).unwrap());
    assert!(matches!(outcome.end, End::Gone(_)));
}

#[test]
fn a_call_whose_answer_was_lost_is_made_once_it_is_seen_and_not_made_only_when_it_cannot_be() {
    for (name, description, outcome) in [
        ("new", "", CallOutcome::Applied),
        ("new", "theirs", CallOutcome::Applied),
        ("old", "", CallOutcome::NotApplied),
        ("theirs", "", CallOutcome::Changed),
    ] {
        for is_there_at_once in [true, false] {
            let (mut sending, _) = renaming();
            under_way(&mut sending, plan("old", ""));
            let mut step = sending.sent(Err(lost())).unwrap();
            assert!(matches!(step, Step::Read(_)), "it is never sent again");
            // It is not there yet, or what is there may still be covered by it.
            let shown = plan(name, description);
            let first = if is_there_at_once {
                shown.clone()
            } else {
                plan("old", "")
            };
            let is_made = outcome == CallOutcome::Applied && is_there_at_once;
            step = sending.read(Ok(first)).unwrap();
            if !is_made {
                step = waited(&mut sending, step);
                assert!(matches!(step, Step::Read(_)));
                step = sending.read(Ok(shown)).unwrap();
            }
            let (sent, step) = told(&mut sending, step);
            assert_eq!((sent.outcome, sent.by_reading), (outcome, true));
            assert!(!sent.said.is_empty());
            let Outcome { end, open, .. } = end(step);
            match (outcome, end) {
                (CallOutcome::Applied, End::Sent { rebased, .. }) => {
                    assert_eq!(rebased.len(), usize::from(description == "theirs"));
                }
                (CallOutcome::NotApplied, End::NotApplied(_)) => {}
                (CallOutcome::Changed, End::Unconfirmed { differences, .. }) => {
                    assert_eq!(differences.len(), 1);
                    assert_eq!(open.unwrap().at, after(0));
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn after_a_lost_answer_the_rest_is_sent_only_where_nobody_else_changed_it() {
    let tagged = |plan: UsagePlan, team: Option<&str>| {
        let mut plan = plan;
        let tags = team.map(|team| ("team".to_owned(), team.to_owned()));
        plan.settings.tags.extend(tags);
        plan
    };
    for (shown, moved) in [
        (tagged(plan("new", ""), None), None),
        (tagged(plan("new", "theirs"), None), None),
        (tagged(plan("new", ""), Some("web")), Some(1)),
    ] {
        let wanted = tagged(plan("new", ""), Some("pay")).settings;
        let (mut sending, _) = updating(wanted);
        under_way(&mut sending, plan("old", ""));
        let _ = sending.sent(Err(lost()));
        let step = sending.read(Ok(shown.clone())).unwrap();
        let (sent, step) = told(&mut sending, step);
        assert_eq!(sent.outcome, CallOutcome::Applied);
        let Some(conflicts) = moved else {
            let (intent, _) = written(&mut sending, step);
            assert!(matches!(intent.call, Call::Tag { .. }), "{shown:?}");
            continue;
        };
        let outcome = end(step);
        let End::Moved(merged) = outcome.end else {
            panic!("theirs is written over: {:?}", outcome.end);
        };
        assert_eq!(merged.conflicts.len(), conflicts);
        assert_eq!(outcome.made, 1);
        assert!(outcome.partly.is_some());
    }
    // Nothing is left where somebody else made the same.
    let wanted = tagged(plan("new", ""), Some("pay"));
    let (mut sending, _) = updating(wanted.settings.clone());
    under_way(&mut sending, plan("old", ""));
    let _ = sending.sent(Err(lost()));
    let step = sending.read(Ok(wanted)).unwrap();
    assert!(end(told(&mut sending, step).1).end.is_good());
}

#[test]
fn what_was_read_too_early_is_not_taken_for_what_is_certain() {
    let (mut sending, _) = renaming();
    under_way(&mut sending, plan("old", ""));
    // The answer was lost late: what is on its way has some time left all the same.
    sending.asks_at(after(certain() - 1));
    let _ = sending.sent(Err(lost()));
    let step = sending.read(Ok(plan("old", ""))).unwrap();
    let (sent, _) = told(&mut sending, step);
    assert_eq!(sent.outcome, CallOutcome::NotSeen);
    assert!(sending.unseen_until() > Some(after(certain())));
}

#[test]
fn a_creation_is_known_from_the_plans_that_were_there_before() {
    let other = |id: &str| UsagePlan {
        id: PlanId(id.to_owned()),
        ..plan("new", "")
    };
    let made = other("made01");
    for (before, now, outcome) in [
        (vec![], vec![made.clone()], CallOutcome::Applied),
        (
            vec![other("twin01")],
            vec![other("twin01"), made.clone()],
            CallOutcome::Applied,
        ),
        (
            vec![other("twin01")],
            vec![other("twin01")],
            CallOutcome::NotApplied,
        ),
        (
            vec![],
            vec![made.clone(), other("twin01")],
            CallOutcome::Unknown,
        ),
        (vec![], vec![], CallOutcome::NotApplied),
    ] {
        let told_of = format!("{before:?} {now:?}");
        let (mut sending, step) = creating_among(before, made.settings.clone(), &[]);
        let (intent, step) = written(&mut sending, step);
        assert!(intent.twins.is_some());
        sending.calls_at(after(0));
        call(step);
        let step = sending.sent(Err(lost())).unwrap();
        assert!(
            matches!(step, Step::ReadPlans),
            "it is looked for: {step:?}"
        );
        let mut step = sending.plans_read(Ok(now.clone())).unwrap();
        if outcome != CallOutcome::Applied {
            step = waited(&mut sending, step);
            assert!(matches!(step, Step::ReadPlans));
            step = sending.plans_read(Ok(now)).unwrap();
        }
        let (sent, step) = told(&mut sending, step);
        assert_eq!(sent.outcome, outcome, "{told_of}");
        let ended = end(step);
        assert_eq!(ended.end.is_good(), outcome == CallOutcome::Applied);
        assert_eq!(
            ended.latest.map(|plan| plan.id.0.clone()).as_deref(),
            (outcome == CallOutcome::Applied).then_some("made01")
        );
        assert_eq!(ended.open.is_some(), outcome == CallOutcome::Unknown);
    }
}

#[test]
fn who_may_make_plans_and_not_list_them_still_may() {
    let aim = Aim::Create {
        wanted: plan("new", "").settings,
        keys: Vec::new(),
    };
    let denied = FailureKind::Denied {
        action: String::new(),
        resource: String::new(),
    };
    let (mut sending, _) = Sending::new(entry(), aim.clone());
    let step = sending.plans_read(Err(failed(denied))).unwrap();
    let (intent, step) = written(&mut sending, step);
    assert_eq!(intent.twins, None);
    call(step);

    let (mut sending, _) = Sending::new(entry(), aim);
    let outcome = end(sending.plans_read(Err(lost())).unwrap());
    assert!(matches!(outcome.end, End::NotSent(_)));
}

#[test]
fn what_cannot_be_resolved_is_said_to_be_open() {
    let (mut sending, _) = renaming();
    under_way(&mut sending, plan("old", ""));
    let _ = sending.sent(Err(lost()));
    let step = sending.read(Err(lost())).unwrap();
    let _ = waited(&mut sending, step);
    let step = sending.read(Err(lost())).unwrap();
    let (sent, step) = told(&mut sending, step);
    assert_eq!(sent.outcome, CallOutcome::Unknown);
    assert!(matches!(end(step).end, End::Unconfirmed { .. }));
}

#[test]
fn what_was_last_read_of_a_call_without_an_answer_is_told_with_its_time() {
    let gone = || Err(failed(FailureKind::NotFound));
    let unread = || Err(failed(FailureKind::Refused));
    let at = |seconds| after(seconds).strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let early = format!("Last read at {}: ", at(0));
    let late = format!("Last read at {}: ", at(certain()));
    for (first, last, told_of) in [
        (
            Ok(plan("old", "")),
            gone(),
            format!("{late}the plan is not there."),
        ),
        (
            Ok(plan("old", "")),
            Ok(plan("theirs", "")),
            format!("{late}name reads theirs, not new."),
        ),
        (
            Ok(plan("old", "")),
            unread(),
            format!(
                "{early}name reads old, not new. It could not be read at {}:",
                at(certain())
            ),
        ),
    ] {
        let (mut sending, _) = renaming();
        under_way(&mut sending, plan("old", ""));
        let _ = sending.sent(Err(lost()));
        let step = sending.read(first).unwrap();
        let _ = waited(&mut sending, step);
        let step = sending.read(last).unwrap();
        let (sent, step) = told(&mut sending, step);
        assert!(sent.said.contains(&told_of), "{told_of}: {}", sent.said);
        let End::Unconfirmed { seen, .. } = end(step).end else {
            panic!("it is not known");
        };
        assert!(seen.contains(&told_of), "{seen}");
    }
}

#[test]
fn an_update_that_came_too_soon_waits_for_another_slot_and_is_made_once() {
    let (mut sending, _) = renaming();
    under_way(&mut sending, plan("old", ""));
    let asked = Some(Duration::from_secs(3));
    let too_soon = failed(FailureKind::TooManyRequests { retry_after: asked });
    let step = sending.sent(Err(too_soon)).unwrap();
    let (sent, step) = told(&mut sending, step);
    assert_eq!((sent.outcome, sent.step), (CallOutcome::NotApplied, 1));
    let Step::Slot { refused } = step else {
        panic!("it has no slot: {step:?}");
    };
    assert_eq!(refused, Some(SlotRefusal { asked, in_a_row: 1 }));
    // Meanwhile somebody may have changed it.
    assert!(matches!(sending.slot(), Some(Step::Read(_))));
    let step = sending.read(Ok(plan("old", ""))).unwrap();
    let (intent, step) = written(&mut sending, step);
    assert_eq!(intent.step, 2);
    call(step);
    let step = sending.sent(Ok(yes(Some(plan("new", ""))))).unwrap();
    assert!(end(told(&mut sending, step).1).end.is_good());
}

#[test]
fn it_gives_up_where_the_service_never_takes_it() {
    let (mut sending, _) = renaming();
    for _ in 0..MOST_REFUSALS {
        under_way(&mut sending, plan("old", ""));
        let too_soon = failed(FailureKind::TooManyRequests { retry_after: None });
        let step = sending.sent(Err(too_soon)).unwrap();
        assert!(matches!(told(&mut sending, step).1, Step::Slot { .. }));
    }
    under_way(&mut sending, plan("old", ""));
    let too_soon = failed(FailureKind::TooManyRequests { retry_after: None });
    let step = sending.sent(Err(too_soon)).unwrap();
    let outcome = end(told(&mut sending, step).1);
    assert!(matches!(outcome.end, End::NotSent(_)));
}

#[test]
fn stopped_before_the_call_nothing_was_sent() {
    let (mut sending, _) = renaming();
    let outcome = end(sending.cancel().unwrap());
    assert!(matches!(outcome.end, End::Cancelled));
    assert_eq!(outcome.partly, None);
    assert!(
        outcome.latest.is_none(),
        "the service showed nothing on the way"
    );
}

#[test]
fn stopped_while_the_intent_is_written_it_is_not_sent() {
    let (mut sending, _) = renaming();
    let _ = sending.slot();
    let _ = sending.read(Ok(plan("old", "")));
    assert!(sending.cancel().is_none());
    let step = sending.recorded(Ok(())).unwrap();
    let (sent, step) = told(&mut sending, step);
    assert_eq!(sent.outcome, CallOutcome::NotApplied);
    assert!(matches!(end(step).end, End::Cancelled));
}

#[test]
fn stopped_during_the_call_it_is_read_and_never_called_unchanged() {
    for (name, is_sent) in [("new", true), ("old", false)] {
        let (mut sending, _) = renaming();
        under_way(&mut sending, plan("old", ""));
        assert!(matches!(sending.cancel(), Some(Step::Read(_))));
        let step = sending.read(Ok(plan(name, ""))).unwrap();
        let (sent, step) = told(&mut sending, step);
        assert_eq!(sent.outcome == CallOutcome::Applied, is_sent);
        let outcome = end(step);
        assert_eq!(matches!(outcome.end, End::Sent { .. }), is_sent);
        assert_eq!(matches!(outcome.end, End::NotSeen(_)), !is_sent);
        assert_eq!(
            outcome.open.is_some(),
            !is_sent,
            "it is to be looked at again"
        );
    }
    // Stopped again while it is read.
    let (mut sending, _) = renaming();
    under_way(&mut sending, plan("old", ""));
    let _ = sending.cancel();
    let step = sending.cancel().unwrap();
    let outcome = end(told(&mut sending, step).1);
    assert!(matches!(outcome.end, End::NotSeen(_)));
    // Stopped while it is waited for.
    let (mut sending, _) = renaming();
    under_way(&mut sending, plan("old", ""));
    let _ = sending.sent(Err(lost()));
    let step = sending.read(Ok(plan("old", ""))).unwrap();
    let _ = told(&mut sending, step);
    let outcome = end(sending.cancel().unwrap());
    assert!(matches!(outcome.end, End::NotSeen(_)));
    assert_eq!(outcome.open.unwrap().intent.step, 1);
}

#[test]
fn somebody_else_made_the_same_change_and_nothing_is_left_to_send() {
    let (mut sending, _) = renaming();
    let _ = sending.slot();
    let outcome = end(sending.read(Ok(plan("new", ""))).unwrap());
    assert!(matches!(outcome.end, End::Nothing));
    assert!(outcome.latest.is_some());
}

#[test]
fn a_refused_call_changed_nothing() {
    let (mut sending, _) = renaming();
    under_way(&mut sending, plan("old", ""));
    let step = sending.sent(Err(failed(FailureKind::Refused))).unwrap();
    let (sent, step) = told(&mut sending, step);
    assert_eq!(sent.outcome, CallOutcome::NotApplied);
    assert!(matches!(end(step).end, End::NotSent(_)));
}

#[test]
fn tags_need_no_slot() {
    let mut wanted = plan("old", "").settings;
    wanted.tags.insert("team".to_owned(), "pay".to_owned());
    let (mut sending, step) = updating(wanted);
    assert!(matches!(step, Step::Read(_)));
    let step = sending.read(Ok(plan("old", ""))).unwrap();
    assert!(matches!(
        call(written(&mut sending, step).1),
        Call::Tag { .. }
    ));
    let step = sending.sent(Ok(yes(None))).unwrap();
    let outcome = end(told(&mut sending, step).1);
    assert_eq!(
        outcome.latest.unwrap().settings.tags.get("team").unwrap(),
        "pay"
    );
}

#[test]
fn what_creation_cannot_carry_follows_with_a_slot_and_then_its_keys() {
    let mut wanted = plan("new", "").settings;
    wanted.product_code = "prod-1".to_owned();
    let (mut sending, step) = creating(wanted.clone(), &["k1"]);
    let (intent, step) = written(&mut sending, step);
    assert!(intent.before.is_none());
    assert!(matches!(call(step), Call::Create(_)));
    let step = sending.sent(Ok(yes(Some(plan("new", ""))))).unwrap();
    let (_, step) = told(&mut sending, step);
    assert!(matches!(step, Step::Slot { .. }), "an update takes a slot");
    let step = sending.slot().unwrap();
    let Call::Update { operations, .. } = call(written(&mut sending, step).1) else {
        panic!("the product code is missing");
    };
    assert_eq!(
        operations,
        [PatchOperation::new(Op::Add, "/productCode", "prod-1")]
    );
    let made = UsagePlan {
        settings: wanted,
        ..plan("", "")
    };
    let step = sending.sent(Ok(yes(Some(made)))).unwrap();
    let (_, step) = told(&mut sending, step);
    assert!(matches!(step, Step::ReadKey(..)));
    let step = sending.key_read(Ok(false)).unwrap();
    assert!(matches!(
        call(written(&mut sending, step).1),
        Call::AttachKey { .. }
    ));
    let step = sending.sent(Ok(yes(None))).unwrap();
    assert!(end(told(&mut sending, step).1).end.is_good());
}

#[test]
fn an_update_that_fails_after_the_creation_leaves_the_made_plan() {
    let mut wanted = plan("new", "").settings;
    wanted.throttle = Some(Throttle::new(
        crate::plan::Rate::ZERO,
        crate::plan::Count::ZERO,
    ));
    let (mut sending, step) = creating(wanted, &[]);
    call(written(&mut sending, step).1);
    let step = sending.sent(Ok(yes(Some(plan("new", ""))))).unwrap();
    let _ = told(&mut sending, step);
    let step = sending.slot().unwrap();
    call(written(&mut sending, step).1);
    let step = sending.sent(Err(failed(FailureKind::Refused))).unwrap();
    let outcome = end(told(&mut sending, step).1);
    assert!(matches!(outcome.end, End::NotSent(_)));
    assert_eq!(outcome.latest.unwrap().id.0, "w0mvrr");
}

#[test]
fn a_plan_that_moved_is_not_deleted_and_one_that_is_gone_needs_not_be() {
    let delete = || {
        let base = Arc::new(plan("old", ""));
        let keys = Vec::new();
        Sending::new(entry(), Aim::Delete { base, keys })
    };
    let (mut sending, step) = delete();
    assert!(matches!(step, Step::Read(_)), "no stages, no slot");
    let outcome = end(sending.read(Ok(plan("old", "theirs"))).unwrap());
    assert!(matches!(outcome.end, End::Moved(_)));

    let (mut sending, _) = delete();
    let gone = failed(FailureKind::NotFound);
    let outcome = end(sending.read(Err(gone.clone())).unwrap());
    assert!(matches!(outcome.end, End::Nothing));

    let (mut sending, _) = delete();
    let step = sending.read(Ok(plan("old", ""))).unwrap();
    let (intent, step) = written(&mut sending, step);
    assert!(intent.before.is_some() && intent.after.is_none());
    call(step);
    let step = sending.sent(Err(lost())).unwrap();
    assert!(matches!(step, Step::Read(_)));
    let step = sending.read(Err(gone)).unwrap();
    let (sent, step) = told(&mut sending, step);
    assert_eq!(sent.outcome, CallOutcome::Applied);
    let outcome = end(step);
    assert!(outcome.end.is_good() && outcome.latest.is_none());
}

#[test]
fn a_key_that_is_where_it_should_be_is_not_moved_again() {
    let aim = Aim::Key {
        key: "k".to_owned(),
        from: Some(PlanId("a".to_owned())),
        to: Some(PlanId("b".to_owned())),
    };
    let (mut sending, step) = Sending::new(entry(), aim);
    assert!(matches!(step, Step::ReadKey(plan, _) if plan.0 == "a"));
    // Somebody took it out already.
    let step = sending.key_read(Ok(false)).unwrap();
    assert!(matches!(&step, Step::ReadKey(plan, _) if plan.0 == "b"));
    let step = sending.key_read(Ok(false)).unwrap();
    let (intent, step) = written(&mut sending, step);
    assert!(intent.before.is_none() && intent.after.is_none());
    call(step);
    let step = sending.sent(Err(lost())).unwrap();
    assert!(matches!(step, Step::ReadKey(..)));
    let step = sending.key_read(Ok(true)).unwrap();
    let (sent, step) = told(&mut sending, step);
    assert_eq!(sent.outcome, CallOutcome::Applied);
    assert!(end(step).end.is_good());
}

#[test]
fn answers_that_nobody_waits_for_do_nothing() {
    let (mut sending, _) = renaming();
    assert!(sending.read(Ok(plan("old", ""))).is_none());
    assert!(sending.key_read(Ok(true)).is_none());
    assert!(sending.recorded(Ok(())).is_none());
    assert!(sending.sent(Ok(yes(None))).is_none());
    assert!(sending.slot().is_some());
    assert!(sending.slot().is_none());
}

#[test]
fn without_a_change_nothing_is_read_or_sent() {
    let (_, step) = updating(plan("old", "").settings);
    assert!(matches!(end(step).end, End::Nothing));
}
