//! The end of a change's way: what follows from it for its draft, and what the operator is told.

use std::sync::Arc;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::{Case, Changed, Ended};
use crate::app::outbox::deletion::words_on_deletion;
use crate::app::outbox::words::{Origin, names, words};
use crate::app::{DraftId, Weight};
use crate::gateway::Failure;
use crate::journal::EntryId;
use crate::plan::{Partly, UsagePlan, merge};
use crate::send::{End, Mode, Outcome};

impl Core {
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
            let undo = match progress.done {
                0 => String::new(),
                _ => format!(" {}", self.way_to_undo(false)),
            };
            return self.say(weight, format!("{text} {shows}{undo}"));
        }
        // Each success among hundreds would take the last failure from the status line.
        if weight != Weight::Info {
            let shows = self.with_keys("<queue> shows what is left.");
            let text = match self.outbox.queue.mode() {
                Mode::Paused => format!("The send queue stopped. {text} {shows}"),
                Mode::Running | Mode::Stopping => text,
            };
            self.say(weight, text);
        }
    }

    /// A change's way is over.
    pub(super) fn ended(&mut self, entry: &EntryId, outcome: Outcome) {
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
        // That tells it, mostly once the usage is read back: only this shows what the key
        // has left.
        if self.extension_ended(entry, &end) {
            return;
        }
        self.tell(Changed::Ended(Box::new(Ended {
            entry: entry.clone(),
            is_over: is_over(&end),
            made,
            latest: latest.clone(),
        })));
        let is_of_list = draft.is_some();
        // What came of a surprise is looked at first.
        let is_sent = matches!(&end, End::Sent { surprises, .. } if surprises.is_empty());
        let (weight, text) = match (draft, end) {
            (Some(id), End::Moved(merged)) => self.moved(&id, latest, *merged, partly),
            (Some(id), end) => self.draft_ended(&id, latest, &end, partly),
            (None, end) => self.undrafted_ended(entry, made, latest.as_ref(), &end, partly),
        };
        self.tell(Changed::Queue);
        let (weight, text) = match unrecorded {
            Some(why) => (
                Weight::Warning,
                format!(
                    "{text} It is not in the journal, so it cannot be undone from there. {why}"
                ),
            ),
            None if is_sent => (weight, format!("{text} {}", self.way_to_undo(is_of_list))),
            None => (weight, text),
        };
        self.outbox
            .sends
            .words
            .insert(entry.clone(), (weight, text.clone()));
        self.tell_end(weight, text);
    }

    /// A change that comes from no draft was sent, or not.
    fn undrafted_ended(
        &mut self,
        entry: &EntryId,
        made: u32,
        latest: Option<&Arc<UsagePlan>>,
        end: &End,
        partly: Option<&Partly>,
    ) -> (Weight, String) {
        if let Some(plan) = latest {
            self.put(plan);
        } else if end.is_good() || matches!(end, End::Gone(_)) {
            self.plan_may_be_gone(entry);
        }
        let name = self.entry_name(entry);
        let mut entries = self.outbox.queue.entries().iter();
        let about = entries.find(|one| one.id == *entry);
        let deletes = about.is_some_and(|one| one.deletes);
        let said = match about.and_then(|one| one.transfer.clone()) {
            Some(transfer) => {
                self.follow_transfer(&transfer, end);
                self.words_on_transfer(&name, &transfer, end, made)
            }
            None if deletes => words_on_deletion(&name, end, made),
            None => {
                // Keys may have been put into a new plan.
                self.catalogue.plans_of.clear();
                None
            }
        };
        let refresh = self.key_for(Command::Refresh);
        said.unwrap_or_else(|| words(&name, end, partly, Origin::NoDraft, &refresh))
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
        let origin = match id {
            DraftId::New(_) => Origin::NewPlan,
            DraftId::Plan(_) => Origin::Draft,
        };
        let refresh = self.key_for(Command::Refresh);
        let (weight, mut text) = words(&name, end, partly, origin, &refresh);
        let mut now = id.clone();
        if let Some(plan) = latest {
            if matches!(id, DraftId::New(_)) && !done {
                text = format!("The plan was created as {}. {text}", plan.id);
            }
            self.put(&plan);
            // What was made is the plan now, whatever else moved. Where it is not known
            // to be, a field that both changed is the operator's to choose.
            if done || !self.has_conflicts_with(id, &plan) {
                now = self.go_on_from(id, &plan);
            } else {
                text = format!("{text} {}", self.keep_for_conflicts(id, &plan));
            }
            // What is left of the draft is reckoned from a plan that may still change.
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
        format!("Choose in its review which value to keep: {sides}")
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
            "{sent}: {fields} changed by somebody else meanwhile. Choose in its review which value to keep: {sides}"
        ))
    }

    /// The keys that resolve a conflict.
    fn sides(&self) -> String {
        self.keymap
            .fill(Place::Review, "<theirs> theirs, <mine> mine, <base> base.")
    }

    /// The credentials do not hold: the queue waits with what it has.
    pub(super) fn held(&mut self, entry: &EntryId, failure: &Failure) {
        let name = self.entry_name(entry);
        let told = self.told_with_key(failure);
        // On the queue's own page this key is another than the one that leads there.
        let goes_on = self.keymap.label(Place::Queue, Command::Pause);
        let rest = if self.screen_place() == Place::Queue {
            format!("It waits here: then {goes_on} resumes.")
        } else {
            let queue = self.with_keys("It waits in the send queue: then <queue> and there");
            format!("{queue} {goes_on} resumes.")
        };
        self.say(Weight::Error, format!("{name}: {told} {rest}"));
    }
}

/// True where nothing is left to send of a change that ended so.
fn is_over(end: &End) -> bool {
    // What may have been made is not offered to be sent again: first it has to be looked
    // for.
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
