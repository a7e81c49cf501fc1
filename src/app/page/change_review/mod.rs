//! The review of changes that come from no draft: a plan that goes, keys that move,
//! what is undone. What will be done, call by call, before it is.

pub(crate) mod notes;

use std::sync::Arc;

use super::review::{ReviewLine, changed_line};
use crate::app::core::Core;
use crate::app::page::change_review::notes::Notes;
use crate::app::prompt::consent::{Proposal, Proposed};
use crate::app::view::brief::brief_aim;
use crate::app::view::scroll::Scroll;
use crate::app::{App, Screen, Weight};
use crate::journal::{EntryId, SendId};
use crate::plan::{Aim, Call, PlanId, Settings, UsagePlan, changes, creatable, diff};

/// What stands before the title of what is left to be done.
const REST: &str = "Left to do: ";

/// What will be done.
#[derive(Debug)]
pub struct Aims {
    /// What it is, as a heading: `Delete gold w0mvrr`.
    pub title: String,
    /// What an operator has to know before: what cannot be undone, what cannot come
    /// back, who is concerned.
    pub warnings: Vec<String>,
    /// What will be sent.
    pub(in crate::app) proposal: Proposal,
    /// Which lines are shown.
    pub scroll: Scroll,
    /// What was found, by what was known when something was read last.
    pub(in crate::app) found: Vec<ReviewLine>,
    /// What is to be noted of each change, in their order, by the same.
    pub(in crate::app) notes: Vec<Notes>,
    /// Whether the plans are to be read that the keys are in which lose something.
    pub(in crate::app) reads_plans_of_keys: bool,
    /// Whether the operator pressed a key since what will be sent last changed by
    /// itself.
    is_seen: bool,
    /// The send that it has become.
    sent: Option<SendId>,
}

impl Aims {
    /// The review of changes that are to be sent in this order, as one send.
    #[must_use]
    pub fn new(title: impl Into<String>, changes: Vec<Proposed>, warnings: Vec<String>) -> Self {
        let proposal = Proposal {
            changes,
            reason: String::new(),
            undoes: None,
        };
        Self {
            title: title.into(),
            warnings,
            proposal,
            scroll: Scroll::default(),
            found: Vec::new(),
            notes: Vec::new(),
            reads_plans_of_keys: false,
            is_seen: true,
            sent: None,
        }
    }

    /// As one that undoes this send, in whole or in part.
    #[must_use]
    pub fn undoing(mut self, send: SendId) -> Self {
        self.proposal.undoes = Some(send);
        self
    }

    /// Whether it waits to be sent or is on its way.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.sent.is_some()
    }

    /// What each change is to achieve.
    pub fn aims(&self) -> impl Iterator<Item = &Aim> {
        self.proposal.changes.iter().map(|change| &change.aim)
    }

    /// The only change, once it is in the send queue.
    fn entry(&self) -> Option<EntryId> {
        let send = self.sent.clone()?;
        Some(EntryId { send, number: 1 })
    }
}

impl Core {
    /// What a change is to achieve, its plans by their names.
    fn brief_change(&self, aim: &Aim) -> String {
        let Aim::Key { from, to, .. } = aim else {
            return brief_aim(aim);
        };
        let called = |plan: &PlanId| self.called_plan(plan);
        match (from, to) {
            (Some(from), Some(to)) => format!("moves from {} to {}", called(from), called(to)),
            (Some(from), None) => format!("leaves {}", called(from)),
            (None, Some(to)) => format!("enters {}", called(to)),
            (None, None) => brief_aim(aim),
        }
    }

    /// Why what is shown cannot be sent now.
    pub(in crate::app) fn obstacle_to_aims(&self, aims: &Aims) -> Option<&'static str> {
        if aims.is_sent() {
            return Some("it is being sent already");
        }
        if !aims.is_seen {
            return Some("look first: what would be sent is not what was here before");
        }
        if self.is_reading_for(aims) {
            return Some("wait a moment: what it does to API keys is being read");
        }
        if aims.notes.iter().any(|notes| notes.refuses) {
            return Some("it would be refused: what is marked as refused cannot be sent");
        }
        self.obstacle_to_queueing()
    }
}

impl Core {
    /// The lines of the review.
    #[must_use]
    pub fn aims_lines(&self, aims: &Aims) -> Vec<ReviewLine> {
        let changes = &aims.proposal.changes;
        let mut lines = vec![ReviewLine::Head("Will be done".to_owned())];
        for change in changes {
            let text = format!("{}: {}", change.name, self.brief_change(&change.aim));
            lines.push(ReviewLine::Text(text));
        }
        lines.push(ReviewLine::Blank);
        let warnings = aims.warnings.iter().cloned().map(ReviewLine::Warning);
        let found = aims.found.iter().cloned();
        let grave = self.grave_line(&aims.proposal);
        let to_note = grave.into_iter().chain(found).chain(warnings);
        let to_note: Vec<ReviewLine> = to_note.collect();
        if !to_note.is_empty() {
            lines.push(ReviewLine::Head("To note".to_owned()));
            lines.extend(to_note);
            lines.extend(self.ways_out(aims));
            lines.push(ReviewLine::Blank);
        }
        lines.extend(aims.notes.iter().flat_map(|notes| &notes.told).cloned());
        for change in changes {
            let differing = differing(&change.aim);
            if !differing.is_empty() {
                lines.push(ReviewLine::Head(format!(
                    "Before and after: {}",
                    change.name
                )));
                lines.extend(differing);
                lines.push(ReviewLine::Blank);
            }
        }
        let calls: Vec<Call> = changes.iter().flat_map(|c| all_calls(&c.aim)).collect();
        let count = calls.len();
        for (at, call) in calls.iter().enumerate() {
            let number = if count > 1 {
                format!(" {} of {count}", at + 1)
            } else {
                String::new()
            };
            self.request_lines(&mut lines, call, &number);
        }
        self.fitted(lines)
    }
}

