//! The log of requests: one entry per attempt, also for one that was cancelled.

use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use super::shape::Shape;

/// The sentence for a person whose questions are refused as too many.
pub const SLOWED: &str = "AWS throttles reads: slowed down";

/// One attempt of one call, for the log of requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The service's name for the call.
    pub operation: &'static str,
    /// The thing it was about: a plan's or an API's identifier; empty for the account.
    pub target: String,
    /// The moment at which the attempt began.
    pub started: Timestamp,
    /// The time it had waited for its turn before that; zero where calls are not paced.
    pub waited: Duration,
    /// The time it took.
    pub took: Duration,
    /// The outcome: `200, 500 plans`, or what went wrong.
    pub outcome: Result<String, String>,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// True if the service refused it as one of too many, and calls go slower for it.
    pub is_slowed: bool,
}

/// The HTTP client's notes on one attempt. They travel with the request.
#[derive(Clone, Debug, Default)]
pub(in crate::gateway) struct AttemptNotes {
    marks: Arc<Marks>,
    /// The form that the answer has to have.
    pub(in crate::gateway) shape: Shape,
}

#[derive(Debug, Default)]
struct Marks {
    status: AtomicU16,
    mended: AtomicBool,
    no_json: AtomicBool,
    sent: AtomicBool,
    inferred_empty: AtomicBool,
    keeps_text: AtomicBool,
    text: Mutex<Vec<u8>>,
}

impl AttemptNotes {
    /// Of an attempt whose answer has to have this form.
    pub(in crate::gateway) fn expecting(shape: Shape) -> Self {
        Self {
            shape,
            ..Self::default()
        }
    }

    /// From here on the request may reach the service.
    pub(in crate::gateway) fn note_sending(&self) {
        // Relaxed will do for all marks: each is read for itself, and nothing else hangs on
        // it.
        self.marks.sent.store(true, Ordering::Relaxed);
    }

    /// Returns true if the request may have reached the service.
    pub(in crate::gateway) fn was_sent(&self) -> bool {
        self.marks.sent.load(Ordering::Relaxed)
    }

    pub(in crate::gateway) fn note_inferred_empty(&self) {
        self.marks.inferred_empty.store(true, Ordering::Relaxed);
    }

    /// Returns true if the answer has no usage and was taken for one that tells of none
    /// (inferred).
    pub(in crate::gateway) fn is_inferred_empty(&self) -> bool {
        self.marks.inferred_empty.load(Ordering::Relaxed)
    }

    pub(in crate::gateway) fn note_status(&self, status: u16) {
        self.marks.status.store(status, Ordering::Relaxed);
    }

    pub(in crate::gateway) fn note_mended(&self) {
        self.marks.mended.store(true, Ordering::Relaxed);
    }

    pub(in crate::gateway) fn note_no_json(&self) {
        self.marks.no_json.store(true, Ordering::Relaxed);
    }

    /// Returns true if a yes came with a body that is no JSON: then API Gateway did not say
    /// it.
    pub(in crate::gateway) fn is_no_json(&self) -> bool {
        self.marks.no_json.load(Ordering::Relaxed)
    }

    /// Asks for the text of a good answer, in whose place the SDK is to read an empty
    /// object.
    pub(in crate::gateway) fn keep_text(&self) {
        self.marks.keeps_text.store(true, Ordering::Relaxed);
    }

    pub(in crate::gateway) fn keeps_text(&self) -> bool {
        self.marks.keeps_text.load(Ordering::Relaxed)
    }

    pub(in crate::gateway) fn note_text(&self, text: Vec<u8>) {
        *self
            .marks
            .text
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = text;
    }

    /// The text of the answer, given away; empty where there was none.
    pub(in crate::gateway) fn text(&self) -> Vec<u8> {
        std::mem::take(
            &mut self
                .marks
                .text
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// The HTTP status, if an answer came.
    pub(in crate::gateway) fn status(&self) -> Option<u16> {
        Some(self.marks.status.load(Ordering::Relaxed)).filter(|status| *status != 0)
    }

    /// Returns true if the answer's numbers had to be mended.
    pub(in crate::gateway) fn mended(&self) -> bool {
        self.marks.mended.load(Ordering::Relaxed)
    }
}

/// An attempt under way. It is logged when it ends, also by being dropped.
pub(in crate::gateway) struct Attempt<'a> {
    log: &'a UnboundedSender<Request>,
    began: Instant,
    request: Option<Request>,
}

impl<'a> Attempt<'a> {
    pub(in crate::gateway) fn begin(
        log: &'a UnboundedSender<Request>,
        operation: &'static str,
        target: &str,
        attempt: u32,
        waited: Duration,
    ) -> Self {
        Self {
            log,
            began: Instant::now(),
            request: Some(Request {
                operation,
                target: target.to_owned(),
                started: Timestamp::now(),
                waited,
                took: Duration::ZERO,
                outcome: Err("cancelled".to_owned()),
                attempt,
                is_slowed: false,
            }),
        }
    }

    pub(in crate::gateway) fn note_slowed(&mut self) {
        if let Some(request) = &mut self.request {
            request.is_slowed = true;
        }
    }

    pub(in crate::gateway) fn end(mut self, outcome: Result<String, String>) {
        if let Some(request) = &mut self.request {
            request.outcome = outcome;
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if let Some(mut request) = self.request.take() {
            request.took = self.began.elapsed();
            // Nobody listens any more when the program is about to end.
            let _ = self.log.send(request);
        }
    }
}
