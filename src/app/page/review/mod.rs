//! The review: what will be sent, before it is.

mod conflicts;
mod lines;

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::{Case, Changed};
use crate::app::outbox::handover::NO_MANAGER;
use crate::app::page::{Next, Offer, Page};
use crate::app::prompt::input::Input;
use crate::app::view::layout;
use crate::app::view::scroll::Scroll;
use crate::app::{DraftId, Known, Prompt, Weight};
use crate::plan::edit::draft::{Draft, Snapshot};
use crate::plan::{Finding, Verdict, verdicts};

use conflicts::Conflicts;

pub use crate::app::view::review_line::{NAME_WIDTH, ReviewLine, VALUE_INDENT};
pub use conflicts::Side;

/// The review of a draft.
#[derive(Debug)]
pub struct Review {
    /// The name of its draft.
    pub draft: DraftId,
    /// The lines that are shown.
    pub scroll: Scroll,
    /// True where the operator pressed a key since what it shows last changed by itself.
    is_seen: bool,
    /// The fields that somebody else changed too meanwhile.
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
    /// True where the gates refuse it.
    is_refused: bool,
}

impl Review {
    /// The review of a draft; asks for what it needs.
    pub(in crate::app) fn open(core: &mut Core, draft: DraftId) -> Self {
        core.ask_keys_at_stake(&draft);
        let mut review = Self {
            draft,
            scroll: Scroll::default(),
            is_seen: true,
            conflicts: None,
            built: None,
        };
        review.see_conflicts(core);
        review
    }

    /// Shows the conflicts that there are now: they stay with the draft, however its review
    /// was left.
    fn see_conflicts(&mut self, core: &Core) {
        // What is on its way is not to be resolved under its feet.
        if core.is_queued(&self.draft) {
            return;
        }
        let found = core.conflicts_of(&self.draft);
        let now = found.as_ref().map(|(now, _)| &now.settings);
        if now == self.conflicts_with().map(|plan| &plan.settings) {
            return;
        }
        if let Some((theirs, merged)) = found {
            self.set_conflicts(theirs, merged, Case::OlderBase);
        } else {
            self.conflicts = None;
            self.is_seen = false;
        }
    }

    /// The lines as they were laid out last, where they would be the same now but for the
    /// reason.
    fn built(&self, core: &Core, draft: &Draft) -> Option<&Built> {
        let is_built = |built: &&Built| {
            (built.known, built.columns) == (core.known(), core.area.width)
                && built.draft.is_of(draft)
        };
        self.built.as_ref().filter(is_built)
    }

    /// Returns true if the gates, or what is known of its API keys, keep the draft from being
    /// sent.
    fn is_refused(&self, core: &Core, draft: &Draft) -> bool {
        if let Some(built) = self.built(core, draft) {
            return built.is_refused;
        }
        let base = draft.base().map(|base| &base.settings);
        let operations = draft.operations();
        let verdicts = verdicts(base, draft.edited(), &operations, core.plans.limits());
        let of_keys = core.key_findings(&self.draft);
        verdicts.iter().any(Verdict::refuses) || of_keys.iter().any(Finding::refuses)
    }

    /// Lays its lines out, to be drawn as often as it takes. Returns how many they are.
    fn build(&mut self, core: &Core) -> usize {
        let lines = core.review_lines(self);
        let count = lines.len();
        let draft = core.drafts.get(&self.draft);
        // The lines of conflicts follow the selection and the choices so far, of which
        // nothing is noted here.
        let draft = draft.filter(|_| self.conflicts.is_none());
        self.built = draft.map(|draft| Built {
            draft: draft.snapshot(),
            known: core.known(),
            columns: core.area.width,
            reason: core.operator.reason.clone(),
            lines,
            is_refused: self.is_refused(core, draft),
        });
        count
    }

