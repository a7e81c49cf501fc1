//! A record as a line of a file, and back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::record::{DraftKey, EntryId, Intent, Record, SendId};
use crate::plan::{Call, Scope};

/// The version of the format that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// A line as it was read.
#[derive(Debug, PartialEq)]
pub(super) enum JournalLine {
    /// The first line of a file: the version of what follows.
    Header(u32),
    /// Any other.
    Record(Record),
}

/// The members that every line has.
#[derive(Serialize, Deserialize)]
struct Head {
    at: Timestamp,
    kind: Kind,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Journal,
    Draft,
    NoDraft,
    Begun,
    Intent,
    Sent,
    GivenUp,
    Over,
}

#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
}

/// The first line of a file, with its line feed.
pub(super) fn header(at: Timestamp, scope: &Scope) -> String {
    #[derive(Serialize)]
    struct Full<'a> {
        #[serde(flatten)]
        version: Header,
        #[serde(flatten)]
        scope: &'a Scope,
        program: &'static str,
    }
    let full = Full {
        version: Header { version: VERSION },
        scope,
        // For people who look into the file: no program reads it.
        program: concat!("plangate ", env!("CARGO_PKG_VERSION")),
    };
    line(at, Kind::Journal, full)
}

/// A record as a line, with its line feed.
pub(super) fn write(at: Timestamp, record: &Record) -> String {
    match record {
        Record::Draft(draft) => line(at, Kind::Draft, draft),
        Record::NoDraft(draft) => line(at, Kind::NoDraft, NoDraft { draft }),
        Record::Begun(begun) => line(at, Kind::Begun, begun),
        Record::Intent(intent) => line(at, Kind::Intent, WithInverse::from(&**intent)),
        Record::Sent(sent) => line(at, Kind::Sent, sent),
        Record::GivenUp(entry) => line(at, Kind::GivenUp, GivenUp { entry }),
        Record::Over(send) => line(at, Kind::Over, Over { send }),
    }
}

fn line(at: Timestamp, kind: Kind, body: impl Serialize) -> String {
    #[derive(Serialize)]
    struct Whole<B> {
        #[serde(flatten)]
        head: Head,
        #[serde(flatten)]
        body: B,
    }
    let head = Head { at, kind };
    // Texts, numbers and maps of them have no way to fail.
    let mut line = serde_json::to_string(&Whole { head, body }).unwrap_or_default();
    line.push('\n');
    line
}

/// Reads a line. Members that this program does not know are passed over, so that a
/// later one may add some without a new version.
pub(super) fn read(text: &str) -> Result<(Timestamp, JournalLine), String> {
    fn body<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
        serde_json::from_str(text).map_err(|fault| fault.to_string())
    }
    let Head { at, kind } = body(text)?;
    let record = match kind {
        Kind::Journal => {
            let Header { version } = body(text)?;
            return Ok((at, JournalLine::Header(version)));
        }
        Kind::Draft => Record::Draft(body(text)?),
        Kind::NoDraft => Record::NoDraft(body::<NoDraft<DraftKey>>(text)?.draft),
        Kind::Begun => Record::Begun(body(text)?),
        Kind::Intent => Record::Intent(body(text)?),
        Kind::Sent => Record::Sent(body(text)?),
        Kind::GivenUp => Record::GivenUp(body::<GivenUp<EntryId>>(text)?.entry),
        Kind::Over => Record::Over(body::<Over<SendId>>(text)?.send),
    };
    Ok((at, JournalLine::Record(record)))
}

/// The send that a line belongs to, and nothing else of it: faster by far than all
/// of it. `Ok(None)` for a line that belongs to none.
pub(super) fn send_of(text: &str) -> Result<Option<SendId>, String> {
    #[derive(Deserialize)]
    struct Names {
        send: Option<SendId>,
        entry: Option<EntryId>,
    }
    let names: Names = serde_json::from_str(text).map_err(|fault| fault.to_string())?;
    Ok(names.send.or(names.entry.map(|entry| entry.send)))
}

#[derive(Serialize, Deserialize)]
struct NoDraft<K> {
    draft: K,
}

#[derive(Serialize, Deserialize)]
struct GivenUp<E> {
    entry: E,
}

#[derive(Serialize, Deserialize)]
struct Over<S> {
    send: S,
}

/// An intent with the calls that would take it back: those are for people and scripts, and
/// derived again from the rest where it is read.
#[derive(Serialize)]
struct WithInverse<'a> {
    #[serde(flatten)]
    intent: &'a Intent,
    inverse: Vec<Call>,
}

