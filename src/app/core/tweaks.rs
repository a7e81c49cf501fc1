//! Tweaks of several plans that were made with one key, and are undone with one.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::core::Core;
use crate::app::fleet::Wish;
use crate::app::{DraftId, Weight};
use crate::plan::Settings;
use crate::plan::edit::draft::Draft;

/// The tweaks: changes that one key made to several drafts.
#[derive(Debug, Default)]
pub(in crate::app) struct Tweaks {
    /// The newest last.
    done: Vec<Step>,
    /// Those that were undone, to be made again.
    undone: Vec<Step>,
}

/// A tweak of several plans.
#[derive(Debug)]
struct Step {
    /// As it was typed.
    line: String,
    /// The drafts, and what it made of them.
    drafts: BTreeMap<DraftId, Arc<Settings>>,
    /// The tweak over several places that it is a part of.
    shared: Option<SharedTweak>,
}

/// The number of a tweak that was made in several places with one key; the newest has the
/// greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharedTweak(pub u32);

/// The tweaks over several places that other places can undo or make again next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SharedElsewhere {
    /// The newest that is to be undone.
    pub undo: Option<SharedTweak>,
    /// The one that is to be made again.
    pub redo: Option<SharedTweak>,
}

impl SharedElsewhere {
    fn of(self, redo: bool) -> Option<SharedTweak> {
        if redo { self.redo } else { self.undo }
    }
}

impl Tweaks {
    /// A tweak was made.
    pub(in crate::app) fn add(&mut self, line: String, drafts: BTreeMap<DraftId, Arc<Settings>>) {
        // As within a draft: after a new change there is nothing to be made again.
        self.undone.clear();
        self.done.push(Step {
            line,
            drafts,
            shared: None,
        });
    }

    /// The last tweak is a part of one over several places.
    pub(in crate::app) fn share_last(&mut self, shared: SharedTweak) {
        if let Some(step) = self.done.last_mut() {
            step.shared = Some(shared);
        }
    }
}

impl Core {
    /// The last tweak of which any draft is still as it was made.
    fn last_as_made(&self) -> Option<usize> {
        self.tweaks.done.iter().rposition(|step| {
            let mut drafts = step.drafts.iter();
            // One is enough: drafts that were sent or changed since do not bind the
            // others.
            drafts.any(|(id, made)| self.is_as_made(id, made))
        })
    }

    /// True where a draft is still as a tweak made it, and does not wait to be sent.
    fn is_as_made(&self, id: &DraftId, made: &Arc<Settings>) -> bool {
        // The very same settings, not equal ones: a draft that came to the same by
        // another change would have that change undone instead.
        let is_it = |draft: &Draft| Arc::ptr_eq(draft.state().0, made) && draft.can_undo();
        self.drafts.get(id).is_some_and(is_it) && !self.is_queued(id)
    }

    /// The last tweak that was undone, where any draft can be changed so again.
    fn last_undone(&self) -> Option<usize> {
        let step = self.tweaks.undone.last()?;
        let can_redo = |id| self.drafts.get(id).is_some_and(Draft::can_redo);
        let is_there = step.drafts.iter().any(|(id, _)| can_redo(id));
        is_there.then(|| self.tweaks.undone.len() - 1)
    }

    /// The tweak over several places that is undone here next, or made again.
    pub(in crate::app) fn shared_tweak(&self, redo: bool) -> Option<SharedTweak> {
        let step = if redo {
            self.last_undone().and_then(|at| self.tweaks.undone.get(at))
        } else {
            self.last_as_made().and_then(|at| self.tweaks.done.get(at))
        };
        step?.shared
    }

    /// Asks the desk to undo a tweak, or make it again, in its other places too.
    fn tweak_undone_elsewhere(&mut self, shared: Option<SharedTweak>, redo: bool) {
        if let Some(tweak) = shared.filter(|_| self.seat.is_together()) {
            self.wish(Wish::TweakUndone { tweak, redo });
        }
    }

    /// Undoes this tweak here, or makes it again, if it is the next. Says whether it
    /// was.
    pub(in crate::app) fn undo_shared(&mut self, tweak: SharedTweak, redo: bool) -> bool {
        if self.shared_tweak(redo) != Some(tweak) {
            return false;
        }
        if redo {
            self.redo_last();
        } else if let Some(at) = self.last_as_made() {
            self.undo_step(at);
        }
        true
    }

    fn undo_step(&mut self, at: usize) -> Option<SharedTweak> {
        // The tweaks after it go as well: of none is any draft still as it was made.
        let step = self.tweaks.done.drain(at..).next()?;
        let mut count = 0;
        for (id, made) in &step.drafts {
            let is_as_made = self.is_as_made(id, made);
            if let Some(draft) = self.drafts.get_mut(id).filter(|_| is_as_made) {
                count += usize::from(draft.undo());
            }
        }
        let kept = match step.drafts.len() - count {
            0 => String::new(),
            1 => " 1 draft was changed since, sent or discarded, and stays.".to_owned(),
            n => format!(" {n} drafts were changed since, sent or discarded, and stay."),
        };
        let text = format!("Undone in {}: {}.{kept}", plans(count), step.line);
        let shared = step.shared;
        self.tweaks.undone.push(step);
        self.say(Weight::Info, text);
        shared
    }

