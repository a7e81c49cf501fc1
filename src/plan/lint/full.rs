//! A key that sends as much as it is let.

use crate::plan::Throttle;

/// The most that one key can send over all methods of a plan.
#[derive(Clone, Copy)]
pub(super) struct Full {
    /// Requests per second.
    pub(super) rate: f64,
    /// Requests at once.
    pub(super) burst: f64,
}

impl Full {
    pub(super) const NONE: Self = Self {
        rate: 0.0,
        burst: 0.0,
    };
    pub(super) const UNBOUND: Self = Self {
        rate: f64::INFINITY,
        burst: f64::INFINITY,
    };

    pub(super) fn of(throttle: Throttle) -> Self {
        let rate = throttle.rate.map(|rate| rate.get().max(0.0));
        let burst = throttle.burst.map(|burst| f64::from(burst.get().max(0)));
        Self {
            rate: rate.unwrap_or(f64::INFINITY),
            burst: burst.unwrap_or(f64::INFINITY),
        }
    }

    pub(super) fn lower(self, other: Self) -> Self {
        Self {
            rate: self.rate.min(other.rate),
            burst: self.burst.min(other.burst),
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            rate: self.rate + other.rate,
            burst: self.burst + other.burst,
        }
    }

    /// The seconds in which it uses up so many requests. Where no burst is known, no
    /// first requests are counted.
    pub(super) fn uses_up(self, limit: f64) -> f64 {
        let first = if self.burst.is_finite() {
            self.burst
        } else {
            0.0
        };
        ((limit - first) / self.rate).max(0.0)
    }

    /// Returns true if nothing passes for long.
    pub(super) fn is_blocked(self) -> bool {
        // A bucket that holds less than a token never has the one that a request takes.
        self.rate <= 0.0 || self.burst < 1.0
    }
}
