//! Sending a draft from the review, and what the operator is told of it.

use super::message::{Effect, Question};
use super::review::Side;
use super::{App, Awaited, DraftId, Screen, Weight};
use crate::gateway::Failure;
use crate::plan::{ChangedField, Field, UsagePlan, Verdict, merge, verdicts};
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
        if !review.is_seen {
            return Some("look first: what would be sent is not what was here before");
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

    /// Stops what is under way.
    pub(super) fn cancel_sending(&mut self) {
        self.cancel(|awaited| matches!(awaited, Awaited::Send | Awaited::Plan));
        if let Some((_, sending)) = &mut self.sending {
            let step = sending.cancel();
            self.follow(step);
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
        let (weight, mut text) = words(&name, &end);
        let mut now = id.clone();
        if let Some(plan) = latest {
            if matches!(id, DraftId::New(_)) && !done {
                text = format!("The plan was created as {}. {text}", plan.id);
            }
            self.put(&plan);
            now = self.go_on_from(&id, &plan);
            if done && !self.list.select(&plan.id) && matches!(id, DraftId::New(_)) {
                // What was just made must be seen.
                self.list.set_filter("");
            }
        }
        if let (End::Gone(_), DraftId::Plan(plan)) = (&end, &id) {
            self.list.remove(&plan.id);
            self.orphan(&id);
            text = format!("{text} The draft is kept as a new plan: n opens it.");
        }
        if self
            .drafts
            .get(&now)
            .is_none_or(|draft| !draft.is_changed())
        {
            self.forget(&now);
        }
        self.say(weight, text);
    }

    /// A plan as the service has it now goes into the list, unless the list shows
    /// the plans of an API key that it does not have.
    fn put(&mut self, plan: &Arc<UsagePlan>) {
        if self.list.of_key.is_none() || self.list.plan(&plan.id).is_some() {
            self.list.put(plan.clone());
        }
    }

    /// The plan is known anew: what of the draft was not sent goes on from there.
    /// Gives the draft's name from now on: a new plan that was made has an id.
    fn go_on_from(&mut self, id: &DraftId, plan: &Arc<UsagePlan>) -> DraftId {
        if let Some(draft) = self.drafts.get_mut(id) {
            let edited = match draft.base() {
                Some(base) => merge(&base.settings, &plan.settings, draft.edited()).settings,
                None => draft.edited().clone(),
            };
            draft.rebase(plan, edited);
        }
        match (id, self.list.reference(&plan.id)) {
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
        for named in self.screens.iter_mut().filter_map(Screen::draft_mut) {
            if named == id {
                *named = now.clone();
            }
        }
    }

    /// The plan of a draft is gone: the draft goes on as that of a new plan.
    pub(super) fn orphan(&mut self, id: &DraftId) {
        let Some(draft) = self.drafts.remove(id) else {
            return;
        };
        let now = DraftId::New(self.next_new);
        self.next_new += 1;
        self.drafts.insert(id.clone(), draft.into_new_plan());
        self.rename_draft(id, &now);
    }

    /// Drops a draft for good, with its screens and its unapplied text.
    pub(super) fn forget(&mut self, id: &DraftId) {
        self.drafts.remove(id);
        self.unapplied.remove(id);
        self.screens
            .retain_mut(|screen| screen.draft_mut().as_deref() != Some(id));
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
            self.must_be_looked_at(id);
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

    /// What the review of a draft shows is not what it showed before: the next
    /// key is not taken for a consent.
    pub(super) fn must_be_looked_at(&mut self, id: &DraftId) {
        for screen in &mut self.screens {
            if let Screen::Review(review) = screen
                && review.draft == *id
            {
                review.is_seen = false;
            }
        }
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
            self.forget(&id);
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
        End::Nothing => (
            Weight::Info,
            format!("Nothing had to be sent: {name} is as you want it already."),
        ),
        End::Cancelled => (
            Weight::Info,
            format!("Cancelled before anything was sent. The draft of {name} is kept."),
        ),
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
            format!("Nothing was sent: {name} is gone. {failure}"),
        ),
        End::NotSent(failure) => (
            Weight::Error,
            format!("{failure} The draft of {name} is kept."),
        ),
        End::NotApplied(failure) => (
            Weight::Error,
            format!(
                "{}: no certain answer ({}). The plan was read again and is unchanged; the draft \
                 of {name} is kept.",
                failure.operation,
                failure.said()
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
