//! The order of the list.

use std::cmp::Ordering;

use super::column::Column;
use super::row::Row;
use crate::plan::Quota;

impl Column {
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
            Self::Used => a.used.partial_cmp(&b.used).unwrap_or(Ordering::Equal),
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
