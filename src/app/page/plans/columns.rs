//! The columns of the list of plans: the one place that knows which there are and how wide
//! they are, for drawing them and for a click on their heads.

use crate::app::core::plans::{Column, Widths};
use crate::config::ListColumn;

/// The least width of a name, and the greatest that others give way to.
const LEAST_NAME: usize = 14;
const MOST_NAME: usize = 40;
/// The width of a name that columns give way to which stand nowhere else on the page.
const ENOUGH_NAME: usize = 24;
/// The width of a bar, and the greatest.
const BAR: usize = 6;
const MOST_BAR: usize = 12;
/// The greatest width of a value that is no name.
const MOST_VALUE: usize = 24;

/// A column and the room that it has, in columns of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wide {
    /// The column.
    pub column: Column,
    /// The room for its text.
    pub text: usize,
    /// The room for its bar behind a blank; 0 for none.
    pub bar: usize,
}

impl Wide {
    /// The room for all of it.
    #[must_use]
    pub fn all(self) -> usize {
        match self.bar {
            0 => self.text,
            bar => self.text + 1 + bar,
        }
    }
}

/// All that the columns go by.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// The room that the values of all plans need.
    pub widths: &'a Widths,
    /// The width of the longest name of a place; 0 where the list is of one.
    pub place: usize,
    /// The columns that the operator chose; none for the usual ones.
    pub chosen: Option<&'a [ListColumn]>,
    /// The column that the list is sorted by: its head has a mark.
    pub sorted_by: Column,
}

impl Needs<'_> {
    /// The columns before any gives way: without those that are empty for all plans,
    /// unless they were chosen.
    fn wanted(&self) -> Vec<Column> {
        let is_empty = |column: Column| self.widths.widest(column) == 0;
        if let Some(chosen) = self.chosen {
            return chosen.iter().copied().map(Column::from).collect();
        }
        let all = ListColumn::ALL.into_iter().map(Column::from);
        all.filter(|column| *column == Column::Name || !is_empty(*column))
            .collect()
    }

    fn wide(&self, column: Column) -> Wide {
        let mark = usize::from(column == self.sorted_by);
        let head = column.title().len() + mark;
        let text = match column {
            Column::Name => self.widths.usual_name().clamp(LEAST_NAME, MOST_NAME),
            other => self.widths.widest(other).min(MOST_VALUE).max(head),
        };
        let has_bar = matches!(column, Column::Rate | Column::Quota);
        let is_empty = self.widths.widest(column) == 0;
        let bar = if has_bar && !is_empty { BAR } else { 0 };
        Wide { column, text, bar }
    }
}

/// The columns that there is room for. The name has what the others leave; where that is too
/// little, the least telling of them go.
#[must_use]
pub fn columns(needs: &Needs<'_>, columns: usize) -> Vec<Wide> {
    let fixed = |column, text| Wide {
        column,
        text,
        bar: 0,
    };
    // Pointer, mark, draft and finding.
    let mut wides = vec![fixed(Column::Findings, 4)];
    if needs.place > 0 {
        let place = needs.place.clamp(5, (columns / 4).max(14));
        wides.push(fixed(Column::Where, place));
    }
    wides.extend(needs.wanted().into_iter().map(|column| needs.wide(column)));
    make_fit(&mut wides, needs.chosen.is_some(), columns);
    give_rest(&mut wides, needs, columns);
    wides
}

/// A step by which the columns take less room.
#[derive(Clone, Copy)]
enum Step {
    Drop(Column),
    NoBar(Column),
    /// The name takes no more than this.
    Name(usize),
}

/// The steps for the usual columns: the id stands in the detail as well, and bars are a
/// second look at numbers.
const STEPS: [Step; 9] = [
    Step::Drop(Column::ProductCode),
    Step::Drop(Column::Id),
    Step::NoBar(Column::Quota),
    Step::NoBar(Column::Rate),
    Step::Name(ENOUGH_NAME),
    Step::Drop(Column::Stages),
    Step::Drop(Column::Used),
    Step::Name(LEAST_NAME),
    Step::Drop(Column::Burst),
];

