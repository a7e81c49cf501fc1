//! The review: what will be sent, before it is.

use crate::app::core::Core;
use crate::app::message::changed::Case;
use crate::app::page::change_review::notes::line_of;
use crate::app::prompt::consent::Proposal;
use crate::app::view::scroll::{Cursor, Scroll};
use crate::app::{App, DraftId, Known, Screen, Who};
use crate::plan::calls::call::after_creation;
use crate::plan::calls::command_line;
use crate::plan::calls::command_line::Target;
use crate::plan::edit::draft::{Draft, Snapshot};
use crate::plan::edit::jump::jumps;
use crate::plan::model::human::group_thousands;
use crate::plan::{
    Call, ChangedField, Conflict, Field, Finding, Merged, Settings, UsagePlan, Verdict, calls,
    changes, merge, verdicts,
};
use crate::text::wrap::{width, wrap};
use std::sync::Arc;

/// The review of a draft.
#[derive(Debug)]
pub struct Review {
    /// Whose draft it is.
    pub draft: DraftId,
    /// Which lines are shown.
    pub scroll: Scroll,
    /// Whether the operator pressed a key since what it shows last changed by
    /// itself.
    pub(in crate::app) is_seen: bool,
    /// What somebody else changed in the same fields meanwhile.
    conflicts: Option<Conflicts>,
    /// Its lines as they were laid out last.
    built: Option<Built>,
}

/// Lines, and what they were made from: a draft can have thousands of operations, and
/// moving through them changes none.
#[derive(Debug)]
struct Built {
    draft: Snapshot,
    known: Known,
    columns: u16,
    reason: String,
    lines: Arc<[ReviewLine]>,
    /// Whether the gates refuse it.
    is_refused: bool,
}

/// Conflicts that are being resolved.
#[derive(Debug)]
pub(in crate::app) struct Conflicts {
    /// The plan as somebody else left it.
    pub(in crate::app) theirs: Arc<UsagePlan>,
    /// The merge so far.
    pub(in crate::app) merged: Merged,
    /// The selected conflict.
    pub(in crate::app) cursor: Cursor,
    /// What came about, and what the three values are.
    told: [&'static str; 2],
}

/// What is told where somebody was quicker.
const QUICKER: [&str; 2] = [
    "Nothing was sent: somebody else changed the same fields since they were read.",
    "Choose for each whose value the draft goes on with, then review and send again.",
];

/// What is told where no certain answer came, and the same fields moved.
const LOST: [&str; 2] = [
    "No certain answer came, and somebody else changed the same fields. Base is what the draft stands on, theirs what stands there now.",
    "Choose for each whose value the draft goes on with, then review and send again.",
];

/// What is told where the review is opened on a draft that stands on an older plan.
const STANDS_ON_OLDER: [&str; 2] = [
    "Nothing can be sent yet: somebody else changed the same fields. Base is what the draft stands on, theirs what stands there now.",
    "Choose for each whose value the draft goes on with, then review and send.",
];

/// What is told where something is undone that was changed since.
const CHANGED_SINCE: [&str; 2] = [
    "Somebody changed the same fields since. Base is what was sent then, theirs what stands there now, mine what stood there before.",
    "Choose for each whose value the draft goes on with, then review and send.",
];

/// Whose value resolves a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that the service has now.
    Theirs,
    /// The one of the draft.
    Mine,
    /// The one that was first read.
    Base,
}

/// A line of the review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewLine {
    /// The head of a group of lines.
    Head(String),
    /// A field that is added (`+`), changed (`~`) or taken away (`-`).
    Changed {
        /// The mark.
        mark: char,
        /// The field's name.
        name: String,
        /// The value before, where there was one.
        before: Option<String>,
        /// The value after, where there is one.
        after: Option<String>,
    },
    /// A text to read, or to copy.
    Text(String),
    /// Something that deserves a look.
    Warning(String),
    /// Something that keeps it from being sent.
    Refusal(String),
    /// A field that somebody else changed too; its three values follow.
    Conflict {
        /// Whether it is selected.
        selected: bool,
        /// The field's name.
        name: String,
    },
    /// A value that does not fit beside its name, or one of a conflict: what it
    /// is, and the value.
    Value {
        /// What it is: before, after, base, theirs, mine.
        label: &'static str,
        /// The value.
        value: String,
    },
    /// Nothing.
    Blank,
}

