//! Sending a draft from the review, and what the operator is told of it.

use super::message::{Effect, Question};
use super::review::Side;
use super::{App, Awaited, DraftId, Screen, Weight};
use crate::gateway::{Failure, FailureKind};
use crate::plan::{ChangedField, Field, UsagePlan, Verdict, changes, verdicts};
use crate::send::{End, Outcome, Sending, Step};
use std::sync::Arc;

impl App {
    /// Why the review cannot be sent now.
    pub(super) fn obstacle_to_sending(&self) -> Option<&'static str> {
        let Screen::Review(review) = self.screen() else {
            return Some("sending begins in the review: v");
        };
        if self.sending.is_some() {
            return Some("a send is under way already");
        }
        if review.conflict().is_some() {
            return Some("settle the conflicts first: t theirs, m mine, b base");
        }
        let Some(draft) = self.drafts.get(&review.draft) else {
            return Some("it was sent; nothing is staged any more");
        };
        let operations = draft.operations();
        let base = draft.base().map(|base| &base.settings);
        if base.is_some_and(|base| base == draft.edited()) {
            return Some("nothing that could be sent is staged");
        }
        let verdicts = verdicts(base, draft.edited(), &operations, self.list.limits());
        verdicts
            .iter()
            .any(Verdict::refuses)
            .then_some("it would be refused: what is marked as refused must be mended first")
    }

    pub(super) fn send(&mut self) {
        let Some(id) = self.current_draft() else {
            return;
        };
        let Some(draft) = self.drafts.get(&id) else {
            return;
        };
        let (sending, step) = Sending::new(draft.base().cloned(), draft.edited().clone());
        self.sending = Some((id, sending));
        self.follow(step);
    }

    /// Does what the draft on its way wants next.
    fn follow(&mut self, step: Step) {
        match step {
            Step::Read(plan) => self.ask(Awaited::Plan, Question::Plan(plan)),
            Step::Call(call) => {
                let ticket = self.ticket(Awaited::Send);
                self.effects.push(Effect::Send(ticket, call));
            }
            Step::Done(outcome) => self.sent(*outcome),
        }
    }

    pub(super) fn draft_plan_read(&mut self, answer: Result<UsagePlan, Failure>) {
        if let Some((_, sending)) = &mut self.sending {
            let step = sending.read(answer);
            self.follow(step);
        }
    }

    pub(super) fn call_answered(&mut self, answer: Result<Option<UsagePlan>, Failure>) {
        if let Some((_, sending)) = &mut self.sending {
            let step = sending.sent(answer);
            self.follow(step);
        }
    }

    /// Stops what is under way. A call that changes something may have been
    /// made already, so its plan is read to see.
    pub(super) fn cancel_sending(&mut self) {
        let Some((_, sending)) = &self.sending else {
            return;
        };
        if sending.is_writing() {
            self.cancel(|awaited| *awaited == Awaited::Send);
            let target = self
                .current_draft()
                .map(|id| self.draft_name(&id))
                .unwrap_or_default();
            let failure = Failure::new("UpdateUsagePlan", target, FailureKind::Lost);
            let failure = failure.saying("you stopped waiting for the answer");
            self.call_answered(Err(failure));
        } else {
            self.cancel(|awaited| *awaited == Awaited::Plan);
            self.sending = None;
            self.say(
                Weight::Info,
                "Cancelled before anything was sent. The draft is kept.",
            );
        }
    }

    /// The draft's way is over.
    fn sent(&mut self, outcome: Outcome) {
        let Some((id, _)) = self.sending.take() else {
            return;
        };
        let Outcome { latest, end } = outcome;
        if let End::Moved(merged) = end {
            return self.moved(&id, latest, *merged);
        }
        let done = matches!(end, End::Sent { .. } | End::Nothing);
        let name = self.draft_name(&id);
        let (weight, text) = words(&name, &end);
        if let Some(plan) = latest {
            self.list.put(plan.clone());
            self.go_on_from(&id, &plan);
            let is_shown = !done || self.list.select(&plan.id);
            if !is_shown && matches!(id, DraftId::New(_)) {
                // What was just made must be seen.
                self.list.set_filter("");
            }
        }
        if matches!(end, End::Gone(_))
            && let DraftId::Plan(plan) = &id
        {
            self.list.remove(&plan.id);
        }
        self.tidy(&id);
        if done && !self.drafts.contains_key(&id) {
            self.close_screens_of(&id);
        }
        self.say(weight, text);
    }

    /// The plan is known anew: what of the draft was not sent goes on from there.
    fn go_on_from(&mut self, id: &DraftId, plan: &Arc<UsagePlan>) {
        let Some(mut draft) = self.drafts.remove(id) else {
            return;
        };
        let edited = draft.edited().clone();
        draft.rebase(plan, edited);
        // A new plan that was made has an id now.
        let id = match (id, self.list.reference(&plan.id)) {
            (DraftId::New(_), Some(plan)) => DraftId::Plan(plan),
            _ => id.clone(),
        };
        if draft.is_changed() {
            for screen in &mut self.screens {
                match screen {
                    Screen::Edit(form) => form.draft = id.clone(),
                    Screen::Patch(editor) => editor.draft = id.clone(),
                    Screen::Review(review) => review.draft = id.clone(),
                    Screen::Browse | Screen::Limits(_) | Screen::Requests(_) | Screen::Help(_) => {}
                }
            }
            self.drafts.insert(id, draft);
        }
    }

    /// Leaves the review and the form of a draft that is no more.
    fn close_screens_of(&mut self, id: &DraftId) {
        self.screens.retain(|screen| match screen {
            Screen::Edit(form) => form.draft != *id,
            Screen::Patch(editor) => editor.draft != *id,
            Screen::Review(review) => review.draft != *id,
            Screen::Browse | Screen::Limits(_) | Screen::Requests(_) | Screen::Help(_) => true,
        });
    }

    /// Somebody else changed the plan meanwhile.
    fn moved(&mut self, id: &DraftId, theirs: Option<Arc<UsagePlan>>, merged: crate::plan::Merged) {
        let Some(theirs) = theirs else { return };
        self.list.put(theirs.clone());
        if merged.conflicts.is_empty() {
            let names = names(&merged.moved);
            if let Some(draft) = self.drafts.get_mut(id) {
                draft.rebase(&theirs, merged.settings);
            }
            let text = format!(
                "Nothing was sent yet: somebody else changed {names} meanwhile. The draft now \
                 stands on the plan as it is; look again and send."
            );
            return self.say(Weight::Warning, text);
        }
        let count = merged.conflicts.len();
        let review = self
            .screens
            .iter_mut()
            .rev()
            .find_map(|screen| match screen {
                Screen::Review(review) if review.draft == *id => Some(review),
                _ => None,
            });
        if let Some(review) = review {
            review.set_conflicts(theirs, merged);
        }
        let fields = match count {
            1 => "a staged field was".to_owned(),
            n => format!("{n} of the staged fields were"),
        };
        let text = format!(
            "Nothing was sent: {fields} changed by somebody else meanwhile. Choose whose value \
             the draft goes on with: t theirs, m mine, b base."
        );
        self.say(Weight::Warning, text);
    }

    pub(super) fn settle(&mut self, side: Side) {
        let Some(Screen::Review(review)) = self.screens.last_mut() else {
            return;
        };
        let id = review.draft.clone();
        let Some(draft) = self.drafts.get_mut(&id) else {
            return;
        };
        let Some((theirs, settings)) = review.settle(side, draft) else {
            return;
        };
        draft.rebase(&theirs, settings);
        if self
            .drafts
            .get(&id)
            .is_some_and(|draft| !draft.is_changed())
        {
            self.leave_screen();
            return self.say(
                Weight::Info,
                "Nothing is left to send: the plan is as you chose.",
            );
        }
        self.say(
            Weight::Info,
            "All conflicts are settled. Look again and send.",
        );
    }

    /// Which fields of a plan the draft changes; for the list's marks.
    #[must_use]
    pub fn changed_fields(&self, id: &DraftId) -> Vec<ChangedField> {
        let Some(draft) = self.drafts.get(id) else {
            return Vec::new();
        };
        draft
            .base()
            .map_or_else(Vec::new, |base| changes(&base.settings, draft.edited()))
    }
}

