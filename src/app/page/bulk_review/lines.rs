//! The lines of a review of many drafts.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{BulkLine, BulkReview, Shown, Target, Which};
use crate::app::DraftId;
use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::view::review_line::ReviewLine;
use crate::plan::edit::bulk::{Bulk, Entry, Group, PlanJump, Span, Why};
use crate::plan::edit::draft::Draft;
use crate::plan::edit::jump::Jump;
use crate::plan::{Finding, verdicts};
use crate::text::stretch::human_time;

/// The time that a call takes where nobody knows yet, and on this machine.
const CALL: Duration = Duration::from_millis(500);
const LOCAL_CALL: Duration = Duration::from_millis(20);
/// The number of changed fields of a group that are shown before it is unfolded.
const FIELDS: usize = 8;
/// The number of plans that are named where more have the same to be said of them.
const NAMED: usize = 5;

/// Drafts by whether they can be sent.
#[derive(Default)]
struct Sorted {
    sendable: Vec<DraftId>,
    /// Those that stay, and why.
    left_out: Vec<(DraftId, String)>,
    /// The warnings on those that can be sent: by its rule the first one's words, and how
    /// many others are like it.
    warnings: BTreeMap<&'static str, (DraftId, String, usize)>,
}

/// Lines as they are put together.
struct Lines<'a> {
    core: &'a Core,
    lines: Vec<BulkLine>,
}

impl Lines<'_> {
    /// A line, in as many as it needs.
    fn add(&mut self, indent: u16, line: ReviewLine, target: Option<&Target>) {
        for line in self.core.fitted_within(vec![line], usize::from(indent)) {
            self.lines.push(BulkLine {
                shown: Shown::Line(line),
                indent,
                target: target.cloned(),
            });
        }
    }

    fn text(&mut self, text: impl Into<String>) {
        self.add(0, ReviewLine::Text(text.into()), None);
    }

    fn warning(&mut self, text: impl Into<String>, target: Option<&Target>) {
        self.add(0, ReviewLine::Warning(text.into()), target);
    }

    fn head(&mut self, text: impl Into<String>) {
        if !self.lines.is_empty() {
            self.add(0, ReviewLine::Blank, None);
        }
        self.add(0, ReviewLine::Head(text.into()), None);
    }

    /// A plan, with what happens to it.
    fn plan(&mut self, id: &DraftId, indent: u16) {
        self.lines.push(BulkLine {
            shown: Shown::Plan(id.clone()),
            indent,
            target: Some(Target::Plan(id.clone())),
        });
    }

    fn jump(&mut self, plan: &DraftId, jump: &Jump, is_far: bool) {
        self.lines.push(BulkLine {
            shown: Shown::Jump {
                plan: plan.clone(),
                jump: jump.clone(),
                is_far,
            },
            indent: 0,
            target: Some(Target::Plan(plan.clone())),
        });
    }

    /// The plans that are not like the others.
    fn outliers(&mut self, bulk: &Bulk, plans: &[DraftId]) {
        if !bulk.outliers.is_empty() {
            self.head("Unlike the others");
        }
        for outlier in &bulk.outliers {
            let Some(id) = plans.get(outlier.plan) else {
                continue;
            };
            match &outlier.why {
                Why::Moves(jump) => self.jump(id, jump, true),
                Why::Differs(group) => {
                    let others = bulk
                        .groups
                        .get(*group)
                        .map_or(0, |g| g.plans.len().saturating_sub(1));
                    let why = match others {
                        0 => "changes in a way of its own".to_owned(),
                        1 => "changes in a way that only 1 other does".to_owned(),
                        n => format!("changes in a way that only {n} others do"),
                    };
                    self.plan(id, 0);
                    self.add(2, ReviewLine::Warning(why), Some(&Target::Plan(id.clone())));
                }
            }
        }
    }

    /// The plans of which the same is to be said, the first few by name.
    fn plans<'p>(&mut self, plans: impl ExactSizeIterator<Item = &'p DraftId>) {
        let more = plans.len().saturating_sub(NAMED);
        for id in plans.take(NAMED) {
            self.plan(id, 0);
        }
        if more > 0 {
            self.add(2, ReviewLine::Text(format!("and {more} more")), None);
        }
    }
}

