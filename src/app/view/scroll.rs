//! A window over lines, with or without a selected one.

/// The lines of a text that are in the window.
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
    /// True where what was selected is not there any more: then nothing is, until the
    /// operator selects something.
    is_lost: bool,
    /// True where the operator selected it: until then it is what happens to be first.
    is_chosen: bool,
}

impl Cursor {
    /// Returns true where the operator selected something with it.
    #[must_use]
    pub fn is_chosen(&self) -> bool {
        self.is_chosen
    }

    /// The selected line; none where what was selected is not there any more.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        (!self.is_lost).then_some(self.at)
    }

    /// Notes that what was selected is not there any more. The cursor stays where it was.
    pub fn lose(&mut self) {
        self.is_lost = true;
    }

    /// Selects a line.
    pub fn select(&mut self, line: usize) {
        self.at = line;
        self.is_lost = false;
    }

    /// Moves the selection by so many lines, within `lines` lines of which
    /// `height` fit. From what is not there any more the first step down is to what
    /// stands in its place.
    pub fn move_by(&mut self, by: isize, lines: usize, height: usize) {
        self.is_chosen |= by != 0;
        self.is_chosen |= by != 0;
        let is_step = by > 0 && std::mem::take(&mut self.is_lost);
        let by = by.saturating_sub(isize::from(is_step));
        // To bring the window to it, by 0, selects nothing.
        self.is_lost &= by == 0 && !is_step;
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
