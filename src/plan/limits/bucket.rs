//! Token buckets: how a throttle lets requests through.
//!
//! A bucket holds at most its burst limit in tokens and gains its rate limit in
//! tokens per second; a request takes one token, and is refused where there is
//! none (AWS developer guide, request throttling). Tokens are counted in whole
//! millionths of a millionth and the requests of an interval are spread so that
//! no rounding adds up, so that what is admitted is right to the request.

use crate::plan::{Count, Rate};

/// The assumption about several buckets in a row. The service documents neither half of it.
pub const ASSUMPTION: &str = "a request passes when every bucket on its way has a token, and one that is refused spends none";

/// One token, in the unit that buckets count in.
pub(in crate::plan) const TOKEN: u64 = 1_000_000_000_000;

/// The largest bucket that can be counted, in tokens. An account's own bucket,
/// which no other can exceed in effect, holds 5,000.
const LARGEST: u64 = 9_000_000;

/// A token bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Units gained per microsecond, which is millionths of a token per second.
    rate: u64,
    /// Units it holds when full.
    capacity: u64,
    /// Units in it.
    level: u64,
    /// Units gained from one request of an interval to the next, rounded down.
    gap: u64,
    /// The remainder of each rounding, and all that it has left so far: parts of one
    /// unit, as many to the unit as the interval has requests.
    remainder: u64,
    left_over: u64,
}

impl Bucket {
    /// A full bucket. Rates count to a millionth of a request per second; what is
    /// below 0 counts as 0.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float becomes the nearest whole number of the range, which is what is meant"
    )]
    pub fn full(rate: Rate, burst: Count) -> Self {
        let tokens = u64::try_from(burst.get()).unwrap_or(0);
        // Nine million tokens are a little less than half of what a u64 counts in these
        // units, so that a full bucket and a gain as large still add up.
        let capacity = tokens.min(LARGEST) * TOKEN;
        Self {
            rate: (rate.get() * 1e6).round() as u64,
            capacity,
            level: capacity,
            gap: 0,
            remainder: 0,
            left_over: 0,
        }
    }

    /// The same bucket with so many tokens in it, at most what it holds.
    #[must_use]
    pub fn with_tokens(mut self, tokens: u32) -> Self {
        self.level = (u64::from(tokens) * TOKEN).min(self.capacity);
        self
    }

    /// The tokens in it.
    #[must_use]
    pub fn tokens(&self) -> f64 {
        tokens(self.level)
    }

    /// The tokens that will be in it after so many microseconds without requests.
    pub(in crate::plan) fn tokens_after(&self, micros: u64) -> f64 {
        tokens(self.after(micros))
    }

    fn after(&self, micros: u64) -> u64 {
        let gained = self.rate.saturating_mul(micros);
        self.level.saturating_add(gained).min(self.capacity)
    }

    /// Lets so many microseconds pass.
    pub(in crate::plan) fn advance(&mut self, micros: u64) {
        self.level = self.after(micros);
        self.left_over = 0;
    }

    /// Gets ready for an interval of microseconds with requests spread evenly.
    pub(in crate::plan) fn prepare(&mut self, micros: u64, requests: u64) {
        let gained = u128::from(self.rate) * u128::from(micros);
        let requests = u128::from(requests.max(1));
        // A bucket never gains more than it holds; both fit once they are that small.
        self.gap = u64::try_from(gained / requests)
            .unwrap_or(u64::MAX)
            .min(self.capacity);
        self.remainder = u64::try_from(gained % requests).unwrap_or(0);
        self.left_over = 0;
    }

    /// Lets the time from one request of the interval to the next pass.
    pub(in crate::plan) fn pass_gap(&mut self, requests: u64) {
        // Without these parts of a unit a bucket that gains exactly what is spent would end
        // one unit short of a token, and refuse.
        self.left_over += self.remainder;
        let carry = u64::from(self.left_over >= requests);
        self.left_over -= carry * requests;
        self.level += self.gap + carry;
        if self.level >= self.capacity {
            self.level = self.capacity;
            self.left_over = 0;
        }
    }

    /// Returns true if it has a token.
    pub(in crate::plan) fn has_token(&self) -> bool {
        self.level >= TOKEN
    }

    /// The number of whole tokens that it has.
    pub(in crate::plan) fn whole_tokens(&self) -> u64 {
        self.level / TOKEN
    }

    /// Takes tokens that are there.
    pub(in crate::plan) fn spend(&mut self, tokens: u64) {
        self.level = self.level.saturating_sub(tokens * TOKEN);
    }
}

#[expect(clippy::cast_precision_loss, reason = "for showing")]
fn tokens(level: u64) -> f64 {
    level as f64 / TOKEN as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(rate: f64, burst: i32) -> Bucket {
        Bucket::full(Rate::as_read(rate), Count::as_read(burst))
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn fills_at_its_rate_up_to_its_burst() {
        let mut bucket = bucket(0.5, 3).with_tokens(1);
        assert!(near(bucket.tokens(), 1.0));
        bucket.advance(1_000_000);
        assert!(near(bucket.tokens(), 1.5));
        assert!(near(bucket.tokens_after(1_000_000), 2.0));
        bucket.advance(60_000_000);
        assert!(near(bucket.tokens(), 3.0));
        bucket.spend(2);
        assert!(near(bucket.tokens(), 1.0));
    }

    #[test]
    fn odd_numbers_do_no_harm() {
        for (rate, burst) in [(-1.0, -5), (f64::NAN, 0), (f64::INFINITY, i32::MAX)] {
            let mut bucket = bucket(rate, burst);
            bucket.advance(u64::MAX);
            bucket.prepare(u64::MAX, 3);
            for _ in 0..5 {
                bucket.pass_gap(3);
                bucket.spend(1);
            }
            assert_eq!(bucket.has_token(), burst > 0, "{rate}");
        }
    }

    #[test]
    fn thirds_add_up_to_the_whole() {
        let mut bucket = bucket(1.0, 10).with_tokens(0);
        bucket.prepare(1_000_000, 3);
        for expected in [false, false, true] {
            bucket.pass_gap(3);
            assert_eq!(bucket.has_token(), expected);
        }
        assert!(near(bucket.tokens(), 1.0));
    }
}
