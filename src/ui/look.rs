//! Colours and symbols.

use ratatui::style::{Modifier, Style};
use ratatui::symbols::border;

use super::colour;
use crate::config::{Depth, Role, Theme};
use crate::plan::lint::Level;

/// The looks of everything: four weights of text, and the marks around it. The weights are
/// the title, the value, the label with its unit, and the meaning (good, warning, error).
/// Colour is never the only carrier of a meaning: a mark, a word or a place says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The whole screen, below everything else.
    pub screen: Style,
    /// The weight of titles: of the pane in front, of sections and of columns.
    pub title: Style,
    /// The weight of values and sentences.
    pub value: Style,
    /// The weight of labels and units, and of what does nothing now.
    pub label: Style,
    /// The one accent: what has the keys, keys to press.
    pub accent: Style,
    /// The selected line.
    pub selected: Style,
    /// Staged changes.
    pub staged: Style,
    /// The meaning "good", and additions.
    pub good: Style,
    /// Removals.
    pub removed: Style,
    /// The meaning "warning": anything that deserves a look.
    pub warning: Style,
    /// The meaning "error": anything that is refused or went wrong.
    pub error: Style,
    /// The symbols.
    pub symbols: Symbols,
    /// True if the account is protected: then every frame says so.
    pub is_protected: bool,
    /// True if the terminal takes two cells for a character of ambiguous width: then none
    /// is drawn.
    pub has_wide_cells: bool,
}

/// Symbols, in Unicode or plain ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbols {
    /// Marks text that goes on beyond what is shown.
    pub ellipsis: &'static str,
    /// Between a value before and after.
    pub arrow: &'static str,
    /// Largest first, and smallest first.
    pub sorted: [&'static str; 2],
    /// Between parts of a line.
    pub dot: &'static str,
    /// The selected line.
    pub pointer: &'static str,
    /// A marked line.
    pub marked: &'static str,
    /// A switch that is on, and off.
    pub switch: [&'static str; 2],
    /// A piece of a bar.
    pub bar: &'static str,
    /// A line across a picture.
    pub rule: &'static str,
    /// Today in a picture of days.
    pub now: char,
    /// A day to come in a picture of days.
    pub ahead: char,
    /// The day on which nothing is left, in a picture of days.
    pub crossing: char,
    /// Heights from nothing to full.
    pub heights: &'static [&'static str],
    /// Returns true if borders may use box drawing characters.
    pub is_unicode: bool,
}

const UNICODE: Symbols = Symbols {
    ellipsis: "…",
    arrow: "→",
    sorted: ["▼", "▲"],
    dot: "·",
    pointer: "▸",
    marked: "✓",
    switch: ["[x]", "[ ]"],
    bar: "■",
    rule: "┄",
    now: '┃',
    ahead: '•',
    crossing: '╎',
    heights: &[" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    is_unicode: true,
};

const ASCII: Symbols = Symbols {
    ellipsis: "~",
    arrow: "->",
    sorted: ["v", "^"],
    dot: "-",
    pointer: ">",
    marked: "*",
    switch: ["[x]", "[ ]"],
    bar: "=",
    rule: "-",
    now: '|',
    ahead: '.',
    crossing: '!',
    heights: &[" ", ".", ":", "-", "=", "+", "*", "#"],
    is_unicode: false,
};

/// How full a limit is, which is the meaning of its bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Under 70 % of the limit.
    Calm,
    /// From 70 % on.
    Near,
    /// All of it, or more.
    Over,
}

impl Fill {
    /// The fill of a share of the tightest limit, 1 being all of it.
    #[must_use]
    pub fn of(share: f64) -> Self {
        match share {
            1.0.. => Self::Over,
            0.7.. => Self::Near,
            _ => Self::Calm,
        }
    }

    /// The sign that says it without colour, one column wide.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Calm => " ",
            Self::Near => "!",
            Self::Over => "x",
        }
    }
}

/// Stands in a picture for a value that is not known.
pub const UNKNOWN: &str = "?";

/// A share of a whole as so many steps; what is not nothing is one at least.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share from 0 to 1 of a few heights"
)]
fn height(value: f64, most: f64, steps: usize) -> usize {
    if value <= 0.0 || most <= 0.0 {
        return 0;
    }
    ((value / most * steps as f64).round() as usize).clamp(1, steps)
}

