//! The operator's own things, which are no place's: they go along from place to place.

use crate::app::Prompt;
use crate::app::core::Core;
use crate::app::core::plans::Sort;
use crate::app::keys::command::Command;
use crate::app::stack::Stack;
use crate::app::view::copyable::Copyable;
use crate::app::view::layout::Split;
use crate::config::{Clipboard, ListColumn};

/// The operator's own things, handed over to the next place in front.
#[derive(Debug)]
pub(super) struct Carried {
    clipboard: Clipboard,
    columns: Option<Vec<ListColumn>>,
    has_mouse: bool,
    greets: bool,
    split: Split,
    copied: Option<Copyable>,
    lines: Vec<String>,
    recent: Vec<Command>,
    tweak_lines: Vec<String>,
    count: Option<u32>,
    sort: Sort,
    /// The filter, where it is being typed: in a list of several places the selected
    /// plan may be another place's with every letter.
    filter: Option<Prompt>,
}

impl Stack {
    /// Gives away what is the operator's.
    pub(super) fn hand_over(&mut self, core: &mut Core) -> Carried {
        let is_filter = self.is_filtering_plans();
        Carried {
            clipboard: core.operator.clipboard.clone(),
            columns: core.operator.columns.clone(),
            has_mouse: core.operator.has_mouse,
            greets: core.operator.greets,
            split: core.operator.split,
            copied: core.operator.copied.clone(),
            lines: core.operator.lines.clone(),
            recent: core.operator.recent.clone(),
            tweak_lines: core.operator.tweak_lines.clone(),
            count: core.operator.count.take(),
            sort: core.plans.sort(),
            filter: if is_filter { self.prompt.take() } else { None },
        }
    }

    /// Takes what is the operator's.
    pub(super) fn take_over_from(&mut self, core: &mut Core, carried: Carried) {
        let Carried {
            clipboard,
            columns,
            has_mouse,
            greets,
            split,
            copied,
            lines,
            recent,
            tweak_lines,
            count,
            sort,
            filter,
        } = carried;
        core.operator.clipboard = clipboard;
        core.operator.columns = columns;
        core.operator.has_mouse = has_mouse;
        core.operator.greets = greets;
        core.operator.split = split;
        core.operator.copied = copied;
        core.operator.lines = lines;
        core.operator.recent = recent;
        core.operator.tweak_lines = tweak_lines;
        core.operator.count = count;
        core.plans.set_sort(sort);
        if filter.is_some() {
            self.prompt = filter;
        }
    }
}
