//! Stretches of time in words.

use std::time::Duration;

/// So many seconds, rounded up: what has not passed is not said to have.
#[must_use]
pub fn seconds(wait: Duration) -> String {
    let seconds = wait.as_millis().div_ceil(1000);
    format!("{seconds} s")
}

/// A stretch of time in its two largest units: `1 h 2 min`, `3 min`, `40 s`.
#[must_use]
pub fn human_time(time: Duration) -> String {
    let all = time.as_millis().div_ceil(1000);
    let (hours, minutes, left) = (all / 3600, all / 60 % 60, all % 60);
    match (hours, minutes) {
        (0, 0) => format!("{left} s"),
        // From 10 minutes on seconds tell nothing.
        (0, minutes) if left == 0 || minutes > 9 => format!("{minutes} min"),
        (0, minutes) => format!("{minutes} min {left} s"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
