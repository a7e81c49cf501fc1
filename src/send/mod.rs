//! One call or many on their way: read again, merge, send, compare, record; the
//! slots of the queue. State machines without I/O that the dashboard and the
//! commands both drive.

mod outcome;
mod queue;
mod resume;
mod sending;
mod slots;
mod weight;

pub use outcome::{
    Evidence, is_shown_by, is_shown_by_keys, known, look, outcome_of_creation, outcome_of_key,
    outcome_of_plan, outcome_of_settings, read_later_in_words, taken_for, takes_effect_until,
};
pub use queue::{Entry, Mode, Progress, Queue, QueuedState, Todo, Transfer};
pub use resume::{Remainder, left};
pub use sending::{End, Outcome, Sending, SlotRefusal, Step, unlike_predicted};
pub use slots::Slots;
pub use weight::{consent_words, graveness, large_jumps};
