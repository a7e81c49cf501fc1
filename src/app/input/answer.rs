//! The answers to prompts: what is chosen, typed to its end, or said yes to. A prompt is taken
//! off before its answer is acted on, and stands there again where that is not taken.

use crate::app::core::Core;
use crate::app::core::plans::KeyFilter;
use crate::app::fleet::Wish;
use crate::app::keys::command::Command;
use crate::app::message::Effect;
use crate::app::message::changed::Route;
use crate::app::prompt::picker::Choice;
use crate::app::prompt::tweak::{After, Tweak};
use crate::app::stack::Stack;
use crate::app::{Confirm, Prompt, Weight};
use crate::plan::Settings;

impl Stack {
    /// Takes the selected line of the picker.
    pub(in crate::app) fn choose(&mut self, core: &mut Core) {
        let Some(Prompt::Picker(picker)) = self.prompt.take() else {
            return;
        };
        let Some(choice) = picker.selected().map(|item| item.choice.clone()) else {
            self.prompt = Some(Prompt::Picker(picker));
            return;
        };
        if picker.purpose.is_of_keys() {
            return self.answer_page(core, Prompt::Picker(picker));
        }
        match (choice, &picker.purpose) {
            (Choice::Column(column), _) => core.plans.sort_by(column),
            (Choice::AllPlans, _) => core.read_plans(None),
            (Choice::Key { id, name }, _) => core.read_plans(Some(KeyFilter { id, name })),
            (Choice::Stage(_) | Choice::Method(_) | Choice::Plan(_), _) => {
                self.answer_page(core, Prompt::Picker(picker));
            }
            (Choice::Draft(id), _) => core.go(Route::Form(id)),
            (Choice::Place(goal), _) => core.wish(Wish::Go(goal)),
            (Choice::Copy(content), _) => core.copy(*content),
            (Choice::EmptyPlan, _) => core.start_new_plan(Settings::default()),
        }
    }

    /// Ends typing and takes what was typed.
    pub(in crate::app) fn accept(&mut self, core: &mut Core) {
        match self.prompt.take() {
            Some(Prompt::Tweak(tweak)) => self.accept_tweak(core, tweak),
            Some(Prompt::TweakLine(line)) => self.accept_tweak_line(core, line),
            Some(Prompt::Consent(consent)) => self.accept_consent(core, consent),
            Some(Prompt::Palette(palette)) => self.accept_line(core, &palette),
            Some(Prompt::Filter { .. }) => core.plans.keep_selection(),
            None => {}
            Some(other) => self.answer_page(core, other),
        }
    }

    /// Gives the answer to a prompt to the page that asked for it.
    fn answer_page(&mut self, core: &mut Core, prompt: Prompt) {
        self.prompt = self.front_mut().answered(core, prompt);
        self.close_what_is_over(core);
    }

    /// Does what a question asked about.
    pub(super) fn confirmed(&mut self, core: &mut Core) {
        match self.prompt.take() {
            Some(Prompt::Confirm(Confirm::Quit(_))) => core.effects.push(Effect::Quit),
            Some(Prompt::Confirm(Confirm::Discard(id))) => {
                core.forget(&id);
                core.say(Weight::Info, "The draft was discarded.");
            }
            Some(Prompt::Confirm(Confirm::DiscardMany(drafts))) => {
                core.discard_marked(&drafts);
            }
            Some(Prompt::Confirm(Confirm::Jumps { proposal, .. })) => {
                core.send_proposal(*proposal);
            }
            Some(Prompt::Confirm(Confirm::Again { proposal, .. })) => core.weigh(*proposal),
            Some(Prompt::Confirm(Confirm::DropRest(_))) => core.drop_rest(),
            Some(Prompt::Confirm(Confirm::UndoInPart(way))) => core.stage_way_back(*way),
            other => self.prompt = other,
        }
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
                self.prompt = Some(Prompt::Tweak(tweak));
                return core.say(Weight::Warning, format!("Not staged: {reason}"));
            }
        };
        if preview.is_unchanged(&value) {
            self.tidy(core, &id);
            let text = match &value {
                After::Value(..) => {
                    let (name, value) = (tweak.name(), tweak.shown(&value));
                    format!("Unchanged: {name} is {value} already.")
                }
                After::Removed => format!("Unchanged: the plan has no {}.", tweak.name()),
            };
            return core.say(Weight::Info, text);
        }
        tweak.put(draft, &value);
        let follow_up = tweak.follow_up(draft);
        let reviews = core.key_for(Command::Review);
        let text = match &value {
            After::Value(..) => {
                let (name, now, value) = (tweak.name(), preview.now(), tweak.shown(&value));
                format!("Staged: {name} from {now} to {value}. {reviews} reviews it.")
            }
            After::Removed => format!("Staged: {}. {reviews} reviews it.", tweak.shown(&value)),
        };
        self.tidy(core, &id);
        match follow_up {
            Some(field) => self.prompt = Some(Prompt::Tweak(Tweak::new(id, field))),
            None => core.say(Weight::Info, text),
        }
    }
}
