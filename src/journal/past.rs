//! Sends that were made, or are under way.

use jiff::Timestamp;

use super::read::Dated;
use super::record::{Begun, CallOutcome, EntryId, Intent, OpenCall, Planned, Record, SendId, Sent};
use crate::plan::edit::undo::Done;
use crate::plan::{
    Aim, Call, ChangedField, PlanId, Settings, UsagePlan, calls, changes, creatable, merge,
};

/// A send, as far as it came: with all that its records hold, to be looked at, undone or gone
/// on with. A list of many has [`super::ListedSend`]s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSend {
    /// Its name.
    pub id: SendId,
    /// The time of its beginning (UTC).
    pub at: Timestamp,
    /// The user's name on that machine; empty where it is not known.
    pub who: String,
    /// As whom: the caller's ARN at AWS; empty where it was not known.
    pub arn: String,
    /// The AWS profile; empty for none.
    pub profile: String,
    /// The reason, in the operator's words; empty for none.
    pub reason: String,
    /// The send that it undoes, in whole or in part.
    pub undoes: Option<SendId>,
    /// The time of its end (UTC); none while it may go on.
    pub over: Option<Timestamp>,
    /// Its changes, in their order.
    pub entries: Vec<PastEntry>,
}

/// One change of a send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastEntry {
    /// Its name.
    pub id: EntryId,
    /// The name of its plan, or of its key.
    pub name: String,
    /// The aim of the change.
    pub aim: Aim,
    /// The calls that were made or begun, in their order.
    pub steps: Vec<PastStep>,
    /// The time at which it failed or was left out, so that no more of it was to be
    /// sent (UTC); none where it was not, or its send was over anyway.
    pub given_up: Option<Timestamp>,
    /// Set if no more of it is to be sent.
    pub(super) is_over: bool,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastStep {
    /// The number of the call within its change, from 1.
    pub number: u32,
    /// The call that was about to be made, and the time (UTC); none only where its
    /// record was damaged.
    pub intent: Option<(Timestamp, Intent)>,
    /// The outcome, and its time (UTC); none while nobody knows.
    pub sent: Option<(Timestamp, Sent)>,
}

/// The state that a change came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryState {
    /// It has not had its turn.
    Waiting,
    /// A call of it has no outcome yet, or more calls of it are to come.
    UnderWay,
    /// All of it was made.
    Applied,
    /// Some of it was made, and no more of it will be.
    Partly,
    /// Nothing of it was made.
    NotApplied,
    /// A call of it was not seen yet, and may still be made: it is to be read again.
    NotSeen,
    /// Nobody can tell what was made of it.
    Unknown,
    /// It was left out, or its send was over, before it had its turn.
    NeverSent,
}

impl EntryState {
    /// The word for it, in lists and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::UnderWay => "under way",
            Self::Applied => "applied",
            Self::Partly => "partly applied",
            Self::NotApplied => "not applied",
            Self::NotSeen => "not seen yet",
            Self::Unknown => "unknown",
            Self::NeverSent => "never sent",
        }
    }

    /// Returns true if a change in it failed, in whole or in part, or its outcome is not known.
    #[must_use]
    pub fn needs_a_look(self) -> bool {
        matches!(
            self,
            Self::Partly | Self::NotApplied | Self::NotSeen | Self::Unknown
        )
    }
}

impl PastStep {
    /// The outcome of the call; none while nobody asked.
    #[must_use]
    pub fn outcome(&self) -> Option<CallOutcome> {
        self.sent.as_ref().map(|(_, sent)| sent.outcome)
    }

    /// The call as it was about to be made, with its time; none where its record was damaged.
    #[must_use]
    pub fn call(&self) -> Option<OpenCall> {
        let (at, intent) = self.intent.clone()?;
        Some(OpenCall { at, intent })
    }

    fn applied(&self) -> Option<(&Intent, &Sent)> {
        let (_, intent) = self.intent.as_ref()?;
        let (_, sent) = self.sent.as_ref()?;
        (sent.outcome == CallOutcome::Applied).then_some((intent, sent))
    }

    /// The plan's settings after it: as the service showed them, else as predicted. What
    /// was shown is not believed where it still reads as before: whoever takes the call back
    /// compares the plan as it is then with what the call was to make of it.
    fn after(&self) -> Option<&Settings> {
        let (intent, sent) = self.applied()?;
        let shown = sent.plan.as_ref().map(|plan| &plan.settings);
        let is_old = |shown: &Settings| {
            let (Some(before), Call::Update { .. }) = (&intent.before, &intent.call) else {
                return false;
            };
            let moved = changes(before, shown);
            let is_moved = |doubt: &ChangedField| moved.iter().any(|m| m.field == doubt.field);
            !self.doubt().iter().all(is_moved)
        };
        shown
            .filter(|shown| intent.after.is_none() || !is_old(shown))
            .or(intent.after.as_ref())
    }

