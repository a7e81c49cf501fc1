//! A draft: the plan as last read, and as the operator wants it.
//!
//! What is typed and undone is here; one step of it, with the texts that wait for
//! their other half, is in `state.rs`, and a copy to compare with in `snapshot.rs`.

mod snapshot;
mod state;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::{
    Field, MethodKey, MethodThrottles, PatchOperation, Settings, StageKey, Throttle, UsagePlan,
    diff, merge, revert,
};

pub use snapshot::Snapshot;
use state::{QUOTA_FIELDS, State, keeps_text, reason_against, text_of};

/// The most steps that undo goes back.
const MAX_UNDO: usize = 200;

/// An edit under way. What will be sent is not kept: it is derived from `base`
/// and `edited`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    base: Option<Arc<UsagePlan>>,
    now: State,
    past: Vec<State>,
    future: Vec<State>,
    /// The field that the last change was typed into: typing on in it is the
    /// same step of undo.
    typing: Option<Field>,
}

/// A text that does not give a value yet, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedFault {
    /// The field in which it was typed.
    pub field: Field,
    /// The reason why it gives no value, for the operator.
    pub reason: String,
}

impl Draft {
    /// A draft of a plan that exists, as yet without a change.
    #[must_use]
    pub fn of(plan: Arc<UsagePlan>) -> Self {
        let edited = Arc::new(plan.settings.clone());
        Self::from_parts(Some(plan), edited)
    }

    /// A draft of a new plan that starts with these settings.
    #[must_use]
    pub fn new_plan(settings: Settings) -> Self {
        Self::from_parts(None, Arc::new(settings))
    }

    fn from_parts(base: Option<Arc<UsagePlan>>, edited: Arc<Settings>) -> Self {
        let now = State {
            edited,
            typed: BTreeMap::new(),
        };
        Self {
            base,
            now,
            past: Vec::new(),
            future: Vec::new(),
            typing: None,
        }
    }

    /// The plan as last read; `None` for a new plan.
    #[must_use]
    pub fn base(&self) -> Option<&Arc<UsagePlan>> {
        self.base.as_ref()
    }

    /// The settings that the operator wants.
    #[must_use]
    pub fn edited(&self) -> &Settings {
        &self.now.edited
    }

    /// The settings that the operator wants, and the texts that do not give a value
    /// yet: with the base, all that is worth keeping.
    #[must_use]
    pub fn state(&self) -> (&Arc<Settings>, &BTreeMap<Field, String>) {
        (&self.now.edited, &self.now.typed)
    }

