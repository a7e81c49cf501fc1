//! Plans below each other with what changes in them: columns as wide as what is shown
//! in them.

use ratatui::style::Style;
use ratatui::text::Span;

use super::text::{left, right, span};
use crate::app::view::cells::Change;
use crate::text::wrap::width;
use crate::ui::look::Look;

/// The greatest width of a value in columns, and what the column is called.
const VALUE_WIDTH: usize = 20;
const TITLE_WIDTH: usize = 30;
/// The width of the note that there are more columns.
const MORE_WIDTH: usize = 8;

/// The columns of the plans' ids and names.
pub struct Names {
    id: usize,
    name: usize,
}

impl Names {
    /// For these ids and names, in so many columns in all.
    pub fn of<'a>(plans: impl Iterator<Item = (&'a str, &'a str)>, columns: usize) -> Self {
        let (mut id, mut name) = (6, 15);
        for (its_id, its_name) in plans {
            id = id.max(width(its_id));
            name = name.max(width(its_name));
        }
        let most = if columns >= 100 { 34 } else { 20 };
        Self {
            id: id.min(12),
            name: name.min(most),
        }
    }

    /// The same without the id, which gives its room to what changes.
    #[must_use]
    pub fn without_id(self) -> Self {
        Self { id: 0, ..self }
    }

    /// The width of all together, in columns.
    pub fn width(&self) -> usize {
        let id = if self.id == 0 { 0 } else { self.id + 1 };
        2 + id + self.name + 2
    }

    /// A mark, the id and the name.
    pub fn cells(
        &self,
        (id, name): (&str, &str),
        (mark, style): (&str, Style),
        look: &Look,
    ) -> Vec<Span<'static>> {
        let mark = span(format!("{} ", left(mark, 1, look)), style);
        if self.id == 0 {
            // What has no name is known by its id still.
            let name = if name.is_empty() { id } else { name };
            return vec![
                mark,
                span(format!("{}  ", left(name, self.name, look)), look.value),
            ];
        }
        vec![
            mark,
            span(format!("{} ", left(id, self.id, look)), look.label),
            span(format!("{}  ", left(name, self.name, look)), look.value),
        ]
    }
}

/// The columns of what changes, as wide as what is shown in them.
pub struct ChangeTable {
    columns: Vec<Column>,
    /// The number of those there is no room for.
    hidden: usize,
}

struct Column {
    name: String,
    before: usize,
    after: usize,
    arrow: usize,
}

impl Column {
    fn width(&self) -> usize {
        let values = self.before + self.arrow + self.after;
        values.max(width(&self.name).min(TITLE_WIDTH))
    }
}

impl ChangeTable {
    /// For these changes, in so much room.
    pub fn of<'a>(changes: impl Iterator<Item = &'a Change>, room: usize, look: &Look) -> Self {
        let mut columns: Vec<Column> = Vec::new();
        for change in changes {
            let known = columns.iter().position(|column| column.name == change.name);
            let at = known.unwrap_or(columns.len());
            if known.is_none() {
                columns.push(Column {
                    name: change.name.clone(),
                    before: 0,
                    after: 0,
                    arrow: 0,
                });
            }
            let Some(column) = columns.get_mut(at) else {
                continue;
            };
            column.after = column.after.max(width(&change.after).min(VALUE_WIDTH));
            if !change.before.is_empty() {
                column.before = column.before.max(width(&change.before).min(VALUE_WIDTH));
                column.arrow = width(look.symbols.arrow) + 2;
            }
        }
        let all = columns.len();
        let wide: usize = columns.iter().map(|column| column.width() + 2).sum();
        // Behind the last column the two blanks need no room.
        let room = if wide > room + 2 {
            room.saturating_sub(MORE_WIDTH)
        } else {
            room
        };
        let mut used = 0;
        // The first one stands also where it has to be cut.
        columns.retain(|column| {
            let fits = used == 0 || used + column.width() <= room;
            // Also for one that does not fit: a narrower one behind it does not take its
            // place.
            used += column.width() + 2;
            fits
        });
        Self {
            hidden: all - columns.len(),
            columns,
        }
    }

    /// Returns true if there is no room for some of the columns.
    #[must_use]
    pub fn hides_some(&self) -> bool {
        self.hidden > 0
    }

    /// The columns' titles.
    pub fn titles(&self, look: &Look) -> String {
        let titles = self
            .columns
            .iter()
            .map(|column| format!("{}  ", right(&column.name, column.width(), look)));
        let more = (self.hidden > 0).then(|| format!("+{} more", self.hidden));
        titles.chain(more).collect()
    }

    /// The changes in a plan, a cell each.
    pub fn cells(&self, changes: &[Change], look: &Look) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        for column in &self.columns {
            let change = changes.iter().find(|change| change.name == column.name);
            let Some(change) = change else {
                spans.push(span(" ".repeat(column.width() + 2), look.value));
                continue;
            };
            let space = column
                .width()
                .saturating_sub(column.before + column.arrow + column.after);
            let before = right(&change.before, space + column.before, look);
            let arrow = if change.before.is_empty() {
                " ".repeat(column.arrow)
            } else {
                format!(" {} ", look.symbols.arrow)
            };
            let style = if change.before.is_empty() {
                look.value
            } else {
                look.staged
            };
            spans.push(span(format!("{before}{arrow}"), look.value));
            let after = right(&change.after, column.after, look);
            spans.push(span(format!("{after}  "), style));
        }
        spans
    }
}
