//! Sending drafts, and what the operator is told of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::deletion::words_on_deletion;
use super::words::{names, words};
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::{Case, Changed, Ended};
use crate::app::message::{Effect, Question};
use crate::app::prompt::consent::{Proposal, Proposed};
use crate::app::{Awaited, DraftId, Weight};
use crate::gateway::Failure;
use crate::journal::{Begun, EntryId, Planned, SendId};
use crate::plan::{Aim, Partly, PlanId, UsagePlan, merge};
use crate::send::{End, Mode, Outcome, Remainder, Todo};

/// What the dashboard knows of the changes in the queue beside the queue itself.
#[derive(Debug, Default)]
pub(in crate::app) struct Sends {
    /// Whose drafts they are.
    drafts: BTreeMap<EntryId, DraftId>,
    /// What was said of those that are over.
    words: BTreeMap<EntryId, (Weight, String)>,
    /// All plans, as far as they were read for the queue.
    plans: Vec<UsagePlan>,
}

impl Core {
    /// Why nothing can be sent now, whatever it is.
    pub(in crate::app) fn obstacle_to_queueing(&self) -> Option<&'static str> {
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
        let is_held = self.outbox.queue.mode() == Mode::Paused && !self.outbox.queue.is_idle();
        is_held.then_some(
            "the send queue is paused: <queue> goes on with it or drops what it has left",
        )
    }

    /// What a draft is to achieve.
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

    /// When the dashboard is to be woken although nothing happens: when the next
    /// slot is free, and before that each time that the seconds until then change on
    /// the screen.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        let resolves = self.resolves_at().filter(|at| *at > self.now);
        let at = [self.outbox.queue.wake_at(), resolves]
            .into_iter()
            .flatten()
            .min()?;
        let left = at.duration_since(self.now).as_nanos();
        let beyond = left.rem_euclid(1_000_000_000);
        let step = if beyond == 0 { 1_000_000_000 } else { beyond };
        let step = jiff::SignedDuration::from_nanos(i64::try_from(step).unwrap_or(i64::MAX));
        let next = self.now.saturating_add(step).unwrap_or(at);
        Some(if left > 0 { next.min(at) } else { at })
    }

    /// Whether a draft waits to be sent or is on its way.
    #[must_use]
    pub fn is_queued(&self, id: &DraftId) -> bool {
        self.entry_of(id).is_some()
    }

    /// Whether a draft is on its way, and what is being done with it.
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

    /// What was said of an entry that is over.
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

    /// Says how a change ended, or how the whole send did where it was one of many.
    fn tell_end(&mut self, weight: Weight, text: String) {
        let is_of_many = self.outbox.queue.entries().len() > 1;
        if !is_of_many {
            return self.say(weight, text);
        }
        let progress = self.outbox.queue.progress();
        if progress.left == 0 {
            let weight = if progress.failed + progress.unseen > 0 {
                Weight::Warning
            } else {
                Weight::Info
            };
            let mut text = format!("Sent {} of {}.", progress.done, progress.total);
            if progress.failed > 0 {
                text = format!("{text} {} failed.", progress.failed);
            }
            if progress.unseen > 0 {
                text = format!("{text} {} not seen yet.", progress.unseen);
            }
            if progress.skipped > 0 {
                text = format!("{text} {} were left out.", progress.skipped);
            }
            let shows = self.with_keys("<queue> shows each.");
            return self.say(weight, format!("{text} {shows}"));
        }
        if weight != Weight::Info {
            let shows = self.with_keys("<queue> shows what is left.");
            let text = match self.outbox.queue.mode() {
                Mode::Paused => format!("The send queue stopped. {text} {shows}"),
                Mode::Running | Mode::Stopping => text,
            };
            self.say(weight, text);
        }
    }

    fn entry_name(&self, entry: &EntryId) -> String {
        let mut entries = self.outbox.queue.entries().iter();
        let found = entries.find(|one| one.id == *entry);
        found.map(|one| one.name.clone()).unwrap_or_default()
    }

    /// The keys that resolve a conflict.
    fn sides(&self) -> String {
        self.keymap
            .fill(Place::Review, "<theirs> theirs, <mine> mine, <base> base.")
    }
}

