//! The value of an API key, for when the operator asks to see it.

use std::fmt;

use super::convert::Flaw;
use super::request::AttemptNotes;
use crate::gateway::read::{is_about, watched};
use crate::gateway::{Ask, Failure, Gateway};

/// The value of an API key: what a client sends to be let through. It cannot be
/// copied, stored or logged by accident; drop it as soon as it is not shown
/// any more.
pub struct KeyValue(String);

impl KeyValue {
    /// The value, for showing it. It is as the service gave it and may hold
    /// anything, control characters too.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyValue(…)")
    }
}

impl Gateway {
    /// The value of an API key.
    ///
    /// # Errors
    ///
    /// [`FailureKind::NotFound`](crate::gateway::FailureKind::NotFound) where there is no
    /// such key, and whatever else keeps a call from being answered.
    pub async fn key_value(&self, id: &str) -> Result<KeyValue, Failure> {
        let ask =
            Ask::get("GetApiKey", id, format!("/apikeys/{id}")).naming([("the API key's ID", id)]);
        let attempt = |seen: AttemptNotes| {
            let request = self.client.get_api_key().api_key(id).include_value(true);
            async move {
                let answer = watched!(request, seen)?;
                is_about(id, answer.id().unwrap_or(id))?;
                Ok(answer
                    .value
                    .map(KeyValue)
                    .ok_or_else(|| Flaw::missing("value"))?)
            }
        };
        self.ask(ask, attempt, |_| String::new()).await
    }
}
