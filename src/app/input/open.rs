//! What opens: panes, screens, prompts and pickers, and what is done when they are
//! accepted.

use crate::app::core::Core;
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
use crate::app::stack::Stack;
use crate::app::{Awaited, DraftId, Overlay, Pane, Screen, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::model::tags;
use crate::plan::{Field, PlanId, Settings};

impl Stack {
    pub(in crate::app) fn open_filter(&mut self, core: &mut Core) {
        let own = self.front().and_then(Page::filter);
        let before = own.unwrap_or(core.plans.filter()).to_owned();
        let selected = core.plans.selected_id().cloned();
        // A new filter begins empty; esc brings the one before back.
        self.set_filter(core, "");
        self.overlay = Some(Overlay::Filter {
            input: Input::new(""),
            before,
            selected,
        });
    }

    pub(in crate::app) fn set_filter(&mut self, core: &mut Core, text: &str) {
        if let Some(page) = self.front_mut()
            && page.filter().is_some()
        {
            return page.set_filter(text);
        }
        core.plans.set_filter(text);
    }

    /// Opens the history of the account; from the detail, that of its plan. One that is
    /// open comes to the front.
    pub(in crate::app) fn open_history(&mut self, core: &mut Core) {
        let is_history = |screen: &Screen| matches!(screen, Screen::History(_));
        if let Some(at) = self.screens.iter().position(is_history) {
            let open = self.screens.remove(at);
            self.screens.push(open);
            return core.read_history();
        }
        let in_detail = self.plans.pane == Pane::Detail && matches!(self.screen(), Screen::Plans);
        // A plan that is gone has a history too.
        let missing = core.plans.missing().map(|missing| missing.id.clone());
        let selected = core.plans.selected().map(|row| row.plan.id.clone());
        let of_plan = missing.or(selected).filter(|_| in_detail);
        let view = HistoryView::open(core, of_plan);
        self.screens.push(Screen::History(Box::new(view)));
    }

    /// Opens the findings over all plans, where they were left for a plan; from
    /// the detail, those of its plan.
    pub(in crate::app) fn open_findings(&mut self, core: &mut Core) {
        let of_plan = core.plans.selected().map(|row| row.plan.id.clone());
        let findings = match self.plans.pane {
            Pane::List => Findings::open(core),
            Pane::Detail => Findings::open_of(core, of_plan),
        };
        self.screens.push(Screen::Findings(Box::new(findings)));
    }

    pub(in crate::app) fn open_form(&mut self, core: &mut Core) {
        let Some(id) = self.current_draft(core) else {
            return;
        };
        if core.draft(&id).is_none() {
            return;
        }
        // The form takes the place of the review that it was asked for in.
        if self.screen_place() == Place::Review {
            self.screens.pop();
        }
        if !matches!(self.screen(), Screen::Edit(form) if form.draft == id) {
            self.screens.push(Screen::Edit(Box::new(Form::new(id))));
        }
        core.ask_apis();
    }

    /// Opens the matrix of the selected plan.
    pub(in crate::app) fn open_limits(&mut self, core: &mut Core) {
        if let Some(plan) = core.plans.selected().map(|row| row.plan.clone()) {
            let limits = Limits::open(core, plan);
            self.screens.push(Screen::Limits(Box::new(limits)));
        }
    }

    /// Opens the usage of the selected plan.
    pub(in crate::app) fn open_usage(&mut self, core: &mut Core) {
        if let Some(plan) = core.plans.selected().map(|row| row.plan.id.clone()) {
            self.open_usage_of(core, &plan, None);
        }
    }

    /// Opens the usage of a plan, a key selected.
    pub(in crate::app) fn open_usage_of(
        &mut self,
        core: &mut Core,
        plan: &PlanId,
        wanted: Option<String>,
    ) {
        let page = Usage::open(core, plan, wanted);
        self.screens.push(Screen::Usage(Box::new(page)));
    }

    /// Opens the keys that run out, over the plans that were read.
    pub(in crate::app) fn open_exhaustion(&mut self, core: &mut Core) {
        // It is one page: where it is open behind this one, that is where to go.
        let is_open = |screen: &Screen| matches!(screen, Screen::Exhaustion(_));
        if let Some(at) = self.screens.iter().position(is_open) {
            return self.return_to(core, at);
        }
        let page = Exhaustion::open(core);
        self.screens.push(Screen::Exhaustion(Box::new(page)));
    }

    /// Opens the API keys of a plan, a key selected. Where they are open behind this
    /// page, that is where to go.
    pub(in crate::app) fn open_keys_of(
        &mut self,
        core: &mut Core,
        plan: PlanId,
        wanted: Option<String>,
    ) {
        let is_open = |screen: &Screen| matches!(screen, Screen::Keys(keys) if keys.plan == plan);
        let Some(at) = self.screens.iter().position(is_open) else {
            let keys = PlanKeys::open(core, plan, wanted);
            return self.screens.push(Screen::Keys(Box::new(keys)));
        };
        // Before it comes to the front: nothing is told then of what was selected before.
        if let Some(Screen::Keys(keys)) = self.screens.get_mut(at) {
            keys.choose(core, wanted);
        }
        self.return_to(core, at);
    }

    pub(in crate::app) fn open_tweak(&mut self, core: &mut Core, field: Field) {
        if let Some(draft) = self.current_draft(core) {
            self.overlay = Some(Overlay::Tweak(Tweak::new(draft, field)));
        }
    }

    /// Shows what will be done, to be sent from there.
    pub fn open_aims(&mut self, core: &mut Core, mut aims: Aims) {
        aims.refresh(core);
        self.screens.push(Screen::Aims(Box::new(aims)));
    }

    /// Opens one review for many drafts.
    pub(in crate::app) fn open_bulk_review(&mut self, core: &mut Core) {
        let review = BulkReview::open(core);
        self.screens.push(Screen::BulkReview(Box::new(review)));
    }

    pub(in crate::app) fn open_review(&mut self, core: &mut Core) {
        let Some(id) = self.current_draft(core) else {
            return;
        };
        core.ask_keys_at_stake(&id);
        self.screens.push(Screen::Review(Box::new(Review::new(id))));
    }

    pub(in crate::app) fn open_patch(&mut self, core: &mut Core) {
        let Some(id) = self.current_draft(core) else {
            return;
        };
        if let Some(editor) = PatchEditor::open(core, &id) {
            self.screens.push(Screen::Patch(Box::new(editor)));
        }
    }

    pub(in crate::app) fn new_plan(&mut self, core: &mut Core) {
        if core.new_plans() == 0 {
            return self.start_new_plan(core, Settings::default());
        }
        let picker = Picker::new(Purpose::NewPlan, "Go on with a new plan, or start another");
        self.overlay = Some(Overlay::Picker(Box::new(picker)));
        self.refresh_picker(core);
    }

    pub(in crate::app) fn copy_plan(&mut self, core: &mut Core) {
        let Some(row) = core.plans.selected() else {
            return;
        };
        let id = row.plan.id.clone();
        let edited = core.draft_of(&id).map(|draft| draft.edited().clone());
        let mut settings = match (edited, core.plans.plan(&id)) {
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
        self.start_new_plan(core, settings);
        if !left_out.is_empty() {
            let told = format!(
                "Copied without the tags that say who manages the original: {}.",
                left_out.join(", ")
            );
            core.say(Weight::Info, told);
        }
    }

    fn start_new_plan(&mut self, core: &mut Core, settings: Settings) {
        let id = DraftId::New(core.next_new);
        core.next_new += 1;
        core.drafts.insert(id.clone(), Draft::new_plan(settings));
        self.screens.push(Screen::Edit(Box::new(Form::new(id))));
        core.ask_apis();
    }

    pub(in crate::app) fn open_sort(&mut self, core: &mut Core) {
        let mut picker = Picker::new(
            Purpose::Sort,
            "Sort by; the same column again turns it round",
        );
        let item = |column: Column| Item {
            choice: Choice::Column(column),
            label: column.title().to_lowercase(),
            note: String::new(),
        };
        let is_here = |column: &Column| *column != Column::Where || core.seat.is_together();
        let columns = Column::ALL.into_iter().filter(is_here);
        picker.set_items(columns.map(item).collect());
        self.overlay = Some(Overlay::Picker(Box::new(picker)));
    }

    pub(in crate::app) fn open_by_key(&mut self, core: &mut Core) {
        let picker = Picker::new(Purpose::ByKey, "Show the plans of one API key");
        self.overlay = Some(Overlay::Picker(Box::new(picker)));
        core.ask_api_keys();
        self.refresh_picker(core);
    }

    pub(in crate::app) fn refresh(&mut self, core: &mut Core) {
        core.catalogue = crate::app::core::catalogue::Catalogue::default();
        // What the queue and the journal wait for goes on.
        core.cancel(|awaited| {
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
        core.ask_identity();
        core.read_plans(core.plans.of_key.clone());
        core.tell(Changed::Emptied);
        if self.plans.pane == Pane::Detail {
            self.plans.open_detail(core);
        }
    }

    /// Takes the selected line of the picker.
    pub(in crate::app) fn choose(&mut self, core: &mut Core) {
        let Some(Overlay::Picker(picker)) = self.overlay.take() else {
            return;
        };
        let Some(choice) = picker.selected().map(|item| item.choice.clone()) else {
            self.overlay = Some(Overlay::Picker(picker));
            return;
        };
        if picker.purpose.is_of_keys() {
            return self.answer_page(core, Overlay::Picker(picker));
        }
        match (choice, &picker.purpose) {
            (Choice::Column(column), _) => core.plans.sort_by(column),
            (Choice::AllPlans, _) => core.read_plans(None),
            (Choice::Key { id, name }, _) => core.read_plans(Some(KeyFilter { id, name })),
            (Choice::Stage(_) | Choice::Method(_) | Choice::Plan(_), _) => {
                self.answer_page(core, Overlay::Picker(picker));
            }
            (Choice::Draft(id), _) => self.screens.push(Screen::Edit(Box::new(Form::new(id)))),
            (Choice::Place(goal), _) => core.wish(Wish::Go(goal)),
            (Choice::Copy(content), _) => self.copy(core, *content),
            (Choice::EmptyPlan, _) => self.start_new_plan(core, Settings::default()),
        }
    }

    /// Ends typing and takes what was typed.
    pub(in crate::app) fn accept(&mut self, core: &mut Core) {
        match self.overlay.take() {
            Some(Overlay::Tweak(tweak)) => self.accept_tweak(core, tweak),
            Some(Overlay::TweakLine(line)) => self.accept_tweak_line(core, line),
            Some(Overlay::Consent(consent)) => self.accept_consent(core, consent),
            Some(Overlay::Palette(palette)) => self.accept_line(core, &palette),
            Some(Overlay::Filter { .. }) => core.plans.keep_selection(),
            None => {}
            Some(other) => self.answer_page(core, other),
        }
    }

    /// Gives the answer to a prompt to the page that asked for it.
    fn answer_page(&mut self, core: &mut Core, prompt: Overlay) {
        self.overlay = match self.front_mut() {
            Some(page) => page.answered(core, prompt),
            None => Some(prompt),
        };
        self.close_what_is_over(core);
    }

    fn accept_tweak(&mut self, core: &mut Core, tweak: Tweak) {
        if tweak.input.text().trim().is_empty() {
            return;
        }
        let id = tweak.draft.clone();
        let Some(draft) = core.draft(&id) else {
            return core.say(
                Weight::Warning,
                "Not staged: the plan is not in the list any more.",
            );
        };
        let preview = tweak.preview(draft);
        let value = match preview.after.clone() {
            Ok(value) => value,
            Err(reason) => {
                self.tidy(core, &id);
                self.overlay = Some(Overlay::Tweak(tweak));
                return core.say(Weight::Warning, format!("Not staged: {reason}"));
            }
        };
        if preview.is_unchanged(&value) {
            self.tidy(core, &id);
            let (name, unit) = (tweak.name(), tweak.unit());
            let text = format!("Unchanged: {name} is {value} {unit} already.");
            return core.say(Weight::Info, text);
        }
        tweak.put(draft, &value);
        let follow_up = tweak.follow_up(draft);
        let (name, unit) = (tweak.name(), tweak.unit());
        let before = if preview.before.is_empty() {
            "none"
        } else {
            &preview.before
        };
        let reviews = core.key_for(Command::Review);
        let text = format!("Staged: {name} from {before} to {value} {unit}. {reviews} reviews it.");
        self.tidy(core, &id);
        match follow_up {
            Some(field) => self.overlay = Some(Overlay::Tweak(Tweak::new(id, field))),
            None => core.say(Weight::Info, text),
        }
    }
}
