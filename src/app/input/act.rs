//! What keys do.

use crossterm::event::KeyEvent;

use crate::app::core::Core;
use crate::app::core::plans::Loading;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::Effect;
use crate::app::page::help::Help;
use crate::app::page::requests::Requests;
use crate::app::page::{Next, Offer, Page, Typed};
use crate::app::stack::Stack;
use crate::app::view::layout;
use crate::app::{Confirm, Overlay, Screen, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::{Field, PlanId};

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
}

impl Stack {
    pub(in crate::app) fn key(&mut self, core: &mut Core, event: KeyEvent) {
        let place = self.place();
        if core.counts(place, event) {
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
        // One step back is to do without the number.
        if count.is_some() && command == Command::Back {
            return;
        }
        // What happened last has been read by whoever goes on.
        core.put_notice_aside();
        let why = self.obstacle(core, command);
        if let Some(page) = self.front_mut() {
            page.seen();
        }
        match why {
            Some(why) => core.say(Weight::Warning, core.with_keys(why)),
            None => self.act_so_often(core, command, count),
        }
    }

    /// Why a command does nothing now; `None` where it does something.
    #[must_use]
    pub fn obstacle(&self, core: &Core, command: Command) -> Option<&'static str> {
        let browsing = matches!(self.screen(), Screen::Plans);
        let id = self.current_draft(core);
        let draft = id.as_ref().and_then(|id| core.drafts.get(id));
        let may_pass = command.is_harmless() || core.serves_what_is_held(command);
        if core.is_extending() && !may_pass {
            return Some("an extension is being sent: <back> in its review stops that");
        }
        if let Some(why) = self.obstacle_of_gone(core, command) {
            return Some(why);
        }
        if let Some(page) = self.front() {
            match page.offer(core, command) {
                Offer::Mine => return None,
                Offer::NotNow(why) => return Some(why),
                Offer::PassOn => {}
            }
        }
        match command {
            Command::Undo if self.has_tweak_to(core, false) => return None,
            Command::Redo if self.has_tweak_to(core, true) => return None,
            Command::Discard if self.works_on_marked(core) => {
                let why = if core.seat.is_together() {
                    "none of the marked plans in the place of the selected one has a draft that \
                     could be thrown away"
                } else {
                    "none of the marked plans has a draft that could be thrown away"
                };
                return (!core.has_marked_drafts()).then_some(why);
            }
            _ => {}
        }
        if command.changes_the_draft() && id.as_ref().is_some_and(|id| core.is_queued(id)) {
            return Some("this draft is being sent: <back> in its review stops that");
        }
        match command {
            Command::Edit
            | Command::Rate
            | Command::Burst
            | Command::Quota
            | Command::CopyPlan
            | Command::Patch
            | Command::Limits
            | Command::Usage
                if browsing && core.plans.selected().is_none() =>
            {
                Some("no plan is selected: the list shows none")
            }
            Command::Discard if id.is_some_and(|id| core.unapplied.contains_key(&id)) => None,
            Command::Review | Command::Discard if draft.is_none_or(|draft| !draft.is_changed()) => {
                Some(
                    "nothing is staged on this plan yet: <edit> edits it, <rate>, <burst> and \
                     <quota> change a number",
                )
            }
            Command::Undo if draft.is_none_or(|draft| !draft.can_undo()) => {
                Some("there is no change to undo")
            }
            Command::Redo if draft.is_none_or(|draft| !draft.can_redo()) => {
                Some("no change was undone")
            }
            Command::Drop if !matches!(self.screen(), Screen::Edit(_)) => Some("nothing is staged"),
            Command::NewPlan | Command::CopyPlan | Command::ByKey
                if !matches!(core.who, crate::app::Who::Connected(_)) =>
            {
                Some("not connected: <refresh> tries again")
            }
            Command::Apply => Some("there is nothing to apply here"),
            Command::DeletePlan if browsing => self.obstacle_to_deletion(core),
            Command::MarkKey if self.chooses_one() => Some("one is chosen here: enter takes it"),
            Command::Send => Some("sending begins in the review: <review>"),
            Command::Mark
            | Command::MarkShown
            | Command::MarkRange
            | Command::ClearMarks
            | Command::TweakPlans
            | Command::ReviewAll => core.obstacle_for_many(command),
            Command::Copied if core.operator.copied.is_none() => Some("nothing was copied yet"),
            Command::Message if core.notice.is_none() && core.told.is_none() => {
                Some("there was no message yet")
            }
            Command::ShowText if !self.is_copying() => Some("there is no text to show here"),
            Command::Extend
            | Command::KeyValue
            | Command::KeyInFull
            | Command::SaveCsv
            | Command::SaveJson
            | Command::ReadRest => Some("it belongs to the usage of a plan: <usage>"),
            Command::Theirs | Command::Mine | Command::Base => {
                Some("there is no conflict to resolve")
            }
            _ => None,
        }
    }

