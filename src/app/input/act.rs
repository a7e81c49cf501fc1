//! What keys do: the page in front has a command first, then the prompt and the pages as a
//! whole.

use crossterm::event::{KeyCode, KeyEvent};

use crate::app::core::Core;
use crate::app::core::plans::Loading;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::{Key, Place};
use crate::app::message::Effect;
use crate::app::message::changed::Route;
use crate::app::page::Next;
use crate::app::stack::Stack;
use crate::app::view::layout;
use crate::app::view::scroll::Cursor;
use crate::app::{Confirm, Prompt, Weight};
use crate::plan::edit::draft::Draft;

impl Core {
    /// Whether there is no step back from here.
    pub(in crate::app) fn is_at_the_start(&self) -> bool {
        self.place() == Place::List
            && !self.operator.greets
            && self.plans.filter().is_empty()
            && self.plans.of_key.is_none()
            && self.plans.loading != Loading::Underway
    }

    /// How many drafts have something in them and are not in the send queue.
    pub(in crate::app) fn drafts_not_queued(&self) -> usize {
        let changed = self.drafts.changed();
        changed.filter(|(id, _)| !self.is_queued(id)).count()
    }

    /// The things that leaving would lose or leave unsent here.
    pub(in crate::app) fn at_stake(&self) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        match self.outbox.queue.progress().left {
            0 => {}
            1 => open.push("a send is under way".to_owned()),
            n => open.push(format!("{n} changes of the send queue are not sent yet")),
        }
        let drafts = self.drafts_not_queued();
        match drafts {
            0 => {}
            1 => open.push("1 draft was not sent".to_owned()),
            n => open.push(format!("{n} drafts were not sent")),
        }
        if self.has_unsent_extension() {
            open.push("an extension was not sent".to_owned());
        }
        if !self.unapplied.is_empty() {
            open.push("a patch text was not applied".to_owned());
        }
        open
    }

    fn tell_of_paste(&mut self) {
        let text = "pasted text goes into a field: <filter> filters, <edit> edits";
        let text = self.with_keys(text);
        self.say(Weight::Warning, text);
    }
}

impl Stack {
    /// Does what a key stands for.
    pub(in crate::app) fn key(&mut self, core: &mut Core, event: KeyEvent) {
        let place = self.place();
        if self.begins(core, place, event) || core.counts(place, event) {
            return;
        }
        let command = core.keymap.command(place, event);
        // What cannot be seen is not to be done.
        if core.is_too_small() && !command.is_some_and(Command::is_always) {
            return;
        }
        let count = core.operator.count.take();
        let Some(command) = command else {
            return self.type_key(core, event);
        };
        // With marks in sight all keys are about the marked plans: a review of one of them
        // would send it alone.
        let reviews_marks = place == Place::List && self.plans.works_on_marks_in_sight(core);
        let command = match command {
            Command::Review if reviews_marks => Command::ReviewAll,
            other => other,
        };
        // One step back is to do without the number.
        if count.is_some() && command == Command::Back {
            return;
        }
        // What happened last has been read by whoever goes on.
        core.put_notice_aside();
        let why = self.obstacle(core, command);
        self.front_mut().seen();
        match why {
            Some(why) => core.say(Weight::Warning, core.with_keys(why)),
            None => self.act_so_often(core, command, count),
        }
    }

    /// Does a command.
    pub(in crate::app) fn act(&mut self, core: &mut Core, command: Command) {
        // Without a connection each request of the page in front would fail by itself.
        if command == Command::Refresh && core.must_connect() {
            return self.refresh_here_or_everywhere(core);
        }
        if self.prompt.is_none() && self.page_acts(core, command) {
            return;
        }
        if let Some(route) = self.route(core, command) {
            return self.open(core, route);
        }
        match command {
            Command::Back => self.back(core),
            Command::Close => self.close(core),
            Command::Quit => self.quit(core),
            Command::Suspend => core.effects.push(Effect::Suspend),
            Command::Redraw => core.effects.push(Effect::Redraw),
            Command::Down | Command::NextField => self.go(core, 1),
            Command::Up | Command::PreviousField => self.go(core, -1),
            Command::PageDown => self.go(core, self.page(core)),
            Command::PageUp => self.go(core, -self.page(core)),
            Command::Top => self.go(core, isize::MIN),
            Command::Bottom => self.go(core, isize::MAX),
            Command::Choose => self.choose(core),
            Command::Accept => self.accept(core),
            Command::Yes => self.confirmed(core),
            Command::No => self.prompt = self.behind.take(),
            Command::Filter => self.open_filter(core),
            Command::Undo => self.undo(core, Draft::undo),
            Command::Redo => self.undo(core, Draft::redo),
            Command::Discard => self.ask_discard(core),
            Command::Refresh => self.refresh_here_or_everywhere(core),
            Command::ReadRest if core.must_connect() => core.connect_anew(),
            Command::MarkKey => self.turn_mark_of_line(),
            Command::Complete if self.place() == Place::TweakLine => self.complete_tweak(core),
            Command::Earlier => self.recall_tweak(core, -1),
            Command::Later => self.recall_tweak(core, 1),
            _ => self.at_hand(core, command),
        }
    }

    /// Lets the page in front do a command; says whether it did.
    fn page_acts(&mut self, core: &mut Core, command: Command) -> bool {
        let body = self.parts(core).body;
        match self.front_mut().act(core, body, command) {
            Next::Stay => {}
            Next::Close => self.leave(core),
            Next::PassOn => return false,
        }
        true
    }