impl Core {
    /// The lines of a review of many drafts, and which of them are sent from there.
    pub(super) fn bulk_lines(&self, review: &BulkReview) -> (Vec<BulkLine>, Vec<DraftId>) {
        let sorted = self.sort_out(&review.drafts);
        let entries: Vec<Entry<'_>> = sorted
            .sendable
            .iter()
            .filter_map(|id| self.drafts.get(id))
            .map(|draft| Entry {
                base: draft.base().map(AsRef::as_ref),
                wanted: draft.edited(),
            })
            .collect();
        let keys = &self.catalogue.plan_keys;
        let mut bulk = Bulk::review(&entries, |id| {
            keys.get(id).and_then(Load::here).map(Vec::as_slice)
        });
        self.keep_grave(&mut bulk.counts.grave, &sorted.sendable);
        let mut lines = Lines {
            core: self,
            lines: Vec::new(),
        };
        for line in self.managed_draft_lines(&sorted.sendable) {
            lines.add(0, line, None);
        }
        self.summary(&mut lines, review, &bulk);
        left_out(&mut lines, &sorted);
        lines.outliers(&bulk, &sorted.sendable);
        self.largest(&mut lines, &bulk, &sorted.sendable);
        if !bulk.counts.grave.is_empty() {
            lines.head("Destructive");
            let count = bulk.counts.grave.len();
            let text = match count {
                1 => "1 plan loses a stage: its clients are refused there.".to_owned(),
                n => format!("{n} plans lose a stage: their clients are refused there."),
            };
            lines.warning(text, None);
            let grave = bulk.counts.grave.iter();
            let grave: Vec<&DraftId> = grave.filter_map(|at| sorted.sendable.get(*at)).collect();
            lines.plans(grave.into_iter());
        }
        if !sorted.warnings.is_empty() {
            lines.head("Warnings");
        }
        for (id, text, others) in sorted.warnings.values() {
            let plan = id.plan().map_or("a new plan", |plan| plan.0.as_str());
            let plans = match others {
                0 => plan.to_owned(),
                n => format!("{} plans, such as {plan}", n + 1),
            };
            let target = Target::Plan(id.clone());
            lines.warning(format!("{plans}: {text}"), Some(&target));
        }
        if !bulk.groups.is_empty() {
            lines.head("What happens");
        }
        for group in &bulk.groups {
            group_lines(&mut lines, review, group, &sorted.sendable);
        }
        (lines.lines, sorted.sendable)
    }

    /// Keeps of the drafts that lose a stage those that take something away from callers.
    fn keep_grave(&self, grave: &mut Vec<usize>, drafts: &[DraftId]) {
        grave.retain(|at| drafts.get(*at).is_none_or(|id| self.is_grave_draft(id)));
    }

    /// Returns true for a draft that takes something away from callers.
    fn is_grave_draft(&self, id: &DraftId) -> bool {
        let aim = self.aim_of_draft(id);
        aim.is_none_or(|aim| self.weighed(&aim).is_grave())
    }

    /// Parts the drafts that can be sent from those that stay.
    fn sort_out(&self, drafts: &[DraftId]) -> Sorted {
        let mut sorted = Sorted::default();
        // A set, made once: there may be thousands of drafts, and to ask for each would
        // go through the whole queue each time.
        let queued = self.queued_plans();
        for id in drafts {
            let Some(draft) = self.drafts.get(id).filter(|draft| draft.is_changed()) else {
                continue;
            };
            let is_queued = match id {
                DraftId::Plan(plan) => queued.contains(&plan.id),
                DraftId::New(_) => self.is_queued(id),
            };
            if is_queued {
                let why = "is in the send queue already".to_owned();
                sorted.left_out.push((id.clone(), why));
                continue;
            }
            // Here nobody could be asked whose value holds: that is a question for each
            // field of one plan.
            if self.conflicts_of(id).is_some() {
                let why = "was changed by somebody else in the same fields: its own review \
                           resolves that"
                    .to_owned();
                sorted.left_out.push((id.clone(), why));
                continue;
            }
            match self.against_sending(draft) {
                Err(why) => sorted.left_out.push((id.clone(), why)),
                Ok(warnings) => {
                    for finding in warnings {
                        let of_rule = sorted.warnings.entry(finding.rule.id());
                        // A line for each plan would bury the other rules under the one
                        // that all of them break.
                        let others = of_rule.and_modify(|(.., others)| *others += 1);
                        others.or_insert_with(|| (id.clone(), finding.message, 0));
                    }
                    sorted.sendable.push(id.clone());
                }
            }
        }
        sorted
    }

    /// The findings on a draft that deserve a look, each rule once; an error is the
    /// reason why it cannot be sent.
    fn against_sending(&self, draft: &Draft) -> Result<Vec<Finding>, String> {
        // A text that gives no value is not in the settings: without this the rest would
        // be sent as if it were all that was typed.
        let faults = draft.faults();
        if let Some(fault) = faults.first() {
            return Err(format!(
                "has a text in its {} that gives no value: {}",
                fault.field, fault.reason
            ));
        }
        let base = draft.base().map(|base| &base.settings);
        let operations = draft.operations();
        let verdicts = verdicts(base, draft.edited(), &operations, self.plans.limits());
        let mut warnings: Vec<Finding> = Vec::new();
        for finding in verdicts.into_iter().flat_map(|verdict| verdict.findings) {
            if finding.refuses() {
                return Err(format!("would be refused: {finding}"));
            }
            if warnings.iter().all(|said| said.rule != finding.rule) {
                warnings.push(finding);
            }
        }
        Ok(warnings)
    }

