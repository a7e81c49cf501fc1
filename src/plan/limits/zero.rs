//! Limits of 0, and quotas below it: the one place that says what they let through.
//!
//! Sources: how a token bucket works is documented; that a 0 counts as one is not.
//! For a stage with both halves at 0 scripts of several projects report it.

use crate::plan::{Count, Fact, Quota, Rate, Throttle};

/// The requests that a throttle with a 0 lets through. From the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// No request: the bucket never holds a token.
    AtOnce,
    /// At most as many as the full bucket holds, once: nothing refills it.
    After(Count),
    /// The same where it is not known how many the bucket holds.
    AfterUnknown,
}

impl Throttle {
    /// The requests that a 0 of a throttle lets through, and the fact that this rests
    /// on; `None` without one. A limit below 0 counts as 0, the safe reading.
    #[must_use]
    pub fn stop(self, is_of_stage: bool) -> Option<(Stop, Fact)> {
        let has_no_rate = self.rate.is_some_and(|rate| rate <= Rate::ZERO);
        let has_no_burst = self.burst.is_some_and(|burst| burst <= Count::ZERO);
        match (has_no_rate, has_no_burst) {
            // Reported of stages with both halves 0, which people use to shut one; the rest
            // is inferred.
            (true, true) if is_of_stage => Some((Stop::AtOnce, Fact::StageZero)),
            (_, true) => Some((Stop::AtOnce, Fact::ZeroBlocks)),
            (true, false) => {
                let stop = self.burst.map_or(Stop::AfterUnknown, Stop::After);
                Some((stop, Fact::ZeroRate))
            }
            (false, false) => None,
        }
    }
}

/// The lot of requests under all limits together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Traffic {
    /// They pass within rate and burst.
    #[default]
    Flows,
    /// A 0 stops them, whatever is open.
    Stops(Stop),
    /// A 0 stops them in one reading of what is open, and in another it does not.
    Perhaps,
}

/// A quota that does not count as others do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddQuota {
    /// It is 0.
    Zero,
    /// It is below 0, which no document of AWS has.
    Negative(Count),
}

impl OddQuota {
    /// The fact that its sentence rests on.
    #[must_use]
    pub fn fact(self) -> Fact {
        match self {
            Self::Zero => Fact::QuotaZero,
            Self::Negative(_) => Fact::QuotaBelowZero,
        }
    }

    /// The effect of it, without its mark.
    #[must_use]
    pub(in crate::plan) fn rule(self) -> String {
        match self {
            Self::Zero => "a quota of 0 lets no request through".to_owned(),
            Self::Negative(limit) => format!("what a quota of {limit} does is not known"),
        }
    }

    /// The effect of it, in one sentence with its mark.
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Self::Zero => format!("{}{}", self.rule(), self.fact().basis().mark()),
            Self::Negative(_) => format!("{}: AWS documents none below 0", self.rule()),
        }
    }
}

impl Quota {
    /// The oddity of its limit; `None` for one above 0, and for one without a period,
    /// of which it is open what counts.
    #[must_use]
    pub fn odd(&self) -> Option<OddQuota> {
        let limit = self.limit?;
        if limit < Count::ZERO {
            Some(OddQuota::Negative(limit))
        } else {
            (limit == Count::ZERO && self.period.is_some()).then_some(OddQuota::Zero)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Basis;

    fn stop(rate: Option<f64>, burst: Option<i32>, is_of_stage: bool) -> Option<(Stop, Fact)> {
        let throttle = Throttle {
            rate: rate.map(Rate::as_read),
            burst: burst.map(Count::as_read),
        };
        throttle.stop(is_of_stage)
    }

    #[test]
    fn a_zero_stops_by_what_the_other_half_holds() {
        let after = |count| Stop::After(Count::as_read(count));
        for (rate, burst, expected) in [
            (Some(0.0), Some(0), Some(Stop::AtOnce)),
            (Some(5.0), Some(0), Some(Stop::AtOnce)),
            (None, Some(0), Some(Stop::AtOnce)),
            (Some(0.0), Some(7), Some(after(7))),
            (Some(-1.0), Some(7), Some(after(7))),
            (Some(0.0), None, Some(Stop::AfterUnknown)),
            (Some(5.0), Some(7), None),
            (None, Some(7), None),
            (None, None, None),
        ] {
            for is_of_stage in [false, true] {
                let found = stop(rate, burst, is_of_stage).map(|(stop, _)| stop);
                assert_eq!(found, expected, "{rate:?}/{burst:?}");
            }
        }
    }

    #[test]
    fn only_both_halves_of_a_stage_at_0_are_reported() {
        let basis = |rate, burst, is_of_stage| {
            let found = stop(Some(rate), Some(burst), is_of_stage);
            found.map(|(_, fact)| fact.basis())
        };
        assert_eq!(basis(0.0, 0, true), Some(Basis::Reported));
        for (rate, burst, is_of_stage) in [(0.0, 0, false), (0.0, 5, true), (5.0, 0, true)] {
            assert_eq!(basis(rate, burst, is_of_stage), Some(Basis::Inferred));
        }
    }
}
