//! Puts sends together from their records.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::past::{PastEntry, PastSend, PastStep};
use super::read::Dated;
use super::record::{Begun, Intent, Planned, Record, SendId, Sent};
use crate::plan::{Aim, Call, PlanId, UsagePlan};

/// The records of one send as they come.
#[derive(Default)]
struct Found {
    begun: Option<(Timestamp, Begun)>,
    /// By change and number.
    steps: BTreeMap<u32, BTreeMap<u32, Step>>,
    /// Changes of which no more is to be sent, and since when.
    given_up: BTreeMap<u32, Timestamp>,
    over: Option<Timestamp>,
}

#[derive(Default)]
struct Step {
    intent: Option<(Timestamp, Intent)>,
    sent: Option<(Timestamp, Sent)>,
}

/// Puts sends together from the records of one file or of many, oldest first. What
/// stands twice (it was taken over) is one; of two outcomes the later one holds.
pub(super) fn assemble(records: impl IntoIterator<Item = Dated>) -> Vec<PastSend> {
    let mut sends: BTreeMap<SendId, Found> = BTreeMap::new();
    for (at, record) in records {
        match record {
            Record::Draft(_) | Record::NoDraft(_) => {}
            Record::Begun(begun) => {
                let found = sends.entry(begun.id.clone()).or_default();
                found.begun.get_or_insert((at, *begun));
            }
            Record::Intent(intent) => {
                let found = sends.entry(intent.entry.send.clone()).or_default();
                let steps = found.steps.entry(intent.entry.number).or_default();
                let step = steps.entry(intent.step).or_default();
                step.intent.get_or_insert((at, *intent));
            }
            Record::Sent(sent) => {
                let found = sends.entry(sent.entry.send.clone()).or_default();
                let steps = found.steps.entry(sent.entry.number).or_default();
                let step = steps.entry(sent.step).or_default();
                if step.sent.as_ref().is_none_or(|(before, _)| *before <= at) {
                    step.sent = Some((at, *sent));
                }
            }
            Record::GivenUp(entry) => {
                let found = sends.entry(entry.send).or_default();
                found.given_up.entry(entry.number).or_insert(at);
            }
            Record::Over(send) => {
                sends.entry(send).or_default().over.get_or_insert(at);
            }
        }
    }
    let found = sends.into_iter();
    let mut sends: Vec<_> = found
        .filter_map(|(id, found)| found.put_together(id))
        .collect();
    sends.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    sends
}

impl Found {
    /// None where nothing is known of it but that it is over.
    fn put_together(mut self, id: SendId) -> Option<PastSend> {
        let (at, mut begun) = match self.begun.take() {
            Some(begun) => begun,
            None => (self.first()?, nameless(id.clone())),
        };
        // Calls whose beginning was damaged still were made.
        let known: Vec<u32> = begun.entries.iter().map(|entry| entry.id.number).collect();
        let lost = self
            .steps
            .iter()
            .filter(|(entry, _)| !known.contains(entry));
        let guess = |steps: &BTreeMap<_, Step>| steps.values().find_map(Step::guess);
        let lost: Vec<Planned> = lost.filter_map(|(_, steps)| guess(steps)).collect();
        begun.entries.extend(lost);
        let is_over = self.over.is_some();
        let entry = |planned: Planned| {
            let steps = self.steps.remove(&planned.id.number).unwrap_or_default();
            let steps = steps.into_iter().map(|(number, step)| PastStep {
                number,
                intent: step.intent,
                sent: step.sent,
            });
            let given_up = self.given_up.get(&planned.id.number).copied();
            PastEntry {
                id: planned.id,
                name: planned.name,
                aim: planned.aim,
                steps: steps.collect(),
                given_up,
                is_over: is_over || given_up.is_some(),
            }
        };
        Some(PastSend {
            id,
            at,
            who: begun.who,
            arn: begun.arn,
            profile: begun.profile,
            reason: begun.reason,
            undoes: begun.undoes,
            over: self.over,
            entries: begun.entries.into_iter().map(entry).collect(),
        })
    }

    fn first(&self) -> Option<Timestamp> {
        let steps = self.steps.values().flat_map(BTreeMap::values);
        let times = steps.filter_map(|step| {
            let intent = step.intent.as_ref().map(|(at, _)| *at);
            intent.or_else(|| step.sent.as_ref().map(|(at, _)| *at))
        });
        times.min()
    }
}

/// A send of which the beginning is lost.
fn nameless(id: SendId) -> Begun {
    Begun {
        id,
        who: String::new(),
        arn: String::new(),
        profile: String::new(),
        reason: String::new(),
        undoes: None,
        entries: Vec::new(),
    }
}

impl Step {
    /// A guess at the change of which only this call is known.
    fn guess(&self) -> Option<Planned> {
        let (_, intent) = self.intent.as_ref()?;
        let before = intent.before.clone().unwrap_or_default();
        let after = intent.after.clone().unwrap_or_default();
        let base = |plan: &PlanId| {
            Arc::new(UsagePlan {
                id: plan.clone(),
                settings: before.clone(),
            })
        };
        let aim = match &intent.call {
            Call::Create(wanted) => Aim::Create {
                wanted: (**wanted).clone(),
                keys: Vec::new(),
            },
            Call::Update { plan, .. } | Call::Tag { plan, .. } | Call::Untag { plan, .. } => {
                Aim::Update {
                    base: base(plan),
                    wanted: after,
                }
            }
            Call::ExtendUsage {
                plan,
                key,
                remaining,
            } => Aim::Extend {
                plan: plan.clone(),
                key: key.clone(),
                // Nobody knows how many there were: taking it back does nothing.
                before: *remaining,
                after: *remaining,
            },
            Call::AttachKey { plan, key } => Aim::Key {
                key: key.clone(),
                from: None,
                to: Some(plan.clone()),
            },
            Call::DetachKey { plan, key } => Aim::Key {
                key: key.clone(),
                from: Some(plan.clone()),
                to: None,
            },
            Call::Delete { plan } => Aim::Delete {
                base: base(plan),
                keys: Vec::new(),
            },
        };
        Some(Planned {
            id: intent.entry.clone(),
            name: before.name,
            aim,
        })
    }
}