    pub(in crate::app) fn act(&mut self, core: &mut Core, command: Command) {
        if command == Command::Refresh && core.must_connect() {
            return self.refresh_here_or_everywhere(core);
        }
        if self.overlay.is_none() && self.page_acts(core, command) {
            return;
        }
        match command {
            Command::Help => {
                let help = Help::about(self.screen_place());
                self.screens.push(Screen::Help(Box::new(help)));
            }
            Command::Requests => {
                let requests = Box::new(Requests::newest());
                self.screens.push(Screen::Requests(requests));
            }
            Command::Who => self.screens.push(Screen::Identity(Box::default())),
            Command::Back => self.back(core),
            Command::Quit => self.quit(core),
            Command::Suspend => core.effects.push(Effect::Suspend),
            Command::Redraw => core.effects.push(Effect::Redraw),
            Command::Down | Command::NextField if self.overlay.is_some() => self.go(core, 1),
            Command::Up | Command::PreviousField if self.overlay.is_some() => self.go(core, -1),
            Command::Down => self.go(core, 1),
            Command::Up => self.go(core, -1),
            Command::PageDown => self.go(core, self.page(core)),
            Command::PageUp => self.go(core, -self.page(core)),
            Command::Top => self.go(core, isize::MIN),
            Command::Bottom => self.go(core, isize::MAX),
            Command::Choose => self.choose(core),
            Command::Accept => self.accept(core),
            Command::Yes => self.confirmed(core),
            Command::No => self.overlay = self.behind.take(),
            other => self.act_on_plans(core, other),
        }
    }

    /// Lets the page in front do a command; says whether it did.
    fn page_acts(&mut self, core: &mut Core, command: Command) -> bool {
        let body = self.parts(core).body;
        let Some(page) = self.front_mut() else {
            return false;
        };
        match page.act(core, body, command) {
            Next::Stay => {}
            Next::Close => self.leave_screen(core),
            Next::PassOn => return false,
        }
        true
    }

    /// What keys do beside moving around and answering.
    fn act_on_plans(&mut self, core: &mut Core, command: Command) {
        match command {
            Command::Filter => self.open_filter(core),
            Command::Edit => self.open_form(core),
            Command::Rate => self.open_tweak(core, Field::Rate),
            Command::Burst => self.open_tweak(core, Field::Burst),
            Command::Quota => self.open_tweak(core, Field::QuotaLimit),
            Command::Review => self.open_review(core),
            Command::Patch => self.open_patch(core),
            Command::NewPlan => self.new_plan(core),
            Command::CopyPlan => self.copy_plan(core),
            Command::Undo if self.has_tweak_to(core, false) => self.undo_tweak(core),
            Command::Redo if self.has_tweak_to(core, true) => self.redo_tweak(core),
            Command::Undo => self.undo(core, Draft::undo),
            Command::Redo => self.undo(core, Draft::redo),
            Command::Discard if self.works_on_marked(core) => self.ask_discard_marked(core),
            Command::Discard => self.ask_discard(core),
            Command::Sort => self.open_sort(core),
            Command::Reverse => core.plans.reverse(),
            Command::ByKey => self.open_by_key(core),
            Command::Refresh => self.refresh_here_or_everywhere(core),
            Command::ReadRest if core.must_connect() => core.connect_anew(),
            Command::Limits => self.open_limits(core),
            Command::Usage => self.open_usage(core),
            Command::Exhaustion => self.open_exhaustion(core),
            Command::DeletePlan => self.delete_selected(core),
            Command::MarkKey => self.turn_mark_of_line(),
            Command::Complete if matches!(self.overlay, Some(Overlay::Palette(_))) => {
                self.at_hand(core, command);
            }
            Command::Mark
            | Command::MarkShown
            | Command::MarkRange
            | Command::ClearMarks
            | Command::TweakPlans
            | Command::ReviewAll
            | Command::Complete
            | Command::Earlier
            | Command::Later => self.command_for_many(core, command),
            Command::Findings => self.open_findings(core),
            Command::History => self.open_history(core),
            Command::Queue => self.open_queue(),
            _ => self.at_hand(core, command),
        }
    }

