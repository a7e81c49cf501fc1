//! What the keys of the page of the plans do beside moving around.

use crate::app::core::Core;
use crate::app::core::drafts::DraftId;
use crate::app::core::plans::Column;
use crate::app::fleet::Wish;
use crate::app::keys::command::Command;
use crate::app::message::changed::Route;
use crate::app::page::plans::{Pane, Plans};
use crate::app::prompt::input::Input;
use crate::app::prompt::picker::{Choice, Item, Picker, Purpose};
use crate::app::prompt::tweak::Tweak;
use crate::app::{Confirm, Prompt, Weight, Who};
use crate::config::ListColumn;
use crate::plan::edit::draft::Draft;
use crate::plan::model::tags;
use crate::plan::{Field, PlanId, Settings};

impl Plans {
    /// True where keys that change drafts change those of the marked plans.
    pub(in crate::app) fn works_on_marked(&self, core: &Core) -> bool {
        self.pane == Pane::List && core.plans.marked().all > 0
    }

    /// True where keys work on marks that the operator sees, here or in other places.
    pub(in crate::app) fn works_on_marks_in_sight(&self, core: &Core) -> bool {
        self.pane == Pane::List && core.marks_in_sight().all > 0
    }

    /// The reason why a command of the plans does nothing now.
    pub(super) fn obstacle(&self, core: &Core, command: Command) -> Option<&'static str> {
        match command {
            Command::Rate | Command::Burst | Command::Quota
                if self.works_on_marks_in_sight(core) =>
            {
                None
            }
            Command::Open
            | Command::Raw
            | Command::Keys
            | Command::DeletePlan
            | Command::Edit
            | Command::Rate
            | Command::Burst
            | Command::Quota
            | Command::CopyPlan
            | Command::Patch
            | Command::Limits
            | Command::Usage
                if core.plans.selected().is_none() =>
            {
                Some("no plan is selected: the list shows none")
            }
            Command::NewPlan | Command::CopyPlan | Command::ByKey
                if !matches!(core.who, Who::Connected(_)) =>
            {
                Some("not connected: <refresh> tries again")
            }
            Command::DeletePlan => core.obstacle_to_deletion(self.works_on_marked(core)),
            Command::Discard if self.works_on_marked(core) && !core.has_marked_drafts() => {
                Some(if core.seat.is_together() {
                    "none of the marked plans in the account of the selected one has a draft to discard"
                } else {
                    "none of the marked plans has a draft to discard"
                })
            }
            Command::Mark
            | Command::MarkShown
            | Command::MarkRange
            | Command::ClearMarks
            | Command::TweakPlans
            | Command::ReviewAll => core.obstacle_for_many(command),
            _ => None,
        }
    }

    /// True where a key is for the marked plans, and not for the draft of the selected one.
    pub(super) fn takes_for_many(&self, core: &Core, command: Command) -> bool {
        let is_seen = self.works_on_marks_in_sight(core);
        match command {
            Command::Undo => core.has_tweak_to(is_seen, false),
            Command::Redo => core.has_tweak_to(is_seen, true),
            Command::Discard => self.works_on_marked(core),
            Command::Rate | Command::Burst | Command::Quota => is_seen,
            _ => false,
        }
    }

    /// The plan whose last send the key for undo undoes: the selected one, where no edit of
    /// its draft is there to be undone. None while the operator sees marks, for what was
    /// sent of several plans is undone in the history.
    pub(super) fn undoes_last_send_of(&self, core: &Core) -> Option<PlanId> {
        let plan = core.plans.selected()?.plan.id.clone();
        let id = core.selected_draft()?;
        let has_edit = core.drafts.get(&id).is_some_and(Draft::can_undo);
        let is_free = !has_edit && !core.is_queued(&id) && !self.works_on_marks_in_sight(core);
        is_free.then_some(plan)
    }

    /// Does a command of the plans; returns false where it is none.
    pub(super) fn command(&mut self, core: &mut Core, command: Command) -> bool {
        let is_seen = self.works_on_marks_in_sight(core);
        match command {
            Command::Rate if is_seen => core.change_in_one_line("rate "),
            Command::Burst if is_seen => core.change_in_one_line("burst "),
            Command::Quota if is_seen => core.change_in_one_line("quota "),
            Command::Rate => ask_for_number(core, Field::Rate),
            Command::Burst => ask_for_number(core, Field::Burst),
            Command::Quota => ask_for_number(core, Field::QuotaLimit),
            Command::NewPlan => new_plan(core),
            Command::CopyPlan => copy_plan(core),
            Command::Sort => ask_for_order(core),
            Command::Reverse => core.plans.reverse(),
            Command::Columns => ask_for_columns(core),
            Command::ByKey => {
                let picker = Picker::new(Purpose::ByKey, "Show the plans of one API key");
                core.ask_for(Prompt::Picker(Box::new(picker)));
                core.ask_api_keys();
            }
            Command::DeletePlan => core.delete_selected(self.works_on_marked(core)),
            Command::Undo if self.takes_for_many(core, command) => core.undo_tweak(is_seen),
            Command::Redo if self.takes_for_many(core, command) => core.redo_tweak(is_seen),
            Command::Undo => match self.undoes_last_send_of(core) {
                Some(plan) => core.undo_last_send(&plan),
                None => return false,
            },
            Command::Discard if self.takes_for_many(core, command) => {
                let drafts: Vec<DraftId> = core.marked_drafts().cloned().collect();
                core.ask_for(Prompt::Confirm(Confirm::DiscardMany(drafts)));
            }
            // Where several places stand in one list, the marks are those of all of them.
            Command::Mark | Command::MarkShown | Command::MarkRange | Command::ClearMarks
                if core.seat.is_together() =>
            {
                core.wish(Wish::Mark(command));
            }
            Command::TweakPlans => core.change_in_one_line(""),
            Command::Mark => core.plans.turn_mark(),
            Command::MarkShown => core.plans.turn_marks_of_shown(),
            Command::MarkRange => core.plans.mark_range(),
            Command::ClearMarks => core.plans.clear_marks(),
            _ => return false,
        }
        true
    }
}