fn make_fit(wides: &mut Vec<Wide>, are_chosen: bool, columns: usize) {
    let steps: Vec<Step> = if are_chosen {
        // Whoever chose them named first what matters most.
        let last_first = wides.iter().rev().map(|wide| wide.column);
        let stays = [Column::Findings, Column::Where, Column::Name];
        let dropped = last_first.filter(|column| !stays.contains(column));
        let first = [
            Step::NoBar(Column::Quota),
            Step::NoBar(Column::Rate),
            Step::Name(LEAST_NAME),
        ];
        first.into_iter().chain(dropped.map(Step::Drop)).collect()
    } else {
        STEPS.to_vec()
    };
    for step in steps {
        if taken(wides) <= columns {
            return;
        }
        match step {
            Step::Drop(column) => wides.retain(|wide| wide.column != column),
            Step::NoBar(column) => {
                let of_column = wides.iter_mut().filter(|wide| wide.column == column);
                of_column.for_each(|wide| wide.bar = 0);
            }
            Step::Name(most) => {
                let over = taken(wides) - columns;
                if let Some(name) = name_of(wides) {
                    // No more than it takes: what follows may not be needed.
                    name.text = name.text.saturating_sub(over).max(most.min(name.text));
                }
            }
        }
    }
}

/// Gives what is left to the name as far as it is longer, then to bars, then to the name.
fn give_rest(wides: &mut [Wide], needs: &Needs<'_>, columns: usize) {
    let mut left = columns.saturating_sub(taken(wides));
    if let Some(name) = name_of(wides) {
        let longer = needs.widths.widest(Column::Name).saturating_sub(name.text);
        let more = longer.min(left);
        name.text += more;
        left -= more;
    }
    for wide in wides.iter_mut().filter(|wide| wide.bar > 0) {
        let more = (MOST_BAR - wide.bar).min(left);
        wide.bar += more;
        left -= more;
    }
    if let Some(name) = name_of(wides) {
        name.text += left;
    }
}

/// The room that they take, a blank between each two.
fn taken(wides: &[Wide]) -> usize {
    let all: usize = wides.iter().map(|wide| wide.all() + 1).sum();
    all.saturating_sub(1)
}

fn name_of(wides: &mut [Wide]) -> Option<&mut Wide> {
    wides.iter_mut().find(|wide| wide.column == Column::Name)
}

