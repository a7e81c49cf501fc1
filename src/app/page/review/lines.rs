//! The lines of the review of a draft: what is to be noted, what changes, and the calls.

use std::sync::Arc;

use crate::app::DraftId;
use crate::app::core::Core;
use crate::app::prompt::consent::Proposal;
use crate::app::view::review_line::{ReviewLine, changed_lines, line_of};
use crate::plan::calls::call::after_creation;
use crate::plan::edit::draft::Draft;
use crate::plan::edit::jump::jumps;
use crate::plan::{Settings, calls, verdicts};

use super::Review;
use super::conflicts::conflict_lines;

impl Core {
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
        lines.extend(base.and_then(|base| self.detached_and_gone(base, draft.edited())));
        if let Some(base) = base {
            let guard = self.setup.guard;
            let far = jumps(base, draft.edited()).into_iter();
            let far = far.filter(|jump| jump.exceeds(guard));
            lines.extend(far.map(|jump| {
                ReviewLine::Warning(format!(
                    "more than {guard}: {jump}; you will be asked to confirm"
                ))
            }));
        }
        let of_keys = self.key_findings(id);
        let findings = findings.into_iter().chain(&of_keys);
        lines.extend(findings.map(line_of));
        // Its text is not among what is sent, and that must not go unsaid.
        for fault in draft.faults() {
            let name = fault.field.to_string();
            let text = format!("{name} is left out: {}", fault.reason);
            lines.push(ReviewLine::Warning(text));
        }
        if lines.len() > before {
            lines.insert(before, ReviewLine::Head("Warnings".to_owned()));
            lines.push(ReviewLine::Blank);
        }
    }

    /// A line on stages that are detached and known to be gone: why nobody is asked to
    /// confirm that.
    fn detached_and_gone(&self, base: &Settings, wanted: &Settings) -> Option<ReviewLine> {
        let around = self.plans.around();
        let stages = base.stages.keys();
        let gone =
            stages.filter(|stage| !wanted.stages.contains_key(stage) && around.is_gone(stage));
        let gone: Vec<String> = gone.map(ToString::to_string).collect();
        let text = match gone.as_slice() {
            [] => return None,
            [only] => format!("{only} does not exist any more: detaching it affects no caller"),
            all => format!(
                "{} do not exist any more: detaching them affects no caller",
                all.join(", ")
            ),
        };
        Some(ReviewLine::Text(text))
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
        if let Some(built) = review
            .built(self, draft)
            // The reason is typed on this page and is no part of the draft.
            .filter(|b| b.reason == self.operator.reason)
        {
            return built.lines.clone();
        }
        // Before all else: what is sent may be gone with the next deployment.
        lines.extend(self.managed_draft_lines([&review.draft]));
        if !lines.is_empty() {
            lines.push(ReviewLine::Blank);
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

fn change_lines(lines: &mut Vec<ReviewLine>, draft: &Draft) {
    let empty = Settings::default();
    let base = draft.base().map_or(&empty, |base| &base.settings);
    let head = if draft.base().is_some() {
        "Before and after"
    } else {
        "The new plan"
    };
    lines.push(ReviewLine::Head(head.to_owned()));
    let changed = changed_lines(base, draft.edited());
    if changed.is_empty() {
        lines.push(ReviewLine::Text("nothing differs".to_owned()));
    }
    lines.extend(changed);
    lines.push(ReviewLine::Blank);
}
