//! What keys do.

use crossterm::event::KeyEvent;

use crate::app::core::Core;
use crate::app::core::plans::Loading;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::Effect;
use crate::app::page::help::Help;
use crate::app::page::requests::Requests;
use crate::app::page::{Next, Offer, Typed};
use crate::app::view::layout;
use crate::app::{App, Confirm, Overlay, Screen, Weight};
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

impl App {
    pub(in crate::app) fn key(&mut self, event: KeyEvent) {
        let place = self.place();
        if self.core.counts(place, event) {
            return;
        }
        let command = self.core.keymap.command(place, event);
        // What cannot be seen is not to be done.
        if self.core.is_too_small() && !command.is_some_and(Command::is_always) {
            return;
        }
        let count = self.core.operator.count.take();
        let Some(command) = command else {
            return self.type_key(event);
        };
        // One step back is to do without the number.
        if count.is_some() && command == Command::Back {
            return;
        }
        // What happened last has been read by whoever goes on.
        self.core.put_notice_aside();
        let why = self.obstacle(command);
        if let Some(page) = self.stack.front_mut() {
            page.seen();
        }
        match why {
            Some(why) => self.core.say(Weight::Warning, self.with_keys(why)),
            None => self.act_so_often(command, count),
        }
    }

    /// Why a command does nothing now; `None` where it does something.
    #[must_use]
    pub fn obstacle(&self, command: Command) -> Option<&'static str> {
        let browsing = matches!(self.screen(), Screen::Plans);
        let id = self.current_draft();
        let draft = id.as_ref().and_then(|id| self.core.drafts.get(id));
        let may_pass = command.is_harmless() || self.core.serves_what_is_held(command);
        if self.core.is_extending() && !may_pass {
            return Some("an extension is being sent: <back> in its review stops that");
        }
        if let Some(why) = self.obstacle_of_gone(command) {
            return Some(why);
        }
        if let Some(page) = self.stack.front() {
            match page.offer(&self.core, command) {
                Offer::Mine => return None,
                Offer::NotNow(why) => return Some(why),
                Offer::PassOn => {}
            }
        }
        match command {
            Command::Undo if self.has_tweak_to(false) => return None,
            Command::Redo if self.has_tweak_to(true) => return None,
            Command::Discard if self.works_on_marked() => {
                let why = if self.core.seat.is_together() {
                    "none of the marked plans in the place of the selected one has a draft that \
                     could be thrown away"
                } else {
                    "none of the marked plans has a draft that could be thrown away"
                };
                return (!self.core.has_marked_drafts()).then_some(why);
            }
            _ => {}
        }
        if command.changes_the_draft() && id.as_ref().is_some_and(|id| self.core.is_queued(id)) {
            return Some("this draft is being sent: <back> in its review stops that");
        }
        if self.is_of_keys(command) {
            return self.obstacle_on_keys(command);
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
                if browsing && self.core.plans.selected().is_none() =>
            {
                Some("no plan is selected: the list shows none")
            }
            Command::Open | Command::OnlyPlan if !browsing => self.obstacle_to_plan(),
            Command::Discard if id.is_some_and(|id| self.core.unapplied.contains_key(&id)) => None,
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
                if !matches!(self.core.who, crate::app::Who::Connected(_)) =>
            {
                Some("not connected: <refresh> tries again")
            }
            Command::Apply => Some("there is nothing to apply here"),
            Command::Send => Some("sending begins in the review: <review>"),
            Command::Mark
            | Command::MarkShown
            | Command::MarkRange
            | Command::ClearMarks
            | Command::TweakPlans
            | Command::ReviewAll => self.core.obstacle_for_many(command),
            Command::Copied if self.core.operator.copied.is_none() => {
                Some("nothing was copied yet")
            }
            Command::Message if self.core.notice.is_none() && self.core.told.is_none() => {
                Some("there was no message yet")
            }
            Command::ShowText if !self.is_copying() => Some("there is no text to show here"),
            Command::ReadRest if matches!(self.screen(), Screen::Findings(_)) => None,
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

    pub(in crate::app) fn act(&mut self, command: Command) {
        if command == Command::Refresh && self.core.must_connect() {
            return self.refresh_here_or_everywhere();
        }
        if self.stack.overlay.is_none() && self.page_acts(command) {
            return;
        }
        if self.is_of_keys(command) {
            return self.command_on_keys(command);
        }
        match command {
            Command::Help => {
                let help = Help::about(self.screen_place());
                self.stack.screens.push(Screen::Help(Box::new(help)));
            }
            Command::Requests => {
                let requests = Box::new(Requests::newest());
                self.stack.screens.push(Screen::Requests(requests));
            }
            Command::Who => self.stack.screens.push(Screen::Identity(Box::default())),
            Command::Back => self.back(),
            Command::Quit => self.quit(),
            Command::Suspend => self.core.effects.push(Effect::Suspend),
            Command::Redraw => self.core.effects.push(Effect::Redraw),
            Command::Down | Command::NextField if self.stack.overlay.is_some() => self.go(1),
            Command::Up | Command::PreviousField if self.stack.overlay.is_some() => self.go(-1),
            Command::Down => self.go(1),
            Command::Up => self.go(-1),
            Command::PageDown => self.go(self.page()),
            Command::PageUp => self.go(-self.page()),
            Command::Top => self.go(isize::MIN),
            Command::Bottom => self.go(isize::MAX),
            Command::Choose => self.choose(),
            Command::Accept => self.accept(),
            Command::Yes => self.confirmed(),
            Command::No => self.stack.overlay = self.stack.behind.take(),
            other => self.act_on_plans(other),
        }
    }

    /// Lets the page in front do a command; says whether it did.
    fn page_acts(&mut self, command: Command) -> bool {
        let body = self.parts().body;
        let Some(page) = self.stack.front_mut() else {
            return false;
        };
        match page.act(&mut self.core, body, command) {
            Next::Stay => {}
            Next::Close => self.leave_screen(),
            Next::PassOn => return false,
        }
        true
    }

    /// What keys do beside moving around and answering.
    fn act_on_plans(&mut self, command: Command) {
        match command {
            Command::Open if matches!(self.screen(), Screen::Findings(_)) => self.go_to_plan(),
            Command::Filter => self.open_filter(),
            Command::Edit => self.open_form(),
            Command::Rate => self.open_tweak(Field::Rate),
            Command::Burst => self.open_tweak(Field::Burst),
            Command::Quota => self.open_tweak(Field::QuotaLimit),
            Command::Review => self.open_review(),
            Command::Patch => self.open_patch(),
            Command::NewPlan => self.new_plan(),
            Command::CopyPlan => self.copy_plan(),
            Command::Undo if self.has_tweak_to(false) => self.undo_tweak(),
            Command::Redo if self.has_tweak_to(true) => self.redo_tweak(),
            Command::Undo => self.undo(Draft::undo),
            Command::Redo => self.undo(Draft::redo),
            Command::Discard if self.works_on_marked() => self.ask_discard_marked(),
            Command::Discard => self.ask_discard(),
            Command::Sort => self.open_sort(),
            Command::Reverse => self.core.plans.reverse(),
            Command::ByKey => self.open_by_key(),
            Command::Refresh => self.refresh_here_or_everywhere(),
            Command::ReadRest if self.core.must_connect() => self.core.connect_anew(),
            Command::Limits => self.open_limits(),
            Command::Usage => self.open_usage(),
            Command::Exhaustion => self.open_exhaustion(),
            Command::Complete if matches!(self.stack.overlay, Some(Overlay::Palette(_))) => {
                self.at_hand(command);
            }
            Command::Mark
            | Command::MarkShown
            | Command::MarkRange
            | Command::ClearMarks
            | Command::TweakPlans
            | Command::ReviewAll
            | Command::Complete
            | Command::Earlier
            | Command::Later => self.command_for_many(command),
            Command::Findings => self.open_findings(),
            Command::History => self.open_history(),
            Command::OnlyPlan => self.narrow_findings(),
            Command::ReadRest if matches!(self.screen(), Screen::Findings(_)) => self.read_rest(),
            Command::Queue => self.open_queue(),
            _ => self.at_hand(command),
        }
    }

    /// A key that is no command: text, where text is wanted.
    fn type_key(&mut self, event: KeyEvent) {
        if let Some((input, _)) = self.stack.input()
            && input.key(event)
        {
            self.typed();
        }
    }

    pub(in crate::app) fn paste(&mut self, text: &str) {
        if let Some((input, kind)) = self.stack.input() {
            input.paste(text, kind == Typed::Line);
            self.typed();
        } else if self.stack.overlay.is_none() {
            self.tell_of_paste();
        }
    }

    fn tell_of_paste(&mut self) {
        let text = "pasted text goes into a field: <filter> filters, <edit> edits";
        let text = self.with_keys(text);
        self.core.say(Weight::Warning, text);
    }

    /// A text changed: what follows from it follows at once.
    fn typed(&mut self) {
        match &mut self.stack.overlay {
            Some(Overlay::Filter { input, .. }) => {
                let text = input.text();
                self.set_filter(&text);
            }
            Some(Overlay::TweakLine(_)) => self.tweak_line_typed(),
            Some(Overlay::Palette(_)) => self.palette_typed(),
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
                if let Some(page) = self.stack.front_mut() {
                    page.typed(&mut self.core);
                }
            }
        }
    }

