//! The question before something is sent: nothing for what is mild, a yes for large
//! jumps, the plan's name or the number of plans for what is grave or goes to a
//! protected profile.

use std::borrow::Cow;

use crate::app::core::Core;
use crate::app::message::changed::Changed;
use crate::app::prompt::input::Input;
use crate::app::stack::Stack;
use crate::app::{Confirm, DraftId, Prompt};
use crate::journal::SendId;
use crate::plan::Aim;
use crate::send::{consent_words, graveness, large_jumps};

/// Changes that were reviewed and are to be sent as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The changes, in their order.
    pub changes: Vec<Proposed>,
    /// The reason for them, in the operator's words; empty for none.
    pub reason: String,
    /// The send that they undo, in whole or in part.
    pub undoes: Option<SendId>,
}

impl Proposal {
    pub(in crate::app) fn aims(&self) -> Vec<&Aim> {
        self.changes.iter().map(|change| &change.aim).collect()
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// The name of its plan or its key.
    pub name: String,
    /// Its aim.
    pub aim: Aim,
    /// The draft that it comes from.
    pub draft: Option<DraftId>,
}

/// The word that must be typed before something is sent.
#[derive(Debug)]
pub struct Consent {
    /// Sentences on what makes it grave.
    pub why: Vec<String>,
    /// The words that are accepted: the name or the identifier of the one plan, or the
    /// number of plans.
    pub words: Vec<String>,
    /// The word as typed so far.
    pub input: Input,
    /// True where another word was typed before.
    is_wrong: bool,
    proposal: Proposal,
}

impl Consent {
    /// The prompt's line, on what is to be done; the key that goes back has this name.
    #[must_use]
    pub fn prompt(&self, back: &str) -> String {
        let (why, words) = (self.why.join(" "), self.words.join(" or "));
        if self.is_wrong {
            return format!("{why} Nothing is sent until you type {words}; {back} goes back:");
        }
        format!("{why} Type {words} to send, {back} to go back:")
    }

    fn is_given(&self) -> bool {
        let typed = self.input.text();
        let typed = typed.trim();
        // Without the spaces around it: nobody sees one that a plan's name ends in.
        self.words.iter().any(|word| word.trim() == typed)
    }
}

impl Core {
    /// An aim as far as it can hurt anybody: without the stages that are known to be gone.
    pub(in crate::app) fn weighed<'a>(&self, aim: &'a Aim) -> Cow<'a, Aim> {
        let around = self.plans.around();
        aim.without_gone(|stage| around.is_gone(stage))
    }

    /// Sentences on what makes changes grave; none for those that are not.
    #[must_use]
    pub fn graveness(&self, proposal: &Proposal) -> Vec<String> {
        let mut why = Vec::new();
        if self.setup.protected {
            why.push("This profile is protected.".to_owned());
        }
        let changes = proposal.changes.iter();
        let weighed: Vec<_> = changes.map(|change| self.weighed(&change.aim)).collect();
        let weighed: Vec<&Aim> = weighed.iter().map(AsRef::as_ref).collect();
        why.extend(graveness(&weighed));
        why
    }

    /// The jump that goes farthest and how many others are large, in words; empty
    /// where none is.
    fn jumps(&self, proposal: &Proposal) -> String {
        let changes = proposal.changes.iter();
        let changes = changes.map(|change| (change.name.as_str(), &change.aim));
        let large = large_jumps(changes, self.setup.guard);
        match large.as_slice() {
            [] => String::new(),
            [(name, jump)] => format!("{name}: {jump}."),
            [(name, jump), _] => format!("{name}: {jump}; and 1 other."),
            [(name, jump), others @ ..] => {
                format!("{name}: {jump}; and {} others.", others.len())
            }
        }
    }
}

impl Core {
    /// Sends changes that were reviewed, after looking what became of what was sent of
    /// the same before, and after asking what their weight asks for.
    pub(in crate::app) fn propose(&mut self, proposal: Proposal) {
        if let Some(proposal) = self.looks_before(proposal) {
            self.weigh(proposal);
        }
    }

    /// Asks what the weight of changes asks for, and sends them.
    pub(in crate::app) fn weigh(&mut self, proposal: Proposal) {
        let why = self.graveness(&proposal);
        // The word is the stronger consent: jumps are not asked about besides.
        if !why.is_empty() {
            self.ask_for(Prompt::Consent(Box::new(Consent {
                why,
                words: consent_words(&proposal.aims()),
                input: Input::new(""),
                is_wrong: false,
                proposal,
            })));
            return;
        }
        let jumps = self.jumps(&proposal);
        if jumps.is_empty() {
            self.send_proposal(proposal);
        } else {
            self.ask_for(Prompt::Confirm(Confirm::Jumps {
                what: jumps,
                proposal: Box::new(proposal),
            }));
        }
    }

    pub(in crate::app) fn send_proposal(&mut self, proposal: Proposal) {
        let Proposal {
            changes,
            reason,
            undoes,
        } = proposal;
        // A reason is that of one send. Another one that was typed meanwhile is for the
        // next.
        if reason == self.operator.reason {
            self.operator.reason.clear();
        }
        let aims = changes.into_iter().map(|c| (c.name, c.aim, c.draft));
        let send = self.send_aims(aims.collect(), reason, undoes);
        self.tell(Changed::Queued(send));
    }
}

impl Stack {
    /// The word was typed, or another.
    pub(in crate::app) fn accept_consent(&mut self, core: &mut Core, consent: Box<Consent>) {
        if consent.is_given() {
            return core.send_proposal(consent.proposal);
        }
        // What was typed stays, to be mended rather than typed anew.
        let is_wrong = true;
        self.prompt = Some(Prompt::Consent(Box::new(Consent {
            is_wrong,
            ..*consent
        })));
    }
}
