//! The pages in order, and the prompt in front of them: what is open, what opens, and what
//! hears of a change.

use std::collections::BTreeSet;

use crate::app::core::{Core, Here};
use crate::app::keys::keymap::Place;
use crate::app::message::Effect;
use crate::app::message::changed::{Changed, Due, Dues, Route};
use crate::app::page::bulk_review::BulkReview;
use crate::app::page::change_review::ChangeReview;
use crate::app::page::exhaustion::Exhaustion;
use crate::app::page::extension::ExtensionReview;
use crate::app::page::findings::Findings;
use crate::app::page::form::Form;
use crate::app::page::help::Help;
use crate::app::page::history::HistoryView;
use crate::app::page::identity::IdentityPage;
use crate::app::page::keys::PlanKeys;
use crate::app::page::limits::Limits;
use crate::app::page::patch::PatchEditor;
use crate::app::page::plans::{Pane, Plans};
use crate::app::page::queue::QueueView;
use crate::app::page::requests::Requests;
use crate::app::page::review::Review;
use crate::app::page::text::TextPage;
use crate::app::page::usage::Usage;
use crate::app::page::{Page, Typed};
use crate::app::prompt::Prompt;
use crate::app::prompt::input::Input;
use crate::app::{DraftId, Weight};
use crate::plan::PlanId;

/// What fills the body of the screen.
#[derive(Debug)]
pub enum Screen {
    /// The form and the staged operations.
    Edit(Box<Form>),
    /// The patch editor.
    Patch(Box<PatchEditor>),
    /// The review before sending.
    Review(Box<Review>),
    /// The review of changes that come from no draft.
    ChangeReview(Box<ChangeReview>),
    /// One review for many drafts.
    BulkReview(Box<BulkReview>),
    /// The throttle matrix.
    Limits(Box<Limits>),
    /// The usage of a plan's API keys.
    Usage(Box<Usage>),
    /// The API keys of a plan.
    Keys(Box<PlanKeys>),
    /// The API keys of all plans that will run out.
    Exhaustion(Box<Exhaustion>),
    /// The review of an extension of a key's remaining requests.
    Extension(Box<ExtensionReview>),
    /// What deserves a look.
    Findings(Box<Findings>),
    /// What was sent.
    History(Box<HistoryView>),
    /// The requests that were sent.
    Requests(Box<Requests>),
    /// The keys.
    Help(Box<Help>),
    /// Who you are.
    Identity(Box<IdentityPage>),
    /// The send queue.
    Queue(Box<QueueView>),
    /// A text to be selected.
    Text(Box<TextPage>),
}

impl Screen {
    /// The page, as all pages are.
    pub(in crate::app) fn page(&self) -> &dyn Page {
        match self {
            Self::Edit(page) => &**page,
            Self::Patch(page) => &**page,
            Self::Review(page) => &**page,
            Self::ChangeReview(page) => &**page,
            Self::BulkReview(page) => &**page,
            Self::Limits(page) => &**page,
            Self::Usage(page) => &**page,
            Self::Keys(page) => &**page,
            Self::Exhaustion(page) => &**page,
            Self::Extension(page) => &**page,
            Self::Findings(page) => &**page,
            Self::History(page) => &**page,
            Self::Requests(page) => &**page,
            Self::Help(page) => &**page,
            Self::Identity(page) => &**page,
            Self::Queue(page) => &**page,
            Self::Text(page) => &**page,
        }
    }

    /// The page, to be changed.
    pub(in crate::app) fn page_mut(&mut self) -> &mut dyn Page {
        match self {
            Self::Edit(page) => &mut **page,
            Self::Patch(page) => &mut **page,
            Self::Review(page) => &mut **page,
            Self::ChangeReview(page) => &mut **page,
            Self::BulkReview(page) => &mut **page,
            Self::Limits(page) => &mut **page,
            Self::Usage(page) => &mut **page,
            Self::Keys(page) => &mut **page,
            Self::Exhaustion(page) => &mut **page,
            Self::Extension(page) => &mut **page,
            Self::Findings(page) => &mut **page,
            Self::History(page) => &mut **page,
            Self::Requests(page) => &mut **page,
            Self::Help(page) => &mut **page,
            Self::Identity(page) => &mut **page,
            Self::Queue(page) => &mut **page,
            Self::Text(page) => &mut **page,
        }
    }

    /// The draft that it is about, where it is about one.
    pub(in crate::app) fn draft(&self) -> Option<&DraftId> {
        self.page().draft()
    }
}

/// The pages in order, and the prompt in front of them.
pub struct Stack {
    /// The page of the plans, which is under all others.
    pub plans: Plans,
    /// The pages before it, the one in front last.
    pub(in crate::app) screens: Vec<Screen>,
    /// The prompt that stands before the page in front, and has the keys.
    pub prompt: Option<Prompt>,
    /// The prompt behind a question: it is there again when the answer is no.
    pub(in crate::app) behind: Option<Prompt>,
}