impl Review {
    /// The review of a draft.
    #[must_use]
    pub fn new(draft: DraftId) -> Self {
        Self {
            draft,
            scroll: Scroll::default(),
            is_seen: true,
            conflicts: None,
            built: None,
        }
    }

    /// The selected conflict, while there are some.
    #[must_use]
    pub fn conflict(&self) -> Option<&Conflict> {
        let conflicts = self.conflicts.as_ref()?;
        conflicts.merged.conflicts.get(conflicts.cursor.at)
    }

    pub(in crate::app) fn move_conflict(&mut self, by: isize) {
        if let Some(conflicts) = &mut self.conflicts {
            let count = conflicts.merged.conflicts.len();
            conflicts.cursor.move_by(by, count, usize::MAX);
            // Two lines stand before the first, and each takes four at least.
            self.scroll.top = conflicts.cursor.at * 4;
        }
    }

    /// The plan that the conflicts are with.
    fn conflicts_with(&self) -> Option<&UsagePlan> {
        Some(self.conflicts.as_ref()?.theirs.as_ref())
    }

    pub(in crate::app) fn set_conflicts(
        &mut self,
        theirs: Arc<UsagePlan>,
        merged: Merged,
        case: Case,
    ) {
        let told = match case {
            Case::Quicker => QUICKER,
            Case::LostAnswer => LOST,
            Case::Undoing => CHANGED_SINCE,
            Case::OlderBase => STANDS_ON_OLDER,
        };
        self.scroll = Scroll::default();
        self.conflicts = Some(Conflicts {
            theirs,
            merged,
            cursor: Cursor::default(),
            told,
        });
    }

    /// Resolves the selected conflict; the plan and the settings to go on with
    /// once all are resolved.
    pub(in crate::app) fn resolve(
        &mut self,
        side: Side,
        draft: &Draft,
    ) -> Option<(Arc<UsagePlan>, Settings)> {
        let field = self.conflict()?.field.clone();
        let conflicts = self.conflicts.as_mut()?;
        let chosen = match side {
            Side::Theirs => &conflicts.theirs.settings,
            Side::Mine => draft.edited(),
            Side::Base => &draft.base()?.settings,
        };
        conflicts.merged.resolve(&field, chosen);
        let left = conflicts.merged.conflicts.len();
        conflicts.cursor.keep_within(left, usize::MAX);
        if left > 0 {
            return None;
        }
        let done = self.conflicts.take()?;
        Some((done.theirs, done.merged.settings))
    }
}

impl Core {
    /// What a draft and somebody else both changed, as far as the plan is known now,
    /// and that plan.
    pub(in crate::app) fn conflicts_of(&self, id: &DraftId) -> Option<(Arc<UsagePlan>, Merged)> {
        let draft = self.drafts.get(id)?;
        let base = draft.base()?;
        let now = self.plans.plan(&base.id);
        let now = now.or_else(|| self.aside.get(&base.id))?;
        if now.settings == base.settings {
            return None;
        }
        let merged = merge(&base.settings, &now.settings, draft.edited());
        (!merged.conflicts.is_empty()).then(|| (now.clone(), merged))
    }

