//! Deleting plans: what goes with them, and what does not come back.

use super::words::names;
use crate::app::Weight;
use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::core::membership::named;
use crate::app::message::changed::Route;
use crate::app::page::change_review::ChangeReview;
use crate::app::prompt::consent::Proposed;
use crate::app::view::review_line::ReviewLine;
use crate::plan::keys::{Deletion, Members};
use crate::plan::{Aim, PlanId, UsagePlan};
use crate::send::End;

/// The number of API keys that the review names.
const NAMED: usize = 20;

impl Core {
    /// Lines on what goes with a plan, and what does not come back.
    pub(in crate::app) fn deletion_lines(
        &self,
        plan: &UsagePlan,
        keys: &[String],
        members: &Members<'_>,
    ) -> Vec<ReviewLine> {
        let deletion = members.deletion(plan, keys);
        let name = named(&plan.settings.name, &plan.id.0);
        let mut lines = vec![ReviewLine::Head(format!("What goes with {name}"))];
        let names = self.catalogue.names();
        let stages = deletion.stages.iter();
        let stages: Vec<String> = stages.map(|stage| names.stage_and_id(stage)).collect();
        // Detached first: the service refuses to delete a plan that has stages (400, by
        // reports of others).
        lines.push(ReviewLine::Text(match stages.len() {
            0 => "no API stage: none is attached".to_owned(),
            1 => format!("1 API stage, detached first: {}", stages.join(", ")),
            n => format!("{n} API stages, detached first: {}", stages.join(", ")),
        }));
        lines.push(match &deletion.keys {
            Some(keys) => ReviewLine::Text(self.keys_in_words(keys)),
            None => ReviewLine::Warning(self.unread_keys(&plan.id)),
        });
        let draft = self.draft_of(&plan.id);
        if draft.is_some_and(crate::plan::edit::draft::Draft::is_changed) {
            let text =
                "its draft was not sent: it stays as the draft of a new plan (<new-plan> opens it)";
            lines.push(ReviewLine::Warning(self.with_keys(text)));
        }
        lines.push(ReviewLine::Blank);
        let text = "What does not come back: undoing it makes a new plan";
        lines.push(ReviewLine::Head(text.to_owned()));
        let for_good = Deletion::FOR_GOOD.iter();
        lines.extend(for_good.map(|text| ReviewLine::Warning((*text).to_owned())));
        lines.push(ReviewLine::Blank);
        lines
    }

    /// `3 API keys leave it: app a1b2c3d4e5, …`
    fn keys_in_words(&self, keys: &[String]) -> String {
        let names: Vec<String> = keys
            .iter()
            .take(NAMED)
            .map(|key| self.called_key(key))
            .collect();
        let names = names.join(", ");
        let more = match keys.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        match keys.len() {
            0 => "no API key: none is in it".to_owned(),
            1 => format!("1 API key leaves it (the key itself stays): {names}"),
            n => format!("{n} API keys leave it (the keys themselves stay): {names}{more}"),
        }
    }

    fn unread_keys(&self, plan: &PlanId) -> String {
        match self.catalogue.plan_keys.get(plan) {
            Some(Load::Failed { reason, .. }) => format!(
                "its API keys could not be read, so nobody will know who to put back: {reason}"
            ),
            _ => "its API keys are being read".to_owned(),
        }
    }
}

/// Where a command `is_of_marked`, it is for the marked plans.
impl Core {
    /// The reason why the selected plan cannot be deleted now.
    pub(in crate::app) fn obstacle_to_deletion(&self, is_of_marked: bool) -> Option<&'static str> {
        let queued = self.queued_plans();
        let is_queued = |id: &PlanId| queued.contains(id);
        let is_queued = self.plans_to_delete(is_of_marked).iter().any(is_queued);
        is_queued.then_some("its draft is being sent: <queue> shows how far it is")
    }

    /// The marked plans; where none is, the selected one.
    fn plans_to_delete(&self, is_of_marked: bool) -> Vec<PlanId> {
        if is_of_marked {
            let marked = self.plans.marked_plans();
            return marked.map(|plan| plan.id.clone()).collect();
        }
        let selected = self.plans.selected().into_iter();
        selected.map(|row| row.plan.id.clone()).collect()
    }

    pub(in crate::app) fn delete_selected(&mut self, is_of_marked: bool) {
        let plans = self.plans_to_delete(is_of_marked);
        self.delete_plans(&plans);
    }

    /// Shows what deleting plans will do, one after the other as one send.
    pub(in crate::app) fn delete_plans(&mut self, plans: &[PlanId]) {
        let plans = plans.iter().filter_map(|id| self.known_plan(id).cloned());
        let changes: Vec<Proposed> = plans
            .map(|base| Proposed {
                name: named(&base.settings.name, &base.id.0),
                aim: Aim::Delete {
                    base,
                    keys: Vec::new(),
                },
                draft: None,
            })
            .collect();
        let title = match changes.as_slice() {
            [] => return,
            [only] => format!("Delete {}", only.name),
            many => format!("Delete {} plans", many.len()),
        };
        let aims = ChangeReview::new(title, changes, Vec::new());
        self.go(Route::ChangeReview(Box::new(aims)));
    }
}

impl Core {
    /// Notes the keys of the plans that are to be deleted as they are known, so that they
    /// can be put into a successor.
    pub(in crate::app) fn note_deleted_keys(&self, changes: &mut [Proposed]) {
        for change in changes {
            if let Aim::Delete { base, keys } = &mut change.aim
                && let Some(Load::Here(here)) = self.catalogue.plan_keys.get(&base.id)
            {
                *keys = here.iter().map(|key| key.id.clone()).collect();
            }
        }
    }
}

/// The words on a deletion whose way is over; `None` where those on any change do.
pub(in crate::app) fn words_on_deletion(
    name: &str,
    end: &End,
    made: u32,
) -> Option<(Weight, String)> {
    let failure = match end {
        End::Sent { surprises, .. } if surprises.is_empty() => {
            return Some((Weight::Info, format!("Deleted: {name}.")));
        }
        End::Nothing => {
            let text = format!("{name} is gone already: nothing was sent.");
            return Some((Weight::Info, text));
        }
        End::Moved(merged) => {
            let conflicts = merged.conflicts.iter();
            let theirs = conflicts.map(|conflict| conflict.field.clone());
            let theirs: Vec<_> = theirs.chain(merged.moved.iter().cloned()).collect();
            let text = format!(
                "Nothing was deleted: somebody else changed {} of {name} meanwhile. Look at it \
                 as it is now, and delete it from there.",
                names(&theirs)
            );
            return Some((Weight::Warning, text));
        }
        End::NotSent(failure) | End::NotApplied(failure) => failure.within("", ""),
        End::NotRecorded(why) => why.clone(),
        End::Cancelled => "You stopped it.".to_owned(),
        _ => return None,
    };
    let text = format!(
        "HALF-WAY: the stages of {name} are detached, and it is not deleted. Send the rest from \
         its review, or undo it in the history. {failure}"
    );
    // Before the first call there is no half: what is said of any change says it all.
    (made > 0).then_some((Weight::Error, text))
}
