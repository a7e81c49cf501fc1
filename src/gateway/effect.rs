//! The longest time in which a change can still take effect.
//!
//! A change may be made after the program that sent it ended, and after its answer
//! was lost: the request may be held on its way, or the service may be at work on it
//! still. Reading proves that it was not made only when that time has passed.

use std::time::Duration;

/// The last moment at which an attempt of a change begins, counted from the first: an
/// attempt is repeated only where the one before it surely changed nothing.
pub(super) const LATEST_ATTEMPT: Duration = Duration::from_secs(10);

/// The longest time that one attempt takes before it is given up, connecting included.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The time that a request given up may still be on its way: kernel, proxies and load
/// balancers go on with what they took. Inferred: nobody publishes one. It is not the
/// last word (the signature of a request holds for five minutes), but what a connection
/// needs that works at all; a later look corrects what it left out.
pub const MARGIN: Duration = Duration::from_secs(30);

/// The longest time in which a call can still take effect, from when its intent was
/// written: 70 seconds.
pub const LONGEST_EFFECT: Duration =
    Duration::from_secs(LATEST_ATTEMPT.as_secs() + ANSWER_TIMEOUT.as_secs() + MARGIN.as_secs());

/// The variable of the environment that makes [`longest_effect`] shorter, in
/// milliseconds, so that tests of the whole program need not wait. Debug builds only.
pub const VARIABLE: &str = "PLANGATE_LONGEST_EFFECT";

/// [`LONGEST_EFFECT`], unless a test of the whole program says otherwise.
#[must_use]
pub fn longest_effect() -> Duration {
    shortened().unwrap_or(LONGEST_EFFECT)
}

#[cfg(debug_assertions)]
fn shortened() -> Option<Duration> {
    use std::sync::OnceLock;

    static SHORTENED: OnceLock<Option<Duration>> = OnceLock::new();
    *SHORTENED.get_or_init(|| {
        let milliseconds = std::env::var(VARIABLE).ok()?.parse().ok()?;
        Some(Duration::from_millis(milliseconds))
    })
}

#[cfg(not(debug_assertions))]
fn shortened() -> Option<Duration> {
    None
}
