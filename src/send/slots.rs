//! When the next update of a plan may go.

use std::time::Duration;

use jiff::Timestamp;

use crate::plan::calls::call::UPDATE_INTERVAL;

/// The service takes one UpdateUsagePlan per 20 seconds and account (AWS limits
/// page, not adjustable), whoever asks. What this program sends keeps that
/// distance by itself; what others send shows as a refusal, and moves the next
/// slot.
#[derive(Clone, Debug)]
pub struct Slots {
    interval: Duration,
    free_at: Timestamp,
}

/// The first wait after a refusal where no distance is to be kept.
const FIRST_WAIT: Duration = Duration::from_millis(50);

impl Slots {
    /// Slots that are so far apart, the first of them free.
    #[must_use]
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            free_at: Timestamp::MIN,
        }
    }

    /// The time between two of them.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Sets the time between two of them from now on. The next one stays where it is.
    pub fn set_interval(&mut self, interval: Duration) {
        self.interval = interval;
    }

    /// The time at which the next one is free.
    #[must_use]
    pub fn free_at(&self) -> Timestamp {
        self.free_at
    }

    /// The time until then; zero where it is free.
    #[must_use]
    pub fn wait(&self, now: Timestamp) -> Duration {
        Duration::try_from(self.free_at.duration_since(now)).unwrap_or_default()
    }

    /// An update went out, or came back: the distance counts from its answer, since
    /// nobody can tell when in between the service counted it.
    pub fn used(&mut self, now: Timestamp) {
        self.free_at = later(now, self.interval);
    }

    /// An update was refused as coming too soon, for the so-many-th time in a row.
    pub fn refused(&mut self, now: Timestamp, asked: Option<Duration>, in_a_row: u32) {
        // A distance that is too short grows until it is the service's own.
        let doubled = 2_u32.saturating_pow(in_a_row.saturating_sub(1));
        let grown = self.interval.max(FIRST_WAIT).saturating_mul(doubled);
        let wait = grown.min(UPDATE_INTERVAL).max(self.interval);
        self.free_at = later(now, wait.max(asked.unwrap_or_default()));
    }
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWENTY: Duration = Duration::from_secs(20);

    #[test]
    fn the_first_is_free_and_the_next_an_interval_after_the_answer() {
        let mut slots = Slots::new(TWENTY);
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(slots.wait(now), Duration::ZERO);
        slots.used(now);
        assert_eq!(slots.wait(now), TWENTY);
        assert_eq!(slots.wait(later(now, TWENTY)), Duration::ZERO);
    }

    #[test]
    fn a_refusal_moves_the_next_one() {
        let now = Timestamp::UNIX_EPOCH;
        let mut slots = Slots::new(TWENTY);
        slots.refused(now, None, 1);
        assert_eq!(slots.wait(now), TWENTY);
        slots.refused(now, Some(TWENTY * 2), 2);
        assert_eq!(slots.wait(now), TWENTY * 2);

        let mut slots = Slots::new(Duration::ZERO);
        slots.refused(now, None, 3);
        assert_eq!(slots.wait(now), FIRST_WAIT * 4);
        slots.refused(now, None, u32::MAX);
        assert_eq!(slots.wait(now), UPDATE_INTERVAL);

        let mut slots = Slots::new(Duration::from_secs(3));
        slots.refused(now, None, 2);
        assert_eq!(slots.wait(now), Duration::from_secs(6));
    }
}
