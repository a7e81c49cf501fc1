//! The send queue as the operator sees it.

use std::time::Duration;

use super::App;
use crate::send::Mode;

impl App {
    /// What the queue is doing, in one line; `None` where it has nothing to do.
    #[must_use]
    pub fn queue_line(&self) -> Option<String> {
        if self.queue.is_idle() {
            return None;
        }
        let progress = self.queue.progress();
        let what = match (self.queue.mode(), self.queue.current()) {
            (Mode::Paused, _) => "paused".to_owned(),
            (_, Some((entry, sending))) => {
                format!("{}: {}{}", entry.name, sending.doing(), self.countdown())
            }
            (_, None) => "writing it down".to_owned(),
        };
        if progress.total == 1 {
            return Some(what);
        }
        let failed = match progress.failed {
            0 => String::new(),
            n => format!(", {n} failed"),
        };
        Some(format!(
            "{} of {} sent{failed}; {what}",
            progress.done, progress.total
        ))
    }

    /// How long it is until the next slot, where something waits for it.
    #[must_use]
    pub fn countdown(&self) -> String {
        let wait = self.queue.slots().wait(self.now);
        if self.queue.waits_for_slot() && !wait.is_zero() {
            format!(", {}", seconds(wait))
        } else {
            String::new()
        }
    }
}

/// So many seconds, rounded up: what has not passed is not said to have.
#[must_use]
pub fn seconds(wait: Duration) -> String {
    let seconds = wait.as_millis().div_ceil(1000);
    format!("{seconds} s")
}
