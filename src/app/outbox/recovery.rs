//! The leftovers of an earlier run of the program: drafts, calls of which nobody knows
//! what became of them, and sends that were not over.

use super::resolution::Unresolved;
use crate::app::core::Core;
use crate::app::core::plans::Loading;
use crate::app::keys::command::Command;
use crate::app::message::Effect;
use crate::app::page::patch::{PatchEditor, Unapplied};
use crate::app::prompt::input::Input;
use crate::app::{DraftId, Weight, Who};
use crate::journal::{
    CallOutcome, DraftKey, DraftRecord, EntryState, Intent, PastEntry, PastSend, Record, Recovered,
    Sent,
};
use crate::plan::edit::draft::Draft;
use crate::plan::{Aim, PlanRef, UsagePlan, merge};
use crate::send::left;

/// The leftovers of an earlier run that are still to be seen to.
#[derive(Debug, Default)]
pub(in crate::app) struct Recovery {
    /// The drafts that are there again.
    restored: Vec<DraftId>,
    /// All that was left behind, until it is known of which account this is.
    early: Option<Box<Recovered>>,
    /// True while what was under way is being found out about.
    is_pending: bool,
    /// True where it was told that something of it was not seen yet.
    is_waiting: bool,
    /// Sends that may go on, once all of their calls are resolved.
    open: Vec<PastSend>,
    /// Sentences to tell.
    told: Vec<String>,
}

impl Core {
    fn restore(&mut self, record: DraftRecord) {
        let Who::Connected(scope) = &self.who else {
            return;
        };
        let scope = scope.clone();
        let DraftRecord {
            key,
            base,
            edited,
            typed,
            patch,
            undoes,
        } = record;
        let draft = Draft::restored(base, edited, typed);
        let mut id = match key {
            DraftKey::Plan(id) => DraftId::Plan(PlanRef { scope, id }),
            DraftKey::New(number) => DraftId::New(number),
        };
        if self.drafts.contains(&id) {
            // Somebody was quick: both are kept.
            id = DraftId::New(self.next_new);
        }
        if let DraftId::New(number) = id {
            self.next_new = self.next_new.max(number + 1);
        }
        if let Some(text) = patch {
            let given = PatchEditor::new(id.clone(), &draft).given;
            let input = Input::new(&text);
            self.unapplied
                .insert(id.clone(), Unapplied { input, given });
        }
        self.drafts.insert(id.clone(), draft);
        self.outbox.recovery.restored.push(id.clone());
        if let Some(send) = undoes {
            self.drafts.set_undoes(&id, send);
        }
    }

    /// Notes what became of a call of an earlier run, or that it was not seen yet.
    pub(in crate::app) fn recovery_learns(&mut self, sent: &Sent) {
        let sends = self.outbox.recovery.open.iter_mut();
        let entries = sends.flat_map(|send| &mut send.entries);
        for entry in entries.filter(|entry| entry.id == sent.entry) {
            for step in &mut entry.steps {
                if step.number == sent.step {
                    step.sent = Some((self.now, sent.clone()));
                }
            }
        }
    }

    /// Something that is to be told of the last time, with the rest.
    pub(in crate::app) fn recovery_tells(&mut self, text: String) {
        self.outbox.recovery.told.push(text);
    }

    /// True where there is a draft that may stand on the plan as it is now: where both
    /// changed the same field it stays on what it stands on, so that sending asks.
    pub(in crate::app) fn may_go_on_from(&self, id: &DraftId, now: &UsagePlan) -> bool {
        self.drafts.contains(id) && !self.has_conflicts_with(id, now)
    }

    /// True where a draft and the plan as it is now both changed the same field.
    pub(in crate::app) fn has_conflicts_with(&self, id: &DraftId, now: &UsagePlan) -> bool {
        let draft = self.drafts.get(id);
        let base = draft.and_then(|draft| Some((draft, draft.base()?)));
        base.is_some_and(|(draft, base)| {
            let merged = merge(&base.settings, &now.settings, draft.edited());
            !merged.conflicts.is_empty()
        })
    }

    fn recovered_name(&self, intent: &Intent) -> String {
        let mut entries = self
            .outbox
            .recovery
            .open
            .iter()
            .flat_map(|send| &send.entries);
        let entry = entries.find(|entry| entry.id == intent.entry);
        let plan = intent.call.plan().map(ToString::to_string);
        entry
            .map(|entry| entry.name.clone())
            .or(plan)
            .unwrap_or_else(|| "a new plan".to_owned())
    }

    /// The drafts that are here again; nothing where that was told.
    fn drafts_of_last_time(&mut self) -> Vec<String> {
        let restored = std::mem::take(&mut self.outbox.recovery.restored);
        let of_last_time = restored.len();
        // Those that turned out to have been sent are not.
        let restored = restored.into_iter();
        let drafts = restored.filter(|id| self.drafts.contains(id)).count();
        let told = match drafts {
            0 if of_last_time > 0 => {
                "the drafts had been sent; nothing is left of them.".to_owned()
            }
            0 => return Vec::new(),
            1 => "1 draft is here again.".to_owned(),
            n => format!("{n} drafts are here again."),
        };
        vec![told]
    }
}

impl Core {
    /// The journal is open.
    pub(in crate::app) fn recovered(&mut self, result: Result<Recovered, String>) {
        let recovered = match result {
            Ok(recovered) => recovered,
            Err(why) => {
                self.drafts.set_kept(false);
                let text = format!("Nothing can be sent, and drafts are not kept. {why}");
                return self.say(Weight::Error, text);
            }
        };
        if !matches!(self.who, Who::Connected(_)) {
            self.outbox.recovery.early = Some(Box::new(recovered));
            return;
        }
        self.take_over(recovered);
    }

