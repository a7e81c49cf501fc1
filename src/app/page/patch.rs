//! The patch editor: a draft as JSON operations, edited by hand.

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::Effect;
use crate::app::message::changed::Changed;
use crate::app::page::{Next, Offer, Page, Typed};
use crate::app::prompt::input::Input;
use crate::app::{Awaited, DraftId, Weight};
use crate::plan::edit::draft::Draft;
use crate::plan::patch::text::to_json;
use crate::plan::{
    Finding, PatchOperation, Settings, TextFault, apply, fits, parse_operations, respelled,
};
use crate::text::number::counted;
use crate::text::showable::in_json;

/// The patch editor.
#[derive(Debug)]
pub struct PatchEditor {
    /// The name of its draft.
    pub draft: DraftId,
    /// The text.
    pub input: Input,
    /// The judgement on the text as it stands.
    pub judgement: Judgement,
    /// The text that the draft gave; as long as it stands, nothing is lost by
    /// leaving.
    pub given: String,
    /// The operations, once they were taken into the draft.
    applied: Option<Applied>,
}

/// The number of operations that were taken into a draft, as typed and as they are staged.
#[derive(Clone, Copy, Debug)]
struct Applied {
    typed: usize,
    staged: usize,
}

/// A text that was left before it was taken into the draft.
#[derive(Debug)]
pub struct Unapplied {
    /// The text.
    pub input: Input,
    /// The text that the draft gave when it was begun.
    pub given: String,
}

/// A judgement on the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It gives settings that differ from the base by these operations.
    Good {
        /// The settings that the operations make of the base.
        settings: Box<Settings>,
        /// The number of operations that were typed.
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
        // An input begins behind its text, and what is read before it is changed is read
        // from the top.
        input.jump(0, 0);
        let judgement = judge_text(&given, draft);
        Self {
            draft: id,
            input,
            judgement,
            given,
            applied: None,
        }
    }

    /// Judges the text as it stands.
    pub fn judge(&mut self, draft: &Draft) {
        self.judgement = judge_text(&self.input.text(), draft);
    }

    /// Returns true where the text is not the one that the draft gave.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.input.text() != self.given
    }
}

impl PatchEditor {
    /// The editor on a draft, with the text that was left in it before where there is one.
    /// None where there is neither the draft nor a plan that it could begin with.
    pub(in crate::app) fn open(core: &mut Core, id: &DraftId) -> Option<Self> {
        let mut editor = Self::new(id.clone(), core.draft(id)?);
        if let Some(kept) = core.unapplied.get(id) {
            let is_older = kept.given != editor.given;
            editor.input = kept.input.clone();
            editor.given.clone_from(&kept.given);
            if let Some(draft) = core.drafts.get(id) {
                editor.judge(draft);
            }
            if is_older {
                let text =
                    "This text is older than the draft's last changes: applying it replaces them.";
                core.say(Weight::Warning, text);
            }
        }
        Some(editor)
    }

    /// Takes the text into the draft.
    fn apply(&mut self, core: &mut Core) -> Next {
        let Judgement::Good { settings, typed } = self.judgement.clone() else {
            return Next::Stay;
        };
        let Some(draft) = core.drafts.get_mut(&self.draft) else {
            return Next::Stay;
        };
        draft.replace(*settings);
        let staged = draft.operations().len();
        core.unapplied.remove(&self.draft);
        self.applied = Some(Applied { typed, staged });
        Next::Close
    }

    /// Opens the text in the operator's own editor.
    fn edit_elsewhere(&self, core: &mut Core) {
        let ticket = core.ticket(Awaited::Edited(self.draft.clone()));
        let text = self.input.text();
        core.effects.push(Effect::Edit(ticket, text));
    }

    /// Takes the text that is back from there, judged as if it had been typed.
    fn take_edited(&mut self, core: &mut Core, text: &str) {
        self.input = input_of(text);
        self.typed(core);
        let told = match &self.judgement {
            Judgement::Good { .. } => core.with_keys("Back from the editor: <apply> takes it."),
            Judgement::Faulty(faults) => {
                let problems = counted(faults.len(), "problem", "problems");
                format!("Back from the editor, with {problems} to fix.")
            }
        };
        core.say(Weight::Info, told);
    }
}

impl Page for PatchEditor {
    fn context(&self) -> Place {
        Place::Patch
    }

    fn draft(&self) -> Option<&DraftId> {
        Some(&self.draft)
    }

    fn move_by(&mut self, _core: &mut Core, _body: Rect, by: isize) {
        self.input.move_by(by);
    }

    fn arrange(&mut self, _core: &mut Core, _body: Rect) {}

    fn input(&mut self) -> Option<(&mut Input, Typed)> {
        Some((&mut self.input, Typed::Text))
    }

    fn typed(&mut self, core: &mut Core) {
        if let Some(draft) = core.drafts.get(&self.draft) {
            self.judge(draft);
        }
        core.keep_typed(self);
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        match command {
            Command::Apply => Offer::unless(match &self.judgement {
                _ if core.is_queued(&self.draft) => {
                    Some("this draft is being sent: <back> in its review stops that")
                }
                Judgement::Faulty(_) => Some("the text has problems: they are listed beside it"),
                Judgement::Good { .. } => None,
            }),
            _ => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::Apply => self.apply(core),
            Command::Editor => {
                self.edit_elsewhere(core);
                Next::Stay
            }
            _ => Next::PassOn,
        }
    }

    fn changed(&mut self, core: &mut Core, changed: &Changed) {
        match changed {
            Changed::Renamed { from, to } if *from == self.draft => self.draft = to.clone(),
            Changed::Edited(draft, text) if *draft == self.draft => self.take_edited(core, text),
            _ => {}
        }
    }

    fn left(&mut self, core: &mut Core) {
        let text = match self.applied {
            Some(Applied { typed, staged }) if typed == staged => {
                let operations = match staged {
                    1 => "operation is",
                    _ => "operations are",
                };
                let reviews = core.with_keys("<review> reviews what will be sent.");
                format!("{staged} {operations} staged. {reviews}")
            }
            Some(Applied { typed, staged }) => {
                format!("{typed} operations were typed; {staged} are staged, for the same result.")
            }
            None if self.is_changed() => {
                core.with_keys("The text was kept as typed: <patch> opens it again.")
            }
            None => return,
        };
        core.say(Weight::Info, text);
    }
}

impl Core {
    /// Keeps the text as it stands: nothing of it is lost, whatever becomes of the page.
    fn keep_typed(&mut self, editor: &PatchEditor) {
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

    /// Takes the text of a draft that is back from the operator's own editor, where it is
    /// another one.
    pub(in crate::app) fn edited_elsewhere(
        &mut self,
        id: DraftId,
        result: Result<Option<String>, String>,
    ) {
        let text = match result {
            Ok(Some(text)) => text,
            Ok(None) => return self.say(Weight::Info, "The editor changed nothing."),
            Err(reason) => {
                let told = format!("Here the text is as it was: {reason}");
                return self.say(Weight::Error, told);
            }
        };
        // Where the page was left meanwhile, nobody else keeps it.
        let kept = Unapplied {
            input: input_of(&text),
            given: String::new(),
        };
        self.unapplied.insert(id.clone(), kept);
        self.drafts.touch(&id);
        self.tell(Changed::Edited(id, text));
    }
}

/// A text to be edited from its beginning. Editors end the last line, which is not typed.
fn input_of(text: &str) -> Input {
    let mut input = Input::new(text.strip_suffix('\n').unwrap_or(text));
    input.jump(0, 0);
    input
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
