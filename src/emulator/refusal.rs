//! What the control plane says when it refuses a call.
//!
//! Every text is marked: *confirmed* texts were recorded from API Gateway or are quoted by several
//! independent users of it, and stay verbatim (the two spaces after `path` included); *inferred*
//! ones are worded in the same style where no recording is known, and no client may rely on them.

use std::fmt::Display;

/// A refused call: status, exception and text, as a client sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: u16,
    /// Goes into the header `x-amzn-ErrorType`.
    pub kind: &'static str,
    pub message: String,
    /// Seconds, for the header `Retry-After`.
    pub retry_after: Option<u32>,
}

impl Refusal {
    pub fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            message: message.into(),
            retry_after: None,
        }
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequestException", message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "NotFoundException", message)
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "ConflictException", message)
    }

    pub fn limit_exceeded(message: impl Into<String>) -> Self {
        Self::new(429, "LimitExceededException", message)
    }

    /// Confirmed text. Whether `Retry-After` comes with it is not known; only a fault sends it.
    pub fn too_many_requests() -> Self {
        Self::new(429, "TooManyRequestsException", "Too Many Requests")
    }

    /// Inferred: what API Gateway answers for a route that it does not have.
    pub fn no_such_route() -> Self {
        Self::new(
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )
    }

    /// Confirmed text.
    pub fn unknown_plan() -> Self {
        Self::not_found("Invalid Usage Plan ID specified")
    }

    /// Inferred text (it is what public stand-ins answer).
    pub fn unknown_key() -> Self {
        Self::not_found("Invalid API Key identifier specified")
    }

    /// Inferred text.
    pub fn unknown_plan_key() -> Self {
        Self::not_found("Invalid Usage Plan Key identifier specified")
    }

    /// Inferred text.
    pub fn unknown_api() -> Self {
        Self::not_found("Invalid API identifier specified")
    }

    /// Inferred text.
    pub fn unknown_stage() -> Self {
        Self::not_found("Invalid stage identifier specified")
    }

    /// Inferred text.
    pub fn unknown_resource() -> Self {
        Self::not_found("Invalid Resource identifier specified")
    }

    /// Confirmed text: a stage that is not written `apiId:stageName`.
    pub fn malformed_stage() -> Self {
        Self::bad_request("Invalid API Stage specified")
    }

    /// Confirmed text: a stage to be attached that does not exist.
    pub fn no_such_stage(api: impl Display, stage: impl Display) -> Self {
        Self::not_found(format!("API Stage not found: {api}:{stage}"))
    }

    /// Confirmed text for a stage to be detached whose API or stage is unknown; inferred for a
    /// stage that exists but is not attached, and for method throttles of such a stage.
    pub fn stage_not_attached(api: impl Display, stage: impl Display, plan: impl Display) -> Self {
        Self::not_found(format!(
            "Invalid API Stage {{api: {api}, stage: {stage}}} specified for usageplan {plan}"
        ))
    }

    /// Confirmed text, the placeholders are API Gateway's: a plan is created with half a stage.
    pub fn half_a_stage() -> Self {
        Self::bad_request("Invalid API Stage {api: %s, stage: %s} specified for usageplan %s")
    }

    /// Confirmed text, by reports only: a method throttle for a method that the API does not have.
    pub fn unknown_method(path: &str, method: &str) -> Self {
        Self::not_found(format!(
            "Invalid method {{resourcePath: {path},method: {method}}} specified"
        ))
    }

    /// Text by a report only (aws-cdk pull request 6411): method throttles on a plan without a
    /// throttle.
    pub fn methods_need_throttle() -> Self {
        Self::bad_request(
            "Can not define fine grain throttling if usage plan throttle is not defined.",
        )
    }

    /// Confirmed text: an operation on a path that does not take it. `possible` lists what does.
    pub fn patch_path(op: &str, path: &str, possible: &str) -> Self {
        let hint = if possible.is_empty() {
            "Please choose supported operations".to_owned()
        } else {
            format!("Must be one of: [{possible}]")
        };
        Self::bad_request(format!(
            "Invalid patch path  '{path}' specified for op '{op}'. {hint}"
        ))
    }

    /// Inferred text: a patch value that cannot be used.
    pub fn patch_value(path: &str, wanted: &str) -> Self {
        Self::bad_request(format!(
            "Invalid patch value specified for path '{path}'. Must be {wanted}"
        ))
    }
}
