//! Programs one after the other, and side by side.

use std::fs;
use std::path::PathBuf;
use std::sync::Barrier;

use super::*;

#[tokio::test]
async fn a_journal_that_is_only_opened_leaves_no_file() {
    let place = Place::new();
    let (journal, recovered) = place.open();
    assert_eq!(place.files(), [] as [&str; 0]);
    assert!(recovered.drafts.is_empty() && recovered.damaged.is_empty());
    // What was never kept needs no word that it is gone.
    journal.write(Record::NoDraft(key("a"))).await.unwrap();
    journal.close().await;
    assert_eq!(place.files(), [] as [&str; 0]);
}

#[tokio::test]
async fn drafts_are_there_again() {
    let place = Place::new();
    let (journal, _) = place.open();
    write_all(
        &journal,
        [
            of_plan("a", "first"),
            of_plan("b", "kept"),
            of_plan("a", "second"),
            of_plan("c", "thrown away"),
            Record::NoDraft(key("c")),
            draft_of(DraftKey::New(4), "new"),
        ],
    )
    .await;
    journal.kill().await;
    let all = [
        (key("b"), "kept"),
        (key("a"), "second"),
        (DraftKey::New(1), "new"),
    ];
    let (journal, recovered) = place.open();
    assert_eq!(draft_names(&recovered.drafts), all);
    assert_eq!(place.files(), ["drafts.jsonl", "sends.jsonl"]);
    // They stay after an orderly end as well.
    journal.close().await;
    let (journal, recovered) = place.open();
    assert_eq!(draft_names(&recovered.drafts), all);
    write_all(
        &journal,
        [key("a"), key("b"), DraftKey::New(1)].map(Record::NoDraft),
    )
    .await;
    journal.close().await;
    assert_eq!(place.files(), [] as [&str; 0]);
}

#[tokio::test]
async fn what_is_open_is_taken_over_once() {
    let place = Place::new();
    let (journal, _) = place.open();
    let over = begun(&["x"]);
    let open = begun(&["a", "b", "c"]);
    let [one, two, _] = &open.entries[..] else {
        panic!("three entries");
    };
    write_all(
        &journal,
        [
            of_begun(&over),
            of_intent(&over.entries[0]),
            of_sent(&over.entries[0], CallOutcome::Applied),
            Record::Over(over.id.clone()),
            of_begun(&open),
            of_intent(one),
            of_sent(one, CallOutcome::Applied),
            of_intent(two),
        ],
    )
    .await;
    journal.kill().await;

    let (journal, recovered) = place.open();
    assert_eq!(intents(&recovered.unresolved), [intent(two)]);
    let [send] = &recovered.open[..] else {
        panic!("one is open: {:?}", recovered.open);
    };
    assert_eq!((&send.id, &*send.reason), (&open.id, "spring"));
    let states: Vec<_> = send.entries.iter().map(PastEntry::state).collect();
    assert_eq!(
        states,
        [
            EntryState::Applied,
            EntryState::UnderWay,
            EntryState::Waiting
        ]
    );
    // Another one that starts now finds nothing: they have an owner.
    let (other, nothing) = place.open();
    assert!(nothing.open.is_empty() && nothing.unresolved.is_empty());
    assert_eq!(place.files(), ["past.jsonl", "sends.jsonl"]);

    // Resolved and ended, nothing is left over.
    write_all(
        &journal,
        [
            of_sent(two, CallOutcome::NotApplied),
            Record::Over(open.id.clone()),
        ],
    )
    .await;
    journal.close().await;
    other.close().await;
    assert_eq!(place.files(), ["past.jsonl", "past.jsonl"]);
    let (_, recovered) = place.open();
    assert!(recovered.open.is_empty() && recovered.unresolved.is_empty());
}

#[tokio::test]
async fn two_programs_at_once_do_not_harm_each_other() {
    let place = Place::new();
    let (one, _) = place.open();
    let (other, _) = place.open();
    let sends = [begun(&["a"]), begun(&["b"])];
    for (journal, send) in [(&one, &sends[0]), (&other, &sends[1])] {
        write_all(
            journal,
            [of_begun(send), of_plan(&send.id.to_string(), "x")],
        )
        .await;
    }
    for (journal, send) in [(&one, &sends[0]), (&other, &sends[1])] {
        let entry = &send.entries[0];
        let records = [of_intent(entry), of_sent(entry, CallOutcome::Applied)];
        write_all(journal, records).await;
    }
    // Both are read while they run, and a third one takes nothing away from them.
    let (_third, recovered) = place.open();
    assert!(recovered.drafts.is_empty() && recovered.open.is_empty());
    let history = History::read(place.root.path(), &scope()).unwrap();
    let names: Vec<_> = history.sends.iter().map(|send| send.id.clone()).collect();
    assert_eq!(names, [sends[1].id.clone(), sends[0].id.clone()]);
    let mut states = history.entries().map(|(_, entry)| entry.state);
    assert!(states.all(|state| state == EntryState::Applied));
    // One ends: the other's stays its own.
    one.kill().await;
    let (_, recovered) = place.open();
    assert_eq!(recovered.open.len(), 1);
    assert_eq!(recovered.open[0].id, sends[0].id);
    other.write(of_plan("c", "still writes")).await.unwrap();
}

