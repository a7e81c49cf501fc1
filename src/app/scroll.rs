//! A window over lines, with or without a selected one.

/// Which lines of a text are in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    /// The first line in the window.
    pub top: usize,
}

impl Scroll {
    /// Moves the window by so many lines, within `lines` lines of which
    /// `height` fit.
    pub fn move_by(&mut self, by: isize, lines: usize, height: usize) {
        let last = lines.saturating_sub(height);
        self.top = self.top.saturating_add_signed(by).min(last);
    }
}

/// A selected line and a window that follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The selected line.
    pub at: usize,
    /// The first line in the window.
    pub top: usize,
}

impl Cursor {
    /// Moves the selection by so many lines, within `lines` lines of which
    /// `height` fit.
    pub fn move_by(&mut self, by: isize, lines: usize, height: usize) {
        self.at = self.at.saturating_add_signed(by);
        self.keep_within(lines, height);
    }

    /// Brings the selection back to what there is, and the window to it.
    pub fn keep_within(&mut self, lines: usize, height: usize) {
        let height = height.max(1);
        self.at = self.at.min(lines.saturating_sub(1));
        let lowest = (self.at + 1).saturating_sub(height);
        self.top = self.top.clamp(lowest, self.at.max(lowest));
        self.top = self.top.min(lines.saturating_sub(height).max(lowest));
    }
}
