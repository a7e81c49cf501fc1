//! The time as the emulator sees it, so that usage and limits do not depend on the day of the test.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The source of "now": the system, or a test.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// A clock that always shows `now`.
    #[must_use]
    pub fn fixed(now: Timestamp) -> Self {
        Self(Arc::new(move || now))
    }

    /// A clock that shows `start` until the hands are moved.
    #[must_use]
    pub fn by_hand(start: Timestamp) -> (Self, Hands) {
        let milliseconds = Arc::new(AtomicI64::new(start.as_millisecond()));
        let hands = Hands(Arc::clone(&milliseconds));
        let read = move || {
            Timestamp::from_millisecond(milliseconds.load(Ordering::SeqCst))
                .unwrap_or(Timestamp::MAX)
        };
        (Self(Arc::new(read)), hands)
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

/// Moves a [`Clock::by_hand`].
#[derive(Debug, Clone)]
pub struct Hands(Arc<AtomicI64>);

impl Hands {
    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

/// The day in UTC: API Gateway counts use by it (inferred; no time zone is documented).
pub(super) fn day_of(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}
