//! The control plane's own request limits.

use jiff::Timestamp;

use super::refusal::Refusal;

/// The switch of the limits that API Gateway puts on its control plane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Limits {
    /// No limits.
    #[default]
    None,
    /// Those of API Gateway: 10 requests per second with a burst of 40 in all, one
    /// `UpdateUsagePlan` per 20 seconds, `GetResources` 5 per 2 seconds, 300 plans per account, 10
    /// plans per API key, 20 method throttles per plan.
    Aws,
}

/// A bucket of tokens, one for each request.
#[derive(Debug)]
struct Bucket {
    /// Tokens added per second.
    rate: f64,
    capacity: f64,
    tokens: f64,
    filled: Option<Timestamp>,
}

impl Bucket {
    /// A full bucket that takes `requests` at once and fills up again in so many seconds.
    fn new(requests: u32, seconds: u32) -> Self {
        let capacity = f64::from(requests);
        Self {
            rate: capacity / f64::from(seconds),
            capacity,
            tokens: capacity,
            filled: None,
        }
    }

    fn take(&mut self, now: Timestamp) -> bool {
        let passed = self.filled.map_or(0.0, |filled| {
            // A clock that is set back takes no tokens away.
            filled.duration_until(now).as_secs_f64().max(0.0)
        });
        self.filled = Some(now);
        self.tokens = (self.tokens + passed * self.rate).min(self.capacity);
        let enough = self.tokens >= 1.0;
        if enough {
            self.tokens -= 1.0;
        }
        enough
    }
}

/// The buckets of one account (sizes confirmed). A refused request takes a token where there is
/// one: failed calls count too.
#[derive(Debug)]
pub(super) struct Buckets {
    all: Bucket,
    by_operation: [(&'static str, Bucket); 5],
}

impl Buckets {
    pub fn new() -> Self {
        Self {
            // A burst of 40, filled at 10 per second.
            all: Bucket::new(40, 4),
            by_operation: [
                ("UpdateUsagePlan", Bucket::new(1, 20)),
                ("UpdateAccount", Bucket::new(1, 20)),
                ("GetResources", Bucket::new(5, 2)),
                ("CreateApiKey", Bucket::new(5, 1)),
                ("DeleteApiKey", Bucket::new(5, 1)),
            ],
        }
    }

    pub fn take(&mut self, operation: &str, now: Timestamp) -> Result<(), Refusal> {
        let in_all = self.all.take(now);
        let own = self
            .by_operation
            .iter_mut()
            .find(|(name, _)| *name == operation);
        if in_all && own.is_none_or(|(_, bucket)| bucket.take(now)) {
            Ok(())
        } else {
            Err(Refusal::too_many_requests())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn one_update_in_twenty_seconds() {
        let start = Timestamp::UNIX_EPOCH;
        let mut buckets = Buckets::new();
        assert!(buckets.take("UpdateUsagePlan", start).is_ok());
        assert_eq!(
            buckets.take("UpdateUsagePlan", start),
            Err(Refusal::too_many_requests())
        );
        assert!(buckets.take("GetUsagePlan", start).is_ok());
        assert!(
            buckets
                .take("UpdateUsagePlan", start + Duration::from_secs(19))
                .is_err()
        );
        assert!(
            buckets
                .take("UpdateUsagePlan", start + Duration::from_secs(20))
                .is_ok()
        );
    }

    #[test]
    fn forty_at_once_then_ten_per_second() {
        let start = Timestamp::UNIX_EPOCH;
        let mut buckets = Buckets::new();
        let passed = |buckets: &mut Buckets, now| {
            (0..60)
                .filter(|_| buckets.take("GetUsagePlans", now).is_ok())
                .count()
        };
        assert_eq!(passed(&mut buckets, start), 40);
        assert_eq!(passed(&mut buckets, start + Duration::from_secs(1)), 10);
    }

    #[test]
    fn a_clock_that_goes_back_adds_nothing() {
        let start = Timestamp::UNIX_EPOCH;
        let mut bucket = Bucket::new(1, 1);
        assert!(bucket.take(start));
        assert!(!bucket.take(start - Duration::from_secs(10)));
    }
}