/// What the pages and the prompt are.
impl Stack {
    /// The page of the plans, and nothing in front of it.
    pub(in crate::app) fn new() -> Self {
        Self {
            plans: Plans::default(),
            screens: Vec::new(),
            prompt: None,
            behind: None,
        }
    }

    /// The page that stands before the plans; none where nothing does.
    #[must_use]
    pub fn screen(&self) -> Option<&Screen> {
        self.screens.last()
    }

    /// The page in front.
    pub(in crate::app) fn front(&self) -> &dyn Page {
        match self.screens.last() {
            Some(screen) => screen.page(),
            None => &self.plans,
        }
    }

    /// The page in front, to be changed.
    pub(in crate::app) fn front_mut(&mut self) -> &mut dyn Page {
        match self.screens.last_mut() {
            Some(screen) => screen.page_mut(),
            None => &mut self.plans,
        }
    }

    /// The part of the key map that is live when no prompt stands before the page in front.
    #[must_use]
    pub fn screen_place(&self) -> Place {
        self.front().context()
    }

    /// The part of the key map that is live.
    #[must_use]
    pub fn place(&self) -> Place {
        match &self.prompt {
            Some(prompt) => prompt.context(),
            None => self.screen_place(),
        }
    }

    /// Tells the core where the operator is.
    pub(in crate::app) fn locate(&mut self, core: &mut Core) {
        core.here = Here {
            page: self.screen_place(),
            keys: self.place(),
        };
    }

    /// The draft that a key on the page in front edits.
    #[must_use]
    pub fn current_draft(&self, core: &Core) -> Option<DraftId> {
        self.front().edits(core)
    }

    /// The text that keys and pasted text go into: the prompt's, else the page's.
    pub(in crate::app) fn input(&mut self) -> Option<(&mut Input, Typed)> {
        match &mut self.prompt {
            Some(prompt) => {
                let kind = prompt.takes();
                prompt.input().map(|input| (input, kind))
            }
            None => match self.screens.last_mut() {
                Some(screen) => screen.page_mut().input(),
                None => self.plans.input(),
            },
        }
    }

    /// Drops a draft that has nothing in it, unless a page still shows it.
    pub(in crate::app) fn tidy(&self, core: &mut Core, id: &DraftId) {
        let draft = core.drafts.get(id);
        let is_shown = |screen: &Screen| screen.draft() == Some(id);
        if draft.is_some_and(|draft| !draft.is_changed()) && !self.screens.iter().any(is_shown) {
            core.drafts.remove(id);
        }
    }
}

/// Opening and leaving.
impl Stack {
    /// Opens the page that was asked for.
    pub fn open(&mut self, core: &mut Core, route: Route) {
        let screen = match route {
            Route::Help => Screen::Help(Box::new(Help::about(self.screen_place()))),
            Route::Requests => Screen::Requests(Box::new(Requests::newest())),
            Route::Identity => Screen::Identity(Box::default()),
            Route::Queue if self.screen_place() == Place::Queue => return,
            Route::Queue => Screen::Queue(Box::new(QueueView::open())),
            Route::History => return self.open_history(core),
            Route::Findings => Screen::Findings(Box::new(match self.plans.pane {
                Pane::List => Findings::open(core),
                Pane::Detail => {
                    let plan = core.plans.selected().map(|row| row.plan.id.clone());
                    Findings::open_of(core, plan)
                }
            })),
            Route::Exhaustion => return self.open_exhaustion(core),
            Route::BulkReview => Screen::BulkReview(Box::new(BulkReview::open(core))),
            Route::ChangeReview(mut aims) => {
                aims.refresh(core);
                Screen::ChangeReview(aims)
            }
            Route::Review(id) => Screen::Review(Box::new(Review::open(core, id))),
            Route::Form(id) => return self.open_form(core, id),
            Route::Finding(plan, finding) => return self.open_finding(core, &plan, &finding),
            Route::Patch(id) => match PatchEditor::open(core, &id) {
                Some(editor) => Screen::Patch(Box::new(editor)),
                None => return,
            },
            Route::Limits(plan) => match core.plans.plan(&plan).cloned() {
                Some(plan) => Screen::Limits(Box::new(Limits::open(core, plan))),
                None => return,
            },
            Route::LimitsOn(plan, stage) => match core.plans.plan(&plan).cloned() {
                Some(plan) => Screen::Limits(Box::new(Limits::open_on(core, plan, &stage))),
                None => return,
            },
            Route::Usage(plan, key) => Screen::Usage(Box::new(Usage::open(core, &plan, key))),
            Route::Keys(plan, key) => return self.open_keys(core, plan, key),
            Route::Extension(extension) => {
                Screen::Extension(Box::new(ExtensionReview::new(*extension)))
            }
            Route::Text(content) => {
                // The next text takes the place of the one that is shown.
                if self.screen_place() == Place::Text {
                    self.screens.pop();
                }
                Screen::Text(Box::new(TextPage::new(*content)))
            }
            Route::Plan(id) => return self.go_to_plan_of(core, &id),
            Route::PlansOfKey(key) => {
                self.return_to(core, 0);
                return core.read_plans(Some(key));
            }
        };
        self.screens.push(screen);
        self.tell_of_marks(core);
    }

