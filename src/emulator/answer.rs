//! An answer before it goes over the wire.

use serde::Serialize;

use super::refusal::Refusal;

/// Status, headers of our own and body of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub status: u16,
    /// The exception, for the header `x-amzn-ErrorType`.
    pub error: Option<&'static str>,
    /// Seconds, for the header `Retry-After`.
    pub retry_after: Option<u32>,
    /// The media type of the body.
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

const JSON: &str = "application/json";

impl Answer {
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self {
                status,
                error: None,
                retry_after: None,
                content_type: JSON,
                body,
            },
            Err(error) => Refusal::new(500, "InternalFailure", error.to_string()).into(),
        }
    }

    pub fn empty(status: u16) -> Self {
        Self {
            status,
            error: None,
            retry_after: None,
            content_type: JSON,
            body: Vec::new(),
        }
    }

    /// An answer of STS.
    pub fn xml(status: u16, body: String) -> Self {
        Self {
            content_type: "text/xml",
            body: body.into_bytes(),
            ..Self::empty(status)
        }
    }

    pub fn is_success(&self) -> bool {
        self.error.is_none()
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let body = serde_json::json!({ "message": refusal.message })
            .to_string()
            .into_bytes();
        Self {
            status: refusal.status,
            error: Some(refusal.kind),
            retry_after: refusal.retry_after,
            content_type: JSON,
            body,
        }
    }
}

/// A list on the wire: `item`, and `position` if there is more.
#[derive(Debug, Serialize)]
pub(super) struct Listing<T> {
    pub item: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
}
