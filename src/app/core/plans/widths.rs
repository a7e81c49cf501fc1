//! The room that the columns of the list need, over all of its plans. It is kept as plans
//! come and go: the list may have 100,000, and a frame is not to count them.

use super::column::Column;
use super::row::Row;
use crate::plan::limits::effective::LogScale;
use crate::plan::{Quota, Rate};

/// The greatest width of a name that is told from a greater one.
const MOST_NAME: usize = 64;

/// The width of the widest value in each column, in columns of the terminal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Widths {
    /// By column, in the order of `Column::ALL`; 0 where it is empty for all plans.
    widest: [u8; Column::ALL.len()],
    /// The number of plans whose name has each width.
    names: [u32; MOST_NAME + 1],
    /// The least and the greatest rate above 0.
    rates: (f64, f64),
    /// The least and the greatest quota above 0, in requests per day.
    quotas: (f64, f64),
}

impl Default for Widths {
    fn default() -> Self {
        Self {
            widest: [0; Column::ALL.len()],
            names: [0; MOST_NAME + 1],
            rates: (f64::INFINITY, 0.0),
            quotas: (f64::INFINITY, 0.0),
        }
    }
}

impl Widths {
    /// The room that all of these rows need.
    pub(super) fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        rows.fold(Self::default(), |mut widths, row| {
            widths.add(row);
            widths
        })
    }

    /// Makes room for what a row shows now.
    pub(super) fn widen(&mut self, row: &Row) {
        for (widest, wide) in self.widest.iter_mut().zip(row.widths) {
            *widest = wide.max(*widest);
        }
    }

    /// Makes room for one more row.
    pub(super) fn add(&mut self, row: &Row) {
        self.widen(row);
        let name = usize::from(row.width(Column::Name)).min(MOST_NAME);
        if let Some(count) = self.names.get_mut(name) {
            *count += 1;
        }
        let settings = &row.plan.settings;
        let rate = settings.throttle.and_then(|throttle| throttle.rate);
        stretch(&mut self.rates, rate.map(Rate::get));
        stretch(
            &mut self.quotas,
            settings.quota.as_ref().and_then(Quota::per_day),
        );
    }

    /// The room that these rows and others need.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (widest, wide) in self.widest.iter_mut().zip(other.widest) {
            *widest = wide.max(*widest);
        }
        for (count, more) in self.names.iter_mut().zip(other.names) {
            *count += more;
        }
        let both = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
        self.rates = both(self.rates, other.rates);
        self.quotas = both(self.quotas, other.quotas);
        self
    }

    /// The width of the widest value in a column; 0 where it is empty for all plans.
    #[must_use]
    pub fn widest(&self, column: Column) -> usize {
        self.widest
            .get(column as usize)
            .copied()
            .map_or(0, usize::from)
    }

    /// The width that is enough for nine names of ten: one long name is not to take the
    /// room of other columns.
    #[must_use]
    pub fn usual_name(&self) -> usize {
        let all: u32 = self.names.iter().sum();
        let mut fit = 0;
        for (wide, count) in self.names.iter().enumerate() {
            fit += count;
            if u64::from(fit) * 10 >= u64::from(all) * 9 {
                return wide;
            }
        }
        MOST_NAME
    }

    /// The scale of the bars of rates.
    #[must_use]
    pub fn rates(&self) -> LogScale {
        scale(self.rates)
    }

    /// The scale of the bars of quotas, in requests per day.
    #[must_use]
    pub fn quotas(&self) -> LogScale {
        scale(self.quotas)
    }
}

fn stretch((least, most): &mut (f64, f64), value: Option<f64>) {
    let Some(value) = value.filter(|value| value.is_finite() && *value > 0.0) else {
        return;
    };
    *least = least.min(value);
    *most = most.max(value);
}

fn scale((least, most): (f64, f64)) -> LogScale {
    // Where there is none, the least is no number that a scale could hold.
    LogScale::of([least, most].map(Rate::as_read))
}