    /// The fields that a call was to change and that the service, which said that it was
    /// made, showed otherwise: as it showed them, and as they were to read.
    #[must_use]
    pub fn doubt(&self) -> Vec<ChangedField> {
        let Some((intent, sent)) = self.applied() else {
            return Vec::new();
        };
        let (Some(after), Some(plan)) = (&intent.after, &sent.plan) else {
            return Vec::new();
        };
        let nothing = Settings::default();
        let before = intent.before.as_ref().unwrap_or(&nothing);
        unlike(before, after, &plan.settings)
    }
}

/// The fields in which a change is not what some settings show: as they read, and as the
/// change was to leave them.
fn unlike(before: &Settings, after: &Settings, shown: &Settings) -> Vec<ChangedField> {
    let touched = changes(before, after);
    let is_touched = |off: &ChangedField| touched.iter().any(|touched| touched.field == off.field);
    let off = changes(shown, after).into_iter();
    off.filter(is_touched).collect()
}

/// The readings of fields, beside those that they were to have.
fn readings(off: &[ChangedField]) -> String {
    let read: Vec<String> = off.iter().map(ChangedField::misread).collect();
    read.join(", ")
}

impl PastEntry {
    /// The state that it came to.
    #[must_use]
    pub fn state(&self) -> EntryState {
        let outcomes: Vec<Option<CallOutcome>> = self.steps.iter().map(PastStep::outcome).collect();
        let has_applied = outcomes.contains(&Some(CallOutcome::Applied));
        match outcomes.last() {
            None if self.is_over => EntryState::NeverSent,
            None => EntryState::Waiting,
            // A call without an outcome is under way only while its send may go on; later
            // nobody waits.
            _ if outcomes.contains(&None) && !self.is_over => EntryState::UnderWay,
            _ if outcomes.iter().any(|outcome| {
                matches!(
                    outcome,
                    None | Some(CallOutcome::Unknown | CallOutcome::Changed)
                )
            }) =>
            {
                EntryState::Unknown
            }
            _ if outcomes.contains(&Some(CallOutcome::NotSeen)) => EntryState::NotSeen,
            // Nobody may have written that the send is over when the last call was made.
            _ if has_applied && self.is_complete() => EntryState::Applied,
            Some(Some(CallOutcome::Applied)) if !self.is_over => EntryState::UnderWay,
            _ if has_applied => EntryState::Partly,
            _ => EntryState::NotApplied,
        }
    }

    /// Returns true if it failed or its outcome is not known: an operator has to look at it.
    #[must_use]
    pub fn needs_a_look(&self) -> bool {
        self.state().needs_a_look() || !self.doubt().is_empty()
    }

    /// The reason why it is not certain that a call was made which is said to be: the
    /// service said so, and its answer did not show it. Empty where nothing is in
    /// doubt.
    #[must_use]
    pub fn doubt(&self) -> String {
        let off: Vec<ChangedField> = self.steps.iter().flat_map(PastStep::doubt).collect();
        if off.is_empty() {
            return String::new();
        }
        format!(
            "the service said that it was made, and its answer does not show it: {}",
            readings(&off)
        )
    }

    /// The parts of it that a send which undoes its send did not bring back; empty
    /// where all of it came back.
    #[must_use]
    pub fn not_back_by(&self, taker: &PastSend) -> Vec<String> {
        let mut undoing = taker.entries.iter().filter(|one| self.is_undone_by(one));
        let Some(undo) = undoing.next_back() else {
            return vec!["nothing was sent for this change".to_owned()];
        };
        let state = undo.state();
        if !undo.is_partly_made() {
            return vec![format!("nothing of it: {} is {}", undo.id, state.as_str())];
        }
        let mut lost = Vec::new();
        if state != EntryState::Applied {
            lost.push(format!("{} is {}", undo.id, state.as_str()));
        }
        match self.done() {
            Some(Done::Updated { before, after, .. }) => {
                let off = undo.after().map(|now| unlike(&after, &before, now));
                lost.extend(off.filter(|off| !off.is_empty()).map(|off| readings(&off)));
            }
            Some(Done::Deleted { before, keys, .. }) => {
                let nothing = Settings::default();
                let off = undo.after().map(|now| unlike(&nothing, &before, now));
                lost.extend(off.filter(|off| !off.is_empty()).map(|off| readings(&off)));
                let is_in = |key: &String| matches!(&undo.aim, Aim::Create { keys, .. } if keys.contains(key));
                let gone = keys.into_iter().filter(|key| !is_in(key));
                lost.extend(gone.map(|key| format!("the API key {key} is not in it again")));
            }
            Some(Done::Key {
                from: Some(plan), ..
            }) => {
                let is_back =
                    matches!(&undo.aim, Aim::Key { to, .. } if to.as_ref() == Some(&plan));
                if !is_back {
                    lost.push(format!("the key was not put into the plan {plan} again"));
                }
            }
            _ => {}
        }
        lost
    }