fn names(fields: &[Field]) -> String {
    let names: Vec<String> = fields.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// What happened, to what, what was not changed, and what to do next.
fn words(name: &str, end: &End) -> (Weight, String) {
    let list = |changed: &[ChangedField]| {
        let each = changed.iter().map(|change| {
            let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
            let (before, after) = (or_none(&change.before), or_none(&change.after));
            format!("{} is {after}, not {before}", change.field)
        });
        each.collect::<Vec<_>>().join("; ")
    };
    match end {
        End::Nothing => (Weight::Info, "There was nothing to send.".to_owned()),
        End::Sent { surprises, rebased } if surprises.is_empty() => {
            let kept = if rebased.is_empty() {
                String::new()
            } else {
                format!(
                    " Meanwhile somebody else had changed {}; that was kept.",
                    names(rebased)
                )
            };
            (
                Weight::Info,
                format!("Sent: {name} is now as reviewed.{kept}"),
            )
        }
        End::Sent { surprises, .. } => (
            Weight::Warning,
            format!(
                "Sent, but the answer for {name} is not what was predicted: {}.",
                list(surprises)
            ),
        ),
        End::Moved(_) => (
            Weight::Warning,
            "Nothing was sent: the plan moved.".to_owned(),
        ),
        End::Gone(failure) => (
            Weight::Error,
            format!(
                "Nothing was sent: {name} is gone. {failure} The draft is kept; c makes a new plan of it."
            ),
        ),
        End::NotSent(failure) => (
            Weight::Error,
            format!("{failure} The draft of {name} is kept."),
        ),
        End::NotApplied(failure) => (
            Weight::Error,
            format!(
                "{failure} The plan was read again and is unchanged; the draft of {name} is kept."
            ),
        ),
        End::Unconfirmed {
            failure,
            differences,
        } if differences.is_empty() => (
            Weight::Error,
            format!(
                "{failure} {name} could not be read to see whether it was changed. R reads again; do not send twice unseen."
            ),
        ),
        End::Unconfirmed {
            failure,
            differences,
        } => (
            Weight::Error,
            format!(
                "{failure} Read again, {name} is neither as before nor as sent: {}.",
                list(differences)
            ),
        ),
    }
}