    /// A key that is no command: text, where text is wanted.
    fn type_key(&mut self, core: &mut Core, event: KeyEvent) {
        if let Some((input, _)) = self.input()
            && input.key(event)
        {
            self.typed(core);
        }
    }

    pub(in crate::app) fn paste(&mut self, core: &mut Core, text: &str) {
        if let Some((input, kind)) = self.input() {
            input.paste(text, kind == Typed::Line);
            self.typed(core);
        } else if self.overlay.is_none() {
            self.tell_of_paste(core);
        }
    }

    fn tell_of_paste(&mut self, core: &mut Core) {
        let text = "pasted text goes into a field: <filter> filters, <edit> edits";
        let text = core.with_keys(text);
        core.say(Weight::Warning, text);
    }

    /// A text changed: what follows from it follows at once.
    fn typed(&mut self, core: &mut Core) {
        match &mut self.overlay {
            Some(Overlay::Filter { input, .. }) => {
                let text = input.text();
                self.set_filter(core, &text);
            }
            Some(Overlay::TweakLine(_)) => self.tweak_line_typed(core),
            Some(Overlay::Palette(_)) => self.palette_typed(core),
            Some(Overlay::Picker(picker)) => {
                picker.narrow();
                picker.cursor = crate::app::view::scroll::Cursor::default();
            }
            Some(
                Overlay::Tweak(_)
                | Overlay::Load(_)
                | Overlay::Seen(_)
                | Overlay::Reason(_)
                | Overlay::TagKey(_)
                | Overlay::Extend(_)
                | Overlay::Consent(_)
                | Overlay::Confirm(_),
            ) => {}
            None => {
                if let Some(page) = self.front_mut() {
                    page.typed(core);
                }
            }
        }
    }

    /// How many lines a page has where the keys are.
    pub(in crate::app) fn page(&self, core: &Core) -> isize {
        if let Some(page) = self.front() {
            return page.page(core, self.parts(core).body);
        }
        let lines = self.parts(core).body.height.saturating_sub(3).max(1);
        isize::try_from(lines).unwrap_or(1)
    }

    /// Moves by so many lines where the keys are.
    pub(in crate::app) fn go(&mut self, core: &mut Core, by: isize) {
        let body = self.parts(core).body;
        let whole = usize::from(layout::inside(body).height);
        match &mut self.overlay {
            Some(Overlay::Filter { .. }) => {
                let front = self.front_mut();
                if let Some(page) = front {
                    return page.move_by(core, body, by);
                }
                return core.move_in_list(by);
            }
            Some(Overlay::TweakLine(line)) => {
                return line.scroll.move_by(by, line.height(), whole);
            }
            Some(Overlay::Palette(_)) => return self.recall(core, by),
            Some(Overlay::Picker(picker)) => {
                let height = usize::from(layout::inside(layout::picker(body)).height);
                return picker.move_by(by, height.saturating_sub(2));
            }
            Some(
                Overlay::Tweak(_)
                | Overlay::Load(_)
                | Overlay::Seen(_)
                | Overlay::Reason(_)
                | Overlay::TagKey(_)
                | Overlay::Extend(_)
                | Overlay::Consent(_)
                | Overlay::Confirm(_),
            ) => return,
            None => {}
        }
        if let Some(page) = self.front_mut() {
            return page.move_by(core, body, by);
        }
    }

    /// One step back. Nothing that was typed or staged is lost by it.
    fn back(&mut self, core: &mut Core) {
        match self.overlay.take() {
            Some(Overlay::Filter {
                before, selected, ..
            }) => {
                self.set_filter(core, &before);
                return core.plans.reselect(selected);
            }
            Some(Overlay::TweakLine(line)) => return core.keep_tweak_line(&line),
            Some(_) => return self.overlay = self.behind.take(),
            None => {}
        }
        if self.close_greeting(core) {
            return;
        }
        if let Some(page) = self.front_mut()
            && page.step_back(core)
        {
            return;
        }
        let filter = self.front().and_then(Page::filter);
        if filter.is_some_and(|text| !text.is_empty()) {
            return self.set_filter(core, "");
        }
        if self.screens.len() > 1 {
            self.leave_screen(core);
        }
    }

