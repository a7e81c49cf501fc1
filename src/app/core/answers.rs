//! What the dashboard does with what came back.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::catalogue::Load;
use crate::app::core::Core;
use crate::app::core::plans::Loading;
use crate::app::core::usage::UsageRead;
use crate::app::message::changed::Changed;
use crate::app::message::{Answer, Connected, Question, Ticket};
use crate::app::stack::Stack;
use crate::app::{Awaited, DraftId, Weight, Who};
use crate::gateway::{Failure, SLOWED, none_where_gone};
use crate::plan::lint::KeyCounts;
use crate::plan::{PlanId, UsagePlan, merge};

/// How often what is shown is resolved anew while a crowd of answers comes in.
const STEPS: usize = 32;

/// The APIs of which something was read that is not resolved yet. A plan can have
/// thousands of stages of hundreds of APIs: to look at all of them again with each answer
/// would take longer than the answers do.
#[derive(Debug, Default)]
pub(in crate::app) struct Unresolved {
    apis: BTreeSet<String>,
    answers: usize,
}

impl Unresolved {
    fn note(&mut self, api: String) {
        self.apis.insert(api);
        self.answers += 1;
    }
}

impl Core {
    /// Whether so many answers on stages and methods are still to come that what was read
    /// since the last time is not worth looking at everything again.
    fn waits_for_more(&self) -> bool {
        let is_of_api =
            |awaited: &&Awaited| matches!(awaited, Awaited::Stages(_) | Awaited::Methods(_));
        let answers = self.unresolved.answers;
        answers > 0 && answers * STEPS < self.questions.awaited.values().filter(is_of_api).count()
    }

    /// Looks over again what names the APIs that were read.
    pub(in crate::app) fn resolve_around(&mut self) {
        let Unresolved { apis, .. } = std::mem::take(&mut self.unresolved);
        if !apis.is_empty() {
            let around = self.catalogue.surroundings();
            self.plans.set_around(around, Some(&apis));
        }
    }

    /// Says which plans that the operator looked at or had marked are gone, and keeps
    /// their names for the pages that show them.
    fn tell_gone(&mut self, gone: &[(Arc<UsagePlan>, bool)]) {
        for (plan, _) in gone {
            self.note_gone(plan);
            // What was known of its keys and their use is known no more.
            self.catalogue.plan_keys.remove(&plan.id);
            self.forget_usage(&plan.id);
        }
        let marked: Vec<String> = gone
            .iter()
            .filter(|(_, is_marked)| *is_marked)
            .map(|(plan, _)| self.called_gone(&plan.id))
            .collect();
        if !marked.is_empty() {
            let text = format!(
                "Marked plans are gone ({}): they are not among the marked ones any more.",
                marked.join(", ")
            );
            return self.say(Weight::Warning, text);
        }
        if let Some(told) = self.told_of_missing() {
            self.say(Weight::Warning, told);
        }
    }

    /// Asks for the account's limits unless they are here or on their way.
    pub(in crate::app) fn ask_account(&mut self) {
        if self.catalogue.account.is_missing() {
            self.catalogue.account = Load::Underway;
            self.ask(Awaited::Account, Question::Account);
        }
    }

    /// Asks for the stages of a REST API unless they are here or on their way.
    pub(in crate::app) fn ask_stages_of(&mut self, api: &str) {
        if self.catalogue.stages.get(api).is_none_or(Load::is_missing) {
            self.catalogue.stages.insert(api.to_owned(), Load::Underway);
            self.ask(
                Awaited::Stages(api.to_owned()),
                Question::Stages(api.to_owned()),
            );
        }
    }

    /// Asks for the API keys of a plan unless they are here or on their way.
    pub(in crate::app) fn ask_plan_keys(&mut self, plan: &PlanId) {
        if self
            .catalogue
            .plan_keys
            .get(plan)
            .is_none_or(Load::is_missing)
        {
            self.catalogue
                .plan_keys
                .insert(plan.clone(), Load::Underway);
            self.ask(
                Awaited::PlanKeys(plan.clone()),
                Question::PlanKeys(plan.clone()),
            );
        }
    }

    /// Asks for all API keys unless they are here or on their way.
    pub(in crate::app) fn ask_api_keys(&mut self) {
        if self.catalogue.api_keys.is_missing() {
            self.catalogue.api_keys = Load::Underway;
            self.ask(Awaited::ApiKeys, Question::ApiKeys);
        }
    }

