//! The form over all that can change in a plan, and the staged operations beside
//! it.

use std::collections::BTreeSet;

use super::DraftId;
use super::scroll::Cursor;
use super::text::Input;
use crate::plan::draft::Draft;
use crate::plan::{Field, MethodKey, StageKey};

/// A line of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A field with a value of its own, or a switch.
    Field(Field),
    /// A stage that is attached, or was.
    Stage(StageKey),
    /// A method throttle of the stage above, that is there or was: its rate and
    /// its burst stand side by side.
    Method(StageKey, MethodKey),
    /// Where a stage can be attached.
    AttachStage,
}

/// Which half of the edit screen has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The form.
    Form,
    /// The staged operations.
    Staged,
}

/// The edit screen.
#[derive(Debug)]
pub struct Form {
    /// Whose draft it is.
    pub draft: DraftId,
    /// Which half has the keys.
    pub half: Half,
    /// The selected line of the form.
    pub cursor: Cursor,
    /// On the line of a method throttle: whether the burst is selected.
    pub on_burst: bool,
    /// The field that is being typed into, and what is typed.
    pub typing: Option<(Field, Input)>,
    /// The selected staged operation.
    pub staged: Cursor,
}

impl Form {
    /// The form on a draft.
    #[must_use]
    pub fn new(draft: DraftId) -> Self {
        Self {
            draft,
            half: Half::Form,
            cursor: Cursor::default(),
            on_burst: false,
            typing: None,
            staged: Cursor::default(),
        }
    }

    /// The selected line.
    #[must_use]
    pub fn line(&self, draft: &Draft) -> Line {
        lines(draft)
            .into_iter()
            .nth(self.cursor.at)
            .unwrap_or(Line::AttachStage)
    }

    /// The field that typing goes into, where the selected line has one.
    #[must_use]
    pub fn text_field(&self, draft: &Draft) -> Option<Field> {
        match self.line(draft) {
            Line::Field(field) => {
                let is_switch =
                    matches!(field, Field::Throttle | Field::Quota | Field::QuotaPeriod);
                (!is_switch).then_some(field)
            }
            Line::Method(stage, method) if draft.methods(&stage).contains(&method) => {
                Some(if self.on_burst {
                    Field::MethodBurst(stage, method)
                } else {
                    Field::MethodRate(stage, method)
                })
            }
            Line::Method(..) | Line::Stage(_) | Line::AttachStage => None,
        }
    }

    /// The stage that the selected line belongs to.
    #[must_use]
    pub fn stage(&self, draft: &Draft) -> Option<StageKey> {
        match self.line(draft) {
            Line::Stage(stage) | Line::Method(stage, _) => Some(stage),
            Line::Field(_) | Line::AttachStage => None,
        }
    }
}

/// The lines of the form. What the draft takes away stays, so that it can be seen
/// and brought back.
#[must_use]
pub fn lines(draft: &Draft) -> Vec<Line> {
    let mut lines = vec![
        Line::Field(Field::Name),
        Line::Field(Field::Description),
        Line::Field(Field::ProductCode),
        Line::Field(Field::Throttle),
    ];
    if draft.has_throttle() {
        lines.extend([Line::Field(Field::Rate), Line::Field(Field::Burst)]);
    }
    lines.push(Line::Field(Field::Quota));
    if draft.has_quota() {
        lines.extend([
            Line::Field(Field::QuotaLimit),
            Line::Field(Field::QuotaPeriod),
            Line::Field(Field::QuotaOffset),
        ]);
    }
    let before = draft.base().map(|base| &base.settings.stages);
    let mut stages: BTreeSet<&StageKey> = draft.edited().stages.keys().collect();
    stages.extend(before.into_iter().flat_map(|stages| stages.keys()));
    for stage in stages {
        lines.push(Line::Stage(stage.clone()));
        if !draft.edited().stages.contains_key(stage) {
            continue;
        }
        let mut methods: BTreeSet<MethodKey> = draft.methods(stage).into_iter().collect();
        let had = before.and_then(|stages| stages.get(stage));
        methods.extend(had.into_iter().flat_map(|methods| methods.keys().cloned()));
        lines.extend(
            methods
                .into_iter()
                .map(|method| Line::Method(stage.clone(), method)),
        );
    }
    lines.push(Line::AttachStage);
    lines
}