    /// The draft as it stands.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            base: self.base.clone(),
            now: self.now.clone(),
        }
    }

    /// A draft as it was kept.
    #[must_use]
    pub fn restored(
        base: Option<Arc<UsagePlan>>,
        edited: Arc<Settings>,
        typed: BTreeMap<Field, String>,
    ) -> Self {
        let mut draft = Self::from_parts(base, edited);
        draft.now.typed = typed;
        draft
    }

    /// The operations that will be sent, in order. For a new plan those that
    /// would make it from an empty one.
    #[must_use]
    pub fn operations(&self) -> Vec<PatchOperation> {
        match &self.base {
            Some(base) => diff(&base.settings, &self.now.edited),
            None => diff(&Settings::default(), &self.now.edited),
        }
    }

    /// Returns true if there is anything in it that would be lost with it. In a new
    /// plan that is whatever it has.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        let nothing = Settings::default();
        let base = self.base.as_ref().map_or(&nothing, |base| &base.settings);
        !self.now.typed.is_empty() || *base != *self.now.edited
    }

    /// The text of a field, as typed or as the value reads; empty for none.
    #[must_use]
    pub fn text(&self, field: &Field) -> String {
        self.now
            .typed
            .get(field)
            .cloned()
            .unwrap_or_else(|| text_of(&self.now.edited, field))
    }

    /// Returns true if the plan is to have a throttle, complete or not.
    #[must_use]
    pub fn has_throttle(&self) -> bool {
        self.now.has_throttle()
    }

    /// Returns true if the plan is to have a quota, complete or not.
    #[must_use]
    pub fn has_quota(&self) -> bool {
        self.now.has_quota()
    }

    /// Returns true if the quota's period takes an offset, or an offset is there.
    #[must_use]
    pub fn has_offset(&self) -> bool {
        self.now.has_offset()
    }

    /// The methods of an attached stage that are to have a throttle, complete or
    /// not, in order.
    #[must_use]
    pub fn methods(&self, stage: &StageKey) -> Vec<MethodKey> {
        let whole = self
            .now
            .edited
            .stages
            .get(stage)
            .into_iter()
            .flat_map(MethodThrottles::keys);
        let begun = self.now.typed.keys().filter_map(|field| match field {
            Field::MethodRate(s, m) | Field::MethodBurst(s, m) if s == stage => Some(m),
            _ => None,
        });
        let mut methods: Vec<_> = whole.chain(begun).cloned().collect();
        methods.sort();
        methods.dedup();
        methods
    }

    /// The texts that were typed and give no value yet, with the reasons.
    #[must_use]
    pub fn faults(&self) -> Vec<TypedFault> {
        let fault = |(field, text): (&Field, &String)| TypedFault {
            field: field.clone(),
            // What is good itself waits for the rest of its throttle or quota.
            reason: reason_against(field, text).unwrap_or_else(|| {
                "not staged until the numbers that belong with it are given".to_owned()
            }),
        };
        self.now.typed.iter().map(fault).collect()
    }

    /// Types a text into a field. A text that gives no value is kept as typed,
    /// and until it does the field keeps the value of the plan as last read.
    pub fn set(&mut self, field: &Field, text: impl Into<String>) {
        let text = text.into();
        // Moving through a form types nothing, and must not cost a step of undo.
        if self.text(field) == text {
            return;
        }
        if self.typing.as_ref() != Some(field) {
            self.remember();
            self.typing = Some(field.clone());
        }
        let base = self.base.as_ref().map(|plan| &plan.settings);
        self.now.set(base, field, text);
    }

    /// Ends a stretch of typing: what comes next is a step of its own for undo.
    pub fn seal(&mut self) {
        self.typing = None;
    }

    /// Gives the plan a throttle to fill in, or takes it away.
    pub fn set_throttle(&mut self, wanted: bool) {
        let before = self.base.as_ref().and_then(|base| base.settings.throttle);
        self.step(|state| {
            state.forget(&[Field::Rate, Field::Burst]);
            // Off and on again gives back what the plan has, so that a slip is no change.
            Arc::make_mut(&mut state.edited).throttle = before.filter(|_| wanted);
            if wanted && before.is_none() {
                state.begin(&[(Field::Rate, ""), (Field::Burst, "")]);
            }
        });
    }

    /// Gives the plan a quota to fill in, or takes it away.
    pub fn set_quota(&mut self, wanted: bool) {
        let before = self
            .base
            .as_ref()
            .and_then(|base| base.settings.quota.clone());
        self.step(|state| {
            state.forget(&QUOTA_FIELDS);
            if wanted && before.is_none() {
                state.begin(&[
                    (Field::QuotaLimit, ""),
                    // With these at hand the limit is all that has to be typed.
                    (Field::QuotaPeriod, "MONTH"),
                    (Field::QuotaOffset, "0"),
                ]);
            }
            Arc::make_mut(&mut state.edited).quota = before.filter(|_| wanted);
        });
    }

    /// Takes away the whole that a limit is a part of, its throttle or its quota.
    pub fn remove_limit(&mut self, field: &Field) {
        match field {
            Field::Rate | Field::Burst => self.set_throttle(false),
            Field::QuotaLimit => self.set_quota(false),
            Field::MethodRate(stage, method) | Field::MethodBurst(stage, method) => {
                self.remove_method(stage, method);
            }
            _ => {}
        }
    }

    /// Attaches a stage. One that the base has comes back with its method
    /// throttles.
    pub fn attach(&mut self, stage: &StageKey) {
        if self.now.edited.stages.contains_key(stage) {
            return;
        }
        let before = self
            .base
            .as_ref()
            .and_then(|base| base.settings.stages.get(stage).cloned());
        self.step(|state| {
            let methods = before.unwrap_or_default();
            Arc::make_mut(&mut state.edited)
                .stages
                .insert(stage.clone(), methods);
        });
    }

    /// Detaches a stage, and with it its method throttles.
    pub fn detach(&mut self, stage: &StageKey) {
        self.step(|state| {
            Arc::make_mut(&mut state.edited).stages.remove(stage);
            // A text that waits would bring back the throttle of a stage that is gone.
            state.typed.retain(|field, _| {
                !matches!(field, Field::MethodRate(s, _) | Field::MethodBurst(s, _) if s == stage)
            });
        });
    }

    /// Gives a method of an attached stage a throttle to fill in; one that the
    /// base has comes back.
    pub fn add_method(&mut self, stage: &StageKey, method: &MethodKey) {
        // Two spellings of one method would be two throttles, of which nobody knows which
        // applies.
        let is_there = || self.methods(stage).iter().any(|there| there.means(method));
        if !self.now.edited.stages.contains_key(stage) || is_there() {
            return;
        }
        // Removing by mistake and adding again is no change then.
        let before = self.base_method(stage, method);
        self.step(|state| match before {
            Some(throttle) => {
                let stages = &mut Arc::make_mut(&mut state.edited).stages;
                stages
                    .entry(stage.clone())
                    .or_default()
                    .insert(method.clone(), throttle);
            }
            None => state.begin(&[
                (Field::MethodRate(stage.clone(), method.clone()), ""),
                (Field::MethodBurst(stage.clone(), method.clone()), ""),
            ]),
        });
    }

    /// Takes a method's throttle away.
    pub fn remove_method(&mut self, stage: &StageKey, method: &MethodKey) {
        self.step(|state| {
            state.forget(&[
                Field::MethodRate(stage.clone(), method.clone()),
                Field::MethodBurst(stage.clone(), method.clone()),
            ]);
            if let Some(methods) = Arc::make_mut(&mut state.edited).stages.get_mut(stage) {
                methods.remove(method);
            }
        });
    }

    /// Gives the plan a tag to fill in, its value empty; one that the base has
    /// comes back. A tag that is there stays as it is.
    pub fn add_tag(&mut self, key: &str) {
        if self.now.edited.tags.contains_key(key) {
            return;
        }
        let base = self.base.as_ref().map(|base| &base.settings.tags);
        let before = base.and_then(|tags| tags.get(key)).cloned();
        self.step(|state| {
            let tags = &mut Arc::make_mut(&mut state.edited).tags;
            tags.insert(key.to_owned(), before.unwrap_or_default());
        });
    }

    /// Takes a tag away.
    pub fn remove_tag(&mut self, key: &str) {
        self.step(|state| {
            Arc::make_mut(&mut state.edited).tags.remove(key);
        });
    }

    /// Drops what was done to one field: it goes back to the plan as last read,
    /// and so does what was typed into it or a part of it. Nothing happens on a new
    /// plan.
    pub fn reset(&mut self, field: &Field) {
        let Some(base) = self.base.clone() else {
            return;
        };
        self.step(|state| {
            Arc::make_mut(&mut state.edited).take(field, &base.settings);
            state.typed.retain(|typed, _| !field.covers(typed));
        });
    }

    fn base_method(&self, stage: &StageKey, method: &MethodKey) -> Option<Throttle> {
        self.base
            .as_ref()?
            .settings
            .stages
            .get(stage)?
            .get(method)
            .copied()
    }

    /// Takes settings that were made elsewhere: by hand as patch operations, or
    /// by a merge. Texts that wait in a field that they change are forgotten, as
    /// are those of a stage that is no more.
    pub fn replace(&mut self, settings: Settings) {
        self.step(|state| {
            let before = std::mem::replace(&mut state.edited, Arc::new(settings));
            let after = &state.edited;
            state
                .typed
                .retain(|field, _| keeps_text(field, &before, after));
        });
    }

    /// A field with a text that gives no value yet, which [`Self::replace`] by these
    /// settings would forget.
    #[must_use]
    pub fn text_lost_by(&self, settings: &Settings) -> Option<&Field> {
        let mut typed = self.now.typed.keys();
        typed.find(|field| !keeps_text(field, &self.now.edited, settings))
    }

    /// The same edit as a draft of a new plan: for when its plan is gone.
    #[must_use]
    pub fn into_new_plan(self) -> Self {
        Self {
            base: None,
            past: Vec::new(),
            future: Vec::new(),
            typing: None,
            ..self
        }
    }

    /// Drops one staged change: the fields that the operation came from go back
    /// to the plan as last read. Nothing happens on a new plan.
    pub fn drop_operation(&mut self, operation: &PatchOperation) {
        let Some(base) = self.base.clone() else {
            return;
        };
        self.step(|state| {
            revert(&base.settings, Arc::make_mut(&mut state.edited), operation);
        });
    }

    /// Goes back one step; false when there is none.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.past.pop() else {
            return false;
        };
        self.future.push(std::mem::replace(&mut self.now, before));
        self.typing = None;
        true
    }

    /// Goes forward again one step; false when there is none.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.future.pop() else {
            return false;
        };
        self.past.push(std::mem::replace(&mut self.now, after));
        self.typing = None;
        true
    }

    /// Returns true if there is a step to go back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Returns true if there is a step to go forward again.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Puts the draft on a newer base with the settings that a merge gave. Steps
    /// of undo that the merge cannot carry over without a conflict are dropped:
    /// going back to them would undo somebody else's change unsaid.
    pub fn rebase(&mut self, base: &Arc<UsagePlan>, edited: Settings) {
        if let Some(old) = self.base.replace(base.clone()) {
            let carry = |states: &mut Vec<State>| {
                let mut kept: Vec<State> = Vec::new();
                for state in states.drain(..).rev() {
                    // A step as it was would bring back what somebody else has changed.
                    let merged = merge(&old.settings, &base.settings, &state.edited);
                    // Steps farther back can be reached only through this one.
                    if !merged.conflicts.is_empty() {
                        break;
                    }
                    kept.push(State {
                        edited: Arc::new(merged.settings),
                        typed: state.typed,
                    });
                }
                kept.reverse();
                *states = kept;
            };
            carry(&mut self.past);
            carry(&mut self.future);
        }
        self.now.edited = Arc::new(edited);
        self.typing = None;
    }

    fn remember(&mut self) {
        self.past.push(self.now.clone());
        // Each step may hold a plan of thousands of stages.
        if self.past.len() > MAX_UNDO {
            self.past.remove(0);
        }
        // A new change leaves no way forward that would still fit.
        self.future.clear();
    }

    /// One step of undo, unless it changes nothing.
    fn step(&mut self, change: impl FnOnce(&mut State)) {
        let mut next = self.now.clone();
        change(&mut next);
        self.typing = None;
        // A key that changes nothing must not need two presses of undo.
        if next != self.now {
            self.remember();
            self.now = next;
        }
    }
}

#[cfg(test)]
mod tests;