impl Core {
    /// Sends drafts, one after the other, as one send, after asking what their
    /// weight asks for.
    pub(in crate::app) fn propose_drafts(&mut self, drafts: Vec<DraftId>, reason: String) {
        let mut undone = drafts.iter().map(|id| self.drafts.undoes(id));
        let first = undone.next().flatten();
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

    /// The credentials do not hold: the queue waits with what it has.
    fn held(&mut self, entry: &EntryId, failure: &Failure) {
        let name = self.entry_name(entry);
        let told = self.told_with_key(failure);
        let goes_on = self.keymap.label(Place::Queue, Command::Pause);
        let rest = if self.screen_place() == Place::Queue {
            format!("It waits here: then {goes_on} goes on.")
        } else {
            let queue = self.with_keys("It waits in the send queue: then <queue> and there");
            format!("{queue} {goes_on} goes on.")
        };
        self.say(Weight::Error, format!("{name}: {told} {rest}"));
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

    /// A change's way is over.
    fn ended(&mut self, entry: &EntryId, outcome: Outcome) {
        self.tell(Changed::Journal);
        let draft = self.outbox.sends.drafts.remove(entry);
        let Outcome {
            latest,
            end,
            made,
            partly,
            unrecorded,
            open,
            ..
        } = outcome;
        if let (End::NotSeen(_), Some(open)) = (&end, open) {
            self.resolve_later(self.entry_name(entry), *open);
        }
        let partly = partly.as_ref();
        if self.extension_ended(entry, &end) {
            return;
        }
        self.tell(Changed::Ended(Box::new(Ended {
            entry: entry.clone(),
            is_over: is_over(&end),
            made,
            latest: latest.clone(),
        })));
        let is_gone = matches!(end, End::Gone(_));
        let name = match &draft {
            Some(id) => self.draft_name(id),
            None => self.entry_name(entry),
        };
        let mut entries = self.outbox.queue.entries().iter();
        let about = entries.find(|one| one.id == *entry);
        let deletes = about.is_some_and(|one| one.deletes);
        let transfer = about.and_then(|one| one.transfer.clone());
        let (weight, text) = match (draft, end) {
            (Some(id), End::Moved(merged)) => self.moved(&id, latest, *merged, partly),
            (Some(id), end) => self.draft_ended(&id, latest, &end, partly),
            (None, end) => {
                if let Some(plan) = &latest {
                    self.put(plan);
                } else if end.is_good() || is_gone {
                    self.plan_may_be_gone(entry);
                }
                let said = match &transfer {
                    Some(transfer) => {
                        self.follow_transfer(transfer, &end);
                        self.words_on_transfer(&name, transfer, &end, made)
                    }
                    None if deletes => words_on_deletion(&name, &end, made),
                    None => {
                        // Keys may have been put into a new plan.
                        self.catalogue.plans_of.clear();
                        None
                    }
                };
                let refresh = self.key_for(Command::Refresh);
                said.unwrap_or_else(|| words(&name, &end, partly, false, &refresh))
            }
        };
        self.tell(Changed::Queue);
        let (weight, text) = match unrecorded {
            Some(why) => (
                Weight::Warning,
                format!(
                    "{text} It is not in the journal, so it cannot be undone from there. {why}"
                ),
            ),
            None => (weight, text),
        };
        self.outbox
            .sends
            .words
            .insert(entry.clone(), (weight, text.clone()));
        self.tell_end(weight, text);
    }

    /// A draft was sent, or not.
    fn draft_ended(
        &mut self,
        id: &DraftId,
        latest: Option<Arc<UsagePlan>>,
        end: &End,
        partly: Option<&Partly>,
    ) -> (Weight, String) {
        let done = matches!(end, End::Sent { .. } | End::Nothing);
        let name = self.draft_name(id);
        let (weight, mut text) = words(&name, end, partly, true, &self.key_for(Command::Refresh));
        let mut now = id.clone();
        if let Some(plan) = latest {
            if matches!(id, DraftId::New(_)) && !done {
                text = format!("The plan was created as {}. {text}", plan.id);
            }
            self.put(&plan);
            if done || !self.has_conflicts_with(id, &plan) {
                now = self.go_on_from(id, &plan);
            } else {
                text = format!("{text} {}", self.keep_for_conflicts(id, &plan));
            }
            if matches!(end, End::Unconfirmed { .. }) {
                self.must_be_looked_at(&now);
            }
            let is_only = self.outbox.queue.entries().len() == 1;
            if done && is_only && matches!(id, DraftId::New(_)) && !self.plans.select(&plan.id) {
                // What was just made must be seen.
                self.plans.set_filter("");
            }
        }
        if let (End::Gone(_), DraftId::Plan(plan)) = (end, id) {
            if let Some(known) = self.known_plan(&plan.id).cloned() {
                self.note_gone(&known);
            }
            self.plans.remove(&plan.id);
            self.orphan(id);
            let kept = self.with_keys("The draft is kept as a new plan: <new-plan> opens it.");
            text = format!("{text} {kept}");
        }
        let is_changed = |draft: &crate::plan::edit::draft::Draft| draft.is_changed();
        if self.drafts.get(&now).is_none_or(|draft| !is_changed(draft)) {
            self.forget(&now);
        }
        (weight, text)
    }

    /// The draft stays on what it stands on, for somebody else changed the same fields
    /// and it is not known that it was made: its review asks. What to do about it.
    fn keep_for_conflicts(&mut self, id: &DraftId, theirs: &Arc<UsagePlan>) -> String {
        let known = self.drafts.get(id).and_then(|draft| {
            let base = draft.base()?;
            Some(merge(&base.settings, &theirs.settings, draft.edited()))
        });
        let Some(merged) = known else {
            return String::new();
        };
        self.tell(Changed::Conflicts {
            draft: id.clone(),
            theirs: theirs.clone(),
            merged: Box::new(merged),
            case: Case::LostAnswer,
        });
        self.must_be_looked_at(id);
        let sides = self.sides();
        format!("Choose in its review whose value the draft goes on with: {sides}")
    }

    /// A change that leaves no plan was made: the list is not to show it any more.
    fn plan_may_be_gone(&mut self, entry: &EntryId) {
        let mut entries = self.outbox.queue.entries().iter();
        let plan = entries.find(|one| one.id == *entry);
        let deleted = plan
            .filter(|one| one.deletes)
            .and_then(|one| one.plan.clone());
        if let Some(plan) = deleted {
            self.plan_is_gone(&plan);
        }
    }

    /// A plan as the service has it now goes into the list, unless the list shows
    /// the plans of an API key that it does not have.
    pub(in crate::app) fn put(&mut self, plan: &Arc<UsagePlan>) {
        if self.plans.of_key.is_none() || self.plans.plan(&plan.id).is_some() {
            self.plans.put(plan.clone());
        }
        self.correct_by(plan);
        if let Some(known) = self.aside.get_mut(&plan.id) {
            *known = plan.clone();
        }
    }

    /// The plan is known anew: what of the draft was not sent goes on from there.
    /// Gives the draft's name from now on: a new plan that was made has an id.
    pub(in crate::app) fn go_on_from(&mut self, id: &DraftId, plan: &Arc<UsagePlan>) -> DraftId {
        if let Some(draft) = self.drafts.get_mut(id) {
            let edited = match draft.base() {
                Some(base) => merge(&base.settings, &plan.settings, draft.edited()).settings,
                None => draft.edited().clone(),
            };
            draft.rebase(plan, edited);
        }
        match (id, self.plans.reference(&plan.id)) {
            (DraftId::New(_), Some(plan)) => {
                let now = DraftId::Plan(plan);
                self.rename_draft(id, &now);
                now
            }
            _ => id.clone(),
        }
    }

    /// Gives a draft another name, wherever it is named.
    fn rename_draft(&mut self, id: &DraftId, now: &DraftId) {
        if let Some(draft) = self.drafts.remove(id) {
            self.drafts.insert(now.clone(), draft);
        }
        if let Some(text) = self.unapplied.remove(id) {
            self.unapplied.insert(now.clone(), text);
        }
        for queued in self
            .outbox
            .sends
            .drafts
            .values_mut()
            .filter(|draft| *draft == id)
        {
            *queued = now.clone();
        }
        self.tell(Changed::Renamed {
            from: id.clone(),
            to: now.clone(),
        });
    }

    /// The plan of a draft is gone: the draft goes on as that of a new plan.
    pub(in crate::app) fn orphan(&mut self, id: &DraftId) {
        let Some(draft) = self.drafts.remove(id) else {
            return;
        };
        let now = DraftId::New(self.next_new);
        self.next_new += 1;
        self.drafts.insert(id.clone(), draft.into_new_plan());
        self.rename_draft(id, &now);
        if let Some(plan) = id.plan() {
            self.drafts.set_gone(&now, plan.clone());
        }
        // What it would send is another call now: it creates a plan.
        self.must_be_looked_at(&now);
    }

    /// Drops a draft for good, with its screens and its unapplied text.
    pub(in crate::app) fn forget(&mut self, id: &DraftId) {
        self.drafts.remove(id);
        self.unapplied.remove(id);
        self.tell(Changed::Forgotten(id.clone()));
    }

    /// Somebody else changed the plan meanwhile.
    fn moved(
        &mut self,
        id: &DraftId,
        theirs: Option<Arc<UsagePlan>>,
        merged: crate::plan::Merged,
        partly: Option<&Partly>,
    ) -> (Weight, String) {
        let said = |text: String| (Weight::Warning, text);
        let Some(theirs) = theirs else {
            return said("Nothing was sent: the plan moved.".to_owned());
        };
        let name = self.draft_name(id);
        let sent = match partly {
            Some(partly) => format!("Partly sent: {partly}"),
            None => format!("Nothing was sent to {name}"),
        };
        self.put(&theirs);
        if merged.conflicts.is_empty() {
            let names = names(&merged.moved);
            if let Some(draft) = self.drafts.get_mut(id) {
                draft.rebase(&theirs, merged.settings);
            }
            self.must_be_looked_at(id);
            return said(format!(
                "{sent}: somebody else changed {names} meanwhile. The draft now stands on the \
                 plan as it is: review and send."
            ));
        }
        let count = merged.conflicts.len();
        self.tell(Changed::Conflicts {
            draft: id.clone(),
            theirs,
            merged: Box::new(merged),
            case: Case::Quicker,
        });
        let fields = match count {
            1 => "a staged field was".to_owned(),
            n => format!("{n} of the staged fields were"),
        };
        let sides = self.sides();
        said(format!(
            "{sent}: {fields} changed by somebody else meanwhile. Choose in its review whose \
             value the draft goes on with: {sides}"
        ))
    }

    /// What the review of a draft shows is not what it showed before: the next
    /// key is not taken for a consent.
    pub(in crate::app) fn must_be_looked_at(&mut self, id: &DraftId) {
        self.tell(Changed::Draft(id.clone()));
    }
}

impl Core {
    /// An entry of the queue was left out: its draft is free again.
    pub(in crate::app) fn release(&mut self, entry: &EntryId) {
        self.outbox.sends.drafts.remove(entry);
    }

    /// Holds the draft that an entry of the queue was made of.
    pub(in crate::app) fn sends_hold(&mut self, entry: &EntryId, id: DraftId) {
        self.outbox.sends.drafts.insert(entry.clone(), id);
    }

    /// The draft that an entry of an earlier run was made of.
    pub(in crate::app) fn draft_of_entry(&self, left: &Remainder) -> Option<DraftId> {
        match &left.planned.aim {
            Aim::Create { .. } if left.from.is_some() => {
                let plan = self.plans.reference(&left.from.as_ref()?.id)?;
                let id = DraftId::Plan(plan);
                self.drafts.contains(&id).then_some(id)
            }
            Aim::Update { base, .. } => {
                let id = DraftId::Plan(self.plans.reference(&base.id)?);
                self.drafts.contains(&id).then_some(id)
            }
            Aim::Create { wanted, .. } => {
                let mut drafts = self.drafts.iter();
                let is_it = |(_, draft): &(&DraftId, &crate::plan::edit::draft::Draft)| {
                    draft.base().is_none() && draft.edited() == wanted
                };
                drafts.find(is_it).map(|(id, _)| id.clone())
            }
            _ => None,
        }
    }
}

/// Whether nothing is left to send of a change that ended so.
fn is_over(end: &End) -> bool {
    end.is_good()
        || matches!(
            end,
            End::Moved(_)
                | End::Gone(_)
                | End::Sent { .. }
                | End::NotSeen(_)
                | End::Unconfirmed { .. }
        )
}