impl App {
    /// Shows what will be done, to be sent from there.
    pub fn open_aims(&mut self, aims: Aims) {
        self.stack.screens.push(Screen::Aims(Box::new(aims)));
        self.refresh_aims();
    }

    /// A key was pressed: what the review in front shows was looked at.
    pub(in crate::app) fn aims_seen(&mut self) {
        if let Some(Screen::Aims(aims)) = self.stack.screens.last_mut() {
            aims.is_seen = true;
        }
    }

    /// Sends what is shown, after asking what its weight asks for.
    pub(in crate::app) fn send_shown_aims(&mut self) {
        if let Screen::Aims(aims) = self.screen() {
            let proposal = aims.proposal.clone();
            self.core.propose(proposal);
        }
    }

    /// What is shown went into the send queue. One change is followed here, many are
    /// there.
    pub(in crate::app) fn aims_queued(&mut self, send: &SendId) {
        let Some(Screen::Aims(aims)) = self.stack.screens.last_mut() else {
            return;
        };
        if aims.proposal.changes.len() == 1 {
            aims.sent = Some(send.clone());
        } else {
            self.stack.screens.pop();
            self.open_queue();
        }
    }

    /// A change is over. Where it failed it can be sent again, unless what it stands on
    /// is not there any more as it was; what was done of it is not done again.
    pub(in crate::app) fn aims_ended(
        &mut self,
        entry: &EntryId,
        is_over: bool,
        made: u32,
        latest: Option<&Arc<UsagePlan>>,
    ) {
        self.stack.screens.retain_mut(|screen| match screen {
            Screen::Aims(aims) if aims.entry().as_ref() == Some(entry) => {
                aims.sent = None;
                if let (Some(change), 1..) = (aims.proposal.changes.first_mut(), made) {
                    aims.is_seen = !go_on(&mut change.aim, latest);
                    if !aims.is_seen && !aims.title.starts_with(REST) {
                        aims.title = format!("{REST}{}", aims.title);
                    }
                }
                !is_over
            }
            _ => true,
        });
    }

    /// Stops what is on its way, or takes it out of the queue.
    pub(in crate::app) fn stop_aims(&mut self) {
        let Screen::Aims(aims) = self.screen() else {
            return;
        };
        let Some(entry) = aims.entry() else { return };
        let current = self.core.outbox.queue.current();
        if current.is_some_and(|(current, _)| current.id == entry) {
            return self.core.stop_current();
        }
        if self.core.outbox.queue.leave_out(&entry) {
            if let Some(Screen::Aims(aims)) = self.stack.screens.last_mut() {
                aims.sent = None;
            }
            self.core.say(
                Weight::Info,
                "It is out of the send queue: nothing was sent.",
            );
        }
    }
}

/// Leaves in an aim what is not done of it yet. Says whether that is another aim.
fn go_on(aim: &mut Aim, latest: Option<&Arc<UsagePlan>>) -> bool {
    match (aim, latest) {
        // A key leaves before it enters.
        (Aim::Key { from, to, .. }, _) if to.is_some() => from.take().is_some(),
        (Aim::Update { base, .. } | Aim::Delete { base, .. }, Some(latest)) => {
            *base = latest.clone();
            true
        }
        _ => false,
    }
}

/// What of a plan's settings will differ.
fn differing(aim: &Aim) -> Vec<ReviewLine> {
    let nothing = Settings::default();
    let changed = match aim {
        Aim::Create { wanted, .. } => changes(&nothing, wanted),
        Aim::Update { base, wanted } => changes(&base.settings, wanted),
        Aim::Delete { .. } | Aim::Key { .. } | Aim::Extend { .. } => Vec::new(),
    };
    changed.into_iter().map(changed_line).collect()
}

/// All calls that a change takes, also those that follow a creation.
fn all_calls(aim: &Aim) -> Vec<Call> {
    let mut calls = aim.calls();
    if let Aim::Create { wanted, keys } = aim {
        calls.extend(after_creation(wanted));
        calls.extend(keys.iter().map(|key| Call::AttachKey {
            plan: new_plan(),
            key: key.clone(),
        }));
    }
    calls
}

/// What creation cannot carry follows with the identifier that it gives.
pub(in crate::app) fn after_creation(wanted: &Settings) -> Option<Call> {
    let operations = diff(&creatable(wanted), wanted);
    (!operations.is_empty()).then(|| Call::Update {
        plan: new_plan(),
        operations,
    })
}

/// What stands for the identifier that the service will give.
fn new_plan() -> PlanId {
    PlanId("NEW-PLAN-ID".to_owned())
}
