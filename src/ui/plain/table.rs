//! A table whose columns are as wide as what is in them.

use crate::text::wrap::width;
use crate::ui::widget::text::clean;

/// The side on which a column's texts stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// A table.
pub struct TextTable {
    sides: Vec<Alignment>,
    rows: Vec<Vec<String>>,
}

impl TextTable {
    /// A table with these heads; those of numbers begin with `>`.
    pub fn new<T: AsRef<str>>(heads: impl IntoIterator<Item = T>) -> Self {
        let mut sides = Vec::new();
        let mut titles = Vec::new();
        for head in heads {
            let head = head.as_ref();
            let (side, title) = match head.strip_prefix('>') {
                Some(title) => (Alignment::Right, title),
                None => (Alignment::Left, head),
            };
            sides.push(side);
            titles.push(clean(title).into_owned());
        }
        Self {
            sides,
            rows: vec![titles],
        }
    }

    /// Adds a row; `-` stands for what is empty, so that every column is told.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cell = |text: T| match text.as_ref() {
            "" => "-".to_owned(),
            text => clean(text).into_owned(),
        };
        self.rows.push(cells.into_iter().map(cell).collect());
    }

    /// The lines, the heads first, two spaces between the columns.
    pub fn lines(&self) -> Vec<String> {
        let wide = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        };
        let columns: Vec<(Alignment, usize)> = self
            .sides
            .iter()
            .enumerate()
            .map(|(at, side)| (*side, wide(at)))
            .collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&columns).map(|(cell, (side, wide))| {
                let space = " ".repeat(wide.saturating_sub(width(cell)));
                match side {
                    Alignment::Left => format!("{cell}{space}"),
                    Alignment::Right => format!("{space}{cell}"),
                }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them_wide_characters_counted_as_such() {
        let mut table = TextTable::new(["NAME", ">RATE/S", "ID"]);
        table.row(["gold", "1.5k", "a1"]);
        table.row(["套餐", "", "b2"]);
        table.row(["a name that goes on and on", "12", ""]);
        assert_eq!(
            table.lines(),
            [
                "NAME                        RATE/S  ID",
                "gold                          1.5k  a1",
                "套餐                             -  b2",
                "a name that goes on and on      12  -",
            ]
        );
    }
}