    fn redo_last(&mut self) -> Option<SharedTweak> {
        let step = self.tweaks.undone.pop()?;
        let mut count = 0;
        for (id, made) in &step.drafts {
            // A draft in the send queue stays what will be sent.
            if self.is_queued(id) {
                continue;
            }
            let Some(draft) = self.drafts.get_mut(id) else {
                continue;
            };
            if !draft.redo() {
                continue;
            }
            if Arc::ptr_eq(draft.state().0, made) {
                count += 1;
            } else {
                // It was another change that had been undone there.
                draft.undo();
            }
        }
        let text = format!("Made again in {}: {}.", plans(count), step.line);
        let shared = step.shared;
        self.tweaks.done.push(step);
        self.say(Weight::Info, text);
        shared
    }
}

/// Where `is_seen`, keys work on marks that the operator sees, here or in other places.
impl Core {
    /// The tweak that is undone as one: the last, while plans are marked. None
    /// where the selected plan is a marked one that was changed since.
    fn tweak_to_undo(&self, is_seen: bool) -> Option<usize> {
        if !is_seen {
            return None;
        }
        let steps = &self.tweaks.done;
        let at = self.last_as_made()?;
        let selected = self.plans.selected()?;
        let id = DraftId::Plan(self.plans.reference(&selected.plan.id)?);
        let is_as_made = |step: &Step| {
            let made = step.drafts.get(&id);
            made.is_some_and(|made| self.is_as_made(&id, made))
        };
        let has_own = selected.is_marked && self.drafts.get(&id).is_some_and(Draft::can_undo);
        let is_newer = has_own && !steps.get(at).is_some_and(is_as_made);
        (!is_newer).then_some(at)
    }

    fn tweak_to_redo(&self, is_seen: bool) -> Option<usize> {
        self.last_undone().filter(|_| is_seen)
    }

    /// True where the last tweak is undone or made again rather than the last change of
    /// one draft.
    pub(in crate::app) fn has_tweak_to(&self, is_seen: bool, redo: bool) -> bool {
        let own = if redo {
            self.tweak_to_redo(is_seen)
        } else {
            self.tweak_to_undo(is_seen)
        };
        own.is_some() || self.tweak_elsewhere(is_seen, redo).is_some()
    }

    /// The tweak over several places that comes before what was done here: it has no part
    /// here that could be undone, or made again.
    fn tweak_elsewhere(&self, is_seen: bool, redo: bool) -> Option<SharedTweak> {
        let elsewhere = self.seat.tweaks_elsewhere.of(redo)?;
        if !is_seen {
            return None;
        }
        let (own, step) = if redo {
            let own = self.tweak_to_redo(is_seen);
            (own, own.and_then(|at| self.tweaks.undone.get(at)))
        } else {
            let own = self.tweak_to_undo(is_seen);
            (own, own.and_then(|at| self.tweaks.done.get(at)))
        };
        let is_before = match step.and_then(|step| step.shared) {
            // The newest is undone first, so of those undone the oldest is made again
            // first.
            Some(here) if redo => elsewhere < here,
            Some(here) => elsewhere > here,
            None => own.is_none(),
        };
        is_before.then_some(elsewhere)
    }

    /// Undoes or makes again what a tweak over several places did elsewhere only.
    /// Says whether there was such a one.
    fn undo_elsewhere_only(&mut self, is_seen: bool, redo: bool) -> bool {
        let elsewhere = self.tweak_elsewhere(is_seen, redo);
        if elsewhere.is_some() {
            self.say(Weight::Info, "Nothing was changed here.");
            self.tweak_undone_elsewhere(elsewhere, redo);
        }
        elsewhere.is_some()
    }

    /// Takes the last tweak back in all drafts that are still as it made them.
    pub(in crate::app) fn undo_tweak(&mut self, is_seen: bool) {
        if self.undo_elsewhere_only(is_seen, false) {
            return;
        }
        if let Some(at) = self.tweak_to_undo(is_seen) {
            let shared = self.undo_step(at);
            self.tweak_undone_elsewhere(shared, false);
        }
    }

    /// Makes the tweak again that was undone last.
    pub(in crate::app) fn redo_tweak(&mut self, is_seen: bool) {
        if !self.undo_elsewhere_only(is_seen, true) {
            let shared = self.redo_last();
            self.tweak_undone_elsewhere(shared, true);
        }
    }
}

fn plans(count: usize) -> String {
    match count {
        1 => "1 plan".to_owned(),
        n => format!("{n} plans"),
    }
}
