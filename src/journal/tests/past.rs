//! What the history says.

use super::*;
use crate::plan::Call;
use crate::plan::edit::undo::Done;

fn read(place: &Place) -> History {
    History::read(place.root.path(), &scope()).unwrap()
}

/// The first change of the newest send, with all that is known of it.
fn newest(place: &Place) -> PastEntry {
    let history = read(place);
    let entry = history.sends[0].read().unwrap().entries.remove(0);
    assert_eq!(history.sends[0].entries[0].state, entry.state());
    entry
}

/// The state of the only entry of a send that left these records.
async fn state(place: &Place, send: &Begun, records: Vec<Record>) -> EntryState {
    let (journal, _) = place.open();
    journal.write(of_begun(send)).await.unwrap();
    write_all(&journal, records).await;
    let state = read(place).find(&send.id).unwrap().entries[0].state;
    write_all(&journal, [Record::Over(send.id.clone())]).await;
    journal.close().await;
    state
}

fn step(number: u32, record: Record) -> Record {
    match record {
        Record::Intent(intent) => Record::Intent(Box::new(Intent {
            step: number,
            ..*intent
        })),
        Record::Sent(sent) => Record::Sent(Box::new(Sent {
            step: number,
            ..*sent
        })),
        other => other,
    }
}

#[test]
fn no_folder_is_no_history() {
    let place = Place::new();
    assert_eq!(read(&place).sends, []);
}

#[tokio::test]
async fn an_entry_says_how_far_it_came() {
    use EntryState::{Applied, NeverSent, NotApplied, NotSeen, UnderWay, Unknown, Waiting};
    let place = Place::new();
    let send = begun(&["a"]);
    let entry = &send.entries[0];
    let intent = || of_intent(entry);
    let came = |outcome| of_sent(entry, outcome);
    let over = || Record::Over(send.id.clone());
    for (records, expected) in [
        (vec![], Waiting),
        (vec![over()], NeverSent),
        (vec![intent()], UnderWay),
        (vec![intent(), over()], Unknown),
        (vec![intent(), came(CallOutcome::Applied)], Applied),
        (vec![intent(), came(CallOutcome::NotApplied)], NotApplied),
        (vec![intent(), came(CallOutcome::Unknown)], Unknown),
        (vec![intent(), came(CallOutcome::Changed), over()], Unknown),
        (vec![intent(), came(CallOutcome::NotSeen)], NotSeen),
        (vec![intent(), came(CallOutcome::NotSeen), over()], NotSeen),
        (
            vec![
                intent(),
                came(CallOutcome::NotSeen),
                came(CallOutcome::Applied),
            ],
            Applied,
        ),
        // What was said not to be made was made after all.
        (
            vec![
                intent(),
                came(CallOutcome::NotApplied),
                over(),
                came(CallOutcome::Applied),
            ],
            Applied,
        ),
        // What was not known at first was resolved by reading.
        (
            vec![
                intent(),
                came(CallOutcome::Unknown),
                came(CallOutcome::Applied),
            ],
            Applied,
        ),
        (
            vec![
                intent(),
                came(CallOutcome::NotApplied),
                step(2, intent()),
                step(2, came(CallOutcome::Applied)),
            ],
            Applied,
        ),
    ] {
        // A name of its own, for the files of all rounds are in one folder.
        let other = begun(&["a"]);
        let rename = |record: Record| {
            let json = format!("{record:?}");
            rename(record, &other.id).unwrap_or_else(|| panic!("{json}"))
        };
        let said = format!("{records:?}");
        let records = records.into_iter().map(rename).collect();
        assert_eq!(state(&place, &other, records).await, expected, "{said}");
    }
}

/// The same record of another send.
fn rename(record: Record, send: &SendId) -> Option<Record> {
    Some(match record {
        Record::Intent(mut intent) => {
            intent.entry.send = send.clone();
            Record::Intent(intent)
        }
        Record::Sent(mut outcome) => {
            outcome.entry.send = send.clone();
            Record::Sent(outcome)
        }
        Record::Over(_) => Record::Over(send.clone()),
        _ => return None,
    })
}

