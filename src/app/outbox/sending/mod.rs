//! Sending drafts, and what the operator is told of it.

mod drafts;
mod ended;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::app::core::Core;
use crate::app::message::changed::Changed;
use crate::app::message::{Effect, Question};
use crate::app::prompt::consent::{Proposal, Proposed};
use crate::app::{Awaited, DraftId, Weight};
use crate::gateway::Failure;
use crate::journal::{Begun, EntryId, Planned, SendId};
use crate::plan::{Aim, PlanId, UsagePlan};
use crate::send::{Mode, Todo};

/// The dashboard's own notes on the changes in the queue.
#[derive(Debug, Default)]
pub(in crate::app) struct Sends {
    /// The draft of each of them that has one.
    drafts: BTreeMap<EntryId, DraftId>,
    /// The words on those that are over.
    words: BTreeMap<EntryId, (Weight, String)>,
    /// All plans, as far as they were read for the queue.
    plans: Vec<UsagePlan>,
}

impl Core {
    /// The reason why nothing can be sent now, whatever it is.
    pub(in crate::app) fn obstacle_to_queueing(&self) -> Option<&'static str> {
        // Before the plain read-only, which it is as well: this one passes.
        if self.is_held_unknown() {
            return Some(
                "read-only as long as it is not known which account this is: <who> says why; the \
                 draft is kept",
            );
        }
        if self.setup.read_only {
            return Some("read-only: nothing is sent; the draft is kept");
        }
        if let Some(why) = self.obstacle_of_same_account() {
            return Some(why);
        }
        // What is added to a paused queue would wait without a sign.
        let is_held = self.outbox.queue.mode() == Mode::Paused && !self.outbox.queue.is_idle();
        is_held.then_some("the send queue is paused: <queue> resumes it or discards the rest")
    }

    /// The change that a draft is to make.
    #[must_use]
    pub fn aim_of_draft(&self, id: &DraftId) -> Option<Aim> {
        let draft = self.drafts.get(id)?;
        let wanted = draft.edited().clone();
        Some(match draft.base() {
            Some(base) => Aim::Update {
                base: base.clone(),
                wanted,
            },
            None => Aim::Create {
                wanted,
                keys: Vec::new(),
            },
        })
    }

    /// A draft as it would be sent.
    pub(in crate::app) fn proposed_draft(&self, id: &DraftId) -> Option<Proposed> {
        Some(Proposed {
            name: self.draft_name(id),
            aim: self.aim_of_draft(id)?,
            draft: Some(id.clone()),
        })
    }

    /// Sends changes, one after the other, as one send. Each has a name, and the
    /// draft that it comes from.
    pub(in crate::app) fn send_aims(
        &mut self,
        aims: Vec<(String, Aim, Option<DraftId>)>,
        reason: String,
        undoes: Option<SendId>,
    ) -> SendId {
        // What is over stays on the queue's page until the next send begins.
        if self.outbox.queue.is_idle() {
            self.outbox.sends.drafts.clear();
            self.outbox.sends.words.clear();
        }
        let send = SendId::new();
        let mut entries = Vec::new();
        for (number, (name, aim, draft)) in (1..).zip(aims) {
            let id = EntryId {
                send: send.clone(),
                number,
            };
            if let Some(draft) = draft {
                self.outbox.sends.drafts.insert(id.clone(), draft);
            }
            entries.push(Planned { id, name, aim });
        }
        self.outbox.queue.add(Begun {
            id: send.clone(),
            who: self.setup.who.clone(),
            arn: self.me.arn(),
            profile: self.setup.profile.clone(),
            reason,
            undoes,
            entries,
        });
        send
    }

    /// A page of the plans that the queue wants to know.
    pub(in crate::app) fn take_plans_for_queue(&mut self, plans: Vec<UsagePlan>) {
        self.outbox.sends.plans.extend(plans);
    }

    /// All of them were read, or not.
    pub(in crate::app) fn plans_end_for_queue(&mut self, result: Result<(), Failure>) {
        let plans = std::mem::take(&mut self.outbox.sends.plans);
        self.outbox.queue.plans_read(result.map(|()| plans));
    }

    /// The time at which the dashboard is to be woken although nothing happens: when the
    /// next slot is free or something is to be read again, and before that each time that
    /// the seconds until then change on the screen.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        let resolves = self.resolves_at().filter(|at| *at > self.now);
        let at = [self.outbox.queue.wake_at(), resolves]
            .into_iter()
            .flatten()
            .min()?;
        let left = at.duration_since(self.now).as_nanos();
        let beyond = left.rem_euclid(1_000_000_000);
        // On a whole second the next change of the screen is a second away: now would
        // wake it without end.
        let step = if beyond == 0 { 1_000_000_000 } else { beyond };
        let step = jiff::SignedDuration::from_nanos(i64::try_from(step).unwrap_or(i64::MAX));
        let next = self.now.saturating_add(step).unwrap_or(at);
        Some(if left > 0 { next.min(at) } else { at })
    }

    /// Returns true for a draft that waits to be sent or is on its way.
    #[must_use]
    pub fn is_queued(&self, id: &DraftId) -> bool {
        self.entry_of(id).is_some()
    }

    /// Returns true for a draft that is on its way.
    #[must_use]
    pub fn is_under_way(&self, id: &DraftId) -> bool {
        let current = self.outbox.queue.current();
        current.is_some_and(|(entry, _)| self.outbox.sends.drafts.get(&entry.id) == Some(id))
    }

    /// The plans whose drafts wait to be sent or are on their way.
    pub(in crate::app) fn queued_plans(&self) -> BTreeSet<&PlanId> {
        self.outbox
            .sends
            .drafts
            .values()
            .filter_map(DraftId::plan)
            .collect()
    }

    /// The entry of the queue that a draft is in.
    fn entry_of(&self, id: &DraftId) -> Option<&EntryId> {
        let mut queued = self.outbox.sends.drafts.iter();
        queued
            .find(|(_, draft)| *draft == id)
            .map(|(entry, _)| entry)
    }

    /// The words on an entry that is over.
    #[must_use]
    pub fn words_on(&self, entry: &EntryId) -> Option<&(Weight, String)> {
        self.outbox.sends.words.get(entry)
    }

    /// Stops what is on its way with a draft, or takes it out of the queue.
    pub(in crate::app) fn cancel_sending(&mut self, id: &DraftId) {
        let Some(entry) = self.entry_of(id).cloned() else {
            return;
        };
        if !self.is_under_way(id) {
            if self.outbox.queue.leave_out(&entry) {
                self.outbox.sends.drafts.remove(&entry);
                let name = self.draft_name(id);
                let text = format!("{name} is out of the send queue; its draft is kept.");
                self.say(Weight::Info, text);
            }
            return;
        }
        self.stop_current();
    }

    /// Stops the change that is on its way.
    pub(in crate::app) fn stop_current(&mut self) {
        self.cancel(|awaited| {
            matches!(
                awaited,
                Awaited::Send | Awaited::Plan | Awaited::HasKey | Awaited::AllPlans
            )
        });
        self.outbox.queue.cancel();
    }

    fn entry_name(&self, entry: &EntryId) -> String {
        let mut entries = self.outbox.queue.entries().iter();
        let found = entries.find(|one| one.id == *entry);
        found.map(|one| one.name.clone()).unwrap_or_default()
    }
}