/// The column whose head takes this place of the line of heads, counted from 0.
#[must_use]
pub fn column_at(columns: &[Wide], at: usize) -> Option<Column> {
    let mut begin = 0;
    for wide in columns {
        if (begin..begin + wide.all()).contains(&at) {
            return Some(wide.column);
        }
        // A space parts it from the next.
        begin += wide.all() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::core::plans::List;
    use crate::plan::{Count, Period, PlanId, Quota, Rate, Settings, Throttle, UsagePlan};

    /// A list of plans with these names, the first with a product code if any is asked for.
    fn list(names: &[&str], product: &str) -> List {
        let mut list = List::default();
        let plan = |(at, name): (usize, &&str)| UsagePlan {
            id: PlanId(format!("plan{at:02}")),
            settings: Settings {
                name: (*name).to_owned(),
                product_code: if at == 0 { product } else { "" }.to_owned(),
                throttle: Some(Throttle::new(Rate::as_read(500.0), Count::as_read(1000))),
                quota: Some(Quota::new(
                    Count::as_read(10_000_000),
                    Period::Month,
                    Count::ZERO,
                )),
                ..Settings::default()
            },
        };
        list.begin();
        list.take_page(names.iter().enumerate().map(plan).collect());
        list.finish();
        list
    }

    fn shown(list: &List, chosen: Option<&[ListColumn]>, room: usize) -> Vec<Wide> {
        let needs = Needs {
            widths: list.widths(),
            place: 0,
            chosen,
            sorted_by: Column::Name,
        };
        let wides = columns(&needs, room);
        assert!(taken(&wides) <= room.max(25), "{room}: {wides:?}");
        wides
    }

    fn of(wides: &[Wide], column: Column) -> Option<Wide> {
        wides.iter().copied().find(|wide| wide.column == column)
    }

    #[test]
    fn the_name_takes_what_the_others_leave_at_their_true_widths() {
        let list = list(&["petstore-photos-bulk", "gold"], "");
        let wides = shown(&list, None, 70);
        // As wide as its head, or its widest value.
        assert_eq!(of(&wides, Column::Burst).unwrap().text, "BURST".len());
        assert_eq!(of(&wides, Column::Rate).unwrap().text, "RATE/S".len());
        assert_eq!(of(&wides, Column::Quota).unwrap().text, "10M/MONTH".len());
        assert!(of(&wides, Column::Name).unwrap().text >= "petstore-photos-bulk".len());
        assert_eq!(taken(&wides), 70);
        // Nobody has a product code or usage.
        assert_eq!(of(&wides, Column::ProductCode), None);
        assert_eq!(of(&wides, Column::Used), None);
    }

    #[test]
    fn what_is_empty_for_all_is_left_out_unless_it_was_chosen() {
        let without = list(&["gold"], "");
        assert_eq!(of(&shown(&without, None, 200), Column::ProductCode), None);
        let chosen = [ListColumn::Product, ListColumn::Name, ListColumn::Id];
        let wides = shown(&without, Some(&chosen), 60);
        let order: Vec<Column> = wides.iter().map(|wide| wide.column).collect();
        let wanted = [
            Column::Findings,
            Column::ProductCode,
            Column::Name,
            Column::Id,
        ];
        assert_eq!(order, wanted);
        let with = list(&["gold"], "gold01");
        assert!(of(&shown(&with, None, 200), Column::ProductCode).is_some());
    }

    #[test]
    fn the_least_telling_goes_first_where_there_is_no_room() {
        let names = ["petstore-photos-bulk"; 10];
        let list = list(&names, "gold01");
        let has = |room, column| of(&shown(&list, None, room), column).is_some();
        let bar = |room, column| of(&shown(&list, None, room), column).is_some_and(|w| w.bar > 0);
        assert!(has(118, Column::Id) && has(118, Column::ProductCode));
        assert!(has(78, Column::Id) && !has(78, Column::ProductCode));
        assert!(!has(70, Column::Id) && bar(70, Column::Rate) && bar(70, Column::Quota));
        assert!(has(64, Column::Stages) && bar(64, Column::Rate) && !bar(64, Column::Quota));
        assert!(has(58, Column::Burst) && !bar(58, Column::Rate));
        assert!(has(40, Column::Quota) && !has(40, Column::Burst));
    }

    #[test]
    fn one_long_name_does_not_take_the_room_of_columns() {
        let mut names = vec!["gold"; 19];
        names.push("a-plan-whose-name-was-written-by-a-program-that-joins-everything");
        let list = list(&names, "");
        let wides = shown(&list, None, 78);
        assert!(of(&wides, Column::Id).is_some(), "{wides:?}");
        assert_eq!(taken(&wides), 78);
    }

    #[test]
    fn a_head_is_hit_with_its_bar() {
        let list = list(&["gold"], "");
        let wides = shown(&list, None, 100);
        let mut at = 0;
        for wide in &wides {
            assert_eq!(column_at(&wides, at), Some(wide.column));
            assert_eq!(column_at(&wides, at + wide.all() - 1), Some(wide.column));
            at += wide.all() + 1;
        }
        assert_eq!(column_at(&wides, at), None);
    }

    #[test]
    fn widths_follow_the_plans() {
        let mut list = list(&["a-rather-long-name-of-a-plan", "gold"], "");
        let wide = list.widths().widest(Column::Name);
        assert_eq!(wide, "a-rather-long-name-of-a-plan".len());
        list.remove(&PlanId("plan00".to_owned()));
        assert_eq!(list.widths().widest(Column::Name), "gold".len());
    }
}
