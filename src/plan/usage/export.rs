//! Usage as text for other programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

use super::{Day, LAG, LAG_MINUTES, PlanUsage};
use crate::plan::PlanId;
use crate::text::showable::{escaped, in_json};

/// The names of the columns of the CSV.
const HEADER: &str = "plan_id,key_id,key_name,date,used,remaining,read_at,reported_lag_minutes\n";

/// The usage of a plan as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The plan.
    pub plan: &'a PlanId,
    /// The usage of its keys.
    pub usage: &'a PlanUsage,
    /// Set if the plan has a quota: without one nothing remains of it.
    pub has_quota: bool,
    /// The time of the reading, in UTC.
    pub at: Timestamp,
}

impl Reading<'_> {
    /// The number of requests that remained, as answered. Without a quota a number
    /// below 0 means that there is none (inferred).
    fn remaining(&self, day: Day) -> Option<i64> {
        day.remaining.filter(|left| self.has_quota || *left >= 0)
    }

    fn at(&self) -> String {
        self.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

/// The daily use of plans' keys as CSV (RFC 4180, lines ended by a line feed): a
/// line per key and day, in UTC. What is not told is empty, and so is what remained
/// where there is no quota. Each line has when it was read, and how far the figures
/// lag by what is reported. A name that a spreadsheet would take for a formula has
/// an apostrophe before it, and what may not be shown ([`crate::text::showable`])
/// becomes spaces.
#[must_use]
pub fn to_csv<'a>(
    plans: impl IntoIterator<Item = Reading<'a>>,
    names: &BTreeMap<&str, &str>,
) -> String {
    let mut csv = HEADER.to_owned();
    let number = |number: Option<i64>| number.map_or_else(String::new, |n| n.to_string());
    let [least, most] = LAG_MINUTES;
    for reading in plans {
        let plan = field(&reading.plan.0);
        let at = reading.at();
        for key in reading.usage.keys() {
            let name = field(names.get(key).copied().unwrap_or_default());
            let start = format!("{plan},{},{name}", field(key));
            for (date, day) in reading.usage.days(key) {
                let used = number(day.used);
                let left = number(reading.remaining(day));
                // Writing into a text has no way to fail.
                let _ = writeln!(csv, "{start},{date},{used},{left},{at},{least}..{most}");
            }
        }
    }
    csv
}

fn field(text: &str) -> String {
    let mut text = escaped(text, |_, escaped| escaped.push(' ')).into_owned();
    // A spreadsheet runs a cell that begins so, and whoever makes a key chooses its name.
    if text.starts_with(['=', '+', '-', '@']) {
        text.insert(0, '\'');
    }
    // A line break, which would need quotes too, has become a space by now.
    if text.contains([',', '"', ' ']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// The same as JSON: `{"lag": {"minutes", "basis", "note"}, "usage": [{"planId",
/// "keyId", "keyName", "readAt", "daysAsked", "daysTold", "notUnderstood", "days":
/// [{"date", "used", "remaining"}]}]}`. What is not told is null, and so is what
/// remained without a quota; `notUnderstood` is there only where something was not.
#[must_use]
pub fn to_json<'a>(
    plans: impl IntoIterator<Item = Reading<'a>>,
    names: &BTreeMap<&str, &str>,
) -> String {
    let mut keys = Vec::new();
    for reading in plans {
        let usage = reading.usage;
        for key in usage.keys() {
            let day = |(date, day): (jiff::civil::Date, Day)| DayJson {
                date: date.to_string(),
                used: day.used,
                remaining: reading.remaining(day),
            };
            let told = usage.told(key);
            keys.push(KeyJson {
                plan_id: &reading.plan.0,
                key_id: key,
                key_name: names.get(key).copied().unwrap_or_default(),
                read_at: reading.at(),
                days_asked: told.of,
                days_told: told.days,
                not_understood: usage.odd(key),
                days: usage.days(key).map(day).collect(),
            });
        }
    }
    let lag = LagJson {
        minutes: LAG_MINUTES,
        basis: "reported",
        note: LAG,
    };
    // Texts and numbers have no way to fail.
    let all = UsageJson { lag, usage: keys };
    let json = serde_json::to_string_pretty(&all).unwrap_or_default();
    in_json(&json).into_owned()
}

#[derive(Serialize)]
struct UsageJson<'a> {
    lag: LagJson,
    usage: Vec<KeyJson<'a>>,
}

#[derive(Serialize)]
struct LagJson {
    minutes: [u32; 2],
    basis: &'static str,
    note: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyJson<'a> {
    plan_id: &'a str,
    key_id: &'a str,
    key_name: &'a str,
    read_at: String,
    days_asked: usize,
    days_told: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_understood: Option<&'a str>,
    days: Vec<DayJson>,
}

#[derive(Serialize)]
struct DayJson {
    date: String,
    used: Option<i64>,
    remaining: Option<i64>,
}
