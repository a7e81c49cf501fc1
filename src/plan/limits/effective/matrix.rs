//! The throttle matrix: methods by stages.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{
    Applying, Bound, ColumnOf, Count, Found, LogScale, MethodKey, OddQuota, Rank, Rate, Reach,
    Settings, StageKey, Stop, Surroundings, Traffic, UpTo, readings,
};
use crate::plan::MethodThrottles;
use crate::plan::model::account::Known;

/// The limits of one API key at one method of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The way in which the plan reaches the method, if at all.
    pub reach: Reach,
    /// The rate that applies, in requests per second, the least where that is open;
    /// `None` where no limit is known, or none can apply (see
    /// [`Reach::is_answered`]).
    pub rate: Option<Bound<Rate>>,
    /// The burst that applies, in requests; `None` likewise.
    pub burst: Option<Bound<Count>>,
    /// The most that may apply, where that is open.
    pub up_to: UpTo,
    /// Set if rate or burst rest on what is not documented.
    pub is_inferred: bool,
    /// Set if no limit that is not known could hold instead.
    pub is_certain: bool,
    /// The reason why some limit is not here; `None` where all are, or the answer has none.
    pub missing: Option<MissingLimit>,
    /// The lot of requests where a limit is 0.
    pub outcome: Traffic,
    /// The oddity of the quota that is counted here.
    pub quota: Option<OddQuota>,
}

/// The reason why a limit is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingLimit {
    /// It may not be read.
    Withheld,
    /// It is still to be read.
    Awaited,
}

impl Cell {
    /// Returns true if requests can come here through the plan, or may.
    #[must_use]
    pub fn is_metered(&self) -> bool {
        self.reach.is_metered()
    }

    /// Returns true if a 0 lets no request through, not even a first one: a plan's,
    /// its quota's, or a stage's, which blocks what no plan meters as well.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.outcome == Traffic::Stops(Stop::AtOnce) || self.quota == Some(OddQuota::Zero)
    }

    /// The rank that the letter in the cell stands for: that of the rate, else
    /// that of the burst.
    #[must_use]
    pub fn rank(&self) -> Option<Rank> {
        let of_burst = self.burst.map(|bound| bound.rank);
        self.rate.map(|bound| bound.rank).or(of_burst)
    }

    /// Returns true if another cell says something else: reach, rate, burst or what a 0 does.
    #[must_use]
    pub fn differs_from(&self, other: &Self) -> bool {
        // The rank is left out: another limit of the same value changes nothing for a
        // client.
        let values = |cell: &Self| {
            (
                cell.reach,
                cell.rate.map(|bound| bound.value),
                cell.burst.map(|bound| bound.value),
                cell.up_to,
                cell.outcome,
                cell.quota,
            )
        };
        values(self) != values(other)
    }

    /// Low is tight; what is not metered, or has no known limit, comes last.
    fn tightness(&self) -> (bool, bool, Rate, Count) {
        let burst = self.burst.map(|bound| bound.value);
        match self.rate.filter(|_| self.is_metered()) {
            Some(rate) => (
                false,
                !self.is_blocked(),
                rate.value,
                burst.unwrap_or_default(),
            ),
            None => (true, true, Rate::ZERO, Count::ZERO),
        }
    }
}

/// A cell as it is, and as it will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatrixCell {
    /// With the plan as it is.
    pub now: Cell,
    /// With the plan as it is staged.
    pub staged: Cell,
}

impl MatrixCell {
    /// Returns true if what is staged changes it.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.now.differs_from(&self.staged)
    }
}

/// A stage of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageColumn {
    /// The stage.
    pub stage: StageKey,
    /// Set if it is known not to exist.
    pub is_dangling: bool,
    /// Set if the plan has it now.
    pub is_attached: bool,
    /// Set if the plan as staged has it.
    pub stays: bool,
}