#[tokio::test]
async fn of_programs_that_start_at_once_one_takes_over() {
    let place = Place::new();
    for round in 0..5 {
        let (journal, _) = place.open();
        let id = format!("plan{round}");
        let send = begun(&["a"]);
        write_all(&journal, [of_plan(&id, "x"), of_begun(&send)]).await;
        journal.kill().await;
        let start = Barrier::new(4);
        let recovered: Vec<(Journal, Recovered)> = std::thread::scope(|scope| {
            let open = || {
                start.wait();
                place.open()
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let drafts: Vec<_> = recovered.iter().flat_map(|(_, r)| &r.drafts).collect();
        assert_eq!(drafts.len(), 1, "{drafts:?}");
        let open: Vec<_> = recovered.iter().flat_map(|(_, r)| &r.open).collect();
        assert_eq!(open.len(), 1);
        for (journal, _) in recovered {
            write_all(
                &journal,
                [Record::NoDraft(key(&id)), Record::Over(send.id.clone())],
            )
            .await;
            journal.close().await;
        }
    }
}

#[tokio::test]
async fn a_program_that_is_killed_while_it_takes_over_loses_nothing() {
    let place = Place::new();
    let (journal, _) = place.open();
    let send = begun(&["a", "b"]);
    write_all(
        &journal,
        [
            of_plan("a", "edited"),
            draft_of(DraftKey::New(7), "new"),
            of_begun(&send),
            of_intent(&send.entries[0]),
        ],
    )
    .await;
    journal.kill().await;
    let left: Vec<(PathBuf, Vec<u8>)> = place
        .paths("")
        .into_iter()
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    let (journal, first) = place.open();
    journal.kill().await;
    // As if it had not come to retiring one of the old files, or any of them.
    for restored in [&left[..1], &left[1..], &left[..]] {
        for (path, bytes) in restored {
            fs::write(path, bytes).unwrap();
        }
        let (journal, second) = place.open();
        assert_eq!(second.drafts, first.drafts);
        assert_eq!(second.older, []);
        assert_eq!(second.open, first.open);
        assert_eq!(second.unresolved, first.unresolved);
        assert_eq!(second.damaged, []);
        journal.kill().await;
    }
    let history = History::read(place.root.path(), &scope()).unwrap();
    let sends: Vec<_> = history.sends.iter().filter_map(ListedSend::read).collect();
    assert_eq!(sends, first.open);
}

#[tokio::test]
async fn of_two_drafts_of_a_plan_the_newer_wins_and_the_older_is_told() {
    let place = Place::new();
    let (one, _) = place.open();
    let (other, _) = place.open();
    one.write(of_plan("a", "older")).await.unwrap();
    other.write(of_plan("a", "newer")).await.unwrap();
    one.write(draft_of(DraftKey::New(1), "one")).await.unwrap();
    other
        .write(draft_of(DraftKey::New(1), "two"))
        .await
        .unwrap();
    one.kill().await;
    other.kill().await;
    let (journal, recovered) = place.open();
    assert_eq!(
        draft_names(&recovered.drafts),
        [
            (key("a"), "newer"),
            (DraftKey::New(1), "one"),
            (DraftKey::New(2), "two"),
        ]
    );
    let [older] = &recovered.older[..] else {
        panic!("one is older: {:?}", recovered.older);
    };
    assert_eq!(older.draft.edited.name, "older");
    let kept = fs::read_to_string(&older.kept_in).unwrap();
    assert!(kept.contains("\"name\":\"older\""), "{kept}");
    // It is told once.
    journal.kill().await;
    let (_, recovered) = place.open();
    assert_eq!(recovered.older, []);
    assert_eq!(recovered.drafts.len(), 3);
}

#[tokio::test]
async fn drafts_whose_file_of_sends_somebody_took_away_come_back() {
    let place = Place::new();
    let (journal, _) = place.open();
    journal.write(of_plan("a", "edited")).await.unwrap();
    journal.kill().await;
    fs::remove_file(&place.paths(".sends.jsonl")[0]).unwrap();
    let (journal, recovered) = place.open();
    assert_eq!(draft_names(&recovered.drafts), [(key("a"), "edited")]);
    journal.kill().await;
    assert_eq!(place.files(), ["drafts.jsonl", "sends.jsonl"]);
}

#[tokio::test]
async fn a_send_whose_beginning_is_lost_still_is_resolved() {
    let place = Place::new();
    let (journal, _) = place.open();
    let send = begun(&["a"]);
    journal.write(of_intent(&send.entries[0])).await.unwrap();
    journal.kill().await;
    let (_, recovered) = place.open();
    assert_eq!(intents(&recovered.unresolved), [intent(&send.entries[0])]);
    assert_eq!(
        recovered.open[0].entries[0].plan(),
        Some(&PlanId("a".to_owned()))
    );
}

#[tokio::test]
async fn a_call_that_was_not_seen_is_open_also_when_its_send_is_over() {
    let place = Place::new();
    let (journal, _) = place.open();
    let (waits, over) = (begun(&["a"]), begun(&["b"]));
    for send in [&waits, &over] {
        let entry = &send.entries[0];
        let records = [
            of_begun(send),
            of_intent(entry),
            of_sent(entry, CallOutcome::NotSeen),
        ];
        write_all(&journal, records).await;
    }
    write_all(&journal, [Record::Over(over.id.clone())]).await;
    // The file is kept open, whether the program ended well or not.
    journal.close().await;
    let (journal, recovered) = place.open();
    let both = [intent(&waits.entries[0]), intent(&over.entries[0])];
    let mut open = intents(&recovered.unresolved);
    open.sort_by_key(|intent| intent.entry != waits.entries[0].id);
    assert_eq!(open, both);
    assert_eq!(recovered.open.len(), 1);
    let outcomes = [
        of_sent(&waits.entries[0], CallOutcome::NotApplied),
        Record::Over(waits.id.clone()),
        of_sent(&over.entries[0], CallOutcome::Applied),
    ];
    write_all(&journal, outcomes).await;
    journal.close().await;
    let (_, recovered) = place.open();
    assert!(recovered.unresolved.is_empty() && recovered.open.is_empty());
}

/// What reading told of a call, in the words of an earlier program or not.
fn read(planned: &Planned, outcome: CallOutcome, said: &str) -> Record {
    Record::Sent(Box::new(Sent {
        said: said.to_owned(),
        by_reading: said.is_empty(),
        ..sent(planned, outcome)
    }))
}

#[tokio::test]
async fn what_reading_showed_not_to_be_made_stays_in_doubt_until_something_covers_it() {
    const EARLIER: [&str; 4] = [
        "",
        "the program ended before the answer; settled by reading",
        "settled by reading later",
        "UpdateUsagePlan a: lost. The change may have been made: look at the plan again.",
    ];
    for said in EARLIER {
        let place = Place::new();
        let (journal, _) = place.open();
        let send = begun(&["a", "b", "c"]);
        let [doubted, refused, made] = &send.entries[..] else {
            panic!("three entries");
        };
        let records = [
            of_begun(&send),
            of_intent(doubted),
            read(doubted, CallOutcome::NotApplied, said),
            of_intent(refused),
            // The service said so itself.
            of_sent(refused, CallOutcome::NotApplied),
            of_intent(made),
            of_sent(made, CallOutcome::Applied),
            Record::Over(send.id.clone()),
        ];
        write_all(&journal, records).await;
        journal.close().await;
        let (journal, recovered) = place.open();
        assert_eq!(intents(&recovered.doubted), [intent(doubted)], "{said:?}");
        assert!(recovered.unresolved.is_empty() && recovered.open.is_empty());

        // Another change of the same field was made since: its plan tells nothing more.
        let later = begun(&["a"]);
        let records = [
            of_begun(&later),
            of_intent(&later.entries[0]),
            of_sent(&later.entries[0], CallOutcome::Applied),
            Record::Over(later.id.clone()),
        ];
        write_all(&journal, records).await;
        journal.close().await;
        let (journal, recovered) = place.open();
        assert_eq!(recovered.doubted, [], "{said:?}");
        journal.close().await;
    }
}

#[tokio::test]
async fn what_was_corrected_is_no_doubt_any_more_and_no_send_of_its_own() {
    let place = Place::new();
    let (journal, _) = place.open();
    let send = begun(&["a"]);
    let entry = &send.entries[0];
    let records = [
        of_begun(&send),
        of_intent(entry),
        read(entry, CallOutcome::NotApplied, ""),
        Record::Over(send.id.clone()),
    ];
    write_all(&journal, records).await;
    journal.close().await;
    let (journal, recovered) = place.open();
    assert_eq!(recovered.doubted.len(), 1);
    journal
        .write(read(entry, CallOutcome::Applied, ""))
        .await
        .unwrap();
    // A kill leaves the correction alone in its file.
    journal.kill().await;
    let (_, recovered) = place.open();
    assert!(recovered.doubted.is_empty() && recovered.open.is_empty());
    let history = History::read(place.root.path(), &scope()).unwrap();
    let states: Vec<_> = history.entries().map(|(_, entry)| entry.state).collect();
    assert_eq!(states, [EntryState::Applied]);
    assert!(history.sends[0].read().unwrap().done().len() == 1);
}
