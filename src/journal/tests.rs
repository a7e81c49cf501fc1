//! Journals in folders of their own.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use tempfile::TempDir;

use super::arbitrary::draft_of;
use super::*;
use crate::plan::{Aim, PlanId, Scope, Settings, UsagePlan, calls};

/// The folder of all journals, and a clock that goes on a second with every look.
struct Place {
    root: TempDir,
    time: Arc<AtomicI64>,
}

impl Place {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
            time: Arc::new(AtomicI64::new(1_773_835_200)),
        }
    }

    fn open(&self) -> (Journal, Recovered) {
        self.try_open().unwrap()
    }

    fn try_open(&self) -> Result<(Journal, Recovered), Unusable> {
        let time = self.time.clone();
        let clock = move || Timestamp::from_second(time.fetch_add(1, Ordering::Relaxed)).unwrap();
        Journal::open(self.root.path(), &scope(), clock)
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("prod@eu-west-1")
    }

    /// The names of the files, without what differs between programs.
    fn files(&self) -> Vec<String> {
        let name = |path: PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.split_once('.').unwrap().1.to_owned()
        };
        self.paths("").into_iter().map(name).collect()
    }

    fn paths(&self, ending: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder()).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> = paths
            .filter(|path| path.is_file() && path.to_string_lossy().ends_with(ending))
            .collect();
        paths.sort();
        paths
    }
}

fn scope() -> Scope {
    Scope {
        account: "prod".to_owned(),
        region: "eu-west-1".to_owned(),
        endpoint: String::new(),
    }
}

fn settings(name: &str) -> Settings {
    Settings {
        name: name.to_owned(),
        ..Settings::default()
    }
}

fn plan(id: &str, name: &str) -> Arc<UsagePlan> {
    Arc::new(UsagePlan {
        id: PlanId(id.to_owned()),
        settings: settings(name),
    })
}

fn of_plan(id: &str, name: &str) -> Record {
    draft_of(DraftKey::Plan(PlanId(id.to_owned())), name)
}

fn draft_names(drafts: &[DraftRecord]) -> Vec<(DraftKey, &str)> {
    let name = |draft: &DraftRecord| draft.key.clone();
    let all = drafts
        .iter()
        .map(|draft| (name(draft), &*draft.edited.name));
    all.collect()
}

fn key(id: &str) -> DraftKey {
    DraftKey::Plan(PlanId(id.to_owned()))
}

/// A send that renames plans, from `gold` to `silver`.
fn begun(plans: &[&str]) -> Begun {
    let id = SendId::new();
    let planned = (1..).zip(plans).map(|(number, plan_id)| Planned {
        id: EntryId {
            send: id.clone(),
            number,
        },
        name: "gold".to_owned(),
        aim: Aim::Update {
            base: plan(plan_id, "gold"),
            wanted: settings("silver"),
        },
    });
    let entries = planned.collect();
    Begun {
        id,
        who: "operator".to_owned(),
        profile: "prod".to_owned(),
        reason: "spring".to_owned(),
        takes_back: None,
        entries,
    }
}

fn intent(planned: &Planned) -> Intent {
    let Aim::Update { base, wanted } = &planned.aim else {
        panic!("not an update");
    };
    Intent {
        entry: planned.id.clone(),
        step: 1,
        before: Some(base.settings.clone()),
        call: calls(Some(base), wanted).remove(0),
        after: Some(wanted.clone()),
    }
}

fn sent(planned: &Planned, fate: Fate) -> Sent {
    Sent {
        entry: planned.id.clone(),
        step: 1,
        fate,
        plan: None,
        request_id: "r-1".to_owned(),
        said: String::new(),
    }
}

async fn write_all(journal: &Journal, records: impl IntoIterator<Item = Record>) {
    for record in records {
        journal.write(record).await.unwrap();
    }
}

fn of_begun(begun: &Begun) -> Record {
    Record::Begun(Box::new(begun.clone()))
}

fn of_intent(planned: &Planned) -> Record {
    Record::Intent(Box::new(intent(planned)))
}

fn of_sent(planned: &Planned, fate: Fate) -> Record {
    Record::Sent(Box::new(sent(planned, fate)))
}

fn append(path: &Path, bytes: &[u8]) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(bytes).unwrap();
}

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
            of_sent(&over.entries[0], Fate::Applied),
            Record::Over(over.id.clone()),
            of_begun(&open),
            of_intent(one),
            of_sent(one, Fate::Applied),
            of_intent(two),
        ],
    )
    .await;
    journal.kill().await;

    let (journal, recovered) = place.open();
    assert_eq!(recovered.unsettled, [intent(two)]);
    let [send] = &recovered.open[..] else {
        panic!("one is open: {:?}", recovered.open);
    };
    assert_eq!((&send.id, &*send.reason), (&open.id, "spring"));
    let states: Vec<_> = send.entries.iter().map(PastEntry::state).collect();
    use EntryState::{Applied, UnderWay, Waiting};
    assert_eq!(states, [Applied, UnderWay, Waiting]);
    // Another one that starts now finds nothing: they have an owner.
    let (other, nothing) = place.open();
    assert!(nothing.open.is_empty() && nothing.unsettled.is_empty());
    assert_eq!(place.files(), ["past.jsonl", "sends.jsonl"]);

    // Settled and ended, nothing is left over.
    write_all(
        &journal,
        [
            of_sent(two, Fate::NotApplied),
            Record::Over(open.id.clone()),
        ],
    )
    .await;
    journal.close().await;
    other.close().await;
    assert_eq!(place.files(), ["past.jsonl", "past.jsonl"]);
    let (_, recovered) = place.open();
    assert!(recovered.open.is_empty() && recovered.unsettled.is_empty());
}