/// Methods by stages: what holds in each cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// The methods: first `*/*` for all without a setting of their own, then by
    /// path. A path that several APIs have is one row.
    pub rows: Vec<MethodKey>,
    /// The stages, those that are staged included.
    pub columns: Vec<StageColumn>,
    /// Column by column.
    cells: Vec<MatrixCell>,
}

impl Matrix {
    /// The matrix of a plan as it is (`now`) and as it is staged; the same twice
    /// where nothing is.
    #[must_use]
    pub fn of(now: &Settings, staged: Option<&Settings>, around: &Surroundings) -> Self {
        // A draft without a change needs no second set of cells.
        let staged = staged.filter(|staged| *staged != now);
        let both = || std::iter::once(now).chain(staged);
        let all_stages: BTreeSet<&StageKey> = both().flat_map(|plan| plan.stages.keys()).collect();
        let mut rows: Vec<Cow<'_, MethodKey>> = both()
            .flat_map(|plan| plan.stages.values())
            .flat_map(MethodThrottles::keys)
            .map(MethodKey::plain)
            .collect();
        let apis: BTreeSet<&str> = all_stages.iter().map(|stage| stage.api.as_str()).collect();
        for api in apis {
            let methods = around.apis.get(api).and_then(|api| api.methods.read());
            rows.extend(
                methods
                    .into_iter()
                    .flatten()
                    .map(|method| method.key.plain()),
            );
        }
        rows.push(Cow::Owned(MethodKey::all()));
        // "*/*" comes before all paths.
        rows.sort_unstable();
        rows.dedup();
        let mut cells = Vec::with_capacity(rows.len() * all_stages.len());
        let mut columns = Vec::with_capacity(all_stages.len());
        for stage in all_stages {
            let before = ColumnOf::new(now, stage, around);
            let after = staged.map(|staged| ColumnOf::new(staged, stage, around));
            columns.push(StageColumn {
                stage: stage.clone(),
                is_dangling: before.is_dangling(),
                is_attached: before.is_attached,
                stays: after
                    .as_ref()
                    .map_or(before.is_attached, |after| after.is_attached),
            });
            let mut now = before.cells(&rows);
            match after {
                None => cells.extend(now.map(|now| MatrixCell { now, staged: now })),
                Some(after) => {
                    let staged = after.cells(&rows);
                    let pair = |staged| {
                        Some(MatrixCell {
                            now: now.next()?,
                            staged,
                        })
                    };
                    cells.extend(staged.filter_map(pair));
                }
            }
        }
        Self {
            rows: rows.into_iter().map(Cow::into_owned).collect(),
            columns,
            cells,
        }
    }