/// A send of one change that takes two calls: the name and a tag.
fn two_calls() -> (Begun, Vec<Intent>) {
    let mut send = begun(&["a"]);
    let base = plan("a", "gold");
    let wanted = Settings {
        tags: [("team".to_owned(), "pay".to_owned())]
            .into_iter()
            .collect(),
        ..settings("silver")
    };
    let mut before = base.settings.clone();
    let steps = (1..).zip(calls(Some(&base), &wanted)).map(|(step, call)| {
        let after = crate::plan::predict(&before, &call).unwrap();
        Intent {
            entry: send.entries[0].id.clone(),
            step,
            before: Some(std::mem::replace(&mut before, after.clone())),
            call,
            after: Some(after),
            twins: None,
        }
    });
    let steps = steps.collect();
    send.entries[0].aim = Aim::Update { base, wanted };
    (send, steps)
}

#[tokio::test]
async fn a_change_of_two_calls_is_applied_with_the_second() {
    let place = Place::new();
    let (send, steps) = two_calls();
    let came = |number, outcome| step(number, of_sent(&send.entries[0], outcome));
    let (journal, _) = place.open();
    let entry = || newest(&place);
    let intent = |index: usize| Record::Intent(Box::new(steps[index].clone()));
    write_all(
        &journal,
        [of_begun(&send), intent(0), came(1, CallOutcome::Applied)],
    )
    .await;
    assert_eq!(entry().state(), EntryState::UnderWay);
    write_all(&journal, [intent(1), came(2, CallOutcome::NotApplied)]).await;
    assert_eq!(entry().state(), EntryState::Partly);
    assert!(entry().needs_a_look());
    // What was made of it can be undone.
    assert_eq!(entry().before(), Some(&settings("gold")));
    assert_eq!(entry().after(), Some(&settings("silver")));
    write_all(&journal, [came(2, CallOutcome::Applied)]).await;
    assert_eq!(entry().state(), EntryState::Applied);
    let Some(Done::Updated { before, after, .. }) = entry().done() else {
        panic!("an update: {:?}", entry().done());
    };
    assert_eq!(before, settings("gold"));
    assert_eq!(Some(&after), steps[1].after.as_ref());
}

#[tokio::test]
async fn what_the_service_showed_counts_before_what_was_predicted() {
    let place = Place::new();
    let (journal, _) = place.open();
    let send = begun(&["a"]);
    let entry = &send.entries[0];
    let shown = Sent {
        plan: Some(plan("a", "SILVER")),
        ..sent(entry, CallOutcome::Applied)
    };
    write_all(
        &journal,
        [
            of_begun(&send),
            of_intent(entry),
            Record::Sent(Box::new(shown)),
        ],
    )
    .await;
    let entry = newest(&place);
    assert_eq!(entry.after(), Some(&settings("SILVER")));
    assert_eq!(entry.state(), EntryState::Applied);
}

#[tokio::test]
async fn a_plan_that_was_made_has_the_name_that_it_was_given() {
    let place = Place::new();
    let (journal, _) = place.open();
    let mut send = begun(&["a"]);
    let wanted = settings("silver");
    let aim = Aim::Create {
        wanted: wanted.clone(),
        keys: vec!["k".to_owned()],
    };
    let call = aim.calls().remove(0);
    send.entries[0].aim = aim;
    let id = send.entries[0].id.clone();
    let intent = |step, call: Call| {
        Record::Intent(Box::new(Intent {
            entry: id.clone(),
            step,
            before: (step > 1).then(|| wanted.clone()),
            call,
            after: Some(wanted.clone()),
            twins: None,
        }))
    };
    let made = Sent {
        plan: Some(plan("new123", "silver")),
        ..sent(&send.entries[0], CallOutcome::Applied)
    };
    let entry = || newest(&place);
    write_all(&journal, [of_begun(&send), intent(1, call)]).await;
    assert_eq!((entry().plan(), entry().done()), (None, None));
    write_all(&journal, [Record::Sent(Box::new(made))]).await;
    let new = PlanId("new123".to_owned());
    assert_eq!(entry().plan(), Some(&new));
    assert_eq!(
        entry().state(),
        EntryState::UnderWay,
        "its key is not in it"
    );
    let attach = Call::AttachKey {
        plan: new.clone(),
        key: "k".to_owned(),
    };
    let attached = step(2, of_sent(&send.entries[0], CallOutcome::Applied));
    write_all(&journal, [intent(2, attach), attached]).await;
    assert_eq!(entry().state(), EntryState::Applied);
    let created = Done::Created {
        plan: new,
        after: wanted.clone(),
    };
    assert_eq!(entry().done(), Some(created));
}

