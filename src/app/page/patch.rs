//! The patch editor: a draft as JSON operations, edited by hand.

use crate::app::core::Core;
use crate::app::message::Effect;
use crate::app::prompt::input::Input;
use crate::app::{App, Awaited, DraftId, Screen, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::patch::text::to_json;
use crate::plan::{
    Finding, PatchOperation, Settings, TextFault, apply, fits, parse_operations, respelled,
};
use crate::text::showable::in_json;

/// The patch editor.
#[derive(Debug)]
pub struct PatchEditor {
    /// Whose draft it is.
    pub draft: DraftId,
    /// The text.
    pub input: Input,
    /// What is to be said of the text as it stands.
    pub judgement: Judgement,
    /// The text that the draft gave; as long as it stands, nothing is lost by
    /// leaving.
    pub given: String,
}

/// A text that was left before it was taken into the draft.
#[derive(Debug)]
pub struct Unapplied {
    /// The text.
    pub input: Input,
    /// The text that the draft gave when it was begun.
    pub given: String,
}

/// What is to be said of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It gives settings that differ from the base by these operations.
    Good {
        /// What the operations make of the base.
        settings: Box<Settings>,
        /// How many operations were typed.
        typed: usize,
    },
    /// It gives none.
    Faulty(Vec<TextFault>),
}

impl PatchEditor {
    /// The editor on a draft.
    #[must_use]
    pub fn new(id: DraftId, draft: &Draft) -> Self {
        let given = in_json(&to_json(&draft.operations())).into_owned();
        let mut input = Input::new(&given);
        input.jump(0, 0);
        let judgement = judge_text(&given, draft);
        Self {
            draft: id,
            input,
            judgement,
            given,
        }
    }

    /// Judges the text as it stands.
    pub fn judge(&mut self, draft: &Draft) {
        self.judgement = judge_text(&self.input.text(), draft);
    }

    /// Whether the text is not what the draft gave.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.input.text() != self.given
    }
}

impl Core {
    /// Keeps the text as it stands: nothing of it is lost, whatever becomes of the page.
    pub(in crate::app) fn keep_typed(&mut self, editor: &PatchEditor) {
        self.drafts.touch(&editor.draft);
        if editor.is_changed() {
            let kept = Unapplied {
                input: editor.input.clone(),
                given: editor.given.clone(),
            };
            self.unapplied.insert(editor.draft.clone(), kept);
        } else {
            self.unapplied.remove(&editor.draft);
        }
    }
}

impl App {
    /// Opens the text in the operator's own editor.
    pub(in crate::app) fn edit_elsewhere(&mut self) {
        let Screen::Patch(editor) = self.screen() else {
            return;
        };
        let (id, text) = (editor.draft.clone(), editor.input.text());
        let ticket = self.core.ticket(Awaited::Edited(id));
        self.core.effects.push(Effect::Edit(ticket, text));
    }

    /// The text is back, and judged as if it had been typed.
    pub(in crate::app) fn edited_elsewhere(
        &mut self,
        id: &DraftId,
        result: Result<Option<String>, String>,
    ) {
        let text = match result {
            Ok(Some(text)) => text,
            Ok(None) => return self.core.say(Weight::Info, "The editor changed nothing."),
            Err(reason) => {
                let told = format!("Here the text is as it was: {reason}");
                return self.core.say(Weight::Error, told);
            }
        };
        // Editors end the last line.
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let mut input = Input::new(text);
        input.jump(0, 0);
        let open = self
            .stack
            .screens
            .iter_mut()
            .find_map(|screen| match screen {
                Screen::Patch(editor) if editor.draft == *id => Some(editor),
                _ => None,
            });
        if let Some(editor) = open {
            editor.input = input;
            if let Some(draft) = self.core.drafts.get(id) {
                editor.judge(draft);
            }
            self.core.keep_typed(editor);
            let told = match &editor.judgement {
                Judgement::Good { .. } => self.with_keys("Back from the editor: <apply> takes it."),
                Judgement::Faulty(faults) => {
                    format!("Back from the editor, with {} to mend.", faults.len())
                }
            };
            self.core.say(Weight::Info, told);
        } else {
            let given = String::new();
            self.core
                .unapplied
                .insert(id.clone(), Unapplied { input, given });
            let told = self.with_keys("Back from the editor: <patch> opens the text.");
            self.core.say(Weight::Info, told);
        }
        self.core.drafts.touch(id);
    }
}

fn judge_text(text: &str, draft: &Draft) -> Judgement {
    let located = match parse_operations(text) {
        Ok(located) => located,
        Err(fault) => return Judgement::Faulty(vec![fault]),
    };
    let fault = |at: usize, finding: &Finding| TextFault {
        line: located.get(at).map_or(1, |found| found.line),
        column: located.get(at).map_or(1, |found| found.column),
        message: finding.to_string(),
    };
    let each = located.iter().enumerate();
    let faults: Vec<_> = each
        .filter_map(|(at, found)| Some(fault(at, &fits(&found.item).err()?)))
        .collect();
    if !faults.is_empty() {
        return Judgement::Faulty(faults);
    }
    let operations: Vec<PatchOperation> = located.iter().map(|found| found.item.clone()).collect();
    let base = draft
        .base()
        .map(|base| base.settings.clone())
        .unwrap_or_default();
    match apply(&base, &operations) {
        Ok(settings) => Judgement::Good {
            settings: Box::new(respelled(Some(&base), settings)),
            typed: operations.len(),
        },
        Err(refused) => Judgement::Faulty(vec![fault(refused.index, &refused.finding)]),
    }
}
