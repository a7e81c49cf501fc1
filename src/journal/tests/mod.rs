//! Journals in folders of their own.

mod damage;
mod files;
mod past;
mod taking_over;
mod wire;

use std::fs;
use std::path::PathBuf;
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
        arn: String::new(),
        profile: "prod".to_owned(),
        reason: "spring".to_owned(),
        undoes: None,
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
        twins: None,
    }
}

/// The calls, whenever they were about to be made.
fn intents(calls: &[OpenCall]) -> Vec<Intent> {
    calls.iter().map(|call| call.intent.clone()).collect()
}

fn sent(planned: &Planned, outcome: CallOutcome) -> Sent {
    Sent {
        entry: planned.id.clone(),
        step: 1,
        outcome,
        plan: None,
        request_id: "r-1".to_owned(),
        said: String::new(),
        by_reading: false,
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

fn of_sent(planned: &Planned, outcome: CallOutcome) -> Record {
    Record::Sent(Box::new(sent(planned, outcome)))
}
