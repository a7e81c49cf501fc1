//! The columns of the list, and what it is sorted by.

use std::cmp::Ordering;

use super::row::Row;
use crate::plan::Quota;

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
    pub const ALL: [Self; 9] = [
        Self::Findings,
        Self::Where,
        Self::Id,
        Self::Name,
        Self::Rate,
        Self::Burst,
        Self::Quota,
        Self::Stages,
        Self::ProductCode,
    ];

    /// The column's head.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Id => "ID",
            Self::Name => "NAME",
            Self::Rate => "RATE/s",
            Self::Burst => "BURST",
            Self::Quota => "QUOTA",
            Self::Stages => "STAGES",
            Self::ProductCode => "PRODUCT",
            Self::Findings => "FINDINGS",
            Self::Where => "WHERE",
        }
    }

    fn compare(self, a: &Row, b: &Row) -> Ordering {
        let (x, y) = (&a.plan.settings, &b.plan.settings);
        match self {
            Self::Id => a.plan.id.cmp(&b.plan.id),
            // The plans of one list have one place: they are by their names in it.
            Self::Name | Self::Where => compare_names(&x.name, &y.name),
            Self::Rate => x
                .throttle
                .and_then(|t| t.rate)
                .cmp(&y.throttle.and_then(|t| t.rate)),
            Self::Burst => x
                .throttle
                .and_then(|t| t.burst)
                .cmp(&y.throttle.and_then(|t| t.burst)),
            Self::Quota => x
                .quota
                .as_ref()
                .and_then(Quota::per_day)
                .partial_cmp(&y.quota.as_ref().and_then(Quota::per_day))
                .unwrap_or(Ordering::Equal),
            Self::Stages => x.stages.len().cmp(&y.stages.len()),
            Self::ProductCode => x.product_code.cmp(&y.product_code),
            Self::Findings => a.signs.cmp(&b.signs),
        }
    }
}

/// Without regard to case, without allocating.
fn compare_names(a: &str, b: &str) -> Ordering {
    a.chars()
        .flat_map(char::to_lowercase)
        .cmp(b.chars().flat_map(char::to_lowercase))
        .then_with(|| a.cmp(b))
}

/// The order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: Column,
    /// Largest first.
    pub descending: bool,
    /// True where the operator chose it: then it holds under a filter too, which has the
    /// best first else.
    pub is_chosen: bool,
}

impl Default for Sort {
    /// The order of a list that nobody sorted.
    fn default() -> Self {
        Self {
            column: Column::Name,
            descending: false,
            is_chosen: false,
        }
    }
}

impl Sort {
    /// Turns an order round where the largest comes first.
    pub(in crate::app) fn directed(self, order: Ordering) -> Ordering {
        if self.descending {
            order.reverse()
        } else {
            order
        }
    }

    /// Compares two plans: the lesser comes first. No two are equal within a list.
    pub(in crate::app) fn compare(self, a: &Row, b: &Row) -> Ordering {
        let by_column = self.directed(self.column.compare(a, b));
        by_column.then_with(|| a.plan.id.cmp(&b.plan.id))
    }
}