#[tokio::test]
async fn of_a_key_that_moved_only_what_was_made_is_undone() {
    let place = Place::new();
    let (journal, _) = place.open();
    let mut send = begun(&["a"]);
    let (from, to) = (PlanId("a".to_owned()), PlanId("b".to_owned()));
    let aim = Aim::Key {
        key: "k1".to_owned(),
        from: Some(from.clone()),
        to: Some(to.clone()),
    };
    let steps = (1..).zip(aim.calls()).map(|(step, call)| {
        Record::Intent(Box::new(Intent {
            entry: send.entries[0].id.clone(),
            step,
            before: None,
            call,
            after: None,
            twins: None,
        }))
    });
    let steps: Vec<_> = steps.collect();
    send.entries[0].aim = aim;
    let entry = &send.entries[0];
    write_all(
        &journal,
        [
            of_begun(&send),
            steps[0].clone(),
            of_sent(entry, CallOutcome::Applied),
            steps[1].clone(),
            step(2, of_sent(entry, CallOutcome::NotApplied)),
            Record::Over(send.id.clone()),
        ],
    )
    .await;
    let history = read(&place);
    let entry = newest(&place);
    assert_eq!(entry.state(), EntryState::Partly);
    let left = Done::Key {
        key: "k1".to_owned(),
        from: Some(from.clone()),
        to: None,
    };
    assert_eq!(entry.done(), Some(left));
    assert_eq!(history.of_plan(&from).count(), 1);
    assert_eq!(history.of_plan(&to).count(), 1);
    assert_eq!(history.search("K1 createUsagePlanKey").count(), 1);
}

#[tokio::test]
async fn it_is_searched_by_all_words() {
    let place = Place::new();
    let (journal, _) = place.open();
    let (spring, mut autumn) = (begun(&["a", "b"]), begun(&["c"]));
    autumn.reason = "Autumn sale".to_owned();
    autumn.undoes = Some(spring.id.clone());
    for send in [&spring, &autumn] {
        journal.write(of_begun(send)).await.unwrap();
        for entry in &send.entries {
            let records = [of_intent(entry), of_sent(entry, CallOutcome::Applied)];
            write_all(&journal, records).await;
        }
    }
    let history = read(&place);
    let found = |text: &str| {
        let found = history.search(text);
        let plans: Vec<_> = found
            .map(|(_, entry)| entry.plan.as_ref().unwrap().0.clone())
            .collect();
        plans.concat()
    };
    assert_eq!(found(""), "cab");
    assert_eq!(found("autumn"), "c");
    assert_eq!(found("GOLD operator /name"), "cab");
    assert_eq!(found("gold winter"), "");
    assert_eq!(found(&spring.id.to_string()), "ab");
    assert_eq!(found(&spring.entries[1].id.to_string()), "b");
    let back: Vec<_> = history.undone_by(&spring.id).map(|send| &send.id).collect();
    assert_eq!(back, [&autumn.id]);
    let (send, entry) = history.find_entry(&autumn.entries[0].id).unwrap();
    assert_eq!((&send.id, &entry.id), (&autumn.id, &autumn.entries[0].id));
    assert_eq!(send.read().unwrap().done().len(), 1);
    assert_eq!(send.count(EntryState::Applied), 1);
    let plans: Vec<_> = history.find(&spring.id).unwrap().read().unwrap().done();
    assert!(matches!(&plans[..], [Done::Updated { plan, .. }, _] if plan.0 == "a"));
}
