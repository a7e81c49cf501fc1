//! What is asked before something is sent: nothing for what is mild, a yes for large
//! jumps, the plan's name or the number of plans for what is grave or goes to a
//! protected profile.

use super::text::Input;
use super::{App, Confirm, DraftId, Overlay, Screen, Weight};
use crate::journal::SendId;
use crate::plan::Aim;
use crate::plan::jump::jumps;

/// Changes that were reviewed and are to be sent as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The changes, in their order.
    pub changes: Vec<Proposed>,
    /// Why, in the operator's words; empty for none.
    pub reason: String,
    /// The send that they take back, in whole or in part.
    pub takes_back: Option<SendId>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// What its plan or its key is called.
    pub name: String,
    /// What it is to achieve.
    pub aim: Aim,
    /// The draft that it comes from.
    pub draft: Option<DraftId>,
}

/// The word that must be typed before something is sent.
#[derive(Debug)]
pub struct Consent {
    /// What makes it grave.
    pub why: Vec<String>,
    /// What is accepted: the name or the identifier of the one plan, or the number of
    /// plans.
    pub words: Vec<String>,
    /// What is typed.
    pub input: Input,
    proposal: Proposal,
}

impl Consent {
    /// What is to be done, in a line.
    #[must_use]
    pub fn prompt(&self) -> String {
        format!(
            "{} Type {} to send, esc to go back:",
            self.why.join(" "),
            self.words.join(" or ")
        )
    }

    fn is_given(&self) -> bool {
        let typed = self.input.text();
        let typed = typed.trim();
        self.words.iter().any(|word| word.trim() == typed)
    }
}

impl App {
    /// Sends changes that were reviewed, after asking what their weight asks for.
    pub(super) fn propose(&mut self, proposal: Proposal) {
        let why = self.graveness(&proposal);
        if !why.is_empty() {
            self.overlay = Some(Overlay::Consent(Box::new(Consent {
                why,
                words: words(&proposal),
                input: Input::new(""),
                proposal,
            })));
            return;
        }
        let jumps = self.jumps(&proposal);
        if jumps.is_empty() {
            self.send_proposal(proposal);
        } else {
            self.overlay = Some(Overlay::Confirm(Confirm::Jumps {
                what: jumps,
                proposal: Box::new(proposal),
            }));
        }
    }

    /// What makes changes grave; nothing for those that are not.
    #[must_use]
    pub fn graveness(&self, proposal: &Proposal) -> Vec<String> {
        let mut why = Vec::new();
        if self.setup.protected {
            why.push("This profile is protected.".to_owned());
        }
        let aims = || proposal.changes.iter().map(|change| &change.aim);
        let count = |is: fn(&Aim) -> bool| aims().filter(|aim| is(aim)).count();
        let deleted = count(|aim| matches!(aim, Aim::Delete { .. }));
        let detached = count(|aim| matches!(aim, Aim::Update { .. }) && aim.is_grave());
        let left = count(|aim| matches!(aim, Aim::Key { .. }) && aim.is_grave());
        for (count, one, many) in [
            (deleted, "A plan is deleted.", "plans are deleted."),
            (
                detached,
                "A plan loses a stage: its clients are refused there.",
                "plans lose a stage: their clients are refused there.",
            ),
            (
                left,
                "An API key loses its plan.",
                "API keys lose their plan.",
            ),
        ] {
            match count {
                0 => {}
                1 => why.push(one.to_owned()),
                n => why.push(format!("{n} {many}")),
            }
        }
        why
    }

    /// The jump that goes farthest and how many others are large, in words; empty
    /// where none is.
    fn jumps(&self, proposal: &Proposal) -> String {
        let mut large = Vec::new();
        for change in &proposal.changes {
            if let Aim::Update { base, wanted } = &change.aim {
                let far = jumps(&base.settings, wanted).into_iter();
                let far = far.filter(|jump| jump.exceeds(self.setup.guard));
                large.extend(far.map(|jump| (change, jump)));
            }
        }
        large.sort_by(|(_, one), (_, other)| other.cmp_size(one));
        match large.as_slice() {
            [] => String::new(),
            [(change, jump)] => format!("{}: {jump}.", change.name),
            [(change, jump), others @ ..] => {
                format!("{}: {jump}; and {} others.", change.name, others.len())
            }
        }
    }

    /// The word was typed, or another.
    pub(super) fn accept_consent(&mut self, consent: Box<Consent>) {
        if consent.is_given() {
            return self.send_proposal(consent.proposal);
        }
        let text = format!(
            "Nothing is sent before you type {}.",
            consent.words.join(" or ")
        );
        self.overlay = Some(Overlay::Consent(consent));
        self.say(Weight::Warning, text);
    }

    pub(super) fn send_proposal(&mut self, proposal: Proposal) {
        let Proposal {
            changes,
            reason,
            takes_back,
        } = proposal;
        if reason == self.reason {
            self.reason.clear();
        }
        let is_of_many = matches!(self.screen(), Screen::BulkReview(_));
        if is_of_many {
            self.leave_screen();
        }
        let aims = changes.into_iter().map(|c| (c.name, c.aim, c.draft));
        self.send_aims(aims.collect(), reason, takes_back);
        if is_of_many {
            self.open_queue();
        }
    }
}

/// What is accepted as a consent.
fn words(proposal: &Proposal) -> Vec<String> {
    let [only] = proposal.changes.as_slice() else {
        return vec![proposal.changes.len().to_string()];
    };
    let mut words = Vec::new();
    if let Aim::Update { base, .. } | Aim::Delete { base, .. } = &only.aim {
        words.push(base.settings.name.clone());
    }
    if let Aim::Create { wanted, .. } = &only.aim {
        words.push(wanted.name.clone());
    }
    words.extend(only.aim.plan().map(ToString::to_string));
    words.retain(|word| !word.trim().is_empty());
    words.dedup();
    words
}