    /// Returns true if something of it was made.
    #[must_use]
    pub fn is_partly_made(&self) -> bool {
        self.applied().next().is_some()
    }

    fn applied(&self) -> impl DoubleEndedIterator<Item = (&Intent, &Sent)> {
        self.steps.iter().filter_map(PastStep::applied)
    }

    /// Returns true if the calls that were made are all that it aims at: each kind of
    /// call that it takes was made, or the plan reads as wanted without.
    fn is_complete(&self) -> bool {
        let made: Vec<&str> = self.applied().map(|(i, _)| i.call.operation()).collect();
        let is_made = |call: &Call| made.contains(&call.operation());
        // Kinds are compared, not calls: what was sent may have been merged with others'
        // changes.
        let all_made = self.aim.calls().iter().all(is_made);
        match &self.aim {
            Aim::Create { wanted, keys } => {
                let created = UsagePlan {
                    id: PlanId(String::new()),
                    settings: creatable(wanted),
                };
                let rest = calls(Some(&created), wanted);
                // The aim knows no identifier of the plan, and so not the calls for its
                // keys: they are counted.
                let attached = made.iter().filter(|call| **call == "CreateUsagePlanKey");
                let is_wanted = self.after().as_ref() == Some(&wanted);
                all_made
                    && (is_wanted || rest.iter().all(is_made))
                    && attached.count() >= keys.len()
            }
            Aim::Update { base, wanted } => {
                let is_wanted =
                    |after: &Settings| merge(&base.settings, after, wanted).settings == *after;
                all_made || self.after().is_some_and(is_wanted)
            }
            // What others had taken away already took no call.
            Aim::Delete { .. } => made.contains(&"DeleteUsagePlan"),
            Aim::Key { .. } | Aim::Extend { .. } => all_made,
        }
    }

    /// The plan that it is about, as far as it is known: one that was to be made has
    /// a name only when the service gave it one. For a key that moves, the plan that
    /// it enters.
    #[must_use]
    pub fn plan(&self) -> Option<&PlanId> {
        let shown = || {
            let mut plans = self.applied().filter_map(|(_, sent)| sent.plan.as_ref());
            plans.next().map(|plan| &plan.id)
        };
        self.aim.plan().or_else(shown)
    }

    /// Returns true if a change that undoes its send undoes this one.
    pub(super) fn is_undone_by(&self, other: &Self) -> bool {
        match (&self.aim, &other.aim) {
            (Aim::Key { key, .. }, Aim::Key { key: again, .. }) => key == again,
            (
                Aim::Extend { key, plan, .. },
                Aim::Extend {
                    key: k, plan: p, ..
                },
            ) => (key, plan) == (k, p),
            (Aim::Key { .. } | Aim::Extend { .. }, _)
            | (_, Aim::Key { .. } | Aim::Extend { .. }) => false,
            // It comes back under another identifier.
            (Aim::Delete { base, .. }, Aim::Create { wanted, .. }) => {
                base.settings.name == wanted.name
            }
            _ => self.plan().is_some() && self.plan() == other.plan(),
        }
    }

    /// Returns true if it is about this plan; a key that moves is about both.
    #[must_use]
    pub fn is_about(&self, plan: &PlanId) -> bool {
        // `plan` gives only the plan that a key enters.
        let leaves = matches!(&self.aim, Aim::Key { from: Some(from), .. } if from == plan);
        leaves || self.plan() == Some(plan)
    }

    /// The plan's settings before the first call that was made; none where nothing
    /// was made, or there was no plan.
    #[must_use]
    pub fn before(&self) -> Option<&Settings> {
        self.applied().next()?.0.before.as_ref()
    }

    /// The plan's settings after the last call that was made: as the service showed
    /// them, else as predicted. None where nothing was made, or the plan is no more.
    #[must_use]
    pub fn after(&self) -> Option<&Settings> {
        let mut made = self.steps.iter().rev();
        made.find(|step| step.applied().is_some())?.after()
    }

