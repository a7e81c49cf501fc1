//! Notices of other places, told in front with the place that they come from.

use super::{Desk, PlaceId};
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::{Notice, Weight};

/// The number of notices that are kept while nobody read them.
const MOST: usize = 50;

impl Desk {
    /// Takes in what a place that is not in front says.
    pub(super) fn hear(&mut self, id: PlaceId) {
        let is_front = id == self.front.id;
        let Some(stand) = self.get_mut(id) else {
            return;
        };
        let said = stand.app.core.notice.clone();
        if is_front || said == stand.heard {
            return;
        }
        stand.heard.clone_from(&said);
        if let Some(notice) = said {
            self.keep_untold(id, notice);
        }
    }

    /// Keeps what was said in front just now, to be told where the front is next, when
    /// nobody pressed a key to go there.
    pub(super) fn leave_unread(&mut self) {
        let Some(said) = self.front.app.core.notice.clone() else {
            return;
        };
        let told = self.told.take();
        // What came from another place goes on under the name of that place, not of this
        // one.
        match told.filter(|(from, notice)| self.as_told(*from, notice) == said) {
            Some((from, notice)) => {
                self.front.app.core.notice = None;
                self.untold.push_front((from, notice));
            }
            None => self.keep_untold(self.front.id, said),
        }
    }

    /// A place's notice as it is told elsewhere: with the place's name before it.
    fn as_told(&self, from: PlaceId, notice: &Notice) -> Notice {
        let label = self
            .app(from)
            .map_or("", |app| app.core.seat.label.as_str());
        Notice {
            text: format!("{label}: {}", notice.text),
            ..notice.clone()
        }
    }

    fn keep_untold(&mut self, id: PlaceId, notice: Notice) {
        let is_together = self.together.is_some();
        let failure = self.get(id).and_then(|stand| stand.failure());
        // That stands at the foot of the list, with the key that tries again.
        let is_at_foot = |failure: &str| notice.text.starts_with(failure);
        if is_together && failure.is_some_and(is_at_foot) {
            return;
        }
        self.untold.push_back((id, notice));
        if self.untold.len() > MOST {
            self.untold.pop_front();
        }
    }

    /// Tells in front what was said elsewhere, one thing after the other: each stays until
    /// a key was pressed.
    pub(super) fn tell(&mut self) {
        // A prompt has the line that it would stand in.
        if self.front.app.core.notice.is_some() || self.front.app.stack.prompt.is_some() {
            return;
        }
        let Some((from, notice)) = self.untold.pop_front() else {
            return;
        };
        self.front.app.core.notice = Some(self.as_told(from, &notice));
        self.told = Some((from, notice));
    }

    /// Tells in a review of many drafts how many wait in other places, which it does not
    /// show.
    pub(super) fn tell_of_drafts_elsewhere(&mut self) {
        let app = &self.front.app;
        if app.stack.screen_place() != Place::BulkReview || app.core.notice.is_some() {
            return;
        }
        let elsewhere = self.others.iter().filter_map(|stand| {
            let drafts = stand.app.core.drafts_not_queued();
            (drafts > 0).then(|| format!("{drafts} in {}", stand.app.core.seat.label))
        });
        let elsewhere: Vec<String> = elsewhere.collect();
        if elsewhere.is_empty() {
            return;
        }
        let places = app.core.key_for(Command::Places);
        let text = format!(
            "These are the drafts of {}. More wait: {}. {places} goes there.",
            app.core.seat.label,
            elsewhere.join(", ")
        );
        self.front.app.core.say(Weight::Info, text);
    }
}
