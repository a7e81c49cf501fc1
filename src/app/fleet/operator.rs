//! The operator's own things, which are no place's: they go along from place to place.

use crate::app::core::plans::Sort;
use crate::app::input::copying::Copyable;
use crate::app::view::layout::Split;
use crate::app::{App, Overlay};
use crate::config::Clipboard;

/// The operator's own things, handed over to the next place in front.
#[derive(Debug)]
pub(super) struct Carried {
    clipboard: Clipboard,
    has_mouse: bool,
    greets: bool,
    split: Split,
    copied: Option<Copyable>,
    lines: Vec<String>,
    tweak_lines: Vec<String>,
    count: Option<u32>,
    sort: Sort,
    /// The filter, where it is being typed: in a list of several places the selected
    /// plan may be another place's with every letter.
    filter: Option<Overlay>,
}

impl App {
    /// Gives away what is the operator's.
    pub(super) fn hand_over(&mut self) -> Carried {
        let is_filter = self.is_filtering_plans();
        Carried {
            clipboard: self.core.operator.clipboard.clone(),
            has_mouse: self.core.operator.has_mouse,
            greets: self.core.operator.greets,
            split: self.core.operator.split,
            copied: self.core.operator.copied.clone(),
            lines: self.core.operator.lines.clone(),
            tweak_lines: self.core.operator.tweak_lines.clone(),
            count: self.core.operator.count.take(),
            sort: self.core.plans.sort(),
            filter: if is_filter {
                self.stack.overlay.take()
            } else {
                None
            },
        }
    }

    /// Takes what is the operator's.
    pub(super) fn take_over_from(&mut self, carried: Carried) {
        let Carried {
            clipboard,
            has_mouse,
            greets,
            split,
            copied,
            lines,
            tweak_lines,
            count,
            sort,
            filter,
        } = carried;
        self.core.operator.clipboard = clipboard;
        self.core.operator.has_mouse = has_mouse;
        self.core.operator.greets = greets;
        self.core.operator.split = split;
        self.core.operator.copied = copied;
        self.core.operator.lines = lines;
        self.core.operator.tweak_lines = tweak_lines;
        self.core.operator.count = count;
        self.core.plans.set_sort(sort);
        if filter.is_some() {
            self.stack.overlay = filter;
        }
    }
}