    /// The time of the last thing that is known of it (UTC); none where nothing
    /// happened yet.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        let step = self.steps.last()?;
        let sent = step.sent.as_ref().map(|(at, _)| *at);
        sent.or_else(|| step.intent.as_ref().map(|(at, _)| *at))
    }

    /// The part of it that was made, to be undone; none where nothing surely was. A
    /// plan whose name nobody knows cannot be undone either.
    #[must_use]
    pub fn done(&self) -> Option<Done> {
        let (first, _) = self.applied().next()?;
        let keys = |aim: &Aim| match aim {
            Aim::Create { keys, .. } | Aim::Delete { keys, .. } => keys.clone(),
            _ => Vec::new(),
        };
        if let Aim::Key { key, .. } = &self.aim {
            // Of a move only the half that was made is undone, so the calls are asked and
            // not the aim.
            let (mut from, mut to) = (None, None);
            for (intent, _) in self.applied() {
                match &intent.call {
                    Call::DetachKey { plan, .. } => from = Some(plan.clone()),
                    Call::AttachKey { plan, .. } => to = Some(plan.clone()),
                    _ => {}
                }
            }
            let key = key.clone();
            return Some(Done::Key { key, from, to });
        }
        if let Aim::Extend {
            plan,
            key,
            before,
            after,
        } = &self.aim
        {
            return Some(Done::Extended {
                plan: plan.clone(),
                key: key.clone(),
                before: *before,
                after: *after,
            });
        }
        let plan = self.plan()?.clone();
        let has = |operation: &str| {
            let mut made = self.applied();
            made.any(|(intent, _)| intent.call.operation() == operation)
        };
        // A deletion also detaches stages by an update: the deletion is what has to be
        // undone.
        Some(if has("DeleteUsagePlan") {
            Done::Deleted {
                plan,
                before: first.before.clone()?,
                keys: keys(&self.aim),
            }
        } else if has("CreateUsagePlan") {
            Done::Created {
                plan,
                after: self.after()?.clone(),
            }
        } else {
            Done::Updated {
                plan,
                before: first.before.clone()?,
                after: self.after()?.clone(),
            }
        })
    }
}

impl PastSend {
    /// Returns true if it may go on.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.over.is_none()
    }

    /// Its calls without an outcome, or not seen yet.
    pub fn unresolved(&self) -> impl Iterator<Item = OpenCall> {
        let steps = self.entries.iter().flat_map(|entry| &entry.steps);
        steps.filter_map(|step| match step.outcome() {
            None | Some(CallOutcome::NotSeen) => step.call(),
            Some(_) => None,
        })
    }

    /// The number of its changes that are in a state.
    #[must_use]
    pub fn count(&self, state: EntryState) -> usize {
        let states = self.entries.iter().map(PastEntry::state);
        states.filter(|s| *s == state).count()
    }

    /// All that was made of it, in the order in which it was made.
    #[must_use]
    pub fn done(&self) -> Vec<Done> {
        let mut entries: Vec<&PastEntry> = self.entries.iter().collect();
        // The sort is stable: what was never made keeps its place and gives nothing.
        entries.sort_by_key(|entry| entry.at());
        entries.into_iter().filter_map(PastEntry::done).collect()
    }

    /// Its records, each with the time at which it was written first.
    pub(super) fn records(&self) -> Vec<Dated> {
        // The times stay those of the first writing: a send that is taken over does not get
        // younger.
        let planned = self.entries.iter().map(|entry| Planned {
            id: entry.id.clone(),
            name: entry.name.clone(),
            aim: entry.aim.clone(),
        });
        let begun = Begun {
            id: self.id.clone(),
            who: self.who.clone(),
            arn: self.arn.clone(),
            profile: self.profile.clone(),
            reason: self.reason.clone(),
            undoes: self.undoes.clone(),
            entries: planned.collect(),
        };
        let mut records = vec![(self.at, Record::Begun(Box::new(begun)))];
        for entry in &self.entries {
            let given_up = entry.given_up;
            records.extend(given_up.map(|at| (at, Record::GivenUp(entry.id.clone()))));
        }
        for step in self.entries.iter().flat_map(|entry| &entry.steps) {
            let intent = step.intent.clone();
            records.extend(intent.map(|(at, intent)| (at, Record::Intent(Box::new(intent)))));
            let sent = step.sent.clone();
            records.extend(sent.map(|(at, sent)| (at, Record::Sent(Box::new(sent)))));
        }
        let over = self.over.map(|at| (at, Record::Over(self.id.clone())));
        records.extend(over);
        records
    }
}