fn ask_for_number(core: &mut Core, field: Field) {
    if let Some(draft) = core.selected_draft() {
        core.ask_for(Prompt::Tweak(Tweak::new(draft, field)));
    }
}

fn ask_for_order(core: &mut Core) {
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
    core.ask_for(Prompt::Picker(Box::new(picker)));
}

fn ask_for_columns(core: &mut Core) {
    let shown: Vec<&str> = match &core.operator.columns {
        Some(columns) => columns.iter().map(|column| column.name()).collect(),
        None => ListColumn::ALL.into_iter().map(ListColumn::name).collect(),
    };
    core.ask_for(Prompt::Columns(Input::new(&shown.join(", "))));
}

fn new_plan(core: &mut Core) {
    if core.new_plans() == 0 {
        return core.start_new_plan(Settings::default());
    }
    let picker = Picker::new(Purpose::NewPlan, "Go on with a new plan, or start another");
    core.ask_for(Prompt::Picker(Box::new(picker)));
}

fn copy_plan(core: &mut Core) {
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
    core.start_new_plan(settings);
    if !left_out.is_empty() {
        let told = format!(
            "Copied without the tags that say who manages the original: {}.",
            left_out.join(", ")
        );
        core.say(Weight::Info, told);
    }
}

impl Core {
    /// Opens the form of a new plan that begins with these settings.
    pub(in crate::app) fn start_new_plan(&mut self, settings: Settings) {
        let id = DraftId::New(self.next_new);
        self.next_new += 1;
        self.drafts.insert(id.clone(), Draft::new_plan(settings));
        self.go(Route::Form(id));
    }
}

impl Core {
    /// Why a command that works on many plans does nothing now.
    pub(in crate::app) fn obstacle_for_many(&self, command: Command) -> Option<&'static str> {
        match command {
            Command::ClearMarks if self.marks_in_sight().all == 0 => Some("no plan is marked"),
            Command::ClearMarks => None,
            Command::ReviewAll => self.obstacle_to_bulk_review(),
            Command::TweakPlans if self.marks_in_sight().all > 0 => None,
            _ if self.plans.selected().is_none() => {
                Some("no plan is selected: the list shows none")
            }
            Command::MarkRange if !self.has_range_start() => {
                Some("mark where the range begins first, with space: the list must show it")
            }
            _ => None,
        }
    }

    /// The drafts of the marked plans that can be thrown away: none that is being
    /// sent.
    fn marked_drafts(&self) -> impl Iterator<Item = &DraftId> {
        let drafts = self.drafts.iter().filter(|(id, draft)| {
            let is_marked = id.plan().is_some_and(|plan| self.plans.is_marked(plan));
            is_marked && (draft.is_changed() || self.unapplied.contains_key(id))
        });
        drafts.map(|(id, _)| id).filter(|id| !self.is_queued(id))
    }

    /// Whether there are drafts of marked plans that can be thrown away.
    pub(in crate::app) fn has_marked_drafts(&self) -> bool {
        self.marked_drafts().next().is_some()
    }
}

impl Core {
    pub(in crate::app) fn discard_marked(&mut self, drafts: &[DraftId]) {
        for id in drafts {
            self.forget(id);
        }
        let text = match drafts.len() {
            1 => "1 draft was discarded.".to_owned(),
            n => format!("{n} drafts were discarded."),
        };
        self.say(Weight::Info, text);
    }
}
