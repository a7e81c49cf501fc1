//! The review of changes that come from no draft: a plan that goes, keys that move,
//! what is undone. What will be done, call by call, before it is.

pub(crate) mod notes;

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::app::Weight;
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::{Changed, Ended, Route};
use crate::app::page::{Next, Offer, Page};
use crate::app::prompt::consent::{Proposal, Proposed};
use crate::app::view::brief::brief_aim;
use crate::app::view::layout;
use crate::app::view::review_line::{ReviewLine, changed_lines};
use crate::app::view::scroll::Scroll;
use crate::journal::{EntryId, SendId};
use crate::plan::calls::call::{after_creation, plan_to_come};
use crate::plan::{Aim, Call, PlanId, Settings, UsagePlan};

use notes::Notes;

/// The words before the title of what is left to be done.
const REST: &str = "Left to do: ";

/// A review of changes that come from no draft.
#[derive(Debug)]
pub struct ChangeReview {
    /// Its heading: `Delete gold w0mvrr`.
    pub title: String,
    /// Sentences that an operator has to know before: what cannot be undone, what cannot
    /// come back, who is concerned.
    pub warnings: Vec<String>,
    /// The changes that will be sent, and their heading in the history.
    pub(in crate::app) proposal: Proposal,
    /// The lines that are shown.
    pub scroll: Scroll,
    /// The findings, by what was known when something was read last.
    pub(in crate::app) found: Vec<ReviewLine>,
    /// The notes on each change, in their order, by the same.
    pub(in crate::app) notes: Vec<Notes>,
    /// True where the plans are to be read that the keys are in which lose something.
    pub(in crate::app) reads_plans_of_keys: bool,
    /// True where the operator pressed a key since what will be sent last changed by
    /// itself.
    is_seen: bool,
    /// The send that it has become.
    sent: Option<SendId>,
    /// True once nothing of it is left to send.
    is_over: bool,
}

impl ChangeReview {
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
            // The first that is shown is what the operator asked for.
            is_seen: true,
            sent: None,
            is_over: false,
        }
    }

    /// The same as one that undoes this send, in whole or in part.
    #[must_use]
    pub fn undoing(mut self, send: SendId) -> Self {
        self.proposal.undoes = Some(send);
        self
    }

    /// Returns true where it waits to be sent or is on its way.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.sent.is_some()
    }

    /// The aims of its changes, in their order.
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
    /// The aim of a change in a few words, its plans by their names.
    fn brief_change(&self, aim: &Aim) -> String {
        let Aim::Key { from, to, .. } = aim else {
            return self.named(&brief_aim(aim)).into_owned();
        };
        let called = |plan: &PlanId| self.called_plan(plan);
        match (from, to) {
            (Some(from), Some(to)) => format!("moves from {} to {}", called(from), called(to)),
            (Some(from), None) => format!("leaves {}", called(from)),
            (None, Some(to)) => format!("enters {}", called(to)),
            (None, None) => brief_aim(aim),
        }
    }
}

impl ChangeReview {
    /// Says why what is shown cannot be sent now.
    fn obstacle_to_sending(&self, core: &Core) -> Option<&'static str> {
        if self.is_sent() {
            return Some("it is being sent already");
        }
        if !self.is_seen {
            return Some("look first: what would be sent is not what was here before");
        }
        if core.is_reading_for(self) {
            return Some("wait a moment: what it does to API keys is being read");
        }
        if self.notes.iter().any(|notes| notes.refuses) {
            return Some("it would be refused: what is marked as refused cannot be sent");
        }
        core.obstacle_to_queueing()
    }

    /// Takes note that it went into the send queue. One change is followed here, many are
    /// there.
    fn queued(&mut self, core: &mut Core, send: &SendId) {
        // Of many, the queue's page shows how far each has come.
        if self.proposal.changes.len() == 1 {
            self.sent = Some(send.clone());
        } else {
            self.is_over = true;
            core.go(Route::Queue);
        }
    }

    /// Takes the end of its change. Where it failed it can be sent again, unless what it
    /// stands on is not there any more as it was; what was done of it is not done again.
    fn ended(&mut self, ended: &Ended) {
        self.sent = None;
        self.is_over = ended.is_over;
        if let (Some(change), 1..) = (self.proposal.changes.first_mut(), ended.made) {
            self.is_seen = !go_on(&mut change.aim, ended.latest.as_ref());
            if !self.is_seen && !self.title.starts_with(REST) {
                self.title = format!("{REST}{}", self.title);
            }
        }
    }
}