/// The braille cell whose two columns of dots are filled so high, 4 being full.
fn braille(left: usize, right: usize) -> char {
    // The dots from the bottom up: 7, 3, 2, 1 on the left and 8, 6, 5, 4 on the right
    // (Unicode, Braille Patterns).
    const LEFT: [u32; 5] = [0, 0x40, 0x44, 0x46, 0x47];
    const RIGHT: [u32; 5] = [0, 0x80, 0xA0, 0xB0, 0xB8];
    let dots = |heights: &[u32; 5], height| heights.get(height).copied().unwrap_or(0);
    let cell = dots(&LEFT, left) | dots(&RIGHT, right);
    char::from_u32(0x2800 + cell)
        // The empty cell is a character of its own, and some fonts draw circles for it.
        .filter(|_| cell > 0)
        .unwrap_or(' ')
}

impl Symbols {
    /// A value before and after, with the arrow between.
    #[must_use]
    pub fn moved(&self, before: &str, after: &str) -> String {
        format!("{before} {} {after}", self.arrow)
    }

    /// A share from 0 to 1 as a bar of so many columns at most; whatever is not
    /// nothing is seen.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share from 0 to 1 of a few columns"
    )]
    pub fn share(&self, share: f64, columns: usize) -> String {
        let filled = (share.clamp(0.0, 1.0) * columns as f64).round() as usize;
        let least = usize::from(share > 0.0);
        self.bar.repeat(filled.max(least).min(columns))
    }

    /// Values over time as an area of so many lines, the first line on top, each
    /// value a column: in braille, whose cells hold two by four dots, or as plain
    /// heights in ASCII. A value that is not nothing is seen.
    #[must_use]
    pub fn chart(&self, values: &[f64], most: f64, lines: usize) -> Vec<String> {
        let steps = if self.is_unicode {
            4
        } else {
            self.heights.len() - 1
        };
        let all = steps * lines;
        let in_line = |height: usize, at: usize| {
            let below = (lines - 1 - at) * steps;
            height.saturating_sub(below).min(steps)
        };
        let symbol = |column: usize, at: usize| {
            let value = values.get(column).copied().unwrap_or(0.0);
            let first = in_line(height(value, most, all), at);
            if !self.is_unicode {
                return self.heights.get(first).copied().unwrap_or(" ").to_owned();
            }
            // The second half of a column is half-way to the next value.
            let next = values.get(column + 1).copied().unwrap_or(value);
            let second = in_line(height(value.midpoint(next), most, all), at);
            braille(first, second).to_string()
        };
        let line = |at| (0..values.len()).map(|column| symbol(column, at)).collect();
        (0..lines).map(line).collect()
    }

    /// Values over time as heights in so many columns; where there are more
    /// values than columns, a column shows the highest of its share. One that is
    /// not known is a `?`: it is no 0.
    #[must_use]
    pub fn spark(&self, values: &[Option<f64>], most: f64, columns: usize) -> String {
        let columns = columns.min(values.len());
        let full = self.heights.len() - 1;
        let symbol = |column: usize| {
            let from = column * values.len() / columns.max(1);
            let to = ((column + 1) * values.len() / columns.max(1)).max(from + 1);
            let known = values.get(from..to).unwrap_or_default().iter();
            let share = known.copied().flatten().reduce(f64::max);
            let Some(share) = share else {
                return Some(UNKNOWN);
            };
            self.heights.get(height(share, most, full)).copied()
        };
        (0..columns).filter_map(symbol).collect()
    }
}

const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// The border of the pane that has the keys.
const ASCII_FOCUSED: border::Set<'static> = border::Set {
    horizontal_top: "=",
    horizontal_bottom: "=",
    ..ASCII_BORDER
};