    /// What was laid out last, where that is what would be now, but for the reason.
    fn built_review<'a>(&self, review: &'a Review, draft: &Draft) -> Option<&'a Built> {
        let is_built = |built: &&Built| {
            (built.known, built.columns) == (self.known(), self.area.width)
                && built.draft.is_of(draft)
        };
        review.built.as_ref().filter(is_built)
    }

    /// Whether the gates, or what is known of its API keys, keep a draft from being sent.
    pub(in crate::app) fn is_refused(&self, review: &Review, draft: &Draft) -> bool {
        if let Some(built) = self.built_review(review, draft) {
            return built.is_refused;
        }
        let base = draft.base().map(|base| &base.settings);
        let operations = draft.operations();
        let verdicts = verdicts(base, draft.edited(), &operations, self.plans.limits());
        let of_keys = self.key_findings(&review.draft);
        verdicts.iter().any(Verdict::refuses) || of_keys.iter().any(Finding::refuses)
    }

    /// Everything that the two gates say of a draft.
    fn finding_lines(&self, lines: &mut Vec<ReviewLine>, id: &DraftId, draft: &Draft) {
        let base = draft.base().map(|base| &base.settings);
        let operations = draft.operations();
        let verdicts = verdicts(base, draft.edited(), &operations, self.plans.limits());
        let findings: Vec<_> = verdicts
            .iter()
            .flat_map(|verdict| &verdict.findings)
            .collect();
        let before = lines.len();
        if let Some(change) = self.proposed_draft(id) {
            lines.extend(self.grave_line(&Proposal {
                changes: vec![change],
                reason: String::new(),
                undoes: None,
            }));
        }
        if let Some(base) = base {
            let guard = self.setup.guard;
            let far = jumps(base, draft.edited()).into_iter();
            let far = far.filter(|jump| jump.exceeds(guard));
            lines.extend(far.map(|jump| {
                ReviewLine::Warning(format!("more than {guard}: {jump}; sending asks first"))
            }));
        }
        let of_keys = self.key_findings(id);
        let findings = findings.into_iter().chain(&of_keys);
        lines.extend(findings.map(line_of));
        for fault in draft.faults() {
            let name = fault.field.to_string();
            let text = format!("{name} is left out: {}", fault.reason);
            lines.push(ReviewLine::Warning(text));
        }
        if lines.len() > before {
            lines.insert(before, ReviewLine::Head("To note".to_owned()));
            lines.push(ReviewLine::Blank);
        }
    }

    fn call_lines(&self, lines: &mut Vec<ReviewLine>, draft: &Draft) {
        let mut calls = calls(draft.base().map(AsRef::as_ref), draft.edited());
        if draft.base().is_none() {
            calls.extend(after_creation(draft.edited()));
        }
        let count = calls.len();
        for (at, call) in calls.iter().enumerate() {
            let number = if count > 1 {
                format!(" {} of {count}", at + 1)
            } else {
                String::new()
            };
            self.request_lines(lines, call, &number);
        }
    }

    /// A call as it will be sent, and the same as a command.
    pub(in crate::app) fn request_lines(
        &self,
        lines: &mut Vec<ReviewLine>,
        call: &Call,
        number: &str,
    ) {
        lines.push(ReviewLine::Head(format!(
            "Request{number}: {}",
            call.operation()
        )));
        let request = command_line::request(call);
        lines.push(ReviewLine::Text(request.line));
        lines.extend(
            request
                .body
                .lines()
                .map(|line| ReviewLine::Text(line.to_owned())),
        );
        lines.push(ReviewLine::Blank);
        lines.push(ReviewLine::Head("The same as a command".to_owned()));
        let command = command_line::command(call, &self.command_target());
        lines.push(ReviewLine::Text(command));
        lines.push(ReviewLine::Blank);
    }

    /// Where a command line would have to go to do the same.
    pub(in crate::app) fn command_target(&self) -> Target {
        let (region, endpoint) = match &self.who {
            Who::Connected(scope) => (scope.region.clone(), scope.endpoint.clone()),
            Who::Connecting | Who::Failed(_) => (String::new(), String::new()),
        };
        Target {
            profile: self.setup.profile.clone(),
            region,
            endpoint,
        }
    }
}

impl Core {
    /// The lines of a review.
    #[must_use]
    pub fn review_lines(&self, review: &Review) -> Arc<[ReviewLine]> {
        let Some(draft) = self.drafts.get(&review.draft) else {
            return Arc::new([]);
        };
        let mut lines = Vec::new();
        if let Some(conflicts) = &review.conflicts {
            conflict_lines(&mut lines, conflicts);
            return self.fitted(lines).into();
        }
        if let Some(built) = self
            .built_review(review, draft)
            .filter(|b| b.reason == self.operator.reason)
        {
            return built.lines.clone();
        }
        if !self.operator.reason.is_empty() {
            lines.push(ReviewLine::Text(format!(
                "reason: {}",
                self.operator.reason
            )));
            lines.push(ReviewLine::Blank);
        }
        self.finding_lines(&mut lines, &review.draft, draft);
        change_lines(&mut lines, draft);
        self.call_lines(&mut lines, draft);
        self.fitted(lines).into()
    }
}