    /// Says why it cannot be sent now.
    fn obstacle_to_sending(&self, core: &Core) -> Option<&'static str> {
        if !self.is_seen {
            return Some("look first: what would be sent is not what was here before");
        }
        if self.conflict().is_some() {
            return Some("resolve the conflicts first: <theirs> theirs, <mine> mine, <base> base");
        }
        let Some(draft) = core.drafts.get(&self.draft) else {
            return Some("it was sent; nothing is staged any more");
        };
        if core.is_queued(&self.draft) {
            return Some("it is being sent already");
        }
        let base = draft.base().map(|base| &base.settings);
        // A draft counts as changed by a text that gives no value as well.
        if base.is_some_and(|base| base == draft.edited()) {
            return Some("nothing that could be sent is staged");
        }
        if self.is_refused(core, draft) {
            return Some("it would be refused: fix what is marked as refused first");
        }
        core.obstacle_to_queueing()
    }

    /// Says why no conflict can be resolved now.
    fn obstacle_to_resolving(&self, core: &Core) -> Option<&'static str> {
        if core.is_queued(&self.draft) {
            return Some("this draft is being sent: <back> in its review stops that");
        }
        let has_none = self.conflict().is_none();
        has_none.then_some("there is no conflict to resolve")
    }

    /// Resolves the selected conflict; once all are, the draft goes on with what was chosen.
    fn choose(&mut self, core: &mut Core, side: Side) {
        let Some(draft) = core.drafts.get_mut(&self.draft) else {
            return;
        };
        let Some((theirs, settings)) = self.resolve(side, draft) else {
            return;
        };
        draft.rebase(&theirs, settings);
        if draft.is_changed() {
            let text = "All conflicts are resolved. Review again and send.";
            core.say(Weight::Info, text);
        } else {
            core.forget(&self.draft);
            let text = "Nothing is left to send: the plan is as you chose.";
            core.say(Weight::Info, text);
        }
    }
}

impl Page for Review {
    fn context(&self) -> Place {
        Place::Review
    }

    fn draft(&self) -> Option<&DraftId> {
        Some(&self.draft)
    }

    fn move_by(&mut self, core: &mut Core, body: Rect, by: isize) {
        if self.conflict().is_some() {
            return self.move_conflict(by);
        }
        let lines = core.review_lines(self).len();
        let height = usize::from(layout::inside(body).height);
        self.scroll.move_by(by, lines, height);
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        let lines = self.build(core);
        let height = usize::from(layout::inside(body).height);
        self.scroll.move_by(0, lines, height);
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        match command {
            Command::Send => Offer::unless(self.obstacle_to_sending(core)),
            Command::Theirs | Command::Mine | Command::Base => {
                Offer::unless(self.obstacle_to_resolving(core))
            }
            Command::CopyCode => {
                Offer::unless((!core.is_any_managed([&self.draft])).then_some(NO_MANAGER))
            }
            _ => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::Send => {
                core.propose_drafts(vec![self.draft.clone()], core.operator.reason.clone());
            }
            Command::Reason => core.ask_for(Prompt::Reason(Input::new(&core.operator.reason))),
            Command::CopyCode => core.hand_over([&self.draft]),
            Command::Theirs => self.choose(core, Side::Theirs),
            Command::Mine => self.choose(core, Side::Mine),
            Command::Base => self.choose(core, Side::Base),
            _ => return Next::PassOn,
        }
        Next::Stay
    }

    fn answered(&mut self, core: &mut Core, prompt: Prompt) -> Option<Prompt> {
        core.take_reason(prompt)
    }

    fn changed(&mut self, core: &mut Core, changed: &Changed) {
        match changed {
            Changed::Draft(id) if *id == self.draft => self.is_seen = false,
            Changed::Renamed { from, to } if *from == self.draft => self.draft = to.clone(),
            Changed::Conflicts {
                draft,
                theirs,
                merged,
                case,
            } if *draft == self.draft => {
                return self.set_conflicts(theirs.clone(), (**merged).clone(), *case);
            }
            Changed::Plans | Changed::Queue | Changed::Rebased(_) => {}
            _ => return,
        }
        self.see_conflicts(core);
    }

    fn resumed(&mut self, core: &mut Core) {
        self.see_conflicts(core);
    }

    fn step_back(&mut self, core: &mut Core) -> bool {
        // The first step back stops the send, the next one leaves.
        let is_queued = core.is_queued(&self.draft);
        if is_queued {
            core.cancel_sending(&self.draft);
        }
        is_queued
    }

    fn seen(&mut self) {
        self.is_seen = true;
    }

    fn is_sending(&self, core: &Core) -> bool {
        core.is_queued(&self.draft)
    }
}