    /// Adds the number of plans and calls, the time they take, the stages and keys they
    /// touch, and what is to be known before all else.
    fn summary(&self, lines: &mut Lines<'_>, review: &BulkReview, bulk: &Bulk) {
        let counts = &bulk.counts;
        let count = |count: usize, one: &str| match count {
            1 => format!("1 {one}"),
            n => format!("{n} {one}s"),
        };
        let new = match counts.new {
            0 => String::new(),
            n => format!(" ({n} new)"),
        };
        lines.text(format!(
            "{}{new}, {}, {}{}",
            count(counts.plans, "plan"),
            count(counts.operations, "operation"),
            count(counts.calls, "call"),
            self.time_to_completion(bulk),
        ));
        let stages = count(counts.stages.len(), "stage");
        lines.text(format!("touches {stages}; {}", counts.keys));
        if !self.operator.reason.is_empty() {
            lines.text(format!("reason: {}", self.operator.reason));
        }
        if let Which::Marked { hidden, .. } = review.which
            && hidden > 0
        {
            let text = match hidden {
                1 => "1 of these plans is hidden by the filter of the list.".to_owned(),
                n => format!("{n} of these plans are hidden by the filter of the list."),
            };
            lines.warning(text, None);
        }
        let is_grave = !counts.grave.is_empty();
        match (self.setup.protected, is_grave) {
            (true, _) => lines.warning(
                format!(
                    "This profile is protected: you will be asked to type {}.",
                    counts.plans
                ),
                None,
            ),
            (false, true) => lines.warning(
                format!(
                    "It is destructive: you will be asked to type {}.",
                    counts.plans
                ),
                None,
            ),
            (false, false) => {}
        }
    }

    /// The time until all of it is sent, in words, behind what waits already.
    fn time_to_completion(&self, bulk: &Bulk) -> String {
        let interval = self.outbox.queue.slots().interval();
        let call = if interval.is_zero() { LOCAL_CALL } else { CALL };
        let mut time = bulk.duration(interval, call);
        let waiting = self.outbox.queue.progress().left;
        let behind = if waiting > 0 {
            let others = self.outbox.queue.ends_at(self.now).duration_since(self.now);
            // The first of these waits for a slot of its own behind the last of those.
            time += Duration::try_from(others).unwrap_or_default() + interval;
            format!(", behind {waiting} that wait already")
        } else {
            String::new()
        };
        format!(", about {}{behind}", human_time(time))
    }

    /// The largest change of each limit, and what the guard says.
    fn largest(&self, lines: &mut Lines<'_>, bulk: &Bulk, plans: &[DraftId]) {
        if bulk.largest.is_empty() {
            return;
        }
        lines.head("Largest change of each limit");
        let guard = self.setup.guard;
        for PlanJump { plan, jump } in &bulk.largest {
            if let Some(id) = plans.get(*plan) {
                lines.jump(id, jump, jump.exceeds(guard));
            }
        }
        let far = bulk.guard(guard);
        let mut plans: Vec<usize> = far.iter().map(|far| far.plan).collect();
        // A plan with several limits that move far counts as one plan.
        plans.sort_unstable();
        plans.dedup();
        let changes = match far.len() {
            0 => return lines.text(format!("none moves by more than {guard}")),
            1 => "1 limit moves".to_owned(),
            n => format!("{n} limits move"),
        };
        let plans = match plans.len() {
            1 => "1 plan".to_owned(),
            n => format!("{n} plans"),
        };
        let text =
            format!("{changes} by more than {guard}, in {plans}: you will be asked to confirm");
        lines.warning(text, None);
    }
}

/// Adds the plans that stay, each with the reason.
fn left_out(lines: &mut Lines<'_>, sorted: &Sorted) {
    if sorted.left_out.is_empty() {
        return;
    }
    let count = sorted.left_out.len();
    lines.head(format!("Left out ({count}): not sent from here"));
    for (id, why) in &sorted.left_out {
        lines.plan(id, 0);
        let why = ReviewLine::Warning(why.clone());
        lines.add(2, why, Some(&Target::Plan(id.clone())));
    }
}

/// Adds what happens to the plans of a group, and their names.
fn group_lines(lines: &mut Lines<'_>, review: &BulkReview, group: &Group, plans: &[DraftId]) {
    let members = group.plans.iter().filter_map(|at| plans.get(*at));
    let Some(first) = members.clone().next() else {
        return;
    };
    let is_open = review.unfolded.contains(first);
    let target = Target::Group(first.clone());
    lines.lines.push(BulkLine {
        shown: Shown::Group {
            plans: group.plans.len(),
            is_new: group.is_new,
            is_open,
        },
        indent: 0,
        target: Some(target.clone()),
    });
    let fields = if is_open { usize::MAX } else { FIELDS };
    let value = |span: &Span| match span {
        Span::Nothing => None,
        span => Some(span.to_string()),
    };
    for line in group.lines.iter().take(fields) {
        let changed = ReviewLine::Changed {
            mark: line.mark(),
            name: line.field.to_string(),
            before: value(&line.before),
            after: value(&line.after),
        };
        lines.add(4, changed, Some(&target));
    }
    let more = group.lines.len().saturating_sub(fields);
    if more > 0 {
        let text = format!("and {more} more fields: enter shows them");
        lines.add(4, ReviewLine::Text(text), Some(&target));
    }
    for id in members.filter(|_| is_open) {
        lines.plan(id, 4);
    }
}