impl App {
    /// A conflict stays with its draft: the review in front shows those that there are
    /// now, however it was left before.
    pub(in crate::app) fn refresh_conflicts(&mut self) {
        let Screen::Review(review) = self.screen() else {
            return;
        };
        if self.core.is_queued(&review.draft) {
            return;
        }
        let found = self.core.conflicts_of(&review.draft);
        let known = review.conflicts_with();
        let is_same = found.as_ref().map(|(now, _)| &now.settings) == known.map(|p| &p.settings);
        let Some(Screen::Review(review)) = self.stack.screens.last_mut().filter(|_| !is_same)
        else {
            return;
        };
        if let Some((theirs, merged)) = found {
            review.set_conflicts(theirs, merged, Case::OlderBase);
        } else {
            review.conflicts = None;
            review.is_seen = false;
        }
    }

    /// Lays the lines of the review in front out, to be drawn as often as it takes; how
    /// many they are.
    pub(in crate::app) fn build_review(&mut self) -> usize {
        let Screen::Review(review) = self.screen() else {
            return 0;
        };
        let lines = self.core.review_lines(review);
        let count = lines.len();
        let draft = self.core.drafts.get(&review.draft);
        let draft = draft.filter(|_| review.conflicts.is_none());
        let built = draft.map(|draft| Built {
            draft: draft.snapshot(),
            known: self.core.known(),
            columns: self.core.area.width,
            reason: self.core.operator.reason.clone(),
            lines,
            is_refused: self.core.is_refused(review, draft),
        });
        if let Some(Screen::Review(review)) = self.stack.screens.last_mut() {
            review.built = built;
        }
        count
    }
}

impl Core {
    /// Lines in as many as they need in the pane's columns.
    pub(in crate::app) fn fitted(&self, lines: Vec<ReviewLine>) -> Vec<ReviewLine> {
        self.fitted_within(lines, 0)
    }

    /// Lines in as many as they need in the pane's columns, set in by so many.
    pub(in crate::app) fn fitted_within(
        &self,
        lines: Vec<ReviewLine>,
        indent: usize,
    ) -> Vec<ReviewLine> {
        let columns = self.columns();
        let columns = columns.saturating_sub(indent);
        lines
            .into_iter()
            .flat_map(|line| fitted(line, columns))
            .collect()
    }
}

/// A text in as many lines as it needs in so many columns.
fn fitted(line: ReviewLine, columns: usize) -> Vec<ReviewLine> {
    let marked = |text: &str, mark: &str, line: fn(String) -> ReviewLine| {
        let lines = wrap(text, columns.saturating_sub(mark.len()));
        let marks =
            std::iter::once(mark.to_owned()).chain(std::iter::repeat(" ".repeat(mark.len())));
        lines
            .into_iter()
            .zip(marks)
            .map(|(text, mark)| line(format!("{mark}{text}")))
            .collect()
    };
    match line {
        ReviewLine::Value { label, value } => {
            let room = columns.saturating_sub(VALUE_INDENT);
            let values = wrap(&value, room).into_iter();
            let labels = std::iter::once(label).chain(std::iter::repeat(""));
            values
                .zip(labels)
                .map(|(value, label)| ReviewLine::Value { label, value })
                .collect()
        }
        ReviewLine::Changed {
            mark,
            name,
            before,
            after,
        } if is_too_wide(&name, before.as_deref(), after.as_deref(), columns) => {
            let head = ReviewLine::Changed {
                mark,
                name,
                before: None,
                after: None,
            };
            let value = |label, value| ReviewLine::Value { label, value };
            let before = before.map(|before| value("before", before));
            let after = after.map(|after| value("after", after));
            let values = before
                .into_iter()
                .chain(after)
                .flat_map(|line| fitted(line, columns));
            std::iter::once(head).chain(values).collect()
        }
        ReviewLine::Text(text) => marked(&text, "  ", ReviewLine::Text),
        ReviewLine::Warning(text) => marked(&text, "! ", ReviewLine::Warning),
        ReviewLine::Refusal(text) => marked(&text, "refused: ", ReviewLine::Refusal),
        line => vec![line],
    }
}

