//! What the core leaves to the pages reaches them here.

use std::collections::BTreeSet;

use crate::app::core::Core;
use crate::app::core::drafts::DraftId;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::{Changed, Due, Dues, Route};
use crate::app::page::Page;
use crate::app::page::extension::ExtensionReview;
use crate::app::page::review::Review;
use crate::app::stack::Stack;
use crate::app::{Screen, Weight};

impl Stack {
    /// Sees to what the core left to the pages, in order. A prompt waits while another one
    /// has the keys: it would take what is typed there for its answer.
    pub(in crate::app) fn take_dues(&mut self, core: &mut Core) {
        let mut waiting = Dues::new();
        while let Some(due) = core.dues.pop_front() {
            // Another page may be in front than for the due before.
            self.locate(core);
            match due {
                Due::Changed(changed) => self.take_changed(core, changed),
                Due::Go(route) => self.follow_route(core, route),
                Due::Ask(_) if self.overlay.is_some() => waiting.push_back(due),
                Due::Ask(prompt) => {
                    self.overlay = Some(prompt);
                    self.refresh_picker(core);
                }
            }
        }
        core.dues = waiting;
        let untidy: BTreeSet<DraftId> = std::mem::take(&mut core.untidy);
        for id in untidy {
            self.tidy(core, &id);
        }
    }

    fn follow_route(&mut self, core: &mut Core, route: Route) {
        match route {
            Route::ChangeReview(aims) => self.open_aims(core, *aims),
            Route::Review(id) => {
                let review = Box::new(Review::new(id));
                self.screens.push(Screen::Review(review));
            }
            Route::Queue => self.open_queue(),
            Route::Text(text) if self.overlay.is_none() => self.show_text(*text),
            Route::Text(_) => {}
            Route::Plan(id) => self.go_to_plan_of(core, &id),
            Route::Usage(plan, key) => self.open_usage_of(core, &plan, key),
            Route::Keys(plan, key) => self.open_keys_of(core, plan, key),
            Route::Extension(extension) => {
                let review = Box::new(ExtensionReview::new(*extension));
                self.screens.push(Screen::Extension(review));
            }
            Route::PlansOfKey(key) => {
                self.return_to(core, 0);
                core.read_plans(Some(key));
            }
        }
    }

    fn take_changed(&mut self, core: &mut Core, changed: Changed) {
        if matches!(changed, Changed::Queued(_)) {
            // It was proposed by the page in front; what others show is not sent.
            if let Some(page) = self.front_mut() {
                page.changed(core, &changed);
            }
        } else {
            for page in self.screens.iter_mut().filter_map(Screen::page_mut) {
                page.changed(core, &changed);
            }
        }
        self.close_what_is_over(core);
        match changed {
            Changed::Plans
            | Changed::Around
            | Changed::Keys
            | Changed::Queue
            | Changed::Usage(_) => self.read_anew(core),
            Changed::Apis if self.wants_stages() => core.ask_all_stages(),
            Changed::Forgotten(id) => self.screens.retain(|screen| screen.draft() != Some(&id)),
            Changed::Edited(draft, _) => self.tell_of_text(core, &draft),
            // The pages took these themselves.
            Changed::Apis
            | Changed::UsageStops
            | Changed::KeyValue(..)
            | Changed::Emptied
            | Changed::Progress
            | Changed::Rebased(_)
            | Changed::Journal
            | Changed::HistoryRead(_)
            | Changed::Draft(_)
            | Changed::Renamed { .. }
            | Changed::Conflicts { .. }
            | Changed::Queued(_)
            | Changed::Extended(_)
            | Changed::Ended(_) => {}
        }
    }

    /// Takes out the pages on which nothing is left to do. The page that comes to the front
    /// by that is shown as it is now.
    pub(in crate::app) fn close_what_is_over(&mut self, core: &mut Core) {
        let is_over = |screen: &Screen| screen.page().is_some_and(Page::is_over);
        let is_front = self.screens.last().is_some_and(is_over);
        self.screens.retain(|screen| !is_over(screen));
        if is_front {
            self.locate(core);
            if let Some(page) = self.screens.last_mut().and_then(Screen::page_mut) {
                page.resumed(core);
            }
        }
    }

    /// Tells of a text that is back from the operator's editor, where its page was left.
    fn tell_of_text(&mut self, core: &mut Core, draft: &DraftId) {
        let mut pages = self.screens.iter().filter_map(Screen::page);
        if !pages.any(|page| page.context() == Place::Patch && page.draft() == Some(draft)) {
            let told = core.with_keys("Back from the editor: <patch> opens the text.");
            core.say(Weight::Info, told);
        }
    }

    /// Something was read: the pages that show it show it.
    fn read_anew(&mut self, core: &mut Core) {
        self.refresh_picker(core);
        self.refresh_tweak_line(core);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::app::keys::keymap::Keymap;
    use crate::app::message::Message;
    use crate::app::{App, Confirm, Overlay, Setup};
    use crate::config::Reasons;
    use crate::plan::edit::jump::Percent;

    fn press(app: &mut App, key: &str) {
        let key = crossterm::event::KeyEvent::from(match key {
            "esc" => crossterm::event::KeyCode::Esc,
            letter => crossterm::event::KeyCode::Char(letter.chars().next().unwrap()),
        });
        drop(app.update(Message::Key(key), Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn a_question_waits_until_what_is_typed_is_over() {
        let setup = Setup {
            profile: String::new(),
            demo: false,
            who: String::new(),
            protected: false,
            read_only: false,
            guard: Percent::GUARD,
            reasons: Reasons::default(),
        };
        let mut app = App::new(setup, Keymap::shipped().unwrap(), 80, 24);
        press(&mut app, ":");
        app.core.ask_for(Overlay::Confirm(Confirm::DropRest(2)));
        press(&mut app, "y");
        let Some(Overlay::Palette(palette)) = &app.stack.overlay else {
            panic!("the question took the keys");
        };
        assert_eq!(palette.input.text(), "y");
        press(&mut app, "esc");
        assert!(matches!(
            app.stack.overlay,
            Some(Overlay::Confirm(Confirm::DropRest(2)))
        ));
    }
}