    /// Leaves the screen in front; what it edited stays in its draft.
    pub(in crate::app) fn leave_screen(&mut self, core: &mut Core) {
        self.return_to(core, self.screens.len().saturating_sub(2));
    }

    /// Goes back to a screen, by its place among those that are open: those before it are
    /// left.
    pub(in crate::app) fn return_to(&mut self, core: &mut Core, at: usize) {
        while self.screens.len() > at + 1 {
            self.leave_front(core);
        }
        self.stop_reading_usage(core);
        if let Some(page) = self.screens.last_mut().and_then(Screen::page_mut) {
            page.resumed(core);
        }
    }

    fn leave_front(&mut self, core: &mut Core) {
        let Some(mut left) = self.screens.pop() else {
            return;
        };
        // What it says of keys is about those that are live once it is left.
        self.locate(core);
        if let Some(page) = left.page_mut() {
            page.left(core);
        }
        let id = left.draft().cloned();
        if let Some(id) = id {
            self.tidy(core, &id);
        }
    }

    /// Stops reading the usage that no page shows any more.
    fn stop_reading_usage(&mut self, core: &mut Core) {
        let is_shown = |plan: &PlanId| {
            let mut pages = self.screens.iter().filter_map(Screen::page);
            pages.any(|page| page.shows_usage_of(plan))
        };
        let underway = core.usage_underway();
        let left: Vec<PlanId> = underway.filter(|plan| !is_shown(plan)).cloned().collect();
        for plan in &left {
            core.forget_usage(plan);
        }
    }

    fn quit(&mut self, core: &mut Core) {
        let open = self.at_stake_everywhere(core);
        if open.is_empty() || matches!(self.overlay, Some(Overlay::Confirm(Confirm::Quit(_)))) {
            core.effects.push(Effect::Quit);
        } else {
            self.behind = self.overlay.take();
            self.overlay = Some(Overlay::Confirm(Confirm::Quit(open)));
        }
    }

    /// What leaving would lose or leave unsent here.
    pub(in crate::app) fn at_stake(&self, core: &Core) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        match core.outbox.queue.progress().left {
            0 => {}
            1 => open.push("a send is under way".to_owned()),
            n => open.push(format!("{n} changes of the send queue are not sent yet")),
        }
        let drafts = core.drafts_not_queued();
        match drafts {
            0 => {}
            1 => open.push("1 draft was not sent".to_owned()),
            n => open.push(format!("{n} drafts were not sent")),
        }
        if core.has_unsent_extension() {
            open.push("an extension was not sent".to_owned());
        }
        if !core.unapplied.is_empty() {
            open.push("a patch text was not applied".to_owned());
        }
        open
    }

    fn confirmed(&mut self, core: &mut Core) {
        match self.overlay.take() {
            Some(Overlay::Confirm(Confirm::Quit(_))) => core.effects.push(Effect::Quit),
            Some(Overlay::Confirm(Confirm::Discard(id))) => {
                core.forget(&id);
                core.say(Weight::Info, "The draft was thrown away.");
            }
            Some(Overlay::Confirm(Confirm::DiscardMany(drafts))) => {
                core.discard_marked(&drafts);
            }
            Some(Overlay::Confirm(Confirm::Jumps { proposal, .. })) => {
                core.send_proposal(*proposal);
            }
            Some(Overlay::Confirm(Confirm::Again { proposal, .. })) => core.weigh(*proposal),
            Some(Overlay::Confirm(Confirm::DropRest(_))) => core.drop_rest(),
            Some(Overlay::Confirm(Confirm::UndoInPart(way))) => core.stage_way_back(*way),
            other => self.overlay = other,
        }
    }

    fn ask_discard(&mut self, core: &mut Core) {
        if let Some(id) = self.current_draft(core) {
            self.overlay = Some(Overlay::Confirm(Confirm::Discard(id)));
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
