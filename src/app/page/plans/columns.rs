//! The columns of the list of plans: the one place that knows which there are and how wide
//! they are, for drawing them and for a click on their heads.

use crate::app::core::plans::Column;

/// A column and its width, in columns of the terminal.
pub type Wide = (Column, usize);

/// The columns that there is room for; the least telling go first. The longest id and the
/// longest name of a place say how wide theirs are; that of the place is there where there
/// is a name, and goes never.
#[must_use]
pub fn columns(longest: usize, place: usize, columns: usize) -> Vec<Wide> {
    const NAME: usize = 14;
    let mut places: Vec<Wide> = vec![
        (Column::Findings, 4),
        (Column::Id, longest.clamp(6, 12)),
        (Column::Name, NAME),
        (Column::Rate, 8),
        (Column::Burst, 7),
        (Column::Quota, 13),
        (Column::Stages, 6),
        (Column::ProductCode, 12),
    ];
    if place > 0 {
        places.insert(1, (Column::Where, place.clamp(5, (columns / 4).max(14))));
    }
    let wide = |places: &[Wide]| places.iter().map(|(_, wide)| wide + 1).sum::<usize>();
    for column in [
        Column::ProductCode,
        Column::Stages,
        Column::Id,
        Column::Burst,
    ] {
        if wide(&places) > columns + 1 {
            places.retain(|(place, _)| *place != column);
        }
    }
    let left = (columns + 1).saturating_sub(wide(&places));
    if let Some((_, name)) = places.iter_mut().find(|(place, _)| *place == Column::Name) {
        *name += left;
    }
    places
}

/// The column whose head takes this place of the line of heads, counted from 0.
#[must_use]
pub fn column_at(columns: &[Wide], at: usize) -> Option<Column> {
    let mut begin = 0;
    for (column, wide) in columns {
        if (begin..begin + wide).contains(&at) {
            return Some(*column);
        }
        // A space parts it from the next.
        begin += wide + 1;
    }
    None
}