impl<'a> From<&'a Intent> for WithInverse<'a> {
    fn from(intent: &'a Intent) -> Self {
        let inverse = intent.inverse();
        Self { intent, inverse }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::journal::arbitrary::record;
    use crate::plan::{PlanId, Settings, UsagePlan};

    fn at() -> Timestamp {
        "2026-03-18T12:00:00.25Z".parse().unwrap()
    }

    #[test]
    fn the_first_line_says_the_version_and_the_scope() {
        let scope = Scope {
            account: "prod".to_owned(),
            region: "eu-west-1".to_owned(),
            endpoint: String::new(),
        };
        let line = header(at(), &scope);
        let json: Value = serde_json::from_str(&line).unwrap();
        let program = format!("plangate {}", env!("CARGO_PKG_VERSION"));
        assert_eq!(
            json,
            json!({
                "at": "2026-03-18T12:00:00.25Z", "kind": "journal", "version": 1,
                "account": "prod", "region": "eu-west-1", "endpoint": "", "program": program,
            })
        );
        assert_eq!(read(&line), Ok((at(), JournalLine::Header(1))));
    }

    #[test]
    fn an_intent_says_how_to_take_it_back() {
        let settings = |name: &str| Settings {
            name: name.to_owned(),
            ..Settings::default()
        };
        let plan = UsagePlan {
            id: PlanId("w0mvrr".to_owned()),
            settings: settings("gold"),
        };
        let intent = Intent {
            entry: EntryId::parse("kqfmxwab.17").unwrap(),
            step: 1,
            before: Some(settings("gold")),
            call: crate::plan::calls(Some(&plan), &settings("silver")).remove(0),
            after: Some(settings("silver")),
            twins: None,
        };
        let line = write(at(), &Record::Intent(Box::new(intent)));
        let json: Value = serde_json::from_str(&line).unwrap();
        let update = |name: &str| {
            json!({
                "operation": "UpdateUsagePlan", "plan": "w0mvrr",
                "patchOperations": [{"op": "replace", "path": "/name", "value": name}],
            })
        };
        let plan = |name: &str| json!({"name": name, "apiStages": [], "tags": {}});
        assert_eq!(
            json,
            json!({
                "at": "2026-03-18T12:00:00.25Z", "kind": "intent",
                "entry": "kqfmxwab.17", "step": 1,
                "before": plan("gold"), "call": update("silver"), "after": plan("silver"),
                "inverse": [update("gold")],
            })
        );
    }

    #[test]
    fn the_inverse_of_a_key_is_the_key_again() {
        let plan = PlanId("w0mvrr".to_owned());
        let key = "k".to_owned();
        let attach = Call::AttachKey {
            plan: plan.clone(),
            key: key.clone(),
        };
        let detach = Call::DetachKey { plan, key };
        for (call, inverse) in [(&attach, &detach), (&detach, &attach)] {
            let intent = Intent {
                entry: EntryId::parse("kqfmxwab.1").unwrap(),
                step: 1,
                before: None,
                call: call.clone(),
                after: None,
                twins: None,
            };
            assert_eq!(intent.inverse(), std::slice::from_ref(inverse));
        }
    }

    #[test]
    fn what_is_no_record_says_why() {
        for (text, why) in [
            ("", "EOF"),
            ("{}", "missing field `at`"),
            (r#"{"at":"2026-03-18T12:00:00Z","kind":"dance"}"#, "dance"),
            (r#"{"at":"yesterday","kind":"over"}"#, "year"),
            (
                r#"{"at":"2026-03-18T12:00:00Z","kind":"over","send":"../x"}"#,
                "not the ID of a send",
            ),
            (
                r#"{"at":"2026-03-18T12:00:00Z","kind":"sent","entry":"kqfmxwab.1","step":1,
                    "fate":"applied","plan":{"name":"x"}}"#,
                "the plan has no id",
            ),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.contains(why), "{text}: {fault}");
        }
    }

    #[test]
    fn a_send_of_an_earlier_program_tells_no_arn() {
        let line = r#"{"kind":"begun","at":"2026-03-18T12:00:00Z","send":"kqfmxwab","who":"ops","profile":"","reason":"","entries":[]}"#;
        let Ok((_, JournalLine::Record(Record::Begun(begun)))) = read(line) else {
            panic!("{line}: {:?}", read(line));
        };
        assert_eq!((begun.who.as_str(), begun.arn.as_str()), ("ops", ""));
    }

    proptest! {
        #[test]
        fn a_record_survives_its_line(record in record(), seconds in 0..4_000_000_000_i64) {
            let at = Timestamp::from_second(seconds).unwrap();
            let line = write(at, &record);
            prop_assert_eq!(line.matches('\n').count(), 1);
            prop_assert!(line.ends_with('\n'));
            prop_assert_eq!(read(&line), Ok((at, JournalLine::Record(record))));
        }

        #[test]
        fn members_of_a_later_program_are_passed_over(record in record()) {
            let line = write(at(), &record).replacen('{', r#"{"later":[1,{"x":null}],"#, 1);
            prop_assert_eq!(read(&line), Ok((at(), JournalLine::Record(record))));
        }
    }
}