    /// Asks for the REST APIs unless they are here or on their way.
    pub(in crate::app) fn ask_apis(&mut self) {
        if self.catalogue.apis.is_missing() {
            self.catalogue.apis = Load::Underway;
            self.ask(Awaited::Apis, Question::Apis);
        }
    }

    /// Asks for the names of the REST APIs where nobody asked yet: who may not list them
    /// is not asked again with every page that shows a stage.
    pub(in crate::app) fn ask_names(&mut self) {
        if matches!(self.catalogue.apis, Load::NotAsked) {
            self.ask_apis();
        }
    }

    pub(in crate::app) fn ask_methods(&mut self, api: &str) {
        if self.catalogue.methods.get(api).is_none_or(Load::is_missing) {
            self.catalogue
                .methods
                .insert(api.to_owned(), Load::Underway);
            self.ask(
                Awaited::Methods(api.to_owned()),
                Question::Methods(api.to_owned()),
            );
        }
    }

    fn loaded<T>(&mut self, result: Result<T, Failure>) -> Load<T> {
        if let Err(failure) = &result {
            self.report_aside(failure);
        }
        Load::of(result)
    }

    /// Says that reading goes slower, where nothing else stands in the status line.
    pub(in crate::app) fn say_slowed(&mut self) {
        if self.notice.is_none() {
            self.say(Weight::Warning, format!("{SLOWED}."));
        }
    }

    /// What nobody waits for goes to the status line only where nothing else
    /// stands there.
    pub(in crate::app) fn report_aside(&mut self, failure: &Failure) {
        if self.notice.is_none() {
            self.say(Weight::Warning, self.told_with_key(failure));
        }
    }
}

impl Core {
    /// The number of keys of a plan, as far as they and their usage were read.
    pub(in crate::app) fn key_counts(&self, plan: &PlanId) -> KeyCounts {
        let keys = self.catalogue.plan_keys.get(plan).and_then(Load::here);
        let usage = self.catalogue.usage_of(plan);
        KeyCounts {
            keys: keys.map(Vec::len),
            exhausting: usage.map_or(0, UsageRead::exhausting),
        }
    }

    /// Tells the list what is known of the keys of a plan: its signs go by that too.
    pub(in crate::app) fn note_keys(&mut self, plan: &PlanId) {
        let counts = self.key_counts(plan);
        self.plans.set_key_counts(plan, counts);
        let used = self.catalogue.usage_of(plan).and_then(UsageRead::most_used);
        self.plans.set_used(plan, used);
    }

    /// Takes what was read around the plans.
    fn take_around(&mut self, awaited: Awaited, answer: Answer) -> Option<Changed> {
        match (awaited, answer) {
            (Awaited::Account, Answer::Account(result)) => {
                self.catalogue.account = self.loaded(result);
                self.plans.set_around(self.catalogue.surroundings(), None);
            }
            (Awaited::Apis, Answer::Apis(result)) => {
                let apis = self.loaded(result);
                self.catalogue.take_apis(apis);
                self.plans.set_names(self.catalogue.names().clone());
                self.tell(Changed::Apis);
            }
            (Awaited::Stages(api), Answer::Stages(result)) => {
                // An API that is gone has no stages any more.
                let stages = self.loaded(result.or_else(none_where_gone));
                self.catalogue.stages.insert(api.clone(), stages);
                self.unresolved.note(api);
            }
            (Awaited::Methods(api), Answer::Methods(result)) => {
                let methods = self.loaded(result.or_else(none_where_gone));
                self.catalogue.methods.insert(api.clone(), methods);
                self.unresolved.note(api);
            }
            _ => return None,
        }
        Some(Changed::Around)
    }

