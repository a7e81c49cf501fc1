//! Bodies of requests, member by member.
//!
//! The shapes are the model's (confirmed). A value of another kind is refused with the name
//! of its member (inferred texts); a member that is null is one that was not sent.

use serde_json::{Map, Value};

use super::account::{StageThrottles, Tags, ThrottleSettings};
use super::refusal::Refusal;

/// A value that can be read from a body.
pub(super) trait FromBody: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// The refusal of the first member that is of another kind.
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal>;
}

/// Reads the body of a request. Members that the operation does not have are ignored.
pub(super) fn read<T: FromBody>(body: &[u8]) -> Result<T, Refusal> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("Invalid request body: {error}")))?;
    T::from_body(&Member::whole_of(&value))
}

/// A value, and where it stands in the body.
pub(super) struct Member<'a> {
    /// `throttle.rateLimit`, `apiStages[0].stage`; empty for the body itself.
    at: String,
    value: &'a Value,
}

/// The members of an object.
pub(super) struct Object<'a> {
    at: String,
    members: &'a Map<String, Value>,
}

impl<'a> Member<'a> {
    /// A body.
    pub fn whole_of(value: &'a Value) -> Self {
        Self {
            at: String::new(),
            value,
        }
    }

    pub fn object(&self) -> Result<Object<'a>, Refusal> {
        let members = self.value.as_object();
        Ok(Object {
            at: self.at.clone(),
            members: members.ok_or_else(|| self.refusal("a JSON object"))?,
        })
    }

    pub fn list<T: FromBody>(&self) -> Result<Vec<T>, Refusal> {
        let values = self.value.as_array();
        let values = values.ok_or_else(|| self.refusal("a JSON array"))?;
        let items = values.iter().enumerate();
        let read = |(index, value)| {
            let at = format!("{}[{index}]", self.at);
            T::from_body(&Member { at, value })
        };
        items.map(read).collect()
    }

    /// An object whose members have any names.
    fn map<T: FromBody, M: FromIterator<(String, T)>>(&self) -> Result<M, Refusal> {
        let Object { at, members } = self.object()?;
        let read = |(name, value): (&String, &'a Value)| {
            let at = within(&at, name);
            Ok((name.clone(), T::from_body(&Member { at, value })?))
        };
        members.iter().map(read).collect()
    }

    fn refusal(&self, wanted: &str) -> Refusal {
        let what = if self.at.is_empty() { "it" } else { &self.at };
        let given = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "this number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        Refusal::bad_request(format!(
            "Invalid request body: {what} must be {wanted}, not {given}"
        ))
    }
}

impl Object<'_> {
    /// A member, where it was sent.
    pub fn get<T: FromBody>(&self, name: &str) -> Result<Option<T>, Refusal> {
        // In this protocol (restJson1) a null is the same as a member that is left out.
        let value = self.members.get(name).filter(|value| !value.is_null());
        let read = |value| {
            let at = within(&self.at, name);
            T::from_body(&Member { at, value })
        };
        value.map(read).transpose()
    }
}

fn within(at: &str, name: &str) -> String {
    match at {
        "" => name.to_owned(),
        at => format!("{at}.{name}"),
    }
}

impl FromBody for String {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let text = member.value.as_str().map(str::to_owned);
        text.ok_or_else(|| member.refusal("a string"))
    }
}

impl FromBody for bool {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let flag = member.value.as_bool();
        flag.ok_or_else(|| member.refusal("true or false"))
    }
}

impl FromBody for f64 {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let number = member.value.as_f64();
        number.ok_or_else(|| member.refusal("a number"))
    }
}

impl FromBody for i32 {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let number = member.value.as_i64().and_then(|n| Self::try_from(n).ok());
        number
            .ok_or_else(|| member.refusal("a whole number of 32 bits, which is at most 2147483647"))
    }
}

impl<T: FromBody> FromBody for Vec<T> {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        member.list()
    }
}

impl FromBody for Tags {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        member.map()
    }
}

impl FromBody for StageThrottles {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        member.map()
    }
}

impl FromBody for ThrottleSettings {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let members = member.object()?;
        Ok(Self {
            rate_limit: members.get("rateLimit")?,
            burst_limit: members.get("burstLimit")?,
        })
    }
}
