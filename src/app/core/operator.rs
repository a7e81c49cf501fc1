//! The operator's own things: what was typed before, and how the screen is divided.

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::prompt::Prompt;
use crate::app::view::copyable::Copyable;
use crate::app::view::layout;
use crate::config::{Clipboard, ListColumn};

/// The operator's own things, whatever page is in front.
#[derive(Debug)]
pub struct Operator {
    /// The number that is typed before a movement, which it repeats.
    pub count: Option<u32>,
    /// The lines that the command line took, newest last.
    pub(in crate::app) lines: Vec<String>,
    /// The commands that the command line did, the last one last, each once.
    pub(in crate::app) recent: Vec<Command>,
    /// The lines that were typed to tweak plans, the newest last.
    pub(in crate::app) tweak_lines: Vec<String>,
    /// The reason for the next changes, for the journal; empty for no reason.
    pub reason: String,
    /// The way of a text to the clipboard.
    pub clipboard: Clipboard,
    /// The columns of the list of plans that were chosen; none for the usual ones.
    pub columns: Option<Vec<ListColumn>>,
    /// True while the mouse is the dashboard's, and not the terminal's own.
    pub has_mouse: bool,
    /// The operator's division of the screen between the list and the detail.
    pub(in crate::app) split: layout::Split,
    /// True while the border between them is being dragged.
    pub(in crate::app) is_dragging: bool,
    /// True while a newcomer is told the first steps.
    pub greets: bool,
    /// The text that was copied last.
    pub(in crate::app) copied: Option<Copyable>,
}

impl Default for Operator {
    fn default() -> Self {
        Self {
            count: None,
            lines: Vec::new(),
            recent: Vec::new(),
            tweak_lines: Vec::new(),
            reason: String::new(),
            clipboard: Clipboard::default(),
            columns: None,
            has_mouse: true,
            split: layout::Split::default(),
            is_dragging: false,
            greets: false,
            copied: None,
        }
    }
}

impl Core {
    /// Takes the reason for what is sent next. Gives other prompts back.
    pub(in crate::app) fn take_reason(&mut self, prompt: Prompt) -> Option<Prompt> {
        let Prompt::Reason(input) = prompt else {
            return Some(prompt);
        };
        input.text().trim().clone_into(&mut self.operator.reason);
        None
    }
}
