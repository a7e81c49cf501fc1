//! Undoing what was made: the same aims again, the other way round, on top of
//! what became of the plans since.

use std::sync::Arc;

use crate::plan::{Aim, Conflict, Count, Field, PlanId, Settings, StageKey, UsagePlan, merge};

/// A change that was made once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// A plan was created.
    Created {
        /// The plan.
        plan: PlanId,
        /// Its settings after.
        after: Settings,
    },
    /// A plan's settings were changed.
    Updated {
        /// The plan.
        plan: PlanId,
        /// Its settings before.
        before: Settings,
        /// Its settings after.
        after: Settings,
    },
    /// A plan was deleted.
    Deleted {
        /// The plan.
        plan: PlanId,
        /// Its settings before.
        before: Settings,
        /// The identifiers of the API keys that were in it.
        keys: Vec<String>,
    },
    /// An API key left a plan, entered one, or both.
    Key {
        /// The API key's identifier.
        key: String,
        /// The plan that it left.
        from: Option<PlanId>,
        /// The plan that it entered.
        to: Option<PlanId>,
    },
    /// An API key was given so many requests to have left.
    Extended {
        /// The plan.
        plan: PlanId,
        /// The API key's identifier.
        key: String,
        /// Requests that it had left before.
        before: Count,
        /// Requests that it had left after.
        after: Count,
    },
}

impl Done {
    /// The plans that it is about.
    pub fn plans(&self) -> impl Iterator<Item = &PlanId> {
        let (one, other) = match self {
            Self::Created { plan, .. }
            | Self::Updated { plan, .. }
            | Self::Deleted { plan, .. }
            | Self::Extended { plan, .. } => (Some(plan), None),
            Self::Key { from, to, .. } => (from.as_ref(), to.as_ref()),
        };
        one.into_iter().chain(other)
    }

    /// The plan whose settings it is about.
    fn plan_of_settings(&self) -> Option<&PlanId> {
        match self {
            Self::Created { plan, .. }
            | Self::Updated { plan, .. }
            | Self::Deleted { plan, .. } => Some(plan),
            Self::Key { .. } | Self::Extended { .. } => None,
        }
    }
}

/// The present state of things, as the caller has read them.
pub struct Now<'a> {
    /// A plan; none where it is no more.
    pub plan: &'a dyn Fn(&PlanId) -> Option<Arc<UsagePlan>>,
    /// The identifiers of the API keys that are in a plan.
    pub keys: &'a dyn Fn(&PlanId) -> Vec<String>,
    /// Returns true if an API stage is there, or that is not known.
    pub has_stage: &'a dyn Fn(&StageKey) -> bool,
    /// Returns true if an API key of this identifier is there, or that is not known.
    pub has_key: &'a dyn Fn(&str) -> bool,
}

/// The way to undo something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// The plan, or the key, that it is about.
    pub what: String,
    /// The change to be sent for it; none where there is nothing to send, and then
    /// `said` says why.
    pub aim: Option<Aim>,
    /// The fields that somebody has changed since, with the values of what was made
    /// (base), now (theirs) and before it was made (mine). The aim reads as mine
    /// there, until the operator chooses.
    pub conflicts: Vec<Conflict>,
    /// The parts that cannot come back: with one of these the undo is not whole, and
    /// fails where nothing else comes back.
    pub lost: Vec<String>,
    /// Everything else that an operator has to know before.
    pub said: Vec<String>,
}

/// The way to undo what was made, given in the order in which it was made. The changes
/// come in the order in which they are to be sent, the last thing that was made first;
/// all that was made of the settings of one plan is one.
///
/// Other fields that moved since stay as they are: the way back is a three-way merge
/// ([`merge()`]) of what was made with what is now.
#[must_use]
pub fn undo_of(done: &[Done], now: &Now<'_>) -> Vec<Undo> {
    let mut all = Vec::new();
    // What was made last may rest on what was made before it.
    for (index, one) in done.iter().enumerate().rev() {
        let (earlier, later) = done.split_at(index);
        match one {
            Done::Key { key, from, to } => {
                all.push(move_back(key, from.as_ref(), to.as_ref(), now));
            }
            Done::Extended {
                plan,
                key,
                before,
                after,
            } => all.push(shorten(plan, key, *before, *after)),
            Done::Created { plan, .. }
            | Done::Updated { plan, .. }
            | Done::Deleted { plan, .. } => {
                // Several updates of one plan go back in one: each would take a slot of its
                // own.
                let is_same = |other: &&Done| other.plan_of_settings() == Some(plan);
                // It is undone with the first thing that was made of it.
                if !earlier.iter().any(|other| is_same(&other)) {
                    let of_plan: Vec<&Done> = later.iter().filter(is_same).collect();
                    all.push(restore(plan, &of_plan, now));
                }
            }
        }
    }
    all
}

