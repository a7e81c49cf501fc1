//! What the journal holds.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::typed;
use crate::plan::{Aim, Call, Field, PlanId, Settings, UsagePlan, calls, creatable};

/// The name of a send: of one change, or of many that were sent as one. Short
/// enough to be typed, unlike any other of the account, lower-case letters only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendId(String);

impl SendId {
    /// The length of a name, in characters.
    const LENGTH: usize = 8;

    /// A new name. 26 to the power of 8 are enough that two programs at once do not
    /// need to agree.
    #[must_use]
    pub fn new() -> Self {
        let letter = |_| fastrand::char('a'..='z').to_string();
        let letters: Vec<String> = (0..Self::LENGTH).map(letter).collect();
        Self(letters.concat())
    }

    /// Reads one that somebody typed; `None` where it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_letter = |c: char| c.is_ascii_lowercase();
        let fits = text.len() == Self::LENGTH && text.chars().all(is_letter);
        fits.then(|| Self(text.to_owned()))
    }
}

impl Default for SendId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for SendId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for SendId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SendId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not the ID of a send"))
    }
}

/// The name of one change of a send: `kqfmxwab.17`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// The send that it belongs to.
    pub send: SendId,
    /// Its place in it, from 1.
    pub number: u32,
}

impl EntryId {
    /// Reads one that somebody typed; `None` where it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (send, number) = text.split_once('.')?;
        Some(Self {
            send: SendId::parse(send)?,
            number: number.parse().ok().filter(|number| *number > 0)?,
        })
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.send, self.number)
    }
}

impl Serialize for EntryId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EntryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not the name of a change"))
    }
}

/// The name of a draft within an account, Region and endpoint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DraftKey {
    /// That of a plan that exists.
    Plan(PlanId),
    /// That of a new plan, by a number that its program gave it.
    New(u32),
}

/// A draft as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftRecord {
    /// The draft that it is.
    #[serde(rename = "draft")]
    pub key: DraftKey,
    /// The plan as last read; none for a new plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Arc<UsagePlan>>,
    /// The settings as they are to be.
    pub edited: Arc<Settings>,
    /// Texts that do not give a value yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "typed")]
    pub typed: BTreeMap<Field, String>,
    /// The text in the patch editor that was not taken into the draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<String>,
    /// The send that it undoes, in whole or in part.
    #[serde(rename = "takesBack", skip_serializing_if = "Option::is_none")]
    pub undoes: Option<SendId>,
}

/// One change that a send is to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its name.
    #[serde(rename = "entry")]
    pub id: EntryId,
    /// The name of its plan, or of its key.
    pub name: String,
    /// The aim of the change.
    pub aim: Aim,
}

/// A send that was reviewed and begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Its name.
    #[serde(rename = "send")]
    pub id: SendId,
    /// The user's name on this machine; empty where it is not known.
    pub who: String,
    /// As whom: the caller's ARN at AWS; empty where it was not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub arn: String,
    /// The AWS profile; empty for none.
    pub profile: String,
    /// The reason, in the operator's words; empty for none.
    pub reason: String,
    /// The send that it undoes, in whole or in part.
    #[serde(rename = "takesBack", skip_serializing_if = "Option::is_none")]
    pub undoes: Option<SendId>,
    /// The changes, in their order.
    pub entries: Vec<Planned>,
}

/// A call that is about to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The change that it belongs to.
    pub entry: EntryId,
    /// The number of the call within that change, from 1. A call that is made again
    /// because it surely was not carried out has a number of its own.
    pub step: u32,
    /// The plan's settings before it; none where the plan is yet to be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Settings>,
    /// The call.
    pub call: Call,
    /// The plan's settings as it should leave them; none for a deletion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Settings>,
    /// The plans that read just as this one should before it was made; none where they
    /// were not looked at, and for calls that make no plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub twins: Option<Vec<PlanId>>,
}

/// A call whose outcome is not certain, and when its intent was written (UTC).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCall {
    /// The time at which it was about to be made (UTC).
    pub at: Timestamp,
    /// The call that was about to be made.
    pub intent: Intent,
}

impl Intent {
    /// The calls that would take it back, as far as it tells. What came of it adds
    /// to that: the plan that a creation made has no name yet (so there is none
    /// here), and how many requests a key had left stands in the send's aim.
    #[must_use]
    pub fn inverse(&self) -> Vec<Call> {
        let nothing = Settings::default();
        let before = self.before.as_ref().unwrap_or(&nothing);
        match &self.call {
            Call::Create(_) | Call::ExtendUsage { .. } => Vec::new(),
            Call::Update { plan, .. } | Call::Tag { plan, .. } | Call::Untag { plan, .. } => {
                let after = UsagePlan {
                    id: plan.clone(),
                    settings: self.after.clone().unwrap_or_default(),
                };
                calls(Some(&after), before)
            }
            Call::AttachKey { plan, key } => vec![Call::DetachKey {
                plan: plan.clone(),
                key: key.clone(),
            }],
            Call::DetachKey { plan, key } => vec![Call::AttachKey {
                plan: plan.clone(),
                key: key.clone(),
            }],
            Call::Delete { .. } => vec![Call::Create(Box::new(creatable(before)))],
        }
    }
}

/// The outcome of a call, with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    /// The change that it belongs to.
    pub entry: EntryId,
    /// The number of the call within that change, from 1.
    pub step: u32,
    /// The outcome: made, not made, or not known.
    #[serde(rename = "fate")]
    pub outcome: CallOutcome,
    /// The plan as the service showed it afterwards, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Arc<UsagePlan>>,
    /// The service's number of the request, for its support; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    /// The reason why it was not made, or not surely, or that the answer is not as
    /// predicted; empty where it was made as predicted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub said: String,
    /// Set if reading told it, and not the service's own answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_reading: bool,
}

impl Sent {
    /// The words of earlier programs, which had no member for it, on what reading told.
    pub(super) const READ: [&str; 2] = ["settled by reading", "The change may have been made"];

    /// The opening of what is said where the service accepted the call and its answer
    /// does not show what was predicted.
    pub const SURPRISED: &str = "the answer is not as predicted";

    /// Returns true if it says that the call was not made and knows that only from
    /// reading: a call that was held longer may have been made since.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        let is_read = self.by_reading || Self::READ.iter().any(|words| self.said.contains(words));
        self.outcome == CallOutcome::NotApplied && is_read
    }
}

/// The outcome of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallOutcome {
    /// It was.
    Applied,
    /// It was not: the plan is as it was before.
    NotApplied,
    /// Nobody can tell: the plan is neither as before nor as predicted, for somebody
    /// else changed it too.
    Changed,
    /// It is not known: the plan could not be read.
    Unknown,
    /// It was not seen yet, and may still be made: to be read again.
    NotSeen,
}

/// Something that is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A draft as it stands now.
    Draft(Box<DraftRecord>),
    /// A draft is no more: it was sent or thrown away.
    NoDraft(DraftKey),
    /// A send begins.
    Begun(Box<Begun>),
    /// A call is about to be made.
    Intent(Box<Intent>),
    /// A call came back, or was resolved by reading.
    Sent(Box<Sent>),
    /// No more of a change is to be sent, though its send goes on: it failed, or was
    /// left out.
    GivenUp(EntryId),
    /// A send is over: what it had left is not to be sent any more.
    Over(SendId),
}

impl Record {
    /// The draft that it is about; none for one of a send.
    #[must_use]
    pub fn draft(&self) -> Option<&DraftKey> {
        match self {
            Self::Draft(draft) => Some(&draft.key),
            Self::NoDraft(key) => Some(key),
            _ => None,
        }
    }
}
