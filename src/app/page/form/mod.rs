//! The form over all that can change in a plan, and the staged operations beside
//! it.

mod edit;
mod explain;
mod items;
pub(crate) mod tag_key;

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::layout::{Position, Rect};

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::Changed;
use crate::app::page::{Next, Offer, Page, Rows, Typed};
use crate::app::prompt::input::Input;
use crate::app::prompt::picker::{Choice, Item, Purpose};
use crate::app::view::copyable::Copyable;
use crate::app::view::layout;
use crate::app::view::scroll::Cursor;
use crate::app::{DraftId, Notice, Prompt};
use crate::plan::edit::draft::{Draft, Snapshot};
use crate::plan::model::account::AccountLimits;
use crate::plan::model::tags;
use crate::plan::{Field, Finding, Judged, Map, MethodKey, PatchOperation, StageKey, StagedStages};

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
    /// The line where a stage can be attached.
    AttachStage,
    /// A tag that is there, or was, by its key.
    Tag(String),
    /// The line where a tag can be added.
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

/// The staged changes, in the order in which they are sent.
#[must_use]
pub fn staged(draft: &Draft) -> Vec<Staged> {
    let operations = draft.operations().into_iter().map(Staged::Operation);
    operations.chain(staged_tags(draft)).collect()
}

/// The tags that are staged, in the order in which they are sent.
fn staged_tags(draft: &Draft) -> Vec<Staged> {
    let none = Map::new();
    let before = draft.base().map_or(&none, |base| &base.settings.tags);
    let now = &draft.edited().tags;
    let set = now
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value));
    let set = set.map(|(key, value)| Staged::Tag(key.clone(), value.clone()));
    let gone = before.keys().filter(|key| !now.contains_key(*key));
    let gone = gone.map(|key| Staged::Untag(key.clone()));
    // Those that go make room first: 50 tags are allowed, and on the way to 45 there may
    // be more.
    gone.chain(set).collect()
}

/// A staged change with what was found about it. Operations are shared with what is kept of
/// them: there may be thousands.
#[derive(Clone, Debug)]
pub enum Change {
    /// An operation of the update.
    Operation(Arc<Judged>),
    /// A tag.
    Tag(Staged, Vec<Finding>),
}

impl Change {
    /// The change.
    #[must_use]
    pub fn staged(&self) -> Staged {
        match self {
            Self::Operation(judged) => Staged::Operation(judged.0.clone()),
            Self::Tag(staged, _) => staged.clone(),
        }
    }

    /// The findings on it.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Operation(judged) => &judged.1,
            Self::Tag(_, findings) => findings,
        }
    }
}

/// The staged changes, with the findings on them.
#[derive(Debug, Default)]
pub struct Checked {
    /// The changes, in the order in which they are sent, each with what was found.
    pub changes: Vec<Change>,
    /// The findings that belong to no change.
    pub rest: Vec<Finding>,
    /// The number of calls that they take.
    pub calls: usize,
}

impl Checked {
    /// Holds what is staged in a draft against both gates.
    #[must_use]
    pub fn of(draft: &Draft, limits: Option<&AccountLimits>) -> Self {
        let base = draft.base().map(|base| &base.settings);
        let stages = StagedStages::of(base, draft.edited(), limits, None);
        Self::with_stages(draft, limits, &stages)
    }

    fn with_stages(draft: &Draft, limits: Option<&AccountLimits>, stages: &StagedStages) -> Self {
        let base = draft.base().map(|base| &base.settings);
        let all = stages.with_the_rest(base, draft.edited(), limits);
        // What belongs to no operation may belong to a tag.
        let is_of_tag = |finding: &Finding| matches!(finding.field, Some(Field::Tag(_)));
        let (of_tags, rest): (Vec<Finding>, Vec<Finding>) =
            all.rest.into_iter().partition(is_of_tag);
        let mut calls = usize::from(!all.operations.is_empty());
        let tags = staged_tags(draft);
        calls += usize::from(tags.iter().any(|one| matches!(one, Staged::Untag(_))));
        calls += usize::from(tags.iter().any(|one| matches!(one, Staged::Tag(..))));
        let of_tag = |change: Staged| {
            let field = match &change {
                Staged::Tag(key, _) | Staged::Untag(key) => Some(Field::Tag(key.clone())),
                Staged::Operation(_) => None,
            };
            let found = of_tags.iter().filter(|finding| finding.field == field);
            let found = found.cloned().collect();
            Change::Tag(change, found)
        };
        let operations = all.operations.into_iter().map(Change::Operation);
        Self {
            changes: operations.chain(tags.into_iter().map(of_tag)).collect(),
            rest,
            // A plan is made with all of it in one call.
            calls: if draft.base().is_some() { calls } else { 1 },
        }
    }
}