    /// It is known of which account what was left behind is.
    pub(in crate::app) fn take_over_early(&mut self) {
        if let Some(recovered) = self.outbox.recovery.early.take() {
            self.take_over(*recovered);
        }
    }

    fn take_over(&mut self, recovered: Recovered) {
        for draft in recovered.drafts {
            self.restore(draft);
        }
        if self.plans.loading == Loading::Done {
            // The plans were here first; else the drafts are put on them as they come.
            self.rebase_drafts();
        }
        let mut told = Vec::new();
        if let Some(older) = recovered.older.first() {
            told.push(format!(
                "Two programs had drafts of the same plan; the older ones ({}) are kept beside {}.",
                recovered.older.len(),
                older.kept_in.display()
            ));
        }
        if let Some(damage) = recovered.damaged.first() {
            let kept = damage.kept_in.as_ref().unwrap_or(&damage.file);
            told.push(format!(
                "The journal has {} damaged records; the rest was used. The first: {} ({}).",
                recovered.damaged.len(),
                damage.why,
                kept.display()
            ));
        }
        self.outbox.recovery = Recovery {
            early: None,
            restored: std::mem::take(&mut self.outbox.recovery.restored),
            is_pending: true,
            is_waiting: false,
            open: recovered.open,
            told,
        };
        self.take_doubts(recovered.doubted);
        // The plans came first, when these doubts were not known yet.
        if self.plans.loading == Loading::Done {
            self.correct_by_list();
        }
        for call in recovered.unresolved {
            let name = self.recovered_name(&call.intent);
            let mut unresolved = Unresolved::new(name, call, self.now);
            unresolved.is_of_last_time = true;
            self.resolve(unresolved);
        }
    }

    /// Nothing is to be read just now: where all that was under way is found out about,
    /// what is left can go on; else it is told what is waited for.
    pub(in crate::app) fn go_on_after_resolution(&mut self) {
        if !self.outbox.recovery.is_pending {
            return;
        }
        if !self.resolves_last_time() {
            return self.offer_to_go_on();
        }
        let unseen: Vec<String> = self.unseen_of_last_time().collect();
        if self.outbox.recovery.is_waiting || unseen.is_empty() {
            return;
        }
        self.outbox.recovery.is_waiting = true;
        let mut told = self.drafts_of_last_time();
        told.extend(unseen);
        self.say(
            Weight::Warning,
            format!("From last time: {}", told.join(" ")),
        );
    }

    /// A plan that was made: the draft that it was made of goes on as its draft, or is
    /// no more.
    fn go_on_as_made(&mut self, entry: &PastEntry) {
        let Aim::Create { wanted, .. } = &entry.aim else {
            return;
        };
        // The record of a creation names no draft: what it was to make tells which one it
        // was.
        let is_it =
            |(_, draft): &(&DraftId, &Draft)| draft.base().is_none() && draft.edited() == wanted;
        let found = self.drafts.iter().find(is_it).map(|(id, _)| id.clone());
        let steps = entry.steps.iter().rev();
        let applied = steps.filter(|step| step.outcome() == Some(CallOutcome::Applied));
        let made = applied.filter_map(|step| step.sent.as_ref()?.1.plan.clone());
        if let (Some(id), Some(plan)) = (found, made.into_iter().next()) {
            let now = self.go_on_from(&id, &plan);
            self.tidy(&now);
        }
    }

    /// All is known: what is left waits in the queue for the operator.
    fn offer_to_go_on(&mut self) {
        self.outbox.recovery.is_pending = false;
        self.outbox.recovery.is_waiting = false;
        let open = std::mem::take(&mut self.outbox.recovery.open);
        let mut count = 0;
        let mut over = 0;
        for send in open {
            for entry in &send.entries {
                self.go_on_as_made(entry);
            }
            let entries = left(&send);
            if entries.is_empty() {
                // Without it every later start would take the send up again.
                let record = Record::Over(send.id.clone());
                self.effects.push(Effect::Keep(Box::new(record)));
                // What nobody can tell is for the operator to look at.
                let unclear = [EntryState::Unknown, EntryState::NotSeen];
                over += usize::from(unclear.iter().all(|state| send.count(*state) == 0));
                continue;
            }
            count += entries.len();
            for entry in &entries {
                if let Some(id) = self.draft_of_entry(entry) {
                    self.sends_hold(&entry.planned.id, id);
                }
            }
            // It waits there for the operator: a start of the program sends nothing.
            self.outbox.queue.resume(entries);
        }
        let mut told = self.drafts_of_last_time();
        told.append(&mut self.outbox.recovery.told);
        match over {
            0 => {}
            1 => told.push("Nothing is left to send of what was under way.".to_owned()),
            n => told.push(format!("Nothing is left of {n} sends that were under way.")),
        }
        let queue = self.key_for(Command::Queue);
        match count {
            0 => {}
            1 => told.push(format!(
                "1 change was not sent yet: {queue} resumes or discards it."
            )),
            n => told.push(format!(
                "{n} changes were not sent yet: {queue} resumes or discards them."
            )),
        }
        if !told.is_empty() {
            self.say(
                Weight::Warning,
                format!("From last time: {}", told.join(" ")),
            );
        }
    }
}
