//! The columns of the list.

use crate::config::ListColumn;

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The identifier.
    Id,
    /// The name.
    Name,
    /// The rate limit, in requests per second.
    Rate,
    /// The burst limit, in requests.
    Burst,
    /// The quota: limit by period, compared per day.
    Quota,
    /// The part of the quota that the busiest key used, where usage was read.
    Used,
    /// The number of attached stages.
    Stages,
    /// The product code.
    ProductCode,
    /// The findings, the worst last.
    Findings,
    /// The place, where those of several stand in one list.
    Where,
}

impl Column {
    /// All columns, in the order of the screen.
    pub const ALL: [Self; 10] = [
        Self::Findings,
        Self::Where,
        Self::Id,
        Self::Name,
        Self::Rate,
        Self::Burst,
        Self::Quota,
        Self::Used,
        Self::Stages,
        Self::ProductCode,
    ];

    /// The column's head.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Id => "ID",
            Self::Name => "NAME",
            Self::Rate => "RATE/S",
            Self::Burst => "BURST",
            Self::Quota => "QUOTA",
            Self::Used => "USED",
            Self::Stages => "STAGES",
            Self::ProductCode => "PRODUCT",
            Self::Findings => "FINDINGS",
            Self::Where => "WHERE",
        }
    }
}

impl From<ListColumn> for Column {
    fn from(column: ListColumn) -> Self {
        match column {
            ListColumn::Name => Self::Name,
            ListColumn::Id => Self::Id,
            ListColumn::Rate => Self::Rate,
            ListColumn::Burst => Self::Burst,
            ListColumn::Quota => Self::Quota,
            ListColumn::Used => Self::Used,
            ListColumn::Stages => Self::Stages,
            ListColumn::Product => Self::ProductCode,
        }
    }
}
