//! Copying: what can be copied here, how it gets to the clipboard, and what becomes of
//! what does not get there.

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::message::Effect;
use crate::app::message::changed::Route;
use crate::app::prompt::picker::{Choice, Item, Picker, Purpose};
use crate::app::stack::Stack;
use crate::app::view::copyable::Copyable;
use crate::app::{Awaited, Prompt, Screen, Weight};
use crate::config::Clipboard;
use crate::plan::calls::call::after_creation;
use crate::plan::calls::{command_line, snippets};
use crate::plan::edit::draft::Draft;
use crate::plan::model::json;
use crate::plan::patch::text::to_json;
use crate::plan::{PlanId, Settings, StageKey, UsagePlan, calls};
use crate::text::showable::in_json;

/// How many bytes a terminal takes by OSC 52: 100,000 with the sequence and in base 64.
/// Source: the script osc52.sh of hterm, whose limit others took over.
pub const MOST_BYTES: usize = 74_994;

impl Core {
    /// What happened last has been read: it can be read again.
    pub(in crate::app) fn put_notice_aside(&mut self) {
        if let Some(notice) = self.notice.take() {
            self.told = Some(notice);
        }
    }

    /// The stages of a plan that are known not to exist any more.
    pub(in crate::app) fn gone_stages(&self, settings: &Settings) -> Vec<StageKey> {
        let around = self.plans.around();
        let is_gone = |stage: &&StageKey| around.is_gone(stage);
        settings.stages.keys().filter(is_gone).cloned().collect()
    }

    fn add_plan(&self, all: &mut Vec<Copyable>, plan: &UsagePlan) {
        let region = self.command_target().region;
        let arn = command_line::plan_arn(&region, &plan.id);
        let json = in_json(&json::to_text(plan)).into_owned();
        let gone = self.gone_stages(&plan.settings);
        all.extend([
            Copyable::line("id", &plan.id.0),
            Copyable::line("ARN", &arn),
            Copyable::line("name", &plan.settings.name),
            Copyable::new("JSON of the plan", json, "json"),
            Copyable::snippet(
                "Terraform of the plan",
                snippets::terraform(&plan.settings, Some(&plan.id), &gone),
                "tf",
            ),
            Copyable::snippet(
                "CloudFormation of the plan",
                snippets::cloudformation(&plan.settings, &gone),
                "yaml",
            ),
        ]);
    }

    fn add_draft(&self, all: &mut Vec<Copyable>, draft: &Draft, plan: Option<&UsagePlan>) {
        let edited: &Settings = draft.edited();
        let target = self.command_target();
        let mut sent = calls(plan, edited);
        if plan.is_none() {
            sent.extend(after_creation(edited));
        }
        let commands = sent.iter().map(|call| command_line::command(call, &target));
        let commands: Vec<String> = commands.collect();
        let staged = UsagePlan {
            id: plan.map_or_else(|| PlanId(String::new()), |plan| plan.id.clone()),
            settings: edited.clone(),
        };
        let mut json = json::to_json(&staged);
        if let (None, Some(members)) = (plan, json.as_object_mut()) {
            members.remove("id");
        }
        let json = serde_json::to_string_pretty(&json).unwrap_or_default();
        let operations = to_json(&draft.operations());
        let gone = self.gone_stages(edited);
        all.extend([
            Copyable::new(
                "AWS CLI command of the change",
                command_line::chained(&commands)
                    .collect::<Vec<_>>()
                    .join("\n"),
                "sh",
            ),
            Copyable::new(
                "patch operations of the change",
                in_json(&operations).into_owned(),
                "json",
            ),
            Copyable::new(
                "JSON of the plan as staged",
                in_json(&json).into_owned(),
                "json",
            ),
            Copyable::snippet(
                "Terraform of the plan as staged",
                snippets::terraform(edited, plan.map(|plan| &plan.id), &gone),
                "tf",
            ),
            Copyable::snippet(
                "CloudFormation of the plan as staged",
                snippets::cloudformation(edited, &gone),
                "yaml",
            ),
        ]);
    }
}

impl Core {
    /// The program that copies has ended.
    pub(in crate::app) fn copied(&mut self, result: Result<(), String>) {
        let Some(content) = self.operator.copied.clone() else {
            return;
        };
        match result {
            Ok(()) => {
                let size = content.text.chars().count();
                let told = format!(
                    "Copied the {}, {size} characters.{}",
                    content.what,
                    content.warning()
                );
                self.say(content.weight(), told);
            }
            Err(reason) => {
                let what = content.what;
                self.go(Route::Text(Box::new(content)));
                let told = format!("The {what} was not copied: {reason}");
                self.say(Weight::Error, told);
            }
        }
    }
}

