//! What asks for one thing in front of a page: a text, a number, a choice, a yes.

pub mod about;
pub mod consent;
pub mod extend;
mod fault;
pub mod input;
pub mod items;
pub mod palette;
pub mod picker;
pub mod tweak;
pub mod tweak_line;

use ratatui::layout::Rect;

use crate::app::DraftId;
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::outbox::undo::WayBack;
use crate::app::page::{Rows, Typed};
use crate::app::view::layout;
use crate::plan::PlanId;
use crate::text::wrap::lines_of;

use consent::{Consent, Proposal};
use extend::ExtensionPrompt;
use input::Input;
use palette::Palette;
use picker::Picker;
use tweak::Tweak;
use tweak_line::TweakLine;

/// What stands before the screen and has the keys.
#[derive(Debug)]
pub enum Prompt {
    /// The filter of the list is being typed.
    Filter {
        /// What is typed.
        input: Input,
        /// What the filter was before.
        before: String,
        /// Which plan was selected before.
        selected: Option<PlanId>,
    },
    /// A number is being changed.
    Tweak(Tweak),
    /// A line that changes limits of many plans is being typed.
    TweakLine(Box<TweakLine>),
    /// The reason for what is sent next is being typed.
    Reason(Input),
    /// The load that is offered to the selected limit is being typed.
    Load(Input),
    /// What a client saw is being typed.
    Seen(Input),
    /// The columns of the list are being typed.
    Columns(Input),
    /// The key of a new tag is being typed.
    TagKey(Input),
    /// How many requests a key is to have left is being typed.
    Extend(Box<ExtensionPrompt>),
    /// The command line is being typed.
    Palette(Box<Palette>),
    /// Something is being chosen.
    Picker(Box<Picker>),
    /// A question that must be answered.
    Confirm(Confirm),
    /// A word must be typed before something grave is sent.
    Consent(Box<Consent>),
}

impl Prompt {
    /// The part of the key map that is live while it stands there.
    pub(in crate::app) fn context(&self) -> Place {
        match self {
            Self::Filter { .. }
            | Self::Tweak(_)
            | Self::Load(_)
            | Self::Seen(_)
            | Self::Columns(_)
            | Self::TagKey(_)
            | Self::Extend(_)
            | Self::Reason(_)
            | Self::Consent(_) => Place::Typing,
            Self::TweakLine(_) => Place::TweakLine,
            Self::Palette(_) => Place::CommandLine,
            Self::Picker(_) => Place::Picker,
            Self::Confirm(_) => Place::Confirm,
        }
    }

    /// The line that is typed into it; none where it takes no text.
    pub(in crate::app) fn input(&mut self) -> Option<&mut Input> {
        Some(match self {
            Self::Filter { input, .. }
            | Self::Load(input)
            | Self::Seen(input)
            | Self::Reason(input)
            | Self::Columns(input)
            | Self::TagKey(input) => input,
            Self::Tweak(tweak) => &mut tweak.input,
            Self::TweakLine(line) => &mut line.input,
            Self::Extend(prompt) => &mut prompt.input,
            Self::Consent(consent) => &mut consent.input,
            Self::Palette(palette) => &mut palette.input,
            Self::Picker(picker) => &mut picker.input,
            Self::Confirm(_) => return None,
        })
    }

    /// The kind of text that is typed into it.
    pub(in crate::app) fn takes(&self) -> Typed {
        match self {
            Self::Tweak(_) | Self::Extend(_) => Typed::Number,
            _ => Typed::Line,
        }
    }

    /// The lines that it takes at the foot of the screen, where the status takes so many.
    pub(in crate::app) fn height(&self, core: &Core, status: u16) -> u16 {
        let width = core.area.width.max(1);
        match self {
            // What makes it grave, and the line that is typed.
            Self::Consent(consent) => {
                lines_of(&consent.prompt(&core.back_key()), width).saturating_add(1)
            }
            Self::Confirm(confirm) => confirm.height(width),
            // The line, and what it can go on with.
            Self::TweakLine(_) if core.notice.is_none() => 2,
            Self::TweakLine(_) => status.saturating_add(2),
            // The line, and what is wrong with it.
            Self::Load(_) | Self::Seen(_) | Self::Columns(_) => {
                let fault = self.fault(core);
                let lines = fault.map_or(0, |fault| lines_of(&format!(" ! {fault}"), width));
                lines.saturating_add(1)
            }
            _ => 1,
        }
    }

    /// The lines that the pointer selects from; none where it has none.
    pub(in crate::app) fn rows(&self, body: Rect) -> Option<Rows> {
        match self {
            Self::Picker(picker) => {
                let area = layout::below(layout::picker(body), 2);
                Some(Rows::of(area, picker.cursor, picker.len()))
            }
            Self::Palette(palette) => {
                let count = palette.suggestions.len();
                let area = layout::below(layout::palette(body, count), 0);
                Some(Rows::of(area, palette.cursor, count))
            }
            _ => None,
        }
    }

    /// The command of a second click on the selected line.
    pub(in crate::app) fn opens(&self) -> Option<Command> {
        match self {
            Self::Picker(_) => Some(Command::Choose),
            Self::Palette(_) => Some(Command::Accept),
            _ => None,
        }
    }
}

/// A question that must be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Leave although something would be lost; what.
    Quit(String),
    /// Throw this draft away.
    Discard(DraftId),
    /// Throw the drafts of marked plans away.
    DiscardMany(Vec<DraftId>),
    /// Send although limits move far.
    Jumps {
        /// Which.
        what: String,
        /// What is to be sent.
        proposal: Box<Proposal>,
    },
    /// Send again although it may have been made before.
    Again {
        /// What.
        what: String,
        /// What is to be sent.
        proposal: Box<Proposal>,
    },
    /// Drop what the send queue has left.
    DropRest(usize),
    /// Stage what undoes something, although not all of it can come back.
    UndoInPart(Box<WayBack>),
}

impl Confirm {
    /// The lines that the question takes in so many columns, its keys beside it.
    fn height(&self, width: u16) -> u16 {
        match self {
            Self::UndoInPart(way) => lines_of(&way.said.join(". "), width.saturating_sub(40)),
            Self::Jumps { what, .. } | Self::Again { what, .. } => {
                lines_of(what, width.saturating_sub(40))
            }
            Self::Quit(what) => {
                let text = format!("Leave plangate? {what} ");
                lines_of(&text, width.saturating_sub(16))
            }
            Self::Discard(_) | Self::DiscardMany(_) | Self::DropRest(_) => 1,
        }
    }
}
