//! Which failure is worth another attempt, and when. The only place that
//! decides it: the SDK's own retries are off.

use std::time::Duration;

use crate::gateway::failure::{FailureKind, is_write};

/// The one call of which the service takes so few that the send queue waits for
/// its turn: one per 20 seconds and account.
const UPDATE: &str = "UpdateUsagePlan";

/// A question that is refused as one of too many is asked so often at least.
const PATIENT_ATTEMPTS: u32 = 8;

/// Returns true for a question that the service refuses as one of too many: it is asked
/// until there is an answer, for so long as anybody would wait.
fn is_throttled_question(operation: &str, kind: &FailureKind) -> bool {
    matches!(kind, FailureKind::TooManyRequests { .. }) && !is_write(operation)
}

/// The most attempts for a call that keeps failing so, throttled questions aside.
///
/// A write is tried again only where the failed attempt was surely not carried
/// out. What waiting cannot change is not tried again.
pub(in crate::gateway) fn attempts(operation: &str, kind: &FailureKind) -> u32 {
    if is_write(operation) && !kind.surely_unchanged() {
        return 1;
    }
    match kind {
        // When the next update may go is for the send queue to know.
        FailureKind::TooManyRequests { .. } if operation == UPDATE => 1,
        FailureKind::TooManyRequests { .. } | FailureKind::Service { .. } | FailureKind::Lost => 4,
        // These may have taken their whole time already.
        FailureKind::TimedOut { .. } | FailureKind::Unreachable => 2,
        _ => 1,
    }
}

/// The waits between attempts.
#[derive(Clone, Copy, Debug)]
pub(in crate::gateway) struct Backoff {
    /// Before the second attempt.
    base: Duration,
    /// The longest between two attempts of a throttled question.
    longest: Duration,
    /// A throttled question is not given up before so long.
    patience: Duration,
}

impl Backoff {
    /// A server on this machine recovers at once.
    pub(in crate::gateway) const LOOPBACK: Self = Self {
        base: Duration::from_millis(20),
        longest: Duration::from_secs(1),
        patience: Duration::ZERO,
    };

    /// The service's limits are counted by the second.
    pub(in crate::gateway) const SERVICE: Self = Self {
        base: Duration::from_millis(200),
        longest: Duration::from_secs(20),
        patience: Duration::from_mins(5),
    };

    /// A wait that the service asks for is kept up to this length; a longer one
    /// is the operator's to decide.
    const LONGEST_ASKED: Duration = Duration::from_secs(30);

    /// The wait after the failed attempt number `attempt` (from 1), or `None` to give up.
    /// `failing_for` is the time since the first failed attempt; `jitter` is from 0 to 1.
    pub(in crate::gateway) fn wait(
        self,
        operation: &str,
        kind: &FailureKind,
        (attempt, failing_for): (u32, Duration),
        jitter: f64,
    ) -> Option<Duration> {
        let jitter = jitter.clamp(0.0, 1.0);
        let is_patient = is_throttled_question(operation, kind);
        let is_enough = if is_patient {
            attempt >= PATIENT_ATTEMPTS && failing_for >= self.patience
        } else {
            attempt >= attempts(operation, kind)
        };
        if is_enough {
            return None;
        }
        let base = match kind {
            FailureKind::TooManyRequests {
                retry_after: Some(asked),
                // To try sooner than asked would only be refused again.
            } if *asked > Self::LONGEST_ASKED => return None,
            FailureKind::TooManyRequests {
                retry_after: Some(asked),
            } => *asked,
            // Many questions are refused together: drawn far apart, they do not come
            // together again.
            _ if is_patient => {
                let grown = doubled(self.base, attempt).min(self.longest);
                return Some(grown.mul_f64(0.5 + jitter));
            }
            // The service names no wait here, so each pause is twice the last.
            _ => doubled(self.base, attempt),
        };
        // Never shorter than planned, so that what the service asks for is kept.
        Some(base.mul_f64(1.0 + 0.25 * jitter))
    }
}