impl Core {
    /// Sends drafts, one after the other, as one send, after asking what their
    /// weight asks for.
    pub(in crate::app) fn propose_drafts(&mut self, drafts: Vec<DraftId>, reason: String) {
        let mut undone = drafts.iter().map(|id| self.drafts.undoes(id));
        let first = undone.next().flatten();
        // Drafts that undo different sends have no single one to name.
        let undoes = first.filter(|_| undone.all(|send| send == first));
        let undoes = undoes.cloned();
        let changes = drafts.into_iter().filter_map(|id| self.proposed_draft(&id));
        let proposal = Proposal {
            changes: changes.collect(),
            reason,
            undoes,
        };
        self.propose(proposal);
    }

    /// Does what the queue wants done.
    pub(in crate::app) fn send_on(&mut self) {
        while let Some(todo) = self.outbox.queue.poll(self.now) {
            self.follow(todo);
        }
    }

    fn follow(&mut self, todo: Todo) {
        match todo {
            Todo::Read(plan) => self.ask(Awaited::Plan, Question::Plan(plan)),
            Todo::ReadKey(plan, key) => self.ask(Awaited::HasKey, Question::HasKey(plan, key)),
            Todo::ReadPlans => {
                // A reading that was stopped may have left some of its pages here.
                self.outbox.sends.plans.clear();
                self.ask(Awaited::AllPlans, Question::Plans { of_key: None });
            }
            Todo::Record(record) => {
                self.note_for_doubts(&record);
                let ticket = self.ticket(Awaited::Recorded);
                self.effects.push(Effect::Record(ticket, record));
            }
            Todo::Call(call) => {
                let ticket = self.ticket(Awaited::Send);
                self.effects.push(Effect::Send(ticket, call));
            }
            Todo::Held(entry, failure) => self.held(&entry, &failure),
            Todo::Done(entry, outcome) => {
                self.ended(&entry, *outcome);
                // The draft is gone before its send is over: a kill in between must not
                // leave it behind alone.
                self.keep_drafts();
            }
            Todo::NotBegun(send, why) => {
                self.outbox
                    .sends
                    .drafts
                    .retain(|entry, _| entry.send != send);
                let text = format!(
                    "Nothing was sent, for what is sent must be written down first. {why} The \
                     drafts are kept."
                );
                self.say(Weight::Error, text);
            }
        }
    }

    /// The journal has what the queue gave it.
    pub(in crate::app) fn recorded(&mut self, result: Result<(), String>) {
        if let Some(todo) = self.outbox.queue.recorded(result) {
            self.follow(todo);
        }
        if self.outbox.queue.is_idle() {
            self.tell(Changed::Journal);
        }
    }
}