    /// Tells of marks that stay behind, where the page in front is about one plan and was
    /// opened from the list.
    fn tell_of_marks(&self, core: &mut Core) {
        let is_of_one = self.front().plan().is_some() || self.front().draft().is_some();
        if self.screens.len() == 1 && is_of_one && core.notice.is_none() {
            let plan = self.about(core);
            core.tell_marks_left(&plan);
        }
    }

    /// Opens the history of the account; from the detail, that of its plan. One that is
    /// open comes to the front.
    fn open_history(&mut self, core: &mut Core) {
        let is_history = |screen: &Screen| matches!(screen, Screen::History(_));
        if let Some(at) = self.screens.iter().position(is_history) {
            let open = self.screens.remove(at);
            self.screens.push(open);
            return core.read_history();
        }
        // A plan that is gone has a history too.
        let missing = core.plans.missing().map(|missing| missing.id.clone());
        let selected = core.plans.selected().map(|row| row.plan.id.clone());
        let in_detail = self.screen_place() == Place::Detail;
        let of_plan = missing.or(selected).filter(|_| in_detail);
        let view = HistoryView::open(core, of_plan);
        self.screens.push(Screen::History(Box::new(view)));
    }

    /// Opens the keys that run out, over the plans that were read.
    fn open_exhaustion(&mut self, core: &mut Core) {
        // It is one page: where it is open behind this one, that is where to go.
        let is_open = |screen: &Screen| matches!(screen, Screen::Exhaustion(_));
        if let Some(at) = self.screens.iter().position(is_open) {
            return self.return_to(core, at + 1);
        }
        let page = Exhaustion::open(core);
        self.screens.push(Screen::Exhaustion(Box::new(page)));
    }

    /// Opens the API keys of a plan, a key selected. Where they are open behind this
    /// page, that is where to go.
    fn open_keys(&mut self, core: &mut Core, plan: PlanId, wanted: Option<String>) {
        let is_open = |screen: &Screen| matches!(screen, Screen::Keys(keys) if keys.plan == plan);
        let Some(at) = self.screens.iter().position(is_open) else {
            let keys = PlanKeys::open(core, plan, wanted);
            self.screens.push(Screen::Keys(Box::new(keys)));
            return self.tell_of_marks(core);
        };
        // Before it comes to the front: nothing is told then of what was selected before.
        if let Some(Screen::Keys(keys)) = self.screens.get_mut(at) {
            keys.choose(core, wanted);
        }
        self.return_to(core, at + 1);
    }

    /// Opens the form of a draft, unless it is in front.
    fn open_form(&mut self, core: &mut Core, id: DraftId) {
        if core.draft(&id).is_none() {
            return;
        }
        // The form takes the place of the review that it was asked for in.
        if self.screen_place() == Place::Review {
            self.screens.pop();
        }
        if !matches!(self.screen(), Some(Screen::Edit(form)) if form.draft == id) {
            self.screens.push(Screen::Edit(Box::new(Form::new(id))));
            self.tell_of_marks(core);
        }
        core.ask_apis();
    }

    /// Leaves the page in front; what it edited stays in its draft.
    pub(in crate::app) fn leave(&mut self, core: &mut Core) {
        self.return_to(core, self.screens.len().saturating_sub(1));
    }

    /// Leaves pages until so many stand before the plans.
    pub(in crate::app) fn return_to(&mut self, core: &mut Core, count: usize) {
        while self.screens.len() > count {
            self.leave_front(core);
        }
        self.stop_reading_usage(core);
        self.front_mut().resumed(core);
    }

    fn leave_front(&mut self, core: &mut Core) {
        let Some(mut left) = self.screens.pop() else {
            return;
        };
        // What it says of keys is about those that are live once it is left.
        self.locate(core);
        left.page_mut().left(core);
        if let Some(id) = left.draft() {
            self.tidy(core, id);
        }
    }