    /// How many lines a page has where the keys are.
    pub(in crate::app) fn page(&self) -> isize {
        if let Some(page) = self.stack.front() {
            return page.page(&self.core, self.parts().body);
        }
        let lines = self.parts().body.height.saturating_sub(3).max(1);
        isize::try_from(lines).unwrap_or(1)
    }

    /// Moves by so many lines where the keys are.
    pub(in crate::app) fn go(&mut self, by: isize) {
        let body = self.parts().body;
        let whole = usize::from(layout::inside(body).height);
        match &mut self.stack.overlay {
            Some(Overlay::Filter { .. }) => {
                let front = self.stack.front_mut();
                if let Some(page) = front {
                    return page.move_by(&mut self.core, body, by);
                }
                return match self.stack.screens.last_mut() {
                    Some(Screen::Findings(findings)) => findings.move_by(by),
                    Some(Screen::Keys(keys)) => keys.move_by(by),
                    _ => self.core.move_in_list(by),
                };
            }
            Some(Overlay::TweakLine(line)) => {
                return line.scroll.move_by(by, line.height(), whole);
            }
            Some(Overlay::Palette(_)) => return self.recall(by),
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
        if let Some(page) = self.stack.front_mut() {
            return page.move_by(&mut self.core, body, by);
        }
        match self.stack.screens.last_mut() {
            Some(Screen::Keys(keys)) => keys.move_by(by),
            Some(Screen::Findings(findings)) => findings.move_by(by),
            _ => {}
        }
    }

    /// One step back. Nothing that was typed or staged is lost by it.
    fn back(&mut self) {
        match self.stack.overlay.take() {
            Some(Overlay::Filter {
                before, selected, ..
            }) => {
                self.set_filter(&before);
                return self.core.plans.reselect(selected);
            }
            Some(Overlay::TweakLine(line)) => return self.core.keep_tweak_line(&line),
            Some(_) => return self.stack.overlay = self.stack.behind.take(),
            None => {}
        }
        if self.close_greeting() {
            return;
        }
        if let Some(page) = self.stack.front_mut()
            && page.step_back(&mut self.core)
        {
            return;
        }
        let is_narrowed = match self.screen() {
            Screen::Findings(findings) => !findings.filter.is_empty(),
            Screen::Keys(keys) => !keys.filter.is_empty(),
            screen => {
                let filter = screen.page().and_then(|page| page.filter());
                filter.is_some_and(|text| !text.is_empty())
            }
        };
        if is_narrowed {
            return self.set_filter("");
        }
        if self.stack.screens.len() > 1 {
            self.leave_screen();
        }
    }

    /// Leaves the screen in front; what it edited stays in its draft.
    pub(in crate::app) fn leave_screen(&mut self) {
        self.return_to(self.stack.screens.len().saturating_sub(2));
    }

    /// Goes back to a screen, by its place among those that are open: those before it are
    /// left.
    pub(in crate::app) fn return_to(&mut self, at: usize) {
        while self.stack.screens.len() > at + 1 {
            self.leave_front();
        }
        self.stop_reading_usage();
        self.refresh_keys();
        if let Some(page) = self.stack.screens.last_mut().and_then(Screen::page_mut) {
            page.resumed(&mut self.core);
        }
    }

    fn leave_front(&mut self) {
        let Some(mut left) = self.stack.screens.pop() else {
            return;
        };
        // What it says of keys is about those that are live once it is left.
        self.locate();
        if let Some(page) = left.page_mut() {
            page.left(&mut self.core);
        }
        let id = left.draft().cloned();
        if let Some(id) = id {
            self.tidy(&id);
        }
    }

    /// Stops reading the usage that no page shows any more.
    fn stop_reading_usage(&mut self) {
        let is_shown = |plan: &PlanId| {
            let mut pages = self.stack.screens.iter().filter_map(Screen::page);
            pages.any(|page| page.shows_usage_of(plan))
        };
        let underway = self.core.usage_underway();
        let left: Vec<PlanId> = underway.filter(|plan| !is_shown(plan)).cloned().collect();
        for plan in &left {
            self.core.forget_usage(plan);
        }
    }

    fn quit(&mut self) {
        let open = self.at_stake_everywhere();
        if open.is_empty() || matches!(self.stack.overlay, Some(Overlay::Confirm(Confirm::Quit(_))))
        {
            self.core.effects.push(Effect::Quit);
        } else {
            self.stack.behind = self.stack.overlay.take();
            self.stack.overlay = Some(Overlay::Confirm(Confirm::Quit(open)));
        }
    }

    /// What leaving would lose or leave unsent here.
    pub(in crate::app) fn at_stake(&self) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        match self.core.outbox.queue.progress().left {
            0 => {}
            1 => open.push("a send is under way".to_owned()),
            n => open.push(format!("{n} changes of the send queue are not sent yet")),
        }
        let drafts = self.core.drafts_not_queued();
        match drafts {
            0 => {}
            1 => open.push("1 draft was not sent".to_owned()),
            n => open.push(format!("{n} drafts were not sent")),
        }
        if self.core.has_unsent_extension() {
            open.push("an extension was not sent".to_owned());
        }
        if !self.core.unapplied.is_empty() {
            open.push("a patch text was not applied".to_owned());
        }
        open
    }

