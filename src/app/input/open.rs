//! What opens: panes, screens, prompts and pickers, and what is done when they are
//! accepted.

use crate::app::core::plans::{Column, KeyFilter};
use crate::app::fleet::Wish;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::Changed;
use crate::app::page::Page;
use crate::app::page::bulk_review::BulkReview;
use crate::app::page::change_review::Aims;
use crate::app::page::exhaustion::Exhaustion;
use crate::app::page::findings::Findings;
use crate::app::page::form::Form;
use crate::app::page::history::HistoryView;
use crate::app::page::keys::PlanKeys;
use crate::app::page::limits::Limits;
use crate::app::page::patch::PatchEditor;
use crate::app::page::review::Review;
use crate::app::page::usage::Usage;
use crate::app::prompt::input::Input;
use crate::app::prompt::picker::{Choice, Item, Picker, Purpose};
use crate::app::prompt::tweak::Tweak;
use crate::app::{App, Awaited, DraftId, Overlay, Pane, Screen, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::model::tags;
use crate::plan::{Field, PlanId, Settings};

impl App {
    pub(in crate::app) fn open_filter(&mut self) {
        let own = self.stack.front().and_then(Page::filter);
        let before = own.unwrap_or(self.core.plans.filter()).to_owned();
        let selected = self.core.plans.selected_id().cloned();
        // A new filter begins empty; esc brings the one before back.
        self.set_filter("");
        self.stack.overlay = Some(Overlay::Filter {
            input: Input::new(""),
            before,
            selected,
        });
    }

    pub(in crate::app) fn set_filter(&mut self, text: &str) {
        if let Some(page) = self.stack.front_mut()
            && page.filter().is_some()
        {
            return page.set_filter(text);
        }
        self.core.plans.set_filter(text);
    }

    /// Opens the history of the account; from the detail, that of its plan. One that is
    /// open comes to the front.
    pub(in crate::app) fn open_history(&mut self) {
        let is_history = |screen: &Screen| matches!(screen, Screen::History(_));
        if let Some(at) = self.stack.screens.iter().position(is_history) {
            let open = self.stack.screens.remove(at);
            self.stack.screens.push(open);
            return self.core.read_history();
        }
        let in_detail =
            self.stack.plans.pane == Pane::Detail && matches!(self.screen(), Screen::Plans);
        // A plan that is gone has a history too.
        let missing = self.core.plans.missing().map(|missing| missing.id.clone());
        let selected = self.core.plans.selected().map(|row| row.plan.id.clone());
        let of_plan = missing.or(selected).filter(|_| in_detail);
        let view = HistoryView::open(&mut self.core, of_plan);
        self.stack.screens.push(Screen::History(Box::new(view)));
    }

    /// Opens the findings over all plans, where they were left for a plan; from
    /// the detail, those of its plan.
    pub(in crate::app) fn open_findings(&mut self) {
        let of_plan = self.core.plans.selected().map(|row| row.plan.id.clone());
        let findings = match self.stack.plans.pane {
            Pane::List => Findings::open(&mut self.core),
            Pane::Detail => Findings::open_of(&self.core, of_plan),
        };
        self.stack
            .screens
            .push(Screen::Findings(Box::new(findings)));
    }

    pub(in crate::app) fn open_form(&mut self) {
        let Some(id) = self.current_draft() else {
            return;
        };
        if self.core.draft(&id).is_none() {
            return;
        }
        // The form takes the place of the review that it was asked for in.
        if self.screen_place() == Place::Review {
            self.stack.screens.pop();
        }
        if !matches!(self.screen(), Screen::Edit(form) if form.draft == id) {
            self.stack
                .screens
                .push(Screen::Edit(Box::new(Form::new(id))));
        }
        self.core.ask_apis();
    }

    /// Opens the matrix of the selected plan.
    pub(in crate::app) fn open_limits(&mut self) {
        if let Some(plan) = self.core.plans.selected().map(|row| row.plan.clone()) {
            let limits = Limits::open(&mut self.core, plan);
            self.stack.screens.push(Screen::Limits(Box::new(limits)));
        }
    }

    /// Opens the usage of the selected plan.
    pub(in crate::app) fn open_usage(&mut self) {
        if let Some(plan) = self.core.plans.selected().map(|row| row.plan.id.clone()) {
            self.open_usage_of(&plan, None);
        }
    }

    /// Opens the usage of a plan, a key selected.
    pub(in crate::app) fn open_usage_of(&mut self, plan: &PlanId, wanted: Option<String>) {
        let page = Usage::open(&mut self.core, plan, wanted);
        self.stack.screens.push(Screen::Usage(Box::new(page)));
    }

    /// Opens the keys that run out, over the plans that were read.
    pub(in crate::app) fn open_exhaustion(&mut self) {
        // It is one page: where it is open behind this one, that is where to go.
        let is_open = |screen: &Screen| matches!(screen, Screen::Exhaustion(_));
        if let Some(at) = self.stack.screens.iter().position(is_open) {
            return self.return_to(at);
        }
        let page = Exhaustion::open(&self.core);
        self.stack.screens.push(Screen::Exhaustion(Box::new(page)));
    }

    /// Opens the API keys of a plan, a key selected. Where they are open behind this
    /// page, that is where to go.
    pub(in crate::app) fn open_keys_of(&mut self, plan: PlanId, wanted: Option<String>) {
        let is_open = |screen: &Screen| matches!(screen, Screen::Keys(keys) if keys.plan == plan);
        let Some(at) = self.stack.screens.iter().position(is_open) else {
            let keys = PlanKeys::open(&mut self.core, plan, wanted);
            return self.stack.screens.push(Screen::Keys(Box::new(keys)));
        };
        // Before it comes to the front: nothing is told then of what was selected before.
        if let Some(Screen::Keys(keys)) = self.stack.screens.get_mut(at) {
            keys.choose(&mut self.core, wanted);
        }
        self.return_to(at);
    }

    pub(in crate::app) fn open_tweak(&mut self, field: Field) {
        if let Some(draft) = self.current_draft() {
            self.stack.overlay = Some(Overlay::Tweak(Tweak::new(draft, field)));
        }
    }

    /// Shows what will be done, to be sent from there.
    pub fn open_aims(&mut self, mut aims: Aims) {
        aims.refresh(&mut self.core);
        self.stack.screens.push(Screen::Aims(Box::new(aims)));
    }

    /// Opens one review for many drafts.
    pub(in crate::app) fn open_bulk_review(&mut self) {
        let review = BulkReview::open(&self.core);
        self.stack
            .screens
            .push(Screen::BulkReview(Box::new(review)));
    }

    pub(in crate::app) fn open_review(&mut self) {
        let Some(id) = self.current_draft() else {
            return;
        };
        self.core.ask_keys_at_stake(&id);
        self.stack
            .screens
            .push(Screen::Review(Box::new(Review::new(id))));
    }

    pub(in crate::app) fn open_patch(&mut self) {
        let Some(id) = self.current_draft() else {
            return;
        };
        if let Some(editor) = PatchEditor::open(&mut self.core, &id) {
            self.stack.screens.push(Screen::Patch(Box::new(editor)));
        }
    }

    pub(in crate::app) fn new_plan(&mut self) {
        if self.core.new_plans() == 0 {
            return self.start_new_plan(Settings::default());
        }
        let picker = Picker::new(Purpose::NewPlan, "Go on with a new plan, or start another");
        self.stack.overlay = Some(Overlay::Picker(Box::new(picker)));
        self.refresh_picker();
    }

    pub(in crate::app) fn copy_plan(&mut self) {
        let Some(row) = self.core.plans.selected() else {
            return;
        };
        let id = row.plan.id.clone();
        let edited = self.core.draft_of(&id).map(|draft| draft.edited().clone());
        let mut settings = match (edited, self.core.plans.plan(&id)) {
            (Some(edited), _) => edited,
            (None, Some(plan)) => plan.settings.clone(),
            (None, None) => return,
        };
        settings.name = format!("{} copy", settings.name);
        // They would say of the copy what is not so, or cannot be given.
        let left_out: Vec<String> = settings
            .tags
            .iter()
            .filter(|(key, value)| tags::stays_behind(key, value))
            .map(|(key, _)| key.clone())
            .collect();
        settings.tags.retain(|key, _| !left_out.contains(key));
        self.start_new_plan(settings);
        if !left_out.is_empty() {
            let told = format!(
                "Copied without the tags that say who manages the original: {}.",
                left_out.join(", ")
            );
            self.core.say(Weight::Info, told);
        }
    }

    fn start_new_plan(&mut self, settings: Settings) {
        let id = DraftId::New(self.core.next_new);
        self.core.next_new += 1;
        self.core
            .drafts
            .insert(id.clone(), Draft::new_plan(settings));
        self.stack
            .screens
            .push(Screen::Edit(Box::new(Form::new(id))));
        self.core.ask_apis();
    }

    pub(in crate::app) fn open_sort(&mut self) {
        let mut picker = Picker::new(
            Purpose::Sort,
            "Sort by; the same column again turns it round",
        );
        let item = |column: Column| Item {
            choice: Choice::Column(column),
            label: column.title().to_lowercase(),
            note: String::new(),
        };
        let is_here = |column: &Column| *column != Column::Where || self.core.seat.is_together();
        let columns = Column::ALL.into_iter().filter(is_here);
        picker.set_items(columns.map(item).collect());
        self.stack.overlay = Some(Overlay::Picker(Box::new(picker)));
    }

    pub(in crate::app) fn open_by_key(&mut self) {
        let picker = Picker::new(Purpose::ByKey, "Show the plans of one API key");
        self.stack.overlay = Some(Overlay::Picker(Box::new(picker)));
        self.core.ask_api_keys();
        self.refresh_picker();
    }

    pub(in crate::app) fn refresh(&mut self) {
        self.core.catalogue = crate::app::core::catalogue::Catalogue::default();
        // What the queue and the journal wait for goes on.
        self.core.cancel(|awaited| {
            !matches!(
                awaited,
                Awaited::Send
                    | Awaited::Identity
                    | Awaited::Plan
                    | Awaited::HasKey
                    | Awaited::AllPlans
                    | Awaited::Recorded
                    | Awaited::Resolve
                    | Awaited::Undo(_)
                    | Awaited::Copy
                    | Awaited::Edited(_)
                    | Awaited::Save
            )
        });
        self.core.ask_identity();
        self.core.read_plans(self.core.plans.of_key.clone());
        self.core.tell(Changed::Emptied);
        if self.stack.plans.pane == Pane::Detail {
            self.stack.plans.open_detail(&mut self.core);
        }
    }

    /// Takes the selected line of the picker.
    pub(in crate::app) fn choose(&mut self) {
        let Some(Overlay::Picker(picker)) = self.stack.overlay.take() else {
            return;
        };
        let Some(choice) = picker.selected().map(|item| item.choice.clone()) else {
            self.stack.overlay = Some(Overlay::Picker(picker));
            return;
        };
        if picker.purpose.is_of_keys() {
            return self.answer_page(Overlay::Picker(picker));
        }
        match (choice, &picker.purpose) {
            (Choice::Column(column), _) => self.core.plans.sort_by(column),
            (Choice::AllPlans, _) => self.core.read_plans(None),
            (Choice::Key { id, name }, _) => self.core.read_plans(Some(KeyFilter { id, name })),
            (Choice::Stage(_) | Choice::Method(_) | Choice::Plan(_), _) => {
                self.answer_page(Overlay::Picker(picker));
            }
            (Choice::Draft(id), _) => self
                .stack
                .screens
                .push(Screen::Edit(Box::new(Form::new(id)))),
            (Choice::Place(goal), _) => self.core.wish(Wish::Go(goal)),
            (Choice::Copy(content), _) => self.copy(*content),
            (Choice::EmptyPlan, _) => self.start_new_plan(Settings::default()),
        }
    }

    /// Ends typing and takes what was typed.
    pub(in crate::app) fn accept(&mut self) {
        match self.stack.overlay.take() {
            Some(Overlay::Tweak(tweak)) => self.accept_tweak(tweak),
            Some(Overlay::TweakLine(line)) => self.accept_tweak_line(line),
            Some(Overlay::Consent(consent)) => self.accept_consent(consent),
            Some(Overlay::Palette(palette)) => self.accept_line(&palette),
            Some(Overlay::Filter { .. }) => self.core.plans.keep_selection(),
            None => {}
            Some(other) => self.answer_page(other),
        }
    }

    /// Gives the answer to a prompt to the page that asked for it.
    fn answer_page(&mut self, prompt: Overlay) {
        self.stack.overlay = match self.stack.front_mut() {
            Some(page) => page.answered(&mut self.core, prompt),
            None => Some(prompt),
        };
        self.close_what_is_over();
    }

    fn accept_tweak(&mut self, tweak: Tweak) {
        if tweak.input.text().trim().is_empty() {
            return;
        }
        let id = tweak.draft.clone();
        let Some(draft) = self.core.draft(&id) else {
            return self.core.say(
                Weight::Warning,
                "Not staged: the plan is not in the list any more.",
            );
        };
        let preview = tweak.preview(draft);
        let value = match preview.after.clone() {
            Ok(value) => value,
            Err(reason) => {
                self.tidy(&id);
                self.stack.overlay = Some(Overlay::Tweak(tweak));
                return self
                    .core
                    .say(Weight::Warning, format!("Not staged: {reason}"));
            }
        };
        if preview.is_unchanged(&value) {
            self.tidy(&id);
            let (name, unit) = (tweak.name(), tweak.unit());
            let text = format!("Unchanged: {name} is {value} {unit} already.");
            return self.core.say(Weight::Info, text);
        }
        tweak.put(draft, &value);
        let follow_up = tweak.follow_up(draft);
        let (name, unit) = (tweak.name(), tweak.unit());
        let before = if preview.before.is_empty() {
            "none"
        } else {
            &preview.before
        };
        let reviews = self.key_for(Command::Review);
        let text = format!("Staged: {name} from {before} to {value} {unit}. {reviews} reviews it.");
        self.tidy(&id);
        match follow_up {
            Some(field) => self.stack.overlay = Some(Overlay::Tweak(Tweak::new(id, field))),
            None => self.core.say(Weight::Info, text),
        }
    }
}