/// Undoes all that was made of a plan.
fn restore(id: &PlanId, done: &[&Done], now: &Now<'_>) -> Undo {
    let current = (now.plan)(id);
    let mut way = Way {
        settings: current.as_ref().map(|plan| plan.settings.clone()),
        keys: Vec::new(),
        conflicts: Vec::new(),
        lost: Vec::new(),
        said: Vec::new(),
    };
    for one in done.iter().rev() {
        way.back(one);
    }
    let current_settings = current.as_ref().map(|plan| &plan.settings);
    way.leave_out_stages_that_are_gone(current_settings, now.has_stage);
    way.say_what_conflicts_now(current_settings);
    let aim = way.aim(id, current, done, now);
    Undo {
        what: id.to_string(),
        aim,
        conflicts: way.conflicts,
        lost: way.lost,
        said: way.said,
    }
}

/// The settings of a plan on their way back; none where there is no plan.
struct Way {
    settings: Option<Settings>,
    /// The API keys that a plan is to have that is made again.
    keys: Vec<String>,
    conflicts: Vec<Conflict>,
    lost: Vec<String>,
    said: Vec<String>,
}

impl Way {
    /// The change that brings the plan to where the way led, and what has to be said of it.
    fn aim(
        &mut self,
        id: &PlanId,
        current: Option<Arc<UsagePlan>>,
        done: &[&Done],
        now: &Now<'_>,
    ) -> Option<Aim> {
        match (current, self.settings.take()) {
            (Some(base), Some(wanted)) if base.settings != wanted => {
                return Some(Aim::Update { base, wanted });
            }
            (Some(_), Some(_)) if self.lost.is_empty() => {
                let said = "the plan reads as it did before: there is nothing to send";
                self.said.push(said.to_owned());
            }
            (Some(_), Some(_)) => {}
            (Some(base), None) => {
                let keys = (now.keys)(&base.id);
                return Some(Aim::Delete { base, keys });
            }
            (None, Some(wanted)) => return Some(self.made_again(id, wanted, now)),
            (None, None) if done.iter().any(|one| matches!(one, Done::Created { .. })) => {
                self.said.push(format!(
                    "the plan {id} is gone: there is nothing left to undo"
                ));
            }
            (None, None) => self.lost.push(format!(
                "the plan {id} is gone: its settings cannot be set back"
            )),
        }
        None
    }

    /// The creation of a plan in the place of one that is gone.
    fn made_again(&mut self, id: &PlanId, wanted: Settings, now: &Now<'_>) -> Aim {
        self.said.push(format!(
            "the plan gets a new id: whatever names {id} has to be told the new one"
        ));
        self.said
            .push("the requests that its keys have used do not come back with it".to_owned());
        let keys = std::mem::take(&mut self.keys).into_iter();
        let (keys, gone): (Vec<_>, Vec<_>) = keys.partition(|key| (now.has_key)(key));
        let say = |key| format!("the API key {key} is gone: it cannot be put into it again");
        self.lost.extend(gone.into_iter().map(say));
        Aim::Create { wanted, keys }
    }

    fn back(&mut self, done: &Done) {
        match done {
            Done::Created { after, .. } => {
                // Undoing a creation is a deletion, which no merge can soften.
                if self.settings.take().is_some_and(|now| now != *after) {
                    let said = "it was changed since it was created: that goes with it";
                    self.said.push(said.to_owned());
                }
                // A plan that goes has no fields left to decide on.
                self.conflicts.clear();
            }
            Done::Deleted { before, keys, .. } => {
                // One that is there was not deleted.
                if self.settings.is_none() {
                    self.settings = Some(before.clone());
                    self.keys.clone_from(keys);
                }
            }
            Done::Updated { before, after, .. } => {
                if let Some(now) = &self.settings {
                    let merged = merge(after, now, before);
                    for conflict in merged.conflicts {
                        self.add_conflict(conflict);
                    }
                    self.settings = Some(merged.settings);
                }
            }
            Done::Key { .. } | Done::Extended { .. } => {}
        }
    }

