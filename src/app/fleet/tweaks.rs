//! A line that tweaks marked plans, where they lie in several places: each place makes
//! its own drafts.

use super::{Desk, PlaceId, Wish};
use crate::app::Prompt;
use crate::app::core::Core;
use crate::app::core::tweaks::SharedTweak;
use crate::app::prompt::tweak_line::Effect;
use crate::plan::PlanId;
use crate::plan::edit::tweak::Tweak;

/// The effect of the line in another place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TweakedElsewhere {
    /// The place's name.
    pub label: String,
    /// The number of plans marked there.
    pub marked: usize,
    /// The number of plans that change.
    pub changing: usize,
    /// The number of plans that it does not fit.
    pub left_out: usize,
}

impl Desk {
    /// The other places that have marked plans.
    fn marked_elsewhere(&self) -> Vec<PlaceId> {
        let others = self.others.iter();
        let shown = others.filter(|stand| stand.same_as.is_none());
        let marked = shown.filter(|stand| stand.app.core.plans.marked().all > 0);
        let mut ids: Vec<PlaceId> = marked.map(|stand| stand.id).collect();
        // As they were opened: what stands among the others depends on which place is in
        // front.
        ids.sort_unstable();
        ids
    }

    /// Opens the line where there are marked plans: in front, else in the first such place.
    pub(super) fn open_tweak_line(&mut self, start: &str) {
        if self.front.app.core.plans.marked().all == 0
            && let Some(id) = self.marked_elsewhere().first()
        {
            self.bring(*id);
        }
        let app = &mut self.front.app;
        app.core.ask_for_tweak_line(start);
        // It is typed into with the next key, not after it.
        app.stack.take_dues(&mut app.core);
    }

    /// Works out what the line that is being typed does elsewhere.
    pub(super) fn refresh_tweak_elsewhere(&mut self) {
        if self.together.is_none() {
            return;
        }
        let Some(Prompt::TweakLine(line)) = &self.front.app.stack.prompt else {
            return;
        };
        let text = line.input.text();
        // Every message comes by here, and each place may have thousands of marked plans.
        if !line.is_of_marked || line.known_elsewhere.as_ref() == Some(&text) {
            return;
        }
        let mut elsewhere = Vec::new();
        for id in self.marked_elsewhere() {
            if let Some(stand) = self.get_mut(id) {
                elsewhere.push(stand.app.core.tweak_of_marked(&text));
            }
        }
        if let Some(Prompt::TweakLine(line)) = &mut self.front.app.stack.prompt {
            line.elsewhere = elsewhere;
            line.known_elsewhere = Some(text);
        }
    }

    /// Takes the line in the other places that have marked plans.
    pub(super) fn tweak_elsewhere(&mut self, line: &str, is_staged_here: bool) {
        // Counted also where nothing was staged in front: the parts elsewhere are found
        // by the number alone.
        self.last_tweak.0 += 1;
        let shared = self.last_tweak;
        if is_staged_here {
            self.front.app.core.tweaks.share_last(shared);
        }
        let mut told = Vec::new();
        for id in self.marked_elsewhere() {
            let mut done = None;
            self.with(id, |app| done = Some(app.core.tweak_marked(line, shared)));
            if let Some(TweakedElsewhere {
                label,
                changing,
                left_out,
                ..
            }) = done
            {
                let left_out = match left_out {
                    0 => String::new(),
                    n => format!(" ({n} left out)"),
                };
                told.push(format!("{changing} in {label}{left_out}"));
            }
        }
        if told.is_empty() {
            return;
        }
        let here = self.front.app.core.seat.label.clone();
        let also = format!("In {here}: ");
        if let Some(notice) = &mut self.front.app.core.notice {
            notice.text = format!("{also}{} Also staged: {}.", notice.text, told.join(", "));
        }
    }

    /// Takes a tweak back in its other places, or makes it again, where it is the next.
    pub(super) fn undo_tweak_elsewhere(&mut self, tweak: SharedTweak, redo: bool) {
        let mut told = Vec::new();
        let others = self.others.iter();
        let others = others.filter(|stand| stand.same_as.is_none());
        for id in others.map(|stand| stand.id).collect::<Vec<_>>() {
            let mut is_done = false;
            self.with(id, |app| {
                // The front tells it for all places; a notice of this one would tell it
                // twice.
                let notice = app.core.notice.take();
                is_done = app.core.undo_shared(tweak, redo);
                app.core.notice = notice;
            });
            let label = self.app(id).filter(|_| is_done);
            told.extend(label.map(|app| app.core.seat.label.clone()));
        }
        if told.is_empty() {
            return;
        }
        if let Some(notice) = &mut self.front.app.core.notice {
            notice.text = format!("{} Also in {}.", notice.text, told.join(", "));
        }
    }
}

impl Core {
    /// The marked plans, and the effect that a line would have on them.
    fn effect_on_marked(&self, text: &str) -> (Vec<PlanId>, Option<(Tweak, Effect)>) {
        let marked = self.plans.marked_plans();
        let plans: Vec<PlanId> = marked.map(|plan| plan.id.clone()).collect();
        let tweak = self.read_tweak(text).ok();
        let effect = tweak.map(|tweak| {
            let effect = self.effect_of(&tweak, &plans);
            (tweak, effect)
        });
        (plans, effect)
    }

    fn tweaked_here(&self, effect: Option<&Effect>) -> TweakedElsewhere {
        TweakedElsewhere {
            label: self.seat.label.clone(),
            marked: self.plans.marked().all,
            changing: effect.map_or(0, |effect| effect.changing.len()),
            left_out: effect.map_or(0, Effect::left_out),
        }
    }

    /// The counts of what a line would do to the marked plans.
    fn tweak_of_marked(&self, text: &str) -> TweakedElsewhere {
        let (_, effect) = self.effect_on_marked(text);
        self.tweaked_here(effect.as_ref().map(|(_, effect)| effect))
    }

    /// Takes a line for the marked plans, without a word.
    fn tweak_marked(&mut self, text: &str, shared: SharedTweak) -> TweakedElsewhere {
        let (plans, effect) = self.effect_on_marked(text);
        let told = self.tweaked_here(effect.as_ref().map(|(_, effect)| effect));
        if let Some((tweak, effect)) = effect
            && self.stage_tweak(text, &tweak, &plans, &effect) > 0
        {
            self.tweaks.share_last(shared);
        }
        told
    }

    /// The line was taken here: what is marked elsewhere gets it too.
    pub(in crate::app) fn tweak_goes_on(&mut self, line: String, is_staged_here: bool) {
        if self.seat.is_together() {
            self.wish(Wish::Tweaked {
                line,
                is_staged_here,
            });
        }
    }
}
