//! The conflicts of a review: the fields that a draft and somebody else both changed, until
//! it is chosen whose values hold.

use std::sync::Arc;

use crate::app::DraftId;
use crate::app::core::Core;
use crate::app::message::changed::Case;
use crate::app::view::review_line::ReviewLine;
use crate::app::view::scroll::{Cursor, Scroll};
use crate::plan::edit::draft::Draft;
use crate::plan::{Conflict, Merged, Settings, UsagePlan, merge};

use super::Review;

/// Conflicts that are being resolved.
#[derive(Debug)]
pub(super) struct Conflicts {
    /// The plan as somebody else left it.
    theirs: Arc<UsagePlan>,
    /// The merge so far.
    merged: Merged,
    /// The selected conflict.
    cursor: Cursor,
    /// Two sentences: on what came about and what the three values are, and on what to
    /// do.
    told: [&'static str; 2],
}

/// The sentences where somebody was quicker.
const QUICKER: [&str; 2] = [
    "Nothing was sent: somebody else changed the same fields since they were read.",
    "Choose for each which value to keep, then review and send again.",
];

/// The sentences where no certain answer came, and the same fields moved.
const LOST: [&str; 2] = [
    "No certain answer came, and somebody else changed the same fields. Base is what the draft stands on, theirs what stands there now.",
    "Choose for each which value to keep, then review and send again.",
];

/// The sentences where the review is opened on a draft that stands on an older plan.
const STANDS_ON_OLDER: [&str; 2] = [
    "Nothing can be sent yet: somebody else changed the same fields. Base is what the draft stands on, theirs what stands there now.",
    "Choose for each which value to keep, then review and send.",
];

/// The sentences where something is undone that was changed since.
const CHANGED_SINCE: [&str; 2] = [
    "Somebody changed the same fields since. Base is what was sent then, theirs what stands there now, mine what stood there before.",
    "Choose for each which value to keep, then review and send.",
];

/// The origin of the value that resolves a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that the service has now.
    Theirs,
    /// The one of the draft.
    Mine,
    /// The one that was first read.
    Base,
}

impl Review {
    /// The selected conflict, while there are some.
    #[must_use]
    pub fn conflict(&self) -> Option<&Conflict> {
        let conflicts = self.conflicts.as_ref()?;
        conflicts.merged.conflicts.get(conflicts.cursor.at)
    }

    pub(super) fn move_conflict(&mut self, by: isize) {
        if let Some(conflicts) = &mut self.conflicts {
            let count = conflicts.merged.conflicts.len();
            conflicts.cursor.move_by(by, count, usize::MAX);
            // Two lines stand before the first, and each takes four at least.
            self.scroll.top = conflicts.cursor.at * 4;
        }
    }

    /// The plan that the conflicts are with.
    pub(super) fn conflicts_with(&self) -> Option<&UsagePlan> {
        Some(self.conflicts.as_ref()?.theirs.as_ref())
    }

    pub(super) fn set_conflicts(&mut self, theirs: Arc<UsagePlan>, merged: Merged, case: Case) {
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
    pub(super) fn resolve(
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
    /// The plan of a draft as far as it is known now, and the merge of both; `None` where
    /// they have no conflict.
    pub(in crate::app) fn conflicts_of(&self, id: &DraftId) -> Option<(Arc<UsagePlan>, Merged)> {
        #[cfg(test)]
        self.work.conflicts.update(|count| count + 1);
        let draft = self.drafts.get(id)?;
        let base = draft.base()?;
        let now = self.plans.plan(&base.id);
        // A list that is narrowed to an API key may not have it.
        let now = now.or_else(|| self.aside.get(&base.id))?;
        // So it is with most drafts, and it is sooner known than by a merge.
        if now.settings == base.settings {
            return None;
        }
        let merged = merge(&base.settings, &now.settings, draft.edited());
        (!merged.conflicts.is_empty()).then(|| (now.clone(), merged))
    }
}

pub(super) fn conflict_lines(lines: &mut Vec<ReviewLine>, conflicts: &Conflicts) {
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
