//! Which failure is worth another attempt, and when. The only place that
//! decides it: the SDK's own retries are off.

use std::time::Duration;

use super::failure::{FailureKind, is_write};

/// How often a call is tried in all that fails so.
///
/// A write is tried again only where the failed attempt was surely not carried
/// out. What waiting cannot change is not tried again.
pub(super) fn attempts(operation: &str, kind: &FailureKind) -> u32 {
    if is_write(operation) && !kind.surely_unchanged() {
        return 1;
    }
    match kind {
        FailureKind::TooManyRequests { .. } | FailureKind::Service { .. } | FailureKind::Lost => 4,
        // These may have taken their whole time already.
        FailureKind::TimedOut { .. } | FailureKind::Unreachable => 2,
        _ => 1,
    }
}

/// How long to wait between attempts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Before the second attempt.
    base: Duration,
    /// Before the second attempt of an `UpdateUsagePlan` that came too soon.
    update_base: Duration,
}

impl Pace {
    /// A server on this machine recovers at once.
    pub(super) const LOOPBACK: Self = Self {
        base: Duration::from_millis(20),
        update_base: Duration::from_millis(20),
    };

    /// The service takes one `UpdateUsagePlan` per 20 seconds and account, so the
    /// second and the third attempt are 21 seconds apart from the first at least.
    pub(super) const SERVICE: Self = Self {
        base: Duration::from_millis(200),
        update_base: Duration::from_secs(7),
    };

    /// A wait that the service asks for is kept up to this length; a longer one
    /// is the operator's to decide.
    const LONGEST_ASKED: Duration = Duration::from_secs(30);

    /// How long to wait after the failed attempt number `attempt` (from 1), or
    /// `None` to give up. `jitter` is from 0 to 1.
    pub(super) fn wait(
        self,
        operation: &str,
        kind: &FailureKind,
        attempt: u32,
        jitter: f64,
    ) -> Option<Duration> {
        if attempt >= attempts(operation, kind) {
            return None;
        }
        let throttled = matches!(kind, FailureKind::TooManyRequests { .. });
        let base = match kind {
            FailureKind::TooManyRequests {
                retry_after: Some(asked),
            } if *asked > Self::LONGEST_ASKED => return None,
            FailureKind::TooManyRequests {
                retry_after: Some(asked),
            } => *asked,
            _ if throttled && operation == "UpdateUsagePlan" => doubled(self.update_base, attempt),
            _ => doubled(self.base, attempt),
        };
        // Never shorter than planned, so that what the service asks for is kept.
        Some(base.mul_f64(1.0 + 0.25 * jitter.clamp(0.0, 1.0)))
    }
}

/// Twice as long after each attempt.
fn doubled(base: Duration, attempt: u32) -> Duration {
    base.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)))
}