/// Twice as long after each attempt.
fn doubled(base: Duration, attempt: u32) -> Duration {
    base.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: (u32, Duration) = (1, Duration::ZERO);

    fn throttled(retry_after: Option<u64>) -> FailureKind {
        FailureKind::TooManyRequests {
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    #[test]
    fn what_is_tried_again_and_how_often() {
        use FailureKind as K;
        let denied = K::Denied {
            action: String::new(),
            resource: String::new(),
        };
        let after = Duration::from_secs(30);
        // The kind, attempts of a question, attempts of a change.
        let table = [
            (K::NoCredentials, 1, 1),
            (K::Expired, 1, 1),
            (K::WrongCredentials, 1, 1),
            (K::WrongClock, 1, 1),
            (K::NoRegion, 1, 1),
            (denied, 1, 1),
            (K::NotFound, 1, 1),
            (throttled(None), 4, 4),
            (throttled(Some(1)), 4, 4),
            (K::LimitExceeded, 1, 1),
            (K::Refused, 1, 1),
            (K::Conflict, 1, 1),
            (K::TimedOut { after }, 2, 1),
            (K::Unreachable, 2, 2),
            (K::Lost, 4, 1),
            (K::BadAnswer { field: None }, 1, 1),
            (K::Configuration, 1, 1),
            (K::ReadOnly, 1, 1),
            (K::Service { status: 503 }, 4, 1),
        ];
        for (kind, question, change) in table {
            assert_eq!(attempts("GetUsagePlan", &kind), question, "{kind:?}");
            for operation in [
                "CreateUsagePlan",
                "UpdateUsage",
                "TagResource",
                "UntagResource",
            ] {
                assert_eq!(attempts(operation, &kind), change, "{operation} {kind:?}");
                assert!(change == 1 || kind.surely_unchanged());
            }
        }
    }

    #[test]
    fn an_update_that_comes_too_soon_is_the_queues_to_send_again() {
        assert_eq!(attempts(UPDATE, &throttled(None)), 1);
        assert_eq!(attempts(UPDATE, &FailureKind::Unreachable), 2);
    }

    #[test]
    fn waits_grow_and_end_and_are_never_cut_short() {
        let kind = FailureKind::Lost;
        for backoff in [Backoff::LOOPBACK, Backoff::SERVICE] {
            let at = |attempt| (attempt, Duration::ZERO);
            let wait = |attempt, jitter| backoff.wait("GetUsagePlans", &kind, at(attempt), jitter);
            assert_eq!(wait(1, 0.0), Some(backoff.base));
            assert_eq!(wait(3, 0.0), Some(backoff.base * 4));
            assert_eq!(wait(4, 0.0), None);
            assert!(wait(1, 1.0) > wait(1, 0.0));
            assert!(wait(1, 1.0) < wait(2, 0.0));
        }
    }

    #[test]
    fn a_throttled_question_waits_longer_and_longer_and_is_given_up_late() {
        let kind = throttled(None);
        let wait = |attempt, minutes, jitter| {
            let so_far = (attempt, Duration::from_mins(minutes));
            Backoff::SERVICE.wait("GetUsage", &kind, so_far, jitter)
        };
        // Drawn from half of the wait to one and a half of it.
        assert_eq!(wait(1, 0, 0.0), Some(Duration::from_millis(100)));
        assert_eq!(wait(1, 0, 1.0), Some(Duration::from_millis(300)));
        assert_eq!(wait(4, 0, 0.5), Some(Duration::from_millis(1_600)));
        assert_eq!(wait(30, 4, 0.5), Some(Duration::from_secs(20)));
        assert_eq!(wait(3, 60, 0.5), Some(Duration::from_millis(800)));
        assert_eq!(wait(30, 5, 0.5), None);
        // A change is not waited for: how long it can take effect is counted.
        let change = Backoff::SERVICE.wait("TagResource", &kind, (4, Duration::ZERO), 0.5);
        assert_eq!(change, None);
    }

    #[test]
    fn what_the_service_asks_for_is_kept_within_reason() {
        let wait =
            |seconds| Backoff::LOOPBACK.wait("GetUsagePlan", &throttled(Some(seconds)), FIRST, 0.0);
        assert_eq!(wait(3), Some(Duration::from_secs(3)));
        assert_eq!(wait(31), None);
    }
}