/// The lines and staged changes of a draft, as they were made last: a plan can have
/// thousands of stages, and most keys change nothing of it.
#[derive(Debug)]
struct Made {
    draft: Snapshot,
    limits: Option<AccountLimits>,
    lines: Arc<[Line]>,
    checked: Arc<Checked>,
    stages: StagedStages,
    /// True where the offset was being typed into: its line stays until it is left.
    keeps_offset: bool,
}

/// The half of the edit screen that has the keys.
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
    /// The name of its draft.
    pub draft: DraftId,
    /// The half that has the keys.
    pub half: Half,
    /// The selected line of the form.
    pub cursor: Cursor,
    /// True where the burst is selected, on the line of a method throttle.
    pub on_burst: bool,
    /// The field that is being typed into, and what is typed.
    pub typing: Option<(Field, Input)>,
    /// The selected staged operation.
    pub staged: Cursor,
    made: Option<Made>,
    /// The selected line, as last shown.
    at: Line,
    /// The line that it was opened for, until it is shown.
    wanted: Option<Line>,
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
            made: None,
            at: Line::AttachStage,
            wanted: None,
        }
    }

    /// The form on a draft, with this line selected; on the line of a method throttle its
    /// burst, where that is meant.
    pub(in crate::app) fn at(draft: DraftId, line: Line, on_burst: bool) -> Self {
        Self {
            on_burst,
            wanted: Some(line),
            ..Self::new(draft)
        }
    }

    /// Selects the line that it was opened for.
    fn select_wanted(&mut self, draft: &Draft) {
        let wanted = self.wanted.take();
        let at = wanted.and_then(|line| self.lines(draft).iter().position(|one| *one == line));
        if let Some(at) = at {
            self.cursor.select(at);
        }
    }

    /// Makes what it shows of the draft, unless that is there.
    fn make(&mut self, draft: &Draft, limits: Option<&AccountLimits>) {
        let keeps_offset = self.types_offset();
        let is_same = |made: &Made| {
            made.limits.as_ref() == limits
                && made.keeps_offset == keeps_offset
                && made.draft.is_of(draft)
        };
        if self.made.as_ref().is_some_and(is_same) {
            return;
        }
        let (kept, stages) = match self.made.take() {
            Some(made) => {
                // A key that is typed into a field changes a value and no line: thousands
                // of stages need no lines anew.
                let has_fields =
                    made.keeps_offset == keeps_offset && made.draft.has_fields_of(draft);
                (has_fields.then_some(made.lines), Some(made.stages))
            }
            None => (None, None),
        };
        let base = draft.base().map(|base| &base.settings);
        let stages = StagedStages::of(base, draft.edited(), limits, stages);
        self.made = Some(Made {
            draft: draft.snapshot(),
            limits: limits.copied(),
            lines: kept.unwrap_or_else(|| lines_with(draft, keeps_offset).into()),
            checked: Arc::new(Checked::with_stages(draft, limits, &stages)),
            stages,
            keeps_offset,
        });
    }

    /// Returns true while the quota's offset is being typed into.
    fn types_offset(&self) -> bool {
        matches!(self.typing, Some((Field::QuotaOffset, _)))
    }

    fn made(&self, draft: &Draft) -> Option<&Made> {
        self.made.as_ref().filter(|made| made.draft.is_of(draft))
    }

    /// The lines of the form.
    #[must_use]
    pub fn lines(&self, draft: &Draft) -> Arc<[Line]> {
        // What is typed into a field leaves the lines as they are.
        let made = self.made.as_ref();
        let keeps_offset = self.types_offset();
        let made = made
            .filter(|made| made.keeps_offset == keeps_offset && made.draft.has_fields_of(draft));
        let made = made.map(|made| made.lines.clone());
        made.unwrap_or_else(|| lines_with(draft, keeps_offset).into())
    }

    /// The staged changes, with the findings on them.
    #[must_use]
    pub fn checked(&self, draft: &Draft, limits: Option<&AccountLimits>) -> Arc<Checked> {
        let made = self
            .made(draft)
            .filter(|made| made.limits.as_ref() == limits);
        made.map_or_else(
            || Arc::new(Checked::of(draft, limits)),
            |made| made.checked.clone(),
        )
    }

    /// The number of the form's lines, and of the staged changes.
    fn counts(&self, draft: &Draft, limits: Option<&AccountLimits>) -> (usize, usize) {
        let staged = self.checked(draft, limits).changes.len();
        (self.lines(draft).len(), staged)
    }

    /// The selected line.
    #[must_use]
    pub fn line(&self, draft: &Draft) -> Line {
        let lines = self.lines(draft);
        let line = lines.get(self.cursor.at).cloned();
        line.unwrap_or(Line::AttachStage)
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

impl Page for Form {
    fn context(&self) -> Place {
        match self.half {
            _ if self.typing.is_some() => Place::Typing,
            Half::Form => Place::Form,
            Half::Staged => Place::Staged,
        }
    }

    fn draft(&self) -> Option<&DraftId> {
        Some(&self.draft)
    }

    fn rows(&self, core: &Core, body: Rect) -> Option<Rows> {
        let (lines, staged) = self.counts(core.drafts.get(&self.draft)?, core.plans.limits());
        let (left, right) = layout::edit(body);
        Some(match self.half {
            Half::Form => Rows::of(layout::below(left, 0), self.cursor, lines),
            Half::Staged => Rows::of(layout::below(right, 0), self.staged, staged),
        })
    }

    fn opens(&self) -> Option<Command> {
        (self.half == Half::Form).then_some(Command::Change)
    }

    fn move_by(&mut self, core: &mut Core, _body: Rect, by: isize) {
        let Some(draft) = core.drafts.get(&self.draft) else {
            return;
        };
        let (lines, staged) = self.counts(draft, core.plans.limits());
        match self.half {
            // The height is not known here: `arrange` fits the window to the cursor
            // before it is drawn.
            Half::Form => self.cursor.move_by(by, lines, usize::MAX),
            Half::Staged => self.staged.move_by(by, staged, usize::MAX),
        }
    }

    fn wheel(&mut self, core: &mut Core, body: Rect, at: Position, by: isize) {
        // The wheel moves what is under the pointer, and the keys stay where they are.
        let kept = std::mem::replace(&mut self.half, Self::half_at(body, at));
        self.move_by(core, body, by);
        self.half = kept;
    }

    fn part(&self) -> usize {
        usize::from(self.half == Half::Staged)
    }

    fn point(&mut self, core: &mut Core, body: Rect, at: Position) {
        // What was typed is in the draft already.
        self.step_back(core);
        self.half = Self::half_at(body, at);
    }

    fn input(&mut self) -> Option<(&mut Input, Typed)> {
        let (field, input) = self.typing.as_mut()?;
        let is_number = field.is_limit() || *field == Field::QuotaOffset;
        let kind = if is_number {
            Typed::Number
        } else {
            Typed::Line
        };
        Some((input, kind))
    }

    fn takes_number(&self, core: &Core) -> bool {
        let draft = core.drafts.get(&self.draft);
        self.half == Half::Form
            && self.typing.is_none()
            && draft.is_some_and(|draft| {
                self.text_field(draft)
                    .is_some_and(|field| field.is_number())
            })
    }

    fn begin(&mut self, core: &mut Core, digit: char) {
        let draft = core.drafts.get(&self.draft);
        let Some(field) = draft.and_then(|draft| self.text_field(draft)) else {
            return;
        };
        self.typing = Some((field, Input::new(&digit.to_string())));
        self.typed(core);
    }

    fn typed(&mut self, core: &mut Core) {
        if let Some((field, input)) = &self.typing {
            core.edited(&self.draft, |draft| draft.set(field, input.text()));
        }
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        let Some(draft) = core.drafts.get(&self.draft) else {
            return;
        };
        let (form, staged) = layout::edit(body);
        let height = |area| usize::from(layout::inside(area).height);
        self.make(draft, core.plans.limits());
        self.select_wanted(draft);
        self.at = self.line(draft);
        let (lines, changes) = self.counts(draft, core.plans.limits());
        self.cursor.keep_within(lines, height(form));
        self.staged.keep_within(changes, height(staged));
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        let draft = core.drafts.get(&self.draft);
        let is_empty = draft.is_none_or(|draft| self.counts(draft, core.plans.limits()).1 == 0);
        match command {
            Command::Drop if is_empty => Offer::NotNow("nothing is staged"),
            // A creation has no operations of its own: what is shown is what it sets.
            Command::Drop if draft.is_some_and(|draft| draft.base().is_none()) => {
                Offer::NotNow("a new plan is sent as a whole: change it in the form")
            }
            _ => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        if self.command(core, command) {
            Next::Stay
        } else {
            Next::PassOn
        }
    }

    fn answered(&mut self, core: &mut Core, prompt: Prompt) -> Option<Prompt> {
        let picker = match prompt {
            Prompt::TagKey(input) => return self.accept_tag_key(core, input),
            Prompt::Picker(picker) => picker,
            other => return Some(other),
        };
        match (picker.selected().map(|item| &item.choice), &picker.purpose) {
            (Some(Choice::Stage(stage)), Purpose::Attach) => self.attach(core, stage),
            (Some(Choice::Method(method)), Purpose::AddMethod(stage)) => {
                self.add_method(core, stage, method);
            }
            _ => return Some(Prompt::Picker(picker)),
        }
        None
    }

    fn items(&self, core: &Core, purpose: &Purpose) -> Option<(Vec<Item>, String)> {
        match purpose {
            Purpose::Attach => Some(self.stage_items(core)),
            Purpose::AddMethod(stage) => Some(self.method_items(core, stage)),
            _ => None,
        }
    }

    fn changed(&mut self, core: &mut Core, changed: &Changed) {
        match changed {
            Changed::Rebased(draft) if *draft == self.draft => self.rebased(core),
            Changed::Renamed { from, to } if *from == self.draft => self.draft = to.clone(),
            _ => {}
        }
    }

    fn step_back(&mut self, core: &mut Core) -> bool {
        let was_typing = self.typing.is_some();
        if was_typing {
            self.accept_field(core);
        }
        was_typing
    }

    fn explanation(&self, core: &Core) -> Option<Notice> {
        self.explain(core)
    }

    fn value(&self, core: &Core) -> Option<Copyable> {
        let draft = core.drafts.get(&self.draft)?;
        let field = self.text_field(draft)?;
        Some(Copyable::line("selected value", &draft.text(&field)))
    }
}

/// The lines of the form. What the draft takes away stays, so that it can be seen
/// and brought back.
#[must_use]
pub fn lines(draft: &Draft) -> Vec<Line> {
    lines_with(draft, false)
}

/// As [`lines()`]; with the offset's line also where the period takes none.
fn lines_with(draft: &Draft, keeps_offset: bool) -> Vec<Line> {
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
        ]);
        if keeps_offset || draft.has_offset() {
            lines.push(Line::Field(Field::QuotaOffset));
        }
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
    let before = draft.base().map(|base| &base.settings.tags);
    let mut keys: BTreeSet<&String> = draft.edited().tags.keys().collect();
    keys.extend(before.into_iter().flat_map(Map::keys));
    lines.extend(keys.into_iter().cloned().map(Line::Tag));
    lines.push(Line::AddTag);
    lines
}
