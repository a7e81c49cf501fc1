//! What the dashboard does with what came back.

use super::catalogue::Load;
use super::list::Loading;
use super::message::{Answer, Question, Ticket};
use super::{App, Awaited, Weight, Who};
use crate::gateway::Failure;
use crate::plan::{Scope, merge};
use std::sync::Arc;

impl App {
    pub(super) fn answer(&mut self, ticket: Ticket, answer: Answer) {
        // Nobody asks any more: the answer is too late.
        let Some(awaited) = self.awaited.get(&ticket).cloned() else {
            return;
        };
        if !matches!(answer, Answer::Page(_)) {
            self.awaited.remove(&ticket);
        }
        match (awaited, answer) {
            (Awaited::Connect, Answer::Connected(result)) => self.connected(result),
            (Awaited::Plans, Answer::Page(plans)) => self.list.take_page(plans),
            (Awaited::Plans, Answer::PagesEnd(result)) => self.pages_end(result),
            (Awaited::Account, Answer::Account(result)) => match result {
                Ok(limits) => self.list.set_limits(limits),
                Err(failure) => self.report_aside(&failure),
            },
            (Awaited::Apis, Answer::Apis(result)) => {
                self.catalogue.apis = self.loaded(result);
                self.ask_stages();
            }
            (Awaited::Stages(api), Answer::Stages(result)) => {
                let stages = self.loaded(result);
                self.catalogue.stages.insert(api, stages);
            }
            (Awaited::Methods(api), Answer::Methods(result)) => {
                let methods = self.loaded(result);
                self.catalogue.methods.insert(api, methods);
            }
            (Awaited::ApiKeys, Answer::Keys(result)) => {
                self.catalogue.api_keys = self.loaded(result);
            }
            (Awaited::PlanKeys(plan), Answer::Keys(result)) => {
                let keys = self.loaded(result);
                self.catalogue.plan_keys.insert(plan, keys);
            }
            (Awaited::Plan, Answer::Plan(result)) => self.draft_plan_read(*result),
            (Awaited::Send, Answer::Sent(result)) => self.call_answered(*result),
            // An answer of another kind than the question: nothing to do with it.
            _ => {}
        }
        self.refresh_picker();
    }

    fn connected(&mut self, result: Result<Arc<Scope>, Failure>) {
        match result {
            Ok(scope) => {
                self.list.set_scope(scope.clone());
                self.who = Who::Connected(scope);
                self.read_plans(None);
            }
            Err(failure) => {
                self.who = Who::Failed(failure.to_string());
                self.list.loading = Loading::Failed(failure.to_string());
                self.report(&failure);
            }
        }
    }

    fn pages_end(&mut self, result: Result<(), Failure>) {
        match result {
            Ok(()) => {
                self.list.finish();
                self.rebase_drafts();
                // What is worth knowing beside the plans comes after them.
                if self.list.limits().is_none() {
                    self.ask(Awaited::Account, Question::Account);
                }
                self.ask_apis();
            }
            Err(failure) => {
                self.list.loading = Loading::Failed(failure.to_string());
                self.report(&failure);
            }
        }
    }

    /// Puts drafts whose plans were read anew onto what they are now. Where both
    /// changed the same field the draft stays as it is: sending asks whose value
    /// holds.
    fn rebase_drafts(&mut self) {
        let mut moved = Vec::new();
        for (id, draft) in &mut self.drafts {
            let Some(base) = draft.base().cloned() else {
                continue;
            };
            let Some(now) = self
                .list
                .plan(&base.id)
                .filter(|now| now.settings != base.settings)
            else {
                continue;
            };
            let merged = merge(&base.settings, &now.settings, draft.edited());
            if merged.conflicts.is_empty() {
                draft.rebase(now, merged.settings);
                moved.push(id.clone());
            }
        }
        for id in &moved {
            let name = self.draft_name(id);
            let text =
                format!("{name} was changed by somebody else; its draft now stands on that.");
            self.say(Weight::Warning, text);
            self.tidy(id);
        }
    }

    /// Asks for the REST APIs unless they are here or on their way.
    pub(super) fn ask_apis(&mut self) {
        if self.catalogue.apis.is_missing() {
            self.catalogue.apis = Load::Underway;
            self.ask(Awaited::Apis, Question::Apis);
        }
    }

    pub(super) fn ask_methods(&mut self, api: &str) {
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
        match result {
            Ok(value) => Load::Here(value),
            Err(failure) => {
                self.report_aside(&failure);
                Load::Failed(failure.to_string())
            }
        }
    }

    /// What nobody waits for goes to the status line only where nothing else
    /// stands there.
    fn report_aside(&mut self, failure: &Failure) {
        if self.notice.is_none() {
            self.say(Weight::Warning, failure.to_string());
        }
    }
}