    /// Takes what was read of API keys.
    fn take_keys(&mut self, awaited: Awaited, answer: Answer) -> Option<Changed> {
        match (awaited, answer) {
            (Awaited::ApiKeys, Answer::Keys(result)) => {
                self.catalogue.api_keys = self.loaded(result);
            }
            (Awaited::PlanKeys(plan), Answer::Keys(result)) => {
                if matches!(&result, Ok(keys) if keys.is_empty()) {
                    self.ask_whether_it_is_there(&plan);
                }
                self.ask_whether_gone(&plan, &result);
                if let Ok(keys) = &result {
                    self.correct_by_keys(&plan, keys);
                }
                let keys = self.loaded(result);
                self.catalogue.plan_keys.insert(plan.clone(), keys);
                self.note_keys(&plan);
            }
            (Awaited::PlansOf(key), Answer::PlansOf(result)) => self.plans_of_read(key, result),
            _ => return None,
        }
        Some(Changed::Keys)
    }
}

impl Core {
    /// Takes what the send queue, a resolution or an undo waits for.
    fn take_for_sending(&mut self, awaited: Awaited, answer: Answer) {
        match (awaited, answer) {
            (Awaited::Plan, Answer::Plan(result)) => {
                if let Ok(plan) = &*result {
                    self.correct_by(&Arc::new(plan.clone()));
                }
                self.outbox.queue.read(*result);
            }
            (Awaited::AllPlans, Answer::Page(plans)) => self.take_plans_for_queue(plans),
            (Awaited::AllPlans, Answer::PagesEnd(result)) => self.plans_end_for_queue(result),
            (Awaited::HasKey, Answer::HasKey(result)) => self.outbox.queue.key_read(result),
            (Awaited::Send, Answer::Sent(result)) => {
                self.outbox.queue.sent(*result, self.now);
            }
            (Awaited::Recorded, Answer::Recorded(result)) => self.recorded(result),
            (Awaited::Undo(needed), answer) => self.read_for_undo(needed, answer),
            (Awaited::Resolve, answer) => self.resolved_by(answer),
            // An answer of another kind than the question: nothing to do with it.
            _ => {}
        }
    }

    fn pages_end(&mut self, result: Result<(), Failure>) {
        match result {
            Ok(()) => {
                let gone = self.plans.finish();
                self.plans.read_at = Some(self.now);
                self.tell_gone(&gone);
                self.rebase_drafts();
                self.correct_by_list();
                self.resolve_again();
                // What is worth knowing beside the plans comes after them.
                self.ask_account();
                self.ask_apis();
            }
            Err(failure) => {
                self.plans.loading = Loading::Failed(failure.to_string());
                self.report(&failure);
            }
        }
    }

    /// Puts drafts whose plans were read anew onto what they are now. Where both
    /// changed the same field the draft stays as it is: sending asks whose value
    /// holds. A draft whose plan is gone goes on as that of a new plan.
    pub(in crate::app) fn rebase_drafts(&mut self) {
        let mut moved = Vec::new();
        let mut gone = Vec::new();
        for (id, draft) in self.drafts.iter() {
            let Some(base) = draft.base() else {
                continue;
            };
            match self.plans.plan(&base.id) {
                Some(now) if now.settings != base.settings => {
                    let merged = merge(&base.settings, &now.settings, draft.edited());
                    if merged.conflicts.is_empty() {
                        let was_changed = draft.is_changed();
                        moved.push((id.clone(), now.clone(), merged.settings, was_changed));
                    }
                }
                // A list that is narrowed to a key does not tell who is gone.
                None if self.plans.of_key.is_none() => gone.push((id.clone(), draft.is_changed())),
                _ => {}
            }
        }
        let mut rebased = 0;
        let mut lines_moved = Vec::new();
        for (id, now, settings, was_changed) in moved {
            if let Some(draft) = self.drafts.get_mut(&id) {
                draft.rebase(&now, settings);
                // Where the service has already what the draft wants, there is nothing to tell.
                rebased += usize::from(was_changed && draft.is_changed());
            }
            self.must_be_looked_at(&id);
            self.tidy(&id);
            lines_moved.push(id);
        }
        let orphaned = self.let_go_of_gone(gone);
        if !orphaned.is_empty() {
            let kept = self.with_keys("the drafts are kept as new plans; <new-plan> opens them.");
            let names = orphaned.join(", ");
            let text = format!("Plans with drafts are gone ({names}): {kept}");
            self.say(Weight::Warning, text);
        } else if rebased > 0 {
            let text = format!(
                "Plans with drafts ({rebased}) were changed by somebody else; each draft now stands on that."
            );
            self.say(Weight::Warning, text);
        }
        for id in lines_moved {
            self.tell(Changed::Rebased(id));
        }
    }