    /// The page that a command opens from wherever it is given; none where it opens none.
    fn route(&self, core: &Core, command: Command) -> Option<Route> {
        match command {
            Command::Help => Some(Route::Help),
            Command::Requests => Some(Route::Requests),
            Command::Who => Some(Route::Identity),
            Command::Queue => Some(Route::Queue),
            Command::History => Some(Route::History),
            Command::Findings => Some(Route::Findings),
            Command::Exhaustion => Some(Route::Exhaustion),
            Command::ReviewAll => Some(Route::BulkReview),
            Command::Review => self.current_draft(core).map(Route::Review),
            Command::Edit => self.current_draft(core).map(Route::Form),
            Command::Patch => self.current_draft(core).map(Route::Patch),
            Command::Limits => self.plan_here(core).map(Route::Limits),
            Command::Usage => self.plan_here(core).map(|plan| Route::Usage(plan, None)),
            _ => None,
        }
    }

    /// Begins to type where the page in front takes a number and a digit is pressed; says
    /// whether it did.
    fn begins(&mut self, core: &mut Core, place: Place, event: KeyEvent) -> bool {
        let KeyCode::Char(digit) = event.code else {
            return false;
        };
        // A number before a movement goes on, and a digit may have a meaning of its own.
        if Key::of(event).digit().is_none()
            || self.prompt.is_some()
            || core.operator.count.is_some()
            || core.is_too_small()
            || core.keymap.command(place, event).is_some()
            || !self.front().takes_number(core)
        {
            return false;
        }
        core.put_notice_aside();
        match self.obstacle(core, Command::Change) {
            Some(why) => core.say(Weight::Warning, core.with_keys(why)),
            None => self.front_mut().begin(core, digit),
        }
        true
    }

    /// Types a key that is no command, where text is wanted.
    fn type_key(&mut self, core: &mut Core, event: KeyEvent) {
        if let Some((input, _)) = self.input()
            && input.key(event)
        {
            self.typed(core);
        }
    }

    /// Types a text that was pasted, where text is wanted.
    pub(in crate::app) fn paste(&mut self, core: &mut Core, text: &str) {
        if let Some((input, kind)) = self.input() {
            input.paste(text, kind);
            self.typed(core);
        } else if self.prompt.is_none() {
            core.tell_of_paste();
        }
    }

    /// Does at once what follows from a text that changed.
    fn typed(&mut self, core: &mut Core) {
        match &mut self.prompt {
            Some(Prompt::Filter { input, .. }) => {
                let text = input.text();
                self.set_filter(core, &text);
            }
            Some(Prompt::TweakLine(_)) => self.tweak_line_typed(core),
            Some(Prompt::Palette(_)) => self.palette_typed(core),
            Some(Prompt::Picker(picker)) => {
                picker.narrow();
                picker.cursor = Cursor::default();
            }
            Some(_) => {}
            None => self.front_mut().typed(core),
        }
    }

    /// The number of lines that a page has where the keys are.
    pub(in crate::app) fn page(&self, core: &Core) -> isize {
        self.front().page(core, self.parts(core).body)
    }

    /// Moves by so many lines where the keys are.
    pub(in crate::app) fn go(&mut self, core: &mut Core, by: isize) {
        let body = self.parts(core).body;
        let height = |area| usize::from(layout::inside(area).height);
        match &mut self.prompt {
            // While a filter is typed, it is the page that is chosen from.
            None | Some(Prompt::Filter { .. }) => self.front_mut().move_by(core, body, by),
            Some(Prompt::TweakLine(line)) => {
                line.scroll.move_by(by, line.height(), height(body));
            }
            Some(Prompt::Palette(_)) => self.recall(core, by),
            Some(Prompt::Picker(picker)) => {
                picker.move_by(by, height(layout::picker(body)).saturating_sub(2));
            }
            Some(_) => {}
        }
    }

    /// Takes one step back. Nothing that was typed or staged is lost by it.
    fn back(&mut self, core: &mut Core) {
        match self.prompt.take() {
            Some(Prompt::Filter {
                before, selected, ..
            }) => {
                self.set_filter(core, &before);
                return core.plans.reselect(selected);
            }
            Some(Prompt::TweakLine(line)) => return core.keep_tweak_line(&line),
            Some(_) => return self.prompt = self.behind.take(),
            None => {}
        }
        if self.close_greeting(core) || self.front_mut().step_back(core) {
            return;
        }
        let filter = self.front().filter();
        if filter.is_some_and(|text| !text.is_empty()) {
            self.set_filter(core, "");
        } else if self.screen().is_some() {
            self.leave(core);
        }
    }

    /// Closes the page in front. A send that it waits for is stopped first, as by one step
    /// back.
    fn close(&mut self, core: &mut Core) {
        if !self.front().is_sending(core) || !self.front_mut().step_back(core) {
            self.leave(core);
        }
    }

    fn quit(&mut self, core: &mut Core) {
        let open = core.at_stake_everywhere();
        if open.is_empty() || matches!(self.prompt, Some(Prompt::Confirm(Confirm::Quit(_)))) {
            core.effects.push(Effect::Quit);
        } else {
            self.behind = self.prompt.take();
            self.prompt = Some(Prompt::Confirm(Confirm::Quit(open)));
        }
    }

    fn ask_discard(&mut self, core: &mut Core) {
        if let Some(id) = self.current_draft(core) {
            self.prompt = Some(Prompt::Confirm(Confirm::Discard(id)));
        }
    }

    fn undo(&mut self, core: &mut Core, step: impl FnOnce(&mut Draft) -> bool) {
        let Some(id) = self.current_draft(core) else {
            return;
        };
        if let Some(draft) = core.drafts.get_mut(&id) {
            step(draft);
        }
    }
}