    fn confirmed(&mut self) {
        match self.stack.overlay.take() {
            Some(Overlay::Confirm(Confirm::Quit(_))) => self.core.effects.push(Effect::Quit),
            Some(Overlay::Confirm(Confirm::Discard(id))) => {
                self.core.forget(&id);
                self.core.say(Weight::Info, "The draft was thrown away.");
            }
            Some(Overlay::Confirm(Confirm::DiscardMany(drafts))) => {
                self.core.discard_marked(&drafts);
            }
            Some(Overlay::Confirm(Confirm::Jumps { proposal, .. })) => {
                self.core.send_proposal(*proposal);
            }
            Some(Overlay::Confirm(Confirm::Again { proposal, .. })) => self.core.weigh(*proposal),
            Some(Overlay::Confirm(Confirm::DropRest(_))) => self.core.drop_rest(),
            Some(Overlay::Confirm(Confirm::UndoInPart(way))) => self.core.stage_way_back(*way),
            other => self.stack.overlay = other,
        }
    }

    fn ask_discard(&mut self) {
        if let Some(id) = self.current_draft() {
            self.stack.overlay = Some(Overlay::Confirm(Confirm::Discard(id)));
        }
    }

    fn undo(&mut self, step: impl FnOnce(&mut Draft) -> bool) {
        let Some(id) = self.current_draft() else {
            return;
        };
        if let Some(draft) = self.core.drafts.get_mut(&id) {
            step(draft);
        }
    }
}