    /// Makes the changed drafts of plans that are gone drafts of new plans, and drops the
    /// others. Returns the plans of the changed ones.
    fn let_go_of_gone(&mut self, gone: Vec<(DraftId, bool)>) -> Vec<String> {
        let changed = gone.iter().filter(|(_, is_changed)| *is_changed);
        // Named before the drafts lose their plans.
        let names = changed.filter_map(|(id, _)| Some(self.called_gone(id.plan()?)));
        let names = names.collect();
        for (id, is_changed) in gone {
            if is_changed {
                self.orphan(&id);
            } else {
                self.forget(&id);
            }
        }
        names
    }
}

impl Stack {
    pub(in crate::app) fn answer(&mut self, core: &mut Core, ticket: Ticket, answer: Answer) {
        // Nobody asks any more: the answer is too late.
        let Some(awaited) = core.questions.awaited.get(&ticket).cloned() else {
            return;
        };
        if !matches!(answer, Answer::Page(_)) {
            core.questions.awaited.remove(&ticket);
        }
        core.note_credentials(&answer);
        match self.take(core, awaited, answer) {
            None => {}
            // What is told again with each of many answers is told with the last of them.
            Some(Changed::Around) if core.waits_for_more() => {
                core.tell(Changed::Progress);
            }
            Some(changed) => {
                core.resolve_around();
                core.tell(changed);
            }
        }
    }

    /// Takes an answer, and says which part of the core is another now.
    fn take(&mut self, core: &mut Core, awaited: Awaited, answer: Answer) -> Option<Changed> {
        match (awaited, answer) {
            (Awaited::Identity, Answer::Identity(caller)) => core.identified(*caller),
            (Awaited::Connect, Answer::Connected(result)) => self.connected(core, result),
            (Awaited::Plans, Answer::Page(plans)) => core.plans.take_page(plans),
            (Awaited::Plans, Answer::PagesEnd(result)) => core.pages_end(result),
            (Awaited::Presence { plan, goes }, Answer::Plan(result)) => {
                core.presence_read(&plan, goes, *result);
            }
            (Awaited::Usage(plan), Answer::Usage(result)) => {
                core.usage_read(&plan, *result);
                return Some(Changed::Usage(plan));
            }
            (Awaited::KeyValue(key), Answer::KeyValue(result)) => {
                return Some(Changed::KeyValue(key, Box::new(result.map(Arc::new))));
            }
            (Awaited::Save, Answer::Saved(result)) => {
                core.saved(result);
                return None;
            }
            (Awaited::Copy, Answer::Copied(result)) => {
                core.copied(result);
                return None;
            }
            (Awaited::Edited(draft), Answer::Edited(result)) => {
                core.edited_elsewhere(draft, result);
                return None;
            }
            (Awaited::History, Answer::History(result)) => {
                core.history_for_undo(&result);
                return Some(Changed::HistoryRead(result));
            }
            (
                awaited @ (Awaited::Account
                | Awaited::Apis
                | Awaited::Stages(_)
                | Awaited::Methods(_)),
                answer,
            ) => return core.take_around(awaited, answer),
            (awaited @ (Awaited::ApiKeys | Awaited::PlanKeys(_) | Awaited::PlansOf(_)), answer) => {
                return core.take_keys(awaited, answer);
            }
            (awaited, answer) => core.take_for_sending(awaited, answer),
        }
        Some(Changed::Plans)
    }

    fn connected(&mut self, core: &mut Core, result: Result<Connected, Failure>) {
        match result {
            Ok(Connected {
                scope,
                update_interval,
            }) => {
                core.outbox.queue.set_interval(update_interval);
                let is_first = core.plans.loading == Loading::NotAsked;
                core.plans.set_scope(scope.clone());
                core.who = Who::Connected(scope);
                core.renewed();
                if is_first {
                    core.take_over_early();
                    core.read_plans(None);
                } else {
                    self.read_all_again(core);
                }
            }
            Err(failure) => {
                // The list of before stands still: it is known where that is.
                if !matches!(core.who, Who::Connected(_)) {
                    core.who = Who::Failed(failure.to_string());
                }
                core.plans.loading = Loading::Failed(failure.to_string());
                core.report(&failure);
            }
        }
    }
}