/// How far values are set in that stand on lines of their own.
pub const VALUE_INDENT: usize = 12;

/// Whether a changed field does not fit one line.
fn is_too_wide(name: &str, before: Option<&str>, after: Option<&str>, columns: usize) -> bool {
    let wide = |text: Option<&str>| text.map_or(0, |text| width(text) + 4);
    width(name).max(NAME_WIDTH) + 4 + wide(before) + wide(after) > columns
}

/// How wide the names of fields stand.
pub const NAME_WIDTH: usize = 22;

fn conflict_lines(lines: &mut Vec<ReviewLine>, conflicts: &Conflicts) {
    let [came_about, next] = conflicts.told;
    lines.push(ReviewLine::Warning(came_about.to_owned()));
    lines.push(ReviewLine::Text(next.to_owned()));
    lines.push(ReviewLine::Blank);
    for (at, conflict) in conflicts.merged.conflicts.iter().enumerate() {
        let selected = at == conflicts.cursor.at;
        let name = conflict.field.to_string();
        lines.push(ReviewLine::Conflict { selected, name });
        let sides = [
            ("base", &conflict.base),
            ("theirs", &conflict.theirs),
            ("mine", &conflict.mine),
        ];
        for (label, value) in sides {
            let value = value.clone().unwrap_or_else(|| "none".to_owned());
            lines.push(ReviewLine::Value { label, value });
        }
    }
    if !conflicts.merged.moved.is_empty() {
        lines.push(ReviewLine::Blank);
        lines.push(ReviewLine::Head(
            "Also changed by somebody else, and kept".to_owned(),
        ));
        let names = conflicts.merged.moved.iter().map(ToString::to_string);
        lines.extend(names.map(ReviewLine::Text));
    }
}

fn change_lines(lines: &mut Vec<ReviewLine>, draft: &Draft) {
    let empty = Settings::default();
    let base = draft.base().map_or(&empty, |base| &base.settings);
    let head = if draft.base().is_some() {
        "Before and after"
    } else {
        "The new plan"
    };
    lines.push(ReviewLine::Head(head.to_owned()));
    let changed = changes(base, draft.edited());
    if changed.is_empty() {
        lines.push(ReviewLine::Text("nothing differs".to_owned()));
    }
    lines.extend(changed.into_iter().map(changed_line));
    lines.push(ReviewLine::Blank);
}

/// A changed field as a line with its mark. Large numbers are grouped, and a
/// changed number says by how much.
#[must_use]
pub fn changed_line(change: ChangedField) -> ReviewLine {
    let mark = change.mark();
    let name = change.field.to_string();
    let ChangedField {
        field,
        before,
        after,
    } = change;
    if matches!(field, Field::Stage(_)) && after.is_none() {
        let after = Some("detached".to_owned());
        return ReviewLine::Changed {
            mark,
            name,
            before: None,
            after,
        };
    }
    let is_number = matches!(
        field,
        Field::Rate
            | Field::Burst
            | Field::QuotaLimit
            | Field::MethodRate(..)
            | Field::MethodBurst(..)
    );
    if !is_number {
        return ReviewLine::Changed {
            mark,
            name,
            before,
            after,
        };
    }
    let by = share(before.as_deref(), after.as_deref());
    let grouped = |text: String| text.parse().map_or(text, group_thousands);
    let before = before.map(grouped);
    let after = after.map(|after| format!("{}{by}", grouped(after)));
    ReviewLine::Changed {
        mark,
        name,
        before,
        after,
    }
}

/// By how much a number changes, in percent; empty where that says nothing.
pub(in crate::app) fn share(before: Option<&str>, after: Option<&str>) -> String {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<f64>().ok());
    match (number(before), number(after)) {
        (Some(before), Some(after)) if before > 0.0 => {
            format!("  ({:+.0} %)", (after / before - 1.0) * 100.0)
        }
        _ => String::new(),
    }
}