    /// A cell.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Option<&MatrixCell> {
        let inside = row < self.rows.len() && column < self.columns.len();
        let index = column * self.rows.len() + row;
        self.cells.get(index).filter(|_| inside)
    }

    /// The row of a method.
    #[must_use]
    pub fn row_of(&self, method: &MethodKey) -> Option<usize> {
        self.rows.binary_search(method).ok()
    }

    /// The column of a stage.
    #[must_use]
    pub fn column_of(&self, stage: &StageKey) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.stage == *stage)
    }

    /// The cells of a row, in the order of the columns.
    pub fn row(&self, row: usize) -> impl Iterator<Item = &MatrixCell> {
        (0..self.columns.len()).filter_map(move |column| self.cell(row, column))
    }

    /// The scale that all bars share, staged values included.
    #[must_use]
    pub fn scale(&self) -> LogScale {
        let cells = self.cells.iter().flat_map(|cell| [cell.now, cell.staged]);
        let rates = cells.filter(Cell::is_metered).filter_map(|cell| cell.rate);
        LogScale::of(rates.map(|bound| bound.value))
    }

    /// All rows, those with the tightest staged cell first: blocked ones, then by
    /// rate, then by burst; what no limit is known for, or is not metered, comes
    /// last.
    #[must_use]
    pub fn tightest(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.rows.len()).collect();
        rows.sort_by_cached_key(|row| self.row(*row).map(|cell| cell.staged.tightness()).min());
        rows
    }

    /// The rows where some stage has something else than its own default, which
    /// is what the row `*/*` shows. A stage without the method does not count.
    #[must_use]
    pub fn unlike_default(&self) -> Vec<usize> {
        let is_unlike = |row: &usize| {
            (0..self.columns.len()).any(|column| {
                // Row 0 is `*/*`, which sorts before all paths.
                let default = self.cell(0, column).map(|cell| cell.staged);
                let cell = self.cell(*row, column).map(|cell| cell.staged);
                let (Some(default), Some(cell)) = (default, cell) else {
                    return false;
                };
                match cell.reach {
                    Reach::NotOnStage | Reach::NotAttached | Reach::Dangling => false,
                    // Only the limits tell where the API's methods are not known.
                    Reach::Unknown => Cell {
                        reach: default.reach,
                        ..cell
                    }
                    .differs_from(&default),
                    _ => cell.differs_from(&default),
                }
            })
        };
        (0..self.rows.len()).filter(is_unlike).collect()
    }

    /// The rows where two columns differ.
    #[must_use]
    pub fn between(&self, a: usize, b: usize) -> Vec<usize> {
        let differs = |row: &usize| match (self.cell(*row, a), self.cell(*row, b)) {
            (Some(a), Some(b)) => a.staged.differs_from(&b.staged),
            _ => false,
        };
        (0..self.rows.len()).filter(differs).collect()
    }

    /// The rows that what is staged changes.
    #[must_use]
    pub fn changed(&self) -> Vec<usize> {
        let is_changed = |row: &usize| self.row(*row).any(MatrixCell::is_changed);
        (0..self.rows.len()).filter(is_changed).collect()
    }
}

impl<'a> ColumnOf<'a> {
    /// The cells of rows that are sorted by their keys.
    fn cells<'b>(&'b self, rows: &'b [Cow<'b, MethodKey>]) -> impl Iterator<Item = Cell> + 'b
    where
        'a: 'b,
    {
        let methods = self.api_methods.and_then(Known::read);
        let api = methods.into_iter().flatten();
        let mut api = Sorted::of(api.map(|method| (&method.key, method.needs_key)));
        rows.iter().map(move |row| {
            let found = Found::of(methods.is_some(), api.find(row));
            let reach = self.reach_of(row, found, self.methods.own(row).is_some());
            let read = readings(self, row, reach);
            let applying = Applying::of(&read, reach);
            Cell {
                reach,
                rate: applying.rate,
                burst: applying.burst,
                up_to: applying.up_to,
                is_inferred: !read.facts(&applying, self.odd_quota(reach)).is_empty(),
                is_certain: applying.is_certain,
                missing: read.missing(),
                outcome: applying.outcome,
                quota: self.odd_quota(reach),
            }
        })
    }
}

/// Things by method, asked for in the order of their keys.
struct Sorted<'a, T> {
    things: std::iter::Peekable<std::vec::IntoIter<(&'a MethodKey, T)>>,
}

impl<'a, T: Copy> Sorted<'a, T> {
    fn of(things: impl Iterator<Item = (&'a MethodKey, T)>) -> Self {
        let mut things: Vec<_> = things.collect();
        // Mostly sorted already, which the stable sort notices.
        things.sort_by_key(|(key, _)| *key);
        Self {
            things: things.into_iter().peekable(),
        }
    }

    fn find(&mut self, key: &MethodKey) -> Option<T> {
        // Rows and things are both in the order of their keys, so that one walk beside the
        // rows stands for a search in each.
        while self.things.next_if(|(found, _)| *found < key).is_some() {}
        let found = self.things.peek().filter(|(found, _)| *found == key);
        found.map(|(_, thing)| *thing)
    }
}
