//! The patch editor: a draft as JSON operations, edited by hand.

use super::DraftId;
use super::text::Input;
use crate::plan::draft::Draft;
use crate::plan::patch_text::to_json;
use crate::plan::{Finding, PatchOperation, Settings, TextFault, apply, check, parse_operations};

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
        let given = to_json(&draft.operations());
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
        .filter_map(|(at, found)| Some(fault(at, &check(&found.item).err()?)))
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
            settings: Box::new(settings),
            typed: operations.len(),
        },
        Err(refused) => Judgement::Faulty(vec![fault(refused.index, &refused.finding)]),
    }
}