    /// A field is in conflict once, and a part of it not beside it.
    fn add_conflict(&mut self, new: Conflict) {
        let known = &mut self.conflicts;
        if !known.iter().any(|known| known.field.covers(&new.field)) {
            // Two choices about the same setting could contradict each other.
            known.retain(|known| !new.field.covers(&known.field));
            known.push(new);
        }
    }

    fn leave_out_stages_that_are_gone(
        &mut self,
        current: Option<&Settings>,
        has_stage: &dyn Fn(&StageKey) -> bool,
    ) {
        let Some(wanted) = &mut self.settings else {
            return;
        };
        // A stage that the plan still has is no obstacle, even where it was deleted:
        // nothing is attached.
        let is_attached =
            |stage: &StageKey| current.is_some_and(|plan| plan.stages.contains_key(stage));
        let is_gone = |stage: &StageKey| !is_attached(stage) && !has_stage(stage);
        let gone: Vec<StageKey> = wanted
            .stages
            .keys()
            .filter(|stage| is_gone(stage))
            .cloned()
            .collect();
        wanted.stages.retain(|stage, _| !gone.contains(stage));
        let say = |stage| format!("the stage {stage} is gone: it cannot be attached again");
        self.lost.extend(gone.iter().map(say));
    }

    /// Words the conflicts anew: where several changes were undone, the last word on
    /// a field is not that of the change with which the conflict came up.
    fn say_what_conflicts_now(&mut self, current: Option<&Settings>) {
        let text = |side: Option<&Settings>, field| side.and_then(|side| side.text(field));
        let wanted = self.settings.as_ref();
        for conflict in &mut self.conflicts {
            conflict.theirs = text(current, &conflict.field);
            conflict.mine = text(wanted, &conflict.field);
        }
        self.conflicts.retain(|conflict| match &conflict.field {
            // Its text is shorter than what it stands for.
            Field::Stage(stage) => {
                let methods = |side: Option<&Settings>| side?.stages.get(stage).cloned();
                methods(current) != methods(wanted)
            }
            _ => conflict.theirs != conflict.mine,
        });
    }
}

/// A key goes back to the plan that it came from.
fn move_back(key: &str, from: Option<&PlanId>, to: Option<&PlanId>, now: &Now<'_>) -> Undo {
    let (mut lost, mut said) = (Vec::new(), Vec::new());
    let is_in = |plan: &&PlanId| (now.keys)(plan).iter().any(|other| other == key);
    let is_there = |plan: &&PlanId| (now.plan)(plan).is_some();
    // Taking out a key that is not in would be a call for nothing.
    let leaves = to.filter(is_in);
    if let Some(plan) = to.filter(|_| leaves.is_none()) {
        said.push(format!("the key is not in the plan {plan} any more"));
    }
    // Somebody may have put the key back already.
    let enters = from.filter(|plan| is_there(plan) && !is_in(plan) && (now.has_key)(key));
    if let Some(plan) = from.filter(|_| enters.is_none()) {
        if !(now.has_key)(key) {
            lost.push("the key is gone: it cannot go back to any plan".to_owned());
        } else if is_there(&plan) {
            said.push(format!("the key is in the plan {plan} already"));
        } else {
            lost.push(format!(
                "the plan {plan} is gone: the key cannot go back to it"
            ));
        }
    }
    let aim = (leaves.is_some() || enters.is_some()).then(|| Aim::Key {
        key: key.to_owned(),
        from: leaves.cloned(),
        to: enters.cloned(),
    });
    Undo {
        what: key.to_owned(),
        aim,
        conflicts: Vec::new(),
        lost,
        said,
    }
}

/// A key has as many requests left as before it was given more, or fewer.
fn shorten(plan: &PlanId, key: &str, before: Count, after: Count) -> Undo {
    let mut said = Vec::new();
    let aim = if before == after {
        said.push("nothing is known to have changed: there is nothing to send".to_owned());
        None
    } else {
        said.push(format!(
            "the key will have {before} requests left, as before; what it used since then \
             is not known here and does not count, nor does a period that began since"
        ));
        Some(Aim::Extend {
            plan: plan.clone(),
            key: key.to_owned(),
            before: after,
            after: before,
        })
    };
    Undo {
        what: key.to_owned(),
        aim,
        conflicts: Vec::new(),
        lost: Vec::new(),
        said,
    }
}

#[cfg(test)]
mod tests;