    /// Stops reading the usage that no page shows any more.
    fn stop_reading_usage(&self, core: &mut Core) {
        let is_shown = |plan: &PlanId| {
            let mut pages = self.screens.iter().map(Screen::page);
            pages.any(|page| page.shows_usage_of(plan))
        };
        let underway = core.usage_underway();
        let left: Vec<PlanId> = underway.filter(|plan| !is_shown(plan)).cloned().collect();
        for plan in &left {
            core.forget_usage(plan);
        }
    }

    /// Takes out the pages on which nothing is left to do. The page that comes to the front
    /// by that is shown as it is now.
    pub(in crate::app) fn close_what_is_over(&mut self, core: &mut Core) {
        let is_over = |screen: &Screen| screen.page().is_over();
        let is_front = self.screens.last().is_some_and(is_over);
        self.screens.retain(|screen| !is_over(screen));
        if is_front {
            self.locate(core);
            self.front_mut().resumed(core);
        }
    }
}

/// What the core leaves to the pages.
impl Stack {
    /// Sees to what the core left to the pages, in order. A prompt waits while another one
    /// has the keys: it would take what is typed there for its answer.
    pub(in crate::app) fn take_dues(&mut self, core: &mut Core) {
        let mut waiting = Dues::new();
        while let Some(due) = core.dues.pop_front() {
            // Another page may be in front than for the due before.
            self.locate(core);
            match due {
                Due::Changed(changed) => self.take_changed(core, &changed),
                // Who is typing meanwhile goes on typing.
                Due::Go(Route::Text(_)) if self.prompt.is_some() => {}
                Due::Go(route) => self.open(core, route),
                Due::Ask(_) if self.prompt.is_some() => waiting.push_back(due),
                Due::Ask(prompt) => {
                    self.prompt = Some(prompt);
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

    /// Lets the pages and the prompt take what changed, where they show it.
    fn take_changed(&mut self, core: &mut Core, changed: &Changed) {
        if let Changed::Queued(_) = changed {
            // It was proposed by the page in front; what others show is not sent.
            self.front_mut().changed(core, changed);
        } else {
            for screen in &mut self.screens {
                screen.page_mut().changed(core, changed);
            }
        }
        if let Changed::Forgotten(id) = changed {
            self.screens.retain(|screen| screen.draft() != Some(id));
        }
        self.close_what_is_over(core);
        match changed {
            Changed::Plans
            | Changed::Around
            | Changed::Keys
            | Changed::Queue
            | Changed::Usage(_) => {
                self.refresh_picker(core);
                self.refresh_tweak_line(core);
            }
            Changed::Apis if self.wants_stages() => core.ask_all_stages(),
            Changed::Edited(draft, _) => self.tell_of_text(core, draft),
            _ => {}
        }
    }

    /// Tells of a text that is back from the operator's editor, where its page was left.
    fn tell_of_text(&self, core: &mut Core, draft: &DraftId) {
        let mut pages = self.screens.iter().map(Screen::page);
        if !pages.any(|page| page.context() == Place::Patch && page.draft() == Some(draft)) {
            let told = core.with_keys("Back from the editor: <patch> opens the text.");
            core.say(Weight::Info, told);
        }
    }

    /// Sees to what follows from whatever happened, and returns what is to be done about it.
    pub(in crate::app) fn finish(&mut self, core: &mut Core) -> Vec<Effect> {
        self.locate(core);
        self.take_dues(core);
        core.send_on();
        core.resolve_next();
        self.take_dues(core);
        core.tell_corrections();
        core.keep_drafts();
        self.cover(core);
        self.arrange(core);
        std::mem::take(&mut core.effects)
    }

    /// Tells the pages behind the one in front that they are there, in whatever way it came
    /// before them.
    fn cover(&mut self, core: &mut Core) {
        let behind = self.screens.len().saturating_sub(1);
        for screen in self.screens.iter_mut().take(behind) {
            screen.page_mut().covered(core);
        }
    }

    /// Fits what is shown to the screen.
    pub(in crate::app) fn arrange(&mut self, core: &mut Core) {
        self.locate(core);
        let body = self.parts(core).body;
        self.plans.arrange_list(core, body);
        self.front_mut().arrange(core, body);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::app::keys::keymap::Keymap;
    use crate::app::message::Message;
    use crate::app::{App, Confirm, Prompt, Setup};
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
            silence: std::sync::Arc::default(),
        };
        let mut app = App::new(setup, Keymap::shipped().unwrap(), 80, 24);
        press(&mut app, ":");
        app.core.ask_for(Prompt::Confirm(Confirm::DropRest(2)));
        press(&mut app, "y");
        let Some(Prompt::Palette(palette)) = &app.stack.prompt else {
            panic!("the question took the keys");
        };
        assert_eq!(palette.input.text(), "y");
        press(&mut app, "esc");
        assert!(matches!(
            app.stack.prompt,
            Some(Prompt::Confirm(Confirm::DropRest(2)))
        ));
    }
}