impl Look {
    /// A text with its `±` as far as the terminal shows it: `+-` in ASCII.
    #[must_use]
    pub fn plus_minus<'a>(&self, text: &'a str) -> std::borrow::Cow<'a, str> {
        if self.symbols.is_unicode || !text.contains('±') {
            text.into()
        } else {
            text.replace('±', "+-").into()
        }
    }

    /// The look in an account that is protected, or not.
    #[must_use]
    pub fn guarded(self, is_protected: bool) -> Self {
        Self {
            is_protected,
            ..self
        }
    }

    /// The look in a terminal that takes two cells for a character of ambiguous width,
    /// frames among them.
    #[must_use]
    pub fn on_wide_cells(self) -> Self {
        Self {
            symbols: ASCII,
            has_wide_cells: true,
            ..self
        }
    }

    /// A pane's border; that of the one that has the keys is heavier, so that it
    /// is told apart without colour too.
    #[must_use]
    pub fn border(&self, focused: bool) -> border::Set<'static> {
        match (self.symbols.is_unicode, focused) {
            (true, true) => border::THICK,
            (true, false) => border::PLAIN,
            (false, true) => ASCII_FOCUSED,
            (false, false) => ASCII_BORDER,
        }
    }

    /// The style of a bar or a sparkline: where the selected line is reversed, a picture in
    /// it is not, as it would hang from the top and show what is missing.
    #[must_use]
    pub fn picture(&self, style: Style) -> Style {
        style.remove_modifier(Modifier::REVERSED)
    }

    /// The style of a finding; a mark and a word say its level as well.
    #[must_use]
    pub fn level(&self, level: Level) -> Style {
        match level {
            Level::Error => self.error,
            Level::Warning => self.warning,
            Level::Note => self.value,
        }
    }

    /// The style of a bar; its sign says the same.
    #[must_use]
    pub fn fill(&self, fill: Fill) -> Style {
        match fill {
            Fill::Calm => self.good,
            Fill::Near => self.warning,
            Fill::Over => self.error,
        }
    }

    /// The look of a theme in so many colours, in Unicode or plain ASCII.
    #[must_use]
    pub fn of(theme: &Theme, depth: Depth, unicode: bool) -> Self {
        let style = |role| colour::shown(theme.style(role), depth);
        let selected = style(Role::Selected);
        // None of 16 backgrounds lets all the other colours be read on it.
        let selected = if depth == Depth::Ansi && selected.bg.is_some() {
            Style::new().add_modifier(Modifier::REVERSED)
        } else {
            selected
        };
        Self {
            screen: style(Role::Screen),
            title: style(Role::Title),
            value: style(Role::Text),
            label: style(Role::Dim),
            accent: style(Role::Accent),
            selected,
            staged: style(Role::Staged),
            good: style(Role::Added),
            removed: style(Role::Removed),
            warning: style(Role::Warning),
            error: style(Role::Error),
            symbols: if unicode { UNICODE } else { ASCII },
            is_protected: false,
            has_wide_cells: false,
        }
    }

    /// The look with the 16 colours of every terminal or without colour, in Unicode or
    /// plain ASCII.
    #[must_use]
    pub fn new(colour: bool, unicode: bool) -> Self {
        let theme = Theme::shipped(if colour { "dark" } else { "none" });
        Self::of(&theme, Depth::Ansi, unicode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_says_how_full_the_limit_is_by_colour_and_by_sign() {
        for (share, fill, sign) in [
            (0.0, Fill::Calm, " "),
            (0.699, Fill::Calm, " "),
            (0.7, Fill::Near, "!"),
            (0.999, Fill::Near, "!"),
            (1.0, Fill::Over, "x"),
            (17.0, Fill::Over, "x"),
        ] {
            assert_eq!(Fill::of(share), fill, "{share}");
            assert_eq!(fill.sign(), sign);
        }
        let look = Look::new(true, true);
        let fills = [Fill::Calm, Fill::Near, Fill::Over].map(|fill| look.fill(fill));
        assert_eq!(fills, [look.good, look.warning, look.error]);
    }

    #[test]
    fn a_chart_is_filled_from_below_and_shows_what_is_not_nothing() {
        let symbols = Look::new(true, true).symbols;
        assert_eq!(
            symbols.chart(&[8.0, 4.0, 0.1, 0.0], 8.0, 2),
            ["⣧   ", "⣿⣧⣀ "]
        );
        let plain = Look::new(false, false).symbols;
        assert_eq!(plain.chart(&[8.0, 4.0, 0.1, 0.0], 8.0, 2), ["#   ", "##. "]);
    }
}
