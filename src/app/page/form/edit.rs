//! What keys do in the form and among the staged operations.

use ratatui::layout::Rect;

use super::tag_key::READ_ONLY_TAG;
use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::keys::command::Command;
use crate::app::page::form::{Half, Line, Staged, lines, staged};
use crate::app::prompt::input::Input;
use crate::app::prompt::picker::{Choice, Item, Picker, Purpose};
use crate::app::view::layout;
use crate::app::{App, DraftId, Overlay, Screen, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::model::tags;
use crate::plan::{Field, MethodKey, Period, StageKey};

impl Core {
    pub(in crate::app) fn edited(&mut self, id: &DraftId, change: impl FnOnce(&mut Draft)) {
        if let Some(draft) = self.drafts.get_mut(id) {
            change(draft);
        }
    }

    fn new_plan_items(&self) -> (Vec<Item>, String) {
        let begun = self
            .drafts
            .iter()
            .filter(|(id, _)| matches!(id, DraftId::New(_)));
        let mut items: Vec<Item> = begun
            .map(|(id, _)| Item {
                choice: Choice::Draft(id.clone()),
                label: self.draft_name(id),
                note: "begun, not sent".to_owned(),
            })
            .collect();
        items.push(Item {
            choice: Choice::EmptyPlan,
            label: "another new plan".to_owned(),
            note: "empty".to_owned(),
        });
        (items, String::new())
    }

    fn key_items(&self) -> (Vec<Item>, String) {
        let keys = &self.catalogue.api_keys;
        let note = note_of(keys, "API keys");
        let all = Item {
            choice: Choice::AllPlans,
            label: "all plans".to_owned(),
            note: "of every key".to_owned(),
        };
        let item = |key: &crate::plan::model::account::ApiKey| Item {
            choice: Choice::Key {
                id: key.id.clone(),
                name: key.name.clone(),
            },
            label: format!("{}  {}", key.id, key.name),
            note: if key.enabled == Some(false) {
                "disabled".to_owned()
            } else {
                String::new()
            },
        };
        let listed = keys.here().into_iter().flatten().map(item);
        (std::iter::once(all).chain(listed).collect(), note)
    }
}

impl App {
    pub(in crate::app) fn edit_command(&mut self, command: Command) {
        match command {
            Command::Accept => self.accept_field(),
            Command::NextField => self.other_field(1),
            Command::PreviousField => self.other_field(-1),
            Command::Change => self.change_line(),
            Command::Left => self.turn(-1),
            Command::Right => self.turn(1),
            Command::Add => self.add_to_line(),
            Command::Remove => self.remove_line(),
            Command::Drop => self.drop_staged(),
            _ => {}
        }
    }

    /// The form's draft and the line that is selected in it.
    pub(in crate::app) fn selected_line(&self) -> Option<(DraftId, Line)> {
        let Screen::Edit(form) = self.screen() else {
            return None;
        };
        let draft = self.core.drafts.get(&form.draft)?;
        Some((form.draft.clone(), form.line(draft)))
    }

    /// The line that is selected in the form on a draft, wherever that form is.
    /// Selects a line of a form again after the lines changed. Where it is not there
    /// any more, the line that attaches a stage is, which changes nothing that is;
    /// gives the line's name then.
    pub(in crate::app) fn find_line_of_form(
        &mut self,
        id: &DraftId,
        line: &Line,
    ) -> Option<String> {
        let draft = self.core.drafts.get(id)?;
        let all = lines(draft);
        let at = all.iter().position(|one| one == line);
        let without = all.iter().position(|one| *one == Line::AttachStage);
        for screen in &mut self.stack.screens {
            if let Screen::Edit(form) = screen
                && form.draft == *id
            {
                form.cursor.at = at.or(without).unwrap_or(0);
                if at.is_none() {
                    form.typing = None;
                    form.on_burst = false;
                }
            }
        }
        at.is_none().then(|| match line {
            Line::Field(field) => field.to_string(),
            Line::Stage(stage) => format!("stage {stage}"),
            Line::Method(stage, method) => format!("{method} on stage {stage}"),
            Line::Tag(key) => format!("tag {key}"),
            Line::AttachStage | Line::AddTag => "a line".to_owned(),
        })
    }

    /// A draft stands on another plan now: its form finds its line again, and says so
    /// where that is gone.
    pub(in crate::app) fn form_rebased(&mut self, id: &DraftId) {
        let mut screens = self.stack.screens.iter();
        let at = screens.find_map(|screen| match screen {
            Screen::Edit(form) if form.draft == *id => Some(form.at.clone()),
            _ => None,
        });
        let Some(gone) = at.and_then(|line| self.find_line_of_form(id, &line)) else {
            return;
        };
        let before = self.core.notice.take();
        let before = before.map_or_else(String::new, |notice| format!("{} ", notice.text));
        let text = format!("{before}What the form had selected is gone from the plan: {gone}.");
        self.core.say(Weight::Warning, text);
    }

    pub(in crate::app) fn arrange_form(&mut self, body: Rect) {
        let (form_area, staged_area) = layout::edit(body);
        let height = |area| usize::from(layout::inside(area).height);
        let Some(Screen::Edit(form)) = self.stack.screens.last_mut() else {
            return;
        };
        let Some(draft) = self.core.drafts.get(&form.draft) else {
            return;
        };
        form.make(draft, self.core.plans.limits());
        form.at = form.line(draft);
        let (lines, staged) = form.counts(draft, self.core.plans.limits());
        form.cursor.keep_within(lines, height(form_area));
        form.staged.keep_within(staged, height(staged_area));
    }

    pub(in crate::app) fn move_in_form(&mut self, by: isize) {
        let Some(Screen::Edit(form)) = self.stack.screens.last_mut() else {
            return;
        };
        let Some(draft) = self.core.drafts.get(&form.draft) else {
            return;
        };
        let (lines, staged) = form.counts(draft, self.core.plans.limits());
        match form.half {
            Half::Form => form.cursor.move_by(by, lines, usize::MAX),
            Half::Staged => form.staged.move_by(by, staged, usize::MAX),
        }
    }

    /// What was typed so far goes into the draft.
    pub(in crate::app) fn form_typed(&mut self) {
        let Some(Screen::Edit(form)) = self.stack.screens.last() else {
            return;
        };
        let Some((field, input)) = &form.typing else {
            return;
        };
        let (id, field, text) = (form.draft.clone(), field.clone(), input.text());
        self.core.edited(&id, |draft| draft.set(&field, text));
    }

    /// A field was left: typing on is another step of undo.
    pub(in crate::app) fn form_left_field(&mut self) {
        let Some(Screen::Edit(form)) = self.stack.screens.last() else {
            return;
        };
        let id = form.draft.clone();
        self.core.edited(&id, Draft::seal);
    }

    fn accept_field(&mut self) {
        if let Some(Screen::Edit(form)) = self.stack.screens.last_mut() {
            form.typing = None;
        }
        self.form_left_field();
    }

    /// Ends typing here and goes on with the next field that takes text.
    fn other_field(&mut self, by: isize) {
        self.accept_field();
        let Some(Screen::Edit(form)) = self.stack.screens.last_mut() else {
            return;
        };
        let Some(draft) = self.core.drafts.get(&form.draft) else {
            return;
        };
        let all = form.lines(draft);
        // The two halves of a method throttle lie side by side.
        if matches!(form.line(draft), Line::Method(..)) && form.on_burst == (by < 0) {
            form.on_burst = !form.on_burst;
        } else {
            let mut at = form.cursor.at;
            loop {
                at = at.saturating_add_signed(by);
                if at >= all.len() || (by < 0 && at == 0) {
                    break;
                }
                let takes_text = !matches!(
                    all.get(at),
                    Some(
                        Line::Stage(_)
                            | Line::AttachStage
                            | Line::AddTag
                            | Line::Field(Field::Throttle | Field::Quota | Field::QuotaPeriod)
                    )
                );
                if takes_text {
                    break;
                }
            }
            if at >= all.len() {
                return;
            }
            form.cursor.at = at;
            form.on_burst = by < 0 && matches!(all.get(at), Some(Line::Method(..)));
        }
        self.begin_typing();
    }

    pub(in crate::app) fn begin_typing(&mut self) {
        let Some(Screen::Edit(form)) = self.stack.screens.last_mut() else {
            return;
        };
        let Some(draft) = self.core.drafts.get(&form.draft) else {
            return;
        };
        form.typing = form.text_field(draft).map(|field| {
            let input = Input::new(&draft.text(&field));
            (field, input)
        });
    }

    fn change_line(&mut self) {
        let Some((id, line)) = self.selected_line() else {
            return;
        };
        match line {
            Line::Field(Field::Throttle) => {
                self.core
                    .edited(&id, |draft| draft.set_throttle(!draft.has_throttle()));
            }
            Line::Field(Field::Quota) => {
                self.core
                    .edited(&id, |draft| draft.set_quota(!draft.has_quota()));
            }
            Line::Field(Field::QuotaPeriod) => self.turn(1),
            Line::Field(_) => self.begin_typing(),
            Line::Stage(stage) => {
                let attached = |draft: &Draft| draft.edited().stages.contains_key(&stage);
                match self.core.drafts.get(&id) {
                    Some(draft) if attached(draft) => {
                        let text = self.with_keys(
                            "<add> adds a method throttle to this stage, <remove> detaches it",
                        );
                        self.core.say(Weight::Info, text);
                    }
                    _ => self.core.edited(&id, |draft| draft.attach(&stage)),
                }
            }
            Line::Method(stage, method) => {
                let there = self
                    .core
                    .drafts
                    .get(&id)
                    .is_some_and(|d| d.methods(&stage).contains(&method));
                if there {
                    self.begin_typing();
                } else {
                    self.core
                        .edited(&id, |draft| draft.add_method(&stage, &method));
                }
            }
            Line::AttachStage => self.open_attach(),
            Line::Tag(key) => self.change_tag(&id, &key),
            Line::AddTag => self.open_tag_key(),
        }
    }

    /// Chooses the value before or after, where a line has some side by side.
    fn turn(&mut self, by: isize) {
        let Some((id, line)) = self.selected_line() else {
            return;
        };
        match line {
            Line::Field(Field::QuotaPeriod) => self.core.edited(&id, |draft| {
                let now = Period::from_service(&draft.text(&Field::QuotaPeriod));
                let all = &Period::KNOWN;
                let next = match all.iter().position(|period| *period == now) {
                    Some(at) if by > 0 => at + 1,
                    Some(at) => at + all.len() - 1,
                    None => 0,
                };
                if let Some(period) = all.get(next % all.len()) {
                    draft.seal();
                    draft.set(&Field::QuotaPeriod, period.as_str());
                    draft.seal();
                }
            }),
            Line::Field(Field::Throttle | Field::Quota) => self.change_line(),
            Line::Method(..) => {
                if let Some(Screen::Edit(form)) = self.stack.screens.last_mut() {
                    form.on_burst = by > 0;
                }
            }
            Line::Field(_) | Line::Stage(_) | Line::AttachStage | Line::Tag(_) | Line::AddTag => {}
        }
    }

    fn add_to_line(&mut self) {
        let Some(Screen::Edit(form)) = self.stack.screens.last() else {
            return;
        };
        let Some(draft) = self.core.drafts.get(&form.draft) else {
            return;
        };
        if matches!(form.line(draft), Line::Tag(_) | Line::AddTag) {
            return self.open_tag_key();
        }
        match form.stage(draft) {
            Some(stage) if draft.edited().stages.contains_key(&stage) => {
                self.open_add_method(stage);
            }
            _ => self.open_attach(),
        }
    }

    fn open_attach(&mut self) {
        let title = "Attach an API stage: choose one, or type apiId:stageName";
        let picker = Picker::new(Purpose::Attach, title);
        self.stack.overlay = Some(Overlay::Picker(Box::new(picker)));
        self.core.ask_apis();
        self.ask_stages();
        self.refresh_picker();
    }

    fn open_add_method(&mut self, stage: StageKey) {
        let title = format!("A method throttle on {stage}: choose a method, or type /path/METHOD");
        self.core.ask_methods(&stage.api);
        let picker = Picker::new(Purpose::AddMethod(stage), title);
        self.stack.overlay = Some(Overlay::Picker(Box::new(picker)));
        self.refresh_picker();
    }

    /// Asks for the stages of every API while somebody is choosing among them.
    pub(in crate::app) fn ask_stages(&mut self) {
        let choosing = matches!(
            &self.stack.overlay,
            Some(Overlay::Picker(picker)) if picker.purpose == Purpose::Attach
        );
        if !choosing && !self.tweak_line_wants_stages() {
            return;
        }
        let apis = self.core.catalogue.apis.here().into_iter().flatten();
        let apis: Vec<String> = apis.map(|api| api.id.clone()).collect();
        for api in apis {
            self.core.ask_stages_of(&api);
        }
    }

    pub(in crate::app) fn attach(&mut self, stage: &StageKey) {
        let Some(Screen::Edit(form)) = self.stack.screens.last_mut() else {
            return;
        };
        let Some(draft) = self.core.drafts.get_mut(&form.draft) else {
            return;
        };
        draft.attach(stage);
        let line = lines(draft)
            .iter()
            .position(|line| *line == Line::Stage(stage.clone()));
        form.cursor.at = line.unwrap_or(form.cursor.at);
        let adds = self.with_keys("<add> adds a method throttle.");
        self.core
            .say(Weight::Info, format!("Staged: {stage} is attached. {adds}"));
    }

    pub(in crate::app) fn add_method(&mut self, stage: &StageKey, method: &MethodKey) {
        let Some(Screen::Edit(form)) = self.stack.screens.last_mut() else {
            return;
        };
        let Some(draft) = self.core.drafts.get_mut(&form.draft) else {
            return;
        };
        draft.add_method(stage, method);
        let wanted = Line::Method(stage.clone(), method.clone());
        let line = lines(draft).iter().position(|line| *line == wanted);
        form.cursor.at = line.unwrap_or(form.cursor.at);
        form.on_burst = false;
        self.begin_typing();
    }

    fn remove_line(&mut self) {
        let Some((id, line)) = self.selected_line() else {
            return;
        };
        if let Line::Tag(key) = &line
            && tags::is_reserved(key)
        {
            return self.core.say(Weight::Warning, READ_ONLY_TAG);
        }
        let mut is_possible = true;
        self.core.edited(&id, |draft| match line {
            Line::Stage(stage) => draft.detach(&stage),
            Line::Method(stage, method) => draft.remove_method(&stage, &method),
            Line::Field(Field::Throttle | Field::Rate | Field::Burst) => draft.set_throttle(false),
            Line::Field(
                Field::Quota | Field::QuotaLimit | Field::QuotaPeriod | Field::QuotaOffset,
            ) => draft.set_quota(false),
            Line::Field(field @ (Field::Description | Field::ProductCode)) => draft.set(&field, ""),
            Line::Tag(key) => draft.remove_tag(&key),
            Line::Field(_) | Line::AttachStage | Line::AddTag => is_possible = false,
        });
        if !is_possible {
            self.core
                .say(Weight::Warning, "this line cannot be taken away");
        }
        self.form_left_field();
    }

    fn drop_staged(&mut self) {
        let Some(Screen::Edit(form)) = self.stack.screens.last() else {
            return;
        };
        let (id, at) = (form.draft.clone(), form.staged.at);
        self.core.edited(&id, |draft| match staged(draft).get(at) {
            Some(Staged::Operation(operation)) => draft.drop_operation(operation),
            Some(Staged::Tag(key, _) | Staged::Untag(key)) => {
                draft.reset(&Field::Tag(key.clone()));
            }
            None => {}
        });
    }

    /// Brings the lines of the picker up to date with what was read meanwhile.
    pub(in crate::app) fn refresh_picker(&mut self) {
        let Some(Overlay::Picker(picker)) = &self.stack.overlay else {
            return;
        };
        let (items, note) = match &picker.purpose {
            Purpose::Sort | Purpose::Copy | Purpose::Place => return,
            Purpose::ByKey => self.core.key_items(),
            Purpose::Attach => self.stage_items(),
            Purpose::AddMethod(stage) => self.method_items(stage),
            Purpose::NewPlan => self.core.new_plan_items(),
            Purpose::AttachKeys(plan) => self.core.attachable_keys(plan),
            Purpose::KeysTo { plan, .. } => self.core.key_targets(plan),
        };
        if let Some(Overlay::Picker(picker)) = &mut self.stack.overlay {
            picker.set_items(items);
            picker.note = note;
        }
    }

    fn stage_items(&self) -> (Vec<Item>, String) {
        let attached = |stage: &StageKey| {
            let Screen::Edit(form) = self.screen() else {
                return false;
            };
            let draft = self.core.drafts.get(&form.draft);
            draft.is_some_and(|draft| draft.edited().stages.contains_key(stage))
        };
        let mut items = Vec::new();
        let mut note = note_of(&self.core.catalogue.apis, "APIs");
        for api in self.core.catalogue.apis.here().into_iter().flatten() {
            let stages = self.core.catalogue.stages.get(&api.id);
            if note.is_empty() {
                note = stages.map_or_else(String::new, |stages| note_of(stages, "stages"));
            }
            for stage in stages.and_then(Load::here).into_iter().flatten() {
                if !attached(&stage.key) {
                    items.push(Item {
                        choice: Choice::Stage(stage.key.clone()),
                        label: stage.key.to_string(),
                        note: api.name.clone(),
                    });
                }
            }
        }
        if items.is_empty() && note.is_empty() {
            "every stage of the account is attached".clone_into(&mut note);
        }
        (items, note)
    }

    fn method_items(&self, stage: &StageKey) -> (Vec<Item>, String) {
        let Screen::Edit(form) = self.screen() else {
            return (Vec::new(), String::new());
        };
        let Some(draft) = self.core.drafts.get(&form.draft) else {
            return (Vec::new(), String::new());
        };
        let there = draft.methods(stage);
        let methods = self.core.catalogue.methods.get(&stage.api);
        let note = methods.map_or_else(String::new, |methods| note_of(methods, "methods"));
        let every = Item {
            choice: Choice::Method(MethodKey::as_read("*/*")),
            label: "*/*".to_owned(),
            note: "every method (inferred: its acceptance is not resolved)".to_owned(),
        };
        let listed = methods
            .and_then(Load::here)
            .into_iter()
            .flatten()
            .map(|method| Item {
                choice: Choice::Method(method.key.clone()),
                label: method.key.to_string(),
                note: if method.needs_key {
                    String::new()
                } else {
                    "asks for no API key: no plan meters it".to_owned()
                },
            });
        let items = listed.chain(std::iter::once(every));
        let items = items.filter(
            |item| !matches!(&item.choice, Choice::Method(method) if there.contains(method)),
        );
        (items.collect(), note)
    }
}

/// What a list is still missing; empty where it is all there.
pub(in crate::app) fn note_of<T>(load: &Load<T>, what: &str) -> String {
    match load {
        Load::NotAsked | Load::Here(_) => String::new(),
        Load::Underway => format!("reading the {what}"),
        Load::Failed { reason, .. } => reason.clone(),
    }
}
