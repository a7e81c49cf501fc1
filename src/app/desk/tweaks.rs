//! A line that tweaks marked plans, where they lie in several places: each place makes
//! its own drafts.

use super::{Desk, PlaceId, Wish};
use crate::app::text::Input;
use crate::app::{App, Overlay};

/// What the line does in another place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TweakedElsewhere {
    /// Where.
    pub label: String,
    /// How many plans are marked there.
    pub marked: usize,
    /// How many change.
    pub changing: usize,
    /// How many it does not fit.
    pub left_out: usize,
}

impl Desk {
    /// The other places that have marked plans.
    fn marked_elsewhere(&self) -> Vec<PlaceId> {
        let others = self.others.iter();
        let shown = others.filter(|stand| stand.same_as.is_none());
        let marked = shown.filter(|stand| stand.app.list.marked().all > 0);
        let mut ids: Vec<PlaceId> = marked.map(|stand| stand.id).collect();
        ids.sort_unstable();
        ids
    }

    /// Opens the line where there are marked plans: in front, else in the first such place.
    pub(super) fn open_tweak_line(&mut self) {
        if self.front.app.list.marked().all == 0
            && let Some(id) = self.marked_elsewhere().first()
        {
            self.bring(*id);
        }
        self.front.app.open_tweak_line();
    }

    /// Works out what the line that is being typed does elsewhere.
    pub(super) fn refresh_tweak_elsewhere(&mut self) {
        if self.together.is_none() {
            return;
        }
        let Some(Overlay::TweakLine(line)) = &self.front.app.overlay else {
            return;
        };
        let text = line.input.text();
        if !line.is_of_marked || line.known_elsewhere.as_ref() == Some(&text) {
            return;
        }
        let mut elsewhere = Vec::new();
        for id in self.marked_elsewhere() {
            if let Some(stand) = self.get_mut(id) {
                elsewhere.push(stand.app.tweak_of_marked(&text));
            }
        }
        if let Some(Overlay::TweakLine(line)) = &mut self.front.app.overlay {
            line.elsewhere = elsewhere;
            line.known_elsewhere = Some(text);
        }
    }

    /// Takes the line in the other places that have marked plans.
    pub(super) fn tweak_elsewhere(&mut self, line: &str) {
        let mut told = Vec::new();
        for id in self.marked_elsewhere() {
            let mut done = None;
            self.with(id, |app| done = Some(app.tweak_marked(line)));
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
        let here = self.front.app.seat.label.clone();
        let also = format!("In {here}: ");
        if let Some(notice) = &mut self.front.app.notice {
            notice.text = format!("{also}{} Also staged: {}.", notice.text, told.join(", "));
        }
    }

    /// Takes the line back in the other places, or makes it again, where it was the last.
    pub(super) fn undo_tweak_elsewhere(&mut self, line: &str, redo: bool) {
        let mut told = Vec::new();
        for id in self.marked_elsewhere() {
            let is_it = self
                .app(id)
                .is_some_and(|app| app.last_tweak(redo) == Some(line));
            if !is_it {
                continue;
            }
            self.with(id, |app| {
                // Alone, so that it does not go round.
                app.seat.together = None;
                if redo {
                    app.redo_tweak();
                } else {
                    app.undo_tweak();
                }
                app.notice = None;
            });
            told.extend(self.app(id).map(|app| app.seat.label.clone()));
        }
        if told.is_empty() {
            return;
        }
        if let Some(notice) = &mut self.front.app.notice {
            notice.text = format!("{} Also in {}.", notice.text, told.join(", "));
        }
    }
}

impl App {
    /// Opens the line on the marked plans with this text.
    fn try_line(&mut self, text: &str) -> TweakedElsewhere {
        self.open_tweak_line();
        if let Some(Overlay::TweakLine(line)) = &mut self.overlay {
            line.input = Input::new(text);
        }
        self.tweak_line_typed();
        let (changing, left_out) = match &self.overlay {
            Some(Overlay::TweakLine(line)) => (line.effect.changing.len(), line.effect.left_out()),
            _ => (0, 0),
        };
        TweakedElsewhere {
            label: self.seat.label.clone(),
            marked: self.list.marked().all,
            changing,
            left_out,
        }
    }

    /// What a line would do to the marked plans.
    fn tweak_of_marked(&mut self, text: &str) -> TweakedElsewhere {
        let kept = self.overlay.take();
        let effect = self.try_line(text);
        self.overlay = kept;
        effect
    }

    /// Takes a line for the marked plans, without a word.
    fn tweak_marked(&mut self, text: &str) -> TweakedElsewhere {
        let notice = self.notice.take();
        let done = self.try_line(text);
        match self.overlay.take() {
            Some(Overlay::TweakLine(line)) if done.changing > 0 => self.stage_tweak_line(line),
            _ => {}
        }
        self.overlay = None;
        self.notice = notice;
        done
    }

    /// The line was taken here: what is marked elsewhere gets it too.
    pub(in crate::app) fn tweak_goes_on(&mut self, line: String) {
        if self.seat.is_together() {
            self.wish(Wish::Tweaked(line));
        }
    }
}
