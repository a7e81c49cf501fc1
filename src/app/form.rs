//! The form over all that can change in a plan, and the staged operations beside
//! it.

use std::collections::BTreeSet;

use super::DraftId;
use super::scroll::Cursor;
use super::text::Input;
use crate::plan::draft::Draft;
use crate::plan::{Field, Map, MethodKey, PatchOperation, StageKey, tags};

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
    /// A tag that is there, or was, by its key.
    Tag(String),
    /// Where a tag can be added.
    AddTag,
}

/// A staged change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Staged {
    /// An operation of the update.
    Operation(PatchOperation),
    /// A tag that is set, by its key and its value: no operation, for tags go by calls
    /// of their own.
    Tag(String, String),
    /// A tag that is taken away, by its key.
    Untag(String),
}

/// What is staged, in the order in which it is sent.
#[must_use]
pub fn staged(draft: &Draft) -> Vec<Staged> {
    let operations = draft.operations().into_iter().map(Staged::Operation);
    let none = Map::new();
    let before = draft.base().map_or(&none, |base| &base.settings.tags);
    let now = &draft.edited().tags;
    let set = now
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value));
    let set = set.map(|(key, value)| Staged::Tag(key.clone(), value.clone()));
    let gone = before.keys().filter(|key| !now.contains_key(*key));
    let gone = gone.map(|key| Staged::Untag(key.clone()));
    operations.chain(gone).chain(set).collect()
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
            Line::Tag(key) => {
                let is_there = draft.edited().tags.contains_key(&key) && !tags::is_reserved(&key);
                is_there.then_some(Field::Tag(key))
            }
            Line::Method(..) | Line::Stage(_) | Line::AttachStage | Line::AddTag => None,
        }
    }

    /// The stage that the selected line belongs to.
    #[must_use]
    pub fn stage(&self, draft: &Draft) -> Option<StageKey> {
        match self.line(draft) {
            Line::Stage(stage) | Line::Method(stage, _) => Some(stage),
            Line::Field(_) | Line::AttachStage | Line::Tag(_) | Line::AddTag => None,
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
    stages.extend(before.into_iter().flat_map(Map::keys));
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
    let before = draft.base().map(|base| &base.settings.tags);
    let mut keys: BTreeSet<&String> = draft.edited().tags.keys().collect();
    keys.extend(before.into_iter().flat_map(Map::keys));
    lines.extend(keys.into_iter().cloned().map(Line::Tag));
    lines.push(Line::AddTag);
    lines
}