impl Core {
    /// The lines of the review.
    #[must_use]
    pub fn aims_lines(&self, aims: &ChangeReview) -> Vec<ReviewLine> {
        let changes = &aims.proposal.changes;
        let mut lines = self.managed_change_lines(changes);
        if !lines.is_empty() {
            lines.push(ReviewLine::Blank);
        }
        lines.push(ReviewLine::Head("What will happen".to_owned()));
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
            lines.push(ReviewLine::Head("Warnings".to_owned()));
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

impl Page for ChangeReview {
    fn context(&self) -> Place {
        Place::ChangeReview
    }

    fn move_by(&mut self, core: &mut Core, body: Rect, by: isize) {
        let lines = core.aims_lines(self).len();
        let height = usize::from(layout::inside(body).height);
        self.scroll.move_by(by, lines, height);
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        self.move_by(core, body, 0);
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        match command {
            Command::Send => Offer::unless(self.obstacle_to_sending(core)),
            Command::MoveKey | Command::LeaveOut | Command::KeyPlans => {
                Offer::unless(self.obstacle(command))
            }
            _ => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::Send => {
                core.propose(self.proposal.clone());
                return Next::Stay;
            }
            Command::MoveKey => self.move_instead(core),
            Command::LeaveOut => self.leave_out_refused(),
            Command::KeyPlans => self.reads_plans_of_keys = true,
            _ => return Next::PassOn,
        }
        self.refresh(core);
        Next::Stay
    }

    fn changed(&mut self, core: &mut Core, changed: &Changed) {
        match changed {
            Changed::Plans
            | Changed::Around
            | Changed::Keys
            | Changed::Queue
            | Changed::Usage(_) => self.take_read(core),
            Changed::Queued(send) => self.queued(core, send),
            Changed::Ended(ended) if self.entry().as_ref() == Some(&ended.entry) => {
                self.ended(ended);
            }
            _ => {}
        }
    }

    fn resumed(&mut self, core: &mut Core) {
        // What is being sent stays as it was reviewed.
        if !self.is_sent() {
            self.refresh(core);
        }
    }

    fn step_back(&mut self, core: &mut Core) -> bool {
        let Some(entry) = self.entry() else {
            return false;
        };
        let current = core.outbox.queue.current();
        if current.is_some_and(|(current, _)| current.id == entry) {
            core.stop_current();
        } else if core.outbox.queue.leave_out(&entry) {
            // It has not begun, so it is out of the queue for certain; only of a call
            // that is under way the end has to be awaited.
            self.sent = None;
            let text = "It is out of the send queue: nothing was sent.";
            core.say(Weight::Info, text);
        }
        true
    }

    fn seen(&mut self) {
        self.is_seen = true;
    }

    fn is_sending(&self, _core: &Core) -> bool {
        self.is_sent()
    }

    fn is_over(&self) -> bool {
        self.is_over
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

/// The fields of a plan's settings that will differ.
fn differing(aim: &Aim) -> Vec<ReviewLine> {
    let nothing = Settings::default();
    match aim {
        Aim::Create { wanted, .. } => changed_lines(&nothing, wanted),
        Aim::Update { base, wanted } => changed_lines(&base.settings, wanted),
        Aim::Delete { .. } | Aim::Key { .. } | Aim::Extend { .. } => Vec::new(),
    }
}

/// All calls that a change takes, also those that follow a creation.
fn all_calls(aim: &Aim) -> Vec<Call> {
    let mut calls = aim.calls();
    if let Aim::Create { wanted, keys } = aim {
        calls.extend(after_creation(wanted));
        calls.extend(keys.iter().map(|key| Call::AttachKey {
            plan: plan_to_come(),
            key: key.clone(),
        }));
    }
    calls
}