impl Core {
    /// Copies a text, by the way that is set.
    pub(in crate::app) fn copy(&mut self, content: Copyable) {
        let Copyable { what, text, .. } = &content;
        let size = text.chars().count();
        let shows = self.key_for(Command::Copied);
        match &self.operator.clipboard {
            Clipboard::None => {
                self.say(
                    Weight::Info,
                    "Nothing is copied (clipboard = \"none\"): select it here.",
                );
                self.go(Route::Text(Box::new(content.clone())));
            }
            Clipboard::Osc52 if text.len() > MOST_BYTES => {
                let told = format!(
                    "Not copied: the {what} has {size} characters, and terminals take 100 kB. It \
                     stands here to be selected or written to a file."
                );
                self.go(Route::Text(Box::new(content.clone())));
                self.say(Weight::Warning, told);
            }
            Clipboard::Osc52 => {
                self.effects.push(Effect::CopyToTerminal(text.clone()));
                // Terminals do not say whether they took it.
                let told = format!(
                    "Copied the {what}, {size} characters, through the terminal. Where it did not \
                     arrive, {shows} shows it.{}",
                    content.warning()
                );
                self.say(content.weight(), told);
            }
            Clipboard::Command(program, arguments) => {
                let (program, arguments) = (program.clone(), arguments.clone());
                let told = format!("Copying the {what} with {program}.{}", content.warning());
                let text = text.clone();
                let ticket = self.ticket(Awaited::Copy);
                self.effects.push(Effect::CopyWith {
                    ticket,
                    program,
                    arguments,
                    text,
                });
                self.say(Weight::Info, told);
            }
        }
        self.operator.copied = Some(content);
    }
}

impl Stack {
    /// Asks what is to be copied; on the page of a text that is the text.
    pub(in crate::app) fn open_copy(&mut self, core: &mut Core) {
        if let Some(Screen::Text(page)) = self.screen() {
            return core.copy(page.content.clone());
        }
        let items = self.copyables(core).into_iter().map(|content| Item {
            label: content.what.to_owned(),
            note: content.text.lines().next().unwrap_or_default().to_owned(),
            choice: Choice::Copy(Box::new(content)),
        });
        let items: Vec<Item> = items.collect();
        if items.is_empty() {
            return core.say(Weight::Warning, "there is nothing to copy here");
        }
        let keys = core
            .keymap
            .label(crate::app::keys::keymap::Place::Picker, Command::ShowText);
        let mut picker = Picker::new(Purpose::Copy, format!("Copy; {keys} shows it instead"));
        picker.set_items(items);
        self.prompt = Some(Prompt::Picker(Box::new(picker)));
    }

    /// Whether it is being asked what is to be copied.
    pub(in crate::app) fn is_copying(&self) -> bool {
        matches!(&self.prompt, Some(Prompt::Picker(picker)) if picker.purpose == Purpose::Copy)
    }

    /// Shows what is selected in the picker of what can be copied.
    pub(in crate::app) fn show_selected(&mut self, core: &mut Core) {
        let selected = match &self.prompt {
            Some(Prompt::Picker(picker)) => picker.selected().map(|item| item.choice.clone()),
            _ => None,
        };
        if let Some(Choice::Copy(content)) = selected {
            self.prompt = None;
            self.open(core, Route::Text(content));
        }
    }

    /// Shows what was copied last.
    pub(in crate::app) fn show_copied(&mut self, core: &mut Core) {
        if let Some(content) = core.operator.copied.clone() {
            self.open(core, Route::Text(Box::new(content)));
        }
    }

    /// Shows what happened last in full.
    pub(in crate::app) fn show_message(&mut self, core: &mut Core) {
        core.put_notice_aside();
        if let Some(notice) = &core.told {
            let lines: Vec<String> = std::iter::once(notice.text.clone())
                .chain(notice.link.map(str::to_owned))
                .collect();
            self.open(
                core,
                Route::Text(Box::new(Copyable::lines("message", &lines))),
            );
        }
    }

    /// Shows the screen as plain text.
    pub(in crate::app) fn show_described(&mut self, core: &mut Core, text: String) {
        let content = Copyable::new("view", text, "txt");
        self.open(core, Route::Text(Box::new(content)));
    }

    /// What can be copied here: the selected value, and the plan that this is about.
    fn copyables(&self, core: &Core) -> Vec<Copyable> {
        let mut all: Vec<Copyable> = Vec::new();
        if let Some(Screen::Identity(_)) = self.screen() {
            return core.caller_copyables();
        }
        all.extend(self.selected_value(core));
        let id = self.current_draft(core);
        let draft = id.as_ref().and_then(|id| core.drafts.get(id));
        let plan = match (draft.map(Draft::base), self.plan_here(core)) {
            (Some(base), _) => base.cloned(),
            (None, id) => id.and_then(|id| core.plans.plan(&id).cloned()),
        };
        if let Some(plan) = &plan {
            core.add_plan(&mut all, plan);
        }
        if let Some(draft) = draft.filter(|draft| draft.is_changed()) {
            core.add_draft(&mut all, draft, plan.as_deref());
        }
        all
    }

    /// The plan that the page in front is about, else the selected one.
    pub(super) fn plan_here(&self, core: &Core) -> Option<PlanId> {
        let selected = || core.plans.selected().map(|row| row.plan.id.clone());
        let page = self.front();
        page.plan_to_copy()
            .or_else(|| page.copies_from_list().then(selected)?)
    }

    fn selected_value(&self, core: &Core) -> Option<Copyable> {
        self.front().value(core)
    }
}
