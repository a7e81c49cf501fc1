//! Tweaks of several plans that were made with one key, and are taken back with one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::desk::Wish;
use super::{App, DraftId, Pane, Screen, Weight};
use crate::plan::Settings;
use crate::plan::draft::Draft;

/// What was done to several drafts with one key.
#[derive(Debug, Default)]
pub(super) struct Tweaks {
    /// The newest last.
    done: Vec<Step>,
    /// What of that was taken back.
    undone: Vec<Step>,
}

/// A tweak of several plans.
#[derive(Debug)]
struct Step {
    /// As it was typed.
    line: String,
    /// The drafts, and what it made of them.
    drafts: BTreeMap<DraftId, Arc<Settings>>,
}

impl Tweaks {
    /// A tweak was made.
    pub(super) fn add(&mut self, line: String, drafts: BTreeMap<DraftId, Arc<Settings>>) {
        self.undone.clear();
        self.done.push(Step { line, drafts });
    }
}

impl App {
    /// Whether keys that change drafts change those of the marked plans.
    pub(super) fn works_on_marked(&self) -> bool {
        let is_list = matches!(self.screen(), Screen::Browse) && self.pane == Pane::List;
        is_list && self.list.marked().all > 0
    }

    /// The tweak that is taken back as one: the last, while plans are marked. None
    /// where the selected plan is a marked one that was changed since.
    fn tweak_to_undo(&self) -> Option<usize> {
        if !self.works_on_marked() {
            return None;
        }
        let steps = &self.tweaks.done;
        let at = steps.iter().rposition(|step| {
            step.drafts
                .iter()
                .any(|(id, made)| self.is_as_made(id, made))
        })?;
        let selected = self.list.selected()?;
        let id = DraftId::Plan(self.list.reference(&selected.plan.id)?);
        let is_as_made = |step: &Step| {
            let made = step.drafts.get(&id);
            made.is_some_and(|made| self.is_as_made(&id, made))
        };
        let has_own = selected.is_marked && self.drafts.get(&id).is_some_and(Draft::can_undo);
        let is_newer = has_own && !steps.get(at).is_some_and(is_as_made);
        (!is_newer).then_some(at)
    }

    /// Whether a draft is still as a tweak made it.
    fn is_as_made(&self, id: &DraftId, made: &Arc<Settings>) -> bool {
        let is_it = |draft: &Draft| Arc::ptr_eq(draft.state().0, made) && draft.can_undo();
        self.drafts.get(id).is_some_and(is_it) && !self.is_queued(id)
    }

    fn tweak_to_redo(&self) -> Option<usize> {
        let step = self
            .tweaks
            .undone
            .last()
            .filter(|_| self.works_on_marked())?;
        let can_redo = |id| self.drafts.get(id).is_some_and(Draft::can_redo);
        let is_there = step.drafts.iter().any(|(id, _)| can_redo(id));
        is_there.then(|| self.tweaks.undone.len() - 1)
    }

    /// Whether the last tweak is taken back or made again rather than the last change
    /// of one draft.
    pub(super) fn has_tweak_to(&self, redo: bool) -> bool {
        if redo {
            self.tweak_to_redo().is_some()
        } else {
            self.tweak_to_undo().is_some()
        }
    }

    /// The line of the tweak that is taken back next, or made again.
    pub(super) fn last_tweak(&self, redo: bool) -> Option<&str> {
        let step = if redo {
            self.tweak_to_redo()
                .and_then(|at| self.tweaks.undone.get(at))
        } else {
            self.tweak_to_undo().and_then(|at| self.tweaks.done.get(at))
        };
        step.map(|step| step.line.as_str())
    }

    /// What was done here is to be done in other places with marked plans too.
    fn tweak_undone_elsewhere(&mut self, line: &str, redo: bool) {
        if self.is_tweaked_together() {
            let line = line.to_owned();
            self.wish(Wish::TweakUndone { line, redo });
        }
    }

    /// Takes the last tweak back in all drafts that are still as it made them.
    pub(super) fn undo_tweak(&mut self) {
        let Some(at) = self.tweak_to_undo() else {
            return;
        };
        let Some(step) = self.tweaks.done.drain(at..).next() else {
            return;
        };
        let mut count = 0;
        for (id, made) in &step.drafts {
            let is_as_made = self.is_as_made(id, made);
            if let Some(draft) = self.drafts.get_mut(id).filter(|_| is_as_made) {
                count += usize::from(draft.undo());
            }
        }
        let kept = match step.drafts.len() - count {
            0 => String::new(),
            1 => " 1 draft was changed since, sent or dropped, and stays.".to_owned(),
            n => format!(" {n} drafts were changed since, sent or dropped, and stay."),
        };
        let text = format!("Taken back in {}: {}.{kept}", plans(count), step.line);
        self.tweak_undone_elsewhere(&step.line, false);
        self.tweaks.undone.push(step);
        self.say(Weight::Info, text);
    }

    /// Makes the tweak again that was taken back last.
    pub(super) fn redo_tweak(&mut self) {
        let Some(step) = self.tweaks.undone.pop() else {
            return;
        };
        let mut count = 0;
        for (id, made) in &step.drafts {
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
                // It was another change that had been taken back there.
                draft.undo();
            }
        }
        let text = format!("Made again in {}: {}.", plans(count), step.line);
        self.tweak_undone_elsewhere(&step.line, true);
        self.tweaks.done.push(step);
        self.say(Weight::Info, text);
    }
}

fn plans(count: usize) -> String {
    match count {
        1 => "1 plan".to_owned(),
        n => format!("{n} plans"),
    }
}
