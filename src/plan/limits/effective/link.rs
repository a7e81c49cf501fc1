//! One limit of the chain, and its halves.

use super::{Known, Rank};
use crate::plan::limits::zero::Stop;
use crate::plan::{Count, Fact, Rate, Throttle};

/// One half of a limit: a rate or a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitHalf<T> {
    /// It is set and applies.
    Set(T),
    /// It is set, and the one before it replaces it.
    Replaced(T),
    /// It is set, and whether it applies, or which value of it, is open: from the
    /// least to the most.
    Open(T, T),
    /// It is set in the plan, and does not count: the method asks for no API key.
    NotCounted(T),
    /// None is set.
    NotSet,
    /// A stage's entry is -1 here: no throttle of its own (Terraform's default since
    /// version 3.0; the console's "disabled").
    Off,
    /// The answer that was read has none, though there is one.
    NotTold,
    /// It is not known yet.
    NotYet,
    /// The operator may not read it.
    NotPermitted,
    /// It could not be read.
    Unreadable,
}

impl<T: Copy> LimitHalf<T> {
    pub(super) fn of(value: Option<T>) -> Self {
        value.map_or(Self::NotSet, Self::Set)
    }

    /// The value where it applies, or may apply: the least.
    #[must_use]
    pub fn applies(self) -> Option<T> {
        match self {
            Self::Set(value) | Self::Open(value, _) => Some(value),
            _ => None,
        }
    }

    /// Returns true if a limit may stand here that is not known.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        matches!(
            self,
            Self::NotTold | Self::NotYet | Self::NotPermitted | Self::Unreadable
        )
    }

    /// Returns true if a value stands here, applied or not.
    pub(super) fn is_given(self) -> bool {
        matches!(self, Self::Set(_) | Self::Replaced(_) | Self::Open(..))
    }

    pub(super) fn lifted_by(self, before: Self) -> Self {
        match (self, before) {
            // Terraform's documentation reads a -1 as no throttle at all, the default
            // included.
            (Self::Set(value), Self::Off) => Self::Replaced(value),
            (itself, _) => itself,
        }
    }

    pub(super) fn replaced_by(self, before: Self) -> Self {
        match (self, before) {
            (Self::Set(value), Self::Set(_)) => Self::Replaced(value),
            (itself, _) => itself,
        }
    }
}

/// One limit of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The place of the limit in the chain.
    pub rank: Rank,
    /// Its rate, in requests per second.
    pub rate: LimitHalf<Rate>,
    /// Its burst, in requests.
    pub burst: LimitHalf<Count>,
}

impl Link {
    /// The requests that a 0 of the halves that apply lets through, and the fact that
    /// this rests on.
    #[must_use]
    pub fn stop(&self) -> Option<(Stop, Fact)> {
        let applying = Throttle {
            rate: self.rate.applies(),
            burst: self.burst.applies(),
        };
        applying.stop(!self.rank.is_per_key())
    }

    /// Returns true if a limit may stand here that is not known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.rate.is_unknown() || self.burst.is_unknown()
    }

    /// A plan's limit: 0 blocks (inferred).
    pub(super) fn of_plan(rank: Rank, limit: Throttle) -> Self {
        Self {
            rank,
            rate: LimitHalf::of(limit.rate),
            burst: LimitHalf::of(limit.burst),
        }
    }

    /// A plan's limit at a method that asks for no API key.
    pub(super) fn not_counted(rank: Rank, limit: Throttle) -> Self {
        Self {
            rank,
            rate: limit.rate.map_or(LimitHalf::NotSet, LimitHalf::NotCounted),
            burst: limit.burst.map_or(LimitHalf::NotSet, LimitHalf::NotCounted),
        }
    }

    /// The account's limit. There always is one: what the answer left out is not known.
    pub(super) fn of_account(read: LimitReading) -> Self {
        let mut link = Self::of_all(Rank::Account, read);
        if link.rate == LimitHalf::NotSet {
            link.rate = LimitHalf::NotTold;
        }
        if link.burst == LimitHalf::NotSet {
            link.burst = LimitHalf::NotTold;
        }
        link
    }

    /// A stage's limit. Its entries always have both halves, so that 0 is set and blocks,
    /// and -1 is none of its own (recorded from AWS by several).
    pub(super) fn of_stage(rank: Rank, read: LimitReading) -> Self {
        let mut link = Self::of_all(rank, read);
        if link.rate.applies().is_some_and(|rate| rate < Rate::ZERO) {
            link.rate = LimitHalf::Off;
        }
        if link
            .burst
            .applies()
            .is_some_and(|burst| burst < Count::ZERO)
        {
            link.burst = LimitHalf::Off;
        }
        link
    }

    fn of_all(rank: Rank, read: LimitReading) -> Self {
        let (rate, burst) = match read {
            LimitReading::Read(Throttle { rate, burst }) => {
                (LimitHalf::of(rate), LimitHalf::of(burst))
            }
            LimitReading::NotYet => (LimitHalf::NotYet, LimitHalf::NotYet),
            LimitReading::NotPermitted => (LimitHalf::NotPermitted, LimitHalf::NotPermitted),
            LimitReading::Unreadable => (LimitHalf::Unreadable, LimitHalf::Unreadable),
        };
        Self { rank, rate, burst }
    }

    /// A stage's default where a method's -1 lifts it.
    pub(super) fn lifted_by(self, before: Self) -> Self {
        Self {
            rank: self.rank,
            rate: self.rate.lifted_by(before.rate),
            burst: self.burst.lifted_by(before.burst),
        }
    }

    pub(super) fn replaced_by(self, before: Self) -> Self {
        Self {
            rank: self.rank,
            rate: self.rate.replaced_by(before.rate),
            burst: self.burst.replaced_by(before.burst),
        }
    }
}

/// The reading of one limit of a stage or of the account.
#[derive(Clone, Copy)]
pub(super) enum LimitReading {
    Read(Throttle),
    NotYet,
    NotPermitted,
    Unreadable,
}

impl LimitReading {
    pub(super) fn of<T>(known: Option<&Known<T>>, limit: impl FnOnce(&T) -> Throttle) -> Self {
        match known {
            Some(Known::Read(read)) => Self::Read(limit(read)),
            None | Some(Known::NotYet) => Self::NotYet,
            Some(Known::NotPermitted) => Self::NotPermitted,
            Some(Known::Unreadable(_)) => Self::Unreadable,
        }
    }
}
